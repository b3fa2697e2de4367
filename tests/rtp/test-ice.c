/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two transports with ICE against each other, on loopback: ways and keys, what is offered to whom, and what must not work. */
#define _GNU_SOURCE /* unshare */
#include "error.h"
#include "ice-rig.h"
#include "transport-private.h"

#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* RTCP has a component and maybe a handshake of its own: the first ones may come too early. */
static void
exchange_rtcp (RigSide *a, RigSide *b)
{
  gint64 end = g_get_monotonic_time () + RIG_MS * 1000;

  do
    {
      rig_session_send_rtcp (a, 7);
      rig_run_for (5);
    }
  while (rig_socket_is_quiet (b->session[1]) && g_get_monotonic_time () < end);
  g_assert_cmpint (rig_session_next_rtcp (b), ==, 7);
}

static void
test_way (gconstpointer data)
{
  const IceWay *way = data;
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  gint64 start = g_get_monotonic_time ();
  CusaxTransportStats stats;

  g_assert_cmpint (a->local->candidates->len, ==, 2);
  g_assert_cmpstr (a->local->address, ==, "127.0.0.1");
  g_assert_cmpint (a->local->setup, ==, CUSAX_DTLS_SETUP_ACTPASS);
  ice_agree (a, b, way);
  ice_until_ready (a, b);
  g_test_message ("%s: READY after %.1f and %.1f ms", way->name, (a->ready_at - start) / 1e3, (b->ready_at - start) / 1e3);
  ice_exchange (a, b, 1);
  exchange_rtcp (a, b);
  exchange_rtcp (b, a);
  stats = rig_side_stats (a);
  g_assert_cmpint (stats.keying, ==, way->keying);
  g_assert_cmpstr (stats.suite, ==,
                   way->keying == CUSAX_KEYING_NONE   ? NULL
                   : way->keying == CUSAX_KEYING_DTLS ? "AEAD_AES_128_GCM"
                                                      : "AES_CM_128_HMAC_SHA1_80");
  g_assert_cmpstr (stats.local_kind, ==, "host");
  g_assert_true (g_str_has_prefix (stats.remote_address, "127.0.0.1:"));
  g_assert_cmpstr (a->events->str, ==, " ready out in");
}

/* Both say that they control, or neither does (RFC 8445 section 7.3.1.1). */
static void
test_role_conflict (gconstpointer data)
{
  gboolean role = GPOINTER_TO_INT (data);
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", role);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", role);

  ice_call (a, b, &ice_dtls_mux);
}

/* The answer is late, and the other side's checks and ClientHello come before it. */
static void
test_answer_late (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autoptr (CusaxTransportDescription) offer = ice_dup_for (a, &ice_dtls_mux, FALSE);
  g_autoptr (CusaxTransportDescription) answer = ice_dup_for (b, &ice_dtls_mux, TRUE);
  gint64 start;

  rig_side_agree (b, offer);
  rig_run_for (300);
  g_assert_cmpint (a->state, ==, CUSAX_TRANSPORT_NEW);
  g_assert_cmpint (b->state, ==, CUSAX_TRANSPORT_CONNECTING);
  start = g_get_monotonic_time ();
  rig_side_agree (a, answer);
  ice_until_ready (a, b);
  g_test_message ("READY %.1f ms after the answer", (a->ready_at - start) / 1e3);
  ice_exchange (a, b, 1);
}

/* Two calls, an anonymous one among them, are not known by their certificate for one device's. One call keeps it. */
static void
test_own_certificate (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autofree char *before = g_strdup (a->local->fingerprint);

  g_assert_cmpstr (before, !=, b->local->fingerprint);
  g_string_truncate (a->events, 0);
  a->transport->vtable->move (a->transport, "127.0.0.2");
  rig_until_event (a, "ready");
  g_assert_cmpstr (a->local->fingerprint, ==, before);
}

/* While it rings, a stranger who finds our ports tells us to give up, four times: the right one's hello gets its place all the
 * same, and the handshake goes on. */
