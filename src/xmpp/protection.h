/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How libjabber's stream is protected (R46), seen from outside: STARTTLS that was agreed, or TLS from the first byte;
 * what SASL mechanism signed in. libpurple verifies the certificate or has the person accept it, else there is no stream.
 */
#pragma once

#include <purple.h>

#include "parity.h"

G_BEGIN_DECLS

/** Process-wide, after jabber_plugin_init(). */
void cusax_protection_init (PurplePlugin *plugin);
void cusax_protection_shutdown (void);

/** Fills @protection for the account's stream; strings are valid until the next sign-in. */
void cusax_protection_get (PurpleAccount *account, CusaxProtection *protection);

G_END_DECLS
