/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathering with ICE, and which agent or which sockets serve. See transport-private.h. */
#include "transport-private.h"

#include "error.h"
#include "ice-addresses.h"
#include "thread.h"
#include "transport.h"

#include <string.h>

/* What STUN and TURN servers are given, the look-up of their names included: an offer does not wait longer. */
#define GATHER_MS 250
#define LOOKUP_MS 150
/* Of a relay that somebody hides behind, and before that of its name: worth the wait. */
#define HIDING_MS 1000
/* What they have sent to the old pair, or send there until they have chosen the new one. */
#define LINGER_US (3 * G_USEC_PER_SEC)

/* --------------------------------------------------------- in media thread */

gboolean
cusax_transport_has_way (Transport *t, guint component)
{
  return t->path != NULL || t->is_relay_fixed || (t->ice != NULL && cusax_ice_is_connected (t->ice, component))
         || (t->previous_ice != NULL && cusax_ice_is_connected (t->previous_ice, component));
}

void
cusax_transport_look_at_path (Transport *t)
{
  t->is_connected = cusax_transport_has_way (t, 0);
  cusax_ice_pair_clear (&t->pair);
  if (t->path != NULL)
    return;
  if ((t->ice == NULL || !cusax_ice_get_pair (t->ice, 0, &t->pair)) && t->previous_ice != NULL)
    cusax_ice_get_pair (t->previous_ice, 0, &t->pair);
}

static void
on_changed (gpointer user_data)
{
  Transport *t = user_data;

  g_mutex_lock (&t->lock);
  cusax_transport_look_at_path (t);
  if (t->previous_ice != NULL && t->previous_end == 0 && t->ice != NULL && cusax_ice_is_connected (t->ice, 0))
    {
      t->previous_end = g_get_monotonic_time () + LINGER_US;
      cusax_transport_arm_watch (t);
    }
  cusax_transport_update_state (t);
  g_mutex_unlock (&t->lock);
  cusax_transport_start_dtls (t);
}

void
cusax_transport_let_previous_go (Transport *t)
{
  CusaxIce *old = NULL;

  g_mutex_lock (&t->lock);
  if (t->previous_end != 0 && g_get_monotonic_time () >= t->previous_end)
    {
      old = g_steal_pointer (&t->previous_ice);
      t->previous_end = 0;
    }
  g_mutex_unlock (&t->lock);
  cusax_ice_free (old);
}

/* An old agent's news concern nobody. */
static void
on_gathered (gpointer user_data)
{
  Transport *t = user_data;
  CusaxTransportDescription *local = cusax_transport_description_new ("", 0, 0);
  CusaxIce *ice;

  g_mutex_lock (&t->lock);
  ice = t->next_ice;
  g_mutex_unlock (&t->lock);
  if (!cusax_ice_describe (ice, local))
    g_clear_pointer (&local, cusax_transport_description_free);
  g_mutex_lock (&t->lock);
  if (local != NULL)
    {
      g_clear_pointer (&t->gathered, cusax_transport_description_free);
      t->gathered = local;
      cusax_transport_post (t, EVENT_LOCAL_READY);
    }
  else
    cusax_transport_fail (t, g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_MEDIA, "no address for media"));
  g_mutex_unlock (&t->lock);
}

typedef struct
{
  Transport *transport;
  CusaxIceConfig config;
  GError *error;
} Gathering;

static void
begin_gathering (gpointer data)
{
  static const CusaxIceCallbacks callbacks = { on_gathered, on_changed, cusax_transport_on_network };
  Gathering *gathering = data;
  Transport *t = gathering->transport;
  CusaxIce *ice = cusax_ice_new (&gathering->config, &callbacks, t, &gathering->error);
  CusaxIce *old;

  g_mutex_lock (&t->lock);
  old = t->next_ice; /* moved twice in a moment: what the first one gathered is not told any more */
  t->next_ice = ice;
  g_clear_pointer (&t->gathered, cusax_transport_description_free);
  t->events &= ~EVENT_LOCAL_READY;
  g_mutex_unlock (&t->lock);
  cusax_ice_free (old);
}

