/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * R36: the sound of one call on its way into another, without calls: two sides with steps, rates and formats of
 * their own, driven by hand. Tones show that all arrives in one piece; counts show what it cost.
 */
#include "crossfeed.h"

#include <math.h>
#include <string.h>

#define HERTZ 880

/* Writes or reads so many frames at a time, in its own format. */
typedef struct
{
  const char *format;
  int rate, channels;
  guint step_ms;
} Side;

typedef struct
{
  CusaxCrossfeed *feed;
  const Side *writer, *reader;
  GstCaps *writer_caps, *reader_caps;
  CusaxPcm pcm;
  guint64 written; /* frames */
  GArray *heard;   /* float, first channel */
  guint quiet;     /* reads that gave nothing */
} Rig;

static GstCaps *
make_caps (const Side *side)
{
  g_autofree char *format = g_strconcat (side->format,
                                         strcmp (side->format, "S8") == 0  ? ""
                                         : G_BYTE_ORDER == G_LITTLE_ENDIAN ? "LE"
                                                                           : "BE",
                                         NULL);
  GstCaps *caps = gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING, format, "rate", G_TYPE_INT,
                                       side->rate, "channels", G_TYPE_INT, side->channels, "layout",
                                       G_TYPE_STRING, "interleaved", NULL);

  if (side->channels > 1)
    gst_caps_set_simple (caps, "channel-mask", GST_TYPE_BITMASK, (guint64) 3, NULL);
  return caps;
}

static Rig *
rig_new (const Side *writer, const Side *reader)
{
  Rig *rig = g_new0 (Rig, 1);

  rig->feed = cusax_crossfeed_new ();
  rig->writer = writer;
  rig->reader = reader;
  rig->writer_caps = make_caps (writer);
  rig->reader_caps = make_caps (reader);
  g_assert_true (cusax_pcm_from_caps (&rig->pcm, rig->reader_caps));
  rig->heard = g_array_new (FALSE, FALSE, sizeof (float));
  return rig;
}

static void
rig_free (Rig *rig)
{
  cusax_crossfeed_unref (rig->feed);
  gst_caps_unref (rig->writer_caps);
  gst_caps_unref (rig->reader_caps);
  g_array_unref (rig->heard);
  g_free (rig);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rig, rig_free)

/* A sine of half the full scale, by the product's own arithmetic: it is added to silence. */
static void
write_ms (Rig *rig, guint ms)
{
  CusaxPcm pcm;
  gsize frames = (gsize) rig->writer->rate * ms / 1000;
  g_autofree float *sound = g_new (float, frames *(gsize) rig->writer->channels);
  g_autoptr (GstBuffer) buffer = NULL;
  GstMapInfo map;

  g_assert_true (cusax_pcm_from_caps (&pcm, rig->writer_caps));
  for (gsize i = 0; i < frames; i++)
    for (int c = 0; c < rig->writer->channels; c++)
      sound[i * (gsize) rig->writer->channels + (gsize) c]
        = (float) (0.5 * sin (2 * G_PI * HERTZ * (double) (rig->written + i) / rig->writer->rate));
  rig->written += frames;
  buffer = gst_buffer_new_allocate (NULL, frames * pcm.frame_size, NULL);
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  memset (map.data, 0, map.size);
  cusax_pcm_add (&pcm, map.data, frames, sound);
  gst_buffer_unmap (buffer, &map);
  cusax_crossfeed_write (rig->feed, rig->writer_caps, buffer);
}

static void
read_ms (Rig *rig, guint ms)
{
  gsize frames = (gsize) rig->reader->rate * ms / 1000;
  g_autofree float *sum = g_new0 (float, frames * rig->pcm.channels);

  if (!cusax_crossfeed_read (rig->feed, rig->reader_caps, &rig->pcm, frames, sum))
    rig->quiet++;
  for (gsize i = 0; i < frames; i++)
    g_array_append_val (rig->heard, sum[i * rig->pcm.channels]);
}

