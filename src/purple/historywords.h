/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls of the past as people read them in lists: when, with whom, which way, how long, why it ended. Plain
 * text.
 */
#pragma once

#include <account.h>

#include "history.h"

G_BEGIN_DECLS

/** Returns: (transfer full): "2026-11-23 14:03", local time */
char *cusax_historywords_when (const CusaxHistoryEntry *entry);

/** Returns: (transfer full): the contact's alias, else address and claim as in cusax_words_call_name() */
char *cusax_historywords_who (PurpleAccount *account, const CusaxHistoryEntry *entry);

/** Returns: "Missed", "Incoming" or "Outgoing" */
const char *cusax_historywords_direction (const CusaxHistoryEntry *entry);

/** Returns: (transfer full): "3:07"; "" if it never stood */
char *cusax_historywords_length (const CusaxHistoryEntry *entry);

/** Returns: (transfer full): "busy", or what the other side said; "" if there is nothing to say */
char *cusax_historywords_reason (const CusaxHistoryEntry *entry);

/** Returns: (transfer full): all of it: "2026-11-23 14:03  Bob: outgoing, 3:07" */
char *cusax_historywords_line (PurpleAccount *account, const CusaxHistoryEntry *entry);

G_END_DECLS
