/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the attributes of SDP that calls need beside codecs: keys, fingerprints, ICE, bundles, feedback, times. Values come
 * from the network as they are; a broken one is as if it were not there. Part of sdp.c.
 */
#pragma once

#include "sdp.h"

#include <glib.h>

G_BEGIN_DECLS

/** Returns: (transfer full): nothing said: type, protocol and format NULL, direction SENDRECV */
CusaxSdpMedia *cusax_sdp_media_new (void);
/** Frees and wipes the keys. */
void cusax_sdp_media_free (CusaxSdpMedia *media);

/** Takes a=@name:@value; @value (nullable) has no blanks at its ends. Unknown names are passed over. */
void cusax_sdp_media_read_attribute (CusaxSdpMedia *media, const char *name, const char *value);

/** Takes what follows "b=". */
void cusax_sdp_media_read_bandwidth (CusaxSdpMedia *media, const char *value);

/** What the session says counts for @media as far as it says nothing itself. */
void cusax_sdp_media_inherit (CusaxSdpMedia *media, const CusaxSdpMedia *session);

/** Settles what depends on several lines: half of the ICE credentials is none, "no address" and port 0 mean no receiving. */
void cusax_sdp_media_settle (CusaxSdpMedia *media);

/** Returns: (transfer full) (nullable): the mids of a=group:@value if it is a BUNDLE */
GStrv cusax_sdp_read_bundle (const char *value);

/** Returns: TRUE if @text has at least one character, all of RFC 8866's token or of @more */
gboolean cusax_sdp_is_token (const char *text, const char *more);
/** Returns: how many characters @text begins with that are of token or of @more */
gsize cusax_sdp_span_token (const char *text, const char *more);
/** Splits at blanks; (transfer container): the strings point into @line, which is cut up. */
GPtrArray *cusax_sdp_split_words (char *line);

G_END_DECLS
