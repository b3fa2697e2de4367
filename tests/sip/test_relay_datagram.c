/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The relay's UDP road: ports that agree, strangers on both sides dropped by the kernel, a server that is not
 * there, keep-alives, and the same ports after the outer leg was opened anew.
 */
#include "error.h"
#include "relay-recorder.h"

#include <gio/gio.h>

#include <arpa/inet.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

typedef struct
{
  Recorder *recorder;
  GSocket *server;
  guint16 port;
  GSocketAddress *phone; /* where the server's last datagram came from */
} Fixture;

static GSocket *
open_socket (guint16 port)
{
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  g_socket_set_blocking (socket, FALSE);
  g_assert_true (g_socket_bind (socket, wanted, FALSE, NULL));
  return socket;
}

static guint16
port_of (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

static void
send_text (GSocket *socket, guint16 port, const char *text)
{
  g_autoptr (GSocketAddress) to = g_inet_socket_address_new_from_string ("127.0.0.1", port);

  g_assert_cmpint (g_socket_send_to (socket, to, text, strlen (text), NULL, NULL), ==, (gssize) strlen (text));
}

/* Returns: (transfer full) (nullable): the next datagram, if there is one now */
static char *
receive_text (GSocket *socket, GSocketAddress **from)
{
  static char buffer[65536];
  gssize length = g_socket_receive_from (socket, from, buffer, sizeof buffer, NULL, NULL);

  return length >= 0 ? g_strndup (buffer, (gsize) length) : NULL;
}

/* Waits for the next datagram at @socket, which must be @expected. */
static void
expect_text (GSocket *socket, GSocketAddress **from, const char *expected)
{
  g_autofree char *text = NULL;

  if (from != NULL)
    g_clear_object (from);
  wait_until ((text = receive_text (socket, from)) != NULL);
  g_assert_cmpstr (text, ==, expected);
}

static void
expect_nothing (GSocket *socket)
{
  g_autofree char *text = NULL;

  run_for (30);
  text = receive_text (socket, NULL);
  g_assert_cmpstr (text, ==, NULL);
}

static gboolean
connect_udp (Fixture *fixture)
{
  return recorder_connect (fixture->recorder, CUSAX_TRANSPORT_UDP, fixture->port, NULL, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->recorder = recorder_new (NULL);
  fixture->server = open_socket (0);
  fixture->port = port_of (fixture->server);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  recorder_free (fixture->recorder);
  g_clear_object (&fixture->server);
  g_clear_object (&fixture->phone);
}

/* In wait_until() nothing wakes the loop for our plain sockets: a tick does. */
static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
test_both_ways (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) nua = NULL;
  g_autoptr (GSocketAddress) relay = NULL;

  g_assert_true (connect_udp (fixture));
  g_assert_cmpstr (fixture->recorder->local_address, ==, "127.0.0.1");
  g_assert_null (fixture->recorder->certificate_dir);
  g_assert_false (cusax_relay_is_protected (fixture->recorder->relay));
  nua = open_socket (fixture->recorder->nua_port); /* free for us */

  send_text (nua, fixture->recorder->inner_port, "REGISTER");
  expect_text (fixture->server, &fixture->phone, "REGISTER");
  g_assert_cmpuint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (fixture->phone)), ==,
                    fixture->recorder->local_port);
  send_text (fixture->server, fixture->recorder->local_port, "200");
  expect_text (nua, &relay, "200");
  g_assert_cmpuint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (relay)), ==,
                    fixture->recorder->inner_port);
  g_assert_cmpstr (fixture->recorder->outgoing->str, ==, "REGISTER");
  g_assert_cmpstr (fixture->recorder->incoming->str, ==, "200");
}

static void
test_large (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) nua = NULL;
  g_autofree char *text = g_strnfill (20000, 'x');

  g_assert_true (connect_udp (fixture));
  nua = open_socket (fixture->recorder->nua_port);
  for (guint i = 0; i < 3; i++)
    {
      send_text (nua, fixture->recorder->inner_port, text);
      expect_text (fixture->server, NULL, text);
      send_text (fixture->server, fixture->recorder->local_port, text);
      expect_text (nua, NULL, text);
    }
}

