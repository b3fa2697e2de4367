/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The relay's streams: whom it trusts (certificate matrix), who may use its inner port, that bytes pass unchanged
 * and none too early, and what happens when either side goes away.
 */
#include "certificates.h"
#include "error.h"
#include "relay-recorder.h"
#include "stream-peer.h"

#include <glib/gstdio.h>

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define DOMAIN_NAME "example.test"

/** Pins: a CusaxTrust that pins one certificate for one host. */
typedef struct
{
  CusaxTrust trust;
  const char *host;
  GTlsCertificate *certificate;
} Pins;

typedef struct
{
  TestAuthority *authority;
  char *authority_file; /* GLib reads it at the first connection */
  GTlsCertificate *good;
  Pins pins;
  Recorder *recorder;
  Server *server;
} Fixture;

static GThread *main_thread;
static char *self_path;

static gboolean
is_pinned (CusaxTrust *trust, const char *host, const guint8 *der, gsize length)
{
  Pins *pins = (Pins *) trust;
  g_autoptr (GByteArray) pinned = NULL;

  g_assert_true (g_thread_self () == main_thread);
  if (pins->certificate == NULL || strcmp (host, pins->host) != 0)
    return FALSE;
  g_object_get (pins->certificate, "certificate", &pinned, NULL);
  return pinned->len == length && memcmp (pinned->data, der, length) == 0;
}

/* The authority is trusted as if it stood in the system's store, for this process only. Returns: the file */
static char *
trust_authority (TestAuthority *authority)
{
  g_autofree char *pem = test_authority_get_pem (authority);
  char *path = NULL;
  g_autoptr (GTlsDatabase) database = NULL;
  int fd = g_file_open_tmp ("cusax-test-XXXXXX", &path, NULL);

  g_assert_cmpint (write (fd, pem, strlen (pem)), ==, (gssize) strlen (pem));
  close (fd);
  database = g_tls_file_database_new (path, NULL);
  g_assert_nonnull (database);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), database);
  return path;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->authority = test_authority_new ();
  fixture->authority_file = trust_authority (fixture->authority);
  fixture->good = test_certificate_new (fixture->authority, "DNS:" DOMAIN_NAME, -1, 10);
  fixture->pins.trust.is_pinned = is_pinned;
  fixture->recorder = recorder_new (&fixture->pins.trust);
  fixture->server = server_new (fixture->good);
  fixture->server->echoes = TRUE;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  recorder_free (fixture->recorder);
  server_free (fixture->server);
  g_object_unref (fixture->good);
  g_clear_object (&fixture->pins.certificate);
  test_authority_free (fixture->authority);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), NULL);
  g_unlink (fixture->authority_file);
  g_free (fixture->authority_file);
}

static gboolean
connect_tls (Fixture *fixture)
{
  return recorder_connect (fixture->recorder, CUSAX_TRANSPORT_TLS, fixture->server->port, DOMAIN_NAME, NULL);
}

static gboolean
connect_tcp (Fixture *fixture)
{
  fixture->server->certificate = NULL;
  return recorder_connect (fixture->recorder, CUSAX_TRANSPORT_TCP, fixture->server->port, NULL, NULL);
}

static Peer *
nua (Fixture *fixture)
{
  return client_new (fixture->recorder->inner_port, fixture->recorder->certificate_dir);
}

/* ---------------------------------------------------------------- certificates */

#define UNKNOWN G_TLS_CERTIFICATE_UNKNOWN_CA
#define NAME G_TLS_CERTIFICATE_BAD_IDENTITY

