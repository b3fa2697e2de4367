/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Contacts' pictures for dialogs of ours. Pidgin shows a field's image in its own size and can only make it
 * larger: a picture of 2000 pixels would push the buttons off the screen. So the size is read from the file's
 * head, and what is larger than what chat services ask for (XEP-0084, XEP-0153), or has no head that we can
 * read, is not shown.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/** The longest side of a picture that is shown, in pixels. */
#define CUSAX_PICTURES_SIDE 256

/**
 * cusax_pictures_measure:
 * @data: @length bytes, as somebody else made them
 *
 * Reads the head of PNG, GIF and JPEG files; nothing is decoded.
 *
 * Returns: FALSE for other formats and broken heads; sides are above 0 otherwise
 */
gboolean cusax_pictures_measure (const guint8 *data, gsize length, guint *width, guint *height);

/** Returns: (transfer full) (nullable): the picture that the buddy list shows for @jid */
PurpleRequestField *cusax_pictures_field (PurpleAccount *account, const char *jid);

G_END_DECLS
