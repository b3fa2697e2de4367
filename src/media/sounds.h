/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sounds of a telephone: ring, call waiting, ringback, busy. The ring follows the host's settings for sounds; the
 * others are part of a call and come from where that is heard. Nothing here waits for a device, and a device that does
 * not work costs one line in the log.
 */
#pragma once

#include "ports.h"

#include <account.h>

G_BEGIN_DECLS

/**
 * cusax_sounds_new:
 * @account: whose status decides on ringing; borrowed, must outlive the port
 *
 * Returns: (transfer full): for cusax_sounds_free()
 */
CusaxSoundPort *cusax_sounds_new (PurpleAccount *account);

/** Silence at once; what hangs goes on closing in the background. */
void cusax_sounds_free (CusaxSoundPort *port);

/**
 * cusax_sounds_set_ring_device:
 * @device: (nullable): see soundsink.h; NULL: where the host's own sounds come from
 *
 * Counts from the next ring on.
 */
void cusax_sounds_set_ring_device (CusaxSoundPort *port, const char *device);

G_END_DECLS
