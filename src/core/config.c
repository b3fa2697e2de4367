/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See config.h. */
#include "config-private.h"

#include "error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The order of choices is the order of the enums that they become. */
static const char *const transport_choices[] = { "auto", "tls", "tcp", "udp", NULL };
static const char *const security_choices[] = { "require_tls", "allow_plain", NULL };
static const char *const encryption_choices[] = { "off", "prefer", "require", NULL };
static const char *const ice_choices[] = { "auto", "off", NULL };
static const char *const dtmf_choices[] = { "auto", "rfc4733", "info", NULL };
static const char *const accept_choices[] = { "all", "contacts", "no_anonymous", NULL };

static const CusaxSetting settings[] = {
  { "sip_address", N_("Telephony address"), CUSAX_SETTING_STRING, "", 0, NULL, TRUE, TRUE },
  { "sip_auth_user", N_("Telephony user name"), CUSAX_SETTING_STRING, "", 0, NULL, TRUE, TRUE },
  { "sip_password", N_("Telephony password"), CUSAX_SETTING_SECRET, "", 0, NULL, TRUE, TRUE },
  { "sip_server", N_("Telephony server"), CUSAX_SETTING_STRING, "", 0, NULL, TRUE, TRUE },
  { "sip_transport", N_("Telephony transport"), CUSAX_SETTING_CHOICE, "auto", 0, transport_choices, TRUE, TRUE },
  { "sip_security", N_("Telephony security"), CUSAX_SETTING_CHOICE, "require_tls", 0, security_choices, TRUE, FALSE },
  { "country_code", N_("Telephony country code"), CUSAX_SETTING_STRING, "", 0, NULL, TRUE, TRUE },
  { "sip_enabled", N_("Telephony switched on"), CUSAX_SETTING_BOOL, NULL, TRUE, NULL, FALSE, TRUE },
  { "require_both", N_("Telephony and chat only together"), CUSAX_SETTING_BOOL, NULL, FALSE, NULL, FALSE, TRUE },
  { "media_encryption", N_("Sound encryption"), CUSAX_SETTING_CHOICE, "prefer", 0, encryption_choices, FALSE, TRUE },
  { "media_ice", N_("Sound: find the best path (ICE)"), CUSAX_SETTING_CHOICE, "auto", 0, ice_choices, FALSE, TRUE },
  { "stun_server", N_("Sound: STUN server"), CUSAX_SETTING_STRING, "", 0, NULL, FALSE, TRUE },
  { "turn_server", N_("Sound: TURN server (relay)"), CUSAX_SETTING_STRING, "", 0, NULL, FALSE, TRUE },
  { "turn_user", N_("Sound: TURN user name"), CUSAX_SETTING_STRING, "", 0, NULL, FALSE, TRUE },
  { "turn_password", N_("Sound: TURN password"), CUSAX_SETTING_SECRET, "", 0, NULL, FALSE, TRUE },
  { "media_port_min", N_("Sound: lowest port (0 = any)"), CUSAX_SETTING_INT, NULL, 0, NULL, FALSE, TRUE },
  { "media_port_max", N_("Sound: highest port (0 = any)"), CUSAX_SETTING_INT, NULL, 0, NULL, FALSE, TRUE },
  { "max_calls", N_("Calls at a time"), CUSAX_SETTING_INT, NULL, 4, NULL, FALSE, TRUE },
  { "dtmf", N_("Keypad digits"), CUSAX_SETTING_CHOICE, "auto", 0, dtmf_choices, FALSE, TRUE },
  { "voicemail", N_("Voicemail number or address"), CUSAX_SETTING_STRING, "", 0, NULL, FALSE, TRUE },
  { "conference_uri", N_("Conference bridge (empty: none)"), CUSAX_SETTING_STRING, "", 0, NULL, FALSE, TRUE },
  { "ring_device", N_("Ring on this sound device"), CUSAX_SETTING_STRING, "", 0, NULL, FALSE, FALSE },
  { "auto_answer", N_("Calls the server may answer for me"), CUSAX_SETTING_BOOL, NULL, FALSE, NULL, FALSE, FALSE },
  { "trunk_prefix", N_("Numbers: trunk prefix"), CUSAX_SETTING_STRING, "", 0, NULL, FALSE, TRUE },
  { "on_net_numbers", N_("Numbers: prefixes free of charge"), CUSAX_SETTING_STRING, "", 0, NULL, FALSE, TRUE },
  { "related_domains", N_("Domains treated as ours"), CUSAX_SETTING_STRING, "", 0, NULL, FALSE, TRUE },
  { "accept_calls", N_("Calls accepted from"), CUSAX_SETTING_CHOICE, "all", 0, accept_choices, FALSE, FALSE },
  { "anonymous", N_("Calls hide who I am"), CUSAX_SETTING_BOOL, NULL, FALSE, NULL, FALSE, FALSE },
  { "share_chat_address", N_("Calls tell my chat address"), CUSAX_SETTING_BOOL, NULL, TRUE, NULL, FALSE, FALSE },
  { "share_chat_address_foreign", N_("Calls tell it to other domains too"), CUSAX_SETTING_BOOL, NULL, FALSE,
    NULL, FALSE, FALSE },
  { "send_xmpp_contact", N_("Calls tell it as Contact too"), CUSAX_SETTING_BOOL, NULL, FALSE, NULL, FALSE, FALSE },
  { "share_reachability", N_("Chat tells my telephone address"), CUSAX_SETTING_BOOL, NULL, FALSE, NULL, FALSE, FALSE },
  { "share_on_the_phone", N_("Chat tells that I am on the phone"), CUSAX_SETTING_BOOL, NULL, TRUE, NULL, FALSE, FALSE },
  { "accept_sip_messages", N_("Text messages (SMS) over telephony"), CUSAX_SETTING_BOOL, NULL, FALSE, NULL, FALSE, FALSE },
  { "provisioning_url", N_("Provider's settings (https address)"), CUSAX_SETTING_STRING, "", 0, NULL, FALSE, FALSE },
  { "client_certificate", N_("Telephony client certificate (file)"), CUSAX_SETTING_STRING, "", 0, NULL, FALSE, FALSE },
  { "wire_trace", N_("Debug window shows SIP messages"), CUSAX_SETTING_BOOL, NULL, FALSE, NULL, FALSE, FALSE },
  { NULL, NULL, CUSAX_SETTING_STRING, NULL, 0, NULL, FALSE, FALSE },
};

