/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transfer (R37; RFC 3515, RFC 3891, RFC 4488, RFC 5589): our REFER and what is told of it, theirs within and outside of
 * calls with our NOTIFYs, INVITEs that replace a call; each also malformed, late, twice and out of order, with the call
 * as it was afterwards.
 */
#include "ua-fixture.h"

#include "error.h"

#include <string.h>

#define ALLOW "Allow: INVITE, ACK, BYE, CANCEL, REFER, NOTIFY, INFO\n"
#define SIPFRAG "Content-Type: message/sipfrag;version=2.0\n"
#define ACTIVE "Subscription-State: active;expires=60\n"
#define TERMINATED "Subscription-State: terminated;reason=noresource\n"
#define REFER_TO "Refer-To: <sip:carol@example.test>\n"

/* What a listener with all its functions was told beyond a Talk's, one case at a time. */
static struct
{
  CusaxSipReferral *referral; /* the last one, ours to release */
  guint n_referrals, n_progress;
  char *refer_to, *referred_by, *from;
  char *reason;
} told;

static void
told_release (void)
{
  if (told.referral != NULL)
    told.referral->vtable->release (told.referral);
  told.referral = NULL;
}

static void
told_clear (void)
{
  told_release ();
  g_free (told.refer_to);
  g_free (told.referred_by);
  g_free (told.from);
  g_free (told.reason);
  memset (&told, 0, sizeof told);
}

static void
take_referral (CusaxSipReferral *referral, const CusaxSipRefer *refer)
{
  told_release ();
  told.referral = referral;
  told.n_referrals++;
  g_free (told.refer_to);
  told.refer_to = g_strdup (refer->refer_to);
  g_free (told.referred_by);
  told.referred_by = g_strdup (refer->referred_by);
  g_free (told.from);
  told.from = g_strdup (refer->headers.from_uri);
}

static void
on_refer (gpointer user_data, CusaxSipReferral *referral, const CusaxSipRefer *refer)
{
  take_referral (referral, refer);
}

static void
on_refer_progress (gpointer user_data, guint status, const char *reason)
{
  Talk *talk = user_data;

  g_string_append_printf (talk->trace, " r%u", status);
  g_free (told.reason);
  told.reason = g_strdup (reason);
  told.n_progress++;
}

/* The whole listener on a call that has the fixture's. */
static void
listen_to (Talk *talk)
{
  static CusaxSipCallListener listener;

  listener = talk_listener;
  listener.on_refer = on_refer;
  listener.on_refer_progress = on_refer_progress;
  talk->call->vtable->set_listener (talk->call, &listener, talk);
}

static void
listen_outside (Line *line)
{
  static CusaxSipListener listener;

  listener = line_listener;
  listener.on_refer = on_refer;
  line->port->vtable->set_listener (line->port, &listener, line);
}

static void
expect_bye (Line *line)
{
  g_autoptr (PeerMessage) bye = peer_expect (line->peer, "BYE ", WAIT_MS);

  peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
}

/* The call is what it was: an INFO is answered, and it can be hung up. */
static void
expect_call_intact (Line *line, Talk *talk, PeerDialog *dialog)
{
  g_autoptr (PeerMessage) ok = NULL;

  g_assert_cmpuint (talk->n_ended, ==, 0);
  peer_request (line->peer, dialog, "INFO", NULL, NULL);
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  talk->call->vtable->hang_up (talk->call);
  expect_bye (line);
  peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);
  g_assert_cmpuint (talk->status, ==, 0);
}

static gboolean
refer (Talk *talk, const char *target, Talk *replaces, GError **error)
{
  g_autoptr (CusaxAddress) address = cusax_address_parse_uri (target, NULL);

  g_assert_nonnull (address);
  return talk->call->vtable->refer (talk->call, address, replaces != NULL ? replaces->call : NULL, error);
}

static void
expect_answer (Line *line, const char *status)
{
  g_autofree char *start = g_strconcat ("SIP/2.0 ", status, NULL);
  g_autoptr (PeerMessage) answer = peer_expect (line->peer, start, WAIT_MS);
}

/* ----------------------------------------------------------------- our REFER */

typedef struct
{
  const char *name;
  const char *before; /* a NOTIFY's header lines and body, "|" between, before the answer; NULL: none */
  const char *answer; /* to REFER */
  const char *extra;
  const char *notifies[4];
  const char *trace;
  const char *reason; /* of the last */
} Progress;

static const Progress progress_rows[] = {
  { "told", NULL, "202 Accepted", NULL,
    { ACTIVE SIPFRAG "|SIP/2.0 100 Trying\n", ACTIVE SIPFRAG "|SIP/2.0 180 Ringing\n",
      TERMINATED SIPFRAG "|SIP/2.0 200 OK\n" }, "up+ r100 r180 r200", "OK" },
  { "busy", NULL, "202 Accepted", NULL, { TERMINATED SIPFRAG "|SIP/2.0 486 Busy Here\n" }, "up+ r486", "Busy Here" },
  { "answer-200", NULL, "200 OK", NULL, { TERMINATED SIPFRAG "|SIP/2.0 603 Decline\n" }, "up+ r603", "Decline" },
  { "no-subscription", NULL, "202 Accepted", "Refer-Sub: false\n", { NULL }, "up+ r202", NULL },
  { "refused", NULL, "603 Decline", NULL, { NULL }, "up+ r603", "Decline" },
  { "refused-in-words", NULL, "403 Forbidden", "Warning: 399 pbx \"No such extension\"\n", { NULL }, "up+ r403",
    "No such extension" },
  { "refused-unknown-target", NULL, "404 Not Found", NULL, { NULL }, "up+ r404", "Not Found" },
  { "refused-gone", NULL, "410 Gone", NULL, { NULL }, "up+ r410", "Gone" },
  { "refused-bad-gateway", NULL, "502 Bad Gateway", NULL, { NULL }, "up+ r502", "Bad Gateway" },
  { "refused-nowhere", NULL, "604 Does Not Exist Anywhere", NULL, { NULL }, "up+ r604", "Does Not Exist Anywhere" },
  { "refused-method", NULL, "405 Method Not Allowed", NULL, { NULL }, "up+ r405", "Method Not Allowed" },
  { "refused-error", NULL, "500 Server Internal Error", NULL, { NULL }, "up+ r500", "Server Internal Error" },
  { "redirected", NULL, "302 Moved Temporarily", "Contact: <sip:other@127.0.0.1>\n", { NULL }, "up+ r302",
    "Moved Temporarily" },
  { "ended-untold", NULL, "202 Accepted", NULL, { TERMINATED SIPFRAG "|SIP/2.0 100 Trying\n" }, "up+ r202", NULL },
  { "ended-empty", NULL, "202 Accepted", NULL, { TERMINATED }, "up+ r202", NULL },
  { "garbage", NULL, "202 Accepted", NULL, { ACTIVE SIPFRAG "|no status line\n", TERMINATED SIPFRAG "|SIP/2.0 999 X\n" },
    "up+ r202", NULL },
  { "other-type", NULL, "202 Accepted", NULL, { ACTIVE "Content-Type: text/plain\n|SIP/2.0 200 OK\n", TERMINATED },
    "up+ r202", NULL },
  { "final-twice", NULL, "202 Accepted", NULL,
    { ACTIVE SIPFRAG "|SIP/2.0 200 OK\n", ACTIVE SIPFRAG "|SIP/2.0 486 Busy Here\n", TERMINATED }, "up+ r200", "OK" },
  { "before-the-answer", ACTIVE SIPFRAG "|SIP/2.0 180 Ringing\n", "202 Accepted", NULL,
    { TERMINATED SIPFRAG "|SIP/2.0 200 OK\n" }, "up+ r180 r200", "OK" },
  { "final-before-the-answer", TERMINATED SIPFRAG "|SIP/2.0 200 OK\n", "202 Accepted", NULL, { NULL }, "up+ r200", "OK" },
};

