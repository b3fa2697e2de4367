/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classify.h"
#include "note.h"
#include "settings.h"

#include <string.h>

#define FRENCH                                                                                                 \
  "sip_address=alice@sip.example.com\nrelated_domains=example.com sister.example b\xc3\xbc"                    \
  "cher.example\ncountry_code=33\ntrunk_prefix=0\non_net_numbers=+3317762 0199 8"

static CusaxConfig *
make (const char *settings)
{
  g_autoptr (GError) error = NULL;
  CusaxConfig *config = settings_config ("alice@example.com", NULL, settings, &error);

  g_assert_no_error (error);
  return config;
}

/* As a card says it or a person types it. */
static CusaxAddress *
target (const char *text, const CusaxConfig *config)
{
  g_autoptr (GError) error = NULL;
  CusaxAddress *address = cusax_address_parse_target (text, cusax_config_get_domain (config), &error);

  note (text);
  g_assert_no_error (error);
  return address;
}

/* A proxy has more names than its domain, and dials numbers at each of them. */
static void
test_r42_numbers_at_our_server (void)
{
  static const struct
  {
    const char *text;
    CusaxClass expected;
  } cases[] = {
    { "sip:0900123456@proxy.example.net", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:+33900123456@PROXY.example.net:5061", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:*21*0900123456%23@proxy.example.net", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:*21%23@192.0.2.1", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:0900123456,,1@proxy.example.net", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:0900123456@edge1.sip.example.com", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:0900123456@192.0.2.1", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:0900123456@[2001:db8::1]:5061", CUSAX_CLASS_TELEPHONE_NETWORK },
    /* nobody's but theirs, or no number that costs */
    { "sip:bob@proxy.example.net", CUSAX_CLASS_FOREIGN_SIP },
    { "sip:7042@proxy.example.net", CUSAX_CLASS_FOREIGN_SIP },
    { "sip:112@proxy.example.net", CUSAX_CLASS_FOREIGN_SIP },
    { "sip:0900123456@example.net", CUSAX_CLASS_FOREIGN_SIP },
    { "sip:0900123456@notsip.example.com", CUSAX_CLASS_FOREIGN_SIP },
    { "sip:0900123456@sip.example.com.evil.example", CUSAX_CLASS_FOREIGN_SIP },
  };
  g_autoptr (CusaxConfig) config = make (FRENCH "\nsip_server=proxy.example.net");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxAddress) address = target (cases[i].text, config);

      g_assert_cmpint (cusax_classify_address (address, config), ==, cases[i].expected);
    }
}

