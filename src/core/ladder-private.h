/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ladder.c (whose word counts) and ladder-typed.c (what a person said) share. Nobody else includes this. */
#pragma once

#include "ladder.h"

G_BEGIN_DECLS

/** Returns: (transfer full) (nullable): what was typed, as text, maybe a secret; NULL: nothing, or what is the default. */
char *cusax_ladder_dup_typed (const CusaxConfigReader *typed, gpointer user_data, const CusaxSetting *setting);

G_END_DECLS
