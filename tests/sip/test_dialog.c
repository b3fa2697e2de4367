/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls against a scripted telephone: set-up, refusal and end in both directions, later offers with glare, late
 * and malformed messages, the loss of the outer leg, and the release of a call in every state.
 */
#include "ua-fixture.h"

#include <string.h>

#define CALLS_TO_MEASURE 20

static void
wait_ended (Line *line, Talk *talk, guint status)
{
  peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);
  g_assert_cmpuint (talk->n_ended, ==, 1);
  g_assert_cmpuint (talk->status, ==, status);
}

static void
expect_bye (Line *line)
{
  g_autoptr (PeerMessage) bye = peer_expect (line->peer, "BYE ", WAIT_MS);

  peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
}

static char *
contact_line (Line *line)
{
  return g_strdup_printf ("Contact: <sip:bob@127.0.0.1:%u;transport=tcp>\n", peer_get_port (line->peer));
}

/* -------------------------------------------------------------------- outgoing */

static void
test_out (gconstpointer data)
{
  gboolean udp = GPOINTER_TO_INT (data);
  Line *line = line_new (udp);
  g_autoptr (PeerMessage) invite = NULL, ack = NULL;
  g_autofree char *contact = contact_line (line), *from = NULL, *to = NULL, *our = NULL, *agent = NULL;
  Talk *talk = line_dial (line, "v=offer\r\n");

  invite = peer_expect (line->peer, "INVITE sip:bob@example.test ", WAIT_MS);
  g_assert_cmpstr (invite->body, ==, "v=offer\r\n");
  from = peer_message_get (invite, "From");
  to = peer_message_get (invite, "To");
  our = peer_message_get (invite, "Contact");
  g_assert_true (g_str_has_prefix (from, "<sip:alice@example.test>;tag="));
  g_assert_cmpstr (to, ==, "<sip:bob@example.test>");
  g_assert_nonnull (strstr (our, peer_get_contact (line->peer)));

  peer_reply (line->peer, invite, "100 Trying", NULL, NULL, NULL);
  peer_reply (line->peer, invite, "180 Ringing", "t1", contact, NULL);
  peer_wait (line->peer, &talk->n_progress, "180", WAIT_MS);
  peer_reply (line->peer, invite, "183 Session Progress", "t1", contact, "v=early\n");
  peer_reply (line->peer, invite, "200 OK", "t1", contact, "v=answer\n");
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  peer_wait (line->peer, &talk->n_established, "call", WAIT_MS);
  g_assert_cmpstr (talk->trace->str, ==, "180 183+ up+");
  g_assert_cmpstr (talk->sdp, ==, "v=answer\r\n");

  talk->call->vtable->hang_up (talk->call);
  expect_bye (line);
  wait_ended (line, talk, 0);
  /* R: nothing is sent twice over a stream, and an INVITE never is. */
  g_assert_cmpuint (peer_count (line->peer, "INVITE "), ==, 1);
  talk_free (talk);
  line_free (line);
}

static void
test_out_challenged (void)
{
  Line *line;
  Peer *peer = peer_new (FALSE);
  g_autoptr (PeerMessage) invite = NULL, ack = NULL, bye = NULL;
  g_autofree char *contact = NULL, *proxy = NULL;
  Talk *talk;

  peer_set_mode (peer, PEER_SHA256, 0);
  peer_challenge_invite (peer);
  line = line_new_idle (peer, NULL, NULL);
  line_start (line);
  line_wait_registered (line);
  contact = contact_line (line);
  talk = line_dial (line, "v=offer\r\n");
  invite = peer_expect (peer, "INVITE ", WAIT_MS);
  g_assert_cmpuint (peer_count (peer, "INVITE "), ==, 2);
  peer_reply (peer, invite, "200 OK", "t1", contact, "v=answer\n");
  /* The first ACK is for the 407; the second one must carry the credentials. */
  ack = peer_expect (peer, "ACK ", WAIT_MS);
  g_clear_pointer (&ack, peer_message_free);
  ack = peer_expect (peer, "ACK ", WAIT_MS);
  proxy = peer_message_get (ack, "Proxy-Authorization");
  g_assert_nonnull (proxy);
  peer_wait (peer, &talk->n_established, "call", WAIT_MS);
  talk->call->vtable->hang_up (talk->call);
  expect_bye (line);
  wait_ended (line, talk, 0);
  talk_free (talk);
  line_free (line);
}

/* A stranger at the far end asks for our password, as callee or as if he were our proxy: he gets no hash of it. */
static void
test_R47_stranger_asks (gconstpointer data)
{
  gboolean as_proxy = GPOINTER_TO_INT (data);
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autoptr (PeerMessage) invite = NULL;
  g_autofree char *challenge = g_strdup_printf (
      "%s: Digest realm=\"stranger\", nonce=\"1\", qop=\"auth\", algorithm=SHA-256\n",
      as_proxy ? "Proxy-Authenticate" : "WWW-Authenticate");
  Talk *talk;

  peer_set_mode (peer, PEER_SHA256, 0);
  line_start (line);
  line_wait_registered (line);
  talk = line_dial (line, "v=offer\r\n");
  invite = peer_expect (peer, "INVITE ", WAIT_MS);
  peer_reply (peer, invite, as_proxy ? "407 Proxy Authentication Required" : "401 Unauthorized", "t1", challenge,
              NULL);
  wait_ended (line, talk, as_proxy ? 407 : 401);
  peer_expect_none (peer, "INVITE ", 200);
  talk_free (talk);
  line_free (line);
}

