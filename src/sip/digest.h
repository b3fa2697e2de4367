/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Digest authentication (RFC 7616, RFC 8760; RFC 2617 for old servers) in place of Sofia's, which knows MD5
 * only and ends a request that offers SHA-256 as well. A client plug-in of ours takes the name "Digest" in
 * Sofia's process-wide table, so every request of every nua answers by itself: MD5, MD5-sess, SHA-256,
 * SHA-256-sess, the strongest offered. The computation itself is a pure function. Knows no account and keeps no
 * password.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** CusaxDigestAlgorithm: in order of strength. */
typedef enum
{
  CUSAX_DIGEST_UNKNOWN, /* SHA-512-256 and whatever comes: never answered */
  CUSAX_DIGEST_MD5,
  CUSAX_DIGEST_MD5_SESS,
  CUSAX_DIGEST_SHA256,
  CUSAX_DIGEST_SHA256_SESS
} CusaxDigestAlgorithm;

/** CusaxDigestInput: what goes into one response; all strings unquoted and borrowed. */
typedef struct
{
  CusaxDigestAlgorithm algorithm;
  const char *user;
  const char *realm;
  const char *password;
  const char *nonce;
  const char *cnonce; /* needed with qop or a -sess algorithm */
  guint nonce_count;  /* needed with qop, from 1 */
  gboolean qop_auth;  /* FALSE: the server sent no qop (RFC 2069 form) */
  const char *method;
  const char *uri; /* Request-URI as sent */
} CusaxDigestInput;

/** Returns: the algorithm named @name (without regard to case, quoted or not); NULL means MD5. */
CusaxDigestAlgorithm cusax_digest_parse_algorithm (const char *name);

/** Returns: (nullable): the name as RFC 7616 writes it ("SHA-256"); NULL for UNKNOWN */
const char *cusax_digest_algorithm_name (CusaxDigestAlgorithm algorithm);

/**
 * cusax_digest_compute:
 *
 * RFC 7616 section 3.4.1: the value of "response" in lower-case hex.
 *
 * Returns: (transfer full) (nullable): NULL if the algorithm is unknown or a needed field is missing
 */
char *cusax_digest_compute (const CusaxDigestInput *input);

/**
 * cusax_digest_make_auth:
 * @realm: as the challenge has it, with or without quotes (msg_params_find (au_params, "realm="))
 *
 * The text for NUTAG_AUTH() of nua_authenticate(). User and password are hex-coded behind a mark that our
 * plug-in knows, since Sofia cuts them at ':'. Without our plug-in in place (fallback) the plain form is made.
 * Call nua_authenticate() once per handle and realm: if the answer to it is 401 or 407 again, the password is
 * wrong (Sofia says 904).
 *
 * Returns: (transfer full): secret; wipe and free with cusax_digest_free_auth()
 */
char *cusax_digest_make_auth (const char *realm, const char *user, const char *password);

/** cusax_digest_free_auth: @auth: (transfer full) (nullable): wiped before it is freed */
void cusax_digest_free_auth (char *auth);

/**
 * cusax_digest_install:
 *
 * Puts our plug-in in place of Sofia's and proves it with a challenge. Call when the product is loaded;
 * counted, each successful call needs one cusax_digest_restore().
 *
 * Returns: FALSE with CUSAX_ERROR_UNSUPPORTED if Sofia does not take it; MD5 by Sofia then stays in place, and
 *   the caller says so once in the log
 */
gboolean cusax_digest_install (GError **error);

/**
 * cusax_digest_restore:
 *
 * Gives the name back to Sofia's own plug-in with the last use. Only after every nua_t is destroyed: handles
 * that live on would call into unloaded code.
 */
void cusax_digest_restore (void);

G_END_DECLS
