/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the telephones of contacts are in use (RFC 4235), where people look for it: the tooltip, and "Pick up
 * the call" in the contact's menu while one rings there.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** The telephone of @jid changed: its entry in the list is drawn again. */
void cusax_watchmarks_changed (PurpleAccount *account, const char *jid);

/** Adds "Phone: in use" or "Phone: rings" for a buddy. */
void cusax_watchmarks_tooltip (PurpleBuddy *buddy, PurpleNotifyUserInfo *info);

/** Returns: (transfer full) (element-type PurpleMenuAction): "Pick up the call", if one rings there that can be
 */
GList *cusax_watchmarks_menu (PurpleBuddy *buddy);

G_END_DECLS
