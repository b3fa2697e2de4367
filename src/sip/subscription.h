/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One subscription behind the CusaxSipSubscription port: SUBSCRIBE, its refreshes (by Sofia), NOTIFY, and the
 * end (RFC 6665, the subscriber's side). Knows no event package.
 *
 * States: ASKING -2xx-> STANDING -release-> LEAVING (un-SUBSCRIBE on the wire, last NOTIFY awaited) -> GONE;
 *         ASKING -release, then 2xx-> LEAVING; a refusal, their end, the loss of the leg -> GONE.
 * A released one that is not GONE lives on as the tombstone of its handle.
 */
#pragma once

#include "ports.h"
#include "self.h"
#include "stack.h"

G_BEGIN_DECLS

/**
 * cusax_subscription_new:
 * @stack: UP
 *
 * Sends SUBSCRIBE; the listener is called from the main loop.
 *
 * Returns: (transfer full): end with its release; NULL with CUSAX_ERROR_OFFLINE if Sofia gives no handle
 */
CusaxSipSubscription *cusax_subscription_new (CusaxStack *stack, const CusaxSelf *self,
                                              const CusaxAddress *target, const char *event, const char *accept,
                                              const CusaxSipSubscriptionListener *listener, gpointer user_data,
                                              GError **error);

G_END_DECLS
