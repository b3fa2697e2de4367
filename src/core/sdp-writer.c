/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See sdp-writer.h. */
#include "sdp-writer.h"

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
write_codec (GString *sdp, const CusaxCodec *codec)
{
  g_string_append_printf (sdp, "a=rtpmap:%u %s/%u", codec->payload_type, codec->name, codec->clock_rate);
  if (codec->channels > 1)
    g_string_append_printf (sdp, "/%u", codec->channels);
  g_string_append (sdp, "\r\n");
  if (codec->fmtp != NULL && *codec->fmtp != '\0')
    g_string_append_printf (sdp, "a=fmtp:%u %s\r\n", codec->payload_type, codec->fmtp);
}

static void
write_crypto (GString *sdp, const CusaxSdpAudio *audio)
{
  char *key = g_base64_encode (audio->local->crypto.key, CUSAX_SRTP_KEY_LENGTH);

  g_string_append_printf (sdp, "a=crypto:%u %s inline:%s\r\n", audio->crypto_tag,
                          cusax_srtp_suite_get_name (audio->crypto_suite), key);
  explicit_bzero (key, strlen (key));
  g_free (key);
}

void
cusax_sdp_write_audio (GString *sdp, const CusaxSdpAudio *audio)
{
  g_string_append_printf (sdp, "m=audio %u %s", audio->local->rtp_port, audio->protocol);
  for (guint i = 0; i < audio->codecs->len; i++)
    g_string_append_printf (sdp, " %u", ((const CusaxCodec *) audio->codecs->pdata[i])->payload_type);
  g_string_append (sdp, "\r\n");
  for (guint i = 0; i < audio->codecs->len; i++)
    write_codec (sdp, audio->codecs->pdata[i]);
  g_string_append_printf (sdp, "a=ptime:20\r\na=%s\r\n", direction_name (audio->direction));

  if (audio->rtcp_mux)
    g_string_append (sdp, "a=rtcp-mux\r\n");
  /* The port after RTP's needs no words (RFC 3605 section 2.1). */
  if (audio->local->rtcp_port != 0 && audio->local->rtcp_port != audio->local->rtp_port + 1)
    g_string_append_printf (sdp, "a=rtcp:%u\r\n", audio->local->rtcp_port);
  if (audio->crypto_suite != CUSAX_SRTP_NONE)
    write_crypto (sdp, audio);
}

void
cusax_sdp_write_refused (GString *sdp, const char *type, const char *protocol, const char *format)
{
  g_string_append_printf (sdp, "m=%s 0 %s %s\r\n", type, protocol, format);
}
