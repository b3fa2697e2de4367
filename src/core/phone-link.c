/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See phone-link.h. */
#include "phone-link.h"

#include "error.h"
#include "number.h"

#include <string.h>

static const char *const schemes[] = { "tel", "sip", "sips", "callto" };

gboolean
cusax_phone_link_is_one (const char *scheme)
{
  for (gsize i = 0; scheme != NULL && i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strcasecmp (scheme, schemes[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Nobody defined callto:. In the wild it holds a number, "//" and a number, or an address as of another scheme.
 */
static CusaxAddress *
parse_callto (const char *rest, const char *domain, GError **error)
{
  g_autofree char *plain = g_uri_unescape_string (g_str_has_prefix (rest, "//") ? rest + 2 : rest, NULL);

  if (plain != NULL)
    return cusax_address_parse_target (plain, domain, error);
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "broken escapes");
  return NULL;
}

/* "sip:+33177624339", as pages have it, means a number; strictly it would be a host. */
static CusaxAddress *
parse_sip (const char *scheme, const char *rest, const char *domain, GError **error)
{
  g_autofree char *lower = g_ascii_strdown (scheme, -1);
  g_autofree char *uri = g_strconcat (lower, ":", rest, NULL);
  g_autofree char *plain = strchr (rest, '@') == NULL ? g_uri_unescape_string (rest, NULL) : NULL;
  g_autofree char *number = plain != NULL ? cusax_number_normalize (plain, NULL) : NULL;

  if (number != NULL)
    return cusax_address_parse_target (number, domain, error);
  return cusax_address_parse_uri (uri, error);
}

CusaxAddress *
cusax_phone_link_parse (const char *scheme, const char *rest, const char *domain, GError **error)
{
  gsize length = rest != NULL ? strcspn (rest, "?") : 0;
  g_autofree char *address = NULL;
  g_autofree char *tel = NULL;

  if (!cusax_phone_link_is_one (scheme) || length == 0 || length > CUSAX_ADDRESS_MAX_LENGTH)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "no link that can be called");
      return NULL;
    }
  address = g_strndup (rest, length);
  if (g_ascii_strcasecmp (scheme, "callto") == 0)
    return parse_callto (address, domain, error);
  if (g_ascii_strcasecmp (scheme, "tel") != 0)
    return parse_sip (scheme, address, domain, error);
  tel = g_strconcat ("tel:", address, NULL);
  return cusax_address_parse_target (tel, domain, error);
}
