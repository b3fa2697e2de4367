/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DTLS-SRTP: keys for the right one, whatever the network does; nobody else gets any: src/rtp/dtls.h. P13, P14. */
#include "dtls-certificate.h"
#include "dtls-rig.h"
#include "error.h"
#include "packet.h"
#include "srtp.h"

#include <openssl/err.h>
#include <string.h>

#define GCM CUSAX_SRTP_AEAD_AES_128_GCM
#define CM_80 CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80
#define OTHER_FINGERPRINT                                                                                                   \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"

/* Two of ours, number 0 the client. */
static void
pair_init (DtlsWire *wire)
{
  memset (wire, 0, sizeof *wire);
  wire->ends[0] = dtls_end_new_usual (TRUE);
  wire->ends[1] = dtls_end_new_usual (FALSE);
  wire->random = g_rand_new_with_seed (7);
}

static void
pair_start (DtlsWire *wire)
{
  dtls_end_start (wire->ends[1]);
  dtls_end_start (wire->ends[0]);
}

static void
pair_clear (DtlsWire *wire)
{
  for (guint i = 0; i < 2; i++)
    g_clear_pointer (&wire->ends[i], dtls_end_free);
  g_clear_pointer (&wire->random, g_rand_free);
}

static void
assert_keys (const DtlsWire *wire)
{
  const DtlsEnd *a = wire->ends[0], *b = wire->ends[1];

  g_assert_no_error (a->failure);
  g_assert_no_error (b->failure);
  g_assert_true (dtls_wire_is_up (wire));
  g_assert_cmpint (a->n_keys + a->is_done, ==, 1);
  g_assert_cmpint (b->n_keys + b->is_done, ==, 1);
  g_assert_cmpint (a->keys.suite, ==, b->keys.suite);
  g_assert_cmpint (a->keys.suite, !=, CUSAX_SRTP_NONE);
  g_assert_cmpmem (a->keys.outbound, CUSAX_SRTP_KEY_LENGTH, b->keys.inbound, CUSAX_SRTP_KEY_LENGTH);
  g_assert_cmpmem (a->keys.inbound, CUSAX_SRTP_KEY_LENGTH, b->keys.outbound, CUSAX_SRTP_KEY_LENGTH);
  g_assert_cmpint (memcmp (a->keys.inbound, a->keys.outbound, 16), !=, 0);
  g_assert_cmpint (memcmp (a->keys.inbound + 16, a->keys.outbound + 16, 12), !=, 0);
}

static void
assert_failed (const DtlsEnd *end)
{
  g_assert_error (end->failure, CUSAX_ERROR, CUSAX_ERROR_HANDSHAKE);
  g_assert_cmpint (end->n_failed, ==, 1);
  g_assert_cmpint (end->n_keys, ==, 0);
}

/* --------------------------------------------------------------- good ways */

/* Who begins first, and what came before we knew whom to expect, costs no time. */
static void
test_handshake (gconstpointer data)
{
  const char *order = data;
  guint8 packet[16 + CUSAX_PACKET_ROOM] __attribute__ ((aligned (8))) = { 0x80, 8, 0, 1 };
  gsize length = 16;
  DtlsWire wire;

  pair_init (&wire);
  if (strcmp (order, "server-first") == 0)
    dtls_end_start (wire.ends[1]);
  dtls_end_start (wire.ends[0]);
  if (strcmp (order, "early") == 0)
    dtls_wire_settle (&wire);
  g_assert_cmpint (wire.ends[1]->n_sent, ==, 0);
  if (strcmp (order, "server-first") != 0)
    dtls_end_start (wire.ends[1]);
  dtls_wire_settle (&wire);
  assert_keys (&wire);
  g_assert_cmpint (wire.ends[0]->keys.suite, ==, cusax_srtp_has_suite (GCM) ? GCM : CM_80);
  g_assert_cmpint (MAX (wire.ends[0]->longest, wire.ends[1]->longest), <=, 1200 - 28);

  /* They are keys that srtp.c takes. */
  {
    CusaxSrtpSuite suite = wire.ends[0]->keys.suite;
    g_autoptr (CusaxSrtp) out = cusax_srtp_new (CUSAX_SRTP_ENCRYPT, suite, wire.ends[0]->keys.outbound, NULL);
    g_autoptr (CusaxSrtp) in = cusax_srtp_new (CUSAX_SRTP_DECRYPT, suite, wire.ends[1]->keys.inbound, NULL);

    g_assert_true (cusax_srtp_apply (out, CUSAX_PACKET_RTP, packet, &length));
    g_assert_true (cusax_srtp_apply (in, CUSAX_PACKET_RTP, packet, &length));
    g_assert_cmpint (length, ==, 16);
  }
  pair_clear (&wire);
}

