/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See transport.h. */
#include "transport.h"
#include "transport-private.h"

#include "error.h"
#include "thread.h"

#include <string.h>

#define SILENCE_MS 8000

static void
transport_free_memory (gpointer data)
{
  Transport *t = data;

  g_mutex_clear (&t->lock);
}

/* ------------------------------------------------------------------ events */

static void
tell (Transport *t, guint event)
{
  const CusaxTransportListener *l = &t->listener;

  if (t->is_shut_down)
    return;
  /* Copies: the listener may shut us down, which frees and wipes ours. */
  if (event == EVENT_FAILED && l->on_failed != NULL)
    {
      g_autoptr (GError) failure = g_error_copy (t->failure);

      l->on_failed (t->user_data, failure);
    }
  else if (event == EVENT_LOCAL_READY && l->on_local_ready != NULL)
    {
      g_autoptr (CusaxTransportDescription) local = cusax_transport_description_copy (t->local);

      l->on_local_ready (t->user_data, local);
    }
  else if ((event == EVENT_FIRST_OUT || event == EVENT_FIRST_IN) && l->on_first_rtp != NULL)
    l->on_first_rtp (t->user_data, event == EVENT_FIRST_IN);
  else if (event == EVENT_SILENCE && l->on_silence != NULL)
    l->on_silence (t->user_data, t->silence_us / G_USEC_PER_SEC, TRUE);
}

static gboolean
on_events (gpointer data)
{
  Transport *t = g_rc_box_acquire ((Transport *) data);
  guint events;

  g_mutex_lock (&t->lock);
  events = t->events;
  t->events = 0;
  g_clear_pointer (&t->event_source, g_source_unref);
  g_mutex_unlock (&t->lock);

  for (guint event = EVENT_FAILED; event <= EVENT_SILENCE; event <<= 1)
    if (events & event)
      tell (t, event);

  g_rc_box_release_full (t, transport_free_memory);
  return G_SOURCE_REMOVE;
}

void
cusax_transport_post (Transport *t, guint event)
{
  t->events |= event;
  if (t->event_source != NULL)
    return;
  t->event_source = g_idle_source_new ();
  g_source_set_priority (t->event_source, G_PRIORITY_DEFAULT); /* a busy window must not hold back the call */
  g_source_set_callback (t->event_source, on_events, t, NULL);
  g_source_attach (t->event_source, NULL);
}

void
cusax_transport_fail (Transport *t, GError *error)
{
  if (t->failure != NULL)
    {
      g_error_free (error);
      return;
    }
  t->failure = error;
  g_mutex_lock (&t->lock);
  cusax_transport_post (t, EVENT_FAILED);
  g_mutex_unlock (&t->lock);
}

/* ----------------------------------------------------------------- silence */

static gboolean
expects_rtp (const Transport *t)
{
  return t->has_remote && (t->direction & CUSAX_DIRECTION_RECVONLY) != 0 && !t->silence_told;
}

static gint64
silence_deadline (const Transport *t)
{
  return MAX (t->stats.last_received, t->watch_since) + t->silence_us;
}

void
cusax_transport_arm_watch (Transport *t)
{
  if (t->watch != NULL)
    g_source_set_ready_time (t->watch, expects_rtp (t) ? silence_deadline (t) : -1);
}

/* Packets do not touch the timer: it looks for itself whether some came, at most once per interval. */
static gboolean
on_watch (gpointer data)
{
  Transport *t = data;

  g_mutex_lock (&t->lock);
  if (expects_rtp (t) && g_get_monotonic_time () >= silence_deadline (t))
    {
      t->silence_told = TRUE;
      cusax_transport_post (t, EVENT_SILENCE);
    }
  cusax_transport_arm_watch (t);
  g_mutex_unlock (&t->lock);
  return G_SOURCE_CONTINUE;
}

static gboolean
watch_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSource *
watch_new (Transport *t)
{
  static GSourceFuncs functions = { .dispatch = watch_dispatch };
  GSource *source = g_source_new (&functions, sizeof (GSource));

  g_source_set_callback (source, on_watch, t, NULL);
  g_source_attach (source, cusax_thread_get_context ());
  return source;
}

/* ----------------------------------------------------------------- packets */

