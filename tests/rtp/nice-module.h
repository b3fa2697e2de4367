/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What test-nice-order.c calls in the module that it loads.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Connects two ICE agents on 127.0.0.1. Returns: TRUE if both are ready within @ms */
gboolean nice_module_connect (guint ms);
typedef gboolean (*NiceModuleConnect) (guint ms);

G_END_DECLS