/* Hung up before the challenge comes: nobody is dialled again. */
static void
test_out_challenged_after_hang_up (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autoptr (PeerMessage) invite = NULL;
  Talk *talk;

  peer_set_mode (peer, PEER_SHA256, 0);
  line_start (line);
  line_wait_registered (line);
  talk = line_dial (line, "v=offer\r\n");
  invite = peer_expect (peer, "INVITE ", WAIT_MS);
  talk->call->vtable->hang_up (talk->call);
  peer_reply (peer, invite, "407 Proxy Authentication Required", "t1",
              "Proxy-Authenticate: Digest realm=\"home\", nonce=\"1\", qop=\"auth\", algorithm=SHA-256\n", NULL);
  wait_ended (line, talk, 487);
  peer_expect_none (peer, "INVITE ", 200);
  talk_free (talk);
  line_free (line);
}

static void
test_out_refused (gconstpointer data)
{
  const char *status = data;
  Line *line = line_new (FALSE);
  g_autoptr (PeerMessage) invite = NULL, ack = NULL;
  g_autofree char *contact = contact_line (line);
  Talk *talk = line_dial (line, "v=offer\r\n");

  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  /* 302: nobody but a person decides where else to call. 503 with Retry-After: nobody waits in silence. */
  peer_reply (line->peer, invite, status, "t1",
              g_str_has_prefix (status, "503") ? "Retry-After: 5\n" : "Contact: <sip:other@127.0.0.1>\n", NULL);
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  wait_ended (line, talk, (guint) g_ascii_strtoull (status, NULL, 10));
  g_assert_cmpstr (talk->reason, ==, status + 4);
  peer_expect_none (line->peer, "INVITE ", 200);
  g_assert_cmpuint (peer_count (line->peer, "INVITE "), ==, 1);
  talk_free (talk);
  line_free (line);
}

static void
test_out_cancel (gconstpointer data)
{
  gboolean late_200 = GPOINTER_TO_INT (data);
  Line *line = line_new (FALSE);
  g_autoptr (PeerMessage) invite = NULL, cancel = NULL, ack = NULL;
  g_autofree char *contact = contact_line (line);
  Talk *talk = line_dial (line, "v=offer\r\n");

  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  peer_reply (line->peer, invite, "180 Ringing", "t1", contact, NULL);
  peer_wait (line->peer, &talk->n_progress, "180", WAIT_MS);
  talk->call->vtable->hang_up (talk->call);
  cancel = peer_expect (line->peer, "CANCEL ", WAIT_MS);
  peer_reply (line->peer, cancel, "200 OK", "t1", NULL, NULL);
  peer_reply (line->peer, invite, late_200 ? "200 OK" : "487 Request Terminated", "t1", contact,
              late_200 ? "v=answer\n" : NULL);
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  if (late_200)
    expect_bye (line);
  wait_ended (line, talk, 487);
  g_assert_cmpuint (talk->n_established, ==, 0);
  talk_free (talk);
  line_free (line);
}

/* RFC 3261 section 9.1: CANCEL waits for a provisional answer. */
static void
test_out_cancel_early (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerMessage) invite = NULL, cancel = NULL, ack = NULL;
  Talk *talk = line_dial (line, "v=offer\r\n");

  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  talk->call->vtable->hang_up (talk->call);
  peer_expect_none (line->peer, "CANCEL ", 100);
  peer_reply (line->peer, invite, "100 Trying", NULL, NULL, NULL);
  cancel = peer_expect (line->peer, "CANCEL ", WAIT_MS);
  peer_reply (line->peer, cancel, "200 OK", "t1", NULL, NULL);
  peer_reply (line->peer, invite, "487 Request Terminated", "t1", NULL, NULL);
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  wait_ended (line, talk, 487);
  talk_free (talk);
  line_free (line);
}

static void
test_out_offerless (gconstpointer data)
{
  guint status = GPOINTER_TO_UINT (data);
  Line *line = line_new (FALSE);
  g_autoptr (PeerMessage) invite = NULL, ack = NULL;
  g_autofree char *contact = contact_line (line);
  Talk *talk = line_dial (line, NULL);

  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  g_assert_cmpstr (invite->body, ==, "");
  peer_reply (line->peer, invite, "200 OK", "t1", contact, "v=their-offer\n");
  peer_wait (line->peer, &talk->n_established, "offer", WAIT_MS);
  g_assert_cmpstr (talk->sdp, ==, "v=their-offer\r\n");
  peer_expect_none (line->peer, "ACK ", 50);
  talk->call->vtable->answer_offer (talk->call, status, status < 300 ? "v=our-answer\r\n" : NULL);
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  g_assert_cmpstr (ack->body, ==, status < 300 ? "v=our-answer\r\n" : "");
  if (status < 300)
    talk->call->vtable->hang_up (talk->call);
  expect_bye (line);
  wait_ended (line, talk, status < 300 ? 0 : status);
  talk_free (talk);
  line_free (line);
}

/* The answer came in a 183 and the 200 is silent: both forks' SDP must not be mixed up. */
static void
test_out_early_answer (gconstpointer data)
{
  gboolean same_fork = GPOINTER_TO_INT (data);
  Line *line = line_new (FALSE);
  g_autoptr (PeerMessage) invite = NULL, ack = NULL;
  g_autofree char *contact = contact_line (line);
  Talk *talk = line_dial (line, "v=offer\r\n");

  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  peer_reply (line->peer, invite, "183 Session Progress", "t1", contact, "v=early\n");
  peer_reply (line->peer, invite, "200 OK", same_fork ? "t1" : "t2", contact, NULL);
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  peer_wait (line->peer, &talk->n_established, "call", WAIT_MS);
  g_assert_cmpstr (talk->sdp, ==, same_fork ? "v=early\r\n" : NULL);
  talk_release (talk);
  expect_bye (line);
  talk_free (talk);
  line_free (line);
}

