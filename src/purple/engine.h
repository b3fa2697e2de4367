/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process-wide parts of the adapters, switched on with the first account that signs in and off at unload: Sofia's
 * event loop inside ours, our digest plug-in, the media thread. People without a CUSAX account pay nothing for them.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Starts what is not yet started. Failures are in the log; accounts then report that SIP cannot start. */
void cusax_engine_start (void);

/**
 * cusax_engine_wait:
 * @is_done: asked after each turn of the loop
 *
 * Runs what is ours of the main loop until @is_done, so that BYE and un-REGISTER leave although the user interface stops
 * its loop. Nobody can click meanwhile: a second quit would run inside of the first.
 * All waits between a start and a stop take 2 s at most together.
 */
void cusax_engine_wait (gboolean (*is_done) (void));

/**
 * cusax_engine_stop_media:
 *
 * Ends the media thread; every call must have ended. At quit this comes before libpurple ends its TLS: Debian's
 * libsrtp computes with NSS, and a thread that has used NSPR must not end after PR_Cleanup().
 */
void cusax_engine_stop_media (void);

/** Every SIP port must have been freed. What does not end in the rest of the 2 s stays, our code is mapped for it.
 * @is_quitting: the process ends, and what GIO was asked to cancel with it; nothing but our own runs. */
void cusax_engine_stop (gboolean is_quitting);

G_END_DECLS
