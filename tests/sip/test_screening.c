/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Over a stream a message that nobody can read costs itself and nothing else: a stranger's goes through the same connection as
 * everything of ours. Where it took the order of the stream with it the leg is up again at once, however often.
 */
#include "ua-fixture.h"

#include <string.h>

/* The leg answers, over the connection that it has. */
static void
check_alive (Line *line)
{
  g_autoptr (PeerDialog) dialog = peer_dialog_new (peer_get_contact (line->peer));
  g_autoptr (PeerMessage) answer = NULL;

  peer_request (line->peer, dialog, "OPTIONS", NULL, NULL);
  answer = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
}

#define VIA "Via: SIP/2.0/TCP 192.0.2.7;branch=z9hG4bKbad\r\n"
#define REST VIA "From: <sip:x@b.test>;tag=x\r\nTo: <sip:alice@example.test>\r\nCall-ID: bad\r\n"
#define END "Content-Length: 0\r\n\r\n"
#define OK_LINE "OPTIONS sip:a@b.test SIP/2.0\r\n"

static const struct
{
  const char *name, *bytes;
  gsize length; /* 0: up to its NUL */
  const char *answer;
} rows[] = {
  { "request-line", "INVITE sip:a@b.test; lr SIP/2.0\r\n" REST "CSeq: 1 INVITE\r\n" END, 0, "SIP/2.0 400" },
  { "nul", OK_LINE "Subject: \0\r\n" REST "CSeq: 1 OPTIONS\r\n" END,
    sizeof OK_LINE "Subject: \0\r\n" REST "CSeq: 1 OPTIONS\r\n" END - 1, "SIP/2.0 400" },
  { "cr-alone", OK_LINE "Subject: x\r\rINVITE sip:a@b.test SIP/2.0\r\n" REST "CSeq: 1 OPTIONS\r\n" END, 0, "SIP/2.0 400" },
  { "from", OK_LINE VIA "From: <sip:x\r\nTo: <sip:a@b.test>\r\nCall-ID: bad\r\nCSeq: 1 OPTIONS\r\n" END, 0, "SIP/2.0 400" },
  { "method", OK_LINE REST "CSeq: 1 INVITE\r\n" END, 0, "SIP/2.0 400" },
  { "missing", OK_LINE VIA END, 0, "SIP/2.0 400" },
  { "twice", OK_LINE REST REST "CSeq: 1 OPTIONS\r\n" END, 0, "SIP/2.0 400" },
  { "version", "OPTIONS sip:a@b.test SIP/7.0\r\n" REST "CSeq: 1 OPTIONS\r\n" END, 0, "SIP/2.0 505" },
  { "via", OK_LINE "Via: \r\nFrom: <sip:x@b.test>;tag=x\r\nTo: <sip:a@b.test>\r\nCall-ID: bad\r\nCSeq: 1 OPTIONS\r\n" END, 0,
    NULL },
  { "ack", "ACK sip:a@b.test; lr SIP/2.0\r\n" REST "CSeq: 1 ACK\r\n" END, 0, NULL },
  { "status-line", "SIP/2.0 4294967301 better not\r\n" REST "CSeq: 1 INVITE\r\n" END, 0, NULL },
  { "response-from", "SIP/2.0 200 OK\r\n" VIA "From: <sip:x\r\nTo: <sip:a@b.test>\r\nCSeq: 1 INVITE\r\n" END, 0, NULL },
};

/* Thrice: it used to cost the connection, and the second loss in 10 s signed the account off. */
static void
test_goes_on (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  gboolean in_call = row >= G_N_ELEMENTS (rows);
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = NULL;

  row %= G_N_ELEMENTS (rows);
  if (in_call)
    dialog = line_incoming_call (line);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (PeerMessage) answer = NULL;
      g_autofree char *via = NULL;

      peer_send_bytes (line->peer, rows[row].bytes, rows[row].length > 0 ? rows[row].length : strlen (rows[row].bytes));
      if (rows[row].answer != NULL)
        {
          answer = peer_expect (line->peer, rows[row].answer, WAIT_MS);
          via = peer_message_get (answer, "Via");
          g_assert_nonnull (strstr (via, "z9hG4bKbad"));
        }
      check_alive (line);
    }
  g_assert_cmpuint (peer_get_n_connections (line->peer), ==, 1);
  g_assert_cmpuint (line->n_registered, ==, 1);
  g_assert_cmpuint (line->n_stopped, ==, 0);
  if (in_call)
    {
      g_assert_cmpuint (line->talk->n_ended, ==, 0);
      peer_request (line->peer, dialog, "BYE", NULL, NULL);
      peer_wait (line->peer, &line->talk->n_ended, "end of the call", WAIT_MS);
    }
  line_free (line);
}

