/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See stream-peer.h. Operations end before their peer: peer_free() runs the loop until they have. */
#include "stream-peer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

static void start_read (Peer *peer);
static void start_write (Peer *peer);

/* ------------------------------------------------------------------------ peer */

static Peer *
peer_new (void)
{
  Peer *peer = g_new0 (Peer, 1);

  peer->received = g_string_new (NULL);
  peer->to_send = g_string_new (NULL);
  peer->cancellable = g_cancellable_new ();
  return peer;
}

static void
end (Peer *peer)
{
  peer->is_closed = TRUE;
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  Peer *peer = data;
  gssize length = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  if (length <= 0)
    {
      end (peer);
      return;
    }
  g_string_append_len (peer->received, peer->buffer, length);
  if (peer->echoes)
    peer_send (peer, peer->buffer, (gsize) length);
  start_read (peer);
}

static void
start_read (Peer *peer)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (peer->stream), peer->buffer, sizeof peer->buffer,
                             G_PRIORITY_DEFAULT, peer->cancellable, on_read, peer);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  Peer *peer = data;
  gssize length = g_output_stream_write_finish (G_OUTPUT_STREAM (source), result, NULL);

  if (length < 0)
    return;
  peer->sent += (gsize) length;
  start_write (peer);
}

static void
start_write (Peer *peer)
{
  GOutputStream *stream = g_io_stream_get_output_stream (peer->stream);

  if (!g_output_stream_has_pending (stream) && peer->sent < peer->to_send->len)
    g_output_stream_write_async (stream, peer->to_send->str + peer->sent,
                                 MIN (peer->to_send->len - peer->sent, 30000), G_PRIORITY_DEFAULT,
                                 peer->cancellable, on_written, peer);
}

void
peer_send (Peer *peer, const char *bytes, gsize length)
{
  g_string_append_len (peer->to_send, bytes, (gssize) length);
  if (peer->is_ready)
    start_write (peer);
}

static void
set_ready (Peer *peer)
{
  peer->is_ready = TRUE;
  start_read (peer);
  start_write (peer);
}

void
peer_close (Peer *peer)
{
  if (peer->connection != NULL)
    g_socket_shutdown (g_socket_connection_get_socket (peer->connection), TRUE, TRUE, NULL);
}

static gboolean
is_busy (Peer *peer)
{
  if (!peer->is_ready)
    return !peer->failed;
  return g_input_stream_has_pending (g_io_stream_get_input_stream (peer->stream))
         || g_output_stream_has_pending (g_io_stream_get_output_stream (peer->stream));
}

void
peer_free (Peer *peer)
{
  peer_close (peer);
  g_cancellable_cancel (peer->cancellable);
  while (is_busy (peer))
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&peer->stream);
  g_clear_object (&peer->connection);
  g_clear_object (&peer->expected);
  g_object_unref (peer->cancellable);
  g_string_free (peer->received, TRUE);
  g_string_free (peer->to_send, TRUE);
  g_free (peer);
}

/* Or small answers wait 40 ms for an acknowledgement. */
static void
set_no_delay (GSocketConnection *connection)
{
  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, 1, NULL);
}

static gboolean
on_accept_certificate (GTlsConnection *connection, GTlsCertificate *certificate, GTlsCertificateFlags flags,
                       gpointer data)
{
  Peer *peer = data;

  return peer->expected == NULL || g_tls_certificate_is_same (certificate, peer->expected);
}

/* ---------------------------------------------------------------------- server */