/* More than four early datagrams are forgotten, and sent again. */
static void
test_early_bound (void)
{
  DtlsWire wire;

  pair_init (&wire);
  for (guint i = 0; i < 100; i++)
    dtls_end_give (wire.ends[1], (const guint8 *) "\x16garbage", 8);
  dtls_end_start (wire.ends[0]);
  dtls_wire_settle (&wire);
  dtls_end_start (wire.ends[1]);
  g_assert_cmpint (dtls_wire_run (&wire, 5000), ==, 100);
  assert_keys (&wire);
  pair_clear (&wire);
}

/* Every single datagram of a handshake may be lost or cut off: 100 ms, not OpenSSL's second. */
static void
test_one_lost (gconstpointer data)
{
  gboolean cuts = GPOINTER_TO_INT (data);

  for (guint side = 0; side < 2; side++)
    for (guint number = 0; number < 8; number++)
      {
        DtlsWire wire;
        guint passed;

        pair_init (&wire);
        *(cuts ? &wire.cut[side] : &wire.lost[side]) = G_GUINT64_CONSTANT (1) << number;
        pair_start (&wire);
        passed = dtls_wire_run (&wire, 5000);
        assert_keys (&wire);
        g_test_message ("%u of side %u: %u ms", number, side, passed);
        g_assert_cmpint (passed, <=, 300);
        if (side == 0 && number == 0)
          g_assert_cmpint (passed, ==, 100);
        pair_clear (&wire);
      }
}

static void
test_bad_wire (gconstpointer data)
{
  const char *kind = data;

  for (guint seed = 1; seed <= 20; seed++)
    {
      DtlsWire wire;

      pair_init (&wire);
      g_rand_set_seed (wire.random, seed);
      wire.doubles = strstr (kind, "double") != NULL;
      wire.turns_round = strstr (kind, "round") != NULL;
      wire.adds_garbage = strstr (kind, "garbage") != NULL;
      wire.loses_percent = strstr (kind, "loss") != NULL ? 25 : 0;
      pair_start (&wire);
      dtls_wire_run (&wire, 14000);
      assert_keys (&wire);
      pair_clear (&wire);
    }
}

typedef struct
{
  const char *name;
  DtlsStranger stranger;
  const char *hash;
  CusaxSrtpSuite suite; /* NONE: must fail */
} StrangerCase;

static const StrangerCase strangers[] = {
  { "gcm", { "SRTP_AEAD_AES_128_GCM", TRUE, 0 }, "sha-256", GCM },
  { "cm-80", { "SRTP_AES128_CM_SHA1_80", TRUE, 0 }, "sha-256", CM_80 },
  { "cm-32-and-80", { "SRTP_AES128_CM_SHA1_32:SRTP_AES128_CM_SHA1_80", TRUE, 0 }, "sha-256", CM_80 },
  { "sha-384", { "SRTP_AES128_CM_SHA1_80", TRUE, 0 }, "sha-384", CM_80 },
  { "sha-512", { "SRTP_AES128_CM_SHA1_80", TRUE, DTLS1_2_VERSION }, "sha-512", CM_80 },
  { "no-use-srtp", { NULL, TRUE, 0 }, "sha-256", CUSAX_SRTP_NONE },
  { "only-cm-32", { "SRTP_AES128_CM_SHA1_32", TRUE, 0 }, "sha-256", CUSAX_SRTP_NONE },
  { "no-certificate", { "SRTP_AES128_CM_SHA1_80", FALSE, 0 }, "sha-256", CUSAX_SRTP_NONE },
  { "dtls-1.0", { "SRTP_AES128_CM_SHA1_80", TRUE, DTLS1_VERSION }, "sha-256", CUSAX_SRTP_NONE },
};

