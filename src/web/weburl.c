/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See weburl.h. */
#include "weburl.h"

#include "address.h"

#include <string.h>

GUri *
cusax_weburl_parse (const char *url)
{
  if (url == NULL || strlen (url) > CUSAX_WEBURL_MAX)
    return NULL;
  /* RFC 3986 has no backslash; browsers, GLib and libcurl each make something else of it. */
  for (const char *p = url; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p) || *p == '\\')
      return NULL;

  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  if (host == NULL || !cusax_address_host_is_valid (host) || strcmp (g_uri_get_scheme (uri), "https") != 0
      || g_uri_get_userinfo (uri) != NULL)
    return NULL;
  return g_steal_pointer (&uri);
}
