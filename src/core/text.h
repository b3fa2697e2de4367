/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes text from the network fit for a person's eyes: valid UTF-8, one line, bounded, without control or
 * direction-changing characters. Markup is not its business: whoever writes HTML escapes.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * cusax_text_clean:
 * @text: (nullable): hostile bytes, NUL-terminated
 * @max_chars: cut after so many characters
 *
 * Drops control, format (bidi overrides, zero-width) and unassigned characters, turns white space into single
 * blanks, trims.
 *
 * Returns: (transfer full) (nullable): NULL if nothing is left
 */
char *cusax_text_clean (const char *text, gsize max_chars);

/**
 * cusax_text_is_plain:
 * @text: hostile bytes, NUL-terminated
 *
 * Returns: TRUE for UTF-8 on one line without control and format characters: nothing is hidden or turned round
 */
gboolean cusax_text_is_plain (const char *text);

/** Returns: TRUE if the Content-Type @value (nullable) is @type, without regard to case and parameters */
gboolean cusax_text_is_media_type (const char *value, const char *type);

G_END_DECLS
