/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One's own card, read, added to and written whole (R15): vcard-temp, and the vCard4 node of PEP where there is
 * one. One change at a time, because neither protocol has a partial update.
 */
#pragma once

#include "vcards.h"

G_BEGIN_DECLS

typedef struct _CusaxOwnCard CusaxOwnCard;

CusaxOwnCard *cusax_own_card_new (PurpleAccount *account);
/** Nobody is answered any more; what is under way may still be written. */
void cusax_own_card_free (CusaxOwnCard *own);

/** As cusax_vcards_publish(). */
gboolean cusax_own_card_publish (CusaxOwnCard *own, const char *uri, gboolean check_only, CusaxPublishDone done,
                                 gpointer user_data);

G_END_DECLS
