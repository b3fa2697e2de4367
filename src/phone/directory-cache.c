/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See directory-cache.h. */
#include "directory-cache.h"

#include <string.h>

#define FILE_NAME "cards"
#define MAGIC "cusax-cards 1 "
#define MAX_LINE_BYTES 65536

char *
cusax_directory_cache_fingerprint (const CusaxConfig *config)
{
  g_autofree char *related = g_strjoinv (" ", (char **) cusax_config_get_related_domains (config));
  g_autofree char *jid_domain = cusax_address_jid_domain (cusax_config_get_jid (config), NULL);
  /* What the keys of two versions of this program have in common is their version, in MAGIC. */
  g_autofree char *all
    = g_strjoin ("\n", cusax_config_get_domain (config), jid_domain != NULL ? jid_domain : "",
                 cusax_config_get_country_code (config), cusax_config_get_trunk_prefix (config), related, NULL);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, all, -1);
}

CusaxCard *
cusax_directory_cache_renew (CusaxCard *card, const CusaxConfig *config)
{
  g_autoptr (GPtrArray) tels = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_tel_free);

  for (guint i = 0; i < cusax_card_get_n_entries (card); i++)
    {
      CusaxCardEntry entry = { 0 };
      CusaxTel *tel = g_new0 (CusaxTel, 1);

      cusax_card_get_entry (card, i, &entry);
      tel->value = g_strdup (entry.value);
      tel->types = entry.types;
      tel->pref = entry.pref;
      g_ptr_array_add (tels, tel);
    }
  return cusax_card_new (cusax_card_get_jid (card), cusax_card_get_state (card), cusax_card_get_read_at (card),
                         tels, config);
}

/* ----------------------------------------------------------------- reading */

/* Digits and a tab; @at goes behind them. */
static gboolean
read_number (const char **at, const char *end, gint64 *number)
{
  const char *p = *at;
  gint64 value = 0;

  for (; p < end && g_ascii_isdigit (*p) && p - *at < 15; p++)
    value = value * 10 + (*p - '0');
  if (p == *at || p == end || *p != '\t')
    return FALSE;
  *at = p + 1;
  *number = value;
  return TRUE;
}

/* Up to a tab; @at goes behind it. */
static gboolean
read_mark (const char **at, const char *end, char mark[CUSAX_DIRECTORY_CACHE_MAX_MARK + 1])
{
  gsize length = 0;

  for (const char *p = *at; p < end && *p != '\t'; p++)
    {
      if (!g_ascii_isgraph (*p) || length == CUSAX_DIRECTORY_CACHE_MAX_MARK)
        return FALSE;
      mark[length++] = *p;
    }
  mark[length] = '\0';
  *at += length;
  return *at < end && *(*at)++ == '\t';
}

typedef struct
{
  const CusaxConfig *config; /* (nullable): the keys have to be made anew */
  CusaxDirectoryCacheFunc function;
  gpointer user_data;
} Reader;

static gboolean
read_line (const Reader *reader, const char *text, gsize length)
{
  const char *end = text + length;
  const char *at = text;
  char mark[CUSAX_DIRECTORY_CACHE_MAX_MARK + 1];
  char pushed[CUSAX_DIRECTORY_CACHE_MAX_MARK + 1];
  gint64 fails = 0;
  CusaxDirectoryCacheLine line = { .mark = mark, .pushed = pushed };
  g_autoptr (CusaxCard) card = NULL;
  g_autoptr (CusaxCard) renewed = NULL;

  if (length > MAX_LINE_BYTES || !read_number (&at, end, &fails) || !read_number (&at, end, &line.failed_at)
      || !read_mark (&at, end, mark) || !read_mark (&at, end, pushed))
    return FALSE;
  card = cusax_card_from_line (at, end - at);
  if (card == NULL)
    return FALSE;

  line.card = card;
  if (reader->config != NULL)
    line.card = renewed = cusax_directory_cache_renew (card, reader->config);
  line.fails = (guint) MIN (fails, 255);
  reader->function (reader->user_data, &line);
  return TRUE;
}

