/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See session-private.h. */
#include "session-private.h"

#include <media-gst.h>
#include <string.h>

#define TICK_MS 250
#define TICKS_PER_TRY 12 /* 3 s */

/* Flow: what streaming threads note of one device. */
struct _CusaxFlow
{
  gint flows;              /* atomic: sound has passed */
  gint has_caps;           /* atomic: since the source was started */
  gint is_proven;          /* atomic: sound has ever passed */
  GstPadChainFunction chain; /* of the loudspeaker: libpurple's */
};

static CusaxFlow *
flow_ref (CusaxFlow *flow)
{
  return g_atomic_rc_box_acquire (flow);
}

static void
flow_unref (gpointer flow)
{
  g_atomic_rc_box_release (flow);
}

static void
closure_unref (gpointer flow, GClosure *closure)
{
  flow_unref (flow);
}

/* autoaudiosrc and autoaudiosink make do with nothing, and it has a name. */
static gboolean
is_fake (GstElement *element, const char *name)
{
  g_autoptr (GstElement) fake = GST_IS_BIN (element) ? gst_bin_get_by_name (GST_BIN (element), name) : NULL;

  return fake != NULL;
}

/* ------------------------------------------------------------------- microphone */

/* Returns: (transfer full) (nullable): what makes the sound, in libpurple's bin */
static GstElement *
dup_source (CusaxSession *self)
{
  GstElement *bin = purple_media_get_src (self->media, CUSAX_STREAM_SESSION);
  GstElement *source = NULL;
  GstIterator *sources;
  GValue value = G_VALUE_INIT;

  if (!GST_IS_BIN (bin))
    return NULL;
  sources = gst_bin_iterate_sources (GST_BIN (bin));
  if (gst_iterator_next (sources, &value) == GST_ITERATOR_OK)
    {
      source = gst_object_ref (g_value_get_object (&value));
      g_value_unset (&value);
    }
  gst_iterator_free (sources);
  return source;
}

/* A source that fails says that its sound is over, and Farstream would say so to the other side, for good. RECONFIGURE: as in
 * microphone.c, whenever it starts. Streaming thread. */
static GstPadProbeReturn
on_source (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  CusaxFlow *flow = user_data;

  if ((GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) != 0)
    {
      g_atomic_int_set (&flow->flows, TRUE);
      g_atomic_int_set (&flow->is_proven, TRUE);
      return GST_PAD_PROBE_OK;
    }
  switch ((guint) GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)))
    {
    case GST_EVENT_EOS:
      return GST_PAD_PROBE_DROP;
    case GST_EVENT_CAPS:
      g_atomic_int_set (&flow->has_caps, TRUE);
      return GST_PAD_PROBE_OK;
    case GST_EVENT_RECONFIGURE:
      return g_atomic_int_get (&flow->has_caps) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
    default:
      return GST_PAD_PROBE_OK;
    }
}

void
cusax_session_devices_watch_microphone (CusaxSession *self)
{
  g_autoptr (GstElement) source = dup_source (self);
  GstPad *pad = source != NULL ? gst_element_get_static_pad (source, "src") : NULL;

  if (pad == NULL || self->devices.source_pad != NULL)
    return;
  g_atomic_int_set (&self->devices.microphone->has_caps, gst_pad_has_current_caps (pad));
  self->devices.source_pad = pad;
  self->devices.source_probe
    = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_BOTH, on_source,
                         flow_ref (self->devices.microphone), flow_unref);
}

/* Another call that shares it may have done the same. */
static void
shut_microphone (CusaxSession *self)
{
  g_autoptr (GstElement) source = dup_source (self);

  if (source != NULL)
    {
      gst_element_set_locked_state (source, TRUE);
      gst_element_set_state (source, GST_STATE_NULL);
    }
  g_atomic_int_set (&self->devices.microphone->flows, FALSE);
  g_atomic_int_set (&self->devices.microphone->has_caps, FALSE);
}

/* A thread of its own: a sound server may take its time. */
static void
open_source (GstElement *source, gpointer bin)
{
  gst_element_set_locked_state (source, FALSE);
  gst_element_set_base_time (source, gst_element_get_base_time (bin));
  gst_element_set_start_time (source, gst_element_get_start_time (bin));
  gst_element_sync_state_with_parent (source);
}

static void
try_microphone (CusaxSession *self)
{
  g_autoptr (GstElement) source = dup_source (self);

  if (source != NULL && GST_STATE (source) == GST_STATE_NULL && GST_STATE_PENDING (source) == GST_STATE_VOID_PENDING)
    gst_element_call_async (source, open_source, gst_object_ref (purple_media_get_src (self->media, CUSAX_STREAM_SESSION)),
                            gst_object_unref);
}

