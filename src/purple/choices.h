/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One of several lines, as a field of a dialog. A list, because Finch counts the lines of a choice field from 1:
 * whoever picked one would get the next. Knows nothing of what is chosen.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/**
 * cusax_choices_field:
 * @lines: (element-type utf8): in their order; the first one is selected
 * @text: the dialog's, which gets the lines, too, where the host does not show all of a line
 */
PurpleRequestField *cusax_choices_field (const char *id, const char *label, const GPtrArray *lines, GString *text);

/** Returns: the index of the selected line of @id, or -1 */
int cusax_choices_get (PurpleRequestFields *fields, const char *id);

G_END_DECLS
