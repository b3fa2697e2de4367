/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The relay's streams: bytes pass unchanged and none too early, faults have words, and both sides may go away.
 */
#include "error.h"
#include "relay-fixture.h"

#include <glib/gstdio.h>

#include <signal.h>
#include <string.h>
#include <sys/stat.h>

/* -------------------------------------------------------------------- failures */

static void
test_nobody_listens (RelayFixture *fixture, gconstpointer data)
{
  guint16 port = fixture->server->port;

  g_socket_service_stop (fixture->server->service);
  g_socket_listener_close (G_SOCKET_LISTENER (fixture->server->service));
  g_assert_false (recorder_connect (fixture->recorder, CUSAX_TRANSPORT_TLS, port, DOMAIN_NAME, NULL));
  g_assert_error (fixture->recorder->error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE);
  g_assert_false (fixture->recorder->has_certificate);
  g_test_message ("%s", fixture->recorder->error->message);
}

static void
test_silent_server (RelayFixture *fixture, gconstpointer data)
{
  gint64 begin = g_get_monotonic_time ();

  fixture->server->is_silent = TRUE;
  cusax_relay_set_timeout (fixture->recorder->relay, 100);
  g_assert_false (relay_fixture_connect_tls (fixture));
  g_assert_error (fixture->recorder->error, CUSAX_ERROR, CUSAX_ERROR_TIMEOUT);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 90000);
  g_test_message ("%s", fixture->recorder->error->message);
}

static void
test_not_tls (RelayFixture *fixture, gconstpointer data)
{
  fixture->server->certificate = NULL; /* echoes the hello */
  g_assert_false (relay_fixture_connect_tls (fixture));
  g_assert_error (fixture->recorder->error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE);
  g_test_message ("%s", fixture->recorder->error->message);
}

/* --------------------------------------------------------------------- passing */

static void
print_round_trip (Peer *peer)
{
  gint64 begin = g_get_monotonic_time ();

  g_string_truncate (peer->received, 0);
  for (guint i = 0; i < 200; i++)
    {
      peer_send (peer, "INVITE", 6);
      wait_until (peer->received->len == 6 * (i + 1));
    }
  g_test_message ("there and back through both legs: %" G_GINT64_FORMAT " us",
                  (g_get_monotonic_time () - begin) / 200);
}

