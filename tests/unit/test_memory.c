/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person decided, kept over restarts (R26, R43, R52, P9). */
#include "memory.h"

#include "fake-people.h"
#include "settings.h"

#include <string.h>

static CusaxConfig *
config_new (const char *settings)
{
  g_autoptr (GError) error = NULL;
  CusaxConfig *config = settings_config ("alice@example.org/desk", "secret", settings, &error);

  g_assert_no_error (error);
  return config;
}

static CusaxMemory *
restart (FakePeople *people, CusaxMemory *memory)
{
  cusax_memory_free (memory);
  return cusax_memory_new (&people->store);
}

static void
test_consent_is_per_exact_number (void)
{
  FakePeople *people = fake_people_new ();
  CusaxMemory *memory = cusax_memory_new (&people->store);
  static const char *const others[]
    = { "tel:+3317762433", "tel:+331776243399", "tel:+33177624330", "tel:33177624339", "TEL:+33177624339", "" };

  g_assert_false (cusax_memory_is_allowed (memory, "tel:+33177624339"));
  cusax_memory_allow (memory, "tel:+33177624339");
  for (int run = 0; run < 2; run++)
    {
      g_assert_true (cusax_memory_is_allowed (memory, "tel:+33177624339"));
      for (guint i = 0; i < G_N_ELEMENTS (others); i++)
        g_assert_false (cusax_memory_is_allowed (memory, others[i]));
      memory = restart (people, memory);
    }
  cusax_memory_free (memory);
  fake_people_free (people);
}

static void
test_domains_are_told_once (void)
{
  FakePeople *people = fake_people_new ();
  CusaxMemory *memory = cusax_memory_new (&people->store);

  cusax_memory_set_told (memory, "Other.Example");
  fake_people_forget (people);
  cusax_memory_set_told (memory, "other.example");
  fake_people_check (people, ""); /* nothing new, nothing written */
  memory = restart (people, memory);
  g_assert_true (cusax_memory_was_told (memory, "other.example"));
  g_assert_true (cusax_memory_was_told (memory, "OTHER.example"));
  g_assert_false (cusax_memory_was_told (memory, "another.example"));
  cusax_memory_free (memory);
  fake_people_free (people);
}

static void
test_choice_is_remembered (void)
{
  FakePeople *people = fake_people_new ();
  CusaxMemory *memory = cusax_memory_new (&people->store);

  cusax_memory_set_choice (memory, "bob@example.org", "tel:+331");
  cusax_memory_set_choice (memory, "bob@example.org", "tel:+332");
  memory = restart (people, memory);
  g_assert_cmpstr (cusax_memory_get_choice (memory, "bob@example.org"), ==, "tel:+332");
  g_assert_null (cusax_memory_get_choice (memory, "bo@example.org"));
  cusax_memory_free (memory);
  fake_people_free (people);
}

static void
check_attached (CusaxMemory *memory, const char *jid, const char *expected)
{
  g_auto (GStrv) targets = cusax_memory_list_attached (memory, jid);
  g_autofree char *all = g_strjoinv (" ", targets);

  g_assert_cmpstr (all, ==, expected);
}

static void
test_an_address_is_attached_to_one (void)
{
  FakePeople *people = fake_people_new ();
  CusaxMemory *memory = cusax_memory_new (&people->store);

  cusax_memory_attach (memory, "tel:+332", "sip:+332@example.org;user=phone", "bob@example.org");
  cusax_memory_attach (memory, "tel:+331", "sip:+331@example.org;user=phone", "bob@example.org");
  memory = restart (people, memory);
  check_attached (memory, "bob@example.org", "sip:+331@example.org;user=phone sip:+332@example.org;user=phone");
  cusax_memory_attach (memory, "tel:+331", "sip:+331@example.org;user=phone", "carol@example.org");
  memory = restart (people, memory);
  g_assert_cmpstr (cusax_memory_get_attached (memory, "tel:+331"), ==, "carol@example.org");
  check_attached (memory, "bob@example.org", "sip:+332@example.org;user=phone");
  cusax_memory_detach (memory, "tel:+332");
  memory = restart (people, memory);
  check_attached (memory, "bob@example.org", "");
  g_assert_null (cusax_memory_get_attached (memory, "tel:+332"));
  cusax_memory_free (memory);
  fake_people_free (people);
}

static void
test_attached_keys_follow_the_country (void)
{
  FakePeople *people = fake_people_new ();
  CusaxMemory *memory = cusax_memory_new (&people->store);
  g_autoptr (CusaxConfig) config = config_new ("country_code=33\ntrunk_prefix=0");

  cusax_memory_attach (memory, "tel:0177624339", "sip:0177624339@example.org;user=phone", "bob@example.org");
  cusax_memory_renew_keys (memory, config);
  memory = restart (people, memory);
  g_assert_cmpstr (cusax_memory_get_attached (memory, "tel:+33177624339"), ==, "bob@example.org");
  g_assert_null (cusax_memory_get_attached (memory, "tel:0177624339"));
  check_attached (memory, "bob@example.org", "sip:0177624339@example.org;user=phone");
  fake_people_forget (people);
  cusax_memory_renew_keys (memory, config);
  fake_people_check (people, "");
  cusax_memory_free (memory);
  fake_people_free (people);
}

