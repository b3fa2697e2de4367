/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value and what may be in it. Each value is judged by the rules of core/config, in a config of its own. */
#include "provision-private.h"

#include "address.h"
#include "error.h"
#include "text.h"

#include <string.h>

#define MAX_VALUE 1024 /* as in core/config */

struct _CusaxProvision
{
  CusaxProvisionSource source;
  char *where;
  GHashTable *values; /* name, of the table of settings -> text */
  GHashTable *locked; /* set of names, of the table of settings */
  gint64 expires;
};

static void
free_wiped (gpointer text)
{
  explicit_bzero (text, strlen (text));
  g_free (text);
}

CusaxProvision *
cusax_provision_new (CusaxProvisionSource source, const char *where)
{
  CusaxProvision *provision;

  g_return_val_if_fail (source < CUSAX_PROVISION_N_SOURCES && where != NULL, NULL);
  provision = g_rc_box_new0 (CusaxProvision);
  provision->source = source;
  provision->where = g_strdup (where);
  provision->values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_wiped);
  provision->locked = g_hash_table_new (g_str_hash, g_str_equal);
  return provision;
}

static void
provision_clear (CusaxProvision *provision)
{
  g_free (provision->where);
  g_hash_table_unref (provision->values);
  g_hash_table_unref (provision->locked);
}

CusaxProvision *
cusax_provision_ref (CusaxProvision *provision)
{
  g_return_val_if_fail (provision != NULL, NULL);
  return g_rc_box_acquire (provision);
}

void
cusax_provision_unref (CusaxProvision *provision)
{
  g_return_if_fail (provision != NULL);
  g_rc_box_release_full (provision, (GDestroyNotify) provision_clear);
}

/* ----------------------------------------------------------------- rules */

gboolean
cusax_provision_invalid (GError **error, const char *name, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "%s%s%s", name != NULL ? name : "",
               name != NULL ? ": " : "", text);
  return FALSE;
}

gboolean
cusax_provision_check_text (const char *text, gsize length, GError **error)
{
  if (length > CUSAX_PROVISION_MAX_BYTES)
    return cusax_provision_invalid (error, NULL, "larger than %d bytes", CUSAX_PROVISION_MAX_BYTES);
  if (length == 0)
    return cusax_provision_invalid (error, NULL, "empty");
  /* also a NUL byte, which g_utf8_validate() takes for invalid when it is given a length */
  if (!g_utf8_validate (text, (gssize) length, NULL))
    return cusax_provision_invalid (error, NULL, "not valid UTF-8");
  return TRUE;
}

static gboolean
is_file (CusaxProvisionSource source)
{
  return source == CUSAX_PROVISION_SYSTEM_FILE || source == CUSAX_PROVISION_USER_FILE;
}

static gboolean
source_may_set (CusaxProvisionSource source, const CusaxSetting *setting)
{
  static const char *const of_services[]
    = { "sip_server", "sip_transport", "sip_auth_user", "sip_password", NULL };

  if (is_file (source))
    return TRUE;
  if (source == CUSAX_PROVISION_SERVICES)
    return g_strv_contains (of_services, setting->name);
  if (source == CUSAX_PROVISION_CARD)
    return g_str_equal (setting->name, "sip_address");
  return setting->from_network;
}

/* A config of these values alone, where plain transports are allowed: whether they are is another setting. */
static const char *
probe_string (gpointer values, const char *name, const char *fallback)
{
  const char *value = g_hash_table_lookup (values, name);

  if (value != NULL)
    return value;
  return g_str_equal (name, "sip_security") ? "allow_plain" : fallback;
}

static gboolean
probe_bool (gpointer values, const char *name, gboolean fallback)
{
  const char *value = g_hash_table_lookup (values, name);

  return value != NULL ? g_str_equal (value, "true") : fallback;
}

static int
probe_int (gpointer values, const char *name, int fallback)
{
  const char *value = g_hash_table_lookup (values, name);

  return value != NULL ? (int) g_ascii_strtoll (value, NULL, 10) : fallback;
}

static gboolean
probe (GHashTable *values, GError **error)
{
  static const CusaxConfigReader reader = { probe_string, probe_bool, probe_int };
  g_autoptr (CusaxConfig) config = cusax_config_new ("user@example.invalid", NULL, &reader, values, error);

  return config != NULL;
}

