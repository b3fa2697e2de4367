/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text messages that came over telephony (RFC 3428; PBXes deliver SMS so), for those who switched that on
 * (R11): in a conversation of their own under the number they came from, marked as SMS; never in a contact's,
 * which is XMPP's.
 */
#pragma once

#include <purple.h>

#include "callerid.h"

G_BEGIN_DECLS

/**
 * cusax_messages_show: from CusaxAccountListener.on_message
 * @who: (nullable): display form; with a JID the sender counts as unknown
 * @text: not cleaned
 */
void cusax_messages_show (PurpleAccount *account, const CusaxCallerId *caller, const char *who,
                          const char *text);

G_END_DECLS
