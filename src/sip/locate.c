/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See locate.h. Two phases, each with its lookups side by side and a deadline of its own: SRV records, giving
 * Places (host and port per transport), then the addresses of every distinct host. The list is put together at
 * the end, so that the order does not depend on which answer was fast.
 */
#include "locate.h"

#include "error.h"

#include <string.h>

/* For each phase: a resolver that is silent may not hold up the sign-in. */
#define PHASE_TIMEOUT_MS 4000
#define MAX_HOSTS 16
#define MAX_HOST_LENGTH 253

/* ----------------------------------------------------------------------- search */

/** Place: a host and port that an SRV record or the query names. */
typedef struct
{
  CusaxTransportKind transport;
  char *host;
  guint16 port;
} Place;

/** Host: a name whose addresses are looked up once, whatever names it. */
typedef struct
{
  char *name;
  GPtrArray *addresses; /* (element-type utf8) */
} Host;

/** Service: one SRV lookup. */
typedef struct
{
  CusaxTransportKind transport;
  const char *service, *protocol;
  GPtrArray *places; /* (element-type Place), in order */
} Service;

static const struct
{
  CusaxTransportKind transport;
  const char *service, *protocol;
  guint16 default_port;
} transports[] = {
  { CUSAX_TRANSPORT_TLS, "sips", "tcp", 5061 },
  { CUSAX_TRANSPORT_TCP, "sip", "tcp", 5060 },
  { CUSAX_TRANSPORT_UDP, "sip", "udp", 5060 },
};

/** Search: the task's data. */
typedef struct
{
  CusaxLocateQuery query;
  char *host; /* query.host, owned */
  GResolver *resolver;
  GPtrArray *services; /* (element-type Service) */
  GPtrArray *places;   /* (element-type Place) */
  GPtrArray *hosts;    /* (element-type Host) */
  guint pending;       /* lookups of this phase */
  GCancellable *phase; /* ends the lookups of this phase */
  guint timeout_id;
  gulong cancelled_id;
  gboolean declined;  /* some SRV record said "not here" */
  gboolean no_answer; /* some lookup failed for lack of an answer */
} Search;

/** Lookup: what a lookup in flight belongs to. */
typedef struct
{
  GTask *task;
  gpointer item; /* Service or Host */
} Lookup;

static void start_addresses (GTask *task);

static void
free_place (gpointer data)
{
  Place *place = data;

  g_free (place->host);
  g_free (place);
}

static void
free_host (gpointer data)
{
  Host *host = data;

  g_free (host->name);
  g_ptr_array_unref (host->addresses);
  g_free (host);
}

static void
free_service (gpointer data)
{
  Service *service = data;

  g_ptr_array_unref (service->places);
  g_free (service);
}

static void
free_search (gpointer data)
{
  Search *search = data;

  g_clear_handle_id (&search->timeout_id, g_source_remove);
  g_clear_object (&search->phase);
  g_clear_object (&search->resolver);
  g_ptr_array_unref (search->services);
  g_ptr_array_unref (search->places);
  g_ptr_array_unref (search->hosts);
  g_free (search->host);
  g_free (search);
}

static void
add_place (GPtrArray *places, CusaxTransportKind transport, const char *host, guint16 port)
{
  Place *place;

  if (places->len >= CUSAX_LOCATE_MAX_TARGETS)
    return;
  place = g_new0 (Place, 1);
  place->transport = transport;
  place->host = g_strdup (host);
  place->port = port;
  g_ptr_array_add (places, place);
}

/* Is @transport one that the query allows? */
static gboolean
is_wanted (const CusaxLocateQuery *query, CusaxTransportKind transport)
{
  if (query->require_tls && transport != CUSAX_TRANSPORT_TLS)
    return FALSE;
  return query->transport == CUSAX_TRANSPORT_AUTO || query->transport == transport;
}

/* ----------------------------------------------------------------------- phases */

static gboolean
on_phase_timeout (gpointer data)
{
  Search *search = data;

  search->timeout_id = 0;
  g_cancellable_cancel (search->phase);
  return G_SOURCE_REMOVE;
}

static void
on_task_cancelled (GCancellable *cancellable, gpointer phase)
{
  g_cancellable_cancel (phase);
}

static void
begin_phase (GTask *task)
{
  Search *search = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  search->phase = g_cancellable_new ();
  search->timeout_id = g_timeout_add (PHASE_TIMEOUT_MS, on_phase_timeout, search);
  if (cancellable != NULL)
    search->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (on_task_cancelled),
                                                  g_object_ref (search->phase), g_object_unref);
}

/* Returns: FALSE if the search is over because the caller cancelled it */
static gboolean
end_phase (GTask *task)
{
  Search *search = g_task_get_task_data (task);

  g_clear_handle_id (&search->timeout_id, g_source_remove);
  if (search->cancelled_id != 0)
    g_cancellable_disconnect (g_task_get_cancellable (task), search->cancelled_id);
  search->cancelled_id = 0;
  g_clear_object (&search->phase);
  return !g_task_return_error_if_cancelled (task);
}

