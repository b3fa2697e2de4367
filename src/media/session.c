/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See session.h. */
#include "session.h"

#include "conversion.h"
#include "devices.h"
#include "elements.h"
#include "error.h"
#include "finch.h"
#include "guard.h"
#include "microphone.h"
#include "stream.h"

#include <media-gst.h>
#include <purple.h>

typedef struct
{
  CusaxMediaPort port;
  PurpleAccount *account;
  CusaxElements *elements; /* NULL until asked for */
  CusaxDevices *devices;   /* being tried */
  CusaxMediaProbeDone probe_done;
  gpointer probe_data;
} SessionPort;

typedef struct
{
  CusaxMediaSession session;
  SessionPort *port;
  CusaxMediaListener listener;
  gpointer user_data;
  gboolean cut; /* the listener is gone */

  char *who;
  guint16 leg_rtp_port, leg_rtcp_port;
  GPtrArray *offered; /* NULL when the other side called */

  PurpleMedia *media; /* a reference of ours */
  GObject *backend;   /* of @media */
  GstBus *bus;
  GstElement *conference; /* the bin of this call in the shared pipeline */
  gboolean backend_blocked;
  CusaxGuard *guard; /* from the first local candidate until the end is near */
  gboolean guard_done;
  CusaxMicrophone *microphone;
  CusaxFinch *finch;
  gboolean accepted, held, muted;
  gboolean media_ended; /* libpurple has ended it: not ours to end any more */
  gboolean applying;    /* we are telling PurpleMedia, so its signals are no news */

  /* What the listener is to be told from the main loop. */
  guint news_source;
  gboolean news_leg, news_hang_up, news_hold, news_muted;
  GError *news_error;
  gboolean error_from_bus; /* news_error is GStreamer's own text */
} Session;

static const CusaxMediaSessionVtable session_vtable;

/* ---------------------------------------------------------------------------------- news */

static void
session_clear (gpointer data)
{
  Session *self = data;

  g_clear_pointer (&self->offered, g_ptr_array_unref);
  g_clear_error (&self->news_error);
  g_free (self->who);
}

static gboolean
on_news (gpointer user_data)
{
  Session *self = g_rc_box_acquire (user_data);
  g_autoptr (GError) error = NULL;
  guint16 rtp_port, rtcp_port;

  self->news_source = 0;
  if (self->news_error != NULL)
    {
      error = g_steal_pointer (&self->news_error);
      self->cut = TRUE;
      self->listener.on_error (self->user_data, error);
    }
  if (!self->cut && self->news_leg)
    {
      self->news_leg = FALSE;
      if (cusax_stream_get_local_ports (self->media, self->who, &rtp_port, &rtcp_port))
        self->listener.on_leg_ready (self->user_data, rtp_port, rtcp_port);
    }
  if (!self->cut && self->news_hold)
    {
      self->news_hold = FALSE;
      self->listener.on_hold (self->user_data, self->held);
    }
  if (!self->cut && self->news_muted)
    {
      self->news_muted = FALSE;
      self->listener.on_muted (self->user_data, self->muted);
    }
  if (!self->cut && self->news_hang_up)
    {
      self->cut = TRUE;
      self->listener.on_hang_up (self->user_data);
    }
  g_rc_box_release_full (self, session_clear);
  return G_SOURCE_REMOVE;
}

static void
tell (Session *self)
{
  if (!self->cut && self->news_source == 0)
    self->news_source = g_idle_add_full (G_PRIORITY_DEFAULT, on_news, self, NULL);
}

/* The first one tells most: what follows are consequences. */
static void tell_error (Session *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
tell_error (Session *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);

  g_info ("%s: %s", self->who, text);
  if (self->news_error == NULL)
    self->news_error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_MEDIA, text);
  tell (self);
}

/* ----------------------------------------------------------------- signals of PurpleMedia */

/* WORKAROUND libpurple 2.14: a message of Farstream that comes after the end of its stream, while somebody
 * still holds the media (Finch does), makes the backend use a session that is gone;
 * gst_handle_message_element() in backend-fs2.c; remove when it looks at what get_session_from_fs_stream()
 * returns. Nothing on the bus matters to the backend any more. */
static void
stop_listening (Session *self)
{
  if (self->bus != NULL && self->backend != NULL)
    g_signal_handlers_disconnect_by_data (self->bus, self->backend);
}

/* Before libpurple ends the media: a stream that is being built would crash it, a loudspeaker that waits and a
 * stalled pipeline would hang it. In this order: the first makes sure that no new loudspeaker comes. */
