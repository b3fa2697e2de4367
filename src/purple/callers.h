/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who a call is with, as people see it (R19, R29 to R31): the contact's name and picture only where the binding
 * is strong; otherwise the address, with what the caller claims marked as a claim; of an anonymous caller
 * nothing. The one place that decides this for dialogs, lines and lists.
 */
#pragma once

#include <purple.h>

#include "account.h"
#include "call.h"

G_BEGIN_DECLS

/** Returns: TRUE if the caller hides: nothing of him is shown or remembered. */
gboolean cusax_callers_is_anonymous (CusaxCall *call);

/**
 * cusax_callers_name:
 *
 * Returns: (transfer full): for the middle of a sentence: "Ulla", "+33177624339", "“Dr. No” (no@evil.example)",
 *   "somebody who hides the number"
 */
char *cusax_callers_name (PurpleAccount *account, CusaxCall *call);

/** Returns: (transfer full): "Ulla is calling" */
char *cusax_callers_headline (PurpleAccount *account, CusaxCall *call);

/**
 * cusax_callers_details:
 * @phone: (nullable): for the own line
 *
 * Returns: (transfer full): lines: the address, who that is or might be, the own line, encryption, a picture that is
 *   offered
 */
char *cusax_callers_details (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call);

/** Returns: (transfer full) (nullable): the picture of the contact as a field of a dialog; only for a strong
 * binding, and not in Finch, which would say "Not implemented yet." */
PurpleRequestField *cusax_callers_picture (PurpleAccount *account, CusaxCall *call);

G_END_DECLS
