/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See microphone.h. */
#include "microphone.h"

struct _CusaxMicrophone
{
  GstElement *pipeline;
  GThread *thread;
  gboolean is_adding; /* the pipeline's state lock is held */
  gulong element_added;
  GstElement *bin;    /* libpurple's, with the source in it */
  GstElement *source;
  gboolean is_open;
  gulong pad_added;
};

/* In whatever thread adds an element; sinks of other calls come in streaming threads and are let pass. */
static void
on_element_added (GstBin *pipeline, GstElement *element, gpointer user_data)
{
  CusaxMicrophone *microphone = user_data;
  GstIterator *children;
  GValue value = G_VALUE_INIT;

  if (g_thread_self () != microphone->thread || microphone->source != NULL || !GST_IS_BIN (element))
    return;
  children = gst_bin_iterate_sources (GST_BIN (element));
  if (gst_iterator_next (children, &value) == GST_ITERATOR_OK)
    {
      microphone->bin = gst_object_ref (element);
      microphone->source = gst_object_ref (g_value_get_object (&value));
      gst_element_set_locked_state (microphone->source, TRUE);
      g_value_unset (&value);
    }
  gst_iterator_free (children);
}

CusaxMicrophone *
cusax_microphone_new (GstElement *pipeline)
{
  CusaxMicrophone *microphone = g_new0 (CusaxMicrophone, 1);

  microphone->pipeline = gst_object_ref (pipeline);
  microphone->thread = g_thread_self ();
  /* A pipeline that still recovers from the end of another call sets its children to PLAYING in a thread of its
   * own: it would catch the source in the moment between gst_bin_add() and its signal. The lock is recursive,
   * and what this thread does below it locks in GStreamer's order, parents first. */
  GST_STATE_LOCK (pipeline);
  microphone->is_adding = TRUE;
  microphone->element_added
      = g_signal_connect (pipeline, "element-added", G_CALLBACK (on_element_added), microphone);
  return microphone;
}

/* libpurple gives every call that shares the source a pad of its own. */
static void
on_pad_added (GstElement *bin, GstPad *pad, gpointer user_data)
{
  cusax_microphone_open (user_data);
}

static void
stop_adding (CusaxMicrophone *microphone)
{
  if (microphone->is_adding)
    GST_STATE_UNLOCK (microphone->pipeline);
  microphone->is_adding = FALSE;
}

void
cusax_microphone_added (CusaxMicrophone *microphone)
{
  stop_adding (microphone);
  g_clear_signal_handler (&microphone->element_added, microphone->pipeline);
  if (microphone->bin != NULL)
    microphone->pad_added
        = g_signal_connect (microphone->bin, "pad-added", G_CALLBACK (on_pad_added), microphone);
}

/* WORKAROUND gst-plugins-good 1.22 (pulsesrc): answers RECONFIGURE by forgetting that it still has to
 * negotiate, and Farstream sends one at our first event, so the device never opens; gst_pulsesrc_event();
 * remove when a source that starts after its pipeline records without this. Before its caps are out the event
 * says nothing new. */
static GstPadProbeReturn
on_first_events (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEventType type = GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info));

  if (type == GST_EVENT_CAPS)
    return GST_PAD_PROBE_REMOVE;
  return type == GST_EVENT_RECONFIGURE ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

void
cusax_microphone_open (CusaxMicrophone *microphone)
{
  GstElement *bin = microphone->bin, *source = microphone->source;
  g_autoptr (GstPad) pad = NULL;

  if (source == NULL || microphone->is_open)
    return;
  microphone->is_open = TRUE;
  g_clear_signal_handler (&microphone->pad_added, bin);
  pad = gst_element_get_static_pad (source, "src");
  if (pad != NULL)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_BOTH, on_first_events, NULL, NULL);
  gst_element_set_locked_state (source, FALSE);
  /* The bin told its children when the pipeline's time began while this one was locked. */
  gst_element_set_base_time (source, gst_element_get_base_time (bin));
  gst_element_set_start_time (source, gst_element_get_start_time (bin));
  gst_element_sync_state_with_parent (source);
}

void
cusax_microphone_shut (CusaxMicrophone *microphone)
{
  if (microphone->source == NULL || !microphone->is_open || microphone->bin->numsrcpads > 1)
    return;
  microphone->is_open = FALSE;
  gst_element_set_locked_state (microphone->source, TRUE);
  gst_element_set_state (microphone->source, GST_STATE_NULL);
  microphone->pad_added = g_signal_connect (microphone->bin, "pad-added", G_CALLBACK (on_pad_added), microphone);
}

GstElement *
cusax_microphone_get_bin (CusaxMicrophone *microphone)
{
  return microphone->bin;
}

void
cusax_microphone_free (CusaxMicrophone *microphone)
{
  if (microphone == NULL)
    return;
  stop_adding (microphone);
  g_clear_signal_handler (&microphone->element_added, microphone->pipeline);
  if (microphone->bin != NULL)
    g_clear_signal_handler (&microphone->pad_added, microphone->bin);
  g_clear_object (&microphone->bin);
  g_clear_object (&microphone->source);
  gst_object_unref (microphone->pipeline);
  g_free (microphone);
}
