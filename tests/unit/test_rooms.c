/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rooms say of bridges (R40) and of their occupants (R41), over a recorded stream. */
#include "fakestream.h"

#include "rooms.h"
#include "stanza.h"

#include <string.h>

#define ROOM "dev@conference.example.net"
#define FORM_OF(kind, fields)                                                                                  \
  "<query xmlns='http://jabber.org/protocol/disco#info'><identity category='conference' type='text'/>"         \
  "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>" kind                   \
  "</value></field>" fields "</x></query>"
#define FORM(fields) FORM_OF ("http://jabber.org/protocol/muc#roominfo", fields)
#define FIELD(name, value) "<field var='" name "'><value>" value "</value></field>"

static PurpleAccount *account;

static struct
{
  guint count;
  PurpleConnection *gc;
  char *room, *uri;
} bridge;

static void
on_bridge (gpointer user_data, PurpleConnection *gc, const char *room, const char *uri)
{
  bridge.count++;
  bridge.gc = gc;
  g_free (bridge.room);
  bridge.room = g_strdup (room);
  g_free (bridge.uri);
  bridge.uri = g_strdup (uri);
}

static gboolean
has_bridge (void)
{
  return bridge.count > 0;
}

static const struct
{
  const char *reply;
  const char *uri;
} forms[] = {
  { FORM (FIELD ("audio-video-uri", "sip:dev@example.net")), "sip:dev@example.net" },
  { FORM (FIELD ("muc#roominfo_audio-video-uri", "sip:dev@example.net")), "sip:dev@example.net" },
  { FORM (FIELD ("muc#roominfo_subject", "x") FIELD ("audio-video-uri", " sip:dev@example.net\n")),
    "sip:dev@example.net" },
  { FORM (FIELD ("audio-video-uri", "sip:1@example.net") FIELD ("audio-video-uri", "sip:2@example.net")),
    "sip:1@example.net" },
  { FORM (""), NULL },
  { FORM (FIELD ("audio-video-uri", "")), NULL },
  { FORM ("<field var='audio-video-uri'/>"), NULL },
  { FORM ("<field><value>sip:dev@example.net</value></field>"), NULL },
  { FORM_OF ("http://jabber.org/network/serverinfo", FIELD ("audio-video-uri", "sip:dev@example.net")), NULL },
  { "<query xmlns='http://jabber.org/protocol/disco#info'><x xmlns='jabber:x:data'>" FIELD (
      "audio-video-uri", "sip:dev@example.net") "</x></query>",
    NULL },
  { "<query xmlns='http://jabber.org/protocol/disco#items'/>", NULL },
  { NULL, NULL },
};

static void
test_R40_forms (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_test_message ("%s", forms[i].reply);
      bridge.count = 0;
      g_assert_true (cusax_rooms_ask_bridge (fake_stream_gc (account), ROOM, on_bridge, NULL));
      xmlnode *request = fake_stream_take ();
      g_assert_cmpstr (xmlnode_get_attrib (request, "to"), ==, ROOM);
      g_assert_nonnull (
        xmlnode_get_child_with_namespace (request, "query", "http://jabber.org/protocol/disco#info"));

      /* An occupant is not the room. */
      fake_stream_reply (account, request, "result", ROOM "/mallory",
                         FORM (FIELD ("audio-video-uri", "sip:mallory@evil.example")));
      g_assert_cmpuint (bridge.count, ==, 0);
      if (forms[i].reply != NULL)
        fake_stream_reply (account, request, "result", ROOM, forms[i].reply);
      else
        fake_stream_refuse (account, request, "item-not-found");
      g_assert_cmpuint (bridge.count, ==, 1);
      g_assert_true (bridge.gc == fake_stream_gc (account));
      g_assert_cmpstr (bridge.room, ==, ROOM);
      g_assert_cmpstr (bridge.uri, ==, forms[i].uri);
      xmlnode_free (request);
    }
}

static void
test_R40_too_long (void)
{
  g_autofree char *filling = g_strnfill (1100, 'a');
  g_autofree char *reply = g_strdup_printf (FORM (FIELD ("audio-video-uri", "sip:%s@example.net")), filling);

  bridge.count = 0;
  cusax_rooms_ask_bridge (fake_stream_gc (account), ROOM, on_bridge, NULL);
  xmlnode *request = fake_stream_take ();
  fake_stream_reply (account, request, "result", ROOM, reply);
  g_assert_cmpuint (bridge.count, ==, 1);
  g_assert_null (bridge.uri);
  xmlnode_free (request);
}

static void
test_end (void)
{
  bridge.count = 0;
  cusax_rooms_ask_bridge (fake_stream_gc (account), ROOM, on_bridge, NULL);
  fake_stream_disconnect (account);
  fake_stream_wait (has_bridge);
  g_assert_null (bridge.gc);
  g_assert_null (bridge.uri);
  g_assert_false (cusax_rooms_ask_bridge (NULL, ROOM, on_bridge, NULL));
  fake_stream_drop_all ();
  fake_stream_connect (account);
}

/* ---------------------------------------------------------------- occupants */

static void
send (const char *xml)
{
  xmlnode *packet = xmlnode_from_str (xml, -1);

  cusax_stanza_send (fake_stream_gc (account), packet);
  fake_stream_drop_all ();
}

