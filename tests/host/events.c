/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See events.h. */
#include "events.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static FILE *log_file;
static FILE *event_file; /* NULL: stdout */

static void
append_escaped (GString *line, const char *value)
{
  for (const char *p = value; *p != '\0'; p++)
    switch (*p)
      {
      case '\\':
        g_string_append (line, "\\\\");
        break;
      case '"':
        g_string_append (line, "\\\"");
        break;
      case '\n':
        g_string_append (line, "\\n");
        break;
      case '\r':
        g_string_append (line, "\\r");
        break;
      default:
        g_string_append_c (line, *p);
      }
}

void
host_event (const char *name, ...)
{
  g_autoptr (GString) line = g_string_new (name);
  va_list args;
  const char *key;

  va_start (args, name);
  while ((key = va_arg (args, const char *)) != NULL)
    {
      const char *value = va_arg (args, const char *);

      g_string_append_printf (line, " %s=\"", key);
      append_escaped (line, value != NULL ? value : "");
      g_string_append_c (line, '"');
    }
  va_end (args);

  /* The log tells the order of events and of what led to them. */
  host_log ("EVENT", "host", line->str);
  g_string_append_c (line, '\n');
  fputs (line->str, event_file != NULL ? event_file : stdout);
  fflush (event_file != NULL ? event_file : stdout);
}

void
host_events_to_stderr (void)
{
  event_file = stderr;
}

const char *
host_number (gint64 value)
{
  static char ring[8][24];
  static guint next;
  char *text = ring[next++ % G_N_ELEMENTS (ring)];

  g_snprintf (text, sizeof ring[0], "%" G_GINT64_FORMAT, value);
  return text;
}

void
host_log (const char *level, const char *category, const char *text)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%H:%M:%S.%f");
  gsize length = strlen (text);

  while (length > 0 && text[length - 1] == '\n')
    length--;
  fprintf (log_file != NULL ? log_file : stderr, "%s %s %s: %.*s\n", time, level,
           category != NULL ? category : "-", (int)length, text);
}

/* Any thread: GStreamer warns from its own. host_event() writes one line with one call, which stdio locks. */
static void
on_glib_log (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  gboolean is_bad = (level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_LEVEL_ERROR)) != 0;

  if (is_bad)
    host_event ("critical", "domain", domain, "message", message, NULL);
  else
    host_log ("GLIB", domain, message);
  if (level & G_LOG_FLAG_FATAL)
    host_log ("FATAL", domain, message);
}

gboolean
host_log_open (const char *file)
{
  if (file != NULL)
    {
      log_file = fopen (file, "a");
      if (log_file == NULL)
        return FALSE;
      setvbuf (log_file, NULL, _IOLBF, 0);
    }
  g_log_set_default_handler (on_glib_log, NULL);
  return TRUE;
}
