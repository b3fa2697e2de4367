/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of all that is said about a setting counts (R3, R8, R9, R47, R52). */
#include "ladder.h"

#include "error.h"
#include "note.h"
#include "settings.h"

#include <string.h>

#define JID "alice@example.org"

static const CusaxConfigReader typed_reader = { settings_get_string, settings_get_bool, settings_get_int };

static GHashTable *
typed_new (const char *text)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (lines[i], "=", 2);

      if (pair[0] != NULL && pair[1] != NULL)
        g_hash_table_insert (table, g_strdup (pair[0]), g_strdup (pair[1]));
    }
  return table;
}

/* "D name=value\n!name": the DOCUMENT sets, and locks. */
static void
add_rung (CusaxLadder *ladder, const char *text)
{
  static const char letters[] = "YUSPDC";
  CusaxProvisionSource source = (CusaxProvisionSource) (strchr (letters, text[0]) - letters);
  g_autoptr (CusaxProvision) provision = cusax_provision_new (source, "there");
  g_auto (GStrv) lines = g_strsplit (text + 2, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (lines[i], "=", 2);
      g_autoptr (GError) error = NULL;

      if (lines[i][0] == '!')
        cusax_provision_lock (provision, lines[i] + 1, &error);
      else
        cusax_provision_set (provision, pair[0], pair[1], &error);
      g_assert_no_error (error);
    }
  g_assert_true (cusax_ladder_set (ladder, source, provision));
  g_assert_false (cusax_ladder_set (ladder, source, provision));
}

static CusaxLadder *
ladder_new (const char *const *rungs)
{
  CusaxLadder *ladder = cusax_ladder_new ();

  for (guint i = 0; rungs[i] != NULL; i++)
    add_rung (ladder, rungs[i]);
  return ladder;
}

static char *
describe (const CusaxConfig *config)
{
  static const char *const transports[] = { "auto", "tls", "tcp", "udp" };
  static const char *const origins[] = { "typed", "provisioned", "card", "derived" };
  const char *host = cusax_config_get_server_host (config);

  return g_strdup_printf (
    "%s %s %s %s:%u %s %s", cusax_address_get_uri (cusax_config_get_aor (config)) + strlen ("sip:"),
    cusax_config_get_auth_user (config),
    cusax_config_password_is_shared (config) ? "SHARED" : cusax_config_get_sip_password (config),
    host != NULL ? host : "-", cusax_config_get_server_port (config),
    transports[cusax_config_get_transport (config)], origins[cusax_config_get_origin (config)]);
}

typedef struct
{
  const char *typed;
  const char *rungs[5];
  const char *expected;
} Case;

static void
check (const Case *cases, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (CusaxLadder) ladder = ladder_new (cases[i].rungs);
      g_autoptr (GHashTable) typed = typed_new (cases[i].typed);
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxConfig) config = NULL;
      g_autofree char *text = NULL;

      g_test_message ("row %u", i);
      config = cusax_ladder_make_config (ladder, JID, "chat", &typed_reader, typed, &error);
      g_assert_no_error (error);
      text = describe (config);
      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

