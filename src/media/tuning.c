/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See tuning.h. */
#include "tuning.h"

#include "catchup.h"

#include <string.h>

#define PACKET_TIME_KEY "cusax-packet-time"
#define PACKET_TIME 20
#define SLICED_KEY "cusax-sliced"
/* Bytes; Farstream's payloader makes packets of 1400 at most. */
#define SLICES "slice-max-size=1100"

/** Setting: as gst_util_set_object_arg() takes it; skipped where the element has no such property. */
typedef struct
{
  const char *element;
  const char *property;
  const char *value;
} Setting;

static const Setting settings[] = {
  /* Delay: what is usual on the way and in the machine, and no more. Farstream waits 100 ms, libpurple's mixer of voices 30. */
  { "rtpbin", "latency", "80" },
  { "liveadder", "latency", "20" },
  { "pulsesrc", "buffer-time", "40000" },
  { "pulsesrc", "latency-time", "10000" },
  /* Frames that are lost are made up. Not from the next one's redundancy (RFC 6716 section 2.1.7): GStreamer 1.22 waits 120 ms
   * for it, measured. The other side may do better with ours. */
  { "rtpbin", "do-lost", "true" },
  /* WORKAROUND GStreamer 1.22: of two packets that prove a source the first one is received but not expected, and reports tell of
   * -1 lost ones; update_queued_stats() in rtpsource.c. The leg proves who sends, and one is heard 20 ms sooner. */
  { "rtpsession", "probation", "1" },
  { "opusenc", "inband-fec", "true" },
  { "opusenc", "packet-loss-percentage", "5" },
  { "opusenc", "audio-type", "voice" },
  { "opusenc", "bitrate-type", "vbr" },
  { "opusdec", "plc", "true" },
  /* Every picture in time, on one core if need be; a whole one every 10 s even if nobody asks. */
  { "vp8enc", "deadline", "1" },
  { "vp8enc", "cpu-used", "8" },
  { "vp8enc", "lag-in-frames", "0" },
  { "vp8enc", "error-resilient", "default" },
  { "vp8enc", "end-usage", "cbr" },
  { "vp8enc", "keyframe-max-dist", "300" },
  /* Several wait for each other by turning: on a machine that is busy that takes ten times as long. */
  { "vp8enc", "threads", "1" },
  { "x264enc", "key-int-max", "300" },
  { "openh264enc", "gop-size", "300" },
  { "openh264enc", "complexity", "low" },
  { "openh264enc", "usage-type", "camera" },
};

static void
set (GstElement *element, const char *property, const char *value)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), property) != NULL)
    gst_util_set_object_arg (G_OBJECT (element), property, value);
}

static gboolean
is_made_by (GstElement *element, const char *name)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  return factory != NULL && strcmp (GST_OBJECT_NAME (factory), name) == 0;
}

/* PulseAudio and PipeWire: the loudspeaker's other sounds become quieter, and echo is cancelled if the server can. The words
 * are PulseAudio's (its module-filter-apply, module-role-*); GNOME Calls and others say the same. */
static void
tell_role (GstElement *element)
{
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), "stream-properties");
  g_autoptr (GstStructure) properties = NULL;

  if (spec == NULL || spec->value_type != GST_TYPE_STRUCTURE)
    return;
  g_object_get (element, "stream-properties", &properties, NULL);
  if (properties == NULL)
    properties = gst_structure_new_empty ("props");
  gst_structure_set (properties, "media.role", G_TYPE_STRING, "phone", "filter.want", G_TYPE_STRING, "echo-cancel", NULL);
  g_object_set (element, "stream-properties", properties, NULL);
}

/* Of Opus the encoder decides (RFC 7587 section 4.2); other formats are cut by the payloader, whose multiple by Farstream's
 * default is 20 ms. Both take it while they play. */
static void
set_packet_time (GstElement *element, guint ms)
{
  GType payloader = g_type_from_name ("GstRTPBaseAudioPayload");
  g_autofree char *ns = g_strdup_printf ("%u000000", ms);

  if (is_made_by (element, "opusenc"))
    set (element, "frame-size", ms >= 60 ? "60" : ms >= 40 ? "40" : ms >= 20 ? "20" : "10");
  else if (payloader != 0 && G_TYPE_CHECK_INSTANCE_TYPE (element, payloader))
    {
      set (element, "ptime-multiple", "0");
      set (element, "min-ptime", ns);
      set (element, "max-ptime", ns);
    }
}

static void
tune (GstElement *element)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  if (factory == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    if (strcmp (GST_OBJECT_NAME (factory), settings[i].element) == 0)
      set (element, settings[i].property, settings[i].value);
  /* libpurple's, of the voices of a call; which one depends on its version. */
  if (is_made_by (element, "audiomixer") || is_made_by (element, "liveadder"))
    cusax_catchup_watch (element);
  tell_role (element);
}

static void
tune_value (const GValue *value, gpointer unused)
{
  tune (g_value_get_object (value));
}

static void
set_packet_time_value (const GValue *value, gpointer ms)
{
  set_packet_time (g_value_get_object (value), GPOINTER_TO_UINT (ms));
}

static void
for_all (GstElement *bin, GstIteratorForeachFunction function, gpointer data)
{
  GstIterator *elements = gst_bin_iterate_recurse (GST_BIN (bin));

  while (gst_iterator_foreach (elements, function, data) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (elements);
  gst_iterator_free (elements);
}

/* In whatever thread builds. */
static void
on_element_added (GstBin *bin, GstBin *parent, GstElement *element, gpointer unused)
{
  gpointer ms = g_object_get_data (G_OBJECT (bin), PACKET_TIME_KEY);

  tune (element);
  if (ms != NULL)
    set_packet_time (element, GPOINTER_TO_UINT (ms));
  if (g_object_get_data (G_OBJECT (bin), SLICED_KEY) != NULL && is_made_by (element, "x264enc"))
    set (element, "option-string", SLICES);
}

void
cusax_tuning_set_sliced (GstElement *conference, gboolean is_sliced)
{
  g_object_set_data (G_OBJECT (conference), SLICED_KEY, GINT_TO_POINTER (is_sliced));
}

void
cusax_tuning_set_packet_time (GstElement *conference, guint ms)
{
  g_object_set_data (G_OBJECT (conference), PACKET_TIME_KEY, GUINT_TO_POINTER (ms));
  for_all (conference, set_packet_time_value, GUINT_TO_POINTER (ms));
}

void
cusax_tuning_watch (GstElement *conference)
{
  for_all (conference, tune_value, NULL);
  cusax_tuning_set_packet_time (conference, PACKET_TIME);
  g_signal_connect (conference, "deep-element-added", G_CALLBACK (on_element_added), NULL);
}

/* The filter belongs to this camera, which other calls may come
 * to share; setting the manager's would be for all of all protocols. */
void
cusax_tuning_limit_camera (GstElement *bin)
{
  g_autoptr (GstElement) filter = gst_bin_get_by_name (GST_BIN (bin), "protocol_video_caps");
  g_autoptr (GstCaps) caps
    = gst_caps_from_string ("video/x-raw, width=640, height=480, framerate=[15/1, 30/1];" CUSAX_TUNING_VIDEO_CAPS);

  if (filter != NULL)
    g_object_set (filter, "caps", caps, NULL);
}

void
cusax_tuning_tell_role (GstElement *bin)
{
  for_all (bin, tune_value, NULL);
  /* autoaudiosrc makes its source when it opens. */
  g_signal_connect (bin, "deep-element-added", G_CALLBACK (on_element_added), NULL);
}
