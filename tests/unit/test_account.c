/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two legs, one account (R1, R5): signing in and out, backing off, and that neither leg drops the other.
 */
#include "fakes.h"

#include "error.h"

static void
test_sign_in_and_out (void)
{
  FakeWorld *world = fake_world_new (NULL);

  cusax_account_start (world->account);
  cusax_account_start (world->account); /* asked twice, done once */
  fake_sip_state (world, CUSAX_SIP_LOCATING, -1);
  fake_sip_state (world, CUSAX_SIP_CONNECTING, -1);
  fake_sip_state (world, CUSAX_SIP_REGISTERING, -1);
  fake_sip_state (world, CUSAX_SIP_REGISTERED, -1);
  fake_world_check (world, "sip.start\nphone SIGNING_IN\nphone UP\n");
  cusax_account_stop (world->account);
  fake_world_check (world, "sip.stop\nphone STOPPING\n");
  fake_sip_state (world, CUSAX_SIP_STOPPED, -1);
  fake_world_check (world, "phone OFF\n");
  fake_world_free (world);
}

/* A person who signs off and on at once must end up signed on. */
static void
test_start_while_stopping (void)
{
  FakeWorld *world = fake_world_new (NULL);

  fake_world_sign_in (world);
  cusax_account_stop (world->account);
  cusax_account_start (world->account);
  fake_world_forget (world);
  fake_sip_state (world, CUSAX_SIP_STOPPED, -1);
  fake_world_check (world, "sip.start\nphone SIGNING_IN\nphone SIGNING_IN\n");
  fake_world_free (world);
}

static void
test_switched_off (void)
{
  static const char *const settings[] = { "sip_enabled=0", NULL };
  FakeWorld *world = fake_world_new (settings);

  cusax_account_start (world->account);
  fake_world_check (world, "");
  fake_world_free (world);
}

/* R5: back off and retry alone; 5 s doubling to 300 s, spread by -20 %. */
static void
test_R5_back_off (void)
{
  FakeWorld *world = fake_world_new (NULL);
  guint wait = 5;

  cusax_account_start (world->account);
  for (int i = 0; i < 9; i++)
    {
      guint left = 0;

      fake_world_forget (world);
      fake_sip_state (world, CUSAX_SIP_STOPPED, CUSAX_ERROR_UNREACHABLE);
      fake_world_check (world, "phone WAITING\n");
      left = cusax_account_get_retry_seconds (world->account);
      g_assert_cmpuint (left, >=, wait * 8 / 10);
      g_assert_cmpuint (left, <=, wait);
      fake_world_pass (world, left * 1000);
      fake_world_check (world, "sip.start\nphone SIGNING_IN\n");
      wait = MIN (wait * 2, 300);
    }
  /* Success starts the ladder afresh. */
  fake_sip_state (world, CUSAX_SIP_REGISTERED, -1);
  fake_sip_state (world, CUSAX_SIP_STOPPED, CUSAX_ERROR_UNREACHABLE);
  g_assert_cmpuint (cusax_account_get_retry_seconds (world->account), <=, 6);
  fake_world_free (world);
}

/* P2: a server that restarts is found within 5 s of its first answer; after a minute it is left alone more. */
static void
test_P2_lost_registration (void)
{
  FakeWorld *world = fake_world_new (NULL);
  guint passed = 0;

  fake_world_sign_in (world);
  for (int i = 0; passed < 60; i++)
    {
      guint left;

      fake_sip_state (world, CUSAX_SIP_STOPPED, CUSAX_ERROR_UNREACHABLE);
      left = cusax_account_get_retry_seconds (world->account);
      g_assert_cmpuint (left, <=, i == 0 ? 1 : 4);
      fake_world_pass (world, left * 1000);
      passed += left;
    }
  fake_sip_state (world, CUSAX_SIP_STOPPED, CUSAX_ERROR_UNREACHABLE);
  g_assert_cmpuint (cusax_account_get_retry_seconds (world->account), >=, 4);
  fake_world_pass (world, 5000);
  fake_sip_state (world, CUSAX_SIP_STOPPED, CUSAX_ERROR_UNREACHABLE);
  g_assert_cmpuint (cusax_account_get_retry_seconds (world->account), >=, 8);
  fake_world_free (world);
}

