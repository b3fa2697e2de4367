/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first phases of a search: which transports a domain has, and where (RFC 3263 section 4.1, RFC 2782). The
 * SRV records that a domain usually has are asked for together with its NAPTR records, which mostly name just
 * those. See locate-private.h.
 */
#include "locate-private.h"

#include "naptr.h"

#include <string.h>

/* Some routers drop questions for types that they do not know: NAPTR is waited for no longer than this after
 * SRV has been answered by the same road. */
#define NAPTR_GRACE_MS 500

static const struct
{
  CusaxTransportKind transport;
  const char *naptr; /* RFC 3263 section 4.1 */
  const char *service, *protocol;
  guint16 default_port;
} transports[] = {
  { CUSAX_TRANSPORT_TLS, "SIPS+D2T", "sips", "tcp", 5061 },
  { CUSAX_TRANSPORT_TCP, "SIP+D2T", "sip", "tcp", 5060 },
  { CUSAX_TRANSPORT_UDP, "SIP+D2U", "sip", "udp", 5060 },
};

static void start_listed (GTask *task);

void
cusax_locate_service_free (gpointer data)
{
  CusaxLocateService *service = data;

  g_free (service->service);
  g_free (service->protocol);
  g_free (service->domain);
  g_ptr_array_unref (service->places);
  g_free (service);
}

static CusaxLocateService *
add_service (CusaxLocateSearch *search, CusaxTransportKind transport, const char *name, const char *protocol,
             const char *domain)
{
  CusaxLocateService *service = g_new0 (CusaxLocateService, 1);

  service->transport = transport;
  service->service = g_strdup (name);
  service->protocol = g_strdup (protocol);
  service->domain = g_strdup (domain);
  service->places = g_ptr_array_new_with_free_func (cusax_locate_place_free);
  g_ptr_array_add (search->services, service);
  return service;
}

/* ---------------------------------------------------------------------- places */

static guint16
get_default_port (CusaxTransportKind transport)
{
  for (guint i = 0; i < G_N_ELEMENTS (transports); i++)
    if (transports[i].transport == transport)
      return transports[i].default_port;
  return 5060;
}

static void
add_places_of (CusaxLocateSearch *search, const GPtrArray *services)
{
  for (guint i = 0; i < services->len; i++)
    {
      const CusaxLocateService *service = g_ptr_array_index (services, i);

      for (guint j = 0; j < service->places->len; j++)
        {
          const CusaxLocatePlace *place = g_ptr_array_index (service->places, j);

          cusax_locate_add_place (search->places, place->transport, place->host, place->port);
        }
    }
}

/* The domain itself, on default ports. */
static void
add_domain (CusaxLocateSearch *search, const GPtrArray *services)
{
  for (guint i = 0; i < services->len; i++)
    {
      const CusaxLocateService *service = g_ptr_array_index (services, i);

      cusax_locate_add_place (search->places, service->transport, search->host,
                              get_default_port (service->transport));
    }
}

/* What NAPTR names, in its order; if that leads nowhere the usual names, the safest first; then the domain. */
static void
choose_places (CusaxLocateSearch *search)
{
  add_places_of (search, search->listed);
  if (search->places->len == 0)
    add_places_of (search, search->services);
  if (search->places->len == 0 && !search->declined)
    add_domain (search, search->listed->len > 0 ? search->listed : search->services);
}

static void
finish (GTask *task)
{
  choose_places (g_task_get_task_data (task));
  cusax_locate_on_services (task);
}

void
cusax_locate_services_given (CusaxLocateSearch *search)
{
  for (guint i = 0; i < G_N_ELEMENTS (transports); i++)
    {
      CusaxTransportKind transport = transports[i].transport;
      guint16 port = search->query.port != 0 ? search->query.port : transports[i].default_port;

      if (!cusax_locate_wants (&search->query, transport))
        continue;
      /* 5060 is the plain port: a TLS hello there would only wait for its time-out. */
      if (port == 5060 && transport == CUSAX_TRANSPORT_TLS && search->query.transport == CUSAX_TRANSPORT_AUTO
          && !search->query.require_tls)
        continue;
      cusax_locate_add_place (search->places, transport, search->host, port);
    }
}

/* ------------------------------------------------------------------------- SRV */

static void
read_records (CusaxLocateSearch *search, CusaxLocateService *service, GList *records)
{
  for (GList *item = records; item != NULL; item = item->next)
    {
      const char *host = g_srv_target_get_hostname (item->data);
      guint16 port = g_srv_target_get_port (item->data);

      /* The root as GLib writes it, and as libresolv does. */
      if (strcmp (host, ".") == 0 || *host == '\0')
        search->declined = TRUE;
      else if (strlen (host) <= CUSAX_LOCATE_MAX_NAME && port != 0)
        cusax_locate_add_place (service->places, service->transport, host, port);
    }
}

static gboolean
on_grace_over (gpointer data)
{
  CusaxLocateSearch *search = data;

  search->grace_id = 0;
  g_cancellable_cancel (search->phase);
  return G_SOURCE_REMOVE;
}

