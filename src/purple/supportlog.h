/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last lines of our log, redacted, time-stamped, in memory only and bounded, for a file that a person chooses to
 * save (R51). Fed by the log sink; process-wide like it.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CUSAX_SUPPORTLOG_MAX_BYTES (512 * 1024)

void cusax_supportlog_init (void);
void cusax_supportlog_shutdown (void);

/** One line, or a message of several, already redacted; main thread only. A long one is cut. */
void cusax_supportlog_add (const char *category, const char *text);

/** (transfer full): versions of ours, libpurple, Sofia, GStreamer, the state of each account's legs, then the lines, one
 * for each change of a leg or call ("call #1: ...", "cusax-sip ..."). Whatever redaction let pass: an account's own
 * passwords are never in it. */
char *cusax_supportlog_get (void);

G_END_DECLS
