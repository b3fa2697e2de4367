/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "identity.h"
#include "cache-lines.h"
#include "note.h"

#include <malloc.h>
#include <string.h>

/* Cards without settings: as from the cache file. */
static CusaxCard *
card (const char *jid, const char *entries)
{
  g_autofree char *line = g_strconcat ("R\t1\t", jid, entries, NULL);
  CusaxCard *made = cusax_card_from_line (line, strlen (line));

  g_assert_nonnull (made);
  return made;
}

static void
put (CusaxIdentity *identity, const char *jid, const char *entries)
{
  g_autoptr (CusaxCard) made = card (jid, entries);

  cusax_identity_put (identity, made);
}

/* The claimant's JID, "none" or "contested". */
static const char *
find (const CusaxIdentity *identity, const char *key)
{
  CusaxCard *found = NULL;
  guint n = cusax_identity_find (identity, key, &found);

  g_assert_cmpuint (n, ==, cusax_identity_find (identity, key, NULL));
  g_assert_true ((found != NULL) == (n == 1));
  return n == 1 ? cusax_card_get_jid (found) : n == 0 ? "none" : "contested";
}

static void
test_r29_both_ways (void)
{
  g_autoptr (CusaxIdentity) identity = cusax_identity_new ();

  g_assert_cmpuint (cusax_identity_get_size (identity), ==, 0);
  g_assert_null (cusax_identity_get (identity, "a@x.example"));
  g_assert_cmpstr (find (identity, "tel:+331"), ==, "none");
  put (identity, "a@x.example", "\t0\t101\ttel:+331\t+33 1\t0\t101\tsip:a@x.example\tsip:a@x.example");
  put (identity, "b@x.example", "");
  g_assert_cmpuint (cusax_identity_get_size (identity), ==, 2);
  g_assert_cmpstr (cusax_card_get_jid (cusax_identity_get (identity, "a@x.example")), ==, "a@x.example");
  g_assert_cmpuint (cusax_card_get_n_entries (cusax_identity_get (identity, "b@x.example")), ==, 0);
  g_assert_cmpstr (find (identity, "tel:+331"), ==, "a@x.example");
  g_assert_cmpstr (find (identity, "sip:a@x.example"), ==, "a@x.example");
  cusax_identity_remove (identity, "a@x.example");
  cusax_identity_remove (identity, "a@x.example");
  cusax_identity_remove (identity, "unknown@x.example");
  g_assert_cmpuint (cusax_identity_get_size (identity), ==, 1);
  g_assert_cmpstr (find (identity, "tel:+331"), ==, "none");
}

/* R31: a part of a key, or the same in another case, is another key. */
static void
test_r31_equality_only (void)
{
  static const char *const strangers[] = { "",
                                           "tel:",
                                           "tel:+3",
                                           "tel:+33177624",
                                           "tel:+331776243399",
                                           "tel:624339",
                                           "624339",
                                           "+33177624339",
                                           "TEL:+33177624339",
                                           "sip:alice@x",
                                           "sip:Alice@x.example",
                                           "sip:alice@x.example.evil.example",
                                           "alice@x.example",
                                           "ip:alice@x.example",
                                           "alice@j.example" };
  g_autoptr (CusaxIdentity) identity = cusax_identity_new ();

  put (identity, "alice@j.example",
       "\t0\t101\ttel:+33177624339\t+33.1.77.62.43.39\t0\t101\tsip:alice@x.example\tsip:alice@x."
       "example\t0\t101\t\t?");
  g_assert_cmpstr (find (identity, "tel:+33177624339"), ==, "alice@j.example");
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      note (strangers[i]);
      g_assert_cmpstr (find (identity, strangers[i]), ==, "none");
    }
}

