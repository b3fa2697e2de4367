/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The transport and the media session of a call; see call-private.h. */
#include "call-private.h"

#include "codecs.h"
#include "error.h"

#include <string.h>

static const CusaxTransportListener transport_listener;
static const CusaxMediaListener media_listener;

static gboolean
is_private (const CusaxCall *call)
{
  return call->ports.sip->vtable->is_protected (call->ports.sip);
}

gboolean
cusax_call_prepare_offer (CusaxCall *call, GError **error)
{
  CusaxMediaPort *media = call->ports.media;
  const char *missing = NULL;
  const GPtrArray *codecs = media->vtable->get_codecs (media, &missing);
  CusaxMediaSecurity security = cusax_config_get_media_security (call->config);

  if (codecs->len == 0)
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "no audio codec is installed; missing: %s",
                   missing != NULL ? missing : "GStreamer plugins");
      return FALSE;
    }
  /* Keys and fingerprints travel in SDP, so they prove something only inside protected signalling (R49). */
  if (security == CUSAX_MEDIA_SECURITY_REQUIRE && !is_private (call))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_NOT_PROTECTED,
                           "encrypted calls are required, but the connection to the server is not encrypted");
      return FALSE;
    }
  call->offer = cusax_offer_new (security, codecs);
  cusax_offer_set_private (call->offer, is_private (call));
  return TRUE;
}

/* "192.0.2.1:5060" or "[2001:db8::1]:5060". Returns: (transfer full) (nullable): the literal */
static char *
dup_literal (const char *seen)
{
  g_autofree char *text = g_strdup (seen);
  char *colon = text != NULL ? strrchr (text, ':') : NULL;

  if (colon == NULL)
    return g_steal_pointer (&text);
  *colon = '\0';
  if (text[0] != '[')
    return g_steal_pointer (&text);
  return g_strndup (text + 1, strcspn (text + 1, "]"));
}

GPtrArray *
cusax_call_dup_servers (gpointer user_data)
{
  CusaxCall *call = user_data;

  if (call->owner == NULL || call->owner->dup_ice_servers == NULL)
    return NULL;
  return call->owner->dup_ice_servers (call->owner_data);
}

CusaxTransport *
cusax_call_new_transport (CusaxCall *call, const CusaxOfferResult *theirs, const CusaxTransportListener *listener)
{
  CusaxSipPort *sip = call->ports.sip;
  gboolean encrypts = cusax_config_get_media_security (call->config) != CUSAX_MEDIA_SECURITY_OFF;
  g_autoptr (GPtrArray) servers = NULL;
  g_autofree char *seen = dup_literal (sip->vtable->get_seen_address (sip));
  CusaxTransportConfig config = {
    .local_address = sip->vtable->get_local_address (sip),
    .port_min = cusax_config_get_media_port_min (call->config),
    .port_max = cusax_config_get_media_port_max (call->config),
    .offer_crypto = encrypts && is_private (call),
    .offer_dtls = encrypts,
    .protect_leg = call->ports.media->vtable->protects_leg (call->ports.media),
    .is_controlling = theirs == NULL,
    .seen_address = seen,
    .hides_address = call->outgoing && (call->disclosure & CUSAX_DISCLOSURE_ANONYMOUS) != 0,
  };

  config.servers = servers = cusax_call_dup_servers (call);
  /* Answered as they have it; who has no ICE needs an address that leads here all the more: the servers know or lend one. */
  config.use_ice = cusax_config_uses_ice (call->config)
                   && (theirs == NULL || theirs->remote->ice_ufrag != NULL || (servers != NULL && servers->len > 0));
  return call->ports.transport_new (&config, listener, call);
}

gboolean
cusax_call_prepare_media (CusaxCall *call, GError **error)
{
  if (call->offer == NULL && !cusax_call_prepare_offer (call, error))
    return FALSE;
  call->transport = cusax_call_new_transport (call, call->pending, &transport_listener);
  call->media_address = g_strdup (call->ports.sip->vtable->get_local_address (call->ports.sip));
  return TRUE;
}

gboolean
cusax_call_open_session (CusaxCall *call, GError **error)
{
  const CusaxLeg *leg = call->transport->vtable->get_leg (call->transport);
  CusaxMediaSession *session = call->ports.media->vtable->open (call->ports.media, call->who, call->outgoing,
                                                                leg, &media_listener, call, error);

  if (session == NULL)
    return FALSE;
  /* The window may have been closed from inside open. */
  if (call->state == CUSAX_CALL_ENDED)
    {
      session->vtable->end (session);
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "the call ended while its window opened");
      return FALSE;
    }
  call->session = session;
  return TRUE;
}

CusaxDirection
cusax_call_get_wanted_direction (const CusaxCall *call)
{
  return call->want_held ? CUSAX_DIRECTION_SENDONLY : CUSAX_DIRECTION_SENDRECV;
}

void
cusax_call_apply_session (CusaxCall *call, const CusaxOfferResult *result, gboolean is_final)
{
  if (call->session != NULL && call->session->vtable->set_packet_time != NULL)
    call->session->vtable->set_packet_time (call->session, cusax_offer_result_get_packet_time (result));
  if (call->session != NULL)
    call->session->vtable->set_remote_codecs (call->session, result->codecs);
  cusax_call_video_apply (call, result, is_final);
}