static void
send_notify (Line *line, PeerDialog *dialog, const char *event, const char *notify, const char *status)
{
  g_auto (GStrv) parts = g_strsplit (notify, "|", 2);
  g_autofree char *extra = g_strdup_printf ("Event: %s\n%s", event, parts[0]);

  peer_request (line->peer, dialog, "NOTIFY", extra, parts[1]);
  expect_answer (line, status);
}

static void
test_progress (gconstpointer data)
{
  const Progress *row = data;
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, ALLOW);
  g_autoptr (PeerMessage) request = NULL;
  g_autofree char *refer_to = NULL, *referred_by = NULL, *contact = NULL;
  g_autoptr (GError) error = NULL;

  listen_to (talk);
  g_assert_true (refer (talk, "sip:carol@example.test", NULL, &error));
  request = peer_expect (line->peer, "REFER ", WAIT_MS);
  refer_to = message_get_all (request, "Refer-To");
  referred_by = message_get_all (request, "Referred-By");
  contact = message_get_all (request, "Contact");
  g_assert_cmpstr (refer_to, ==, "<sip:carol@example.test>");
  g_assert_cmpstr (referred_by, ==, "<sip:alice@example.test>");
  g_assert_true (g_str_has_prefix (contact, "<sip:"));
  /* One at a time. */
  g_assert_false (refer (talk, "sip:dave@example.test", NULL, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED);

  if (row->before != NULL)
    send_notify (line, dialog, "refer", row->before, "200");
  peer_reply (line->peer, request, row->answer, NULL, row->extra, NULL);
  for (guint i = 0; row->notifies[i] != NULL; i++)
    send_notify (line, dialog, "refer", row->notifies[i], "200");
  peer_wait (line->peer, &told.n_progress, "progress", WAIT_MS);
  peer_spin (50);
  g_assert_cmpstr (talk->trace->str, ==, row->trace);
  g_assert_cmpstr (told.reason, ==, row->reason);
  expect_call_intact (line, talk, dialog);
  talk_free (talk);
  line_free (line);
  told_clear ();
}

/* What belongs to no REFER of ours. */
static void
test_progress_of_nothing (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, ALLOW);
  g_autoptr (PeerMessage) request = NULL, again = NULL;

  listen_to (talk);
  send_notify (line, dialog, "refer", ACTIVE SIPFRAG "|SIP/2.0 200 OK\n", "481");
  g_assert_true (refer (talk, "sip:carol@example.test", NULL, NULL));
  request = peer_expect (line->peer, "REFER ", WAIT_MS);
  peer_reply (line->peer, request, "202 Accepted", NULL, NULL, NULL);
  peer_spin (30);
  send_notify (line, dialog, "refer;id=4711", TERMINATED SIPFRAG "|SIP/2.0 486 Busy Here\n", "481");
  send_notify (line, dialog, "dialog", ACTIVE SIPFRAG "|SIP/2.0 486 Busy Here\n", "489");
  g_assert_cmpstr (talk->trace->str, ==, "up+");
  send_notify (line, dialog, "refer", TERMINATED SIPFRAG "|SIP/2.0 200 OK\n", "200");
  send_notify (line, dialog, "refer", TERMINATED SIPFRAG "|SIP/2.0 486 Busy Here\n", "481");
  g_assert_cmpstr (talk->trace->str, ==, "up+ r200");
  /* And another one. */
  g_assert_true (refer (talk, "sip:carol@example.test", NULL, NULL));
  again = peer_expect (line->peer, "REFER ", WAIT_MS);
  peer_reply (line->peer, again, "202 Accepted", NULL, NULL, NULL);
  expect_call_intact (line, talk, dialog);
  talk_free (talk);
  line_free (line);
  told_clear ();
}

/* Nobody ever tells: R37's bound. */
static void
test_progress_never (void)
{
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = NULL;
  g_autoptr (PeerMessage) request = NULL;

  cusax_ua_set_refer_wait (line->port, 100);
  dialog = line_outgoing_call (line, &talk, ALLOW);
  listen_to (talk);
  g_assert_true (refer (talk, "sip:carol@example.test", NULL, NULL));
  request = peer_expect (line->peer, "REFER ", WAIT_MS);
  peer_reply (line->peer, request, "202 Accepted", NULL, NULL, NULL);
  peer_wait (line->peer, &told.n_progress, "time-out", WAIT_MS);
  send_notify (line, dialog, "refer", TERMINATED SIPFRAG "|SIP/2.0 200 OK\n", "200");
  g_assert_cmpstr (talk->trace->str, ==, "up+ r408");
  expect_call_intact (line, talk, dialog);
  talk_free (talk);
  line_free (line);
  told_clear ();
}

