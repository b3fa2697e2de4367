/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of GStreamer's threads when the host quits. They have encrypted with NSS (Debian's libsrtp2 does), which
 * libpurple shuts down in mid-quit, and a thread that ends after that brings the process down.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** From now on they stay, idle, until the process ends. Once, when the host begins to quit. */
void cusax_streamthreads_keep (void);

G_END_DECLS
