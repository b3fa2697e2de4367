/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holds back the initial presence of a stream (R7): who looks online can be called. The stream is bound and has its
 * roster meanwhile; broadcasts of presence wait (the last one counts), directed presence passes.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** Process-wide, after jabber_plugin_init(). */
void cusax_presence_init (PurplePlugin *plugin);
void cusax_presence_shutdown (void);

/** Holds the presence of the connection that @account is about to make. */
void cusax_presence_hold (PurpleAccount *account);

/** Sends what was held, if anything was, and holds nothing any more. Also when the connection is gone. */
void cusax_presence_release (PurpleAccount *account);

gboolean cusax_presence_is_held (PurpleAccount *account);

G_END_DECLS
