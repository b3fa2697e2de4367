/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See tunnel.h. */
#include "tunnel.h"

#include "thread.h"

#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

/* An ICE agent makes one connection for each of its addresses and components; others on this machine might make more. */
#define MAX_LINKS 32
/* From the connection to the end of the handshake; no gathering waits that long. */
#define SETUP_S 5
/* How long free waits for what was cancelled. */
#define END_MS 100

struct _CusaxTunnel
{
  char *host;
  char **addresses;
  guint16 port, local_port;
  GSocket *listener;

  /* Media thread. */
  GSource *source;  /* of the listener */
  GPtrArray *links; /* (element-type Link): those that have not ended */
  gboolean is_over;
};

/* One connection from here to there. Dies when its one asynchronous operation reports its end. */
typedef struct
{
  CusaxTunnel *tunnel; /* a reference */
  GSocketConnection *near;
  GSocketConnection *far;
  GIOStream *tls;
  GCancellable *cancellable;
  GSource *deadline;
  guint next; /* of the addresses */
} Link;

static void connect_next (Link *link);

static void
tunnel_clear (CusaxTunnel *tunnel)
{
  g_clear_object (&tunnel->listener);
  g_clear_pointer (&tunnel->links, g_ptr_array_unref);
  g_strfreev (tunnel->addresses);
  g_free (tunnel->host);
}

static void
tunnel_unref (CusaxTunnel *tunnel)
{
  g_atomic_rc_box_release_full (tunnel, (GDestroyNotify) tunnel_clear);
}

/* ------------------------------------------------------------------- log */

static gboolean
on_log (gpointer text)
{
  g_info ("%s", (const char *) text);
  return G_SOURCE_REMOVE;
}

/* The media thread must not log: the main loop does. */
static void
tell (const CusaxTunnel *tunnel, const char *what, const GError *error)
{
  char *text = g_strdup_printf ("TURN over TLS at %s:%u is not used: %s: %s", tunnel->host, tunnel->port, what, error->message);

  g_idle_add_full (G_PRIORITY_DEFAULT, on_log, text, g_free);
}

/* ------------------------------------------------------------------ links */

static void
drop_deadline (Link *link)
{
  if (link->deadline == NULL)
    return;
  g_source_destroy (link->deadline);
  g_clear_pointer (&link->deadline, g_source_unref);
}

static void
shut (GSocketConnection *connection)
{
  if (connection != NULL)
    g_socket_close (g_socket_connection_get_socket (connection), NULL);
}

/* The last thing that happens to a link. @error: (nullable): not told if we ended it ourselves */
static void
end (Link *link, const char *what, const GError *error)
{
  CusaxTunnel *tunnel = link->tunnel;

  drop_deadline (link);
  if (error != NULL && !tunnel->is_over)
    tell (tunnel, what, error);
  /* Sockets before streams: TLS would write its good-bye otherwise, and wait for it. */
  shut (link->near);
  shut (link->far);
  g_clear_object (&link->tls);
  g_clear_object (&link->far);
  g_clear_object (&link->near);
  g_clear_object (&link->cancellable);
  g_ptr_array_remove_fast (tunnel->links, link);
  g_free (link);
  tunnel_unref (tunnel);
}

static gboolean
on_deadline (gpointer data)
{
  Link *link = data;

  drop_deadline (link);
  g_cancellable_cancel (link->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_spliced (GObject *near, GAsyncResult *result, gpointer data)
{
  /* Either side hung up, or was cut off: what TURN has to say to that, the agent says. */
  g_io_stream_splice_finish (result, NULL);
  end (data, NULL, NULL);
}

static void
on_handshake (GObject *tls, GAsyncResult *result, gpointer data)
{
  Link *link = data;
  g_autoptr (GError) error = NULL;

  if (!g_tls_connection_handshake_finish (G_TLS_CONNECTION (tls), result, &error))
    {
      end (link, g_cancellable_is_cancelled (link->cancellable) ? "no answer in time" : "handshake", error);
      return;
    }
  drop_deadline (link);
  g_io_stream_splice_async (G_IO_STREAM (link->near), link->tls,
                            G_IO_STREAM_SPLICE_CLOSE_STREAM1 | G_IO_STREAM_SPLICE_CLOSE_STREAM2, G_PRIORITY_DEFAULT,
                            link->cancellable, on_spliced, link);
}

/* A literal is no name (RFC 6066 section 3): given as an address it is checked, and not sent. */
static GSocketConnectable *
make_identity (const CusaxTunnel *tunnel)
{
  if (g_hostname_is_ip_address (tunnel->host))
    return G_SOCKET_CONNECTABLE (g_inet_socket_address_new_from_string (tunnel->host, tunnel->port));
  return g_network_address_new (tunnel->host, tunnel->port);
}

static void
set_no_delay (GSocketConnection *connection)
{
  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
}

static void
on_connected (GObject *far, GAsyncResult *result, gpointer data)
{
  Link *link = data;
  g_autoptr (GSocketConnectable) identity = make_identity (link->tunnel);
  g_autoptr (GError) error = NULL;

  if (!g_socket_connection_connect_finish (G_SOCKET_CONNECTION (far), result, &error))
    {
      g_clear_object (&link->far);
      if (link->tunnel->addresses[link->next] != NULL && !g_cancellable_is_cancelled (link->cancellable))
        connect_next (link);
      else
        end (link, g_cancellable_is_cancelled (link->cancellable) ? "no answer in time" : "connecting", error);
      return;
    }
  set_no_delay (link->far);
  link->tls = g_tls_client_connection_new (G_IO_STREAM (link->far), identity, &error);
  if (link->tls == NULL)
    {
      end (link, "TLS", error);
      return;
    }
  /* TURN has its own lengths: an end without the good-bye cuts nothing off that would be missed. */
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (link->tls), FALSE);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (link->tls), G_PRIORITY_DEFAULT, link->cancellable, on_handshake, link);
}