/* Keys are made of what strangers wrote: nothing of it may be syntax of the file. */
static void
test_hostile_texts_survive (void)
{
  static const char *const texts[] = {
    "sip:a=b@example.org",
    "sip:[2001:db8::1]",
    "# comment",
    "[allowed]",
    "a\nb=c",
    " leading",
    "trailing ",
    "100%41",
    "\xc3\xa4@x.y",
    "a;b;c",
    "\\n\\s",
    "sip:a%20b@example.org",
    "key[de]=x",
    "\t",
    "=",
    "sip:a@[::1]:5060",
    "\xe2\x80\xae"
    "abc",
  };
  FakePeople *people = fake_people_new ();
  CusaxMemory *memory = cusax_memory_new (&people->store);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      cusax_memory_allow (memory, texts[i]);
      cusax_memory_set_choice (memory, texts[i], texts[(i + 1) % G_N_ELEMENTS (texts)]);
    }
  memory = restart (people, memory);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_true (cusax_memory_is_allowed (memory, texts[i]));
      g_assert_cmpstr (cusax_memory_get_choice (memory, texts[i]), ==, texts[(i + 1) % G_N_ELEMENTS (texts)]);
    }
  g_assert_false (cusax_memory_is_allowed (memory, "c"));
  g_assert_null (fake_people_get_file (people, "people.broken"));
  cusax_memory_free (memory);
  fake_people_free (people);
}

static void
test_a_broken_file_is_set_aside (void)
{
  static const char *const files[] = {
    "",
    "nonsense",
    "[people]\nversion=2\n[allowed]\ntel=yes\n",
    "[people]\nversion=x\n",
    "[allowed]\ntel=yes\n",
    "[people]\nversion=1\n[allowed\ntel=yes\n",
    "\xff\xfe[people]\nversion=1\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      FakePeople *people = fake_people_new ();
      CusaxMemory *memory = NULL;

      fake_people_set_file (people, "people", files[i]);
      memory = cusax_memory_new (&people->store);
      fake_people_check (people, "load people\nset aside people\n");
      g_assert_cmpstr (fake_people_get_file (people, "people.broken"), ==, files[i]);
      g_assert_false (cusax_memory_is_allowed (memory, "tel"));
      cusax_memory_allow (memory, "tel");
      memory = restart (people, memory);
      g_assert_true (cusax_memory_is_allowed (memory, "tel"));
      cusax_memory_free (memory);
      fake_people_free (people);
    }
}

static void
test_odd_entries_are_left_out (void)
{
  FakePeople *people = fake_people_new ();
  CusaxMemory *memory = NULL;

  fake_people_set_file (people, "people",
                        "[people]\nversion=1\n[allowed]\na%zz=yes\n%ff=yes\n%00=yes\nb=\\q\ngood=yes\n"
                        "[attached]\none=bob@example.org\n[attached-address]\ntwo=sip:x@example.org\n"
                        "[of a later version]\nx=y\n");
  memory = cusax_memory_new (&people->store);
  g_assert_true (cusax_memory_is_allowed (memory, "good"));
  g_assert_false (cusax_memory_is_allowed (memory, "\xff"));
  g_assert_false (cusax_memory_is_allowed (memory, ""));
  g_assert_null (cusax_memory_get_attached (memory, "one"));
  cusax_memory_allow (memory, "more");
  g_assert_null (strstr (fake_people_get_file (people, "people"), "one="));
  g_assert_null (strstr (fake_people_get_file (people, "people"), "two="));
  check_attached (memory, "bob@example.org", "");
  cusax_memory_free (memory);
  fake_people_free (people);
}

/* R43: a permission that somebody took back by hand is none. */
static void
test_no_means_no (void)
{
  FakePeople *people = fake_people_new ();
  CusaxMemory *memory = NULL;

  fake_people_set_file (people, "people",
                        "[people]\nversion=1\n[allowed]\none=no\ntwo=\nthree=yes\n[told]\nother.example=no\n");
  memory = cusax_memory_new (&people->store);
  g_assert_false (cusax_memory_is_allowed (memory, "one"));
  g_assert_false (cusax_memory_is_allowed (memory, "two"));
  g_assert_true (cusax_memory_is_allowed (memory, "three"));
  g_assert_false (cusax_memory_was_told (memory, "other.example"));
  cusax_memory_allow (memory, "one");
  memory = restart (people, memory);
  g_assert_true (cusax_memory_is_allowed (memory, "one"));
  cusax_memory_free (memory);
  fake_people_free (people);
}

