/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three tones: a local conference of real PurpleMedia sessions, each with a far end of its own that is one too.
 * Our microphone is 440 Hz, the far ends are 880, 1320 and 1760; recordings say who hears what, and that nobody
 * hears himself. Joined, parted, held, muted and ended in any order; nothing stays behind.
 */
#include "audio.h"
#include "conferees.h"
#include "error.h"
#include "mediatest.h"
#include "tone.h"

#include <media-gst.h>
#include <purple.h>

#include <sys/resource.h>

static CusaxMediaPort *port;

static const CusaxCodec pcma = { 8, (char *) "PCMA", 8000, 1, NULL };
static const CusaxCodec opus = { 111, (char *) "opus", 48000, 2, NULL };

/* ------------------------------------------------------------------------------ the tests */

static gboolean
has_failed (gpointer end)
{
  return ((CrossingEnd *) end)->speaker_failures > 0;
}

static void
confer (const CusaxCodec *first, const CusaxCodec *second)
{
  g_auto (Conferees) table = { 0 };

  conferees_open (&table, port, 2, (const CusaxCodec *[]){ first, second });
  conferees_accept (&table);
  ASSERT_CONFEREES (&table, OURS, OURS);
  conferees_join (&table, 0, 1);
  ASSERT_CONFEREES (&table, OURS | BEN, OURS | ANNA);
  conferees_join (&table, 1, 0); /* nothing to do */
  ASSERT_CONFEREES (&table, OURS | BEN, OURS | ANNA);
  conferees_part (&table, 0);
  conferees_part (&table, 1);
  ASSERT_CONFEREES (&table, OURS, OURS);
}

static void
test_three_tones (void)
{
  confer (&pcma, &pcma);
}

static void
test_three_tones_opus_pcma (void)
{
  confer (&opus, &pcma);
}

static void
test_four (void)
{
  g_auto (Conferees) table = { 0 };

  conferees_open (&table, port, 3, (const CusaxCodec *[]){ &pcma, &opus, &pcma });
  conferees_accept (&table);
  conferees_join (&table, 0, 1);
  conferees_join (&table, 2, 0);
  ASSERT_CONFEREES (&table, OURS | BEN | CARL, OURS | ANNA, OURS | ANNA); /* pairs are what is joined */
  conferees_join (&table, 1, 2);
  ASSERT_CONFEREES (&table, OURS | BEN | CARL, OURS | ANNA | CARL, OURS | ANNA | BEN);
  conferees_part (&table, 1);
  ASSERT_CONFEREES (&table, OURS | CARL, OURS, OURS | ANNA);
}

/* Joined before the first packet came. */
static void
test_late_source (void)
{
  g_auto (Conferees) table = { 0 };

  conferees_open (&table, port, 2, (const CusaxCodec *[]){ &pcma, &opus });
  conferees_answer (table.calls[0].ours);
  conferees_answer (table.calls[1].ours);
  conferees_join (&table, 0, 1);
  conferees_answer (table.calls[1].far);
  conferees_assert_hears (table.calls[1].far_hears, OURS);
  conferees_answer (table.calls[0].far);
  ASSERT_CONFEREES (&table, OURS | BEN, OURS | ANNA);
}

