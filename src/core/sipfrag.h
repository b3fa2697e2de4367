/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The status line that reports on a REFER (RFC 3420, RFC 3515 section 2.4.5). Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * cusax_sipfrag_parse:
 * @reason: (out) (transfer full) (optional): cleaned, may be ""
 *
 * Returns: 100 to 699, or 0 with CUSAX_ERROR_INVALID
 */
guint cusax_sipfrag_parse (const char *body, gsize length, char **reason, GError **error);

/** @reason: (nullable): controls and line ends are dropped. Returns: (transfer full): "SIP/2.0 180 Ringing\r\n" */
char *cusax_sipfrag_write (guint status, const char *reason);

G_END_DECLS
