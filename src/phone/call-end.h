/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which end of a call a SIP status means, and which status answers a bad offer. Tables only. RFC 3261 section 21.
 */
#pragma once

#include "call.h"

G_BEGIN_DECLS

/** Returns: what a final @status of our INVITE means; @was_ringing: a 180 came before. */
CusaxCallEnd cusax_call_end_from_status (guint status, gboolean was_ringing);

/** Returns: what an error of media, offer/answer or telephony means for the call. */
CusaxCallEnd cusax_call_end_from_error (const GError *error);

/** Returns: the SIP status that refuses an offer for @error: 400, 488, 491 or 500. */
guint cusax_call_end_status_for_offer (const GError *error);

G_END_DECLS
