/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who we are in DTLS-SRTP: a self-signed EC P-256 certificate (RFC 8827 section 6.5) and the OpenSSL context that associations
 * are made of. Each transport has its own: by one certificate, whoever takes two calls knows that they come from one device,
 * and an anonymous one whose it is.
 */
#pragma once

#include "dtls.h"

#include <glib.h>
#include <openssl/ssl.h>

G_BEGIN_DECLS

/** CusaxDtlsPeer: whose certificate is the right one: what the app data of an SSL of the context have to be. */
typedef struct
{
  const EVP_MD *algorithm;
  guint8 digest[EVP_MAX_MD_SIZE];
  gboolean is_verified; /* set by the handshake alone: the certificate that they proved to own has @digest */
} CusaxDtlsPeer;

/** Returns: FALSE with CUSAX_ERROR_UNSUPPORTED (@hash) or CUSAX_ERROR_INVALID (@fingerprint), see cusax_dtls_new */
gboolean cusax_dtls_peer_init (CusaxDtlsPeer *peer, const char *hash, const char *fingerprint, GError **error);

/**
 * cusax_dtls_identity_get_context:
 *
 * A handshake of it asks for a certificate, and fails with an alert unless that is the one of the SSL's CusaxDtlsPeer.
 *
 * Returns: (transfer none): nothing of it may be changed
 */
SSL_CTX *cusax_dtls_identity_get_context (const CusaxDtlsIdentity *identity);

G_END_DECLS
