/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The side table: one telephone per PurpleAccount, whatever its PurpleConnection does. gc->proto_data belongs to
 * libjabber, so our state is keyed by the account; the connection is borrowed, set at login and cleared at close.
 * A close after an error leaves SIP, calls and their windows running; a wanted sign-off (disabled, set offline,
 * removed, quit, unload) hangs up and un-registers. Commands, dialogs and call windows work without a connection.
 */
#pragma once

#include <purple.h>

#include "account.h"
#include "contacts.h"
#include "ladder.h"
#include "pins.h"

G_BEGIN_DECLS

/** CusaxConnection: what we keep for one account; owned by the table, borrowed by everybody else. */
typedef struct _CusaxConnection CusaxConnection;

/** cusax_connection_init: at load. @plugin is borrowed until cusax_connection_shutdown(). */
void cusax_connection_init (PurplePlugin *plugin);

/**
 * cusax_connection_shutdown: at unload.
 *
 * Hangs up, un-registers every account and forgets it. Runs the main loop for 2 s at most, so that un-REGISTER
 * and BYE leave this machine although nobody will run the loop afterwards.
 */
void cusax_connection_shutdown (void);

/** Returns: (nullable): our plugin while it is loaded */
PurplePlugin *cusax_connection_get_plugin (void);

/** Returns: (nullable) (transfer none): NULL for accounts of other protocols and before the first login */
CusaxConnection *cusax_connection_find (PurpleAccount *account);

/** Returns: (transfer none): the telephone of the account */
CusaxAccount *cusax_connection_get_account (CusaxConnection *connection);

/** Returns: (transfer none): its people, as libpurple knows them */
CusaxContacts *cusax_connection_get_contacts (CusaxConnection *connection);

/** Returns: (transfer none): its sound */
CusaxMediaPort *cusax_connection_get_media (CusaxConnection *connection);

/** Returns: (transfer none) (nullable): where its settings come from, and what is locked */
const CusaxLadder *cusax_connection_get_ladder (CusaxConnection *connection);

/** Returns: (transfer none): its accepted certificates */
CusaxPins *cusax_connection_get_pins (CusaxConnection *connection);

/**
 * cusax_connection_set_sip_password:
 * @password: (nullable): NULL forgets it: what is stored counts again
 *
 * A telephony password for this session only, as if it were typed into the settings; counts from the next
 * cusax_connection_reconfigure() on.
 */
void cusax_connection_set_sip_password (CusaxConnection *connection, const char *password);

/** Telephony tries again now, because a person wants it to: out of REFUSED and WAITING, too. */
void cusax_connection_start_phone (CusaxConnection *connection);

/** Returns: (transfer container): every CusaxConnection, in no order; free with g_list_free() */
GList *cusax_connection_get_all (void);

/** prpl "login": libjabber's login and, in parallel, telephony. */
void cusax_connection_login (PurpleAccount *account);

/** prpl "close": libjabber's close; telephony goes on unless the sign-off was wanted. */
void cusax_connection_close (PurpleConnection *gc);

/**
 * cusax_connection_reconfigure:
 *
 * Reads the account's settings again and hands them to telephony, which restarts only what they changed. Does
 * nothing for an account that never signed in.
 */
void cusax_connection_reconfigure (PurpleAccount *account);

/** Hangs up, un-registers in the background and drops the account from the table (account removed). */
void cusax_connection_forget (PurpleAccount *account);

/**
 * cusax_connection_get_config_error:
 *
 * Returns: (transfer none) (nullable): why the account's settings do not validate ("sip_address: ...")
 */
const GError *cusax_connection_get_config_error (CusaxConnection *connection);

G_END_DECLS
