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

/**
 * CusaxMediaSecurity: what SDP of ours says about SRTP (setting media_encryption and R49).
 *
 *   offered             first try                                         after 488 or 606: cusax_offer_next_try()
 *   OFF                 RTP/AVP                                           -
 *   PREFER, private     RTP/AVP with a=crypto, a=fingerprint (RFC 8643)   RTP/SAVP with both, then
 *                                                                         UDP/TLS/RTP/SAVPF
 *   PREFER, not private RTP/AVP                                           UDP/TLS/RTP/SAVPF
 *   REQUIRE, private    RTP/SAVP with a=crypto, a=fingerprint             UDP/TLS/RTP/SAVPF
 *   REQUIRE, not private: never gets here
 *
 *   taken: OFF refuses SAVP and DTLS; PREFER takes all, a fingerprint before a=crypto, a=crypto before nothing; REQUIRE what
 *   has a usable one. a=crypto counts only over private signalling (R49); a fingerprint is no secret: DTLS keeps listeners
 *   out there too, but proves nothing about who the other side is (is_authenticated FALSE).
 */
typedef enum
{
  CUSAX_MEDIA_SECURITY_OFF,
  CUSAX_MEDIA_SECURITY_PREFER,
  CUSAX_MEDIA_SECURITY_REQUIRE
} CusaxMediaSecurity;

/** CusaxKeying: where the keys of a stream come from, the least first. */
typedef enum
{
  CUSAX_KEYING_NONE, /* plain RTP */
  CUSAX_KEYING_SDES, /* RFC 4568 */
  CUSAX_KEYING_DTLS  /* RFC 5764 */
} CusaxKeying;

/** CusaxOfferResult: what both sides agreed on about one stream, for the transport and the media session. */
typedef struct _CusaxOfferResult CusaxOfferResult;
struct _CusaxOfferResult
{
  CusaxTransportDescription *remote; /* where to send, with the key they send with; DTLS: setup is ACTIVE or PASSIVE, their
                                      * side of what was agreed, never ACTPASS; ICE only if both sides do it */
  GPtrArray *codecs;                 /* (element-type CusaxCodec): agreed, their payload types, best first */
  CusaxDirection direction;          /* as we see it: what we may do */
  CusaxCrypto local_crypto;          /* tag and suite that our side is bound to; key not filled in */
  gboolean secure;                   /* SRTP both ways */
  guint ptime;                       /* ms, 0 = not said */
  guint maxptime;                    /* ms, 0 = not said */
  CusaxKeying keying;                /* @secure is: not NONE, and @is_authenticated */
  gboolean is_authenticated;         /* the signalling that brought key or fingerprint is private */
  gboolean is_bundled;               /* video: goes through the transport of the sound (RFC 8843) */
  gboolean ice_mismatch;             /* their default address is none of their candidates: somebody in between has changed the
                                      * text, so it goes without ICE (RFC 8839 section 4.2.5) */
  gboolean has_pli, has_fir;         /* video: a lost picture may be asked for by RTCP: RFC 4585 (nack pli), RFC 5104 (ccm fir) */
  guint bandwidth;                   /* kbit/s that they want to receive at most (b=AS or b=TIAS), 0 = not said */
  CusaxOfferResult *video;           /* (nullable): of the sound's: the picture; NULL: none, removed or refused */
  gboolean video_refused;            /* of the sound's: we offered a picture, they do not want one */
  gboolean has_video_offer;          /* of the sound's, after receive_offer: they offer a picture that we can do; set also if
                                      * set_video has not been called with a list of ours */
};

void cusax_offer_result_free (CusaxOfferResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxOfferResult, cusax_offer_result_free)

/**
 * cusax_offer_result_get_packet_time:
 *
 * Returns: ms of sound that a packet of ours is to hold: what they ask for (a=ptime) from 10 to 60, else 20; never more than
 * their a=maxptime; whole tens, which all formats can
 */
guint cusax_offer_result_get_packet_time (const CusaxOfferResult *result);

/**
 * cusax_offer_new:
 * @security: policy of this call; REQUIRE must fail earlier if signalling is not protected (R49)
 * @codecs: (element-type CusaxCodec): what we can do, in our order; copied
 *
 * Returns: (transfer full): state STABLE, nothing agreed
 */
CusaxOffer *cusax_offer_new (CusaxMediaSecurity security, const GPtrArray *codecs);
CusaxOffer *cusax_offer_ref (CusaxOffer *offer);
void cusax_offer_unref (CusaxOffer *offer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxOffer, cusax_offer_unref)

/** Whether signalling is protected (verified TLS): TRUE at first. Before the first offer. */
void cusax_offer_set_private (CusaxOffer *offer, gboolean is_private);

/**
 * cusax_offer_set_video:
 * @codecs: (nullable) (element-type CusaxCodec): what we can do, in our order; NULL: pictures are refused, as at first
 *
 * Judging of the next offers and answers uses it.
 */
void cusax_offer_set_video (CusaxOffer *offer, const GPtrArray *codecs);

/**
 * cusax_offer_set_local_video:
 * @local: (nullable): the transport of the picture; NULL: none: not offered, removed by port 0, or refused
 * @direction: what we want
 *
 * Of the next create_offer and create_answer and all later ones, until the other side refuses the picture or takes it away:
 * that forgets @local, so that the next offer does not ask again. Where a result says is_bundled, the picture goes the way of
 * the sound, and of @local nothing counts but that it is there.
 */
void cusax_offer_set_local_video (CusaxOffer *offer, const CusaxTransportDescription *local, CusaxDirection direction);

/**
 * cusax_offer_next_try:
 *
 * Our first offer was refused with 488 or 606: forgets it, as reject. Returns: FALSE if there is no other way to say it; TRUE:
 * the next create_offer says the next row's words (P14). Only before anything was agreed.
 */
gboolean cusax_offer_next_try (CusaxOffer *offer);

/**
 * cusax_offer_create_offer:
 * @local: our transport; crypto, fingerprint and ICE are written as far as they are there and the policy says so
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
