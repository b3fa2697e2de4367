/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be done with calls without any conversation: which entries there are, and what they do. */
#include "fakechat.h"

#include "callmenus.h"
#include "dialling.h"
#include "error.h"
#include "legs.h"
#include "notices.h"
#include "transferdialog.h"

#include <purple.h>
#include <string.h>

static PurpleAccount *account;
static PurpleBuddy *bob, *carol;
static GString *trace;
static guint told; /* how often the host heard that the account's menu has changed */

gboolean
cusax_dialling_transfer_click (PurpleAccount *of, CusaxCall *call, const char *who, GError **error)
{
  g_string_append_printf (trace, "transfer-click(%u, %s) ", call->number, who);
  return TRUE;
}

gboolean
cusax_dialling_transfer_typed (PurpleAccount *of, CusaxCall *call, const char *text, GError **error)
{
  g_string_append_printf (trace, "transfer-typed(%u, %s) ", call->number, text);
  if (!g_str_equal (text, "?"))
    return TRUE;
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "No address.");
  return FALSE;
}

/* Of legs.h, whose other half this test has no need of. */
void
cusax_legs_show_call (PurpleAccount *of, CusaxCall *call)
{
  g_string_append_printf (trace, "details(%u) ", call->number);
}

void
cusax_notices_error (PurpleAccount *of, const char *who, const char *text)
{
  g_string_append_printf (trace, "error(%s) ", text);
}

static void
check (GString *what, const char *expected)
{
  g_assert_cmpstr (what->str, ==, expected);
  g_string_truncate (what, 0);
}

static CusaxCall *
add_call (guint number, const char *who, CusaxCallState state, gboolean held)
{
  CusaxCall *call = fake_call_new (number, state, who);

  call->held = held;
  call->grade = CUSAX_BINDING_STRONG;
  call->contact = who;
  g_ptr_array_add (fake_phone.calls, call);
  return call;
}

static void
setup (gboolean finch)
{
  fake_phone_reset ("alice@example.org");
  fake_purple_connect (account, TRUE);
  fake_dialogs_are_finch = finch;
  told = 0;
}

static void
teardown (void)
{
  cusax_transferdialog_forget (account);
  cusax_callmenus_forget (account);
  cusax_callmenus_forget (account);
  for (guint i = 0; i < fake_phone.calls->len; i++)
    fake_call_free (g_ptr_array_index (fake_phone.calls, i));
  fake_purple_connect (account, FALSE);
  fake_phone_reset (NULL);
  g_string_truncate (trace, 0);
}

/* -------------------------------------------------------------- actions */

static void
assert_actions (const char *expected)
{
  GList *actions = cusax_callmenus_actions (account);
  g_autoptr (GString) labels = g_string_new (NULL);

  for (GList *at = actions; at != NULL; at = at->next)
    {
      PurplePluginAction *action = at->data;

      /* Finch prints it. */
      g_assert_null (strchr (action->label, '_'));
      g_string_append_printf (labels, "%s%s", at == actions ? "" : " | ", action->label);
    }
  g_assert_cmpstr (labels->str, ==, expected);
  g_list_free_full (actions, (GDestroyNotify) purple_plugin_action_free);
}

static void
press (const char *label)
{
  GList *actions = cusax_callmenus_actions (account);
  gboolean found = FALSE;

  for (GList *at = actions; at != NULL; at = at->next)
    {
      PurplePluginAction *action = at->data;

      action->context = purple_account_get_connection (account);
      if (!g_str_equal (action->label, label))
        continue;
      action->callback (action);
      found = TRUE;
    }
  g_assert_true (found);
  g_list_free_full (actions, (GDestroyNotify) purple_plugin_action_free);
}

static void
test_actions (void)
{
  CusaxCall *first, *second;

  setup (FALSE);
  assert_actions ("");
  first = add_call (1, "bob@example.org", CUSAX_CALL_INCOMING, FALSE);
  assert_actions ("");
  first->state = CUSAX_CALL_CALLING;
  assert_actions ("Hang up");
  first->state = CUSAX_CALL_ACTIVE;
  assert_actions ("Hold call | Transfer call... | Hang up | Call details");
  press ("Hold call");
  first->held = TRUE;
  assert_actions ("Resume call | Transfer call... | Hang up | Call details");
  press ("Resume call");
  press ("Hang up");
  check (first->trace, "hold resume hang-up ");
  second = add_call (2, "carol@example.org", CUSAX_CALL_INCOMING, FALSE);
  assert_actions ("Resume call | Transfer call... | Hang up | Call details");
  second->state = CUSAX_CALL_ACTIVE;
  assert_actions ("Resume call #1 (Bob B.) | Hold call #2 (carol@example.org) | Swap calls | Join calls | "
                  "Transfer call... | Hang up #1 (Bob B.) | Hang up #2 (carol@example.org) | "
                  "Call details #1 (Bob B.) | Call details #2 (carol@example.org)");
  press ("Call details #2 (carol@example.org)");
  check (trace, "details(2) ");
  press ("Hang up #2 (carol@example.org)");
  press ("Swap calls");
  press ("Join calls");
  check (fake_phone.trace, "swap join(1,2) ");
  check (second->trace, "hang-up ");
  first->held = FALSE;
  first->joined = second->joined = TRUE;
  assert_actions (
    "Hold call #1 (Bob B.) | Hold call #2 (carol@example.org) | Transfer call... | Hang up #1 (Bob B.) | "
    "Hang up #2 (carol@example.org) | Call details #1 (Bob B.) | Call details #2 (carol@example.org)");
  first->joined = FALSE;
  fake_phone.deed_error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_BUSY, "busy");
  press ("Join calls");
  check (trace, "error(One of the calls is being transferred or joined already.) ");
  teardown ();
}

