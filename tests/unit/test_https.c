/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One GET over HTTPS (R9) against a server that is good, wrong, endless, elsewhere or after the password.
 */
#include "fakeweb.h"

#include "error.h"
#include "https-private.h"

#include <string.h>

static struct
{
  guint count;
  char *body, *final_url;
  GError *error;
} outcome;

static void
forget (void)
{
  g_clear_pointer (&outcome.body, g_free);
  g_clear_pointer (&outcome.final_url, g_free);
  g_clear_error (&outcome.error);
  outcome.count = 0;
}

static gboolean
has_outcome (void)
{
  return outcome.count > 0;
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GBytes) body = cusax_https_get_finish (result, &outcome.final_url, &outcome.error);

  outcome.count++;
  g_assert_true ((body == NULL) == (outcome.error != NULL));
  if (body != NULL)
    {
      gsize length = 0;
      const char *bytes = g_bytes_get_data (body, &length);
      outcome.body = g_strndup (bytes != NULL ? bytes : "", length);
    }
}

static void
get_as (const char *url, const char *user, const char *password)
{
  CusaxHttpsRequest request
    = { .url = url, .accept = "application/json", .user = user, .password = password, .max_bytes = 100 };

  forget ();
  cusax_https_get_async (&request, NULL, on_done, NULL);
  g_assert_cmpuint (outcome.count, ==, 0);
  fake_web_wait (has_outcome);
}

static void
get (const char *url)
{
  get_as (url, NULL, NULL);
}

static void
assert_code (gint code)
{
  if (code < 0)
    g_assert_no_error (outcome.error);
  else
    g_assert_error (outcome.error, CUSAX_ERROR, code);
}

static void
assert_requests (const char *expected)
{
  g_autofree char *got = fake_web_get_requests ();
  g_assert_cmpstr (got, ==, expected);
}

static void
test_R9_good (void)
{
  fake_web_clear ();
  fake_web_page ("example.org", "/a.json", 200, NULL, "{\"a\":1}", NULL);
  get ("https://example.org/a.json?x=1");
  assert_code (-1);
  g_assert_cmpstr (outcome.body, ==, "{\"a\":1}");
  g_assert_cmpstr (outcome.final_url, ==, "https://example.org/a.json?x=1");
  assert_requests ("GET example.org /a.json?x=1 -\n");
  g_assert_true (fake_web_had_header ("Accept: application/json\n"));
}

