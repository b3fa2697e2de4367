/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * R11: messages that came over telephony are shown under the number they came from, marked, harmless as markup;
 * never with a contact; and not lost while chat is down.
 */
#include "fakephone.h"

#include "legs.h"
#include "messages.h"
#include "notices.h"

#include <purple.h>
#include <string.h>

/* Of legs.c. */
char *
cusax_legs_words (PurpleAccount *of)
{
  return g_strdup ("");
}

static PurpleAccount *account;
static GString *lines;     /* "conversation|name|text\n" */
static GPtrArray *windows; /* "title|primary|secondary", open ones */

static void
write_conversation (PurpleConversation *conversation, const char *name, const char *alias, const char *message,
                    PurpleMessageFlags flags, time_t mtime)
{
  g_assert_true (flags & PURPLE_MESSAGE_RECV);
  g_assert_cmpint (mtime, >, 0);
  g_string_append_printf (lines, "%s|%s|%s\n", purple_conversation_get_name (conversation), name, message);
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

static void
assert_lines (const char *expected)
{
  g_assert_cmpstr (lines->str, ==, expected);
  g_string_truncate (lines, 0);
}

static void
setup (gboolean connected)
{
  fake_phone_reset ("alice@example.org");
  fake_purple_connect (account, connected);
}

static void
teardown (void)
{
  GList *all = g_list_copy (purple_get_conversations ());

  g_list_free_full (all, (GDestroyNotify) purple_conversation_destroy);
  cusax_notices_forget (account);
  g_assert_cmpuint (windows->len, ==, 0);
  fake_purple_connect (account, FALSE);
  fake_phone_reset (NULL);
  g_string_truncate (lines, 0);
}

static void
test_shown (void)
{
  static const struct
  {
    gboolean anonymous;
    const char *who, *text, *expected;
  } rows[] = {
    { FALSE, "+33177624339", "Your code is 1234", "+33177624339|+33177624339|SMS: Your code is 1234\n" },
    { FALSE, "sip:x@evil.example",
      "<a href='http://evil.example'>\r\n\n /quit & \xe2\x80\xae"
      "end",
      "sip:x@evil.example|sip:x@evil.example|SMS: &lt;a href=&apos;http://evil.example&apos;&gt;<br>/quit "
      "&amp; end\n" },
    /* Never under a JID: that conversation is XMPP's. */
    { FALSE, "bob@example.org", "hello",
      "sip:anonymous@anonymous.invalid|sip:anonymous@anonymous.invalid|SMS: hello\n" },
    { TRUE, NULL, "boo", "sip:anonymous@anonymous.invalid|sip:anonymous@anonymous.invalid|SMS: boo\n" },
    { TRUE, "bob@example.org", "boo",
      "sip:anonymous@anonymous.invalid|sip:anonymous@anonymous.invalid|SMS: boo\n" },
    { FALSE, NULL, "boo", "sip:anonymous@anonymous.invalid|sip:anonymous@anonymous.invalid|SMS: boo\n" },
    { FALSE, "+33177624339", " \n\t\x07", "" },
    { FALSE, "+33177624339", "", "" },
  };

  setup (TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CusaxCallerId caller = { .is_anonymous = rows[i].anonymous,
                               .display_name = (char *) "Bob",
                               .claimed_jid = (char *) "bob@example.org" };

      g_test_message ("row %u", (guint) i);
      cusax_messages_show (account, &caller, rows[i].who, rows[i].text);
      assert_lines (rows[i].expected);
    }
  g_assert_cmpuint (windows->len, ==, 0);
  teardown ();
}

/* Nobody scrolls what stood before out of sight. */
static void
test_bounded (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  CusaxCallerId caller = { 0 };
  guint breaks = 0;

  for (guint i = 0; i < 4000; i++)
    g_string_append (text, "x\n");
  setup (TRUE);
  cusax_messages_show (account, &caller, "+33177624339", text->str);
  for (const char *at = lines->str; (at = strstr (at, "<br>")) != NULL; at++)
    breaks++;
  g_assert_cmpuint (breaks, ==, 99);
  teardown ();
}

static void
test_chat_down (void)
{
  CusaxCallerId caller = { 0 };
  PurpleConversation *open;

  setup (TRUE);
  open = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, "+33177624339");
  g_assert_nonnull (open);
  fake_purple_connect (account, FALSE);
  cusax_messages_show (account, &caller, "+33177624339", "one");
  assert_lines ("+33177624339|+33177624339|SMS: one\n");
  g_assert_cmpuint (windows->len, ==, 0);

  cusax_messages_show (account, &caller, "sip:x@other.example", "two\nlines");
  cusax_messages_show (account, &caller, NULL, "three");
  assert_lines ("");
  g_assert_cmpuint (windows->len, ==, 1);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (windows, 0), "SMS|2 text messages|"));
  g_assert_nonnull (strstr (g_ptr_array_index (windows, 0), "  sip:x@other.example: two lines\n"));
  g_assert_true (g_str_has_suffix (g_ptr_array_index (windows, 0), "  somebody who hides the number: three"));

  for (guint i = 0; i < 20; i++)
    cusax_messages_show (account, &caller, "+33199", "x");
  g_assert_cmpuint (windows->len, ==, 1);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (windows, 0), "SMS|22 text messages|"));
  g_assert_null (strstr (g_ptr_array_index (windows, 0), "three"));
  /* Read: the next one begins a new list. */
  purple_notify_close (PURPLE_NOTIFY_MESSAGE, g_ptr_array_index (windows, 0));
  cusax_messages_show (account, &caller, "+33199", "x");
  g_assert_true (g_str_has_prefix (g_ptr_array_index (windows, 0), "SMS|1 text message|"));
  teardown ();
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
  lines = g_string_new (NULL);
  windows = g_ptr_array_new_with_free_func (g_free);
  account = fake_purple_account ("alice@example.org");
  purple_blist_add_buddy (purple_buddy_new (account, "bob@example.org", "Bob & Co"), NULL, NULL, NULL);
  g_test_add_func ("/messages/R11-shown", test_shown);
  g_test_add_func ("/messages/bounded", test_bounded);
  g_test_add_func ("/messages/chat-down", test_chat_down);
  result = g_test_run ();
  g_ptr_array_unref (windows);
  g_string_free (lines, TRUE);
  fake_purple_stop ();
  return result;
}
