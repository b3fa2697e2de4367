/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See tone.h. */
#include "tone.h"

#include <math.h>
#include <string.h>

#define WAV_HEADER 44

double
host_tone_share (const char *file, double hertz, double seconds, double *level)
{
  g_autofree char *data = NULL;
  gsize length = 0, count;
  guint32 rate;
  double power = 0, before = 0, last = 0, coefficient;
  const gint16 *samples;

  if (level != NULL)
    *level = -120;
  if (!g_file_get_contents (file, &data, &length, NULL) || length < WAV_HEADER)
    return 0;
  memcpy (&rate, data + 24, sizeof rate);
  rate = GUINT32_FROM_LE (rate);
  count = (gsize)(seconds * rate);
  if ((length - WAV_HEADER) / 2 < count || count == 0)
    return 0;
  samples = (const gint16 *)(gpointer)(data + WAV_HEADER) + (length - WAV_HEADER) / 2 - count;

  coefficient = 2 * cos (2 * G_PI * hertz / rate);
  for (gsize i = 0; i < count; i++)
    {
      double sample = GINT16_FROM_LE (samples[i]) / 32768.0;
      double now = sample + coefficient * last - before;

      power += sample * sample / (double)count;
      before = last;
      last = now;
    }
  if (power < 1e-12)
    return 0;
  if (level != NULL)
    *level = 10 * log10 (power);
  return 2 * (last * last + before * before - coefficient * last * before) / ((double)count * (double)count)
         / power;
}
