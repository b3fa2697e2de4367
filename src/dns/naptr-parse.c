/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See naptr.h: bytes to records, with libresolv's bounded reader for the frame and our own for the insides. */
#include "naptr.h"

#include "error.h"

#include <arpa/nameser.h>
#include <string.h>

/* Records of any kind that are looked at: CNAME chains and signatures stand between ours. */
#define MAX_LOOKED_AT 256

static void
free_naptr (gpointer data)
{
  CusaxNaptr *record = data;

  g_free (record->flags);
  g_free (record->service);
  g_free (record->regexp);
  g_free (record->replacement);
  g_free (record);
}

/* A <character-string> (RFC 1035 section 3.3). Returns: (transfer full) (nullable): NULL if it does not end */
static char *
take_string (const guint8 **at, const guint8 *end)
{
  gsize length;
  char *text;

  if (*at >= end)
    return NULL;
  length = **at;
  if ((gsize) (end - *at) < length + 1)
    return NULL;
  text = g_strndup ((const char *) *at + 1, length);
  *at += length + 1;
  /* g_strndup() ends at a zero, and what stands behind it would not be seen. */
  if (strlen (text) != length)
    g_clear_pointer (&text, g_free);
  return text;
}

static gboolean
is_word (const char *text, const char *further)
{
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr (further, *text) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_clean (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (; *text != '\0'; text++)
    if (g_ascii_iscntrl (*text))
      return FALSE;
  return TRUE;
}

/* The last field is a name; by RFC 3403 not compressed, but old servers did. It must end where the record does.
 */
static char *
take_name (ns_msg *message, const guint8 *at, const guint8 *end)
{
  char name[NS_MAXDNAME];
  int used = ns_name_uncompress (ns_msg_base (*message), ns_msg_end (*message), at, name, sizeof name);

  if (used < 0 || at + used != end)
    return NULL;
  if (strcmp (name, ".") == 0)
    name[0] = '\0';
  return g_strdup (name);
}

/* Returns: (transfer full) (nullable) */
static CusaxNaptr *
parse_record (ns_msg *message, const ns_rr *rr)
{
  const guint8 *at = ns_rr_rdata (*rr), *end = at + ns_rr_rdlen (*rr);
  g_autofree char *flags = NULL, *service = NULL, *regexp = NULL, *replacement = NULL;
  CusaxNaptr *record;
  guint order, preference;

  if (end - at < 4)
    return NULL;
  order = (guint) at[0] << 8 | at[1];
  preference = (guint) at[2] << 8 | at[3];
  at += 4;
  flags = take_string (&at, end);
  service = flags != NULL ? take_string (&at, end) : NULL;
  regexp = service != NULL ? take_string (&at, end) : NULL;
  replacement = regexp != NULL ? take_name (message, at, end) : NULL;
  if (replacement == NULL || !is_word (flags, "") || !is_word (service, "+:-_.") || !is_clean (regexp)
      || !is_word (replacement, "-_."))
    return NULL;

  record = g_new0 (CusaxNaptr, 1);
  record->order = (guint16) order;
  record->preference = (guint16) preference;
  record->flags = g_ascii_strup (flags, -1);
  record->service = g_ascii_strup (service, -1);
  record->regexp = g_steal_pointer (&regexp);
  record->replacement = g_steal_pointer (&replacement);
  return record;
}

/* g_ptr_array_sort() keeps the order of equals. */
static int
compare (gconstpointer a, gconstpointer b)
{
  const CusaxNaptr *one = *(const CusaxNaptr *const *) a, *other = *(const CusaxNaptr *const *) b;

  if (one->order != other->order)
    return one->order < other->order ? -1 : 1;
  return one->preference < other->preference ? -1 : one->preference > other->preference;
}

GPtrArray *
cusax_naptr_parse (const guint8 *answer, gsize length, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func (free_naptr);
  ns_msg message;
  guint count;

  if (length > NS_MAXMSG || ns_initparse (answer, (int) length, &message) != 0
      || ns_msg_getflag (message, ns_f_qr) == 0)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "the DNS answer cannot be read");
      return NULL;
    }

  count = MIN (ns_msg_count (message, ns_s_an), MAX_LOOKED_AT);
  for (guint i = 0; i < count && records->len < CUSAX_NAPTR_MAX_RECORDS; i++)
    {
      ns_rr rr;
      CusaxNaptr *record = NULL;

      if (ns_parserr (&message, ns_s_an, (int) i, &rr) != 0)
        break;
      if (ns_rr_type (rr) == ns_t_naptr && ns_rr_class (rr) == ns_c_in)
        record = parse_record (&message, &rr);
      if (record != NULL)
        g_ptr_array_add (records, record);
    }
  g_ptr_array_sort (records, compare);
  return g_steal_pointer (&records);
}
