/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A picture that goes through the sound's network side (BUNDLE, RFC 8843), RTCP feedback on its way, and what reports of the other
 * side make of a call: src/rtp/transport.h. P14, P15, A5.
 */
#include "error.h"
#include "rig.h"
#include "transport-private.h"

#include <string.h>
#include <unistd.h>

#define SOUND 8
#define PICTURE 96
#define PICTURE_SSRC 0xcafe0001
#define THEIR_SOUND 0xbeef0001
#define THEIR_PICTURE 0xbeef0002

static const guint8 picture_types[] = { PICTURE, 97 };

/* One end: two transports and a bare socket for the peer, or another end. */
typedef struct
{
  RigSide *sound, *picture;
  int peer;
  guint16 port;
} End;

static RigSide *
new_guest (void)
{
  RigSide *side = rig_side_new ("127.0.0.1", FALSE, NULL);

  rig_side_set_leg (side);
  return side;
}

static void
bundle (End *end, const guint8 *types, guint n)
{
  g_autoptr (GError) error = NULL;
  CusaxTransport *guest = end->picture->transport;

  guest->vtable->bundle (guest, end->sound->transport, types, n, &error);
  g_assert_no_error (error);
}

/* Bundled, the peer not known yet. */
static void
end_open (End *end)
{
  end->sound = rig_side_new_open ("127.0.0.1", FALSE);
  end->picture = new_guest ();
  end->peer = rig_socket ("127.0.0.1", &end->port);
  bundle (end, picture_types, G_N_ELEMENTS (picture_types));
}

/* ... and connected with the bare socket, RTCP on the same port. */
static void
end_connect (End *end)
{
  g_autoptr (CusaxTransportDescription) remote = cusax_transport_description_new ("127.0.0.1", end->port, end->port);
  g_autoptr (GError) error = NULL;

  remote->rtcp_mux = TRUE;
  end->sound->transport->vtable->set_remote (end->sound->transport, remote, NULL, &error);
  g_assert_no_error (error);
}

static void
end_clear (End *end)
{
  g_clear_pointer (&end->picture, rig_side_free);
  g_clear_pointer (&end->sound, rig_side_free);
  close (end->peer);
}

static gsize
write_packet (guint8 *data, guint8 type, guint32 ssrc, guint32 number)
{
  gsize length = rig_write_rtp (data, ssrc, number, number);

  data[1] = type;
  return length;
}

/* The session of @side sends; @kind as classified. */
static void
session_send (RigSide *side, CusaxPacketKind kind, const guint8 *packet, gsize length)
{
  const CusaxLeg *leg = side->transport->vtable->get_leg (side->transport);
  guint8 data[RIG_PACKET_SIZE] __attribute__ ((aligned (8)));

  memcpy (data, packet, length);
  g_assert_true (cusax_srtp_apply (side->encrypt, kind, data, &length));
  rig_socket_send (side->session[kind == CUSAX_PACKET_RTCP], "127.0.0.1",
                   kind == CUSAX_PACKET_RTCP ? leg->rtcp_port : leg->rtp_port, data, length);
}

static void
session_send_rtp (RigSide *side, guint8 type, guint32 ssrc, guint32 number)
{
  guint8 data[RIG_PACKET_SIZE];
  gsize length = write_packet (data, type, ssrc, number);

  session_send (side, CUSAX_PACKET_RTP, data, length);
}

/* What the session of @side hears next is exactly @packet. */
static void
assert_heard (RigSide *side, CusaxPacketKind kind, const guint8 *packet, gsize length)
{
  guint8 data[RIG_PACKET_SIZE] __attribute__ ((aligned (8)));
  gsize got = rig_socket_next (side->session[kind == CUSAX_PACKET_RTCP], data, NULL);

  g_assert_true (cusax_srtp_apply (side->decrypt, kind, data, &got));
  g_assert_cmpmem (data, got, packet, length);
}

static void
assert_heard_rtp (RigSide *side, guint8 type, guint32 ssrc, guint32 number)
{
  guint8 data[RIG_PACKET_SIZE];
  gsize length = write_packet (data, type, ssrc, number);

  assert_heard (side, CUSAX_PACKET_RTP, data, length);
}

static void
peer_send (End *end, const guint8 *data, gsize length)
{
  rig_socket_send (end->peer, "127.0.0.1", end->sound->local->rtp_port, data, length);
}

