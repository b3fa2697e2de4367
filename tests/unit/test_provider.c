/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What our own server says of telephony (R3, R9), against servers of all sorts: external services with credentials and
 * pushes (XEP-0215), a SIP account from a component (sipark), the own card. And who is not believed.
 */
#include "fakestream.h"

#include "error.h"
#include "provider.h"
#include "stanza.h"

#include <string.h>

#define SERVICES(inner) "<services xmlns='urn:xmpp:extdisco:2'>" inner "</services>"
#define CREDENTIALS(inner) "<credentials xmlns='urn:xmpp:extdisco:2'>" inner "</credentials>"
#define ITEMS(inner) "<query xmlns='http://jabber.org/protocol/disco#items'>" inner "</query>"
#define SIPARK(inner) "<registration xmlns='http://www.jivesoftware.com/protocol/sipark'>" inner "</registration>"
#define ACCOUNT(inner) SIPARK ("<registration>" inner "</registration>")

static PurpleAccount *account;
static CusaxProviderPort *provider;

static struct
{
  guint count;
  gboolean failed, had_services, had_provision;
  GString *services;
  char *address, *auth_user, *password, *server, *where, *error;
  CusaxCardState card_state;
  char *card;
} outcome;

static guint changes;

static void
forget (void)
{
  if (outcome.services != NULL)
    g_string_free (outcome.services, TRUE);
  g_free (outcome.address);
  g_free (outcome.auth_user);
  g_free (outcome.password);
  g_free (outcome.server);
  g_free (outcome.where);
  g_free (outcome.error);
  g_free (outcome.card);
  memset (&outcome, 0, sizeof outcome);
}

static gboolean
has_outcome (void)
{
  return outcome.count > 0;
}

static void
on_services (gpointer user_data, const GPtrArray *services, gboolean failed)
{
  outcome.count++;
  outcome.failed = failed;
  outcome.had_services = services != NULL;
  outcome.services = g_string_new (NULL);
  for (guint i = 0; services != NULL && i < services->len; i++)
    {
      const CusaxService *service = g_ptr_array_index (services, i);
      g_string_append_printf (outcome.services, "%s %s:%u %s %s %s %" G_GINT64_FORMAT "\n", service->type, service->host,
                              service->port, service->transport != NULL ? service->transport : "-",
                              service->username != NULL ? service->username : "-",
                              service->password != NULL ? service->password : "-", service->expires);
    }
}

static void
on_account (gpointer user_data, CusaxProvision *provision, const GError *error)
{
  outcome.count++;
  outcome.had_provision = provision != NULL;
  outcome.error = error != NULL ? g_strdup (error->message) : NULL;
  if (provision == NULL)
    return;
  g_assert_cmpint (cusax_provision_get_source (provision), ==, CUSAX_PROVISION_SIPARK);
  outcome.where = g_strdup (cusax_provision_get_where (provision));
  outcome.address = g_strdup (cusax_provision_get (provision, "sip_address"));
  outcome.auth_user = g_strdup (cusax_provision_get (provision, "sip_auth_user"));
  outcome.password = g_strdup (cusax_provision_get (provision, "sip_password"));
  outcome.server = g_strdup (cusax_provision_get (provision, "sip_server"));
}

static void
on_card (gpointer user_data, CusaxCardState state, const char *xml, gsize length)
{
  outcome.count++;
  outcome.card_state = state;
  outcome.card = g_strndup (xml, length);
}

static void
on_changed (gpointer user_data)
{
  changes++;
}

static guint ice_changes;

static void
on_ice_changed (gpointer user_data)
{
  ice_changes++;
}

static void
setup (void)
{
  if (!purple_account_is_connected (account))
    fake_stream_connect (account);
  provider = cusax_provider_new (account);
  changes = ice_changes = 0;
}

static void
teardown (void)
{
  cusax_provider_free (provider);
  fake_stream_set_speed (1);
  fake_stream_drop_all ();
  forget ();
}

