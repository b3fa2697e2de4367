/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ice-servers.h. */
#include "ice-servers.h"

#include "address.h"
#include "error.h"

#include <arpa/inet.h>
#include <string.h>

#define DEFAULT_PORT 3478
#define DEFAULT_TLS_PORT 5349
#define MAX_TEXT 300 /* a host name has 253 characters at most */

static void
free_wiped (char *text)
{
  explicit_bzero (text, strlen (text));
  g_free (text);
}

/* ----------------------------------------------------------------- object */

CusaxIceServer *
cusax_ice_server_new (CusaxIceServerKind kind, const char *host, guint16 port, const char *username,
                      const char *password, gint64 expires)
{
  CusaxIceServer *server;

  g_return_val_if_fail (host != NULL, NULL);
  server = g_new0 (CusaxIceServer, 1);
  server->kind = kind;
  server->host = g_ascii_strdown (host, -1);
  server->port = port != 0 ? port : kind == CUSAX_ICE_TURN_TLS ? DEFAULT_TLS_PORT : DEFAULT_PORT;
  if (kind != CUSAX_ICE_STUN)
    {
      server->username = g_strdup (username);
      server->password = g_strdup (password);
    }
  server->expires = MAX (expires, 0);
  return server;
}

CusaxIceServer *
cusax_ice_server_copy (const CusaxIceServer *server)
{
  g_return_val_if_fail (server != NULL, NULL);
  return cusax_ice_server_new (server->kind, server->host, server->port, server->username, server->password,
                               server->expires);
}

void
cusax_ice_server_free (CusaxIceServer *server)
{
  g_return_if_fail (server != NULL);
  g_clear_pointer (&server->password, free_wiped);
  g_free (server->username);
  g_free (server->host);
  g_free (server);
}

static gboolean
is_same_place (const CusaxIceServer *a, const CusaxIceServer *b)
{
  return a->kind == b->kind && a->port == b->port && g_str_equal (a->host, b->host);
}

gboolean
cusax_ice_server_equal (const CusaxIceServer *a, const CusaxIceServer *b)
{
  return is_same_place (a, b) && a->expires == b->expires && g_strcmp0 (a->username, b->username) == 0
         && g_strcmp0 (a->password, b->password) == 0;
}

GPtrArray *
cusax_ice_servers_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_ice_server_free);
}

GPtrArray *
cusax_ice_servers_copy (const GPtrArray *servers)
{
  GPtrArray *copy = cusax_ice_servers_new ();

  for (guint i = 0; servers != NULL && i < servers->len; i++)
    g_ptr_array_add (copy, cusax_ice_server_copy (g_ptr_array_index (servers, i)));
  return copy;
}

gboolean
cusax_ice_servers_equal (const GPtrArray *a, const GPtrArray *b)
{
  guint length = a != NULL ? a->len : 0;

  if (length != (b != NULL ? b->len : 0))
    return FALSE;
  for (guint i = 0; i < length; i++)
    if (!cusax_ice_server_equal (g_ptr_array_index (a, i), g_ptr_array_index (b, i)))
      return FALSE;
  return TRUE;
}

/* ------------------------------------------------------------------ hosts */

/* A group of hosts is no server: whoever names one would have us send to all of them. */
static gboolean
is_one_host (const char *host)
{
  struct in_addr v4;
  struct in6_addr v6;

  if (inet_pton (AF_INET, host, &v4) == 1)
    return v4.s_addr != INADDR_ANY && v4.s_addr != INADDR_BROADCAST && !IN_MULTICAST (ntohl (v4.s_addr));
  if (inet_pton (AF_INET6, host, &v6) == 1)
    return !IN6_IS_ADDR_UNSPECIFIED (&v6) && !IN6_IS_ADDR_MULTICAST (&v6);
  return cusax_address_host_is_valid (host);
}

/* "[::1]" as "::1". Returns: (transfer full) */
static char *
without_brackets (const char *host)
{
  gsize length = strlen (host);

  if (length > 2 && host[0] == '[' && host[length - 1] == ']')
    return g_strndup (host + 1, length - 2);
  return g_strdup (host);
}

/* --------------------------------------------------------------- settings */

static gboolean
refuse (GError **error, const char *words)
{
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, words);
  return FALSE;
}

