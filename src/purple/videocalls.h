/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures in calls (P25, R16, R24): whether the person can be offered to show one, and what is said when pictures come, go
 * or fail. Finch shows none: there they are never offered.
 */
#pragma once

#include "account.h"
#include "call.h"
#include "dialable.h"

G_BEGIN_DECLS

/**
 * cusax_videocalls_can:
 * @why: (out) (optional) (transfer full): a translated sentence if FALSE: what is missing
 *
 * Returns: TRUE if this host and this computer can show our camera to somebody. Asks for the camera.
 */
gboolean cusax_videocalls_can (CusaxAccount *phone, char **why);

/** CusaxVideoAnswer: what answering a picture with a picture comes to here. */
typedef enum
{
  CUSAX_VIDEO_ANSWER_NONE,
  CUSAX_VIDEO_ANSWER_SEE, /* theirs is shown here; there is no camera */
  CUSAX_VIDEO_ANSWER_BOTH
} CusaxVideoAnswer;

/** INCOMING. Asks for the camera if they offer a picture. */
CusaxVideoAnswer cusax_videocalls_get_answer (CusaxAccount *phone, CusaxCall *call);

/** Returns: (nullable): the label of a box for that; NULL: none */
const char *cusax_videocalls_answer_label (CusaxVideoAnswer answer);

/** Returns: TRUE if a contact that can be called at @list may be offered a call with pictures (R24): not by telephone
 * numbers alone. Says nothing of this computer. */
gboolean cusax_videocalls_are_for (const GPtrArray *list);

/** CusaxVideoSeen: what was last said; zero: nothing. */
typedef struct
{
  CusaxDirection direction;
  gboolean offered, refused, failed;
} CusaxVideoSeen;

/**
 * cusax_videocalls_change:
 * @name: of the other side, for people
 * @seen: (inout): what was said before
 *
 * Returns: (transfer full) (nullable): what is new about the pictures of @call, one sentence or two; NULL: nothing, also
 *   while the call is on hold
 */
char *cusax_videocalls_change (CusaxAccount *phone, CusaxCall *call, const char *name, CusaxVideoSeen *seen);

/** Returns: (transfer full): why cusax_account_dial_video() failed with CUSAX_ERROR_MEDIA */
char *cusax_videocalls_failure (const GError *reason);

/** As cusax_call_set_video(), with words. */
gboolean cusax_videocalls_set (CusaxAccount *phone, CusaxCall *call, gboolean on, GError **error);

G_END_DECLS
