/* SPDX-License-Identifier: GPL-2.0-or-later */
/* R8, R9: the dialog of all settings: nothing is stored before all of it is valid, and what a company's file locks is shown
 * with its place, cannot be edited, and keeps what the person had typed. */
#include "../../src/purple/settings.h" /* this folder has another one */
#include "fakechat.h"

#include "ladder.h"
#include "provision.h"

#include <purple.h>
#include <string.h>

static PurpleAccount *account;
static CusaxProvision *lock;
static guint reconfigured;

void
cusax_connection_reconfigure (PurpleAccount *of)
{
  g_assert_true (of == account);
  reconfigured++;
}

const CusaxLadder *
cusax_connection_get_ladder (CusaxConnection *connection)
{
  return (const CusaxLadder *) &lock;
}

CusaxProvision *
cusax_ladder_get_lock (const CusaxLadder *ladder, const char *name)
{
  return lock != NULL && cusax_provision_is_locked (lock, name) ? lock : NULL;
}

static void
lock_setting (const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;

  if (lock == NULL)
    lock = cusax_provision_new (CUSAX_PROVISION_SYSTEM_FILE, "/etc/purple-cusax.conf");
  cusax_provision_set (lock, name, value, &error);
  g_assert_no_error (error);
  cusax_provision_lock (lock, name, &error);
  g_assert_no_error (error);
}

static void
setup (void)
{
  fake_phone_reset ("alice@example.org");
  reconfigured = 0;
  for (const CusaxSetting *setting = cusax_config_get_settings (); setting->name != NULL; setting++)
    purple_account_remove_setting (account, setting->name);
}

static void
teardown (void)
{
  g_assert_null (fake_dialog);
  g_clear_pointer (&lock, cusax_provision_unref);
  fake_phone_reset (NULL);
}

static PurpleRequestField *
field (const char *name)
{
  g_assert_true (fake_dialog_has (name));
  return purple_request_fields_get_field (fake_dialog->fields, name);
}

static void
type (const char *name, const char *value)
{
  purple_request_field_string_set_value (field (name), value);
}

static void
assert_stored (const char *name, const char *value)
{
  g_assert_cmpstr (purple_account_get_string (account, name, "none"), ==, value);
}

static void
test_all_rows (void)
{
  setup ();
  cusax_settings_show (account);
  for (const CusaxSetting *setting = cusax_config_get_settings (); setting->name != NULL; setting++)
    {
      g_assert_true (fake_dialog_has (setting->name));
      g_assert_null (strchr (fake_dialog_label (setting->name), '_'));
    }
  g_assert_true (purple_request_field_string_is_masked (field ("sip_password")));
  g_assert_true (purple_request_field_string_is_masked (field ("turn_password")));
  fake_dialog_press (TRUE);
  /* Nothing was changed: nothing is stored, so that later versions may change their defaults. */
  assert_stored ("sip_server", "none");
  teardown ();
}

static void
test_faulty (void)
{
  setup ();
  cusax_settings_show (account);
  type ("sip_server", "two words");
  type ("country_code", "49");
  fake_dialog_press (TRUE);
  g_assert_nonnull (fake_dialog);
  g_assert_nonnull (strstr (fake_dialog->secondary, "Nothing was saved yet."));
  g_assert_cmpuint (reconfigured, ==, 0);
  assert_stored ("country_code", "none");
  g_assert_cmpstr (purple_request_field_string_get_value (field ("country_code")), ==, "49");
  type ("sip_server", "sip.example.org");
  fake_dialog_press (TRUE);
  g_assert_cmpuint (reconfigured, ==, 1);
  assert_stored ("sip_server", "sip.example.org");
  assert_stored ("country_code", "49");
  teardown ();
}

static void
test_faulty_turn (void)
{
  setup ();
  cusax_settings_show (account);
  type ("turn_server", "http://turn.example.org");
  fake_dialog_press (TRUE);
  g_assert_nonnull (fake_dialog);
  g_assert_nonnull (strstr (fake_dialog->secondary, "TURN server"));
  type ("turn_server", "turns:turn.example.org");
  type ("turn_user", "u");
  type ("turn_password", " p ");
  fake_dialog_press (TRUE);
  g_assert_cmpuint (reconfigured, ==, 1);
  assert_stored ("turn_server", "turns:turn.example.org");
  assert_stored ("turn_password", " p ");
  teardown ();
}

static void
test_locked (void)
{
  static const struct
  {
    const char *name, *value, *shown;
  } rows[] = {
    { "sip_server", "sip.company.test", "sip.company.test (set by /etc/purple-cusax.conf)" },
    { "sip_password", "geheim", "*** (set by /etc/purple-cusax.conf)" },
    { "require_both", "true", "yes (set by /etc/purple-cusax.conf)" },
    { "sip_security", "require_tls", "Require encryption (set by /etc/purple-cusax.conf)" },
    { "media_port_min", "20000", "20000 (set by /etc/purple-cusax.conf)" },
  };

  setup ();
  purple_account_set_string (account, "sip_server", "not valid any more");
  purple_account_set_string (account, "sip_password", "mine");
  purple_account_set_bool (account, "require_both", FALSE);
  purple_account_set_int (account, "media_port_min", 7000);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    lock_setting (rows[i].name, rows[i].value);

  cusax_settings_show (account);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_cmpint (purple_request_field_get_type (field (rows[i].name)), ==, PURPLE_REQUEST_FIELD_STRING);
      g_assert_false (purple_request_field_string_is_editable (field (rows[i].name)));
      g_assert_cmpstr (purple_request_field_string_get_value (field (rows[i].name)), ==, rows[i].shown);
    }
  /* A fault elsewhere, the dialog once more, then saved. */
  type ("country_code", "forty-nine");
  fake_dialog_press (TRUE);
  g_assert_nonnull (fake_dialog);
  g_assert_false (purple_request_field_string_is_editable (field ("sip_server")));
  type ("country_code", "49");
  fake_dialog_press (TRUE);
  g_assert_cmpuint (reconfigured, ==, 1);
  assert_stored ("country_code", "49");
  assert_stored ("sip_server", "not valid any more");
  assert_stored ("sip_password", "mine");
  g_assert_false (purple_account_get_bool (account, "require_both", TRUE));
  g_assert_cmpint (purple_account_get_int (account, "media_port_min", 0), ==, 7000);

  /* Unlocked: it is there again. */
  g_clear_pointer (&lock, cusax_provision_unref);
  cusax_settings_show (account);
  g_assert_cmpstr (purple_request_field_string_get_value (field ("sip_password")), ==, "mine");
  fake_dialog_press (FALSE);
  teardown ();
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  fake_chat_init ();
  account = fake_purple_account ("alice@example.org");
  g_test_add_func ("/settings/all-rows", test_all_rows);
  g_test_add_func ("/settings/faulty-turn", test_faulty_turn);
  g_test_add_func ("/settings/R8-faulty", test_faulty);
  g_test_add_func ("/settings/R9-locked", test_locked);
  result = g_test_run ();
  fake_chat_shutdown ();
  fake_purple_stop ();
  return result;
}