static void
test_early_stranger (gconstpointer data)
{
  static const guint8 alert[15] = { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40 }; /* fatal: handshake_failure */
  gboolean with_ice = GPOINTER_TO_INT (data);
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autoptr (CusaxTransportDescription) offer = ice_dup_for (a, &ice_dtls_mux, FALSE);
  g_autoptr (CusaxTransportDescription) answer = ice_dup_for (b, &ice_dtls_mux, TRUE);
  int stranger = rig_socket ("127.0.0.1", NULL);
  gint64 end = g_get_monotonic_time () + RIG_MS * 1000;

  if (!with_ice)
    {
      ice_forget (offer);
      ice_forget (answer);
    }
  while (rig_side_stats (a).packets_dropped < CUSAX_TRANSPORT_MAX_EARLY) /* libnice may get hold of one, and drop it unseen */
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      rig_socket_send (stranger, "127.0.0.1", a->local->rtp_port, alert, sizeof alert);
      rig_run_once ();
    }
  rig_side_agree (b, offer);
  rig_run_for (50);
  rig_side_agree (a, answer);
  ice_until_ready (a, b);
  g_assert_no_error (a->failure);
  ice_exchange (a, b, 1);
  close (stranger);
}

/* His hello comes first, and is a good one. */
static void
test_early_hello (gconstpointer data)
{
  gboolean with_ice = GPOINTER_TO_INT (data);
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autoptr (RigSide) stranger = rig_side_new_ice ("127.0.0.5", FALSE);
  g_autoptr (CusaxTransportDescription) offer = ice_dup_for (a, &ice_dtls_mux, FALSE);
  g_autoptr (CusaxTransportDescription) plain = ice_dup_for (a, &ice_dtls_mux, FALSE);
  g_autoptr (CusaxTransportDescription) answer = ice_dup_for (b, &ice_dtls_mux, TRUE);

  ice_forget (plain);
  if (!with_ice)
    ice_forget (answer);
  rig_side_agree (stranger, plain);
  rig_run_for (20);
  rig_side_agree (b, with_ice ? offer : plain);
  rig_run_for (20);
  rig_side_agree (a, answer);
  rig_side_shutdown (stranger);
  ice_until_ready (a, b);
  g_assert_no_error (a->failure);
  ice_exchange (a, b, 1);
}

/* Nothing leaves, and nothing is taken, before the handshake is through. */
static void
test_nothing_before_keys (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  guint16 port;
  int peer = rig_socket ("127.0.0.1", &port);
  g_autoptr (CusaxTransportDescription) remote = cusax_transport_description_new ("127.0.0.1", port, 0);
  guint8 packet[RIG_PACKET_SIZE];
  gsize length;

  remote->fingerprint_hash = g_strdup ("sha-256");
  remote->fingerprint = g_strdup (a->local->fingerprint);
  remote->setup = CUSAX_DTLS_SETUP_ACTIVE;
  rig_side_agree (a, remote);
  g_assert_cmpint (rig_side_stats (a).keying, ==, CUSAX_KEYING_NONE);
  rig_session_send_rtp (a, 1);
  rig_session_send_rtcp (a, 1);
  length = rig_write_rtp (packet, 1, 1, 1);
  rig_socket_send (peer, "127.0.0.1", a->local->rtp_port, packet, length);
  rig_until (a, rig_side_stats (a).packets_dropped == 1);
  g_assert_true (rig_socket_is_quiet (peer));
  g_assert_true (rig_socket_is_quiet (a->session[0]));
  g_assert_cmpint (rig_side_stats (a).packets_sent, ==, 0);
  close (peer);
}

/* --------------------------------------------------------------- fall-back */

