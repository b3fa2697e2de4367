/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See directory.h. The people, their file, and who an address is. */
#include "directory-private.h"

#include "directory-cache.h"
#include "text.h"

#include <string.h>

#define STRANGER_KEPT_S (90 * 24 * 60 * 60)
#define SAVE_MS 30000
#define MAX_HINTS 4

/* ------------------------------------------------------------------ people */

/* @jid: inside of the person. */
static CusaxPerson *
get_person (gpointer jid)
{
  return (CusaxPerson *) ((char *) jid - G_STRUCT_OFFSET (CusaxPerson, jid));
}

static void
person_free (gpointer jid)
{
  CusaxPerson *person = get_person (jid);

  g_clear_pointer (&person->dormant, cusax_card_unref);
  if (person->news != NULL)
    {
      g_free (person->news->mark);
      g_free (person->news->pushed);
      g_strfreev (person->news->hints);
      g_free (person->news);
    }
  g_free (person);
}

CusaxPersonNews *
cusax_directory_get_news (CusaxPerson *person)
{
  if (person->news == NULL)
    person->news = g_new0 (CusaxPersonNews, 1);
  return person->news;
}

static CusaxPerson *
find_person (const CusaxDirectory *directory, const char *jid)
{
  gpointer found = g_hash_table_lookup (directory->people, jid);

  return found != NULL ? get_person (found) : NULL;
}

CusaxPerson *
cusax_directory_find_contact (const CusaxDirectory *directory, const char *jid)
{
  CusaxPerson *person = find_person (directory, jid);

  return person != NULL && person->is_contact ? person : NULL;
}

static CusaxPerson *
add_person (CusaxDirectory *directory, const char *jid)
{
  gsize size = strlen (jid) + 1;
  CusaxPerson *person = g_malloc0 (sizeof *person + size);

  memcpy (person->jid, jid, size);
  g_hash_table_add (directory->people, person->jid);
  return person;
}

gboolean
cusax_directory_is_older (const CusaxDirectory *directory, gint64 time, gint64 seconds)
{
  gint64 now = directory->ports.wall_time ();

  return time > now || now - time >= seconds;
}

void
cusax_directory_emit (CusaxDirectory *directory, const char *jid)
{
  g_autofree char *copy = g_strdup (jid);

  directory->listener->on_contact (directory->listener_data, directory, copy);
}

/* Returns: FALSE if that was the end of the directory. */
static gboolean
emit_and_go_on (CusaxDirectory *directory, const char *jid)
{
  gboolean *outer = directory->is_gone;
  gboolean is_gone = FALSE;

  directory->is_gone = &is_gone;
  cusax_directory_emit (directory, jid);
  if (!is_gone)
    directory->is_gone = outer;
  else if (outer != NULL)
    *outer = TRUE;
  return !is_gone;
}

/* ------------------------------------------------------------------- file */

static void
append_lines (const CusaxDirectory *directory, CusaxDirectoryCacheText *text, gboolean contacts)
{
  GHashTableIter iter;
  gpointer jid = NULL;

  g_hash_table_iter_init (&iter, directory->people);
  while (g_hash_table_iter_next (&iter, &jid, NULL))
    {
      const CusaxPerson *person = get_person (jid);
      CusaxCard *card = contacts ? cusax_identity_get (directory->identity, person->jid) : person->dormant;
      CusaxDirectoryCacheLine line = { card, person->fails, person->failed_at, "", "" };

      if (person->is_contact != contacts || card == NULL
          || (!contacts
              && cusax_directory_is_older (directory, cusax_card_get_read_at (card), STRANGER_KEPT_S)))
        continue;
      /* What was announced and is not asked for yet is news again after a restart. */
      if (person->news != NULL && !cusax_directory_queue_has (directory->queue, person->jid))
        {
          line.mark = person->news->mark != NULL ? person->news->mark : "";
          line.pushed = person->news->pushed != NULL ? person->news->pushed : "";
        }
      if (!cusax_directory_cache_append (text, &line))
        return;
    }
}

