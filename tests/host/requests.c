/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See requests.h. */
#include "requests.h"

#include "events.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  char *label;
  GCallback callback;
  int value; /* of an action or a choice */
} Button;

typedef struct
{
  guint id;
  PurpleRequestType type;
  char *title, *primary, *secondary, *who;
  char *text; /* of an input request */
  gsize icon_size; /* bytes of the picture of an action request */
  PurpleRequestFields *fields;
  GArray *buttons; /* of Button */
  GArray *choices; /* of Button, choice requests only */
  GCallback cancel;
  gpointer user_data;
} Request;

static GHashTable *requests; /* id -> Request, borrowed; libpurple owns them through the ui_handle */
static guint last_id;

static void
clear_button (gpointer data)
{
  g_free (((Button *)data)->label);
}

static GArray *
buttons_new (void)
{
  GArray *buttons = g_array_new (FALSE, FALSE, sizeof (Button));

  g_array_set_clear_func (buttons, clear_button);
  return buttons;
}

static void
add_button (GArray *buttons, const char *label, GCallback callback, int value)
{
  Button button = { NULL, callback, value };
  g_auto (GStrv) parts = g_strsplit (label != NULL ? label : "", "_", -1);

  button.label = g_strjoinv ("", parts); /* mnemonics are no part of what a person reads */
  g_array_append_val (buttons, button);
}

static Request *
request_new (PurpleRequestType type, const char *title, const char *primary, const char *secondary,
             const char *who, gpointer user_data)
{
  Request *request = g_new0 (Request, 1);

  request->id = ++last_id;
  request->type = type;
  request->title = g_strdup (title);
  request->primary = g_strdup (primary);
  request->secondary = g_strdup (secondary);
  request->who = g_strdup (who);
  request->buttons = buttons_new ();
  request->choices = buttons_new ();
  request->user_data = user_data;
  if (requests == NULL)
    requests = g_hash_table_new (NULL, NULL);
  g_hash_table_insert (requests, GUINT_TO_POINTER (request->id), request);
  return request;
}

static void
request_free (Request *request)
{
  g_hash_table_remove (requests, GUINT_TO_POINTER (request->id));
  if (request->fields != NULL)
    purple_request_fields_destroy (request->fields);
  g_array_unref (request->buttons);
  g_array_unref (request->choices);
  g_free (request->title);
  g_free (request->primary);
  g_free (request->secondary);
  g_free (request->who);
  g_free (request->text);
  g_free (request);
}

static char *
join_labels (GArray *buttons)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < buttons->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "|" : "", g_array_index (buttons, Button, i).label);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* What a person reads of a field beside its label; @text: for what has to be put together. */
static const char *
describe_field (PurpleRequestField *field, GString *text)
{
  switch (purple_request_field_get_type (field))
    {
    case PURPLE_REQUEST_FIELD_STRING:
      return purple_request_field_string_get_value (field);
    case PURPLE_REQUEST_FIELD_INTEGER:
      return host_number (purple_request_field_int_get_value (field));
    case PURPLE_REQUEST_FIELD_BOOLEAN:
      return purple_request_field_bool_get_value (field) ? "true" : "false";
    case PURPLE_REQUEST_FIELD_CHOICE:
      return host_number (purple_request_field_choice_get_value (field));
    case PURPLE_REQUEST_FIELD_LIST:
      for (GList *l = purple_request_field_list_get_selected (field); l != NULL; l = l->next)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "|" : "", (const char *)l->data);
      return text->str;
    case PURPLE_REQUEST_FIELD_IMAGE:
      /* Tests compare pictures by their digest. */
      g_string_append_printf (text, "%u bytes, ", (guint)purple_request_field_image_get_size (field));
      {
        g_autofree char *digest = g_compute_checksum_for_data (
            G_CHECKSUM_SHA1, (const guchar *)purple_request_field_image_get_buffer (field),
            purple_request_field_image_get_size (field));

        g_string_append (text, digest);
      }
      return text->str;
    case PURPLE_REQUEST_FIELD_NONE:
    case PURPLE_REQUEST_FIELD_LABEL:
    case PURPLE_REQUEST_FIELD_ACCOUNT:
      break;
    }
  return "";
}

