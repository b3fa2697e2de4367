/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See offer-judge.h. */
#include "offer-judge.h"
#include "error.h"

static gboolean
fail (GError **error, CusaxErrorCode code, const char *text)
{
  g_set_error_literal (error, CUSAX_ERROR, code, text);
  return FALSE;
}

/* Address and ports of their side; the key comes later. */
static gboolean
read_remote (const CusaxSdpMedia *media, gboolean rtcp_mux, CusaxOfferResult *result, GError **error)
{
  guint rtcp_port = media->rtcp_port;

  if (!g_str_equal (media->type, "audio"))
    return fail (error, CUSAX_ERROR_UNSUPPORTED, "not audio");
  if (media->profile == CUSAX_SDP_OTHER)
    return fail (error, CUSAX_ERROR_UNSUPPORTED, "a way of transport that we do not do");
  if (media->port == 0)
    return fail (error, CUSAX_ERROR_UNSUPPORTED, "the audio stream is refused");
  if (!media->has_connection)
    return fail (error, CUSAX_ERROR_INVALID, "no c= line for the audio stream");
  if (media->address == NULL)
    return fail (error, CUSAX_ERROR_UNSUPPORTED, "the address of the audio stream is not one host's");

  if (rtcp_mux)
    rtcp_port = media->port;
  else if (rtcp_port == 0 && media->port < G_MAXUINT16)
    rtcp_port = media->port + 1u;
  result->remote = cusax_transport_description_new (media->address, media->port, (guint16) rtcp_port);
  result->remote->rtcp_mux = rtcp_mux;
  result->ptime = media->ptime;
  return TRUE;
}

static gboolean
read_codecs (const CusaxSdpMedia *media, const GPtrArray *ours, CusaxOfferResult *result, GError **error)
{
  result->codecs = cusax_codecs_intersect (ours, media->codecs);
  if (result->codecs->len == 0)
    return fail (error, CUSAX_ERROR_NO_CODEC, "no codec in common");
  return TRUE;
}

static void
take_crypto (CusaxOfferResult *result, const CusaxCrypto *theirs)
{
  result->secure = TRUE;
  result->remote->crypto = *theirs;
  result->local_crypto.tag = theirs->tag;
  result->local_crypto.suite = theirs->suite;
}

static gboolean
judge_offered_crypto (CusaxMediaSecurity security, const CusaxSdpMedia *media, CusaxOfferResult *result,
                      GError **error)
{
  switch (security)
    {
    case CUSAX_MEDIA_SECURITY_OFF:
      if (media->profile == CUSAX_SDP_SRTP)
        return fail (error, CUSAX_ERROR_NOT_PROTECTED, "they ask for encrypted sound, which is off here");
      return TRUE;
    case CUSAX_MEDIA_SECURITY_PREFER:
    case CUSAX_MEDIA_SECURITY_REQUIRE:
      if (media->n_crypto > 0)
        take_crypto (result, &media->crypto[0]); /* in order of their preference (RFC 4568 section 5.1.2) */
      else if (media->profile == CUSAX_SDP_SRTP || security == CUSAX_MEDIA_SECURITY_REQUIRE)
        return fail (error, CUSAX_ERROR_NOT_PROTECTED, "no key that we can use");
      return TRUE;
    }
  g_return_val_if_reached (FALSE);
}

static gboolean
judge_answered_crypto (const CusaxOfferSent *sent, const CusaxSdpMedia *media, CusaxOfferResult *result,
                       GError **error)
{
  if (sent->crypto.suite != CUSAX_SRTP_NONE)
    {
      for (guint i = 0; i < media->n_crypto; i++)
        if (media->crypto[i].tag == sent->crypto.tag && media->crypto[i].suite == sent->crypto.suite)
          {
            take_crypto (result, &media->crypto[i]);
            return TRUE;
          }
      /* They mean to encrypt, but not so that we could hear it: plain RTP now would be noise. */
      if (media->has_crypto)
        return fail (error, CUSAX_ERROR_NOT_PROTECTED, "the answer's key does not fit our offer");
    }
  /* An answer without a key to an opportunistic offer means plain (RFC 8643 section 3), to SAVP a downgrade. */
  if (media->profile == CUSAX_SDP_SRTP || cusax_sdp_profile_of (sent->protocol) == CUSAX_SDP_SRTP
      || sent->security == CUSAX_MEDIA_SECURITY_REQUIRE)
    return fail (error, CUSAX_ERROR_NOT_PROTECTED, "the answer has no key");
  return TRUE;
}

CusaxOfferResult *
cusax_offer_judge_offer (CusaxMediaSecurity security, const GPtrArray *ours, const CusaxSdpMedia *media,
                         GError **error)
{
  g_autoptr (CusaxOfferResult) result = g_new0 (CusaxOfferResult, 1);

  if (!read_remote (media, media->rtcp_mux, result, error)
      || !judge_offered_crypto (security, media, result, error) || !read_codecs (media, ours, result, error))
    return NULL;
  result->direction = cusax_direction_reverse (media->direction);
  return g_steal_pointer (&result);
}

CusaxOfferResult *
cusax_offer_judge_answer (const CusaxOfferSent *sent, const CusaxSdpMedia *media, GError **error)
{
  g_autoptr (CusaxOfferResult) result = g_new0 (CusaxOfferResult, 1);

  if (!read_remote (media, media->rtcp_mux && sent->rtcp_mux, result, error)
      || !judge_answered_crypto (sent, media, result, error)
      || !read_codecs (media, sent->codecs, result, error))
    return NULL;
  result->direction = cusax_direction_reverse (media->direction) & sent->direction;
  return g_steal_pointer (&result);
}
