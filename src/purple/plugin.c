/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plugin as libpurple sees it: finds the installed XMPP protocol, switches the parts on in order and off in
 * the opposite order. Knows no telephony and no XMPP.
 */
#include <purple.h>

#include "activity.h"
#include "callfeatures.h"
#include "commands.h"
#include "connection.h"
#include "libjabber.h"
#include "links.h"
#include "log.h"
#include "menus.h"
#include "move.h"
#include "presence.h"
#include "protection.h"
#include "protocol.h"
#include "provider.h"
#include "roomcommands.h"
#include "rooms.h"
#include "stanza.h"
#include "vcards.h"

#include <glib/gi18n-lib.h>

#define XMPP_ID "prpl-jabber"

/* NULL: usable; else why not, for people. */
static const char *
check_xmpp (PurplePlugin *xmpp)
{
  if (xmpp == NULL)
    return N_ ("libpurple's XMPP protocol (prpl-jabber) is not installed; CUSAX is built on it.");
  if (!purple_plugin_is_loaded (xmpp) && !purple_plugin_load (xmpp))
    return N_ ("libpurple's XMPP protocol (prpl-jabber) cannot be loaded; CUSAX is built on it.");

  const PurplePluginProtocolInfo *info = PURPLE_PLUGIN_PROTOCOL_INFO (xmpp);
  if (!PURPLE_IS_PROTOCOL_PLUGIN (xmpp) || info == NULL || info->login == NULL || info->close == NULL)
    return N_ ("The installed XMPP protocol (prpl-jabber) is none that CUSAX can build on.");
  return NULL;
}

static gboolean
plugin_load (PurplePlugin *plugin)
{
  /* Not by purple_find_prpl(), whose list is made after all load() have run, nor as info.dependencies, which
   * crash libpurple at quit when one is missing. User plugins load first: ours may have to load it. */
  PurplePlugin *xmpp = purple_plugins_find_with_id (XMPP_ID);
  const char *problem = check_xmpp (xmpp);
  if (problem != NULL)
    {
      g_free (plugin->error);
      plugin->error = g_strdup (_ (problem));
      purple_debug_error ("cusax", "not loaded: %s\n", problem);
      return FALSE;
    }

  /* Media registers a static GType, and idle callbacks may still be under way after unload. */
  if (plugin->handle != NULL)
    g_module_make_resident (plugin->handle);

  cusax_log_init ();
  cusax_roomcommands_init (plugin);
  jabber_plugin_init (plugin);
  cusax_callfeatures_init (plugin);
  cusax_stanza_init (plugin);
  cusax_vcards_init (plugin);
  cusax_activity_init (plugin);
  cusax_rooms_init (plugin);
  cusax_provider_init (plugin);
  cusax_presence_init (plugin);
  cusax_protection_init (plugin);
  cusax_protocol_init (xmpp);
  cusax_connection_init (plugin);
  cusax_commands_register (plugin);
  cusax_links_init (plugin);
  cusax_move_init (xmpp);
  purple_debug_info ("cusax", "CUSAX %s is ready\n", CUSAX_VERSION);
  return TRUE;
}

static gboolean
plugin_unload (PurplePlugin *plugin)
{
  cusax_move_shutdown ();
  cusax_links_shutdown ();
  cusax_commands_unregister ();
  cusax_connection_shutdown ();
  cusax_protocol_shutdown ();
  cusax_protection_shutdown ();
  cusax_presence_shutdown ();
  cusax_provider_shutdown ();
  cusax_rooms_shutdown ();
  cusax_activity_shutdown ();
  cusax_vcards_shutdown ();
  cusax_stanza_shutdown ();
  cusax_callfeatures_shutdown ();
  jabber_plugin_uninit (plugin);
  cusax_roomcommands_shutdown ();
  cusax_log_shutdown ();
  return TRUE;
}

static PurplePluginInfo info = {
  .magic = PURPLE_PLUGIN_MAGIC,
  .major_version = PURPLE_MAJOR_VERSION,
  .minor_version = PURPLE_MINOR_VERSION,
  .type = PURPLE_PLUGIN_PROTOCOL,
  .priority = PURPLE_PRIORITY_DEFAULT,
  .id = "prpl-jabber-cusax",
  .name = "CUSAX",
  .version = CUSAX_VERSION,
  .author = "The purple-cusax authors",
  .load = plugin_load,
  .unload = plugin_unload,
  .extra_info = &cusax_protocol_info,
  .actions = cusax_menus_actions,
};

static void
plugin_init (PurplePlugin *plugin)
{
  bindtextdomain (GETTEXT_PACKAGE, CUSAX_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");

  info.summary = _ ("Chat by XMPP and calls by SIP in one account");
  info.description = _ ("One account, two legs: XMPP for contacts, chat and rooms, SIP for telephone calls (RFC 7081).");
}

PURPLE_INIT_PLUGIN (cusax, plugin_init, info)