/* Takes the next request and answers it: @answer is XML, or the name of an error, or NULL for silence. */
static void
serve (const char *to, const char *asked, const char *answer)
{
  xmlnode *request = fake_stream_take ();
  g_autofree char *text = xmlnode_to_str (request, NULL);

  g_test_message ("%s", text);
  g_assert_cmpstr (xmlnode_get_attrib (request, "to"), ==, to);
  g_assert_cmpstr (xmlnode_get_attrib (request, "type"), ==, "get");
  g_assert_nonnull (strstr (text, asked));
  if (answer != NULL && *answer == '<')
    fake_stream_reply (account, request, "result", to, answer);
  else if (answer != NULL)
    fake_stream_refuse (account, request, answer);
  xmlnode_free (request);
}

/* ----------------------------------------------------------------- services */

static const struct
{
  const char *answer;
  gboolean failed;
  const char *services;
} service_cases[] = {
  { SERVICES ("<service type='sips' transport='tls' host='sip.example.org' port='5061' username='u' password='p'"
              " expires='2030-01-01T00:00:00Z'/>"),
    FALSE, "sips sip.example.org:5061 tls u p 1893456000\n" },
  { SERVICES ("<service type='turn' host='t.example.org'/><service type='SIP' host='a.example.org'/>"
              "<service type='sips' host='b.example.org'/>"),
    FALSE, "sip a.example.org:0 - - - 0\nsips b.example.org:0 - - - 0\n" },
  { SERVICES (""), FALSE, NULL },
  { SERVICES ("<service type='stun' host='t.example.org'/>"), FALSE, NULL },
  { SERVICES ("<service host='t.example.org'/><service type='sip'/><service type='sip' host='a b'/>"
              "<service type='sip' host='a.example.org' port='99999'/>"),
    FALSE, NULL },
  { "<other xmlns='x'/>", FALSE, NULL },
  { "<services xmlns='urn:xmpp:extdisco:1'><service type='sip' host='a.example.org'/></services>", FALSE, NULL },
  { "service-unavailable", FALSE, NULL },
  { "feature-not-implemented", FALSE, NULL },
  { "forbidden", FALSE, NULL },
  { "internal-server-error", TRUE, NULL },
  { "remote-server-timeout", TRUE, NULL },
};

static void
test_R9_services (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (service_cases); i++)
    {
      setup ();
      g_assert_cmpuint (provider->vtable->fetch_services (provider, on_services, NULL), !=, 0);
      g_assert_cmpuint (outcome.count, ==, 0);
      serve ("example.org", "urn:xmpp:extdisco:2", service_cases[i].answer);
      g_assert_cmpuint (outcome.count, ==, 1);
      g_assert_cmpint (outcome.failed, ==, service_cases[i].failed);
      g_assert_cmpint (outcome.had_services, ==, service_cases[i].services != NULL);
      g_assert_cmpstr (outcome.services->str, ==, service_cases[i].services != NULL ? service_cases[i].services : "");
      g_assert_cmpuint (fake_stream_count (), ==, 0);
      teardown ();
    }
}

static void
test_R9_services_bounded (void)
{
  g_autoptr (GString) many = g_string_new ("<services xmlns='urn:xmpp:extdisco:2'>");

  setup ();
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (many, "<service type='sip' host='h%u.example.org' restricted='1'/>", i);
  g_string_append (many, "</services>");
  provider->vtable->fetch_services (provider, on_services, NULL);
  serve ("example.org", "services", many->str);
  for (guint i = 0; i < 4; i++)
    serve ("example.org", "credentials", "item-not-found");
  g_assert_cmpuint (outcome.count, ==, 1);
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  g_auto (GStrv) lines = g_strsplit (outcome.services->str, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines) - 1, ==, CUSAX_SERVICES_MAX);
  teardown ();
}

#define RESTRICTED SERVICES ("<service type='sips' transport='tls' host='sip.example.org' port='5061' restricted='true'/>")
#define BARE "sips sip.example.org:5061 tls - - 0\n"
#define FULL "sips sip.example.org:5061 tls u p 0\n"

