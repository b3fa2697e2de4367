/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The people of an account: asking slowly (R27, T11), the file of cards, who an address is (R29, R30, P9). */
#include "directory.h"

#include "directory-cache.h"
#include "fake-people.h"
#include "settings.h"

#include <string.h>
#include <time.h>

typedef struct
{
  FakePeople *people;
  CusaxDirectory *directory;
  CusaxConfig *config;
  gboolean ends_at_news; /* the listener frees the directory, as an account that is shut down by what it tells does */
} World;

static CusaxConfig *
config_new (const char *settings)
{
  g_autoptr (GError) error = NULL;
  CusaxConfig *config = settings_config ("alice@example.org/desk", "secret", settings, &error);

  g_assert_no_error (error);
  return config;
}

static void
on_contact (gpointer user_data, CusaxDirectory *directory, const char *jid)
{
  World *world = user_data;

  g_assert_true (world->directory == directory);
  fake_people_say (world->people, "contact %s", jid);
  if (world->ends_at_news)
    {
      g_clear_pointer (&world->directory, cusax_directory_free);
      return;
    }
  /* A listener looks at everything, and asks for more. */
  g_ptr_array_unref (cusax_directory_list (directory, jid));
  cusax_directory_look (directory, jid);
}

static const CusaxDirectoryListener listener = { on_contact };

static void
make_directory (World *world)
{
  CusaxDirectoryPorts ports
    = { &world->people->clock, fake_people_wall_time, &world->people->cards, &world->people->store };

  world->directory = cusax_directory_new (&ports, &listener, world);
}

/* @contacts: node names, blanks between them. */
static void
add_contacts (World *world, const char *contacts)
{
  g_auto (GStrv) nodes = g_strsplit (contacts, " ", -1);

  for (guint i = 0; nodes[i] != NULL; i++)
    {
      g_autofree char *jid = g_strconcat (nodes[i], "@example.org", NULL);

      if (*nodes[i] != '\0')
        cusax_directory_add_contact (world->directory, jid);
    }
}

/* @contacts: in the roster before the file is read. */
static void
configure (World *world, const char *contacts)
{
  add_contacts (world, contacts);
  cusax_directory_configure (world->directory, world->config);
  fake_people_forget (world->people);
}

static void
world_init (World *world, const char *contacts)
{
  world->people = fake_people_new ();
  world->config = config_new ("country_code=33\ntrunk_prefix=0");
  world->ends_at_news = FALSE;
  make_directory (world);
  configure (world, contacts);
}

static void
world_clear (World *world)
{
  g_clear_pointer (&world->directory, cusax_directory_free);
  cusax_config_unref (world->config);
  fake_people_free (world->people);
}

static void
restart (World *world, const char *contacts)
{
  cusax_directory_free (world->directory);
  make_directory (world);
  configure (world, contacts);
}

/* bob's card is read and has @tel. */
static void
learn (World *world, const char *jid, const char *tel)
{
  cusax_directory_look (world->directory, jid);
  fake_people_answer_tel (world->people, jid, tel);
  fake_people_forget (world->people);
}

/* Who calls from @uri: "STRONG bob@example.org". */
static char *
who_is (World *world, const char *uri)
{
  static const char *const grades[] = { "NONE", "WEAK", "STRONG" };
  CusaxCallerId caller = { .address = cusax_address_parse_uri (uri, NULL), .is_authenticated = TRUE };
  g_autofree char *jid = NULL;
  CusaxBindingGrade grade = cusax_directory_grade (world->directory, &caller, &jid);

  cusax_address_unref (caller.address);
  return g_strjoin (" ", grades[grade], jid, NULL);
}

static void
check_who (World *world, const char *uri, const char *expected)
{
  g_autofree char *who = who_is (world, uri);

  g_assert_cmpstr (who, ==, expected);
}

