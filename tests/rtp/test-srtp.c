/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One SRTP direction: vectors, suites, tampering, replay, roll-over, bounded senders: src/rtp/srtp.h. */
#include "rig.h"

#include <string.h>

#define SUITE_80 CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80
#define SUITE_32 CUSAX_SRTP_AES_CM_128_HMAC_SHA1_32
#define SUITE_GCM CUSAX_SRTP_AEAD_AES_128_GCM

typedef struct
{
  CusaxSrtp *encrypt, *decrypt;
  guint8 data[RIG_PACKET_SIZE] __attribute__ ((aligned (8)));
  gsize length;
} Pair;

static void
pair_init (Pair *pair, CusaxSrtpSuite suite)
{
  guint8 key[CUSAX_SRTP_KEY_LENGTH];

  g_assert_true (cusax_srtp_make_key (key, NULL));
  pair->encrypt = cusax_srtp_new (CUSAX_SRTP_ENCRYPT, suite, key, NULL);
  pair->decrypt = cusax_srtp_new (CUSAX_SRTP_DECRYPT, suite, key, NULL);
  g_assert_nonnull (pair->encrypt);
  g_assert_nonnull (pair->decrypt);
}

static void
pair_clear (Pair *pair)
{
  cusax_srtp_free (pair->encrypt);
  cusax_srtp_free (pair->decrypt);
}

/* Writes and encrypts one RTP packet into pair->data. */
static void
pair_make (Pair *pair, guint32 ssrc, guint16 sequence, guint32 number)
{
  pair->length = rig_write_rtp (pair->data, ssrc, sequence, number);
  g_assert_true (cusax_srtp_apply (pair->encrypt, CUSAX_PACKET_RTP, pair->data, &pair->length));
}

static gboolean
pair_open (Pair *pair, CusaxPacketKind kind)
{
  return cusax_srtp_apply (pair->decrypt, kind, pair->data, &pair->length);
}

/* Key, packet and result of RFC 3711's default transforms as libsrtp's own test uses them: if we mixed
 * up key and salt or the suite, both our ends would still understand each other, but nobody else. */
static void
test_vector (void)
{
  static const guint8 key[CUSAX_SRTP_KEY_LENGTH]
      = { 0xe1, 0xf9, 0x7a, 0x0d, 0x3e, 0x01, 0x8b, 0xe0, 0xd6, 0x4f, 0xa3, 0x2c, 0x06, 0xde, 0x41,
          0x39, 0x0e, 0xc6, 0x75, 0xad, 0x49, 0x8a, 0xfe, 0xeb, 0xb6, 0x96, 0x0b, 0x3a, 0xab, 0xe6 };
  static const guint8 header[12] = { 0x80, 0x0f, 0x12, 0x34, 0xde, 0xca, 0xfb, 0xad, 0xca, 0xfe, 0xba, 0xbe };
  static const guint8 expected[26]
      = { 0x4e, 0x55, 0xdc, 0x4c, 0xe7, 0x99, 0x78, 0xd8, 0x8c, 0xa4, 0xd2, 0x15, 0x94,
          0x9d, 0x24, 0x02, 0xb7, 0x8d, 0x6a, 0xcc, 0x99, 0xea, 0x17, 0x9b, 0x8d, 0xbb };
  g_autoptr (CusaxSrtp) srtp = cusax_srtp_new (CUSAX_SRTP_ENCRYPT, SUITE_80, key, NULL);
  guint8 data[28 + CUSAX_PACKET_ROOM] __attribute__ ((aligned (8)));
  gsize length = 28;

  memcpy (data, header, sizeof header);
  memset (data + 12, 0xab, 16);
  g_assert_true (cusax_srtp_apply (srtp, CUSAX_PACKET_RTP, data, &length));
  g_assert_cmpmem (data, 12, header, 12);
  g_assert_cmpmem (data + 12, length - 12, expected, sizeof expected);
}

/* The same for GCM (RFC 7714), with 28 bytes of key and salt: what stands behind them must not count. */
static void
test_vector_gcm (void)
{
  static const guint8 key[CUSAX_SRTP_KEY_LENGTH]
      = { 0,  1,  2,    3,    4,    5,    6,    7,    8,    9,    10,   11,   12,   13,   14,
          15, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xff, 0xff };
  static const guint8 header[12] = { 0x80, 0x0f, 0x12, 0x34, 0xde, 0xca, 0xfb, 0xad, 0xca, 0xfe, 0xba, 0xbe };
  static const guint8 expected[32]
      = { 0xc5, 0x00, 0x2e, 0xde, 0x04, 0xcf, 0xdd, 0x2e, 0xb9, 0x11, 0x59, 0xe0, 0x88, 0x0a, 0xa0, 0x6e,
          0xd2, 0x97, 0x68, 0x26, 0xf7, 0x96, 0xb2, 0x01, 0xdf, 0x31, 0x31, 0xa1, 0x27, 0xe8, 0xa3, 0x92 };
  g_autoptr (CusaxSrtp) srtp = cusax_srtp_new (CUSAX_SRTP_ENCRYPT, SUITE_GCM, key, NULL);
  guint8 data[28 + CUSAX_PACKET_ROOM] __attribute__ ((aligned (8)));
  gsize length = 28;

  memcpy (data, header, sizeof header);
  memset (data + 12, 0xab, 16);
  g_assert_true (cusax_srtp_apply (srtp, CUSAX_PACKET_RTP, data, &length));
  g_assert_cmpmem (data, 12, header, 12);
  g_assert_cmpmem (data + 12, length - 12, expected, sizeof expected);
}

