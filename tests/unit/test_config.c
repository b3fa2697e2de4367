/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"
#include "error.h"
#include "note.h"
#include "settings.h"

#include <string.h>

static CusaxConfig *
make (const char *jid, const char *password, const char *settings, GError **error)
{
  return settings_config (jid, password, settings, error);
}

static void
test_table (void)
{
  static const char *const names[] = {
    "sip_address",
    "sip_auth_user",
    "sip_password",
    "sip_server",
    "sip_transport",
    "sip_security",
    "country_code",
    "sip_enabled",
    "require_both",
    "media_encryption",
    "media_ice",
    "stun_server",
    "turn_server",
    "turn_user",
    "turn_password",
    "media_port_min",
    "media_port_max",
    "max_calls",
    "dtmf",
    "voicemail",
    "conference_uri",
    "ring_device",
    "auto_answer",
    "trunk_prefix",
    "on_net_numbers",
    "related_domains",
    "accept_calls",
    "anonymous",
    "share_chat_address",
    "share_chat_address_foreign",
    "send_xmpp_contact",
    "share_reachability",
    "share_on_the_phone",
    "accept_sip_messages",
    "provisioning_url",
    "client_certificate",
    "wire_trace",
    NULL,
  };
  const CusaxSetting *settings = cusax_config_get_settings ();
  guint n = 0;
  guint in_editor = 0;

  for (const CusaxSetting *s = settings; s->name != NULL; s++, n++)
    {
      note (s->name);
      g_assert_cmpstr (s->name, ==, names[n]);
      g_assert_cmpuint (strlen (s->label), <=, 35);
      g_assert_null (strchr (s->label, '_'));
      g_assert_true (g_ascii_isupper (*s->label));
      g_assert_cmpint (s->choices != NULL, ==, s->type == CUSAX_SETTING_CHOICE);
      g_assert_cmpint (s->default_string != NULL, ==,
                       s->type != CUSAX_SETTING_BOOL && s->type != CUSAX_SETTING_INT);
      if (s->choices != NULL)
        g_assert_true (g_strv_contains (s->choices, s->default_string));
      in_editor += s->in_editor ? 1 : 0;
    }
  g_assert_null (names[n]);
  /* The XMPP protocol has 7 rows of its own, and 16 are what a small screen can show. */
  g_assert_cmpuint (in_editor, ==, 7);
}

/* R2: an ID and a password are enough. */
static void
test_r2_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxConfig) config = make ("Alice@Example.org/home", "secret", "", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (cusax_config_get_jid (config), ==, "alice@example.org");
  g_assert_cmpstr (cusax_address_get_uri (cusax_config_get_aor (config)), ==, "sip:alice@example.org");
  g_assert_cmpstr (cusax_config_get_domain (config), ==, "example.org");
  g_assert_cmpstr (cusax_config_get_auth_user (config), ==, "alice");
  g_assert_cmpstr (cusax_config_get_sip_password (config), ==, "secret");
  g_assert_true (cusax_config_password_is_shared (config));
  g_assert_null (cusax_config_get_server_host (config));
  g_assert_cmpuint (cusax_config_get_server_port (config), ==, 0);
  g_assert_cmpint (cusax_config_get_transport (config), ==, CUSAX_TRANSPORT_AUTO);
  g_assert_true (cusax_config_requires_tls (config));
  g_assert_true (cusax_config_telephony_enabled (config));
  g_assert_false (cusax_config_requires_both (config));
  g_assert_cmpint (cusax_config_get_media_security (config), ==, CUSAX_MEDIA_SECURITY_PREFER);
  g_assert_cmpuint (cusax_config_get_media_port_min (config), ==, 0);
  g_assert_cmpuint (cusax_config_get_media_port_max (config), ==, 0);
  g_assert_false (cusax_config_wire_trace (config));
}

