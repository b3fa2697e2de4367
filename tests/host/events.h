/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host says: one event per line on stdout, `name key="value" key="value"`, flushed at once. In values
 * a backslash, a quote and line ends are escaped as \\, \" and \n, so a line is always one event.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** host_event: prints @name and pairs of key and value (NULL values become ""), ended by NULL. */
void host_event (const char *name, ...) G_GNUC_NULL_TERMINATED;

/** Events go to stderr from now on: in test programs stdout is TAP's. */
void host_events_to_stderr (void);

/** host_number: one value as decimal text; good until the eighth call after it. */
const char *host_number (gint64 value);

/**
 * host_log_open:
 * @file: (nullable): where log lines go; NULL: stderr
 *
 * Takes GLib's and libpurple's log lines and writes them with the time. Criticals and warnings of GLib become
 * "critical" events as well, so that a test can demand that there were none.
 *
 * Returns: FALSE if @file cannot be written
 */
gboolean host_log_open (const char *file);

/** One line in the log, with the time in front. */
void host_log (const char *level, const char *category, const char *text);

G_END_DECLS
