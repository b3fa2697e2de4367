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

/** CusaxSdpProfile: kinds of m= protocols. */
typedef enum
{
  CUSAX_SDP_RTP,        /* RTP/AVP, RTP/AVPF */
  CUSAX_SDP_SRTP,       /* RTP/SAVP, RTP/SAVPF */
  CUSAX_SDP_OTHER       /* DTLS, T.38, MSRP, ...: codecs not read */
} CusaxSdpProfile;

/** Returns: the kind of @protocol, the third word of an m= line. */
CusaxSdpProfile cusax_sdp_profile_of (const char *protocol);

/** CusaxSdpMedia: one m= section; session-level c= and direction are already applied. */
typedef struct
{
  char *type;               /* "audio" */
  char *protocol;           /* as sent: "RTP/SAVPF" */
  char *format;             /* the first format, for an answer that refuses */
  CusaxSdpProfile profile;
  guint16 port;             /* 0 = refused or removed */
  gboolean has_connection;  /* there is a c= line */
  char *address;            /* (nullable): unicast IP literal out of c= */
  CusaxDirection direction; /* of who sent it; c=0.0.0.0 takes away receiving (RFC 3264 section 8.4) */
  GPtrArray *codecs;        /* (element-type CusaxCodec): one per payload type, in order */
  guint16 rtcp_port;        /* a=rtcp, 0 = not said */
  gboolean rtcp_mux;
  guint ptime;              /* ms, 0 = not said */
  gboolean has_crypto;      /* there is an a=crypto line, usable or not */
  CusaxCrypto crypto[CUSAX_SDP_MAX_CRYPTO]; /* the usable lines, in order */
  guint n_crypto;
} CusaxSdpMedia;

/** CusaxSdp: a parsed text. */
typedef struct
{
  GPtrArray *media; /* (element-type CusaxSdpMedia) */
} CusaxSdp;

/**
 * cusax_sdp_parse:
 * @text: @length hostile bytes, not terminated
 *
 * Work is linear in @length. Unknown lines and attributes are passed over.
 *
 * Returns: (transfer full): NULL with CUSAX_ERROR_INVALID
 */
CusaxSdp *cusax_sdp_parse (const char *text, gsize length, GError **error);

/** Frees and wipes the keys. */
void cusax_sdp_free (CusaxSdp *sdp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxSdp, cusax_sdp_free)

G_END_DECLS
