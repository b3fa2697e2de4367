/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The CusaxProviderPort: what our own XMPP server knows of telephony, over libjabber's stream: external services
 * (XEP-0215), Openfire's sipark registration, the own vCard (R3, R9). Only the server itself, the own bare JID and a
 * component right below the JID's domain are believed. Part of it: services (XEP-0215), sipark.
 */
#pragma once

#include <purple.h>

#include "ports.h"

G_BEGIN_DECLS

/** Process-wide: catches the server's pushes of XEP-0215, answers them. */
void cusax_provider_init (PurplePlugin *plugin);
void cusax_provider_shutdown (void);

/** Returns: (transfer full): for one account; free cancels everything */
CusaxProviderPort *cusax_provider_new (PurpleAccount *account);
void cusax_provider_free (CusaxProviderPort *port);

G_END_DECLS