/* @text: what follows the scheme, changed; ends at "?transport=". Returns: FALSE with an error */
static gboolean
read_transport (char *text, gboolean is_turns, CusaxIceServerKind *kind, GError **error)
{
  char *query = strchr (text, '?');
  gboolean is_udp;

  *kind = is_turns ? CUSAX_ICE_TURN_TLS : CUSAX_ICE_TURN_UDP;
  if (query == NULL)
    return TRUE;
  *query++ = '\0';
  is_udp = g_ascii_strcasecmp (query, "transport=udp") == 0;
  if (!is_udp && g_ascii_strcasecmp (query, "transport=tcp") != 0)
    return refuse (error, "after the question mark only transport=udp or transport=tcp may stand");
  if (is_udp && is_turns)
    return refuse (error, "turns: over UDP (DTLS) is not supported");
  if (!is_udp && !is_turns)
    *kind = CUSAX_ICE_TURN_TCP;
  return TRUE;
}

/* Splits "host", "host:port", "[v6]", "[v6]:port", "v6". @host: (out) (transfer full). Returns: FALSE with an error */
static gboolean
read_place (const char *text, char **host, guint16 *port, GError **error)
{
  const char *end = *text == '[' ? strchr (text, ']') : NULL;
  const char *colon = *text == '[' ? (end != NULL && end[1] == ':' ? end + 1 : NULL) : strchr (text, ':');
  g_autofree char *place = NULL;
  guint64 number = 0;

  if ((*text == '[' && end == NULL) || (end != NULL && end[1] != '\0' && colon == NULL))
    return refuse (error, "must look like host or host:port");
  if (colon != NULL && end == NULL && strchr (colon + 1, ':') != NULL)
    colon = NULL; /* an IPv6 literal without brackets has no port */
  if (colon != NULL && !g_ascii_string_to_unsigned (colon + 1, 10, 1, G_MAXUINT16, &number, NULL))
    return refuse (error, "the port must be from 1 to 65535");
  place = colon != NULL ? g_strndup (text, (gsize) (colon - text)) : g_strdup (text);
  *port = (guint16) number;
  *host = without_brackets (place);
  if ((*text == '[' && strchr (*host, ':') == NULL) || !is_one_host (*host))
    {
      g_clear_pointer (host, g_free);
      return refuse (error, "must be the name or address of one host");
    }
  return TRUE;
}

gboolean
cusax_ice_servers_add_setting (GPtrArray *servers, const char *text, gboolean is_turn, const char *username,
                               const char *password, GError **error)
{
  g_autofree char *rest = NULL;
  g_autofree char *host = NULL;
  CusaxIceServerKind kind = CUSAX_ICE_STUN;
  guint16 port = 0;
  gboolean is_turns;
  gsize scheme = 0;

  g_return_val_if_fail (servers != NULL && text != NULL, FALSE);
  if (strlen (text) > MAX_TEXT)
    return refuse (error, "too long");
  is_turns = g_ascii_strncasecmp (text, "turns:", strlen ("turns:")) == 0;
  if (is_turn && is_turns)
    scheme = strlen ("turns:");
  else if (g_ascii_strncasecmp (text, is_turn ? "turn:" : "stun:", strlen ("turn:")) == 0)
    scheme = strlen ("turn:");
  rest = g_strdup (text + scheme);
  if ((is_turn && !read_transport (rest, is_turns, &kind, error)) || !read_place (rest, &host, &port, error))
    return FALSE;
  g_ptr_array_add (servers, cusax_ice_server_new (kind, host, port, username, password, 0));
  return TRUE;
}

/* --------------------------------------------------------------- services */

