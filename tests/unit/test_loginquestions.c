/* SPDX-License-Identifier: GPL-2.0-or-later */
/* P4: a bad certificate is a question in words, and no is the answer to everything but "Accept"; R2, R47: one field for a
 * telephony password, only when the shared one does not do; 301, 302, 305: asked about. Run as Pidgin and as Finch. */
#include "fakechat.h"

#include "error.h"
#include "ladder.h"
#include "loginquestions.h"
#include "loginwords.h"
#include "pins.h"
#include "wrap.h"

#include <purple.h>
#include <string.h>

#define PRINT "4E:D8:8C:3D:37:89:64:23:03:4A:C3:03:58:26:AE:C0:92:F5:88:B6:7C:CF:89:5C:28:49:DA:53:91:7A:E7:5E"
#define PRINT_WORDS "4E:D8:8C:3D 37:89:64:23 03:4A:C3:03 58:26:AE:C0\n92:F5:88:B6 7C:CF:89:5C 28:49:DA:53 91:7A:E7:5E"
#define OTHER_PRINT "A5:E4:6F:14:C8:AC:BB:4D:9E:54:F3:A6:BA:67:32:E3:8B:8F:91:58:32:9C:C3:15:98:0B:F8:58:FA:3F:15:D8"

static PurpleAccount *account;
static GString *trace; /* what the answers led to */
static gboolean hint;
static const char *locked; /* name of the one setting that a file locks */
static gboolean is_finch;

/* ------------------------------------------ what loginquestions.c asks of */

