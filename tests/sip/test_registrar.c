/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Upkeep of a registration (P2, P3): what was granted, deadlines of refreshes, 423, Service-Route and Path,
 * Retry-After, redirections, the address that the server sees, FRITZ!Boxes (A7), and who else may talk to us.
 */
#include "ua-fixture.h"

#include "error.h"
#include "strict-registrar.h"
#include "ua-private.h"

#include <string.h>

static CusaxRegistrar *
registrar_of (Line *line)
{
  return ((CusaxUa *) line->port)->registrar;
}

static void
wait_for_registers (Peer *peer, guint n)
{
  gint64 deadline = g_get_monotonic_time () + WAIT_MS * G_TIME_SPAN_MILLISECOND;

  while (peer_count (peer, "REGISTER ") < n && g_get_monotonic_time () < deadline)
    peer_spin (5);
  g_assert_cmpuint (peer_count (peer, "REGISTER "), ==, n);
  peer_spin (20);
}

static Line *
line_new_over (const char *transport)
{
  if (g_str_equal (transport, "tls"))
    return line_new_tls ();
  return line_new (g_str_equal (transport, "udp"));
}

/* ----------------------------------------------------------------- what was granted */

/* The granted time counts, not the one that was asked for, over every transport; and ours, not another
 * device's. */
static void
test_P2_granted (gconstpointer data)
{
  Line *line = line_new_over (data);
  guint before = peer_count (line->peer, "REGISTER ");
  gint64 begin;

  peer_set_expires (line->peer, 2);
  cusax_registrar_refresh (registrar_of (line), WAIT_MS);
  wait_for_registers (line->peer, before + 1);
  begin = g_get_monotonic_time ();
  wait_for_registers (line->peer, before + 3);
  /* Two refreshes at 45 % of 2 s, or a bit earlier by Sofia; the other device's 7 s would have given the first
   * at 3 s. */
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 2400 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpuint (line->n_stopped, ==, 0);
  line_free (line);
}

typedef struct
{
  const char *name;
  const char *headers; /* "%s": our Contact's URI */
  gboolean is_granted;
} Grant;

static const Grant grants[] = {
  { "no-contact", "Expires: 300\n", TRUE },
  { "nothing-said", NULL, TRUE },
  { "zero-for-us", "Contact: <sip:desk@192.0.2.1>;expires=7, <%s>;expires=0\n", FALSE },
  { "zero-for-all", "Expires: 0\n", FALSE },
  { "huge", "Contact: <%s>;expires=4294967295\n", TRUE },
  { "too-huge", "Contact: <%s>;expires=99999999999999999999\nExpires: 60\n", TRUE },
  { "garbage", "Contact: <%s>;expires=soon\n", TRUE },
};

static void
test_P2_odd_grants (gconstpointer data)
{
  const Grant *grant = data;
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autoptr (PeerMessage) request = NULL;
  g_autofree char *contact = NULL, *uri = NULL, *extra = NULL;
  g_auto (GStrv) parts = NULL;

  peer_set_manual (peer, TRUE);
  line_start (line);
  request = peer_expect (peer, "REGISTER ", WAIT_MS);
  contact = peer_message_get (request, "Contact");
  uri = g_strndup (strchr (contact, '<') + 1, strcspn (strchr (contact, '<') + 1, ">"));
  parts = g_strsplit (grant->headers != NULL ? grant->headers : "", "%s", -1);
  extra = g_strjoinv (uri, parts);
  peer_reply (peer, request, "200 OK", "reg", extra, NULL);
  if (grant->is_granted)
    {
      line_wait_registered (line);
      peer_expect_none (peer, "REGISTER ", 500);
    }
  else
    {
      line_wait_stopped (line);
      g_assert_error (line->error, CUSAX_ERROR, CUSAX_ERROR_UNAVAILABLE);
    }
  peer_set_manual (peer, FALSE);
  line_free (line);
}

/* ------------------------------------------------------------------ dead servers */

/* Silence is noticed, and the server dialled again: the next thing after REGISTERED is CONNECTING. */
static void
wait_redialled (Line *line, guint ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) ms * 1000;

  while (!g_str_has_prefix (line->trace->str, "LCGRC") && g_get_monotonic_time () < deadline)
    peer_spin (5);
  g_assert_true (g_str_has_prefix (line->trace->str, "LCGRC"));
  g_assert_cmpuint (line->n_stopped, ==, 0);
}

