/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of several calls, of transfers and conferences, and in whose conversation (P11, P12, R38). */
#include "fakephone.h"

#include "legs.h"
#include "notices.h"

#include <purple.h>
#include <string.h>

static PurpleAccount *account;
static PurpleConversation *with_bob, *with_number;
static GString *lines;     /* "who: line", one per line */
static GPtrArray *windows; /* "title|primary|secondary", open ones */

/* Of legs.c. */
char *
cusax_legs_words (PurpleAccount *of)
{
  return g_strdup ("");
}

/* ----------------------------------------------------------------- host */

static void
write_conversation (PurpleConversation *conversation, const char *name, const char *alias, const char *message,
                    PurpleMessageFlags flags, time_t mtime)
{
  g_string_append_printf (lines, "%s: %s\n", purple_conversation_get_name (conversation), message);
}

static PurpleConversationUiOps conversation_ops = { .write_conv = write_conversation };

static void *
notify_message (PurpleNotifyMsgType type, const char *title, const char *primary, const char *secondary)
{
  char *window = g_strdup_printf ("%s|%s|%s", title, primary, secondary);

  g_ptr_array_add (windows, window);
  return window;
}

static void
close_notify (PurpleNotifyType type, void *handle)
{
  g_assert_true (g_ptr_array_remove (windows, handle));
}

static PurpleNotifyUiOps notify_ops = { .notify_message = notify_message, .close_notify = close_notify };

static gboolean
on_passed (gpointer passed)
{
  *(gboolean *) passed = TRUE;
  return G_SOURCE_REMOVE;
}

static void
assert_lines (const char *expected)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpstr (lines->str, ==, expected);
  g_string_truncate (lines, 0);
}

/* What is said a moment after a call ended. */
static void
pass_time (void)
{
  gboolean passed = FALSE;

  g_timeout_add (600, on_passed, &passed);
  while (!passed)
    g_main_context_iteration (NULL, TRUE);
}

/* ---------------------------------------------------------------- calls */

static void
tell (CusaxCall *call)
{
  cusax_notices_call (account, &fake_phone, call);
}

static void
change (CusaxCall *call, CusaxCallState state)
{
  call->state = state;
  tell (call);
}

static CusaxCall *
add_bob (CusaxCallState state)
{
  CusaxCall *call = fake_call_new (1, state, "bob@example.org");

  call->contact = "bob@example.org";
  call->grade = CUSAX_BINDING_STRONG;
  g_ptr_array_add (fake_phone.calls, call);
  tell (call);
  return call;
}

static CusaxCall *
add_number (CusaxCallState state)
{
  CusaxCall *call = fake_call_new (2, state, "7042");

  call->peer = cusax_address_parse_uri ("sip:7042@example.org", NULL);
  g_ptr_array_add (fake_phone.calls, call);
  tell (call);
  return call;
}

static void
finish (CusaxCall *call, CusaxCallEnd end)
{
  g_ptr_array_remove (fake_phone.calls, call);
  call->end = end;
  change (call, CUSAX_CALL_ENDED);
  fake_call_free (call);
}

static void
setup (gboolean talking)
{
  fake_phone_reset ("alice@example.org");
  fake_phone.chat_up = TRUE;
  fake_purple_connect (account, TRUE);
  if (!talking)
    return;
  with_bob = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, "bob@example.org");
  with_number = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, "7042");
}

static void
teardown (void)
{
  g_clear_pointer (&with_bob, purple_conversation_destroy);
  g_clear_pointer (&with_number, purple_conversation_destroy);
  cusax_notices_forget (account);
  g_assert_cmpuint (windows->len, ==, 0);
  fake_purple_connect (account, FALSE);
  fake_phone_reset (NULL);
}

/* ---------------------------------------------------------- second call */

