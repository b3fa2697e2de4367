/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of the cache file as a large company's roster would have them: realistic names, one or two numbers
 * each. */
#pragma once

#include <glib.h>

/** Returns: (transfer full): the JID of contact @i, about 30 bytes */
static inline char *
cache_lines_jid (guint i)
{
  static const char *const first[]
    = { "alice",     "benjamin", "charlotte", "david",         "emmanuelle", "francois",
        "georgette", "henri",    "isabelle",  "jean-baptiste", "katharina",  "leopold" };
  static const char *const last[] = { "martin", "bernard", "thomas", "petit",   "robert",    "richard",
                                      "durand", "dubois",  "moreau", "laurent", "schoenherr" };
  static const char *const domains[] = { "example.com", "chat.example.org", "partner.example" };

  return g_strdup_printf ("%s.%s%u@%s", first[i % G_N_ELEMENTS (first)], last[i / 7 % G_N_ELEMENTS (last)], i,
                          domains[i / 5 % G_N_ELEMENTS (domains)]);
}

/** Returns: (transfer full): a number in E.164 that no other contact has */
static inline char *
cache_lines_number (guint i)
{
  return g_strdup_printf ("+336%08u", i);
}

/** Appends the line of contact @i: every other one has a SIP address and a number, the rest a number. */
static inline void
cache_lines_append (GString *text, guint i)
{
  g_autofree char *jid = cache_lines_jid (i);
  g_autofree char *number = cache_lines_number (i);

  g_string_append_printf (text, "R\t1700000000\t%s", jid);
  if (i % 2 == 0)
    g_string_append_printf (text, "\tf\t101\tsip:%s\tsip:%s", jid, jid);
  /* as people write it: +33 6 00 00 01 23 */
  g_string_append_printf (text, "\t11\t101\ttel:%s\t%.3s %.1s %.2s %.2s %.2s %.2s\n", number, number,
                          number + 3, number + 4, number + 6, number + 8, number + 10);
}
