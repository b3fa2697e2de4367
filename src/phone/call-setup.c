/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a call comes to stand, outgoing and incoming; see call-private.h. */
#include "call-private.h"

#include "call-end.h"
#include "codecs.h"
#include "error.h"
#include "text.h"
#include "xmpp-uri.h"

static const CusaxSipCallListener sip_listener;

static void
become_active (CusaxCall *call)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);
  g_autoptr (CusaxCall) replaced = g_steal_pointer (&call->replaced);

  cusax_call_stop_ring_timer (call);
  /* RFC 3891 section 3: once the new one stands, never before. */
  if (replaced != NULL)
    cusax_call_end (replaced, CUSAX_CALL_END_REPLACED, 0, NULL);
  /* That was news, and may have been the end of everything. */
  if (call->state == CUSAX_CALL_ENDED)
    return;
  call->established = call->ports.clock->now (call->ports.clock);
  cusax_call_set_state (call, CUSAX_CALL_ACTIVE);
  /* The Hold button works before there is anything to hold, and the camera may have failed. */
  if (call->want_held != call->held || call->video.is_untold)
    cusax_call_send_reoffer (call);
  cusax_call_emit_changed (call);
}

CusaxCall *
cusax_call_new_outgoing (const CusaxPorts *ports, CusaxConfig *config, guint number,
                         const CusaxCallOutgoing *outgoing, const CusaxCallOwner *owner, gpointer owner_data,
                         GError **error)
{
  g_autoptr (CusaxCall) call
      = cusax_call_alloc (ports, config, number, outgoing->target, outgoing->who, owner, owner_data);

  call->outgoing = TRUE;
  call->contact = g_strdup (outgoing->contact);
  call->is_chosen = outgoing->contact != NULL;
  call->grade = outgoing->contact != NULL ? CUSAX_BINDING_STRONG : CUSAX_BINDING_NONE;
  call->class_ = outgoing->class_;
  call->disclosure = outgoing->disclosure;
  call->is_automatic = outgoing->is_automatic;
  call->replaces = g_strdup (outgoing->replaces);
  call->referred_by = g_strdup (outgoing->referred_by);
  call->state = CUSAX_CALL_PREPARING;
  call->video.is_wanted = outgoing->with_video;
  if (!cusax_call_prepare_media (call, error) || (outgoing->with_video && !cusax_call_video_prepare_ours (call, error))
      || !cusax_call_open_session (call, error))
    {
      cusax_call_detach (call);
      cusax_call_end (call, CUSAX_CALL_END_MEDIA, 0, NULL);
      return NULL;
    }
  if (outgoing->with_video)
    cusax_call_video_open_transport (call, NULL);
  call->transport->vtable->gather (call->transport);
  return g_steal_pointer (&call);
}

/** Disclosed: the texts that a CusaxSipDisclosure borrows. */
typedef struct
{
  char *chat_uri;
  char *chat_contact;
  CusaxSipDisclosure port;
} Disclosed;

static void
disclosed_clear (Disclosed *disclosed)
{
  g_free (disclosed->chat_uri);
  g_free (disclosed->chat_contact);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Disclosed, disclosed_clear)

static void
disclosed_fill (Disclosed *disclosed, const CusaxCall *call)
{
  /* A resource tells of devices (RFC 6993 section 2): only the seed draft's form, switched on by hand, has it. */
  if ((call->disclosure & CUSAX_DISCLOSURE_CHAT_URI) != 0)
    disclosed->chat_uri = cusax_xmpp_uri_from_jid (cusax_config_get_jid (call->config), FALSE, NULL);
  if ((call->disclosure & CUSAX_DISCLOSURE_CHAT_CONTACT) != 0)
    disclosed->chat_contact = cusax_xmpp_uri_from_jid (cusax_config_get_full_jid (call->config), TRUE, NULL);
  disclosed->port.chat_uri = disclosed->chat_uri;
  disclosed->port.chat_contact = disclosed->chat_contact;
  disclosed->port.is_anonymous = (call->disclosure & CUSAX_DISCLOSURE_ANONYMOUS) != 0;
}

