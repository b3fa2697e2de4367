/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See offer-judge.h. */
#include "offer-judge.h"
#include "error.h"
#include "offer-policy.h"

#include <arpa/inet.h>
#include <string.h>

#define PTIME_STEP 10
#define PTIME_MAX 60

static const char *const types[CUSAX_OFFER_KINDS] = { "audio", "video" };

static gboolean
fail (GError **error, CusaxErrorCode code, const char *text)
{
  g_set_error_literal (error, CUSAX_ERROR, code, text);
  return FALSE;
}

void
cusax_offer_result_free (CusaxOfferResult *result)
{
  if (result == NULL)
    return;
  cusax_transport_description_free (result->remote);
  g_clear_pointer (&result->codecs, g_ptr_array_unref);
  explicit_bzero (&result->local_crypto, sizeof result->local_crypto);
  cusax_offer_result_free (result->video);
  g_free (result);
}

CusaxOfferResult *
cusax_offer_result_copy (const CusaxOfferResult *result)
{
  CusaxOfferResult *copy = g_new (CusaxOfferResult, 1);

  *copy = *result;
  copy->remote = cusax_transport_description_copy (result->remote);
  copy->codecs = cusax_codecs_copy (result->codecs);
  copy->video = NULL;
  return copy;
}

/* What they say of packet times is kept to: gateways want the same both ways. What is below the step is no packet time. */
guint
cusax_offer_result_get_packet_time (const CusaxOfferResult *result)
{
  guint ms = result->ptime >= PTIME_STEP && result->ptime <= PTIME_MAX ? result->ptime : CUSAX_SDP_PTIME;

  if (result->maxptime >= PTIME_STEP)
    ms = MIN (ms, result->maxptime);
  return ms / PTIME_STEP * PTIME_STEP;
}

/* -------------------------------------------------------------------- ways */

/* Address and ports of their side; keys and ICE come later. */
static gboolean
read_remote (const CusaxOfferRules *rules, const CusaxSdpMedia *media, const CusaxSdpMedia *way, gboolean rtcp_mux,
             CusaxOfferResult *result, GError **error)
{
  guint rtcp_port = way->rtcp_port;

  if (!g_str_equal (media->type, types[rules->kind]))
    return fail (error, CUSAX_ERROR_UNSUPPORTED, "a stream of another kind");
  if (media->profile == CUSAX_SDP_OTHER)
    return fail (error, CUSAX_ERROR_UNSUPPORTED, "a way of transport that we do not do");
  if (way->port == 0)
    return fail (error, CUSAX_ERROR_UNSUPPORTED, "the stream is refused");
  if (!way->has_connection)
    return fail (error, CUSAX_ERROR_INVALID, "no c= line for the stream");
  if (way->address == NULL)
    return fail (error, CUSAX_ERROR_UNSUPPORTED, "the address of the stream is not one host's");

  if (rtcp_mux)
    rtcp_port = way->port;
  else if (rtcp_port == 0 && way->port < G_MAXUINT16)
    rtcp_port = way->port + 1u;
  result->remote = cusax_transport_description_new (way->address, way->port, (guint16) rtcp_port);
  result->remote->rtcp_mux = rtcp_mux;
  result->is_bundled = way != media;
  result->ptime = media->ptime;
  result->maxptime = media->maxptime;
  result->bandwidth = media->bandwidth;
  return TRUE;
}

static gboolean
is_same_address (const char *one, const char *other)
{
  struct in6_addr a = { 0 }, b = { 0 };
  int family = strchr (one, ':') != NULL ? AF_INET6 : AF_INET;

  return inet_pton (family, one, &a) == 1 && inet_pton (family, other, &b) == 1 && memcmp (&a, &b, sizeof a) == 0;
}

/* RFC 8839 section 4.2.5: where the default address is none of the candidates, somebody in between wants the packets, and
 * ICE would take them away from there. Of RTP only: of RTCP some have no candidates. "No address yet" is no such thing. */
static gboolean
default_is_candidate (const CusaxSdpMedia *way)
{
  if (way->has_more_candidates || is_same_address (way->address, "0.0.0.0") || is_same_address (way->address, "::")
      || (way->has_trickle && way->candidates->len == 0))
    return TRUE;
  for (guint i = 0; i < way->candidates->len; i++)
    {
      const CusaxCandidate *candidate = way->candidates->pdata[i];

      if (candidate->component == 1 && candidate->port == way->port
          && is_same_address (candidate->address, way->address))
        return TRUE;
    }
  return FALSE;
}

static void
read_ice (const CusaxSdpMedia *way, CusaxOfferResult *result)
{
  CusaxTransportDescription *remote = result->remote;

  if (way->ice_ufrag == NULL || way->ice_mismatch)
    return;
  result->ice_mismatch = !default_is_candidate (way);
  if (result->ice_mismatch)
    return;
  remote->ice_ufrag = g_strdup (way->ice_ufrag);
  remote->ice_password = g_strdup (way->ice_password);
  remote->candidates = cusax_candidates_copy (way->candidates);
  remote->is_ice_lite = way->is_ice_lite;
}

static gboolean
read_codecs (const CusaxOfferRules *rules, const CusaxSdpMedia *media, CusaxOfferResult *result, GError **error)
{
  result->codecs = cusax_codecs_intersect (rules->codecs, media->codecs);
  if (result->codecs->len == 0)
    return fail (error, CUSAX_ERROR_NO_CODEC, "no codec in common");
  if (rules->kind == CUSAX_OFFER_VIDEO)
    {
      guint8 feedback = media->feedback[((const CusaxCodec *) result->codecs->pdata[0])->payload_type];

      result->has_pli = (feedback & CUSAX_SDP_FEEDBACK_PLI) != 0;
      result->has_fir = (feedback & CUSAX_SDP_FEEDBACK_FIR) != 0;
    }
  return TRUE;
}

