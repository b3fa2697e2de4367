/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See codecs.h. */
#include "codecs.h"

#include <string.h>

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

/* H264 as a=fmtp says it (RFC 6184 section 8.1). */
typedef struct
{
  guint mode;
  guint profile_idc, profile_iop, level_idc;
} H264;

/* The value of a parameter, NULL if there is none; at most 15 characters of it. */
static const char *
find_parameter (const char *fmtp, const char *name, char value[16])
{
  while (fmtp != NULL && *fmtp != '\0')
    {
      gsize length;

      fmtp += strspn (fmtp, " \t;");
      length = strcspn (fmtp, ";");
      if (g_ascii_strncasecmp (fmtp, name, strlen (name)) == 0 && fmtp[strlen (name)] == '=')
        {
          g_strlcpy (value, fmtp + strlen (name) + 1, MIN (length - strlen (name), 16));
          return g_strstrip (value);
        }
      fmtp += length;
    }
  return NULL;
}

static void
read_h264 (const char *fmtp, H264 *h264)
{
  char buffer[16];
  const char *value = find_parameter (fmtp, "packetization-mode", buffer);
  guint64 number;

  /* What is not said is mode 0, Baseline, level 1. A mode that nobody knows matches nothing. */
  h264->mode = 0;
  if (value != NULL)
    h264->mode = g_ascii_string_to_unsigned (value, 10, 0, 2, &number, NULL) ? (guint) number : 9;
  value = find_parameter (fmtp, "profile-level-id", buffer);
  if (value == NULL || strlen (value) != 6 || !g_ascii_string_to_unsigned (value, 16, 0, 0xffffff, &number, NULL))
    number = 0x42000a;
  h264->profile_idc = (guint) (number >> 16);
  h264->profile_iop = (guint) (number >> 8) & 0xff;
  h264->level_idc = (guint) number & 0xff;
}

/* RFC 6184 table 5: several ways to name the same profile. Constraint bits make Main and Extended to Baseline. */
static guint
h264_profile (const H264 *h264)
{
  if (h264->profile_idc == 0x42 || (h264->profile_idc == 0x4d && (h264->profile_iop & 0x80) != 0)
      || (h264->profile_idc == 0x58 && (h264->profile_iop & 0x80) != 0))
    return 0x42;
  /* Of the others only those bits count that make another profile of it, and 0x40 of Extended does not. */
  return h264->profile_idc << 8 | (h264->profile_idc == 0x58 ? 0 : h264->profile_iop & 0x1c);
}

gboolean
cusax_codec_matches (const CusaxCodec *a, const CusaxCodec *b)
{
  H264 one, other;

  if (g_ascii_strcasecmp (a->name, b->name) != 0 || a->clock_rate != b->clock_rate || a->channels != b->channels)
    return FALSE;
  if (g_ascii_strcasecmp (a->name, "H264") != 0)
    return TRUE;
  read_h264 (a->fmtp, &one);
  read_h264 (b->fmtp, &other);
  return one.mode == other.mode && h264_profile (&one) == h264_profile (&other);
}

gboolean
cusax_codec_is_single_nal (const CusaxCodec *codec)
{
  H264 h264;

  if (g_ascii_strcasecmp (codec->name, "H264") != 0)
    return FALSE;
  read_h264 (codec->fmtp, &h264);
  return h264.mode == 0;
}

char *
cusax_codec_dup_fmtp (const CusaxCodec *our, const CusaxCodec *theirs)
{
  H264 one, other;

  g_return_val_if_fail (our != NULL && theirs != NULL, NULL);

  if (g_ascii_strcasecmp (our->name, "H264") != 0)
    return g_strdup (our->fmtp);
  read_h264 (our->fmtp, &one);
  read_h264 (theirs->fmtp, &other);
  return g_strdup_printf ("packetization-mode=%u;profile-level-id=%02x%02x%02x", other.mode, other.profile_idc,
                          other.profile_iop, MIN (one.level_idc, other.level_idc));
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

static GPtrArray *
copy_table (const CusaxCodec *table, gsize n)
{
  GPtrArray *codecs = cusax_codecs_new ();

  for (gsize i = 0; i < n; i++)
    g_ptr_array_add (codecs, cusax_codec_copy (&table[i]));
  return codecs;
}

GPtrArray *
cusax_codecs_policy (void)
{
  /* Opus first: it is wide-band and survives loss; then what is wide-band at all. A-law before mu-law: a gateway outside
   * North America has it natively. Numbers are those that most phones use, so that captures read well. G722 has 16000
   * samples a second, and 8000 in SDP by an old error (RFC 3551 section 4.5.2). */
  static const CusaxCodec policy[] = {
    { 111, (char *) "opus", 48000, 2, (char *) "useinbandfec=1" },
    { 9, (char *) "G722", 8000, 1, NULL },
    { 8, (char *) "PCMA", 8000, 1, NULL },
    { 0, (char *) "PCMU", 8000, 1, NULL },
    { 110, (char *) "telephone-event", 48000, 1, (char *) "0-15" },
    { 101, (char *) "telephone-event", 8000, 1, (char *) "0-15" },
  };

  return copy_table (policy, G_N_ELEMENTS (policy));
}

GPtrArray *
cusax_codecs_video_policy (void)
{
  /* VP8 first: free to encode everywhere. Mode 1 before 0: pictures that do not fit into a packet are cut, not coded in
   * slices. Level 3.1 is 1280 x 720 with 30 pictures a second. */
  static const CusaxCodec policy[] = {
    { 96, (char *) "VP8", 90000, 1, NULL },
    { 97, (char *) "H264", 90000, 1, (char *) "packetization-mode=1;profile-level-id=42e01f" },
    { 98, (char *) "H264", 90000, 1, (char *) "packetization-mode=0;profile-level-id=42e01f" },
  };

  return copy_table (policy, G_N_ELEMENTS (policy));
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
