/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our texts: which codecs under which numbers, with which keys and candidates; see offer.h and offer-private.h. */
#include "error.h"
#include "offer-candidates.h"
#include "offer-policy.h"
#include "offer-private.h"
#include "sdp-writer.h"
#include "sdp.h"

#include <string.h>

#define FIRST_DYNAMIC 96 /* RFC 3551 section 6 */

/* P1, A6: over signalling that is not protected, thus perhaps UDP, an INVITE has to stay below 1300 bytes (RFC 3261 section
 * 18.1.1), and its header takes 600, 860 with credentials. So such an offer leaves unsaid what is the default anyway, and names
 * few candidates beside the default address; the answer, which may be longer, names the others, and checks from there find the
 * way. tests/sip/test_size.c measures it. */
#define SMALL_OFFER 450
#define SMALL_ANSWER 900
#define HEAD_LENGTH 50 /* v= and o= */

static gboolean
fail (GError **error, CusaxErrorCode code, const char *text)
{
  g_set_error_literal (error, CUSAX_ERROR, code, text);
  return FALSE;
}

/* ----------------------------------------------------------------- numbers */

static gboolean
is_listed (const GPtrArray *codecs, guint payload_type)
{
  for (guint i = 0; codecs != NULL && i < codecs->len; i++)
    if (((const CusaxCodec *) codecs->pdata[i])->payload_type == payload_type)
      return TRUE;
  return FALSE;
}

/* A payload type for @codec that means nothing else in this session, -1 if all are taken. @others: of the other stream: both
 * may come to one port. */