static const struct
{
  const char *what;
  gboolean is_signed;
  const char *alt_names;
  int from_days, to_days;
  const char *verify_name, *other_name;
  const char *pin_host;  /* (nullable) */
  gboolean pin_is_wrong; /* some other certificate is pinned */
  gboolean accepted;
  GTlsCertificateFlags flags; /* at least these */
} certificates[] = {
  { "good", TRUE, "DNS:example.test", -1, 10, "example.test", NULL, NULL, FALSE, TRUE, 0 },
  { "RFC 5922: URI and name", TRUE, "URI:sip:example.test,DNS:example.test", -1, 10, "example.test", NULL, NULL, FALSE,
    TRUE, 0 },
  { "wildcard, one label", TRUE, "DNS:*.example.test", -1, 10, "sip.example.test", NULL, NULL, FALSE, TRUE, 0 },
  { "wildcard, two labels", TRUE, "DNS:*.example.test", -1, 10, "a.b.example.test", NULL, NULL, FALSE, FALSE, NAME },
  { "wildcard, bare domain", TRUE, "DNS:*.example.test", -1, 10, "example.test", NULL, NULL, FALSE, FALSE, NAME },
  { "address", TRUE, "IP:127.0.0.1", -1, 10, "127.0.0.1", NULL, NULL, FALSE, TRUE, 0 },
  { "only the address, name asked", TRUE, "IP:127.0.0.1", -1, 10, "example.test", NULL, NULL, FALSE, FALSE, NAME },
  { "wrong name", TRUE, "DNS:evil.test", -1, 10, "example.test", NULL, NULL, FALSE, FALSE, NAME },
  { "the SRV target's name is no proof", TRUE, "DNS:sip.example.test", -1, 10, "example.test", NULL, NULL, FALSE, FALSE,
    NAME },
  { "server typed, certificate for the domain", TRUE, "DNS:example.test", -1, 10, "sip.typed.test", "example.test",
    NULL, FALSE, TRUE, 0 },
  { "neither name", TRUE, "DNS:evil.test", -1, 10, "sip.typed.test", "example.test", NULL, FALSE, FALSE, NAME },
  { "other name, but signed by itself", FALSE, "DNS:example.test", -1, 10, "sip.typed.test", "example.test", NULL, FALSE,
    FALSE, UNKNOWN },
  { "other name, but expired", TRUE, "DNS:example.test", -20, -10, "sip.typed.test", "example.test", NULL, FALSE, FALSE,
    G_TLS_CERTIFICATE_EXPIRED },
  { "expired", TRUE, "DNS:example.test", -20, -10, "example.test", NULL, NULL, FALSE, FALSE,
    G_TLS_CERTIFICATE_EXPIRED },
  { "not yet valid", TRUE, "DNS:example.test", 5, 10, "example.test", NULL, NULL, FALSE, FALSE,
    G_TLS_CERTIFICATE_NOT_ACTIVATED },
  { "signed by itself", FALSE, "DNS:example.test", -1, 10, "example.test", NULL, NULL, FALSE, FALSE, UNKNOWN },
  { "signed by itself, pinned", FALSE, "DNS:example.test", -1, 10, "example.test", NULL, "example.test", FALSE, TRUE,
    0 },
  { "pinned for the server that was typed", FALSE, "DNS:x.test", -1, 10, "sip.typed.test", "example.test",
    "sip.typed.test", FALSE, TRUE, 0 },
  { "pinned for the domain", FALSE, "DNS:x.test", -1, 10, "sip.typed.test", "example.test", "example.test", FALSE, TRUE,
    0 },
  { "pinned for another host", FALSE, "DNS:example.test", -1, 10, "example.test", NULL, "other.test", FALSE, FALSE,
    UNKNOWN },
  { "another one is pinned", FALSE, "DNS:example.test", -1, 10, "example.test", NULL, "example.test", TRUE, FALSE,
    UNKNOWN },
};

