/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of CusaxMediaSecurity (offer.h) as data: how an offer says that it would like SRTP, which of the other side's ways
 * are taken, and who begins a DTLS handshake. No state. Part of offer.c.
 */
#pragma once

#include "offer.h"
#include "sdp.h"

#include <glib.h>

G_BEGIN_DECLS

/** CusaxOfferWords: one cell of the table: what an offer of ours consists of. */
typedef struct
{
  const char *protocol;
  gboolean crypto;      /* a=crypto, if there is a key */
  gboolean fingerprint; /* a=fingerprint, if there is one */
} CusaxOfferWords;

/** Returns: (nullable): what the @step-th try says, from 0 on; NULL: there is none, or it never gets here */
const CusaxOfferWords *cusax_offer_policy_get_words (CusaxMediaSecurity security, gboolean is_private, guint step);

/**
 * cusax_offer_policy_choose:
 * @media: an offered section whose keys count
 *
 * Returns: FALSE with CUSAX_ERROR_NOT_PROTECTED if it may not be taken
 */
gboolean cusax_offer_policy_choose (CusaxMediaSecurity security, gboolean is_private, const CusaxSdpMedia *media,
                                    CusaxKeying *keying, GError **error);

/** Returns: what they are once we have answered their offer's @setup: ACTIVE or PASSIVE. @kept: what they are in the
 * association that stands, NONE if there is none with this fingerprint. */
CusaxDtlsSetup cusax_offer_policy_answer_setup (CusaxDtlsSetup setup, CusaxDtlsSetup kept);
/** Returns: the same after their answer's @setup to our @sent. */
CusaxDtlsSetup cusax_offer_policy_settle_setup (CusaxDtlsSetup sent, CusaxDtlsSetup setup, CusaxDtlsSetup kept);
/** Returns: what the other one is: ACTIVE for PASSIVE and the other way round. */
CusaxDtlsSetup cusax_offer_policy_reverse_setup (CusaxDtlsSetup setup);

G_END_DECLS
