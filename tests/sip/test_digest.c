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

#define FIELDS_RFC7616                                                                                         \
  .user = "Mufasa", .realm = "http-auth@example.org", .password = "Circle of Life",                            \
  .nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",                                                     \
  .cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", .nonce_count = 1, .method = "GET",                 \
  .uri = "/dir/index.html"
#define RFC7616(algorithm_)                                                                                    \
  {                                                                                                            \
    .algorithm = algorithm_, .qop = CUSAX_DIGEST_QOP_AUTH, FIELDS_RFC7616                                      \
  }
#define RFC7616_INT(algorithm_, body_)                                                                         \
  {                                                                                                            \
    .algorithm = algorithm_, .qop = CUSAX_DIGEST_QOP_AUTH_INT, .body = body_, .body_length = strlen (body_),   \
    FIELDS_RFC7616                                                                                             \
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
  { "SHA-512-256", RFC7616 (CUSAX_DIGEST_SHA512_256),
    "430d05014cecc49cab6fbe03176d41a1da86cbfe24a16580e22aaad928d960d0" },
  { "SHA-512-256-sess", RFC7616 (CUSAX_DIGEST_SHA512_256_SESS),
    "3f2a34f923c38b0fb26dce2fdfc2ce326c23cecf86fbb1444f3e51fbbc2cb92e" },
  { "auth-int, MD5", RFC7616_INT (CUSAX_DIGEST_MD5, "v=0\r\n"), "d1b8e2ac3f6782372de4bf3d8735b406" },
  { "auth-int, no body", RFC7616_INT (CUSAX_DIGEST_SHA256, ""),
    "8bdf6f15638e260831e905028de5450562816d093c9bfc5c13d3a46adcdde940" },
  { "auth-int, SHA-256-sess", RFC7616_INT (CUSAX_DIGEST_SHA256_SESS, "v=0\r\n"),
    "cade7e5b751d9c3c2f066a95f2405c5509ad0171cf93f117e98b7f0ebb212e57" },
  { "auth-int, SHA-512-256", RFC7616_INT (CUSAX_DIGEST_SHA512_256, "v=0\r\n"),
    "5e69357dfa951887c95e88aae45b1f7f834aeba94f85648b86d532e82afdb589" },
  /* The RFC's own value was made with a draft of SHA-512/256. */
  { "RFC 7616 section 3.9.2, errata 4897",
    { .algorithm = CUSAX_DIGEST_SHA512_256,
      .user = "J\xc3\xa4s\xc3\xb8n Doe",
      .realm = "api@example.org",
      .password = "Secret, or not?",
      .nonce = "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
      .cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
      .nonce_count = 1,
      .qop = CUSAX_DIGEST_QOP_AUTH,
      .method = "GET",
      .uri = "/doe.json" },
    "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5" },
  { "RFC 2617",
    { .algorithm = CUSAX_DIGEST_MD5,
      .user = "Mufasa",
      .realm = "testrealm@host.com",
      .password = "Circle Of Life",
      .nonce = RFC2617_NONCE,
      .cnonce = "0a4f113b",
      .nonce_count = 1,
      .qop = CUSAX_DIGEST_QOP_AUTH,
      .method = "GET",
      .uri = "/dir/index.html" },
    "6629fae49393a05397450978507c4ef1" },
  { "RFC 2069, errata",
    { .algorithm = CUSAX_DIGEST_MD5,
      .user = "Mufasa",
      .realm = "testrealm@host.com",
      .password = "CircleOfLife",
      .nonce = RFC2617_NONCE,
      .method = "GET",
      .uri = "/dir/index.html" },
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
  sess.qop = CUSAX_DIGEST_QOP_NONE;
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
  g_assert_cmpint (cusax_digest_parse_algorithm ("sha-512-256"), ==, CUSAX_DIGEST_SHA512_256);
  g_assert_cmpint (cusax_digest_parse_algorithm ("SHA-512-256-sess"), ==, CUSAX_DIGEST_SHA512_256_SESS);
  g_assert_cmpint (cusax_digest_parse_algorithm ("SHA-512"), ==, CUSAX_DIGEST_UNKNOWN);
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
  char *auth = cusax_digest_make_auth (realm, user, password, (CusaxDigestLimits) { 0 });

  g_assert_cmpint (auc_credentials (&handle->clients, handle->home, auth), >, 0);
  cusax_digest_free_auth (auth);
}

/* Returns: (transfer none) (nullable): the Authorization header of the next request */
static sip_authorization_t *
answer_with_body (Handle *handle, const char *method, const char *uri, const char *body)
{
  msg_header_t *header = NULL;
  msg_payload_t *payload = body != NULL ? msg_payload_make (handle->home, body) : NULL;
  url_t *url = url_make (handle->home, uri);

  g_assert_nonnull (url);
  if (auc_authorization_headers (&handle->clients, handle->home, method, url, payload, &header) <= 0)
    return NULL;
  return (sip_authorization_t *) header;
}

static sip_authorization_t *
answer (Handle *handle, const char *method, const char *uri)
{
  return answer_with_body (handle, method, uri, NULL);
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
  input.qop = qop == NULL ? CUSAX_DIGEST_QOP_NONE : CUSAX_DIGEST_QOP_AUTH;
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

/* What goes into the parameters of @header as a server has to know it. */
static char *
expect_response (Handle *handle, const sip_authorization_t *header, CusaxDigestInput input)
{
  input.realm = parameter (handle, header, "realm=");
  input.nonce = parameter (handle, header, "nonce=");
  input.cnonce = parameter (handle, header, "cnonce=");
  input.uri = parameter (handle, header, "uri=");
  return cusax_digest_compute (&input);
}

#define MD5(nonce) "Digest realm=\"r\", nonce=\"" nonce "\", algorithm=MD5, qop=\"auth\""
#define SHA(nonce)                                                                                             \
  "Digest realm=\"r\", nonce=\"" nonce "\", algorithm=SHA-256, qop=\"auth,auth-int\", opaque=\"o\""
#define SHA512(nonce) "Digest realm=\"r\", nonce=\"" nonce "\", algorithm=SHA-512-256, qop=\"auth\""

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
    const char *headers[4];
    CusaxDigestAlgorithm chosen;
  } table[] = {
    { { MD5 ("a"), SHA ("b") }, CUSAX_DIGEST_SHA256 },
    { { SHA ("b"), MD5 ("a") }, CUSAX_DIGEST_SHA256 },
    { { SHA512 ("c"), SHA ("b"), MD5 ("a") }, CUSAX_DIGEST_SHA512_256 },
    { { MD5 ("a"), SHA512 ("c"), SHA ("b") }, CUSAX_DIGEST_SHA512_256 },
    { { SHA512 ("c") }, CUSAX_DIGEST_SHA512_256 },
    { { "Digest realm=\"r\", nonce=\"d\", algorithm=BLAKE3, qop=\"auth\"", MD5 ("a") }, CUSAX_DIGEST_MD5 },
    { { "Digest realm=\"r\", nonce=\"d\", algorithm=SHA-512-256, qop=\"auth-conf\"", SHA ("a") },
      CUSAX_DIGEST_SHA256 },
    { { "Digest realm=\"r\", nonce=\"c\"" }, CUSAX_DIGEST_MD5 },
    { { "Digest realm=\"r\", nonce=\"c\", algorithm=MD5-sess, qop=\"auth\"" }, CUSAX_DIGEST_MD5_SESS },
    { { "Digest realm=\"r\", nonce=\"c\", algorithm=sha-256-sess, qop=auth" }, CUSAX_DIGEST_SHA256_SESS },
    { { "Digest realm=\"r\", nonce=\"c\", algorithm=SHA-512-256-SESS, qop=auth" },
      CUSAX_DIGEST_SHA512_256_SESS },
    { { "Digest realm=\"r\", nonce=\"c\", algorithm=MD5-sess" }, CUSAX_DIGEST_MD5_SESS },
    { { "Digest realm=\"r\", nonce=\"c\", algorithm=MD5, qop=\"auth-int, auth\"" }, CUSAX_DIGEST_MD5 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      const char *const *headers = table[i].headers;

      handle->clients = NULL;
      g_assert_true (challenge (handle, headers[0], headers[1], headers[2], headers[3], NULL));
      authenticate (handle, "\"r\"", "alice", "secret");
      assert_answer_is (handle, answer (handle, "REGISTER", "sip:r"), table[i].chosen, "alice", "secret",
                        "REGISTER", 1);
    }
}

static void
test_unknown_only (Handle *handle, gconstpointer data)
{
  challenge (handle, "Digest realm=\"r\", nonce=\"c\", algorithm=SHA-1024", NULL);
  authenticate (handle, "r", "alice", "secret");
  g_assert_null (answer (handle, "REGISTER", "sip:r"));
  g_assert_false (challenge (handle, "Digest realm=\"r\", nonce=\"c\", algorithm=SHA-1024", NULL));
  g_assert_false (challenge (handle, "Digest realm=\"r\", nonce=\"d\", qop=\"auth-conf\"", NULL));
  g_assert_false (challenge (handle, "Digest realm=\"r\"", NULL));
}

/* auth-int is what there is: the body is in it, and requests without one work too. */
static void
test_body_protected (Handle *handle, gconstpointer data)
{
  static const char *const bodies[] = { "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n", NULL, "" };
  CusaxDigestInput input = { .algorithm = CUSAX_DIGEST_SHA256,
                             .user = "alice",
                             .password = "secret",
                             .qop = CUSAX_DIGEST_QOP_AUTH_INT,
                             .method = "INVITE" };

  g_assert_true (
    challenge (handle, "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-256, qop=\"auth-int\"", NULL));
  authenticate (handle, "\"r\"", "alice", "secret");
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      sip_authorization_t *header = answer_with_body (handle, "INVITE", "sip:bob@r", bodies[i]);
      g_autofree char *expected = NULL;

      input.nonce_count = i + 1;
      input.body = bodies[i];
      input.body_length = bodies[i] != NULL ? strlen (bodies[i]) : 0;
      expected = expect_response (handle, header, input);
      g_assert_cmpstr (parameter (handle, header, "qop="), ==, "auth-int");
      g_assert_cmpstr (parameter (handle, header, "response="), ==, expected);
    }
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

/* The key of a -sess answer begins with the challenge's nonce and keeps it (RFC 7616 section 3.4.2). */
static void
test_next_nonce_in_session (Handle *handle, gconstpointer data)
{
  sip_authentication_info_t *info = sip_authentication_info_make (handle->home, "nextnonce=\"n2\"");
  CusaxDigestInput input = { .algorithm = CUSAX_DIGEST_SHA256_SESS,
                             .user = "alice",
                             .password = "secret",
                             .session_nonce = "n1",
                             .nonce_count = 1,
                             .qop = CUSAX_DIGEST_QOP_AUTH,
                             .method = "REGISTER" };
  g_autofree char *expected = NULL;
  sip_authorization_t *header;

  g_assert_true (
    challenge (handle, "Digest realm=\"r\", nonce=\"n1\", algorithm=SHA-256-sess, qop=\"auth\"", NULL));
  authenticate (handle, "\"r\"", "alice", "secret");
  answer (handle, "REGISTER", "sip:r");
  g_assert_cmpint (auc_info (&handle->clients, info, sip_authorization_class), ==, 1);
  header = answer (handle, "REGISTER", "sip:r");
  g_assert_cmpstr (parameter (handle, header, "nonce="), ==, "n2");
  expected = expect_response (handle, header, input);
  g_assert_cmpstr (parameter (handle, header, "response="), ==, expected);
}

/* Time-limited credentials: a request that left with the old ones is sent again with the new, once; and the next
 * ones begin with the new. */
static void
test_new_credentials (Handle *handle, gconstpointer data)
{
  g_assert_true (challenge (handle, SHA ("n1"), NULL));
  authenticate (handle, "\"r\"", "100:alice", "old");
  answer (handle, "REGISTER", "sip:r");
  authenticate (handle, "\"r\"", "200:alice", "new");
  g_assert_true (challenge (handle, SHA ("n2"), NULL));
  assert_answer_is (handle, answer (handle, "REGISTER", "sip:r"), CUSAX_DIGEST_SHA256, "200:alice", "new",
                    "REGISTER", 1);
  g_assert_false (challenge (handle, SHA ("n3"), NULL));

  /* The same again is one more try, if whoever calls wants it. */
  authenticate (handle, "\"r\"", "200:alice", "new");
  assert_answer_is (handle, answer (handle, "REGISTER", "sip:r"), CUSAX_DIGEST_SHA256, "200:alice", "new",
                    "REGISTER", 1);
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

/* R47: a challenge that was refused lies on the handle; credentials for a better one of the same realm are not
 * for it. */
static void
test_limits (Handle *handle, gconstpointer data)
{
  CusaxDigestLimits strong = { CUSAX_DIGEST_SHA256, FALSE }, proxies = { CUSAX_DIGEST_UNKNOWN, TRUE };
  sip_proxy_authenticate_t *proxy
    = sip_proxy_authenticate_make (handle->home, "Digest realm=\"r\", nonce=\"p\", algorithm=SHA-512-256");
  const CusaxDigestLimits *const table[] = { &strong, &proxies };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      char *auth = cusax_digest_make_auth ("\"r\"", "alice", "secret", *table[i]);
      sip_authorization_t *header;

      handle->clients = NULL;
      g_assert_true (challenge (handle, MD5 ("n1"), NULL));
      g_assert_cmpint (auc_challenge (&handle->clients, handle->home, proxy, sip_proxy_authorization_class), ==, 1);
      g_assert_cmpint (auc_credentials (&handle->clients, handle->home, auth), ==, 2);
      cusax_digest_free_auth (auth);
      header = answer (handle, "BYE", "sip:bob@r");
      g_assert_true (((msg_header_t *) header)->sh_class == sip_proxy_authorization_class);
      g_assert_null (((msg_header_t *) header)->sh_next);
      g_assert_cmpstr (parameter (handle, header, "nonce="), ==, "p");
    }
}

static void
test_judge (void)
{
  static const struct
  {
    const char *challenge;
    CusaxDigestAlgorithm algorithm;
  } table[] = {
    { MD5 ("n"), CUSAX_DIGEST_MD5 },
    { SHA ("n"), CUSAX_DIGEST_SHA256 },
    { "Digest realm=\"r\", nonce=\"n\"", CUSAX_DIGEST_MD5 },
    { "digest realm=\"r\", nonce=\"n\", algorithm=\"SHA-256\", qop=\"auth-int\"", CUSAX_DIGEST_SHA256 },
    { "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-256, qop=\"auth-conf\"", CUSAX_DIGEST_UNKNOWN },
    { "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-256, qop=\"\"", CUSAX_DIGEST_UNKNOWN },
    { "Digest realm=\"r\", algorithm=SHA-256", CUSAX_DIGEST_UNKNOWN },
    { "Digest realm=\"r\", nonce=\"n\", algorithm=ROT13", CUSAX_DIGEST_UNKNOWN },
    { "Basic realm=\"r\"", CUSAX_DIGEST_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      su_home_t home[1] = { SU_HOME_INIT (home) };

      su_home_init (home);
      g_assert_cmpint (cusax_digest_judge_challenge (sip_www_authenticate_make (home, table[i].challenge)), ==,
                       table[i].algorithm);
      su_home_deinit (home);
    }
}

/* Before, after and between: Sofia's own plug-in, which does not know SHA-256. */
static void
test_restore (void)
{
  Handle handle = { .clients = NULL };

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *plain = cusax_digest_make_auth ("r", "alice", "secret", (CusaxDigestLimits) { 0 });

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
  ADD ("next-nonce/session", test_next_nonce_in_session);
  ADD ("body-protected", test_body_protected);
  ADD ("new-credentials", test_new_credentials);
  ADD ("R47/limits", test_limits);
  ADD ("odd-secrets", test_odd_secrets);
  ADD ("odd-realm", test_odd_realm);
  ADD ("plain-credentials", test_plain_credentials);
  ADD ("two-realms", test_two_realms);
#undef ADD
  g_test_add_func ("/digest/judge", test_judge);
  g_test_add_func ("/digest/restore", test_restore);
  return g_test_run ();
}
