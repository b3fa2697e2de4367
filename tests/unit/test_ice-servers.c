/* SPDX-License-Identifier: GPL-2.0-or-later */
/* STUN and TURN servers out of settings and of what the chat server announces, and which of them a call uses. */
#include "error.h"
#include "ice-servers.h"
#include "note.h"

#include <string.h>

#define NOW 1000000

/* "turn-udp turn.example.org 3478 alice secret 0; ..." */
static char *
describe (const GPtrArray *servers)
{
  static const char *const kinds[] = { "stun", "udp", "tcp", "tls" };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < servers->len; i++)
    {
      const CusaxIceServer *s = g_ptr_array_index (servers, i);

      g_string_append_printf (text, "%s%s %s %u", i > 0 ? "; " : "", kinds[s->kind], s->host, s->port);
      if (s->username != NULL || s->password != NULL)
        g_string_append_printf (text, " %s/%s", s->username, s->password);
      if (s->expires != 0)
        g_string_append_printf (text, " %" G_GINT64_FORMAT, s->expires - NOW);
    }
  return g_string_free (text, FALSE);
}

static void
test_settings (void)
{
  static const struct
  {
    const char *text;
    gboolean is_turn;
    const char *expected; /* NULL: refused */
  } cases[] = {
    { "stun.example.org", FALSE, "stun stun.example.org 3478" },
    { "STUN.Example.ORG:19302", FALSE, "stun stun.example.org 19302" },
    { "192.0.2.1", FALSE, "stun 192.0.2.1 3478" },
    { "192.0.2.1:1", FALSE, "stun 192.0.2.1 1" },
    { "2001:db8::1", FALSE, "stun 2001:db8::1 3478" },
    { "[2001:db8::1]", FALSE, "stun 2001:db8::1 3478" },
    { "[2001:DB8::1]:65535", FALSE, "stun 2001:db8::1 65535" },
    { "stun:stun.example.org", FALSE, "stun stun.example.org 3478" },
    { "STUN:stun.example.org:5000", FALSE, "stun stun.example.org 5000" },
    { "stun:[2001:db8::1]:5000", FALSE, "stun 2001:db8::1 5000" },
    { "turn.example.org", TRUE, "udp turn.example.org 3478 u/p" },
    { "turn.example.org:443", TRUE, "udp turn.example.org 443 u/p" },
    { "turn.example.org?transport=tcp", TRUE, "tcp turn.example.org 3478 u/p" },
    { "turn:turn.example.org?transport=udp", TRUE, "udp turn.example.org 3478 u/p" },
    { "turn:turn.example.org:80?transport=TCP", TRUE, "tcp turn.example.org 80 u/p" },
    { "turn:[::1]:80?transport=tcp", TRUE, "tcp ::1 80 u/p" },
    { "turns:turn.example.org", TRUE, "tls turn.example.org 5349 u/p" },
    { "turns:turn.example.org:443", TRUE, "tls turn.example.org 443 u/p" },
    { "turns:turn.example.org?transport=tcp", TRUE, "tls turn.example.org 5349 u/p" },

    { "", FALSE, NULL },
    { "stun:", FALSE, NULL },
    { "turn.example.org?transport=udp", FALSE, NULL },
    { "stuns:stun.example.org", FALSE, NULL },
    { "turn:stun.example.org", FALSE, NULL },
    { "stun:turn.example.org", TRUE, NULL },
    { "turns:turn.example.org?transport=udp", TRUE, NULL },
    { "turn:turn.example.org?transport=sctp", TRUE, NULL },
    { "turn:turn.example.org?", TRUE, NULL },
    { "turn:turn.example.org?ttl=1", TRUE, NULL },
    { "turn://turn.example.org", TRUE, NULL },
    { "https://turn.example.org", TRUE, NULL },
    { "user@turn.example.org", TRUE, NULL },
    { "host:0", FALSE, NULL },
    { "host:65536", FALSE, NULL },
    { "host:-1", FALSE, NULL },
    { "host: 1", FALSE, NULL },
    { "host:1x", FALSE, NULL },
    { "host:", FALSE, NULL },
    { ":3478", FALSE, NULL },
    { "[", FALSE, NULL },
    { "[]", FALSE, NULL },
    { "[::1", FALSE, NULL },
    { "[::1]x", FALSE, NULL },
    { "[::1]:", FALSE, NULL },
    { "[host]:1", FALSE, NULL },
    { "[192.0.2.1]", FALSE, NULL },
    { "fe80::1%eth0", FALSE, NULL },
    { "two hosts", FALSE, NULL },
    { "999.1.1.1", FALSE, NULL },
    /* groups are no server */
    { "0.0.0.0", FALSE, NULL },
    { "255.255.255.255", FALSE, NULL },
    { "224.0.0.1:3478", FALSE, NULL },
    { "239.255.255.250", TRUE, NULL },
    { "::", FALSE, NULL },
    { "[ff02::1]:3478", FALSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) servers = cusax_ice_servers_new ();
      g_autoptr (GError) error = NULL;
      gboolean done = cusax_ice_servers_add_setting (servers, cases[i].text, cases[i].is_turn, "u", "p", &error);
      g_autofree char *said = describe (servers);

      note (cases[i].text);
      g_assert_cmpstr (said, ==, cases[i].expected != NULL ? cases[i].expected : "");
      g_assert_cmpint (done, ==, cases[i].expected != NULL);
      if (!done)
        g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
    }
}

