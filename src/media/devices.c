/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See devices.h. */
#include "devices.h"

#include "camera.h"
#include "error.h"

#include <gst/gst.h>
#include <media-gst.h>
#include <purple.h>

/* A device that works opens within a second, a Bluetooth headset within two. */
#define OPEN_MS 3500
#define GIVE_UP_MS 4500
#define STEP_MS 50

/** Trial: one device; shared with its thread. */
typedef struct
{
  CusaxDevices *owner; /* main thread only; NULL: nobody waits any more */
  gint given_up;       /* atomic */
  gboolean is_source;
  gboolean is_done; /* main thread only */
  GstElement *pipeline;
  char *name; /* what libpurple calls it, then what it calls itself */
  GError *error;
} Trial;

struct _CusaxDevices
{
  CusaxMediaProbeDone done;
  gpointer user_data;
  Trial *microphone, *speaker; /* NULL: not tried */
  guint timer;
};

static void
trial_clear (gpointer data)
{
  Trial *trial = data;

  g_clear_object (&trial->pipeline);
  g_free (trial->name);
  g_clear_error (&trial->error);
}

static void
set_error (Trial *trial, const char *text)
{
  if (trial->error == NULL)
    trial->error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_MEDIA, text);
}

/* -------------------------------------------------------------- its thread */

/* pulsesrc, alsasrc and their like have it, below autoaudiosrc or not. */
static char *
get_device_name (gpointer element)
{
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), "device-name");
  char *name = NULL;

  if (spec != NULL && spec->value_type == G_TYPE_STRING)
    g_object_get (element, "device-name", &name, NULL);
  if (name != NULL && *name == '\0')
    g_clear_pointer (&name, g_free);
  return name;
}

static char *
find_device_name (GstElement *pipeline)
{
  GstIterator *elements;
  GValue value = G_VALUE_INIT;
  char *name = NULL;

  if (!GST_IS_BIN (pipeline))
    return get_device_name (pipeline);
  elements = gst_bin_iterate_recurse (GST_BIN (pipeline));
  while (name == NULL && gst_iterator_next (elements, &value) == GST_ITERATOR_OK)
    {
      name = get_device_name (g_value_get_object (&value));
      g_value_reset (&value);
    }
  g_value_unset (&value);
  gst_iterator_free (elements);
  return name;
}

static void
add_name (GPtrArray *names, GstElement *element, PurpleMediaElementType type)
{
  char *name = element != NULL ? find_device_name (element) : NULL;

  if (name == NULL && element != NULL)
    name = cusax_camera_dup_chosen (type);
  if (name != NULL)
    g_ptr_array_add (names, name);
}

char *
cusax_devices_dup_names (GstElement *source, GstElement *conference, GstElement *camera)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  add_name (names, source, PURPLE_MEDIA_ELEMENT_AUDIO | PURPLE_MEDIA_ELEMENT_SRC);
  add_name (names, conference, PURPLE_MEDIA_ELEMENT_AUDIO | PURPLE_MEDIA_ELEMENT_SINK);
  add_name (names, camera, PURPLE_MEDIA_ELEMENT_VIDEO | PURPLE_MEDIA_ELEMENT_SRC);
  if (names->len == 0)
    return NULL;
  g_ptr_array_add (names, NULL);
  return g_strjoinv (", ", (char **) names->pdata);
}

/* autoaudiosrc and autoaudiosink warn and go on with nothing behind them, when nothing can be opened. */
static gboolean
is_from_auto (GstMessage *message)
{
  GstElementFactory *factory
      = GST_IS_ELEMENT (GST_MESSAGE_SRC (message)) ? gst_element_get_factory (GST_ELEMENT (GST_MESSAGE_SRC (message))) : NULL;

  return factory != NULL && g_str_has_prefix (GST_OBJECT_NAME (factory), "autoaudio");
}

/* Returns: TRUE if @message decides */
static gboolean
read_message (Trial *trial, GstMessage *message)
{
  g_autoptr (GError) error = NULL;

  switch ((guint) GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      set_error (trial, error->message);
      return TRUE;
    case GST_MESSAGE_WARNING:
      if (!is_from_auto (message))
        return FALSE;
      gst_message_parse_warning (message, &error, NULL);
      set_error (trial, error->message);
      return TRUE;
    case GST_MESSAGE_EOS: /* the first sound came */
      return trial->is_source;
    case GST_MESSAGE_ASYNC_DONE: /* the first sound was taken */
      return !trial->is_source;
    default:
      return FALSE;
    }
}

