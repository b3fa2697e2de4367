/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of this machine's addresses leads to a target: a question to the kernel's routes; nothing is sent. */
#pragma once

#include "locate.h"

G_BEGIN_DECLS

/** Returns: (transfer full) (nullable): an IP literal; NULL with a GIO error if nothing leads there now */
char *cusax_route_find_local (const CusaxTarget *target, GError **error);

G_END_DECLS
