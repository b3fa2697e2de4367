/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The picture of a call: a transport of its own beside the sound's, unless both are bundled. The sound decides whether there is
 * a call; whatever happens to the picture, the sound goes on. The camera is opened when both sides have agreed, never before.
 * See call-private.h.
 */
#include "call-private.h"

#include "error.h"
#include "media-control.h"

/* How often they get a whole picture at most: it costs twenty others, and whoever loses many asks for many. */
#define KEYFRAME_INTERVAL_MS 1000

static const CusaxTransportListener video_transport_listener;

/* -------------------------------------------------------------------- parts */

gboolean
cusax_call_video_prepare (CusaxCall *call, GError **error)
{
  CusaxMediaPort *media = call->ports.media;
  const char *missing = NULL;
  const GPtrArray *codecs = NULL;

  if (media->vtable->get_video_codecs != NULL)
    codecs = media->vtable->get_video_codecs (media, &missing);
  if (codecs != NULL && codecs->len == 0)
    codecs = NULL;
  cusax_offer_set_video (call->offer, codecs);
  if (codecs != NULL)
    return TRUE;
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, missing != NULL ? missing : "this program shows no pictures");
  return FALSE;
}

gboolean
cusax_call_video_prepare_ours (CusaxCall *call, GError **error)
{
  CusaxMediaPort *media = call->ports.media;
  const char *missing = NULL;

  if (!cusax_call_video_prepare (call, error))
    return FALSE;
  if (media->vtable->has_camera != NULL && media->vtable->has_camera (media, &missing))
    return TRUE;
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, missing != NULL ? missing : "there is no camera");
  return FALSE;
}

void
cusax_call_video_open_transport (CusaxCall *call, const CusaxOfferResult *theirs)
{
  if (call->video.transport != NULL)
    return;
  call->video.transport = cusax_call_new_transport (call, theirs, &video_transport_listener);
  if (theirs != NULL && theirs->is_bundled)
    call->video.is_bundled = TRUE; /* its sockets are the sound's */
  else
    call->video.transport->vtable->gather (call->video.transport);
}

static void
close_session (CusaxCall *call)
{
  if (call->video.is_open && call->session != NULL)
    call->session->vtable->remove_video (call->session);
  call->video.is_open = call->video.has_camera = FALSE;
}

static void
stop_keyframes (CusaxCall *call)
{
  if (call->video.keyframe_id != 0)
    call->ports.clock->remove (call->ports.clock, call->video.keyframe_id);
  call->video.keyframe_id = 0;
  call->video.keyframe_at = 0;
}

void
cusax_call_video_close (CusaxCall *call)
{
  CusaxTransport *transport;

  cusax_call_keep_video_stats (call);
  transport = g_steal_pointer (&call->video.transport);
  stop_keyframes (call);
  cusax_call_forget_loss (call, &call->video.is_lost);
  close_session (call);
  if (transport != NULL)
    transport->vtable->shutdown (transport);
  g_clear_pointer (&call->video.local, cusax_transport_description_free);
  g_clear_pointer (&call->video.codec, g_free);
  g_clear_pointer (&call->video.codecs, g_ptr_array_unref);
  call->video.direction = CUSAX_DIRECTION_INACTIVE;
  call->video.is_bundled = call->video.is_told = call->video.asks_by_rtcp = FALSE;
}

void
cusax_call_video_clear (CusaxCall *call)
{
  g_clear_pointer (&call->video.local, cusax_transport_description_free);
  g_clear_pointer (&call->video.codec, g_free);
  g_clear_pointer (&call->video.codecs, g_ptr_array_unref);
  g_clear_error (&call->video.error);
}

static void
note_error (CusaxCall *call, const GError *error)
{
  g_message ("call #%u: no picture: %s", call->number, error->message);
  g_clear_error (&call->video.error);
  call->video.error = g_error_copy (error);
  call->video.is_wanted = FALSE;
}

