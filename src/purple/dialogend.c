/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See dialogend.h. */
#include "dialogend.h"

#include <core.h>
#include <glib-object.h>
#include <gmodule.h>

#define WATCHED_KEY "cusax-dialogend"

/* GTK's own, of any version: windows are opaque here. */
typedef GList *(*ListWindows) (void);
typedef const char *(*GetTitle) (gpointer window);

typedef struct
{
  void (*closed) (gpointer data);
  gpointer data;
} Watch;

static gboolean
on_idle (gpointer user_data)
{
  g_autofree Watch *watch = user_data;

  watch->closed (watch->data);
  return G_SOURCE_REMOVE;
}

/* In the middle of the window's end. */
static void
on_gone (gpointer user_data, GObject *where_it_was)
{
  g_idle_add (on_idle, user_data);
}

/* The one with @title that is not watched yet. Returns: (transfer none) (nullable) */
static gpointer
find_window (const char *title)
{
  GModule *process = g_module_open (NULL, G_MODULE_BIND_LAZY);
  gpointer list_windows, get_title;
  gpointer found = NULL;

  if (process == NULL)
    return NULL;
  if (g_module_symbol (process, "gtk_window_list_toplevels", &list_windows)
      && g_module_symbol (process, "gtk_window_get_title", &get_title))
    {
      g_autoptr (GList) windows = ((ListWindows) list_windows) ();

      for (GList *at = windows; at != NULL && found == NULL; at = at->next)
        if (g_strcmp0 (((GetTitle) get_title) (at->data), title) == 0
            && g_object_get_data (at->data, WATCHED_KEY) == NULL)
          found = at->data;
    }
  g_module_close (process);
  return found;
}

void
cusax_dialogend_watch (gpointer handle, const char *title, void (*closed) (gpointer data), gpointer data)
{
  const char *host = purple_core_get_ui ();
  gpointer window = NULL;
  Watch *watch;

  if (g_strcmp0 (host, "gtk-gaim") == 0)
    window = find_window (title);
  else if (g_strcmp0 (host, "gnt-purple") == 0)
    window = handle;
  if (window == NULL)
    return;
  watch = g_new0 (Watch, 1);
  watch->closed = closed;
  watch->data = data;
  g_object_set_data (window, WATCHED_KEY, watch);
  g_object_weak_ref (window, on_gone, watch);
}