void
cusax_call_tell_disclosure (CusaxCall *call)
{
  g_auto (Disclosed) disclosed = { 0 };

  disclosed_fill (&disclosed, call);
  call->sip_call->vtable->set_disclosure (call->sip_call, &disclosed.port);
}

/* What joins our log to the server's (R51). */
static void
log_call_id (const CusaxCall *call, const char *call_id)
{
  g_autofree char *clean = cusax_text_clean (call_id, 128);

  g_info ("call #%u is Call-ID %s", call->number, clean != NULL ? clean : "-");
}

static void
send_invite (CusaxCall *call)
{
  g_auto (Disclosed) disclosed = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = NULL;
  g_autofree char *call_id = g_uuid_string_random ();

  cusax_call_video_describe (call);
  sdp = cusax_offer_create_offer (call->offer, call->local, CUSAX_DIRECTION_SENDRECV, &error);
  disclosed_fill (&disclosed, call);
  disclosed.port.call_id = call_id;
  disclosed.port.replaces = call->replaces;
  disclosed.port.referred_by = call->referred_by;
  if (sdp != NULL)
    call->sip_call = call->ports.sip->vtable->invite (call->ports.sip, call->peer, sdp, &disclosed.port,
                                                      &sip_listener, call, &error);
  if (call->sip_call == NULL)
    {
      cusax_call_end_with_error (call, error);
      return;
    }
  log_call_id (call, call_id);
  if (call->ring_id == 0)
    cusax_call_start_ring_timer (call);
  cusax_call_set_state (call, CUSAX_CALL_CALLING);
  cusax_call_emit_changed (call);
}

static void
take_answer (CusaxCall *call, const char *sdp, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxOfferResult) result = NULL;

  if (call->is_settled_early)
    {
      call->session->vtable->accept (call->session);
      become_active (call);
      return;
    }
  if (sdp == NULL)
    g_set_error_literal (&error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, "the answer says nothing about media");
  else
    result = cusax_offer_receive_answer (call->offer, sdp, length, &error);

  if (result == NULL || !cusax_call_apply_result (call, result, TRUE, &error))
    {
      cusax_call_end_with_error (call, error);
      return;
    }
  call->session->vtable->accept (call->session);
  become_active (call);
}

/* Our policy's codecs, not this machine's: asking GStreamer for the first time takes longer than a 180 may. */
static gboolean
judge_offer (const CusaxSipIncoming *incoming, gboolean *has_video, GError **error)
{
  g_autoptr (GPtrArray) policy = cusax_codecs_policy ();
  g_autoptr (CusaxOffer) offer = cusax_offer_new (CUSAX_MEDIA_SECURITY_PREFER, policy);
  g_autoptr (CusaxOfferResult) result = NULL;

  if (incoming->sdp == NULL)
    return TRUE;
  result = cusax_offer_receive_offer (offer, incoming->sdp, incoming->sdp_length, error);
  *has_video = result != NULL && result->has_video_offer;
  return result != NULL;
}

static void
refuse_offer (CusaxCall *call, const GError *error)
{
  cusax_call_reject (call, cusax_call_end_status_for_offer (error));
  cusax_call_end_with_error (call, error);
}

static gboolean
take_first_offer (CusaxCall *call, GError **error)
{
  if (!cusax_call_prepare_offer (call, error))
    return FALSE;
  if (call->offerless)
    return cusax_call_prepare_media (call, error);
  if (call->video.is_offered)
    cusax_call_video_prepare (call, NULL); /* where nothing can be shown the sound alone is answered */
  call->pending = cusax_offer_receive_offer (call->offer, call->remote_sdp, call->remote_sdp_length, error);
  return call->pending != NULL && cusax_call_prepare_media (call, error);
}

static gboolean
on_automatic_answer (gpointer data)
{
  CusaxCall *call = data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  call->tick_id = 0;
  if (call->replaced != NULL || call->owner == NULL || call->owner->may_answer (call->owner_data, call))
    {
      cusax_call_answer (call);
      return G_SOURCE_REMOVE;
    }
  call->is_automatic = FALSE;
  call->owner->on_incoming (call->owner_data, call);
  return G_SOURCE_REMOVE;
}

