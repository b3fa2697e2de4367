/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of calls and for how long, over calls of plain values, a store in memory and two clocks. */
#include "history.h"

#include "fake-people.h"
#include "note.h"

#include <string.h>

#define HEAD "cusax-history 1\n"
#define NOW 1700000001 /* the wall time that the fakes begin with */
#define DAY (24 * 60 * 60)

/* ------------------------------------------------------------------- calls */

struct _CusaxCall
{
  gboolean outgoing;
  CusaxAddress *peer;
  const char *who, *name, *contact, *reason;
  const CusaxCallerId *caller;
  CusaxBindingGrade grade;
  CusaxCallEnd end;
  guint status, seconds, age;
};

#define GETTER(type, name, field)                                                                              \
  type cusax_call_##name (const CusaxCall *call)                                                               \
  {                                                                                                            \
    return call->field;                                                                                        \
  }

GETTER (gboolean, is_outgoing, outgoing)
GETTER (CusaxAddress *, get_peer, peer)
GETTER (const char *, get_who, who)
GETTER (const char *, get_display_name, name)
GETTER (const char *, get_contact, contact)
GETTER (const char *, get_end_reason, reason)
GETTER (const CusaxCallerId *, get_caller, caller)
GETTER (CusaxBindingGrade, get_grade, grade)
GETTER (CusaxCallEnd, get_end, end)
GETTER (guint, get_end_status, status)
GETTER (guint, get_seconds, seconds)
GETTER (guint, get_age, age)

/* ------------------------------------------------------------------ helpers */

static CusaxHistory *
history_new (FakePeople *people)
{
  return cusax_history_new (&people->store, &people->clock, fake_people_wall_time);
}

/* "1700000000 in new 0 missed... who|uri|name|contact|reason" */
static char *
describe (const CusaxHistoryEntry *entry)
{
  return g_strdup_printf (
    "%" G_GINT64_FORMAT " %s %s %us %d/%u %s|%s|%s|%s|%s", entry->started, entry->outgoing ? "out" : "in",
    entry->seen ? "seen" : "new", entry->seconds, (int) entry->end, entry->status, entry->who,
    entry->uri != NULL ? entry->uri : "-", entry->name != NULL ? entry->name : "-",
    entry->contact != NULL ? entry->contact : "-", entry->reason != NULL ? entry->reason : "-");
}

/* The names of all, newest first. */
static void
check_names (const CusaxHistory *history, const char *expected)
{
  const GPtrArray *entries = cusax_history_get_entries (history);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      const CusaxHistoryEntry *entry = g_ptr_array_index (entries, i);

      g_string_append_printf (names, "%s%s", i > 0 ? " " : "", entry->who);
    }
  g_assert_cmpstr (names->str, ==, expected);
}

static void
check_entry (const CusaxHistory *history, guint index, const char *expected)
{
  const GPtrArray *entries = cusax_history_get_entries (history);
  g_autofree char *text = NULL;

  g_assert_cmpuint (index, <, entries->len);
  text = describe (g_ptr_array_index (entries, index));
  g_assert_cmpstr (text, ==, expected);
}

/* A call of @who that came @age seconds ago and was not answered. */
static void
add_missed (CusaxHistory *history, const char *who, guint age)
{
  g_autoptr (CusaxAddress) peer = cusax_address_parse_uri ("sip:a@b.example", NULL);
  CusaxCall call = { .peer = peer, .who = who, .end = CUSAX_CALL_END_MISSED, .age = age };

  cusax_history_add (history, &call);
}

/* ------------------------------------------------------------------- tests */

