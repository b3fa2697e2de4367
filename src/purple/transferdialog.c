/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See transferdialog.h. */
#include "transferdialog.h"

#include "callers.h"
#include "callpick.h"
#include "callwords.h"
#include "choices.h"
#include "connection.h"
#include "dialling.h"
#include "error.h"
#include "notices.h"

#include <glib/gi18n-lib.h>

/** Dialog: the one that stands; calls by their numbers, because they may end before it. */
typedef struct
{
  guint serial; /* what callbacks carry */
  PurpleAccount *account;
  GArray *calls;  /* guint: those that can be transferred */
  GArray *others; /* guint: those that can be transferred to */
} Dialog;

/* NULL: none, or Pidgin's was closed without telling. */
static Dialog *dialog;
static guint last_serial;

static void
dialog_free (Dialog *old)
{
  g_array_unref (old->calls);
  g_array_unref (old->others);
  g_free (old);
}

/* Out of sight before anything else happens: hosts call back while they close, and late. */
static Dialog *
take (gpointer serial)
{
  if (dialog == NULL || GUINT_TO_POINTER (dialog->serial) != serial)
    return NULL;
  return g_steal_pointer (&dialog);
}

static void
close_dialog (void)
{
  Dialog *old = g_steal_pointer (&dialog);

  if (old == NULL)
    return;
  purple_request_close_with_handle (old);
  dialog_free (old);
}

/* -------------------------------------------------------------- answers */

/* Returns: the chosen number of @numbers, 0 for none; @first: entries of the list that are no calls */
static guint
chosen (PurpleRequestFields *fields, const char *id, GArray *numbers, int first)
{
  int index = cusax_choices_get (fields, id) - first;

  return index >= 0 && (guint) index < numbers->len ? g_array_index (numbers, guint, index) : 0;
}

static gboolean
has_typed (PurpleRequestFields *fields)
{
  const char *target = purple_request_fields_get_string (fields, "target");

  return target != NULL && *target != '\0';
}

static gboolean
fail (GError **error, const char *words)
{
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, words);
  return FALSE;
}

/* What is typed goes before what is chosen. */
static gboolean
carry_out (Dialog *old, CusaxAccount *phone, PurpleRequestFields *fields, GError **error)
{
  guint number
    = old->calls->len == 1 ? g_array_index (old->calls, guint, 0) : chosen (fields, "call", old->calls, 0);
  CusaxCall *call = number > 0 ? cusax_account_get_call (phone, number) : NULL;
  CusaxCall *other = NULL;
  g_autoptr (GError) reason = NULL;

  if (number == 0)
    return fail (error, _ ("Nothing was transferred: no call was chosen."));
  if (call == NULL)
    return fail (error, _ ("The call that was to be transferred has ended."));
  if (has_typed (fields))
    return cusax_dialling_transfer_typed (old->account, call,
                                          purple_request_fields_get_string (fields, "target"), error);
  if (purple_request_fields_exists (fields, "other"))
    number = chosen (fields, "other", old->others, 1);
  else
    number = 0;
  if (number > 0)
    other = cusax_account_get_call (phone, number);
  if (other == NULL)
    return fail (error, _ ("Nothing was transferred: no address was given."));
  if (other == call)
    return fail (error, _ ("A call cannot be transferred to itself."));
  if (cusax_call_transfer_to (call, other, &reason))
    return TRUE;
  return cusax_callwords_fail (CUSAX_CALL_DEED_TRANSFER, reason, error);
}

static void
on_transfer (gpointer serial, PurpleRequestFields *fields)
{
  Dialog *old = take (serial);
  CusaxConnection *connection = old != NULL ? cusax_connection_find (old->account) : NULL;
  g_autoptr (GError) error = NULL;

  if (connection != NULL && !carry_out (old, cusax_connection_get_account (connection), fields, &error))
    cusax_notices_error (old->account, NULL, error->message);
  if (old != NULL)
    dialog_free (old);
}

static void
on_cancel (gpointer serial, PurpleRequestFields *fields)
{
  Dialog *old = take (serial);

  if (old != NULL)
    dialog_free (old);
}

