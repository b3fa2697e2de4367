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

/** Returns: what is dialled before a number of the own country ("0"); "" if nothing is, or nothing is known */
const char *cusax_number_get_trunk_prefix (const char *country_code);

/**
 * cusax_number_to_e164:
 * @number: normalised
 * @country_code: (nullable): "33", digits only; NULL or "": not known
 * @trunk_prefix: (nullable): "0"; NULL or "": the country has none, or not known
 *
 * "+33..." stays; "00" (in country 1 "011", and so on) is an international prefix; with a country code a number that
 * begins with the trunk prefix loses it, and a number of 7 digits and more without trunk prefix counts as national if
 * the country has no trunk prefix. Where all national numbers are of one length (10 in country 1) that length decides.
 * Extensions, codes with '*' or '#' and numbers over 15 digits have no such form.
 *
 * Returns: (transfer full) (nullable): "+" and 4 to 15 digits; NULL: compare the number as it is
 */
char *cusax_number_to_e164 (const char *number, const char *country_code, const char *trunk_prefix);

/**
 * cusax_number_is_emergency:
 * @number: normalised
 * @country_code: (nullable)
 *
 * Returns: TRUE for 112 and 911 anywhere, and for the emergency numbers of @country_code (table in number-plan.c)
 */
gboolean cusax_number_is_emergency (const char *number, const char *country_code);

G_END_DECLS
