/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The slash commands: what is taken as what, and which call is meant. What they lead to is a trace. */
#include "fakephone.h"

#include "callerchat.h"
#include "commands.h"
#include "conferences.h"
#include "dialling.h"
#include "error.h"
#include "notices.h"

#include <purple.h>
#include <string.h>

static PurpleAccount *account;
static PurpleConversation *with_bob, *room;
static GString *lines; /* what conversations got, one per line */
static GString *trace; /* what was asked of others */
static gboolean refuses;

/* ---------------------------------------------------------------- others */

static gboolean
trace_call (const char *what, const char *argument, GError **error)
{
  g_string_append_printf (trace, "%s(%s) ", what, argument);
  if (!refuses)
    return TRUE;
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "No <way>.");
  return FALSE;
}

gboolean
cusax_dialling_click (PurpleAccount *of, const char *who, GError **error)
{
  return trace_call ("click", who, error);
}

gboolean
cusax_dialling_typed (PurpleAccount *of, const char *text, GError **error)
{
  return trace_call ("typed", text, error);
}

gboolean
cusax_callerchat_can_chat (CusaxCall *call)
{
  return call->contact != NULL;
}

void
cusax_callerchat_chat (PurpleAccount *of, CusaxCall *call)
{
  trace_call ("chat", call->contact, NULL);
}

char *
cusax_callerchat_attach_typed (PurpleAccount *of, const char *text, GError **error)
{
  return trace_call ("attach", text, error) ? g_strdup ("Attached.") : NULL;
}

gboolean
cusax_conferences_join_audio (PurpleAccount *of, const char *name, GError **error)
{
  return trace_call ("join-audio", name, error);
}

char *
cusax_conferences_list_people (PurpleAccount *of, const char *name)
{
  return g_strdup_printf ("people of %s", name != NULL ? name : "the call");
}

char *
cusax_notices_status_text (PurpleAccount *of)
{
  return g_strdup ("Telephony: signed in.\nChat: signed in.");
}

/* ----------------------------------------------------------------- host */

static void
write_conversation (PurpleConversation *conversation, const char *name, const char *alias, const char *message,
                    PurpleMessageFlags flags, time_t mtime)
{
  g_string_append_printf (lines, "%s\n", message);
}

static PurpleConversationUiOps conversation_ops = { .write_conv = write_conversation };

static void
check_lines (const char *expected)
{
  g_assert_cmpstr (lines->str, ==, expected);
  g_string_truncate (lines, 0);
}

static void
check_trace (const char *expected)
{
  g_assert_cmpstr (trace->str, ==, expected);
  g_string_truncate (trace, 0);
}

static char *
run_in (PurpleConversation *conversation, const char *line)
{
  g_autofree char *markup = g_markup_escape_text (line, -1);
  char *error = NULL;
  PurpleCmdStatus status = purple_cmd_do_command (conversation, line, markup, &error);

  if (status == PURPLE_CMD_STATUS_OK)
    {
      g_assert_null (error);
      return g_strdup ("ok");
    }
  g_assert_cmpint (status, ==, PURPLE_CMD_STATUS_FAILED);
  return error;
}

static void
assert_run_in (PurpleConversation *conversation, const char *line, const char *expected)
{
  g_autofree char *result = run_in (conversation, line);

  g_assert_cmpstr (result, ==, expected);
}

static void
assert_run (const char *line, const char *expected)
{
  assert_run_in (with_bob, line, expected);
}

static void
setup (void)
{
  fake_phone_reset ("alice@example.org");
  fake_phone.chat_up = TRUE;
  fake_purple_connect (account, TRUE);
  with_bob = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, "bob@example.org");
  room = serv_got_joined_chat (purple_account_get_connection (account), 1, "room@conference.example.org");
  refuses = FALSE;
  g_string_truncate (lines, 0);
  cusax_commands_register (cusax_connection_get_plugin ());
}

static void
teardown (void)
{
  cusax_commands_unregister ();
  cusax_commands_unregister ();
  g_clear_pointer (&with_bob, purple_conversation_destroy);
  g_clear_pointer (&room, purple_conversation_destroy);
  fake_purple_connect (account, FALSE);
  fake_phone_reset (NULL);
}