/* Reliable 183: Sofia PRACKs by itself (RFC 3262). */
static void
test_out_prack (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerMessage) invite = NULL, prack = NULL, ack = NULL;
  g_autofree char *contact = contact_line (line);
  g_autofree char *reliable = g_strconcat (contact, "Require: 100rel\nRSeq: 7\n", NULL);
  g_autofree char *rack = NULL;
  Talk *talk = line_dial (line, "v=offer\r\n");

  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  peer_reply (line->peer, invite, "183 Session Progress", "t1", reliable, "v=early\n");
  prack = peer_expect (line->peer, "PRACK ", WAIT_MS);
  rack = peer_message_get (prack, "RAck");
  g_assert_true (g_str_has_prefix (rack, "7 "));
  peer_reply (line->peer, prack, "200 OK", NULL, NULL, NULL);
  peer_reply (line->peer, invite, "200 OK", "t1", contact, NULL);
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  peer_wait (line->peer, &talk->n_established, "call", WAIT_MS);
  g_assert_cmpstr (talk->sdp, ==, "v=early\r\n");
  talk_release (talk);
  expect_bye (line);
  talk_free (talk);
  line_free (line);
}

static void
test_bye_in (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, NULL);
  g_autoptr (PeerMessage) ok = NULL;

  peer_request (line->peer, dialog, "BYE", "Reason: SIP;cause=200;text=\"enough\"\n", NULL);
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  wait_ended (line, talk, 0);
  g_assert_cmpstr (talk->reason, ==, "enough");
  talk_free (talk);
  line_free (line);
}

/* -------------------------------------------------------------------- incoming */

static void
test_in (gconstpointer data)
{
  gboolean udp = GPOINTER_TO_INT (data);
  Line *line = line_new (udp);
  g_autoptr (PeerDialog) dialog = line_incoming_call (line);
  g_autoptr (PeerMessage) ok = NULL;

  g_assert_cmpstr (line->talk->trace->str, ==, "up");
  g_assert_cmpstr (line->sdp, ==, "v=offer\r\n");
  peer_request (line->peer, dialog, "BYE", NULL, NULL);
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  wait_ended (line, line->talk, 0);
  line_free (line);
}

static void
test_in_hang_up (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = line_incoming_call (line);

  line->talk->call->vtable->hang_up (line->talk->call);
  expect_bye (line);
  wait_ended (line, line->talk, 0);
  line_free (line);
}

static void
test_in_reject (gconstpointer data)
{
  guint status = GPOINTER_TO_UINT (data);
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = line_ring (line, "v=offer\n");
  g_autofree char *start = g_strdup_printf ("SIP/2.0 %u ", status);
  g_autoptr (PeerMessage) answer = NULL;

  line->talk->call->vtable->reject (line->talk->call, status, NULL);
  answer = peer_expect (line->peer, start, WAIT_MS);
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  wait_ended (line, line->talk, status);
  line_free (line);
}

static void
cancel_case (const char *reason_header, gboolean elsewhere, const char *words)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = peer_dialog_new (peer_get_contact (line->peer));
  g_autoptr (PeerMessage) ringing = NULL, ok = NULL, answer = NULL;

  peer_request (line->peer, dialog, "INVITE", NULL, "v=offer\n");
  ringing = peer_expect (line->peer, "SIP/2.0 180", WAIT_MS);
  peer_request (line->peer, dialog, "CANCEL", reason_header, NULL);
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  answer = peer_expect (line->peer, "SIP/2.0 487", WAIT_MS);
  peer_dialog_learn (dialog, answer);
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  wait_ended (line, line->talk, 487);
  g_assert_cmpint (line->talk->elsewhere, ==, elsewhere);
  g_assert_cmpstr (line->talk->reason, ==, words);

  /* The person clicks Answer too late: nothing happens. */
  line->talk->call->vtable->accept (line->talk->call, "v=late\r\n");
  line->talk->call->vtable->reject (line->talk->call, 486, NULL);
  peer_expect_none (line->peer, "SIP/2.0 4", 50);
  line_free (line);
}

static void
test_in_cancel (void)
{
  cancel_case (NULL, FALSE, NULL);
  cancel_case ("Reason: SIP ;cause=200 ;text=\"Call completed elsewhere\"\n", TRUE, "Call completed elsewhere");
  cancel_case ("Reason: SIP;cause=600;text=\"Busy Everywhere\"\n", TRUE, "Busy Everywhere");
  cancel_case ("Reason: Q.850;cause=16, SIP;cause=487\n", FALSE, NULL);
  cancel_case ("Reason: ;;;=,\"\n", FALSE, NULL);
}

static void
test_in_offerless (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = line_ring (line, NULL);
  g_autoptr (PeerMessage) ok = NULL;

  g_assert_null (line->sdp);
  line->talk->call->vtable->accept (line->talk->call, "v=our-offer\r\n");
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  g_assert_cmpstr (ok->body, ==, "v=our-offer\r\n");
  peer_request (line->peer, dialog, "ACK", NULL, "v=their-answer\n");
  peer_wait (line->peer, &line->talk->n_established, "call", WAIT_MS);
  g_assert_cmpstr (line->talk->sdp, ==, "v=their-answer\r\n");
  line_free (line);
}

/* RFC 3261 section 15: no BYE before ACK. */
static void
test_in_hang_up_before_ack (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = line_ring (line, "v=offer\n");
  g_autoptr (PeerMessage) ok = NULL;

  line->talk->call->vtable->accept (line->talk->call, "v=answer\r\n");
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  line->talk->call->vtable->hang_up (line->talk->call);
  peer_expect_none (line->peer, "BYE ", 100);
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  expect_bye (line);
  wait_ended (line, line->talk, 0);
  g_assert_cmpuint (line->talk->n_established, ==, 0);
  line_free (line);
}

