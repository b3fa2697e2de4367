/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See calllogs.h. */
#include "calllogs.h"

#include "callers.h"
#include "peers.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <time.h>

char *
cusax_calllogs_name (PurpleAccount *account, CusaxCall *call, const char *heard_by)
{
  if (!cusax_call_is_outgoing (call) && cusax_callers_is_anonymous (call))
    return NULL;
  if (heard_by != NULL && *heard_by != '\0')
    return g_strdup (heard_by);
  return cusax_call_get_peer (call) != NULL ? cusax_peers_name (account, cusax_call_get_peer (call), NULL)
                                            : NULL;
}

void
cusax_calllogs_write (PurpleAccount *account, const char *name, gboolean outgoing, const char *end)
{
  g_autofree char *line = NULL;
  g_autofree char *escaped = NULL;
  PurpleLog *log;

  /* libpurple names the folder after it and lets dots through: "." and ".." are other people's. */
  if (name == NULL || strspn (name, ".") == strlen (name) || !purple_prefs_get_bool ("/purple/logging/log_ims"))
    return;
  /* Translators: a line of a log; what follows is a sentence like "bob has hung up after 3:07." */
  line = g_strdup_printf (outgoing ? _ ("Outgoing call. %s") : _ ("Incoming call. %s"), end);
  escaped = g_markup_escape_text (line, -1);
  log = purple_log_new (PURPLE_LOG_IM, name, account, NULL, time (NULL), NULL);
  if (log == NULL)
    return;
  if (log->logger != NULL)
    purple_log_write (log, PURPLE_MESSAGE_SYSTEM, "", time (NULL), escaped);
  purple_log_free (log);
}