static void
test_certificate_matrix (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) wrong = test_certificate_new (NULL, "DNS:example.test", -1, 10);

  for (guint i = 0; i < G_N_ELEMENTS (certificates); i++)
    {
      g_autoptr (GTlsCertificate) certificate
        = test_certificate_new (certificates[i].is_signed ? fixture->authority : NULL, certificates[i].alt_names,
                                certificates[i].from_days, certificates[i].to_days);
      gboolean accepted;

      g_test_message ("%s", certificates[i].what);
      fixture->server->certificate = certificate;
      fixture->pins.host = certificates[i].pin_host;
      if (certificates[i].pin_host != NULL)
        g_set_object (&fixture->pins.certificate, (certificates[i].pin_is_wrong ? wrong : certificate));
      else
        g_clear_object (&fixture->pins.certificate);

      accepted = recorder_connect (fixture->recorder, CUSAX_TRANSPORT_TLS, fixture->server->port,
                                   certificates[i].verify_name, certificates[i].other_name);
      g_assert_cmpint (accepted, ==, certificates[i].accepted);
      g_assert_cmpint (cusax_relay_is_protected (fixture->recorder->relay), ==, accepted);
      if (accepted)
        continue;

      g_test_message ("  %s", fixture->recorder->error->message);
      g_assert_error (fixture->recorder->error, CUSAX_ERROR, CUSAX_ERROR_CERTIFICATE);
      g_assert_true (fixture->recorder->has_certificate);
      g_assert_cmpint (fixture->recorder->flags & certificates[i].flags, ==, certificates[i].flags);
      g_assert_cmpuint (strlen (fixture->recorder->fingerprint), ==, 95);
      g_assert_nonnull (strstr (fixture->recorder->error->message, fixture->recorder->fingerprint));
      g_assert_nonnull (strstr (fixture->recorder->error->message, "sip.example.test:"));
    }
}

/* The name goes out in the first message, so that hosts of many domains show the right certificate. */
static void
test_sni (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CusaxTarget) target = cusax_target_new (CUSAX_TRANSPORT_TLS, "x", "127.0.0.1", fixture->server->port);
  GString *hello;

  fixture->server->certificate = NULL; /* a plain server that reads the hello */
  fixture->server->echoes = FALSE;
  cusax_relay_connect (fixture->recorder->relay, target, "sni.example.test", NULL);
  wait_until (server_last (fixture->server) != NULL && server_last (fixture->server)->received->len > 0);
  hello = server_last (fixture->server)->received;
  g_assert_nonnull (memmem (hello->str, hello->len, "sni.example.test", strlen ("sni.example.test")));
}

/* -------------------------------------------------------------------- failures */

static void
test_nobody_listens (Fixture *fixture, gconstpointer data)
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
test_silent_server (Fixture *fixture, gconstpointer data)
{
  gint64 begin = g_get_monotonic_time ();

  fixture->server->is_silent = TRUE;
  cusax_relay_set_timeout (fixture->recorder->relay, 100);
  g_assert_false (connect_tls (fixture));
  g_assert_error (fixture->recorder->error, CUSAX_ERROR, CUSAX_ERROR_TIMEOUT);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 90000);
  g_test_message ("%s", fixture->recorder->error->message);
}

static void
test_not_tls (Fixture *fixture, gconstpointer data)
{
  fixture->server->certificate = NULL; /* echoes the hello */
  g_assert_false (connect_tls (fixture));
  g_assert_error (fixture->recorder->error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE);
  g_test_message ("%s", fixture->recorder->error->message);
}

/* --------------------------------------------------------------------- passing */

/* A megabyte there and back, with an end that reads when it likes: nothing lost, nothing changed. */
static void
check_echo (Fixture *fixture, Peer *peer)
{
  GString *bytes = g_string_new (NULL);
  GRand *random = g_rand_new_with_seed (1);

  while (bytes->len < 1000000)
    g_string_append_c (bytes, (char) g_rand_int (random));
  g_rand_free (random);

  g_string_truncate (fixture->recorder->outgoing, 0);
  g_string_truncate (fixture->recorder->incoming, 0);
  g_string_truncate (peer->received, 0);
  peer_send (peer, bytes->str, bytes->len);
  wait_until (peer->received->len >= bytes->len);
  g_assert_true (g_string_equal (peer->received, bytes));
  g_assert_true (g_string_equal (fixture->recorder->outgoing, bytes));
  g_assert_true (g_string_equal (fixture->recorder->incoming, bytes));
  g_string_free (bytes, TRUE);
}