static void
prepare_end (Session *self)
{
  stop_listening (self);
  g_clear_pointer (&self->guard, cusax_guard_free);
  if (self->conference != NULL && !self->media_ended)
    cusax_stream_close_sinks (self->conference);
  cusax_stream_revive_pipeline ();
}

static void
on_candidates_prepared (PurpleMedia *media, const char *session, const char *who, Session *self)
{
  self->news_leg = TRUE;
  tell (self);
}

/* HANGUP and REJECT come once per stream, session, participant and call: the first is enough, and it is told
 * after all of them. */
static void
on_stream_info (PurpleMedia *media, PurpleMediaInfoType type, const char *session, const char *who,
                gboolean local, Session *self)
{
  if (self->applying || !local)
    return;
  switch (type)
    {
    case PURPLE_MEDIA_INFO_HANGUP:
    case PURPLE_MEDIA_INFO_REJECT:
      prepare_end (self); /* libpurple ends the media next */
      self->news_hang_up = TRUE;
      tell (self);
      break;
    case PURPLE_MEDIA_INFO_HOLD:
    case PURPLE_MEDIA_INFO_UNHOLD:
      self->held = type == PURPLE_MEDIA_INFO_HOLD;
      self->news_hold = TRUE;
      tell (self);
      break;
    case PURPLE_MEDIA_INFO_MUTE:
    case PURPLE_MEDIA_INFO_UNMUTE:
      self->muted = type == PURPLE_MEDIA_INFO_MUTE;
      self->news_muted = TRUE;
      tell (self);
      break;
    case PURPLE_MEDIA_INFO_ACCEPT:
    case PURPLE_MEDIA_INFO_PAUSE:
    case PURPLE_MEDIA_INFO_UNPAUSE:
      break;
    }
}

static void
on_state_changed (PurpleMedia *media, PurpleMediaState state, const char *session, const char *who,
                  Session *self)
{
  if (state != PURPLE_MEDIA_STATE_END || session != NULL || who != NULL)
    return;
  self->media_ended = TRUE;
  /* Somebody else ended it: libpurple after an error (told before), or another plugin. */
  self->news_hang_up = TRUE;
  tell (self);
}

static void
on_media_error (PurpleMedia *media, const char *text, Session *self)
{
  tell_error (self, "%s", text);
}

/* The pipeline is shared: does @message speak of this call? */
static gboolean
is_ours (Session *self, GstMessage *message, gboolean *is_microphone)
{
  GstObject *source = GST_MESSAGE_SRC (message);
  GstElement *microphone = self->media_ended ? NULL : purple_media_get_src (self->media, CUSAX_STREAM_SESSION);

  *is_microphone = microphone != NULL && gst_object_has_as_ancestor (source, GST_OBJECT (microphone));
  return *is_microphone || gst_object_has_as_ancestor (source, GST_OBJECT (self->conference));
}

/* libpurple's backend takes an error of anybody else for a failed conference of its own and ends the call. It
 * is made deaf to those, one message long: this handler runs before the backend's, on_bus_error() after. */
static void
on_bus_error_first (GstBus *bus, GstMessage *message, Session *self)
{
  gboolean is_microphone;

  if (self->conference == NULL || self->media_ended)
    return;
  if (is_ours (self, message, &is_microphone))
    {
      prepare_end (self); /* the backend may end the media next */
      return;
    }
  g_signal_handlers_block_matched (bus, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, self->backend);
  self->backend_blocked = TRUE;
}

/* libpurple says nothing at all when a loudspeaker fails, and speaks of the microphone when anything else does:
 * so what happened is read from the bus. */
static void
on_bus_error (GstBus *bus, GstMessage *message, Session *self)
{
  gboolean is_microphone;
  g_autoptr (GError) error = NULL;

  if (self->backend_blocked)
    {
      self->backend_blocked = FALSE;
      g_signal_handlers_unblock_matched (bus, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, self->backend);
    }
  if (self->conference == NULL || !is_ours (self, message, &is_microphone))
    return;
  /* The backend's handler came before with its guess; of messages, the first is the cause. */
  if (!self->error_from_bus)
    g_clear_error (&self->news_error);
  self->error_from_bus = TRUE;
  gst_message_parse_error (message, &error, NULL);
  if (is_microphone)
    tell_error (self, "The microphone failed: %s", error->message);
  else
    tell_error (self, "Sound failed: %s (%s)", error->message, GST_OBJECT_NAME (GST_MESSAGE_SRC (message)));
}

