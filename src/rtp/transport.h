/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CusaxTransport of ports.h for real: carries one call's packets between the network and the media session's
 * loopback leg, finds the way (ICE, RFC 8445; TURN; symmetric RTP), encrypts and decrypts (SDES, RFC 4568; DTLS-SRTP,
 * RFC 5764), counts, and notices silence. The public functions belong to the main thread; packets move in the media thread,
 * whatever the main loop does.
 *
 *   made                leg bound, keys made                    gather -> open, or on_failed
 *   open, NEW           network sockets bound and drained       set_remote -> CONNECTING or READY
 *   CONNECTING          checks, then a handshake, 8 s each      READY, or on_failed with NO_PATH or HANDSHAKE
 *   READY               packets flow as the direction allows    set_remote again: re-INVITE; a pair that is lost, or
 *                                                               another fingerprint: CONNECTING
 * Any state ends by shutdown: when it returns, keys are wiped, sockets closed, and nothing of it runs any more; only relays are
 * given back in the background (cusax_thread_hold).
 *
 * A peer without ICE is served by the same sockets: taken over from libnice, or, if the default address is a relayed one, through
 * the relay. A pair that does not answer any more (RFC 7675) fails only after 30 s in all; an offer or a move may come earlier.
 * ICE does not begin anew with credentials of our own while the address stays: whoever restarts is answered with those we have.
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
 * on_local_ready or on_failed once, on_local_ready again after move; on_first_rtp once for each way; on_failed once at most, also
 * without gather if the leg could not be made. on_silence of what we send begins with READY, also if nobody has answered yet and
 * the session gives nothing for that reason: set_remote and a direction that opens begin anew.
 *
 * Notes on the vtable: packets of the session are dropped until set_remote, packets of the network as well (and
 * counted); a ClientHello is kept. set_remote keeps SRTP state (ROC, replay list) of every key that stays the same and returns
 * FALSE with CUSAX_ERROR_INVALID (state, address, keys on one side only), _UNSUPPORTED (address family), or
 * _NOT_PROTECTED (keys asked for, but made without offer_crypto or offer_dtls); then nothing has changed. RTCP flows in every
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
