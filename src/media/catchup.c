/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See catchup.h. */
#include "catchup.h"

/** Mixer: what its pads share. */
typedef struct
{
  GMutex mutex;
  GstClockTime played; /* running time that is mixed and gone */
} Mixer;

/** Input: of one pad, touched by its streaming thread only. */
typedef struct
{
  Mixer *mixer;
  GstClockTime late_since; /* running time of the first buffer that was too late, all since having been so */
} Input;

static void
mixer_clear (gpointer data)
{
  g_mutex_clear (&((Mixer *) data)->mutex);
}

static void
mixer_unref (gpointer mixer)
{
  g_atomic_rc_box_release_full (mixer, mixer_clear);
}

static void
mixer_unref_closure (gpointer mixer, GClosure *closure)
{
  mixer_unref (mixer);
}

static void
input_free (gpointer data)
{
  Input *input = data;

  mixer_unref (input->mixer);
  g_free (input);
}

/* Returns: when @buffer begins; GST_CLOCK_TIME_NONE: not known */
static GstClockTime
get_time (GstPad *pad, GstBuffer *buffer)
{
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;

  if (event == NULL || !GST_BUFFER_PTS_IS_VALID (buffer))
    return GST_CLOCK_TIME_NONE;
  gst_event_parse_segment (event, &segment);
  return gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
}

/* Streaming thread of the mixer. */
static GstPadProbeReturn
on_mixed (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstClockTime time = get_time (pad, buffer);
  Mixer *mixer = user_data;

  if (!GST_CLOCK_TIME_IS_VALID (time))
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&mixer->mutex);
  mixer->played = time + (GST_BUFFER_DURATION_IS_VALID (buffer) ? GST_BUFFER_DURATION (buffer) : 0);
  g_mutex_unlock (&mixer->mutex);
  return GST_PAD_PROBE_OK;
}

/* WORKAROUND GStreamer 1.22: where a gap, or what came too late, had it lose its place, the mixer finds a new one by the next
 * buffer's time, but goes on comparing what follows with where it was before; gst_audio_aggregator_fill_buffer(), output_offset
 * and next_offset; remove when a call that begins on a
 * machine under load is as quick as others without this. Its own look for jumps finds none.
 *
 * A mixer that is where it should be has mixed no more than came before this buffer, so this one cannot be too late; one that
 * waits for nobody and is further shows what comes now that much later. A machine that stutters makes single buffers seem so. */
static GstPadProbeReturn
on_input (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstClockTime time = get_time (pad, GST_PAD_PROBE_INFO_BUFFER (info)), played;
  Input *input = user_data;
  GstBuffer *buffer;

  if (!GST_CLOCK_TIME_IS_VALID (time))
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&input->mixer->mutex);
  played = input->mixer->played;
  g_mutex_unlock (&input->mixer->mutex);
  if (played < time + CUSAX_CATCHUP_MOST)
    input->late_since = GST_CLOCK_TIME_NONE;
  else if (!GST_CLOCK_TIME_IS_VALID (input->late_since) || time < input->late_since)
    input->late_since = time;
  else if (time - input->late_since >= CUSAX_CATCHUP_AFTER)
    {
      input->late_since = GST_CLOCK_TIME_NONE;
      buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_RESYNC);
      GST_PAD_PROBE_INFO_DATA (info) = buffer;
      g_debug ("sound was %u ms late, brought forward", (guint) ((played - time) / GST_MSECOND));
    }
  return GST_PAD_PROBE_OK;
}

static void
on_pad_added (GstElement *element, GstPad *pad, gpointer user_data)
{
  Input *input;

  if (gst_pad_get_direction (pad) != GST_PAD_SINK)
    return;
  input = g_new0 (Input, 1);
  input->mixer = g_atomic_rc_box_acquire (user_data);
  input->late_since = GST_CLOCK_TIME_NONE;
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_input, input, input_free);
}

void
cusax_catchup_watch (GstElement *element)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");
  Mixer *mixer;

  if (pad == NULL)
    return;
  mixer = g_atomic_rc_box_new0 (Mixer);
  g_mutex_init (&mixer->mutex);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_mixed, g_atomic_rc_box_acquire (mixer), mixer_unref);
  g_signal_connect_data (element, "pad-added", G_CALLBACK (on_pad_added), mixer, mixer_unref_closure, 0);
}
