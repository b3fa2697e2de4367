/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plugins, preferences, and the process itself. See commands.h. */
#include "command-table.h"

#include "audio.h"
#include "events.h"
#include "uiops.h"

#include <malloc.h>
#include <purple.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static PurplePlugin *
find_plugin (const char *name)
{
  PurplePlugin *plugin = purple_plugins_find_with_id (name);

  if (plugin == NULL)
    plugin = purple_plugins_find_with_basename (name);
  if (plugin == NULL && g_path_is_absolute (name))
    {
      plugin = purple_plugins_find_with_filename (name);
      if (plugin == NULL)
        plugin = purple_plugin_probe (name);
    }
  return plugin;
}

static gboolean
plugin_command (char **args, GError **error)
{
  PurplePlugin *plugin = find_plugin (args[1]);
  guint times = args[2] != NULL ? (guint)strtoul (args[2], NULL, 10) : 1;

  if (plugin == NULL)
    return host_command_fail (error, "no plugin %s", args[1]);
  if (strcmp (args[0], "info") == 0)
    {
      host_event ("plugin", "id", purple_plugin_get_id (plugin), "name", purple_plugin_get_name (plugin),
                  "version", purple_plugin_get_version (plugin), "loaded",
                  purple_plugin_is_loaded (plugin) ? "true" : "false", "path", plugin->path, "error",
                  plugin->error, NULL);
      return TRUE;
    }
  if (strcmp (args[0], "load") == 0)
    return purple_plugin_load (plugin) || host_command_fail (error, "load: %s", plugin->error);
  if (strcmp (args[0], "unload") == 0)
    return purple_plugin_unload (plugin) || host_command_fail (error, "unload: %s", plugin->error);
  if (strcmp (args[0], "reload") != 0)
    return host_command_fail (error, "plugin info|load|unload|reload NAME [TIMES]");
  for (guint i = 0; i < times; i++)
    if (!purple_plugin_unload (plugin) || !purple_plugin_load (plugin))
      return host_command_fail (error, "reload %u: %s", i + 1, plugin->error);
  return TRUE;
}

static gboolean
pref (char **args, GError **error)
{
  if (!purple_prefs_exists (args[0]))
    return host_command_fail (error, "no preference %s", args[0]);
  switch (purple_prefs_get_type (args[0]))
    {
    case PURPLE_PREF_BOOLEAN:
      purple_prefs_set_bool (args[0], strcmp (args[1], "true") == 0);
      return TRUE;
    case PURPLE_PREF_INT:
      purple_prefs_set_int (args[0], (int)strtol (args[1], NULL, 10));
      return TRUE;
    case PURPLE_PREF_STRING:
      purple_prefs_set_string (args[0], args[1]);
      return TRUE;
    case PURPLE_PREF_PATH:
      purple_prefs_set_path (args[0], args[1]);
      return TRUE;
    case PURPLE_PREF_NONE:
    case PURPLE_PREF_STRING_LIST:
    case PURPLE_PREF_PATH_LIST:
      break;
    }
  return host_command_fail (error, "cannot set %s", args[0]);
}

/* The frozen window: nothing of the main loop runs meanwhile. */
static gboolean
block (char **args, GError **error)
{
  g_usleep (strtoul (args[0], NULL, 10) * 1000);
  return TRUE;
}

static guint
count_entries (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  guint count = 0;

  while (folder != NULL && g_dir_read_name (folder) != NULL)
    count++;
  return count;
}

static gboolean
on_never (gpointer data)
{
  return G_SOURCE_REMOVE;
}

/* The sources of the main loop that live: ids are given one after another. */
static guint
count_sources (void)
{
  guint last = g_timeout_add_seconds (3600, on_never, NULL), count = 0;

  for (guint id = 1; id < last; id++)
    if (g_main_context_find_source_by_id (NULL, id) != NULL)
      count++;
  g_source_remove (last);
  return count;
}

static gboolean
stat_process (char **args, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;
  struct mallinfo2 heap;

  malloc_trim (0);
  heap = mallinfo2 ();
  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, error))
    return FALSE;
  words = g_strsplit (text, " ", 3);
  host_event ("stat", "rss", host_number (g_ascii_strtoll (words[1], NULL, 10) * sysconf (_SC_PAGESIZE)),
              "heap", host_number ((gint64)(heap.uordblks + heap.hblkhd)), "fds",
              host_number (count_entries ("/proc/self/fd")), "threads",
              host_number (count_entries ("/proc/self/task")), "sources", host_number (count_sources ()), "microphones",
              host_number (host_audio_count_opened ()), NULL);
  return TRUE;
}

static gboolean
on_click_quit (gpointer data)
{
  /* The second of two that were waiting in the queue comes too late. */
  if (purple_get_core () == NULL)
    return G_SOURCE_REMOVE;
  host_event ("quitting-inside", NULL);
  host_uiops_quit ();
  kill (getpid (), SIGTERM);
  return G_SOURCE_REMOVE;
}

/* As Pidgin's menu: in a callback of the loop, which may run again inside of it. */
static gboolean
click_quit (char **args, GError **error)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, on_click_quit, NULL, NULL);
  return TRUE;
}

const HostCommand host_commands_process[] = {
  { "plugin", 2, plugin_command },
  { "pref", 2, pref },
  { "block", 1, block },
  { "stat", 0, stat_process },
  { "click-quit", 0, click_quit },
  { NULL, 0, NULL },
};