/* An RSA certificate in pieces, other hashes, other profiles; both roles. */
static void
test_stranger (gconstpointer data)
{
  const StrangerCase *c = data;
  g_autofree char *fingerprint = dtls_stranger_fingerprint (c->hash);

  for (guint ours = 0; ours < 2; ours++)
    {
      DtlsWire wire = { .random = g_rand_new_with_seed (1) };

      wire.ends[ours] = dtls_end_new (ours == 0, c->hash, fingerprint);
      wire.ends[!ours] = dtls_end_new_stranger (ours == 1, &c->stranger);
      pair_start (&wire);
      dtls_wire_settle (&wire);
      if (c->suite != CUSAX_SRTP_NONE)
        {
          assert_keys (&wire);
          g_assert_cmpint (wire.ends[ours]->keys.suite, ==, c->suite);
        }
      else
        assert_failed (wire.ends[ours]); /* at once, too: no time has passed */
      pair_clear (&wire);
    }
}

/* ---------------------------------------------------------------- bad ways */

static void
test_wrong_fingerprint (gconstpointer data)
{
  guint suspicious = GPOINTER_TO_INT (data);
  DtlsWire wire;

  pair_init (&wire);
  dtls_end_free (wire.ends[suspicious]);
  wire.ends[suspicious] = dtls_end_new (suspicious == 0, "sha-256", OTHER_FINGERPRINT);
  pair_start (&wire);
  dtls_wire_settle (&wire); /* no time passes: both know at once */
  assert_failed (wire.ends[0]);
  assert_failed (wire.ends[1]);
  dtls_wire_run (&wire, 3000);
  assert_failed (wire.ends[0]);
  assert_failed (wire.ends[1]);
  pair_clear (&wire);
}

/* Every single wrong bit counts. */
static void
test_nearly_right (void)
{
  const char *real = cusax_dtls_identity_get_fingerprint (dtls_rig_identity ());

  for (gsize i = 0; i < strlen (real); i++)
    {
      g_autofree char *wrong = g_strdup (real);
      DtlsWire wire;

      if (real[i] == ':')
        continue;
      wrong[i] = real[i] == '0' ? '1' : '0';
      pair_init (&wire);
      dtls_end_free (wire.ends[1]);
      wire.ends[1] = dtls_end_new (FALSE, "sha-256", wrong);
      pair_start (&wire);
      dtls_wire_settle (&wire);
      assert_failed (wire.ends[1]);
      pair_clear (&wire);
    }
}

static void
test_grammar (void)
{
  static const struct
  {
    const char *hash, *fingerprint;
    int code; /* -1: good */
  } cases[] = {
    { "sha-256", OTHER_FINGERPRINT, -1 },
    { "SHA-256", OTHER_FINGERPRINT, -1 },
    { "sha-256", &OTHER_FINGERPRINT[1], CUSAX_ERROR_INVALID },
    { "sha-1", "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33", CUSAX_ERROR_UNSUPPORTED },
    { "md5", "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF", CUSAX_ERROR_UNSUPPORTED },
    { "", OTHER_FINGERPRINT, CUSAX_ERROR_UNSUPPORTED },
    { NULL, OTHER_FINGERPRINT, CUSAX_ERROR_UNSUPPORTED },
    { "sha-256", NULL, CUSAX_ERROR_INVALID },
    { "sha-256", "", CUSAX_ERROR_INVALID },
    { "sha-384", OTHER_FINGERPRINT, CUSAX_ERROR_INVALID },
    { "sha-256", OTHER_FINGERPRINT ":00", CUSAX_ERROR_INVALID },
    { "sha-256", OTHER_FINGERPRINT "\n", CUSAX_ERROR_INVALID },
    { "sha-512", OTHER_FINGERPRINT ":" OTHER_FINGERPRINT, -1 },
    { "sha-256", "00-11-22-33-44-55-66-77-88-99-AA-BB-CC-DD-EE-FF-00-11-22-33-44-55-66-77-88-99-AA-BB-CC-DD-EE-FF",
      CUSAX_ERROR_INVALID },
    { "sha-256", "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FG:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF",
      CUSAX_ERROR_INVALID },
  };
  static const CusaxDtlsCallbacks none = { NULL, NULL, NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxDtls) dtls
        = cusax_dtls_new (dtls_rig_identity (), TRUE, cases[i].hash, cases[i].fingerprint, &none, NULL, &error);

      if (cases[i].code < 0)
        g_assert_no_error (error);
      else
        g_assert_error (error, CUSAX_ERROR, cases[i].code);
      g_assert_true ((dtls != NULL) == (cases[i].code < 0));
    }
}