static const struct
{
  const char *answer, *services;
} credential_cases[] = {
  { CREDENTIALS ("<service type='sips' host='sip.example.org' username='u' password='p'/>"), FULL },
  { CREDENTIALS ("<service type='SIPS' host='SIP.example.org' port='5061' username='u' password='p'/>"), FULL },
  { CREDENTIALS ("<service type='sips' host='sip.example.org' port='5063' username='x' password='y'/>"
                 "<service type='sips' host='sip.example.org' port='5061' username='u' password='p'/>"),
    FULL },
  { CREDENTIALS ("<service type='sips' host='sip.example.org' username='u' password='p' expires='2030-01-01T00:00:00Z'/>"),
    "sips sip.example.org:5061 tls u p 1893456000\n" },
  /* Others' credentials, half ones, none: it stays as it was. */
  { CREDENTIALS ("<service type='sips' host='other.example.org' username='u' password='p'/>"), BARE },
  { CREDENTIALS ("<service type='turn' host='sip.example.org' username='u' password='p'/>"), BARE },
  { CREDENTIALS ("<service type='sips' host='sip.example.org' username='u'/>"), BARE },
  { CREDENTIALS (""), BARE },
  { SERVICES ("<service type='sips' host='sip.example.org' username='u' password='p'/>"), BARE },
  { "item-not-found", BARE },
};

static void
test_R9_credentials (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (credential_cases); i++)
    {
      setup ();
      provider->vtable->fetch_services (provider, on_services, NULL);
      serve ("example.org", "services", RESTRICTED);
      g_assert_cmpuint (outcome.count, ==, 0);
      serve ("example.org", "type='sips' host='sip.example.org' port='5061'", credential_cases[i].answer);
      g_assert_cmpuint (outcome.count, ==, 1);
      g_assert_false (outcome.failed);
      g_assert_cmpstr (outcome.services->str, ==, credential_cases[i].services);
      teardown ();
    }
}

/* What came complete is not asked for again. */
static void
test_R9_credentials_given (void)
{
  setup ();
  provider->vtable->fetch_services (provider, on_services, NULL);
  serve ("example.org", "services",
         SERVICES ("<service type='sip' host='a.example.org' restricted='1' username='u' password='p'/>"
                   "<service type='sip' host='b.example.org' restricted='0'/>"));
  g_assert_cmpuint (outcome.count, ==, 1);
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  teardown ();
}

