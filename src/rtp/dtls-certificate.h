/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who this process is in DTLS-SRTP: one self-signed EC P-256 certificate (RFC 8827 section 6.5), made when it is first needed,
 * and the OpenSSL context that every association is made of. Both leave with the media thread, so that a plugin which is
 * unloaded leaves no key behind. Any thread.
 */
#pragma once

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
 * cusax_dtls_certificate_ref_context:
 *
 * A handshake of it asks for a certificate, and fails with an alert unless that is the one of the SSL's CusaxDtlsPeer.
 *
 * Returns: (transfer full) (nullable): for SSL_CTX_free; NULL if OpenSSL cannot. Shared: nothing of it may be changed
 */
SSL_CTX *cusax_dtls_certificate_ref_context (void);

/** Drops certificate and key; whoever asks later gets others. Associations that stand keep theirs. */
void cusax_dtls_certificate_forget (void);

G_END_DECLS