/* Both sides for @ms, each in steps of its own. */
static void
run_ms (Rig *rig, guint ms)
{
  for (guint now = 0; now < ms; now++)
    {
      if (now % rig->writer->step_ms == 0)
        write_ms (rig, rig->writer->step_ms);
      if (now % rig->reader->step_ms == 0)
        read_ms (rig, rig->reader->step_ms);
    }
}

/* Goertzel, over the last @ms. */
static double
get_share (Rig *rig, double hertz, guint ms, double *level)
{
  gsize count = (gsize) rig->reader->rate * ms / 1000;
  const float *samples = (const float *) (gpointer) rig->heard->data + (rig->heard->len - count);
  double coefficient = 2 * cos (2 * G_PI * hertz / rig->reader->rate), before = 0, last = 0, power = 0;

  for (gsize i = 0; i < count; i++)
    {
      double now = samples[i] + coefficient * last - before;

      power += (double) samples[i] * samples[i] / (double) count;
      before = last;
      last = now;
    }
  *level = power > 0 ? 10 * log10 (power) : -120;
  return power > 0 ? 2 * (last * last + before * before - coefficient * last * before)
                       / ((double) count * (double) count) / power
                   : 0;
}

static void
assert_tone (Rig *rig, guint ms)
{
  double level, share = get_share (rig, HERTZ, ms, &level);

  g_test_message ("share %.4f, %.1f dBFS", share, level);
  g_assert_cmpfloat (share, >, 0.99);
  g_assert_cmpfloat (level, >, -10.5); /* half the full scale is -9 */
  g_assert_cmpfloat (level, <, -8);
}

/* ------------------------------------------------------------------------------- formats */

static void
test_formats (void)
{
  static const Side sides[] = {
    { "S16", 8000, 1, 20 },  /* PCMA */
    { "S16", 16000, 1, 20 }, /* G.722 */
    { "S16", 48000, 2, 20 }, /* opus */
    { "F32", 48000, 1, 10 }, { "S16", 44100, 2, 10 }, { "S32", 48000, 2, 10 },
    { "S24", 32000, 1, 10 }, { "F64", 16000, 2, 10 }, { "S8", 8000, 1, 10 },
  };

  for (guint w = 0; w < G_N_ELEMENTS (sides); w++)
    for (guint r = 0; r < G_N_ELEMENTS (sides); r++)
      {
        g_autoptr (Rig) rig = rig_new (&sides[w], &sides[r]);
        CusaxCrossfeedCount count;

        g_test_message ("%s at %d to %s at %d", sides[w].format, sides[w].rate, sides[r].format, sides[r].rate);
        run_ms (rig, 800);
        assert_tone (rig, 500);
        cusax_crossfeed_get_count (rig->feed, &count);
        g_assert_cmpuint (count.gaps + count.skips, ==, 0);
        g_assert_cmpuint (count.delay_ms, <=, 40);
      }
}

/* What is louder than full scale is cut, not folded over. */
static void
test_full_scale (void)
{
  static const Side sides[] = { { "S8", 8000, 1, 1 },  { "S16", 8000, 1, 1 }, { "S24", 8000, 1, 1 },
                                { "S32", 8000, 1, 1 }, { "F32", 8000, 1, 1 }, { "F64", 8000, 1, 1 } };
  static const struct
  {
    float step;
    gboolean is_negative;           /* the sum by then */
  } steps[] = { { 0.75f, FALSE },   /* 0.75 */
                { 0.75f, FALSE },   /* 1.5: 1 */
                { -0.75f, FALSE },  /* 0.25 */
                { -0.75f, TRUE },   /* -0.5 */
                { -0.75f, TRUE },   /* -1.25: -1 */
                { 0.75f, TRUE },    /* -0.25 */
                { 0.75f, FALSE } }; /* 0.5 */

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      g_autoptr (GstCaps) caps = make_caps (&sides[i]);
      guint8 data[8] = { 0 };
      CusaxPcm pcm;

      g_assert_true (cusax_pcm_from_caps (&pcm, caps));
      for (guint s = 0; s < G_N_ELEMENTS (steps); s++)
        {
          cusax_pcm_add (&pcm, data, 1, &steps[s].step);
          g_test_message ("%s, step %u", sides[i].format, s);
          g_assert_cmpint ((gint8) data[G_BYTE_ORDER == G_LITTLE_ENDIAN ? pcm.frame_size - 1 : 0] < 0, ==,
                           steps[s].is_negative);
        }
    }
}