const CusaxSetting *
cusax_config_get_settings (void)
{
  return settings;
}

/* ----------------------------------------------------------------- object */

static void
config_clear (CusaxConfig *config)
{
  if (config->password != NULL)
    explicit_bzero (config->password, strlen (config->password));
  g_free (config->password);
  g_free (config->jid);
  g_free (config->full_jid);
  g_free (config->auth_user);
  g_free (config->server_host);
  g_free (config->chat_domain);
  g_free (config->provisioning_url);
  g_free (config->client_certificate);
  g_free (config->country_code);
  g_free (config->trunk_prefix);
  g_strfreev (config->related_domains);
  g_strfreev (config->on_net_numbers);
  g_free (config->ring_device);
  g_clear_pointer (&config->ice_servers, g_ptr_array_unref);
  g_clear_pointer (&config->voicemail, cusax_address_unref);
  g_clear_pointer (&config->bridge, cusax_address_unref);
  g_clear_pointer (&config->aor, cusax_address_unref);
}

CusaxConfig *
cusax_config_new (const char *jid, const char *password, const CusaxConfigReader *reader, gpointer user_data,
                  GError **error)
{
  g_autoptr (CusaxConfig) config = g_rc_box_new0 (CusaxConfig);
  g_autoptr (GError) reason = NULL;
  const CusaxConfigSource source = { reader, user_data };

  g_return_val_if_fail (jid != NULL && reader != NULL, NULL);

  config->jid = cusax_address_jid_bare (jid, &reason);
  if (config->jid == NULL)
    {
      cusax_config_invalid (error, "jid", "%s", reason->message);
      return NULL;
    }
  config->full_jid = g_strconcat (config->jid, strchr (jid, '/'), NULL);
  return cusax_config_read (config, &source, password, error) ? g_steal_pointer (&config) : NULL;
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

static gboolean
is_same_target (CusaxAddress *a, CusaxAddress *b)
{
  return a == b || (a != NULL && b != NULL && cusax_address_equal (a, b));
}

/* Every member of CusaxConfig that is read from outside, so that a new one is not forgotten: see test_config.c. */
gboolean
cusax_config_equal (const CusaxConfig *a, const CusaxConfig *b)
{
  if (a == b)
    return TRUE;
  if (a == NULL || b == NULL)
    return FALSE;
  return g_str_equal (a->full_jid, b->full_jid) && cusax_address_equal (a->aor, b->aor) && a->origin == b->origin
         && g_str_equal (a->auth_user, b->auth_user) && g_strcmp0 (a->password, b->password) == 0
         && a->password_is_shared == b->password_is_shared && g_strcmp0 (a->server_host, b->server_host) == 0
         && a->server_port == b->server_port && a->transport == b->transport && a->requires_tls == b->requires_tls
         && a->telephony_enabled == b->telephony_enabled && a->requires_both == b->requires_both
         && a->media_security == b->media_security && a->media_port_min == b->media_port_min
         && a->media_port_max == b->media_port_max && a->wire_trace == b->wire_trace
         && g_strcmp0 (a->provisioning_url, b->provisioning_url) == 0
         && g_strcmp0 (a->client_certificate, b->client_certificate) == 0
         && g_str_equal (a->country_code, b->country_code) && g_str_equal (a->trunk_prefix, b->trunk_prefix)
         && g_strv_equal ((const char *const *) a->related_domains, (const char *const *) b->related_domains)
         && g_strv_equal ((const char *const *) a->on_net_numbers, (const char *const *) b->on_net_numbers)
         && a->shares_chat_address == b->shares_chat_address
         && a->shares_chat_address_foreign == b->shares_chat_address_foreign
         && a->sends_xmpp_contact == b->sends_xmpp_contact && a->shares_reachability == b->shares_reachability
         && a->accepts_sip_messages == b->accepts_sip_messages && a->is_anonymous == b->is_anonymous
         && a->accept_calls == b->accept_calls && a->shares_on_the_phone == b->shares_on_the_phone
         && a->max_calls == b->max_calls && a->dtmf == b->dtmf && is_same_target (a->voicemail, b->voicemail)
         && is_same_target (a->bridge, b->bridge) && g_strcmp0 (a->ring_device, b->ring_device) == 0
         && a->allows_auto_answer == b->allows_auto_answer && a->uses_ice == b->uses_ice
         && cusax_ice_servers_equal (a->ice_servers, b->ice_servers);
}

const char *
cusax_config_get_jid (const CusaxConfig *config)
{
  return config->jid;
}

const char *
cusax_config_get_full_jid (const CusaxConfig *config)
{
  return config->full_jid;
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

const char *
cusax_config_get_country_code (const CusaxConfig *config)
{
  return config->country_code;
}

const char *
cusax_config_get_trunk_prefix (const CusaxConfig *config)
{
  return config->trunk_prefix;
}

const char *const *
cusax_config_get_related_domains (const CusaxConfig *config)
{
  return (const char *const *) config->related_domains;
}

gboolean
cusax_config_shares_chat_address (const CusaxConfig *config)
{
  return config->shares_chat_address;
}

gboolean
cusax_config_shares_chat_address_foreign (const CusaxConfig *config)
{
  return config->shares_chat_address_foreign;
}

gboolean
cusax_config_sends_xmpp_contact (const CusaxConfig *config)
{
  return config->sends_xmpp_contact;
}

gboolean
cusax_config_shares_on_the_phone (const CusaxConfig *config)
{
  return config->shares_on_the_phone;
}

gboolean
cusax_config_shares_reachability (const CusaxConfig *config)
{
  return config->shares_reachability;
}

gboolean
cusax_config_accepts_sip_messages (const CusaxConfig *config)
{
  return config->accepts_sip_messages;
}

gboolean
cusax_config_is_anonymous (const CusaxConfig *config)
{
  return config->is_anonymous;
}

CusaxAcceptCalls
cusax_config_get_accept_calls (const CusaxConfig *config)
{
  return config->accept_calls;
}

CusaxOrigin
cusax_config_get_origin (const CusaxConfig *config)
{
  return config->origin;
}

void
cusax_config_set_origin (CusaxConfig *config, CusaxOrigin origin)
{
  config->origin = origin;
}

gboolean
cusax_config_may_answer_challenge (const CusaxConfig *config, gboolean is_protected, GError **error)
{
  const char *domain = cusax_config_get_domain (config);

  if (!config->password_is_shared)
    return TRUE;
  if (!is_protected && config->requires_tls)
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_NOT_PROTECTED,
                   "the chat password is not sent over an unprotected connection");
      return FALSE;
    }
  /* not cusax_config_is_own_domain(): the domain of the AOR itself, wherever it came from, proves nothing here */
  if (!cusax_config_is_trusted_domain (config, domain))
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_WITHHELD, "the chat password is not shown to %s", domain);
      return FALSE;
    }
  return TRUE;
}

const char *
cusax_config_get_provisioning_url (const CusaxConfig *config)
{
  return config->provisioning_url;
}

const char *
cusax_config_get_client_certificate (const CusaxConfig *config)
{
  return config->client_certificate;
}
