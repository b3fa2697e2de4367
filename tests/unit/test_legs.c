/* SPDX-License-Identifier: GPL-2.0-or-later */
/* R46: how well both legs are protected, in one place; told when it gets worse, with one action that requires it for both.
 * Run as Pidgin and as Finch. */
#include "fakechat.h"

#include "callers.h"
#include "config.h"
#include "ladder.h"
#include "legs.h"
#include "notices.h"
#include "protection.h"
#include "provision.h"

#include <purple.h>
#include <string.h>

static PurpleAccount *account;
static CusaxProtection chat, phone;
static GString *trace;
static const char *locked;          /* name of the setting that a file locks */
static CusaxProvision *provision;   /* gives sip_server */
static gboolean is_finch;
static char *window;                /* "title|primary|secondary" of the last message */

/* ------------------------------------------------------ what legs.c asks of */

const CusaxConfigReader *cusax_settings_get_reader (void);

const CusaxConfigReader *
cusax_settings_get_reader (void)
{
  return NULL;
}

void
cusax_protection_get (PurpleAccount *of, CusaxProtection *protection)
{
  *protection = chat;
}

void
cusax_account_get_protection (const CusaxAccount *of, CusaxProtection *protection)
{
  *protection = phone;
}

const CusaxLadder *
cusax_connection_get_ladder (CusaxConnection *connection)
{
  return (const CusaxLadder *) &trace;
}

CusaxProvision *
cusax_ladder_get_lock (const CusaxLadder *ladder, const char *name)
{
  return g_strcmp0 (locked, name) == 0 ? (CusaxProvision *) &trace : NULL;
}

CusaxProvision *
cusax_ladder_find (const CusaxLadder *ladder, const char *jid, const CusaxConfigReader *typed, gpointer user_data,
                   const char *name)
{
  g_assert_true (user_data == account);
  return g_str_equal (name, "sip_server") ? provision : NULL;
}

void
cusax_connection_reconfigure (PurpleAccount *of)
{
  g_string_append (trace, "reconfigure ");
}

char *
cusax_notices_status_text (PurpleAccount *of)
{
  return g_strdup ("Telephony: signed in.\nChat: signed in.\nBoth protected.");
}

char *
cusax_callers_name (PurpleAccount *of, CusaxCall *call)
{
  return g_strdup ("Bob");
}

/* In place of libpurple's own. */
__attribute__ ((visibility ("default"))) void
purple_account_disconnect (PurpleAccount *of)
{
  g_string_append (trace, "disconnect ");
}

__attribute__ ((visibility ("default"))) void
purple_account_connect (PurpleAccount *of)
{
  g_string_append (trace, "connect ");
}

static void *
notify_message (PurpleNotifyMsgType type, const char *title, const char *primary, const char *secondary)
{
  g_free (window);
  window = g_strdup_printf ("%s|%s|%s", title, primary, secondary);
  return &window;
}

static void
close_notify (PurpleNotifyType type, void *handle)
{
}

static PurpleNotifyUiOps notify_ops = { .notify_message = notify_message, .close_notify = close_notify };

/* ---------------------------------------------------------------- helpers */

static void
set_typed (const char *chat_security, const char *sip_security, const char *sip_transport)
{
  purple_account_set_string (account, "connection_security", chat_security);
  purple_account_set_string (account, "sip_security", sip_security);
  purple_account_set_string (account, "sip_transport", sip_transport);
}

/* The account as core/config reads it; fake_phone's own is all default. */
static const char *
get_string (gpointer data, const char *name, const char *fallback)
{
  return purple_account_get_string (account, name, fallback);
}

static gboolean
get_bool (gpointer data, const char *name, gboolean fallback)
{
  return fallback;
}

static int
get_int (gpointer data, const char *name, int fallback)
{
  return fallback;
}

static void
reread (void)
{
  static const CusaxConfigReader reader = { get_string, get_bool, get_int };

  g_clear_pointer (&fake_phone.config, cusax_config_unref);
  fake_phone.config = cusax_config_new ("alice@example.org", "secret", &reader, NULL, NULL);
  g_assert_nonnull (fake_phone.config);
}

static void
setup (void)
{
  fake_phone_reset ("alice@example.org");
  fake_dialogs_are_finch = is_finch;
  fake_dialogs_opened = 0;
  set_typed ("opportunistic_tls", "allow_plain", "udp");
  reread ();
  chat = (CusaxProtection) { TRUE, TRUE, "TLS", "TLS 1.3", CUSAX_PEER_TRUSTED, "SCRAM-SHA-1", "xmpp.example.org" };
  phone = (CusaxProtection) { TRUE, TRUE, "TLS", "TLS 1.2", CUSAX_PEER_PINNED, "SHA-256", "sip.example.org:5061" };
  locked = NULL;
}

