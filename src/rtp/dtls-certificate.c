/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See dtls-certificate.h and dtls.h. */
#include "dtls-certificate.h"

#include "dtls.h"
#include "error.h"
#include "srtp.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <string.h>

#define DAY 86400L
/* The fingerprint says who it is, a date does not: it only must not be wrong for a peer with another clock. */
#define VALID_BEFORE DAY
#define VALID_AFTER (3650 * DAY)

/* "AB:" for each byte of SHA-256 */
#define FINGERPRINT_SIZE (3 * 32)

struct _CusaxDtlsIdentity
{
  SSL_CTX *context;
  char fingerprint[FINGERPRINT_SIZE];
};

/* -------------------------------------------------------------- the others */

static const EVP_MD *
find_algorithm (const char *hash)
{
  if (g_ascii_strcasecmp (hash, "sha-256") == 0)
    return EVP_sha256 ();
  if (g_ascii_strcasecmp (hash, "sha-384") == 0)
    return EVP_sha384 ();
  if (g_ascii_strcasecmp (hash, "sha-512") == 0)
    return EVP_sha512 ();
  return NULL;
}

/* "AB:CD:..." of exactly @length bytes. */
static gboolean
read_fingerprint (const char *text, guint8 *digest, gsize length)
{
  if (strlen (text) != 3 * length - 1)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      int high = g_ascii_xdigit_value (text[3 * i]), low = g_ascii_xdigit_value (text[3 * i + 1]);

      if (high < 0 || low < 0 || (i + 1 < length && text[3 * i + 2] != ':'))
        return FALSE;
      digest[i] = high << 4 | low;
    }
  return TRUE;
}

gboolean
cusax_dtls_peer_init (CusaxDtlsPeer *peer, const char *hash, const char *fingerprint, GError **error)
{
  memset (peer, 0, sizeof *peer);
  peer->algorithm = hash != NULL ? find_algorithm (hash) : NULL;
  if (peer->algorithm == NULL)
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, "a fingerprint of an unknown kind");
      return FALSE;
    }
  if (fingerprint == NULL || !read_fingerprint (fingerprint, peer->digest, EVP_MD_get_size (peer->algorithm)))
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "not a fingerprint of %s", hash);
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_expected (const CusaxDtlsPeer *peer, const X509 *certificate)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;

  return certificate != NULL && X509_digest (certificate, peer->algorithm, digest, &length) == 1
         && (int) length == EVP_MD_get_size (peer->algorithm) && CRYPTO_memcmp (digest, peer->digest, length) == 0;
}

/* In place of OpenSSL's search for authorities: a certificate is good if SDP named it (RFC 8122 section 6.2). */
static int
verify (X509_STORE_CTX *store, void *data)
{
  SSL *ssl = X509_STORE_CTX_get_ex_data (store, SSL_get_ex_data_X509_STORE_CTX_idx ());
  CusaxDtlsPeer *peer = SSL_get_app_data (ssl);

  peer->is_verified = is_expected (peer, X509_STORE_CTX_get0_cert (store));
  X509_STORE_CTX_set_error (store, peer->is_verified ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
  return peer->is_verified;
}

/* --------------------------------------------------------------- ourselves */

static gboolean
set_serial (X509 *certificate)
{
  guint8 bytes[8];
  guint64 serial;

  if (RAND_bytes (bytes, sizeof bytes) != 1)
    return FALSE;
  memcpy (&serial, bytes, sizeof serial);
  return ASN1_INTEGER_set_uint64 (X509_get_serialNumber (certificate), serial >> 1) == 1; /* positive */
}

/* Returns: (transfer full) (nullable) */
static X509 *
make_certificate (EVP_PKEY *key)
{
  X509 *certificate = X509_new ();
  X509_NAME *name = certificate != NULL ? X509_get_subject_name (certificate) : NULL;

  if (name != NULL && X509_set_version (certificate, 2) == 1 && set_serial (certificate)
      && X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const guint8 *) "CUSAX", -1, -1, 0) == 1
      && X509_set_issuer_name (certificate, name) == 1
      && X509_gmtime_adj (X509_getm_notBefore (certificate), -VALID_BEFORE) != NULL
      && X509_gmtime_adj (X509_getm_notAfter (certificate), VALID_AFTER) != NULL
      && X509_set_pubkey (certificate, key) == 1 && X509_sign (certificate, key, EVP_sha256 ()) > 0)
    return certificate;
  X509_free (certificate);
  return NULL;
}

static gboolean
write_fingerprint (CusaxDtlsIdentity *identity, X509 *certificate)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;

  if (X509_digest (certificate, EVP_sha256 (), digest, &length) != 1 || 3 * length != FINGERPRINT_SIZE)
    return FALSE;
  for (guint i = 0; i < length; i++)
    g_snprintf (identity->fingerprint + 3 * i, i + 1 < length ? 4 : 3, "%02X:", digest[i]); /* no colon at the end */
  return TRUE;
}

static SSL_CTX *
make_context (EVP_PKEY *key, X509 *certificate)
{
  /* Best first. A libsrtp built without a cryptographic library has no GCM. */
  const char *profiles = cusax_srtp_has_suite (CUSAX_SRTP_AEAD_AES_128_GCM)
                           ? "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"
                           : "SRTP_AES128_CM_SHA1_80";
  SSL_CTX *context = SSL_CTX_new (DTLS_method ());

  if (context != NULL && SSL_CTX_set_min_proto_version (context, DTLS1_2_VERSION) == 1
      && SSL_CTX_use_certificate (context, certificate) == 1 && SSL_CTX_use_PrivateKey (context, key) == 1
      && SSL_CTX_set_tlsext_use_srtp (context, profiles) == 0) /* 0 is good here */
    {
      /* A session that is resumed shows no certificate. */
      SSL_CTX_set_options (context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_QUERY_MTU);
      SSL_CTX_set_session_cache_mode (context, SSL_SESS_CACHE_OFF);
      SSL_CTX_set_verify (context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
      SSL_CTX_set_cert_verify_callback (context, verify, NULL);
      return context;
    }
  SSL_CTX_free (context);
  return NULL;
}

CusaxDtlsIdentity *
cusax_dtls_identity_new (void)
{
  CusaxDtlsIdentity *identity = g_new0 (CusaxDtlsIdentity, 1);
  EVP_PKEY *key;
  X509 *certificate = NULL;

  ERR_set_mark (); /* perhaps the main thread: errors of others are theirs */
  key = EVP_EC_gen ("P-256");
  if (key != NULL)
    certificate = make_certificate (key);
  if (certificate != NULL && write_fingerprint (identity, certificate))
    identity->context = make_context (key, certificate);
  X509_free (certificate);
  EVP_PKEY_free (key);
  ERR_pop_to_mark ();
  if (identity->context == NULL)
    g_clear_pointer (&identity, g_free);
  return identity;
}

SSL_CTX *
cusax_dtls_identity_get_context (const CusaxDtlsIdentity *identity)
{
  return identity->context;
}

const char *
cusax_dtls_identity_get_fingerprint (const CusaxDtlsIdentity *identity)
{
  return identity->fingerprint;
}

void
cusax_dtls_identity_free (CusaxDtlsIdentity *identity)
{
  if (identity == NULL)
    return;
  SSL_CTX_free (identity->context);
  g_free (identity);
}
