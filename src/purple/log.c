/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See log.h. */
#include "log.h"

#include "redact.h"
#include "supportlog.h"

#include <purple.h>

#include <string.h>

/* How many lines of other threads may wait for the main loop; a frozen window must not eat the memory. */
#define MAX_WAITING 200

static struct
{
  const char *domain;
  const char *category;
  guint handler;
} sinks[] = {
  { "cusax", "cusax", 0 },
  { "cusax-phone", "cusax", 0 },
  { "cusax-sip", "cusax-sip", 0 },
  { "cusax-rtp", "cusax-media", 0 },
  { "cusax-media", "cusax-media", 0 },
  { "cusax-xmpp", "cusax-xmpp", 0 },
};

static GThread *main_thread = NULL;
static gint waiting = 0;

typedef struct
{
  PurpleDebugLevel level;
  const char *category;
  char *text;
} Line;

static PurpleDebugLevel
get_level (GLogLevelFlags flags)
{
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return PURPLE_DEBUG_ERROR;
  if (flags & G_LOG_LEVEL_WARNING)
    return PURPLE_DEBUG_WARNING;
  if (flags & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO))
    return PURPLE_DEBUG_INFO;
  return PURPLE_DEBUG_MISC;
}

static void
write_line (PurpleDebugLevel level, const char *category, const char *text)
{
  cusax_supportlog_add (category, text);
  purple_debug (level, category, "%s\n", text);
}

static gboolean
on_idle_write (gpointer user_data)
{
  Line *line = user_data;
  write_line (line->level, line->category, line->text);
  return G_SOURCE_REMOVE;
}

static void
free_line (gpointer data)
{
  Line *line = data;
  g_atomic_int_add (&waiting, -1);
  g_free (line->text);
  g_free (line);
}

static void
on_log (const char *domain, GLogLevelFlags flags, const char *message, gpointer category)
{
  const char *text = message != NULL ? message : "(null)";
  g_autofree char *clean = cusax_redact (text, strlen (text));

  /* A bug must be heard without the debug window, too; the default handler writes it to stderr. */
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    g_log_default_handler (domain, flags, clean, NULL);

  if (g_thread_self () == main_thread)
    {
      write_line (get_level (flags), category, clean);
      return;
    }

  /* The debug window is a user interface: main thread only. */
  if (g_atomic_int_add (&waiting, 1) >= MAX_WAITING)
    {
      g_atomic_int_add (&waiting, -1);
      return;
    }
  Line *line = g_new0 (Line, 1);
  line->level = get_level (flags);
  line->category = category;
  line->text = g_steal_pointer (&clean);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_idle_write, line, free_line);
}

void
cusax_log_init (void)
{
  main_thread = g_thread_self ();
  cusax_supportlog_init ();
  for (gsize i = 0; i < G_N_ELEMENTS (sinks); i++)
    if (sinks[i].handler == 0)
      sinks[i].handler = g_log_set_handler (sinks[i].domain,
                                            G_LOG_LEVEL_MASK | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION, on_log,
                                            (gpointer) sinks[i].category);
}

void
cusax_log_shutdown (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sinks); i++)
    if (sinks[i].handler != 0)
      {
        g_log_remove_handler (sinks[i].domain, sinks[i].handler);
        sinks[i].handler = 0;
      }
  cusax_supportlog_shutdown ();
}