gboolean
cusax_call_apply_transport (CusaxCall *call, const CusaxOfferResult *result, GError **error)
{
  CusaxDirection direction = result->direction & cusax_call_get_wanted_direction (call);
  const CusaxCodec *best = g_ptr_array_index (result->codecs, 0);

  if (!call->transport->vtable->set_remote (call->transport, result->remote, &result->local_crypto, error))
    return FALSE;
  call->transport->vtable->set_direction (call->transport, direction);
  if (call->transport->vtable->set_codecs != NULL)
    call->transport->vtable->set_codecs (call->transport, result->codecs);

  call->keying = result->keying;
  call->keys_are_verified = result->is_authenticated;
  call->held = call->told_held;
  call->remote_held = (result->direction & CUSAX_DIRECTION_SENDONLY) == 0;
  g_free (call->codec);
  call->codec = g_strdup_printf ("%s/%u", best->name, best->clock_rate);
  return TRUE;
}

gboolean
cusax_call_apply_result (CusaxCall *call, const CusaxOfferResult *result, gboolean is_final, GError **error)
{
  if (!cusax_call_apply_transport (call, result, error))
    return FALSE;
  cusax_call_apply_session (call, result, is_final);
  return TRUE;
}

static void
on_transport_local_ready (gpointer user_data, const CusaxTransportDescription *local)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);
  gboolean is_move = call->local != NULL;

  call->is_moving = FALSE;

  g_clear_pointer (&call->local, cusax_transport_description_free);
  call->local = cusax_transport_description_copy (local);
  if (!is_move)
    cusax_call_local_ready (call);
  else if (cusax_call_video_is_ready (call))
    cusax_call_tell_move (call);
  else
    call->has_moved = TRUE; /* the picture's transport comes after it */
}

static void
on_transport_failed (gpointer user_data, const GError *error)
{
  CusaxCall *call = user_data;

  if (call->state == CUSAX_CALL_INCOMING)
    cusax_call_reject (call, 500);
  cusax_call_end_with_error (call, error);
}

static void
on_transport_first_rtp (gpointer user_data, gboolean incoming)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  g_debug ("call #%u: first packet %s", call->number, incoming ? "received" : "sent");
  /* SDP in a 183 only promises tones; now there are some, and ours would disturb them (RFC 3960 section 3.2). */
  if (!incoming || (call->state != CUSAX_CALL_CALLING && call->state != CUSAX_CALL_RINGING))
    return;
  call->has_early_media = TRUE;
  cusax_call_emit_changed (call);
}

static void
on_transport_silence (gpointer user_data, guint seconds, gboolean incoming)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  /* While we hold, the session gives nothing to send, and should not. */
  if (call->state == CUSAX_CALL_ACTIVE && !call->remote_held && (incoming || !call->want_held) && call->owner != NULL)
    call->owner->on_silence (call->owner_data, call, seconds, incoming);
}

static void
on_transport_state (gpointer user_data, CusaxTransportState state)
{
  CusaxCall *call = user_data;

  if (state == CUSAX_TRANSPORT_READY)
    cusax_call_forget_loss (call, &call->is_lost);
}

static const CusaxTransportListener transport_listener = {
  .on_state = on_transport_state,
  .on_lost = cusax_call_on_transport_lost,
  .dup_servers = cusax_call_dup_servers,
  .on_local_ready = on_transport_local_ready,
  .on_failed = on_transport_failed,
  .on_first_rtp = on_transport_first_rtp,
  .on_silence = on_transport_silence,
};

static void
on_media_leg_ready (gpointer user_data, guint16 rtp_port, guint16 rtcp_port)
{
  CusaxCall *call = user_data;

  if (call->transport != NULL)
    call->transport->vtable->set_leg_peer (call->transport, rtp_port, rtcp_port);
}

static void
on_media_hang_up (gpointer user_data)
{
  cusax_call_hang_up (user_data);
}

static void
on_media_hold (gpointer user_data, gboolean held)
{
  cusax_call_set_hold (user_data, held);
}

static void
on_media_muted (gpointer user_data, gboolean muted)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  if (call->muted == !!muted)
    return;
  call->muted = muted;
  cusax_call_emit_changed (call);
}

static void
on_media_error (gpointer user_data, const GError *error)
{
  cusax_call_end_with_error (user_data, error);
}

static void
on_media_device (gpointer user_data, gboolean is_microphone, const GError *error)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  if (call->state == CUSAX_CALL_ACTIVE && call->owner != NULL && call->owner->on_device != NULL)
    call->owner->on_device (call->owner_data, call, is_microphone, error);
}

static const CusaxMediaListener media_listener = {
  .on_leg_ready = on_media_leg_ready,
  .on_hang_up = on_media_hang_up,
  .on_hold = on_media_hold,
  .on_muted = on_media_muted,
  .on_keypad = cusax_call_on_keypad,
  .on_error = on_media_error,
  .on_device = on_media_device,
  .on_video_leg_ready = cusax_call_video_on_leg_ready,
  .on_video_error = cusax_call_video_on_error,
  .on_keyframe_wanted = cusax_call_video_on_keyframe_wanted,
};
