/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a contact can be called (R22, R24, R26): the entries of the card that can be dialled, in the order in which
 * they are offered, each with its class. Without any, a contact of an own domain has its same-name address, marked
 * as a guess; a reachability hint (XEP-0152) comes last, marked as unverified.
 */
#pragma once

#include "card.h"

G_BEGIN_DECLS

typedef enum
{
  CUSAX_DIALABLE_CARD,
  CUSAX_DIALABLE_ATTACHED, /* the person said so */
  CUSAX_DIALABLE_GUESS,    /* R2: same name, own domain */
  CUSAX_DIALABLE_HINT      /* XEP-0152 */
} CusaxDialableSource;

/** CusaxDialable: one way to call a contact. */
typedef struct
{
  CusaxAddress *address;
  char *key;
  CusaxClass class_;
  CusaxTelTypes types;
  guint pref;
  CusaxDialableSource source;
} CusaxDialable;

void cusax_dialable_free (CusaxDialable *dialable);

/**
 * cusax_dialable_list:
 * @jid: bare
 * @card: (nullable): not known yet
 * @attached: (nullable): NULL-terminated targets that the person attached
 * @hints: (nullable): NULL-terminated URIs from XEP-0152; only sip:, sips: and tel: count
 *
 * Order: on-net SIP, foreign SIP, numbers; within a class by pref, then as written. No address twice; FAX, PAGER,
 * MODEM and BBS never. The guess stands beside attached ones, and loses to them within its class.
 *
 * Returns: (transfer full) (element-type CusaxDialable): may be empty
 */
GPtrArray *cusax_dialable_list (const char *jid, const CusaxCard *card, const char *const *attached,
                                const char *const *hints, const CusaxConfig *config);

/** Returns: TRUE if video may be offered: some entry has the type VIDEO, or no entry has any type (R24). */
gboolean cusax_dialable_allows_video (const GPtrArray *list);

/**
 * cusax_dialable_is_clear:
 *
 * Returns: TRUE if the first of @list can be dialled without asking which: it is alone, or of a better class than
 *   the second, or better preferred (R26: ask only between equals)
 */
gboolean cusax_dialable_is_clear (const GPtrArray *list);

G_END_DECLS
