/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three tones: a local conference of real PurpleMedia sessions, each with a far end of its own that is one too.
 * Our microphone is 440 Hz, the far ends are 880, 1320 and 1760; recordings say who hears what, and that nobody
 * hears himself. Joined, parted, held, muted and ended in any order; nothing stays behind.
 */
#include "audio.h"
#include "crossing.h"
#include "error.h"
#include "mediatest.h"
#include "tone.h"

#include <media-gst.h>
#include <purple.h>

#include <string.h>
#include <sys/resource.h>

#define SECONDS 0.25 /* of a recording that is looked at */
#define CALLS_MAX 3
#define TONES 4

/* Whole numbers of periods in SECONDS: tones do not leak into each other. */
static const double tones[TONES] = { 440, 880, 1320, 1760 };
#define OURS 1 /* sets of tones, as bits */
#define ANNA 2
#define BEN 4
#define CARL 8

typedef struct
{
  Crossing *crossing;
  CrossingEnd *ours, *far;
  const char *far_hears; /* names of recordings: of what the far end hears, and of what we hear of it */
  const char *we_hear;
} Call;

typedef struct
{
  Call calls[CALLS_MAX];
  guint count;
} Table;

static CusaxMediaPort *port;

static const CusaxCodec pcma = { 8, (char *) "PCMA", 8000, 1, NULL };
static const CusaxCodec opus = { 111, (char *) "opus", 48000, 2, NULL };
static const CusaxCodec g722 = { 9, (char *) "G722", 8000, 1, NULL };

/* -------------------------------------------------------------------------------- hearing */

typedef struct
{
  const char *recording;
  guint tones;
  double shares[TONES], level;
} Hearing;

static gboolean
hears_exactly (gpointer user_data)
{
  Hearing *hearing = user_data;
  g_autofree char *file = host_audio_get_recording (hearing->recording);
  guint count = (guint) __builtin_popcount (hearing->tones);
  double sum = 0;
  gboolean is_right = TRUE;

  hearing->level = -120;
  for (guint i = 0; i < TONES; i++)
    {
      hearing->shares[i] = file != NULL ? host_tone_share (file, tones[i], SECONDS, &hearing->level) : 0;
      if ((hearing->tones & 1u << i) == 0)
        is_right &= count == 0 || hearing->shares[i] < 0.002;
      else
        {
          is_right &= hearing->shares[i] > 0.6 / count && hearing->shares[i] < 1.5 / count;
          sum += hearing->shares[i];
        }
    }
  if (count == 0)
    return hearing->level < -60;
  return is_right && sum > 0.985 && hearing->level > -30;
}

/* For so long these tones, about equally loud, and nothing else. */
static void
assert_hears (const char *recording, guint set)
{
  Hearing hearing = { recording, set, { 0 }, 0 };
  gboolean passed = mediatest_wait (hears_exactly, &hearing, 8000);
  g_autofree char *found = g_strdup_printf (
    "%s: 440 Hz %.3f, 880 Hz %.3f, 1320 Hz %.3f, 1760 Hz %.3f, %.1f dBFS", recording, hearing.shares[0],
    hearing.shares[1], hearing.shares[2], hearing.shares[3], hearing.level);

  if (!passed)
    g_error ("wanted set %u, %s", set, found);
  g_test_message ("%s", found);
}

/* ------------------------------------------------------------------------------- calling */

static gboolean
is_leg_ready (gpointer end)
{
  return ((CrossingEnd *) end)->leg_ready_count > 0;
}

static gboolean
has_no_media (gpointer unused)
{
  return purple_media_manager_get_media (purple_media_manager_get ()) == NULL;
}

static gboolean
has_failed (gpointer end)
{
  return ((CrossingEnd *) end)->errors > 0;
}

static void
set_codec (CrossingEnd *end, const CusaxCodec *codec)
{
  g_autoptr (GPtrArray) codecs = cusax_codecs_new ();

  g_ptr_array_add (codecs, cusax_codec_copy (codec));
  end->session->vtable->set_remote_codecs (end->session, codecs);
}

static void
accept (CrossingEnd *end)
{
  end->session->vtable->accept (end->session);
}

