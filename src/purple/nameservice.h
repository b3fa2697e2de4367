/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers libpurple's questions for names (A, AAAA, SRV, TXT) through GResolver. libpurple itself forks a child for each
 * and calls the resolver there, which no program with threads may do: if one of them (ours, libcurl's, GStreamer's) holds
 * a lock of the C library at that moment, the child waits for ever and so does chat. Process-wide, as libpurple's table of
 * operations is; a user interface that has operations of its own keeps them.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Before the first sign-in of ours; does nothing if it is done already. */
void cusax_nameservice_init (void);

/** At unload: questions that are open fail, later ones are libpurple's own again. */
void cusax_nameservice_shutdown (void);

G_END_DECLS