/* It ends here, and if both sides know of it, they are told. */
static void
give_up (CusaxCall *call, const GError *error)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  note_error (call, error);
  cusax_call_video_close (call);
  cusax_call_video_go_on (call);
  cusax_call_emit_changed (call);
}

/* ---------------------------------------------------------------- agreement */

gboolean
cusax_call_video_is_ready (const CusaxCall *call)
{
  return call->video.transport == NULL || call->video.local != NULL || call->video.is_bundled;
}

static CusaxDirection
wanted_direction (const CusaxCall *call)
{
  if (call->want_held)
    return CUSAX_DIRECTION_INACTIVE;
  return call->video.is_wanted ? CUSAX_DIRECTION_SENDRECV : CUSAX_DIRECTION_RECVONLY;
}

void
cusax_call_video_describe (CusaxCall *call)
{
  const CusaxTransportDescription *way = call->video.is_bundled ? call->local : call->video.local;
  g_autoptr (CusaxTransportDescription) local = NULL;

  if (call->video.transport != NULL)
    local = cusax_transport_description_copy (way);
  if (local != NULL)
    local->ssrc = call->video.transport->vtable->get_leg (call->video.transport)->ssrc;
  cusax_offer_set_local_video (call->offer, local, wanted_direction (call));
  call->video.is_untold = FALSE;
  call->video.is_told = local != NULL;
}

void
cusax_call_video_not_told (CusaxCall *call)
{
  call->video.is_told = FALSE;
  call->video.is_untold |= cusax_call_video_is_coming (call);
}

void
cusax_call_video_was_told (CusaxCall *call)
{
  if (!call->video.is_untold)
    call->video.is_dropped = FALSE;
}

gboolean
cusax_call_video_is_coming (const CusaxCall *call)
{
  return call->video.transport != NULL && call->video.codec == NULL && !call->video.is_told;
}

static gboolean
bundle (CusaxCall *call, const CusaxOfferResult *video, GError **error)
{
  g_autofree guint8 *payload_types = g_malloc (MAX (video->codecs->len, 1));

  if (call->transport->vtable->bundle == NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, "streams cannot be bundled");
      return FALSE;
    }
  for (guint i = 0; i < video->codecs->len; i++)
    payload_types[i] = ((const CusaxCodec *) video->codecs->pdata[i])->payload_type;
  return call->video.transport->vtable->bundle (call->video.transport, call->transport, payload_types,
                                                video->codecs->len, error);
}

static gboolean
open_session (CusaxCall *call, gboolean with_camera, GError **error)
{
  const CusaxLeg *leg = call->video.transport->vtable->get_leg (call->video.transport);

  if (call->video.is_open && (call->video.has_camera || !with_camera))
    return TRUE;
  close_session (call);
  if (!call->session->vtable->add_video (call->session, leg, with_camera, error))
    return FALSE;
  call->video.is_open = TRUE;
  call->video.has_camera = with_camera;
  return TRUE;
}

/* What was agreed on reaches the session. */
static gboolean
show (CusaxCall *call, GError **error)
{
  if (!open_session (call, (call->video.direction & CUSAX_DIRECTION_SENDONLY) != 0, error))
    return FALSE;
  call->session->vtable->set_remote_video (call->session, call->video.codecs, call->video.bandwidth);
  call->session->vtable->set_video_direction (call->session, call->video.direction);
  return TRUE;
}

static gboolean
apply (CusaxCall *call, const CusaxOfferResult *video, gboolean is_final, GError **error)
{
  CusaxTransport *transport = call->video.transport;
  const CusaxCodec *best = g_ptr_array_index (video->codecs, 0);

  call->video.is_bundled = video->is_bundled;
  if (video->is_bundled ? !bundle (call, video, error)
                        : !transport->vtable->set_remote (transport, video->remote, &video->local_crypto, error))
    return FALSE;
  call->video.asks_by_rtcp = video->has_pli && video->has_fir; /* GStreamer chooses between the two */
  call->video.direction = video->direction & wanted_direction (call);
  /* Of early media theirs is shown; nobody has answered yet who could see ours. */
  if (!is_final)
    call->video.direction &= ~CUSAX_DIRECTION_SENDONLY;
  transport->vtable->set_direction (transport, call->video.direction);
  if (transport->vtable->set_codecs != NULL)
    transport->vtable->set_codecs (transport, video->codecs);
  g_free (call->video.codec);
  call->video.codec = g_strdup_printf ("%s/%u", best->name, best->clock_rate);
  g_clear_pointer (&call->video.codecs, g_ptr_array_unref);
  call->video.codecs = cusax_codecs_copy (video->codecs);
  call->video.bandwidth = video->bandwidth;
  return call->session == NULL || show (call, error);
}

