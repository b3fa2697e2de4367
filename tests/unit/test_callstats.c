/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is measured of a call, as the person and the log read it (P1, P6, P14, R49). */
#include "fakephone.h"

#include "callstats.h"

static CusaxCall *
talk (void)
{
  CusaxCall *call = fake_call_new (3, CUSAX_CALL_ACTIVE, "bob@example.org");

  call->seconds = 187;
  return call;
}

static void
fill (CusaxTransportStats *stats)
{
  stats->packets_sent = 500;
  stats->packets_received = 490;
  stats->bytes_sent = 86000;
  stats->bytes_received = 84280;
  stats->packets_dropped = 2;
  stats->packets_lost = 10;
  stats->jitter_ms = 3.26;
  stats->has_reports = TRUE;
  stats->reported_lost = 7;
  stats->reported_jitter_ms = 1.04;
  stats->round_trip_ms = 41.7;
  stats->keying = CUSAX_KEYING_DTLS;
  stats->suite = "AEAD_AES_128_GCM";
  stats->local_kind = "host";
  stats->remote_kind = "relay";
  stats->local_address = "192.0.2.1:7078";
  stats->remote_address = "[2001:db8::1]:9000";
}

static void
assert_words (CusaxCall *call, const char *expected)
{
  g_autofree char *words = cusax_callstats_words (call);

  g_assert_cmpstr (words, ==, expected);
}

static void
assert_log (CusaxCall *call, const char *expected)
{
  g_autofree char *line = cusax_callstats_log_line (call);

  g_assert_cmpstr (line, ==, expected);
}

#define TRAFFIC                                                                                                    \
  "Packets sent: 500 (86.0\u00a0kB)\nPackets received: 490 (84.3\u00a0kB)\nPackets refused: 2\n"                   \
  "Lost on the way here: 10 (2.0 %), jitter 3.3 ms\nLost on the way there: 7, jitter 1.0 ms\nRound trip: 42 ms"

static void
test_all (void)
{
  CusaxCall *call = talk ();

  fill (&call->stats);
  call->codec = "opus/48000";
  call->keys = CUSAX_CALL_KEYS_DTLS;
  call->devices = "Headset\x1b[2J, Camera";
  assert_words (call, "Codec: opus/48000\n" TRAFFIC "\nAddress here: 192.0.2.1:7078 (direct)\n"
                      "Address there: [2001:db8::1]:9000 (through a TURN server)\nKeys: DTLS, AEAD_AES_128_GCM\n"
                      "Devices: Headset[2J, Camera");
  call->state = CUSAX_CALL_ENDED;
  assert_log (call, "call #3 ended after 187 s: opus/48000, DTLS AEAD_AES_128_GCM, sent 500, received 490, lost 10 (2.0 %), "
                    "jitter 3.3 ms, there lost 7, jitter 1.0 ms, round trip 42 ms, refused 2, host 192.0.2.1:7078 to relay "
                    "[2001:db8::1]:9000");
  fake_call_free (call);
}

/* What is not known is not said; nothing is divided by nothing. */
static void
test_little (void)
{
  CusaxCall *call = talk ();

  assert_words (call, "Packets sent: 50 (8.6\u00a0kB)\nPackets received: 0 (0 bytes)\nPackets refused: 0");
  assert_log (call, "call #3 ended after 187 s: no codec, no keys, sent 50, received 0, lost 0 (0.0 %), jitter 0.0 ms, "
                    "refused 0");
  call->stats.packets_lost = 3;
  assert_log (call, "call #3 ended after 187 s: no codec, no keys, sent 50, received 0, lost 3 (100.0 %), jitter 0.0 ms, "
                    "refused 0");
  call->stats.local_address = "192.0.2.1:7078";
  call->stats.remote_address = "192.0.2.2:4000";
  assert_words (call, "Packets sent: 50 (8.6\u00a0kB)\nPackets received: 0 (0 bytes)\nPackets refused: 0\n"
                      "Address here: 192.0.2.1:7078\nAddress there: 192.0.2.2:4000");
  call->state = CUSAX_CALL_RINGING;
  assert_words (call, "");
  call->seconds = 0;
  call->state = CUSAX_CALL_ENDED;
  assert_log (call, NULL);
  fake_call_free (call);
}

