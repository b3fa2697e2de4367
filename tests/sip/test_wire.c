/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a call is made of on the wire, beyond an INVITE and its answer (R44): reliable 18x with SDP, UPDATE before the 200,
 * offers that come in the 18x, forks, session timers in both roles (in virtual time), GRUU.
 */
#include "ua-fixture.h"
#include "virtual-time.h"

#include <string.h>

#define UPDATE_ALLOWED "Allow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\n"

static char *
contact_line (Line *line)
{
  return g_strdup_printf ("Contact: <sip:bob@127.0.0.1:%u;transport=tcp>\n", peer_get_port (line->peer));
}

/* A reliable 18x; waits for its PRACK, and answers that. Returns: (transfer full): the PRACK */
static PeerMessage *
send_reliable (Line *line, const PeerMessage *invite, const char *tag, guint rseq, const char *sdp)
{
  g_autofree char *contact = contact_line (line);
  g_autofree char *extra = g_strdup_printf ("%sRequire: 100rel\nRSeq: %u\n" UPDATE_ALLOWED, contact, rseq);
  g_autofree char *start = g_strdup_printf ("%u ", rseq);
  g_autofree char *rack = NULL;
  PeerMessage *prack;

  peer_reply (line->peer, invite, "183 Session Progress", tag, extra, sdp);
  prack = peer_expect (line->peer, "PRACK ", WAIT_MS);
  rack = peer_message_get (prack, "RAck");
  g_assert_true (g_str_has_prefix (rack, start));
  peer_reply (line->peer, prack, "200 OK", NULL, NULL, NULL);
  return prack;
}

static void
end_call (Line *line, Talk *talk)
{
  g_autoptr (PeerMessage) bye = NULL;

  talk->call->vtable->hang_up (talk->call);
  bye = peer_expect (line->peer, "BYE ", WAIT_MS);
  peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
  peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);
}

static void
expect_status (Line *line, const char *start, const char *body)
{
  g_autoptr (PeerMessage) answer = peer_expect (line->peer, start, WAIT_MS);

  if (body != NULL)
    g_assert_cmpstr (answer->body, ==, body);
}

/* --------------------------------------------------------------- early UPDATE */

/* Once a reliable 183 has settled the first offer, they may change the session before they answer. */
static void
test_update_early_in (void)
{
  Line *line = line_new (FALSE);
  Talk *talk = line_dial (line, "v=offer\r\n");
  g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  g_autoptr (PeerMessage) prack = send_reliable (line, invite, "t1", 1, "v=early\n");
  g_autoptr (PeerDialog) dialog = peer_dialog_from_invite (invite, "t1");
  g_autoptr (PeerMessage) ack = NULL, retry = NULL;
  g_autofree char *contact = contact_line (line), *after = NULL;

  g_assert_cmpstr (prack->body, ==, "");
  /* Nobody answers it for a while: the next one has to wait. */
  peer_request (line->peer, dialog, "UPDATE", NULL, "v=moved\n");
  peer_wait (line->peer, &talk->n_offer, "offer", WAIT_MS);
  g_assert_cmpstr (talk->sdp, ==, "v=moved\r\n");
  peer_request (line->peer, dialog, "UPDATE", NULL, "v=impatient\n");
  retry = peer_expect (line->peer, "SIP/2.0 500", WAIT_MS);
  after = peer_message_get (retry, "Retry-After");
  g_assert_nonnull (after);
  talk->call->vtable->answer_offer (talk->call, 200, "v=fine\r\n");
  expect_status (line, "SIP/2.0 200", "v=fine\r\n");

  /* The 200 repeats an answer that counts no more. */
  peer_reply (line->peer, invite, "200 OK", "t1", contact, "v=early\n");
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  peer_wait (line->peer, &talk->n_established, "call", WAIT_MS);
  g_assert_cmpstr (talk->trace->str, ==, "183+ offer+ up");
  end_call (line, talk);
  talk_free (talk);
  line_free (line);
}

