/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of the leg: registration with every kind of answer, its end within bounds, its loss, and who may
 * ring.
 */
#include "certificates.h"
#include "ua-fixture.h"

#include "error.h"

#include <string.h>

static void
assert_stopped_with (Line *line, CusaxErrorCode code, const char *words)
{
  line_wait_stopped (line);
  g_assert_error (line->error, CUSAX_ERROR, (int) code);
  g_assert_nonnull (strstr (line->error->message, words));
  /* R5: people must see whose answer it was. */
  g_assert_nonnull (strstr (line->error->message, line->port->vtable->get_server (line->port)));
}

/* Registers and stops; the trace says that each state came once and in order. */
static void
test_register (gconstpointer data)
{
  PeerMode mode = GPOINTER_TO_INT (data) & 0xF;
  gboolean udp = (GPOINTER_TO_INT (data) & 0x10) != 0;
  Peer *peer = peer_new (udp);
  Line *line = line_new_idle (peer, "sip_transport", udp ? "udp" : "tcp", NULL);
  gint64 begin;

  peer_set_mode (peer, mode, 0);
  line_start (line);
  line_wait_registered (line);
  g_assert_cmpstr (line->trace->str, ==, "LCGR");
  g_assert_cmpuint (peer_count (peer, "REGISTER sip:example.test "), ==, mode == PEER_OPEN ? 1 : 2);
  g_assert_cmpstr (line->port->vtable->get_local_address (line->port), ==, "127.0.0.1");
  g_assert_false (line->port->vtable->is_protected (line->port));

  begin = g_get_monotonic_time ();
  line->port->vtable->stop (line->port);
  line_wait_stopped (line);
  g_assert_no_error (line->error);
  g_assert_cmpstr (line->trace->str, ==, "LCGRS()");
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 500000);
  g_assert_cmpuint (peer_count (peer, "REGISTER sip:example.test "), >=, mode == PEER_OPEN ? 2 : 3);
  line_free (line);
}

static void
test_register_headers (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autoptr (PeerMessage) request = NULL;
  g_autofree char *contact = NULL, *agent = NULL, *to = NULL, *from = NULL, *allow = NULL;

  peer_set_manual (peer, TRUE);
  line_start (line);
  request = peer_expect (peer, "REGISTER ", WAIT_MS);
  contact = peer_message_get (request, "Contact");
  agent = peer_message_get (request, "User-Agent");
  to = peer_message_get (request, "To");
  from = peer_message_get (request, "From");
  allow = peer_message_get (request, "Allow");
  g_assert_cmpstr (agent, ==, "purple-cusax/" CUSAX_VERSION);
  g_assert_cmpstr (to, ==, "<sip:alice@example.test>");
  g_assert_true (g_str_has_prefix (from, "<sip:alice@example.test>;tag="));
  g_assert_true (g_str_has_prefix (contact, "<sip:c"));
  g_assert_nonnull (strstr (contact, "@127.0.0.1:"));
  g_assert_nonnull (strstr (contact, ";transport=tcp>"));
  g_assert_nonnull (strstr (contact, "+sip.instance=\"<urn:uuid:"));
  g_assert_null (strstr (allow, "MESSAGE"));
  g_assert_nonnull (strstr (allow, "REFER"));
  g_assert_nonnull (strstr (allow, "UPDATE"));
  peer_reply (peer, request, "200 OK", "reg", NULL, NULL);
  line_wait_registered (line);
  peer_set_manual (peer, FALSE);
  line_free (line);
}

/* R47 and fail2ban: one wrong password is one try, whatever the algorithm. */
static void
test_R47_wrong_password (gconstpointer data)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, "sip_password", "wrong", NULL);

  peer_set_mode (peer, GPOINTER_TO_INT (data), 0);
  line_start (line);
  assert_stopped_with (line, CUSAX_ERROR_CREDENTIALS, "401");
  peer_spin (300);
  g_assert_cmpuint (peer_count (peer, "REGISTER "), ==, 2);
  g_assert_cmpuint (line->n_stopped, ==, 1);
  line_free (line);
}

