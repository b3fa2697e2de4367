/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reachability addresses (XEP-0152, R17): ours, told by PEP while somebody wants that, and the hints of
 * contacts, by presence and by PEP, as one short list each. A hint proves nothing; who may send one is the
 * caller's business.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

#define CUSAX_NS_REACH "urn:xmpp:reach:0"
#define CUSAX_REACH_MAX_ADDRESSES 4
#define CUSAX_REACH_MAX_LENGTH 255 /* bytes of an address */

typedef struct _CusaxReach CusaxReach;

/* The hints of @jid are others now: NULL-terminated, empty = none. */
typedef void (*CusaxReachChanged) (gpointer user_data, const char *jid, const char *const *uris);

CusaxReach *cusax_reach_new (PurpleAccount *account, CusaxReachChanged changed, gpointer user_data);
void cusax_reach_free (CusaxReach *reach);

/** As cusax_vcards_set_reach(). */
void cusax_reach_set (CusaxReach *reach, const char *uri);

/** Chat came (ours is told again) or went (nobody's hints hold any more). */
void cusax_reach_signed_on (CusaxReach *reach);
void cusax_reach_signed_off (CusaxReach *reach);

/** A presence of bare @jid's @resource (nullable); without reach element it withdraws what the same one said.
 */
void cusax_reach_take_presence (CusaxReach *reach, const char *jid, const char *resource, xmlnode *presence);

/** The items of a PEP event of @jid for the node CUSAX_NS_REACH. */
void cusax_reach_take_items (CusaxReach *reach, const char *jid, xmlnode *items);

G_END_DECLS
