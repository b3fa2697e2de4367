/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See dtls-rig.h. */
#include "dtls-rig.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* -------------------------------------------------------------------- time */

#define STEP_MS 5
/* For the libraries to find: the program's own symbols come before libc's. */
#define EXPORT __attribute__ ((visibility ("default")))

static gint64 offset_us;

EXPORT int
clock_gettime (clockid_t id, struct timespec *now)
{
  int result = (int) syscall (SYS_clock_gettime, id, now);
  gint64 us = now->tv_nsec / 1000 + offset_us % G_USEC_PER_SEC;

  now->tv_sec += offset_us / G_USEC_PER_SEC + us / G_USEC_PER_SEC;
  now->tv_nsec = us % G_USEC_PER_SEC * 1000;
  return result;
}

EXPORT int
gettimeofday (struct timeval *now, void *zone)
{
  struct timespec precise;

  clock_gettime (CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

/* -------------------------------------------------------------------- ends */

static void
on_send (gpointer user_data, const guint8 *data, gsize length)
{
  DtlsEnd *end = user_data;

  g_queue_push_tail (&end->sent, g_bytes_new (data, length));
  end->n_sent++;
  end->longest = MAX (end->longest, length);
}

static void
on_keys (gpointer user_data, const CusaxDtlsKeys *keys)
{
  DtlsEnd *end = user_data;

  end->n_keys++;
  end->keys = *keys;
}

static void
on_failed (gpointer user_data, const GError *error)
{
  DtlsEnd *end = user_data;

  end->n_failed++;
  g_clear_error (&end->failure);
  end->failure = g_error_copy (error);
}

static CusaxDtlsIdentity *identity;

const CusaxDtlsIdentity *
dtls_rig_identity (void)
{
  if (identity == NULL)
    identity = cusax_dtls_identity_new ();
  return identity;
}

DtlsEnd *
dtls_end_new (gboolean is_client, const char *hash, const char *fingerprint)
{
  static const CusaxDtlsCallbacks callbacks = { on_send, on_keys, on_failed };
  DtlsEnd *end = g_new0 (DtlsEnd, 1);
  g_autoptr (GError) error = NULL;

  g_queue_init (&end->sent);
  end->dtls = cusax_dtls_new (dtls_rig_identity (), is_client, hash, fingerprint, &callbacks, end, &error);
  g_assert_no_error (error);
  return end;
}

DtlsEnd *
dtls_end_new_usual (gboolean is_client)
{
  return dtls_end_new (is_client, "sha-256", cusax_dtls_identity_get_fingerprint (dtls_rig_identity ()));
}

static void
free_bytes (gpointer bytes)
{
  g_bytes_unref (bytes);
}

void
dtls_end_free (DtlsEnd *end)
{
  if (end == NULL)
    return;
  cusax_dtls_free (end->dtls);
  SSL_free (end->ssl);
  BIO_meth_free (end->method);
  g_queue_clear_full (&end->sent, free_bytes);
  g_clear_error (&end->failure);
  g_free (end);
}

/* --------------------------------------------------------------- strangers */

static struct
{
  EVP_PKEY *key;
  X509 *certificate;
} stranger_identity;

static void
ensure_stranger (void)
{
  X509 *certificate;

  if (stranger_identity.key != NULL)
    return;
  stranger_identity.key = EVP_RSA_gen (2048);
  certificate = stranger_identity.certificate = X509_new ();
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), 1);
  X509_gmtime_adj (X509_getm_notBefore (certificate), -7200);
  X509_gmtime_adj (X509_getm_notAfter (certificate), -3600); /* nobody looks at that */
  X509_set_pubkey (certificate, stranger_identity.key);
  g_assert_cmpint (X509_sign (certificate, stranger_identity.key, EVP_sha256 ()), >, 0);
}

