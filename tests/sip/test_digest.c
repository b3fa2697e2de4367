/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Digest: the computation against the vectors of RFC 7616, 2617 and 2069, and the plug-in driven through
 * Sofia's own functions as nua drives it: choice of algorithm, nonces, wrong passwords without circles, odd
 * secrets.
 */
#include "digest.h"

#define SOFIA_EXTEND_AUTH_CLIENT 1
#include <sofia-sip/auth_client.h>
#include <sofia-sip/auth_client_plugin.h>
#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_protos.h>
#include <sofia-sip/url.h>

#include <glib.h>

#include <string.h>

/* ---------------------------------------------------------------- computation */

typedef struct
{
  const char *name;
  CusaxDigestInput input;
  const char *expected;
} Vector;

#define RFC7616(algorithm)                                                                                     \
  {                                                                                                            \
    algorithm, "Mufasa", "http-auth@example.org", "Circle of Life",                                            \
      "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", 1, TRUE, \
      "GET", "/dir/index.html"                                                                                 \
  }
#define RFC2617_NONCE "dcd98b7102dd2f0e8b11d0f600bfb0c093"

static const Vector vectors[] = {
  { "RFC 7616 MD5", RFC7616 (CUSAX_DIGEST_MD5), "8ca523f5e9506fed4657c9700eebdbec" },
  { "RFC 7616 SHA-256", RFC7616 (CUSAX_DIGEST_SHA256),
    "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1" },
  /* The same fields hashed by Python's hashlib. */
  { "MD5-sess", RFC7616 (CUSAX_DIGEST_MD5_SESS), "e783283f46242139c486a698fec7211d" },
  { "SHA-256-sess", RFC7616 (CUSAX_DIGEST_SHA256_SESS),
    "2fd51b3a77ad75bad6afad6003e818d767133c46d9e2749e7f5232ae1ea3efd7" },
  { "RFC 2617",
    { CUSAX_DIGEST_MD5, "Mufasa", "testrealm@host.com", "Circle Of Life", RFC2617_NONCE, "0a4f113b", 1, TRUE,
      "GET", "/dir/index.html" },
    "6629fae49393a05397450978507c4ef1" },
  { "RFC 2069, errata",
    { CUSAX_DIGEST_MD5, "Mufasa", "testrealm@host.com", "CircleOfLife", RFC2617_NONCE, NULL, 0, FALSE, "GET",
      "/dir/index.html" },
    "1949323746fe6a43ef61f9606e7febea" },
};

static void
test_vectors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autofree char *response = cusax_digest_compute (&vectors[i].input);

      g_test_message ("%s", vectors[i].name);
      g_assert_cmpstr (response, ==, vectors[i].expected);
    }
}

static void
test_incomplete (void)
{
  CusaxDigestInput unknown = RFC7616 (CUSAX_DIGEST_UNKNOWN), no_cnonce = RFC7616 (CUSAX_DIGEST_SHA256),
                   sess = RFC7616 (CUSAX_DIGEST_MD5_SESS), no_nonce = RFC7616 (CUSAX_DIGEST_MD5);

  no_cnonce.cnonce = NULL;
  sess.cnonce = NULL;
  sess.qop_auth = FALSE;
  no_nonce.nonce = NULL;
  g_assert_null (cusax_digest_compute (&unknown));
  g_assert_null (cusax_digest_compute (&no_cnonce));
  g_assert_null (cusax_digest_compute (&sess));
  g_assert_null (cusax_digest_compute (&no_nonce));
}

static void
test_algorithm_names (void)
{
  g_assert_cmpint (cusax_digest_parse_algorithm (NULL), ==, CUSAX_DIGEST_MD5);
  g_assert_cmpint (cusax_digest_parse_algorithm ("md5"), ==, CUSAX_DIGEST_MD5);
  g_assert_cmpint (cusax_digest_parse_algorithm ("\"SHA-256\""), ==, CUSAX_DIGEST_SHA256);
  g_assert_cmpint (cusax_digest_parse_algorithm ("sha-256-SESS"), ==, CUSAX_DIGEST_SHA256_SESS);
  g_assert_cmpint (cusax_digest_parse_algorithm ("SHA-512-256"), ==, CUSAX_DIGEST_UNKNOWN);
  g_assert_cmpint (cusax_digest_parse_algorithm ("\""), ==, CUSAX_DIGEST_UNKNOWN);
  g_assert_cmpint (cusax_digest_parse_algorithm (""), ==, CUSAX_DIGEST_UNKNOWN);
  g_assert_cmpstr (cusax_digest_algorithm_name (CUSAX_DIGEST_SHA256), ==, "SHA-256");
  g_assert_null (cusax_digest_algorithm_name (CUSAX_DIGEST_UNKNOWN));
}