/* Returns: microseconds from the answer to READY */
static gint64
fall_back (const IceWay *way)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autoptr (CusaxTransportDescription) offer = ice_dup_for (a, way, FALSE);
  g_autoptr (CusaxTransportDescription) answer = ice_dup_for (b, way, TRUE);
  gint64 start;

  ice_forget (offer);
  ice_forget (answer);
  rig_side_agree (b, offer);
  rig_run_for (50); /* with DTLS: the hello comes before the answer, and must not be lost */
  start = g_get_monotonic_time ();
  rig_side_agree (a, answer);
  ice_until_ready (a, b);
  g_test_message ("%s: READY %.1f ms after the answer", way->name, (a->ready_at - start) / 1e3);
  ice_exchange (a, b, 1);
  exchange_rtcp (a, b);
  g_assert_null (rig_side_stats (a).local_kind);
  g_assert_cmpint (rig_side_stats (a).keying, ==, way->keying);
  return a->ready_at - start;
}

/* ICE was offered, and the answer knows none: the same sockets, the same ports. */
static void
test_fall_back (gconstpointer data)
{
  const IceWay *way = data;
  gint64 taken = fall_back (way);

  /* Less than a retransmission; a busy machine may need more once in a while. */
  for (guint i = 0; i < 10 && taken > 30 * 1000 && way->answer == CUSAX_DTLS_SETUP_ACTIVE; i++)
    taken = fall_back (way);
  if (way->answer == CUSAX_DTLS_SETUP_ACTIVE)
    g_assert_cmpint (taken, <=, 30 * 1000);
}

/* SDP names an address where nobody is; the handshake comes from elsewhere, and its fingerprint is good. */
static void
test_fall_back_latches (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autoptr (CusaxTransportDescription) offer = ice_dup_for (a, &ice_dtls_mux, FALSE);
  g_autoptr (CusaxTransportDescription) answer = ice_dup_for (b, &ice_dtls_mux, TRUE);

  ice_forget (offer);
  ice_forget (answer);
  answer->rtp_port = 9;
  rig_side_agree (b, offer);
  rig_side_agree (a, answer);
  ice_until_ready (a, b);
  ice_exchange (a, b, 1);
}

/* -------------------------------------------------------------------- ends */

static void
test_wrong_fingerprint (gconstpointer data)
{
  gboolean with_ice = GPOINTER_TO_INT (data);
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autoptr (CusaxTransportDescription) offer = ice_dup_for (a, &ice_dtls_mux, FALSE);
  g_autoptr (CusaxTransportDescription) answer = ice_dup_for (b, &ice_dtls_mux, TRUE);

  answer->fingerprint[0] = answer->fingerprint[0] == 'A' ? 'B' : 'A';
  if (!with_ice)
    {
      ice_forget (offer);
      ice_forget (answer);
    }
  rig_side_agree (b, offer);
  rig_side_agree (a, answer);
  rig_until_event (a, "failed");
  g_assert_error (a->failure, CUSAX_ERROR, CUSAX_ERROR_HANDSHAKE);
  g_assert_cmpint (a->state, !=, CUSAX_TRANSPORT_READY);
  g_assert_cmpint (rig_side_stats (a).packets_sent, ==, 0);
}

/* The other side is silent: told in words, in time, once. */
static void
test_no_path (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autoptr (CusaxTransportDescription) answer = ice_dup_for (b, &ice_plain_mux, TRUE);

  rig_side_shutdown (b);
  cusax_transport_set_setup_interval (a->transport, 400, 400);
  rig_side_agree (a, answer);
  rig_until_event (a, "failed");
  g_assert_error (a->failure, CUSAX_ERROR, CUSAX_ERROR_NO_PATH);
  rig_run_for (600);
  g_assert_cmpstr (a->events->str, ==, " ready failed");
}

/* There is a way, but nobody answers the hello. */
static void
test_no_handshake (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autoptr (CusaxTransportDescription) offer = ice_dup_for (a, &ice_plain_mux, FALSE);
  g_autoptr (CusaxTransportDescription) answer = ice_dup_for (b, &ice_dtls_mux, TRUE);

  cusax_transport_set_setup_interval (a->transport, 400, 400);
  rig_side_agree (b, offer);
  rig_side_agree (a, answer);
  rig_until_event (a, "failed");
  g_assert_error (a->failure, CUSAX_ERROR, CUSAX_ERROR_HANDSHAKE);
}