/* The call ends before they have told. */
typedef enum
{
  END_BYE,
  END_BYE_UNANSWERED, /* the REFER is */
  END_HANG_UP,
  END_RELEASE,
  END_STOP
} EndKind;

static void
test_end_before_progress (gconstpointer data)
{
  EndKind kind = GPOINTER_TO_UINT (data);
  static const char *const traces[]
    = { "up+ r202 ended0", "up+ r503 ended0", "up+ r202 ended0", "up+", "up+ r202 ended0" };
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, ALLOW);
  g_autoptr (PeerMessage) request = NULL;

  listen_to (talk);
  g_assert_true (refer (talk, "sip:carol@example.test", NULL, NULL));
  request = peer_expect (line->peer, "REFER ", WAIT_MS);
  if (kind != END_BYE_UNANSWERED)
    peer_reply (line->peer, request, "202 Accepted", NULL, NULL, NULL);
  peer_spin (30);
  if (kind == END_BYE || kind == END_BYE_UNANSWERED)
    {
      peer_request (line->peer, dialog, "BYE", NULL, NULL);
      expect_answer (line, "200");
    }
  else if (kind == END_STOP)
    line->port->vtable->stop (line->port);
  else if (kind == END_HANG_UP)
    talk->call->vtable->hang_up (talk->call);
  else
    talk_release (talk);
  if (kind >= END_HANG_UP)
    expect_bye (line);
  if (kind != END_RELEASE)
    peer_wait (line->peer, &talk->n_ended, "end", WAIT_MS);
  g_assert_cmpstr (talk->trace->str, ==, traces[kind]);
  talk_free (talk);
  line_free (line);
  told_clear ();
}

/* The listener gives the call up in the middle of its end. */
static void
release_on_progress (gpointer user_data, guint status, const char *reason)
{
  talk_release (user_data);
}

static void
test_release_in_progress (gconstpointer data)
{
  gboolean at_end = GPOINTER_TO_INT (data);
  CusaxSipCallListener listener = talk_listener;
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, ALLOW);
  g_autoptr (PeerMessage) request = NULL;

  listener.on_refer_progress = release_on_progress;
  talk->call->vtable->set_listener (talk->call, &listener, talk);
  g_assert_true (refer (talk, "sip:carol@example.test", NULL, NULL));
  request = peer_expect (line->peer, "REFER ", WAIT_MS);
  peer_reply (line->peer, request, "202 Accepted", NULL, NULL, NULL);
  peer_spin (30);
  if (at_end)
    peer_request (line->peer, dialog, "BYE", NULL, NULL);
  else
    send_notify (line, dialog, "refer", TERMINATED SIPFRAG "|SIP/2.0 200 OK\n", "200");
  if (at_end)
    expect_answer (line, "200");
  else
    expect_bye (line);
  peer_spin (30);
  g_assert_null (talk->call);
  g_assert_cmpuint (talk->n_ended, ==, 0);
  talk_free (talk);
  line_free (line);
  told_clear ();
}

static void
test_challenged (gconstpointer data)
{
  gboolean is_stranger = GPOINTER_TO_INT (data);
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = NULL;
  g_autoptr (PeerMessage) request = NULL, again = NULL;

  peer_set_mode (peer, PEER_SHA256, 0);
  line_start (line);
  line_wait_registered (line);
  dialog = line_outgoing_call (line, &talk, ALLOW);
  listen_to (talk);
  g_assert_true (refer (talk, "sip:carol@example.test", NULL, NULL));
  request = peer_expect (peer, "REFER ", WAIT_MS);
  peer_reply (peer, request, "407 Proxy Authentication Required", NULL,
              is_stranger ? "Proxy-Authenticate: Digest realm=\"stranger\", nonce=\"1\", qop=\"auth\", algorithm=MD5\n"
                          : "Proxy-Authenticate: Digest realm=\"home\", nonce=\"1\", qop=\"auth\", algorithm=SHA-256\n",
              NULL);
  again = peer_expect (peer, "REFER ", WAIT_MS);
  if (is_stranger)
    peer_reply (peer, again, "407 Proxy Authentication Required", NULL,
                "Proxy-Authenticate: Digest realm=\"stranger\", nonce=\"1\", qop=\"auth\", algorithm=MD5\n", NULL);
  else
    {
      g_autofree char *credentials = peer_message_get (again, "Proxy-Authorization");

      g_assert_nonnull (credentials);
      peer_reply (peer, again, "202 Accepted", NULL, "Refer-Sub: false\n", NULL);
    }
  peer_wait (peer, &told.n_progress, "answer", WAIT_MS);
  g_assert_cmpstr (talk->trace->str, ==, is_stranger ? "up+ r407" : "up+ r202");
  expect_call_intact (line, talk, dialog);
  talk_free (talk);
  line_free (line);
  told_clear ();
}

