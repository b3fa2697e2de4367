/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "Test call setup" (R51): each broken step is the one that is named, in virtual time, over an account of plain values.
 */
#include "setupcheck.h"

#include "error.h"
#include "settings.h"

#include <string.h>

/* ------------------------------------------------------------ the account */

struct _CusaxAccount
{
  CusaxPhoneState state;
  CusaxSipState reached;
  GError *error;
  const char *server, *local, *seen;
  CusaxConfig *config;
  guint starts;
};

static CusaxAccount phone;

void
cusax_account_start (CusaxAccount *account)
{
  account->starts++;
  if (account->state != CUSAX_PHONE_UP)
    account->state = CUSAX_PHONE_SIGNING_IN;
}

CusaxPhoneState
cusax_account_get_phone_state (const CusaxAccount *account)
{
  return account->state;
}

CusaxSipState
cusax_account_get_reached (const CusaxAccount *account)
{
  return account->reached;
}

const GError *
cusax_account_get_phone_error (const CusaxAccount *account)
{
  return account->error;
}

const char *
cusax_account_get_server (const CusaxAccount *account)
{
  return account->server;
}

CusaxConfig *
cusax_account_get_config (const CusaxAccount *account)
{
  return account->config;
}

const char *
cusax_account_get_local_address (const CusaxAccount *account)
{
  return account->local;
}

const char *
cusax_account_get_seen_address (const CusaxAccount *account)
{
  return account->seen;
}

void
cusax_account_get_protection (const CusaxAccount *account, CusaxProtection *protection)
{
  memset (protection, 0, sizeof *protection);
  protection->is_up = protection->is_tls = TRUE;
  protection->transport = "TLS";
  protection->tls_version = "TLS 1.3";
  protection->authentication = "SHA-256";
}

/* ------------------------------------------------------ one timer, virtual */

static guint timer_ms;
static GSourceFunc timer_function;
static gpointer timer_data;

static guint
add_timer (CusaxClock *clock, guint ms, GSourceFunc function, gpointer data)
{
  g_assert_null (timer_function);
  timer_ms = ms;
  timer_function = function;
  timer_data = data;
  return 1;
}

static void
remove_timer (CusaxClock *clock, guint id)
{
  g_assert_nonnull (timer_function);
  timer_function = NULL;
}

static CusaxClock virtual_clock = { NULL, add_timer, remove_timer };

/* Returns: how much time passed */
static guint
pass_timer (void)
{
  GSourceFunc function = g_steal_pointer (&timer_function);

  g_assert_nonnull (function);
  g_assert_false (function (timer_data));
  return timer_ms;
}

/* ------------------------------------------------------------------ sound */

static GPtrArray *codecs;
static const char *missing, *hints;
static CusaxMediaProbeDone probe_done;
static gpointer probe_data;

static const GPtrArray *
get_codecs (CusaxMediaPort *port, const char **what_is_missing)
{
  *what_is_missing = missing;
  return codecs;
}

static const char *
get_hints (CusaxMediaPort *port)
{
  return hints;
}

static void
probe (CusaxMediaPort *port, CusaxMediaProbeDone done, gpointer user_data)
{
  probe_done = done;
  probe_data = user_data;
}

static void
cancel_probe (CusaxMediaPort *port)
{
  g_assert_nonnull (probe_done);
  probe_done = NULL;
}

static const CusaxMediaPortVtable media_vtable = { .get_codecs = get_codecs, .get_hints = get_hints, .probe = probe, .cancel_probe = cancel_probe };
static CusaxMediaPort media = { &media_vtable };

static void
tell_devices (const CusaxMediaProbe *result)
{
  CusaxMediaProbeDone done = probe_done;

  g_assert_nonnull (done);
  probe_done = NULL;
  done (probe_data, result);
}

/* --------------------------------------------------------------- the test */

static CusaxSetupCheck *check;
static GString *trace; /* "GOOD sip:alice@example.org|", ... in the order of the reports */
static guint done_count;
static int free_at = -1;

static void
on_step (gpointer user_data, CusaxCheckStep step, const CusaxCheckResult *result)
{
  static const char *const verdicts[] = { "PENDING", "GOOD", "WARNING", "BAD", "SKIPPED" };

  g_assert_true (check == NULL || cusax_setupcheck_get (check, step) == result);
  g_assert_cmpuint (done_count, ==, 0);
  g_string_append_printf (trace, "%s%s%s|", verdicts[result->verdict], result->detail != NULL ? " " : "",
                          result->detail != NULL ? result->detail : "");
  if (result->verdict == CUSAX_CHECK_BAD || result->verdict == CUSAX_CHECK_WARNING)
    g_assert_nonnull (result->error);
  else
    g_assert_null (result->error);
  if ((int) step == free_at)
    g_clear_pointer (&check, cusax_setupcheck_free);
}

