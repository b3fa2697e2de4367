/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * P2: the address of this machine changes in mid-call. New sockets there, the same keys, the same sound.
 */
#include "rig.h"

#include <string.h>

static const char there[] = "127.0.0.2"; /* all of 127/8 is this machine */

typedef struct
{
  const char *name;
  CusaxSrtpSuite suite;
} Variant;

static const Variant variants[] = {
  { "plain", CUSAX_SRTP_NONE },
  { "srtp", CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80 },
};

static void
exchange (RigSide *a, RigSide *b, guint32 first)
{
  for (guint32 i = first; i < first + 20; i++)
    {
      rig_session_send_rtp (a, i);
      g_assert_cmpuint (rig_session_next_rtp (b), ==, i);
      rig_session_send_rtp (b, i);
      g_assert_cmpuint (rig_session_next_rtp (a), ==, i);
    }
}

static void
move (RigSide *side, const char *address)
{
  g_string_truncate (side->events, 0);
  side->transport->vtable->move (side->transport, address);
  g_assert_cmpstr (side->events->str, ==, ""); /* never from inside the call */
  rig_until_event (side, "ready");
}

static void
test_P2_move (gconstpointer data)
{
  const Variant *v = data;
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", v->suite != CUSAX_SRTP_NONE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", v->suite != CUSAX_SRTP_NONE);
  guint8 key[CUSAX_SRTP_KEY_LENGTH];

  rig_side_set_remote (a, b, v->suite, FALSE);
  rig_side_set_remote (b, a, v->suite, FALSE);
  exchange (a, b, 0);
  memcpy (key, a->local->crypto.key, sizeof key);

  move (a, there);
  g_assert_cmpstr (a->local->address, ==, there);
  g_assert_cmpmem (a->local->crypto.key, sizeof key, key, sizeof key);

  rig_side_set_remote (b, a, v->suite, FALSE);
  rig_side_set_remote (a, b, v->suite, FALSE);
  exchange (a, b, 100);
}

/* Before the other side has answered: who knows our key hears us from wherever we are (latching). */
static void
test_P2_sound_goes_on_at_once (void)
{
  const CusaxSrtpSuite suite = CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80;
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", TRUE);

  rig_side_set_remote (a, b, suite, FALSE);
  rig_side_set_remote (b, a, suite, FALSE);
  exchange (a, b, 0);
  rig_side_set_remote (b, a, suite, FALSE); /* a path that may be learnt anew */
  move (a, there);
  exchange (a, b, 100);
}

/* An address that this machine does not have: the call stays where it is, and says so. */
static void
test_P2_no_such_address (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", FALSE);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", FALSE);
  guint16 port = a->local->rtp_port;

  rig_side_set_remote (a, b, CUSAX_SRTP_NONE, FALSE);
  rig_side_set_remote (b, a, CUSAX_SRTP_NONE, FALSE);
  g_test_expect_message ("cusax-rtp", G_LOG_LEVEL_MESSAGE, "media stay where they are*");
  move (a, "192.0.2.77");
  g_test_assert_expected_messages ();
  g_assert_cmpstr (a->local->address, ==, "127.0.0.1");
  g_assert_cmpuint (a->local->rtp_port, ==, port);
  exchange (a, b, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (variants); i++)
    {
      g_autofree char *path = g_strconcat ("/move/P2/", variants[i].name, NULL);
      g_test_add_data_func (path, &variants[i], test_P2_move);
    }
  g_test_add_func ("/move/P2-sound-goes-on-at-once", test_P2_sound_goes_on_at_once);
  g_test_add_func ("/move/P2-no-such-address", test_P2_no_such_address);
  return g_test_run ();
}
