/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See keyframes.h. */
#include "keyframes.h"

#include <string.h>

#define INTERVAL G_TIME_SPAN_SECOND

/** Requests: shared with the probes, which live as long as their elements. */
typedef struct
{
  GMutex mutex;
  CusaxKeyframes *owner; /* under the mutex; NULL: nobody listens */
  gint64 last;           /* under the mutex */
  guint source;          /* under the mutex: the main loop will tell */
} Requests;

struct _CusaxKeyframes
{
  GstElement *conference;
  CusaxKeyframesWanted wanted;
  gpointer user_data;
  Requests *requests;
  gulong element_added;
  guint count; /* of those sent */
};

static void
requests_clear (gpointer data)
{
  g_mutex_clear (&((Requests *) data)->mutex);
}

static void
requests_release (gpointer requests)
{
  g_atomic_rc_box_release_full (requests, requests_clear);
}

/* ---------------------------------------------------------------- from the decoder */

static gboolean
on_wanted (gpointer data)
{
  Requests *requests = data;
  CusaxKeyframes *owner;

  g_mutex_lock (&requests->mutex);
  requests->source = 0;
  owner = requests->owner;
  g_mutex_unlock (&requests->mutex);
  /* The owner is freed in this thread only. */
  if (owner != NULL)
    owner->wanted (owner->user_data);
  return G_SOURCE_REMOVE;
}

/* What comes within a second waits for its end. Streaming thread. */
static void
note_request (Requests *requests)
{
  gint64 now = g_get_monotonic_time ();
  gint64 wait;

  g_mutex_lock (&requests->mutex);
  if (requests->owner != NULL && requests->source == 0)
    {
      wait = requests->last == 0 ? 0 : MAX (0, requests->last + INTERVAL - now);
      requests->last = now + wait;
      requests->source = g_timeout_add_full (G_PRIORITY_DEFAULT, (guint) (wait / 1000), on_wanted,
                                             g_atomic_rc_box_acquire (requests), requests_release);
    }
  g_mutex_unlock (&requests->mutex);
}

static GstPadProbeReturn
on_event (GstPad *pad, GstPadProbeInfo *info, gpointer requests)
{
  const GstStructure *structure = gst_event_get_structure (GST_PAD_PROBE_INFO_EVENT (info));

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_CUSTOM_UPSTREAM && structure != NULL
      && gst_structure_has_name (structure, "GstForceKeyUnit"))
    note_request (requests);
  return GST_PAD_PROBE_OK;
}

/* The depayloader knows of gaps before the decoder does. */
static void
watch_depayloader (GstElement *element, Requests *requests)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), "request-keyframe") != NULL)
    g_object_set (element, "request-keyframe", TRUE, NULL);
  if (pad != NULL)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_event, g_atomic_rc_box_acquire (requests),
                       requests_release);
}

static gboolean
is_of_class (GstElement *element, const char *part, const char *other_part)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  const char *klass
    = factory != NULL ? gst_element_factory_get_metadata (factory, GST_ELEMENT_METADATA_KLASS) : NULL;

  return klass != NULL && strstr (klass, part) != NULL && strstr (klass, other_part) != NULL;
}

/* In whatever thread Farstream builds in. */
static void
on_element_added (GstBin *conference, GstBin *parent, GstElement *element, gpointer requests)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  const char *name = factory != NULL ? GST_OBJECT_NAME (factory) : "";

  if (strcmp (name, "rtpvp8depay") == 0 || strcmp (name, "rtph264depay") == 0)
    watch_depayloader (element, requests);
  else if (is_of_class (element, "Decoder", "Video")
           && g_object_class_find_property (G_OBJECT_GET_CLASS (element), "automatic-request-sync-points") != NULL)
    g_object_set (element, "automatic-request-sync-points", TRUE, NULL);
}

static void
on_unwatched (gpointer requests, GClosure *closure)
{
  requests_release (requests);
}

/* ------------------------------------------------------------------ to the encoder */

static gboolean
send_event (GstElement *encoder, guint count)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (encoder, "src");

  /* As gst_video_event_new_upstream_force_key_unit(). */
  return pad != NULL
         && gst_pad_send_event (pad, gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
                                                           gst_structure_new ("GstForceKeyUnit", "running-time",
                                                                              G_TYPE_UINT64, GST_CLOCK_TIME_NONE,
                                                                              "all-headers", G_TYPE_BOOLEAN, TRUE,
                                                                              "count", G_TYPE_UINT, count, NULL)));
}

void
cusax_keyframes_send (CusaxKeyframes *keyframes)
{
  GstIterator *elements = gst_bin_iterate_recurse (GST_BIN (keyframes->conference));
  GValue value = G_VALUE_INIT;
  GstIteratorResult result;

  while ((result = gst_iterator_next (elements, &value)) != GST_ITERATOR_DONE && result != GST_ITERATOR_ERROR)
    {
      if (result == GST_ITERATOR_RESYNC)
        gst_iterator_resync (elements);
      else if (is_of_class (g_value_get_object (&value), "Encoder", "Video"))
        send_event (g_value_get_object (&value), ++keyframes->count);
      g_value_reset (&value);
    }
  g_value_unset (&value);
  gst_iterator_free (elements);
}

/* ---------------------------------------------------------------------------- life */

CusaxKeyframes *
cusax_keyframes_new (GstElement *conference, CusaxKeyframesWanted wanted, gpointer user_data)
{
  CusaxKeyframes *keyframes = g_new0 (CusaxKeyframes, 1);

  keyframes->conference = gst_object_ref (conference);
  keyframes->wanted = wanted;
  keyframes->user_data = user_data;
  keyframes->requests = g_atomic_rc_box_new0 (Requests);
  g_mutex_init (&keyframes->requests->mutex);
  keyframes->requests->owner = keyframes;
  keyframes->element_added
    = g_signal_connect_data (conference, "deep-element-added", G_CALLBACK (on_element_added),
                             g_atomic_rc_box_acquire (keyframes->requests), on_unwatched, 0);
  return keyframes;
}

void
cusax_keyframes_free (CusaxKeyframes *keyframes)
{
  if (keyframes == NULL)
    return;
  g_signal_handler_disconnect (keyframes->conference, keyframes->element_added);
  g_mutex_lock (&keyframes->requests->mutex);
  keyframes->requests->owner = NULL;
  if (keyframes->requests->source != 0)
    g_source_remove (keyframes->requests->source);
  g_mutex_unlock (&keyframes->requests->mutex);
  requests_release (keyframes->requests);
  gst_object_unref (keyframes->conference);
  g_free (keyframes);
}
