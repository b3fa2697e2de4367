/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See route.h. */
#include "route.h"

char *
cusax_route_find_local (const CusaxTarget *target, GError **error)
{
  g_autoptr (GSocketAddress) remote = g_inet_socket_address_new_from_string (target->address, target->port);
  g_autoptr (GSocketAddress) local = NULL;
  g_autoptr (GSocket) socket = NULL;

  socket
    = g_socket_new (g_socket_address_get_family (remote), G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);
  if (socket == NULL || !g_socket_connect (socket, remote, NULL, error))
    return NULL;
  local = g_socket_get_local_address (socket, error);
  if (local == NULL)
    return NULL;
  return g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (local)));
}
