/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two far ends of a relay in tests: a server that gathers what it gets and sends it back, over TLS or TCP,
 * and a client in nua's place. Both run in the main loop.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** Peer: one connection; @received grows, @is_closed comes with the end. */
typedef struct
{
  GIOStream *stream;
  GSocketConnection *connection;
  GString *received;
  gboolean echoes, is_closed, is_ready, failed;
  GCancellable *cancellable;
  GTlsCertificate *expected; /* client: the only certificate it takes */
  GString *to_send;
  gsize sent;
  char buffer[4096];
} Peer;

/** Server: */
typedef struct
{
  GSocketService *service;
  GTlsCertificate *certificate; /* NULL: TCP */
  gboolean is_silent;           /* accepts and says nothing, not even TLS */
  gboolean echoes;
  guint16 port;
  gboolean asks_who; /* TLS: the client has to show a certificate, any one */
  GPtrArray *peers;  /* (element-type Peer) */
} Server;

Server *server_new (GTlsCertificate *certificate);
/** At another address: "::1". */
Server *server_new_at (const char *address, GTlsCertificate *certificate);
void server_free (Server *server);
/** Returns: (transfer none): the newest connection */
Peer *server_last (Server *server);

/** Connects to 127.0.0.1:@port; TLS with @dir's agent.pem unless that is NULL. */
Peer *client_new (guint16 port, const char *dir);
/** The same with a certificate of any kind; @certificate NULL: TLS without one. */
Peer *client_new_tls (guint16 port, GTlsCertificate *certificate);

void peer_send (Peer *peer, const char *bytes, gsize length);
/** Closes at once. */
void peer_close (Peer *peer);
void peer_free (Peer *peer);

G_END_DECLS