/* R47: the chat password does not leave over TCP when TLS was asked for. */
static void
test_R47_shared_password (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, "sip_security", "require_tls", "sip_transport", "auto", NULL);

  /* TLS only: a peer that talks plain is not reached at all. */
  peer_set_mode (peer, PEER_MD5, 0);
  line_start (line);
  line_wait_stopped (line);
  g_assert_nonnull (line->error);
  g_assert_cmpuint (peer_count (peer, "REGISTER "), ==, 0);
  line_free (line);
}

typedef struct
{
  guint status;
  CusaxErrorCode code;
} Refusal;

static void
test_refused (gconstpointer data)
{
  const Refusal *refusal = data;
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autofree char *words = g_strdup_printf ("%u Scripted", refusal->status);

  peer_set_mode (peer, PEER_STATUS, refusal->status);
  line_start (line);
  assert_stopped_with (line, refusal->code, words);
  g_assert_cmpuint (peer_count (peer, "REGISTER "), ==, 1);

  /* start may be called again at once, and works then. */
  peer_set_mode (peer, PEER_OPEN, 0);
  line_start (line);
  line_wait_registered (line);
  line_free (line);
}

static void
test_no_answer (gconstpointer data)
{
  gboolean udp = GPOINTER_TO_INT (data);
  Peer *peer = peer_new (udp);
  Line *line = line_new_idle (peer, "sip_transport", udp ? "udp" : "tcp", NULL);

  peer_set_manual (peer, TRUE);
  cusax_ua_set_answer_timeout (line->port, 300);
  line_start (line);
  assert_stopped_with (line, CUSAX_ERROR_TIMEOUT, "no answer");
  line_free (line);
}

static void
test_nobody_there (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);

  peer_die (peer);
  line_start (line);
  line_wait_stopped (line);
  g_assert_error (line->error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE);
  line_free (line);
}

/* Closing right after the connection stands is a fault of the server, not a reason to hang. */
static void
test_closed_during_register (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autoptr (PeerMessage) request = NULL;

  peer_set_manual (peer, TRUE);
  line_start (line);
  request = peer_expect (peer, "REGISTER ", WAIT_MS);
  peer_drop (peer);
  line_wait_stopped (line);
  g_assert_nonnull (line->error);
  line_free (line);
}

/* IPv6 outside, IPv4 loopback inside. */
static void
test_ipv6 (gconstpointer data)
{
  gboolean udp = GPOINTER_TO_INT (data);
  Peer *peer = peer_new_at ("::1", udp);
  Line *line = line_new_idle (peer, "sip_transport", udp ? "udp" : "tcp", NULL);
  g_autoptr (PeerDialog) dialog = NULL;

  line_start (line);
  line_wait_registered (line);
  g_assert_cmpstr (line->port->vtable->get_local_address (line->port), ==, "::1");
  g_assert_nonnull (strstr (peer_get_contact (peer), "@[::1]:"));
  dialog = line_ring (line, "v=6\n");
  line_free (line);
}

/* A name with two addresses, one of them dead: the other one is tried in the same attempt. */
static void
test_second_target (void)
{
  Peer *peer = peer_new (FALSE);
  g_autofree char *server = g_strdup_printf ("localhost:%u", peer_get_port (peer));
  Line *line = line_new_idle (peer, "sip_server", server, NULL);

  line_start (line);
  line_wait_registered (line);
  g_assert_cmpstr (line->trace->str, ==, "LCGR");
  line_free (line);

  /* Both dead: one STOPPED, that names the server. */
  peer = peer_new (FALSE);
  line = line_new_idle (peer, "sip_server", server, NULL);
  line_start (line);
  line_wait_stopped (line);
  g_assert_error (line->error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (line->error->message, server));
  line_free (line);
}

