/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which sound a telephone makes, from the states of its calls: one at a time. Pure.
 */
#pragma once

#include "call.h"
#include "ports.h"

G_BEGIN_DECLS

/**
 * cusax_ringer_choose:
 * @calls: (element-type CusaxCall): those that the person knows of
 *
 * RING for one that comes while nothing else is spoken on, WAITING if something is; RINGBACK for one of ours that rings
 * there, unless its early media are heard; else NONE. A ringing one goes before ringback.
 */
CusaxSound cusax_ringer_choose (const GPtrArray *calls);

G_END_DECLS
