/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A provider's document is found and fetched (R9), or is not there, or cannot be had; and who sees the password (R47). */
#include "fakeweb.h"

#include "documents.h"
#include "error.h"
#include "https.h"
#include "naptr.h"

#include <string.h>

#define JID "alice@example.org"
#define FINGER "/.well-known/webfinger"
#define LINK(href) "{\"links\":[{\"rel\":\"tag:purple-cusax,2026:config\",\"href\":\"" href "\"}]}"
#define BASIC "Basic YWxpY2VAZXhhbXBsZS5vcmc6c2VjcmV0" /* alice@example.org:secret */

static CusaxDocumentPort *port;

static struct
{
  guint count;
  char *text, *url;
  GError *error;
} outcome;

/* What DNS says: a regexp, NULL: nothing, "-": no answer. */
static const char *naptr;

/* In place of src/dns: nothing of a test leaves this machine. */
static void
naptr_free (gpointer data)
{
  CusaxNaptr *record = data;

  g_free (record->flags);
  g_free (record->service);
  g_free (record->regexp);
  g_free (record->replacement);
  g_free (record);
}

void
cusax_naptr_lookup_async (const char *name, GInetSocketAddress *server, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  GPtrArray *records = g_ptr_array_new_with_free_func (naptr_free);

  g_assert_cmpstr (name, ==, "example.org");
  if (g_strcmp0 (naptr, "-") == 0)
    {
      g_ptr_array_unref (records);
      g_task_return_new_error (task, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE, "no answer");
      return;
    }
  if (naptr != NULL)
    {
      CusaxNaptr *record = g_new0 (CusaxNaptr, 1);
      record->flags = g_strdup ("U");
      record->service = g_strdup ("SFUA.CFG");
      record->regexp = g_strdup (naptr);
      record->replacement = g_strdup ("");
      g_ptr_array_add (records, record);
    }
  g_task_return_pointer (task, records, (GDestroyNotify) g_ptr_array_unref);
}

GPtrArray *
cusax_naptr_lookup_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
forget (void)
{
  g_clear_pointer (&outcome.text, g_free);
  g_clear_pointer (&outcome.url, g_free);
  g_clear_error (&outcome.error);
  outcome.count = 0;
}

static gboolean
has_outcome (void)
{
  return outcome.count > 0;
}

static void
on_done (gpointer user_data, const char *text, gsize length, const char *url, const GError *error)
{
  outcome.count++;
  outcome.text = text != NULL ? g_strndup (text, length) : NULL;
  outcome.url = g_strdup (url);
  outcome.error = error != NULL ? g_error_copy (error) : NULL;
}

static void
setup (const char *dns)
{
  fake_web_clear ();
  forget ();
  naptr = dns;
}

static guint
start (const char *jid, const char *url)
{
  CusaxDocumentQuery query = { .jid = jid, .url = url, .password = "secret" };

  return port->vtable->fetch (port, &query, on_done, NULL);
}

static void
fetch (const char *url)
{
  g_assert_cmpuint (start (JID, url), !=, 0);
  g_assert_cmpuint (outcome.count, ==, 0);
  fake_web_wait (has_outcome);
  g_assert_cmpuint (outcome.count, ==, 1);
}

static void
assert_document (const char *text, const char *url)
{
  g_assert_no_error (outcome.error);
  g_assert_cmpstr (outcome.text, ==, text);
  g_assert_cmpstr (outcome.url, ==, url);
}

static void
assert_none (void)
{
  g_assert_no_error (outcome.error);
  g_assert_null (outcome.text);
}

static void
assert_not_to_be_had (gint code)
{
  g_assert_error (outcome.error, CUSAX_ERROR, code);
  g_assert_null (outcome.text);
  g_assert_nonnull (outcome.url);
}

/* Nobody said where one would be. */
static void
assert_not_found (gint code)
{
  g_assert_error (outcome.error, CUSAX_ERROR, code);
  g_assert_null (outcome.text);
  g_assert_null (outcome.url);
}

/* --------------------------------------------------------------------- given */

static void
test_R9_given (void)
{
  setup (NULL);
  fake_web_page ("config.example.org", "/c.json", 200, NULL, "{}", BASIC);
  fetch ("https://config.example.org/c.json");
  assert_document ("{}", "https://config.example.org/c.json");

  setup (NULL);
  fake_web_page ("example.org", "/c.json", 302, "Location: https://other.test/d.json\r\n", "", NULL);
  fake_web_page ("other.test", "/d.json", 200, NULL, "{}", NULL);
  fetch ("https://example.org/c.json");
  assert_document ("{}", "https://other.test/d.json");

  /* What a person typed is right or wrong, and nothing else is asked. */
  setup ("!.*!https://example.org/naptr!");
  fake_web_page ("example.org", "/naptr", 200, NULL, "{}", NULL);
  fetch ("https://example.org/c.json");
  assert_not_to_be_had (CUSAX_ERROR_REFUSED);
  g_assert_cmpstr (outcome.url, ==, "https://example.org/c.json");
}

