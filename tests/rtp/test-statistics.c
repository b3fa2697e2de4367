/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loss, jitter, and what the other side reports: src/rtp/statistics.h. P14, P15. Time is a number here. */
#include "packet.h"
#include "rig.h"
#include "statistics.h"

#include <math.h>
#include <string.h>

#define US G_USEC_PER_SEC
#define MS G_GINT64_CONSTANT (1000)
#define OURS 0x1111
#define THEIRS 0x2222
#define NOON (G_GINT64_CONSTANT (1000) * 86400 * US)

static void
put32 (guint8 *data, guint32 value)
{
  value = g_htonl (value);
  memcpy (data, &value, 4);
}

static void
note_in (CusaxStatistics *s, guint32 ssrc, guint8 payload_type, guint16 sequence, guint32 timestamp, gint64 now)
{
  guint8 data[RIG_PACKET_SIZE];

  rig_write_rtp (data, ssrc, sequence, 0);
  data[1] = payload_type;
  put32 (data + 4, timestamp);
  cusax_statistics_note_rtp_in (s, data, now);
}

static void
note_out (CusaxStatistics *s, guint32 ssrc, guint16 sequence, gint64 now)
{
  guint8 data[RIG_PACKET_SIZE];

  rig_write_rtp (data, ssrc, sequence, 0);
  cusax_statistics_note_rtp_out (s, data, now);
}

static CusaxStatistics *
statistics_new_usual (void)
{
  CusaxStatistics *s = cusax_statistics_new ();
  g_autoptr (GPtrArray) codecs = cusax_codecs_new ();

  g_ptr_array_add (codecs, cusax_codec_new (8, "PCMA", 8000, 1, NULL));
  g_ptr_array_add (codecs, cusax_codec_new (111, "opus", 48000, 2, NULL));
  g_ptr_array_add (codecs, cusax_codec_new (101, "telephone-event", 8000, 1, NULL));
  cusax_statistics_set_codecs (s, codecs);
  return s;
}

static CusaxTransportStats
get (const CusaxStatistics *s)
{
  CusaxTransportStats stats = { 0 };

  cusax_statistics_get (s, &stats);
  return stats;
}

/* -------------------------------------------------------------------- loss */

/* "5-9 11 10x2": numbers in the order in which they come; "x2": twice. */
static void
play (CusaxStatistics *s, guint32 ssrc, const char *numbers)
{
  g_auto (GStrv) parts = g_strsplit (numbers, " ", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *end;
      guint first = g_ascii_strtoull (parts[i], &end, 10);
      guint last = *end == '-' ? g_ascii_strtoull (end + 1, &end, 10) : first;
      guint times = *end == 'x' ? g_ascii_strtoull (end + 1, NULL, 10) : 1;

      for (guint number = first; number <= last; number++)
        for (guint n = 0; n < times; n++)
          note_in (s, ssrc, 8, (guint16) number, 0, NOON);
    }
}

static void
test_loss (void)
{
  static const struct
  {
    const char *name, *numbers;
    guint64 lost;
  } cases[] = {
    { "none", "100-200", 0 },
    { "one", "100-149 151-200", 1 },
    { "every other", "1 3 5 7 9", 4 },
    { "out of order is not lost", "1 3 2 5 4", 0 },
    { "late, but there", "1-50 52-99 51", 0 },
    { "doubled ones hide nothing that is not there", "1-10x2", 0 },
    { "first ones that overtook", "10 8 9 11", 0 },
    { "wraps", "65530-65545", 0 },
    { "wraps with a loss", "65530-65534 65537-65545", 2 },
    { "wraps twice", "0-200000", 0 },
    { "loss across many wraps", "0-70000 70010-200000", 9 },
    { "one stray number", "100-110 40000 111-120", 0 },
    { "begins anew", "100-110 40000-40010", 0 },
    { "begins anew after a loss", "100-104 106-110 40000-40003 40005", 2 },
    { "begins anew at 0", "30000-30010 65535 65536-65540", 0 },
    { "a gap that is still one", "100 3099", 2998 },
    { "a gap that is none", "100 3100 3101", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxStatistics) s = statistics_new_usual ();

      play (s, THEIRS, cases[i].numbers);
      g_test_message ("%s", cases[i].name);
      g_assert_cmpint (get (s).packets_lost, ==, cases[i].lost);
    }
}