static void
check_list (World *world, const char *jid, const char *expected)
{
  g_autoptr (GPtrArray) list = cusax_directory_list (world->directory, jid);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      CusaxDialable *dialable = g_ptr_array_index (list, i);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", dialable->key);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

/* ------------------------------------------------------------------ asking */

static void
add_500 (World *world)
{
  for (guint i = 0; i < 500; i++)
    {
      g_autofree char *jid = g_strdup_printf ("c%03u@example.org", i);

      cusax_directory_add_contact (world->directory, jid);
    }
}

static void
test_roster_of_500_is_asked_slowly (void)
{
  static const guint answer_ms[] = { 10, 300, 3000 };

  for (guint i = 0; i < G_N_ELEMENTS (answer_ms); i++)
    {
      World world = { 0 };
      FakePeople *people = NULL;

      world_init (&world, "");
      people = world.people;
      people->answer_ms = answer_ms[i];
      add_500 (&world);
      cusax_directory_set_online (world.directory, TRUE);
      fake_people_pass (people, 9999);
      g_assert_cmpuint (people->times->len, ==, 0);
      fake_people_pass (people, 1);
      g_assert_cmpuint (people->times->len, >, 0);
      fake_people_pass (people, 20000);
      if (answer_ms[i] == 10)
        g_assert_cmpuint (people->times->len, >=, 80); /* slowly, but it goes on */
      fake_people_pass (people, 3600 * 1000);
      g_assert_cmpuint (people->times->len, ==, 500);
      g_assert_cmpuint (people->most_in_flight, <=, CUSAX_DIRECTORY_MAX_IN_FLIGHT);
      g_assert_cmpuint (fake_people_most_in_a_second (people), <=, CUSAX_DIRECTORY_MAX_PER_SECOND);

      /* Next session, and after a restart: everybody was asked, nobody is asked. */
      cusax_directory_set_online (world.directory, FALSE);
      cusax_directory_set_online (world.directory, TRUE);
      fake_people_pass (people, 3600 * 1000);
      g_clear_pointer (&world.directory, cusax_directory_free);
      make_directory (&world);
      add_500 (&world);
      configure (&world, "");
      cusax_directory_set_online (world.directory, TRUE);
      fake_people_pass (people, 3600 * 1000);
      g_assert_cmpuint (people->times->len, ==, 500);
      world_clear (&world);
    }
}

static void
test_background_has_an_end_per_session (void)
{
  World world = { 0 };

  world_init (&world, "");
  world.people->answer_ms = 10;
  for (guint i = 0; i < 1500; i++)
    {
      g_autofree char *jid = g_strdup_printf ("c%04u@example.org", i);

      cusax_directory_add_contact (world.directory, jid);
    }
  cusax_directory_set_online (world.directory, TRUE);
  fake_people_pass (world.people, 3600 * 1000);
  g_assert_cmpuint (world.people->times->len, ==, CUSAX_DIRECTORY_MAX_PER_SESSION);
  cusax_directory_look (world.directory, "c1400@example.org"); /* people may go on */
  g_assert_cmpuint (world.people->times->len, ==, CUSAX_DIRECTORY_MAX_PER_SESSION + 1);
  fake_people_pass (world.people, 1000);
  cusax_directory_set_online (world.directory, FALSE);
  cusax_directory_set_online (world.directory, TRUE);
  fake_people_pass (world.people, 3600 * 1000);
  g_assert_cmpuint (world.people->times->len, ==, 1500);
  world_clear (&world);
}

static void
test_looked_at_goes_first (void)
{
  World world = { 0 };

  world_init (&world, "");
  add_500 (&world);
  cusax_directory_set_online (world.directory, TRUE);
  /* In the quiet time too. */
  cusax_directory_look (world.directory, "c400@example.org");
  fake_people_check (world.people, "fetch c400@example.org\n");
  fake_people_answer_tel (world.people, "c400@example.org", "sip:c@example.org");
  fake_people_forget (world.people);
  /* The background is in flight and does not get its answers: people still get theirs. */
  fake_people_pass (world.people, 12000);
  g_assert_cmpuint (world.people->requests->len, ==, 3);
  fake_people_forget (world.people);
  cusax_directory_look (world.directory, "c401@example.org");
  cusax_directory_look (world.directory, "c402@example.org");
  cusax_directory_look (world.directory, "c403@example.org");
  fake_people_check (world.people, "fetch c401@example.org\n");
  /* And a call that rings does not wait for those who look. */
  g_assert_true (cusax_directory_confirm (world.directory, "c450@example.org"));
  fake_people_check (world.people, "fetch c450@example.org\n");
  g_assert_cmpuint (world.people->requests->len, ==, 5);
  g_assert_true (cusax_directory_confirm (world.directory, "c451@example.org"));
  fake_people_check (world.people, "");
  fake_people_answer (world.people, "c401@example.org", CUSAX_CARD_NONE, NULL);
  fake_people_pass (world.people, 2000);
  fake_people_check (world.people, "fetch c451@example.org\n");
  /* The latest look first. */
  fake_people_answer (world.people, "c450@example.org", CUSAX_CARD_NONE, NULL);
  fake_people_answer (world.people, "c451@example.org", CUSAX_CARD_NONE, NULL);
  fake_people_pass (world.people, 2000);
  fake_people_check (world.people,
                     "contact c450@example.org\nfetch c403@example.org\ncontact c451@example.org\n");
  world_clear (&world);
}

static void
test_what_was_read_is_not_asked_again_for_a_week (void)
{
  World world = { 0 };

  world_init (&world, "bob");
  cusax_directory_set_online (world.directory, TRUE);
  learn (&world, "bob@example.org", "+33 1 77 62 43 39");
  for (guint day = 0; day < 6; day++)
    {
      fake_people_pass (world.people, 24 * 3600 * 1000);
      cusax_directory_look (world.directory, "bob@example.org");
    }
  g_assert_cmpuint (world.people->times->len, ==, 1);
  fake_people_pass (world.people, 24 * 3600 * 1000);
  cusax_directory_look (world.directory, "bob@example.org");
  cusax_directory_look (world.directory, "bob@example.org");
  g_assert_cmpuint (world.people->times->len, ==, 2);
  fake_people_answer (world.people, "bob@example.org", CUSAX_CARD_NONE, NULL);
  check_list (&world, "bob@example.org", "sip:bob@example.org");
  world_clear (&world);
}

/* How long a contact is left alone after its n-th failure, seconds. */
static void
test_failures_have_growing_pauses (void)
{
  static const guint hours[] = { 1, 2, 4, 8, 16, 24, 24 };
  World world = { 0 };
  FakePeople *people = NULL;

  world_init (&world, "bob");
  people = world.people;
  cusax_directory_set_online (world.directory, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (hours); i++)
    {
      cusax_directory_look (world.directory, "bob@example.org");
      g_assert_cmpuint (people->times->len, ==, i + 1);
      fake_people_answer (people, "bob@example.org", CUSAX_CARD_FAILED, NULL);
      if (i == 3) /* they outlive a restart */
        {
          restart (&world, "bob");
          cusax_directory_set_online (world.directory, TRUE);
        }
      fake_people_pass (people, hours[i] * 3600 * 1000 - 1000);
      cusax_directory_look (world.directory, "bob@example.org");
      cusax_directory_announce (world.directory, "bob@example.org", hours[i] == 1 ? "mark" : "another");
      fake_people_pass (people, 999);
      g_assert_cmpuint (people->times->len, ==, i + 1);
      fake_people_pass (people, 1);
    }
  /* A success ends the row. */
  learn (&world, "bob@example.org", "+33177624339");
  fake_people_pass (people, 7 * 24 * 3600 * 1000);
  cusax_directory_look (world.directory, "bob@example.org");
  fake_people_answer (people, "bob@example.org", CUSAX_CARD_FAILED, NULL);
  check_list (&world, "bob@example.org", "tel:+33177624339"); /* what was read stays */
  fake_people_pass (people, 3600 * 1000);
  cusax_directory_look (world.directory, "bob@example.org");
  fake_people_answer (people, "bob@example.org", CUSAX_CARD_READ, "<html/>"); /* not a card: a failure */
  check_list (&world, "bob@example.org", "tel:+33177624339");
  world_clear (&world);
}

static void
test_chat_down_stops_and_up_goes_on (void)
{
  World world = { 0 };
  FakePeople *people = NULL;

  world_init (&world, "");
  add_contacts (&world, "a b c d");
  people = world.people;
  cusax_directory_look (world.directory, "d@example.org");
  fake_people_check (people, "");
  cusax_directory_set_online (world.directory, TRUE);
  fake_people_pass (people, 10000);
  fake_people_check (people, "fetch d@example.org\nfetch a@example.org\nfetch b@example.org\n");
  fake_people_answer_tel (people, "d@example.org", "sip:d@x.example");
  fake_people_check (people, "fetch c@example.org\ncontact d@example.org\n");
  cusax_directory_set_online (world.directory, FALSE);
  fake_people_check (people, "cancel c@example.org\ncancel b@example.org\ncancel a@example.org\n");
  fake_people_pass (people, 3600 * 1000);
  fake_people_check (people, "save cards\n");
  cusax_directory_set_online (world.directory, TRUE);
  fake_people_pass (people, 10000);
  fake_people_check (people, "fetch a@example.org\nfetch b@example.org\nfetch c@example.org\n");
  /* The port knows first that chat is down. */
  fake_people_answer (people, "a@example.org", CUSAX_CARD_NONE, NULL);
  fake_people_answer (people, "b@example.org", CUSAX_CARD_NONE, NULL);
  fake_people_answer (people, "c@example.org", CUSAX_CARD_NONE, NULL);
  people->chat_down = TRUE;
  fake_people_forget (people);
  cusax_directory_add_contact (world.directory, "e@example.org");
  fake_people_check (people, "fetch e@example.org: chat is down\n");
  fake_people_pass (people, 4000);
  people->chat_down = FALSE;
  fake_people_pass (people, 1000);
  fake_people_check (people, "fetch e@example.org\n");
  fake_people_answer (people, "e@example.org", CUSAX_CARD_NONE, NULL);
  people->chat_down = TRUE;
  cusax_directory_add_contact (world.directory, "f@example.org");
  cusax_directory_look (world.directory, "f@example.org");
  people->chat_down = FALSE;
  fake_people_forget (people);
  cusax_directory_set_online (world.directory, FALSE);
  cusax_directory_set_online (world.directory, TRUE);
  fake_people_check (people, "fetch f@example.org\n");
  world_clear (&world);
}

/* A dead connection is found dead long after the requests in it timed out: those failures were not theirs. */
static void
test_failures_of_the_connection_are_taken_back (void)
{
  World world = { 0 };
  FakePeople *people = NULL;

  world_init (&world, "");
  add_contacts (&world, "a b c d");
  people = world.people;
  cusax_directory_set_online (world.directory, TRUE);
  learn (&world, "d@example.org", "sip:d@x.example");
  cusax_directory_look (world.directory, "a@example.org");
  fake_people_answer (people, "a@example.org", CUSAX_CARD_FAILED, NULL);
  fake_people_pass (people, 11000);
  fake_people_answer (people, "b@example.org", CUSAX_CARD_NONE, NULL); /* the connection works: a's is a's */
  fake_people_answer (people, "c@example.org", CUSAX_CARD_FAILED, NULL);
  fake_people_pass (people, 61000);
  g_assert_true (cusax_directory_confirm (world.directory, "c@example.org"));
  fake_people_answer (people, "c@example.org", CUSAX_CARD_FAILED, NULL);
  cusax_directory_announce (world.directory, "d@example.org", "mark");
  fake_people_answer (people, "d@example.org", CUSAX_CARD_FAILED, NULL);
  fake_people_pass (people, 60000);
  cusax_directory_set_online (world.directory, FALSE);
  fake_people_forget (people);
  cusax_directory_set_online (world.directory, TRUE);
  cusax_directory_look (world.directory, "a@example.org");
  fake_people_check (people, "");
  fake_people_pass (people, 10000);
  fake_people_check (people, "fetch c@example.org\n");
  fake_people_answer (people, "c@example.org", CUSAX_CARD_NONE, NULL);
  check_list (&world, "d@example.org", "sip:d@x.example");

  /* What failed before and was not in doubt keeps its pause. */
  cusax_directory_add_contact (world.directory, "e@example.org");
  fake_people_answer (people, "e@example.org", CUSAX_CARD_FAILED, NULL);
  fake_people_pass (people, 50 * 60 * 1000);
  g_assert_true (cusax_directory_confirm (world.directory, "e@example.org"));
  fake_people_answer (people, "e@example.org", CUSAX_CARD_FAILED, NULL);
  cusax_directory_set_online (world.directory, FALSE);
  cusax_directory_set_online (world.directory, TRUE);
  fake_people_forget (people);
  cusax_directory_look (world.directory, "e@example.org");
  fake_people_check (people, "");
  fake_people_pass (people, 10 * 60 * 1000);
  fake_people_forget (people);
  cusax_directory_look (world.directory, "e@example.org");
  fake_people_check (people, "fetch e@example.org\n");
  fake_people_answer (people, "e@example.org", CUSAX_CARD_NONE, NULL);

  /* Long ago is not in doubt. */
  fake_people_pass (people, 7 * 24 * 3600 * 1000);
  cusax_directory_look (world.directory, "c@example.org");
  fake_people_answer (people, "c@example.org", CUSAX_CARD_FAILED, NULL);
  fake_people_pass (people, 600 * 1000);
  cusax_directory_set_online (world.directory, FALSE);
  cusax_directory_set_online (world.directory, TRUE);
  fake_people_forget (people);
  cusax_directory_look (world.directory, "c@example.org");
  fake_people_check (people, "");
  world_clear (&world);
}

static void
test_removed_while_asked_counts_until_the_reply (void)
{
  World world = { 0 };
  FakePeople *people = NULL;

  world_init (&world, "");
  add_contacts (&world, "a b c d");
  people = world.people;
  cusax_directory_set_online (world.directory, TRUE);
  fake_people_pass (people, 10000);
  fake_people_check (people, "fetch a@example.org\nfetch b@example.org\nfetch c@example.org\n");
  cusax_directory_remove_contact (world.directory, "a@example.org");
  fake_people_pass (people, 5000);
  fake_people_check (people, ""); /* still 3 in flight: the servers are at work */
  fake_people_answer_tel (people, "a@example.org", "sip:a@x.example");
  fake_people_check (people, "fetch d@example.org\n"); /* and no contact a */
  g_assert_null (cusax_directory_get_card (world.directory, "a@example.org"));

  /* Not wanted any more, and announced before: neither the reply nor the end of chat asks again. */
  cusax_directory_announce (world.directory, "c@example.org", "mark");
  cusax_directory_remove_contact (world.directory, "c@example.org");
  fake_people_answer (people, "c@example.org", CUSAX_CARD_NONE, NULL);
  fake_people_pass (people, 5000);
  fake_people_check (people, "");
  cusax_directory_remove_contact (world.directory, "d@example.org");
  cusax_directory_set_online (world.directory, FALSE);
  cusax_directory_set_online (world.directory, TRUE);
  fake_people_pass (people, 20000);
  fake_people_check (people, "cancel d@example.org\ncancel b@example.org\nfetch b@example.org\nsave cards\n");

  /* Removed and added again: the old answer is not the one that is waited for. */
  cusax_directory_remove_contact (world.directory, "b@example.org");
  cusax_directory_add_contact (world.directory, "b@example.org");
  fake_people_answer_tel (people, "b@example.org", "sip:old@x.example");
  g_assert_null (cusax_directory_get_card (world.directory, "b@example.org"));
  fake_people_pass (people, 5000);
  fake_people_answer_tel (people, "b@example.org", "sip:new@x.example");
  check_list (&world, "b@example.org", "sip:new@x.example");
  world_clear (&world);
}

static void
test_announced_changes_are_asked_once_per_mark (void)
{
  World world = { 0 };
  FakePeople *people = NULL;

  world_init (&world, "bob");
  people = world.people;
  cusax_directory_set_online (world.directory, TRUE);
  learn (&world, "bob@example.org", "+33177624339");
  fake_people_pass (people, 10000);
  cusax_directory_announce (world.directory, "bob@example.org", "one");
  cusax_directory_announce (world.directory, "bob@example.org", "one");
  fake_people_check (people, "fetch bob@example.org\n");
  /* Again while it is asked for: that answer may be older than the change. */
  cusax_directory_announce (world.directory, "bob@example.org", "two");
  cusax_directory_announce (world.directory, "bob@example.org", "three");
  fake_people_answer_tel (people, "bob@example.org", "+33177624339");
  fake_people_check (people, "fetch bob@example.org\n");
  fake_people_answer_tel (people, "bob@example.org", "+33177624340");
  fake_people_check (people, "contact bob@example.org\n");

  restart (&world, "bob");
  cusax_directory_set_online (world.directory, TRUE);
  cusax_directory_announce (world.directory, "bob@example.org", "three");
  cusax_directory_announce (world.directory, "mallory@example.org", "one"); /* nobody of ours */
  fake_people_pass (people, 20000);
  fake_people_check (people, "");

  /* Announced, but the program ends before it was asked for. */
  cusax_directory_set_online (world.directory, FALSE);
  cusax_directory_announce (world.directory, "bob@example.org", "four");
  restart (&world, "bob");
  cusax_directory_announce (world.directory, "bob@example.org", "four");
  cusax_directory_set_online (world.directory, TRUE);
  fake_people_pass (people, 20000);
  fake_people_check (people, "fetch bob@example.org\n");
  world_clear (&world);
}

static void
test_a_restless_picture_is_not_followed_for_ever (void)
{
  World world = { 0 };

  world_init (&world, "bob");
  world.people->answer_ms = 10;
  cusax_directory_set_online (world.directory, TRUE);
  fake_people_pass (world.people, 20000);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *mark
        = g_strdup_printf ("%s\n\t%u", i == 5 ? "a longer one, with everything in it" : "", i);

      cusax_directory_announce (world.directory, "bob@example.org", mark);
      fake_people_pass (world.people, 60000);
    }
  g_assert_cmpuint (world.people->times->len, <=, 20);
  restart (&world, "bob"); /* the marks did not break the file */
  g_assert_null (fake_people_get_file (world.people, "cards.broken"));
  world_clear (&world);
}