static Lookup *
begin_lookup (GTask *task, gpointer item)
{
  Search *search = g_task_get_task_data (task);
  Lookup *lookup = g_new0 (Lookup, 1);

  lookup->task = g_object_ref (task);
  lookup->item = item;
  search->pending++;
  return lookup;
}

/* Returns: TRUE if that was the last lookup of the phase */
static gboolean
end_lookup (Lookup *lookup, const GError *error)
{
  Search *search = g_task_get_task_data (lookup->task);

  if (error != NULL && !g_error_matches (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND))
    search->no_answer = TRUE;
  g_free (lookup);
  return --search->pending == 0;
}

/* -------------------------------------------------------------------------- end */

static gboolean
targets_contain (const GPtrArray *targets, const CusaxTarget *target)
{
  for (guint i = 0; i < targets->len; i++)
    {
      const CusaxTarget *other = g_ptr_array_index (targets, i);

      if (other->transport == target->transport && other->port == target->port
          && strcmp (other->address, target->address) == 0)
        return TRUE;
    }
  return FALSE;
}

static const Host *
find_host (const Search *search, const char *name)
{
  for (guint i = 0; i < search->hosts->len; i++)
    {
      const Host *host = g_ptr_array_index (search->hosts, i);

      if (g_ascii_strcasecmp (host->name, name) == 0)
        return host;
    }
  return NULL;
}

static void
add_targets (GPtrArray *targets, const Place *place, const Host *host)
{
  for (guint i = 0; i < host->addresses->len && targets->len < CUSAX_LOCATE_MAX_TARGETS; i++)
    {
      g_autoptr (CusaxTarget) target
        = cusax_target_new (place->transport, place->host, g_ptr_array_index (host->addresses, i), place->port);

      if (!targets_contain (targets, target))
        g_ptr_array_add (targets, g_steal_pointer (&target));
    }
}

static void
finish (GTask *task)
{
  Search *search = g_task_get_task_data (task);
  g_autoptr (GPtrArray) targets = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_target_free);

  for (guint i = 0; i < search->places->len; i++)
    {
      const Place *place = g_ptr_array_index (search->places, i);
      const Host *host = find_host (search, place->host);

      if (host != NULL)
        add_targets (targets, place, host);
    }

  if (targets->len > 0)
    g_task_return_pointer (task, g_steal_pointer (&targets), (GDestroyNotify) g_ptr_array_unref);
  else if (search->no_answer)
    g_task_return_new_error (task, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE, "no answer from DNS about %s",
                             search->host);
  else if (search->declined)
    g_task_return_new_error (task, CUSAX_ERROR, CUSAX_ERROR_NO_HOST, "%s says it has no SIP service",
                             search->host);
  else
    g_task_return_new_error (task, CUSAX_ERROR, CUSAX_ERROR_NO_HOST, "%s is not in DNS", search->host);
}

/* -------------------------------------------------------------------- addresses */

static void
on_addresses (GObject *source, GAsyncResult *result, gpointer data)
{
  Lookup *lookup = data;
  g_autoptr (GTask) task = lookup->task;
  g_autoptr (GError) error = NULL;
  Host *host = lookup->item;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, &error);

  for (GList *item = addresses; item != NULL && host->addresses->len < CUSAX_LOCATE_MAX_TARGETS;
       item = item->next)
    g_ptr_array_add (host->addresses, g_inet_address_to_string (item->data));
  g_resolver_free_addresses (addresses);

  if (end_lookup (lookup, error) && end_phase (task))
    finish (task);
}

/* Lists the distinct hosts of all places; literals have their address at once. */
static void
collect_hosts (Search *search)
{
  for (guint i = 0; i < search->places->len && search->hosts->len < MAX_HOSTS; i++)
    {
      const Place *place = g_ptr_array_index (search->places, i);
      Host *host;

      if (find_host (search, place->host) != NULL)
        continue;
      host = g_new0 (Host, 1);
      host->name = g_strdup (place->host);
      host->addresses = g_ptr_array_new_with_free_func (g_free);
      if (g_hostname_is_ip_address (place->host))
        g_ptr_array_add (host->addresses, g_strdup (place->host));
      g_ptr_array_add (search->hosts, host);
    }
}

static gboolean
on_nothing_to_look_up (gpointer data)
{
  GTask *task = data;

  if (!g_task_return_error_if_cancelled (task))
    finish (task);
  return G_SOURCE_REMOVE;
}

static void
start_addresses (GTask *task)
{
  Search *search = g_task_get_task_data (task);
  gboolean all_literal = TRUE;

  collect_hosts (search);
  for (guint i = 0; i < search->hosts->len; i++)
    {
      Host *host = g_ptr_array_index (search->hosts, i);

      if (host->addresses->len > 0)
        continue;
      if (all_literal)
        begin_phase (task);
      all_literal = FALSE;
      g_resolver_lookup_by_name_async (search->resolver, host->name, search->phase, on_addresses,
                                       begin_lookup (task, host));
    }
  /* The promise of the header: never from inside cusax_locate_async(). */
  if (all_literal)
    g_idle_add_full (G_PRIORITY_DEFAULT, on_nothing_to_look_up, g_object_ref (task), g_object_unref);
}

