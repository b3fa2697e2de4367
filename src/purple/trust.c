/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See trust.h. */
#include "trust.h"

#include <purple.h>

#include <string.h>

/* libpurple's TLS plugins load on first use; without one no scheme reads certificates. */
static PurpleCertificatePool *
get_pool (void)
{
  if (!purple_ssl_is_supported () || purple_certificate_find_scheme ("x509") == NULL)
    return NULL;

  PurpleCertificatePool *pool = purple_certificate_find_pool ("x509", "tls_peers");
  return pool != NULL && purple_certificate_pool_usable (pool) ? pool : NULL;
}

static gboolean
has_fingerprint (PurpleCertificate *certificate, const guint8 *der, gsize length)
{
  g_autoptr (GByteArray) pinned = purple_certificate_get_fingerprint_sha256 (certificate, FALSE);
  GChecksumType type = G_CHECKSUM_SHA256;
  if (pinned == NULL)
    {
      /* A TLS plugin from before 2.12; SHA-1 is what libpurple itself then compares by. */
      pinned = purple_certificate_get_fingerprint_sha1 (certificate);
      type = G_CHECKSUM_SHA1;
    }
  if (pinned == NULL)
    return FALSE;

  guint8 digest[32];
  gsize digest_length = sizeof digest;
  g_autoptr (GChecksum) checksum = g_checksum_new (type);
  g_checksum_update (checksum, der, (gssize) length);
  g_checksum_get_digest (checksum, digest, &digest_length);
  return pinned->len == digest_length && memcmp (pinned->data, digest, digest_length) == 0;
}

static gboolean
trust_is_pinned (CusaxTrust *trust, const char *host, guint16 port, const guint8 *der, gsize length)
{
  if (host == NULL || *host == '\0' || der == NULL || length == 0 || length > G_MAXINT)
    return FALSE;

  /* The pool names a file after the host, as libpurple got it from the account: usually lower case. */
  PurpleCertificatePool *pool = get_pool ();
  g_autofree char *name = g_ascii_strdown (host, -1);
  if (pool == NULL || !purple_certificate_pool_contains (pool, name))
    return FALSE;

  PurpleCertificate *certificate = purple_certificate_pool_retrieve (pool, name);
  if (certificate == NULL)
    return FALSE;

  gboolean same = has_fingerprint (certificate, der, length);
  purple_certificate_destroy (certificate);
  return same;
}

CusaxTrust *
cusax_trust_get (void)
{
  static CusaxTrust trust = { trust_is_pinned };
  return &trust;
}
