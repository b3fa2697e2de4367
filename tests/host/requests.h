/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dialogs of the host: every request of libpurple becomes a "request" event with a number, and is answered
 * by number. Closing one calls its cancel callback as Pidgin does.
 */
#pragma once

#include <purple.h>

#include <glib.h>

G_BEGIN_DECLS

PurpleRequestUiOps *host_requests_get_ui_ops (void);

/**
 * host_requests_respond:
 * @id: number of the request
 * @button: its label, without regard to case and mnemonics
 * @text: (nullable): text for an input request, or the value of a choice
 *
 * Returns: FALSE with @error when there is no such request or button
 */
gboolean host_requests_respond (guint id, const char *button, const char *text, GError **error);

/** Sets field @field of a fields request; the type decides how @value is read. */
gboolean host_requests_set_field (guint id, const char *field, const char *value, GError **error);

/** Closes the dialog as the window's [X] does. */
gboolean host_requests_close (guint id, GError **error);

/** Prints all open requests again. */
void host_requests_list (void);

G_END_DECLS
