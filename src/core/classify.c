/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See classify.h. */
#include "classify.h"
#include "number.h"

#include <string.h>

#define MAX_EXTENSION 4 /* digits; most services of the telephone network that cost something have more, not all (411) */

/*
 * Returns: (transfer full) (nullable): the number that an exchange would dial for @address: its user part
 * without parameters, however it is written. "sip:0900-123@ours" is one too, with user=phone or without: a card
 * must not come around the question of costs by leaving that out.
 */
static char *
get_number (const CusaxAddress *address)
{
  const char *user = cusax_address_get_user (address);
  g_autofree char *text = user != NULL ? g_strndup (user, strcspn (user, ";")) : NULL;

  return text != NULL ? cusax_number_normalize (text, NULL) : NULL;
}

/* What no rule for numbers reads ("0900,,1", "0900p1"), but an exchange that looks at the first digits would
 * dial. */
static gboolean
is_dial_string (const CusaxAddress *address)
{
  const char *user = cusax_address_get_user (address);

  return user != NULL && strpbrk (user, "0123456789") != NULL
         && user[strspn (user, "0123456789+*#,;.-_~!$&'()/?=pPwWxX ")] == '\0';
}

/* Returns: TRUE for ";phone-context=DOMAIN" of ours: a number of our own exchange (RFC 3966 section 5.1.5). */
static gboolean
is_own_context (const char *parameters, const CusaxConfig *config)
{
  static const char context[] = ";phone-context=";

  return g_ascii_strncasecmp (parameters, context, strlen (context)) == 0
         && cusax_config_is_own_domain (config, parameters + strlen (context));
}

/* Is @number, which @address begins with, what is dialled? "8123;phone-context=+33900" is +339008123 (RFC 3966 section
 * 5.1.5), and 112 of another exchange or country calls no help here. */
static gboolean
is_whole_number (const CusaxAddress *address, const char *number, const CusaxConfig *config)
{
  static const char context[] = ";phone-context=";
  g_autofree char *lower = g_ascii_strdown (cusax_address_get_user (address), -1);
  const char *found = strstr (lower, context);
  g_autofree char *value = NULL;

  if (*number == '+' || found == NULL)
    return TRUE;
  found += strlen (context);
  value = g_strndup (found, strcspn (found, ";"));
  if (*value == '+')
    return g_str_equal (value + 1, cusax_config_get_country_code (config));
  return cusax_config_is_own_domain (config, value);
}

/* "7042" of an exchange, named as an address of it. */
static gboolean
is_extension (const CusaxAddress *address, const char *number, const CusaxConfig *config)
{
  const char *user = cusax_address_get_user (address);
  gsize length = strlen (number);

  if (length > MAX_EXTENSION || number[strspn (number, "0123456789")] != '\0' || *number == '0'
      || !g_str_has_prefix (user, number))
    return FALSE;
  return user[length] == '\0' ? !cusax_address_is_number (address) : is_own_context (user + length, config);
}

/* Our own proxy by another name: the host that was typed for it, a machine of its domain, or, for all we know, any bare
 * number of a machine. It would dial a number there as it does one at its domain, so that must not look like another
 * service, which is told of once and then dialled. */
static gboolean
may_be_own_server (const char *host, const CusaxConfig *config)
{
  const char *domain = cusax_config_get_domain (config);
  gsize length = strlen (domain);
  gsize host_length = strlen (host);

  return g_strcmp0 (host, cusax_config_get_server_host (config)) == 0 || g_hostname_is_ip_address (host)
         || (host_length > length + 1 && host[host_length - length - 1] == '.' && g_str_has_suffix (host, domain));
}

CusaxClass
cusax_classify_address (const CusaxAddress *target, const CusaxConfig *config)
{
  const char *host = cusax_address_get_host (target);
  gboolean is_own = cusax_config_is_own_domain (config, host);
  gboolean may_be_own = is_own || may_be_own_server (host, config);
  g_autofree char *number = may_be_own ? get_number (target) : NULL;

  if (number != NULL && is_own && is_whole_number (target, number, config))
    {
      if (cusax_number_is_emergency (number, cusax_config_get_country_code (config)))
        return CUSAX_CLASS_EMERGENCY;
      if (cusax_config_is_on_net_number (config, number) || is_extension (target, number, config))
        return cusax_address_get_port (target) == 0 ? CUSAX_CLASS_ON_NET : CUSAX_CLASS_FOREIGN_SIP;
      return CUSAX_CLASS_TELEPHONE_NETWORK;
    }
  if (g_str_has_suffix (cusax_address_get_uri (target), ";user=phone") || (number != NULL && is_own)
      || (number != NULL && (strlen (number) > MAX_EXTENSION || strpbrk (number, "*#") != NULL))
      || (may_be_own && number == NULL && is_dial_string (target)))
    return CUSAX_CLASS_TELEPHONE_NETWORK;
  return is_own && cusax_address_get_port (target) == 0 ? CUSAX_CLASS_ON_NET : CUSAX_CLASS_FOREIGN_SIP;
}

char *
cusax_classify_key (const CusaxAddress *address, const CusaxConfig *config)
{
  g_autofree char *number = NULL;
  g_autofree char *e164 = NULL;
  g_autofree char *parameters = NULL;
  const char *user = cusax_address_get_user (address);

  if (cusax_address_get_port (address) == 0
      && cusax_config_is_own_domain (config, cusax_address_get_host (address)))
    number = get_number (address);
  if (number == NULL)
    return g_strdup (cusax_address_get_uri (address));

  e164 = cusax_number_to_e164 (number, cusax_config_get_country_code (config),
                               cusax_config_get_trunk_prefix (config));
  /* ";ext=12" is somebody else at the same number, and so is 7042 of another exchange. */
  user += strcspn (user, ";");
  parameters = g_ascii_strdown (is_own_context (user, config) ? "" : user, -1);
  return g_strconcat ("tel:", e164 != NULL ? e164 : number, parameters, NULL);
}

/* As DNS has it. */
static char *
to_dns (const char *domain)
{
  return g_hostname_is_non_ascii (domain) ? g_hostname_to_ascii (domain) : g_ascii_strdown (domain, -1);
}

static gboolean
is_same_domain (const char *domain, const char *other)
{
  g_autofree char *a = to_dns (domain);
  g_autofree char *b = to_dns (other);

  return a != NULL && b != NULL && g_str_equal (a, b);
}

CusaxAddress *
cusax_classify_guess (const char *jid, const CusaxConfig *config)
{
  const char *domain = cusax_config_get_domain (config);
  g_autofree char *bare = cusax_address_jid_bare (jid, NULL);
  g_autofree char *own_chat = cusax_address_jid_domain (cusax_config_get_jid (config), NULL);
  g_autofree char *text = NULL;
  char *at = bare != NULL ? strchr (bare, '@') : NULL;

  if (at == NULL || own_chat == NULL || !is_same_domain (at + 1, own_chat))
    return NULL;
  if (!is_same_domain (domain, own_chat)
      && !g_strv_contains (cusax_config_get_related_domains (config), domain))
    return NULL;
  *at = '\0';
  text = g_strconcat (bare, "@", domain, NULL);
  return cusax_address_new_from_jid (text, NULL);
}

gboolean
cusax_classify_is_same_service (const char *domain, const char *other, const CusaxConfig *config)
{
  return is_same_domain (domain, other)
         || (cusax_config_is_own_domain (config, domain) && cusax_config_is_own_domain (config, other));
}
