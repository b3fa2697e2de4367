/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See lookup.h. */
#include "lookup.h"

#include <gio/gio.h>

struct _CusaxLookup
{
  GCancellable *cancellable;
  CusaxLookupAddresses on_addresses;
  CusaxLookupRecords on_records;
  gpointer user_data;
  guint16 port;
  gboolean is_srv;
  gboolean is_cancelled; /* GIO's answer still comes, and frees */
};

static CusaxLookup *
lookup_new (gpointer user_data)
{
  CusaxLookup *lookup = g_new0 (CusaxLookup, 1);

  lookup->cancellable = g_cancellable_new ();
  lookup->user_data = user_data;
  return lookup;
}

static void
lookup_free (CusaxLookup *lookup)
{
  g_object_unref (lookup->cancellable);
  g_free (lookup);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxLookup, lookup_free)

void
cusax_lookup_cancel (CusaxLookup *lookup)
{
  lookup->is_cancelled = TRUE;
  g_cancellable_cancel (lookup->cancellable);
}

/* ------------------------------------------------------------- addresses */

static GBytes *
make_native (GInetAddress *address, guint16 port)
{
  g_autoptr (GSocketAddress) socket_address = g_inet_socket_address_new (address, port);
  gsize length = (gsize) g_socket_address_get_native_size (socket_address);
  g_autofree gpointer native = g_malloc0 (length);

  if (!g_socket_address_to_native (socket_address, native, length, NULL))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&native), length);
}

static void
on_addresses (GObject *resolver, GAsyncResult *result, gpointer data)
{
  g_autoptr (CusaxLookup) lookup = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) natives = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (resolver), result, &error);

  for (GList *l = addresses; l != NULL; l = l->next)
    {
      GBytes *native = make_native (l->data, lookup->port);

      if (native != NULL)
        g_ptr_array_add (natives, native);
    }
  g_resolver_free_addresses (addresses);
  if (!lookup->is_cancelled)
    lookup->on_addresses (lookup->user_data, error == NULL ? natives : NULL, error);
}

CusaxLookup *
cusax_lookup_addresses (const char *host, guint16 port, CusaxLookupAddresses done, gpointer user_data)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  CusaxLookup *lookup = lookup_new (user_data);

  lookup->on_addresses = done;
  lookup->port = port;
  g_resolver_lookup_by_name_async (resolver, host, lookup->cancellable, on_addresses, lookup);
  return lookup;
}

/* --------------------------------------------------------------- records */

static void
record_free (gpointer data)
{
  CusaxLookupRecord *record = data;

  g_free ((char *) record->text);
  g_free (record);
}

static CusaxLookupRecord *
read_record (GVariant *variant, gboolean is_srv)
{
  CusaxLookupRecord *record = g_new0 (CusaxLookupRecord, 1);
  g_autofree const char **strings = NULL;

  if (is_srv)
    g_variant_get (variant, "(qqqs)", &record->priority, &record->weight, &record->port, &record->text);
  else
    {
      g_variant_get (variant, "(^a&s)", &strings);
      record->text = g_strjoinv (NULL, (char **) strings);
    }
  return record;
}

static void
on_records (GObject *resolver, GAsyncResult *result, gpointer data)
{
  g_autoptr (CusaxLookup) lookup = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func (record_free);
  GList *found = g_resolver_lookup_records_finish (G_RESOLVER (resolver), result, &error);

  for (GList *l = found; l != NULL; l = l->next)
    g_ptr_array_add (records, read_record (l->data, lookup->is_srv));
  g_list_free_full (found, (GDestroyNotify) g_variant_unref);
  if (!lookup->is_cancelled)
    lookup->on_records (lookup->user_data, error == NULL ? records : NULL, error);
}

static CusaxLookup *
ask_records (const char *name, GResolverRecordType type, CusaxLookupRecords done, gpointer user_data)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  CusaxLookup *lookup = lookup_new (user_data);

  lookup->on_records = done;
  lookup->is_srv = type == G_RESOLVER_RECORD_SRV;
  g_resolver_lookup_records_async (resolver, name, type, lookup->cancellable, on_records, lookup);
  return lookup;
}

CusaxLookup *
cusax_lookup_srv (const char *name, CusaxLookupRecords done, gpointer user_data)
{
  return ask_records (name, G_RESOLVER_RECORD_SRV, done, user_data);
}

CusaxLookup *
cusax_lookup_txt (const char *name, CusaxLookupRecords done, gpointer user_data)
{
  return ask_records (name, G_RESOLVER_RECORD_TXT, done, user_data);
}