/* The path of sound: what signing in asks for is passed over, and the other way round. */
static void
test_ice_services (void)
{
  static const struct
  {
    const char *answer, *services;
  } cases[] = {
    { SERVICES ("<service type='stun' host='s.example' port='3478' transport='udp'/>"), "stun s.example:3478 udp - - 0\n" },
    { SERVICES ("<service type='TURN' host='Turn.elsewhere.example' port='3478' transport='UDP' username='1:a' password='p'"
                " expires='2030-01-01T00:00:00Z'/><service type='sip' host='s.example'/>"
                "<service type='turns' host='t.example' port='5349' transport='tcp' username='1:a' password='p'/>"),
      "turn turn.elsewhere.example:3478 udp 1:a p 1893456000\nturns t.example:5349 tcp 1:a p 0\n" },
    { SERVICES ("<service type='sips' host='s.example'/>"), "" },
    { SERVICES ("<service type='turn' host='t.example' port='0x10'/><service type='turn' host='b a d'/>"
                "<service type='turn' host='t.example' username='a&#10;b' password='p'/>"),
      "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      setup ();
      provider->vtable->fetch_ice_services (provider, on_services, NULL);
      serve ("example.org", "urn:xmpp:extdisco:2", cases[i].answer);
      g_assert_cmpuint (outcome.count, ==, 1);
      g_assert_cmpstr (outcome.services->str, ==, cases[i].services);
      teardown ();
    }
}

/* Restricted: each is asked for by type, host and port. */
static void
test_ice_credentials (void)
{
  setup ();
  provider->vtable->fetch_ice_services (provider, on_services, NULL);
  serve ("example.org", "services",
         SERVICES ("<service type='turn' host='t.example' port='3478' transport='udp' restricted='1'/>"
                   "<service type='stun' host='t.example' port='3478'/>"
                   "<service type='turns' host='t.example' port='5349' transport='tcp' restricted='true'/>"));
  serve ("example.org", "type='turn' host='t.example' port='3478'",
         CREDENTIALS ("<service type='turn' host='t.example' port='3478' username='u' password='p'/>"));
  serve ("example.org", "type='turns' host='t.example' port='5349'", "item-not-found");
  g_assert_cmpstr (outcome.services->str, ==,
                   "turn t.example:3478 udp u p 0\nstun t.example:3478 - - - 0\nturns t.example:5349 tcp - - 0\n");
  teardown ();
}

/* Only the domain itself answers; who else knows the id is not heard. */
static void
test_R9_spoofed (void)
{
  static const char *const liars[] = { "mallory@example.org", "evil.example", "sip.example.org", "example.org/x", OWN };

  setup ();
  provider->vtable->fetch_services (provider, on_services, NULL);
  xmlnode *request = fake_stream_take ();
  for (gsize i = 0; i < G_N_ELEMENTS (liars); i++)
    fake_stream_reply (account, request, "result", liars[i], SERVICES ("<service type='sip' host='evil.example'/>"));
  fake_stream_reply (account, request, "result", NULL, SERVICES ("<service type='sip' host='evil.example'/>"));
  g_assert_cmpuint (outcome.count, ==, 0);
  fake_stream_reply (account, request, "result", "example.org", SERVICES ("<service type='sip' host='a.example.org'/>"));
  g_assert_cmpstr (outcome.services->str, ==, "sip a.example.org:0 - - - 0\n");
  xmlnode_free (request);
  teardown ();
}

/* -------------------------------------------------------------------- pushes */

static const struct
{
  const char *from, *payload;
  gboolean taken;
  guint changes, ice_changes;
} pushes[] = {
  { "example.org", SERVICES ("<service type='sips' host='a.example.org' action='modify'/>"), TRUE, 1 },
  { "Example.ORG", SERVICES ("<service type='sip' host='a.example.org' action='delete'/>"), TRUE, 1 },
  { "example.org", "<services xmlns='urn:xmpp:extdisco:2' type='sip'/>", TRUE, 1 },
  { "example.org", "<services xmlns='urn:xmpp:extdisco:2' type='turn'><service type='turn' host='a'/></services>", TRUE, 0, 1 },
  { "example.org", SERVICES ("<service type='turn' host='a.example.org'/>"), TRUE, 0, 1 },
  { "example.org", SERVICES ("<service type='stun' host='a'/><service type='sip' host='a'/>"), TRUE, 1, 1 },
  { "mallory@example.org", SERVICES ("<service type='turn' host='a.example.org'/>"), FALSE, 0, 0 },
  { "example.org", SERVICES (""), TRUE, 0 },
  { "example.org", "<services xmlns='other'/>", FALSE, 0 },
  { "example.org/x", SERVICES ("<service type='sip' host='a.example.org'/>"), FALSE, 0 },
  { "sip.example.org", SERVICES ("<service type='sip' host='a.example.org'/>"), FALSE, 0 },
  { "mallory@example.org", SERVICES ("<service type='sip' host='a.example.org'/>"), FALSE, 0 },
  { OWN, SERVICES ("<service type='sip' host='a.example.org'/>"), FALSE, 0 },
  { NULL, SERVICES ("<service type='sip' host='a.example.org'/>"), FALSE, 0 },
};

static void
test_R9_pushes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pushes); i++)
    {
      g_autofree char *from = pushes[i].from != NULL ? g_strdup_printf (" from='%s'", pushes[i].from) : g_strdup ("");
      g_autofree char *xml = g_strdup_printf ("<iq xmlns='jabber:client' type='set' id='p1'%s>%s</iq>", from,
                                              pushes[i].payload);

      setup ();
      g_test_message ("%s", xml);
      provider->vtable->set_listener (provider, on_changed, NULL);
      provider->vtable->set_ice_listener (provider, on_ice_changed, NULL);
      g_assert_cmpint (fake_stream_receive (account, xml), ==, pushes[i].taken);
      g_assert_cmpuint (changes, ==, pushes[i].changes);
      g_assert_cmpuint (ice_changes, ==, pushes[i].ice_changes);
      g_assert_cmpuint (fake_stream_count (), ==, pushes[i].taken ? 1 : 0);
      if (pushes[i].taken)
        {
          xmlnode *result = fake_stream_take ();
          g_assert_cmpstr (xmlnode_get_attrib (result, "type"), ==, "result");
          g_assert_cmpstr (xmlnode_get_attrib (result, "id"), ==, "p1");
          g_assert_cmpstr (xmlnode_get_attrib (result, "to"), ==, pushes[i].from);
          xmlnode_free (result);
        }
      teardown ();
    }
}