static void
test_cards_by_push (void)
{
  static const char with[]
    = "<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><tel><uri>tel:+33177624339</uri></tel></vcard>";
  static const char without[]
    = "<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>Bob</text></fn></vcard>";
  World world = { 0 };
  FakePeople *people = NULL;

  world_init (&world, "bob");
  people = world.people;
  cusax_directory_set_online (world.directory, TRUE);
  cusax_directory_take (world.directory, "mallory@evil.example", with, strlen (with));
  cusax_directory_take (world.directory, "bob@example.org", "<rubbish", 8);
  fake_people_check (people, "");
  cusax_directory_take (world.directory, "bob@example.org", with, strlen (with));
  fake_people_check (people, "contact bob@example.org\n");
  cusax_directory_take (world.directory, "bob@example.org", with, strlen (with));
  fake_people_check (people, "");
  fake_people_pass (people, 20000);
  fake_people_check (people, ""); /* known: not asked in the background */
  check_list (&world, "bob@example.org", "tel:+33177624339");
  /* No telephone in this kind of card: the other kind is asked for, and until then nothing is lost. */
  cusax_directory_take (world.directory, "bob@example.org", without, strlen (without));
  cusax_directory_take (world.directory, "bob@example.org", without, strlen (without));
  fake_people_check (people, "fetch bob@example.org\n");
  check_list (&world, "bob@example.org", "tel:+33177624339");
  fake_people_answer (people, "bob@example.org", CUSAX_CARD_READ, without);
  fake_people_check (people, "contact bob@example.org\n");
  /* Both kinds of news come at each sign-in, and are old by then. */
  cusax_directory_announce (world.directory, "bob@example.org", "photo");
  fake_people_answer (people, "bob@example.org", CUSAX_CARD_NONE, NULL);
  restart (&world, "bob");
  cusax_directory_set_online (world.directory, TRUE);
  fake_people_pass (people, 10000);
  cusax_directory_announce (world.directory, "bob@example.org", "photo");
  cusax_directory_take (world.directory, "bob@example.org", without, strlen (without));
  cusax_directory_announce (world.directory, "bob@example.org", "photo");
  fake_people_check (people, "");
  g_assert_null (cusax_directory_get_card (world.directory, "mallory@evil.example"));
  world_clear (&world);
}