/* R8: the five fields, and what comes with them. */
static void
test_r8_everything_set (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxConfig) config
    = make ("alice@example.org", "secret",
            "sip_address= sip:+33177@Voip.example.net;user=phone \nsip_auth_user=trunk:7\nsip_password= p w \n"
            "sip_server=proxy.example.net:5071\nsip_transport=TLS\nsip_security=allow_plain\nsip_enabled=0\n"
            "require_both=1\nmedia_encryption=require\nmedia_port_min=40000\nmedia_port_max=40010\n"
            "wire_trace=1",
            &error);

  g_assert_no_error (error);
  g_assert_cmpstr (cusax_config_get_domain (config), ==, "voip.example.net");
  g_assert_cmpstr (cusax_config_get_auth_user (config), ==, "trunk:7");
  g_assert_cmpstr (cusax_config_get_sip_password (config), ==, " p w ");
  g_assert_false (cusax_config_password_is_shared (config));
  g_assert_cmpstr (cusax_config_get_server_host (config), ==, "proxy.example.net");
  g_assert_cmpuint (cusax_config_get_server_port (config), ==, 5071);
  g_assert_cmpint (cusax_config_get_transport (config), ==, CUSAX_TRANSPORT_TLS);
  g_assert_false (cusax_config_requires_tls (config));
  g_assert_false (cusax_config_telephony_enabled (config));
  g_assert_true (cusax_config_requires_both (config));
  g_assert_cmpint (cusax_config_get_media_security (config), ==, CUSAX_MEDIA_SECURITY_REQUIRE);
  g_assert_cmpuint (cusax_config_get_media_port_min (config), ==, 40000);
  g_assert_cmpuint (cusax_config_get_media_port_max (config), ==, 40010);
  g_assert_true (cusax_config_wire_trace (config));
}

static void
test_servers (void)
{
  static const struct
  {
    const char *settings;
    const char *host;
    guint port;
    CusaxTransportKind transport;
  } cases[] = {
    { "sip_server=Proxy.example.net", "proxy.example.net", 0, CUSAX_TRANSPORT_AUTO },
    { "sip_server=192.0.2.1:5060", "192.0.2.1", 5060, CUSAX_TRANSPORT_AUTO },
    { "sip_server=[2001:db8::1]:5061", "2001:db8::1", 5061, CUSAX_TRANSPORT_AUTO },
    { "sip_server=2001:db8::1", "2001:db8::1", 0, CUSAX_TRANSPORT_AUTO },
    { "sip_server=sip:proxy.example.net:5061;transport=tls;lr", "proxy.example.net", 5061,
      CUSAX_TRANSPORT_TLS },
    { "sip_server=sips:proxy.example.net", "proxy.example.net", 0, CUSAX_TRANSPORT_TLS },
    { "sip_server=sips:proxy.example.net;transport=tcp", "proxy.example.net", 0, CUSAX_TRANSPORT_TLS },
    { "sip_server=sip:h.example;transport=udp\nsip_transport=tls\nsip_security=allow_plain", "h.example", 0,
      CUSAX_TRANSPORT_UDP },
    { "sip_server=h.example;transport=tcp\nsip_security=allow_plain", "h.example", 0, CUSAX_TRANSPORT_TCP },
    { "sip_transport=", NULL, 0, CUSAX_TRANSPORT_AUTO },
    { "sip_transport=udp\nsip_security=allow_plain", NULL, 0, CUSAX_TRANSPORT_UDP },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxConfig) config = make ("alice@example.org", NULL, cases[i].settings, &error);

      note (cases[i].settings);
      g_assert_no_error (error);
      g_assert_cmpstr (cusax_config_get_server_host (config), ==, cases[i].host);
      g_assert_cmpuint (cusax_config_get_server_port (config), ==, cases[i].port);
      g_assert_cmpint (cusax_config_get_transport (config), ==, cases[i].transport);
    }
}

static void
test_ports (void)
{
  static const struct
  {
    const char *settings;
    guint min;
    guint max;
  } cases[] = {
    { "media_port_min=40000", 40000, 65535 },
    { "media_port_max=40000", 1024, 40000 },
    { "media_port_min=40000\nmedia_port_max=40002", 40000, 40002 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxConfig) config = make ("alice@example.org", NULL, cases[i].settings, NULL);

      g_assert_cmpuint (cusax_config_get_media_port_min (config), ==, cases[i].min);
      g_assert_cmpuint (cusax_config_get_media_port_max (config), ==, cases[i].max);
    }
}