static void
test_same_role (gconstpointer data)
{
  gboolean active = GPOINTER_TO_INT (data);
  DtlsWire wire;

  pair_init (&wire);
  dtls_end_free (wire.ends[active]);
  wire.ends[active] = dtls_end_new_usual (active);
  pair_start (&wire);
  g_assert_cmpint (dtls_wire_run (&wire, 20000), ==, 20000);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (wire.ends[i]->n_keys, ==, 0);
      g_assert_cmpint (wire.ends[i]->n_failed, ==, active ? 1 : 0);
    }
  pair_clear (&wire);
}

/* Nobody is there: asked again after 0.1, 0.3, 0.7, 1.5, 3.1, 4.7... s, given up after 14. */
static void
test_silent_peer (void)
{
  DtlsWire wire;

  pair_init (&wire);
  wire.lost[0] = G_MAXUINT64;
  dtls_end_start (wire.ends[0]);
  dtls_wire_run (&wire, 90);
  g_assert_cmpint (wire.ends[0]->n_sent, ==, 1);
  dtls_wire_run (&wire, 20);
  g_assert_cmpint (wire.ends[0]->n_sent, ==, 2);
  dtls_wire_run (&wire, 1500);
  g_assert_cmpint (wire.ends[0]->n_sent, ==, 5);
  dtls_wire_run (&wire, 10000);
  g_assert_cmpint (wire.ends[0]->n_failed, ==, 0);
  dtls_wire_run (&wire, 10000);
  assert_failed (wire.ends[0]);
  g_assert_cmpint (wire.ends[0]->n_sent, <=, 14);
  pair_clear (&wire);
}

/* TLS instead of DTLS: a port scanner's hello. It is not looked at, and stops nobody. */
static void
test_tls_bytes (void)
{
  static const guint8 hello[] = { 0x16, 0x03, 0x01, 0x00, 0x2f, 0x01, 0x00, 0x00, 0x2b, 0x03, 0x03, 1,  2,  3,  4,  5,  6,  7,
                                  8,    9,    10,   11,   12,   13,   14,   15,   16,   17,   18,   19, 20, 21, 22, 23, 24, 25,
                                  26,   27,   28,   29,   30,   31,   32,   0x00, 0x00, 0x04, 0x13, 0x01, 0x00, 0x2f, 0x01, 0x00 };
  static const guint8 alert[] = { 0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28 };
  DtlsWire wire;

  pair_init (&wire);
  dtls_end_start (wire.ends[1]);
  dtls_end_give (wire.ends[1], hello, sizeof hello);
  dtls_end_give (wire.ends[1], alert, sizeof alert);
  dtls_end_start (wire.ends[0]);
  dtls_end_give (wire.ends[0], hello, sizeof hello);
  dtls_end_give (wire.ends[0], alert, sizeof alert);
  dtls_wire_settle (&wire);
  assert_keys (&wire);
  pair_clear (&wire);
}

/* @shaped: with the header of a record, so that OpenSSL reads on: it may end a handshake, and must do no more than that. */
static void
write_random (GRand *random, guint8 *data, gsize *length, gboolean shaped)
{
  *length = g_rand_int_range (random, 1, 300);
  for (gsize i = 0; i < *length; i++)
    data[i] = g_rand_int (random);
  data[0] = 20 + data[0] % 44;
  if (!shaped || *length < 14)
    return;
  data[0] = 20 + data[0] % 4;
  data[1] = 0xfe;
  data[2] = g_rand_boolean (random) ? 0xfd : 0xff;
  memset (data + 3, 0, 7); /* epoch, most of the sequence number */
  data[11] = (*length - 13) >> 8;
  data[12] = (*length - 13) & 0xff;
  if (g_rand_boolean (random))
    data[13] %= 21; /* a kind of handshake message that there is */
}

