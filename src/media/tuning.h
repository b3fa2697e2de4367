/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of the elements that Farstream and libpurple make for a call of ours: little delay, repair of lost sound,
 * pictures of a sane size in real time, and what the sound server is told of a call. Farstream's own defaults
 * (its default-element-properties) come first and stay where nothing is said here.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/** Our pictures; libpurple's own limit is 352 x 288 with 20 a second. */
#define CUSAX_TUNING_VIDEO_CAPS \
  "video/x-raw, width=[160, 640], height=[120, 480], framerate=[1/1, 30/1]"

/** Bits per second of our picture if the other side names no bound; and the least that is worth a picture. */
#define CUSAX_TUNING_VIDEO_BITRATE 800000
#define CUSAX_TUNING_VIDEO_BITRATE_MIN 64000

/** Tunes what is in @conference, the bin of one call, and whatever comes into it. */
void cusax_tuning_watch (GstElement *conference);

/** From now on packets of @conference's sound hold @ms of it, 20 at first; Opus, which cannot do all, next less. */
void cusax_tuning_set_packet_time (GstElement *conference, guint ms);

/** Whether the encoder of @conference's next picture is to make slices that each fit into a packet. */
void cusax_tuning_set_sliced (GstElement *conference, gboolean is_sliced);

/** Size and rate of the pictures of a camera that was made for this call: @bin is libpurple's around it. */
void cusax_tuning_limit_camera (GstElement *bin);

/** What of the sound server's @bin, libpurple's microphone, is to be told; before it opens. */
void cusax_tuning_tell_role (GstElement *bin);

G_END_DECLS
