/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The voicemail of an account for people (P16): one window when there are more new messages than was said, in place of an
 * older one; it goes when they have been heard. Also whom "Call voicemail" calls, and a line about it.
 */
#pragma once

#include <purple.h>

#include "mailbox.h"

G_BEGIN_DECLS

/** What is known of it changed. */
void cusax_voicemail_changed (PurpleAccount *account, CusaxMailbox *mailbox);

/** Returns: (transfer full) (nullable): "Voicemail: 3 new messages (1 old)."; NULL while nothing is known */
char *cusax_voicemail_words (PurpleAccount *account);

/** Calls it. FALSE with words (translated): not signed in, or nobody has said whom to call for it */
gboolean cusax_voicemail_call (PurpleAccount *account, GError **error);

/** The account action: as above, with a window for the words. */
void cusax_voicemail_call_or_tell (PurpleAccount *account);

/** Closes its window. Call it before @account's entry in the side table goes. */
void cusax_voicemail_forget (PurpleAccount *account);

G_END_DECLS
