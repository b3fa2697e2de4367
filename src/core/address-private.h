/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What address.c and address-target.c share: the one place that builds addresses and the rules for characters
 * (RFC 3261 section 25.1). Nobody else includes this.
 */
#pragma once

#include "address.h"

#include <glib.h>

G_BEGIN_DECLS

/* What may stand in a user part without an escape, beside letters and digits. */
#define CUSAX_ADDRESS_UNRESERVED_MARKS "-_.!~*'()"
#define CUSAX_ADDRESS_USER_RESERVED "&=+$,;?/"

/** Sets CUSAX_ERROR_INVALID. Returns: FALSE */
gboolean cusax_address_invalid (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** Returns: TRUE if @text begins with @scheme ("sip:"), in any case. */
gboolean cusax_address_has_scheme (const char *text, const char *scheme);

/** Returns: (transfer full): @number as it stands in a user part ("%23" for '#'). */
char *cusax_address_escape_number (const char *number);

/**
 * cusax_address_parse_after_scheme:
 * @text: what follows "sip:"
 * @typed: from a person: letters of any script in the user part and the host are taken and escaped
 */
CusaxAddress *cusax_address_parse_after_scheme (const char *text, gboolean sips, gboolean typed,
                                               GError **error);

/** @escaped_user: already escaped and canonical; @domain: name or literal, IDN taken. */
CusaxAddress *cusax_address_new_at_domain (const char *escaped_user, const char *domain, gboolean is_phone,
                                           GError **error);

G_END_DECLS
