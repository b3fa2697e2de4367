/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See loop.h. How it stays event-driven without help from Sofia:
 *
 * - Sockets. Sofia's port keeps its sockets in one epoll set, and an epoll descriptor can itself be polled. No
 *   public function names it, so a socket of ours is registered with the root and the descriptor is the one
 * whose /proc/self/fdinfo lists that socket. That is exact, unlike comparing descriptors before and after.
 * - Timers. su_root_step() says how long until the next one.
 * - Messages and timers given from outside a step. Sofia does not wake itself for its own thread, so whenever
 *   anything but us may have run, we step once before the loop sleeps. Our priority is above all others: a loop
 *   iteration dispatches either us or the others, so "may have run" is known exactly and costs one empty step.
 */
#include "loop.h"

#include "error.h"

#include <sofia-sip/su.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/su_wait.h>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOP_PRIORITY (-1000)
#define FALLBACK_MS 10
#define SELF_TEST_MS 50
#define SELF_TEST_DEADLINE_MS 1000
/* Sofia counts in wall-clock time. If somebody sets the clock, timers are looked at again after this. */
#define LONGEST_SLEEP_MS 10000
#define WAIT_STEP_US 2000

typedef struct
{
  GSource source;
  su_root_t *root;
  GPollFD poll;           /* fd -1: fallback */
  gint64 deadline;        /* monotonic, when Sofia wants to be stepped; -1: not by itself */
  gboolean may_have_work; /* something ran since the last step */
  gboolean is_stepping;
  gboolean destroy_after_step;
  guint64 steps;
} LoopSource;

typedef struct
{
  int ends[2]; /* [0] is registered with Sofia */
  su_wait_t wait[1];
  int index;
  gboolean woken;
} Probe;

static LoopSource *loop;
static guint uses;
static su_timer_t *test_timer;
static guint test_deadline_id;

/* ---------------------------------------------------------------- the source */

static void
destroy_loop (LoopSource *source)
{
  g_source_destroy (&source->source);
  su_root_destroy (source->root);
  source->root = NULL;
  g_source_unref (&source->source);
  su_log_redirect (NULL, NULL, NULL);
  su_deinit ();
}

/* The deadline is not the source's ready time: changing that wakes GLib once more each time. */
static gboolean
is_due (LoopSource *source)
{
  return source->deadline >= 0 && source->deadline <= g_source_get_time (&source->source);
}

static gboolean
on_prepare (GSource *base, int *timeout)
{
  LoopSource *source = (LoopSource *) base;

  *timeout = -1;
  /* In a main loop nested inside one of Sofia's callbacks we keep still, awake or not. */
  source->poll.events = source->is_stepping ? 0 : G_IO_IN;
  if (source->is_stepping)
    return FALSE;
  if (source->may_have_work || is_due (source))
    return TRUE;

  if (source->deadline >= 0)
    *timeout = (int) ((source->deadline - g_source_get_time (base) + 999) / 1000);
  /* From here on others may run, until our next dispatch. */
  source->may_have_work = TRUE;
  return FALSE;
}

static gboolean
on_check (GSource *base)
{
  LoopSource *source = (LoopSource *) base;

  return !source->is_stepping && (is_due (source) || (source->poll.fd >= 0 && source->poll.revents != 0));
}

static gboolean
on_dispatch (GSource *base, GSourceFunc callback, gpointer data)
{
  LoopSource *source = (LoopSource *) base;
  su_duration_t next;

  source->is_stepping = TRUE;
  next = su_root_step (source->root, 0);
  source->is_stepping = FALSE;
  source->steps++;

  if (source->destroy_after_step)
    {
      destroy_loop (source);
      return G_SOURCE_REMOVE;
    }

  if (source->poll.fd < 0)
    next = next < 0 ? FALLBACK_MS : MIN (next, FALLBACK_MS);
  else if (next > LONGEST_SLEEP_MS)
    next = LONGEST_SLEEP_MS;

  source->may_have_work = next == 0;
  source->deadline = next < 0 ? -1 : g_get_monotonic_time () + next * G_GINT64_CONSTANT (1000);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs loop_functions = { on_prepare, on_check, on_dispatch, NULL, NULL, NULL };

/* ------------------------------------------------------- finding the epoll set */

/* Does /proc/self/fdinfo/@name belong to an epoll set that holds @member? */
static gboolean
is_epoll_set_of (const char *name, int member)
{
  g_autofree char *path = g_build_filename ("/proc/self/fdinfo", name, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;

  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, "tfd:") && g_ascii_strtoll (*line + strlen ("tfd:"), NULL, 10) == member)
      return TRUE;
  return FALSE;
}

static int
find_epoll_set (int member)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fdinfo", 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_epoll_set_of (name, member))
      return (int) g_ascii_strtoll (name, NULL, 10);
  return -1;
}

static gboolean
is_readable (int fd)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

  return poll (&poll_fd, 1, 0) == 1 && (poll_fd.revents & POLLIN) != 0;
}

static int
on_probe (su_root_magic_t *magic, su_wait_t *wait, su_wakeup_arg_t *arg)
{
  Probe *probe = (Probe *) arg;
  char byte;

  probe->woken = read (probe->ends[0], &byte, 1) == 1;
  return 0;
}

/* Wakes Sofia through @probe's socket: its descriptor must become readable, and one step must call us. */
static gboolean
probe_wakes (su_root_t *root, Probe *probe, int epoll_fd)
{
  su_root_step (root, 0);
  if (is_readable (epoll_fd) || write (probe->ends[1], "x", 1) != 1 || !is_readable (epoll_fd))
    return FALSE;
  su_root_step (root, 0);
  return probe->woken && !is_readable (epoll_fd);
}

