/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * STUN and TURN servers: values out of three sources, in this order: the chat server (XEP-0215), the provider's document,
 * the person's settings. Names stay names here; looking them up and talking to them is rtp/'s business.
 */
#pragma once

#include "services.h"

#include <glib.h>

G_BEGIN_DECLS

/** More are not kept: each costs a gathering call time. */
#define CUSAX_ICE_SERVERS_MAX_STUN 2
#define CUSAX_ICE_SERVERS_MAX_TURN 3

typedef enum
{
  CUSAX_ICE_STUN,     /* UDP */
  CUSAX_ICE_TURN_UDP,
  CUSAX_ICE_TURN_TCP,
  CUSAX_ICE_TURN_TLS
} CusaxIceServerKind;

/** CusaxIceServer: strings are owned. */
typedef struct
{
  CusaxIceServerKind kind;
  char *host;      /* name or literal */
  guint16 port;    /* never 0: 3478, or 5349 for TLS */
  char *username;  /* (nullable): TURN only */
  char *password;  /* (nullable): secret: never log */
  gint64 expires;  /* seconds since 1970, 0 = no end */
} CusaxIceServer;

CusaxIceServer *cusax_ice_server_new (CusaxIceServerKind kind, const char *host, guint16 port, const char *username,
                                      const char *password, gint64 expires);
CusaxIceServer *cusax_ice_server_copy (const CusaxIceServer *server);
/** Wipes the password. */
void cusax_ice_server_free (CusaxIceServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxIceServer, cusax_ice_server_free)
gboolean cusax_ice_server_equal (const CusaxIceServer *a, const CusaxIceServer *b);

/** Returns: (transfer full) (element-type CusaxIceServer): an empty list that frees its servers */
GPtrArray *cusax_ice_servers_new (void);
/** @servers: (nullable). Returns: (transfer full): a deep copy, empty for NULL */
GPtrArray *cusax_ice_servers_copy (const GPtrArray *servers);
/** Both (nullable): NULL is an empty list. */
gboolean cusax_ice_servers_equal (const GPtrArray *a, const GPtrArray *b);

/**
 * cusax_ice_servers_add_setting:
 * @text: settings "stun_server" and "turn_server": "host", "host:port", "[v6]:port", or a stun:, turn:, turns: URI with
 *   "?transport=udp|tcp" (RFC 7064, RFC 7065)
 * @is_turn: which of the two
 *
 * Returns: FALSE with CUSAX_ERROR_INVALID; nothing is added then
 */
gboolean cusax_ice_servers_add_setting (GPtrArray *servers, const char *text, gboolean is_turn, const char *username,
                                        const char *password, GError **error);

/** Adds what the chat server announced: stun, turn, turns with credentials, not expired at @now, best transport first.
 * @services: (element-type CusaxService) */
void cusax_ice_servers_add_services (GPtrArray *servers, const GPtrArray *services, gint64 now);

/** Returns: (transfer full): @servers without doubles (first one wins), without expired ones, and not more than the two
 * limits allow */
GPtrArray *cusax_ice_servers_select (const GPtrArray *servers, gint64 now);

/** Returns: the earliest end of any credentials, 0 = none ends */
gint64 cusax_ice_servers_get_expiry (const GPtrArray *servers);

G_END_DECLS
