/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A conference behind a call: its subscription over time (R38), whose rooms are trusted (R39), who is in (R41).
 */
#include "conference.h"

#include "error.h"
#include "fake-people.h"
#include "note.h"
#include "settings.h"

#include <string.h>

#define TYPE "application/conference-info+xml"
#define DOCUMENT(version, state, inside)                                                                       \
  "<conference-info xmlns='urn:ietf:params:xml:ns:conference-info' version='" version "' state='" state        \
  "'>" inside "</conference-info>"
#define FULL(inside) DOCUMENT ("1", "full", inside)

typedef struct
{
  CusaxSipPort sip; /* first: the port is the world */
  CusaxSipSubscription subscription;
  const CusaxSipSubscriptionListener *listener; /* NULL: nobody listens */
  gpointer listener_data;
  guint live; /* subscriptions that were not released */
  gboolean is_offline;
  gboolean frees; /* the listener frees the conference */

  FakePeople *people;
  CusaxDirectory *directory;
  CusaxConfig *config;
  CusaxConference *conference;
} World;

static World *the_world;

/* ------------------------------------------------------------ the SIP leg */

static void
release (CusaxSipSubscription *subscription)
{
  fake_people_say (the_world->people, "release");
  g_assert_cmpuint (the_world->live, ==, 1);
  the_world->live--;
  the_world->listener = NULL;
}

static const CusaxSipSubscriptionVtable subscription_vtable = { release };

static CusaxSipSubscription *
subscribe (CusaxSipPort *port, const CusaxAddress *target, const char *event, const char *accept,
           const CusaxSipSubscriptionListener *listener, gpointer user_data, GError **error)
{
  World *world = (World *) port;

  fake_people_say (world->people, "subscribe %s %s%s", event, cusax_address_get_uri (target),
                   g_str_equal (accept, TYPE) ? "" : " and accepts something else");
  if (world->is_offline)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "offline");
      return NULL;
    }
  g_assert_cmpuint (world->live, ==, 0);
  world->live++;
  world->listener = listener;
  world->listener_data = user_data;
  world->subscription.vtable = &subscription_vtable;
  return &world->subscription;
}

static const CusaxSipPortVtable sip_vtable = { .subscribe = subscribe };

static void
notify_as (World *world, const char *type, const char *body)
{
  g_assert_nonnull (world->listener);
  world->listener->on_notify (world->listener_data, type, body, body != NULL ? strlen (body) : 0);
}

static void
notify (World *world, const char *body)
{
  notify_as (world, TYPE, body);
}

static void
end_subscription (World *world, guint status)
{
  const CusaxSipSubscriptionListener *listener = world->listener;

  g_assert_nonnull (listener);
  listener->on_ended (world->listener_data, status);
}

/* -------------------------------------------------------------- the world */

static void
on_conference (gpointer user_data, CusaxConference *conference)
{
  World *world = user_data;
  const CusaxConferenceInfo *info = cusax_conference_get_info (conference);
  const char *subject = cusax_conference_info_get_subject (info);

  g_assert_true (world->conference == conference);
  fake_people_say (world->people, "conference %s, %u rooms, %u people", subject != NULL ? subject : "-",
                   cusax_conference_info_get_rooms (info)->len, cusax_conference_info_get_users (info)->len);
  if (world->frees)
    cusax_conference_free (g_steal_pointer (&world->conference));
}

static const CusaxConferenceListener listener = { on_conference };

static void
on_contact (gpointer user_data, CusaxDirectory *directory, const char *jid)
{
}

static const CusaxDirectoryListener directory_listener = { on_contact };

static void
call_focus (World *world, const char *uri)
{
  g_autoptr (CusaxAddress) focus = cusax_address_parse_uri (uri, NULL);

  world->conference = cusax_conference_new (&world->sip, &world->people->clock, focus, &listener, world);
  g_assert_true (cusax_conference_get_focus (world->conference) == focus);
}

