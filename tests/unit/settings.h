/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings for tests out of one text of "name=value" lines. */
#pragma once

#include "config.h"

#include <glib.h>

static inline const char *
settings_get_string (gpointer table, const char *name, const char *fallback)
{
  const char *value = g_hash_table_lookup (table, name);

  return value != NULL ? value : fallback;
}

static inline gboolean
settings_get_bool (gpointer table, const char *name, gboolean fallback)
{
  const char *value = g_hash_table_lookup (table, name);

  return value != NULL ? g_str_equal (value, "1") : fallback;
}

static inline int
settings_get_int (gpointer table, const char *name, int fallback)
{
  const char *value = g_hash_table_lookup (table, name);

  return value != NULL ? (int) g_ascii_strtoll (value, NULL, 10) : fallback;
}

/** Returns: (transfer full): NULL with an error */
static inline CusaxConfig *
settings_config (const char *jid, const char *password, const char *settings, GError **error)
{
  static const CusaxConfigReader reader = { settings_get_string, settings_get_bool, settings_get_int };
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) lines = g_strsplit (settings, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (lines[i], "=", 2);

      if (pair[0] != NULL && pair[1] != NULL)
        g_hash_table_insert (table, g_strdup (pair[0]), g_strdup (pair[1]));
    }
  return cusax_config_new (jid, password, &reader, table, error);
}
