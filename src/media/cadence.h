/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a telephone's sounds sound: which tone, how long, how loud, sample by sample. Ringback, busy and call waiting are
 * the 425 Hz of most of Europe (ITU-T E.180); the ring is two tones in turn. Pure.
 */
#pragma once

#include "ports.h"

#include <glib.h>

G_BEGIN_DECLS

#define CUSAX_CADENCE_RATE 48000

/** What BUSY lasts. */
#define CUSAX_CADENCE_BUSY_MS 3000

/**
 * cusax_cadence_fill:
 * @first: number of the first sample since the sound began
 * @samples: (out): mono
 * @gain: 1 is a level for most ears and rooms; up to 2
 *
 * Endless for all but BUSY and NONE.
 */
void cusax_cadence_fill (CusaxSound sound, guint64 first, gint16 *samples, gsize length, double gain);

G_END_DECLS