/* The 180 is on the wire: now the codecs, the transport and the person. */
static gboolean
on_incoming_tick (gpointer data)
{
  CusaxCall *call = data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);
  g_autoptr (GError) error = NULL;

  call->tick_id = 0;
  if (!take_first_offer (call, &error))
    {
      refuse_offer (call, error);
      return G_SOURCE_REMOVE;
    }
  call->transport->vtable->gather (call->transport);
  call->announced = TRUE;
  if (call->is_automatic)
    call->tick_id = call->ports.clock->add (call->ports.clock, (guint) call->answer_after * 1000, on_automatic_answer,
                                            call);
  if (call->owner != NULL)
    call->owner->on_incoming (call->owner_data, call);
  return G_SOURCE_REMOVE;
}

CusaxCall *
cusax_call_new_incoming (const CusaxPorts *ports, CusaxConfig *config, guint number, CusaxSipCall *sip_call,
                         const CusaxSipIncoming *incoming, const CusaxCallIncoming *details,
                         const CusaxCallOwner *owner, gpointer owner_data)
{
  g_autoptr (GError) error = NULL;
  CusaxCall *call = NULL;
  gboolean has_video = FALSE;

  if (!judge_offer (incoming, &has_video, &error))
    {
      g_message ("call refused: %s", error->message);
      sip_call->vtable->reject (sip_call, cusax_call_end_status_for_offer (error), NULL);
      sip_call->vtable->release (sip_call);
      cusax_callerid_free (details->caller);
      return NULL;
    }

  call = cusax_call_alloc (ports, config, number, details->caller->address, details->who, owner, owner_data);
  call->state = CUSAX_CALL_INCOMING;
  call->caller = details->caller;
  call->grade = details->grade;
  call->contact = g_strdup (details->contact);
  call->disclosure = details->disclosure;
  call->answer_after = details->answer_after;
  call->is_automatic = details->answer_after >= 0;
  call->replaced = details->replaced != NULL ? cusax_call_ref (details->replaced) : NULL;
  call->is_replacement = details->replaced != NULL;
  call->offerless = incoming->sdp == NULL;
  call->video.is_offered = has_video;
  call->remote_sdp = g_memdup2 (incoming->sdp, incoming->sdp_length);
  call->remote_sdp_length = incoming->sdp_length;
  call->sip_call = sip_call;
  log_call_id (call, incoming->call_id);
  sip_call->vtable->set_listener (sip_call, &sip_listener, call);
  cusax_call_tell_disclosure (call);
  sip_call->vtable->ring (sip_call);
  cusax_call_start_ring_timer (call);
  call->tick_id = ports->clock->add (ports->clock, 0, on_incoming_tick, call);
  return call;
}

/* The 200 is on the wire: now the window and the microphone, so that they cost it no time. */
static gboolean
on_answered_tick (gpointer data)
{
  CusaxCall *call = data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);
  g_autoptr (GError) error = NULL;

  call->tick_id = 0;
  if (!cusax_call_open_session (call, &error))
    {
      cusax_call_end_with_error (call, error);
      return G_SOURCE_REMOVE;
    }
  if (call->pending != NULL)
    cusax_call_apply_session (call, call->pending, TRUE);
  if (call->muted)
    call->session->vtable->set_muted (call->session, TRUE);
  if (call->want_held)
    call->session->vtable->set_hold (call->session, TRUE);
  if (call->pending != NULL || call->state == CUSAX_CALL_ACTIVE)
    call->session->vtable->accept (call->session);
  g_clear_pointer (&call->pending, cusax_offer_result_free);
  return G_SOURCE_REMOVE;
}