#define ENTER(room) "<presence to='" room "/me'><x xmlns='http://jabber.org/protocol/muc'/></presence>"
#define OCCUPANT(attributes, jid)                                                                              \
  "<presence xmlns='jabber:client' " attributes "><x xmlns='http://jabber.org/protocol/muc#user'><item " jid   \
  " role='participant'/></x></presence>"

static void
assert_real (const char *room, const char *nick, const char *expected)
{
  g_autofree char *jid = cusax_rooms_get_real_jid (fake_stream_gc (account), room, nick);

  g_assert_cmpstr (jid, ==, expected);
}

static void
test_R41_real_jids (void)
{
  /* Before we are in: anybody can send this. */
  fake_stream_receive (account, OCCUPANT ("from='" ROOM "/bob'", "jid='bob@example.net/desk'"));
  assert_real (ROOM, "bob", NULL);
  send ("<presence to='" ROOM "/me'/>");
  fake_stream_receive (account, OCCUPANT ("from='" ROOM "/bob'", "jid='bob@example.net/desk'"));
  assert_real (ROOM, "bob", NULL);

  send (ENTER (ROOM));
  fake_stream_receive (account, OCCUPANT ("from='" ROOM "/bob'", "jid='Bob@Example.NET/desk'"));
  fake_stream_receive (account, OCCUPANT ("from='" ROOM "/carol/x'", "jid='carol@example.net'"));
  fake_stream_receive (account, OCCUPANT ("from='" ROOM "/ghost'", ""));
  fake_stream_receive (account, OCCUPANT ("from='" ROOM "/liar'", "jid='@'"));
  fake_stream_receive (account, OCCUPANT ("from='other@conference.example.net/eve'", "jid='eve@example.net'"));
  fake_stream_receive (account, OCCUPANT ("from='" ROOM "'", "jid='eve@example.net'"));
  assert_real (ROOM, "bob", "bob@example.net");
  assert_real ("Dev@Conference.example.net", "bob", "bob@example.net");
  assert_real (ROOM, "carol/x", "carol@example.net");
  assert_real (ROOM, "Bob", NULL);
  assert_real (ROOM, "ghost", NULL);
  assert_real (ROOM, "liar", NULL);
  assert_real (ROOM, NULL, NULL);
  assert_real ("other@conference.example.net", "eve", NULL);

  /* Somebody else takes the nickname, in a room that now hides who he is. */
  fake_stream_receive (account, OCCUPANT ("from='" ROOM "/bob'", ""));
  assert_real (ROOM, "bob", NULL);
  fake_stream_receive (account,
                       OCCUPANT ("type='unavailable' from='" ROOM "/carol/x'", "jid='carol@example.net'"));
  assert_real (ROOM, "carol/x", NULL);
}

static void
test_R41_until_left (void)
{
  send (ENTER (ROOM));
  fake_stream_receive (account, OCCUPANT ("from='" ROOM "/bob'", "jid='bob@example.net/desk'"));
  assert_real (ROOM, "bob", "bob@example.net");
  send ("<presence to='" ROOM "/me' type='unavailable'/>");
  assert_real (ROOM, "bob", NULL);

  send (ENTER (ROOM));
  fake_stream_receive (account, OCCUPANT ("from='" ROOM "/bob'", "jid='bob@example.net/desk'"));
  fake_stream_disconnect (account);
  fake_stream_connect (account);
  assert_real (ROOM, "bob", NULL);

  /* Not let in: from then on the room is as any other. */
  send (ENTER (ROOM));
  fake_stream_receive (account, "<presence xmlns='jabber:client' type='error' from='" ROOM "/me'/>");
  fake_stream_receive (account, OCCUPANT ("from='" ROOM "/bob'", "jid='bob@example.net/desk'"));
  assert_real (ROOM, "bob", NULL);
}

/* A room of any size costs what a large one costs. */
static void
test_bounded (void)
{
  send (ENTER (ROOM));
  for (int i = 0; i < 2100; i++)
    {
      g_autofree char *xml = g_strdup_printf (OCCUPANT ("from='" ROOM "/n%d'", "jid='n%d@example.net'"), i, i);
      fake_stream_receive (account, xml);
    }
  assert_real (ROOM, "n1999", "n1999@example.net");
  assert_real (ROOM, "n2000", NULL);
  fake_stream_receive (account, OCCUPANT ("from='" ROOM "/n1'", "jid='other@example.net'"));
  assert_real (ROOM, "n1", "other@example.net");
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_stream_start ();
  cusax_stanza_init (fake_stream_get_plugin ());
  cusax_rooms_init (fake_stream_get_plugin ());
  account = fake_stream_account (OWN);

  g_test_add_func ("/rooms/R40-forms", test_R40_forms);
  g_test_add_func ("/rooms/R40-too-long", test_R40_too_long);
  g_test_add_func ("/rooms/end", test_end);
  g_test_add_func ("/rooms/R41-real-jids", test_R41_real_jids);
  g_test_add_func ("/rooms/R41-until-left", test_R41_until_left);
  g_test_add_func ("/rooms/bounded", test_bounded);
  result = g_test_run ();

  /* A question is under way. */
  cusax_rooms_ask_bridge (fake_stream_gc (account), ROOM, on_bridge, NULL);
  cusax_rooms_shutdown ();
  cusax_stanza_shutdown ();
  g_free (bridge.room);
  g_free (bridge.uri);
  fake_stream_stop ();
  return result;
}
