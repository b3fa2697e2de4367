/* SPDX-License-Identifier: GPL-2.0-or-later */
/* R51: the log that a person may save: bounded, with time and leg in each line, and without any secret. */
#include "fakephone.h"

#include "elements.h"
#include "error.h"
#include "log.h"
#include "protection.h"
#include "sipversion.h"
#include "supportlog.h"

#include <purple.h>
#include <string.h>

static PurpleAccount *account;

/* ----------------------------------------------- what supportlog.c asks of */

char *
cusax_elements_get_version (void)
{
  return g_strdup ("GStreamer 1.22.0");
}

const char *
cusax_sipversion_get (void)
{
  return "1.12.11";
}

void
cusax_protection_get (PurpleAccount *of, CusaxProtection *protection)
{
  *protection = (CusaxProtection) { TRUE, TRUE, "TLS", "TLS 1.3", CUSAX_PEER_TRUSTED, "SCRAM-SHA-1", "xmpp.example.org" };
}

void
cusax_account_get_protection (const CusaxAccount *of, CusaxProtection *protection)
{
  *protection = (CusaxProtection) { 0 };
}

static void
setup (void)
{
  fake_phone_reset ("alice@example.org");
  fake_phone.chat_up = TRUE;
  fake_phone.state = CUSAX_PHONE_REFUSED;
  fake_phone.server = "sip.example.org:5061 (TLS)";
  fake_phone.error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_CREDENTIALS, "401");
  cusax_log_init ();
}

static void
teardown (void)
{
  cusax_log_shutdown ();
  fake_phone_reset (NULL);
}

static void
say (const char *domain, const char *text)
{
  g_log (domain, G_LOG_LEVEL_DEBUG, "%s", text);
}

static void
test_R51_header_and_lines (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  setup ();
  say ("cusax-sip", "relay: connected");
  say ("cusax-phone", "call #1: ACTIVE");
  say ("somebody-else", "not ours");
  text = cusax_supportlog_get ();
  lines = g_strsplit (text, "\n", -1);
  g_assert_true (g_str_has_prefix (lines[0], "CUSAX "));
  g_assert_nonnull (strstr (lines[0], "Sofia-SIP 1.12.11, GStreamer 1.22.0, GLib "));
  g_assert_cmpstr (lines[1], ==, "Account alice@example.org, sip:alice@example.org");
  g_assert_cmpstr (lines[2], ==, "  chat: up; xmpp.example.org; TLS; TLS 1.3; certificate of a known authority; signed in by "
                                 "SCRAM-SHA-1");
  g_assert_cmpstr (lines[3], ==, "  telephony: refused");
  g_assert_cmpstr (lines[4], ==, "  the last try of sip.example.org:5061 (TLS): 401");
  g_assert_cmpstr (lines[5], ==, "");
  g_assert_true (g_regex_match_simple ("^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} cusax-sip: relay: connected$", lines[6],
                                       0, 0));
  g_assert_true (g_str_has_suffix (lines[7], " cusax: call #1: ACTIVE"));
  g_assert_cmpstr (lines[8], ==, "");
  g_assert_null (lines[9]);
  teardown ();
}

/* T5's rule for everything that leaves this machine: no secret, wherever a fault or a server has put it. */
static void
test_R51_no_secret (void)
{
  static const char *const texts[] = {
    "REGISTER sip:example.org SIP/2.0\r\nAuthorization: Digest username=\"alice\", response=\"hush1\", cnonce=\"hush2\"\r\n",
    "Proxy-Authorization: Digest response=\"hush3\"\r\n",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:hush4hush4hush4hush4hush4hush4hush4hush\r\n",
    "WWW-Authenticate: Digest realm=\"x\", nonce=\"hush5\"\r\n",
    "sending to sip:alice:hush6@example.org",
    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>hush7</auth>",
    "the server said: wrong password Tr0ub4dor for alice",
    "document: \"sip_password\": \"of-the-phone\"",
  };
  static const char *const secrets[] = { "hush", "Tr0ub4dor", "of-the-phone" };
  g_autofree char *text = NULL;

  setup ();
  purple_account_set_password (account, "Tr0ub4dor");
  purple_account_set_string (account, "sip_password", "of-the-phone");
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    say ("cusax-sip", texts[i]);
  text = cusax_supportlog_get ();
  for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++)
    if (strstr (text, secrets[i]) != NULL)
      g_error ("%s is in it: %s", secrets[i], text);
  /* What is no secret is still there. */
  g_assert_nonnull (strstr (text, "REGISTER sip:example.org"));
  g_assert_nonnull (strstr (text, "Authorization:"));
  g_assert_nonnull (strstr (text, "wrong password *** for alice"));
  purple_account_set_password (account, NULL);
  purple_account_set_string (account, "sip_password", "");
  teardown ();
}

static gpointer
say_from_elsewhere (gpointer unused)
{
  say ("cusax-rtp", "from the media thread");
  return NULL;
}

static void
test_bounded (void)
{
  g_autofree char *line = g_strnfill (100 * 1024, 'x');
  g_autofree char *text = NULL;

  setup ();
  say ("cusax-sip", "the oldest");
  for (int i = 0; i < 2000; i++)
    say ("cusax-sip", line);
  say ("cusax-sip", "one\ntwo");
  g_thread_join (g_thread_new (NULL, say_from_elsewhere, NULL));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  text = cusax_supportlog_get ();
  g_assert_cmpuint (strlen (text), <, CUSAX_SUPPORTLOG_MAX_BYTES + 4096);
  g_assert_cmpuint (strlen (text), >, CUSAX_SUPPORTLOG_MAX_BYTES / 2);
  g_assert_null (strstr (text, "the oldest"));
  g_assert_nonnull (strstr (text, "cusax-sip: one\n    two\n"));
  g_assert_true (g_str_has_suffix (text, " cusax-media: from the media thread\n"));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  teardown ();
}

/* After unload nothing is kept, and nothing is taken. */
static void
test_over (void)
{
  g_autofree char *text = NULL;

  setup ();
  say ("cusax-sip", "of the last session");
  teardown ();
  cusax_supportlog_add ("cusax", "too late");
  setup ();
  text = cusax_supportlog_get ();
  g_assert_null (strstr (text, "of the last session"));
  g_assert_null (strstr (text, "too late"));
  teardown ();
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  account = fake_purple_account ("alice@example.org");
  g_test_add_func ("/supportlog/R51/header-and-lines", test_R51_header_and_lines);
  g_test_add_func ("/supportlog/R51/no-secret", test_R51_no_secret);
  g_test_add_func ("/supportlog/bounded", test_bounded);
  g_test_add_func ("/supportlog/over", test_over);
  result = g_test_run ();
  fake_purple_stop ();
  return result;
}
