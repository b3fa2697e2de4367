/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses that somebody else names: whether we call there (REFER, RFC 3515; a 3xx answer). Nothing of it is dialled
 * unasked: the question shows the address in full and what the call may cost (R42, R43). The list of open questions is
 * process-wide, because libpurple's is, and empty most of the time.
 */
#pragma once

#include <purple.h>

#include "account.h"
#include "call.h"
#include "referral.h"

G_BEGIN_DECLS

/** Call it on every change of @referral: asks while it is ASKING, closes the question when it is not any more. */
void cusax_callquestions_referral (PurpleAccount *account, CusaxReferral *referral);

/** @call ENDED, REDIRECTED; otherwise nothing happens. Asks whether, or which of several, to call instead. */
void cusax_callquestions_redirect (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call);

/** Closes those of @account, unanswered. */
void cusax_callquestions_forget (PurpleAccount *account);

G_END_DECLS