/* Farstream's stream is libpurple's secret, but its messages name it. */
static void
on_bus_element (GstBus *bus, GstMessage *message, Session *self)
{
  const GstStructure *structure = gst_message_get_structure (message);
  const GValue *stream;

  if (self->guard_done || self->conference == NULL
      || !gst_structure_has_name (structure, "farstream-new-local-candidate")
      || !gst_object_has_as_ancestor (GST_MESSAGE_SRC (message), GST_OBJECT (self->conference)))
    return;
  stream = gst_structure_get_value (structure, "stream");
  if (stream != NULL && G_VALUE_HOLDS (stream, FS_TYPE_STREAM))
    {
      self->guard = cusax_guard_new (g_value_get_object (stream));
      self->guard_done = TRUE;
    }
}

/* ---------------------------------------------------------------------------------- life */

/* Before the stream is added, which is when the backend starts to listen to the bus. */
static void
watch_bus (Session *self)
{
  GstElement *pipeline = purple_media_manager_get_pipeline (purple_media_manager_get ());

  self->bus = gst_pipeline_get_bus (GST_PIPELINE (pipeline));
  g_object_get (self->media, "backend", &self->backend, NULL);
  g_signal_connect (self->bus, "message::error", G_CALLBACK (on_bus_error_first), self);
  g_signal_connect_after (self->bus, "message::error", G_CALLBACK (on_bus_error), self);
  g_signal_connect (self->bus, "message::element", G_CALLBACK (on_bus_element), self);
}

static void
find_conference (Session *self)
{
  GstElement *tee = purple_media_get_tee (self->media, CUSAX_STREAM_SESSION, NULL);

  self->conference = GST_ELEMENT (gst_object_get_parent (GST_OBJECT (tee)));
}

static void
connect_signals (Session *self)
{
  g_signal_connect (self->media, "candidates-prepared", G_CALLBACK (on_candidates_prepared), self);
  g_signal_connect (self->media, "stream-info", G_CALLBACK (on_stream_info), self);
  g_signal_connect (self->media, "state-changed", G_CALLBACK (on_state_changed), self);
  g_signal_connect (self->media, "error", G_CALLBACK (on_media_error), self);
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
  Session *self = (Session *)session;

  self->cut = TRUE;
  g_clear_handle_id (&self->news_source, g_source_remove);
  g_clear_pointer (&self->finch, cusax_finch_free);
  g_clear_pointer (&self->microphone, cusax_microphone_free);
  if (self->bus != NULL)
    g_signal_handlers_disconnect_by_data (self->bus, self);
  if (self->media != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->media, self);
      prepare_end (self);
      /* The backend looks at its media when it goes: ours must not be the last reference to it. */
      g_clear_object (&self->backend);
      g_clear_object (&self->conference);
      if (!self->media_ended)
        end_media (self->media);
      g_clear_object (&self->media);
    }
  g_clear_object (&self->bus);
  g_info ("%s: session ended", self->who);
  g_rc_box_release_full (self, session_clear);
}

static gboolean
port_can_open (CusaxMediaPort *port, const char *who, GError **error)
{
  PurpleAccount *account = ((SessionPort *)port)->account;

  /* Finch shows a call in its conversation and makes one if there is none, which libpurple refuses (and Finch does
   * not survive) while chat is signed off. */
  if (!cusax_finch_is_running () || purple_account_get_connection (account) != NULL
      || purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, who, account) != NULL)
    return TRUE;
  g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA,
               "Finch shows calls in a conversation; while chat is signed off it cannot open one with %s", who);
  return FALSE;
}

static gboolean
session_start (Session *self, gboolean outgoing, const CusaxLeg *leg, GError **error)
{
  PurpleMediaManager *manager = purple_media_manager_get ();

  if (!port_can_open (&self->port->port, self->who, error))
    return FALSE;

  /* Finch offers Accept and Reject for a call that it did not start, although it has been accepted by then. */
  self->media = purple_media_manager_create_media (manager, self->port->account, "fsrtpconference", self->who,
                                                   outgoing || cusax_finch_is_running ());
  if (self->media == NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "this program does not show calls");
      return FALSE;
    }
  g_object_ref (self->media);
  self->finch = cusax_finch_new (self->media, self->port->account, self->who);
  connect_signals (self);
  watch_bus (self);

  self->microphone = cusax_microphone_new (purple_media_manager_get_pipeline (manager));
  if (!cusax_stream_add (self->media, self->who, leg, error))
    return FALSE;
  cusax_microphone_added (self->microphone);
  find_conference (self);
  return TRUE;
}