static void
test_setting_bound (void)
{
  g_autoptr (GPtrArray) servers = cusax_ice_servers_new ();
  g_autofree char *big = g_strnfill (1000000, 'a');

  g_assert_false (cusax_ice_servers_add_setting (servers, big, TRUE, "u", "p", NULL));
  g_assert_cmpuint (servers->len, ==, 0);
}

/* "type transport host port user password expires" with "-" for what is not given */
static CusaxService *
service (const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  for (guint i = 0; i < 7; i++)
    if (g_str_equal (words[i], "-"))
      *words[i] = '\0';
  return cusax_service_new (words[0], words[1], words[2], words[3], *words[4] != '\0' ? words[4] : NULL,
                            *words[5] != '\0' ? words[5] : NULL, words[6], FALSE);
}

static void
test_services (void)
{
  static const struct
  {
    const char *services[4];
    const char *expected;
  } cases[] = {
    { { "stun udp s.example 3478 - - -" }, "stun s.example 3478" },
    { { "STUN - s.example - - - -" }, "stun s.example 3478" },
    { { "stun udp s.example 3478 u p -" }, "stun s.example 3478" },
    { { "stun tcp s.example 3478 - - -", "stuns - s.example - - - -" }, "" },
    { { "turn udp t.example 3478 u p -" }, "udp t.example 3478 u/p" },
    { { "turn - t.example - u p -" }, "udp t.example 3478 u/p" },
    { { "turn tcp t.example 80 u p -" }, "tcp t.example 80 u/p" },
    { { "turn tls t.example 443 u p -" }, "tls t.example 443 u/p" },
    { { "turns tcp t.example - u p -" }, "tls t.example 5349 u/p" },
    { { "turns - t.example 443 u p -" }, "tls t.example 443 u/p" },
    { { "turns udp t.example 443 u p -", "turn sctp t.example 443 u p -" }, "" },
    { { "turn udp ::1 3478 u p -" }, "udp ::1 3478 u/p" },
    /* never without credentials of the server's own */
    { { "turn udp t.example 3478 - - -", "turn udp t.example 3478 u - -", "turn udp t.example 3478 - p -" }, "" },
    /* what has ended, ends now, ends later */
    { { "turn udp a.example 1 u p 1970-01-12T13:46:39Z", "turn udp b.example 1 u p 1970-01-12T13:46:40Z",
        "turn udp c.example 1 u p 1970-01-12T13:46:41Z" },
      "udp c.example 1 u/p 1" },
    /* best transport first, whatever order they are named in */
    { { "turns tcp t.example 5349 u p -", "turn tcp t.example 3478 u p -", "turn udp t.example 3478 u p -",
        "stun udp t.example 3478 - - -" },
      "stun t.example 3478; udp t.example 3478 u/p; tcp t.example 3478 u/p; tls t.example 5349 u/p" },
    { { "sip udp s.example 5060 u p -", "sips tcp s.example 5061 u p -", "ftp - f.example - u p -" }, "" },
    { { "stun udp 224.0.0.1 3478 - - -", "turn udp ff02::1 3478 u p -" }, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) services = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_service_free);
      g_autoptr (GPtrArray) servers = cusax_ice_servers_new ();
      g_autofree char *said = NULL;

      for (guint j = 0; j < 4 && cases[i].services[j] != NULL; j++)
        {
          note (cases[i].services[j]);
          g_ptr_array_add (services, service (cases[i].services[j]));
          g_assert_nonnull (g_ptr_array_index (services, j));
        }
      cusax_ice_servers_add_services (servers, services, NOW);
      said = describe (servers);
      g_assert_cmpstr (said, ==, cases[i].expected);
    }
}

static void
test_services_bound (void)
{
  g_autoptr (GPtrArray) services = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_service_free);
  g_autoptr (GPtrArray) servers = cusax_ice_servers_new ();

  for (guint i = 0; i < 1000; i++)
    g_ptr_array_add (services, service ("stun udp s.example 1 - - -"));
  cusax_ice_servers_add_services (servers, services, NOW);
  g_assert_cmpuint (servers->len, ==, CUSAX_SERVICES_MAX);
  cusax_ice_servers_add_services (servers, NULL, NOW);
  g_assert_cmpuint (servers->len, ==, CUSAX_SERVICES_MAX);
}

