/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a call to a person: who may be chatted with after which question (R34), whose number it is, said in a
 * dialog, by a command or in the buddy menu; and who called last.
 */
#include "fakechat.h"

#include "callerchat.h"
#include "error.h"

#include <purple.h>
#include <string.h>

#define NUMBER "sip:+33177624339@example.org;user=phone"

static PurpleAccount *account;

static CusaxCall *
call_from (guint number, const char *uri, CusaxBindingGrade grade, const char *contact)
{
  CusaxCall *call = fake_call_new (number, CUSAX_CALL_ACTIVE, uri);

  call->peer = uri != NULL ? cusax_address_parse_uri (uri, NULL) : NULL;
  call->grade = grade;
  call->contact = contact;
  return call;
}

static void
hide (CusaxCall *call)
{
  call->caller = g_new0 (CusaxCallerId, 1);
  call->caller->is_anonymous = TRUE;
}

static void
setup (gboolean finch)
{
  fake_phone_reset ("alice@example.org");
  fake_dialogs_are_finch = finch;
  fake_dialogs_opened = 0;
  fake_chat_attached = NULL;
  fake_phone.directory = (CusaxDirectory *) &fake_phone;
}

static void
teardown (void)
{
  cusax_callerchat_forget (account);
  cusax_callerchat_forget (account);
  g_assert_null (fake_dialog);
  g_assert_null (cusax_callerchat_get_last_unknown (account));
  fake_phone_reset (NULL);
}

/* --------------------------------------------------------------- chat */

/* R34 */
static void
test_chat (gconstpointer finch)
{
  CusaxCall *strong = call_from (1, "sip:bob@example.org", CUSAX_BINDING_STRONG, "bob@example.org");
  CusaxCall *weak = call_from (2, "sip:x@other.example", CUSAX_BINDING_WEAK, "carol@other.example");
  CusaxCall *none = call_from (3, "sip:x@other.example", CUSAX_BINDING_NONE, NULL);
  CusaxCall *hidden = call_from (4, NULL, CUSAX_BINDING_STRONG, "bob@example.org");

  setup (finch != NULL);
  hide (hidden);
  g_assert_true (cusax_callerchat_can_chat (strong));
  g_assert_true (cusax_callerchat_can_chat (weak));
  g_assert_false (cusax_callerchat_can_chat (none));
  g_assert_false (cusax_callerchat_can_chat (hidden));

  cusax_callerchat_chat (account, none);
  cusax_callerchat_chat (account, hidden);
  fake_chat_check ("");
  cusax_callerchat_chat (account, strong);
  fake_chat_check ("chat(bob@example.org) ");
  g_assert_cmpuint (fake_dialogs_opened, ==, 0);

  cusax_callerchat_chat (account, weak);
  g_assert_cmpstr (fake_dialog->primary, ==, "Chat with carol@other.example?");
  g_assert_nonnull (strstr (fake_dialog->secondary, "x@other.example"));
  fake_dialog_press (FALSE);
  fake_chat_check ("");

  /* Whom the question named, whatever became of the call. */
  cusax_callerchat_chat (account, weak);
  weak->contact = "dave@other.example";
  fake_dialog_press (TRUE);
  fake_chat_check ("chat(carol@other.example) ");

  /* Asked twice, or closed by Escape, of which Pidgin tells nobody: one question stands, and sign-off ends it.
   */
  cusax_callerchat_chat (account, weak);
  cusax_callerchat_chat (account, weak);
  fake_dialog_close_window ();
  g_assert_null (fake_dialog);
  cusax_callerchat_chat (account, weak);
  cusax_callerchat_forget (account);
  g_assert_null (fake_dialog);
  fake_chat_check ("");

  fake_call_free (strong);
  fake_call_free (weak);
  fake_call_free (none);
  fake_call_free (hidden);
  teardown ();
}

/* -------------------------------------------------------- last unknown */

