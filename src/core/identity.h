/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two-way index JID <-> addresses: which card a JID has, and which JIDs claim an address (R29, R31). Only
 * equality of keys, never a part of one; an address that two JIDs claim belongs to neither. Built for 100,000
 * contacts: at most 200 bytes each with its card, a look-up within microseconds.
 */
#pragma once

#include "card.h"

G_BEGIN_DECLS

typedef struct _CusaxIdentity CusaxIdentity;

CusaxIdentity *cusax_identity_new (void);
void cusax_identity_free (CusaxIdentity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxIdentity, cusax_identity_free)

/** Takes a card in, in place of the JID's former one. @card: (transfer none), referenced. */
void cusax_identity_put (CusaxIdentity *identity, CusaxCard *card);
void cusax_identity_remove (CusaxIdentity *identity, const char *jid);
guint cusax_identity_get_size (const CusaxIdentity *identity);

/** Returns: (transfer none) (nullable): the card of a bare JID */
CusaxCard *cusax_identity_get (const CusaxIdentity *identity, const char *jid);

/**
 * cusax_identity_find:
 * @key: of cusax_classify_key()
 * @card: (out) (optional) (transfer none): the claimant if there is exactly one, else NULL. FAX, PAGER, MODEM and
 *   BBS entries claim nothing
 *
 * Returns: how many different JIDs claim @key (2 stands for more)
 */
guint cusax_identity_find (const CusaxIdentity *identity, const char *key, CusaxCard **card);

G_END_DECLS
