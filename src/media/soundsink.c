/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See soundsink.h. */
#include "soundsink.h"

#include "hostsound.h"

#include <media-gst.h>
#include <mediamanager.h>
#include <string.h>

#define N_CHOICES 4
#define TYPE_SINK (PURPLE_MEDIA_ELEMENT_AUDIO | PURPLE_MEDIA_ELEMENT_SINK)
#define TYPE_MASK (PURPLE_MEDIA_ELEMENT_AUDIO | PURPLE_MEDIA_ELEMENT_VIDEO | PURPLE_MEDIA_ELEMENT_SINK)

/* Only names: a description of a pipeline could write files, and settings come from providers, too. */
static GstElement *
make_element (const char *factory, const char *device)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element != NULL && device != NULL)
    g_object_set (element, "device", device, NULL);
  return element;
}

static gboolean
is_called (PurpleMediaElementInfo *info, const char *device)
{
  g_autofree char *id = purple_media_element_info_get_id (info);
  g_autofree char *name = purple_media_element_info_get_name (info);

  return g_strcmp0 (id, device) == 0 || (name != NULL && g_ascii_strcasecmp (name, device) == 0);
}

static GstElement *
create (PurpleMediaElementInfo *info, char **name)
{
  *name = purple_media_element_info_get_name (info);
  return purple_media_element_info_call_create (info, NULL, NULL, NULL);
}

static GstElement *
make_listed (const char *device, char **name)
{
  GList *all = purple_media_manager_enumerate_elements (purple_media_manager_get (), TYPE_SINK);
  GstElement *element = NULL;

  for (GList *e = all; e != NULL && element == NULL; e = e->next)
    if ((purple_media_element_info_get_element_type (e->data) & TYPE_MASK) == TYPE_SINK && is_called (e->data, device))
      element = create (e->data, name);
  g_list_free_full (all, g_object_unref);
  return element;
}

static gboolean
is_alsa (const char *device)
{
  static const char *const prefixes[] = { "hw:", "plughw:", "sysdefault:", "front:", "dmix:" };

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (device, prefixes[i]))
      return TRUE;
  return FALSE;
}

static GstElement *
make_named (const char *device, char **name)
{
  GstElement *element = make_listed (device, name);

  if (element != NULL)
    return element;
  g_clear_pointer (name, g_free);
  *name = g_strdup (device);
  return make_element (is_alsa (device) ? "alsasink" : "pulsesink", device);
}

/* The loudspeaker that the host gives to calls. */
static GstElement *
make_speaker (char **name)
{
  PurpleMediaElementInfo *info
    = purple_media_manager_get_active_element (purple_media_manager_get (), TYPE_SINK);

  return info != NULL ? create (info, name) : NULL;
}

static GstElement *
make_default (char **name)
{
  const char *factory = cusax_hostsound_get_sink ();

  *name = g_strdup (factory);
  return make_element (factory, NULL);
}

static GstElement *
make_auto (char **name)
{
  *name = g_strdup ("autoaudiosink");
  return make_element (*name, NULL);
}

/* Returns: (nullable): NULL also if this choice does not exist here */
static GstElement *
make_choice (CusaxSound sound, const char *ring_device, guint choice, char **name)
{
  gboolean is_ring = sound == CUSAX_SOUND_RING;

  switch (choice)
    {
    case 0:
      return is_ring && ring_device != NULL ? make_named (ring_device, name) : NULL;
    case 1:
      return is_ring && cusax_hostsound_get_sink () != NULL ? make_default (name) : NULL;
    case 2:
      return make_speaker (name);
    default:
      return make_auto (name);
    }
}

GstElement *
cusax_soundsink_make (CusaxSound sound, const char *ring_device, guint *choice, char **name)
{
  GstElement *element = NULL;

  while (element == NULL && *choice < N_CHOICES)
    {
      g_clear_pointer (name, g_free);
      element = make_choice (sound, ring_device, (*choice)++, name);
    }
  return element;
}
