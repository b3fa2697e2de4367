/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which domains and numbers are ours, and how numbers are dialled where we are (R42, R52). See config.h. */
#include "config-private.h"
#include "number.h"

#include <string.h>

#define MAX_ENTRIES 32
#define MAX_TRUNK_PREFIX 4

/* ---------------------------------------------------------------- reading */

/* Returns: (transfer full): the words of @name, between blanks or commas; NULL with an error. */
static char **
read_list (const CusaxConfigSource *source, const char *name, GError **error)
{
  g_autofree char *text = cusax_config_read_string (source, name, error);
  g_auto (GStrv) words = NULL;
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();
  guint n = 0;

  if (text == NULL)
    return NULL;
  words = g_strsplit_set (text, " ,", -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      {
        g_strv_builder_add (list, words[i]);
        n++;
      }
  if (n <= MAX_ENTRIES)
    return g_strv_builder_end (list);
  cusax_config_invalid (error, name, "more than %d entries", MAX_ENTRIES);
  return NULL;
}

/* As DNS has it, so that every spelling of one name compares equal; NULL if @domain is no name. */
static char *
to_dns (const char *domain)
{
  g_autofree char *name
    = g_hostname_is_non_ascii (domain) ? g_hostname_to_ascii (domain) : g_ascii_strdown (domain, -1);
  gsize length = name != NULL ? strlen (name) : 0;

  if (length > 1 && name[length - 1] == '.')
    name[length - 1] = '\0';
  return cusax_address_host_is_valid (name) ? g_steal_pointer (&name) : NULL;
}

/* "+33" and "0033" mean 33. */
static gboolean
read_country_code (CusaxConfig *config, const CusaxConfigSource *source, GError **error)
{
  g_autofree char *text = cusax_config_read_string (source, "country_code", error);
  const char *digits = text;

  if (text == NULL)
    return FALSE;
  if (*digits == '+')
    digits++;
  else if (g_str_has_prefix (digits, "00"))
    digits += 2;
  if (*text != '\0'
      && (*digits == '0' || *digits == '\0' || strlen (digits) > 3
          || digits[strspn (digits, "0123456789")] != '\0'))
    return cusax_config_invalid (error, "country_code", "must be 1 to 3 digits, like 33");
  config->country_code = g_strdup (digits);
  return TRUE;
}

/* Who says only the country has the prefix that is usual there. */
static gboolean
read_trunk_prefix (CusaxConfig *config, const CusaxConfigSource *source, GError **error)
{
  g_autofree char *text = cusax_config_read_string (source, "trunk_prefix", error);

  if (text == NULL)
    return FALSE;
  if (strlen (text) > MAX_TRUNK_PREFIX || text[strspn (text, "0123456789")] != '\0')
    return cusax_config_invalid (error, "trunk_prefix", "must be at most %d digits, like 0", MAX_TRUNK_PREFIX);
  config->trunk_prefix
    = *text != '\0' ? g_steal_pointer (&text) : g_strdup (cusax_number_get_trunk_prefix (config->country_code));
  return TRUE;
}

static gboolean
read_related_domains (CusaxConfig *config, const CusaxConfigSource *source, GError **error)
{
  config->related_domains = read_list (source, "related_domains", error);
  if (config->related_domains == NULL)
    return FALSE;
  for (char **domain = config->related_domains; *domain != NULL; domain++)
    {
      char *name = to_dns (*domain);

      if (name == NULL)
        return cusax_config_invalid (error, "related_domains", "must be host names, with blanks between them");
      g_free (*domain);
      *domain = name;
    }
  return TRUE;
}

static gboolean
read_on_net_numbers (CusaxConfig *config, const CusaxConfigSource *source, GError **error)
{
  config->on_net_numbers = read_list (source, "on_net_numbers", error);
  if (config->on_net_numbers == NULL)
    return FALSE;
  for (char **prefix = config->on_net_numbers; *prefix != NULL; prefix++)
    {
      char *number = cusax_number_normalize (*prefix, NULL);

      if (number == NULL)
        return cusax_config_invalid (error, "on_net_numbers",
                                     "must be the first digits of numbers, with blanks between them");
      g_free (*prefix);
      *prefix = number;
    }
  return TRUE;
}

gboolean
cusax_config_read_numbers (CusaxConfig *config, const CusaxConfigSource *source, GError **error)
{
  g_autofree char *domain = cusax_address_jid_domain (config->jid, NULL);

  config->chat_domain = to_dns (domain != NULL ? domain : "");
  return read_country_code (config, source, error) && read_trunk_prefix (config, source, error)
         && read_related_domains (config, source, error) && read_on_net_numbers (config, source, error);
}

/* ----------------------------------------------------------------- asking */

gboolean
cusax_config_is_trusted_domain (const CusaxConfig *config, const char *domain)
{
  g_autofree char *name = to_dns (domain);

  return name != NULL
         && (g_strcmp0 (name, config->chat_domain) == 0
             || g_strv_contains ((const char *const *) config->related_domains, name));
}

gboolean
cusax_config_is_own_domain (const CusaxConfig *config, const char *domain)
{
  g_autofree char *name = to_dns (domain);

  return name != NULL
         && (g_strcmp0 (name, cusax_config_get_domain (config)) == 0
             || cusax_config_is_trusted_domain (config, name));
}

/* In each form that it can be written in: "0177" covers +33177 where 33 is the country. */
static gboolean
covers (const CusaxConfig *config, const char *prefix, const char *number, const char *e164)
{
  g_autofree char *e164_prefix = cusax_number_to_e164 (prefix, config->country_code, config->trunk_prefix);

  return g_str_has_prefix (number, prefix)
         || (e164 != NULL
             && (g_str_has_prefix (e164, prefix)
                 || (e164_prefix != NULL && g_str_has_prefix (e164, e164_prefix))));
}

gboolean
cusax_config_is_on_net_number (const CusaxConfig *config, const char *number)
{
  g_autofree char *e164 = cusax_number_to_e164 (number, config->country_code, config->trunk_prefix);
  gboolean is_code = strpbrk (number, "*#") != NULL;

  for (char **prefix = config->on_net_numbers; *prefix != NULL; prefix++)
    {
      /* "70*21*0900#" is no number that begins with 70. */
      if (is_code && strpbrk (*prefix, "*#") == NULL)
        continue;
      if (covers (config, *prefix, number, e164))
        return TRUE;
    }
  return FALSE;
}
