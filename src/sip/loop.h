/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sofia's event loop inside GLib's: one su_root_t for the whole process, stepped by a GSource of the default
 * main context. Event-driven: the source polls Sofia's own epoll descriptor and sleeps until Sofia's next
 * timer, so an idle process does not wake and an event is served at once. Works alike on Sofia 1.12.11 and
 * the 1.13 forks, whose su_glib_root_create is of no use (its timers never fire there). Main thread only.
 */
#pragma once

#include <glib.h>

struct su_root_s;

G_BEGIN_DECLS

/**
 * CUSAX_LOOP_PRIORITY:
 *
 * Of all sources that the end of calls and registrations needs: more urgent than what people click, so that
 * cusax_loop_wait() can hold that back. Use the two functions below, and this one where GIO wants a priority.
 */
#define CUSAX_LOOP_PRIORITY G_PRIORITY_HIGH

/** As g_timeout_add() and g_idle_add(), with that priority; what they give is for g_source_remove(). */
guint cusax_loop_add_timeout (guint ms, GSourceFunc function, gpointer data);
guint cusax_loop_add_idle (GSourceFunc function, gpointer data);

/**
 * cusax_loop_wait:
 * @is_done: asked after each turn
 * @ms: at most
 *
 * Runs the default main context, but nothing that is less urgent than CUSAX_LOOP_PRIORITY: libpurple quits inside of a
 * click or signal, and a second one in the middle of that would run purple_core_quit() inside of itself, which crashes.
 *
 * Returns: whether @is_done
 */
gboolean cusax_loop_wait (gboolean (*is_done) (void), guint ms);

/**
 * cusax_loop_init:
 *
 * Makes the root at the first call and counts the users: each successful call needs one cusax_loop_shutdown().
 * Does not block. A self-test (a socket wake-up at once, a 50 ms timer in the running main loop) guards against
 * a Sofia that hides its descriptor: if it fails, Sofia is stepped every 10 ms instead, with one warning in the
 * log.
 *
 * Messages and timers that any code of the main thread gives to Sofia from now on (nua_...(), su_timer_set())
 * are seen before the main loop sleeps again: nobody has to wake anything. Sofia's callbacks run at a higher
 * priority than everything else and not in main loops nested inside them.
 *
 * Returns: FALSE with CUSAX_ERROR_UNSUPPORTED if Sofia cannot be started
 */
gboolean cusax_loop_init (GError **error);

/** Returns: (transfer none): the su_root_t for nua_create(); NULL before cusax_loop_init(). */
struct su_root_s *cusax_loop_get_root (void);

/** Returns: TRUE if Sofia's descriptors are polled, FALSE if the 10 ms fallback is at work. */
gboolean cusax_loop_is_event_driven (void);

/** Returns: how often Sofia has been stepped since the root was made; for tests and the connection details. */
guint64 cusax_loop_get_steps (void);

/**
 * cusax_loop_shutdown:
 *
 * Gives one use back; the last one destroys the root. Every nua_t on it must have been destroyed before
 * (nua_destroy() is called from an idle, never from a nua callback). Called from inside a Sofia callback, the
 * root is destroyed right after the step.
 */
void cusax_loop_shutdown (void);

G_END_DECLS
