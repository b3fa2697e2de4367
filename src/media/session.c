/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See session.h. */
#include "session-private.h"

#include "conversion.h"
#include "error.h"
#include "tuning.h"

#include <media-gst.h>
#include <purple.h>

static const CusaxMediaSessionVtable session_vtable;

/* ---------------------------------------------------------------------------------- life */

static void
session_clear (gpointer data)
{
  CusaxSession *self = data;

  g_clear_pointer (&self->offered, g_ptr_array_unref);
  g_clear_error (&self->news_error);
  g_clear_error (&self->news_video_error);
  g_clear_object (&self->video.plug);
  g_clear_error (&self->microphone_error);
  g_clear_error (&self->speaker_error);
  cusax_session_farstream_clear (self);
  g_string_free (self->news_digits, TRUE);
  g_free (self->who);
}

void
cusax_session_release (CusaxSession *self)
{
  g_rc_box_release_full (self, session_clear);
}

static void
on_keyframe_wanted (gpointer user_data)
{
  CusaxSession *self = user_data;

  self->news_keyframe = TRUE;
  cusax_session_news_tell (self);
}

static void
find_conference (CusaxSession *self)
{
  GstElement *tee = purple_media_get_tee (self->media, CUSAX_STREAM_SESSION, NULL);

  self->conference = GST_ELEMENT (gst_object_get_parent (GST_OBJECT (tee)));
  cusax_keypad_tune (self->conference);
  cusax_tuning_watch (self->conference);
  cusax_session_devices_watch_speaker (self);
  self->keyframes = cusax_keyframes_new (self->conference, on_keyframe_wanted, self);
}

/* purple_media_end() does nothing for a media that never got a stream, and its window would stay. */
static void
end_media (PurpleMedia *media)
{
  GList *sessions = purple_media_get_session_ids (media);

  if (sessions != NULL)
    purple_media_end (media, NULL, NULL);
  else
    {
      g_signal_emit_by_name (media, "state-changed", PURPLE_MEDIA_STATE_END, NULL, NULL);
      g_object_unref (media);
    }
  g_list_free (sessions);
}

static void
session_end (CusaxMediaSession *session)
{
  CusaxSession *self = (CusaxSession *)session;

  self->cut = TRUE;
  g_clear_handle_id (&self->news_source, g_source_remove);
  g_clear_handle_id (&self->settle_source, g_source_remove);
  g_clear_pointer (&self->finch, cusax_finch_free);
  g_clear_pointer (&self->window, cusax_pidginwindow_free);
  g_clear_pointer (&self->microphone, cusax_microphone_free);
  g_clear_pointer (&self->mixer, cusax_mixer_free);
  g_clear_pointer (&self->keyframes, cusax_keyframes_free);
  cusax_session_bus_unwatch (self);
  cusax_session_devices_clear (self);
  cusax_session_video_clear (self);
  if (self->media != NULL)
    {
      cusax_session_bus_prepare_end (self);
      /* The backend looks at its media when it goes: ours must not be the last reference to it. */
      g_clear_object (&self->backend);
      g_clear_object (&self->conference);
      if (!self->media_ended)
        end_media (self->media);
      g_clear_object (&self->media);
    }
  g_clear_object (&self->bus);
  g_info ("%s: session ended", self->who);
  cusax_session_release (self);
}

static gboolean
session_start (CusaxSession *self, gboolean outgoing, const CusaxLeg *leg, GError **error)
{
  PurpleMediaManager *manager = purple_media_manager_get ();

  if (!cusax_session_port_can_open (&self->port->port, self->who, error))
    return FALSE;

  /* Finch offers Accept and Reject for a call that it did not start, although it has been accepted by then. */
  self->media
    = cusax_keypad_create_media (self->port->account, self->who, outgoing || cusax_finch_is_running ());
  if (self->media == NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "this program does not show calls");
      return FALSE;
    }
  g_object_ref (self->media);
  self->finch = cusax_finch_new (self->media, self->port->account, self->who);
  self->window = cusax_pidginwindow_new (self->media);
  cusax_session_bus_watch (self);

  self->microphone = cusax_microphone_new (purple_media_manager_get_pipeline (manager));
  if (!cusax_stream_add (self->media, CUSAX_STREAM_SESSION, self->who, PURPLE_MEDIA_AUDIO, leg, error))
    return FALSE;
  cusax_microphone_added (self->microphone);
  if (cusax_microphone_get_bin (self->microphone) != NULL)
    cusax_tuning_tell_role (cusax_microphone_get_bin (self->microphone));
  find_conference (self);
  self->mixer = cusax_mixer_new (self->media, self->conference, self->who);
  return TRUE;
}

CusaxMediaSession *
cusax_session_open (CusaxSessionPort *port, const char *who, gboolean outgoing, const CusaxLeg *leg,
                    const CusaxMediaListener *listener, gpointer user_data, GError **error)
{
  CusaxSession *self = g_rc_box_new0 (CusaxSession);

  self->session.vtable = &session_vtable;
  self->port = port;
  self->listener = *listener;
  self->user_data = user_data;
  self->who = g_strdup (who);
  self->news_digits = g_string_new (NULL);
  cusax_session_farstream_init (self);
  cusax_session_devices_init (self);
  self->leg_rtp_port = leg->rtp_port;
  self->leg_rtcp_port = leg->rtcp_port;
  if (outgoing)
    self->offered = cusax_codecs_copy (port->port.vtable->get_codecs (&port->port, NULL));

  if (!session_start (self, outgoing, leg, error))
    {
      /* What libpurple said about it is better than our summary. */
      if (self->news_error != NULL && error != NULL)
        {
          g_clear_error (error);
          *error = g_steal_pointer (&self->news_error);
        }
      session_end (&self->session);
      return NULL;
    }
  g_info ("%s: session opened, leg %s", who, leg->is_protected ? "protected" : "unprotected");
  return &self->session;
}

