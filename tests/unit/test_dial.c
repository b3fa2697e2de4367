/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what a person clicked or typed to what is said before it is dialled (R22, R25, R26, R28, R42, R43, T7).
 */
#include "dial.h"

#include "error.h"
#include "fake-people.h"
#include "settings.h"

#include <string.h>

typedef struct
{
  FakePeople *people;
  CusaxDirectory *directory;
  CusaxMemory *memory;
  CusaxConfig *config;
} World;

static void
on_contact (gpointer user_data, CusaxDirectory *directory, const char *jid)
{
}

static const CusaxDirectoryListener listener = { on_contact };

static void
world_init (World *world, const char *settings)
{
  g_autoptr (GError) error = NULL;
  CusaxDirectoryPorts ports = { 0 };

  world->people = fake_people_new ();
  world->config = settings_config ("alice@example.org/desk", "secret", settings, &error);
  g_assert_no_error (error);
  ports = (CusaxDirectoryPorts){ &world->people->clock, fake_people_wall_time, &world->people->cards,
                                 &world->people->store };
  world->directory = cusax_directory_new (&ports, &listener, NULL);
  cusax_directory_configure (world->directory, world->config);
  cusax_directory_set_online (world->directory, TRUE);
  world->memory = cusax_directory_get_memory (world->directory);
}

static void
world_clear (World *world)
{
  cusax_directory_free (world->directory);
  cusax_config_unref (world->config);
  fake_people_free (world->people);
}

/* A contact with a card; @tels: blanks between them, NULL: no card is known. */
static void
add_contact (World *world, const char *jid, const char *tels)
{
  g_auto (GStrv) values = tels != NULL ? g_strsplit (tels, " ", -1) : NULL;
  g_autofree char *xml = values != NULL ? fake_people_card ((const char *const *) values) : NULL;

  cusax_directory_add_contact (world->directory, jid);
  if (xml != NULL)
    cusax_directory_take (world->directory, jid, xml, strlen (xml));
}

/* "ASK_COST sip:... (jid)", "ASK_WHICH key key (jid)", or the error's code. */
static char *
describe (CusaxDial *dial, const GError *error)
{
  static const char *const steps[] = { "GO", "TELL", "ASK_COST", "ASK_WHICH" };
  g_autoptr (GString) text = g_string_new (NULL);

  if (dial == NULL)
    {
      g_assert_nonnull (error);
      g_assert_true (error->domain == CUSAX_ERROR);
      return g_strdup (error->code == CUSAX_ERROR_UNSUPPORTED ? "UNSUPPORTED"
                       : error->code == CUSAX_ERROR_INVALID   ? "INVALID"
                                                              : "?");
    }
  g_assert_no_error (error);
  g_string_append (text, steps[dial->step]);
  g_assert_true ((dial->address == NULL) == (dial->step == CUSAX_DIAL_ASK_WHICH));
  g_assert_true ((dial->key == NULL) == (dial->address == NULL));
  g_assert_true ((dial->list == NULL) == (dial->address != NULL));
  if (dial->address != NULL)
    g_string_append_printf (text, " %s", cusax_address_get_uri (dial->address));
  for (guint i = 0; dial->list != NULL && i < dial->list->len; i++)
    g_string_append_printf (text, " %s", ((CusaxDialable *) g_ptr_array_index (dial->list, i))->key);
  if (dial->jid != NULL)
    g_string_append_printf (text, " (%s)", dial->jid);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
check_contact (World *world, const char *jid, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxDial) dial = cusax_dial_contact (world->directory, world->config, jid, &error);
  g_autofree char *text = describe (dial, error);

  g_assert_cmpstr (text, ==, expected);
}

static void
check_typed (World *world, const char *typed, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxDial) dial = cusax_dial_typed (world->directory, world->config, typed, &error);
  g_autofree char *text = describe (dial, error);

  g_autofree char *printable = g_strescape (typed, NULL);

  g_test_message ("%.60s", printable);
  g_assert_cmpstr (text, ==, expected);
}

