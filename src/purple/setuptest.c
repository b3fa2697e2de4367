/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See setuptest.h. */
#include "setuptest.h"

#include "clock.h"
#include "connection.h"
#include "notices.h"
#include "setupcheck.h"
#include "setupwords.h"
#include "supportlog.h"
#include "wrap.h"

#include <glib/gi18n-lib.h>

/** Test: of one account, from the click until its last window was closed. */
typedef struct
{
  guint id;               /* what callbacks carry: unlike an address it is never used again */
  PurpleAccount *account; /* the key, borrowed until cusax_setuptest_forget() */
  CusaxSetupCheck *check;
  gboolean is_running;
} Test;

/* Per account, process-wide like libpurple's dialogs; freed with the last entry. Pidgin tells nobody of a dialog that was
 * closed by Escape: such an entry waits for the next test. */
static GHashTable *tests;
static guint last_id;

/* Out of the table before anything else happens: hosts call back while they close. */
static Test *
take (PurpleAccount *account)
{
  gpointer test = NULL;

  if (tests == NULL || !g_hash_table_steal_extended (tests, account, NULL, &test))
    return NULL;
  if (g_hash_table_size (tests) == 0)
    g_clear_pointer (&tests, g_hash_table_destroy);
  return test;
}

static void
test_free (Test *test)
{
  cusax_setupcheck_free (test->check);
  g_free (test);
}

void
cusax_setuptest_forget (PurpleAccount *account)
{
  Test *test = take (account);

  if (test == NULL)
    return;
  /* The entry is the handle: numbers are not ours alone. */
  purple_request_close_with_handle (test);
  test_free (test);
}

static Test *
find_test (PurpleAccount *account)
{
  return tests != NULL ? g_hash_table_lookup (tests, account) : NULL;
}

static Test *
find_id (gpointer id)
{
  GHashTableIter iter;
  gpointer value;

  if (tests == NULL)
    return NULL;
  g_hash_table_iter_init (&iter, tests);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((Test *) value)->id == GPOINTER_TO_UINT (id))
      return value;
  return NULL;
}

/* A button: the host closes the window after it, and would not like it to be gone. */
static void
on_close (gpointer id, int action)
{
  Test *test = find_id (id);

  if (test != NULL)
    test_free (take (test->account));
}

/* --------------------------------------------------------------------- log */

static void
on_log_file (gpointer id, const char *path)
{
  Test *test = find_id (id);
  g_autofree char *text = cusax_supportlog_get ();
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;
  g_autofree char *absolute = NULL;

  if (test == NULL)
    return;
  /* Finch shows the whole path and gives the proposed name alone, which would be wherever it was started. */
  absolute = g_path_is_absolute (path) ? g_strdup (path) : g_build_filename (purple_home_dir (), path, NULL);
  /* A new file in place of an old one, whose rights might be wider. */
  if (!g_file_set_contents_full (absolute, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    {
      words = g_strdup_printf (_ ("The log could not be saved: %s"), error->message);
      cusax_notices_error (test->account, NULL, words);
    }
  on_close (id, 0);
}

static void
on_no_log_file (gpointer id, const char *path)
{
  on_close (id, 0);
}

static void
on_save (gpointer id, int action)
{
  Test *test = find_id (id);

  if (test == NULL)
    return;
  /* Finch tells of the window's end as of a cancel: with another number it is not heard. */
  test->id = ++last_id;
  purple_request_file (test, _ ("Save log"), "cusax-log.txt", TRUE, PURPLE_CALLBACK (on_log_file),
                       PURPLE_CALLBACK (on_no_log_file), test->account, NULL, NULL, GUINT_TO_POINTER (test->id));
}

/* ---------------------------------------------------------------- the test */

static void
on_step (gpointer user_data, CusaxCheckStep step, const CusaxCheckResult *result)
{
}

static char *
words_of_test (Test *test, CusaxAccount *phone)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (CusaxCheckStep step = CUSAX_CHECK_SETTINGS; step < CUSAX_CHECK_N_STEPS; step++)
    {
      g_autofree char *line = cusax_setupwords_line (phone, step, cusax_setupcheck_get (test->check, step));

      g_string_append_printf (text, "%s%s", step > 0 ? "\n" : "", line);
    }
  return cusax_wrap_text (text->str);
}

static void
on_done (gpointer user_data)
{
  Test *test = user_data;
  CusaxConnection *connection = cusax_connection_find (test->account);
  gpointer id;
  g_autofree char *text = NULL;
  const char *summary;

  test->is_running = FALSE;
  if (connection == NULL)
    {
      cusax_setuptest_forget (test->account);
      return;
    }
  text = words_of_test (test, cusax_connection_get_account (connection));
  summary = cusax_setupwords_summary (test->check);
  /* As in on_save(). */
  test->id = ++last_id;
  purple_request_close_with_handle (test);
  id = GUINT_TO_POINTER (test->id);
  purple_request_action (test, _ ("Test call setup"), summary, text, 1, test->account, NULL, NULL, id, 2,
                         _ ("Save log..."), on_save, _ ("Close"), on_close);
  g_clear_pointer (&test->check, cusax_setupcheck_free);
}

static const CusaxSetupCheckListener check_listener = { on_step, on_done };

void
cusax_setuptest_show (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);
  Test *test = find_test (account);

  if (connection == NULL || (test != NULL && test->is_running))
    return;
  cusax_setuptest_forget (account);
  test = g_new0 (Test, 1);
  test->id = ++last_id;
  test->account = account;
  test->is_running = TRUE;
  if (tests == NULL)
    tests = g_hash_table_new (NULL, NULL);
  g_hash_table_insert (tests, account, test);
  purple_request_action (test, _ ("Test call setup"), _ ("Testing..."),
                         _ ("Server, sign-in, microphone and loudspeaker are tried; this may take half a minute."), 0,
                         account, NULL, NULL, GUINT_TO_POINTER (test->id), 1, _ ("Cancel"), on_close);
  test->check = cusax_setupcheck_new (cusax_connection_get_account (connection),
                                      cusax_connection_get_config_error (connection), cusax_clock_get (),
                                      cusax_connection_get_media (connection), &check_listener, test);
}

void
cusax_setuptest_on_state (PurpleAccount *account)
{
  Test *test = find_test (account);

  if (test != NULL && test->check != NULL)
    cusax_setupcheck_on_state (test->check);
}
