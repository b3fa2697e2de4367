/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One INVITE dialog behind the CusaxSipCall port: set-up in both directions, later offers with glare, end; also
 * session timers. Carries SDP as bytes and never reads it. RFC 3261 sections 12 to 15, RFC 3262 (PRACK, by
 * Sofia), RFC 3264 (who may offer when), RFC 3311 (UPDATE), RFC 3326 (Reason), RFC 4028 (timers).
 *
 *   out  CALLING -200-> UP                        in  INCOMING -accept-> ANSWERED -ACK-> UP
 *        CALLING -200 with offer-> OFFERED -answer_offer-> UP
 *   any  -hang_up, reject, release-> ENDING (CANCEL, BYE, refusal on the wire) -> ENDED
 *   any  -their BYE, CANCEL, refusal, time-out-> ENDED
 *
 * A released dialog that is not ENDED lives on without a listener until it is: the tombstone of its handle.
 * Details beyond the port: on_reoffer_done also brings the answer to an offer of ours that they asked for
 * (re-INVITE without SDP, our answer_offer (200, sdp)); it comes with status 491 if their offer overtook ours
 * while we waited to try again; their offer follows at once. A 200 to an outgoing INVITE without SDP repeats
 * the SDP of the same fork's last 18x. A REFER of ours that is not through when the call ends is reported as 202 if
 * it was accepted; one of theirs keeps its handle beyond the end, for the NOTIFYs.
 */
#pragma once

#include "credentials.h"
#include "self.h"
#include "stack.h"

G_BEGIN_DECLS

typedef struct _CusaxDialog CusaxDialog;

/**
 * cusax_dialog_new_outgoing:
 * @stack: UP
 * @sdp: (nullable): NULL: offerless
 * @disclosure: (nullable): what all messages of the dialog say of us; copied
 *
 * Sends INVITE.
 *
 * Returns: (transfer full): CALLING; end with cusax_sip_call release; NULL with CUSAX_ERROR_OFFLINE if Sofia
 * gives no handle
 */
CusaxSipCall *cusax_dialog_new_outgoing (CusaxStack *stack, const CusaxSelf *self, const CusaxAddress *target,
                                         const char *sdp, const CusaxSipDisclosure *disclosure,
                                         const CusaxSipCallListener *listener, gpointer user_data,
                                         GError **error);

/**
 * cusax_dialog_new_incoming:
 * @event: nua_i_invite of a new handle, not answered yet
 * @headers: what it says of the caller
 *
 * Takes the handle over. The caller has checked that the INVITE is for us and well formed.
 *
 * Returns: (transfer full): INCOMING, no answer sent
 */
CusaxSipCall *cusax_dialog_new_incoming (CusaxStack *stack, const CusaxSelf *self, const CusaxSipEvent *event,
                                         const CusaxSipHeaders *headers);

/**
 * cusax_dialog_find_replaced:
 * @sip: INVITE
 * @replaced: (out) (nullable) (transfer none): the call of @stack that it wants to replace (RFC 3891 section 3)
 *
 * Returns: 0, also without a Replaces; or the status to refuse with: 400, 481 (no such call), 486 (it is no early one
 *   any more, and early-only asks for that), 603 (it has ended)
 */
int cusax_dialog_find_replaced (CusaxStack *stack, const sip_t *sip, CusaxSipCall **replaced);

/** cusax_dialog_get_sdp: the body of @sip if it is SDP. Returns: FALSE if there is a body of another kind. */
gboolean cusax_dialog_get_sdp (const sip_t *sip, const char **sdp, gsize *length);

G_END_DECLS
