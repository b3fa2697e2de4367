/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between our values and those of libpurple's media classes: codecs and candidates. Pure.
 */
#pragma once

#include "codecs.h"

#include <glib.h>
#include <purple.h>

G_BEGIN_DECLS

/**
 * cusax_conversion_codec_to_purple:
 *
 * a=fmtp becomes optional parameters: "name=value" pairs separated by semicolons (RFC 8866 section 6.15 leaves
 * the grammar to the format); text without '=' becomes one parameter with an empty name, which is how Farstream
 * knows the events of RFC 4733.
 *
 * Returns: (transfer full)
 */
PurpleMediaCodec *cusax_conversion_codec_to_purple (const CusaxCodec *codec);

/**
 * cusax_conversion_remote_codecs:
 * @agreed: (element-type CusaxCodec): with the other side's payload types, best first
 * @offered: (nullable) (element-type CusaxCodec): what we offered, with our payload types; NULL when we
 * answered
 *
 * What Farstream is to take for the other side's codecs. It has one payload type per entry for both directions,
 * but a peer may answer with numbers of its own and go on sending with ours, which the offer promised to accept
 * (RFC 3264 sections 5.1 and 6.1): such formats stand twice, the peer's number first, because the first is
 * sent.
 *
 * A telephone-event whose clock is not the voice's gets the voice's.
 *
 * Returns: (transfer full) (element-type PurpleMediaCodec): for purple_media_codec_list_free()
 */
GList *cusax_conversion_remote_codecs (const GPtrArray *agreed, const GPtrArray *offered);

/** Returns: TRUE if the other side takes telephone-events (RFC 4733) beside @agreed's voice. */
gboolean cusax_conversion_have_events (const GPtrArray *agreed);

/**
 * cusax_conversion_leg_candidates:
 *
 * Returns: (transfer full) (element-type PurpleMediaCandidate): components 1 and 2 at 127.0.0.1, for
 *   purple_media_candidate_list_free()
 */
GList *cusax_conversion_leg_candidates (guint16 rtp_port, guint16 rtcp_port);

G_END_DECLS
