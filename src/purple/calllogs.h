/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line per call in libpurple's log of the other side, for calls that no open conversation heard of: a log
 * of the contact, or of the number. Follows the person's choice whether conversations are logged.
 */
#pragma once

#include <purple.h>

#include "call.h"

G_BEGIN_DECLS

/**
 * cusax_calllogs_name:
 * @heard_by: (nullable): the conversation that would hear of @call
 *
 * Returns: (transfer full) (nullable): whose log it is; NULL: nobody's, the caller hides (R19)
 */
char *cusax_calllogs_name (PurpleAccount *account, CusaxCall *call, const char *heard_by);

/** @name: (nullable): nothing happens then; @end: how the call ended, a sentence */
void cusax_calllogs_write (PurpleAccount *account, const char *name, gboolean outgoing, const char *end);

G_END_DECLS
