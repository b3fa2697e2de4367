/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists with buttons (libpurple's "search results"): one "notify" event, a "result" event for each row, and a button is
 * pressed by its label with the row selected. The newest list only.
 */
#pragma once

#include <purple.h>

#include <glib.h>

G_BEGIN_DECLS

/** For PurpleNotifyUiOps. */
void *host_results_show (PurpleConnection *gc, const char *title, const char *primary, const char *secondary,
                         PurpleNotifySearchResults *results, gpointer user_data);

/** Returns: FALSE if @handle is none of ours */
gboolean host_results_close (void *handle);

/** @row: 1...; 0: none is selected. Returns: FALSE with @error when there is no such list, row or button */
gboolean host_results_press (const char *button, guint row, GError **error);

/** As the window's [X] does. */
gboolean host_results_dismiss (GError **error);

G_END_DECLS
