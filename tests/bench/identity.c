/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The index JID <-> addresses, built from the lines of its cache file: how long, how large, how fast a caller
 * is found; beside it plain hash tables of copied strings from the same lines. bench_identity [contacts].
 * Prints a table; judges nothing.
 */
#include "binding.h"
#include "cache-lines.h"
#include "settings.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_UPS 1000000
#define GRADES 200000

/* Of the processor: there is no waiting here, and what else runs on the machine does not count. */
static double
now_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static double
used_bytes (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return (double) info.uordblks + (double) info.hblkhd;
}

static CusaxIdentity *
build (const GString *text)
{
  CusaxIdentity *identity = cusax_identity_new ();

  for (const char *p = text->str; *p != '\0';)
    {
      const char *end = strchr (p, '\n');
      g_autoptr (CusaxCard) card = cusax_card_from_line (p, (gsize) (end - p));

      cusax_identity_put (identity, card);
      p = end + 1;
    }
  return identity;
}

/* The peer: what one would write first. */
typedef struct
{
  GHashTable *lines;     /* JID -> GStrv of its fields */
  GHashTable *claimants; /* key -> JID */
} Plain;

static Plain
build_plain (const GString *text)
{
  Plain plain = { g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_strfreev),
                  g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) };

  for (const char *p = text->str; *p != '\0';)
    {
      const char *end = strchr (p, '\n');
      g_autofree char *line = g_strndup (p, (gsize) (end - p));
      char **fields = g_strsplit (line, "\t", -1);

      for (guint i = 5; i < g_strv_length (fields); i += 4)
        g_hash_table_insert (plain.claimants, g_strdup (fields[i]), g_strdup (fields[2]));
      g_hash_table_insert (plain.lines, g_strdup (fields[2]), fields);
      p = end + 1;
    }
  return plain;
}

static char **
make_keys (guint count, guint first)
{
  char **keys = g_new0 (char *, 1025);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (guint i = 0; i < 1024; i++)
    {
      g_autofree char *number
        = cache_lines_number (first + (guint) g_rand_int_range (random, 0, (gint32) count));

      keys[i] = g_strconcat ("tel:", number, NULL);
    }
  return keys;
}

/* Nanoseconds each; 1024 different keys, far from each other in memory. */
static double
time_find (const CusaxIdentity *identity, char **keys, guint *found)
{
  double start = now_ms ();

  for (guint i = 0; i < LOOK_UPS; i++)
    *found += cusax_identity_find (identity, keys[i & 1023], NULL);
  return (now_ms () - start) * 1e6 / LOOK_UPS;
}

static double
time_plain (const Plain *plain, char **keys, guint *found)
{
  double start = now_ms ();

  for (guint i = 0; i < LOOK_UPS; i++)
    {
      const char *jid = g_hash_table_lookup (plain->claimants, keys[i & 1023]);

      *found += jid != NULL && g_hash_table_contains (plain->lines, jid) ? 1 : 0;
    }
  return (now_ms () - start) * 1e6 / LOOK_UPS;
}

static gboolean
is_contact (gpointer user_data, const char *jid)
{
  return cusax_identity_get (user_data, jid) != NULL;
}

/* All of what naming a caller takes: key, claimants, the same name, the grade. */
static double
time_grade (CusaxIdentity *identity, guint count, guint *named)
{
  g_autoptr (CusaxConfig) config
    = settings_config ("me@example.com", NULL, "country_code=33\ntrunk_prefix=0", NULL);
  const CusaxBindingSource source = { identity, is_contact, NULL, identity };
  CusaxCallerId callers[64] = { 0 };
  double start, end;

  for (guint i = 0; i < G_N_ELEMENTS (callers); i++)
    {
      g_autofree char *number = cache_lines_number (i * (count / G_N_ELEMENTS (callers)));
      g_autofree char *uri = g_strdup_printf ("sip:%s@example.com;user=phone", number);

      callers[i].address = cusax_address_parse_uri (uri, NULL);
      callers[i].is_authenticated = TRUE;
    }
  start = now_ms ();
  for (guint i = 0; i < GRADES; i++)
    {
      g_autofree char *jid = NULL;

      *named += cusax_binding_grade (&source, &callers[i % G_N_ELEMENTS (callers)], config, &jid)
                != CUSAX_BINDING_NONE;
    }
  end = now_ms ();
  for (guint i = 0; i < G_N_ELEMENTS (callers); i++)
    cusax_address_unref (callers[i].address);
  return (end - start) * 1e6 / GRADES;
}

static void
row (const char *name, double ours, double peer, const char *goal)
{
  printf ("%-34s %10.1f", name, ours);
  if (peer > 0)
    printf (" %10.1f %8.2f", peer, ours / peer);
  else
    printf (" %10s %8s", "-", "-");
  printf ("   %s\n", goal);
}

int
main (int argc, char **argv)
{
  guint count = argc > 1 ? (guint) CLAMP (g_ascii_strtoull (argv[1], NULL, 10), 1024, 10000000) : 100000;
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GStrv) known = make_keys (count, 0);
  g_auto (GStrv) unknown = make_keys (count, count);
  guint found = 0, missed = 0, plain_found = 0, plain_missed = 0, named = 0;
  double ms[2], bytes[2], hit[2], miss[2], start;
  CusaxIdentity *identity;
  Plain plain;

  for (guint i = 0; i < count; i++)
    cache_lines_append (text, i);

  bytes[0] = used_bytes ();
  start = now_ms ();
  identity = build (text);
  ms[0] = now_ms () - start;
  bytes[0] = (used_bytes () - bytes[0]) / count;
  bytes[1] = used_bytes ();
  start = now_ms ();
  plain = build_plain (text);
  ms[1] = now_ms () - start;
  bytes[1] = (used_bytes () - bytes[1]) / count;

  hit[0] = time_find (identity, known, &found);
  miss[0] = time_find (identity, unknown, &missed);
  hit[1] = time_plain (&plain, known, &plain_found);
  miss[1] = time_plain (&plain, unknown, &plain_missed);

  printf ("%u contacts, %.1f MB of lines; the peer is GHashTable with copies of all strings\n", count,
          (double) text->len / 1e6);
  printf ("%-34s %10s %10s %8s   %s\n", "", "ours", "peer", "ratio", "goal");
  row ("build from lines, ms", ms[0], ms[1], "<= 300 ms for 100,000");
  row ("memory per contact, bytes", bytes[0], bytes[1], "<= 200");
  row ("look-up, known, ns", hit[0], hit[1], "<= 10,000");
  row ("look-up, unknown, ns", miss[0], miss[1], "<= 10,000");
  row ("name a caller (key to grade), ns", time_grade (identity, count, &named), 0, "<= 10,000");

  cusax_identity_free (identity);
  g_hash_table_unref (plain.lines);
  g_hash_table_unref (plain.claimants);
  if (found != LOOK_UPS || plain_found != LOOK_UPS || missed != 0 || plain_missed != 0 || named != GRADES)
    {
      fprintf (stderr, "the tables do not hold what they should\n");
      return 1;
    }
  return 0;
}
