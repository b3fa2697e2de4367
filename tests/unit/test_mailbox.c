/* SPDX-License-Identifier: GPL-2.0-or-later */
/* P16: the voicemail of an account, over a leg that takes subscriptions only. */
#include "mailbox.h"

#include "fake-subscriptions.h"
#include "note.h"
#include "settings.h"

#include <string.h>

#define ALICE "sip:alice@example.org"
#define TYPE "application/simple-message-summary"
#define SUBSCRIBE "subscribe message-summary " ALICE " " TYPE "\n"
#define RELEASE "release " ALICE "\n"
#define YES "Messages-Waiting: yes\r\nVoice-Message: 3/1 (0/0)\r\n"
#define NO "Messages-Waiting: no\r\nVoice-Message: 0/4\r\n"

typedef struct
{
  FakePeople *people;
  FakeSubscriptions *sip;
  CusaxConfig *config;
  CusaxMailbox *mailbox;
} World;

static void
on_changed (gpointer user_data, CusaxMailbox *mailbox)
{
  World *world = user_data;

  fake_people_say (world->people, "changed: %s %u/%u", cusax_mailbox_is_waiting (mailbox) ? "yes" : "no",
                   cusax_mailbox_get_new (mailbox), cusax_mailbox_get_old (mailbox));
}

static void
world_begin (World *world, const char *settings)
{
  world->people = fake_people_new ();
  world->sip = fake_subscriptions_new (world->people);
  world->config = settings_config ("alice@example.org", "secret", settings, NULL);
  g_assert_nonnull (world->config);
  world->mailbox = cusax_mailbox_new (&world->sip->port, &world->people->clock, on_changed, world);
}

static void
world_end (World *world)
{
  cusax_mailbox_free (world->mailbox);
  cusax_config_unref (world->config);
  fake_subscriptions_free (world->sip);
  fake_people_free (world->people);
}

static void
check (World *world, const char *expected)
{
  fake_people_check (world->people, expected);
}

static void
take (World *world, const char *body)
{
  cusax_mailbox_take (world->mailbox, TYPE, body, strlen (body));
}

static const char *
get_address (const World *world)
{
  CusaxAddress *address = cusax_mailbox_get_address (world->mailbox);

  return address != NULL ? cusax_address_get_uri (address) : NULL;
}

static void
test_subscribed (void)
{
  World world = { 0 };

  world_begin (&world, "");
  g_assert_false (cusax_mailbox_is_known (world.mailbox));
  cusax_mailbox_set_up (world.mailbox, NULL);
  check (&world, "");
  cusax_mailbox_set_up (world.mailbox, world.config);
  cusax_mailbox_set_up (world.mailbox, world.config); /* it stands */
  check (&world, SUBSCRIBE);
  fake_subscriptions_notify (world.sip, ALICE, NULL, NULL);
  check (&world, "");
  fake_subscriptions_notify (world.sip, ALICE, TYPE, YES);
  check (&world, "changed: yes 3/1\n");
  fake_subscriptions_notify (world.sip, ALICE, TYPE, YES); /* nothing new */
  check (&world, "");
  fake_subscriptions_notify (world.sip, ALICE, TYPE, NO);
  check (&world, "changed: no 0/4\n");

  /* down: what was said stays */
  cusax_mailbox_set_up (world.mailbox, NULL);
  check (&world, RELEASE);
  g_assert_true (cusax_mailbox_is_known (world.mailbox));
  g_assert_cmpuint (cusax_mailbox_get_old (world.mailbox), ==, 4);
  cusax_mailbox_set_up (world.mailbox, world.config);
  check (&world, SUBSCRIBE);
  world_end (&world);
}

static void
test_unasked (void)
{
  World world = { 0 };

  world_begin (&world, "");
  take (&world, YES);
  check (&world, "changed: yes 3/1\n");
  take (&world, "Messages-Waiting: yes\r\n"); /* it tells no number */
  check (&world, "changed: yes 0/0\n");
  world_end (&world);
}

