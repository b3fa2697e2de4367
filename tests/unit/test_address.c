/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "address.h"
#include "error.h"
#include "note.h"
#include "number.h"

#include <string.h>

#define DOMAIN "sip.example.com"

typedef struct
{
  const char *text;
  const char *expected; /* NULL: CUSAX_ERROR_INVALID */
} Case;

typedef CusaxAddress *(*Parser) (const char *text, GError **error);

static CusaxAddress *
parse_target (const char *text, GError **error)
{
  return cusax_address_parse_target (text, DOMAIN, error);
}

static void
check (Parser parser, const Case *cases, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxAddress) address = parser (cases[i].text, &error);

      note (cases[i].text);
      if (cases[i].expected == NULL)
        {
          g_assert_null (address);
          g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpstr (cusax_address_get_uri (address), ==, cases[i].expected);
    }
}

static void
test_parse_uri (void)
{
  static const Case cases[] = {
    { "sip:alice@example.org", "sip:alice@example.org" },
    { "SIP:Alice@EXAMPLE.Org", "sip:Alice@example.org" },
    { "sips:alice@example.org:5061", "sips:alice@example.org:5061" },
    { "sip:example.org", "sip:example.org" },
    { "sip:alice:secret@example.org", "sip:alice@example.org" },
    { "sip:alice@example.org.", "sip:alice@example.org" },
    { "sip:alice@192.0.2.1:5070", "sip:alice@192.0.2.1:5070" },
    { "sip:alice@[2001:DB8:0::1]:5070", "sip:alice@[2001:db8::1]:5070" },
    { "sip:[::1]", "sip:[::1]" },
    { "sip:alice@example.org;transport=TCP", "sip:alice@example.org;transport=tcp" },
    { "sip:alice@example.org;lr;maddr=192.0.2.9;ttl=1;method=BYE;gr=x?Subject=hi&Route=%3Csip:x%3E",
      "sip:alice@example.org" },
    { "sip:alice@example.org?Replaces=a@b", "sip:alice@example.org" },
    { "sip:+33.1-77@example.org;user=phone", "sip:+33177@example.org;user=phone" },
    { "sip:+33177;ext=12@example.org;user=phone", "sip:+33177;ext=12@example.org;user=phone" },
    { "sip:*31#@example.org", "sip:*31%23@example.org" },
    { "sip:%61lice%2e@example.org", "sip:alice.@example.org" },
    { "sip:a%3bb%c3%bc@example.org", "sip:a%3Bb%C3%BC@example.org" },
    { "sip:a;b=c?d/e&f=$,@example.org", "sip:a;b=c?d/e&f=$,@example.org" },
    /* broken */
    { "", NULL },
    { "sip:", NULL },
    { "sip:@example.org", NULL },
    { "sip::pw@example.org", NULL },
    { "sip:alice@", NULL },
    { "sip:alice@example.org:", NULL },
    { "sip:alice@example.org:0", NULL },
    { "sip:alice@example.org:65536", NULL },
    { "sip:alice@example.org:-1", NULL },
    { "sip:alice@example.org:5060x", NULL },
    { "sip:alice@example.org:99999999999999999999", NULL },
    { "sip:alice@bob@example.org", NULL },
    { "sip:alice@exa mple.org", NULL },
    { "sip:al ice@example.org", NULL },
    { "sip:alice@exam_ple.org", NULL },
    { "sip:alice@-example.org", NULL },
    { "sip:alice@example-.org", NULL },
    { "sip:alice@example..org", NULL },
    { "sip:alice@1.2.3.999", NULL },
    { "sip:alice@[::1", NULL },
    { "sip:alice@[192.0.2.1]", NULL },
    { "sip:alice@[fe80::1%25eth0]", NULL },
    { "sip:alice@[::1]5060", NULL },
    { "sip:alice@::1", NULL },
    { "sip:al%0aice@example.org", NULL },
    { "sip:al%00ice@example.org", NULL },
    { "sip:al%ffice@example.org", NULL },
    { "sip:al%e2%80%aeice@example.org", NULL }, /* right-to-left override */
    { "sip:al%2@example.org", NULL },
    { "sip:al%@example.org", NULL },
    { "sip:al%zz@example.org", NULL },
    { "sip:al\xc3\xbc@example.org", NULL },
    { "sip:alice@b\xc3\xbc"
      "cher.example",
      NULL },
    { "sip:alice@example.org;transport=", NULL },
    { "sip:alice@example.org;transport=tcp;transport=udp", NULL },
    { "sip:alice@example.org;;lr", NULL },
    { "sip:alice@example.org;=x", NULL },
    { "<sip:alice@example.org>", NULL },
    { "sip:alice@example.org\r\nBYE", NULL },
    { "tel:+33177", NULL },
    { "xmpp:alice@example.org", NULL },
    { "alice@example.org", NULL },
  };

  check (cusax_address_parse_uri, cases, G_N_ELEMENTS (cases));
}