/* A dead server does not keep a sign-off waiting. */
static void
test_stop_is_bounded (gconstpointer data)
{
  gboolean udp = GPOINTER_TO_INT (data);
  Line *line = line_new (udp);
  gint64 begin = g_get_monotonic_time ();

  peer_set_manual (line->peer, TRUE);
  line->port->vtable->stop (line->port);
  line_wait_stopped (line);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 2 * G_USEC_PER_SEC);
  g_assert_cmpuint (peer_count (line->peer, "REGISTER "), >=, 2);
  line_free (line);
  g_test_message ("gone after %d ms", (int) ((g_get_monotonic_time () - begin) / 1000));
}

/* stop in every state before REGISTERED, and start again before it is through. */
static void
test_stop_early (gconstpointer data)
{
  guint steps = GPOINTER_TO_UINT (data);
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);

  peer_set_manual (peer, TRUE);
  line_start (line);
  while (line->trace->len < steps)
    g_main_context_iteration (NULL, TRUE);
  line->port->vtable->stop (line->port);
  g_assert_cmpuint (line->n_stopped, ==, 0);
  line_wait_stopped (line);
  g_assert_no_error (line->error);

  line_start (line);
  line->port->vtable->stop (line->port);
  line->port->vtable->start (line->port, line->config);
  peer_set_manual (peer, FALSE);
  line_wait_registered (line);
  g_assert_cmpuint (line->n_stopped, ==, 1);
  line_free (line);
}

/* free in every state: nothing is heard any more, nothing leaks. */
static void
test_free_early (gconstpointer data)
{
  guint steps = GPOINTER_TO_UINT (data);
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);

  line_start (line);
  while (line->trace->len < steps)
    g_main_context_iteration (NULL, TRUE);
  line_free (line);
}

/* P2: the server closes the connection: dialled again at once, without a word of STOPPED; a second time within
 * 10 s it is the account that decides when. */
static void
test_P2_lost (void)
{
  Line *line = line_new (FALSE);

  line->n_registered = 0;
  peer_drop (line->peer);
  line_wait_registered (line);
  g_assert_cmpuint (line->n_stopped, ==, 0);
  g_assert_cmpuint (peer_get_n_connections (line->peer), ==, 2);
  g_assert_cmpstr (line->trace->str, ==, "LCGRCGR");

  peer_drop (line->peer);
  line_wait_stopped (line);
  g_assert_nonnull (line->error);
  g_assert_true (cusax_error_is_retryable (line->error));
  peer_spin (200);
  g_assert_cmpuint (peer_get_n_connections (line->peer), ==, 2);
  line_start (line);
  line_wait_registered (line);
  g_assert_cmpuint (peer_get_n_connections (line->peer), ==, 3);
  line_free (line);
}

/* Nobody listens any more: one try, then STOPPED with a reason. */
static void
test_P2_lost_for_good (void)
{
  Line *line = line_new (FALSE);

  peer_die (line->peer);
  line_wait_stopped (line);
  g_assert_error (line->error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE);
  g_assert_cmpuint (line->n_stopped, ==, 1);
  g_assert_true (g_str_has_prefix (line->trace->str, "LCGRCS("));
  peer_revive (line->peer);
  line_start (line);
  line_wait_registered (line);
  line_free (line);
}

/* --------------------------------------------------------------------- network */

/* P2: same address: the server proves itself by an answer; nothing else happens, and the account is told. */
static void
test_P2_network_proof (gconstpointer data)
{
  Line *line = line_new (GPOINTER_TO_INT (data));
  guint before = peer_count (line->peer, "REGISTER ");

  cusax_ua_hint_network (line->port, FALSE);
  g_assert_cmpuint (line->n_network, ==, 1);
  while (peer_count (line->peer, "REGISTER ") == before)
    g_main_context_iteration (NULL, TRUE);
  peer_spin (100);
  g_assert_cmpstr (line->trace->str, ==, "LCGR");
  g_assert_cmpuint (peer_count (line->peer, "REGISTER "), ==, before + 1);
  line_free (line);
}

