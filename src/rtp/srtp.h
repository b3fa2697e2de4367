/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One direction of SRTP and SRTCP (RFC 3711, RFC 7714) with one master key, on libsrtp2. Used for the network side (SDES,
 * RFC 4568, and DTLS-SRTP) and for the loopback leg. Knows no sockets and no SDP; not locked, the owner serialises.
 */
#pragma once

#include "packet.h"
#include "transport-description.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CusaxSrtp CusaxSrtp;

typedef enum
{
  CUSAX_SRTP_ENCRYPT,
  CUSAX_SRTP_DECRYPT
} CusaxSrtpRole;

/**
 * cusax_srtp_new:
 * @suite: not NONE
 * @key: master key and salt, of AEAD_AES_128_GCM the first 28 bytes; copied
 *
 * Returns: (transfer full): NULL with CUSAX_ERROR_MEDIA if libsrtp fails
 */
CusaxSrtp *cusax_srtp_new (CusaxSrtpRole role, CusaxSrtpSuite suite, const guint8 key[CUSAX_SRTP_KEY_LENGTH],
                           GError **error);

/** Frees @srtp and wipes its keys. */
void cusax_srtp_free (CusaxSrtp *srtp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxSrtp, cusax_srtp_free)

/** Returns: TRUE if @srtp (nullable) was made with exactly these: it must then be kept, or its ROC is lost. */
gboolean cusax_srtp_matches (const CusaxSrtp *srtp, CusaxSrtpSuite suite,
                             const guint8 key[CUSAX_SRTP_KEY_LENGTH]);

/**
 * cusax_srtp_apply:
 * @kind: RTP or RTCP, as cusax_packet_classify found
 * @data: aligned to 4 bytes, with CUSAX_PACKET_ROOM spare bytes behind @length
 *
 * Encrypts or decrypts in place. Encryption closes big jumps of a sender's RTP sequence numbers, which SRTP
 * would take for replays.
 *
 * Returns: FALSE if the packet must be dropped: not authentic, replayed, or one sender too many
 */
gboolean cusax_srtp_apply (CusaxSrtp *srtp, CusaxPacketKind kind, guint8 *data, gsize *length);

/**
 * cusax_srtp_prepare:
 *
 * Initialises libsrtp once for the process (its self-tests and NSS take 10 to 70 ms); cusax_srtp_new does it if
 * nobody did. Any thread; a second caller waits for the first.
 *
 * Returns: FALSE if libsrtp is broken
 */
gboolean cusax_srtp_prepare (void);

/** Returns: TRUE if this libsrtp can do @suite: without NSS, OpenSSL or Mbed TLS it has no GCM. Any thread. */
gboolean cusax_srtp_has_suite (CusaxSrtpSuite suite);

/** Fills @key with random bytes from the kernel. Returns: FALSE with CUSAX_ERROR_MEDIA if it gives none */
gboolean cusax_srtp_make_key (guint8 key[CUSAX_SRTP_KEY_LENGTH], GError **error);

G_END_DECLS