/* Before that it is too early (RFC 3311 section 5.2). */
static void
test_update_too_early (gconstpointer data)
{
  gboolean is_outgoing = GPOINTER_TO_INT (data);
  Line *line = line_new (FALSE);
  Talk *talk = NULL;
  g_autoptr (PeerMessage) invite = NULL, late = NULL;
  g_autoptr (PeerDialog) dialog = NULL;
  g_autofree char *contact = contact_line (line);

  if (is_outgoing)
    {
      talk = line_dial (line, "v=offer\r\n");
      invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
      peer_reply (line->peer, invite, "183 Session Progress", "t1", contact, "v=early\n");
      peer_wait (line->peer, &talk->n_progress, "183", WAIT_MS);
      dialog = peer_dialog_from_invite (invite, "t1");
    }
  else
    dialog = line_ring (line, "v=offer\n");
  peer_request (line->peer, dialog, "UPDATE", NULL, "v=moved\n");
  /* Ours is open: 491. Theirs is: 500 with Retry-After. */
  expect_status (line, is_outgoing ? "SIP/2.0 491" : "SIP/2.0 500", NULL);
  peer_request (line->peer, dialog, "UPDATE", NULL, NULL);
  expect_status (line, "SIP/2.0 200", "");
  g_assert_cmpuint (is_outgoing ? talk->n_offer : line->talk->n_offer, ==, 0);

  if (is_outgoing)
    {
      peer_reply (line->peer, invite, "486 Busy Here", "t1", NULL, NULL);
      peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);
      talk_free (talk);
    }
  else
    {
      line->talk->call->vtable->accept (line->talk->call, "v=answer\r\n");
      expect_status (line, "SIP/2.0 200", "v=answer\r\n");
    }
  line_free (line);
}

static const struct
{
  const char *name;
  guint n_refusals; /* 491 to our UPDATE */
  const char *status;
  const char *trace;
} early_updates[] = {
  { "answered", 0, "200 OK", "183+ done200+" },
  { "glare", 1, "200 OK", "183+ done200+" },
  { "refused", 0, "488 Not Acceptable Here", "183+ done488" },
  { "too-slow", 0, "504 Server Time-out", "183+ done504" },
};

/* Ours: by UPDATE before the 200. */
static void
test_update_early_out (gconstpointer data)
{
  guint index = GPOINTER_TO_UINT (data);
  Line *line = line_new (FALSE);
  Talk *talk = line_dial (line, "v=offer\r\n");
  g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  g_autoptr (PeerMessage) prack = send_reliable (line, invite, "t1", 1, "v=early\n");
  g_autoptr (PeerMessage) update = NULL, ack = NULL;
  g_autofree char *contact = contact_line (line);

  talk->call->vtable->reoffer (talk->call, "v=moved\r\n");
  for (guint i = 0; i < early_updates[index].n_refusals; i++)
    {
      g_autoptr (PeerMessage) refused = peer_expect (line->peer, "UPDATE ", WAIT_MS);

      peer_reply (line->peer, refused, "491 Request Pending", NULL, NULL, NULL);
    }
  update = peer_expect (line->peer, "UPDATE ", WAIT_MS);
  g_assert_cmpstr (update->body, ==, "v=moved\r\n");
  peer_reply (line->peer, update, early_updates[index].status, NULL, contact, "v=fine\n");
  peer_wait (line->peer, &talk->n_done, "answer", WAIT_MS);
  g_assert_cmpstr (talk->trace->str, ==, early_updates[index].trace);

  peer_reply (line->peer, invite, "200 OK", "t1", contact, NULL);
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  peer_wait (line->peer, &talk->n_established, "call", WAIT_MS);
  end_call (line, talk);
  talk_free (talk);
  line_free (line);
}

/* Who has not settled the first offer waits for the 200. */
static void
test_update_early_waits (void)
{
  Line *line = line_new (FALSE);
  Talk *talk = line_dial (line, "v=offer\r\n");
  g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  g_autofree char *contact = contact_line (line);
  g_autofree char *extra = g_strconcat (contact, UPDATE_ALLOWED, NULL);
  g_autoptr (PeerMessage) again = NULL;

  peer_reply (line->peer, invite, "183 Session Progress", "t1", extra, "v=early\n");
  peer_wait (line->peer, &talk->n_progress, "183", WAIT_MS);
  talk->call->vtable->reoffer (talk->call, "v=moved\r\n");
  peer_expect_none (line->peer, "UPDATE ", 50);
  peer_reply (line->peer, invite, "200 OK", "t1", extra, "v=early\n");
  again = peer_expect (line->peer, "INVITE ", WAIT_MS);
  g_assert_cmpstr (again->body, ==, "v=moved\r\n");
  peer_reply (line->peer, again, "200 OK", NULL, contact, "v=fine\n");
  peer_wait (line->peer, &talk->n_done, "answer", WAIT_MS);
  g_assert_cmpstr (talk->trace->str, ==, "183+ up+ done200+");
  end_call (line, talk);
  talk_free (talk);
  line_free (line);
}

