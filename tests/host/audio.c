/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See audio.h. */
#include "audio.h"

#include "events.h"

#include <gst/gst.h>
#include <media-gst.h>
#include <purple.h>

#include <stdio.h>
#include <string.h>

#define RATE 16000
#define MICROPHONE_RATE 48000
#define WAV_HEADER 44

typedef struct
{
  FILE *file;
  guint32 bytes;
  char *who;
} Recorder;

static char *folder;
static double tone_hertz = 440;
static double tone_volume = 0.5;
static HostSink sink_kind;
static char *sink_who; /* NULL: anybody */
static gint recordings;
/* Two calls may get their loudspeakers at the same moment, each in a streaming thread of its own. */
static GMutex recordings_mutex;
static GHashTable *recording_of; /* who -> file */
static char *last_recording;
static GHashTable *heard; /* who -> gint64; recordings_mutex */
static gint64 spoken;     /* recordings_mutex */
#define LOUD 1000
static gint opened;

/* ------------------------------------------------------------------------ loudspeaker */

static void
put32 (guint8 *at, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (at, &value, sizeof value);
}

/* The sizes in the header are brought up to date with every buffer: 50 small writes a second. */
static void
write_header (Recorder *recorder)
{
  guint8 header[WAV_HEADER] = "RIFF....WAVEfmt \020\0\0\0\001\0\001\0........\002\0\020\0data....";

  put32 (header + 4, recorder->bytes + WAV_HEADER - 8);
  put32 (header + 24, RATE);
  put32 (header + 28, RATE * 2);
  put32 (header + 40, recorder->bytes);
  fseek (recorder->file, 0, SEEK_SET);
  fwrite (header, 1, sizeof header, recorder->file);
  fseek (recorder->file, 0, SEEK_END);
}

static void
recorder_free (gpointer data, GClosure *closure)
{
  Recorder *recorder = data;

  fclose (recorder->file);
  g_free (recorder->who);
  g_free (recorder);
}

/* Returns: when the first loud sample is, @now being that of the first one; 0: none is */
static gint64
find_loud (const GstMapInfo *map, int rate, gint64 now)
{
  const gint16 *samples = (const gint16 *) (gconstpointer) map->data;
  gsize count = map->size / 2, i = 0;

  while (i < count && ABS (samples[i]) < LOUD)
    i++;
  return i < count ? now + (gint64) i * G_USEC_PER_SEC / rate : 0;
}

/* Streaming thread, when the sound is played. */
static void
note_heard (const Recorder *recorder, const GstMapInfo *map)
{
  gint64 when = find_loud (map, RATE, g_get_monotonic_time ());

  g_mutex_lock (&recordings_mutex);
  if (when != 0 && heard != NULL && !g_hash_table_contains (heard, recorder->who))
    g_hash_table_insert (heard, g_strdup (recorder->who), g_memdup2 (&when, sizeof when));
  g_mutex_unlock (&recordings_mutex);
}

/* In the streaming thread. */
static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, Recorder *recorder)
{
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  fwrite (map.data, 1, map.size, recorder->file);
  recorder->bytes += map.size;
  note_heard (recorder, &map);
  write_header (recorder);
  fflush (recorder->file);
  gst_buffer_unmap (buffer, &map);
}

static void
start_recording (GstElement *sink, const char *who)
{
  g_autofree char *name = g_strdup_printf ("sound-%d.wav", g_atomic_int_add (&recordings, 1) + 1);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  Recorder *recorder = g_new0 (Recorder, 1);

  recorder->file = fopen (path, "wb");
  if (recorder->file == NULL)
    g_error ("cannot write %s", path);
  recorder->who = g_strdup (who != NULL ? who : "");
  write_header (recorder);
  g_object_set (sink, "signal-handoffs", TRUE, NULL);
  g_signal_connect_data (sink, "handoff", G_CALLBACK (on_handoff), recorder, recorder_free, 0);

  g_mutex_lock (&recordings_mutex);
  if (recording_of == NULL)
    recording_of = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (recording_of, g_strdup (who != NULL ? who : ""), g_strdup (path));
  g_free (last_recording);
  last_recording = g_strdup (path);
  g_mutex_unlock (&recordings_mutex);
  host_event ("recording", "who", who, "file", path, NULL);
}

/* What @kind ends in. All are "async" as real sound cards are: the pipeline waits for them to have data. That
 * is how a sink that never gets there brings the whole pipeline to a halt. */
