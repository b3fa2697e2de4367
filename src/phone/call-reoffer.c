/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a standing call changes: hold, resume, the other side's offers; see call-private.h. RFC 3264 section 8. */
#include "call-private.h"

#include "call-end.h"


void
cusax_call_send_reoffer (CusaxCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = NULL;
  CusaxDirection direction = cusax_call_get_wanted_direction (call);

  if (call->their_offer != NULL || !cusax_call_video_is_ready (call) || call->is_moving)
    return; /* what is waited for tells it */
  cusax_call_video_describe (call);
  sdp = cusax_offer_create_offer (call->offer, call->local, direction, &error);
  if (sdp == NULL)
    {
      /* Their offer is open: on_offer's answer carries our direction. */
      g_debug ("call #%u: %s", call->number, error->message);
      return;
    }
  call->reoffering = TRUE;
  call->telling_move = call->has_moved;
  call->has_moved = FALSE;
  call->told_held = call->want_held;
  call->sip_call->vtable->reoffer (call->sip_call, sdp);
}

void
cusax_call_tell_move (CusaxCall *call)
{
  call->has_moved = TRUE;
  if (call->their_offer != NULL && !call->is_moving && cusax_call_video_is_ready (call))
    cusax_call_finish_answer (call);
  else if (call->state == CUSAX_CALL_ACTIVE && !call->reoffering)
    cusax_call_send_reoffer (call);
}

/* What an offer or an answer that has just gone by could not say. */
static void
tell_the_rest (CusaxCall *call)
{
  if (call->state == CUSAX_CALL_ACTIVE && !call->reoffering
      && (call->want_held != call->held || call->has_moved || call->video.is_untold))
    cusax_call_send_reoffer (call);
}

/* P2: this machine has another address. The sockets of the sound move first, and then the re-INVITE says where. */
gboolean
cusax_call_on_leg_back (gpointer user_data, const char *local_address)
{
  CusaxCall *call = user_data;

  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  if (call->state != CUSAX_CALL_ACTIVE || call->local == NULL)
    return FALSE;
  if (g_strcmp0 (call->media_address, local_address) == 0)
    {
      if (!call->has_moved)
        return FALSE;
      cusax_call_tell_move (call);
      return TRUE;
    }
  g_debug ("call #%u: media move to %s", call->number, local_address);
  g_free (call->media_address);
  call->media_address = g_strdup (local_address);
  call->is_moving = TRUE;
  cusax_call_forget_loss (call, &call->is_lost);
  if (call->video.transport != NULL && !call->video.is_bundled)
    {
      g_clear_pointer (&call->video.local, cusax_transport_description_free);
      call->video.transport->vtable->move (call->video.transport, local_address);
    }
  call->transport->vtable->move (call->transport, local_address);
  return TRUE;
}

void
cusax_call_set_hold (CusaxCall *call, gboolean held)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  if (call->state == CUSAX_CALL_INCOMING || call->state == CUSAX_CALL_ENDED || call->want_held == !!held)
    return;

  call->want_held = held;
  call->hold_refused = FALSE;
  call->held_at = call->ports.clock->now (call->ports.clock);
  /* The microphone is cut at once; what the wire says follows. */
  if (call->session != NULL)
    call->session->vtable->set_hold (call->session, held);
  if (call->video.is_open && held)
    call->session->vtable->set_video_direction (call->session, CUSAX_DIRECTION_INACTIVE);
  if (call->state == CUSAX_CALL_ACTIVE && !call->reoffering)
    cusax_call_send_reoffer (call);
  cusax_call_emit_changed (call);
}

void
cusax_call_hold_here (CusaxCall *call)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  if (call->state != CUSAX_CALL_ACTIVE || call->want_held)
    return;
  call->want_held = TRUE;
  call->held_at = call->ports.clock->now (call->ports.clock);
  if (call->session != NULL)
    call->session->vtable->set_hold (call->session, TRUE);
  cusax_call_emit_changed (call);
}

