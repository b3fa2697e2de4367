/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two transports back to back, whole calls: src/rtp/transport.h. Issue 2, media path. */
#include "error.h"
#include "rig.h"
#include "transport-private.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SUITE_80 CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80
#define SUITE_32 CUSAX_SRTP_AES_CM_128_HMAC_SHA1_32

typedef struct
{
  const char *name;
  const char *address;
  CusaxSrtpSuite suite;
  gboolean mux;
} Variant;

static const Variant variants[] = {
  { "plain", "127.0.0.1", CUSAX_SRTP_NONE, FALSE }, { "plain-mux", "127.0.0.1", CUSAX_SRTP_NONE, TRUE },
  { "plain-ipv6", "::1", CUSAX_SRTP_NONE, FALSE },  { "sdes-80", "127.0.0.1", SUITE_80, FALSE },
  { "sdes-80-mux", "127.0.0.1", SUITE_80, TRUE },   { "sdes-32", "127.0.0.1", SUITE_32, FALSE },
  { "sdes-80-mux-ipv6", "::1", SUITE_80, TRUE },
};

static void
connect_sides (RigSide *a, RigSide *b, CusaxSrtpSuite suite, gboolean mux)
{
  rig_side_set_remote (a, b, suite, mux);
  rig_side_set_remote (b, a, suite, mux);
}

static void
exchange (RigSide *a, RigSide *b, guint32 first, guint count)
{
  for (guint32 i = first; i < first + count; i++)
    {
      rig_session_send_rtp (a, i);
      g_assert_cmpint (rig_session_next_rtp (b), ==, i);
      rig_session_send_rtp (b, i + 1000000);
      g_assert_cmpint (rig_session_next_rtp (a), ==, i + 1000000);
    }
}

static void
test_call (gconstpointer data)
{
  const Variant *v = data;
  g_autoptr (RigSide) a = rig_side_new_open (v->address, v->suite != CUSAX_SRTP_NONE);
  g_autoptr (RigSide) b = rig_side_new_open (v->address, v->suite != CUSAX_SRTP_NONE);
  gsize wire = v->suite == SUITE_80 ? 26 : v->suite == SUITE_32 ? 20 : 16;
  CusaxTransportStats stats;

  g_assert_cmpstr (a->local->address, ==, v->address);
  g_assert_cmpint (a->local->rtp_port % 2, ==, 0);
  g_assert_cmpint (a->local->rtcp_port, ==, a->local->rtp_port + 1);
  g_assert_true (a->local->rtcp_mux);

  connect_sides (a, b, v->suite, v->mux);
  exchange (a, b, 0, 100);
  rig_session_send_rtcp (a, 77);
  g_assert_cmpint (rig_session_next_rtcp (b), ==, 77);
  rig_session_send_rtcp (b, 78);
  g_assert_cmpint (rig_session_next_rtcp (a), ==, 78);

  rig_until_event (a, "out in");
  rig_until_event (b, "in");
  stats = rig_side_stats (a);
  g_assert_cmpint (stats.packets_sent, ==, 100);
  g_assert_cmpint (stats.packets_received, ==, 100);
  g_assert_cmpint (stats.bytes_sent, ==, 100 * wire);
  g_assert_cmpint (stats.bytes_received, ==, 100 * wire);
  g_assert_cmpint (stats.packets_dropped, ==, 0);
  g_assert_cmpint (g_get_monotonic_time () - stats.last_received, <, RIG_MS * 1000);
  g_assert_cmpstr (a->events->str, ==, " ready out in"); /* once each */
}

/* The description that goes into SDP: a key only if asked for, another one for every call. */
static void
test_local_key (void)
{
  static const guint8 zero[CUSAX_SRTP_KEY_LENGTH];
  g_autoptr (RigSide) plain = rig_side_new_open ("127.0.0.1", FALSE);
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", TRUE);
  const CusaxLeg *leg = a->transport->vtable->get_leg (a->transport);

  g_assert_cmpint (plain->local->crypto.suite, ==, CUSAX_SRTP_NONE);
  g_assert_cmpmem (plain->local->crypto.key, 30, zero, 30);
  g_assert_cmpint (a->local->crypto.suite, ==, SUITE_80);
  g_assert_cmpint (a->local->crypto.tag, ==, 1);
  g_assert_cmpint (memcmp (a->local->crypto.key, b->local->crypto.key, 30), !=, 0);
  g_assert_cmpint (memcmp (a->local->crypto.key, leg->key_to_session, 30), !=, 0);
  g_assert_cmpint (memcmp (leg->key_from_session, leg->key_to_session, 30), !=, 0);
}