/* P11: who is spoken with is told of, in both conversations; what became of whom is said in each one's own. */
static void
test_P11_second_call (void)
{
  CusaxCall *bob, *number;

  setup (TRUE);
  bob = add_bob (CUSAX_CALL_ACTIVE);
  assert_lines ("bob@example.org: In call with Bob &amp; Co, not encrypted.\n");
  number = add_number (CUSAX_CALL_INCOMING);
  assert_lines (
    "bob@example.org: Call waiting: 7042 is calling. /answer puts this call on hold; /decline refuses.\n"
    "7042: 7042 is calling. Type /answer or /decline. You are in a call with Bob &amp; Co; answering puts it "
    "on hold.\n");
  number->state = CUSAX_CALL_ANSWERING;
  bob->held = TRUE;
  tell (bob);
  change (number, CUSAX_CALL_ACTIVE);
  assert_lines (
    "bob@example.org: The call with Bob &amp; Co is on hold because of the other call. /swap changes between "
    "them.\n7042: In call with 7042, not encrypted.\n");
  bob->held = FALSE;
  number->held = TRUE;
  tell (number);
  tell (bob);
  assert_lines ("7042: The call with 7042 is on hold because of the other call. /swap changes between them.\n"
                "bob@example.org: The call with Bob &amp; Co goes on.\n");
  finish (bob, CUSAX_CALL_END_REMOTE);
  pass_time ();
  assert_lines ("bob@example.org: Bob &amp; Co has hung up.\n"
                "bob@example.org: The call with 7042 is on hold: /resume goes on.\n"
                "7042: The call with 7042 is on hold: /resume goes on.\n");
  finish (number, CUSAX_CALL_END_LOCAL);
  pass_time ();
  assert_lines ("7042: You have ended the call with 7042.\n");
  teardown ();
}

/* Both ended, one right after the other; or the one that is left is spoken on: nothing is on hold. */
static void
test_P11_nothing_left (void)
{
  CusaxCall *bob, *number;

  setup (TRUE);
  bob = add_bob (CUSAX_CALL_ACTIVE);
  number = add_number (CUSAX_CALL_ACTIVE);
  number->held = TRUE;
  assert_lines ("bob@example.org: In call with Bob &amp; Co, not encrypted.\n"
                "7042: In call with 7042, not encrypted.\n");
  finish (bob, CUSAX_CALL_END_TRANSFERRED);
  finish (number, CUSAX_CALL_END_REMOTE);
  pass_time ();
  assert_lines ("bob@example.org: Bob &amp; Co has been transferred.\n7042: 7042 has hung up.\n");
  bob = add_bob (CUSAX_CALL_ACTIVE);
  number = add_number (CUSAX_CALL_INCOMING);
  g_string_truncate (lines, 0);
  finish (number, CUSAX_CALL_END_MISSED);
  pass_time ();
  assert_lines ("7042: You have missed a call from 7042.\n");
  /* Nor is one waiting that is being transferred. */
  bob->held = TRUE;
  bob->transfer = CUSAX_TRANSFER_RINGING;
  number = add_number (CUSAX_CALL_INCOMING);
  finish (number, CUSAX_CALL_END_MISSED);
  pass_time ();
  g_assert_null (strstr (lines->str, "/resume"));
  bob->held = FALSE;
  finish (bob, CUSAX_CALL_END_LOCAL);
  /* The account goes before the moment has passed. */
  teardown ();
  pass_time ();
  g_string_truncate (lines, 0);
}

