/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See keypair.h. */
#include "keypair.h"

#include "error.h"

#include <glib/gstdio.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Sofia checks the dates on each new connection, and a process may live for months. */
#define VALID_DAYS (10 * 365)

struct _CusaxKeypair
{
  GTlsCertificate *certificate;
  char *dir;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)

static gboolean
add_extension (X509 *x509, int nid, const char *value)
{
  X509V3_CTX context;
  X509_EXTENSION *extension;
  gboolean done;

  X509V3_set_ctx_nodb (&context);
  X509V3_set_ctx (&context, x509, x509, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  done = extension != NULL && X509_add_ext (x509, extension, -1) == 1;
  X509_EXTENSION_free (extension);
  return done;
}

static gboolean
set_random_serial (X509 *x509)
{
  guint64 serial;

  return RAND_bytes ((unsigned char *) &serial, sizeof serial) == 1
         && ASN1_INTEGER_set_uint64 (X509_get_serialNumber (x509), serial >> 1) == 1;
}

/* Returns: (transfer full) (nullable): a certificate for 127.0.0.1, signed by its own key */
static X509 *
make_certificate (EVP_PKEY *key)
{
  g_autoptr (X509) x509 = X509_new ();
  X509_NAME *name;

  if (x509 == NULL || X509_set_version (x509, X509_VERSION_3) != 1 || !set_random_serial (x509)
      || X509_gmtime_adj (X509_getm_notBefore (x509), -24L * 3600) == NULL
      || X509_gmtime_adj (X509_getm_notAfter (x509), 24L * 3600 * VALID_DAYS) == NULL
      || X509_set_pubkey (x509, key) != 1)
    return NULL;

  name = X509_get_subject_name (x509);
  if (X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const unsigned char *) "127.0.0.1", -1, -1, 0) != 1
      || X509_set_issuer_name (x509, name) != 1)
    return NULL;

  /* CA:TRUE, for Sofia takes it as the one entry of its list of authorities. */
  if (!add_extension (x509, NID_basic_constraints, "critical,CA:TRUE")
      || !add_extension (x509, NID_subject_alt_name, "IP:127.0.0.1")
      || X509_sign (x509, key, EVP_sha256 ()) == 0)
    return NULL;
  return g_steal_pointer (&x509);
}

static char *
copy_text (BIO *bio)
{
  const char *text;
  long length = BIO_get_mem_data (bio, &text);

  return length > 0 ? g_strndup (text, (gsize) length) : NULL;
}

static char *
write_certificate_pem (X509 *x509)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());

  return bio != NULL && PEM_write_bio_X509 (bio, x509) == 1 ? copy_text (bio) : NULL;
}

static char *
write_key_pem (EVP_PKEY *key)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_secmem ());

  return bio != NULL && PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL) == 1 ? copy_text (bio)
                                                                                            : NULL;
}

static void
free_secret (char *text)
{
  if (text != NULL)
    OPENSSL_cleanse (text, strlen (text));
  g_free (text);
}

/* O_EXCL: nobody can have put a link there, and the mode is right from the first byte on. */
static gboolean
write_private_file (const char *dir, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  gsize length = strlen (text);
  int fd = g_open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean done;

  if (fd < 0)
    return FALSE;
  done = write (fd, text, length) == (gssize) length;
  return close (fd) == 0 && done;
}

/* Returns: (transfer full) (nullable): a new folder of mode 0700, in memory if the system has such a place */
static char *
make_dir (void)
{
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
  g_autofree char *dir = NULL;

  if (runtime != NULL && *runtime != '\0')
    {
      dir = g_build_filename (runtime, "cusax-XXXXXX", NULL);
      if (g_mkdtemp_full (dir, 0700) != NULL)
        return g_steal_pointer (&dir);
    }
  return g_dir_make_tmp ("cusax-XXXXXX", NULL);
}

static gboolean
write_files (CusaxKeypair *keypair, const char *both, const char *certificate_pem)
{
  keypair->dir = make_dir ();
  return keypair->dir != NULL && write_private_file (keypair->dir, "agent.pem", both)
         && write_private_file (keypair->dir, "cafile.pem", certificate_pem);
}

CusaxKeypair *
cusax_keypair_new (GError **error)
{
  g_autoptr (CusaxKeypair) keypair = g_new0 (CusaxKeypair, 1);
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (X509) x509 = key != NULL ? make_certificate (key) : NULL;
  g_autofree char *certificate_pem = x509 != NULL ? write_certificate_pem (x509) : NULL;
  char *key_pem = certificate_pem != NULL ? write_key_pem (key) : NULL;
  char *both = key_pem != NULL ? g_strconcat (certificate_pem, key_pem, NULL) : NULL;

  ERR_clear_error ();
  if (both != NULL)
    keypair->certificate = g_tls_certificate_new_from_pem (both, -1, NULL);
  if (keypair->certificate == NULL)
    g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, "no key for the inner leg can be made");
  else if (!write_files (keypair, both, certificate_pem))
    {
      g_clear_object (&keypair->certificate);
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED,
                           "the key of the inner leg cannot be written to the temporary folder");
    }

  free_secret (key_pem);
  free_secret (both);
  return keypair->certificate != NULL ? g_steal_pointer (&keypair) : NULL;
}

void
cusax_keypair_free (CusaxKeypair *keypair)
{
  if (keypair == NULL)
    return;
  cusax_keypair_drop_files (keypair);
  g_clear_object (&keypair->certificate);
  g_free (keypair);
}

GTlsCertificate *
cusax_keypair_get_certificate (CusaxKeypair *keypair)
{
  return keypair->certificate;
}

const char *
cusax_keypair_get_dir (CusaxKeypair *keypair)
{
  return keypair->dir;
}

void
cusax_keypair_drop_files (CusaxKeypair *keypair)
{
  static const char *const names[] = { "agent.pem", "cafile.pem" };

  if (keypair->dir == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (keypair->dir, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (keypair->dir);
  g_clear_pointer (&keypair->dir, g_free);
}
