/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said where: lines in conversations, one window for the first failure of a kind, one for missed calls;
 * and the slash commands that lead to calls. */
#include "fakephone.h"

#include "commands.h"
#include "error.h"
#include "notices.h"

#include <purple.h>
#include <string.h>

static PurpleAccount *account;
static PurpleConversation *with_bob;
static GString *lines;    /* what conversations got, one per line */
static GPtrArray *windows; /* "title|primary|secondary", open ones */
static guint window_count;

/* ----------------------------------------------------------------- host */

static void
write_conversation (PurpleConversation *conversation, const char *name, const char *alias, const char *message,
                    PurpleMessageFlags flags, time_t mtime)
{
  g_assert_true (flags & PURPLE_MESSAGE_SYSTEM);
  g_assert_cmpint (mtime, >, 0);
  g_string_append_printf (lines, "%s\n", message);
}

static PurpleConversationUiOps conversation_ops = { .write_conv = write_conversation };

static void *
notify_message (PurpleNotifyMsgType type, const char *title, const char *primary, const char *secondary)
{
  char *window = g_strdup_printf ("%s|%s|%s", title, primary, secondary);

  window_count++;
  g_ptr_array_add (windows, window);
  return window;
}

static void
close_notify (PurpleNotifyType type, void *handle)
{
  g_assert_true (g_ptr_array_remove (windows, handle));
}

static PurpleNotifyUiOps notify_ops = { .notify_message = notify_message, .close_notify = close_notify };

static void
spin (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
assert_lines (const char *expected)
{
  spin ();
  g_assert_cmpstr (lines->str, ==, expected);
  g_string_truncate (lines, 0);
}

static void
setup (gboolean talking)
{
  fake_phone_reset ("alice@example.org");
  fake_phone.chat_up = TRUE;
  fake_phone.server = "sip.example.org";
  fake_purple_connect (account, TRUE);
  g_string_truncate (lines, 0);
  window_count = 0;
  if (talking)
    with_bob = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, "bob@example.org");
}

static void
teardown (void)
{
  g_clear_pointer (&with_bob, purple_conversation_destroy);
  cusax_notices_forget (account);
  cusax_notices_forget (account);
  g_assert_cmpuint (windows->len, ==, 0);
  fake_purple_connect (account, FALSE);
  fake_phone_reset (NULL);
}

static void
set_phone (CusaxPhoneState state, int code)
{
  g_clear_error (&fake_phone.error);
  fake_phone.state = state;
  if (state == CUSAX_PHONE_WAITING || state == CUSAX_PHONE_REFUSED)
    fake_phone.error = g_error_new_literal (CUSAX_ERROR, code, "detail");
  cusax_notices_state (account, &fake_phone);
}

/* ---------------------------------------------------------------- state */

/* Issue: "chat works, the account says telephony was refused by which server, and no storm". */
static void
test_refused_once (void)
{
  setup (TRUE);
  set_phone (CUSAX_PHONE_SIGNING_IN, 0);
  set_phone (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CREDENTIALS);
  set_phone (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CREDENTIALS);
  assert_lines ("Chat: signed in.\nTelephony: sip.example.org refused the password. Chat works.\n");
  g_assert_cmpuint (window_count, ==, 1);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (windows, 0),
                                   "Telephony|Telephony: sip.example.org refused the password. Chat works.|"));
  /* Put right: the window goes. Wrong again later: that is news. */
  set_phone (CUSAX_PHONE_UP, 0);
  g_assert_cmpuint (windows->len, ==, 0);
  set_phone (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CREDENTIALS);
  g_assert_cmpuint (window_count, ==, 2);
  teardown ();
}

/* A network that comes and goes: one window, a line for each change, none for each try. */
static void
test_flapping (void)
{
  setup (TRUE);
  for (int i = 0; i < 3; i++)
    {
      for (int try = 0; try < 4; try++)
        {
          set_phone (CUSAX_PHONE_SIGNING_IN, 0);
          set_phone (CUSAX_PHONE_WAITING, CUSAX_ERROR_UNREACHABLE);
        }
      set_phone (CUSAX_PHONE_UP, 0);
      set_phone (CUSAX_PHONE_UP, 0);
    }
  g_assert_cmpuint (window_count, ==, 1);
  assert_lines ("Chat: signed in.\n"
                "Telephony: sip.example.org cannot be reached. Chat works.\nTelephony: signed in.\n"
                "Telephony: sip.example.org cannot be reached. Chat works.\nTelephony: signed in.\n"
                "Telephony: sip.example.org cannot be reached. Chat works.\nTelephony: signed in.\n");
  teardown ();
}

