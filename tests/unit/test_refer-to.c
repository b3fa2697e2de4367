/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "error.h"
#include "note.h"
#include "refer-to.h"

#include <string.h>

#define INVALID CUSAX_ERROR_INVALID
#define UNSUPPORTED CUSAX_ERROR_UNSUPPORTED

static void
test_parse (void)
{
  static const struct
  {
    const char *value;
    const char *target;
    const char *replaces;
  } cases[] = {
    { "<sip:bob@example.org>", "sip:bob@example.org", NULL },
    { "sip:bob@example.org", "sip:bob@example.org", NULL },
    { " \t<SIPS:bob@Example.ORG:5061;transport=tls> ", "sips:bob@example.org:5061;transport=tls", NULL },
    { "Bob <sip:bob@example.org>;early=no", "sip:bob@example.org", NULL },
    { "\"Bob \\\"<sip:eve@x.example>\\\"\" <sip:bob@example.org>", "sip:bob@example.org", NULL },
    { "sip:+33123@example.org;user=phone", "sip:+33123@example.org;user=phone", NULL },
    { "<sip:bob@example.org;method=INVITE>", "sip:bob@example.org", NULL },
    { "<sip:bob@example.org;METHOD=invite>", "sip:bob@example.org", NULL },
    { "<sip:what?;method=BYE@example.org>", "sip:what?;method=BYE@example.org", NULL },
    /* RFC 3515 section 2.1 and RFC 3891 section 6.1 */
    { "<sip:carol@cleveland.example.org?Replaces=98732%40sip.example.com"
      "%3Bfrom-tag%3Dr33th4x0r%3Bto-tag%3Dff87ff>",
      "sip:carol@cleveland.example.org", "98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff" },
    { "<sip:bob@b.example?Accept-Contact=sip:b@10.0.0.1&replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2%3bearly-only>",
      "sip:bob@b.example", "a;to-tag=1;from-tag=2;early-only" },
    { "<sip:bob@b.example;x?%52eplaces=a@b%20;%20to-tag=1;from-tag=2&x>", "sip:bob@b.example",
      "a@b;to-tag=1;from-tag=2" },
    { "sip:bob@b.example?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2", "sip:bob@b.example",
      "a;to-tag=1;from-tag=2" },
    { "<sip:b.example?Subject=hi&Route=x&Via>", "sip:b.example", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxReferTo) refer_to = cusax_refer_to_parse (cases[i].value, &error);

      note (cases[i].value);
      g_assert_no_error (error);
      g_assert_cmpstr (cusax_address_get_uri (refer_to->target), ==, cases[i].target);
      g_assert_cmpstr (refer_to->replaces, ==, cases[i].replaces);
    }
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *value;
    CusaxErrorCode code;
  } cases[] = {
    { "", INVALID },
    { " ", INVALID },
    { "<>", INVALID },
    { "bob", INVALID },
    { "bob@example.org", INVALID },
    { "<sip:bob@example.org", INVALID },
    { "\"Bob <sip:bob@example.org>", INVALID },
    { "\"Bob\" sip:bob@example.org", INVALID },
    { "\"Bob\\", INVALID },
    { "<sip:bob@example.org>, <sip:eve@example.org>", INVALID },
    { "<sip:bob@example.org>;x=<sip:eve@example.org>", INVALID },
    { "<sip:bob@example.org> x", INVALID },
    { "<sip:>", INVALID },
    { "<sip:bob@>", INVALID },
    { "<sip:bob@exa mple.org>", INVALID },
    { "<sip:bob@example.org>\r\nX-Evil: 1", INVALID },
    { "<sip:bob%00@example.org>", INVALID },
    { "<sip:b\xff@example.org>", INVALID },
    { "<tel:+33123>", UNSUPPORTED },
    { "xmpp:bob@example.org", UNSUPPORTED },
    { "<http://example.org/>", UNSUPPORTED },
    { "<cid:x@example.org>", UNSUPPORTED },
    { "<sip:bob@example.org;method=BYE>", UNSUPPORTED },
    { "<sip:bob@example.org;method=INVITE;Method=SUBSCRIBE>", UNSUPPORTED },
    { "<sip:bob@example.org;method=>", UNSUPPORTED },
    { "<sip:bob@example.org?Replaces>", INVALID },
    { "<sip:bob@example.org?Replaces=>", INVALID },
    { "<sip:bob@example.org?Replaces=a>", INVALID },
    { "<sip:bob@example.org?Replaces=a%3Bto-tag%3D1>", INVALID },
    { "<sip:bob@example.org?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2%zz>", INVALID },
    { "<sip:bob@example.org?Replaces=a%00%3Bto-tag%3D1%3Bfrom-tag%3D2>", INVALID },
    { "<sip:bob@example.org?Replaces=a%0D%0AX:%201%3Bto-tag%3D1%3Bfrom-tag%3D2>", INVALID },
    { "<sip:bob@example.org?Replaces=a;to-tag=1;from-tag=2&Replaces=b;to-tag=1;from-tag=2>", INVALID },
  };
  g_autofree char *blanks = g_strnfill (5000, ' ');
  g_autofree char *large = g_strconcat (blanks, "<sip:bob@example.org>", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      note (cases[i].value);
      g_assert_null (cusax_refer_to_parse (cases[i].value, &error));
      g_assert_error (error, CUSAX_ERROR, (int) cases[i].code);
    }
  g_assert_null (cusax_refer_to_parse (large, NULL));
}