/* A server without credentials is none; the account's and telephony's passwords never stand in. */
static void
test_ice (void)
{
  static const struct
  {
    const char *settings;
    gboolean uses_ice;
    const char *servers;
  } cases[] = {
    { "", TRUE, "" },
    { "media_ice=AUTO", TRUE, "" },
    { "media_ice=off\nstun_server=s.example", FALSE, "0 s.example 3478 (null)/(null) " },
    { "stun_server= stun:s.example:5 ", TRUE, "0 s.example 5 (null)/(null) " },
    { "turn_server=t.example", TRUE, "" },
    { "turn_server=t.example\nturn_user=u", TRUE, "" },
    { "turn_server=t.example\nturn_password=p", TRUE, "" },
    { "turn_server=t.example\nturn_user=u\nsip_password=s", TRUE, "" },
    { "turn_user=u\nturn_password=p", TRUE, "" },
    { "turn_server=t.example\nturn_user= u \nturn_password= p ", TRUE, "1 t.example 3478 u/ p  " },
    { "turn_server=turns:t.example\nturn_user=u\nturn_password=p\nstun_server=::1", TRUE,
      "0 ::1 3478 (null)/(null) 3 t.example 5349 u/p " },
    { "turn_server=turn:t.example:80?transport=tcp\nturn_user=u\nturn_password=p", TRUE, "2 t.example 80 u/p " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxConfig) config = make ("alice@example.org", "secret", cases[i].settings, &error);
      g_autoptr (GString) said = g_string_new (NULL);
      const GPtrArray *servers;

      note (cases[i].settings);
      g_assert_no_error (error);
      g_assert_cmpint (cusax_config_uses_ice (config), ==, cases[i].uses_ice);
      servers = cusax_config_get_ice_servers (config);
      for (guint j = 0; j < servers->len; j++)
        {
          const CusaxIceServer *s = g_ptr_array_index (servers, j);

          g_string_append_printf (said, "%d %s %u %s/%s ", s->kind, s->host, s->port, s->username != NULL ? s->username : "(null)",
                                  s->password != NULL ? s->password : "(null)");
        }
      g_assert_cmpstr (said->str, ==, cases[i].servers);
    }
}

/* R52: how the relation came to be. */
static void
test_r52_origin (void)
{
  g_autoptr (CusaxConfig) derived = make ("alice@example.org", NULL, "", NULL);
  g_autoptr (CusaxConfig) typed = make ("alice@example.org", NULL, "sip_address=alice@example.org", NULL);

  g_assert_cmpint (cusax_config_get_origin (derived), ==, CUSAX_ORIGIN_DERIVED);
  g_assert_cmpint (cusax_config_get_origin (typed), ==, CUSAX_ORIGIN_TYPED);
}