gboolean
cusax_account_has_password_hint (const CusaxAccount *phone)
{
  return hint;
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

CusaxPins *
cusax_connection_get_pins (CusaxConnection *connection)
{
  return (CusaxPins *) &trace;
}

gboolean
cusax_pins_add (CusaxPins *pins, const char *host, guint16 port, const char *fingerprint, const char *pem,
                GError **error)
{
  g_string_append_printf (trace, "pin(%s %u %.5s %s) ", host, port, fingerprint, pem);
  return TRUE;
}

void
cusax_connection_set_sip_password (CusaxConnection *connection, const char *password)
{
  g_string_append_printf (trace, "session(%s) ", password != NULL ? password : "none");
}

void
cusax_connection_start_phone (CusaxConnection *connection)
{
  g_string_append (trace, "start ");
}

void
cusax_connection_reconfigure (PurpleAccount *of)
{
  g_assert_true (of == account);
  g_string_append (trace, "reconfigure ");
}

static void
assert_trace (const char *expected)
{
  g_assert_cmpstr (trace->str, ==, expected);
  g_string_truncate (trace, 0);
}

static void
setup_as (const char *jid)
{
  fake_phone_reset (jid);
  fake_dialogs_are_finch = is_finch;
  fake_dialogs_opened = 0;
  fake_phone.server = "sip.example.org:5061 (TLS)";
  hint = FALSE;
  locked = NULL;
  purple_account_remove_setting (account, "sip_password");
  purple_account_remove_setting (account, "sip_server");
  purple_account_remove_setting (account, "related_domains");
  purple_account_set_remember_password (account, FALSE);
}

static void
setup (void)
{
  setup_as ("alice@example.org");
}

static void
teardown (void)
{
  cusax_loginquestions_forget (account);
  g_assert_null (fake_dialog);
  assert_trace ("");
  fake_phone_reset (NULL);
}

static void
set_state (CusaxPhoneState state, int code)
{
  fake_phone.state = state;
  g_clear_error (&fake_phone.error);
  if (code >= 0)
    fake_phone.error = g_error_new_literal (CUSAX_ERROR, code, "for the test");
  cusax_loginquestions_update (account, &fake_phone);
}

/* In Finch everything has to be seen without scrolling. */
static void
assert_fits (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  if (!is_finch)
    return;
  g_assert_cmpuint (g_strv_length (lines), <=, CUSAX_WRAP_LINES);
  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_cmpint (g_utf8_strlen (lines[i], -1), <=, CUSAX_WRAP_COLUMNS);
}

static gboolean
says (const char *words)
{
  g_autofree char *flat = g_strdelimit (g_strdup (fake_dialog->secondary), "\n", ' ');
  g_autofree char *sought = g_strdelimit (g_strdup (words), "\n", ' ');

  return strstr (flat, sought) != NULL;
}

/* ------------------------------------------------------------ certificate */

static CusaxCertificate
certificate (CusaxCertificateFaults faults)
{
  CusaxCertificate made = {
    .host = "sip.example.org", .port = 5061, .faults = faults, .fingerprint = PRINT,
    .subject = "CN=sip.example.org", .issuer = "CN=Example CA", .not_before = 1000000000, .not_after = 1600000000,
    .pem = "PEM",
  };
  return made;
}

/* As the telephone tells it: the certificate, then REFUSED. */
static void
show_certificate (const CusaxCertificate *shown)
{
  set_state (CUSAX_PHONE_SIGNING_IN, -1);
  cusax_loginquestions_certificate (account, shown);
  set_state (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CERTIFICATE);
}

static void
test_faults (void)
{
  static const struct
  {
    CusaxCertificateFaults faults;
    const char *words;
  } rows[] = {
    { CUSAX_CERTIFICATE_UNKNOWN_CA, "Nobody whom this computer trusts vouches for it." },
    { CUSAX_CERTIFICATE_WRONG_NAME, "It is made out for another name than this server's." },
    { CUSAX_CERTIFICATE_NOT_YET, "It is not valid before 2001-09-09" },
    { CUSAX_CERTIFICATE_EXPIRED, "It expired on 2020-09-13." },
    { CUSAX_CERTIFICATE_REVOKED, "has taken that back." },
    { CUSAX_CERTIFICATE_INSECURE, "made in a way that is not safe any more." },
    { CUSAX_CERTIFICATE_OTHER, "It cannot be checked." },
  };
  CusaxCertificateFaults all = 0;

  setup ();
  for (gsize i = 0; i <= G_N_ELEMENTS (rows); i++)
    {
      CusaxCertificate shown = certificate (i < G_N_ELEMENTS (rows) ? rows[i].faults : all);

      show_certificate (&shown);
      g_assert_nonnull (fake_dialog);
      for (gsize k = 0; k < G_N_ELEMENTS (rows); k++)
        g_assert_cmpint (says (rows[k].words), ==,
                         rows[k].faults == CUSAX_CERTIFICATE_OTHER ? shown.faults == CUSAX_CERTIFICATE_OTHER
                                                                   : (shown.faults & rows[k].faults) != 0);
      g_assert_true (says ("Server: sip.example.org, port 5061"));
      g_assert_true (says ("Account: alice@example.org"));
      g_assert_nonnull (strstr (fake_dialog->secondary, PRINT_WORDS));
      g_assert_false (says ("accepted before"));
      assert_fits (fake_dialog->secondary);
      all |= shown.faults;
      fake_dialog_press (FALSE);
    }
  teardown ();
}

static void
test_accept (void)
{
  CusaxCertificate shown = certificate (CUSAX_CERTIFICATE_UNKNOWN_CA);

  setup ();
  show_certificate (&shown);
  g_assert_cmpstr (fake_dialog->title, ==, "Certificate of the telephone server");
  g_assert_cmpstr (fake_dialog->ok_text, ==, "Accept");
  g_assert_cmpstr (fake_dialog->cancel_text, ==, "Reject");
  g_assert_cmpint (fake_dialog->default_action, ==, 1);
  assert_trace ("");
  g_assert_true (cusax_loginquestions_is_open (account));
  fake_dialog_press (TRUE);
  g_assert_false (cusax_loginquestions_is_open (account));
  assert_trace ("pin(sip.example.org 5061 4E:D8 PEM) start ");
  set_state (CUSAX_PHONE_UP, -1);
  teardown ();
}

/* No pin without "Accept", and no second question of the same until somebody wants telephony. */
static void
test_reject (void)
{
  CusaxCertificate shown = certificate (CUSAX_CERTIFICATE_UNKNOWN_CA);

  setup ();
  for (int way = 0; way < 2; way++)
    {
      show_certificate (&shown);
      g_assert_nonnull (fake_dialog);
      if (way == 0)
        fake_dialog_press (FALSE);
      else
        fake_dialog_close_window ();
      assert_trace ("");
      show_certificate (&shown);
      g_assert_null (fake_dialog);
      cusax_loginquestions_reset (account);
    }

  /* Another certificate is another question. */
  show_certificate (&shown);
  fake_dialog_close_window ();
  shown.fingerprint = OTHER_PRINT;
  show_certificate (&shown);
  g_assert_nonnull (fake_dialog);
  teardown ();
}

static void
test_changed (void)
{
  CusaxCertificate shown = certificate (CUSAX_CERTIFICATE_UNKNOWN_CA | CUSAX_CERTIFICATE_WRONG_NAME);

  setup ();
  shown.pinned = OTHER_PRINT;
  show_certificate (&shown);
  g_assert_cmpstr (fake_dialog->primary, ==, "The telephone server shows another certificate");
  g_assert_true (says ("This is another certificate than the one you accepted before: A5:E4:6F:14 C8:AC:BB:4D"));
  g_assert_true (says (PRINT_WORDS));
  assert_fits (fake_dialog->secondary);
  teardown ();
}

/* A certificate writes nothing but one line of plain text. */
static void
test_hostile (void)
{
  g_autofree char *host = g_strnfill (250, 'h');
  g_autofree char *long_name = g_strnfill (5000, 'w');
  CusaxCertificate shown = certificate (127);

  setup ();
  shown.host = host;
  shown.pinned = OTHER_PRINT;
  shown.subject = "CN=a\nFingerprint (SHA-256):\n\xe2\x80\xae" "b\xff";
  shown.issuer = long_name;
  shown.not_after = G_MAXINT64;
  shown.not_before = G_MININT64;
  show_certificate (&shown);
  g_assert_null (strstr (fake_dialog->secondary, "\xe2\x80\xae"));
  g_assert_true (g_utf8_validate (fake_dialog->secondary, -1, NULL));
  g_assert_cmpuint (strlen (fake_dialog->secondary), <, 2000);
  if (!is_finch)
    g_assert_nonnull (strstr (fake_dialog->secondary, "\nMade out for: CN=a Fingerprint (SHA-256): b"));
  assert_fits (fake_dialog->secondary);
  teardown ();
}

/* The state answers: accepted in chat's own dialog, switched off; one question at a time. */
static void
test_closed_by_state (void)
{
  CusaxCertificate shown = certificate (CUSAX_CERTIFICATE_EXPIRED);

  setup ();
  show_certificate (&shown);
  set_state (CUSAX_PHONE_SIGNING_IN, -1);
  g_assert_nonnull (fake_dialog);
  set_state (CUSAX_PHONE_WAITING, CUSAX_ERROR_UNREACHABLE);
  g_assert_nonnull (fake_dialog);
  set_state (CUSAX_PHONE_UP, -1);
  g_assert_null (fake_dialog);

  cusax_loginquestions_reset (account);
  show_certificate (&shown);
  set_state (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CREDENTIALS);
  g_assert_cmpuint (fake_dialogs_opened, ==, 3);
  g_assert_cmpstr (fake_dialog->title, ==, "Telephony password");
  set_state (CUSAX_PHONE_OFF, -1);
  g_assert_null (fake_dialog);

  /* Switched on again by a person. */
  show_certificate (&shown);
  g_assert_nonnull (fake_dialog);
  /* The account goes while it stands; an answer that comes late does nothing. */
  FakeDialog *dialog = fake_dialog;
  GCallback accept = dialog->ok;
  gpointer data = dialog->data;
  cusax_loginquestions_forget (account);
  g_assert_null (fake_dialog);
  ((PurpleRequestActionCb) accept) (data, 0);
  teardown ();
}

/* --------------------------------------------------------------- password */

static void
type_password (const char *password, gboolean remember)
{
  PurpleRequestField *field = purple_request_fields_get_field (fake_dialog->fields, "password");

  purple_request_field_string_set_value (field, password);
  purple_request_field_bool_set_value (purple_request_fields_get_field (fake_dialog->fields, "remember"), remember);
  fake_dialog_press (TRUE);
}

static guint
count_fields (void)
{
  guint count = 0;

  for (GList *g = purple_request_fields_get_groups (fake_dialog->fields); g != NULL; g = g->next)
    count += g_list_length (purple_request_field_group_get_fields (g->data));
  return count;
}

static void
test_password (void)
{
  setup ();
  for (int remember = 0; remember < 2; remember++)
    {
      purple_account_set_remember_password (account, remember);
      set_state (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CREDENTIALS);
      g_assert_nonnull (fake_dialog);
      g_assert_cmpuint (count_fields (), ==, 2);
      g_assert_true (purple_request_field_string_is_masked (
        purple_request_fields_get_field (fake_dialog->fields, "password")));
      g_assert_cmpint (purple_request_fields_get_bool (fake_dialog->fields, "remember"), ==, remember);
      g_assert_true (says ("Telephone server: sip.example.org:5061 (TLS)"));
      g_assert_true (says ("User name there: alice"));
      g_assert_true (says ("It refused the chat password"));
      assert_fits (fake_dialog->secondary);

      type_password ("se:cret", remember);
      assert_trace (remember ? "session(none) reconfigure " : "session(se:cret) reconfigure ");
      g_assert_cmpstr (purple_account_get_string (account, "sip_password", "none"), ==, remember ? "se:cret" : "none");
      /* Wrong again: asked again, because it was answered. */
    }
  set_state (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CREDENTIALS);
  g_assert_nonnull (fake_dialog);
  /* Not answered: not again. */
  fake_dialog_close_window ();
  set_state (CUSAX_PHONE_SIGNING_IN, -1);
  set_state (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CREDENTIALS);
  g_assert_null (fake_dialog);
  cusax_loginquestions_reset (account);
  set_state (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CREDENTIALS);
  g_assert_nonnull (fake_dialog);
  type_password ("", FALSE);
  assert_trace ("");
  teardown ();
}

/* Only for what a password cures. */
static void
test_not_asked (void)
{
  setup ();
  for (int code = 0; code <= CUSAX_ERROR_HANDSHAKE; code++)
    {
      if (code == CUSAX_ERROR_CREDENTIALS || code == CUSAX_ERROR_WITHHELD)
        continue;
      set_state (CUSAX_PHONE_REFUSED, code);
      g_assert_null (fake_dialog);
    }
  set_state (CUSAX_PHONE_WAITING, CUSAX_ERROR_CREDENTIALS);
  g_assert_null (fake_dialog);
  locked = "sip_password";
  set_state (CUSAX_PHONE_REFUSED, CUSAX_ERROR_CREDENTIALS);
  g_assert_null (fake_dialog);
  teardown ();
}

static const char *
read_string (gpointer data, const char *name, const char *fallback)
{
  if (g_str_equal (name, "sip_address"))
    return "sip:4711@voip.test";
  return g_str_equal (name, "related_domains") ? "sister.test" : fallback;
}

static gboolean
read_bool (gpointer data, const char *name, gboolean fallback)
{
  return fallback;
}

static int
read_int (gpointer data, const char *name, int fallback)
{
  return fallback;
}

static void
setup_elsewhere (void)
{
  static const CusaxConfigReader reader = { read_string, read_bool, read_int };

  setup ();
  g_clear_pointer (&fake_phone.config, cusax_config_unref);
  fake_phone.config = cusax_config_new ("alice@example.org", "secret", &reader, NULL, NULL);
  g_assert_nonnull (fake_phone.config);
}

static void
test_withheld (void)
{
  setup_elsewhere ();
  set_state (CUSAX_PHONE_REFUSED, CUSAX_ERROR_WITHHELD);
  g_assert_cmpint (fake_dialog->type, ==, PURPLE_REQUEST_FIELDS);
  g_assert_true (says ("The chat password was not sent, because voip.test is not of your chat service."));
  assert_fits (fake_dialog->secondary);
  type_password ("other", FALSE);
  assert_trace ("session(other) reconfigure ");

  hint = TRUE;
  set_state (CUSAX_PHONE_REFUSED, CUSAX_ERROR_WITHHELD);
  g_assert_cmpint (fake_dialog->type, ==, PURPLE_REQUEST_ACTION);
  g_assert_cmpstr (fake_dialog->ok_text, ==, "Use the chat password");
  g_assert_cmpint (fake_dialog->default_action, ==, 2);
  g_assert_true (says ("It says that your chat password is good there."));
  assert_fits (fake_dialog->secondary);
  fake_dialog_press (TRUE);
  assert_trace ("reconfigure ");
  g_assert_cmpstr (purple_account_get_string (account, "related_domains", ""), ==, "sister.test voip.test");

  /* A password of its own all the same. */
  set_state (CUSAX_PHONE_REFUSED, CUSAX_ERROR_WITHHELD);
  fake_dialog_press_middle ();
  g_assert_cmpint (fake_dialog->type, ==, PURPLE_REQUEST_FIELDS);
  type_password ("third", FALSE);
  assert_trace ("session(third) reconfigure ");

  /* The domain is ours: what is withheld is for another service's realm, and the hint helps nobody. */
  fake_phone_reset ("alice@example.org");
  cusax_loginquestions_reset (account);
  set_state (CUSAX_PHONE_REFUSED, CUSAX_ERROR_WITHHELD);
  g_assert_cmpint (fake_dialog->type, ==, PURPLE_REQUEST_FIELDS);
  g_assert_true (says ("It asks for a password of another service than yours."));
  fake_dialog_press (FALSE);

  setup_elsewhere ();
  hint = TRUE;
  locked = "related_domains";
  set_state (CUSAX_PHONE_REFUSED, CUSAX_ERROR_WITHHELD);
  g_assert_cmpint (fake_dialog->type, ==, PURPLE_REQUEST_FIELDS);
  teardown ();
}

/* --------------------------------------------------------------- redirect */

static void
test_redirect (void)
{
  static const struct
  {
    const char *uri, *stored;
    gboolean is_own;
  } rows[] = {
    { "sip:sip2.example.org:5063", "sip2.example.org:5063", TRUE },
    { "sip:example.org;transport=tcp", "example.org;transport=tcp", TRUE },
    { "sips:alice@sip3.example.org", "sip3.example.org;transport=tls", TRUE },
    { "sip:[2001:db8::1]:5070", "[2001:db8::1]:5070", FALSE },
    { "sip:notexample.org", "notexample.org", FALSE },
    { "sip:example.org.evil.test", "example.org.evil.test", FALSE },
  };

  setup ();
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      set_state (CUSAX_PHONE_SIGNING_IN, -1);
      cusax_loginquestions_redirect (account, rows[i].uri);
      set_state (CUSAX_PHONE_REFUSED, CUSAX_ERROR_REDIRECTED);
      g_assert_nonnull (fake_dialog);
      g_assert_cmpstr (fake_dialog->ok_text, ==, "Sign in there");
      g_assert_cmpint (fake_dialog->default_action, ==, rows[i].is_own ? 0 : 1);
      g_assert_cmpint (says ("a server of your own domains (example.org)"), ==, rows[i].is_own);
      g_assert_cmpint (says ("NOT a server of your domain example.org"), ==, !rows[i].is_own);
      g_assert_true (says (rows[i].uri));
      assert_fits (fake_dialog->secondary);
      fake_dialog_press (TRUE);
      g_assert_cmpstr (purple_account_get_string (account, "sip_server", ""), ==, rows[i].stored);
      assert_trace ("reconfigure ");
    }

  cusax_loginquestions_redirect (account, "sip:sip2.example.org");
  fake_dialog_press (FALSE);
  assert_trace ("");
  cusax_loginquestions_redirect (account, "sip:sip2.example.org");
  g_assert_null (fake_dialog);
  cusax_loginquestions_redirect (account, "http://example.org");
  g_assert_null (fake_dialog);
  locked = "sip_server";
  cusax_loginquestions_redirect (account, "sip:sip9.example.org");
  g_assert_null (fake_dialog);
  teardown ();
}

int
main (int argc, char **argv)
{
  int result;

  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  is_finch = argc > 1 && g_str_equal (argv[1], "finch");
  fake_purple_start (is_finch ? "gnt-purple" : "gtk-gaim");
  fake_chat_init ();
  account = fake_purple_account ("alice@example.org");
  trace = g_string_new (NULL);
  g_test_add_func ("/loginquestions/P4-faults-in-words", test_faults);
  g_test_add_func ("/loginquestions/P4-accept", test_accept);
  g_test_add_func ("/loginquestions/P4-reject", test_reject);
  g_test_add_func ("/loginquestions/P4-changed", test_changed);
  g_test_add_func ("/loginquestions/P4-hostile", test_hostile);
  g_test_add_func ("/loginquestions/closed-by-state", test_closed_by_state);
  g_test_add_func ("/loginquestions/R2-password", test_password);
  g_test_add_func ("/loginquestions/R2-not-asked", test_not_asked);
  g_test_add_func ("/loginquestions/R47-withheld", test_withheld);
  g_test_add_func ("/loginquestions/P3-redirect", test_redirect);
  result = g_test_run ();
  g_string_free (trace, TRUE);
  fake_chat_shutdown ();
  fake_purple_stop ();
  return result;
}
