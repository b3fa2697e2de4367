/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BYE beside Sofia's own handle: what has to be known of a dialog for one (RFC 3261 section 12.2.1.1), learned from its
 * messages, and the good-bye itself, said again when the leg comes back. For two things that nua cannot do: it gives a
 * BYE up whose connection is lost under it, and it sends one request at a time, so that BYE waits 32 s behind an INFO
 * that nobody answers. CANCEL, which goes the same way, likewise.
 */
#pragma once

#include "credentials.h"

G_BEGIN_DECLS

/** How long after it was asked for a BYE is worth sending: as long as Sofia would repeat it. */
#define CUSAX_FAREWELL_MS 32000

typedef struct _CusaxFarewell CusaxFarewell;

/** Returns: (transfer full): knows nothing */
CusaxFarewell *cusax_farewell_new (CusaxLogin *login, CusaxCredentialsUse use);
/** One that has not begun. */
void cusax_farewell_free (CusaxFarewell *farewell);

/** Learns from any message of the dialog: the other side's, or a response of Sofia's own. */
void cusax_farewell_learn (CusaxFarewell *farewell, const sip_t *sip);

/**
 * cusax_farewell_begin:
 * @farewell: (transfer full): frees itself when it is answered or time is over; at once if too little is known, the stack
 *   is retired, or too many are under way
 * @privacy: (nullable): header line
 * @leg_is_up: BYE goes now; else when the leg comes
 * @ms: how long it is worth it
 */
void cusax_farewell_begin (CusaxFarewell *farewell, CusaxStack *stack, const char *privacy, gboolean leg_is_up, guint ms);

/**
 * cusax_farewell_cancel:
 * @farewell: of a call of ours that rings; goes on learning
 *
 * CANCEL once more when the leg comes, if one that has left was lost with its connection: nta cancels once only. The same
 * transaction as the INVITE's: its Via, its number (RFC 3261 section 9.1).
 */
void cusax_farewell_cancel (const CusaxFarewell *farewell, CusaxStack *stack, const char *privacy, gboolean leg_is_up,
                            guint ms);

/** Returns: TRUE if @event says that the connection was lost under a request, and not what became of it */
gboolean cusax_farewell_is_lost (const CusaxSipEvent *event);

G_END_DECLS
