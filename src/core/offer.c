/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See offer.h. States and the other side's texts; ours are written in offer-compose.c. */
#include "error.h"
#include "offer-private.h"
#include "sdp.h"

#include <string.h>

static gboolean
fail (GError **error, CusaxErrorCode code, const char *text)
{
  g_set_error_literal (error, CUSAX_ERROR, code, text);
  return FALSE;
}

/* ----------------------------------------------------------------- object */

CusaxOffer *
cusax_offer_new (CusaxMediaSecurity security, const GPtrArray *codecs)
{
  CusaxOffer *offer = g_rc_box_new0 (CusaxOffer);

  offer->security = security;
  offer->is_private = TRUE;
  offer->streams[CUSAX_OFFER_AUDIO].ours = cusax_codecs_copy (codecs);
  /* Unique is enough (RFC 8866 section 5.2), and 31 bits are what every parser can hold. */
  offer->session_id = g_random_int () >> 1;
  offer->ptime = CUSAX_SDP_PTIME;
  offer->cname = g_strdup_printf ("%08x%08x%08x", g_random_int (), g_random_int (), g_random_int ());
  return offer;
}

CusaxOffer *
cusax_offer_ref (CusaxOffer *offer)
{
  g_return_val_if_fail (offer != NULL, NULL);
  return g_rc_box_acquire (offer);
}

void
cusax_offer_set_last_body (CusaxOffer *offer, char *body)
{
  if (offer->last_body != NULL)
    explicit_bzero (offer->last_body, strlen (offer->last_body));
  g_free (offer->last_body);
  offer->last_body = body;
}

void
cusax_offer_forget_pending (CusaxOffer *offer)
{
  offer->state = CUSAX_OFFER_STABLE;
  g_clear_pointer (&offer->plan, cusax_offer_plan_free);
  for (guint kind = 0; kind < CUSAX_OFFER_KINDS; kind++)
    {
      g_clear_pointer (&offer->streams[kind].offered, g_ptr_array_unref);
      g_clear_pointer (&offer->streams[kind].received, cusax_offer_result_free);
    }
}

static void
stream_clear (CusaxOfferStream *stream)
{
  g_clear_pointer (&stream->ours, g_ptr_array_unref);
  g_clear_pointer (&stream->agreed_codecs, g_ptr_array_unref);
  g_clear_pointer (&stream->remote_fingerprint, g_free);
  for (guint i = 0; i < CUSAX_OFFER_PAYLOAD_TYPES; i++)
    cusax_codec_free (stream->bound[i]);
}

static void
offer_clear (CusaxOffer *offer)
{
  cusax_offer_forget_pending (offer);
  cusax_offer_set_last_body (offer, NULL);
  g_free (offer->origin);
  g_free (offer->cname);
  cusax_transport_description_free (offer->local_video);
  g_clear_pointer (&offer->agreed, cusax_offer_plan_free);
  for (guint kind = 0; kind < CUSAX_OFFER_KINDS; kind++)
    stream_clear (&offer->streams[kind]);
}

void
cusax_offer_unref (CusaxOffer *offer)
{
  g_return_if_fail (offer != NULL);
  g_rc_box_release_full (offer, (GDestroyNotify) offer_clear);
}

void
cusax_offer_set_private (CusaxOffer *offer, gboolean is_private)
{
  g_return_if_fail (offer != NULL);
  offer->is_private = is_private;
}

void
cusax_offer_set_video (CusaxOffer *offer, const GPtrArray *codecs)
{
  g_return_if_fail (offer != NULL);
  g_clear_pointer (&offer->streams[CUSAX_OFFER_VIDEO].ours, g_ptr_array_unref);
  if (codecs != NULL)
    offer->streams[CUSAX_OFFER_VIDEO].ours = cusax_codecs_copy (codecs);
}

void
cusax_offer_set_local_video (CusaxOffer *offer, const CusaxTransportDescription *local, CusaxDirection direction)
{
  CusaxTransportDescription *copy = cusax_transport_description_copy (local);

  g_return_if_fail (offer != NULL);
  cusax_transport_description_free (offer->local_video);
  offer->local_video = copy;
  offer->video_direction = direction;
}

void
cusax_offer_reject (CusaxOffer *offer)
{
  g_return_if_fail (offer != NULL);
  cusax_offer_forget_pending (offer);
}

gboolean
cusax_offer_next_try (CusaxOffer *offer)
{
  int step;

  g_return_val_if_fail (offer != NULL, FALSE);

  if (offer->agreed != NULL || offer->state == CUSAX_OFFER_RECEIVED)
    return FALSE;
  cusax_offer_forget_pending (offer);
  step = cusax_offer_find_step (offer, offer->step + 1, offer->had_key, offer->had_fingerprint);
  if (step < 0)
    return FALSE;
  offer->step = (guint) step;
  return TRUE;
}

