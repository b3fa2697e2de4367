/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The telephones of contacts (RFC 4235): the real directory and history above fake ports, in virtual time. */
#include "watch.h"

#include "dialog-info.h"
#include "fake-subscriptions.h"
#include "note.h"
#include "settings.h"

#include <string.h>

#define TYPE "application/dialog-info+xml"
#define DOCUMENT(state, version, inside)                                                                       \
  "<dialog-info xmlns='urn:ietf:params:xml:ns:dialog-info' version='" version "' state='" state                \
  "' entity='sip:x'>" inside "</dialog-info>"
#define FULL(version, inside) DOCUMENT ("full", version, inside)
#define PARTIAL(version, inside) DOCUMENT ("partial", version, inside)
#define CALL(id, direction, state)                                                                             \
  "<dialog id='" id "' direction='" direction "'><state>" state "</state></dialog>"
#define BOB "bob@example.org"
#define CAROL "carol@example.org"
#define SUBSCRIBE(uri) "subscribe dialog sip:" uri " " TYPE "\n"
#define RELEASE(uri) "release sip:" uri "\n"

typedef struct
{
  FakePeople *people;
  FakeSubscriptions *sip;
  CusaxDirectory *directory;
  CusaxHistory *history;
  CusaxConfig *config;
  CusaxWatch *watch;
  gboolean ends_at_news; /* the listener frees the watch */
} World;

static void
on_contact (gpointer user_data, CusaxDirectory *directory, const char *jid)
{
  World *world = user_data;

  if (world->watch != NULL)
    cusax_watch_update (world->watch, jid);
}

static const CusaxDirectoryListener listener = { on_contact };

static void
on_changed (gpointer user_data, const char *jid)
{
  static const char *const states[] = { "unknown", "free", "ringing", "busy" };
  World *world = user_data;

  fake_people_say (world->people, "%s: %s", jid, states[cusax_watch_get (world->watch, jid)]);
  if (world->ends_at_news)
    g_clear_pointer (&world->watch, cusax_watch_free);
}

/* @history: (nullable): lines of its file. */
static void
world_begin (World *world, const char *settings, const char *history)
{
  g_autoptr (GError) error = NULL;
  CusaxDirectoryPorts ports;

  world->people = fake_people_new ();
  world->sip = fake_subscriptions_new (world->people);
  world->sip->announced = "dialog";
  ports = (CusaxDirectoryPorts){ &world->people->clock, fake_people_wall_time, &world->people->cards,
                                 &world->people->store };
  if (history != NULL)
    {
      g_autofree char *file = g_strconcat ("cusax-history 1\n", history, NULL);

      fake_people_set_file (world->people, "history", file);
    }
  world->config = settings_config ("alice@example.org/desk", "secret", settings, &error);
  g_assert_no_error (error);
  world->directory = cusax_directory_new (&ports, &listener, world);
  cusax_directory_configure (world->directory, world->config);
  world->history = cusax_history_new (&world->people->store, &world->people->clock, fake_people_wall_time);
  world->watch = cusax_watch_new (&world->sip->port, &world->people->clock, world->directory, world->history,
                                  on_changed, world);
  fake_people_forget (world->people);
}

static void
world_end (World *world)
{
  g_clear_pointer (&world->watch, cusax_watch_free);
  cusax_history_free (world->history);
  cusax_directory_free (world->directory);
  cusax_config_unref (world->config);
  fake_subscriptions_free (world->sip);
  fake_people_free (world->people);
}

static void
check (World *world, const char *expected)
{
  fake_people_check (world->people, expected);
}

/* Up with @jid, who is asked for. */
static void
watch_one (World *world, const char *jid)
{
  cusax_directory_add_contact (world->directory, jid);
  cusax_watch_set_up (world->watch, world->config);
  fake_people_pass (world->people, 1000);
  fake_people_forget (world->people);
}

static void
notify (World *world, const char *uri, const char *xml)
{
  g_autofree char *full = g_strconcat ("sip:", uri, NULL);

  fake_subscriptions_notify (world->sip, full, TYPE, xml);
}

/* ------------------------------------------------------------------- tests */