static void
wait_for_sound (Trial *trial)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (trial->pipeline);
  GstMessageType types = GST_MESSAGE_ERROR | GST_MESSAGE_WARNING | GST_MESSAGE_EOS | GST_MESSAGE_ASYNC_DONE;
  gint64 end = g_get_monotonic_time () + OPEN_MS * G_TIME_SPAN_MILLISECOND;
  gboolean decided = FALSE;

  while (!decided && !g_atomic_int_get (&trial->given_up) && g_get_monotonic_time () < end)
    {
      g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, STEP_MS * GST_MSECOND, types);

      decided = message != NULL && read_message (trial, message);
    }
  if (!decided)
    set_error (trial, trial->is_source ? "no sound comes from it" : "it takes no sound");
}

static gboolean on_tried (gpointer data);

static gpointer
try_device (gpointer data)
{
  Trial *trial = data;
  GstState state = trial->is_source ? GST_STATE_PLAYING : GST_STATE_PAUSED;
  g_autofree char *name = NULL;

  /* Why it failed stands on the bus. */
  gst_element_set_state (trial->pipeline, state);
  wait_for_sound (trial);
  if (trial->error == NULL)
    name = find_device_name (trial->pipeline);
  if (name != NULL)
    {
      g_free (trial->name);
      trial->name = g_steal_pointer (&name);
    }
  gst_element_set_state (trial->pipeline, GST_STATE_NULL);
  g_idle_add (on_tried, trial);
  return NULL;
}

/* ----------------------------------------------------------- the pipelines */

static gboolean
link_source (GstElement *pipeline, GstElement *device)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);

  gst_bin_add (GST_BIN (pipeline), device);
  if (sink == NULL)
    return FALSE;
  g_object_set (sink, "num-buffers", 1, "sync", FALSE, NULL);
  gst_bin_add (GST_BIN (pipeline), sink);
  return gst_element_link (device, sink);
}

/* Nobody hears the test: it is silence, and is not even played. */
static gboolean
link_sink (GstElement *pipeline, GstElement *device)
{
  static const char *const names[] = { "audiotestsrc", "audioconvert", "audioresample" };
  GstElement *last = NULL;

  gst_bin_add (GST_BIN (pipeline), device);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GstElement *element = gst_element_factory_make (names[i], NULL);

      if (element == NULL)
        return FALSE;
      if (i == 0)
        gst_util_set_object_arg (G_OBJECT (element), "wave", "silence");
      gst_bin_add (GST_BIN (pipeline), element);
      if (last != NULL && !gst_element_link (last, element))
        return FALSE;
      last = element;
    }
  return gst_element_link (last, device);
}

static void
prepare (Trial *trial)
{
  PurpleMediaElementType type = PURPLE_MEDIA_ELEMENT_AUDIO
                                | (trial->is_source ? PURPLE_MEDIA_ELEMENT_SRC : PURPLE_MEDIA_ELEMENT_SINK);
  PurpleMediaElementInfo *info = purple_media_manager_get_active_element (purple_media_manager_get (), type);
  GstElement *device = NULL;

  if (info != NULL)
    {
      trial->name = purple_media_element_info_get_name (info);
      device = purple_media_element_info_call_create (info, NULL, NULL, NULL);
    }
  if (device == NULL)
    {
      set_error (trial, trial->is_source ? "no microphone is chosen" : "no loudspeaker is chosen");
      return;
    }
  trial->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  if (!(trial->is_source ? link_source : link_sink) (trial->pipeline, device))
    set_error (trial, "GStreamer cannot use it");
}