/* R31: what two claim belongs to neither, until one lets go. */
static void
test_r31_contested (void)
{
  g_autoptr (CusaxIdentity) identity = cusax_identity_new ();

  put (identity, "ceo@corp.example", "\t0\t101\ttel:+331\t+331");
  put (identity, "liar@evil.example",
       "\t0\t101\ttel:+332\t+332\t0\t101\ttel:+331\t+331\t0\t101\ttel:+331\t0331");
  g_assert_cmpstr (find (identity, "tel:+331"), ==, "contested");
  g_assert_cmpstr (find (identity, "tel:+332"), ==, "liar@evil.example");
  put (identity, "third@corp.example", "\t0\t101\ttel:+331\t+331");
  cusax_identity_remove (identity, "ceo@corp.example");
  g_assert_cmpstr (find (identity, "tel:+331"), ==, "contested");
  put (identity, "third@corp.example", "");
  g_assert_cmpstr (find (identity, "tel:+331"), ==, "liar@evil.example");
  put (identity, "liar@evil.example", "\t0\t101\ttel:+332\t+332");
  g_assert_cmpstr (find (identity, "tel:+331"), ==, "none");
  g_assert_cmpstr (find (identity, "tel:+332"), ==, "liar@evil.example");
}

/* R22: FAX 20, PAGER 40, MODEM 80, BBS 100: no person calls from there. */
static void
test_r22_machines (void)
{
  g_autoptr (CusaxIdentity) identity = cusax_identity_new ();

  put (identity, "a@x.example",
       "\t20\t101\ttel:1\t1\t40\t101\ttel:2\t2\t80\t101\ttel:3\t3\t100\t101\ttel:4\t4\t25\t101\ttel:"
       "5\t5\t204\t1\ttel:6\t6");
  for (guint i = 1; i <= 5; i++)
    {
      g_autofree char *key = g_strdup_printf ("tel:%u", i);

      g_assert_cmpstr (find (identity, key), ==, "none");
    }
  g_assert_cmpstr (find (identity, "tel:6"), ==, "a@x.example");

  /* the same number as fax and as telephone is a telephone's */
  put (identity, "a@x.example", "\t20\t101\ttel:1\t1\t4\t101\ttel:1\t1");
  g_assert_cmpstr (find (identity, "tel:1"), ==, "a@x.example");
  put (identity, "b@x.example", "\t20\t101\ttel:1\t1");
  g_assert_cmpstr (find (identity, "tel:1"), ==, "a@x.example");
  put (identity, "a@x.example", "");
  g_assert_cmpstr (find (identity, "tel:1"), ==, "none");
}

/* The card that is in the index may be put again, and outlives it. */
static void
test_ownership (void)
{
  CusaxIdentity *identity = cusax_identity_new ();
  g_autoptr (CusaxCard) mine = card ("a@x.example", "\t0\t101\ttel:1\t1");

  cusax_identity_put (identity, mine);
  cusax_identity_put (identity, mine);
  cusax_identity_put (identity, cusax_identity_get (identity, "a@x.example"));
  cusax_identity_remove (identity, cusax_card_get_jid (mine));
  g_assert_cmpuint (cusax_identity_get_size (identity), ==, 0);
  cusax_identity_put (identity, mine);
  put (identity, "b@x.example", "\t0\t101\ttel:1\t1");
  cusax_identity_free (identity);
  g_assert_cmpstr (cusax_card_get_jid (mine), ==, "a@x.example");
}

/* A switchboard's number in everybody's card. */
static void
test_many_claimants (void)
{
  g_autoptr (CusaxIdentity) identity = cusax_identity_new ();
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *jid = g_strdup_printf ("user%u@corp.example", i);

      put (identity, jid, "\t1\t101\ttel:+33100\t+33100");
    }
  g_assert_cmpstr (find (identity, "tel:+33100"), ==, "contested");
  for (guint i = 1; i < 20000; i++)
    {
      g_autofree char *jid = g_strdup_printf ("user%u@corp.example", i);

      cusax_identity_remove (identity, jid);
    }
  g_assert_cmpstr (find (identity, "tel:+33100"), ==, "user0@corp.example");
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
}