static void
send_200 (CusaxCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = NULL;

  cusax_call_video_describe (call);
  if (call->offerless)
    sdp = cusax_offer_create_offer (call->offer, call->local, CUSAX_DIRECTION_SENDRECV, &error);
  else
    sdp = cusax_offer_create_answer (call->offer, call->local, CUSAX_DIRECTION_SENDRECV, &error);
  if (sdp == NULL)
    {
      refuse_offer (call, error);
      return;
    }
  call->is_answered = TRUE;
  call->sip_call->vtable->accept (call->sip_call, sdp);
  /* ICE and the handshake go on in their own thread while this one opens the window. */
  if (call->pending != NULL && !cusax_call_apply_transport (call, call->pending, &error))
    {
      cusax_call_end_with_error (call, error);
      return;
    }
  call->tick_id = call->ports.clock->add (call->ports.clock, 0, on_answered_tick, call);
}

/* Nobody was asked: it waits if the one that it replaces does, and the microphone stays shut if it was. */
static void
inherit (CusaxCall *call)
{
  const CusaxCall *replaced = call->replaced;

  if (replaced == NULL || replaced->state != CUSAX_CALL_ACTIVE)
    return;
  call->muted = replaced->muted;
  call->want_held = replaced->want_held;
  call->held_at = replaced->held_at;
}

void
cusax_call_answer (CusaxCall *call)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);
  g_autoptr (GError) error = NULL;

  /* Before the tick there is no engine yet; nobody has been shown the call then. */
  if (call->state != CUSAX_CALL_INCOMING || call->offer == NULL)
    return;

  if (!call->ports.media->vtable->can_open (call->ports.media, call->who, &error))
    {
      cusax_call_reject (call, 480);
      cusax_call_end_with_error (call, error);
      return;
    }
  inherit (call);
  cusax_call_stop_ring_timer (call);
  if (call->tick_id != 0)
    call->ports.clock->remove (call->ports.clock, call->tick_id); /* the person was quicker */
  call->tick_id = 0;
  cusax_call_set_state (call, CUSAX_CALL_ANSWERING);
  if (call->video.is_accepted)
    cusax_call_video_open_transport (call, call->pending->video);
  cusax_call_local_ready (call);
  if (call->state == CUSAX_CALL_ANSWERING)
    cusax_call_emit_changed (call);
}

void
cusax_call_local_ready (CusaxCall *call)
{
  if (call->local == NULL || !cusax_call_video_is_ready (call))
    return;
  if (call->state == CUSAX_CALL_PREPARING)
    send_invite (call);
  else if (call->state == CUSAX_CALL_ANSWERING && !call->is_answered)
    send_200 (call);
}

static void
on_sip_remote (gpointer user_data, const CusaxSipHeaders *headers)
{
  CusaxCall *call = user_data;

  if (call->owner != NULL)
    call->owner->on_remote (call->owner_data, call, headers);
}

/* Early media (R44): what they send may be heard; the microphone stays shut until the answer. An answer that cannot be used
 * says nothing yet: the 200 decides. */
static void
take_early_answer (CusaxCall *call, const char *sdp, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxOfferResult) result = cusax_offer_preview_answer (call->offer, sdp, length, &error);

  if (result == NULL || !cusax_call_apply_result (call, result, FALSE, &error))
    {
      g_message ("call #%u: no early media: %s", call->number, error->message);
      return;
    }
  g_free (call->remote_sdp);
  call->remote_sdp = g_memdup2 (sdp, length);
  call->remote_sdp_length = length;
  call->session->vtable->listen (call->session);
}

static void
on_sip_progress (gpointer user_data, guint status, const char *sdp, gsize length)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  if (sdp != NULL && !call->is_settled_early
      && (call->state == CUSAX_CALL_CALLING || call->state == CUSAX_CALL_RINGING))
    take_early_answer (call, sdp, length);
  /* Gateways to the telephone network send 183 with its tones instead of 180. */
  if (status < 180 || status > 183 || call->state != CUSAX_CALL_CALLING)
    return;
  call->rang = TRUE;
  cusax_call_set_state (call, CUSAX_CALL_RINGING);
  cusax_call_emit_changed (call);
}

