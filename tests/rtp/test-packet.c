/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Demultiplexing by first byte and header bounds: src/rtp/packet.h. */
#include "packet.h"

#include <string.h>

static const struct
{
  const char *name;
  const char *bytes; /* the first ones; the rest is zero */
  gsize given, length;
  CusaxPacketKind kind;
} cases[] = {
  { "empty", "", 0, 0, CUSAX_PACKET_INVALID },
  { "one-byte-rtp", "\x80", 1, 1, CUSAX_PACKET_INVALID },
  { "stun", "\x00\x01\x00\x00\x21\x12\xa4\x42", 8, 20, CUSAX_PACKET_STUN },
  { "stun-last", "\x03", 1, 20, CUSAX_PACKET_STUN },
  { "between-stun-and-dtls", "\x04", 1, 20, CUSAX_PACKET_INVALID },
  { "crlf-keepalive", "\r\n\r\n", 4, 4, CUSAX_PACKET_INVALID },
  { "dtls", "\x16\xfe\xfd", 3, 60, CUSAX_PACKET_DTLS },
  { "dtls-first", "\x14", 1, 14, CUSAX_PACKET_DTLS },
  { "dtls-last", "\x3f", 1, 14, CUSAX_PACKET_DTLS },
  { "turn-channel", "\x40\x00", 2, 20, CUSAX_PACKET_INVALID },
  { "version-1", "\x7f\x08", 2, 20, CUSAX_PACKET_INVALID },
  { "version-3", "\xc0\x08", 2, 20, CUSAX_PACKET_INVALID },
  { "rtp-bare-header", "\x80\x08", 2, 12, CUSAX_PACKET_RTP },
  { "rtp-short", "\x80\x08", 2, 11, CUSAX_PACKET_INVALID },
  { "rtp-marker", "\x80\x88", 2, 172, CUSAX_PACKET_RTP },
  { "rtp-csrcs-fit", "\x8f\x08", 2, 72, CUSAX_PACKET_RTP },
  { "rtp-csrcs-too-many", "\x8f\x08", 2, 71, CUSAX_PACKET_INVALID },
  { "rtp-extension-header-cut", "\x90\x08", 2, 15, CUSAX_PACKET_INVALID },
  { "rtp-extension-empty", "\x90\x08", 2, 16, CUSAX_PACKET_RTP },
  { "rtp-extension-fits", "\x90\x08\0\0\0\0\0\0\0\0\0\0\xbe\xde\x00\x01", 16, 20, CUSAX_PACKET_RTP },
  { "rtp-extension-too-long", "\x90\x08\0\0\0\0\0\0\0\0\0\0\xbe\xde\x00\x02", 16, 20, CUSAX_PACKET_INVALID },
  { "rtp-extension-huge", "\x90\x08\0\0\0\0\0\0\0\0\0\0\xbe\xde\xff\xff", 16, 20, CUSAX_PACKET_INVALID },
  { "pt-191-is-rtp", "\x80\xbf", 2, 12, CUSAX_PACKET_RTP },
  { "pt-224-is-rtp", "\x80\xe0", 2, 12, CUSAX_PACKET_RTP },
  { "rtcp-first", "\x80\xc0\x00\x01", 4, 8, CUSAX_PACKET_RTCP },
  { "rtcp-last", "\x80\xdf\x00\x01", 4, 8, CUSAX_PACKET_RTCP },
  { "rtcp-sr", "\x80\xc8\x00\x06", 4, 28, CUSAX_PACKET_RTCP },
  { "rtcp-sr-cut", "\x80\xc8\x00\x06", 4, 27, CUSAX_PACKET_INVALID },
  { "rtcp-no-ssrc", "\x80\xc9\x00\x00", 4, 4, CUSAX_PACKET_INVALID },
  { "rtcp-length-huge", "\x80\xc9\xff\xff", 4, 100, CUSAX_PACKET_INVALID },
};

static void
test_classify (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  /* Of exactly that size, so that a sanitizer sees one byte too far. */
  g_autofree guint8 *bytes = g_malloc0 (MAX (cases[i].length, 1));

  memcpy (bytes, cases[i].bytes, cases[i].given);
  g_assert_cmpint (cusax_packet_classify (bytes, cases[i].length), ==, cases[i].kind);
}

/* Every two first bytes with every short length: no read outside, never a kind whose header does not fit. */
static void
test_sweep (void)
{
  for (gsize length = 1; length <= 16; length++)
    {
      g_autofree guint8 *bytes = g_malloc (length);

      memset (bytes, 0xff, length);
      for (guint first = 0; first < 256; first++)
        for (guint second = 0; second < 256; second++)
          {
            CusaxPacketKind kind;

            bytes[0] = first;
            bytes[length > 1] = length > 1 ? second : first;
            kind = cusax_packet_classify (bytes, length);
            if (kind == CUSAX_PACKET_RTP)
              g_assert_cmpint (length, >=, 12);
            g_assert_cmpint (kind, !=, CUSAX_PACKET_RTCP); /* its length field says 65535 words */
          }
    }
}

static void
test_fields (void)
{
  guint8 rtp[12] = { 0x80, 8, 0xab, 0xcd, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78 };
  guint8 rtcp[8] = { 0x80, 201, 0, 1, 0x9a, 0xbc, 0xde, 0xf0 };

  g_assert_cmphex (cusax_packet_get_ssrc (CUSAX_PACKET_RTP, rtp), ==, 0x12345678);
  g_assert_cmphex (cusax_packet_get_ssrc (CUSAX_PACKET_RTCP, rtcp), ==, 0x9abcdef0);
  g_assert_cmphex (cusax_packet_get_sequence (rtp), ==, 0xabcd);
  cusax_packet_set_sequence (rtp, 0xfffe);
  g_assert_cmphex (cusax_packet_get_sequence (rtp), ==, 0xfffe);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/packet/classify/", cases[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_classify);
    }
  g_test_add_func ("/packet/sweep", test_sweep);
  g_test_add_func ("/packet/fields", test_fields);
  return g_test_run ();
}