/* Network to session, lock held. Returns: FALSE if the packet is to be dropped */
static gboolean
accept_packet (Transport *t, CusaxPathComponent component, CusaxPacketKind kind, guint8 *data, gsize *length,
               const CusaxUdpAddress *from)
{
  if (kind != CUSAX_PACKET_RTCP && (kind != CUSAX_PACKET_RTP || component != CUSAX_PATH_RTP))
    return FALSE;
  if (!cusax_path_may_come_from (t->path, component, from, t->is_secure)) /* from nobody before set_remote */
    return FALSE;
  if (t->is_secure && !cusax_srtp_apply (t->inbound, kind, data, length))
    return FALSE;
  cusax_path_note_source (t->path, component, from, t->is_secure);
  return TRUE;
}

static void
count_received (Transport *t, gsize length)
{
  if (t->stats.packets_received++ == 0)
    cusax_transport_post (t, EVENT_FIRST_IN);
  t->stats.bytes_received += length;
  t->stats.last_received = g_get_monotonic_time ();
  t->events &= ~EVENT_SILENCE; /* not told yet, no longer true */
  if (t->silence_told)
    {
      t->silence_told = FALSE;
      cusax_transport_arm_watch (t);
    }
}

void
cusax_transport_on_network (gpointer user_data, guint component, guint8 *data, gsize length, const CusaxUdpAddress *from)
{
  Transport *t = user_data;
  CusaxPacketKind kind = cusax_packet_classify (data, length);
  gsize wire_length = length;

  g_mutex_lock (&t->lock);
  if (!accept_packet (t, component, kind, data, &length, from))
    t->stats.packets_dropped++;
  else
    {
      if (kind == CUSAX_PACKET_RTP)
        count_received (t, wire_length);
      if (kind == CUSAX_PACKET_RTCP || (t->direction & CUSAX_DIRECTION_RECVONLY) != 0)
        cusax_leg_send (t->leg, kind, data, length);
    }
  g_mutex_unlock (&t->lock);
}

/* Session to network, lock held. */
static void
send_rtp (Transport *t, guint8 *data, gsize length)
{
  if ((t->direction & CUSAX_DIRECTION_SENDONLY) == 0)
    return;
  if (t->is_secure && !cusax_srtp_apply (t->outbound, CUSAX_PACKET_RTP, data, &length))
    return;
  if (!cusax_path_send (t->path, CUSAX_PACKET_RTP, data, length))
    return;
  if (t->stats.packets_sent++ == 0)
    cusax_transport_post (t, EVENT_FIRST_OUT);
  t->stats.bytes_sent += length;
}

static void
send_rtcp (Transport *t, guint8 *data, gsize length)
{
  if (t->is_secure && !cusax_srtp_apply (t->outbound, CUSAX_PACKET_RTCP, data, &length))
    return;
  cusax_path_send (t->path, CUSAX_PACKET_RTCP, data, length);
}

static void
on_session (gpointer user_data, guint socket, guint8 *data, gsize length, const CusaxUdpAddress *from)
{
  Transport *t = user_data;
  CusaxPacketKind kind;

  g_mutex_lock (&t->lock);
  kind = cusax_leg_open (t->leg, socket, from, data, &length);
  if (t->has_remote && kind == CUSAX_PACKET_RTP)
    send_rtp (t, data, length);
  else if (t->has_remote && kind == CUSAX_PACKET_RTCP)
    send_rtcp (t, data, length);
  g_mutex_unlock (&t->lock);
}

/* -------------------------------------------------------------- the vtable */

static const CusaxLeg *
transport_get_leg (CusaxTransport *transport)
{
  static const CusaxLeg none;
  Transport *t = (Transport *) transport;

  return t->leg != NULL ? cusax_leg_get (t->leg) : &none; /* on_failed is on its way */
}

static void
transport_set_leg_peer (CusaxTransport *transport, guint16 rtp_port, guint16 rtcp_port)
{
  Transport *t = (Transport *) transport;
  gboolean ok = TRUE;

  g_mutex_lock (&t->lock);
  if (t->leg != NULL)
    ok = cusax_leg_set_peer (t->leg, rtp_port, rtcp_port);
  g_mutex_unlock (&t->lock);
  if (!ok)
    cusax_transport_fail (t,
          g_error_new (CUSAX_ERROR, CUSAX_ERROR_MEDIA, "no way to 127.0.0.1:%u and %u", rtp_port, rtcp_port));
}

static void
transport_set_direction (CusaxTransport *transport, CusaxDirection direction)
{
  Transport *t = (Transport *) transport;

  g_mutex_lock (&t->lock);
  if ((direction & ~t->direction & CUSAX_DIRECTION_RECVONLY) != 0)
    {
      t->watch_since = g_get_monotonic_time ();
      t->silence_told = FALSE;
    }
  t->direction = direction;
  if ((direction & CUSAX_DIRECTION_RECVONLY) == 0)
    t->events &= ~EVENT_SILENCE;
  cusax_transport_arm_watch (t);
  g_mutex_unlock (&t->lock);
}

