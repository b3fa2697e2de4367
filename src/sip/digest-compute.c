/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See digest.h: the arithmetic of RFC 7616 section 3.4 and RFC 2617 section 3.2.2, without Sofia. */
#include "digest.h"

#include <string.h>

static const struct
{
  CusaxDigestAlgorithm algorithm;
  const char *name;
} names[] = {
  { CUSAX_DIGEST_MD5, "MD5" },
  { CUSAX_DIGEST_MD5_SESS, "MD5-sess" },
  { CUSAX_DIGEST_SHA256, "SHA-256" },
  { CUSAX_DIGEST_SHA256_SESS, "SHA-256-sess" },
};

CusaxDigestAlgorithm
cusax_digest_parse_algorithm (const char *name)
{
  gsize length;

  if (name == NULL)
    return CUSAX_DIGEST_MD5;

  /* RFC 7616 has a token, some servers a quoted string. */
  length = strlen (name);
  if (length >= 2 && name[0] == '"' && name[length - 1] == '"')
    {
      name++;
      length -= 2;
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strlen (names[i].name) == length && g_ascii_strncasecmp (names[i].name, name, length) == 0)
      return names[i].algorithm;
  return CUSAX_DIGEST_UNKNOWN;
}

const char *
cusax_digest_algorithm_name (CusaxDigestAlgorithm algorithm)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].algorithm == algorithm)
      return names[i].name;
  return NULL;
}

/* Returns: (transfer full): the hash of the texts up to NULL, joined by ':' */
static char *
hash (GChecksumType type, const char *first, ...)
{
  GChecksum *checksum = g_checksum_new (type);
  gboolean is_first = TRUE;
  char *hex;
  va_list rest;

  va_start (rest, first);
  for (const char *text = first; text != NULL; text = va_arg (rest, const char *))
    {
      if (!is_first)
        g_checksum_update (checksum, (const guchar *) ":", 1);
      is_first = FALSE;
      g_checksum_update (checksum, (const guchar *) text, (gssize) strlen (text));
    }
  va_end (rest);

  hex = g_strdup (g_checksum_get_string (checksum));
  g_checksum_free (checksum);
  return hex;
}

static gboolean
is_session_algorithm (CusaxDigestAlgorithm algorithm)
{
  return algorithm == CUSAX_DIGEST_MD5_SESS || algorithm == CUSAX_DIGEST_SHA256_SESS;
}

static gboolean
input_is_complete (const CusaxDigestInput *input)
{
  if (input->algorithm == CUSAX_DIGEST_UNKNOWN || input->user == NULL || input->realm == NULL
      || input->password == NULL || input->nonce == NULL || input->method == NULL || input->uri == NULL)
    return FALSE;
  return input->cnonce != NULL || !(input->qop_auth || is_session_algorithm (input->algorithm));
}

static char *
compute_ha1 (const CusaxDigestInput *input, GChecksumType type)
{
  char *ha1 = hash (type, input->user, input->realm, input->password, NULL);

  if (is_session_algorithm (input->algorithm))
    {
      char *session = hash (type, ha1, input->nonce, input->cnonce, NULL);

      cusax_digest_free_auth (ha1);
      ha1 = session;
    }
  return ha1;
}

char *
cusax_digest_compute (const CusaxDigestInput *input)
{
  g_autofree char *ha2 = NULL;
  GChecksumType type;
  char *ha1, *response;

  if (!input_is_complete (input))
    return NULL;

  type = input->algorithm >= CUSAX_DIGEST_SHA256 ? G_CHECKSUM_SHA256 : G_CHECKSUM_MD5;
  ha1 = compute_ha1 (input, type);
  ha2 = hash (type, input->method, input->uri, NULL);
  if (input->qop_auth)
    {
      char count[9];

      g_snprintf (count, sizeof count, "%08x", input->nonce_count);
      response = hash (type, ha1, input->nonce, count, input->cnonce, "auth", ha2, NULL);
    }
  else
    response = hash (type, ha1, input->nonce, ha2, NULL);

  cusax_digest_free_auth (ha1); /* as good as the password in this realm */
  return response;
}

void
cusax_digest_free_auth (char *auth)
{
  if (auth != NULL)
    explicit_bzero (auth, strlen (auth));
  g_free (auth);
}