/* ------------------------------------------------------------------- offerless */

/* RFC 3262 section 5: an offer in a reliable 183 is answered by PRACK. */
static void
test_offer_in_183 (gconstpointer data)
{
  guint status = GPOINTER_TO_UINT (data);
  Line *line = line_new (FALSE);
  Talk *talk = line_dial (line, NULL);
  g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  /* One without SDP comes first. */
  g_autoptr (PeerMessage) first = send_reliable (line, invite, "t1", 1, NULL);
  g_autoptr (PeerMessage) prack = NULL, ack = NULL;
  g_autofree char *contact = contact_line (line), *rack = NULL;
  g_autofree char *reliable = g_strconcat (contact, "Require: 100rel\nRSeq: 2\n", NULL);

  g_assert_cmpstr (first->body, ==, "");
  peer_reply (line->peer, invite, "183 Session Progress", "t1", reliable, "v=their-offer\n");
  talk->n_progress = 0;
  peer_wait (line->peer, &talk->n_progress, "183", WAIT_MS);
  g_assert_cmpstr (talk->sdp, ==, "v=their-offer\r\n");
  /* Sent again while we think: nothing comes twice. */
  peer_reply (line->peer, invite, "183 Session Progress", "t1", reliable, "v=their-offer\n");
  peer_expect_none (line->peer, "PRACK ", 50);
  talk->call->vtable->answer_offer (talk->call, status, status < 300 ? "v=our-answer\r\n" : NULL);
  if (status >= 300)
    {
      g_autoptr (PeerMessage) cancel = peer_expect (line->peer, "CANCEL ", WAIT_MS);

      peer_reply (line->peer, cancel, "200 OK", NULL, NULL, NULL);
      peer_reply (line->peer, invite, "487 Request Terminated", "t1", NULL, NULL);
      peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);
      talk_free (talk);
      line_free (line);
      return;
    }
  prack = peer_expect (line->peer, "PRACK ", WAIT_MS);
  rack = peer_message_get (prack, "RAck");
  g_assert_true (g_str_has_prefix (rack, "2 "));
  g_assert_cmpstr (prack->body, ==, "v=our-answer\r\n");
  peer_reply (line->peer, prack, "200 OK", NULL, NULL, NULL);
  peer_reply (line->peer, invite, "200 OK", "t1", contact, NULL);
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  g_assert_cmpstr (ack->body, ==, "");
  peer_wait (line->peer, &talk->n_established, "call", WAIT_MS);
  g_assert_cmpuint (talk->n_progress, ==, 1);
  g_assert_cmpstr (talk->trace->str, ==, "183 183+ up");
  end_call (line, talk);
  talk_free (talk);
  line_free (line);
}

/* They insist on 100rel and leave the offer to us: no 18x can go without one, so the 200 is the first. */
static void
test_offerless_insisting (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = peer_dialog_new (peer_get_contact (line->peer));
  g_autoptr (PeerMessage) ok = NULL;

  peer_request (line->peer, dialog, "INVITE", "Require: 100rel\n", NULL);
  peer_wait (line->peer, &line->n_incoming, "call", WAIT_MS);
  peer_expect_none (line->peer, "SIP/2.0 18", 50);
  line->talk->call->vtable->accept (line->talk->call, "v=our-offer\r\n");
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  g_assert_cmpstr (ok->body, ==, "v=our-offer\r\n");
  peer_dialog_learn (dialog, ok);
  peer_request (line->peer, dialog, "ACK", NULL, "v=their-answer\n");
  peer_wait (line->peer, &line->talk->n_established, "call", WAIT_MS);
  g_assert_cmpstr (line->talk->sdp, ==, "v=their-answer\r\n");
  line_free (line);
}

