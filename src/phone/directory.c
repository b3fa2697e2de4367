/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See directory.h. The people and who an address is; directory-queue asks, directory-cache has the file. */
#include "directory.h"

#include "directory-cache.h"
#include "directory-queue.h"
#include "text.h"

#include <string.h>

#define HOUR_S (60 * 60)
#define DAY_S (24 * HOUR_S)
#define CARD_IS_OLD_S (7 * DAY_S)
#define CONFIRMED_S 60
#define STRANGER_KEPT_S (90 * DAY_S)
#define SAVE_MS 30000
#define MAX_HINTS 4
#define MAX_ANNOUNCED 10 /* of one contact in one run: somebody may change his picture all day long */

/* Somebody of whom more is known than a card: a contact, or one whose card was in the file. */
typedef struct
{
  CusaxCard *dormant; /* (nullable): out of the file, of nobody in the roster: names nobody until he is */
  char *mark;         /* (nullable): the last announcement */
  char **hints;       /* (nullable) */
  gint64 failed_at;
  guint8 fails;
  guint8 announced;   /* how often he was asked again for an announcement */
  gboolean is_contact;
  char jid[];
} Person;

struct _CusaxDirectory
{
  CusaxDirectoryPorts ports;
  const CusaxDirectoryListener *listener;
  gpointer listener_data;
  CusaxConfig *config;       /* (nullable): not configured, and the file not read */
  CusaxMemory *memory;
  CusaxIdentity *identity;   /* cards of contacts only */
  GHashTable *people;        /* jid -> Person */
  CusaxDirectoryQueue *queue;
  guint save_id;
};

static void schedule_save (CusaxDirectory *directory);

/* ------------------------------------------------------------------ people */

static void
person_free (gpointer data)
{
  Person *person = data;

  g_clear_pointer (&person->dormant, cusax_card_unref);
  g_free (person->mark);
  g_strfreev (person->hints);
  g_free (person);
}

static Person *
find_person (const CusaxDirectory *directory, const char *jid)
{
  return g_hash_table_lookup (directory->people, jid);
}

static Person *
find_contact (const CusaxDirectory *directory, const char *jid)
{
  Person *person = find_person (directory, jid);

  return person != NULL && person->is_contact ? person : NULL;
}

static Person *
add_person (CusaxDirectory *directory, const char *jid)
{
  gsize size = strlen (jid) + 1;
  Person *person = g_malloc0 (sizeof *person + size);

  memcpy (person->jid, jid, size);
  g_hash_table_insert (directory->people, person->jid, person);
  return person;
}

static gint64
wall_time (const CusaxDirectory *directory)
{
  return directory->ports.wall_time ();
}

/* A clock that was put back makes everything old. */
static gboolean
is_older (const CusaxDirectory *directory, gint64 time, gint64 seconds)
{
  gint64 now = wall_time (directory);

  return time > now || now - time >= seconds;
}

/* One hour, two, four ... a day. */
static gboolean
is_in_pause (const CusaxDirectory *directory, const Person *person)
{
  gint64 pause = person->fails > 0 ? MIN ((gint64) HOUR_S << MIN (person->fails - 1, 5), DAY_S) : 0;

  return pause > 0 && !is_older (directory, person->failed_at, pause);
}

/* The last thing in its turn: the listener may look at and change everything but the directory's life. */
static void
emit (CusaxDirectory *directory, const char *jid)
{
  g_autofree char *copy = g_strdup (jid);

  directory->listener->on_contact (directory->listener_data, directory, copy);
}

/* ------------------------------------------------------------------- cards */

static gboolean
is_same_entry (const CusaxCard *a, const CusaxCard *b, guint index)
{
  CusaxCardEntry first = { 0 };
  CusaxCardEntry second = { 0 };

  cusax_card_get_entry (a, index, &first);
  cusax_card_get_entry (b, index, &second);
  return first.types == second.types && first.pref == second.pref && strcmp (first.value, second.value) == 0;
}