static void
test_tls (Fixture *fixture, gconstpointer data)
{
  Recorder *recorder = fixture->recorder;
  GStatBuf status;
  Peer *peer;

  g_assert_true (connect_tls (fixture));
  g_assert_cmpint (recorder->transport, ==, CUSAX_TRANSPORT_TLS);
  g_assert_cmpstr (recorder->local_address, ==, "127.0.0.1");
  g_assert_cmpuint (recorder->local_port, >, 0);
  g_assert_cmpint (g_stat (recorder->certificate_dir, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);

  peer = nua (fixture);
  cusax_relay_drop_key_files (recorder->relay);
  g_assert_false (g_file_test (recorder->certificate_dir, G_FILE_TEST_EXISTS));
  check_echo (fixture, peer);
  peer_free (peer);
}

static void
test_tcp (Fixture *fixture, gconstpointer data)
{
  Peer *peer;

  g_assert_true (connect_tcp (fixture));
  g_assert_false (cusax_relay_is_protected (fixture->recorder->relay));
  g_assert_null (fixture->recorder->certificate_dir);
  peer = nua (fixture);
  check_echo (fixture, peer);
  peer_free (peer);
}

/* What the server says before nua is there waits for it. */
static void
test_early_server (Fixture *fixture, gconstpointer data)
{
  Peer *peer;

  g_assert_true (connect_tls (fixture));
  wait_until (server_last (fixture->server)->is_ready);
  peer_send (server_last (fixture->server), "early", 5);
  wait_until (fixture->recorder->incoming->len == 5);
  peer = nua (fixture);
  wait_until (peer->received->len == 5);
  g_assert_cmpstr (peer->received->str, ==, "early");
  peer_free (peer);
}

static void
test_keepalive (Fixture *fixture, gconstpointer data)
{
  Peer *peer;

  fixture->server->echoes = FALSE;
  cusax_relay_set_keepalive (fixture->recorder->relay, 50);
  g_assert_true (connect_tls (fixture));
  wait_until (server_last (fixture->server)->received->len >= 8);
  g_assert_true (g_str_has_prefix (server_last (fixture->server)->received->str, "\r\n\r\n\r\n\r\n"));

  /* Between nua's messages, never inside what it sends. */
  peer = nua (fixture);
  peer_send (peer, "message", 7);
  wait_until (strstr (server_last (fixture->server)->received->str, "message\r\n\r\n") != NULL);
  g_assert_cmpstr (fixture->recorder->outgoing->str, ==, "message");
  peer_free (peer);
}

/* ---------------------------------------------------------------- who may enter */

static void
expect_refusal (const char *pattern)
{
  g_test_expect_message ("cusax-sip", G_LOG_LEVEL_MESSAGE, pattern);
}

static void
test_tls_foreigners (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) own = test_certificate_new (NULL, "IP:127.0.0.1", -1, 10);
  Peer *without, *with_other, *with_trusted, *peer;

  g_assert_true (connect_tls (fixture));
  /* In TLS 1.3 the client believes itself connected before it is refused: what counts is that it is closed. */
  expect_refusal ("*does not have our key*");
  without = client_new_tls (fixture->recorder->inner_port, NULL);
  wait_until (without->is_closed);
  expect_refusal ("*does not have our key*");
  with_other = client_new_tls (fixture->recorder->inner_port, own);
  wait_until (with_other->is_closed);
  expect_refusal ("*does not have our key*"); /* although an authority of the system vouches for it */
  with_trusted = client_new_tls (fixture->recorder->inner_port, fixture->good);
  wait_until (with_trusted->is_closed);
  run_for (50);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (fixture->recorder->closed, ==, 0);

  peer = nua (fixture);
  check_echo (fixture, peer);
  peer_free (peer);
  peer_free (without);
  peer_free (with_other);
  peer_free (with_trusted);
}