/* Ours shares its microphone with the other calls, as in Pidgin and Finch; the far ends have their own. */
static void
call_open (Call *call, guint index, const CusaxCodec *codec)
{
  static const char *const who[CALLS_MAX] = { "anna", "ben", "carl" };
  static const char *const me[CALLS_MAX] = { "me, for anna", "me, for ben", "me, for carl" };

  call->crossing = crossing_new (port);
  call->ours = &call->crossing->alice;
  call->far = &call->crossing->bob;
  call->ours->who = call->we_hear = who[index];
  call->far->who = call->far_hears = me[index];
  host_audio_init (purple_user_dir (), TRUE);
  crossing_open (call->crossing, call->ours, tones[0]);
  host_audio_init (purple_user_dir (), FALSE);
  crossing_open (call->crossing, call->far, tones[index + 1]);
  g_assert_true (mediatest_wait (is_leg_ready, call->ours, 3000));
  g_assert_true (mediatest_wait (is_leg_ready, call->far, 3000));
  set_codec (call->ours, codec);
  set_codec (call->far, codec);
}

static void
table_open (Table *table, guint count, const CusaxCodec *const *codecs)
{
  table->count = count;
  for (guint i = 0; i < count; i++)
    call_open (&table->calls[i], i, codecs[i]);
}

static void
table_accept (Table *table)
{
  for (guint i = 0; i < table->count; i++)
    {
      accept (table->calls[i].ours);
      accept (table->calls[i].far);
    }
}

static void
table_clear (Table *table)
{
  for (guint i = 0; i < table->count; i++)
    g_clear_pointer (&table->calls[i].crossing, crossing_free);
  g_assert_true (mediatest_wait (has_no_media, NULL, 2000));
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Table, table_clear)

static void
join (Table *table, guint first, guint second)
{
  CusaxMediaSession *session = table->calls[first].ours->session;
  g_autoptr (GError) error = NULL;

  g_assert_true (session->vtable->join (session, table->calls[second].ours->session, &error));
  g_assert_no_error (error);
}

static void
part (Table *table, guint index)
{
  CusaxMediaSession *session = table->calls[index].ours->session;

  session->vtable->part (session);
}

/* @sets: what each far end hears; we hear each far end in its own call. */
static void
assert_table (Table *table, const guint *sets)
{
  for (guint i = 0; i < table->count; i++)
    {
      assert_hears (table->calls[i].far_hears, sets[i]);
      assert_hears (table->calls[i].we_hear, 2u << i);
    }
}

#define ASSERT_TABLE(table, ...) assert_table (table, (const guint[]){ __VA_ARGS__ })

/* ------------------------------------------------------------------------------ the tests */

