/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dialog-info.h"
#include "error.h"
#include "note.h"

#include <string.h>

#define XMLNS "xmlns='urn:ietf:params:xml:ns:dialog-info'"
#define DOCUMENT(state, version, inside)                                                                       \
  "<dialog-info " XMLNS " version='" version "' state='" state "' entity='sip:bob@example.com'>" inside        \
  "</dialog-info>"
#define FULL(version, inside) DOCUMENT ("full", version, inside)
#define PARTIAL(version, inside) DOCUMENT ("partial", version, inside)
#define DIALOG(id, state) "<dialog id='" id "'><state>" state "</state></dialog>"

/* " id=early<call;remote;local uri": < for one that comes there, > for one that it makes. */
static char *
describe (const CusaxDialogInfo *info)
{
  static const char *const states[] = { "trying", "early", "confirmed", "terminated" };
  const GPtrArray *dialogs = cusax_dialog_info_get_dialogs (info);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < dialogs->len; i++)
    {
      const CusaxDialogInfoDialog *dialog = g_ptr_array_index (dialogs, i);

      g_string_append_printf (text, " %s=%s%s", dialog->id, states[dialog->state],
                              dialog->is_incoming ? "<" : ">");
      if (dialog->call_id != NULL || dialog->local_tag != NULL || dialog->remote_tag != NULL)
        g_string_append_printf (text, "%s;%s;%s", dialog->call_id != NULL ? dialog->call_id : "-",
                                dialog->remote_tag != NULL ? dialog->remote_tag : "-",
                                dialog->local_tag != NULL ? dialog->local_tag : "-");
      if (dialog->remote_uri != NULL)
        g_string_append_printf (text, " %s", dialog->remote_uri);
    }
  return g_string_free (text, FALSE);
}

static gboolean
take (CusaxDialogInfo *info, const char *xml, GError **error)
{
  return cusax_dialog_info_take (info, xml, strlen (xml), error);
}