/* "kind host expires" each; u, t, s: TURN over UDP, TCP, TLS; n: STUN */
static GPtrArray *
list (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  GPtrArray *servers = cusax_ice_servers_new ();

  for (guint i = 0; words[i] != NULL; i++)
    {
      gint64 expires = g_str_has_suffix (words[i], "-") ? NOW : g_str_has_suffix (words[i], "+") ? NOW + 1 : 0;
      g_autofree char *host = g_strndup (words[i] + 1, 1);
      CusaxIceServerKind kind = (CusaxIceServerKind) (strchr ("nuts", words[i][0]) - "nuts");

      g_ptr_array_add (servers, cusax_ice_server_new (kind, host, 1, "u", "p", expires));
    }
  return servers;
}

static void
test_select (void)
{
  static const struct
  {
    const char *from, *selected;
  } cases[] = {
    { "na", "na" },
    { "na nb nc", "na nb" },
    { "na na nb na", "na nb" },
    { "ua ta sa", "ua ta sa" },
    { "ua ub uc ud", "ua ub uc" },
    { "ua ub uc ud ta", "ua ub ta" },
    { "ua ub uc ta sa", "ua ta sa" },
    { "sa sb ua ub ta", "sa ua ta" },
    { "ua ua ua ta ta", "ua ta" },
    { "ua- ub+ uc", "ub+ uc" },
    { "ua- ua+", "ua+" },
    { "na ua nb ub nc uc nd ud", "na ua nb ub uc" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) from = list (cases[i].from);
      g_autoptr (GPtrArray) expected = list (cases[i].selected);
      g_autoptr (GPtrArray) selected = cusax_ice_servers_select (from, NOW);
      g_autofree char *is = describe (selected);
      g_autofree char *should = describe (expected);

      note (cases[i].from);
      g_assert_cmpstr (is, ==, should);
      g_assert_true (cusax_ice_servers_equal (selected, expected));
    }
  g_autoptr (GPtrArray) none = cusax_ice_servers_select (NULL, NOW);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_expiry (void)
{
  g_autoptr (GPtrArray) none = list ("na ua tb");
  g_autoptr (GPtrArray) some = list ("na ua+ tb- uc");

  g_assert_cmpint (cusax_ice_servers_get_expiry (NULL), ==, 0);
  g_assert_cmpint (cusax_ice_servers_get_expiry (none), ==, 0);
  g_assert_cmpint (cusax_ice_servers_get_expiry (some), ==, NOW);
}

static void
test_values (void)
{
  g_autoptr (GPtrArray) a = list ("na ua+ tb");
  g_autoptr (GPtrArray) b = cusax_ice_servers_copy (a);
  g_autoptr (GPtrArray) empty = cusax_ice_servers_copy (NULL);
  static const struct
  {
    CusaxIceServerKind kind;
    const char *host;
    guint16 port;
    const char *user, *password;
    gint64 expires;
  } others[] = {
    { CUSAX_ICE_TURN_TCP, "h", 1, "u", "p", 5 }, { CUSAX_ICE_TURN_UDP, "i", 1, "u", "p", 5 },
    { CUSAX_ICE_TURN_UDP, "h", 2, "u", "p", 5 }, { CUSAX_ICE_TURN_UDP, "h", 1, "v", "p", 5 },
    { CUSAX_ICE_TURN_UDP, "h", 1, "u", "q", 5 }, { CUSAX_ICE_TURN_UDP, "h", 1, "u", NULL, 5 },
    { CUSAX_ICE_TURN_UDP, "h", 1, "u", "p", 6 },
  };
  g_autoptr (CusaxIceServer) one = cusax_ice_server_new (CUSAX_ICE_TURN_UDP, "H", 1, "u", "p", 5);
  g_autoptr (CusaxIceServer) copy = cusax_ice_server_copy (one);
  g_autoptr (CusaxIceServer) stun = cusax_ice_server_new (CUSAX_ICE_STUN, "h", 0, "u", "p", -7);

  g_assert_true (cusax_ice_servers_equal (a, b));
  g_assert_true (cusax_ice_servers_equal (NULL, empty));
  g_assert_false (cusax_ice_servers_equal (a, NULL));
  g_ptr_array_set_size (b, 2);
  g_assert_false (cusax_ice_servers_equal (a, b));
  g_assert_true (cusax_ice_server_equal (one, copy));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (CusaxIceServer) other = cusax_ice_server_new (
        others[i].kind, others[i].host, others[i].port, others[i].user, others[i].password, others[i].expires);

      g_assert_false (cusax_ice_server_equal (one, other));
    }
  /* nobody's password goes to a STUN server */
  g_assert_null (stun->username);
  g_assert_null (stun->password);
  g_assert_cmpint (stun->expires, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ice-servers/settings", test_settings);
  g_test_add_func ("/ice-servers/setting-bound", test_setting_bound);
  g_test_add_func ("/ice-servers/services", test_services);
  g_test_add_func ("/ice-servers/services-bound", test_services_bound);
  g_test_add_func ("/ice-servers/select", test_select);
  g_test_add_func ("/ice-servers/expiry", test_expiry);
  g_test_add_func ("/ice-servers/values", test_values);
  return g_test_run ();
}
