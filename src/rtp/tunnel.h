/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TURN over TLS for somebody who speaks TURN over TCP: a listener on loopback whose connections go on to the server over TLS
 * (RFC 8656 section 3.1), verified for the server's name by the system's authorities; nobody is ever asked about a TURN
 * server, so nothing that a person pinned counts. libnice 0.1.21 has a "turn-tls" that is no TLS but for two old dialects
 * of Microsoft and Google. Bytes move in the media thread; the functions belong to the main thread. Part of servers.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CusaxTunnel CusaxTunnel;

/**
 * cusax_tunnel_new:
 * @host: the server's name or literal: what its certificate has to be for
 * @addresses: NULL-terminated literals of it, tried in this order
 * @is_ipv6: listen on ::1 instead of 127.0.0.1
 *
 * The server is connected to when somebody connects here, anew for each. What fails is told to the log, and ends that
 * connection.
 *
 * Returns: (transfer full) (nullable): NULL: no socket or no media thread
 */
CusaxTunnel *cusax_tunnel_new (const char *host, const char *const *addresses, guint16 port, gboolean is_ipv6);

/** Returns: where it listens */
guint16 cusax_tunnel_get_port (const CusaxTunnel *tunnel);

/** Closes everything; the pointer dies. */
void cusax_tunnel_free (CusaxTunnel *tunnel);

G_END_DECLS
