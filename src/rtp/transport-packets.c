/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets of a transport, from the network to the session and back. See transport-private.h. */
#include "transport-private.h"

#include "transport.h"

#include <string.h>

/* ---------------------------------------------------------------- the wire */

static guint
get_component (const Transport *t, CusaxPacketKind kind)
{
  return kind == CUSAX_PACKET_RTCP && !t->rtcp_mux ? 1 : 0;
}

gboolean
cusax_transport_send_raw (Transport *t, guint component, const guint8 *data, gsize length)
{
  if (t->path != NULL)
    return cusax_path_send_raw (t->path, component, data, length);
  if (t->ice != NULL && cusax_ice_send (t->ice, component, data, length))
    return TRUE;
  return t->previous_ice != NULL && cusax_ice_send (t->previous_ice, component, data, length);
}

/* Encrypts as agreed. Returns: FALSE if @data must not leave */
static gboolean
protect (Transport *t, CusaxPacketKind kind, guint component, guint8 *data, gsize *length)
{
  CusaxSrtp *keys = t->agreed == CUSAX_KEYING_DTLS ? t->associations[component].outbound : t->outbound;

  return t->agreed == CUSAX_KEYING_NONE || (keys != NULL && cusax_srtp_apply (keys, kind, data, length));
}

static gboolean
unprotect (Transport *t, CusaxPacketKind kind, guint component, guint8 *data, gsize *length)
{
  CusaxSrtp *keys = t->agreed == CUSAX_KEYING_DTLS ? t->associations[component].inbound : t->inbound;

  return t->agreed == CUSAX_KEYING_NONE || (keys != NULL && cusax_srtp_apply (keys, kind, data, length));
}

/* ------------------------------------------------------ network to session */

/* Lock held. Returns: FALSE if the packet is to be dropped */
static gboolean
accept_packet (Transport *t, guint component, CusaxPacketKind kind, guint8 *data, gsize *length, const CusaxUdpAddress *from)
{
  gboolean is_srtp = t->agreed != CUSAX_KEYING_NONE;
  gint64 now = g_get_monotonic_time ();

  if (kind != CUSAX_PACKET_RTCP && (kind != CUSAX_PACKET_RTP || component != CUSAX_PATH_RTP))
    return FALSE;
  if (!t->has_remote)
    return FALSE;
  if (t->path != NULL && !cusax_path_may_come_from (t->path, component, from, is_srtp, now))
    return FALSE;
  /* What ICE gives is checked, and names no sender. What overtakes ICE (ice-early.h) is not: a key has to prove it. */
  if (t->path == NULL && from->any.sa_family != AF_UNSPEC && !is_srtp)
    return FALSE;
  if (!unprotect (t, kind, component, data, length))
    return FALSE;
  if (t->path != NULL)
    cusax_path_note_source (t->path, component, from, is_srtp, now);
  return TRUE;
}

static void
count_received (Transport *t, gsize length)
{
  if (t->stats.packets_received++ == 0)
    cusax_transport_post (t, EVENT_FIRST_IN);
  t->stats.bytes_received += length;
  cusax_transport_note_traffic (t, &t->in, EVENT_SILENCE_IN);
  t->stats.last_received = t->in.last;
}

/* What their reports say of us. */
static void
note_reports (Transport *t, const guint8 *data, gsize length)
{
  gboolean is_deaf;

  cusax_statistics_note_rtcp_in (t->statistics, data, length, g_get_monotonic_time ());
  is_deaf = cusax_statistics_is_deaf (t->statistics);
  if (is_deaf && !t->is_deafness_told)
    cusax_transport_post (t, EVENT_DEAF);
  if (!is_deaf)
    t->events &= ~EVENT_DEAF; /* not told yet, no longer true */
  t->is_deafness_told = is_deaf;
}

static void
send_again (gpointer carrier, const guint8 *data, gsize length)
{
  cusax_transport_send_raw (carrier, get_component (carrier, CUSAX_PACKET_RTP), data, length);
}

/* They have lost some of ours. Lock not held. */
static void
resend (Transport *t, const guint8 *rtcp, gsize length)
{
  Transport *carrier = t->carrier != NULL ? t->carrier : t;
  gboolean goes;

  if (t->resend == NULL)
    return;
  g_mutex_lock (&t->lock);
  goes = (t->direction & CUSAX_DIRECTION_SENDONLY) != 0;
  g_mutex_unlock (&t->lock);
  if (!goes)
    return;
  g_mutex_lock (&carrier->lock);
  cusax_resend_answer (t->resend, rtcp, length, g_get_monotonic_time (), send_again, carrier);
  g_mutex_unlock (&carrier->lock);
}