/* Returns: FALSE if @service is none of ours */
static gboolean
get_kind (const CusaxService *service, CusaxIceServerKind *kind)
{
  static const struct
  {
    const char *type, *transport; /* NULL: not given */
    CusaxIceServerKind kind;
  } kinds[] = {
    { "stun", NULL, CUSAX_ICE_STUN },       { "stun", "udp", CUSAX_ICE_STUN },
    { "turn", NULL, CUSAX_ICE_TURN_UDP },   { "turn", "udp", CUSAX_ICE_TURN_UDP },
    { "turn", "tcp", CUSAX_ICE_TURN_TCP },  { "turn", "tls", CUSAX_ICE_TURN_TLS },
    { "turns", NULL, CUSAX_ICE_TURN_TLS },  { "turns", "tcp", CUSAX_ICE_TURN_TLS },
    { "turns", "tls", CUSAX_ICE_TURN_TLS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (service->type, kinds[i].type) && g_strcmp0 (service->transport, kinds[i].transport) == 0)
      {
        *kind = kinds[i].kind;
        return TRUE;
      }
  return FALSE;
}

static gboolean
has_ended (gint64 expires, gint64 now)
{
  return expires != 0 && expires <= now;
}

void
cusax_ice_servers_add_services (GPtrArray *servers, const GPtrArray *services, gint64 now)
{
  static const CusaxIceServerKind order[]
    = { CUSAX_ICE_STUN, CUSAX_ICE_TURN_UDP, CUSAX_ICE_TURN_TCP, CUSAX_ICE_TURN_TLS };

  g_return_if_fail (servers != NULL);
  for (guint k = 0; k < G_N_ELEMENTS (order) && services != NULL; k++)
    for (guint i = 0; i < services->len && i < CUSAX_SERVICES_MAX; i++)
      {
        const CusaxService *service = g_ptr_array_index (services, i);
        g_autofree char *host = without_brackets (service->host);
        gboolean has_credentials = service->username != NULL && service->password != NULL;
        CusaxIceServerKind kind;

        if (!get_kind (service, &kind) || kind != order[k] || (kind != CUSAX_ICE_STUN && !has_credentials)
            || has_ended (service->expires, now) || !is_one_host (host))
          continue;
        g_ptr_array_add (servers, cusax_ice_server_new (kind, host, service->port, service->username,
                                                        service->password, service->expires));
      }
}

/* ------------------------------------------------------------------ choice */

static gboolean
is_double (const GPtrArray *servers, guint index)
{
  for (guint i = 0; i < index; i++)
    if (is_same_place (g_ptr_array_index (servers, i), g_ptr_array_index (servers, index)))
      return TRUE;
  return FALSE;
}

/* One of each kind of TURN comes before a second one: what a network lets pass is not known. */
static gboolean
is_first_of_kind (const GPtrArray *servers, guint index)
{
  const CusaxIceServer *server = g_ptr_array_index (servers, index);

  for (guint i = 0; i < index; i++)
    if (((const CusaxIceServer *) g_ptr_array_index (servers, i))->kind == server->kind)
      return FALSE;
  return TRUE;
}

/* Returns: (transfer full): @servers without doubles and without what has ended */
static GPtrArray *
drop_useless (const GPtrArray *servers, gint64 now)
{
  g_autoptr (GPtrArray) fresh = cusax_ice_servers_new ();
  GPtrArray *once = cusax_ice_servers_new ();

  for (guint i = 0; servers != NULL && i < servers->len; i++)
    if (!has_ended (((const CusaxIceServer *) g_ptr_array_index (servers, i))->expires, now))
      g_ptr_array_add (fresh, cusax_ice_server_copy (g_ptr_array_index (servers, i)));
  for (guint i = 0; i < fresh->len; i++)
    if (!is_double (fresh, i))
      g_ptr_array_add (once, cusax_ice_server_copy (g_ptr_array_index (fresh, i)));
  return once;
}

GPtrArray *
cusax_ice_servers_select (const GPtrArray *servers, gint64 now)
{
  g_autoptr (GPtrArray) candidates = drop_useless (servers, now);
  GPtrArray *selected = cusax_ice_servers_new ();
  guint kinds = 0;
  guint n_stun = 0;
  guint n_turn = 0;

  for (guint i = 0; i < candidates->len; i++)
    {
      const CusaxIceServer *server = g_ptr_array_index (candidates, i);
      kinds += server->kind != CUSAX_ICE_STUN && is_first_of_kind (candidates, i) ? 1 : 0;
    }
  for (guint i = 0; i < candidates->len; i++)
    {
      const CusaxIceServer *server = g_ptr_array_index (candidates, i);
      gboolean is_first = is_first_of_kind (candidates, i);

      if (server->kind == CUSAX_ICE_STUN)
        {
          if (n_stun++ >= CUSAX_ICE_SERVERS_MAX_STUN)
            continue;
        }
      else if (is_first)
        kinds--;
      /* kinds: firsts that are still to come, and have a seat */
      else if (n_turn + kinds >= CUSAX_ICE_SERVERS_MAX_TURN)
        continue;
      n_turn += server->kind != CUSAX_ICE_STUN ? 1 : 0;
      g_ptr_array_add (selected, cusax_ice_server_copy (server));
    }
  return selected;
}

gint64
cusax_ice_servers_get_expiry (const GPtrArray *servers)
{
  gint64 expiry = 0;

  for (guint i = 0; servers != NULL && i < servers->len; i++)
    {
      const CusaxIceServer *server = g_ptr_array_index (servers, i);

      if (server->expires != 0 && (expiry == 0 || server->expires < expiry))
        expiry = server->expires;
    }
  return expiry;
}
