/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The value of Refer-To (RFC 3515 section 2.1) with its embedded Replaces (RFC 3891 section 6.1), read and written. Pure.
 */
#pragma once

#include "address.h"

#include <glib.h>

G_BEGIN_DECLS

/** CusaxReferTo: */
typedef struct
{
  CusaxAddress *target;
  char *replaces; /* (nullable): without escapes: "call-id;to-tag=1;from-tag=2" */
} CusaxReferTo;

/**
 * cusax_refer_to_parse:
 * @value: "<sip:bob@example.org?Replaces=...>", with or without name and brackets
 *
 * Other embedded headers are dropped (RFC 3261 section 19.1.5 calls them dangerous).
 *
 * Returns: (transfer full): NULL with CUSAX_ERROR_INVALID (not a SIP URI, a Replaces that is none),
 *   CUSAX_ERROR_UNSUPPORTED (method= is not INVITE, a tel: or foreign scheme)
 */
CusaxReferTo *cusax_refer_to_parse (const char *value, GError **error);
void cusax_refer_to_free (CusaxReferTo *refer_to);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxReferTo, cusax_refer_to_free)

/** @replaces: (nullable): without escapes. Returns: (transfer full): "<sip:bob@example.org?Replaces=...>" */
char *cusax_refer_to_write (const CusaxAddress *target, const char *replaces);

/** Returns: TRUE if @replaces is a Call-ID with one to-tag and one from-tag, of sane length and characters */
gboolean cusax_refer_to_is_replaces (const char *replaces);

G_END_DECLS