static void
undo_hold (CusaxCall *call)
{
  call->hold_refused = call->want_held && !call->held;
  call->want_held = call->held;
  if (call->session != NULL)
    call->session->vtable->set_hold (call->session, call->held);
  if (call->video.is_open && !call->held)
    call->session->vtable->set_video_direction (call->session, call->video.direction);
}

/* Theirs is shown, ours was to be, and nobody is on hold. */
static gboolean
was_to_be_shown (const CusaxCall *call)
{
  return call->video.is_open && call->video.is_wanted && !call->video.has_camera && !call->want_held
         && !call->remote_held;
}

/* A picture that was to come does not; one that was there stays with us as it is. */
static void
undo_video (CusaxCall *call)
{
  gboolean is_new = call->video.is_told && call->video.codec == NULL;

  if (!is_new && !was_to_be_shown (call))
    return;
  if (is_new)
    cusax_call_video_close (call);
  call->video.is_wanted = FALSE;
  call->video.is_refused = TRUE;
}

void
cusax_call_on_reoffer_done (gpointer user_data, guint status, const char *sdp, gsize length)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);
  g_autoptr (CusaxOfferResult) result = NULL;
  g_autoptr (GError) error = NULL;

  call->reoffering = FALSE;
  if (status >= 200 && status < 300 && sdp != NULL)
    {
      result = cusax_offer_receive_answer (call->offer, sdp, length, &error);
      if (result == NULL || !cusax_call_apply_result (call, result, TRUE, &error))
        {
          cusax_call_end_with_error (call, error);
          return;
        }
      cusax_call_video_was_told (call);
    }
  else if (status == 491)
    {
      /* Their offer follows at once, and our answer to it says what the person wants. */
      cusax_offer_reject (call->offer);
      call->has_moved |= call->telling_move;
      call->telling_move = FALSE;
      cusax_call_video_not_told (call);
      call->video.is_untold |= call->video.is_dropped;
      return;
    }
  else
    {
      cusax_offer_reject (call->offer);
      g_message ("call #%u: change of the call refused with %u", call->number, status);
      undo_hold (call);
      undo_video (call);
      /* Not at once again; the next leg tells it. */
      if (call->telling_move)
        {
          call->telling_move = FALSE;
          call->has_moved = TRUE;
          cusax_call_emit_changed (call);
          cusax_call_continue_transfer (call);
          return;
        }
    }
  call->telling_move = FALSE;
  tell_the_rest (call);
  cusax_call_emit_changed (call);
  cusax_call_continue_transfer (call);
}

/* An offer before the 200: the early answer is the answer to ours, for good (ports.h). */
static void
settle_early (CusaxCall *call)
{
  g_autoptr (CusaxOfferResult) result = NULL;

  if (call->state == CUSAX_CALL_ACTIVE || !call->outgoing || call->is_settled_early || call->remote_sdp == NULL)
    return;
  result = cusax_offer_receive_answer (call->offer, call->remote_sdp, call->remote_sdp_length, NULL);
  call->is_settled_early = result != NULL;
  if (result != NULL)
    cusax_call_video_apply (call, result, TRUE);
}

static void
refuse_reoffer (CusaxCall *call, guint status, const GError *error)
{
  /* The call goes on as it was (RFC 3261 section 14.2). */
  g_message ("call #%u: their offer refused: %s", call->number, error->message);
  call->sip_call->vtable->answer_offer (call->sip_call, status, NULL);
  /* It may have overtaken one of ours, and has not told them what that was to tell. */
  tell_the_rest (call);
  cusax_call_continue_transfer (call);
}