/* --------------------------------------------------------------- agreement */

static void
bind_codecs (CusaxOfferStream *stream, const GPtrArray *codecs)
{
  for (guint i = 0; codecs != NULL && i < codecs->len; i++)
    {
      const CusaxCodec *codec = codecs->pdata[i];

      if (stream->bound[codec->payload_type] == NULL)
        stream->bound[codec->payload_type] = cusax_codec_copy (codec);
    }
}

void
cusax_offer_settle_plan (CusaxOffer *offer)
{
  g_clear_pointer (&offer->agreed, cusax_offer_plan_free);
  offer->agreed = g_steal_pointer (&offer->plan);
}

void
cusax_offer_settle_stream (CusaxOffer *offer, CusaxOfferKind kind, const CusaxOfferResult *result)
{
  CusaxOfferStream *stream = &offer->streams[kind];

  bind_codecs (stream, stream->offered);
  g_clear_pointer (&stream->agreed_codecs, g_ptr_array_unref);
  g_clear_pointer (&stream->remote_fingerprint, g_free);
  stream->keying = CUSAX_KEYING_NONE;
  stream->remote_setup = CUSAX_DTLS_SETUP_NONE;
  if (result == NULL)
    return;
  stream->agreed_codecs = cusax_codecs_copy (result->codecs);
  bind_codecs (stream, stream->agreed_codecs);
  if (kind == CUSAX_OFFER_AUDIO)
    offer->ptime = cusax_offer_result_get_packet_time (result);
  stream->keying = result->keying;
  stream->remote_setup = result->remote->setup;
  stream->remote_fingerprint = g_strdup (result->remote->fingerprint);
}

/* ----------------------------------------------------------------- bundles */

/* Whether our sound is in a bundle of theirs, and its first one: then keys and ICE of its section hold for all of it. (If
 * another one of ours comes before it, there is no bundle: each goes its own way.) @video: -1, or the index of the picture.
 * Returns: TRUE; *@with_video: the picture is in it too. */
static gboolean
find_bundle (const CusaxSdp *sdp, guint audio, int video, gboolean *with_video)
{
  *with_video = FALSE;
  for (guint i = 0; i < sdp->groups->len; i++)
    {
      char **mids = sdp->groups->pdata[i];
      gboolean has_audio = FALSE;

      for (guint j = 0; mids[j] != NULL; j++)
        {
          int index = cusax_sdp_find_mid (sdp, mids[j]);

          if (index < 0)
            continue;
          if (!has_audio && index == video)
            break;
          has_audio |= index == (int) audio;
          *with_video |= has_audio && index == video;
        }
      if (has_audio)
        return ((const CusaxSdpMedia *) sdp->media->pdata[audio])->rtcp_mux;
    }
  return FALSE;
}

/* The section whose way the picture goes, NULL if it may not go at all. */
static const CusaxSdpMedia *
find_way (const CusaxSdp *sdp, guint audio, guint video, const CusaxOfferResult *sound)
{
  const CusaxSdpMedia *media = sdp->media->pdata[video];
  gboolean with_video;

  /* With a=crypto each stream has its own key on its own way: who bundles those is older than RFC 8843. */
  if (find_bundle (sdp, audio, (int) video, &with_video) && with_video && media->rtcp_mux
      && sound->keying != CUSAX_KEYING_SDES)
    return sdp->media->pdata[audio];
  return media->bundle_only ? NULL : media;
}

/* --------------------------------------------------------------- receiving */

static gboolean
shares_numbers (const GPtrArray *codecs, const GPtrArray *others)
{
  for (guint i = 0; i < codecs->len; i++)
    for (guint j = 0; j < others->len; j++)
      if (((const CusaxCodec *) codecs->pdata[i])->payload_type == ((const CusaxCodec *) others->pdata[j])->payload_type)
        return TRUE;
  return FALSE;
}

/* A picture that is less protected than the sound would make a lie of the call's lock, and one port with the same number for
 * both would tell neither from the other (RFC 8843 section 9.1). */
static CusaxOfferResult *
fit_for_sound (CusaxOfferResult *video, const CusaxOfferResult *sound)
{
  gboolean is_weaker, is_unclear;

  if (video == NULL)
    return NULL;
  is_weaker = video->keying < sound->keying; /* in the order of what they are worth */
  is_unclear = video->is_bundled && shares_numbers (video->codecs, sound->codecs);
  if (!is_weaker && !is_unclear)
    return video;
  cusax_offer_result_free (video);
  return NULL;
}