/* A card without entries says as much as none. */
static gboolean
says_the_same (const CusaxCard *a, const CusaxCard *b)
{
  guint n = a != NULL ? cusax_card_get_n_entries (a) : 0;

  if (n != (b != NULL ? cusax_card_get_n_entries (b) : 0))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!is_same_entry (a, b, i))
      return FALSE;
  return TRUE;
}

/* Returns: TRUE if what is known of the person changed. */
static gboolean
put_card (CusaxDirectory *directory, Person *person, CusaxCardState state, const GPtrArray *tels)
{
  g_autoptr (CusaxCard) card
      = cusax_card_new (person->jid, state, wall_time (directory), tels, directory->config);
  gboolean changed = !says_the_same (cusax_identity_get (directory->identity, person->jid), card);

  cusax_identity_put (directory->identity, card);
  schedule_save (directory);
  return changed;
}

/* What was read once is better than nothing: only who has no card gets one that says so. */
static void
note_failure (CusaxDirectory *directory, Person *person)
{
  CusaxCard *card = cusax_identity_get (directory->identity, person->jid);

  person->fails = (guint8) MIN (person->fails + 1, 255);
  person->failed_at = wall_time (directory);
  if (card == NULL || cusax_card_get_state (card) == CUSAX_CARD_FAILED)
    put_card (directory, person, CUSAX_CARD_FAILED, NULL);
  schedule_save (directory);
}

static gboolean
learn (CusaxDirectory *directory, Person *person, CusaxCardState state, const char *xml, gsize length)
{
  g_autoptr (GPtrArray) tels = NULL;

  if (state == CUSAX_CARD_READ)
    {
      tels = cusax_vcard_parse (xml, length, NULL);
      if (tels == NULL) /* a card that nobody can read: the next one may be better */
        state = CUSAX_CARD_FAILED;
    }
  if (state == CUSAX_CARD_FAILED)
    {
      note_failure (directory, person);
      return FALSE;
    }
  person->fails = 0;
  person->failed_at = 0;
  return put_card (directory, person, state, tels);
}

static void
on_answer (gpointer user_data, const char *jid, CusaxUrgency urgency, CusaxCardState state, const char *xml,
           gsize length)
{
  CusaxDirectory *directory = user_data;
  Person *person = find_contact (directory, jid);

  if (person == NULL || directory->config == NULL)
    return;
  if (learn (directory, person, state, xml, length) || urgency == CUSAX_URGENCY_RINGING)
    emit (directory, jid);
}

static const CusaxDirectoryQueueListener queue_listener = { on_answer };

/* ------------------------------------------------------------------- file */

static void
append_lines (const CusaxDirectory *directory, CusaxDirectoryCacheText *text, gboolean contacts)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, directory->people);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Person *person = value;
      CusaxCard *card = contacts ? cusax_identity_get (directory->identity, person->jid) : person->dormant;
      CusaxDirectoryCacheLine line
          = { card, person->fails, person->failed_at, person->mark != NULL ? person->mark : "" };

      if (person->is_contact != contacts || card == NULL
          || (!contacts && is_older (directory, cusax_card_get_read_at (card), STRANGER_KEPT_S)))
        continue;
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
    schedule_save (directory);
}

static gboolean
on_save (gpointer data)
{
  CusaxDirectory *directory = data;

  directory->save_id = 0;
  save (directory);
  return G_SOURCE_REMOVE;
}

static void
schedule_save (CusaxDirectory *directory)
{
  if (directory->save_id == 0)
    directory->save_id = directory->ports.clock->add (directory->ports.clock, SAVE_MS, on_save, directory);
}

static void
on_cached (gpointer user_data, const CusaxDirectoryCacheLine *line)
{
  CusaxDirectory *directory = user_data;
  const char *jid = cusax_card_get_jid (line->card);
  Person *person = find_person (directory, jid);

  if (person == NULL)
    {
      if (is_older (directory, cusax_card_get_read_at (line->card), STRANGER_KEPT_S))
        {
          schedule_save (directory);
          return;
        }
      person = add_person (directory, jid);
    }
  person->fails = (guint8) line->fails;
  person->failed_at = line->failed_at;
  g_free (person->mark);
  person->mark = *line->mark != '\0' ? g_strdup (line->mark) : NULL;
  if (person->is_contact)
    cusax_identity_put (directory->identity, line->card);
  else
    {
      g_clear_pointer (&person->dormant, cusax_card_unref);
      person->dormant = cusax_card_ref (line->card);
    }
}