/* Two speak in turn; a third, a hundredth makes room, and what was lost stays lost. */
static void
test_sources (void)
{
  g_autoptr (CusaxStatistics) s = statistics_new_usual ();

  for (guint i = 0; i < 10; i++)
    {
      note_in (s, 1, 8, 2 * i, 0, NOON);
      note_in (s, 2, 8, 30000 + i, 0, NOON);
    }
  g_assert_cmpint (get (s).packets_lost, ==, 9);
  g_assert_true (cusax_statistics_knows_them (s, 1));
  g_assert_false (cusax_statistics_knows_them (s, 3));
  for (guint32 ssrc = 3; ssrc < 1003; ssrc++)
    play (s, ssrc, "7 9");
  g_assert_cmpint (get (s).packets_lost, ==, 1009);
  g_assert_false (cusax_statistics_knows_them (s, 1));
}

/* ------------------------------------------------------------------ jitter */

static void
test_jitter (void)
{
  static const struct
  {
    const char *name;
    guint8 payload_type;
    guint step;          /* of the timestamp in 20 ms */
    guint late_ms;       /* every other packet */
    double low, high;
  } cases[] = {
    { "regular", 8, 160, 0, 0, 0.001 },
    { "every other 10 ms late", 8, 160, 10, 9.9, 10.1 },
    { "another clock", 111, 960, 10, 9.9, 10.1 },
    { "unknown format", 96, 160, 10, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxStatistics) s = statistics_new_usual ();

      for (guint n = 0; n < 500; n++)
        note_in (s, THEIRS, cases[i].payload_type, n, G_MAXUINT32 - 20000 + n * cases[i].step,
                 NOON + (n * 20 + n % 2 * cases[i].late_ms) * MS);
      g_test_message ("%s: %f", cases[i].name, get (s).jitter_ms);
      g_assert_cmpfloat (get (s).jitter_ms, >=, cases[i].low);
      g_assert_cmpfloat (get (s).jitter_ms, <=, cases[i].high);
    }
}

/* Gains a sixteenth of what is new: 16 ms, once there and once back. */
static void
test_jitter_gain (void)
{
  g_autoptr (CusaxStatistics) s = statistics_new_usual ();

  for (guint n = 0; n < 100; n++)
    note_in (s, THEIRS, 8, n, n * 160, NOON + n * 20 * MS);
  note_in (s, THEIRS, 8, 100, 100 * 160, NOON + (100 * 20 + 16) * MS);
  g_assert_cmpfloat (fabs (get (s).jitter_ms - 1), <, 0.001);
  note_in (s, THEIRS, 8, 101, 101 * 160, NOON + 101 * 20 * MS);
  g_assert_cmpfloat (fabs (get (s).jitter_ms - 1.9375), <, 0.001);
}

/* A digit has one time in all its packets; a sender that counts from elsewhere after a transfer is no late one. */
static void
test_jitter_traps (void)
{
  g_autoptr (CusaxStatistics) s = statistics_new_usual ();
  guint n;

  for (n = 0; n < 100; n++)
    note_in (s, THEIRS, 8, n, n * 160, NOON + n * 20 * MS);
  for (; n < 150; n++)
    note_in (s, THEIRS, 101, n, 100 * 160, NOON + n * 20 * MS);
  for (; n < 200; n++)
    note_in (s, THEIRS, 8, n, n * 160, NOON + n * 20 * MS);
  for (; n < 210; n++)
    note_in (s, THEIRS, 8, n, 0x80000000 + n * 160, NOON + n * 20 * MS);
  g_assert_cmpfloat (get (s).jitter_ms, <, 0.001);
  for (; n < 220; n++)
    note_in (s, THEIRS, 111, n, n * 960, NOON + n * 20 * MS);
  g_assert_cmpfloat (get (s).jitter_ms, <, 0.001);
  cusax_statistics_set_codecs (s, NULL);
  for (; n < 230; n++)
    note_in (s, THEIRS, 111, n, n * 7, NOON + n * 20 * MS);
  g_assert_cmpfloat (get (s).jitter_ms, <, 0.001);
}

/* ----------------------------------------------------------------- reports */