static gboolean
microphone_works (CusaxSession *self)
{
  g_autoptr (GstElement) source = NULL;

  if (!g_atomic_int_get (&self->devices.microphone->flows))
    return FALSE;
  source = dup_source (self);
  if (source == NULL || !is_fake (source, "fake-audio-src"))
    return TRUE;
  shut_microphone (self);
  return FALSE;
}

/* ------------------------------------------------------------------ loudspeaker */

/* What a loudspeaker that has once played cannot take is lost, instead of ending all that comes before it. Streaming thread. */
static GstFlowReturn
on_played (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  CusaxFlow *flow = pad->chaindata;
  GstFlowReturn result = flow->chain (pad, parent, buffer);

  if (result == GST_FLOW_OK)
    {
      g_atomic_int_set (&flow->flows, TRUE);
      g_atomic_int_set (&flow->is_proven, TRUE);
    }
  return g_atomic_int_get (&flow->is_proven) ? GST_FLOW_OK : result;
}

/* libpurple's volume of what is heard; ours has a name. Nothing flows yet. Streaming thread. */
static void
on_element_added (GstBin *conference, GstElement *element, CusaxFlow *flow)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  g_autoptr (GstPad) pad = NULL;

  if (factory == NULL || strcmp (GST_OBJECT_NAME (factory), "volume") != 0
      || g_str_has_prefix (GST_OBJECT_NAME (element), "volume_") || flow->chain != NULL)
    return;
  pad = gst_element_get_static_pad (element, "sink");
  flow->chain = GST_PAD_CHAINFUNC (pad);
  gst_pad_set_chain_function_full (pad, on_played, flow_ref (flow), flow_unref);
}

/* Returns: (transfer full) (nullable): the loudspeaker that @source is, or is within; @before: (out): what plays into it */
static GstElement *
dup_speaker (CusaxSession *self, GstObject *source, GstPad **before)
{
  GstObject *child = source;
  g_autoptr (GstPad) pad = NULL, peer = NULL;
  g_autoptr (GstElement) level = NULL;

  while (child != NULL && GST_OBJECT_PARENT (child) != GST_OBJECT (self->conference))
    child = GST_OBJECT_PARENT (child);
  if (child == NULL || !GST_OBJECT_FLAG_IS_SET (child, GST_ELEMENT_FLAG_SINK))
    return NULL;
  pad = gst_element_get_static_pad (GST_ELEMENT (child), "sink");
  peer = pad != NULL ? gst_pad_get_peer (pad) : NULL;
  level = peer != NULL ? gst_pad_get_parent_element (peer) : NULL;
  if (level == NULL || gst_element_get_factory (level) == NULL
      || strcmp (GST_OBJECT_NAME (gst_element_get_factory (level)), "level") != 0)
    return NULL;
  *before = g_steal_pointer (&peer);
  return gst_object_ref (GST_ELEMENT (child));
}

static void
remove_speaker (CusaxSession *self, GstObject *source)
{
  g_autoptr (GstPad) before = NULL;
  g_autoptr (GstElement) sink = dup_speaker (self, source, &before);
  g_autoptr (GstPad) pad = NULL;

  if (sink == NULL)
    return;
  pad = gst_pad_get_peer (before);
  gst_pad_unlink (before, pad);
  gst_element_set_locked_state (sink, TRUE);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->conference), sink);
  g_set_object (&self->devices.before_speaker, before);
  cusax_stream_revive_pipeline ();
}

/** Attempt: a loudspeaker that is opened in a thread of its own, outside of the pipeline. */
typedef struct
{
  CusaxSession *session;
  GstElement *sink;
  gboolean is_open;
} Attempt;

static void
use_speaker (CusaxSession *self, GstElement *sink)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");

  gst_bin_add (GST_BIN (self->conference), sink);
  g_atomic_int_set (&self->devices.speaker->flows, FALSE);
  gst_pad_link (self->devices.before_speaker, pad);
  g_clear_object (&self->devices.before_speaker);
  gst_element_sync_state_with_parent (sink);
  cusax_stream_revive_pipeline ();
}

static gboolean
on_tried (gpointer user_data)
{
  Attempt *attempt = user_data;
  CusaxSession *self = attempt->session;

  self->devices.is_trying = FALSE;
  if (attempt->is_open && !is_fake (attempt->sink, "fake-audio-sink") && self->conference != NULL && !self->media_ended
      && self->devices.before_speaker != NULL)
    use_speaker (self, attempt->sink);
  else
    gst_element_set_state (attempt->sink, GST_STATE_NULL);
  gst_object_unref (attempt->sink);
  cusax_session_release (self);
  g_free (attempt);
  return G_SOURCE_REMOVE;
}

