/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The CusaxTrust of an account: certificates that a person accepted for a host and port, kept in the account's file
 * "pins", and libpurple's own pool ("tls_peers" of the profile), so that one accepted certificate serves both legs on the
 * same host. That pool also has what libpurple verified by itself: it counts while its dates are good, as for chat, and
 * nobody is told to have accepted it.
 */
#pragma once

#include <purple.h>

#include "ports.h"

G_BEGIN_DECLS

typedef struct _CusaxPins CusaxPins;

/** @store: must outlive it */
CusaxPins *cusax_pins_new (CusaxStore *store);
void cusax_pins_free (CusaxPins *pins);
CusaxTrust *cusax_pins_get_trust (CusaxPins *pins); /* (transfer none) */

/**
 * cusax_pins_add:
 *
 * Accepts the certificate for its host and port, in place of what was accepted there before. libpurple's pool gets it
 * too if it has none for the host.
 *
 * Returns: FALSE if it could not be written; it holds for this run then
 */
gboolean cusax_pins_add (CusaxPins *pins, const char *host, guint16 port, const char *fingerprint, const char *pem,
                         GError **error);

G_END_DECLS
