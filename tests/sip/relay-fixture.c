/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See relay-fixture.h. */
#include "relay-fixture.h"

#include <glib/gstdio.h>

#include <string.h>
#include <unistd.h>

static gboolean
is_pinned (CusaxTrust *trust, const char *host, guint16 port, const guint8 *der, gsize length)
{
  Pins *pins = (Pins *) trust;
  g_autoptr (GByteArray) pinned = NULL;

  g_assert_true (g_thread_self () == pins->thread);
  if (pins->certificate == NULL || strcmp (host, pins->host) != 0 || port != pins->port)
    return FALSE;
  g_object_get (pins->certificate, "certificate", &pinned, NULL);
  return pinned->len == length && memcmp (pinned->data, der, length) == 0;
}

static char *
dup_pin (CusaxTrust *trust, const char *host, guint16 port)
{
  Pins *pins = (Pins *) trust;

  g_assert_true (g_thread_self () == pins->thread);
  return pins->certificate != NULL && strcmp (host, pins->host) == 0 && port == pins->port ? g_strdup ("AA:BB")
                                                                                           : NULL;
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

void
relay_fixture_set_up (RelayFixture *fixture, gconstpointer data)
{
  fixture->authority = test_authority_new ();
  fixture->authority_file = trust_authority (fixture->authority);
  fixture->good = test_certificate_new (fixture->authority, "DNS:" DOMAIN_NAME, -1, 10);
  fixture->pins.trust.is_pinned = is_pinned;
  fixture->pins.trust.dup_pin = dup_pin;
  fixture->pins.thread = g_thread_self ();
  fixture->recorder = recorder_new (&fixture->pins.trust);
  fixture->server = server_new (fixture->good);
  fixture->server->echoes = TRUE;
  fixture->pins.port = fixture->server->port;
}

void
relay_fixture_tear_down (RelayFixture *fixture, gconstpointer data)
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

gboolean
relay_fixture_connect_tls (RelayFixture *fixture)
{
  return recorder_connect (fixture->recorder, CUSAX_TRANSPORT_TLS, fixture->server->port, DOMAIN_NAME, NULL);
}

gboolean
relay_fixture_connect_tcp (RelayFixture *fixture)
{
  fixture->server->certificate = NULL;
  return recorder_connect (fixture->recorder, CUSAX_TRANSPORT_TCP, fixture->server->port, NULL, NULL);
}

Peer *
relay_fixture_nua (RelayFixture *fixture)
{
  return client_new (fixture->recorder->inner_port, fixture->recorder->certificate_dir);
}

void
relay_fixture_check_echo (RelayFixture *fixture, Peer *peer)
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

void
relay_fixture_expect_refusal (const char *pattern)
{
  g_test_expect_message ("cusax-sip", G_LOG_LEVEL_MESSAGE, pattern);
}