static World *
world_new (const char *focus)
{
  World *world = g_new0 (World, 1);
  CusaxDirectoryPorts ports;

  the_world = world;
  world->sip.vtable = &sip_vtable;
  world->people = fake_people_new ();
  ports = (CusaxDirectoryPorts){ &world->people->clock, fake_people_wall_time, &world->people->cards,
                                 &world->people->store };
  world->config = settings_config ("alice@example.org/desk", NULL,
                                   "sip_address=alice@sip.example.org\nrelated_domains=sister.example", NULL);
  world->directory = cusax_directory_new (&ports, &directory_listener, world);
  cusax_directory_configure (world->directory, world->config);
  fake_people_forget (world->people);
  if (focus != NULL)
    call_focus (world, focus);
  return world;
}

static void
world_free (World *world)
{
  cusax_conference_free (world->conference);
  g_assert_cmpuint (world->live, ==, 0);
  cusax_directory_free (world->directory);
  cusax_config_unref (world->config);
  fake_people_free (world->people);
  g_free (world);
}

/* A contact whose card lists @tel. */
static void
add_contact (World *world, const char *jid, const char *tel)
{
  const char *tels[] = { tel, NULL };
  g_autofree char *card = fake_people_card (tels);

  cusax_directory_add_contact (world->directory, jid);
  if (tel != NULL)
    cusax_directory_take (world->directory, jid, card, strlen (card));
}

/* ---------------------------------------------------------- subscription */

static void
test_r38_subscribes (void)
{
  World *world = world_new ("sip:conf1@example.org");

  fake_people_check (world->people, "subscribe conference sip:conf1@example.org\n");
  notify (world, NULL); /* pending: there is nothing yet */
  notify_as (world, "text/plain", FULL (""));
  notify_as (world, NULL, FULL (""));
  notify_as (world, TYPE "x", FULL (""));
  fake_people_check (world->people, "");
  notify_as (world, "Application/Conference-Info+XML;charset=utf-8",
             FULL ("<conference-description><subject>S</subject></conference-description>"
                   "<users><user entity='sip:a@x.example'/></users>"));
  fake_people_check (world->people, "conference S, 0 rooms, 1 people\n");
  notify (world, DOCUMENT ("2", "partial", "<users state='partial'><user entity='sip:b@x.example'/></users>"));
  fake_people_check (world->people, "conference S, 0 rooms, 2 people\n");

  cusax_conference_free (g_steal_pointer (&world->conference));
  fake_people_check (world->people, "release\n");
  world_free (world);
}