static gint64
get_deadline (RigSide *side, gint64 *began)
{
  Transport *t = (Transport *) side->transport;
  gint64 deadline;

  g_mutex_lock (&t->lock);
  deadline = t->deadline;
  *began = t->setup_began;
  g_mutex_unlock (&t->lock);
  return deadline;
}

/* A way that was found late leaves the handshake time, but nobody waits longer than 10 s for words. */
static void
test_handshake_time (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autoptr (CusaxTransportDescription) offer = ice_dup_for (a, &ice_plain_mux, FALSE);
  g_autoptr (CusaxTransportDescription) answer = ice_dup_for (b, &ice_dtls_mux, TRUE);
  gint64 began, again;

  rig_side_agree (a, answer);
  get_deadline (a, &began);
  rig_side_agree (b, offer); /* and knows nothing of DTLS */
  rig_until (a, rig_side_stats (a).local_kind != NULL);
  rig_until (a, get_deadline (a, &again) > began + 8 * G_USEC_PER_SEC);
  g_assert_cmpint (again, ==, began);
  g_assert_cmpint (get_deadline (a, &again), <=, began + 10 * G_USEC_PER_SEC);
}

static void
test_no_fingerprint_of_ours (void)
{
  CusaxTransportConfig config = { .local_address = "127.0.0.1", .use_ice = TRUE };
  g_autoptr (RigSide) a = rig_side_new (NULL, FALSE, &config);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autoptr (CusaxTransportDescription) answer = ice_dup_for (b, &ice_dtls_mux, TRUE);
  g_autoptr (GError) error = NULL;

  rig_side_open (a);
  g_assert_null (a->local->fingerprint);
  g_assert_false (a->transport->vtable->set_remote (a->transport, answer, NULL, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_NOT_PROTECTED);
}

static void
test_bad_remote (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  static const char *const addresses[] = { "224.0.0.1", "::1", "not an address" };

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (CusaxTransportDescription) bad = cusax_transport_description_new (addresses[i], 9, 10);
      g_autoptr (GError) error = NULL;

      g_assert_false (a->transport->vtable->set_remote (a->transport, bad, NULL, &error));
      g_assert_nonnull (error);
    }
  ice_call (a, b, &ice_dtls_mux); /* nothing has changed */
}

/* ---------------------------------------------------------------- gathering */

static CusaxIceServer *
dead_server (CusaxIceServerKind kind, guint16 port)
{
  return cusax_ice_server_new (kind, "127.0.0.1", port, "user", "secret", 0);
}

/* A server that does not answer holds an offer back for 300 ms, not longer; the candidates that there are go out. */
static void
test_dead_servers (void)
{
  guint16 port;
  int silent = rig_socket ("127.0.0.1", &port);
  g_autoptr (GPtrArray) servers = cusax_ice_servers_new ();
  CusaxTransportConfig config = { .local_address = "127.0.0.1", .use_ice = TRUE, .servers = servers };
  g_autoptr (RigSide) a = NULL;
  gint64 start = g_get_monotonic_time (), taken;

  g_ptr_array_add (servers, dead_server (CUSAX_ICE_STUN, port));
  g_ptr_array_add (servers, dead_server (CUSAX_ICE_TURN_UDP, port));
  a = rig_side_new (NULL, FALSE, &config);
  rig_side_open (a);
  taken = g_get_monotonic_time () - start;
  g_assert_cmpint (taken, >=, 250 * 1000);
  g_assert_cmpint (taken, <, 1500 * 1000); /* libnice alone takes 2.1 s and more */
  g_assert_cmpint (a->local->candidates->len, ==, 2);
  close (silent);
}

static void
test_without_servers (void)
{
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < 5; i++)
    {
      gint64 start = g_get_monotonic_time (), taken;
      g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);

      taken = g_get_monotonic_time () - start;
      best = MIN (best, taken);
      g_test_message ("gathered after %.1f ms", taken / 1e3);
    }
  g_assert_cmpint (best, <, 20 * 1000);
}

