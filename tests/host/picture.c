/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See picture.h. */
#include "picture.h"

#include "events.h"

#include <gst/gst.h>
#include <media-gst.h>

#define FRAMES_BEFORE_FAILURE 15

static guint32 camera_colour = 0x0000ff;
static HostCamera camera_kind;
static gint opened, open_now;
static GMutex mutex;
static GHashTable *pictures; /* who -> HostPicture; under the mutex */

/* ----------------------------------------------------------------------------- camera */

static void
on_sync_message (GstBus *bus, GstMessage *message, gpointer unused)
{
  GstState old_state, new_state;

  if (g_object_get_data (G_OBJECT (GST_MESSAGE_SRC (message)), "host-camera") == NULL)
    return;
  gst_message_parse_state_changed (message, &old_state, &new_state, NULL);
  if (old_state == GST_STATE_NULL)
    {
      g_atomic_int_inc (&opened);
      g_atomic_int_inc (&open_now);
    }
  else if (new_state == GST_STATE_NULL)
    g_atomic_int_add (&open_now, -1);
  host_event ("camera", "state", gst_element_state_get_name (new_state), NULL);
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

static GstElement *
create_source (void)
{
  GstElement *source;

  if (camera_kind == HOST_CAMERA_BROKEN)
    {
      source = gst_element_factory_make ("filesrc", NULL);
      g_object_set (source, "location", "/nonexistent/camera", NULL);
      return source;
    }
  source = gst_element_factory_make ("videotestsrc", NULL);
  gst_util_set_object_arg (G_OBJECT (source), "pattern", "solid-color");
  g_object_set (source, "is-live", TRUE, "foreground-color", 0xff000000u | camera_colour, NULL);
  return source;
}

static GstElement *
create_camera (PurpleMedia *media, const gchar *session_id, const gchar *participant)
{
  GstElement *bin = gst_bin_new (NULL);
  GstElement *source = create_source ();
  GstElement *identity = gst_element_factory_make ("identity", NULL);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (identity, "src");

  if (camera_kind == HOST_CAMERA_FAILING)
    g_object_set (identity, "error-after", FRAMES_BEFORE_FAILURE, NULL);
  g_object_set_data (G_OBJECT (source), "host-camera", source);
  watch_states ();
  gst_bin_add_many (GST_BIN (bin), source, identity, NULL);
  gst_element_link (source, identity);
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", pad));
  return bin;
}

/* ----------------------------------------------------------------------------- window */

/* The middle of an RGB picture. Streaming thread. */
static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer who)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  HostPicture *picture;
  int width = 0, height = 0;
  GstMapInfo map;

  if (caps == NULL || !gst_structure_get_int (gst_caps_get_structure (caps, 0), "width", &width)
      || !gst_structure_get_int (gst_caps_get_structure (caps, 0), "height", &height)
      || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  g_mutex_lock (&mutex);
  picture = g_hash_table_lookup (pictures, who);
  if (picture == NULL)
    {
      picture = g_new0 (HostPicture, 1);
      g_hash_table_insert (pictures, g_strdup (who), picture);
    }
  picture->count++;
  picture->width = width;
  picture->height = height;
  if (map.size >= (gsize) width * (gsize) height * 4)
    {
      const guint8 *pixel = map.data + ((gsize) (height / 2) * (gsize) width + (gsize) width / 2) * 4;

      picture->colour = (guint32) pixel[0] << 16 | (guint32) pixel[1] << 8 | pixel[2];
    }
  g_mutex_unlock (&mutex);
  gst_buffer_unmap (buffer, &map);
}

static void
free_who (gpointer who, GClosure *closure)
{
  g_free (who);
}