static void
peer_send_rtp (End *end, guint8 type, guint32 ssrc, guint32 number)
{
  guint8 data[RIG_PACKET_SIZE];
  gsize length = write_packet (data, type, ssrc, number);

  peer_send (end, data, length);
}

/* With another @sequence than the session gave it. */
static void
assert_peer_gets_as (End *end, guint8 type, guint32 ssrc, guint32 number, guint16 sequence)
{
  guint8 data[RIG_PACKET_SIZE], expected[RIG_PACKET_SIZE];
  gsize length = write_packet (expected, type, ssrc, number);
  gsize got = rig_socket_next (end->peer, data, NULL);

  cusax_packet_set_sequence (expected, sequence);
  g_assert_cmpmem (data, got, expected, length);
}

static void
assert_peer_gets (End *end, guint8 type, guint32 ssrc, guint32 number)
{
  assert_peer_gets_as (end, type, ssrc, number, number);
}

/* Both speak, both are heard, so that everybody's SSRC is known. */
static void
exchange (End *end, guint32 number)
{
  session_send_rtp (end->sound, SOUND, end->sound->ssrc, number);
  assert_peer_gets (end, SOUND, end->sound->ssrc, number);
  session_send_rtp (end->picture, PICTURE, PICTURE_SSRC, number);
  assert_peer_gets (end, PICTURE, PICTURE_SSRC, number);
  peer_send_rtp (end, SOUND, THEIR_SOUND, number);
  assert_heard_rtp (end->sound, SOUND, THEIR_SOUND, number);
  peer_send_rtp (end, 97, THEIR_PICTURE, number);
  assert_heard_rtp (end->picture, 97, THEIR_PICTURE, number);
}

static void
assert_silent (RigSide *side)
{
  for (guint i = 0; i < 2; i++)
    g_assert_true (rig_socket_is_quiet (side->session[i]));
}

/* ------------------------------------------------------------------ packets */

static void
test_plain (void)
{
  CusaxTransportStats stats;
  End end;

  end_open (&end);
  session_send_rtp (end.picture, PICTURE, PICTURE_SSRC, 0); /* nobody is there yet */
  peer_send_rtp (&end, PICTURE, THEIR_PICTURE, 0);
  rig_until_blocked (rig_side_stats (end.sound).packets_dropped == 1);
  rig_run_for (50);
  g_assert_true (rig_socket_is_quiet (end.peer));
  g_assert_cmpint (end.picture->state, ==, CUSAX_TRANSPORT_NEW);
  end_connect (&end);
  rig_until (end.picture, end.picture->state == CUSAX_TRANSPORT_READY);
  for (guint32 i = 1; i <= 50; i++)
    exchange (&end, i);
  rig_until_event (end.sound, "ready out in");
  rig_until_event (end.picture, "out in");
  g_assert_cmpstr (end.picture->events->str, ==, " out in");

  rig_until_blocked (rig_side_stats (end.picture).packets_sent == 50);
  stats = rig_side_stats (end.picture);
  g_assert_cmpint (stats.packets_received, ==, 50);
  g_assert_cmpint (stats.bytes_received, ==, 50 * 16);
  g_assert_cmpint (stats.bytes_sent, ==, 50 * 16);
  g_assert_cmpint (stats.packets_lost, ==, 0);
  g_assert_cmpint (stats.packets_dropped, ==, 0);
  g_assert_cmpstr (stats.local_address, ==, rig_side_stats (end.sound).local_address);
  g_assert_true (g_str_has_prefix (stats.remote_address, "127.0.0.1:"));
  stats = rig_side_stats (end.sound);
  g_assert_cmpint (stats.packets_received, ==, 50);
  g_assert_cmpint (stats.packets_sent, ==, 50);
  assert_silent (end.sound);
  assert_silent (end.picture);
  end_clear (&end);
}

