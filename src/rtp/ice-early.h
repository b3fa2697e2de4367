/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes at a socket of libnice's before it knows whom it talks with: it would throw all away that is no STUN, and with it
 * the ClientHello that overtakes the answer. Looks first, takes what is none of libnice's business, leaves STUN where it is.
 */
#pragma once

#include "udp.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * cusax_ice_early_new:
 * @fd: a datagram socket that somebody else reads in @context, at a priority of 0 or less urgent; stays open while this lives
 *
 * Returns: (transfer full): attached to @context; ended by g_source_destroy() and g_source_unref()
 */
GSource *cusax_ice_early_new (int fd, GMainContext *context, CusaxUdpReceive receive, gpointer user_data, guint tag);

G_END_DECLS
