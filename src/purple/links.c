/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See links.h. */
#include "links.h"

#include "peers.h"
#include "phonelinks.h"
#include "protocol.h"

#define XMPP_ID "prpl-jabber"

/* The first connected account of @protocol; with @name only that one. */
static PurpleAccount *
find_account (const char *protocol, const char *name)
{
  for (GList *l = purple_accounts_get_all (); l != NULL; l = l->next)
    if (purple_strequal (purple_account_get_protocol_id (l->data), protocol)
        && purple_account_is_connected (l->data)
        && (name == NULL || l->data == purple_accounts_find (name, protocol)))
      return l->data;
  return NULL;
}

static const char *
get_param (GHashTable *params, const char *name)
{
  return params != NULL ? g_hash_table_lookup (params, name) : NULL;
}

static gboolean
has_param (GHashTable *params, const char *name)
{
  return params != NULL && g_hash_table_lookup_extended (params, name, NULL, NULL);
}

static void
open_chat (PurpleAccount *account, const char *who, const char *body)
{
  PurpleConversation *conv = purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, who, account);
  if (conv == NULL)
    conv = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, who);
  purple_conversation_present (conv);
  /* A page can open this link: what it wants said is only proposed. */
  if (body != NULL && *body != '\0')
    purple_conv_send_confirm (conv, body);
}

static void
join_room (PurpleAccount *account, const char *room)
{
  const PurplePluginProtocolInfo *xmpp = cusax_protocol_get_xmpp ();
  PurpleConnection *gc = purple_account_get_connection (account);
  if (xmpp == NULL || xmpp->chat_info_defaults == NULL || xmpp->join_chat == NULL)
    return;

  GHashTable *components = xmpp->chat_info_defaults (gc, room);
  if (components == NULL)
    return;
  xmpp->join_chat (gc, components);
  g_hash_table_unref (components);
}

static gboolean
on_uri (const char *scheme, const char *who, GHashTable *params, PurplePlugin *plugin)
{
  const char *name = get_param (params, "account");
  if (cusax_phonelinks_open (scheme, who))
    return TRUE;
  if (scheme == NULL || g_ascii_strcasecmp (scheme, "xmpp") != 0 || find_account (XMPP_ID, name) != NULL)
    return FALSE;

  PurpleAccount *account = find_account (purple_plugin_get_id (plugin), name);
  if (account == NULL || who == NULL || !cusax_peers_is_jid (who))
    return FALSE;

  if (has_param (params, "join"))
    join_room (account, who);
  else if (has_param (params, "roster"))
    purple_blist_request_add_buddy (account, who, NULL, get_param (params, "name"));
  else if (params == NULL || has_param (params, "message"))
    open_chat (account, who, get_param (params, "body"));
  else
    return FALSE;
  return TRUE;
}

/* The handle under which libpurple knows our handler. */
static int handle;

void
cusax_links_init (PurplePlugin *plugin)
{
  purple_signal_connect (purple_get_core (), "uri-handler", &handle, PURPLE_CALLBACK (on_uri), plugin);
}

void
cusax_links_shutdown (void)
{
  cusax_phonelinks_shutdown ();
  purple_signals_disconnect_by_handle (&handle);
}