void
cusax_call_video_apply (CusaxCall *call, const CusaxOfferResult *result, gboolean is_final)
{
  g_autoptr (GError) error = NULL;

  if (result->video == NULL || !call->video.is_told)
    {
      if (!is_final)
        return;
      /* What both sides have agreed on here did not name it: that comes next. */
      if (cusax_call_video_is_coming (call))
        {
          call->video.is_untold = TRUE;
          return;
        }
      call->video.is_refused |= result->video_refused;
      call->video.is_wanted = FALSE;
      cusax_call_video_close (call);
      return;
    }
  call->video.is_refused = FALSE;
  if (apply (call, result->video, is_final, &error))
    return;
  note_error (call, error);
  cusax_call_video_close (call);
  call->video.is_untold = TRUE;
}

/* Something about the picture has changed that the other side is to know. */
void
cusax_call_video_go_on (CusaxCall *call)
{
  call->video.is_untold = TRUE;
  if (!cusax_call_video_is_ready (call) || call->is_moving)
    return;
  if (call->their_offer != NULL)
    cusax_call_finish_answer (call);
  else if (call->state == CUSAX_CALL_PREPARING || call->state == CUSAX_CALL_ANSWERING)
    cusax_call_local_ready (call);
  else if (call->state == CUSAX_CALL_ACTIVE && !call->reoffering)
    cusax_call_send_reoffer (call);
}

/* --------------------------------------------------------------- transport */

static void
on_local_ready (gpointer user_data, const CusaxTransportDescription *local)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  g_clear_pointer (&call->video.local, cusax_transport_description_free);
  call->video.local = cusax_transport_description_copy (local);
  cusax_call_video_go_on (call);
}

static void
on_state (gpointer user_data, CusaxTransportState state)
{
  CusaxCall *call = user_data;

  if (state == CUSAX_TRANSPORT_READY)
    cusax_call_forget_loss (call, &call->video.is_lost);
}

static void
on_failed (gpointer user_data, const GError *error)
{
  give_up (user_data, error);
}

static const CusaxTransportListener video_transport_listener = {
  .on_local_ready = on_local_ready,
  .on_failed = on_failed,
  .on_state = on_state,
  .on_lost = cusax_call_on_video_transport_lost,
  .dup_servers = cusax_call_dup_servers,
};

/* ------------------------------------------------------------ media session */

void
cusax_call_video_on_leg_ready (gpointer user_data, guint16 rtp_port, guint16 rtcp_port)
{
  CusaxCall *call = user_data;

  if (call->video.transport != NULL)
    call->video.transport->vtable->set_leg_peer (call->video.transport, rtp_port, rtcp_port);
}

/* Their picture goes on without ours. */
static void
give_up_ours (CusaxCall *call, const GError *error)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);
  g_autoptr (GError) reason = NULL;

  note_error (call, error);
  stop_keyframes (call);
  call->video.direction &= ~CUSAX_DIRECTION_SENDONLY;
  call->video.transport->vtable->set_direction (call->video.transport, call->video.direction);
  if (!show (call, &reason))
    {
      give_up (call, reason);
      return;
    }
  cusax_call_video_go_on (call);
  cusax_call_emit_changed (call);
}

void
cusax_call_video_on_error (gpointer user_data, gboolean only_ours, const GError *error)
{
  CusaxCall *call = user_data;

  call->video.is_open = call->video.has_camera = FALSE;
  if (only_ours && call->video.codecs != NULL && (call->video.direction & CUSAX_DIRECTION_RECVONLY) != 0)
    give_up_ours (call, error);
  else
    give_up (call, error);
}

