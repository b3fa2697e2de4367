/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * External services of our own server (XEP-0215), for signing in (sip, sips) and for the path of sound (stun, turn, turns).
 * All types are asked for in one IQ: a server that knows of telephony has a handful of services in all. What is restricted and came without credentials has
 * them asked for, one after the other.
 */
#include "provider-private.h"

#include "services.h"
#include "stream.h"

#include <string.h>

#define MAX_CREDENTIALS 4

static void ask_for_credentials (CusaxProviderJob *job);

static gboolean
is_of (CusaxProviderTopic topic, const char *type)
{
  static const char *const types[CUSAX_PROVIDER_N_TOPICS][3] = {
    [CUSAX_PROVIDER_SIP] = { "sip", "sips" },
    [CUSAX_PROVIDER_ICE] = { "stun", "turn", "turns" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (types[topic]) && type != NULL && types[topic][i] != NULL; i++)
    if (g_ascii_strcasecmp (type, types[topic][i]) == 0)
      return TRUE;
  return FALSE;
}

gboolean
cusax_provider_services_concern (xmlnode *services, CusaxProviderTopic topic)
{
  const char *type = xmlnode_get_attrib (services, "type");
  xmlnode *service = xmlnode_get_child (services, "service");

  if (type != NULL)
    return is_of (topic, type);
  for (guint i = 0; service != NULL && i < CUSAX_PROVIDER_MAX_LOOKED_AT; i++, service = xmlnode_get_next_twin (service))
    if (is_of (topic, xmlnode_get_attrib (service, "type")))
      return TRUE;
  return FALSE;
}

/* The last thing that happens to a job. */
static void
answer (CusaxProviderJob *job, gboolean failed)
{
  CusaxProviderServices done = job->services_done;
  gpointer user_data = job->user_data;
  g_autoptr (GPtrArray) services = failed ? NULL : g_steal_pointer (&job->services);

  cusax_provider_job_end (job);
  done (user_data, services != NULL && services->len > 0 ? services : NULL, failed);
}

void
cusax_provider_services_give_up (CusaxProviderJob *job)
{
  answer (job, job->services == NULL);
}

/* --------------------------------------------------------------------- reading */

/* Returns: (transfer full) (nullable) */
static CusaxService *
read_service (xmlnode *element, CusaxProviderTopic topic)
{
  const char *restricted = xmlnode_get_attrib (element, "restricted");

  if (!is_of (topic, xmlnode_get_attrib (element, "type")))
    return NULL;
  return cusax_service_new (xmlnode_get_attrib (element, "type"), xmlnode_get_attrib (element, "transport"),
                            xmlnode_get_attrib (element, "host"), xmlnode_get_attrib (element, "port"),
                            xmlnode_get_attrib (element, "username"), xmlnode_get_attrib (element, "password"),
                            xmlnode_get_attrib (element, "expires"),
                            purple_strequal (restricted, "true") || purple_strequal (restricted, "1"));
}

/* Returns: (transfer full) (element-type CusaxService) */
static GPtrArray *
read_services (xmlnode *element, CusaxProviderTopic topic)
{
  GPtrArray *services = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_service_free);
  xmlnode *child = xmlnode_get_child (element, "service");

  for (guint i = 0; child != NULL && i < CUSAX_PROVIDER_MAX_LOOKED_AT && services->len < CUSAX_SERVICES_MAX;
       i++, child = xmlnode_get_next_twin (child))
    {
      CusaxService *service = read_service (child, topic);
      if (service != NULL)
        g_ptr_array_add (services, service);
    }
  return services;
}

static void
on_services (gpointer data, xmlnode *reply)
{
  CusaxProviderJob *job = data;
  const char *error = reply != NULL ? cusax_stanza_get_error (reply) : NULL;
  xmlnode *services = reply != NULL && error == NULL
                        ? xmlnode_get_child_with_namespace (reply, "services", CUSAX_NS_EXTDISCO)
                        : NULL;

  job->request = 0;
  if (services == NULL)
    {
      answer (job, reply == NULL || (error != NULL && cusax_provider_is_passing (error)));
      return;
    }
  job->services = read_services (services, job->topic);
  ask_for_credentials (job);
}

