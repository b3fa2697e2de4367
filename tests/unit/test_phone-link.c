/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links that call somebody, from whoever wrote them. */
#include "error.h"
#include "phone-link.h"

#include <string.h>

static const struct
{
  const char *scheme, *rest;
  const char *uri; /* NULL: refused */
} links[] = {
  /* RFC 3966: separators, context, extension */
  { "tel", "+33-1-77-62-43-39", "sip:+33177624339@example.org;user=phone" },
  { "TEL", "+33(1)77.62.43.39", "sip:+33177624339@example.org;user=phone" },
  { "tel", "%2B33177624339", "sip:+33177624339@example.org;user=phone" },
  { "tel", "7042;phone-context=example.org", "sip:7042@example.org" },
  { "tel", "7042;phone-context=Example.ORG", "sip:7042@example.org" },
  { "tel", "863-1234;phone-context=+1-914-555", "sip:8631234;phone-context=+1914555@example.org;user=phone" },
  { "tel", "+33177624339;phone-context=evil.example", "sip:+33177624339@example.org;user=phone" },
  { "tel", "*21*0900123%23", "sip:*21*0900123%23@example.org;user=phone" },
  { "tel", "", NULL },
  { "tel", "x", NULL },
  { "tel", ";phone-context=example.org", NULL },
  { "tel", "7042;phone-context=exa mple", NULL },
  { "tel", "+33%0d%0aVia: x", NULL },
  { "tel", "+33%00", NULL },
  { "tel", "+331\n77", NULL },
  /* RFC 3261: headers never count, neither does a password */
  { "sip", "bob@other.example", "sip:bob@other.example" },
  { "SIPS", "bob@other.example", "sips:bob@other.example" },
  { "sip", "bob@other.example?Replaces=x%3bto-tag%3d1&Subject=y", "sip:bob@other.example" },
  { "sip", "bob:secret@other.example;method=REFER;maddr=10.0.0.1", "sip:bob@other.example" },
  { "sip", "+33177624339@example.org;user=phone", "sip:+33177624339@example.org;user=phone" },
  { "sip", "+33177624339", "sip:+33177624339@example.org;user=phone" },
  { "sip", "%2B33177624339", "sip:+33177624339@example.org;user=phone" },
  { "sip", "bob@other.example%0d%0aX: y", NULL },
  { "sip", "bob@", NULL },
  { "sip", "@", NULL },
  { "sip", "bob@other.example>\r\nX: y", NULL },
  { "sip", "?Subject=x", NULL },
  /* callto: as it is in the wild */
  { "callto", "+33177624339", "sip:+33177624339@example.org;user=phone" },
  { "callto", "//+33%20177624339", "sip:+33177624339@example.org;user=phone" },
  { "callto", "+33177624339?call", "sip:+33177624339@example.org;user=phone" },
  { "callto", "bob@other.example", "sip:bob@other.example" },
  { "callto", "sip:bob@other.example", "sip:bob@other.example" },
  { "callto", "javascript:alert(1)", NULL },
  { "callto", "some.skype.name", NULL },
  { "callto", "%zz", NULL },
  { "callto", "//", NULL },
  /* no links of ours */
  { "xmpp", "bob@example.org", NULL },
  { "http", "+33177624339", NULL },
  { "", "+33177624339", NULL },
};

static void
test_parse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxAddress) address
        = cusax_phone_link_parse (links[i].scheme, links[i].rest, "example.org", &error);

      g_test_message ("%s:%s", links[i].scheme, links[i].rest);
      if (links[i].uri == NULL)
        {
          g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
          g_assert_null (address);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpstr (cusax_address_get_uri (address), ==, links[i].uri);
    }
}

static void
test_bounds (void)
{
  g_autofree char *digits = g_strnfill (5000, '1');
  static const char *const all[] = { "tel", "sip", "sips", "callto" };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (cusax_phone_link_is_one (all[i]));
      g_assert_null (cusax_phone_link_parse (all[i], digits, "example.org", &error));
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
      g_clear_error (&error);
      g_assert_null (cusax_phone_link_parse (all[i], NULL, "example.org", &error));
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
    }
  g_assert_false (cusax_phone_link_is_one (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/phone-link/parse", test_parse);
  g_test_add_func ("/phone-link/bounds", test_bounds);
  return g_test_run ();
}