static gboolean
check_number (const char *name, const char *value, GError **error)
{
  gint64 number = 0;

  if (!g_ascii_string_to_signed (value, 10, G_MININT, G_MAXINT, &number, NULL))
    return cusax_provision_invalid (error, name, "must be a whole number");
  return TRUE;
}

static gboolean
check_value (CusaxProvisionSource source, const CusaxSetting *setting, const char *value, GError **error)
{
  g_autoptr (GHashTable) alone = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) reason = NULL;
  g_autofree char *prefix = g_strconcat (setting->name, ": ", NULL);

  if (strlen (value) > MAX_VALUE)
    return cusax_provision_invalid (error, setting->name, "longer than %d bytes", MAX_VALUE);
  if (setting->type == CUSAX_SETTING_BOOL && !g_str_equal (value, "true") && !g_str_equal (value, "false"))
    return cusax_provision_invalid (error, setting->name, "must be true or false");
  if (setting->type == CUSAX_SETTING_INT && !check_number (setting->name, value, error))
    return FALSE;
  if (setting->type != CUSAX_SETTING_SECRET && !cusax_text_is_plain (value))
    return cusax_provision_invalid (error, setting->name, "has characters that cannot be seen");
  if (!is_file (source) && g_str_equal (setting->name, "media_encryption")
      && g_ascii_strcasecmp (value, "prefer") != 0 && g_ascii_strcasecmp (value, "require") != 0)
    return cusax_provision_invalid (error, setting->name, "must be prefer or require");

  g_hash_table_insert (alone, (gpointer) setting->name, (gpointer) value);
  if (probe (alone, &reason))
    return TRUE;
  /* A port may be named by its neighbour. */
  if (!g_str_has_prefix (reason->message, prefix))
    return cusax_provision_invalid (error, setting->name, "out of bounds");
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

gboolean
cusax_provision_check_whole (const CusaxProvision *provision, GError **error)
{
  return probe (provision->values, error);
}

/* ---------------------------------------------------------------- filling */

static const CusaxSetting *
find_setting (const char *name)
{
  for (const CusaxSetting *setting = cusax_config_get_settings (); setting->name != NULL; setting++)
    if (g_str_equal (setting->name, name))
      return setting;
  return NULL;
}

gboolean
cusax_provision_set (CusaxProvision *provision, const char *name, const char *value, GError **error)
{
  const CusaxSetting *setting;
  char *text;

  g_return_val_if_fail (provision != NULL && name != NULL && value != NULL, FALSE);
  setting = find_setting (name);
  if (setting == NULL)
    return cusax_provision_invalid (error, NULL, "no such setting");
  if (!source_may_set (provision->source, setting))
    return cusax_provision_invalid (error, setting->name, "may not be set from there");
  if (!check_value (provision->source, setting, value, error))
    return FALSE;
  text = g_strdup (value);
  if (setting->type != CUSAX_SETTING_SECRET) /* blanks at the ends of a password may be meant */
    g_strstrip (text);
  g_hash_table_insert (provision->values, (gpointer) setting->name, text);
  return TRUE;
}

gboolean
cusax_provision_lock (CusaxProvision *provision, const char *name, GError **error)
{
  const CusaxSetting *setting;

  g_return_val_if_fail (provision != NULL && name != NULL, FALSE);
  setting = find_setting (name);
  if (setting == NULL)
    return cusax_provision_invalid (error, "locked", "no such setting");
  if (!is_file (provision->source) && provision->source != CUSAX_PROVISION_DOCUMENT)
    return cusax_provision_invalid (error, "locked", "nothing can be locked from there");
  if (!g_hash_table_contains (provision->values, name))
    return cusax_provision_invalid (error, "locked", "%s has no value", setting->name);
  g_hash_table_add (provision->locked, (gpointer) setting->name);
  return TRUE;
}

gboolean
cusax_provision_lock_listed (CusaxProvision *provision, const char *name, GError **error)
{
  if (find_setting (name) != NULL)
    return cusax_provision_lock (provision, name, error);
  g_info ("%s locks a setting that is not known here", provision->where);
  return TRUE;
}