/* --------------------------------------------------------------- dialog */

/* @lines: gets one for each, as @numbers */
static void
add_calls (PurpleAccount *account, CusaxAccount *phone, CusaxCallFilter filter, GArray *numbers,
           GPtrArray *lines)
{
  const GPtrArray *calls = cusax_account_get_calls (phone);

  for (guint i = 0; i < calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (calls, i);
      guint number = cusax_call_get_number (call);
      g_autofree char *name = NULL;

      if (!filter (call))
        continue;
      name = cusax_callers_name (account, call);
      g_array_append_val (numbers, number);
      g_ptr_array_add (lines, g_strdup_printf ("#%u %s", number, name));
    }
}

static PurpleRequestFields *
dialog_fields (const GPtrArray *calls, const GPtrArray *others, GString *text)
{
  PurpleRequestFields *fields = purple_request_fields_new ();
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);

  /* First, because it gets the focus: in a list what is typed would search. */
  purple_request_field_group_add_field (group,
                                        purple_request_field_string_new ("target", _ ("To"), NULL, FALSE));
  /* The first line is "what is typed", and one's own call alone is nobody to transfer to. */
  if (others->len > 2)
    purple_request_field_group_add_field (group, cusax_choices_field ("other", _ ("Or to"), others, text));
  if (calls->len > 1)
    purple_request_field_group_add_field (group,
                                          cusax_choices_field ("call", _ ("Call to transfer"), calls, text));
  purple_request_fields_add_group (fields, group);
  return fields;
}

static void
open_dialog (GPtrArray *calls, GPtrArray *others)
{
  g_autoptr (GString) text
    = g_string_new (_ ("Type a telephone number, a SIP address or the chat address of a contact."));
  g_autofree char *primary = calls->len == 1
                               ? g_strdup_printf (_ ("Where do you want to transfer the call %s to?"),
                                                  (const char *) g_ptr_array_index (calls, 0))
                               : g_strdup (_ ("Which call do you want to transfer, and where to?"));
  PurpleRequestFields *fields = dialog_fields (calls, others, text);
  gpointer serial = GUINT_TO_POINTER (dialog->serial);

  if (purple_request_fields (dialog, _ ("Transfer call"), primary, text->str, fields, _ ("Transfer"),
                             G_CALLBACK (on_transfer), _ ("Cancel"), G_CALLBACK (on_cancel), dialog->account,
                             NULL, NULL, serial)
        != NULL
      || dialog == NULL || GUINT_TO_POINTER (dialog->serial) != serial)
    return;
  /* A host without such dialogs: /transfer is left. */
  purple_request_fields_destroy (fields);
  on_cancel (serial, NULL);
}

void
cusax_transferdialog_show (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);
  CusaxAccount *phone = connection != NULL ? cusax_connection_get_account (connection) : NULL;
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func (g_free);

  if (phone == NULL)
    return;
  close_dialog ();
  if (cusax_callpick_count (phone, cusax_callpick_is_active) == 0)
    {
      cusax_notices_error (account, NULL, _ ("Only a call that stands can be transferred."));
      return;
    }
  dialog = g_new0 (Dialog, 1);
  dialog->serial = ++last_serial;
  dialog->account = account;
  dialog->calls = g_array_new (FALSE, FALSE, sizeof (guint));
  dialog->others = g_array_new (FALSE, FALSE, sizeof (guint));
  /* The first one is proposed. */
  add_calls (account, phone, cusax_callpick_is_spoken_on, dialog->calls, calls);
  add_calls (account, phone, cusax_callpick_is_on_hold, dialog->calls, calls);
  g_ptr_array_add (others, g_strdup (_ ("What is typed above")));
  add_calls (account, phone, cusax_callpick_can_be_reached, dialog->others, others);
  open_dialog (calls, others);
}

void
cusax_transferdialog_forget (PurpleAccount *account)
{
  if (dialog != NULL && dialog->account == account)
    close_dialog ();
}
