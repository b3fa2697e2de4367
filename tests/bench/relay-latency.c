/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a packet takes through the media transport, from the network socket to the media session and back out, against
 * a bare pair of sockets and against a thread that hands every datagram on and does nothing else:
 * relay-latency [packets] [microseconds between them]. Prints a table; judges nothing.
 */
#include "rig.h"
#include "thread.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct
{
  int fd;
  guint count;
  gint64 *received; /* nanoseconds, by sequence number; 0 = lost */
} Receiver;

/** Taken: nanoseconds. */
typedef struct
{
  gint64 median;
  gint64 p99;
} Taken;

static gint64
now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

/* The number stays readable in SRTP. Ends when nothing came for a second. */
static gpointer
run_receiver (gpointer data)
{
  Receiver *receiver = data;
  struct pollfd poller = { .fd = receiver->fd, .events = POLLIN };

  for (guint n = 0; n < receiver->count && poll (&poller, 1, 1000) == 1; n++)
    {
      guint8 packet[RIG_PACKET_SIZE];
      gsize length = rig_socket_next (receiver->fd, packet, NULL);
      guint sequence = length >= 12 ? cusax_packet_get_sequence (packet) : G_MAXUINT;

      if (sequence < receiver->count)
        receiver->received[sequence] = now_ns ();
    }
  return NULL;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const gint64 *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

/* @reference: the median of the first row, 0 = this is it */
static Taken
report (const char *name, gint64 *taken, guint n, guint count, gint64 reference)
{
  Taken found = { 0, 0 };

  if (n == 0)
    {
      printf ("%-34s all %u lost\n", name, count);
      return found;
    }
  qsort (taken, n, sizeof taken[0], compare);
  found.median = taken[n / 2];
  found.p99 = taken[n * 99 / 100];
  printf ("%-34s %9.1f %9.1f %9.1f %6u", name, found.median / 1e3, found.p99 / 1e3, taken[n - 1] / 1e3, count - n);
  if (reference != 0)
    printf (" %8.2f", (double) found.median / reference);
  printf ("\n");
  return found;
}

/* Sends @count packets from @sender (-1: any) to @port, @interval_us apart, and reports when they came to @fd. */
static Taken
measure_from (const char *name, int sender, guint16 port, int fd, CusaxSrtp *encrypt, guint count, guint interval_us,
              gint64 reference)
{
  g_autofree gint64 *sent = g_new0 (gint64, count);
  g_autofree gint64 *received = g_new0 (gint64, count);
  Receiver receiver = { fd, count, received };
  int own = sender < 0 ? rig_socket ("127.0.0.1", NULL) : -1;
  GThread *thread = g_thread_new ("receiver", run_receiver, &receiver);
  guint n = 0;

  for (guint i = 0; i < count; i++)
    {
      guint8 packet[RIG_PACKET_SIZE] __attribute__ ((aligned (8))) = { 0 };
      gsize length = rig_write_rtp (packet, 0x4242, (guint16) i, i) + 156; /* PCMA, 20 ms */

      g_usleep (interval_us);
      if (encrypt != NULL && !cusax_srtp_apply (encrypt, CUSAX_PACKET_RTP, packet, &length))
        continue;
      sent[i] = now_ns ();
      rig_socket_send (sender < 0 ? own : sender, "127.0.0.1", port, packet, length);
    }
  g_thread_join (thread);
  if (own >= 0)
    close (own);
  for (guint i = 0; i < count; i++)
    if (received[i] != 0)
      received[n++] = received[i] - sent[i];
  return report (name, received, n, count, reference);
}

static Taken
measure (const char *name, guint16 port, int fd, CusaxSrtp *encrypt, guint count, guint interval_us, gint64 reference)
{
  return measure_from (name, -1, port, fd, encrypt, count, interval_us, reference);
}

/* From session to session: two relays. */
static void
measure_ice (const char *name, guint count, guint interval_us, gint64 reference)
{
  CusaxTransportConfig config = { .local_address = "127.0.0.1", .offer_dtls = TRUE, .use_ice = TRUE, .is_controlling = TRUE };
  g_autoptr (RigSide) a = rig_side_new (NULL, FALSE, &config);
  g_autoptr (RigSide) b = rig_side_new (NULL, FALSE, &config);
  g_autoptr (CusaxTransportDescription) offer = NULL;
  g_autoptr (CusaxTransportDescription) answer = NULL;
  gint64 start;

  rig_side_open (a);
  rig_side_open (b);
  offer = rig_side_dup_offer (a, CUSAX_DTLS_SETUP_ACTPASS, TRUE);
  answer = rig_side_dup_offer (b, CUSAX_DTLS_SETUP_ACTIVE, TRUE);
  start = g_get_monotonic_time ();
  rig_side_agree (b, offer);
  rig_side_agree (a, answer);
  rig_until (a, a->state == CUSAX_TRANSPORT_READY && b->state == CUSAX_TRANSPORT_READY);
  measure_from (name, a->session[0], a->transport->vtable->get_leg (a->transport)->rtp_port, b->session[0], NULL, count,
                interval_us, reference);
  printf ("  set_remote to READY on both sides: %.1f ms\n", (MAX (a->ready_at, b->ready_at) - start) / 1e3);
}

static void
measure_relay (const char *name, gboolean srtp, guint count, guint interval_us, gint64 reference)
{
  CusaxTransportConfig config = { .local_address = "127.0.0.1", .offer_crypto = srtp, .protect_leg = srtp };
  g_autoptr (RigSide) side = rig_side_new (NULL, FALSE, &config);
  g_autoptr (CusaxTransportDescription) remote = cusax_transport_description_new ("127.0.0.1", 9, 0);
  g_autoptr (CusaxSrtp) encrypt = NULL;
  CusaxCrypto ours = { .tag = 1 };

  rig_side_open (side);
  if (srtp)
    {
      ours.suite = remote->crypto.suite = CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80;
      g_assert_true (cusax_srtp_make_key (remote->crypto.key, NULL));
      encrypt = cusax_srtp_new (CUSAX_SRTP_ENCRYPT, ours.suite, remote->crypto.key, NULL);
      g_assert_nonnull (encrypt);
    }
  g_assert_true (side->transport->vtable->set_remote (side->transport, remote, &ours, NULL));
  measure (name, side->local->rtp_port, side->session[0], encrypt, count, interval_us, reference);
}

/* The other way: from the session through the leg onto the wire. */
static Taken
measure_out (const char *name, gboolean srtp, guint count, guint interval_us, gint64 reference)
{
  CusaxTransportConfig config = { .local_address = "127.0.0.1", .offer_crypto = srtp, .protect_leg = srtp };
  g_autoptr (RigSide) side = rig_side_new (NULL, FALSE, &config);
  g_autoptr (CusaxTransportDescription) remote = NULL;
  CusaxCrypto ours = { .tag = 1 };
  guint16 port;
  int sink = rig_socket ("127.0.0.1", &port);
  Taken taken;

  rig_side_open (side);
  remote = cusax_transport_description_new ("127.0.0.1", port, 0);
  if (srtp)
    {
      ours.suite = remote->crypto.suite = CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80;
      g_assert_true (cusax_srtp_make_key (remote->crypto.key, NULL));
      g_assert_true (cusax_srtp_make_key (ours.key, NULL));
    }
  g_assert_true (side->transport->vtable->set_remote (side->transport, remote, &ours, NULL));
  taken = measure_from (name, side->session[0], side->transport->vtable->get_leg (side->transport)->rtp_port, sink,
                        side->encrypt, count, interval_us, reference);
  close (sink);
  return taken;
}

/** Forwarder: what any relay costs that is a program: one thread, one wait, one read, one write. */
typedef struct
{
  int fd;
  guint16 target;
  gint ends; /* atomic */
} Forwarder;

static gpointer
run_forwarder (gpointer data)
{
  Forwarder *forwarder = data;
  struct pollfd poller = { .fd = forwarder->fd, .events = POLLIN };

  while (!g_atomic_int_get (&forwarder->ends))
    if (poll (&poller, 1, 50) == 1)
      {
        guint8 packet[RIG_PACKET_SIZE];
        gsize length = rig_socket_next (forwarder->fd, packet, NULL);

        rig_socket_send (forwarder->fd, "127.0.0.1", forwarder->target, packet, length);
      }
  return NULL;
}

static Taken
measure_forwarder (const char *name, guint count, guint interval_us, gint64 reference)
{
  Forwarder forwarder = { 0 };
  guint16 port;
  int sink = rig_socket ("127.0.0.1", &forwarder.target);
  GThread *thread;
  Taken taken;

  forwarder.fd = rig_socket ("127.0.0.1", &port);
  thread = g_thread_new ("forwarder", run_forwarder, &forwarder);
  taken = measure (name, port, sink, NULL, count, interval_us, reference);
  g_atomic_int_set (&forwarder.ends, TRUE);
  g_thread_join (thread);
  close (forwarder.fd);
  close (sink);
  return taken;
}

static void
tell_added (const char *name, Taken ours, Taken bare)
{
  printf ("  %s adds %.1f us to the bare forwarder (p99 %.1f us); goal <= 200 us\n", name, (ours.median - bare.median) / 1e3,
          (ours.p99 - bare.p99) / 1e3);
}

int
main (int argc, char **argv)
{
  guint count = argc > 1 ? CLAMP (g_ascii_strtoull (argv[1], NULL, 10), 1, 60000) : 500;
  guint interval_us = argc > 2 ? MIN (g_ascii_strtoull (argv[2], NULL, 10), 1000000) : 5000;
  guint16 port;
  int direct = rig_socket ("127.0.0.1", &port);
  gint64 reference;
  Taken bare, plain, protected;

  printf ("One packet, one way, %u of them %u us apart; microseconds\n", count, interval_us);
  printf ("%-34s %9s %9s %9s %6s %8s\n", "path", "median", "p99", "max", "lost", "ratio");
  cusax_thread_init ();
  reference = measure ("direct socket", port, direct, NULL, count, interval_us, 0).median;
  bare = measure_forwarder ("bare forwarder", count, interval_us, reference);
  plain = measure_out ("leg to wire, plain", FALSE, count, interval_us, reference);
  protected = measure_out ("protected leg to wire, SDES SRTP", TRUE, count, interval_us, reference);
  measure_relay ("wire to leg, plain", FALSE, count, interval_us, reference);
  measure_relay ("wire to protected leg, SDES SRTP", TRUE, count, interval_us, reference);
  measure_ice ("ICE, DTLS-SRTP, two relays", count, interval_us, reference);
  tell_added ("the plain leg", plain, bare);
  tell_added ("the protected leg", protected, bare);
  cusax_thread_shutdown ();
  close (direct);
  return 0;
}
