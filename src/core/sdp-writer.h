/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the lines of an SDP text (RFC 8866). Decides nothing: what stands in them is offer.c's business.
 */
#pragma once

#include "codecs.h"
#include "transport-description.h"

#include <glib.h>

G_BEGIN_DECLS

/** CusaxSdpAudio: all that the section of our stream says; everything borrowed. */
typedef struct
{
  const char *protocol;                   /* "RTP/AVP" */
  const CusaxTransportDescription *local; /* address, ports, key */
  const GPtrArray *codecs;
  CusaxDirection direction;
  gboolean rtcp_mux;
  guint crypto_tag;                       /* with @crypto_suite and the key of @local; ignored for NONE */
  CusaxSrtpSuite crypto_suite;
} CusaxSdpAudio;

/** Returns: "IN IP4 192.0.2.1" or "IN IP6 2001:db8::1"; (transfer full) */
char *cusax_sdp_write_address (const char *literal);

/** Appends the m= section of our stream. */
void cusax_sdp_write_audio (GString *sdp, const CusaxSdpAudio *audio);

/** Appends an m= line that refuses a stream (RFC 3264 section 6). */
void cusax_sdp_write_refused (GString *sdp, const char *type, const char *protocol, const char *format);

G_END_DECLS