/* Agreed on in words is not in use yet; what is in use is said, whatever was agreed on. */
static void
test_R49_keys (void)
{
  static const struct
  {
    CusaxCallKeys agreed;
    CusaxKeying used;
    const char *suite, *expected;
  } rows[] = {
    { CUSAX_CALL_KEYS_NONE, CUSAX_KEYING_NONE, NULL, NULL },
    { CUSAX_CALL_KEYS_DTLS, CUSAX_KEYING_NONE, NULL, "\nKeys: not agreed on yet" },
    { CUSAX_CALL_KEYS_UNVERIFIED, CUSAX_KEYING_DTLS, "AEAD_AES_128_GCM", "\nKeys: DTLS, AEAD_AES_128_GCM" },
    { CUSAX_CALL_KEYS_SDES, CUSAX_KEYING_SDES, "AES_CM_128_HMAC_SHA1_80", "\nKeys: SDES, AES_CM_128_HMAC_SHA1_80" },
    { CUSAX_CALL_KEYS_SDES, CUSAX_KEYING_SDES, NULL, "\nKeys: SDES" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CusaxCall *call = talk ();
      g_autofree char *words = NULL;

      call->keys = rows[i].agreed;
      call->stats.keying = rows[i].used;
      call->stats.suite = rows[i].suite;
      words = cusax_callstats_words (call);
      if (rows[i].expected != NULL)
        g_assert_true (g_str_has_suffix (words, rows[i].expected));
      else
        g_assert_null (g_strstr_len (words, -1, "Keys"));
      fake_call_free (call);
    }
}

static void
test_P1_kinds (void)
{
  static const struct
  {
    const char *kind, *words;
  } rows[] = { { "host", "direct" },
               { "srflx", "through a router" },
               { "prflx", "through a router" },
               { "relay", "through a TURN server" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CusaxCall *call = talk ();
      g_autofree char *words = NULL;
      g_autofree char *expected = g_strdup_printf ("\nAddress here: 192.0.2.1:7078 (%s)", rows[i].words);

      call->stats.local_address = "192.0.2.1:7078";
      call->stats.local_kind = rows[i].kind;
      words = cusax_callstats_words (call);
      g_assert_true (g_str_has_suffix (words, expected));
      fake_call_free (call);
    }
}

static void
test_picture (void)
{
  static const struct
  {
    CusaxDirection direction;
    const char *words;
  } rows[] = { { CUSAX_DIRECTION_SENDONLY, "yours is shown there" },
               { CUSAX_DIRECTION_RECVONLY, "theirs is shown here" },
               { CUSAX_DIRECTION_SENDRECV, "both are shown" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CusaxCall *call = talk ();
      g_autofree char *words = NULL;
      g_autofree char *expected = g_strconcat ("\nPicture: ", rows[i].words, ", VP8/90000\n" TRAFFIC, NULL);

      call->video = rows[i].direction;
      call->video_codec = "VP8/90000";
      fill (&call->video_stats);
      words = cusax_callstats_words (call);
      g_assert_true (g_str_has_suffix (words, expected));
      fake_call_free (call);
    }
}

static void
test_picture_log (void)
{
  CusaxCall *call = talk ();
  g_autofree char *line = NULL;

  call->state = CUSAX_CALL_ENDED;
  call->seconds = 4;
  call->video_codec = "VP8/90000";
  fill (&call->video_stats);
  line = cusax_callstats_log_line (call);
  g_assert_nonnull (strstr (line, "; picture VP8/90000, DTLS AEAD_AES_128_GCM, sent 500, received 490, lost 10"));
  fake_call_free (call);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  g_test_add_func ("/callstats/all", test_all);
  g_test_add_func ("/callstats/little", test_little);
  g_test_add_func ("/callstats/R49-keys", test_R49_keys);
  g_test_add_func ("/callstats/P1-kinds", test_P1_kinds);
  g_test_add_func ("/callstats/picture", test_picture);
  g_test_add_func ("/callstats/picture/log", test_picture_log);
  result = g_test_run ();
  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
