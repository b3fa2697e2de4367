/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See pins.h. */
#include "pins.h"

#include "error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FILE_NAME "pins"
#define FILE_VERSION "1"
#define MAX_FILE_BYTES (128 * 1024)
#define MAX_PINS 256 /* nobody accepts so many certificates by hand: the oldest goes */
#define MAX_HOST 255
#define MAX_PEM (64 * 1024)
#define FINGERPRINT_LENGTH 95 /* 32 bytes as "AB:CD:..." */

typedef struct
{
  char *host; /* lower case */
  guint16 port;
  char *fingerprint;
  /* (nullable): what libpurple's pool had for the host when this was accepted. It goes on counting for chat, but not
   * here: the person has put this one in its place. A later one in the pool counts again. */
  char *replaced;
} Pin;

struct _CusaxPins
{
  CusaxTrust port; /* first: the port is the object */
  CusaxStore *store;
  GPtrArray *pins; /* Pin, oldest first */
};

static void
pin_free (gpointer data)
{
  Pin *pin = data;

  g_free (pin->host);
  g_free (pin->fingerprint);
  g_free (pin->replaced);
  g_free (pin);
}

/* ---------------------------------------------------------------- values */

static char *
format_fingerprint (const guint8 *digest, gsize length)
{
  g_autoptr (GString) text = g_string_sized_new (length * 3);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, i == 0 ? "%02X" : ":%02X", digest[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
fingerprint_of (const guint8 *der, gsize length)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize digest_length = sizeof digest;

  g_checksum_update (checksum, der, (gssize) length);
  g_checksum_get_digest (checksum, digest, &digest_length);
  return format_fingerprint (digest, digest_length);
}

static gboolean
is_fingerprint (const char *text)
{
  if (text == NULL || strlen (text) != FINGERPRINT_LENGTH)
    return FALSE;
  for (gsize i = 0; i < FINGERPRINT_LENGTH; i++)
    if (i % 3 == 2 ? text[i] != ':' : !g_ascii_isxdigit (text[i]))
      return FALSE;
  return TRUE;
}

/* A name or literal on one line without blanks: it has to come back out of the file as it went in. */
static gboolean
is_host (const char *text)
{
  gsize length = text != NULL ? strlen (text) : 0;

  if (length == 0 || length > MAX_HOST)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isgraph (text[i]))
      return FALSE;
  return TRUE;
}

/* --------------------------------------------------------- libpurple's pool */

/* libpurple's TLS plugins load on first use; without one no scheme reads certificates. */
static PurpleCertificatePool *
get_pool (void)
{
  if (!purple_ssl_is_supported () || purple_certificate_find_scheme ("x509") == NULL)
    return NULL;

  PurpleCertificatePool *pool = purple_certificate_find_pool ("x509", "tls_peers");
  return pool != NULL && purple_certificate_pool_usable (pool) ? pool : NULL;
}

/* The pool names a file after the host, as libpurple got it from the account: usually lower case. (transfer full) */
static PurpleCertificate *
get_pooled (const char *host)
{
  PurpleCertificatePool *pool = get_pool ();

  return pool != NULL && purple_certificate_pool_contains (pool, host) ? purple_certificate_pool_retrieve (pool, host)
                                                                       : NULL;
}

static char *
dup_certificate_fingerprint (PurpleCertificate *certificate)
{
  GByteArray *digest = purple_certificate_get_fingerprint_sha256 (certificate, FALSE);
  /* A TLS plugin from before SHA-256 gives none; its certificates have to be accepted by our own question. */
  char *text = digest != NULL && digest->len == 32 ? format_fingerprint (digest->data, digest->len) : NULL;

  g_clear_pointer (&digest, g_byte_array_unref);
  return text;
}

/* libpurple keeps what a person accepted and what it verified by itself in one place and alike. What vouches for itself
 * nobody but a person can have let in; of what others signed nobody can tell, for the chain is not kept. */
static gboolean
is_surely_accepted (PurpleCertificate *certificate)
{
  g_autofree char *subject = purple_certificate_get_unique_id (certificate);
  g_autofree char *issuer = purple_certificate_get_issuer_unique_id (certificate);

  return subject != NULL && purple_strequal (subject, issuer);
}

static gboolean
is_within_dates (PurpleCertificate *certificate)
{
  time_t begin, end;
  time_t now = time (NULL);

  return purple_certificate_get_times (certificate, &begin, &end) && begin <= now && now <= end;
}