/* A caller that insists on 100rel gets a reliable 180; our 200 waits for PRACK. */
static void
test_in_100rel (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = peer_dialog_new (peer_get_contact (line->peer));
  g_autoptr (PeerMessage) ringing = NULL, ok = NULL;
  g_autofree char *rseq = NULL, *rack = NULL;

  peer_request (line->peer, dialog, "INVITE", "Require: 100rel\n", "v=offer\n");
  ringing = peer_expect (line->peer, "SIP/2.0 180", WAIT_MS);
  rseq = peer_message_get (ringing, "RSeq");
  g_assert_nonnull (rseq);
  peer_dialog_learn (dialog, ringing);
  line->talk->call->vtable->accept (line->talk->call, "v=answer\r\n");
  rack = g_strdup_printf ("RAck: %s %u INVITE\n", rseq, dialog->cseq);
  peer_request (line->peer, dialog, "PRACK", rack, NULL);
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  g_clear_pointer (&ok, peer_message_free);
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  g_assert_cmpstr (ok->body, ==, "v=answer\r\n");
  dialog->cseq--;
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  peer_wait (line->peer, &line->talk->n_established, "call", WAIT_MS);
  line_free (line);
}

/* ---------------------------------------------------------------- later offers */

static void
test_hold (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, NULL);
  g_autofree char *contact = contact_line (line);
  g_autoptr (PeerMessage) invite = NULL, ack = NULL, ok = NULL;

  talk->call->vtable->reoffer (talk->call, "v=hold\r\n");
  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  g_assert_cmpstr (invite->body, ==, "v=hold\r\n");
  peer_reply (line->peer, invite, "200 OK", NULL, contact, "v=held\n");
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  peer_wait (line->peer, &talk->n_done, "answer", WAIT_MS);
  g_assert_cmpstr (talk->sdp, ==, "v=held\r\n");
  g_clear_pointer (&invite, peer_message_free);
  g_clear_pointer (&ack, peer_message_free);

  /* Theirs. */
  talk->answer_status = 200;
  talk->answer_sdp = "v=fine\r\n";
  peer_request (line->peer, dialog, "INVITE", NULL, "v=they-hold\n");
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  g_assert_cmpstr (ok->body, ==, "v=fine\r\n");
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  g_assert_cmpstr (talk->trace->str, ==, "up+ done200+ offer+");

  /* A refusal leaves the call up, both ways. */
  talk->n_done = 0;
  peer_spin (50);
  talk->call->vtable->reoffer (talk->call, "v=video\r\n");
  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  peer_reply (line->peer, invite, "488 Not Acceptable Here", NULL, NULL, NULL);
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  peer_wait (line->peer, &talk->n_done, "refusal", WAIT_MS);
  g_assert_cmpuint (talk->status, ==, 488);
  g_clear_pointer (&ok, peer_message_free);
  talk->answer_status = 488;
  peer_request (line->peer, dialog, "INVITE", NULL, "v=nonsense\n");
  ok = peer_expect (line->peer, "SIP/2.0 488", WAIT_MS);
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  g_assert_cmpuint (talk->n_ended, ==, 0);

  talk->call->vtable->hang_up (talk->call);
  expect_bye (line);
  wait_ended (line, talk, 0);
  talk_free (talk);
  line_free (line);
}

/* Two reoffers in a row: the second waits for its turn. */
static void
test_reoffer_queued (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, NULL);
  g_autofree char *contact = contact_line (line);
  g_autoptr (PeerMessage) first = NULL, second = NULL;

  talk->call->vtable->reoffer (talk->call, "v=1\r\n");
  talk->call->vtable->reoffer (talk->call, "v=2\r\n");
  first = peer_expect (line->peer, "INVITE ", WAIT_MS);
  g_assert_cmpstr (first->body, ==, "v=1\r\n");
  peer_expect_none (line->peer, "INVITE ", 50);
  peer_reply (line->peer, first, "200 OK", NULL, contact, "v=a1\n");
  second = peer_expect (line->peer, "INVITE ", WAIT_MS);
  g_assert_cmpstr (second->body, ==, "v=2\r\n");
  peer_reply (line->peer, second, "200 OK", NULL, contact, "v=a2\n");
  talk->n_done = 0;
  peer_wait (line->peer, &talk->n_done, "answer", WAIT_MS);
  g_assert_cmpstr (talk->sdp, ==, "v=a2\r\n");
  talk_release (talk);
  expect_bye (line);
  talk_free (talk);
  line_free (line);
}

/* RFC 3261 section 14.1: 491 is tried again, by the Call-ID's owner after 2.1 s at least. */
static void
test_glare_retry (gconstpointer data)
{
  gboolean outgoing = GPOINTER_TO_INT (data);
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = NULL;
  g_autofree char *contact = contact_line (line);
  g_autoptr (PeerMessage) first = NULL, second = NULL;
  gint64 begin;

  if (outgoing)
    dialog = line_outgoing_call (line, &talk, NULL);
  else
    dialog = line_incoming_call (line);
  if (!outgoing)
    talk = line->talk;
  talk->call->vtable->reoffer (talk->call, "v=hold\r\n");
  first = peer_expect (line->peer, "INVITE ", WAIT_MS);
  begin = g_get_monotonic_time ();
  peer_reply (line->peer, first, "491 Request Pending", NULL, NULL, NULL);
  second = peer_expect (line->peer, "INVITE ", WAIT_MS);
  g_assert_cmpstr (second->body, ==, "v=hold\r\n");
  if (outgoing)
    g_assert_cmpint (g_get_monotonic_time () - begin, >, 2000000);
  else
    g_assert_cmpint (g_get_monotonic_time () - begin, <, 2200000);
  peer_reply (line->peer, second, "200 OK", NULL, contact, "v=held\n");
  peer_wait (line->peer, &talk->n_done, "answer", WAIT_MS);
  g_assert_cmpuint (talk->n_done, ==, 1);
  g_assert_cmpuint (talk->status, ==, 200);
  talk_release (talk);
  expect_bye (line);
  if (outgoing)
    talk_free (talk);
  line_free (line);
}

