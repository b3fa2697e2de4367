/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See xmpp-uri.h. */
#include "xmpp-uri.h"
#include "address.h"
#include "error.h"

#include <string.h>

#define MAX_LENGTH 3072

/* RFC 5122 leaves more as it is, but these mean nothing in a SIP header, quoted or not (RFC 3261 section 25.1).
 */
#define SAFE "!$*+="

static gpointer
invalid (GError **error, const char *words)
{
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, words);
  return NULL;
}

/* Returns: where "node@domain" begins, after the scheme and "//authority/", which names who asks; NULL if
 * nowhere. */
static const char *
find_path (const char *uri)
{
  if (g_ascii_strncasecmp (uri, "xmpp:", 5) != 0)
    return NULL;
  uri += 5;
  if (!g_str_has_prefix (uri, "//"))
    return uri;
  uri = strpbrk (uri + 2, "/?#");
  return uri != NULL && *uri == '/' ? uri + 1 : NULL;
}

char *
cusax_xmpp_uri_to_jid (const char *uri, GError **error)
{
  const char *path;
  const char *end;
  const char *at;
  g_autofree char *node = NULL;
  g_autofree char *domain = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (uri != NULL, NULL);

  if (strlen (uri) > MAX_LENGTH)
    return invalid (error, "too long");
  path = find_path (uri);
  if (path == NULL)
    return invalid (error, "not an xmpp: URI with an address");
  end = path + strcspn (path, "/?#");
  at = memchr (path, '@', end - path);
  if (at == NULL)
    return invalid (error, "no name before @");
  end = at + 1 + strcspn (at + 1, "/?#;"); /* ";node=..." behind a domain is none of ours */

  /* Each part by itself: an escaped '@' or '/' must not move the border between name, domain and resource. */
  node = g_uri_unescape_segment (path, at, NULL);
  domain = g_uri_unescape_segment (at + 1, end, NULL);
  if (node == NULL || domain == NULL || strpbrk (node, "@/") != NULL || strpbrk (domain, "@/") != NULL)
    return invalid (error, "broken escapes");
  text = g_strconcat (node, "@", domain, NULL);
  return cusax_address_jid_bare (text, error);
}

char *
cusax_xmpp_uri_from_jid (const char *jid, gboolean with_resource, GError **error)
{
  g_autofree char *bare = NULL;
  const char *slash;
  char *at;
  GString *uri;

  g_return_val_if_fail (jid != NULL, NULL);

  bare = cusax_address_jid_bare (jid, error);
  if (bare == NULL)
    return NULL;
  at = strchr (bare, '@');
  if (at == NULL)
    return invalid (error, "no name before @");
  *at = '\0';

  uri = g_string_new ("xmpp:");
  g_string_append_uri_escaped (uri, bare, SAFE, FALSE);
  g_string_append_c (uri, '@');
  g_string_append_uri_escaped (uri, at + 1, "[]:", FALSE);
  slash = with_resource ? strchr (jid, '/') : NULL;
  if (slash != NULL && slash[1] != '\0')
    {
      g_string_append_c (uri, '/');
      g_string_append_uri_escaped (uri, slash + 1, SAFE, FALSE);
    }
  return g_string_free (uri, FALSE);
}
