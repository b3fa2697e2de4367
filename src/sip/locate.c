/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See locate.h. Here are the frame of a search and its result: the phases are locate-services (NAPTR, SRV) and
 * locate-addresses. The list is put together at the end, so that the order does not depend on which answer was
 * fast.
 */
#include "locate.h"

#include "error.h"
#include "locate-private.h"

/* For each phase: a resolver that is silent may not hold up the sign-in. */
#define PHASE_TIMEOUT_MS 4000

static void
free_search (gpointer data)
{
  CusaxLocateSearch *search = data;

  g_clear_handle_id (&search->timeout_id, g_source_remove);
  g_clear_handle_id (&search->grace_id, g_source_remove);
  g_clear_object (&search->phase);
  g_clear_object (&search->resolver);
  g_clear_object (&search->name_server);
  g_ptr_array_unref (search->listed);
  g_ptr_array_unref (search->services);
  g_ptr_array_unref (search->places);
  g_ptr_array_unref (search->hosts);
  g_free (search->host);
  g_free (search);
}

void
cusax_locate_place_free (gpointer data)
{
  CusaxLocatePlace *place = data;

  g_free (place->host);
  g_free (place);
}

void
cusax_locate_add_place (GPtrArray *places, CusaxTransportKind transport, const char *host, guint16 port)
{
  CusaxLocatePlace *place;

  if (places->len >= CUSAX_LOCATE_MAX_TARGETS)
    return;
  place = g_new0 (CusaxLocatePlace, 1);
  place->transport = transport;
  place->host = g_strdup (host);
  place->port = port;
  g_ptr_array_add (places, place);
}

gboolean
cusax_locate_wants (const CusaxLocateQuery *query, CusaxTransportKind transport)
{
  if (query->require_tls && transport != CUSAX_TRANSPORT_TLS)
    return FALSE;
  return query->transport == CUSAX_TRANSPORT_AUTO || query->transport == transport;
}

/* ---------------------------------------------------------------------- phases */

static gboolean
on_phase_timeout (gpointer data)
{
  CusaxLocateSearch *search = data;

  search->timeout_id = 0;
  g_cancellable_cancel (search->phase);
  return G_SOURCE_REMOVE;
}

static void
on_task_cancelled (GCancellable *cancellable, gpointer phase)
{
  g_cancellable_cancel (phase);
}

void
cusax_locate_begin_phase (GTask *task)
{
  CusaxLocateSearch *search = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  search->phase = g_cancellable_new ();
  search->timeout_id = g_timeout_add (PHASE_TIMEOUT_MS, on_phase_timeout, search);
  if (cancellable != NULL)
    search->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (on_task_cancelled),
                                                  g_object_ref (search->phase), g_object_unref);
}

gboolean
cusax_locate_end_phase (GTask *task)
{
  CusaxLocateSearch *search = g_task_get_task_data (task);

  g_clear_handle_id (&search->timeout_id, g_source_remove);
  if (search->cancelled_id != 0)
    g_cancellable_disconnect (g_task_get_cancellable (task), search->cancelled_id);
  search->cancelled_id = 0;
  g_clear_object (&search->phase);
  return !g_task_return_error_if_cancelled (task);
}

CusaxLocateLookup *
cusax_locate_begin_lookup (GTask *task, gpointer item)
{
  CusaxLocateSearch *search = g_task_get_task_data (task);
  CusaxLocateLookup *lookup = g_new0 (CusaxLocateLookup, 1);

  lookup->task = g_object_ref (task);
  lookup->item = item;
  search->pending++;
  return lookup;
}

gboolean
cusax_locate_end_lookup (CusaxLocateLookup *lookup, const GError *error)
{
  CusaxLocateSearch *search = g_task_get_task_data (lookup->task);

  if (error != NULL && !g_error_matches (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND))
    search->no_answer = TRUE;
  g_free (lookup);
  return --search->pending == 0;
}

void
cusax_locate_on_services (GTask *task)
{
  cusax_locate_addresses_start (task);
}

void
cusax_locate_on_addresses (GTask *task)
{
  CusaxLocateSearch *search = g_task_get_task_data (task);
  g_autoptr (GPtrArray) targets = cusax_locate_addresses_get_targets (search);

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

/* ---------------------------------------------------------------------- public */

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
  CusaxLocateSearch *search = g_new0 (CusaxLocateSearch, 1);
  GError *error = check_query (query);

  search->query = *query;
  search->host = g_strdup (query->host);
  search->query.host = search->host;
  if (query->name_server != NULL)
    search->name_server = g_object_ref (query->name_server);
  search->query.name_server = search->name_server;
  search->resolver = g_resolver_get_default ();
  search->services = g_ptr_array_new_with_free_func (cusax_locate_service_free);
  search->listed = g_ptr_array_new ();
  search->places = g_ptr_array_new_with_free_func (cusax_locate_place_free);
  search->hosts = g_ptr_array_new_with_free_func (cusax_locate_host_free);
  g_task_set_source_tag (task, cusax_locate_async);
  g_task_set_task_data (task, search, free_search);

  if (error != NULL)
    g_task_return_error (task, error);
  else if (query->port != 0 || g_hostname_is_ip_address (query->host))
    {
      cusax_locate_services_given (search);
      cusax_locate_addresses_start (task);
    }
  else
    cusax_locate_services_start (task);
}

GPtrArray *
cusax_locate_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