static Trial *
start_trial (CusaxDevices *devices, gboolean is_source)
{
  Trial *trial = g_atomic_rc_box_new0 (Trial);
  GThread *thread;

  trial->owner = devices;
  trial->is_source = is_source;
  prepare (trial);
  g_atomic_rc_box_acquire (trial); /* on_tried()'s */
  if (trial->error != NULL)
    {
      g_idle_add (on_tried, trial);
      return trial;
    }
  thread = g_thread_try_new ("cusax-device", try_device, trial, NULL);
  if (thread != NULL)
    g_thread_unref (thread);
  else
    {
      set_error (trial, "no thread can be started");
      g_idle_add (on_tried, trial);
    }
  return trial;
}

/* ------------------------------------------------------------- the outcome */

static void
report_if_done (CusaxDevices *devices)
{
  CusaxMediaProbe probe = { 0 };

  if (devices->timer == 0 || !devices->microphone->is_done || !devices->speaker->is_done)
    return;
  g_clear_handle_id (&devices->timer, g_source_remove);
  probe.microphone_error = devices->microphone->error;
  probe.speaker_error = devices->speaker->error;
  if (probe.microphone_error == NULL)
    probe.microphone = devices->microphone->name != NULL ? devices->microphone->name : "";
  if (probe.speaker_error == NULL)
    probe.speaker = devices->speaker->name != NULL ? devices->speaker->name : "";
  devices->done (devices->user_data, &probe);
}

static gboolean
on_tried (gpointer data)
{
  Trial *trial = data;
  CusaxDevices *devices = trial->owner;

  if (trial->error != NULL)
    g_info ("the %s fails: %s", trial->is_source ? "microphone" : "loudspeaker", trial->error->message);
  if (devices != NULL)
    {
      trial->is_done = TRUE;
      report_if_done (devices);
    }
  g_atomic_rc_box_release_full (trial, trial_clear);
  return G_SOURCE_REMOVE;
}

/* Cut off from its thread, which may hang in the device for as long as that likes. */
static void
give_up (Trial **trial)
{
  if (*trial == NULL)
    return;
  (*trial)->owner = NULL;
  g_atomic_int_set (&(*trial)->given_up, TRUE);
  g_atomic_rc_box_release_full (g_steal_pointer (trial), trial_clear);
}

static gboolean
on_too_late (gpointer data)
{
  CusaxDevices *devices = data;
  g_autoptr (GError) error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_MEDIA, "it does not answer");
  Trial *microphone = devices->microphone;
  Trial *speaker = devices->speaker;
  CusaxMediaProbe probe = {
    .microphone = microphone->is_done && microphone->error == NULL ? microphone->name : NULL,
    .speaker = speaker->is_done && speaker->error == NULL ? speaker->name : NULL,
    .microphone_error = microphone->is_done ? microphone->error : error,
    .speaker_error = speaker->is_done ? speaker->error : error,
  };

  devices->timer = 0;
  devices->done (devices->user_data, &probe);
  return G_SOURCE_REMOVE;
}

static gboolean
on_in_use (gpointer data)
{
  static const CusaxMediaProbe nothing = { 0 };
  CusaxDevices *devices = data;

  devices->timer = 0;
  devices->done (devices->user_data, &nothing);
  return G_SOURCE_REMOVE;
}

void
cusax_devices_yield (CusaxDevices *devices)
{
  if (devices == NULL || devices->timer == 0)
    return;
  give_up (&devices->microphone);
  give_up (&devices->speaker);
  g_source_remove (devices->timer);
  devices->timer = g_idle_add (on_in_use, devices);
}

CusaxDevices *
cusax_devices_new (CusaxMediaProbeDone done, gpointer user_data)
{
  CusaxDevices *devices = g_new0 (CusaxDevices, 1);

  devices->done = done;
  devices->user_data = user_data;
  if (purple_media_manager_get_media (purple_media_manager_get ()) != NULL)
    {
      devices->timer = g_idle_add (on_in_use, devices);
      return devices;
    }
  devices->microphone = start_trial (devices, TRUE);
  devices->speaker = start_trial (devices, FALSE);
  devices->timer = g_timeout_add (GIVE_UP_MS, on_too_late, devices);
  return devices;
}

void
cusax_devices_free (CusaxDevices *devices)
{
  if (devices == NULL)
    return;
  give_up (&devices->microphone);
  give_up (&devices->speaker);
  g_clear_handle_id (&devices->timer, g_source_remove);
  g_free (devices);
}