static void
test_r42_classes (void)
{
  static const struct
  {
    const char *text;
    CusaxClass expected;
  } cases[] = {
    /* names of ours */
    { "sip:bob@sip.example.com", CUSAX_CLASS_ON_NET },
    { "sips:bob@SIP.example.com", CUSAX_CLASS_ON_NET },
    { "bob@sip.example.com;transport=tcp", CUSAX_CLASS_ON_NET },
    { "bob@sister.example", CUSAX_CLASS_ON_NET },
    { "bob@b\xc3\xbc"
      "cher.example",
      CUSAX_CLASS_ON_NET },
    { "bob@xn--bcher-kva.example", CUSAX_CLASS_ON_NET },
    { "bob2@sip.example.com", CUSAX_CLASS_ON_NET },
    { "sip:sip.example.com", CUSAX_CLASS_ON_NET },
    /* extensions by their address, and what the provider says is free */
    { "sip:7042@sip.example.com", CUSAX_CLASS_ON_NET },
    { "tel:7042;phone-context=sip.example.com", CUSAX_CLASS_ON_NET },
    { "tel:7042;phone-context=Sister.example", CUSAX_CLASS_ON_NET },
    { "+33 1 77 62 43 39", CUSAX_CLASS_ON_NET },
    { "01 77 62 43 39", CUSAX_CLASS_ON_NET },
    { "0033177624339", CUSAX_CLASS_ON_NET },
    { "sip:0177624339@sister.example", CUSAX_CLASS_ON_NET },
    { "0199123456", CUSAX_CLASS_ON_NET },
    { "+33199123456", CUSAX_CLASS_ON_NET },
    { "8123", CUSAX_CLASS_ON_NET },
    { "tel:8123;phone-context=sister.example", CUSAX_CLASS_ON_NET },
    { "tel:8123;phone-context=+33", CUSAX_CLASS_ON_NET },
    /* other services */
    { "sip:bob@atlanta.example", CUSAX_CLASS_FOREIGN_SIP },
    { "sip:bob@sip.example.com.evil.example", CUSAX_CLASS_FOREIGN_SIP },
    { "sip:bob@evil-sip.example.com", CUSAX_CLASS_FOREIGN_SIP },
    { "sip:bob@com", CUSAX_CLASS_FOREIGN_SIP },
    { "sip:bob@192.0.2.1", CUSAX_CLASS_FOREIGN_SIP },
    { "sip:bob@[2001:db8::1]", CUSAX_CLASS_FOREIGN_SIP },
    { "sip:bob@sip.example.com:5070", CUSAX_CLASS_FOREIGN_SIP },
    { "sip:7042@sip.example.com:5070", CUSAX_CLASS_FOREIGN_SIP },
    { "sip:+33177@atlanta.example", CUSAX_CLASS_FOREIGN_SIP },
    { "sip:112@atlanta.example", CUSAX_CLASS_FOREIGN_SIP },
    { "sip:112@sip.example.com.evil.example", CUSAX_CLASS_FOREIGN_SIP },
    /* the telephone network, however it is written */
    { "+49 30 1234567", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "0900 123456", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "7042", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "tel:7042;phone-context=other.example", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "tel:0900123456;phone-context=sister.example", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "tel:7042;ext=1;phone-context=sister.example", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "tel:+33900123456", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "tel:8123456;phone-context=+33900", CUSAX_CLASS_TELEPHONE_NETWORK }, /* not what begins with 8 */
    { "sip:8123456;x=y;Phone-Context=+33900@sip.example.com", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "tel:8123;phone-context=other.example", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "tel:112;phone-context=+339001", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:112;phone-context=other.example@sip.example.com", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:+33900123456@sip.example.com", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:0900123456@sip.example.com", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:0900-123-456@sip.example.com", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:%30900123456@sip.example.com", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:0900123456;x=y@sip.example.com", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:0900123456@sip.example.com:5060", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:0900123456@sister.example", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:0900,,1@sip.example.com", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:0900p1@sip.example.com", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:0900@sip.example.com", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:118218@sip.example.com", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:7042@sip.example.com;user=phone", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:+33900@atlanta.example;user=phone", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:bob@atlanta.example;user=phone", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "sip:112@atlanta.example;user=phone", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "**621", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "*31#", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "*21*0900123456#", CUSAX_CLASS_TELEPHONE_NETWORK },
    { "8*21*0900123456#", CUSAX_CLASS_TELEPHONE_NETWORK }, /* begins with a free prefix, and is a code */
    /* emergencies, by our own service only */
    { "112", CUSAX_CLASS_EMERGENCY },
    { "1-1-2", CUSAX_CLASS_EMERGENCY },
    { "911", CUSAX_CLASS_EMERGENCY },
    { "15", CUSAX_CLASS_EMERGENCY },
    { "tel:17;phone-context=+33", CUSAX_CLASS_EMERGENCY },
    { "sip:112@sip.example.com", CUSAX_CLASS_EMERGENCY },
    { "sip:18@example.com", CUSAX_CLASS_EMERGENCY },
    { "110", CUSAX_CLASS_TELEPHONE_NETWORK },
  };
  g_autoptr (CusaxConfig) config = make (FRENCH);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxAddress) address = target (cases[i].text, config);

      g_assert_cmpint (cusax_classify_address (address, config), ==, cases[i].expected);
    }
}

/* T7: an account that knows nothing of countries and ranges. */
static void
test_t7_bare_account (void)
{
  g_autoptr (CusaxConfig) config = make ("");
  g_autoptr (CusaxAddress) name = target ("bob@example.com", config);
  g_autoptr (CusaxAddress) extension = target ("sip:7042@example.com", config);
  g_autoptr (CusaxAddress) mobile = target ("+33612345678", config);
  g_autoptr (CusaxAddress) emergency = target ("112", config);

  g_assert_cmpint (cusax_classify_address (name, config), ==, CUSAX_CLASS_ON_NET);
  g_assert_cmpint (cusax_classify_address (extension, config), ==, CUSAX_CLASS_ON_NET);
  g_assert_cmpint (cusax_classify_address (mobile, config), ==, CUSAX_CLASS_TELEPHONE_NETWORK);
  g_assert_cmpint (cusax_classify_address (emergency, config), ==, CUSAX_CLASS_EMERGENCY);
}

