/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See commands.h. */
#include "commands.h"

#include "command-table.h"
#include "events.h"

#include <gio/gio.h>
#include <string.h>

static const HostCommand *const tables[]
    = { host_commands_accounts, host_commands_people,  host_commands_talk,
        host_commands_calls,    host_commands_dialogs, host_commands_process };

gboolean
host_command_fail (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (G_IO_ERROR, G_IO_ERROR_FAILED, format, args);
  va_end (args);
  return FALSE;
}

/* TRUE if @argv begins with the words of @command; @length: how many those are. */
static gboolean
is_named (const HostCommand *command, int argc, char **argv, guint *length)
{
  g_auto (GStrv) words = g_strsplit (command->name, " ", -1);

  *length = g_strv_length (words);
  for (guint i = 0; i < *length; i++)
    if ((guint)argc <= i || strcmp (words[i], argv[i]) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
dispatch (int argc, char **argv, GError **error)
{
  guint length;

  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const HostCommand *c = tables[i]; c->name != NULL; c++)
      if (is_named (c, argc, argv, &length))
        {
          if ((guint)argc - length < c->required)
            return host_command_fail (error, "%s wants %u arguments", c->name, c->required);
          return c->function (argv + length, error);
        }
  return host_command_fail (error, "no command %s", argv[0]);
}

gboolean
host_commands_run (const char *line, guint number)
{
  g_autoptr (GError) error = NULL;
  /* Commands may ask for up to two optional words behind the last: the vector gets NULLs to read. */
  g_auto (GStrv) parsed = NULL;
  g_autofree char **argv = NULL;
  int argc = 0;
  gboolean ok = FALSE;

  host_log ("COMMAND", "host", line);
  if (g_shell_parse_argv (line, &argc, &parsed, &error))
    {
      if (strcmp (parsed[0], "quit") == 0)
        return FALSE;
      argv = g_new0 (char *, argc + 4);
      memcpy (argv, parsed, sizeof (char *) * (gsize)argc);
      ok = dispatch (argc, argv, &error);
    }
  if (ok)
    host_event ("ok", "n", host_number (number), NULL);
  else
    host_event ("error", "n", host_number (number), "text", error != NULL ? error->message : "failed", NULL);
  return TRUE;
}
