/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of several calls is meant: for commands, menus and lines. Pure looks at an account's list; knows no
 * words and no libpurple.
 */
#pragma once

#include "account.h"
#include "call.h"

G_BEGIN_DECLS

/** CusaxCallFilter: Returns: TRUE if @call is one that could be meant. */
typedef gboolean (*CusaxCallFilter) (CusaxCall *call);

gboolean cusax_callpick_is_any (CusaxCall *call);
gboolean cusax_callpick_is_ringing_here (CusaxCall *call);
gboolean cusax_callpick_is_active (CusaxCall *call);
gboolean cusax_callpick_is_spoken_on (CusaxCall *call);   /* ACTIVE, not on hold by us */
gboolean cusax_callpick_is_on_hold (CusaxCall *call);     /* ACTIVE, by us */
gboolean cusax_callpick_is_ours_to_end (CusaxCall *call); /* everything but what rings here */
gboolean cusax_callpick_takes_digits (CusaxCall *call);
gboolean cusax_callpick_can_be_reached (
  CusaxCall *call); /* ACTIVE, or it rings there: an attended transfer may go to it */

guint cusax_callpick_count (const CusaxAccount *phone, CusaxCallFilter filter);

/**
 * cusax_callpick_find:
 *
 * Returns: (transfer none) (nullable): the only one that fits, or the one that is spoken on among several.
 * NULL: none, or nobody knows which
 */
CusaxCall *cusax_callpick_find (const CusaxAccount *phone, CusaxCallFilter filter);

/** Returns: (transfer none) (nullable): the call beside @call (nullable) that is spoken on, else another one
 * that is not ringing here and not on hold. */
CusaxCall *cusax_callpick_beside (const CusaxAccount *phone, CusaxCall *call);

/** Returns: (transfer none) (nullable): the call beside @target (nullable) that is meant by "transfer it": the
 * only one that stands, or the one that is spoken on */
CusaxCall *cusax_callpick_to_transfer (const CusaxAccount *phone, CusaxCall *target);

G_END_DECLS
