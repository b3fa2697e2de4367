/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where messages of a stream end, however they come in pieces; and that nothing is guessed. */
#include "framing.h"

#include <string.h>

#define HEAD "OPTIONS sip:a@b SIP/2.0\r\n"

/* m(n) a message of n bytes, b(n) between, t(n) too large, lost. */
static void
note (GString *trace, CusaxFramed framed, gsize length)
{
  static const char *const names[] = { "more", "b", "m", "t", "lost" };

  if (trace->len > 0)
    g_string_append_c (trace, ' ');
  if (framed == CUSAX_FRAMING_LOST)
    g_string_append (trace, "lost");
  else
    g_string_append_printf (trace, "%s%" G_GSIZE_FORMAT, names[framed], length);
}

static char *
cut (const char *bytes, gsize length, gsize piece)
{
  CusaxFraming *framing = cusax_framing_new ();
  GString *trace = g_string_new (NULL);
  CusaxFramed framed;
  const char *found;
  gsize n;

  for (gsize at = 0; at < length; at += piece)
    {
      cusax_framing_push (framing, bytes + at, MIN (piece, length - at));
      while ((framed = cusax_framing_next (framing, &found, &n)) != CUSAX_FRAMING_MORE)
        note (trace, framed, n);
    }
  if (!cusax_framing_is_between (framing))
    g_string_append (trace, " +");
  cusax_framing_free (framing);
  return g_string_free (trace, FALSE);
}

static const struct
{
  const char *name, *bytes, *expected;
} rows[] = {
  { "no-body", HEAD "Content-Length: 0\r\n\r\n", "m46" },
  { "two", HEAD "l:3\r\n\r\nabc" HEAD "Content-Length :0\r\n\r\n", "m35 m46" },
  { "body-like-a-message", HEAD "l: 25\r\n\r\n" HEAD, "m59" },
  { "response", "SIP/2.0 200 OK\r\nl: 0\r\n\r\n", "m24" },
  { "bad-version", "OPTIONS sip:a@b SIP/7.0\r\nl: 0\r\n\r\n", "m33" },
  { "spaces-in-uri", "INVITE sip:a; lr SIP/2.0\r\nl: 0\r\n\r\n", "m34" },
  { "same-length-twice", HEAD "l: 2\r\nContent-Length: 2\r\n\r\nab", "m54" },
  { "incomplete-body", HEAD "l: 3\r\n\r\nab", " +" },
  { "incomplete-head", HEAD "l: 3\r\n", " +" },
  { "no-length", HEAD "Subject: l: 3\r\n\r\n", "lost +" },
  { "two-lengths", HEAD "l: 2\r\nContent-Length: 3\r\n\r\n", "lost +" },
  { "negative", HEAD "l: -1\r\n\r\n", "lost +" },
  { "huge", HEAD "l: 9999999999\r\n\r\n", "lost +" },
  { "empty", HEAD "l: \r\n\r\n", "lost +" },
  { "folded-length", HEAD "l: 1\r\n 2\r\n\r\n", "lost +" },
  { "folded-name", HEAD "l\r\n : 2\r\n\r\n", "lost +" },
  { "line-feed-alone", HEAD "Subject: a\n\nINVITE sip:a@b SIP/2.0\r\nl: 0\r\n\r\n", "lost +" },
  { "no-sip", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "lost +" },
  { "rest-of-a-body", "a=rtpmap:31 LPC\r\n", "lost +" },
};

static void
test_row (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  gsize length = strlen (rows[row].bytes);

  for (gsize piece = 1; piece <= length; piece++)
    {
      g_autofree char *trace = cut (rows[row].bytes, length, piece);

      g_assert_cmpstr (trace, ==, rows[row].expected);
    }
}

static void
test_between (void)
{
  const char bytes[] = "\r\n\r\n" HEAD "l: 0\r\n\r\n\r\n";
  g_autofree char *trace = cut (bytes, sizeof bytes - 1, sizeof bytes);

  g_assert_cmpstr (trace, ==, "b4 m33 b2");
}

/* Bounded, and the stream goes on. */
static void
test_too_large (gconstpointer data)
{
  gsize piece = GPOINTER_TO_UINT (data);
  g_autoptr (GString) bytes = g_string_new (HEAD "l: 70000\r\n\r\n");
  g_autofree char *body = g_strnfill (70000, 'x'), *trace = NULL;

  g_string_append (bytes, body);
  g_string_append (bytes, HEAD "l: 0\r\n\r\n");
  trace = cut (bytes->str, bytes->len, piece);
  g_assert_cmpstr (trace, ==, "t37 m33");
}

static void
test_endless_head (gconstpointer data)
{
  gboolean has_lines = GPOINTER_TO_INT (data);
  g_autoptr (GString) bytes = g_string_new (HEAD);
  g_autofree char *trace = NULL;

  while (bytes->len < 70000)
    g_string_append (bytes, has_lines ? "Subject: x\r\n" : "Subject: x");
  trace = cut (bytes->str, bytes->len, 1000);
  g_assert_cmpstr (trace, ==, "lost +");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/framing/P21/%s", rows[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_row);
    }
  g_test_add_func ("/framing/between", test_between);
  g_test_add_data_func ("/framing/P21/too-large/pieces", GUINT_TO_POINTER (1000), test_too_large);
  g_test_add_data_func ("/framing/P21/too-large/whole", GUINT_TO_POINTER (100000), test_too_large);
  g_test_add_data_func ("/framing/P21/endless-line", GINT_TO_POINTER (FALSE), test_endless_head);
  g_test_add_data_func ("/framing/P21/endless-head", GINT_TO_POINTER (TRUE), test_endless_head);
  return g_test_run ();
}