static void
test_P2_black_hole (gconstpointer data)
{
  gboolean is_udp = g_str_equal (data, "udp");
  Peer *peer = peer_new (is_udp);
  Line *line = line_new_idle (peer, "sip_transport", data, NULL);

  cusax_ua_set_answer_timeout (line->port, 500);
  peer_set_expires (peer, 2);
  line_start (line);
  line_wait_registered (line);
  peer_set_manual (peer, TRUE);
  /* 0.9 s to the refresh, 0.5 s for its answer. */
  wait_redialled (line, 2000);
  line_wait_stopped (line);
  g_assert_error (line->error, CUSAX_ERROR, CUSAX_ERROR_TIMEOUT);
  g_assert_true (cusax_error_is_retryable (line->error));
  peer_set_manual (peer, FALSE);
  line_free (line);
}

/* A question now: answered, all stays; not answered, the shorter deadline counts, also for one under way. */
static void
test_P2_asked (void)
{
  Line *line = line_new (FALSE);

  cusax_registrar_refresh (registrar_of (line), 300);
  wait_for_registers (line->peer, 2);
  peer_spin (400);
  g_assert_cmpuint (line->n_stopped, ==, 0);

  peer_set_manual (line->peer, TRUE);
  cusax_registrar_refresh (registrar_of (line), 5000);
  cusax_registrar_refresh (registrar_of (line), 300);
  cusax_registrar_refresh (registrar_of (line), 4000);
  wait_redialled (line, 1000);
  /* One question for the three calls; the new leg's own REGISTER may be there already. */
  g_assert_cmpuint (peer_count (line->peer, "REGISTER "), >=, 3);
  g_assert_cmpuint (peer_count (line->peer, "REGISTER "), <=,
                    g_str_has_prefix (line->trace->str, "LCGRCG") ? 4 : 3);
  peer_set_manual (line->peer, FALSE);
  line_free (line);
}

/* A server that asks again has answered: the clock starts anew. */
static void
test_P2_slow_server (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);

  cusax_ua_set_answer_timeout (line->port, 400);
  peer_set_manual (peer, TRUE);
  line_start (line);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (PeerMessage) request = peer_expect (peer, "REGISTER ", WAIT_MS);

      peer_spin (250);
      g_assert_cmpuint (line->n_stopped, ==, 0);
      if (i == 0)
        peer_reply (peer, request, "423 Interval Too Brief", "reg", "Min-Expires: 900\n", NULL);
      else if (i == 1)
        peer_reply (peer, request, "401 Unauthorized", "reg",
                    "WWW-Authenticate: Digest realm=\"home\", nonce=\"1\"\n", NULL);
      else
        peer_reply (peer, request, "200 OK", "reg", NULL, NULL);
    }
  line_wait_registered (line);
  peer_set_manual (peer, FALSE);
  line_free (line);
}

/* -------------------------------------------------------------------------- 423 */

static void
test_P3_interval (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  static const char *const wanted[] = { "600", "1800", "1800" };

  peer_set_manual (peer, TRUE);
  line_start (line);
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autoptr (PeerMessage) request = peer_expect (peer, "REGISTER ", WAIT_MS);
      g_autofree char *expires = peer_message_get (request, "Expires");

      g_assert_cmpstr (expires, ==, wanted[i]);
      peer_reply (peer, request, i == 0 ? "423 Interval Too Brief" : "200 OK", "reg",
                  i == 0 ? "Min-Expires: 1800\n" : NULL, NULL);
      if (i == 1)
        {
          /* The refresh remembers. */
          line_wait_registered (line);
          cusax_registrar_refresh (registrar_of (line), WAIT_MS);
        }
    }
  peer_spin (50);
  g_assert_cmpuint (line->n_stopped, ==, 0);
  peer_set_manual (peer, FALSE);
  line_free (line);
}

