/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The offer/answer engine of one session (RFC 3264, RFC 4568, RFC 8643): writes our SDP, judges the other side's,
 * keeps the o= version. Pure: transport descriptions and codecs come in, texts and results go out. Knows nothing
 * of SIP messages, sockets or GStreamer.
 *
 *   state        create_offer   receive_answer   receive_offer   create_answer   reject
 *   STABLE       OFFER_SENT     INVALID          OFFER_RECEIVED  INVALID         -
 *   OFFER_SENT   INVALID        STABLE           BUSY (491)      INVALID         STABLE
 *   OFFER_RECEIVED INVALID      INVALID          INVALID         STABLE          STABLE
 */
#pragma once

#include "codecs.h"
#include "transport-description.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CusaxOffer CusaxOffer;

/** CusaxMediaSecurity: what SDP of ours says about SRTP (setting media_encryption and R49). */
typedef enum
{
  CUSAX_MEDIA_SECURITY_OFF,     /* RTP/AVP without keys; SAVP offers are refused */
  CUSAX_MEDIA_SECURITY_PREFER,  /* RTP/AVP with a=crypto (RFC 8643); SAVP and AVP offers are taken */
  CUSAX_MEDIA_SECURITY_REQUIRE  /* RTP/SAVP; an offer or answer without a usable key is refused */
} CusaxMediaSecurity;

/** CusaxOfferResult: what both sides agreed on, for the transport and the media session. */
typedef struct
{
  CusaxTransportDescription *remote; /* where to send, with the key they send with */
  GPtrArray *codecs;                 /* (element-type CusaxCodec): agreed, their payload types, best first */
  CusaxDirection direction;          /* as we see it: what we may do */
  CusaxCrypto local_crypto;          /* tag and suite that our side is bound to; key not filled in */
  gboolean secure;                   /* SRTP both ways */
  guint ptime;                       /* ms, 0 = not said */
} CusaxOfferResult;

void cusax_offer_result_free (CusaxOfferResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxOfferResult, cusax_offer_result_free)

/**
 * cusax_offer_new:
 * @security: policy of this call; pass OFF when signalling is not protected (R49), REQUIRE must then fail earlier
 * @codecs: (element-type CusaxCodec): what we can do, in our order; copied
 *
 * Returns: (transfer full): state STABLE, nothing agreed
 */
CusaxOffer *cusax_offer_new (CusaxMediaSecurity security, const GPtrArray *codecs);
CusaxOffer *cusax_offer_ref (CusaxOffer *offer);
void cusax_offer_unref (CusaxOffer *offer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxOffer, cusax_offer_unref)

/**
 * cusax_offer_create_offer:
 * @local: our transport; its crypto is written unless the policy is OFF
 * @direction: what we want
 *
 * Writes an offer; the o= version grows by one if the text changes (RFC 3264 section 8).
 *
 * Returns: (transfer full): SDP, CRLF lines; NULL with CUSAX_ERROR_INVALID in a wrong state,
 *   CUSAX_ERROR_NOT_PROTECTED if the policy is REQUIRE and @local has no key
 */
char *cusax_offer_create_offer (CusaxOffer *offer, const CusaxTransportDescription *local,
                                CusaxDirection direction, GError **error);

/**
 * cusax_offer_receive_answer:
 * @sdp: @length bytes from the network, not terminated
 *
 * Returns: (transfer full): what was agreed; NULL with CUSAX_ERROR_INVALID (grammar or state), _NO_CODEC,
 *   _NOT_PROTECTED, _UNSUPPORTED (stream refused or not audio). The offer is then settled: STABLE.
 */
CusaxOfferResult *cusax_offer_receive_answer (CusaxOffer *offer, const char *sdp, gsize length, GError **error);

/** As receive_answer, of a response that is not the last one (18x, RFC 3261 section 13.2.1): the offer stays open, and the
 * answer of the 200 decides. */
CusaxOfferResult *cusax_offer_preview_answer (CusaxOffer *offer, const char *sdp, gsize length, GError **error);

/**
 * cusax_offer_receive_offer:
 *
 * Judges an offer (first or later). Takes the first acceptable audio stream; create_answer refuses the others
 * with port 0. Errors as receive_answer, plus CUSAX_ERROR_BUSY while our own offer is open (answer 491), and the
 * state stays as it was. Map INVALID to 400, NO_CODEC, UNSUPPORTED and NOT_PROTECTED to 488.
 *
 * Returns: (transfer full): what would be agreed
 */
CusaxOfferResult *cusax_offer_receive_offer (CusaxOffer *offer, const char *sdp, gsize length, GError **error);

/**
 * cusax_offer_create_answer:
 * @local: our transport; its key is used with the tag of the chosen line
 * @direction: what we want; the answer is limited to what the offer allows
 *
 * Takes rtcp-mux if it was offered: the result's @remote says so, and RTCP then comes to @local's RTP port
 * (RFC 5761 section 5.1.1).
 *
 * Returns: (transfer full): SDP with one m= line per m= line of the offer
 */
char *cusax_offer_create_answer (CusaxOffer *offer, const CusaxTransportDescription *local,
                                 CusaxDirection direction, GError **error);

/** Forgets an open offer of either side (the request was refused); the agreed session stays as it was. */
void cusax_offer_reject (CusaxOffer *offer);

G_END_DECLS
