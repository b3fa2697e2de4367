/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads and ends: a blocked main loop, shutdown in every state and callback, nothing left behind. */
#include "error.h"
#include "rig.h"
#include "thread.h"
#include "transport.h"
#include "transport-private.h"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define SUITE_80 CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80

static void
connect_sides (RigSide *a, RigSide *b)
{
  rig_side_set_remote (a, b, SUITE_80, FALSE);
  rig_side_set_remote (b, a, SUITE_80, FALSE);
}

static guint
count_entries (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* ------------------------------------------------------------------ thread */

static void
note_thread (gpointer data)
{
  GThread **thread = data;

  *thread = g_thread_self ();
}

/* Also when it is ended before it has begun. */
static void
test_prepare (void)
{
  GThread *thread = NULL;

  cusax_thread_init ();
  cusax_transport_prepare ();
  cusax_thread_run (note_thread, &thread);
  cusax_transport_prepare ();
  cusax_thread_shutdown ();
  g_assert_null (cusax_thread_get_context ());
}

static void
test_thread (void)
{
  GThread *first = NULL, *again = NULL;
  guint before = count_entries ("/proc/self/task");

  g_assert_null (cusax_thread_get_context ());
  for (guint i = 0; i < 50; i++)
    {
      cusax_thread_init ();
      cusax_thread_init ();
      cusax_thread_run (note_thread, &first);
      g_assert_true (first != g_thread_self ());
      cusax_thread_shutdown ();
      g_assert_nonnull (cusax_thread_get_context ());
      cusax_thread_run (note_thread, &again);
      g_assert_true (again == first);
      cusax_thread_shutdown ();
      g_assert_null (cusax_thread_get_context ());
      cusax_thread_init (); /* ended before it has run at all */
      cusax_thread_shutdown ();
    }
  /* Joined threads leave the kernel's table a moment later. */
  for (guint i = 0; i < 500 && count_entries ("/proc/self/task") != before; i++)
    rig_run_once ();
  g_assert_cmpint (count_entries ("/proc/self/task"), ==, before);
}

/* ----------------------------------------------------------------- blocked */

typedef struct
{
  RigSide *a, *b;
  guint heard;
} Traffic;

/* 50 packets a second each way, for a second, every one heard before the next leaves. */
static gpointer
run_traffic (gpointer data)
{
  Traffic *traffic = data;
  gint64 next = g_get_monotonic_time ();

  for (guint32 i = 0; i < 50; i++, next += 20000)
    {
      gint64 wait = next - g_get_monotonic_time ();

      if (wait > 0)
        poll (NULL, 0, wait / 1000 + 1); /* the pace of a telephone */
      rig_session_send_rtp (traffic->a, i);
      traffic->heard += rig_session_next_rtp (traffic->b) == i;
      rig_session_send_rtp (traffic->b, i);
      traffic->heard += rig_session_next_rtp (traffic->a) == i;
    }
  return NULL;
}

/* Issue 2: a main loop blocked for 1 s loses no packet. */
static void
test_blocked_main_loop (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", TRUE);
  Traffic traffic = { a, b, 0 };
  gint64 start = g_get_monotonic_time ();

  connect_sides (a, b);
  g_thread_join (g_thread_new ("traffic", run_traffic, &traffic)); /* the main loop does not run meanwhile */
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 980 * 1000);
  g_assert_cmpint (traffic.heard, ==, 100);
  g_assert_cmpstr (a->events->str, ==, " ready"); /* told later, in the main loop */
  g_assert_cmpint (rig_side_stats (a).packets_received, ==, 50);
  g_assert_cmpint (rig_side_stats (b).packets_received, ==, 50);
  g_assert_cmpint (rig_side_stats (a).packets_dropped + rig_side_stats (b).packets_dropped, ==, 0);
  rig_until_event (a, "out in");
}

/* ---------------------------------------------------------------- shutdown */

static void
test_shutdown_new (void)
{
  rig_side_free (rig_side_new ("127.0.0.1", TRUE, NULL));
  g_assert_null (cusax_thread_get_context ()); /* the last transport takes the thread along */
}

static void
test_shutdown_gathering (void)
{
  g_autoptr (RigSide) a = rig_side_new ("127.0.0.1", TRUE, NULL);

  a->transport->vtable->gather (a->transport);
  rig_side_shutdown (a); /* on_local_ready is pending */
  rig_run_for (20);
  g_assert_cmpstr (a->events->str, ==, "");
}

