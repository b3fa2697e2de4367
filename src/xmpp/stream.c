/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See stream.h. */
#include "stream.h"

#include <string.h>

gboolean
cusax_stream_is_of (JabberStream *js, PurplePlugin *plugin)
{
  for (GList *l = purple_connections_get_all (); l != NULL; l = l->next)
    {
      PurpleConnection *gc = l->data;
      if (purple_connection_get_protocol_data (gc) == js)
        return purple_connection_get_prpl (gc) == plugin;
    }
  return FALSE;
}

gboolean
cusax_stream_is_up (PurpleConnection *gc)
{
  /* After an error libpurple closes the connection only in the next turn of the loop. */
  return gc != NULL && PURPLE_CONNECTION_IS_CONNECTED (gc) && gc->disconnect_timeout == 0;
}

char *
cusax_stream_bare_jid (PurpleAccount *account, const char *jid)
{
  if (jid == NULL || *jid == '\0')
    return NULL;

  /* The resource goes first: libjabber keeps it for an occupant of a room. */
  g_autofree char *bare = g_strndup (jid, strcspn (jid, "/"));
  return g_strdup (jabber_normalize (account, bare));
}

char *
cusax_stream_own_jid (PurpleConnection *gc)
{
  PurpleAccount *account = purple_connection_get_account (gc);
  const char *bound = purple_connection_get_display_name (gc);
  return cusax_stream_bare_jid (account, bound != NULL ? bound : purple_account_get_username (account));
}
