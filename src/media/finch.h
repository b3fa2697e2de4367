/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finch shows a call inside its conversation, and two things there are to be put right. When the call begins, the focus stays in
 * the entry. And when the window of the conversation is closed, Finch's handler for the end of the call goes on to use the
 * conversation after it is gone: so the call is hung up at that moment, with that one handler out of the way. Other user
 * interfaces have a window for the call: there, nothing is done.
 */
#pragma once

#include <purple.h>

G_BEGIN_DECLS

typedef struct _CusaxFinch CusaxFinch;

/** Returns: TRUE if the user interface is Finch. */
gboolean cusax_finch_is_running (void);

/**
 * cusax_finch_new:
 * @media: fresh from create_media: the only handlers of "state-changed" are the backend's and Finch's
 * @who: name of the call's conversation; borrowed, as @account and @media, until cusax_finch_free()
 *
 * Returns: (transfer full) (nullable): NULL when the user interface is not Finch
 */
CusaxFinch *cusax_finch_new (PurpleMedia *media, PurpleAccount *account, const char *who);

void cusax_finch_free (CusaxFinch *finch);

G_END_DECLS