static void
test_states (void)
{
  static const struct
  {
    const char *inside;
    CusaxWatchState expected;
  } cases[] = {
    { "", CUSAX_WATCH_FREE },
    { CALL ("a", "recipient", "early"), CUSAX_WATCH_RINGING },
    { CALL ("a", "recipient", "proceeding"), CUSAX_WATCH_RINGING },
    { CALL ("a", "initiator", "early"), CUSAX_WATCH_BUSY },
    { CALL ("a", "initiator", "trying"), CUSAX_WATCH_BUSY },
    { CALL ("a", "recipient", "trying"), CUSAX_WATCH_BUSY },
    { CALL ("a", "recipient", "confirmed"), CUSAX_WATCH_BUSY },
    { CALL ("a", "recipient", "terminated"), CUSAX_WATCH_FREE },
    { CALL ("a", "recipient", "terminated") CALL ("b", "initiator", "confirmed"), CUSAX_WATCH_BUSY },
    { CALL ("a", "initiator", "confirmed") CALL ("b", "recipient", "early"), CUSAX_WATCH_RINGING },
    { "<dialog id='a'><state>confirmed</state></dialog>", CUSAX_WATCH_BUSY },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World world = { 0 };
      g_autofree char *xml = g_strdup_printf (FULL ("0", "%s"), cases[i].inside);

      note (cases[i].inside);
      world_begin (&world, "", NULL);
      watch_one (&world, BOB);
      g_assert_cmpint (cusax_watch_get (world.watch, BOB), ==, CUSAX_WATCH_UNKNOWN);
      notify (&world, BOB, xml);
      g_assert_cmpint (cusax_watch_get (world.watch, BOB), ==, cases[i].expected);
      world_end (&world);
    }
}

static void
test_news (void)
{
  World world = { 0 };

  world_begin (&world, "", NULL);
  watch_one (&world, BOB);
  notify (&world, BOB, NULL);
  check (&world, "");
  notify (&world, BOB, FULL ("0", ""));
  notify (&world, BOB, FULL ("1", ""));
  check (&world, BOB ": free\n");
  notify (&world, BOB, PARTIAL ("2", CALL ("a", "recipient", "early")));
  notify (&world, BOB, PARTIAL ("3", CALL ("a", "recipient", "early")));
  check (&world, BOB ": ringing\n");
  notify (&world, BOB, PARTIAL ("4", CALL ("a", "recipient", "confirmed")));
  check (&world, BOB ": busy\n");
  cusax_watch_set_up (world.watch, world.config); /* nothing new */
  check (&world, "");
  cusax_watch_set_up (world.watch, NULL);
  check (&world, RELEASE (BOB) BOB ": unknown\n");
  cusax_watch_set_up (world.watch, NULL);
  fake_people_pass (world.people, 100000);
  check (&world, "");
  world_end (&world);
}

