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

/** The last caller of @account that nobody's card names; for the buddy menu. (nullable) (transfer none) */
CusaxAddress *cusax_callerchat_get_last_unknown (PurpleAccount *account);
void cusax_callerchat_note_call (PurpleAccount *account, CusaxCall *call);
void cusax_callerchat_forget (PurpleAccount *account);

G_END_DECLS
