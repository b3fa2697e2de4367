/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strangers, forgers and garbage at the ports of a call: nothing of theirs is heard, all of it is counted. */
#include "rig.h"

#include <string.h>
#include <unistd.h>

#define SUITE_80 CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80

/* A bare peer or stranger. */
typedef struct
{
  int rtp, rtcp;
  guint16 rtp_port, rtcp_port;
  guint16 sequence;
  guint32 ssrc;
} Peer;

static void
peer_init (Peer *peer)
{
  static guint32 ssrc = 0x7000;

  peer->ssrc = ssrc++;
  peer->rtp = rig_socket ("127.0.0.1", &peer->rtp_port);
  peer->rtcp = rig_socket ("127.0.0.1", &peer->rtcp_port);
  peer->sequence = 1;
}

static void
peer_clear (Peer *peer)
{
  close (peer->rtp);
  close (peer->rtcp);
}

static void
peer_send (Peer *peer, const RigSide *side, guint32 number)
{
  guint8 data[64];

  rig_socket_send (peer->rtp, "127.0.0.1", side->local->rtp_port, data,
                   rig_write_rtp (data, peer->ssrc, peer->sequence++, number));
}

static void
expect_sent_to (RigSide *side, Peer *peer, guint32 number)
{
  guint8 data[RIG_PACKET_SIZE];
  guint16 from;

  rig_session_send_rtp (side, number);
  g_assert_cmpint (rig_read_rtp (data, rig_socket_next (peer->rtp, data, &from)), ==, number);
  g_assert_cmpint (from, ==, side->local->rtp_port); /* RFC 4961 */
}

/* Comedia: SDP names a port where nobody is, the peer sends from elsewhere. Then a stranger tries. */
static void
test_plain_latching (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", FALSE);
  Peer said, peer, stranger;

  peer_init (&said);
  peer_init (&peer);
  peer_init (&stranger);
  rig_side_set_plain_remote (a, "127.0.0.1", said.rtp_port, said.rtcp_port);
  expect_sent_to (a, &said, 1);
  peer_send (&peer, a, 2);
  g_assert_cmpint (rig_session_next_rtp (a), ==, 2);
  expect_sent_to (a, &peer, 3);

  peer_send (&stranger, a, 666);
  peer_send (&peer, a, 4); /* the same socket of ours: in order */
  g_assert_cmpint (rig_session_next_rtp (a), ==, 4);
  expect_sent_to (a, &peer, 5);
  g_assert_cmpint (rig_side_stats (a).packets_dropped, ==, 1);

  /* A session refresh is no chance for one who keeps on sending. */
  rig_side_set_plain_remote (a, "127.0.0.1", said.rtp_port, said.rtcp_port);
  peer_send (&stranger, a, 666);
  peer_send (&peer, a, 6);
  g_assert_cmpint (rig_session_next_rtp (a), ==, 6);
  expect_sent_to (a, &peer, 7);
  g_assert_cmpint (rig_side_stats (a).packets_dropped, ==, 2);
  peer_clear (&said);
  peer_clear (&peer);
  peer_clear (&stranger);
}

/* Once SDP's address was heard, nobody else is. */
static void
test_plain_stranger (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", FALSE);
  Peer peer, stranger;

  peer_init (&peer);
  peer_init (&stranger);
  rig_side_set_plain_remote (a, "127.0.0.1", peer.rtp_port, peer.rtcp_port);
  peer_send (&peer, a, 1);
  g_assert_cmpint (rig_session_next_rtp (a), ==, 1);
  for (guint32 i = 0; i < 50; i++)
    peer_send (&stranger, a, 666);
  peer_send (&peer, a, 2);
  g_assert_cmpint (rig_session_next_rtp (a), ==, 2);
  expect_sent_to (a, &peer, 3);
  g_assert_cmpint (rig_side_stats (a).packets_dropped, ==, 50);
  peer_clear (&peer);
  peer_clear (&stranger);
}

