/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See digest.h: the plug-in in Sofia's table of authentication schemes. The table is not ours alone: other
 * users of Sofia in this process are served too, so plain credentials must work as well as our marked ones.
 */
#include "digest.h"

#include "error.h"

/* Without this the installed struct ends before auc_clear (Sofia itself is built with it). */
#define SOFIA_EXTEND_AUTH_CLIENT 1
#include <sofia-sip/auth_client.h>
#include <sofia-sip/auth_client_plugin.h>
#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_protos.h>
#include <sofia-sip/su_alloc.h>
#include <sofia-sip/url.h>

#include <string.h>

/* In front of hex-coded user names and passwords; '%' begins no hex and no sensible plain one. */
#define HEX_MARK "%cusax%"

/* A server that calls every fresh nonce stale is broken; without an end we would circle with it. */
#define MAX_STALE_ROW 3

/** DigestClient: what Sofia keeps per handle and realm; zeroed by Sofia, texts live in the base's home. */
typedef struct
{
  auth_client_t base;
  CusaxDigestAlgorithm algorithm;
  char *algorithm_text; /* as challenged, to be echoed; NULL if the server named none */
  char *nonce;
  char *opaque;
  char *cnonce;
  gboolean qop_auth;
  guint nonce_count;
  guint answers;   /* since the last challenge */
  guint stale_row; /* challenges with stale=true in a row, each right after our answer */
} DigestClient;

static const auth_client_plugin_t *original; /* Sofia's own, NULL while ours is not in place */
static guint uses;

/* ------------------------------------------------------------------ challenge */

static char *
get_parameter (su_home_t *home, const msg_auth_t *challenge, const char *name)
{
  const char *value = challenge->au_params != NULL ? msg_params_find (challenge->au_params, name) : NULL;

  if (value == NULL)
    return NULL;
  return value[0] == '"' ? msg_unquote_dup (home, value) : su_strdup (home, value);
}

static char *
make_cnonce (su_home_t *home)
{
  g_autofree char *uuid = g_uuid_string_random ();

  return su_strdup (home, uuid);
}

/* qop is a list; absent means RFC 2069. Returns: FALSE if it has none that we do (auth-int only). */
static gboolean
read_qop (su_home_t *home, const msg_auth_t *challenge, gboolean *qop_auth)
{
  char *text = get_parameter (home, challenge, "qop=");
  g_auto (GStrv) items = NULL;

  *qop_auth = FALSE;
  if (text == NULL)
    return TRUE;

  items = g_strsplit (text, ",", -1);
  for (char **item = items; *item != NULL; item++)
    if (g_ascii_strcasecmp (g_strstrip (*item), "auth") == 0)
      *qop_auth = TRUE;
  su_free (home, text);
  return *qop_auth;
}

static void
replace_text (su_home_t *home, char **text, char *with)
{
  su_free (home, *text);
  *text = with;
}

static void
store_challenge (DigestClient *client, const msg_auth_t *challenge, CusaxDigestAlgorithm algorithm, char *nonce,
                 gboolean qop_auth)
{
  su_home_t *home = client->base.ca_home;

  client->algorithm = algorithm;
  client->qop_auth = qop_auth;
  client->nonce_count = 0;
  client->answers = 0;
  replace_text (home, &client->nonce, nonce);
  replace_text (home, &client->opaque, get_parameter (home, challenge, "opaque="));
  replace_text (home, &client->algorithm_text, get_parameter (home, challenge, "algorithm="));
  replace_text (home, &client->cnonce, make_cnonce (home));
}

/*
 * Is it worth sending the request again? A fresh challenge answered and refused means a wrong password: no, or
 * a server could make us circle. An answer refused later means that the nonce ran out, whether or not the
 * server says so with stale=true (one-time nonces). A second header of the same response changes nothing here.
 */