static gboolean
raise_interval (gpointer user_data, Peer *peer, const PeerMessage *request)
{
  g_autofree char *expires = peer_message_get (request, "Expires");
  guint64 seconds = g_ascii_strtoull (expires, NULL, 10);
  g_autofree char *extra = g_strdup_printf ("Min-Expires: %" G_GUINT64_FORMAT "\n", seconds + 100);

  peer_reply (peer, request, "423 Interval Too Brief", "reg", extra, NULL);
  return TRUE;
}

/* A server that is never content does not keep us busy. */
static void
test_P3_interval_without_end (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);

  peer_set_filter (peer, raise_interval, NULL);
  line_start (line);
  line_wait_stopped (line);
  g_assert_error (line->error, CUSAX_ERROR, CUSAX_ERROR_UNAVAILABLE);
  peer_spin (200);
  g_assert_cmpuint (peer_count (peer, "REGISTER "), <=, 6);
  line_free (line);
}

/* ------------------------------------------------------------------ roads and waits */

static void
test_P3_service_route (gconstpointer data)
{
  const CusaxSipDisclosure disclosure = { .is_anonymous = GPOINTER_TO_INT (data) };
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autoptr (PeerMessage) request = NULL, invite = NULL;
  g_autofree char *route = NULL, *supported = NULL;
  Talk *talk;

  peer_set_manual (peer, TRUE);
  line_start (line);
  request = peer_expect (peer, "REGISTER ", WAIT_MS);
  supported = message_get_all (request, "Supported");
  g_assert_nonnull (strstr (supported, "path"));
  peer_reply (peer, request, "200 OK", "reg",
              "Path: <sip:edge.example.test;lr>\nService-Route: <sip:orig@core.example.test;lr>\n", NULL);
  line_wait_registered (line);
  talk = line_dial_saying (line, "v=offer\r\n", &disclosure);
  invite = peer_expect (peer, "INVITE ", WAIT_MS);
  route = message_get_all (invite, "Route");
  g_assert_nonnull (strstr (route, "<sip:orig@core.example.test;lr>"));
  peer_reply (peer, invite, "486 Busy Here", "t1", NULL, NULL);
  peer_wait (peer, &talk->n_ended, "end of the call", WAIT_MS);
  talk_free (talk);
  peer_set_manual (peer, FALSE);
  line_free (line);
}

typedef struct
{
  const char *status;
  const char *extra;
  CusaxErrorCode code;
  guint retry_after;
  const char *redirect;
} Refusal;

#define CONTACTS(text) "Contact: " text "\n"

static const Refusal refusals[] = {
  { "503 Overload", "Retry-After: 20\n", CUSAX_ERROR_UNAVAILABLE, 20, NULL },
  { "503 Overload", "Retry-After: 90000\n", CUSAX_ERROR_UNAVAILABLE, 300, NULL },
  { "503 Overload", "Retry-After: 15 (maintenance);duration=60\n", CUSAX_ERROR_UNAVAILABLE, 15, NULL },
  { "503 Overload", "Retry-After: soon\n", CUSAX_ERROR_UNAVAILABLE, 0, NULL },
  { "503 Overload", NULL, CUSAX_ERROR_UNAVAILABLE, 0, NULL },
  { "500 Oops", "Retry-After: 7\n", CUSAX_ERROR_UNAVAILABLE, 7, NULL },
  { "480 Later", "Retry-After: 8\n", CUSAX_ERROR_UNAVAILABLE, 8, NULL },
  { "403 Never", "Retry-After: 8\n", CUSAX_ERROR_REFUSED, 0, NULL },
  { "404 Who", NULL, CUSAX_ERROR_REFUSED, 0, NULL },
  { "301 Moved", CONTACTS ("<sip:new.example.test;transport=tls>"), CUSAX_ERROR_REDIRECTED, 0,
    "sip:new.example.test;transport=tls" },
  { "302 Moved", CONTACTS ("<https://example.test>, <sips:b.example.test>;q=0.1, <sip:c.example.test>"),
    CUSAX_ERROR_REDIRECTED, 0, "sips:b.example.test" },
  { "305 Use Proxy", CONTACTS ("<sip:proxy.example.test:5070>"), CUSAX_ERROR_REDIRECTED, 0,
    "sip:proxy.example.test:5070" },
  { "302 Moved", NULL, CUSAX_ERROR_REFUSED, 0, NULL },
  { "302 Moved", CONTACTS ("<tel:+33177>"), CUSAX_ERROR_REFUSED, 0, NULL },
  { "380 Else", CONTACTS ("<sip:new.example.test>"), CUSAX_ERROR_REFUSED, 0, NULL },
};