/* -------------------------------------------------------------------- plug-in */

/** Handle: what a nua handle has of authentication. */
typedef struct
{
  su_home_t home[1];
  auth_client_t *clients;
} Handle;

static void
set_up (Handle *handle, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  cusax_digest_install (&error);
  g_assert_no_error (error);
  memset (handle, 0, sizeof *handle);
  su_home_init (handle->home);
}

static void
tear_down (Handle *handle, gconstpointer data)
{
  su_home_deinit (handle->home);
  cusax_digest_restore ();
}

/* Feeds the headers (up to NULL) of one 401. Returns: TRUE if nua would send the request again. */
static gboolean
challenge (Handle *handle, const char *first, ...)
{
  sip_www_authenticate_t *list = NULL, **next = &list;
  va_list rest;

  va_start (rest, first);
  for (const char *text = first; text != NULL; text = va_arg (rest, const char *))
    {
      *next = sip_www_authenticate_make (handle->home, text);
      g_assert_nonnull (*next);
      next = (sip_www_authenticate_t **) &(*next)->au_next;
    }
  va_end (rest);
  return auc_challenge (&handle->clients, handle->home, list, sip_authorization_class) > 0;
}

static void
authenticate (Handle *handle, const char *realm, const char *user, const char *password)
{
  char *auth = cusax_digest_make_auth (realm, user, password);

  g_assert_cmpint (auc_credentials (&handle->clients, handle->home, auth), >, 0);
  cusax_digest_free_auth (auth);
}

/* Returns: (transfer none) (nullable): the Authorization header of the next request */
static sip_authorization_t *
answer (Handle *handle, const char *method, const char *uri)
{
  msg_header_t *header = NULL;
  url_t *url = url_make (handle->home, uri);

  g_assert_nonnull (url);
  if (auc_authorization_headers (&handle->clients, handle->home, method, url, NULL, &header) <= 0)
    return NULL;
  return (sip_authorization_t *) header;
}

static const char *
parameter (Handle *handle, const sip_authorization_t *header, const char *name)
{
  const char *value = msg_params_find (header->au_params, name);

  if (value == NULL)
    return NULL;
  return value[0] == '"' ? msg_unquote_dup (handle->home, value) : value;
}

/* What a server does: computes the response from what it knows and the header's other fields. */
static void
assert_answer_is (Handle *handle, const sip_authorization_t *header, CusaxDigestAlgorithm algorithm,
                  const char *user, const char *password, const char *method, guint nonce_count)
{
  const char *qop, *count;
  CusaxDigestInput input = { .algorithm = algorithm, .user = user, .password = password, .method = method };
  g_autofree char *expected = NULL;

  g_assert_nonnull (header);
  qop = parameter (handle, header, "qop=");
  count = parameter (handle, header, "nc=");
  input.qop_auth = qop != NULL;
  input.realm = parameter (handle, header, "realm=");
  input.nonce = parameter (handle, header, "nonce=");
  input.cnonce = parameter (handle, header, "cnonce=");
  input.uri = parameter (handle, header, "uri=");
  input.nonce_count = nonce_count;
  if (qop != NULL)
    {
      g_assert_cmpstr (qop, ==, "auth");
      g_assert_cmpuint (g_ascii_strtoull (count, NULL, 16), ==, nonce_count);
      g_assert_cmpuint (strlen (count), ==, 8);
    }
  else
    g_assert_null (count);

  g_assert_cmpstr (parameter (handle, header, "username="), ==, user);
  expected = cusax_digest_compute (&input);
  g_assert_cmpstr (parameter (handle, header, "response="), ==, expected);
}