static void
test_R9_given_bad (void)
{
  setup (NULL);
  fetch ("http://example.org/c.json");
  assert_not_to_be_had (CUSAX_ERROR_INVALID);
  setup (NULL);
  fetch ("");
  assert_not_to_be_had (CUSAX_ERROR_INVALID);
}

/* R47: the password is for hosts of the JID's domain, whoever names another. */
static void
test_R47_foreign (void)
{
  setup (NULL);
  fake_web_page ("other.test", "/c.json", 200, NULL, "{}", BASIC);
  fetch ("https://other.test/c.json");
  assert_not_to_be_had (CUSAX_ERROR_CREDENTIALS);
  g_assert_false (fake_web_had_header ("Authorization"));

  setup (NULL);
  fake_web_page ("example.org", FINGER, 200, NULL, LINK ("https://other.test/c.json"), NULL);
  fake_web_page ("other.test", "/c.json", 200, NULL, "{}", BASIC);
  fetch (NULL);
  assert_not_to_be_had (CUSAX_ERROR_CREDENTIALS);
  g_assert_false (fake_web_had_header ("Authorization"));
}

/* ----------------------------------------------------------------- discovered */

static void
test_R9_webfinger (void)
{
  setup (NULL);
  fake_web_page ("example.org", FINGER, 200, NULL, LINK ("https://config.example.org/c.json"), NULL);
  fake_web_page ("config.example.org", "/c.json", 200, NULL, "{\"a\":1}", BASIC);
  fetch (NULL);
  assert_document ("{\"a\":1}", "https://config.example.org/c.json");
  g_autofree char *requests = fake_web_get_requests ();
  g_assert_true (g_str_has_prefix (
    requests, "GET example.org " FINGER "?resource=acct%3Aalice%40example.org&rel=tag%3Apurple-cusax%2C2026%3Aconfig -\n"));

  /* The domain's own link may lead anywhere; its signed word goes before DNS. */
  setup ("!.*!https://example.org/naptr!");
  fake_web_page ("example.org", FINGER, 200, NULL, LINK ("https://other.test/c.json"), NULL);
  fake_web_page ("other.test", "/c.json", 200, NULL, "{}", NULL);
  fake_web_page ("example.org", "/naptr", 200, NULL, "wrong", NULL);
  fetch (NULL);
  assert_document ("{}", "https://other.test/c.json");
}

static void
test_R9_naptr (void)
{
  setup ("!.*!https://config.example.org/c.json!");
  fake_web_page ("config.example.org", "/c.json", 200, NULL, "{}", BASIC);
  fetch (NULL);
  assert_document ("{}", "https://config.example.org/c.json");

  /* Also where nobody can ask WebFinger. */
  setup ("!.*!https://config.example.org/c.json!");
  fake_web_page ("example.org", FINGER, 500, NULL, "", NULL);
  fake_web_page ("config.example.org", "/c.json", 200, NULL, "{}", NULL);
  fetch (NULL);
  assert_document ("{}", "https://config.example.org/c.json");

  setup ("!.*!https://other.test/c.json!");
  fake_web_page ("other.test", "/c.json", 200, NULL, "{}", NULL);
  fetch (NULL);
  assert_none ();
}

static void
test_R9_none (void)
{
  static const struct
  {
    guint status;
    const char *body;
  } fingers[] = { { 404, "" }, { 403, "" }, { 410, "" }, { 200, "<html>welcome</html>" }, { 200, "" }, { 200, "{}" } };

  for (gsize i = 0; i < G_N_ELEMENTS (fingers); i++)
    {
      setup (NULL);
      fake_web_page ("example.org", FINGER, fingers[i].status, NULL, fingers[i].body, NULL);
      fetch (NULL);
      assert_none ();
    }

  /* A site behind a password is no question to us. */
  setup (NULL);
  fake_web_page ("example.org", FINGER, 200, NULL, LINK ("https://example.org/c.json"), BASIC);
  fetch (NULL);
  assert_none ();
  g_assert_false (fake_web_had_header ("Authorization"));

  /* One link for everybody, but nothing for us. */
  setup (NULL);
  fake_web_page ("example.org", FINGER, 200, NULL, LINK ("https://example.org/c.json"), NULL);
  fetch (NULL);
  assert_none ();
}