static void
on_sip_established (gpointer user_data, const char *sdp, gsize length)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);
  g_autoptr (CusaxOfferResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (call->outgoing)
    {
      take_answer (call, sdp, length);
      return;
    }
  if (call->offerless)
    {
      if (sdp == NULL)
        g_set_error_literal (&error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, "the ACK has no answer");
      else
        result = cusax_offer_receive_answer (call->offer, sdp, length, &error);
      if (result == NULL || !cusax_call_apply_result (call, result, TRUE, &error))
        {
          cusax_call_end_with_error (call, error);
          return;
        }
      if (call->session != NULL)
        call->session->vtable->accept (call->session);
      else
        /* The ACK overtook the tick that opens the session: it applies the same result. */
        call->pending = g_steal_pointer (&result);
    }
  become_active (call);
}

/* What we offered is not acceptable (488, 606): the sound alone, then what the offer engine knows to say in other words (P14,
 * P25). Another dialog of the same call. */
static gboolean
try_again (CusaxCall *call, guint status)
{
  if (!call->outgoing || (status != 488 && status != 606)
      || (call->state != CUSAX_CALL_CALLING && call->state != CUSAX_CALL_RINGING) || call->is_settled_early)
    return FALSE;
  if (call->video.transport != NULL)
    {
      cusax_offer_reject (call->offer);
      cusax_call_video_close (call);
      call->video.is_wanted = FALSE;
      call->video.is_refused = TRUE;
    }
  else if (!cusax_offer_next_try (call->offer))
    return FALSE;
  g_message ("call #%u: refused with %u, tried again with another offer", call->number, status);
  g_clear_pointer (&call->remote_sdp, g_free);
  call->has_early_media = FALSE; /* that was the other dialog's */
  call->sip_call->vtable->release (g_steal_pointer (&call->sip_call));
  send_invite (call);
  return TRUE;
}

static void
on_sip_ended (gpointer user_data, guint status, const char *reason, gboolean elsewhere)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);
  CusaxCallEnd end;

  if (try_again (call, status))
    return;
  if (call->state == CUSAX_CALL_INCOMING)
    end = elsewhere ? CUSAX_CALL_END_ELSEWHERE : CUSAX_CALL_END_MISSED;
  else if (status == 0)
    end = cusax_call_is_transferred (call) ? CUSAX_CALL_END_TRANSFERRED : CUSAX_CALL_END_REMOTE;
  else if (call->state == CUSAX_CALL_ACTIVE || call->state == CUSAX_CALL_ANSWERING)
    end = CUSAX_CALL_END_NETWORK;
  else if (status >= 300 && status < 400 && call->redirects != NULL)
    end = CUSAX_CALL_END_REDIRECTED;
  else
    end = cusax_call_end_from_status (status, call->rang);
  /* We have said nothing but that: what a telephone without encryption cannot take is that. */
  if (end == CUSAX_CALL_END_NO_CODEC && status >= 300
      && cusax_config_get_media_security (call->config) == CUSAX_MEDIA_SECURITY_REQUIRE)
    end = CUSAX_CALL_END_NOT_PROTECTED;
  cusax_call_end (call, end, status, reason);
}

static void
on_sip_redirected (gpointer user_data, const char *const *targets)
{
  CusaxCall *call = user_data;

  g_strfreev (call->redirects);
  call->redirects = targets[0] != NULL ? g_strdupv ((char **) targets) : NULL;
}

static void
on_sip_refer (gpointer user_data, CusaxSipReferral *referral, const CusaxSipRefer *refer)
{
  CusaxCall *call = user_data;

  if (call->owner != NULL)
    call->owner->on_refer (call->owner_data, call, referral, refer);
  else
    referral->vtable->release (referral);
}

static const CusaxSipCallListener sip_listener = {
  .on_redirected = on_sip_redirected,
  .on_refer = on_sip_refer,
  .on_refer_progress = cusax_call_on_refer_progress,
  .on_info_done = cusax_call_on_info_done,
  .on_keyframe_asked = cusax_call_video_on_keyframe_asked,
  .on_remote = on_sip_remote,
  .on_progress = on_sip_progress,
  .on_established = on_sip_established,
  .on_offer = cusax_call_on_offer,
  .on_offer_cancelled = cusax_call_on_offer_cancelled,
  .on_reoffer_done = cusax_call_on_reoffer_done,
  .on_leg_back = cusax_call_on_leg_back,
  .on_ended = on_sip_ended,
};