static void
test_suite (gconstpointer data)
{
  CusaxSrtpSuite suite = GPOINTER_TO_INT (data);
  gsize tag = suite == SUITE_GCM ? 16 : 10;
  Pair pair;

  g_assert_true (cusax_srtp_has_suite (suite));
  pair_init (&pair, suite);
  pair_make (&pair, 1, 1, 42);
  g_assert_cmpint (pair.length, ==, 16 + (suite == SUITE_32 ? 4 : tag));
  g_assert_true (pair_open (&pair, CUSAX_PACKET_RTP));
  g_assert_cmpint (rig_read_rtp (pair.data, pair.length), ==, 42);

  /* RFC 4568 section 6.2.2: SRTCP has an index and 80 bits in both of SDES. */
  pair.length = rig_write_rtcp (pair.data, 1, 43);
  g_assert_true (cusax_srtp_apply (pair.encrypt, CUSAX_PACKET_RTCP, pair.data, &pair.length));
  g_assert_cmpint (pair.length, ==, 16 + 4 + tag);
  g_assert_true (pair_open (&pair, CUSAX_PACKET_RTCP));
  g_assert_cmpint (rig_read_rtcp (pair.data, pair.length), ==, 43);
  pair_clear (&pair);
}

/* Every single flipped bit must be noticed. */
static void
test_tampered (gconstpointer data)
{
  guint8 good[64] __attribute__ ((aligned (8)));
  gsize good_length;
  Pair pair;

  pair_init (&pair, GPOINTER_TO_INT (data));
  pair_make (&pair, 1, 1, 42);
  memcpy (good, pair.data, pair.length);
  good_length = pair.length;
  for (gsize bit = 0; bit < 8 * good_length; bit++)
    {
      memcpy (pair.data, good, good_length);
      pair.data[bit / 8] ^= 1 << bit % 8;
      pair.length = good_length;
      if (cusax_packet_classify (pair.data, pair.length) == CUSAX_PACKET_RTP)
        g_assert_false (pair_open (&pair, CUSAX_PACKET_RTP));
    }
  for (gsize length = 12; length < good_length; length++)
    {
      memcpy (pair.data, good, good_length);
      pair.length = length;
      g_assert_false (pair_open (&pair, CUSAX_PACKET_RTP));
    }
  memcpy (pair.data, good, good_length);
  pair.length = good_length;
  g_assert_true (pair_open (&pair, CUSAX_PACKET_RTP));
  pair_clear (&pair);
}

static void
test_replay (void)
{
  guint8 good[64];
  Pair pair;

  pair_init (&pair, SUITE_80);
  pair_make (&pair, 1, 1, 42);
  memcpy (good, pair.data, pair.length);
  g_assert_true (pair_open (&pair, CUSAX_PACKET_RTP));
  memcpy (pair.data, good, 26);
  pair.length = 26;
  g_assert_false (pair_open (&pair, CUSAX_PACKET_RTP));
  pair_clear (&pair);
}

static void
test_roll_over (void)
{
  Pair pair;

  pair_init (&pair, SUITE_32);
  for (guint32 i = 0; i < 140000; i++) /* twice round, every tenth lost */
    {
      pair_make (&pair, 7, (guint16) i, i);
      if (i % 10 == 9)
        continue;
      g_assert_true (pair_open (&pair, CUSAX_PACKET_RTP));
      g_assert_cmpint (rig_read_rtp (pair.data, pair.length), ==, i);
    }
  pair_clear (&pair);
}

