/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See udp.h. */
#include "udp.h"

#include "error.h"
#include "packet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <netinet/ip.h>
#include <string.h>
#include <unistd.h>

/* Datagrams per wake-up: a flooded socket must not starve the others. */
#define BURST 32
/* Pairs tried when any port will do; each fails only if a neighbour is taken. */
#define TRIES 128
/* About one second of video, several of audio, should the media thread be kept from the processor. */
#define RECEIVE_BUFFER (256 * 1024)
#define DSCP_EF (46 << 2)

struct _CusaxUdp
{
  int fd;
  guint16 port;
  GSource *source;
  CusaxUdpReceive receive;
  gpointer user_data;
  guint tag;
};

/* ---------------------------------------------------------------- address */

gboolean
cusax_udp_address_parse (CusaxUdpAddress *address, const char *text, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) parsed = NULL;

  memset (address, 0, sizeof *address);
  if (text != NULL && *text != '\0')
    parsed = g_inet_socket_address_new_from_string (text, port);
  if (parsed == NULL || !g_socket_address_to_native (parsed, address, sizeof *address, NULL))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "not an IP address literal");
      return FALSE;
    }
  return TRUE;
}

gboolean
cusax_udp_address_equal (const CusaxUdpAddress *a, const CusaxUdpAddress *b)
{
  if (a->any.sa_family != b->any.sa_family)
    return FALSE;
  if (a->any.sa_family == AF_INET)
    return a->in.sin_port == b->in.sin_port && a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
  if (a->any.sa_family == AF_INET6)
    return a->in6.sin6_port == b->in6.sin6_port
           && memcmp (&a->in6.sin6_addr, &b->in6.sin6_addr, sizeof a->in6.sin6_addr) == 0;
  return FALSE;
}

gboolean
cusax_udp_address_is_unspecified (const CusaxUdpAddress *address)
{
  if (address->any.sa_family == AF_INET)
    return address->in.sin_addr.s_addr == htonl (INADDR_ANY);
  return address->any.sa_family != AF_INET6 || IN6_IS_ADDR_UNSPECIFIED (&address->in6.sin6_addr);
}

gboolean
cusax_udp_address_is_multicast (const CusaxUdpAddress *address)
{
  if (address->any.sa_family == AF_INET)
    return ntohl (address->in.sin_addr.s_addr) >> 28 == 0xe
           || address->in.sin_addr.s_addr == htonl (INADDR_BROADCAST);
  return address->any.sa_family == AF_INET6 && IN6_IS_ADDR_MULTICAST (&address->in6.sin6_addr);
}

gboolean
cusax_udp_address_is_link_local (const CusaxUdpAddress *address)
{
  if (address->any.sa_family == AF_INET)
    return ntohl (address->in.sin_addr.s_addr) >> 16 == 0xa9fe; /* 169.254/16 */
  return address->any.sa_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL (&address->in6.sin6_addr);
}

guint16
cusax_udp_address_get_port (const CusaxUdpAddress *address)
{
  return ntohs (address->any.sa_family == AF_INET6 ? address->in6.sin6_port : address->in.sin_port);
}

void
cusax_udp_address_set_port (CusaxUdpAddress *address, guint16 port)
{
  if (address->any.sa_family == AF_INET6)
    address->in6.sin6_port = htons (port);
  else
    address->in.sin_port = htons (port);
}

char *
cusax_udp_address_to_string (const CusaxUdpAddress *address)
{
  gboolean is_ipv6 = address->any.sa_family == AF_INET6;
  char text[INET6_ADDRSTRLEN];

  if (!is_ipv6 && address->any.sa_family != AF_INET)
    return g_strdup ("");
  inet_ntop (address->any.sa_family,
             is_ipv6 ? (const void *) &address->in6.sin6_addr : (const void *) &address->in.sin_addr, text, sizeof text);
  return g_strdup_printf (is_ipv6 ? "[%s]:%u" : "%s:%u", text, cusax_udp_address_get_port (address));
}