static void
save (CusaxDirectory *directory)
{
  CusaxDirectoryCacheText text = { 0 };

  cusax_directory_cache_begin (&text, directory->config);
  append_lines (directory, &text, TRUE);
  append_lines (directory, &text, FALSE);
  if (!cusax_directory_cache_end (&text, directory->ports.store))
    cusax_directory_schedule_save (directory);
}

static gboolean
on_save (gpointer data)
{
  CusaxDirectory *directory = data;

  directory->save_id = 0;
  save (directory);
  return G_SOURCE_REMOVE;
}

void
cusax_directory_schedule_save (CusaxDirectory *directory)
{
  if (directory->save_id == 0)
    directory->save_id = directory->ports.clock->add (directory->ports.clock, SAVE_MS, on_save, directory);
}

static void
take_marks (CusaxPerson *person, const CusaxDirectoryCacheLine *line)
{
  CusaxPersonNews *news = NULL;

  if (*line->mark == '\0' && *line->pushed == '\0' && person->news == NULL)
    return;
  news = cusax_directory_get_news (person);
  g_free (news->mark);
  g_free (news->pushed);
  news->mark = g_strdup (line->mark);
  news->pushed = g_strdup (line->pushed);
}

static void
on_cached (gpointer user_data, const CusaxDirectoryCacheLine *line)
{
  CusaxDirectory *directory = user_data;
  const char *jid = cusax_card_get_jid (line->card);
  CusaxPerson *person = find_person (directory, jid);

  if (person == NULL)
    {
      if (cusax_directory_is_older (directory, cusax_card_get_read_at (line->card), STRANGER_KEPT_S))
        {
          cusax_directory_schedule_save (directory);
          return;
        }
      person = add_person (directory, jid);
    }
  person->fails = (guint8) line->fails;
  person->failed_at = (guint32) MIN (line->failed_at, G_MAXUINT32);
  take_marks (person, line);
  if (person->is_contact)
    cusax_identity_put (directory->identity, line->card);
  else
    {
      g_clear_pointer (&person->dormant, cusax_card_unref);
      person->dormant = cusax_card_ref (line->card);
    }
}

static void
load (CusaxDirectory *directory)
{
  GHashTableIter iter;
  gpointer jid = NULL;

  if (cusax_directory_cache_load (directory->ports.store, directory->config, on_cached, directory))
    cusax_directory_schedule_save (directory);
  g_hash_table_iter_init (&iter, directory->people);
  while (g_hash_table_iter_next (&iter, &jid, NULL))
    cusax_directory_ask_if_never (directory, get_person (jid));
}

/* ----------------------------------------------------------------- settings */

static void
renew_cards (CusaxDirectory *directory)
{
  GHashTableIter iter;
  gpointer jid = NULL;

  g_hash_table_iter_init (&iter, directory->people);
  while (g_hash_table_iter_next (&iter, &jid, NULL))
    {
      CusaxPerson *person = get_person (jid);
      CusaxCard *old
        = person->is_contact ? cusax_identity_get (directory->identity, person->jid) : person->dormant;
      g_autoptr (CusaxCard) card = old != NULL ? cusax_directory_cache_renew (old, directory->config) : NULL;

      if (card == NULL)
        continue;
      if (person->is_contact)
        cusax_identity_put (directory->identity, card);
      else
        {
          cusax_card_unref (person->dormant);
          person->dormant = g_steal_pointer (&card);
        }
    }
  cusax_directory_schedule_save (directory);
}

