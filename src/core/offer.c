/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See offer.h. */
#include "offer.h"
#include "error.h"
#include "offer-judge.h"
#include "offer-plan.h"
#include "sdp-writer.h"
#include "sdp.h"

#include <string.h>

#define FIRST_DYNAMIC 96 /* RFC 3551 section 6 */
#define PAYLOAD_TYPES 128

typedef enum
{
  STATE_STABLE,
  STATE_OFFER_SENT,
  STATE_OFFER_RECEIVED
} State;

struct _CusaxOffer
{
  CusaxMediaSecurity security;
  GPtrArray *ours; /* what we can do, in our order, with our payload types */
  State state;

  guint64 session_id;
  guint64 version;
  char *origin;    /* (nullable): address in o=, never changed (RFC 3264 section 8) */
  char *last_body; /* (nullable): the last text without its o= line; holds a key */

  CusaxOfferPlan *agreed; /* (nullable): NULL until the first answer */
  GPtrArray *agreed_codecs;
  CusaxCodec *bound[PAYLOAD_TYPES]; /* what a number means for the whole session (RFC 3264 section 8.3.2) */

  /* OFFER_SENT, OFFER_RECEIVED */
  CusaxOfferPlan *plan;
  GPtrArray *offered;         /* our codecs in our offer */
  CusaxOfferSent sent;        /* points into plan and offered */
  CusaxOfferResult *received; /* out of their offer */
};

static gboolean
fail (GError **error, CusaxErrorCode code, const char *text)
{
  g_set_error_literal (error, CUSAX_ERROR, code, text);
  return FALSE;
}

/* ----------------------------------------------------------------- object */

void
cusax_offer_result_free (CusaxOfferResult *result)
{
  if (result == NULL)
    return;
  cusax_transport_description_free (result->remote);
  g_clear_pointer (&result->codecs, g_ptr_array_unref);
  explicit_bzero (&result->local_crypto, sizeof result->local_crypto);
  g_free (result);
}

CusaxOffer *
cusax_offer_new (CusaxMediaSecurity security, const GPtrArray *codecs)
{
  CusaxOffer *offer = g_rc_box_new0 (CusaxOffer);

  offer->security = security;
  offer->ours = cusax_codecs_copy (codecs);
  /* Unique is enough (RFC 8866 section 5.2), and 31 bits are what every parser can hold. */
  offer->session_id = g_random_int () >> 1;
  return offer;
}

CusaxOffer *
cusax_offer_ref (CusaxOffer *offer)
{
  g_return_val_if_fail (offer != NULL, NULL);
  return g_rc_box_acquire (offer);
}

static void
set_last_body (CusaxOffer *offer, char *body)
{
  if (offer->last_body != NULL)
    explicit_bzero (offer->last_body, strlen (offer->last_body));
  g_free (offer->last_body);
  offer->last_body = body;
}

static void
forget_pending (CusaxOffer *offer)
{
  offer->state = STATE_STABLE;
  g_clear_pointer (&offer->plan, cusax_offer_plan_free);
  g_clear_pointer (&offer->offered, g_ptr_array_unref);
  g_clear_pointer (&offer->received, cusax_offer_result_free);
}

static void
offer_clear (CusaxOffer *offer)
{
  forget_pending (offer);
  set_last_body (offer, NULL);
  g_free (offer->origin);
  g_clear_pointer (&offer->agreed, cusax_offer_plan_free);
  g_clear_pointer (&offer->agreed_codecs, g_ptr_array_unref);
  g_ptr_array_unref (offer->ours);
  for (guint i = 0; i < PAYLOAD_TYPES; i++)
    cusax_codec_free (offer->bound[i]);
}

void
cusax_offer_unref (CusaxOffer *offer)
{
  g_return_if_fail (offer != NULL);
  g_rc_box_release_full (offer, (GDestroyNotify) offer_clear);
}

/* ---------------------------------------------------------------- writing */

