/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Telephone numbers as people and cards write them, and the dial strings of exchanges. Turns a text into the
 * characters that are dialled (RFC 3966 section 5.1, R23). Knows no dial plans, no URIs.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The longest number or dial string after normalisation. */
#define CUSAX_NUMBER_MAX_LENGTH 64

/**
 * cusax_number_normalize:
 * @text: "+33 (0)1.77.62-43/39", "0177 62 43 39", "**621", "*31#0177"
 *
 * Removes visual separators (blanks, "-", ".", "(", ")", "/" and their typographic sisters) and, in a number
 * with "+", the "(0)" of national writing. A text that begins with '*' or '#' only loses blanks.
 *
 * Returns: (transfer full): "+" and digits, or digits, '*' and '#'; NULL with CUSAX_ERROR_INVALID
 */
char *cusax_number_normalize (const char *text, GError **error);

G_END_DECLS