static void
test_refused_here (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (GError) error = NULL;
  Talk *talk, *other;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, "Allow: INVITE, ACK, BYE, CANCEL, INFO\n");
  g_autoptr (PeerDialog) other_dialog = NULL;
  Talk *early = line_dial (line, "v=offer\r\n");
  g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS);

  g_assert_false (refer (talk, "sip:carol@example.test", NULL, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  /* One that said nothing is asked. */
  other_dialog = line_outgoing_call (line, &other, NULL);
  listen_to (other);
  g_assert_false (refer (other, "sip:carol@example.test", early, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_false (refer (early, "sip:carol@example.test", NULL, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED);
  peer_expect_none (line->peer, "REFER ", 50);
  g_assert_true (refer (other, "sip:carol@example.test", talk, NULL));
  talk_free (early);
  talk_free (other);
  talk_free (talk);
  line_free (line);
  told_clear ();
}

/* Attended: what carol is sent must name her own call with us, from both roles. */
static void
test_attended (gconstpointer data)
{
  gboolean is_incoming = GPOINTER_TO_INT (data);
  Line *line = line_new (FALSE);
  Talk *talk, *consulted;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, ALLOW);
  g_autoptr (PeerDialog) other
    = is_incoming ? line_incoming_call (line) : line_outgoing_call (line, &consulted, ALLOW);
  g_autoptr (PeerMessage) request = NULL;
  g_autofree char *refer_to = NULL, *escaped = NULL, *plain = NULL, *expected = NULL;

  if (is_incoming)
    consulted = line->talk;
  listen_to (talk);
  g_assert_true (refer (talk, "sip:carol@example.test", consulted, NULL));
  request = peer_expect (line->peer, "REFER ", WAIT_MS);
  refer_to = message_get_all (request, "Refer-To");
  g_assert_true (g_str_has_prefix (refer_to, "<sip:carol@example.test?Replaces="));
  escaped = g_strndup (strchr (refer_to, '=') + 1, strlen (strchr (refer_to, '=')) - 2);
  g_assert_null (strpbrk (escaped, ";=@"));
  plain = g_uri_unescape_string (escaped, NULL);
  expected = g_strdup_printf ("%s;to-tag=%s;from-tag=%s", other->call_id, strstr (other->local, "tag=") + 4,
                              strstr (other->remote, "tag=") + 4);
  g_assert_cmpstr (plain, ==, expected);
  peer_reply (line->peer, request, "202 Accepted", NULL, NULL, NULL);
  /* Carol's telephone replaces the call: hers ends, and that one is told. */
  peer_request (line->peer, other, "BYE", NULL, NULL);
  expect_answer (line, "200");
  send_notify (line, dialog, "refer", TERMINATED SIPFRAG "|SIP/2.0 200 OK\n", "200");
  g_assert_cmpstr (talk->trace->str, ==, "up+ r200");
  expect_call_intact (line, talk, dialog);
  talk_free (talk);
  if (!is_incoming)
    talk_free (consulted);
  line_free (line);
  told_clear ();
}

static void
test_anonymous (void)
{
  const CusaxSipDisclosure disclosure = { .is_anonymous = TRUE };
  Line *line = line_new (FALSE);
  g_autofree char *contact
    = g_strdup_printf ("Contact: <sip:bob@127.0.0.1:%u;transport=tcp>\n", peer_get_port (line->peer));
  Talk *talk = line_dial_saying (line, "v=offer\r\n", &disclosure);
  g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS), ack = NULL, request = NULL;

  peer_reply (line->peer, invite, "200 OK", "t1", contact, "v=answer\n");
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  peer_wait (line->peer, &talk->n_established, "call", WAIT_MS);
  g_assert_true (refer (talk, "sip:carol@example.test", NULL, NULL));
  request = peer_expect (line->peer, "REFER ", WAIT_MS);
  g_assert_null (strstr (request->head, "alice"));
  g_assert_null (strstr (request->head, "Referred-By"));
  talk_free (talk);
  line_free (line);
}

/* --------------------------------------------------------------- their REFER */

static Talk *
call_both_ways (Line *line, gboolean is_incoming, PeerDialog **dialog)
{
  Talk *talk;

  *dialog = is_incoming ? line_incoming_call (line) : line_outgoing_call (line, &talk, ALLOW);
  if (is_incoming)
    talk = g_steal_pointer (&line->talk);
  listen_to (talk);
  return talk;
}

/* @start: of its body. Answers @status. */
static void
expect_notify (Line *line, const char *substate, const char *start, const char *status)
{
  g_autoptr (PeerMessage) notify = peer_expect (line->peer, "NOTIFY ", WAIT_MS);
  g_autofree char *state = message_get_all (notify, "Subscription-State");
  g_autofree char *event = message_get_all (notify, "Event");
  g_autofree char *type = message_get_all (notify, "Content-Type");
  g_autofree char *contact = message_get_all (notify, "Contact");

  if (!g_str_has_prefix (notify->body, start) || !g_str_has_prefix (state, substate))
    g_error ("\"%s\" %s instead of \"%s\" %s", notify->body, state, start, substate);
  g_assert_true (g_str_has_prefix (event, "refer"));
  g_assert_true (g_str_has_prefix (type, "message/sipfrag"));
  g_assert_true (g_str_has_prefix (contact, "<sip:"));
  if (status != NULL)
    peer_reply (line->peer, notify, status, NULL, NULL, NULL);
}

static void
expect_referral (Line *line)
{
  expect_answer (line, "202");
  peer_wait (line->peer, &told.n_referrals, "REFER", WAIT_MS);
}

static void
test_in (gconstpointer data)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = NULL;
  Talk *talk = call_both_ways (line, GPOINTER_TO_INT (data), &dialog);

  peer_request (line->peer, dialog, "REFER",
                "r: <sip:carol@example.test?Replaces=1%40x%3Bto-tag%3Da%3Bfrom-tag%3Db>\nb: <sip:bob@example.test>;x=1\n",
                NULL);
  expect_referral (line);
  g_assert_cmpstr (told.refer_to, ==, "<sip:carol@example.test?Replaces=1%40x%3Bto-tag%3Da%3Bfrom-tag%3Db>");
  g_assert_cmpstr (told.referred_by, ==, "<sip:bob@example.test>;x=1");
  g_assert_cmpstr (told.from, ==, "sip:bob@example.test");
  expect_notify (line, "active", "SIP/2.0 100 Trying", "200 OK");
  told.referral->vtable->notify (told.referral, 180, "Ringing");
  expect_notify (line, "active", "SIP/2.0 180 Ringing", "200 OK");
  told.referral->vtable->notify (told.referral, 200, NULL);
  told.referral->vtable->notify (told.referral, 486, NULL);
  expect_notify (line, "terminated", "SIP/2.0 200 OK", "200 OK");
  told_release ();
  peer_expect_none (line->peer, "NOTIFY ", 50);
  /* The next one, given up at once. */
  told.n_referrals = 0;
  peer_request (line->peer, dialog, "REFER", REFER_TO, NULL);
  expect_referral (line);
  told_release ();
  expect_notify (line, "active", "SIP/2.0 100 ", "200 OK");
  expect_notify (line, "terminated", "SIP/2.0 603 ", "200 OK");
  expect_call_intact (line, talk, dialog);
  talk_free (talk);
  line_free (line);
  told_clear ();
}

/* While one NOTIFY waits for its answer, the latest status is the one that counts. */
static void
test_in_overtaken (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = NULL;
  Talk *talk = call_both_ways (line, FALSE, &dialog);
  g_autoptr (PeerMessage) notify = NULL;

  peer_request (line->peer, dialog, "REFER", REFER_TO, NULL);
  expect_referral (line);
  notify = peer_expect (line->peer, "NOTIFY ", WAIT_MS);
  told.referral->vtable->notify (told.referral, 180, "Ringing");
  told.referral->vtable->notify (told.referral, 183, "Session Progress");
  told.referral->vtable->notify (told.referral, 486, "Busy\r\nX-Evil: 1");
  peer_expect_none (line->peer, "NOTIFY ", 50);
  peer_reply (line->peer, notify, "200 OK", NULL, NULL, NULL);
  expect_notify (line, "terminated", "SIP/2.0 486 Busy", "200 OK");
  expect_call_intact (line, talk, dialog);
  talk_free (talk);
  line_free (line);
  told_clear ();
}

static void
test_in_no_subscription (gconstpointer data)
{
  gboolean is_outside = GPOINTER_TO_INT (data);
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = NULL;
  Talk *talk = call_both_ways (line, FALSE, &dialog);
  g_autoptr (PeerDialog) outside = peer_dialog_new (peer_get_contact (line->peer));
  g_autoptr (PeerMessage) accepted = NULL;
  g_autofree char *sub = NULL;

  listen_outside (line);
  peer_request (line->peer, is_outside ? outside : dialog, "REFER",
                REFER_TO "Supported: norefersub\nRefer-Sub: false\n", NULL);
  accepted = peer_expect (line->peer, "SIP/2.0 202", WAIT_MS);
  sub = message_get_all (accepted, "Refer-Sub");
  g_assert_cmpstr (sub, ==, "false");
  peer_wait (line->peer, &told.n_referrals, "REFER", WAIT_MS);
  told.referral->vtable->notify (told.referral, 180, "Ringing");
  told.referral->vtable->notify (told.referral, 200, "OK");
  told_release ();
  expect_call_intact (line, talk, dialog);
  peer_expect_none (line->peer, "NOTIFY ", 100);
  g_assert_cmpuint (peer_count (line->peer, "NOTIFY "), ==, 0);
  talk_free (talk);
  line_free (line);
  told_clear ();
}

static const struct
{
  const char *extra, *status, *outside;
} bad_refers[] = {
  { NULL, "400", "400" },
  { REFER_TO "Refer-To: <sip:dave@example.test>\n", "400", "400" },
  { REFER_TO "r: <sip:dave@example.test>\n", "400", "400" },
  { REFER_TO "Contact: ;;\n", NULL, "400" },
  { REFER_TO "Require: multiple-refer\n", "420", "420" },
};

static void
test_in_bad (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = NULL;
  Talk *talk = call_both_ways (line, TRUE, &dialog);

  listen_outside (line);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (bad_refers); i++)
    {
      guint row = i / 2;
      g_autoptr (PeerDialog) outside = peer_dialog_new (peer_get_contact (line->peer));
      const char *status = i % 2 == 0 ? bad_refers[row].status : bad_refers[row].outside;

      if (status == NULL)
        continue;
      peer_request (line->peer, i % 2 == 0 ? dialog : outside, "REFER", bad_refers[row].extra, NULL);
      expect_answer (line, status);
    }
  g_assert_cmpuint (told.n_referrals, ==, 0);
  g_assert_cmpuint (peer_count (line->peer, "NOTIFY "), ==, 0);
  expect_call_intact (line, talk, dialog);
  talk_free (talk);
  line_free (line);
  told_clear ();
}

