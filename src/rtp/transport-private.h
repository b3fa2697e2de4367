/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tests of the transport may turn that the telephone may not.
 */
#pragma once

#include "ports.h"

#include <glib.h>

G_BEGIN_DECLS

/** Reports silence after @ms instead of 8000; on_silence gets whole seconds, rounded down. Main thread. */
void cusax_transport_set_silence_interval (CusaxTransport *transport, guint ms);

G_END_DECLS