#define MD5(nonce) "Digest realm=\"r\", nonce=\"" nonce "\", algorithm=MD5, qop=\"auth\""
#define SHA(nonce)                                                                                             \
  "Digest realm=\"r\", nonce=\"" nonce "\", algorithm=SHA-256, qop=\"auth,auth-int\", opaque=\"o\""

static void
test_first_answer (Handle *handle, gconstpointer data)
{
  sip_authorization_t *header;

  g_assert_true (challenge (handle, SHA ("n1"), NULL));
  g_assert_null (answer (handle, "REGISTER", "sip:example.org")); /* nobody gave a password yet */
  authenticate (handle, "\"r\"", "alice", "secret");
  header = answer (handle, "REGISTER", "sip:example.org");
  assert_answer_is (handle, header, CUSAX_DIGEST_SHA256, "alice", "secret", "REGISTER", 1);
  g_assert_cmpstr (parameter (handle, header, "algorithm="), ==, "SHA-256");
  g_assert_cmpstr (parameter (handle, header, "opaque="), ==, "o");
  g_assert_cmpstr (parameter (handle, header, "uri="), ==, "sip:example.org");
  assert_answer_is (handle, answer (handle, "BYE", "sip:bob@192.0.2.1:5060;transport=tls"), CUSAX_DIGEST_SHA256,
                    "alice", "secret", "BYE", 2);
}

