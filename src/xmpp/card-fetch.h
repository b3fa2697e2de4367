/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks for other people's cards: vcard-temp (XEP-0054), then the vCard4 of PEP (XEP-0292) if the first has no
 * telephone entry. Whoever asks decides whose and how many at once; the rate of IQs is kept here (R27: 5 a
 * second), because only here it is known that one card may take two of them.
 */
#pragma once

#include <purple.h>

#include "ports.h"

G_BEGIN_DECLS

#define CUSAX_NS_VCARD_TEMP "vcard-temp"
#define CUSAX_NS_VCARD4 "urn:ietf:params:xml:ns:vcard-4.0"
#define CUSAX_NODE_VCARD4 "urn:xmpp:vcard4"
#define CUSAX_NS_PUBSUB "http://jabber.org/protocol/pubsub"

typedef struct _CusaxCardFetch CusaxCardFetch;

CusaxCardFetch *cusax_card_fetch_new (PurpleAccount *account);
/** Nobody is answered any more. */
void cusax_card_fetch_free (CusaxCardFetch *fetch);

/** As CusaxCardPortVtable.fetch and cancel. @jid: (nullable): NULL: one's own card, from our own server, within 9 s. */
guint cusax_card_fetch_ask (CusaxCardFetch *fetch, const char *jid, CusaxCardDone done, gpointer user_data);
void cusax_card_fetch_cancel (CusaxCardFetch *fetch, guint id);

/** Returns: (transfer full): the payload that asks for the newest item of a PEP node */
xmlnode *cusax_card_fetch_new_items_request (const char *node);

/** Returns: (nullable) (transfer none): the vcard element of the first item of @items (nullable) that has one
 */
xmlnode *cusax_card_fetch_get_vcard4 (xmlnode *items);

/**
 * cusax_card_fetch_get_text:
 * @card: (nullable): pictures and sounds are cut out of it
 *
 * Returns: (transfer full) (nullable): its text, as the owner of a CusaxCardDone takes it; NULL if it is empty
 * or larger than CUSAX_VCARD_MAX_BYTES
 */
char *cusax_card_fetch_get_text (xmlnode *card);

G_END_DECLS