/* Acknowledged without a listener; left to libjabber without a provider. */
static void
test_R9_push_unheard (void)
{
  const char *push = "<iq xmlns='jabber:client' type='set' id='p1' from='example.org'>" SERVICES ("") "</iq>";

  setup ();
  g_assert_true (fake_stream_receive (account, push));
  teardown ();
  g_assert_false (fake_stream_receive (account, push));
}

/* -------------------------------------------------------------------- sipark */

#define LISTED ITEMS ("<item jid='conference.example.org'/><item jid='sipark.example.org' name='x'/>")

static const struct
{
  const char *items;
  const char *component; /* who is asked, NULL: nobody */
} item_cases[] = {
  { LISTED, "sipark.example.org" },
  { ITEMS ("<item jid='SIPark.Example.org'/>"), "sipark.example.org" },
  { ITEMS ("<item jid='phone.example.org' name='SIP Controller'/>"), "phone.example.org" },
  { ITEMS ("<item jid='phone.example.org' name='SIP Controller'/><item jid='sipark.example.org'/>"),
    "sipark.example.org" },
  { ITEMS (""), NULL },
  { ITEMS ("<item jid='conference.example.org' name='Rooms'/>"), NULL },
  { ITEMS ("<item jid='sipark.evil.example'/>"), NULL },
  { ITEMS ("<item jid='evil.example' name='SIP Controller'/>"), NULL },
  { ITEMS ("<item jid='a.b.example.org' name='SIP Controller'/>"), NULL },
  { ITEMS ("<item jid='mallory@sipark.example.org'/>"), NULL },
  { ITEMS ("<item jid='sipark.example.org/x'/>"), NULL },
  { ITEMS ("<item jid='sipark.example.org' node='x'/>"), NULL },
  { ITEMS ("<item jid='.example.org' name='SIP Controller'/>"), NULL },
  { ITEMS ("<item name='SIP Controller'/>"), NULL },
  { "service-unavailable", NULL },
};

static void
test_R9_sipark_component (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (item_cases); i++)
    {
      setup ();
      provider->vtable->fetch_account (provider, on_account, NULL);
      serve ("example.org", "disco#items", item_cases[i].items);
      if (item_cases[i].component != NULL)
        serve (item_cases[i].component, "protocol/sipark", SIPARK (""));
      g_assert_cmpuint (fake_stream_count (), ==, 0);
      g_assert_cmpuint (outcome.count, ==, 1);
      g_assert_false (outcome.had_provision);
      g_assert_null (outcome.error);
      teardown ();
    }
}

