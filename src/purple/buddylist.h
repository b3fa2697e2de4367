/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Has an entry of the contact list drawn again: its tooltip, icon or text may be other now. Knows not why.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** @jid: (nullable): nothing happens then, nor in a host without a list */
void cusax_buddylist_repaint (PurpleAccount *account, const char *jid);

G_END_DECLS