/* ----------------------------------------------------------------- the file */

static void
test_callers_have_names_at_once (void)
{
  World world = { 0 };

  world_init (&world, "bob carol");
  cusax_directory_set_online (world.directory, TRUE);
  learn (&world, "bob@example.org", "+33.1.77.62.43.39");
  learn (&world, "carol@example.org", "sip:carol@example.org");
  restart (&world, "bob carol");
  /* Chat is down, nobody was asked. */
  check_who (&world, "sip:0177624339@example.org;user=phone", "STRONG bob@example.org");
  check_who (&world, "sip:carol@example.org", "STRONG carol@example.org");
  check_who (&world, "sip:177624339@example.org", "NONE");
  check_list (&world, "bob@example.org", "tel:+33177624339");
  fake_people_check (world.people, "");
  world_clear (&world);
}

static void
test_a_card_without_a_contact_names_nobody (void)
{
  World world = { 0 };

  world_init (&world, "bob");
  cusax_directory_set_online (world.directory, TRUE);
  learn (&world, "bob@example.org", "+33177624339");
  restart (&world, "");
  check_who (&world, "sip:+33177624339@example.org", "NONE");
  g_assert_null (cusax_directory_get_card (world.directory, "bob@example.org"));
  cusax_directory_set_online (world.directory, TRUE);
  g_assert_false (cusax_directory_is_contact (world.directory, "bob@example.org"));
  world.people->wall += 30 * 24 * 3600;
  g_assert_false (cusax_directory_confirm (world.directory, "bob@example.org"));
  cusax_directory_look (world.directory, "bob@example.org");
  cusax_directory_remove_contact (world.directory, "bob@example.org");
  fake_people_check (world.people, "");
  /* Somebody else of the roster has the number by now: the one out of the file does not dispute it. */
  cusax_directory_add_contact (world.directory, "carol@example.org");
  learn (&world, "carol@example.org", "+33177624339");
  check_who (&world, "sip:+33177624339@example.org", "STRONG carol@example.org");
  /* Both: neither (R31). */
  cusax_directory_add_contact (world.directory, "bob@example.org");
  check_who (&world, "sip:+33177624339@example.org", "NONE");
  /* A removed one is forgotten, on disk too. */
  cusax_directory_remove_contact (world.directory, "carol@example.org");
  check_who (&world, "sip:+33177624339@example.org", "STRONG bob@example.org");
  cusax_directory_add_contact (world.directory, "carol@example.org");
  g_assert_null (cusax_directory_get_card (world.directory, "carol@example.org"));
  restart (&world, "bob carol");
  g_assert_null (cusax_directory_get_card (world.directory, "carol@example.org"));
  g_assert_nonnull (cusax_directory_get_card (world.directory, "bob@example.org"));
  world_clear (&world);
}