/* Both offer at once: theirs gets 491 while ours is out; while ours waits to be repeated, theirs wins. */
static void
test_glare_crossing (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, NULL);
  g_autoptr (PeerMessage) ours = NULL, refusal = NULL, ok = NULL;

  talk->answer_status = 200;
  talk->answer_sdp = "v=fine\r\n";
  talk->call->vtable->reoffer (talk->call, "v=hold\r\n");
  ours = peer_expect (line->peer, "INVITE ", WAIT_MS);
  peer_request (line->peer, dialog, "INVITE", NULL, "v=theirs\n");
  refusal = peer_expect (line->peer, "SIP/2.0 491", WAIT_MS);
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  peer_reply (line->peer, ours, "491 Request Pending", NULL, NULL, NULL);
  peer_spin (50);
  peer_request (line->peer, dialog, "INVITE", NULL, "v=theirs\n");
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  g_assert_cmpstr (talk->trace->str, ==, "up+ done491 offer+");
  peer_expect_none (line->peer, "INVITE ", 100);
  talk_release (talk);
  expect_bye (line);
  talk_free (talk);
  line_free (line);
}

static void
test_offerless_reinvite (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, NULL);
  g_autoptr (PeerMessage) ok = NULL;

  talk->answer_status = 200;
  talk->answer_sdp = "v=our-offer\r\n";
  peer_request (line->peer, dialog, "INVITE", NULL, NULL);
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  g_assert_cmpstr (ok->body, ==, "v=our-offer\r\n");
  peer_request (line->peer, dialog, "ACK", NULL, "v=their-answer\n");
  peer_wait (line->peer, &talk->n_done, "answer in ACK", WAIT_MS);
  g_assert_cmpstr (talk->trace->str, ==, "up+ offer done200+");
  g_assert_cmpstr (talk->sdp, ==, "v=their-answer\r\n");
  talk_release (talk);
  expect_bye (line);
  talk_free (talk);
  line_free (line);
}

static void
test_update (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, "Allow: INVITE, ACK, BYE, CANCEL, UPDATE\n");
  g_autoptr (PeerMessage) ok = NULL;

  /* A refresh asks nobody. */
  peer_request (line->peer, dialog, "UPDATE", NULL, NULL);
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  g_assert_cmpstr (ok->body, ==, "");
  g_assert_cmpuint (talk->n_offer, ==, 0);
  g_clear_pointer (&ok, peer_message_free);

  talk->answer_status = 200;
  talk->answer_sdp = "v=fine\r\n";
  peer_request (line->peer, dialog, "UPDATE", NULL, "v=update\n");
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  g_assert_cmpstr (ok->body, ==, "v=fine\r\n");
  g_clear_pointer (&ok, peer_message_free);

  /* Not answered yet: a second one has to wait (RFC 3311 section 5.2); CANCEL does not exist for it. */
  talk->answer_status = 0;
  peer_request (line->peer, dialog, "UPDATE", NULL, "v=update2\n");
  peer_wait (line->peer, &talk->n_offer, "offer", WAIT_MS);
  peer_spin (50);
  peer_request (line->peer, dialog, "UPDATE", NULL, "v=update3\n");
  ok = peer_expect (line->peer, "SIP/2.0 500", WAIT_MS);
  g_clear_pointer (&ok, peer_message_free);
  talk->call->vtable->answer_offer (talk->call, 488, NULL);
  ok = peer_expect (line->peer, "SIP/2.0 488", WAIT_MS);
  talk_release (talk);
  expect_bye (line);
  talk_free (talk);
  line_free (line);
}

/* Their re-INVITE is withdrawn while the person thinks; what had to wait for it goes at once. */
static void
test_reinvite_cancelled (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, NULL);
  g_autoptr (PeerMessage) ok = NULL, terminated = NULL, ours = NULL;

  peer_request (line->peer, dialog, "INVITE", NULL, "v=theirs\n");
  peer_wait (line->peer, &talk->n_offer, "offer", WAIT_MS);
  talk->reoffers_on_cancel = TRUE;
  peer_request (line->peer, dialog, "CANCEL", NULL, NULL);
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  terminated = peer_expect (line->peer, "SIP/2.0 487", WAIT_MS);
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  g_assert_cmpuint (talk->n_cancelled, ==, 1);
  ours = peer_expect (line->peer, "INVITE ", WAIT_MS);
  g_assert_cmpstr (ours->body, ==, "v=ours\r\n");
  peer_reply (line->peer, ours, "488 Not Acceptable Here", NULL, NULL, NULL);
  peer_wait (line->peer, &talk->n_done, "refusal", WAIT_MS);
  talk->call->vtable->answer_offer (talk->call, 200, "v=late\r\n");
  peer_spin (50);
  g_assert_cmpuint (talk->n_ended, ==, 0);
  talk->call->vtable->hang_up (talk->call);
  expect_bye (line);
  wait_ended (line, talk, 0);
  talk_free (talk);
  line_free (line);
}