/* No proof within 4 s: dialled again, and as that works nothing was lost. */
static void
test_P2_network_no_proof (gconstpointer data)
{
  gboolean udp = GPOINTER_TO_INT (data);
  Line *line = line_new (udp);
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (PeerMessage) question = NULL;

  line->n_registered = 0;
  peer_set_manual (line->peer, TRUE);
  cusax_ua_hint_network (line->port, FALSE);
  question = peer_expect (line->peer, "REGISTER ", WAIT_MS);
  while (line->trace->len == strlen ("LCGR"))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint ((g_get_monotonic_time () - begin) / 1000, <, 4500);
  g_assert_cmpint ((g_get_monotonic_time () - begin) / 1000, >, 3500);
  peer_set_manual (line->peer, FALSE);
  line_wait_registered (line);
  g_assert_cmpstr (line->trace->str, ==, "LCGRCGR");
  line_free (line);
}

/* P2: after sleep the leg is dialled again whatever it looks like; a call that stands keeps its dialog. */
static void
test_P2_network_woke_up (gconstpointer data)
{
  gboolean udp = GPOINTER_TO_INT (data);
  Line *line = line_new (udp);
  g_autoptr (PeerDialog) dialog = line_incoming_call (line);
  g_autoptr (PeerMessage) bye = NULL;

  line->n_registered = 0;
  cusax_ua_hint_network (line->port, TRUE);
  g_assert_cmpuint (line->n_network, ==, 1);
  line_wait_registered (line);
  g_assert_cmpstr (line->trace->str, ==, "LCGRCGR");
  g_assert_cmpuint (line->talk->n_ended, ==, 0);
  line->talk->call->vtable->hang_up (line->talk->call);
  bye = peer_expect (line->peer, "BYE ", WAIT_MS);
  peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
  peer_wait (line->peer, &line->talk->n_ended, "end of the call", WAIT_MS);
  line_free (line);
}

/* While nothing stands there is nothing to look after, but the account wants to know: it may be waiting. */
static void
test_P2_network_stopped (void)
{
  Line *line = line_new (FALSE);

  peer_die (line->peer);
  line_wait_stopped (line);
  cusax_ua_hint_network (line->port, FALSE);
  g_assert_cmpuint (line->n_network, ==, 1);
  cusax_ua_hint_network (line->port, TRUE);
  g_assert_cmpuint (line->n_network, ==, 2);
  g_assert_cmpuint (line->n_stopped, ==, 1);

  /* Signed off on purpose: not any more. */
  line->n_stopped = 0;
  line->port->vtable->stop (line->port);
  cusax_ua_hint_network (line->port, FALSE);
  line_wait_stopped (line);
  g_assert_cmpuint (line->n_network, ==, 2);
  line_free (line);
}

/* ---------------------------------------------------------------- certificates */

/* R6: a person is asked before it is over: on_certificate, then STOPPED; and no SIP has been sent. */
static void
test_R6_question (void)
{
  g_autoptr (GTlsCertificate) certificate = test_certificate_new (NULL, "IP:127.0.0.1", -1, 1);
  Line *line = line_new_idle (peer_new_tls (certificate), "sip_transport", "tls", NULL);

  line_start (line);
  line_wait_stopped (line);
  g_assert_error (line->error, CUSAX_ERROR, CUSAX_ERROR_CERTIFICATE);
  g_assert_cmpuint (line->n_certificates, ==, 1);
  g_assert_cmpstr (line->certificate, ==, "127.0.0.1 unknown-ca");
  g_assert_true (g_str_has_prefix (line->trace->str, "LC!S("));
  g_assert_cmpuint (peer_count (line->peer, "REGISTER "), ==, 0);

  /* Asked again next time, once each. */
  line_start (line);
  line_wait_stopped (line);
  g_assert_cmpuint (line->n_certificates, ==, 2);
  line_free (line);
}

/* The listener may stop or start within the question. */
static void
test_R6_stop_in_question (void)
{
  g_autoptr (GTlsCertificate) certificate = test_certificate_new (NULL, "IP:127.0.0.1", -1, 1);
  Line *line = line_new_idle (peer_new_tls (certificate), "sip_transport", "tls", NULL);

  line->stops_on_certificate = TRUE;
  line_start (line);
  line_wait_stopped (line);
  g_assert_no_error (line->error);
  g_assert_cmpuint (line->n_certificates, ==, 1);
  g_assert_cmpuint (line->n_stopped, ==, 1);
  line_free (line);
}