static void
test_P3_refusals (gconstpointer data)
{
  const Refusal *refusal = data;
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autoptr (PeerMessage) request = NULL;

  peer_set_manual (peer, TRUE);
  line_start (line);
  request = peer_expect (peer, "REGISTER ", WAIT_MS);
  peer_reply (peer, request, refusal->status, "reg", refusal->extra, NULL);
  line_wait_stopped (line);
  g_assert_error (line->error, CUSAX_ERROR, (int) refusal->code);
  g_assert_cmpuint (line->port->vtable->get_retry_after (line->port), ==, refusal->retry_after);
  g_assert_cmpstr (line->redirect, ==, refusal->redirect);
  /* Once: nothing is repeated and nobody else is asked. */
  peer_expect_none (peer, "REGISTER ", 100);
  g_assert_cmpuint (peer_count (peer, "REGISTER "), ==, 1);
  g_assert_cmpuint (peer_get_n_connections (peer), ==, 1);

  /* The next attempt knows nothing of it. */
  peer_set_manual (peer, FALSE);
  line_start (line);
  g_assert_cmpuint (line->port->vtable->get_retry_after (line->port), ==, 0);
  line_wait_registered (line);
  line_free (line);
}

/* A refresh refused for good is one request, too. */
static void
test_P3_refresh_refused (gconstpointer data)
{
  guint status = GPOINTER_TO_UINT (data);
  Line *line = line_new (FALSE);

  peer_set_mode (line->peer, PEER_STATUS, status);
  cusax_registrar_refresh (registrar_of (line), WAIT_MS);
  line_wait_stopped (line);
  if (status == 403)
    g_assert_error (line->error, CUSAX_ERROR, CUSAX_ERROR_REFUSED);
  else
    g_assert_error (line->error, CUSAX_ERROR, CUSAX_ERROR_UNAVAILABLE);
  peer_spin (200);
  /* After a 503 Sofia un-registers before it tells us. */
  g_assert_cmpuint (peer_count (line->peer, "REGISTER "), ==, status == 403 ? 2 : 3);
  peer_set_mode (line->peer, PEER_OPEN, 0);
  line_free (line);
}

/* ------------------------------------------------------------------ where we are seen */

/* Behind a NAT: one further REGISTER, which takes the first binding back; calls say the same; never in a
 * circle. */
static void
test_P1_seen (gconstpointer data)
{
  const char *transport = data;
  gboolean is_udp = g_str_equal (transport, "udp");
  Peer *peer = peer_new (is_udp);
  Line *line = line_new_idle (peer, "sip_transport", transport, NULL);
  g_autofree char *contact = NULL;
  g_autoptr (PeerMessage) invite = NULL;
  Talk *talk;

  peer_set_seen (peer, ";received=203.0.113.5;rport=4242");
  line_start (line);
  line_wait_registered (line);
  wait_for_registers (peer, 2);
  g_assert_cmpuint (line->n_registered, ==, 1);
  g_assert_cmpstr (line->port->vtable->get_seen_address (line->port), ==, "203.0.113.5:4242");
  g_assert_nonnull (strstr (peer_get_contact (peer), "@203.0.113.5:4242"));
  g_assert_cmpstr (line->port->vtable->get_local_address (line->port), ==, "127.0.0.1");

  talk = line_dial (line, "v=offer\r\n");
  invite = peer_expect (peer, "INVITE ", WAIT_MS);
  contact = peer_message_get (invite, "Contact");
  g_assert_nonnull (strstr (contact, "@203.0.113.5:4242"));
  peer_reply (peer, invite, "486 Busy Here", "t1", NULL, NULL);
  peer_wait (peer, &talk->n_ended, "end of the call", WAIT_MS);
  talk_free (talk);

  /* The same: nothing to correct. Another port with each answer: one correction per refresh. */
  cusax_registrar_refresh (registrar_of (line), WAIT_MS);
  wait_for_registers (peer, 3);
  peer_set_seen (peer, ";received=203.0.113.5;rport=4243");
  cusax_registrar_refresh (registrar_of (line), WAIT_MS);
  wait_for_registers (peer, 5);
  g_assert_nonnull (strstr (peer_get_contact (peer), "@203.0.113.5:4243"));
  peer_spin (100);
  g_assert_cmpuint (peer_count (peer, "REGISTER "), ==, 5);
  line_free (line);
}

