/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ends of calls that Sofia alone would lose: BYE and CANCEL on a connection that dies under them, BYE behind a request
 * that nobody answers, and refused offers, which are no ends (RFC 3261 sections 14.1 and 15).
 */
#include "ua-fixture.h"

#include <string.h>

#define ROUTES "Record-Route: <sip:far.example.test;lr>, <sip:near.example.test;lr;x=1>\n"
#define INFO_ALLOWED "Allow: INVITE, ACK, BYE, INFO, REFER, UPDATE\n"

static guint
get_cseq (const PeerMessage *message)
{
  g_autofree char *text = peer_message_get (message, "CSeq");

  return (guint) g_ascii_strtoull (text, NULL, 10);
}

static void
assert_same (const PeerMessage *one, const PeerMessage *other, const char *header)
{
  g_autofree char *before = message_get_all (one, header), *after = message_get_all (other, header);

  g_assert_cmpstr (before, ==, after);
}

/* The same good-bye again: RFC 3261 section 12.2.1.1. */
static void
assert_again (const PeerMessage *bye, const PeerMessage *again)
{
  static const char *const headers[] = { "Call-ID", "From", "To", "Route" };

  g_assert_cmpstr (again->first_line, ==, bye->first_line);
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    assert_same (bye, again, headers[i]);
  g_assert_cmpuint (get_cseq (again), >, get_cseq (bye));
  g_assert_cmpuint (get_cseq (again), <, 0x80000000u);
}

static void
hang_up (Talk *talk)
{
  talk->call->vtable->hang_up (talk->call);
}

/* ------------------------------------------------------------------ lost BYE */

typedef enum
{
  OUT,
  IN
} Way;

static const struct
{
  const char *name;
  Way way;
  const char *extra; /* of their INVITE or its answer */
  const char *routes;
  gboolean for_long; /* the account signs in again */
  guint n_asked;     /* 407 to so many of those that are said again, each of which is lost then, but the last */
} losses[] = {
  { "out", OUT, "", "", FALSE, 0 },
  { "out/routes", OUT, ROUTES, "<sip:near.example.test;lr;x=1>, <sip:far.example.test;lr>", FALSE, 0 },
  { "out/for-long", OUT, "", "", TRUE, 0 },
  { "out/asked", OUT, "", "", FALSE, 1 },
  { "out/asked-on-each-leg", OUT, "", "", FALSE, 2 },
  { "in", IN, "", "", FALSE, 0 },
  { "in/routes", IN, ROUTES, "<sip:far.example.test;lr>, <sip:near.example.test;lr;x=1>", FALSE, 0 },
};

static PeerDialog *
take_call (Line *line, Talk **talk, const char *extra)
{
  PeerDialog *dialog = peer_dialog_new (peer_get_contact (line->peer));
  g_autoptr (PeerMessage) ringing = NULL, ok = NULL;

  peer_request (line->peer, dialog, "INVITE", extra, "v=offer\n");
  ringing = peer_expect (line->peer, "SIP/2.0 180", WAIT_MS);
  peer_dialog_learn (dialog, ringing);
  line->talk->call->vtable->accept (line->talk->call, "v=answer\r\n");
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  peer_wait (line->peer, &line->talk->n_established, "established call", WAIT_MS);
  *talk = line->talk;
  return dialog;
}

/* All that a message wants, comma or line. */
static void
assert_routes (const PeerMessage *message, const char *routes)
{
  g_autofree char *all = message_get_all (message, "Route");
  g_auto (GStrv) parts = g_strsplit (all, " | ", -1);
  g_autofree char *joined = g_strjoinv (", ", parts), *spaced = NULL;
  g_auto (GStrv) items = g_strsplit (joined, ",", -1);

  for (guint i = 0; items[i] != NULL; i++)
    g_strstrip (items[i]);
  spaced = g_strjoinv (", ", items);
  g_assert_cmpstr (spaced, ==, routes);
}

