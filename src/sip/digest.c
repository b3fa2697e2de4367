/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See digest.h: the plug-in itself, challenges in and answers out. Where it stands in Sofia: digest-install.c.
 */
#include "digest-private.h"

#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_protos.h>
#include <sofia-sip/su_alloc.h>
#include <sofia-sip/url.h>

#include <string.h>

/* A server that calls every fresh nonce stale is broken; without an end we would circle with it. */
#define MAX_STALE_ROW 3

/** DigestClient: what Sofia keeps per handle and realm; zeroed by Sofia, texts live in the base's home. */
typedef struct
{
  auth_client_t base;
  CusaxDigestAlgorithm algorithm;
  char *algorithm_text; /* as challenged, to be echoed; NULL if the server named none */
  char *nonce;
  char *session_nonce; /* of the last challenge: what the -sess forms begin with, also after nextnonce */
  char *opaque;
  char *cnonce;
  CusaxDigestQop qop;
  guint nonce_count;
  guint answers;     /* since the last challenge */
  guint stale_row;   /* challenges with stale=true in a row, each right after our answer */
  char *answered_as; /* the user of our last answer, as Sofia had it */
} DigestClient;

/* ------------------------------------------------------------------ challenge */

static char *
get_parameter (su_home_t *home, const msg_auth_t *challenge, const char *name)
{
  const char *value = challenge->au_params != NULL ? msg_params_find (challenge->au_params, name) : NULL;

  if (value == NULL)
    return NULL;
  return value[0] == '"' ? msg_unquote_dup (home, value) : su_strdup (home, value);
}

/* Of about 60 random bits: more would make INVITEs over UDP longer than a packet (RFC 3261 section 18.1.1). */
#define CNONCE_LENGTH 16

static char *
make_cnonce (su_home_t *home)
{
  g_autofree char *uuid = g_uuid_string_random ();
  g_auto (GStrv) parts = g_strsplit (uuid, "-", -1);
  g_autofree char *digits = g_strjoinv (NULL, parts);

  return su_strndup (home, digits, CNONCE_LENGTH);
}

/* qop is a list; absent means RFC 2069. Returns: FALSE if it has none that we do. */
static gboolean
read_qop (const msg_auth_t *challenge, CusaxDigestQop *qop)
{
  const char *value = challenge->au_params != NULL ? msg_params_find (challenge->au_params, "qop=") : NULL;
  g_auto (GStrv) items = NULL;

  *qop = CUSAX_DIGEST_QOP_NONE;
  if (value == NULL)
    return TRUE;

  items = g_strsplit_set (value, "\", ", -1);
  for (char **item = items; *item != NULL; item++)
    {
      /* Proxies on the way may change a body, so its protection is not chosen where there is a choice. */
      if (g_ascii_strcasecmp (*item, "auth") == 0)
        *qop = CUSAX_DIGEST_QOP_AUTH;
      else if (g_ascii_strcasecmp (*item, "auth-int") == 0 && *qop == CUSAX_DIGEST_QOP_NONE)
        *qop = CUSAX_DIGEST_QOP_AUTH_INT;
    }
  return *qop != CUSAX_DIGEST_QOP_NONE;
}

CusaxDigestAlgorithm
cusax_digest_judge_challenge (const msg_auth_t *challenge)
{
  CusaxDigestQop qop;

  if (challenge->au_scheme == NULL || g_ascii_strcasecmp (challenge->au_scheme, "Digest") != 0
      || challenge->au_params == NULL || msg_params_find (challenge->au_params, "nonce=") == NULL
      || !read_qop (challenge, &qop))
    return CUSAX_DIGEST_UNKNOWN;
  return cusax_digest_parse_algorithm (msg_params_find (challenge->au_params, "algorithm="));
}

static void
replace_text (su_home_t *home, char **text, char *with)
{
  su_free (home, *text);
  *text = with;
}

static void
store_challenge (DigestClient *client, const msg_auth_t *challenge, CusaxDigestAlgorithm algorithm, char *nonce,
                 CusaxDigestQop qop)
{
  su_home_t *home = client->base.ca_home;

  client->algorithm = algorithm;
  client->qop = qop;
  client->nonce_count = 0;
  client->answers = 0;
  replace_text (home, &client->nonce, nonce);
  replace_text (home, &client->session_nonce, su_strdup (home, nonce));
  replace_text (home, &client->opaque, get_parameter (home, challenge, "opaque="));
  replace_text (home, &client->algorithm_text, get_parameter (home, challenge, "algorithm="));
  replace_text (home, &client->cnonce, make_cnonce (home));
}

