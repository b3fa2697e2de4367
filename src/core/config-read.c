/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of the settings and the rules they obey. See config.h. */
#include "config-private.h"
#include "error.h"

#include <string.h>

#define MAX_LENGTH 1024
#define LOWEST_PORT 1024 /* below it only root may listen */

/* ---------------------------------------------------------------- reading */

gboolean
cusax_config_invalid (GError **error, const char *name, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "%s: %s", name, text);
  return FALSE;
}

static const CusaxSetting *
find_setting (const char *name)
{
  for (const CusaxSetting *setting = cusax_config_get_settings (); setting->name != NULL; setting++)
    if (g_str_equal (setting->name, name))
      return setting;
  g_return_val_if_reached (cusax_config_get_settings ());
}

/* The error never repeats the value, which may be a password in the wrong field. */
char *
cusax_config_read_string (const CusaxConfigSource *source, const char *name, GError **error)
{
  const CusaxSetting *setting = find_setting (name);
  const char *value = source->reader->get_string (source->user_data, name, setting->default_string);

  if (value == NULL)
    value = setting->default_string;
  if (strlen (value) > MAX_LENGTH)
    cusax_config_invalid (error, name, "longer than %d bytes", MAX_LENGTH);
  else if (!g_utf8_validate (value, -1, NULL))
    cusax_config_invalid (error, name, "not valid text");
  else
    {
      /* Blanks at the ends of a password may be meant. */
      char *text = setting->type == CUSAX_SETTING_SECRET ? g_strdup (value) : g_strstrip (g_strdup (value));
      gboolean has_control = FALSE;

      for (const char *p = text; *p != '\0'; p++)
        has_control |= g_ascii_iscntrl (*p);
      if (!has_control)
        return text;
      g_free (text);
      cusax_config_invalid (error, name, "has control characters");
    }
  return NULL;
}

gboolean
cusax_config_read_choice (const CusaxConfigSource *source, const char *name, guint *choice, GError **error)
{
  const CusaxSetting *setting = find_setting (name);
  g_autofree char *value = cusax_config_read_string (source, name, error);
  g_autofree char *list = NULL;

  if (value == NULL)
    return FALSE;
  for (guint i = 0; setting->choices[i] != NULL; i++)
    if (g_ascii_strcasecmp (*value != '\0' ? value : setting->default_string, setting->choices[i]) == 0)
      {
        *choice = i;
        return TRUE;
      }
  list = g_strjoinv (", ", (char **) setting->choices);
  return cusax_config_invalid (error, name, "must be one of %s", list);
}

gboolean
cusax_config_read_bool (const CusaxConfigSource *source, const char *name)
{
  return source->reader->get_bool (source->user_data, name, find_setting (name)->default_int);
}

int
cusax_config_read_int (const CusaxConfigSource *source, const char *name)
{
  return source->reader->get_int (source->user_data, name, find_setting (name)->default_int);
}

/* ------------------------------------------------------------- validation */

static gboolean
read_address (CusaxConfig *config, const CusaxConfigSource *source, GError **error)
{
  g_autofree char *text = cusax_config_read_string (source, "sip_address", error);
  g_autoptr (GError) reason = NULL;

  if (text == NULL)
    return FALSE;
  if (*text == '\0')
    {
      config->origin = CUSAX_ORIGIN_DERIVED;
      config->aor = cusax_address_new_from_jid (config->jid, &reason);
      return config->aor != NULL || cusax_config_invalid (error, "jid", "%s", reason->message);
    }
  config->origin = CUSAX_ORIGIN_TYPED;
  /* A number alone is no address of record: it has no domain of its own. */
  if (strchr (text, '@') == NULL)
    return cusax_config_invalid (error, "sip_address", "must look like user@domain");
  config->aor = cusax_address_parse_target (text, "invalid", &reason);
  if (config->aor == NULL)
    return cusax_config_invalid (error, "sip_address", "%s", reason->message);
  if (cusax_address_is_sips (config->aor) || cusax_address_get_user (config->aor) == NULL)
    return cusax_config_invalid (error, "sip_address",
                                 "must look like user@domain; choose TLS by sip_security");
  return TRUE;
}

