/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See crossfeed.h. */
#include "crossfeed.h"

#include "pcmconverter.h"

#include <string.h>

#define CAPACITY_MS 400
#define CUSHION_MS 15 /* before the first sound, besides one step of the reader */
#define CUSHION_MAX_MS 120
#define SLACK_MS 10  /* above the cushion that may lie there unused without being worth a skip... */
#define CALM_MS 2000 /* ...for so long */
#define PILE_MS 60   /* above the cushion that is left out... */
#define BURST_MS 250 /* ...after so long */
#define SEAM_MS 4    /* over which the sound before and after a skip fade into each other */
#define PAUSE_MS 150 /* longer than that without sound is no gap but the end of it */

/* The least fill after a read, in so many frames read. */
typedef struct
{
  gsize least, frames;
} Watch;

struct _CusaxCrossfeed
{
  GMutex mutex; /* of all but the converter; held for moments */

  /* The reader's format, and the sound in it. */
  GstCaps *caps; /* NULL until somebody reads */
  guint generation;
  guint rate, channels;
  float *ring;
  gsize capacity, start, fill; /* frames */

  gboolean flows; /* else it gathers a cushion first */
  gsize cushion;
  Watch burst, calm;
  gint64 dry_since; /* 0: it is not */
  guint gaps, skips;
  double delay_sum; /* frames after each frame read */
  guint64 delay_count;

  /* The writer's own. */
  CusaxPcmConverter *converter;
  guint converter_generation;
};

CusaxCrossfeed *
cusax_crossfeed_new (void)
{
  CusaxCrossfeed *feed = g_atomic_rc_box_new0 (CusaxCrossfeed);

  g_mutex_init (&feed->mutex);
  return feed;
}

CusaxCrossfeed *
cusax_crossfeed_ref (CusaxCrossfeed *feed)
{
  return g_atomic_rc_box_acquire (feed);
}

static void
crossfeed_clear (gpointer data)
{
  CusaxCrossfeed *feed = data;

  g_clear_pointer (&feed->converter, cusax_pcmconverter_free);
  gst_clear_caps (&feed->caps);
  g_free (feed->ring);
  g_mutex_clear (&feed->mutex);
}

void
cusax_crossfeed_unref (gpointer feed)
{
  g_atomic_rc_box_release_full (feed, crossfeed_clear);
}

static gsize
frames_of (const CusaxCrossfeed *feed, guint ms)
{
  return (gsize) feed->rate * ms / 1000;
}

/* ------------------------------------------------------------------------------ the ring */

static float *
frame_at (CusaxCrossfeed *feed, gsize offset)
{
  return feed->ring + (feed->start + offset) % feed->capacity * feed->channels;
}

static void
drop (CusaxCrossfeed *feed, gsize frames)
{
  feed->start = (feed->start + frames) % feed->capacity;
  feed->fill -= frames;
}

/* Leaves @frames out: the sound from here on fades into what comes after them. */
static void
skip (CusaxCrossfeed *feed, gsize frames)
{
  gsize seam = MIN (frames_of (feed, SEAM_MS), feed->fill - frames);

  for (gsize i = 0; i < seam; i++)
    {
      const float *before = frame_at (feed, i);
      float *after = frame_at (feed, frames + i);
      float share = (float) (i + 1) / (float) (seam + 1);

      for (guint c = 0; c < feed->channels; c++)
        after[c] = after[c] * share + before[c] * (1 - share);
    }
  drop (feed, frames);
  feed->skips++;
}

/* When it is full the reader stands still (its microphone is gone, say): it starts with what is new then. */
static void
append (CusaxCrossfeed *feed, const float *sound, gsize frames)
{
  if (frames > feed->capacity)
    {
      sound += (frames - feed->capacity) * feed->channels;
      frames = feed->capacity;
    }
  if (feed->fill + frames > feed->capacity)
    {
      feed->skips += feed->flows;
      feed->flows = FALSE;
      drop (feed, feed->fill + frames - feed->capacity);
    }
  for (gsize i = 0; i < frames; i++, sound += feed->channels)
    memcpy (frame_at (feed, feed->fill + i), sound, sizeof *sound * feed->channels);
  feed->fill += frames;
}

/* --------------------------------------------------------------------------- the writer */

/* Sound came: if it had run dry only now, its steps are less even than thought. */
static void
judge_gap (CusaxCrossfeed *feed)
{
  gint64 dry_us = g_get_monotonic_time () - feed->dry_since;

  if (feed->dry_since == 0)
    return;
  feed->dry_since = 0;
  if (dry_us > PAUSE_MS * 1000)
    return;
  feed->gaps++;
  feed->cushion = MIN (feed->cushion * 3 / 2, frames_of (feed, CUSHION_MAX_MS));
}

static void
on_converted (gpointer user_data, GstBuffer *buffer)
{
  CusaxCrossfeed *feed = user_data;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  g_mutex_lock (&feed->mutex);
  if (feed->generation == feed->converter_generation)
    {
      judge_gap (feed);
      append (feed, (const float *) (gpointer) map.data, map.size / sizeof (float) / feed->channels);
    }
  g_mutex_unlock (&feed->mutex);
  gst_buffer_unmap (buffer, &map);
}

