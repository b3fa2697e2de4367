/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The CusaxDocumentPort: finds and fetches a provider's settings over HTTPS (R9). A given address is fetched as it is;
 * else WebFinger (RFC 7033) of the account's domain is asked for the link tag:purple-cusax,2026:config, then NAPTR for
 * SFUA.CFG (RFC 6011). Does not look into the document. Part of it: https (one bounded GET by libcurl), webfinger.
 */
#pragma once

#include "ports.h"

G_BEGIN_DECLS

/** Returns: (transfer full): needs nothing but the main loop; end with cusax_documents_free() */
CusaxDocumentPort *cusax_documents_new (void);
/** What is under way is given up; no callback comes. */
void cusax_documents_free (CusaxDocumentPort *port);

G_END_DECLS
