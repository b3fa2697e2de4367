/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps a call from being torn down while it is still being set up. With the first packet, libpurple builds the
 * playing side of a stream in a streaming thread, which takes as long as the loudspeaker takes to open; ending
 * the call meanwhile frees the stream under its hands (seen as a crash, and as a deadlock). When the guard is
 * freed, no building begins any more, and one that has begun is waited for.
 */
#pragma once

#include <glib.h>

G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* its GParameter */
#include <farstream/fs-stream.h>
    G_GNUC_END_IGNORE_DEPRECATIONS

        G_BEGIN_DECLS

    typedef struct _CusaxGuard CusaxGuard;

/** Returns: (transfer full): watches @stream, which must not have got a packet yet. */
CusaxGuard *cusax_guard_new (FsStream *stream);

/** Returns: (transfer none) */
FsStream *cusax_guard_get_stream (CusaxGuard *guard);

/**
 * cusax_guard_free:
 *
 * Main thread, right before libpurple ends the call: returns when nothing is being built and nothing can be any
 * more, after a second at the latest.
 */
void cusax_guard_free (CusaxGuard *guard);

G_END_DECLS
