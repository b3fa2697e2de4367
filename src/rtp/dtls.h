/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One DTLS-SRTP association of one component (RFC 5763, RFC 5764, RFC 8842), on OpenSSL: from the first ClientHello to keys
 * for srtp.c. Who the other side is says the fingerprint out of SDP, compared before any key is given away. Knows no sockets
 * and no SDP.
 *
 * Not locked, and its timer fires by itself: from start on only the thread of start's context may touch an association, and
 * the owner may hold no lock that its own callbacks take.
 */
#pragma once

#include "transport-description.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CusaxDtls CusaxDtls;

/** CusaxDtlsIdentity: a certificate and its key. Any thread, one at a time. */
typedef struct _CusaxDtlsIdentity CusaxDtlsIdentity;

/** Makes them, in about 1 ms. Returns: (transfer full) (nullable): NULL if OpenSSL cannot */
CusaxDtlsIdentity *cusax_dtls_identity_new (void);

/** Returns: (transfer none): SHA-256 of the certificate, "AB:CD:..." */
const char *cusax_dtls_identity_get_fingerprint (const CusaxDtlsIdentity *identity);

/** Associations that stand keep what they need. */
void cusax_dtls_identity_free (CusaxDtlsIdentity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxDtlsIdentity, cusax_dtls_identity_free)

/** CusaxDtlsKeys: what both sides encrypt with; secret: wipe. */
typedef struct
{
  CusaxSrtpSuite suite;
  guint8 outbound[CUSAX_SRTP_KEY_LENGTH]; /* master key and salt as srtp.c takes them; unused bytes are 0 */
  guint8 inbound[CUSAX_SRTP_KEY_LENGTH];
} CusaxDtlsKeys;

/** CusaxDtlsCallbacks: called from inside of start, receive and the retransmission timer, send from free, too; none may free
 * the association. */
typedef struct
{
  void (*send) (gpointer user_data, const guint8 *data, gsize length);       /* one datagram for the network */
  void (*on_keys) (gpointer user_data, const CusaxDtlsKeys *keys);           /* once; borrowed */
  void (*on_failed) (gpointer user_data, const GError *error);               /* once; CUSAX_ERROR_HANDSHAKE */
} CusaxDtlsCallbacks;

/**
 * cusax_dtls_new:
 * @identity: who we are; borrowed for the call
 * @is_client: we send the ClientHello (a=setup:active)
 * @hash: "sha-256", "sha-384" or "sha-512"
 * @fingerprint: of their certificate, "AB:CD:..."
 *
 * Returns: (transfer full): NULL with CUSAX_ERROR_UNSUPPORTED (hash), CUSAX_ERROR_INVALID (fingerprint) or CUSAX_ERROR_MEDIA
 */
CusaxDtls *cusax_dtls_new (const CusaxDtlsIdentity *identity, gboolean is_client, const char *hash, const char *fingerprint,
                           const CusaxDtlsCallbacks *callbacks, gpointer user_data, GError **error);

/**
 * cusax_dtls_start:
 *
 * Begins: the client sends its hello; timers run in @context. What receive was given before is looked at now. There is no
 * deadline: a peer that stays silent is asked again after 100 ms, 200 ms and so on for 14 s if we are the client, and waited
 * for for ever if we are not.
 */
void cusax_dtls_start (CusaxDtls *dtls, GMainContext *context);

/** Returns: TRUE if we send the ClientHello. */
gboolean cusax_dtls_is_client (const CusaxDtls *dtls);

/** One datagram that cusax_packet_classify calls DTLS. Before start up to 4 are kept. After the keys: answers retransmissions,
 * notices close_notify. */
void cusax_dtls_receive (CusaxDtls *dtls, const guint8 *data, gsize length);

/** Returns: TRUE if the other side said close_notify after the handshake: it will send nothing more with these keys. */
gboolean cusax_dtls_is_closed (const CusaxDtls *dtls);

/** Says close_notify if the handshake was through, wipes and frees. */
void cusax_dtls_free (CusaxDtls *dtls);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxDtls, cusax_dtls_free)

G_END_DECLS
