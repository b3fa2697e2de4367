/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Part of the relay: reaches one server over TCP or TLS and verifies it (RFC 5922). All or nothing: the stream
 * is handed over when every check has passed, with no byte of SIP sent before.
 */
#pragma once

#include "relay.h"

G_BEGIN_DECLS

typedef struct _CusaxOuter CusaxOuter;

/**
 * CusaxOuterCallback:
 * @stream: (transfer full) (nullable): the verified stream; NULL: failed
 * @connection: (transfer full) (nullable): the TCP connection under it (the same object without TLS)
 * @error: (nullable): why not, in words, domain CUSAX_ERROR
 * @certificate: (nullable): set with CUSAX_ERROR_CERTIFICATE
 *
 * Called once, never from inside cusax_outer_connect(); the CusaxOuter is gone then.
 */
typedef void (*CusaxOuterCallback) (gpointer user_data, GIOStream *stream, GSocketConnection *connection,
                                    const GError *error, const CusaxRelayCertificate *certificate);

/** Returns: (transfer none): valid until the callback or cusax_outer_cancel(). Names as for
 * cusax_relay_connect(). */
CusaxOuter *cusax_outer_connect (const CusaxTarget *target, const char *verify_name, const char *other_name,
                                 CusaxTrust *trust, guint timeout_ms, CusaxOuterCallback callback,
                                 gpointer user_data);

/** Gives up; the callback is not called. */
void cusax_outer_cancel (CusaxOuter *outer);

/** Sets what every stream of the relay has: no delay (SIP is small and waits for answers). */
void cusax_outer_tune (GSocketConnection *connection);

G_END_DECLS
