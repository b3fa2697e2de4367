/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sofia's loop inside GLib's: sockets, timers and messages given from outside a step come through without a
 * poll interval, an idle loop sleeps, and a Sofia that cannot be polled is stepped all the same.
 */
#include "loop.h"

#include <sofia-sip/su.h>
#include <sofia-sip/su_wait.h>

#include <glib.h>

#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_MS 5000
#define ROUNDS 200

typedef struct
{
  int ends[2];
  su_wait_t wait[1];
  int index;
  gint64 sent;       /* when the event was made */
  GArray *latencies; /* of gint64, microseconds */
  guint fired;
} Fixture;

static gboolean
on_deadline (gpointer data)
{
  g_error ("nothing happened for %d ms", DEADLINE_MS);
  return G_SOURCE_REMOVE;
}

static void
wait_for (const guint *counter, guint value)
{
  guint deadline = g_timeout_add (DEADLINE_MS, on_deadline, NULL);

  while (*counter < value)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
}

static gboolean
on_elapsed (gpointer data)
{
  *(guint *) data += 1;
  return G_SOURCE_REMOVE;
}

/* Runs the main loop for @ms; anything else may happen meanwhile. */
static void
run_for (guint ms)
{
  guint elapsed = 0;

  g_timeout_add (ms, on_elapsed, &elapsed);
  wait_for (&elapsed, 1);
}

static void
record (Fixture *fixture)
{
  gint64 latency = g_get_monotonic_time () - fixture->sent;

  g_array_append_val (fixture->latencies, latency);
  fixture->fired++;
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

static void
print_latencies (Fixture *fixture, const char *what)
{
  g_array_sort (fixture->latencies, compare_times);
  g_test_message ("%s: median %" G_GINT64_FORMAT " us, worst %" G_GINT64_FORMAT " us of %u", what,
                  g_array_index (fixture->latencies, gint64, fixture->latencies->len / 2),
                  g_array_index (fixture->latencies, gint64, fixture->latencies->len - 1),
                  fixture->latencies->len);
  g_array_set_size (fixture->latencies, 0);
  fixture->fired = 0;
}

static int
on_readable (su_root_magic_t *magic, su_wait_t *wait, su_wakeup_arg_t *arg)
{
  Fixture *fixture = (Fixture *) arg;
  char byte;

  if (read (fixture->ends[0], &byte, 1) == 1)
    record (fixture);
  return 0;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (cusax_loop_init (&error));
  g_assert_no_error (error);
  fixture->latencies = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fixture->ends), ==, 0);
  g_assert_cmpint (su_wait_create (fixture->wait, fixture->ends[0], SU_WAIT_IN), ==, 0);
  fixture->index
    = su_root_register (cusax_loop_get_root (), fixture->wait, on_readable, (su_wakeup_arg_t *) fixture, 0);
  g_assert_cmpint (fixture->index, >, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  su_root_deregister (cusax_loop_get_root (), fixture->index);
  close (fixture->ends[0]);
  close (fixture->ends[1]);
  g_array_unref (fixture->latencies);
  cusax_loop_shutdown ();
  g_assert_null (cusax_loop_get_root ());
}

/* ------------------------------------------------------------------- sockets */

static gboolean
send_byte (gpointer data)
{
  Fixture *fixture = data;

  fixture->sent = g_get_monotonic_time ();
  g_assert_cmpint (write (fixture->ends[1], "x", 1), ==, 1);
  return G_SOURCE_REMOVE;
}

static void
test_socket (Fixture *fixture, gconstpointer data)
{
  g_assert_true (cusax_loop_is_event_driven ());
  for (guint i = 0; i < ROUNDS; i++)
    {
      g_timeout_add (1, send_byte, fixture);
      wait_for (&fixture->fired, i + 1);
    }
  print_latencies (fixture, "socket to callback");
}

static gpointer
send_from_thread (gpointer data)
{
  Fixture *fixture = data;

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_usleep (500); /* lets the main loop fall asleep in poll(): only then does the wake-up count */
      send_byte (fixture);
      while ((guint) g_atomic_int_get (&fixture->fired) <= i)
        g_thread_yield ();
    }
  return NULL;
}

static void
test_socket_from_sleep (Fixture *fixture, gconstpointer data)
{
  GThread *thread = g_thread_new ("sender", send_from_thread, fixture);

  wait_for (&fixture->fired, ROUNDS);
  g_thread_join (thread);
  print_latencies (fixture, "socket to callback, asleep in poll()");
}

