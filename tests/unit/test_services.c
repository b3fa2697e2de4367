/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a chat server announces of telephony (R9, XEP-0215). */
#include "services.h"

#include "error.h"
#include "note.h"

#include <string.h>

/* "type transport host port username password expires", "-" = not given. (nullable) */
static CusaxService *
make (const char *text)
{
  g_auto (GStrv) w = g_strsplit (text, " ", 7);

  for (guint i = 0; i < 7; i++)
    {
      g_assert_nonnull (w[i]);
      if (g_str_equal (w[i], "-"))
        g_clear_pointer (&w[i], g_free);
    }
  {
    CusaxService *service = cusax_service_new (w[0], w[1], w[2], w[3], w[4], w[5], w[6], FALSE);

    for (guint i = 0; i < 7; i++)
      if (w[i] == NULL)
        w[i] = g_strdup ("");
    return service;
  }
}

static void
test_values (void)
{
  g_autoptr (CusaxService) service
    = make ("SIPS TCP Sip.Example.org 5061 1700:alice s3cret 2026-11-23T12:00:00Z");
  g_autoptr (CusaxService) copy = cusax_service_copy (service);

  for (guint i = 0; i < 2; i++)
    {
      const CusaxService *s = i == 0 ? service : copy;

      g_assert_cmpstr (s->type, ==, "sips");
      g_assert_cmpstr (s->transport, ==, "tcp");
      g_assert_cmpstr (s->host, ==, "sip.example.org");
      g_assert_cmpuint (s->port, ==, 5061);
      g_assert_cmpstr (s->username, ==, "1700:alice");
      g_assert_cmpstr (s->password, ==, "s3cret");
      g_assert_cmpint (s->expires, ==, 1795435200);
      g_assert_false (s->is_restricted);
    }
}

static void
test_out_of_bounds (void)
{
  g_autofree char *big = g_strnfill (2000, 'a');
  g_autofree char *name = g_strdup_printf ("sip tls h.example - %s p -", big);
  g_autofree char *password = g_strdup_printf ("sip tls h.example - u %s -", big);
  g_autofree char *type = g_strdup_printf ("%s tls h.example - - - -", big);
  g_autofree char *host = g_strdup_printf ("sip tls %s - - - -", big);
  const char *const cases[] = {
    name,
    password,
    type,
    host,
    "- tls h.example - - - -",
    "sip tls - - - - -",
    "sip tls h_x@y.example - - - -",
    "sip tls h.example/x - - - -",
    "sip tls h.example:5061 - - - -",
    "sip tls h.example 65536 - - -",
    "sip tls h.example -1 - - - -",
    "sip tls h.example 5061x - - -",
    "sip t;s h.example - - - -",
    "sip tls h.example - a\nb p -",
    "sip tls h.example - a\xff p -",
    "sip tls h.example - u a\r\nb -",
    "sip tls h.example - u p soon",
    "sip tls h.example - u p 1969-01-01T00:00:00Z",
    "sip tls h.example - u p 99999-01-01T00:00:00Z",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      note (i < 4 ? "too long" : cases[i]);
      if (strlen (cases[i]) > 0)
        {
          g_autofree char *row = g_strconcat (cases[i], " - -", NULL);

          g_assert_null (make (row));
        }
    }
}

/* R4 in small: TLS first, then what may have it; never one that is over. */
static void
test_choice (void)
{
  static const struct
  {
    const char *services[4];
    int chosen; /* -1: none */
  } cases[] = {
    { { NULL }, -1 },
    { { "turn udp h.example - - - -", "stun - h.example - - - -" }, -1 },
    { { "sip udp h.example - - - -", "sip tcp h.example - - - -", "sip tls h.example - - - -" }, 2 },
    { { "sip udp h.example - - - -", "sip tcp h.example - - - -", "sips - h.example - - - -" }, 2 },
    { { "sip - h.example - - - -", "sips tcp h.example - - - -" }, 1 },
    { { "sip tcp h.example - - - -", "sip - h.example - - - -" }, 1 },
    { { "sip tls a.example - - - -", "sips - b.example - - - -" }, 0 },
    { { "sip udp h.example - - - -", "sip tcp h.example - - - -" }, 1 },
    { { "sips udp h.example - - - -", "sip ws h.example - - - -" }, -1 },
    { { "sip tls h.example - u p 2020-01-01T00:00:00Z", "sip udp h.example - - - -" }, 1 },
    { { "sip tls h.example - u p 2026-11-23T12:00:00Z" }, -1 },
    { { "sip tls h.example - u p 2026-11-23T12:00:01Z" }, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) services = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_service_free);
      const CusaxService *chosen;

      g_test_message ("row %u", i);
      for (guint j = 0; j < 4 && cases[i].services[j] != NULL; j++)
        g_ptr_array_add (services, make (cases[i].services[j]));
      chosen = cusax_services_choose (services, 1795435200);
      g_assert_true (chosen == (cases[i].chosen < 0 ? NULL : g_ptr_array_index (services, cases[i].chosen)));
    }
}

static void
test_r9_provision (void)
{
  static const struct
  {
    const char *service;
    const char *server;
    const char *transport; /* (nullable), as the rest */
    const char *user;
    const char *password;
    gint64 expires;
  } cases[] = {
    { "sips - h.example 5061 u p 2026-11-23T12:00:00Z", "h.example:5061", "tls", "u", "p", 1795435200 },
    { "sip - h.example - - - -", "h.example", NULL, NULL, NULL, 0 },
    { "sip tcp 2001:db8::1 5060 - - -", "[2001:db8::1]:5060", "tcp", NULL, NULL, 0 },
    { "sip udp 2001:db8::1 - - - -", "[2001:db8::1]", "udp", NULL, NULL, 0 },
    /* half a pair of credentials is none */
    { "sip tls h.example - u - -", "h.example", "tls", NULL, NULL, 0 },
    { "sip tls h.example - - p -", "h.example", "tls", NULL, NULL, 0 },
  };
  g_autoptr (CusaxService) turn = make ("turn udp h.example - - - -");
  g_autoptr (GError) refused = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxService) service = make (cases[i].service);
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxProvision) provision = cusax_service_to_provision (service, "example.org", &error);

      note (cases[i].service);
      g_assert_no_error (error);
      g_assert_cmpint (cusax_provision_get_source (provision), ==, CUSAX_PROVISION_SERVICES);
      g_assert_cmpstr (cusax_provision_get_where (provision), ==, "example.org");
      g_assert_cmpstr (cusax_provision_get (provision, "sip_server"), ==, cases[i].server);
      g_assert_cmpstr (cusax_provision_get (provision, "sip_transport"), ==, cases[i].transport);
      g_assert_cmpstr (cusax_provision_get (provision, "sip_auth_user"), ==, cases[i].user);
      g_assert_cmpstr (cusax_provision_get (provision, "sip_password"), ==, cases[i].password);
      g_assert_cmpint (cusax_provision_get_expires (provision), ==, cases[i].expires);
    }
  g_assert_null (cusax_service_to_provision (turn, "example.org", &refused));
  g_assert_error (refused, CUSAX_ERROR, CUSAX_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/services/values", test_values);
  g_test_add_func ("/services/out-of-bounds", test_out_of_bounds);
  g_test_add_func ("/services/choice", test_choice);
  g_test_add_func ("/services/r9-provision", test_r9_provision);
  return g_test_run ();
}
