/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network path of a transport: the RTP and the RTCP socket, where each sends to, and from whom each takes
 * packets (symmetric RTP, RFC 4961, for peers behind NAT). Sockets that come from elsewhere plug in here. Not
 * locked, the transport serialises. Knows neither SRTP nor the media session.
 *
 *   what came from        plain RTP                            SRTP, authentic
 *   SDP's address         taken and sent to, after a move      taken
 *                         too; source fixed from now on
 *   elsewhere, first      taken if nothing came from SDP's:    taken; sent there from now on (once per SDP)
 *                         sent there, source fixed
 *   elsewhere, later      dropped                              taken, target stays
 * "Once", "first" and "fixed" hold until the next cusax_path_set_remote. If that says the same address again, "elsewhere" is
 * taken in plain RTP only when whom we sent to has been silent for a second: a stranger who keeps on sending would
 * else have the call at the next session refresh.
 */
#pragma once

#include "packet.h"
#include "transport-description.h"
#include "udp.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CusaxPath CusaxPath;

/** CusaxPathComponent: RFC 8445 numbers them from 1. */
typedef enum
{
  CUSAX_PATH_RTP,
  CUSAX_PATH_RTCP
} CusaxPathComponent;

/**
 * cusax_path_new:
 * @local_address: IP literal of this machine: packets leave from it and are taken at it only
 * @port_min, @port_max: 0 = any
 *
 * Returns: (transfer full): NULL with CUSAX_ERROR_INVALID or CUSAX_ERROR_MEDIA
 */
CusaxPath *cusax_path_new (const char *local_address, guint port_min, guint port_max, GError **error);

/** Makes a path of bound sockets, RTP and RTCP, which it takes over. Returns: (transfer full): NULL with CUSAX_ERROR_INVALID;
 * the sockets are closed then */
CusaxPath *cusax_path_new_from_sockets (const char *local_address, CusaxUdp *pair[2], GError **error);

guint16 cusax_path_get_port (const CusaxPath *path, CusaxPathComponent component);

/** Starts reading; the tag of @receive is a CusaxPathComponent. */
void cusax_path_attach (CusaxPath *path, GMainContext *context, CusaxUdpReceive receive, gpointer user_data);

/**
 * cusax_path_set_remote:
 *
 * Takes what SDP says: address, ports, mux. If the address is the one of the previous SDP, the target learnt
 * from the peer's packets is kept, but may be learnt anew. 0.0.0.0 and :: (old hold, RFC 3264 section 8.4) are
 * heard, never sent to.
 *
 * Returns: FALSE with CUSAX_ERROR_INVALID (no literal, port 0, multicast) or CUSAX_ERROR_UNSUPPORTED (the other
 *   address family); nothing has changed then
 */
gboolean cusax_path_set_remote (CusaxPath *path, const CusaxTransportDescription *remote, GError **error);

/** @now: monotonic. Returns: TRUE if a packet from @from may be looked at. Changes nothing. FALSE before set_remote. */
gboolean cusax_path_may_come_from (const CusaxPath *path, CusaxPathComponent component,
                                   const CusaxUdpAddress *from, gboolean is_srtp, gint64 now);

/** Notes a packet that could come from @from and was good (authentic, if SRTP): learns where to send. */
void cusax_path_note_source (CusaxPath *path, CusaxPathComponent component, const CusaxUdpAddress *from,
                             gboolean is_srtp, gint64 now);

/**
 * cusax_path_note_handshake:
 *
 * Notes a DTLS datagram of an association that has no keys yet: answers go where it came from, while nothing came from SDP's
 * address. Proves nothing; cusax_path_note_source decides when there are keys.
 */
void cusax_path_note_handshake (CusaxPath *path, CusaxPathComponent component, const CusaxUdpAddress *from);

/** Returns: TRUE if @from is whom SDP names, or whom we send to. */
gboolean cusax_path_is_known (const CusaxPath *path, CusaxPathComponent component, const CusaxUdpAddress *from);

/** Sends on @component's socket: what is neither RTP nor RTCP. Returns: TRUE if the datagram left */
gboolean cusax_path_send_raw (CusaxPath *path, CusaxPathComponent component, const guint8 *data, gsize length);

/** Returns: (transfer full): our address and port for RTP */
char *cusax_path_dup_local (const CusaxPath *path);

/** Returns: (transfer none): where RTP goes now; family AF_UNSPEC = nowhere */
const CusaxUdpAddress *cusax_path_get_target (const CusaxPath *path);

/** Sends on the socket that SDP gives @kind. Returns: TRUE if the packet left */
gboolean cusax_path_send (CusaxPath *path, CusaxPacketKind kind, const guint8 *data, gsize length);

/** Closes; in the thread of the context it was attached to. */
void cusax_path_free (CusaxPath *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxPath, cusax_path_free)

G_END_DECLS
