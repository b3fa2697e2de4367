/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See dtls.h. */
#include "dtls.h"

#include "dtls-bio.h"
#include "dtls-certificate.h"
#include "error.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/time.h>

#define MAX_EARLY 4
/* RFC 6347 section 4.2.4.1 says one second; what is lost here is silence that a person hears. OpenSSL gives up after 12. */
#define FIRST_TIMEOUT_US 100000
#define LONGEST_TIMEOUT_US 1600000
/* RFC 5764 section 4.2 */
#define EXPORTER_LABEL "EXTRACTOR-dtls_srtp"

typedef enum
{
  STATE_NEW,       /* datagrams are kept */
  STATE_HANDSHAKE,
  STATE_DONE,      /* keys are out */
  STATE_CLOSED,    /* close_notify of theirs */
  STATE_FAILED
} State;

struct _CusaxDtls
{
  CusaxDtlsCallbacks callbacks;
  gpointer user_data;
  State state;
  gboolean is_client;
  CusaxDtlsPeer peer;
  BIO_METHOD *method;
  CusaxDtlsWire wire;
  SSL *ssl;
  GSource *timer;
  GBytes *early[MAX_EARLY];
  guint n_early;
};

/* How long keys and salts are (RFC 3711 section 8.2, RFC 7714 section 12). */
typedef struct
{
  unsigned long profile;
  CusaxSrtpSuite suite;
  gsize key, salt;
} Layout;

static const Layout layouts[] = { { SRTP_AEAD_AES_128_GCM, CUSAX_SRTP_AEAD_AES_128_GCM, 16, 12 },
                                  { SRTP_AES128_CM_SHA1_80, CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80, 16, 14 } };

/* ---------------------------------------------------------------- failures */

/* The last thing that OpenSSL says of it, or @fallback; for logs. */
static void
fail (CusaxDtls *dtls, const char *fallback)
{
  const char *reason = ERR_reason_error_string (ERR_peek_last_error ());
  g_autoptr (GError) error = g_error_new (CUSAX_ERROR, CUSAX_ERROR_HANDSHAKE, "DTLS: %s", reason != NULL ? reason : fallback);

  ERR_clear_error ();
  dtls->state = STATE_FAILED;
  if (dtls->timer != NULL)
    g_source_set_ready_time (dtls->timer, -1);
  dtls->callbacks.on_failed (dtls->user_data, error);
}

/* -------------------------------------------------------------------- keys */

/* RFC 5764 section 4.2: both keys, then both salts, the client's first. */
static gboolean
export_keys (CusaxDtls *dtls, const Layout *layout, CusaxDtlsKeys *keys)
{
  guint8 material[2 * CUSAX_SRTP_KEY_LENGTH];
  gsize key = layout->key, salt = layout->salt;
  guint8 *client = dtls->is_client ? keys->outbound : keys->inbound;
  guint8 *server = dtls->is_client ? keys->inbound : keys->outbound;
  gboolean ok = SSL_export_keying_material (dtls->ssl, material, 2 * (key + salt), EXPORTER_LABEL, strlen (EXPORTER_LABEL),
                                            NULL, 0, 0) == 1;

  if (ok)
    {
      memcpy (client, material, key);
      memcpy (server, material + key, key);
      memcpy (client + key, material + 2 * key, salt);
      memcpy (server + key, material + 2 * key + salt, salt);
      keys->suite = layout->suite;
    }
  explicit_bzero (material, sizeof material);
  return ok;
}

static const Layout *
find_layout (SSL *ssl)
{
  const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile (ssl);

  for (gsize i = 0; profile != NULL && i < G_N_ELEMENTS (layouts); i++)
    if (layouts[i].profile == profile->id)
      return &layouts[i];
  return NULL;
}

