/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See relay-inner.h. */
#include "relay-inner.h"

#include "loop.h"
#include "relay-outer.h"

#include <sys/socket.h>

#include <string.h>

/* A local program that connects in a loop may hold this many slots for the time of a handshake. */
#define MAX_GUESTS 8

struct _CusaxInner
{
  GSocketService *service;
  GTlsCertificate *certificate;
  guint timeout_ms;
  guint16 port;
  const CusaxInnerListener *listener;
  gpointer user_data;
  GPtrArray *guests; /* (element-type Guest): borrowed, in their handshake */
};

/** Guest: somebody in the TLS handshake; lives until its operation ends. */
typedef struct
{
  CusaxInner *inner; /* NULL once the port is closed */
  GSocketConnection *connection;
  GIOStream *stream;
  GTlsCertificate *expected;
  GCancellable *cancellable;
  guint timeout_id;
} Guest;

static void
turn_away (GSocketConnection *connection, const char *why)
{
  g_log ("cusax-sip", G_LOG_LEVEL_MESSAGE, "a local connection to the SIP relay was refused: %s", why);
  g_socket_shutdown (g_socket_connection_get_socket (connection), TRUE, TRUE, NULL);
}

/* ------------------------------------------------------------------ plain TCP */

static gboolean
addresses_equal (const struct sockaddr_storage *a, socklen_t a_length, GSocketAddress *b)
{
  struct sockaddr_storage native = { 0 };
  gssize length = g_socket_address_get_native_size (b);

  return length > 0 && (socklen_t) length == a_length
         && g_socket_address_to_native (b, &native, sizeof native, NULL) && memcmp (a, &native, a_length) == 0;
}

/* Is @fd the socket whose own address is @own and whose peer is @peer? */
static gboolean
is_socket_between (int fd, GSocketAddress *own, GSocketAddress *peer)
{
  struct sockaddr_storage address = { 0 };
  socklen_t length = sizeof address;

  if (getsockname (fd, (struct sockaddr *) &address, &length) != 0 || !addresses_equal (&address, length, own))
    return FALSE;
  memset (&address, 0, sizeof address);
  length = sizeof address;
  return getpeername (fd, (struct sockaddr *) &address, &length) == 0
         && addresses_equal (&address, length, peer);
}

/* The far end of @connection is in our own process if one of our descriptors is that far end. */
static gboolean
comes_from_us (GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) here = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) there = g_socket_connection_get_remote_address (connection, NULL);
  g_autoptr (GDir) descriptors = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;

  if (here == NULL || there == NULL || descriptors == NULL)
    return FALSE;
  while ((name = g_dir_read_name (descriptors)) != NULL)
    if (is_socket_between ((int) g_ascii_strtoll (name, NULL, 10), there, here))
      return TRUE;
  return FALSE;
}

/* ------------------------------------------------------------------------ TLS */

static void
free_guest (Guest *guest)
{
  if (guest->inner != NULL)
    g_ptr_array_remove_fast (guest->inner->guests, guest);
  g_clear_handle_id (&guest->timeout_id, g_source_remove);
  if (guest->stream != NULL)
    g_signal_handlers_disconnect_by_data (guest->stream, guest);
  g_clear_object (&guest->stream);
  g_clear_object (&guest->connection);
  g_clear_object (&guest->cancellable);
  g_object_unref (guest->expected);
  g_free (guest);
}

static gboolean
on_accept_certificate (GTlsConnection *connection, GTlsCertificate *certificate, GTlsCertificateFlags flags,
                       gpointer data)
{
  Guest *guest = data;

  return g_tls_certificate_is_same (certificate, guest->expected);
}

/* Asked again here, since accept-certificate is not emitted for a certificate that somebody else vouches for.
 */
static gboolean
showed_our_certificate (Guest *guest)
{
  GTlsCertificate *shown = g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (guest->stream));

  return shown != NULL && g_tls_certificate_is_same (shown, guest->expected);
}

static void
on_handshake (GObject *source, GAsyncResult *result, gpointer data)
{
  Guest *guest = data;
  CusaxInner *inner = guest->inner;
  gboolean done = g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, NULL);

  if (inner == NULL)
    g_socket_shutdown (g_socket_connection_get_socket (guest->connection), TRUE, TRUE, NULL);
  else if (!done || !showed_our_certificate (guest))
    turn_away (guest->connection, "it does not have our key");
  else if (!inner->listener->is_wanted (inner->user_data))
    turn_away (guest->connection, "none is expected any more");
  else
    {
      GIOStream *stream = g_steal_pointer (&guest->stream);

      g_signal_handlers_disconnect_by_data (stream, guest);
      inner->listener->on_stream (inner->user_data, stream, g_steal_pointer (&guest->connection));
    }
  free_guest (guest);
}

