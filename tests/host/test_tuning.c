/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What settings of elements come to, by what these elements make; no call, no device, as fast as it goes. */
#include "catchup.h"
#include "tuning.h"

#include <string.h>

#define PICTURES 10
#define FU_A 28 /* RFC 6184 section 5.8: a piece of a NAL unit that did not fit */

/** Packets: of one run, by the type of their NAL unit. */
typedef struct
{
  guint types[32];
  gsize longest;
} Packets;

static gboolean
note_packet (GstBuffer **buffer, guint index, gpointer user_data)
{
  Packets *packets = user_data;
  guint8 nal = 0;

  g_assert_cmpuint (gst_buffer_extract (*buffer, 12, &nal, 1), ==, 1);
  packets->types[nal & 0x1f]++;
  packets->longest = MAX (packets->longest, gst_buffer_get_size (*buffer));
  return TRUE;
}

static GstPadProbeReturn
on_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  if ((GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER_LIST) != 0)
    gst_buffer_list_foreach (GST_PAD_PROBE_INFO_BUFFER_LIST (info), note_packet, user_data);
  else
    note_packet (&buffer, 0, user_data);
  return GST_PAD_PROBE_OK;
}

static GstElement *
add (GstElement *bin, const char *factory, GstElement *before)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  g_assert_nonnull (element);
  g_assert_true (gst_bin_add (GST_BIN (bin), element));
  if (before != NULL)
    g_assert_true (gst_element_link (before, element));
  return element;
}

/* Pictures of noise, of which each takes many packets. */
static void
encode (gboolean is_sliced, Packets *packets)
{
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GstPad) pad = NULL;
  GstElement *source, *encoder, *payloader;

  cusax_tuning_watch (pipeline);
  cusax_tuning_set_sliced (pipeline, is_sliced);
  source = add (pipeline, "videotestsrc", NULL);
  encoder = add (pipeline, "x264enc", source);
  payloader = add (pipeline, "rtph264pay", encoder);
  g_object_set (source, "num-buffers", PICTURES, NULL);
  gst_util_set_object_arg (G_OBJECT (source), "pattern", "snow");
  gst_util_set_object_arg (G_OBJECT (encoder), "tune", "zerolatency");
  add (pipeline, "fakesink", payloader);
  pad = gst_element_get_static_pad (payloader, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_packet, packets, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

/* RFC 6184 section 6.2: who knows mode 0 only gets whole NAL units; else a picture is cut as packets need it. */
static void
test_slices (void)
{
  Packets whole = { { 0 }, 0 }, cut = { { 0 }, 0 };

  encode (TRUE, &whole);
  g_assert_cmpuint (whole.types[1] + whole.types[5], >, 2 * PICTURES);
  for (guint type = 24; type < 32; type++)
    g_assert_cmpuint (whole.types[type], ==, 0);
  g_assert_cmpuint (whole.longest, <, 1200);
  encode (FALSE, &cut);
  g_assert_cmpuint (cut.types[FU_A], >, 2 * PICTURES);
}

#define PIECE (20 * GST_MSECOND)

/** Marked: what came out of the mixer with the wish that it go by the time. */
typedef struct
{
  guint count;
  GstClockTime first;
} Marked;

static GstPadProbeReturn
on_mixed (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  Marked *marked = user_data;

  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_RESYNC) && marked->count++ == 0)
    marked->first = GST_BUFFER_PTS (buffer);
  return GST_PAD_PROBE_OK;
}

static void
push (GstPad *pad, GstClockTime time)
{
  GstBuffer *buffer = gst_buffer_new ();

  GST_BUFFER_PTS (buffer) = time;
  GST_BUFFER_DURATION (buffer) = PIECE;
  g_assert_cmpint (gst_pad_push (pad, buffer), ==, GST_FLOW_OK);
}

static GstPad *
feed (GstElement *mixer)
{
  g_autoptr (GstPad) sink = gst_element_request_pad_simple (mixer, "sink_%u");
  GstPad *pad = gst_pad_new (NULL, GST_PAD_SRC);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  g_assert_cmpint (gst_pad_link (pad, sink), ==, GST_PAD_LINK_OK);
  gst_pad_set_active (pad, TRUE);
  g_assert_true (gst_pad_push_event (pad, gst_event_new_stream_start ("voice")));
  g_assert_true (gst_pad_push_event (pad, gst_event_new_segment (&segment)));
  return pad;
}

/* Two seconds of sound that comes @late behind what the mixer has put out; two pieces do not, if @is_in_time_once.
 * The mixer is a funnel, which puts out what comes: the first pad tells how far it is, the second one brings the sound. */
static void
mix (GstClockTime late, gboolean is_in_time_once, Marked *marked)
{
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  GstElement *mixer = add (pipeline, "funnel", NULL), *sink = add (pipeline, "fakesink", mixer);
  g_autoptr (GstPad) out = gst_element_get_static_pad (mixer, "src");
  g_autoptr (GstPad) ahead = NULL, voice = NULL;

  g_object_set (mixer, "forward-sticky-events", FALSE, NULL);
  g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
  cusax_catchup_watch (mixer);
  gst_pad_add_probe (out, GST_PAD_PROBE_TYPE_BUFFER, on_mixed, marked, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  ahead = feed (mixer);
  voice = feed (mixer);
  for (guint i = 0; i < 100; i++)
    {
      GstClockTime time = GST_SECOND + i * PIECE;

      if (!is_in_time_once || i % 40 != 39)
        push (ahead, time - PIECE + late);
      push (voice, time);
    }
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

/* P13, sound begins when it should: what stays behind is brought forward after a second, in one go; what is behind by less, or
 * not always, is a machine that stutters, and is let be. */
static void
test_catchup (void)
{
  Marked late = { 0, 0 }, near = { 0, 0 }, stutter = { 0, 0 }, in_time = { 0, 0 };

  mix (130 * GST_MSECOND, FALSE, &late);
  g_assert_cmpuint (late.count, ==, 1);
  g_assert_cmpuint (late.first, ==, GST_SECOND + CUSAX_CATCHUP_AFTER);
  mix (CUSAX_CATCHUP_MOST - 1, FALSE, &near);
  g_assert_cmpuint (near.count, ==, 0);
  mix (130 * GST_MSECOND, TRUE, &stutter);
  g_assert_cmpuint (stutter.count, ==, 0);
  mix (0, FALSE, &in_time);
  g_assert_cmpuint (in_time.count, ==, 0);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/tuning/slices", test_slices);
  g_test_add_func ("/media/catchup", test_catchup);
  return g_test_run ();
}