typedef struct
{
  guint32 about; /* 0: no block */
  guint32 lost, highest, jitter, last, delay;
} Report;

/* RR, or SR, of THEIRS; returns its length. */
static gsize
write_report (guint8 *data, gboolean is_sender, const Report *report)
{
  gsize offset = is_sender ? 28 : 8;

  memset (data, 0, 64);
  data[0] = 0x80 | (report->about != 0);
  data[1] = is_sender ? 200 : 201;
  put32 (data + 4, THEIRS);
  if (report->about != 0)
    {
      put32 (data + offset, report->about);
      put32 (data + offset + 4, 0x40000000 | (report->lost & 0xffffff)); /* with a fraction */
      put32 (data + offset + 8, report->highest);
      put32 (data + offset + 12, report->jitter);
      put32 (data + offset + 16, report->last);
      put32 (data + offset + 20, report->delay);
      offset += 24;
    }
  data[3] = offset / 4 - 1;
  return offset;
}

static void
note_report (CusaxStatistics *s, gboolean is_sender, const Report *report, gint64 now)
{
  guint8 data[64];

  cusax_statistics_note_rtcp_in (s, data, write_report (data, is_sender, report), now);
}

/* Our SR, as Farstream sends it. */
static void
note_our_sr (CusaxStatistics *s, guint32 seconds, guint32 fraction, gint64 now)
{
  guint8 data[28] = { 0x80, 200, 0, 6 };

  put32 (data + 4, OURS);
  put32 (data + 8, seconds);
  put32 (data + 12, fraction);
  cusax_statistics_note_rtcp_out (s, data, sizeof data, now);
}

static void
test_reports (void)
{
  for (guint is_sender = 0; is_sender < 2; is_sender++)
    {
      g_autoptr (CusaxStatistics) s = statistics_new_usual ();
      Report report = { OURS, 0, 1, 80, 0, 0 };

      g_assert_false (get (s).has_reports);
      g_assert_cmpfloat (get (s).round_trip_ms, <, 0);
      note_report (s, is_sender, &report, NOON); /* before we sent anything: of somebody else */
      g_assert_false (get (s).has_reports);

      note_out (s, OURS, 1, NOON);
      note_report (s, is_sender, &report, NOON);
      g_assert_true (get (s).has_reports);
      g_assert_cmpint (get (s).reported_lost, ==, 0);
      g_assert_cmpfloat (get (s).reported_jitter_ms, ==, 10);
      g_assert_cmpfloat (get (s).round_trip_ms, <, 0);

      report.lost = 70000;
      note_report (s, is_sender, &report, NOON);
      g_assert_cmpint (get (s).reported_lost, ==, 70000);
      report.lost = (guint32) -3; /* more came than we sent: doubled ones */
      note_report (s, is_sender, &report, NOON);
      g_assert_cmpint (get (s).reported_lost, ==, 0);
      report.about = 0x9999;
      report.lost = 5;
      note_report (s, is_sender, &report, NOON);
      g_assert_cmpint (get (s).reported_lost, ==, 0);
    }
}

static void
test_round_trip (void)
{
  static const struct
  {
    const char *name;
    guint32 last, delay; /* LSR; DLSR in 1/65536 s */
    guint after_ms;      /* after our SR */
    double ms;           /* < 0: not known */
  } cases[] = {
    { "80 ms, at once", 0x56789abc, 0, 80, 80 },
    { "80 ms, 2 s later", 0x56789abc, 0x20000, 2080, 80 },
    { "no report of ours yet", 0, 0, 80, -1 },
    { "of another report", 0x56789abd, 0, 80, -1 },
    { "their clock is 5 ms too fast", 0x56789abc, 66191, 1005, 0 },
    { "a delay that cannot be", 0x56789abc, 0x7fffffff, 1000, -1 },
    { "a delay that cannot be either", 0x56789abc, 0xffffffff, 1000, -1 },
    { "an hour", 0x56789abc, 0, 3600000, -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxStatistics) s = statistics_new_usual ();
      Report report = { OURS, 0, 1, 0, cases[i].last, cases[i].delay };

      note_out (s, OURS, 1, NOON);
      note_our_sr (s, 0x12345678, 0x9abcdef0, NOON);
      note_our_sr (s, 0x12345679, 0x9abcdef0, NOON + 10 * MS);
      note_report (s, FALSE, &report, NOON + cases[i].after_ms * MS);
      g_test_message ("%s: %f", cases[i].name, get (s).round_trip_ms);
      g_assert_cmpfloat (fabs (get (s).round_trip_ms - cases[i].ms), <, 0.1);
    }
}

