/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A document as a key file, the format of desktop entries. GKeyFile's messages repeat lines, so they are not
 * passed on. */
#include "provision-private.h"

#include "address.h"
#include "error.h"

#include <string.h>

#define GROUP "account"
#define MAX_ENTRIES 1000 /* JIDs or domains that one file is for */

/* GKeyFile takes the last of two values in silence; whoever wrote both meant one of them. */
static gboolean
check_twice (const char *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean is_ours = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);
      const char *equals = strchr (line, '=');
      char *name;

      if (*line == '[')
        is_ours = g_str_has_prefix (line, "[" GROUP "]");
      if (!is_ours || equals == NULL || *line == '#' || *line == '[')
        continue;
      name = g_strchomp (g_strndup (line, (gsize) (equals - line)));
      if (!g_hash_table_add (seen, name))
        return cusax_provision_invalid (error, NULL, "line %u: stands there twice", i + 1);
    }
  return TRUE;
}

/* Returns: TRUE if the file names nobody, or @jid or its domain. */
static gboolean
is_for (GKeyFile *file, const char *jid, GError **error)
{
  g_autofree char *domain = cusax_address_jid_domain (jid, NULL);
  g_auto (GStrv) names = NULL;
  gsize n = 0;

  if (!g_key_file_has_key (file, GROUP, "jid", NULL))
    return TRUE;
  names = g_key_file_get_string_list (file, GROUP, "jid", &n, NULL);
  if (names == NULL || n > MAX_ENTRIES)
    return cusax_provision_invalid (error, "jid", "must be a list of at most %d account names or domains",
                                    MAX_ENTRIES);
  for (gsize i = 0; i < n; i++)
    {
      const char *name = g_strstrip (names[i]);

      if (strchr (name, '@') != NULL ? cusax_provision_is_for (name, jid)
                                     : g_ascii_strcasecmp (name, domain != NULL ? domain : "") == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
read_settings (CusaxProvision *provision, GKeyFile *file, const char *jid, GError **error)
{
  for (const CusaxSetting *setting = cusax_config_get_settings (); setting->name != NULL; setting++)
    {
      g_autoptr (GError) reason = NULL;
      char *value;
      gboolean good;

      if (!g_key_file_has_key (file, GROUP, setting->name, NULL))
        continue;
      value = g_key_file_get_string (file, GROUP, setting->name, &reason);
      if (value == NULL)
        return cusax_provision_invalid (error, setting->name, "not readable");
      /* GKeyFile hands out what it made of a bad escape sequence, too. */
      good = reason == NULL
               ? cusax_provision_set_expanded (provision, setting, value, jid, error)
               : cusax_provision_invalid (error, setting->name, "has a backslash that means nothing");
      explicit_bzero (value, strlen (value));
      g_free (value);
      if (!good)
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_locked (CusaxProvision *provision, GKeyFile *file, GError **error)
{
  g_auto (GStrv) names = NULL;

  if (!g_key_file_has_key (file, GROUP, "locked", NULL))
    return TRUE;
  names = g_key_file_get_string_list (file, GROUP, "locked", NULL, NULL);
  if (names == NULL)
    return cusax_provision_invalid (error, "locked", "must be a list of names");
  for (guint i = 0; names[i] != NULL; i++)
    if (!cusax_provision_lock_listed (provision, g_strstrip (names[i]), error))
      return FALSE;
  return TRUE;
}

static void
tell_unknown (GKeyFile *file, const char *where)
{
  static const char *const others[] = { "jid", "locked", NULL };
  g_auto (GStrv) names = g_key_file_get_keys (file, GROUP, NULL, NULL);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      const CusaxSetting *setting = cusax_config_get_settings ();

      while (setting->name != NULL && !g_str_equal (setting->name, names[i]))
        setting++;
      if (setting->name == NULL && !g_strv_contains (others, names[i]))
        g_info ("%s: \"%.64s\" is no setting here", where, names[i]);
    }
}

CusaxProvision *
cusax_provision_read_key_file (CusaxProvisionSource source, const char *where, const char *text, gsize length,
                               const char *jid, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (CusaxProvision) provision = NULL;
  g_autofree char *copy = NULL;
  g_autoptr (GError) reason = NULL;

  g_return_val_if_fail (where != NULL && text != NULL && jid != NULL, NULL);
  if (!cusax_provision_check_text (text, length, error))
    return NULL;
  copy = g_strndup (text, length);
  if (!g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, NULL))
    {
      cusax_provision_invalid (error, NULL, "not a key file");
      return NULL;
    }
  if (!g_key_file_has_group (file, GROUP))
    {
      cusax_provision_invalid (error, NULL, "has no group [" GROUP "]");
      return NULL;
    }
  if (!check_twice (copy, error))
    return NULL;
  if (!is_for (file, jid, &reason))
    {
      if (reason != NULL)
        g_propagate_error (error, g_steal_pointer (&reason));
      return NULL;
    }
  provision = cusax_provision_new (source, where);
  if (!read_settings (provision, file, jid, error) || !read_locked (provision, file, error)
      || !cusax_provision_check_whole (provision, error))
    return NULL;
  tell_unknown (file, where);
  return g_steal_pointer (&provision);
}
