/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Documents of settings that others wrote (R9): what is taken, and that the rest is refused by name and as a
 * whole. */
#include "provision.h"

#include "config.h"
#include "error.h"
#include "note.h"

#include <string.h>

#define JID "alice@example.org"

static CusaxProvision *
read_json (const char *text, GError **error)
{
  return cusax_provision_read_json (CUSAX_PROVISION_DOCUMENT, "https://example.org/", text, strlen (text), JID,
                                    error);
}

static CusaxProvision *
read_file (const char *text, GError **error)
{
  return cusax_provision_read_key_file (CUSAX_PROVISION_SYSTEM_FILE, "/etc/x", text, strlen (text), JID, error);
}

/* "name=value" of all that is set, in the order of the table; locked ones with "!". */
static char *
describe (const CusaxProvision *provision)
{
  GString *text = g_string_new (NULL);

  for (const CusaxSetting *s = cusax_config_get_settings (); s->name != NULL; s++)
    if (cusax_provision_get (provision, s->name) != NULL)
      g_string_append_printf (text, "%s%s%s=%s", text->len > 0 ? " " : "",
                              cusax_provision_is_locked (provision, s->name) ? "!" : "", s->name,
                              cusax_provision_get (provision, s->name));
  return g_string_free (text, FALSE);
}

static void
test_r9_json (void)
{
  static const struct
  {
    const char *json;
    const char *expected;
  } cases[] = {
    { "{}", "" },
    { "{\"jid\":\"Alice@EXAMPLE.org/desk\",\"sip_address\":\"sip:+331@example.org\"}",
      "sip_address=sip:+331@example.org" },
    { "{\"sip_enabled\":false,\"require_both\":true,\"media_port_min\":30000}",
      "sip_enabled=false require_both=true media_port_min=30000" },
    { "{\"related_domains\":[\"a.example\",\"b.example\"],\"on_net_numbers\":[\"70\"]}",
      "on_net_numbers=70 related_domains=a.example b.example" },
    { "{\"related_domains\":\"a.example b.example\"}", "related_domains=a.example b.example" },
    { "{\"related_domains\":[]}", "related_domains=" },
    { "{\"sip_server\":\"s.example\",\"locked\":[\"sip_server\"]}", "!sip_server=s.example" },
    { "{\"sip_server\":\"\",\"locked\":[\"sip_server\"]}", "!sip_server=" },
    /* what a later version may know */
    { "{\"ringtone\":{\"a\":[1,2,{\"b\":null}]},\"x\":\"\\ud83d\\ude00\",\"locked\":[\"ringtone\"]}", "" },
    { "{\"sip_address\":\"sip:{user}@{domain}\",\"sip_auth_user\":\"{user}@{domain}\",\"sip_password\":\"{user}"
      "\"}",
      "sip_address=sip:alice@example.org sip_auth_user=alice@example.org sip_password={user}" },
    { "{\"sip_auth_user\":\"{{user}}{\"}", "sip_auth_user={alice}{" },
    { "{\"media_encryption\":\"require\"}", "media_encryption=require" },
    { "{\"sip_password\":\" p\\\\w \"}", "sip_password= p\\w " },
    { "{\"turn_password\":\" p \",\"turn_user\":\"{user}\",\"turn_server\":\"turns:turn.elsewhere.example:443\","
      "\"stun_server\":\"stun.{domain}\",\"media_ice\":\"off\"}",
      "media_ice=off stun_server=stun.example.org turn_server=turns:turn.elsewhere.example:443 turn_user=alice "
      "turn_password= p " },
    { "{\"turn_server\":\"turn.example\"}", "turn_server=turn.example" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxProvision) provision = read_json (cases[i].json, &error);
      g_autofree char *text = NULL;

      note (cases[i].json);
      g_assert_no_error (error);
      text = describe (provision);
      g_assert_cmpstr (text, ==, cases[i].expected);
      g_assert_cmpint (cusax_provision_get_source (provision), ==, CUSAX_PROVISION_DOCUMENT);
    }
}