/* The table of R23, then what else people and cards write. */
static void
test_r23_parse_target (void)
{
  static const Case cases[] = {
    { "+33.1.77.62.43.39", "sip:+33177624339@sip.example.com;user=phone" },
    { "sip:alice@atlanta.com", "sip:alice@atlanta.com" },
    { "tel:+1-303-308-3282", "sip:+13033083282@sip.example.com;user=phone" },
    { "tel:7042;phone-context=example.com", "sip:7042;phone-context=example.com@sip.example.com;user=phone" },
    { "tel:7042;phone-context=sip.example.com", "sip:7042@sip.example.com" },
    { "7042", "sip:7042@sip.example.com;user=phone" },
    { "0177 62 43 39", "sip:0177624339@sip.example.com;user=phone" },
    /* dial strings */
    { "**621", "sip:**621@sip.example.com;user=phone" },
    { "*31#", "sip:*31%23@sip.example.com;user=phone" },
    { "*31#+33177", "sip:*31%23+33177@sip.example.com;user=phone" },
    { "#21#", "sip:%2321%23@sip.example.com;user=phone" },
    { "*21*0177-62#", NULL },
    /* punctuation */
    { " +33 (0)1 77/62-43 39 ", "sip:+33177624339@sip.example.com;user=phone" },
    { "+33\xc2\xa0"
      "1\xe2\x80\xaf"
      "77\xe2\x80\x91"
      "62",
      "sip:+3317762@sip.example.com;user=phone" },
    { "(0177) 62", "sip:017762@sip.example.com;user=phone" },
    /* tel: */
    { "TEL:+33177;ext=12", "sip:+33177;ext=12@sip.example.com;user=phone" },
    { "tel:+33177;phone-context=evil.example;isub=1", "sip:+33177@sip.example.com;user=phone" },
    { "tel:7042;phone-context=+33-1", "sip:7042;phone-context=+331@sip.example.com;user=phone" },
    { "tel:*31%23", "sip:*31%23@sip.example.com;user=phone" },
    { "tel:7042;phone-context=a b", NULL },
    { "tel:7042;phone-context=x@y", NULL },
    { "tel:", NULL },
    { "tel:alice", NULL },
    { "tel:%00", NULL },
    /* user@host */
    { "alice@atlanta.com", "sip:alice@atlanta.com" },
    { "alice@atlanta.com:5070", "sip:alice@atlanta.com:5070" },
    { "alice@[::1]", "sip:alice@[::1]" },
    { "j\xc3\xbcrgen@b\xc3\xbc"
      "cher.example",
      "sip:j%C3%BCrgen@xn--bcher-kva.example" },
    { "sips:alice@atlanta.com?Subject=x", "sips:alice@atlanta.com" },
    { "sip:alice@atlanta.com;maddr=192.0.2.9;method=BYE;ttl=1?Route=%3Csip:evil.example%3E&Replaces=a",
      "sip:alice@atlanta.com" },
    { "sip:alice:secret@atlanta.com", "sip:alice@atlanta.com" },
    { "*31#@atlanta.com", "sip:*31%23@atlanta.com" },
    /* refused */
    { "", NULL },
    { "   ", NULL },
    { "+", NULL },
    { "*", NULL },
    { "--", NULL },
    { "bob", NULL },
    { "33+1", NULL },
    { "0177,,12", NULL },
    { "0177w12", NULL },
    { "+33#1", NULL },
    { "xmpp:alice@atlanta.com", NULL },
    { "http://atlanta.com/", NULL },
    { "mailto:a@b", NULL },
    { "javascript:1", NULL },
    { "sip:", NULL },
    { "@atlanta.com", NULL },
    { "alice@", NULL },
    { "sip:alice@atlanta.com\r\nVia: x", NULL },
    { "sip:alice@atlanta.com>,<sip:eve@evil.example", NULL },
    { "\"Alice\" <sip:alice@atlanta.com>", NULL },
    { "tel:7042;phone-context=+", NULL },
    { "tel:7042;phone-context=evil.example\r\nVia: x", NULL },
    { "tel:7042;phone-context=evil.example>", NULL },
    { "tel:+33177@evil.example", NULL },
    { "tel:+33177?Route=x", NULL },
    { "tel://+33177", "sip:+33177@sip.example.com;user=phone" }, /* wrong, and widespread */
    { "+33177;isub=1", NULL },
    { "+33177\v", NULL },
    { "data:,7042", NULL },
    { "file:///etc/passwd", NULL },
    { "urn:service:sos", NULL },
    { "7042\n7043", NULL },
    { "70\xe2\x80\xae"
      "42",
      NULL },
    { "70\xff", NULL },
    { "\xd9\xa1\xd9\xa2", NULL }, /* digits of other scripts: a look-alike is not dialled */
  };

  check (parse_target, cases, G_N_ELEMENTS (cases));
}

