/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See locate.h: the value that a search yields. */
#include "locate.h"

#include <string.h>

CusaxTarget *
cusax_target_new (CusaxTransportKind transport, const char *host, const char *address, guint16 port)
{
  CusaxTarget *target = g_new0 (CusaxTarget, 1);

  target->transport = transport;
  target->host = g_strdup (host);
  target->address = g_strdup (address);
  target->port = port;
  return target;
}

CusaxTarget *
cusax_target_copy (const CusaxTarget *target)
{
  return cusax_target_new (target->transport, target->host, target->address, target->port);
}

void
cusax_target_free (CusaxTarget *target)
{
  if (target == NULL)
    return;
  g_free (target->host);
  g_free (target->address);
  g_free (target);
}

gboolean
cusax_target_equal (const CusaxTarget *one, const CusaxTarget *other)
{
  return one->transport == other->transport && one->port == other->port
         && strcmp (one->address, other->address) == 0;
}

static const char *
transport_name (CusaxTransportKind transport)
{
  switch (transport)
    {
    case CUSAX_TRANSPORT_TLS:
      return "TLS";
    case CUSAX_TRANSPORT_TCP:
      return "TCP";
    case CUSAX_TRANSPORT_UDP:
      return "UDP";
    case CUSAX_TRANSPORT_AUTO:
      break;
    }
  return "?";
}

char *
cusax_target_describe (const CusaxTarget *target)
{
  gboolean is_ipv6 = strchr (target->host, ':') != NULL;

  return g_strdup_printf (is_ipv6 ? "[%s]:%u (%s)" : "%s:%u (%s)", target->host, target->port,
                          transport_name (target->transport));
}
