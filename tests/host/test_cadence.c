/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The telephone's sounds sample by sample (P16): frequency, loudness and rhythm, without a device.
 */
#include "cadence.h"

#include <math.h>

#define RATE CUSAX_CADENCE_RATE

static double
get_level (const gint16 *samples, guint from_ms, guint to_ms)
{
  double power = 0;

  for (guint i = from_ms * RATE / 1000; i < to_ms * RATE / 1000; i++)
    power += (double) samples[i] * samples[i];
  power /= (to_ms - from_ms) * RATE / 1000.0 * 32768.0 * 32768.0;
  return power > 1e-12 ? 10 * log10 (power) : -120;
}

/* Zero crossings upwards, per second */
static double
get_hertz (const gint16 *samples, guint from_ms, guint to_ms)
{
  guint count = 0;

  for (guint i = from_ms * RATE / 1000 + 1; i < to_ms * RATE / 1000; i++)
    count += samples[i - 1] < 0 && samples[i] >= 0;
  return count * 1000.0 / (to_ms - from_ms);
}

static void
test_P16_rhythm (void)
{
  static const struct
  {
    CusaxSound sound;
    guint from_ms, to_ms;
    double hertz; /* 0: silence; < 0: any */
    double level;
  } pieces[] = {
    { CUSAX_SOUND_NONE, 0, 9000, 0, 0 },
    { CUSAX_SOUND_RINGBACK, 0, 1000, 425, -21 },
    { CUSAX_SOUND_RINGBACK, 1000, 5000, 0, 0 },
    { CUSAX_SOUND_RINGBACK, 5000, 6000, 425, -21 },
    { CUSAX_SOUND_RINGBACK, 6000, 9000, 0, 0 },
    { CUSAX_SOUND_BUSY, 0, 500, 425, -21 },
    { CUSAX_SOUND_BUSY, 500, 1000, 0, 0 },
    { CUSAX_SOUND_BUSY, 2000, 2500, 425, -21 },
    { CUSAX_SOUND_BUSY, 2500, 9000, 0, 0 }, /* over by itself */
    { CUSAX_SOUND_WAITING, 0, 150, 425, -27 },
    { CUSAX_SOUND_WAITING, 150, 250, 0, 0 },
    { CUSAX_SOUND_WAITING, 250, 400, 425, -27 },
    { CUSAX_SOUND_WAITING, 400, 4000, 0, 0 },
    { CUSAX_SOUND_WAITING, 4000, 4150, 425, -27 },
    { CUSAX_SOUND_RING, 0, 80, 660, -13 },
    { CUSAX_SOUND_RING, 80, 160, 880, -13 },
    { CUSAX_SOUND_RING, 800, 1040, 0, 0 },
    { CUSAX_SOUND_RING, 1040, 1840, -1, -13 },
    { CUSAX_SOUND_RING, 1840, 4000, 0, 0 },
    { CUSAX_SOUND_RING, 4000, 4080, 660, -13 },
  };
  gsize length = 9 * RATE;
  g_autofree gint16 *samples = g_new (gint16, length);

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      double level, hertz;

      /* In two halves, of which the second does not begin at a round number. */
      cusax_cadence_fill (pieces[i].sound, 0, samples, 1234, 1);
      cusax_cadence_fill (pieces[i].sound, 1234, samples + 1234, length - 1234, 1);
      level = get_level (samples, pieces[i].from_ms, pieces[i].to_ms);
      hertz = get_hertz (samples, pieces[i].from_ms, pieces[i].to_ms);
      g_test_message ("%u: %u to %u ms: %.0f Hz, %.1f dBFS", pieces[i].sound, pieces[i].from_ms, pieces[i].to_ms, hertz,
                      level);
      if (pieces[i].hertz == 0)
        g_assert_cmpfloat (level, <, -100);
      else
        g_assert_cmpfloat (fabs (level - pieces[i].level), <, 2);
      if (pieces[i].hertz > 0)
        g_assert_cmpfloat (fabs (hertz - pieces[i].hertz), <, 14);
    }
}

/* Nothing clips at the loudest, nothing begins or ends with a click. */
static void
test_soft (void)
{
  g_autofree gint16 *samples = g_new (gint16, 4 * RATE);

  cusax_cadence_fill (CUSAX_SOUND_RING, 0, samples, 4 * RATE, 2);
  g_assert_cmpfloat (get_level (samples, 0, 800), <, -3);
  for (gsize i = 1; i < 4 * RATE; i++)
    g_assert_cmpint (ABS (samples[i] - samples[i - 1]), <, 2600);
  cusax_cadence_fill (CUSAX_SOUND_RING, 0, samples, RATE, 0);
  g_assert_cmpfloat (get_level (samples, 0, 800), <, -100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/cadence/P16/rhythm", test_P16_rhythm);
  g_test_add_func ("/media/cadence/soft", test_soft);
  return g_test_run ();
}