/* Somebody put the clock right: whatever was read or failed in the future was long ago. */
static void
test_a_clock_that_was_wrong (void)
{
  World world = { 0 };

  world_init (&world, "bob carol");
  cusax_directory_set_online (world.directory, TRUE);
  learn (&world, "bob@example.org", "+33177624339");
  cusax_directory_look (world.directory, "carol@example.org");
  fake_people_answer (world.people, "carol@example.org", CUSAX_CARD_FAILED, NULL);
  world.people->wall -= 400 * 24 * 3600;
  fake_people_pass (world.people, 2000);
  fake_people_forget (world.people);
  cusax_directory_look (world.directory, "bob@example.org");
  cusax_directory_look (world.directory, "carol@example.org");
  fake_people_check (world.people, "fetch bob@example.org\nfetch carol@example.org\n");
  check_list (&world, "bob@example.org", "tel:+33177624339");
  world_clear (&world);
}

static void
test_the_file_is_bounded (void)
{
  World world = { 0 };
  CusaxDirectoryCacheText text = { 0 };
  CusaxDirectoryCacheLine line = { .mark = "", .pushed = "" };
  g_autoptr (CusaxCard) card = NULL;

  world_init (&world, "");
  card = cusax_card_new ("bob@example.org", CUSAX_CARD_NONE, 1, NULL, world.config);
  line.card = card;
  cusax_directory_cache_begin (&text, world.config);
  g_assert_true (cusax_directory_cache_append (&text, &line));
  text.n_lines = CUSAX_DIRECTORY_CACHE_MAX_LINES - 1;
  g_assert_true (cusax_directory_cache_append (&text, &line));
  g_assert_false (cusax_directory_cache_append (&text, &line));
  text.n_lines = 0;
  while (text.text->len < CUSAX_DIRECTORY_CACHE_MAX_BYTES - 1)
    g_string_append_c (text.text, 'x');
  g_assert_false (cusax_directory_cache_append (&text, &line));
  g_assert_cmpuint (text.text->len, <=, CUSAX_DIRECTORY_CACHE_MAX_BYTES);
  g_assert_true (cusax_directory_cache_end (&text, &world.people->store));
  world_clear (&world);
}

static void
test_strangers_cards_are_kept_for_90_days (void)
{
  World world = { 0 };

  world_init (&world, "bob");
  cusax_directory_set_online (world.directory, TRUE);
  learn (&world, "bob@example.org", "+33177624339");
  restart (&world, "");
  world.people->wall += 89 * 24 * 3600;
  restart (&world, "carol");
  cusax_directory_set_online (world.directory, TRUE);
  learn (&world, "carol@example.org", "sip:carol@example.org"); /* the file is written anew */
  restart (&world, "");
  cusax_directory_add_contact (world.directory, "bob@example.org");
  g_assert_nonnull (cusax_directory_get_card (world.directory, "bob@example.org"));
  /* A contact's card has no end. */
  world.people->wall += 1000 * 24 * 3600;
  restart (&world, "bob");
  g_assert_nonnull (cusax_directory_get_card (world.directory, "bob@example.org"));
  restart (&world, "");
  cusax_directory_add_contact (world.directory, "bob@example.org");
  g_assert_null (cusax_directory_get_card (world.directory, "bob@example.org"));
  cusax_directory_remove_contact (world.directory, "bob@example.org");
  restart (&world, "");
  g_assert_null (strstr (fake_people_get_file (world.people, "cards"), "bob"));
  world_clear (&world);
}

static void
test_keys_follow_the_settings (void)
{
  World world = { 0 };
  g_autofree char *file = NULL;
  g_autoptr (CusaxAddress) national = cusax_address_parse_target ("0301234567", "example.org", NULL);

  world_init (&world, "bob");
  cusax_config_unref (world.config);
  world.config = config_new ("");
  cusax_directory_configure (world.directory, world.config);
  cusax_directory_set_online (world.directory, TRUE);
  learn (&world, "bob@example.org", "01 77 62 43 39");
  check_who (&world, "sip:+33177624339@example.org", "NONE");

  /* In this run. */
  cusax_config_unref (world.config);
  world.config = config_new ("country_code=33\ntrunk_prefix=0");
  cusax_directory_configure (world.directory, world.config);
  check_who (&world, "sip:+33177624339@example.org", "STRONG bob@example.org");
  restart (&world, "bob");
  check_who (&world, "sip:+33177624339@example.org", "STRONG bob@example.org");
  file = g_strdup (fake_people_get_file (world.people, "cards"));

  /* Between two runs; a card that belongs to nobody yet as well. */
  cusax_config_unref (world.config);
  world.config = config_new ("country_code=49\ntrunk_prefix=0");
  restart (&world, "");
  cusax_directory_add_contact (world.directory, "bob@example.org");
  check_who (&world, "sip:+33177624339@example.org", "NONE");
  check_who (&world, "sip:+49177624339@example.org", "STRONG bob@example.org");
  restart (&world, "bob");
  g_assert_cmpstr (file, !=, fake_people_get_file (world.people, "cards"));
  /* An attached number follows. */
  cusax_directory_attach (world.directory, national, "carol@example.org");
  cusax_directory_add_contact (world.directory, "carol@example.org");
  check_who (&world, "sip:+49301234567@example.org", "STRONG carol@example.org");
  cusax_config_unref (world.config);
  world.config = config_new ("country_code=41\ntrunk_prefix=0");
  cusax_directory_configure (world.directory, world.config);
  check_who (&world, "sip:+41301234567@example.org", "STRONG carol@example.org");
  g_assert_nonnull (strstr (fake_people_get_file (world.people, "people"), "address=sip:alice@example.org"));
  world_clear (&world);
}