/* The shapes of RFC 4235 section 4.4 and of servers. */
static void
test_full (void)
{
  static const struct
  {
    const char *inside;
    const char *expected;
  } cases[] = {
    { "", "" },
    { DIALOG ("as7d900as8", "trying"), " as7d900as8=trying>" },
    { "<dialog id='as7d900as8' call-id='a84b4c76e66710' local-tag='1928301774' direction='initiator'>"
      "<state event='1xx-notag'>proceeding</state><duration>3</duration></dialog>",
      " as7d900as8=early>a84b4c76e66710;-;1928301774" },
    { "<dialog id='zxcnm3' call-id='3s' local-tag='2' remote-tag='hh76a' direction='recipient'>"
      "<state code='180'> early\n</state>"
      "<local><identity>sip:bob@example.com</identity><target uri='sip:bob@pc.example.com'/></local>"
      "<remote><identity display='Alice'>sip:alice@example.com</identity><target "
      "uri='sip:alice@pc.example.com'>"
      "<param pname='isfocus' pval='true'/></target></remote></dialog>",
      " zxcnm3=early<3s;hh76a;2 sip:alice@pc.example.com" },
    { "<dialog id='x'><remote><target uri='sip:t@b.example'/><identity>sip:i@b.example</identity></remote>"
      "<state>Confirmed</state></dialog>",
      " x=confirmed> sip:t@b.example" },
    { "<dialog id='x' direction='recipient'><remote><identity>\n sip:i@b.example </identity><target "
      "uri=''/></remote>"
      "<state>early</state></dialog>",
      " x=early< sip:i@b.example" },
    { DIALOG ("a", "confirmed") DIALOG ("b", "terminated") DIALOG ("c", "early"), " a=confirmed> c=early>" },
    { DIALOG ("a", "confirmed") DIALOG ("a", "early"), " a=early>" },
    { DIALOG ("a", "confirmed") DIALOG ("a", "terminated"), "" },
    /* of which nothing is known */
    { "<dialog id='a'/>", "" },
    { DIALOG ("a", ""), "" },
    { DIALOG ("a", "on-fire"), "" },
    { DIALOG ("", "early"), "" },
    { "<dialog><state>early</state></dialog>", "" },
    { "<dialog id='a&#10;b'><state>early</state></dialog>", "" },
    { "<dialog id='a' call-id='&#9;' local-tag='' remote-tag='&#x202e;' "
      "direction='RECIPIENT'><state>early</state>"
      "<remote><identity>a&#13;b</identity></remote></dialog>",
      " a=early>" },
    /* elements of others */
    { "<x><dialog id='a'><state>early</state></dialog></x>", "" },
    { "<dialog xmlns='urn:x' id='a'><state>early</state></dialog>", "" },
    { "<x:dialog xmlns:x='urn:x' id='a'><state>early</state></x:dialog>", "" },
    { "<dialog id='a'><x><state>early</state></x><state>trying</state></dialog>", " a=trying>" },
    { "<dialog id='a'><state>early</state><local><state>confirmed</state></local></dialog>", " a=early>" },
    { "<dialog id='a'><state><![CDATA[early]]></state><dialog id='b'><state>early</state></dialog></dialog>",
      " a=early>" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxDialogInfo) info = cusax_dialog_info_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *xml = g_strdup_printf (FULL ("0", "%s"), cases[i].inside);
      g_autofree char *text = NULL;

      note (cases[i].inside);
      g_assert_true (take (info, xml, &error));
      g_assert_no_error (error);
      text = describe (info);
      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

static void
test_versions (void)
{
  static const struct
  {
    const char *xml;
    gboolean taken;
    const char *expected;
  } steps[] = {
    { PARTIAL ("0", DIALOG ("a", "early")), FALSE, "" },
    { PARTIAL ("1", DIALOG ("a", "early")), FALSE, "" },
    { FULL ("3", DIALOG ("a", "early")), TRUE, " a=early>" },
    { FULL ("3", ""), FALSE, " a=early>" },
    { FULL ("2", ""), FALSE, " a=early>" },
    { PARTIAL ("3", ""), FALSE, " a=early>" },
    { PARTIAL ("5", ""), FALSE, " a=early>" },
    { PARTIAL ("4", DIALOG ("b", "confirmed")), TRUE, " a=early> b=confirmed>" },
    { PARTIAL ("5", DIALOG ("c", "terminated")), TRUE, " a=early> b=confirmed>" },
    { PARTIAL ("6", DIALOG ("a", "terminated") DIALOG ("d", "trying")), TRUE, " b=confirmed> d=trying>" },
    /* one was lost: only the next full one counts again */
    { PARTIAL ("8", DIALOG ("b", "terminated")), FALSE, " b=confirmed> d=trying>" },
    { PARTIAL ("9", DIALOG ("b", "terminated")), FALSE, " b=confirmed> d=trying>" },
    { FULL ("10", DIALOG ("d", "confirmed")), TRUE, " d=confirmed>" },
    /* all of a dialog is told anew */
    { PARTIAL ("11", "<dialog id='d' call-id='c' direction='recipient'><state>early</state></dialog>"), TRUE,
      " d=early<c;-;-" },
    { PARTIAL ("12", DIALOG ("d", "confirmed")), TRUE, " d=confirmed>" },
    { FULL ("4294967295", ""), TRUE, "" },
    { PARTIAL ("4294967296", DIALOG ("d", "confirmed")), FALSE, "" },
    { PARTIAL ("0", DIALOG ("d", "confirmed")), FALSE, "" },
  };
  g_autoptr (CusaxDialogInfo) info = cusax_dialog_info_new ();

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      note (steps[i].xml);
      g_assert_cmpint (take (info, steps[i].xml, &error), ==, steps[i].taken);
      g_assert_cmpint (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_INVALID), ==, !steps[i].taken);
      text = describe (info);
      g_assert_cmpstr (text, ==, steps[i].expected);
    }
}

static void
test_prefix_and_mark (void)
{
  g_autoptr (CusaxDialogInfo) info = cusax_dialog_info_new ();
  g_autofree char *text = NULL;

  g_assert_true (take (
    info,
    "\xef\xbb\xbf<?xml version='1.0'?><d:dialog-info xmlns:d='urn:ietf:params:xml:ns:dialog-info' "
    "xmlns='urn:x' version='0' state='full'>" DIALOG (
      "x", "early") "<d:dialog id='y'><state>early</state><d:state>trying</d:state></d:dialog></d:dialog-info>",
    NULL));
  text = describe (info);
  g_assert_cmpstr (text, ==, " y=trying>");
}

