/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See dtls-bio.h. */
#include "dtls-bio.h"

#include <string.h>

#define UDP_OVER_IP 28

static int
bio_write (BIO *bio, const char *data, int length)
{
  CusaxDtlsWire *wire = BIO_get_data (bio);

  if (length > 0)
    wire->send (wire->user_data, (const guint8 *) data, length);
  return length; /* a datagram that does not leave is a lost one: the timer sends it again */
}

static int
bio_read (BIO *bio, char *data, int size)
{
  CusaxDtlsWire *wire = BIO_get_data (bio);
  int length = wire->incoming != NULL ? (int) MIN (wire->incoming_length, (gsize) MAX (size, 0)) : 0;

  BIO_clear_retry_flags (bio);
  if (length > 0)
    memcpy (data, wire->incoming, length);
  wire->incoming = NULL; /* like a socket: what did not fit is gone */
  if (length > 0)
    return length;
  BIO_set_retry_read (bio);
  return -1;
}

static long
bio_ctrl (BIO *bio, int command, long number, void *pointer)
{
  switch (command)
    {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
      return CUSAX_DTLS_MTU;
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:
      return UDP_OVER_IP;
    default:
      return 0;
    }
}

BIO_METHOD *
cusax_dtls_bio_method_new (void)
{
  /* Without an index of its own: there are 127 for the whole process. */
  BIO_METHOD *method = BIO_meth_new (BIO_TYPE_SOURCE_SINK, "cusax-dtls");

  if (method != NULL && BIO_meth_set_write (method, bio_write) == 1 && BIO_meth_set_read (method, bio_read) == 1
      && BIO_meth_set_ctrl (method, bio_ctrl) == 1)
    return method;
  BIO_meth_free (method);
  return NULL;
}

BIO *
cusax_dtls_bio_new (const BIO_METHOD *method, CusaxDtlsWire *wire)
{
  BIO *bio = BIO_new (method);

  if (bio == NULL)
    return NULL;
  BIO_set_data (bio, wire);
  BIO_set_init (bio, 1);
  return bio;
}
