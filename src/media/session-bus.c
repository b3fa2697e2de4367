/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See session-private.h. */
#include "session-private.h"

#include <media-gst.h>
#include <netinet/in.h>
#include <purple.h>
#include <string.h>
#include <sys/socket.h>

/* How long, and how often, it is looked at whether a loudspeaker that was added plays. */
#define SETTLE_MS 3000
#define SETTLE_STEP_MS 100

/* WORKAROUND libpurple 2.14: a message of Farstream that comes after the end of its stream, while somebody
 * still holds the media (Finch does), makes the backend use a session that is gone;
 * gst_handle_message_element() in backend-fs2.c; remove when it looks at what get_session_from_fs_stream()
 * returns. Nothing on the bus matters to the backend any more. */
static void
stop_listening (CusaxSession *self)
{
  if (self->bus != NULL && self->backend != NULL)
    g_signal_handlers_disconnect_by_data (self->bus, self->backend);
}

/* Before libpurple ends the media: a stream that is being built would crash it, a loudspeaker that waits and a
 * stalled pipeline would hang it. In this order: the first makes sure that no new loudspeaker comes. */
void
cusax_session_bus_prepare_end (CusaxSession *self)
{
  stop_listening (self);
  g_clear_pointer (&self->guard, cusax_guard_free);
  g_clear_pointer (&self->video.guard, cusax_guard_free);
  if (self->conference != NULL && !self->media_ended)
    cusax_stream_close_sinks (self->conference, FALSE);
  cusax_stream_revive_pipeline ();
}

/* ----------------------------------------------------------------- signals of PurpleMedia */

static void
on_candidates_prepared (PurpleMedia *media, const char *session, const char *who, CusaxSession *self)
{
  if (g_strcmp0 (session, CUSAX_STREAM_VIDEO) == 0)
    self->news_video_leg = TRUE;
  else
    self->news_leg = TRUE;
  cusax_session_news_tell (self);
}

/* HANGUP and REJECT come once per stream, session, participant and call: the first is enough, and it is told
 * after all of them. */
static void
on_stream_info (PurpleMedia *media, PurpleMediaInfoType type, const char *session, const char *who,
                gboolean local, CusaxSession *self)
{
  if (self->applying || !local)
    return;
  switch (type)
    {
    case PURPLE_MEDIA_INFO_HANGUP:
    case PURPLE_MEDIA_INFO_REJECT:
      cusax_session_bus_prepare_end (self); /* libpurple ends the media next */
      self->news_hang_up = TRUE;
      cusax_session_news_tell (self);
      break;
    case PURPLE_MEDIA_INFO_HOLD:
    case PURPLE_MEDIA_INFO_UNHOLD:
      self->held = type == PURPLE_MEDIA_INFO_HOLD;
      cusax_mixer_set_held (self->mixer, self->held);
      cusax_session_video_update (self);
      self->news_hold = TRUE;
      cusax_session_news_tell (self);
      break;
    case PURPLE_MEDIA_INFO_MUTE:
    case PURPLE_MEDIA_INFO_UNMUTE:
      self->muted = type == PURPLE_MEDIA_INFO_MUTE;
      self->news_muted = TRUE;
      cusax_session_news_tell (self);
      break;
    case PURPLE_MEDIA_INFO_ACCEPT:
    case PURPLE_MEDIA_INFO_PAUSE:
    case PURPLE_MEDIA_INFO_UNPAUSE:
      break;
    }
}

/* WORKAROUND GStreamer 1.22: when two calls get their loudspeakers at the same moment, in two streaming threads, one may stay
 * PAUSED with nothing pending, while the pipeline plays: its call is silent here (1 of some 40 pairs of calls that were
 * answered together); gst_bin_continue_func() sets children to PLAYING that another thread is still adding; remove when
 * a hundred runs of media-mixer's late-source pass without. */
static gboolean
on_settle (gpointer user_data)
{
  CusaxSession *self = user_data;
  GstState state = GST_STATE_NULL, pending = GST_STATE_VOID_PENDING;

  if (self->conference == NULL || self->media_ended || self->settle_left-- == 0)
    {
      self->settle_source = 0;
      return G_SOURCE_REMOVE;
    }
  gst_element_get_state (self->conference, &state, &pending, 0);
  if (state != GST_STATE_PLAYING && pending == GST_STATE_VOID_PENDING)
    {
      g_info ("%s: the loudspeaker stood still", self->who);
      cusax_stream_revive_pipeline ();
    }
  return G_SOURCE_CONTINUE;
}

