/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why something ended, in the other side's own words (R44): Warning (RFC 3261 section 20.43), Reason (RFC 3326). Everything
 * in it may be wrong. */
#pragma once

#include <sofia-sip/sip.h>

#include <glib.h>

G_BEGIN_DECLS

/**
 * cusax_reason_dup_words:
 * @sip: (nullable): CANCEL, BYE or a final response
 * @phrase: (nullable): of its status line
 *
 * Returns: (transfer full) (nullable): the text of the first Warning: 399, else of the first Reason: SIP, else @phrase;
 *   without its quotes, not cleaned otherwise, 255 bytes at most
 */
char *cusax_reason_dup_words (const sip_t *sip, const char *phrase);

/** Returns: TRUE if @sip (nullable) says that another device answered or declined: Reason: SIP with cause 200 or 600 */
gboolean cusax_reason_is_elsewhere (const sip_t *sip);

G_END_DECLS