/* P21: scanners outside, other programs inside. */
static void
test_strangers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) stranger = open_socket (0);
  g_autoptr (GSocket) nua = NULL;

  g_assert_true (connect_udp (fixture));
  nua = open_socket (fixture->recorder->nua_port);
  send_text (stranger, fixture->recorder->inner_port, "REGISTER sip:evil");
  expect_nothing (fixture->server);
  send_text (stranger, fixture->recorder->local_port, "INVITE sip:100");
  expect_nothing (nua);
  g_assert_cmpuint (fixture->recorder->outgoing->len + fixture->recorder->incoming->len, ==, 0);

  send_text (nua, fixture->recorder->inner_port, "REGISTER");
  expect_text (fixture->server, NULL, "REGISTER");
}

static void
test_nobody_there (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) nua = NULL;

  g_clear_object (&fixture->server);
  g_assert_true (connect_udp (fixture)); /* UDP cannot know yet */
  nua = open_socket (fixture->recorder->nua_port);
  send_text (nua, fixture->recorder->inner_port, "REGISTER");
  wait_until (fixture->recorder->closed == 1);
  g_assert_error (fixture->recorder->error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE);
  g_test_message ("%s", fixture->recorder->error->message);
  g_assert_false (cusax_relay_is_ready (fixture->recorder->relay));

  /* What nua sends now goes nowhere, and nobody is told again. */
  send_text (nua, fixture->recorder->inner_port, "REGISTER");
  run_for (30);
  g_assert_cmpuint (fixture->recorder->closed, ==, 1);
}

/* nua is not bound yet, or gone: what the server sends is lost and nothing else happens. */
static void
test_nua_not_there (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) nua = NULL;

  g_assert_true (connect_udp (fixture));
  for (guint i = 0; i < 3; i++)
    {
      send_text (fixture->server, fixture->recorder->local_port, "OPTIONS");
      run_for (10);
    }
  nua = open_socket (fixture->recorder->nua_port);
  send_text (nua, fixture->recorder->inner_port, "REGISTER");
  expect_text (fixture->server, NULL, "REGISTER");
  g_assert_cmpuint (fixture->recorder->closed, ==, 0);
}

static void
test_open_again (Fixture *fixture, gconstpointer data)
{
  guint16 inner_port, nua_port, local_port;
  g_autoptr (GSocket) nua = NULL;

  g_assert_true (connect_udp (fixture));
  inner_port = fixture->recorder->inner_port;
  nua_port = fixture->recorder->nua_port;
  local_port = fixture->recorder->local_port;
  nua = open_socket (nua_port);

  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (connect_udp (fixture));
      g_assert_cmpuint (fixture->recorder->inner_port, ==, inner_port);
      g_assert_cmpuint (fixture->recorder->nua_port, ==, nua_port);
      g_assert_cmpuint (fixture->recorder->local_port, ==, local_port);
      send_text (nua, inner_port, "REGISTER");
      expect_text (fixture->server, NULL, "REGISTER");
    }

  /* Another kind of leg is another port, and the way back works too. */
  cusax_relay_cut (fixture->recorder->relay);
  send_text (nua, inner_port, "REGISTER");
  expect_nothing (fixture->server);
  g_clear_object (&nua);
  g_assert_true (connect_udp (fixture));
}