static void
test_strange_requests (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, NULL);
  static const struct
  {
    const char *method, *extra, *body, *status;
  } cases[] = {
    { "INFO", NULL, NULL, "200" },
    { "INFO", NULL, "Signal=5\n", "415" },
    { "REFER", "Refer-To: <sip:x@example.test>\n", NULL, "603" },
    { "MESSAGE", NULL, NULL, "405" },
    { "SUBSCRIBE", "Event: conference\nExpires: 60\n", NULL, "489" },
    { "NOTIFY", "Event: refer\nSubscription-State: active\n", NULL, "481" },
    { "OPTIONS", NULL, NULL, "200" },
    { "PRACK", "RAck: 1 1 INVITE\n", NULL, "481" },
    { "INVITE", "Content-Encoding: gzip\n", "v=zip\n", "415" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *start = g_strdup_printf ("SIP/2.0 %s", cases[i].status);
      g_autoptr (PeerMessage) answer = NULL;

      peer_request (line->peer, dialog, cases[i].method, cases[i].extra, cases[i].body);
      answer = peer_expect (line->peer, start, WAIT_MS);
      if (g_str_equal (cases[i].method, "INVITE"))
        peer_request (line->peer, dialog, "ACK", NULL, NULL);
    }
  g_assert_cmpstr (talk->trace->str, ==, "up+");
  talk->call->vtable->hang_up (talk->call);
  expect_bye (line);
  wait_ended (line, talk, 0);
  talk_free (talk);
  line_free (line);
}

/* ----------------------------------------------------------- loss, stop, release */

/* sip-stack.md 5: the leg goes, the call stays, a later start brings it back, and BYE still finds its way. */
static void
test_leg_lost_in_call (gconstpointer data)
{
  gboolean is_for_long = GPOINTER_TO_UINT (data) & 1;
  const char *allow = GPOINTER_TO_UINT (data) & 2 ? "Allow: INVITE, ACK, BYE, UPDATE\n" : NULL;
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, allow);
  g_autofree char *contact = contact_line (line), *moved = NULL;
  g_autoptr (PeerMessage) move = NULL;

  /* Dialled again at once, and if that fails when the account says so. */
  line->n_registered = 0;
  if (is_for_long)
    peer_die (line->peer);
  else
    peer_drop (line->peer);
  if (is_for_long)
    {
      line_wait_stopped (line);
      g_assert_nonnull (line->error);
      g_assert_cmpuint (talk->n_ended, ==, 0);
      peer_revive (line->peer);
      line_start (line);
    }
  line_wait_registered (line);
  /* The other side learns where we are now. */
  move = peer_expect (line->peer, allow != NULL ? "UPDATE " : "INVITE ", WAIT_MS);
  moved = peer_message_get (move, "Contact");
  g_assert_nonnull (strstr (moved, peer_get_contact (line->peer)));
  g_assert_cmpstr (move->body, ==, allow != NULL ? "" : "v=offer\r\n");
  peer_reply (line->peer, move, "200 OK", NULL, contact, allow != NULL ? NULL : "v=answer\n");
  peer_spin (50);
  g_assert_cmpstr (talk->trace->str, ==, "up+");

  talk->call->vtable->hang_up (talk->call);
  expect_bye (line);
  wait_ended (line, talk, 0);
  talk_free (talk);
  line_free (line);
}

/* The same over UDP, where a loss shows only when somebody speaks. */
static void
test_leg_lost_in_call_udp (void)
{
  Line *line = line_new (TRUE);
  g_autoptr (PeerDialog) dialog = line_incoming_call (line);
  g_autoptr (PeerMessage) move = NULL;
  g_autofree char *contact = g_strdup_printf ("Contact: <sip:bob@127.0.0.1:%u>\n", peer_get_port (line->peer));

  peer_die (line->peer);
  line->talk->call->vtable->reoffer (line->talk->call, "v=hold\r\n");
  line_wait_stopped (line);
  g_assert_nonnull (line->error);
  g_assert_cmpuint (line->talk->n_ended, ==, 0);

  peer_revive (line->peer);
  line_start (line);
  line_wait_registered (line);
  /* The request that met the loss is repeated by its transaction. */
  move = peer_expect (line->peer, "INVITE ", WAIT_MS);
  g_assert_cmpstr (move->body, ==, "v=hold\r\n");
  peer_reply (line->peer, move, "200 OK", NULL, contact, "v=held\n");
  peer_wait (line->peer, &line->talk->n_done, "answer", WAIT_MS);
  line->talk->call->vtable->hang_up (line->talk->call);
  expect_bye (line);
  wait_ended (line, line->talk, 0);
  line_free (line);
}

/* Hung up while there is no way out: the BYE goes with the next start. */
static void
test_bye_waits_for_leg (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, NULL);

  peer_die (line->peer);
  line_wait_stopped (line);
  talk->call->vtable->hang_up (talk->call);
  talk_release (talk);
  peer_revive (line->peer);
  line_start (line);
  expect_bye (line);
  line_wait_registered (line);
  talk_free (talk);
  line_free (line);
}

static void
test_leg_lost_while_ringing (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = line_ring (line, "v=offer\n");
  Talk *out = line_dial (line, "v=offer\r\n");
  g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  g_autoptr (PeerMessage) cancel = NULL, ack = NULL;

  peer_reply (line->peer, invite, "180 Ringing", "t1", NULL, NULL);
  peer_wait (line->peer, &out->n_progress, "180", WAIT_MS);
  peer_drop (line->peer);
  peer_wait (line->peer, &line->talk->n_ended, "end of the ringing call", WAIT_MS);
  peer_wait (line->peer, &out->n_ended, "end of the calling call", WAIT_MS);
  g_assert_cmpuint (line->talk->status, ==, 503);
  g_assert_cmpuint (out->status, ==, 503);
  talk_free (out);

  /* Whoever rings there is told as soon as there is a way. */
  cancel = peer_expect (line->peer, "CANCEL ", WAIT_MS);
  peer_reply (line->peer, cancel, "200 OK", "t1", NULL, NULL);
  peer_reply (line->peer, invite, "487 Request Terminated", "t1", NULL, NULL);
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  line_wait_registered (line);
  line_free (line);
}

