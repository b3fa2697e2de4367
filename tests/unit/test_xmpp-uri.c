/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "error.h"
#include "note.h"
#include "xmpp-uri.h"

#include <string.h>

/* R35: only the path's node@domain is taken, whatever stands around it. */
static void
test_r35_to_jid (void)
{
  static const struct
  {
    const char *uri;
    const char *expected; /* NULL: refused */
  } cases[] = {
    { "xmpp:alice@example.org", "alice@example.org" },
    { "XMPP:Alice@Example.ORG", "alice@example.org" },
    { "xmpp:alice@atlanta.com/some-resource", "alice@atlanta.com" },
    { "xmpp:alice@example.org/desk?message;body=hi", "alice@example.org" },
    { "xmpp:alice@example.org?message;body=bob@evil.example", "alice@example.org" },
    { "xmpp:alice@example.org?;node=x", "alice@example.org" },
    { "xmpp:alice@example.org;node=x", "alice@example.org" },
    { "xmpp:alice@example.org#fragment", "alice@example.org" },
    { "xmpp:alice@example.org?", "alice@example.org" },
    { "xmpp:alice@example.org/", "alice@example.org" },
    { "xmpp:alice@example.org/bob@evil.example", "alice@example.org" },
    { "xmpp://me@here.example/alice@example.org", "alice@example.org" },
    { "xmpp://me@here.example/alice@example.org/desk?remove", "alice@example.org" },
    { "xmpp:///alice@example.org", "alice@example.org" },
    { "xmpp:%61lice@example.org", "alice@example.org" },
    { "xmpp:a%5C20b@example.org", "a\\20b@example.org" },
    { "xmpp:a%25b@example.org", "a%b@example.org" },
    { "xmpp:a%2Bb+c@example.org", "a+b+c@example.org" },
    { "xmpp:a;b=c@example.org", "a;b=c@example.org" },
    { "xmpp:j%C3%BCrgen@b%C3%BCcher.example", "j\xc3\xbcrgen@b\xc3\xbc"
                                              "cher.example" },
    { "xmpp:alice@[::1]", "alice@[::1]" },
    /* refused */
    { "", NULL },
    { "xmpp", NULL },
    { "xmpp:", NULL },
    { "xmpp:@", NULL },
    { "xmpp:example.org", NULL },
    { "xmpp:example.org/alice@evil.example", NULL },
    { "xmpp:@example.org", NULL },
    { "xmpp:alice@", NULL },
    { "xmpp:alice@?x@example.org", NULL },
    { "xmpp://alice@example.org", NULL },
    { "xmpp://alice@example.org?message", NULL },
    { "xmpp://here.example/", NULL },
    { "xmpp:alice@example.org:5222", NULL },
    { "xmpp:alice@bob@example.org", NULL },
    { "xmpp:alice%40x@example.org", NULL },
    { "xmpp:alice%40example.org", NULL },
    { "xmpp:alice%40good.example%2F@evil.example", NULL }, /* the border would move */
    { "xmpp:alice@good.example%2F.evil.example", NULL },
    { "xmpp:alice@evil.example%40good.example", NULL },
    { "xmpp:al%00ice@example.org", NULL },
    { "xmpp:al%0Aice@example.org", NULL },
    { "xmpp:al\nice@example.org", NULL },
    { "xmpp:al%E2%80%AEice@example.org", NULL }, /* right-to-left override */
    { "xmpp:al%E2%80%8Bice@example.org", NULL }, /* zero-width space */
    { "xmpp:al%FFice@example.org", NULL },
    { "xmpp:al\xffice@example.org", NULL },
    { "xmpp:al%2@example.org", NULL },
    { "xmpp:al%zz@example.org", NULL },
    { "xmpp:al%20ice@example.org", NULL },
    { "xmpp:alice@exam%20ple.org", NULL },
    { "xmpp:alice@example.org%00", NULL },
    { "xmpp:<alice@example.org>", NULL },
    { " xmpp:alice@example.org", NULL },
    { "<xmpp:alice@example.org>", NULL },
    { "sip:alice@example.org", NULL },
    { "im:alice@example.org", NULL },
    { "http://example.org/xmpp:alice@example.org", NULL },
    { "xmpps:alice@example.org", NULL },
    { "javascript:xmpp:alice@example.org", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *jid = cusax_xmpp_uri_to_jid (cases[i].uri, &error);

      note (cases[i].uri);
      g_assert_cmpstr (jid, ==, cases[i].expected);
      g_assert_cmpint (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_INVALID), ==, jid == NULL);
    }
}