static void
confer (const CusaxCodec *first, const CusaxCodec *second)
{
  g_auto (Table) table = { 0 };

  table_open (&table, 2, (const CusaxCodec *[]){ first, second });
  table_accept (&table);
  ASSERT_TABLE (&table, OURS, OURS);
  join (&table, 0, 1);
  ASSERT_TABLE (&table, OURS | BEN, OURS | ANNA);
  join (&table, 1, 0); /* nothing to do */
  ASSERT_TABLE (&table, OURS | BEN, OURS | ANNA);
  part (&table, 0);
  part (&table, 1);
  ASSERT_TABLE (&table, OURS, OURS);
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
test_three_tones_g722_opus (void)
{
  const GPtrArray *have = port->vtable->get_codecs (port, NULL);

  for (guint i = 0; i < have->len; i++)
    if (g_ascii_strcasecmp (((CusaxCodec *) have->pdata[i])->name, "G722") == 0)
      {
        confer (&g722, &opus);
        return;
      }
  g_test_skip ("this GStreamer has no G.722");
}

static void
test_four (void)
{
  g_auto (Table) table = { 0 };

  table_open (&table, 3, (const CusaxCodec *[]){ &pcma, &opus, &pcma });
  table_accept (&table);
  join (&table, 0, 1);
  join (&table, 2, 0);
  ASSERT_TABLE (&table, OURS | BEN | CARL, OURS | ANNA, OURS | ANNA); /* pairs are what is joined */
  join (&table, 1, 2);
  ASSERT_TABLE (&table, OURS | BEN | CARL, OURS | ANNA | CARL, OURS | ANNA | BEN);
  part (&table, 1);
  ASSERT_TABLE (&table, OURS | CARL, OURS, OURS | ANNA);
}

/* Joined before the first packet came. */
static void
test_late_source (void)
{
  g_auto (Table) table = { 0 };

  table_open (&table, 2, (const CusaxCodec *[]){ &pcma, &opus });
  accept (table.calls[0].ours);
  accept (table.calls[1].ours);
  join (&table, 0, 1);
  accept (table.calls[1].far);
  assert_hears (table.calls[1].far_hears, OURS);
  accept (table.calls[0].far);
  ASSERT_TABLE (&table, OURS | BEN, OURS | ANNA);
}

static void
test_not_accepted (void)
{
  g_auto (Table) table = { 0 };
  CusaxMediaSession *session;
  g_autoptr (GError) error = NULL;

  table_open (&table, 2, (const CusaxCodec *[]){ &pcma, &pcma });
  accept (table.calls[0].ours);
  session = table.calls[0].ours->session;
  g_assert_false (session->vtable->join (session, table.calls[1].ours->session, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA);
  session->vtable->part (session);
  table.calls[1].ours->session->vtable->part (table.calls[1].ours->session);
}

static void
set_muted (Table *table, gboolean muted)
{
  for (guint i = 0; i < table->count; i++)
    table->calls[i].ours->session->vtable->set_muted (table->calls[i].ours->session, muted);
}

/* Our voice is cut for all; the others still hear each other. */
static void
test_mute (void)
{
  g_auto (Table) table = { 0 };

  table_open (&table, 2, (const CusaxCodec *[]){ &pcma, &opus });
  table_accept (&table);
  join (&table, 0, 1);
  ASSERT_TABLE (&table, OURS | BEN, OURS | ANNA);
  set_muted (&table, TRUE);
  ASSERT_TABLE (&table, BEN, ANNA);
  part (&table, 0);
  ASSERT_TABLE (&table, 0, 0);
  join (&table, 0, 1);
  ASSERT_TABLE (&table, BEN, ANNA);
  set_muted (&table, FALSE);
  ASSERT_TABLE (&table, OURS | BEN, OURS | ANNA);
}

/* libpurple's silence suppression looks at our voice only. */
static void
test_silence_suppression (void)
{
  g_auto (Table) table = { 0 };
  PurpleAccount *account = mediatest_get_account ();

  purple_account_set_silence_suppression (account, TRUE);
  table_open (&table, 2, (const CusaxCodec *[]){ &pcma, &pcma });
  purple_account_set_silence_suppression (account, FALSE);
  table_accept (&table);
  set_muted (&table, TRUE);
  mediatest_let_pass (1000); /* its meter has a decay */
  join (&table, 0, 1);
  ASSERT_TABLE (&table, BEN, ANNA);
  mediatest_let_pass (1000);
  ASSERT_TABLE (&table, BEN, ANNA);
  set_muted (&table, FALSE);
  ASSERT_TABLE (&table, OURS | BEN, OURS | ANNA);
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
  g_auto (Table) table = { 0 };
  CusaxMediaSession *anna;

  table_open (&table, 3, (const CusaxCodec *[]){ &pcma, &pcma, &opus });
  table_accept (&table);
  join (&table, 0, 1);
  join (&table, 0, 2);
  join (&table, 1, 2);
  ASSERT_TABLE (&table, OURS | BEN | CARL, OURS | ANNA | CARL, OURS | ANNA | BEN);
  anna = table.calls[0].ours->session;
  anna->vtable->set_hold (anna, TRUE);
  g_assert_true (mediatest_wait (is_silent, table.calls[0].ours, 3000));
  assert_hears (table.calls[1].far_hears, OURS | CARL);
  assert_hears (table.calls[2].far_hears, OURS | BEN);
  anna->vtable->set_hold (anna, FALSE);
  ASSERT_TABLE (&table, OURS | BEN | CARL, OURS | ANNA | CARL, OURS | ANNA | BEN);

  /* Held before it was joined. */
  part (&table, 0);
  anna->vtable->set_hold (anna, TRUE);
  join (&table, 0, 1);
  assert_hears (table.calls[1].far_hears, OURS | CARL);
  anna->vtable->set_hold (anna, FALSE);
  assert_hears (table.calls[1].far_hears, OURS | ANNA | CARL);
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
      g_auto (Table) table = { 0 };
      guint a = first == 0 ? 1 : 0, b = first == 2 ? 1 : 2;

      table_open (&table, 3, (const CusaxCodec *[]){ &pcma, &opus, &pcma });
      table_accept (&table);
      join (&table, 0, 1);
      join (&table, 0, 2);
      join (&table, 1, 2);
      ASSERT_TABLE (&table, OURS | BEN | CARL, OURS | ANNA | CARL, OURS | ANNA | BEN);
      crossing_end (table.calls[first].ours);
      assert_hears (table.calls[a].far_hears, left[first][0]);
      assert_hears (table.calls[b].far_hears, left[first][1]);
      assert_hears (table.calls[a].we_hear, 2u << a);
      /* The far end of the second goes away without a word, then its own end. */
      crossing_end (table.calls[a].far);
      assert_hears (table.calls[b].far_hears, OURS);
      crossing_end (table.calls[a].ours);
      assert_hears (table.calls[b].far_hears, OURS);
      assert_hears (table.calls[b].we_hear, 2u << b);
    }
}

/* Faster than packets come, while they come. */
static void
test_quickly (void)
{
  g_auto (Table) table = { 0 };

  table_open (&table, 3, (const CusaxCodec *[]){ &pcma, &opus, &pcma });
  table_accept (&table);
  for (guint i = 0; i < 300; i++)
    {
      join (&table, i % 3, (i + 1) % 3);
      mediatest_let_pass (i % 7);
      if (i % 2 == 0)
        part (&table, i / 2 % 3);
    }
  part (&table, 0);
  part (&table, 1);
  part (&table, 2);
  ASSERT_TABLE (&table, OURS, OURS, OURS);
  join (&table, 1, 2);
  ASSERT_TABLE (&table, OURS, OURS | CARL, OURS | BEN);
}

static void
test_window_hangs_up (void)
{
  g_auto (Table) table = { 0 };
  GList *all;

  table_open (&table, 2, (const CusaxCodec *[]){ &pcma, &pcma });
  table_accept (&table);
  join (&table, 0, 1);
  ASSERT_TABLE (&table, OURS | BEN, OURS | ANNA);
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
  assert_hears (table.calls[1].far_hears, OURS);
  part (&table, 0);
  g_assert_cmpuint (table.calls[1].ours->errors + table.calls[1].ours->hang_ups, ==, 0);
}

/* The loudspeaker of one call breaks while it is joined. */
static void
test_error_of_one (void)
{
  g_auto (Table) table = { 0 };

  table_open (&table, 2, (const CusaxCodec *[]){ &pcma, &pcma });
  accept (table.calls[1].ours);
  accept (table.calls[1].far);
  accept (table.calls[0].ours);
  join (&table, 0, 1);
  assert_hears (table.calls[1].far_hears, OURS);
  host_audio_set_sink_of ("anna", HOST_SINK_FAILING);
  accept (table.calls[0].far);
  g_assert_true (mediatest_wait (has_failed, table.calls[0].ours, 5000));
  host_audio_set_sink_of (NULL, HOST_SINK_WAV);
  crossing_end (table.calls[0].ours);
  assert_hears (table.calls[1].far_hears, OURS);
  assert_hears (table.calls[1].we_hear, BEN);
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

  if (onset->since == 0 && host_tone_share (file, tones[1], 0.03, &level) > 0.4 && level > -30)
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
  g_auto (Table) table = { 0 };
  CusaxMediaSession *anna;
  gint64 worst = 0; /* us */

  table_open (&table, 2, (const CusaxCodec *[]){ &pcma, &pcma });
  table_accept (&table);
  join (&table, 0, 1);
  ASSERT_TABLE (&table, OURS | BEN, OURS | ANNA);
  set_muted (&table, TRUE);
  anna = table.calls[0].far->session;
  for (guint i = 0; i < 5; i++)
    {
      Onset onsets[] = { { table.calls[0].we_hear, 0 }, { table.calls[1].far_hears, 0 } };
      gint64 start;

      anna->vtable->set_muted (anna, TRUE);
      assert_hears (table.calls[0].we_hear, 0);
      assert_hears (table.calls[1].far_hears, 0);
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
  g_auto (Table) table = { 0 };
  Footprint before, joined;
  double cpu;

  table_open (&table, 2, (const CusaxCodec *[]){ &pcma, &opus });
  table_accept (&table);
  ASSERT_TABLE (&table, OURS, OURS);
  take_footprint (&before);
  for (guint i = 0; i < 10; i++)
    {
      join (&table, i % 2, 1 - i % 2);
      ASSERT_TABLE (&table, OURS | BEN, OURS | ANNA);
      take_footprint (&joined);
      g_assert_cmpuint (joined.elements, ==, before.elements);
      part (&table, i % 3 == 0);
      ASSERT_TABLE (&table, OURS, OURS);
    }
  g_test_message ("%u elements, %u threads, %u files", before.elements, before.threads, before.files);
  g_assert_true (mediatest_wait (is_as_before, &before, 3000));

  /* What it costs, beside four calls in one process. */
  cpu = get_cpu_seconds ();
  mediatest_let_pass (3000);
  g_test_message ("apart: %.1f %% of a core", (get_cpu_seconds () - cpu) / 3 * 100);
  join (&table, 0, 1);
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
  g_test_add_func ("/media/mixer/three-tones-g722-opus", test_three_tones_g722_opus);
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