static void
test_stop_in_call (gconstpointer data)
{
  gboolean is_dead = GPOINTER_TO_INT (data);
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, NULL);
  gint64 begin = g_get_monotonic_time ();

  if (is_dead)
    peer_set_manual (line->peer, TRUE);
  line->port->vtable->stop (line->port);
  if (!is_dead)
    expect_bye (line);
  line_wait_stopped (line);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, (is_dead ? 2000 : 500) * 1000);
  g_assert_cmpuint (talk->n_ended, ==, 1);
  talk_free (talk);
  line_free (line);
}

/* The tombstone: released in any state, a call is ended on the wire as its state asks, and nothing is heard. */
static void
test_release_out (gconstpointer data)
{
  guint step = GPOINTER_TO_UINT (data);
  Line *line = line_new (FALSE);
  g_autoptr (PeerMessage) invite = NULL, cancel = NULL, ack = NULL;
  g_autofree char *contact = contact_line (line);
  Talk *talk = line_dial (line, "v=offer\r\n");

  if (step == 0)
    {
      /* Before it left at all. */
      talk_release (talk);
      invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
      peer_reply (line->peer, invite, "180 Ringing", "t1", contact, NULL);
    }
  else
    {
      invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
      peer_reply (line->peer, invite, "180 Ringing", "t1", contact, NULL);
      peer_wait (line->peer, &talk->n_progress, "180", WAIT_MS);
      talk_release (talk);
    }
  cancel = peer_expect (line->peer, "CANCEL ", WAIT_MS);
  if (step == 2)
    {
      peer_reply (line->peer, invite, "200 OK", "t1", contact, "v=answer\n");
      peer_reply (line->peer, cancel, "481 Too Late", "t1", NULL, NULL);
      ack = peer_expect (line->peer, "ACK ", WAIT_MS);
      expect_bye (line);
    }
  else
    {
      peer_reply (line->peer, cancel, "200 OK", "t1", NULL, NULL);
      peer_reply (line->peer, invite, "487 Request Terminated", "t1", NULL, NULL);
      ack = peer_expect (line->peer, "ACK ", WAIT_MS);
    }
  g_assert_cmpuint (talk->n_ended + talk->n_established, ==, 0);
  talk_free (talk);
  line_free (line);
}

static void
test_release_in (gconstpointer data)
{
  guint step = GPOINTER_TO_UINT (data);
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = NULL;
  g_autoptr (PeerMessage) answer = NULL;

  dialog = step < 2 ? line_ring (line, "v=offer\n") : line_incoming_call (line);
  if (step == 0)
    {
      talk_release (line->talk);
      answer = peer_expect (line->peer, "SIP/2.0 480", WAIT_MS);
      peer_request (line->peer, dialog, "ACK", NULL, NULL);
    }
  else if (step == 1)
    {
      line->talk->call->vtable->accept (line->talk->call, "v=answer\r\n");
      talk_release (line->talk);
      answer = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
      peer_request (line->peer, dialog, "ACK", NULL, NULL);
      expect_bye (line);
    }
  else
    {
      /* With a question of theirs open and one of ours on the way. */
      if (step == 3)
        {
          peer_request (line->peer, dialog, "INVITE", NULL, "v=theirs\n");
          peer_wait (line->peer, &line->talk->n_offer, "offer", WAIT_MS);
        }
      else if (step == 4)
        {
          line->talk->call->vtable->reoffer (line->talk->call, "v=ours\r\n");
          answer = peer_expect (line->peer, "INVITE ", WAIT_MS);
        }
      talk_release (line->talk);
      expect_bye (line);
      if (step == 4)
        {
          g_autofree char *contact = contact_line (line);

          peer_reply (line->peer, answer, "200 OK", NULL, contact, "v=late\n");
        }
    }
  g_assert_cmpuint (line->talk->n_ended, ==, 0);
  peer_spin (50);
  line_free (line);
}

/* BYE that the server challenges, and BYE that nobody answers at all. */
static void
test_bye_challenged (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, NULL);
  g_autoptr (PeerMessage) bye = NULL, again = NULL;
  g_autofree char *proxy = NULL;

  talk->call->vtable->hang_up (talk->call);
  bye = peer_expect (line->peer, "BYE ", WAIT_MS);
  peer_reply (line->peer, bye, "407 Proxy Authentication Required", NULL,
              "Proxy-Authenticate: Digest realm=\"example.test\", nonce=\"9\", qop=\"auth\", algorithm=SHA-256\n",
              NULL);
  again = peer_expect (line->peer, "BYE ", WAIT_MS);
  proxy = peer_message_get (again, "Proxy-Authorization");
  g_assert_nonnull (proxy);
  peer_reply (line->peer, again, "200 OK", NULL, NULL, NULL);
  wait_ended (line, talk, 0);
  talk_free (talk);
  line_free (line);
}

