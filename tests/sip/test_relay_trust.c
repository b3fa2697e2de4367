/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom the relay trusts: servers by their certificates (matrix), and programs of this machine at its inner
 * port.
 */
#include "clientcert.h"
#include "error.h"
#include "relay-fixture.h"

#include <glib/gstdio.h>

#include <signal.h>
#include <string.h>

static char *self_path;

/* ---------------------------------------------------------------- certificates */

#define UNKNOWN CUSAX_CERTIFICATE_UNKNOWN_CA
#define NAME CUSAX_CERTIFICATE_WRONG_NAME

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
  CusaxCertificateFaults faults; /* exactly these */
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
    FALSE, FALSE, CUSAX_CERTIFICATE_EXPIRED },
  { "expired", TRUE, "DNS:example.test", -20, -10, "example.test", NULL, NULL, FALSE, FALSE,
    CUSAX_CERTIFICATE_EXPIRED },
  { "not yet valid", TRUE, "DNS:example.test", 5, 10, "example.test", NULL, NULL, FALSE, FALSE,
    CUSAX_CERTIFICATE_NOT_YET },
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
        {
          g_assert_cmpint (fixture->recorder->trust, ==,
                           certificates[i].pin_host != NULL ? CUSAX_PEER_PINNED : CUSAX_PEER_TRUSTED);
          g_assert_cmpstr (fixture->recorder->tls_version, ==, "TLS 1.3");
          continue;
        }

      g_test_message ("  %s", fixture->recorder->error->message);
      g_assert_error (fixture->recorder->error, CUSAX_ERROR, CUSAX_ERROR_CERTIFICATE);
      g_assert_true (fixture->recorder->has_certificate);
      g_assert_cmpint (fixture->recorder->faults, ==, certificates[i].faults);
      g_assert_cmpuint (strlen (fixture->recorder->fingerprint), ==, 95);
      g_assert_nonnull (strstr (fixture->recorder->error->message, fixture->recorder->fingerprint));
      g_assert_nonnull (strstr (fixture->recorder->error->message, "sip.example.test:"));
      g_assert_cmpstr (fixture->recorder->host, ==, certificates[i].verify_name);
      g_assert_cmpuint (fixture->recorder->port, ==, fixture->server->port);
      g_assert_cmpstr (fixture->recorder->pinned, ==, certificates[i].pin_is_wrong ? "AA:BB" : NULL);
    }
}

/* R6: what a person is asked about: from whom, for how long, and whether another one was accepted before. */
static void
test_R6_report (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) expired = test_certificate_new (fixture->authority, "DNS:evil.test", -20, -10);
  Recorder *recorder = fixture->recorder;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC, day = 86400;

  fixture->server->certificate = expired;
  g_assert_false (relay_fixture_connect_tls (fixture));
  g_assert_cmpint (recorder->faults, ==, CUSAX_CERTIFICATE_EXPIRED | NAME);
  g_assert_nonnull (strstr (recorder->issuer, "CUSAX test authority"));
  g_assert_nonnull (strstr (recorder->subject, "test server"));
  g_assert_cmpint (ABS (recorder->not_before - (now - 20 * day)), <, 60);
  g_assert_cmpint (ABS (recorder->not_after - (now - 10 * day)), <, 60);
  g_assert_nonnull (strstr (recorder->error->message, "it has expired"));
  g_assert_nonnull (strstr (recorder->error->message, "it is not for example.test"));
}

/* A pin is for one port of a host: another service there shows its own certificate. */
static void
test_R6_pin_is_per_port (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) own = test_certificate_new (NULL, "DNS:x.test", -1, 10);

  fixture->server->certificate = own;
  fixture->pins.host = DOMAIN_NAME;
  g_set_object (&fixture->pins.certificate, own);
  g_assert_true (relay_fixture_connect_tls (fixture));
  fixture->pins.port++;
  g_assert_false (relay_fixture_connect_tls (fixture));
  g_assert_error (fixture->recorder->error, CUSAX_ERROR, CUSAX_ERROR_CERTIFICATE);
  g_assert_null (fixture->recorder->pinned);
}