static CusaxMediaSession *
port_open (CusaxMediaPort *port, const char *who, gboolean outgoing, const CusaxLeg *leg,
           const CusaxMediaListener *listener, gpointer user_data, GError **error)
{
  Session *self = g_rc_box_new0 (Session);

  cusax_devices_yield (((SessionPort *)port)->devices);
  self->session.vtable = &session_vtable;
  self->port = (SessionPort *)port;
  self->listener = *listener;
  self->user_data = user_data;
  self->who = g_strdup (who);
  self->leg_rtp_port = leg->rtp_port;
  self->leg_rtcp_port = leg->rtcp_port;
  if (outgoing)
    self->offered = cusax_codecs_copy (port->vtable->get_codecs (port, NULL));

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
  Session *self = (Session *)session;
  GList *list;

  if (self->media_ended)
    return;
  list = cusax_conversion_remote_codecs (codecs, self->offered);
  if (!purple_media_set_remote_codecs (self->media, CUSAX_STREAM_SESSION, self->who, list))
    tell_error (self, "GStreamer cannot use any codec of this call");
  purple_media_codec_list_free (list);
}

static void
tell_media (Session *self, PurpleMediaInfoType type)
{
  self->applying = TRUE;
  purple_media_stream_info (self->media, type, NULL, NULL, TRUE);
  self->applying = FALSE;
}

static void
session_accept (CusaxMediaSession *session)
{
  Session *self = (Session *)session;
  GList *candidates;

  if (self->media_ended || self->accepted)
    return;
  self->accepted = TRUE;
  cusax_microphone_open (self->microphone);
  /* Only now does Farstream learn whereto: nothing can leave before. */
  candidates = cusax_conversion_leg_candidates (self->leg_rtp_port, self->leg_rtcp_port);
  purple_media_add_remote_candidates (self->media, CUSAX_STREAM_SESSION, self->who, candidates);
  purple_media_candidate_list_free (candidates);
  tell_media (self, PURPLE_MEDIA_INFO_ACCEPT);
  cusax_stream_revive_pipeline ();
}

static void
session_set_hold (CusaxMediaSession *session, gboolean held)
{
  Session *self = (Session *)session;

  if (self->media_ended || self->held == held)
    return;
  self->held = held;
  tell_media (self, held ? PURPLE_MEDIA_INFO_HOLD : PURPLE_MEDIA_INFO_UNHOLD);
}

static void
session_set_muted (CusaxMediaSession *session, gboolean muted)
{
  Session *self = (Session *)session;

  if (self->media_ended || self->muted == muted)
    return;
  self->muted = muted;
  tell_media (self, muted ? PURPLE_MEDIA_INFO_MUTE : PURPLE_MEDIA_INFO_UNMUTE);
}

static const CusaxMediaSessionVtable session_vtable = {
  .set_remote_codecs = session_set_remote_codecs,
  .accept = session_accept,
  .set_hold = session_set_hold,
  .set_muted = session_set_muted,
  .end = session_end,
};

/* ---------------------------------------------------------------------------------- port */

static CusaxElements *
get_elements (CusaxMediaPort *port)
{
  SessionPort *self = (SessionPort *)port;

  if (self->elements == NULL)
    self->elements = cusax_elements_new ();
  return self->elements;
}

static const GPtrArray *
port_get_codecs (CusaxMediaPort *port, const char **missing)
{
  return cusax_elements_get_codecs (get_elements (port), missing);
}

static gboolean
port_protects_leg (CusaxMediaPort *port)
{
  return cusax_elements_have_srtp (get_elements (port));
}

static void
port_cancel_probe (CusaxMediaPort *port)
{
  g_clear_pointer (&((SessionPort *)port)->devices, cusax_devices_free);
}

static void
on_probed (gpointer user_data, const CusaxMediaProbe *probe)
{
  SessionPort *self = user_data;
  g_autoptr (CusaxDevices) devices = g_steal_pointer (&self->devices);

  self->probe_done (self->probe_data, probe);
}

static void
port_probe (CusaxMediaPort *port, CusaxMediaProbeDone done, gpointer user_data)
{
  SessionPort *self = (SessionPort *)port;

  port_cancel_probe (port);
  self->probe_done = done;
  self->probe_data = user_data;
  self->devices = cusax_devices_new (on_probed, self);
}

static const CusaxMediaPortVtable port_vtable = {
  .can_open = port_can_open,
  .get_codecs = port_get_codecs,
  .protects_leg = port_protects_leg,
  .probe = port_probe,
  .cancel_probe = port_cancel_probe,
  .open = port_open,
};

CusaxMediaPort *
cusax_session_port_new (PurpleAccount *account)
{
  SessionPort *self = g_new0 (SessionPort, 1);

  self->port.vtable = &port_vtable;
  self->account = account;
  return &self->port;
}

void
cusax_session_port_free (CusaxMediaPort *port)
{
  SessionPort *self = (SessionPort *)port;

  if (self == NULL)
    return;
  g_clear_pointer (&self->devices, cusax_devices_free);
  g_clear_pointer (&self->elements, cusax_elements_free);
  g_free (self);
}