/* Not a benchmark: only that nothing on the way waits for a timer. */
static void
test_180_is_fast (void)
{
  Line *line = line_new (FALSE);
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < CALLS_TO_MEASURE; i++)
    {
      gint64 begin = g_get_monotonic_time ();
      g_autoptr (PeerDialog) dialog = line_ring (line, "v=offer\n");
      g_autoptr (PeerMessage) busy = NULL;

      best = MIN (best, g_get_monotonic_time () - begin);
      line->talk->call->vtable->reject (line->talk->call, 486, NULL);
      busy = peer_expect (line->peer, "SIP/2.0 486", WAIT_MS);
      peer_request (line->peer, dialog, "ACK", NULL, NULL);
      peer_wait (line->peer, &line->talk->n_ended, "end", WAIT_MS);
    }
  g_test_message ("INVITE in to 180 out: %d us at best", (int) best);
  g_assert_cmpint (best, <, 500000);
  line_free (line);
}

static void
add_tests (void)
{
  static const char *const refusals[]
      = { "486 Busy Here",          "603 Decline", "404 Not Found", "302 Moved", "503 Service Unavailable",
          "488 Not Acceptable Here" };

  g_test_add_data_func ("/dialog/out/tcp", GINT_TO_POINTER (FALSE), test_out);
  g_test_add_data_func ("/dialog/out/udp", GINT_TO_POINTER (TRUE), test_out);
  g_test_add_func ("/dialog/out/challenged", test_out_challenged);
  g_test_add_data_func ("/dialog/R47/stranger-asks/as-callee", GINT_TO_POINTER (FALSE), test_R47_stranger_asks);
  g_test_add_data_func ("/dialog/R47/stranger-asks/as-proxy", GINT_TO_POINTER (TRUE), test_R47_stranger_asks);
  g_test_add_func ("/dialog/out/challenged-after-hang-up", test_out_challenged_after_hang_up);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/dialog/out/refused/%.3s", refusals[i]);

      g_test_add_data_func (path, refusals[i], test_out_refused);
    }
  g_test_add_data_func ("/dialog/out/cancel", GINT_TO_POINTER (FALSE), test_out_cancel);
  g_test_add_data_func ("/dialog/out/cancel-crossed", GINT_TO_POINTER (TRUE), test_out_cancel);
  g_test_add_func ("/dialog/out/cancel-early", test_out_cancel_early);
  g_test_add_data_func ("/dialog/out/offerless", GUINT_TO_POINTER (200), test_out_offerless);
  g_test_add_data_func ("/dialog/out/offerless-refused", GUINT_TO_POINTER (488), test_out_offerless);
  g_test_add_data_func ("/dialog/out/early-answer", GINT_TO_POINTER (TRUE), test_out_early_answer);
  g_test_add_data_func ("/dialog/out/early-answer-other-fork", GINT_TO_POINTER (FALSE), test_out_early_answer);
  g_test_add_func ("/dialog/out/prack", test_out_prack);
  g_test_add_func ("/dialog/out/bye-in", test_bye_in);
  g_test_add_func ("/dialog/out/bye-challenged", test_bye_challenged);
  g_test_add_data_func ("/dialog/in/tcp", GINT_TO_POINTER (FALSE), test_in);
  g_test_add_data_func ("/dialog/in/udp", GINT_TO_POINTER (TRUE), test_in);
  g_test_add_func ("/dialog/in/hang-up", test_in_hang_up);
  g_test_add_data_func ("/dialog/in/busy", GUINT_TO_POINTER (486), test_in_reject);
  g_test_add_data_func ("/dialog/in/decline", GUINT_TO_POINTER (603), test_in_reject);
  g_test_add_func ("/dialog/in/cancel", test_in_cancel);
  g_test_add_func ("/dialog/in/offerless", test_in_offerless);
  g_test_add_func ("/dialog/in/hang-up-before-ack", test_in_hang_up_before_ack);
  g_test_add_func ("/dialog/in/100rel", test_in_100rel);
  g_test_add_func ("/dialog/in/180-is-fast", test_180_is_fast);
  g_test_add_func ("/dialog/offer/hold", test_hold);
  g_test_add_func ("/dialog/offer/queued", test_reoffer_queued);
  g_test_add_data_func ("/dialog/offer/glare/owner", GINT_TO_POINTER (TRUE), test_glare_retry);
  g_test_add_data_func ("/dialog/offer/glare/other", GINT_TO_POINTER (FALSE), test_glare_retry);
  g_test_add_func ("/dialog/offer/glare/crossing", test_glare_crossing);
  g_test_add_func ("/dialog/offer/offerless", test_offerless_reinvite);
  g_test_add_func ("/dialog/offer/update", test_update);
  g_test_add_func ("/dialog/offer/cancelled", test_reinvite_cancelled);
  g_test_add_func ("/dialog/strange-requests", test_strange_requests);
  g_test_add_data_func ("/dialog/lost/update", GUINT_TO_POINTER (2), test_leg_lost_in_call);
  g_test_add_data_func ("/dialog/lost/update-for-long", GUINT_TO_POINTER (3), test_leg_lost_in_call);
  g_test_add_data_func ("/dialog/lost/reinvite", GUINT_TO_POINTER (0), test_leg_lost_in_call);
  g_test_add_data_func ("/dialog/lost/reinvite-for-long", GUINT_TO_POINTER (1), test_leg_lost_in_call);
  g_test_add_func ("/dialog/lost/udp", test_leg_lost_in_call_udp);
  g_test_add_func ("/dialog/lost/bye-waits", test_bye_waits_for_leg);
  g_test_add_func ("/dialog/lost/ringing", test_leg_lost_while_ringing);
  g_test_add_data_func ("/dialog/stop/alive", GINT_TO_POINTER (FALSE), test_stop_in_call);
  g_test_add_data_func ("/dialog/stop/dead", GINT_TO_POINTER (TRUE), test_stop_in_call);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *path = g_strdup_printf ("/dialog/release/out/%u", i);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_release_out);
    }
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *path = g_strdup_printf ("/dialog/release/in/%u", i);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_release_in);
    }
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
