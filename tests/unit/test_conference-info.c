/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conference-info.h"
#include "error.h"
#include "note.h"

#include <string.h>

#define XMLNS "xmlns='urn:ietf:params:xml:ns:conference-info'"
#define ROOM(jid) "<entry><uri>xmpp:" jid "</uri><purpose>grouptextchat</purpose></entry>"
#define FULL(version, inside)                                                                                  \
  "<conference-info " XMLNS " entity='sip:conf@example.com' state='full' version='" version "'>" inside        \
  "</conference-info>"
#define PARTIAL(version, inside)                                                                               \
  "<conference-info " XMLNS " entity='sip:conf@example.com' state='partial' version='" version "'>" inside     \
  "</conference-info>"

/* "subject | rooms | users": who is not connected stands in brackets. */
static char *
describe (const CusaxConferenceInfo *info)
{
  const GPtrArray *users = cusax_conference_info_get_users (info);
  const GPtrArray *rooms = cusax_conference_info_get_rooms (info);
  const char *subject = cusax_conference_info_get_subject (info);
  GString *text = g_string_new (subject != NULL ? subject : "-");

  g_string_append (text, " |");
  for (guint i = 0; i < rooms->len; i++)
    g_string_append_printf (text, " %s", (const char *) g_ptr_array_index (rooms, i));
  g_string_append (text, " |");
  for (guint i = 0; i < users->len; i++)
    {
      const CusaxConferenceUser *user = g_ptr_array_index (users, i);

      g_string_append_printf (text, user->is_connected ? " %s=%s" : " [%s=%s]", user->entity,
                              user->display_name != NULL ? user->display_name : "");
    }
  return g_string_free (text, FALSE);
}

static gboolean
update (CusaxConferenceInfo *info, const char *xml, GError **error)
{
  return cusax_conference_info_update (info, xml, strlen (xml), error);
}

static void
check_full (const char *xml, const char *expected)
{
  g_autoptr (CusaxConferenceInfo) info = cusax_conference_info_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  note (xml);
  g_assert_true (update (info, xml, &error));
  g_assert_no_error (error);
  text = describe (info);
  g_assert_cmpstr (text, ==, expected);
}

/* The shape of RFC 4575 section 6.2 and of RFC 7106. */
static void
test_r38_full (void)
{
  check_full ("<?xml version='1.0' encoding='UTF-8'?>\n"
              "<conference-info " XMLNS " entity='sips:conf233@example.com' state='full' version='1'>\n"
              "<conference-description><subject>Agenda: This month's goals</subject>\n"
              "<display-text>Sprint</display-text>\n"
              "<conf-uris><entry><uri>xmpp:not-here@example.com</uri><purpose>grouptextchat</purpose></entry>"
              "</conf-uris>\n"
              "<service-uris><entry><uri>http://sharepoint/salesgroup/</uri><purpose>web-page</purpose></entry>"
              "<entry><uri>xmpp:dev-sprint@conference.example.com</uri><display-text>Chat</display-text>"
              "<purpose>grouptextchat</purpose></entry></service-uris></conference-description>\n"
              "<conference-state><user-count>33</user-count></conference-state>\n"
              "<users><user entity='sip:bob@example.com' state='full'><display-text>Bob Hoskins</display-text>"
              "<endpoint entity='sip:bob@pc33.example.com'><display-text>Bob's Laptop</display-text>"
              "<status>disconnected</status></endpoint></user>\n"
              "<user entity='sip:alice@example.com'><display-text>Alice</display-text>"
              "<endpoint entity='sip:4kfk4j392jsu@example.com;gr=x'><status>connected</status>"
              "<media id='1'><display-text>main audio</display-text><status>sendrecv</status></media>"
              "</endpoint></user></users></conference-info>",
              "Agenda: This month's goals | dev-sprint@conference.example.com |"
              " [sip:bob@example.com=Bob Hoskins] sip:alice@example.com=Alice");
}