/* Garbage in Refer-To is for whoever reads it; a second one while the first is open waits for nobody. */
static void
test_in_twice (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = NULL;
  Talk *talk = call_both_ways (line, FALSE, &dialog);

  peer_request (line->peer, dialog, "REFER", "Refer-To: <<<sip:@@?Replaces=%%%\n", NULL);
  expect_referral (line);
  g_assert_cmpstr (told.refer_to, ==, "<<<sip:@@?Replaces=%%%");
  expect_notify (line, "active", "SIP/2.0 100 ", "200 OK");
  peer_request (line->peer, dialog, "REFER", REFER_TO, NULL);
  expect_answer (line, "491");
  g_assert_cmpuint (told.n_referrals, ==, 1);
  told.referral->vtable->notify (told.referral, 400, NULL);
  expect_notify (line, "terminated", "SIP/2.0 400 ", "481 Subscription Does Not Exist");
  expect_call_intact (line, talk, dialog);
  talk_free (talk);
  line_free (line);
  told_clear ();
}

/* They have lost interest: a NOTIFY is refused, or they un-SUBSCRIBE. The call goes on, nothing more is sent. */
static void
test_in_not_wanted (gconstpointer data)
{
  const char *status = data;
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = NULL;
  Talk *talk = call_both_ways (line, FALSE, &dialog);
  guint n;

  peer_request (line->peer, dialog, "REFER", REFER_TO, NULL);
  expect_referral (line);
  expect_notify (line, "active", "SIP/2.0 100 ", status != NULL ? status : "200 OK");
  if (status == NULL)
    {
      peer_spin (30);
      peer_request (line->peer, dialog, "SUBSCRIBE", "Event: refer\nExpires: 0\n", NULL);
      expect_answer (line, "200");
      g_clear_pointer (&talk->sdp, g_free);
      expect_notify (line, "terminated", "", "200 OK");
    }
  peer_spin (30);
  n = peer_count (line->peer, "NOTIFY ");
  told.referral->vtable->notify (told.referral, 180, NULL);
  told.referral->vtable->notify (told.referral, 200, NULL);
  told_release ();
  peer_spin (50);
  g_assert_cmpuint (peer_count (line->peer, "NOTIFY "), ==, n);
  expect_call_intact (line, talk, dialog);
  talk_free (talk);
  line_free (line);
  told_clear ();
}

