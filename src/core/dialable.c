/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See dialable.h. */
#include "dialable.h"

#include <string.h>

void
cusax_dialable_free (CusaxDialable *dialable)
{
  g_return_if_fail (dialable != NULL);
  g_clear_pointer (&dialable->address, cusax_address_unref);
  g_free (dialable->key);
  g_free (dialable);
}

static CusaxDialable *
find_key (const GPtrArray *list, const char *key)
{
  for (guint i = 0; i < list->len; i++)
    {
      CusaxDialable *dialable = list->pdata[i];

      if (g_str_equal (dialable->key, key))
        return dialable;
    }
  return NULL;
}

/* An address that is there already only gains what else is said of it: <VOICE/> here, <VIDEO/> there. Its
 * source stays the first, which is the better one. */
static void
add (GPtrArray *list, CusaxAddress *address, CusaxDialableSource source, CusaxTelTypes types, guint pref,
     const CusaxConfig *config)
{
  g_autofree char *key = cusax_classify_key (address, config);
  CusaxDialable *dialable = find_key (list, key);

  if (dialable != NULL)
    {
      dialable->types |= types;
      dialable->pref = MIN (dialable->pref, pref);
      return;
    }
  dialable = g_new0 (CusaxDialable, 1);
  dialable->address = cusax_address_ref (address);
  dialable->key = g_steal_pointer (&key);
  dialable->class_ = cusax_classify_address (address, config);
  dialable->types = types;
  dialable->pref = pref;
  dialable->source = source;
  g_ptr_array_add (list, dialable);
}

static void
add_target (GPtrArray *list, const char *text, CusaxDialableSource source, CusaxTelTypes types, guint pref,
            const CusaxConfig *config)
{
  g_autoptr (CusaxAddress) address = cusax_address_parse_target (text, cusax_config_get_domain (config), NULL);

  if (address != NULL)
    add (list, address, source, types, pref, config);
}

static void
add_card (GPtrArray *list, const CusaxCard *card, const CusaxConfig *config)
{
  for (guint i = 0; i < cusax_card_get_n_entries (card); i++)
    {
      CusaxCardEntry entry;

      cusax_card_get_entry (card, i, &entry);
      if ((entry.types & CUSAX_TEL_MACHINES) == 0)
        add_target (list, entry.value, CUSAX_DIALABLE_CARD, entry.types, entry.pref, config);
    }
}

static gboolean
is_hint (const char *uri)
{
  static const char *const schemes[] = { "sip:", "sips:", "tel:" };

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (uri, schemes[i], strlen (schemes[i])) == 0)
      return TRUE;
  return FALSE;
}

/* Which of two is better, or 0 if a person has to say (R26). A guess is nobody's word: it never competes. */
static int
compare (const CusaxDialable *a, const CusaxDialable *b)
{
  const int ranks[][2] = {
    { a->source == CUSAX_DIALABLE_HINT, b->source == CUSAX_DIALABLE_HINT },
    { (int) a->class_, (int) b->class_ },
    { a->source == CUSAX_DIALABLE_GUESS, b->source == CUSAX_DIALABLE_GUESS },
    { (int) a->pref, (int) b->pref },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ranks); i++)
    if (ranks[i][0] != ranks[i][1])
      return ranks[i][0] < ranks[i][1] ? -1 : 1;
  return 0;
}

static gint
compare_pointers (gconstpointer a, gconstpointer b)
{
  return compare (*(const CusaxDialable *const *) a, *(const CusaxDialable *const *) b);
}

GPtrArray *
cusax_dialable_list (const char *jid, const CusaxCard *card, const char *const *attached,
                     const char *const *hints, const CusaxConfig *config)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_dialable_free);
  g_autoptr (CusaxAddress) guess = NULL;

  if (card != NULL)
    add_card (list, card, config);
  /* A number that a person attached says nothing against the free address of the same name. */
  if (list->len == 0)
    guess = cusax_classify_guess (jid, config);
  for (guint i = 0; attached != NULL && attached[i] != NULL; i++)
    add_target (list, attached[i], CUSAX_DIALABLE_ATTACHED, 0, 101, config);
  if (guess != NULL)
    add (list, guess, CUSAX_DIALABLE_GUESS, 0, 101, config);
  for (guint i = 0; hints != NULL && hints[i] != NULL; i++)
    if (is_hint (hints[i]))
      add_target (list, hints[i], CUSAX_DIALABLE_HINT, 0, 101, config);
  g_ptr_array_sort (list, compare_pointers); /* equals stay as written: it is a stable sort */
  return list;
}

gboolean
cusax_dialable_allows_video (const GPtrArray *list)
{
  CusaxTelTypes types = 0;

  for (guint i = 0; i < list->len; i++)
    types |= ((const CusaxDialable *) list->pdata[i])->types;
  return list->len > 0 && (types == 0 || (types & CUSAX_TEL_VIDEO) != 0);
}

gboolean
cusax_dialable_is_clear (const GPtrArray *list)
{
  return list->len == 1 || (list->len > 1 && compare (list->pdata[0], list->pdata[1]) < 0);
}
