/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carries out what phone/dial decides: asks about cost ("Call", "Chat instead", "Always for this number"), which of
 * several numbers, tells once of another service, then dials. Menus, commands, Pidgin's own call entries and links
 * all come through here; no account is ever asked for (R25).
 */
#pragma once

#include <purple.h>

#include "address.h"
#include "call.h"
#include "dial.h"

G_BEGIN_DECLS

/**
 * cusax_dialling_click:
 * @who: libpurple name: a contact's JID or a display form
 *
 * From a contact: menu, call button, /call without a target. A question may be opened; its answer dials later.
 *
 * Returns: FALSE with words (translated)
 */
gboolean cusax_dialling_click (PurpleAccount *account, const char *who, GError **error);

/** The same with our picture; FALSE also where that cannot be. */
gboolean cusax_dialling_click_video (PurpleAccount *account, const char *who, GError **error);

/** One of a contact's numbers, by its key (cusax_classify_key()); remembered as the choice (R26). */
gboolean cusax_dialling_click_number (PurpleAccount *account, const char *jid, const char *key, GError **error);

/** By hand: Dial..., /dial, links (R28): nothing is asked. */
gboolean cusax_dialling_typed (PurpleAccount *account, const char *text, GError **error);

gboolean cusax_dialling_typed_video (PurpleAccount *account, const char *text, GError **error);

/**
 * cusax_dialling_transfer_typed:
 * @call: whose other side is to call what cusax_dialling_typed() takes
 *
 * Asks and classifies as if we called: who transfers pays, often enough.
 *
 * Returns: FALSE with words (translated)
 */
gboolean cusax_dialling_transfer_typed (PurpleAccount *account, CusaxCall *call, const char *text, GError **error);

/** The same for what cusax_dialling_click() takes. */
gboolean cusax_dialling_transfer_click (PurpleAccount *account, CusaxCall *call, const char *who, GError **error);

/** Calls back @uri, of a call of the past with @jid (nullable). What a click would ask is asked. FALSE with words
 * (translated) */
gboolean cusax_dialling_back (PurpleAccount *account, const char *uri, const char *jid, GError **error);

/** Calls @address, which has been shown to the person in full with what it may cost. FALSE with words (translated). */
gboolean cusax_dialling_agreed (PurpleAccount *account, CusaxAddress *address, GError **error);

/** The account action "Dial...": asks for what cusax_dialling_typed() takes. */
void cusax_dialling_show (PurpleAccount *account);

/** Opens the chat with @jid and gives it the focus. */
void cusax_dialling_chat (PurpleAccount *account, const char *jid);

/** Closes the open questions of @account. Call it before @account's entry in the side table goes. */
void cusax_dialling_forget (PurpleAccount *account);

G_END_DECLS