static const struct
{
  const char *answer, *address, *auth_user, *password, *server;
  const char *error; /* how it begins */
} account_cases[] = {
  { ACCOUNT ("<jid>alice@example.org</jid><username>smith</username><authUsername>as</authUsername>"
             "<displayPhoneNum>Alice</displayPhoneNum><password>p:w</password><server>sip.example.net</server>"
             "<stunServer/><stunPort/><useStun>false</useStun><voicemail>99</voicemail><enabled>true</enabled>"
             "<outboundproxy>proxy.example.net:5063</outboundproxy><promptCredentials>false</promptCredentials>"),
    "smith@sip.example.net", "as", "p:w", "proxy.example.net:5063", NULL },
  { ACCOUNT ("<username> smith </username><server>sip.example.net</server><outboundproxy/><password/>"),
    "smith@sip.example.net", NULL, NULL, NULL, NULL },
  { ACCOUNT ("<username>smith</username><server>sip.example.net:5070</server>"), "smith@sip.example.net", NULL, NULL,
    "sip.example.net:5070", NULL },
  { ACCOUNT ("<username>smith@example.net</username><server>sip.example.net</server>"), "smith@example.net", NULL, NULL,
    NULL, NULL },
  { SIPARK (""), NULL, NULL, NULL, NULL, NULL },
  { "<registration xmlns='http://www.jivesoftware.com/protocol/sipark' type='unregistered'/>", NULL, NULL, NULL, NULL, NULL },
  { ACCOUNT ("<username>smith</username><server>sip.example.net</server><enabled>false</enabled>"), NULL, NULL, NULL,
    NULL, NULL },
  { "<registration xmlns='other'><registration><username>x</username></registration></registration>", NULL, NULL, NULL,
    NULL, NULL },
  { "item-not-found", NULL, NULL, NULL, NULL, NULL },
  { ACCOUNT (""), NULL, NULL, NULL, NULL, "username: " },
  { ACCOUNT ("<username>smith</username>"), NULL, NULL, NULL, NULL, "server: " },
  { ACCOUNT ("<username>smith</username><server>sip example</server>"), NULL, NULL, NULL, NULL, "sip_address: " },
  { ACCOUNT ("<username>smith</username><server>sip.example.net</server><outboundproxy>a b</outboundproxy>"), NULL, NULL,
    NULL, NULL, "sip_server: " },
};

static void
test_R9_sipark_account (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (account_cases); i++)
    {
      gboolean expected = account_cases[i].address != NULL;

      setup ();
      provider->vtable->fetch_account (provider, on_account, NULL);
      serve ("example.org", "disco#items", LISTED);
      g_assert_cmpuint (outcome.count, ==, 0);
      serve ("sipark.example.org", "protocol/sipark", account_cases[i].answer);
      g_assert_cmpuint (outcome.count, ==, 1);
      g_assert_cmpint (outcome.had_provision, ==, expected);
      g_assert_cmpstr (outcome.where, ==, expected ? "sipark.example.org" : NULL);
      g_assert_cmpstr (outcome.address, ==, account_cases[i].address);
      g_assert_cmpstr (outcome.auth_user, ==, account_cases[i].auth_user);
      g_assert_cmpstr (outcome.password, ==, account_cases[i].password);
      g_assert_cmpstr (outcome.server, ==, account_cases[i].server);
      if (account_cases[i].error == NULL)
        g_assert_null (outcome.error);
      else
        g_assert_true (outcome.error != NULL && g_str_has_prefix (outcome.error, account_cases[i].error));
      teardown ();
    }
}

static void
test_R9_sipark_too_long (void)
{
  g_autofree char *word = g_strnfill (5000, 'a');
  g_autofree char *answer
    = g_strdup_printf (ACCOUNT ("<username>smith</username><server>sip.example.net</server><password>%s</password>"), word);

  setup ();
  provider->vtable->fetch_account (provider, on_account, NULL);
  serve ("example.org", "disco#items", LISTED);
  serve ("sipark.example.org", "protocol/sipark", answer);
  g_assert_cmpstr (outcome.error, ==, "password: too long");
  teardown ();
}

/* The server itself does not answer for the component. */
static void
test_R9_sipark_spoofed (void)
{
  setup ();
  provider->vtable->fetch_account (provider, on_account, NULL);
  serve ("example.org", "disco#items", LISTED);
  xmlnode *request = fake_stream_take ();
  fake_stream_reply (account, request, "result", "evil.example", ACCOUNT ("<username>m</username><server>e.example</server>"));
  g_assert_cmpuint (outcome.count, ==, 0);
  xmlnode_free (request);
  teardown ();
}

/* ------------------------------------------------------------------ own card */

#define CARD(tel) "<vCard xmlns='vcard-temp'><FN>Alice</FN>" tel "</vCard>"
#define TEL "<TEL><VOICE/><NUMBER>sip:smith@example.org</NUMBER></TEL>"

