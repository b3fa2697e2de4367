/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See codecs.h. */
#include "codecs.h"

CusaxCodec *
cusax_codec_new (guint8 payload_type, const char *name, guint clock_rate, guint channels, const char *fmtp)
{
  CusaxCodec *codec;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (payload_type < 128, NULL);

  codec = g_new0 (CusaxCodec, 1);
  codec->payload_type = payload_type;
  codec->name = g_strdup (name);
  codec->clock_rate = clock_rate;
  codec->channels = MAX (channels, 1);
  codec->fmtp = g_strdup (fmtp);
  return codec;
}

CusaxCodec *
cusax_codec_copy (const CusaxCodec *codec)
{
  g_return_val_if_fail (codec != NULL, NULL);
  return cusax_codec_new (codec->payload_type, codec->name, codec->clock_rate, codec->channels, codec->fmtp);
}

void
cusax_codec_free (CusaxCodec *codec)
{
  if (codec == NULL)
    return;
  g_free (codec->name);
  g_free (codec->fmtp);
  g_free (codec);
}

gboolean
cusax_codec_matches (const CusaxCodec *a, const CusaxCodec *b)
{
  return g_ascii_strcasecmp (a->name, b->name) == 0 && a->clock_rate == b->clock_rate
         && a->channels == b->channels;
}

gboolean
cusax_codec_is_auxiliary (const CusaxCodec *codec)
{
  return g_ascii_strcasecmp (codec->name, "telephone-event") == 0
         || g_ascii_strcasecmp (codec->name, "CN") == 0;
}

GPtrArray *
cusax_codecs_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_codec_free);
}

GPtrArray *
cusax_codecs_copy (const GPtrArray *codecs)
{
  GPtrArray *copy = cusax_codecs_new ();

  for (guint i = 0; codecs != NULL && i < codecs->len; i++)
    g_ptr_array_add (copy, cusax_codec_copy (codecs->pdata[i]));
  return copy;
}

GPtrArray *
cusax_codecs_policy (void)
{
  /* Opus first: it alone is wide-band and survives loss. A-law before mu-law: a gateway outside North America
   * has it natively. Numbers are those that most phones use, so that captures read well. */
  static const CusaxCodec policy[] = {
    { 111, (char *) "opus", 48000, 2, (char *) "useinbandfec=1" },
    { 8, (char *) "PCMA", 8000, 1, NULL },
    { 0, (char *) "PCMU", 8000, 1, NULL },
    { 110, (char *) "telephone-event", 48000, 1, (char *) "0-15" },
    { 101, (char *) "telephone-event", 8000, 1, (char *) "0-15" },
  };
  GPtrArray *codecs = cusax_codecs_new ();

  for (guint i = 0; i < G_N_ELEMENTS (policy); i++)
    g_ptr_array_add (codecs, cusax_codec_copy (&policy[i]));
  return codecs;
}

static const CusaxCodec *
find_match (const GPtrArray *codecs, const CusaxCodec *codec)
{
  for (guint i = 0; i < codecs->len; i++)
    if (cusax_codec_matches (codecs->pdata[i], codec))
      return codecs->pdata[i];
  return NULL;
}

GPtrArray *
cusax_codecs_intersect (const GPtrArray *ours, const GPtrArray *theirs)
{
  g_autoptr (GPtrArray) both = cusax_codecs_new ();
  gboolean taken[128] = { FALSE };
  gboolean has_real = FALSE;

  g_return_val_if_fail (ours != NULL && theirs != NULL, NULL);

  for (guint i = 0; i < theirs->len; i++)
    {
      const CusaxCodec *codec = theirs->pdata[i];

      /* A number means one format only; the first mention counts. That also bounds the result. */
      if (taken[codec->payload_type & 0x7f] || find_match (ours, codec) == NULL)
        continue;
      taken[codec->payload_type & 0x7f] = TRUE;
      has_real |= !cusax_codec_is_auxiliary (codec);
      g_ptr_array_add (both, cusax_codec_copy (codec));
    }

  if (!has_real)
    g_ptr_array_set_size (both, 0);
  return g_steal_pointer (&both);
}
