/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading of what a message says about its sender: every form of Call-Info, P-Asserted-Identity, Privacy and
 * Contact that callers may invent, as text given to Sofia's parser with our message class. No network.
 */
#include "headers-text.h"

#include "headers.h"
#include "messageclass.h"
#include "presentation.h"
#include "valuelist.h"

#include <sofia-sip/msg.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/sip_header.h>

#include <string.h>

#define FROM "sip:bob@b.test"

static msg_t *
message_new (const char *first_line, const char *lines)
{
  static msg_mclass_t *mclass;
  g_autofree char *text = g_strdup_printf ("%s\r\n"
                                           "Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK1\r\n"
                                           "From: <" FROM ">;tag=1\r\nTo: <sip:alice@a.test>;tag=2\r\n"
                                           "Call-ID: 1\r\nCSeq: 1 INVITE\r\n%s"
                                           "Content-Length: 0\r\n\r\n",
                                           first_line, lines);

  /* Kept for all messages of the program. */
  if (mclass == NULL)
    mclass = cusax_messageclass_new ();
  return msg_make (mclass, 0, text, (ssize_t) strlen (text));
}

static char *
describe (const char *lines)
{
  msg_t *msg = message_new ("INVITE sip:alice@a.test SIP/2.0", lines);
  const sip_t *sip = sip_object (msg);
  g_autoptr (CusaxHeaders) headers = cusax_headers_new (sip);

  /* What Sofia finds broken it drops. */
  g_assert_null (sip->sip_error);
  msg_destroy (msg);
  return headers_describe (cusax_headers_get (headers));
}

typedef struct
{
  const char *name;
  const char *lines;
  const char *wanted; /* behind FROM */
} Case;