static void
test_R46_protection (void)
{
  Line *line = line_new_tls ();
  CusaxProtection protection;

  line->port->vtable->get_protection (line->port, &protection);
  g_assert_true (protection.is_up);
  g_assert_true (protection.is_tls);
  g_assert_cmpstr (protection.transport, ==, "TLS");
  g_assert_cmpstr (protection.tls_version, ==, "TLS 1.3");
  g_assert_cmpint (protection.trust, ==, CUSAX_PEER_PINNED);
  g_assert_nonnull (strstr (protection.server, "(TLS)"));
  line->port->vtable->stop (line->port);
  line_wait_stopped (line);
  line->port->vtable->get_protection (line->port, &protection);
  g_assert_false (protection.is_up);
  g_assert_false (protection.is_tls);
  g_assert_null (protection.transport);
  line_free (line);

  line = line_new (TRUE);
  line->port->vtable->get_protection (line->port, &protection);
  g_assert_true (protection.is_up);
  g_assert_false (protection.is_tls);
  g_assert_cmpstr (protection.transport, ==, "UDP");
  g_assert_null (protection.tls_version);
  g_assert_cmpint (protection.trust, ==, CUSAX_PEER_UNKNOWN);
  line_free (line);
}

/* A certificate file of our own that is not there: in words, before anything goes out. */
static void
test_client_certificate_missing (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, "client_certificate", "/nonexistent/me.pem", NULL);

  line_start (line);
  line_wait_stopped (line);
  g_assert_error (line->error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (line->error->message, "client_certificate: "));
  g_assert_cmpuint (peer_get_n_connections (peer), ==, 0);
  g_assert_cmpuint (line->n_stopped, ==, 1);
  line_free (line);
}

static void
test_refresh (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  guint before;

  peer_set_mode (peer, PEER_SHA256, 0);
  peer_set_expires (peer, 3);
  line_start (line);
  line_wait_registered (line);
  before = peer_count (peer, "REGISTER ");
  for (guint i = 0; i < 60 && peer_count (peer, "REGISTER ") < before + 2; i++)
    peer_spin (100);
  g_assert_cmpuint (peer_count (peer, "REGISTER "), >=, before + 2);
  g_assert_cmpuint (line->n_stopped, ==, 0);
  g_assert_cmpuint (line->n_registered, ==, 1);

  /* The password is changed on the server: told once, and no more. */
  peer_set_mode (peer, PEER_STATUS, 403);
  line_wait_stopped (line);
  g_assert_error (line->error, CUSAX_ERROR, CUSAX_ERROR_REFUSED);
  line_free (line);
}

/* ------------------------------------------------------------------ strangers */

static void
expect_status (Line *line, const char *method, const char *target, const char *extra, const char *body,
               const char *status)
{
  g_autoptr (PeerDialog) dialog = peer_dialog_new (target);
  g_autoptr (PeerMessage) answer = NULL;
  g_autofree char *start = g_strdup_printf ("SIP/2.0 %s", status);

  peer_request (line->peer, dialog, method, extra, body);
  answer = peer_expect (line->peer, start, WAIT_MS);
  if (g_str_equal (status, "405"))
    {
      g_autofree char *allow = peer_message_get (answer, "Allow");

      g_assert_nonnull (allow);
    }
  if (g_str_equal (method, "INVITE"))
    {
      peer_dialog_learn (dialog, answer);
      peer_request (line->peer, dialog, "ACK", NULL, NULL);
    }
}