/* --------------------------------------------------------------- dialling */

/* R28: what is typed is typed; R25: without a target the conversation's contact is clicked. */
static void
test_dial (void)
{
  setup ();
  assert_run ("dial bob@example.org", "ok");
  assert_run ("dial  +33 1 77 62 43 39 ", "ok");
  assert_run ("call", "ok");
  assert_run ("call 7042", "ok");
  check_trace ("typed(bob@example.org) typed(+33 1 77 62 43 39) click(bob@example.org) typed(7042) ");
  assert_run ("dial", "Say whom to call: a number, a SIP address or a contact.");
  assert_run_in (room, "call", "Say whom to call: a number, a SIP address or a contact.");
  check_trace ("");
  refuses = TRUE;
  assert_run ("dial bob@example.org", "No &lt;way&gt;.");
  assert_run ("call", "No &lt;way&gt;.");
  check_trace ("typed(bob@example.org) click(bob@example.org) ");
  fake_connection = NULL;
  assert_run ("dial 1", "Telephony: off.");
  check_trace ("");
  teardown ();
}

/* #n names a call; without it the only one that fits, or the active one. */
static void
test_call_numbers (void)
{
  CusaxCall *first = fake_call_new (1, CUSAX_CALL_ACTIVE, "bob@example.org");
  CusaxCall *second = fake_call_new (2, CUSAX_CALL_INCOMING, "+33177624339");

  setup ();
  assert_run ("hangup", "There is no call.");
  assert_run ("answer", "No call is ringing.");
  g_ptr_array_add (fake_phone.calls, first);
  assert_run ("answer", "No call is ringing.");
  assert_run ("answer #1", "No call is ringing.");
  g_ptr_array_add (fake_phone.calls, second);
  assert_run ("answer", "ok");
  assert_run ("decline #2", "ok");
  assert_run ("hangup", "ok");
  assert_run ("hangup #2", "ok");
  assert_run ("hangup 1", "ok");
  assert_run ("hangup #3", "There is no call #3.");
  assert_run ("hangup #0", "Write the number of a call as #1, or nothing. /calls lists them.");
  assert_run ("hangup #99999999999", "Write the number of a call as #1, or nothing. /calls lists them.");
  assert_run ("hold", "ok");
  assert_run ("resume", "The call is not on hold.");
  assert_run ("hold #2", "No call is active.");
  assert_run ("mute", "ok");
  assert_run ("unmute now", "This command takes nothing behind it.");
  g_assert_cmpstr (first->trace->str, ==, "hang-up hang-up hold mute ");
  g_assert_cmpstr (second->trace->str, ==, "answer decline(0) hang-up ");
  first->state = CUSAX_CALL_CALLING;
  assert_run ("hangup", "There are several calls: say which one, for example #2. /calls lists them.");
  fake_call_free (first);
  fake_call_free (second);
  teardown ();
}

static void
test_lists (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_ACTIVE, "bob@example.org");

  setup ();
  assert_run ("calls", "ok");
  check_lines ("There is no call.\n");
  call->grade = CUSAX_BINDING_STRONG;
  call->contact = "bob@example.org";
  g_ptr_array_add (fake_phone.calls, call);
  assert_run ("calls", "ok");
  check_lines ("#1 Bob &amp; Co: in call, not encrypted\n");
  fake_phone.state = CUSAX_PHONE_UP;
  assert_run ("phone", "ok");
  check_lines ("Telephony: signed in.<br>Chat: signed in.\n");
  call->codec = "opus/48000";
  assert_run ("stats", "ok");
  g_assert_nonnull (strstr (lines->str, "<br>Codec: opus/48000<br>Packets sent: 50 ("));
  fake_call_free (call);
  teardown ();
}

/* R29: in the list as in the dialog; a name that the person gave to a number is not for whoever writes that number into
 * a From header, and who hides has none. */
