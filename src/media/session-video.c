/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See session-private.h. */
#include "session-private.h"

#include "conversion.h"
#include "error.h"
#include "tuning.h"
#include "videostream.h"

#include <media-gst.h>
#include <purple.h>

/* Nothing is sent before the call stands and both have agreed on it; while we hold, nothing leaves either. */
static CusaxDirection
get_direction (const CusaxSession *self)
{
  CusaxDirection direction = self->video.direction;

  if (!self->accepted || self->video.codecs == NULL)
    return CUSAX_DIRECTION_INACTIVE;
  if (self->held || !self->video.has_camera)
    direction &= ~CUSAX_DIRECTION_SENDONLY;
  return direction;
}

/* Told anew only if it is new: Farstream would build its encoder again. */
static gboolean
agree (CusaxSession *self)
{
  FsStream *stream = cusax_guard_get_stream (self->video.guard);
  const GPtrArray *ours = cusax_session_port_get_video_formats (self->port);
  g_autoptr (GError) error = NULL;

  if (self->video.is_told || self->video.codecs == NULL)
    return TRUE;
  self->video.is_told = TRUE;
  cusax_videostream_set_bandwidth (stream, self->video.bandwidth);
  if (cusax_videostream_set_codecs (stream, self->video.codecs, ours, &error))
    return TRUE;
  cusax_session_news_tell_video_error (self, FALSE, "%s", error->message);
  return FALSE;
}

static void
reach (CusaxSession *self)
{
  GList *candidates;

  if (self->video.reaches)
    return;
  self->video.reaches = TRUE;
  candidates = cusax_conversion_leg_candidates (self->video.leg_rtp_port, self->video.leg_rtcp_port);
  purple_media_add_remote_candidates (self->media, CUSAX_STREAM_VIDEO, self->who, candidates);
  purple_media_candidate_list_free (candidates);
}

void
cusax_session_video_update (CusaxSession *self)
{
  CusaxDirection direction = get_direction (self);

  if (self->media_ended || !self->video.is_open || self->video.guard == NULL)
    return;
  if (!agree (self))
    return;
  cusax_videostream_set_direction (cusax_guard_get_stream (self->video.guard), direction);
  if (self->accepted && self->video.codecs != NULL)
    reach (self);
  if (self->video.camera == NULL)
    return;
  if ((direction & CUSAX_DIRECTION_SENDONLY) != 0)
    cusax_microphone_open (self->video.camera);
  else
    cusax_microphone_shut (self->video.camera);
  cusax_stream_revive_pipeline ();
}

static gboolean
add_stream (CusaxSession *self, const CusaxLeg *leg, gboolean send, GError **error)
{
  PurpleMediaManager *manager = purple_media_manager_get ();
  GstElement *bin;

  if (!send)
    return cusax_stream_add (self->media, CUSAX_STREAM_VIDEO, self->who, PURPLE_MEDIA_RECV_VIDEO, leg, error);
  self->video.camera = cusax_microphone_new (purple_media_manager_get_pipeline (manager));
  if (!cusax_stream_add (self->media, CUSAX_STREAM_VIDEO, self->who, PURPLE_MEDIA_VIDEO, leg, error))
    return FALSE;
  bin = cusax_microphone_get_bin (self->video.camera);
  if (bin != NULL)
    cusax_tuning_limit_camera (bin);
  cusax_microphone_added (self->video.camera);
  return TRUE;
}

gboolean
cusax_session_video_add (CusaxMediaSession *session, const CusaxLeg *leg, gboolean send, GError **error)
{
  CusaxSession *self = (CusaxSession *) session;

  cusax_session_video_remove (session);
  if (self->media_ended)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "the call has ended");
      return FALSE;
    }
  self->video.is_open = TRUE;
  self->video.has_camera = send;
  self->video.leg_rtp_port = leg->rtp_port;
  self->video.leg_rtcp_port = leg->rtcp_port;
  self->video.direction = send ? CUSAX_DIRECTION_SENDRECV : CUSAX_DIRECTION_RECVONLY;
  cusax_session_farstream_set_video (self, TRUE);
  if (!add_stream (self, leg, send, error))
    {
      cusax_session_video_remove (session);
      return FALSE;
    }
  cusax_session_farstream_take_video (self);
  g_info ("%s: picture opened, %s", self->who, send ? "with camera" : "theirs only");
  return TRUE;
}

void
cusax_session_video_clear (CusaxSession *self)
{
  self->video.is_open = self->video.has_camera = self->video.is_told = self->video.reaches = FALSE;
  cusax_session_farstream_set_video (self, FALSE);
  g_clear_pointer (&self->video.camera, cusax_microphone_free);
  g_clear_pointer (&self->video.guard, cusax_guard_free);
  g_clear_pointer (&self->video.codecs, g_ptr_array_unref);
}

void
cusax_session_video_remove (CusaxMediaSession *session)
{
  CusaxSession *self = (CusaxSession *) session;
  GList *sessions;

  if (!self->video.is_open)
    return;
  cusax_session_video_clear (self);
  self->news_video_leg = self->news_keyframe = FALSE;
  g_clear_error (&self->news_video_error);
  if (self->media_ended)
    {
      g_clear_object (&self->video.plug);
      return;
    }
  /* As at the end of a call, see cusax_session_bus_prepare_end(). */
  cusax_stream_close_sinks (self->conference, TRUE);
  cusax_stream_revive_pipeline ();
  sessions = purple_media_get_session_ids (self->media);
  if (g_list_find_custom (sessions, CUSAX_STREAM_VIDEO, (GCompareFunc) g_strcmp0) != NULL)
    purple_media_end (self->media, CUSAX_STREAM_VIDEO, NULL);
  g_list_free (sessions);
  g_clear_object (&self->video.plug);
  cusax_stream_revive_pipeline ();
  g_info ("%s: picture closed", self->who);
}

void
cusax_session_video_set_remote (CusaxMediaSession *session, const GPtrArray *codecs, guint bandwidth)
{
  CusaxSession *self = (CusaxSession *) session;

  if (self->media_ended || !self->video.is_open)
    return;
  g_clear_pointer (&self->video.codecs, g_ptr_array_unref);
  self->video.codecs = cusax_codecs_copy (codecs);
  self->video.bandwidth = bandwidth;
  self->video.is_told = FALSE;
  cusax_tuning_set_sliced (self->conference, codecs->len > 0 && cusax_codec_is_single_nal (codecs->pdata[0]));
  cusax_session_video_update (self);
}

void
cusax_session_video_set_direction (CusaxMediaSession *session, CusaxDirection direction)
{
  CusaxSession *self = (CusaxSession *) session;

  if (self->media_ended || !self->video.is_open)
    return;
  self->video.direction = direction;
  cusax_session_video_update (self);
}

void
cusax_session_video_send_keyframe (CusaxMediaSession *session)
{
  CusaxSession *self = (CusaxSession *) session;

  if (!self->media_ended && self->video.is_open)
    cusax_keyframes_send (self->keyframes);
}
