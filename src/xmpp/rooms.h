/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a chat room says about a SIP bridge (R40): the field audio-video-uri, or muc#roominfo_audio-video-uri,
 * of its disco#info form. Asked once after joining; full JIDs of occupants where the room shows them. Only
 * rooms that we entered ourselves are known here, until we leave.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** Process-wide, after jabber_plugin_init(). */
void cusax_rooms_init (PurplePlugin *plugin);
void cusax_rooms_shutdown (void);

/* @uri: (nullable): as written, bounded and plain text, not checked otherwise. @gc may have ended: NULL then.
 */
typedef void (*CusaxRoomsBridge) (gpointer user_data, PurpleConnection *gc, const char *room, const char *uri);

/** Returns: FALSE if chat is down. @done once, within 15 s, not after cusax_rooms_shutdown(). */
gboolean cusax_rooms_ask_bridge (PurpleConnection *gc, const char *room, CusaxRoomsBridge done,
                                 gpointer user_data);

/** Returns: (transfer full) (nullable): the bare JID of an occupant; NULL where the room does not show it */
char *cusax_rooms_get_real_jid (PurpleConnection *gc, const char *room, const char *nick);

G_END_DECLS