static void
test_last_unknown (void)
{
  CusaxCall *number = call_from (1, NUMBER, CUSAX_BINDING_NONE, NULL);
  CusaxCall *weak = call_from (2, "sip:x@other.example", CUSAX_BINDING_WEAK, "carol@other.example");
  CusaxCall *known = call_from (3, "sip:bob@example.org", CUSAX_BINDING_STRONG, "bob@example.org");
  CusaxCall *hidden = call_from (4, "sip:hidden@example.org", CUSAX_BINDING_NONE, NULL);
  CusaxCall *dialled = call_from (5, "sip:out@example.org", CUSAX_BINDING_NONE, NULL);

  setup (FALSE);
  hide (hidden);
  dialled->outgoing = TRUE;
  g_assert_null (cusax_callerchat_get_last_unknown (account));
  cusax_callerchat_note_call (account, known);
  g_assert_null (cusax_callerchat_get_last_unknown (account));
  cusax_callerchat_note_call (account, number);
  cusax_callerchat_note_call (account, known);
  cusax_callerchat_note_call (account, hidden);
  cusax_callerchat_note_call (account, dialled);
  g_assert_cmpstr (cusax_address_get_uri (cusax_callerchat_get_last_unknown (account)), ==, NUMBER);
  cusax_callerchat_note_call (account, weak);
  g_assert_cmpstr (cusax_address_get_uri (cusax_callerchat_get_last_unknown (account)), ==,
                   "sip:x@other.example");
  /* His card came. */
  weak->grade = CUSAX_BINDING_STRONG;
  cusax_callerchat_note_call (account, weak);
  g_assert_null (cusax_callerchat_get_last_unknown (account));

  fake_call_free (number);
  fake_call_free (weak);
  fake_call_free (known);
  fake_call_free (hidden);
  fake_call_free (dialled);
  teardown ();
}

/* ------------------------------------------------------------ attaching */

static void
type_buddy (const char *text)
{
  g_assert_true (fake_dialog_has ("buddy"));
  purple_request_field_string_set_value (purple_request_fields_get_field (fake_dialog->fields, "buddy"), text);
}

static void
test_attach_dialog (gconstpointer finch)
{
  g_autoptr (CusaxAddress) number = cusax_address_parse_uri (NUMBER, NULL);
  CusaxCall *call = call_from (1, NUMBER, CUSAX_BINDING_NONE, NULL);

  setup (finch != NULL);
  g_assert_true (cusax_callerchat_can_attach (call));
  cusax_callerchat_note_call (account, call);
  cusax_callerchat_attach (account, number, "carol@other.example");
  g_assert_cmpstr (fake_dialog->primary, ==, "Whose is +33177624339?");
  g_assert_cmpstr (purple_request_fields_get_string (fake_dialog->fields, "buddy"), ==, "carol@other.example");
  fake_dialog_press (FALSE);
  fake_chat_check ("");
  g_assert_nonnull (cusax_callerchat_get_last_unknown (account));

  /* Nobody of that name, and two of one name: asked again. Then an alias, in any case. */
  cusax_callerchat_attach (account, number, NULL);
  type_buddy ("nobody");
  fake_dialog_press (TRUE);
  fake_chat_check ("");
  g_assert_nonnull (strstr (fake_dialog->secondary, "no such buddy"));
  type_buddy (" Twin ");
  fake_dialog_press (TRUE);
  fake_chat_check ("");
  type_buddy ("bob B.");
  fake_dialog_press (TRUE);
  fake_chat_check ("attach(" NUMBER ", bob@example.org) ");
  g_assert_null (cusax_callerchat_get_last_unknown (account));

  /* Nothing typed, and a buddy who is a number himself. */
  cusax_callerchat_attach (account, number, NULL);
  type_buddy (NULL);
  fake_dialog_press (TRUE);
  g_assert_null (fake_dialog);
  cusax_callerchat_attach (account, number, NULL);
  type_buddy ("+33199");
  fake_dialog_press (TRUE);
  fake_dialog_press (FALSE);
  fake_chat_check ("");

  /* Signed off while the question stood. */
  cusax_callerchat_attach (account, number, "bob@example.org");
  cusax_callerchat_forget (account);
  g_assert_null (fake_dialog);
  fake_chat_check ("");
  fake_call_free (call);
  teardown ();
}

static void
test_can_attach (void)
{
  CusaxCall *known = call_from (1, "sip:bob@example.org", CUSAX_BINDING_STRONG, "bob@example.org");
  CusaxCall *hidden = call_from (2, NUMBER, CUSAX_BINDING_NONE, NULL);
  CusaxCall *unreadable = call_from (3, NULL, CUSAX_BINDING_NONE, NULL);

  hide (hidden);
  g_assert_false (cusax_callerchat_can_attach (known));
  g_assert_false (cusax_callerchat_can_attach (hidden));
  g_assert_false (cusax_callerchat_can_attach (unreadable));
  fake_call_free (known);
  fake_call_free (hidden);
  fake_call_free (unreadable);
}