/* All of a phase's SRV records are there; of the first phase NAPTR's too, or its time is over. */
static void
on_phase_done (GTask *task)
{
  CusaxLocateSearch *search = g_task_get_task_data (task);

  if (search->naptr_is_pending)
    {
      if (search->grace_id == 0)
        search->grace_id = g_timeout_add (NAPTR_GRACE_MS, on_grace_over, search);
      return;
    }
  g_clear_handle_id (&search->grace_id, g_source_remove);
  if (cusax_locate_end_phase (task))
    start_listed (task);
}

static void
on_service (GObject *source, GAsyncResult *result, gpointer data)
{
  CusaxLocateLookup *lookup = data;
  g_autoptr (GTask) task = lookup->task;
  g_autoptr (GError) error = NULL;
  CusaxLocateSearch *search = g_task_get_task_data (task);
  GList *records = g_resolver_lookup_service_finish (G_RESOLVER (source), result, &error);

  /* GLib sorts by priority and weight, and turns the single record "." into an empty list without error. */
  if (records == NULL && error == NULL)
    search->declined = TRUE;
  read_records (search, lookup->item, records);
  g_resolver_free_targets (records);

  if (cusax_locate_end_lookup (lookup, error))
    on_phase_done (task);
}

static void
look_up (GTask *task, CusaxLocateService *service)
{
  CusaxLocateSearch *search = g_task_get_task_data (task);

  service->is_asked = TRUE;
  g_resolver_lookup_service_async (search->resolver, service->service, service->protocol, service->domain,
                                   search->phase, on_service, cusax_locate_begin_lookup (task, service));
}

/* The second phase: names that only NAPTR knew. */
static void
start_listed (GTask *task)
{
  CusaxLocateSearch *search = g_task_get_task_data (task);
  gboolean any = FALSE;

  for (guint i = 0; i < search->listed->len; i++)
    {
      CusaxLocateService *service = g_ptr_array_index (search->listed, i);

      if (service->is_asked)
        continue;
      if (!any)
        cusax_locate_begin_phase (task);
      any = TRUE;
      look_up (task, service);
    }
  if (!any)
    finish (task);
}

/* ----------------------------------------------------------------------- NAPTR */

static CusaxLocateService *
find_service (CusaxLocateSearch *search, const char *name, const char *protocol, const char *domain)
{
  for (guint i = 0; i < search->services->len; i++)
    {
      CusaxLocateService *service = g_ptr_array_index (search->services, i);

      if (g_ascii_strcasecmp (service->service, name) == 0
          && g_ascii_strcasecmp (service->protocol, protocol) == 0
          && g_ascii_strcasecmp (service->domain, domain) == 0)
        return service;
    }
  return NULL;
}

/* @replacement: "_sips._tcp.example.org". GLib asks for names of that form only, and nobody publishes others.
 */
static void
list_service (CusaxLocateSearch *search, CusaxTransportKind transport, const char *replacement)
{
  g_auto (GStrv) parts = g_strsplit (replacement, ".", 3);
  CusaxLocateService *service;

  if (g_strv_length (parts) != 3 || parts[0][0] != '_' || parts[1][0] != '_'
      || !cusax_address_host_is_valid (parts[2]) || search->listed->len >= CUSAX_LOCATE_MAX_SERVICES)
    return;
  service = find_service (search, parts[0] + 1, parts[1] + 1, parts[2]);
  if (service == NULL)
    service = add_service (search, transport, parts[0] + 1, parts[1] + 1, parts[2]);
  if (service->transport == transport && !g_ptr_array_find (search->listed, service, NULL))
    g_ptr_array_add (search->listed, service);
}

static void
on_naptr (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  CusaxLocateSearch *search = g_task_get_task_data (task);
  g_autoptr (GPtrArray) records = cusax_naptr_lookup_finish (result, NULL);

  search->naptr_is_pending = FALSE;
  for (guint i = 0; records != NULL && i < records->len; i++)
    {
      const CusaxNaptr *record = g_ptr_array_index (records, i);

      for (guint j = 0; j < G_N_ELEMENTS (transports); j++)
        if (strcmp (record->flags, "S") == 0 && strcmp (record->service, transports[j].naptr) == 0
            && cusax_locate_wants (&search->query, transports[j].transport))
          list_service (search, transports[j].transport, record->replacement);
    }
  if (search->pending == 0)
    on_phase_done (task);
}

void
cusax_locate_services_start (GTask *task)
{
  CusaxLocateSearch *search = g_task_get_task_data (task);

  for (guint i = 0; i < G_N_ELEMENTS (transports); i++)
    if (cusax_locate_wants (&search->query, transports[i].transport))
      add_service (search, transports[i].transport, transports[i].service, transports[i].protocol,
                   search->host);

  cusax_locate_begin_phase (task);
  for (guint i = 0; i < search->services->len; i++)
    look_up (task, g_ptr_array_index (search->services, i));
  if (search->query.transport == CUSAX_TRANSPORT_AUTO)
    {
      search->naptr_is_pending = TRUE;
      cusax_naptr_lookup_async (search->host, search->name_server, search->phase, on_naptr,
                                g_object_ref (task));
    }
}