/* When it is asked again. */
static void
test_ends (void)
{
  static const struct
  {
    guint status;
    gboolean is_asked_again;
  } cases[] = {
    { 0, TRUE },    { 503, TRUE },  { 403, FALSE }, { 404, FALSE }, { 408, FALSE },
    { 481, FALSE }, { 489, FALSE }, { 500, FALSE }, { 603, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World world = { 0 };

      g_test_message ("%u", cases[i].status);
      world_begin (&world, "");
      cusax_mailbox_set_up (world.mailbox, world.config);
      fake_subscriptions_end (world.sip, ALICE, cases[i].status);
      cusax_mailbox_set_up (world.mailbox, world.config); /* the same registration */
      check (&world, SUBSCRIBE RELEASE);
      fake_people_pass (world.people, 59000);
      check (&world, "");
      fake_people_pass (world.people, 24 * 3600 * 1000);
      check (&world, cases[i].is_asked_again ? SUBSCRIBE : "");
      /* the next registration */
      cusax_mailbox_set_up (world.mailbox, NULL);
      check (&world, cases[i].is_asked_again ? RELEASE : "");
      cusax_mailbox_set_up (world.mailbox, world.config);
      check (&world, SUBSCRIBE);
      world_end (&world);
    }
}

static void
test_down_while_waiting (void)
{
  World world = { 0 };

  world_begin (&world, "");
  world.sip->is_offline = TRUE;
  cusax_mailbox_set_up (world.mailbox, world.config);
  check (&world, SUBSCRIBE);
  fake_people_pass (world.people, 60000);
  check (&world, SUBSCRIBE);
  cusax_mailbox_set_up (world.mailbox, NULL);
  fake_people_pass (world.people, 600000);
  check (&world, "");
  world.sip->is_offline = FALSE;
  cusax_mailbox_set_up (world.mailbox, world.config);
  fake_subscriptions_end (world.sip, ALICE, 0);
  world_end (&world); /* no timer is left */
}

static void
test_another_address (void)
{
  World world = { 0 };
  g_autoptr (CusaxConfig) other
    = settings_config ("alice@example.org", "secret", "sip_address=alice2@example.org", NULL);

  world_begin (&world, "");
  cusax_mailbox_set_up (world.mailbox, world.config);
  fake_subscriptions_notify (world.sip, ALICE, TYPE, YES "Message-Account: sip:vm@example.org\r\n");
  g_assert_cmpstr (get_address (&world), ==, "sip:vm@example.org");
  fake_people_forget (world.people);
  cusax_mailbox_set_up (world.mailbox, other);
  check (&world, RELEASE "subscribe message-summary sip:alice2@example.org " TYPE "\nchanged: no 0/0\n");
  g_assert_false (cusax_mailbox_is_known (world.mailbox));
  g_assert_null (get_address (&world));
  world_end (&world);
}

static void
test_r42_address (void)
{
  static const struct
  {
    const char *settings;
    const char *account; /* line of the summary */
    const char *expected;
  } cases[] = {
    { "", NULL, NULL },
    { "", "sip:vm@example.org", "sip:vm@example.org" },
    { "", "<sip:*97@EXAMPLE.org>", "sip:*97@example.org" },
    { "related_domains=example.net", "sip:vm@example.net", "sip:vm@example.net" },
    { "voicemail=*98", NULL, "sip:*98@example.org;user=phone" },
    { "voicemail=*98", "sip:vm@example.org", "sip:*98@example.org;user=phone" },
    { "", "sip:vm@evil.example", NULL },
    { "", "sip:vm@sub.example.org", NULL },
    { "", "tel:+900123", NULL },
    { "", "vm@example.org", NULL },
    { "", "<", NULL },
    { "", "<>", NULL },
    { "", "<sip:vm@example.org", NULL },
    { "", "sip:vm@example.org@evil.example", NULL },
    { "", "http://example.org/", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      World world = { 0 };
      g_autofree char *body
        = g_strdup_printf (YES "%s%s\r\n", cases[i].account != NULL ? "Message-Account: " : "X: y",
                           cases[i].account != NULL ? cases[i].account : "");

      note (body);
      world_begin (&world, cases[i].settings);
      take (&world, body);
      g_assert_null (get_address (&world)); /* whose domain is ours is not known yet */
      cusax_mailbox_set_up (world.mailbox, world.config);
      g_assert_cmpstr (get_address (&world), ==, cases[i].expected);
      take (&world, NO); /* says nothing of it */
      g_assert_cmpstr (get_address (&world), ==, cases[i].expected);
      world_end (&world);
    }
}

static void
test_hostile (void)
{
  static const struct
  {
    const char *type;
    const char *body;
  } cases[] = {
    { NULL, NO },     { "", NO },       { "text/plain", NO },
    { TYPE "s", NO }, { TYPE, "" },     { TYPE, "garbage" },
    { TYPE, NULL },   { TYPE, "\xff" }, { TYPE, "Voice-Message: 1/1" },
  };
  World world = { 0 };

  world_begin (&world, "");
  cusax_mailbox_set_up (world.mailbox, world.config);
  take (&world, YES);
  fake_people_forget (world.people);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      fake_subscriptions_notify (world.sip, ALICE, cases[i].type, cases[i].body);
      cusax_mailbox_take (world.mailbox, cases[i].type, cases[i].body,
                          cases[i].body != NULL ? strlen (cases[i].body) : 0);
    }
  check (&world, "");
  g_assert_cmpuint (cusax_mailbox_get_new (world.mailbox), ==, 3);
  fake_subscriptions_notify (world.sip, ALICE, "Application/Simple-Message-Summary; charset=utf-8", NO);
  check (&world, "changed: no 0/4\n");
  world_end (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mailbox/p16-subscribed", test_subscribed);
  g_test_add_func ("/mailbox/p16-unasked", test_unasked);
  g_test_add_func ("/mailbox/ends", test_ends);
  g_test_add_func ("/mailbox/down-while-waiting", test_down_while_waiting);
  g_test_add_func ("/mailbox/another-address", test_another_address);
  g_test_add_func ("/mailbox/r42-address", test_r42_address);
  g_test_add_func ("/mailbox/hostile", test_hostile);
  return g_test_run ();
}