/* The whole table of dial.h: class by class, clicked and typed. */
static void
test_table_of_policy (void)
{
  static const struct
  {
    const char *target; /* in the contact's card, and typed */
    const char *uri;
    const char *clicked;
    const char *class_name;
  } cases[] = {
    { "sip:bob@example.org", "sip:bob@example.org", "GO", "on-net" },
    { "sip:bob@related.example", "sip:bob@related.example", "GO", "related domain" },
    { "+4930111", "sip:+4930111@example.org;user=phone", "GO", "on-net number" },
    { "sip:7042@example.org", "sip:7042@example.org", "GO", "extension (T7)" },
    { "sip:bob@other.example", "sip:bob@other.example", "TELL", "foreign" },
    { "sip:bob@example.org:5070", "sip:bob@example.org:5070", "TELL", "a port is somewhere else" },
    { "+33.1.77.62.43.39", "sip:+33177624339@example.org;user=phone", "ASK_COST", "network" },
    { "tel:+33177624339", "sip:+33177624339@example.org;user=phone", "ASK_COST", "network" },
    { "sip:+33177624339@example.org", "sip:+33177624339@example.org", "ASK_COST", "network, as an address" },
    { "sip:0900-123456@example.org", "sip:0900-123456@example.org", "ASK_COST", "premium in disguise" },
    { "sip:1900@other.example;user=phone", "sip:1900@other.example;user=phone", "ASK_COST", "network abroad" },
    { "*21*0900123456#", "sip:*21*0900123456%23@example.org;user=phone", "ASK_COST", "code that costs" },
    { "112", "sip:112@example.org;user=phone", "GO", "emergency" },
    { "tel:110", "sip:110@example.org;user=phone", "GO", "emergency of the country" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World world = { 0 };
      g_autofree char *clicked = g_strdup_printf ("%s %s (bob@example.org)", cases[i].clicked, cases[i].uri);
      g_autofree char *typed = g_strdup_printf ("GO %s", cases[i].uri);

      g_test_message ("%s", cases[i].class_name);
      world_init (&world,
                  "country_code=49\ntrunk_prefix=0\nrelated_domains=related.example\non_net_numbers=+4930");
      add_contact (&world, "bob@example.org", cases[i].target);
      check_contact (&world, "bob@example.org", clicked);
      check_typed (&world, cases[i].target, typed);
      world_clear (&world);
    }
}

static void
test_consent_is_for_the_exact_number (void)
{
  World world = { 0 };

  world_init (&world, "country_code=33\ntrunk_prefix=0");
  add_contact (&world, "bob@other.example", "+33177624339");
  check_contact (&world, "bob@other.example",
                 "ASK_COST sip:+33177624339@example.org;user=phone (bob@other.example)");
  cusax_memory_allow (world.memory, "tel:+33177624339");
  check_contact (&world, "bob@other.example", "GO sip:+33177624339@example.org;user=phone (bob@other.example)");
  /* The same number, written otherwise. */
  add_contact (&world, "carol@other.example", "tel:01-77-62-43-39");
  check_contact (&world, "carol@other.example",
                 "GO sip:0177624339@example.org;user=phone (carol@other.example)");
  /* The card changes: premium-rate substitution is asked about again. */
  add_contact (&world, "bob@other.example", "+33899000000");
  check_contact (&world, "bob@other.example",
                 "ASK_COST sip:+33899000000@example.org;user=phone (bob@other.example)");
  add_contact (&world, "bob@other.example", "tel:+33177624339;ext=1");
  check_contact (&world, "bob@other.example",
                 "ASK_COST sip:+33177624339;ext=1@example.org;user=phone (bob@other.example)");
  world_clear (&world);
}

static void
test_foreign_domains_are_told_of_once (void)
{
  World world = { 0 };

  world_init (&world, "");
  add_contact (&world, "bob@other.example", "sip:bob@Other.Example");
  add_contact (&world, "eve@other.example", "sip:eve@other.example");
  add_contact (&world, "dan@third.example", "sip:dan@third.example");
  check_contact (&world, "bob@other.example", "TELL sip:bob@other.example (bob@other.example)");
  cusax_memory_set_told (world.memory, "other.example");
  check_contact (&world, "bob@other.example", "GO sip:bob@other.example (bob@other.example)");
  check_contact (&world, "eve@other.example", "GO sip:eve@other.example (eve@other.example)");
  check_contact (&world, "dan@third.example", "TELL sip:dan@third.example (dan@third.example)");
  world_clear (&world);
}

static void
test_only_equals_are_asked_about (void)
{
  static const char preferred[]
    = "<vCard xmlns='vcard-temp'><TEL><NUMBER>sip:p3@example.org</NUMBER></TEL><TEL><PREF/><NUMBER>"
      "sip:p1@example.org</NUMBER></TEL><TEL><PREF/><NUMBER>sip:p2@example.org</NUMBER></TEL></vCard>";
  World world = { 0 };

  world_init (&world, "");
  /* On-net before foreign before the telephone network: no question. */
  add_contact (&world, "a@example.org", "+33177624339 sip:a@other.example sip:anna@example.org");
  check_contact (&world, "a@example.org", "GO sip:anna@example.org (a@example.org)");
  add_contact (&world, "b@example.org", "+33177624339 sip:b@other.example");
  check_contact (&world, "b@example.org", "TELL sip:b@other.example (b@example.org)");
  /* Equal ones: which; and the worse ones are not part of the question. */
  add_contact (&world, "c@example.org", "+33177624339 sip:c@example.org sip:carol@example.org");
  check_contact (&world, "c@example.org", "ASK_WHICH sip:c@example.org sip:carol@example.org (c@example.org)");
  cusax_memory_set_choice (world.memory, "c@example.org", "sip:carol@example.org");
  check_contact (&world, "c@example.org", "GO sip:carol@example.org (c@example.org)");
  /* Of one class, but one is preferred. */
  add_contact (&world, "p@example.org", NULL);
  cusax_directory_take (world.directory, "p@example.org", preferred, strlen (preferred));
  check_contact (&world, "p@example.org", "ASK_WHICH sip:p1@example.org sip:p2@example.org (p@example.org)");
  /* A chosen number still costs. */
  cusax_memory_set_choice (world.memory, "c@example.org", "tel:+33177624339");
  check_contact (&world, "c@example.org", "ASK_COST sip:+33177624339@example.org;user=phone (c@example.org)");
  /* A choice that the card does not have any more is none. */
  cusax_memory_set_choice (world.memory, "c@example.org", "tel:+33177624340");
  check_contact (&world, "c@example.org", "ASK_WHICH sip:c@example.org sip:carol@example.org (c@example.org)");
  world_clear (&world);
}

static void
test_contacts_without_a_card (void)
{
  World world = { 0 };
  static const char *const hints[] = { "sip:fred@mobile.example", NULL };
  static const char fax[] = "<vCard xmlns='vcard-temp'><TEL><FAX/><NUMBER>+331</NUMBER></TEL></vCard>";

  world_init (&world, "");
  add_contact (&world, "dave@example.org", NULL);
  check_contact (&world, "dave@example.org", "GO sip:dave@example.org (dave@example.org)");
  add_contact (&world, "eve@other.example", NULL);
  check_contact (&world, "eve@other.example", "UNSUPPORTED");
  add_contact (&world, "fred@other.example", NULL);
  cusax_directory_set_hints (world.directory, "fred@other.example", hints);
  check_contact (&world, "fred@other.example", "TELL sip:fred@mobile.example (fred@other.example)");
  /* Numbers of machines are nobody's. */
  add_contact (&world, "grace@other.example", NULL);
  cusax_directory_take (world.directory, "grace@other.example", fax, strlen (fax));
  g_assert_nonnull (cusax_directory_get_card (world.directory, "grace@other.example"));
  check_contact (&world, "grace@other.example", "UNSUPPORTED");
  world_clear (&world);
}

static void
test_typed_texts (void)
{
  static const struct
  {
    const char *text, *expected;
  } cases[] = {
    { " 0177 62 43 39 ", "GO sip:0177624339@example.org;user=phone" },
    { "**621", "GO sip:**621@example.org;user=phone" },
    { "*31#0177", "GO sip:*31%230177@example.org;user=phone" },
    { "sip:bob@example.org",
      "GO sip:bob@example.org" }, /* a scheme: no JID, the contact's number is not asked for */
    { "bob@example.org:5070", "GO sip:bob@example.org:5070" },
    { "bob@example.org", "ASK_COST sip:+33177624339@example.org;user=phone (bob@example.org)" },
    { "BOB@Example.org/phone", "ASK_COST sip:+33177624339@example.org;user=phone (bob@example.org)" },
    { "eve@other.example", "UNSUPPORTED" }, /* a contact, and nothing is known */
    { "new@example.org", "GO sip:new@example.org (new@example.org)" },
    { "0900123456@example.org",
      "GO sip:0900123456@example.org (0900123456@example.org)" }, /* typed: not asked */
    { "new@third.example", "GO sip:new@third.example" },
    { "conf;x=y@third.example", "GO sip:conf;x=y@third.example" },
    { "", "INVALID" },
    { "   ", "INVALID" },
    { "@", "INVALID" },
    { "a@", "INVALID" },
    { "http://example.org/", "INVALID" },
    { "xmpp:bob@example.org", "INVALID" },
    { "01\x01", "INVALID" },
    { "\xff@example.org", "INVALID" },
    { "abc", "INVALID" },
  };
  World world = { 0 };
  g_autofree char *long_text = g_strnfill (5000, '1');

  world_init (&world, "");
  add_contact (&world, "bob@example.org", "+33177624339");
  add_contact (&world, "eve@other.example", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_typed (&world, cases[i].text, cases[i].expected);
  check_typed (&world, long_text, "INVALID");
  world_clear (&world);
}

/* The chat domain is one service, the telephone another: bob there is another bob (R2). */
static void
test_a_separate_telephone_service (void)
{
  World world = { 0 };

  world_init (&world, "sip_address=alice@phones.example");
  add_contact (&world, "bob@example.org", NULL);
  check_contact (&world, "bob@example.org", "UNSUPPORTED");
  check_typed (&world, "bob@example.org", "UNSUPPORTED");
  check_typed (&world, "new@example.org", "GO sip:new@example.org");
  check_typed (&world, "bob@phones.example", "GO sip:bob@phones.example");
  check_typed (&world, "7042", "GO sip:7042@phones.example;user=phone");
  world_clear (&world);
}

/* One of several numbers in a menu; also without a contact. */
static void
test_a_click_on_an_address (void)
{
  World world = { 0 };
  g_autoptr (CusaxAddress) number = cusax_address_parse_uri ("sip:+33177624339@example.org;user=phone", NULL);
  g_autoptr (CusaxDial) with = NULL;
  g_autoptr (CusaxDial) without = NULL;

  world_init (&world, "");
  with = cusax_dial_address (world.directory, world.config, number, "bob@example.org");
  without = cusax_dial_address (world.directory, world.config, number, NULL);
  g_assert_cmpint (with->step, ==, CUSAX_DIAL_ASK_COST);
  g_assert_cmpint (with->class_, ==, CUSAX_CLASS_TELEPHONE_NETWORK);
  g_assert_cmpstr (with->jid, ==, "bob@example.org");
  g_assert_cmpstr (with->key, ==, "tel:+33177624339");
  g_assert_cmpint (without->step, ==, CUSAX_DIAL_ASK_COST);
  g_assert_null (without->jid);
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dial/R42-R43-T7-table-of-policy", test_table_of_policy);
  g_test_add_func ("/dial/R43-T7-consent-is-for-the-exact-number", test_consent_is_for_the_exact_number);
  g_test_add_func ("/dial/R43-foreign-domains-are-told-of-once", test_foreign_domains_are_told_of_once);
  g_test_add_func ("/dial/R26-only-equals-are-asked-about", test_only_equals_are_asked_about);
  g_test_add_func ("/dial/R22-contacts-without-a-card", test_contacts_without_a_card);
  g_test_add_func ("/dial/R28-typed-texts", test_typed_texts);
  g_test_add_func ("/dial/R42-a-separate-telephone-service", test_a_separate_telephone_service);
  g_test_add_func ("/dial/R26-a-click-on-an-address", test_a_click_on_an_address);
  return g_test_run ();
}
