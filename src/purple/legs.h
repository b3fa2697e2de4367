/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both legs in one place (R46, R51): "both protected / chat only / telephony only / none", a warning when that gets worse,
 * one action that requires encryption for both, and the texts of "Connection details" and "Call details".
 */
#pragma once

#include <purple.h>

#include "call.h"
#include "parity.h"

G_BEGIN_DECLS

/** After each change of a leg: warns if the protection is not alike any more. */
void cusax_legs_update (PurpleAccount *account);

/** (transfer full): one line in words, "" if there is nothing to compare */
char *cusax_legs_words (PurpleAccount *account);

/** Shows "Call details" of @call. */
void cusax_legs_show_call (PurpleAccount *account, CusaxCall *call);

/** Shows "Connection details". */
void cusax_legs_show (PurpleAccount *account);

/** Returns: TRUE if cusax_legs_require_both() would change a setting that the person may change. */
gboolean cusax_legs_can_require_both (PurpleAccount *account);

/** "Require encryption for both": settings of both legs; what is open signs in again. */
void cusax_legs_require_both (PurpleAccount *account);

/** Closes its windows and forgets what was said. Call it before @account's entry in the side table goes. */
void cusax_legs_forget (PurpleAccount *account);

G_END_DECLS
