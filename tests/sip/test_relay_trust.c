/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom the relay trusts: servers by their certificates (matrix), and programs of this machine at its inner
 * port.
 */
#include "error.h"
#include "relay-fixture.h"

#include <signal.h>
#include <string.h>

static char *self_path;

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
  { "RFC 5922: URI and name", TRUE, "URI:sip:example.test,DNS:example.test", -1, 10, "example.test", NULL, NULL,
    FALSE, TRUE, 0 },
  { "wildcard, one label", TRUE, "DNS:*.example.test", -1, 10, "sip.example.test", NULL, NULL, FALSE, TRUE, 0 },
  { "wildcard, two labels", TRUE, "DNS:*.example.test", -1, 10, "a.b.example.test", NULL, NULL, FALSE, FALSE,
    NAME },
  { "wildcard, bare domain", TRUE, "DNS:*.example.test", -1, 10, "example.test", NULL, NULL, FALSE, FALSE,
    NAME },
  { "address", TRUE, "IP:127.0.0.1", -1, 10, "127.0.0.1", NULL, NULL, FALSE, TRUE, 0 },
  { "only the address, name asked", TRUE, "IP:127.0.0.1", -1, 10, "example.test", NULL, NULL, FALSE, FALSE,
    NAME },
  { "wrong name", TRUE, "DNS:evil.test", -1, 10, "example.test", NULL, NULL, FALSE, FALSE, NAME },
  { "the SRV target's name is no proof", TRUE, "DNS:sip.example.test", -1, 10, "example.test", NULL, NULL,
    FALSE, FALSE, NAME },
  { "server typed, certificate for the domain", TRUE, "DNS:example.test", -1, 10, "sip.typed.test",
    "example.test", NULL, FALSE, TRUE, 0 },
  { "neither name", TRUE, "DNS:evil.test", -1, 10, "sip.typed.test", "example.test", NULL, FALSE, FALSE, NAME },
  { "other name, but signed by itself", FALSE, "DNS:example.test", -1, 10, "sip.typed.test", "example.test",
    NULL, FALSE, FALSE, UNKNOWN },
  { "other name, but expired", TRUE, "DNS:example.test", -20, -10, "sip.typed.test", "example.test", NULL,
    FALSE, FALSE, G_TLS_CERTIFICATE_EXPIRED },
  { "expired", TRUE, "DNS:example.test", -20, -10, "example.test", NULL, NULL, FALSE, FALSE,
    G_TLS_CERTIFICATE_EXPIRED },
  { "not yet valid", TRUE, "DNS:example.test", 5, 10, "example.test", NULL, NULL, FALSE, FALSE,
    G_TLS_CERTIFICATE_NOT_ACTIVATED },
  { "signed by itself", FALSE, "DNS:example.test", -1, 10, "example.test", NULL, NULL, FALSE, FALSE, UNKNOWN },
  { "signed by itself, pinned", FALSE, "DNS:example.test", -1, 10, "example.test", NULL, "example.test", FALSE,
    TRUE, 0 },
  { "pinned for the server that was typed", FALSE, "DNS:x.test", -1, 10, "sip.typed.test", "example.test",
    "sip.typed.test", FALSE, TRUE, 0 },
  { "pinned for the domain", FALSE, "DNS:x.test", -1, 10, "sip.typed.test", "example.test", "example.test",
    FALSE, TRUE, 0 },
  { "pinned for another host", FALSE, "DNS:example.test", -1, 10, "example.test", NULL, "other.test", FALSE,
    FALSE, UNKNOWN },
  { "another one is pinned", FALSE, "DNS:example.test", -1, 10, "example.test", NULL, "example.test", TRUE,
    FALSE, UNKNOWN },
};