/* ------------------------------------------------------------------------------- actions */

static void
session_set_remote_codecs (CusaxMediaSession *session, const GPtrArray *codecs)
{
  CusaxSession *self = (CusaxSession *)session;
  GList *list;

  if (self->media_ended)
    return;
  self->has_events = cusax_conversion_have_events (codecs);
  cusax_keypad_set_received (self->conference, codecs, self->offered);
  list = cusax_conversion_remote_codecs (codecs, self->offered);
  if (!purple_media_set_remote_codecs (self->media, CUSAX_STREAM_SESSION, self->who, list))
    cusax_session_news_tell_error (self, "GStreamer cannot use any codec of this call");
  purple_media_codec_list_free (list);
}

static void
session_set_packet_time (CusaxMediaSession *session, guint ms)
{
  CusaxSession *self = (CusaxSession *) session;

  if (self->conference != NULL)
    cusax_tuning_set_packet_time (self->conference, ms);
}

static void
tell_media (CusaxSession *self, PurpleMediaInfoType type)
{
  self->applying = TRUE;
  purple_media_stream_info (self->media, type, NULL, NULL, TRUE);
  self->applying = FALSE;
}

/* Only now does Farstream learn whereto: nothing can leave or come in before. */
static void
reach (CusaxSession *self)
{
  GList *candidates;

  if (self->reaches)
    return;
  self->reaches = TRUE;
  candidates = cusax_conversion_leg_candidates (self->leg_rtp_port, self->leg_rtcp_port);
  purple_media_add_remote_candidates (self->media, CUSAX_STREAM_SESSION, self->who, candidates);
  purple_media_candidate_list_free (candidates);
}

/* No ACCEPT for PurpleMedia: the window would say that the call stands. */
static void
session_listen (CusaxMediaSession *session)
{
  CusaxSession *self = (CusaxSession *)session;

  if (self->media_ended || self->reaches)
    return;
  reach (self);
  cusax_stream_revive_pipeline ();
}

static void
session_accept (CusaxMediaSession *session)
{
  CusaxSession *self = (CusaxSession *)session;

  if (self->media_ended || self->accepted)
    return;
  self->accepted = TRUE;
  cusax_session_devices_watch_microphone (self);
  cusax_microphone_open (self->microphone);
  reach (self);
  tell_media (self, PURPLE_MEDIA_INFO_ACCEPT);
  cusax_session_video_update (self);
  cusax_stream_revive_pipeline ();
}

static void
session_set_hold (CusaxMediaSession *session, gboolean held)
{
  CusaxSession *self = (CusaxSession *)session;

  if (self->media_ended || self->held == held)
    return;
  self->held = held;
  cusax_mixer_set_held (self->mixer, held);
  tell_media (self, held ? PURPLE_MEDIA_INFO_HOLD : PURPLE_MEDIA_INFO_UNHOLD);
  cusax_session_video_update (self);
}

static void
session_set_muted (CusaxMediaSession *session, gboolean muted)
{
  CusaxSession *self = (CusaxSession *)session;

  if (self->media_ended || self->muted == muted)
    return;
  self->muted = muted;
  tell_media (self, muted ? PURPLE_MEDIA_INFO_MUTE : PURPLE_MEDIA_INFO_UNMUTE);
}

static gboolean
session_send_event (CusaxMediaSession *session, char digit, guint ms)
{
  CusaxSession *self = (CusaxSession *)session;

  return !self->media_ended && self->reaches && self->has_events
         && cusax_keypad_send (self->backend, CUSAX_STREAM_SESSION, digit);
}

static char *
session_dup_devices (CusaxMediaSession *session)
{
  CusaxSession *self = (CusaxSession *) session;
  gboolean has_camera = self->video.is_open && self->video.has_camera;

  if (self->media_ended)
    return NULL;
  return cusax_devices_dup_names (purple_media_get_src (self->media, CUSAX_STREAM_SESSION), self->conference,
                                  has_camera ? purple_media_get_src (self->media, CUSAX_STREAM_VIDEO) : NULL);
}

static gboolean
session_join (CusaxMediaSession *session, CusaxMediaSession *other_session, GError **error)
{
  CusaxSession *self = (CusaxSession *)session, *other = (CusaxSession *)other_session;

  if (self->accepted && other->accepted && !self->media_ended && !other->media_ended)
    return cusax_mixer_join (self->mixer, other->mixer, error);
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "only calls that stand can be joined");
  return FALSE;
}

static void
session_part (CusaxMediaSession *session)
{
  cusax_mixer_part (((CusaxSession *)session)->mixer);
}

static const CusaxMediaSessionVtable session_vtable = {
  .set_remote_codecs = session_set_remote_codecs,
  .set_packet_time = session_set_packet_time,
  .listen = session_listen,
  .accept = session_accept,
  .set_hold = session_set_hold,
  .set_muted = session_set_muted,
  .send_event = session_send_event,
  .add_video = cusax_session_video_add,
  .remove_video = cusax_session_video_remove,
  .set_remote_video = cusax_session_video_set_remote,
  .set_video_direction = cusax_session_video_set_direction,
  .send_keyframe = cusax_session_video_send_keyframe,
  .dup_devices = session_dup_devices,
  .join = session_join,
  .part = session_part,
  .end = session_end,
};