static void
follow_reader (CusaxCrossfeed *feed)
{
  g_autoptr (GstCaps) caps = NULL;

  g_mutex_lock (&feed->mutex);
  if (feed->caps != NULL && feed->generation != feed->converter_generation)
    {
      caps = gst_caps_ref (feed->caps);
      feed->converter_generation = feed->generation;
    }
  g_mutex_unlock (&feed->mutex);
  if (caps == NULL)
    return;
  g_clear_pointer (&feed->converter, cusax_pcmconverter_free);
  feed->converter = cusax_pcmconverter_new (caps, on_converted, feed);
}

void
cusax_crossfeed_write (CusaxCrossfeed *feed, GstCaps *caps, GstBuffer *buffer)
{
  follow_reader (feed);
  if (feed->converter != NULL)
    cusax_pcmconverter_push (feed->converter, caps, buffer);
}

/* --------------------------------------------------------------------------- the reader */

static void
set_format (CusaxCrossfeed *feed, const GstCaps *caps, const CusaxPcm *pcm)
{
  gst_clear_caps (&feed->caps);
  feed->caps = cusax_pcm_get_float_caps (caps);
  feed->generation++;
  feed->rate = pcm->rate;
  feed->channels = pcm->channels;
  feed->capacity = MAX (frames_of (feed, CAPACITY_MS), 1);
  feed->start = feed->fill = 0;
  g_free (feed->ring);
  feed->ring = g_new (float, feed->capacity * feed->channels);
  feed->flows = FALSE;
  feed->dry_since = 0;
  feed->cushion = frames_of (feed, CUSHION_MS);
}

static void
watch_anew (CusaxCrossfeed *feed)
{
  feed->burst = feed->calm = (Watch){ feed->capacity, 0 };
}

/* Returns: whether @span is over; @least is what has lain there unused all that time. */
static gboolean
watch (Watch *watch, gsize fill, gsize frames, gsize span, gsize *least)
{
  *least = watch->least = MIN (watch->least, fill);
  watch->frames += frames;
  if (watch->frames < span)
    return FALSE;
  *watch = (Watch){ G_MAXSIZE, 0 };
  return TRUE;
}

/* What nobody needs is delay and nothing else: clocks drift, and what stood still comes all at once. */
static void
watch_fill (CusaxCrossfeed *feed, gsize frames)
{
  gsize least;

  feed->delay_sum += (double) feed->fill * (double) frames;
  feed->delay_count += frames;
  if (watch (&feed->burst, feed->fill, frames, frames_of (feed, BURST_MS), &least)
      && least > feed->cushion + frames_of (feed, PILE_MS))
    {
      skip (feed, least - feed->cushion);
      watch_anew (feed);
      return;
    }
  if (!watch (&feed->calm, feed->fill, frames, frames_of (feed, CALM_MS), &least))
    return;
  feed->cushion = MAX (feed->cushion - feed->cushion / 20, frames_of (feed, CUSHION_MS));
  if (least > feed->cushion + frames_of (feed, SLACK_MS))
    skip (feed, least - feed->cushion);
}

/* With the newest: what has piled up while nobody read would only be late. */
static void
start_flowing (CusaxCrossfeed *feed, gsize frames)
{
  gsize wanted = MIN (frames + feed->cushion, feed->capacity);

  if (feed->fill < wanted)
    return;
  drop (feed, feed->fill - wanted);
  feed->flows = TRUE;
  watch_anew (feed);
}

static gboolean
read_locked (CusaxCrossfeed *feed, gsize frames, float *sum)
{
  gsize count;

  if (!feed->flows)
    start_flowing (feed, frames);
  if (!feed->flows)
    return FALSE;
  count = MIN (frames, feed->fill);
  for (gsize i = 0; i < count; i++, sum += feed->channels)
    {
      const float *frame = frame_at (feed, i);

      for (guint c = 0; c < feed->channels; c++)
        sum[c] += frame[c];
    }
  drop (feed, count);
  if (count == frames)
    watch_fill (feed, frames);
  else
    {
      feed->flows = FALSE;
      feed->dry_since = g_get_monotonic_time ();
    }
  return count > 0;
}

gboolean
cusax_crossfeed_read (CusaxCrossfeed *feed, const GstCaps *caps, const CusaxPcm *pcm, gsize frames, float *sum)
{
  gboolean added;

  g_mutex_lock (&feed->mutex);
  if (feed->caps == NULL || feed->rate != pcm->rate || feed->channels != pcm->channels)
    set_format (feed, caps, pcm);
  added = read_locked (feed, frames, sum);
  g_mutex_unlock (&feed->mutex);
  return added;
}

void
cusax_crossfeed_get_count (CusaxCrossfeed *feed, CusaxCrossfeedCount *count)
{
  g_mutex_lock (&feed->mutex);
  count->gaps = feed->gaps;
  count->skips = feed->skips;
  count->delay_ms = feed->delay_count > 0
                      ? (guint) (feed->delay_sum / (double) feed->delay_count * 1000 / MAX (feed->rate, 1))
                      : 0;
  g_mutex_unlock (&feed->mutex);
}