static void
judge_answered_video (const CusaxOffer *offer, const CusaxSdp *sdp, CusaxOfferResult *result)
{
  const CusaxOfferStream *stream = &offer->streams[CUSAX_OFFER_VIDEO];
  guint audio = (guint) offer->plan->index[CUSAX_OFFER_AUDIO];
  guint video = (guint) offer->plan->index[CUSAX_OFFER_VIDEO];
  const CusaxSdpMedia *way = NULL;

  if (stream->offered == NULL)
    return;
  if (video < sdp->media->len)
    way = offer->plan->grouped[CUSAX_OFFER_VIDEO] ? find_way (sdp, audio, video, result) : sdp->media->pdata[video];
  /* Where we said "the same way", another one leads nowhere; port 0 refuses inside of a bundle too. */
  if (way != NULL && offer->plan->grouped[CUSAX_OFFER_VIDEO] && way != sdp->media->pdata[audio])
    way = NULL;
  if (way != NULL && ((const CusaxSdpMedia *) sdp->media->pdata[video])->port != 0)
    result->video = fit_for_sound (cusax_offer_judge_answer (&stream->sent, sdp->media->pdata[video], way, NULL), result);
  result->video_refused = result->video == NULL;
}

static CusaxOfferResult *
judge_answer (const CusaxOffer *offer, const CusaxSdp *sdp, GError **error)
{
  guint audio = (guint) offer->plan->index[CUSAX_OFFER_AUDIO];
  CusaxOfferResult *result;

  if (sdp->media->len <= audio)
    {
      fail (error, CUSAX_ERROR_INVALID, "the answer has too few streams");
      return NULL;
    }
  result = cusax_offer_judge_answer (&offer->streams[CUSAX_OFFER_AUDIO].sent, sdp->media->pdata[audio],
                                     sdp->media->pdata[audio], error);
  if (result != NULL)
    judge_answered_video (offer, sdp, result);
  return result;
}

static CusaxSdp *
parse_answer (const CusaxOffer *offer, const char *text, gsize length, GError **error)
{
  if (offer->state == CUSAX_OFFER_SENT)
    return cusax_sdp_parse (text, length, error);
  fail (error, CUSAX_ERROR_INVALID, "there is no offer of ours to be answered");
  return NULL;
}

CusaxOfferResult *
cusax_offer_preview_answer (CusaxOffer *offer, const char *text, gsize length, GError **error)
{
  g_autoptr (CusaxSdp) sdp = NULL;

  g_return_val_if_fail (offer != NULL && text != NULL, NULL);

  sdp = parse_answer (offer, text, length, error);
  return sdp != NULL ? judge_answer (offer, sdp, error) : NULL;
}

CusaxOfferResult *
cusax_offer_receive_answer (CusaxOffer *offer, const char *text, gsize length, GError **error)
{
  g_autoptr (CusaxSdp) sdp = NULL;
  CusaxOfferResult *result = NULL;
  gboolean with_video;

  g_return_val_if_fail (offer != NULL && text != NULL, NULL);

  sdp = parse_answer (offer, text, length, error);
  if (offer->state != CUSAX_OFFER_SENT)
    return NULL;
  if (sdp != NULL)
    result = judge_answer (offer, sdp, error);
  if (result != NULL)
    {
      CusaxOfferPlan *plan = offer->plan;

      plan->grouped[CUSAX_OFFER_AUDIO] = plan->grouped[CUSAX_OFFER_AUDIO]
                                         && find_bundle (sdp, (guint) plan->index[CUSAX_OFFER_AUDIO], -1, &with_video);
      if (result->video == NULL)
        {
          plan->index[CUSAX_OFFER_VIDEO] = -1;
          plan->grouped[CUSAX_OFFER_VIDEO] = FALSE;
        }
      if (result->video_refused)
        g_clear_pointer (&offer->local_video, cusax_transport_description_free);
      cusax_offer_settle_plan (offer);
      cusax_offer_settle_stream (offer, CUSAX_OFFER_AUDIO, result);
      cusax_offer_settle_stream (offer, CUSAX_OFFER_VIDEO, result->video);
    }
  cusax_offer_forget_pending (offer);
  return result;
}

static void
fill_rules (const CusaxOffer *offer, CusaxOfferKind kind, CusaxOfferRules *rules)
{
  const CusaxOfferStream *stream = &offer->streams[kind];

  rules->kind = kind;
  rules->security = offer->security;
  rules->is_private = offer->is_private;
  rules->codecs = stream->ours;
  rules->kept_fingerprint = stream->remote_fingerprint;
  rules->kept_setup = stream->remote_setup;
}

/* The stream that we already have comes first: a later offer does not move the call to another one. */
static guint
section_at (const CusaxOffer *offer, CusaxOfferKind kind, guint i)
{
  if (i > 0)
    return i - 1;
  return offer->agreed != NULL && offer->agreed->index[kind] >= 0 ? (guint) offer->agreed->index[kind] : 0;
}

