/* SPDX-License-Identifier: GPL-2.0-or-later */
/* R51: "Test call setup...": one line for each step, with what to do about a broken one, and a log to save. Run as Pidgin
 * and as Finch. */
#include "fakechat.h"

#include "clock.h"
#include "error.h"
#include "notices.h"
#include "setupcheck.h"
#include "setuptest.h"
#include "setupwords.h"
#include "supportlog.h"
#include "wrap.h"

#include <glib/gstdio.h>
#include <purple.h>
#include <string.h>
#include <sys/stat.h>

static PurpleAccount *account;
static gboolean is_finch;
static char *told; /* by cusax_notices_error() */

/* --------------------------------------------------- what setuptest.c asks of */

struct _CusaxSetupCheck
{
  const CusaxSetupCheckListener *listener;
  gpointer user_data;
  CusaxCheckResult results[CUSAX_CHECK_N_STEPS];
};

static CusaxSetupCheck *check; /* the one that runs */
static guint checks, changes;

CusaxSetupCheck *
cusax_setupcheck_new (CusaxAccount *phone, const GError *config_error, CusaxClock *clock, CusaxMediaPort *media,
                      const CusaxSetupCheckListener *listener, gpointer user_data)
{
  g_assert_null (check);
  check = g_new0 (CusaxSetupCheck, 1);
  check->listener = listener;
  check->user_data = user_data;
  checks++;
  return check;
}

void
cusax_setupcheck_free (CusaxSetupCheck *which)
{
  if (which == NULL)
    return;
  g_assert_true (which == check);
  for (gsize i = 0; i < CUSAX_CHECK_N_STEPS; i++)
    {
      g_clear_error (&which->results[i].error);
      g_free (which->results[i].detail);
    }
  g_clear_pointer (&check, g_free);
}

void
cusax_setupcheck_on_state (CusaxSetupCheck *which)
{
  g_assert_true (which == check);
  changes++;
}

const CusaxCheckResult *
cusax_setupcheck_get (const CusaxSetupCheck *which, CusaxCheckStep step)
{
  return &which->results[step];
}

CusaxClock *
cusax_clock_get (void)
{
  return NULL;
}

CusaxMediaPort *
cusax_connection_get_media (CusaxConnection *connection)
{
  return NULL;
}

const char *
cusax_account_get_local_address (const CusaxAccount *phone)
{
  return "192.168.1.2";
}

const char *
cusax_account_get_seen_address (const CusaxAccount *phone)
{
  return "203.0.113.5:4242";
}

char *
cusax_supportlog_get (void)
{
  return g_strdup ("CUSAX 0\nline\n");
}

void
cusax_notices_error (PurpleAccount *of, const char *who, const char *text)
{
  g_free (told);
  told = g_strdup (text);
}

/* ---------------------------------------------------------------- helpers */

static void
setup (void)
{
  fake_phone_reset ("alice@example.org");
  fake_phone.state = CUSAX_PHONE_UP;
  fake_dialogs_are_finch = is_finch;
  fake_dialogs_opened = checks = changes = 0;
}

static void
teardown (void)
{
  cusax_setuptest_forget (account);
  cusax_setuptest_forget (account);
  g_assert_null (fake_dialog);
  g_assert_null (check);
  g_clear_pointer (&told, g_free);
  fake_phone_reset (NULL);
}

static void
set_result (CusaxCheckStep step, CusaxCheckVerdict verdict, int code, const char *detail)
{
  CusaxCheckResult *result = &check->results[step];

  result->verdict = verdict;
  g_clear_error (&result->error);
  if (code >= 0)
    result->error = g_error_new_literal (CUSAX_ERROR, code, "the device is gone.");
  g_free (result->detail);
  result->detail = g_strdup (detail);
}

static void
set_all_good (void)
{
  static const char *const details[] = { "sip:alice@example.org", "sip.example.org:5061 (TLS)", "TLS 1.3",         "SHA-256",
                                         "192.0.2.1",             "opus, PCMA, PCMU",           "Built-in Analog", NULL };

  for (int step = 0; step < CUSAX_CHECK_N_STEPS; step++)
    set_result (step, CUSAX_CHECK_GOOD, -1, details[step]);
}