/* What is broken is refused as a whole, and what was known stays. */
static void
test_refusals (void)
{
  static const char *const cases[] = {
    "",
    " ",
    "text",
    "<",
    "<dialog-info/>",
    "<dialog-info xmlns='urn:x' version='2' state='full'/>",
    "<x:dialog-info " XMLNS " version='2' state='full'/>",
    "<presence " XMLNS " version='2' state='full'/>",
    "<dialog-info " XMLNS " state='full'/>",
    "<dialog-info " XMLNS " version='2'/>",
    DOCUMENT ("deleted", "2", ""),
    DOCUMENT ("", "2", ""),
    FULL ("", ""),
    FULL ("x", ""),
    FULL ("-1", ""),
    FULL ("+2", ""),
    FULL ("2.0", ""),
    FULL ("99999999999999999999", ""),
    "<dialog-info " XMLNS " version='2' state='full'>",
    "<dialog-info " XMLNS " version='2' state='full'>" DIALOG ("z", "early"),
    FULL ("2", "<dialog id='z'>"),
    FULL ("2", "<dialog id='z'><state>early</dialog></state>"),
    FULL ("2", DIALOG ("z", "early")) FULL ("3", ""),
    FULL ("2", DIALOG ("z", "early")) "<x/>",
    FULL ("2", DIALOG ("z", "early")) "text",
    FULL ("2", DIALOG ("z", "&bad;")),
    FULL ("2", DIALOG ("z", "early") "\xff"),
    "<!DOCTYPE x [<!ENTITY a 'b'>]>" FULL ("2", DIALOG ("&a;", "early")),
  };
  g_autofree char *huge = g_strnfill (CUSAX_DIALOG_INFO_MAX_BYTES, ' ');
  g_autofree char *large = g_strconcat (FULL ("2", ""), huge, NULL);
  g_autoptr (CusaxDialogInfo) info = cusax_dialog_info_new ();

  g_assert_true (take (info, FULL ("1", DIALOG ("a", "early")), NULL));
  for (guint i = 0; i <= G_N_ELEMENTS (cases); i++)
    {
      const char *xml = i < G_N_ELEMENTS (cases) ? cases[i] : large;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      if (i < G_N_ELEMENTS (cases))
        note (xml);
      g_assert_false (take (info, xml, &error));
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
      text = describe (info);
      g_assert_cmpstr (text, ==, " a=early>");
    }
  g_assert_false (cusax_dialog_info_take (info, NULL, 0, NULL));
  /* @length counts, not a terminator. */
  g_assert_false (cusax_dialog_info_take (info, FULL ("2", ""), 20, NULL));
  g_assert_true (take (info, PARTIAL ("2", ""), NULL));
}

static void
test_bounds (void)
{
  g_autoptr (GString) xml = g_string_new ("<dialog-info " XMLNS " version='1' state='full'>");
  g_autoptr (CusaxDialogInfo) info = cusax_dialog_info_new ();
  g_autofree char *name = g_strnfill (1025, 'n');
  const CusaxDialogInfoDialog *dialog;
  const GPtrArray *dialogs;

  g_string_append_printf (xml, "<dialog id='%s'><state>early</state></dialog>", name);
  g_string_append_printf (xml,
                          "<dialog id='first' call-id='%s' local-tag='%s'><state>early</state><remote>"
                          "<identity>sip:i@b.example</identity><target uri='%s'/></remote></dialog>",
                          name, name, name);
  for (guint i = 0; i < 500; i++)
    g_string_append_printf (xml, "<dialog id='d%u'><state>confirmed</state></dialog>", i);
  g_string_append (xml, "</dialog-info>");

  g_assert_true (take (info, xml->str, NULL));
  dialogs = cusax_dialog_info_get_dialogs (info);
  g_assert_cmpuint (dialogs->len, ==, CUSAX_DIALOG_INFO_MAX_DIALOGS);
  dialog = g_ptr_array_index (dialogs, 0);
  g_assert_cmpstr (dialog->id, ==, "first");
  g_assert_null (dialog->call_id);
  g_assert_null (dialog->local_tag);
  g_assert_cmpstr (dialog->remote_uri, ==, "sip:i@b.example");
}

/* Nested as deep as the size allows, and pieces of a document in any order: an answer, never a crash. */
static void
test_random (void)
{
  static const char *const pieces[] = {
    "<dialog-info " XMLNS " version='0' state='full'>",
    "</dialog-info>",
    "<dialog id='a'>",
    "<dialog id='a' direction='recipient' call-id='c'>",
    "<dialog>",
    "</dialog>",
    "<state>",
    "</state>",
    "early",
    "terminated",
    "<remote>",
    "</remote>",
    "<identity>",
    "</identity>",
    "<target uri='sip:a@b.example'>",
    "</target>",
    "sip:a@b.example",
    "<x/>",
    "&amp;",
    "<!-- -->",
  };
  g_autoptr (GString) deep = g_string_new (pieces[0]);
  g_autoptr (CusaxDialogInfo) kept = cusax_dialog_info_new ();

  while (deep->len < CUSAX_DIALOG_INFO_MAX_BYTES - 20)
    g_string_append (deep, "<dialog id='a'>");
  g_assert_false (take (kept, deep->str, NULL));
  for (guint i = 0; i < 5000; i++)
    {
      g_autoptr (CusaxDialogInfo) info = cusax_dialog_info_new ();
      g_autoptr (GString) xml = g_string_new (pieces[0]);
      g_autofree char *text = NULL;

      for (gint32 n = g_test_rand_int_range (0, 30); n > 0; n--)
        g_string_append (xml, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
      take (info, xml->str, NULL);
      text = describe (info);
      g_assert_nonnull (text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dialog-info/full", test_full);
  g_test_add_func ("/dialog-info/versions", test_versions);
  g_test_add_func ("/dialog-info/prefix-and-mark", test_prefix_and_mark);
  g_test_add_func ("/dialog-info/refusals", test_refusals);
  g_test_add_func ("/dialog-info/bounds", test_bounds);
  g_test_add_func ("/dialog-info/random", test_random);
  return g_test_run ();
}