static void
test_a_broken_file_is_rebuilt (void)
{
  static const struct
  {
    const char *before; /* in front of the good line */
    const char *after;
    gboolean is_kept;
  } cases[] = {
    { "HEAD\n", "\n", TRUE },
    { "HEAD\n", "", FALSE }, /* cut within the line */
    { "HEAD\nnonsense\n", "\n", TRUE },
    { "HEAD\n", "\n\n\n", TRUE },
    { "HEAD\n", "\n0\t0\t\tR\t1\n", TRUE },
    { "HEAD\n", "\nx\t0\t\t", TRUE },
    { "HEAD\n99999999999999999999\t0\t\t", "\n", FALSE },
    { "HEAD\n0\t0\t\x01\t", "\n", FALSE },
    { "cusax-cards 2 x\n", "\n", FALSE },
    { "", "\n", FALSE },
    { "\xff\xfe", "\n", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World world = { 0 };
      g_auto (GStrv) lines = NULL;
      g_autofree char *before = NULL;
      g_autofree char *file = NULL;
      char *head = NULL;

      world_init (&world, "bob");
      cusax_directory_set_online (world.directory, TRUE);
      learn (&world, "bob@example.org", "+33177624339");
      restart (&world, "bob");
      lines = g_strsplit (fake_people_get_file (world.people, "cards"), "\n", -1);
      head = strstr (cases[i].before, "HEAD");
      before = head != NULL ? g_strconcat (lines[0], head + 4, NULL) : g_strdup (cases[i].before);
      file = g_strconcat (before, lines[1], cases[i].after, NULL);
      cusax_directory_free (world.directory);
      fake_people_set_file (world.people, "cards", file);
      make_directory (&world);
      configure (&world, "bob");
      g_assert_cmpint (cusax_directory_get_card (world.directory, "bob@example.org") != NULL, ==,
                       cases[i].is_kept);
      if (i > 0)
        g_assert_cmpstr (fake_people_get_file (world.people, "cards.broken"), ==, file);
      restart (&world, "bob");
      g_assert_true (g_str_has_prefix (fake_people_get_file (world.people, "cards"), lines[0]));
      world_clear (&world);
    }
}

/* Any byte may be any other: nothing is read that is not there, and the next start has a whole file again. */
static void
test_a_damaged_file_harms_nobody (void)
{
  World world = { 0 };
  g_autofree char *file = NULL;
  gsize length = 0;

  world_init (&world, "bob carol");
  cusax_directory_set_online (world.directory, TRUE);
  learn (&world, "bob@example.org", "+33177624339");
  cusax_directory_look (world.directory, "carol@example.org");
  fake_people_answer (world.people, "carol@example.org", CUSAX_CARD_FAILED, NULL);
  cusax_directory_announce (world.directory, "carol@example.org", "mark");
  restart (&world, "bob carol");
  file = g_strdup (fake_people_get_file (world.people, "cards"));
  length = strlen (file);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *damaged = g_strdup (file);

      for (int n = g_test_rand_int_range (1, 4); n > 0; n--)
        damaged[g_test_rand_int_range (0, (gint32) length)] = (char) g_test_rand_int_range (i % 2 ? 1 : 0, 256);
      cusax_directory_free (world.directory);
      fake_people_set_file (world.people, "cards", damaged);
      make_directory (&world);
      configure (&world, i % 3 ? "bob carol" : "");
      g_free (who_is (&world, "sip:+33177624339@example.org"));
      cusax_directory_add_contact (world.directory, "bob@example.org");
      g_ptr_array_unref (cusax_directory_list (world.directory, "bob@example.org"));
    }
  world_clear (&world);
}

static void
test_files_are_written_lazily (void)
{
  World world = { 0 };
  FakePeople *people = NULL;

  world_init (&world, "a b c");
  people = world.people;
  cusax_directory_set_online (world.directory, TRUE);
  for (const char *jid = "abc"; *jid != '\0'; jid++)
    {
      g_autofree char *full = g_strdup_printf ("%c@example.org", *jid);

      learn (&world, full, "sip:x@example.org");
    }
  fake_people_pass (people, 29999);
  fake_people_check (people, "");
  people->save_fails = TRUE;
  fake_people_pass (people, 1);
  fake_people_check (people, "save cards\n");
  people->save_fails = FALSE;
  fake_people_pass (people, 30000); /* again, because it failed */
  fake_people_check (people, "save cards\n");
  fake_people_pass (people, 3600 * 1000);
  fake_people_check (people, "");
  g_clear_pointer (&world.directory, cusax_directory_free);
  fake_people_check (people, ""); /* nothing new */
  world_clear (&world);
}

static void
test_100000_lines_are_read_in_time (void)
{
  World world = { 0 };
  g_autoptr (GString) file = NULL;
  g_auto (GStrv) lines = NULL;
  clock_t start = 0; /* of our processor time: others may be busy */
  double ms = 0;

  world_init (&world, "");
  cusax_directory_add_contact (world.directory, "c000000@example.org");
  cusax_directory_set_online (world.directory, TRUE);
  learn (&world, "c000000@example.org", "+33177000000");
  restart (&world, "");
  lines = g_strsplit (fake_people_get_file (world.people, "cards"), "\n", -1);
  file = g_string_new (lines[0]);
  g_string_append_c (file, '\n');
  cusax_directory_free (world.directory);
  for (guint i = 0; i < 100000; i++)
    {
      g_autofree char *number = g_strdup_printf ("%06u", i);
      g_autoptr (GString) line = g_string_new (lines[1]);

      g_string_replace (line, "000000", number, 0);
      g_string_append_printf (file, "%s\n", line->str);
    }
  fake_people_set_file (world.people, "cards", file->str);
  make_directory (&world);
  for (guint i = 0; i < 100000; i++)
    {
      g_autofree char *jid = g_strdup_printf ("c%06u@example.org", i);

      cusax_directory_add_contact (world.directory, jid);
    }
  start = clock ();
  configure (&world, "");
  ms = (double) (clock () - start) * 1000 / CLOCKS_PER_SEC;
  g_test_minimized_result (ms, "100,000 cards read and indexed in %.0f ms", ms);
  check_who (&world, "sip:+33177099999@example.org", "STRONG c099999@example.org");
  if (!g_test_undefined ())
    g_assert_cmpfloat (ms, <, 5000); /* the number is tests/bench's; here only no square of it */
  g_clear_pointer (&world.directory, cusax_directory_free);
  world_clear (&world);
}

/* ------------------------------------------------------------------ people */

