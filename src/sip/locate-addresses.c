/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last phase of a search: the addresses of every distinct host, by the system's own rules (hosts file,
 * mDNS), and in the system's order of families (RFC 6724). See locate-private.h. */
#include "locate-private.h"

#include <string.h>

void
cusax_locate_host_free (gpointer data)
{
  CusaxLocateHost *host = data;

  g_free (host->name);
  g_ptr_array_unref (host->addresses);
  g_free (host);
}

static const CusaxLocateHost *
find_host (const CusaxLocateSearch *search, const char *name)
{
  for (guint i = 0; i < search->hosts->len; i++)
    {
      const CusaxLocateHost *host = g_ptr_array_index (search->hosts, i);

      if (g_ascii_strcasecmp (host->name, name) == 0)
        return host;
    }
  return NULL;
}

/* --------------------------------------------------------------------- targets */

static gboolean
targets_contain (const GPtrArray *targets, const CusaxTarget *target)
{
  for (guint i = 0; i < targets->len; i++)
    if (cusax_target_equal (g_ptr_array_index (targets, i), target))
      return TRUE;
  return FALSE;
}

static void
add_targets (GPtrArray *targets, const CusaxLocatePlace *place, const CusaxLocateHost *host)
{
  for (guint i = 0; i < host->addresses->len && targets->len < CUSAX_LOCATE_MAX_TARGETS; i++)
    {
      g_autoptr (CusaxTarget) target
        = cusax_target_new (place->transport, place->host, g_ptr_array_index (host->addresses, i), place->port);

      if (!targets_contain (targets, target))
        g_ptr_array_add (targets, g_steal_pointer (&target));
    }
}

GPtrArray *
cusax_locate_addresses_get_targets (const CusaxLocateSearch *search)
{
  GPtrArray *targets = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_target_free);

  for (guint i = 0; i < search->places->len; i++)
    {
      const CusaxLocatePlace *place = g_ptr_array_index (search->places, i);
      const CusaxLocateHost *host = find_host (search, place->host);

      if (host != NULL)
        add_targets (targets, place, host);
    }
  return targets;
}

/* --------------------------------------------------------------------- lookups */

static void
on_addresses (GObject *source, GAsyncResult *result, gpointer data)
{
  CusaxLocateLookup *lookup = data;
  g_autoptr (GTask) task = lookup->task;
  g_autoptr (GError) error = NULL;
  CusaxLocateHost *host = lookup->item;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, &error);

  for (GList *item = addresses; item != NULL && host->addresses->len < CUSAX_LOCATE_MAX_TARGETS;
       item = item->next)
    g_ptr_array_add (host->addresses, g_inet_address_to_string (item->data));
  g_resolver_free_addresses (addresses);

  if (cusax_locate_end_lookup (lookup, error) && cusax_locate_end_phase (task))
    cusax_locate_on_addresses (task);
}

/* Lists the distinct hosts of all places; literals have their address at once. */
static void
collect_hosts (CusaxLocateSearch *search)
{
  for (guint i = 0; i < search->places->len && search->hosts->len < CUSAX_LOCATE_MAX_HOSTS; i++)
    {
      const CusaxLocatePlace *place = g_ptr_array_index (search->places, i);
      CusaxLocateHost *host;

      if (find_host (search, place->host) != NULL)
        continue;
      host = g_new0 (CusaxLocateHost, 1);
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
    cusax_locate_on_addresses (task);
  return G_SOURCE_REMOVE;
}

void
cusax_locate_addresses_start (GTask *task)
{
  CusaxLocateSearch *search = g_task_get_task_data (task);
  gboolean all_literal = TRUE;

  collect_hosts (search);
  for (guint i = 0; i < search->hosts->len; i++)
    {
      CusaxLocateHost *host = g_ptr_array_index (search->hosts, i);

      if (host->addresses->len > 0)
        continue;
      if (all_literal)
        cusax_locate_begin_phase (task);
      all_literal = FALSE;
      g_resolver_lookup_by_name_async (search->resolver, host->name, search->phase, on_addresses,
                                       cusax_locate_begin_lookup (task, host));
    }
  /* The promise of the header: never from inside cusax_locate_async(). */
  if (all_literal)
    g_idle_add_full (G_PRIORITY_DEFAULT, on_nothing_to_look_up, g_object_ref (task), g_object_unref);
}