static void
assert_typed (const char *text, const char *expected, const char *trace)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *done = cusax_callerchat_attach_typed (account, text, &error);

  g_assert_true ((done != NULL) == (error == NULL));
  g_assert_cmpstr (done != NULL ? done : error->message, ==, expected);
  fake_chat_check (trace);
}

static void
test_typed (void)
{
  CusaxCall *first = call_from (1, NUMBER, CUSAX_BINDING_NONE, NULL);
  CusaxCall *second = call_from (2, "sip:x@other.example", CUSAX_BINDING_WEAK, "carol@other.example");
  CusaxCall *hidden = call_from (3, NUMBER, CUSAX_BINDING_NONE, NULL);
  g_autofree char *blanks = g_strnfill (5000, ' ');
  g_autofree char *long_text = g_strconcat ("x", blanks, "bob@example.org", NULL);

  setup (FALSE);
  hide (hidden);
  assert_typed (" ", "Say whose the number is: /attach buddy, /attach #1 buddy or /attach number buddy.", "");
  assert_typed ("bob@example.org", "Nobody unknown has called: write the number before the buddy.", "");
  assert_typed ("+33 1 77.62.43.39 Bob B.", "Calls from +33177624339 belong to bob@example.org from now on.",
                "attach(" NUMBER ", bob@example.org) ");
  assert_typed ("x@other.example carol@other.example",
                "Calls from x@other.example belong to carol@other.example from now on.",
                "attach(sip:x@other.example, carol@other.example) ");
  assert_typed ("+33177624339 nobody", "There is no such buddy, or more than one: write the chat address.", "");
  assert_typed ("<b> bob@example.org", "“<b>” is neither a telephone number nor an address.", "");
  assert_typed ("\xff bob@example.org",
                "Say whose the number is: /attach buddy, /attach #1 buddy or /attach number buddy.", "");
  assert_typed (long_text, "There is no such buddy, or more than one: write the chat address.", "");

  g_ptr_array_add (fake_phone.calls, first);
  g_ptr_array_add (fake_phone.calls, hidden);
  assert_typed ("bob@example.org", "Calls from +33177624339 belong to bob@example.org from now on.",
                "attach(" NUMBER ", bob@example.org) ");
  g_ptr_array_add (fake_phone.calls, second);
  assert_typed ("bob@example.org", "There are several calls: say which one, for example #2. /calls lists them.",
                "");
  assert_typed ("#2 bob@example.org", "Calls from x@other.example belong to bob@example.org from now on.",
                "attach(sip:x@other.example, bob@example.org) ");
  assert_typed ("#3 bob@example.org", "The call #3 has no number.", "");
  assert_typed ("#4 bob@example.org", "There is no call #4.", "");

  g_ptr_array_set_size (fake_phone.calls, 0);
  cusax_callerchat_note_call (account, second);
  assert_typed ("bob@example.org", "Calls from x@other.example belong to bob@example.org from now on.",
                "attach(sip:x@other.example, bob@example.org) ");
  assert_typed ("bob@example.org", "Nobody unknown has called: write the number before the buddy.", "");
  fake_connection = NULL;
  assert_typed ("bob@example.org",
                "Say whose the number is: /attach buddy, /attach #1 buddy or /attach number buddy.", "");
  fake_call_free (first);
  fake_call_free (second);
  fake_call_free (hidden);
  teardown ();
}

/* ----------------------------------------------------------- buddy menu */

/* Runs the entry @label of the menu of @name; FALSE if there is none. NULL: the menu must be empty. */
static gboolean
run_menu (const char *name, const char *label)
{
  PurpleBuddy *buddy = purple_find_buddy (account, name);
  GList *entries = cusax_callerchat_menu (buddy);
  gboolean found = FALSE;

  g_assert_true (label != NULL || entries == NULL);
  for (GList *at = entries; at != NULL; at = at->next)
    {
      PurpleMenuAction *entry = at->data;

      if (!found && g_strcmp0 (entry->label, label) == 0)
        {
          ((void (*) (PurpleBlistNode *, gpointer)) entry->callback) (PURPLE_BLIST_NODE (buddy), entry->data);
          found = TRUE;
        }
      purple_menu_action_free (entry);
    }
  g_list_free (entries);
  return found;
}