/* In Pidgin nobody has a conversation open: the window says both. */
static void
test_P11_window (void)
{
  CusaxCall *bob, *number;

  setup (FALSE);
  bob = add_bob (CUSAX_CALL_ACTIVE);
  number = add_number (CUSAX_CALL_ACTIVE);
  bob->held = TRUE;
  tell (bob);
  number->seconds = 10;
  finish (number, CUSAX_CALL_END_REMOTE);
  g_assert_cmpstr (g_ptr_array_index (windows, 0), ==,
                   "Call|7042 has hung up after 10 seconds.|Account: alice@example.org");
  pass_time ();
  g_assert_cmpuint (windows->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (windows, 0), ==,
                   "Call|7042 has hung up after 10 seconds.|The call with Bob & Co is on hold: “Resume call” "
                   "in the account's menu goes "
                   "on with it.\nAccount: alice@example.org");
  number = add_number (CUSAX_CALL_ACTIVE);
  purple_notify_close (PURPLE_NOTIFY_MESSAGE, g_ptr_array_index (windows, 0));
  finish (number, CUSAX_CALL_END_LOCAL);
  g_assert_cmpuint (windows->len, ==, 0);
  pass_time ();
  g_assert_cmpstr (
    g_ptr_array_index (windows, 0), ==,
    "Call|The call with Bob & Co is on hold: “Resume call” in the account's menu goes on with it.|Account: "
    "alice@example.org");
  purple_notify_close (PURPLE_NOTIFY_MESSAGE, g_ptr_array_index (windows, 0));
  number = add_number (CUSAX_CALL_INCOMING);
  finish (number, CUSAX_CALL_END_ELSEWHERE);
  purple_notify_close (PURPLE_NOTIFY_MESSAGE, g_ptr_array_index (windows, 0));
  pass_time ();
  g_assert_cmpuint (windows->len, ==, 0);
  finish (bob, CUSAX_CALL_END_LOCAL);
  teardown ();
}

static void
test_waiting_words (void)
{
  CusaxCall *bob, *number;

  setup (TRUE);
  bob = add_bob (CUSAX_CALL_CALLING);
  bob->outgoing = TRUE;
  g_string_truncate (lines, 0);
  number = add_number (CUSAX_CALL_INCOMING);
  g_assert_nonnull (strstr (lines->str, "You are calling Bob &amp; Co; answering puts that on hold."));
  finish (number, CUSAX_CALL_END_MISSED);
  bob->state = CUSAX_CALL_ACTIVE;
  bob->joined = TRUE;
  number = add_number (CUSAX_CALL_INCOMING);
  g_assert_nonnull (
    strstr (lines->str, "You are in a conference with Bob &amp; Co and others; answering puts it on hold."));
  finish (number, CUSAX_CALL_END_MISSED);
  /* On hold already: answering changes nothing. */
  bob->held = TRUE;
  tell (bob);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_string_truncate (lines, 0);
  number = add_number (CUSAX_CALL_INCOMING);
  assert_lines ("7042: 7042 is calling. Type /answer or /decline.\n");
  finish (number, CUSAX_CALL_END_MISSED);
  finish (bob, CUSAX_CALL_END_LOCAL);
  teardown ();
  g_string_truncate (lines, 0);
}

/* R38: in and out of the conference. */
static void
test_R38_joined (void)
{
  CusaxCall *bob;

  setup (TRUE);
  bob = add_bob (CUSAX_CALL_ACTIVE);
  g_string_truncate (lines, 0);
  bob->joined = TRUE;
  tell (bob);
  tell (bob);
  bob->joined = FALSE;
  bob->held = TRUE;
  tell (bob);
  assert_lines ("bob@example.org: Bob &amp; Co is in the conference now.\n"
                "bob@example.org: Bob &amp; Co is no longer in the conference.\n"
                "bob@example.org: The call with Bob &amp; Co is on hold. Type /resume to go on.\n");
  finish (bob, CUSAX_CALL_END_LOCAL);
  teardown ();
  g_string_truncate (lines, 0);
}

/* ------------------------------------------------------------- transfer */

