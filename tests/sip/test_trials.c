/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is remembered of targets: order of trial and time for each, with a clock of paper. */
#include "trials.h"

#include <string.h>

#define S G_USEC_PER_SEC

/* "T1": TLS 192.0.2.1; "C": TCP, "U": UDP */
static CusaxTarget *
parse (const char *word)
{
  CusaxTransportKind transport = word[0] == 'T'   ? CUSAX_TRANSPORT_TLS
                                 : word[0] == 'C' ? CUSAX_TRANSPORT_TCP
                                                  : CUSAX_TRANSPORT_UDP;
  g_autofree char *address = g_strdup_printf ("192.0.2.%s", word + 1);

  return cusax_target_new (transport, "sip.test", address, 5060);
}

static GPtrArray *
parse_list (const char *text)
{
  GPtrArray *targets = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_target_free);
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (char **word = words; *word != NULL; word++)
    if (**word != '\0')
      g_ptr_array_add (targets, parse (*word));
  return targets;
}

static char *
write_list (const GPtrArray *targets)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < targets->len; i++)
    {
      const CusaxTarget *target = g_ptr_array_index (targets, i);

      g_string_append_printf (text, "%s%c%s", i > 0 ? " " : "", "ATCU"[target->transport],
                              target -> address + strlen ("192.0.2."));
    }
  return g_string_free (text, FALSE);
}

static const struct
{
  const char *name;
  const char *events; /* "-T1": failed, "+T1": worked; "@9": at second 9 */
  const char *located, *sorted;
} table[] = {
  { "nothing is known", "", "T1 T2 U1", "T1 T2 U1" },
  { "no targets", "-T1 +T2", "", "" },
  { "R8: who failed is last", "-T1", "T1 T2 T3", "T2 T3 T1" },
  { "the order among the failed is kept", "-T3 -T1", "T1 T2 T3", "T2 T1 T3" },
  { "all failed: all are tried", "-T1 -T2 -T3", "T1 T2 T3", "T1 T2 T3" },
  { "for 60 s", "-T1 @59", "T1 T2", "T2 T1" },
  { "and not longer", "-T1 @61", "T1 T2", "T1 T2" },
  { "failing again counts from then", "-T1 @50 -T1 @70", "T1 T2", "T2 T1" },
  { "who worked is first", "+T3", "T1 T2 T3", "T3 T1 T2" },
  { "the last one who worked", "+T3 +T2", "T1 T2 T3", "T2 T1 T3" },
  { "who worked and then failed is last", "+T2 -T2", "T1 T2 T3", "T1 T3 T2" },
  { "who failed and then worked is first", "-T3 +T3", "T1 T2 T3", "T3 T1 T2" },
  { "who worked is not before a safer transport", "+U1", "T1 C1 U2 U1", "T1 C1 U1 U2" },
  { "another transport of the same address is another target", "-U1", "T1 U1 U2", "T1 U2 U1" },
  { "who is not there any more", "+T9 -T8", "T1 T2", "T1 T2" },
};

static void
test_order (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (CusaxTrials) trials = cusax_trials_new ();
      g_autoptr (GPtrArray) targets = parse_list (table[i].located);
      g_auto (GStrv) events = g_strsplit (table[i].events, " ", -1);
      g_autofree char *text = NULL;
      gint64 now = 1000 * S;

      g_test_message ("%s", table[i].name);
      for (char **event = events; *event != NULL; event++)
        if (**event == '@')
          now = (1000 + g_ascii_strtoll (*event + 1, NULL, 10)) * S;
        else if (**event != '\0')
          {
            g_autoptr (CusaxTarget) target = parse (*event + 1);

            if (**event == '-')
              cusax_trials_note_failure (trials, target, now);
            else
              cusax_trials_note_success (trials, target);
          }
      cusax_trials_sort (trials, targets, now);
      text = write_list (targets);
      g_assert_cmpstr (text, ==, table[i].sorted);
    }
}

/* However long a zone's list is and however often it fails, what is remembered is bounded and still right. */
static void
test_bounded (void)
{
  g_autoptr (CusaxTrials) trials = cusax_trials_new ();
  g_autoptr (GPtrArray) targets = parse_list ("T1 T250");
  g_autofree char *text = NULL;

  for (guint i = 0; i < 100000; i++)
    {
      g_autofree char *word = g_strdup_printf ("T%u", i % 251);
      g_autoptr (CusaxTarget) target = parse (word);

      cusax_trials_note_failure (trials, target, S);
    }
  cusax_trials_sort (trials, targets, S);
  text = write_list (targets);
  g_assert_cmpuint (targets->len, ==, 2);
}

/* All dead: what one after the other takes. */
static gint64
get_worst_ms (guint count)
{
  gint64 elapsed = 0;

  for (guint left = count; left > 0; left--)
    elapsed += cusax_trials_get_share (elapsed, left);
  return elapsed;
}

static void
test_share (void)
{
  g_assert_cmpuint (cusax_trials_get_share (0, 1), ==, 4000);
  g_assert_cmpuint (cusax_trials_get_share (0, 2), ==, 4000);
  g_assert_cmpuint (cusax_trials_get_share (4000, 1), ==, 4000);
  g_assert_cmpuint (cusax_trials_get_share (20000, 3), ==, 1000);
  g_assert_cmpuint (cusax_trials_get_share (0, 0), ==, 4000);
  /* R8: a dead first target, or eight of them, and the next one is reached within 10 s. */
  for (guint count = 1; count <= 9; count++)
    g_assert_cmpint (get_worst_ms (count), <, 10000);
  g_assert_cmpint (get_worst_ms (CUSAX_LOCATE_MAX_TARGETS), <=, 16000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trials/R8/order", test_order);
  g_test_add_func ("/trials/bounded", test_bounded);
  g_test_add_func ("/trials/R8/share", test_share);
  return g_test_run ();
}