/* Returns: the descriptor to poll, -1 if this Sofia has none that works */
static int
find_poll_fd (su_root_t *root)
{
  Probe probe = { .ends = { -1, -1 }, .index = -1 };
  int fd = -1;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, probe.ends) != 0)
    return -1;

  if (su_wait_create (probe.wait, probe.ends[0], SU_WAIT_IN) == 0)
    probe.index = su_root_register (root, probe.wait, on_probe, (su_wakeup_arg_t *) &probe, 0);
  if (probe.index > 0)
    {
      fd = find_epoll_set (probe.ends[0]);
      if (fd >= 0 && !probe_wakes (root, &probe, fd))
        fd = -1;
      su_root_deregister (root, probe.index);
    }

  close (probe.ends[0]);
  close (probe.ends[1]);
  return fd;
}

/* ---------------------------------------------------------- self-test: timer */

static void
end_timer_test (void)
{
  g_clear_handle_id (&test_deadline_id, g_source_remove);
  g_clear_pointer (&test_timer, su_timer_destroy);
}

static void
on_test_timer (su_root_magic_t *magic, su_timer_t *timer, su_timer_arg_t *arg)
{
  end_timer_test ();
}

static void
fall_back (void)
{
  if (loop->poll.fd >= 0)
    g_source_remove_poll (&loop->source, &loop->poll);
  loop->poll.fd = -1;
  loop->may_have_work = TRUE;
  g_warning ("Sofia's descriptor cannot be polled; stepping it every %d ms", FALLBACK_MS);
}

static gboolean
on_test_deadline (gpointer data)
{
  test_deadline_id = 0;
  end_timer_test ();
  fall_back ();
  g_main_context_wakeup (NULL);
  return G_SOURCE_REMOVE;
}

static void
start_timer_test (void)
{
  test_timer = su_timer_create (su_root_task (loop->root), SELF_TEST_MS);
  if (test_timer == NULL || su_timer_set (test_timer, on_test_timer, NULL) != 0)
    {
      end_timer_test ();
      fall_back ();
      return;
    }
  test_deadline_id = g_timeout_add (SELF_TEST_DEADLINE_MS, on_test_deadline, NULL);
}

/* ------------------------------------------------------------------- public */

/* Sofia prints to stderr unless told where to. */
static void
on_sofia_log (void *stream, char const *format, va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf (format, arguments);

  g_log ("cusax-sip", G_LOG_LEVEL_DEBUG, "sofia: %s", g_strchomp (text));
}

gboolean
cusax_loop_init (GError **error)
{
  su_root_t *root;

  if (loop != NULL)
    {
      uses++;
      return TRUE;
    }

  if (su_init () != 0 || (root = su_root_create (NULL)) == NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED,
                           "Sofia-SIP's event loop cannot be made");
      return FALSE;
    }
  su_log_redirect (NULL, on_sofia_log, NULL);
  su_root_threading (root, 0);

  loop = (LoopSource *) g_source_new (&loop_functions, sizeof (LoopSource));
  loop->root = root;
  loop->poll.fd = find_poll_fd (root);
  loop->poll.events = G_IO_IN;
  loop->deadline = -1;
  loop->may_have_work = TRUE;
  if (loop->poll.fd >= 0)
    {
      g_source_add_poll (&loop->source, &loop->poll);
      start_timer_test ();
    }
  else
    fall_back ();
  g_source_set_name (&loop->source, "cusax-sofia");
  g_source_set_priority (&loop->source, LOOP_PRIORITY);
  /* Not for recursion, which is_stepping forbids, but because GLib otherwise takes the descriptor out and in
   * around each dispatch and wakes itself by that: we would never sleep. */
  g_source_set_can_recurse (&loop->source, TRUE);
  g_source_attach (&loop->source, NULL);
  uses = 1;
  return TRUE;
}

su_root_t *
cusax_loop_get_root (void)
{
  return loop != NULL ? loop->root : NULL;
}

gboolean
cusax_loop_is_event_driven (void)
{
  return loop != NULL && loop->poll.fd >= 0;
}

guint64
cusax_loop_get_steps (void)
{
  return loop != NULL ? loop->steps : 0;
}

guint
cusax_loop_add_timeout (guint ms, GSourceFunc function, gpointer data)
{
  return g_timeout_add_full (CUSAX_LOOP_PRIORITY, ms, function, data, NULL);
}

guint
cusax_loop_add_idle (GSourceFunc function, gpointer data)
{
  return g_idle_add_full (CUSAX_LOOP_PRIORITY, function, data, NULL);
}

/* GLib dispatches nothing that is less urgent than a source that is ready, and this one always is. It gets its turn
 * when nothing of ours is ready, so here is where we sleep. */
static gboolean
on_nothing_of_ours (gpointer data)
{
  g_usleep (WAIT_STEP_US);
  return G_SOURCE_CONTINUE;
}

gboolean
cusax_loop_wait (gboolean (*is_done) (void), guint ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) ms * 1000;
  guint wall_id = g_idle_add_full (CUSAX_LOOP_PRIORITY + 1, on_nothing_of_ours, NULL, NULL);

  while (!is_done () && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (wall_id);
  return is_done ();
}

void
cusax_loop_shutdown (void)
{
  LoopSource *source = loop;

  g_return_if_fail (uses > 0);
  if (--uses > 0)
    return;

  end_timer_test ();
  loop = NULL;
  /* Sofia's callers are still on the stack inside a step. */
  if (source->is_stepping)
    source->destroy_after_step = TRUE;
  else
    destroy_loop (source);
}