void
cusax_call_finish_answer (CusaxCall *call)
{
  g_autoptr (CusaxOfferResult) result = g_steal_pointer (&call->their_offer);
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = NULL;
  gboolean had_moved = call->has_moved, was_untold = call->video.is_untold;

  call->told_held = call->want_held;
  call->has_moved = FALSE;
  cusax_call_video_describe (call);
  /* An answer adds nothing (RFC 3264 section 6): ours then waits for an offer of ours. */
  if (result->video == NULL)
    cusax_call_video_not_told (call);
  /* The transport first: what it cannot do must not have been agreed on, neither here nor on the wire. */
  if (!cusax_call_apply_transport (call, result, &error))
    {
      cusax_offer_reject (call->offer);
      call->has_moved = had_moved;
      if (!call->video.is_wanted && call->video.codec == NULL)
        cusax_call_video_close (call);
      /* What the answer was to say of the picture is still to be said, unless it spoke of theirs alone. */
      cusax_call_video_not_told (call);
      call->video.is_untold |= was_untold && (call->video.codec != NULL || call->video.is_dropped);
      refuse_reoffer (call, 488, error);
      return;
    }
  answer = cusax_offer_create_answer (call->offer, call->local, cusax_call_get_wanted_direction (call), &error);
  if (answer == NULL)
    {
      call->sip_call->vtable->answer_offer (call->sip_call, cusax_call_end_status_for_offer (error), NULL);
      cusax_call_end_with_error (call, error); /* there is no way back for the transport */
      return;
    }
  cusax_call_apply_session (call, result, TRUE);
  call->sip_call->vtable->answer_offer (call->sip_call, 200, answer);
  cusax_call_video_was_told (call);
  tell_the_rest (call);
  cusax_call_emit_changed (call);
  cusax_call_continue_transfer (call);
}

static void
answer_reoffer (CusaxCall *call, const char *sdp, gsize length)
{
  g_autoptr (GError) error = NULL;
  const CusaxOfferResult *video;

  settle_early (call);
  cusax_call_video_prepare (call, NULL); /* nothing there: a picture of theirs is refused, the sound goes on */
  g_clear_pointer (&call->their_offer, cusax_offer_result_free);
  call->their_offer = cusax_offer_receive_offer (call->offer, sdp, length, &error);
  if (call->their_offer == NULL)
    {
      refuse_reoffer (call, cusax_call_end_status_for_offer (error), error);
      return;
    }
  video = call->their_offer->video;
  /* Out of the bundle: it needs sockets of its own. */
  if (video != NULL && call->video.is_bundled && !video->is_bundled)
    cusax_call_video_close (call);
  /* Theirs is shown at once, unless the person has just taken it out; ours only if the person says so. */
  if (video != NULL && !call->video.is_dropped)
    cusax_call_video_open_transport (call, video);
  cusax_call_renew_for_answer (call);
  if (cusax_call_video_is_ready (call) && !call->is_moving)
    cusax_call_finish_answer (call);
}

void
cusax_call_on_offer_cancelled (gpointer user_data)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  if (call->their_offer == NULL)
    return;
  g_clear_pointer (&call->their_offer, cusax_offer_result_free);
  cusax_offer_reject (call->offer);
  if (!call->video.is_wanted && call->video.codec == NULL)
    cusax_call_video_close (call);
  tell_the_rest (call);
  cusax_call_emit_changed (call);
  cusax_call_continue_transfer (call);
}

void
cusax_call_on_offer (gpointer user_data, const char *sdp, gsize length)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);
  g_autoptr (GError) error = NULL;
  g_autofree char *offer = NULL;

  if (sdp != NULL)
    {
      answer_reoffer (call, sdp, length);
      return;
    }
  if (cusax_call_video_is_ready (call) && !call->is_moving)
    {
      cusax_call_video_describe (call);
      offer = cusax_offer_create_offer (call->offer, call->local, cusax_call_get_wanted_direction (call), &error);
    }
  if (offer == NULL)
    {
      call->sip_call->vtable->answer_offer (call->sip_call, 491, NULL);
      return;
    }
  call->reoffering = TRUE;
  call->has_moved = FALSE;
  call->told_held = call->want_held;
  call->sip_call->vtable->answer_offer (call->sip_call, 200, offer);
}