void
cusax_provision_set_expires (CusaxProvision *provision, gint64 expires)
{
  g_return_if_fail (provision != NULL);
  provision->expires = MAX (expires, 0);
}

/* ------------------------------------------------------------ {user}, {domain} */

/* What stands before the @ of a SIP address, with the characters escaped that SIP wants escaped. */
static char *
sip_user (const char *jid)
{
  g_autoptr (CusaxAddress) address = cusax_address_new_from_jid (jid, NULL);
  const char *uri = address != NULL ? cusax_address_get_uri (address) : NULL;
  const char *at = uri != NULL ? strchr (uri, '@') : NULL;

  return at != NULL ? g_strndup (uri + strlen ("sip:"), (gsize) (at - uri) - strlen ("sip:")) : NULL;
}

/* In one pass: what is filled in is never read again. */
static char *
expand (const char *text, const char *user, const char *domain)
{
  GString *filled = g_string_new (NULL);

  while (*text != '\0')
    if (g_str_has_prefix (text, "{user}"))
      {
        g_string_append (filled, user);
        text += strlen ("{user}");
      }
    else if (g_str_has_prefix (text, "{domain}"))
      {
        g_string_append (filled, domain);
        text += strlen ("{domain}");
      }
    else
      g_string_append_c (filled, *text++);
  return g_string_free (filled, FALSE);
}

gboolean
cusax_provision_set_expanded (CusaxProvision *provision, const CusaxSetting *setting, const char *value,
                              const char *jid, GError **error)
{
  const char *at = strchr (jid, '@');
  g_autofree char *node = g_strndup (jid, at != NULL ? (gsize) (at - jid) : 0);
  g_autofree char *user = NULL;
  g_autofree char *filled = NULL;

  /* A password may look like anything. */
  if (setting->type == CUSAX_SETTING_SECRET || strchr (value, '{') == NULL || strlen (value) > MAX_VALUE)
    return cusax_provision_set (provision, setting->name, value, error);
  user = g_str_equal (setting->name, "sip_address") ? sip_user (jid) : g_strdup (node);
  if (at == NULL || user == NULL)
    return cusax_provision_invalid (error, setting->name, "{user} and {domain} need an account name with both");
  filled = expand (value, user, at + 1);
  return cusax_provision_set (provision, setting->name, filled, error);
}

/* ----------------------------------------------------------------- asking */

gboolean
cusax_provision_is_for (const char *text, const char *jid)
{
  g_autofree char *bare = cusax_address_jid_bare (text, NULL);

  return bare != NULL && g_str_equal (bare, jid);
}

CusaxProvisionSource
cusax_provision_get_source (const CusaxProvision *provision)
{
  return provision->source;
}

const char *
cusax_provision_get_where (const CusaxProvision *provision)
{
  return provision->where;
}

const char *
cusax_provision_get (const CusaxProvision *provision, const char *name)
{
  return g_hash_table_lookup (provision->values, name);
}

gboolean
cusax_provision_is_locked (const CusaxProvision *provision, const char *name)
{
  return g_hash_table_contains (provision->locked, name);
}

gint64
cusax_provision_get_expires (const CusaxProvision *provision)
{
  return provision->expires;
}

gboolean
cusax_provision_has_secret (const CusaxProvision *provision)
{
  for (const CusaxSetting *setting = cusax_config_get_settings (); setting->name != NULL; setting++)
    if (setting->type == CUSAX_SETTING_SECRET)
      {
        const char *value = cusax_provision_get (provision, setting->name);

        if (value != NULL && *value != '\0')
          return TRUE;
      }
  return FALSE;
}

gboolean
cusax_provision_equal (const CusaxProvision *a, const CusaxProvision *b)
{
  if (a == b)
    return TRUE;
  if (a == NULL || b == NULL || a->source != b->source || a->expires != b->expires
      || !g_str_equal (a->where, b->where))
    return FALSE;
  for (const CusaxSetting *setting = cusax_config_get_settings (); setting->name != NULL; setting++)
    if (g_strcmp0 (cusax_provision_get (a, setting->name), cusax_provision_get (b, setting->name)) != 0
        || cusax_provision_is_locked (a, setting->name) != cusax_provision_is_locked (b, setting->name))
      return FALSE;
  return TRUE;
}
