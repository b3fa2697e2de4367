/* SPDX-License-Identifier: GPL-2.0-or-later */
/* R50: one switch for each thing that one protocol would tell about the other; R15: the own card, only when
 * asked. */
#include "fakechat.h"

#include "contacts.h"
#include "privacy.h"

#include <purple.h>
#include <string.h>

static PurpleAccount *account;
static guint reconfigured;
static char *window; /* "type title|primary|secondary" of the last one */

/* -------------------------------------------------- what privacy.c asks of */

static struct
{
  gboolean chat_down;
  char *uri;
  CusaxPublishDone done;
  gpointer user_data;
} publishing;

void
cusax_connection_reconfigure (PurpleAccount *of)
{
  g_assert_true (of == account);
  reconfigured++;
}

CusaxContacts *
cusax_connection_get_contacts (CusaxConnection *connection)
{
  g_assert_true (connection == fake_connection);
  return (CusaxContacts *) &publishing;
}

CusaxVcards *
cusax_contacts_get_vcards (CusaxContacts *contacts)
{
  return (CusaxVcards *) contacts;
}

gboolean
cusax_vcards_publish (CusaxVcards *vcards, const char *uri, gboolean check_only, CusaxPublishDone done,
                      gpointer user_data)
{
  g_assert_true (vcards == (CusaxVcards *) &publishing);
  g_assert_false (check_only);
  if (publishing.chat_down)
    return FALSE;
  g_free (publishing.uri);
  publishing.uri = g_strdup (uri);
  publishing.done = done;
  publishing.user_data = user_data;
  return TRUE;
}

static void *
notify_message (PurpleNotifyMsgType type, const char *title, const char *primary, const char *secondary)
{
  g_free (window);
  window = g_strdup_printf ("%d %s|%s|%s", type, title, primary, secondary);
  return &window;
}

static void
close_notify (PurpleNotifyType type, void *handle)
{
}

static PurpleNotifyUiOps notify_ops = { .notify_message = notify_message, .close_notify = close_notify };

static void
assert_window (const char *expected)
{
  g_assert_cmpstr (window, ==, expected);
  g_clear_pointer (&window, g_free);
}

static void
setup (gboolean finch)
{
  fake_phone_reset ("alice@example.org");
  fake_dialogs_are_finch = finch;
  fake_dialogs_opened = 0;
  reconfigured = 0;
  memset (&publishing, 0, sizeof publishing);
  g_clear_pointer (&window, g_free);
}

static void
teardown (void)
{
  g_assert_null (fake_dialog);
  g_assert_null (window);
  g_clear_pointer (&publishing.uri, g_free);
  fake_phone_reset (NULL);
}

/* ------------------------------------------------------------- switches */

static gboolean
get_field (const char *id)
{
  return purple_request_fields_get_bool (fake_dialog->fields, id);
}

static void
set_field (const char *id, gboolean value)
{
  purple_request_field_bool_set_value (purple_request_fields_get_field (fake_dialog->fields, id), value);
}

/* The defaults of the contract: what stands in design.md section 3. */
static void
test_defaults (void)
{
  static const struct
  {
    const char *id;
    gboolean value;
  } rows[] = { { "share_chat_address", TRUE },
               { "share_chat_address_foreign", FALSE },
               { "send_xmpp_contact", FALSE },
               { "share_reachability", FALSE },
               { "anonymous", FALSE } };

  setup (FALSE);
  cusax_privacy_show (account);
  g_assert_cmpstr (fake_dialog->title, ==, "Privacy");
  g_assert_cmpstr (fake_dialog->primary, ==, "What others learn of alice@example.org");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_true (fake_dialog_has (rows[i].id));
      g_assert_cmpint (get_field (rows[i].id), ==, rows[i].value);
      g_assert_null (strchr (fake_dialog_label (rows[i].id), '_'));
    }
  /* Nothing changed: nothing is stored, nothing restarts. */
  fake_dialog_press (TRUE);
  g_assert_cmpuint (reconfigured, ==, 0);
  teardown ();
}

