/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See pcmconverter.h. */
#include "pcmconverter.h"

struct _CusaxPcmConverter
{
  GstElement *bin;
  GstPad *in, *end; /* ours, of no element */
  GstCaps *caps;    /* (nullable): of the last buffer */
  CusaxPcmOut out;
  gpointer user_data;
};

static GstFlowReturn
on_buffer (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  CusaxPcmConverter *converter = gst_pad_get_element_private (pad);

  converter->out (converter->user_data, buffer);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  gst_event_unref (event);
  return TRUE;
}

static gboolean
build (CusaxPcmConverter *converter, const GstCaps *caps)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) filter = NULL;
  g_autoptr (GstPad) sink = NULL, src = NULL;

  converter->bin
    = gst_parse_bin_from_description ("audioconvert ! audioresample ! capsfilter name=wanted", TRUE, &error);
  if (converter->bin == NULL || error != NULL)
    {
      g_info ("no conversion of sound: %s", error != NULL ? error->message : "unknown");
      return FALSE;
    }
  gst_object_ref_sink (converter->bin);
  filter = gst_bin_get_by_name (GST_BIN (converter->bin), "wanted");
  g_object_set (filter, "caps", caps, NULL);
  sink = gst_element_get_static_pad (converter->bin, "sink");
  src = gst_element_get_static_pad (converter->bin, "src");
  return gst_pad_link (converter->in, sink) == GST_PAD_LINK_OK
         && gst_pad_link (src, converter->end) == GST_PAD_LINK_OK
         && gst_element_set_state (converter->bin, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

CusaxPcmConverter *
cusax_pcmconverter_new (const GstCaps *caps, CusaxPcmOut out, gpointer user_data)
{
  g_autoptr (CusaxPcmConverter) converter = g_new0 (CusaxPcmConverter, 1);

  converter->out = out;
  converter->user_data = user_data;
  converter->in = gst_object_ref_sink (gst_pad_new ("in", GST_PAD_SRC));
  converter->end = gst_object_ref_sink (gst_pad_new ("end", GST_PAD_SINK));
  gst_pad_set_element_private (converter->end, converter);
  gst_pad_set_chain_function (converter->end, on_buffer);
  gst_pad_set_event_function (converter->end, on_event);
  gst_pad_set_active (converter->end, TRUE);
  gst_pad_set_active (converter->in, TRUE);
  if (!build (converter, caps))
    return NULL;

  gst_pad_push_event (converter->in, gst_event_new_stream_start ("mix"));
  return g_steal_pointer (&converter);
}

void
cusax_pcmconverter_free (CusaxPcmConverter *converter)
{
  if (converter == NULL)
    return;
  if (converter->bin != NULL)
    gst_element_set_state (converter->bin, GST_STATE_NULL);
  gst_pad_set_active (converter->in, FALSE);
  gst_pad_set_active (converter->end, FALSE);
  g_clear_object (&converter->bin);
  g_clear_object (&converter->in);
  g_clear_object (&converter->end);
  gst_clear_caps (&converter->caps);
  g_free (converter);
}

static void
announce (CusaxPcmConverter *converter, GstCaps *caps)
{
  gboolean is_first = converter->caps == NULL;
  GstSegment segment;

  gst_caps_replace (&converter->caps, caps);
  gst_pad_push_event (converter->in, gst_event_new_caps (caps));
  if (!is_first)
    return;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (converter->in, gst_event_new_segment (&segment));
}

void
cusax_pcmconverter_push (CusaxPcmConverter *converter, GstCaps *caps, GstBuffer *buffer)
{
  GstBuffer *copy;

  if (converter->caps == NULL || !gst_caps_is_equal (converter->caps, caps))
    announce (converter, caps);
  /* Samples only: times and flags are the pipeline's affair, and a gap in them no reason to do anything here.
   */
  copy = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_MEMORY, 0, (gsize) -1);
  gst_pad_push (converter->in, copy);
}