/* Joins the text of all lines; the version grows only if something else changed. */
static char *
write_text (CusaxOffer *offer, const CusaxOfferPlan *plan, const CusaxSdpAudio *audio)
{
  g_autofree char *address = cusax_sdp_write_address (audio->local->address);
  GString *body = g_string_new (NULL);

  g_string_append_printf (body, "s=-\r\nc=%s\r\nt=0 0\r\n", address);
  for (guint i = 0; i < plan->lines->len; i++)
    {
      const CusaxOfferLine *line = plan->lines->pdata[i];

      if (i == plan->index)
        cusax_sdp_write_audio (body, audio);
      else
        cusax_sdp_write_refused (body, line->type, line->protocol, line->format);
    }

  if (offer->origin == NULL)
    offer->origin = g_steal_pointer (&address);
  if (g_strcmp0 (offer->last_body, body->str) != 0)
    offer->version++;
  set_last_body (offer, g_string_free (body, FALSE));
  return g_strdup_printf ("v=0\r\no=- %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %s\r\n%s", offer->session_id,
                          offer->version, offer->origin, offer->last_body);
}

static gboolean
check_local (const CusaxTransportDescription *local, GError **error)
{
  if (local == NULL || local->address == NULL || local->rtp_port == 0)
    return fail (error, CUSAX_ERROR_INVALID, "the local transport is not ready");
  return TRUE;
}

static void
bind_codecs (CusaxOffer *offer, const GPtrArray *codecs)
{
  for (guint i = 0; i < codecs->len; i++)
    {
      const CusaxCodec *codec = codecs->pdata[i];

      if (offer->bound[codec->payload_type] == NULL)
        offer->bound[codec->payload_type] = cusax_codec_copy (codec);
    }
}

static gboolean
is_listed (const GPtrArray *codecs, guint payload_type)
{
  for (guint i = 0; i < codecs->len; i++)
    if (((const CusaxCodec *) codecs->pdata[i])->payload_type == payload_type)
      return TRUE;
  return FALSE;
}

/* A payload type for @codec that means nothing else in this session, -1 if all are taken. */
static int
choose_payload_type (const CusaxOffer *offer, const GPtrArray *used, const CusaxCodec *codec)
{
  for (int i = -1; i < PAYLOAD_TYPES; i++)
    {
      guint candidate = i < 0 ? codec->payload_type : (guint) i;

      if (i >= 0 && i < FIRST_DYNAMIC)
        continue;
      if (!is_listed (used, candidate)
          && (offer->bound[candidate] == NULL || cusax_codec_matches (offer->bound[candidate], codec)))
        return (int) candidate;
    }
  return -1;
}

static const CusaxCodec *
find_codec (const GPtrArray *codecs, const CusaxCodec *codec)
{
  for (guint i = 0; codecs != NULL && i < codecs->len; i++)
    if (cusax_codec_matches (codecs->pdata[i], codec))
      return codecs->pdata[i];
  return NULL;
}

/* @agreed with their numbers and our parameters, which say what we want to receive (RFC 8866 section 6.15). */
static GPtrArray *
with_our_parameters (const CusaxOffer *offer, const GPtrArray *agreed)
{
  GPtrArray *codecs = cusax_codecs_new ();

  for (guint i = 0; i < agreed->len; i++)
    {
      const CusaxCodec *theirs = agreed->pdata[i];
      const CusaxCodec *our = find_codec (offer->ours, theirs);

      g_ptr_array_add (codecs, cusax_codec_new (theirs->payload_type, theirs->name, theirs->clock_rate,
                                                theirs->channels, our != NULL ? our->fmtp : NULL));
    }
  return codecs;
}

/* First what was agreed, under the agreed numbers, then the rest: the other end may be another one by now (a
 * transfer behind an exchange). */
static GPtrArray *
codecs_to_offer (const CusaxOffer *offer)
{
  GPtrArray *codecs;

  if (offer->agreed_codecs == NULL)
    return cusax_codecs_copy (offer->ours);

  codecs = with_our_parameters (offer, offer->agreed_codecs);
  for (guint i = 0; i < offer->ours->len; i++)
    {
      const CusaxCodec *our = offer->ours->pdata[i];
      int payload_type;

      if (find_codec (codecs, our) != NULL)
        continue;
      payload_type = choose_payload_type (offer, codecs, our);
      if (payload_type >= 0)
        g_ptr_array_add (codecs, cusax_codec_new ((guint8) payload_type, our->name, our->clock_rate,
                                                  our->channels, our->fmtp));
    }
  return codecs;
}