static void
test_R29_calls (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_INCOMING, "+33177624339");

  setup ();
  purple_blist_add_buddy (purple_buddy_new (account, "+33177624339", "Mum"), NULL, NULL, NULL);
  call->peer = cusax_address_parse_target ("+33177624339", "example.org", NULL);
  call->display_name = "Dr. <No>";
  g_ptr_array_add (fake_phone.calls, call);
  assert_run ("calls", "ok");
  check_lines ("#1 “Dr. &lt;No&gt;” (+33177624339): ringing here\n");
  call->caller = g_new0 (CusaxCallerId, 1);
  call->caller->is_anonymous = TRUE;
  assert_run ("calls", "ok");
  check_lines ("#1 somebody who hides the number: ringing here\n");
  purple_blist_remove_buddy (purple_find_buddy (account, "+33177624339"));
  fake_call_free (call);
  teardown ();
}

/* ---------------------------------------------------------------- people */

/* R34: the chat of a call; R31: which number is whose. */
static void
test_people (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_INCOMING, "+33177624339");

  setup ();
  g_ptr_array_add (fake_phone.calls, call);
  assert_run ("chat", "It is not known whose chat belongs to a call.");
  call->contact = "bob@example.org";
  assert_run ("chat #1", "ok");
  assert_run ("attach  #1 bob@example.org ", "ok");
  check_trace ("chat(bob@example.org) attach(#1 bob@example.org) ");
  check_lines ("Attached.\n");
  refuses = TRUE;
  assert_run ("attach bob", "No &lt;way&gt;.");
  check_trace ("attach(bob) ");
  fake_call_free (call);
  teardown ();
}

/* R40, R41: a room's bridge is dialled on request only, and only from the room. */
static void
test_rooms (void)
{
  setup ();
  assert_run ("people", "ok");
  assert_run_in (room, "people", "ok");
  check_lines ("people of the call\npeople of room@conference.example.org\n");
  assert_run ("joinaudio", "This is not a chat room.");
  assert_run_in (room, "joinaudio now", "This command takes nothing behind it.");
  check_trace ("");
  assert_run_in (room, "joinaudio", "ok");
  check_trace ("join-audio(room@conference.example.org) ");
  teardown ();
}

/* Finch has a /call of its own. */
static void
test_finch_owns_call (void)
{
  g_autofree char *error = NULL;

  setup ();
  g_assert_cmpint (purple_cmd_do_command (with_bob, "call", "call", &error), ==, PURPLE_CMD_STATUS_NOT_FOUND);
  assert_run ("dial bob@example.org", "ok");
  check_trace ("typed(bob@example.org) ");
  teardown ();
}

/* libpurple knows its user interface from the start to the end: one run for each ("finch" behind the options).
 */
int
main (int argc, char **argv)
{
  gboolean finch;
  int result;

  g_test_init (&argc, &argv, NULL);
  finch = argc > 1 && g_str_equal (argv[1], "finch");
  fake_purple_start (finch ? "gnt-purple" : "test");
  purple_conversations_set_ui_ops (&conversation_ops);
  purple_prefs_set_bool ("/purple/logging/log_ims", FALSE);
  purple_prefs_set_bool ("/purple/logging/log_chats", FALSE);
  purple_prefs_set_bool ("/purple/logging/log_system", FALSE);
  lines = g_string_new (NULL);
  trace = g_string_new (NULL);
  account = fake_purple_account ("alice@example.org");
  purple_blist_add_buddy (purple_buddy_new (account, "bob@example.org", "Bob & Co"), NULL, NULL, NULL);

  if (finch)
    g_test_add_func ("/finch/call", test_finch_owns_call);
  else
    {
      g_test_add_func ("/commands/dial", test_dial);
      g_test_add_func ("/commands/call-numbers", test_call_numbers);
      g_test_add_func ("/commands/lists", test_lists);
      g_test_add_func ("/commands/R29-calls", test_R29_calls);
      g_test_add_func ("/commands/people", test_people);
      g_test_add_func ("/commands/rooms", test_rooms);
    }
  result = g_test_run ();

  g_string_free (lines, TRUE);
  g_string_free (trace, TRUE);
  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