static void
test_r2_from_jid (void)
{
  static const Case cases[] = {
    { "alice@example.com", "sip:alice@example.com" },
    { "alice@example.com/pidgin@home/x", "sip:alice@example.com" },
    { "Alice@Example.COM", "sip:alice@example.com" },
    { "a\\20b%41#c@example.com", "sip:a%5C20b%2541%23c@example.com" },
    { "j\xc3\xbcrgen@b\xc3\xbc"
      "cher.example",
      "sip:j%C3%BCrgen@xn--bcher-kva.example" },
    { "alice@[::1]", "sip:alice@[::1]" },
    { "example.com", NULL },
    { "@example.com", NULL },
    { "a b@example.com", NULL },
    { "a:b@example.com", NULL },
    { "alice@", NULL },
    { "alice@a@b", NULL },
    { "alice@exa mple", NULL },
    { "alice@/x", NULL },
    { "", NULL },
    { "\xff@example.com", NULL },
  };

  check (cusax_address_new_from_jid, cases, G_N_ELEMENTS (cases));
}

static void
test_jid_parts (void)
{
  static const struct
  {
    const char *jid;
    const char *bare;
    const char *domain;
  } cases[] = {
    { "Alice@Example.com/Home", "alice@example.com", "example.com" },
    { "example.com/x", "example.com", "example.com" },
    { "\xc3\x9c@B\xc3\x9c"
      "cher.example",
      "\xc3\xbc@b\xc3\xbc"
      "cher.example",
      "b\xc3\xbc"
      "cher.example" },
    { "a@b@c", NULL, NULL },
    { "", NULL, NULL },
    { "/x", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *bare = cusax_address_jid_bare (cases[i].jid, NULL);
      g_autofree char *domain = cusax_address_jid_domain (cases[i].jid, NULL);

      g_assert_cmpstr (bare, ==, cases[i].bare);
      g_assert_cmpstr (domain, ==, cases[i].domain);
    }
}

static void
test_getters (void)
{
  g_autoptr (CusaxAddress) address
      = cusax_address_parse_uri ("sips:*31%23@[2001:DB8::1]:5071;transport=TLS", NULL);
  g_autoptr (CusaxAddress) plain = cusax_address_parse_uri ("sip:example.org", NULL);

  g_assert_cmpstr (cusax_address_get_user (address), ==, "*31#");
  g_assert_cmpstr (cusax_address_get_host (address), ==, "2001:db8::1");
  g_assert_cmpuint (cusax_address_get_port (address), ==, 5071);
  g_assert_cmpstr (cusax_address_get_transport (address), ==, "tls");
  g_assert_true (cusax_address_is_sips (address));

  g_assert_null (cusax_address_get_user (plain));
  g_assert_cmpuint (cusax_address_get_port (plain), ==, 0);
  g_assert_null (cusax_address_get_transport (plain));
  g_assert_false (cusax_address_is_sips (plain));
}

static void
test_is_number (void)
{
  static const struct
  {
    const char *uri;
    gboolean number;
  } cases[] = {
    { "sip:7042@x.org;user=phone", TRUE }, { "sip:+33177@x.org", TRUE }, { "sip:7042@x.org", FALSE },
    { "sip:alice@x.org", FALSE },          { "sip:+33a@x.org", FALSE },  { "sip:+@x.org", FALSE },
    { "sip:x.org;user=phone", FALSE },     { "sip:x.org", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxAddress) address = cusax_address_parse_uri (cases[i].uri, NULL);

      note (cases[i].uri);
      g_assert_cmpint (cusax_address_is_number (address), ==, cases[i].number);
    }
}

/* What is shown can be typed again and leads to the same display. */
static void
test_display (void)
{
  static const Case cases[] = {
    { "+33.1.77", "+33177" },
    { "7042", "7042" },
    { "*31#", "*31#" },
    { "sip:7042@SIP.example.com", "7042" },
    { "sip:+33177@other.example;user=phone", "+33177@other.example" },
    { "sip:alice@sip.example.com", "alice@sip.example.com" },
    { "alice@[::1]:5070", "alice@[::1]:5070" },
    { "j\xc3\xbcrgen@example.org", "j\xc3\xbcrgen@example.org" },
    { "sip:boss%40bank.example@evil.example", "boss%40bank.example@evil.example" },
    { "sip:a%20b%25@example.org", "a%20b%25@example.org" },
    { "sip:example.org", "example.org" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxAddress) address = parse_target (cases[i].text, NULL);
      g_autofree char *display = cusax_address_get_display (address, DOMAIN);
      g_autoptr (CusaxAddress) again = NULL;

      g_assert_cmpstr (display, ==, cases[i].expected);
      again = parse_target (display, NULL);
      if (cusax_address_get_user (address) != NULL)
        {
          g_autofree char *second = cusax_address_get_display (again, DOMAIN);

          g_assert_cmpstr (second, ==, display);
        }
    }
}

static void
test_display_without_domain (void)
{
  g_autoptr (CusaxAddress) address = parse_target ("7042", NULL);
  g_autofree char *display = cusax_address_get_display (address, NULL);

  g_assert_cmpstr (display, ==, "7042@" DOMAIN);
}

/* The examples of RFC 3261 section 19.1.4 as far as we keep their parts, and our own. */
static void
test_equal (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    gboolean equal;
  } cases[] = {
    { "sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp", TRUE },
    { "sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", TRUE },
    { "sip:carol@chicago.com", "sip:carol@chicago.com;security=on", TRUE },
    { "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
      "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com", TRUE },
    { "SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", FALSE },
    { "sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", FALSE },
    { "sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", FALSE },
    { "sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", FALSE },
    { "sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", FALSE },
    { "sip:bob@biloxi.com", "sips:bob@biloxi.com", FALSE },
    { "sip:bob@biloxi.com", "sip:biloxi.com", FALSE },
    { "sip:bob@biloxi.com", "sip:bobby@biloxi.com", FALSE }, /* R31: never a substring */
    { "sip:7042@biloxi.com", "sip:7042@biloxi.com;user=phone", FALSE },
    { "sip:a;b@biloxi.com", "sip:a%3bb@biloxi.com", FALSE }, /* reserved: not the same escaped */
    { "sip:a%2fb@biloxi.com", "sip:a%2Fb@biloxi.com", TRUE },
    { "sip:+33-177@biloxi.com;user=phone", "sip:+33177@biloxi.com;user=phone", TRUE },
    { "sip:bob@[2001:db8:0:0::1]", "sip:bob@[2001:DB8::1]", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxAddress) a = cusax_address_parse_uri (cases[i].a, NULL);
      g_autoptr (CusaxAddress) b = cusax_address_parse_uri (cases[i].b, NULL);

      note (cases[i].a);
      g_assert_cmpint (cusax_address_equal (a, b), ==, cases[i].equal);
      g_assert_cmpint (cusax_address_equal (b, a), ==, cases[i].equal);
      g_assert_true (cusax_address_equal (a, a));
    }
}