/* What ends a subscription, what is then known, and whether it is tried again. */
static void
test_r38_ends (void)
{
  static const struct
  {
    guint status;
    const char *at_once;
    const char *after_a_minute;
  } cases[] = {
    { 489, "release\nconference -, 0 rooms, 0 people\n", "" },
    { 403, "release\nconference -, 0 rooms, 0 people\n", "" },
    { 481, "release\nconference -, 0 rooms, 0 people\n", "" },
    { 0, "release\nconference -, 0 rooms, 0 people\n", "subscribe conference sip:conf1@example.org\n" },
    { 503, "release\n", "subscribe conference sip:conf1@example.org\n" },
    { 408, "release\n", "subscribe conference sip:conf1@example.org\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World *world = world_new ("sip:conf1@example.org");

      notify (world, FULL ("<users><user entity='sip:a@x.example'/></users>"));
      fake_people_forget (world->people);
      g_test_message ("%u", cases[i].status);
      end_subscription (world, cases[i].status);
      fake_people_check (world->people, cases[i].at_once);
      fake_people_pass (world->people, 59000);
      fake_people_check (world->people, "");
      fake_people_pass (world->people, 1000);
      fake_people_check (world->people, cases[i].after_a_minute);
      fake_people_pass (world->people, 600000);
      fake_people_check (world->people, "");
      world_free (world);
    }
}

/* Refused at once: nothing was shown, nothing is to be taken away. */
static void
test_r38_refused (void)
{
  World *world = world_new ("sip:conf1@example.org");

  fake_people_forget (world->people);
  end_subscription (world, 489);
  fake_people_check (world->people, "release\n");
  world_free (world);
}

static void
test_r38_offline (void)
{
  World *world = world_new (NULL);

  world->is_offline = TRUE;
  call_focus (world, "sip:conf1@example.org");
  fake_people_check (world->people, "subscribe conference sip:conf1@example.org\n");
  fake_people_pass (world->people, 60000);
  fake_people_check (world->people, "subscribe conference sip:conf1@example.org\n");
  world->is_offline = FALSE;
  fake_people_pass (world->people, 60000);
  fake_people_check (world->people, "subscribe conference sip:conf1@example.org\n");
  fake_people_pass (world->people, 600000);
  fake_people_check (world->people, "");
  world_free (world);
}

/* RFC 4575 section 4.6: behind a gap only a full document helps, and a new subscription brings one. At most one
 * a minute, whatever they send. */
static void
test_r38_gap (void)
{
  World *world = world_new ("sip:conf1@example.org");

  notify (world, FULL (""));
  fake_people_pass (world->people, 100000);
  fake_people_forget (world->people);
  for (guint i = 0; i < 100; i++)
    notify (world, DOCUMENT ("3", "partial", ""));
  fake_people_check (world->people, "");
  fake_people_pass (world->people, 1000);
  fake_people_check (world->people, "release\nsubscribe conference sip:conf1@example.org\n");
  notify (world, FULL (""));
  fake_people_check (world->people, "conference -, 0 rooms, 0 people\n");

  notify (world, "garbage");
  fake_people_pass (world->people, 59000);
  fake_people_check (world->people, "");
  fake_people_pass (world->people, 1000);
  fake_people_check (world->people, "release\nsubscribe conference sip:conf1@example.org\n");

  /* Freed with a new one due: nothing is left behind. */
  notify (world, "garbage");
  world_free (world);
}

/* A listener that lets go in the middle: nothing is touched afterwards, nothing stays behind. */
static void
test_freed_by_its_listener (void)
{
  static const guint statuses[] = { 200, 0, 403 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      World *world = world_new ("sip:conf1@example.org");

      notify (world, FULL ("<users><user entity='sip:a@x.example'/></users>"));
      fake_people_forget (world->people);
      world->frees = TRUE;
      if (statuses[i] == 200)
        notify (world, FULL (""));
      else
        end_subscription (world, statuses[i]);
      g_assert_null (world->conference);
      fake_people_check (world->people, statuses[i] == 200 ? "conference -, 0 rooms, 0 people\nrelease\n"
                                                           : "release\nconference -, 0 rooms, 0 people\n");
      world_free (world);
    }
}

/* ------------------------------------------------------------------ rooms */

/* T8: one click joins a room of the same house; all others show their whole address first. */
static void
test_t8_rooms (void)
{
  static const struct
  {
    const char *focus;
    const char *room;
    gboolean trusted;
  } cases[] = {
    { "sip:conf1@atlanta.example", "room@atlanta.example", TRUE },
    { "sip:conf1@atlanta.example", "room@conference.Atlanta.example", TRUE },
    { "sip:conf1@sip.example.org", "room@conference.example.org", TRUE },
    { "sip:conf1@example.org", "room@conference.sister.example", TRUE },
    { "sip:conf1@sister.example", "room@example.org", TRUE },
    { "sip:conf1@atlanta.example", "room@conference.biloxi.example", FALSE },
    { "sip:conf1@atlanta.example", "room@conference.example.org",
      FALSE }, /* ours, but not theirs to announce */
    { "sip:conf1@example.org", "room@conference.evil.example", FALSE },
    { "sip:conf1@example.org", "room@example.org.evil.example", FALSE },
    { "sip:conf1@example.org", "room@evil-example.org", FALSE },
    { "sip:conf1@conference.atlanta.example", "room@atlanta.example", FALSE },
    { "sip:conf1@sip.atlanta.example", "room@conference.atlanta.example", FALSE },
    { "sip:conf1@example", "room@atlanta.example", FALSE }, /* a top level is no house */
    { "sip:conf1@192.0.2.1", "room@192.0.2.1", TRUE },
    { "sip:conf1@example.org", "broken@", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World *world = world_new (cases[i].focus);

      g_test_message ("%s: %s", cases[i].focus, cases[i].room);
      g_assert_cmpint (cusax_conference_trusts_room (world->conference, cases[i].room, world->config), ==,
                       cases[i].trusted);
      world_free (world);
    }
}

/* ------------------------------------------------------------ joined list */

/* "name jid address text/voice", one line each. */
static void
check_list (World *world, const CusaxOccupant *occupants, gsize n, const char *expected)
{
  g_autoptr (GPtrArray) list
    = cusax_conference_list (world->conference, occupants, n, world->directory, world->config);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      const CusaxParticipant *line = g_ptr_array_index (list, i);

      g_string_append_printf (text, "%s %s %s%s%s\n", line->name, line->jid != NULL ? line->jid : "-",
                              line->address != NULL ? line->address : "-", line->has_text ? " text" : "",
                              line->has_voice ? " voice" : "");
    }
  g_assert_cmpstr (text->str, ==, expected);
}

/* One who speaks and one who writes, and whether they are one. */
static void
check_pair (const char *focus, const char *card_jid, const char *tel, const char *entity,
            const char *occupant_jid, gboolean is_one)
{
  World *world = world_new (focus);
  const CusaxOccupant occupant = { "Nick", occupant_jid };
  g_autofree char *xml = g_strdup_printf (
    FULL ("<users><user entity='%s'><display-text>Voice</display-text></user></users>"), entity);
  g_autoptr (GPtrArray) list = NULL;

  g_test_message ("%s: %s lists %s; %s and %s", focus, card_jid, tel != NULL ? tel : "nothing", entity,
                  occupant_jid != NULL ? occupant_jid : "-");
  add_contact (world, card_jid, tel);
  notify (world, xml);
  list = cusax_conference_list (world->conference, &occupant, 1, world->directory, world->config);
  g_assert_cmpuint (list->len, ==, is_one ? 1 : 2);
  for (guint i = 0; i < list->len; i++)
    {
      const CusaxParticipant *line = g_ptr_array_index (list, i);

      g_assert_cmpint (line->has_text && line->has_voice, ==, is_one);
    }
  world_free (world);
}

static void
test_r41_joined_or_not (void)
{
  static const char ours[] = "sip:conf1@sip.example.org";
  static const char theirs[] = "sip:conf1@atlanta.example";
  static const char bob[] = "bob@example.org";

  /* a card of the same service, whoever says that its owner is in */
  check_pair (ours, bob, "sip:bob@sip.example.org", "sip:bob@sip.example.org", bob, TRUE);
  check_pair (theirs, bob, "sip:bob@sip.example.org", "sip:bob@SIP.example.org", bob, TRUE);
  check_pair (theirs, "carol@atlanta.example", "sip:carol@atlanta.example", "sip:carol@atlanta.example",
              "carol@atlanta.example", TRUE);
  check_pair (ours, bob, "sip:7042@sip.example.org", "tel:7042", bob, TRUE);
  check_pair (ours, bob, "+33 1 77", "sip:+33177@sip.example.org;user=phone", bob, TRUE);
  /* another service: the owner of a card can write into it what he likes */
  check_pair (ours, "eve@evil.example", "sip:boss@sip.example.org", "sip:boss@sip.example.org",
              "eve@evil.example", FALSE);
  check_pair (ours, bob, "sip:ceo@corp.example", "sip:ceo@corp.example", bob, FALSE);
  /* the room shows somebody else, or nobody */
  check_pair (ours, bob, "sip:bob@sip.example.org", "sip:bob@sip.example.org", "carol@example.org", FALSE);
  check_pair (ours, bob, "sip:bob@sip.example.org", "sip:bob@sip.example.org", NULL, FALSE);
  check_pair (ours, bob, "sip:bob@sip.example.org", "sip:bob2@sip.example.org", bob, FALSE);
  check_pair (ours, bob, "sip:bob@sip.example.org", "garbage", bob, FALSE);
  /* ourselves */
  check_pair (theirs, bob, NULL, "sip:alice@sip.example.org", "alice@example.org", TRUE);
}

/* The same name without a card counts where we are at home (R2), and only if it is said there. */
static void
test_r41_same_name (void)
{
  static const struct
  {
    const char *focus;
    guint lines;
  } cases[] = { { "sip:conf1@example.org", 1 }, { "sip:conf1@atlanta.example", 2 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World *world = world_new (cases[i].focus);
      const CusaxOccupant occupant = { "Bob", "bob@example.org" };
      g_autoptr (GPtrArray) list = NULL;
      g_autoptr (CusaxConfig) one_domain = settings_config ("alice@example.org", NULL, "", NULL);

      cusax_directory_configure (world->directory, one_domain);
      cusax_directory_add_contact (world->directory, "bob@example.org");
      notify (world, FULL ("<users><user entity='sip:bob@example.org'/></users>"));
      list = cusax_conference_list (world->conference, &occupant, 1, world->directory, one_domain);
      g_assert_cmpuint (list->len, ==, cases[i].lines);
      world_free (world);
    }
}

static void
test_r41_attached (void)
{
  World *world = world_new ("sip:conf1@atlanta.example");
  g_autoptr (CusaxAddress) address = cusax_address_parse_uri ("sip:b@corp.example", NULL);
  const CusaxOccupant occupant = { "Bob", "bob@example.org" };

  add_contact (world, "bob@example.org", NULL);
  cusax_directory_attach (world->directory, address, "bob@example.org");
  notify (world, FULL ("<users><user entity='sip:b@corp.example'/></users>"));
  check_list (world, &occupant, 1, "Bob bob@example.org sip:b@corp.example text voice\n");
  world_free (world);
}

static void
test_r41_list (void)
{
  static const CusaxOccupant occupants[] = {
    { "zoe", NULL },
    { "\xe2\x80\xae  Bob \n", "bob@example.org" },
    { "bob's phone", "bob@example.org" },
    { "", "dave@example.org" },
    { NULL, NULL },
  };
  World *world = world_new ("sip:conf1@sip.example.org");

  check_list (world, NULL, 0, "");
  add_contact (world, "bob@example.org", "sip:bob@sip.example.org");
  add_contact (world, "carol@example.org", "sip:carol@sip.example.org");
  notify (world, FULL ("<users>"
                       "<user entity='sip:bob@sip.example.org'><display-text>The Boss</display-text></user>"
                       "<user entity='sip:carol@sip.example.org'><display-text>Carol</display-text></user>"
                       "<user entity='sip:+33177@sip.example.org'/>"
                       "<user entity='sip:x@atlanta.example'/>"
                       "<user entity='mailto:y@z.example'/>"
                       "<user entity=' '/>"
                       "<user entity='sip:left@sip.example.org'><endpoint entity='e'>"
                       "<status>disconnected</status></endpoint></user></users>"));
  check_list (world, occupants, G_N_ELEMENTS (occupants),
              "+33177 - sip:+33177@sip.example.org voice\n"
              "? - - text\n"
              "? - - voice\n"
              "Bob bob@example.org sip:bob@sip.example.org text voice\n"
              "Carol carol@example.org sip:carol@sip.example.org voice\n"
              "dave@example.org dave@example.org - text\n"
              "mailto:y@z.example - - voice\n"
              "x@atlanta.example - sip:x@atlanta.example voice\n"
              "zoe - - text\n");
  cusax_conference_free (g_steal_pointer (&world->conference));
  check_list (world, occupants, 1, "zoe - - text\n");
  world_free (world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conference/r38-subscribes", test_r38_subscribes);
  g_test_add_func ("/conference/r38-ends", test_r38_ends);
  g_test_add_func ("/conference/r38-refused", test_r38_refused);
  g_test_add_func ("/conference/r38-offline", test_r38_offline);
  g_test_add_func ("/conference/r38-gap", test_r38_gap);
  g_test_add_func ("/conference/freed-by-its-listener", test_freed_by_its_listener);
  g_test_add_func ("/conference/t8-rooms", test_t8_rooms);
  g_test_add_func ("/conference/r41-joined-or-not", test_r41_joined_or_not);
  g_test_add_func ("/conference/r41-same-name", test_r41_same_name);
  g_test_add_func ("/conference/r41-attached", test_r41_attached);
  g_test_add_func ("/conference/r41-list", test_r41_list);
  return g_test_run ();
}
