/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding a provider's document (R9): the address of the question, the link in the answer, the NAPTR record, and whose
 * hosts may name one or see the password (R47).
 */
#include "error.h"
#include "naptr.h"
#include "webfinger.h"
#include "weburl.h"

#include <string.h>

#define REL "&rel=tag%3Apurple-cusax%2C2026%3Aconfig"

static const struct
{
  const char *jid, *url;
} questions[] = {
  { "alice@example.org", "https://example.org/.well-known/webfinger?resource=acct%3Aalice%40example.org" REL },
  { "alice@Example.ORG", "https://example.org/.well-known/webfinger?resource=acct%3Aalice%40example.org" REL },
  { "a.b+c@example.org", "https://example.org/.well-known/webfinger?resource=acct%3Aa.b%2Bc%40example.org" REL },
  { "a#b%c@example.org", "https://example.org/.well-known/webfinger?resource=acct%3Aa%2523b%2525c%40example.org" REL },
  { "jos\303\251@example.org", "https://example.org/.well-known/webfinger?resource=acct%3Ajos%25C3%25A9%40example.org" REL },
  { "a@m\303\274ller.example",
    "https://xn--mller-kva.example/.well-known/webfinger?resource=acct%3Aa%40xn--mller-kva.example" REL },
  { "a&b=c@example.org", "https://example.org/.well-known/webfinger?resource=acct%3Aa%26b%3Dc%40example.org" REL },
  { "example.org", NULL },
  { "@example.org", NULL },
  { "alice@", NULL },
  { "alice@127.0.0.1", NULL },
  { "alice@::1", NULL },
  { "alice@example.org/desk", NULL },
  { "alice@example.org:8443", NULL },
  { "alice@bob@example.org", NULL },
  { "alice@exa mple.org", NULL },
  { NULL, NULL },
};

static void
test_R9_questions (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++)
    {
      g_autofree char *url = cusax_webfinger_build_url (questions[i].jid);
      g_test_message ("%s", questions[i].jid);
      g_assert_cmpstr (url, ==, questions[i].url);
    }
}

#define LINK(href) "{\"rel\":\"tag:purple-cusax,2026:config\",\"href\":\"" href "\"}"
#define OTHER "{\"rel\":\"http://webfinger.net/rel/avatar\",\"href\":\"https://example.org/a.png\"}"

static const struct
{
  const char *text, *url;
  gboolean is_bad;
} answers[] = {
  { "{\"subject\":\"acct:alice@example.org\",\"links\":[" OTHER "," LINK ("https://config.example.org/c.json") "]}",
    "https://config.example.org/c.json", FALSE },
  { " \n{\"links\":[" LINK ("https://a.test/1") "," LINK ("https://a.test/2") "]}", "https://a.test/1", FALSE },
  { "{\"links\":[" LINK ("https://a.test:8443/x?y=z") "]}", "https://a.test:8443/x?y=z", FALSE },
  /* There is no link of ours. */
  { "{\"subject\":\"acct:alice@example.org\"}", NULL, FALSE },
  { "{\"links\":[]}", NULL, FALSE },
  { "{\"links\":[" OTHER "]}", NULL, FALSE },
  { "{\"links\":{}}", NULL, FALSE },
  { "{\"links\":[1,null,[],\"x\"]}", NULL, FALSE },
  { "{\"links\":[{\"rel\":\"tag:purple-cusax,2026:config2\",\"href\":\"https://a.test/\"}]}", NULL, FALSE },
  { "{\"links\":[{\"rel\":\"TAG:purple-cusax,2026:config\",\"href\":\"https://a.test/\"}]}", NULL, FALSE },
  { "{\"links\":[{\"rel\":1,\"href\":\"https://a.test/\"}]}", NULL, FALSE },
  { "{}", NULL, FALSE },
  /* A page for people. */
  { "<!doctype html><html>{</html>", NULL, FALSE },
  { "", NULL, FALSE },
  { "[]", NULL, FALSE },
  { "not found", NULL, FALSE },
  /* Broken. */
  { "{\"links\":[", NULL, TRUE },
  { "{\"links\":[" LINK ("http://a.test/") "]}", NULL, TRUE },
  { "{\"links\":[" LINK ("https://user:pw@a.test/") "]}", NULL, TRUE },
  { "{\"links\":[" LINK ("/c.json") "]}", NULL, TRUE },
  { "{\"links\":[" LINK ("https:///c.json") "]}", NULL, TRUE },
  { "{\"links\":[" LINK ("javascript:1") "]}", NULL, TRUE },
  { "{\"links\":[" LINK ("") "]}", NULL, TRUE },
  { "{\"links\":[{\"rel\":\"tag:purple-cusax,2026:config\"}]}", NULL, TRUE },
  { "{\"links\":[{\"rel\":\"tag:purple-cusax,2026:config\",\"href\":[]}]}", NULL, TRUE },
  { "{\"a\":\"\377\"}", NULL, TRUE },
};

static void
test_R9_answers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *url = cusax_webfinger_read (answers[i].text, strlen (answers[i].text), &error);

      g_test_message ("%" G_GSIZE_FORMAT, i);
      g_assert_cmpstr (url, ==, answers[i].url);
      if (answers[i].is_bad)
        g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
      else
        g_assert_no_error (error);
    }
}