/* ----------------------------------------------------------------------- PRACK */

/* Who only can 100rel is not asked to use it; who insists may err without harm. */
static void
test_prack_in (gconstpointer data)
{
  gboolean insists = GPOINTER_TO_INT (data);
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = peer_dialog_new (peer_get_contact (line->peer));
  g_autoptr (PeerMessage) ringing = NULL;
  g_autofree char *rseq = NULL, *wrong = NULL, *right = NULL;

  peer_request (line->peer, dialog, "INVITE", insists ? "Require: 100rel\n" : "Supported: 100rel\n", "v=offer\n");
  ringing = peer_expect (line->peer, "SIP/2.0 180", WAIT_MS);
  peer_dialog_learn (dialog, ringing);
  rseq = peer_message_get (ringing, "RSeq");
  g_assert_cmpint (rseq != NULL, ==, insists);
  if (insists)
    {
      guint invite_cseq = dialog->cseq;

      wrong = g_strdup_printf ("RAck: 4711 %u INVITE\n", invite_cseq);
      right = g_strdup_printf ("RAck: %s %u INVITE\n", rseq, invite_cseq);
      peer_request (line->peer, dialog, "PRACK", wrong, NULL);
      expect_status (line, "SIP/2.0 481", NULL);
      peer_request (line->peer, dialog, "PRACK", "RAck: what\n", NULL);
      expect_status (line, "SIP/2.0 4", NULL);
      peer_request (line->peer, dialog, "PRACK", right, NULL);
      expect_status (line, "SIP/2.0 200", NULL);
      peer_request (line->peer, dialog, "PRACK", right, NULL);
      expect_status (line, "SIP/2.0 481", NULL);
      line->talk->call->vtable->accept (line->talk->call, "v=answer\r\n");
      expect_status (line, "SIP/2.0 200", "v=answer\r\n");
      dialog->cseq = invite_cseq;
    }
  else
    {
      line->talk->call->vtable->accept (line->talk->call, "v=answer\r\n");
      expect_status (line, "SIP/2.0 200", "v=answer\r\n");
    }
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  peer_wait (line->peer, &line->talk->n_established, "call", WAIT_MS);
  g_assert_cmpuint (line->talk->n_ended, ==, 0);
  line_free (line);
}

/* A re-INVITE that comes before the ACK, or overtakes it, comes later. */
static void
test_reinvite_before_ack (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = line_ring (line, "v=offer\n");
  g_autoptr (PeerMessage) refused = NULL;
  g_autofree char *after = NULL;

  line->talk->call->vtable->accept (line->talk->call, "v=answer\r\n");
  expect_status (line, "SIP/2.0 200", "v=answer\r\n");
  peer_request (line->peer, dialog, "INVITE", NULL, "v=hold\n");
  refused = peer_expect (line->peer, "SIP/2.0 500", WAIT_MS);
  after = peer_message_get (refused, "Retry-After");
  g_assert_nonnull (after);
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  dialog->cseq--;
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  peer_wait (line->peer, &line->talk->n_established, "call", WAIT_MS);
  dialog->cseq++;
  line->talk->answer_status = 200;
  line->talk->answer_sdp = "v=held\r\n";
  peer_request (line->peer, dialog, "INVITE", NULL, "v=hold\n");
  expect_status (line, "SIP/2.0 200", "v=held\r\n");
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  line_free (line);
}

/* ----------------------------------------------------------------------- forks */

