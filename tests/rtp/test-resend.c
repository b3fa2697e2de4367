/* SPDX-License-Identifier: GPL-2.0-or-later */
/* P25: what the other side has lost of a picture is sent again: src/rtp/resend.h. Time is a number here. */
#include "packet.h"
#include "resend.h"
#include "rig.h"

#include <string.h>
#include <unistd.h>

#define OURS 0x1111
#define LENGTH 64
#define MS G_GINT64_CONSTANT (1000)
#define NOON (G_GINT64_CONSTANT (43200000) * MS)

static GString *sent; /* sequence numbers */

static void
on_send (gpointer expected_length, const guint8 *data, gsize length)
{
  g_assert_cmpuint (length, ==, GPOINTER_TO_SIZE (expected_length));
  g_string_append_printf (sent, "%u ", cusax_packet_get_sequence (data));
}

static void
put16 (guint8 *data, guint value)
{
  data[0] = (guint8) (value >> 8);
  data[1] = (guint8) value;
}

/* @n entries of a number and a mask. Returns: the length */
static gsize
write_nack (guint8 *data, guint32 ssrc, const guint16 *entries, gsize n)
{
  guint32 swapped = g_htonl (ssrc);

  memset (data, 0, 12);
  data[0] = 0x81;
  data[1] = 205;
  put16 (data + 2, (guint) (2 + n));
  memcpy (data + 8, &swapped, 4);
  for (gsize i = 0; i < 2 * n; i++)
    put16 (data + 12 + 2 * i, entries[i]);
  return 12 + 4 * n;
}

static void
keep (CusaxResend *resend, guint16 first, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      guint8 data[RIG_PACKET_SIZE] = { 0 };

      rig_write_rtp (data, OURS, (guint16) (first + i), 0);
      cusax_resend_keep (resend, data, LENGTH);
    }
}

static void
check (CusaxResend *resend, const guint8 *rtcp, gsize length, gint64 now, const char *expected)
{
  cusax_resend_answer (resend, rtcp, length, now, on_send, GSIZE_TO_POINTER ((gsize) LENGTH));
  g_assert_cmpstr (sent->str, ==, expected);
  g_string_truncate (sent, 0);
}

static void
ask (CusaxResend *resend, guint32 ssrc, guint16 first, guint16 mask, gint64 now, const char *expected)
{
  const guint16 entries[] = { first, mask };
  guint8 rtcp[64];
  gsize length = write_nack (rtcp, ssrc, entries, 1);

  check (resend, rtcp, length, now, expected);
}

static void
test_asked (void)
{
  g_autoptr (CusaxResend) resend = cusax_resend_new ();

  ask (resend, OURS, 0, 0xffff, NOON, "");
  keep (resend, 65530, 20);
  ask (resend, OURS, 65533, 0, NOON, "65533 ");
  ask (resend, OURS, 65534, 0x8005, NOON, "65534 65535 1 "); /* 65550 has not left */
  ask (resend, OURS, 7, 0x0001, NOON, "7 8 ");
  ask (resend, OURS + 1, 9, 0, NOON, ""); /* somebody else's */
  keep (resend, 14, CUSAX_RESEND_PACKETS);
  ask (resend, OURS, 9, 0, NOON, ""); /* too long ago */
}

/* Who asks twice within the time of an answer gets one; later, another. */
static void
test_again (void)
{
  g_autoptr (CusaxResend) resend = cusax_resend_new ();

  keep (resend, 100, 100);
  ask (resend, OURS, 150, 0, NOON, "150 ");
  ask (resend, OURS, 150, 1, NOON + 9 * MS, "151 ");
  ask (resend, OURS, 150, 0, NOON + 10 * MS, "150 ");
}

/* Nobody makes us send more than twice what the picture takes. */
static void
test_bounded (void)
{
  g_autoptr (CusaxResend) resend = cusax_resend_new ();
  guint8 rtcp[64];
  const guint16 entries[] = { 10, 0xffff };
  gsize length = write_nack (rtcp, OURS, entries, 1);
  guint count = 0;

  keep (resend, 0, 50);
  for (guint i = 0; i < 1000; i++)
    count += cusax_resend_answer (resend, rtcp, length, NOON + i * 20 * MS, on_send,
                                  GSIZE_TO_POINTER ((gsize) LENGTH));
  g_assert_cmpuint (count, ==, 50);
  g_string_truncate (sent, 0);
}

/* In a compound; and what is cut, or no NACK, or says more than is there, does nothing. */
static void
test_compounds (void)
{
  g_autoptr (CusaxResend) resend = cusax_resend_new ();
  const guint16 entries[] = { 3, 0, 5, 1 };
  guint8 rtcp[64] = { 0x80, 201, 0, 1 };
  gsize length = 8 + write_nack (rtcp + 8, OURS, entries, 2);
  guint8 huge[CUSAX_RESEND_LENGTH + 1] = { 0x80, 96, 0, 30 };

  keep (resend, 0, 20);
  check (resend, rtcp, length, NOON, "3 5 6 ");
  keep (resend, 0, 20);
  for (gsize cut = 0; cut < length; cut++)
    check (resend, rtcp, cut, NOON, "");
  rtcp[8] = 0x8f; /* another kind of feedback */
  check (resend, rtcp, length, NOON, "");
  rtcp[8] = 0x81;
  put16 (rtcp + 10, 1); /* shorter than its own header */
  check (resend, rtcp, 16, NOON, "");
  cusax_resend_keep (resend, huge, sizeof huge);
  ask (resend, 0, 30, 0, NOON, "");
}

