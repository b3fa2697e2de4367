/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See clientcert.h. */
#include "clientcert.h"

#include "error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_SIZE (1024 * 1024)
#define ENCRYPTED_MARK "ENCRYPTED"

static gboolean
refuse (const char *path, const char *why, GError **error)
{
  g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "client_certificate: %s: %s", path, why);
  return FALSE;
}

/* A device or a huge file would keep us reading. */
static gboolean
is_readable (const char *path, GError **error)
{
  GStatBuf status;

  if (g_stat (path, &status) != 0 || g_access (path, R_OK) != 0)
    return refuse (path, "the file cannot be read", error);
  if (!S_ISREG (status.st_mode) || status.st_size > MAX_SIZE)
    return refuse (path, "that is no certificate file", error);
  return TRUE;
}

/* @text: (transfer full) (nullable): holds a private key */
static void
wipe (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

GTlsCertificate *
cusax_clientcert_load (const char *path, GError **error)
{
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) cause = NULL;
  char *text = NULL, *key = NULL;
  gboolean is_encrypted, is_good = FALSE;
  gsize length;

  if (!is_readable (path, error))
    return NULL;
  if (!g_file_get_contents (path, &text, &length, NULL))
    {
      refuse (path, "the file cannot be read", error);
      return NULL;
    }
  is_encrypted = g_strstr_len (text, (gssize) length, ENCRYPTED_MARK) != NULL;
  certificate = g_tls_certificate_new_from_pem (text, (gssize) length, &cause);
  if (certificate != NULL)
    g_object_get (certificate, "private-key-pem", &key, NULL);
  if (is_encrypted && key == NULL)
    refuse (path, "its key is encrypted", error);
  else if (certificate == NULL)
    refuse (path, cause->message, error);
  else if (key == NULL)
    refuse (path, "there is no key in it", error);
  else
    is_good = TRUE;
  wipe (text);
  wipe (key);
  return is_good ? g_steal_pointer (&certificate) : NULL;
}