static gboolean
on_guest_timeout (gpointer data)
{
  Guest *guest = data;

  guest->timeout_id = 0;
  g_cancellable_cancel (guest->cancellable);
  return G_SOURCE_REMOVE;
}

/*
 * Not g_tls_server_connection_new(): no authority vouches for anybody here, and reading the system's store,
 * which that does before one could say so, takes 20 ms.
 */
static GIOStream *
make_server_stream (CusaxInner *inner, GSocketConnection *connection)
{
  GType type = g_tls_backend_get_server_connection_type (g_tls_backend_get_default ());

  return g_initable_new (type, NULL, NULL, "base-io-stream", connection, "certificate", inner->certificate,
                         "database", NULL, "authentication-mode", G_TLS_AUTHENTICATION_REQUIRED, NULL);
}

static void
start_handshake (CusaxInner *inner, GSocketConnection *connection)
{
  GIOStream *stream = make_server_stream (inner, connection);
  Guest *guest;

  if (stream == NULL)
    {
      turn_away (connection, "no TLS on this machine");
      return;
    }
  guest = g_new0 (Guest, 1);
  guest->inner = inner;
  guest->connection = g_object_ref (connection);
  guest->stream = stream;
  guest->expected = g_object_ref (inner->certificate);
  guest->cancellable = g_cancellable_new ();
  guest->timeout_id = cusax_loop_add_timeout (inner->timeout_ms, on_guest_timeout, guest);
  g_ptr_array_add (inner->guests, guest);

  g_signal_connect (stream, "accept-certificate", G_CALLBACK (on_accept_certificate), guest);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (stream), CUSAX_LOOP_PRIORITY, guest->cancellable,
                                    on_handshake, guest);
}

/* ----------------------------------------------------------------------- port */

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  CusaxInner *inner = data;

  if (!inner->listener->is_wanted (inner->user_data))
    turn_away (connection, "none is expected");
  else if (inner->guests->len >= MAX_GUESTS)
    turn_away (connection, "there are too many");
  else
    {
      cusax_outer_tune (connection);
      if (inner->certificate != NULL)
        start_handshake (inner, connection);
      else if (comes_from_us (connection))
        inner->listener->on_stream (inner->user_data, G_IO_STREAM (g_object_ref (connection)),
                                    g_object_ref (connection));
      else
        turn_away (connection, "it comes from another process");
    }
  return TRUE;
}

CusaxInner *
cusax_inner_new (GTlsCertificate *certificate, guint timeout_ms, const CusaxInnerListener *listener,
                 gpointer user_data, GError **error)
{
  g_autoptr (GSocketService) service = g_socket_service_new ();
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  CusaxInner *inner;

  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (service), wanted, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, NULL, &bound, error))
    return NULL;

  inner = g_new0 (CusaxInner, 1);
  inner->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  inner->certificate = certificate != NULL ? g_object_ref (certificate) : NULL;
  inner->timeout_ms = timeout_ms;
  inner->listener = listener;
  inner->user_data = user_data;
  inner->guests = g_ptr_array_new ();
  inner->service = g_steal_pointer (&service);
  g_signal_connect (inner->service, "incoming", G_CALLBACK (on_incoming), inner);
  g_socket_service_start (inner->service);
  return inner;
}

guint16
cusax_inner_get_port (CusaxInner *inner)
{
  return inner->port;
}

void
cusax_inner_free (CusaxInner *inner)
{
  if (inner == NULL)
    return;
  for (guint i = 0; i < inner->guests->len; i++)
    {
      Guest *guest = g_ptr_array_index (inner->guests, i);

      guest->inner = NULL;
      g_clear_handle_id (&guest->timeout_id, g_source_remove);
      g_cancellable_cancel (guest->cancellable);
    }
  g_ptr_array_unref (inner->guests);
  g_signal_handlers_disconnect_by_data (inner->service, inner);
  g_socket_service_stop (inner->service);
  g_socket_listener_close (G_SOCKET_LISTENER (inner->service));
  g_object_unref (inner->service);
  g_clear_object (&inner->certificate);
  g_free (inner);
}
