/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first call of a process has GStreamer load some forty plugins and Farstream look at all formats, 200 to 400 ms in which
 * nothing else happens in the main loop. It is done once beforehand, in a thread, while the other telephone rings.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CusaxWarmup CusaxWarmup;

/** Returns: (transfer full): it has begun. GStreamer must have been started. Opens no device and no socket. */
CusaxWarmup *cusax_warmup_new (gboolean with_video);

/** Waits for its end: code of libraries that are about to go must not run any more. */
void cusax_warmup_free (CusaxWarmup *warmup);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxWarmup, cusax_warmup_free)

G_END_DECLS
