/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See servers.h. */
#include "servers.h"

#include "tunnel.h"

#include <gio/gio.h>
#include <string.h>

#define FRESH_US G_GINT64_CONSTANT (300000000)  /* 5 minutes; then asked for again, in the background */
#define STALE_US G_GINT64_CONSTANT (3600000000) /* of use as long as this: a call does not wait for DNS */
#define FAILED_US G_GINT64_CONSTANT (30000000)  /* a name that is none costs one call its wait, not each */
#define MAX_NAMES 64
#define MAX_ADDRESSES 8

/* What a name means. Lookups that are under way keep a reference. */
typedef struct
{
  char *name;
  char **addresses; /* (nullable): literals; NULL: none known */
  gint64 learnt;    /* monotonic: when they came, 0: never */
  gint64 failed;    /* monotonic: when they last did not, 0: never */
  GCancellable *cancellable; /* (nullable): being looked up */
} Name;

/* For the whole process: accounts share names, and calls come one after the other. */
static struct
{
  guint users;
  GHashTable *names;    /* Name->name -> Name */
  GPtrArray *gatherings; /* (element-type CusaxServers): all that live */
} memory;

typedef struct
{
  CusaxServerAddress address; /* first */
  char *literal;
  char *name;
  CusaxTunnel *tunnel;
} Address;

struct _CusaxServers
{
  GPtrArray *servers; /* (element-type CusaxIceServer) */
  gboolean ipv4, ipv6;
  GPtrArray *addresses; /* (nullable) (element-type Address): once they were asked for */
  void (*done) (gpointer user_data); /* (nullable): somebody waits */
  gpointer user_data;
  guint timer; /* of the wait: its end, or its good news */
};

/* ------------------------------------------------------------------ names */

static void
name_clear (Name *name)
{
  g_clear_object (&name->cancellable);
  g_strfreev (name->addresses);
  g_free (name->name);
}

static void
name_unref (gpointer name)
{
  g_rc_box_release_full (name, (GDestroyNotify) name_clear);
}

/* Of the table: a lookup that is under way is of no use to anybody. */
static void
name_forget (gpointer data)
{
  Name *name = data;

  if (name->cancellable != NULL)
    g_cancellable_cancel (name->cancellable);
  name_unref (name);
}

static gboolean
is_younger (gint64 time, gint64 age)
{
  return time != 0 && g_get_monotonic_time () - time < age;
}

static gboolean
is_usable (const Name *name)
{
  return name->addresses != NULL && is_younger (name->learnt, STALE_US);
}

static void tell_gatherings (void);

static char **
dup_literals (GList *addresses)
{
  g_autoptr (GStrvBuilder) literals = g_strv_builder_new ();
  guint n = 0;

  for (GList *l = addresses; l != NULL && n < MAX_ADDRESSES; l = l->next, n++)
    {
      g_autofree char *literal = g_inet_address_to_string (l->data);

      g_strv_builder_add (literals, literal);
    }
  return g_strv_builder_end (literals);
}

static void
on_resolved (GObject *resolver, GAsyncResult *result, gpointer data)
{
  Name *name = data;
  g_autoptr (GError) error = NULL;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (resolver), result, &error);
  gboolean is_forgotten = g_cancellable_is_cancelled (name->cancellable);

  g_clear_object (&name->cancellable);
  if (!is_forgotten && addresses != NULL)
    {
      g_strfreev (name->addresses);
      name->addresses = dup_literals (addresses);
      name->learnt = g_get_monotonic_time ();
      name->failed = 0;
    }
  else if (!is_forgotten)
    {
      name->failed = g_get_monotonic_time ();
      g_info ("%s of STUN or TURN is not used: %s", name->name, error != NULL ? error->message : "no address");
    }
  g_resolver_free_addresses (addresses);
  name_unref (name);
  if (!is_forgotten)
    tell_gatherings ();
}

static void
look_up (Name *name)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();

  if (name->cancellable != NULL)
    return;
  name->cancellable = g_cancellable_new ();
  g_resolver_lookup_by_name_async (resolver, name->name, name->cancellable, on_resolved, g_rc_box_acquire (name));
}