static void
test_unprotected_leg (void)
{
  CusaxTransportConfig config = { .local_address = "127.0.0.1", .protect_leg = FALSE };
  g_autoptr (RigSide) a = rig_side_new ("127.0.0.1", FALSE, &config);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", FALSE);

  g_assert_false (a->transport->vtable->get_leg (a->transport)->is_protected);
  g_assert_null (a->encrypt);
  rig_side_open (a);
  connect_sides (a, b, CUSAX_SRTP_NONE, FALSE);
  exchange (a, b, 0, 10);
}

/* Farstream may be given one port for both components: RTCP is told by its type byte. */
static void
test_rtcp_on_rtp_leg (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", FALSE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", FALSE);
  const CusaxLeg *leg = a->transport->vtable->get_leg (a->transport);
  guint8 data[RIG_PACKET_SIZE] __attribute__ ((aligned (8)));
  gsize length = rig_write_rtcp (data, 5, 9);

  connect_sides (a, b, CUSAX_SRTP_NONE, FALSE);
  g_assert_true (cusax_srtp_apply (a->encrypt, CUSAX_PACKET_RTCP, data, &length));
  rig_socket_send (a->session[0], "127.0.0.1", leg->rtp_port, data, length);
  g_assert_cmpint (rig_session_next_rtcp (b), ==, 9);
}

/* Nothing before set_remote goes out, and the first packet after it does (issue 2: one packet time). */
static void
test_first_packet (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", TRUE);

  rig_side_set_remote (b, a, SUITE_80, FALSE);
  for (guint32 i = 0; i < 50; i++)
    rig_session_send_rtp (a, i);
  rig_session_send_rtcp (a, 0);
  /* One thread reads all sockets in turn: when two later packets have gone through b, ours have been read. They
   * are early media at a, too: dropped and counted. */
  for (guint32 i = 1; i <= 2; i++)
    {
      rig_session_send_rtp (b, 500);
      rig_until (a, rig_side_stats (a).packets_dropped == i);
    }

  rig_side_set_remote (a, b, SUITE_80, FALSE);
  rig_session_send_rtp (a, 50);
  g_assert_cmpint (rig_session_next_rtp (b), ==, 50);
  g_assert_cmpint (rig_side_stats (a).packets_sent, ==, 1);
}

/* The session listens late: packets find nobody (ECONNREFUSED), and the error that is then pending on the
 * socket must not cost the first packet that would find it. */
static void
test_session_late (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", FALSE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", FALSE);
  guint16 rtp, rtcp;

  for (guint i = 0; i < 2; i++)
    close (b->session[i]);
  b->session[0] = rig_socket ("127.0.0.1", &rtp);
  b->session[1] = rig_socket ("127.0.0.1", &rtcp);
  close (b->session[0]);
  b->transport->vtable->set_leg_peer (b->transport, rtp, rtcp);
  connect_sides (a, b, CUSAX_SRTP_NONE, FALSE);
  for (guint32 i = 0; i < 20; i++)
    rig_session_send_rtp (a, i);
  rig_until (b, rig_side_stats (b).packets_received == 20);
  g_assert_cmpint (rig_side_stats (b).packets_dropped, ==, 0);

  b->session[0] = rig_socket_at ("127.0.0.1", rtp);
  if (b->session[0] < 0)
    {
      b->session[0] = rig_socket ("127.0.0.1", NULL);
      g_test_skip ("somebody else took the port");
      return;
    }
  rig_session_send_rtp (a, 20);
  g_assert_cmpint (rig_session_next_rtp (b), ==, 20);
}

/* --------------------------------------------------------------- direction */

static void
test_directions (void)
{
  static const CusaxDirection directions[] = { CUSAX_DIRECTION_INACTIVE, CUSAX_DIRECTION_SENDONLY,
                                               CUSAX_DIRECTION_RECVONLY, CUSAX_DIRECTION_SENDRECV };
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", TRUE);
  guint64 sent = 0, received = 0;

  connect_sides (a, b, SUITE_80, FALSE);
  for (guint32 i = 0; i < G_N_ELEMENTS (directions); i++)
    {
      CusaxDirection direction = directions[i];

      a->transport->vtable->set_direction (a->transport, direction);
      rig_session_send_rtp (a, i);
      rig_session_send_rtcp (a, i); /* RFC 3264 section 8.4: RTCP goes on; here it also marks the end */
      g_assert_cmpint (rig_session_next_rtcp (b), ==, i);
      if (direction & CUSAX_DIRECTION_SENDONLY)
        {
          g_assert_cmpint (rig_session_next_rtp (b), ==, i);
          sent++;
        }
      g_assert_true (rig_socket_is_quiet (b->session[0]));

      rig_session_send_rtp (b, i);
      rig_until (a, rig_side_stats (a).packets_received == received + 1); /* counted in any case */
      received++;
      if (direction & CUSAX_DIRECTION_RECVONLY)
        g_assert_cmpint (rig_session_next_rtp (a), ==, i);
      g_assert_true (rig_socket_is_quiet (a->session[0]));
      g_assert_cmpint (rig_side_stats (a).packets_sent, ==, sent);
    }
}

