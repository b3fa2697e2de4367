/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cusax-host: a libpurple user interface without a face, for tests. Reads commands from stdin (commands.h),
 * says what happens on stdout (events.h), has a tone for a microphone and a file for a loudspeaker (audio.h).
 */
#include "audio.h"
#include "commands.h"
#include "events.h"
#include "uiops.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <gst/gst.h>
#include <purple.h>

#include <stdio.h>
#include <string.h>

static GMainLoop *loop;
static guint line_number;

static gboolean
on_line (GIOChannel *channel, GIOCondition condition, gpointer user_data)
{
  g_autofree char *line = NULL;
  gsize end = 0;

  switch (g_io_channel_read_line (channel, &line, NULL, &end, NULL))
    {
    case G_IO_STATUS_NORMAL:
      break;
    case G_IO_STATUS_AGAIN:
      return G_SOURCE_CONTINUE;
    case G_IO_STATUS_ERROR:
    case G_IO_STATUS_EOF:
      g_main_loop_quit (loop);
      return G_SOURCE_REMOVE;
    }
  line[end] = '\0';
  line_number++;
  if (*line == '\0' || *line == '#')
    return G_SOURCE_CONTINUE;
  if (!host_commands_run (line, line_number))
    {
      g_main_loop_quit (loop);
      return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_terminate (gpointer user_data)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

int
main (int argc, char **argv)
{
  g_autofree char *profile = NULL, *plugins = NULL, *log = NULL, *sounds = NULL, *ui = NULL;
  double hertz = 440;
  const GOptionEntry options[] = {
    { "profile", 0, 0, G_OPTION_ARG_FILENAME, &profile, "libpurple's user folder", "DIR" },
    { "plugins", 0, 0, G_OPTION_ARG_FILENAME, &plugins, "folder with plugins to find", "DIR" },
    { "log", 0, 0, G_OPTION_ARG_FILENAME, &log, "log file, default stderr", "FILE" },
    { "sounds", 0, 0, G_OPTION_ARG_FILENAME, &sounds, "where recordings go, default the profile", "DIR" },
    { "tone", 0, 0, G_OPTION_ARG_DOUBLE, &hertz, "what the microphone hears", "HZ" },
    { "ui", 0, 0, G_OPTION_ARG_STRING, &ui, "name of the user interface", "NAME" },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  GIOChannel *input;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || profile == NULL || !host_log_open (log))
    {
      fprintf (stderr, "cusax-host: %s\n", error != NULL ? error->message : "--profile DIR is needed");
      return 2;
    }
  /* Plugins stay mapped after unload, so that stacks of leaks have names. */
  g_setenv ("PURPLE_LEAKCHECK_HELP", "1", TRUE);

  loop = g_main_loop_new (NULL, FALSE);
  purple_util_set_user_dir (profile);
  host_uiops_init ();
  if (plugins != NULL)
    purple_plugins_add_search_path (plugins);
  if (!purple_core_init (ui != NULL ? ui : "cusax-host"))
    return 3;
  purple_set_blist (purple_blist_new ());
  purple_blist_load ();
  purple_prefs_load ();
  purple_prefs_set_bool ("/purple/sound/while_status", FALSE);
  host_uiops_connect ();
  host_audio_init (sounds != NULL ? sounds : profile, TRUE);
  host_audio_set_tone (hertz);

  input = g_io_channel_unix_new (0);
  g_io_channel_set_flags (input, G_IO_FLAG_NONBLOCK, NULL);
  g_io_add_watch (input, G_IO_IN | G_IO_HUP | G_IO_ERR, on_line, NULL);
  g_unix_signal_add (SIGTERM, on_terminate, NULL);
  g_unix_signal_add (SIGINT, on_terminate, NULL);
  host_event ("ready", "version", purple_core_get_version (), NULL);

  g_main_loop_run (loop);

  host_event ("quitting", NULL);
  if (purple_get_core () != NULL)
    host_uiops_quit ();
  host_event ("quit", NULL);
  g_io_channel_unref (input);
  g_main_loop_unref (loop);
  return 0;
}
