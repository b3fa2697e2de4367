/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both legs in one place (R46, R51): "both protected / chat only / telephony only / none", a warning when that gets worse,
 * one action that requires encryption for both, and the text of "Connection details".
 */
#pragma once

#include <purple.h>

#include "parity.h"

G_BEGIN_DECLS

/** After each change of a leg: warns if the protection is not alike any more. */
void cusax_legs_update (PurpleAccount *account);

/** (transfer full): one line in words, "" if there is nothing to compare */
char *cusax_legs_words (PurpleAccount *account);

/** Shows "Connection details". */
void cusax_legs_show (PurpleAccount *account);

/** "Require encryption for both": settings of both legs, then both sign in again. */
void cusax_legs_require_both (PurpleAccount *account);

void cusax_legs_forget (PurpleAccount *account);

G_END_DECLS