/* R50: what is told by default is the chat address, to own people, and nothing else. */
static void
test_r50_disclosure (void)
{
  static const struct
  {
    const char *name;
    gboolean (*get) (const CusaxConfig *config);
    gboolean by_default;
  } cases[] = {
    { "share_chat_address", cusax_config_shares_chat_address, TRUE },
    { "share_chat_address_foreign", cusax_config_shares_chat_address_foreign, FALSE },
    { "send_xmpp_contact", cusax_config_sends_xmpp_contact, FALSE },
    { "share_reachability", cusax_config_shares_reachability, FALSE },
    { "share_on_the_phone", cusax_config_shares_on_the_phone, TRUE },
    { "accept_sip_messages", cusax_config_accepts_sip_messages, FALSE },
    { "anonymous", cusax_config_is_anonymous, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *other = g_strdup_printf ("%s=%d", cases[i].name, !cases[i].by_default);
      g_autoptr (CusaxConfig) by_default = make ("alice@example.org", NULL, "", NULL);
      g_autoptr (CusaxConfig) changed = make ("alice@example.org", NULL, other, NULL);

      note (cases[i].name);
      g_assert_cmpint (cases[i].get (by_default), ==, cases[i].by_default);
      for (guint j = 0; j < G_N_ELEMENTS (cases); j++)
        g_assert_cmpint (cases[j].get (changed), ==, i == j ? !cases[j].by_default : cases[j].by_default);
    }
}

static void
test_r33_accept_calls (void)
{
  g_autoptr (CusaxConfig) all = make ("alice@example.org", NULL, "", NULL);
  g_autoptr (CusaxConfig) contacts = make ("alice@example.org", NULL, "accept_calls=contacts", NULL);
  g_autoptr (CusaxConfig) shown = make ("alice@example.org", NULL, "accept_calls=no_anonymous", NULL);

  g_assert_cmpint (cusax_config_get_accept_calls (all), ==, CUSAX_ACCEPT_ALL);
  g_assert_cmpint (cusax_config_get_accept_calls (contacts), ==, CUSAX_ACCEPT_CONTACTS);
  g_assert_cmpint (cusax_config_get_accept_calls (shown), ==, CUSAX_ACCEPT_NO_ANONYMOUS);
}

/* R23: how numbers are dialled here. The country knows its trunk prefix, unless another one is said. */
static void
test_r23_dialling (void)
{
  static const struct
  {
    const char *settings;
    const char *country;
    const char *trunk;
  } cases[] = {
    { "", "", "" },
    { "country_code=33", "33", "0" },
    { "country_code=+33", "33", "0" },
    { "country_code=0033", "33", "0" },
    { "country_code= +1 ", "1", "1" },
    { "country_code=001", "1", "1" },
    { "country_code=39", "39", "" },
    { "country_code=999", "999", "" },
    { "country_code=44\ntrunk_prefix=9", "44", "9" },
    { "trunk_prefix=0", "", "0" },
    { "trunk_prefix=1234", "", "1234" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxConfig) config = make ("alice@example.org", NULL, cases[i].settings, &error);

      note (cases[i].settings);
      g_assert_no_error (error);
      g_assert_cmpstr (cusax_config_get_country_code (config), ==, cases[i].country);
      g_assert_cmpstr (cusax_config_get_trunk_prefix (config), ==, cases[i].trunk);
    }
}

/* R42: equality of names, in every spelling of one name. */
static void
test_r42_own_domains (void)
{
  static const struct
  {
    const char *domain;
    gboolean own;
  } cases[] = {
    { "sip.example.net", TRUE },
    { "SIP.Example.NET.", TRUE },
    { "example.org", TRUE },
    { "one.example", TRUE },
    { "two.example", TRUE },
    { "xn--bcher-kva.example", TRUE },
    { "b\xc3\xbc"
      "cher.example",
      TRUE },
    { "B\xc3\x9c"
      "CHER.example",
      TRUE },
    { "example.net", FALSE },
    { "x.one.example", FALSE },
    { "one.example.evil", FALSE },
    { "evilone.example", FALSE },
    { "", FALSE },
    { ".", FALSE },
    { "one example", FALSE },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxConfig) config = make ("alice@example.org", NULL,
                                         "sip_address=alice@sip.example.net\n"
                                         "related_domains= One.example,, two.example.  B\xc3\xbc"
                                         "cher.example ",
                                         &error);
  const char *const *related;

  g_assert_no_error (error);
  related = cusax_config_get_related_domains (config);
  g_assert_cmpstr (related[0], ==, "one.example");
  g_assert_cmpstr (related[1], ==, "two.example");
  g_assert_cmpstr (related[2], ==, "xn--bcher-kva.example");
  g_assert_null (related[3]);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      note (cases[i].domain);
      g_assert_cmpint (cusax_config_is_own_domain (config, cases[i].domain), ==, cases[i].own);
    }
}

static void
test_r42_on_net_numbers (void)
{
  static const struct
  {
    const char *number;
    gboolean on_net;
  } cases[] = {
    { "7042", TRUE },         { "+33177624339", TRUE }, { "0177624339", TRUE },    { "0033177624339", TRUE },
    { "0199111111", TRUE },   { "+33199111111", TRUE }, { "+33612345678", FALSE }, { "017", FALSE },
    { "+3317", FALSE },       { "6042", FALSE },        { "+7042", FALSE },        { "", FALSE },
    { "70*21*0900#", FALSE }, { "*97", TRUE },          { "*9*0900#", TRUE },      { "*21*7042#", FALSE },
  };
  g_autoptr (CusaxConfig) config
    = make ("alice@example.org", NULL, "country_code=33\non_net_numbers=70 +33.1.77,0199 *9", NULL);
  g_autoptr (CusaxConfig) none = make ("alice@example.org", NULL, "", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      note (cases[i].number);
      g_assert_cmpint (cusax_config_is_on_net_number (config, cases[i].number), ==, cases[i].on_net);
      g_assert_false (cusax_config_is_on_net_number (none, cases[i].number));
    }
}