static void
test_only_contacts_are_asked_for_and_confirmed (void)
{
  World world = { 0 };
  FakePeople *people = NULL;

  world_init (&world, "bob");
  people = world.people;
  g_assert_false (cusax_directory_confirm (world.directory, "bob@example.org")); /* chat is down */
  cusax_directory_set_online (world.directory, TRUE);
  g_assert_false (cusax_directory_confirm (world.directory, "stranger@evil.example"));
  cusax_directory_look (world.directory, "stranger@evil.example");
  cusax_directory_announce (world.directory, "stranger@evil.example", "x");
  cusax_directory_set_hints (world.directory, "stranger@evil.example",
                             (const char *[]){ "sip:x@y.example", NULL });
  fake_people_check (people, "");

  g_assert_true (cusax_directory_confirm (world.directory, "bob@example.org"));
  g_assert_true (cusax_directory_confirm (world.directory, "bob@example.org"));
  fake_people_check (people, "fetch bob@example.org\n");
  fake_people_answer_tel (people, "bob@example.org", "+33177624339");
  fake_people_check (people, "contact bob@example.org\n");
  g_assert_false (cusax_directory_confirm (world.directory, "bob@example.org")); /* read just now */
  fake_people_pass (people, 61000);
  g_assert_true (cusax_directory_confirm (world.directory, "bob@example.org"));
  cusax_directory_look (world.directory, "bob@example.org"); /* takes nothing of the urgency */
  fake_people_forget (people);
  fake_people_answer (people, "bob@example.org", CUSAX_CARD_FAILED, NULL);
  fake_people_check (people, "contact bob@example.org\n"); /* nothing changed, but somebody waits */
  g_assert_false (cusax_directory_confirm (world.directory, "bob@example.org"));
  fake_people_pass (people, 61000);
  g_assert_true (cusax_directory_confirm (world.directory, "bob@example.org")); /* a pause is not for calls */
  fake_people_answer (people, "bob@example.org", CUSAX_CARD_NONE, NULL);
  /* A call begins to ring while the card is asked for anyway. */
  fake_people_pass (people, 61000);
  cusax_directory_announce (world.directory, "bob@example.org", "mark");
  fake_people_forget (people);
  g_assert_true (cusax_directory_confirm (world.directory, "bob@example.org"));
  fake_people_answer (people, "bob@example.org", CUSAX_CARD_NONE, NULL);
  fake_people_check (people, "contact bob@example.org\n");
  world_clear (&world);
}

static void
test_numbers_are_attached_by_people (void)
{
  World world = { 0 };
  g_autoptr (CusaxAddress) address = cusax_address_parse_uri ("sip:0177624339@example.org;user=phone", NULL);

  world_init (&world, "bob carol");
  cusax_directory_attach (world.directory, address, "bob@example.org");
  fake_people_check (world.people, "save people\ncontact bob@example.org\n");
  check_who (&world, "sip:+33177624339@example.org", "STRONG bob@example.org");
  check_list (&world, "bob@example.org", "sip:bob@example.org tel:+33177624339");
  restart (&world, "bob carol");
  cusax_directory_attach (world.directory, address, "bob@example.org");
  fake_people_check (world.people, "");
  cusax_directory_attach (world.directory, address, "carol@example.org");
  fake_people_check (world.people, "save people\ncontact bob@example.org\ncontact carol@example.org\n");
  check_who (&world, "sip:+33177624339@example.org", "STRONG carol@example.org");
  cusax_directory_attach (world.directory, address, NULL);
  fake_people_check (world.people, "save people\ncontact carol@example.org\n");
  check_who (&world, "sip:+33177624339@example.org", "NONE");
  world_clear (&world);
}

static void
test_the_choice_is_first (void)
{
  World world = { 0 };
  static const char *const tels[] = { "+33177624339", "+33177624340", "sip:bob@other.example", NULL };
  g_autofree char *xml = fake_people_card (tels);

  world_init (&world, "bob");
  cusax_directory_set_online (world.directory, TRUE);
  cusax_directory_look (world.directory, "bob@example.org");
  fake_people_answer (world.people, "bob@example.org", CUSAX_CARD_READ, xml);
  check_list (&world, "bob@example.org", "sip:bob@other.example tel:+33177624339 tel:+33177624340");
  cusax_memory_set_choice (cusax_directory_get_memory (world.directory), "bob@example.org", "tel:+33177624340");
  restart (&world, "bob");
  check_list (&world, "bob@example.org", "tel:+33177624340 sip:bob@other.example tel:+33177624339");
  world_clear (&world);
}

static void
test_hints_are_few_and_of_contacts (void)
{
  static const char *const many[]
    = { "sip:1@x.example", "sip:2@x.example", "sip:3@x.example", "sip:4@x.example", "sip:5@x.example", NULL };
  static const char *const none[] = { NULL };
  World world = { 0 };

  world_init (&world, "bob");
  cusax_directory_set_hints (world.directory, "bob@example.org", many);
  fake_people_check (world.people, "contact bob@example.org\n");
  cusax_directory_set_hints (world.directory, "bob@example.org", many);
  fake_people_check (world.people, "");
  check_list (&world, "bob@example.org",
              "sip:bob@example.org sip:1@x.example sip:2@x.example sip:3@x.example sip:4@x.example");
  cusax_directory_set_hints (world.directory, "bob@example.org", none);
  fake_people_check (world.people, "contact bob@example.org\n");
  cusax_directory_set_hints (world.directory, "bob@example.org", NULL);
  fake_people_check (world.people, "");
  check_list (&world, "bob@example.org", "sip:bob@example.org");
  check_list (&world, "bob@other.example", "");
  check_list (&world, "stranger@example.org", "sip:stranger@example.org");
  world_clear (&world);
}