/* ------------------------------------------------------------------- timers */

static void
on_timer (su_root_magic_t *magic, su_timer_t *timer, su_timer_arg_t *arg)
{
  record ((Fixture *) arg);
  su_timer_destroy (timer);
}

static gboolean
set_timer (gpointer data)
{
  Fixture *fixture = data;
  su_timer_t *timer = su_timer_create (su_root_task (cusax_loop_get_root ()), 20);

  fixture->sent = g_get_monotonic_time () + 20000;
  g_assert_cmpint (su_timer_set (timer, on_timer, (su_timer_arg_t *) fixture), ==, 0);
  return G_SOURCE_REMOVE;
}

/* A timer set from any GLib callback fires when it is due, not at the next event. */
static void
test_timer (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    {
      g_idle_add (set_timer, fixture);
      wait_for (&fixture->fired, i + 1);
      g_assert_cmpint (g_array_index (fixture->latencies, gint64, i), >=,
                       -1000); /* not early: 1 ms is the grain */
    }
  print_latencies (fixture, "timer late by");
}

/* ------------------------------------------------------------------ messages */

typedef struct
{
  Fixture *fixture;
} Letter;

static void
on_message (su_root_magic_t *magic, su_msg_r message, su_msg_arg_t *arg)
{
  record (((Letter *) arg)->fixture);
}

/* nua_...() calls are such messages: Sofia does not wake itself for its own thread. */
static gboolean
send_message (gpointer data)
{
  Fixture *fixture = data;
  su_msg_r message = SU_MSG_R_INIT;
  su_root_t *root = cusax_loop_get_root ();

  fixture->sent = g_get_monotonic_time ();
  g_assert_cmpint (
    su_msg_create (message, su_root_task (root), su_root_task (root), on_message, sizeof (Letter)), ==, 0);
  ((Letter *) su_msg_data (message))->fixture = fixture;
  g_assert_cmpint (su_msg_send (message), ==, 0);
  return G_SOURCE_REMOVE;
}

static void
test_message (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < ROUNDS; i++)
    {
      if (i % 2 == 0)
        g_timeout_add (1, send_message, fixture);
      else
        g_idle_add_full (G_PRIORITY_LOW, send_message, fixture, NULL);
      wait_for (&fixture->fired, i + 1);
    }
  print_latencies (fixture, "message to callback");
}

/* Given while Sofia has been stepped already in the same iteration, and by the highest priority that GLib
 * names. */
static void
test_message_high_priority (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < ROUNDS; i++)
    {
      send_byte (fixture);
      g_idle_add_full (G_PRIORITY_HIGH, send_message, fixture, NULL);
      wait_for (&fixture->fired, 2 * (i + 1));
    }
}

/* ---------------------------------------------------------------------- rest */

static void
test_idle_sleeps (Fixture *fixture, gconstpointer data)
{
  guint64 before;

  run_for (100); /* the self-test's timer is over */
  before = cusax_loop_get_steps ();
  run_for (300);
  g_test_message ("%u steps in 300 ms of silence", (guint) (cusax_loop_get_steps () - before));
  g_assert_cmpuint (cusax_loop_get_steps () - before, <=, 4); /* a 10 ms poll would make 30 */
}

static gboolean
count_iteration (gpointer data)
{
  *(guint *) data += 1;
  return G_SOURCE_CONTINUE;
}

static int
on_readable_nest (su_root_magic_t *magic, su_wait_t *wait, su_wakeup_arg_t *arg)
{
  Fixture *fixture = (Fixture *) arg;
  guint iterations = 0, watch;
  char byte;

  if (read (fixture->ends[0], &byte, 1) != 1)
    return 0;
  if (++fixture->fired > 1)
    return 0;

  send_byte (fixture);
  watch = g_timeout_add (10, count_iteration, &iterations);
  run_for (100);
  g_source_remove (watch);
  g_assert_cmpuint (iterations, >, 0);
  g_assert_cmpuint (fixture->fired, ==, 1);
  return 0;
}

/* A main loop nested in a Sofia callback runs everything but Sofia, and does not spin on its descriptor. */
static void
test_nested_loop (Fixture *fixture, gconstpointer data)
{
  gint64 before;

  su_root_deregister (cusax_loop_get_root (), fixture->index);
  fixture->index = su_root_register (cusax_loop_get_root (), fixture->wait, on_readable_nest,
                                     (su_wakeup_arg_t *) fixture, 0);
  run_for (100);
  before = clock ();
  send_byte (fixture);
  wait_for (&fixture->fired, 2);
  g_assert_cmpint (clock () - before, <, CLOCKS_PER_SEC / 20); /* processor time of 100 ms nested */
}

