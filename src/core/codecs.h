/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Codecs as SDP names them (a=rtpmap, a=fmtp; RFC 8866 section 6.6 and 6.15), our order of preference, and which
 * of two lists are the same. Knows nothing of GStreamer: which codecs this machine can encode comes in as a list.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** CusaxCodec: one payload format. A value: copy it freely. */
typedef struct
{
  guint8 payload_type;  /* 0 to 127 */
  char *name;           /* encoding name as registered, for example "PCMA", "opus", "telephone-event" */
  guint clock_rate;     /* Hz, as in a=rtpmap (opus 48000, G722 8000) */
  guint channels;       /* 1 unless a=rtpmap says otherwise (opus 2) */
  char *fmtp;           /* (nullable): parameters of a=fmtp without the payload type */
} CusaxCodec;

CusaxCodec *cusax_codec_new (guint8 payload_type, const char *name, guint clock_rate, guint channels,
                             const char *fmtp);
CusaxCodec *cusax_codec_copy (const CusaxCodec *codec);
void cusax_codec_free (CusaxCodec *codec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxCodec, cusax_codec_free)

/**
 * cusax_codec_matches:
 *
 * Returns: TRUE if both name the same format: names compared without case, clock rate and channels equal.
 *   Payload types may differ (RFC 3264 section 5.1). H264 in different profiles or packetization modes is not the same
 *   (RFC 6184 section 8.2.2); its levels may differ, and Baseline counts as Constrained Baseline: nobody sends the rest of it.
 */
gboolean cusax_codec_matches (const CusaxCodec *a, const CusaxCodec *b);

/** Returns: TRUE for H264 that comes as whole NAL units only (packetization-mode 0, also if none is named; RFC 6184 section 6.2) */
gboolean cusax_codec_is_single_nal (const CusaxCodec *codec);

/** Returns: TRUE for telephone-event and CN, which alone make no call (RFC 4733). */
gboolean cusax_codec_is_auxiliary (const CusaxCodec *codec);

/** Returns: (transfer full) (element-type CusaxCodec): an empty list that frees its codecs. */
GPtrArray *cusax_codecs_new (void);

/** Returns: (transfer full): a deep copy of @codecs. */
GPtrArray *cusax_codecs_copy (const GPtrArray *codecs);

/**
 * cusax_codecs_policy:
 *
 * Our audio formats in order of preference with the payload types we offer: opus, G722, PCMA, PCMU and one
 * telephone-event per clock rate in use.
 *
 * Returns: (transfer full) (element-type CusaxCodec)
 */
GPtrArray *cusax_codecs_policy (void);

/**
 * cusax_codecs_video_policy:
 *
 * The same for pictures: VP8, then H264 in Constrained Baseline, packetization modes 1 and 0. The numbers are not those of
 * the audio formats: both may come to one port (RFC 8843).
 *
 * Returns: (transfer full) (element-type CusaxCodec)
 */
GPtrArray *cusax_codecs_video_policy (void);

/**
 * cusax_codec_dup_fmtp:
 * @our: the format as we have it
 * @theirs: as they have named it, with their payload type
 *
 * Returns: (transfer full) (nullable): what an answer of ours says of it: our parameters; of H264 their profile and mode with
 *   the lower one of both levels (RFC 6184 section 8.2.2)
 */
char *cusax_codec_dup_fmtp (const CusaxCodec *our, const CusaxCodec *theirs);

/**
 * cusax_codecs_intersect:
 * @ours: what we can do, in our order
 * @theirs: what the other side named, in its order
 *
 * RFC 3264 section 6.1: the formats of both, in @theirs' order and with @theirs' payload types and fmtp.
 *
 * Returns: (transfer full): possibly empty; holds auxiliary formats only beside a real one
 */
GPtrArray *cusax_codecs_intersect (const GPtrArray *ours, const GPtrArray *theirs);

G_END_DECLS
