/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See results.h. */
#include "results.h"

#include "command-table.h"
#include "events.h"

/* The one on the screen; a newer one hides the older ones, which stay open. */
typedef struct
{
  PurpleConnection *gc;
  PurpleNotifySearchResults *results;
  gpointer user_data;
} List;

static GPtrArray *lists; /* List, newest last */

void *
host_results_show (PurpleConnection *gc, const char *title, const char *primary, const char *secondary,
                   PurpleNotifySearchResults *results, gpointer user_data)
{
  List *list = g_new0 (List, 1);
  guint number = 0;

  list->gc = gc;
  list->results = results;
  list->user_data = user_data;
  if (lists == NULL)
    lists = g_ptr_array_new ();
  g_ptr_array_add (lists, list);
  host_event ("notify", "kind", "results", "title", title, "primary", primary, "secondary", secondary, NULL);
  for (GList *row = results->rows; row != NULL; row = row->next)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      for (GList *cell = row->data; cell != NULL; cell = cell->next)
        g_string_append_printf (text, "%s%s", cell == row->data ? "" : "|", (const char *) cell->data);
      host_event ("result", "row", host_number (++number), "text", text->str, NULL);
    }
  return list;
}

gboolean
host_results_close (void *handle)
{
  if (lists == NULL || !g_ptr_array_remove (lists, handle))
    return FALSE;
  host_event ("results-closed", NULL);
  purple_notify_searchresults_free (((List *) handle)->results);
  g_free (handle);
  return TRUE;
}

static List *
newest (GError **error)
{
  if (lists != NULL && lists->len > 0)
    return g_ptr_array_index (lists, lists->len - 1);
  host_command_fail (error, "no list is open");
  return NULL;
}

gboolean
host_results_press (const char *button, guint row, GError **error)
{
  List *list = newest (error);

  if (list == NULL)
    return FALSE;
  if (row > g_list_length (list->results->rows))
    return host_command_fail (error, "no row %u", row);
  for (GList *l = list->results->buttons; l != NULL; l = l->next)
    {
      PurpleNotifySearchButton *one = l->data;

      if (g_strcmp0 (one->label, button) != 0)
        continue;
      one->callback (list->gc, row > 0 ? g_list_nth_data (list->results->rows, row - 1) : NULL,
                     list->user_data);
      return TRUE;
    }
  return host_command_fail (error, "no button %s", button);
}

gboolean
host_results_dismiss (GError **error)
{
  List *list = newest (error);

  if (list == NULL)
    return FALSE;
  purple_notify_close (PURPLE_NOTIFY_SEARCHRESULTS, list);
  return TRUE;
}