static int
choose_payload_type (const CusaxOfferStream *stream, const GPtrArray *used, const GPtrArray *others,
                     const CusaxCodec *codec)
{
  for (int i = -1; i < CUSAX_OFFER_PAYLOAD_TYPES; i++)
    {
      guint candidate = i < 0 ? codec->payload_type : (guint) i;

      if (i >= 0 && i < FIRST_DYNAMIC)
        continue;
      if (!is_listed (used, candidate) && !is_listed (others, candidate)
          && (stream->bound[candidate] == NULL || cusax_codec_matches (stream->bound[candidate], codec)))
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
with_our_parameters (const CusaxOfferStream *stream, const GPtrArray *agreed)
{
  GPtrArray *codecs = cusax_codecs_new ();

  for (guint i = 0; i < agreed->len; i++)
    {
      const CusaxCodec *theirs = agreed->pdata[i];
      const CusaxCodec *our = find_codec (stream->ours, theirs);
      g_autofree char *fmtp = our != NULL ? cusax_codec_dup_fmtp (our, theirs) : NULL;

      g_ptr_array_add (codecs, cusax_codec_new (theirs->payload_type, theirs->name, theirs->clock_rate,
                                                theirs->channels, fmtp));
    }
  return codecs;
}

/* First what was agreed, under the agreed numbers, then the rest: the other end may be another one by now (a
 * transfer behind an exchange). */
static GPtrArray *
codecs_to_offer (const CusaxOfferStream *stream, const GPtrArray *others)
{
  GPtrArray *codecs
      = stream->agreed_codecs != NULL ? with_our_parameters (stream, stream->agreed_codecs) : cusax_codecs_new ();

  for (guint i = 0; i < stream->ours->len; i++)
    {
      const CusaxCodec *our = stream->ours->pdata[i];
      int payload_type;

      if (find_codec (codecs, our) != NULL)
        continue;
      payload_type = choose_payload_type (stream, codecs, others, our);
      if (payload_type >= 0)
        g_ptr_array_add (codecs, cusax_codec_new ((guint8) payload_type, our->name, our->clock_rate,
                                                  our->channels, our->fmtp));
    }
  return codecs;
}

/* ---------------------------------------------------------------- writing */

/* All sections; streams that are not there have no codecs. */
static GString *
write_body (const CusaxOfferPlan *plan, const CusaxSdpStream streams[CUSAX_OFFER_KINDS])
{
  const CusaxOfferLine *audio = cusax_offer_plan_get (plan, CUSAX_OFFER_AUDIO);
  g_autofree char *address = cusax_sdp_write_address (streams[CUSAX_OFFER_AUDIO].local->address);
  GString *body = g_string_new (NULL);

  g_string_append_printf (body, "s=-\r\nc=%s\r\nt=0 0\r\n", address);
  if (plan->grouped[CUSAX_OFFER_AUDIO])
    {
      g_string_append_printf (body, "a=group:BUNDLE %s", audio->mid);
      if (streams[CUSAX_OFFER_VIDEO].is_bundled)
        g_string_append_printf (body, " %s", streams[CUSAX_OFFER_VIDEO].mid);
      g_string_append (body, "\r\n");
    }
  for (guint i = 0; i < plan->lines->len; i++)
    {
      const CusaxOfferLine *line = plan->lines->pdata[i];
      const CusaxSdpStream *stream = (int) i == plan->index[CUSAX_OFFER_AUDIO]   ? &streams[CUSAX_OFFER_AUDIO]
                                     : (int) i == plan->index[CUSAX_OFFER_VIDEO] ? &streams[CUSAX_OFFER_VIDEO]
                                                                                 : NULL;

      if (stream != NULL && stream->codecs != NULL)
        cusax_sdp_write_stream (body, stream);
      else
        cusax_sdp_write_refused (body, line->type, line->protocol, line->format, line->mid);
    }
  return body;
}

/* Which candidates go in. What has room in a small text is shared by both streams, the sound first. */
static void
fit_candidates (const CusaxOfferPlan *plan, CusaxSdpStream streams[CUSAX_OFFER_KINDS],
                GPtrArray *candidates[CUSAX_OFFER_KINDS], gsize room)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  GString *body;

  for (guint kind = 0; kind < CUSAX_OFFER_KINDS; kind++)
    if (candidates[kind] != NULL)
      streams[kind].candidates = none;
  body = write_body (plan, streams);
  room -= MIN (room, body->len + HEAD_LENGTH);
  explicit_bzero (body->str, body->len);
  g_string_free (body, TRUE);
  for (guint kind = 0; kind < CUSAX_OFFER_KINDS; kind++)
    {
      gsize used;

      if (candidates[kind] == NULL)
        continue;
      cusax_offer_candidates_trim (
          candidates[kind], streams[kind].local,
          kind == CUSAX_OFFER_AUDIO && candidates[CUSAX_OFFER_VIDEO] != NULL ? room / 2 : room);
      used = cusax_offer_candidates_measure (candidates[kind]);
      room -= MIN (room, used);
      streams[kind].candidates = candidates[kind];
    }
}

/* Joins the text of all lines; the version grows only if something else changed. */
static char *
write_text (CusaxOffer *offer, const CusaxOfferPlan *plan, CusaxSdpStream streams[CUSAX_OFFER_KINDS])
{
  GPtrArray *candidates[CUSAX_OFFER_KINDS] = { NULL };
  GString *body;

  for (guint kind = 0; kind < CUSAX_OFFER_KINDS; kind++)
    if (streams[kind].candidates != NULL)
      candidates[kind] = (GPtrArray *) streams[kind].candidates;
  if (!offer->is_private)
    fit_candidates (plan, streams, candidates, offer->state == CUSAX_OFFER_RECEIVED ? SMALL_ANSWER : SMALL_OFFER);
  body = write_body (plan, streams);

  if (offer->origin == NULL)
    offer->origin = cusax_sdp_write_address (streams[CUSAX_OFFER_AUDIO].local->address);
  if (g_strcmp0 (offer->last_body, body->str) != 0)
    offer->version++;
  cusax_offer_set_last_body (offer, g_string_free (body, FALSE));
  for (guint kind = 0; kind < CUSAX_OFFER_KINDS; kind++)
    g_clear_pointer (&candidates[kind], g_ptr_array_unref);
  return g_strdup_printf ("v=0\r\no=- %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %s\r\n%s", offer->session_id,
                          offer->version, offer->origin, offer->last_body);
}

static gboolean
is_ready (const CusaxTransportDescription *local)
{
  return local != NULL && local->address != NULL && local->rtp_port != 0;
}

static gboolean
check_local (const CusaxTransportDescription *local, GError **error)
{
  return is_ready (local) || fail (error, CUSAX_ERROR_INVALID, "the local transport is not ready");
}

/* Browsers learn from packets whose they are by payload type, but forget it when a section changes, and drop what comes then
 * (RFC 8843 section 9.2); names of sources stay. The picture's name is its own, also where it goes the way of the sound. */
static void
fill_source (const CusaxOffer *offer, CusaxOfferKind kind, CusaxSdpStream *text)
{
  const CusaxTransportDescription *local = kind == CUSAX_OFFER_AUDIO ? text->local : offer->local_video;

  if (offer->plan->grouped[kind] && local != NULL)
    text->ssrc = local->ssrc;
  text->cname = offer->cname;
}

/* Address, ports and name of a stream; candidates are (transfer full) for write_text. */
static void
fill_stream (const CusaxOffer *offer, CusaxSdpStream *text, CusaxOfferKind kind,
             const CusaxTransportDescription *local, const char *session_address)
{
  const CusaxOfferPlan *plan = offer->plan;
  const CusaxOfferLine *line = cusax_offer_plan_get (plan, kind);

  text->type = line->type;
  text->protocol = line->protocol;
  text->mid = line->mid;
  text->local = local;
  text->session_address = session_address;
  text->is_bundled = kind != CUSAX_OFFER_AUDIO && plan->grouped[kind];
  fill_source (offer, kind, text);
}

/* ------------------------------------------------------------------- offer */

int
cusax_offer_find_step (const CusaxOffer *offer, guint step, gboolean has_key, gboolean has_fingerprint)
{
  const CusaxOfferWords *words;

  for (; (words = cusax_offer_policy_get_words (offer->security, offer->is_private, step)) != NULL; step++)
    {
      CusaxSdpProfile profile = cusax_sdp_profile_of (words->protocol);

      if (profile == CUSAX_SDP_RTP || (profile == CUSAX_SDP_SRTP && has_key)
          || (profile == CUSAX_SDP_DTLS && has_fingerprint))
        return (int) step;
    }
  return -1;
}

/* What keys the offer of a stream has. What was agreed is not put up for discussion again; a call that is plain may still
 * become better. */
static void
choose_keys (const CusaxOffer *offer, CusaxOfferStream *stream, const CusaxTransportDescription *local)
{
  const CusaxOfferWords *words = cusax_offer_policy_get_words (offer->security, offer->is_private, offer->step);
  CusaxKeying keying = offer->streams[CUSAX_OFFER_AUDIO].keying;
  CusaxSdpProfile profile = cusax_sdp_profile_of (stream->sent.protocol);
  gboolean has_key = local->crypto.suite != CUSAX_SRTP_NONE;
  gboolean has_fingerprint = local->fingerprint != NULL && local->fingerprint_hash != NULL;
  gboolean crypto = words != NULL && words->crypto && profile != CUSAX_SDP_DTLS;
  gboolean fingerprint = (words != NULL && words->fingerprint) || profile == CUSAX_SDP_DTLS;

  if (keying != CUSAX_KEYING_NONE)
    {
      crypto = keying == CUSAX_KEYING_SDES;
      fingerprint = keying == CUSAX_KEYING_DTLS;
    }
  if (crypto && has_key)
    {
      stream->sent.crypto.tag = MAX (local->crypto.tag, 1);
      stream->sent.crypto.suite = local->crypto.suite;
    }
  /* A role that stands is said as it is; a peer with another fingerprint by now still finds its place (RFC 5763 section 5). */
  if (fingerprint && has_fingerprint)
    stream->sent.setup = stream->remote_setup != CUSAX_DTLS_SETUP_NONE
                             ? cusax_offer_policy_reverse_setup (stream->remote_setup)
                             : CUSAX_DTLS_SETUP_ACTPASS;
}

static gboolean
offer_stream (CusaxOffer *offer, CusaxOfferPlan *plan, CusaxOfferKind kind, const CusaxTransportDescription *local,
              CusaxDirection direction, CusaxSdpStream *text, GError **error)
{
  CusaxOfferStream *stream = &offer->streams[kind];
  CusaxOfferSent *sent = &stream->sent;

  memset (sent, 0, sizeof *sent);
  sent->protocol = cusax_offer_plan_get (plan, kind)->protocol;
  choose_keys (offer, stream, local);
  if (sent->crypto.suite == CUSAX_SRTP_NONE && sent->setup == CUSAX_DTLS_SETUP_NONE
      && (offer->security == CUSAX_MEDIA_SECURITY_REQUIRE || cusax_sdp_profile_of (sent->protocol) != CUSAX_SDP_RTP))
    return fail (error, CUSAX_ERROR_NOT_PROTECTED, "no key for the stream");

  stream->offered = codecs_to_offer (
      stream, kind == CUSAX_OFFER_AUDIO ? offer->streams[CUSAX_OFFER_VIDEO].agreed_codecs
                                        : offer->streams[CUSAX_OFFER_AUDIO].offered);
  sent->rules.kind = kind;
  sent->rules.security = offer->security;
  sent->rules.is_private = offer->is_private;
  sent->rules.codecs = stream->offered;
  sent->rules.kept_fingerprint = stream->remote_fingerprint;
  sent->rules.kept_setup = stream->remote_setup;
  sent->direction = direction;
  sent->rtcp_mux = local->rtcp_mux || plan->grouped[kind];

  text->codecs = stream->offered;
  text->direction = direction;
  text->rtcp_mux = sent->rtcp_mux;
  text->crypto_tag = sent->crypto.tag;
  text->crypto_suite = sent->crypto.suite;
  text->setup = sent->setup;
  text->is_short = !offer->is_private;
  text->candidates = text->is_bundled ? NULL : cusax_offer_candidates_order (local, TRUE);
  sent->ice = text->is_bundled || text->candidates != NULL;
  return TRUE;
}

static gboolean
offer_video (CusaxOffer *offer, CusaxOfferPlan *plan, const CusaxTransportDescription *audio,
             CusaxSdpStream *text)
{
  const CusaxTransportDescription *local = offer->local_video;
  const GPtrArray *ours = offer->streams[CUSAX_OFFER_VIDEO].ours;
  g_autofree char *format = NULL;

  if (local == NULL || ours == NULL || ours->len == 0)
    return FALSE;
  format = g_strdup_printf ("%u", ((const CusaxCodec *) ours->pdata[0])->payload_type);
  if (plan->index[CUSAX_OFFER_VIDEO] < 0 && !cusax_offer_plan_ensure_video (plan, format))
    return FALSE;
  if (plan->grouped[CUSAX_OFFER_VIDEO])
    local = audio;
  fill_stream (offer, text, CUSAX_OFFER_VIDEO, local, audio->address);
  text->feedback_for_all = CUSAX_SDP_FEEDBACK_PLI | CUSAX_SDP_FEEDBACK_FIR | CUSAX_SDP_FEEDBACK_NACK;
  return is_ready (local)
         && offer_stream (offer, plan, CUSAX_OFFER_VIDEO, local, offer->video_direction, text, NULL);
}

static CusaxOfferPlan *
plan_offer (CusaxOffer *offer, const CusaxTransportDescription *local, GError **error)
{
  CusaxOfferPlan *plan;
  int step;

  if (offer->agreed != NULL)
    return cusax_offer_plan_copy (offer->agreed);
  step = cusax_offer_find_step (offer, offer->step, offer->had_key, offer->had_fingerprint);
  if (step < 0)
    {
      fail (error, CUSAX_ERROR_NOT_PROTECTED, "no key for the sound");
      return NULL;
    }
  offer->step = (guint) step;
  plan = cusax_offer_plan_new ();
  cusax_offer_plan_add (
      plan, "audio", cusax_offer_policy_get_words (offer->security, offer->is_private, offer->step)->protocol, "0", NULL);
  plan->index[CUSAX_OFFER_AUDIO] = 0;
  return plan;
}

char *
cusax_offer_create_offer (CusaxOffer *offer, const CusaxTransportDescription *local, CusaxDirection direction,
                          GError **error)
{
  CusaxSdpStream texts[CUSAX_OFFER_KINDS] = { { NULL } };

  g_return_val_if_fail (offer != NULL, NULL);

  if (offer->state != CUSAX_OFFER_STABLE)
    {
      fail (error, CUSAX_ERROR_INVALID, "an offer is open");
      return NULL;
    }
  if (!check_local (local, error))
    return NULL;
  offer->had_key = local->crypto.suite != CUSAX_SRTP_NONE;
  offer->had_fingerprint = local->fingerprint != NULL && local->fingerprint_hash != NULL;
  offer->plan = plan_offer (offer, local, error);
  if (offer->plan == NULL)
    return NULL;

  fill_stream (offer, &texts[CUSAX_OFFER_AUDIO], CUSAX_OFFER_AUDIO, local, local->address);
  texts[CUSAX_OFFER_AUDIO].ptime = offer->ptime;
  if (!offer_stream (offer, offer->plan, CUSAX_OFFER_AUDIO, local, direction, &texts[CUSAX_OFFER_AUDIO], error))
    {
      cusax_offer_forget_pending (offer);
      return NULL;
    }
  if (!offer_video (offer, offer->plan, local, &texts[CUSAX_OFFER_VIDEO]))
    {
      memset (&texts[CUSAX_OFFER_VIDEO], 0, sizeof texts[CUSAX_OFFER_VIDEO]);
      offer->plan->index[CUSAX_OFFER_VIDEO] = -1;
      offer->plan->grouped[CUSAX_OFFER_VIDEO] = FALSE;
    }
  offer->state = CUSAX_OFFER_SENT;
  return write_text (offer, offer->plan, texts);
}

/* ------------------------------------------------------------------ answer */

static gboolean
has_keys (const CusaxOfferResult *received, const CusaxTransportDescription *local)
{
  switch (received->keying)
    {
    case CUSAX_KEYING_SDES:
      return local->crypto.suite != CUSAX_SRTP_NONE;
    case CUSAX_KEYING_DTLS:
      return local->fingerprint != NULL && local->fingerprint_hash != NULL;
    case CUSAX_KEYING_NONE:
      return TRUE;
    }
  g_return_val_if_reached (FALSE);
}

static void
answer_stream (CusaxOffer *offer, CusaxOfferKind kind, const CusaxTransportDescription *local, CusaxDirection direction,
               const char *session_address, GPtrArray *codecs, CusaxSdpStream *text)
{
  const CusaxOfferResult *received = offer->streams[kind].received;

  fill_stream (offer, text, kind, local, session_address);
  text->codecs = codecs;
  text->direction = direction & received->direction;
  text->rtcp_mux = text->hides_rtcp_port = received->remote->rtcp_mux;
  if (kind == CUSAX_OFFER_AUDIO)
    text->ptime = cusax_offer_result_get_packet_time (received);
  else
    text->feedback = offer->streams[kind].feedback;
  text->crypto_tag = received->local_crypto.tag;
  text->crypto_suite = received->local_crypto.suite;
  if (received->keying == CUSAX_KEYING_DTLS)
    text->setup = cusax_offer_policy_reverse_setup (received->remote->setup);
  text->ice_mismatch = received->ice_mismatch;
  if (!text->is_bundled && received->remote->ice_ufrag != NULL)
    text->candidates = cusax_offer_candidates_order (local, !text->rtcp_mux);
}

char *
cusax_offer_create_answer (CusaxOffer *offer, const CusaxTransportDescription *local, CusaxDirection direction,
                           GError **error)
{
  CusaxSdpStream texts[CUSAX_OFFER_KINDS] = { { NULL } };
  g_autoptr (GPtrArray) audio_codecs = NULL;
  g_autoptr (GPtrArray) video_codecs = NULL;
  const CusaxOfferResult *video;
  const CusaxTransportDescription *local_video;
  char *text;

  g_return_val_if_fail (offer != NULL, NULL);

  if (offer->state != CUSAX_OFFER_RECEIVED)
    {
      fail (error, CUSAX_ERROR_INVALID, "there is no offer to answer");
      return NULL;
    }
  if (!check_local (local, error))
    return NULL;
  if (!has_keys (offer->streams[CUSAX_OFFER_AUDIO].received, local))
    {
      fail (error, CUSAX_ERROR_NOT_PROTECTED, "no key for the sound");
      return NULL;
    }
  audio_codecs = with_our_parameters (&offer->streams[CUSAX_OFFER_AUDIO],
                                      offer->streams[CUSAX_OFFER_AUDIO].received->codecs);
  answer_stream (offer, CUSAX_OFFER_AUDIO, local, direction, local->address, audio_codecs, &texts[CUSAX_OFFER_AUDIO]);

  video = offer->streams[CUSAX_OFFER_VIDEO].received;
  local_video = video != NULL && video->is_bundled && offer->local_video != NULL ? local : offer->local_video;
  if (video != NULL && is_ready (local_video) && has_keys (video, local_video))
    {
      video_codecs = with_our_parameters (&offer->streams[CUSAX_OFFER_VIDEO], video->codecs);
      answer_stream (offer, CUSAX_OFFER_VIDEO, local_video, offer->video_direction, local->address, video_codecs,
                     &texts[CUSAX_OFFER_VIDEO]);
    }
  else
    {
      video = NULL;
      offer->plan->index[CUSAX_OFFER_VIDEO] = -1;
      offer->plan->grouped[CUSAX_OFFER_VIDEO] = FALSE;
    }
  text = write_text (offer, offer->plan, texts);

  if (video == NULL && offer->agreed != NULL && offer->agreed->index[CUSAX_OFFER_VIDEO] >= 0)
    g_clear_pointer (&offer->local_video, cusax_transport_description_free);
  cusax_offer_settle_plan (offer);
  cusax_offer_settle_stream (offer, CUSAX_OFFER_AUDIO, offer->streams[CUSAX_OFFER_AUDIO].received);
  cusax_offer_settle_stream (offer, CUSAX_OFFER_VIDEO, video);
  cusax_offer_forget_pending (offer);
  return text;
}
