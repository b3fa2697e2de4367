/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What programs that test media sessions have in common: libpurple without a user interface in a folder of its
 * own, one account and its media port; waiting with a deadline; the count of criticals that are not known
 * noise.
 */
#pragma once

#include "ports.h"

#include <glib.h>

G_BEGIN_DECLS

typedef gboolean (*MediatestCondition) (gpointer user_data);

/** Starts libpurple as @ui. Returns: (transfer none): the media port of an account. */
CusaxMediaPort *mediatest_init (const char *ui);

/** Ends it, and removes the folder if @passed. */
void mediatest_quit (gboolean passed);

/** Returns: (transfer none): the PurpleAccount of the port. */
gpointer mediatest_get_account (void);

/** Returns: how many criticals and warnings there have been that are not known noise. */
guint mediatest_count_criticals (void);

/** Returns: whether @condition came true within @ms. */
gboolean mediatest_wait (MediatestCondition condition, gpointer user_data, guint ms);

/** For what must not happen: there is no event to wait for. */
void mediatest_let_pass (guint ms);

G_END_DECLS
