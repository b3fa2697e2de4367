/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The BIO between OpenSSL and an association: one read gives one datagram, one write is one datagram. OpenSSL's memory BIO is a
 * stream: what is left of a broken datagram there would spoil the one behind it.
 */
#pragma once

#include <glib.h>
#include <openssl/bio.h>

G_BEGIN_DECLS

/** What leaves an association with the fragmentation that the path surely bears (RFC 8489 section 6.1: 1280 of IPv6). */
#define CUSAX_DTLS_MTU 1200

/** CusaxDtlsWire: outlives the BIO. */
typedef struct
{
  const guint8 *incoming; /* (nullable): the datagram to be read next; NULL again when it was */
  gsize incoming_length;
  void (*send) (gpointer user_data, const guint8 *data, gsize length);
  gpointer user_data;
} CusaxDtlsWire;

/** Returns: (transfer full) (nullable): the table of such a BIO, for BIO_meth_free after all BIOs of it are gone */
BIO_METHOD *cusax_dtls_bio_method_new (void);

/** Returns: (transfer full) (nullable) */
BIO *cusax_dtls_bio_new (const BIO_METHOD *method, CusaxDtlsWire *wire);

G_END_DECLS