static GstElement *
create_end (HostSink kind, const char *who)
{
  GstElement *sink = gst_element_factory_make (kind == HOST_SINK_BROKEN ? "filesink" : "fakesink", NULL);

  if (kind == HOST_SINK_BROKEN)
    g_object_set (sink, "location", "/nonexistent/loudspeaker", NULL);
  else
    g_object_set (sink, "sync", TRUE, "enable-last-sample", FALSE, NULL);
  if (kind == HOST_SINK_SLOW)
    g_usleep (100 * 1000);
  if (kind == HOST_SINK_WAV || kind == HOST_SINK_SLOW)
    start_recording (sink, who);
  else
    host_event ("sink-broken", "who", who, NULL);
  return sink;
}

/* Made in a streaming thread, when the first packet of a call arrived. */
static GstElement *
create_sink (PurpleMedia *media, const gchar *session_id, const gchar *participant)
{
  HostSink kind = sink_who == NULL || g_strcmp0 (sink_who, participant) == 0 ? sink_kind : HOST_SINK_WAV;
  GstElement *bin = gst_bin_new (NULL);
  GstElement *convert = gst_element_factory_make ("audioconvert", NULL);
  GstElement *resample = gst_element_factory_make ("audioresample", NULL);
  GstElement *filter = gst_element_factory_make ("capsfilter", NULL);
  GstElement *identity = gst_element_factory_make ("identity", NULL);
  GstElement *sink = create_end (kind, participant);
  g_autoptr (GstCaps) caps = gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING, "S16LE", "rate",
                                                  G_TYPE_INT, RATE, "channels", G_TYPE_INT, 1, NULL);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (convert, "sink");

  g_object_set (filter, "caps", caps, NULL);
  if (kind == HOST_SINK_FAILING)
    g_object_set (identity, "error-after", 25, NULL);
  gst_bin_add_many (GST_BIN (bin), convert, resample, filter, identity, sink, NULL);
  gst_element_link_many (convert, resample, filter, identity, sink, NULL);
  gst_element_add_pad (bin, gst_ghost_pad_new ("sink", pad));
  return bin;
}

/* ------------------------------------------------------------------------- microphone */

/* A sound card is opened on the way from NULL to READY: that is what the events tell. Any thread. */
static GstBusSyncReply
on_state (GstBus *bus, GstMessage *message, gpointer user_data)
{
  GstState old_state, new_state;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_STATE_CHANGED
      || g_object_get_data (G_OBJECT (GST_MESSAGE_SRC (message)), "host-microphone") == NULL)
    return GST_BUS_PASS;
  gst_message_parse_state_changed (message, &old_state, &new_state, NULL);
  if (old_state == GST_STATE_NULL)
    g_atomic_int_inc (&opened);
  host_event ("microphone", "state", gst_element_state_get_name (new_state), NULL);
  return GST_BUS_PASS;
}

static void
on_sync_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  on_state (bus, message, user_data);
}

static void
watch_states (void)
{
  static gboolean watching;
  GstElement *pipeline = purple_media_manager_get_pipeline (purple_media_manager_get ());
  g_autoptr (GstBus) bus = gst_pipeline_get_bus (GST_PIPELINE (pipeline));

  if (watching)
    return;
  watching = TRUE;
  gst_bus_enable_sync_message_emission (bus);
  g_signal_connect (bus, "sync-message::state-changed", G_CALLBACK (on_sync_message), NULL);
}

/* Streaming thread: when the first sound since host_audio_speak() leaves the microphone. */
static GstPadProbeReturn
on_spoken (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  gint64 now = g_get_monotonic_time ();
  GstMapInfo map;

  if (!gst_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), &map, GST_MAP_READ))
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&recordings_mutex);
  /* 16 bit, one channel: what this source prefers. */
  if (heard != NULL && spoken == 0 && map.size == MICROPHONE_RATE / 50 * sizeof (gint16))
    spoken = find_loud (&map, MICROPHONE_RATE, now);
  g_mutex_unlock (&recordings_mutex);
  gst_buffer_unmap (GST_PAD_PROBE_INFO_BUFFER (info), &map);
  return GST_PAD_PROBE_OK;
}