/* Early media of each fork is told as it comes; the first 200 is the call, the second is ended. */
static void
test_forks (void)
{
  Line *line = line_new (FALSE);
  Talk *talk = line_dial (line, "v=offer\r\n");
  g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  g_autoptr (PeerMessage) ack = NULL, second_ack = NULL, bye = NULL;
  g_autofree char *contact = contact_line (line), *to = NULL, *second_to = NULL, *bye_to = NULL;

  peer_reply (line->peer, invite, "180 Ringing", "t1", contact, NULL);
  peer_reply (line->peer, invite, "183 Session Progress", "t1", contact, "v=early1\n");
  peer_reply (line->peer, invite, "183 Session Progress", "t2", contact, "v=early2\n");
  while (talk->n_progress < 3)
    {
      talk->n_done = 0;
      peer_spin (5);
    }
  g_assert_cmpstr (talk->sdp, ==, "v=early2\r\n");
  /* Without SDP: what the 200's own fork said before counts, not what came last. */
  peer_reply (line->peer, invite, "200 OK", "t2", contact, NULL);
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  to = peer_message_get (ack, "To");
  g_assert_nonnull (strstr (to, "tag=t2"));
  peer_wait (line->peer, &talk->n_established, "call", WAIT_MS);
  g_assert_cmpstr (talk->trace->str, ==, "180 183+ 183+ up+");
  g_assert_cmpstr (talk->sdp, ==, "v=early2\r\n");

  peer_reply (line->peer, invite, "200 OK", "t1", contact, "v=answer1\n");
  second_ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  second_to = peer_message_get (second_ack, "To");
  g_assert_nonnull (strstr (second_to, "tag=t1"));
  bye = peer_expect (line->peer, "BYE ", WAIT_MS);
  bye_to = peer_message_get (bye, "To");
  g_assert_nonnull (strstr (bye_to, "tag=t1"));
  peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
  peer_spin (50);
  g_assert_cmpstr (talk->trace->str, ==, "180 183+ 183+ up+");
  end_call (line, talk);
  talk_free (talk);
  line_free (line);
}

/* ---------------------------------------------------------------------- timers */

static const struct
{
  const char *name;
  gboolean is_outgoing;
  const char *extra;   /* of their INVITE or 200 */
  const char *granted; /* of our 200, if we are called */
  guint seconds;       /* that pass */
  const char *refresh; /* what of ours comes then; NULL: nothing */
  const char *body;    /* of that */
} timers[] = {
  { "out/update", TRUE, UPDATE_ALLOWED "Supported: timer\nSession-Expires: 90;refresher=uac\n", NULL, 51, "UPDATE ", "" },
  { "out/reinvite", TRUE, "Supported: timer\nSession-Expires: 90;refresher=uac\n", NULL, 39, "INVITE ", "v=offer\r\n" },
  { "out/no-refresher-said", TRUE, "Supported: timer\nSession-Expires: 90\n", NULL, 39, "INVITE ", "v=offer\r\n" },
  { "out/peer-without-timer", TRUE, NULL, NULL, 723, "INVITE ", "v=offer\r\n" },
  { "out/peer-refreshes", TRUE, "Require: timer\nSupported: timer\nSession-Expires: 90;refresher=uas\n", NULL, 66, NULL, NULL },
  { "out/peer-never-refreshes", TRUE, "Require: timer\nSupported: timer\nSession-Expires: 90;refresher=uas\n", NULL, 87,
    "BYE ", "" },
  { "in/update", FALSE, UPDATE_ALLOWED "Supported: timer\nSession-Expires: 90;refresher=uas\n", "90;refresher=uas", 51,
    "UPDATE ", "" },
  { "in/reinvite", FALSE, "Supported: timer\nSession-Expires: 90;refresher=uas\n", "90;refresher=uas", 39, "INVITE ",
    "v=answer\r\n" },
  { "in/peer-without-timer", FALSE, NULL, NULL, 723, "INVITE ", "v=answer\r\n" },
  { "in/peer-refreshes", FALSE, "Supported: timer\nSession-Expires: 90\n", "90;refresher=uac", 66, NULL, NULL },
  { "in/peer-never-refreshes", FALSE, "Supported: timer\nSession-Expires: 90;refresher=uac\n", "90;refresher=uac", 87,
    "BYE ", "" },
};

static PeerDialog *
answer_timed (Line *line, const char *extra, const char *granted)
{
  PeerDialog *dialog = peer_dialog_new (peer_get_contact (line->peer));
  g_autoptr (PeerMessage) ringing = NULL, ok = NULL;
  g_autofree char *expires = NULL;

  peer_request (line->peer, dialog, "INVITE", extra, "v=offer\n");
  ringing = peer_expect (line->peer, "SIP/2.0 180", WAIT_MS);
  peer_dialog_learn (dialog, ringing);
  line->talk->call->vtable->accept (line->talk->call, "v=answer\r\n");
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  expires = peer_message_get (ok, "Session-Expires");
  if (granted != NULL)
    g_assert_cmpstr (expires, ==, granted);
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  peer_wait (line->peer, &line->talk->n_established, "call", WAIT_MS);
  return dialog;
}

