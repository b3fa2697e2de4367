/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names by which libpurple knows the other side: the bare JID of a contact, else one display form of a
 * number or SIP address that can never be taken for a JID (so that what is typed there never leaves over XMPP).
 * Who is behind an address is the directory's business, and what may be called is phone/dial's.
 */
#pragma once

#include "address.h"

#include <account.h>
#include <glib.h>

G_BEGIN_DECLS

/** The name of all who do not show an address. */
#define CUSAX_PEERS_ANONYMOUS "sip:anonymous@anonymous.invalid"

/**
 * cusax_peers_name:
 * @address: (nullable): NULL: anonymous
 * @jid: (nullable): the bare JID of a contact that @address belongs to for sure
 *
 * Returns: (transfer full): @jid in libpurple's form; without one the display form: the number alone for a number of
 *   the own domain, "sip:user@host" otherwise
 */
char *cusax_peers_name (PurpleAccount *account, const CusaxAddress *address, const char *jid);

/**
 * cusax_peers_contact:
 * @who: a libpurple name
 *
 * Returns: (transfer full) (nullable): the bare, normalised JID of a person; NULL for numbers, addresses, servers
 */
char *cusax_peers_contact (PurpleAccount *account, const char *who);

/**
 * cusax_peers_address:
 * @who: a display form, or another spelling of it
 *
 * Returns: (transfer full) (nullable): what it stands for; NULL for JIDs and everything else
 */
CusaxAddress *cusax_peers_address (PurpleAccount *account, const char *who);

/**
 * cusax_peers_normalize:
 * @account: (nullable): as libpurple calls it
 *
 * Our PurplePluginProtocolInfo.normalize: JIDs as libjabber does it, all spellings of a number or SIP URI to
 * the display form of cusax_peers_name.
 *
 * Returns: (nullable): NULL if @who is neither; valid until the next call
 */
const char *cusax_peers_normalize (const PurpleAccount *account, const char *who);

/** Returns: TRUE if @who may go to libjabber as an address: not a number, not a URI of another scheme. */
gboolean cusax_peers_is_jid (const char *who);

/**
 * cusax_peers_label:
 * @who: a libpurple name
 *
 * Returns: (transfer full): the contact's alias if @who is one, else @who
 */
char *cusax_peers_label (PurpleAccount *account, const char *who);

G_END_DECLS
