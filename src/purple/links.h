/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links that libpurple is handed: xmpp: (RFC 5122, XEP-0147) for CUSAX accounts, those that call to phonelinks.c. For xmpp:
 * libpurple's own handler looks for accounts of "prpl-jabber" only, so without one of those nothing would answer. It goes
 * first where both could.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** cusax_links_init: at load. @plugin is borrowed until cusax_links_shutdown(). */
void cusax_links_init (PurplePlugin *plugin);

void cusax_links_shutdown (void);

G_END_DECLS