/* 32 entries are taken, not one more. */
static void
test_list_bound (void)
{
  g_autoptr (GString) list = g_string_new ("related_domains=");
  g_autoptr (CusaxConfig) most = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 32; i++)
    g_string_append_printf (list, " d%u.example", i);
  most = make ("alice@example.org", NULL, list->str, NULL);
  g_assert_nonnull (most);
  g_string_append (list, " one-more.example");
  g_assert_null (make ("alice@example.org", NULL, list->str, &error));
  g_assert_true (g_str_has_prefix (error->message, "related_domains: "));
}

/* Every refusal begins with the setting's name and repeats no value. */
static void
test_refusals (void)
{
  static const struct
  {
    const char *jid;
    const char *settings;
    const char *name;
  } cases[] = {
    { "example.org", "", "jid: " },
    { "", "", "jid: " },
    { "alice@@", "", "jid: " },
    { "alice@example.org", "sip_address=HIDDEN", "sip_address: " },
    { "alice@example.org", "sip_address=7042", "sip_address: " },
    { "alice@example.org", "sip_address=HIDDEN@", "sip_address: " },
    { "alice@example.org", "sip_address=sips:HIDDEN@example.org", "sip_address: " },
    { "alice@example.org", "sip_address=xmpp:HIDDEN@example.org", "sip_address: " },
    { "alice@example.org",
      "sip_auth_user=HID\x01"
      "DEN",
      "sip_auth_user: " },
    { "alice@example.org", "sip_password=HIDDEN\r", "sip_password: " },
    { "alice@example.org", "sip_password=HIDDEN\xff", "sip_password: " },
    { "alice@example.org", "sip_server=HIDDEN:0", "sip_server: " },
    { "alice@example.org", "sip_server=HIDDEN:99999", "sip_server: " },
    { "alice@example.org", "sip_server=http://HIDDEN", "sip_server: " },
    { "alice@example.org", "sip_server=HID DEN", "sip_server: " },
    { "alice@example.org", "sip_server=sip:HIDDEN@example.org", "sip_server: " },
    { "alice@example.org", "sip_server=example.org;transport=HIDDEN", "sip_server: " },
    { "alice@example.org", "sip_server=example.org;transport=auto", "sip_server: " },
    { "alice@example.org", "sip_server=sips:example.org;transport=udp\nsip_security=allow_plain",
      "sip_server: " },
    { "alice@example.org", "sip_server=example.org;transport=udp", "sip_server: " },
    { "alice@example.org", "sip_transport=HIDDEN", "sip_transport: " },
    { "alice@example.org", "sip_transport=tcp", "sip_transport: " },
    { "alice@example.org", "sip_transport=udp", "sip_transport: " },
    { "alice@example.org", "sip_security=HIDDEN", "sip_security: " },
    { "alice@example.org", "country_code=HIDDEN", "country_code: " },
    { "alice@example.org", "country_code=1234", "country_code: " },
    { "alice@example.org", "country_code=+", "country_code: " },
    { "alice@example.org", "country_code=00", "country_code: " },
    { "alice@example.org", "country_code=0", "country_code: " },
    { "alice@example.org", "country_code=+033", "country_code: " },
    { "alice@example.org", "country_code=++33", "country_code: " },
    { "alice@example.org", "country_code=3 3", "country_code: " },
    { "alice@example.org", "trunk_prefix=HIDDEN", "trunk_prefix: " },
    { "alice@example.org", "trunk_prefix=12345", "trunk_prefix: " },
    { "alice@example.org", "trunk_prefix=+0", "trunk_prefix: " },
    { "alice@example.org", "trunk_prefix=0 0", "trunk_prefix: " },
    { "alice@example.org", "related_domains=example.org HIDDEN_", "related_domains: " },
    { "alice@example.org", "related_domains=@HIDDEN.example", "related_domains: " },
    { "alice@example.org", "related_domains=sip:HIDDEN.example", "related_domains: " },
    { "alice@example.org", "related_domains=*.HIDDEN.example", "related_domains: " },
    { "alice@example.org", "related_domains=.", "related_domains: " },
    { "alice@example.org", "on_net_numbers=HIDDEN", "on_net_numbers: " },
    { "alice@example.org", "on_net_numbers=70xx", "on_net_numbers: " },
    { "alice@example.org", "on_net_numbers=+", "on_net_numbers: " },
    { "alice@example.org", "accept_calls=HIDDEN", "accept_calls: " },
    { "alice@example.org", "media_encryption=HIDDEN", "media_encryption: " },
    { "alice@example.org", "media_ice=HIDDEN", "media_ice: " },
    { "alice@example.org", "stun_server=HID DEN", "stun_server: " },
    { "alice@example.org", "stun_server=turn:HIDDEN", "stun_server: " },
    { "alice@example.org", "stun_server=224.0.0.1", "stun_server: " },
    { "alice@example.org", "turn_server=HIDDEN:0\nturn_user=u\nturn_password=p", "turn_server: " },
    { "alice@example.org", "turn_server=stun:HIDDEN", "turn_server: " },
    { "alice@example.org", "turn_server=turns:HIDDEN?transport=udp", "turn_server: " },
    { "alice@example.org", "turn_user=HID\x01" "DEN", "turn_user: " },
    { "alice@example.org", "turn_password=HIDDEN\r", "turn_password: " },
    { "alice@example.org", "turn_password=HIDDEN\xff", "turn_password: " },
    { "alice@example.org", "media_port_min=80", "media_port_min: " },
    { "alice@example.org", "media_port_min=-1", "media_port_min: " },
    { "alice@example.org", "media_port_max=70000", "media_port_max: " },
    { "alice@example.org", "media_port_min=5000\nmedia_port_max=4000", "media_port_max: " },
    { "alice@example.org", "media_port_min=5000\nmedia_port_max=5001", "media_port_max: " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      note (cases[i].settings);
      g_assert_null (make (cases[i].jid, "x", cases[i].settings, &error));
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
      g_assert_true (g_str_has_prefix (error->message, cases[i].name));
      g_assert_null (strstr (error->message, "HID"));
    }
}

static void
test_long_values (void)
{
  g_autofree char *big = g_strnfill (100000, 'a');

  for (const CusaxSetting *s = cusax_config_get_settings (); s->name != NULL; s++)
    {
      g_autofree char *line = g_strconcat (s->name, "=", big, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxConfig) config = NULL;

      if (s->default_string == NULL)
        continue;
      config = make ("alice@example.org", "x", line, &error);
      g_assert_null (config);
      g_assert_true (g_str_has_prefix (error->message, s->name));
    }
}

/* R47: the shared password answers only over verified TLS, unless the person allowed plain. */
static void
test_r47_challenge (void)
{
  static const struct
  {
    const char *settings;
    gboolean is_protected;
    gboolean may;
    CusaxErrorCode why_not;
  } cases[] = {
    { "", TRUE, TRUE },
    { "", FALSE, FALSE, CUSAX_ERROR_NOT_PROTECTED },
    { "sip_security=allow_plain", FALSE, TRUE },
    { "sip_password=other", FALSE, TRUE },
    /* The address may be typed, found in a card or provided: the chat password stays at home. */
    { "sip_address=sip:alice@provider.test", TRUE, FALSE, CUSAX_ERROR_WITHHELD },
    { "sip_address=sip:alice@provider.test\nsip_security=allow_plain", TRUE, FALSE, CUSAX_ERROR_WITHHELD },
    { "sip_address=sip:alice@provider.test\nsip_password=other", TRUE, TRUE },
    { "sip_address=sip:alice@provider.test\nrelated_domains=provider.test", TRUE, TRUE },
    { "sip_address=sip:alice@sip.example.org", TRUE, FALSE, CUSAX_ERROR_WITHHELD },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxConfig) config = make ("alice@example.org", "x", cases[i].settings, NULL);
      g_autoptr (GError) error = NULL;

      note (cases[i].settings);
      g_assert_cmpint (cusax_config_may_answer_challenge (config, cases[i].is_protected, &error), ==, cases[i].may);
      if (!cases[i].may)
        g_assert_error (error, CUSAX_ERROR, (int) cases[i].why_not);
    }
}