static void
on_done (gpointer user_data)
{
  done_count++;
  g_clear_pointer (&check, cusax_setupcheck_free);
}

static const CusaxSetupCheckListener listener = { on_step, on_done };

static void
setup (const char *settings, const GError *config_error)
{
  g_autoptr (GError) error = NULL;

  memset (&phone, 0, sizeof phone);
  phone.state = CUSAX_PHONE_UP;
  phone.reached = CUSAX_SIP_REGISTERED;
  phone.server = "sip.example.org:5061 (TLS)";
  phone.local = "192.0.2.1";
  phone.seen = "192.0.2.1:4242";
  if (config_error == NULL)
    {
      phone.config = settings_config ("alice@example.org", "secret", settings, &error);
      g_assert_no_error (error);
    }
  codecs = cusax_codecs_policy ();
  missing = hints = NULL;
  trace = g_string_new (NULL);
  done_count = 0;
  free_at = -1;
  check = cusax_setupcheck_new (&phone, config_error, &virtual_clock, &media, &listener, NULL);
  g_assert_cmpstr (trace->str, ==, "");
}

static void
teardown (void)
{
  g_clear_pointer (&check, cusax_setupcheck_free);
  g_assert_null (timer_function);
  g_assert_null (probe_done);
  g_clear_pointer (&phone.config, cusax_config_unref);
  g_clear_error (&phone.error);
  g_clear_pointer (&codecs, g_ptr_array_unref);
  g_string_free (trace, TRUE);
}

static void
assert_trace (const char *expected)
{
  g_assert_cmpstr (trace->str, ==, expected);
  g_string_truncate (trace, 0);
}

static void
report (CusaxPhoneState state, CusaxSipState reached, int code)
{
  phone.state = state;
  phone.reached = reached;
  g_clear_error (&phone.error);
  if (code >= 0)
    phone.error = g_error_new_literal (CUSAX_ERROR, code, "why");
  cusax_setupcheck_on_state (check);
}

static void
finish_with_sound (void)
{
  static const CusaxMediaProbe good = { "Built-in", "Headset" };

  g_assert_cmpuint (pass_timer (), ==, 0);
  tell_devices (&good);
  g_assert_cmpuint (done_count, ==, 1);
}

#define SOUND "GOOD opus, G722, PCMA, PCMU|GOOD Built-in|GOOD Headset|"
#define SETTINGS "GOOD sip:alice@example.org|"
#define TELEPHONY "GOOD sip.example.org:5061 (TLS)|GOOD TLS 1.3|GOOD SHA-256|"

static void
test_R51_all_good (void)
{
  setup ("", NULL);
  g_assert_cmpuint (pass_timer (), ==, 0);
  assert_trace (SETTINGS TELEPHONY "GOOD 192.0.2.1|");
  g_assert_cmpuint (phone.starts, ==, 0);
  finish_with_sound ();
  assert_trace (SOUND);
  teardown ();
}

/* The same, but telephony has to be tried again first. */
static void
test_tries_again (void)
{
  static const CusaxPhoneState states[] = { CUSAX_PHONE_WAITING, CUSAX_PHONE_REFUSED, CUSAX_PHONE_OFF,
                                            CUSAX_PHONE_SIGNING_IN };

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      setup ("", NULL);
      phone.state = states[i];
      phone.error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE, "of the last time");
      pass_timer ();
      assert_trace (SETTINGS);
      g_assert_cmpuint (phone.starts, ==, 1);
      report (CUSAX_PHONE_SIGNING_IN, CUSAX_SIP_LOCATING, -1);
      assert_trace ("");
      report (CUSAX_PHONE_UP, CUSAX_SIP_REGISTERED, -1);
      assert_trace (TELEPHONY "GOOD 192.0.2.1|");
      report (CUSAX_PHONE_WAITING, CUSAX_SIP_REGISTERED, CUSAX_ERROR_UNREACHABLE); /* too late to matter */
      finish_with_sound ();
      assert_trace (SOUND);
      teardown ();
    }
}