/* Refused as a whole; the error begins with what is wrong and never repeats a value. */
static void
test_r9_bad_json (void)
{
  static const struct
  {
    const char *json;
    const char *name;
  } cases[] = {
    { "", "empty" },
    { " ", "not a JSON object" },
    { "HIDDEN", "line 1: not JSON" },
    { "[]", "not a JSON object" },
    { "\"HIDDEN\"", "not a JSON object" },
    { "{\n\"sip_password\":\"HIDDEN\" \"x\"}", "line 2: not JSON" },
    { "{\"sip_password\":HIDDEN}", "line 1: not JSON" },
    { "{\"sip_password\":\"HIDDEN", "line 1: not JSON" },
    { "{\"a\":\"\\ud800\\u0041\"}", "line 1: not JSON" },
    { "{\"a\":\"\\ude00\"}", "line 1: not JSON" },
    { "{\"sip_auth_user\":\"\xff\"}", "not valid UTF-8" },
    { "{\"sip_address\":\"a@example.org\\u0000HIDDEN\"}", "has a NUL character" },
    { "{\"sip_server\":\"HIDDEN.example\",\"sip_server\":\"b.example\"}", "sip_server: stands there twice" },
    { "{\"x\":{\"y\":1,\"y\":2}}", "y: stands there twice" },
    { "{\"jid\":\"HIDDEN@example.org\"}", "jid: " },
    { "{\"jid\":\"example.org\"}", "jid: " },
    { "{\"jid\":1}", "jid: " },
    { "{\"jid\":null}", "jid: " },
    { "{\"sip_server\":1}", "sip_server: must be a string" },
    { "{\"sip_server\":null}", "sip_server: must be a string" },
    { "{\"sip_server\":[\"HIDDEN\"]}", "sip_server: must be a string" },
    { "{\"sip_server\":\"HID DEN\"}", "sip_server: " },
    { "{\"sip_server\":\"sip:HIDDEN@h.example\"}", "sip_server: " },
    { "{\"sip_address\":\"HIDDEN\"}", "sip_address: " },
    { "{\"sip_address\":\"{HIDDEN}\"}", "sip_address: " },
    { "{\"sip_address\":\"{user}\"}", "sip_address: " },
    { "{\"sip_address\":\"sip:{domain}\"}", "sip_address: " },
    { "{\"sip_server\":\"{user}@{domain}\"}", "sip_server: " },
    { "{\"sip_auth_user\":\"HID\\nDEN\"}", "sip_auth_user: " },
    { "{\"sip_auth_user\":\"HIDDEN\\u202e\"}", "sip_auth_user: " },
    { "{\"sip_password\":\"HID\\u0001DEN\"}", "sip_password: " },
    { "{\"sip_enabled\":\"true\"}", "sip_enabled: must be true or false" },
    { "{\"sip_enabled\":1}", "sip_enabled: must be true or false" },
    { "{\"media_port_min\":\"30000\"}", "media_port_min: must be a whole number" },
    { "{\"media_port_min\":30000.5}", "media_port_min: must be a whole number" },
    { "{\"media_port_min\":1e999}", "media_port_min: must be a whole number" },
    { "{\"media_port_min\":80}", "media_port_min: " },
    { "{\"media_port_min\":65535}", "media_port_min: " },
    { "{\"media_port_min\":4294997296}", "media_port_min: " },
    { "{\"media_port_min\":99999999999999999999}", "media_port_min: " },
    { "{\"media_port_min\":40000,\"media_port_max\":30000}", "media_port_max: " },
    { "{\"media_encryption\":\"off\"}", "media_encryption: must be prefer or require" },
    { "{\"media_encryption\":\"\"}", "media_encryption: " },
    { "{\"sip_transport\":\"HIDDEN\"}", "sip_transport: must be one of" },
    { "{\"media_ice\":\"HIDDEN\"}", "media_ice: must be one of" },
    { "{\"stun_server\":\"http://HIDDEN/\"}", "stun_server: " },
    { "{\"stun_server\":\"239.255.255.250:1900\"}", "stun_server: " },
    { "{\"turn_server\":\"255.255.255.255\"}", "turn_server: " },
    { "{\"turn_server\":[\"HIDDEN\"]}", "turn_server: must be a string" },
    { "{\"turn_user\":\"HID\\nDEN\"}", "turn_user: " },
    { "{\"turn_password\":\"HID\\u0001DEN\"}", "turn_password: " },
    { "{\"related_domains\":[1]}", "related_domains: must be a list" },
    { "{\"related_domains\":1}", "related_domains: must be a list" },
    { "{\"related_domains\":[\"@HIDDEN\"]}", "related_domains: " },
    { "{\"sip_server\":\"sips:h.example\",\"sip_transport\":\"udp\"}", "sip_transport: " },
    /* people and files only */
    { "{\"sip_security\":\"allow_plain\"}", "sip_security: may not" },
    { "{\"client_certificate\":\"/HIDDEN\"}", "client_certificate: may not" },
    { "{\"provisioning_url\":\"https://HIDDEN/\"}", "provisioning_url: may not" },
    { "{\"wire_trace\":true}", "wire_trace: may not" },
    { "{\"accept_calls\":\"all\"}", "accept_calls: may not" },
    { "{\"share_chat_address_foreign\":true}", "share_chat_address_foreign: may not" },
    { "{\"locked\":\"sip_server\"}", "locked: " },
    { "{\"locked\":[1]}", "locked: " },
    { "{\"locked\":[\"sip_server\"]}", "locked: sip_server has no value" },
    { "{\"expires\":\"soon\"}", "expires: " },
    { "{\"expires\":-1}", "expires: " },
    { "{\"expires\":9999999999999}", "expires: " },
    { "{\"expires\":99999999999999999999}", "expires: " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      note (cases[i].json);
      g_assert_null (read_json (cases[i].json, &error));
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
      if (!g_str_has_prefix (error->message, cases[i].name))
        g_assert_cmpstr (error->message, ==, cases[i].name);
      g_assert_null (strstr (error->message, "HID"));
    }
}

static void
check_refused (const char *text, gsize length, const char *message)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      CusaxProvision *provision
        = i == 0 ? cusax_provision_read_json (CUSAX_PROVISION_DOCUMENT, "x", text, length, JID, &error)
                 : cusax_provision_read_key_file (CUSAX_PROVISION_USER_FILE, "x", text, length, JID, &error);

      g_assert_null (provision);
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
      if (message != NULL)
        g_assert_nonnull (strstr (error->message, message));
    }
}

