/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See transport.h. */
#include "transport.h"
#include "transport-private.h"

#include "error.h"
#include "thread.h"

#include <string.h>

#define SILENCE_MS 8000
#define SETUP_MS 8000
/* RFC 7675 section 5.1: consent ends after 30 s; libnice tells after 10. */
#define LOSS_MS 20000

static void
transport_free_memory (gpointer data)
{
  Transport *t = data;

  g_mutex_clear (&t->lock);
}

/* ------------------------------------------------------------------ events */

/* Copies: the listener may shut us down, which frees and wipes ours. */
static void
tell_failed (Transport *t)
{
  g_autoptr (GError) failure = NULL;

  g_mutex_lock (&t->lock);
  failure = g_error_copy (t->failure);
  g_mutex_unlock (&t->lock);
  if (t->listener.on_failed != NULL)
    t->listener.on_failed (t->user_data, failure);
}

static void
tell_local_ready (Transport *t)
{
  g_autoptr (CusaxTransportDescription) local = NULL;

  cusax_transport_take_gathered (t);
  local = cusax_transport_description_copy (t->local);
  if (t->listener.on_local_ready != NULL)
    t->listener.on_local_ready (t->user_data, local);
}

static void
tell_state (Transport *t)
{
  CusaxTransportState state;

  g_mutex_lock (&t->lock);
  state = t->state;
  g_mutex_unlock (&t->lock);
  if (state == t->told_state)
    return;
  t->told_state = state;
  if (t->listener.on_state != NULL)
    t->listener.on_state (t->user_data, state);
}

static void
tell (Transport *t, guint event)
{
  const CusaxTransportListener *l = &t->listener;

  if (t->is_shut_down)
    return;
  if (event == EVENT_FAILED)
    tell_failed (t);
  else if (event == EVENT_LOCAL_READY)
    tell_local_ready (t);
  else if (event == EVENT_STATE)
    tell_state (t);
  else if ((event == EVENT_FIRST_OUT || event == EVENT_FIRST_IN) && l->on_first_rtp != NULL)
    l->on_first_rtp (t->user_data, event == EVENT_FIRST_IN);
  else if ((event == EVENT_SILENCE_IN || event == EVENT_SILENCE_OUT || event == EVENT_DEAF) && l->on_silence != NULL)
    l->on_silence (t->user_data, t->silence_us / G_USEC_PER_SEC, event == EVENT_SILENCE_IN);
  else if (event == EVENT_LOST && l->on_lost != NULL)
    l->on_lost (t->user_data);
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

  for (guint event = EVENT_FAILED; event <= EVENT_LAST; event <<= 1)
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
  cusax_transport_post (t, EVENT_FAILED);
}

gboolean
cusax_transport_has_failed (Transport *t)
{
  gboolean has;

  g_mutex_lock (&t->lock);
  has = t->failure != NULL;
  g_mutex_unlock (&t->lock);
  return has;
}

/* -------------------------------------------------------------------- watch */

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

  g_source_set_callback (source, cusax_transport_on_watch, t, NULL);
  g_source_attach (source, cusax_thread_get_context ());
  return source;
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

  g_mutex_lock (&t->lock);
  if (t->leg != NULL && !cusax_leg_set_peer (t->leg, rtp_port, rtcp_port))
    cusax_transport_fail (t, g_error_new (CUSAX_ERROR, CUSAX_ERROR_MEDIA, "no way to 127.0.0.1:%u and %u", rtp_port, rtcp_port));
  g_mutex_unlock (&t->lock);
}

static void
transport_set_direction (CusaxTransport *transport, CusaxDirection direction)
{
  Transport *t = (Transport *) transport;
  CusaxDirection added;

  g_mutex_lock (&t->lock);
  added = direction & ~t->direction;
  if ((added & CUSAX_DIRECTION_RECVONLY) != 0)
    cusax_transport_restart_watch (t, &t->in);
  if ((added & CUSAX_DIRECTION_SENDONLY) != 0)
    cusax_transport_restart_watch (t, &t->out);
  t->direction = direction;
  if ((direction & CUSAX_DIRECTION_RECVONLY) == 0)
    t->events &= ~EVENT_SILENCE_IN;
  if ((direction & CUSAX_DIRECTION_SENDONLY) == 0)
    t->events &= ~EVENT_SILENCE_OUT;
  cusax_transport_arm_watch (t);
  g_mutex_unlock (&t->lock);
}

/* ---------------------------------------------------------------- statistics */

static void
forget_shown (Transport *t)
{
  g_clear_pointer (&t->shown_local, g_free);
  g_clear_pointer (&t->shown_remote, g_free);
}

