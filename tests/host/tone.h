/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a recording holds: the share of one tone in the power of its end (Goertzel's algorithm).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * host_tone_share:
 * @file: 16 bit mono WAV as the host's loudspeaker writes it
 * @seconds: how much of the end counts
 * @level: (out) (nullable): power of all that is there, dBFS
 *
 * Returns: 0 (nothing of it, or less than @seconds recorded) to 1 (nothing else)
 */
double host_tone_share (const char *file, double hertz, double seconds, double *level);

G_END_DECLS