static void
lose_leg (Line *line, gboolean for_long)
{
  line->n_registered = 0;
  if (!for_long)
    {
      peer_drop (line->peer);
      return;
    }
  peer_die (line->peer);
  line_wait_stopped (line);
  peer_revive (line->peer);
  line_start (line);
}

/* 407, and once more with an answer and the next number. */
static PeerMessage *
ask_who (Line *line, const PeerMessage *bye)
{
  PeerMessage *again;
  g_autofree char *proxy = NULL;

  peer_reply (line->peer, bye, "407 Proxy Authentication Required", NULL,
              "Proxy-Authenticate: Digest realm=\"example.test\", nonce=\"9\", qop=\"auth\", algorithm=SHA-256\n", NULL);
  again = peer_expect (line->peer, "BYE ", WAIT_MS);
  proxy = peer_message_get (again, "Proxy-Authorization");
  g_assert_nonnull (proxy);
  assert_again (bye, again);
  return again;
}

/* The answered one goes with its connection, too: (transfer full): what comes on the next. */
static PeerMessage *
lose_again (Line *line, PeerMessage **bye)
{
  g_autoptr (PeerMessage) lost = g_steal_pointer (bye);
  PeerMessage *again;

  line_wait_registered (line);
  lose_leg (line, TRUE);
  again = peer_expect (line->peer, "BYE ", WAIT_MS);
  assert_again (lost, again);
  return again;
}

static void
test_bye_lost (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = losses[i].way == OUT ? line_outgoing_call (line, &talk, losses[i].extra)
                                                       : take_call (line, &talk, losses[i].extra);
  g_autoptr (PeerMessage) bye = NULL, again = NULL;

  hang_up (talk);
  bye = peer_expect (line->peer, "BYE ", WAIT_MS);
  lose_leg (line, losses[i].for_long);
  /* For us it is over. */
  peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);
  g_assert_cmpuint (talk->status, ==, 0);

  again = peer_expect (line->peer, "BYE ", WAIT_MS);
  assert_again (bye, again);
  assert_routes (again, losses[i].routes);
  for (guint n = 0; n < losses[i].n_asked; n++)
    {
      g_autoptr (PeerMessage) asked = n == 0 ? g_steal_pointer (&again) : lose_again (line, &again);

      again = ask_who (line, asked);
    }
  peer_reply (line->peer, again, "481 Call Does Not Exist", NULL, NULL, NULL);
  line_wait_registered (line);
  peer_expect_none (line->peer, "BYE ", 50);
  if (losses[i].way == OUT)
    talk_free (talk);
  line_free (line);
}

/* Signing off waits for none of them. */
static void
test_bye_lost_and_stop (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, NULL);
  g_autoptr (PeerMessage) bye = NULL;
  gint64 begin;

  hang_up (talk);
  bye = peer_expect (line->peer, "BYE ", WAIT_MS);
  peer_die (line->peer);
  line_wait_stopped (line);
  peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);
  line->n_stopped = 0;
  begin = g_get_monotonic_time ();
  line->port->vtable->stop (line->port);
  line_wait_stopped (line);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 2 * G_USEC_PER_SEC);
  talk_free (talk);
  line_free (line);
}

/* ------------------------------------------------------------ BYE that waits */

static void
send_info (Line *line, Talk *talk)
{
  talk->call->vtable->send_info (talk->call, "application/dtmf-relay", "Signal=1\r\nDuration=100\r\n");
}

static void
send_refer (Line *line, Talk *talk)
{
  g_autoptr (CusaxAddress) carol = cusax_address_parse_uri ("sip:carol@example.test", NULL);

  g_assert_true (talk->call->vtable->refer (talk->call, carol, NULL, NULL));
}

static void
send_update (Line *line, Talk *talk)
{
  /* Their new Contact is told so. */
  peer_drop (line->peer);
}

static const struct
{
  const char *method;
  void (*send) (Line *line, Talk *talk);
} blockers[] = { { "INFO ", send_info }, { "REFER ", send_refer }, { "UPDATE ", send_update } };

