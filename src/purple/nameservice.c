/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See nameservice.h. */
#include "nameservice.h"

#include <gio/gio.h>
#include <purple.h>

/* WORKAROUND libpurple 2.x: chat hangs at "Connecting" when a name is asked for while a thread of the process asks for
 * one, too (seen in about 1 sign-in of 13 with names, 2.14.12); dnsquery.c and dnssrv.c call getaddrinfo() and res_query()
 * in a forked child without exec, POSIX fork(); remove when libpurple asks in a thread or by GResolver (as 3.x does). */

/* A question of libpurple's under way; @query NULL: it does not want to know any more. */
typedef struct
{
  gpointer query;
  GCancellable *cancellable;
  PurpleDnsQueryResolvedCallback on_hosts; /* addresses */
  PurpleDnsQueryFailedCallback on_no_hosts;
  PurpleSrvTxtQueryResolvedCallback on_records; /* SRV, TXT */
  PurpleSrvTxtQueryFailedCallback on_no_records;
  guint16 port;
  gboolean is_srv;
} Lookup;

static GHashTable *open_lookups; /* query -> Lookup (borrowed: whoever answers frees it); NULL: not in place */

static Lookup *
begin (gpointer query)
{
  Lookup *lookup = g_new0 (Lookup, 1);

  lookup->query = query;
  lookup->cancellable = g_cancellable_new ();
  g_hash_table_insert (open_lookups, query, lookup);
  return lookup;
}

/* Libpurple frees a query with its answer, so it is let go before. Returns: NULL if nobody wants an answer */
static gpointer
take_query (Lookup *lookup)
{
  gpointer query = lookup->query;

  if (query != NULL && open_lookups != NULL)
    g_hash_table_remove (open_lookups, query);
  lookup->query = NULL;
  return query;
}

static void
lookup_free (Lookup *lookup)
{
  g_object_unref (lookup->cancellable);
  g_free (lookup);
}

static void
tell_failure (Lookup *lookup, const char *words)
{
  gpointer query = take_query (lookup);

  if (query != NULL && lookup->on_no_hosts != NULL)
    lookup->on_no_hosts (query, words);
  else if (query != NULL)
    lookup->on_no_records (query, words);
}

static void
forget (gpointer query)
{
  Lookup *lookup = open_lookups != NULL ? g_hash_table_lookup (open_lookups, query) : NULL;

  if (lookup == NULL)
    return;
  take_query (lookup);
  g_cancellable_cancel (lookup->cancellable);
}

/* ------------------------------------------------------------- addresses */

/* Libpurple's form: length, address, length, address. */
static GSList *
list_addresses (GList *addresses, guint16 port)
{
  GSList *hosts = NULL;

  for (GList *l = addresses; l != NULL; l = l->next)
    {
      g_autoptr (GSocketAddress) address = g_inet_socket_address_new (l->data, port);
      gssize length = g_socket_address_get_native_size (address);
      gpointer native = g_malloc0 ((gsize) length);

      if (!g_socket_address_to_native (address, native, (gsize) length, NULL))
        {
          g_free (native);
          continue;
        }
      hosts = g_slist_append (hosts, GINT_TO_POINTER ((int) length));
      hosts = g_slist_append (hosts, native);
    }
  return hosts;
}

static void
on_addresses (GObject *resolver, GAsyncResult *result, gpointer data)
{
  Lookup *lookup = data;
  g_autoptr (GError) error = NULL;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (resolver), result, &error);
  gpointer query;

  if (addresses == NULL)
    tell_failure (lookup, error != NULL ? error->message : "no address");
  else if ((query = take_query (lookup)) != NULL)
    lookup->on_hosts (query, list_addresses (addresses, lookup->port));
  g_resolver_free_addresses (addresses);
  lookup_free (lookup);
}

static gboolean
resolve_host (PurpleDnsQueryData *query, PurpleDnsQueryResolvedCallback resolved, PurpleDnsQueryFailedCallback failed)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  Lookup *lookup = begin (query);

  lookup->on_hosts = resolved;
  lookup->on_no_hosts = failed;
  lookup->port = (guint16) purple_dnsquery_get_port (query);
  g_resolver_lookup_by_name_async (resolver, purple_dnsquery_get_host (query), lookup->cancellable, on_addresses,
                                   lookup);
  return TRUE;
}

