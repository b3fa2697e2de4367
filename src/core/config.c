/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See config.h. */
#include "config.h"
#include "error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_LENGTH 1024
#define LOWEST_PORT 1024 /* below it only root may listen */

struct _CusaxConfig
{
  char *jid;
  CusaxAddress *aor;
  char *auth_user;
  char *password; /* (nullable): secret */
  gboolean password_is_shared;
  char *server_host; /* (nullable) */
  guint16 server_port;
  CusaxTransportKind transport;
  gboolean requires_tls;
  gboolean telephony_enabled;
  gboolean requires_both;
  CusaxMediaSecurity media_security;
  guint media_port_min;
  guint media_port_max;
  gboolean wire_trace;
};

/* The order of choices is the order of the enums that they become. */
static const char *const transport_choices[] = { "auto", "tls", "tcp", "udp", NULL };
static const char *const security_choices[] = { "require_tls", "allow_plain", NULL };
static const char *const encryption_choices[] = { "off", "prefer", "require", NULL };

static const CusaxSetting settings[] = {
  { "sip_address", N_("Telephony address"), CUSAX_SETTING_STRING, "", 0, NULL, TRUE },
  { "sip_auth_user", N_("Telephony user name"), CUSAX_SETTING_STRING, "", 0, NULL, TRUE },
  { "sip_password", N_("Telephony password"), CUSAX_SETTING_SECRET, "", 0, NULL, TRUE },
  { "sip_server", N_("Telephony server"), CUSAX_SETTING_STRING, "", 0, NULL, TRUE },
  { "sip_transport", N_("Telephony transport"), CUSAX_SETTING_CHOICE, "auto", 0, transport_choices, TRUE },
  { "sip_security", N_("Telephony security"), CUSAX_SETTING_CHOICE, "require_tls", 0, security_choices, TRUE },
  { "sip_enabled", N_("Telephony switched on"), CUSAX_SETTING_BOOL, NULL, TRUE, NULL, FALSE },
  { "require_both", N_("Telephony and chat only together"), CUSAX_SETTING_BOOL, NULL, FALSE, NULL, FALSE },
  { "media_encryption", N_("Sound encryption"), CUSAX_SETTING_CHOICE, "prefer", 0, encryption_choices, FALSE },
  { "media_port_min", N_("Sound: lowest port (0 = any)"), CUSAX_SETTING_INT, NULL, 0, NULL, FALSE },
  { "media_port_max", N_("Sound: highest port (0 = any)"), CUSAX_SETTING_INT, NULL, 0, NULL, FALSE },
  { "wire_trace", N_("Debug window shows SIP messages"), CUSAX_SETTING_BOOL, NULL, FALSE, NULL, FALSE },
  { NULL, NULL, CUSAX_SETTING_STRING, NULL, 0, NULL, FALSE },
};

const CusaxSetting *
cusax_config_get_settings (void)
{
  return settings;
}

/* ---------------------------------------------------------------- reading */

typedef struct
{
  const CusaxConfigReader *reader;
  gpointer user_data;
} Source;

static gboolean invalid (GError **error, const char *name, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Returns: FALSE */
static gboolean
invalid (GError **error, const char *name, const char *format, ...)
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
  for (const CusaxSetting *setting = settings; setting->name != NULL; setting++)
    if (g_str_equal (setting->name, name))
      return setting;
  g_return_val_if_reached (settings);
}

/* Trimmed; NULL with an error that never repeats the value, which may be a password in the wrong field. */
static char *
read_string (const Source *source, const char *name, GError **error)
{
  const CusaxSetting *setting = find_setting (name);
  const char *value = source->reader->get_string (source->user_data, name, setting->default_string);

  if (value == NULL)
    value = setting->default_string;
  if (strlen (value) > MAX_LENGTH)
    invalid (error, name, "longer than %d bytes", MAX_LENGTH);
  else if (!g_utf8_validate (value, -1, NULL))
    invalid (error, name, "not valid text");
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
      invalid (error, name, "has control characters");
    }
  return NULL;
}

static gboolean
read_choice (const Source *source, const char *name, guint *choice, GError **error)
{
  const CusaxSetting *setting = find_setting (name);
  g_autofree char *value = read_string (source, name, error);
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
  return invalid (error, name, "must be one of %s", list);
}

static gboolean
read_bool (const Source *source, const char *name)
{
  return source->reader->get_bool (source->user_data, name, find_setting (name)->default_int);
}

