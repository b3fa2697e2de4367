/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See identity.h. The tables hold pointers into the cards, which know themselves from their texts: 12 bytes a
 * slot. A switchboard's number may stand in every card of a company, so claimants of one key are a set, never a
 * list.
 */
#include "identity.h"
#include "card-private.h"

struct _CusaxIdentity
{
  GHashTable *cards;     /* the set of JIDs, each inside its card; owns a reference to the card */
  GHashTable *claims;    /* the set of keys that one card claims, each inside that card */
  GHashTable *contested; /* key -> (element-type CusaxCard) the set of cards that claim it, two or more */
};

static void
release_card (gpointer jid)
{
  cusax_card_unref (cusax_card_from_text (jid));
}

CusaxIdentity *
cusax_identity_new (void)
{
  CusaxIdentity *identity = g_new0 (CusaxIdentity, 1);

  identity->cards = g_hash_table_new_full (g_str_hash, g_str_equal, release_card, NULL);
  identity->claims = g_hash_table_new (g_str_hash, g_str_equal);
  identity->contested
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  return identity;
}

void
cusax_identity_free (CusaxIdentity *identity)
{
  g_return_if_fail (identity != NULL);
  g_hash_table_unref (identity->contested);
  g_hash_table_unref (identity->claims);
  g_hash_table_unref (identity->cards);
  g_free (identity);
}

/* Returns: (nullable): the text inside of the card */
static const char *
find_text (GHashTable *set, const char *text)
{
  gpointer found;

  return g_hash_table_lookup_extended (set, text, &found, NULL) ? found : NULL;
}

/* ----------------------------------------------------------------- claims */

/* Returns: (nullable): the key that entry @index claims; NULL if none, or one that an entry before it has */
static const char *
get_claim (const CusaxCard *card, guint index)
{
  CusaxCardEntry entry;
  CusaxCardEntry former;

  cusax_card_get_entry (card, index, &entry);
  if (*entry.key == '\0' || (entry.types & CUSAX_TEL_MACHINES) != 0)
    return NULL;
  for (guint i = 0; i < index; i++)
    {
      cusax_card_get_entry (card, i, &former);
      if ((former.types & CUSAX_TEL_MACHINES) == 0 && g_str_equal (former.key, entry.key))
        return NULL;
    }
  return entry.key;
}

static void
claim (CusaxIdentity *identity, CusaxCard *card, const char *key)
{
  GHashTable *claimants = g_hash_table_lookup (identity->contested, key);
  const char *former;

  if (claimants == NULL)
    {
      former = find_text (identity->claims, key);
      if (former == NULL)
        {
          g_hash_table_add (identity->claims, (gpointer) key);
          return;
        }
      claimants = g_hash_table_new (NULL, NULL);
      g_hash_table_add (claimants, cusax_card_from_text (former));
      g_hash_table_remove (identity->claims, key);
      g_hash_table_insert (identity->contested, g_strdup (key), claimants);
    }
  g_hash_table_add (claimants, card);
}

/* @card is the last one with @key. */
static void
claim_alone (CusaxIdentity *identity, const CusaxCard *card, const char *key)
{
  for (guint i = 0; i < cusax_card_get_n_entries (card); i++)
    {
      const char *own = get_claim (card, i);

      if (own != NULL && g_str_equal (own, key))
        g_hash_table_add (identity->claims, (gpointer) own);
    }
}

static void
unclaim (CusaxIdentity *identity, CusaxCard *card, const char *key)
{
  GHashTable *claimants = g_hash_table_lookup (identity->contested, key);
  GHashTableIter iter;
  gpointer last;

  if (claimants == NULL)
    {
      g_hash_table_remove (identity->claims, key);
      return;
    }
  g_hash_table_remove (claimants, card);
  if (g_hash_table_size (claimants) > 1)
    return;
  g_hash_table_iter_init (&iter, claimants);
  if (g_hash_table_iter_next (&iter, &last, NULL))
    claim_alone (identity, last, key);
  g_hash_table_remove (identity->contested, key);
}

static void
for_each_claim (CusaxIdentity *identity, CusaxCard *card,
                void (*function) (CusaxIdentity *identity, CusaxCard *card, const char *key))
{
  for (guint i = 0; i < cusax_card_get_n_entries (card); i++)
    {
      const char *key = get_claim (card, i);

      if (key != NULL)
        function (identity, card, key);
    }
}

/* ------------------------------------------------------------------ cards */

void
cusax_identity_put (CusaxIdentity *identity, CusaxCard *card)
{
  cusax_card_ref (card);
  cusax_identity_remove (identity, cusax_card_get_jid (card));
  g_hash_table_add (identity->cards, (gpointer) cusax_card_get_jid (card));
  for_each_claim (identity, card, claim);
}

void
cusax_identity_remove (CusaxIdentity *identity, const char *jid)
{
  CusaxCard *card = cusax_identity_get (identity, jid);

  if (card == NULL)
    return;
  for_each_claim (identity, card, unclaim);
  g_hash_table_remove (identity->cards, jid);
}

guint
cusax_identity_get_size (const CusaxIdentity *identity)
{
  return g_hash_table_size (identity->cards);
}

CusaxCard *
cusax_identity_get (const CusaxIdentity *identity, const char *jid)
{
  const char *found = find_text (identity->cards, jid);

  return found != NULL ? cusax_card_from_text (found) : NULL;
}

guint
cusax_identity_find (const CusaxIdentity *identity, const char *key, CusaxCard **card)
{
  const char *found = find_text (identity->claims, key);

  if (card != NULL)
    *card = found != NULL ? cusax_card_from_text (found) : NULL;
  if (found != NULL)
    return 1;
  return g_hash_table_contains (identity->contested, key) ? 2 : 0;
}
