/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The entries that CUSAX adds to the account menu and the buddy menu, before and after those of the XMPP
 * protocol. Labels have no underscore: Finch prints it.
 */
#pragma once

#include <blist.h>
#include <glib.h>
#include <plugin.h>

G_BEGIN_DECLS

/**
 * cusax_menus_actions: our PurplePluginInfo.actions
 * @gc: (type PurpleConnection): the connection the menu is for
 *
 * Returns: (transfer full) (element-type PurplePluginAction): NULL data = separator
 */
GList *cusax_menus_actions (PurplePlugin *plugin, gpointer gc);

/**
 * cusax_menus_node: our PurplePluginProtocolInfo.blist_node_menu
 *
 * Returns: (transfer full) (element-type PurpleMenuAction): the XMPP protocol's entries, then "Call", "Phone" with one
 *   entry for each number, "Call with video" where that may be (R24), or "Hang up"
 */
GList *cusax_menus_node (PurpleBlistNode *node);

G_END_DECLS