/* R3: locked, typed, files, chat server, sipark, document, own card, the same name. */
static void
test_r3_order (void)
{
  static const Case cases[] = {
    { "", { NULL }, "alice@example.org alice SHARED -:0 auto derived" },
    { "", { "C sip_address=card@example.org" }, "card@example.org card SHARED -:0 auto card" },
    { "",
      { "C sip_address=card@example.org", "D sip_address=doc@example.org" },
      "doc@example.org doc SHARED -:0 auto provisioned" },
    { "",
      { "C sip_address=card@example.org", "D sip_address=doc@example.org", "P sip_address=park@example.org" },
      "park@example.org park SHARED -:0 auto provisioned" },
    { "",
      { "P sip_address=park@example.org", "Y sip_address=sys@example.org" },
      "sys@example.org sys SHARED -:0 auto provisioned" },
    { "",
      { "Y sip_address=sys@example.org", "U sip_address=usr@example.org" },
      "usr@example.org usr SHARED -:0 auto provisioned" },
    { "sip_address=typed@example.org",
      { "Y sip_address=sys@example.org", "U sip_address=usr@example.org" },
      "typed@example.org typed SHARED -:0 auto typed" },
    { "sip_address=typed@example.org",
      { "D sip_address=doc@example.org\n!sip_address" },
      "doc@example.org doc SHARED -:0 auto provisioned" },
    { "",
      { "D sip_address=doc@example.org\n!sip_address", "U sip_address=usr@example.org\n!sip_address" },
      "usr@example.org usr SHARED -:0 auto provisioned" },
    { "sip_address=typed@example.org",
      { "D sip_address=doc@example.org\n!sip_address", "U sip_address=usr@example.org\n!sip_address",
        "Y sip_address=sys@example.org\n!sip_address" },
      "sys@example.org sys SHARED -:0 auto provisioned" },
    /* without a lock the user's file goes before the system's */
    { "",
      { "S sip_server=s.example.org", "D sip_server=d.example.org" },
      "alice@example.org alice SHARED s.example.org:0 auto derived" },
    { "",
      { "P sip_server=p.example.org", "D sip_server=d.example.org" },
      "alice@example.org alice SHARED p.example.org:0 auto derived" },
    { "",
      { "P sip_server=p.example.org", "S sip_server=s.example.org" },
      "alice@example.org alice SHARED s.example.org:0 auto derived" },
    /* an empty text says nothing, a locked one says: as if nobody had said anything */
    { "",
      { "U sip_address=", "D sip_address=doc@example.org" },
      "doc@example.org doc SHARED -:0 auto provisioned" },
    { "sip_server=typed.example.org",
      { "Y sip_server=\n!sip_server" },
      "alice@example.org alice SHARED -:0 auto derived" },
    { "sip_address=typed@example.org",
      { "Y sip_address=\n!sip_address" },
      "alice@example.org alice SHARED -:0 auto derived" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* R8: what is typed as the default is not typed. */
static void
test_r8_typed_defaults (void)
{
  static const Case cases[] = {
    { "sip_address=  \nsip_transport=auto\nsip_server=",
      { "D sip_server=d.example.org\nsip_transport=tls" },
      "alice@example.org alice SHARED d.example.org:0 tls derived" },
    { "sip_transport= AUTO ",
      { "D sip_server=d.example.org\nsip_transport=tls" },
      "alice@example.org alice SHARED d.example.org:0 tls derived" },
    { "sip_transport=tls",
      { "D sip_server=d.example.org:5070" },
      "alice@example.org alice SHARED -:0 tls derived" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* Other types than texts. */
static void
test_r9_switches (void)
{
  static const struct
  {
    const char *typed;
    const char *rung;
    gboolean enabled;
    guint lowest;
  } cases[] = {
    { "", "D sip_enabled=false\nmedia_port_min=30000", FALSE, 30000 },
    { "sip_enabled=1\nmedia_port_min=0", "D sip_enabled=false\nmedia_port_min=30000", FALSE, 30000 },
    { "sip_enabled=0\nmedia_port_min=20000", "D sip_enabled=true\nmedia_port_min=30000", FALSE, 20000 },
    { "sip_enabled=0\nmedia_port_min=20000",
      "D sip_enabled=true\nmedia_port_min=30000\n!sip_enabled\n!media_port_min", TRUE, 30000 },
    { "media_port_min=20000", "Y media_port_min=0\n!media_port_min", TRUE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *const rungs[] = { cases[i].rung, NULL };
      g_autoptr (CusaxLadder) ladder = ladder_new (rungs);
      g_autoptr (GHashTable) typed = typed_new (cases[i].typed);
      g_autoptr (CusaxConfig) config
        = cusax_ladder_make_config (ladder, JID, "chat", &typed_reader, typed, NULL);

      note (cases[i].rung);
      g_assert_cmpint (cusax_config_telephony_enabled (config), ==, cases[i].enabled);
      g_assert_cmpuint (cusax_config_get_media_port_min (config), ==, cases[i].lowest);
    }
}

/* No password goes with the user name of another place, no transport with another's server. */
static void
test_pairs (void)
{
  static const Case cases[] = {
    { "",
      { "S sip_server=s.example.org\nsip_auth_user=1:alice\nsip_password=tmp", "D sip_auth_user=doc" },
      "alice@example.org 1:alice tmp s.example.org:0 auto derived" },
    { "",
      { "P sip_auth_user=park", "D sip_auth_user=doc\nsip_password=pd" },
      "alice@example.org park SHARED -:0 auto derived" },
    { "",
      { "P sip_password=pp", "D sip_auth_user=doc\nsip_password=pd" },
      "alice@example.org alice pp -:0 auto derived" },
    { "",
      { "S sip_server=s.example.org", "D sip_server=d.example.org\nsip_transport=tls" },
      "alice@example.org alice SHARED s.example.org:0 auto derived" },
    { "",
      { "U sip_transport=tls", "D sip_server=d.example.org" },
      "alice@example.org alice SHARED -:0 tls derived" },
    { "sip_auth_user=me",
      { "S sip_auth_user=1:alice\nsip_password=tmp" },
      "alice@example.org me SHARED -:0 auto derived" },
    /* the one missing field: typed passwords take a user name that came without one */
    { "sip_password=pt", { "D sip_auth_user=doc" }, "alice@example.org doc pt -:0 auto derived" },
    { "sip_password=pt",
      { "S sip_auth_user=1:alice\nsip_password=tmp", "D sip_auth_user=doc" },
      "alice@example.org doc pt -:0 auto derived" },
    { "sip_password=pt",
      { "S sip_auth_user=1:alice\nsip_password=tmp" },
      "alice@example.org alice pt -:0 auto derived" },
    { "sip_password=pt\nsip_auth_user=me",
      { "D sip_auth_user=doc" },
      "alice@example.org me pt -:0 auto derived" },
    /* locked: the other half is the locker's, or typed, never a third one's */
    { "sip_password=pt",
      { "Y sip_auth_user=sys\n!sip_auth_user" },
      "alice@example.org sys pt -:0 auto derived" },
    { "sip_password=pt",
      { "Y sip_auth_user=sys\nsip_password=ps\n!sip_auth_user" },
      "alice@example.org sys ps -:0 auto derived" },
    { "",
      { "Y sip_auth_user=sys\n!sip_auth_user", "D sip_auth_user=doc\nsip_password=pd" },
      "alice@example.org sys SHARED -:0 auto derived" },
    { "",
      { "Y sip_server=y.example.org\n!sip_server", "D sip_server=d.example.org\nsip_transport=tls" },
      "alice@example.org alice SHARED y.example.org:0 auto derived" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* Nobody's TURN server is shown what belongs to another one. */
static void
test_turn (void)
{
  static const struct
  {
    const char *typed;
    const char *rungs[4];
    const char *expected; /* "host user/password", "" = none */
  } cases[] = {
    { "", { "D turn_server=d.example\nturn_user=du\nturn_password=dp" }, "d.example du/dp" },
    { "turn_server=t.example\nturn_user=tu\nturn_password=tp",
      { "D turn_server=d.example\nturn_user=du\nturn_password=dp" }, "t.example tu/tp" },
    { "turn_user=tu\nturn_password=tp", { "D turn_server=evil.example" }, "" },
    { "turn_server=t.example", { "D turn_user=du\nturn_password=dp" }, "" },
    { "sip_password=sp\nsip_auth_user=su", { "D turn_server=evil.example\nturn_user=du" }, "" },
    { "", { "U turn_user=uu\nturn_password=up", "D turn_server=evil.example" }, "" },
    { "", { "U turn_server=u.example\nturn_user=uu\nturn_password=up", "Y turn_server=y.example\nturn_user=yu\nturn_password=yp" },
      "u.example uu/up" },
    { "", { "P sip_server=p.example.org", "D turn_server=d.example\nturn_user=du\nturn_password=dp" }, "d.example du/dp" },
    /* locked: the rest is the locker's, or typed, never a third one's */
    { "turn_server=t.example\nturn_user=tu\nturn_password=tp",
      { "Y turn_server=y.example\nturn_user=yu\nturn_password=yp\n!turn_server" }, "y.example yu/yp" },
    { "turn_user=tu\nturn_password=tp", { "Y turn_server=y.example\n!turn_server" }, "y.example tu/tp" },
    { "", { "Y turn_server=y.example\n!turn_server", "D turn_user=du\nturn_password=dp" }, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxLadder) ladder = ladder_new (cases[i].rungs);
      g_autoptr (GHashTable) typed = typed_new (cases[i].typed);
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxConfig) config = cusax_ladder_make_config (ladder, JID, "chat", &typed_reader, typed, &error);
      g_autoptr (GString) said = g_string_new (NULL);
      const GPtrArray *servers;

      note (cases[i].typed);
      g_assert_no_error (error);
      servers = cusax_config_get_ice_servers (config);
      for (guint j = 0; j < servers->len; j++)
        {
          const CusaxIceServer *s = g_ptr_array_index (servers, j);

          g_string_append_printf (said, "%s %s/%s", s->host, s->username, s->password);
        }
      g_assert_cmpstr (said->str, ==, cases[i].expected);
    }
}

/* R3, R47: what comes from the network counts for our domains; files and people may say what they like. */
static void
test_r47_domains (void)
{
  static const Case cases[] = {
    /* the address */
    { "", { "C sip_address=alice@evil.example" }, "alice@example.org alice SHARED -:0 auto derived" },
    { "", { "C sip_address=alice@sub.example.org" }, "alice@example.org alice SHARED -:0 auto derived" },
    { "", { "C sip_address=alice@EXAMPLE.org" }, "alice@example.org alice SHARED -:0 auto card" },
    { "",
      { "C sip_address=al@voice.example", "U related_domains=voice.example" },
      "al@voice.example al SHARED -:0 auto card" },
    { "related_domains=voice.example",
      { "C sip_address=al@voice.example" },
      "al@voice.example al SHARED -:0 auto card" },
    { "",
      { "C sip_address=al@voice.example", "D related_domains=voice.example" },
      "al@voice.example al SHARED -:0 auto card" },
    { "", { "D sip_address=al@voice.example" }, "alice@example.org alice SHARED -:0 auto derived" },
    { "",
      { "D sip_address=al@voice.example\n!sip_address" },
      "alice@example.org alice SHARED -:0 auto derived" },
    { "",
      { "D sip_address=al@voice.example\nrelated_domains=voice.example" },
      "al@voice.example al SHARED -:0 auto provisioned" },
    /* what was typed of domains goes before the document's */
    { "related_domains=other.example",
      { "D sip_address=al@voice.example\nrelated_domains=voice.example" },
      "alice@example.org alice SHARED -:0 auto derived" },
    { "",
      { "P sip_address=al@voice.example", "D related_domains=voice.example" },
      "alice@example.org alice SHARED -:0 auto derived" },
    { "",
      { "P sip_address=al@voice.example\nrelated_domains=voice.example" },
      "alice@example.org alice SHARED -:0 auto derived" },
    { "",
      { "P related_domains=voice.example", "C sip_address=al@voice.example" },
      "alice@example.org alice SHARED -:0 auto derived" },
    { "", { "U sip_address=al@voice.example" }, "al@voice.example al SHARED -:0 auto provisioned" },
    /* one that does not count leaves the next one its turn */
    { "",
      { "D sip_address=al@evil.example", "C sip_address=card@example.org" },
      "card@example.org card SHARED -:0 auto card" },
    /* the server: the chat password would follow it */
    { "", { "S sip_server=evil.example" }, "alice@example.org alice SHARED -:0 auto derived" },
    { "",
      { "S sip_server=evil.example\nsip_transport=tls", "D sip_server=d.example.org" },
      "alice@example.org alice SHARED d.example.org:0 auto derived" },
    { "", { "S sip_server=192.0.2.1" }, "alice@example.org alice SHARED -:0 auto derived" },
    { "", { "S sip_server=example.org:5070" }, "alice@example.org alice SHARED example.org:5070 auto derived" },
    { "", { "S sip_server=a.b.Example.org" }, "alice@example.org alice SHARED a.b.example.org:0 auto derived" },
    { "", { "S sip_server=evilexample.org" }, "alice@example.org alice SHARED -:0 auto derived" },
    { "", { "S sip_server=example.org.evil.example" }, "alice@example.org alice SHARED -:0 auto derived" },
    { "",
      { "S sip_server=192.0.2.1\nsip_auth_user=1:alice\nsip_password=tmp" },
      "alice@example.org 1:alice tmp 192.0.2.1:0 auto derived" },
    /* not with a password of somebody else */
    { "sip_password=pt",
      { "S sip_server=192.0.2.1\nsip_auth_user=1:alice\nsip_password=tmp" },
      "alice@example.org alice pt -:0 auto derived" },
    { "",
      { "P sip_auth_user=park\nsip_password=pp", "D sip_server=evil.example\nsip_password=pd" },
      "alice@example.org park pp -:0 auto derived" },
    { "",
      { "S sip_server=s.voice.example", "D related_domains=voice.example" },
      "alice@example.org alice SHARED -:0 auto derived" },
    { "",
      { "D sip_server=s.voice.example\nrelated_domains=voice.example" },
      "alice@example.org alice SHARED s.voice.example:0 auto derived" },
    { "sip_server=typed.example",
      { "D sip_server=evil.example\n!sip_server" },
      "alice@example.org alice SHARED typed.example:0 auto derived" },
    { "", { "Y sip_server=192.0.2.1" }, "alice@example.org alice SHARED 192.0.2.1:0 auto derived" },
    /* our provider's server and credentials are for addresses of ours */
    { "sip_address=me@trunk.example",
      { "S sip_server=s.example.org\nsip_auth_user=1:alice\nsip_password=tmp" },
      "me@trunk.example me SHARED -:0 auto typed" },
    { "sip_address=me@trunk.example",
      { "P sip_server=p.example.org", "D sip_server=d.example.org\nsip_auth_user=x" },
      "me@trunk.example me SHARED -:0 auto typed" },
    { "sip_address=me@trunk.example\nrelated_domains=trunk.example",
      { "S sip_server=s.example.org\nsip_auth_user=1:alice\nsip_password=tmp" },
      "me@trunk.example 1:alice tmp s.example.org:0 auto typed" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* R47: an address of a foreign domain does not get the chat password, whoever gave it. */
static void
test_r47_nothing_given_away (void)
{
  static const struct
  {
    const char *typed;
    const char *rung;
    gboolean may;
  } cases[] = {
    { "", "C sip_address=al@example.org", TRUE },
    { "sip_address=al@voice.example", "D sip_auth_user=x", FALSE },
    { "", "U sip_address=al@voice.example", FALSE },
    { "", "U sip_address=al@voice.example\nrelated_domains=voice.example", TRUE },
    { "", "D sip_address=al@voice.example\nrelated_domains=voice.example", TRUE },
    { "sip_password=own\nsip_address=al@voice.example", "D sip_auth_user=x", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *const rungs[] = { cases[i].rung, NULL };
      g_autoptr (CusaxLadder) ladder = ladder_new (rungs);
      g_autoptr (GHashTable) typed = typed_new (cases[i].typed);
      g_autoptr (CusaxConfig) config
        = cusax_ladder_make_config (ladder, JID, "chat", &typed_reader, typed, NULL);

      note (cases[i].rung);
      g_assert_cmpint (cusax_config_may_answer_challenge (config, TRUE, NULL), ==, cases[i].may);
    }
}

static void
test_who_gives (void)
{
  const char *const rungs[]
    = { "Y sip_server=y.example.org\ncountry_code=33\n!country_code", "D sip_auth_user=doc",
        "C sip_address=card@example.org", "S sip_server=evil.example", NULL };
  static const struct
  {
    const char *name;
    int giver; /* -1: typed or default */
  } cases[] = {
    { "sip_server", CUSAX_PROVISION_SYSTEM_FILE },
    { "sip_transport", -1 },
    { "country_code", CUSAX_PROVISION_SYSTEM_FILE },
    { "sip_auth_user", CUSAX_PROVISION_DOCUMENT },
    { "sip_password", -1 },
    { "sip_address", CUSAX_PROVISION_CARD },
    { "trunk_prefix", -1 },
    { "no_such_thing", -1 },
  };
  g_autoptr (CusaxLadder) ladder = ladder_new (rungs);
  g_autoptr (GHashTable) typed = typed_new ("trunk_prefix=9");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CusaxProvision *giver = cusax_ladder_find (ladder, JID, &typed_reader, typed, cases[i].name);

      note (cases[i].name);
      g_assert_cmpint (giver != NULL ? (int) cusax_provision_get_source (giver) : -1, ==, cases[i].giver);
    }
  g_assert_true (cusax_ladder_get_lock (ladder, "country_code")
                 == cusax_ladder_get (ladder, CUSAX_PROVISION_SYSTEM_FILE));
  g_assert_null (cusax_ladder_get_lock (ladder, "sip_server"));
  g_assert_null (cusax_ladder_get_lock (ladder, "no_such_thing"));
}

/* R8: who typed so much need not be asked about. */
static void
test_r8_manual (void)
{
  static const struct
  {
    const char *typed;
    gboolean manual;
  } cases[] = {
    { "", FALSE },
    { "sip_address=a@b.example", FALSE },
    { "sip_server=b.example\nsip_password=x", FALSE },
    { "sip_address=a@b.example\nsip_server=b.example", TRUE },
    { "sip_address=a@b.example\nsip_password=x", TRUE },
    { "sip_address= \nsip_password=x", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GHashTable) typed = typed_new (cases[i].typed);

      note (cases[i].typed);
      g_assert_cmpint (cusax_ladder_is_manual (&typed_reader, typed), ==, cases[i].manual);
    }
}

static void
test_errors (void)
{
  g_autoptr (CusaxLadder) ladder = cusax_ladder_new ();
  g_autoptr (GHashTable) bad = typed_new ("related_domains=b@d\nsip_address=HIDDEN");
  g_autoptr (GHashTable) good = typed_new ("");
  g_autoptr (GError) error = NULL;

  add_rung (ladder, "D sip_server=d.example.org\nsip_transport=udp");
  add_rung (ladder, "C sip_address=a@example.org");
  g_assert_null (cusax_ladder_make_config (ladder, JID, NULL, &typed_reader, bad, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  g_assert_null (strstr (error->message, "HIDDEN"));
  g_clear_error (&error);
  /* sip_security stands above what the network says */
  g_assert_null (cusax_ladder_make_config (ladder, JID, NULL, &typed_reader, good, &error));
  g_assert_true (g_str_has_prefix (error->message, "sip_transport: "));
  g_clear_error (&error);
  g_assert_true (cusax_ladder_set (ladder, CUSAX_PROVISION_DOCUMENT, NULL));
  g_assert_null (cusax_ladder_make_config (ladder, "example.org", NULL, &typed_reader, good, &error));
  g_assert_true (g_str_has_prefix (error->message, "jid: "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ladder/r3-order", test_r3_order);
  g_test_add_func ("/ladder/r8-typed-defaults", test_r8_typed_defaults);
  g_test_add_func ("/ladder/r9-switches", test_r9_switches);
  g_test_add_func ("/ladder/pairs", test_pairs);
  g_test_add_func ("/ladder/turn", test_turn);
  g_test_add_func ("/ladder/r47-domains", test_r47_domains);
  g_test_add_func ("/ladder/r47-nothing-given-away", test_r47_nothing_given_away);
  g_test_add_func ("/ladder/who-gives", test_who_gives);
  g_test_add_func ("/ladder/r8-manual", test_r8_manual);
  g_test_add_func ("/ladder/errors", test_errors);
  return g_test_run ();
}