static void
test_tls (RelayFixture *fixture, gconstpointer data)
{
  Recorder *recorder = fixture->recorder;
  GStatBuf status;
  Peer *peer;

  g_assert_true (relay_fixture_connect_tls (fixture));
  g_assert_cmpint (recorder->transport, ==, CUSAX_TRANSPORT_TLS);
  g_assert_cmpstr (recorder->local_address, ==, "127.0.0.1");
  g_assert_cmpuint (recorder->local_port, >, 0);
  g_assert_cmpint (g_stat (recorder->certificate_dir, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);

  peer = relay_fixture_nua (fixture);
  cusax_relay_drop_key_files (recorder->relay);
  g_assert_false (g_file_test (recorder->certificate_dir, G_FILE_TEST_EXISTS));
  relay_fixture_check_echo (fixture, peer);
  print_round_trip (peer);
  peer_free (peer);
}

static void
test_tcp (RelayFixture *fixture, gconstpointer data)
{
  Peer *peer;

  g_assert_true (relay_fixture_connect_tcp (fixture));
  g_assert_false (cusax_relay_is_protected (fixture->recorder->relay));
  g_assert_null (fixture->recorder->certificate_dir);
  peer = relay_fixture_nua (fixture);
  relay_fixture_check_echo (fixture, peer);
  peer_free (peer);
}

/* What the server says before nua is there waits for it. */
static void
test_early_server (RelayFixture *fixture, gconstpointer data)
{
  Peer *peer;

  g_assert_true (relay_fixture_connect_tls (fixture));
  wait_until (server_last (fixture->server)->is_ready);
  peer_send (server_last (fixture->server), "early", 5);
  wait_until (fixture->recorder->incoming->len == 5);
  peer = relay_fixture_nua (fixture);
  wait_until (peer->received->len == 5);
  g_assert_cmpstr (peer->received->str, ==, "early");
  peer_free (peer);
}

static void
test_keepalive (RelayFixture *fixture, gconstpointer data)
{
  Peer *peer;

  fixture->server->echoes = FALSE;
  cusax_relay_set_keepalive (fixture->recorder->relay, 50);
  g_assert_true (relay_fixture_connect_tls (fixture));
  wait_until (server_last (fixture->server)->received->len >= 8);
  g_assert_true (g_str_has_prefix (server_last (fixture->server)->received->str, "\r\n\r\n\r\n\r\n"));

  /* Between nua's messages, never inside what it sends. */
  peer = relay_fixture_nua (fixture);
  peer_send (peer, "message", 7);
  wait_until (strstr (server_last (fixture->server)->received->str, "message\r\n\r\n") != NULL);
  g_assert_cmpstr (fixture->recorder->outgoing->str, ==, "message");
  peer_free (peer);
}

/* --------------------------------------------------------------------- endings */

static void
test_server_dies_and_returns (RelayFixture *fixture, gconstpointer data)
{
  guint16 inner_port;
  Peer *peer, *refused;

  g_assert_true (relay_fixture_connect_tls (fixture));
  inner_port = fixture->recorder->inner_port;
  peer = relay_fixture_nua (fixture);
  relay_fixture_check_echo (fixture, peer);

  peer_close (server_last (fixture->server));
  wait_until (fixture->recorder->closed == 1 && peer->is_closed);
  g_test_message ("%s", fixture->recorder->error->message);
  g_assert_error (fixture->recorder->error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE);
  g_assert_false (cusax_relay_is_ready (fixture->recorder->relay));
  peer_free (peer);

  relay_fixture_expect_refusal ("*none is expected*");
  refused = relay_fixture_nua (fixture);
  wait_until (refused->is_closed);
  g_test_assert_expected_messages ();
  peer_free (refused);

  g_assert_true (relay_fixture_connect_tls (fixture));
  g_assert_cmpuint (fixture->recorder->inner_port, ==, inner_port);
  peer = relay_fixture_nua (fixture);
  relay_fixture_check_echo (fixture, peer);
  g_assert_cmpuint (fixture->recorder->closed, ==, 1);
  peer_free (peer);
}

/* nua comes while the outer leg is being dialled again: it waits, and nothing of it passes before verification.
 */
static void
test_held_while_connecting (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (CusaxTarget) target
    = cusax_target_new (CUSAX_TRANSPORT_TLS, "x", "127.0.0.1", fixture->server->port);
  g_autoptr (GTlsCertificate) bad = test_certificate_new (NULL, "DNS:evil.test", -1, 10);
  guint ready, failed;
  Peer *peer;

  g_assert_true (relay_fixture_connect_tls (fixture));
  ready = fixture->recorder->ready;
  cusax_relay_connect (fixture->recorder->relay, target, DOMAIN_NAME, NULL);
  peer = relay_fixture_nua (fixture);
  peer_send (peer, "REGISTER", 8);
  wait_until (fixture->recorder->ready > ready && peer->received->len == 8);
  peer_free (peer);
  wait_until (fixture->recorder->closed == 1);

  fixture->server->certificate = bad;
  failed = fixture->recorder->failed;
  cusax_relay_connect (fixture->recorder->relay, target, DOMAIN_NAME, NULL);
  peer = relay_fixture_nua (fixture);
  peer_send (peer, "REGISTER", 8);
  wait_until (fixture->recorder->failed > failed && peer->is_closed);
  run_for (20);
  g_assert_cmpuint (server_last (fixture->server)->received->len, ==, 0);
  peer_free (peer);
}

/* nua closes: the server must not be left with half a message and nobody to talk to. */
static void
test_nua_closes (RelayFixture *fixture, gconstpointer data)
{
  Peer *peer;

  g_assert_true (relay_fixture_connect_tls (fixture));
  peer = relay_fixture_nua (fixture);
  relay_fixture_check_echo (fixture, peer);
  peer_free (peer);
  wait_until (fixture->recorder->closed == 1 && server_last (fixture->server)->is_closed);
  g_assert_error (fixture->recorder->error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
}

static void
test_cut (RelayFixture *fixture, gconstpointer data)
{
  Peer *peer, *late;
  guint16 port;

  g_assert_true (relay_fixture_connect_tls (fixture));
  peer = relay_fixture_nua (fixture);
  relay_fixture_check_echo (fixture, peer);
  port = fixture->recorder->inner_port;
  cusax_relay_cut (fixture->recorder->relay);
  g_assert_false (cusax_relay_is_ready (fixture->recorder->relay));
  g_assert_false (g_file_test (fixture->recorder->certificate_dir, G_FILE_TEST_EXISTS));
  wait_until (peer->is_closed && server_last (fixture->server)->is_closed);
  g_assert_cmpuint (fixture->recorder->closed, ==, 0);
  late = client_new (port, NULL);
  g_assert_true (late->failed); /* the port is closed */
  peer_free (late);
  peer_free (peer);

  g_assert_true (relay_fixture_connect_tls (fixture));
  peer = relay_fixture_nua (fixture);
  relay_fixture_check_echo (fixture, peer);
  peer_free (peer);
}

/* Cut in every phase of connecting: no word to the listener afterwards. */
static void
test_cut_early (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (CusaxTarget) target
    = cusax_target_new (CUSAX_TRANSPORT_TLS, "x", "127.0.0.1", fixture->server->port);

  for (guint iterations = 0; iterations < 30; iterations++)
    {
      guint told = fixture->recorder->ready + fixture->recorder->failed;

      cusax_relay_connect (fixture->recorder->relay, target, DOMAIN_NAME, NULL);
      for (guint i = 0; i < iterations && fixture->recorder->ready + fixture->recorder->failed == told; i++)
        g_main_context_iteration (NULL, FALSE);
      told = fixture->recorder->ready + fixture->recorder->failed;
      cusax_relay_cut (fixture->recorder->relay);
      run_for (5);
      g_assert_cmpuint (fixture->recorder->ready + fixture->recorder->failed, ==, told);
      g_assert_cmpuint (fixture->recorder->closed, ==, 0);
    }
}

static void
cycle (RelayFixture *fixture)
{
  Peer *peer;

  g_assert_true (relay_fixture_connect_tls (fixture));
  peer = relay_fixture_nua (fixture);
  peer_send (peer, "hello", 5);
  wait_until (peer->received->len == 5);
  cusax_relay_cut (fixture->recorder->relay);
  peer_free (peer);
  wait_until (server_last (fixture->server)->is_closed);
  g_ptr_array_set_size (fixture->server->peers, 0);
}

static void
test_fifty_cycles (RelayFixture *fixture, gconstpointer data)
{
  guint before, after;

  cycle (fixture);
  run_for (20);
  before = count_descriptors ();
  for (guint i = 0; i < 50; i++)
    cycle (fixture);
  run_for (20);
  after = count_descriptors ();
  g_assert_cmpuint (after, <=, before);
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function)                                                                                    \
  g_test_add ("/relay/" path, RelayFixture, NULL, relay_fixture_set_up, function, relay_fixture_tear_down)
  ADD ("nobody-listens", test_nobody_listens);
  ADD ("silent-server", test_silent_server);
  ADD ("not-tls", test_not_tls);
  ADD ("tls", test_tls);
  ADD ("tcp", test_tcp);
  ADD ("early-server", test_early_server);
  ADD ("keepalive", test_keepalive);
  ADD ("server-dies-and-returns", test_server_dies_and_returns);
  ADD ("held-while-connecting", test_held_while_connecting);
  ADD ("nua-closes", test_nua_closes);
  ADD ("cut", test_cut);
  ADD ("cut-early", test_cut_early);
  ADD ("fifty-cycles", test_fifty_cycles);
#undef ADD
  return g_test_run ();
}
