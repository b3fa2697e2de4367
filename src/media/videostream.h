/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said to Farstream's stream of a picture directly, because libpurple's media classes have no words for it: feedback
 * (RFC 4585), bandwidth, and a direction of its own.
 */
#pragma once

#include "transport-description.h"

#include <glib.h>
#include <gst/gst.h>

G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* its GParameter */
#include <farstream/fs-stream.h>
G_GNUC_END_IGNORE_DEPRECATIONS

G_BEGIN_DECLS

/** Returns: TRUE if @stream carries pictures */
gboolean cusax_videostream_is (FsStream *stream);

/**
 * cusax_videostream_set_codecs:
 * @agreed: (element-type CusaxCodec): with the other side's payload types, best first
 * @ours: (element-type CusaxCodec): which numbers they may send with as well, see cusax_conversion_remote_codecs()
 *
 * Returns: FALSE with CUSAX_ERROR_MEDIA
 */
gboolean cusax_videostream_set_codecs (FsStream *stream, const GPtrArray *agreed, const GPtrArray *ours, GError **error);

/** At most @kbits per second of ours; 0: as we like. */
void cusax_videostream_set_bandwidth (FsStream *stream, guint kbits);

void cusax_videostream_set_direction (FsStream *stream, CusaxDirection direction);

/** Pictures of ours are at most as large and as many as CUSAX_TUNING_VIDEO_CAPS says. Before the camera opens. */
void cusax_videostream_limit_size (FsStream *stream);

/**
 * cusax_videostream_plug:
 *
 * For a picture that has no camera of ours.
 *
 * Returns: (transfer full) (nullable): to be kept until libpurple has ended the picture
 */
GstPad *cusax_videostream_plug (FsStream *stream);

G_END_DECLS