static void
test_use_count (void)
{
  su_root_t *root;

  for (guint i = 0; i < 20; i++)
    {
      g_assert_true (cusax_loop_init (NULL));
      root = cusax_loop_get_root ();
      g_assert_true (cusax_loop_init (NULL));
      g_assert_true (cusax_loop_get_root () == root);
      cusax_loop_shutdown ();
      g_assert_true (cusax_loop_get_root () == root);
      cusax_loop_shutdown ();
      g_assert_null (cusax_loop_get_root ());
    }
}

static void
on_timer_shut_down (su_root_magic_t *magic, su_timer_t *timer, su_timer_arg_t *arg)
{
  *(guint *) arg += 1;
  su_timer_destroy (timer);
  cusax_loop_shutdown ();
}

static void
test_shutdown_inside_callback (void)
{
  guint fired = 0;
  su_timer_t *timer;

  g_assert_true (cusax_loop_init (NULL));
  timer = su_timer_create (su_root_task (cusax_loop_get_root ()), 5);
  su_timer_set (timer, on_timer_shut_down, (su_timer_arg_t *) &fired);
  wait_for (&fired, 1);
  g_assert_null (cusax_loop_get_root ());
  g_assert_true (cusax_loop_init (NULL));
  cusax_loop_shutdown ();
}

/* Sofia on poll() has no descriptor to nest: one warning, and everything works in 10 ms steps. */
static void
fall_back_in_subprocess (void)
{
  Fixture fixture = { .index = 0 };

  g_test_expect_message ("cusax-sip", G_LOG_LEVEL_WARNING, "*cannot be polled*");
  set_up (&fixture, NULL);
  g_test_assert_expected_messages ();
  g_assert_false (cusax_loop_is_event_driven ());
  send_byte (&fixture);
  wait_for (&fixture.fired, 1);
  set_timer (&fixture);
  wait_for (&fixture.fired, 2);
  send_message (&fixture);
  wait_for (&fixture.fired, 3);
  tear_down (&fixture, NULL);
}

static void
test_fallback (void)
{
  if (g_test_subprocess ())
    {
      fall_back_in_subprocess ();
      return;
    }
  g_setenv ("SU_PORT", "poll", TRUE); /* Sofia reads it once per process */
  g_test_trap_subprocess (NULL, 10 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
  g_unsetenv ("SU_PORT");
  g_test_trap_assert_passed ();
}

/* ----------------------------------------------------------------- the farewell */

static guint n_of_ours;

static gboolean
on_ours (gpointer data)
{
  n_of_ours++;
  return G_SOURCE_REMOVE;
}

static gboolean
has_ours_run (void)
{
  return n_of_ours == 2;
}

static gboolean
is_never_done (void)
{
  return FALSE;
}

/* What people click waits until afterwards, whether ours comes to an end or not. */
static void
test_wait_holds_others_back (void)
{
  guint others = 0;

  n_of_ours = 0;
  g_idle_add_full (G_PRIORITY_DEFAULT, on_elapsed, &others, NULL);
  cusax_loop_add_idle (on_ours, NULL);
  cusax_loop_add_timeout (30, on_ours, NULL);
  g_assert_true (cusax_loop_wait (has_ours_run, DEADLINE_MS));
  g_assert_cmpuint (others, ==, 0);

  g_assert_false (cusax_loop_wait (is_never_done, 50));
  g_assert_cmpuint (others, ==, 0);
  wait_for (&others, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/loop/socket", test_socket);
  ADD ("/loop/socket-from-sleep", test_socket_from_sleep);
  ADD ("/loop/timer", test_timer);
  ADD ("/loop/message", test_message);
  ADD ("/loop/message-high-priority", test_message_high_priority);
  ADD ("/loop/idle-sleeps", test_idle_sleeps);
  ADD ("/loop/nested-loop", test_nested_loop);
#undef ADD
  g_test_add_func ("/loop/use-count", test_use_count);
  g_test_add_func ("/loop/shutdown-inside-callback", test_shutdown_inside_callback);
  g_test_add_func ("/loop/A13-wait-holds-others-back", test_wait_holds_others_back);
  g_test_add_func ("/loop/fallback", test_fallback);
  return g_test_run ();
}