static void
test_caps (void)
{
  static const struct
  {
    const char *caps;
    gboolean is_pcm;
  } table[] = {
    { "audio/x-raw,format=S8,rate=8000,channels=1", TRUE },
    { "audio/x-raw,format=S8,rate=8000,channels=1,layout=interleaved", TRUE },
    { "audio/x-raw,format=S8,rate=8000,channels=1,layout=non-interleaved", FALSE },
    { "audio/x-raw,format=S8,rate=0,channels=1", FALSE },
    { "audio/x-raw,format=S8,rate=8000,channels=0", FALSE },
    { "audio/x-raw,format=S8,rate=8000,channels=9", FALSE },
    { "audio/x-raw,format=S8,rate=8000", FALSE },
    { "audio/x-raw,format=S8,rate=[1,8000],channels=1", FALSE },
    { "audio/x-raw,format=U16LE,rate=8000,channels=1", FALSE },
    { "audio/x-raw,rate=8000,channels=1", FALSE },
    { "audio/x-opus,rate=8000,channels=1", FALSE },
    { "ANY", FALSE },
    { "EMPTY", FALSE },
  };
  CusaxPcm pcm;

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GstCaps) caps = gst_caps_from_string (table[i].caps);

      g_test_message ("%s", table[i].caps);
      g_assert_cmpint (cusax_pcm_from_caps (&pcm, caps), ==, table[i].is_pcm);
    }
  g_assert_false (cusax_pcm_from_caps (&pcm, NULL));
}

/* --------------------------------------------------------------------------------- times */

static const Side pcma = { "S16", 8000, 1, 20 }, microphone = { "S16", 48000, 2, 10 };

/* Nobody talks yet, and nobody listens yet. */
static void
test_one_side_only (void)
{
  g_autoptr (Rig) rig = rig_new (&pcma, &microphone);
  CusaxCrossfeedCount count;

  for (guint i = 0; i < 100; i++)
    write_ms (rig, 20);
  for (guint i = 0; i < 10; i++)
    read_ms (rig, 10);
  g_assert_cmpuint (rig->quiet, ==, 10);
  run_ms (rig, 500);
  assert_tone (rig, 400);

  /* They go on alone, for longer than anybody would keep; then it is not late. */
  for (guint i = 0; i < 200; i++)
    write_ms (rig, 20);
  run_ms (rig, 3000);
  assert_tone (rig, 400);
  cusax_crossfeed_get_count (rig->feed, &count);
  g_assert_cmpuint (count.skips, ==, 1);
}

/* The end of sound is silence, not an error, and later sound is as quick as before. */
static void
test_pause (void)
{
  g_autoptr (Rig) rig = rig_new (&pcma, &microphone);
  CusaxCrossfeedCount count;
  double level;

  run_ms (rig, 500);
  for (guint i = 0; i < 100; i++)
    read_ms (rig, 10);
  (void) get_share (rig, HERTZ, 500, &level);
  g_assert_cmpfloat (level, <, -100);
  g_usleep (200 * 1000); /* the clock that tells a pause from a gap is the real one */
  run_ms (rig, 500);
  assert_tone (rig, 400);
  cusax_crossfeed_get_count (rig->feed, &count);
  g_assert_cmpuint (count.gaps + count.skips, ==, 0);
}

/* Packets that come four at a time: once dry, then there is as much in stock as it takes. */
static void
test_bursts (void)
{
  static const Side bursts = { "S16", 8000, 1, 80 };
  g_autoptr (Rig) rig = rig_new (&bursts, &microphone);
  CusaxCrossfeedCount before, after;

  run_ms (rig, 4000);
  cusax_crossfeed_get_count (rig->feed, &before);
  g_test_message ("%u gaps, delay %u ms", before.gaps, before.delay_ms);
  g_assert_cmpuint (before.gaps, <=, 8);
  run_ms (rig, 6000);
  cusax_crossfeed_get_count (rig->feed, &after);
  g_assert_cmpuint (after.gaps, ==, before.gaps);
  assert_tone (rig, 5000);
}

