/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links that call somebody: tel: (RFC 3966), sip: and sips: (RFC 3261 section 19.1), callto: (never standardised). Anybody
 * may have written them. Pure.
 */
#pragma once

#include "address.h"

G_BEGIN_DECLS

/** @scheme: (nullable), any case. Returns: TRUE for the four */
gboolean cusax_phone_link_is_one (const char *scheme);

/**
 * cusax_phone_link_parse:
 * @scheme: one of the four
 * @rest: what follows the colon, escaped as it was; headers ("?Replaces=...") are dropped
 * @domain: the account's own, to which numbers go
 *
 * Returns: (transfer full): NULL with CUSAX_ERROR_INVALID
 */
CusaxAddress *cusax_phone_link_parse (const char *scheme, const char *rest, const char *domain, GError **error);

G_END_DECLS
