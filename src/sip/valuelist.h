/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads header fields that are comma-separated lists of addresses with parameters (Call-Info,
 * P-Asserted-Identity; RFC 3261 sections 7.3.1 and 25.1), as tolerantly as is safe: a broken value is skipped
 * and hides none of the others. Knows no Sofia.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * cusax_valuelist_next:
 * @rest: (inout): the field's text, folded lines included; moved behind the value
 *
 * Commas within quotes and angle brackets do not separate. A bracket or quote that is not closed ends at the
 * comma before the next one.
 *
 * Returns: (transfer full) (nullable): the next value without white space around it; NULL at the end
 */
char *cusax_valuelist_next (const char **rest);

/** Returns: (transfer full) (nullable): the address in @value; NULL if it is broken or not printable ASCII */
char *cusax_valuelist_dup_uri (const char *value);

/** Returns: (transfer full) (nullable): the name before the angle bracket, unquoted */
char *cusax_valuelist_dup_display (const char *value);

/** Returns: (transfer full) (nullable): the first parameter @name (any case) behind the address, unquoted */
char *cusax_valuelist_dup_param (const char *value, const char *name);

/** Returns: (transfer full) (nullable): @text without its quotes and backslashes; NULL if nothing is left */
char *cusax_valuelist_unquote (const char *text);

G_END_DECLS
