/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our PurplePluginProtocolInfo: a copy of the installed XMPP protocol's, taken when we load, with what CUSAX does
 * itself put in its place. Whatever a later libpurple adds to the XMPP protocol comes along by itself.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** The one struct; list_icon, login and close stand in it from the start, libpurple asks for them before load. */
extern PurplePluginProtocolInfo cusax_protocol_info;

/**
 * cusax_protocol_init:
 * @xmpp: the installed XMPP protocol, loaded
 *
 * Fills cusax_protocol_info. Its options are freed by libpurple after unload.
 */
void cusax_protocol_init (PurplePlugin *xmpp);

/** Puts cusax_protocol_info back to what it was before cusax_protocol_init(), except for its options. */
void cusax_protocol_shutdown (void);

/** Returns: (transfer none) (nullable): the XMPP protocol's own functions; NULL before cusax_protocol_init() */
const PurplePluginProtocolInfo *cusax_protocol_get_xmpp (void);

G_END_DECLS