static void
test_memory_is_bounded (void)
{
  FakePeople *people = fake_people_new ();
  CusaxMemory *memory = cusax_memory_new (&people->store);
  g_autofree char *long_text = g_strnfill (4000, 'a');
  g_autoptr (GString) file = g_string_new ("[people]\nversion=1\n[allowed]\n");

  cusax_memory_allow (memory, long_text);
  cusax_memory_allow (memory, "");
  cusax_memory_attach (memory, "key", long_text, "bob@example.org");
  cusax_memory_attach (memory, long_text, "sip:x@example.org", "bob@example.org");
  g_assert_false (cusax_memory_is_allowed (memory, long_text));
  g_assert_false (cusax_memory_is_allowed (memory, ""));
  g_assert_null (cusax_memory_get_attached (memory, "key"));
  check_attached (memory, "bob@example.org", "");
  for (guint i = 0; i < 10005; i++)
    g_string_append_printf (file, "key%u=yes\n", i);
  fake_people_set_file (people, "people", file->str);
  memory = restart (people, memory);
  g_assert_true (cusax_memory_is_allowed (memory, "key9999"));
  g_assert_false (cusax_memory_is_allowed (memory, "key10000"));
  cusax_memory_allow (memory, "one more");
  g_assert_false (cusax_memory_is_allowed (memory, "one more"));
  cusax_memory_free (memory);
  fake_people_free (people);
}

static void
test_the_relation_is_stored (void)
{
  FakePeople *people = fake_people_new ();
  CusaxMemory *memory = cusax_memory_new (&people->store);
  g_autoptr (CusaxConfig) derived = config_new ("");
  g_autoptr (CusaxConfig) typed
    = config_new ("sip_address=alice@sip.example.net\nrelated_domains=a.example b.example");
  const char *file = NULL;

  cusax_memory_set_relation (memory, derived);
  file = fake_people_get_file (people, "people");
  g_assert_nonnull (strstr (file, "\njid=alice@example.org\n"));
  g_assert_nonnull (strstr (file, "\naddress=sip:alice@example.org\n"));
  g_assert_nonnull (strstr (file, "\norigin=derived\n"));
  memory = restart (people, memory);
  fake_people_forget (people);
  cusax_memory_set_relation (memory, derived);
  fake_people_check (people, "");

  cusax_memory_set_relation (memory, typed);
  file = fake_people_get_file (people, "people");
  g_assert_nonnull (strstr (file, "\naddress=sip:alice@sip.example.net\n"));
  g_assert_nonnull (strstr (file, "\nrelated_domains=a.example b.example\n"));
  g_assert_nonnull (strstr (file, "\norigin=typed\n"));
  cusax_memory_free (memory);
  fake_people_free (people);
}

/* Whatever fails, decisions hold in this run, and are written as soon as it is possible. */
static void
test_the_nth_port_call_fails (void)
{
  for (guint n = 1; n <= 4; n++)
    {
      FakePeople *people = fake_people_new ();
      CusaxMemory *memory = NULL;

      people->fail_at = n;
      memory = cusax_memory_new (&people->store);             /* 1: load */
      cusax_memory_allow (memory, "tel:+331");                /* 2: save */
      cusax_memory_set_choice (memory, "bob@x.example", "k"); /* 3: save */
      g_assert_true (cusax_memory_is_allowed (memory, "tel:+331"));
      g_assert_cmpstr (cusax_memory_get_choice (memory, "bob@x.example"), ==, "k");
      memory = restart (people, memory); /* n == 3: saved by free; n == 4: load fails */
      g_assert_cmpint (cusax_memory_is_allowed (memory, "tel:+331"), ==, n != 4);
      g_assert_cmpint (cusax_memory_get_choice (memory, "bob@x.example") != NULL, ==, n != 4);
      cusax_memory_free (memory);
      fake_people_free (people);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory/R43-consent-is-per-exact-number", test_consent_is_per_exact_number);
  g_test_add_func ("/memory/R43-domains-are-told-once", test_domains_are_told_once);
  g_test_add_func ("/memory/R26-choice-is-remembered", test_choice_is_remembered);
  g_test_add_func ("/memory/P9-an-address-is-attached-to-one", test_an_address_is_attached_to_one);
  g_test_add_func ("/memory/P9-attached-keys-follow-the-country", test_attached_keys_follow_the_country);
  g_test_add_func ("/memory/hostile-texts-survive", test_hostile_texts_survive);
  g_test_add_func ("/memory/a-broken-file-is-set-aside", test_a_broken_file_is_set_aside);
  g_test_add_func ("/memory/odd-entries-are-left-out", test_odd_entries_are_left_out);
  g_test_add_func ("/memory/memory-is-bounded", test_memory_is_bounded);
  g_test_add_func ("/memory/R43-no-means-no", test_no_means_no);
  g_test_add_func ("/memory/R52-the-relation-is-stored", test_the_relation_is_stored);
  g_test_add_func ("/memory/the-nth-port-call-fails", test_the_nth_port_call_fails);
  return g_test_run ();
}
