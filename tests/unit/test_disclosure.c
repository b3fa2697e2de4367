/* SPDX-License-Identifier: GPL-2.0-or-later */
/* R18 to R21 and R50: what is said of us, towards whom, under which switches. */
#include "disclosure.h"

#include <string.h>

#define URI CUSAX_DISCLOSURE_CHAT_URI
#define BOTH (CUSAX_DISCLOSURE_CHAT_URI | CUSAX_DISCLOSURE_CHAT_CONTACT)
#define HIDDEN CUSAX_DISCLOSURE_ANONYMOUS
#define NOTHING CUSAX_DISCLOSURE_NOTHING

/* @user_data: the names of the switches that are the other way round than their default, "" between blanks. */
static gboolean
get_bool (gpointer user_data, const char *name, gboolean fallback)
{
  g_auto (GStrv) turned = g_strsplit (user_data, " ", -1);

  return g_strv_contains ((const char *const *) turned, name) ? !fallback : fallback;
}

static const char *
get_string (gpointer user_data, const char *name, const char *fallback)
{
  return g_str_equal (name, "related_domains") ? "branch.example" : fallback;
}

static int
get_int (gpointer user_data, const char *name, int fallback)
{
  return fallback;
}

static CusaxConfig *
config_new (const char *turned)
{
  static const CusaxConfigReader reader = { get_string, get_bool, get_int };
  g_autoptr (GError) error = NULL;
  CusaxConfig *config = cusax_config_new ("alice@example.org", "secret", &reader, (gpointer) turned, &error);

  g_assert_no_error (error);
  return config;
}

static CusaxDisclosure
to_callee (const char *uri, const CusaxConfig *config)
{
  g_autoptr (CusaxAddress) callee = cusax_address_parse_uri (uri, NULL);

  g_assert_nonnull (callee);
  return cusax_disclosure_to_callee (callee, config);
}

static void
test_to_callee (void)
{
  static const struct
  {
    const char *turned;
    CusaxDisclosure on_net, foreign, network, emergency;
  } rows[] = {
    { "", URI, NOTHING, URI, URI },
    { "share_chat_address", NOTHING, NOTHING, NOTHING, NOTHING },
    { "share_chat_address_foreign", URI, URI, URI, URI },
    { "share_chat_address share_chat_address_foreign", NOTHING, NOTHING, NOTHING, NOTHING },
    { "send_xmpp_contact", BOTH, NOTHING, BOTH, BOTH },
    { "send_xmpp_contact share_chat_address_foreign", BOTH, BOTH, BOTH, BOTH },
    { "send_xmpp_contact share_chat_address", NOTHING, NOTHING, NOTHING, NOTHING },
    { "anonymous", HIDDEN, HIDDEN, HIDDEN, URI },
    { "anonymous send_xmpp_contact share_chat_address_foreign", HIDDEN, HIDDEN, HIDDEN, BOTH },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (CusaxConfig) config = config_new (rows[i].turned);

      g_test_message ("turned: %s", rows[i].turned);
      g_assert_cmpint (to_callee ("sip:bob@branch.example", config), ==, rows[i].on_net);
      g_assert_cmpint (to_callee ("sip:bob@other.example", config), ==, rows[i].foreign);
      g_assert_cmpint (to_callee ("sip:bob@example.org:5070", config), ==, rows[i].foreign);
      /* Numbers, but not of our own service. */
      g_assert_cmpint (to_callee ("sip:bob@other.example;user=phone", config), ==, rows[i].foreign);
      g_assert_cmpint (to_callee ("sip:+33177624339@192.0.2.1", config), ==, rows[i].foreign);
      g_assert_cmpint (to_callee ("sip:+33177624339@example.org;user=phone", config), ==, rows[i].network);
      g_assert_cmpint (to_callee ("sip:112@example.org", config), ==, rows[i].emergency);
    }
}

static void
test_to_caller (void)
{
  static const struct
  {
    const char *turned, *caller;
    CusaxBindingGrade grade;
    CusaxDisclosure expected;
  } rows[] = {
    { "", "sip:bob@example.org", CUSAX_BINDING_STRONG, URI },
    { "", "sip:bob@branch.example", CUSAX_BINDING_STRONG, URI },
    { "", "sip:bob@example.org", CUSAX_BINDING_WEAK, NOTHING },
    { "", "sip:bob@example.org", CUSAX_BINDING_NONE, NOTHING },
    { "", "sip:bob@other.example", CUSAX_BINDING_STRONG, NOTHING },
    { "share_chat_address_foreign", "sip:bob@other.example", CUSAX_BINDING_STRONG, URI },
    { "share_chat_address_foreign", "sip:bob@other.example", CUSAX_BINDING_WEAK, NOTHING },
    { "share_chat_address", "sip:bob@example.org", CUSAX_BINDING_STRONG, NOTHING },
    { "send_xmpp_contact", "sip:bob@example.org", CUSAX_BINDING_STRONG, BOTH },
    { "anonymous", "sip:bob@example.org", CUSAX_BINDING_STRONG, NOTHING },
    { "", NULL, CUSAX_BINDING_STRONG, NOTHING },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (CusaxConfig) config = config_new (rows[i].turned);
      g_autoptr (CusaxAddress) caller = rows[i].caller != NULL ? cusax_address_parse_uri (rows[i].caller, NULL) : NULL;

      g_test_message ("turned: %s, caller %s, grade %d", rows[i].turned, rows[i].caller, rows[i].grade);
      g_assert_cmpint (cusax_disclosure_to_caller (rows[i].grade, caller, config), ==, rows[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/disclosure/R18-R19-to-callee", test_to_callee);
  g_test_add_func ("/disclosure/R21-to-caller", test_to_caller);
  return g_test_run ();
}
