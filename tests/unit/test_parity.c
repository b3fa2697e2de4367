/* SPDX-License-Identifier: GPL-2.0-or-later */
/* R46: how the two legs' protection compares, and what is worth a warning. */
#include "parity.h"

static void
test_r46_judge (void)
{
  static const struct
  {
    gboolean chat_up, chat_tls, phone_up, phone_tls;
    CusaxParity parity;
  } cases[] = {
    { TRUE, TRUE, TRUE, TRUE, CUSAX_PARITY_BOTH },        { TRUE, TRUE, TRUE, FALSE, CUSAX_PARITY_CHAT_ONLY },
    { TRUE, FALSE, TRUE, TRUE, CUSAX_PARITY_PHONE_ONLY }, { TRUE, FALSE, TRUE, FALSE, CUSAX_PARITY_NONE },
    { FALSE, TRUE, TRUE, FALSE, CUSAX_PARITY_UNKNOWN },   { TRUE, FALSE, FALSE, TRUE, CUSAX_PARITY_UNKNOWN },
    { FALSE, FALSE, FALSE, FALSE, CUSAX_PARITY_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const CusaxProtection chat = { .is_up = cases[i].chat_up, .is_tls = cases[i].chat_tls };
      const CusaxProtection phone = { .is_up = cases[i].phone_up, .is_tls = cases[i].phone_tls };

      g_test_message ("row %u", i);
      g_assert_cmpint (cusax_parity_judge (&chat, &phone), ==, cases[i].parity);
    }
}

static void
test_r46_warn (void)
{
  static const CusaxParity bad[] = { CUSAX_PARITY_NONE, CUSAX_PARITY_CHAT_ONLY, CUSAX_PARITY_PHONE_ONLY };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_true (cusax_parity_should_warn (CUSAX_PARITY_UNKNOWN, bad[i]));
      g_assert_true (cusax_parity_should_warn (CUSAX_PARITY_BOTH, bad[i]));
      g_assert_false (cusax_parity_should_warn (bad[i], bad[i]));
      g_assert_false (cusax_parity_should_warn (bad[i], CUSAX_PARITY_BOTH));
      g_assert_false (cusax_parity_should_warn (bad[i], CUSAX_PARITY_UNKNOWN));
    }
  g_assert_true (cusax_parity_should_warn (CUSAX_PARITY_CHAT_ONLY, CUSAX_PARITY_NONE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parity/r46-judge", test_r46_judge);
  g_test_add_func ("/parity/r46-warn", test_r46_warn);
  return g_test_run ();
}
