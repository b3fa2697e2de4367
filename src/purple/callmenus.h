/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be done with calls without any conversation: entries of the account's menu and of a buddy's. Hosts
 * keep the account's menu until they are told that it has changed; this tells them when the entries have.
 */
#pragma once

#include <purple.h>

#include "account.h"
#include "call.h"

G_BEGIN_DECLS

/** Returns: (transfer full) (element-type PurplePluginAction): hold, resume, swap, join, transfer, hang up,
 * where they apply */
GList *cusax_callmenus_actions (PurpleAccount *account);

/**
 * cusax_callmenus_buddy:
 * @with: (nullable): a call with @buddy
 *
 * Returns: (transfer full) (element-type PurpleMenuAction): "Transfer call to here", if there is a call to
 * transfer
 */
GList *cusax_callmenus_buddy (PurpleBuddy *buddy, CusaxAccount *phone, CusaxCall *with);

/** Call it on every change of a call: tells the host if the account's menu would be another one now. */
void cusax_callmenus_update (PurpleAccount *account);
void cusax_callmenus_forget (PurpleAccount *account);

G_END_DECLS
