/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What test-dtls.c stands on: ends of an association (ours, or OpenSSL used as a stranger would), a wire between two that loses,
 * doubles, turns round and spoils, and time that passes as fast as nothing happens. No sockets.
 */
#pragma once

#include "dtls-bio.h"
#include "dtls.h"

#include <glib.h>
#include <openssl/ssl.h>

G_BEGIN_DECLS

/** DtlsEnd: one side; either dtls or ssl is set. */
typedef struct
{
  CusaxDtls *dtls;
  GQueue sent; /* (element-type GBytes): under way to the other side */
  guint n_sent;
  gsize longest;
  guint n_keys;
  CusaxDtlsKeys keys;
  guint n_failed;
  GError *failure;

  /* A stranger. */
  SSL *ssl;
  CusaxDtlsWire wire;
  BIO_METHOD *method;
  gboolean is_done, is_broken;
} DtlsEnd;

/** DtlsStranger: another implementation's habits. */
typedef struct
{
  const char *profiles; /* (nullable): no use_srtp */
  gboolean has_certificate; /* RSA with 2048 bits */
  int version;          /* the only one that it speaks; 0: any */
} DtlsStranger;

/** DtlsWire: bit n: the datagram number n of that direction. */
typedef struct
{
  DtlsEnd *ends[2];
  guint64 lost[2]; /* what that end sends */
  guint64 cut[2];
  gboolean doubles;
  gboolean turns_round;     /* the last of what is under way comes first */
  gboolean adds_garbage;
  guint loses_percent;
  GRand *random;
  guint n_delivered;
} DtlsWire;

DtlsEnd *dtls_end_new (gboolean is_client, const char *hash, const char *fingerprint);

/** Who we are, made at the first call. */
const CusaxDtlsIdentity *dtls_rig_identity (void);

/** Our own certificate is also that of the other side if both are ours. */
DtlsEnd *dtls_end_new_usual (gboolean is_client);
DtlsEnd *dtls_end_new_stranger (gboolean is_client, const DtlsStranger *stranger);

/** Fingerprint of strangers' certificate. Returns: (transfer full) */
char *dtls_stranger_fingerprint (const char *hash);

/** And dtls_rig_identity's. */
void dtls_strangers_forget (void);

void dtls_end_start (DtlsEnd *end);
void dtls_end_give (DtlsEnd *end, const guint8 *data, gsize length);
void dtls_end_free (DtlsEnd *end);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsEnd, dtls_end_free)

/** Both have keys, or are strangers who are done. */
gboolean dtls_wire_is_up (const DtlsWire *wire);

/** Carries one datagram of either side. Returns: FALSE if none was under way */
gboolean dtls_wire_carry (DtlsWire *wire);

/** Carries until nothing is under way; no time passes. */
void dtls_wire_settle (DtlsWire *wire);

/** Carries, and lets @ms pass where nothing is under way. Returns: milliseconds until it was up, or @ms */
guint dtls_wire_run (DtlsWire *wire, guint ms);

G_END_DECLS
