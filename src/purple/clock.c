/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See clock.h. */
#include "clock.h"

#include "loop.h"

static gint64
clock_now (CusaxClock *clock)
{
  return g_get_monotonic_time ();
}

static guint
clock_add (CusaxClock *clock, guint ms, GSourceFunc function, gpointer data)
{
  /* The next turn is for what takes long, opening a window first of all: what SIP has begun to say leaves before. */
  if (ms == 0)
    return g_timeout_add (0, function, data);
  /* The end of calls goes by this clock, too. */
  return cusax_loop_add_timeout (ms, function, data);
}

static void
clock_remove (CusaxClock *clock, guint id)
{
  g_source_remove (id);
}

CusaxClock *
cusax_clock_get (void)
{
  static CusaxClock clock = { clock_now, clock_add, clock_remove };
  return &clock;
}