static gboolean
deserves_answer (DigestClient *client, CusaxDigestAlgorithm algorithm, gboolean stale)
{
  if (client->nonce == NULL || client->base.ca_user == NULL || algorithm > client->algorithm)
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
  char *algorithm_text = get_parameter (home, challenge, "algorithm=");
  char *stale_text = get_parameter (home, challenge, "stale=");
  CusaxDigestAlgorithm algorithm = cusax_digest_parse_algorithm (algorithm_text);
  gboolean stale = stale_text != NULL && g_ascii_strcasecmp (stale_text, "true") == 0;
  gboolean again, qop_auth;
  char *nonce;

  su_free (home, algorithm_text);
  su_free (home, stale_text);

  /* Never weaker than before on the same handle: that is how a bidding-down attack looks. */
  if (algorithm == CUSAX_DIGEST_UNKNOWN || algorithm < client->algorithm
      || !read_qop (home, challenge, &qop_auth))
    return 1;
  nonce = get_parameter (home, challenge, "nonce=");
  if (nonce == NULL)
    return 1;

  again = deserves_answer (client, algorithm, stale);
  store_challenge (client, challenge, algorithm, nonce, qop_auth);
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

/* Returns: (transfer full): @text with our hex coding undone, if it is ours */
static char *
decode_secret (const char *text)
{
  const char *hex = text + strlen (HEX_MARK);
  gsize length;
  GString *plain;

  if (!g_str_has_prefix (text, HEX_MARK))
    return g_strdup (text);

  length = strlen (hex);
  plain = g_string_sized_new (length / 2 + 1); /* large enough: a growing copy would leave the secret behind */
  for (gsize i = 0; i + 1 < length; i += 2)
    {
      int high = g_ascii_xdigit_value (hex[i]), low = g_ascii_xdigit_value (hex[i + 1]);

      if (high < 0 || low < 0)
        break;
      g_string_append_c (plain, (char) (high << 4 | low));
    }
  return g_string_free (plain, FALSE);
}

static char *
encode_secret (const char *text)
{
  static const char digits[] = "0123456789abcdef";
  GString *coded = g_string_sized_new (strlen (HEX_MARK) + 2 * strlen (text) + 1);

  g_string_append (coded, HEX_MARK);
  for (const guchar *byte = (const guchar *) text; *byte != '\0'; byte++)
    {
      g_string_append_c (coded, digits[*byte >> 4]);
      g_string_append_c (coded, digits[*byte & 15]);
    }
  return g_string_free (coded, FALSE);
}

/* Returns: (transfer full): @text as a quoted-string (RFC 3261 section 25.1); control characters are dropped */
static char *
quote (const char *text)
{
  GString *quoted = g_string_new ("\"");

  for (; *text != '\0'; text++)
    {
      if (g_ascii_iscntrl (*text))
        continue;
      if (*text == '"' || *text == '\\')
        g_string_append_c (quoted, '\\');
      g_string_append_c (quoted, *text);
    }
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}

static char *
write_credentials (const DigestClient *client, const CusaxDigestInput *input, const char *response)
{
  GString *text = g_string_new ("Digest username=");
  g_autofree char *user = quote (input->user);
  g_autofree char *nonce = quote (input->nonce);
  g_autofree char *uri = quote (input->uri);

  /* The realm goes back as it came, quotes included. */
  g_string_append_printf (text, "%s, realm=%s, nonce=%s, uri=%s, response=\"%s\"", user, client->base.ca_realm,
                          nonce, uri, response);
  if (client->algorithm_text != NULL)
    g_string_append_printf (text, ", algorithm=%s", cusax_digest_algorithm_name (input->algorithm));
  if (client->opaque != NULL)
    {
      g_autofree char *opaque = quote (client->opaque);

      g_string_append_printf (text, ", opaque=%s", opaque);
    }
  if (input->qop_auth)
    g_string_append_printf (text, ", qop=auth, nc=%08x", input->nonce_count);
  /* RFC 7616 asks for cnonce with qop; a -sess answer cannot be checked without it either. */
  if (input->cnonce != NULL)
    g_string_append_printf (text, ", cnonce=\"%s\"", input->cnonce);
  return g_string_free (text, FALSE);
}

static int
on_authorize (auth_client_t *base, su_home_t *home, const char *method, const url_t *url,
              const msg_payload_t *body, msg_header_t **headers)
{
  DigestClient *client = (DigestClient *) base;
  gboolean needs_cnonce = client->qop_auth || client->algorithm == CUSAX_DIGEST_MD5_SESS
                          || client->algorithm == CUSAX_DIGEST_SHA256_SESS;
  CusaxDigestInput input = { .algorithm = client->algorithm, .nonce = client->nonce, .method = method };
  g_autofree char *response = NULL, *credentials = NULL, *user = NULL;
  char *realm, *uri, *password;

  /* Nothing that can be answered was asked, or nobody gave us credentials. */
  if (client->nonce == NULL || base->ca_user == NULL || base->ca_pass == NULL || base->ca_clear)
    return 0;

  realm = base->ca_realm[0] == '"' ? msg_unquote_dup (home, base->ca_realm) : su_strdup (home, base->ca_realm);
  uri = url_as_string (home, url);
  password = decode_secret (base->ca_pass);
  user = decode_secret (base->ca_user);

  input.user = user;
  input.password = password;
  input.realm = realm;
  input.uri = uri;
  input.qop_auth = client->qop_auth;
  input.cnonce = needs_cnonce ? client->cnonce : NULL;
  input.nonce_count = ++client->nonce_count;
  client->answers++;

  response = cusax_digest_compute (&input);
  cusax_digest_free_auth (password);
  if (response != NULL)
    {
      credentials = write_credentials (client, &input, response);
      *headers = msg_header_make (home, base->ca_credential_class, credentials);
    }
  su_free (home, realm);
  su_free (home, uri);
  return response != NULL && *headers != NULL ? 0 : -1;
}

/*
 * auc_save_credentials and auc_copy_credentials exist in the 1.12.11 snapshot, not in the 1.13 forks: the size
 * tells Sofia to look no further than auc_clear, and it then uses its own defaults.
 */
static const auth_client_plugin_t plugin = {
  .auc_plugin_size = (int) (offsetof (auth_client_plugin_t, auc_clear) + sizeof (plugin.auc_clear)),
  .auc_size = sizeof (DigestClient),
  .auc_name = "Digest",
  .auc_challenge = on_challenge,
  .auc_authorize = on_authorize,
  .auc_info = on_info,
  .auc_clear = on_clear,
};

/* --------------------------------------------------------- Sofia's table */

/* Returns: what Sofia would use for @scheme, NULL if nothing */
static const auth_client_plugin_t *
look_up (const char *scheme)
{
  su_home_t home[1] = { SU_HOME_INIT (home) };
  g_autofree char *text = g_strdup_printf ("%s realm=\"cusax\", nonce=\"0\", algorithm=MD5", scheme);
  const auth_client_plugin_t *found = NULL;
  auth_client_t *clients = NULL;

  su_home_init (home);
  if (auc_challenge (&clients, home, sip_www_authenticate_make (home, text), sip_authorization_class) > 0)
    found = clients->ca_auc;
  su_home_deinit (home);
  return found;
}

/*
 * auc_register_plugin() compares names the wrong way round: it overwrites the first entry whose name differs.
 * So a dummy takes the place of Digest, and then @with that of the dummy. On a Sofia without that slip the
 * dummy is appended once and Digest replaced; the dummy then stays for good, hence it is on the heap and calls
 * into Sofia.
 */
static gboolean
replace_plugin (const auth_client_plugin_t *sofias, const auth_client_plugin_t *with)
{
  auth_client_plugin_t *dummy;
  gboolean done;

  dummy = g_new0 (auth_client_plugin_t, 1);
  dummy->auc_plugin_size = plugin.auc_plugin_size;
  dummy->auc_size = sofias->auc_size;
  dummy->auc_name = "x-none";
  dummy->auc_challenge = sofias->auc_challenge;
  dummy->auc_authorize = sofias->auc_authorize;

  done = auc_register_plugin (dummy) == 0 && auc_register_plugin (with) == 0 && look_up ("Digest") == with;
  if (look_up ("x-none") != dummy)
    g_free (dummy);
  return done;
}

gboolean
cusax_digest_install (GError **error)
{
  const auth_client_plugin_t *sofias;

  if (original != NULL)
    {
      uses++;
      return TRUE;
    }

  sofias = look_up ("Digest");
  if (sofias == NULL || !replace_plugin (sofias, &plugin))
    {
      if (sofias != NULL)
        replace_plugin (sofias, sofias);
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED,
                           "Sofia-SIP does not take our digest authentication: MD5 only");
      return FALSE;
    }
  original = sofias;
  uses = 1;
  return TRUE;
}

void
cusax_digest_restore (void)
{
  g_return_if_fail (uses > 0);
  if (--uses > 0)
    return;

  if (!replace_plugin (original, original))
    g_warning ("Sofia-SIP's own digest authentication could not be put back");
  original = NULL;
}

char *
cusax_digest_make_auth (const char *realm, const char *user, const char *password)
{
  g_autofree char *quoted_realm = realm[0] == '"' ? g_strdup (realm) : quote (realm);
  char *coded_user, *coded_password, *auth;

  if (original == NULL)
    return g_strdup_printf ("Digest:%s:%s:%s", quoted_realm, user, password);

  coded_user = encode_secret (user);
  coded_password = encode_secret (password);
  auth = g_strdup_printf ("Digest:%s:%s:%s", quoted_realm, coded_user, coded_password);
  cusax_digest_free_auth (coded_user);
  cusax_digest_free_auth (coded_password);
  return auth;
}
