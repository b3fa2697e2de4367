/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See videostream.h. */
#include "videostream.h"

#include "conversion.h"
#include "error.h"
#include "tuning.h"

#include <gst/gst.h>

G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* its GParameter */
#include <farstream/fs-session.h>
G_GNUC_END_IGNORE_DEPRECATIONS

/* GstRTPProfile, whose header is another library's: feedback goes at once, not with the next report. */
#define PROFILE_AVPF 3

static FsSession *
dup_session (FsStream *stream)
{
  FsSession *session = NULL;

  g_object_get (stream, "session", &session, NULL);
  return session;
}

gboolean
cusax_videostream_is (FsStream *stream)
{
  g_autoptr (GObject) session = (GObject *) dup_session (stream);
  FsMediaType type = FS_MEDIA_TYPE_AUDIO;

  if (session != NULL)
    g_object_get (session, "media-type", &type, NULL);
  return type == FS_MEDIA_TYPE_VIDEO;
}

/* A picture that is lost is asked for (PLI), and those asked of us are sent. */
static void
add_feedback (FsCodec *codec)
{
  fs_codec_add_feedback_parameter (codec, "nack", "pli", "");
  fs_codec_add_feedback_parameter (codec, "ccm", "fir", "");
}

static GList *
make_codecs (const GPtrArray *agreed, const GPtrArray *ours)
{
  GList *purple = cusax_conversion_remote_codecs (agreed, ours);
  GList *list = NULL;

  for (GList *c = purple; c != NULL; c = c->next)
    {
      g_autofree char *name = purple_media_codec_get_encoding_name (c->data);
      FsCodec *codec = fs_codec_new ((int) purple_media_codec_get_id (c->data), name, FS_MEDIA_TYPE_VIDEO,
                                     purple_media_codec_get_clock_rate (c->data));
      GList *parameters = purple_media_codec_get_optional_parameters (c->data);

      for (GList *p = parameters; p != NULL; p = p->next)
        fs_codec_add_optional_parameter (codec, ((PurpleKeyValuePair *) p->data)->key,
                                         ((PurpleKeyValuePair *) p->data)->value);
      add_feedback (codec);
      list = g_list_append (list, codec);
    }
  purple_media_codec_list_free (purple);
  return list;
}

/* Farstream takes feedback only for what its preferences have it for, too. */
static void
prefer_feedback (FsSession *session, const GPtrArray *ours)
{
  GList *list = NULL;

  for (guint i = 0; i < ours->len; i++)
    {
      const CusaxCodec *codec = ours->pdata[i];
      FsCodec *preference = fs_codec_new (FS_CODEC_ID_ANY, codec->name, FS_MEDIA_TYPE_VIDEO, codec->clock_rate);

      add_feedback (preference);
      list = g_list_append (list, preference);
    }
  if (!fs_session_set_codec_preferences (session, list, NULL))
    g_info ("no feedback for pictures");
  fs_codec_list_destroy (list);
}

/* After the query has been answered. */
static GstPadProbeReturn
on_query (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  g_autoptr (GstCaps) limit = NULL, both = NULL;
  GstCaps *result;

  if (GST_QUERY_TYPE (query) != GST_QUERY_CAPS || (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_PULL) == 0)
    return GST_PAD_PROBE_OK;
  gst_query_parse_caps_result (query, &result);
  limit = gst_caps_from_string (CUSAX_TUNING_VIDEO_CAPS);
  if (result != NULL)
    {
      both = gst_caps_intersect_full (result, limit, GST_CAPS_INTERSECT_FIRST);
      gst_query_set_caps_result (query, both);
    }
  return GST_PAD_PROBE_OK;
}

/* Cameras that are no device of libpurple's know no other bound, and Farstream would make of them what the bandwidth bears
 * (1280 x 768 of 800 kbit/s). */
void
cusax_videostream_limit_size (FsStream *stream)
{
  g_autoptr (GObject) session = (GObject *) dup_session (stream);
  g_autoptr (GstPad) sink = NULL;

  if (session != NULL)
    g_object_get (session, "sink-pad", &sink, NULL);
  if (sink != NULL)
    gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM | GST_PAD_PROBE_TYPE_PULL, on_query, NULL, NULL);
}

static void
send_feedback_at_once (FsSession *session)
{
  g_autoptr (GObject) rtp = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (session), "internal-session") != NULL)
    g_object_get (session, "internal-session", &rtp, NULL);
  if (rtp != NULL && g_object_class_find_property (G_OBJECT_GET_CLASS (rtp), "rtp-profile") != NULL)
    g_object_set (rtp, "rtp-profile", PROFILE_AVPF, NULL);
}

gboolean
cusax_videostream_set_codecs (FsStream *stream, const GPtrArray *agreed, const GPtrArray *ours, GError **error)
{
  g_autoptr (GObject) session = (GObject *) dup_session (stream);
  g_autoptr (GError) reason = NULL;
  GList *codecs;
  gboolean taken;

  if (session == NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "the picture has ended");
      return FALSE;
    }
  prefer_feedback (FS_SESSION (session), ours);
  send_feedback_at_once (FS_SESSION (session));
  codecs = make_codecs (agreed, ours);
  taken = fs_stream_set_remote_codecs (stream, codecs, &reason);
  fs_codec_list_destroy (codecs);
  if (!taken)
    g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "GStreamer cannot use any picture format of this call (%s)",
                 reason != NULL ? reason->message : "no reason given");
  return taken;
}

void
cusax_videostream_set_bandwidth (FsStream *stream, guint kbits)
{
  g_autoptr (GObject) session = (GObject *) dup_session (stream);
  guint bits = CUSAX_TUNING_VIDEO_BITRATE;

  if (kbits != 0 && kbits < bits / 1000)
    bits = MAX (kbits * 1000, CUSAX_TUNING_VIDEO_BITRATE_MIN);
  if (session != NULL && g_object_class_find_property (G_OBJECT_GET_CLASS (session), "send-bitrate") != NULL)
    g_object_set (session, "send-bitrate", bits, NULL);
}

/* WORKAROUND libpurple 2.14: unlinks the camera from the session when that ends, also if there is none, a critical;
 * state_changed_cb() in backend-fs2.c; remove when it looks for a peer first. */
GstPad *
cusax_videostream_plug (FsStream *stream)
{
  g_autoptr (GObject) session = (GObject *) dup_session (stream);
  g_autoptr (GstPad) sink = NULL;
  GstPad *plug;

  if (session != NULL)
    g_object_get (session, "sink-pad", &sink, NULL);
  if (sink == NULL || gst_pad_is_linked (sink))
    return NULL;
  plug = gst_object_ref_sink (gst_pad_new (NULL, GST_PAD_SRC));
  if (gst_pad_link_full (plug, sink, GST_PAD_LINK_CHECK_NOTHING) != GST_PAD_LINK_OK)
    g_clear_object (&plug);
  return plug;
}

void
cusax_videostream_set_direction (FsStream *stream, CusaxDirection direction)
{
  g_object_set (stream, "direction",
                ((direction & CUSAX_DIRECTION_SENDONLY) != 0 ? FS_DIRECTION_SEND : 0)
                  | ((direction & CUSAX_DIRECTION_RECVONLY) != 0 ? FS_DIRECTION_RECV : 0),
                NULL);
}
