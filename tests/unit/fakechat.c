/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See fakechat.h. */
#include "fakechat.h"

#include "dialling.h"
#include "directory.h"

#include <string.h>

FakeDialog *fake_dialog;
guint fake_dialogs_opened, fake_dialogs_closed;
gboolean fake_dialogs_are_finch;
GString *fake_chat_trace;
const char *const *fake_chat_attached;

static GPtrArray *dialogs; /* FakeDialog, newest last */

/* --------------------------------------------------- chat and directory */

void
cusax_dialling_chat (PurpleAccount *account, const char *jid)
{
  g_string_append_printf (fake_chat_trace, "chat(%s) ", jid);
}

void
cusax_directory_attach (CusaxDirectory *directory, CusaxAddress *address, const char *jid)
{
  g_string_append_printf (fake_chat_trace, "attach(%s, %s) ", cusax_address_get_uri (address),
                          jid != NULL ? jid : "nobody");
}

CusaxMemory *
cusax_directory_get_memory (CusaxDirectory *directory)
{
  return (CusaxMemory *) directory;
}

char **
cusax_memory_list_attached (const CusaxMemory *memory, const char *jid)
{
  static const char *const nothing[] = { NULL };

  return g_strdupv ((char **) (fake_chat_attached != NULL ? fake_chat_attached : nothing));
}

void
fake_chat_check (const char *expected)
{
  g_assert_cmpstr (fake_chat_trace->str, ==, expected);
  g_string_truncate (fake_chat_trace, 0);
}

/* --------------------------------------------------------------- dialog */

static void
show_newest (void)
{
  fake_dialog = dialogs->len > 0 ? g_ptr_array_index (dialogs, dialogs->len - 1) : NULL;
}

static FakeDialog *
open_dialog (PurpleRequestType type, const char *title, const char *primary, const char *secondary,
             const char *ok_text, GCallback ok, const char *cancel_text, GCallback cancel, gpointer data)
{
  FakeDialog *dialog = g_new0 (FakeDialog, 1);

  dialog->type = type;
  dialog->title = g_strdup (title);
  dialog->primary = g_strdup (primary);
  dialog->secondary = g_strdup (secondary);
  dialog->ok_text = g_strdup (ok_text);
  dialog->cancel_text = g_strdup (cancel_text);
  dialog->ok = ok;
  dialog->cancel = cancel;
  dialog->data = data;
  g_ptr_array_add (dialogs, dialog);
  fake_dialogs_opened++;
  show_newest ();
  return dialog;
}

static void *
request_fields (const char *title, const char *primary, const char *secondary, PurpleRequestFields *fields,
                const char *ok_text, GCallback ok, const char *cancel_text, GCallback cancel,
                PurpleAccount *account, const char *who, PurpleConversation *conversation, void *data)
{
  FakeDialog *dialog
    = open_dialog (PURPLE_REQUEST_FIELDS, title, primary, secondary, ok_text, ok, cancel_text, cancel, data);

  dialog->fields = fields;
  return dialog;
}

static void *
request_action (const char *title, const char *primary, const char *secondary, int default_action,
                PurpleAccount *account, const char *who, PurpleConversation *conversation, void *data,
                size_t count, va_list actions)
{
  const char *texts[3] = { NULL };
  GCallback callbacks[3] = { NULL };
  FakeDialog *dialog;

  g_assert_cmpuint (count, >=, 1);
  g_assert_cmpuint (count, <=, G_N_ELEMENTS (texts));
  for (gsize i = 0; i < count; i++)
    {
      texts[i] = va_arg (actions, const char *);
      callbacks[i] = va_arg (actions, GCallback);
    }
  dialog = open_dialog (PURPLE_REQUEST_ACTION, title, primary, secondary, texts[0], callbacks[0], texts[count - 1],
                        callbacks[count - 1], data);
  dialog->default_action = default_action;
  if (count == 3)
    {
      dialog->middle_text = g_strdup (texts[1]);
      dialog->middle = callbacks[1];
    }
  return dialog;
}

static void *
request_file (const char *title, const char *filename, gboolean is_save, GCallback ok, GCallback cancel,
              PurpleAccount *account, const char *who, PurpleConversation *conversation, void *data)
{
  g_assert_true (is_save);
  return open_dialog (PURPLE_REQUEST_FILE, title, filename, NULL, NULL, ok, NULL, cancel, data);
}