/* R5: good yesterday, another one today: asked again, and nothing of nua's has gone out meanwhile. */
static void
test_R5_swapped_later (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) first = test_certificate_new (NULL, "DNS:example.test", -1, 10);
  g_autoptr (GTlsCertificate) second = test_certificate_new (NULL, "DNS:example.test", -1, 10);
  guint failed = fixture->recorder->failed;
  g_autoptr (CusaxTarget) target
    = cusax_target_new (CUSAX_TRANSPORT_TLS, "x", "127.0.0.1", fixture->server->port);
  Peer *peer;

  fixture->server->certificate = first;
  fixture->pins.host = DOMAIN_NAME;
  g_set_object (&fixture->pins.certificate, first);
  g_assert_true (relay_fixture_connect_tls (fixture));

  fixture->server->certificate = second;
  cusax_relay_connect (fixture->recorder->relay, target, DOMAIN_NAME, NULL);
  peer = relay_fixture_nua (fixture);
  peer_send (peer, "REGISTER", 8);
  wait_until (fixture->recorder->failed > failed);
  g_assert_error (fixture->recorder->error, CUSAX_ERROR, CUSAX_ERROR_CERTIFICATE);
  g_assert_cmpstr (fixture->recorder->pinned, ==, "AA:BB");
  g_assert_nonnull (strstr (fixture->recorder->error->message, "not the one that was accepted before"));
  g_assert_cmpuint (server_last (fixture->server)->received->len, ==, 0);
  peer_free (peer);
}

/* The server asks who we are: the certificate of the setting, and without one a fault in words. */
static void
test_client_certificate (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) own = test_certificate_new (fixture->authority, "DNS:alice.test", -1, 10);
  GTlsCertificate *shown;
  Peer *peer;

  fixture->server->asks_who = TRUE;
  cusax_relay_set_client_certificate (fixture->recorder->relay, own);
  g_assert_true (relay_fixture_connect_tls (fixture));
  peer = relay_fixture_nua (fixture);
  relay_fixture_check_echo (fixture, peer);
  shown = g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (server_last (fixture->server)->stream));
  g_assert_true (g_tls_certificate_is_same (shown, own));
  peer_free (peer);
  wait_until (fixture->recorder->closed == 1);

  /* In TLS 1.3 the refusal comes after our side is done. */
  cusax_relay_set_client_certificate (fixture->recorder->relay, NULL);
  if (relay_fixture_connect_tls (fixture))
    wait_until (fixture->recorder->closed == 2);
  g_test_message ("%s", fixture->recorder->error->message);
  g_assert_error (fixture->recorder->error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE);
}

/* Faults of the file are told before anything goes out. */
static void
test_client_certificate_file (RelayFixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *name;
    const char *content; /* "BOTH", "CERT", "KEY": of a good pair; NULL: no file; "DIR": a folder */
    const char *words;   /* (nullable): NULL: good */
  } files[] = {
    { "good.pem", "BOTH", NULL },
    { "missing.pem", NULL, "the file cannot be read" },
    { "folder.pem", "DIR", "no certificate file" },
    { "keyless.pem", "CERT", "there is no key in it" },
    { "keyonly.pem", "KEY", "" },
    { "empty.pem", "", "" },
    { "garbage.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "" },
    { "encrypted.pem",
      "CERT-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGjMF8G\n-----END ENCRYPTED PRIVATE KEY-----\n",
      "its key is encrypted" },
  };
  g_autoptr (GTlsCertificate) pair = test_certificate_new (fixture->authority, "DNS:alice.test", -1, 10);
  g_autofree char *certificate_pem = NULL, *key_pem = NULL, *folder = g_dir_make_tmp ("cusax-XXXXXX", NULL);

  g_object_get (pair, "certificate-pem", &certificate_pem, "private-key-pem", &key_pem, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i].name, NULL);
      const char *content = files[i].content;
      gboolean has_certificate, has_key;
      g_autofree char *text = NULL;
      g_autoptr (GTlsCertificate) loaded = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", files[i].name);
      has_certificate
        = content != NULL && (g_str_equal (content, "BOTH") || g_str_has_prefix (content, "CERT"));
      has_key = content != NULL && (g_str_equal (content, "BOTH") || g_str_equal (content, "KEY"));
      text = g_strconcat (has_certificate ? certificate_pem : "", has_key ? key_pem : "",
                          content != NULL && strstr (content, "-----") != NULL ? strstr (content, "-----") : "",
                          NULL);
      if (content != NULL && g_str_equal (content, "DIR"))
        g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
      else if (content != NULL)
        g_assert_true (g_file_set_contents (path, text, -1, NULL));

      loaded = cusax_clientcert_load (path, &error);
      if (files[i].words == NULL)
        {
          g_assert_no_error (error);
          g_assert_true (g_tls_certificate_is_same (loaded, pair));
        }
      else
        {
          g_test_message ("  %s", error->message);
          g_assert_null (loaded);
          g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
          g_assert_true (g_str_has_prefix (error->message, "client_certificate: "));
          g_assert_nonnull (strstr (error->message, path));
          g_assert_nonnull (strstr (error->message, files[i].words));
        }
      g_remove (path);
    }
  g_rmdir (folder);
}