/* Without any network the host has its own words; ours wait until chat is back. */
static void
test_both_down (void)
{
  setup (FALSE);
  fake_phone.chat_up = FALSE;
  set_phone (CUSAX_PHONE_WAITING, CUSAX_ERROR_NO_HOST);
  set_phone (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CREDENTIALS);
  g_assert_cmpuint (window_count, ==, 0);
  fake_phone.chat_up = TRUE;
  set_phone (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CREDENTIALS);
  g_assert_cmpuint (window_count, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (windows, 0), "refused the password. Chat works."));
  teardown ();
}

static void
test_chat_lost (void)
{
  setup (TRUE);
  set_phone (CUSAX_PHONE_UP, 0);
  fake_phone.chat_up = FALSE;
  set_phone (CUSAX_PHONE_UP, 0);
  fake_phone.chat_up = TRUE;
  set_phone (CUSAX_PHONE_UP, 0);
  assert_lines ("Chat: signed in.\nTelephony: signed in.\nChat: not connected.\nChat: signed in.\n");
  teardown ();
}

static void
test_status_text (void)
{
  g_autofree char *known = NULL;
  g_autofree char *unknown = NULL;

  setup (FALSE);
  fake_phone.state = CUSAX_PHONE_UP;
  known = cusax_notices_status_text (account);
  g_assert_cmpstr (known, ==, "Telephony: signed in.\nChat: signed in.");
  fake_connection = NULL;
  unknown = cusax_notices_status_text (account);
  g_assert_cmpstr (unknown, ==, "Telephony: off.");
  teardown ();
}

/* ---------------------------------------------------------------- calls */

static void
change (CusaxCall *call, CusaxCallState state)
{
  call->state = state;
  cusax_notices_call (account, &fake_phone, call);
}

static void
finish (CusaxCall *call, CusaxCallEnd end)
{
  call->end = end;
  change (call, CUSAX_CALL_ENDED);
  fake_call_free (call);
}

static void
test_outgoing (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_PREPARING, "bob@example.org");

  setup (TRUE);
  call->outgoing = TRUE;
  change (call, CUSAX_CALL_PREPARING);
  change (call, CUSAX_CALL_CALLING);
  change (call, CUSAX_CALL_RINGING);
  call->secure = TRUE;
  change (call, CUSAX_CALL_ACTIVE);
  change (call, CUSAX_CALL_ACTIVE);
  call->held = TRUE;
  change (call, CUSAX_CALL_ACTIVE);
  call->held = FALSE;
  call->remote_held = TRUE;
  change (call, CUSAX_CALL_ACTIVE);
  call->remote_held = FALSE;
  change (call, CUSAX_CALL_ACTIVE);
  cusax_notices_silence (account, &fake_phone, call, 8);
  call->seconds = 187;
  finish (call, CUSAX_CALL_END_REMOTE);
  assert_lines ("Calling Bob &amp; Co.\nThe phone of Bob &amp; Co is ringing.\nIn call with Bob &amp; Co, encrypted.\n"
                "The call with Bob &amp; Co is on hold. Type /resume to go on.\nThe call with Bob &amp; Co goes on.\n"
                "Bob &amp; Co has put the call on hold.\nBob &amp; Co has resumed the call.\n"
                "Nothing has been heard from Bob &amp; Co for 8 seconds.\n"
                "Bob &amp; Co has hung up after 3:07.\n");
  g_assert_cmpuint (window_count, ==, 0);
  teardown ();
}

/* A name from the network is no markup. */
static void
test_markup (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_INCOMING, "+33177624339");
  PurpleConversation *conversation;

  setup (FALSE);
  conversation = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, "+33177624339");
  call->display_name = "<a href='http://evil.example'>Bob</a>";
  change (call, CUSAX_CALL_INCOMING);
  g_assert_null (strchr (lines->str, '<'));
  g_assert_nonnull (strstr (lines->str, "&lt;a href="));
  finish (call, CUSAX_CALL_END_DECLINED_HERE);
  purple_conversation_destroy (conversation);
  teardown ();
}

/* Nobody had a conversation open: one window counts, and closing it starts afresh. */
static void
test_missed (void)
{
  setup (FALSE);
  for (guint i = 1; i <= 12; i++)
    {
      CusaxCall *call = fake_call_new (i, CUSAX_CALL_INCOMING, "bob@example.org");

      change (call, CUSAX_CALL_INCOMING);
      finish (call, CUSAX_CALL_END_MISSED);
      g_assert_cmpuint (windows->len, ==, 1);
    }
  g_assert_true (g_str_has_prefix (g_ptr_array_index (windows, 0), "Missed calls|12 missed calls|"));
  purple_notify_close (PURPLE_NOTIFY_MESSAGE, g_ptr_array_index (windows, 0));
  g_assert_cmpuint (windows->len, ==, 0);
  finish (fake_call_new (13, CUSAX_CALL_INCOMING, "bob@example.org"), CUSAX_CALL_END_MISSED);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (windows, 0), "Missed calls|1 missed call|"));
  assert_lines ("");
  teardown ();
}

