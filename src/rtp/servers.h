/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * STUN and TURN servers as one gathering uses them: names become literals, and TURN over TLS becomes TURN over TCP to a tunnel
 * of ours on loopback (tunnel.h), since libnice has no TLS. What names mean is remembered for 5 minutes for the whole process,
 * so that a call does not wait for DNS. Main thread only; knows neither libnice nor a call.
 *
 * How a gathering uses it:
 *   servers = cusax_servers_new (config->servers, ...);
 *   if (cusax_servers_is_ready (servers)) go on; else cusax_servers_wait (servers, 150, on_ready, transport);
 *   ... for each of cusax_servers_get_addresses(): the agent's STUN server, or nice_agent_set_relay_info() ...
 *   cusax_servers_free (servers) after the agent has gone: relayed candidates over TLS live in its tunnels.
 */
#pragma once

#include "ice-servers.h"

#include <glib.h>

G_BEGIN_DECLS

/** CusaxServerAddress: one that can be used at once; borrowed from its CusaxServers. */
typedef struct
{
  CusaxIceServerKind kind; /* STUN, TURN_UDP or TURN_TCP; never TURN_TLS: that is TURN_TCP at @is_tunnel */
  gboolean is_ipv6;
  const char *address;     /* literal; of a tunnel 127.0.0.1 or ::1 */
  guint16 port;
  const char *username;    /* TURN: never NULL */
  const char *password;    /* TURN: never NULL; secret */
  gboolean is_tunnel;
  const char *name;        /* for logs: "turn.example.org:5349 (TLS)" */
} CusaxServerAddress;

typedef struct _CusaxServers CusaxServers;

/** What is remembered: counted as cusax_thread_init() is. Without it all works, and every call looks names up. */
void cusax_servers_init (void);
void cusax_servers_shutdown (void);

/** Looks names up that are not known or get old; returns at once. When servers are set, and when telephony comes up.
 * @servers: (nullable) (element-type CusaxIceServer) */
void cusax_servers_prefetch (const GPtrArray *servers);

/**
 * cusax_servers_new:
 * @servers: (nullable) (element-type CusaxIceServer): copied; used in this order. TURN without credentials is passed over.
 * @ipv4: addresses of this family are of use, and of @ipv6
 *
 * Returns: (transfer full): with whatever is known; looks up the rest
 */
CusaxServers *cusax_servers_new (const GPtrArray *servers, gboolean ipv4, gboolean ipv6);

/** Returns: TRUE if nothing is being looked up: literals, names that are remembered, an empty list. */
gboolean cusax_servers_is_ready (const CusaxServers *servers);

/**
 * cusax_servers_wait:
 * @ms: the most that is waited
 * @done: called once from the main loop, never from here, never after free. What is not known by then is not used.
 */
void cusax_servers_wait (CusaxServers *servers, guint ms, void (*done) (gpointer user_data), gpointer user_data);

/**
 * cusax_servers_get_addresses:
 *
 * Opens tunnels at the first call (one listener for each server over TLS; the connection to the server is made when somebody
 * connects). Of each server at most one address per family.
 *
 * Returns: (transfer none) (element-type CusaxServerAddress): in the servers' order, the same at every call, until free
 */
const GPtrArray *cusax_servers_get_addresses (CusaxServers *servers);

/** Closes tunnels; the pointer dies. */
void cusax_servers_free (CusaxServers *servers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxServers, cusax_servers_free)

G_END_DECLS