/* Lock not held; @data is overwritten. */
static void
deliver (Transport *t, CusaxPacketKind kind, guint8 *data, gsize length, gsize wire_length)
{
  if (kind == CUSAX_PACKET_RTCP)
    resend (t, data, length);
  g_mutex_lock (&t->lock);
  if (kind == CUSAX_PACKET_RTP)
    {
      count_received (t, wire_length);
      cusax_statistics_note_rtp_in (t->statistics, data, t->in.last);
    }
  else
    note_reports (t, data, length);
  if (kind == CUSAX_PACKET_RTCP || (t->direction & CUSAX_DIRECTION_RECVONLY) != 0)
    cusax_leg_send (t->leg, kind, data, length);
  g_mutex_unlock (&t->lock);
}

static void
deliver_both (Transport *t, CusaxPacketKind kind, guint8 *data, gsize length, gsize wire_length)
{
  guint8 copy[CUSAX_PACKET_MAX + CUSAX_PACKET_ROOM] __attribute__ ((aligned (8)));

  memcpy (copy, data, length);
  deliver (t, kind, data, length, wire_length);
  deliver (t->guest, kind, copy, length, wire_length);
}

void
cusax_transport_on_network (gpointer user_data, guint component, guint8 *data, gsize length, const CusaxUdpAddress *from)
{
  Transport *t = user_data;
  CusaxPacketKind kind = cusax_packet_classify (data, length);
  gsize wire_length = length;
  CusaxReceivers receivers = CUSAX_RECEIVER_NONE;
  gboolean is_good;

  if (kind == CUSAX_PACKET_DTLS)
    {
      cusax_transport_on_handshake (t, component, data, length, from);
      return;
    }
  g_mutex_lock (&t->lock);
  is_good = accept_packet (t, component, kind, data, &length, from);
  g_mutex_unlock (&t->lock);
  if (is_good)
    receivers = cusax_transport_sort (t, kind, data, length);

  if (receivers == (CUSAX_RECEIVER_SELF | CUSAX_RECEIVER_GUEST))
    deliver_both (t, kind, data, length, wire_length);
  else if (receivers == CUSAX_RECEIVER_SELF)
    deliver (t, kind, data, length, wire_length);
  else if (receivers == CUSAX_RECEIVER_GUEST)
    deliver (t->guest, kind, data, length, wire_length);
  else
    {
      g_mutex_lock (&t->lock);
      t->stats.packets_dropped++;
      g_mutex_unlock (&t->lock);
    }
}

/* ------------------------------------------------------ session to network */

/* Lock held. Returns: TRUE if what the session gives is to leave */
static gboolean
may_leave (Transport *t, CusaxPacketKind kind, guint8 *data, gsize length)
{
  if (t->state == CUSAX_TRANSPORT_NEW)
    return FALSE;
  if (kind == CUSAX_PACKET_RTCP)
    cusax_statistics_note_rtcp_out (t->statistics, data, length, g_get_monotonic_time ());
  if (kind != CUSAX_PACKET_RTP)
    return kind == CUSAX_PACKET_RTCP;
  cusax_transport_note_traffic (t, &t->out, EVENT_SILENCE_OUT);
  if ((t->direction & CUSAX_DIRECTION_SENDONLY) == 0)
    {
      t->held_back++;
      return FALSE;
    }
  /* The session counts on while a call is on hold; they would take the gap for loss. */
  cusax_packet_set_sequence (data, (guint16) (cusax_packet_get_sequence (data) - t->held_back));
  return TRUE;
}

/* Lock held. Returns: TRUE if it left, with its @length on the wire */
static gboolean
send_packet (Transport *carrier, CusaxPacketKind kind, guint8 *data, gsize *length)
{
  guint component = get_component (carrier, kind);

  return carrier->has_remote && protect (carrier, kind, component, data, length)
         && cusax_transport_send_raw (carrier, component, data, *length);
}

/* Lock held. */
static void
count_sent (Transport *t, const guint8 *data, gsize length)
{
  if (t->is_of_pictures && t->resend == NULL)
    t->resend = cusax_resend_new ();
  if (t->resend != NULL)
    cusax_resend_keep (t->resend, data, length);
  cusax_statistics_note_rtp_out (t->statistics, data, t->out.last);
  if (t->stats.packets_sent++ == 0)
    cusax_transport_post (t, EVENT_FIRST_OUT);
  t->stats.bytes_sent += length;
}

void
cusax_transport_on_session (gpointer user_data, guint socket, guint8 *data, gsize length, const CusaxUdpAddress *from)
{
  Transport *t = user_data;
  Transport *carrier = t->carrier != NULL ? t->carrier : t;
  CusaxPacketKind kind;
  gboolean goes;

  g_mutex_lock (&t->lock);
  kind = cusax_leg_open (t->leg, socket, from, data, &length);
  goes = may_leave (t, kind, data, length);
  g_mutex_unlock (&t->lock);
  if (!goes)
    return;

  g_mutex_lock (&carrier->lock);
  goes = send_packet (carrier, kind, data, &length);
  g_mutex_unlock (&carrier->lock);
  if (!goes || kind != CUSAX_PACKET_RTP)
    return;
  g_mutex_lock (&t->lock);
  count_sent (t, data, length);
  g_mutex_unlock (&t->lock);
}