/* Jumps are closed, disorder and loss are not; a packet is never encrypted twice. */
static void
test_jumps (void)
{
  static const struct
  {
    guint16 in, out;
  } steps[] = { { 100, 100 },    { 103, 103 },    { 101, 101 },    { 3103, 3103 }, { 3003, 3003 },
                { 40000, 3104 }, { 40001, 3105 }, { 39999, 3103 }, { 50, 3106 },   { 51, 3107 },
                { 65530, 3050 }, { 65535, 3055 }, { 1, 3057 },     { 3200, 3108 }, { 3099, 3109 } };
  Pair pair;

  pair_init (&pair, SUITE_80);
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      pair.length = rig_write_rtp (pair.data, 1, steps[i].in, i);
      if (steps[i].in == 39999) /* its number was used before the jump */
        {
          g_assert_false (cusax_srtp_apply (pair.encrypt, CUSAX_PACKET_RTP, pair.data, &pair.length));
          continue;
        }
      g_assert_true (cusax_srtp_apply (pair.encrypt, CUSAX_PACKET_RTP, pair.data, &pair.length));
      g_assert_cmpint (cusax_packet_get_sequence (pair.data), ==, steps[i].out);
      g_assert_true (pair_open (&pair, CUSAX_PACKET_RTP));
    }
  pair_clear (&pair);
}

/* A peer that changes its SSRC with every packet is heard, but remembered only up to a bound: the first
 * sender's replay list is then gone, which shows that it was really dropped. */
static void
test_senders_in (void)
{
  guint8 key[CUSAX_SRTP_KEY_LENGTH], first[64];
  Pair pair;

  g_assert_true (cusax_srtp_make_key (key, NULL));
  pair.decrypt = cusax_srtp_new (CUSAX_SRTP_DECRYPT, SUITE_80, key, NULL);
  for (guint32 i = 0; i < 200; i++)
    {
      pair.encrypt = cusax_srtp_new (CUSAX_SRTP_ENCRYPT, SUITE_80, key, NULL);
      pair_make (&pair, 1000 + i, 1, i);
      if (i == 0)
        memcpy (first, pair.data, pair.length);
      g_assert_true (pair_open (&pair, CUSAX_PACKET_RTP));
      if (i == 30) /* 31 senders: the first is still known */
        {
          memcpy (pair.data, first, 26);
          pair.length = 26;
          g_assert_false (pair_open (&pair, CUSAX_PACKET_RTP));
        }
      cusax_srtp_free (pair.encrypt);
    }
  memcpy (pair.data, first, 26);
  pair.length = 26;
  g_assert_true (pair_open (&pair, CUSAX_PACKET_RTP));
  cusax_srtp_free (pair.decrypt);
}

/* Ours are never forgotten: that would use the key stream twice. */
static void
test_senders_out (void)
{
  Pair pair;

  pair_init (&pair, SUITE_80);
  for (guint32 i = 0; i < 32; i++)
    pair_make (&pair, i, 1, i);
  pair.length = rig_write_rtp (pair.data, 99, 1, 0);
  g_assert_false (cusax_srtp_apply (pair.encrypt, CUSAX_PACKET_RTP, pair.data, &pair.length));
  pair_make (&pair, 0, 2, 0);
  pair_clear (&pair);
}

static void
test_matches (void)
{
  guint8 key[CUSAX_SRTP_KEY_LENGTH], other[CUSAX_SRTP_KEY_LENGTH];
  g_autoptr (CusaxSrtp) srtp = NULL;

  g_assert_true (cusax_srtp_make_key (key, NULL));
  g_assert_true (cusax_srtp_make_key (other, NULL));
  g_assert_cmpint (memcmp (key, other, sizeof key), !=, 0);
  srtp = cusax_srtp_new (CUSAX_SRTP_ENCRYPT, SUITE_80, key, NULL);
  g_assert_true (cusax_srtp_matches (srtp, SUITE_80, key));
  g_assert_false (cusax_srtp_matches (srtp, SUITE_32, key));
  g_assert_false (cusax_srtp_matches (srtp, SUITE_80, other));
  g_assert_false (cusax_srtp_matches (NULL, SUITE_80, key));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srtp/vector", test_vector);
  g_test_add_data_func ("/srtp/suite/80", GINT_TO_POINTER (SUITE_80), test_suite);
  g_test_add_data_func ("/srtp/suite/32", GINT_TO_POINTER (SUITE_32), test_suite);
  g_test_add_data_func ("/srtp/suite/gcm", GINT_TO_POINTER (SUITE_GCM), test_suite);
  g_test_add_func ("/srtp/vector-gcm", test_vector_gcm);
  g_test_add_data_func ("/srtp/tampered/80", GINT_TO_POINTER (SUITE_80), test_tampered);
  g_test_add_data_func ("/srtp/tampered/gcm", GINT_TO_POINTER (SUITE_GCM), test_tampered);
  g_test_add_func ("/srtp/replay", test_replay);
  g_test_add_func ("/srtp/roll-over", test_roll_over);
  g_test_add_func ("/srtp/jumps", test_jumps);
  g_test_add_func ("/srtp/senders-in", test_senders_in);
  g_test_add_func ("/srtp/senders-out", test_senders_out);
  g_test_add_func ("/srtp/matches", test_matches);
  return g_test_run ();
}