static void
test_hosts (void)
{
  g_autofree char *label63 = g_strnfill (63, 'a');
  g_autofree char *label64 = g_strnfill (64, 'a');
  g_autofree char *labels = g_strjoin (".", label63, label63, label63, label63, "aa", NULL);

  g_assert_true (cusax_address_host_is_valid ("example.org"));
  g_assert_true (cusax_address_host_is_valid ("localhost"));
  g_assert_true (cusax_address_host_is_valid ("3com.example"));
  g_assert_true (cusax_address_host_is_valid ("192.0.2.1"));
  g_assert_true (cusax_address_host_is_valid ("::1"));
  g_assert_true (cusax_address_host_is_valid (label63));
  g_assert_false (cusax_address_host_is_valid (label64));
  g_assert_false (cusax_address_host_is_valid (labels));
  g_assert_false (cusax_address_host_is_valid (NULL));
  g_assert_false (cusax_address_host_is_valid (""));
  g_assert_false (cusax_address_host_is_valid ("."));
  g_assert_false (cusax_address_host_is_valid ("a."));
  g_assert_false (cusax_address_host_is_valid ("a b"));
  g_assert_false (cusax_address_host_is_valid ("[::1]"));
  g_assert_false (cusax_address_host_is_valid ("example.org:5060"));
  g_assert_false (cusax_address_host_is_valid ("1.2.3"));
}