static gboolean
see_another_port (gpointer user_data, Peer *peer, const PeerMessage *request)
{
  guint *port = user_data;
  static char text[64];

  g_snprintf (text, sizeof text, ";received=203.0.113.5;rport=%u", ++*port);
  peer_set_seen (peer, text);
  return FALSE;
}

static void
test_P1_seen_never_twice (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  guint port = 5000;

  peer_set_filter (peer, see_another_port, &port);
  line_start (line);
  line_wait_registered (line);
  wait_for_registers (peer, 2);
  peer_spin (300);
  g_assert_cmpuint (peer_count (peer, "REGISTER "), ==, 2);
  g_assert_cmpstr (line->port->vtable->get_seen_address (line->port), ==, "203.0.113.5:5002");
  peer_set_filter (peer, NULL, NULL);
  line_free (line);
}

typedef struct
{
  const char *name;
  const char *parameters;
  const char *seen;
  gboolean is_corrected;
} Seen;

static const Seen sights[] = {
  { "v6", ";received=2001:db8::5;rport=4242", "[2001:db8::5]:4242", TRUE },
  { "v6-brackets", ";received=[2001:db8::5];rport=4242", "[2001:db8::5]:4242", TRUE },
  { "no-port", ";received=203.0.113.5", "203.0.113.5", FALSE },
  { "port-0", ";received=203.0.113.5;rport=0", "203.0.113.5", FALSE },
  { "port-too-large", ";received=203.0.113.5;rport=70000", "203.0.113.5", FALSE },
  { "name", ";received=evil.example.test;rport=4242", NULL, FALSE },
  { "any", ";received=0.0.0.0;rport=4242", NULL, FALSE },
  { "multicast", ";received=224.0.0.1;rport=4242", NULL, FALSE },
  { "injection", ";received=\"1.2.3.4>\";rport=4242", NULL, FALSE },
  { "nothing", ";rport", NULL, FALSE },
};

static void
test_P1_seen_odd (gconstpointer data)
{
  const Seen *seen = data;
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);

  peer_set_seen (peer, seen->parameters);
  line_start (line);
  line_wait_registered (line);
  peer_spin (100);
  g_assert_cmpuint (peer_count (peer, "REGISTER "), ==, seen->is_corrected ? 2 : 1);
  g_assert_cmpstr (line->port->vtable->get_seen_address (line->port), ==, seen->seen);
  line_free (line);
}

/* What the correcting REGISTER says; and a server that does not take it keeps the first Contact. */
static void
test_P1_seen_refused (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autofree char *first = NULL, *second = NULL, *third = NULL, *expected = NULL, *bare = NULL;
  g_autoptr (PeerMessage) request = NULL;

  peer_set_manual (peer, TRUE);
  peer_set_seen (peer, ";received=203.0.113.5;rport=4242");
  line_start (line);
  request = peer_expect (peer, "REGISTER ", WAIT_MS);
  first = peer_message_get (request, "Contact");
  bare = g_strndup (first, strcspn (first, ">") + 1);
  peer_reply (peer, request, "200 OK", "reg", NULL, NULL);
  g_clear_pointer (&request, peer_message_free);

  request = peer_expect (peer, "REGISTER ", WAIT_MS);
  second = message_get_all (request, "Contact");
  expected = g_strconcat (bare, ";expires=0", NULL);
  g_assert_nonnull (strstr (second, "@203.0.113.5:4242;transport=tcp>"));
  g_assert_nonnull (strstr (second, expected));
  peer_reply (peer, request, "400 Bad Contact", "reg", NULL, NULL);
  g_clear_pointer (&request, peer_message_free);

  request = peer_expect (peer, "REGISTER ", WAIT_MS);
  third = message_get_all (request, "Contact");
  g_assert_true (g_str_has_prefix (third, bare));
  peer_reply (peer, request, "200 OK", "reg", NULL, NULL);
  peer_expect_none (peer, "REGISTER ", 200);
  g_assert_cmpuint (line->n_registered, ==, 1);
  g_assert_cmpuint (line->n_stopped, ==, 0);
  g_assert_cmpstr (line->port->vtable->get_seen_address (line->port), ==, "203.0.113.5:4242");
  peer_set_manual (peer, FALSE);
  line_free (line);
}

