/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judges one audio section of the other side: may we take it, under which policy, with which key (RFC 4568,
 * RFC 8643). No state. Part of offer.c.
 */
#pragma once

#include "offer.h"
#include "sdp.h"

#include <glib.h>

G_BEGIN_DECLS

/** CusaxOfferSent: what our open offer said; borrowed. */
typedef struct
{
  CusaxMediaSecurity security;
  const char *protocol;
  const GPtrArray *codecs;
  CusaxDirection direction;
  CusaxCrypto crypto; /* tag and suite; suite NONE: there was no line */
  gboolean rtcp_mux;
} CusaxOfferSent;

/** Returns: (transfer full): NULL with UNSUPPORTED, INVALID, NOT_PROTECTED or NO_CODEC */
CusaxOfferResult *cusax_offer_judge_offer (CusaxMediaSecurity security, const GPtrArray *ours,
                                           const CusaxSdpMedia *media, GError **error);
CusaxOfferResult *cusax_offer_judge_answer (const CusaxOfferSent *sent, const CusaxSdpMedia *media,
                                            GError **error);

G_END_DECLS