/* The request that nobody answers, in calls of both directions; BYE leaves within 2 s. */
static void
test_bye_behind (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data) / 2;
  gboolean is_outgoing = GPOINTER_TO_UINT (data) % 2;
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog
    = is_outgoing ? line_outgoing_call (line, &talk, INFO_ALLOWED) : take_call (line, &talk, INFO_ALLOWED);
  g_autoptr (PeerMessage) swallowed = NULL, bye = NULL;
  gint64 begin;

  blockers[i].send (line, talk);
  swallowed = peer_expect (line->peer, blockers[i].method, WAIT_MS);
  begin = g_get_monotonic_time ();
  hang_up (talk);
  bye = peer_expect (line->peer, "BYE ", WAIT_MS);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 2 * G_USEC_PER_SEC);
  assert_same (swallowed, bye, "Call-ID");
  assert_same (swallowed, bye, "From");
  assert_same (swallowed, bye, "To");
  g_assert_cmpuint (get_cseq (bye), >, get_cseq (swallowed));
  peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
  peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);
  g_assert_cmpuint (talk->status, ==, 0);
  if (is_outgoing)
    talk_free (talk);
  line_free (line);
}

/* What is answered in time is waited for: one BYE. */
static void
test_bye_after_info (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, INFO_ALLOWED);
  g_autoptr (PeerMessage) info = NULL, bye = NULL;

  send_info (line, talk);
  info = peer_expect (line->peer, "INFO ", WAIT_MS);
  hang_up (talk);
  peer_reply (line->peer, info, "200 OK", NULL, NULL, NULL);
  bye = peer_expect (line->peer, "BYE ", WAIT_MS);
  g_assert_cmpuint (get_cseq (bye), ==, get_cseq (info) + 1);
  peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
  peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);
  peer_expect_none (line->peer, "BYE ", 600);
  talk_free (talk);
  line_free (line);
}

/* -------------------------------------------------------- refused, not ended */

/* RFC 3261 section 14.1: everything but 408 and 481. */
static const char *const refusals[] = {
  "500 Server Internal Error", "503 Service Unavailable", "501 Not Implemented", "502 Bad Gateway", "504 Server Time-out",
  "600 Busy Everywhere",       "480 Temporarily Unavailable", "404 Not Found", "405 Method Not Allowed", "483 Too Many Hops",
  "488 Not Acceptable Here",   "606 Not Acceptable",
};

/* The call goes on, with the next offer, and ends by BYE. */
static void
test_reoffer_refused (gconstpointer data)
{
  const char *refusal = refusals[GPOINTER_TO_UINT (data) / 2];
  gboolean is_outgoing = GPOINTER_TO_UINT (data) % 2;
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = is_outgoing ? line_outgoing_call (line, &talk, NULL) : take_call (line, &talk, NULL);
  g_autoptr (PeerMessage) invite = NULL, ack = NULL, again = NULL, ack_again = NULL, bye = NULL;

  talk->call->vtable->reoffer (talk->call, "v=hold\r\n");
  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  peer_reply (line->peer, invite, refusal, NULL, "Retry-After: 1\n", NULL);
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  peer_wait (line->peer, &talk->n_done, "answer", WAIT_MS);
  g_assert_cmpuint (talk->status, ==, g_ascii_strtoull (refusal, NULL, 10));

  talk->n_done = 0;
  talk->call->vtable->reoffer (talk->call, "v=again\r\n");
  again = peer_expect (line->peer, "INVITE ", WAIT_MS);
  peer_reply (line->peer, again, "200 OK", NULL, NULL, "v=fine\n");
  ack_again = peer_expect (line->peer, "ACK ", WAIT_MS);
  peer_wait (line->peer, &talk->n_done, "answer", WAIT_MS);
  g_assert_cmpuint (talk->n_ended, ==, 0);
  hang_up (talk);
  bye = peer_expect (line->peer, "BYE ", WAIT_MS);
  peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
  peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);
  if (is_outgoing)
    talk_free (talk);
  line_free (line);
}

