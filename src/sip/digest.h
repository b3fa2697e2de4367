/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Digest authentication (RFC 7616, RFC 8760; RFC 2617 for old servers) in place of Sofia's, which knows MD5
 * only and ends a request that offers SHA-256 as well. A client plug-in of ours takes the name "Digest" in
 * Sofia's process-wide table, so every request of every nua answers by itself: MD5, SHA-256, SHA-512-256 and
 * their -sess forms, the strongest offered. The computation itself is a pure function. Knows no account and
 * keeps no password.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** CusaxDigestAlgorithm: in order of strength. */
typedef enum
{
  CUSAX_DIGEST_UNKNOWN, /* whatever comes: never answered */
  CUSAX_DIGEST_MD5,
  CUSAX_DIGEST_MD5_SESS,
  CUSAX_DIGEST_SHA256,
  CUSAX_DIGEST_SHA256_SESS,
  CUSAX_DIGEST_SHA512_256,
  CUSAX_DIGEST_SHA512_256_SESS
} CusaxDigestAlgorithm;

/** CusaxDigestQop: what is protected. */
typedef enum
{
  CUSAX_DIGEST_QOP_NONE, /* the server sent none (RFC 2069 form) */
  CUSAX_DIGEST_QOP_AUTH,
  CUSAX_DIGEST_QOP_AUTH_INT /* the body too; only where nothing else is offered */
} CusaxDigestQop;

/** CusaxDigestInput: what goes into one response; all strings unquoted and borrowed. */
typedef struct
{
  CusaxDigestAlgorithm algorithm;
  const char *user;
  const char *realm;
  const char *password;
  const char *nonce;
  const char *session_nonce; /* (nullable): -sess: of the challenge, if a nextnonce has replaced it */
  const char *cnonce;        /* needed with qop or a -sess algorithm */
  guint nonce_count;         /* needed with qop, from 1 */
  CusaxDigestQop qop;
  const char *method;
  const char *uri;  /* Request-URI as sent */
  const char *body; /* (nullable): for auth-int */
  gsize body_length;
} CusaxDigestInput;

/** Returns: the algorithm named @name (without regard to case, quoted or not); NULL means MD5. */
CusaxDigestAlgorithm cusax_digest_parse_algorithm (const char *name);

/** Returns: (nullable): the name as RFC 7616 writes it ("SHA-256"); NULL for UNKNOWN */
const char *cusax_digest_algorithm_name (CusaxDigestAlgorithm algorithm);

/** Returns: TRUE if @one gives less protection to the password than @other; -sess makes no difference. */
gboolean cusax_digest_algorithm_is_weaker (CusaxDigestAlgorithm one, CusaxDigestAlgorithm other);

/** Returns: TRUE for the -sess forms, whose answer needs a cnonce. */
gboolean cusax_digest_algorithm_is_session (CusaxDigestAlgorithm algorithm);

/** Returns: (nullable): "auth" or "auth-int" */
const char *cusax_digest_qop_name (CusaxDigestQop qop);

/**
 * cusax_digest_compute:
 *
 * RFC 7616 section 3.4.1: the value of "response" in lower-case hex.
 *
 * Returns: (transfer full) (nullable): NULL if the algorithm is unknown or a needed field is missing
 */
char *cusax_digest_compute (const CusaxDigestInput *input);

/** CusaxDigestLimits: what a handle's answers may be, whatever it is asked later (R47). */
typedef struct
{
  CusaxDigestAlgorithm weakest; /* a weaker one is not answered */
  gboolean proxies_only;        /* WWW-Authenticate (401) is not answered */
  gboolean nobody;              /* nothing is */
} CusaxDigestLimits;

/**
 * cusax_digest_make_auth:
 * @realm: as the challenge has it, with or without quotes (msg_params_find (au_params, "realm="))
 *
 * The text for NUTAG_AUTH() of nua_authenticate(). User, password and limits are coded behind a mark that our
 * plug-in knows, since Sofia cuts them at ':'. Without our plug-in in place (fallback) the plain form is made.
 * Call nua_authenticate() once per handle and realm: if the answer to it is 401 or 407 again, the password is
 * wrong (Sofia says 904). Another call replaces what the handle answers with from then on; every text differs,
 * so that the plug-in knows an answer that left with the old ones and gives the new ones one try.
 *
 * Returns: (transfer full): secret; wipe and free with cusax_digest_free_auth()
 */
char *cusax_digest_make_auth (const char *realm, const char *user, const char *password,
                              CusaxDigestLimits limits);

/**
 * cusax_digest_make_refusal:
 * @scheme: of the challenge
 *
 * The same with no secret in it, for a challenge that gets no answer: nua_authenticate() has the request sent
 * again as it was.
 */
char *cusax_digest_make_refusal (const char *scheme, const char *realm);

/** cusax_digest_free_auth: @auth: (transfer full) (nullable): wiped before it is freed */
void cusax_digest_free_auth (char *auth);

struct msg_auth_s;

/** Returns: the algorithm with which @challenge would be answered; UNKNOWN: not at all */
CusaxDigestAlgorithm cusax_digest_judge_challenge (const struct msg_auth_s *challenge);

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