/* The call ends before what it was asked for has: they are told all the same, and nothing is left then. */
static void
test_in_call_ends (gconstpointer data)
{
  EndKind kind = GPOINTER_TO_UINT (data);
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = NULL;
  Talk *talk = call_both_ways (line, FALSE, &dialog);

  peer_request (line->peer, dialog, "REFER", REFER_TO, NULL);
  expect_referral (line);
  expect_notify (line, "active", "SIP/2.0 100 ", "200 OK");
  if (kind == END_BYE)
    {
      peer_request (line->peer, dialog, "BYE", NULL, NULL);
      expect_answer (line, "200");
      peer_wait (line->peer, &talk->n_ended, "end", WAIT_MS);
    }
  else
    {
      if (kind == END_HANG_UP)
        talk->call->vtable->hang_up (talk->call);
      else
        talk_release (talk);
      expect_bye (line);
      peer_spin (30);
    }
  if (kind == END_HANG_UP)
    {
      peer_wait (line->peer, &talk->n_ended, "end", WAIT_MS);
      talk_release (talk);
    }
  /* Late requests for the call that was. */
  peer_request (line->peer, dialog, "INFO", NULL, NULL);
  expect_answer (line, "481");
  peer_request (line->peer, dialog, "REFER", REFER_TO, NULL);
  expect_answer (line, "481");
  told.referral->vtable->notify (told.referral, 180, "Ringing");
  expect_notify (line, "active", "SIP/2.0 180 ", "200 OK");
  told.referral->vtable->notify (told.referral, 200, "OK");
  expect_notify (line, "terminated", "SIP/2.0 200 ", "200 OK");
  told_release ();
  peer_expect_none (line->peer, "NOTIFY ", 50);
  talk_free (talk);
  line_free (line);
  told_clear ();
}

/* The referral outlives call and port. */
static void
test_in_port_ends (gconstpointer data)
{
  gboolean is_stopped = GPOINTER_TO_INT (data);
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = NULL;
  Talk *talk = call_both_ways (line, FALSE, &dialog);

  peer_request (line->peer, dialog, "REFER", REFER_TO, NULL);
  expect_referral (line);
  expect_notify (line, "active", "SIP/2.0 100 ", "200 OK");
  peer_request (line->peer, dialog, "BYE", NULL, NULL);
  expect_answer (line, "200");
  if (is_stopped)
    {
      line->port->vtable->stop (line->port);
      expect_notify (line, "terminated", "SIP/2.0 603 ", "200 OK");
      line_wait_stopped (line);
    }
  talk_free (talk);
  line_free (line);
  told.referral->vtable->notify (told.referral, 180, "Ringing");
  told_clear ();
}

static void
test_in_leg_lost (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = NULL;
  Talk *talk = call_both_ways (line, FALSE, &dialog);

  peer_request (line->peer, dialog, "REFER", REFER_TO, NULL);
  expect_referral (line);
  expect_notify (line, "active", "SIP/2.0 100 ", "200 OK");
  peer_spin (30);
  line->n_registered = 0;
  peer_drop (line->peer);
  peer_spin (20);
  told.referral->vtable->notify (told.referral, 180, "Ringing");
  line_wait_registered (line);
  expect_notify (line, "active", "SIP/2.0 180 ", "200 OK");
  told_release ();
  expect_notify (line, "terminated", "SIP/2.0 603 ", "200 OK");
  talk_free (talk);
  line_free (line);
  told_clear ();
}

/* ------------------------------------------------------------ outside of calls */

static PeerDialog *
refer_outside (Line *line)
{
  PeerDialog *dialog = peer_dialog_new (peer_get_contact (line->peer));
  g_autoptr (PeerMessage) accepted = NULL;

  told.n_referrals = 0;
  peer_request (line->peer, dialog, "REFER", REFER_TO "Referred-By: <sip:pbx@example.test>\n", NULL);
  accepted = peer_expect (line->peer, "SIP/2.0 202", WAIT_MS);
  peer_dialog_learn (dialog, accepted);
  peer_wait (line->peer, &told.n_referrals, "REFER", WAIT_MS);
  return dialog;
}

static void
test_outside (gconstpointer data)
{
  Line *line = line_new (GPOINTER_TO_INT (data));
  g_autoptr (PeerDialog) dialog = NULL;

  listen_outside (line);
  dialog = refer_outside (line);
  g_assert_cmpstr (told.refer_to, ==, "<sip:carol@example.test>");
  g_assert_cmpstr (told.referred_by, ==, "<sip:pbx@example.test>");
  expect_notify (line, "active", "SIP/2.0 100 ", "200 OK");
  told.referral->vtable->notify (told.referral, 180, "Ringing");
  expect_notify (line, "active", "SIP/2.0 180 ", "200 OK");
  /* It is a dialog, but no call. */
  peer_request (line->peer, dialog, "REFER", REFER_TO, NULL);
  expect_answer (line, "603");
  peer_request (line->peer, dialog, "BYE", NULL, NULL);
  expect_answer (line, "481");
  told.referral->vtable->notify (told.referral, 200, NULL);
  expect_notify (line, "terminated", "SIP/2.0 200 ", "200 OK");
  told_release ();
  peer_expect_none (line->peer, "NOTIFY ", 50);
  g_assert_cmpuint (line->n_incoming, ==, 0);
  line_free (line);
  told_clear ();
}

static void
test_outside_refused (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) stranger = peer_dialog_new ("sip:100@127.0.0.1");
  g_autoptr (PeerDialog) unheard = peer_dialog_new (peer_get_contact (line->peer));

  peer_request (line->peer, unheard, "REFER", REFER_TO, NULL);
  expect_answer (line, "603");
  listen_outside (line);
  peer_request (line->peer, stranger, "REFER", REFER_TO, NULL);
  expect_answer (line, "404");
  peer_spin (50);
  g_assert_cmpuint (peer_count (line->peer, "NOTIFY "), ==, 0);
  line_free (line);
}

static void
test_outside_many (void)
{
  Line *line = line_new (FALSE);
  CusaxSipReferral *held[4];
  g_autoptr (PeerDialog) next = NULL;

  listen_outside (line);
  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    {
      g_autoptr (PeerDialog) dialog = refer_outside (line);

      held[i] = g_steal_pointer (&told.referral);
      expect_notify (line, "active", "SIP/2.0 100 ", "200 OK");
    }
  next = peer_dialog_new (peer_get_contact (line->peer));
  peer_request (line->peer, next, "REFER", REFER_TO, NULL);
  expect_answer (line, "486");
  held[0]->vtable->release (held[0]);
  expect_notify (line, "terminated", "SIP/2.0 603 ", "200 OK");
  peer_spin (30);
  g_clear_pointer (&next, peer_dialog_free);
  next = refer_outside (line);
  line->port->vtable->stop (line->port);
  line_wait_stopped (line);
  for (guint i = 1; i < G_N_ELEMENTS (held); i++)
    held[i]->vtable->release (held[i]);
  line_free (line);
  told_clear ();
}

/* --------------------------------------------------------------------- Replaces */

