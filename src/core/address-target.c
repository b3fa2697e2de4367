/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ways to an address that are no SIP URI: what people type, tel: URIs, JIDs. See address.h. */
#include "address-private.h"
#include "error.h"
#include "number.h"
#include "text.h"

#include <string.h>

/* ----------------------------------------------------------------- target */

static CusaxAddress *
parse_number (const char *text, const char *domain, GError **error)
{
  g_autofree char *number = cusax_number_normalize (text, error);
  g_autofree char *escaped = number != NULL ? cusax_address_escape_number (number) : NULL;

  return escaped != NULL ? cusax_address_new_at_domain (escaped, domain, TRUE, error) : NULL;
}

/* RFC 3966: number and ";name=value" parameters; of these only phone-context and ext matter for dialling. */
static CusaxAddress *
parse_tel (const char *text, const char *domain, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", -1);
  g_autofree char *plain = g_uri_unescape_string (parts[0] != NULL ? parts[0] : "", NULL);
  g_autofree char *number = cusax_number_normalize (plain != NULL ? plain : "", error);
  g_autofree char *escaped = number != NULL ? cusax_address_escape_number (number) : NULL;
  g_autofree char *context = NULL;
  g_autofree char *extension = NULL;
  g_autofree char *user = NULL;

  if (escaped == NULL)
    return NULL;
  for (guint i = 1; parts[i] != NULL; i++)
    {
      if (cusax_address_has_scheme (parts[i], "phone-context=") && context == NULL)
        context = g_ascii_strdown (parts[i] + strlen ("phone-context="), -1);
      else if (cusax_address_has_scheme (parts[i], "ext=") && extension == NULL)
        extension = cusax_number_normalize (parts[i] + strlen ("ext="), NULL);
    }

  /* A context is a domain or the beginning of a global number (section 5.1.5). A global number needs none. */
  if (number[0] == '+')
    g_clear_pointer (&context, g_free);
  else if (context != NULL && *context == '+')
    {
      g_autofree char *prefix = cusax_number_normalize (context, error);

      if (prefix == NULL)
        return NULL;
      g_free (context);
      context = g_steal_pointer (&prefix);
    }
  else if (context != NULL && !cusax_address_host_is_valid (context))
    {
      cusax_address_invalid (error, "a broken phone-context");
      return NULL;
    }

  if (context != NULL && extension == NULL && g_ascii_strcasecmp (context, domain) == 0)
    return cusax_address_new_at_domain (escaped, domain, FALSE, error);
  user = g_strconcat (escaped, extension != NULL ? ";ext=" : "", extension != NULL ? extension : "",
                      context != NULL ? ";phone-context=" : "", context != NULL ? context : "", NULL);
  return cusax_address_new_at_domain (user, domain, TRUE, error);
}

CusaxAddress *
cusax_address_parse_target (const char *text, const char *domain, GError **error)
{
  g_autofree char *trimmed = NULL;
  const char *colon;
  const char *at;

  g_return_val_if_fail (text != NULL && domain != NULL, NULL);

  if (strlen (text) > CUSAX_ADDRESS_MAX_LENGTH || !cusax_text_is_plain (text))
    {
      cusax_address_invalid (error, "too long, or not plain text");
      return NULL;
    }
  trimmed = g_strstrip (g_strdup (text));
  if (cusax_address_has_scheme (trimmed, "sip:") || cusax_address_has_scheme (trimmed, "sips:"))
    return cusax_address_parse_after_scheme (strchr (trimmed, ':') + 1,
                                             cusax_address_has_scheme (trimmed, "sips:"), TRUE, error);
  if (cusax_address_has_scheme (trimmed, "tel:"))
    return parse_tel (trimmed + 4, domain, error);

  colon = strchr (trimmed, ':');
  at = strchr (trimmed, '@');
  if (colon != NULL && (at == NULL || colon < at))
    {
      cusax_address_invalid (error, "only sip:, sips: and tel: addresses can be called");
      return NULL;
    }
  if (at != NULL)
    return cusax_address_parse_after_scheme (trimmed, FALSE, TRUE, error);
  return parse_number (trimmed, domain, error);
}

/* -------------------------------------------------------------------- JID */

/* Splits "node@domain/resource" (RFC 7622 section 3); @node is NULL if there is none. */
static gboolean
split_jid (const char *jid, char **node, char **domain, GError **error)
{
  const char *slash = strchr (jid, '/');
  const char *end = slash != NULL ? slash : jid + strlen (jid);
  const char *at = memchr (jid, '@', end - jid);
  const char *start = at != NULL ? at + 1 : jid;
  g_autofree char *raw_node = at != NULL ? g_strndup (jid, at - jid) : NULL;
  g_autofree char *raw_domain = g_strndup (start, end - start);
  g_autofree char *ascii = NULL;

  if (strlen (jid) > CUSAX_ADDRESS_MAX_LENGTH || !cusax_text_is_plain (jid))
    return cusax_address_invalid (error, "too long, or not plain text");
  if (raw_node != NULL && (*raw_node == '\0' || raw_node[strcspn (raw_node, "\"&'/:<>@ ")] != '\0'))
    return cusax_address_invalid (error, "the name before @ is empty or has characters that a JID cannot have");

  if (*raw_domain == '[' && g_str_has_suffix (raw_domain, "]"))
    ascii = g_strndup (raw_domain + 1, strlen (raw_domain) - 2);
  else
    ascii = g_hostname_to_ascii (raw_domain);
  if (ascii == NULL || !cusax_address_host_is_valid (ascii))
    return cusax_address_invalid (error, "not a domain");

  *node = raw_node != NULL ? g_utf8_strdown (raw_node, -1) : NULL;
  *domain = g_utf8_strdown (raw_domain, -1);
  return TRUE;
}

CusaxAddress *
cusax_address_new_from_jid (const char *jid, GError **error)
{
  g_autofree char *node = NULL;
  g_autofree char *domain = NULL;
  g_autofree char *escaped = NULL;

  g_return_val_if_fail (jid != NULL, NULL);

  if (!split_jid (jid, &node, &domain, error))
    return NULL;
  if (node == NULL)
    {
      cusax_address_invalid (error, "no name before @");
      return NULL;
    }
  /* '%' is an ordinary character in a JID, so this is not the way of URIs. */
  escaped = g_uri_escape_string (node, CUSAX_ADDRESS_UNRESERVED_MARKS CUSAX_ADDRESS_USER_RESERVED, FALSE);
  return cusax_address_new_at_domain (escaped, domain, FALSE, error);
}

char *
cusax_address_jid_bare (const char *jid, GError **error)
{
  g_autofree char *node = NULL;
  g_autofree char *domain = NULL;

  g_return_val_if_fail (jid != NULL, NULL);

  if (!split_jid (jid, &node, &domain, error))
    return NULL;
  return node != NULL ? g_strconcat (node, "@", domain, NULL) : g_steal_pointer (&domain);
}

char *
cusax_address_jid_domain (const char *jid, GError **error)
{
  g_autofree char *node = NULL;
  char *domain = NULL;

  g_return_val_if_fail (jid != NULL, NULL);

  return split_jid (jid, &node, &domain, error) ? domain : NULL;
}