/* Who is watched, and where. */
static void
test_r31_whom (void)
{
  static const struct
  {
    const char *settings;
    const char *jid;
    const char *tel; /* (nullable): of the card that comes while telephony is up; "": it has none */
    const char *expected;
  } cases[] = {
    { "", BOB, NULL, SUBSCRIBE (BOB) },
    { "", BOB, "", SUBSCRIBE (BOB) },
    { "", BOB, "sip:" BOB, SUBSCRIBE (BOB) },
    { "", BOB, "sip:robert@example.org", SUBSCRIBE ("robert@example.org") },
    { "related_domains=example.net", BOB, "sip:bob@example.net", SUBSCRIBE ("bob@example.net") },
    { "related_domains=example.net", "bob@example.net", "sip:bob@example.net", SUBSCRIBE ("bob@example.net") },
    { "", "bob@partner.example", NULL, "" },
    { "", "bob@partner.example", "sip:bob@partner.example", "" },
    { "", "eve@partner.example", "sip:bob@example.org", "" }, /* says so of herself */
    { "", BOB, "sip:bob@partner.example", "" },
    { "", BOB, "tel:+33123456789", "" },
    { "", BOB, "sip:alice@example.org", "" }, /* ourselves */
    { "", "alice@example.org", NULL, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World world = { 0 };

      g_test_message ("%s %s", cases[i].jid, cases[i].tel != NULL ? cases[i].tel : "-");
      world_begin (&world, cases[i].settings, NULL);
      cusax_directory_add_contact (world.directory, cases[i].jid);
      if (cases[i].tel != NULL)
        {
          const char *const tels[] = { *cases[i].tel != '\0' ? cases[i].tel : NULL, NULL };
          g_autofree char *xml = fake_people_card (tels);

          cusax_directory_take (world.directory, cases[i].jid, xml, strlen (xml));
        }
      fake_people_forget (world.people);
      cusax_watch_set_up (world.watch, world.config);
      fake_people_pass (world.people, 2000);
      check (&world, cases[i].expected);
      world_end (&world);
    }
}

static void
test_not_announced (void)
{
  World world = { 0 };

  world_begin (&world, "", NULL);
  world.sip->announced = "message-summary";
  watch_one (&world, BOB);
  cusax_watch_update (world.watch, BOB);
  fake_people_pass (world.people, 100000);
  check (&world, "");
  world.sip->announced = "dialog"; /* another server */
  cusax_watch_set_up (world.watch, world.config);
  fake_people_pass (world.people, 1000);
  check (&world, SUBSCRIBE (BOB));
  notify (&world, BOB, FULL ("0", ""));
  world.sip->announced = NULL;
  cusax_watch_set_up (world.watch, world.config);
  check (&world, BOB ": free\n" RELEASE (BOB) BOB ": unknown\n");
  world_end (&world);
}

/* What becomes known of people changes who is watched. */
static void
test_update (void)
{
  World world = { 0 };
  const char *const tels[] = { "sip:robert@example.org", NULL };
  g_autofree char *xml = fake_people_card (tels);

  world_begin (&world, "", NULL);
  watch_one (&world, BOB);
  notify (&world, BOB, FULL ("0", ""));
  check (&world, BOB ": free\n");
  cusax_watch_update (world.watch, BOB); /* as it was */
  check (&world, "");
  cusax_directory_take (world.directory, BOB, xml, strlen (xml)); /* another address */
  fake_people_pass (world.people, 1000);
  check (&world, RELEASE (BOB) BOB ": unknown\n" SUBSCRIBE ("robert@example.org"));
  notify (&world, "robert@example.org", FULL ("0", CALL ("a", "initiator", "confirmed")));
  check (&world, BOB ": busy\n");

  cusax_directory_add_contact (world.directory, CAROL);
  cusax_watch_update (world.watch, CAROL);
  fake_people_pass (world.people, 1000);
  check (&world, SUBSCRIBE (CAROL));
  cusax_directory_remove_contact (world.directory, BOB);
  cusax_watch_update (world.watch, BOB);
  check (&world, RELEASE ("robert@example.org") BOB ": unknown\n");
  cusax_watch_update (world.watch, "");
  cusax_watch_update (world.watch, "nobody@example.org");
  check (&world, "");
  world_end (&world);
}

static void
test_other_settings (void)
{
  World world = { 0 };
  g_autoptr (CusaxConfig) same = NULL;
  g_autoptr (CusaxConfig) other = NULL;

  world_begin (&world, "", NULL);
  watch_one (&world, BOB);
  notify (&world, BOB, FULL ("0", ""));
  fake_people_forget (world.people);
  same = settings_config ("alice@example.org/desk", "secret", "max_calls=2", NULL);
  cusax_directory_configure (world.directory, same);
  fake_people_forget (world.people);
  cusax_watch_set_up (world.watch, same);
  check (&world, "");
  other = settings_config ("alice@example.org/desk", "secret", "sip_address=bob@example.org",
                           NULL); /* is Bob now */
  cusax_directory_configure (world.directory, other);
  fake_people_forget (world.people);
  cusax_watch_set_up (world.watch, other);
  check (&world, RELEASE (BOB) BOB ": unknown\n");
  world_end (&world);
}

/* Not more than 50, those that were called last first, and slowly. */
static void
test_bounds (void)
{
  World world = { 0 };
  guint most = 0;

  world_begin (&world, "",
               "1699999999\tin\tseen\t1\tremote\t0\tn3\tsip:n3@example.org\t\tn3@example.org\t\n"
               "1699999998\tout\tseen\t1\tremote\t0\tn7\tsip:n7@example.org\t\tn7@example.org\t\n"
               "1699999997\tout\tseen\t1\tremote\t0\tx\tsip:x@example.org\t\t\t\n"
               "1699999996\tout\tseen\t1\tremote\t0\tz\tsip:z@example.org\t\tgone@example.org\t\n"
               "1699999995\tout\tseen\t1\tremote\t0\tn7\tsip:n7@example.org\t\tn7@example.org\t\n"
               "1699999994\tout\tseen\t1\tremote\t0\tn150\tsip:n150@example.org\t\tn150@example.org\t\n");
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *jid = g_strdup_printf ("n%u@example.org", i);

      cusax_directory_add_contact (world.directory, jid);
    }
  cusax_watch_set_up (world.watch, world.config);
  fake_people_pass (world.people, 399);
  check (&world, SUBSCRIBE ("n7@example.org"));
  fake_people_pass (world.people, 1);
  check (&world, SUBSCRIBE ("n150@example.org"));
  fake_people_pass (world.people, 100000);
  g_assert_cmpuint (world.sip->standing->len, ==, 50);
  g_assert_cmpuint (world.sip->times->len, ==, 50);
  for (guint first = 0, last = 0; last < world.sip->times->len; last++)
    {
      while (g_array_index (world.sip->times, gint64, first)
             <= g_array_index (world.sip->times, gint64, last) - G_USEC_PER_SEC)
        first++;
      most = MAX (most, last - first + 1);
    }
  g_assert_cmpuint (most, ==, 5);

  /* no room for more, until somebody leaves */
  cusax_directory_add_contact (world.directory, BOB);
  cusax_watch_update (world.watch, BOB);
  fake_people_pass (world.people, 10000);
  g_assert_cmpuint (world.sip->times->len, ==, 50);
  cusax_directory_remove_contact (world.directory, "n7@example.org");
  cusax_watch_update (world.watch, "n7@example.org");
  fake_people_pass (world.people, 10000);
  g_assert_cmpuint (world.sip->times->len, ==, 51);
  g_assert_cmpuint (world.sip->standing->len, ==, 50);
  world_end (&world);
}