static void
teardown (void)
{
  cusax_legs_forget (account);
  cusax_legs_forget (account);
  g_assert_null (fake_dialog);
  g_clear_pointer (&window, g_free);
  g_clear_pointer (&provision, cusax_provision_unref);
  g_string_truncate (trace, 0);
  fake_phone_reset (NULL);
}

static void
assert_trace (const char *expected)
{
  g_assert_cmpstr (trace->str, ==, expected);
  g_string_truncate (trace, 0);
}

static void
update (gboolean chat_tls, gboolean phone_tls)
{
  chat.is_tls = chat_tls;
  phone.is_tls = phone_tls;
  cusax_legs_update (account);
}

/* ------------------------------------------------------------------ tests */

static void
test_R46_words (void)
{
  static const struct
  {
    gboolean chat_up, chat_tls, phone_up, phone_tls;
    const char *words;
  } rows[] = {
    { TRUE, TRUE, TRUE, TRUE, "Both protected." },
    { TRUE, TRUE, TRUE, FALSE, "Chat is protected, telephony is not." },
    { TRUE, FALSE, TRUE, TRUE, "Telephony is protected, chat is not." },
    { TRUE, FALSE, TRUE, FALSE, "Neither chat nor telephony is protected." },
    { TRUE, TRUE, FALSE, FALSE, "" },
    { FALSE, FALSE, TRUE, TRUE, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *words = NULL;

      setup ();
      chat.is_up = rows[i].chat_up;
      chat.is_tls = rows[i].chat_tls;
      phone.is_up = rows[i].phone_up;
      phone.is_tls = rows[i].phone_tls;
      words = cusax_legs_words (account);
      g_assert_cmpstr (words, ==, rows[i].words);
      teardown ();
    }
}

/* On each change for the worse, one window per kind; a leg that only comes and goes is no change. */
static void
test_R46_warns (void)
{
  setup ();
  update (TRUE, TRUE);
  g_assert_null (fake_dialog);
  update (TRUE, FALSE);
  g_assert_cmpstr (fake_dialog->primary, ==, "Chat is protected, telephony is not.");
  g_assert_true (g_str_has_prefix (fake_dialog->secondary, "Account: alice@example.org\n"));
  g_assert_cmpstr (fake_dialog->ok_text, ==, "Require encryption for both");
  g_assert_cmpint (fake_dialog->default_action, ==, 1);
  phone.is_up = FALSE;
  cusax_legs_update (account);
  phone.is_up = TRUE;
  update (TRUE, FALSE);
  g_assert_cmpuint (fake_dialogs_opened, ==, 1);
  update (FALSE, FALSE);
  g_assert_cmpuint (fake_dialogs_opened, ==, 2);
  g_assert_cmpstr (fake_dialog->primary, ==, "Neither chat nor telephony is protected.");
  /* Put right: the window goes. Not told of again in this session. */
  update (TRUE, TRUE);
  g_assert_null (fake_dialog);
  update (TRUE, FALSE);
  g_assert_cmpuint (fake_dialogs_opened, ==, 2);
  assert_trace ("");
  teardown ();
}

static void
test_close_changes_nothing (void)
{
  setup ();
  update (TRUE, FALSE);
  fake_dialog_press (FALSE);
  update (FALSE, TRUE);
  fake_dialog_close_window ();
  cusax_legs_update (account);
  g_assert_null (fake_dialog);
  assert_trace ("");
  g_assert_cmpstr (purple_account_get_string (account, "sip_security", NULL), ==, "allow_plain");
  teardown ();
}

static void
test_R46_require_both (void)
{
  setup ();
  update (FALSE, FALSE);
  g_assert_true (cusax_legs_can_require_both (account));
  fake_dialog_press (TRUE);
  assert_trace ("reconfigure disconnect connect ");
  g_assert_cmpstr (purple_account_get_string (account, "connection_security", NULL), ==, "require_tls");
  g_assert_cmpstr (purple_account_get_string (account, "sip_security", NULL), ==, "require_tls");
  g_assert_cmpstr (purple_account_get_string (account, "sip_transport", NULL), ==, "auto");
  reread ();
  g_assert_false (cusax_legs_can_require_both (account));
  cusax_legs_require_both (account);
  assert_trace ("");
  teardown ();
}

/* What is good enough stays: TLS from the first byte, a stream that is protected, what a company has locked. */
static void
test_keeps_what_is_good (void)
{
  setup ();
  set_typed ("old_ssl", "require_tls", "tls");
  reread ();
  g_assert_false (cusax_legs_can_require_both (account));
  /* Nothing to be done by the person: told all the same. */
  update (TRUE, FALSE);
  g_assert_null (fake_dialog);
  g_assert_true (g_str_has_prefix (window, "Encryption|Chat is protected, telephony is not.|Account: alice@example.org\n"));
  teardown ();

  setup ();
  set_typed ("old_ssl", "allow_plain", "auto");
  reread ();
  g_assert_true (cusax_legs_can_require_both (account));
  cusax_legs_require_both (account);
  assert_trace ("reconfigure ");
  g_assert_cmpstr (purple_account_get_string (account, "connection_security", NULL), ==, "old_ssl");
  teardown ();

  setup ();
  set_typed ("require_tls", "allow_plain", "auto");
  reread ();
  locked = "sip_security";
  g_assert_false (cusax_legs_can_require_both (account));
  teardown ();
}

static void
test_R46_details (void)
{
  setup ();
  provision = cusax_provision_new (CUSAX_PROVISION_DOCUMENT, "https://example.org/cusax.json");
  fake_phone.server = "sip.example.org:5061 (TLS)";
  purple_account_set_string (account, "sip_address", "alice@example.org");
  cusax_legs_show (account);
  g_assert_cmpstr (window, ==,
                   "Connection details|alice@example.org|Telephony: signed in.\nChat: signed in.\nBoth protected.\n\n"
                   "Telephone address: sip:alice@example.org (typed)\n"
                   "Telephone server: sip.example.org:5061 (TLS)\n"
                   "  (from your provider, https://example.org/cusax.json)\n"
                   "Telephone protection: TLS 1.2, certificate accepted by you\n"
                   "Telephone password: the chat password\n"
                   "Telephone signed in by: SHA-256\n\n"
                   "Chat server: xmpp.example.org\n"
                   "Chat protection: TLS 1.3, certificate signed by a known authority\n"
                   "Chat signed in by: SCRAM-SHA-1");
  g_assert_null (strstr (window, "secret"));
  purple_account_set_string (account, "sip_address", "");
  g_clear_pointer (&provision, cusax_provision_unref);
  phone = (CusaxProtection) { 0 };
  chat.is_tls = FALSE;
  cusax_legs_show (account);
  g_assert_nonnull (strstr (window, "sip:alice@example.org (derived from the chat address)\n"));
  g_assert_nonnull (strstr (window, "(TLS) (found by DNS)\nTelephone password"));
  g_assert_nonnull (strstr (window, "Chat protection: none\n"));
  g_assert_null (strstr (window, "Telephone signed in"));
  teardown ();
}

/* What is measured of a call: in full where there is room, else in a window of its own. */
static void
test_P1_call_details (void)
{
  CusaxCall *call = fake_call_new (2, CUSAX_CALL_ACTIVE, "bob@example.org");

  setup ();
  g_ptr_array_add (fake_phone.calls, call);
  call->peer = cusax_address_parse_uri ("sip:bob@example.org", NULL);
  call->codec = "opus/48000";
  cusax_legs_show_call (account, call);
  g_assert_true (g_str_has_prefix (window, "Call details|#2 Bob: in call, not encrypted|Codec: opus/48000\n"));
  cusax_legs_show (account);
  g_assert_nonnull (strstr (window, "\n#2 Bob: in call, not encrypted"));
  g_assert_cmpint (strstr (window, "Codec: opus/48000") != NULL, ==, !is_finch);
  fake_call_free (call);
  teardown ();
}

/* Lines are no wider than Finch shows, and not so many. */
static void
test_details_fit (void)
{
  g_auto (GStrv) lines = NULL;

  setup ();
  provision = cusax_provision_new (CUSAX_PROVISION_DOCUMENT, "https://provisioning.example.org/.well-known/cusax/a.json");
  fake_phone.server = "sip-with-a-long-name.telephony.example.org:5061 (TLS)";
  cusax_legs_show (account);
  lines = g_strsplit (window, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), <=, 18);
  for (gsize i = 0; is_finch && lines[i] != NULL; i++)
    g_assert_cmpint (g_utf8_strlen (lines[i], -1), <=, 76);
  teardown ();
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  is_finch = argc > 1 && g_str_equal (argv[1], "finch");
  fake_purple_start (is_finch ? "gnt-purple" : "gtk-gaim");
  fake_chat_init ();
  purple_notify_set_ui_ops (&notify_ops);
  account = fake_purple_account ("alice@example.org");
  trace = g_string_new (NULL);
  g_test_add_func ("/legs/R46/words", test_R46_words);
  g_test_add_func ("/legs/R46/warns", test_R46_warns);
  g_test_add_func ("/legs/close-changes-nothing", test_close_changes_nothing);
  g_test_add_func ("/legs/R46/require-both", test_R46_require_both);
  g_test_add_func ("/legs/keeps-what-is-good", test_keeps_what_is_good);
  g_test_add_func ("/legs/R46/details", test_R46_details);
  g_test_add_func ("/legs/details-fit", test_details_fit);
  g_test_add_func ("/legs/P1-call-details", test_P1_call_details);
  result = g_test_run ();
  g_string_free (trace, TRUE);
  fake_phone_reset (NULL);
  fake_chat_shutdown ();
  fake_purple_stop ();
  return result;
}
