/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The account's settings: one table of names, types, defaults and rules (the contract that providers' files,
 * the editor and tests share), and the validated, immutable result with everything derived (R2, R3, R8). Values
 * come in through a reader, so that libpurple's accounts and key files look alike.
 */
#pragma once

#include "address.h"
#include "ice-servers.h"
#include "offer.h"

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  CUSAX_SETTING_STRING,
  CUSAX_SETTING_SECRET, /* a string that is masked and never logged */
  CUSAX_SETTING_CHOICE, /* a string out of @choices */
  CUSAX_SETTING_BOOL,
  CUSAX_SETTING_INT
} CusaxSettingType;

/** CusaxSetting: one row of the table. */
typedef struct
{
  const char *name;           /* as stored: never change */
  const char *label;          /* English, marked for translation, starts with its topic; no underscore */
  CusaxSettingType type;
  const char *default_string; /* for STRING, SECRET, CHOICE */
  int default_int;            /* for INT and BOOL */
  const char *const *choices; /* (nullable): for CHOICE, NULL-terminated */
  gboolean in_editor;         /* stands in the account editor (at most 16 rows with the XMPP protocol's) */
  gboolean from_network;      /* a provider's document may set it; the others come from people and local files only */
} CusaxSetting;

/** Returns: the table, in the order in which people see it; ends with name == NULL. */
const CusaxSetting *cusax_config_get_settings (void);

/** CusaxConfigReader: where values come from. Strings are (transfer none), NULL = not set. */
typedef struct
{
  const char *(*get_string) (gpointer user_data, const char *name, const char *fallback);
  gboolean (*get_bool) (gpointer user_data, const char *name, gboolean fallback);
  int (*get_int) (gpointer user_data, const char *name, int fallback);
} CusaxConfigReader;

typedef enum
{
  CUSAX_TRANSPORT_AUTO,
  CUSAX_TRANSPORT_TLS,
  CUSAX_TRANSPORT_TCP,
  CUSAX_TRANSPORT_UDP
} CusaxTransportKind;

typedef enum
{
  CUSAX_ACCEPT_ALL,
  CUSAX_ACCEPT_CONTACTS,     /* contacts: the binding is strong, or nothing but another one's card contests it */
  CUSAX_ACCEPT_NO_ANONYMOUS  /* everybody who shows an address */
} CusaxAcceptCalls;

/** CusaxDtmfMode: how digits reach the other side. */
typedef enum
{
  CUSAX_DTMF_AUTO,    /* RFC 4733, or INFO if that was not agreed */
  CUSAX_DTMF_RFC4733,
  CUSAX_DTMF_INFO
} CusaxDtmfMode;

/** CusaxConfig: an immutable snapshot. */
typedef struct _CusaxConfig CusaxConfig;

/**
 * cusax_config_new:
 * @jid: the account name, "user@domain[/resource]"
 * @password: (nullable): the account's password; used for SIP if sip_password is empty and R47 allows
 *
 * Returns: (transfer full): NULL with CUSAX_ERROR_INVALID whose message begins with the setting's name and ": "
 */
CusaxConfig *cusax_config_new (const char *jid, const char *password, const CusaxConfigReader *reader,
                               gpointer user_data, GError **error);
CusaxConfig *cusax_config_ref (CusaxConfig *config);
/** Wipes the password with the last reference. */
void cusax_config_unref (CusaxConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxConfig, cusax_config_unref)
/** Returns: TRUE if every setting means the same in both, wherever it came from; both (nullable) */
gboolean cusax_config_equal (const CusaxConfig *a, const CusaxConfig *b);

const char *cusax_config_get_jid (const CusaxConfig *config);            /* bare */
const char *cusax_config_get_full_jid (const CusaxConfig *config);       /* with the resource, if one was typed */
CusaxAddress *cusax_config_get_aor (const CusaxConfig *config);          /* (transfer none) */
const char *cusax_config_get_domain (const CusaxConfig *config);         /* host of the AOR: the SIP domain */
const char *cusax_config_get_auth_user (const CusaxConfig *config);
const char *cusax_config_get_sip_password (const CusaxConfig *config);   /* (nullable); secret */
gboolean cusax_config_password_is_shared (const CusaxConfig *config);    /* it is the account's (R47) */
const char *cusax_config_get_server_host (const CusaxConfig *config);    /* (nullable): from sip_server */
guint16 cusax_config_get_server_port (const CusaxConfig *config);        /* 0 = not given */
CusaxTransportKind cusax_config_get_transport (const CusaxConfig *config); /* sip_server's transport= wins */
gboolean cusax_config_requires_tls (const CusaxConfig *config);          /* sip_security = require_tls */
gboolean cusax_config_telephony_enabled (const CusaxConfig *config);     /* sip_enabled */
gboolean cusax_config_requires_both (const CusaxConfig *config);         /* require_both */
CusaxMediaSecurity cusax_config_get_media_security (const CusaxConfig *config);
gboolean cusax_config_uses_ice (const CusaxConfig *config);              /* media_ice */
/** (transfer none) (element-type CusaxIceServer): of stun_server and turn_server; those of the chat server come before them.
 * A TURN server without user name and password is not among them: nobody would be served. */
