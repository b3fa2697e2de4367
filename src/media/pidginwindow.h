/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lets Pidgin say once that a call is in progress. libpurple reports the acceptance of a call for each stream, session and
 * participant and for the whole, and Pidgin writes its line into the conversation each time: four times, with a picture six.
 * Other user interfaces act on the whole only: there, nothing is done.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

typedef struct _CusaxPidginWindow CusaxPidginWindow;

/**
 * cusax_pidginwindow_new:
 * @media: fresh from create_media; outlives the result
 *
 * Returns: (transfer full) (nullable): NULL when the user interface is not Pidgin
 */
CusaxPidginWindow *cusax_pidginwindow_new (PurpleMedia *media);

void cusax_pidginwindow_free (CusaxPidginWindow *window);

G_END_DECLS