static void
test_R9_not_to_be_had (void)
{
  setup (NULL);
  fake_web_page ("example.org", FINGER, 503, NULL, "", NULL);
  fetch (NULL);
  assert_not_found (CUSAX_ERROR_UNAVAILABLE);

  setup (NULL);
  fake_web_page ("example.org", FINGER, 200, NULL, LINK ("http://example.org/c.json"), NULL);
  fetch (NULL);
  assert_not_found (CUSAX_ERROR_INVALID);

  setup ("-");
  fetch (NULL);
  assert_not_found (CUSAX_ERROR_UNREACHABLE);

  setup (NULL);
  fake_web_page ("example.org", FINGER, 200, NULL, LINK ("https://example.org/c.json"), NULL);
  fake_web_page ("example.org", "/c.json", 500, NULL, "", NULL);
  fetch (NULL);
  assert_not_to_be_had (CUSAX_ERROR_UNAVAILABLE);
  g_assert_cmpstr (outcome.url, ==, "https://example.org/c.json");

  setup (NULL);
  fake_web_show (FAKE_WEB_EXPIRED);
  fetch (NULL);
  assert_not_found (CUSAX_ERROR_CERTIFICATE);
  fake_web_show (FAKE_WEB_GOOD);
}

/* That a name is not there is known only while DNS answers: offline, nothing is forgotten. */
static void
test_R9_no_host (void)
{
  setup (NULL);
  fake_web_lead_to (FAKE_WEB_NO_NAME);
  fetch (NULL);
  assert_none ();

  setup ("-");
  fetch (NULL);
  assert_not_found (CUSAX_ERROR_UNREACHABLE);

  setup (NULL);
  fetch ("https://example.org/c.json");
  assert_not_to_be_had (CUSAX_ERROR_NO_HOST);
  fake_web_lead_to (NULL);
}

static void
test_R9_size (void)
{
  g_autofree char *fits = g_strnfill (CUSAX_PROVISION_MAX_BYTES, 'x');
  g_autofree char *large = g_strnfill (CUSAX_PROVISION_MAX_BYTES + 1, 'x');

  setup (NULL);
  fake_web_page ("example.org", "/fits", 200, NULL, fits, NULL);
  fake_web_page ("example.org", "/large", 200, NULL, large, NULL);
  fake_web_page ("example.org", "/empty", 200, NULL, "", NULL);
  fetch ("https://example.org/fits");
  assert_document (fits, "https://example.org/fits");
  forget ();
  fetch ("https://example.org/large");
  assert_not_to_be_had (CUSAX_ERROR_INVALID);
  forget ();
  fetch ("https://example.org/empty");
  assert_document ("", "https://example.org/empty");
}

/* ----------------------------------------------------------------------- life */

static void
test_no_domain (void)
{
  static const char *const jids[] = { "alice@127.0.0.1", "alice", "alice@" };

  for (gsize i = 0; i < G_N_ELEMENTS (jids); i++)
    {
      setup (NULL);
      start (jids[i], NULL);
      g_assert_cmpuint (outcome.count, ==, 0);
      fake_web_wait (has_outcome);
      assert_none ();
    }
}

static gboolean
on_look_again (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

/* What is given up says nothing, whatever it was about to hear; the port may be gone before its threads are. */
static void
test_given_up (void)
{
  guint waker = g_timeout_add (20, on_look_again, NULL);

  setup (NULL);
  fake_web_hang ("example.org", FINGER);
  port->vtable->cancel (port, start (JID, NULL));
  port->vtable->cancel (port, 12345);
  start (JID, NULL);
  start (JID, "https://example.org" FINGER);
  cusax_documents_free (port);
  g_assert_false (cusax_https_is_idle ());
  fake_web_wait (cusax_https_is_idle);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_source_remove (waker);
  g_assert_cmpuint (outcome.count, ==, 0);
  port = cusax_documents_new ();
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_web_start ();
  port = cusax_documents_new ();

  g_test_add_func ("/documents/R9-given", test_R9_given);
  g_test_add_func ("/documents/R9-given-bad", test_R9_given_bad);
  g_test_add_func ("/documents/R47-foreign", test_R47_foreign);
  g_test_add_func ("/documents/R9-webfinger", test_R9_webfinger);
  g_test_add_func ("/documents/R9-naptr", test_R9_naptr);
  g_test_add_func ("/documents/R9-none", test_R9_none);
  g_test_add_func ("/documents/R9-not-to-be-had", test_R9_not_to_be_had);
  g_test_add_func ("/documents/R9-no-host", test_R9_no_host);
  g_test_add_func ("/documents/R9-size", test_R9_size);
  g_test_add_func ("/documents/no-domain", test_no_domain);
  g_test_add_func ("/documents/given-up", test_given_up);
  result = g_test_run ();

  forget ();
  cusax_documents_free (port);
  fake_web_stop ();
  return result;
}