static void
ask_if_never (CusaxDirectory *directory, const Person *person)
{
  if (person->is_contact && cusax_identity_get (directory->identity, person->jid) == NULL)
    cusax_directory_queue_add (directory->queue, person->jid, CUSAX_URGENCY_BACKGROUND);
}

static void
load (CusaxDirectory *directory)
{
  GHashTableIter iter;
  gpointer person = NULL;

  if (cusax_directory_cache_load (directory->ports.store, directory->config, on_cached, directory))
    schedule_save (directory);
  g_hash_table_iter_init (&iter, directory->people);
  while (g_hash_table_iter_next (&iter, NULL, &person))
    ask_if_never (directory, person);
}

/* ----------------------------------------------------------------- settings */

static void
renew_cards (CusaxDirectory *directory)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, directory->people);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Person *person = value;
      CusaxCard *old = person->is_contact ? cusax_identity_get (directory->identity, person->jid) : person->dormant;
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
  schedule_save (directory);
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
cusax_directory_new (const CusaxDirectoryPorts *ports, const CusaxDirectoryListener *listener, gpointer user_data)
{
  CusaxDirectory *directory = g_new0 (CusaxDirectory, 1);

  directory->ports = *ports;
  directory->listener = listener;
  directory->listener_data = user_data;
  directory->memory = cusax_memory_new (ports->store);
  directory->identity = cusax_identity_new ();
  directory->people = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, person_free);
  directory->queue = cusax_directory_queue_new (ports->clock, ports->cards, &queue_listener, directory);
  return directory;
}

void
cusax_directory_free (CusaxDirectory *directory)
{
  if (directory == NULL)
    return;
  cusax_directory_queue_free (directory->queue);
  if (directory->save_id != 0)
    {
      directory->ports.clock->remove (directory->ports.clock, directory->save_id);
      directory->save_id = 0;
      save (directory);
      /* It could not be written: there is no later. */
      if (directory->save_id != 0)
        directory->ports.clock->remove (directory->ports.clock, directory->save_id);
    }
  cusax_memory_free (directory->memory);
  cusax_identity_free (directory->identity);
  g_hash_table_unref (directory->people);
  g_clear_pointer (&directory->config, cusax_config_unref);
  g_free (directory);
}

/* ------------------------------------------------------------------ roster */

void
cusax_directory_add_contact (CusaxDirectory *directory, const char *jid)
{
  Person *person = find_person (directory, jid);

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
    ask_if_never (directory, person);
}

void
cusax_directory_remove_contact (CusaxDirectory *directory, const char *jid)
{
  Person *person = find_contact (directory, jid);

  if (person == NULL)
    return;
  cusax_directory_queue_remove (directory->queue, person->jid);
  cusax_identity_remove (directory->identity, person->jid);
  g_hash_table_remove (directory->people, person->jid);
  if (directory->config != NULL)
    schedule_save (directory);
}

gboolean
cusax_directory_is_contact (const CusaxDirectory *directory, const char *jid)
{
  return find_contact (directory, jid) != NULL;
}

/* ------------------------------------------------------------------ asking */

void
cusax_directory_set_online (CusaxDirectory *directory, gboolean online)
{
  cusax_directory_queue_set_online (directory->queue, online);
}

void
cusax_directory_look (CusaxDirectory *directory, const char *jid)
{
  Person *person = find_contact (directory, jid);
  CusaxCard *card = person != NULL ? cusax_identity_get (directory->identity, jid) : NULL;

  if (person == NULL || directory->config == NULL || is_in_pause (directory, person))
    return;
  if (card == NULL || person->fails > 0 || cusax_card_get_state (card) == CUSAX_CARD_FAILED
      || is_older (directory, cusax_card_get_read_at (card), CARD_IS_OLD_S)
      || cusax_directory_queue_has (directory->queue, jid))
    cusax_directory_queue_add (directory->queue, jid, CUSAX_URGENCY_LOOKED);
}