/* What libpurple itself takes without a question: it asks each time about one that is out of date. */
static gboolean
is_good_for_chat (PurpleCertificate *certificate)
{
  return is_surely_accepted (certificate) || is_within_dates (certificate);
}

/* @counts: (nullable): which are wanted */
static char *
dup_pool_fingerprint (const char *host, gboolean (*counts) (PurpleCertificate *certificate))
{
  PurpleCertificate *certificate = get_pooled (host);
  if (certificate == NULL)
    return NULL;

  char *text = counts == NULL || counts (certificate) ? dup_certificate_fingerprint (certificate) : NULL;
  purple_certificate_destroy (certificate);
  return text;
}

/* libpurple reads certificates from files only: one of our own, for a moment. */
static PurpleCertificate *
import_pem (PurpleCertificatePool *pool, const char *pem)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("cusax-XXXXXX.pem", &path, NULL); /* 0600 */
  if (fd < 0)
    return NULL;

  gsize length = strlen (pem);
  gsize written = 0;
  while (written < length)
    {
      gssize step = write (fd, pem + written, length - written);
      if (step <= 0)
        break;
      written += (gsize) step;
    }
  close (fd);

  PurpleCertificate *certificate = NULL;
  if (written == length)
    certificate = purple_certificate_import (purple_certificate_pool_get_scheme (pool), path);
  g_unlink (path);
  return certificate;
}

/* Nobody accepted anything but this fingerprint; and NSS's import of what is no certificate is an assertion. */
static gboolean
pem_matches (const char *pem, const char *fingerprint)
{
  static const char begin[] = "-----BEGIN CERTIFICATE-----";
  const char *start = pem != NULL && strlen (pem) <= MAX_PEM ? strstr (pem, begin) : NULL;
  const char *end = start != NULL ? strstr (start, "-----END CERTIFICATE-----") : NULL;
  if (end == NULL)
    return FALSE;

  g_autofree char *body = g_strndup (start + strlen (begin), (gsize) (end - start) - strlen (begin));
  gsize length;
  g_autofree guchar *der = g_base64_decode (body, &length);
  g_autofree char *own = fingerprint_of (der, length);
  return g_str_equal (own, fingerprint);
}

/* What chat trusts is chat's business once there is something: libpurple asks about changes itself. */
static void
add_to_pool (const char *host, const char *pem, const char *fingerprint)
{
  PurpleCertificatePool *pool = get_pool ();
  if (pool == NULL || purple_certificate_pool_contains (pool, host) || !pem_matches (pem, fingerprint))
    return;

  PurpleCertificate *certificate = import_pem (pool, pem);
  if (certificate == NULL)
    return;
  if (!purple_certificate_pool_store (pool, host, certificate))
    g_debug ("the certificate of %s is not put into libpurple's pool", host);
  purple_certificate_destroy (certificate);
}

/* -------------------------------------------------------------- the file */

static void
pins_put (CusaxPins *pins, Pin *pin)
{
  for (guint i = 0; i < pins->pins->len; i++)
    {
      const Pin *old = g_ptr_array_index (pins->pins, i);
      if (old->port == pin->port && g_str_equal (old->host, pin->host))
        {
          g_ptr_array_remove_index (pins->pins, i);
          break;
        }
    }
  if (pins->pins->len >= MAX_PINS)
    g_ptr_array_remove_index (pins->pins, 0);
  g_ptr_array_add (pins->pins, pin);
}

/* "HOST PORT FINGERPRINT [REPLACED]" */
static gboolean
parse_line (CusaxPins *pins, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 5);
  guint count = g_strv_length (words);
  guint64 port;

  if (count < 3 || count > 4 || !is_host (words[0])
      || !g_ascii_string_to_unsigned (words[1], 10, 1, G_MAXUINT16, &port, NULL) || !is_fingerprint (words[2])
      || (count == 4 && !is_fingerprint (words[3])))
    return FALSE;

  Pin *pin = g_new0 (Pin, 1);
  pin->host = g_ascii_strdown (words[0], -1);
  pin->port = (guint16) port;
  pin->fingerprint = g_ascii_strup (words[2], -1);
  pin->replaced = count == 4 ? g_ascii_strup (words[3], -1) : NULL;
  pins_put (pins, pin);
  return TRUE;
}