/* R31: one text per address, compared for equality. */
static void
test_r31_keys (void)
{
  static const struct
  {
    const char *text;
    const char *expected;
  } cases[] = {
    { "+33.1.77.62.43.39", "tel:+33177624339" },
    { "01 77 62 43 39", "tel:+33177624339" },
    { "0033 1 77 62 43 39", "tel:+33177624339" },
    { "tel:+33-1-77-62-43-39", "tel:+33177624339" },
    { "sip:+33177624339@sip.example.com", "tel:+33177624339" },
    { "sips:+33177624339@sister.example;transport=tls", "tel:+33177624339" },
    { "sip:0177624339@example.com;user=phone", "tel:+33177624339" },
    { "7042", "tel:7042" },
    { "sip:7042@sip.example.com", "tel:7042" },
    { "tel:7042;phone-context=sip.example.com", "tel:7042" },
    { "tel:7042;phone-context=Other.example", "tel:7042;phone-context=other.example" },
    { "tel:7042;phone-context=Sister.example", "tel:7042" },
    { "tel:0177624339;phone-context=sister.example", "tel:+33177624339" },
    { "+33177;ext=12", NULL },
    { "tel:+33177;ext=12", "tel:+33177;ext=12" },
    { "**621", "tel:**621" },
    { "*31#", "tel:*31#" },
    { "112", "tel:112" },
    { "sip:+33177624339@atlanta.example", "sip:+33177624339@atlanta.example" },
    { "sip:7042@sip.example.com:5070", "sip:7042@sip.example.com:5070" },
    { "sip:%62ob@SIP.Example.com", "sip:bob@sip.example.com" },
    { "sip:Bob@sip.example.com", "sip:Bob@sip.example.com" },
    { "sips:bob@sip.example.com", "sips:bob@sip.example.com" },
    { "bob@atlanta.example:5070", "sip:bob@atlanta.example:5070" },
    { "sip:bob@sip.example.com;user=phone", "sip:bob@sip.example.com;user=phone" },
  };
  g_autoptr (CusaxConfig) config = make (FRENCH);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxAddress) address = NULL;
      g_autofree char *key = NULL;

      if (cases[i].expected == NULL)
        {
          g_assert_null (cusax_address_parse_target (cases[i].text, "sip.example.com", NULL));
          continue;
        }
      address = target (cases[i].text, config);
      key = cusax_classify_key (address, config);
      g_assert_cmpstr (key, ==, cases[i].expected);
    }
}

/* R2: the same name, where it is the same service; two providers may each have a bob. */
static void
test_r2_guess (void)
{
  static const struct
  {
    const char *settings;
    const char *jid;
    const char *expected;
  } cases[] = {
    { "", "bob@example.com", "sip:bob@example.com" },
    { "", "Bob@Example.com/desk", "sip:bob@example.com" },
    { "", "bob@other.example", NULL },
    { "", "bob@sub.example.com", NULL },
    { "", "example.com", NULL },
    { "", "b b@example.com", NULL },
    { "sip_address=alice@sip.example.com", "bob@example.com", NULL },
    { "sip_address=alice@sip.example.com\nrelated_domains=sip.example.com", "bob@example.com",
      "sip:bob@sip.example.com" },
    { "sip_address=alice@sip.example.com\nrelated_domains=sip.example.com,friend.example", "bob@friend.example",
      NULL },
    { "sip_address=alice@sip.example.com\nrelated_domains=sip.example.com", "bob@sip.example.com", NULL },
    { "sip_address=alice@[::1]\nrelated_domains=::1", "bob@example.com", "sip:bob@[::1]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxConfig) config = make (cases[i].settings);
      g_autoptr (CusaxAddress) guess = cusax_classify_guess (cases[i].jid, config);

      g_test_message ("%s: %s", cases[i].settings, cases[i].jid);
      g_assert_cmpstr (guess != NULL ? cusax_address_get_uri (guess) : NULL, ==, cases[i].expected);
    }
}

static void
test_r31_same_service (void)
{
  static const struct
  {
    const char *domain;
    const char *other;
    gboolean expected;
  } cases[] = {
    { "atlanta.example", "ATLANTA.example", TRUE },
    { "sip.example.com", "example.com", TRUE },
    { "sister.example", "sip.example.com", TRUE },
    { "b\xc3\xbc"
      "cher.example",
      "xn--bcher-kva.example", TRUE },
    { "atlanta.example", "biloxi.example", FALSE },
    { "atlanta.example", "sip.example.com", FALSE },
    { "evil.sip.example.com", "sip.example.com", FALSE },
    { "", "", TRUE },
    { "", "sip.example.com", FALSE },
  };
  g_autoptr (CusaxConfig) config = make (FRENCH);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      note (cases[i].domain);
      g_assert_cmpint (cusax_classify_is_same_service (cases[i].domain, cases[i].other, config), ==,
                       cases[i].expected);
      g_assert_cmpint (cusax_classify_is_same_service (cases[i].other, cases[i].domain, config), ==,
                       cases[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/classify/r42-classes", test_r42_classes);
  g_test_add_func ("/classify/r42-numbers-at-our-server", test_r42_numbers_at_our_server);
  g_test_add_func ("/classify/t7-bare-account", test_t7_bare_account);
  g_test_add_func ("/classify/r31-keys", test_r31_keys);
  g_test_add_func ("/classify/r2-guess", test_r2_guess);
  g_test_add_func ("/classify/r31-same-service", test_r31_same_service);
  return g_test_run ();
}