/* Finch frees the fields before it calls back for the destruction of the window. */
static void
close_request (PurpleRequestType type, void *handle)
{
  FakeDialog *dialog = handle;

  g_assert_true (g_ptr_array_remove (dialogs, dialog));
  g_assert_cmpint (dialog->type, ==, type);
  fake_dialogs_closed++;
  show_newest ();
  g_clear_pointer (&dialog->fields, purple_request_fields_destroy);
  if (fake_dialogs_are_finch && type == PURPLE_REQUEST_FIELDS && dialog->cancel != NULL)
    ((PurpleRequestFieldsCb) dialog->cancel) (dialog->data, (PurpleRequestFields *) dialog);
  g_free (dialog->title);
  g_free (dialog->primary);
  g_free (dialog->secondary);
  g_free (dialog->ok_text);
  g_free (dialog->cancel_text);
  g_free (dialog->middle_text);
  g_free (dialog);
}

static PurpleRequestUiOps request_ops = {
  .request_fields = request_fields,
  .request_action = request_action,
  .request_file = request_file,
  .close_request = close_request,
};

static void
call_back (FakeDialog *dialog, GCallback callback, int action)
{
  if (callback == NULL)
    return;
  if (dialog->type == PURPLE_REQUEST_FIELDS)
    ((PurpleRequestFieldsCb) callback) (dialog->data, dialog->fields);
  else if (dialog->type == PURPLE_REQUEST_FILE)
    ((PurpleRequestFileCb) callback) (dialog->data, NULL);
  else
    ((PurpleRequestActionCb) callback) (dialog->data, action);
}

/* Nobody closes a dialog whose button handler runs. */
static void
press (GCallback callback, int action)
{
  FakeDialog *dialog = fake_dialog;

  call_back (dialog, callback, action);
  g_assert_true (g_ptr_array_find (dialogs, dialog, NULL));
  purple_request_close (dialog->type, dialog);
}

void
fake_dialog_press (gboolean ok)
{
  g_assert_nonnull (fake_dialog);
  press (ok ? fake_dialog->ok : fake_dialog->cancel, ok ? 0 : 1);
}

void
fake_dialog_choose (const char *path)
{
  FakeDialog *dialog = fake_dialog;

  g_assert_nonnull (dialog);
  g_assert_cmpint (dialog->type, ==, PURPLE_REQUEST_FILE);
  ((PurpleRequestFileCb) dialog->ok) (dialog->data, path);
  g_assert_true (g_ptr_array_find (dialogs, dialog, NULL));
  purple_request_close (dialog->type, dialog);
}

void
fake_dialog_press_middle (void)
{
  g_assert_nonnull (fake_dialog);
  g_assert_nonnull (fake_dialog->middle);
  press (fake_dialog->middle, 1);
}

void
fake_dialog_close_window (void)
{
  FakeDialog *dialog = fake_dialog;

  g_assert_nonnull (dialog);
  if (!fake_dialogs_are_finch && dialog->type == PURPLE_REQUEST_FIELDS)
    call_back (dialog, dialog->cancel, 1);
  purple_request_close (dialog->type, dialog);
}

gboolean
fake_dialog_has (const char *id)
{
  return fake_dialog != NULL && fake_dialog->fields != NULL
         && purple_request_fields_exists (fake_dialog->fields, id);
}

void
fake_dialog_tick (const char *id)
{
  g_assert_true (fake_dialog_has (id));
  purple_request_field_bool_set_value (purple_request_fields_get_field (fake_dialog->fields, id), TRUE);
}

const char *
fake_dialog_label (const char *id)
{
  g_assert_true (fake_dialog_has (id));
  return purple_request_field_get_label (purple_request_fields_get_field (fake_dialog->fields, id));
}

void
fake_chat_init (void)
{
  purple_request_set_ui_ops (&request_ops);
  fake_chat_trace = g_string_new (NULL);
  dialogs = g_ptr_array_new ();
}

void
fake_chat_shutdown (void)
{
  g_assert_cmpuint (dialogs->len, ==, 0);
  g_clear_pointer (&dialogs, g_ptr_array_unref);
  g_string_free (fake_chat_trace, TRUE);
  fake_chat_trace = NULL;
}
