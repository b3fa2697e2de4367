/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where and how one side of a call wants to receive its media: addresses, ports, keys. Written into and read out
 * of SDP by offer.c, made and used by rtp/. Knows neither. RFC 8866 (c=, m=), RFC 3605 (rtcp), RFC 5761
 * (rtcp-mux), RFC 4568 (crypto), RFC 8839 (ICE), RFC 8122 and RFC 5763 (fingerprint, setup).
 */
#pragma once

#include "candidate.h"

#include <glib.h>

G_BEGIN_DECLS

/** Bytes of master key and salt of AES_CM_128_HMAC_SHA1_80 and _32 (RFC 4568 section 6.2). */
#define CUSAX_SRTP_KEY_LENGTH 30

/** CusaxSrtpSuite: those we know. GCM is agreed on by DTLS only (RFC 7714); its key and salt have 28 bytes. */
typedef enum
{
  CUSAX_SRTP_NONE,
  CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80,
  CUSAX_SRTP_AES_CM_128_HMAC_SHA1_32,
  CUSAX_SRTP_AEAD_AES_128_GCM
} CusaxSrtpSuite;

/** CusaxDirection: RFC 3264 section 5.1, seen from the side that says it. Bits: 1 = sends, 2 = receives. */
typedef enum
{
  CUSAX_DIRECTION_INACTIVE = 0,
  CUSAX_DIRECTION_SENDONLY = 1,
  CUSAX_DIRECTION_RECVONLY = 2,
  CUSAX_DIRECTION_SENDRECV = 3
} CusaxDirection;

/** Returns: @direction as the other side sees it (sendonly becomes recvonly). */
CusaxDirection cusax_direction_reverse (CusaxDirection direction);

/** CusaxCrypto: one a=crypto line. @tag 1 to 9 digits; @suite NONE = no line. */
typedef struct
{
  guint tag;
  CusaxSrtpSuite suite;
  guint8 key[CUSAX_SRTP_KEY_LENGTH]; /* secret: never log */
} CusaxCrypto;

/** CusaxDtlsSetup: who begins the handshake (RFC 4145, RFC 5763 section 5). */
typedef enum
{
  CUSAX_DTLS_SETUP_NONE,    /* no a=setup */
  CUSAX_DTLS_SETUP_ACTPASS, /* offers only */
  CUSAX_DTLS_SETUP_ACTIVE,  /* who says it sends the ClientHello */
  CUSAX_DTLS_SETUP_PASSIVE
} CusaxDtlsSetup;

/** CusaxTransportDescription: a value. Ports of 0 mean "refused" (RFC 3264 section 6). What both sides have agreed on has a
 * key or a fingerprint or neither, never both. */
typedef struct
{
  char *address;      /* IPv4 or IPv6 literal */
  guint16 rtp_port;
  guint16 rtcp_port;  /* theirs: equal to rtp_port when rtcp_mux; ours: for those who cannot do it */
  gboolean rtcp_mux;  /* theirs: agreed; ours: to be offered */
  CusaxCrypto crypto; /* suite NONE = no SDES */

  char *fingerprint_hash; /* (nullable): "sha-256"; lower case; NULL = no DTLS */
  char *fingerprint;      /* (nullable): "AB:CD:...", upper case */
  CusaxDtlsSetup setup;

  char *ice_ufrag;       /* (nullable): NULL = no ICE; ours: to be offered */
  char *ice_password;
  GPtrArray *candidates; /* (nullable) (element-type CusaxCandidate) */
  gboolean is_ice_lite;  /* theirs: we are controlling, whoever offered (RFC 8445 section 6.1.1) */

  guint32 ssrc; /* ours: what we send with, said in bundles (RFC 5576); 0 = not said; theirs: not looked at */
} CusaxTransportDescription;

CusaxTransportDescription *cusax_transport_description_new (const char *address, guint16 rtp_port,
                                                            guint16 rtcp_port);
CusaxTransportDescription *cusax_transport_description_copy (const CusaxTransportDescription *description);

/** Frees @description and wipes its key. */
void cusax_transport_description_free (CusaxTransportDescription *description);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxTransportDescription, cusax_transport_description_free)

/** Returns: the name of @suite in a=crypto, NULL for NONE. */
const char *cusax_srtp_suite_get_name (CusaxSrtpSuite suite);

G_END_DECLS
