/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See attention.h. */
#include "attention.h"

#include <core.h>
#include <gmodule.h>

/* GTK's own, of any version: windows are opaque here. */
typedef GList *(*ListWindows) (void);
typedef const char *(*GetTitle) (gpointer window);
typedef void (*SetUrgent) (gpointer window, gboolean urgent);

void
cusax_attention_raise (const char *title)
{
  gpointer list_windows, get_title, set_urgent;
  GModule *process;

  if (g_strcmp0 (purple_core_get_ui (), "gtk-gaim") != 0)
    return;
  process = g_module_open (NULL, G_MODULE_BIND_LAZY);
  if (process == NULL)
    return;
  if (g_module_symbol (process, "gtk_window_list_toplevels", &list_windows)
      && g_module_symbol (process, "gtk_window_get_title", &get_title)
      && g_module_symbol (process, "gtk_window_set_urgency_hint", &set_urgent))
    {
      g_autoptr (GList) windows = ((ListWindows) list_windows) ();

      for (GList *at = windows; at != NULL; at = at->next)
        if (g_strcmp0 (((GetTitle) get_title) (at->data), title) == 0)
          ((SetUrgent) set_urgent) (at->data, TRUE);
    }
  g_module_close (process);
}
