/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loopback leg of a transport: two UDP sockets on 127.0.0.1 that talk with the media session of this
 * process only, protected by SRTP with keys of their own so that no other local program can be heard or listen.
 * Not locked, the transport serialises. Knows nothing of the network side.
 */
#pragma once

#include "packet.h"
#include "ports.h"
#include "udp.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CusaxLegSockets CusaxLegSockets;

/**
 * cusax_leg_new:
 * @protect: TRUE: AES_CM_128_HMAC_SHA1_80 with fresh keys both ways
 *
 * Returns: (transfer full): NULL with CUSAX_ERROR_MEDIA
 */
CusaxLegSockets *cusax_leg_new (gboolean protect, GError **error);

/** Returns: ports and keys for the media session; owned by @leg */
const CusaxLeg *cusax_leg_get (const CusaxLegSockets *leg);

/** Starts reading; @receive is called in @context's thread and passes packets to cusax_leg_open. */
void cusax_leg_attach (CusaxLegSockets *leg, GMainContext *context, CusaxUdpReceive receive,
                       gpointer user_data);

/** Where the media session listens; from now on only it is heard. Returns: FALSE if the system refuses */
gboolean cusax_leg_set_peer (CusaxLegSockets *leg, guint16 rtp_port, guint16 rtcp_port);

/**
 * cusax_leg_open:
 *
 * @socket: the tag with which it came
 *
 * Decrypts a packet of the session in place.
 *
 * Returns: RTP or RTCP, which may come on either socket; INVALID if it must be dropped
 */
CusaxPacketKind cusax_leg_open (CusaxLegSockets *leg, guint socket, const CusaxUdpAddress *from, guint8 *data,
                                gsize *length);

/** Encrypts @data in place (room behind it!) and sends it to the session, if there is one yet. */
void cusax_leg_send (CusaxLegSockets *leg, CusaxPacketKind kind, guint8 *data, gsize length);

/** Closes and wipes the keys; in the thread of the context it was attached to. */
void cusax_leg_free (CusaxLegSockets *leg);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxLegSockets, cusax_leg_free)

G_END_DECLS