/* A server that asks nobody is not told who we are. */
static void
test_client_certificate_unasked (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) own = test_certificate_new (fixture->authority, "DNS:alice.test", -1, 10);

  cusax_relay_set_client_certificate (fixture->recorder->relay, own);
  g_assert_true (relay_fixture_connect_tls (fixture));
  wait_until (server_last (fixture->server)->is_ready);
  g_assert_null (
    g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (server_last (fixture->server)->stream)));
}

/* IPv6 outside: SNI, names and the address for our Contact. */
static void
test_ipv6 (RelayFixture *fixture, gconstpointer data)
{
  gboolean tls = GPOINTER_TO_INT (data);
  g_autoptr (GTlsCertificate) literal = test_certificate_new (fixture->authority, "IP:::1", -1, 10);
  Server *server = server_new_at ("::1", tls ? fixture->good : NULL);
  CusaxTransportKind transport = tls ? CUSAX_TRANSPORT_TLS : CUSAX_TRANSPORT_TCP;
  Peer *peer;

  server->echoes = TRUE;
  g_assert_true (recorder_connect_to (fixture->recorder, transport, "::1", server->port, DOMAIN_NAME, NULL));
  g_assert_cmpstr (fixture->recorder->local_address, ==, "::1");
  peer = relay_fixture_nua (fixture);
  relay_fixture_check_echo (fixture, peer);
  peer_free (peer);
  wait_until (fixture->recorder->closed == 1);

  if (tls)
    {
      server->certificate = literal;
      g_assert_true (recorder_connect_to (fixture->recorder, transport, "::1", server->port, "::1", NULL));
      g_assert_false (
        recorder_connect_to (fixture->recorder, transport, "::1", server->port, DOMAIN_NAME, NULL));
      g_assert_cmpint (fixture->recorder->faults, ==, NAME);
    }
  cusax_relay_cut (fixture->recorder->relay);
  server_free (server);
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
  ADD ("R6/report", test_R6_report);
  ADD ("R6/pin-is-per-port", test_R6_pin_is_per_port);
  ADD ("R5/swapped-later", test_R5_swapped_later);
  ADD ("client-certificate", test_client_certificate);
  ADD ("client-certificate-unasked", test_client_certificate_unasked);
  ADD ("client-certificate-file", test_client_certificate_file);
  g_test_add ("/relay-trust/ipv6/tcp", RelayFixture, GINT_TO_POINTER (FALSE), relay_fixture_set_up, test_ipv6,
              relay_fixture_tear_down);
  g_test_add ("/relay-trust/ipv6/tls", RelayFixture, GINT_TO_POINTER (TRUE), relay_fixture_set_up, test_ipv6,
              relay_fixture_tear_down);
  ADD ("tls-foreigners", test_tls_foreigners);
  ADD ("tls-silent-foreigner", test_tls_silent_foreigner);
  ADD ("tcp-foreign-process", test_tcp_foreign_process);
  ADD ("second-connection", test_second_connection);
#undef ADD
  return g_test_run ();
}