/* The handshake is through. */
static void
finish (CusaxDtls *dtls)
{
  const Layout *layout = find_layout (dtls->ssl);
  CusaxDtlsKeys keys = { 0 };

  if (!dtls->peer.is_verified)
    fail (dtls, "nobody looked at their certificate");
  else if (layout == NULL)
    {
      SSL_shutdown (dtls->ssl);
      fail (dtls, "no SRTP profile was agreed on (use_srtp)");
    }
  else if (!export_keys (dtls, layout, &keys))
    fail (dtls, "keys cannot be exported");
  else
    {
      dtls->state = STATE_DONE;
      dtls->callbacks.on_keys (dtls->user_data, &keys);
    }
  explicit_bzero (&keys, sizeof keys);
}

/* ------------------------------------------------------------------- steps */

static void
arm_timer (CusaxDtls *dtls)
{
  struct timeval left;

  if (dtls->state == STATE_FAILED || DTLSv1_get_timeout (dtls->ssl, &left) != 1)
    g_source_set_ready_time (dtls->timer, -1);
  else
    g_source_set_ready_time (dtls->timer, g_get_monotonic_time () + left.tv_sec * G_USEC_PER_SEC + left.tv_usec);
}

/* After the handshake nothing but retransmissions and alerts are of interest. */
static void
drain (CusaxDtls *dtls)
{
  guint8 ignored[256];

  for (guint i = 0; i < 64; i++) /* more records than fit into a datagram of ours */
    {
      int got;

      ERR_clear_error ();
      got = SSL_read (dtls->ssl, ignored, sizeof ignored);
      if (got > 0)
        continue;
      if (SSL_get_error (dtls->ssl, got) == SSL_ERROR_WANT_READ)
        return;
      dtls->state = STATE_CLOSED; /* close_notify, or broken for good */
      if ((SSL_get_shutdown (dtls->ssl) & SSL_RECEIVED_SHUTDOWN) != 0)
        SSL_shutdown (dtls->ssl);
      return;
    }
}

static void
step (CusaxDtls *dtls)
{
  if (dtls->state == STATE_HANDSHAKE)
    {
      int result, reason;

      ERR_clear_error ();
      result = SSL_do_handshake (dtls->ssl);
      reason = result == 1 ? SSL_ERROR_NONE : SSL_get_error (dtls->ssl, result);
      if (result == 1)
        finish (dtls);
      else if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE)
        fail (dtls, "the other side gave up");
    }
  else if (dtls->state == STATE_DONE)
    drain (dtls);
  arm_timer (dtls);
  ERR_clear_error (); /* GStreamer, libcurl and Sofia have OpenSSL, too */
}

static void
take (CusaxDtls *dtls, const guint8 *data, gsize length)
{
  if (dtls->state != STATE_HANDSHAKE && dtls->state != STATE_DONE)
    return;
  dtls->wire.incoming = data;
  dtls->wire.incoming_length = length;
  step (dtls);
  dtls->wire.incoming = NULL;
}

static gboolean
on_timer (gpointer data)
{
  CusaxDtls *dtls = data;

  g_source_set_ready_time (dtls->timer, -1);
  ERR_clear_error ();
  if (dtls->state != STATE_FAILED && DTLSv1_handle_timeout (dtls->ssl) < 0 && dtls->state == STATE_HANDSHAKE)
    fail (dtls, "no answer");
  arm_timer (dtls);
  ERR_clear_error ();
  return G_SOURCE_CONTINUE;
}

static unsigned int
next_timeout (SSL *ssl, unsigned int us)
{
  return us == 0 ? FIRST_TIMEOUT_US : MIN (2 * us, LONGEST_TIMEOUT_US);
}

static gboolean
timer_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

/* -------------------------------------------------------------------- life */