static void
test_random (gconstpointer data)
{
  gboolean shaped = GPOINTER_TO_INT (data);
  guint n_up = 0;

  for (guint round = 0; round < 50; round++)
    {
      DtlsWire wire;

      pair_init (&wire);
      g_rand_set_seed (wire.random, 1000 + round);
      pair_start (&wire);
      for (guint i = 0; i < 200; i++)
        {
          guint8 junk[300];
          gsize length;

          write_random (wire.random, junk, &length, shaped);
          dtls_end_give (wire.ends[i % 2], junk, length);
          if (i % 20 == round % 20)
            dtls_wire_carry (&wire);
        }
      dtls_wire_run (&wire, 14000);
      n_up += dtls_wire_is_up (&wire);
      if (!shaped || dtls_wire_is_up (&wire))
        assert_keys (&wire);
      for (guint i = 0; i < 2; i++)
        g_assert_cmpint (wire.ends[i]->n_failed + wire.ends[i]->n_keys, <=, 1);
      pair_clear (&wire);
    }
  g_test_message ("%u of 50 handshakes went through", n_up);
}

/* Once keys are out, nothing without them changes anything. */
static void
test_random_later (void)
{
  DtlsWire wire;

  pair_init (&wire);
  pair_start (&wire);
  dtls_wire_settle (&wire);
  for (guint i = 0; i < 10000; i++)
    {
      guint8 junk[300];
      gsize length;

      write_random (wire.random, junk, &length, i % 2 == 0);
      dtls_end_give (wire.ends[i / 2 % 2], junk, length);
    }
  assert_keys (&wire);
  g_assert_false (cusax_dtls_is_closed (wire.ends[0]->dtls));
  g_assert_false (cusax_dtls_is_closed (wire.ends[1]->dtls));
  pair_clear (&wire);
}

/* -------------------------------------------------------------------- ends */

static void
test_close (gconstpointer data)
{
  guint leaver = GPOINTER_TO_INT (data);
  g_autoptr (GBytes) goodbye = NULL;
  DtlsWire wire;
  DtlsEnd *gone;
  guint before;
  gsize length;
  const guint8 *bytes;

  pair_init (&wire);
  pair_start (&wire);
  dtls_wire_settle (&wire);
  gone = wire.ends[leaver];
  before = gone->n_sent;
  g_clear_pointer (&gone->dtls, cusax_dtls_free);
  g_assert_cmpint (gone->n_sent, ==, before + 1);
  goodbye = g_queue_pop_head (&gone->sent);
  bytes = g_bytes_get_data (goodbye, &length);
  g_assert_false (cusax_dtls_is_closed (wire.ends[!leaver]->dtls));
  dtls_end_give (wire.ends[!leaver], bytes, length);
  g_assert_true (cusax_dtls_is_closed (wire.ends[!leaver]->dtls));
  dtls_end_give (wire.ends[!leaver], bytes, length);
  g_assert_cmpint (wire.ends[!leaver]->n_failed, ==, 0);
  pair_clear (&wire);
}

/* Without a handshake there is nothing to say goodbye to, and at no step is anything left behind. */
static void
test_free_anywhere (void)
{
  for (guint steps = 0; steps < 20; steps++)
    for (guint first = 0; first < 2; first++)
      {
        DtlsWire wire;
        guint sent;

        pair_init (&wire);
        if (steps > 0)
          pair_start (&wire);
        for (guint i = 1; i < steps; i++)
          dtls_wire_carry (&wire);
        sent = wire.ends[first]->n_sent;
        cusax_dtls_free (g_steal_pointer (&wire.ends[first]->dtls));
        g_assert_cmpint (wire.ends[first]->n_sent - sent, ==, wire.ends[first]->n_keys);
        g_clear_pointer (&wire.ends[first], dtls_end_free);
        wire.ends[first] = dtls_end_new_usual (first == 0); /* deaf */
        dtls_wire_run (&wire, 1000);
        pair_clear (&wire);
      }
}

