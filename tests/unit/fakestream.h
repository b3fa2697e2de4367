/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A libpurple without a user interface, with libjabber's signals on a plugin of ours and accounts whose streams
 * lead nowhere: what is sent is kept for the test, what the test feeds arrives as from the server. For
 * src/xmpp.
 */
#pragma once

#include <glib.h>
#include <purple.h>

#define OWN "alice@example.org"

/** Starts libpurple in a new folder, and libjabber. fake_stream_stop() removes both. */
void fake_stream_start (void);
void fake_stream_stop (void);

/** (transfer none) */
PurplePlugin *fake_stream_get_plugin (void);

/** Returns: (transfer none): an account that is signed in, bound to @jid "/desk" */
PurpleAccount *fake_stream_account (const char *jid);
void fake_stream_connect (PurpleAccount *account);
void fake_stream_disconnect (PurpleAccount *account);
/** The server went away: libpurple closes the connection in the next turn of the loop. */
void fake_stream_break (PurpleAccount *account);
PurpleConnection *fake_stream_gc (PurpleAccount *account);

/** So many times faster do libpurple's timers run. */
void fake_stream_set_speed (guint speed);

/** Returns: how many stanzas were sent and not taken */
guint fake_stream_count (void);
/** Returns: (transfer full): the oldest stanza that was sent */
xmlnode *fake_stream_take (void);
void fake_stream_drop_all (void);

/** Feeds a stanza, single quotes for double ones. Returns: TRUE if somebody of ours consumed it. */
gboolean fake_stream_receive (PurpleAccount *account, const char *xml);

/**
 * fake_stream_reply:
 * @request: (transfer none): what was sent
 * @from: (nullable): without that attribute
 * @payload: (nullable): XML
 *
 * Returns: as fake_stream_receive()
 */
gboolean fake_stream_reply (PurpleAccount *account, xmlnode *request, const char *type, const char *from,
                            const char *payload);

/** An error reply with a defined condition, from where @request went. */
gboolean fake_stream_refuse (PurpleAccount *account, xmlnode *request, const char *condition);

/** Runs the loop until @is_done says so; fails the test after 5 s. */
void fake_stream_wait (gboolean (*is_done) (void));
/** Runs what is due now. */
void fake_stream_turn (void);