static void
test_is_replaces (void)
{
  static const struct
  {
    const char *text;
    gboolean expected;
  } cases[] = {
    { "a;to-tag=1;from-tag=2", TRUE },
    { "a@b;from-tag=2;to-tag=1", TRUE },
    { "12adf2f34456gs5;to-tag=12345;from-tag=54321", TRUE },
    { "x-(<[{?:/\"\\}]>)@_.!%*+`'~;to-tag=-.!%*_+`'~;from-tag=0", TRUE },
    { "a;TO-TAG=1;From-Tag=2;early-only;x=y", TRUE },
    { "a;to-tagged;to-tag=1;from-tag=2", TRUE },
    { NULL, FALSE },
    { "", FALSE },
    { "a", FALSE },
    { ";to-tag=1;from-tag=2", FALSE },
    { "@;to-tag=1;from-tag=2", FALSE },
    { "a@;to-tag=1;from-tag=2", FALSE },
    { "a@b@c;to-tag=1;from-tag=2", FALSE },
    { "a b;to-tag=1;from-tag=2", FALSE },
    { "a;to-tag=1", FALSE },
    { "a;from-tag=1", FALSE },
    { "a;to-tag=1;to-tag=1;from-tag=2", FALSE },
    { "a;to-tag=1;from-tag=2;FROM-TAG=2", FALSE },
    { "a;to-tag=;from-tag=2", FALSE },
    { "a;to-tag;from-tag=2", FALSE },
    { "a;to-tag=1;from-tag=2=3", FALSE },
    { "a;to-tag=1;from-tag=2;", FALSE },
    { "a; to-tag=1;from-tag=2", FALSE },
    { "a;to-tag=1,b;from-tag=2", FALSE },
    { "a;to-tag=1;from-tag=2\r\nX: y", FALSE },
    { "a;to-tag=\xc3\xbc;from-tag=2", FALSE },
    { "a;1;2;3;4;5;6;7;8;9;to-tag=1;from-tag=2", FALSE },
  };
  g_autofree char *id = g_strnfill (256, 'a');
  g_autofree char *longest = g_strconcat (id, ";to-tag=1;from-tag=2", NULL);
  g_autofree char *longer = g_strconcat ("a", longest, NULL);
  g_autofree char *tagged = g_strdup_printf ("a;to-tag=%.129s;from-tag=2", id);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      note (cases[i].text != NULL ? cases[i].text : "NULL");
      g_assert_cmpint (cusax_refer_to_is_replaces (cases[i].text), ==, cases[i].expected);
    }
  g_assert_true (cusax_refer_to_is_replaces (longest));
  g_assert_false (cusax_refer_to_is_replaces (longer));
  g_assert_false (cusax_refer_to_is_replaces (tagged));
}

static void
test_write (void)
{
  static const struct
  {
    const char *target;
    const char *replaces;
    const char *expected;
  } cases[] = {
    { "sip:bob@example.org", NULL, "<sip:bob@example.org>" },
    { "sips:bob@example.org:5061;transport=tls", NULL, "<sips:bob@example.org:5061;transport=tls>" },
    { "sip:bob@example.org", "a@b;to-tag=1;from-tag=2",
      "<sip:bob@example.org?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2>" },
    { "sip:bob@example.org;transport=tcp", "<%&=>?\";to-tag=1;from-tag=2",
      "<sip:bob@example.org;transport=tcp?Replaces=%3C%25%26%3D%3E%3F%22%3Bto-tag%3D1%3Bfrom-tag%3D2>" },
    { "sip:bob@example.org", "a\r\nX: y", "<sip:bob@example.org?Replaces=a%0D%0AX%3A%20y>" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxAddress) target = cusax_address_parse_uri (cases[i].target, NULL);
      g_autofree char *value = cusax_refer_to_write (target, cases[i].replaces);
      g_autoptr (CusaxReferTo) refer_to = cusax_refer_to_parse (value, NULL);

      g_assert_cmpstr (value, ==, cases[i].expected);
      if (cases[i].replaces != NULL && !cusax_refer_to_is_replaces (cases[i].replaces))
        continue;
      g_assert_true (cusax_address_equal (refer_to->target, target));
      g_assert_cmpstr (refer_to->replaces, ==, cases[i].replaces);
    }
}

/* Pieces of a value in any order: an answer, never a crash. */
static void
test_random (void)
{
  static const char *const pieces[] = { "<",           ">",
                                        "sip:",        "bob",
                                        "@",           "b.example",
                                        "?",           "Replaces=",
                                        "a%3B",        ";to-tag=1",
                                        ";from-tag=2", "%",
                                        "&",           "\"",
                                        "\\",          ";method=",
                                        "INVITE",      " ",
                                        ",",           "=",
                                        ";",           "%3Bto-tag%3D1%3Bfrom-tag%3D2" };

  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (GString) value = g_string_new (NULL);
      g_autoptr (CusaxReferTo) refer_to = NULL;

      for (gint32 n = g_test_rand_int_range (0, 14); n > 0; n--)
        g_string_append (value, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
      refer_to = cusax_refer_to_parse (value->str, NULL);
      g_assert_true (refer_to == NULL || refer_to->replaces == NULL
                     || cusax_refer_to_is_replaces (refer_to->replaces));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refer-to/parse", test_parse);
  g_test_add_func ("/refer-to/refusals", test_refusals);
  g_test_add_func ("/refer-to/is-replaces", test_is_replaces);
  g_test_add_func ("/refer-to/write", test_write);
  g_test_add_func ("/refer-to/random", test_random);
  return g_test_run ();
}