/* When somebody is asked again. */
static void
test_ends (void)
{
  static const struct
  {
    guint status;
    gboolean is_asked_again;
  } cases[] = { { 0, TRUE }, { 503, TRUE }, { 403, FALSE }, { 404, FALSE }, { 408, FALSE }, { 489, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World world = { 0 };

      g_test_message ("%u", cases[i].status);
      world_begin (&world, "", NULL);
      watch_one (&world, BOB);
      notify (&world, BOB, FULL ("7", CALL ("a", "initiator", "confirmed")));
      check (&world, BOB ": busy\n");
      fake_subscriptions_end (world.sip, "sip:" BOB, cases[i].status);
      check (&world, RELEASE (BOB) BOB ": unknown\n");
      cusax_watch_set_up (world.watch, world.config);
      cusax_watch_update (world.watch, BOB);
      fake_people_pass (world.people, 59000);
      check (&world, "");
      fake_people_pass (world.people, 24 * 3600 * 1000);
      check (&world, cases[i].is_asked_again ? SUBSCRIBE (BOB) : "");
      if (cases[i].is_asked_again)
        notify (&world, BOB, FULL ("0", "")); /* versions begin anew */
      check (&world, cases[i].is_asked_again ? BOB ": free\n" : "");
      cusax_watch_set_up (world.watch, NULL);
      fake_people_forget (world.people);
      cusax_watch_set_up (world.watch, world.config); /* the next registration */
      fake_people_pass (world.people, 1000);
      check (&world, SUBSCRIBE (BOB));
      world_end (&world);
    }
}

static void
test_offline (void)
{
  World world = { 0 };

  world_begin (&world, "", NULL);
  world.sip->is_offline = TRUE;
  cusax_directory_add_contact (world.directory, BOB);
  cusax_watch_set_up (world.watch, world.config);
  fake_people_pass (world.people, 1000);
  check (&world, SUBSCRIBE (BOB));
  fake_people_pass (world.people, 60000);
  check (&world, SUBSCRIBE (BOB));
  world_end (&world); /* no timer is left */
}

/* What cannot be read changes nothing, and is asked for again, but not soon. */
static void
test_hostile (void)
{
  World world = { 0 };

  world_begin (&world, "", NULL);
  watch_one (&world, BOB);
  notify (&world, BOB, FULL ("1", ""));
  fake_people_forget (world.people);
  for (guint i = 0; i < 10; i++)
    {
      notify (&world, BOB, "garbage");
      notify (&world, BOB, "");
      notify (&world, BOB, PARTIAL ("5", CALL ("a", "initiator", "confirmed")));
      fake_subscriptions_notify (world.sip, "sip:" BOB, "text/plain",
                                 FULL ("2", CALL ("a", "initiator", "confirmed")));
      fake_subscriptions_notify (world.sip, "sip:" BOB, NULL, FULL ("2", CALL ("a", "initiator", "confirmed")));
    }
  check (&world, "");
  g_assert_cmpint (cusax_watch_get (world.watch, BOB), ==, CUSAX_WATCH_FREE);
  fake_people_pass (world.people, 590000);
  check (&world, "");
  fake_people_pass (world.people, 11000);
  check (&world, RELEASE (BOB) SUBSCRIBE (BOB));
  notify (&world, BOB, FULL ("0", CALL ("a", "recipient", "early")));
  check (&world, BOB ": ringing\n");
  world_end (&world);
}

static void
test_end_at_news (void)
{
  World world = { 0 };

  world_begin (&world, "", NULL);
  cusax_directory_add_contact (world.directory, CAROL);
  watch_one (&world, BOB);
  notify (&world, BOB, FULL ("0", ""));
  notify (&world, CAROL, FULL ("0", ""));
  fake_people_forget (world.people);
  world.ends_at_news = TRUE;
  cusax_watch_set_up (world.watch, NULL); /* tells of the first of two, and that is its end */
  g_assert_null (world.watch);
  world_end (&world);
}

/* ------------------------------------------------------------------ pick-up */

#define RINGING(attributes, remote)                                                                            \
  "<dialog id='a' direction='recipient' " attributes "><state>early</state><remote>" remote "</remote></"      \
                                                                                            "dialog>"
#define WHOLE "call-id='c1@h' local-tag='bob-tag' remote-tag='caller-tag'"
#define TARGET "<identity>sip:dave@example.org</identity><target uri='sip:dave@192.0.2.7:5080;transport=tcp'/>"
#define REPLACES "c1@h;to-tag=caller-tag;from-tag=bob-tag;early-only"

static void
test_p12_pick_up (void)
{
  static const struct
  {
    const char *inside;
    const char *target;
    const char *replaces;
  } cases[] = {
    { RINGING (WHOLE, TARGET), "sip:dave@192.0.2.7:5080;transport=tcp", REPLACES },
    { RINGING (WHOLE, "<identity>sip:dave@example.org</identity>"), "sip:dave@example.org", REPLACES },
    { CALL ("b", "initiator", "confirmed") CALL ("c", "recipient", "early") RINGING (WHOLE, TARGET),
      "sip:dave@192.0.2.7:5080;transport=tcp", REPLACES },
    { "", NULL, NULL },
    { CALL ("a", "recipient", "early"), NULL, NULL },
    { RINGING ("call-id='c' local-tag='1'", TARGET), NULL, NULL },
    { RINGING ("call-id='c' remote-tag='1'", TARGET), NULL, NULL },
    { RINGING ("local-tag='1' remote-tag='2'", TARGET), NULL, NULL },
    { RINGING (WHOLE, ""), NULL, NULL },
    { RINGING (WHOLE, "<target uri='tel:+33900123'/>"), NULL, NULL },
    { RINGING (WHOLE, "<target uri='sip:a b@example.org'/>"), NULL, NULL },
    { RINGING ("call-id='c;to-tag=x' local-tag='1' remote-tag='2'", TARGET), NULL, NULL },
    { RINGING ("call-id='c' local-tag='1;from-tag=2' remote-tag='2'", TARGET), NULL, NULL },
    { RINGING ("call-id='c d' local-tag='1' remote-tag='2'", TARGET), NULL, NULL },
    { "<dialog id='a' direction='initiator' " WHOLE "><state>early</state><remote>" TARGET "</remote></dialog>",
      NULL, NULL },
    { "<dialog id='a' direction='recipient' " WHOLE "><state>confirmed</state><remote>" TARGET
      "</remote></dialog>",
      NULL, NULL },
    { "<dialog id='a' direction='recipient' " WHOLE "><state>terminated</state><remote>" TARGET
      "</remote></dialog>",
      NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World world = { 0 };
      g_autofree char *xml = g_strdup_printf (FULL ("0", "%s"), cases[i].inside);
      g_autofree char *replaces = NULL;
      CusaxAddress *target = NULL;

      note (cases[i].inside);
      world_begin (&world, "", NULL);
      g_assert_false (cusax_watch_get_pick_up (world.watch, BOB, &target, &replaces));
      watch_one (&world, BOB);
      g_assert_false (cusax_watch_get_pick_up (world.watch, BOB, &target, &replaces));
      notify (&world, BOB, xml);
      g_assert_cmpint (cusax_watch_get_pick_up (world.watch, BOB, &target, &replaces), ==,
                       cases[i].target != NULL);
      g_assert_cmpstr (target != NULL ? cusax_address_get_uri (target) : NULL, ==, cases[i].target);
      g_assert_cmpstr (replaces, ==, cases[i].replaces);
      g_clear_pointer (&target, cusax_address_unref);
      world_end (&world);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/watch/states", test_states);
  g_test_add_func ("/watch/news", test_news);
  g_test_add_func ("/watch/r31-whom", test_r31_whom);
  g_test_add_func ("/watch/not-announced", test_not_announced);
  g_test_add_func ("/watch/update", test_update);
  g_test_add_func ("/watch/other-settings", test_other_settings);
  g_test_add_func ("/watch/bounds", test_bounds);
  g_test_add_func ("/watch/ends", test_ends);
  g_test_add_func ("/watch/offline", test_offline);
  g_test_add_func ("/watch/hostile", test_hostile);
  g_test_add_func ("/watch/end-at-news", test_end_at_news);
  g_test_add_func ("/watch/p12-pick-up", test_p12_pick_up);
  return g_test_run ();
}