/* Lock held. */
static void
show_path (Transport *t, const Transport *carrier, CusaxTransportStats *stats)
{
  if (carrier->path != NULL && carrier->has_remote)
    {
      t->shown_local = cusax_path_dup_local (carrier->path);
      t->shown_remote = cusax_udp_address_to_string (cusax_path_get_target (carrier->path));
    }
  else if (carrier->path == NULL && carrier->pair.local_kind != NULL)
    {
      stats->local_kind = carrier->pair.local_kind;
      stats->remote_kind = carrier->pair.remote_kind;
      t->shown_local = g_strdup (carrier->pair.local_address);
      t->shown_remote = g_strdup (carrier->pair.remote_address);
    }
  stats->local_address = t->shown_local;
  stats->remote_address = t->shown_remote;
}

/* Lock held. */
static void
show_keys (const Transport *t, CusaxTransportStats *stats)
{
  CusaxSrtpSuite suite = CUSAX_SRTP_NONE;

  if (t->has_remote && t->agreed == CUSAX_KEYING_SDES)
    suite = t->crypto.suite;
  else if (t->has_remote && t->agreed == CUSAX_KEYING_DTLS)
    suite = t->associations[0].suite;
  stats->keying = suite != CUSAX_SRTP_NONE ? t->agreed : CUSAX_KEYING_NONE;
  stats->suite = suite == CUSAX_SRTP_AEAD_AES_128_GCM ? "AEAD_AES_128_GCM" : cusax_srtp_suite_get_name (suite);
}

static void
transport_get_stats (CusaxTransport *transport, CusaxTransportStats *stats)
{
  Transport *t = (Transport *) transport;
  Transport *carrier = t->carrier != NULL ? t->carrier : t;

  forget_shown (t);
  g_mutex_lock (&t->lock);
  *stats = t->stats;
  cusax_statistics_get (t->statistics, stats);
  g_mutex_unlock (&t->lock);
  g_mutex_lock (&carrier->lock);
  show_path (t, carrier, stats);
  show_keys (carrier, stats);
  g_mutex_unlock (&carrier->lock);
}

/* In the media thread, between two packets: no source can be running, so nothing needs the lock any more. */
static void
close_sockets (gpointer data)
{
  Transport *t = data;

  if (t->watch != NULL)
    g_source_destroy (t->watch);
  g_clear_pointer (&t->watch, g_source_unref);
  cusax_transport_part (t);
  cusax_transport_end_dtls (t); /* says good-bye, so the path is still there */
  g_clear_pointer (&t->path, cusax_path_free);
  cusax_transport_close_ice (t);
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

  g_clear_pointer (&t->statistics, cusax_statistics_free);
  g_clear_pointer (&t->resend, cusax_resend_free);
  g_clear_pointer (&t->outbound, cusax_srtp_free);
  g_clear_pointer (&t->inbound, cusax_srtp_free);
  g_clear_pointer (&t->servers, cusax_servers_free);
  g_clear_pointer (&t->server_list, g_ptr_array_unref);
  g_clear_pointer (&t->gathered, cusax_transport_description_free);
  g_clear_pointer (&t->local, cusax_transport_description_free);
  g_clear_pointer (&t->remote, cusax_transport_description_free);
  g_clear_pointer (&t->identity, cusax_dtls_identity_free);
  explicit_bzero (&t->crypto, sizeof t->crypto);
  g_clear_error (&t->failure);
  g_clear_pointer (&t->local_address, g_free);
  g_clear_pointer (&t->wanted_address, g_free);
  g_clear_pointer (&t->seen_address, g_free);
  cusax_ice_pair_clear (&t->pair);
  forget_shown (t);
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
  .renew = cusax_transport_renew,
  .bundle = cusax_transport_bundle,
  .set_codecs = cusax_transport_set_codecs,
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
  cusax_leg_attach (t->leg, cusax_thread_get_context (), cusax_transport_on_session, t);
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
  t->offers_dtls = config->offer_dtls;
  t->uses_ice = config->use_ice && cusax_transport_can_ice (config->local_address);
  t->is_controlling = config->is_controlling;
  t->hides_address = config->hides_address;
  t->seen_address = g_strdup (config->seen_address);
  t->server_list = config->use_ice ? cusax_ice_servers_copy (config->servers) : NULL;
  t->direction = CUSAX_DIRECTION_SENDRECV;
  t->statistics = cusax_statistics_new ();
  t->silence_us = SILENCE_MS * 1000;
  t->setup_us = SETUP_MS * 1000;
  t->loss_us = LOSS_MS * 1000;
  for (guint i = 0; i < 2; i++)
    t->associations[i] = (Association){ .transport = t, .component = i };
  g_mutex_init (&t->lock);

  cusax_thread_init ();
  if (!prepare (t, config, &error))
    {
      g_mutex_lock (&t->lock);
      cusax_transport_fail (t, error);
      g_mutex_unlock (&t->lock);
    }
  return &t->base;
}

static gboolean
on_prepare (gpointer data)
{
  cusax_srtp_prepare ();
  cusax_dtls_identity_free (cusax_dtls_identity_new ());
  cusax_ice_prepare (cusax_thread_get_context ());
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
