/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A REFER of somebody (RFC 3515): the other side of a call transfers us, or our registrar has a call made (third-party call
 * control). Within the own domains, in a call that stands, it is obeyed at once, unless somebody else is spoken to;
 * everything else is a question. What comes of it is told them by NOTIFY.
 *
 *   ASKING -accept-> CALLING -the new call stands, or not-> ENDED
 *   ASKING -refuse, their end, 60 s-> ENDED
 */
#pragma once

#include "call.h"

G_BEGIN_DECLS

typedef struct _CusaxReferral CusaxReferral;

typedef enum
{
  CUSAX_REFERRAL_ASKING,
  CUSAX_REFERRAL_CALLING,
  CUSAX_REFERRAL_ENDED
} CusaxReferralState;

CusaxReferral *cusax_referral_ref (CusaxReferral *referral);
void cusax_referral_unref (CusaxReferral *referral);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxReferral, cusax_referral_unref)

CusaxReferralState cusax_referral_get_state (const CusaxReferral *referral);
CusaxAddress *cusax_referral_get_target (const CusaxReferral *referral); /* (transfer none): whom we shall call */
const char *cusax_referral_get_who (const CusaxReferral *referral);      /* libpurple's name for it */
CusaxClass cusax_referral_get_class (const CusaxReferral *referral);     /* whether that may cost */
CusaxCall *cusax_referral_get_call (const CusaxReferral *referral);      /* (nullable) (transfer none): the call it came in;
                                                                            NULL: from our registrar */
/** (nullable) (transfer none): who asks, as far as the messages say: the Referred-By or From that counts. */
CusaxAddress *cusax_referral_get_referrer (const CusaxReferral *referral);
gboolean cusax_referral_replaces (const CusaxReferral *referral);        /* attended: somebody is already on that line */

/** ASKING: makes the call; the one it came in is held and ends when the new one stands. Otherwise without effect. */
void cusax_referral_accept (CusaxReferral *referral);

/** ASKING: 603. Otherwise without effect. */
void cusax_referral_refuse (CusaxReferral *referral);

G_END_DECLS