/* Sizes and depths that nobody means well with. */
static void
test_bounds (void)
{
  g_autofree char *huge = g_strnfill (CUSAX_PROVISION_MAX_BYTES + 1, ' ');
  g_autofree char *deep = g_strnfill (CUSAX_PROVISION_MAX_BYTES, '[');
  g_autofree char *hidden = g_strconcat ("/* \" */", deep, NULL);
  g_autofree char *value = g_strnfill (2000, 'a');
  g_autofree char *long_value = g_strdup_printf ("{\"sip_auth_user\":\"%s\"}", value);
  g_autoptr (GString) filled = g_string_new ("{\"sip_auth_user\":\"");
  g_autofree char *long_jid = g_strdup_printf ("%s@example.org", value);
  g_autoptr (GString) many = g_string_new ("{\"locked\":[\"x\"");
  g_autoptr (GError) error = NULL;
  const char with_nul[] = "{\"sip_server\":\"h.example\"}\0";

  check_refused (huge, strlen (huge), "larger than");
  check_refused (deep, strlen (deep), NULL);
  check_refused (hidden, CUSAX_PROVISION_MAX_BYTES, NULL);
  g_assert_null (
    cusax_provision_read_json (CUSAX_PROVISION_DOCUMENT, "x", hidden, CUSAX_PROVISION_MAX_BYTES, JID, &error));
  g_assert_cmpstr (error->message, ==, "more than 256 brackets"); /* before the parser went down there */
  g_clear_error (&error);
  check_refused (with_nul, sizeof with_nul - 1, "not valid UTF-8");

  g_assert_null (read_json (long_value, &error));
  g_assert_cmpstr (error->message, ==, "sip_auth_user: longer than 1024 bytes");
  g_clear_error (&error);

  for (guint i = 0; i < 100; i++)
    g_string_append (filled, "{user}");
  g_string_append (filled, "\"}");
  g_assert_null (
    cusax_provision_read_json (CUSAX_PROVISION_DOCUMENT, "x", filled->str, filled->len, long_jid, &error));
  g_assert_cmpstr (error->message, ==, "sip_auth_user: longer than 1024 bytes");
  g_clear_error (&error);

  for (guint i = 0; i < 64; i++)
    g_string_append (many, ",\"x\"");
  g_string_append (many, "]}");
  g_assert_null (read_json (many->str, &error));
  g_assert_cmpstr (error->message, ==, "locked: more than 64 entries");
}

