/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See session-private.h. */
#include "session-private.h"

#include "videostream.h"

#include <media-gst.h>

/* --------------------------------------------------------------- which stream is which */

static void
free_weak (gpointer weak)
{
  g_weak_ref_clear (weak);
  g_free (weak);
}

void
cusax_session_farstream_init (CusaxSession *self)
{
  g_mutex_init (&self->streams.mutex);
  self->streams.dead = g_ptr_array_new_with_free_func (free_weak);
}

void
cusax_session_farstream_clear (CusaxSession *self)
{
  g_ptr_array_unref (self->streams.dead);
  g_mutex_clear (&self->streams.mutex);
}

/* The mutex is held. A stream whose messages are on the way lives as long as they do. */
static gboolean
is_dead (CusaxSession *self, FsStream *stream)
{
  for (guint i = self->streams.dead->len; i > 0; i--)
    {
      g_autoptr (GObject) dead = g_weak_ref_get (self->streams.dead->pdata[i - 1]);

      if (dead == NULL)
        g_ptr_array_remove_index_fast (self->streams.dead, i - 1);
      else if (dead == (GObject *) stream)
        return TRUE;
    }
  return FALSE;
}

/* The mutex is held. Returns: whether @stream is the one of the picture that is open. */
static gboolean
is_live (CusaxSession *self, FsStream *stream)
{
  if (!self->streams.is_open || is_dead (self, stream))
    return FALSE;
  if (self->streams.live == NULL)
    self->streams.live = stream;
  return self->streams.live == stream;
}

static void
bury (CusaxSession *self)
{
  GWeakRef *weak;

  /* Ended from the window, libpurple has freed it before we hear of it. */
  if (self->streams.live != NULL && !self->media_ended)
    {
      weak = g_new0 (GWeakRef, 1);
      g_weak_ref_init (weak, self->streams.live);
      g_ptr_array_add (self->streams.dead, weak);
    }
  self->streams.live = NULL;
}

void
cusax_session_farstream_set_video (CusaxSession *self, gboolean is_open)
{
  g_mutex_lock (&self->streams.mutex);
  self->streams.is_open = is_open;
  if (!is_open)
    bury (self);
  g_mutex_unlock (&self->streams.mutex);
}

/* ------------------------------------------------------------------- Farstream's messages */

/* (transfer none) (nullable): which stream @message speaks of, if it is one of Farstream's of this call */
static FsStream *
get_stream (CusaxSession *self, GstMessage *message)
{
  const GstStructure *structure = gst_message_get_structure (message);
  const GValue *value;

  if (structure == NULL || self->conference == NULL
      || !g_str_has_prefix (gst_structure_get_name (structure), "farstream-")
      || !gst_object_has_as_ancestor (GST_MESSAGE_SRC (message), GST_OBJECT (self->conference)))
    return NULL;
  value = gst_structure_get_value (structure, "stream");
  return value != NULL && G_VALUE_HOLDS (value, FS_TYPE_STREAM) ? g_value_get_object (value) : NULL;
}

/* In the thread that tells it, before anybody in the main loop hears of it. */
static void
on_sync_element (GstBus *bus, GstMessage *message, CusaxSession *self)
{
  FsStream *stream = get_stream (self, message);

  if (stream == NULL || !cusax_videostream_is (stream))
    return;
  g_mutex_lock (&self->streams.mutex);
  is_live (self, stream);
  g_mutex_unlock (&self->streams.mutex);
}

void
cusax_session_farstream_take_video (CusaxSession *self)
{
  FsStream *stream;

  g_mutex_lock (&self->streams.mutex);
  stream = self->streams.is_open ? self->streams.live : NULL;
  g_mutex_unlock (&self->streams.mutex);
  /* libpurple holds it while the picture is open, and closing happens in this thread. */
  if (stream == NULL || self->video.guard != NULL)
    return;
  self->video.guard = cusax_guard_new (stream);
  if (!self->video.has_camera)
    self->video.plug = cusax_videostream_plug (stream);
  cusax_videostream_limit_size (stream);
  cusax_session_video_update (self);
}

/* WORKAROUND libpurple 2.14, as in session-bus.c: of a picture that has been ended while the call goes on, messages are kept from
 * the backend, one at a time, and its handler finds itself unblocked after. */
static void
on_element (GstBus *bus, GstMessage *message, CusaxSession *self)
{
  FsStream *stream = get_stream (self, message);
  gboolean is_stale;

  if (stream == NULL)
    return;
  if (!cusax_videostream_is (stream))
    {
      /* libpurple's secret, but its messages name it. */
      if (!self->guard_done)
        self->guard = cusax_guard_new (stream);
      self->guard_done = TRUE;
      return;
    }
  g_mutex_lock (&self->streams.mutex);
  is_stale = !is_live (self, stream);
  g_mutex_unlock (&self->streams.mutex);
  if (!is_stale)
    {
      cusax_session_farstream_take_video (self);
      return;
    }
  g_signal_handlers_block_matched (bus, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, self->backend);
  self->backend_blocked = TRUE;
}

static void
on_element_after (GstBus *bus, GstMessage *message, CusaxSession *self)
{
  if (!self->backend_blocked)
    return;
  self->backend_blocked = FALSE;
  g_signal_handlers_unblock_matched (bus, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, self->backend);
}

void
cusax_session_farstream_watch (CusaxSession *self)
{
  g_signal_connect (self->bus, "sync-message::element", G_CALLBACK (on_sync_element), self);
  g_signal_connect (self->bus, "message::element", G_CALLBACK (on_element), self);
  g_signal_connect_after (self->bus, "message::element", G_CALLBACK (on_element_after), self);
}