static void
test_save (gconstpointer finch)
{
  setup (finch != NULL);
  cusax_privacy_show (account);
  set_field ("share_chat_address", FALSE);
  set_field ("anonymous", TRUE);
  fake_dialog_press (FALSE);
  g_assert_true (purple_account_get_bool (account, "share_chat_address", TRUE));
  g_assert_cmpuint (reconfigured, ==, 0);

  cusax_privacy_show (account);
  set_field ("share_chat_address", FALSE);
  set_field ("anonymous", TRUE);
  fake_dialog_press (TRUE);
  g_assert_false (purple_account_get_bool (account, "share_chat_address", TRUE));
  g_assert_true (purple_account_get_bool (account, "anonymous", FALSE));
  g_assert_false (purple_account_get_bool (account, "share_reachability", FALSE));
  g_assert_cmpuint (reconfigured, ==, 1);

  /* The dialog shows what is stored, and takes it back. */
  cusax_privacy_show (account);
  g_assert_true (get_field ("anonymous"));
  set_field ("anonymous", FALSE);
  set_field ("share_chat_address", TRUE);
  fake_dialog_press (TRUE);
  g_assert_cmpuint (reconfigured, ==, 2);
  g_assert_true (purple_account_get_bool (account, "share_chat_address", FALSE));
  teardown ();
}

/* The account went while the dialog stood. */
static void
test_account_gone (void)
{
  setup (FALSE);
  cusax_privacy_show (account);
  set_field ("anonymous", TRUE);
  purple_accounts_remove (account);
  fake_dialog_press (TRUE);
  g_assert_cmpuint (reconfigured, ==, 0);
  g_assert_false (purple_account_get_bool (account, "anonymous", FALSE));
  purple_accounts_add (account);
  teardown ();
}

/* -------------------------------------------------------------- publish */

#define ACCOUNT "\nAccount: alice@example.org"

static void
test_publish (void)
{
  static const struct
  {
    CusaxPublishResult result;
    const char *words, *expected;
  } rows[] = {
    { CUSAX_PUBLISH_DONE, NULL,
      "2 Publish my phone address|Your phone address is in your card now.|Account: alice@example.org" },
    { CUSAX_PUBLISH_PRESENT, NULL,
      "2 Publish my phone address|Your phone address was in your card already.|Account: alice@example.org" },
    { CUSAX_PUBLISH_MANAGED, "forbidden",
      "2 Publish my phone address|Your provider keeps your card.|There is nothing for you to do: it says "
      "itself how "
      "you can be called." ACCOUNT },
    { CUSAX_PUBLISH_FAILED, "too\nlarge",
      "0 Publish my phone address|Your card could not be changed.|The reply was: “too large”." ACCOUNT },
    { CUSAX_PUBLISH_FAILED, NULL,
      "0 Publish my phone address|Your card could not be changed.|Account: alice@example.org" },
  };

  setup (FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      cusax_privacy_show_publish (account);
      g_assert_cmpstr (fake_dialog->primary, ==, "Write sip:alice@example.org into your card?");
      g_assert_nonnull (strstr (fake_dialog->secondary, "can be read by everybody"));
      g_assert_null (publishing.uri);
      fake_dialog_press (TRUE);
      g_assert_cmpstr (publishing.uri, ==, "sip:alice@example.org");
      publishing.done (publishing.user_data, rows[i].result, rows[i].words);
      assert_window (rows[i].expected);
      g_clear_pointer (&publishing.uri, g_free);
    }
  teardown ();
}

/* Nothing leaves without a yes, without chat, without telephony's address. */
static void
test_not_published (void)
{
  setup (FALSE);
  cusax_privacy_show_publish (account);
  fake_dialog_press (FALSE);
  g_assert_null (publishing.uri);

  publishing.chat_down = TRUE;
  cusax_privacy_show_publish (account);
  fake_dialog_press (TRUE);
  assert_window ("0 Publish my phone address|Your card could not be changed.|Chat: not connected." ACCOUNT);

  cusax_privacy_show_publish (account);
  fake_connection = NULL;
  fake_dialog_press (TRUE);
  g_assert_null (publishing.uri);
  cusax_privacy_show_publish (account);
  assert_window ("0 Publish my phone address|Telephony: off.|Account: alice@example.org");
  teardown ();
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  fake_chat_init ();
  purple_notify_set_ui_ops (&notify_ops);
  account = fake_purple_account ("alice@example.org");
  g_test_add_func ("/privacy/R50-defaults", test_defaults);
  g_test_add_data_func ("/privacy/pidgin/R50-save", NULL, test_save);
  g_test_add_data_func ("/privacy/finch/R50-save", "finch", test_save);
  g_test_add_func ("/privacy/account-gone", test_account_gone);
  g_test_add_func ("/privacy/R15-publish", test_publish);
  g_test_add_func ("/privacy/R15-not-published", test_not_published);
  result = g_test_run ();
  fake_chat_shutdown ();
  fake_purple_stop ();
  return result;
}