static void
test_strangers (gconstpointer data)
{
  Line *line = line_new (GPOINTER_TO_INT (data));
  const char *us = peer_get_contact (line->peer);

  expect_status (line, "OPTIONS", us, NULL, NULL, "200");
  expect_status (line, "MESSAGE", us, NULL, NULL, "405");
  expect_status (line, "REFER", us, "Refer-To: <sip:x@example.test>\n", NULL, "603");
  expect_status (line, "PUBLISH", us, NULL, NULL, "405");
  expect_status (line, "SUBSCRIBE", us, "Event: presence\nExpires: 60\n", NULL, "489");
  expect_status (line, "NOTIFY", us, "Event: keep-alive\nSubscription-State: active\n", NULL, "489");
  expect_status (line, "INFO", us, NULL, NULL, "481");
  expect_status (line, "BYE", us, NULL, NULL, "481");
  expect_status (line, "UPDATE", us, NULL, NULL, "481");
  expect_status (line, "FROBNICATE", us, NULL, NULL, "501");
  g_assert_cmpuint (line->n_incoming, ==, 0);
  line_free (line);
}

/* Scanners call numbers; we answer to our Contact and our address of record only. */
static void
test_who_may_ring (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = NULL;

  expect_status (line, "INVITE", "sip:100@127.0.0.1", NULL, "v=0\n", "404");
  expect_status (line, "INVITE", "sip:127.0.0.1", NULL, "v=0\n", "404");
  expect_status (line, "INVITE", "sip:ALICE@example.test", NULL, "v=0\n", "404");
  g_assert_cmpuint (line->n_incoming, ==, 0);
  line->reject_with = 486;
  expect_status (line, "INVITE", "sip:alice@example.test", NULL, "v=0\n", "486");
  expect_status (line, "INVITE", "sip:%61lice@example.test", NULL, "v=0\n", "486");
  expect_status (line, "INVITE", peer_get_contact (line->peer), NULL, "v=0\n", "486");
  g_assert_cmpuint (line->n_incoming, ==, 3);
  line_free (line);
}