static socklen_t
address_length (const CusaxUdpAddress *address)
{
  return address->any.sa_family == AF_INET6 ? sizeof address->in6 : sizeof address->in;
}

/* ------------------------------------------------------------------ binding */

static CusaxUdp *
udp_new (int family, GError **error)
{
  CusaxUdp *udp;
  int one = 1, size = RECEIVE_BUFFER;
  int fd = socket (family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (fd < 0)
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "no UDP socket: %s", g_strerror (errno));
      return NULL;
    }
  if (family == AF_INET6)
    setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
  setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);

  udp = g_new0 (CusaxUdp, 1);
  udp->fd = fd;
  return udp;
}

CusaxUdp *
cusax_udp_new_from_fd (int fd)
{
  CusaxUdp *udp = g_new0 (CusaxUdp, 1);
  CusaxUdpAddress address = { 0 };
  socklen_t length = sizeof address;
  int size = RECEIVE_BUFFER;

  setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  udp->fd = fd;
  if (getsockname (fd, &address.any, &length) == 0)
    udp->port = cusax_udp_address_get_port (&address);
  return udp;
}

/* Returns: 0 or errno */
static int
udp_bind (CusaxUdp *udp, const CusaxUdpAddress *local, guint16 port)
{
  CusaxUdpAddress address = *local;
  socklen_t length = sizeof address;

  cusax_udp_address_set_port (&address, port);
  if (bind (udp->fd, &address.any, address_length (&address)) < 0)
    return errno;
  if (getsockname (udp->fd, &address.any, &length) < 0)
    return errno;
  udp->port = cusax_udp_address_get_port (&address);
  return 0;
}

/* A port of somebody else, or one that needs a privilege: try the next. */
static gboolean
is_taken (int result)
{
  return result == EADDRINUSE || result == EACCES;
}

/*
 * Binds one more socket to @port; pair[0] and pair[1] get the even and the odd one of @first and it.
 *
 * Returns: 0 or errno; @first is taken over only on success
 */
static int
complete_pair (CusaxUdp *first, const CusaxUdpAddress *local, CusaxUdp *pair[2], GError **error)
{
  CusaxUdp *second = udp_new (local->any.sa_family, error);
  gboolean is_odd = first->port & 1;
  int result;

  if (second == NULL)
    return EMFILE;
  result = udp_bind (second, local, is_odd ? first->port - 1 : first->port + 1);
  if (result != 0)
    {
      cusax_udp_free (second);
      return result;
    }
  pair[is_odd] = first;
  pair[!is_odd] = second;
  return 0;
}

/* Returns: 0 or errno, then with @error set unless the ports are taken */
static int
try_pair (const CusaxUdpAddress *local, guint16 port, CusaxUdp *pair[2], GError **error)
{
  CusaxUdp *first = udp_new (local->any.sa_family, error);
  int result;

  if (first == NULL)
    return EMFILE;
  result = udp_bind (first, local, port);
  if (result == 0)
    result = complete_pair (first, local, pair, error);
  if (result != 0)
    cusax_udp_free (first);
  if (result != 0 && !is_taken (result) && (error == NULL || *error == NULL))
    g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "no UDP port: %s", g_strerror (result));
  return result;
}