/* R2: same user, same password, as long as nothing else is said. */
static gboolean
read_credentials (CusaxConfig *config, const char *account_password, const CusaxConfigSource *source,
                  GError **error)
{
  g_autofree char *user = cusax_config_read_string (source, "sip_auth_user", error);
  char *password;

  if (user == NULL)
    return FALSE;
  config->auth_user = g_strdup (*user != '\0' ? user : cusax_address_get_user (config->aor));

  password = cusax_config_read_string (source, "sip_password", error);
  if (password == NULL)
    return FALSE;
  config->password_is_shared = *password == '\0';
  if (!config->password_is_shared)
    {
      config->password = password;
      return TRUE;
    }
  g_free (password);
  if (account_password != NULL && *account_password != '\0')
    config->password = g_strdup (account_password);
  return TRUE;
}

/* What is typed may be "host", "host:port", "::1" or a SIP URI; the parser of URIs knows them all but "::1". */
static CusaxAddress *
parse_server (const char *text, GError **error)
{
  g_autofree char *uri = NULL;

  if (g_ascii_strncasecmp (text, "sip:", 4) == 0 || g_ascii_strncasecmp (text, "sips:", 5) == 0)
    return cusax_address_parse_uri (text, error);
  if (strchr (text, '[') == NULL && strchr (text, ':') != strrchr (text, ':'))
    uri = g_strdup_printf ("sip:[%s]", text);
  else
    uri = g_strconcat ("sip:", text, NULL);
  return cusax_address_parse_uri (uri, error);
}

static gboolean
read_server (CusaxConfig *config, const CusaxConfigSource *source, GError **error)
{
  g_autofree char *text = cusax_config_read_string (source, "sip_server", error);
  g_autoptr (CusaxAddress) server = NULL;
  g_autoptr (GError) reason = NULL;
  const char *const *choices = find_setting ("sip_transport")->choices;
  const char *transport;
  const char *decider = "sip_transport";
  guint choice = 0;

  if (text == NULL || !cusax_config_read_choice (source, "sip_transport", &choice, error))
    return FALSE;
  config->transport = (CusaxTransportKind) choice;

  if (*text != '\0')
    {
      server = parse_server (text, &reason);
      if (server == NULL)
        return cusax_config_invalid (error, "sip_server", "%s", reason->message);
      if (cusax_address_get_user (server) != NULL)
        return cusax_config_invalid (error, "sip_server", "must be a host, without a user");
      config->server_host = g_strdup (cusax_address_get_host (server));
      config->server_port = cusax_address_get_port (server);

      transport = cusax_address_get_transport (server);
      if (transport != NULL)
        {
          decider = "sip_server";
          for (choice = CUSAX_TRANSPORT_TLS; choices[choice] != NULL; choice++)
            if (g_str_equal (transport, choices[choice]))
              break;
          if (choices[choice] == NULL)
            return cusax_config_invalid (error, "sip_server", "the transport must be tls, tcp or udp");
          config->transport = (CusaxTransportKind) choice;
        }
      if (cusax_address_is_sips (server))
        {
          /* RFC 3261 section 26.2.2: sips over transport=tcp means TLS over TCP. */
          if (config->transport == CUSAX_TRANSPORT_UDP)
            return cusax_config_invalid (error, decider, "udp cannot carry sips:");
          config->transport = CUSAX_TRANSPORT_TLS;
        }
    }

  if (!cusax_config_read_choice (source, "sip_security", &choice, error))
    return FALSE;
  config->requires_tls = choice == 0;
  if (config->requires_tls
      && (config->transport == CUSAX_TRANSPORT_UDP || config->transport == CUSAX_TRANSPORT_TCP))
    return cusax_config_invalid (error, decider, "%s is not encrypted; that needs sip_security = allow_plain",
                                 choices[config->transport]);
  return TRUE;
}

