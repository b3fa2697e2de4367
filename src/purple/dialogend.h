/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells that the window of a question is gone. Pidgin and Finch call nobody back when a purple_request_action() is closed by
 * Escape or by its frame, so what waits for an answer would wait on. The window itself is watched: in Finch it is the handle
 * that libpurple gets, in Pidgin it is looked for by its title; in any other host nothing happens.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * cusax_dialogend_watch:
 * @handle: (nullable): what purple_request_action() gave, just now
 * @title: the window's
 * @closed: called with @data from the main loop when the window is gone, whatever closed it: also a button, whose own
 *   callback has come before
 */
void cusax_dialogend_watch (gpointer handle, const char *title, void (*closed) (gpointer data), gpointer data);

G_END_DECLS
