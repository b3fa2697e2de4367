/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Part of the relay: reaches one server over TCP or TLS and verifies it (RFC 5922). All or nothing: the stream
 * is handed over when every check has passed, with no byte of SIP sent before.
 */
#pragma once

#include "relay.h"

G_BEGIN_DECLS

typedef struct _CusaxOuter CusaxOuter;

/** CusaxOuterQuery: borrowed for the call; names as for cusax_relay_connect(). */
typedef struct
{
  const CusaxTarget *target;
  const char *verify_name, *other_name;
  CusaxTrust *trust;                   /* (nullable): must outlive the connection's making */
  GTlsCertificate *client_certificate; /* (nullable) */
  guint timeout_ms;
} CusaxOuterQuery;

/** CusaxOuterResult: borrowed for the call. */
typedef struct
{
  GIOStream *stream; /* (transfer full): verified */
  GSocketConnection
    *connection;           /* (transfer full): the TCP connection under it (the same object without TLS) */
  const char *tls_version; /* (nullable): static */
  CusaxPeerTrust trust;
} CusaxOuterResult;

/**
 * CusaxOuterCallback:
 * @result: (nullable): NULL: failed
 * @error: (nullable): why, in words, domain CUSAX_ERROR
 * @certificate: (nullable): set with CUSAX_ERROR_CERTIFICATE
 *
 * Called once, never from inside cusax_outer_connect(); the CusaxOuter is gone then.
 */
typedef void (*CusaxOuterCallback) (gpointer user_data, const CusaxOuterResult *result, const GError *error,
                                    const CusaxCertificate *certificate);

/** Returns: (transfer none): valid until the callback or cusax_outer_cancel(). */
CusaxOuter *cusax_outer_connect (const CusaxOuterQuery *query, CusaxOuterCallback callback, gpointer user_data);

/** Gives up; the callback is not called. */
void cusax_outer_cancel (CusaxOuter *outer);

/** Sets what every stream of the relay has: no delay (SIP is small and waits for answers). */
void cusax_outer_tune (GSocketConnection *connection);

G_END_DECLS