static void
test_R9_statuses (void)
{
  static const struct
  {
    guint status;
    gint code;
  } cases[] = {
    { 404, CUSAX_ERROR_REFUSED },     { 403, CUSAX_ERROR_REFUSED },     { 410, CUSAX_ERROR_REFUSED },
    { 401, CUSAX_ERROR_CREDENTIALS }, { 500, CUSAX_ERROR_UNAVAILABLE }, { 503, CUSAX_ERROR_UNAVAILABLE },
    { 204, CUSAX_ERROR_UNAVAILABLE }, { 302, CUSAX_ERROR_UNAVAILABLE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      fake_web_clear ();
      fake_web_page ("example.org", "/", cases[i].status, NULL, "", NULL);
      get ("https://example.org/");
      assert_code (cases[i].code);
    }
}

static void
test_R9_size (void)
{
  g_autofree char *fits = g_strnfill (100, 'x');
  g_autofree char *large = g_strnfill (101, 'x');
  g_autofree char *huge = g_strnfill (3 * 1024 * 1024, 'x');

  fake_web_clear ();
  fake_web_page ("example.org", "/fits", 200, NULL, fits, NULL);
  fake_web_page ("example.org", "/large", 200, NULL, large, NULL);
  fake_web_page ("example.org", "/huge", 200, NULL, huge, NULL);
  fake_web_page ("example.org", "/empty", 200, NULL, "", NULL);
  get ("https://example.org/fits");
  g_assert_cmpstr (outcome.body, ==, fits);
  get ("https://example.org/large");
  assert_code (CUSAX_ERROR_INVALID);
  get ("https://example.org/huge");
  assert_code (CUSAX_ERROR_INVALID);
  get ("https://example.org/empty");
  g_assert_cmpstr (outcome.body, ==, "");
}

static void
test_R9_redirects (void)
{
  static const struct
  {
    const char *to;
    gint code;
    const char *final_url;
  } cases[] = {
    { "https://other.test/end", -1, "https://other.test/end" },
    { "/end", -1, "https://example.org/end" },
    { "https://example.org/2", -1, "https://example.org/end" },
    { "https://example.org/1", CUSAX_ERROR_INVALID, NULL },
    { "http://example.org/end", CUSAX_ERROR_INVALID, NULL },
    { "ftp://example.org/end", CUSAX_ERROR_INVALID, NULL },
    { "file:///etc/passwd", CUSAX_ERROR_INVALID, NULL },
    { "https://alice:x@example.org/end", CUSAX_ERROR_INVALID, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *location = g_strdup_printf ("Location: %s\r\nSet-Cookie: a=b\r\n", cases[i].to);

      g_test_message ("%s", cases[i].to);
      fake_web_clear ();
      fake_web_page ("example.org", "/start", 302, location, "moved", NULL);
      fake_web_page ("example.org", "/1", 301, "Location: /2\r\n", "", NULL);
      fake_web_page ("example.org", "/2", 307, "Location: /3\r\n", "", NULL);
      fake_web_page ("example.org", "/3", 308, "Location: /end\r\n", "", NULL);
      fake_web_page ("example.org", "/end", 200, NULL, "end", NULL);
      fake_web_page ("other.test", "/end", 200, NULL, "end", NULL);
      get ("https://example.org/start");
      assert_code (cases[i].code);
      g_assert_cmpstr (outcome.body, ==, cases[i].code < 0 ? "end" : NULL);
      g_assert_cmpstr (outcome.final_url, ==, cases[i].final_url);
      g_assert_false (fake_web_had_header ("Cookie:"));
    }
}

/* P4: nothing is sent to whom we do not know. */
static void
test_R5_certificates (void)
{
  static const FakeWebCertificate bad[] = { FAKE_WEB_WRONG_NAME, FAKE_WEB_EXPIRED, FAKE_WEB_SELF_SIGNED };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      fake_web_clear ();
      fake_web_page ("example.org", "/", 200, NULL, "x", NULL);
      fake_web_show (bad[i]);
      get ("https://example.org/");
      assert_code (CUSAX_ERROR_CERTIFICATE);
      assert_requests ("");
    }
  fake_web_show (FAKE_WEB_GOOD);
  get ("https://unknown.test/");
  assert_code (CUSAX_ERROR_CERTIFICATE);
  get ("https://example.org/");
  assert_code (-1);
}

static void
test_nobody_there (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 free_port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *closed = g_strdup_printf ("127.0.0.1:%u", free_port);

  g_socket_listener_close (listener);
  fake_web_lead_to (closed);
  get ("https://example.org/");
  assert_code (CUSAX_ERROR_UNREACHABLE);
  fake_web_lead_to (FAKE_WEB_NO_NAME);
  get ("https://example.org/");
  assert_code (CUSAX_ERROR_NO_HOST);
  fake_web_lead_to (NULL);
}

static void
test_R9_addresses (void)
{
  static const char *const bad[]
    = { "http://example.org/", "example.org", "file:///etc/passwd", "https:", "https:///x", "", "https://a:b@example.org/",
        "https://a@example.org/", "https://evil.test\\.example.org/", "https://example.org/a b" };

  fake_web_clear ();
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      get (bad[i]);
      assert_code (CUSAX_ERROR_INVALID);
    }
  get (NULL);
  assert_code (CUSAX_ERROR_INVALID);
  assert_requests ("");
}

#define BASIC "Basic YWxpY2VAZXhhbXBsZS5vcmc6c2VjcmV0" /* alice@example.org:secret */

static void
test_R47_after_challenge (void)
{
  fake_web_clear ();
  fake_web_page ("example.org", "/open", 200, NULL, "open", NULL);
  fake_web_page ("example.org", "/shut", 200, NULL, "shut", BASIC);
  get_as ("https://example.org/open", "alice@example.org", "secret");
  assert_requests ("GET example.org /open -\n");
  fake_web_clear ();
  fake_web_page ("example.org", "/shut", 200, NULL, "shut", BASIC);
  get_as ("https://example.org/shut", "alice@example.org", "secret");
  g_assert_cmpstr (outcome.body, ==, "shut");
  assert_requests ("GET example.org /shut -\nGET example.org /shut " BASIC "\n");
}

static void
test_R47_wrong_once (void)
{
  fake_web_clear ();
  fake_web_page ("example.org", "/shut", 200, NULL, "shut", BASIC);
  get_as ("https://example.org/shut", "alice@example.org", "wrong");
  assert_code (CUSAX_ERROR_CREDENTIALS);
  g_autofree char *requests = fake_web_get_requests ();
  g_auto (GStrv) lines = g_strsplit (requests, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines) - 1, ==, 2);
  get ("https://example.org/shut");
  assert_code (CUSAX_ERROR_CREDENTIALS);
}