/* P12: progress in words, the failure with its reason. */
static void
test_P12_transfer (void)
{
  static const struct
  {
    guint status;
    const char *reason, *words;
  } failures[] = {
    { 0, NULL, "The transfer failed." },
    { 486, "Busy Here", "The transfer failed: the line is busy there." },
    { 480, NULL, "The transfer failed: nobody answered there." },
    { 404, "Not Found", "The transfer failed: that address is not known there." },
    { 603, "Decline", "The transfer was declined." },
    { 503, "<b>Out</b>", "The transfer failed. The reply was: “&lt;b&gt;Out&lt;/b&gt;” (503)." },
    { 503, NULL, "The transfer failed. The reply was: 503." },
  };
  CusaxCall *bob;

  setup (TRUE);
  bob = add_bob (CUSAX_CALL_ACTIVE);
  g_string_truncate (lines, 0);
  bob->held = TRUE;
  bob->transfer = CUSAX_TRANSFER_ASKED;
  tell (bob);
  bob->transfer = CUSAX_TRANSFER_TRYING;
  tell (bob);
  bob->transfer = CUSAX_TRANSFER_RINGING;
  tell (bob);
  tell (bob);
  assert_lines ("bob@example.org: Bob &amp; Co is being transferred.\n"
                "bob@example.org: Transfer: Bob &amp; Co is calling there.\n"
                "bob@example.org: Transfer: it is ringing there for Bob &amp; Co.\n");
  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *expected = g_strdup_printf (
        "bob@example.org: %s The call with Bob &amp; Co is on hold: /resume goes on.\n", failures[i].words);

      bob->transfer = CUSAX_TRANSFER_FAILED;
      bob->transfer_status = failures[i].status;
      bob->transfer_reason = failures[i].reason;
      tell (bob);
      assert_lines (expected);
      bob->transfer = CUSAX_TRANSFER_ASKED;
      tell (bob);
      g_string_truncate (lines, 0);
    }
  bob->transfer = CUSAX_TRANSFER_FAILED;
  bob->transfer_status = 0;
  bob->held = FALSE;
  tell (bob);
  assert_lines (
    "bob@example.org: The transfer failed.\nbob@example.org: The call with Bob &amp; Co goes on.\n");
  finish (bob, CUSAX_CALL_END_TRANSFERRED);
  assert_lines ("bob@example.org: Bob &amp; Co has been transferred.\n");
  teardown ();
}

/* Nobody has a conversation open, as in Pidgin most of the time: only what failed is worth a window. */
static void
test_P12_window (void)
{
  CusaxCall *bob;

  setup (FALSE);
  bob = add_bob (CUSAX_CALL_ACTIVE);
  bob->transfer = CUSAX_TRANSFER_RINGING;
  tell (bob);
  g_assert_cmpuint (windows->len, ==, 0);
  bob->transfer = CUSAX_TRANSFER_FAILED;
  bob->transfer_status = 486;
  tell (bob);
  g_assert_cmpuint (windows->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (windows, 0), ==,
                   "Call|The transfer failed: the line is busy there.|Account: alice@example.org");
  finish (bob, CUSAX_CALL_END_LOCAL);
  teardown ();
}

/* P7: keys of the call window, or those that wait, which the other side does not take. */
static void
test_P7_digits_refused (void)
{
  CusaxCall *bob;

  setup (FALSE);
  bob = add_bob (CUSAX_CALL_ACTIVE);
  cusax_notices_digits_refused (account, bob, 0);
  cusax_notices_digits_refused (account, bob, 0);
  g_assert_cmpuint (windows->len, ==, 1);
  g_assert_cmpstr (
    g_ptr_array_index (windows, 0), ==,
    "Call|Bob & Co takes no digits, neither as telephone events nor as INFO: they were not sent.|Account: "
    "alice@example.org");
  with_bob = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, "bob@example.org");
  cusax_notices_digits_refused (account, bob, 415);
  assert_lines (
    "bob@example.org: Bob &amp; Co did not take the digits (415). The rest of them was not sent.\n");
  finish (bob, CUSAX_CALL_END_LOCAL);
  teardown ();
  g_string_truncate (lines, 0);
}

