/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what the chat server announces and the settings name to the telephone's STUN and TURN servers; see connection.h. */
#include "connection-private.h"

#include "clock.h"
#include "protection.h"
#include "servers.h"

static void
on_servers (gpointer user_data, const GPtrArray *servers)
{
  CusaxConnection *connection = user_data;

  cusax_account_set_ice_servers (connection->phone, servers);
  cusax_servers_prefetch (servers);
}

void
cusax_connection_init_ice (CusaxConnection *connection)
{
  const CusaxIceServicesPorts ports = {
    .clock = cusax_clock_get (),
    .wall_time = cusax_contacts_wall_time,
    .provider = connection->provider,
  };

  connection->ice_services = cusax_ice_services_new (&ports, on_servers, connection);
}

/* Over an open stream anybody could name a relay, and hear where the calls go. */
static gboolean
is_chat_verified (const CusaxConnection *connection)
{
  CusaxProtection protection;

  if (connection->gc == NULL)
    return FALSE;
  cusax_protection_get (connection->account, &protection);
  return protection.is_up && protection.is_tls;
}

void
cusax_connection_update_ice (CusaxConnection *connection)
{
  CusaxConfig *config = cusax_account_get_config (connection->phone);
  gboolean wanted = config != NULL && cusax_config_telephony_enabled (config) && cusax_config_uses_ice (config);

  cusax_ice_services_set_chat_up (connection->ice_services, is_chat_verified (connection));
  cusax_ice_services_set_wanted (connection->ice_services, wanted);
  if (wanted)
    cusax_servers_prefetch (cusax_config_get_ice_servers (config));
}

void
cusax_connection_prefetch_ice (CusaxConnection *connection)
{
  CusaxConfig *config = cusax_account_get_config (connection->phone);

  if (config == NULL || !cusax_config_uses_ice (config))
    return;
  cusax_servers_prefetch (cusax_ice_services_get_servers (connection->ice_services));
  cusax_servers_prefetch (cusax_config_get_ice_servers (config));
}