/* Long and random texts end in a refusal or in something that parses again to the same. */
static void
test_hostile (void)
{
  static const char alphabet[] = "sip:@;?=%0aA1+*#[]<>\". -\t\xc3\xbc\\/,";
  g_autofree char *big = g_strnfill (100000, 'a');
  g_autofree char *number = g_strnfill (CUSAX_NUMBER_MAX_LENGTH + 1, '1');
  g_autofree char *jid = g_strconcat (big, "@example.org", NULL);

  g_assert_null (cusax_address_parse_uri (big, NULL));
  g_assert_null (parse_target (big, NULL));
  g_assert_null (parse_target (number, NULL));
  g_assert_null (cusax_address_new_from_jid (jid, NULL));

  for (guint i = 0; i < 20000; i++)
    {
      char text[32] = "sip:";
      gsize length = (gsize) g_test_rand_int_range (0, sizeof text - 4);
      g_autoptr (CusaxAddress) address = NULL;
      g_autoptr (CusaxAddress) again = NULL;

      for (gsize j = 0; j < length; j++)
        text[j + 4 * (i % 2)] = alphabet[g_test_rand_int_range (0, sizeof alphabet - 1)];
      text[sizeof text - 1] = '\0';
      address = parse_target (text, NULL);
      if (address == NULL)
        continue;
      g_assert_true (g_utf8_validate (cusax_address_get_uri (address), -1, NULL));
      again = cusax_address_parse_uri (cusax_address_get_uri (address), NULL);
      g_assert_nonnull (again);
      g_assert_true (cusax_address_equal (address, again));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/address/parse-uri", test_parse_uri);
  g_test_add_func ("/address/r23-parse-target", test_r23_parse_target);
  g_test_add_func ("/address/r2-from-jid", test_r2_from_jid);
  g_test_add_func ("/address/jid-parts", test_jid_parts);
  g_test_add_func ("/address/getters", test_getters);
  g_test_add_func ("/address/is-number", test_is_number);
  g_test_add_func ("/address/display", test_display);
  g_test_add_func ("/address/display-without-domain", test_display_without_domain);
  g_test_add_func ("/address/equal", test_equal);
  g_test_add_func ("/address/hosts", test_hosts);
  g_test_add_func ("/address/hostile", test_hostile);
  return g_test_run ();
}
