/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See leg.h. */
#include "leg.h"

#include "srtp.h"

#include <string.h>

struct _CusaxLegSockets
{
  CusaxLeg public;
  CusaxUdp *sockets[2]; /* RTP, RTCP */
  CusaxUdpAddress peers[2];
  CusaxSrtp *to_session;
  CusaxSrtp *from_session;
  gboolean has_peer;
};

static gboolean
make_keys (CusaxLegSockets *leg, GError **error)
{
  CusaxLeg *public = &leg->public;

  if (!cusax_srtp_make_key (public->key_to_session, error)
      || !cusax_srtp_make_key (public->key_from_session, error))
    return FALSE;
  leg->to_session
      = cusax_srtp_new (CUSAX_SRTP_ENCRYPT, CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80, public->key_to_session, error);
  if (leg->to_session == NULL)
    return FALSE;
  leg->from_session = cusax_srtp_new (CUSAX_SRTP_DECRYPT, CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80,
                                      public->key_from_session, error);
  public->is_protected = leg->from_session != NULL;
  return public->is_protected;
}

CusaxLegSockets *
cusax_leg_new (gboolean protect, GError **error)
{
  g_autoptr (CusaxLegSockets) leg = g_new0 (CusaxLegSockets, 1);
  CusaxUdpAddress local;

  if (!cusax_udp_address_parse (&local, "127.0.0.1", 0, error)
      || !cusax_udp_new_pair (&local, 0, 0, leg->sockets, error))
    return NULL;
  if (protect && !make_keys (leg, error))
    return NULL;
  leg->public.rtp_port = cusax_udp_get_port (leg->sockets[0]);
  leg->public.rtcp_port = cusax_udp_get_port (leg->sockets[1]);
  while (leg->public.ssrc == 0)
    leg->public.ssrc = g_random_int ();
  return g_steal_pointer (&leg);
}

const CusaxLeg *
cusax_leg_get (const CusaxLegSockets *leg)
{
  return &leg->public;
}

void
cusax_leg_attach (CusaxLegSockets *leg, GMainContext *context, CusaxUdpReceive receive, gpointer user_data)
{
  for (guint i = 0; i < 2; i++)
    cusax_udp_attach (leg->sockets[i], context, receive, user_data, i);
}

gboolean
cusax_leg_set_peer (CusaxLegSockets *leg, guint16 rtp_port, guint16 rtcp_port)
{
  const guint16 ports[2] = { rtp_port, rtcp_port };

  leg->has_peer = FALSE;
  for (guint i = 0; i < 2; i++)
    {
      if (!cusax_udp_address_parse (&leg->peers[i], "127.0.0.1", ports[i], NULL)
          || !cusax_udp_connect (leg->sockets[i], &leg->peers[i]))
        return FALSE;
    }
  leg->has_peer = TRUE;
  return TRUE;
}

CusaxPacketKind
cusax_leg_open (CusaxLegSockets *leg, guint socket, const CusaxUdpAddress *from, guint8 *data, gsize *length)
{
  CusaxPacketKind kind = cusax_packet_classify (data, *length);

  /* The sender is compared although the sockets are connected: what came earlier may still be in the queue. */
  if (!leg->has_peer || !cusax_udp_address_equal (from, &leg->peers[socket]))
    return CUSAX_PACKET_INVALID;
  if (kind != CUSAX_PACKET_RTP && kind != CUSAX_PACKET_RTCP)
    return CUSAX_PACKET_INVALID;
  if (leg->from_session != NULL && !cusax_srtp_apply (leg->from_session, kind, data, length))
    return CUSAX_PACKET_INVALID;
  return kind;
}

void
cusax_leg_send (CusaxLegSockets *leg, CusaxPacketKind kind, guint8 *data, gsize length)
{
  if (!leg->has_peer)
    return;
  if (leg->to_session != NULL && !cusax_srtp_apply (leg->to_session, kind, data, &length))
    return;
  cusax_udp_send (leg->sockets[kind == CUSAX_PACKET_RTCP], NULL, data, length);
}

void
cusax_leg_free (CusaxLegSockets *leg)
{
  if (leg == NULL)
    return;
  for (guint i = 0; i < 2; i++)
    cusax_udp_free (leg->sockets[i]);
  cusax_srtp_free (leg->to_session);
  cusax_srtp_free (leg->from_session);
  explicit_bzero (leg, sizeof *leg);
  g_free (leg);
}