static void
test_not_accepted (void)
{
  g_auto (Conferees) table = { 0 };
  CusaxMediaSession *session;
  g_autoptr (GError) error = NULL;

  conferees_open (&table, port, 2, (const CusaxCodec *[]){ &pcma, &pcma });
  conferees_answer (table.calls[0].ours);
  session = table.calls[0].ours->session;
  g_assert_false (session->vtable->join (session, table.calls[1].ours->session, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA);
  session->vtable->part (session);
  table.calls[1].ours->session->vtable->part (table.calls[1].ours->session);
}

static void
set_muted (Conferees *table, gboolean muted)
{
  for (guint i = 0; i < table->count; i++)
    table->calls[i].ours->session->vtable->set_muted (table->calls[i].ours->session, muted);
}

/* Our voice is cut for all; the others still hear each other. */
static void
test_mute (void)
{
  g_auto (Conferees) table = { 0 };

  conferees_open (&table, port, 2, (const CusaxCodec *[]){ &pcma, &opus });
  conferees_accept (&table);
  conferees_join (&table, 0, 1);
  ASSERT_CONFEREES (&table, OURS | BEN, OURS | ANNA);
  set_muted (&table, TRUE);
  ASSERT_CONFEREES (&table, BEN, ANNA);
  conferees_part (&table, 0);
  ASSERT_CONFEREES (&table, 0, 0);
  conferees_join (&table, 0, 1);
  ASSERT_CONFEREES (&table, BEN, ANNA);
  set_muted (&table, FALSE);
  ASSERT_CONFEREES (&table, OURS | BEN, OURS | ANNA);
}

/* libpurple's silence suppression looks at our voice only. */
static void
test_silence_suppression (void)
{
  g_auto (Conferees) table = { 0 };
  PurpleAccount *account = mediatest_get_account ();

  purple_account_set_silence_suppression (account, TRUE);
  conferees_open (&table, port, 2, (const CusaxCodec *[]){ &pcma, &pcma });
  purple_account_set_silence_suppression (account, FALSE);
  conferees_accept (&table);
  set_muted (&table, TRUE);
  mediatest_let_pass (1000); /* its meter has a decay */
  conferees_join (&table, 0, 1);
  ASSERT_CONFEREES (&table, BEN, ANNA);
  mediatest_let_pass (1000);
  ASSERT_CONFEREES (&table, BEN, ANNA);
  set_muted (&table, FALSE);
  ASSERT_CONFEREES (&table, OURS | BEN, OURS | ANNA);
}

static gboolean
is_silent (gpointer end)
{
  static guint packets;
  static gint64 since;
  guint now = ((CrossingEnd *) end)->packets;

  if (now != packets || since == 0)
    {
      packets = now;
      since = g_get_monotonic_time ();
    }
  return g_get_monotonic_time () - since > 300 * 1000;
}

/* Who is held gets nothing and is not heard; the others go on, and all is as before afterwards. */
static void
test_hold (void)
{
  g_auto (Conferees) table = { 0 };
  CusaxMediaSession *anna;

  conferees_open (&table, port, 3, (const CusaxCodec *[]){ &pcma, &pcma, &opus });
  conferees_accept (&table);
  conferees_join (&table, 0, 1);
  conferees_join (&table, 0, 2);
  conferees_join (&table, 1, 2);
  ASSERT_CONFEREES (&table, OURS | BEN | CARL, OURS | ANNA | CARL, OURS | ANNA | BEN);
  anna = table.calls[0].ours->session;
  anna->vtable->set_hold (anna, TRUE);
  g_assert_true (mediatest_wait (is_silent, table.calls[0].ours, 3000));
  conferees_assert_hears (table.calls[1].far_hears, OURS | CARL);
  conferees_assert_hears (table.calls[2].far_hears, OURS | BEN);
  anna->vtable->set_hold (anna, FALSE);
  ASSERT_CONFEREES (&table, OURS | BEN | CARL, OURS | ANNA | CARL, OURS | ANNA | BEN);

  /* Held before it was joined. */
  conferees_part (&table, 0);
  anna->vtable->set_hold (anna, TRUE);
  conferees_join (&table, 0, 1);
  conferees_assert_hears (table.calls[1].far_hears, OURS | CARL);
  anna->vtable->set_hold (anna, FALSE);
  conferees_assert_hears (table.calls[1].far_hears, OURS | ANNA | CARL);
}

/* Each of the three ends first; the two others go on. Ended by us, by the window, by the failing of its
 * loudspeaker. */
static void
test_end_in_any_order (void)
{
  static const guint left[3][2]
    = { { OURS | CARL, OURS | BEN }, { OURS | CARL, OURS | ANNA }, { OURS | BEN, OURS | ANNA } };

  for (guint first = 0; first < 3; first++)
    {
      g_auto (Conferees) table = { 0 };
      guint a = first == 0 ? 1 : 0, b = first == 2 ? 1 : 2;

      conferees_open (&table, port, 3, (const CusaxCodec *[]){ &pcma, &opus, &pcma });
      conferees_accept (&table);
      conferees_join (&table, 0, 1);
      conferees_join (&table, 0, 2);
      conferees_join (&table, 1, 2);
      ASSERT_CONFEREES (&table, OURS | BEN | CARL, OURS | ANNA | CARL, OURS | ANNA | BEN);
      crossing_end (table.calls[first].ours);
      conferees_assert_hears (table.calls[a].far_hears, left[first][0]);
      conferees_assert_hears (table.calls[b].far_hears, left[first][1]);
      conferees_assert_hears (table.calls[a].we_hear, 2u << a);
      /* The far end of the second goes away without a word, then its own end. */
      crossing_end (table.calls[a].far);
      conferees_assert_hears (table.calls[b].far_hears, OURS);
      crossing_end (table.calls[a].ours);
      conferees_assert_hears (table.calls[b].far_hears, OURS);
      conferees_assert_hears (table.calls[b].we_hear, 2u << b);
    }
}

/* Faster than packets come, while they come. */
static void
test_quickly (void)
{
  g_auto (Conferees) table = { 0 };

  conferees_open (&table, port, 3, (const CusaxCodec *[]){ &pcma, &opus, &pcma });
  conferees_accept (&table);
  for (guint i = 0; i < 300; i++)
    {
      conferees_join (&table, i % 3, (i + 1) % 3);
      mediatest_let_pass (i % 7);
      if (i % 2 == 0)
        conferees_part (&table, i / 2 % 3);
    }
  conferees_part (&table, 0);
  conferees_part (&table, 1);
  conferees_part (&table, 2);
  ASSERT_CONFEREES (&table, OURS, OURS, OURS);
  conferees_join (&table, 1, 2);
  ASSERT_CONFEREES (&table, OURS, OURS | CARL, OURS | BEN);
}

static void
test_window_hangs_up (void)
{
  g_auto (Conferees) table = { 0 };
  GList *all;

  conferees_open (&table, port, 2, (const CusaxCodec *[]){ &pcma, &pcma });
  conferees_accept (&table);
  conferees_join (&table, 0, 1);
  ASSERT_CONFEREES (&table, OURS | BEN, OURS | ANNA);
  all = purple_media_manager_get_media (purple_media_manager_get ());
  for (GList *m = all; m != NULL; m = m->next)
    {
      GList *candidates = purple_media_get_local_candidates (m->data, "audio", "anna");

      if (candidates != NULL)
        {
          purple_media_candidate_list_free (candidates);
          purple_media_stream_info (m->data, PURPLE_MEDIA_INFO_HANGUP, NULL, NULL, TRUE);
          break;
        }
    }
  conferees_assert_hears (table.calls[1].far_hears, OURS);
  conferees_part (&table, 0);
  g_assert_cmpuint (table.calls[1].ours->errors + table.calls[1].ours->hang_ups, ==, 0);
}

/* The loudspeaker of one call breaks while it is joined. */
static void
test_error_of_one (void)
{
  g_auto (Conferees) table = { 0 };

  conferees_open (&table, port, 2, (const CusaxCodec *[]){ &pcma, &pcma });
  conferees_answer (table.calls[1].ours);
  conferees_answer (table.calls[1].far);
  conferees_answer (table.calls[0].ours);
  conferees_join (&table, 0, 1);
  conferees_assert_hears (table.calls[1].far_hears, OURS);
  host_audio_set_sink_of ("anna", HOST_SINK_FAILING);
  conferees_answer (table.calls[0].far);
  g_assert_true (mediatest_wait (has_failed, table.calls[0].ours, 5000));
  host_audio_set_sink_of (NULL, HOST_SINK_WAV);
  crossing_end (table.calls[0].ours);
  conferees_assert_hears (table.calls[1].far_hears, OURS);
  conferees_assert_hears (table.calls[1].we_hear, BEN);
  g_assert_cmpuint (table.calls[1].ours->errors + table.calls[1].ours->hang_ups, ==, 0);
}

/* ------------------------------------------------------------------------- what it costs */

typedef struct
{
  const char *recording;
  gint64 since; /* when the tone was there; 0: it is not yet */
} Onset;

/* In the last 30 ms. */
static void
look (Onset *onset)
{
  g_autofree char *file = host_audio_get_recording (onset->recording);
  double level;

  if (onset->since == 0 && host_tone_share (file, conferees_tones[1], 0.03, &level) > 0.4 && level > -30)
    onset->since = g_get_monotonic_time ();
}

static gboolean
have_begun (gpointer user_data)
{
  Onset *onsets = user_data;

  look (&onsets[0]);
  look (&onsets[1]);
  return onsets[0].since != 0 && onsets[1].since != 0;
}

/* From a far end's first word to our ear, and to the other far end's, which is two calls and the mix.
 * Loudspeakers here wait as long as the pipeline's latency was when they came, so that the second need not be
 * the later one. */
static void
test_delay (void)
{
  g_auto (Conferees) table = { 0 };
  CusaxMediaSession *anna;
  gint64 worst = 0; /* us */

  conferees_open (&table, port, 2, (const CusaxCodec *[]){ &pcma, &pcma });
  conferees_accept (&table);
  conferees_join (&table, 0, 1);
  ASSERT_CONFEREES (&table, OURS | BEN, OURS | ANNA);
  set_muted (&table, TRUE);
  anna = table.calls[0].far->session;
  for (guint i = 0; i < 5; i++)
    {
      Onset onsets[] = { { table.calls[0].we_hear, 0 }, { table.calls[1].far_hears, 0 } };
      gint64 start;

      anna->vtable->set_muted (anna, TRUE);
      conferees_assert_hears (table.calls[0].we_hear, 0);
      conferees_assert_hears (table.calls[1].far_hears, 0);
      start = g_get_monotonic_time ();
      anna->vtable->set_muted (anna, FALSE);
      g_assert_true (mediatest_wait (have_begun, onsets, 3000));
      g_test_message ("we hear it after %" G_GINT64_FORMAT " ms, the other after %" G_GINT64_FORMAT " ms",
                      (onsets[0].since - start) / 1000, (onsets[1].since - start) / 1000);
      worst = MAX (worst, onsets[1].since - start);
    }
  g_assert_cmpint (worst, <, 600 * 1000); /* 200 ms, and the machine may have other things to do */
}

/* ----------------------------------------------------------------------- what stays behind */

typedef struct
{
  guint elements, threads, files;
} Footprint;

static guint
count_entries (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static void
count_element (const GValue *value, gpointer count)
{
  (*(guint *) count)++;
}

static void
take_footprint (Footprint *footprint)
{
  GstElement *pipeline = purple_media_manager_get_pipeline (purple_media_manager_get ());
  GstIterator *all = gst_bin_iterate_recurse (GST_BIN (pipeline));

  footprint->elements = 0;
  gst_iterator_foreach (all, count_element, &footprint->elements);
  gst_iterator_free (all);
  footprint->threads = count_entries ("/proc/self/task");
  footprint->files = count_entries ("/proc/self/fd");
}

static gboolean
is_as_before (gpointer user_data)
{
  const Footprint *before = user_data;
  Footprint now;

  take_footprint (&now);
  return now.elements <= before->elements && now.threads <= before->threads && now.files <= before->files;
}

static double
get_cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Ten times in the same calls: not one element more while joined, nor anything else after. */
static void
test_nothing_stays (void)
{
  g_auto (Conferees) table = { 0 };
  Footprint before, joined;
  double cpu;

  conferees_open (&table, port, 2, (const CusaxCodec *[]){ &pcma, &opus });
  conferees_accept (&table);
  ASSERT_CONFEREES (&table, OURS, OURS);
  take_footprint (&before);
  for (guint i = 0; i < 10; i++)
    {
      conferees_join (&table, i % 2, 1 - i % 2);
      ASSERT_CONFEREES (&table, OURS | BEN, OURS | ANNA);
      take_footprint (&joined);
      g_assert_cmpuint (joined.elements, ==, before.elements);
      conferees_part (&table, i % 3 == 0);
      ASSERT_CONFEREES (&table, OURS, OURS);
    }
  g_test_message ("%u elements, %u threads, %u files", before.elements, before.threads, before.files);
  g_assert_true (mediatest_wait (is_as_before, &before, 3000));

  /* What it costs, beside four calls in one process. */
  cpu = get_cpu_seconds ();
  mediatest_let_pass (3000);
  g_test_message ("apart: %.1f %% of a core", (get_cpu_seconds () - cpu) / 3 * 100);
  conferees_join (&table, 0, 1);
  cpu = get_cpu_seconds ();
  mediatest_let_pass (3000);
  g_test_message ("joined: %.1f %% of a core", (get_cpu_seconds () - cpu) / 3 * 100);
}

static void
test_no_criticals (void)
{
  g_assert_cmpuint (mediatest_count_criticals (), ==, 0);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  port = mediatest_init ("cusax-test");
  host_audio_set_volume (0.25); /* three of them are still below full scale */
  g_test_add_func ("/media/mixer/three-tones", test_three_tones);
  g_test_add_func ("/media/mixer/three-tones-opus-pcma", test_three_tones_opus_pcma);
  g_test_add_func ("/media/mixer/four", test_four);
  g_test_add_func ("/media/mixer/late-source", test_late_source);
  g_test_add_func ("/media/mixer/not-accepted", test_not_accepted);
  g_test_add_func ("/media/mixer/mute", test_mute);
  g_test_add_func ("/media/mixer/silence-suppression", test_silence_suppression);
  g_test_add_func ("/media/mixer/hold", test_hold);
  g_test_add_func ("/media/mixer/end-in-any-order", test_end_in_any_order);
  g_test_add_func ("/media/mixer/quickly", test_quickly);
  g_test_add_func ("/media/mixer/window-hangs-up", test_window_hangs_up);
  g_test_add_func ("/media/mixer/error-of-one", test_error_of_one);
  g_test_add_func ("/media/mixer/delay", test_delay);
  g_test_add_func ("/media/mixer/nothing-stays", test_nothing_stays);
  g_test_add_func ("/media/mixer/no-criticals", test_no_criticals);
  result = g_test_run ();
  mediatest_quit (result == 0);
  return result;
}
