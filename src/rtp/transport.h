/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CusaxTransport of ports.h for real: carries one call's packets between the network and the media session's
 * loopback leg, encrypts and decrypts, counts, and notices silence. The public functions belong to the main
 * thread; packets move in the media thread, whatever the main loop does. Plain RTP and SDES (RFC 4568) today.
 *
 *   NEW        leg bound, keys made                     gather -> OPEN, or on_failed
 *   OPEN       network sockets bound and drained        set_remote -> CONNECTED
 *   CONNECTED  packets flow as the direction allows     set_remote again: re-INVITE
 * Any state ends by shutdown: when it returns, sockets are closed, keys wiped, and nothing of it runs any more.
 */
#pragma once

#include "ports.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * cusax_transport_new:
 * @config: copied
 * @listener: copied; members may be NULL
 *
 * CusaxTransportNew of ports.h. Callbacks run in the default main context, from its loop, never after shutdown.
 * on_local_ready or on_failed once; on_first_rtp once for each way; on_failed may come without gather if the
 * leg could not be made.
 *
 * Notes on the vtable: packets of the session are dropped until set_remote, packets of the network as well (and
 * counted). set_remote keeps SRTP state (ROC, replay list) of every key that stays the same and returns FALSE
 * with CUSAX_ERROR_INVALID (state, address, keys on one side only), _UNSUPPORTED (address family), or
 * _NOT_PROTECTED (keys asked for, but made without offer_crypto); then nothing has changed. RTCP flows in every
 * direction (RFC 3264 section 8.4). A direction of SENDRECV is assumed at first.
 *
 * Returns: (transfer full): ended by its shutdown
 */
CusaxTransport *cusax_transport_new (const CusaxTransportConfig *config, const CusaxTransportListener *listener,
                                     gpointer user_data);

/**
 * cusax_transport_prepare:
 *
 * Does in the media thread what the first call would else wait for (10 to 70 ms in libsrtp). Optional; between
 * cusax_thread_init and cusax_thread_shutdown, best when telephony is first switched on. Returns at once.
 */
void cusax_transport_prepare (void);

G_END_DECLS
