/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names: what is a contact, a number or nobody. No address is a contact because it looks like one. */
#include "fakephone.h"

#include "peers.h"

#include <purple.h>

static PurpleAccount *account;

static void
add_buddy (const char *jid, const char *alias)
{
  purple_blist_add_buddy (purple_buddy_new (account, jid, alias), NULL, NULL, NULL);
}

static void
test_is_jid (void)
{
  static const char *const jids[] = { "bob@example.org", "bob@example.org/desk", "conference.example.org",
                                      "room@conference.example.org/Nick O'Name", "+33177@example.org" };
  static const char *const others[] = { "",
                                        "+33 1 77 62 43 39",
                                        "0177624339",
                                        "*31#",
                                        "sip:bob@example.org",
                                        "SIPS:bob@example.org",
                                        "tel:+33177624339",
                                        "Dr. No (+33 1 77)",
                                        "127.0.0.1",
                                        "@example.org" };

  g_assert_false (cusax_peers_is_jid (NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (jids); i++)
    g_assert_true (cusax_peers_is_jid (jids[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (cusax_peers_is_jid (others[i]));
}

static void
assert_name (const char *uri, const char *jid, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxAddress) address = uri != NULL ? cusax_address_parse_uri (uri, &error) : NULL;
  g_autofree char *name = NULL;

  g_assert_no_error (error);
  name = cusax_peers_name (account, address, jid);
  g_assert_cmpstr (name, ==, expected);
}

/* R31: an address alone makes no contact, however much it looks like one; who is meant comes from the
 * directory. */
static void
test_name (void)
{
  assert_name ("sip:bob@example.org", NULL, "sip:bob@example.org");
  assert_name ("sip:bob@example.org", "bob@example.org", "bob@example.org");
  assert_name ("sip:+33177624339@evil.example", "bob@example.org", "bob@example.org");
  assert_name ("sip:bob@EXAMPLE.org", NULL, "sip:bob@example.org");
  assert_name ("sip:carol@example.org", "carol@example.org", "sip:carol@example.org");
  assert_name ("sip:mallory@evil.example", NULL, "sip:mallory@evil.example");
  assert_name ("sip:bob@example.org:5099", NULL, "sip:bob@example.org:5099");
  assert_name ("sip:bob%40example.org@example.org", NULL, "sip:bob%40example.org@example.org");
  assert_name ("sip:bob%2Fdesk@example.org", NULL, "sip:bob/desk@example.org");
  assert_name ("sip:+33177624339@example.org;user=phone", NULL, "+33177624339");
  assert_name ("sip:1234@example.org", NULL, "1234");
  assert_name ("sip:+33177624339@evil.example;user=phone", NULL, "sip:+33177624339@evil.example");
  assert_name ("sip:example.org", NULL, "sip:example.org");
  assert_name (NULL, NULL, CUSAX_PEERS_ANONYMOUS);
}

/* Nothing that stands for a stranger may be taken for a JID: text typed there would be sent over XMPP. */
static void
test_strangers_are_no_jids (void)
{
  static const char *const uris[] = { "sip:mallory@evil.example",
                                      "sip:bob@example.org:5099",
                                      "sip:conference",
                                      "sip:0177@example.org",
                                      "sip:abc@example.org;user=phone",
                                      "sip:a%2Fb@example.org",
                                      "sip:a@[::1]:5060",
                                      "sips:x@y.example",
                                      CUSAX_PEERS_ANONYMOUS };

  for (gsize i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      g_autoptr (CusaxAddress) address = cusax_address_parse_uri (uris[i], NULL);
      g_autofree char *name = NULL;

      g_assert_nonnull (address);
      name = cusax_peers_name (account, address, NULL);
      g_assert_false (cusax_peers_is_jid (name));
      /* One form: its own normal form, so that windows and logs meet. */
      g_assert_cmpstr (cusax_peers_normalize (account, name), ==, name);
    }
}

/* The way back: a JID is a person, a display form an address, nothing is both. */
static void
test_ways_back (void)
{
  static const struct
  {
    const char *who, *jid, *uri;
  } rows[] = {
    { "bob@example.org", "bob@example.org", NULL },
    { "bob@EXAMPLE.org/desk", "bob@example.org", NULL },
    { "carol@elsewhere.example", "carol@elsewhere.example", NULL },
    { "+33177@example.org", "+33177@example.org", NULL },
    { "conference.example.org", NULL, NULL },
    { "conference.example.org/a@b", NULL, NULL },
    { "+33 1 77 62 43 39", NULL, "sip:+33177624339@example.org;user=phone" },
    { "**621", NULL, "sip:**621@example.org;user=phone" },
    { "sip:dave@other.example", NULL, "sip:dave@other.example" },
    { "sip:bob@example.org", NULL, "sip:bob@example.org" },
    { "tel:+1-303-308-3282", NULL, "sip:+13033083282@example.org;user=phone" },
    { "xmpp:bob@example.org", NULL, NULL },
    { "what now", NULL, NULL },
    { "\xff\xfe", NULL, NULL },
    { "", NULL, NULL },
    { NULL, NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *jid = cusax_peers_contact (account, rows[i].who);
      g_autoptr (CusaxAddress) address = cusax_peers_address (account, rows[i].who);

      g_assert_cmpstr (jid, ==, rows[i].jid);
      g_assert_cmpstr (address != NULL ? cusax_address_get_uri (address) : NULL, ==, rows[i].uri);
    }
}

/* purple-ui.md 4.5: all spellings of one number are one string. */
static void
test_normalize (void)
{
  static const char *const spellings[] = { "+33177624339",
                                           "+33 1 77 62 43 39",
                                           "+33.1.77.62.43.39",
                                           "tel:+33-1-77-62-43-39",
                                           "sip:+33177624339@example.org;user=phone",
                                           "sip:+33177624339@EXAMPLE.ORG" };

  for (gsize i = 0; i < G_N_ELEMENTS (spellings); i++)
    g_assert_cmpstr (cusax_peers_normalize (account, spellings[i]), ==, "+33177624339");
  g_assert_cmpstr (cusax_peers_normalize (account, "SIP:Bob@Other.Example"), ==, "sip:Bob@other.example");
  g_assert_null (cusax_peers_normalize (account, "what now"));
  g_assert_null (cusax_peers_normalize (account, NULL));
  g_assert_null (cusax_peers_normalize (NULL, "+33177624339"));
}

static void
test_label (void)
{
  g_autofree char *alias = cusax_peers_label (account, "bob@example.org");
  g_autofree char *number = cusax_peers_label (account, "+33177624339");
  g_autofree char *nobody = cusax_peers_label (account, NULL);
  g_autofree char *hidden = cusax_peers_label (account, CUSAX_PEERS_ANONYMOUS);

  g_assert_cmpstr (alias, ==, "Bob B.");
  g_assert_cmpstr (number, ==, "+33177624339");
  g_assert_cmpstr (nobody, ==, "somebody unknown");
  g_assert_cmpstr (hidden, ==, "somebody who hides the number");
}

/* The name of all who hide is a name, and nobody's address: nothing is dialled or sent there (R19). */
static void
test_R19_hidden (void)
{
  g_assert_cmpstr (cusax_peers_normalize (account, "SIP:anonymous@anonymous.invalid"), ==, CUSAX_PEERS_ANONYMOUS);
  g_assert_null (cusax_peers_address (account, CUSAX_PEERS_ANONYMOUS));
  g_assert_null (cusax_peers_address (account, "SIP:Anonymous@anonymous.invalid"));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  fake_phone_reset ("alice@example.org");
  account = fake_purple_account ("alice@example.org/home");
  add_buddy ("bob@example.org", "Bob B.");
  add_buddy ("mallory@evil.example", "My boss");

  g_test_add_func ("/peers/is-jid", test_is_jid);
  g_test_add_func ("/peers/name", test_name);
  g_test_add_func ("/peers/strangers-are-no-jids", test_strangers_are_no_jids);
  g_test_add_func ("/peers/ways-back", test_ways_back);
  g_test_add_func ("/peers/normalize", test_normalize);
  g_test_add_func ("/peers/label", test_label);
  g_test_add_func ("/peers/R19-hidden", test_R19_hidden);
  result = g_test_run ();

  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