/* P2: while a lost leg is dialled again nobody reads "signed in"; calls that stand stay. */
static void
test_P2_leg_is_dialled_again (void)
{
  FakeWorld *world = fake_world_new (NULL);

  fake_world_sign_in (world);
  fake_sip_state (world, CUSAX_SIP_CONNECTING, -1);
  fake_world_check (world, "phone SIGNING_IN\n");
  fake_sip_state (world, CUSAX_SIP_REGISTERING, -1);
  fake_sip_state (world, CUSAX_SIP_REGISTERED, -1);
  fake_world_check (world, "phone UP\n");

  fake_sip_state (world, CUSAX_SIP_CONNECTING, -1);
  fake_world_forget (world);
  fake_sip_state (world, CUSAX_SIP_STOPPED, CUSAX_ERROR_UNREACHABLE);
  fake_world_check (world, "phone WAITING\n");
  g_assert_cmpuint (cusax_account_get_retry_seconds (world->account), <=, 1);
  fake_world_free (world);
}

/* P2: Wi-Fi is back, the machine woke up: nobody waits for a timer. */
static void
test_P2_network_change (void)
{
  FakeWorld *world = fake_world_new (NULL);

  cusax_account_start (world->account);
  fake_sip_state (world, CUSAX_SIP_STOPPED, CUSAX_ERROR_UNREACHABLE);
  fake_world_forget (world);
  world->sip_listener->on_network (world->sip_listener_data);
  fake_world_check (world, "sip.start\nphone SIGNING_IN\n");
  fake_sip_state (world, CUSAX_SIP_REGISTERED, -1);
  fake_world_forget (world);
  world->sip_listener->on_network (world->sip_listener_data);
  fake_world_check (world, ""); /* the leg looks after itself */
  fake_sip_state (world, CUSAX_SIP_STOPPED, CUSAX_ERROR_CREDENTIALS);
  fake_world_forget (world);
  world->sip_listener->on_network (world->sip_listener_data);
  fake_world_check (world, ""); /* no network cures a wrong password */
  fake_world_free (world);
}

/* Retry-After is a floor, within reason. */
static void
test_retry_after (void)
{
  FakeWorld *world = fake_world_new (NULL);
  guint left;

  fake_world_sign_in (world);
  world->retry_after = 120;
  fake_sip_state (world, CUSAX_SIP_STOPPED, CUSAX_ERROR_UNAVAILABLE);
  left = cusax_account_get_retry_seconds (world->account);
  g_assert_cmpuint (left, >=, 120);
  g_assert_cmpuint (left, <=, 145);
  world->retry_after = 1000000;
  fake_world_pass (world, left * 1000);
  fake_sip_state (world, CUSAX_SIP_STOPPED, CUSAX_ERROR_UNAVAILABLE);
  g_assert_cmpuint (cusax_account_get_retry_seconds (world->account), <=, 361);
  fake_world_free (world);
}

/* Time-limited credentials change in mid-call: nothing is signed off for them. Without a registration they are tried. */
static void
test_R9_other_credentials (void)
{
  static const char *const fresh[] = { "sip_auth_user=1800000000:alice", "sip_password=fresh", NULL };
  FakeWorld *world = fake_world_new (NULL);
  g_autoptr (CusaxConfig) config = fake_config_new (fresh);

  fake_world_sign_in (world);
  cusax_account_configure (world->account, config);
  fake_world_check (world, "");
  g_assert_true (cusax_account_get_config (world->account) == config);
  fake_world_free (world);

  world = fake_world_new (NULL);
  cusax_account_start (world->account);
  fake_sip_state (world, CUSAX_SIP_STOPPED, CUSAX_ERROR_CREDENTIALS);
  fake_world_forget (world);
  cusax_account_configure (world->account, config);
  fake_world_check (world, "sip.start\nphone SIGNING_IN\n");
  fake_world_free (world);
}

/* No retry storm (fail2ban): what only a person can change is tried once, until settings change. */
static void
test_refused_is_tried_once (void)
{
  static const CusaxErrorCode codes[] = { CUSAX_ERROR_CREDENTIALS, CUSAX_ERROR_REFUSED, CUSAX_ERROR_CERTIFICATE,
                                          CUSAX_ERROR_NOT_PROTECTED };
  static const char *const other[] = { "sip_password=other", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      FakeWorld *world = fake_world_new (NULL);
      g_autoptr (CusaxConfig) same = fake_config_new (NULL);
      g_autoptr (CusaxConfig) changed = fake_config_new (other);

      cusax_account_start (world->account);
      fake_world_forget (world);
      fake_sip_state (world, CUSAX_SIP_STOPPED, (int) codes[i]);
      fake_world_check (world, "phone REFUSED\n");
      g_assert_error (cusax_account_get_phone_error (world->account), CUSAX_ERROR, (int) codes[i]);
      fake_world_pass (world, 3600 * 1000);
      cusax_account_configure (world->account, same);
      fake_world_check (world, "");
      cusax_account_configure (world->account, changed);
      fake_world_check (world, "sip.start\nphone SIGNING_IN\n");
      fake_world_free (world);
    }
}