static void
serve_card (const char *asked, const char *answer)
{
  xmlnode *request = fake_stream_take ();
  g_autofree char *text = xmlnode_to_str (request, NULL);

  g_assert_null (xmlnode_get_attrib (request, "to"));
  g_assert_nonnull (strstr (text, asked));
  if (*answer == '<')
    fake_stream_reply (account, request, "result", OWN, answer);
  else
    fake_stream_refuse (account, request, answer);
  xmlnode_free (request);
}

static void
test_R3_own_card (void)
{
  setup ();
  provider->vtable->fetch_own_card (provider, on_card, NULL);
  serve_card ("vcard-temp", CARD (TEL));
  g_assert_cmpuint (outcome.count, ==, 1);
  g_assert_cmpint (outcome.card_state, ==, CUSAX_CARD_READ);
  g_assert_nonnull (strstr (outcome.card, "sip:smith@example.org"));
  teardown ();

  setup ();
  provider->vtable->fetch_own_card (provider, on_card, NULL);
  serve_card ("vcard-temp", CARD (""));
  serve_card ("urn:xmpp:vcard4",
              "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:vcard4'><item id='current'>"
              "<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><tel><uri>sip:smith@example.org</uri></tel></vcard>"
              "</item></items></pubsub>");
  g_assert_nonnull (strstr (outcome.card, "sip:smith@example.org"));
  teardown ();

  setup ();
  provider->vtable->fetch_own_card (provider, on_card, NULL);
  serve_card ("vcard-temp", "item-not-found");
  serve_card ("urn:xmpp:vcard4", "item-not-found");
  g_assert_cmpint (outcome.card_state, ==, CUSAX_CARD_NONE);
  teardown ();
}

/* A contact's card is not ours, whoever says so. */
static void
test_R3_own_card_spoofed (void)
{
  static const char *const liars[] = { "bob@example.org", "example.org", OWN "/other" };

  setup ();
  provider->vtable->fetch_own_card (provider, on_card, NULL);
  xmlnode *request = fake_stream_take ();
  for (gsize i = 0; i < G_N_ELEMENTS (liars); i++)
    fake_stream_reply (account, request, "result", liars[i], CARD (TEL));
  g_assert_cmpuint (outcome.count, ==, 0);
  xmlnode_free (request);
  teardown ();
}

/* ---------------------------------------------------------------------- life */

typedef enum
{
  ASK_SERVICES,
  ASK_ACCOUNT,
  ASK_CARD
} Asked;

static guint
ask (Asked what)
{
  switch (what)
    {
    case ASK_SERVICES:
      return provider->vtable->fetch_services (provider, on_services, NULL);
    case ASK_ACCOUNT:
      return provider->vtable->fetch_account (provider, on_account, NULL);
    case ASK_CARD:
      return provider->vtable->fetch_own_card (provider, on_card, NULL);
    }
  return 0;
}

static void
assert_failed (Asked what)
{
  g_assert_cmpuint (outcome.count, ==, 1);
  g_assert_false (outcome.had_services || outcome.had_provision);
  g_assert_null (outcome.error);
  g_assert_true (what != ASK_SERVICES || outcome.failed);
  g_assert_true (what != ASK_CARD || outcome.card_state == CUSAX_CARD_FAILED);
  forget ();
}

static void
test_silence (gconstpointer data)
{
  Asked what = GPOINTER_TO_INT (data);

  setup ();
  fake_stream_set_speed (200);
  ask (what);
  fake_stream_wait (has_outcome);
  assert_failed (what);
  teardown ();
}

static void
test_chat_goes (gconstpointer data)
{
  Asked what = GPOINTER_TO_INT (data);

  setup ();
  ask (what);
  fake_stream_disconnect (account);
  g_assert_cmpuint (outcome.count, ==, 0);
  fake_stream_wait (has_outcome);
  assert_failed (what);

  g_assert_cmpuint (ask (what), !=, 0);
  g_assert_cmpuint (outcome.count, ==, 0);
  fake_stream_wait (has_outcome);
  assert_failed (what);
  teardown ();
}