/* The choices of a choice or list field, by their order. */
static GList *
get_options (PurpleRequestField *field)
{
  if (purple_request_field_get_type (field) == PURPLE_REQUEST_FIELD_CHOICE)
    return purple_request_field_choice_get_labels (field);
  if (purple_request_field_get_type (field) == PURPLE_REQUEST_FIELD_LIST)
    return purple_request_field_list_get_items (field);
  return NULL;
}

static void
print_fields (Request *request)
{
  static const char *const types[]
      = { "none", "string", "integer", "boolean", "choice", "list", "label", "image", "account" };

  for (GList *g = purple_request_fields_get_groups (request->fields); g != NULL; g = g->next)
    for (GList *f = purple_request_field_group_get_fields (g->data); f != NULL; f = f->next)
      {
        PurpleRequestField *field = f->data;
        PurpleRequestFieldType type = purple_request_field_get_type (field);
        g_autoptr (GString) text = g_string_new (NULL);
        g_autoptr (GString) options = g_string_new (NULL);
        const char *value = describe_field (field, text);

        for (GList *o = get_options (field); o != NULL; o = o->next)
          g_string_append_printf (options, "%s%s", options->len > 0 ? "|" : "", (const char *)o->data);
        host_event ("request-field", "id", host_number (request->id), "type",
                    type < G_N_ELEMENTS (types) ? types[type] : "?", "field",
                    purple_request_field_get_id (field),
                    "label", purple_request_field_get_label (field), "value", value, "options", options->str,
                    "group", purple_request_field_group_get_title (g->data), NULL);
      }
}

/* @event: what has happened: it opened, or somebody wants to know what stands open. */
static void
print_request (Request *request, const char *event)
{
  static const char *const types[] = { "input", "choice", "action", "fields", "file", "folder", "screenshare" };
  g_autofree char *buttons = join_labels (request->buttons);
  g_autofree char *choices = join_labels (request->choices);

  if (request->fields != NULL)
    print_fields (request);
  host_event (event, "id", host_number (request->id), "type", types[request->type], "title", request->title,
              "primary", request->primary, "secondary", request->secondary, "who", request->who, "buttons",
              buttons, "choices", choices, "text", request->text, "icon",
              request->icon_size > 0 ? host_number ((gint64)request->icon_size) : "", NULL);
}

/* ------------------------------------------------------------------ requests of libpurple */

static void *
request_input (const char *title, const char *primary, const char *secondary, const char *default_value,
               gboolean multiline, gboolean masked, gchar *hint, const char *ok_text, GCallback ok_cb,
               const char *cancel_text, GCallback cancel_cb, PurpleAccount *account, const char *who,
               PurpleConversation *conv, void *user_data)
{
  Request *request = request_new (PURPLE_REQUEST_INPUT, title, primary, secondary, who, user_data);

  request->text = g_strdup (default_value);
  request->cancel = cancel_cb;
  add_button (request->buttons, ok_text, ok_cb, 0);
  add_button (request->buttons, cancel_text, cancel_cb, 0);
  print_request (request, "request");
  return request;
}

static void *
request_choice (const char *title, const char *primary, const char *secondary, int default_value,
                const char *ok_text, GCallback ok_cb, const char *cancel_text, GCallback cancel_cb,
                PurpleAccount *account, const char *who, PurpleConversation *conv, void *user_data,
                va_list choices)
{
  Request *request = request_new (PURPLE_REQUEST_CHOICE, title, primary, secondary, who, user_data);
  const char *label;

  while ((label = va_arg (choices, const char *)) != NULL)
    add_button (request->choices, label, NULL, va_arg (choices, int));
  request->cancel = cancel_cb;
  add_button (request->buttons, ok_text, ok_cb, default_value);
  add_button (request->buttons, cancel_text, cancel_cb, default_value);
  print_request (request, "request");
  return request;
}