/* Two ends with DTLS-SRTP: one association carries both streams. */
static void
test_dtls (void)
{
  CusaxTransportConfig config
    = { .local_address = "127.0.0.1", .offer_dtls = TRUE, .protect_leg = TRUE };
  End a = { rig_side_new ("127.0.0.1", FALSE, &config), new_guest (), -1, 0 };
  End b = { rig_side_new ("127.0.0.1", FALSE, &config), new_guest (), -1, 0 };
  g_autoptr (CusaxTransportDescription) to_a = NULL;
  g_autoptr (CusaxTransportDescription) to_b = NULL;
  CusaxTransportStats stats;

  rig_side_open (a.sound);
  rig_side_open (b.sound);
  bundle (&a, picture_types, 2);
  bundle (&b, picture_types, 2);
  to_b = rig_side_dup_offer (b.sound, CUSAX_DTLS_SETUP_PASSIVE, TRUE);
  to_a = rig_side_dup_offer (a.sound, CUSAX_DTLS_SETUP_ACTIVE, TRUE);
  rig_side_agree (a.sound, to_b);
  rig_side_agree (b.sound, to_a);
  rig_until (a.picture, a.picture->state == CUSAX_TRANSPORT_READY && b.picture->state == CUSAX_TRANSPORT_READY);

  for (guint32 i = 0; i < 20; i++)
    {
      session_send_rtp (a.sound, SOUND, a.sound->ssrc, i);
      assert_heard_rtp (b.sound, SOUND, a.sound->ssrc, i);
      session_send_rtp (a.picture, PICTURE, PICTURE_SSRC, i);
      assert_heard_rtp (b.picture, PICTURE, PICTURE_SSRC, i);
      session_send_rtp (b.picture, 97, THEIR_PICTURE, i);
      assert_heard_rtp (a.picture, 97, THEIR_PICTURE, i);
    }
  stats = rig_side_stats (a.picture);
  g_assert_cmpint (stats.keying, ==, CUSAX_KEYING_DTLS);
  g_assert_cmpstr (stats.suite, ==, "AEAD_AES_128_GCM");
  g_assert_cmpint (rig_side_stats (a.sound).packets_dropped, ==, 0);
  rig_side_free (a.picture);
  rig_side_free (b.sound); /* in either order */
  rig_side_free (b.picture);
  rig_side_free (a.sound);
}

/* Hold of one stream is not hold of the other. */
static void
test_directions (void)
{
  End end;

  end_open (&end);
  end_connect (&end);
  exchange (&end, 1);
  end.sound->transport->vtable->set_direction (end.sound->transport, CUSAX_DIRECTION_INACTIVE);
  session_send_rtp (end.sound, SOUND, end.sound->ssrc, 2);
  peer_send_rtp (&end, SOUND, THEIR_SOUND, 2);
  session_send_rtp (end.picture, PICTURE, PICTURE_SSRC, 2);
  assert_peer_gets (&end, PICTURE, PICTURE_SSRC, 2);
  peer_send_rtp (&end, PICTURE, THEIR_PICTURE, 2);
  assert_heard_rtp (end.picture, PICTURE, THEIR_PICTURE, 2);
  assert_silent (end.sound);

  end.sound->transport->vtable->set_direction (end.sound->transport, CUSAX_DIRECTION_SENDRECV);
  end.picture->transport->vtable->set_direction (end.picture->transport, CUSAX_DIRECTION_RECVONLY);
  session_send_rtp (end.picture, PICTURE, PICTURE_SSRC, 3);
  session_send_rtp (end.sound, SOUND, end.sound->ssrc, 3);
  assert_peer_gets_as (&end, SOUND, end.sound->ssrc, 3, 2); /* what was held back has no number */
  end_clear (&end);
}

/* --------------------------------------------------------------------- RTCP */

static void
put32 (guint8 *data, guint32 value)
{
  value = g_htonl (value);
  memcpy (data, &value, 4);
}

typedef struct
{
  const char *name;
  guint32 words[24]; /* ends with END */
  gboolean sound, picture;
} Feedback;

#define END 0x50000000
#define OUR_SOUND 0x50000001 /* known at run time only */
#define NOBODY 0x12345678

