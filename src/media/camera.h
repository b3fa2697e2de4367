/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The camera as libpurple and the person have chosen it: whether there is one, and what it is called. Asks libpurple's list
 * of devices, which follows what is plugged in; opens nothing.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Returns: TRUE if the host shows pictures at all: Finch does not. */
gboolean cusax_camera_host_shows (void);

/**
 * cusax_camera_exists:
 *
 * Returns: TRUE if a call could open a camera now: the chosen one if one is chosen, else any. A test picture is one if it was
 *   chosen; Pidgin's "Disabled" is none.
 */
gboolean cusax_camera_exists (void);

/** Returns: (transfer full) (nullable): what libpurple calls the device of @type (PurpleMediaElementType) that calls use */
char *cusax_camera_dup_chosen (guint type);

G_END_DECLS