/* Room for a new one: what nobody has been told for longest goes. */
static void
drop_oldest (void)
{
  GHashTableIter iter;
  gpointer value;
  const Name *oldest = NULL;

  g_hash_table_iter_init (&iter, memory.names);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (oldest == NULL || ((const Name *) value)->learnt < oldest->learnt)
      oldest = value;
  g_hash_table_remove (memory.names, oldest->name);
}

/* Asks for it if it is not known, or gets old. Returns: (transfer none) */
static Name *
find (const char *host)
{
  Name *name = g_hash_table_lookup (memory.names, host);

  if (name == NULL)
    {
      if (g_hash_table_size (memory.names) >= MAX_NAMES)
        drop_oldest ();
      name = g_rc_box_new0 (Name);
      name->name = g_strdup (host);
      g_hash_table_insert (memory.names, name->name, name);
    }
  if (!is_younger (name->learnt, FRESH_US) && !is_younger (name->failed, FAILED_US))
    look_up (name);
  return name;
}

void
cusax_servers_init (void)
{
  if (memory.users++ > 0)
    return;
  memory.names = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, name_forget);
  memory.gatherings = g_ptr_array_new ();
}

void
cusax_servers_shutdown (void)
{
  g_return_if_fail (memory.users > 0);
  if (--memory.users > 0)
    return;
  g_clear_pointer (&memory.names, g_hash_table_unref);
  g_clear_pointer (&memory.gatherings, g_ptr_array_unref);
}

void
cusax_servers_prefetch (const GPtrArray *servers)
{
  for (guint i = 0; servers != NULL && memory.users > 0 && i < servers->len; i++)
    {
      const CusaxIceServer *server = g_ptr_array_index (servers, i);

      if (!g_hostname_is_ip_address (server->host))
        find (server->host);
    }
}

/* ------------------------------------------------------------- one gathering */

static gboolean
has_credentials (const CusaxIceServer *server)
{
  return server->kind == CUSAX_ICE_STUN || (server->username != NULL && server->password != NULL);
}

CusaxServers *
cusax_servers_new (const GPtrArray *servers, gboolean ipv4, gboolean ipv6)
{
  CusaxServers *gathering = g_new0 (CusaxServers, 1);

  cusax_servers_init ();
  gathering->servers = cusax_ice_servers_new ();
  gathering->ipv4 = ipv4;
  gathering->ipv6 = ipv6;
  for (guint i = 0; servers != NULL && i < servers->len; i++)
    if (has_credentials (g_ptr_array_index (servers, i)))
      g_ptr_array_add (gathering->servers, cusax_ice_server_copy (g_ptr_array_index (servers, i)));
  g_ptr_array_add (memory.gatherings, gathering);
  cusax_servers_prefetch (gathering->servers);
  return gathering;
}

gboolean
cusax_servers_is_ready (const CusaxServers *servers)
{
  g_return_val_if_fail (servers != NULL, TRUE);
  for (guint i = 0; i < servers->servers->len; i++)
    {
      const CusaxIceServer *server = g_ptr_array_index (servers->servers, i);
      const Name *name = g_hash_table_lookup (memory.names, server->host);

      if (name != NULL && name->cancellable != NULL && !is_usable (name))
        return FALSE;
    }
  return TRUE;
}

static gboolean
on_waited (gpointer data)
{
  CusaxServers *servers = data;
  void (*done) (gpointer user_data) = g_steal_pointer (&servers->done);

  servers->timer = 0;
  done (servers->user_data);
  return G_SOURCE_REMOVE;
}

static void
set_wait (CusaxServers *servers, guint ms)
{
  g_clear_handle_id (&servers->timer, g_source_remove);
  servers->timer = g_timeout_add (ms, on_waited, servers);
}

/* Whoever is told may free others: each in a turn of its own. */
static void
tell_gatherings (void)
{
  for (guint i = 0; memory.gatherings != NULL && i < memory.gatherings->len; i++)
    {
      CusaxServers *servers = g_ptr_array_index (memory.gatherings, i);

      if (servers->done != NULL && cusax_servers_is_ready (servers))
        set_wait (servers, 0);
    }
}