static const Feedback feedbacks[] = {
  { "RR about our sound", { 0x81c90007, NOBODY, OUR_SOUND, 0, 0, 0, 0, 0, END }, TRUE, FALSE },
  { "RR about our picture", { 0x81c90007, 1, PICTURE_SSRC, 0, 0, 0, 0, 0, END }, FALSE, TRUE },
  { "SR of their sound", { 0x80c80006, THEIR_SOUND, 0, 0, 0, 0, 0, END }, TRUE, FALSE },
  { "SR of their picture", { 0x80c80006, THEIR_PICTURE, 0, 0, 0, 0, 0, END }, FALSE, TRUE },
  { "SR about both",
    { 0x82c80012, THEIR_SOUND, 0, 0, 0, 0, 0, OUR_SOUND, 0, 0, 0, 0, 0, PICTURE_SSRC, 0, 0, 0, 0, 0, END }, TRUE, TRUE },
  { "PLI", { 0x81ce0002, NOBODY, PICTURE_SSRC, END }, FALSE, TRUE },
  { "FIR", { 0x84ce0004, NOBODY, 0, PICTURE_SSRC, 0x01000000, END }, FALSE, TRUE },
  { "NACK", { 0x81cd0003, NOBODY, PICTURE_SSRC, 0x00070001, END }, FALSE, TRUE },
  { "RR of somebody, then PLI", { 0x80c90001, NOBODY, 0x81ce0002, NOBODY, PICTURE_SSRC, END }, FALSE, TRUE },
  { "SR of the sound, then of the picture",
    { 0x80c80006, THEIR_SOUND, 0, 0, 0, 0, 0, 0x80c90001, THEIR_PICTURE, END }, TRUE, TRUE },
  { "BYE of their picture", { 0x81cb0001, THEIR_PICTURE, END }, FALSE, TRUE },
  { "RR of nobody we know", { 0x80c90001, NOBODY, END }, TRUE, TRUE },
  { "an application's", { 0x80cc0002, NOBODY, 0x6162636f, END }, TRUE, TRUE },
};

/* Returns: its length */
static gsize
write_feedback (guint8 *data, const Feedback *feedback, guint32 our_sound)
{
  gsize n;

  for (n = 0; feedback->words[n] != END; n++)
    put32 (data + 4 * n, feedback->words[n] == OUR_SOUND ? our_sound : feedback->words[n]);
  return 4 * n;
}

static void
test_rtcp (void)
{
  End end;

  end_open (&end);
  end_connect (&end);
  exchange (&end, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (feedbacks); i++)
    {
      const Feedback *f = &feedbacks[i];
      guint8 data[RIG_PACKET_SIZE];
      gsize length = write_feedback (data, f, end.sound->ssrc);

      g_test_message ("%s", f->name);
      peer_send (&end, data, length);
      if (f->sound)
        assert_heard (end.sound, CUSAX_PACKET_RTCP, data, length);
      if (f->picture)
        assert_heard (end.picture, CUSAX_PACKET_RTCP, data, length);
      peer_send_rtp (&end, SOUND, THEIR_SOUND, 2 + i); /* whatever came before has been dealt with */
      assert_heard_rtp (end.sound, SOUND, THEIR_SOUND, 2 + i);
      assert_silent (end.sound);
      assert_silent (end.picture);
    }
  end_clear (&end);
}

/* RTCP of both sessions leaves, and is not counted as sound or picture. */
static void
test_rtcp_out (void)
{
  guint8 data[RIG_PACKET_SIZE];
  End end;

  end_open (&end);
  end_connect (&end);
  rig_session_send_rtcp (end.picture, 5);
  g_assert_cmpint (rig_read_rtcp (data, rig_socket_next (end.peer, data, NULL)), ==, 5);
  rig_session_send_rtcp (end.sound, 6);
  g_assert_cmpint (rig_read_rtcp (data, rig_socket_next (end.peer, data, NULL)), ==, 6);
  g_assert_cmpint (rig_side_stats (end.picture).packets_sent, ==, 0);
  end_clear (&end);
}

typedef struct
{
  const char *name;
  CusaxSrtpSuite suite; /* NONE: plain; GCM: by DTLS */
} Protection;

static const Protection protections[] = { { "plain", CUSAX_SRTP_NONE },
                                          { "sdes", CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80 },
                                          { "dtls", CUSAX_SRTP_AEAD_AES_128_GCM } };