const GPtrArray *cusax_config_get_ice_servers (const CusaxConfig *config);
guint cusax_config_get_media_port_min (const CusaxConfig *config);       /* 0 = any */
guint cusax_config_get_media_port_max (const CusaxConfig *config);
gboolean cusax_config_wire_trace (const CusaxConfig *config);

/* Numbers and domains. */
const char *cusax_config_get_country_code (const CusaxConfig *config);   /* "" = not known; digits only */
/** Returns: "" = none; if the setting is empty, what is usual in the country. */
const char *cusax_config_get_trunk_prefix (const CusaxConfig *config);
/** Returns: TRUE if @domain (any case) is the AOR's, the JID's or one of related_domains (R42, R52). */
gboolean cusax_config_is_own_domain (const CusaxConfig *config, const char *domain);
/** (transfer none) NULL-terminated, lower case, from related_domains (blanks or commas between them). */
const char *const *cusax_config_get_related_domains (const CusaxConfig *config);
/** Returns: TRUE if @number (normalised; its E.164 form is tried too) begins with a prefix of on_net_numbers. */
gboolean cusax_config_is_on_net_number (const CusaxConfig *config, const char *number);

/* Disclosure and reach (R50); what each means is in the table of settings. */
gboolean cusax_config_shares_chat_address (const CusaxConfig *config);          /* share_chat_address */
gboolean cusax_config_shares_chat_address_foreign (const CusaxConfig *config);  /* share_chat_address_foreign */
gboolean cusax_config_sends_xmpp_contact (const CusaxConfig *config);           /* send_xmpp_contact */
gboolean cusax_config_shares_reachability (const CusaxConfig *config);          /* share_reachability */
gboolean cusax_config_shares_on_the_phone (const CusaxConfig *config);          /* share_on_the_phone (R36) */
gboolean cusax_config_accepts_sip_messages (const CusaxConfig *config);         /* accept_sip_messages */
gboolean cusax_config_is_anonymous (const CusaxConfig *config);                 /* anonymous */
CusaxAcceptCalls cusax_config_get_accept_calls (const CusaxConfig *config);     /* accept_calls (R33) */

/* Calls. */
guint cusax_config_get_max_calls (const CusaxConfig *config);                   /* 1 to 20 */
CusaxDtmfMode cusax_config_get_dtmf (const CusaxConfig *config);
CusaxAddress *cusax_config_get_voicemail (const CusaxConfig *config);           /* (nullable) (transfer none): as set, not
                                                                                   as announced */
CusaxAddress *cusax_config_get_bridge (const CusaxConfig *config);              /* (nullable) (transfer none):
                                                                                   conference_uri; NULL: mix here */
const char *cusax_config_get_ring_device (const CusaxConfig *config);           /* (nullable) */
gboolean cusax_config_allows_auto_answer (const CusaxConfig *config);

typedef enum
{
  CUSAX_ORIGIN_TYPED,       /* sip_address was given by a person */
  CUSAX_ORIGIN_PROVISIONED, /* by a file, a document or the provider's server */
  CUSAX_ORIGIN_CARD,        /* by the own vCard (R3b) */
  CUSAX_ORIGIN_DERIVED      /* the same-name guess of R2 */
} CusaxOrigin;

/** How the relation between JID and AOR came to be (R52). cusax_config_new() knows TYPED and DERIVED only; the others
 * come from cusax_ladder_make_config(). */
CusaxOrigin cusax_config_get_origin (const CusaxConfig *config);

const char *cusax_config_get_provisioning_url (const CusaxConfig *config);  /* (nullable): https only */
const char *cusax_config_get_client_certificate (const CusaxConfig *config); /* (nullable): absolute path of a PEM */

/**
 * cusax_config_may_answer_challenge:
 * @is_protected: the hop is verified TLS
 *
 * R47: a shared password answers only over verified TLS unless sip_security is allow_plain, and only for an AOR whose
 * domain is the JID's or one of related_domains, whoever gave that AOR.
 *
 * Returns: FALSE with CUSAX_ERROR_NOT_PROTECTED or CUSAX_ERROR_WITHHELD
 */
gboolean cusax_config_may_answer_challenge (const CusaxConfig *config, gboolean is_protected, GError **error);

G_END_DECLS