void
cusax_directory_configure (CusaxDirectory *directory, CusaxConfig *config)
{
  g_autoptr (CusaxConfig) old = g_steal_pointer (&directory->config);
  g_autofree char *old_fingerprint = old != NULL ? cusax_directory_cache_fingerprint (old) : NULL;
  g_autofree char *fingerprint = cusax_directory_cache_fingerprint (config);

  directory->config = cusax_config_ref (config);
  cusax_memory_set_relation (directory->memory, config);
  cusax_memory_renew_keys (directory->memory, config);
  if (old == NULL)
    load (directory);
  else if (strcmp (old_fingerprint, fingerprint) != 0)
    renew_cards (directory);
}

CusaxDirectory *
cusax_directory_new (const CusaxDirectoryPorts *ports, const CusaxDirectoryListener *listener,
                     gpointer user_data)
{
  CusaxDirectory *directory = g_new0 (CusaxDirectory, 1);

  directory->ports = *ports;
  directory->listener = listener;
  directory->listener_data = user_data;
  directory->memory = cusax_memory_new (ports->store);
  directory->identity = cusax_identity_new ();
  directory->doubts = cusax_directory_doubts_new ();
  directory->people = g_hash_table_new_full (g_str_hash, g_str_equal, person_free, NULL);
  directory->queue
    = cusax_directory_queue_new (ports->clock, ports->cards, &cusax_directory_queue_listener, directory);
  return directory;
}

void
cusax_directory_free (CusaxDirectory *directory)
{
  if (directory == NULL)
    return;
  if (directory->is_gone != NULL)
    *directory->is_gone = TRUE;
  if (directory->save_id != 0)
    {
      directory->ports.clock->remove (directory->ports.clock, directory->save_id);
      directory->save_id = 0;
      save (directory);
      /* It could not be written: there is no later. */
      if (directory->save_id != 0)
        directory->ports.clock->remove (directory->ports.clock, directory->save_id);
    }
  cusax_directory_queue_free (directory->queue);
  cusax_memory_free (directory->memory);
  cusax_identity_free (directory->identity);
  g_hash_table_unref (directory->people);
  g_ptr_array_unref (directory->doubts);
  g_clear_pointer (&directory->config, cusax_config_unref);
  g_free (directory);
}

/* ------------------------------------------------------------------ roster */

void
cusax_directory_add_contact (CusaxDirectory *directory, const char *jid)
{
  CusaxPerson *person = find_person (directory, jid);

  /* Rosters come from a server. */
  if ((person != NULL && person->is_contact) || *jid == '\0' || strlen (jid) > CUSAX_ADDRESS_MAX_LENGTH
      || !cusax_text_is_plain (jid))
    return;
  if (person == NULL)
    person = add_person (directory, jid);
  person->is_contact = TRUE;
  if (person->dormant != NULL)
    cusax_identity_put (directory->identity, person->dormant);
  g_clear_pointer (&person->dormant, cusax_card_unref);
  if (directory->config != NULL)
    cusax_directory_ask_if_never (directory, person);
}

void
cusax_directory_remove_contact (CusaxDirectory *directory, const char *jid)
{
  CusaxPerson *person = cusax_directory_find_contact (directory, jid);

  if (person == NULL)
    return;
  cusax_directory_queue_remove (directory->queue, person->jid);
  cusax_identity_remove (directory->identity, person->jid);
  g_hash_table_remove (directory->people, person->jid);
  if (directory->config != NULL)
    cusax_directory_schedule_save (directory);
}

gboolean
cusax_directory_is_contact (const CusaxDirectory *directory, const char *jid)
{
  return cusax_directory_find_contact (directory, jid) != NULL;
}

void
cusax_directory_foreach_contact (const CusaxDirectory *directory, CusaxDirectoryFunc function, gpointer user_data)
{
  GHashTableIter iter;
  gpointer jid = NULL;

  g_hash_table_iter_init (&iter, directory->people);
  while (g_hash_table_iter_next (&iter, &jid, NULL))
    if (get_person (jid)->is_contact && !function (user_data, jid))
      return;
}

