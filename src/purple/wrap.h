/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Long texts in dialogs: Finch neither breaks lines nor scrolls, so that what is too wide is never seen; Pidgin breaks
 * them by itself.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Columns and lines of a question's secondary text that Finch shows at 80x24. */
#define CUSAX_WRAP_COLUMNS 74
#define CUSAX_WRAP_LINES 15

/** Returns: TRUE if this host draws characters and has 80x24 of them */
gboolean cusax_wrap_is_needed (void);

/**
 * cusax_wrap_text:
 * @text: for people, with or without line breaks
 *
 * Returns: (transfer full): with lines of at most CUSAX_WRAP_COLUMNS in Finch, else as it is
 */
char *cusax_wrap_text (const char *text);

G_END_DECLS