/* Each setting that means something changes the whole. */
static void
test_equal (void)
{
  static const char *const changes[] = {
    "sip_address=bob@example.org", "sip_auth_user=x", "sip_password=x", "sip_server=h.example",
    "sip_transport=tls", "sip_security=allow_plain", "country_code=33", "sip_enabled=0", "require_both=1",
    "media_encryption=require", "media_port_min=30000", "media_port_max=30000", "trunk_prefix=9", "on_net_numbers=7",
    "related_domains=x.example", "accept_calls=contacts", "anonymous=1", "share_chat_address=0",
    "share_chat_address_foreign=1", "send_xmpp_contact=1", "share_reachability=1", "accept_sip_messages=1",
    "provisioning_url=https://x.example/", "client_certificate=/x.pem", "wire_trace=1",
    "max_calls=1", "dtmf=info", "voicemail=*97", "conference_uri=sip:bridge@example.org", "ring_device=speakers",
    "auto_answer=1", "share_on_the_phone=0",
    "media_ice=off", "stun_server=s.example", "turn_server=t.example\nturn_user=u\nturn_password=p",
    "sip_address=alice@example.org", /* the same, but typed: R52 tells where from */
  };
  g_autoptr (CusaxConfig) config = make ("alice@example.org", "x", "", NULL);
  g_autoptr (CusaxConfig) same = make ("alice@example.org", "x", "sip_transport=auto", NULL);
  g_autoptr (CusaxConfig) other_password = make ("alice@example.org", "y", "", NULL);
  g_autoptr (CusaxConfig) other_jid = make ("alice@example.org/desk", "x", "", NULL);

  g_assert_true (cusax_config_equal (config, same));
  g_assert_true (cusax_config_equal (NULL, NULL));
  g_assert_false (cusax_config_equal (config, NULL));
  g_assert_false (cusax_config_equal (config, other_password));
  g_assert_false (cusax_config_equal (config, other_jid));
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (CusaxConfig) changed = make ("alice@example.org", "x", changes[i], NULL);

      note (changes[i]);
      g_assert_nonnull (changed);
      g_assert_false (cusax_config_equal (config, changed));
    }
}