static void
test_ends_without_conversation (void)
{
  static const struct
  {
    CusaxCallEnd end;
    guint windows;
  } rows[] = { { CUSAX_CALL_END_BUSY, 1 },   { CUSAX_CALL_END_NO_ANSWER, 1 },     { CUSAX_CALL_END_LOCAL, 0 },
               { CUSAX_CALL_END_REMOTE, 1 }, { CUSAX_CALL_END_NOT_PROTECTED, 1 }, { CUSAX_CALL_END_NETWORK, 1 },
               { CUSAX_CALL_END_ELSEWHERE, 1 } };

  setup (FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CusaxCall *call = fake_call_new (1, CUSAX_CALL_CALLING, "bob@example.org");

      window_count = 0;
      call->outgoing = TRUE;
      finish (call, rows[i].end);
      g_assert_cmpuint (window_count, ==, rows[i].windows);
      g_assert_cmpuint (windows->len, <=, 1);
    }
  teardown ();
}

/* purple-ui.md 3.4: nothing is written into a conversation that is being closed. */
static void
on_deleting (PurpleConversation *conversation, gpointer data)
{
  finish (data, CUSAX_CALL_END_LOCAL);
  g_assert_cmpuint (lines->len, ==, 0);
}

static void
test_end_while_closing (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_ACTIVE, "bob@example.org");
  static int handle;

  setup (TRUE);
  change (call, CUSAX_CALL_ACTIVE);
  g_string_truncate (lines, 0);
  purple_signal_connect (purple_conversations_get_handle (), "deleting-conversation", &handle,
                         PURPLE_CALLBACK (on_deleting), call);
  g_clear_pointer (&with_bob, purple_conversation_destroy);
  purple_signals_disconnect_by_handle (&handle);
  assert_lines ("");
  teardown ();
}

/* Forgotten while a line waits and a call stands. */
static void
test_forget (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_ACTIVE, "bob@example.org");
  CusaxCall *ended = fake_call_new (2, CUSAX_CALL_ENDED, "bob@example.org");

  setup (TRUE);
  change (call, CUSAX_CALL_ACTIVE);
  g_string_truncate (lines, 0);
  ended->end = CUSAX_CALL_END_REMOTE;
  change (ended, CUSAX_CALL_ENDED);
  teardown ();
  assert_lines ("");
  fake_call_free (call);
  fake_call_free (ended);
}

/* ------------------------------------------------------------- commands */

static char *
run (const char *line)
{
  g_autofree char *markup = g_markup_escape_text (line, -1);
  char *error = NULL;
  PurpleCmdStatus status = purple_cmd_do_command (with_bob, line, markup, &error);

  if (status == PURPLE_CMD_STATUS_OK)
    {
      g_assert_null (error);
      return g_strdup ("ok");
    }
  g_assert_cmpint (status, ==, PURPLE_CMD_STATUS_FAILED);
  return error;
}

static void
assert_run (const char *line, const char *expected)
{
  g_autofree char *result = run (line);

  g_assert_cmpstr (result, ==, expected);
}

static void
setup_commands (void)
{
  setup (TRUE);
  cusax_commands_register (cusax_connection_get_plugin ());
}

static void
teardown_commands (void)
{
  cusax_commands_unregister ();
  cusax_commands_unregister ();
  teardown ();
}

static void
test_dial (void)
{
  setup_commands ();
  assert_run ("dial bob@example.org", "ok");
  g_assert_cmpstr (fake_phone.dialled, ==, "sip:bob@example.org bob@example.org");
  assert_run ("call", "ok");
  assert_run ("dial  +33 1 77 62 43 39 ", "ok");
  g_assert_cmpstr (fake_phone.dialled, ==, "sip:+33177624339@example.org;user=phone +33177624339");
  assert_run ("dial", "Say whom to call: a number, a SIP address or a contact.");
  assert_run ("dial <b>", "“&lt;b&gt;” is neither a telephone number nor an address.");
  assert_run ("dial dave@other.example",
              "dave@other.example is a chat address of another service. If it is a SIP address too, type sip: before it.");

  fake_phone.dial_error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_BUSY, "1 of 1");
  assert_run ("call", "The line is in use: hang up first.");
  fake_phone.dial_error->code = CUSAX_ERROR_OFFLINE;
  fake_phone.state = CUSAX_PHONE_SIGNING_IN;
  assert_run ("call", "Telephony: signing in.");
  fake_connection = NULL;
  assert_run ("dial 1", "Telephony: off.");
  teardown_commands ();
}

