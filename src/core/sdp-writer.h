/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the lines of an SDP text (RFC 8866). Decides nothing: what stands in them is offer.c's business.
 */
#pragma once

#include "codecs.h"
#include "transport-description.h"

#include <glib.h>

G_BEGIN_DECLS

/** CusaxSdpStream: all that the section of a stream of ours says; everything borrowed. */
typedef struct
{
  const char *type;                       /* "audio", "video" */
  const char *protocol;                   /* "RTP/AVP" */
  const CusaxTransportDescription *local; /* address, ports, key, fingerprint, ICE */
  const char *session_address;            /* of c= above all sections: repeated here only if @local has another one */
  const GPtrArray *codecs;
  CusaxDirection direction;
  guint ptime;                            /* ms, 0: not said */
  const guint8 *feedback;                 /* (nullable): bits of CusaxSdpFeedback, one per payload type */
  guint8 feedback_for_all;                /* the same bits for "*" */
  gboolean rtcp_mux;
  guint crypto_tag;                       /* with @crypto_suite and the key of @local; ignored for NONE */
  CusaxSrtpSuite crypto_suite;
  CusaxDtlsSetup setup;                   /* NONE: no fingerprint */
  const GPtrArray *candidates;            /* (nullable) (element-type CusaxCandidate): NULL: no ICE */
  gboolean ice_mismatch;
  const char *mid;                        /* (nullable) */
  gboolean is_short;                      /* defaults go unsaid: sendrecv, 20 ms, telephone-events 0-15 */
  gboolean is_bundled;                    /* keys and ICE stand in another section (RFC 8843 section 7.1.3) */
  gboolean hides_rtcp_port;               /* rtcp-mux is agreed on: nothing comes there */
  guint32 ssrc;                           /* 0: not said; else with */
  const char *cname;                      /* (RFC 5576 section 6.1) */
} CusaxSdpStream;

/** Returns: "IN IP4 192.0.2.1" or "IN IP6 2001:db8::1"; (transfer full) */
char *cusax_sdp_write_address (const char *literal);

/** Appends the m= section of a stream of ours. */
void cusax_sdp_write_stream (GString *sdp, const CusaxSdpStream *stream);

/** Appends an m= line that refuses a stream (RFC 3264 section 6). @mid: (nullable) */
void cusax_sdp_write_refused (GString *sdp, const char *type, const char *protocol, const char *format, const char *mid);

G_END_DECLS