static void
test_port_range (void)
{
  CusaxTransportConfig config = { .local_address = "127.0.0.1", .use_ice = TRUE, .port_min = 42000, .port_max = 42999 };
  g_autoptr (RigSide) a = rig_side_new (NULL, FALSE, &config);

  rig_side_open (a);
  g_assert_cmpint (a->local->rtp_port, >=, 42000);
  g_assert_cmpint (a->local->rtp_port, <=, 42999);
  g_assert_cmpint (a->local->rtcp_port, >=, 42000);
  g_assert_cmpint (a->local->rtcp_port, <=, 42999);
}

/* A network of its own, where lo has @address, too. Returns: FALSE if that is not allowed here */
static gboolean
enter_network (guint32 address)
{
  struct ifreq request = { .ifr_name = "lo" };
  struct sockaddr_in *own = (struct sockaddr_in *) &request.ifr_addr;
  int fd;

  if (unshare (CLONE_NEWNET) != 0 && unshare (CLONE_NEWUSER | CLONE_NEWNET) != 0)
    return FALSE;
  fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  request.ifr_flags = IFF_UP;
  g_assert_cmpint (ioctl (fd, SIOCSIFFLAGS, &request), ==, 0);
  g_strlcpy (request.ifr_name, "lo:1", sizeof request.ifr_name);
  memset (own, 0, sizeof *own);
  own->sin_family = AF_INET;
  own->sin_addr.s_addr = g_htonl (address);
  g_assert_cmpint (ioctl (fd, SIOCSIFADDR, &request), ==, 0);
  close (fd);
  return TRUE;
}

/* No candidates are announced of a network without a router, and none are needed: calls there do without ICE. */
static void
test_link_local (void)
{
  CusaxTransportConfig config = { .local_address = "169.254.7.7", .use_ice = TRUE };
  g_autoptr (RigSide) a = NULL;
  g_autoptr (RigSide) b = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, RIG_MS * G_GUINT64_CONSTANT (2000), G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  if (!enter_network (0xa9fe0707))
    {
      g_test_skip ("no network namespace");
      return;
    }
  a = rig_side_new (NULL, FALSE, &config);
  rig_side_open (a);
  g_assert_cmpstr (a->local->address, ==, config.local_address);
  g_assert_null (a->local->ice_ufrag);

  /* A call that has ICE already outlives it (a network that is about to come back). */
  b = rig_side_new_ice ("127.0.0.1", TRUE);
  g_string_truncate (b->events, 0);
  g_test_expect_message ("cusax-rtp", G_LOG_LEVEL_MESSAGE, "media stay where they are*");
  b->transport->vtable->move (b->transport, config.local_address);
  rig_until_event (b, "ready");
  g_test_assert_expected_messages ();
  g_assert_cmpstr (b->local->address, ==, "127.0.0.1");
}

static void
test_no_address (void)
{
  CusaxTransportConfig config = { .local_address = "not an address", .use_ice = TRUE };
  g_autoptr (RigSide) a = rig_side_new (NULL, FALSE, &config);

  a->transport->vtable->gather (a->transport);
  rig_until_event (a, "failed");
  g_assert_error (a->failure, CUSAX_ERROR, CUSAX_ERROR_INVALID);
}

/* ------------------------------------------------------------------ hostile */

/* The queue of a socket that has been flooded may have no room for a packet. */
static void
until_heard (RigSide *from, RigSide *to)
{
  struct pollfd poller = { .fd = to->session[0], .events = POLLIN };

  for (guint i = 0; i < RIG_MS / 100; i++)
    {
      rig_session_send_rtp (from, 1);
      if (poll (&poller, 1, 100) == 1)
        {
          g_assert_cmpint (rig_session_next_rtp (to), ==, 1);
          return;
        }
    }
  g_error ("nothing was heard after the flood");
}

