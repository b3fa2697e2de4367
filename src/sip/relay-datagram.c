/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See relay-datagram.h. */
#include "relay-datagram.h"

#include "loop.h"
#include "route.h"

#define MAX_DATAGRAM 65536
#define PORT_TRIES 20

/* A flood may not keep the main loop from other things. */
#define DATAGRAMS_PER_WAKEUP 16

/** End: one of the two sockets. */
typedef struct
{
  GSocket *socket;
  GSource *source;
} End;

struct _CusaxDatagram
{
  const CusaxDatagramListener *listener;
  gpointer user_data;
  End outer, inner;
  GSocket *held; /* keeps nua's port free for nua */
  guint16 nua_port, inner_port, local_port;
  char *local_address;
  guint keepalive_ms, keepalive_id;
  gint64 last_outgoing;
  gboolean is_dispatching, free_later;
  char buffer[MAX_DATAGRAM];
};

static gboolean on_outer_readable (GSocket *socket, GIOCondition condition, gpointer data);
static gboolean on_inner_readable (GSocket *socket, GIOCondition condition, gpointer data);

/* --------------------------------------------------------------------- sockets */

static void
close_end (End *end)
{
  if (end->source != NULL)
    {
      g_source_destroy (end->source);
      g_clear_pointer (&end->source, g_source_unref);
    }
  if (end->socket != NULL)
    g_socket_close (end->socket, NULL);
  g_clear_object (&end->socket);
}

static void
watch_end (CusaxDatagram *datagram, End *end, GSocketSourceFunc function)
{
  end->source = g_socket_create_source (end->socket, G_IO_IN, NULL);
  g_source_set_callback (end->source, G_SOURCE_FUNC (function), datagram, NULL);
  g_source_set_priority (end->source, CUSAX_LOOP_PRIORITY);
  g_source_attach (end->source, NULL);
}

/* Returns: (transfer full) (nullable): a socket on @address and @port (0 = any) */
static GSocket *
bind_socket (const char *address, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new_from_string (address, port);
  g_autoptr (GSocket) socket = NULL;

  socket
    = g_socket_new (g_socket_address_get_family (wanted), G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);
  if (socket == NULL)
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  return g_socket_bind (socket, wanted, FALSE, error) ? g_steal_pointer (&socket) : NULL;
}

static gboolean
connect_socket (GSocket *socket, const char *address, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) remote = g_inet_socket_address_new_from_string (address, port);

  return g_socket_connect (socket, remote, NULL, error);
}

static guint16
get_port (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  return address != NULL ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)) : 0;
}

/*
 * Finds a port number that is free both on @local and on 127.0.0.1, where nua will sit; when the server is on
 * this machine both cannot be had, and nua gets a number of its own.
 */
static GSocket *
bind_pair (CusaxDatagram *datagram, const char *local, GError **error)
{
  gboolean same_address = g_strcmp0 (local, "127.0.0.1") == 0;

  for (guint i = 0; i < PORT_TRIES; i++)
    {
      g_autoptr (GSocket) outer = bind_socket (local, 0, error);

      if (outer == NULL)
        return NULL;
      datagram->held = bind_socket ("127.0.0.1", same_address ? 0 : get_port (outer), NULL);
      if (datagram->held != NULL)
        {
          datagram->nua_port = get_port (datagram->held);
          return g_steal_pointer (&outer);
        }
    }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, "no free UDP port");
  return NULL;
}

/* The port that the server knows is kept across changes of address, if it is free there. */
static GSocket *
bind_again (CusaxDatagram *datagram, const char *local, GError **error)
{
  GSocket *outer = bind_socket (local, datagram->local_port, NULL);

  return outer != NULL ? outer : bind_socket (local, 0, error);
}

static gboolean
open_inner (CusaxDatagram *datagram, GError **error)
{
  if (datagram->inner.socket != NULL)
    return TRUE;
  datagram->inner.socket = bind_socket ("127.0.0.1", 0, error);
  if (datagram->inner.socket == NULL
      || !connect_socket (datagram->inner.socket, "127.0.0.1", datagram->nua_port, error))
    {
      close_end (&datagram->inner);
      return FALSE;
    }
  datagram->inner_port = get_port (datagram->inner.socket);
  watch_end (datagram, &datagram->inner, on_inner_readable);
  return TRUE;
}

/* --------------------------------------------------------------------- traffic */

static void
end (CusaxDatagram *datagram, const GError *error)
{
  cusax_datagram_close (datagram);
  datagram->listener->on_end (datagram->user_data, error);
}

/* Full buffers and oversized datagrams lose one datagram, which SIP repeats; the rest means that nobody is
 * there. */
static gboolean
is_passing_fault (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
}

static void
send_to_server (CusaxDatagram *datagram, const char *bytes, gsize length)
{
  g_autoptr (GError) error = NULL;

  if (datagram->outer.socket == NULL)
    return;
  datagram->last_outgoing = g_get_monotonic_time ();
  if (g_socket_send (datagram->outer.socket, bytes, length, NULL, &error) < 0 && !is_passing_fault (error))
    end (datagram, error);
}

static void
begin_dispatch (CusaxDatagram *datagram)
{
  datagram->is_dispatching = TRUE;
}

