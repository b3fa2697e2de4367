/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "redact.h"

#include <string.h>

static const struct
{
  const char *text;
  const char *redacted;
} cases[] = {
  { "", "" },
  { "INVITE sip:bob@example.org SIP/2.0\r\n\r\n", "INVITE sip:bob@example.org SIP/2.0\r\n\r\n" },
  { "Via: SIP/2.0/TLS 192.0.2.1:5061;rport\r\n", "Via: SIP/2.0/TLS 192.0.2.1:5061;rport\r\n" },
  /* digest */
  { "Authorization: Digest username=\"a\", response=\"SECRET\"\r\nTo: x\r\n",
    "Authorization: Digest ***\r\nTo: x\r\n" },
  { "PROXY-AUTHORIZATION:Digest response=SECRET\n", "PROXY-AUTHORIZATION:Digest ***\n" },
  { "Authorization : Basic SECRET\r\n", "Authorization : ***\r\n" },
  { "Authorization: Digest username=\"a\",\r\n\tresponse=\"SECRET\"\r\nTo: x",
    "Authorization: Digest ***\r\n\t***\r\nTo: x" },
  { "   Authorization: Digest SECRET\r\n   To: <sip:b@c>\r\n",
    "   Authorization: Digest ***\r\n   To: <sip:b@c>\r\n" },
  { "Authentication-Info: rspauth=\"SECRET\"\r\n", "Authentication-Info: ***\r\n" },
  { "WWW-Authenticate: Digest realm=\"r\", nonce=\"SECRET\", qop=\"auth\"\r\n",
    "WWW-Authenticate: Digest realm=\"r\", nonce=\"***\", qop=\"auth\"\r\n" },
  { "Proxy-Authenticate: Digest opaque=\"SECRET\",nonce=SECRET,stale=true",
    "Proxy-Authenticate: Digest opaque=\"***\",nonce=***,stale=true" },
  { "x response=\"SECRET", "x response=\"***" }, /* cut */
  /* keys */
  { "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:SECRET|2^20|1:4 WSH=64\r\n",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***|2^20|1:4 WSH=64\r\n" },
  { "a=crypto:1 X INLINE:SECRET;inline:SECRET", "a=crypto:1 X INLINE:***;inline:***" },
  { "k=clear:SECRET\r\n", "k=***\r\n" },
  /* passwords in URIs */
  { "From: <sip:alice:SECRET@example.org:5060>;tag=1", "From: <sip:alice:***@example.org:5060>;tag=1" },
  { "To: sips:alice:SECRET@example.org, SIP:bob:SECRET@x", "To: sips:alice:***@example.org, SIP:bob:***@x" },
  { "sip:alice:SECRET", "sip:alice:***" }, /* cut */
  { "Route: <sip:127.0.0.1:5060;lr>", "Route: <sip:127.0.0.1:5060;lr>" },
  { "Contact: <sip:a@[::1]:5060>, <sip:[::1]:5060>", "Contact: <sip:a@[::1]:5060>, <sip:[::1]:5060>" },
  { "REGISTER sip:example.org:5060", "REGISTER sip:example.org:5060" },
  /* SASL and forms */
  { "<auth mechanism='PLAIN'>SECRET</auth><response xmlns='x'>SECRET</response>",
    "<auth mechanism='PLAIN'>***</auth><response xmlns='x'>***</response>" },
  { "<query><password>SECRET</password></query>", "<query><password>***</password></query>" },
  { "<auth>SECRET", "<auth>***" },
  /* bytes that are no text */
  { "a\x1b[2Jb\x07", "a?[2Jb?" },
  { "a\xff"
    "b",
    "a\xef\xbf\xbd"
    "b" },
};

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *redacted = cusax_redact (cases[i].text, strlen (cases[i].text));

      g_assert_cmpstr (redacted, ==, cases[i].redacted);
    }
}

/* However a message is cut, no whole secret stands in what is left. */
static void
test_cut_anywhere (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize length = 0; length <= strlen (cases[i].text); length++)
      {
        g_autofree char *redacted = cusax_redact (cases[i].text, length);

        g_assert_null (strstr (redacted, "SECRET"));
      }
}

static void
test_nul (void)
{
  g_autofree char *redacted = cusax_redact ("a\0b", 3);

  g_assert_true (g_utf8_validate (redacted, -1, NULL));
  g_assert_nonnull (strchr (redacted, 'b'));
}

static void
test_long (void)
{
  static const char *const patterns[]
      = { "a", "sip:", "inline:", "nonce=", "<auth>", "k=\n", "sip::@", "\xff", NULL };

  for (guint i = 0; patterns[i] != NULL; i++)
    {
      GString *text = g_string_new (NULL);
      g_autofree char *redacted = NULL;

      while (text->len < 1000000)
        g_string_append (text, patterns[i]);
      redacted = cusax_redact (text->str, text->len);
      g_assert_true (g_utf8_validate (redacted, -1, NULL));
      g_assert_cmpuint (strlen (redacted), <, 4 * 32768);
      g_string_free (text, TRUE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redact/cases", test_cases);
  g_test_add_func ("/redact/cut-anywhere", test_cut_anywhere);
  g_test_add_func ("/redact/nul", test_nul);
  g_test_add_func ("/redact/long", test_long);
  return g_test_run ();
}
