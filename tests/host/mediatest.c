/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See mediatest.h. */
#include "mediatest.h"

#include "audio.h"
#include "events.h"
#include "session.h"
#include "streamthreads.h"
#include "uiops.h"

#include <glib/gstdio.h>
#include <purple.h>

#include <string.h>

static char *folder;
static PurpleAccount *account;
static CusaxMediaPort *port;
static guint criticals;

/* Known noise of libpurple, Farstream and GStreamer; anything else is ours. */
static void
on_log (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  static const char *const known[]
    = { "controlling-mode", "Trying to dispose element", "was not found when attempting to remove it" };

  host_log ("GLIB", domain, message);
  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) == 0)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (strstr (message, known[i]) != NULL)
      return;
  g_printerr ("%s: %s\n", domain, message);
  g_atomic_int_inc (&criticals);
}

CusaxMediaPort *
mediatest_init (const char *ui)
{
  g_autofree char *log = NULL;

  folder = g_dir_make_tmp ("cusax-media-XXXXXX", NULL);
  log = g_build_filename (folder, "log", NULL);
  host_events_to_stderr ();
  host_log_open (log);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_default_handler (on_log, NULL);
  purple_util_set_user_dir (folder);
  host_uiops_init ();
  g_assert_true (purple_core_init (ui));
  purple_set_blist (purple_blist_new ());
  host_uiops_connect ();
  host_audio_init (folder, FALSE);
  account = purple_account_new ("me@localhost", "prpl-jabber");
  purple_accounts_add (account);
  port = cusax_session_port_new (account);
  return port;
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *entry = g_build_filename (path, name, NULL);

      if (g_file_test (entry, G_FILE_TEST_IS_DIR))
        remove_folder (entry);
      else
        g_unlink (entry);
    }
  g_rmdir (path);
}

void
mediatest_quit (gboolean passed)
{
  cusax_session_port_free (port);
  cusax_streamthreads_keep ();
  host_uiops_quit ();
  if (passed)
    remove_folder (folder);
  g_clear_pointer (&folder, g_free);
}

gpointer
mediatest_get_account (void)
{
  return account;
}

guint
mediatest_count_criticals (void)
{
  return (guint) g_atomic_int_get (&criticals);
}

static gboolean
on_deadline (gpointer passed)
{
  *(gboolean *) passed = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
on_tick (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

gboolean
mediatest_wait (MediatestCondition condition, gpointer user_data, guint ms)
{
  gboolean passed = FALSE, came;
  guint deadline = g_timeout_add (ms, on_deadline, &passed);
  guint tick = g_timeout_add (10, on_tick, NULL);

  while (!(came = condition (user_data)) && !passed)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  if (!passed)
    g_source_remove (deadline);
  return came;
}

static gboolean
never (gpointer unused)
{
  return FALSE;
}

void
mediatest_let_pass (guint ms)
{
  mediatest_wait (never, NULL, ms);
}
