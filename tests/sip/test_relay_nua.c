/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sofia's own nua behind the relay, over each transport: one REGISTER that is challenged with MD5 and SHA-256,
 * answered with SHA-256, and accepted. Loop, digest, one-time key and relay have to agree for that.
 */
#include "certificates.h"
#include "digest.h"
#include "loop.h"
#include "relay-recorder.h"
#include "stream-peer.h"

#include <sofia-sip/auth_common.h>
#include <sofia-sip/msg_header.h>
#include <sofia-sip/nta_tag.h>
#include <sofia-sip/nua.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/tport_tag.h>

#include <glib/gstdio.h>

#include <signal.h>
#include <string.h>

#define PASSWORD "pass:with:colons"

typedef struct
{
  CusaxTransportKind transport;
  const char *url;   /* for NUTAG_URL; with the port for UDP */
  const char *proxy; /* for NUTAG_PROXY */
} Kind;

typedef struct
{
  GTlsCertificate *certificate;
  CusaxTrust trust;
  Recorder *recorder;
  Server *server;  /* streams */
  GSocket *socket; /* UDP */
  GString *received;
  nua_t *nua;
  guint status, shut_down;
  guint requests;
} Fixture;

static const Kind kinds[] = {
  { CUSAX_TRANSPORT_TLS, "sips:*:*", "sip:127.0.0.1:%u;transport=tls" },
  { CUSAX_TRANSPORT_TCP, "sip:*:*;transport=tcp", "sip:127.0.0.1:%u;transport=tcp" },
  { CUSAX_TRANSPORT_UDP, "sip:127.0.0.1:%u;maddr=127.0.0.1;transport=udp", "sip:127.0.0.1:%u;transport=udp" },
};

static gboolean
is_pinned (CusaxTrust *trust, const char *host, guint16 port, const guint8 *der, gsize length)
{
  return TRUE;
}

static void
on_nua_event (nua_event_t event, int status, char const *phrase, nua_t *nua, nua_magic_t *magic,
              nua_handle_t *handle, nua_hmagic_t *handle_magic, sip_t const *sip, tagi_t tags[])
{
  Fixture *fixture = (Fixture *) magic;

  if (event == nua_r_shutdown && status >= 200)
    fixture->shut_down++;
  if (event != nua_r_register)
    return;
  if (status == 401)
    {
      char *auth
        = cusax_digest_make_auth (msg_header_find_param (sip->sip_www_authenticate->au_common, "realm="),
                                  "alice", PASSWORD, (CusaxDigestLimits){ 0 });

      nua_authenticate (handle, NUTAG_AUTH (auth), TAG_END ());
      cusax_digest_free_auth (auth);
    }
  else if (status >= 200)
    fixture->status = (guint) status;
}

/* ------------------------------------------------------------------- registrar */

static char *
find_line (const char *message, const char *name)
{
  g_autofree char *start = g_strdup_printf ("\r\n%s: ", name);
  const char *line = strstr (message, start);

  return line != NULL ? g_strndup (line + 2, strcspn (line + 2, "\r")) : g_strdup ("");
}

static char *
find_value (const char *line, const char *name)
{
  const char *value = strstr (line, name);

  if (value == NULL)
    return NULL;
  value += strlen (name);
  return *value == '"' ? g_strndup (value + 1, strcspn (value + 1, "\""))
                       : g_strndup (value, strcspn (value, ","));
}

static void
assert_right_password (const char *request)
{
  g_autofree char *line = find_line (request, "Authorization");
  g_autofree char *cnonce = find_value (line, "cnonce="), *uri = find_value (line, "uri="),
                  *response = find_value (line, "response="), *expected = NULL;
  CusaxDigestInput input = { .algorithm = CUSAX_DIGEST_SHA256,
                             .user = "alice",
                             .realm = "the realm",
                             .password = PASSWORD,
                             .nonce = "n2",
                             .cnonce = cnonce,
                             .nonce_count = 1,
                             .qop = CUSAX_DIGEST_QOP_AUTH,
                             .method = "REGISTER",
                             .uri = uri };

  g_assert_nonnull (strstr (line, "algorithm=SHA-256"));
  expected = cusax_digest_compute (&input);
  g_assert_cmpstr (response, ==, expected);
}

static char *
write_answer (Fixture *fixture, const char *request)
{
  static const char *const copied[] = { "Via", "From", "Call-ID", "CSeq", "Contact" };
  g_autofree char *to = find_line (request, "To");
  GString *answer = g_string_new (NULL);

  g_assert_true (g_str_has_prefix (request, "REGISTER sip:example.test SIP/2.0\r\n"));
  if (fixture->requests == 1)
    g_string_append (
      answer, "SIP/2.0 401 Unauthorized\r\n"
              "WWW-Authenticate: Digest realm=\"the realm\", nonce=\"n1\", algorithm=MD5, qop=\"auth\"\r\n"
              "WWW-Authenticate: Digest realm=\"the realm\", nonce=\"n2\", algorithm=SHA-256, "
              "qop=\"auth\"\r\n");
  else
    {
      assert_right_password (request);
      g_string_append (answer, "SIP/2.0 200 OK\r\nExpires: 600\r\n");
    }
  for (guint i = 0; i < G_N_ELEMENTS (copied); i++)
    {
      g_autofree char *line = find_line (request, copied[i]);

      g_string_append_printf (answer, "%s\r\n", line);
    }
  g_string_append_printf (answer, "%s;tag=1\r\nContent-Length: 0\r\n\r\n", to);
  return g_string_free (answer, FALSE);
}