static gboolean
read_port (const CusaxConfigSource *source, const char *name, int fallback, guint *port, GError **error)
{
  int value = cusax_config_read_int (source, name);

  if (value != 0 && (value < LOWEST_PORT || value > G_MAXUINT16))
    return cusax_config_invalid (error, name, "must be 0 or from %d to %d", LOWEST_PORT, G_MAXUINT16);
  *port = (guint) (value != 0 ? value : fallback);
  return TRUE;
}

static gboolean
read_media (CusaxConfig *config, const CusaxConfigSource *source, GError **error)
{
  gboolean any = cusax_config_read_int (source, "media_port_min") == 0 && cusax_config_read_int (source, "media_port_max") == 0;
  guint choice = 0;

  if (!cusax_config_read_choice (source, "media_encryption", &choice, error)
      || !read_port (source, "media_port_min", any ? 0 : LOWEST_PORT, &config->media_port_min, error)
      || !read_port (source, "media_port_max", any ? 0 : G_MAXUINT16, &config->media_port_max, error))
    return FALSE;
  config->media_security = (CusaxMediaSecurity) choice;

  /* A call needs two neighbouring ports, the lower one even (RFC 3550 section 11): three hold such a pair. */
  if (!any && config->media_port_max < config->media_port_min + 2)
    return cusax_config_invalid (error, "media_port_max", "must be at least 2 above media_port_min");
  return TRUE;
}

/* Who hears what, and whom we hear (R33, R50). */
static gboolean
read_disclosure (CusaxConfig *config, const CusaxConfigSource *source, GError **error)
{
  guint choice = 0;

  if (!cusax_config_read_choice (source, "accept_calls", &choice, error))
    return FALSE;
  config->accept_calls = (CusaxAcceptCalls) choice;
  config->shares_chat_address = cusax_config_read_bool (source, "share_chat_address");
  config->shares_chat_address_foreign = cusax_config_read_bool (source, "share_chat_address_foreign");
  config->sends_xmpp_contact = cusax_config_read_bool (source, "send_xmpp_contact");
  config->shares_reachability = cusax_config_read_bool (source, "share_reachability");
  config->shares_on_the_phone = cusax_config_read_bool (source, "share_on_the_phone");
  config->accepts_sip_messages = cusax_config_read_bool (source, "accept_sip_messages");
  config->is_anonymous = cusax_config_read_bool (source, "anonymous");
  return TRUE;
}

/* Where more is found: a document of the provider, a file on this machine. */
static gboolean
read_origins (CusaxConfig *config, const CusaxConfigSource *source, GError **error)
{
  g_autofree char *url = cusax_config_read_string (source, "provisioning_url", error);
  g_autofree char *path = url != NULL ? cusax_config_read_string (source, "client_certificate", error) : NULL;

  if (path == NULL)
    return FALSE;
  if (*url != '\0' && g_ascii_strncasecmp (url, "https://", strlen ("https://")) != 0)
    return cusax_config_invalid (error, "provisioning_url", "must begin with https://");
  if (*path != '\0' && !g_path_is_absolute (path))
    return cusax_config_invalid (error, "client_certificate", "must be the full path of a PEM file");
  config->provisioning_url = *url != '\0' ? g_steal_pointer (&url) : NULL;
  config->client_certificate = *path != '\0' ? g_steal_pointer (&path) : NULL;
  return TRUE;
}

gboolean
cusax_config_read (CusaxConfig *config, const CusaxConfigSource *source, const char *account_password,
                   GError **error)
{
  config->telephony_enabled = cusax_config_read_bool (source, "sip_enabled");
  config->requires_both = cusax_config_read_bool (source, "require_both");
  config->wire_trace = cusax_config_read_bool (source, "wire_trace");
  return read_origins (config, source, error) && read_address (config, source, error) && read_credentials (config, account_password, source, error)
         && read_server (config, source, error) && cusax_config_read_numbers (config, source, error)
         && read_media (config, source, error) && cusax_config_read_ice (config, source, error)
         && read_disclosure (config, source, error)
         && cusax_config_read_calls (config, source, error);
}