/* JIDs come from a server. */
static void
test_odd_jids_are_no_contacts (void)
{
  static const char *const odd[] = { "", "a\tb@example.org", "a\nb@example.org", "\xff@example.org" };
  g_autofree char *long_jid = g_strnfill (5000, 'a');
  World world = { 0 };

  world_init (&world, "");
  world.people->answer_ms = 10;
  cusax_directory_set_online (world.directory, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    cusax_directory_add_contact (world.directory, odd[i]);
  cusax_directory_add_contact (world.directory, long_jid);
  fake_people_pass (world.people, 60000);
  fake_people_check (world.people, "");
  g_assert_false (cusax_directory_is_contact (world.directory, long_jid));
  world_clear (&world);
}

/* A day in the life, with the n-th call that can fail failing: nothing leaks, nothing is lost that was learned.
 */
static void
run_day (guint n, guint *calls)
{
  World world = { .people = fake_people_new () };

  world.config = config_new ("");
  world.people->fail_at = n;
  make_directory (&world);
  configure (&world, "bob carol");
  cusax_directory_set_online (world.directory, TRUE);
  fake_people_pass (world.people, 20000);
  fake_people_answer_tel (world.people, "bob@example.org", "+33177624339");
  fake_people_answer (world.people, "carol@example.org", CUSAX_CARD_NONE, NULL);
  cusax_memory_allow (cusax_directory_get_memory (world.directory), "tel:+33177624339");
  fake_people_pass (world.people, 61000);
  cusax_directory_announce (world.directory, "bob@example.org", "mark");
  fake_people_pass (world.people, 6000);
  fake_people_answer_tel (world.people, "bob@example.org", "+33177624340");
  fake_people_pass (world.people, 61000);
  check_list (&world, "bob@example.org", "tel:+33177624340");
  *calls = world.people->fallible;
  cusax_directory_free (world.directory);
  world.people->fail_at = 0;
  make_directory (&world);
  configure (&world, "bob carol");
  check_list (&world, "bob@example.org", "tel:+33177624340");
  g_assert_true (cusax_memory_is_allowed (cusax_directory_get_memory (world.directory), "tel:+33177624339"));
  world_clear (&world);
}

static void
test_the_nth_port_call_fails (void)
{
  guint calls = 0;

  run_day (0, &calls);
  g_assert_cmpuint (calls, >=, 8);
  for (guint n = 1, last = calls; n <= last; n++)
    run_day (n, &calls);
}

/* What is told of may be the end of the account, and of its directory. */
static void
test_the_listener_may_end_it (gconstpointer data)
{
  const char *scene = data;
  World world = { 0 };
  g_autoptr (CusaxAddress) address = cusax_address_parse_uri ("sip:+33177624339@example.org", NULL);
  const char *const hints[] = { "sip:bob@example.org", NULL };
  g_autofree char *card = fake_people_card ((const char *[]){ "+33177624339", NULL });

  world_init (&world, "bob carol");
  cusax_directory_set_online (world.directory, TRUE);
  cusax_directory_attach (world.directory, address, "bob@example.org");
  fake_people_forget (world.people);
  world.ends_at_news = TRUE;
  if (g_str_equal (scene, "attached"))
    cusax_directory_attach (world.directory, address, "carol@example.org");
  else if (g_str_equal (scene, "hints"))
    cusax_directory_set_hints (world.directory, "bob@example.org", hints);
  else if (g_str_equal (scene, "pushed"))
    cusax_directory_take (world.directory, "bob@example.org", card, strlen (card));
  else
    {
      cusax_directory_look (world.directory, "carol@example.org");
      cusax_directory_look (world.directory, "bob@example.org");
      fake_people_answer_tel (world.people, "bob@example.org", "+33177624338");
    }
  g_assert_nonnull (strstr (world.people->trace->str, "contact bob@example.org\n"));
  g_assert_null (strstr (world.people->trace->str, "contact carol@example.org\n"));
  g_assert_null (world.directory);
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/directory/R27-T11-roster-of-500-is-asked-slowly", test_roster_of_500_is_asked_slowly);
  g_test_add_func ("/directory/R27-background-has-an-end-per-session", test_background_has_an_end_per_session);
  g_test_add_func ("/directory/R27-looked-at-goes-first", test_looked_at_goes_first);
  g_test_add_func ("/directory/R27-what-was-read-is-not-asked-again-for-a-week",
                   test_what_was_read_is_not_asked_again_for_a_week);
  g_test_add_func ("/directory/R27-failures-have-growing-pauses", test_failures_have_growing_pauses);
  g_test_add_func ("/directory/R27-chat-down-stops-and-up-goes-on", test_chat_down_stops_and_up_goes_on);
  g_test_add_func ("/directory/R27-failures-of-the-connection-are-taken-back",
                   test_failures_of_the_connection_are_taken_back);
  g_test_add_func ("/directory/R27-removed-while-asked-counts-until-the-reply",
                   test_removed_while_asked_counts_until_the_reply);
  g_test_add_func ("/directory/R27-announced-changes-are-asked-once-per-mark",
                   test_announced_changes_are_asked_once_per_mark);
  g_test_add_func ("/directory/R27-a-restless-picture-is-not-followed-for-ever",
                   test_a_restless_picture_is_not_followed_for_ever);
  g_test_add_func ("/directory/R27-cards-by-push", test_cards_by_push);
  g_test_add_func ("/directory/R29-callers-have-names-at-once", test_callers_have_names_at_once);
  g_test_add_func ("/directory/R31-a-card-without-a-contact-names-nobody",
                   test_a_card_without_a_contact_names_nobody);
  g_test_add_func ("/directory/a-clock-that-was-wrong", test_a_clock_that_was_wrong);
  g_test_add_func ("/directory/R27-the-file-is-bounded", test_the_file_is_bounded);
  g_test_add_func ("/directory/R27-strangers-cards-are-kept-for-90-days",
                   test_strangers_cards_are_kept_for_90_days);
  g_test_add_func ("/directory/P9-keys-follow-the-settings", test_keys_follow_the_settings);
  g_test_add_func ("/directory/a-broken-file-is-rebuilt", test_a_broken_file_is_rebuilt);
  g_test_add_func ("/directory/a-damaged-file-harms-nobody", test_a_damaged_file_harms_nobody);
  g_test_add_func ("/directory/R27-files-are-written-lazily", test_files_are_written_lazily);
  g_test_add_func ("/directory/R29-100000-lines-are-read-in-time", test_100000_lines_are_read_in_time);
  g_test_add_func ("/directory/R30-only-contacts-are-asked-for-and-confirmed",
                   test_only_contacts_are_asked_for_and_confirmed);
  g_test_add_func ("/directory/P9-numbers-are-attached-by-people", test_numbers_are_attached_by_people);
  g_test_add_func ("/directory/R26-the-choice-is-first", test_the_choice_is_first);
  g_test_add_func ("/directory/R17-hints-are-few-and-of-contacts", test_hints_are_few_and_of_contacts);
  g_test_add_func ("/directory/odd-jids-are-no-contacts", test_odd_jids_are_no_contacts);
  g_test_add_func ("/directory/the-nth-port-call-fails", test_the_nth_port_call_fails);
  g_test_add_data_func ("/directory/ended-by-its-listener/answer", "answer", test_the_listener_may_end_it);
  g_test_add_data_func ("/directory/ended-by-its-listener/attached", "attached", test_the_listener_may_end_it);
  g_test_add_data_func ("/directory/ended-by-its-listener/hints", "hints", test_the_listener_may_end_it);
  g_test_add_data_func ("/directory/ended-by-its-listener/pushed", "pushed", test_the_listener_may_end_it);
  return g_test_run ();
}
