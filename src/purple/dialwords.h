/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One way to call a contact as people read it in menus, tooltips and questions: "+33177624339 (mobile, may be
 * charged)". The address is never shortened at its end, because that says where the call goes.
 */
#pragma once

#include "config.h"
#include "dialable.h"

G_BEGIN_DECLS

/** Returns: (transfer full): a number of the own domain alone, everything else as "sip:user@host", so that nobody takes
 * it for a chat address */
char *cusax_dialwords_address (const CusaxAddress *address, const CusaxConfig *config);

/**
 * cusax_dialwords_line:
 * @with_source: also says that it is from the contact's card, or was attached by the person
 *
 * Returns: (transfer full): address, kind and marks, plain text on one line
 */
char *cusax_dialwords_line (const CusaxDialable *dialable, const CusaxConfig *config, gboolean with_source);

G_END_DECLS