/* -------------------------------------------------------------------------- A7 */

static gboolean
drop_user_in_uri (gpointer user_data, Peer *peer, const PeerMessage *request)
{
  const char *uri = strchr (request->first_line, ' ') + 1;
  PeerFilter strict = strict_get_filter ();

  if (g_str_has_prefix (request->first_line, "REGISTER ") && memchr (uri, '@', strcspn (uri, " ")) != NULL)
    return TRUE;
  return strict (user_data, peer, request);
}

/* Drops a REGISTER whose Request-URI has a user, asks INVITE by 401, rings. */
static void
test_A7_fritz_box (gconstpointer data)
{
  static const StrictPolicy policy = { .name = "FRITZ!Box",
                                       .algorithms = { "MD5" },
                                       .accepted = "MD5",
                                       .qop = "auth",
                                       .asks_calls_as_registrar = TRUE };
  gboolean is_udp = GPOINTER_TO_INT (data);
  Peer *peer = peer_new (is_udp);
  g_autoptr (Strict) strict = strict_new (peer, &policy);
  Line *line = line_new_idle (peer, "sip_transport", is_udp ? "udp" : "tcp", "sip_auth_user", "alice",
                              "sip_password", "wonder:land", NULL);
  g_autoptr (PeerDialog) outgoing = NULL, incoming = NULL;
  Talk *talk;

  peer_set_filter (peer, drop_user_in_uri, strict);
  line_start (line);
  line_wait_registered (line);
  outgoing = line_outgoing_call (line, &talk, NULL);
  talk_free (talk);
  incoming = line_incoming_call (line);
  g_assert_cmpuint (line->n_incoming, ==, 1);
  g_assert_cmpstr (strict_get_faults (strict), ==, "");
  line_free (line);
}

/* ---------------------------------------------------------------------- strangers */

static const char *
stranger_text (char *buffer, gsize size, const char *method, const char *target, guint16 port, guint n)
{
  g_snprintf (buffer, size,
              "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKs%u;rport\r\nMax-Forwards: 70\r\n"
              "From: <sip:100@198.51.100.1>;tag=s%u\r\nTo: <sip:alice@example.test>\r\nCall-ID: stranger-%u\r\n"
              "CSeq: 1 %s\r\nContact: <sip:100@127.0.0.1:%u>\r\nContent-Length: 0\r\n\r\n",
              method, target, port, n, n, n, method, port);
  return buffer;
}

/* P21: who is not our registrar is not even heard, however well he guesses; and our registrar still is. */
static void
test_P21_strangers (void)
{
  Line *line = line_new (TRUE);
  const char *us = peer_get_contact (line->peer);
  const char *colon = strrchr (us, ':');
  guint16 our_port = (guint16) g_ascii_strtoull (colon + 1, NULL, 10);
  g_autoptr (GSocket) socket
    = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) to = g_inet_socket_address_new_from_string ("127.0.0.1", our_port);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (PeerDialog) dialog = NULL;
  char text[1024], answer[1024];
  guint16 port;

  g_assert_cmpuint (our_port, !=, 0);
  g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  for (guint i = 0; i < 300; i++)
    {
      stranger_text (text, sizeof text, i % 3 == 0 ? "INVITE" : "OPTIONS", us, port, i);
      /* ECONNREFUSED is an answer, too: the socket is connected to somebody else. */
      g_socket_send_to (socket, to, text, strlen (text), NULL, NULL);
    }
  peer_spin (200);
  g_assert_cmpuint (line->n_incoming, ==, 0);
  g_socket_set_blocking (socket, FALSE);
  while (g_socket_condition_check (socket, G_IO_IN | G_IO_ERR) != 0)
    g_assert_cmpint (g_socket_receive (socket, answer, sizeof answer, NULL, NULL), <=, 0);

  dialog = line_ring (line, "v=0\n");
  g_assert_cmpuint (line->n_incoming, ==, 1);
  line_free (line);
}

