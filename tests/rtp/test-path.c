/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ports, remote addresses and the latching table of src/rtp/path.h, without threads. */
#include "error.h"
#include "path.h"
#include "rig.h"

#include <string.h>
#include <unistd.h>

static CusaxPath *
path_new (void)
{
  g_autoptr (GError) error = NULL;
  CusaxPath *path = cusax_path_new ("127.0.0.1", 0, 0, &error);

  g_assert_no_error (error);
  return path;
}

static gboolean
set_remote (CusaxPath *path, const char *address, guint16 rtp, guint16 rtcp, gboolean mux, GError **error)
{
  g_autoptr (CusaxTransportDescription) remote = cusax_transport_description_new (address, rtp, rtcp);

  remote->rtcp_mux = mux;
  return cusax_path_set_remote (path, remote, error);
}

/* ------------------------------------------------------------------- ports */

static void
test_even_odd (void)
{
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (CusaxPath) path = path_new ();
      guint rtp = cusax_path_get_port (path, CUSAX_PATH_RTP);

      g_assert_cmpint (rtp % 2, ==, 0);
      g_assert_cmpint (cusax_path_get_port (path, CUSAX_PATH_RTCP), ==, rtp + 1);
    }
}

/* Finds a pair that is free now; the test must live with somebody else taking it. */
static guint
free_pair (void)
{
  g_autoptr (CusaxPath) path = path_new ();

  return cusax_path_get_port (path, CUSAX_PATH_RTP);
}

static void
test_range (void)
{
  for (guint attempt = 0; attempt < 20; attempt++)
    {
      guint port = free_pair ();
      g_autoptr (CusaxPath) path = cusax_path_new ("127.0.0.1", port, port + 1, NULL);
      g_autoptr (CusaxPath) second = NULL;
      g_autoptr (GError) error = NULL;

      if (path == NULL)
        continue;
      g_assert_cmpint (cusax_path_get_port (path, CUSAX_PATH_RTP), ==, port);
      second = cusax_path_new ("127.0.0.1", port, port + 1, &error);
      g_assert_null (second);
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA);
      g_assert_nonnull (strstr (error->message, "no free pair"));
      g_clear_pointer (&path, cusax_path_free);
      path = cusax_path_new ("127.0.0.1", port, port + 1, NULL); /* free again at once */
      g_assert_nonnull (path);
      return;
    }
  g_assert_not_reached ();
}

/* An odd lower end, half a pair, upside down, too large. */
static void
test_range_borders (void)
{
  static const struct
  {
    guint min, max;
    gboolean valid;
  } ranges[]
      = { { 40001, 40002, FALSE }, { 40000, 40000, FALSE }, { 40010, 40000, FALSE }, { 1, 70000, FALSE },
          { 65535, 65535, FALSE }, { 40001, 60000, TRUE },  { 65000, 0, TRUE },      { 0, 60001, TRUE } };

  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxPath) path = cusax_path_new ("127.0.0.1", ranges[i].min, ranges[i].max, &error);

      if (!ranges[i].valid)
        {
          g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpint (cusax_path_get_port (path, CUSAX_PATH_RTP), >=, ranges[i].min);
      if (ranges[i].max != 0)
        g_assert_cmpint (cusax_path_get_port (path, CUSAX_PATH_RTCP), <=, ranges[i].max);
    }
}

/* A connected socket remembers that nobody was there; the next datagram must go out all the same. */
static void
test_refused (void)
{
  CusaxUdpAddress address;
  CusaxUdp *pair[2];
  guint8 data[RIG_PACKET_SIZE];
  guint16 port;
  int peer = rig_socket ("127.0.0.1", &port);

  close (peer);
  g_assert_true (cusax_udp_address_parse (&address, "127.0.0.1", port, NULL));
  g_assert_true (cusax_udp_new_pair (&address, 0, 0, pair, NULL));
  g_assert_true (cusax_udp_connect (pair[0], &address));
  cusax_udp_send (pair[0], NULL, (const guint8 *) "x", 1);
  peer = rig_socket_at ("127.0.0.1", port);
  if (peer >= 0)
    {
      g_assert_true (cusax_udp_send (pair[0], NULL, (const guint8 *) "yz", 2));
      g_assert_cmpint (rig_socket_next (peer, data, NULL), ==, 2);
      close (peer);
    }
  else
    g_test_skip ("somebody else took the port");
  cusax_udp_free (pair[0]);
  cusax_udp_free (pair[1]);
}

