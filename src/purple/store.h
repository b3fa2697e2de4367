/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The CusaxStore of one account: small files in "cusax/" of libpurple's user folder, one folder for each JID, readable
 * by their owner only, replaced as a whole or not at all. Knows nothing of what is in them.
 */
#pragma once

#include <purple.h>

#include "ports.h"

G_BEGIN_DECLS

/** Touches no disk yet. The files belong to the bare JID: another resource finds them again. */
CusaxStore *cusax_store_new (PurpleAccount *account);
void cusax_store_free (CusaxStore *store);

G_END_DECLS