static char *
replaces_line (PeerDialog *dialog, const char *more)
{
  /* As we know it: our tag is the to-tag. */
  return g_strdup_printf ("Replaces: %s ;to-tag=%s; from-tag=%s%s\n", dialog->call_id, strstr (dialog->remote, "tag=") + 4,
                          strstr (dialog->local, "tag=") + 4, more);
}

static void
test_replaces_in (gconstpointer data)
{
  gboolean is_incoming = GPOINTER_TO_INT (data);
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = NULL;
  Talk *talk = call_both_ways (line, is_incoming, &dialog);
  g_autoptr (PeerDialog) carol = peer_dialog_new (peer_get_contact (line->peer));
  g_autoptr (PeerDialog) next = peer_dialog_new (peer_get_contact (line->peer));
  g_autofree char *replaces = replaces_line (dialog, ""), *early_only = replaces_line (dialog, ";early-only");

  peer_request (line->peer, next, "INVITE", early_only, "v=offer\n");
  expect_answer (line, "486");
  peer_request (line->peer, next, "ACK", NULL, NULL);
  peer_request (line->peer, carol, "INVITE", replaces, "v=offer\n");
  expect_answer (line, "180");
  g_assert_true (line->replaced == talk->call);
  line->talk->call->vtable->reject (line->talk->call, 603, NULL);
  expect_answer (line, "603");
  peer_request (line->peer, carol, "ACK", NULL, NULL);
  peer_request (line->peer, dialog, "BYE", NULL, NULL);
  expect_answer (line, "200");
  peer_wait (line->peer, &talk->n_ended, "end", WAIT_MS);
  talk_release (talk);
  /* It has ended: RFC 3891 section 3. */
  peer_request (line->peer, next, "INVITE", replaces, "v=offer\n");
  expect_answer (line, "603");
  peer_request (line->peer, next, "ACK", NULL, NULL);
  talk_free (talk);
  line_free (line);
  told_clear ();
}

/* An outgoing call that rings may be taken over; one that rings here may not. */
static void
test_replaces_early (void)
{
  Line *line = line_new (FALSE);
  g_autofree char *contact
    = g_strdup_printf ("Contact: <sip:bob@127.0.0.1:%u;transport=tcp>\n", peer_get_port (line->peer));
  Talk *talk = line_dial (line, "v=offer\r\n");
  g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  g_autoptr (PeerDialog) first = peer_dialog_from_invite (invite, "t1");
  g_autoptr (PeerDialog) second = peer_dialog_from_invite (invite, "t2");
  g_autoptr (PeerDialog) other = peer_dialog_from_invite (invite, "t3");
  g_autoptr (PeerDialog) incoming = NULL;
  g_autofree char *theirs = NULL;
  const struct
  {
    PeerDialog *dialog;
    const char *status;
  } rows[] = { { first, "180" }, { second, "180" }, { other, "481" } };

  peer_reply (line->peer, invite, "180 Ringing", "t1", contact, NULL);
  peer_reply (line->peer, invite, "180 Ringing", "t2", contact, NULL);
  peer_wait (line->peer, &talk->n_progress, "180", WAIT_MS);
  peer_spin (20);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PeerDialog) carol = peer_dialog_new (peer_get_contact (line->peer));
      g_autofree char *replaces = replaces_line (rows[i].dialog, ";early-only");

      peer_request (line->peer, carol, "INVITE", replaces, "v=offer\n");
      expect_answer (line, rows[i].status);
      if (g_str_equal (rows[i].status, "180"))
        {
          g_assert_true (line->replaced == talk->call);
          line->talk->call->vtable->reject (line->talk->call, 486, NULL);
          expect_answer (line, "486");
        }
      peer_request (line->peer, carol, "ACK", NULL, NULL);
    }
  incoming = line_ring (line, "v=offer\n");
  theirs = replaces_line (incoming, "");
  {
    g_autoptr (PeerDialog) carol = peer_dialog_new (peer_get_contact (line->peer));

    peer_request (line->peer, carol, "INVITE", theirs, "v=offer\n");
    expect_answer (line, "481");
    peer_request (line->peer, carol, "ACK", NULL, NULL);
  }
  talk_free (talk);
  line_free (line);
}

static void
test_replaces_bad (void)
{
  static const struct
  {
    const char *extra, *status;
  } rows[] = {
    { "Replaces: 1@x;to-tag=a;from-tag=b\n", "481" },
    { "Replaces: 1@x;to-tag=a\n", "400" },
    { "Replaces: ;to-tag=a;from-tag=b\n", "400" },
    { "Replaces: 1@x;to-tag=a;to-tag=a;from-tag=b\n", "400" },
    { "Replaces: 1@x;to-tag=a;from-tag=b\nReplaces: 2@x;to-tag=a;from-tag=b\n", "400" },
    { "Replaces: \n", "400" },
    { "Require: replaces\n", "180" },
  };
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = NULL;
  Talk *talk = call_both_ways (line, FALSE, &dialog);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PeerDialog) carol = peer_dialog_new (peer_get_contact (line->peer));

      peer_request (line->peer, carol, "INVITE", rows[i].extra, "v=offer\n");
      expect_answer (line, rows[i].status);
      if (g_str_equal (rows[i].status, "180"))
        {
          g_assert_null (line->replaced);
          line->talk->call->vtable->reject (line->talk->call, 486, NULL);
          expect_answer (line, "486");
        }
      peer_request (line->peer, carol, "ACK", NULL, NULL);
    }
  g_assert_cmpuint (line->n_incoming, ==, 1);
  expect_call_intact (line, talk, dialog);
  talk_free (talk);
  line_free (line);
  told_clear ();
}