static void
test_configure_restarts_only_when_needed (void)
{
  static const char *const trivial[] = { "media_encryption=off", NULL };
  static const char *const moved[] = { "sip_server=other.example.org", NULL };
  static const char *const off[] = { "sip_enabled=0", NULL };
  FakeWorld *world = fake_world_new (NULL);
  g_autoptr (CusaxConfig) c1 = fake_config_new (trivial);
  g_autoptr (CusaxConfig) c2 = fake_config_new (moved);
  g_autoptr (CusaxConfig) c3 = fake_config_new (off);

  fake_world_sign_in (world);
  cusax_account_configure (world->account, c1);
  fake_world_check (world, "");
  cusax_account_configure (world->account, c2);
  fake_world_check (world, "sip.stop\nphone STOPPING\n");
  fake_sip_state (world, CUSAX_SIP_STOPPED, -1);
  fake_world_check (world, "sip.start\nphone SIGNING_IN\nphone SIGNING_IN\n");
  cusax_account_configure (world->account, c3);
  fake_sip_state (world, CUSAX_SIP_STOPPED, -1);
  fake_world_check (world, "sip.stop\nphone STOPPING\nphone OFF\n");
  fake_world_free (world);
}

/* R1, R5: the loss of one leg leaves the other alone; a call goes on while chat reconnects. */
static void
test_R1_legs_are_independent (void)
{
  FakeWorld *world = fake_world_new (NULL);
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.org", NULL);

  fake_world_sign_in (world);
  cusax_account_set_chat_up (world->account, TRUE);
  fake_world_check (world, "phone UP, chat\n");
  g_assert_nonnull (cusax_account_dial (world->account, bob, "bob@example.org", NULL, NULL));
  fake_transport_ready (world);
  fake_world_forget (world);

  cusax_account_set_chat_up (world->account, FALSE);
  fake_world_check (world, "phone UP\n");
  g_assert_cmpuint (cusax_account_get_calls (world->account)->len, ==, 1);
  cusax_account_set_chat_up (world->account, TRUE);
  fake_world_forget (world);

  fake_sip_state (world, CUSAX_SIP_STOPPED, CUSAX_ERROR_UNREACHABLE);
  fake_world_check (world, "phone WAITING, chat\n");
  g_assert_cmpuint (cusax_account_get_calls (world->account)->len, ==, 1);
  fake_world_free (world);
}

static void
test_dial_needs_telephony (void)
{
  FakeWorld *world = fake_world_new (NULL);
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.org", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (cusax_account_dial (world->account, bob, "bob@example.org", NULL, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE);
  fake_world_check (world, "");
  fake_world_free (world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_fatal_mask (G_LOG_DOMAIN, G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);

  g_test_add_func ("/account/sign-in-and-out", test_sign_in_and_out);
  g_test_add_func ("/account/start-while-stopping", test_start_while_stopping);
  g_test_add_func ("/account/switched-off", test_switched_off);
  g_test_add_func ("/account/R5-back-off", test_R5_back_off);
  g_test_add_func ("/account/P2-lost-registration", test_P2_lost_registration);
  g_test_add_func ("/account/P2-leg-is-dialled-again", test_P2_leg_is_dialled_again);
  g_test_add_func ("/account/P2-network-change", test_P2_network_change);
  g_test_add_func ("/account/retry-after", test_retry_after);
  g_test_add_func ("/account/R9-other-credentials", test_R9_other_credentials);
  g_test_add_func ("/account/refused-is-tried-once", test_refused_is_tried_once);
  g_test_add_func ("/account/configure", test_configure_restarts_only_when_needed);
  g_test_add_func ("/account/R1-legs-are-independent", test_R1_legs_are_independent);
  g_test_add_func ("/account/dial-needs-telephony", test_dial_needs_telephony);
  return g_test_run ();
}