/* A hold during which the session sends 40000 packets: without renumbering the peer's SRTP would refuse all
 * that comes after. */
static void
test_long_hold (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", TRUE);

  connect_sides (a, b, SUITE_80, FALSE);
  exchange (a, b, 0, 10);
  a->transport->vtable->set_direction (a->transport, CUSAX_DIRECTION_RECVONLY);
  for (guint32 i = 0; i < 40000; i++)
    {
      rig_session_send_rtp (a, i);
      if (i % 50 == 49) /* keeps to what the socket can hold */
        {
          rig_session_send_rtcp (a, i);
          g_assert_cmpint (rig_session_next_rtcp (b), ==, i);
        }
    }
  a->transport->vtable->set_direction (a->transport, CUSAX_DIRECTION_SENDRECV);
  exchange (a, b, 100, 1000); /* over the wrap at 65535, too */
  g_assert_cmpint (rig_side_stats (b).packets_dropped, ==, 0);
  g_assert_cmpint (rig_side_stats (b).packets_lost, ==, 0);
}

/* What was not sent was not lost on the way. */
static void
test_hold_is_no_loss (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", FALSE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", FALSE);

  connect_sides (a, b, CUSAX_SRTP_NONE, FALSE);
  for (guint round = 0; round < 3; round++)
    {
      exchange (a, b, 100 * round, 20);
      a->transport->vtable->set_direction (a->transport, CUSAX_DIRECTION_RECVONLY);
      for (guint32 i = 0; i < 50; i++)
        rig_session_send_rtp (a, i);
      rig_session_send_rtcp (a, round);
      g_assert_cmpint (rig_session_next_rtcp (b), ==, round);
      a->transport->vtable->set_direction (a->transport, CUSAX_DIRECTION_SENDRECV);
    }
  exchange (a, b, 1000, 20);
  g_assert_cmpint (rig_side_stats (b).packets_lost, ==, 0);
}

/* A gateway that starts anew with the same SSRC and any number is heard at once, whatever the leg's SRTP
 * thinks. */
static void
test_peer_restarts (void)
{
  static const guint16 starts[] = { 40000, 10000, 60000, 3, 32770, 32771, 65535, 400, 200 };
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", FALSE);
  guint8 data[RIG_PACKET_SIZE];
  guint16 port;
  int peer = rig_socket ("127.0.0.1", &port);

  rig_side_set_plain_remote (a, "127.0.0.1", port, 0);
  for (guint32 i = 0; i < G_N_ELEMENTS (starts); i++)
    for (guint32 k = 0; k < 5; k++)
      {
        rig_socket_send (peer, "127.0.0.1", a->local->rtp_port, data,
                         rig_write_rtp (data, 0x77, starts[i] + 2 * k, 10 * i + k));
        g_assert_cmpint (rig_session_next_rtp (a), ==, 10 * i + k);
      }
  close (peer);
}

/* --------------------------------------------------------------- re-INVITE */

/* The same keys again after the sequence numbers have wrapped: a fresh context would start with ROC 0. */
static void
test_again_same_key (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", TRUE);

  connect_sides (a, b, SUITE_80, FALSE);
  exchange (a, b, 0, 600); /* 65000 + 600: ROC is 1 */
  rig_side_set_remote (a, b, SUITE_80, FALSE);
  exchange (a, b, 600, 10);
  rig_side_set_remote (b, a, SUITE_80, TRUE);
  exchange (a, b, 700, 10);
  g_assert_cmpint (rig_side_stats (a).packets_dropped + rig_side_stats (b).packets_dropped, ==, 0);
}

