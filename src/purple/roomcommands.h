/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slash commands that libjabber and XMPP plugins register for "prpl-jabber" alone (/topic, /kick, /nick ...), made
 * to work in conversations of our accounts: each gets a twin under our protocol id that hands the line over.
 * Process-wide because libpurple's commands are.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/**
 * cusax_roomcommands_init:
 *
 * Watches registrations from now on. Call it before jabber_plugin_init(), which registers libjabber's commands
 * again for every plugin that calls it: so none is missed, whichever plugin was loaded first.
 */
void cusax_roomcommands_init (PurplePlugin *plugin);

/** Takes all twins back; after jabber_plugin_uninit() or before, both work. */
void cusax_roomcommands_shutdown (void);

G_END_DECLS
