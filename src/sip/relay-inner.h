/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Part of the relay: a port on 127.0.0.1 that only this process can use. With a certificate: mutual TLS, where
 * the other end must show the very same one. Without: the other end of the connection must be one of our own
 * sockets. Whoever else connects is turned away and costs nothing but a line in the log.
 *
 * On Sofia 1.12.11 each TLS connection that nua opens costs about 70 KB for good: its tls_free() forgets the
 * SSL.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _CusaxInner CusaxInner;

typedef struct
{
  /* Asked as soon as somebody connects: FALSE turns them away without a handshake. */
  gboolean (*is_wanted) (gpointer user_data);
  /* A connection of our own, checked. Both (transfer full). */
  void (*on_stream) (gpointer user_data, GIOStream *stream, GSocketConnection *connection);
} CusaxInnerListener;

/**
 * cusax_inner_new:
 * @certificate: (nullable): TLS with this certificate and key on both sides; NULL: plain TCP
 * @timeout_ms: for a handshake
 *
 * Returns: (transfer full): NULL with a GIO error
 */
CusaxInner *cusax_inner_new (GTlsCertificate *certificate, guint timeout_ms, const CusaxInnerListener *listener,
                             gpointer user_data, GError **error);

guint16 cusax_inner_get_port (CusaxInner *inner);

/** Closes the port and drops unfinished handshakes. The listener is not called any more. */
void cusax_inner_free (CusaxInner *inner);

G_END_DECLS
