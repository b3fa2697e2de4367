/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps calls off the XMPP leg (R10): on streams of our protocol Jingle and Google calls are neither advertised
 * (disco#info, the caps hash, the legacy "ext" of presence) nor accepted. Plain XMPP accounts in the same process
 * keep theirs, although libjabber's feature list is one for all; unloading restores it.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** cusax_callfeatures_init: @plugin has been through jabber_plugin_init(); borrowed until cusax_callfeatures_shutdown(). */
void cusax_callfeatures_init (PurplePlugin *plugin);

/** Before jabber_plugin_uninit(). Safe without cusax_callfeatures_init(). */
void cusax_callfeatures_shutdown (void);

G_END_DECLS
