/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The CusaxTrust of the product: the certificates that the person accepted in libpurple's dialog (the pool
 * "tls_peers" of the profile). One accepted certificate thus serves both legs on the same host. Read only.
 */
#pragma once

#include "ports.h"

G_BEGIN_DECLS

/** Returns: (transfer none): the one view of the pool; stateless, always valid, main thread only */
CusaxTrust *cusax_trust_get (void);

G_END_DECLS
