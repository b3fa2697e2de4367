/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is measured of a call (P1, P6, P14): codec, packets, loss, jitter, round trip, the path and its keys, devices and
 * picture; in words for the person, and in one line for the log. No key is ever in either. Knows no libpurple.
 */
#pragma once

#include "call.h"

G_BEGIN_DECLS

/** Returns: (transfer full): lines for people, without a line break at the end; "" if nothing is known yet */
char *cusax_callstats_words (CusaxCall *call);

/** Returns: (transfer full) (nullable): "call #1 ended after 187 s: opus/48000, ..."; NULL for one of which
 * nothing was measured. For the log, so not translated. */
char *cusax_callstats_log_line (CusaxCall *call);

G_END_DECLS