static void
test_R9_bounds (void)
{
  g_autofree char *deep = g_strnfill (60000, '[');
  g_autofree char *nested = g_strconcat ("{\"a\":", deep, NULL);
  g_autofree char *long_path = g_strnfill (CUSAX_WEBURL_MAX, 'a');
  g_autofree char *long_url = g_strconcat ("https://a.test/", long_path, NULL);
  g_autofree char *in_string = g_strconcat ("{\"a\":\"", deep, "\",\"links\":[" LINK ("https://a.test/") "]}", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (cusax_webfinger_read (nested, strlen (nested), &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  g_assert_null (cusax_weburl_parse (long_url));
  g_autofree char *url = cusax_webfinger_read (in_string, strlen (in_string), NULL);
  g_assert_cmpstr (url, ==, "https://a.test/");
}

static const struct
{
  const char *url, *domain;
  gboolean is_in;
} hosts[] = {
  { "https://example.org/c", "example.org", TRUE },
  { "https://EXAMPLE.org:8443/c", "Example.ORG", TRUE },
  { "https://config.example.org/c", "example.org", TRUE },
  { "https://a.b.example.org/c", "example.org", TRUE },
  { "https://xn--mller-kva.example/", "m\303\274ller.example", TRUE },
  { "https://evilexample.org/c", "example.org", FALSE },
  { "https://example.org.evil.test/c", "example.org", FALSE },
  { "https://example.org@evil.test/c", "example.org", FALSE },
  { "https://org/c", "example.org", FALSE },
  { "http://example.org/c", "example.org", FALSE },
  { "https://1.127.0.0.1/c", "127.0.0.1", FALSE },
  { "https://example.org/c", "", FALSE },
  { "https://evil.test/example.org", "example.org", FALSE },
  { "https://evil.test\\.example.org/", "example.org", FALSE },
  { "https://evil.test#.example.org/", "example.org", FALSE },
  { "https://evil.test?.example.org/", "example.org", FALSE },
  { "https://evil.test%2f.example.org/", "example.org", FALSE },
  { "https://evil.test%00.example.org/", "example.org", FALSE },
  { "https://evil.test;.example.org/", "example.org", FALSE },
  { "https://evil.test\t.example.org/", "example.org", FALSE },
  { NULL, "example.org", FALSE },
};

static void
test_R47_hosts (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_test_message ("%s", hosts[i].url);
      g_assert_cmpint (cusax_webfinger_is_in_domain (hosts[i].url, hosts[i].domain), ==, hosts[i].is_in);
    }
}

static const struct
{
  const char *flags, *service, *regexp, *url;
} records[] = {
  { "U", "SFUA.CFG", "!.*!https://config.example.org/c.json!", "https://config.example.org/c.json" },
  { "U", "SFUA.CFG", "!.*!https://example.org/!", "https://example.org/" },
  { "U", "SFUA.CFG", "|.*|https://example.org/a!b|", "https://example.org/a!b" },
  /* Unsigned: not to another domain. */
  { "U", "SFUA.CFG", "!.*!https://evil.test/c!", NULL },
  { "U", "SFUA.CFG", "!.*!http://example.org/!", NULL },
  { "U", "SFUA.CFG", "!.*!https://a@example.org/!", NULL },
  { "U", "SFUA.CFG", "!^(.*)$!https://example.org/\\1!", NULL },
  { "U", "SFUA.CFG", "!.*!https://example.org/\\0!", NULL },
  { "U", "SFUA.CFG", "!.*!https://example.org/!i", NULL },
  { "U", "SFUA.CFG", "!.*!https://example.org/", NULL },
  { "U", "SFUA.CFG", "!.*!https://example.org/!x!", NULL },
  { "U", "SFUA.CFG", "!a.*!https://example.org/!", NULL },
  { "U", "SFUA.CFG", "h.*https://example.org/h", NULL },
  { "U", "SFUA.CFG", "\\.*\\https://example.org/\\", NULL },
  { "U", "SFUA.CFG", "!.*!!", NULL },
  { "U", "SFUA.CFG", "!", NULL },
  { "U", "SFUA.CFG", "", NULL },
  { "S", "SFUA.CFG", "!.*!https://example.org/!", NULL },
  { "U", "SIPS+D2T", "!.*!https://example.org/!", NULL },
};

static void
test_R9_naptr (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (records); i++)
    {
      CusaxNaptr record = { .flags = (char *) records[i].flags, .service = (char *) records[i].service,
                            .regexp = (char *) records[i].regexp, .replacement = (char *) "" };
      CusaxNaptr later = { .flags = (char *) "U", .service = (char *) "SFUA.CFG",
                           .regexp = (char *) "!.*!https://later.example.org/!", .replacement = (char *) "" };
      g_autoptr (GPtrArray) all = g_ptr_array_new ();

      g_test_message ("%s", records[i].regexp);
      g_ptr_array_add (all, &record);
      g_autofree char *url = cusax_webfinger_read_naptr (all, "example.org");
      g_assert_cmpstr (url, ==, records[i].url);
      g_ptr_array_add (all, &later);
      g_autofree char *first = cusax_webfinger_read_naptr (all, "example.org");
      g_assert_cmpstr (first, ==, records[i].url != NULL ? records[i].url : "https://later.example.org/");
    }
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_assert_null (cusax_webfinger_read_naptr (none, "example.org"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/webfinger/R9-questions", test_R9_questions);
  g_test_add_func ("/webfinger/R9-answers", test_R9_answers);
  g_test_add_func ("/webfinger/R9-bounds", test_R9_bounds);
  g_test_add_func ("/webfinger/R47-hosts", test_R47_hosts);
  g_test_add_func ("/webfinger/R9-naptr", test_R9_naptr);
  return g_test_run ();
}