/* Returns: (nullable): behind the first line; NULL if it is not ours. */
static const char *
read_head (const char *text, const char *end, const char *fingerprint, gboolean *is_equal)
{
  const char *newline = memchr (text, '\n', MIN (end - text, 256));
  gsize magic = strlen (MAGIC);

  if (newline == NULL || (gsize) (newline - text) < magic || memcmp (text, MAGIC, magic) != 0)
    return NULL;
  text += magic;
  *is_equal
    = (gsize) (newline - text) == strlen (fingerprint) && memcmp (text, fingerprint, newline - text) == 0;
  return newline + 1;
}

/* Returns: FALSE if something could not be read */
static gboolean
read_all (GBytes *bytes, const CusaxConfig *config, CusaxDirectoryCacheFunc function, gpointer user_data,
          gboolean *is_equal)
{
  gsize length = 0;
  const char *text = g_bytes_get_data (bytes, &length);
  const char *end = text + length;
  g_autofree char *fingerprint = cusax_directory_cache_fingerprint (config);
  const char *at = length > 0 ? read_head (text, end, fingerprint, is_equal) : NULL;
  Reader reader = { *is_equal ? NULL : config, function, user_data };
  gboolean is_whole = at != NULL;

  for (guint lines = 0; at != NULL && at < end && lines < CUSAX_DIRECTORY_CACHE_MAX_LINES; lines++)
    {
      const char *newline = memchr (at, '\n', end - at);

      if (newline == NULL) /* cut within a line */
        return FALSE;
      if (!read_line (&reader, at, newline - at))
        is_whole = FALSE;
      at = newline + 1;
    }
  return is_whole;
}

gboolean
cusax_directory_cache_load (CusaxStore *store, const CusaxConfig *config, CusaxDirectoryCacheFunc function,
                            gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = store->load (store, FILE_NAME, CUSAX_DIRECTORY_CACHE_MAX_BYTES, &error);
  gboolean is_equal = FALSE;

  if (bytes == NULL && error == NULL)
    return FALSE;
  if (bytes != NULL && read_all (bytes, config, function, user_data, &is_equal))
    return !is_equal;
  g_debug ("the file of cards is begun anew: %s", error != NULL ? error->message : "it has broken lines");
  store->set_aside (store, FILE_NAME);
  return TRUE;
}

/* ----------------------------------------------------------------- writing */

void
cusax_directory_cache_begin (CusaxDirectoryCacheText *text, const CusaxConfig *config)
{
  g_autofree char *fingerprint = cusax_directory_cache_fingerprint (config);

  text->text = g_string_new (MAGIC);
  text->n_lines = 0;
  g_string_append_printf (text->text, "%s\n", fingerprint);
}

gboolean
cusax_directory_cache_append (CusaxDirectoryCacheText *text, const CusaxDirectoryCacheLine *line)
{
  gsize before = text->text->len;

  if (text->n_lines >= CUSAX_DIRECTORY_CACHE_MAX_LINES)
    return FALSE;
  g_string_append_printf (text->text, "%u\t%" G_GINT64_FORMAT "\t%s\t%s\t", line->fails,
                          MAX (line->failed_at, 0), line->mark, line->pushed);
  cusax_card_to_line (line->card, text->text);
  if (text->text->len > CUSAX_DIRECTORY_CACHE_MAX_BYTES)
    {
      g_string_truncate (text->text, before);
      return FALSE;
    }
  text->n_lines++;
  return TRUE;
}

gboolean
cusax_directory_cache_end (CusaxDirectoryCacheText *text, CusaxStore *store)
{
  g_autoptr (GError) error = NULL;
  gboolean saved = store->save (store, FILE_NAME, text->text->str, text->text->len, &error);

  if (!saved)
    g_debug ("cards could not be written: %s", error != NULL ? error->message : "no reason");
  g_string_free (text->text, TRUE);
  text->text = NULL;
  return saved;
}