/* Sockets of @ice in a path towards @remote. Returns: NULL with @error; @ice is as before */
static CusaxPath *
make_path (CusaxIce *ice, const CusaxTransportDescription *remote, GError **error)
{
  g_autoptr (CusaxPath) path = NULL;
  CusaxUdp *pair[2];

  if (!cusax_ice_take_sockets (ice, pair))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "the transport has no sockets");
      return NULL;
    }
  path = cusax_path_new_from_sockets (cusax_ice_get_base (ice), pair, error);
  if (path == NULL || !cusax_path_set_remote (path, remote, error))
    {
      cusax_ice_give_back (ice);
      return NULL;
    }
  return g_steal_pointer (&path);
}

gboolean
cusax_transport_leave_ice (Transport *t, const CusaxTransportDescription *remote, gboolean is_secure, GError **error)
{
  CusaxPath *path = NULL;
  gboolean ok;

  if (t->path != NULL)
    {
      g_mutex_lock (&t->lock);
      ok = cusax_path_set_remote (t->path, remote, error);
      g_mutex_unlock (&t->lock);
      return ok;
    }
  if (cusax_ice_default_is_relayed (t->ice))
    {
      ok = cusax_ice_use_relay (t->ice, remote, is_secure);
      if (!ok)
        g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "no address that the relay can send to");
      g_mutex_lock (&t->lock);
      t->is_relay_fixed = t->is_relay_fixed || ok;
      g_mutex_unlock (&t->lock);
      return ok;
    }
  path = make_path (t->ice, remote, error);
  if (path == NULL)
    return FALSE;
  g_mutex_lock (&t->lock);
  t->path = path;
  cusax_path_attach (path, cusax_thread_get_context (), cusax_transport_on_network, t);
  g_mutex_unlock (&t->lock);
  return TRUE;
}

/* The new agent in place of the old one; a call without ICE goes on through its sockets at once. */
static void
take_next (gpointer data)
{
  Transport *t = data;
  gboolean without = t->path != NULL || t->is_relay_fixed;
  CusaxPath *old_path;
  CusaxIce *old[2];

  g_mutex_lock (&t->lock);
  old_path = g_steal_pointer (&t->path);
  old[1] = without ? g_steal_pointer (&t->ice) : NULL;
  if (t->ice != NULL && t->previous_ice != NULL && !cusax_ice_is_connected (t->ice, 0))
    old[0] = g_steal_pointer (&t->ice); /* never came into use: what serves is still the one before */
  else
    {
      old[0] = g_steal_pointer (&t->previous_ice);
      t->previous_ice = g_steal_pointer (&t->ice);
      t->previous_end = 0;
    }
  t->ice = g_steal_pointer (&t->next_ice);
  t->is_relay_fixed = FALSE;
  g_mutex_unlock (&t->lock);
  if (without && t->remote != NULL)
    cusax_transport_leave_ice (t, t->remote, t->agreed != CUSAX_KEYING_NONE, NULL);

  g_mutex_lock (&t->lock);
  cusax_transport_look_at_path (t);
  cusax_transport_update_state (t);
  g_mutex_unlock (&t->lock);
  cusax_path_free (old_path);
  cusax_ice_free (old[0]);
  cusax_ice_free (old[1]);
}

void
cusax_transport_close_ice (Transport *t)
{
  g_clear_pointer (&t->next_ice, cusax_ice_free);
  g_clear_pointer (&t->ice, cusax_ice_free);
  g_clear_pointer (&t->previous_ice, cusax_ice_free);
}

/* ---------------------------------------------------------- in main thread */

static gboolean
is_behind_nat (const Transport *t, const char *local_address)
{
  CusaxUdpAddress ours, seen;

  return t->seen_address != NULL && cusax_udp_address_parse (&ours, local_address, 0, NULL)
         && cusax_udp_address_parse (&seen, t->seen_address, 0, NULL) && !cusax_udp_address_equal (&ours, &seen);
}