/* The round trip is that of the last report that had one; only the last 8 SRs are remembered. */
static void
test_round_trip_old (void)
{
  g_autoptr (CusaxStatistics) s = statistics_new_usual ();
  Report report = { OURS, 0, 1, 0, 0x00010000, 0 };

  note_out (s, OURS, 1, NOON);
  for (guint32 i = 1; i <= 9; i++)
    note_our_sr (s, i, 0, NOON + i * 100 * MS);
  note_report (s, FALSE, &report, NOON + 1000 * MS);
  g_assert_cmpfloat (get (s).round_trip_ms, <, 0);
  report.last = 0x00020000;
  note_report (s, FALSE, &report, NOON + 1000 * MS);
  g_assert_cmpfloat (fabs (get (s).round_trip_ms - 800), <, 0.1);
}

/* ----------------------------------------------------------------- deafness */

/* What their reports of second n say: '.' no report, '-' one that does not speak of us, a letter: the highest number
 * (another letter, another number). Sending: one packet each 20 ms in seconds marked 's'. */
static void
test_deaf (void)
{
  static const struct
  {
    const char *name, *sending, *reports;
    int deaf_at; /* second; -1: never */
  } cases[] = {
    { "all is well", "ssssssssssssssssssss", "....a....b....c....d", -1 },
    { "never a word of us", "ssssssssssssssssssss", "....-....-....-....-", 9 },
    { "stands still", "ssssssssssssssssssss", "....a....b....b....b", 19 },
    { "stands still from the first one on", "ssssssssssssssssssss", "a....a....a.........", 10 },
    { "was spoken of, is no more", "ssssssssssssssssssss", "a....-....-.........", 10 },
    { "no reports at all", "ssssssssssssssssssss", "....................", -1 },
    { "we are silent", "....................", "....-....-....-....-", -1 },
    { "we were silent, and have just begun", "..........ssssssssss", "-....-....-....-....", -1 },
    { "we were silent, and began", "....ssssssssssssssss", "-....-....-....-....", 15 },
    { "hold, and going on", "ssssss......ssssssss", "a....b....b....c....", -1 },
    { "just back from hold", "ssssss.....ssssssss.", "a....b....b....b....", -1 },
    { "a report was lost", "ssssssssssssssssssss", "a....b.........c....", -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxStatistics) s = statistics_new_usual ();
      int deaf_at = -1;

      for (guint second = 0; cases[i].sending[second] != '\0'; second++)
        {
          char report = cases[i].reports[second];
          Report block = { report == '-' ? 0 : OURS, 0, (guchar) report, 0, 0, 0 };

          for (guint n = 0; cases[i].sending[second] == 's' && n < 50; n++)
            note_out (s, OURS, 50 * second + n, NOON + second * US + n * 20 * MS);
          if (report != '.')
            note_report (s, FALSE, &block, NOON + second * US + 990 * MS);
          if (deaf_at < 0 && cases[i].deaf_at >= 0 && cusax_statistics_is_deaf (s))
            deaf_at = second;
          else if (cases[i].deaf_at < 0)
            g_assert_false (cusax_statistics_is_deaf (s));
        }
      g_test_message ("%s", cases[i].name);
      g_assert_cmpint (deaf_at, ==, cases[i].deaf_at);
    }
}

/* In a bundle reports come that are of the other stream; one that is of this one, and stands still, counts. */
static void
test_shared (void)
{
  g_autoptr (CusaxStatistics) s = statistics_new_usual ();
  Report other = { 0x9999, 0, 1, 0, 0, 0 }, ours = { OURS, 0, 1, 0, 0, 0 }, none = { 0 };

  cusax_statistics_set_shared (s, TRUE);
  for (guint second = 0; second < 20; second++)
    {
      note_out (s, OURS, second, NOON + second * US);
      note_report (s, TRUE, &other, NOON + second * US);
      note_report (s, FALSE, &none, NOON + second * US);
      g_assert_false (cusax_statistics_is_deaf (s));
    }
  note_report (s, FALSE, &ours, NOON + 19 * US);
  g_assert_false (cusax_statistics_is_deaf (s));
  for (guint second = 20; second < 29; second++)
    note_out (s, OURS, second, NOON + second * US);
  note_report (s, FALSE, &ours, NOON + 28 * US);
  g_assert_true (cusax_statistics_is_deaf (s));
}

