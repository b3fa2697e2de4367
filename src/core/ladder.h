/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where each setting comes from (R3, R8, R9): what is locked by a file or document, what the person typed, then the
 * files, what the chat server hands out, the provider's document, the own vCard, and at last the table's default. Pure
 * policy over CusaxProvision values; who fetches them is phone/bootstrap.
 *
 *   locked in:  SYSTEM_FILE, USER_FILE, DOCUMENT
 *   typed:      a value that differs from the table's default
 *   then:       USER_FILE, SYSTEM_FILE, SERVICES, SIPARK, DOCUMENT, CARD
 *
 * An empty text on the ladder says nothing, unless it is locked. Rules beyond the order:
 *
 * - sip_server and sip_transport come from one place. sip_auth_user and sip_password too, but a password that the person
 *   typed goes with the first user name that came without a password of its own.
 * - turn_server, turn_user and turn_password come from one place: nobody's TURN server is shown what belongs to another one.
 *   Neither the chat nor the telephony password ever stands in for turn_password.
 * - SERVICES give server, transport and credentials only, CARD sip_address only.
 * - An address of record from the network counts only in the JID's domain or a related one (R3). related_domains of a
 *   DOCUMENT, which came from the JID's domain, count for itself and the rungs below it; those of SIPARK never.
 * - SERVICES, SIPARK and DOCUMENT are of the JID's domain: their server and credentials count only for an AOR in the JID's
 *   domain or a related one.
 * - Their server counts only with a password of their own, or if its host is in the JID's domain or a related one (the
 *   name itself or below it): else the chat password would follow it to anybody (R47).
 */
#pragma once

#include "config.h"
#include "provision.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CusaxLadder CusaxLadder;

CusaxLadder *cusax_ladder_new (void);
void cusax_ladder_free (CusaxLadder *ladder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxLadder, cusax_ladder_free)

/**
 * cusax_ladder_set:
 * @provision: (nullable): NULL: nothing from there
 *
 * Returns: TRUE if that changes anything
 */
gboolean cusax_ladder_set (CusaxLadder *ladder, CusaxProvisionSource source, CusaxProvision *provision);
/** (transfer none) (nullable) */
CusaxProvision *cusax_ladder_get (const CusaxLadder *ladder, CusaxProvisionSource source);

/**
 * cusax_ladder_make_config:
 * @typed: what the person typed
 *
 * As cusax_config_new(), over all rungs. A network document that makes the whole invalid is to be tried before it is
 * set: make a config with it, and drop it if that fails.
 *
 * Returns: (transfer full): NULL with CUSAX_ERROR_INVALID
 */
CusaxConfig *cusax_ladder_make_config (const CusaxLadder *ladder, const char *jid, const char *password,
                                       const CusaxConfigReader *typed, gpointer user_data, GError **error);

/** Returns: (transfer none) (nullable): the document that locks @name */
CusaxProvision *cusax_ladder_get_lock (const CusaxLadder *ladder, const char *name);

/**
 * cusax_ladder_find:
 *
 * Returns: (transfer none) (nullable): the document that gives @name now; NULL: typed, or the default
 */
CusaxProvision *cusax_ladder_find (const CusaxLadder *ladder, const char *jid, const CusaxConfigReader *typed,
                                   gpointer user_data, const char *name);

/** Returns: TRUE if the person typed address and server, or address and password: nobody need be asked (R8). */
gboolean cusax_ladder_is_manual (const CusaxConfigReader *typed, gpointer user_data);

G_END_DECLS