/* Returns: what a source callback returns; @datagram may be gone */
static gboolean
end_dispatch (CusaxDatagram *datagram)
{
  datagram->is_dispatching = FALSE;
  if (datagram->free_later)
    g_free (datagram);
  return G_SOURCE_CONTINUE; /* a destroyed source does not care */
}

static gboolean
on_outer_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  CusaxDatagram *datagram = data;

  begin_dispatch (datagram);
  for (guint i = 0; i < DATAGRAMS_PER_WAKEUP && datagram->outer.socket == socket; i++)
    {
      g_autoptr (GError) error = NULL;
      gssize length = g_socket_receive (socket, datagram->buffer, MAX_DATAGRAM, NULL, &error);

      if (length < 0)
        {
          if (!is_passing_fault (error))
            end (datagram, error);
          break;
        }
      datagram->listener->on_bytes (datagram->user_data, FALSE, datagram->buffer, (gsize) length);
      /* nua may not be there yet, or not any more: that is its affair. */
      if (datagram->inner.socket != NULL)
        g_socket_send (datagram->inner.socket, datagram->buffer, (gsize) length, NULL, NULL);
    }
  return end_dispatch (datagram);
}

static gboolean
on_inner_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  CusaxDatagram *datagram = data;

  begin_dispatch (datagram);
  for (guint i = 0; i < DATAGRAMS_PER_WAKEUP && datagram->inner.socket == socket; i++)
    {
      gssize length = g_socket_receive (socket, datagram->buffer, MAX_DATAGRAM, NULL, NULL);

      if (length < 0)
        break; /* nothing more, or a refusal of something sent before nua was there */
      datagram->listener->on_bytes (datagram->user_data, TRUE, datagram->buffer, (gsize) length);
      send_to_server (datagram, datagram->buffer, (gsize) length);
    }
  return end_dispatch (datagram);
}

/* Keeps the way through NATs open (RFC 5626 has STUN for this; CRLF is what everybody swallows). */
static gboolean
on_keepalive (gpointer data)
{
  CusaxDatagram *datagram = data;
  gint64 silence = (g_get_monotonic_time () - datagram->last_outgoing) / 1000;
  guint next = datagram->keepalive_ms;

  begin_dispatch (datagram);
  datagram->keepalive_id = 0;
  if (silence < datagram->keepalive_ms)
    next -= (guint) silence;
  else
    send_to_server (datagram, "\r\n\r\n", 4);
  /* A failure may have closed the leg, and its listener opened it anew with a timer of its own. */
  if (datagram->outer.socket != NULL && datagram->keepalive_id == 0)
    datagram->keepalive_id = cusax_loop_add_timeout (next, on_keepalive, datagram);
  end_dispatch (datagram);
  return G_SOURCE_REMOVE;
}

/* ---------------------------------------------------------------------- public */

CusaxDatagram *
cusax_datagram_new (const CusaxDatagramListener *listener, gpointer user_data)
{
  CusaxDatagram *datagram = g_new0 (CusaxDatagram, 1);

  datagram->listener = listener;
  datagram->user_data = user_data;
  return datagram;
}

gboolean
cusax_datagram_open (CusaxDatagram *datagram, const CusaxTarget *target, guint keepalive_ms,
                     CusaxRelayInfo *info, GError **error)
{
  g_autofree char *local = cusax_route_find_local (target, error);
  g_autoptr (GSocket) outer = NULL;

  cusax_datagram_close (datagram);
  if (local == NULL)
    return FALSE;
  outer = datagram->nua_port == 0 ? bind_pair (datagram, local, error) : bind_again (datagram, local, error);
  if (outer == NULL || !connect_socket (outer, target->address, target->port, error)
      || !open_inner (datagram, error))
    return FALSE;

  datagram->outer.socket = g_steal_pointer (&outer);
  watch_end (datagram, &datagram->outer, on_outer_readable);
  datagram->local_port = get_port (datagram->outer.socket);
  g_free (datagram->local_address);
  datagram->local_address = g_steal_pointer (&local);
  datagram->last_outgoing = g_get_monotonic_time ();
  datagram->keepalive_ms = keepalive_ms;
  if (keepalive_ms > 0)
    datagram->keepalive_id = cusax_loop_add_timeout (keepalive_ms, on_keepalive, datagram);

  info->transport = CUSAX_TRANSPORT_UDP;
  info->inner_port = datagram->inner_port;
  info->nua_port = datagram->nua_port;
  info->local_address = datagram->local_address;
  info->local_port = datagram->local_port;
  return TRUE;
}

void
cusax_datagram_yield_port (CusaxDatagram *datagram)
{
  g_clear_object (&datagram->held);
}

void
cusax_datagram_close (CusaxDatagram *datagram)
{
  g_clear_handle_id (&datagram->keepalive_id, g_source_remove);
  close_end (&datagram->outer);
}

void
cusax_datagram_free (CusaxDatagram *datagram)
{
  if (datagram == NULL)
    return;
  cusax_datagram_close (datagram);
  close_end (&datagram->inner);
  g_clear_object (&datagram->held);
  g_clear_pointer (&datagram->local_address, g_free);
  /* Freed from inside a callback of ours: the buffer is still being looked at. */
  if (datagram->is_dispatching)
    datagram->free_later = TRUE;
  else
    g_free (datagram);
}
