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

GList *
cusax_conversion_remote_codecs (const GPtrArray *agreed, const GPtrArray *offered)
{
  GList *list = NULL;

  for (guint i = 0; i < agreed->len; i++)
    list = g_list_prepend (list, cusax_conversion_codec_to_purple (agreed->pdata[i]));
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
