/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See packet.h. */
#include "packet.h"

#define RTP_HEADER 12
#define DTLS_RECORD 13 /* header */
#define RTCP_HEADER 8 /* common header and the sender's SSRC */

static guint
get16 (const guint8 *data)
{
  return data[0] << 8 | data[1];
}

static gboolean
rtp_header_fits (const guint8 *data, gsize length)
{
  gsize need = RTP_HEADER + 4 * (data[0] & 0x0f); /* CSRCs */

  if (length < need)
    return FALSE;
  if ((data[0] & 0x10) == 0)
    return TRUE;
  return length >= need + 4 && length >= need + 4 + 4 * get16 (data + need + 2); /* header extension */
}

CusaxPacketKind
cusax_packet_classify (const guint8 *data, gsize length)
{
  if (length == 0)
    return CUSAX_PACKET_INVALID;
  if (data[0] <= 3)
    return CUSAX_PACKET_STUN;
  if (data[0] >= 20 && data[0] <= 63)
    return CUSAX_PACKET_DTLS;
  if (data[0] < 128 || data[0] > 191)
    return CUSAX_PACKET_INVALID;

  if (length >= 2 && data[1] >= 192 && data[1] <= 223)
    {
      /* The first packet of the compound must fit; in SRTCP the others are not readable. */
      if (length < RTCP_HEADER || length < 4 * (get16 (data + 2) + 1))
        return CUSAX_PACKET_INVALID;
      return CUSAX_PACKET_RTCP;
    }
  if (length < RTP_HEADER || !rtp_header_fits (data, length))
    return CUSAX_PACKET_INVALID;
  return CUSAX_PACKET_RTP;
}

gboolean
cusax_packet_is_client_hello (const guint8 *data, gsize length)
{
  return length > DTLS_RECORD && data[0] == 22 && data[DTLS_RECORD] == 1; /* RFC 6347 sections 4.1 and 4.2.2 */
}

guint32
cusax_packet_get_ssrc (CusaxPacketKind kind, const guint8 *data)
{
  const guint8 *ssrc = data + (kind == CUSAX_PACKET_RTCP ? 4 : 8);

  return (guint32) get16 (ssrc) << 16 | get16 (ssrc + 2);
}

guint16
cusax_packet_get_sequence (const guint8 *data)
{
  return get16 (data + 2);
}

void
cusax_packet_set_sequence (guint8 *data, guint16 sequence)
{
  data[2] = sequence >> 8;
  data[3] = sequence & 0xff;
}