static void
test_bad_invites (void)
{
  Line *line = line_new (FALSE);
  const char *us = peer_get_contact (line->peer);
  g_autoptr (PeerDialog) good = NULL;
  g_autoptr (PeerMessage) answer = NULL;

  line->reject_with = 486;
  expect_status (line, "INVITE", us, "Contact: *\n", "v=0\n", "400");
  expect_status (line, "INVITE", us, "Require: no-such-thing\n", "v=0\n", "420");
  expect_status (line, "INVITE", us, "Content-Encoding: gzip\n", "v=0\n", "415");
  expect_status (line, "INVITE", "tel:+33177", NULL, "v=0\n", "404");
  g_assert_cmpuint (line->n_incoming, ==, 0);

  /* Without Contact: the builder always writes one, so by hand. */
  peer_sendf (
    line->peer,
    "INVITE %s SIP/2.0\nVia: SIP/2.0/TCP 127.0.0.1:%u;branch=z9hG4bKnocontact\nMax-Forwards: 70\n"
    "From: <sip:x@example.test>;tag=1\nTo: <sip:alice@example.test>\nCall-ID: nocontact\nCSeq: 1 INVITE\n"
    "Content-Length: 0\n\n",
    us, peer_get_port (line->peer));
  answer = peer_expect (line->peer, "SIP/2.0 400", WAIT_MS);
  g_clear_pointer (&answer, peer_message_free);

  /* Another kind of body. */
  peer_sendf (line->peer,
              "INVITE %s SIP/2.0\nVia: SIP/2.0/TCP 127.0.0.1:%u;branch=z9hG4bKtext\nMax-Forwards: 70\n"
              "From: <sip:x@example.test>;tag=1\nTo: <sip:alice@example.test>\nCall-ID: text\nCSeq: 1 INVITE\n"
              "Contact: <sip:x@127.0.0.1>\nContent-Type: text/plain\nContent-Length: @LENGTH@\n\nhello",
              us, peer_get_port (line->peer));
  answer = peer_expect (line->peer, "SIP/2.0 415", WAIT_MS);
  g_clear_pointer (&answer, peer_message_free);

  /* Two Call-IDs, two From, two CSeq, no Call-ID, a broken From: no call, and no loss of the connection. */
  peer_sendf (
    line->peer,
    "INVITE %s SIP/2.0\nVia: SIP/2.0/TCP 127.0.0.1:%u;branch=z9hG4bKdouble\nMax-Forwards: 70\n"
    "From: <sip:x@example.test>;tag=1\nFrom: <sip:y@example.test>;tag=2\nTo: <sip:alice@example.test>\n"
    "Call-ID: d1\nCall-ID: d2\nCSeq: 1 INVITE\nCSeq: 2 INVITE\nContact: <sip:x@127.0.0.1>\n"
    "Content-Length: 0\n\n",
    us, peer_get_port (line->peer));
  peer_sendf (line->peer,
              "INVITE %s SIP/2.0\nVia: SIP/2.0/TCP 127.0.0.1:%u;branch=z9hG4bKnoid\nMax-Forwards: 70\n"
              "From: <sip:x@example.test>;tag=1\nTo: <sip:alice@example.test>\nCSeq: 1 INVITE\n"
              "Contact: <sip:x@127.0.0.1>\nContent-Length: 0\n\n",
              us, peer_get_port (line->peer));
  peer_sendf (line->peer,
              "INVITE %s SIP/2.0\nVia: SIP/2.0/TCP 127.0.0.1:%u;branch=z9hG4bKfrom\nMax-Forwards: 70\n"
              "From: \"unclosed <sip:x@example.test;tag=1\nTo: <sip:alice@example.test>\nCall-ID: from\n"
              "CSeq: 1 INVITE\nContact: <sip:x@127.0.0.1>\nContent-Length: 0\n\n",
              us, peer_get_port (line->peer));
  for (guint i = 0; i < 3; i++)
    {
      answer = peer_expect (line->peer, "SIP/2.0 400", WAIT_MS);
      g_clear_pointer (&answer, peer_message_free);
    }
  /* Sofia would close the connection after each; it never sees them. */
  g_assert_cmpuint (line->n_stopped, ==, 0);
  g_assert_cmpuint (peer_get_n_connections (line->peer), ==, 1);
  g_assert_cmpuint (peer_count (line->peer, "REGISTER "), ==, 1);

  /* The next call works. */
  line->reject_with = 0;
  line->n_incoming = 0;
  good = line_ring (line, "v=good\n");
  g_assert_cmpuint (line->n_incoming, ==, 1);
  g_assert_cmpstr (line->sdp, ==, "v=good\r\n");
  g_assert_cmpstr (line->headers, ==, "sip:bob@example.test 'Bob \"B\" Ä'");
  g_assert_cmpstr (line->to_uri, ==, "sip:alice@example.test");
  line_free (line);
}

