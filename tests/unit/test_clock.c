/* SPDX-License-Identifier: GPL-2.0-or-later */
/* P1: a turn that the telephone puts off comes after all that SIP has begun: src/purple/clock.c. */
#include "clock.h"
#include "loop.h"

#define HOPS 20

typedef struct
{
  guint hops; /* of what leaves: each makes the next one possible, as from nua to the relay to TLS */
  guint hops_before_turn;
  gboolean has_turned;
} Leaving;

static gboolean
on_hop (gpointer data)
{
  Leaving *leaving = data;

  if (++leaving->hops < HOPS)
    cusax_loop_add_idle (on_hop, leaving);
  return G_SOURCE_REMOVE;
}

static gboolean
on_turn (gpointer data)
{
  Leaving *leaving = data;

  leaving->hops_before_turn = leaving->hops;
  leaving->has_turned = TRUE;
  return G_SOURCE_REMOVE;
}

static void
test_P1_next_turn (void)
{
  CusaxClock *clock = cusax_clock_get ();
  Leaving leaving = { 0 };

  clock->add (clock, 0, on_turn, &leaving);
  cusax_loop_add_idle (on_hop, &leaving);
  while (!leaving.has_turned || leaving.hops < HOPS)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (leaving.hops_before_turn, ==, HOPS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock/P1-next-turn", test_P1_next_turn);
  return g_test_run ();
}