/* Not a GSocketClient: that one logs, here. */
static void
connect_next (Link *link)
{
  CusaxTunnel *tunnel = link->tunnel;
  g_autoptr (GError) error = NULL;

  while (link->far == NULL && tunnel->addresses[link->next] != NULL)
    {
      g_autoptr (GSocketAddress) address
        = g_inet_socket_address_new_from_string (tunnel->addresses[link->next++], tunnel->port);
      g_autoptr (GSocket) socket = NULL;

      g_clear_error (&error);
      if (address != NULL)
        socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
      if (socket == NULL)
        continue;
      link->far = g_socket_connection_factory_create_connection (socket);
      g_socket_connection_connect_async (link->far, address, link->cancellable, on_connected, link);
    }
  if (link->far == NULL)
    end (link, "no address", error);
}

static void
start (CusaxTunnel *tunnel, GSocket *accepted)
{
  Link *link = g_new0 (Link, 1);

  link->tunnel = g_atomic_rc_box_acquire (tunnel);
  link->near = g_socket_connection_factory_create_connection (accepted);
  set_no_delay (link->near);
  link->cancellable = g_cancellable_new ();
  link->deadline = g_timeout_source_new_seconds (SETUP_S);
  g_source_set_callback (link->deadline, on_deadline, link, NULL);
  g_source_attach (link->deadline, cusax_thread_get_context ());
  g_ptr_array_add (tunnel->links, link);
  connect_next (link);
}

static gboolean
on_incoming (GSocket *listener, GIOCondition condition, gpointer data)
{
  CusaxTunnel *tunnel = data;
  g_autoptr (GSocket) accepted = g_socket_accept (listener, NULL, NULL);

  if (accepted != NULL && tunnel->links->len < MAX_LINKS)
    start (tunnel, accepted);
  return G_SOURCE_CONTINUE;
}

/* ------------------------------------------------------------------- life */

/* Returns: FALSE if there is no such socket */
static gboolean
open_listener (CusaxTunnel *tunnel, gboolean is_ipv6)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (is_ipv6 ? G_SOCKET_FAMILY_IPV6 : G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) local = NULL;

  tunnel->listener = g_socket_new (g_inet_address_get_family (loopback), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  if (tunnel->listener == NULL || !g_socket_bind (tunnel->listener, any_port, TRUE, NULL)
      || !g_socket_listen (tunnel->listener, NULL))
    return FALSE;
  g_socket_set_blocking (tunnel->listener, FALSE);
  local = g_socket_get_local_address (tunnel->listener, NULL);
  tunnel->local_port = local != NULL ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local)) : 0;
  return tunnel->local_port != 0;
}

CusaxTunnel *
cusax_tunnel_new (const char *host, const char *const *addresses, guint16 port, gboolean is_ipv6)
{
  CusaxTunnel *tunnel;

  g_return_val_if_fail (host != NULL && addresses != NULL && addresses[0] != NULL, NULL);
  tunnel = g_atomic_rc_box_new0 (CusaxTunnel);
  tunnel->host = g_strdup (host);
  tunnel->addresses = g_strdupv ((char **) addresses);
  tunnel->port = port;
  tunnel->links = g_ptr_array_new ();
  cusax_thread_init ();
  if (cusax_thread_get_context () == NULL || !open_listener (tunnel, is_ipv6))
    {
      cusax_thread_shutdown ();
      tunnel_unref (tunnel);
      return NULL;
    }
  tunnel->source = g_socket_create_source (tunnel->listener, G_IO_IN, NULL);
  g_source_set_callback (tunnel->source, G_SOURCE_FUNC (on_incoming), tunnel, NULL);
  g_source_attach (tunnel->source, cusax_thread_get_context ());
  return tunnel;
}

guint16
cusax_tunnel_get_port (const CusaxTunnel *tunnel)
{
  return tunnel->local_port;
}

static gboolean
on_end_due (gpointer is_due)
{
  *(gboolean *) is_due = TRUE;
  return G_SOURCE_REMOVE;
}

/* In the media thread, which may be joined right after: what was cancelled ends here, at once as a rule. What does not keeps
 * its reference, and ends when it can. */
static void
end_all (gpointer data)
{
  CusaxTunnel *tunnel = data;
  GSource *due = g_timeout_source_new (END_MS);
  gboolean is_due = FALSE;

  tunnel->is_over = TRUE;
  g_source_destroy (tunnel->source);
  g_clear_pointer (&tunnel->source, g_source_unref);
  g_socket_close (tunnel->listener, NULL);
  g_source_set_callback (due, on_end_due, &is_due, NULL);
  g_source_attach (due, cusax_thread_get_context ());
  for (guint i = 0; i < tunnel->links->len; i++)
    g_cancellable_cancel (((Link *) g_ptr_array_index (tunnel->links, i))->cancellable);
  while (tunnel->links->len > 0 && !is_due)
    g_main_context_iteration (cusax_thread_get_context (), TRUE);
  g_source_destroy (due);
  g_source_unref (due);
}

void
cusax_tunnel_free (CusaxTunnel *tunnel)
{
  g_return_if_fail (tunnel != NULL);
  cusax_thread_run (end_all, tunnel);
  cusax_thread_shutdown ();
  tunnel_unref (tunnel);
}
