/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hints that the network under us is another one now: GIO's monitor (routes came or went) and logind's
 * PrepareForSleep over the system bus, where there is one (the machine woke up). Hints come in swarms: the
 * callback hears of each swarm once, when it has settled. Knows nothing of SIP, and what a hint is worth is for
 * others to find out.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** How long nothing may come until a swarm is over; how long one may last at most. */
#define CUSAX_NETWATCH_SETTLE_MS 1000
#define CUSAX_NETWATCH_SWARM_MS 3000

typedef struct _CusaxNetwatch CusaxNetwatch;

/** @woke_up: the machine slept: connections may be dead although nothing looks changed */
typedef void (*CusaxNetwatchCallback) (gpointer user_data, gboolean woke_up);

/**
 * cusax_netwatch_new:
 * @destroy: (nullable): for @user_data: when the watch is really gone, which may be after cusax_netwatch_free()
 *
 * Returns: (transfer full)
 */
CusaxNetwatch *cusax_netwatch_new (CusaxNetwatchCallback callback, gpointer user_data, GDestroyNotify destroy);

/**
 * cusax_netwatch_new_full:
 * @monitor: (nullable): NULL: none
 * @bus_address: (nullable): D-Bus address of the bus where logind is; NULL: none
 * @settle_ms: in place of CUSAX_NETWATCH_SETTLE_MS
 *
 * Returns: (transfer full)
 */
CusaxNetwatch *cusax_netwatch_new_full (GNetworkMonitor *monitor, const char *bus_address, guint settle_ms,
                                        CusaxNetwatchCallback callback, gpointer user_data,
                                        GDestroyNotify destroy);

/** One more hint, as if a source had given it. */
void cusax_netwatch_hint (CusaxNetwatch *watch, gboolean woke_up);

/** @watch: (transfer full) (nullable). The callback is not called any more. */
void cusax_netwatch_free (CusaxNetwatch *watch);

G_END_DECLS