static void
test_timer (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  Line *line = line_new (FALSE);
  Talk *talk = NULL;
  g_autoptr (PeerDialog) dialog = timers[i].is_outgoing ? line_outgoing_call (line, &talk, timers[i].extra)
                                                        : answer_timed (line, timers[i].extra, timers[i].granted);
  Talk *ours = timers[i].is_outgoing ? talk : line->talk;
  g_autofree char *contact = contact_line (line);
  g_autoptr (PeerMessage) request = NULL;

  virtual_time_pass (timers[i].seconds);
  if (timers[i].refresh == NULL)
    {
      g_assert_cmpuint (peer_count (line->peer, "UPDATE ") + peer_count (line->peer, "BYE "), ==, 0);
      /* Their refresh, at the last moment, starts it anew. */
      peer_request (line->peer, dialog, "UPDATE", "Session-Expires: 90;refresher=uac\nSupported: timer\n", NULL);
      expect_status (line, "SIP/2.0 200", "");
      virtual_time_pass (timers[i].seconds);
      g_assert_cmpuint (peer_count (line->peer, "BYE "), ==, 0);
      end_call (line, ours);
    }
  else
    {
      request = peer_expect (line->peer, timers[i].refresh, WAIT_MS);
      g_assert_cmpstr (request->body, ==, timers[i].body);
      peer_reply (line->peer, request, "200 OK", NULL, contact, timers[i].body[0] != '\0' ? "v=answer\n" : NULL);
      if (g_str_equal (timers[i].refresh, "BYE "))
        {
          g_autofree char *reason = peer_message_get (request, "Reason");

          g_assert_nonnull (strstr (reason, "cause=408"));
          peer_wait (line->peer, &ours->n_ended, "end of the call", WAIT_MS);
          g_assert_cmpuint (ours->status, ==, 408);
        }
      else
        {
          /* Nobody asked for it, nobody is told. */
          peer_spin (50);
          g_assert_cmpstr (ours->trace->str, ==, timers[i].is_outgoing ? "up+" : "up");
          end_call (line, ours);
        }
    }
  if (talk != NULL)
    talk_free (talk);
  line_free (line);
}

/* Their Allow promised UPDATE: the refresh goes on by re-INVITE, once and not each second. */
static void
test_timer_update_refused (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog
    = line_outgoing_call (line, &talk, UPDATE_ALLOWED "Supported: timer\nSession-Expires: 90;refresher=uac\n");
  g_autofree char *contact = contact_line (line);
  g_autoptr (PeerMessage) update = NULL, invite = NULL;

  virtual_time_pass (51);
  update = peer_expect (line->peer, "UPDATE ", WAIT_MS);
  peer_reply (line->peer, update, "405 Method Not Allowed", NULL, NULL, NULL);
  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  g_assert_cmpstr (invite->body, ==, "v=offer\r\n");
  peer_reply (line->peer, invite, "200 OK", NULL, contact, "v=answer\n");
  virtual_time_pass (10);
  g_assert_cmpuint (peer_count (line->peer, "UPDATE "), ==, 1);
  g_assert_cmpuint (peer_count (line->peer, "INVITE "), ==, 2);
  end_call (line, talk);
  talk_free (talk);
  line_free (line);
}

static gboolean
refuse_offer (gpointer user_data, Peer *peer, const PeerMessage *request)
{
  if (!g_str_has_prefix (request->first_line, "INVITE "))
    return FALSE;
  peer_reply (peer, request, "503 Service Unavailable", NULL, NULL, NULL);
  return TRUE;
}

/* RFC 4028 section 10: a refresh that is refused is no end, and is not repeated without pause. */
static void
test_timer_refresh_refused (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, "Supported: timer\nSession-Expires: 90;refresher=uac\n");

  peer_set_filter (line->peer, refuse_offer, NULL);
  virtual_time_pass (39);
  g_assert_cmpuint (peer_count (line->peer, "INVITE "), ==, 2);
  virtual_time_pass (45);
  g_assert_cmpuint (peer_count (line->peer, "INVITE "), <=, 6);
  g_assert_cmpuint (talk->n_ended, ==, 0);
  end_call (line, talk);
  talk_free (talk);
  line_free (line);
}