/* Lists in any order: the strongest that we know is answered. */
static void
test_choice (Handle *handle, gconstpointer data)
{
  static const struct
  {
    const char *headers[3];
    CusaxDigestAlgorithm chosen;
  } table[] = {
    { { MD5 ("a"), SHA ("b") }, CUSAX_DIGEST_SHA256 },
    { { SHA ("b"), MD5 ("a") }, CUSAX_DIGEST_SHA256 },
    { { "Digest realm=\"r\", nonce=\"c\", algorithm=SHA-512-256, qop=\"auth\"", SHA ("b"), MD5 ("a") },
      CUSAX_DIGEST_SHA256 },
    { { "Digest realm=\"r\", nonce=\"c\", algorithm=SHA-512-256, qop=\"auth\"", MD5 ("a") }, CUSAX_DIGEST_MD5 },
    { { "Digest realm=\"r\", nonce=\"c\"" }, CUSAX_DIGEST_MD5 },
    { { "Digest realm=\"r\", nonce=\"c\", algorithm=MD5-sess, qop=\"auth\"" }, CUSAX_DIGEST_MD5_SESS },
    { { "Digest realm=\"r\", nonce=\"c\", algorithm=sha-256-sess, qop=auth" }, CUSAX_DIGEST_SHA256_SESS },
    { { "Digest realm=\"r\", nonce=\"c\", algorithm=MD5-sess" }, CUSAX_DIGEST_MD5_SESS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      const char *const *headers = table[i].headers;

      handle->clients = NULL;
      g_assert_true (challenge (handle, headers[0], headers[1], headers[2], NULL));
      authenticate (handle, "\"r\"", "alice", "secret");
      assert_answer_is (handle, answer (handle, "REGISTER", "sip:r"), table[i].chosen, "alice", "secret",
                        "REGISTER", 1);
    }
}

static void
test_unknown_only (Handle *handle, gconstpointer data)
{
  challenge (handle, "Digest realm=\"r\", nonce=\"c\", algorithm=SHA-512-256", NULL);
  authenticate (handle, "r", "alice", "secret");
  g_assert_null (answer (handle, "REGISTER", "sip:r"));
  g_assert_false (challenge (handle, "Digest realm=\"r\", nonce=\"c\", algorithm=SHA-512-256", NULL));
  g_assert_false (challenge (handle, "Digest realm=\"r\", nonce=\"d\", qop=\"auth-int\"", NULL));
  g_assert_false (challenge (handle, "Digest realm=\"r\"", NULL));
}

/* R47's neighbour: no storm. One answer, then the end, however the server words it. */
static void
test_wrong_password (Handle *handle, gconstpointer data)
{
  g_assert_true (challenge (handle, MD5 ("n1"), SHA ("m1"), NULL));
  authenticate (handle, "\"r\"", "alice", "wrong");
  g_assert_nonnull (answer (handle, "REGISTER", "sip:r"));
  g_assert_false (challenge (handle, MD5 ("n2"), SHA ("m2"), NULL));
  g_assert_nonnull (answer (handle, "REGISTER", "sip:r"));
  g_assert_false (challenge (handle, SHA ("m3"), SHA ("m4"), NULL));
}

static void
test_stale (Handle *handle, gconstpointer data)
{
  guint again = 0;

  g_assert_true (challenge (handle, MD5 ("n1"), NULL));
  authenticate (handle, "\"r\"", "alice", "secret");
  answer (handle, "REGISTER", "sip:r");
  g_assert_true (challenge (handle, MD5 ("n2") ", stale=TRUE", NULL));
  assert_answer_is (handle, answer (handle, "REGISTER", "sip:r"), CUSAX_DIGEST_MD5, "alice", "secret",
                    "REGISTER", 1);

  /* A server that never has enough. */
  while (again < 100 && challenge (handle, MD5 ("n3") ", stale=true", NULL))
    {
      again++;
      answer (handle, "REGISTER", "sip:r");
    }
  g_assert_cmpuint (again, <, 5);
}

/* One-time nonces: each request is challenged, without stale. */
static void
test_one_time_nonces (Handle *handle, gconstpointer data)
{
  g_assert_true (challenge (handle, SHA ("n0"), NULL));
  authenticate (handle, "\"r\"", "alice", "secret");
  answer (handle, "INVITE", "sip:r"); /* accepted */
  for (guint i = 1; i < 10; i++)
    {
      g_autofree char *text
        = g_strdup_printf ("Digest realm=\"r\", nonce=\"n%u\", algorithm=SHA-256, qop=auth", i);

      answer (handle, "INFO", "sip:r"); /* old nonce: refused */
      g_assert_true (challenge (handle, text, NULL));
      assert_answer_is (handle, answer (handle, "INFO", "sip:r"), CUSAX_DIGEST_SHA256, "alice", "secret",
                        "INFO", 1);
    }
}

static void
test_no_step_down (Handle *handle, gconstpointer data)
{
  g_assert_true (challenge (handle, SHA ("n1"), NULL));
  authenticate (handle, "\"r\"", "alice", "secret");
  answer (handle, "REGISTER", "sip:r");
  answer (handle, "REGISTER", "sip:r");
  g_assert_false (challenge (handle, MD5 ("n2"), NULL));
}

static void
test_next_nonce (Handle *handle, gconstpointer data)
{
  sip_authentication_info_t *info = sip_authentication_info_make (handle->home, "nextnonce=\"n2\"");
  sip_authorization_t *header;

  g_assert_true (challenge (handle, SHA ("n1"), NULL));
  authenticate (handle, "\"r\"", "alice", "secret");
  answer (handle, "REGISTER", "sip:r");
  g_assert_cmpint (auc_info (&handle->clients, info, sip_authorization_class), ==, 1);
  header = answer (handle, "REGISTER", "sip:r");
  assert_answer_is (handle, header, CUSAX_DIGEST_SHA256, "alice", "secret", "REGISTER", 1);
  g_assert_cmpstr (parameter (handle, header, "nonce="), ==, "n2");
}

static void
test_odd_secrets (Handle *handle, gconstpointer data)
{
  static const char *const texts[]
    = { "a:b:c", "", "%cusax%", "%cusax%6162", "\"quoted\\\"", "p\xc3\xa4ss w\xc3\xb6rd", "%" };

  for (guint user = 0; user < G_N_ELEMENTS (texts); user++)
    for (guint password = 0; password < G_N_ELEMENTS (texts); password++)
      {
        handle->clients = NULL;
        g_assert_true (challenge (handle, SHA ("n"), NULL));
        authenticate (handle, "\"r\"", texts[user], texts[password]);
        assert_answer_is (handle, answer (handle, "REGISTER", "sip:r"), CUSAX_DIGEST_SHA256, texts[user],
                          texts[password], "REGISTER", 1);
      }
}

static void
test_odd_realm (Handle *handle, gconstpointer data)
{
  g_assert_true (challenge (handle, "Digest realm=\"a \\\"b\\\": c\", nonce=\"n\"", NULL));
  authenticate (handle, "\"a \\\"b\\\": c\"", "alice", "secret");
  assert_answer_is (handle, answer (handle, "REGISTER", "sip:r"), CUSAX_DIGEST_MD5, "alice", "secret",
                    "REGISTER", 1);

  handle->clients = NULL;
  g_assert_true (challenge (handle, MD5 ("n"), NULL));
  authenticate (handle, "r", "alice", "secret"); /* without quotes */
  g_assert_nonnull (answer (handle, "REGISTER", "sip:r"));
}

/* Other users of Sofia in this process know nothing of our hex coding. */
static void
test_plain_credentials (Handle *handle, gconstpointer data)
{
  g_assert_true (challenge (handle, MD5 ("n1"), NULL));
  g_assert_cmpint (auc_credentials (&handle->clients, handle->home, "Digest:\"r\":alice:secret"), >, 0);
  assert_answer_is (handle, answer (handle, "REGISTER", "sip:r"), CUSAX_DIGEST_MD5, "alice", "secret",
                    "REGISTER", 1);

  auc_clear_credentials (&handle->clients, NULL, NULL);
  g_assert_null (answer (handle, "REGISTER", "sip:r"));
}

static void
test_two_realms (Handle *handle, gconstpointer data)
{
  g_assert_true (challenge (handle, MD5 ("n1"), "Digest realm=\"s\", nonce=\"n2\"", NULL));
  authenticate (handle, "\"r\"", "alice", "secret");
  g_assert_null (answer (handle, "REGISTER", "sip:r"));
  authenticate (handle, "\"s\"", "alice2", "secret2");
  g_assert_nonnull (answer (handle, "REGISTER", "sip:r"));
}

/* Before, after and between: Sofia's own plug-in, which does not know SHA-256. */
static void
test_restore (void)
{
  Handle handle = { .clients = NULL };

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *plain = cusax_digest_make_auth ("r", "alice", "secret");

      g_assert_cmpstr (plain, ==, "Digest:\"r\":alice:secret");
      su_home_init (handle.home);
      handle.clients = NULL;
      g_assert_false (challenge (&handle, SHA ("n"), NULL));
      handle.clients = NULL;
      g_assert_true (challenge (&handle, MD5 ("n"), NULL));
      g_assert_cmpstr (handle.clients->ca_auc->auc_name, ==, "Digest");
      handle.clients = NULL;
      g_assert_true (challenge (&handle, "Basic realm=\"r\"", NULL));
      g_assert_nonnull (handle.clients->ca_auc);
      su_home_deinit (handle.home);

      g_assert_true (cusax_digest_install (NULL));
      g_assert_true (cusax_digest_install (NULL));
      cusax_digest_restore ();
      su_home_init (handle.home);
      handle.clients = NULL;
      g_assert_true (challenge (&handle, SHA ("n"), NULL));
      su_home_deinit (handle.home);
      cusax_digest_restore ();
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/digest/vectors", test_vectors);
  g_test_add_func ("/digest/incomplete", test_incomplete);
  g_test_add_func ("/digest/algorithm-names", test_algorithm_names);
#define ADD(path, function) g_test_add ("/digest/" path, Handle, NULL, set_up, function, tear_down)
  ADD ("first-answer", test_first_answer);
  ADD ("choice", test_choice);
  ADD ("unknown-only", test_unknown_only);
  ADD ("wrong-password", test_wrong_password);
  ADD ("stale", test_stale);
  ADD ("one-time-nonces", test_one_time_nonces);
  ADD ("no-step-down", test_no_step_down);
  ADD ("next-nonce", test_next_nonce);
  ADD ("odd-secrets", test_odd_secrets);
  ADD ("odd-realm", test_odd_realm);
  ADD ("plain-credentials", test_plain_credentials);
  ADD ("two-realms", test_two_realms);
#undef ADD
  g_test_add_func ("/digest/restore", test_restore);
  return g_test_run ();
}
