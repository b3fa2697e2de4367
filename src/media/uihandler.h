/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which handler of a call's PurpleMedia is the user interface's. Pidgin and Finch connect theirs where nobody can
 * reach them, and what they do there is not always what is good for the person.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

/**
 * cusax_uihandler_find:
 * @media: fresh from create_media: the only handlers are the backend's and the user interface's
 * @signal: one that both of them connect to
 *
 * Returns: the user interface's handler; 0 if there is none
 */
gulong cusax_uihandler_find (PurpleMedia *media, const char *signal);

G_END_DECLS
