/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See choices.h. */
#include "choices.h"

/* Finch shows 16 characters of a line, so there @text gets all of them; the numbers lead from one to the other, and
 * no two lines are equal, by which they are told apart. */
PurpleRequestField *
cusax_choices_field (const char *id, const char *label, const GPtrArray *lines, GString *text)
{
  gboolean is_finch = purple_strequal (purple_core_get_ui (), "gnt-purple");
  PurpleRequestField *field = purple_request_field_list_new (id, label);

  for (guint i = 0; i < lines->len; i++)
    {
      g_autofree char *item = g_strdup_printf ("%u. %s", i + 1, (const char *) g_ptr_array_index (lines, i));

      if (is_finch)
        g_string_append_printf (text, "\n%s", item);
      purple_request_field_list_add_icon (field, item, NULL, GUINT_TO_POINTER (i + 1));
      if (i == 0)
        purple_request_field_list_add_selected (field, item);
    }
  return field;
}

int
cusax_choices_get (PurpleRequestFields *fields, const char *id)
{
  PurpleRequestField *field = purple_request_fields_get_field (fields, id);
  GList *selected = purple_request_field_list_get_selected (field);

  return selected != NULL ? GPOINTER_TO_INT (purple_request_field_list_get_data (field, selected->data)) - 1 : -1;
}