static void
test_shutdown_failed (void)
{
  g_autoptr (RigSide) a = rig_side_new ("192.0.2.77", TRUE, NULL);
  g_autoptr (RigSide) b = rig_side_new ("not an address", TRUE, NULL);

  a->transport->vtable->gather (a->transport);
  rig_side_shutdown (a); /* on_failed is pending */
  b->transport->vtable->gather (b->transport);
  rig_until_event (b, "failed");
  g_assert_error (b->failure, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  rig_run_for (20);
  g_assert_cmpstr (a->events->str, ==, "");
  g_assert_cmpstr (b->events->str, ==, " failed");
}

typedef struct
{
  gint stop;
  int fd;
  guint16 ports[3]; /* network, leg RTP, leg RTCP */
} Flood;

static gpointer
run_flood (gpointer data)
{
  Flood *flood = data;
  guint8 packet[RIG_PACKET_SIZE];

  for (guint32 i = 0; !g_atomic_int_get (&flood->stop); i++)
    rig_socket_send (flood->fd, "127.0.0.1", flood->ports[i % 3], packet, rig_write_rtp (packet, 1, i, i));
  return NULL;
}

/* While packets pour into all sockets and events are pending. */
static void
test_shutdown_in_traffic (void)
{
  for (guint i = 0; i < 50; i++)
    {
      CusaxTransportConfig config = { .local_address = "127.0.0.1" };
      g_autoptr (RigSide) a = rig_side_new (NULL, FALSE, &config);
      Flood flood = { 0 };
      GThread *thread;

      rig_side_open (a);
      flood.fd = rig_socket ("127.0.0.1", &flood.ports[0]);
      rig_side_set_plain_remote (a, "127.0.0.1", flood.ports[0], flood.ports[0]);
      a->transport->vtable->set_leg_peer (a->transport, flood.ports[0], flood.ports[0]);
      flood.ports[0] = a->local->rtp_port;
      flood.ports[1] = a->transport->vtable->get_leg (a->transport)->rtp_port;
      flood.ports[2] = a->transport->vtable->get_leg (a->transport)->rtcp_port;
      thread = g_thread_new ("flood", run_flood, &flood);
      rig_until_blocked (rig_side_stats (a).packets_received >= 20);
      g_string_truncate (a->events, 0);
      rig_side_shutdown (a); /* on_first_rtp is pending, twice */
      g_atomic_int_set (&flood.stop, 1);
      g_thread_join (thread);
      rig_run_for (2);
      g_assert_cmpstr (a->events->str, ==, "");
      close (flood.fd);
    }
}

/* Ports are given back before shutdown returns: the next call may have to take the same single pair. Another
 * program may snatch it once in a while. */
static void
test_ports_are_free (void)
{
  guint16 rtp = 0;
  guint again = 0;

  for (guint i = 0; i < 100; i++)
    {
      CusaxTransportConfig config
          = { .local_address = "127.0.0.1", .port_min = rtp, .port_max = rtp != 0 ? rtp + 1u : 0 };
      g_autoptr (RigSide) a = rig_side_new (NULL, FALSE, &config);

      a->transport->vtable->gather (a->transport);
      rig_until (a, a->events->len > 0);
      again += a->local != NULL && a->local->rtp_port == rtp;
      rtp = a->local != NULL ? a->local->rtp_port : 0;
    }
  g_assert_cmpint (again, >=, 90);
}

static void
test_shutdown_in_callback (gconstpointer data)
{
  const char *event = data;
  gboolean fails = strcmp (event, "failed") == 0;
  g_autoptr (RigSide) a = rig_side_new (fails ? "192.0.2.77" : "127.0.0.1", TRUE, NULL);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", TRUE);

  a->shut_down_in = event;
  if (fails || strcmp (event, "ready") == 0)
    a->transport->vtable->gather (a->transport);
  else
    {
      rig_side_open (a);
      connect_sides (a, b);
      cusax_transport_set_silence_interval (a->transport, 50);
      if (strcmp (event, "silence:in:0") != 0) /* both firsts in one turn: the second must not come */
        {
          rig_session_send_rtp (b, 1);
          rig_session_send_rtp (a, 1);
          g_assert_cmpint (rig_session_next_rtp (a), ==, 1);
          g_assert_cmpint (rig_session_next_rtp (b), ==, 1);
        }
    }
  rig_until_event (a, event);
  g_assert_null (a->transport);
  rig_run_for (100);
  g_assert_true (g_str_has_suffix (a->events->str, event)); /* the last one */
}

/* ---------------------------------------------------------------- leftovers */

static void
one_call (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", TRUE);

  connect_sides (a, b);
  for (guint32 i = 0; i < 3; i++)
    {
      rig_session_send_rtp (a, i);
      g_assert_cmpint (rig_session_next_rtp (b), ==, i);
      rig_session_send_rtcp (b, i);
      g_assert_cmpint (rig_session_next_rtcp (a), ==, i);
    }
  connect_sides (a, b);
}

static void
test_200_calls (void)
{
  guint fds;
  gsize used;

  for (guint i = 0; i < 20; i++)
    one_call ();
  fds = count_entries ("/proc/self/fd");
  used = mallinfo2 ().uordblks;
  for (guint i = 0; i < 200; i++)
    one_call ();
  g_assert_cmpint (count_entries ("/proc/self/fd"), ==, fds);
  /* malloc counts its per-thread caches as used: meson.build switches them off. (Under AddressSanitizer both
   * are 0, its leak check does the same work.) */
  g_test_message ("heap in use: %zu bytes before, %zu after", used, mallinfo2 ().uordblks);
  if (g_getenv ("GLIBC_TUNABLES") != NULL)
    g_assert_cmpint (mallinfo2 ().uordblks, <, used + 2048);
}

typedef struct
{
  guint64 start, end;
} Range;

/* Writable memory of this process. Read before anything is freed: freed memory must not be used again by the
 * search. */
static guint
read_ranges (Range *ranges, guint max)
{
  g_autofree char *maps = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  lines = g_strsplit (maps, "\n", -1);
  for (guint i = 0; lines[i] != NULL && n < max; i++)
    {
      g_auto (GStrv) parts = g_strsplit_set (lines[i], "- ", 4);

      if (g_strv_length (parts) < 4 || !g_str_has_prefix (parts[2], "rw"))
        continue;
      ranges[n].start = g_ascii_strtoull (parts[0], NULL, 16);
      ranges[n++].end = g_ascii_strtoull (parts[1], NULL, 16);
    }
  return n;
}

/* Returns: how often the key, each byte xor 0x5a in @masked, stands in @ranges. Allocates nothing. */
static guint
find_key (const Range *ranges, guint n_ranges, int memory, const guint8 masked[CUSAX_SRTP_KEY_LENGTH])
{
  guint8 page[4096 + CUSAX_SRTP_KEY_LENGTH];
  guint found = 0;

  for (guint i = 0; i < n_ranges; i++)
    for (guint64 at = ranges[i].start; at < ranges[i].end; at += 4096)
      {
        gssize got = pread (memory, page, MIN (sizeof page, ranges[i].end - at), at);

        for (gssize k = 0; k + CUSAX_SRTP_KEY_LENGTH <= got && k < 4096; k++)
          {
            guint n = 0;

            while (n < CUSAX_SRTP_KEY_LENGTH && page[k + n] == (masked[n] ^ 0x5a))
              n++;
            found += n == CUSAX_SRTP_KEY_LENGTH;
          }
      }
  memset (page, 0, sizeof page);
  return found;
}

/* The call's own key: in memory while it stands, nowhere afterwards. */
G_GNUC_UNUSED static void
test_keys_wiped (void)
{
  guint8 masked[3][CUSAX_SRTP_KEY_LENGTH];
  Range ranges[512];
  int memory = open ("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  guint n_ranges, found[3];
  RigSide *a, *b;
  const CusaxLeg *leg;

  a = rig_side_new_open ("127.0.0.1", TRUE);
  b = rig_side_new_open ("127.0.0.1", TRUE);
  leg = a->transport->vtable->get_leg (a->transport);
  connect_sides (a, b);
  rig_session_send_rtp (a, 1);
  g_assert_cmpint (rig_session_next_rtp (b), ==, 1);
  for (guint i = 0; i < CUSAX_SRTP_KEY_LENGTH; i++)
    {
      masked[0][i] = a->local->crypto.key[i] ^ 0x5a;
      masked[1][i] = leg->key_to_session[i] ^ 0x5a;
      masked[2][i] = leg->key_from_session[i] ^ 0x5a;
    }
  g_assert_cmpint (memory, >=, 0);
  n_ranges = read_ranges (ranges, G_N_ELEMENTS (ranges));
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (find_key (ranges, n_ranges, memory, masked[i]), >, 0);

  cusax_thread_init (); /* its memory must not be given back to the system unread */
  rig_side_free (a);
  rig_side_free (b);
  for (guint i = 0; i < 3; i++)
    found[i] = find_key (ranges, n_ranges, memory, masked[i]);
  cusax_thread_shutdown ();
  close (memory);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (found[i], ==, 0);
}

int
main (int argc, char **argv)
{
  static const char *const events[] = { "ready", "failed", "out", "in", "silence:in:0" };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/life/thread", test_thread);
  g_test_add_func ("/life/prepare", test_prepare);
  g_test_add_func ("/life/blocked-main-loop", test_blocked_main_loop);
  g_test_add_func ("/life/shutdown/new", test_shutdown_new);
  g_test_add_func ("/life/shutdown/gathering", test_shutdown_gathering);
  g_test_add_func ("/life/shutdown/failed", test_shutdown_failed);
  g_test_add_func ("/life/shutdown/in-traffic", test_shutdown_in_traffic);
  g_test_add_func ("/life/shutdown/ports-are-free", test_ports_are_free);
  for (gsize i = 0; i < G_N_ELEMENTS (events); i++)
    {
      g_autofree char *name = g_strconcat ("/life/shutdown/in-callback/", events[i], NULL);

      g_test_add_data_func (name, events[i], test_shutdown_in_callback);
    }
  g_test_add_func ("/life/200-calls", test_200_calls);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they keep copies and have terabytes */
  g_test_add_func ("/life/keys-wiped", test_keys_wiped);
#endif
  return g_test_run ();
}