/* Somebody who connects first and says nothing does not keep nua out. */
static void
test_tls_silent_foreigner (Fixture *fixture, gconstpointer data)
{
  Peer *silent, *peer;

  g_assert_true (connect_tls (fixture));
  silent = client_new (fixture->recorder->inner_port, NULL);
  run_for (20);
  peer = nua (fixture);
  check_echo (fixture, peer);
  peer_free (peer);
  peer_free (silent);
}

static void
on_process_ended (GObject *source, GAsyncResult *result, gpointer data)
{
  g_subprocess_wait_check_finish (G_SUBPROCESS (source), result, NULL);
  *(int *) data = g_subprocess_get_exit_status (G_SUBPROCESS (source));
}

/* Another process on this machine connects before nua does: it reads the end at once, and nua gets through. */
static void
test_tcp_foreign_process (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *port = NULL;
  int status = -1;
  Peer *peer;

  g_assert_true (connect_tcp (fixture));
  port = g_strdup_printf ("%u", fixture->recorder->inner_port);
  expect_refusal ("*another process*");
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, self_path, "--foreign", port, NULL);
  g_assert_nonnull (process);
  g_subprocess_wait_check_async (process, NULL, on_process_ended, &status);
  wait_until (status >= 0);
  g_assert_cmpint (status, ==, 0);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (server_last (fixture->server)->received->len, ==, 0);

  peer = nua (fixture);
  check_echo (fixture, peer);
  peer_free (peer);
}

static void
test_second_connection (Fixture *fixture, gconstpointer data)
{
  Peer *first, *second;

  g_assert_true (connect_tls (fixture));
  first = nua (fixture);
  check_echo (fixture, first);
  expect_refusal ("*none is expected*");
  second = nua (fixture);
  wait_until (second->is_closed);
  g_test_assert_expected_messages ();
  check_echo (fixture, first);
  peer_free (second);
  peer_free (first);
}

/* --------------------------------------------------------------------- endings */

static void
test_server_dies_and_returns (Fixture *fixture, gconstpointer data)
{
  guint16 inner_port;
  Peer *peer, *refused;

  g_assert_true (connect_tls (fixture));
  inner_port = fixture->recorder->inner_port;
  peer = nua (fixture);
  check_echo (fixture, peer);

  peer_close (server_last (fixture->server));
  wait_until (fixture->recorder->closed == 1 && peer->is_closed);
  g_test_message ("%s", fixture->recorder->error->message);
  g_assert_error (fixture->recorder->error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE);
  g_assert_false (cusax_relay_is_ready (fixture->recorder->relay));
  peer_free (peer);

  expect_refusal ("*none is expected*");
  refused = nua (fixture);
  wait_until (refused->is_closed);
  g_test_assert_expected_messages ();
  peer_free (refused);

  g_assert_true (connect_tls (fixture));
  g_assert_cmpuint (fixture->recorder->inner_port, ==, inner_port);
  peer = nua (fixture);
  check_echo (fixture, peer);
  g_assert_cmpuint (fixture->recorder->closed, ==, 1);
  peer_free (peer);
}

/* nua comes while the outer leg is being dialled again: it waits, and nothing of it passes before verification. */
static void
test_held_while_connecting (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CusaxTarget) target = cusax_target_new (CUSAX_TRANSPORT_TLS, "x", "127.0.0.1", fixture->server->port);
  g_autoptr (GTlsCertificate) bad = test_certificate_new (NULL, "DNS:evil.test", -1, 10);
  guint ready, failed;
  Peer *peer;

  g_assert_true (connect_tls (fixture));
  ready = fixture->recorder->ready;
  cusax_relay_connect (fixture->recorder->relay, target, DOMAIN_NAME, NULL);
  peer = nua (fixture);
  peer_send (peer, "REGISTER", 8);
  wait_until (fixture->recorder->ready > ready && peer->received->len == 8);
  peer_free (peer);
  wait_until (fixture->recorder->closed == 1);

  fixture->server->certificate = bad;
  failed = fixture->recorder->failed;
  cusax_relay_connect (fixture->recorder->relay, target, DOMAIN_NAME, NULL);
  peer = nua (fixture);
  peer_send (peer, "REGISTER", 8);
  wait_until (fixture->recorder->failed > failed && peer->is_closed);
  run_for (20);
  g_assert_cmpuint (server_last (fixture->server)->received->len, ==, 0);
  peer_free (peer);
}

