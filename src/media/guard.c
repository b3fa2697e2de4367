/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See guard.h. */
#include "guard.h"

G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* its GParameter */
#include <farstream/fs-session.h>
G_GNUC_END_IGNORE_DEPRECATIONS

#define PATIENCE G_TIME_SPAN_SECOND
#define LINGER_SECONDS 1

struct _CusaxGuard
{
  FsStream *stream;
  FsSession *session;
  guint signal;
  gulong hook;
  gulong finished;
  GMutex mutex;
  GCond changed;
  guint building;       /* emissions of "src-pad-added" that are under way; under the mutex */
};

/* Hooks run before all handlers, and for all streams of the process. Streaming thread. */
static gboolean
on_begun (GSignalInvocationHint *hint, guint count, const GValue *values, gpointer user_data)
{
  CusaxGuard *guard = user_data;

  if (g_value_get_object (&values[0]) == guard->stream)
    {
      g_mutex_lock (&guard->mutex);
      guard->building++;
      g_mutex_unlock (&guard->mutex);
    }
  return TRUE; /* keep the hook */
}

/* Connected "after": runs when libpurple's handler has returned. Streaming thread. */
static void
on_finished (FsStream *stream, GstPad *pad, FsCodec *codec, CusaxGuard *guard)
{
  g_mutex_lock (&guard->mutex);
  guard->building--;
  g_cond_signal (&guard->changed);
  g_mutex_unlock (&guard->mutex);
}

/* GObject calls this when no thread is in the hook any more, which may be later than its removal. */
static void
guard_destroy (gpointer data)
{
  CusaxGuard *guard = data;

  g_clear_object (&guard->session);
  g_object_unref (guard->stream);
  g_mutex_clear (&guard->mutex);
  g_cond_clear (&guard->changed);
  g_free (guard);
}

CusaxGuard *
cusax_guard_new (FsStream *stream)
{
  CusaxGuard *guard = g_new0 (CusaxGuard, 1);

  g_mutex_init (&guard->mutex);
  g_cond_init (&guard->changed);
  guard->stream = g_object_ref (stream);
  g_object_get (stream, "session", &guard->session, NULL);
  guard->signal = g_signal_lookup ("src-pad-added", FS_TYPE_STREAM);
  guard->finished = g_signal_connect_after (stream, "src-pad-added", G_CALLBACK (on_finished), guard);
  guard->hook = g_signal_add_emission_hook (guard->signal, 0, on_begun, guard, guard_destroy);
  return guard;
}

FsStream *
cusax_guard_get_stream (CusaxGuard *guard)
{
  return guard->stream;
}

/* Handlers are found in the order in which they run: all before ours, which must not miss an end. */
static void
block_others (CusaxGuard *guard)
{
  gulong id;

  while ((id = g_signal_handler_find (guard->stream, G_SIGNAL_MATCH_ID | G_SIGNAL_MATCH_UNBLOCKED,
                                      guard->signal, 0, NULL, NULL, NULL))
             != 0
         && id != guard->finished)
    g_signal_handler_block (guard->stream, id);
}

static void
wait_until_built (CusaxGuard *guard)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&guard->mutex);
  while (guard->building > 0)
    if (!g_cond_wait_until (&guard->changed, &guard->mutex, deadline))
      {
        g_warning ("a call ends while its sound is still being set up");
        break;
      }
  g_mutex_unlock (&guard->mutex);
}

/** Lingering: what is held until a call's sound is over for certain. */
typedef struct
{
  FsStream *stream;
  FsSession *session;
  GObject *conference;
} Lingering;

/* WORKAROUND libpurple 2.14: drops its reference without fs_session_destroy(), and Farstream's sessions hold one on themselves
 * until then: a whole conference stayed for each call, 200 kB of it. See free_session() in backend-fs2.c. Remove when that
 * destroys.
 * Stream and conference are held meanwhile: were another thread to let one of them go just now, both would take the weak
 * references between them apart. */
static gboolean
on_lingered (gpointer data)
{
  Lingering *lingering = data;

  if (lingering->session != NULL)
    fs_session_destroy (lingering->session);
  g_object_unref (lingering->stream);
  g_clear_object (&lingering->session);
  g_clear_object (&lingering->conference);
  g_free (lingering);
  return G_SOURCE_REMOVE;
}

/* Our handler is the last one, but the emission itself still holds a reference to the stream, and a lock of
 * Farstream's session. If that reference is the last, the session is destroyed in the streaming thread, which
 * waits for its own lock for ever. So the stream is kept until it is over for certain, and then the session ends. */
static void
linger (CusaxGuard *guard)
{
  Lingering *lingering = g_new0 (Lingering, 1);

  lingering->stream = g_object_ref (guard->stream);
  lingering->session = guard->session != NULL ? g_object_ref (guard->session) : NULL;
  if (guard->session != NULL)
    g_object_get (guard->session, "conference", &lingering->conference, NULL);
  g_timeout_add_seconds (LINGER_SECONDS, on_lingered, lingering);
}

void
cusax_guard_free (CusaxGuard *guard)
{
  if (guard == NULL)
    return;
  block_others (guard);
  wait_until_built (guard);
  linger (guard);
  g_signal_handler_disconnect (guard->stream, guard->finished);
  g_signal_remove_emission_hook (guard->signal, guard->hook);
}