/* Where UPDATE is refused our new Contact is told by INVITE, and the call goes on. */
static void
test_update_refused (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, INFO_ALLOWED);
  g_autoptr (PeerMessage) update = NULL, invite = NULL, ack = NULL, bye = NULL;

  peer_drop (line->peer);
  update = peer_expect (line->peer, "UPDATE ", WAIT_MS);
  peer_reply (line->peer, update, "500 Server Internal Error", NULL, NULL, NULL);
  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  assert_same (update, invite, "Contact");
  peer_reply (line->peer, invite, "200 OK", NULL, NULL, "v=answer\n");
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  g_assert_cmpuint (talk->n_ended, ==, 0);
  hang_up (talk);
  bye = peer_expect (line->peer, "BYE ", WAIT_MS);
  peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
  peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);
  talk_free (talk);
  line_free (line);
}

/* ---------------------------------------------------------------- lost CANCEL */

/* Cancelled, but who rings there never heard: told again as the same transaction, or, should somebody have answered
 * meanwhile, by BYE. */
static void
test_cancel_lost (gconstpointer data)
{
  gboolean is_answered = GPOINTER_TO_INT (data);
  Line *line = line_new (FALSE);
  g_autoptr (PeerMessage) invite = NULL, cancel = NULL, again = NULL, ack = NULL, bye = NULL;
  g_autofree char *contact = g_strdup_printf ("Contact: <sip:bob@127.0.0.1:%u;transport=tcp>\n", peer_get_port (line->peer));
  Talk *talk = line_dial (line, "v=offer\r\n");

  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  peer_reply (line->peer, invite, "180 Ringing", "t1", NULL, NULL);
  peer_wait (line->peer, &talk->n_progress, "180", WAIT_MS);
  hang_up (talk);
  cancel = peer_expect (line->peer, "CANCEL ", WAIT_MS);
  lose_leg (line, FALSE);
  peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);

  again = peer_expect (line->peer, "CANCEL ", WAIT_MS);
  g_assert_cmpstr (again->first_line, ==, cancel->first_line);
  assert_same (cancel, again, "Via");
  assert_same (cancel, again, "CSeq");
  assert_same (cancel, again, "Call-ID");
  assert_same (cancel, again, "From");
  assert_same (cancel, again, "To");
  line_wait_registered (line);
  if (is_answered)
    {
      peer_reply (line->peer, invite, "200 OK", "t1", contact, "v=late\n");
      peer_reply (line->peer, again, "481 Too Late", "t1", NULL, NULL);
      ack = peer_expect (line->peer, "ACK ", WAIT_MS);
      bye = peer_expect (line->peer, "BYE ", WAIT_MS);
      peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
    }
  else
    {
      peer_reply (line->peer, again, "200 OK", "t1", NULL, NULL);
      peer_reply (line->peer, invite, "487 Request Terminated", "t1", NULL, NULL);
    }
  g_assert_cmpuint (talk->n_established, ==, 0);
  talk_free (talk);
  line_free (line);
}

static void
add_tests (void)
{
  g_test_add_data_func ("/farewell/cancel-lost/rings", GINT_TO_POINTER (FALSE), test_cancel_lost);
  g_test_add_data_func ("/farewell/cancel-lost/answered", GINT_TO_POINTER (TRUE), test_cancel_lost);
  for (guint i = 0; i < G_N_ELEMENTS (losses); i++)
    {
      g_autofree char *path = g_strdup_printf ("/farewell/bye-lost/%s", losses[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_bye_lost);
    }
  g_test_add_func ("/farewell/bye-lost/stop", test_bye_lost_and_stop);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (blockers); i++)
    {
      g_autofree char *method = g_ascii_strdown (g_strstrip (g_strdup (blockers[i / 2].method)), -1);
      g_autofree char *path = g_strdup_printf ("/farewell/bye-behind/%s/%s", method, i % 2 ? "out" : "in");

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_bye_behind);
    }
  g_test_add_func ("/farewell/bye-behind/answered", test_bye_after_info);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/farewell/refused/%.3s/%s", refusals[i / 2], i % 2 ? "out" : "in");

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_reoffer_refused);
    }
  g_test_add_func ("/farewell/refused/update", test_update_refused);
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
