/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a call to a person: "Chat with caller" (at once for a strong binding, after showing the full JID for a weak
 * one, R34) and "Attach this number to a buddy...". Used by the ringing dialog, /chat, /attach and the buddy menu.
 */
#pragma once

#include <purple.h>

#include "call.h"

G_BEGIN_DECLS

/** Returns: TRUE if there is somebody to chat with: @call's contact, or WEAK's after a question. */
gboolean cusax_callerchat_can_chat (CusaxCall *call);
void cusax_callerchat_chat (PurpleAccount *account, CusaxCall *call);

/** Returns: TRUE if @call has an address that belongs to no contact for sure. */
gboolean cusax_callerchat_can_attach (CusaxCall *call);
/** Asks for the buddy; @jid (nullable) is proposed. @address may be of a call that has ended. */
void cusax_callerchat_attach (PurpleAccount *account, CusaxAddress *address, const char *jid);

/**
 * cusax_callerchat_attach_typed:
 * @text: "[#n|number] buddy": a JID or an alias that only one buddy has; without a number the only call that could be
 *   meant, or the last caller whom nobody's card names
 *
 * Returns: (transfer full): what was done, for people; NULL with words (translated)
 */
char *cusax_callerchat_attach_typed (PurpleAccount *account, const char *text, GError **error);

/** Returns: (transfer full) (element-type PurpleMenuAction): for the menu of @buddy: "Attach +33... to this contact",
 * "Detach a number..."; may be NULL */
GList *cusax_callerchat_menu (PurpleBuddy *buddy);

/** The last caller of @account that nobody's card names; for the buddy menu. (nullable) (transfer none) */
CusaxAddress *cusax_callerchat_get_last_unknown (PurpleAccount *account);

/** An incoming call rings or ended: its caller is the last one, or known now. */
void cusax_callerchat_note_call (PurpleAccount *account, CusaxCall *call);

/** @address is somebody's now. */
void cusax_callerchat_forget_caller (PurpleAccount *account, const CusaxAddress *address);

/** Closes the questions of @account and forgets its last caller. */
void cusax_callerchat_forget (PurpleAccount *account);

G_END_DECLS