static void
test_keepalive (Fixture *fixture, gconstpointer data)
{
  cusax_relay_set_keepalive (fixture->recorder->relay, 40);
  g_assert_true (connect_udp (fixture));
  expect_text (fixture->server, NULL, "\r\n\r\n");
  expect_text (fixture->server, NULL, "\r\n\r\n");
  cusax_relay_cut (fixture->recorder->relay);
  g_clear_object (&fixture->phone);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Returns: our end of the leg to @server, which only the relay knows */
static int
find_leg (guint16 local_port, guint16 server_port)
{
  for (int fd = 3; fd < 1024; fd++)
    {
      struct sockaddr_in local = { 0 }, remote = { 0 };
      socklen_t local_length = sizeof local, remote_length = sizeof remote;

      if (getsockname (fd, (struct sockaddr *) &local, &local_length) == 0 && local.sin_family == AF_INET
          && ntohs (local.sin_port) == local_port
          && getpeername (fd, (struct sockaddr *) &remote, &remote_length) == 0
          && ntohs (remote.sin_port) == server_port)
        return fd;
    }
  return -1;
}

static void
dial_again (Recorder *recorder, gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (CusaxTarget) target = cusax_target_new (CUSAX_TRANSPORT_UDP, "x", "127.0.0.1", fixture->port);

  cusax_relay_connect (recorder->relay, target, NULL, NULL);
}

/* Returns: how many sources the main loop has */
static guint
count_sources (void)
{
  guint probe = g_idle_add (on_tick, NULL), n = 0;

  g_source_remove (probe);
  for (guint id = 1; id < probe; id++)
    n += g_main_context_find_source_by_id (NULL, id) != NULL;
  return n;
}

/* The keep-alive itself finds the leg lost (its address is gone), and it is dialled again at once, as for calls
 * that stand: there is one timer then, and none after the end. */
static void
test_keepalive_finds_loss (Fixture *fixture, gconstpointer data)
{
  struct sockaddr nobody = { .sa_family = AF_UNSPEC };
  guint before;
  int leg;

  before = count_sources ();
  cusax_relay_set_keepalive (fixture->recorder->relay, 40);
  fixture->recorder->on_closed = dial_again;
  fixture->recorder->on_closed_data = fixture;
  g_assert_true (connect_udp (fixture));
  leg = find_leg (fixture->recorder->local_port, fixture->port);
  g_assert_cmpint (leg, >=, 0);
  g_assert_cmpint (connect (leg, &nobody, sizeof nobody), ==, 0);
  wait_until (fixture->recorder->ready == 2);
  g_assert_cmpuint (fixture->recorder->closed, ==, 1);
  expect_text (fixture->server, NULL, "\r\n\r\n");
  cusax_relay_cut (fixture->recorder->relay);
  g_assert_cmpuint (count_sources (), ==, before);
}

static void
test_cut_before_ready (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CusaxTarget) target = cusax_target_new (CUSAX_TRANSPORT_UDP, "x", "127.0.0.1", fixture->port);

  cusax_relay_connect (fixture->recorder->relay, target, NULL, NULL);
  cusax_relay_cut (fixture->recorder->relay);
  run_for (20);
  g_assert_cmpuint (fixture->recorder->ready + fixture->recorder->failed + fixture->recorder->closed, ==, 0);
}

static void
test_no_route (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CusaxTarget) target = cusax_target_new (CUSAX_TRANSPORT_UDP, "x", "240.0.0.1", 5060);

  cusax_relay_connect (fixture->recorder->relay, target, NULL, NULL);
  wait_until (fixture->recorder->ready + fixture->recorder->failed == 1);
  if (fixture->recorder->failed > 0)
    g_assert_error (fixture->recorder->error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE);
}

static void
test_fifty_cycles (Fixture *fixture, gconstpointer data)
{
  guint before;

  g_assert_true (connect_udp (fixture));
  cusax_relay_cut (fixture->recorder->relay);
  before = count_descriptors ();
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GSocket) nua = NULL;

      g_assert_true (connect_udp (fixture));
      nua = open_socket (fixture->recorder->nua_port);
      send_text (nua, fixture->recorder->inner_port, "x");
      expect_text (fixture->server, NULL, "x");
      cusax_relay_cut (fixture->recorder->relay);
    }
  g_assert_cmpuint (count_descriptors (), ==, before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  g_timeout_add (2, on_tick, NULL);

#define ADD(path, function) g_test_add ("/relay-datagram/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("both-ways", test_both_ways);
  ADD ("large", test_large);
  ADD ("strangers", test_strangers);
  ADD ("nobody-there", test_nobody_there);
  ADD ("nua-not-there", test_nua_not_there);
  ADD ("open-again", test_open_again);
  ADD ("keepalive", test_keepalive);
  ADD ("keepalive-finds-loss", test_keepalive_finds_loss);
  ADD ("cut-before-ready", test_cut_before_ready);
  ADD ("no-route", test_no_route);
  ADD ("fifty-cycles", test_fifty_cycles);
#undef ADD
  return g_test_run ();
}