/* #n names a call; without it the only one that fits, or the active one. */
static void
test_call_numbers (void)
{
  CusaxCall *first = fake_call_new (1, CUSAX_CALL_ACTIVE, "bob@example.org");
  CusaxCall *second = fake_call_new (2, CUSAX_CALL_INCOMING, "+33177624339");

  setup_commands ();
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
  teardown_commands ();
}

static void
test_lists (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_ACTIVE, "bob@example.org");

  setup_commands ();
  assert_run ("calls", "ok");
  assert_lines ("There is no call.\n");
  g_ptr_array_add (fake_phone.calls, call);
  assert_run ("calls", "ok");
  assert_lines ("#1 Bob &amp; Co: in call, not encrypted\n");
  fake_phone.state = CUSAX_PHONE_UP;
  assert_run ("phone", "ok");
  assert_lines ("Telephony: signed in.<br>Chat: signed in.\n");
  call->codec = "opus/48000";
  assert_run ("stats", "ok");
  g_assert_nonnull (strstr (lines->str, "<br>Codec: opus/48000<br>Packets sent: 50 ("));
  fake_call_free (call);
  teardown_commands ();
}

/* ---------------------------------------------------------------- Finch */

/* Finch has no other place for words than a conversation, which needs a connection; and it owns /call. */
static void
test_finch (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_INCOMING, "bob@example.org");

  setup (FALSE);
  fake_purple_connect (account, FALSE);
  change (call, CUSAX_CALL_INCOMING);
  assert_lines ("");
  fake_purple_connect (account, TRUE);
  change (call, CUSAX_CALL_ACTIVE);
  assert_lines ("In call with Bob &amp; Co, not encrypted.\n"
                "Type /hangup to end it. Tab leaves the button.\n");
  with_bob = purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, "bob@example.org", account);
  g_assert_nonnull (with_bob);
  finish (call, CUSAX_CALL_END_REMOTE);
  assert_lines ("Bob &amp; Co has hung up.\n");
  teardown ();
}

static void
test_finch_owns_call (void)
{
  g_autofree char *error = NULL;

  setup_commands ();
  g_assert_cmpint (purple_cmd_do_command (with_bob, "call", "call", &error), ==, PURPLE_CMD_STATUS_NOT_FOUND);
  assert_run ("dial bob@example.org", "ok");
  teardown_commands ();
}

static void
add_finch_tests (void)
{
  g_test_add_func ("/finch/conversation", test_finch);
  g_test_add_func ("/finch/call", test_finch_owns_call);
}

static void
add_tests (void)
{
  g_test_add_func ("/notices/refused-once", test_refused_once);
  g_test_add_func ("/notices/flapping", test_flapping);
  g_test_add_func ("/notices/both-down", test_both_down);
  g_test_add_func ("/notices/chat-lost", test_chat_lost);
  g_test_add_func ("/notices/status-text", test_status_text);
  g_test_add_func ("/notices/outgoing", test_outgoing);
  g_test_add_func ("/notices/markup", test_markup);
  g_test_add_func ("/notices/missed", test_missed);
  g_test_add_func ("/notices/ends-without-conversation", test_ends_without_conversation);
  g_test_add_func ("/notices/end-while-closing", test_end_while_closing);
  g_test_add_func ("/notices/forget", test_forget);
  g_test_add_func ("/commands/dial", test_dial);
  g_test_add_func ("/commands/call-numbers", test_call_numbers);
  g_test_add_func ("/commands/lists", test_lists);
}

/* libpurple knows its user interface from the start to the end: one run for each ("finch" behind the options). */
int
main (int argc, char **argv)
{
  gboolean finch;
  int result;

  g_test_init (&argc, &argv, NULL);
  finch = argc > 1 && g_str_equal (argv[1], "finch");
  fake_purple_start (finch ? "gnt-purple" : "test");
  purple_conversations_set_ui_ops (&conversation_ops);
  purple_notify_set_ui_ops (&notify_ops);
  purple_prefs_set_bool ("/purple/logging/log_ims", FALSE);
  purple_prefs_set_bool ("/purple/logging/log_system", FALSE);
  lines = g_string_new (NULL);
  windows = g_ptr_array_new_with_free_func (g_free);
  account = fake_purple_account ("alice@example.org");
  purple_blist_add_buddy (purple_buddy_new (account, "bob@example.org", "Bob & Co"), NULL, NULL, NULL);

  if (finch)
    add_finch_tests ();
  else
    add_tests ();
  result = g_test_run ();

  g_ptr_array_unref (windows);
  g_string_free (lines, TRUE);
  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
