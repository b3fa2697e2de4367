/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See thread.h. */
#include "thread.h"

#include <pthread.h>
#include <signal.h>

#define HOLD_MS 300

/* Written by the main thread only, but for holds; the media thread reads loop and context, which outlive it. */
static struct
{
  guint users;
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  guint holds; /* of the media thread */
} media;

static gboolean
on_time_over (gpointer data)
{
  return G_SOURCE_REMOVE;
}

/* What is in the background gets a moment. */
static void
finish (GMainContext *context)
{
  gint64 end = g_get_monotonic_time () + HOLD_MS * 1000;
  GSource *wake;

  if (media.holds == 0)
    return;
  wake = g_timeout_source_new (HOLD_MS);
  g_source_set_callback (wake, on_time_over, NULL, NULL);
  g_source_attach (wake, context);
  while (media.holds > 0 && g_get_monotonic_time () < end)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (wake);
  g_source_unref (wake);
  media.holds = 0;
}

static gpointer
thread_main (gpointer data)
{
  GMainLoop *loop = data;

  g_main_context_push_thread_default (g_main_loop_get_context (loop));
  g_main_loop_run (loop);
  finish (g_main_loop_get_context (loop));
  g_main_context_pop_thread_default (g_main_loop_get_context (loop));
  return NULL;
}

/* Signals belong to the user interface: handlers of Pidgin and Finch expect the main thread. Faults stay
 * deliverable, a blocked one would kill the process without a trace. */
static void
block_signals (sigset_t *before)
{
  static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS };
  sigset_t all;

  sigfillset (&all);
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    sigdelset (&all, faults[i]);
  pthread_sigmask (SIG_BLOCK, &all, before);
}

void
cusax_thread_init (void)
{
  sigset_t before;

  media.users++;
  if (media.thread != NULL)
    return;

  media.context = g_main_context_new ();
  media.loop = g_main_loop_new (media.context, FALSE);
  block_signals (&before);
  media.thread = g_thread_try_new ("cusax-media", thread_main, media.loop, NULL);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  if (media.thread == NULL)
    {
      g_clear_pointer (&media.loop, g_main_loop_unref);
      g_clear_pointer (&media.context, g_main_context_unref);
    }
}

void
cusax_thread_hold (void)
{
  media.holds++;
}

void
cusax_thread_let_go (void)
{
  if (media.holds > 0)
    media.holds--;
}

static gboolean
on_quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static void
attach_job (GSourceFunc function, gpointer data)
{
  /* Not g_main_context_invoke: that runs in the caller while the new thread has not taken the context yet. */
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_callback (source, function, data, NULL);
  g_source_attach (source, media.context);
  g_source_unref (source);
}

void
cusax_thread_shutdown (void)
{
  g_return_if_fail (media.users > 0);

  if (--media.users > 0)
    return;
  if (media.thread == NULL)
    return;

  /* Quit from inside: a quit that comes before the thread runs its loop would be lost. */
  attach_job (on_quit, media.loop);
  g_thread_join (g_steal_pointer (&media.thread));
  g_clear_pointer (&media.loop, g_main_loop_unref);
  g_clear_pointer (&media.context, g_main_context_unref);
}

GMainContext *
cusax_thread_get_context (void)
{
  return media.context;
}

typedef struct
{
  void (*function) (gpointer data);
  gpointer data;
  GMutex lock;
  GCond cond;
  gboolean done;
} Job;

static gboolean
on_job (gpointer data)
{
  Job *job = data;

  job->function (job->data);
  /* @job lies on the waiting thread's stack: signal under the lock, touch nothing afterwards. */
  g_mutex_lock (&job->lock);
  job->done = TRUE;
  g_cond_signal (&job->cond);
  g_mutex_unlock (&job->lock);
  return G_SOURCE_REMOVE;
}

void
cusax_thread_run (void (*function) (gpointer data), gpointer data)
{
  Job job = { .function = function, .data = data };

  if (media.thread == NULL)
    {
      function (data);
      return;
    }
  g_mutex_init (&job.lock);
  g_cond_init (&job.cond);
  attach_job (on_job, &job);
  g_mutex_lock (&job.lock);
  while (!job.done)
    g_cond_wait (&job.cond, &job.lock);
  g_mutex_unlock (&job.lock);
  g_cond_clear (&job.cond);
  g_mutex_clear (&job.lock);
}
