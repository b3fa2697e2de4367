/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judges one section of the other side: may we take it, under which policy, with which key, along which way (RFC 4568,
 * RFC 5763, RFC 8643, RFC 8839). No state. Part of offer.c.
 */
#pragma once

#include "offer-plan.h"
#include "offer.h"
#include "sdp.h"

#include <glib.h>

G_BEGIN_DECLS

/** CusaxOfferRules: what a section is judged by; borrowed. */
typedef struct
{
  CusaxOfferKind kind;
  CusaxMediaSecurity security;
  gboolean is_private;
  const GPtrArray *codecs;      /* offer: ours; answer: those that we offered */
  const char *kept_fingerprint; /* (nullable): theirs, of the DTLS association that stands, */
  CusaxDtlsSetup kept_setup;    /* and what they are in it */
} CusaxOfferRules;

/** CusaxOfferSent: what our open offer said of one stream; borrowed. */
typedef struct
{
  CusaxOfferRules rules;
  const char *protocol;
  CusaxDirection direction;
  CusaxCrypto crypto;   /* tag and suite; suite NONE: there was no line */
  CusaxDtlsSetup setup; /* NONE: there was no fingerprint */
  gboolean ice;
  gboolean rtcp_mux;
} CusaxOfferSent;

/**
 * cusax_offer_judge_offer:
 * @media: codecs and direction
 * @way: address, keys and ICE: @media itself, or the section that it is bundled with
 *
 * Returns: (transfer full): NULL with UNSUPPORTED, INVALID, NOT_PROTECTED or NO_CODEC
 */
CusaxOfferResult *cusax_offer_judge_offer (const CusaxOfferRules *rules, const CusaxSdpMedia *media,
                                           const CusaxSdpMedia *way, GError **error);
CusaxOfferResult *cusax_offer_judge_answer (const CusaxOfferSent *sent, const CusaxSdpMedia *media,
                                            const CusaxSdpMedia *way, GError **error);

/** Returns: (transfer full): a deep copy, without the picture */
CusaxOfferResult *cusax_offer_result_copy (const CusaxOfferResult *result);

G_END_DECLS
