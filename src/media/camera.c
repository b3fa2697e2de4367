/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See camera.h. */
#include "camera.h"

#include <media-gst.h>
#include <purple.h>

#include <string.h>

#define TYPE_CAMERA (PURPLE_MEDIA_ELEMENT_VIDEO | PURPLE_MEDIA_ELEMENT_SRC)
/* The low bits of an element's type say which kind, the others how often it may be used. */
#define TYPE_MASK \
  (PURPLE_MEDIA_ELEMENT_AUDIO | PURPLE_MEDIA_ELEMENT_VIDEO | PURPLE_MEDIA_ELEMENT_SRC | PURPLE_MEDIA_ELEMENT_SINK)

/* libpurple's own, which stand in its list whether there is a device or not. */
#define ID_AUTO "autovideosrc"
#define ID_DISABLED "disabledvideosrc"
#define ID_TEST "videotestsrc"

gboolean
cusax_camera_host_shows (void)
{
  return (purple_media_manager_get_ui_caps (purple_media_manager_get ()) & PURPLE_MEDIA_CAPS_VIDEO) != 0;
}

static gboolean
is_device (PurpleMediaElementInfo *info)
{
  g_autofree char *id = purple_media_element_info_get_id (info);

  return id != NULL && strcmp (id, ID_AUTO) != 0 && strcmp (id, ID_DISABLED) != 0 && strcmp (id, ID_TEST) != 0;
}

static gboolean
have_any (void)
{
  GList *all = purple_media_manager_enumerate_elements (purple_media_manager_get (), TYPE_CAMERA);
  gboolean found = FALSE;

  for (GList *e = all; e != NULL && !found; e = e->next)
    found = (purple_media_element_info_get_element_type (e->data) & TYPE_MASK) == TYPE_CAMERA && is_device (e->data);
  g_list_free_full (all, g_object_unref);
  return found;
}

gboolean
cusax_camera_exists (void)
{
  PurpleMediaManager *manager = purple_media_manager_get ();
  PurpleMediaElementInfo *chosen = purple_media_manager_get_active_element (manager, TYPE_CAMERA);
  g_autoptr (GObject) listed = NULL;
  g_autofree char *id = NULL;

  if (chosen == NULL)
    return FALSE;
  id = purple_media_element_info_get_id (chosen);
  if (g_strcmp0 (id, ID_AUTO) == 0)
    return have_any ();
  if (id == NULL || strcmp (id, ID_DISABLED) == 0)
    return FALSE;
  /* What was pulled out is still chosen. */
  listed = (GObject *) purple_media_manager_get_element_info (manager, id);
  return listed != NULL;
}

char *
cusax_camera_dup_chosen (guint type)
{
  PurpleMediaElementInfo *info = purple_media_manager_get_active_element (purple_media_manager_get (), type);

  return info != NULL ? purple_media_element_info_get_name (info) : NULL;
}