static void
test_invite_offline (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.test", NULL);

  g_assert_null (line->port->vtable->invite (line->port, bob, "v=0\r\n", NULL, &talk_listener, NULL, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE);
  line_free (line);
}

static void
add_tests (void)
{
  static const Refusal refusals[] = {
    { 403, CUSAX_ERROR_REFUSED },     { 404, CUSAX_ERROR_REFUSED }, { 503, CUSAX_ERROR_UNAVAILABLE },
    { 500, CUSAX_ERROR_UNAVAILABLE }, { 408, CUSAX_ERROR_TIMEOUT }, { 302, CUSAX_ERROR_REFUSED },
    { 603, CUSAX_ERROR_REFUSED },
  };

  g_test_add_data_func ("/ua/register/open", GINT_TO_POINTER (PEER_OPEN), test_register);
  g_test_add_data_func ("/ua/register/md5", GINT_TO_POINTER (PEER_MD5), test_register);
  g_test_add_data_func ("/ua/register/sha256", GINT_TO_POINTER (PEER_SHA256), test_register);
  g_test_add_data_func ("/ua/register/both", GINT_TO_POINTER (PEER_BOTH), test_register);
  g_test_add_data_func ("/ua/register/udp", GINT_TO_POINTER (PEER_SHA256 | 0x10), test_register);
  g_test_add_func ("/ua/register/headers", test_register_headers);
  g_test_add_func ("/ua/register/refresh", test_refresh);
  g_test_add_data_func ("/ua/R47/wrong-password/md5", GINT_TO_POINTER (PEER_MD5), test_R47_wrong_password);
  g_test_add_data_func ("/ua/R47/wrong-password/sha256", GINT_TO_POINTER (PEER_SHA256),
                        test_R47_wrong_password);
  g_test_add_data_func ("/ua/R47/wrong-password/both", GINT_TO_POINTER (PEER_BOTH), test_R47_wrong_password);
  g_test_add_func ("/ua/R47/shared-password", test_R47_shared_password);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/ua/refused/%u", refusals[i].status);

      g_test_add_data_func (path, &refusals[i], test_refused);
    }
  g_test_add_data_func ("/ua/no-answer/tcp", GINT_TO_POINTER (FALSE), test_no_answer);
  g_test_add_data_func ("/ua/no-answer/udp", GINT_TO_POINTER (TRUE), test_no_answer);
  g_test_add_func ("/ua/nobody-there", test_nobody_there);
  g_test_add_func ("/ua/closed-during-register", test_closed_during_register);
  g_test_add_data_func ("/ua/ipv6/tcp", GINT_TO_POINTER (FALSE), test_ipv6);
  g_test_add_data_func ("/ua/ipv6/udp", GINT_TO_POINTER (TRUE), test_ipv6);
  g_test_add_func ("/ua/second-target", test_second_target);
  g_test_add_data_func ("/ua/stop/dead-server/tcp", GINT_TO_POINTER (FALSE), test_stop_is_bounded);
  g_test_add_data_func ("/ua/stop/dead-server/udp", GINT_TO_POINTER (TRUE), test_stop_is_bounded);
  for (guint i = 0; i <= 3; i++)
    {
      g_autofree char *stop = g_strdup_printf ("/ua/stop/early/%u", i);
      g_autofree char *end = g_strdup_printf ("/ua/free/early/%u", i);

      g_test_add_data_func (stop, GUINT_TO_POINTER (i), test_stop_early);
      g_test_add_data_func (end, GUINT_TO_POINTER (i), test_free_early);
    }
  g_test_add_func ("/ua/P2/lost", test_P2_lost);
  g_test_add_func ("/ua/P2/lost-for-good", test_P2_lost_for_good);
  for (guint udp = 0; udp < 2; udp++)
    {
      static const char *const kinds[] = { "tcp", "udp" };
      g_autofree char *proof = g_strdup_printf ("/ua/P2/network/proof/%s", kinds[udp]);
      g_autofree char *no_proof = g_strdup_printf ("/ua/P2/network/no-proof/%s", kinds[udp]);
      g_autofree char *woke_up = g_strdup_printf ("/ua/P2/network/woke-up/%s", kinds[udp]);

      g_test_add_data_func (proof, GUINT_TO_POINTER (udp), test_P2_network_proof);
      g_test_add_data_func (no_proof, GUINT_TO_POINTER (udp), test_P2_network_no_proof);
      g_test_add_data_func (woke_up, GUINT_TO_POINTER (udp), test_P2_network_woke_up);
    }
  g_test_add_func ("/ua/P2/network/stopped", test_P2_network_stopped);
  g_test_add_func ("/ua/R6/question", test_R6_question);
  g_test_add_func ("/ua/R6/stop-in-question", test_R6_stop_in_question);
  g_test_add_func ("/ua/R46/protection", test_R46_protection);
  g_test_add_func ("/ua/client-certificate/missing", test_client_certificate_missing);
  g_test_add_data_func ("/ua/strangers/tcp", GINT_TO_POINTER (FALSE), test_strangers);
  g_test_add_data_func ("/ua/strangers/udp", GINT_TO_POINTER (TRUE), test_strangers);
  g_test_add_func ("/ua/who-may-ring", test_who_may_ring);
  g_test_add_func ("/ua/bad-invites", test_bad_invites);
  g_test_add_func ("/ua/invite-offline", test_invite_offline);
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