/* nua closes: the server must not be left with half a message and nobody to talk to. */
static void
test_nua_closes (Fixture *fixture, gconstpointer data)
{
  Peer *peer;

  g_assert_true (connect_tls (fixture));
  peer = nua (fixture);
  check_echo (fixture, peer);
  peer_free (peer);
  wait_until (fixture->recorder->closed == 1 && server_last (fixture->server)->is_closed);
}

static void
test_cut (Fixture *fixture, gconstpointer data)
{
  Peer *peer, *late;
  guint16 port;

  g_assert_true (connect_tls (fixture));
  peer = nua (fixture);
  check_echo (fixture, peer);
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

  g_assert_true (connect_tls (fixture));
  peer = nua (fixture);
  check_echo (fixture, peer);
  peer_free (peer);
}

/* Cut in every phase of connecting: no word to the listener afterwards. */
static void
test_cut_early (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CusaxTarget) target = cusax_target_new (CUSAX_TRANSPORT_TLS, "x", "127.0.0.1", fixture->server->port);

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
cycle (Fixture *fixture)
{
  Peer *peer;

  g_assert_true (connect_tls (fixture));
  peer = nua (fixture);
  peer_send (peer, "hello", 5);
  wait_until (peer->received->len == 5);
  cusax_relay_cut (fixture->recorder->relay);
  peer_free (peer);
  wait_until (server_last (fixture->server)->is_closed);
  g_ptr_array_set_size (fixture->server->peers, 0);
}

static void
test_fifty_cycles (Fixture *fixture, gconstpointer data)
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

/* In the part of a foreign program: connect, read. Returns: 0 if turned away without a byte */
static int
be_foreign (const char *port)
{
  Peer *peer = client_new ((guint16) g_ascii_strtoull (port, NULL, 10), NULL);
  gboolean refused;

  peer_send (peer, "REGISTER sip:evil SIP/2.0\r\n", 27);
  wait_until (peer->is_closed);
  refused = peer->received->len == 0;
  peer_free (peer);
  return refused ? 0 : 1;
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  if (argc == 3 && strcmp (argv[1], "--foreign") == 0)
    return be_foreign (argv[2]);

  g_test_init (&argc, &argv, NULL);
  main_thread = g_thread_self ();
  self_path = g_file_read_link ("/proc/self/exe", NULL);

#define ADD(path, function) g_test_add ("/relay/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("certificate-matrix", test_certificate_matrix);
  ADD ("sni", test_sni);
  ADD ("nobody-listens", test_nobody_listens);
  ADD ("silent-server", test_silent_server);
  ADD ("not-tls", test_not_tls);
  ADD ("tls", test_tls);
  ADD ("tcp", test_tcp);
  ADD ("early-server", test_early_server);
  ADD ("keepalive", test_keepalive);
  ADD ("tls-foreigners", test_tls_foreigners);
  ADD ("tls-silent-foreigner", test_tls_silent_foreigner);
  ADD ("tcp-foreign-process", test_tcp_foreign_process);
  ADD ("second-connection", test_second_connection);
  ADD ("server-dies-and-returns", test_server_dies_and_returns);
  ADD ("held-while-connecting", test_held_while_connecting);
  ADD ("nua-closes", test_nua_closes);
  ADD ("cut", test_cut);
  ADD ("cut-early", test_cut_early);
  ADD ("fifty-cycles", test_fifty_cycles);
#undef ADD
  return g_test_run ();
}
