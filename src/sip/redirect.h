/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a 3xx to an INVITE points (RFC 3261 section 8.1.3.4): nobody is called there but by a person's wish. */
#pragma once

#include <sofia-sip/sip.h>

#include <glib.h>

G_BEGIN_DECLS

#define CUSAX_REDIRECT_MAX 5

/** Returns: (transfer full): the sip:, sips: and tel: URIs of the Contacts of @sip (nullable), the best (q) first, those of
 * equal q as they stand; at most CUSAX_REDIRECT_MAX, NULL-terminated, perhaps empty */
GStrv cusax_redirect_read (const sip_t *sip);

G_END_DECLS