static void
on_state_changed (PurpleMedia *media, PurpleMediaState state, const char *session, const char *who,
                  CusaxSession *self)
{
  if (state == PURPLE_MEDIA_STATE_CONNECTED)
    {
      self->settle_left = SETTLE_MS / SETTLE_STEP_MS;
      if (self->settle_source == 0)
        self->settle_source = g_timeout_add (SETTLE_STEP_MS, on_settle, self);
    }
  if (state != PURPLE_MEDIA_STATE_END || session != NULL || who != NULL)
    return;
  self->media_ended = TRUE;
  /* Somebody else ended it: libpurple after an error (told before), or another plugin. */
  self->news_hang_up = TRUE;
  cusax_session_news_tell (self);
}

static void
on_media_error (PurpleMedia *media, const char *text, CusaxSession *self)
{
  cusax_session_news_tell_error (self, "%s", text);
}

static void
on_keypad (gpointer user_data, char digit)
{
  cusax_session_news_tell_digit (user_data, digit);
}

static void
connect_signals (CusaxSession *self)
{
  g_signal_connect (self->media, "candidates-prepared", G_CALLBACK (on_candidates_prepared), self);
  g_signal_connect (self->media, "stream-info", G_CALLBACK (on_stream_info), self);
  g_signal_connect (self->media, "state-changed", G_CALLBACK (on_state_changed), self);
  g_signal_connect (self->media, "error", G_CALLBACK (on_media_error), self);
}

/* ----------------------------------------------------------------- messages of GStreamer */

typedef enum
{
  NOT_OURS,
  MICROPHONE,
  CAMERA,
  PICTURE, /* what codes, shows or carries it */
  SOUND    /* all else of the call */
} Origin;

static gboolean
is_within (CusaxSession *self, GstObject *source, const char *session)
{
  GstElement *device = purple_media_get_src (self->media, session);

  return device != NULL && gst_object_has_as_ancestor (source, GST_OBJECT (device));
}

