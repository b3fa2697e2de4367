/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See services.h. */
#include "services.h"

#include "address.h"
#include "error.h"
#include "text.h"

#include <string.h>

#define MAX_KEYWORD 32
#define MAX_CREDENTIAL 1024
#define MAX_TIME 64

static gboolean
is_keyword (const char *text)
{
  if (*text == '\0' || strlen (text) > MAX_KEYWORD)
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("-_.", *p) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_credential (const char *text)
{
  if (strlen (text) > MAX_CREDENTIAL || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return FALSE;
  return TRUE;
}

/* XEP-0082; a time without a zone is taken for UTC. */
static gboolean
read_time (const char *text, gint64 *seconds)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = strlen (text) <= MAX_TIME ? g_date_time_new_from_iso8601 (text, utc) : NULL;

  if (time == NULL || g_date_time_to_unix (time) <= 0)
    return FALSE;
  *seconds = g_date_time_to_unix (time);
  return TRUE;
}

static char *
dup_given (const char *text)
{
  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

CusaxService *
cusax_service_new (const char *type, const char *transport, const char *host, const char *port,
                   const char *username, const char *password, const char *expires, gboolean is_restricted)
{
  CusaxService *service;
  guint64 port_number = 0;
  gint64 end = 0;
  gboolean has_transport = transport != NULL && *transport != '\0';

  if (type == NULL || !is_keyword (type) || (has_transport && !is_keyword (transport)) || host == NULL
      || !cusax_address_host_is_valid (host))
    return NULL;
  if (port != NULL && *port != '\0'
      && !g_ascii_string_to_unsigned (port, 10, 0, G_MAXUINT16, &port_number, NULL))
    return NULL;
  if ((username != NULL && (!is_credential (username) || !cusax_text_is_plain (username)))
      || (password != NULL && !is_credential (password)))
    return NULL;
  if (expires != NULL && *expires != '\0' && !read_time (expires, &end))
    return NULL;

  service = g_new0 (CusaxService, 1);
  service->type = g_ascii_strdown (type, -1);
  service->transport = has_transport ? g_ascii_strdown (transport, -1) : NULL;
  service->host = g_ascii_strdown (host, -1);
  service->port = (guint16) port_number;
  service->username = dup_given (username);
  service->password = dup_given (password);
  service->expires = end;
  service->is_restricted = is_restricted;
  return service;
}

CusaxService *
cusax_service_copy (const CusaxService *service)
{
  CusaxService *copy;

  g_return_val_if_fail (service != NULL, NULL);
  copy = g_new0 (CusaxService, 1);
  copy->type = g_strdup (service->type);
  copy->transport = g_strdup (service->transport);
  copy->host = g_strdup (service->host);
  copy->port = service->port;
  copy->username = g_strdup (service->username);
  copy->password = g_strdup (service->password);
  copy->expires = service->expires;
  copy->is_restricted = service->is_restricted;
  return copy;
}

void
cusax_service_free (CusaxService *service)
{
  g_return_if_fail (service != NULL);
  if (service->password != NULL)
    explicit_bzero (service->password, strlen (service->password));
  g_free (service->type);
  g_free (service->transport);
  g_free (service->host);
  g_free (service->username);
  g_free (service->password);
  g_free (service);
}

/* ----------------------------------------------------------------- choice */

/* The sip_transport that @service means: "" = it does not say; NULL: nothing that SIP can use. */
static const char *
sip_transport (const CusaxService *service)
{
  gboolean is_sips = g_str_equal (service->type, "sips");

  if (!is_sips && !g_str_equal (service->type, "sip"))
    return NULL;
  if (service->transport == NULL)
    return is_sips ? "tls" : "";
  if (g_str_equal (service->transport, "tls"))
    return "tls";
  if (g_str_equal (service->transport, "tcp"))
    return is_sips ? "tls" : "tcp"; /* sips over TCP is TLS (RFC 3261 section 26.2.2) */
  return !is_sips && g_str_equal (service->transport, "udp") ? "udp" : NULL;
}

/* 0 is best; one that does not say its transport may have TLS. */
static guint
rank (const char *transport)
{
  static const char *const order[] = { "tls", "", "tcp", "udp" };
  guint i = 0;

  while (i + 1 < G_N_ELEMENTS (order) && !g_str_equal (order[i], transport))
    i++;
  return i;
}

const CusaxService *
cusax_services_choose (const GPtrArray *services, gint64 now)
{
  const CusaxService *best = NULL;
  guint best_rank = G_MAXUINT;

  g_return_val_if_fail (services != NULL, NULL);
  for (guint i = 0; i < services->len && i < CUSAX_SERVICES_MAX; i++)
    {
      const CusaxService *service = g_ptr_array_index (services, i);
      const char *transport = sip_transport (service);

      if (transport == NULL || (service->expires != 0 && service->expires <= now)
          || rank (transport) >= best_rank)
        continue;
      best = service;
      best_rank = rank (transport);
    }
  return best;
}

CusaxProvision *
cusax_service_to_provision (const CusaxService *service, const char *where, GError **error)
{
  g_autoptr (CusaxProvision) provision = NULL;
  g_autofree char *server = NULL;
  const char *transport;
  gboolean is_ipv6;

  g_return_val_if_fail (service != NULL && where != NULL, NULL);
  transport = sip_transport (service);
  if (transport == NULL)
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "not a SIP service");
      return NULL;
    }
  is_ipv6 = strchr (service->host, ':') != NULL && service->host[0] != '[';
  server = g_strdup_printf ("%s%s%s", is_ipv6 ? "[" : "", service->host, is_ipv6 ? "]" : "");
  if (service->port != 0)
    {
      char *with_port = g_strdup_printf ("%s:%u", server, service->port);

      g_free (server);
      server = with_port;
    }

  provision = cusax_provision_new (CUSAX_PROVISION_SERVICES, where);
  if (!cusax_provision_set (provision, "sip_server", server, error)
      || (*transport != '\0' && !cusax_provision_set (provision, "sip_transport", transport, error)))
    return NULL;
  if (service->username != NULL && service->password != NULL
      && (!cusax_provision_set (provision, "sip_auth_user", service->username, error)
          || !cusax_provision_set (provision, "sip_password", service->password, error)))
    return NULL;
  cusax_provision_set_expires (provision, service->expires);
  return g_steal_pointer (&provision);
}