static void
test_p20_entries (void)
{
  FakePeople *people = fake_people_new ();
  g_autoptr (CusaxAddress) peer = cusax_address_parse_uri ("sip:+33123@b.example;user=phone", NULL);
  CusaxCallerId hidden = { .is_anonymous = TRUE };
  const struct
  {
    CusaxCall call;
    const char *expected;
  } cases[] = {
    { { .outgoing = TRUE,
        .peer = peer,
        .who = "bob@b.example",
        .contact = "bob@b.example",
        .grade = CUSAX_BINDING_STRONG,
        .end = CUSAX_CALL_END_REMOTE,
        .seconds = 65,
        .age = 75 },
      "1699999926 out seen 65s 2/0 bob@b.example|sip:+33123@b.example;user=phone|-|bob@b.example|-" },
    { { .peer = peer,
        .who = "+33123",
        .name = "  Bob\t\xe2\x80\xae ",
        .contact = "bob@b.example",
        .grade = CUSAX_BINDING_WEAK,
        .end = CUSAX_CALL_END_MISSED,
        .status = 487,
        .age = 9 },
      "1699999992 in new 0s 7/487 +33123|sip:+33123@b.example;user=phone|Bob|-|-" },
    { { .peer = peer,
        .who = "Anonymous",
        .caller = &hidden,
        .contact = "bob@b.example",
        .grade = CUSAX_BINDING_STRONG,
        .end = CUSAX_CALL_END_MISSED },
      "1700000001 in new 0s 7/0 |-|-|-|-" },
    { { .who = "?", .end = CUSAX_CALL_END_REMOTE, .seconds = 1, .age = 1 },
      "1700000000 in seen 1s 2/0 |-|-|-|-" },
    { { .peer = peer, .who = "x", .end = CUSAX_CALL_END_LOCAL },
      "1700000001 in seen 0s 1/0 x|sip:+33123@b.example;user=phone|-|-|-" },
    { { .outgoing = TRUE,
        .peer = peer,
        .who = "x",
        .end = CUSAX_CALL_END_BUSY,
        .status = 486,
        .reason = "in\r\na meeting" },
      "1700000001 out seen 0s 5/486 x|sip:+33123@b.example;user=phone|-|-|in a meeting" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CusaxHistory *history = history_new (people);

      note (cases[i].expected);
      cusax_history_add (history, &cases[i].call);
      check_entry (history, 0, cases[i].expected);
      cusax_history_free (history);
      /* and the same after a restart */
      history = history_new (people);
      check_entry (history, 0, cases[i].expected);
      cusax_history_clear (history);
      cusax_history_free (history);
    }
  fake_people_free (people);
}

/* Which ends of an incoming call leave something to look at. */
static void
test_p20_missed (void)
{
  static const CusaxCallEnd unseen[]
    = { CUSAX_CALL_END_MISSED, CUSAX_CALL_END_NO_CODEC, CUSAX_CALL_END_NOT_PROTECTED,
        CUSAX_CALL_END_MEDIA,  CUSAX_CALL_END_NETWORK,  CUSAX_CALL_END_FAILED };
  static const CusaxCallEnd seen[]
    = { CUSAX_CALL_END_LOCAL,     CUSAX_CALL_END_REMOTE,      CUSAX_CALL_END_DECLINED_HERE,
        CUSAX_CALL_END_ELSEWHERE, CUSAX_CALL_END_TRANSFERRED, CUSAX_CALL_END_REPLACED };
  FakePeople *people = fake_people_new ();
  CusaxHistory *history = history_new (people);
  CusaxCall call = { .who = "x" };

  for (guint i = 0; i < G_N_ELEMENTS (seen); i++)
    {
      call.end = seen[i];
      cusax_history_add (history, &call);
    }
  g_assert_cmpuint (cusax_history_count_unseen (history), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (unseen); i++)
    {
      call.end = unseen[i];
      cusax_history_add (history, &call);
      call.outgoing = TRUE;
      cusax_history_add (history, &call);
      call.outgoing = FALSE;
      call.seconds = 1;
      cusax_history_add (history, &call);
      call.seconds = 0;
      g_assert_cmpuint (cusax_history_count_unseen (history), ==, i + 1);
    }
  cusax_history_mark_seen (history);
  g_assert_cmpuint (cusax_history_count_unseen (history), ==, 0);
  cusax_history_free (history);
  history = history_new (people);
  g_assert_cmpuint (cusax_history_count_unseen (history), ==, 0);
  g_assert_cmpuint (cusax_history_get_entries (history)->len, ==,
                    G_N_ELEMENTS (seen) + 3 * G_N_ELEMENTS (unseen));
  cusax_history_free (history);
  fake_people_free (people);
}

static void
test_refused (void)
{
  FakePeople *people = fake_people_new ();
  CusaxHistory *history = history_new (people);
  g_autoptr (CusaxAddress) peer = cusax_address_parse_uri ("sip:bob@b.example", NULL);

  cusax_history_add_refused (history, "bob@b.example", peer, "Bob", "bob@b.example", 486);
  check_entry (history, 0, "1700000001 in new 0s 7/486 bob@b.example|sip:bob@b.example|Bob|bob@b.example|-");
  cusax_history_add_refused (history, "Anonymous", NULL, NULL, NULL, 600);
  check_entry (history, 0, "1700000001 in new 0s 7/600 |-|-|-|-");
  g_assert_cmpuint (cusax_history_count_unseen (history), ==, 2);
  cusax_history_free (history);
  fake_people_free (people);
}

/* Written soon, once for several changes; what could not be written is with the next change, and at the end. */
static void
test_writing (void)
{
  FakePeople *people = fake_people_new ();
  CusaxHistory *history = history_new (people);

  fake_people_check (people, "load history\n");
  add_missed (history, "a", 0);
  add_missed (history, "b", 0);
  fake_people_pass (people, 1900);
  fake_people_check (people, "");
  fake_people_pass (people, 200);
  fake_people_check (people, "save history\n");
  fake_people_pass (people, 100000);
  fake_people_check (people, "");

  people->save_fails = TRUE;
  add_missed (history, "c", 0);
  fake_people_pass (people, 100000);
  fake_people_check (people, "save history\n");
  people->save_fails = FALSE;
  cusax_history_free (history);
  fake_people_check (people, "save history\n");

  history = history_new (people);
  check_names (history, "c b a");
  cusax_history_mark_seen (history);
  cusax_history_mark_seen (history);
  fake_people_pass (people, 3000);
  fake_people_check (people, "load history\nsave history\n");
  add_missed (history, "d", 0);
  cusax_history_clear (history); /* at once */
  fake_people_check (people, "save history\n");
  g_assert_cmpstr (fake_people_get_file (people, "history"), ==, HEAD);
  cusax_history_free (history);
  fake_people_check (people, "");
  fake_people_free (people);
}

static void
test_without_store (void)
{
  FakePeople *people = fake_people_new ();
  CusaxHistory *history = cusax_history_new (NULL, &people->clock, fake_people_wall_time);

  add_missed (history, "a", 0);
  check_names (history, "a");
  cusax_history_mark_seen (history);
  cusax_history_clear (history);
  check_names (history, "");
  cusax_history_free (history);
  fake_people_check (people, "");
  fake_people_free (people);
}

/* A long call that was waiting beside a short one stands where it began. */
static void
test_order (void)
{
  FakePeople *people = fake_people_new ();
  CusaxHistory *history = history_new (people);

  add_missed (history, "a", 1000);
  add_missed (history, "c", 10);
  add_missed (history, "b", 500);
  check_names (history, "c b a");
  cusax_history_free (history);
  fake_people_free (people);
}

static void
test_500 (void)
{
  FakePeople *people = fake_people_new ();
  CusaxHistory *history = history_new (people);
  const GPtrArray *entries;

  for (guint i = 0; i < 510; i++)
    {
      g_autofree char *who = g_strdup_printf ("n%u", i);

      add_missed (history, who, 0);
      fake_people_pass (people, 1000);
    }
  for (guint restart = 0; restart < 2; restart++)
    {
      entries = cusax_history_get_entries (history);
      g_assert_cmpuint (entries->len, ==, 500);
      g_assert_cmpstr (((CusaxHistoryEntry *) g_ptr_array_index (entries, 0))->who, ==, "n509");
      g_assert_cmpstr (((CusaxHistoryEntry *) g_ptr_array_index (entries, 499))->who, ==, "n10");
      cusax_history_free (history);
      history = history_new (people);
    }
  cusax_history_free (history);
  fake_people_free (people);
}

static void
test_year (void)
{
  FakePeople *people = fake_people_new ();
  CusaxHistory *history = history_new (people);

  add_missed (history, "old", 0);
  people->wall += 100 * DAY;
  cusax_history_free (history);
  history = history_new (people);
  add_missed (history, "newer", 0);
  cusax_history_free (history);
  people->wall += 264 * DAY;
  history = history_new (people);
  check_names (history, "newer old");
  cusax_history_free (history);
  people->wall += 2 * DAY;
  history = history_new (people);
  check_names (history, "newer");
  cusax_history_free (history);
  g_assert_null (strstr (fake_people_get_file (people, "history"), "old"));
  fake_people_free (people);
}

/* While the program runs its own clock knows better; after a jump nothing is lost, and the order stays. */
static void
test_wall_time_jumps (void)
{
  FakePeople *people = fake_people_new ();
  CusaxHistory *history = history_new (people);

  add_missed (history, "a", 0);
  people->wall += 3000 * (gint64) DAY;
  add_missed (history, "b", 0);
  check_names (history, "b a");
  people->wall -= 6000 * (gint64) DAY;
  add_missed (history, "c", 0);
  check_names (history, "c b a");
  people->wall = 0; /* a machine without a battery */
  add_missed (history, "d", 60);
  check_names (history, "d c b a");
  cusax_history_free (history);
  history = history_new (people);
  check_names (history, "d c b a");
  cusax_history_free (history);
  fake_people_free (people);
}

#define LINE(started, who) started "\tin\tnew\t0\tmissed\t0\t" who "\t\t\t\t\n"

/* What can be read is kept, the rest is set aside for people. */
static void
test_hostile_files (void)
{
  static const struct
  {
    const char *file;
    gboolean is_broken;
    const char *names;
  } cases[] = {
    { HEAD, FALSE, "" },
    { HEAD LINE ("1700000000", "b") LINE ("1699999999", "a"), FALSE, "b a" },
    { HEAD "1700000000\tout\tseen\t4294967295\tfailed\t699\t%41%20b\tsip:a@b.example\tA%0Bb\t\t\n", TRUE, "" },
    { HEAD "1700000000\tout\tseen\t4294967295\tfailed\t699\t%41%20b\tsip:a@b.example\tAb\tc@d\tno\n", FALSE,
      "A b" },
    { HEAD LINE ("9999999999", "future"), FALSE, "future" },
    /* another file, or a later version */
    { "", TRUE, "" },
    { "x", TRUE, "" },
    { "cusax-history 2\n" LINE ("1700000000", "a"), TRUE, "" },
    { "cusax-history 1" LINE ("1700000000", "a"), TRUE, "" },
    { "\xff\xfe\xfd\n\n", TRUE, "" },
    /* cut off */
    { HEAD LINE ("1700000000", "a") "1699999999\tin\tnew", TRUE, "a" },
    { HEAD LINE ("1700000000", "a") "\n" LINE ("1699999999", "b"), TRUE, "a b" },
    /* fields that are none */
    { HEAD LINE ("", "a") LINE ("1700000000", "b"), TRUE, "b" },
    { HEAD LINE ("-1", "a"), TRUE, "" },
    { HEAD LINE ("+1", "a"), TRUE, "" },
    { HEAD LINE ("99999999999999999999", "a"), TRUE, "" },
    { HEAD LINE ("1700000000", "%zz"), TRUE, "" },
    { HEAD LINE ("1700000000", "%00"), TRUE, "" },
    { HEAD LINE ("1700000000", "%0A"), TRUE, "" },
    { HEAD LINE ("1700000000", "\xff"), TRUE, "" },
    { HEAD LINE ("1700000000", "%FF"), TRUE, "" },
    { HEAD LINE ("1700000000", "a\tb"), TRUE, "" },
    { HEAD "1700000000\tup\tnew\t0\tmissed\t0\ta\t\t\t\t\n", TRUE, "" },
    { HEAD "1700000000\tin\t\t0\tmissed\t0\ta\t\t\t\t\n", TRUE, "" },
    { HEAD "1700000000\tin\tnew\t4294967296\tmissed\t0\ta\t\t\t\t\n", TRUE, "" },
    { HEAD "1700000000\tin\tnew\t0\texploded\t0\ta\t\t\t\t\n", TRUE, "" },
    { HEAD "1700000000\tin\tnew\t0\tmissed\t700\ta\t\t\t\t\n", TRUE, "" },
    { HEAD "1700000000\tin\tnew\t0\tmissed\t0\ta\thttp://x\t\t\t\n", TRUE, "" },
    { HEAD "1700000000\tin\tnew\t0\tmissed\t0\ta\t\t\t\n", TRUE, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FakePeople *people = fake_people_new ();
      CusaxHistory *history = NULL;

      note (cases[i].file);
      fake_people_set_file (people, "history", cases[i].file);
      history = history_new (people);
      check_names (history, cases[i].names);
      fake_people_check (people, cases[i].is_broken ? "load history\nset aside history\n" : "load history\n");
      cusax_history_free (history);
      /* what was kept is whole now */
      fake_people_forget (people);
      history = history_new (people);
      check_names (history, cases[i].names);
      fake_people_check (people, "load history\n");
      cusax_history_free (history);
      fake_people_free (people);
    }
}

static void
test_bounds (void)
{
  FakePeople *people = fake_people_new ();
  g_autoptr (GString) file = g_string_new (HEAD);
  g_autofree char *name = g_strnfill (4000, 'a');
  CusaxHistory *history = NULL;

  g_string_append_printf (file, LINE ("1700000000", "%s"), name);
  for (guint i = 0; i < 600; i++)
    g_string_append_printf (file, LINE ("1700000000", "n%u"), i);
  fake_people_set_file (people, "history", file->str);
  history = history_new (people);
  g_assert_cmpuint (cusax_history_get_entries (history)->len, ==, 500);
  cusax_history_free (history);

  while (file->len <= 9 * 1024 * 1024)
    g_string_append (file, LINE ("1700000000", "a"));
  fake_people_set_file (people, "history", file->str);
  history = history_new (people);
  check_names (history, "");
  cusax_history_free (history);

  people->load_fails = TRUE;
  history = history_new (people);
  check_names (history, "");
  cusax_history_free (history);
  fake_people_free (people);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/history/p20-entries", test_p20_entries);
  g_test_add_func ("/history/p20-missed", test_p20_missed);
  g_test_add_func ("/history/refused", test_refused);
  g_test_add_func ("/history/writing", test_writing);
  g_test_add_func ("/history/without-store", test_without_store);
  g_test_add_func ("/history/order", test_order);
  g_test_add_func ("/history/500", test_500);
  g_test_add_func ("/history/year", test_year);
  g_test_add_func ("/history/wall-time-jumps", test_wall_time_jumps);
  g_test_add_func ("/history/hostile-files", test_hostile_files);
  g_test_add_func ("/history/bounds", test_bounds);
  return g_test_run ();
}