void
dtls_strangers_forget (void)
{
  g_clear_pointer (&stranger_identity.key, EVP_PKEY_free);
  g_clear_pointer (&stranger_identity.certificate, X509_free);
  g_clear_pointer (&identity, cusax_dtls_identity_free);
}

char *
dtls_stranger_fingerprint (const char *hash)
{
  g_autofree char *name = g_strdup_printf ("SHA%s", hash + strlen ("sha-"));
  GString *text = g_string_new (NULL);
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int length;

  ensure_stranger ();
  g_assert_cmpint (X509_digest (stranger_identity.certificate, EVP_get_digestbyname (name), digest, &length), ==, 1);
  for (guint i = 0; i < length; i++)
    g_string_append_printf (text, "%s%02X", i > 0 ? ":" : "", digest[i]);
  return g_string_free (text, FALSE);
}

static int
accept_all (X509_STORE_CTX *store, void *data)
{
  return 1;
}

DtlsEnd *
dtls_end_new_stranger (gboolean is_client, const DtlsStranger *stranger)
{
  SSL_CTX *context = SSL_CTX_new (DTLS_method ());
  DtlsEnd *end = g_new0 (DtlsEnd, 1);
  BIO *bio;

  ensure_stranger ();
  g_queue_init (&end->sent);
  if (stranger->profiles != NULL)
    g_assert_cmpint (SSL_CTX_set_tlsext_use_srtp (context, stranger->profiles), ==, 0);
  if (stranger->has_certificate)
    {
      SSL_CTX_use_certificate (context, stranger_identity.certificate);
      SSL_CTX_use_PrivateKey (context, stranger_identity.key);
    }
  if (stranger->version != 0)
    {
      SSL_CTX_set_security_level (context, 0);
      SSL_CTX_set_min_proto_version (context, stranger->version);
      SSL_CTX_set_max_proto_version (context, stranger->version);
    }
  SSL_CTX_set_verify (context, SSL_VERIFY_PEER, NULL);
  SSL_CTX_set_cert_verify_callback (context, accept_all, NULL);
  end->ssl = SSL_new (context);
  SSL_CTX_free (context);
  SSL_set_options (end->ssl, SSL_OP_NO_QUERY_MTU);
  DTLS_set_link_mtu (end->ssl, 600); /* its certificate comes in pieces */
  end->wire.send = on_send;
  end->wire.user_data = end;
  end->method = cusax_dtls_bio_method_new ();
  bio = cusax_dtls_bio_new (end->method, &end->wire);
  SSL_set_bio (end->ssl, bio, bio);
  if (is_client)
    SSL_set_connect_state (end->ssl);
  else
    SSL_set_accept_state (end->ssl);
  return end;
}

/* RFC 5764 section 4.2, written down a second time. */
static void
stranger_export (DtlsEnd *end)
{
  const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile (end->ssl);
  gboolean is_gcm = profile != NULL && strcmp (profile->name, "SRTP_AEAD_AES_128_GCM") == 0;
  gboolean is_client = !SSL_is_server (end->ssl);
  guint8 block[60];
  guint salt = is_gcm ? 12 : 14;

  if (profile == NULL)
    return;
  g_assert_cmpint (SSL_export_keying_material (end->ssl, block, is_gcm ? 56 : 60, "EXTRACTOR-dtls_srtp", 19, NULL, 0, 0), ==,
                   1);
  end->keys.suite = is_gcm ? CUSAX_SRTP_AEAD_AES_128_GCM : CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80;
  memcpy (end->keys.outbound, block + (is_client ? 0 : 16), 16);
  memcpy (end->keys.inbound, block + (is_client ? 16 : 0), 16);
  memcpy (end->keys.outbound + 16, block + 32 + (is_client ? 0 : salt), salt);
  memcpy (end->keys.inbound + 16, block + 32 + (is_client ? salt : 0), salt);
}

