/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See sdp-writer.h. */
#include "sdp-writer.h"
#include "sdp.h"

#include <string.h>

char *
cusax_sdp_write_address (const char *literal)
{
  return g_strdup_printf ("IN %s %s", strchr (literal, ':') != NULL ? "IP6" : "IP4", literal);
}

static const char *
direction_name (CusaxDirection direction)
{
  switch (direction)
    {
    case CUSAX_DIRECTION_INACTIVE:
      return "inactive";
    case CUSAX_DIRECTION_SENDONLY:
      return "sendonly";
    case CUSAX_DIRECTION_RECVONLY:
      return "recvonly";
    case CUSAX_DIRECTION_SENDRECV:
      return "sendrecv";
    }
  g_return_val_if_reached ("inactive");
}

static void
write_codec (GString *sdp, const CusaxCodec *codec, gboolean is_short)
{
  gboolean is_default = g_ascii_strcasecmp (codec->name, "telephone-event") == 0 && g_strcmp0 (codec->fmtp, "0-15") == 0;

  g_string_append_printf (sdp, "a=rtpmap:%u %s/%u", codec->payload_type, codec->name, codec->clock_rate);
  if (codec->channels > 1)
    g_string_append_printf (sdp, "/%u", codec->channels);
  g_string_append (sdp, "\r\n");
  if (codec->fmtp != NULL && *codec->fmtp != '\0' && !(is_short && is_default))
    g_string_append_printf (sdp, "a=fmtp:%u %s\r\n", codec->payload_type, codec->fmtp);
}

static void
write_crypto (GString *sdp, const CusaxSdpStream *stream)
{
  char *key = g_base64_encode (stream->local->crypto.key, CUSAX_SRTP_KEY_LENGTH);

  g_string_append_printf (sdp, "a=crypto:%u %s inline:%s\r\n", stream->crypto_tag,
                          cusax_srtp_suite_get_name (stream->crypto_suite), key);
  explicit_bzero (key, strlen (key));
  g_free (key);
}

static void
write_feedback (GString *sdp, const CusaxSdpStream *stream)
{
  static const struct
  {
    CusaxSdpFeedback bit;
    const char *words;
  } kinds[] = { { CUSAX_SDP_FEEDBACK_PLI, "nack pli" },
                { CUSAX_SDP_FEEDBACK_FIR, "ccm fir" },
                { CUSAX_SDP_FEEDBACK_NACK, "nack" } };

  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    if ((stream->feedback_for_all & kinds[k].bit) != 0)
      g_string_append_printf (sdp, "a=rtcp-fb:* %s\r\n", kinds[k].words);
  for (guint i = 0; stream->feedback != NULL && i < stream->codecs->len; i++)
    {
      guint payload_type = ((const CusaxCodec *) stream->codecs->pdata[i])->payload_type;

      for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
        if ((stream->feedback[payload_type] & kinds[k].bit) != 0)
          g_string_append_printf (sdp, "a=rtcp-fb:%u %s\r\n", payload_type, kinds[k].words);
    }
}

static void
write_fingerprint (GString *sdp, const CusaxSdpStream *stream)
{
  static const char *const setups[] = { "", "actpass", "active", "passive" };

  g_string_append_printf (sdp, "a=fingerprint:%s %s\r\na=setup:%s\r\n", stream->local->fingerprint_hash,
                          stream->local->fingerprint, setups[stream->setup]);
}

static void
write_ice (GString *sdp, const CusaxSdpStream *stream)
{
  g_string_append_printf (sdp, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", stream->local->ice_ufrag,
                          stream->local->ice_password);
  for (guint i = 0; i < stream->candidates->len; i++)
    {
      g_autofree char *line = cusax_candidate_write (stream->candidates->pdata[i]);

      g_string_append_printf (sdp, "a=candidate:%s\r\n", line);
    }
}

/* Where it is and how it is protected; once for all that goes the same way. */
static void
write_way (GString *sdp, const CusaxSdpStream *stream)
{
  /* The port after RTP's needs no words (RFC 3605 section 2.1). */
  if (!stream->hides_rtcp_port && stream->local->rtcp_port != 0
      && stream->local->rtcp_port != stream->local->rtp_port + 1)
    g_string_append_printf (sdp, "a=rtcp:%u\r\n", stream->local->rtcp_port);
  if (stream->crypto_suite != CUSAX_SRTP_NONE)
    write_crypto (sdp, stream);
  if (stream->setup != CUSAX_DTLS_SETUP_NONE)
    write_fingerprint (sdp, stream);
  if (stream->candidates != NULL)
    write_ice (sdp, stream);
  if (stream->ice_mismatch)
    g_string_append (sdp, "a=ice-mismatch\r\n");
}

void
cusax_sdp_write_stream (GString *sdp, const CusaxSdpStream *stream)
{
  g_string_append_printf (sdp, "m=%s %u %s", stream->type, stream->local->rtp_port, stream->protocol);
  for (guint i = 0; i < stream->codecs->len; i++)
    g_string_append_printf (sdp, " %u", ((const CusaxCodec *) stream->codecs->pdata[i])->payload_type);
  g_string_append (sdp, "\r\n");
  if (strcmp (stream->local->address, stream->session_address) != 0)
    {
      g_autofree char *address = cusax_sdp_write_address (stream->local->address);

      g_string_append_printf (sdp, "c=%s\r\n", address);
    }
  for (guint i = 0; i < stream->codecs->len; i++)
    write_codec (sdp, stream->codecs->pdata[i], stream->is_short);
  if (stream->ptime != 0 && !(stream->is_short && stream->ptime == CUSAX_SDP_PTIME))
    g_string_append_printf (sdp, "a=ptime:%u\r\n", stream->ptime);
  if (!stream->is_short || stream->direction != CUSAX_DIRECTION_SENDRECV)
    g_string_append_printf (sdp, "a=%s\r\n", direction_name (stream->direction));
  write_feedback (sdp, stream);
  if (stream->mid != NULL)
    g_string_append_printf (sdp, "a=mid:%s\r\n", stream->mid);
  /* Browsers want to see it in every section of a bundle. */
  if (stream->rtcp_mux)
    g_string_append (sdp, "a=rtcp-mux\r\n");
  if (stream->ssrc != 0)
    g_string_append_printf (sdp, "a=ssrc:%u cname:%s\r\n", stream->ssrc, stream->cname);
  if (!stream->is_bundled)
    write_way (sdp, stream);
}

void
cusax_sdp_write_refused (GString *sdp, const char *type, const char *protocol, const char *format, const char *mid)
{
  g_string_append_printf (sdp, "m=%s 0 %s %s\r\n", type, protocol, format);
  if (mid != NULL)
    g_string_append_printf (sdp, "a=mid:%s\r\n", mid);
}