static void
test_r39_rooms (void)
{
  static const struct
  {
    const char *services;
    const char *expected;
  } cases[] = {
    { "", "" },
    { ROOM ("a@b.example") ROOM ("c@d.example"), " a@b.example c@d.example" },
    { ROOM ("A@B.example/nick?join") ROOM ("a@b.example"), " a@b.example" },
    { "<entry><purpose>GroupTextChat</purpose><uri>\n xmpp:a@b.example </uri></entry>", " a@b.example" },
    { "<entry><uri><![CDATA[xmpp:a@b.example]]></uri><purpose>grouptextchat</purpose></entry>",
      " a@b.example" },
    /* other services, other schemes, nothing that could be joined */
    { "<entry><uri>xmpp:a@b.example</uri><purpose>web-page</purpose></entry>", "" },
    { "<entry><uri>xmpp:a@b.example</uri></entry>", "" },
    { "<entry><purpose>grouptextchat</purpose></entry>", "" },
    { "<entry><uri>http://b.example/a</uri><purpose>grouptextchat</purpose></entry>", "" },
    { "<entry><uri>irc://b.example/a</uri><purpose>grouptextchat</purpose></entry>", "" },
    { "<entry><uri>xmpp:b.example</uri><purpose>grouptextchat</purpose></entry>", "" },
    { "<entry><uri>xmpp:a%0a@b.example</uri><purpose>grouptextchat</purpose></entry>", "" },
    /* one entry's words do not stick to the next */
    { "<entry><uri>xmpp:a@b.example</uri></entry><entry><purpose>grouptextchat</purpose></entry>", "" },
    { "<entry><purpose>grouptextchat</purpose></entry><entry><uri>xmpp:a@b.example</uri></entry>", "" },
    /* elements of others */
    { "<entry><uri xmlns='urn:x'>xmpp:a@b.example</uri><purpose>grouptextchat</purpose></entry>", "" },
    { "<x:entry xmlns:x='urn:x'><uri>xmpp:a@b.example</uri><purpose>grouptextchat</purpose></x:entry>", "" },
    { "<more>" ROOM ("a@b.example") "</more>", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *xml
        = g_strdup_printf (FULL ("1", "<conference-description><service-uris>%s</service-uris>"
                                      "</conference-description>"),
                           cases[i].services);
      g_autofree char *expected = g_strdup_printf ("- |%s |", cases[i].expected);

      check_full (xml, expected);
    }
}

static void
test_statuses (void)
{
  static const struct
  {
    const char *endpoints;
    gboolean connected;
  } cases[] = {
    { "", TRUE },
    { "<endpoint entity='a'/>", TRUE },
    { "<endpoint entity='a'><status>connected</status></endpoint>", TRUE },
    { "<endpoint entity='a'><status> on-hold\n</status></endpoint>", TRUE },
    { "<endpoint entity='a'><status>muted-via-focus</status></endpoint>", TRUE },
    { "<endpoint entity='a'><status>alerting</status></endpoint>", FALSE },
    { "<endpoint entity='a'><status>disconnected</status></endpoint>", FALSE },
    { "<endpoint entity='a'><status></status></endpoint>", FALSE },
    { "<endpoint entity='a'><status>disconnected</status></endpoint>"
      "<endpoint entity='b'><status>connected</status></endpoint>",
      TRUE },
    { "<endpoint entity='a'><status>disconnected</status></endpoint><endpoint entity='b'/>", FALSE },
    { "<endpoint><status>disconnected</status></endpoint>", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *xml
        = g_strdup_printf (FULL ("1", "<users><user entity='x'>%s</user></users>"), cases[i].endpoints);

      check_full (xml, cases[i].connected ? "- | | x=" : "- | | [x=]");
    }
}

/* RFC 4575 section 4.6: what the next document changes, and what it leaves. */
static void
test_partial (void)
{
  static const struct
  {
    const char *inside;
    const char *expected;
  } cases[] = {
    { "", "S | r@x.example | a=A [b=B]" },
    { "<users state='partial'><user entity='c'><display-text>C</display-text></user></users>",
      "S | r@x.example | a=A [b=B] c=C" },
    { "<users state='partial'><user entity='a' state='deleted'/></users>", "S | r@x.example | [b=B]" },
    { "<users state='partial'><user entity='c' state='deleted'/></users>", "S | r@x.example | a=A [b=B]" },
    { "<users state='partial'><user entity='b' state='partial'><endpoint entity='b1' state='partial'>"
      "<status>connected</status></endpoint></user></users>",
      "S | r@x.example | a=A b=B" },
    { "<users state='partial'><user entity='b' state='partial'><endpoint entity='b1' state='partial'/></user>"
      "</users>",
      "S | r@x.example | a=A [b=B]" },
    { "<users state='partial'><user entity='b' state='partial'><endpoint entity='b1' state='deleted'/></user>"
      "</users>",
      "S | r@x.example | a=A b=B" },
    { "<users state='partial'><user entity='b' state='partial'><endpoint entity='b1' state='deleted'>"
      "<status>connected</status></endpoint><endpoint entity='b2'><status>dialing-in</status></endpoint></user>"
      "</users>",
      "S | r@x.example | a=A [b=B]" },
    { "<users state='partial'><user entity='b' state='partial'><endpoint entity='b1'/></user></users>",
      "S | r@x.example | a=A b=B" },
    { "<users state='partial'><user entity='b' state='deleted'><endpoint entity='b1'><status>connected</status>"
      "</endpoint><display-text>B</display-text></user></users>",
      "S | r@x.example | a=A" },
    { "<users state='partial'><user entity='b' state='partial'><display-text>BB</display-text></user></users>",
      "S | r@x.example | a=A [b=BB]" },
    { "<users state='partial'><user entity='b' state='full'/></users>", "S | r@x.example | a=A b=" },
    { "<users><user entity='c'/></users>", "S | r@x.example | c=" },
    { "<users state='deleted'/>", "S | r@x.example |" },
    { "<conference-description state='partial'><subject>T</subject></conference-description>",
      "T | r@x.example | a=A [b=B]" },
    { "<conference-description><subject>T</subject></conference-description>", "T | | a=A [b=B]" },
    { "<conference-description state='deleted'/>", "- | | a=A [b=B]" },
    { "<conference-description state='partial'><service-uris state='partial'>" ROOM (
        "s@x.example") "</service-uris></conference-description>",
      "S | r@x.example s@x.example | a=A [b=B]" },
    { "<conference-description state='partial'><service-uris>" ROOM (
        "s@x.example") "</service-uris></conference-description>",
      "S | s@x.example | a=A [b=B]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CusaxConferenceInfo) info = cusax_conference_info_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *xml = g_strdup_printf (PARTIAL ("8", "%s"), cases[i].inside);
      g_autofree char *text = NULL;

      note (cases[i].inside);
      g_assert_true (update (
        info,
        FULL ("7", "<conference-description><subject>S</subject><service-uris>" ROOM (
                     "r@x.example") "</service-uris></conference-description>"
                                    "<users><user entity='a'><display-text>A</display-text></user>"
                                    "<user entity='b'><display-text>B</display-text><endpoint entity='b1'>"
                                    "<status>disconnected</status></endpoint></user></users>"),
        NULL));
      g_assert_true (update (info, xml, &error));
      g_assert_no_error (error);
      text = describe (info);
      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

/* A full document always counts; a partial one only behind the one that it continues. */
static void
test_versions (void)
{
  static const struct
  {
    const char *xml;
    gboolean taken;
    const char *expected;
  } steps[] = {
    { PARTIAL ("1", ""), FALSE, "- | |" },
    { PARTIAL ("0", ""), FALSE, "- | |" },
    { FULL ("5", "<users><user entity='a'/></users>"), TRUE, "- | | a=" },
    { PARTIAL ("7", "<users state='partial'><user entity='b'/></users>"), FALSE, "- | | a=" },
    { PARTIAL ("5", "<users state='partial'><user entity='b'/></users>"), FALSE, "- | | a=" },
    { PARTIAL ("4", "<users state='partial'><user entity='b'/></users>"), FALSE, "- | | a=" },
    { PARTIAL ("6", "<users state='partial'><user entity='b'/></users>"), TRUE, "- | | a= b=" },
    { "<conference-info " XMLNS " state='partial'><users/></conference-info>", FALSE, "- | | a= b=" },
    { PARTIAL ("7", "<users state='partial'><user entity='c'/></users>"), TRUE, "- | | a= b= c=" },
    { FULL ("1", "<users><user entity='d'/></users>"), TRUE, "- | | d=" },
    { "<conference-info " XMLNS
      " version='2' state='deleted'><users><user entity='e'/></users></conference-info>",
      TRUE, "- | |" },
    { PARTIAL ("3", ""), FALSE, "- | |" },
    { "<conference-info " XMLNS "><users><user entity='f'/></users></conference-info>", TRUE, "- | | f=" },
    { PARTIAL ("1", "<users state='deleted'/>"), TRUE, "- | |" },
  };
  g_autoptr (CusaxConferenceInfo) info = cusax_conference_info_new ();

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      note (steps[i].xml);
      g_assert_cmpint (update (info, steps[i].xml, &error), ==, steps[i].taken);
      g_assert_cmpint (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_INVALID), ==, !steps[i].taken);
      text = describe (info);
      g_assert_cmpstr (text, ==, steps[i].expected);
    }
}

static void
test_prefixes_and_mark (void)
{
  check_full ("\xef\xbb\xbf<ci:conference-info xmlns:ci='urn:ietf:params:xml:ns:conference-info' xmlns='urn:x'>"
              "<users><user entity='x'/></users><ci:users><user entity='y'/><ci:user entity='z'/></ci:users>"
              "</ci:conference-info>",
              "- | | z=");
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
    "<conference-info/>",
    "<conference-info xmlns='urn:x'/>",
    "<x:conference-info " XMLNS "/>",
    "<message " XMLNS "/>",
    "<conference-info " XMLNS ">",
    "<conference-info " XMLNS "><users></conference-info>",
    "<conference-info " XMLNS " version='x'/>",
    "<conference-info " XMLNS " version='-1'/>",
    "<conference-info " XMLNS " version='99999999999999999999'/>",
    FULL ("9", "<users><user entity='z'/></users>") FULL ("9", ""),
    FULL ("9", "<users><user entity='z'/></users>") "<x/>",
    FULL ("9", "<users><user entity='z'/></users>") "text",
    FULL ("9", "<users><user entity='z'/></users>&bad;"),
    FULL ("9", "<users><user entity='z'/></users>\xff"),
    "<!DOCTYPE x [<!ENTITY a 'b'>]>" FULL ("9", "<users><user entity='&a;'/></users>"),
  };
  g_autofree char *huge = g_strnfill (CUSAX_CONFERENCE_INFO_MAX_BYTES, ' ');
  g_autofree char *large = g_strconcat (FULL ("9", ""), huge, NULL);
  g_autoptr (CusaxConferenceInfo) info = cusax_conference_info_new ();

  g_assert_true (update (info, FULL ("1", "<users><user entity='a'/></users>"), NULL));
  for (guint i = 0; i <= G_N_ELEMENTS (cases); i++)
    {
      const char *xml = i < G_N_ELEMENTS (cases) ? cases[i] : large;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      if (i < G_N_ELEMENTS (cases))
        note (xml);
      g_assert_false (update (info, xml, &error));
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
      text = describe (info);
      g_assert_cmpstr (text, ==, "- | | a=");
    }
  /* @length counts, not a terminator. */
  g_assert_false (cusax_conference_info_update (info, FULL ("1", ""), 20, NULL));
}

static void
test_bounds (void)
{
  g_autoptr (GString) xml = g_string_new ("<conference-info " XMLNS " version='1'><conference-description>"
                                          "<subject>");
  g_autoptr (CusaxConferenceInfo) info = cusax_conference_info_new ();
  g_autofree char *name = g_strnfill (5000, 'n');
  g_autofree char *expected = g_strnfill (80, 'n');
  const CusaxConferenceUser *user;
  const GPtrArray *users;

  g_string_append_printf (xml, "%s</subject><service-uris>", name);
  for (guint i = 0; i < 20; i++)
    g_string_append_printf (xml, ROOM ("r%u@x.example"), i);
  g_string_append (xml, "</service-uris></conference-description><users>");
  g_string_append_printf (xml, "<user entity='%s'/><user entity=''/><user/><user entity='a&#10;b'/>", name);
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (xml, "<user entity='u%u'><display-text>%s</display-text></user>", i,
                            i == 0 ? "A\xe2\x80\xaellice\t&#x2028;Liddell" : "x");
  g_string_append (xml, "<user entity='u1' state='partial'>");
  for (guint i = 0; i < 100; i++)
    g_string_append_printf (xml, "<endpoint entity='e%u'><status>%s</status></endpoint>", i,
                            i == 16 ? "connected" : "disconnected");
  g_string_append (xml, "</user></users></conference-info>");

  g_assert_true (update (info, xml->str, NULL));
  users = cusax_conference_info_get_users (info);
  g_assert_cmpstr (cusax_conference_info_get_subject (info), ==, expected);
  g_assert_cmpuint (cusax_conference_info_get_rooms (info)->len, ==, CUSAX_CONFERENCE_INFO_MAX_ROOMS);
  g_assert_cmpuint (users->len, ==, CUSAX_CONFERENCE_INFO_MAX_USERS);
  user = g_ptr_array_index (users, 0);
  g_assert_cmpstr (user->entity, ==, "u0");
  g_assert_cmpstr (user->display_name, ==, "Allice Liddell");
  user = g_ptr_array_index (users, 1);
  g_assert_false (user->is_connected); /* of a hundred devices sixteen are looked at */
}

/* Pieces of a document in any order: an answer, never a crash. */
static void
test_random (void)
{
  static const char *const pieces[] = {
    "<conference-info " XMLNS " version='1'>",
    "</conference-info>",
    "<users>",
    "</users>",
    "<users state='partial'>",
    "<user entity='a'>",
    "</user>",
    "<user entity='a' state='deleted'>",
    "<endpoint entity='e'>",
    "</endpoint>",
    "<status>",
    "</status>",
    "connected",
    "<conference-description>",
    "</conference-description>",
    "<service-uris>",
    "</service-uris>",
    "<entry>",
    "</entry>",
    "<uri>",
    "</uri>",
    "xmpp:a@b.example",
    "<purpose>",
    "</purpose>",
    "grouptextchat",
    "<display-text>",
    "</display-text>",
    "<x/>",
    "&amp;",
    "<!-- -->",
  };

  for (guint i = 0; i < 5000; i++)
    {
      g_autoptr (CusaxConferenceInfo) info = cusax_conference_info_new ();
      g_autoptr (GString) xml = g_string_new (pieces[0]);
      g_autofree char *text = NULL;

      for (gint32 n = g_test_rand_int_range (0, 30); n > 0; n--)
        g_string_append (xml, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
      update (info, xml->str, NULL);
      text = describe (info);
      g_assert_nonnull (text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conference-info/r38-full", test_r38_full);
  g_test_add_func ("/conference-info/r39-rooms", test_r39_rooms);
  g_test_add_func ("/conference-info/statuses", test_statuses);
  g_test_add_func ("/conference-info/partial", test_partial);
  g_test_add_func ("/conference-info/versions", test_versions);
  g_test_add_func ("/conference-info/prefixes-and-mark", test_prefixes_and_mark);
  g_test_add_func ("/conference-info/refusals", test_refusals);
  g_test_add_func ("/conference-info/bounds", test_bounds);
  g_test_add_func ("/conference-info/random", test_random);
  return g_test_run ();
}
