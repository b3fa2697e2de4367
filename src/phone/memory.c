/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See memory.h. Texts of others (addresses, JIDs) are names of entries, so they are escaped like URIs. */
#include "memory.h"

#include "classify.h"

#include <string.h>

#define FILE_NAME "people"
#define FILE_VERSION 1
#define MAX_FILE_BYTES (4 * 1024 * 1024)
#define MAX_ENTRIES 10000 /* of a section: nobody decides so often, a broken file might */
#define MAX_TEXT 3072     /* the longest JID */

/* What is known, one table of texts by texts each. */
typedef enum
{
  ALLOWED, /* key -> "yes" */
  TOLD,    /* domain -> "yes" */
  CHOICE,  /* JID -> key */
  CONTACT, /* key -> JID */
  TARGET,  /* key -> URI; exactly the keys of CONTACT */
  RELATION,
  N_SECTIONS
} Section;

static const char *const section_names[N_SECTIONS]
  = { "allowed", "told", "choice", "attached", "attached-address", "relation" };

struct _CusaxMemory
{
  CusaxStore *store;
  GHashTable *sections[N_SECTIONS]; /* char * -> char * */
  gboolean is_dirty;
};

/* -------------------------------------------------------------------- file */

static void
load_section (CusaxMemory *memory, GKeyFile *file, Section section)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, section_names[section], NULL, NULL);

  for (guint i = 0; names != NULL && names[i] != NULL && i < MAX_ENTRIES; i++)
    {
      g_autofree char *name = g_uri_unescape_string (names[i], NULL);
      g_autofree char *value = g_key_file_get_string (file, section_names[section], names[i], NULL);

      if (name != NULL && value != NULL && strlen (name) <= MAX_TEXT && strlen (value) <= MAX_TEXT
          && g_utf8_validate (name, -1, NULL))
        g_hash_table_insert (memory->sections[section], g_steal_pointer (&name), g_steal_pointer (&value));
    }
}

/* Somebody may have edited half of a pair away. */
static void
keep_pairs (GHashTable *table, GHashTable *other)
{
  GHashTableIter iter;
  gpointer key = NULL;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_hash_table_contains (other, key))
      g_hash_table_iter_remove (&iter);
}

static gboolean
parse (CusaxMemory *memory, GBytes *bytes, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  gsize length = 0;
  const char *text = g_bytes_get_data (bytes, &length);

  if (!g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, error))
    return FALSE;
  if (g_key_file_get_integer (file, "people", "version", error) != FILE_VERSION)
    return FALSE;
  for (Section section = 0; section < N_SECTIONS; section++)
    load_section (memory, file, section);
  keep_pairs (memory->sections[CONTACT], memory->sections[TARGET]);
  keep_pairs (memory->sections[TARGET], memory->sections[CONTACT]);
  return TRUE;
}

static void
load (CusaxMemory *memory)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = memory->store->load (memory->store, FILE_NAME, MAX_FILE_BYTES, &error);

  if (error == NULL && (bytes == NULL || parse (memory, bytes, &error)))
    return;
  g_debug ("the file of decisions is begun anew: %s", error != NULL ? error->message : "another version");
  memory->store->set_aside (memory->store, FILE_NAME);
}

static void
save (CusaxMemory *memory)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;

  g_key_file_set_integer (file, "people", "version", FILE_VERSION);
  for (Section section = 0; section < N_SECTIONS; section++)
    {
      GHashTableIter iter;
      gpointer name = NULL;
      gpointer value = NULL;

      g_hash_table_iter_init (&iter, memory->sections[section]);
      while (g_hash_table_iter_next (&iter, &name, &value))
        {
          g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);

          g_key_file_set_string (file, section_names[section], escaped, value);
        }
    }
  text = g_key_file_to_data (file, &length, NULL);
  memory->is_dirty = !memory->store->save (memory->store, FILE_NAME, text, length, &error);
  if (memory->is_dirty)
    g_debug ("decisions could not be written: %s", error != NULL ? error->message : "no reason");
}

CusaxMemory *
cusax_memory_new (CusaxStore *store)
{
  CusaxMemory *memory = g_new0 (CusaxMemory, 1);

  g_return_val_if_fail (store != NULL, NULL);

  memory->store = store;
  for (Section section = 0; section < N_SECTIONS; section++)
    memory->sections[section] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  load (memory);
  return memory;
}

void
cusax_memory_free (CusaxMemory *memory)
{
  if (memory == NULL)
    return;
  if (memory->is_dirty)
    save (memory);
  for (Section section = 0; section < N_SECTIONS; section++)
    g_hash_table_unref (memory->sections[section]);
  g_free (memory);
}

/* ---------------------------------------------------------------- sections */

static const char *
get (const CusaxMemory *memory, Section section, const char *name)
{
  return g_hash_table_lookup (memory->sections[section], name);
}

/* Returns: TRUE if the file has to be written. @value NULL: away. */
static gboolean
set (CusaxMemory *memory, Section section, const char *name, const char *value)
{
  GHashTable *table = memory->sections[section];
  const char *old = g_hash_table_lookup (table, name);

  if (g_strcmp0 (old, value) == 0)
    return FALSE;
  if (value == NULL)
    return g_hash_table_remove (table, name);
  if (*name == '\0' || strlen (name) > MAX_TEXT || strlen (value) > MAX_TEXT
      || (old == NULL && g_hash_table_size (table) >= MAX_ENTRIES))
    return FALSE;
  g_hash_table_insert (table, g_strdup (name), g_strdup (value));
  return TRUE;
}