/* A new key of the peer: the old one no longer opens anything. */
static void
test_again_new_key (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", TRUE);
  g_autoptr (RigSide) c = rig_side_new_open ("127.0.0.1", TRUE);

  connect_sides (a, b, SUITE_80, FALSE);
  exchange (a, b, 0, 5);
  connect_sides (a, c, SUITE_80, FALSE); /* transferred */
  exchange (a, c, 10, 5);
  rig_session_send_rtp (b, 20);
  rig_until (a, rig_side_stats (a).packets_dropped == 1);
  exchange (a, c, 30, 5);
  rig_side_set_remote (a, b, SUITE_80, FALSE); /* and back */
  rig_session_send_rtp (b, 40);
  g_assert_cmpint (rig_session_next_rtp (a), ==, 40);
}

static void
test_again_plain_and_back (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", TRUE);

  connect_sides (a, b, SUITE_80, FALSE);
  exchange (a, b, 0, 600);
  connect_sides (a, b, CUSAX_SRTP_NONE, FALSE);
  exchange (a, b, 1000, 5);
  connect_sides (a, b, SUITE_80, FALSE); /* the same keys: ROC is still 1 */
  exchange (a, b, 2000, 5);
}

static void
test_set_remote_errors (void)
{
  g_autoptr (RigSide) a = rig_side_new ("127.0.0.1", TRUE, NULL);
  g_autoptr (RigSide) plain = rig_side_new_open ("127.0.0.1", FALSE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", TRUE);
  const CusaxTransportVtable *vtable = a->transport->vtable;
  CusaxCrypto none = { 0 }, ours = { .tag = 1, .suite = SUITE_80 };
  g_autoptr (CusaxTransportDescription) bad = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (vtable->set_remote (a->transport, b->local, &ours, &error)); /* not gathered */
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  g_clear_error (&error);
  rig_side_open (a);
  g_assert_false (vtable->set_remote (a->transport, b->local, &none, &error)); /* key on one side only */
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (vtable->set_remote (a->transport, plain->local, &ours, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (vtable->set_remote (plain->transport, b->local, &ours, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_NOT_PROTECTED);
  g_clear_error (&error);

  /* A refused re-INVITE leaves the call as it was, keys included. */
  connect_sides (a, b, SUITE_80, FALSE);
  exchange (a, b, 0, 5);
  bad = cusax_transport_description_copy (b->local);
  bad->crypto.key[0] ^= 1;
  bad->rtp_port = 0;
  g_assert_false (vtable->set_remote (a->transport, bad, &ours, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  exchange (a, b, 10, 5);
}

/* ------------------------------------------------------------------ failing */

static void
test_ports_exhausted (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", FALSE);
  CusaxTransportConfig config
      = { .local_address = "127.0.0.1", .port_min = a->local->rtp_port, .port_max = a->local->rtcp_port };
  g_autoptr (RigSide) b = rig_side_new (NULL, FALSE, &config);

  b->transport->vtable->gather (b->transport);
  rig_until (b, b->events->len > 0);
  g_assert_cmpstr (b->events->str, ==, " failed");
  g_assert_error (b->failure, CUSAX_ERROR, CUSAX_ERROR_MEDIA);
}

/* ----------------------------------------------------------------- silence */

/* A5: once per silence, and again when sound came in between. */
static void
test_silence (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", FALSE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", FALSE);

  cusax_transport_set_silence_interval (a->transport, 60);
  rig_run_for (150);
  g_assert_cmpstr (a->events->str, ==, " ready"); /* nothing is expected before set_remote */
  a->transport->vtable->set_direction (a->transport, CUSAX_DIRECTION_RECVONLY);
  connect_sides (a, b, CUSAX_SRTP_NONE, FALSE);
  rig_until_event (a, "silence:in:0");
  rig_run_for (200);
  g_assert_cmpstr (a->events->str, ==, " ready silence:in:0");

  rig_session_send_rtp (b, 1);
  rig_until_event (a, "in silence:in:0");
  g_assert_cmpstr (a->events->str, ==, " ready silence:in:0 in silence:in:0");
  rig_session_send_rtcp (b, 1); /* is no sound */
  rig_run_for (150);
  g_assert_cmpstr (a->events->str, ==, " ready silence:in:0 in silence:in:0");
}

/* A5: a session that gives nothing to send: a dead microphone. */
static void
test_silence_of_session (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", FALSE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", FALSE);

  cusax_transport_set_silence_interval (a->transport, 60);
  a->transport->vtable->set_direction (a->transport, CUSAX_DIRECTION_SENDONLY);
  connect_sides (a, b, CUSAX_SRTP_NONE, FALSE);
  rig_until_event (a, "silence:out:0");
  rig_run_for (200);
  g_assert_cmpstr (a->events->str, ==, " ready silence:out:0");
  rig_session_send_rtp (a, 1);
  rig_until_event (a, "out silence:out:0");
  a->transport->vtable->set_direction (a->transport, CUSAX_DIRECTION_INACTIVE);
  a->transport->vtable->set_direction (a->transport, CUSAX_DIRECTION_SENDONLY); /* out of hold: told anew */
  rig_until_event (a, "out silence:out:0 silence:out:0");
}

static void
test_silence_expected (gconstpointer data)
{
  CusaxDirection direction = GPOINTER_TO_INT (data);
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", FALSE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", FALSE);

  cusax_transport_set_silence_interval (a->transport, 60);
  a->transport->vtable->set_direction (a->transport, direction);
  connect_sides (a, b, CUSAX_SRTP_NONE, FALSE);
  rig_run_for (200);
  g_assert_null (strstr (a->events->str, "silence:in"));
  a->transport->vtable->set_direction (a->transport, CUSAX_DIRECTION_RECVONLY);
  rig_until_event (a, "silence:in:0");
}

static void
test_no_silence_while_sound (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", FALSE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", FALSE);

  cusax_transport_set_silence_interval (a->transport, 1000);
  connect_sides (a, b, CUSAX_SRTP_NONE, FALSE);
  for (guint32 i = 0; i < 20; i++) /* 2 s in all */
    {
      rig_session_send_rtp (b, i);
      rig_session_send_rtp (a, i);
      rig_run_for (100);
    }
  g_assert_null (strstr (a->events->str, "silence"));
}

/* The main loop was busy when silence was noticed, and sound is back before it could be told: say nothing. */
static void
test_silence_outdated (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", FALSE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", FALSE);

  a->transport->vtable->set_direction (a->transport, CUSAX_DIRECTION_RECVONLY);
  connect_sides (a, b, CUSAX_SRTP_NONE, FALSE);
  rig_session_send_rtp (b, 1);
  rig_until_event (a, "in");
  cusax_transport_set_silence_interval (a->transport, 50);
  rig_until_blocked (g_main_context_pending (NULL)); /* noticed, not told */
  cusax_transport_set_silence_interval (a->transport, 60000);
  rig_session_send_rtp (b, 2);
  rig_until_blocked (rig_side_stats (a).packets_received == 2);
  rig_run_for (50);
  g_assert_cmpstr (a->events->str, ==, " ready in");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (variants); i++)
    {
      g_autofree char *name = g_strconcat ("/transport/call/", variants[i].name, NULL);

      g_test_add_data_func (name, &variants[i], test_call);
    }
  g_test_add_func ("/transport/local-key", test_local_key);
  g_test_add_func ("/transport/unprotected-leg", test_unprotected_leg);
  g_test_add_func ("/transport/rtcp-on-rtp-leg", test_rtcp_on_rtp_leg);
  g_test_add_func ("/transport/first-packet", test_first_packet);
  g_test_add_func ("/transport/session-late", test_session_late);
  g_test_add_func ("/transport/hold/directions", test_directions);
  g_test_add_func ("/transport/hold/no-loss", test_hold_is_no_loss);
  g_test_add_func ("/transport/hold/long", test_long_hold);
  g_test_add_func ("/transport/hold/peer-restarts", test_peer_restarts);
  g_test_add_func ("/transport/again/same-key", test_again_same_key);
  g_test_add_func ("/transport/again/new-key", test_again_new_key);
  g_test_add_func ("/transport/again/plain-and-back", test_again_plain_and_back);
  g_test_add_func ("/transport/set-remote-errors", test_set_remote_errors);
  g_test_add_func ("/transport/ports-exhausted", test_ports_exhausted);
  g_test_add_func ("/transport/A5/silence", test_silence);
  g_test_add_func ("/transport/A5/silence-of-the-session", test_silence_of_session);
  g_test_add_data_func ("/transport/A5/not-while-inactive", GINT_TO_POINTER (CUSAX_DIRECTION_INACTIVE),
                        test_silence_expected);
  g_test_add_data_func ("/transport/A5/not-while-sendonly", GINT_TO_POINTER (CUSAX_DIRECTION_SENDONLY),
                        test_silence_expected);
  g_test_add_func ("/transport/A5/not-while-sound", test_no_silence_while_sound);
  g_test_add_func ("/transport/A5/outdated", test_silence_outdated);
  return g_test_run ();
}
