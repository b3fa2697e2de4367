/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What commands and menus do with calls beyond one function of phone/: declining with a text, joining several.
 */
#pragma once

#include <purple.h>

#include "account.h"
#include "call.h"

G_BEGIN_DECLS

/**
 * cusax_callreply_decline:
 * @call: rings here
 * @text: plain
 *
 * "Busy", and @text goes to the caller by chat, if it is sure whose chat that is.
 *
 * Returns: FALSE with words if it was declined and the text was not sent
 */
gboolean cusax_callreply_decline (PurpleAccount *account, CusaxCall *call, const char *text, GError **error);

/** Joins all of @calls (element-type CusaxCall), two or more. FALSE with words; what was joined before stays so. */
gboolean cusax_callreply_join (CusaxAccount *phone, const GPtrArray *calls, GError **error);

G_END_DECLS
