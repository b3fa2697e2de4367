/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Relays of the chat server: asked for, renewed before they end, kept while chat is away (XEP-0215), in virtual time. */
#include "ice-services.h"

#include "fake-people.h"

#include <string.h>

/* The one world: a provider whose answers the test gives, and a trace in people->trace. */
static struct
{
  CusaxProviderPort provider;
  FakePeople *people;
  CusaxIceServices *services;
  guint request, next_id;
  CusaxProviderServices done;
  gpointer data;
  void (*on_pushed) (gpointer user_data);
  gpointer pushed_data;
  gboolean frees;
} world;

static guint
fetch (CusaxProviderPort *port, CusaxProviderServices done, gpointer user_data)
{
  fake_people_say (world.people, "ask");
  g_assert_cmpuint (world.request, ==, 0);
  world.done = done;
  world.data = user_data;
  return world.request = ++world.next_id;
}

static void
cancel (CusaxProviderPort *port, guint id)
{
  fake_people_say (world.people, "cancel");
  g_assert_cmpuint (id, ==, world.request);
  world.request = 0;
}

static void
set_ice_listener (CusaxProviderPort *port, void (*on_changed) (gpointer user_data), gpointer user_data)
{
  world.on_pushed = on_changed;
  world.pushed_data = user_data;
}

static const CusaxProviderPortVtable vtable
  = { .cancel = cancel, .fetch_ice_services = fetch, .set_ice_listener = set_ice_listener };

static void
on_changed (gpointer user_data, const GPtrArray *servers)
{
  GString *line = g_string_new ("servers");

  for (guint i = 0; i < servers->len; i++)
    {
      const CusaxIceServer *server = g_ptr_array_index (servers, i);

      g_string_append_printf (line, " %s/%s", server->host, server->password != NULL ? server->password : "-");
    }
  fake_people_say (world.people, "%s", line->str);
  g_string_free (line, TRUE);
  if (world.frees)
    g_clear_pointer (&world.services, cusax_ice_services_free);
}

static void
setup (void)
{
  memset (&world, 0, sizeof world);
  world.people = fake_people_new ();
  world.provider.vtable = &vtable;
  CusaxIceServicesPorts ports = { &world.people->clock, fake_people_wall_time, &world.provider };
  world.services = cusax_ice_services_new (&ports, on_changed, NULL);
}

static void
teardown (void)
{
  cusax_ice_services_free (world.services);
  g_assert_null (world.on_pushed);
  g_assert_cmpuint (world.request, ==, 0);
  fake_people_free (world.people);
}

static void
start (void)
{
  setup ();
  cusax_ice_services_set_wanted (world.services, TRUE);
  cusax_ice_services_set_chat_up (world.services, TRUE);
  fake_people_check (world.people, "ask\n");
}

static void
check (const char *expected)
{
  fake_people_check (world.people, expected);
}

/* "host password seconds", comma between; "-": no credentials, restricted; NULL: nothing is announced. */
static void
answer (const char *text)
{
  g_autoptr (GPtrArray) services = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_service_free);
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_auto (GStrv) w = g_strsplit (parts[i], " ", 3);
      gint64 seconds = g_ascii_strtoll (w[2], NULL, 10);
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (fake_people_wall_time () + seconds);
      g_autofree char *end = g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
      gboolean has = !g_str_equal (w[1], "-");

      g_ptr_array_add (services, cusax_service_new ("turn", "udp", w[0], "3478", has ? "u" : NULL, has ? w[1] : NULL,
                                                    seconds != 0 ? end : NULL, TRUE));
    }
  g_assert_cmpuint (world.request, !=, 0);
  world.request = 0;
  world.done (world.data, services->len > 0 ? services : NULL, FALSE);
}

static void
fail (void)
{
  g_assert_cmpuint (world.request, !=, 0);
  world.request = 0;
  world.done (world.data, NULL, TRUE);
}

static void
pass (guint seconds)
{
  fake_people_pass (world.people, seconds * 1000);
}

/* ------------------------------------------------------------------ tests */

/* Nobody asks who is not wanted, or has no chat. */
static void
test_when (void)
{
  setup ();
  cusax_ice_services_set_chat_up (world.services, TRUE);
  world.on_pushed (world.pushed_data);
  cusax_ice_services_set_chat_up (world.services, FALSE);
  cusax_ice_services_set_wanted (world.services, TRUE);
  world.on_pushed (world.pushed_data);
  pass (1000);
  check ("");
  cusax_ice_services_set_chat_up (world.services, TRUE);
  check ("ask\n");
  answer ("a one 0");
  check ("servers a/one\n");
  pass (100000);
  check ("");
  cusax_ice_services_set_wanted (world.services, FALSE);
  check ("servers\n");
  teardown ();
}