/* Others in this process have OpenSSL, too, and read the queue of errors. */
static void
test_error_queue (void)
{
  DtlsWire wire;

  ERR_clear_error ();
  ERR_raise (ERR_LIB_USER, 42);
  cusax_dtls_identity_free (cusax_dtls_identity_new ());
  pair_init (&wire);
  g_assert_cmpint (ERR_GET_REASON (ERR_peek_last_error ()), ==, 42);
  pair_start (&wire);
  dtls_wire_settle (&wire);
  assert_keys (&wire); /* whatever stood there */
  g_assert_cmpint (ERR_peek_error (), ==, 0);
  pair_clear (&wire);

  pair_init (&wire);
  dtls_end_free (wire.ends[0]);
  wire.ends[0] = dtls_end_new (TRUE, "sha-256", OTHER_FINGERPRINT);
  pair_start (&wire);
  dtls_wire_settle (&wire);
  assert_failed (wire.ends[0]);
  g_assert_cmpint (ERR_peek_error (), ==, 0);
  pair_clear (&wire);
  g_assert_cmpint (ERR_peek_error (), ==, 0);
}

static void
test_fingerprint (void)
{
  g_autoptr (CusaxDtlsIdentity) one = cusax_dtls_identity_new ();
  g_autoptr (CusaxDtlsIdentity) other = cusax_dtls_identity_new ();
  const char *text = cusax_dtls_identity_get_fingerprint (one);

  g_assert_cmpint (strlen (text), ==, 95);
  g_assert_true (g_regex_match_simple ("^([0-9A-F]{2}:){31}[0-9A-F]{2}$", text, 0, 0));
  g_assert_cmpstr (cusax_dtls_identity_get_fingerprint (other), !=, text);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/dtls/handshake/client-first", "client-first", test_handshake);
  g_test_add_data_func ("/dtls/handshake/server-first", "server-first", test_handshake);
  g_test_add_data_func ("/dtls/handshake/early", "early", test_handshake);
  g_test_add_func ("/dtls/early-bound", test_early_bound);
  g_test_add_data_func ("/dtls/one-lost", GINT_TO_POINTER (FALSE), test_one_lost);
  g_test_add_data_func ("/dtls/one-cut", GINT_TO_POINTER (TRUE), test_one_lost);
  g_test_add_data_func ("/dtls/wire/doubles", "doubles", test_bad_wire);
  g_test_add_data_func ("/dtls/wire/turns-round", "round", test_bad_wire);
  g_test_add_data_func ("/dtls/wire/garbage", "garbage", test_bad_wire);
  g_test_add_data_func ("/dtls/wire/loss", "loss", test_bad_wire);
  g_test_add_data_func ("/dtls/wire/all", "doubles round garbage loss", test_bad_wire);
  for (gsize i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      g_autofree char *name = g_strdup_printf ("/dtls/stranger/%s", strangers[i].name);

      g_test_add_data_func (name, &strangers[i], test_stranger);
    }
  g_test_add_data_func ("/dtls/wrong-fingerprint/client", GINT_TO_POINTER (0), test_wrong_fingerprint);
  g_test_add_data_func ("/dtls/wrong-fingerprint/server", GINT_TO_POINTER (1), test_wrong_fingerprint);
  g_test_add_func ("/dtls/nearly-right", test_nearly_right);
  g_test_add_func ("/dtls/grammar", test_grammar);
  g_test_add_data_func ("/dtls/both-active", GINT_TO_POINTER (TRUE), test_same_role);
  g_test_add_data_func ("/dtls/both-passive", GINT_TO_POINTER (FALSE), test_same_role);
  g_test_add_func ("/dtls/silent-peer", test_silent_peer);
  g_test_add_func ("/dtls/tls-bytes", test_tls_bytes);
  g_test_add_data_func ("/dtls/random/any", GINT_TO_POINTER (FALSE), test_random);
  g_test_add_data_func ("/dtls/random/shaped", GINT_TO_POINTER (TRUE), test_random);
  g_test_add_func ("/dtls/random/later", test_random_later);
  g_test_add_data_func ("/dtls/close/client", GINT_TO_POINTER (0), test_close);
  g_test_add_data_func ("/dtls/close/server", GINT_TO_POINTER (1), test_close);
  g_test_add_func ("/dtls/free-anywhere", test_free_anywhere);
  g_test_add_func ("/dtls/error-queue", test_error_queue);
  g_test_add_func ("/dtls/fingerprint", test_fingerprint);
  result = g_test_run ();
  dtls_strangers_forget ();
  return result;
}