static void
test_r35_long (void)
{
  g_autofree char *node = g_strnfill (8192, 'a');
  g_autofree char *uri = g_strconcat ("xmpp:", node, "@example.org", NULL);
  g_autofree char *query = g_strconcat ("xmpp:alice@example.org?message;body=", node, NULL);
  g_autofree char *resource = g_strconcat ("xmpp:alice@example.org/", node, NULL);
  g_autofree char *ats = g_strconcat ("xmpp:", node, NULL);

  memset (ats + 5, '@', 3000);
  ats[3005] = '\0';
  g_assert_null (cusax_xmpp_uri_to_jid (uri, NULL));
  g_assert_null (cusax_xmpp_uri_to_jid (query, NULL));
  g_assert_null (cusax_xmpp_uri_to_jid (resource, NULL));
  g_assert_null (cusax_xmpp_uri_to_jid (ats, NULL));
}

/* R18: what we say of ourselves; nothing in it may end a header's value. */
static void
test_r18_from_jid (void)
{
  static const struct
  {
    const char *jid;
    gboolean with_resource;
    const char *expected;
  } cases[] = {
    { "alice@xmpp.example.com", FALSE, "xmpp:alice@xmpp.example.com" },
    { "Alice@Example.com/desk", FALSE, "xmpp:alice@example.com" },
    { "alice@atlanta.com/some-resource", TRUE, "xmpp:alice@atlanta.com/some-resource" },
    { "alice@atlanta.com", TRUE, "xmpp:alice@atlanta.com" },
    { "alice@atlanta.com/", TRUE, "xmpp:alice@atlanta.com" },
    { "alice@example.com/a b/c@d;e>,\"", TRUE, "xmpp:alice@example.com/a%20b%2Fc%40d%3Be%3E%2C%22" },
    { "a,b;c?d%e#f@example.com", FALSE, "xmpp:a%2Cb%3Bc%3Fd%25e%23f@example.com" },
    { "a\\20b@example.com", FALSE, "xmpp:a%5C20b@example.com" },
    { "j\xc3\xbcrgen@b\xc3\xbc"
      "cher.example",
      FALSE, "xmpp:j%C3%BCrgen@b%C3%BCcher.example" },
    { "alice@[::1]", FALSE, "xmpp:alice@[::1]" },
    { "example.com", FALSE, NULL },
    { "alice@", FALSE, NULL },
    { "alice@example.com/a\r\nVia: x", TRUE, NULL },
    { "", FALSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *uri = cusax_xmpp_uri_from_jid (cases[i].jid, cases[i].with_resource, &error);

      note (cases[i].jid);
      g_assert_cmpstr (uri, ==, cases[i].expected);
      g_assert_cmpint (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_INVALID), ==, uri == NULL);
    }
}

/* Whatever we write, we read; whatever is read is one plain JID. */
static void
test_random (void)
{
  static const char alphabet[] = "xmp:/@%20aA?#;=[]<>\"., \xc3\xbc\n";

  for (guint i = 0; i < 20000; i++)
    {
      char text[40] = "xmpp:";
      gsize length = (gsize) g_test_rand_int_range (0, sizeof text - 5);
      g_autofree char *jid = NULL;
      g_autofree char *uri = NULL;
      g_autofree char *again = NULL;

      for (gsize j = 0; j < length; j++)
        text[5 + j] = alphabet[g_test_rand_int_range (0, sizeof alphabet - 1)];
      text[sizeof text - 1] = '\0';
      jid = cusax_xmpp_uri_to_jid (text, NULL);
      if (jid == NULL)
        continue;
      uri = cusax_xmpp_uri_from_jid (jid, FALSE, NULL);
      g_assert_nonnull (uri);
      g_assert_null (strpbrk (uri, " <>\",;?\r\n"));
      again = cusax_xmpp_uri_to_jid (uri, NULL);
      g_assert_cmpstr (again, ==, jid);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/xmpp-uri/r35-to-jid", test_r35_to_jid);
  g_test_add_func ("/xmpp-uri/r35-long", test_r35_long);
  g_test_add_func ("/xmpp-uri/r18-from-jid", test_r18_from_jid);
  g_test_add_func ("/xmpp-uri/random", test_random);
  return g_test_run ();
}
