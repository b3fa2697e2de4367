/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See pcm.h. */
#include "pcm.h"

#include <math.h>
#include <string.h>

#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define NATIVE(format) format "LE"
#define LOW_BYTE 0
#else
#define NATIVE(format) format "BE"
#define LOW_BYTE 2
#endif

#define RATE_MAX 384000
#define CHANNELS_MAX 8

typedef struct
{
  const char *name;
  guint size;
  double (*get) (const guint8 *sample); /* full scale is 1 */
  void (*put) (guint8 *sample, double value);
} Kind;

/* Integers: from the full scale of 1 to theirs, which is one smaller upwards. */
static double
to_integer (double value, double scale)
{
  return CLAMP (rint (value * scale), -scale, scale - 1);
}

static double
get_s8 (const guint8 *sample)
{
  return (gint8) sample[0] / 128.0;
}

static void
put_s8 (guint8 *sample, double value)
{
  sample[0] = (guint8) (gint8) to_integer (value, 128);
}

static double
get_s16 (const guint8 *sample)
{
  gint16 value;

  memcpy (&value, sample, sizeof value);
  return value / 32768.0;
}

static void
put_s16 (guint8 *sample, double value)
{
  gint16 integer = (gint16) to_integer (value, 32768);

  memcpy (sample, &integer, sizeof integer);
}

static double
get_s24 (const guint8 *sample)
{
  guint32 value
    = (guint32) sample[LOW_BYTE] << 8 | (guint32) sample[1] << 16 | (guint32) sample[2 - LOW_BYTE] << 24;

  return (gint32) value / 2147483648.0;
}

static void
put_s24 (guint8 *sample, double value)
{
  guint32 integer = (guint32) (gint32) to_integer (value, 8388608);

  sample[LOW_BYTE] = (guint8) integer;
  sample[1] = (guint8) (integer >> 8);
  sample[2 - LOW_BYTE] = (guint8) (integer >> 16);
}

static double
get_s32 (const guint8 *sample)
{
  gint32 value;

  memcpy (&value, sample, sizeof value);
  return value / 2147483648.0;
}

static void
put_s32 (guint8 *sample, double value)
{
  gint32 integer = (gint32) to_integer (value, 2147483648.0);

  memcpy (sample, &integer, sizeof integer);
}

static double
get_f32 (const guint8 *sample)
{
  float value;

  memcpy (&value, sample, sizeof value);
  return value;
}

static void
put_f32 (guint8 *sample, double value)
{
  float single = (float) CLAMP (value, -1, 1);

  memcpy (sample, &single, sizeof single);
}

static double
get_f64 (const guint8 *sample)
{
  double value;

  memcpy (&value, sample, sizeof value);
  return value;
}

static void
put_f64 (guint8 *sample, double value)
{
  value = CLAMP (value, -1, 1);
  memcpy (sample, &value, sizeof value);
}

/* What "volume" and "level" take, which stand on both ways. */
static const Kind kinds[] = {
  { "S8", 1, get_s8, put_s8 },
  { NATIVE ("S16"), 2, get_s16, put_s16 },
  { NATIVE ("S24"), 3, get_s24, put_s24 },
  { NATIVE ("S32"), 4, get_s32, put_s32 },
  { NATIVE ("F32"), 4, get_f32, put_f32 },
  { NATIVE ("F64"), 8, get_f64, put_f64 },
};

gboolean
cusax_pcm_from_caps (CusaxPcm *pcm, const GstCaps *caps)
{
  const GstStructure *structure;
  const char *format, *layout;
  int rate, channels;

  memset (pcm, 0, sizeof *pcm);
  if (caps == NULL || !gst_caps_is_fixed (caps))
    return FALSE;
  structure = gst_caps_get_structure (caps, 0);
  format = gst_structure_get_string (structure, "format");
  layout = gst_structure_get_string (structure, "layout");
  if (!gst_structure_has_name (structure, "audio/x-raw") || format == NULL
      || (layout != NULL && strcmp (layout, "interleaved") != 0)
      || !gst_structure_get_int (structure, "rate", &rate) || rate < 1 || rate > RATE_MAX
      || !gst_structure_get_int (structure, "channels", &channels) || channels < 1 || channels > CHANNELS_MAX)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (format, kinds[i].name) == 0)
      {
        *pcm = (CusaxPcm){ i, (guint) rate, (guint) channels, kinds[i].size * (guint) channels };
        return TRUE;
      }
  return FALSE;
}

GstCaps *
cusax_pcm_get_float_caps (const GstCaps *caps)
{
  GstCaps *copy = gst_caps_copy (caps);

  gst_caps_set_simple (copy, "format", G_TYPE_STRING, NATIVE ("F32"), "layout", G_TYPE_STRING, "interleaved",
                       NULL);
  return copy;
}

void
cusax_pcm_add (const CusaxPcm *pcm, guint8 *data, gsize frames, const float *sound)
{
  const Kind *kind = &kinds[pcm->kind];

  for (gsize i = 0; i < frames * pcm->channels; i++)
    if (sound[i] != 0)
      kind->put (data + i * kind->size, kind->get (data + i * kind->size) + sound[i]);
}