gboolean
cusax_udp_new_pair (const CusaxUdpAddress *local, guint port_min, guint port_max, CusaxUdp *pair[2],
                    GError **error)
{
  guint first = (port_min + 1) & ~1u; /* even */
  guint last = port_max != 0 ? port_max : 65535;
  guint n_pairs = last > first ? (last - first + 1) / 2 : 0;
  guint start = 0, tries = TRIES;
  gboolean any = port_min == 0 && port_max == 0;
  GError *local_error = NULL;

  pair[0] = pair[1] = NULL;
  if (!any)
    {
      if (n_pairs == 0 || last > 65535)
        {
          g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "no pair of ports between %u and %u", port_min,
                       last);
          return FALSE;
        }
      start = g_random_int_range (0, n_pairs); /* a port that cannot be guessed, and no fight over the first */
      tries = n_pairs;
    }

  for (guint i = 0; i < tries; i++)
    {
      guint16 port = any ? 0 : first + 2 * ((start + i) % n_pairs);
      int result = !any && port == 0 ? EACCES : try_pair (local, port, pair, &local_error);

      if (result == 0)
        return TRUE;
      if (!is_taken (result))
        {
          g_propagate_error (error, local_error);
          return FALSE;
        }
    }
  g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "no free pair of UDP ports between %u and %u",
               any ? 1 : port_min, last);
  return FALSE;
}

guint16
cusax_udp_get_port (const CusaxUdp *udp)
{
  return udp->port;
}

void
cusax_udp_set_expedited (CusaxUdp *udp)
{
  CusaxUdpAddress address = { 0 };
  socklen_t length = sizeof address;
  int dscp = DSCP_EF;

  getsockname (udp->fd, &address.any, &length);
  if (address.any.sa_family == AF_INET6)
    setsockopt (udp->fd, IPPROTO_IPV6, IPV6_TCLASS, &dscp, sizeof dscp);
  else
    setsockopt (udp->fd, IPPROTO_IP, IP_TOS, &dscp, sizeof dscp);
}

/* ------------------------------------------------------------------ traffic */

static gboolean
on_readable (gint fd, GIOCondition condition, gpointer data)
{
  CusaxUdp *udp = data;
  guint8 buffer[CUSAX_PACKET_MAX + CUSAX_PACKET_ROOM] __attribute__ ((aligned (8)));

  for (guint i = 0; i < BURST; i++)
    {
      CusaxUdpAddress from = { 0 };
      struct iovec part = { buffer, CUSAX_PACKET_MAX };
      struct msghdr message
          = { .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1 };
      gssize length = recvmsg (fd, &message, MSG_DONTWAIT);

      if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        break;
      if (length < 0) /* ECONNREFUSED and the like tell of what we sent; reading has cleared it */
        continue;
      if (message.msg_flags & MSG_TRUNC)
        length = 0;
      udp->receive (udp->user_data, udp->tag, buffer, length, &from);
    }
  return G_SOURCE_CONTINUE;
}

void
cusax_udp_attach (CusaxUdp *udp, GMainContext *context, CusaxUdpReceive receive, gpointer user_data, guint tag)
{
  g_return_if_fail (udp->source == NULL);

  udp->receive = receive;
  udp->user_data = user_data;
  udp->tag = tag;
  udp->source = g_unix_fd_source_new (udp->fd, G_IO_IN);
  g_source_set_callback (udp->source, G_SOURCE_FUNC (on_readable), udp, NULL);
  g_source_attach (udp->source, context);
}

gboolean
cusax_udp_connect (CusaxUdp *udp, const CusaxUdpAddress *peer)
{
  return connect (udp->fd, &peer->any, address_length (peer)) == 0;
}

gboolean
cusax_udp_send (CusaxUdp *udp, const CusaxUdpAddress *to, const guint8 *data, gsize length)
{
  gssize sent = -1;

  /* On a connected socket ECONNREFUSED tells of an earlier datagram, and this one has not left: once more. */
  for (guint i = 0; i < 2; i++)
    {
      sent = sendto (udp->fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL, to != NULL ? &to->any : NULL,
                     to != NULL ? address_length (to) : 0);
      if (sent >= 0 || (errno != ECONNREFUSED && errno != EINTR))
        break;
    }
  return sent >= 0;
}

void
cusax_udp_free (CusaxUdp *udp)
{
  if (udp == NULL)
    return;
  if (udp->source != NULL)
    {
      g_source_destroy (udp->source);
      g_source_unref (udp->source);
    }
  close (udp->fd);
  g_free (udp);
}