static void
test_no_password (void)
{
  g_autoptr (CusaxConfig) none = make ("alice@example.org", NULL, "", NULL);
  g_autoptr (CusaxConfig) empty = make ("alice@example.org", "", "", NULL);
  g_autoptr (CusaxConfig) same = cusax_config_ref (none);

  g_assert_null (cusax_config_get_sip_password (none));
  g_assert_null (cusax_config_get_sip_password (empty));
  g_assert_true (same == none);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/table", test_table);
  g_test_add_func ("/config/r2-defaults", test_r2_defaults);
  g_test_add_func ("/config/r8-everything-set", test_r8_everything_set);
  g_test_add_func ("/config/servers", test_servers);
  g_test_add_func ("/config/ports", test_ports);
  g_test_add_func ("/config/ice", test_ice);
  g_test_add_func ("/config/r52-origin", test_r52_origin);
  g_test_add_func ("/config/r50-disclosure", test_r50_disclosure);
  g_test_add_func ("/config/r33-accept-calls", test_r33_accept_calls);
  g_test_add_func ("/config/r23-dialling", test_r23_dialling);
  g_test_add_func ("/config/r42-own-domains", test_r42_own_domains);
  g_test_add_func ("/config/r42-on-net-numbers", test_r42_on_net_numbers);
  g_test_add_func ("/config/list-bound", test_list_bound);
  g_test_add_func ("/config/refusals", test_refusals);
  g_test_add_func ("/config/long-values", test_long_values);
  g_test_add_func ("/config/r47-challenge", test_r47_challenge);
  g_test_add_func ("/config/equal", test_equal);
  g_test_add_func ("/config/no-password", test_no_password);
  return g_test_run ();
}