static void
stranger_step (DtlsEnd *end)
{
  int result;

  if (end->is_broken)
    return;
  ERR_clear_error ();
  if (end->is_done)
    {
      guint8 data[16];

      result = SSL_read (end->ssl, data, sizeof data);
      end->is_broken = result <= 0 && SSL_get_error (end->ssl, result) != SSL_ERROR_WANT_READ;
    }
  else
    {
      result = SSL_do_handshake (end->ssl);
      end->is_done = result == 1;
      end->is_broken = result != 1 && SSL_get_error (end->ssl, result) != SSL_ERROR_WANT_READ;
      if (end->is_done)
        stranger_export (end);
    }
  ERR_clear_error ();
}

/* -------------------------------------------------------------------- wire */

void
dtls_end_start (DtlsEnd *end)
{
  if (end->dtls != NULL)
    cusax_dtls_start (end->dtls, NULL);
  else
    stranger_step (end);
}

void
dtls_end_give (DtlsEnd *end, const guint8 *data, gsize length)
{
  if (end->dtls != NULL)
    {
      cusax_dtls_receive (end->dtls, data, length);
      return;
    }
  end->wire.incoming = data;
  end->wire.incoming_length = length;
  stranger_step (end);
}

gboolean
dtls_wire_is_up (const DtlsWire *wire)
{
  for (guint i = 0; i < 2; i++)
    if (wire->ends[i]->n_keys == 0 && !wire->ends[i]->is_done)
      return FALSE;
  return TRUE;
}

static void
give_garbage (DtlsWire *wire, DtlsEnd *to, const guint8 *data, gsize length)
{
  guint8 junk[200];

  for (gsize i = 0; i < sizeof junk; i++)
    junk[i] = g_rand_int (wire->random);
  junk[0] = 20 + junk[0] % 44;
  dtls_end_give (to, junk, g_rand_int_range (wire->random, 1, sizeof junk));
  dtls_end_give (to, data, g_rand_int_range (wire->random, 1, length)); /* a beginning of what is to come */
}

static void
carry_from (DtlsWire *wire, guint side)
{
  DtlsEnd *from = wire->ends[side], *to = wire->ends[!side];
  guint number = from->n_sent - from->sent.length;
  g_autoptr (GBytes) bytes = wire->turns_round ? g_queue_pop_tail (&from->sent) : g_queue_pop_head (&from->sent);
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  wire->n_delivered++;
  if (number < 64 && (wire->lost[side] >> number & 1) != 0)
    return;
  if (wire->loses_percent > 0 && (guint) g_rand_int_range (wire->random, 0, 100) < wire->loses_percent)
    return;
  if (number < 64 && (wire->cut[side] >> number & 1) != 0)
    length /= 2;
  if (wire->adds_garbage)
    give_garbage (wire, to, data, length);
  dtls_end_give (to, data, length);
  if (wire->doubles)
    dtls_end_give (to, data, length);
}

gboolean
dtls_wire_carry (DtlsWire *wire)
{
  for (guint side = 0; side < 2; side++)
    if (wire->ends[side]->sent.length > 0)
      {
        carry_from (wire, side);
        return TRUE;
      }
  return FALSE;
}

void
dtls_wire_settle (DtlsWire *wire)
{
  for (guint i = 0; i < 10000 && dtls_wire_carry (wire); i++)
    ;
}

static void
let_pass (DtlsWire *wire, guint ms)
{
  offset_us += ms * G_GINT64_CONSTANT (1000);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  for (guint side = 0; side < 2; side++)
    if (wire->ends[side]->ssl != NULL && !wire->ends[side]->is_broken)
      {
        DTLSv1_handle_timeout (wire->ends[side]->ssl);
        ERR_clear_error ();
      }
}

guint
dtls_wire_run (DtlsWire *wire, guint ms)
{
  for (guint passed = 0; passed < ms; passed += STEP_MS)
    {
      dtls_wire_settle (wire);
      if (dtls_wire_is_up (wire))
        return passed;
      let_pass (wire, STEP_MS);
    }
  dtls_wire_settle (wire);
  return ms;
}
