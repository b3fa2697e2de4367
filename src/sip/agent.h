/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes the nua_t of a stack, with every switch that our way of using Sofia needs: TLS and TCP run without any
 * listening socket of nua (TPTAG_SERVER (0)); every request is forced to the relay by NUTAG_PROXY while Route
 * headers stay in the message; offers, answers and redirects are ours.
 */
#pragma once

#include "relay.h"

#include <sofia-sip/sip.h>

#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/nua.h>
#include <sofia-sip/sip_header.h>

G_BEGIN_DECLS

/* For a request that it finds broken Sofia answers 400 and closes the connection, which is the one to our server. So only
 * what no proxy can do without counts (From, Via, ...); of the others a broken one is as good as none. What does count
 * never gets to nua over a stream (screening.h). */
#define CUSAX_AGENT_BAD_REQUEST_MASK sip_mask_request

/**
 * cusax_agent_create:
 * @message_class: (nullable): must outlive the result
 * @accepts_messages: see cusax_agent_get_allow()
 *
 * Returns: (transfer full) (nullable): NULL if Sofia cannot
 */
nua_t *cusax_agent_create (const CusaxRelayInfo *info, const msg_mclass_t *message_class,
                           gboolean accepts_messages, nua_callback_f callback, gpointer magic);

/** Returns: the value of Allow; what does not stand there, Sofia answers with 405 (R11). */
const char *cusax_agent_get_allow (gboolean accepts_messages);

G_END_DECLS