/* Garbage must not latch either. */
static void
test_garbage (gconstpointer user_data)
{
  gboolean secure = GPOINTER_TO_INT (user_data);
  static const guint8 stun[20] = { 0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4, 0x42 };
  static const guint8 dtls[30] = { 0x16, 0xfe, 0xfd };
  static const guint8 cut[11] = { 0x80, 0x08 };
  static const guint8 extension[20] = { 0x90, 0x08, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
  static const guint8 report[8] = { 0x80, 0xc9, 0xff, 0xff };
  static const guint8 large[CUSAX_PACKET_MAX + 1] = { 0x80, 0x08 };
  static const guint8 largest[65507] = { 0x80, 0x08 };
  static const struct
  {
    const guint8 *data;
    gsize length;
  } garbage[] = { { stun, 0 },
                  { stun, sizeof stun },
                  { dtls, sizeof dtls },
                  { cut, sizeof cut },
                  { extension, sizeof extension },
                  { report, sizeof report },
                  { large, sizeof large },
                  { largest, sizeof largest } };
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", secure);
  g_autoptr (RigSide) b = rig_side_new_open ("127.0.0.1", secure);
  guint64 count = 0;
  Peer stranger;

  peer_init (&stranger);
  rig_side_set_remote (a, b, secure ? SUITE_80 : CUSAX_SRTP_NONE, FALSE);
  rig_side_set_remote (b, a, secure ? SUITE_80 : CUSAX_SRTP_NONE, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      rig_socket_send (stranger.rtp, "127.0.0.1", a->local->rtp_port, garbage[i].data, garbage[i].length);
      rig_socket_send (stranger.rtp, "127.0.0.1", a->local->rtcp_port, garbage[i].data, garbage[i].length);
      count += 2;
    }
  for (guint i = 0; i < 2000; i++) /* whatever two first bytes */
    {
      guint8 noise[40];

      for (gsize k = 0; k < sizeof noise; k++)
        noise[k] = g_test_rand_int_range (0, 256);
      noise[0] = secure ? noise[0] : noise[0] & 0x7f; /* in plain RTP a good header is a packet */
      rig_socket_send (stranger.rtp, "127.0.0.1", a->local->rtp_port, noise, sizeof noise);
      count++;
      if (i % 100 == 99)
        rig_until (a, rig_side_stats (a).packets_dropped == count);
    }
  rig_session_send_rtp (b, 1);
  g_assert_cmpint (rig_session_next_rtp (a), ==, 1);
  rig_session_send_rtp (a, 2);
  g_assert_cmpint (rig_session_next_rtp (b), ==, 2);
  g_assert_cmpint (rig_side_stats (a).packets_dropped, ==, count);
  g_assert_cmpint (rig_side_stats (a).packets_received, ==, 1);
  peer_clear (&stranger);
}

/* RTP belongs to the RTP port. */
static void
test_rtp_on_rtcp_port (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", FALSE);
  guint8 data[64];
  Peer peer;

  peer_init (&peer);
  rig_side_set_plain_remote (a, "127.0.0.1", peer.rtp_port, peer.rtcp_port);
  rig_socket_send (peer.rtcp, "127.0.0.1", a->local->rtcp_port, data, rig_write_rtp (data, 1, 1, 1));
  rig_until (a, rig_side_stats (a).packets_dropped == 1);
  rig_socket_send (peer.rtcp, "127.0.0.1", a->local->rtcp_port, data, rig_write_rtcp (data, 1, 2));
  g_assert_cmpint (rig_session_next_rtcp (a), ==, 2);
  g_assert_true (rig_socket_is_quiet (a->session[0]));
  peer_clear (&peer);
}

/* ------------------------------------------------------------------- SRTP */

/* A relay between the peer and us that can change what passes. */
typedef struct
{
  RigSide *a;
  CusaxSrtp *srtp; /* the peer's encryption, its key known to a */
  Peer peer, stranger;
  guint8 data[RIG_PACKET_SIZE] __attribute__ ((aligned (8)));
  gsize length;
} Secure;

static void
secure_init (Secure *s)
{
  g_autoptr (CusaxTransportDescription) remote = NULL;
  CusaxCrypto ours = { .tag = 1, .suite = SUITE_80 };

  s->a = rig_side_new_open ("127.0.0.1", TRUE);
  peer_init (&s->peer);
  peer_init (&s->stranger);
  remote = cusax_transport_description_new ("127.0.0.1", s->peer.rtp_port, s->peer.rtcp_port);
  remote->crypto.suite = SUITE_80;
  g_assert_true (cusax_srtp_make_key (remote->crypto.key, NULL));
  s->srtp = cusax_srtp_new (CUSAX_SRTP_ENCRYPT, SUITE_80, remote->crypto.key, NULL);
  g_assert_true (s->a->transport->vtable->set_remote (s->a->transport, remote, &ours, NULL));
}

static void
secure_make (Secure *s, guint32 number)
{
  s->length = rig_write_rtp (s->data, 0x55, s->peer.sequence++, number);
  g_assert_true (cusax_srtp_apply (s->srtp, CUSAX_PACKET_RTP, s->data, &s->length));
}

static void
secure_send (Secure *s, const Peer *from)
{
  rig_socket_send (from->rtp, "127.0.0.1", s->a->local->rtp_port, s->data, s->length);
}

/* Where a's next packet goes. */
static void
secure_expect_target (Secure *s, const Peer *peer)
{
  guint8 data[RIG_PACKET_SIZE];

  rig_session_send_rtp (s->a, 9);
  g_assert_cmpint (rig_socket_next (peer->rtp, data, NULL), ==, 26);
}

static void
secure_clear (Secure *s)
{
  rig_side_free (s->a);
  cusax_srtp_free (s->srtp);
  peer_clear (&s->peer);
  peer_clear (&s->stranger);
}

static void
test_srtp_tampered (void)
{
  Secure s;

  secure_init (&s);
  for (gsize i = 0; i < 26; i++)
    {
      secure_make (&s, 666);
      s.data[i] ^= 0x40; /* byte 0: version 3, byte 1: another payload type, the others: anything */
      secure_send (&s, &s.peer);
    }
  secure_make (&s, 1);
  secure_send (&s, &s.peer);
  g_assert_cmpint (rig_session_next_rtp (s.a), ==, 1);
  secure_send (&s, &s.peer); /* replayed */
  secure_make (&s, 2);
  secure_send (&s, &s.peer);
  g_assert_cmpint (rig_session_next_rtp (s.a), ==, 2);
  g_assert_cmpint (rig_side_stats (s.a).packets_dropped, ==, 27);
  g_assert_cmpint (rig_side_stats (s.a).packets_received, ==, 2);
  secure_clear (&s);
}

/* A stranger's own packets, plain or replayed, neither sound nor move the target; an authentic one does. */
static void
test_srtp_stranger (void)
{
  Secure s;

  secure_init (&s);
  peer_send (&s.stranger, s.a, 666); /* plain */
  secure_make (&s, 1);
  secure_send (&s, &s.peer);
  g_assert_cmpint (rig_session_next_rtp (s.a), ==, 1);
  secure_send (&s, &s.stranger); /* replayed from elsewhere */
  secure_make (&s, 2);
  secure_send (&s, &s.peer);
  g_assert_cmpint (rig_session_next_rtp (s.a), ==, 2);
  secure_expect_target (&s, &s.peer);
  g_assert_cmpint (rig_side_stats (s.a).packets_dropped, ==, 2);
  g_assert_true (rig_socket_is_quiet (s.stranger.rtp));
  secure_clear (&s);
}

static void
test_srtp_latching (void)
{
  Secure s;

  secure_init (&s);
  peer_send (&s.stranger, s.a, 666);
  rig_until (s.a, rig_side_stats (s.a).packets_dropped == 1);
  secure_expect_target (&s, &s.peer);
  secure_make (&s, 1);
  secure_send (&s, &s.stranger); /* holds the key: is the peer, behind NAT */
  g_assert_cmpint (rig_session_next_rtp (s.a), ==, 1);
  secure_expect_target (&s, &s.stranger);
  secure_clear (&s);
}

/* ---------------------------------------------------------- before, and leg */

/* Whatever came before set_remote is gone: not heard later, not latched to, and the sockets never fill up. */
static void
test_before_remote (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", FALSE);
  Peer peer, stranger;

  peer_init (&peer);
  peer_init (&stranger);
  for (guint64 i = 1; i <= 2000; i++)
    {
      peer_send (&stranger, a, 666);
      if (i % 100 == 0)
        rig_until (a, rig_side_stats (a).packets_dropped == i);
    }
  rig_side_set_plain_remote (a, "127.0.0.1", peer.rtp_port, peer.rtcp_port);
  peer_send (&peer, a, 1);
  g_assert_cmpint (rig_session_next_rtp (a), ==, 1);
  expect_sent_to (a, &peer, 2);
  g_assert_cmpint (rig_side_stats (a).packets_received, ==, 1);
  g_assert_cmpstr (a->events->str, ==, " ready");
  peer_clear (&peer);
  peer_clear (&stranger);
}

/* Another local program talks to the leg: before it is connected, afterwards, with and without SRTP. */
static void
test_leg_stranger (gconstpointer user_data)
{
  gboolean protect = GPOINTER_TO_INT (user_data);
  CusaxTransportConfig config = { .local_address = "127.0.0.1", .protect_leg = protect };
  g_autoptr (RigSide) a = rig_side_new (NULL, FALSE, &config);
  const CusaxLeg *leg = a->transport->vtable->get_leg (a->transport);
  guint8 data[RIG_PACKET_SIZE];
  Peer peer, stranger;

  peer_init (&peer);
  peer_init (&stranger);
  for (guint i = 0; i < 100; i++)
    rig_socket_send (stranger.rtp, "127.0.0.1", leg->rtp_port, data, rig_write_rtp (data, 1, i, 666));
  rig_side_open (a);
  rig_side_set_plain_remote (a, "127.0.0.1", peer.rtp_port, peer.rtcp_port);
  for (guint i = 0; i < 100; i++)
    rig_socket_send (stranger.rtp, "127.0.0.1", leg->rtp_port, data, rig_write_rtp (data, 1, i, 666));
  rig_session_send_rtp (a, 1);
  g_assert_cmpint (rig_read_rtp (data, rig_socket_next (peer.rtp, data, NULL)), ==, 1);
  rig_until (a, rig_side_stats (a).packets_sent == 1); /* counted right after it has left */
  peer_clear (&peer);
  peer_clear (&stranger);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hostile/plain/latching", test_plain_latching);
  g_test_add_func ("/hostile/plain/stranger", test_plain_stranger);
  g_test_add_data_func ("/hostile/garbage/plain", GINT_TO_POINTER (FALSE), test_garbage);
  g_test_add_data_func ("/hostile/garbage/srtp", GINT_TO_POINTER (TRUE), test_garbage);
  g_test_add_func ("/hostile/rtp-on-rtcp-port", test_rtp_on_rtcp_port);
  g_test_add_func ("/hostile/srtp/tampered", test_srtp_tampered);
  g_test_add_func ("/hostile/srtp/stranger", test_srtp_stranger);
  g_test_add_func ("/hostile/srtp/latching", test_srtp_latching);
  g_test_add_func ("/hostile/before-remote", test_before_remote);
  g_test_add_data_func ("/hostile/leg/plain", GINT_TO_POINTER (FALSE), test_leg_stranger);
  g_test_add_data_func ("/hostile/leg/protected", GINT_TO_POINTER (TRUE), test_leg_stranger);
  return g_test_run ();
}