static Request *
show_action (const char *title, const char *primary, const char *secondary, const char *who, gsize icon_size,
             void *user_data, size_t action_count, va_list actions)
{
  Request *request = request_new (PURPLE_REQUEST_ACTION, title, primary, secondary, who, user_data);

  for (size_t i = 0; i < action_count; i++)
    {
      const char *label = va_arg (actions, const char *);

      add_button (request->buttons, label, va_arg (actions, GCallback), (int)i);
    }
  request->icon_size = icon_size;
  print_request (request, "request");
  return request;
}

static void *
request_action (const char *title, const char *primary, const char *secondary, int default_action,
                PurpleAccount *account, const char *who, PurpleConversation *conv, void *user_data,
                size_t action_count, va_list actions)
{
  return show_action (title, primary, secondary, who, 0, user_data, action_count, actions);
}

static void *
request_action_with_icon (const char *title, const char *primary, const char *secondary, int default_action,
                          PurpleAccount *account, const char *who, PurpleConversation *conv,
                          gconstpointer icon_data, gsize icon_size, void *user_data, size_t action_count,
                          va_list actions)
{
  return show_action (title, primary, secondary, who, icon_size, user_data, action_count, actions);
}

static void *
request_fields (const char *title, const char *primary, const char *secondary, PurpleRequestFields *fields,
                const char *ok_text, GCallback ok_cb, const char *cancel_text, GCallback cancel_cb,
                PurpleAccount *account, const char *who, PurpleConversation *conv, void *user_data)
{
  Request *request = request_new (PURPLE_REQUEST_FIELDS, title, primary, secondary, who, user_data);

  request->fields = fields;
  request->cancel = cancel_cb;
  add_button (request->buttons, ok_text, ok_cb, 0);
  add_button (request->buttons, cancel_text, cancel_cb, 0);
  print_request (request, "request");
  return request;
}

static void *
request_file (const char *title, const char *filename, gboolean savedialog, GCallback ok_cb,
              GCallback cancel_cb, PurpleAccount *account, const char *who, PurpleConversation *conv,
              void *user_data)
{
  Request *request = request_new (PURPLE_REQUEST_FILE, title, NULL, NULL, who, user_data);

  request->text = g_strdup (filename);
  request->cancel = cancel_cb;
  add_button (request->buttons, savedialog ? "Save" : "Open", ok_cb, 0);
  add_button (request->buttons, "Cancel", cancel_cb, 0);
  print_request (request, "request");
  return request;
}

/* libpurple took the dialog away (or it was answered): the handle dies here. */
static void
close_request (PurpleRequestType type, void *ui_handle)
{
  Request *request = ui_handle;

  host_event ("request-closed", "id", host_number (request->id), "title", request->title, NULL);
  request_free (request);
}

PurpleRequestUiOps *
host_requests_get_ui_ops (void)
{
  static PurpleRequestUiOps ops;

  ops.request_input = request_input;
  ops.request_choice = request_choice;
  ops.request_action = request_action;
  ops.request_action_with_icon = request_action_with_icon;
  ops.request_fields = request_fields;
  ops.request_file = request_file;
  ops.request_folder = NULL;
  ops.close_request = close_request;
  return &ops;
}

/* ---------------------------------------------------------------------------- answers */

