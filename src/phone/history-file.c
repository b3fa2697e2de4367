/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See history-file.h. */
#include "history-file.h"

#include "text.h"

#include <string.h>

#define FILE_NAME "history"
#define MAGIC "cusax-history 1\n"
#define MAX_BYTES (8 * 1024 * 1024)
#define MAX_TEXT 3072 /* the longest JID */
#define MAX_SECONDS G_GINT64_CONSTANT (253402300799) /* the year 9999 */

/* The names of ends, in the file: numbers of an enum change. */
static const struct
{
  const char *name;
  CusaxCallEnd end;
} ends[] = {
  { "local", CUSAX_CALL_END_LOCAL },
  { "remote", CUSAX_CALL_END_REMOTE },
  { "declined-here", CUSAX_CALL_END_DECLINED_HERE },
  { "declined", CUSAX_CALL_END_DECLINED },
  { "busy", CUSAX_CALL_END_BUSY },
  { "no-answer", CUSAX_CALL_END_NO_ANSWER },
  { "missed", CUSAX_CALL_END_MISSED },
  { "elsewhere", CUSAX_CALL_END_ELSEWHERE },
  { "not-found", CUSAX_CALL_END_NOT_FOUND },
  { "forbidden", CUSAX_CALL_END_FORBIDDEN },
  { "no-codec", CUSAX_CALL_END_NO_CODEC },
  { "not-protected", CUSAX_CALL_END_NOT_PROTECTED },
  { "media", CUSAX_CALL_END_MEDIA },
  { "network", CUSAX_CALL_END_NETWORK },
  { "no-path", CUSAX_CALL_END_NO_PATH },
  { "handshake", CUSAX_CALL_END_HANDSHAKE },
  { "redirected", CUSAX_CALL_END_REDIRECTED },
  { "transferred", CUSAX_CALL_END_TRANSFERRED },
  { "replaced", CUSAX_CALL_END_REPLACED },
  { "failed", CUSAX_CALL_END_FAILED },
};

enum
{
  FIELD_STARTED,
  FIELD_DIRECTION, /* "in" or "out" */
  FIELD_SEEN,      /* "seen" or "new" */
  FIELD_SECONDS,
  FIELD_END,
  FIELD_STATUS,
  FIELD_WHO,
  FIELD_URI,
  FIELD_NAME,
  FIELD_CONTACT,
  FIELD_REASON,
  N_FIELDS
};

void
cusax_history_entry_free (CusaxHistoryEntry *entry)
{
  g_free (entry->who);
  g_free (entry->uri);
  g_free (entry->name);
  g_free (entry->contact);
  g_free (entry->reason);
  g_free (entry);
}

/* ----------------------------------------------------------------- reading */

static gboolean
read_end (const char *name, CusaxCallEnd *end)
{
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_equal (ends[i].name, name))
      {
        *end = ends[i].end;
        return TRUE;
      }
  return FALSE;
}

/* One of two words. */
static gboolean
read_word (const char *field, const char *yes, const char *no, gboolean *value)
{
  *value = g_str_equal (field, yes);
  return *value || g_str_equal (field, no);
}

/* An empty field is NULL. */
static gboolean
read_text (const char *field, char **text)
{
  if (*field == '\0')
    return TRUE;
  *text = g_uri_unescape_string (field, NULL);
  return *text != NULL && strlen (*text) <= MAX_TEXT && g_utf8_validate (*text, -1, NULL)
         && cusax_text_is_plain (*text);
}

static gboolean
read_number (const char *field, guint64 max, guint64 *number)
{
  return g_ascii_string_to_unsigned (field, 10, 0, max, number, NULL);
}

static gboolean
read_address (const char *field, char **uri)
{
  g_autoptr (CusaxAddress) address = NULL;

  if (!read_text (field, uri))
    return FALSE;
  address = *uri != NULL ? cusax_address_parse_uri (*uri, NULL) : NULL;
  return *uri == NULL || address != NULL;
}

