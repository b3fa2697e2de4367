/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See offer.h. */
#include "offer.h"
#include "error.h"
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

/* Line: an m= line of the session. Every later text must have a line at each place (RFC 3264 section 8). */
typedef struct
{
  char *type;
  char *protocol;
  char *format;
} Line;

/* Plan: the lines, and the one that is our stream. */
typedef struct
{
  GPtrArray *lines; /* (element-type Line) */
  guint index;
} Plan;

struct _CusaxOffer
{
  CusaxMediaSecurity security;
  GPtrArray *ours; /* what we can do, in our order, with our payload types */
  State state;

  guint64 session_id;
  guint64 version;
  char *origin;    /* (nullable): address in o=, never changed (RFC 3264 section 8) */
  char *last_body; /* (nullable): the last text without its o= line; holds a key */

  Plan *agreed;          /* (nullable): NULL until the first answer */
  GPtrArray *agreed_codecs;
  CusaxCodec *bound[PAYLOAD_TYPES]; /* what a number means for the whole session (RFC 3264 section 8.3.2) */

  /* OFFER_SENT, OFFER_RECEIVED */
  Plan *plan;
  GPtrArray *offered;           /* our codecs in our offer */
  CusaxDirection offered_direction;
  CusaxCrypto offered_crypto;   /* tag and suite; suite NONE: no line */
  gboolean offered_mux;
  CusaxOfferResult *received;   /* out of their offer */
};

static gboolean
fail (GError **error, CusaxErrorCode code, const char *text)
{
  g_set_error_literal (error, CUSAX_ERROR, code, text);
  return FALSE;
}

/* ------------------------------------------------------------------- plan */

static void
line_free (Line *line)
{
  g_free (line->type);
  g_free (line->protocol);
  g_free (line->format);
  g_free (line);
}

static Plan *
plan_new (void)
{
  Plan *plan = g_new0 (Plan, 1);

  plan->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) line_free);
  return plan;
}

static void
plan_free (Plan *plan)
{
  g_ptr_array_unref (plan->lines);
  g_free (plan);
}

static void
plan_add (Plan *plan, const char *type, const char *protocol, const char *format)
{
  Line *line = g_new0 (Line, 1);

  line->type = g_strdup (type);
  line->protocol = g_strdup (protocol);
  line->format = g_strdup (format);
  g_ptr_array_add (plan->lines, line);
}

static Plan *
plan_copy (const Plan *plan)
{
  Plan *copy = plan_new ();

  for (guint i = 0; i < plan->lines->len; i++)
    {
      const Line *line = plan->lines->pdata[i];

      plan_add (copy, line->type, line->protocol, line->format);
    }
  copy->index = plan->index;
  return copy;
}

static Plan *
plan_new_from_sdp (const CusaxSdp *sdp, guint index)
{
  Plan *plan = plan_new ();

  for (guint i = 0; i < sdp->media->len; i++)
    {
      const CusaxSdpMedia *media = sdp->media->pdata[i];

      plan_add (plan, media->type, media->protocol, media->format);
    }
  plan->index = index;
  return plan;
}

static const char *
plan_protocol (const Plan *plan)
{
  return ((const Line *) plan->lines->pdata[plan->index])->protocol;
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
  g_clear_pointer (&offer->plan, plan_free);
  g_clear_pointer (&offer->offered, g_ptr_array_unref);
  g_clear_pointer (&offer->received, cusax_offer_result_free);
}

