/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See webfinger.h. */
#include "webfinger.h"

#include "error.h"
#include "naptr.h"
#include "weburl.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define MAX_DEPTH 32
#define MAX_LINKS 256
#define REGEXP_START 4 /* "!.*!" */

/* ------------------------------------------------------------------ addresses */

static char *
dup_ascii (const char *domain)
{
  g_autofree char *ascii = g_hostname_to_ascii (domain);
  return ascii != NULL ? g_ascii_strdown (ascii, -1) : NULL;
}

gboolean
cusax_webfinger_is_in_domain (const char *url, const char *domain)
{
  g_autoptr (GUri) uri = cusax_weburl_parse (url);
  g_autofree char *host = uri != NULL ? dup_ascii (g_uri_get_host (uri)) : NULL;
  g_autofree char *own = dup_ascii (domain);

  if (host == NULL || own == NULL || *own == '\0')
    return FALSE;
  /* Nothing lies below an address. */
  if (strcmp (host, own) == 0)
    return TRUE;
  g_autofree char *end = g_strconcat (".", own, NULL);
  return !g_hostname_is_ip_address (own) && g_str_has_suffix (host, end);
}

char *
cusax_webfinger_dup_domain (const char *jid)
{
  const char *at = jid != NULL ? strchr (jid, '@') : NULL;
  g_autofree char *domain = at != NULL && at != jid ? dup_ascii (at + 1) : NULL;

  if (domain == NULL || *domain == '\0' || strpbrk (domain, "/:@ ?#") != NULL || g_hostname_is_ip_address (domain))
    return NULL;
  return g_steal_pointer (&domain);
}

char *
cusax_webfinger_build_url (const char *jid)
{
  g_autofree char *domain = cusax_webfinger_dup_domain (jid);
  if (domain == NULL)
    return NULL;

  /* Escaped twice: RFC 7565 section 7 for the user, RFC 7033 section 4.1 for the value. */
  g_autofree char *user = g_strndup (jid, (gsize) (strchr (jid, '@') - jid));
  g_autofree char *escaped = g_uri_escape_string (user, "!$&'()*+,;=", FALSE);
  g_autofree char *acct = g_strconcat ("acct:", escaped, "@", domain, NULL);
  g_autofree char *resource = g_uri_escape_string (acct, NULL, FALSE);
  g_autofree char *link = g_uri_escape_string (CUSAX_WEBFINGER_LINK, NULL, FALSE);
  return g_strconcat ("https://", domain, "/.well-known/webfinger?resource=", resource, "&rel=", link, NULL);
}

/* ----------------------------------------------------------------------- JRD */

/* json-glib's parser calls itself for each level: a deep text would end on the stack's end. */
static gboolean
is_deep (const char *text, gsize length)
{
  gboolean in_string = FALSE;
  gint depth = 0;

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];
      if (in_string && c == '\\')
        i++;
      else if (c == '"')
        in_string = !in_string;
      else if (!in_string && (c == '[' || c == '{') && ++depth > MAX_DEPTH)
        return TRUE;
      else if (!in_string && (c == ']' || c == '}'))
        depth--;
    }
  return FALSE;
}

static gboolean
is_object (const char *text, gsize length)
{
  gsize i = 0;

  while (i < length && g_ascii_isspace (text[i]))
    i++;
  return i < length && text[i] == '{';
}

/* Returns: (transfer none) (nullable) */
static const char *
get_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

/* RFC 7033 section 4.4.4: an array of objects, best first; rel is compared whole. Returns: (nullable) */
static JsonObject *
find_link (JsonNode *root)
{
  JsonObject *object = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  JsonNode *member = object != NULL ? json_object_get_member (object, "links") : NULL;
  JsonArray *links = member != NULL && JSON_NODE_HOLDS_ARRAY (member) ? json_node_get_array (member) : NULL;
  guint n_links = links != NULL ? MIN (json_array_get_length (links), MAX_LINKS) : 0;

  for (guint i = 0; i < n_links; i++)
    {
      JsonNode *node = json_array_get_element (links, i);
      JsonObject *link = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      if (link != NULL && g_strcmp0 (get_string (link, "rel"), CUSAX_WEBFINGER_LINK) == 0)
        return link;
    }
  return NULL;
}

char *
cusax_webfinger_read (const char *text, gsize length, GError **error)
{
  if (!is_object (text, length))
    return NULL;
  if (length > CUSAX_WEBFINGER_MAX_BYTES || !g_utf8_validate (text, (gssize) length, NULL) || is_deep (text, length))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "WebFinger: too large, too deep or not UTF-8");
      return NULL;
    }

  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, text, (gssize) length, NULL))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "WebFinger: not JSON");
      return NULL;
    }
  JsonObject *link = find_link (json_parser_get_root (parser));
  if (link == NULL)
    return NULL;
  const char *href = get_string (link, "href");
  g_autoptr (GUri) uri = cusax_weburl_parse (href);
  if (uri == NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "WebFinger: the link is no https address");
      return NULL;
    }
  return g_strdup (href);
}

/* --------------------------------------------------------------------- NAPTR */

/* RFC 6011 has one form of regexp: all is replaced by a fixed address. Its first character is the delimiter (RFC 3402
 * section 3.2). Others, and back-references, are not for us. */
static char *
read_regexp (const char *regexp)
{
  gsize length = strlen (regexp);
  char delimiter = regexp[0];

  if (length <= REGEXP_START + 1 || !g_ascii_ispunct (delimiter) || delimiter == '\\' || regexp[1] != '.'
      || regexp[2] != '*' || regexp[3] != delimiter || regexp[length - 1] != delimiter)
    return NULL;
  g_autofree char *url = g_strndup (regexp + REGEXP_START, length - REGEXP_START - 1);
  return strchr (url, delimiter) == NULL && strchr (url, '\\') == NULL ? g_steal_pointer (&url) : NULL;
}

char *
cusax_webfinger_read_naptr (const GPtrArray *records, const char *domain)
{
  for (guint i = 0; i < records->len; i++)
    {
      const CusaxNaptr *record = g_ptr_array_index (records, i);
      g_autofree char *url = strcmp (record->service, "SFUA.CFG") == 0 && strcmp (record->flags, "U") == 0
                               ? read_regexp (record->regexp)
                               : NULL;
      if (url != NULL && cusax_webfinger_is_in_domain (url, domain))
        return g_steal_pointer (&url);
    }
  return NULL;
}