static gboolean
read_fields (char **fields, CusaxHistoryEntry *entry)
{
  guint64 started = 0;
  guint64 seconds = 0;
  guint64 status = 0;

  if (g_strv_length (fields) != N_FIELDS || !read_number (fields[FIELD_STARTED], MAX_SECONDS, &started)
      || !read_word (fields[FIELD_DIRECTION], "out", "in", &entry->outgoing)
      || !read_word (fields[FIELD_SEEN], "seen", "new", &entry->seen)
      || !read_number (fields[FIELD_SECONDS], G_MAXUINT, &seconds) || !read_end (fields[FIELD_END], &entry->end)
      || !read_number (fields[FIELD_STATUS], 699, &status) || !read_text (fields[FIELD_WHO], &entry->who)
      || !read_address (fields[FIELD_URI], &entry->uri) || !read_text (fields[FIELD_NAME], &entry->name)
      || !read_text (fields[FIELD_CONTACT], &entry->contact)
      || !read_text (fields[FIELD_REASON], &entry->reason))
    return FALSE;
  if (entry->who == NULL)
    entry->who = g_strdup ("");
  entry->started = (gint64) started;
  entry->seconds = (guint) seconds;
  entry->status = (guint) status;
  return TRUE;
}

/* Returns: (transfer full) (nullable) */
static CusaxHistoryEntry *
read_line (const char *text, gsize length)
{
  CusaxHistoryEntry *entry = g_new0 (CusaxHistoryEntry, 1);
  g_autofree char *line = g_strndup (text, length);
  g_auto (GStrv) fields = g_strsplit (line, "\t", N_FIELDS + 1);

  if (memchr (text, '\0', length) == NULL && read_fields (fields, entry))
    return entry;
  cusax_history_entry_free (entry);
  return NULL;
}

/* Returns: FALSE if something could not be read */
static gboolean
read_all (GBytes *bytes, GPtrArray *entries)
{
  gsize length = 0;
  const char *at = g_bytes_get_data (bytes, &length);
  const char *end = at + length;
  gsize magic = strlen (MAGIC);
  gboolean is_whole = TRUE;

  if (length < magic || memcmp (at, MAGIC, magic) != 0)
    return FALSE;
  for (at += magic; at < end && entries->len < CUSAX_HISTORY_FILE_MAX_ENTRIES;)
    {
      const char *newline = memchr (at, '\n', end - at);
      CusaxHistoryEntry *entry;

      if (newline == NULL) /* cut within a line */
        return FALSE;
      entry = read_line (at, newline - at);
      if (entry != NULL)
        g_ptr_array_add (entries, entry);
      else
        is_whole = FALSE;
      at = newline + 1;
    }
  return is_whole;
}

gboolean
cusax_history_file_load (CusaxStore *store, GPtrArray *entries)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = store->load (store, FILE_NAME, MAX_BYTES, &error);

  if (error == NULL && (bytes == NULL || read_all (bytes, entries)))
    return FALSE;
  g_debug ("the call history is begun anew: %s", error != NULL ? error->message : "it has broken lines");
  store->set_aside (store, FILE_NAME);
  return entries->len > 0;
}

/* ----------------------------------------------------------------- writing */

static const char *
name_end (CusaxCallEnd end)
{
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (ends[i].end == end)
      return ends[i].name;
  return "failed";
}

static void
append_text (GString *line, const char *text)
{
  g_string_append_c (line, '\t');
  if (text != NULL && strlen (text) <= MAX_TEXT)
    g_string_append_uri_escaped (line, text, " @:+*;=/", TRUE);
}

static void
append_line (GString *text, const CusaxHistoryEntry *entry)
{
  g_string_append_printf (text, "%" G_GINT64_FORMAT "\t%s\t%s\t%u\t%s\t%u",
                          CLAMP (entry->started, 0, MAX_SECONDS), entry->outgoing ? "out" : "in",
                          entry->seen ? "seen" : "new", entry->seconds, name_end (entry->end), entry->status);
  append_text (text, entry->who);
  append_text (text, entry->uri);
  append_text (text, entry->name);
  append_text (text, entry->contact);
  append_text (text, entry->reason);
  g_string_append_c (text, '\n');
}

gboolean
cusax_history_file_save (CusaxStore *store, const GPtrArray *entries)
{
  g_autoptr (GString) text = g_string_new (MAGIC);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < entries->len; i++)
    append_line (text, g_ptr_array_index (entries, i));
  if (store->save (store, FILE_NAME, text->str, text->len, &error))
    return TRUE;
  g_debug ("the call history could not be written: %s", error != NULL ? error->message : "no reason");
  return FALSE;
}
