/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See cadence.h. */
#include "cadence.h"

#include <math.h>

#define PER_MS (CUSAX_CADENCE_RATE / 1000)
#define MAX_PARTS 4
/* How long a tone swells and fades: without it each end is a click. */
#define RAMP_MS 8
/* How long the ring stays on one of its tones. */
#define WARBLE_MS 80

/** Part: hertz 0 is silence, two different are taken in turn. */
typedef struct
{
  guint ms;
  guint hertz, other_hertz;
} Part;

typedef struct
{
  double peak; /* of full scale */
  Part parts[MAX_PARTS];
} Cadence;

static const Cadence cadences[] = {
  [CUSAX_SOUND_NONE] = { 0, { { 1000, 0, 0 } } },
  [CUSAX_SOUND_RING] = { 0.3, { { 800, 660, 880 }, { 240, 0, 0 }, { 800, 660, 880 }, { 2160, 0, 0 } } },
  [CUSAX_SOUND_WAITING] = { 0.06, { { 150, 425, 425 }, { 100, 0, 0 }, { 150, 425, 425 }, { 3600, 0, 0 } } },
  [CUSAX_SOUND_RINGBACK] = { 0.12, { { 1000, 425, 425 }, { 4000, 0, 0 } } },
  [CUSAX_SOUND_BUSY] = { 0.12, { { 500, 425, 425 }, { 500, 0, 0 } } },
};

static guint
get_period (const Cadence *cadence)
{
  guint ms = 0;

  for (gsize i = 0; i < MAX_PARTS; i++)
    ms += cadence->parts[i].ms;
  return ms * PER_MS;
}

/* Loudness at sample @at of a tone of @length samples: 0 to 1 */
static double
get_ramp (guint at, guint length)
{
  guint edge = MIN (at, length - 1 - at);

  return edge < RAMP_MS * PER_MS ? 0.5 - 0.5 * cos (G_PI * edge / (RAMP_MS * PER_MS)) : 1;
}

static double
get_tone (guint hertz, guint at, guint length)
{
  return get_ramp (at, length) * sin (2 * G_PI * hertz * at / CUSAX_CADENCE_RATE);
}

/* @at: in the period */
static double
get_sample (const Cadence *cadence, guint at)
{
  const Part *part = cadence->parts;
  guint turn;

  while (at >= part->ms * PER_MS)
    at -= part++->ms * PER_MS;
  if (part->hertz == 0)
    return 0;
  if (part->hertz == part->other_hertz)
    return get_tone (part->hertz, at, part->ms * PER_MS);
  turn = at / (WARBLE_MS * PER_MS);
  return get_tone (turn % 2 == 0 ? part->hertz : part->other_hertz, at % (WARBLE_MS * PER_MS), WARBLE_MS * PER_MS);
}

void
cusax_cadence_fill (CusaxSound sound, guint64 first, gint16 *samples, gsize length, double gain)
{
  const Cadence *cadence = &cadences[sound];
  guint period = get_period (cadence);
  double scale = cadence->peak * CLAMP (gain, 0, 2) * G_MAXINT16;

  for (gsize i = 0; i < length; i++)
    {
      guint64 at = first + i;

      if (sound == CUSAX_SOUND_BUSY && at >= (guint64) CUSAX_CADENCE_BUSY_MS * PER_MS)
        samples[i] = 0;
      else
        samples[i] = (gint16) lrint (scale * get_sample (cadence, (guint) (at % period)));
    }
}
