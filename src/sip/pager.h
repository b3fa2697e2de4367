/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sends one SIP MESSAGE outside of calls and waits for its end (RFC 3428). An answer to a challenge is given
 * once.
 *
 * States: SENT -final answer, time-out, loss of the leg-> gone.
 */
#pragma once

#include "ports.h"
#include "self.h"
#include "stack.h"

G_BEGIN_DECLS

/**
 * cusax_pager_send:
 * @stack: UP
 * @text: UTF-8, 1 to CUSAX_SIP_MESSAGE_MAX bytes
 * @done: called once, never from inside this call
 *
 * Returns: FALSE, without a call of @done, with CUSAX_ERROR_INVALID (the text), CUSAX_ERROR_OFFLINE (Sofia
 * gives no handle)
 */
gboolean cusax_pager_send (CusaxStack *stack, const CusaxSelf *self, const CusaxAddress *target,
                           const char *text, CusaxSipMessageDone done, gpointer user_data, GError **error);

G_END_DECLS
