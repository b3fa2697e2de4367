/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which device sounds what: the ring where the person wants to hear it, everything else in the ear, where calls are
 * heard. For each there is a row of devices: what cannot be opened is followed by the next.
 */
#pragma once

#include "ports.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * cusax_soundsink_make:
 * @ring_device: (nullable): name of a device as libpurple's hosts list them, as PulseAudio does, or ALSA's ("hw:1")
 * @choice: (inout): 0 for the first; becomes the next one
 * @name: (out) (transfer full): for a log
 *
 * Nothing is opened yet.
 *
 * Returns: (transfer floating) (nullable): NULL if there are no more
 */
GstElement *cusax_soundsink_make (CusaxSound sound, const char *ring_device, guint *choice, char **name);

G_END_DECLS