static void
offer_clear (CusaxOffer *offer)
{
  forget_pending (offer);
  set_last_body (offer, NULL);
  g_free (offer->origin);
  g_clear_pointer (&offer->agreed, plan_free);
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
write_text (CusaxOffer *offer, const Plan *plan, const CusaxSdpAudio *audio)
{
  g_autofree char *address = cusax_sdp_write_address (audio->local->address);
  GString *body = g_string_new (NULL);

  g_string_append_printf (body, "s=-\r\nc=%s\r\nt=0 0\r\n", address);
  for (guint i = 0; i < plan->lines->len; i++)
    {
      const Line *line = plan->lines->pdata[i];

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
        g_ptr_array_add (codecs, cusax_codec_new ((guint8) payload_type, our->name, our->clock_rate, our->channels,
                                                  our->fmtp));
    }
  return codecs;
}

static gboolean
is_savp (const char *protocol)
{
  return g_ascii_strncasecmp (protocol, "RTP/SAVP", 8) == 0;
}

char *
cusax_offer_create_offer (CusaxOffer *offer, const CusaxTransportDescription *local, CusaxDirection direction,
                          GError **error)
{
  Plan *plan;
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
  protocol = offer->agreed != NULL                                ? plan_protocol (offer->agreed)
             : offer->security == CUSAX_MEDIA_SECURITY_REQUIRE ? "RTP/SAVP"
                                                               : "RTP/AVP";
  if (local->crypto.suite == CUSAX_SRTP_NONE
      && (offer->security == CUSAX_MEDIA_SECURITY_REQUIRE || is_savp (protocol)))
    {
      fail (error, CUSAX_ERROR_NOT_PROTECTED, "no key for the sound");
      return NULL;
    }

  plan = offer->agreed != NULL ? plan_copy (offer->agreed) : plan_new ();
  if (offer->agreed == NULL)
    plan_add (plan, "audio", protocol, "0");

  offer->offered = codecs_to_offer (offer);
  offer->offered_direction = direction;
  offer->offered_mux = local->rtcp_mux;
  memset (&offer->offered_crypto, 0, sizeof offer->offered_crypto);
  if (offer->security != CUSAX_MEDIA_SECURITY_OFF && local->crypto.suite != CUSAX_SRTP_NONE)
    {
      offer->offered_crypto.tag = MAX (local->crypto.tag, 1);
      offer->offered_crypto.suite = local->crypto.suite;
    }
  offer->plan = plan;
  offer->state = STATE_OFFER_SENT;

  audio.protocol = plan_protocol (plan);
  audio.local = local;
  audio.codecs = offer->offered;
  audio.direction = direction;
  audio.rtcp_mux = offer->offered_mux;
  audio.crypto_tag = offer->offered_crypto.tag;
  audio.crypto_suite = offer->offered_crypto.suite;
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
  audio.protocol = plan_protocol (offer->plan);
  audio.local = local;
  audio.codecs = codecs;
  audio.direction = direction & received->direction;
  audio.rtcp_mux = received->remote->rtcp_mux;
  audio.crypto_tag = received->local_crypto.tag;
  audio.crypto_suite = received->local_crypto.suite;
  text = write_text (offer, offer->plan, &audio);

  g_clear_pointer (&offer->agreed, plan_free);
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

/* ---------------------------------------------------------------- judging */

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
judge_offered_crypto (const CusaxOffer *offer, const CusaxSdpMedia *media, CusaxOfferResult *result, GError **error)
{
  switch (offer->security)
    {
    case CUSAX_MEDIA_SECURITY_OFF:
      if (media->profile == CUSAX_SDP_SRTP)
        return fail (error, CUSAX_ERROR_NOT_PROTECTED, "they ask for encrypted sound, which is off here");
      return TRUE;
    case CUSAX_MEDIA_SECURITY_PREFER:
    case CUSAX_MEDIA_SECURITY_REQUIRE:
      if (media->n_crypto > 0)
        take_crypto (result, &media->crypto[0]); /* in order of their preference (RFC 4568 section 5.1.2) */
      else if (media->profile == CUSAX_SDP_SRTP || offer->security == CUSAX_MEDIA_SECURITY_REQUIRE)
        return fail (error, CUSAX_ERROR_NOT_PROTECTED, "no key that we can use");
      return TRUE;
    }
  g_return_val_if_reached (FALSE);
}

static gboolean
judge_answered_crypto (const CusaxOffer *offer, const CusaxSdpMedia *media, CusaxOfferResult *result, GError **error)
{
  const CusaxCrypto *sent = &offer->offered_crypto;

  if (sent->suite != CUSAX_SRTP_NONE)
    {
      for (guint i = 0; i < media->n_crypto; i++)
        if (media->crypto[i].tag == sent->tag && media->crypto[i].suite == sent->suite)
          {
            take_crypto (result, &media->crypto[i]);
            return TRUE;
          }
      /* They mean to encrypt, but not so that we could hear it: plain RTP now would be noise. */
      if (media->has_crypto)
        return fail (error, CUSAX_ERROR_NOT_PROTECTED, "the answer's key does not fit our offer");
    }
  /* An answer without a key to an opportunistic offer means plain (RFC 8643 section 3.1), to SAVP a downgrade. */
  if (media->profile == CUSAX_SDP_SRTP || is_savp (plan_protocol (offer->plan))
      || offer->security == CUSAX_MEDIA_SECURITY_REQUIRE)
    return fail (error, CUSAX_ERROR_NOT_PROTECTED, "the answer has no key");
  return TRUE;
}

static CusaxOfferResult *
judge_offer (const CusaxOffer *offer, const CusaxSdpMedia *media, GError **error)
{
  g_autoptr (CusaxOfferResult) result = g_new0 (CusaxOfferResult, 1);

  if (!read_remote (media, media->rtcp_mux, result, error)
      || !judge_offered_crypto (offer, media, result, error)
      || !read_codecs (media, offer->ours, result, error))
    return NULL;
  result->direction = cusax_direction_reverse (media->direction);
  return g_steal_pointer (&result);
}

static CusaxOfferResult *
judge_answer (const CusaxOffer *offer, const CusaxSdpMedia *media, GError **error)
{
  g_autoptr (CusaxOfferResult) result = g_new0 (CusaxOfferResult, 1);

  if (!read_remote (media, media->rtcp_mux && offer->offered_mux, result, error)
      || !judge_answered_crypto (offer, media, result, error)
      || !read_codecs (media, offer->offered, result, error))
    return NULL;
  result->direction = cusax_direction_reverse (media->direction) & offer->offered_direction;
  return g_steal_pointer (&result);
}

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
cusax_offer_receive_answer (CusaxOffer *offer, const char *text, gsize length, GError **error)
{
  g_autoptr (CusaxSdp) sdp = NULL;
  CusaxOfferResult *result = NULL;

  g_return_val_if_fail (offer != NULL && text != NULL, NULL);

  if (offer->state != STATE_OFFER_SENT)
    {
      fail (error, CUSAX_ERROR_INVALID, "there is no offer of ours to be answered");
      return NULL;
    }
  sdp = cusax_sdp_parse (text, length, error);
  if (sdp != NULL && sdp->media->len <= offer->plan->index)
    fail (error, CUSAX_ERROR_INVALID, "the answer has too few streams");
  else if (sdp != NULL)
    result = judge_answer (offer, sdp->media->pdata[offer->plan->index], error);

  if (result != NULL)
    {
      g_clear_pointer (&offer->agreed, plan_free);
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

  /* The stream that we already have comes first, so that a later offer does not move the call to another one. */
  for (guint i = 0; i <= sdp->media->len && result == NULL; i++)
    {
      const CusaxSdpMedia *media;

      chosen = i > 0 ? i - 1 : offer->agreed != NULL ? offer->agreed->index : 0;
      if (chosen >= sdp->media->len)
        continue;
      media = sdp->media->pdata[chosen];
      if (g_str_equal (media->type, "audio"))
        result = judge_offer (offer, media, first_error == NULL ? &first_error : NULL);
    }
  if (result == NULL && first_error == NULL)
    fail (error, CUSAX_ERROR_UNSUPPORTED, "no audio stream");
  else if (result == NULL)
    g_propagate_error (error, g_steal_pointer (&first_error));
  if (result == NULL)
    return NULL;

  offer->plan = plan_new_from_sdp (sdp, chosen);
  offer->received = result_copy (result);
  offer->state = STATE_OFFER_RECEIVED;
  return result;
}
