/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two transports with ICE against each other, on loopback: ways and keys, restarts, moves, and what must not work. */
#include "error.h"
#include "rig.h"
#include "transport-private.h"

#include <string.h>
#include <unistd.h>

#define SUITE_80 CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80

typedef struct
{
  const char *name;
  CusaxKeying keying;
  gboolean mux;
  CusaxDtlsSetup answer; /* what the answerer says */
} Way;

static const Way ways[] = {
  { "plain", CUSAX_KEYING_NONE, FALSE, CUSAX_DTLS_SETUP_NONE },
  { "plain-mux", CUSAX_KEYING_NONE, TRUE, CUSAX_DTLS_SETUP_NONE },
  { "sdes", CUSAX_KEYING_SDES, FALSE, CUSAX_DTLS_SETUP_NONE },
  { "sdes-mux", CUSAX_KEYING_SDES, TRUE, CUSAX_DTLS_SETUP_NONE },
  { "dtls-active", CUSAX_KEYING_DTLS, FALSE, CUSAX_DTLS_SETUP_ACTIVE },
  { "dtls-active-mux", CUSAX_KEYING_DTLS, TRUE, CUSAX_DTLS_SETUP_ACTIVE },
  { "dtls-passive-mux", CUSAX_KEYING_DTLS, TRUE, CUSAX_DTLS_SETUP_PASSIVE },
};

static CusaxTransportDescription *
dup_for (const RigSide *other, const Way *way, gboolean is_answer)
{
  CusaxDtlsSetup setup = CUSAX_DTLS_SETUP_NONE;
  CusaxTransportDescription *remote;

  if (way->keying == CUSAX_KEYING_DTLS)
    setup = is_answer ? way->answer : way->answer == CUSAX_DTLS_SETUP_PASSIVE ? CUSAX_DTLS_SETUP_ACTIVE : CUSAX_DTLS_SETUP_ACTPASS;
  remote = rig_side_dup_offer (other, setup, way->mux);
  if (way->keying == CUSAX_KEYING_SDES)
    remote->crypto = other->local->crypto;
  return remote;
}

/* @b answers what @a offered. */
static void
agree (RigSide *a, RigSide *b, const Way *way)
{
  g_autoptr (CusaxTransportDescription) offer = dup_for (a, way, FALSE);
  g_autoptr (CusaxTransportDescription) answer = dup_for (b, way, TRUE);

  rig_side_agree (b, offer);
  rig_side_agree (a, answer);
}

static void
until_ready (RigSide *a, RigSide *b)
{
  rig_until (a, a->state == CUSAX_TRANSPORT_READY);
  rig_until (b, b->state == CUSAX_TRANSPORT_READY);
}

static void
exchange (RigSide *a, RigSide *b, guint32 first)
{
  for (guint32 i = first; i < first + 3; i++)
    {
      rig_session_send_rtp (a, i);
      g_assert_cmpint (rig_session_next_rtp (b), ==, i);
      rig_session_send_rtp (b, i);
      g_assert_cmpint (rig_session_next_rtp (a), ==, i);
    }
}

/* RTCP has a component and maybe a handshake of its own: the first ones may come too early. */
static void
exchange_rtcp (RigSide *a, RigSide *b)
{
  gint64 end = g_get_monotonic_time () + RIG_MS * 1000;

  do
    {
      rig_session_send_rtcp (a, 7);
      rig_run_for (5);
    }
  while (rig_socket_is_quiet (b->session[1]) && g_get_monotonic_time () < end);
  g_assert_cmpint (rig_session_next_rtcp (b), ==, 7);
}

static void
test_way (gconstpointer data)
{
  const Way *way = data;
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  gint64 start = g_get_monotonic_time ();
  CusaxTransportStats stats;

  g_assert_cmpint (a->local->candidates->len, ==, 2);
  g_assert_cmpstr (a->local->address, ==, "127.0.0.1");
  g_assert_cmpint (a->local->setup, ==, CUSAX_DTLS_SETUP_ACTPASS);
  agree (a, b, way);
  until_ready (a, b);
  g_test_message ("%s: READY after %.1f and %.1f ms", way->name, (a->ready_at - start) / 1e3, (b->ready_at - start) / 1e3);
  exchange (a, b, 1);
  exchange_rtcp (a, b);
  exchange_rtcp (b, a);
  stats = rig_side_stats (a);
  g_assert_cmpint (stats.keying, ==, way->keying);
  g_assert_cmpstr (stats.suite, ==,
                   way->keying == CUSAX_KEYING_NONE   ? NULL
                   : way->keying == CUSAX_KEYING_DTLS ? "AEAD_AES_128_GCM"
                                                      : "AES_CM_128_HMAC_SHA1_80");
  g_assert_cmpstr (stats.local_kind, ==, "host");
  g_assert_true (g_str_has_prefix (stats.remote_address, "127.0.0.1:"));
  g_assert_cmpstr (a->events->str, ==, " ready out in");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *name = g_strconcat ("/ice/way/", ways[i].name, NULL);

      g_test_add_data_func (name, &ways[i], test_way);
    }
  return g_test_run ();
}
