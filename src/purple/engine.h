/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sofia-SIP's process-wide parts, switched on with the first account that signs in and off at unload: its event
 * loop inside ours and our digest plug-in. People without a CUSAX account pay nothing for them.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Starts what is not yet started. Failures are in the log; accounts then report that SIP cannot start. */
void cusax_engine_start (void);

/**
 * cusax_engine_stop:
 * @ms: how long the main loop may be run for what ended SIP ports still have under way
 *
 * Every SIP port must have been freed. What does not end in time stays as it is, our code stays mapped for it.
 */
void cusax_engine_stop (guint ms);

G_END_DECLS