/* What telephony needs is broken at one step: that one is BAD, those before are GOOD, those that need it are SKIPPED. */
static void
test_R51_broken_telephony (void)
{
  static const struct
  {
    int code;
    CusaxSipState reached;
    const char *server;
    CusaxCheckStep broken;
  } rows[] = {
    { CUSAX_ERROR_NO_HOST, CUSAX_SIP_LOCATING, NULL, CUSAX_CHECK_NAME },
    { CUSAX_ERROR_TIMEOUT, CUSAX_SIP_LOCATING, NULL, CUSAX_CHECK_NAME },
    { CUSAX_ERROR_UNREACHABLE, CUSAX_SIP_CONNECTING, "x:5061 (TLS)", CUSAX_CHECK_CONNECTION },
    { CUSAX_ERROR_TIMEOUT, CUSAX_SIP_CONNECTING, "x:5061 (TLS)", CUSAX_CHECK_CONNECTION },
    { CUSAX_ERROR_CERTIFICATE, CUSAX_SIP_CONNECTING, "x:5061 (TLS)", CUSAX_CHECK_CONNECTION },
    { CUSAX_ERROR_NOT_PROTECTED, CUSAX_SIP_LOCATING, "x:5060 (TCP)", CUSAX_CHECK_CONNECTION },
    { CUSAX_ERROR_UNREACHABLE, CUSAX_SIP_REGISTERING, "x:5061 (TLS)", CUSAX_CHECK_CONNECTION },
    { CUSAX_ERROR_TIMEOUT, CUSAX_SIP_REGISTERING, "x:5060 (UDP)", CUSAX_CHECK_CONNECTION },
    { CUSAX_ERROR_UNREACHABLE, CUSAX_SIP_REGISTERED, "x:5061 (TLS)", CUSAX_CHECK_CONNECTION },
    { CUSAX_ERROR_TIMEOUT, CUSAX_SIP_REGISTERING, "x:5060 (TCP)", CUSAX_CHECK_LOGIN },
    { CUSAX_ERROR_CREDENTIALS, CUSAX_SIP_REGISTERING, "x:5061 (TLS)", CUSAX_CHECK_LOGIN },
    { CUSAX_ERROR_WITHHELD, CUSAX_SIP_REGISTERING, "x:5061 (TLS)", CUSAX_CHECK_LOGIN },
    { CUSAX_ERROR_NOT_PROTECTED, CUSAX_SIP_REGISTERING, "x:5060 (UDP)", CUSAX_CHECK_LOGIN },
    { CUSAX_ERROR_REFUSED, CUSAX_SIP_REGISTERING, "x:5061 (TLS)", CUSAX_CHECK_LOGIN },
    { CUSAX_ERROR_UNAVAILABLE, CUSAX_SIP_REGISTERED, "x:5061 (TLS)", CUSAX_CHECK_LOGIN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) expected = g_string_new (SETTINGS);
      const char *server = rows[i].server != NULL ? rows[i].server : "example.org";

      setup ("", NULL);
      phone.state = CUSAX_PHONE_WAITING;
      phone.server = rows[i].server;
      pass_timer ();
      report (i % 2 == 0 ? CUSAX_PHONE_WAITING : CUSAX_PHONE_REFUSED, rows[i].reached, rows[i].code);
      if (rows[i].broken > CUSAX_CHECK_NAME)
        g_string_append_printf (expected, "GOOD %s|", server);
      if (rows[i].broken > CUSAX_CHECK_CONNECTION)
        g_string_append (expected, "GOOD|");
      g_string_append_printf (expected, "BAD %s|", server);
      for (int step = rows[i].broken + 1; step <= CUSAX_CHECK_NAT; step++)
        g_string_append (expected, "SKIPPED|");
      assert_trace (expected->str);
      g_assert_error (cusax_setupcheck_get (check, rows[i].broken)->error, CUSAX_ERROR, rows[i].code);
      /* Sound needs no server: it is tested all the same. */
      finish_with_sound ();
      assert_trace (SOUND);
      teardown ();
    }
}

/* The server's name as it was typed, not the domain. */
static void
test_unknown_name (void)
{
  setup ("sip_server=nowhere.example.net", NULL);
  phone.state = CUSAX_PHONE_REFUSED;
  phone.server = NULL;
  pass_timer ();
  report (CUSAX_PHONE_WAITING, CUSAX_SIP_LOCATING, CUSAX_ERROR_NO_HOST);
  assert_trace (SETTINGS "BAD nowhere.example.net|SKIPPED|SKIPPED|SKIPPED|");
  finish_with_sound ();
  teardown ();
}

static void
test_settings (void)
{
  g_autoptr (GError) invalid = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_INVALID, "sip_address: no domain");

  setup ("", invalid);
  pass_timer ();
  assert_trace ("BAD|SKIPPED|SKIPPED|SKIPPED|SKIPPED|");
  g_assert_cmpuint (phone.starts, ==, 0);
  finish_with_sound ();
  assert_trace (SOUND);
  teardown ();

  setup ("sip_enabled=0", NULL);
  phone.state = CUSAX_PHONE_OFF;
  pass_timer ();
  assert_trace ("WARNING|SKIPPED|SKIPPED|SKIPPED|SKIPPED|");
  g_assert_cmpuint (phone.starts, ==, 0);
  finish_with_sound ();
  teardown ();
}