/* A bin, as a real user interface's autoaudiosrc is one. */
static GstElement *
create_source (PurpleMedia *media, const gchar *session_id, const gchar *participant)
{
  GstElement *bin = gst_bin_new (NULL);
  GstElement *source = gst_element_factory_make ("audiotestsrc", NULL);
  GstElement *filter = gst_element_factory_make ("capsfilter", NULL);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (filter, "src");
  /* One rate for all calls, as a sound card has. This element counts samples: when a second call had it change from 48 to
   * 8 kHz, it took six times as many seconds to have passed, and was silent until they had. */
  g_autoptr (GstCaps) caps = gst_caps_new_simple ("audio/x-raw", "rate", G_TYPE_INT, MICROPHONE_RATE, NULL);

  g_object_set (filter, "caps", caps, NULL);
  g_object_set (source, "is-live", TRUE, "freq", tone_hertz, "volume", tone_volume, "samplesperbuffer",
                MICROPHONE_RATE / 50, NULL);
  g_object_set_data (G_OBJECT (source), "host-microphone", source);
  watch_states ();
  gst_bin_add_many (GST_BIN (bin), source, filter, NULL);
  gst_element_link (source, filter);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_spoken, NULL, NULL);
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", pad));
  host_event ("microphone-made", "hertz", host_number ((gint64)tone_hertz), NULL);
  return bin;
}

static PurpleMediaElementInfo *
element_new (const char *id, PurpleMediaElementType type, gpointer create)
{
  return g_object_new (PURPLE_TYPE_MEDIA_ELEMENT_INFO, "id", id, "name", id, "type", type, "create-cb", create,
                       NULL);
}

void
host_audio_init (const char *where, gboolean unique)
{
  PurpleMediaManager *manager = purple_media_manager_get ();
  PurpleMediaElementType once = unique ? PURPLE_MEDIA_ELEMENT_UNIQUE : 0;

  g_free (folder);
  folder = g_strdup (where);
  purple_media_manager_set_ui_caps (manager,
                                    PURPLE_MEDIA_CAPS_AUDIO | PURPLE_MEDIA_CAPS_AUDIO_SINGLE_DIRECTION);
  purple_media_manager_set_active_element (
      manager,
      element_new (unique ? "host-microphone" : "host-microphone-each",
                   PURPLE_MEDIA_ELEMENT_AUDIO | PURPLE_MEDIA_ELEMENT_SRC | PURPLE_MEDIA_ELEMENT_ONE_SRC | once,
                   create_source));
  purple_media_manager_set_active_element (
      manager,
      element_new ("host-loudspeaker",
                   PURPLE_MEDIA_ELEMENT_AUDIO | PURPLE_MEDIA_ELEMENT_SINK | PURPLE_MEDIA_ELEMENT_ONE_SINK,
                   create_sink));
}

void
host_audio_set_tone (double hertz)
{
  tone_hertz = hertz;
}

void
host_audio_set_volume (double volume)
{
  tone_volume = volume;
}

static void
set_volume (const GValue *value, gpointer volume)
{
  GObject *element = g_value_get_object (value);

  if (g_object_get_data (element, "host-microphone") != NULL)
    g_object_set (element, "volume", *(double *) volume, NULL);
}

void
host_audio_speak (double volume)
{
  GstElement *pipeline = purple_media_manager_get_pipeline (purple_media_manager_get ());
  GstIterator *elements = gst_bin_iterate_recurse (GST_BIN (pipeline));

  g_mutex_lock (&recordings_mutex);
  g_clear_pointer (&heard, g_hash_table_unref);
  heard = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  spoken = 0;
  g_mutex_unlock (&recordings_mutex);
  while (gst_iterator_foreach (elements, set_volume, &volume) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (elements);
  gst_iterator_free (elements);
}

gint64
host_audio_get_heard (const char *who)
{
  const gint64 *found = NULL;
  gint64 when = 0;

  g_mutex_lock (&recordings_mutex);
  if (heard != NULL)
    found = g_hash_table_lookup (heard, who);
  if (found != NULL)
    when = *found;
  g_mutex_unlock (&recordings_mutex);
  return when;
}

gint64
host_audio_get_spoken (void)
{
  gint64 when;

  g_mutex_lock (&recordings_mutex);
  when = spoken;
  g_mutex_unlock (&recordings_mutex);
  return when;
}

void
host_audio_set_sink_of (const char *who, HostSink sink)
{
  g_free (sink_who);
  sink_who = g_strdup (who);
  sink_kind = sink;
}

char *
host_audio_get_recording (const char *who)
{
  g_autofree char *file = NULL;

  g_mutex_lock (&recordings_mutex);
  if (who == NULL)
    file = g_strdup (last_recording);
  else if (recording_of != NULL)
    file = g_strdup (g_hash_table_lookup (recording_of, who));
  g_mutex_unlock (&recordings_mutex);
  return g_steal_pointer (&file);
}

void
host_audio_forget_recordings (void)
{
  g_mutex_lock (&recordings_mutex);
  g_clear_pointer (&recording_of, g_hash_table_unref);
  g_clear_pointer (&last_recording, g_free);
  g_mutex_unlock (&recordings_mutex);
}

guint
host_audio_count_opened (void)
{
  return (guint)g_atomic_int_get (&opened);
}
