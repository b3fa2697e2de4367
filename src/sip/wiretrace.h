/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What passes in one direction, redacted, for the debug log: secrets are found by line, and the pieces of a
 * stream split lines, so only whole ones are shown. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** CusaxWiretrace: zeroed at first. */
typedef struct
{
  GString *pending; /* (nullable): a line that is not yet whole */
} CusaxWiretrace;

/** Shows what has become whole lines under @title. Of a line without end nothing is shown. */
void cusax_wiretrace_add (CusaxWiretrace *trace, const char *title, const char *bytes, gsize length);

/** Forgets what is not whole. */
void cusax_wiretrace_clear (CusaxWiretrace *trace);

G_END_DECLS
