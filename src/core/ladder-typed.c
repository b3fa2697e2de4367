/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person typed, as the ladder sees it: the default is not typed. See ladder.h. */
#include "ladder-private.h"

#include <string.h>

char *
cusax_ladder_dup_typed (const CusaxConfigReader *typed, gpointer user_data, const CusaxSetting *setting)
{
  if (setting->type == CUSAX_SETTING_BOOL)
    {
      gboolean value = typed->get_bool (user_data, setting->name, setting->default_int);

      return !value == !setting->default_int ? NULL : g_strdup (value ? "true" : "false");
    }
  if (setting->type == CUSAX_SETTING_INT)
    {
      int value = typed->get_int (user_data, setting->name, setting->default_int);

      return value == setting->default_int ? NULL : g_strdup_printf ("%d", value);
    }
  else
    {
      const char *value = typed->get_string (user_data, setting->name, setting->default_string);
      g_autofree char *trimmed = NULL;
      gboolean is_default;

      if (value == NULL || *value == '\0')
        return NULL;
      if (setting->type == CUSAX_SETTING_SECRET) /* blanks may be meant */
        return g_strdup (value);
      trimmed = g_strstrip (g_strdup (value));
      is_default
        = *trimmed == '\0'
          || (setting->type == CUSAX_SETTING_CHOICE ? g_ascii_strcasecmp (trimmed, setting->default_string) == 0
                                                    : g_str_equal (trimmed, setting->default_string));
      return is_default ? NULL : g_strdup (value);
    }
}

static gboolean
is_typed (const CusaxConfigReader *typed, gpointer user_data, const char *name)
{
  const CusaxSetting *setting = cusax_config_get_settings ();
  char *value;

  while (!g_str_equal (setting->name, name))
    setting++;
  value = cusax_ladder_dup_typed (typed, user_data, setting);
  if (value == NULL)
    return FALSE;
  explicit_bzero (value, strlen (value));
  g_free (value);
  return TRUE;
}

gboolean
cusax_ladder_is_manual (const CusaxConfigReader *typed, gpointer user_data)
{
  g_return_val_if_fail (typed != NULL, FALSE);
  return is_typed (typed, user_data, "sip_address")
         && (is_typed (typed, user_data, "sip_server") || is_typed (typed, user_data, "sip_password"));
}
