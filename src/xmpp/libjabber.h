/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few functions of libpurple's libjabber.so.0 that we call; it installs no header. Opaque types and prototypes
 * only, never a struct: what libjabber keeps in its structs differs between releases, these signatures have not
 * since 2.7. Everything else of the XMPP protocol is reached through prpl-jabber's PurplePluginProtocolInfo.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** One XMPP stream; gc->proto_data of a connection that libjabber logged in. */
typedef struct _JabberStream JabberStream;

/** Asked each time the stream's feature list or caps hash is made. */
typedef gboolean (*JabberFeatureEnabled) (JabberStream *js, const gchar *ns);

/** Registers on @plugin the signals through which libjabber receives and really sends. Counted per process. */
void jabber_plugin_init (PurplePlugin *plugin);
void jabber_plugin_uninit (PurplePlugin *plugin);

/** Process-wide; replaces an entry of the same name. @cb (nullable): NULL = always. */
void jabber_add_feature (const char *ns, JabberFeatureEnabled cb);
/** Nothing happens if there is none of that name. */
void jabber_remove_feature (const char *ns);

/** libjabber's own answers to "may this stream call": what the user interface can do. */
gboolean jabber_audio_enabled (JabberStream *js, const char *unused);
gboolean jabber_video_enabled (JabberStream *js, const char *unused);

/** libjabber's handler of "jabber-sending-xmlnode" on a plugin that went through jabber_plugin_init(): writes @packet,
 * which must not be NULL, to the socket. */
void jabber_send_signal_cb (PurpleConnection *gc, xmlnode **packet, gpointer unused);

/** Returns: TRUE if the stream runs over TLS: by STARTTLS, from its first byte, or as BOSH over https */
gboolean jabber_stream_is_ssl (JabberStream *js);

/** PurplePluginProtocolInfo.normalize: NULL if @who is no JID. */
const char *jabber_normalize (const PurpleAccount *account, const char *who);

G_END_DECLS