/* Marks are somebody else's text: short and plain ones stay as they are. */
static char *
make_mark (const char *text)
{
  gboolean is_plain = strlen (text) <= CUSAX_DIRECTORY_CACHE_MAX_MARK;

  for (const char *p = text; is_plain && *p != '\0'; p++)
    is_plain = g_ascii_isgraph (*p);
  return is_plain ? g_strdup (text) : g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

void
cusax_directory_announce (CusaxDirectory *directory, const char *jid, const char *mark)
{
  Person *person = find_contact (directory, jid);
  g_autofree char *plain = make_mark (mark);

  if (person == NULL || g_strcmp0 (person->mark, plain) == 0)
    return;
  g_free (person->mark);
  person->mark = g_steal_pointer (&plain);
  if (directory->config == NULL)
    return;
  schedule_save (directory);
  if (is_in_pause (directory, person) || person->announced >= MAX_ANNOUNCED)
    return;
  person->announced++;
  cusax_directory_queue_add_again (directory->queue, jid);
}

void
cusax_directory_take (CusaxDirectory *directory, const char *jid, const char *xml, gsize length)
{
  Person *person = find_contact (directory, jid);
  g_autoptr (GPtrArray) tels = NULL;

  if (person == NULL || directory->config == NULL)
    return;
  tels = cusax_vcard_parse (xml, length, NULL);
  if (tels == NULL)
    return;
  if (tels->len == 0)
    {
      /* The other kind of card may have the telephone, so this is no more than news of a change. */
      g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA1, (const guchar *) xml, length);

      cusax_directory_announce (directory, jid, sum);
      return;
    }
  if (cusax_directory_queue_has (directory->queue, jid))
    cusax_directory_queue_remove (directory->queue, jid);
  person->fails = 0;
  person->failed_at = 0;
  if (put_card (directory, person, CUSAX_CARD_READ, tels))
    emit (directory, jid);
}

void
cusax_directory_set_hints (CusaxDirectory *directory, const char *jid, const char *const *uris)
{
  Person *person = find_contact (directory, jid);
  g_auto (GStrv) hints = NULL;

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
  if (person->hints == hints
      || (person->hints != NULL && hints != NULL
          && g_strv_equal ((const char *const *) person->hints, (const char *const *) hints)))
    return;
  g_strfreev (person->hints);
  person->hints = g_steal_pointer (&hints);
  emit (directory, jid);
}

gboolean
cusax_directory_confirm (CusaxDirectory *directory, const char *jid)
{
  Person *person = find_contact (directory, jid);
  CusaxCard *card = person != NULL ? cusax_identity_get (directory->identity, jid) : NULL;

  if (person == NULL || directory->config == NULL || !cusax_directory_queue_is_online (directory->queue)
      || (card != NULL && !is_older (directory, cusax_card_get_read_at (card), CONFIRMED_S))
      || (person->fails > 0 && !is_older (directory, person->failed_at, CONFIRMED_S)))
    return FALSE;
  cusax_directory_queue_add (directory->queue, jid, CUSAX_URGENCY_RINGING);
  return TRUE;
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
  Person *person = find_contact (directory, jid);
  const char *choice = cusax_memory_get_choice (directory->memory, jid);
  g_auto (GStrv) attached = cusax_memory_list_attached (directory->memory, jid);
  GPtrArray *list = NULL;

  if (directory->config == NULL)
    return g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_dialable_free);
  list = cusax_dialable_list (jid, cusax_identity_get (directory->identity, jid), (const char *const *) attached,
                              person != NULL ? (const char *const *) person->hints : NULL, directory->config);
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
  if (former != NULL)
    emit (directory, former);
  if (jid != NULL)
    emit (directory, jid);
}