/* P14: a request for a whole picture or a lost packet arrives as it was sent, also alone (RFC 5506). */
static void
test_feedback_passes (gconstpointer data)
{
  const Protection *p = data;
  gboolean dtls = p->suite == CUSAX_SRTP_AEAD_AES_128_GCM;
  CusaxTransportConfig config = { .local_address = "127.0.0.1", .protect_leg = TRUE, .offer_dtls = dtls,
                                  .offer_crypto = p->suite == CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80 };
  g_autoptr (RigSide) a = rig_side_new ("127.0.0.1", FALSE, &config);
  g_autoptr (RigSide) b = rig_side_new ("127.0.0.1", FALSE, &config);

  rig_side_open (a);
  rig_side_open (b);
  if (dtls)
    {
      g_autoptr (CusaxTransportDescription) to_a = rig_side_dup_offer (a, CUSAX_DTLS_SETUP_ACTIVE, TRUE);
      g_autoptr (CusaxTransportDescription) to_b = rig_side_dup_offer (b, CUSAX_DTLS_SETUP_PASSIVE, TRUE);

      rig_side_agree (a, to_b);
      rig_side_agree (b, to_a);
    }
  else
    {
      rig_side_set_remote (a, b, p->suite, TRUE);
      rig_side_set_remote (b, a, p->suite, TRUE);
    }
  rig_until (a, a->state == CUSAX_TRANSPORT_READY && b->state == CUSAX_TRANSPORT_READY);
  for (gsize i = 0; i < G_N_ELEMENTS (feedbacks); i++)
    {
      guint8 packet[RIG_PACKET_SIZE];
      gsize length = write_feedback (packet, &feedbacks[i], 99);

      g_test_message ("%s", feedbacks[i].name);
      session_send (a, CUSAX_PACKET_RTCP, packet, length);
      assert_heard (b, CUSAX_PACKET_RTCP, packet, length);
      session_send (b, CUSAX_PACKET_RTCP, packet, length);
      assert_heard (a, CUSAX_PACKET_RTCP, packet, length);
    }
}

/* ------------------------------------------------------------------ reports */

/* A5: nothing of what we send arrives, say their reports: told once, and again only after it was better. */
static void
test_deaf (gconstpointer data)
{
  gboolean bundled = GPOINTER_TO_INT (data);
  guint8 report[RIG_PACKET_SIZE];
  const Feedback *rr = &feedbacks[bundled ? 1 : 0];
  gsize length;
  RigSide *side;
  End end;

  end_open (&end);
  side = bundled ? end.picture : end.sound;
  if (!bundled)
    g_clear_pointer (&end.picture, rig_side_free);
  end_connect (&end);
  length = write_feedback (report, rr, end.sound->ssrc);
  cusax_transport_set_silence_interval (side->transport, 100);
  side->transport->vtable->set_direction (side->transport, CUSAX_DIRECTION_SENDONLY);
  for (guint32 i = 1, told = 0; told < 20; i++)
    {
      g_assert_cmpint (i, <, RIG_MS / 5);
      session_send_rtp (side, bundled ? PICTURE : SOUND, bundled ? PICTURE_SSRC : side->ssrc, i);
      assert_peer_gets (&end, bundled ? PICTURE : SOUND, bundled ? PICTURE_SSRC : side->ssrc, i);
      rig_run_for (5);
      told += strstr (side->events->str, "silence") != NULL;
      if (told > 10)
        put32 (report + 16, i); /* it moves */
      peer_send (&end, report, length);
    }
  g_assert_cmpstr (side->events->str, ==, bundled ? " out silence:out:0" : " ready out silence:out:0");
  for (guint32 i = 0; strstr (side->events->str, "silence:out:0 silence:out:0") == NULL; i++)
    {
      g_assert_cmpint (i, <, RIG_MS / 5); /* it does not move again */
      session_send_rtp (side, bundled ? PICTURE : SOUND, bundled ? PICTURE_SSRC : side->ssrc, 10000 + i);
      rig_run_for (5);
      peer_send (&end, report, length);
    }
  g_assert_true (rig_side_stats (side).has_reports);
  end_clear (&end);
}