/* A flood of OPTIONS through the registrar: each is answered, calls still come in. */
static void
test_P21_flood (gconstpointer data)
{
  Line *line = line_new (GPOINTER_TO_INT (data));
  g_autoptr (PeerDialog) call = NULL;

  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (PeerDialog) dialog = peer_dialog_new (peer_get_contact (line->peer));

      peer_request (line->peer, dialog, "OPTIONS", NULL, NULL);
      /* The kernel drops datagrams that nobody reads in time, and our peer repeats none. */
      for (guint n = 0; i % 20 == 19 && n < 200 && peer_count (line->peer, "SIP/2.0 200") < i + 1; n++)
        peer_spin (10);
    }
  g_assert_cmpuint (peer_count (line->peer, "SIP/2.0 200"), ==, 300);
  call = line_ring (line, "v=0\n");
  g_assert_cmpuint (line->n_incoming, ==, 1);
  g_assert_cmpuint (line->n_stopped, ==, 0);
  line_free (line);
}

static void
add_tests (void)
{
  static const char *const transports[] = { "tcp", "tls", "udp" };

  for (guint i = 0; i < G_N_ELEMENTS (transports); i++)
    {
      g_autofree char *granted = g_strconcat ("/registrar/P2/granted/", transports[i], NULL);
      g_autofree char *hole = g_strconcat ("/registrar/P2/black-hole/", transports[i], NULL);
      g_autofree char *seen = g_strconcat ("/registrar/P1/seen/", transports[i], NULL);

      g_test_add_data_func (granted, transports[i], test_P2_granted);
      if (g_str_equal (transports[i], "tls"))
        continue;
      g_test_add_data_func (hole, transports[i], test_P2_black_hole);
      g_test_add_data_func (seen, transports[i], test_P1_seen);
    }
  for (guint i = 0; i < G_N_ELEMENTS (grants); i++)
    {
      g_autofree char *path = g_strconcat ("/registrar/P2/odd-grants/", grants[i].name, NULL);

      g_test_add_data_func (path, &grants[i], test_P2_odd_grants);
    }
  g_test_add_func ("/registrar/P2/asked", test_P2_asked);
  g_test_add_func ("/registrar/P2/slow-server", test_P2_slow_server);
  g_test_add_func ("/registrar/P3/interval", test_P3_interval);
  g_test_add_func ("/registrar/P3/interval/without-end", test_P3_interval_without_end);
  g_test_add_data_func ("/registrar/P3/service-route", GINT_TO_POINTER (FALSE), test_P3_service_route);
  g_test_add_data_func ("/registrar/P3/service-route/anonymous", GINT_TO_POINTER (TRUE), test_P3_service_route);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/registrar/P3/refused/%u-%.3s", i, refusals[i].status);

      g_test_add_data_func (path, &refusals[i], test_P3_refusals);
    }
  g_test_add_data_func ("/registrar/P3/refresh-refused/403", GUINT_TO_POINTER (403), test_P3_refresh_refused);
  g_test_add_data_func ("/registrar/P3/refresh-refused/503", GUINT_TO_POINTER (503), test_P3_refresh_refused);
  g_test_add_func ("/registrar/P1/seen/never-twice", test_P1_seen_never_twice);
  g_test_add_func ("/registrar/P1/seen/refused", test_P1_seen_refused);
  for (guint i = 0; i < G_N_ELEMENTS (sights); i++)
    {
      g_autofree char *path = g_strconcat ("/registrar/P1/seen/odd/", sights[i].name, NULL);

      g_test_add_data_func (path, &sights[i], test_P1_seen_odd);
    }
  g_test_add_data_func ("/registrar/A7/tcp", GINT_TO_POINTER (FALSE), test_A7_fritz_box);
  g_test_add_data_func ("/registrar/A7/udp", GINT_TO_POINTER (TRUE), test_A7_fritz_box);
  g_test_add_func ("/registrar/P21/strangers", test_P21_strangers);
  g_test_add_data_func ("/registrar/P21/flood/tcp", GINT_TO_POINTER (FALSE), test_P21_flood);
  g_test_add_data_func ("/registrar/P21/flood/udp", GINT_TO_POINTER (TRUE), test_P21_flood);
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
