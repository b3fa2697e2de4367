/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CusaxClock of the product: GLib's monotonic time and timers of the default main context. */
#pragma once

#include "ports.h"

G_BEGIN_DECLS

/** Returns: (transfer none): the one clock; stateless, always valid */
CusaxClock *cusax_clock_get (void);

G_END_DECLS
