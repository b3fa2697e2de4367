/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See digest.h: the arithmetic of RFC 7616 section 3.4, RFC 8760 and RFC 2617 section 3.2.2, without Sofia. */
#include "digest.h"

#include <openssl/evp.h>

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
  { CUSAX_DIGEST_SHA512_256, "SHA-512-256" },
  { CUSAX_DIGEST_SHA512_256_SESS, "SHA-512-256-sess" },
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

gboolean
cusax_digest_algorithm_is_session (CusaxDigestAlgorithm algorithm)
{
  return algorithm == CUSAX_DIGEST_MD5_SESS || algorithm == CUSAX_DIGEST_SHA256_SESS
         || algorithm == CUSAX_DIGEST_SHA512_256_SESS;
}

gboolean
cusax_digest_algorithm_is_weaker (CusaxDigestAlgorithm one, CusaxDigestAlgorithm other)
{
  return one < CUSAX_DIGEST_SHA256 && other >= CUSAX_DIGEST_SHA256;
}

/* SHA-512/256 of FIPS 180-4, which is no shortened SHA-512 and unknown to GLib. */
static char *
hash_sha512_256 (const char *bytes, gsize length)
{
  guchar value[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  GString *hex;

  if (EVP_Digest (bytes, length, value, &size, EVP_sha512_256 (), NULL) != 1)
    return NULL;
  hex = g_string_sized_new (2 * size + 1);
  for (unsigned int i = 0; i < size; i++)
    g_string_append_printf (hex, "%02x", value[i]);
  return g_string_free (hex, FALSE);
}

/* Returns: (transfer full) (nullable): lower-case hex */
static char *
hash_bytes (CusaxDigestAlgorithm algorithm, const char *bytes, gsize length)
{
  switch (algorithm)
    {
    case CUSAX_DIGEST_UNKNOWN:
      break;
    case CUSAX_DIGEST_MD5:
    case CUSAX_DIGEST_MD5_SESS:
      return g_compute_checksum_for_data (G_CHECKSUM_MD5, (const guchar *) bytes, length);
    case CUSAX_DIGEST_SHA256:
    case CUSAX_DIGEST_SHA256_SESS:
      return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, length);
    case CUSAX_DIGEST_SHA512_256:
    case CUSAX_DIGEST_SHA512_256_SESS:
      return hash_sha512_256 (bytes, length);
    }
  return NULL;
}

/* Returns: (transfer full) (nullable): the hash of the texts up to NULL, joined by ':' */
static char *
hash (CusaxDigestAlgorithm algorithm, const char *first, ...)
{
  char *joined, *hex;
  gsize length = 0;
  char *end;
  va_list rest;

  va_start (rest, first);
  for (const char *text = first; text != NULL; text = va_arg (rest, const char *))
    length += strlen (text) + 1;
  va_end (rest);

  /* In one piece, so that there is one place to wipe. */
  joined = end = g_malloc (length + 1);
  va_start (rest, first);
  for (const char *text = first; text != NULL; text = va_arg (rest, const char *))
    {
      end = g_stpcpy (end, text);
      *end++ = ':';
    }
  va_end (rest);
  end[-1] = '\0';

  hex = hash_bytes (algorithm, joined, length - 1);
  cusax_digest_free_auth (joined);
  return hex;
}

static gboolean
input_is_complete (const CusaxDigestInput *input)
{
  if (input->algorithm == CUSAX_DIGEST_UNKNOWN || input->user == NULL || input->realm == NULL
      || input->password == NULL || input->nonce == NULL || input->method == NULL || input->uri == NULL)
    return FALSE;
  return input->cnonce != NULL
         || (input->qop == CUSAX_DIGEST_QOP_NONE && !cusax_digest_algorithm_is_session (input->algorithm));
}

static char *
compute_ha1 (const CusaxDigestInput *input)
{
  char *ha1 = hash (input->algorithm, input->user, input->realm, input->password, NULL);

  if (ha1 != NULL && cusax_digest_algorithm_is_session (input->algorithm))
    {
      const char *nonce = input->session_nonce != NULL ? input->session_nonce : input->nonce;
      char *session = hash (input->algorithm, ha1, nonce, input->cnonce, NULL);

      cusax_digest_free_auth (ha1);
      ha1 = session;
    }
  return ha1;
}

static char *
compute_ha2 (const CusaxDigestInput *input)
{
  g_autofree char *body = NULL;

  if (input->qop != CUSAX_DIGEST_QOP_AUTH_INT)
    return hash (input->algorithm, input->method, input->uri, NULL);
  body = hash_bytes (input->algorithm, input->body != NULL ? input->body : "", input->body_length);
  return body != NULL ? hash (input->algorithm, input->method, input->uri, body, NULL) : NULL;
}

const char *
cusax_digest_qop_name (CusaxDigestQop qop)
{
  switch (qop)
    {
    case CUSAX_DIGEST_QOP_NONE:
      break;
    case CUSAX_DIGEST_QOP_AUTH:
      return "auth";
    case CUSAX_DIGEST_QOP_AUTH_INT:
      return "auth-int";
    }
  return NULL;
}

char *
cusax_digest_compute (const CusaxDigestInput *input)
{
  g_autofree char *ha2 = NULL;
  char *ha1, *response = NULL;

  if (!input_is_complete (input))
    return NULL;

  ha1 = compute_ha1 (input);
  ha2 = compute_ha2 (input);
  if (ha1 != NULL && ha2 != NULL)
    {
      char count[9];

      g_snprintf (count, sizeof count, "%08x", input->nonce_count);
      if (input->qop == CUSAX_DIGEST_QOP_NONE)
        response = hash (input->algorithm, ha1, input->nonce, ha2, NULL);
      else
        response = hash (input->algorithm, ha1, input->nonce, count, input->cnonce,
                         cusax_digest_qop_name (input->qop), ha2, NULL);
    }

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