static const Case cases[] = {
  { "R18/plain", "Call-Info: <xmpp:bob@b.test>;purpose=impp\r\n", " info:xmpp:bob@b.test(impp)" },
  { "R35/none", "", "" },
  { "R35/other-case", "CALL-INFO: <XMPP:bob@b.test>;PURPOSE=IMPP\r\n", " info:XMPP:bob@b.test(IMPP)" },
  { "R35/white-space", "Call-Info :  <xmpp:bob@b.test> ; purpose = impp \r\n", " info:xmpp:bob@b.test(impp)" },
  { "R35/folded",
    "Call-Info: <https://b.test/i.png>;purpose=icon,\r\n  <xmpp:bob@b.test>\r\n\t;purpose=impp\r\n",
    " info:https://b.test/i.png(icon)|xmpp:bob@b.test(impp)" },
  { "R35/headers-and-lists",
    "Call-Info: <https://b.test/a,b.png>;purpose=icon, <https://b.test/c>;purpose=card\r\n"
    "Call-Info: <xmpp:bob@b.test>;purpose=impp\r\nCall-Info: "
    "<tel:1>;purpose=rcd-jcard,,,<sip:x>;purpose=ccmp\r\n",
    " info:https://b.test/a,b.png(icon)|https://b.test/"
    "c(card)|xmpp:bob@b.test(impp)|tel:1(rcd-jcard)|sip:x(ccmp)" },
  { "R35/quoted-purpose", "Call-Info: <xmpp:bob@b.test>;x=\"a,;>\\\"\";purpose=\"impp\"\r\n",
    " info:xmpp:bob@b.test(impp)" },
  { "R35/no-purpose",
    "Call-Info: <xmpp:bob@b.test>, <xmpp:b@b.test>;purpose, <xmpp:c@b.test>;purposes=impp\r\n",
    " info:xmpp:bob@b.test|xmpp:b@b.test()|xmpp:c@b.test" },
  { "R35/two-purposes", "Call-Info: <xmpp:bob@b.test>;purpose=icon;purpose=impp\r\n",
    " info:xmpp:bob@b.test(icon)" },
  { "R35/without-brackets", "Call-Info: xmpp:bob@b.test;purpose=impp\r\n", " info:xmpp:bob@b.test(impp)" },
  { "R35/purpose-within", "Call-Info: <xmpp:bob@b.test;purpose=impp>\r\n",
    " info:xmpp:bob@b.test;purpose=impp" },
  { "R35/authority-and-query", "Call-Info: <xmpp://guest@b.test/bob@b.test?message;body=Hi>;purpose=impp\r\n",
    " info:xmpp://guest@b.test/bob@b.test?message;body=Hi(impp)" },
  { "R35/other-schemes", "Call-Info: <im:b@b.test>;purpose=impp, <javascript:alert(1)>;purpose=impp\r\n",
    " info:im:b@b.test(impp)|javascript:alert(1)(impp)" },
  { "R35/no-closing-bracket", "Call-Info: <xmpp:evil@b.test;purpose=impp, <xmpp:bob@b.test>;purpose=impp\r\n",
    " info:xmpp:bob@b.test(impp)" },
  { "R35/no-closing-bracket-last",
    "Call-Info: <xmpp:bob@b.test>;purpose=impp, <xmpp:evil@b.test;purpose=impp\r\n",
    " info:xmpp:bob@b.test(impp)" },
  { "R35/no-closing-bracket-alone", "Call-Info: <xmpp:evil@b.test\r\nCall-Info: <xmpp:bob@b.test>\r\n",
    " info:xmpp:bob@b.test" },
  { "R35/double-bracket", "Call-Info: <<xmpp:evil@b.test>>, <xmpp:bob@b.test>\r\n", " info:xmpp:bob@b.test" },
  { "R35/no-closing-quote", "Call-Info: <xmpp:a@b.test>;x=\"y, <xmpp:bob@b.test>;purpose=impp\r\n",
    " info:xmpp:a@b.test|xmpp:bob@b.test(impp)" },
  { "R35/empty", "Call-Info: \r\nCall-Info: ,\r\nCall-Info: <>\r\nCall-Info: <>;purpose=impp,;purpose=impp\r\n",
    "" },
  { "R35/white-space-within", "Call-Info: <xmpp:bob @b.test>, <xmpp:\tbob@b.test>, <xmpp:b\"b@b.test>\r\n",
    "" },
  { "R35/not-ascii",
    "Call-Info: <xmpp:b\xc3\xb6"
    "b@b.test>, <xmpp:\x01@b.test>, <xmpp:b%C3%B6b@b.test>\r\n",
    " info:xmpp:b%C3%B6b@b.test" },
  { "R32/asserted", "P-Asserted-Identity: \"Smith; \\\"J\\\", <x>\" <sip:john@b.test>\r\n",
    " pai:sip:john@b.test 'Smith; \"J\", <x>'" },
  { "R32/asserted-list",
    "P-Asserted-Identity: <sip:john@b.test>, Number <tel:+4922>\r\nP-Asserted-Identity: sips:c@d\r\n",
    " pai:sip:john@b.test|tel:+4922|sips:c@d" },
  { "R32/asserted-broken", "p-asserted-identity: <sip:evil@b.test, <sip:john@b.test>\r\n",
    " pai:sip:john@b.test" },
  { "R32/privacy", "Privacy: id;critical\r\n", " privacy:id;critical" },
  { "R32/privacy-broken", "Privacy: ;;id,\r\nPrivacy: user\r\n", " privacy:;;id,;user" },
  { "R20/contact-before", "Contact: <xmpp:bob@b.test/desk>, <sip:bob@1.2.3.4>\r\n",
    " contacts:xmpp:bob@b.test/desk" },
  { "R20/contact-after", "Contact: <sip:bob@1.2.3.4>, <xmpp:bob@b.test/a/b?x;y#z>\r\n",
    " contacts:xmpp:bob@b.test/a/b?x;y#z" },
  { "R20/contact-lines", "Contact: <xmpp:bob@b.test>\r\nContact: <sip:bob@1.2.3.4>\r\nm: <tel:1>\r\n",
    " contacts:xmpp:bob@b.test|tel:1" },
  { "R38/focus", "Contact: <sip:conf@1.2.3.4;transport=tcp>;isfocus\r\n",
    " focus:sip:conf@1.2.3.4;transport=tcp" },
  { "R38/focus-other-case", "Contact: <xmpp:x@y>, <sip:conf@1.2.3.4>;q=1;IsFocus\r\n",
    " contacts:xmpp:x@y focus:sip:conf@1.2.3.4" },
  { "R38/not-the-focus", "Contact: <sip:bob@1.2.3.4>, <sip:conf@1.2.3.4>;isfocus, <xmpp:x@y>;isfocus\r\n",
    " contacts:xmpp:x@y" },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *found = describe (c->lines);
  g_autofree char *wanted = g_strconcat (FROM, c->wanted, NULL);

  g_assert_cmpstr (found, ==, wanted);
}

