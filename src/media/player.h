/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One sound on one device, in a pipeline and a thread of its own: whatever the device or its sound server do, the main
 * loop does not wait for them.
 */
#pragma once

#include "ports.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _CusaxPlayer CusaxPlayer;

/** Once, from the main loop, when the device is closed. @error: (nullable): why it failed; NULL: it was stopped */
typedef void (*CusaxPlayerDone) (gpointer user_data, CusaxPlayer *player, const GError *error);

/**
 * cusax_player_new:
 * @sink: (transfer floating): a device, or a bin with one
 * @gain: as cusax_cadence_fill()
 * @volume_role: PulseAudio's media.role: "event", "phone"
 *
 * Starts at once, and never calls @done from inside this call.
 *
 * Returns: (transfer full): for cusax_player_free()
 */
CusaxPlayer *cusax_player_new (GstElement *sink, CusaxSound sound, double gain, const char *volume_role,
                               CusaxPlayerDone done, gpointer user_data);

/** Silence; @done follows when the device is closed, which is at once unless it hangs. */
void cusax_player_stop (CusaxPlayer *player);

/** Stops; @done is not called any more. What is open is closed in the background. */
void cusax_player_free (CusaxPlayer *player);

G_END_DECLS
