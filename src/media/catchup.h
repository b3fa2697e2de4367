/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sound that is late for ever: a mixer of GStreamer's (liveadder, audiomixer) plays what comes in one piece, sample for sample,
 * and where a machine was too busy when a call began it starts with sound that is stamped too late, or takes it for such. What
 * comes after waits as long, to the end of the call. Here it is noticed by time stamps, and the mixer told to go by them again.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/** What sound may be behind its time stamps, and how long it must be without a break until it is brought forward. */
#define CUSAX_CATCHUP_MOST (30 * GST_MSECOND)
#define CUSAX_CATCHUP_AFTER GST_SECOND

/** Watches @mixer, which has request pads for what it mixes, until it goes. Any thread. */
void cusax_catchup_watch (GstElement *mixer);

G_END_DECLS