static void
set_and_save (CusaxMemory *memory, Section section, const char *name, const char *value)
{
  if (set (memory, section, name, value))
    save (memory);
}

/* Whoever takes a permission back in the file writes "no". */
static gboolean
is_yes (const CusaxMemory *memory, Section section, const char *name)
{
  return g_strcmp0 (get (memory, section, name), "yes") == 0;
}

gboolean
cusax_memory_is_allowed (const CusaxMemory *memory, const char *key)
{
  return is_yes (memory, ALLOWED, key);
}

void
cusax_memory_allow (CusaxMemory *memory, const char *key)
{
  set_and_save (memory, ALLOWED, key, "yes");
}

gboolean
cusax_memory_was_told (const CusaxMemory *memory, const char *domain)
{
  g_autofree char *lower = g_ascii_strdown (domain, -1);

  return is_yes (memory, TOLD, lower);
}

void
cusax_memory_set_told (CusaxMemory *memory, const char *domain)
{
  g_autofree char *lower = g_ascii_strdown (domain, -1);

  set_and_save (memory, TOLD, lower, "yes");
}

const char *
cusax_memory_get_choice (const CusaxMemory *memory, const char *jid)
{
  return get (memory, CHOICE, jid);
}

void
cusax_memory_set_choice (CusaxMemory *memory, const char *jid, const char *key)
{
  set_and_save (memory, CHOICE, jid, key);
}

/* -------------------------------------------------------------- attachment */

const char *
cusax_memory_get_attached (const CusaxMemory *memory, const char *key)
{
  return get (memory, CONTACT, key);
}

/* Both halves or none. */
static gboolean
set_attached (CusaxMemory *memory, const char *key, const char *target, const char *jid)
{
  gboolean changed = set (memory, CONTACT, key, jid);

  if (set (memory, TARGET, key, target))
    changed = TRUE;
  if ((get (memory, CONTACT, key) != NULL) == (get (memory, TARGET, key) != NULL))
    return changed;
  set (memory, CONTACT, key, NULL);
  set (memory, TARGET, key, NULL);
  return TRUE;
}

void
cusax_memory_attach (CusaxMemory *memory, const char *key, const char *target, const char *jid)
{
  g_return_if_fail (target != NULL && jid != NULL);

  if (set_attached (memory, key, target, jid))
    save (memory);
}

void
cusax_memory_detach (CusaxMemory *memory, const char *key)
{
  if (set_attached (memory, key, NULL, NULL))
    save (memory);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char **
cusax_memory_list_attached (const CusaxMemory *memory, const char *jid)
{
  GPtrArray *targets = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer contact = NULL;

  g_hash_table_iter_init (&iter, memory->sections[CONTACT]);
  while (g_hash_table_iter_next (&iter, &key, &contact))
    if (strcmp (contact, jid) == 0)
      g_ptr_array_add (targets, g_strdup (get (memory, TARGET, key)));
  /* A table has no order; people see one. */
  g_ptr_array_sort (targets, compare_texts);
  g_ptr_array_add (targets, NULL);
  return (char **) g_ptr_array_free (targets, FALSE);
}

void
cusax_memory_renew_keys (CusaxMemory *memory, const CusaxConfig *config)
{
  g_autofree gpointer *keys = g_hash_table_get_keys_as_array (memory->sections[TARGET], NULL);
  gboolean changed = FALSE;

  /* Away from the table, which owns the keys and is about to change. */
  for (guint i = 0; keys[i] != NULL; i++)
    keys[i] = g_strdup (keys[i]);
  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autofree char *old_key = keys[i];
      g_autofree char *target = g_strdup (get (memory, TARGET, old_key));
      g_autofree char *jid = g_strdup (get (memory, CONTACT, old_key));
      g_autoptr (CusaxAddress) address
        = target != NULL ? cusax_address_parse_target (target, cusax_config_get_domain (config), NULL) : NULL;
      g_autofree char *key = address != NULL ? cusax_classify_key (address, config) : NULL;

      if (key == NULL || strcmp (key, old_key) == 0)
        continue;
      set_attached (memory, old_key, NULL, NULL);
      set_attached (memory, key, target, jid);
      changed = TRUE;
    }
  if (changed)
    save (memory);
}

/* ---------------------------------------------------------------- relation */

void
cusax_memory_set_relation (CusaxMemory *memory, const CusaxConfig *config)
{
  static const char *const origins[] = { [CUSAX_ORIGIN_TYPED] = "typed", [CUSAX_ORIGIN_DERIVED] = "derived" };
  g_autofree char *domains = g_strjoinv (" ", (char **) cusax_config_get_related_domains (config));
  gboolean changed = set (memory, RELATION, "jid", cusax_config_get_jid (config));

  changed |= set (memory, RELATION, "address", cusax_address_get_uri (cusax_config_get_aor (config)));
  changed |= set (memory, RELATION, "related_domains", domains);
  changed |= set (memory, RELATION, "origin", origins[cusax_config_get_origin (config)]);
  if (changed)
    save (memory);
}