/* At 80 % of what is left, and 30 s before the end at the latest; never sooner than 5 s. */
static void
test_renewal (void)
{
  static const struct
  {
    guint life, due;
  } cases[] = { { 86400, 69120 }, { 3600, 2880 }, { 151, 120 }, { 100, 70 }, { 40, 10 }, { 30, 5 }, { 8, 5 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *first = g_strdup_printf ("a one %u", cases[i].life);
      g_autofree char *second = g_strdup_printf ("a two %u", cases[i].life);

      start ();
      g_test_message ("%u", cases[i].life);
      answer (first);
      check ("servers a/one\n");
      pass (cases[i].due - 1);
      check ("");
      pass (1);
      check ("ask\n");
      answer (second);
      check ("servers a/two\n");
      pass (cases[i].due - 1);
      check ("");
      pass (1);
      check ("ask\n");
      answer (NULL);
      check ("servers\n");
      pass (100000);
      check ("");
      teardown ();
    }
}

/* The first that ends decides. */
static void
test_several (void)
{
  start ();
  answer ("a one 0,b two 1000,c three 100");
  check ("servers a/one b/two c/three\n");
  pass (70);
  check ("ask\n");
  answer ("a one 0,b two 930,c three 130");
  check ("servers a/one b/two c/three\n"); /* c lasts longer now */
  teardown ();
}

/* Nobody answers: what is known stays until it ends, and is asked for until it comes. */
static void
test_failures (void)
{
  start ();
  answer ("a one 100,b two 0");
  check ("servers a/one b/two\n");
  pass (70);
  check ("ask\n");
  fail ();
  pass (9);
  check ("");
  pass (1);
  check ("ask\n");
  fail ();
  pass (20); /* its end */
  check ("ask\nservers b/two\n");
  fail ();
  pass (40);
  check ("ask\n");
  fail ();
  pass (60);
  check ("ask\n");
  answer ("a three 100");
  check ("servers a/three\n");
  teardown ();
}

/* Known to nobody yet: slower and slower. */
static void
test_never_answered (void)
{
  start ();
  for (guint i = 0, delay = 10; i < 9; i++, delay = MIN (delay * 2, 600))
    {
      fail ();
      pass (delay - 1);
      check ("");
      pass (1);
      check ("ask\n");
    }
  teardown ();
}

/* Restricted without credentials, or over: not "there is nothing". */
static void
test_no_credentials (void)
{
  start ();
  answer ("a - 0");
  check ("");
  pass (10);
  check ("ask\n");
  answer ("a one -5");
  check ("");
  pass (20);
  check ("ask\n");
  answer ("a one 0");
  check ("servers a/one\n");
  teardown ();
}

/* Pushes and the return of chat ask at once; the servers stay meanwhile. */
static void
test_anew (void)
{
  start ();
  answer ("a one 1000");
  check ("servers a/one\n");
  world.on_pushed (world.pushed_data);
  check ("ask\n");
  world.on_pushed (world.pushed_data);
  check ("cancel\nask\n");
  answer ("a one 1000"); /* the same: nothing to tell */
  check ("");
  cusax_ice_services_set_chat_up (world.services, FALSE);
  pass (900);
  check (""); /* due, but nobody to ask */
  cusax_ice_services_set_chat_up (world.services, TRUE);
  check ("ask\n");
  cusax_ice_services_set_chat_up (world.services, FALSE);
  check ("cancel\n");
  pass (100);
  check ("servers\n"); /* ended */
  cusax_ice_services_set_chat_up (world.services, TRUE);
  check ("ask\n");
  answer ("b two 0");
  check ("servers b/two\n");
  teardown ();
}

/* The clock of the machine jumps over the end, as after sleep: noticed within a minute. */
static void
test_sleep (void)
{
  start ();
  answer ("a one 86400");
  check ("servers a/one\n");
  world.people->wall += 100000;
  pass (60);
  check ("ask\nservers\n");
  answer ("a two 86400");
  check ("servers a/two\n");
  teardown ();
}

static void
test_freed_while_told (void)
{
  start ();
  world.frees = TRUE;
  answer ("a one 100");
  check ("servers a/one\n");
  g_assert_null (world.services);
  teardown ();

  start ();
  answer ("a one 100");
  world.frees = TRUE;
  fake_people_forget (world.people);
  pass (100);
  check ("ask\nservers\ncancel\n");
  teardown ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ice-services/when", test_when);
  g_test_add_func ("/ice-services/renewal", test_renewal);
  g_test_add_func ("/ice-services/several", test_several);
  g_test_add_func ("/ice-services/failures", test_failures);
  g_test_add_func ("/ice-services/never-answered", test_never_answered);
  g_test_add_func ("/ice-services/no-credentials", test_no_credentials);
  g_test_add_func ("/ice-services/anew", test_anew);
  g_test_add_func ("/ice-services/sleep", test_sleep);
  g_test_add_func ("/ice-services/freed-while-told", test_freed_while_told);
  return g_test_run ();
}