static gboolean
parse (CusaxPins *pins, GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *text = g_strndup (data != NULL ? data : "", length);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  /* An inner NUL, another version, a half-written line: all of it is in doubt. */
  if (strlen (text) != length || lines[0] == NULL || !g_str_equal (lines[0], FILE_VERSION))
    return FALSE;
  for (guint i = 1; lines[i] != NULL; i++)
    if (*lines[i] != '\0' && !parse_line (pins, lines[i]))
      return FALSE;
  return TRUE;
}

static void
load (CusaxPins *pins)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = pins->store->load (pins->store, FILE_NAME, MAX_FILE_BYTES, &error);

  if (error == NULL && (bytes == NULL || parse (pins, bytes)))
    return;
  g_debug ("the file of accepted certificates is begun anew: %s", error != NULL ? error->message : "it is broken");
  g_ptr_array_set_size (pins->pins, 0);
  pins->store->set_aside (pins->store, FILE_NAME);
}

static gboolean
save (CusaxPins *pins, GError **error)
{
  g_autoptr (GString) text = g_string_new (FILE_VERSION "\n");

  for (guint i = 0; i < pins->pins->len; i++)
    {
      const Pin *pin = g_ptr_array_index (pins->pins, i);

      g_string_append_printf (text, "%s %u %s", pin->host, pin->port, pin->fingerprint);
      if (pin->replaced != NULL)
        g_string_append_printf (text, " %s", pin->replaced);
      g_string_append_c (text, '\n');
    }
  return pins->store->save (pins->store, FILE_NAME, text->str, text->len, error);
}

/* -------------------------------------------------------------- the port */

static const Pin *
find (CusaxPins *pins, const char *host, guint16 port)
{
  for (guint i = 0; i < pins->pins->len; i++)
    {
      const Pin *pin = g_ptr_array_index (pins->pins, i);
      if (pin->port == port && g_str_equal (pin->host, host))
        return pin;
    }
  return NULL;
}

static gboolean
trust_is_pinned (CusaxTrust *trust, const char *host, guint16 port, const guint8 *der, gsize length)
{
  if (!is_host (host) || der == NULL || length == 0 || length > G_MAXINT)
    return FALSE;

  g_autofree char *name = g_ascii_strdown (host, -1);
  g_autofree char *fingerprint = fingerprint_of (der, length);

  const Pin *pin = find ((CusaxPins *) trust, name, port);
  if (pin != NULL && g_str_equal (pin->fingerprint, fingerprint))
    return TRUE;
  if (pin != NULL && purple_strequal (pin->replaced, fingerprint))
    return FALSE;
  g_autofree char *pooled = dup_pool_fingerprint (name, is_good_for_chat);
  return purple_strequal (pooled, fingerprint);
}

static char *
trust_dup_pin (CusaxTrust *trust, const char *host, guint16 port)
{
  if (!is_host (host))
    return NULL;

  g_autofree char *name = g_ascii_strdown (host, -1);
  const Pin *pin = find ((CusaxPins *) trust, name, port);
  return pin != NULL ? g_strdup (pin->fingerprint) : dup_pool_fingerprint (name, is_surely_accepted);
}

gboolean
cusax_pins_add (CusaxPins *pins, const char *host, guint16 port, const char *fingerprint, const char *pem,
                GError **error)
{
  if (!is_host (host) || port == 0 || !is_fingerprint (fingerprint))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "no host, port or fingerprint to keep");
      return FALSE;
    }

  Pin *pin = g_new0 (Pin, 1);
  pin->host = g_ascii_strdown (host, -1);
  pin->port = port;
  pin->fingerprint = g_ascii_strup (fingerprint, -1);
  pin->replaced = dup_pool_fingerprint (pin->host, NULL);
  if (purple_strequal (pin->replaced, pin->fingerprint))
    g_clear_pointer (&pin->replaced, g_free);
  pins_put (pins, pin);
  add_to_pool (pin->host, pem, pin->fingerprint);
  return save (pins, error);
}

CusaxTrust *
cusax_pins_get_trust (CusaxPins *pins)
{
  return &pins->port;
}

CusaxPins *
cusax_pins_new (CusaxStore *store)
{
  CusaxPins *pins = g_new0 (CusaxPins, 1);

  pins->port.is_pinned = trust_is_pinned;
  pins->port.dup_pin = trust_dup_pin;
  pins->store = store;
  pins->pins = g_ptr_array_new_with_free_func (pin_free);
  load (pins);
  return pins;
}

void
cusax_pins_free (CusaxPins *pins)
{
  if (pins == NULL)
    return;
  g_ptr_array_unref (pins->pins);
  g_free (pins);
}
