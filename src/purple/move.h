/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "Use for calls too": an existing XMPP account becomes a CUSAX one in place, and back (P17). The account object, its
 * settings, buddies, pounces and password stay; the folder of its logs is renamed. The entry stands in the account
 * menu of XMPP accounts, whose list of actions is wrapped while we are loaded.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** At load, with the XMPP protocol's plugin; at unload. */
void cusax_move_init (PurplePlugin *xmpp);
void cusax_move_shutdown (void);

/** (nullable): the XMPP protocol's own list of actions, without our wrapper */
GList *(*cusax_move_get_xmpp_actions (void)) (PurplePlugin *plugin, gpointer gc);

/** Asks, then moves the account from XMPP to CUSAX. */
void cusax_move_show_to_cusax (PurpleAccount *account);

/** Asks, then moves it back: chat only, under libpurple's XMPP protocol. */
void cusax_move_show_to_xmpp (PurpleAccount *account);

G_END_DECLS
