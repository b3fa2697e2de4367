/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an SDP text says (RFC 8866), as far as calls need it. Filled by Sofia's parser behind a strict filter,
 * because that parser trusts its input more than we do (see sdp.c). Judges nothing: that is offer.c.
 */
#pragma once

#include "codecs.h"
#include "transport-description.h"

#include <glib.h>

G_BEGIN_DECLS

/** Longer texts are refused; a large browser offer has 10 kB. */
#define CUSAX_SDP_MAX_LENGTH 65536
#define CUSAX_SDP_MAX_MEDIA 32
#define CUSAX_SDP_MAX_FORMATS 256
#define CUSAX_SDP_MAX_CRYPTO 8
#define CUSAX_SDP_PTIME 20     /* ms in a packet where nobody says anything (RFC 3551 section 4.2) */
#define CUSAX_SDP_MAX_GROUPS 4 /* a=group:BUNDLE lines; further ones are passed over */
#define CUSAX_SDP_MAX_MID 64   /* characters; a longer a=mid is as none */

/** CusaxSdpProfile: kinds of m= protocols. */
typedef enum
{
  CUSAX_SDP_RTP,        /* RTP/AVP, RTP/AVPF */
  CUSAX_SDP_SRTP,       /* RTP/SAVP, RTP/SAVPF */
  CUSAX_SDP_DTLS,       /* UDP/TLS/RTP/SAVP, UDP/TLS/RTP/SAVPF */
  CUSAX_SDP_OTHER       /* T.38, MSRP, SCTP, ...: codecs not read */
} CusaxSdpProfile;

/** CusaxSdpFeedback: what a=rtcp-fb says of a payload type (RFC 4585 section 4.2, RFC 5104); bits. */
typedef enum
{
  CUSAX_SDP_FEEDBACK_PLI = 1, /* nack pli */
  CUSAX_SDP_FEEDBACK_FIR = 2, /* ccm fir */
  CUSAX_SDP_FEEDBACK_NACK = 4 /* nack: lost packets are named, and sent again */
} CusaxSdpFeedback;

/** Returns: the kind of @protocol, the third word of an m= line. */
CusaxSdpProfile cusax_sdp_profile_of (const char *protocol);

/** CusaxSdpMedia: one m= section; what the session says for all of them is already applied. */
typedef struct
{
  char *type;               /* "audio" */
  char *protocol;           /* as sent: "RTP/SAVPF" */
  char *format;             /* the first format, for an answer that refuses */
  CusaxSdpProfile profile;
  guint16 port;             /* 0 = refused or removed */
  gboolean has_connection;  /* there is a c= line */
  char *address;            /* (nullable): unicast IP literal out of c= */
  CusaxDirection direction; /* of who sent it; c=0.0.0.0 without ICE takes away receiving (RFC 3264 section 8.4) */
  GPtrArray *codecs;        /* (element-type CusaxCodec): one per payload type, in order */
  guint16 rtcp_port;        /* a=rtcp, 0 = not said */
  gboolean rtcp_mux;
  guint ptime;              /* ms, 0 = not said */
  guint maxptime;           /* ms, 0 = not said */
  guint bandwidth;          /* kbit/s of b=TIAS, else b=AS; 0 = not said */
  guint8 feedback[128];     /* bits of CusaxSdpFeedback per payload type, those of "*" included */
  gboolean has_crypto;      /* there is an a=crypto line, usable or not */
  CusaxCrypto crypto[CUSAX_SDP_MAX_CRYPTO]; /* the usable lines, in order */
  guint n_crypto;

  gboolean has_fingerprint; /* there is an a=fingerprint line, usable or not */
  char *fingerprint_hash;   /* (nullable): "sha-256", "sha-384" or "sha-512": the first usable one, sha-256 before others */
  char *fingerprint;        /* (nullable): "AB:CD:..." */
  CusaxDtlsSetup setup;     /* NONE = not said */

  char *ice_ufrag;          /* (nullable): both or neither, and valid */
  char *ice_password;
  GPtrArray *candidates;    /* (element-type CusaxCandidate): at most CUSAX_CANDIDATES_MAX */
  gboolean has_more_candidates; /* there were lines beyond */
  gboolean is_ice_lite;
  gboolean has_trickle;     /* a=ice-options:trickle: the default address may be none yet (RFC 8840) */
  gboolean ice_mismatch;    /* a=ice-mismatch */

  char *mid;                /* (nullable) */
  gboolean bundle_only;

  gboolean has_direction, has_tias; /* the reader's own notes */
} CusaxSdpMedia;

/** CusaxSdp: a parsed text. */
typedef struct
{
  GPtrArray *media;  /* (element-type CusaxSdpMedia) */
  GPtrArray *groups; /* (element-type GStrv): mids of each a=group:BUNDLE, in order */
} CusaxSdp;

/**
 * cusax_sdp_parse:
 * @text: @length hostile bytes, not terminated
 *
 * Work is linear in @length. Unknown lines and attributes are passed over; known ones that are broken, too.
 *
 * Returns: (transfer full): NULL with CUSAX_ERROR_INVALID
 */
CusaxSdp *cusax_sdp_parse (const char *text, gsize length, GError **error);

/** Returns: the index of the section with this a=mid; -1 for none, and for several */
int cusax_sdp_find_mid (const CusaxSdp *sdp, const char *mid);

/** Frees and wipes the keys. */
void cusax_sdp_free (CusaxSdp *sdp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxSdp, cusax_sdp_free)

G_END_DECLS