/* RFC 4028 section 6: an interval too short for them is asked for again; one too short for us is refused. */
static void
test_timer_422 (void)
{
  Line *line = line_new (FALSE);
  Talk *talk = line_dial (line, "v=offer\r\n");
  g_autoptr (PeerMessage) first = peer_expect (line->peer, "INVITE ", WAIT_MS), ack = NULL, second = NULL, refused = NULL;
  g_autoptr (PeerDialog) dialog = peer_dialog_new (peer_get_contact (line->peer));
  g_autofree char *asked = peer_message_get (first, "Session-Expires"), *again = NULL, *least = NULL;

  g_assert_cmpstr (asked, ==, "1800");
  peer_reply (line->peer, first, "422 Session Interval Too Small", "t1", "Min-SE: 3600\n", NULL);
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  second = peer_expect (line->peer, "INVITE ", WAIT_MS);
  again = peer_message_get (second, "Session-Expires");
  g_assert_cmpstr (again, ==, "3600");
  g_assert_cmpstr (second->body, ==, "v=offer\r\n");
  g_assert_cmpuint (talk->n_ended, ==, 0);
  peer_reply (line->peer, second, "486 Busy Here", "t1", NULL, NULL);
  peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);

  peer_request (line->peer, dialog, "INVITE", "Supported: timer\nSession-Expires: 30\n", "v=offer\n");
  refused = peer_expect (line->peer, "SIP/2.0 422", WAIT_MS);
  least = peer_message_get (refused, "Min-SE");
  g_assert_cmpstr (least, ==, "90");
  g_assert_cmpuint (line->n_incoming, ==, 0);
  talk_free (talk);
  line_free (line);
}

/* ------------------------------------------------------------------------ GRUU */

static const struct
{
  const char *name;
  const char *parameters; /* of our binding in the 200; %s: our instance as sent */
  gboolean is_anonymous;
  const char *contact; /* of our INVITE; NULL: where we are heard */
} gruus[] = {
  { "given", ";+sip.instance=%s;pub-gruu=\"sip:alice@example.test;gr=urn:uuid:1-2\"", FALSE,
    "<sip:alice@example.test;gr=urn:uuid:1-2>" },
  { "without-value", ";+sip.instance=%s;pub-gruu=\"sip:alice@example.test;gr\"", FALSE, "<sip:alice@example.test;gr>" },
  { "anonymous", ";+sip.instance=%s;pub-gruu=\"sip:alice@example.test;gr=urn:uuid:1-2\"", TRUE, NULL },
  { "another-instance", ";+sip.instance=\"<urn:uuid:another>\";pub-gruu=\"sip:alice@example.test;gr=1\"", FALSE, NULL },
  { "no-instance", ";pub-gruu=\"sip:alice@example.test;gr=1\"", FALSE, NULL },
  { "no-gr", ";+sip.instance=%s;pub-gruu=\"sip:alice@example.test\"", FALSE, NULL },
  { "no-uri", ";+sip.instance=%s;pub-gruu=\"alice;gr=1\"", FALSE, NULL },
  { "hostile", ";+sip.instance=%s;pub-gruu=\"sip:alice@example.test;gr=1>,<sip:x@y\"", FALSE, NULL },
  { "headers", ";+sip.instance=%s;pub-gruu=\"sip:alice@example.test;gr=1?Subject=x\"", FALSE, NULL },
  { "empty", ";+sip.instance=%s;pub-gruu=\"\"", FALSE, NULL },
};

static gboolean
on_register (gpointer user_data, Peer *peer, const PeerMessage *request)
{
  const char *parameters = user_data;
  g_autofree char *contact = NULL, *bare = NULL, *instance = NULL, *extra = NULL;
  g_auto (GStrv) around = NULL;
  const char *start;

  if (!g_str_has_prefix (request->first_line, "REGISTER "))
    return FALSE;
  contact = peer_message_get (request, "Contact");
  start = contact != NULL ? strstr (contact, "+sip.instance=") : NULL;
  if (start == NULL)
    return FALSE;
  bare = g_strndup (contact, strcspn (contact, ">") + 1);
  instance = g_strndup (start + 14, strcspn (start + 15, "\"") + 2);
  around = g_strsplit (parameters, "%s", 2);
  extra = g_strdup_printf ("Contact: %s%s%s%s;expires=600\n", bare, around[0], around[1] != NULL ? instance : "",
                           around[1] != NULL ? around[1] : "");
  peer_reply (peer, request, "200 OK", "reg", extra, NULL);
  return TRUE;
}