static void
transport_get_stats (CusaxTransport *transport, CusaxTransportStats *stats)
{
  Transport *t = (Transport *) transport;

  g_mutex_lock (&t->lock);
  *stats = t->stats;
  g_mutex_unlock (&t->lock);
}

/* In the media thread, between two packets: no source can be running, so nothing needs the lock any more. */
static void
close_sockets (gpointer data)
{
  Transport *t = data;

  if (t->watch != NULL)
    g_source_destroy (t->watch);
  g_clear_pointer (&t->watch, g_source_unref);
  g_clear_pointer (&t->path, cusax_path_free);
  g_clear_pointer (&t->leg, cusax_leg_free);
}

static void
transport_shutdown (CusaxTransport *transport)
{
  Transport *t = (Transport *) transport;

  g_return_if_fail (!t->is_shut_down);

  t->is_shut_down = TRUE; /* for on_events, should it be our caller */
  cusax_thread_run (close_sockets, t);
  if (t->event_source != NULL)
    g_source_destroy (t->event_source);
  g_clear_pointer (&t->event_source, g_source_unref);

  g_clear_pointer (&t->outbound, cusax_srtp_free);
  g_clear_pointer (&t->inbound, cusax_srtp_free);
  g_clear_pointer (&t->local, cusax_transport_description_free);
  g_clear_pointer (&t->remote, cusax_transport_description_free);
  explicit_bzero (&t->crypto, sizeof t->crypto);
  g_clear_error (&t->failure);
  g_clear_pointer (&t->local_address, g_free);
  cusax_thread_shutdown ();
  g_rc_box_release_full (t, transport_free_memory);
}

static const CusaxTransportVtable transport_vtable = {
  .gather = cusax_transport_gather,
  .get_leg = transport_get_leg,
  .set_leg_peer = transport_set_leg_peer,
  .set_remote = cusax_transport_set_remote,
  .set_direction = transport_set_direction,
  .move = cusax_transport_move,
  .get_stats = transport_get_stats,
  .shutdown = transport_shutdown,
};

static gboolean
prepare (Transport *t, const CusaxTransportConfig *config, GError **error)
{
  if (cusax_thread_get_context () == NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "the system refuses another thread");
      return FALSE;
    }
  if (config->offer_crypto)
    {
      t->crypto.tag = 1;
      t->crypto.suite = CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80;
      if (!cusax_srtp_make_key (t->crypto.key, error))
        return FALSE;
    }
  t->leg = cusax_leg_new (config->protect_leg, error);
  if (t->leg == NULL)
    return FALSE;
  t->watch = watch_new (t);
  cusax_leg_attach (t->leg, cusax_thread_get_context (), on_session, t);
  return TRUE;
}

CusaxTransport *
cusax_transport_new (const CusaxTransportConfig *config, const CusaxTransportListener *listener,
                     gpointer user_data)
{
  Transport *t = g_rc_box_new0 (Transport);
  GError *error = NULL;

  t->base.vtable = &transport_vtable;
  t->listener = *listener;
  t->user_data = user_data;
  t->local_address = g_strdup (config->local_address);
  t->port_min = config->port_min;
  t->port_max = config->port_max;
  t->direction = CUSAX_DIRECTION_SENDRECV;
  t->silence_us = SILENCE_MS * 1000;
  g_mutex_init (&t->lock);

  cusax_thread_init ();
  if (!prepare (t, config, &error))
    cusax_transport_fail (t, error);
  return &t->base;
}

static gboolean
on_prepare (gpointer data)
{
  cusax_srtp_prepare ();
  return G_SOURCE_REMOVE;
}

void
cusax_transport_prepare (void)
{
  GMainContext *context = cusax_thread_get_context ();
  GSource *source;

  g_return_if_fail (context != NULL);

  source = g_idle_source_new ();
  g_source_set_callback (source, on_prepare, NULL, NULL);
  g_source_attach (source, context);
  g_source_unref (source);
}

void
cusax_transport_set_silence_interval (CusaxTransport *transport, guint ms)
{
  Transport *t = (Transport *) transport;

  g_mutex_lock (&t->lock);
  t->silence_us = ms * G_GINT64_CONSTANT (1000);
  cusax_transport_arm_watch (t);
  g_mutex_unlock (&t->lock);
}