/* Within 30 s, whatever happens. */
static void
test_bound (void)
{
  guint ms;

  setup ("", NULL);
  phone.state = CUSAX_PHONE_WAITING;
  ms = pass_timer ();
  phone.reached = CUSAX_SIP_CONNECTING;
  ms += pass_timer ();
  g_assert_cmpuint (ms, <=, 25000);
  assert_trace (SETTINGS "GOOD sip.example.org:5061 (TLS)|BAD sip.example.org:5061 (TLS)|SKIPPED|SKIPPED|");
  finish_with_sound ();
  teardown ();
}

static void
test_nat (void)
{
  static const struct
  {
    const char *local, *seen, *expected;
  } rows[] = {
    { "192.0.2.1", "192.0.2.1:4242", "GOOD 192.0.2.1|" },
    { "192.0.2.1", "192.0.2.1", "GOOD 192.0.2.1|" },
    { "192.168.1.2", "203.0.113.5:4242", "WARNING 192.168.1.2, 203.0.113.5|" },
    { "2001:db8::1", "[2001:DB8::1]:4242", "GOOD 2001:db8::1|" },
    { "2001:db8::1", "2001:db8::2", "WARNING 2001:db8::1, 2001:db8::2|" },
    { "192.0.2.1", NULL, "SKIPPED|" },
    { NULL, "192.0.2.1:4242", "SKIPPED|" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *expected = g_strconcat (SETTINGS TELEPHONY, rows[i].expected, NULL);

      setup ("", NULL);
      phone.local = rows[i].local;
      phone.seen = rows[i].seen;
      pass_timer ();
      assert_trace (expected);
      finish_with_sound ();
      teardown ();
    }
}

static void
test_R51_broken_sound (void)
{
  g_autoptr (GError) dead = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_MEDIA, "device is busy");
  CusaxMediaProbe no_microphone = { .speaker = "Headset", .microphone_error = dead };
  CusaxMediaProbe no_speaker = { .microphone = "Built-in", .speaker_error = dead };
  CusaxMediaProbe in_call = { 0 };

  setup ("", NULL);
  g_ptr_array_set_size (codecs, 0);
  missing = "gstreamer1.0-plugins-good";
  pass_timer ();
  g_string_truncate (trace, 0);
  pass_timer ();
  assert_trace ("BAD gstreamer1.0-plugins-good|");
  tell_devices (&no_microphone);
  assert_trace ("BAD|GOOD Headset|");
  teardown ();

  setup ("", NULL);
  pass_timer ();
  g_string_truncate (trace, 0);
  hints = "gstreamer1.0-libav";
  pass_timer ();
  assert_trace ("WARNING gstreamer1.0-libav|");
  tell_devices (&no_speaker);
  assert_trace ("GOOD Built-in|BAD|");
  teardown ();

  setup ("", NULL);
  pass_timer ();
  pass_timer ();
  g_string_truncate (trace, 0);
  tell_devices (&in_call);
  assert_trace ("GOOD|GOOD|");
  teardown ();
}

/* Given up at any moment, from inside a report too: nothing comes any more, and nothing is left. */
static void
test_given_up (void)
{
  setup ("", NULL);
  g_clear_pointer (&check, cusax_setupcheck_free);
  teardown ();

  setup ("", NULL);
  phone.state = CUSAX_PHONE_WAITING;
  pass_timer ();
  g_clear_pointer (&check, cusax_setupcheck_free);
  teardown ();

  setup ("", NULL);
  pass_timer ();
  pass_timer ();
  g_clear_pointer (&check, cusax_setupcheck_free);
  teardown ();

  for (int step = 0; step < CUSAX_CHECK_N_STEPS; step++)
    {
      static const CusaxMediaProbe good = { "Built-in", "Headset" };

      setup ("", NULL);
      free_at = step;
      while (timer_function != NULL)
        pass_timer ();
      if (probe_done != NULL)
        tell_devices (&good);
      g_assert_null (check);
      g_assert_cmpuint (done_count, ==, 0);
      teardown ();
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/setupcheck/R51/all-good", test_R51_all_good);
  g_test_add_func ("/setupcheck/tries-again", test_tries_again);
  g_test_add_func ("/setupcheck/R51/broken-telephony", test_R51_broken_telephony);
  g_test_add_func ("/setupcheck/unknown-name", test_unknown_name);
  g_test_add_func ("/setupcheck/settings", test_settings);
  g_test_add_func ("/setupcheck/bound", test_bound);
  g_test_add_func ("/setupcheck/nat", test_nat);
  g_test_add_func ("/setupcheck/R51/broken-sound", test_R51_broken_sound);
  g_test_add_func ("/setupcheck/given-up", test_given_up);
  return g_test_run ();
}