/* The call ended while the menu stood open. */
static void
test_too_late (void)
{
  GList *actions;
  CusaxCall *call;

  setup (FALSE);
  call = add_call (1, "bob@example.org", CUSAX_CALL_ACTIVE, FALSE);
  actions = cusax_callmenus_actions (account);
  g_ptr_array_remove (fake_phone.calls, call);
  fake_call_free (call);
  for (GList *at = actions; at != NULL; at = at->next)
    {
      PurplePluginAction *action = at->data;

      action->context = purple_account_get_connection (account);
      action->callback (action);
    }
  check (trace, "error(Only a call that stands can be transferred.) ");
  g_list_free_full (actions, (GDestroyNotify) purple_plugin_action_free);
  teardown ();
}

/* ------------------------------------------------------------- the host */

static void
on_actions_changed (PurpleAccount *of, gpointer unused)
{
  told++;
}

static void
spin (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Hosts keep the account's menu: they hear of a change once, and of nothing that changes no entry. */
static void
test_told (void)
{
  CusaxCall *call;

  setup (FALSE);
  cusax_callmenus_update (account);
  spin ();
  g_assert_cmpuint (told, ==, 0);
  call = add_call (1, "bob@example.org", CUSAX_CALL_CALLING, FALSE);
  cusax_callmenus_update (account);
  call->state = CUSAX_CALL_ACTIVE;
  cusax_callmenus_update (account);
  g_assert_cmpuint (told, ==, 0);
  spin ();
  g_assert_cmpuint (told, ==, 1);
  call->muted = TRUE;
  cusax_callmenus_update (account);
  spin ();
  g_assert_cmpuint (told, ==, 1);
  call->held = TRUE;
  cusax_callmenus_update (account);
  spin ();
  g_assert_cmpuint (told, ==, 2);
  g_ptr_array_remove (fake_phone.calls, call);
  fake_call_free (call);
  cusax_callmenus_update (account);
  spin ();
  g_assert_cmpuint (told, ==, 3);
  /* Forgotten before it was told. */
  call = add_call (1, "bob@example.org", CUSAX_CALL_CALLING, FALSE);
  cusax_callmenus_update (account);
  cusax_callmenus_forget (account);
  spin ();
  g_assert_cmpuint (told, ==, 3);
  teardown ();
}

/* ---------------------------------------------------------------- buddy */

static void
press_transfer (PurpleBuddy *buddy, CusaxCall *with)
{
  GList *entries = cusax_callmenus_buddy (buddy, &fake_phone, with);
  PurpleMenuAction *entry;

  g_assert_cmpuint (g_list_length (entries), ==, 1);
  entry = entries->data;
  g_assert_cmpstr (entry->label, ==, "Transfer call to here");
  ((void (*) (PurpleBlistNode *, gpointer)) entry->callback) (PURPLE_BLIST_NODE (buddy), entry->data);
  g_list_free_full (entries, (GDestroyNotify) purple_menu_action_free);
}

/* P12: from the contact list, blind to whom nobody has called yet, attended to whom one speaks with. */
static void
test_P12_buddy (void)
{
  CusaxCall *first, *second;

  setup (FALSE);
  g_assert_null (cusax_callmenus_buddy (carol, &fake_phone, NULL));
  first = add_call (1, "bob@example.org", CUSAX_CALL_RINGING, FALSE);
  g_assert_null (cusax_callmenus_buddy (carol, &fake_phone, NULL));
  first->state = CUSAX_CALL_ACTIVE;
  g_assert_null (cusax_callmenus_buddy (bob, &fake_phone, first));
  press_transfer (carol, NULL);
  check (trace, "transfer-click(1, carol@example.org) ");
  second = add_call (2, "carol@example.org", CUSAX_CALL_CALLING, FALSE);
  first->held = TRUE;
  g_assert_null (cusax_callmenus_buddy (carol, &fake_phone, second));
  second->state = CUSAX_CALL_RINGING;
  press_transfer (carol, second);
  check (first->trace, "transfer-to(2) ");
  second->state = CUSAX_CALL_ACTIVE;
  press_transfer (bob, first);
  check (second->trace, "transfer-to(1) ");
  check (trace, "");
  teardown ();
}

/* --------------------------------------------------------------- dialog */

static void
type_target (const char *target)
{
  purple_request_field_string_set_value (purple_request_fields_get_field (fake_dialog->fields, "target"),
                                         target);
}

static void
choose (const char *id, const char *item)
{
  PurpleRequestField *field = purple_request_fields_get_field (fake_dialog->fields, id);

  purple_request_field_list_clear_selected (field);
  purple_request_field_list_add_selected (field, item);
}

static void
test_P12_dialog (gconstpointer finch)
{
  CusaxCall *first, *second;

  setup (finch != NULL);
  cusax_transferdialog_show (account);
  check (trace, "error(Only a call that stands can be transferred.) ");
  first = add_call (1, "bob@example.org", CUSAX_CALL_ACTIVE, FALSE);
  cusax_transferdialog_show (account);
  g_assert_cmpstr (fake_dialog->title, ==, "Transfer call");
  g_assert_cmpstr (fake_dialog->primary, ==, "Where do you want to transfer the call #1 Bob B. to?");
  g_assert_cmpstr (fake_dialog->ok_text, ==, "Transfer");
  g_assert_false (fake_dialog_has ("call"));
  g_assert_false (fake_dialog_has ("other"));
  type_target ("7043");
  fake_dialog_press (TRUE);
  check (trace, "transfer-typed(1, 7043) ");
  cusax_transferdialog_show (account);
  fake_dialog_press (TRUE);
  check (trace, "error(Nothing was transferred: no address was given.) ");
  cusax_transferdialog_show (account);
  type_target ("?");
  fake_dialog_press (TRUE);
  check (trace, "transfer-typed(1, ?) error(No address.) ");
  cusax_transferdialog_show (account);
  fake_dialog_close_window ();
  check (trace, "");

  second = add_call (2, "carol@example.org", CUSAX_CALL_ACTIVE, TRUE);
  cusax_transferdialog_show (account);
  choose ("call", "2. #2 carol@example.org");
  choose ("other", "2. #1 Bob B.");
  fake_dialog_press (TRUE);
  check (second->trace, "transfer-to(1) ");
  cusax_transferdialog_show (account);
  choose ("other", "2. #1 Bob B.");
  fake_dialog_press (TRUE);
  check (trace, "error(A call cannot be transferred to itself.) ");
  cusax_transferdialog_show (account);
  choose ("call", "2. #2 carol@example.org");
  type_target ("7043");
  fake_dialog_press (TRUE);
  check (trace, "transfer-typed(2, 7043) ");
  cusax_transferdialog_show (account);
  purple_request_field_list_clear_selected (purple_request_fields_get_field (fake_dialog->fields, "call"));
  type_target ("7043");
  fake_dialog_press (TRUE);
  check (trace, "error(Nothing was transferred: no call was chosen.) ");
  /* It ended meanwhile. */
  cusax_transferdialog_show (account);
  g_ptr_array_remove (fake_phone.calls, first);
  type_target ("7043");
  fake_dialog_press (TRUE);
  check (trace, "error(The call that was to be transferred has ended.) ");
  cusax_transferdialog_show (account);
  cusax_transferdialog_show (account);
  cusax_transferdialog_forget (account);
  g_assert_null (fake_dialog);
  check (first->trace, "");
  fake_call_free (first);
  teardown ();
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  fake_chat_init ();
  trace = g_string_new (NULL);
  account = fake_purple_account ("alice@example.org");
  bob = purple_buddy_new (account, "bob@example.org", "Bob B.");
  carol = purple_buddy_new (account, "carol@example.org", NULL);
  purple_blist_add_buddy (bob, NULL, NULL, NULL);
  purple_blist_add_buddy (carol, NULL, NULL, NULL);
  purple_signal_connect (purple_accounts_get_handle (), "account-actions-changed", &told,
                         PURPLE_CALLBACK (on_actions_changed), NULL);

  g_test_add_func ("/callmenus/actions", test_actions);
  g_test_add_func ("/callmenus/too-late", test_too_late);
  g_test_add_func ("/callmenus/told", test_told);
  g_test_add_func ("/callmenus/P12-buddy", test_P12_buddy);
  g_test_add_data_func ("/callmenus/pidgin/P12-dialog", NULL, test_P12_dialog);
  g_test_add_data_func ("/callmenus/finch/P12-dialog", "finch", test_P12_dialog);
  result = g_test_run ();

  purple_signals_disconnect_by_handle (&told);
  g_string_free (trace, TRUE);
  fake_chat_shutdown ();
  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