/* RFC 5627: what a registrar gives for our instance stands in the Contact of dialogs, and nowhere else. */
static void
test_gruu (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  Line *line = line_new_idle (peer_new (FALSE), NULL, NULL);
  CusaxSipDisclosure disclosure = { .is_anonymous = gruus[i].is_anonymous };
  g_autoptr (PeerMessage) invite = NULL, again = NULL;
  g_autofree char *contact = NULL, *theirs = contact_line (line), *held = NULL;
  Talk *talk;

  peer_set_filter (line->peer, on_register, (gpointer) gruus[i].parameters);
  line_start (line);
  line_wait_registered (line);
  talk = line_dial_saying (line, "v=offer\r\n", &disclosure);
  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  contact = peer_message_get (invite, "Contact");
  if (gruus[i].contact != NULL)
    g_assert_cmpstr (contact, ==, gruus[i].contact);
  else
    g_assert_null (strstr (contact, ";gr"));
  peer_reply (line->peer, invite, "200 OK", "t1", theirs, "v=answer\n");
  peer_wait (line->peer, &talk->n_established, "call", WAIT_MS);
  talk->call->vtable->reoffer (talk->call, "v=hold\r\n");
  again = peer_expect (line->peer, "INVITE ", WAIT_MS);
  held = peer_message_get (again, "Contact");
  g_assert_cmpstr (held, ==, contact);
  peer_reply (line->peer, again, "200 OK", NULL, theirs, "v=held\n");
  peer_wait (line->peer, &talk->n_done, "answer", WAIT_MS);
  end_call (line, talk);
  talk_free (talk);
  line_free (line);
}

static void
add_table (const char *folder, const char *name, guint i, GTestDataFunc function)
{
  g_autofree char *path = g_strconcat ("/wire/", folder, "/", name, NULL);

  g_test_add_data_func (path, GUINT_TO_POINTER (i), function);
}

static void
add_tests (void)
{
  g_test_add_func ("/wire/update/early-in", test_update_early_in);
  g_test_add_data_func ("/wire/update/too-early/out", GINT_TO_POINTER (TRUE), test_update_too_early);
  g_test_add_data_func ("/wire/update/too-early/in", GINT_TO_POINTER (FALSE), test_update_too_early);
  for (guint i = 0; i < G_N_ELEMENTS (early_updates); i++)
    add_table ("update/early-out", early_updates[i].name, i, test_update_early_out);
  g_test_add_func ("/wire/update/early-out/waits", test_update_early_waits);
  g_test_add_data_func ("/wire/offerless/in-183", GUINT_TO_POINTER (200), test_offer_in_183);
  g_test_add_data_func ("/wire/offerless/in-183-refused", GUINT_TO_POINTER (488), test_offer_in_183);
  g_test_add_func ("/wire/offerless/insisting", test_offerless_insisting);
  g_test_add_data_func ("/wire/prack/supported", GINT_TO_POINTER (FALSE), test_prack_in);
  g_test_add_data_func ("/wire/prack/required", GINT_TO_POINTER (TRUE), test_prack_in);
  g_test_add_func ("/wire/reinvite-before-ack", test_reinvite_before_ack);
  g_test_add_func ("/wire/forks", test_forks);
  for (guint i = 0; i < G_N_ELEMENTS (timers); i++)
    add_table ("timer", timers[i].name, i, test_timer);
  g_test_add_func ("/wire/timer/update-refused", test_timer_update_refused);
  g_test_add_func ("/wire/timer/refresh-refused", test_timer_refresh_refused);
  g_test_add_func ("/wire/timer/422", test_timer_422);
  for (guint i = 0; i < G_N_ELEMENTS (gruus); i++)
    add_table ("gruu", gruus[i].name, i, test_gruu);
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