static CusaxOfferResult *
judge_sound (const CusaxOffer *offer, const CusaxSdp *sdp, guint *chosen, GError **error)
{
  g_autoptr (GError) first_error = NULL;
  CusaxOfferResult *result = NULL;
  CusaxOfferRules rules;

  fill_rules (offer, CUSAX_OFFER_AUDIO, &rules);
  for (guint i = 0; i <= sdp->media->len && result == NULL; i++)
    {
      const CusaxSdpMedia *media;

      *chosen = section_at (offer, CUSAX_OFFER_AUDIO, i);
      if (*chosen >= sdp->media->len)
        continue;
      media = sdp->media->pdata[*chosen];
      if (g_str_equal (media->type, "audio"))
        result = cusax_offer_judge_offer (&rules, media, media, first_error == NULL ? &first_error : NULL);
    }
  if (result == NULL && first_error == NULL)
    fail (error, CUSAX_ERROR_UNSUPPORTED, "no audio stream");
  else if (result == NULL)
    g_propagate_error (error, g_steal_pointer (&first_error));
  return result;
}

static CusaxOfferResult *
judge_picture (const CusaxOffer *offer, const CusaxSdp *sdp, guint audio, const CusaxOfferResult *sound, guint *chosen)
{
  g_autoptr (GPtrArray) policy = cusax_codecs_video_policy ();
  CusaxOfferResult *result = NULL;
  CusaxOfferRules rules;

  fill_rules (offer, CUSAX_OFFER_VIDEO, &rules);
  if (rules.codecs == NULL)
    rules.codecs = policy;
  for (guint i = 0; i <= sdp->media->len && result == NULL; i++)
    {
      const CusaxSdpMedia *media, *way;

      *chosen = section_at (offer, CUSAX_OFFER_VIDEO, i);
      if (*chosen >= sdp->media->len)
        continue;
      media = sdp->media->pdata[*chosen];
      if (!g_str_equal (media->type, "video") || (media->port == 0 && !media->bundle_only))
        continue;
      way = find_way (sdp, audio, *chosen, sound);
      if (way != NULL)
        result = fit_for_sound (cusax_offer_judge_offer (&rules, media, way, NULL), sound);
    }
  return result;
}

/* What create_answer needs to know of the picture, if there is one of ours. */
static void
take_picture (CusaxOffer *offer, const CusaxSdp *sdp, guint chosen, CusaxOfferResult *result,
              CusaxOfferResult *picture)
{
  CusaxOfferStream *stream = &offer->streams[CUSAX_OFFER_VIDEO];
  const CusaxSdpMedia *media = sdp->media->pdata[chosen];

  if (stream->ours == NULL || stream->ours->len == 0)
    {
      cusax_offer_result_free (picture);
      return;
    }
  result->video = picture;
  stream->received = cusax_offer_result_copy (picture);
  memcpy (stream->feedback, media->feedback, sizeof stream->feedback);
  offer->plan->index[CUSAX_OFFER_VIDEO] = (int) chosen;
  offer->plan->grouped[CUSAX_OFFER_VIDEO] = picture->is_bundled;
}

CusaxOfferResult *
cusax_offer_receive_offer (CusaxOffer *offer, const char *text, gsize length, GError **error)
{
  g_autoptr (CusaxSdp) sdp = NULL;
  CusaxOfferResult *result;
  CusaxOfferResult *picture;
  guint audio, video;
  gboolean with_video;

  g_return_val_if_fail (offer != NULL && text != NULL, NULL);

  if (offer->state != CUSAX_OFFER_STABLE)
    {
      if (offer->state == CUSAX_OFFER_SENT)
        fail (error, CUSAX_ERROR_BUSY, "our own offer is open");
      else
        fail (error, CUSAX_ERROR_INVALID, "their last offer is not answered");
      return NULL;
    }
  sdp = cusax_sdp_parse (text, length, error);
  result = sdp != NULL ? judge_sound (offer, sdp, &audio, error) : NULL;
  if (result == NULL)
    return NULL;

  offer->plan = cusax_offer_plan_new_from_sdp (sdp);
  offer->plan->index[CUSAX_OFFER_AUDIO] = (int) audio;
  picture = judge_picture (offer, sdp, audio, result, &video);
  result->has_video_offer = picture != NULL;
  if (picture != NULL)
    take_picture (offer, sdp, video, result, picture);
  offer->plan->grouped[CUSAX_OFFER_AUDIO]
      = find_bundle (sdp, audio, offer->plan->index[CUSAX_OFFER_VIDEO], &with_video);
  offer->streams[CUSAX_OFFER_AUDIO].received = cusax_offer_result_copy (result);
  offer->state = CUSAX_OFFER_RECEIVED;
  return result;
}
