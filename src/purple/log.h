/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log sink: what the layers below say through g_debug, g_info, g_warning goes to libpurple's debug window under
 * the categories cusax, cusax-sip, cusax-media and cusax-xmpp. Process-wide because GLib's handlers are. Every line
 * is redacted again here, whoever wrote it.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** At load, in the main thread. */
void cusax_log_init (void);

/** At unload. Lines that other threads still have under way are written or dropped, never lost memory. */
void cusax_log_shutdown (void);

G_END_DECLS