static void
on_handshake (GObject *source, GAsyncResult *result, gpointer data)
{
  Peer *peer = data;

  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, NULL))
    set_ready (peer);
  else
    {
      peer->failed = TRUE;
      peer_close (peer);
      end (peer);
    }
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection, GObject *object, gpointer data)
{
  Server *server = data;
  Peer *peer = peer_new ();

  peer->connection = g_object_ref (connection);
  set_no_delay (connection);
  peer->echoes = server->echoes;
  g_ptr_array_add (server->peers, peer);
  if (server->is_silent)
    peer->failed = TRUE;
  else if (server->certificate == NULL)
    {
      peer->stream = g_object_ref (G_IO_STREAM (connection));
      set_ready (peer);
    }
  else
    {
      g_autoptr (GError) error = NULL;

      peer->stream = g_tls_server_connection_new (G_IO_STREAM (connection), server->certificate, &error);
      g_assert_no_error (error);
      if (server->asks_who)
        {
          g_object_set (peer->stream, "authentication-mode", G_TLS_AUTHENTICATION_REQUIRED, NULL);
          g_signal_connect (peer->stream, "accept-certificate", G_CALLBACK (on_accept_certificate), peer);
        }
      g_tls_connection_handshake_async (G_TLS_CONNECTION (peer->stream), G_PRIORITY_DEFAULT, peer->cancellable,
                                        on_handshake, peer);
    }
  return TRUE;
}

Server *
server_new (GTlsCertificate *certificate)
{
  return server_new_at ("127.0.0.1", certificate);
}

Server *
server_new_at (const char *address, GTlsCertificate *certificate)
{
  Server *server = g_new0 (Server, 1);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new_from_string (address, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  server->service = g_socket_service_new ();
  server->certificate = certificate;
  server->peers = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_free);
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (server->service), wanted,
                                                G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound,
                                                NULL));
  server->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_signal_connect (server->service, "incoming", G_CALLBACK (on_incoming), server);
  g_socket_service_start (server->service);
  return server;
}

void
server_free (Server *server)
{
  g_socket_service_stop (server->service);
  g_socket_listener_close (G_SOCKET_LISTENER (server->service));
  g_object_unref (server->service);
  g_ptr_array_unref (server->peers);
  g_free (server);
}

Peer *
server_last (Server *server)
{
  return server->peers->len > 0 ? g_ptr_array_index (server->peers, server->peers->len - 1) : NULL;
}

/* ---------------------------------------------------------------------- client */

/* The port is on loopback: the kernel answers at once, and the handshake is asynchronous. */
static Peer *
connect_to (guint16 port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  Peer *peer = peer_new ();

  g_socket_client_set_enable_proxy (client, FALSE);
  peer->connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);
  if (peer->connection == NULL)
    {
      peer->failed = TRUE;
      end (peer);
    }
  else
    set_no_delay (peer->connection);
  return peer;
}

static Peer *
start_tls (Peer *peer, GTlsCertificate *certificate)
{
  if (peer->connection == NULL)
    return peer;
  peer->stream = g_tls_client_connection_new (G_IO_STREAM (peer->connection), NULL, NULL);
  if (certificate != NULL)
    g_tls_connection_set_certificate (G_TLS_CONNECTION (peer->stream), certificate);
  g_signal_connect (peer->stream, "accept-certificate", G_CALLBACK (on_accept_certificate), peer);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (peer->stream), G_PRIORITY_DEFAULT, peer->cancellable,
                                    on_handshake, peer);
  return peer;
}

Peer *
client_new (guint16 port, const char *dir)
{
  Peer *peer = connect_to (port);
  g_autoptr (GTlsCertificate) own = NULL;
  g_autofree char *agent = NULL, *authority = NULL;

  if (dir == NULL)
    {
      if (peer->connection != NULL)
        {
          peer->stream = g_object_ref (G_IO_STREAM (peer->connection));
          set_ready (peer);
        }
      return peer;
    }
  agent = g_build_filename (dir, "agent.pem", NULL);
  authority = g_build_filename (dir, "cafile.pem", NULL);
  own = g_tls_certificate_new_from_file (agent, NULL);
  peer->expected = g_tls_certificate_new_from_file (authority, NULL);
  g_assert_nonnull (own);
  g_assert_nonnull (peer->expected);
  return start_tls (peer, own);
}

Peer *
client_new_tls (guint16 port, GTlsCertificate *certificate)
{
  return start_tls (connect_to (port), certificate);
}