char *
cusax_offer_create_offer (CusaxOffer *offer, const CusaxTransportDescription *local, CusaxDirection direction,
                          GError **error)
{
  CusaxOfferPlan *plan;
  const char *protocol;
  CusaxSdpAudio audio = { 0 };

  g_return_val_if_fail (offer != NULL, NULL);

  if (offer->state != STATE_STABLE)
    {
      fail (error, CUSAX_ERROR_INVALID, "an offer is open");
      return NULL;
    }
  if (!check_local (local, error))
    return NULL;
  protocol = offer->agreed != NULL                             ? cusax_offer_plan_get_protocol (offer->agreed)
             : offer->security == CUSAX_MEDIA_SECURITY_REQUIRE ? "RTP/SAVP"
                                                               : "RTP/AVP";
  if (local->crypto.suite == CUSAX_SRTP_NONE
      && (offer->security == CUSAX_MEDIA_SECURITY_REQUIRE || cusax_sdp_profile_of (protocol) == CUSAX_SDP_SRTP))
    {
      fail (error, CUSAX_ERROR_NOT_PROTECTED, "no key for the sound");
      return NULL;
    }

  plan = offer->agreed != NULL ? cusax_offer_plan_copy (offer->agreed) : cusax_offer_plan_new ();
  if (offer->agreed == NULL)
    cusax_offer_plan_add (plan, "audio", protocol, "0");

  offer->offered = codecs_to_offer (offer);
  offer->plan = plan;
  offer->state = STATE_OFFER_SENT;

  memset (&offer->sent, 0, sizeof offer->sent);
  offer->sent.security = offer->security;
  offer->sent.protocol = cusax_offer_plan_get_protocol (plan);
  offer->sent.codecs = offer->offered;
  offer->sent.direction = direction;
  offer->sent.rtcp_mux = local->rtcp_mux;
  if (offer->security != CUSAX_MEDIA_SECURITY_OFF && local->crypto.suite != CUSAX_SRTP_NONE)
    {
      offer->sent.crypto.tag = MAX (local->crypto.tag, 1);
      offer->sent.crypto.suite = local->crypto.suite;
    }

  audio.protocol = offer->sent.protocol;
  audio.local = local;
  audio.codecs = offer->offered;
  audio.direction = direction;
  audio.rtcp_mux = offer->sent.rtcp_mux;
  audio.crypto_tag = offer->sent.crypto.tag;
  audio.crypto_suite = offer->sent.crypto.suite;
  return write_text (offer, plan, &audio);
}

char *
cusax_offer_create_answer (CusaxOffer *offer, const CusaxTransportDescription *local, CusaxDirection direction,
                           GError **error)
{
  g_autoptr (GPtrArray) codecs = NULL;
  const CusaxOfferResult *received;
  CusaxSdpAudio audio = { 0 };
  char *text;

  g_return_val_if_fail (offer != NULL, NULL);

  if (offer->state != STATE_OFFER_RECEIVED)
    {
      fail (error, CUSAX_ERROR_INVALID, "there is no offer to answer");
      return NULL;
    }
  if (!check_local (local, error))
    return NULL;
  received = offer->received;
  if (received->secure && local->crypto.suite == CUSAX_SRTP_NONE)
    {
      fail (error, CUSAX_ERROR_NOT_PROTECTED, "no key for the sound");
      return NULL;
    }

  codecs = with_our_parameters (offer, received->codecs);
  audio.protocol = cusax_offer_plan_get_protocol (offer->plan);
  audio.local = local;
  audio.codecs = codecs;
  audio.direction = direction & received->direction;
  audio.rtcp_mux = received->remote->rtcp_mux;
  audio.crypto_tag = received->local_crypto.tag;
  audio.crypto_suite = received->local_crypto.suite;
  text = write_text (offer, offer->plan, &audio);

  g_clear_pointer (&offer->agreed, cusax_offer_plan_free);
  offer->agreed = g_steal_pointer (&offer->plan);
  g_clear_pointer (&offer->agreed_codecs, g_ptr_array_unref);
  offer->agreed_codecs = cusax_codecs_copy (received->codecs);
  bind_codecs (offer, offer->agreed_codecs);
  forget_pending (offer);
  return text;
}