/* Looks whether a whole request has come, and answers it. */
static gboolean
on_tick (gpointer data)
{
  Fixture *fixture = data;
  Peer *peer = fixture->server != NULL ? server_last (fixture->server) : NULL;
  GString *received = peer != NULL ? peer->received : fixture->received;
  g_autoptr (GSocketAddress) from = NULL;
  g_autofree char *answer = NULL;

  if (fixture->socket != NULL)
    {
      char buffer[8192];
      gssize length = g_socket_receive_from (fixture->socket, &from, buffer, sizeof buffer, NULL, NULL);

      if (length > 0)
        g_string_append_len (received, buffer, length);
    }
  if (strstr (received->str, "\r\n\r\n") == NULL || !g_str_has_prefix (received->str, "REGISTER"))
    return G_SOURCE_CONTINUE;

  fixture->requests++;
  answer = write_answer (fixture, received->str);
  g_string_truncate (received, 0);
  if (peer != NULL)
    peer_send (peer, answer, strlen (answer));
  else
    g_socket_send_to (fixture->socket, from, answer, strlen (answer), NULL, NULL);
  return G_SOURCE_CONTINUE;
}

static guint16
open_registrar (Fixture *fixture, CusaxTransportKind transport)
{
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;

  if (transport != CUSAX_TRANSPORT_UDP)
    {
      fixture->server = server_new (transport == CUSAX_TRANSPORT_TLS ? fixture->certificate : NULL);
      return fixture->server->port;
    }
  fixture->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_socket_set_blocking (fixture->socket, FALSE);
  g_assert_true (g_socket_bind (fixture->socket, wanted, FALSE, NULL));
  bound = g_socket_get_local_address (fixture->socket, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

/* ------------------------------------------------------------------------ runs */

static void
start_nua (Fixture *fixture, const Kind *kind)
{
  Recorder *recorder = fixture->recorder;
  g_autofree char *url = NULL, *proxy = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  url = g_strdup_printf (kind->url, recorder->nua_port);
  proxy = g_strdup_printf (kind->proxy, recorder->inner_port);
#pragma GCC diagnostic pop
  fixture->nua = nua_create (
    cusax_loop_get_root (), on_nua_event, (nua_magic_t *) fixture, NUTAG_URL (url),
    TAG_IF (kind->transport != CUSAX_TRANSPORT_UDP, TPTAG_SERVER (0)),
    TAG_IF (recorder->certificate_dir != NULL, NUTAG_CERTIFICATE_DIR (recorder->certificate_dir)),
    TAG_IF (recorder->certificate_dir != NULL, TPTAG_TLS_VERIFY_POLICY (0xF)), NUTAG_PROXY (proxy),
    NUTAG_MEDIA_ENABLE (0), NUTAG_OUTBOUND ("no-natify no-options-keepalive no-validate"), TAG_END ());
  g_assert_nonnull (fixture->nua);
  cusax_relay_drop_key_files (recorder->relay);
}

static void
test_register (gconstpointer data)
{
  const Kind *kind = data;
  Fixture fixture = { .trust = { is_pinned } };
  nua_handle_t *handle;
  gint64 begin;
  guint tick;
  guint16 port;

  fixture.received = g_string_new (NULL);
  fixture.certificate = test_certificate_new (NULL, "DNS:example.test", -1, 10);
  fixture.recorder = recorder_new (&fixture.trust);
  port = open_registrar (&fixture, kind->transport);
  tick = g_timeout_add (1, on_tick, &fixture);
  g_assert_true (recorder_connect (fixture.recorder, kind->transport, port, "example.test", NULL));
  start_nua (&fixture, kind);

  handle = nua_handle (fixture.nua, NULL, SIPTAG_TO_STR ("sip:alice@example.test"),
                       SIPTAG_FROM_STR ("sip:alice@example.test"), TAG_END ());
  begin = g_get_monotonic_time ();
  nua_register (handle, NUTAG_REGISTRAR (URL_STRING_MAKE ("sip:example.test")),
                SIPTAG_CONTACT_STR ("<sip:alice@192.0.2.1:5060>"), SIPTAG_EXPIRES_STR ("600"), TAG_END ());
  wait_until (fixture.status != 0);
  g_test_message ("REGISTER, 401, REGISTER, 200: %" G_GINT64_FORMAT " us", g_get_monotonic_time () - begin);
  g_assert_cmpuint (fixture.status, ==, 200);
  g_assert_cmpuint (fixture.requests, ==, 2);
  g_assert_nonnull (strstr (fixture.recorder->outgoing->str, "REGISTER sip:example.test"));

  /* Nobody answers the un-REGISTER: cutting the relay ends it (sip-stack: shutdown in 2 s). */
  g_source_remove (tick);
  nua_handle_destroy (handle);
  nua_shutdown (fixture.nua);
  if (kind->transport != CUSAX_TRANSPORT_UDP)
    {
      cusax_relay_cut (fixture.recorder->relay);
      wait_until (fixture.shut_down > 0);
      nua_destroy (fixture.nua);
    }
  else
    {
      wait_until (fixture.shut_down > 0);
      nua_destroy (fixture.nua);
    }

  recorder_free (fixture.recorder);
  g_clear_pointer (&fixture.server, server_free);
  g_clear_object (&fixture.socket);
  g_object_unref (fixture.certificate);
  g_string_free (fixture.received, TRUE);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  g_assert_true (cusax_loop_init (NULL));
  g_assert_true (cusax_digest_install (NULL));
  g_test_add_data_func ("/relay-nua/tls", &kinds[0], test_register);
  g_test_add_data_func ("/relay-nua/tcp", &kinds[1], test_register);
  g_test_add_data_func ("/relay-nua/udp", &kinds[2], test_register);
  status = g_test_run ();
  cusax_digest_restore ();
  cusax_loop_shutdown ();
  return status;
}