/* -------------------------------------------------------------------- keys */

static void
take_crypto (CusaxOfferResult *result, const CusaxCrypto *theirs)
{
  result->keying = CUSAX_KEYING_SDES;
  result->remote->crypto = *theirs;
  result->local_crypto.tag = theirs->tag;
  result->local_crypto.suite = theirs->suite;
}

static void
take_fingerprint (CusaxOfferResult *result, const CusaxSdpMedia *way, CusaxDtlsSetup setup)
{
  result->keying = CUSAX_KEYING_DTLS;
  result->remote->fingerprint_hash = g_strdup (way->fingerprint_hash);
  result->remote->fingerprint = g_strdup (way->fingerprint);
  result->remote->setup = setup;
}

static CusaxDtlsSetup
kept_setup (const CusaxOfferRules *rules, const CusaxSdpMedia *way)
{
  return g_strcmp0 (rules->kept_fingerprint, way->fingerprint) == 0 ? rules->kept_setup : CUSAX_DTLS_SETUP_NONE;
}

static gboolean
judge_offered_keys (const CusaxOfferRules *rules, const CusaxSdpMedia *way, CusaxOfferResult *result, GError **error)
{
  CusaxKeying keying;

  if (!cusax_offer_policy_choose (rules->security, rules->is_private, way, &keying, error))
    return FALSE;
  switch (keying)
    {
    case CUSAX_KEYING_DTLS:
      take_fingerprint (result, way, cusax_offer_policy_answer_setup (way->setup, kept_setup (rules, way)));
      break;
    case CUSAX_KEYING_SDES:
      take_crypto (result, &way->crypto[0]); /* in order of their preference (RFC 4568 section 5.1.2) */
      break;
    case CUSAX_KEYING_NONE:
      break;
    }
  return TRUE;
}

static gboolean
judge_answered_keys (const CusaxOfferSent *sent, const CusaxSdpMedia *way, CusaxOfferResult *result, GError **error)
{
  CusaxSdpProfile offered = cusax_sdp_profile_of (sent->protocol);

  if (sent->setup != CUSAX_DTLS_SETUP_NONE && way->fingerprint != NULL)
    {
      take_fingerprint (result, way,
                        cusax_offer_policy_settle_setup (sent->setup, way->setup, kept_setup (&sent->rules, way)));
      return TRUE;
    }
  if (sent->setup != CUSAX_DTLS_SETUP_NONE && way->has_fingerprint)
    return fail (error, CUSAX_ERROR_NOT_PROTECTED, "the answer's fingerprint is of no use");
  if (sent->crypto.suite != CUSAX_SRTP_NONE)
    {
      for (guint i = 0; i < way->n_crypto; i++)
        if (way->crypto[i].tag == sent->crypto.tag && way->crypto[i].suite == sent->crypto.suite)
          {
            take_crypto (result, &way->crypto[i]);
            return TRUE;
          }
      /* They mean to encrypt, but not so that we could hear it: plain RTP now would be noise. */
      if (way->has_crypto)
        return fail (error, CUSAX_ERROR_NOT_PROTECTED, "the answer's key does not fit our offer");
    }
  /* An answer without a key to an opportunistic offer means plain (RFC 8643 section 3), to SAVP a downgrade. */
  if (way->profile != CUSAX_SDP_RTP || offered != CUSAX_SDP_RTP || sent->rules.security == CUSAX_MEDIA_SECURITY_REQUIRE)
    return fail (error, CUSAX_ERROR_NOT_PROTECTED, "the answer has no key");
  return TRUE;
}

static void
settle (const CusaxOfferRules *rules, CusaxOfferResult *result)
{
  result->is_authenticated = result->keying != CUSAX_KEYING_NONE && rules->is_private;
  result->secure = result->is_authenticated;
}

CusaxOfferResult *
cusax_offer_judge_offer (const CusaxOfferRules *rules, const CusaxSdpMedia *media, const CusaxSdpMedia *way,
                         GError **error)
{
  g_autoptr (CusaxOfferResult) result = g_new0 (CusaxOfferResult, 1);

  if (!read_remote (rules, media, way, media->rtcp_mux && way->rtcp_mux, result, error)
      || !judge_offered_keys (rules, way, result, error) || !read_codecs (rules, media, result, error))
    return NULL;
  read_ice (way, result);
  settle (rules, result);
  result->direction = cusax_direction_reverse (media->direction);
  return g_steal_pointer (&result);
}

CusaxOfferResult *
cusax_offer_judge_answer (const CusaxOfferSent *sent, const CusaxSdpMedia *media, const CusaxSdpMedia *way,
                          GError **error)
{
  g_autoptr (CusaxOfferResult) result = g_new0 (CusaxOfferResult, 1);
  gboolean rtcp_mux = media->rtcp_mux && way->rtcp_mux && sent->rtcp_mux;

  if (!read_remote (&sent->rules, media, way, rtcp_mux, result, error)
      || !judge_answered_keys (sent, way, result, error) || !read_codecs (&sent->rules, media, result, error))
    return NULL;
  if (sent->ice)
    read_ice (way, result);
  settle (&sent->rules, result);
  result->direction = cusax_direction_reverse (media->direction) & sent->direction;
  return g_steal_pointer (&result);
}