/*
 * Is it worth sending the request again? A fresh challenge answered and refused means a wrong password: no, or
 * a server could make us circle. An answer refused later means that the nonce ran out, whether or not the
 * server says so with stale=true (one-time nonces). One that left with credentials that have been replaced
 * since says nothing of the new ones. A second header of the same response changes nothing here.
 */
static gboolean
deserves_answer (DigestClient *client, CusaxDigestAlgorithm algorithm, gboolean stale)
{
  if (client->nonce == NULL || client->base.ca_user == NULL || algorithm > client->algorithm)
    return TRUE;
  if (client->answers > 0 && g_strcmp0 (client->answered_as, client->base.ca_user) != 0)
    return TRUE;
  if (client->answers >= 2)
    {
      client->stale_row = 0;
      return TRUE;
    }
  return stale && client->stale_row++ < MAX_STALE_ROW;
}

/*
 * Called for each header of a 401 or 407. Returns 2 to have the request sent again, 1 to let it fail; never -1,
 * which would end the request although another header may be answerable.
 */
static int
on_challenge (auth_client_t *base, const msg_auth_t *challenge)
{
  DigestClient *client = (DigestClient *) base;
  su_home_t *home = base->ca_home;
  CusaxDigestAlgorithm algorithm = cusax_digest_judge_challenge (challenge);
  char *stale_text, *nonce;
  CusaxDigestQop qop;
  gboolean stale, again;

  /* Never weaker than before on the same handle: that is how a bidding-down attack looks. */
  if (algorithm == CUSAX_DIGEST_UNKNOWN || algorithm < client->algorithm || !read_qop (challenge, &qop))
    return 1;
  nonce = get_parameter (home, challenge, "nonce=");
  if (nonce == NULL)
    return 1;

  stale_text = get_parameter (home, challenge, "stale=");
  stale = stale_text != NULL && g_ascii_strcasecmp (stale_text, "true") == 0;
  su_free (home, stale_text);
  again = deserves_answer (client, algorithm, stale);
  store_challenge (client, challenge, algorithm, nonce, qop);
  return again ? 2 : 1;
}

static int
on_info (auth_client_t *base, const msg_auth_info_t *info)
{
  DigestClient *client = (DigestClient *) base;
  const char *value = info->ai_params != NULL ? msg_params_find (info->ai_params, "nextnonce=") : NULL;

  if (value == NULL || client->nonce == NULL)
    return 0;

  replace_text (base->ca_home, &client->nonce,
                value[0] == '"' ? msg_unquote_dup (base->ca_home, value) : su_strdup (base->ca_home, value));
  client->nonce_count = 0;
  return 1;
}

static int
on_clear (auth_client_t *base)
{
  base->ca_clear = 1;
  return 1;
}

/* --------------------------------------------------------------------- answer */

static char *
write_credentials (const DigestClient *client, const CusaxDigestInput *input, const char *response)
{
  GString *text = g_string_new ("Digest username=");
  g_autofree char *user = cusax_digest_quote (input->user);
  g_autofree char *nonce = cusax_digest_quote (input->nonce);
  g_autofree char *uri = cusax_digest_quote (input->uri);

  /* The realm goes back as it came, quotes included. */
  g_string_append_printf (text, "%s, realm=%s, nonce=%s, uri=%s, response=\"%s\"", user, client->base.ca_realm,
                          nonce, uri, response);
  if (client->algorithm_text != NULL)
    g_string_append_printf (text, ", algorithm=%s", cusax_digest_algorithm_name (input->algorithm));
  if (client->opaque != NULL)
    {
      g_autofree char *opaque = cusax_digest_quote (client->opaque);

      g_string_append_printf (text, ", opaque=%s", opaque);
    }
  if (input->qop != CUSAX_DIGEST_QOP_NONE)
    g_string_append_printf (text, ", qop=%s, nc=%08x", cusax_digest_qop_name (input->qop), input->nonce_count);
  /* RFC 7616 asks for cnonce with qop; a -sess answer cannot be checked without it either. */
  if (input->cnonce != NULL)
    g_string_append_printf (text, ", cnonce=\"%s\"", input->cnonce);
  return g_string_free (text, FALSE);
}