static Request *
find (guint id, GError **error)
{
  Request *request = requests != NULL ? g_hash_table_lookup (requests, GUINT_TO_POINTER (id)) : NULL;

  if (request == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no request %u", id);
  return request;
}

static const Button *
find_button (GArray *buttons, const char *label)
{
  for (guint i = 0; i < buttons->len; i++)
    if (g_ascii_strcasecmp (g_array_index (buttons, Button, i).label, label) == 0)
      return &g_array_index (buttons, Button, i);
  return NULL;
}

static void
call (Request *request, GCallback callback, int value, const char *text)
{
  if (callback == NULL)
    return;
  switch (request->type)
    {
    case PURPLE_REQUEST_INPUT:
    case PURPLE_REQUEST_FILE:
    case PURPLE_REQUEST_FOLDER:
      ((void (*) (gpointer, const char *))callback) (request->user_data, text);
      break;
    case PURPLE_REQUEST_CHOICE:
    case PURPLE_REQUEST_ACTION:
      ((void (*) (gpointer, int))callback) (request->user_data, value);
      break;
    case PURPLE_REQUEST_FIELDS:
      ((void (*) (gpointer, PurpleRequestFields *))callback) (request->user_data, request->fields);
      break;
    case PURPLE_REQUEST_SCREENSHARE:
      break;
    }
}

/* The callback may close the dialog itself, through its handle: only what is left is closed afterwards. */
static void
finish (Request *request, GCallback callback, int value, const char *text)
{
  guint id = request->id;

  call (request, callback, value, text != NULL ? text : request->text);
  request = g_hash_table_lookup (requests, GUINT_TO_POINTER (id));
  if (request != NULL)
    purple_request_close (request->type, request);
}

gboolean
host_requests_respond (guint id, const char *button, const char *text, GError **error)
{
  Request *request = find (id, error);
  const Button *b, *choice;

  if (request == NULL)
    return FALSE;
  b = find_button (request->buttons, button);
  if (b == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "request %u has no button \"%s\"", id, button);
      return FALSE;
    }
  choice = text != NULL ? find_button (request->choices, text) : NULL;
  finish (request, b->callback, choice != NULL ? choice->value : b->value, text);
  return TRUE;
}

/* A choice is named by its label or by its number. */
static int
index_of_option (PurpleRequestField *field, const char *value)
{
  int index = 0;

  for (GList *o = get_options (field); o != NULL; o = o->next, index++)
    if (strcmp (o->data, value) == 0)
      return index;
  return (int)strtol (value, NULL, 10);
}

gboolean
host_requests_set_field (guint id, const char *name, const char *value, GError **error)
{
  Request *request = find (id, error);
  PurpleRequestField *field = NULL;

  if (request == NULL)
    return FALSE;
  if (request->fields != NULL && purple_request_fields_exists (request->fields, name))
    field = purple_request_fields_get_field (request->fields, name);
  if (field == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "request %u has no field \"%s\"", id, name);
      return FALSE;
    }
  switch (purple_request_field_get_type (field))
    {
    case PURPLE_REQUEST_FIELD_STRING:
      purple_request_field_string_set_value (field, value);
      return TRUE;
    case PURPLE_REQUEST_FIELD_INTEGER:
      purple_request_field_int_set_value (field, (int)strtol (value, NULL, 10));
      return TRUE;
    case PURPLE_REQUEST_FIELD_BOOLEAN:
      purple_request_field_bool_set_value (field, strcmp (value, "true") == 0);
      return TRUE;
    case PURPLE_REQUEST_FIELD_CHOICE:
      purple_request_field_choice_set_value (field, index_of_option (field, value));
      return TRUE;
    case PURPLE_REQUEST_FIELD_LIST:
      purple_request_field_list_clear_selected (field);
      purple_request_field_list_add_selected (field, value);
      return TRUE;
    case PURPLE_REQUEST_FIELD_NONE:
    case PURPLE_REQUEST_FIELD_LABEL:
    case PURPLE_REQUEST_FIELD_IMAGE:
    case PURPLE_REQUEST_FIELD_ACCOUNT:
      break;
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "field \"%s\" cannot be set", name);
  return FALSE;
}

/* Pidgin closes input, choice and fields dialogs through their cancel callback; an action dialog dies silently
 * (purple-ui: that is why the plugin's own dialog is a fields request). */
gboolean
host_requests_close (guint id, GError **error)
{
  Request *request = find (id, error);

  if (request == NULL)
    return FALSE;
  finish (request, request->cancel, -1, NULL);
  return TRUE;
}

void
host_requests_list (void)
{
  g_autoptr (GList) all = requests != NULL ? g_hash_table_get_values (requests) : NULL;

  for (GList *r = all; r != NULL; r = r->next)
    print_request (r->data, "open-request");
}
