/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Part of the relay: the UDP road. The outer socket is connected to the server, the inner one (on 127.0.0.1) to
 * nua's port, so the kernel drops what strangers send to either. Outer address and nua's port number agree, as
 * servers expect of a phone (RFC 3581 or not).
 */
#pragma once

#include "relay.h"

G_BEGIN_DECLS

typedef struct _CusaxDatagram CusaxDatagram;

typedef struct
{
  void (*on_bytes) (gpointer user_data, gboolean outgoing, const char *bytes, gsize length);
  /* The network says that the server is not there; the outer socket is closed. */
  void (*on_end) (gpointer user_data, const GError *error);
} CusaxDatagramListener;

CusaxDatagram *cusax_datagram_new (const CusaxDatagramListener *listener, gpointer user_data);

/**
 * cusax_datagram_open:
 * @keepalive_ms: CRLF goes out after this time without a datagram to the server; 0: never
 *
 * Opens the outer socket, or opens it anew: inner port and nua's port stay. @info gets ports and addresses;
 * info->local_address is owned by the datagram. nua's port is held for nua until cusax_datagram_yield_port().
 *
 * Returns: FALSE with a GIO error
 */
gboolean cusax_datagram_open (CusaxDatagram *datagram, const CusaxTarget *target, guint keepalive_ms,
                              CusaxRelayInfo *info, GError **error);

/** Lets go of nua's port, right before nua binds it. */
void cusax_datagram_yield_port (CusaxDatagram *datagram);

/** Closes the outer socket only. */
void cusax_datagram_close (CusaxDatagram *datagram);

/** Closes both sockets. The listener is not called any more. */
void cusax_datagram_free (CusaxDatagram *datagram);

G_END_DECLS
