/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What config.c (the table, the snapshot), config-read.c (values and their rules) and config-numbers.c (what is ours)
 * share. Nobody else includes this but ladder.c, which knows where the address of record came from.
 */
#pragma once

#include "config.h"

G_BEGIN_DECLS

struct _CusaxConfig
{
  char *jid;
  char *full_jid; /* as typed: with a resource, or bare */
  CusaxAddress *aor;
  CusaxOrigin origin;
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
  gboolean uses_ice;
  GPtrArray *ice_servers; /* (element-type CusaxIceServer) */
  guint media_port_min;
  guint media_port_max;
  gboolean wire_trace;
  char *provisioning_url;   /* (nullable) */
  char *client_certificate; /* (nullable) */

  char *chat_domain; /* of the JID, as DNS has it */
  char *country_code;
  char *trunk_prefix;
  char **related_domains;
  char **on_net_numbers;

  gboolean shares_chat_address;
  gboolean shares_chat_address_foreign;
  gboolean sends_xmpp_contact;
  gboolean shares_reachability;
  gboolean shares_on_the_phone;
  gboolean accepts_sip_messages;
  gboolean is_anonymous;
  CusaxAcceptCalls accept_calls;

  guint max_calls;
  CusaxDtmfMode dtmf;
  CusaxAddress *voicemail; /* (nullable) */
  CusaxAddress *bridge;    /* (nullable) */
  char *ring_device;       /* (nullable) */
  gboolean allows_auto_answer;
};

/** CusaxConfigSource: a reader with its data. */
typedef struct
{
  const CusaxConfigReader *reader;
  gpointer user_data;
} CusaxConfigSource;

/** Reads everything into @config, whose jid is set. Returns: FALSE with CUSAX_ERROR_INVALID */
gboolean cusax_config_read (CusaxConfig *config, const CusaxConfigSource *source, const char *account_password,
                            GError **error);

/** Reads what tells ours from others: country, prefixes, domains. Returns: FALSE with CUSAX_ERROR_INVALID */
gboolean cusax_config_read_numbers (CusaxConfig *config, const CusaxConfigSource *source, GError **error);

/** Reads how sound finds its way: ICE, STUN and TURN servers. Returns: FALSE with CUSAX_ERROR_INVALID */
gboolean cusax_config_read_ice (CusaxConfig *config, const CusaxConfigSource *source, GError **error);

/** Reads what concerns calls; the address of record is known. Returns: FALSE with CUSAX_ERROR_INVALID */
gboolean cusax_config_read_calls (CusaxConfig *config, const CusaxConfigSource *source, GError **error);

gboolean cusax_config_read_bool (const CusaxConfigSource *source, const char *name);
int cusax_config_read_int (const CusaxConfigSource *source, const char *name);
/** Returns: FALSE with CUSAX_ERROR_INVALID that lists the choices */
gboolean cusax_config_read_choice (const CusaxConfigSource *source, const char *name, guint *choice, GError **error);

/** Returns: (transfer full): the trimmed value of @name; NULL with an error that never repeats it */
char *cusax_config_read_string (const CusaxConfigSource *source, const char *name, GError **error);

/** Says where the address of record came from; before anybody else sees @config. */
void cusax_config_set_origin (CusaxConfig *config, CusaxOrigin origin);

/** R47: the JID's domain or a related one; the AOR's own does not count: whoever sets the AOR would have the password. */
gboolean cusax_config_is_trusted_domain (const CusaxConfig *config, const char *domain);

/** Sets "@name: words". Returns: FALSE */
gboolean cusax_config_invalid (GError **error, const char *name, const char *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
