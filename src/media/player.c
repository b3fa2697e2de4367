/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See player.h. */
#include "player.h"

#include "cadence.h"
#include "error.h"

#include <string.h>

/* 10 ms */
#define SAMPLES_PER_BUFFER (CUSAX_CADENCE_RATE / 100)

#define NATIVE_S16 (G_BYTE_ORDER == G_LITTLE_ENDIAN ? "S16LE" : "S16BE")

/** CusaxPlayer: shared with its thread; outlives its pipeline. */
struct _CusaxPlayer
{
  CusaxPlayerDone done; /* main thread only; NULL: nobody waits any more */
  gpointer user_data;
  GstElement *pipeline;
  GstBus *bus;
  gint stopped; /* atomic */
  CusaxSound sound;
  double gain;
  char *role;
  guint64 position; /* streaming thread only */
  GError *error;    /* the thread's, then the main thread's */
};

static void
player_clear (gpointer data)
{
  CusaxPlayer *player = data;

  g_clear_object (&player->pipeline);
  g_clear_object (&player->bus);
  g_clear_error (&player->error);
  g_free (player->role);
}

static void
set_error (CusaxPlayer *player, const char *text)
{
  if (player->error == NULL)
    player->error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_MEDIA, text);
}

/* ------------------------------------------------------------ the pipeline */

/* The source says when, this says what. Streaming thread. */
static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  CusaxPlayer *player = user_data;
  CusaxSound sound = g_atomic_int_get (&player->stopped) ? CUSAX_SOUND_NONE : player->sound;
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GstMapInfo map;

  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  if (gst_buffer_map (buffer, &map, GST_MAP_WRITE))
    {
      gsize length = map.size / sizeof (gint16);

      cusax_cadence_fill (sound, player->position, (gint16 *) (gpointer) map.data, length, player->gain);
      player->position += length;
      gst_buffer_unmap (buffer, &map);
    }
  /* Silence in the form of a gap may be left out, and this is none any more. */
  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_GAP);
  return GST_PAD_PROBE_OK;
}

/* pulsesink, below autoaudiosink or not; in whatever thread makes it. */
static void
on_element_added (GstBin *pipeline, GstBin *parent, GstElement *element, gpointer user_data)
{
  CusaxPlayer *player = user_data;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), "stream-properties") != NULL)
    {
      GstStructure *properties
        = gst_structure_new ("properties", "media.role", G_TYPE_STRING, player->role, NULL);

      g_object_set (element, "stream-properties", properties, NULL);
      gst_structure_free (properties);
    }
}

static gboolean
build (CusaxPlayer *player, GstElement *sink)
{
  GstElement *source = gst_element_factory_make ("audiotestsrc", NULL);
  GstElement *filter = gst_element_factory_make ("capsfilter", NULL);
  GstElement *convert = gst_element_factory_make ("audioconvert", NULL);
  GstElement *resample = gst_element_factory_make ("audioresample", NULL);
  g_autoptr (GstCaps) caps
    = gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING, NATIVE_S16, "layout", G_TYPE_STRING,
                           "interleaved", "rate", G_TYPE_INT, CUSAX_CADENCE_RATE, "channels", G_TYPE_INT, 1, NULL);
  g_autoptr (GstPad) pad = NULL;

  player->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  player->bus = gst_element_get_bus (player->pipeline);
  g_signal_connect (player->pipeline, "deep-element-added", G_CALLBACK (on_element_added), player);
  gst_bin_add (GST_BIN (player->pipeline), sink);
  for (gsize i = 0; i < 4; i++)
    {
      GstElement *element = (GstElement *[]){ source, filter, convert, resample }[i];

      if (element == NULL)
        return FALSE;
      gst_bin_add (GST_BIN (player->pipeline), element);
    }
  /* Live: paced by the clock, whether the device takes its time or swallows all at once. */
  g_object_set (source, "is-live", TRUE, "samplesperbuffer", SAMPLES_PER_BUFFER, NULL);
  gst_util_set_object_arg (G_OBJECT (source), "wave", "silence");
  g_object_set (filter, "caps", caps, NULL);
  pad = gst_element_get_static_pad (filter, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, player, NULL);
  return gst_element_link_many (source, filter, convert, resample, sink, NULL);
}

/* -------------------------------------------------------------- its thread */

/* autoaudiosink warns and goes on with nothing behind it, when nothing can be opened. */
static gboolean
is_from_auto (GstMessage *message)
{
  GstObject *source = GST_MESSAGE_SRC (message);
  GstElementFactory *factory = GST_IS_ELEMENT (source) ? gst_element_get_factory (GST_ELEMENT (source)) : NULL;

  return factory != NULL && strcmp (GST_OBJECT_NAME (factory), "autoaudiosink") == 0;
}

static void
read_message (CusaxPlayer *player, GstMessage *message)
{
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING && is_from_auto (message))
    gst_message_parse_warning (message, &error, NULL);
  if (error != NULL)
    set_error (player, error->message);
}

static gboolean
on_over (gpointer data)
{
  CusaxPlayer *player = data;
  gboolean failed = player->error != NULL && !g_atomic_int_get (&player->stopped);

  if (player->done != NULL)
    player->done (player->user_data, player, failed ? player->error : NULL);
  g_atomic_rc_box_release_full (player, player_clear);
  return G_SOURCE_REMOVE;
}

static gpointer
play (gpointer data)
{
  CusaxPlayer *player = data;
  GstMessageType types = GST_MESSAGE_ERROR | GST_MESSAGE_WARNING | GST_MESSAGE_APPLICATION;

  if (!g_atomic_int_get (&player->stopped))
    gst_element_set_state (player->pipeline, GST_STATE_PLAYING); /* why it failed stands on the bus */
  while (!g_atomic_int_get (&player->stopped) && player->error == NULL)
    {
      g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (player->bus, GST_CLOCK_TIME_NONE, types);

      if (message != NULL)
        read_message (player, message);
    }
  gst_element_set_state (player->pipeline, GST_STATE_NULL);
  g_idle_add (on_over, player);
  return NULL;
}

/* -------------------------------------------------------------------- life */

CusaxPlayer *
cusax_player_new (GstElement *sink, CusaxSound sound, double gain, const char *volume_role, CusaxPlayerDone done,
                  gpointer user_data)
{
  CusaxPlayer *player = g_atomic_rc_box_new0 (CusaxPlayer);
  GThread *thread = NULL;

  player->done = done;
  player->user_data = user_data;
  player->sound = sound;
  player->gain = gain;
  player->role = g_strdup (volume_role);
  g_atomic_rc_box_acquire (player); /* on_over()'s */
  if (!build (player, sink))
    set_error (player, "GStreamer cannot use it");
  else
    {
      thread = g_thread_try_new ("cusax-sound", play, player, NULL);
      if (thread == NULL)
        set_error (player, "no thread can be started");
    }
  if (thread != NULL)
    g_thread_unref (thread);
  else
    g_idle_add (on_over, player);
  return player;
}

void
cusax_player_stop (CusaxPlayer *player)
{
  if (!g_atomic_int_compare_and_exchange (&player->stopped, FALSE, TRUE))
    return;
  gst_bus_post (player->bus, gst_message_new_application (NULL, gst_structure_new_empty ("stop")));
}

void
cusax_player_free (CusaxPlayer *player)
{
  if (player == NULL)
    return;
  cusax_player_stop (player);
  player->done = NULL;
  g_atomic_rc_box_release_full (player, player_clear);
}