void
cusax_provider_services_start (CusaxProviderJob *job, const char *domain)
{
  xmlnode *services = xmlnode_new ("services");

  xmlnode_set_namespace (services, CUSAX_NS_EXTDISCO);
  cusax_provider_job_ask (job, domain, services, on_services);
}

/* ----------------------------------------------------------------- credentials */

/* Section 3.3: the answer may hold several services, told apart by their ports. */
static gboolean
is_for (xmlnode *element, const CusaxService *service)
{
  const char *type = xmlnode_get_attrib (element, "type");
  const char *host = xmlnode_get_attrib (element, "host");
  const char *port = xmlnode_get_attrib (element, "port");
  g_autofree char *wanted = g_strdup_printf ("%u", service->port);

  return type != NULL && host != NULL && g_ascii_strcasecmp (type, service->type) == 0
         && g_ascii_strcasecmp (host, service->host) == 0
         && (port == NULL || service->port == 0 || purple_strequal (port, wanted));
}

/* Returns: (transfer full) (nullable): @service with what @element gives */
static CusaxService *
with_credentials (const CusaxService *service, xmlnode *element)
{
  g_autofree char *port = service->port != 0 ? g_strdup_printf ("%u", service->port) : NULL;
  const char *username = xmlnode_get_attrib (element, "username");
  const char *password = xmlnode_get_attrib (element, "password");

  if (username == NULL || password == NULL)
    return NULL;
  return cusax_service_new (service->type, service->transport, service->host, port, username, password,
                            xmlnode_get_attrib (element, "expires"), TRUE);
}

static void
take_credentials (GPtrArray *services, guint index, xmlnode *credentials)
{
  const CusaxService *service = g_ptr_array_index (services, index);
  xmlnode *element = xmlnode_get_child (credentials, "service");

  for (guint i = 0; element != NULL && i < CUSAX_PROVIDER_MAX_LOOKED_AT; i++, element = xmlnode_get_next_twin (element))
    {
      CusaxService *complete = is_for (element, service) ? with_credentials (service, element) : NULL;
      if (complete == NULL)
        continue;
      cusax_service_free (g_ptr_array_index (services, index));
      g_ptr_array_index (services, index) = complete;
      return;
    }
}

static void
on_credentials (gpointer data, xmlnode *reply)
{
  CusaxProviderJob *job = data;
  xmlnode *credentials = reply != NULL && cusax_stanza_get_error (reply) == NULL
                           ? xmlnode_get_child_with_namespace (reply, "credentials", CUSAX_NS_EXTDISCO)
                           : NULL;

  job->request = 0;
  if (reply == NULL && !cusax_stream_is_up (purple_account_get_connection (cusax_provider_get_account (job->provider))))
    {
      answer (job, TRUE);
      return;
    }
  if (credentials != NULL)
    take_credentials (job->services, job->next, credentials);
  job->next++;
  ask_for_credentials (job);
}

/* The next one that lacks them; answers if there is none. */
static void
ask_for_credentials (CusaxProviderJob *job)
{
  g_autofree char *domain = cusax_provider_dup_domain (job->provider);

  for (; job->next < job->services->len && job->n_asked < MAX_CREDENTIALS && domain != NULL; job->next++)
    {
      const CusaxService *service = g_ptr_array_index (job->services, job->next);
      if (!service->is_restricted || (service->username != NULL && service->password != NULL))
        continue;

      xmlnode *credentials = xmlnode_new ("credentials");
      xmlnode *child = xmlnode_new_child (credentials, "service");
      g_autofree char *port = g_strdup_printf ("%u", service->port);
      xmlnode_set_namespace (credentials, CUSAX_NS_EXTDISCO);
      xmlnode_set_namespace (child, CUSAX_NS_EXTDISCO);
      xmlnode_set_attrib (child, "type", service->type);
      xmlnode_set_attrib (child, "host", service->host);
      if (service->port != 0)
        xmlnode_set_attrib (child, "port", port);
      job->n_asked++;
      cusax_provider_job_ask (job, domain, credentials, on_credentials);
      return;
    }
  answer (job, FALSE);
}