static void
test_replaces_out (void)
{
  static const struct
  {
    const char *replaces, *referred_by, *seen;
    gboolean is_anonymous;
  } rows[] = {
    { "1@x;to-tag=a;from-tag=b;early-only", NULL, "", FALSE },
    { "1@x;to-tag=a;from-tag=b", "<sip:bob@example.test>;cid=\"2@y\"", "<sip:bob@example.test>;cid=\"2@y\"", FALSE },
    { "1@x;to-tag=a;from-tag=b", "sip:b@x\r\nX-Evil: 1", "", TRUE },
    { NULL, "garbage \xff", "", FALSE },
    { NULL, "garbage <", "garbage <", FALSE },
  };
  Line *line = line_new (FALSE);
  const CusaxSipDisclosure bad = { .replaces = "1@x;to-tag=a\r\nX-Evil: 1;from-tag=b" };
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.test", NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const CusaxSipDisclosure disclosure
        = { .replaces = rows[i].replaces, .referred_by = rows[i].referred_by, .is_anonymous = rows[i].is_anonymous };
      Talk *talk = line_dial_saying (line, "v=offer\r\n", &disclosure);
      g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
      g_autofree char *replaces = message_get_all (invite, "Replaces");
      g_autofree char *referred_by = message_get_all (invite, "Referred-By");
      g_autofree char *require = message_get_all (invite, "Require");

      g_assert_cmpint (strstr (require, "replaces") != NULL, ==, i == 0);
      g_assert_cmpstr (replaces, ==, rows[i].replaces != NULL ? rows[i].replaces : "");
      g_assert_cmpstr (referred_by, ==, rows[i].seen);
      g_assert_null (strstr (invite->head, "X-Evil"));
      peer_reply (line->peer, invite, "481 Call Does Not Exist", "t1", NULL, NULL);
      peer_wait (line->peer, &talk->n_ended, "end", WAIT_MS);
      talk_free (talk);
    }
  g_assert_null (line->port->vtable->invite (line->port, bob, "v=offer\r\n", &bad, &talk_listener, NULL, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  line_free (line);
}

static void
add_tests (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (progress_rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/transfer/R37/refer/%s", progress_rows[i].name);

      g_test_add_data_func (path, &progress_rows[i], test_progress);
    }
  g_test_add_func ("/transfer/R37/refer/of-nothing", test_progress_of_nothing);
  g_test_add_func ("/transfer/R37/refer/never-told", test_progress_never);
  g_test_add_data_func ("/transfer/R37/refer/bye", GUINT_TO_POINTER (END_BYE), test_end_before_progress);
  g_test_add_data_func ("/transfer/R37/refer/bye-unanswered", GUINT_TO_POINTER (END_BYE_UNANSWERED),
                        test_end_before_progress);
  g_test_add_data_func ("/transfer/R37/refer/hang-up", GUINT_TO_POINTER (END_HANG_UP), test_end_before_progress);
  g_test_add_data_func ("/transfer/R37/refer/release", GUINT_TO_POINTER (END_RELEASE), test_end_before_progress);
  g_test_add_data_func ("/transfer/R37/refer/stop", GUINT_TO_POINTER (END_STOP), test_end_before_progress);
  g_test_add_data_func ("/transfer/R37/refer/release-when-told", GINT_TO_POINTER (FALSE), test_release_in_progress);
  g_test_add_data_func ("/transfer/R37/refer/release-at-end", GINT_TO_POINTER (TRUE), test_release_in_progress);
  g_test_add_data_func ("/transfer/R37/refer/challenged", GINT_TO_POINTER (FALSE), test_challenged);
  g_test_add_data_func ("/transfer/R47/refer/stranger-asks", GINT_TO_POINTER (TRUE), test_challenged);
  g_test_add_func ("/transfer/R37/refer/refused-here", test_refused_here);
  g_test_add_data_func ("/transfer/R37/attended/outgoing", GINT_TO_POINTER (FALSE), test_attended);
  g_test_add_data_func ("/transfer/R37/attended/incoming", GINT_TO_POINTER (TRUE), test_attended);
  g_test_add_func ("/transfer/R19/anonymous", test_anonymous);
  g_test_add_data_func ("/transfer/R37/in/outgoing", GINT_TO_POINTER (FALSE), test_in);
  g_test_add_data_func ("/transfer/R37/in/incoming", GINT_TO_POINTER (TRUE), test_in);
  g_test_add_func ("/transfer/R37/in/overtaken", test_in_overtaken);
  g_test_add_data_func ("/transfer/R37/in/no-subscription", GINT_TO_POINTER (FALSE), test_in_no_subscription);
  g_test_add_data_func ("/transfer/R37/outside/no-subscription", GINT_TO_POINTER (TRUE), test_in_no_subscription);
  g_test_add_func ("/transfer/R37/in/bad", test_in_bad);
  g_test_add_func ("/transfer/R37/in/twice", test_in_twice);
  g_test_add_data_func ("/transfer/R37/in/refused-notify", "481 Subscription Does Not Exist", test_in_not_wanted);
  g_test_add_data_func ("/transfer/R37/in/lost-notify", "404 Not Found", test_in_not_wanted);
  g_test_add_data_func ("/transfer/R37/in/unsubscribe", NULL, test_in_not_wanted);
  g_test_add_data_func ("/transfer/R37/in/then-bye", GUINT_TO_POINTER (END_BYE), test_in_call_ends);
  g_test_add_data_func ("/transfer/R37/in/then-hang-up", GUINT_TO_POINTER (END_HANG_UP), test_in_call_ends);
  g_test_add_data_func ("/transfer/R37/in/then-release", GUINT_TO_POINTER (END_RELEASE), test_in_call_ends);
  g_test_add_data_func ("/transfer/R37/in/then-stop", GINT_TO_POINTER (TRUE), test_in_port_ends);
  g_test_add_data_func ("/transfer/R37/in/then-free", GINT_TO_POINTER (FALSE), test_in_port_ends);
  g_test_add_func ("/transfer/R37/in/leg-lost", test_in_leg_lost);
  g_test_add_data_func ("/transfer/R37/outside/tcp", GINT_TO_POINTER (FALSE), test_outside);
  g_test_add_data_func ("/transfer/R37/outside/udp", GINT_TO_POINTER (TRUE), test_outside);
  g_test_add_func ("/transfer/R37/outside/refused", test_outside_refused);
  g_test_add_func ("/transfer/R37/outside/many", test_outside_many);
  g_test_add_data_func ("/transfer/R37/replaces/in/outgoing", GINT_TO_POINTER (FALSE), test_replaces_in);
  g_test_add_data_func ("/transfer/R37/replaces/in/incoming", GINT_TO_POINTER (TRUE), test_replaces_in);
  g_test_add_func ("/transfer/R37/replaces/early", test_replaces_early);
  g_test_add_func ("/transfer/R37/replaces/bad", test_replaces_bad);
  g_test_add_func ("/transfer/R37/replaces/out", test_replaces_out);
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
