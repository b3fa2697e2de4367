/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The media thread: one for the process, with a main context of its own, so that a frozen window never breaks
 * the sound. Users count themselves in and out from the main thread; the last one out joins the thread, so that
 * no code of ours runs when the plugin is unmapped. Code that runs here must not log: libpurple's log handlers
 * are for the main thread only.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** cusax_thread_init: counts one user in; the first one starts the thread. Main thread only. */
void cusax_thread_init (void);

/**
 * cusax_thread_shutdown:
 *
 * Counts one user out; the last one stops the thread and waits for it (it only ever moves packets, so for
 * microseconds). Every transport counts as a user. Main thread only.
 */
void cusax_thread_shutdown (void);

/**
 * cusax_thread_hold:
 *
 * Something goes on in the background that should be brought to its end: the thread that is told to stop goes on for it, but
 * not longer than 300 ms. Media thread only; ended by cusax_thread_let_go().
 */
void cusax_thread_hold (void);
void cusax_thread_let_go (void);

/** Returns: (transfer none) (nullable): the media thread's context; NULL if the system refused a thread. */
GMainContext *cusax_thread_get_context (void);

/**
 * cusax_thread_run:
 * @function: called once with @data in the media thread
 *
 * Runs @function between two packets and returns when it has returned. For ends, where nothing of an object may
 * be running any more. Hold no lock that a packet handler takes. Main thread only.
 */
void cusax_thread_run (void (*function) (gpointer data), gpointer data);

G_END_DECLS