/* --------------------------------------------------------------------------- SRV */

static void
read_srv_targets (Search *search, Service *service, GList *records)
{
  for (GList *item = records; item != NULL; item = item->next)
    {
      const char *host = g_srv_target_get_hostname (item->data);
      guint16 port = g_srv_target_get_port (item->data);

      if (strcmp (host, ".") == 0)
        search->declined = TRUE;
      else if (*host != '\0' && strlen (host) <= MAX_HOST_LENGTH && port != 0)
        add_place (service->places, service->transport, host, port);
    }
}

/* The records of all transports in our order of preference; without any, the domain itself on default ports. */
static void
choose_places (Search *search)
{
  for (guint i = 0; i < search->services->len; i++)
    {
      const Service *service = g_ptr_array_index (search->services, i);

      for (guint j = 0; j < service->places->len; j++)
        {
          const Place *place = g_ptr_array_index (service->places, j);

          add_place (search->places, place->transport, place->host, place->port);
        }
    }
  if (search->places->len > 0 || search->declined)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (transports); i++)
    if (is_wanted (&search->query, transports[i].transport))
      add_place (search->places, transports[i].transport, search->host, transports[i].default_port);
}

static void
on_service (GObject *source, GAsyncResult *result, gpointer data)
{
  Lookup *lookup = data;
  g_autoptr (GTask) task = lookup->task;
  g_autoptr (GError) error = NULL;
  Search *search = g_task_get_task_data (task);
  GList *records = g_resolver_lookup_service_finish (G_RESOLVER (source), result, &error);

  /* GLib sorts by priority and weight, and turns the single record "." into an empty list without error. */
  if (records == NULL && error == NULL)
    search->declined = TRUE;
  read_srv_targets (search, lookup->item, records);
  g_resolver_free_targets (records);

  if (end_lookup (lookup, error) && end_phase (task))
    {
      choose_places (search);
      start_addresses (task);
    }
}

static void
start_services (GTask *task)
{
  Search *search = g_task_get_task_data (task);

  for (guint i = 0; i < G_N_ELEMENTS (transports); i++)
    if (is_wanted (&search->query, transports[i].transport))
      {
        Service *service = g_new0 (Service, 1);

        service->transport = transports[i].transport;
        service->service = transports[i].service;
        service->protocol = transports[i].protocol;
        service->places = g_ptr_array_new_with_free_func (free_place);
        g_ptr_array_add (search->services, service);
      }

  begin_phase (task);
  for (guint i = 0; i < search->services->len; i++)
    {
      Service *service = g_ptr_array_index (search->services, i);

      g_resolver_lookup_service_async (search->resolver, service->service, service->protocol, search->host,
                                       search->phase, on_service, begin_lookup (task, service));
    }
}

/* ------------------------------------------------------------------------ public */

/* A literal or a given port (RFC 3263 section 4.2): no SRV. */
static void
add_given_places (Search *search)
{
  for (guint i = 0; i < G_N_ELEMENTS (transports); i++)
    {
      CusaxTransportKind transport = transports[i].transport;
      guint16 port = search->query.port != 0 ? search->query.port : transports[i].default_port;

      if (!is_wanted (&search->query, transport))
        continue;
      /* 5060 is the plain port: a TLS hello there would only wait for its time-out. */
      if (port == 5060 && transport == CUSAX_TRANSPORT_TLS && search->query.transport == CUSAX_TRANSPORT_AUTO
          && !search->query.require_tls)
        continue;
      add_place (search->places, transport, search->host, port);
    }
}

/* Returns: (transfer full) (nullable): what is wrong with @query */
static GError *
check_query (const CusaxLocateQuery *query)
{
  if (query->host == NULL || !cusax_address_host_is_valid (query->host))
    return g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_INVALID, "no valid server name");
  if (query->require_tls
      && (query->transport == CUSAX_TRANSPORT_TCP || query->transport == CUSAX_TRANSPORT_UDP))
    return g_error_new (CUSAX_ERROR, CUSAX_ERROR_NOT_PROTECTED, "%s over %s is not protected", query->host,
                        query->transport == CUSAX_TRANSPORT_TCP ? "TCP" : "UDP");
  return NULL;
}

void
cusax_locate_async (const CusaxLocateQuery *query, GCancellable *cancellable, GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Search *search = g_new0 (Search, 1);
  GError *error = check_query (query);

  search->query = *query;
  search->host = g_strdup (query->host);
  search->query.host = search->host;
  search->resolver = g_resolver_get_default ();
  search->services = g_ptr_array_new_with_free_func (free_service);
  search->places = g_ptr_array_new_with_free_func (free_place);
  search->hosts = g_ptr_array_new_with_free_func (free_host);
  g_task_set_source_tag (task, cusax_locate_async);
  g_task_set_task_data (task, search, free_search);

  if (error != NULL)
    g_task_return_error (task, error);
  else if (query->port != 0 || g_hostname_is_ip_address (query->host))
    {
      add_given_places (search);
      start_addresses (task);
    }
  else
    start_services (task);
}

GPtrArray *
cusax_locate_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