static gboolean
carries_pictures (GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const GstStructure *structure;

  if (caps == NULL || gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return FALSE;
  structure = gst_caps_get_structure (caps, 0);
  return g_str_has_prefix (gst_structure_get_name (structure), "video/")
         || g_strcmp0 (gst_structure_get_string (structure, "media"), "video") == 0;
}

/* By what it is, or by what passes it. */
static gboolean
is_of_pictures (GstObject *source)
{
  GstElementFactory *factory = GST_IS_ELEMENT (source) ? gst_element_get_factory (GST_ELEMENT (source)) : NULL;
  const char *klass
    = factory != NULL ? gst_element_factory_get_metadata (factory, GST_ELEMENT_METADATA_KLASS) : NULL;
  gboolean found = klass != NULL && strstr (klass, "Video") != NULL;

  if (!GST_IS_ELEMENT (source))
    return FALSE;
  GST_OBJECT_LOCK (source);
  for (GList *p = GST_ELEMENT_CAST (source)->pads; p != NULL && !found; p = p->next)
    found = carries_pictures (p->data);
  GST_OBJECT_UNLOCK (source);
  return found;
}

/* @gsocket: GIO's, of which nothing else is needed here. Returns: 0 if it has none */
static guint16
get_port (GObject *gsocket)
{
  struct sockaddr_in address = { 0 };
  socklen_t length = sizeof address;
  int fd = -1;

  g_object_get (gsocket, "fd", &fd, NULL);
  if (getsockname (fd, (struct sockaddr *) &address, &length) != 0 || address.sin_family != AF_INET)
    return 0;
  return ntohs (address.sin_port);
}

/* When a picture is closed while packets of it come, its socket finds itself without a way on and says so, now and then, also
 * after it has gone. Returns: whether @source is a socket that is not the sound's */
static gboolean
is_socket_of_pictures (CusaxSession *self, GstObject *source)
{
  g_autoptr (GObject) gsocket = NULL;
  guint16 rtp_port, rtcp_port, port;

  if (self->media_ended || g_object_class_find_property (G_OBJECT_GET_CLASS (source), "used-socket") == NULL
      || !cusax_stream_get_local_ports (self->media, CUSAX_STREAM_SESSION, self->who, &rtp_port, &rtcp_port))
    return FALSE;
  g_object_get (source, "used-socket", &gsocket, NULL);
  port = gsocket != NULL ? get_port (gsocket) : 0;
  return port != rtp_port && port != rtcp_port;
}

/* The pipeline is shared: does @message speak of this call? */
static Origin
find_origin (CusaxSession *self, GstMessage *message)
{
  GstObject *source = GST_MESSAGE_SRC (message);

  if (!self->media_ended && is_within (self, source, CUSAX_STREAM_SESSION))
    return MICROPHONE;
  if (!self->media_ended && self->video.is_open && is_within (self, source, CUSAX_STREAM_VIDEO))
    return CAMERA;
  if (!gst_object_has_as_ancestor (source, GST_OBJECT (self->conference)))
    return NOT_OURS;
  return is_of_pictures (source) || is_socket_of_pictures (self, source) ? PICTURE : SOUND;
}

/* libpurple's backend takes an error of anybody else for a failed conference of its own and ends the call, and one of the
 * picture, too; for a camera it puts a test picture; and a device that worked is tried again. It is made deaf to those, one message long: this handler runs before the
 * backend's, on_bus_error() after. */
static void
on_bus_error_first (GstBus *bus, GstMessage *message, CusaxSession *self)
{
  Origin origin;

  if (self->conference == NULL || self->media_ended)
    return;
  origin = find_origin (self, message);
  self->goes_on = (origin == MICROPHONE || origin == SOUND)
                  && cusax_session_devices_can_do_without (self, GST_MESSAGE_SRC (message), origin == MICROPHONE);
  if ((origin == MICROPHONE || origin == SOUND) && !self->goes_on)
    {
      cusax_session_bus_prepare_end (self); /* the backend may end the media next */
      return;
    }
  g_signal_handlers_block_matched (bus, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, self->backend);
  self->backend_blocked = TRUE;
}

/* libpurple says nothing at all when a loudspeaker fails, and speaks of the microphone when anything else does:
 * so what happened is read from the bus. */
static void
on_bus_error (GstBus *bus, GstMessage *message, CusaxSession *self)
{
  Origin origin = self->conference != NULL ? find_origin (self, message) : NOT_OURS;
  g_autoptr (GError) error = NULL;

  if (self->backend_blocked)
    {
      self->backend_blocked = FALSE;
      g_signal_handlers_unblock_matched (bus, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, self->backend);
    }
  if (origin == NOT_OURS || ((origin == CAMERA || origin == PICTURE) && !self->video.is_open))
    return;
  gst_message_parse_error (message, &error, NULL);
  if (origin == CAMERA || origin == PICTURE)
    {
      if (origin == CAMERA)
        cusax_session_news_tell_video_error (self, TRUE, "The camera failed: %s", error->message);
      else
        cusax_session_news_tell_video_error (self, FALSE, "The picture failed: %s (%s)", error->message,
                                             GST_OBJECT_NAME (GST_MESSAGE_SRC (message)));
      return;
    }
  if (self->goes_on)
    {
      self->goes_on = FALSE;
      cusax_session_devices_fail (self, GST_MESSAGE_SRC (message), origin == MICROPHONE, error);
      return;
    }
  /* The backend's handler came before with its guess; of messages, the first is the cause. */
  if (!self->error_from_bus)
    g_clear_error (&self->news_error);
  self->error_from_bus = TRUE;
  if (origin == MICROPHONE)
    cusax_session_news_tell_error (self, "The microphone failed: %s", error->message);
  else
    cusax_session_news_tell_error (self, "Sound failed: %s (%s)", error->message,
                                   GST_OBJECT_NAME (GST_MESSAGE_SRC (message)));
}

void
cusax_session_bus_watch (CusaxSession *self)
{
  GstElement *pipeline = purple_media_manager_get_pipeline (purple_media_manager_get ());

  self->bus = gst_pipeline_get_bus (GST_PIPELINE (pipeline));
  g_object_get (self->media, "backend", &self->backend, NULL);
  connect_signals (self);
  cusax_keypad_watch (self->backend, on_keypad, self);
  g_signal_connect (self->bus, "message::error", G_CALLBACK (on_bus_error_first), self);
  g_signal_connect_after (self->bus, "message::error", G_CALLBACK (on_bus_error), self);
  cusax_session_farstream_watch (self);
}

void
cusax_session_bus_unwatch (CusaxSession *self)
{
  if (self->bus != NULL)
    g_signal_handlers_disconnect_by_data (self->bus, self);
  if (self->media != NULL)
    g_signal_handlers_disconnect_by_data (self->media, self);
  if (self->backend != NULL)
    cusax_keypad_watch (self->backend, NULL, NULL);
}