static void
test_statistics (void)
{
  g_autoptr (GPtrArray) codecs = cusax_codecs_new ();
  guint8 sr[28] = { 0x80, 200, 0, 6 }, rr[32] = { 0x81, 201, 0, 7 };
  CusaxTransportStats stats;
  guint8 data[RIG_PACKET_SIZE];
  End end;

  end_open (&end);
  end_connect (&end);
  g_ptr_array_add (codecs, cusax_codec_new (97, "VP8", 90000, 1, NULL));
  end.picture->transport->vtable->set_codecs (end.picture->transport, codecs);
  g_assert_cmpfloat (rig_side_stats (end.picture).round_trip_ms, <, 0);
  for (guint32 i = 0; i < 10; i++)
    exchange (&end, i * 3); /* two of three are lost */
  put32 (sr + 4, PICTURE_SSRC);
  put32 (sr + 8, 0x00005678);
  put32 (sr + 12, 0x9abc0000);
  session_send (end.picture, CUSAX_PACKET_RTCP, sr, sizeof sr);
  rig_socket_next (end.peer, data, NULL);
  put32 (rr + 4, THEIR_PICTURE);
  put32 (rr + 8, PICTURE_SSRC);
  put32 (rr + 12, 5);
  put32 (rr + 24, 0x56789abc);
  peer_send (&end, rr, sizeof rr);
  assert_heard (end.picture, CUSAX_PACKET_RTCP, rr, sizeof rr);

  stats = rig_side_stats (end.picture);
  g_assert_cmpint (stats.packets_lost, ==, 18);
  g_assert_cmpfloat (stats.jitter_ms, >, 0);
  g_assert_true (stats.has_reports);
  g_assert_cmpint (stats.reported_lost, ==, 5);
  g_assert_cmpfloat (stats.round_trip_ms, >=, 0);
  g_assert_cmpfloat (stats.round_trip_ms, <, RIG_MS);
  stats = rig_side_stats (end.sound);
  g_assert_false (stats.has_reports);
  g_assert_cmpint (stats.packets_lost, ==, 18);
  g_assert_cmpfloat (stats.jitter_ms, ==, 0); /* no codecs, no clock */
  end_clear (&end);
}

/* --------------------------------------------------------------------- life */

static void
test_picture_first (void)
{
  guint64 dropped;
  End end;

  end_open (&end);
  end_connect (&end);
  exchange (&end, 1);
  g_clear_pointer (&end.picture, rig_side_free);
  dropped = rig_side_stats (end.sound).packets_dropped;
  peer_send_rtp (&end, PICTURE, THEIR_PICTURE, 2); /* still under way: is no sound */
  rig_until_blocked (rig_side_stats (end.sound).packets_dropped == dropped + 1);
  peer_send_rtp (&end, SOUND, THEIR_SOUND, 2);
  assert_heard_rtp (end.sound, SOUND, THEIR_SOUND, 2);
  assert_silent (end.sound);

  end.picture = new_guest (); /* and on again, by other numbers */
  bundle (&end, (const guint8[]) { 110, 97 }, 2);
  peer_send_rtp (&end, 110, THEIR_PICTURE, 3);
  assert_heard_rtp (end.picture, 110, THEIR_PICTURE, 3);
  session_send_rtp (end.picture, 110, PICTURE_SSRC, 4); /* the way is there already */
  assert_peer_gets (&end, 110, PICTURE_SSRC, 4);
  rig_until (end.picture, end.picture->state == CUSAX_TRANSPORT_READY);
  end_clear (&end);
}

static void
test_sound_first (void)
{
  End end;

  end_open (&end);
  end_connect (&end);
  exchange (&end, 1);
  rig_until_event (end.picture, "in");
  rig_side_shutdown (end.sound);
  session_send_rtp (end.picture, PICTURE, PICTURE_SSRC, 2);
  peer_send_rtp (&end, PICTURE, THEIR_PICTURE, 2);
  rig_until (end.picture, end.picture->state == CUSAX_TRANSPORT_NEW);
  g_assert_cmpint (rig_side_stats (end.picture).packets_sent, ==, 1);
  end_clear (&end);
}

/* From inside of its own callback, and while packets come. */
static void
test_shutdown_in_callback (void)
{
  End end;

  end_open (&end);
  end.picture->shut_down_in = "in";
  end_connect (&end);
  for (guint32 i = 0; i < 100; i++)
    peer_send_rtp (&end, PICTURE, THEIR_PICTURE, i);
  rig_until (end.picture, end.picture->transport == NULL);
  peer_send_rtp (&end, SOUND, THEIR_SOUND, 2);
  assert_heard_rtp (end.sound, SOUND, THEIR_SOUND, 2);
  end_clear (&end);
}

/* Each re-offer says it again; what the types are now counts. */
static void
test_again (void)
{
  End end;

  end_open (&end);
  end_connect (&end);
  exchange (&end, 1);
  bundle (&end, (const guint8[]) { 97, 120 }, 2);
  exchange (&end, 2);
  peer_send_rtp (&end, 120, THEIR_PICTURE, 3);
  assert_heard_rtp (end.picture, 120, THEIR_PICTURE, 3);
  peer_send_rtp (&end, PICTURE, THEIR_PICTURE, 4);
  assert_heard_rtp (end.sound, PICTURE, THEIR_PICTURE, 4);
  end_clear (&end);
}

