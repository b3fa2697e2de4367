/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that is typed to a number or SIP address, sent by SIP MESSAGE (RFC 3428) for services that carry SMS that way:
 * only if accept_sip_messages is on (R11). A contact's conversation is XMPP's alone. What comes is messages.h's.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/**
 * cusax_textmessages_send:
 * @who: a display form, no JID
 * @html: as libpurple gives it
 *
 * A failure that becomes known later is told in the conversation.
 *
 * Returns: FALSE with words (translated)
 */
gboolean cusax_textmessages_send (PurpleAccount *account, const char *who, const char *html, GError **error);

/** Nothing more is told of messages under way. Call it before @account's entry in the side table goes. */
void cusax_textmessages_forget (PurpleAccount *account);

G_END_DECLS
