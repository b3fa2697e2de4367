/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linear PCM as GStreamer's elements carry it (audio/x-raw): reads the caps, and adds sound to sound, sample by
 * sample, whatever the format. Done by hand because GStreamer's own library for it (libgstaudio) would be one
 * more thing to build with.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/** CusaxPcm: what samples look like; zero: not known. Channels are interleaved. */
typedef struct
{
  guint kind; /* private */
  guint rate, channels;
  guint frame_size; /* bytes of one sample of each channel */
} CusaxPcm;

/** Returns: FALSE if @caps are nothing that volume controls and level meters of GStreamer carry. */
gboolean cusax_pcm_from_caps (CusaxPcm *pcm, const GstCaps *caps);

/** Returns: (transfer full): @caps with samples of C's float, all else as it is. */
GstCaps *cusax_pcm_get_float_caps (const GstCaps *caps);

/**
 * cusax_pcm_add:
 * @data: @frames frames as @pcm says
 * @sound: as many frames of float, full scale is 1
 *
 * What is louder than full scale is cut there.
 */
void cusax_pcm_add (const CusaxPcm *pcm, guint8 *data, gsize frames, const float *sound);

G_END_DECLS