static void
finish (void)
{
  check->listener->on_done (check->user_data);
}

/* Returns: (transfer full): as one line, whatever this host has broken */
static char *
unwrapped (void)
{
  g_autoptr (GString) text = g_string_new (fake_dialog->secondary);

  g_string_replace (text, "\n", " ", 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* ------------------------------------------------------------------ tests */

static void
test_R51_good (void)
{
  setup ();
  cusax_setuptest_show (account);
  g_assert_cmpstr (fake_dialog->title, ==, "Test call setup");
  g_assert_cmpstr (fake_dialog->primary, ==, "Testing...");
  cusax_setuptest_on_state (account);
  g_assert_cmpuint (changes, ==, 1);
  set_all_good ();
  finish ();
  g_assert_cmpuint (fake_dialogs_opened, ==, 2);
  g_assert_cmpstr (fake_dialog->primary, ==, "Calls can be made.");
  g_assert_cmpstr (fake_dialog->secondary, ==,
                   "[ok] Settings: sip:alice@example.org\n[ok] Name of the server: sip.example.org:5061 (TLS)\n"
                   "[ok] Connection to the server: TLS 1.3\n[ok] Signing in: SHA-256\n"
                   "[ok] Address translation (NAT): none, the server sees 192.0.2.1\n"
                   "[ok] Sound formats: opus, PCMA, PCMU\n[ok] Microphone: Built-in Analog\n"
                   "[ok] Loudspeaker: a call is using it");
  g_assert_cmpstr (fake_dialog->ok_text, ==, "Save log...");
  g_assert_cmpstr (fake_dialog->cancel_text, ==, "Close");
  cusax_setuptest_on_state (account);
  g_assert_cmpuint (changes, ==, 1);
  fake_dialog_press (FALSE);
  teardown ();
}

/* The line that the issue asks for: which step, and what to do. */
static void
test_R51_remedies (void)
{
  static const struct
  {
    CusaxCheckStep step;
    CusaxCheckVerdict verdict;
    int code;
    const char *detail, *line, *summary;
  } rows[] = {
    { CUSAX_CHECK_SETTINGS, CUSAX_CHECK_BAD, CUSAX_ERROR_INVALID, NULL,
      "[FAILED] Settings: This is not valid: the device is gone. Correct it in “Telephony settings...”.", "telephony does" },
    { CUSAX_CHECK_SETTINGS, CUSAX_CHECK_WARNING, CUSAX_ERROR_OFFLINE, NULL,
      "[note] Settings: telephony is switched off. Switch it on in “Telephony settings...”.", "telephony does" },
    { CUSAX_CHECK_NAME, CUSAX_CHECK_BAD, CUSAX_ERROR_NO_HOST, "sip.example.org",
      "[FAILED] Name of the server: sip.example.org was not found. Check the part behind the @ of your address, or ask your "
      "provider.",
      "telephony does" },
    { CUSAX_CHECK_NAME, CUSAX_CHECK_BAD, CUSAX_ERROR_TIMEOUT, "example.org",
      "the name service (DNS) does not answer for example.org. Check this computer's network.", "telephony does" },
    { CUSAX_CHECK_CONNECTION, CUSAX_CHECK_BAD, CUSAX_ERROR_CERTIFICATE, "sip.example.org:5061 (TLS)",
      "sip.example.org:5061 shows a certificate that is not trusted.", "telephony does" },
    { CUSAX_CHECK_CONNECTION, CUSAX_CHECK_BAD, CUSAX_ERROR_UNREACHABLE, "sip.example.org:5061 (TLS)",
      "[FAILED] Connection to the server: sip.example.org:5061 cannot be reached.", "telephony does" },
    { CUSAX_CHECK_LOGIN, CUSAX_CHECK_BAD, CUSAX_ERROR_CREDENTIALS, "sip.example.org:5061 (TLS)",
      "[FAILED] Signing in: sip.example.org:5061 refused the password. Correct user name or password in “Telephony "
      "settings...”.",
      "telephony does" },
    { CUSAX_CHECK_NAT, CUSAX_CHECK_WARNING, CUSAX_ERROR_UNREACHABLE, "192.168.1.2, 203.0.113.5",
      "[note] Address translation (NAT): yes: this computer is 192.168.1.2, the server sees 203.0.113.5:4242.",
      "Calls can be made." },
    { CUSAX_CHECK_CODECS, CUSAX_CHECK_WARNING, CUSAX_ERROR_MEDIA, "gstreamer1.0-libav",
      "[note] Sound formats: calls work. With gstreamer1.0-libav they would have more formats of sound or picture.",
      "Calls can be made." },
    { CUSAX_CHECK_CODECS, CUSAX_CHECK_BAD, CUSAX_ERROR_MEDIA, "gstreamer1.0-plugins-good",
      "[FAILED] Sound formats: programs are missing. Install gstreamer1.0-plugins-good, then start this program again.",
      "sound of this computer" },
    { CUSAX_CHECK_MICROPHONE, CUSAX_CHECK_BAD, CUSAX_ERROR_MEDIA, NULL,
      "[FAILED] Microphone: the device is gone. Plug one in,", "sound of this computer" },
    { CUSAX_CHECK_SPEAKER, CUSAX_CHECK_BAD, CUSAX_ERROR_MEDIA, NULL,
      "[FAILED] Loudspeaker: the device is gone. Plug in loudspeakers", "sound of this computer" },
    { CUSAX_CHECK_NAT, CUSAX_CHECK_SKIPPED, -1, NULL, "[-] Address translation (NAT): not known", "Calls can be made." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = NULL;

      setup ();
      cusax_setuptest_show (account);
      set_all_good ();
      set_result (rows[i].step, rows[i].verdict, rows[i].code, rows[i].detail);
      finish ();
      text = unwrapped ();
      if (strstr (text, rows[i].line) == NULL)
        g_error ("not in: %s\nexpected: %s", text, rows[i].line);
      g_assert_nonnull (strstr (fake_dialog->primary, rows[i].summary));
      teardown ();
    }
}

/* Everything broken, with the longest words: all of it is seen on 80x24, and a server's name breaks no dialog. */
static void
test_fits (void)
{
  g_autofree char *host = g_strnfill (300, 'h');
  g_auto (GStrv) lines = NULL;

  setup ();
  cusax_setuptest_show (account);
  set_all_good ();
  set_result (CUSAX_CHECK_CONNECTION, CUSAX_CHECK_BAD, CUSAX_ERROR_UNREACHABLE, host);
  for (int step = CUSAX_CHECK_LOGIN; step <= CUSAX_CHECK_NAT; step++)
    set_result (step, CUSAX_CHECK_SKIPPED, -1, NULL);
  set_result (CUSAX_CHECK_CODECS, CUSAX_CHECK_BAD, CUSAX_ERROR_MEDIA, "gstreamer1.0-plugins-base, gstreamer1.0-plugins-good");
  set_result (CUSAX_CHECK_MICROPHONE, CUSAX_CHECK_BAD, CUSAX_ERROR_MEDIA, NULL);
  set_result (CUSAX_CHECK_SPEAKER, CUSAX_CHECK_BAD, CUSAX_ERROR_MEDIA, NULL);
  finish ();
  g_assert_cmpstr (fake_dialog->primary, ==, "Calls cannot be made: neither telephony nor sound works.");
  lines = g_strsplit (fake_dialog->secondary, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), <=, CUSAX_WRAP_LINES);
  for (gsize i = 0; is_finch && lines[i] != NULL; i++)
    g_assert_cmpint (g_utf8_strlen (lines[i], -1), <=, CUSAX_WRAP_COLUMNS);
  g_assert_null (strstr (fake_dialog->secondary, host));
  teardown ();
}

/* A second click does nothing while one runs; after it, it starts anew. */
static void
test_one_at_a_time (void)
{
  setup ();
  cusax_setuptest_show (account);
  cusax_setuptest_show (account);
  g_assert_cmpuint (checks, ==, 1);
  fake_dialog_press (FALSE); /* "Cancel" */
  g_assert_null (check);
  cusax_setuptest_show (account);
  set_all_good ();
  finish ();
  cusax_setuptest_show (account); /* while the result stands */
  g_assert_cmpuint (checks, ==, 3);
  g_assert_cmpstr (fake_dialog->primary, ==, "Testing...");
  /* Closed by Escape, of which Pidgin tells nobody: the result comes all the same. */
  fake_dialog_close_window ();
  if (check != NULL)
    {
      set_all_good ();
      finish ();
      g_assert_cmpstr (fake_dialog->primary, ==, "Calls can be made.");
      fake_dialog_close_window ();
    }
  teardown ();
}

static void
assert_file (const char *path, const char *expected)
{
  g_autofree char *text = NULL;
  struct stat status;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
}

static void
test_R51_saves_log (void)
{
  const char *folder = g_get_home_dir (); /* see main() */
  g_autofree char *path = g_build_filename (folder, "log.txt", NULL);

  /* An old file that everybody may read does not stay so. */
  g_assert_true (g_file_set_contents (path, "old", -1, NULL));
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  setup ();
  cusax_setuptest_show (account);
  set_all_good ();
  finish ();
  fake_dialog_press (TRUE);
  g_assert_cmpint (fake_dialog->type, ==, PURPLE_REQUEST_FILE);
  fake_dialog_choose (path);
  assert_file (path, "CUSAX 0\nline\n");
  g_assert_null (told);
  teardown ();

  /* Finch: the proposed name alone, which is meant to be in the home folder. */
  g_unlink (path);
  setup ();
  cusax_setuptest_show (account);
  set_all_good ();
  finish ();
  fake_dialog_press (TRUE);
  fake_dialog_choose ("log.txt");
  assert_file (path, "CUSAX 0\nline\n");
  teardown ();

  g_unlink (path);
  setup ();
  cusax_setuptest_show (account);
  set_all_good ();
  finish ();
  fake_dialog_press (TRUE);
  fake_dialog_choose ("/nonexistent/log.txt");
  g_assert_true (g_str_has_prefix (told, "The log could not be saved: "));
  teardown ();

  setup ();
  cusax_setuptest_show (account);
  set_all_good ();
  finish ();
  fake_dialog_press (TRUE);
  fake_dialog_press (FALSE);
  g_assert_null (told);
  teardown ();
}

/* The account goes while the test runs, or while its result or the file dialog stands. */
static void
test_forget (void)
{
  for (int when = 0; when < 3; when++)
    {
      setup ();
      cusax_setuptest_show (account);
      if (when > 0)
        {
          set_all_good ();
          finish ();
        }
      if (when > 1)
        fake_dialog_press (TRUE);
      teardown ();
    }
}

/* libpurple has started GStreamer in it. A link there leads out of it. */
static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

int
main (int argc, char **argv)
{
  int result;

  g_autofree char *home = g_dir_make_tmp ("cusax-setuptest-XXXXXX", NULL);

  g_setenv ("HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  is_finch = argc > 1 && g_str_equal (argv[1], "finch");
  fake_purple_start (is_finch ? "gnt-purple" : "gtk-gaim");
  fake_chat_init ();
  account = fake_purple_account ("alice@example.org");
  g_test_add_func ("/setuptest/R51/good", test_R51_good);
  g_test_add_func ("/setuptest/R51/remedies", test_R51_remedies);
  g_test_add_func ("/setuptest/fits", test_fits);
  g_test_add_func ("/setuptest/one-at-a-time", test_one_at_a_time);
  g_test_add_func ("/setuptest/R51/saves-log", test_R51_saves_log);
  g_test_add_func ("/setuptest/forget", test_forget);
  result = g_test_run ();
  fake_phone_reset (NULL);
  fake_chat_shutdown ();
  fake_purple_stop ();
  remove_folder (home);
  return result;
}