/* In pieces, right before one that is good. */
static void
test_pieces (void)
{
  const char *bad = OK_LINE VIA "From: <sip:x\r\nTo: <sip:a@b.test>\r\nCall-ID: bad\r\nCSeq: 1 OPTIONS\r\n" END;
  Line *line = line_new (FALSE);

  for (const char *p = bad; *p != '\0'; p++)
    {
      peer_send_bytes (line->peer, p, 1);
      g_main_context_iteration (NULL, FALSE);
    }
  check_alive (line);
  g_assert_cmpuint (peer_get_n_connections (line->peer), ==, 1);
  line_free (line);
}

static void
test_too_large (void)
{
  Line *line = line_new (FALSE);
  g_autofree char *body = g_strnfill (70000, 'x');
  g_autoptr (PeerMessage) answer = NULL;
  const char *head = OK_LINE REST "CSeq: 1 OPTIONS\r\nContent-Length: 70000\r\n\r\n";

  peer_send_bytes (line->peer, head, strlen (head));
  for (guint i = 0; i < 70; i++)
    {
      peer_send_bytes (line->peer, body, 1000);
      g_main_context_iteration (NULL, FALSE);
    }
  answer = peer_expect (line->peer, "SIP/2.0 413", WAIT_MS);
  check_alive (line);
  g_assert_cmpuint (peer_get_n_connections (line->peer), ==, 1);
  line_free (line);
}

static const struct
{
  const char *name, *bytes, *answer;
} lost[] = {
  { "no-length", OK_LINE REST "CSeq: 1 OPTIONS\r\n\r\n", "SIP/2.0 400" },
  { "negative", OK_LINE REST "CSeq: 1 OPTIONS\r\nContent-Length: -1\r\n\r\n", "SIP/2.0 400" },
  { "two-lengths", OK_LINE REST "CSeq: 1 OPTIONS\r\nContent-Length: 1\r\nl: 2\r\n\r\n", "SIP/2.0 400" },
  { "no-sip", "a=rtpmap:31 LPC\r\n", NULL },
};

static void
test_lost (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  Line *line = line_new (FALSE);

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (PeerMessage) answer = NULL;

      line->n_registered = 0;
      peer_send_bytes (line->peer, lost[row].bytes, strlen (lost[row].bytes));
      if (lost[row].answer != NULL)
        answer = peer_expect (line->peer, lost[row].answer, WAIT_MS);
      line_wait_registered (line);
      check_alive (line);
    }
  g_assert_cmpuint (line->n_stopped, ==, 0);
  line_free (line);
}

/* A server that does nothing else is not dialled for ever. */
static void
test_lost_without_end (void)
{
  Line *line = line_new (FALSE);

  for (guint i = 0; line->n_stopped == 0; i++)
    {
      g_assert_cmpuint (i, <, 12);
      line->n_registered = 0;
      peer_send_bytes (line->peer, lost[3].bytes, strlen (lost[3].bytes));
      while (line->n_registered == 0 && line->n_stopped == 0)
        g_main_context_iteration (NULL, TRUE);
    }
  line_free (line);
}

static void
add_tests (void)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/sip/screening/P21/%s/%s", rows[i % G_N_ELEMENTS (rows)].name,
                                               i < G_N_ELEMENTS (rows) ? "idle" : "in-call");

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_goes_on);
    }
  for (guint i = 0; i < G_N_ELEMENTS (lost); i++)
    {
      g_autofree char *path = g_strdup_printf ("/sip/screening/P21/lost/%s", lost[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_lost);
    }
  g_test_add_func ("/sip/screening/P21/pieces", test_pieces);
  g_test_add_func ("/sip/screening/P21/too-large", test_too_large);
  g_test_add_func ("/sip/screening/P21/lost-without-end", test_lost_without_end);
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