static void
destroy_host (PurpleDnsQueryData *query)
{
  forget (query);
}

/* --------------------------------------------------------------- records */

static gpointer
read_srv (GVariant *record)
{
  PurpleSrvResponse *response = g_new0 (PurpleSrvResponse, 1);
  guint16 priority, weight, port;
  const char *target;

  g_variant_get (record, "(qqq&s)", &priority, &weight, &port, &target);
  g_strlcpy (response->hostname, target, sizeof response->hostname);
  response->pref = priority;
  response->weight = weight;
  response->port = port;
  return response;
}

static gpointer
read_txt (GVariant *record)
{
  PurpleTxtResponse *response = g_new0 (PurpleTxtResponse, 1);
  g_autofree const char **pieces = NULL;

  g_variant_get (record, "(^a&s)", &pieces);
  response->content = g_strjoinv (NULL, (char **) pieces);
  return response;
}

static void
on_records (GObject *resolver, GAsyncResult *result, gpointer data)
{
  Lookup *lookup = data;
  g_autoptr (GError) error = NULL;
  GList *found = g_resolver_lookup_records_finish (G_RESOLVER (resolver), result, &error);
  GList *records = NULL;
  gpointer query;

  if (found == NULL)
    tell_failure (lookup, error != NULL ? error->message : "no record");
  else if ((query = take_query (lookup)) != NULL)
    {
      for (GList *l = found; l != NULL; l = l->next)
        records = g_list_append (records, lookup->is_srv ? read_srv (l->data) : read_txt (l->data));
      lookup->on_records (query, records);
    }
  g_list_free_full (found, (GDestroyNotify) g_variant_unref);
  lookup_free (lookup);
}

static gboolean
resolve_records (PurpleSrvTxtQueryData *query, PurpleSrvTxtQueryResolvedCallback resolved,
                 PurpleSrvTxtQueryFailedCallback failed)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  Lookup *lookup = begin (query);

  lookup->on_records = resolved;
  lookup->on_no_records = failed;
  lookup->is_srv = purple_srv_txt_query_get_type (query) == PurpleDnsTypeSrv;
  g_resolver_lookup_records_async (resolver, purple_srv_txt_query_get_query (query),
                                   lookup->is_srv ? G_RESOLVER_RECORD_SRV : G_RESOLVER_RECORD_TXT, lookup->cancellable,
                                   on_records, lookup);
  return TRUE;
}

static void
destroy_records (PurpleSrvTxtQueryData *query)
{
  forget (query);
}

/* ------------------------------------------------------------ init, shutdown */

static PurpleDnsQueryUiOps host_ops = { .resolve_host = resolve_host, .destroy = destroy_host };
static PurpleSrvTxtQueryUiOps record_ops = { .resolve = resolve_records, .destroy = destroy_records };

void
cusax_nameservice_init (void)
{
  if (open_lookups != NULL)
    return;
  open_lookups = g_hash_table_new (NULL, NULL);
  if (purple_dnsquery_get_ui_ops () == NULL)
    purple_dnsquery_set_ui_ops (&host_ops);
  if (purple_srv_txt_query_get_ui_ops () == NULL)
    purple_srv_txt_query_set_ui_ops (&record_ops);
}

void
cusax_nameservice_shutdown (void)
{
  GHashTableIter iter;
  gpointer lookup;

  if (open_lookups == NULL)
    return;
  /* Each answer may ask for, or destroy, others. */
  for (;;)
    {
      g_hash_table_iter_init (&iter, open_lookups);
      if (!g_hash_table_iter_next (&iter, NULL, &lookup))
        break;
      g_cancellable_cancel (((Lookup *) lookup)->cancellable);
      tell_failure (lookup, "the name service ends");
    }
  if (purple_dnsquery_get_ui_ops () == &host_ops)
    purple_dnsquery_set_ui_ops (NULL);
  if (purple_srv_txt_query_get_ui_ops () == &record_ops)
    purple_srv_txt_query_set_ui_ops (NULL);
  g_clear_pointer (&open_lookups, g_hash_table_unref);
}