static gboolean
make_ssl (CusaxDtls *dtls, const CusaxDtlsIdentity *identity)
{
  BIO *bio = NULL;

  dtls->method = cusax_dtls_bio_method_new ();
  if (dtls->method != NULL)
    dtls->ssl = SSL_new (cusax_dtls_identity_get_context (identity));
  if (dtls->ssl != NULL)
    bio = cusax_dtls_bio_new (dtls->method, &dtls->wire);
  if (bio == NULL)
    return FALSE;
  SSL_set_bio (dtls->ssl, bio, bio); /* takes the one reference */
  SSL_set_app_data (dtls->ssl, &dtls->peer);
  DTLS_set_link_mtu (dtls->ssl, CUSAX_DTLS_MTU);
  DTLS_set_timer_cb (dtls->ssl, next_timeout);
  if (dtls->is_client)
    SSL_set_connect_state (dtls->ssl);
  else
    SSL_set_accept_state (dtls->ssl);
  return TRUE;
}

CusaxDtls *
cusax_dtls_new (const CusaxDtlsIdentity *identity, gboolean is_client, const char *hash, const char *fingerprint,
                const CusaxDtlsCallbacks *callbacks, gpointer user_data, GError **error)
{
  g_autoptr (CusaxDtls) dtls = g_new0 (CusaxDtls, 1);
  gboolean ok;

  dtls->callbacks = *callbacks;
  dtls->user_data = user_data;
  dtls->is_client = is_client;
  dtls->wire.send = callbacks->send;
  dtls->wire.user_data = user_data;
  if (!cusax_dtls_peer_init (&dtls->peer, hash, fingerprint, error))
    return NULL;
  ERR_set_mark (); /* perhaps the main thread: errors of others are theirs */
  ok = make_ssl (dtls, identity);
  ERR_pop_to_mark ();
  if (!ok)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA, "OpenSSL can do no DTLS");
      return NULL;
    }
  return g_steal_pointer (&dtls);
}

void
cusax_dtls_start (CusaxDtls *dtls, GMainContext *context)
{
  static GSourceFuncs functions = { .dispatch = timer_dispatch };

  g_return_if_fail (dtls->state == STATE_NEW);

  dtls->timer = g_source_new (&functions, sizeof (GSource));
  g_source_set_callback (dtls->timer, on_timer, dtls, NULL);
  g_source_attach (dtls->timer, context);
  dtls->state = STATE_HANDSHAKE;
  if (dtls->is_client)
    step (dtls);
  for (guint i = 0; i < dtls->n_early; i++)
    {
      gsize length;
      const guint8 *data = g_bytes_get_data (dtls->early[i], &length);

      if (!dtls->is_client) /* nothing of a server's can come before our hello */
        take (dtls, data, length);
      g_clear_pointer (&dtls->early[i], g_bytes_unref);
    }
  dtls->n_early = 0;
}

void
cusax_dtls_receive (CusaxDtls *dtls, const guint8 *data, gsize length)
{
  if (dtls->state != STATE_NEW)
    take (dtls, data, length);
  else if (dtls->n_early < MAX_EARLY)
    dtls->early[dtls->n_early++] = g_bytes_new (data, length);
}

gboolean
cusax_dtls_is_client (const CusaxDtls *dtls)
{
  return dtls->is_client;
}

gboolean
cusax_dtls_is_closed (const CusaxDtls *dtls)
{
  return dtls->state == STATE_CLOSED;
}

void
cusax_dtls_free (CusaxDtls *dtls)
{
  if (dtls == NULL)
    return;
  if (dtls->timer != NULL)
    g_source_destroy (dtls->timer);
  g_clear_pointer (&dtls->timer, g_source_unref);
  for (guint i = 0; i < dtls->n_early; i++)
    g_bytes_unref (dtls->early[i]);
  ERR_set_mark ();
  if (dtls->state == STATE_DONE)
    SSL_shutdown (dtls->ssl);
  SSL_free (dtls->ssl); /* and the BIO */
  BIO_meth_free (dtls->method);
  ERR_pop_to_mark ();
  explicit_bzero (dtls, sizeof *dtls);
  g_free (dtls);
}