/* A name with characters that SIP escapes. */
static void
test_placeholders_are_escaped (void)
{
  static const char json[] = "{\"sip_address\":\"sip:{user}@{domain}\",\"sip_auth_user\":\"{user}\"}";
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxProvision) provision = cusax_provision_read_json (
    CUSAX_PROVISION_DOCUMENT, "x", json, strlen (json), "{domain}%41@example.org", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (cusax_provision_get (provision, "sip_address"), ==, "sip:%7Bdomain%7D%2541@example.org");
  g_assert_cmpstr (cusax_provision_get (provision, "sip_auth_user"), ==, "{domain}%41");
}

static void
test_r9_key_file (void)
{
  static const struct
  {
    const char *text;
    const char *expected; /* NULL: for others */
  } cases[] = {
    { "[account]\n", "" },
    { "# x\n[other]\nsip_server=x y z\n[account]\n sip_server = h.example \n", "sip_server=h.example" },
    { "[account]\njid=alice@example.org\nsip_enabled=false\n", "sip_enabled=false" },
    { "[account]\njid=bob@example.org; Alice@Example.org ;\ncountry_code=33\n", "country_code=33" },
    { "[account]\njid=EXAMPLE.org\ncountry_code=33\n", "country_code=33" },
    { "[account]\njid=bob@example.org\ncountry_code=bad\n", NULL },
    { "[account]\njid=other.example;sub.example.org\n", NULL },
    { "[account]\njid=\n", NULL },
    { "[account]\nsip_server=h.example\nsip_transport=udp\nsip_security=allow_plain\nlocked=sip_server;sip_"
      "security;new;\n",
      "!sip_server=h.example sip_transport=udp !sip_security=allow_plain" },
    { "[account]\nmedia_encryption=off\nprovisioning_url=https://x.example/\nclient_certificate=/a/b.pem\n"
      "wire_trace=true\nsomething_new=1\n",
      "media_encryption=off provisioning_url=https://x.example/ client_certificate=/a/b.pem wire_trace=true" },
    { "[account]\nsip_address={user}@voice.example\n", "sip_address=alice@voice.example" },
    { "[account]\nsip_password=a\\sb\\\\c=d\n", "sip_password=a b\\c=d" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxProvision) provision = read_file (cases[i].text, &error);
      g_autofree char *text = NULL;

      note (cases[i].text);
      g_assert_no_error (error);
      text = provision != NULL ? describe (provision) : NULL;
      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

static void
test_r9_bad_key_file (void)
{
  static const struct
  {
    const char *text;
    const char *name;
  } cases[] = {
    { "HIDDEN", "not a key file" },
    { "[account]\nHIDDEN\n", "not a key file" },
    { "sip_password=HIDDEN\n", "not a key file" },
    { "\n", "has no group" },
    { "[Account]\nsip_password=HIDDEN\n", "has no group" },
    { "[account]\nsip_server=a.example\n#\nsip_server = HIDDEN\n", "line 4: stands there twice" },
    { "[account]\nlocked=sip_server\n[account]\nlocked=\n", "line 4: stands there twice" },
    { "[account]\nsip_enabled=yes\n", "sip_enabled: " },
    { "[account]\nmedia_port_min=HIDDEN\n", "media_port_min: " },
    { "[account]\nmedia_port_min= 30000 x\n", "media_port_min: " },
    { "[account]\nsip_password=\\HIDDEN\n", "sip_password: has a backslash" },
    { "[account]\nsip_server=HID\\nDEN\n", "sip_server: " },
    { "[account]\nclient_certificate=HIDDEN.pem\n", "client_certificate: " },
    { "[account]\nprovisioning_url=http://HIDDEN/\n", "provisioning_url: " },
    { "[account]\nsip_server=h.example\nsip_transport=udp\nsip_security=require_tls\n", "sip_transport: " },
    { "[account]\nlocked=sip_server\n", "locked: sip_server has no value" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      note (cases[i].text);
      g_assert_null (read_file (cases[i].text, &error));
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
      if (!g_str_has_prefix (error->message, cases[i].name))
        g_assert_cmpstr (error->message, ==, cases[i].name);
      g_assert_null (strstr (error->message, "HID"));
    }
}

/* Who may set and lock what. */
static void
test_sources (void)
{
  static const struct
  {
    CusaxProvisionSource source;
    const char *name;
    gboolean may_set;
    gboolean may_lock;
  } cases[] = {
    { CUSAX_PROVISION_SYSTEM_FILE, "sip_security", TRUE, TRUE },
    { CUSAX_PROVISION_USER_FILE, "sip_security", TRUE, TRUE },
    { CUSAX_PROVISION_DOCUMENT, "sip_security", FALSE, FALSE },
    { CUSAX_PROVISION_DOCUMENT, "sip_server", TRUE, TRUE },
    { CUSAX_PROVISION_SERVICES, "sip_server", TRUE, FALSE },
    { CUSAX_PROVISION_SERVICES, "sip_address", FALSE, FALSE },
    { CUSAX_PROVISION_SERVICES, "related_domains", FALSE, FALSE },
    { CUSAX_PROVISION_SIPARK, "sip_address", TRUE, FALSE },
    { CUSAX_PROVISION_CARD, "sip_address", TRUE, FALSE },
    { CUSAX_PROVISION_CARD, "sip_server", FALSE, FALSE },
    { CUSAX_PROVISION_CARD, "sip_password", FALSE, FALSE },
    { CUSAX_PROVISION_USER_FILE, "no_such_thing", FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxProvision) provision = cusax_provision_new (cases[i].source, "x");
      const char *value = g_str_equal (cases[i].name, "sip_security") ? "allow_plain" : "a@example.org";
      g_autoptr (GError) error = NULL;

      g_test_message ("row %u", i);
      if (g_str_equal (cases[i].name, "sip_server"))
        value = "example.org";
      g_assert_cmpint (cusax_provision_set (provision, cases[i].name, value, &error), ==, cases[i].may_set);
      g_assert_cmpint (error == NULL, ==, cases[i].may_set);
      g_clear_error (&error);
      g_assert_cmpint (cusax_provision_lock (provision, cases[i].name, &error), ==, cases[i].may_lock);
      g_assert_cmpint (error == NULL, ==, cases[i].may_lock);
    }
}

/* A value that is refused leaves the one before. */
static void
test_nothing_changes (void)
{
  g_autoptr (CusaxProvision) provision
    = read_json ("{\"sip_server\":\"h.example\",\"sip_enabled\":false}", NULL);
  g_autofree char *before = describe (provision);
  g_autofree char *after = NULL;

  g_assert_false (cusax_provision_set (provision, "sip_server", "b a d", NULL));
  g_assert_false (cusax_provision_set (provision, "sip_enabled", "maybe", NULL));
  g_assert_false (cusax_provision_set (provision, "sip_security", "allow_plain", NULL));
  g_assert_false (cusax_provision_lock (provision, "sip_transport", NULL));
  after = describe (provision);
  g_assert_cmpstr (after, ==, before);
}

/* A cache has everything but secrets. */
static void
test_to_json (void)
{
  g_autoptr (CusaxProvision) provision = read_json (
    "{\"sip_server\":\"h.example\",\"sip_enabled\":false,\"media_port_min\":30000,\"sip_password\":\"HIDDEN\","
    "\"sip_auth_user\":\"q\\\"\\\\\",\"locked\":[\"sip_server\",\"sip_password\"],\"expires\":1700000000}",
    NULL);
  g_autofree char *json = cusax_provision_to_json (provision);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxProvision) again = NULL;

  g_assert_true (cusax_provision_has_secret (provision));
  g_assert_null (strstr (json, "HIDDEN"));
  again = read_json (json, &error);
  g_assert_no_error (error);
  g_assert_false (cusax_provision_has_secret (again));
  g_assert_cmpint (cusax_provision_get_expires (again), ==, 1700000000);
  text = describe (again);
  g_assert_cmpstr (text, ==,
                   "sip_auth_user=q\"\\ !sip_server=h.example sip_enabled=false media_port_min=30000");
}

static void
test_equal (void)
{
  static const char *const different[]
    = { "{}", "{\"sip_server\":\"i.example\"}", "{\"sip_server\":\"h.example\",\"locked\":[\"sip_server\"]}",
        "{\"sip_server\":\"h.example\",\"expires\":5}", "{\"sip_server\":\"h.example\",\"sip_enabled\":true}" };
  g_autoptr (CusaxProvision) one = read_json ("{\"sip_server\":\"h.example\"}", NULL);
  g_autoptr (CusaxProvision) same = read_json ("{\"sip_server\":\"h.example\",\"unknown\":1}", NULL);

  g_assert_true (cusax_provision_equal (one, same));
  g_assert_true (cusax_provision_equal (NULL, NULL));
  g_assert_false (cusax_provision_equal (one, NULL));
  g_assert_false (cusax_provision_equal (NULL, one));
  for (guint i = 0; i < G_N_ELEMENTS (different); i++)
    {
      g_autoptr (CusaxProvision) other = read_json (different[i], NULL);

      note (different[i]);
      g_assert_false (cusax_provision_equal (one, other));
    }
}

/* Whatever is cut off or changed in a byte: read or refused, never a crash, never half. */
static void
test_mutations (void)
{
  static const char good[]
    = "{\"jid\":\"alice@example.org\",\"sip_server\":\"h.example\",\"related_domains\":[\"a.example\"],"
      "\"media_port_min\":30000,\"x\":\"\\u00e9\\ud83d\\ude00\",\"locked\":[\"sip_server\"],\"expires\":5}";
  const gsize length = strlen (good);

  for (gsize i = 0; i < length; i++)
    {
      static const char bytes[] = "\0\"\\{}[],:u0d\xff";
      g_autoptr (CusaxProvision) cut
        = cusax_provision_read_json (CUSAX_PROVISION_DOCUMENT, "x", good, i, JID, NULL);

      g_assert_null (cut);
      for (gsize b = 0; b < sizeof bytes - 1; b++)
        {
          g_autofree char *text = g_strdup (good);
          g_autoptr (GError) error = NULL;
          g_autoptr (CusaxProvision) provision = NULL;

          text[i] = bytes[b];
          provision = cusax_provision_read_json (CUSAX_PROVISION_DOCUMENT, "x", text, length, JID, &error);
          g_assert_true ((provision == NULL) == (error != NULL));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/provision/r9-json", test_r9_json);
  g_test_add_func ("/provision/r9-bad-json", test_r9_bad_json);
  g_test_add_func ("/provision/bounds", test_bounds);
  g_test_add_func ("/provision/placeholders-are-escaped", test_placeholders_are_escaped);
  g_test_add_func ("/provision/r9-key-file", test_r9_key_file);
  g_test_add_func ("/provision/r9-bad-key-file", test_r9_bad_key_file);
  g_test_add_func ("/provision/sources", test_sources);
  g_test_add_func ("/provision/nothing-changes", test_nothing_changes);
  g_test_add_func ("/provision/to-json", test_to_json);
  g_test_add_func ("/provision/equal", test_equal);
  g_test_add_func ("/provision/mutations", test_mutations);
  return g_test_run ();
}