/* Whatever the order, the dialog's target is the SIP Contact. */
static void
test_R20_target (void)
{
  static const struct
  {
    const char *lines, *host;
  } rows[] = {
    { "Contact: <xmpp:bob@b.test/desk>, <sip:bob@1.2.3.4>, <sip:bob@5.6.7.8>\r\n", "1.2.3.4" },
    { "Contact: <tel:1>\r\nContact: <xmpp:a@b>\r\nContact: <sips:bob@1.2.3.4>\r\n", "1.2.3.4" },
    { "Contact: <sip:bob@1.2.3.4>\r\nContact: <xmpp:a@b>\r\n", "1.2.3.4" },
    { "Contact: <xmpp:a@b>\r\n", NULL },
    { "Contact: *\r\n", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      msg_t *msg = message_new (i % 2 == 0 ? "INVITE sip:a@a.test SIP/2.0" : "SIP/2.0 200 OK", rows[i].lines);
      const sip_t *sip = sip_object (msg);

      g_assert_cmpint (cusax_headers_have_target (sip), ==, rows[i].host != NULL);
      if (rows[i].host != NULL)
        g_assert_cmpstr (sip->sip_contact->m_url->url_host, ==, rows[i].host);
      msg_destroy (msg);
    }
}

/* A response speaks for whom it says it was sent to. */
static void
test_response (void)
{
  msg_t *msg = message_new ("SIP/2.0 200 OK", "");
  g_autoptr (CusaxHeaders) headers = cusax_headers_new (sip_object (msg));

  msg_destroy (msg);
  g_assert_cmpstr (cusax_headers_get (headers)->from_uri, ==, "sip:alice@a.test");
}

/* 8 KB values and thousands of them: bounded, and in order. */
static void
test_R35_large (void)
{
  g_autofree char *node = g_strnfill (8192, 'n');
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *found = NULL;
  g_auto (GStrv) values = NULL;

  g_string_append_printf (lines, "Call-Info: <xmpp:%s@b.test>;purpose=%s\r\n", node, node);
  g_string_append (lines, "Call-Info: <xmpp:bob@b.test>;purpose=impp");
  for (guint i = 0; i < 2000; i++)
    g_string_append (lines, ",<a:b>");
  g_string_append (lines, "\r\n");
  found = describe (lines->str);
  values = g_strsplit (found, "|", -1);
  g_assert_cmpuint (g_strv_length (values), ==, CUSAX_HEADERS_MAX_VALUES);
  g_assert_cmpuint (strlen (values[0]), >, 2 * 8192);
  g_assert_cmpstr (values[1], ==, "xmpp:bob@b.test(impp)");
}

/* A message full of broken values costs no more than one of good ones: looking for the end of a quote from each
 * of them anew would take seconds. */
static void
test_R35_hostile_time (void)
{
  static const char *const values[] = { "\\\",", "<\",", "<,<,", "\"\\\",<", ";\",", "<>,", ",\"<" };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    for (guint j = 0; j < 2; j++)
      {
        g_autoptr (GString) lines = g_string_new (j == 0 ? "Call-Info: " : "P-Asserted-Identity: ");
        msg_t *msg;
        gint64 before;

        while (lines->len < 60000)
          g_string_append (lines, values[i]);
        g_string_append (lines, "\r\n");
        msg = message_new ("INVITE sip:alice@a.test SIP/2.0", lines->str);
        before = g_get_monotonic_time ();
        cusax_headers_free (cusax_headers_new (sip_object (msg)));
        g_assert_cmpint (g_get_monotonic_time () - before, <, G_USEC_PER_SEC / 2);
        msg_destroy (msg);
      }
}

/* Any bytes: no crash, no endless loop, nothing but printable ASCII in an address. */
static void
test_R35_random (void)
{
  static const char letters[] = "<>\",;= \t\r\n\\:a@\xff";

  for (guint i = 0; i < 20000; i++)
    {
      char text[24];
      guint length = g_test_rand_int_range (0, sizeof text - 1);
      const char *rest = text;
      char *value;

      for (guint j = 0; j < length; j++)
        text[j] = letters[g_test_rand_int_range (0, sizeof letters - 1)];
      text[length] = '\0';
      while ((value = cusax_valuelist_next (&rest)) != NULL)
        {
          g_autofree char *uri = cusax_valuelist_dup_uri (value);
          g_autofree char *name = cusax_valuelist_dup_display (value);
          g_autofree char *param = cusax_valuelist_dup_param (value, "a");

          g_assert_cmpstr (value, !=, "");
          g_assert_true (uri == NULL || (uri[0] != '\0' && strpbrk (uri, "<>\" \t\r\n\xff") == NULL));
          g_free (value);
        }
      g_assert_true (rest <= text + length);
    }
}

/* clang-format off */
static const char *const fragments[] = {
  "\r\n ", "\r\nCall-Info: ", "\r\nContact: ", "\r\nm: *", "\r\nPrivacy: ", "\r\nP-Asserted-Identity: ", "<", ">",
  "\"", "\\", ",", ";purpose=", ";isfocus", "xmpp:", "sip:", "//", "/", "@", "%00", "\xff", "\t", "\x01", "[::1", ":65536"
};
/* clang-format on */

static char *
mutate (const char *text)
{
  GString *out = g_string_new (text);

  for (guint n = g_test_rand_int_range (1, 6); n > 0; n--)
    {
      gssize at = g_test_rand_int_range (0, (gint32) out->len + 1);
      gssize length = g_test_rand_int_range (0, MIN (12, (gint32) (out->len - at) + 1));

      if (g_test_rand_bit ())
        g_string_erase (out, at, length);
      else
        g_string_insert (out, at, fragments[g_test_rand_int_range (0, G_N_ELEMENTS (fragments))]);
    }
  return g_string_free (out, FALSE);
}

/* Broken in ways that are nearly right, through Sofia's parser too: what is told stays within its bounds, and
 * each address is one. */
static void
test_R35_mutated (void)
{
  for (guint i = 0; i < 6000; i++)
    {
      const Case *c = &cases[g_test_rand_int_range (0, G_N_ELEMENTS (cases))];
      g_autofree char *lines = mutate (c->lines);
      msg_t *msg = message_new (i % 2 == 0 ? "INVITE sip:a@a.test SIP/2.0" : "SIP/2.0 200 OK", lines);
      const sip_t *sip = sip_object (msg);
      g_autoptr (CusaxHeaders) headers = cusax_headers_new (sip);
      const CusaxSipHeaders *view = cusax_headers_get (headers);
      gboolean has_target = cusax_headers_have_target (sip);
      g_autofree char *text = NULL;

      msg_destroy (msg);
      text = headers_describe (view);
      g_assert_true (view->focus == NULL || g_str_has_prefix (view->focus, "sip"));
      g_assert_true (!has_target || view->contacts == NULL || view->contacts[0][0] != '\0');
      for (const CusaxCallInfo *info = view->call_info; info != NULL && info->uri != NULL; info++)
        g_assert_null (strpbrk (info->uri, "<>\" \t\r\n\xff"));
      for (guint j = 0; view->asserted != NULL && view->asserted[j] != NULL; j++)
        g_assert_null (strpbrk (view->asserted[j], "<>\" \t\r\n\xff"));
    }
}

/* What we say of us: nothing that could leave its line, and nothing beside anonymity. */
static void
test_R18_R19_R20_lines (void)
{
  static const struct
  {
    CusaxSipDisclosure disclosure;
    const char *call_info, *contact, *privacy;
  } rows[] = {
    { { "xmpp:a%40b@a.test", NULL, FALSE }, "Call-Info: <xmpp:a%40b@a.test>;purpose=impp", NULL, NULL },
    { { NULL, "xmpp:a@a.test/desk", FALSE }, NULL, "Contact: <xmpp:a@a.test/desk>", NULL },
    { { "xmpp:a@a.test", "xmpp:a@a.test/desk", TRUE }, NULL, NULL, "Privacy: id" },
    { { "xmpp:a@a.test>\r\nEvil: <x", "xmpp:a@a.test/my desk", FALSE }, NULL, NULL, NULL },
    { { "xmpp:a@a.test>,<x", "", FALSE }, NULL, NULL, NULL },
    { { NULL, NULL, FALSE }, NULL, NULL, NULL },
  };
  CusaxPresentation presentation = { 0 };
  g_autoptr (CusaxAddress) aor = cusax_address_parse_uri ("sip:alice@a.test", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gboolean is_anonymous = rows[i].disclosure.is_anonymous;
      g_autofree char *from = NULL, *inside = NULL, *outside = NULL;

      cusax_presentation_set (&presentation, &rows[i].disclosure);
      g_assert_cmpstr (presentation.call_info, ==, rows[i].call_info);
      g_assert_cmpstr (presentation.contact, ==, rows[i].contact);
      g_assert_cmpstr (presentation.privacy, ==, rows[i].privacy);
      from = cusax_presentation_format_from (&presentation, aor);
      g_assert_cmpstr (from, ==,
                       is_anonymous ? "\"Anonymous\" <sip:anonymous@anonymous.invalid>" : "<sip:alice@a.test>");
      inside = cusax_presentation_format_preferred (&presentation, aor, TRUE);
      g_assert_cmpstr (inside, ==, is_anonymous ? "P-Preferred-Identity: <sip:alice@a.test>" : NULL);
      outside = cusax_presentation_format_preferred (&presentation, aor, FALSE);
      g_assert_null (outside);
    }
  cusax_presentation_set (&presentation, NULL);
  g_assert_null (presentation.privacy);
  cusax_presentation_clear (&presentation);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/sip/headers/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/sip/headers/R20/target", test_R20_target);
  g_test_add_func ("/sip/headers/response", test_response);
  g_test_add_func ("/sip/headers/R35/large", test_R35_large);
  g_test_add_func ("/sip/headers/R35/hostile-time", test_R35_hostile_time);
  g_test_add_func ("/sip/headers/R35/random", test_R35_random);
  g_test_add_func ("/sip/headers/R35/mutated", test_R35_mutated);
  g_test_add_func ("/sip/headers/R18-R19-R20/lines", test_R18_R19_R20_lines);
  return g_test_run ();
}