void
cusax_call_video_on_keyframe_wanted (gpointer user_data)
{
  CusaxCall *call = user_data;

  if (call->state != CUSAX_CALL_ACTIVE || call->video.asks_by_rtcp || !call->sip_call->vtable->takes_info (call->sip_call))
    return;
  /* Where they do not answer digits would wait behind one wish a second. */
  if (g_queue_find (&call->infos, GINT_TO_POINTER (CUSAX_CALL_WISH_PICTURE)) != NULL)
    return;
  cusax_call_send_info (call, CUSAX_MEDIA_CONTROL_TYPE, cusax_media_control_write_fast_update (), CUSAX_CALL_WISH_PICTURE);
}

static void
send_keyframe (CusaxCall *call)
{
  if (call->session == NULL || !call->video.has_camera)
    return;
  call->video.keyframe_at = call->ports.clock->now (call->ports.clock);
  call->session->vtable->send_keyframe (call->session);
}

static gboolean
on_keyframe_turn (gpointer user_data)
{
  CusaxCall *call = user_data;

  call->video.keyframe_id = 0;
  send_keyframe (call);
  return G_SOURCE_REMOVE;
}

/* Late is better than never: what was sent before may be what they lost. */
void
cusax_call_video_on_keyframe_asked (gpointer user_data)
{
  CusaxCall *call = user_data;
  CusaxClock *clock = call->ports.clock;
  gint64 passed = (clock->now (clock) - call->video.keyframe_at) / 1000;

  if (call->video.keyframe_id != 0)
    return;
  if (call->video.keyframe_at == 0 || passed >= KEYFRAME_INTERVAL_MS)
    send_keyframe (call);
  else
    call->video.keyframe_id = clock->add (clock, (guint) (KEYFRAME_INTERVAL_MS - passed), on_keyframe_turn, call);
}

/* --------------------------------------------------------------- the person */

gboolean
cusax_call_set_video (CusaxCall *call, gboolean on, GError **error)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  if (call->state != CUSAX_CALL_ACTIVE)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "the call does not stand");
      return FALSE;
    }
  if (call->video.is_wanted == !!on && (on || call->video.transport == NULL))
    return TRUE;
  if (on && !cusax_call_video_prepare_ours (call, error))
    return FALSE;
  call->video.is_wanted = !!on;
  call->video.is_dropped = !on;
  call->video.is_refused = FALSE;
  g_clear_error (&call->video.error);
  if (on)
    cusax_call_video_open_transport (call, NULL);
  else
    cusax_call_video_close (call);
  cusax_call_video_go_on (call);
  cusax_call_emit_changed (call);
  return TRUE;
}

void
cusax_call_answer_video (CusaxCall *call)
{
  if (call->state == CUSAX_CALL_INCOMING && call->pending != NULL && call->pending->video != NULL)
    {
      call->video.is_accepted = TRUE;
      call->video.is_wanted = cusax_call_video_prepare_ours (call, NULL);
    }
  cusax_call_answer (call);
}

CusaxDirection
cusax_call_get_video (const CusaxCall *call)
{
  return call->video.direction;
}

gboolean
cusax_call_is_video_offered (const CusaxCall *call)
{
  if (call->state == CUSAX_CALL_INCOMING)
    return call->video.is_offered;
  /* While our addresses are waited for nobody knows yet what will be shown. */
  return call->state == CUSAX_CALL_ACTIVE && call->video.transport != NULL && !call->video.is_wanted
         && call->their_offer == NULL;
}

gboolean
cusax_call_is_video_wanted (const CusaxCall *call)
{
  return call->video.is_wanted;
}

gboolean
cusax_call_is_video_refused (const CusaxCall *call)
{
  return call->video.is_refused;
}

const GError *
cusax_call_get_video_error (const CusaxCall *call)
{
  return call->video.error;
}