void
cusax_directory_set_hints (CusaxDirectory *directory, const char *jid, const char *const *uris)
{
  CusaxPerson *person = cusax_directory_find_contact (directory, jid);
  g_auto (GStrv) hints = NULL;
  char **old = NULL;

  if (person == NULL)
    return;
  if (uris != NULL && uris[0] != NULL)
    {
      guint n = 0;

      hints = g_new0 (char *, MAX_HINTS + 1);
      for (guint i = 0; uris[i] != NULL && n < MAX_HINTS; i++)
        if (strlen (uris[i]) <= CUSAX_ADDRESS_MAX_LENGTH)
          hints[n++] = g_strdup (uris[i]);
    }
  old = person->news != NULL ? person->news->hints : NULL;
  if (old == hints
      || (old != NULL && hints != NULL
          && g_strv_equal ((const char *const *) old, (const char *const *) hints)))
    return;
  cusax_directory_get_news (person)->hints = g_steal_pointer (&hints);
  g_strfreev (old);
  cusax_directory_emit (directory, jid);
}

/* -------------------------------------------------------------- who it is */

static gboolean
source_is_contact (gpointer user_data, const char *jid)
{
  return cusax_directory_is_contact (user_data, jid);
}

static const char *
source_get_attached (gpointer user_data, const char *key)
{
  const CusaxDirectory *directory = user_data;

  return cusax_memory_get_attached (directory->memory, key);
}

CusaxBindingGrade
cusax_directory_grade (CusaxDirectory *directory, const CusaxCallerId *caller, char **jid)
{
  CusaxBindingSource source = { directory->identity, source_is_contact, source_get_attached, directory };

  *jid = NULL;
  if (directory->config == NULL)
    return CUSAX_BINDING_NONE;
  return cusax_binding_grade (&source, caller, directory->config, jid);
}

GPtrArray *
cusax_directory_list (CusaxDirectory *directory, const char *jid)
{
  CusaxPerson *person = cusax_directory_find_contact (directory, jid);
  const char *choice = cusax_memory_get_choice (directory->memory, jid);
  const char *const *hints
    = person != NULL && person->news != NULL ? (const char *const *) person->news->hints : NULL;
  g_auto (GStrv) attached = cusax_memory_list_attached (directory->memory, jid);
  GPtrArray *list = NULL;

  if (directory->config == NULL)
    return g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_dialable_free);
  list = cusax_dialable_list (jid, cusax_identity_get (directory->identity, jid),
                              (const char *const *) attached, hints, directory->config);
  for (guint i = 1; choice != NULL && i < list->len; i++)
    {
      CusaxDialable *dialable = g_ptr_array_index (list, i);

      if (strcmp (dialable->key, choice) == 0)
        {
          g_ptr_array_insert (list, 0, g_ptr_array_steal_index (list, i));
          break;
        }
    }
  return list;
}

CusaxMemory *
cusax_directory_get_memory (CusaxDirectory *directory)
{
  return directory->memory;
}

CusaxCard *
cusax_directory_get_card (CusaxDirectory *directory, const char *jid)
{
  return cusax_identity_get (directory->identity, jid);
}

void
cusax_directory_attach (CusaxDirectory *directory, CusaxAddress *address, const char *jid)
{
  g_autofree char *key = NULL;
  g_autofree char *former = NULL;
  g_autofree char *owner = g_strdup (jid);

  if (directory->config == NULL)
    return;
  key = cusax_classify_key (address, directory->config);
  former = g_strdup (cusax_memory_get_attached (directory->memory, key));
  if (g_strcmp0 (former, jid) == 0)
    return;
  if (jid != NULL)
    cusax_memory_attach (directory->memory, key, cusax_address_get_uri (address), jid);
  else
    cusax_memory_detach (directory->memory, key);
  if ((former == NULL || emit_and_go_on (directory, former)) && owner != NULL)
    cusax_directory_emit (directory, owner);
}