void
cusax_servers_wait (CusaxServers *servers, guint ms, void (*done) (gpointer user_data), gpointer user_data)
{
  g_return_if_fail (servers != NULL && done != NULL);
  servers->done = done;
  servers->user_data = user_data;
  set_wait (servers, cusax_servers_is_ready (servers) ? 0 : ms);
}

/* --------------------------------------------------------------- addresses */

static void
address_free (gpointer data)
{
  Address *address = data;

  if (address->tunnel != NULL)
    cusax_tunnel_free (address->tunnel);
  g_free (address->literal);
  g_free (address->name);
  g_free (address);
}

/* Returns: (transfer none): to be filled further */
static Address *
add (CusaxServers *servers, const CusaxIceServer *server, const char *literal)
{
  static const char *const words[] = { "UDP", "UDP", "TCP", "TLS" };
  gboolean is_ipv6 = strchr (server->host, ':') != NULL;
  Address *address = g_new0 (Address, 1);

  address->literal = g_strdup (literal);
  address->name = g_strdup_printf ("%s%s%s:%u (%s)", is_ipv6 ? "[" : "", server->host, is_ipv6 ? "]" : "", server->port,
                                   words[server->kind]);
  address->address.kind = server->kind;
  address->address.is_ipv6 = strchr (literal, ':') != NULL;
  address->address.address = address->literal;
  address->address.port = server->port;
  address->address.username = server->username;
  address->address.password = server->password;
  address->address.name = address->name;
  g_ptr_array_add (servers->addresses, address);
  return address;
}

static void
add_tunnel (CusaxServers *servers, const CusaxIceServer *server, const char *const *literals)
{
  gboolean is_ipv6 = !servers->ipv4;
  CusaxTunnel *tunnel = literals[0] != NULL ? cusax_tunnel_new (server->host, literals, server->port, is_ipv6) : NULL;
  Address *address;

  if (tunnel == NULL)
    return;
  address = add (servers, server, is_ipv6 ? "::1" : "127.0.0.1");
  address->tunnel = tunnel;
  address->address.kind = CUSAX_ICE_TURN_TCP;
  address->address.port = cusax_tunnel_get_port (tunnel);
  address->address.is_tunnel = TRUE;
}

static void
add_server (CusaxServers *servers, const CusaxIceServer *server)
{
  const char *const itself[] = { server->host, NULL };
  const Name *name = g_hash_table_lookup (memory.names, server->host);
  const char *const *literals = NULL;
  gboolean has[2] = { FALSE, FALSE };

  if (g_hostname_is_ip_address (server->host))
    literals = itself;
  else if (name != NULL && is_usable (name))
    literals = (const char *const *) name->addresses;
  if (literals == NULL)
    return;
  if (server->kind == CUSAX_ICE_TURN_TLS)
    {
      add_tunnel (servers, server, literals);
      return;
    }
  for (guint i = 0; literals[i] != NULL; i++)
    {
      gboolean is_ipv6 = strchr (literals[i], ':') != NULL;

      if (!(is_ipv6 ? servers->ipv6 : servers->ipv4) || has[is_ipv6])
        continue;
      has[is_ipv6] = TRUE;
      add (servers, server, literals[i]);
    }
}

const GPtrArray *
cusax_servers_get_addresses (CusaxServers *servers)
{
  g_return_val_if_fail (servers != NULL, NULL);
  if (servers->addresses == NULL)
    {
      servers->addresses = g_ptr_array_new_with_free_func (address_free);
      for (guint i = 0; i < servers->servers->len; i++)
        add_server (servers, g_ptr_array_index (servers->servers, i));
    }
  return servers->addresses;
}

void
cusax_servers_free (CusaxServers *servers)
{
  g_return_if_fail (servers != NULL);
  g_clear_handle_id (&servers->timer, g_source_remove);
  g_ptr_array_remove_fast (memory.gatherings, servers);
  g_clear_pointer (&servers->addresses, g_ptr_array_unref);
  g_ptr_array_unref (servers->servers);
  g_free (servers);
  cusax_servers_shutdown ();
}
