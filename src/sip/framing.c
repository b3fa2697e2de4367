/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See framing.h. */
#include "framing.h"

#include <string.h>

/* No number has more digits: RFC 3261 knows no limit, but none of ours is near it. */
#define MAX_DIGITS 9

struct _CusaxFraming
{
  GByteArray *pending; /* from the first byte of a message on */
  gsize taken;         /* of @pending: what the last call gave out */
  gsize skip;          /* bytes of a body that is too large, still to come */
  gboolean is_lost;

  /* Of the head, as far as it is read. */
  gsize line, seen;  /* where the line begins, up to where its end was looked for */
  gint64 length;     /* of the body; -1: not said */
  gboolean is_length_line; /* the line before was Content-Length */
};

static void
begin_message (CusaxFraming *framing)
{
  framing->line = framing->seen = 0;
  framing->length = -1;
  framing->is_length_line = FALSE;
}

CusaxFraming *
cusax_framing_new (void)
{
  CusaxFraming *framing = g_new0 (CusaxFraming, 1);

  framing->pending = g_byte_array_new ();
  begin_message (framing);
  return framing;
}

void
cusax_framing_free (CusaxFraming *framing)
{
  if (framing == NULL)
    return;
  g_byte_array_unref (framing->pending);
  g_free (framing);
}

static void
drop_taken (CusaxFraming *framing)
{
  if (framing->taken > 0)
    g_byte_array_remove_range (framing->pending, 0, (guint) framing->taken);
  framing->taken = 0;
}

void
cusax_framing_push (CusaxFraming *framing, const char *bytes, gsize length)
{
  gsize skipped = MIN (framing->skip, length);

  drop_taken (framing);
  if (framing->is_lost)
    return;
  framing->skip -= skipped;
  g_byte_array_append (framing->pending, (const guint8 *) bytes + skipped, (guint) (length - skipped));
}

/* A request or a status line, however bad: what is neither is the rest of something else. */
static gboolean
is_start_line (const char *line, gsize length)
{
  while (length > 0 && g_ascii_isspace (line[length - 1]))
    length--;
  if (length >= 4 && g_ascii_strncasecmp (line, "SIP/", 4) == 0)
    return TRUE;
  for (gsize i = length; i > 0 && length - i < 16; i--)
    if (g_ascii_isspace (line[i - 1]))
      return length - i >= 4 && g_ascii_strncasecmp (line + i, "SIP/", 4) == 0;
  return FALSE;
}

/* Returns: the value of Content-Length in @line, or NULL if it is another header */
static const char *
find_length (const char *line, const char *end)
{
  static const char *const names[] = { "Content-Length", "l" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gsize n = strlen (names[i]);
      const char *p = line + n;

      if ((gsize) (end - line) <= n || g_ascii_strncasecmp (line, names[i], n) != 0)
        continue;
      while (p < end && (*p == ' ' || *p == '\t'))
        p++;
      if (p < end && *p == ':')
        return p + 1;
    }
  return NULL;
}

/* Returns: FALSE if it is no number, or another one than was said before */
static gboolean
read_length (CusaxFraming *framing, const char *p, const char *end)
{
  gint64 number = 0;
  guint n_digits = 0;

  while (p < end && (*p == ' ' || *p == '\t'))
    p++;
  while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
    end--;
  for (; p < end; p++, n_digits++)
    {
      if (!g_ascii_isdigit (*p) || n_digits >= MAX_DIGITS)
        return FALSE;
      number = number * 10 + g_ascii_digit_value (*p);
    }
  if (n_digits == 0 || (framing->length >= 0 && framing->length != number))
    return FALSE;
  framing->length = number;
  return TRUE;
}

/* One line of the head, without its CR LF. Returns: FALSE if all is lost */
static gboolean
read_line (CusaxFraming *framing, const char *line, gsize length)
{
  gboolean is_fold = length > 0 && (*line == ' ' || *line == '\t');
  const char *value;

  if (framing->line == 0)
    return is_start_line (line, length);
  if (is_fold)
    return !framing->is_length_line;
  value = find_length (line, line + length);
  framing->is_length_line = value != NULL;
  return value == NULL || read_length (framing, value, line + length);
}

/* Reads on in the head; is_lost may be set. Returns: its length when it is through, else 0 */
static gsize
read_head (CusaxFraming *framing)
{
  const char *text = (const char *) framing->pending->data;
  gsize n = framing->pending->len;

  while (framing->seen < n && framing->line < CUSAX_FRAMING_MAX)
    {
      const char *line = text + framing->line;
      const char *end = memchr (text + framing->seen, '\n', n - framing->seen);

      if (end == NULL)
        {
          framing->seen = n;
          break;
        }
      /* Sofia takes LF alone for a line end, others do not. */
      framing->is_lost = end == line || end[-1] != '\r';
      if (!framing->is_lost && end - 1 == line)
        return framing->line + 2;
      framing->is_lost = framing->is_lost || !read_line (framing, line, (gsize) (end - 1 - line));
      if (framing->is_lost)
        return 0;
      framing->line = framing->seen = (gsize) (end - text) + 1;
    }
  framing->is_lost = n >= CUSAX_FRAMING_MAX;
  return 0;
}

static gsize
count_line_ends (const GByteArray *bytes)
{
  gsize n = 0;

  while (n < bytes->len && (bytes->data[n] == '\r' || bytes->data[n] == '\n'))
    n++;
  return n;
}

static CusaxFramed
give (CusaxFraming *framing, CusaxFramed kind, gsize count, const char **bytes, gsize *length)
{
  framing->taken = count;
  *bytes = (const char *) framing->pending->data;
  *length = count;
  if (kind != CUSAX_FRAMING_BETWEEN)
    begin_message (framing);
  return kind;
}

CusaxFramed
cusax_framing_next (CusaxFraming *framing, const char **bytes, gsize *length)
{
  gsize head, rest;

  drop_taken (framing);
  if (framing->is_lost || framing->skip > 0 || framing->pending->len == 0)
    return CUSAX_FRAMING_MORE;
  if (framing->seen == 0 && count_line_ends (framing->pending) > 0)
    return give (framing, CUSAX_FRAMING_BETWEEN, count_line_ends (framing->pending), bytes, length);

  head = read_head (framing);
  if (head > 0 && framing->length < 0)
    framing->is_lost = TRUE;
  if (framing->is_lost)
    return give (framing, CUSAX_FRAMING_LOST, head > 0 ? head : framing->pending->len, bytes, length);
  if (head == 0)
    return CUSAX_FRAMING_MORE;
  rest = framing->pending->len - head;
  if (head + (gsize) framing->length > CUSAX_FRAMING_MAX)
    {
      gsize there = MIN (rest, (gsize) framing->length);

      framing->skip = (gsize) framing->length - there;
      g_byte_array_remove_range (framing->pending, (guint) head, (guint) there);
      return give (framing, CUSAX_FRAMING_TOO_LARGE, head, bytes, length);
    }
  if (rest < (gsize) framing->length)
    return CUSAX_FRAMING_MORE;
  return give (framing, CUSAX_FRAMING_MESSAGE, head + (gsize) framing->length, bytes, length);
}

gboolean
cusax_framing_is_between (CusaxFraming *framing)
{
  return framing->pending->len == framing->taken && framing->skip == 0 && !framing->is_lost;
}