static void
open_sink (GstElement *sink, gpointer user_data)
{
  Attempt *attempt = user_data;

  attempt->is_open = gst_element_set_state (sink, GST_STATE_READY) != GST_STATE_CHANGE_FAILURE;
  g_idle_add (on_tried, attempt);
}

static void
try_speaker (CusaxSession *self)
{
  GstElement *sink;
  Attempt *attempt;

  if (self->devices.before_speaker == NULL || self->devices.is_trying)
    return;
  sink = purple_media_manager_get_element (purple_media_manager_get (), PURPLE_MEDIA_RECV_AUDIO, self->media,
                                           CUSAX_STREAM_SESSION, self->who);
  if (sink == NULL)
    return;
  attempt = g_new0 (Attempt, 1);
  attempt->session = g_rc_box_acquire (self);
  attempt->sink = gst_object_ref_sink (sink);
  self->devices.is_trying = TRUE;
  gst_element_call_async (sink, open_sink, attempt, NULL);
}

static gboolean
speaker_works (CusaxSession *self)
{
  return self->devices.before_speaker == NULL && g_atomic_int_get (&self->devices.speaker->flows);
}

/* ------------------------------------------------------------------------- both */

static gboolean
on_tick (gpointer user_data)
{
  CusaxSession *self = user_data;
  CusaxSessionDevices *devices = &self->devices;
  gboolean tries = ++devices->ticks % TICKS_PER_TRY == 0;

  if (self->media_ended || self->conference == NULL)
    {
      devices->tick_source = 0;
      return G_SOURCE_REMOVE;
    }
  if (devices->microphone_failed && microphone_works (self))
    {
      devices->microphone_failed = FALSE;
      cusax_session_news_tell_device (self, TRUE, NULL);
    }
  else if (devices->microphone_failed && tries)
    try_microphone (self);
  if (devices->speaker_failed && speaker_works (self))
    {
      devices->speaker_failed = FALSE;
      cusax_session_news_tell_device (self, FALSE, NULL);
    }
  else if (devices->speaker_failed && tries)
    try_speaker (self);
  if (devices->microphone_failed || devices->speaker_failed)
    return G_SOURCE_CONTINUE;
  devices->tick_source = 0;
  return G_SOURCE_REMOVE;
}

static void
start_ticking (CusaxSession *self)
{
  if (self->devices.tick_source != 0)
    return;
  self->devices.ticks = 0;
  self->devices.tick_source = g_timeout_add (TICK_MS, on_tick, self);
}

gboolean
cusax_session_devices_can_do_without (CusaxSession *self, GstObject *source, gboolean is_microphone)
{
  g_autoptr (GstPad) before = NULL;
  g_autoptr (GstElement) sink = NULL;

  if (!self->accepted || self->media_ended || self->conference == NULL)
    return FALSE;
  if (is_microphone)
    return self->devices.source_pad != NULL && g_atomic_int_get (&self->devices.microphone->is_proven);
  sink = dup_speaker (self, source, &before);
  return sink != NULL && g_atomic_int_get (&self->devices.speaker->is_proven);
}

void
cusax_session_devices_fail (CusaxSession *self, GstObject *source, gboolean is_microphone, const GError *error)
{
  gboolean *failed = is_microphone ? &self->devices.microphone_failed : &self->devices.speaker_failed;

  if (is_microphone)
    shut_microphone (self);
  else
    remove_speaker (self, source);
  start_ticking (self);
  if (*failed)
    return;
  *failed = TRUE;
  g_info ("%s: %s failed: %s", self->who, is_microphone ? "microphone" : "loudspeaker", error->message);
  cusax_session_news_tell_device (self, is_microphone, error);
}

void
cusax_session_devices_init (CusaxSession *self)
{
  self->devices.microphone = g_atomic_rc_box_new0 (CusaxFlow);
  self->devices.speaker = g_atomic_rc_box_new0 (CusaxFlow);
}

void
cusax_session_devices_watch_speaker (CusaxSession *self)
{
  g_signal_connect_data (self->conference, "element-added", G_CALLBACK (on_element_added),
                         flow_ref (self->devices.speaker), closure_unref, 0);
}

void
cusax_session_devices_clear (CusaxSession *self)
{
  g_clear_handle_id (&self->devices.tick_source, g_source_remove);
  if (self->devices.source_pad != NULL)
    gst_pad_remove_probe (self->devices.source_pad, self->devices.source_probe);
  g_clear_object (&self->devices.source_pad);
  g_clear_object (&self->devices.before_speaker);
  g_clear_pointer (&self->devices.microphone, flow_unref);
  g_clear_pointer (&self->devices.speaker, flow_unref);
}