static int
read_int (const Source *source, const char *name)
{
  return source->reader->get_int (source->user_data, name, find_setting (name)->default_int);
}

/* ------------------------------------------------------------- validation */

static gboolean
read_address (CusaxConfig *config, const Source *source, GError **error)
{
  g_autofree char *text = read_string (source, "sip_address", error);
  g_autoptr (GError) reason = NULL;

  if (text == NULL)
    return FALSE;
  if (*text == '\0')
    {
      config->aor = cusax_address_new_from_jid (config->jid, &reason);
      return config->aor != NULL || invalid (error, "jid", "%s", reason->message);
    }
  /* A number alone is no address of record: it has no domain of its own. */
  if (strchr (text, '@') == NULL)
    return invalid (error, "sip_address", "must look like user@domain");
  config->aor = cusax_address_parse_target (text, "invalid", &reason);
  if (config->aor == NULL)
    return invalid (error, "sip_address", "%s", reason->message);
  if (cusax_address_is_sips (config->aor) || cusax_address_get_user (config->aor) == NULL)
    return invalid (error, "sip_address", "must look like user@domain; choose TLS by sip_security");
  return TRUE;
}

/* R2: same user, same password, as long as nothing else is said. */
static gboolean
read_credentials (CusaxConfig *config, const char *account_password, const Source *source, GError **error)
{
  g_autofree char *user = read_string (source, "sip_auth_user", error);
  char *password;

  if (user == NULL)
    return FALSE;
  config->auth_user = g_strdup (*user != '\0' ? user : cusax_address_get_user (config->aor));

  password = read_string (source, "sip_password", error);
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
read_server (CusaxConfig *config, const Source *source, GError **error)
{
  g_autofree char *text = read_string (source, "sip_server", error);
  g_autoptr (CusaxAddress) server = NULL;
  g_autoptr (GError) reason = NULL;
  const char *transport;
  const char *decider = "sip_transport";
  guint choice = 0;

  if (text == NULL || !read_choice (source, "sip_transport", &choice, error))
    return FALSE;
  config->transport = (CusaxTransportKind) choice;

  if (*text != '\0')
    {
      server = parse_server (text, &reason);
      if (server == NULL)
        return invalid (error, "sip_server", "%s", reason->message);
      if (cusax_address_get_user (server) != NULL)
        return invalid (error, "sip_server", "must be a host, without a user");
      config->server_host = g_strdup (cusax_address_get_host (server));
      config->server_port = cusax_address_get_port (server);

      transport = cusax_address_get_transport (server);
      if (transport != NULL)
        {
          decider = "sip_server";
          for (choice = CUSAX_TRANSPORT_TLS; transport_choices[choice] != NULL; choice++)
            if (g_str_equal (transport, transport_choices[choice]))
              break;
          if (transport_choices[choice] == NULL)
            return invalid (error, "sip_server", "the transport must be tls, tcp or udp");
          config->transport = (CusaxTransportKind) choice;
        }
      if (cusax_address_is_sips (server))
        {
          /* RFC 3261 section 26.2.2: sips over transport=tcp means TLS over TCP. */
          if (config->transport == CUSAX_TRANSPORT_UDP)
            return invalid (error, decider, "udp cannot carry sips:");
          config->transport = CUSAX_TRANSPORT_TLS;
        }
    }

  if (!read_choice (source, "sip_security", &choice, error))
    return FALSE;
  config->requires_tls = choice == 0;
  if (config->requires_tls
      && (config->transport == CUSAX_TRANSPORT_UDP || config->transport == CUSAX_TRANSPORT_TCP))
    return invalid (error, decider, "%s is not encrypted; that needs sip_security = allow_plain",
                    transport_choices[config->transport]);
  return TRUE;
}

static gboolean
read_port (const Source *source, const char *name, int fallback, guint *port, GError **error)
{
  int value = read_int (source, name);

  if (value != 0 && (value < LOWEST_PORT || value > G_MAXUINT16))
    return invalid (error, name, "must be 0 or from %d to %d", LOWEST_PORT, G_MAXUINT16);
  *port = (guint) (value != 0 ? value : fallback);
  return TRUE;
}

static gboolean
read_media (CusaxConfig *config, const Source *source, GError **error)
{
  gboolean any = read_int (source, "media_port_min") == 0 && read_int (source, "media_port_max") == 0;
  guint choice = 0;

  if (!read_choice (source, "media_encryption", &choice, error)
      || !read_port (source, "media_port_min", any ? 0 : LOWEST_PORT, &config->media_port_min, error)
      || !read_port (source, "media_port_max", any ? 0 : G_MAXUINT16, &config->media_port_max, error))
    return FALSE;
  config->media_security = (CusaxMediaSecurity) choice;

  /* A call needs two neighbouring ports, the lower one even (RFC 3550 section 11): three hold such a pair. */
  if (!any && config->media_port_max < config->media_port_min + 2)
    return invalid (error, "media_port_max", "must be at least 2 above media_port_min");
  return TRUE;
}

static void
read_rest (CusaxConfig *config, const Source *source)
{
  config->telephony_enabled = read_bool (source, "sip_enabled");
  config->requires_both = read_bool (source, "require_both");
  config->wire_trace = read_bool (source, "wire_trace");
}

/* ----------------------------------------------------------------- object */

static void
config_clear (CusaxConfig *config)
{
  if (config->password != NULL)
    explicit_bzero (config->password, strlen (config->password));
  g_free (config->password);
  g_free (config->jid);
  g_free (config->auth_user);
  g_free (config->server_host);
  g_clear_pointer (&config->aor, cusax_address_unref);
}

CusaxConfig *
cusax_config_new (const char *jid, const char *password, const CusaxConfigReader *reader, gpointer user_data,
                  GError **error)
{
  g_autoptr (CusaxConfig) config = g_rc_box_new0 (CusaxConfig);
  g_autoptr (GError) reason = NULL;
  const Source source = { reader, user_data };

  g_return_val_if_fail (jid != NULL && reader != NULL, NULL);

  config->jid = cusax_address_jid_bare (jid, &reason);
  if (config->jid == NULL)
    {
      invalid (error, "jid", "%s", reason->message);
      return NULL;
    }
  if (!read_address (config, &source, error) || !read_credentials (config, password, &source, error)
      || !read_server (config, &source, error) || !read_media (config, &source, error))
    return NULL;
  read_rest (config, &source);
  return g_steal_pointer (&config);
}

CusaxConfig *
cusax_config_ref (CusaxConfig *config)
{
  g_return_val_if_fail (config != NULL, NULL);
  return g_rc_box_acquire (config);
}

void
cusax_config_unref (CusaxConfig *config)
{
  g_return_if_fail (config != NULL);
  g_rc_box_release_full (config, (GDestroyNotify) config_clear);
}

const char *
cusax_config_get_jid (const CusaxConfig *config)
{
  return config->jid;
}

CusaxAddress *
cusax_config_get_aor (const CusaxConfig *config)
{
  return config->aor;
}

const char *
cusax_config_get_domain (const CusaxConfig *config)
{
  return cusax_address_get_host (config->aor);
}

const char *
cusax_config_get_auth_user (const CusaxConfig *config)
{
  return config->auth_user;
}

const char *
cusax_config_get_sip_password (const CusaxConfig *config)
{
  return config->password;
}

gboolean
cusax_config_password_is_shared (const CusaxConfig *config)
{
  return config->password_is_shared;
}

const char *
cusax_config_get_server_host (const CusaxConfig *config)
{
  return config->server_host;
}

guint16
cusax_config_get_server_port (const CusaxConfig *config)
{
  return config->server_port;
}

CusaxTransportKind
cusax_config_get_transport (const CusaxConfig *config)
{
  return config->transport;
}

gboolean
cusax_config_requires_tls (const CusaxConfig *config)
{
  return config->requires_tls;
}

gboolean
cusax_config_telephony_enabled (const CusaxConfig *config)
{
  return config->telephony_enabled;
}

gboolean
cusax_config_requires_both (const CusaxConfig *config)
{
  return config->requires_both;
}

CusaxMediaSecurity
cusax_config_get_media_security (const CusaxConfig *config)
{
  return config->media_security;
}

guint
cusax_config_get_media_port_min (const CusaxConfig *config)
{
  return config->media_port_min;
}

guint
cusax_config_get_media_port_max (const CusaxConfig *config)
{
  return config->media_port_max;
}

gboolean
cusax_config_wire_trace (const CusaxConfig *config)
{
  return config->wire_trace;
}

gboolean
cusax_config_may_answer_challenge (const CusaxConfig *config, gboolean is_protected)
{
  return is_protected || !config->password_is_shared || !config->requires_tls;
}