static void
test_menu (gconstpointer finch)
{
  static const char *const attached[] = { "sip:a_b@other.example", NUMBER, NULL };
  CusaxCall *call = call_from (1, "sip:a_b@other.example", CUSAX_BINDING_NONE, NULL);

  setup (finch != NULL);
  run_menu ("bob@example.org", NULL);
  cusax_callerchat_note_call (account, call);
  /* The host of this program is none that reads "_" as a mark, see cusax_words_menu_label (). */
  g_assert_true (run_menu ("bob@example.org", "Attach a_b@other.example to this contact..."));
  g_assert_cmpstr (purple_request_fields_get_string (fake_dialog->fields, "buddy"), ==, "bob@example.org");
  fake_dialog_press (TRUE);
  fake_chat_check ("attach(sip:a_b@other.example, bob@example.org) ");
  run_menu ("bob@example.org", NULL);
  run_menu ("+33199", NULL);

  /* An address as long as he likes does not make the menus of all buddies wide. */
  g_autofree char *user = g_strnfill (200, 'a');
  g_autofree char *uri = g_strdup_printf ("sip:%s@other.example", user);
  CusaxCall *long_call = call_from (2, uri, CUSAX_BINDING_NONE, NULL);
  cusax_callerchat_note_call (account, long_call);
  GList *entries = cusax_callerchat_menu (purple_find_buddy (account, "bob@example.org"));
  g_assert_cmpuint (g_list_length (entries), ==, 1);
  g_assert_cmpint (g_utf8_strlen (((PurpleMenuAction *) entries->data)->label, -1), <, 120);
  g_assert_true (g_str_has_suffix (((PurpleMenuAction *) entries->data)->label,
                                   "@other.example to this contact..."));
  g_list_free_full (entries, (GDestroyNotify) purple_menu_action_free);
  fake_call_free (long_call);

  /* His already, though nobody vouches for the call. */
  cusax_callerchat_note_call (account, call);
  fake_chat_attached = attached;
  g_assert_false (run_menu ("bob@example.org", "Attach a_b@other.example to this contact..."));
  g_assert_true (run_menu ("bob@example.org", "Detach a number..."));
  g_assert_cmpstr (fake_dialog_label ("0"), ==, "a_b@other.example");
  g_assert_cmpstr (fake_dialog_label ("1"), ==, "+33177624339");
  fake_dialog_tick ("1");
  fake_dialog_press (TRUE);
  fake_chat_check ("attach(" NUMBER ", nobody) ");
  g_assert_true (run_menu ("bob@example.org", "Detach a number..."));
  fake_dialog_tick ("1");
  fake_dialog_close_window ();
  fake_chat_check ("");
  fake_call_free (call);
  teardown ();
}

static void
add_buddy (const char *name, const char *alias)
{
  purple_blist_add_buddy (purple_buddy_new (account, name, alias), NULL, NULL, NULL);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  fake_chat_init ();
  account = fake_purple_account ("alice@example.org");
  add_buddy ("bob@example.org", "Bob B.");
  add_buddy ("carol@other.example", "Carol");
  add_buddy ("twin@example.org", "Twin");
  add_buddy ("twin@other.example", "Twin");
  add_buddy ("+33199", NULL);

  g_test_add_data_func ("/callerchat/pidgin/R34-chat", NULL, test_chat);
  g_test_add_data_func ("/callerchat/finch/R34-chat", "finch", test_chat);
  g_test_add_func ("/callerchat/last-unknown", test_last_unknown);
  g_test_add_data_func ("/callerchat/pidgin/attach", NULL, test_attach_dialog);
  g_test_add_data_func ("/callerchat/finch/attach", "finch", test_attach_dialog);
  g_test_add_func ("/callerchat/can-attach", test_can_attach);
  g_test_add_func ("/callerchat/typed", test_typed);
  g_test_add_data_func ("/callerchat/pidgin/menu", NULL, test_menu);
  g_test_add_data_func ("/callerchat/finch/menu", "finch", test_menu);
  result = g_test_run ();

  fake_chat_shutdown ();
  fake_purple_stop ();
  return result;
}
