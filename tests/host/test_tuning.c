/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What settings of elements come to, by what these elements make; no call, no device, as fast as it goes. */
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

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/tuning/slices", test_slices);
  return g_test_run ();
}