void
cusax_offer_reject (CusaxOffer *offer)
{
  g_return_if_fail (offer != NULL);
  forget_pending (offer);
}

/* -------------------------------------------------------------- receiving */

static CusaxOfferResult *
result_copy (const CusaxOfferResult *result)
{
  CusaxOfferResult *copy = g_new (CusaxOfferResult, 1);

  *copy = *result;
  copy->remote = cusax_transport_description_copy (result->remote);
  copy->codecs = cusax_codecs_copy (result->codecs);
  return copy;
}

CusaxOfferResult *
cusax_offer_preview_answer (CusaxOffer *offer, const char *text, gsize length, GError **error)
{
  g_autoptr (CusaxSdp) sdp = NULL;

  g_return_val_if_fail (offer != NULL && text != NULL, NULL);

  if (offer->state != STATE_OFFER_SENT)
    {
      fail (error, CUSAX_ERROR_INVALID, "there is no offer of ours to be answered");
      return NULL;
    }
  sdp = cusax_sdp_parse (text, length, error);
  if (sdp == NULL)
    return NULL;
  if (sdp->media->len > offer->plan->index)
    return cusax_offer_judge_answer (&offer->sent, sdp->media->pdata[offer->plan->index], error);
  fail (error, CUSAX_ERROR_INVALID, "the answer has too few streams");
  return NULL;
}

CusaxOfferResult *
cusax_offer_receive_answer (CusaxOffer *offer, const char *text, gsize length, GError **error)
{
  CusaxOfferResult *result = cusax_offer_preview_answer (offer, text, length, error);

  if (offer->state != STATE_OFFER_SENT)
    return NULL;
  if (result != NULL)
    {
      g_clear_pointer (&offer->agreed, cusax_offer_plan_free);
      offer->agreed = g_steal_pointer (&offer->plan);
      bind_codecs (offer, offer->offered);
      g_clear_pointer (&offer->agreed_codecs, g_ptr_array_unref);
      offer->agreed_codecs = cusax_codecs_copy (result->codecs);
      bind_codecs (offer, offer->agreed_codecs);
    }
  forget_pending (offer);
  return result;
}

CusaxOfferResult *
cusax_offer_receive_offer (CusaxOffer *offer, const char *text, gsize length, GError **error)
{
  g_autoptr (CusaxSdp) sdp = NULL;
  g_autoptr (GError) first_error = NULL;
  CusaxOfferResult *result = NULL;
  guint chosen = 0;

  g_return_val_if_fail (offer != NULL && text != NULL, NULL);

  if (offer->state != STATE_STABLE)
    {
      if (offer->state == STATE_OFFER_SENT)
        fail (error, CUSAX_ERROR_BUSY, "our own offer is open");
      else
        fail (error, CUSAX_ERROR_INVALID, "their last offer is not answered");
      return NULL;
    }
  sdp = cusax_sdp_parse (text, length, error);
  if (sdp == NULL)
    return NULL;

  /* The stream that we already have comes first: a later offer does not move the call to another one. */
  for (guint i = 0; i <= sdp->media->len && result == NULL; i++)
    {
      const CusaxSdpMedia *media;

      chosen = i > 0 ? i - 1 : offer->agreed != NULL ? offer->agreed->index : 0;
      if (chosen >= sdp->media->len)
        continue;
      media = sdp->media->pdata[chosen];
      if (g_str_equal (media->type, "audio"))
        result = cusax_offer_judge_offer (offer->security, offer->ours, media,
                                          first_error == NULL ? &first_error : NULL);
    }
  if (result == NULL && first_error == NULL)
    fail (error, CUSAX_ERROR_UNSUPPORTED, "no audio stream");
  else if (result == NULL)
    g_propagate_error (error, g_steal_pointer (&first_error));
  if (result == NULL)
    return NULL;

  offer->plan = cusax_offer_plan_new_from_sdp (sdp, chosen);
  offer->received = result_copy (result);
  offer->state = STATE_OFFER_RECEIVED;
  return result;
}