static gsize
used_bytes (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

/* 100,000 contacts with their cards: at most 200 bytes each, and every one is found from both sides.
 * tests/bench has the times; here is only what no slow machine excuses. */
static void
test_large (void)
{
  const guint count = 100000;
  gsize before = used_bytes ();
  gint64 start = g_get_monotonic_time ();
  g_autoptr (CusaxIdentity) identity = cusax_identity_new ();
  g_autoptr (GString) line = g_string_new (NULL);
  gsize bytes;

  for (guint i = 0; i < count; i++)
    {
      g_autoptr (CusaxCard) made = NULL;

      g_string_truncate (line, 0);
      cache_lines_append (line, i);
      made = cusax_card_from_line (line->str, line->len - 1);
      g_assert_nonnull (made);
      cusax_identity_put (identity, made);
    }
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_USEC_PER_SEC);
  bytes = (used_bytes () - before) / count;
  g_test_message ("%" G_GSIZE_FORMAT " bytes each", bytes);
  if (before > 0) /* sanitizers have a heap of their own */
    g_assert_cmpuint (bytes, <=, 200);

  g_assert_cmpuint (cusax_identity_get_size (identity), ==, count);
  for (guint i = 0; i < count; i += 7)
    {
      g_autofree char *jid = cache_lines_jid (i);
      g_autofree char *number = cache_lines_number (i);
      g_autofree char *key = g_strconcat ("tel:", number, NULL);

      g_assert_nonnull (cusax_identity_get (identity, jid));
      g_assert_cmpstr (find (identity, key), ==, jid);
    }
}

/* ----------------------------------------------------------- against a model */

#define N_JIDS 12
#define N_KEYS 9

typedef struct
{
  gboolean exists[N_JIDS];
  gboolean claims[N_JIDS][N_KEYS];
} Model;

static void
random_put (CusaxIdentity *identity, Model *model, GRand *random, guint who)
{
  g_autoptr (GString) entries = g_string_new (NULL);
  g_autofree char *jid = g_strdup_printf ("user%u@x.example", who);

  memset (model->claims[who], 0, sizeof model->claims[who]);
  model->exists[who] = TRUE;
  for (int n = g_rand_int_range (random, 0, 6); n > 0; n--)
    {
      guint key = (guint) g_rand_int_range (random, 0, N_KEYS);
      gboolean fax = g_rand_int_range (random, 0, 5) == 0;

      g_string_append_printf (entries, "\t%x\t101\ttel:+33%u\t033%u", fax ? CUSAX_TEL_FAX | CUSAX_TEL_WORK : 0,
                              key, key);
      model->claims[who][key] |= !fax;
    }
  put (identity, jid, entries->str);
}

static void
compare (const CusaxIdentity *identity, const Model *model)
{
  guint size = 0;

  for (guint who = 0; who < N_JIDS; who++)
    {
      g_autofree char *jid = g_strdup_printf ("user%u@x.example", who);
      CusaxCard *found = cusax_identity_get (identity, jid);

      size += model->exists[who] ? 1 : 0;
      g_assert_true ((found != NULL) == model->exists[who]);
      if (found != NULL)
        g_assert_cmpstr (cusax_card_get_jid (found), ==, jid);
    }
  g_assert_cmpuint (cusax_identity_get_size (identity), ==, size);
  for (guint key = 0; key < N_KEYS; key++)
    {
      g_autofree char *text = g_strdup_printf ("tel:+33%u", key);
      g_autofree char *expected = g_strdup ("none");
      guint n = 0;

      for (guint who = 0; who < N_JIDS; who++)
        if (model->exists[who] && model->claims[who][key])
          {
            g_free (expected);
            expected = n++ == 0 ? g_strdup_printf ("user%u@x.example", who) : g_strdup ("contested");
          }
      g_assert_cmpstr (find (identity, text), ==, expected);
    }
}

static void
test_r31_property (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (6993);

  for (guint round = 0; round < 40; round++)
    {
      g_autoptr (CusaxIdentity) identity = cusax_identity_new ();
      Model model = { 0 };

      for (guint step = 0; step < 500; step++)
        {
          guint who = (guint) g_rand_int_range (random, 0, N_JIDS);

          if (g_rand_int_range (random, 0, 3) == 0)
            {
              g_autofree char *jid = g_strdup_printf ("user%u@x.example", who);

              cusax_identity_remove (identity, jid);
              model.exists[who] = FALSE;
            }
          else
            random_put (identity, &model, random, who);
          compare (identity, &model);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/identity/r29-both-ways", test_r29_both_ways);
  g_test_add_func ("/identity/r31-equality-only", test_r31_equality_only);
  g_test_add_func ("/identity/r31-contested", test_r31_contested);
  g_test_add_func ("/identity/r22-machines", test_r22_machines);
  g_test_add_func ("/identity/ownership", test_ownership);
  g_test_add_func ("/identity/many-claimants", test_many_claimants);
  g_test_add_func ("/identity/large", test_large);
  g_test_add_func ("/identity/r31-property", test_r31_property);
  return g_test_run ();
}