static void
test_cancel (gconstpointer data)
{
  Asked what = GPOINTER_TO_INT (data);

  setup ();
  provider->vtable->cancel (provider, ask (what));
  xmlnode *request = fake_stream_take ();
  g_assert_true (fake_stream_refuse (account, request, "item-not-found"));
  xmlnode_free (request);
  ask (what);
  request = fake_stream_take ();
  cusax_provider_free (provider);
  g_assert_true (fake_stream_refuse (account, request, "item-not-found"));
  xmlnode_free (request);
  g_assert_cmpuint (outcome.count, ==, 0);
  provider = cusax_provider_new (account);
  teardown ();
}

/* Two at once do not mix. */
static void
test_all_at_once (void)
{
  setup ();
  ask (ASK_SERVICES);
  ask (ASK_ACCOUNT);
  serve ("example.org", "extdisco", SERVICES ("<service type='sip' host='a.example.org'/>"));
  g_assert_true (outcome.had_services);
  forget ();
  serve ("example.org", "disco#items", ITEMS (""));
  g_assert_cmpuint (outcome.count, ==, 1);
  g_assert_false (outcome.had_provision);
  teardown ();
}

/* Chat goes while credentials are awaited: nothing half-made is told. */
static void
test_chat_goes_in_between (void)
{
  setup ();
  ask (ASK_SERVICES);
  serve ("example.org", "services", RESTRICTED);
  fake_stream_disconnect (account);
  fake_stream_wait (has_outcome);
  assert_failed (ASK_SERVICES);
  teardown ();
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_stream_start ();
  cusax_stanza_init (fake_stream_get_plugin ());
  cusax_provider_init (fake_stream_get_plugin ());
  account = fake_stream_account (OWN);

  g_test_add_func ("/provider/R9-services", test_R9_services);
  g_test_add_func ("/provider/R9-services-bounded", test_R9_services_bounded);
  g_test_add_func ("/provider/R9-credentials", test_R9_credentials);
  g_test_add_func ("/provider/R9-credentials-given", test_R9_credentials_given);
  g_test_add_func ("/provider/ice-services", test_ice_services);
  g_test_add_func ("/provider/ice-credentials", test_ice_credentials);
  g_test_add_func ("/provider/R9-spoofed", test_R9_spoofed);
  g_test_add_func ("/provider/R9-pushes", test_R9_pushes);
  g_test_add_func ("/provider/R9-push-unheard", test_R9_push_unheard);
  g_test_add_func ("/provider/R9-sipark-component", test_R9_sipark_component);
  g_test_add_func ("/provider/R9-sipark-account", test_R9_sipark_account);
  g_test_add_func ("/provider/R9-sipark-too-long", test_R9_sipark_too_long);
  g_test_add_func ("/provider/R9-sipark-spoofed", test_R9_sipark_spoofed);
  g_test_add_func ("/provider/R3-own-card", test_R3_own_card);
  g_test_add_func ("/provider/R3-own-card-spoofed", test_R3_own_card_spoofed);
  for (int i = ASK_SERVICES; i <= ASK_CARD; i++)
    {
      static const char *const names[] = { "services", "account", "card" };
      g_autofree char *silence = g_strconcat ("/provider/silence/", names[i], NULL);
      g_autofree char *goes = g_strconcat ("/provider/chat-goes/", names[i], NULL);
      g_autofree char *cancel = g_strconcat ("/provider/cancel/", names[i], NULL);
      g_test_add_data_func (silence, GINT_TO_POINTER (i), test_silence);
      g_test_add_data_func (goes, GINT_TO_POINTER (i), test_chat_goes);
      g_test_add_data_func (cancel, GINT_TO_POINTER (i), test_cancel);
    }
  g_test_add_func ("/provider/all-at-once", test_all_at_once);
  g_test_add_func ("/provider/chat-goes-in-between", test_chat_goes_in_between);
  result = g_test_run ();

  cusax_provider_shutdown ();
  cusax_stanza_shutdown ();
  fake_stream_stop ();
  return result;
}