/* The better method of those offered: the password itself stays here. */
static void
test_R47_digest (void)
{
  fake_web_clear ();
  fake_web_set_digest (TRUE);
  fake_web_page ("example.org", "/shut", 200, NULL, "shut", "Digest ");
  get_as ("https://example.org/shut", "alice@example.org", "secret");
  g_assert_cmpstr (outcome.body, ==, "shut");
  g_assert_true (fake_web_had_header ("Authorization: Digest "));
  g_assert_false (fake_web_had_header ("Authorization: Basic"));
}

/* Another host and another port of the same host are others, with and without a challenge of their own. */
static void
test_R47_first_host_only (void)
{
  static const char *const elsewhere[] = { "other.test", "www.example.org", "example.org:8443" };

  for (gsize i = 0; i < G_N_ELEMENTS (elsewhere); i++)
    {
      g_autofree char *location = g_strdup_printf ("Location: https://%s/end\r\n", elsewhere[i]);
      g_autofree char *last = g_strdup_printf ("GET %s /end -\n", elsewhere[i]);

      for (guint shut = 0; shut < 2; shut++)
        {
          fake_web_clear ();
          fake_web_page ("example.org", "/start", 302, location, "", BASIC);
          fake_web_page (elsewhere[i], "/end", 200, NULL, "end", shut ? BASIC : NULL);
          get_as ("https://example.org/start", "alice@example.org", "secret");
          assert_code (shut ? CUSAX_ERROR_CREDENTIALS : -1);
          g_autofree char *requests = fake_web_get_requests ();
          g_assert_nonnull (strstr (requests, "GET example.org /start " BASIC));
          g_assert_true (g_str_has_suffix (requests, last));
        }
    }
}

static void
test_silence (void)
{
  gint64 start = g_get_monotonic_time ();

  fake_web_clear ();
  fake_web_hang ("example.org", "/");
  get ("https://example.org/");
  assert_code (CUSAX_ERROR_TIMEOUT);
  g_assert_cmpint (g_get_monotonic_time () - start, <, (CUSAX_HTTPS_TIMEOUT_MS + 2000) * 1000);
  fake_web_clear ();
}

static gboolean
has_request (void)
{
  g_autofree char *requests = fake_web_get_requests ();

  g_main_context_iteration (NULL, FALSE);
  g_usleep (1000);
  return *requests != '\0';
}

static gboolean
on_look_again (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  CusaxHttpsRequest request = { .url = "https://example.org/", .max_bytes = 100 };
  guint waker;

  fake_web_clear ();
  forget ();
  fake_web_hang ("example.org", "/");
  cusax_https_get_async (&request, cancellable, on_done, NULL);
  g_assert_false (cusax_https_is_idle ());
  while (!has_request ())
    ;
  gint64 start = g_get_monotonic_time ();
  g_cancellable_cancel (cancellable);
  fake_web_wait (has_outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, G_TIME_SPAN_SECOND);
  waker = g_timeout_add (20, on_look_again, NULL);
  fake_web_wait (cusax_https_is_idle);
  g_source_remove (waker);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 4 * G_TIME_SPAN_SECOND);
  fake_web_clear ();
}

int
main (int argc, char **argv)
{
  int result;

  /* Somebody's environment: nothing of it is for us. */
  g_setenv ("https_proxy", "http://alice:secret@127.0.0.1:1", TRUE);
  g_setenv ("all_proxy", "http://alice:secret@127.0.0.1:1", TRUE);
  g_test_init (&argc, &argv, NULL);
  fake_web_start ();
  cusax_https_init ();

  g_test_add_func ("/https/R9-good", test_R9_good);
  g_test_add_func ("/https/R9-statuses", test_R9_statuses);
  g_test_add_func ("/https/R9-size", test_R9_size);
  g_test_add_func ("/https/R9-redirects", test_R9_redirects);
  g_test_add_func ("/https/R5-certificates", test_R5_certificates);
  g_test_add_func ("/https/nobody-there", test_nobody_there);
  g_test_add_func ("/https/R9-addresses", test_R9_addresses);
  g_test_add_func ("/https/R47-after-challenge", test_R47_after_challenge);
  g_test_add_func ("/https/R47-wrong-once", test_R47_wrong_once);
  g_test_add_func ("/https/R47-digest", test_R47_digest);
  g_test_add_func ("/https/R47-first-host-only", test_R47_first_host_only);
  g_test_add_func ("/https/silence", test_silence);
  g_test_add_func ("/https/cancel", test_cancel);
  result = g_test_run ();

  forget ();
  cusax_https_shutdown ();
  fake_web_stop ();
  return result;
}
