/* SPDX-License-Identifier: GPL-2.0-or-later */
/* R11: text to a number leaves by SIP MESSAGE if that was switched on, else not at all, and nobody believes
 * that it arrived when it did not. */
#include "fakephone.h"

#include "error.h"
#include "notices.h"
#include "peers.h"
#include "textmessages.h"

#include <purple.h>
#include <string.h>

static PurpleAccount *account;
static GString *told;
static gboolean accepts;

void
cusax_notices_error (PurpleAccount *of, const char *who, const char *text)
{
  g_string_append_printf (told, "%s: %s\n", who, text);
}

static const char *
read_string (gpointer data, const char *name, const char *fallback)
{
  return fallback;
}

static gboolean
read_bool (gpointer data, const char *name, gboolean fallback)
{
  return g_str_equal (name, "accept_sip_messages") ? accepts : fallback;
}

static int
read_int (gpointer data, const char *name, int fallback)
{
  return fallback;
}

static void
setup (gboolean switched_on)
{
  static const CusaxConfigReader reader = { read_string, read_bool, read_int };

  accepts = switched_on;
  fake_phone_reset ("alice@example.org");
  cusax_config_unref (fake_phone.config);
  fake_phone.config = cusax_config_new ("alice@example.org", "secret", &reader, NULL, NULL);
  fake_phone.state = CUSAX_PHONE_UP;
}

static void
teardown (void)
{
  cusax_textmessages_forget (account);
  g_assert_cmpstr (told->str, ==, "");
  fake_phone_reset (NULL);
}

static void
assert_told (const char *expected)
{
  g_assert_cmpstr (told->str, ==, expected);
  g_string_truncate (told, 0);
}

static void
assert_refused (const char *who, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (cusax_textmessages_send (account, who, "hi", &error));
  g_assert_nonnull (error);
  g_assert_cmpstr (error->message, ==, words);
}

static void
send (const char *who, const char *html)
{
  g_autoptr (GError) error = NULL;
  gboolean sent = cusax_textmessages_send (account, who, html, &error);

  g_assert_no_error (error);
  g_assert_true (sent);
}

static void
finish (guint status, const char *reason)
{
  fake_phone.sent_done (fake_phone.sent_data, status, reason);
}

static void
test_off (void)
{
  const char *words = "This is a telephone address: nothing can be written there. /dial calls it.";

  setup (FALSE);
  assert_refused ("+33177624339", words);
  accepts = TRUE;
  fake_connection = NULL;
  assert_refused ("+33177624339", words);
  g_assert_null (fake_phone.sent);
  teardown ();
}

/* What people type is markup to libpurple; a telephone gets plain text. A JID never gets any. */
static void
test_send (void)
{
  setup (TRUE);
  send ("+33177624339", "a &lt;b&gt; &amp; <b>c</b><br>d");
  g_assert_cmpstr (fake_phone.sent, ==, "sip:+33177624339@example.org;user=phone a <b> & c\nd");
  finish (202, "Accepted");
  send ("sip:bob@other.example", "hi");
  g_assert_cmpstr (fake_phone.sent, ==, "sip:bob@other.example hi");
  finish (200, "OK");
  g_clear_pointer (&fake_phone.sent, g_free);
  assert_refused ("bob@example.org",
                  "This is a telephone address: nothing can be written there. /dial calls it.");
  /* The name of all who hide is nobody's address. */
  assert_refused (CUSAX_PEERS_ANONYMOUS, "This is somebody who hides the number: nothing can be written there.");
  g_assert_null (fake_phone.sent);
  teardown ();
}

static void
test_failures (void)
{
  static const struct
  {
    guint status;
    const char *words;
  } rows[] = {
    { 404, "The message was not delivered: +33177624339 does not exist." },
    { 405, "The message was not delivered: +33177624339 does not take text messages." },
    { 503, "The message was not delivered: +33177624339 cannot be reached now." },
    { 402, "The message was not delivered: No credit <b>" },
  };

  setup (TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *expected = g_strdup_printf ("+33177624339: %s\n", rows[i].words);

      send ("+33177624339", "hi");
      finish (rows[i].status, "No\ncredit \xe2\x80\xae<b>");
      if (rows[i].status == 402)
        {
          g_assert_nonnull (strstr (told->str, "No credit <b>"));
          g_string_truncate (told, 0);
        }
      else
        assert_told (expected);
      /* Once. */
      finish (rows[i].status, NULL);
      assert_told ("");
    }
  teardown ();
}

static void
test_not_sent (void)
{
  setup (TRUE);
  fake_phone.send_error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_INVALID, "9000");
  assert_refused ("+33177624339", "The message is too long.");
  fake_phone.send_error->code = CUSAX_ERROR_OFFLINE;
  fake_phone.state = CUSAX_PHONE_SIGNING_IN;
  assert_refused ("+33177624339", "Telephony: signing in.");
  finish (503, NULL);
  teardown ();
}

/* The answer comes when the account is gone. */
static void
test_forget (void)
{
  setup (TRUE);
  send ("+33177624339", "one");
  send ("+33177624339", "two");
  cusax_textmessages_forget (account);
  finish (404, NULL);
  teardown ();
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  account = fake_purple_account ("alice@example.org");
  told = g_string_new (NULL);
  g_test_add_func ("/textmessages/off", test_off);
  g_test_add_func ("/textmessages/send", test_send);
  g_test_add_func ("/textmessages/failures", test_failures);
  g_test_add_func ("/textmessages/not-sent", test_not_sent);
  g_test_add_func ("/textmessages/forget", test_forget);
  result = g_test_run ();

  g_string_free (told, TRUE);
  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