/* RFC 5373, RFC 3515: what nobody here pressed a button for is told of all the same. */
/* R49: what they have taken away of the protection is said where no conversation is open, too; what was gained only there. */
static void
test_R49_protection_lost (void)
{
  static const struct
  {
    CusaxCallKeys before, after;
    gboolean is_shown;
  } cases[] = {
    { CUSAX_CALL_KEYS_DTLS, CUSAX_CALL_KEYS_NONE, TRUE },  { CUSAX_CALL_KEYS_DTLS, CUSAX_CALL_KEYS_SDES, TRUE },
    { CUSAX_CALL_KEYS_SDES, CUSAX_CALL_KEYS_NONE, TRUE },  { CUSAX_CALL_KEYS_NONE, CUSAX_CALL_KEYS_DTLS, FALSE },
    { CUSAX_CALL_KEYS_SDES, CUSAX_CALL_KEYS_DTLS, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CusaxCall *bob;

      setup (FALSE);
      bob = fake_call_new (1, CUSAX_CALL_ACTIVE, "bob@example.org");
      bob->contact = "bob@example.org";
      bob->grade = CUSAX_BINDING_STRONG;
      bob->keys = cases[i].before;
      g_ptr_array_add (fake_phone.calls, bob);
      tell (bob);
      bob->keys = cases[i].after;
      tell (bob);
      g_assert_cmpuint (windows->len, ==, cases[i].is_shown ? 1 : 0);
      if (cases[i].after == CUSAX_CALL_KEYS_NONE)
        g_assert_nonnull (strstr (g_ptr_array_index (windows, 0), "no longer encrypted"));
      finish (bob, CUSAX_CALL_END_LOCAL);
      pass_time ();
      teardown ();
    }
}

static void
test_automatic (void)
{
  CusaxCall *bob, *number;

  setup (TRUE);
  number = fake_call_new (2, CUSAX_CALL_INCOMING, "7042");
  number->peer = cusax_address_parse_uri ("sip:7042@example.org", NULL);
  number->automatic = TRUE;
  tell (number);
  assert_lines ("7042: 7042 is calling and is answered by itself, as your provider asks.\n");
  finish (number, CUSAX_CALL_END_REMOTE);
  assert_lines ("7042: 7042 has hung up.\n");
  bob = fake_call_new (1, CUSAX_CALL_CALLING, "bob@example.org");
  bob->grade = CUSAX_BINDING_STRONG;
  bob->contact = "bob@example.org";
  bob->outgoing = bob->automatic = TRUE;
  tell (bob);
  assert_lines ("bob@example.org: Calling Bob &amp; Co, as the other side of the call asked.\n");
  finish (bob, CUSAX_CALL_END_LOCAL);
  teardown ();
  g_string_truncate (lines, 0);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  purple_conversations_set_ui_ops (&conversation_ops);
  purple_notify_set_ui_ops (&notify_ops);
  purple_prefs_set_bool ("/purple/logging/log_ims", FALSE);
  purple_prefs_set_bool ("/purple/logging/log_system", FALSE);
  lines = g_string_new (NULL);
  windows = g_ptr_array_new_with_free_func (g_free);
  account = fake_purple_account ("alice@example.org");
  purple_blist_add_buddy (purple_buddy_new (account, "bob@example.org", "Bob & Co"), NULL, NULL, NULL);

  g_test_add_func ("/callnotices/P11-second-call", test_P11_second_call);
  g_test_add_func ("/callnotices/P11-nothing-left", test_P11_nothing_left);
  g_test_add_func ("/callnotices/P11-window", test_P11_window);
  g_test_add_func ("/callnotices/P11-waiting-words", test_waiting_words);
  g_test_add_func ("/callnotices/R38-joined", test_R38_joined);
  g_test_add_func ("/callnotices/P12-transfer", test_P12_transfer);
  g_test_add_func ("/callnotices/P12-window", test_P12_window);
  g_test_add_func ("/callnotices/P7-digits-refused", test_P7_digits_refused);
  g_test_add_func ("/callnotices/R49/protection-lost", test_R49_protection_lost);
  g_test_add_func ("/callnotices/automatic", test_automatic);
  result = g_test_run ();

  g_ptr_array_unref (windows);
  g_string_free (lines, TRUE);
  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