static void
test_certificate_matrix (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) wrong = test_certificate_new (NULL, "DNS:example.test", -1, 10);

  for (guint i = 0; i < G_N_ELEMENTS (certificates); i++)
    {
      g_autoptr (GTlsCertificate) certificate
        = test_certificate_new (certificates[i].is_signed ? fixture->authority : NULL,
                                certificates[i].alt_names, certificates[i].from_days, certificates[i].to_days);
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
test_sni (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (CusaxTarget) target
    = cusax_target_new (CUSAX_TRANSPORT_TLS, "x", "127.0.0.1", fixture->server->port);
  GString *hello;

  fixture->server->certificate = NULL; /* a plain server that reads the hello */
  fixture->server->echoes = FALSE;
  cusax_relay_connect (fixture->recorder->relay, target, "sni.example.test", NULL);
  wait_until (server_last (fixture->server) != NULL && server_last (fixture->server)->received->len > 0);
  hello = server_last (fixture->server)->received;
  g_assert_nonnull (memmem (hello->str, hello->len, "sni.example.test", strlen ("sni.example.test")));
}

/* ---------------------------------------------------------------- who may enter */

static void
test_tls_foreigners (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) own = test_certificate_new (NULL, "IP:127.0.0.1", -1, 10);
  Peer *without, *with_other, *with_trusted, *peer;

  g_assert_true (relay_fixture_connect_tls (fixture));
  /* In TLS 1.3 the client believes itself connected before it is refused: what counts is that it is closed. */
  relay_fixture_expect_refusal ("*does not have our key*");
  without = client_new_tls (fixture->recorder->inner_port, NULL);
  wait_until (without->is_closed);
  relay_fixture_expect_refusal ("*does not have our key*");
  with_other = client_new_tls (fixture->recorder->inner_port, own);
  wait_until (with_other->is_closed);
  relay_fixture_expect_refusal (
    "*does not have our key*"); /* although an authority of the system vouches for it */
  with_trusted = client_new_tls (fixture->recorder->inner_port, fixture->good);
  wait_until (with_trusted->is_closed);
  run_for (50);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (fixture->recorder->closed, ==, 0);

  peer = relay_fixture_nua (fixture);
  relay_fixture_check_echo (fixture, peer);
  peer_free (peer);
  peer_free (without);
  peer_free (with_other);
  peer_free (with_trusted);
}

/* Somebody who connects first and says nothing does not keep nua out. */
static void
test_tls_silent_foreigner (RelayFixture *fixture, gconstpointer data)
{
  Peer *silent, *peer;

  g_assert_true (relay_fixture_connect_tls (fixture));
  silent = client_new (fixture->recorder->inner_port, NULL);
  run_for (20);
  peer = relay_fixture_nua (fixture);
  relay_fixture_check_echo (fixture, peer);
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
test_tcp_foreign_process (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *port = NULL;
  int status = -1;
  Peer *peer;

  g_assert_true (relay_fixture_connect_tcp (fixture));
  port = g_strdup_printf ("%u", fixture->recorder->inner_port);
  relay_fixture_expect_refusal ("*another process*");
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, self_path, "--foreign", port, NULL);
  g_assert_nonnull (process);
  g_subprocess_wait_check_async (process, NULL, on_process_ended, &status);
  wait_until (status >= 0);
  g_assert_cmpint (status, ==, 0);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (server_last (fixture->server)->received->len, ==, 0);

  peer = relay_fixture_nua (fixture);
  relay_fixture_check_echo (fixture, peer);
  peer_free (peer);
}

static void
test_second_connection (RelayFixture *fixture, gconstpointer data)
{
  Peer *first, *second;

  g_assert_true (relay_fixture_connect_tls (fixture));
  first = relay_fixture_nua (fixture);
  relay_fixture_check_echo (fixture, first);
  relay_fixture_expect_refusal ("*none is expected*");
  second = relay_fixture_nua (fixture);
  wait_until (second->is_closed);
  g_test_assert_expected_messages ();
  relay_fixture_check_echo (fixture, first);
  peer_free (second);
  peer_free (first);
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
  self_path = g_file_read_link ("/proc/self/exe", NULL);

#define ADD(path, function)                                                                                    \
  g_test_add ("/relay-trust/" path, RelayFixture, NULL, relay_fixture_set_up, function, relay_fixture_tear_down)
  ADD ("certificate-matrix", test_certificate_matrix);
  ADD ("sni", test_sni);
  ADD ("tls-foreigners", test_tls_foreigners);
  ADD ("tls-silent-foreigner", test_tls_silent_foreigner);
  ADD ("tcp-foreign-process", test_tcp_foreign_process);
  ADD ("second-connection", test_second_connection);
#undef ADD
  return g_test_run ();
}