static void
test_hears_again (void)
{
  g_autoptr (CusaxStatistics) s = statistics_new_usual ();
  Report block = { OURS, 0, 1, 0, 0, 0 };

  cusax_statistics_set_deaf_interval (s, 100 * MS);
  note_out (s, OURS, 1, NOON);
  note_report (s, FALSE, &block, NOON);
  note_out (s, OURS, 2, NOON + 100 * MS);
  note_report (s, TRUE, &block, NOON + 100 * MS);
  g_assert_true (cusax_statistics_is_deaf (s));
  note_out (s, OURS, 3, NOON + 200 * MS);
  g_assert_true (cusax_statistics_is_deaf (s));
  block.highest = 3;
  note_report (s, TRUE, &block, NOON + 200 * MS);
  g_assert_false (cusax_statistics_is_deaf (s));
}

/* ----------------------------------------------------------------- hostile */

/* The second packet of a compound counts, too; what is cut off, or counts blocks that it has not, does not. */
static void
test_compound (void)
{
  g_autoptr (CusaxStatistics) s = statistics_new_usual ();
  Report report = { OURS, 7, 1, 0, 0, 0 };
  guint8 data[128] = { 0x81, 202, 0, 1 }; /* SDES with nothing in it */
  gsize length = 8 + write_report (data + 8, FALSE, &report);

  note_out (s, OURS, 1, NOON);
  for (gsize cut = 0; cut < length; cut++)
    cusax_statistics_note_rtcp_in (s, data, cut, NOON);
  g_assert_false (get (s).has_reports);
  data[8] = 0x9f; /* 31 blocks; what lies behind it is none */
  put32 (data + length, OURS);
  put32 (data + length + 4, 9);
  cusax_statistics_note_rtcp_in (s, data, length, NOON);
  g_assert_cmpint (get (s).reported_lost, ==, 7);
}

static void
test_random (void)
{
  g_autoptr (CusaxStatistics) s = statistics_new_usual ();
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  for (guint i = 0; i < 100000; i++)
    {
      gsize length = g_rand_int_range (random, 12, 100);
      g_autofree guint8 *data = g_malloc (length); /* so that a look behind the end is noticed */
      gint64 now = NOON + (gint64) g_rand_int (random) * MS;

      for (gsize n = 0; n < length; n++)
        data[n] = g_rand_int (random);
      if (i % 2 == 0)
        {
          data[0] = 0x80 | (data[0] & 0x1f);
          data[1] = 200 + data[1] % 2;
          data[2] = 0;
          data[3] %= 26;
        }
      cusax_statistics_note_rtcp_in (s, data, length, now);
      cusax_statistics_note_rtcp_out (s, data, length, now);
      cusax_statistics_note_rtp_in (s, data, now);
      cusax_statistics_note_rtp_out (s, data, now);
    }
  g_assert_true (isfinite (get (s).jitter_ms));
  g_assert_true (isfinite (get (s).reported_jitter_ms));
  g_assert_cmpfloat (get (s).round_trip_ms, <=, 60000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/statistics/loss", test_loss);
  g_test_add_func ("/statistics/sources", test_sources);
  g_test_add_func ("/statistics/jitter", test_jitter);
  g_test_add_func ("/statistics/jitter-gain", test_jitter_gain);
  g_test_add_func ("/statistics/jitter-traps", test_jitter_traps);
  g_test_add_func ("/statistics/reports", test_reports);
  g_test_add_func ("/statistics/round-trip", test_round_trip);
  g_test_add_func ("/statistics/round-trip-old", test_round_trip_old);
  g_test_add_func ("/statistics/deaf", test_deaf);
  g_test_add_func ("/statistics/shared", test_shared);
  g_test_add_func ("/statistics/hears-again", test_hears_again);
  g_test_add_func ("/statistics/compound", test_compound);
  g_test_add_func ("/statistics/random", test_random);
  return g_test_run ();
}