static char *
join_body (const msg_payload_t *body, gsize *length)
{
  GString *whole = g_string_new (NULL);

  for (; body != NULL; body = body->pl_next)
    if (body->pl_data != NULL)
      g_string_append_len (whole, body->pl_data, (gssize) body->pl_len);
  *length = whole->len;
  return g_string_free (whole, FALSE);
}

/* Returns: (transfer full) (nullable): the value of Authorization; counts the answer */
static char *
answer (DigestClient *client, CusaxDigestInput *input)
{
  gboolean needs_cnonce
    = client->qop != CUSAX_DIGEST_QOP_NONE || cusax_digest_algorithm_is_session (client->algorithm);
  g_autofree char *response = NULL;

  input->algorithm = client->algorithm;
  input->nonce = client->nonce;
  input->session_nonce = client->session_nonce;
  input->qop = client->qop;
  input->cnonce = needs_cnonce ? client->cnonce : NULL;
  input->nonce_count = ++client->nonce_count;
  client->answers++;
  if (client->answered_as == NULL || strcmp (client->answered_as, client->base.ca_user) != 0)
    replace_text (client->base.ca_home, &client->answered_as,
                  su_strdup (client->base.ca_home, client->base.ca_user));

  response = cusax_digest_compute (input);
  return response != NULL ? write_credentials (client, input, response) : NULL;
}

/* What credentials.c has allowed may not be enough for what Sofia asks: it hands them to every challenge of
 * their realm that the handle has met, refused ones included. */
static gboolean
is_within (const DigestClient *client, CusaxDigestLimits limits)
{
  if (limits.nobody)
    return FALSE;
  if (limits.proxies_only && client->base.ca_credential_class != sip_proxy_authorization_class)
    return FALSE;
  return !cusax_digest_algorithm_is_weaker (client->algorithm, limits.weakest);
}

static int
on_authorize (auth_client_t *base, su_home_t *home, const char *method, const url_t *url,
              const msg_payload_t *body, msg_header_t **headers)
{
  DigestClient *client = (DigestClient *) base;
  CusaxDigestInput input = { .method = method };
  CusaxDigestLimits limits;
  g_autofree char *credentials = NULL, *user = NULL, *whole = NULL;
  char *realm, *uri, *password;

  /* Nothing that can be answered was asked, or nobody gave us credentials. */
  if (client->nonce == NULL || base->ca_user == NULL || base->ca_pass == NULL || base->ca_clear)
    return 0;

  user = cusax_digest_decode_secret (base->ca_user, &limits);
  if (!is_within (client, limits))
    return 0;
  realm = base->ca_realm[0] == '"' ? msg_unquote_dup (home, base->ca_realm) : su_strdup (home, base->ca_realm);
  uri = url_as_string (home, url);
  password = cusax_digest_decode_secret (base->ca_pass, NULL);
  whole = client->qop == CUSAX_DIGEST_QOP_AUTH_INT ? join_body (body, &input.body_length) : NULL;

  input.user = user;
  input.password = password;
  input.realm = realm;
  input.uri = uri;
  input.body = whole;
  credentials = answer (client, &input);
  cusax_digest_free_auth (password);
  if (credentials != NULL)
    *headers = msg_header_make (home, base->ca_credential_class, credentials);
  su_free (home, realm);
  su_free (home, uri);
  return credentials != NULL && *headers != NULL ? 0 : -1;
}

/*
 * auc_save_credentials and auc_copy_credentials exist in the 1.12.11 snapshot, not in the 1.13 forks: the size
 * tells Sofia to look no further than auc_clear, and it then uses its own defaults.
 */
const auth_client_plugin_t cusax_digest_plugin = {
  .auc_plugin_size
  = (int) (offsetof (auth_client_plugin_t, auc_clear) + sizeof (cusax_digest_plugin.auc_clear)),
  .auc_size = sizeof (DigestClient),
  .auc_name = "Digest",
  .auc_challenge = on_challenge,
  .auc_authorize = on_authorize,
  .auc_info = on_info,
  .auc_clear = on_clear,
};
