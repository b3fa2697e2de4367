/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What several files here ask about libjabber's streams: whose one is, whether it carries stanzas, and JIDs in
 * the one form in which they may be compared. Keeps nothing.
 */
#pragma once

#include <purple.h>

#include "libjabber.h"

G_BEGIN_DECLS

/** Returns: TRUE if @js belongs to a connection of @plugin's protocol: libjabber's lists are one for all
 * streams */
gboolean cusax_stream_is_of (JabberStream *js, PurplePlugin *plugin);

/** Returns: TRUE if stanzas can be sent on @gc (nullable): signed in, and no error has ended it already */
gboolean cusax_stream_is_up (PurpleConnection *gc);

/**
 * cusax_stream_bare_jid:
 * @account: (nullable)
 * @jid: (nullable): bare or full, from anybody
 *
 * Returns: (transfer full) (nullable): without resource, prepared as RFC 6122 says; NULL if it is no JID
 */
char *cusax_stream_bare_jid (PurpleAccount *account, const char *jid);

/** Returns: (transfer full) (nullable): the bare JID that the server bound, or the account's name before that
 */
char *cusax_stream_own_jid (PurpleConnection *gc);

G_END_DECLS