static void
test_local_address (void)
{
  static const char *const bad[] = { NULL, "", "localhost", "127.0.0.1:5", "300.1.1.1", "::g", "1.2.3" };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (cusax_path_new (bad[i], 0, 0, &error));
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
      g_clear_error (&error);
    }
  g_assert_null (cusax_path_new ("192.0.2.77", 0, 0, &error)); /* a literal, but not of this machine */
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA);
}

/* ------------------------------------------------------------------ remote */

static void
test_remote_refused (void)
{
  static const struct
  {
    const char *address;
    guint16 port;
    CusaxErrorCode code;
  } refused[] = {
    { "example.org", 4000, CUSAX_ERROR_INVALID },     { "", 4000, CUSAX_ERROR_INVALID },
    { "127.0.0.1", 0, CUSAX_ERROR_INVALID },          { "224.2.1.1", 4000, CUSAX_ERROR_INVALID },
    { "239.255.255.255", 4000, CUSAX_ERROR_INVALID }, { "255.255.255.255", 4000, CUSAX_ERROR_INVALID },
    { "::1", 4000, CUSAX_ERROR_UNSUPPORTED },         { "ff02::1", 4000, CUSAX_ERROR_INVALID },
  };
  g_autoptr (CusaxPath) path = path_new ();
  CusaxUdpAddress from;

  g_assert_true (cusax_udp_address_parse (&from, "127.0.0.1", 4000, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (set_remote (path, refused[i].address, refused[i].port, 4001, FALSE, &error));
      g_assert_error (error, CUSAX_ERROR, (gint) refused[i].code);
      g_assert_false (cusax_path_may_come_from (path, CUSAX_PATH_RTP, &from, TRUE, 1)); /* still no remote */
    }
}

static void
expect_target (CusaxPath *path, CusaxPacketKind kind, int fd)
{
  static guint8 stamp = 0;
  guint8 byte = ++stamp, data[RIG_PACKET_SIZE];

  g_assert_true (cusax_path_send (path, kind, &byte, 1));
  g_assert_cmpint (rig_socket_next (fd, data, NULL), ==, 1);
  g_assert_cmpint (data[0], ==, byte);
}

/* RTCP goes to its own port, to the RTP port with mux, nowhere with port 0. */
static void
test_rtcp_target (void)
{
  g_autoptr (CusaxPath) path = path_new ();
  guint16 rtp_port, rtcp_port;
  int rtp = rig_socket ("127.0.0.1", &rtp_port), rtcp = rig_socket ("127.0.0.1", &rtcp_port);

  g_assert_false (cusax_path_send (path, CUSAX_PACKET_RTP, (const guint8 *) "x", 1));
  g_assert_true (set_remote (path, "127.0.0.1", rtp_port, rtcp_port, FALSE, NULL));
  expect_target (path, CUSAX_PACKET_RTP, rtp);
  expect_target (path, CUSAX_PACKET_RTCP, rtcp);
  g_assert_true (set_remote (path, "127.0.0.1", rtp_port, rtp_port, TRUE, NULL));
  expect_target (path, CUSAX_PACKET_RTCP, rtp);
  g_assert_true (set_remote (path, "127.0.0.1", rtp_port, 0, FALSE, NULL));
  g_assert_false (cusax_path_send (path, CUSAX_PACKET_RTCP, (const guint8 *) "x", 1));
  close (rtp);
  close (rtcp);
}

/* RFC 3264 section 8.4: c=0.0.0.0 is heard, never sent to, not even after it was heard. */
static void
test_unspecified (void)
{
  g_autoptr (CusaxPath) path = path_new ();
  CusaxUdpAddress from;

  g_assert_true (cusax_udp_address_parse (&from, "127.0.0.1", 4000, NULL));
  g_assert_true (set_remote (path, "0.0.0.0", 4000, 4001, FALSE, NULL));
  g_assert_true (cusax_path_may_come_from (path, CUSAX_PATH_RTP, &from, FALSE, 1));
  cusax_path_note_source (path, CUSAX_PATH_RTP, &from, FALSE, 1);
  g_assert_false (cusax_path_send (path, CUSAX_PACKET_RTP, (const guint8 *) "x", 1));
}

/* ---------------------------------------------------------------- latching */

/*
 * Steps: a letter is a source (S = SDP's address, A and B strangers), upper case must be taken, lower case must
 * be dropped; "=X" means that we now send to X; "!" is the same SDP again, "@" is SDP with B's address, "." a second later.
 */
static const struct
{
  const char *name;
  gboolean is_srtp;
  const char *steps;
} latching[] = {
  { "plain/sdp-first", FALSE, "=S S =S a =S b =S S" },
  { "plain/elsewhere-first", FALSE, "=S A =A b =A A" },
  { "plain/stray-first-does-not-keep-sdp-out", FALSE, "=S A =A S =S a b" },
  { "plain/sdp-again-keeps-target", FALSE, "A =A ! =A A =A b" },
  { "plain/sdp-again-may-move", FALSE, "A =A ! . B =B a S =S b" },
  { "plain/sdp-again-stranger-is-first", FALSE, "A =A ! b =A A =A b . b" },
  { "plain/sdp-again-stranger-after-sdp", FALSE, "S =S ! a =S S . a" },
  { "plain/new-sdp-stranger", FALSE, "A =A @ S =S a" },
  { "plain/sdp-again-back", FALSE, "A =A ! S =S a" },
  { "plain/new-sdp", FALSE, "A =A @ =B B =B a s" },
  { "plain/new-sdp-then-elsewhere", FALSE, "S @ =B A =A B =B a" },
  { "srtp/sdp-only", TRUE, "=S S =S S" },
  { "srtp/elsewhere-first", TRUE, "=S A =A S =A B =A" },
  { "srtp/moves-later-but-once", TRUE, "S =S A =A B =A ! =A B =B" },
  { "srtp/new-sdp", TRUE, "A =A @ =B" },
};

static void
test_latching (gconstpointer user_data)
{
  gsize i = GPOINTER_TO_SIZE (user_data);
  gboolean is_srtp = latching[i].is_srtp;
  g_autoptr (CusaxPath) path = path_new ();
  static const char names[] = "SAB";
  guint16 ports[3];
  gint64 now = 1;
  int fds[3];

  for (guint k = 0; k < 3; k++)
    fds[k] = rig_socket ("127.0.0.1", &ports[k]);
  g_assert_true (set_remote (path, "127.0.0.1", ports[0], 0, TRUE, NULL));

  for (const char *step = latching[i].steps; *step != '\0'; step++)
    {
      const char *name = strchr (names, g_ascii_toupper (*step));
      CusaxUdpAddress from;
      gboolean taken;

      if (*step == ' ')
        continue;
      if (*step == '!' || *step == '@')
        {
          g_assert_true (set_remote (path, "127.0.0.1", ports[*step == '!' ? 0 : 2], 0, TRUE, NULL));
          continue;
        }
      if (*step == '.')
        {
          now += G_USEC_PER_SEC;
          continue;
        }
      if (*step == '=')
        {
          expect_target (path, CUSAX_PACKET_RTP, fds[strchr (names, *++step) - names]);
          continue;
        }
      g_assert_true (cusax_udp_address_parse (&from, "127.0.0.1", ports[name - names], NULL));
      taken = cusax_path_may_come_from (path, CUSAX_PATH_RTP, &from, is_srtp, now);
      g_test_message ("step %s", step);
      g_assert_cmpint (taken, ==, g_ascii_isupper (*step));
      if (taken)
        cusax_path_note_source (path, CUSAX_PATH_RTP, &from, is_srtp, now);
    }
  for (guint k = 0; k < 3; k++)
    {
      g_assert_true (rig_socket_is_quiet (fds[k]));
      close (fds[k]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/path/even-odd", test_even_odd);
  g_test_add_func ("/path/range", test_range);
  g_test_add_func ("/path/range-borders", test_range_borders);
  g_test_add_func ("/path/refused", test_refused);
  g_test_add_func ("/path/local-address", test_local_address);
  g_test_add_func ("/path/remote-refused", test_remote_refused);
  g_test_add_func ("/path/rtcp-target", test_rtcp_target);
  g_test_add_func ("/path/unspecified", test_unspecified);
  for (gsize i = 0; i < G_N_ELEMENTS (latching); i++)
    {
      g_autofree char *name = g_strconcat ("/path/latching/", latching[i].name, NULL);

      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_latching);
    }
  return g_test_run ();
}