static void
gather_now (Transport *t)
{
  g_auto (GStrv) addresses = cusax_ice_addresses_list (t->wanted_address);
  gint64 spent_ms = (g_get_monotonic_time () - t->gather_began) / 1000;
  Gathering gathering = {
    .transport = t,
    .config = { .local_address = t->wanted_address,
                .addresses = (const char *const *) addresses,
                .port_min = t->port_min,
                .port_max = t->port_max,
                .is_controlling = t->is_controlling,
                .is_behind_nat = is_behind_nat (t, t->wanted_address),
                .servers = t->servers != NULL ? cusax_servers_get_addresses (t->servers) : NULL,
                .hides_address = t->hides_address,
                .gather_ms = t->hides_address ? HIDING_MS : MAX (GATHER_MS - spent_ms, GATHER_MS / 2),
                .context = cusax_thread_get_context () },
  };

  cusax_thread_run (begin_gathering, &gathering);
  if (gathering.error == NULL)
    return;
  g_clear_pointer (&t->wanted_address, g_free);
  g_mutex_lock (&t->lock);
  if (t->local == NULL)
    cusax_transport_fail (t, g_steal_pointer (&gathering.error));
  else
    {
      /* What there is may come back to life with its address; the call is the person's to end. */
      g_message ("media stay where they are: %s", gathering.error->message);
      cusax_transport_post (t, EVENT_LOCAL_READY);
    }
  g_mutex_unlock (&t->lock);
  g_clear_error (&gathering.error);
}

static void
on_servers (gpointer user_data)
{
  Transport *t = user_data;

  if (t->carrier == NULL) /* bundled meanwhile */
    gather_now (t);
}

gboolean
cusax_transport_can_ice (const char *local_address)
{
  CusaxUdpAddress address;

  return !cusax_udp_address_parse (&address, local_address, 0, NULL) || !cusax_udp_address_is_link_local (&address);
}

/* A call may outlast the credentials that it began with. */
static void
renew_servers (Transport *t)
{
  g_autoptr (GPtrArray) servers = t->listener.dup_servers != NULL ? t->listener.dup_servers (t->user_data) : NULL;

  if (servers == NULL)
    return;
  g_clear_pointer (&t->servers, cusax_servers_free);
  g_clear_pointer (&t->server_list, g_ptr_array_unref);
  t->server_list = cusax_ice_servers_copy (servers);
}

void
cusax_transport_gather_ice (Transport *t, const char *local_address)
{
  gboolean is_waiting = t->servers != NULL && t->wanted_address != NULL;
  CusaxUdpAddress address;
  GError *error = NULL;

  if (!cusax_udp_address_parse (&address, local_address, 0, &error))
    {
      g_mutex_lock (&t->lock);
      cusax_transport_fail (t, error);
      g_mutex_unlock (&t->lock);
      return;
    }
  if (t->local != NULL && !is_waiting)
    renew_servers (t);
  g_free (t->wanted_address);
  t->wanted_address = g_strdup (local_address);
  t->gather_began = g_get_monotonic_time ();
  if (t->servers == NULL && t->server_list != NULL && t->server_list->len > 0)
    t->servers = cusax_servers_new (t->server_list, TRUE, TRUE);
  if (t->servers == NULL || cusax_servers_is_ready (t->servers))
    gather_now (t);
  else if (!is_waiting)
    cusax_servers_wait (t->servers, t->hides_address ? HIDING_MS : LOOKUP_MS, on_servers, t);
}

/* on_local_ready is about to be told of what was gathered. */
void
cusax_transport_take_gathered (Transport *t)
{
  CusaxTransportDescription *local;

  g_mutex_lock (&t->lock);
  local = g_steal_pointer (&t->gathered);
  g_mutex_unlock (&t->lock);
  if (local == NULL)
    return;
  g_free (t->local_address);
  t->local_address = g_steal_pointer (&t->wanted_address);
  cusax_thread_run (take_next, t);
  cusax_transport_describe (t, local);
  g_clear_pointer (&t->local, cusax_transport_description_free);
  t->local = local;
}
