/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ice-addresses.h. */
#include "ice-addresses.h"

#include "udp.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

/* Nobody lives there, and nothing is sent: they only take the default route (RFC 5737, RFC 3849). */
#define ANYWHERE_IPV4 "192.0.2.1"
#define ANYWHERE_IPV6 "2001:db8::1"

static char *
to_literal (const struct sockaddr *address)
{
  char text[INET6_ADDRSTRLEN];
  const void *bytes = address->sa_family == AF_INET6 ? (const void *) &((const struct sockaddr_in6 *) address)->sin6_addr
                                                     : (const void *) &((const struct sockaddr_in *) address)->sin_addr;

  return g_strdup (inet_ntop (address->sa_family, bytes, text, sizeof text));
}

static gboolean
is_of_use (const struct sockaddr *address)
{
  if (address->sa_family == AF_INET)
    {
      guint32 value = ntohl (((const struct sockaddr_in *) address)->sin_addr.s_addr);

      return value != 0 && value >> 24 != 127 && value >> 16 != 0xa9fe; /* 169.254/16 is link-local */
    }
  if (address->sa_family == AF_INET6)
    {
      const struct in6_addr *value = &((const struct sockaddr_in6 *) address)->sin6_addr;

      return !IN6_IS_ADDR_UNSPECIFIED (value) && !IN6_IS_ADDR_LOOPBACK (value) && !IN6_IS_ADDR_LINKLOCAL (value)
             && !IN6_IS_ADDR_V4MAPPED (value);
    }
  return FALSE;
}

/* Returns: (transfer full) (nullable): the source address that the kernel takes for @target */
static char *
ask_route (const char *target)
{
  CusaxUdpAddress to, from = { 0 };
  socklen_t length = sizeof from;
  char *literal = NULL;
  int fd;

  if (!cusax_udp_address_parse (&to, target, 9, NULL))
    return NULL;
  fd = socket (to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return NULL;
  if (connect (fd, &to.any, to.any.sa_family == AF_INET6 ? sizeof to.in6 : sizeof to.in) == 0
      && getsockname (fd, &from.any, &length) == 0 && is_of_use (&from.any))
    literal = to_literal (&from.any);
  close (fd);
  return literal;
}

/* Returns: (nullable): the name of the interface that has @address */
static const char *
find_interface (const struct ifaddrs *all, const char *address)
{
  for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next)
    {
      g_autofree char *literal = i->ifa_addr != NULL && is_of_use (i->ifa_addr) ? to_literal (i->ifa_addr) : NULL;

      if (g_strcmp0 (literal, address) == 0)
        return i->ifa_name;
    }
  return NULL;
}

/* A network without a way out: what else the interface towards the registrar has.
 * Returns: (transfer full) (nullable) */
static char *
ask_interface (const char *local_address, int family)
{
  struct ifaddrs *all = NULL;
  const char *name;
  char *literal = NULL;

  if (getifaddrs (&all) != 0)
    return NULL;
  name = find_interface (all, local_address);
  for (const struct ifaddrs *i = all; i != NULL && name != NULL && literal == NULL; i = i->ifa_next)
    if (i->ifa_addr != NULL && i->ifa_addr->sa_family == family && (i->ifa_flags & IFF_UP) != 0
        && strcmp (i->ifa_name, name) == 0 && is_of_use (i->ifa_addr))
      literal = to_literal (i->ifa_addr);
  freeifaddrs (all);
  return literal;
}

static void
take (GPtrArray *list, char *literal)
{
  if (literal == NULL || list->len >= CUSAX_ICE_ADDRESSES_MAX
      || g_ptr_array_find_with_equal_func (list, literal, g_str_equal, NULL))
    g_free (literal);
  else
    g_ptr_array_add (list, literal);
}

char **
cusax_ice_addresses_list (const char *local_address)
{
  GPtrArray *list = g_ptr_array_new ();
  CusaxUdpAddress local;

  g_ptr_array_add (list, g_strdup (local_address));
  if (cusax_udp_address_parse (&local, local_address, 0, NULL) && is_of_use (&local.any))
    {
      gboolean is_ipv6 = local.any.sa_family == AF_INET6;
      char *other = ask_route (is_ipv6 ? ANYWHERE_IPV4 : ANYWHERE_IPV6);

      take (list, other != NULL ? other : ask_interface (local_address, is_ipv6 ? AF_INET : AF_INET6));
      take (list, ask_route (is_ipv6 ? ANYWHERE_IPV6 : ANYWHERE_IPV4));
    }
  g_ptr_array_add (list, NULL);
  return (char **) g_ptr_array_free (list, FALSE);
}