/* A picture that had a way of its own, and takes the sound's. */
static void
test_had_sockets (void)
{
  End end = { rig_side_new_open ("127.0.0.1", FALSE), rig_side_new_open ("127.0.0.1", FALSE), -1, 0 };
  guint16 old_port = end.picture->local->rtp_port;
  int again = rig_socket_at ("127.0.0.1", old_port);

  g_assert_cmpint (again, <, 0);
  end.peer = rig_socket ("127.0.0.1", &end.port);
  rig_side_set_plain_remote (end.picture, "127.0.0.1", end.port, 0);
  session_send_rtp (end.picture, PICTURE, PICTURE_SSRC, 1);
  assert_peer_gets (&end, PICTURE, PICTURE_SSRC, 1);
  bundle (&end, picture_types, 2);
  again = rig_socket_at ("127.0.0.1", old_port);
  g_assert_cmpint (again, >=, 0);
  close (again);
  session_send_rtp (end.picture, PICTURE, PICTURE_SSRC, 2); /* the sound has nobody yet */
  rig_run_for (50);
  g_assert_true (rig_socket_is_quiet (end.peer));
  end_connect (&end);
  rig_until (end.picture, end.picture->state == CUSAX_TRANSPORT_READY);
  exchange (&end, 3);
  rig_until_event (end.sound, "ready out in");
  end.picture->transport->vtable->move (end.picture->transport, "127.0.0.2"); /* its carrier's business */
  end.sound->transport->vtable->move (end.sound->transport, "127.0.0.2");
  rig_until_event (end.sound, "ready out in ready");
  g_assert_null (strstr (end.picture->events->str, "ready out in ready"));
  session_send_rtp (end.picture, PICTURE, PICTURE_SSRC, 4);
  assert_peer_gets (&end, PICTURE, PICTURE_SSRC, 4);
  end_clear (&end);
}

static void
assert_refused (RigSide *guest, RigSide *carrier, const guint8 *types, guint n)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (guest->transport->vtable->bundle (guest->transport, carrier->transport, types, n, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
}

static void
test_refused (void)
{
  g_autoptr (GPtrArray) codecs = cusax_codecs_new ();
  g_autoptr (RigSide) third = new_guest ();
  End end;

  end_open (&end);
  g_ptr_array_add (codecs, cusax_codec_new (SOUND, "PCMA", 8000, 1, NULL));
  end.sound->transport->vtable->set_codecs (end.sound->transport, codecs);
  assert_refused (end.picture, end.picture, picture_types, 2);
  assert_refused (end.picture, end.sound, (const guint8[]) { 96, 97, 96 }, 3);
  assert_refused (end.picture, end.sound, (const guint8[]) { 96, SOUND }, 2);
  assert_refused (end.picture, end.sound, (const guint8[]) { 128 }, 1);
  assert_refused (end.picture, end.sound, NULL, 0);
  assert_refused (third, end.sound, picture_types, 2);
  assert_refused (third, end.picture, picture_types, 2);
  assert_refused (end.sound, third, picture_types, 2);
  end_connect (&end);
  exchange (&end, 1); /* as if nothing had happened */
  end_clear (&end);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bundle/plain", test_plain);
  g_test_add_func ("/bundle/dtls", test_dtls);
  g_test_add_func ("/bundle/directions", test_directions);
  g_test_add_func ("/bundle/rtcp", test_rtcp);
  g_test_add_func ("/bundle/rtcp-out", test_rtcp_out);
  g_test_add_func ("/bundle/statistics", test_statistics);
  g_test_add_func ("/bundle/picture-first", test_picture_first);
  g_test_add_func ("/bundle/sound-first", test_sound_first);
  g_test_add_func ("/bundle/shutdown-in-callback", test_shutdown_in_callback);
  g_test_add_func ("/bundle/again", test_again);
  g_test_add_func ("/bundle/had-sockets", test_had_sockets);
  g_test_add_func ("/bundle/refused", test_refused);
  g_test_add_data_func ("/reports/A5/deaf", GINT_TO_POINTER (FALSE), test_deaf);
  g_test_add_data_func ("/reports/A5/deaf-bundled", GINT_TO_POINTER (TRUE), test_deaf);
  for (gsize i = 0; i < G_N_ELEMENTS (protections); i++)
    {
      g_autofree char *name = g_strdup_printf ("/feedback/P14/%s", protections[i].name);

      g_test_add_data_func (name, &protections[i], test_feedback_passes);
    }
  return g_test_run ();
}
