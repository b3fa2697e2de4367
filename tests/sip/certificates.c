/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See certificates.h. */
#include "certificates.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

struct _TestAuthority
{
  EVP_PKEY *key;
  X509 *x509;
};

static void
add_extension (X509 *x509, int nid, const char *value)
{
  X509V3_CTX context;
  X509_EXTENSION *extension;

  X509V3_set_ctx_nodb (&context);
  X509V3_set_ctx (&context, x509, x509, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  g_assert_nonnull (extension);
  X509_add_ext (x509, extension, -1);
  X509_EXTENSION_free (extension);
}

static X509 *
make_x509 (EVP_PKEY *key, const char *name, const char *alt_names, int from_days, int to_days, X509 *issuer,
           EVP_PKEY *issuer_key)
{
  static long serial = 1;
  X509 *x509 = X509_new ();

  X509_set_version (x509, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (x509), ++serial);
  X509_gmtime_adj (X509_getm_notBefore (x509), from_days * 86400L);
  X509_gmtime_adj (X509_getm_notAfter (x509), to_days * 86400L);
  X509_set_pubkey (x509, key);
  X509_NAME_add_entry_by_txt (X509_get_subject_name (x509), "CN", MBSTRING_ASC, (const unsigned char *) name,
                              -1, -1, 0);
  X509_set_issuer_name (x509, X509_get_subject_name (issuer != NULL ? issuer : x509));
  if (alt_names != NULL)
    add_extension (x509, NID_subject_alt_name, alt_names);
  else
    {
      add_extension (x509, NID_basic_constraints, "critical,CA:TRUE");
      add_extension (x509, NID_key_usage, "critical,keyCertSign,cRLSign");
    }
  g_assert_cmpint (X509_sign (x509, issuer_key != NULL ? issuer_key : key, EVP_sha256 ()), >, 0);
  return x509;
}

static char *
write_pem (X509 *x509, EVP_PKEY *key)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  const char *text;
  char *copy;
  long length;

  PEM_write_bio_X509 (bio, x509);
  if (key != NULL)
    PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL);
  length = BIO_get_mem_data (bio, &text);
  copy = g_strndup (text, (gsize) length);
  BIO_free (bio);
  return copy;
}

TestAuthority *
test_authority_new (void)
{
  TestAuthority *authority = g_new0 (TestAuthority, 1);

  authority->key = EVP_EC_gen ("P-256");
  authority->x509 = make_x509 (authority->key, "CUSAX test authority", NULL, -1, 30, NULL, NULL);
  return authority;
}

void
test_authority_free (TestAuthority *authority)
{
  X509_free (authority->x509);
  EVP_PKEY_free (authority->key);
  g_free (authority);
}

char *
test_authority_get_pem (TestAuthority *authority)
{
  return write_pem (authority->x509, NULL);
}

GTlsCertificate *
test_certificate_new (TestAuthority *authority, const char *alt_names, int from_days, int to_days)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *x509
    = make_x509 (key, "test server", alt_names, from_days, to_days, authority != NULL ? authority->x509 : NULL,
                 authority != NULL ? authority->key : NULL);
  g_autofree char *pem = write_pem (x509, key);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_pem (pem, -1, &error);

  g_assert_no_error (error);
  X509_free (x509);
  EVP_PKEY_free (key);
  return certificate;
}
