/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See binding.h, which has the table. */
#include "binding.h"

#include <string.h>

/* What there is to be said for one contact. */
typedef enum
{
  EVIDENCE_NOBODY,
  EVIDENCE_GUESS,   /* the same name in our own domain, and no card that says otherwise */
  EVIDENCE_CARD,    /* its card, and no other one */
  EVIDENCE_CONTEST, /* it is not the only one */
  EVIDENCE_ATTACHED /* the person said so */
} Evidence;

static gboolean
is_contact (const CusaxBindingSource *source, const char *jid)
{
  return source->is_contact (source->user_data, jid);
}

/* @jid: bare and normalised, as all are here */
static const char *
get_domain (const char *jid)
{
  const char *at = strchr (jid, '@');

  return at != NULL ? at + 1 : jid;
}

/*
 * Returns: (transfer full) (nullable): the contact whose same-name address (R2) is exactly @caller. Made
 * backwards from the caller's name, then forwards again: only equality of keys counts, so neither case nor
 * escapes nor ports lead to somebody. Asks for the contact first: most callers have no namesake, and the way
 * forwards is long.
 */
static char *
find_same_name (const CusaxBindingSource *source, const CusaxAddress *caller, const char *key,
                const CusaxConfig *config)
{
  const char *user = cusax_address_get_user (caller);
  g_autofree char *jid
    = user != NULL ? g_strconcat (user, "@", get_domain (cusax_config_get_jid (config)), NULL) : NULL;
  g_autoptr (CusaxAddress) guess
    = jid != NULL && is_contact (source, jid) ? cusax_classify_guess (jid, config) : NULL;
  g_autofree char *guess_key = guess != NULL ? cusax_classify_key (guess, config) : NULL;

  return g_strcmp0 (guess_key, key) == 0 ? g_steal_pointer (&jid) : NULL;
}

/* A card that lists an address where a person answers speaks for its owner: no guess then. */
static gboolean
has_address (const CusaxCard *card)
{
  for (guint i = 0; card != NULL && i < cusax_card_get_n_entries (card); i++)
    {
      CusaxCardEntry entry;

      cusax_card_get_entry (card, i, &entry);
      if (*entry.key != '\0' && (entry.types & CUSAX_TEL_MACHINES) == 0)
        return TRUE;
    }
  return FALSE;
}

/* @jid: (out) (nullable): whom the evidence is for */
static Evidence
find_evidence (const CusaxBindingSource *source, const CusaxAddress *caller, const CusaxConfig *config,
               char **jid)
{
  g_autofree char *key = cusax_classify_key (caller, config);
  g_autofree char *same_name = find_same_name (source, caller, key, config);
  const char *attached = source->get_attached != NULL ? source->get_attached (source->user_data, key) : NULL;
  CusaxCard *card = NULL;
  guint claimants = cusax_identity_find (source->identity, key, &card);
  gboolean is_named = card != NULL && is_contact (source, cusax_card_get_jid (card));

  *jid = NULL;
  if (attached != NULL && is_contact (source, attached))
    {
      *jid = g_strdup (attached);
      return EVIDENCE_ATTACHED;
    }
  if (claimants > 1)
    return EVIDENCE_CONTEST;
  if (is_named)
    {
      /* Whoever bears the name contests it, also with a card that says something else: a colleague's card must
       * not take the boss's address because the boss's lists a mobile number only. */
      if (same_name != NULL && !g_str_equal (same_name, cusax_card_get_jid (card)))
        return EVIDENCE_CONTEST;
      *jid = g_strdup (cusax_card_get_jid (card));
      return EVIDENCE_CARD;
    }
  if (same_name == NULL || has_address (cusax_identity_get (source->identity, same_name)))
    return EVIDENCE_NOBODY;
  *jid = g_steal_pointer (&same_name);
  return EVIDENCE_GUESS;
}

static gboolean
is_named_by (const CusaxCallerId *caller, const char *jid)
{
  g_autofree char *claimed
    = caller->claimed_jid != NULL ? cusax_address_jid_bare (caller->claimed_jid, NULL) : NULL;

  return g_strcmp0 (claimed, jid) == 0;
}

CusaxBindingGrade
cusax_binding_grade (const CusaxBindingSource *source, const CusaxCallerId *caller, const CusaxConfig *config,
                     char **jid)
{
  g_autofree char *found = NULL;
  CusaxBindingGrade grade = CUSAX_BINDING_NONE;

  *jid = NULL;
  if (caller->is_anonymous || caller->address == NULL)
    return CUSAX_BINDING_NONE;

  switch (find_evidence (source, caller->address, config, &found))
    {
    case EVIDENCE_CARD:
      grade = caller->is_authenticated
                  && (cusax_classify_is_same_service (get_domain (found),
                                                      cusax_address_get_host (caller->address), config)
                      || is_named_by (caller, found))
                ? CUSAX_BINDING_STRONG
                : CUSAX_BINDING_WEAK;
      break;
    case EVIDENCE_ATTACHED:
    case EVIDENCE_GUESS:
      /* Whose number it is, is sure; who sent it is not, unless somebody vouches (R32). */
      grade = caller->is_authenticated ? CUSAX_BINDING_STRONG : CUSAX_BINDING_WEAK;
      break;
    case EVIDENCE_CONTEST:
    case EVIDENCE_NOBODY:
      return CUSAX_BINDING_NONE;
    }
  *jid = g_steal_pointer (&found);
  return grade;
}
