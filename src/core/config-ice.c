/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings of the path that sound takes: ICE, STUN and TURN servers. See config.h. */
#include "config-private.h"

#include <string.h>

static gboolean
read_stun (CusaxConfig *config, const CusaxConfigSource *source, GError **error)
{
  g_autofree char *text = cusax_config_read_string (source, "stun_server", error);
  g_autoptr (GError) reason = NULL;

  if (text == NULL)
    return FALSE;
  return *text == '\0' || cusax_ice_servers_add_setting (config->ice_servers, text, FALSE, NULL, NULL, &reason)
         || cusax_config_invalid (error, "stun_server", "%s", reason->message);
}

/* Without credentials the server is judged all the same: what is remembered of a document has no password. */
static gboolean
add_turn (CusaxConfig *config, const char *text, const char *user, const char *password, GError **error)
{
  g_autoptr (GPtrArray) unusable = cusax_ice_servers_new ();
  gboolean is_usable = *user != '\0' && *password != '\0';
  g_autoptr (GError) reason = NULL;

  return *text == '\0'
         || cusax_ice_servers_add_setting (is_usable ? config->ice_servers : unusable, text, TRUE, user, password,
                                           &reason)
         || cusax_config_invalid (error, "turn_server", "%s", reason->message);
}

static gboolean
read_turn (CusaxConfig *config, const CusaxConfigSource *source, GError **error)
{
  g_autofree char *text = cusax_config_read_string (source, "turn_server", error);
  g_autofree char *user = text != NULL ? cusax_config_read_string (source, "turn_user", error) : NULL;
  char *password = user != NULL ? cusax_config_read_string (source, "turn_password", error) : NULL;
  gboolean done;

  if (password == NULL)
    return FALSE;
  done = add_turn (config, text, user, password, error);
  explicit_bzero (password, strlen (password));
  g_free (password);
  return done;
}

gboolean
cusax_config_read_ice (CusaxConfig *config, const CusaxConfigSource *source, GError **error)
{
  guint choice = 0;

  config->ice_servers = cusax_ice_servers_new ();
  if (!cusax_config_read_choice (source, "media_ice", &choice, error) || !read_stun (config, source, error)
      || !read_turn (config, source, error))
    return FALSE;
  config->uses_ice = choice == 0;
  return TRUE;
}

gboolean
cusax_config_uses_ice (const CusaxConfig *config)
{
  return config->uses_ice;
}

const GPtrArray *
cusax_config_get_ice_servers (const CusaxConfig *config)
{
  return config->ice_servers;
}
