/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See conversion.h. */
#include "conversion.h"

#include <string.h>

/* Attributes come from the network: more parameters than any format has are left out. */
#define MAX_PARAMETERS 32

static void
add_parameters (PurpleMediaCodec *codec, const char *fmtp)
{
  g_auto (GStrv) parts = g_strsplit (fmtp, ";", MAX_PARAMETERS);

  for (char **part = parts; *part != NULL; part++)
    {
      char *value = strchr (*part, '=');

      if (value != NULL)
        *value++ = '\0';
      if (*g_strstrip (*part) == '\0' && value == NULL)
        continue;
      if (value != NULL)
        purple_media_codec_add_optional_parameter (codec, *part, g_strstrip (value));
      else
        purple_media_codec_add_optional_parameter (codec, "", *part);
    }
}

PurpleMediaCodec *
cusax_conversion_codec_to_purple (const CusaxCodec *codec)
{
  PurpleMediaCodec *result
      = purple_media_codec_new (codec->payload_type, codec->name, PURPLE_MEDIA_AUDIO, codec->clock_rate);

  g_object_set (result, "channels", codec->channels, NULL);
  if (codec->fmtp != NULL)
    add_parameters (result, codec->fmtp);
  return result;
}

static gboolean
has_payload_type (const GPtrArray *codecs, guint8 payload_type)
{
  for (guint i = 0; i < codecs->len; i++)
    if (((const CusaxCodec *)codecs->pdata[i])->payload_type == payload_type)
      return TRUE;
  return FALSE;
}

static gboolean
has_format (const GPtrArray *codecs, const CusaxCodec *codec)
{
  for (guint i = 0; i < codecs->len; i++)
    if (cusax_codec_matches (codecs->pdata[i], codec))
      return TRUE;
  return FALSE;
}

/* @clock_rate: 0: any */
static const CusaxCodec *
find_events (const GPtrArray *codecs, guint clock_rate)
{
  for (guint i = 0; i < codecs->len; i++)
    {
      const CusaxCodec *codec = codecs->pdata[i];

      if (g_ascii_strcasecmp (codec->name, "telephone-event") == 0
          && (clock_rate == 0 || codec->clock_rate == clock_rate))
        return codec;
    }
  return NULL;
}

static const CusaxCodec *
find_voice (const GPtrArray *codecs)
{
  for (guint i = 0; i < codecs->len; i++)
    if (!cusax_codec_is_auxiliary (codecs->pdata[i]))
      return codecs->pdata[i];
  return NULL;
}

gboolean
cusax_conversion_have_events (const GPtrArray *agreed)
{
  return find_voice (agreed) != NULL && find_events (agreed, 0) != NULL;
}

/* WORKAROUND farstream 0.2.9: sends telephone-events only with the clock of the format that is sent
 * (_is_telephony_codec() in fs-rtp-dtmf-event-source.c), and makes a tone if there are none; many telephones that
 * speak Opus know telephone-event/8000 alone. Their number with our clock: what differs on the wire is the unit of
 * the duration, which nobody needs to tell one key from the next. Remove when it takes any clock.
 * Returns: (nullable): the one of @agreed that is to have another clock rate */
static const CusaxCodec *
find_misfit (const GPtrArray *agreed, guint *clock_rate)
{
  const CusaxCodec *voice = find_voice (agreed);

  if (voice == NULL || find_events (agreed, voice->clock_rate) != NULL)
    return NULL;
  *clock_rate = voice->clock_rate;
  return find_events (agreed, 0);
}

GList *
cusax_conversion_remote_codecs (const GPtrArray *agreed, const GPtrArray *offered)
{
  GList *list = NULL;
  guint clock_rate = 0;
  const CusaxCodec *misfit = find_misfit (agreed, &clock_rate);

  for (guint i = 0; i < agreed->len; i++)
    {
      CusaxCodec codec = *(const CusaxCodec *) agreed->pdata[i];

      if (agreed->pdata[i] == misfit)
        codec.clock_rate = clock_rate;
      list = g_list_prepend (list, cusax_conversion_codec_to_purple (&codec));
    }
  for (guint i = 0; offered != NULL && i < offered->len; i++)
    {
      const CusaxCodec *codec = offered->pdata[i];

      /* A number that the peer gave to something else is the peer's: it cannot mean ours any more. */
      if (has_format (agreed, codec) && !has_payload_type (agreed, codec->payload_type))
        list = g_list_prepend (list, cusax_conversion_codec_to_purple (codec));
    }
  return g_list_reverse (list);
}

GList *
cusax_conversion_leg_candidates (guint16 rtp_port, guint16 rtcp_port)
{
  GList *list = NULL;

  list = g_list_append (list,
                        purple_media_candidate_new ("1", 1, PURPLE_MEDIA_CANDIDATE_TYPE_HOST,
                                                    PURPLE_MEDIA_NETWORK_PROTOCOL_UDP, "127.0.0.1", rtp_port));
  return g_list_append (list,
                        purple_media_candidate_new ("1", 2, PURPLE_MEDIA_CANDIDATE_TYPE_HOST,
                                                    PURPLE_MEDIA_NETWORK_PROTOCOL_UDP, "127.0.0.1", rtcp_port));
}