/* What stood still and comes all at once is not heard late for long. */
static void
test_pile (void)
{
  g_autoptr (Rig) rig = rig_new (&pcma, &microphone);
  CusaxCrossfeedCount count;

  run_ms (rig, 1000);
  write_ms (rig, 200);
  run_ms (rig, 2000);
  assert_tone (rig, 1500);
  cusax_crossfeed_get_count (rig->feed, &count);
  g_test_message ("delay %u ms", count.delay_ms);
  g_assert_cmpuint (count.gaps, ==, 0);
  g_assert_cmpuint (count.skips, ==, 1);
  g_assert_cmpuint (count.delay_ms, <, 50);
}

/* Clocks that differ by 0.1 %: ten times what sound cards do. */
static void
run_with_drift (guint extra)
{
  g_autoptr (Rig) rig = rig_new (&pcma, &microphone);
  CusaxCrossfeedCount count;

  for (guint second = 0; second < 60; second++)
    {
      run_ms (rig, 1000);
      if (extra == 0)
        read_ms (rig, 1);
      else
        write_ms (rig, extra);
    }
  cusax_crossfeed_get_count (rig->feed, &count);
  g_test_message ("%u gaps, %u skips, delay %u ms", count.gaps, count.skips, count.delay_ms);
  g_assert_cmpuint (count.gaps + count.skips, <=, 6);
  g_assert_cmpuint (count.gaps + count.skips, >=, 1);
  g_assert_cmpuint (count.delay_ms, <=, 50);
}

static void
test_drift (void)
{
  run_with_drift (0);
  run_with_drift (1);
}

/* The microphone was changed for another one. */
static void
test_reader_changes (void)
{
  static const Side other = { "F32", 16000, 1, 20 };
  g_autoptr (Rig) rig = rig_new (&pcma, &microphone);
  g_autoptr (Rig) second = rig_new (&pcma, &other);

  run_ms (rig, 500);
  cusax_crossfeed_unref (second->feed);
  second->feed = cusax_crossfeed_ref (rig->feed);
  run_ms (second, 500);
  assert_tone (second, 400);
}

/* ------------------------------------------------------------------------------- threads */

typedef struct
{
  Rig *rig;
  gint stop;
} Pump;

static gpointer
pump_reader (gpointer data)
{
  Pump *pump = data;

  while (!g_atomic_int_get (&pump->stop))
    {
      read_ms (pump->rig, 10);
      g_array_set_size (pump->rig->heard, 0);
    }
  return NULL;
}

/* Both at once, as fast as they can, and one gives it up while the other still reads (for the sanitizers). */
static void
test_threads (void)
{
  g_autoptr (Rig) rig = rig_new (&pcma, &microphone);
  Pump pump = { rig, 0 };
  GThread *reader = g_thread_new ("reader", pump_reader, &pump);

  for (guint i = 0; i < 2000; i++)
    write_ms (rig, 20);
  g_atomic_int_set (&pump.stop, 1);
  g_thread_join (reader);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/crossfeed/caps", test_caps);
  g_test_add_func ("/media/crossfeed/formats", test_formats);
  g_test_add_func ("/media/crossfeed/full-scale", test_full_scale);
  g_test_add_func ("/media/crossfeed/one-side-only", test_one_side_only);
  g_test_add_func ("/media/crossfeed/pause", test_pause);
  g_test_add_func ("/media/crossfeed/bursts", test_bursts);
  g_test_add_func ("/media/crossfeed/pile", test_pile);
  g_test_add_func ("/media/crossfeed/drift", test_drift);
  g_test_add_func ("/media/crossfeed/reader-changes", test_reader_changes);
  g_test_add_func ("/media/crossfeed/threads", test_threads);
  return g_test_run ();
}