static GstElement *
create_window (PurpleMedia *media, const gchar *session_id, const gchar *participant)
{
  GstElement *bin = gst_bin_new (NULL);
  GstElement *convert = gst_element_factory_make ("videoconvert", NULL);
  GstElement *filter = gst_element_factory_make ("capsfilter", NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/x-raw, format=RGBx");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (convert, "sink");

  g_object_set (filter, "caps", caps, NULL);
  g_object_set (sink, "sync", TRUE, "enable-last-sample", FALSE, "signal-handoffs", TRUE, NULL);
  g_signal_connect_data (sink, "handoff", G_CALLBACK (on_handoff),
                         g_strdup (participant != NULL ? participant : "myself"), free_who, 0);
  gst_bin_add_many (GST_BIN (bin), convert, filter, sink, NULL);
  gst_element_link_many (convert, filter, sink, NULL);
  gst_element_add_pad (bin, gst_ghost_pad_new ("sink", pad));
  return bin;
}

/* ---------------------------------------------------------------------------- the rest */

static PurpleMediaElementInfo *
element_new (const char *id, PurpleMediaElementType type, gpointer create)
{
  return g_object_new (PURPLE_TYPE_MEDIA_ELEMENT_INFO, "id", id, "name", id, "type", type, "create-cb", create, NULL);
}

void
host_picture_init (gboolean unique)
{
  PurpleMediaManager *manager = purple_media_manager_get ();
  PurpleMediaElementType once = unique ? PURPLE_MEDIA_ELEMENT_UNIQUE : 0;

  if (pictures == NULL)
    pictures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  purple_media_manager_set_ui_caps (manager, purple_media_manager_get_ui_caps (manager) | PURPLE_MEDIA_CAPS_VIDEO
                                               | PURPLE_MEDIA_CAPS_VIDEO_SINGLE_DIRECTION
                                               | PURPLE_MEDIA_CAPS_AUDIO_VIDEO);
  purple_media_manager_set_active_element (
    manager, element_new (unique ? "host-camera" : "host-camera-each",
                          PURPLE_MEDIA_ELEMENT_VIDEO | PURPLE_MEDIA_ELEMENT_SRC | PURPLE_MEDIA_ELEMENT_ONE_SRC | once,
                          create_camera));
  purple_media_manager_set_active_element (
    manager, element_new ("host-window",
                          PURPLE_MEDIA_ELEMENT_VIDEO | PURPLE_MEDIA_ELEMENT_SINK | PURPLE_MEDIA_ELEMENT_ONE_SINK,
                          create_window));
}

gboolean
host_picture_is_on (void)
{
  return pictures != NULL;
}

void
host_picture_shut (void)
{
  PurpleMediaManager *manager = purple_media_manager_get ();

  purple_media_manager_set_ui_caps (manager, purple_media_manager_get_ui_caps (manager)
                                               & ~(PURPLE_MEDIA_CAPS_VIDEO | PURPLE_MEDIA_CAPS_VIDEO_SINGLE_DIRECTION
                                                   | PURPLE_MEDIA_CAPS_AUDIO_VIDEO));
}

void
host_picture_set_colour (guint32 colour)
{
  camera_colour = colour;
}

void
host_picture_set_camera (HostCamera camera)
{
  camera_kind = camera;
}

guint
host_picture_count_opened (void)
{
  return (guint) g_atomic_int_get (&opened);
}

guint
host_picture_count_open (void)
{
  return (guint) g_atomic_int_get (&open_now);
}

void
host_picture_show (PurpleMedia *media, const char *session, const char *who)
{
  purple_media_set_output_window (media, session, who, 0);
}

gboolean
host_picture_get (const char *who, HostPicture *picture)
{
  HostPicture *found;

  g_mutex_lock (&mutex);
  found = g_hash_table_lookup (pictures, who);
  if (found != NULL)
    *picture = *found;
  g_mutex_unlock (&mutex);
  return found != NULL;
}

void
host_picture_forget (void)
{
  g_mutex_lock (&mutex);
  g_hash_table_remove_all (pictures);
  g_mutex_unlock (&mutex);
}

gboolean
host_picture_is (guint32 colour, guint32 other)
{
  for (guint shift = 0; shift < 24; shift += 8)
    if (ABS ((int) (colour >> shift & 0xff) - (int) (other >> shift & 0xff)) > 40)
      return FALSE;
  return TRUE;
}