/* Whatever comes at the ports before and after the answer: nothing breaks, nothing is believed. */
static void
test_garbage (void)
{
  static const guint8 heads[] = { 0x00, 0x01, 0x14, 0x16, 0x17, 0x40, 0x80, 0xff };
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  int stranger = rig_socket ("127.0.0.1", NULL);

  for (guint round = 0; round < 3; round++)
    {
      for (guint i = 0; i < 1000; i++)
        {
          guint8 noise[120];
          gsize length = g_test_rand_int_range (0, sizeof noise);

          for (gsize k = 0; k < sizeof noise; k++)
            noise[k] = g_test_rand_int_range (0, 256);
          noise[0] = heads[i % G_N_ELEMENTS (heads)];
          if (i % 3 == 0) /* a STUN header that fits */
            {
              static const guint8 cookie[4] = { 0x21, 0x12, 0xa4, 0x42 };

              length = MAX (length & ~3u, 20);
              noise[2] = 0;
              noise[3] = length - 20;
              memcpy (noise + 4, cookie, 4);
            }
          rig_socket_send (stranger, "127.0.0.1", i & 1 ? a->local->rtp_port : b->local->rtp_port, noise, length);
        }
      if (round == 0)
        ice_agree (a, b, &ice_dtls_mux);
    }
  ice_until_ready (a, b);
  until_heard (a, b);
  until_heard (b, a);
  g_assert_null (a->failure);
  close (stranger);
}

static void
add_ways (const char *prefix, GTestDataFunc test)
{
  for (gsize i = 0; i < ICE_N_WAYS; i++)
    {
      g_autofree char *name = g_strconcat (prefix, ice_ways[i].name, NULL);

      g_test_add_data_func (name, &ice_ways[i], test);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_ways ("/ice/way/", test_way);
  add_ways ("/ice/fall-back/", test_fall_back);
  g_test_add_data_func ("/ice/role-conflict/controlling", GINT_TO_POINTER (TRUE), test_role_conflict);
  g_test_add_data_func ("/ice/role-conflict/controlled", GINT_TO_POINTER (FALSE), test_role_conflict);
  g_test_add_func ("/ice/answer-late", test_answer_late);
  g_test_add_func ("/ice/own-certificate", test_own_certificate);
  g_test_add_data_func ("/ice/early-stranger/ice", GINT_TO_POINTER (TRUE), test_early_stranger);
  g_test_add_data_func ("/ice/early-stranger/without", GINT_TO_POINTER (FALSE), test_early_stranger);
  g_test_add_data_func ("/ice/early-hello/ice", GINT_TO_POINTER (TRUE), test_early_hello);
  g_test_add_data_func ("/ice/early-hello/without", GINT_TO_POINTER (FALSE), test_early_hello);
  g_test_add_func ("/ice/nothing-before-keys", test_nothing_before_keys);
  g_test_add_func ("/ice/fall-back-latches", test_fall_back_latches);
  g_test_add_data_func ("/ice/fails/fingerprint", GINT_TO_POINTER (TRUE), test_wrong_fingerprint);
  g_test_add_data_func ("/ice/fails/fingerprint-without-ice", GINT_TO_POINTER (FALSE), test_wrong_fingerprint);
  g_test_add_func ("/ice/fails/no-path", test_no_path);
  g_test_add_func ("/ice/fails/no-handshake", test_no_handshake);
  g_test_add_func ("/ice/fails/handshake-time", test_handshake_time);
  g_test_add_func ("/ice/fails/no-fingerprint-of-ours", test_no_fingerprint_of_ours);
  g_test_add_func ("/ice/fails/bad-remote", test_bad_remote);
  g_test_add_func ("/ice/gather/dead-servers", test_dead_servers);
  g_test_add_func ("/ice/gather/without-servers", test_without_servers);
  g_test_add_func ("/ice/gather/port-range", test_port_range);
  g_test_add_func ("/ice/gather/link-local", test_link_local);
  g_test_add_func ("/ice/gather/no-address", test_no_address);
  g_test_add_func ("/ice/hostile/garbage", test_garbage);
  return g_test_run ();
}
