/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a datagram on a media port is, told by its first bytes (RFC 7983 section 7, RFC 5761 section 4), and
 * whether its RTP or RTCP header fits into it (RFC 3550 sections 5.1, 5.3.1 and 6.1). Pure; input is hostile.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The longest datagram we carry; longer ones are cut by the kernel and count as malformed. */
#define CUSAX_PACKET_MAX 4096
/** Free bytes behind every packet buffer: encryption appends its tag and index in place. */
#define CUSAX_PACKET_ROOM 256

typedef enum
{
  CUSAX_PACKET_INVALID,
  CUSAX_PACKET_STUN,
  CUSAX_PACKET_DTLS,
  CUSAX_PACKET_RTP, /* RTP and RTCP may be encrypted: only what stays readable has been checked */
  CUSAX_PACKET_RTCP
} CusaxPacketKind;

/** Returns: what the @length bytes at @data are; RTP and RTCP only with a complete header of their own. */
CusaxPacketKind cusax_packet_classify (const guint8 *data, gsize length);

/** Returns: the SSRC of the sender; @data classified as RTP or RTCP */
guint32 cusax_packet_get_ssrc (CusaxPacketKind kind, const guint8 *data);

/** Sequence number of @data, classified as RTP. */
guint16 cusax_packet_get_sequence (const guint8 *data);
void cusax_packet_set_sequence (guint8 *data, guint16 sequence);

/** Returns: TRUE if a DTLS datagram begins with a ClientHello, or a piece of one: nothing else comes first. */
gboolean cusax_packet_is_client_hello (const guint8 *data, gsize length);

G_END_DECLS
