/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Says which row of a table is on, with hostile bytes escaped, so that the TAP stream stays readable. */
#pragma once

#include <glib.h>

static inline void
note (const char *text)
{
  g_autofree char *escaped = g_strescape (text, NULL);

  g_test_message ("%s", escaped);
}