/* ---------------------------------------------------------------- a transport */

typedef struct
{
  const char *codec;
  gboolean is_bundled;
  CusaxDirection direction;
  gboolean comes_again;
} Case;

static const Case cases[] = { { "VP8", FALSE, CUSAX_DIRECTION_SENDRECV, TRUE },
                              { "VP8", TRUE, CUSAX_DIRECTION_SENDONLY, TRUE },
                              { "VP8", FALSE, CUSAX_DIRECTION_RECVONLY, FALSE },
                              { "PCMA", FALSE, CUSAX_DIRECTION_SENDRECV, FALSE } };

static void
tell (RigSide *side, const char *codec, CusaxDirection direction)
{
  g_autoptr (GPtrArray) codecs = cusax_codecs_new ();

  g_ptr_array_add (codecs, cusax_codec_new (8, codec, g_str_equal (codec, "VP8") ? 90000 : 8000, 1, NULL));
  side->transport->vtable->set_codecs (side->transport, codecs);
  side->transport->vtable->set_direction (side->transport, direction);
}

/* Byte for byte, and only of a picture that may be sent; sound has no time for it. */
static void
test_transport (gconstpointer data)
{
  const Case *c = data;
  const guint8 types[] = { 8 };
  guint16 port, entries[] = { 0, 0 };
  int peer = rig_socket ("127.0.0.1", &port);
  g_autoptr (CusaxTransportDescription) remote = cusax_transport_description_new ("127.0.0.1", port, port);
  g_autoptr (RigSide) base = rig_side_new_open ("127.0.0.1", FALSE);
  g_autoptr (RigSide) guest = c->is_bundled ? rig_side_new ("127.0.0.1", FALSE, NULL) : NULL;
  RigSide *side = guest != NULL ? guest : base;
  guint8 packets[3][RIG_PACKET_SIZE], again[RIG_PACKET_SIZE], nack[64];
  gsize lengths[3];

  if (guest != NULL)
    {
      rig_side_set_leg (guest);
      g_assert_true (guest->transport->vtable->bundle (guest->transport, base->transport, types, 1, NULL));
    }
  remote->rtcp_mux = TRUE;
  g_assert_true (base->transport->vtable->set_remote (base->transport, remote, NULL, NULL));
  tell (side, c->codec, CUSAX_DIRECTION_SENDRECV);
  for (guint i = 0; i < 3; i++)
    {
      rig_session_send_rtp (side, i);
      lengths[i] = rig_socket_next (peer, packets[i], NULL);
    }
  tell (side, c->codec, c->direction);
  entries[0] = cusax_packet_get_sequence (packets[1]);
  rig_socket_send (peer, "127.0.0.1", base->local->rtp_port, nack, write_nack (nack, side->ssrc, entries, 1));
  rig_socket_next (side->session[1], again, NULL); /* the session hears of it last */
  if (c->comes_again)
    g_assert_cmpmem (again, rig_socket_next (peer, again, NULL), packets[1], lengths[1]);
  tell (side, c->codec, CUSAX_DIRECTION_SENDRECV);
  rig_session_send_rtp (side, 3);
  g_assert_cmpuint (rig_read_rtp (again, (gssize) rig_socket_next (peer, again, NULL)), ==, 3);
  close (peer);
}

static void
agree (RigSide *side, guint16 port)
{
  g_autoptr (CusaxTransportDescription) remote = cusax_transport_description_new ("127.0.0.1", port, port);

  remote->rtcp_mux = TRUE;
  g_assert_true (side->transport->vtable->set_remote (side->transport, remote, NULL, NULL));
  tell (side, "VP8", CUSAX_DIRECTION_SENDRECV);
}

/* Without keys anybody could read them: who is put in the place of another (a transfer) gets nothing that was sent to that one. */
static void
test_somebody_else (void)
{
  guint16 port, other_port, entries[] = { 0, 0 };
  int peer = rig_socket ("127.0.0.1", &port), other = rig_socket ("127.0.0.1", &other_port);
  g_autoptr (RigSide) side = rig_side_new_open ("127.0.0.1", FALSE);
  guint8 packet[RIG_PACKET_SIZE], nack[64];

  agree (side, port);
  rig_session_send_rtp (side, 1);
  rig_socket_next (peer, packet, NULL);
  entries[0] = cusax_packet_get_sequence (packet);
  agree (side, other_port);
  rig_socket_send (other, "127.0.0.1", side->local->rtp_port, nack, write_nack (nack, side->ssrc, entries, 1));
  rig_socket_next (side->session[1], packet, NULL); /* the session hears of it last */
  rig_session_send_rtp (side, 2);
  g_assert_cmpuint (rig_read_rtp (packet, (gssize) rig_socket_next (other, packet, NULL)), ==, 2);
  close (peer);
  close (other);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  sent = g_string_new (NULL);
  g_test_add_func ("/resend/P25/asked", test_asked);
  g_test_add_func ("/resend/P25/again", test_again);
  g_test_add_func ("/resend/P25/bounded", test_bounded);
  g_test_add_func ("/resend/P25/compounds", test_compounds);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strdup_printf ("/resend/P25/transport/%zu", i);

      g_test_add_data_func (name, &cases[i], test_transport);
    }
  g_test_add_func ("/resend/P25/somebody-else", test_somebody_else);
  status = g_test_run ();
  g_string_free (sent, TRUE);
  return status;
}
