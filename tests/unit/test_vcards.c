/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cards over libjabber's stream: what is asked and how fast (R27), whose answers and announcements count (R30),
 * and reachability both ways (R17).
 */
#include "fakestream.h"

#include "stanza.h"
#include "vcards.h"

#include <string.h>

#define BOB "bob@example.net"
#define TEMP "<vCard xmlns='vcard-temp'>"
#define TEMP_TEL TEMP "<TEL><WORK/><NUMBER>sip:" BOB "</NUMBER></TEL></vCard>"
#define TEMP_NAME TEMP "<FN>Bob</FN></vCard>"
#define V4 "<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'>"
#define V4_TEL V4 "<tel><uri>tel:+33177624339</uri></tel></vcard>"
#define V4_NAME V4 "<fn><text>Bob</text></fn></vcard>"
#define ITEM_OF(node, content)                                                                                 \
  "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='" node "'><item id='current'>" content       \
  "</item></items></pubsub>"
#define ITEM(content) ITEM_OF ("urn:xmpp:vcard4", content)

static PurpleAccount *account;
static CusaxVcards *vcards;
static CusaxCardPort *port;

/* What the listener was told: "announced bob@example.net abc" and so on, one line each. */
static GString *told;

static void
on_announced (gpointer user_data, const char *jid, const char *mark)
{
  g_string_append_printf (told, "announced %s %s\n", jid, mark);
}

static void
on_card (gpointer user_data, const char *jid, const char *xml, gsize length)
{
  g_assert_cmpuint (strlen (xml), ==, length);
  g_string_append_printf (told, "card %s %s\n", jid,
                          strstr (xml, "+33177624339") != NULL ? "number" : "no number");
}

static void
on_reach (gpointer user_data, const char *jid, const char *const *uris)
{
  g_autofree char *list = g_strjoinv (" ", (char **) uris);
  g_string_append_printf (told, "reach %s [%s]\n", jid, list);
}

static const CusaxVcardsListener listener = { on_announced, on_card, on_reach };

static void
assert_told (const char *expected)
{
  g_assert_cmpstr (told->str, ==, expected);
  g_string_truncate (told, 0);
}

static void
setup (void)
{
  if (!purple_account_is_connected (account))
    fake_stream_connect (account);
  vcards = cusax_vcards_new (account, &listener, NULL);
  port = cusax_vcards_get_port (vcards);
  g_string_truncate (told, 0);
}

static void
teardown (void)
{
  cusax_vcards_free (vcards);
  fake_stream_set_speed (1);
  fake_stream_drop_all ();
}

/* ------------------------------------------------------------------ asking */

static struct
{
  guint count;
  CusaxCardState state;
  char *xml;
} card;

static void
on_done (gpointer user_data, CusaxCardState state, const char *xml, gsize length)
{
  g_assert_true ((state == CUSAX_CARD_READ) == (xml != NULL));
  g_assert_cmpuint (xml != NULL ? strlen (xml) : 0, ==, length);
  card.count++;
  card.state = state;
  g_free (card.xml);
  card.xml = g_strdup (xml);
}

static gboolean
has_card (void)
{
  return card.count > 0;
}

static guint
fetch (const char *jid)
{
  card.count = 0;
  return port->vtable->fetch (port, jid, on_done, NULL);
}

/* Answers the oldest question: @what is XML, or the name of an error, or NULL for silence. */
static void
answer (const char *what)
{
  xmlnode *request = fake_stream_take ();

  if (what != NULL && *what == '<')
    g_assert_true (fake_stream_reply (account, request, "result", xmlnode_get_attrib (request, "to"), what));
  else if (what != NULL)
    g_assert_true (fake_stream_refuse (account, request, what));
  xmlnode_free (request);
}

/* XEP-0054 first, XEP-0292 if that has no telephone entry. @second NULL: is not asked. */
static const struct
{
  const char *first;
  const char *second;
  CusaxCardState state;
  const char *contains; /* (nullable) */
} cards[] = {
  { TEMP_TEL, NULL, CUSAX_CARD_READ, "sip:" BOB },
  { TEMP_NAME, ITEM (V4_TEL), CUSAX_CARD_READ, "+33177624339" },
  { TEMP_NAME, ITEM (V4_NAME), CUSAX_CARD_READ, "FN" },
  { TEMP_NAME, "item-not-found", CUSAX_CARD_READ, "FN" },
  { TEMP_NAME, ITEM ("<vcard>x</vcard>"), CUSAX_CARD_READ, "FN" },
  { TEMP_NAME, ITEM_OF ("other", V4_TEL), CUSAX_CARD_READ, "FN" },
  { TEMP "</vCard>", "item-not-found", CUSAX_CARD_NONE, NULL },
  { TEMP "  </vCard>", "service-unavailable", CUSAX_CARD_NONE, NULL },
  { "<other/>", "item-not-found", CUSAX_CARD_NONE, NULL },
  { "<vCard xmlns='other'><TEL><NUMBER>1</NUMBER></TEL></vCard>", "item-not-found", CUSAX_CARD_NONE, NULL },
  { "item-not-found", ITEM (V4_TEL), CUSAX_CARD_READ, "+33177624339" },
  { "item-not-found", ITEM (V4_NAME), CUSAX_CARD_READ, "fn" },
  { "item-not-found", "item-not-found", CUSAX_CARD_NONE, NULL },
  { "item-not-found", "forbidden", CUSAX_CARD_NONE, NULL },
  { "service-unavailable", "service-unavailable", CUSAX_CARD_NONE, NULL },
  { "forbidden", "forbidden", CUSAX_CARD_FAILED, NULL },
  { "forbidden", ITEM (V4_TEL), CUSAX_CARD_READ, "+33177624339" },
  { "remote-server-not-found", NULL, CUSAX_CARD_FAILED, NULL },
  { "remote-server-timeout", NULL, CUSAX_CARD_FAILED, NULL },
};

static void
test_cards (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cards); i++)
    {
      setup ();
      g_test_message ("%s, then %s", cards[i].first, cards[i].second);
      g_assert_cmpuint (fetch (BOB), !=, 0);
      answer (cards[i].first);
      if (cards[i].second != NULL)
        {
          g_assert_cmpuint (card.count, ==, 0);
          answer (cards[i].second);
        }
      g_assert_cmpuint (fake_stream_count (), ==, 0);
      g_assert_cmpuint (card.count, ==, 1);
      g_assert_cmpint (card.state, ==, cards[i].state);
      if (cards[i].contains != NULL)
        g_assert_nonnull (strstr (card.xml, cards[i].contains));
      teardown ();
    }
}

static void
test_wire (void)
{
  xmlnode *request;

  setup ();
  fetch (BOB);
  request = fake_stream_take ();
  g_assert_cmpstr (xmlnode_get_attrib (request, "to"), ==, BOB);
  g_assert_nonnull (xmlnode_get_child_with_namespace (request, "vCard", "vcard-temp"));
  fake_stream_refuse (account, request, "item-not-found");
  xmlnode_free (request);
  request = fake_stream_take ();
  xmlnode *pubsub = xmlnode_get_child_with_namespace (request, "pubsub", "http://jabber.org/protocol/pubsub");
  g_assert_cmpstr (xmlnode_get_attrib (request, "to"), ==, BOB);
  g_assert_nonnull (pubsub);
  g_assert_cmpstr (xmlnode_get_attrib (xmlnode_get_child (pubsub, "items"), "node"), ==, "urn:xmpp:vcard4");
  xmlnode_free (request);
  teardown ();
}

/* Somebody else's reply with the right id: the real one is still waited for. */
static void
test_spoofed (void)
{
  static const char *const liars[] = { NULL, OWN, BOB "/desk", "mallory@example.net", "example.net" };

  setup ();
  fetch (BOB);
  xmlnode *request = fake_stream_take ();
  for (gsize i = 0; i < G_N_ELEMENTS (liars); i++)
    fake_stream_reply (account, request, "result", liars[i],
                       TEMP "<TEL><NUMBER>+33900000000</NUMBER></TEL></vCard>");
  g_assert_cmpuint (card.count, ==, 0);
  fake_stream_reply (account, request, "result", BOB, TEMP_TEL);
  g_assert_cmpuint (card.count, ==, 1);
  g_assert_null (strstr (card.xml, "+33900000000"));
  xmlnode_free (request);
  teardown ();
}

/* Pictures are cut out, so a card with a large one is as good as any; what is too large without them is
 * refused. */
static void
test_large (void)
{
  g_autofree char *filling = g_strnfill (CUSAX_VCARD_MAX_BYTES, 'A');
  g_autofree char *photo
    = g_strdup_printf (TEMP "<PHOTO><BINVAL>%s</BINVAL></PHOTO><TEL><NUMBER>1</NUMBER></TEL></vCard>", filling);
  g_autofree char *text
    = g_strdup_printf (TEMP "<DESC>%s</DESC><TEL><NUMBER>1</NUMBER></TEL></vCard>", filling);

  setup ();
  fetch (BOB);
  answer (photo);
  g_assert_cmpuint (card.count, ==, 1);
  g_assert_cmpuint (strlen (card.xml), <, 1000);
  g_assert_nonnull (strstr (card.xml, "TEL"));

  fetch (BOB);
  answer (text);
  answer ("item-not-found");
  g_assert_cmpuint (card.count, ==, 1);
  g_assert_cmpint (card.state, ==, CUSAX_CARD_FAILED);
  teardown ();
}

static gboolean
has_sent_seven (void)
{
  return fake_stream_count () >= 7;
}

/* R27: 5 a second, whatever one card takes, and the second half of a question before the next. */
static void
test_rate (void)
{
  gint64 begin = g_get_monotonic_time ();
  xmlnode *request = NULL;

  setup ();
  for (int i = 0; i < 6; i++)
    {
      g_autofree char *jid = g_strdup_printf ("bob%d@example.net", i);
      fetch (jid);
    }
  g_assert_cmpuint (fake_stream_count (), ==, 5);
  request = fake_stream_take ();
  fake_stream_refuse (account, request, "item-not-found");
  xmlnode_free (request);
  g_assert_cmpuint (fake_stream_count (), ==, 4);
  for (int i = 0; i < 4; i++)
    {
      g_autofree char *jid = g_strdup_printf ("carol%d@example.net", i);
      fetch (jid);
    }
  fake_stream_wait (has_sent_seven);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, G_USEC_PER_SEC);
  for (int i = 0; i < 4; i++)
    xmlnode_free (fake_stream_take ());
  request = fake_stream_take ();
  g_assert_cmpstr (xmlnode_get_attrib (request, "to"), ==, "bob0@example.net");
  xmlnode_free (request);
  request = fake_stream_take ();
  g_assert_cmpstr (xmlnode_get_attrib (request, "to"), ==, "bob5@example.net");
  xmlnode_free (request);
  teardown ();
}

static void
test_silence (void)
{
  setup ();
  fake_stream_set_speed (200);
  fetch (BOB);
  answer (NULL);
  fake_stream_wait (has_card);
  g_assert_cmpint (card.state, ==, CUSAX_CARD_FAILED);

  /* What the first half said holds; "no card" it cannot say alone. */
  fetch (BOB);
  answer (TEMP_NAME);
  answer (NULL);
  fake_stream_wait (has_card);
  g_assert_cmpint (card.state, ==, CUSAX_CARD_READ);
  fetch (BOB);
  answer ("item-not-found");
  answer (NULL);
  fake_stream_wait (has_card);
  g_assert_cmpint (card.state, ==, CUSAX_CARD_FAILED);
  teardown ();
}

static void
test_cancel (void)
{
  xmlnode *request;

  setup ();
  guint id = fetch (BOB);
  request = fake_stream_take ();
  port->vtable->cancel (port, id);
  g_assert_true (fake_stream_reply (account, request, "result", BOB, TEMP_TEL));
  port->vtable->cancel (port, id);
  port->vtable->cancel (port, 0);
  g_assert_cmpuint (card.count, ==, 0);
  xmlnode_free (request);

  /* Free with questions under way and one that waits for its turn. */
  for (int i = 0; i < 8; i++)
    fetch (BOB);
  request = fake_stream_take ();
  teardown ();
  g_assert_true (fake_stream_reply (account, request, "result", BOB, TEMP_TEL));
  g_assert_cmpuint (card.count, ==, 0);
  xmlnode_free (request);
}

static void
test_down (void)
{
  setup ();
  fetch (BOB);
  fake_stream_disconnect (account);
  fake_stream_wait (has_card);
  g_assert_cmpint (card.state, ==, CUSAX_CARD_FAILED);
  fake_stream_drop_all ();
  g_assert_cmpuint (fetch (BOB), ==, 0);
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  teardown ();
}

/* ---------------------------------------------------------- announcements */

#define PRESENCE(attributes, content) "<presence xmlns='jabber:client' " attributes ">" content "</presence>"
#define PHOTO(hash)                                                                                            \
  "<x xmlns='http://jabber.org/protocol/muc#user'/><x xmlns='vcard-temp:x:update'>" hash "</x>"

static const struct
{
  const char *stanza;
  const char *told;
} announcements[] = {
  { PRESENCE ("from='" BOB "/desk'", PHOTO ("<photo>ABC123</photo>")), "announced " BOB " ABC123\n" },
  { PRESENCE ("from='" BOB "/desk'", PHOTO ("<photo>ABC123</photo>")), "" },
  { PRESENCE ("from='Bob@Example.NET/phone'", PHOTO ("<photo> def456 </photo>")),
    "announced " BOB " def456\n" },
  { PRESENCE ("from='" BOB "/desk'", PHOTO ("")), "" },
  { PRESENCE ("from='" BOB "/desk'", ""), "" },
  { PRESENCE ("from='" BOB "/desk'", PHOTO ("<photo/>")), "announced " BOB " none\n" },
  { PRESENCE ("from='" BOB "/desk'", PHOTO ("<photo>no hash</photo>")), "" },
  { PRESENCE ("from='" BOB "/desk' type='unavailable'", PHOTO ("<photo>aaaa</photo>")), "" },
  { PRESENCE ("from='" BOB "/desk' type='subscribe'", PHOTO ("<photo>aaaa</photo>")), "" },
  { PRESENCE ("from='mallory@example.net/desk'", PHOTO ("<photo>aaaa</photo>")), "" },
  { PRESENCE ("from='room@example.net/" BOB "'", PHOTO ("<photo>aaaa</photo>")), "" },
  { PRESENCE ("", PHOTO ("<photo>aaaa</photo>")), "" },
};

static void
test_announcements (void)
{
  setup ();
  for (gsize i = 0; i < G_N_ELEMENTS (announcements); i++)
    {
      g_test_message ("%s", announcements[i].stanza);
      g_assert_false (fake_stream_receive (account, announcements[i].stanza));
      assert_told (announcements[i].told);
    }
  teardown ();
}

#define EVENT_OF(attributes, node, content)                                                                    \
  "<message xmlns='jabber:client' " attributes                                                                 \
  "><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='" node "'>" content                    \
  "</items></event></message>"
#define EVENT(attributes, content)                                                                             \
  EVENT_OF (attributes, "urn:xmpp:vcard4", "<item id='current'>" content "</item>")

/* Only a contact himself, or our own account, tells of a card: never one of their devices, never a room. */
static const struct
{
  const char *stanza;
  const char *told;
} events[] = {
  { EVENT ("type='headline' from='" BOB "'", V4_TEL), "card " BOB " number\n" },
  { EVENT ("from='Bob@Example.NET'", V4_NAME), "card " BOB " no number\n" },
  { EVENT ("from='" BOB "/desk'", V4_TEL), "" },
  { EVENT ("type='error' from='" BOB "'", V4_TEL), "" },
  { EVENT ("from='mallory@example.net'", V4_TEL), "" },
  { EVENT ("from='example.net'", V4_TEL), "" },
  { EVENT ("from='" OWN "'", V4_TEL), "card " OWN " number\n" },
  { EVENT ("", V4_TEL), "card " OWN " number\n" },
  { EVENT ("from='" BOB "'", ""), "" },
  { EVENT ("from='" BOB "'", V4 "</vcard>"), "" },
  { EVENT ("from='" BOB "'", TEMP_TEL), "" },
  { EVENT_OF ("from='" BOB "'", "urn:xmpp:other", "<item>" V4_TEL "</item>"), "" },
  { "<message xmlns='jabber:client' from='" BOB "'><body>x</body></message>", "" },
};

static void
test_events (void)
{
  setup ();
  for (gsize i = 0; i < G_N_ELEMENTS (events); i++)
    {
      g_test_message ("%s", events[i].stanza);
      g_assert_false (fake_stream_receive (account, events[i].stanza));
      assert_told (events[i].told);
    }
  teardown ();
}

#define REACH(content) "<reach xmlns='urn:xmpp:reach:0'>" content "</reach>"
#define ADDR(uri) "<addr uri='" uri "'/>"
#define PEP_REACH(attributes, content)                                                                         \
  EVENT_OF (attributes, "urn:xmpp:reach:0", "<item>" REACH (content) "</item>")

/* R17, received: one list per contact, out of presence and PEP. */
static const struct
{
  const char *stanza;
  const char *told;
} hints[] = {
  { PRESENCE ("from='" BOB "/desk'", REACH (ADDR ("sip:1@a.example"))), "reach " BOB " [sip:1@a.example]\n" },
  { PRESENCE ("from='" BOB "/desk'", REACH (ADDR ("sip:1@a.example"))), "" },
  { PRESENCE ("from='" BOB "/phone'", ""), "" },
  { PEP_REACH ("from='" BOB "'", ADDR ("sip:2@a.example") ADDR ("sip:1@a.example")),
    "reach " BOB " [sip:2@a.example sip:1@a.example]\n" },
  { PRESENCE ("from='" BOB "/desk'", ""), "" },
  { PEP_REACH ("from='" BOB "'", ADDR ("sip:2@a.example")), "reach " BOB " [sip:2@a.example]\n" },
  { PEP_REACH ("from='" BOB "/desk'", ""), "" },
  { PEP_REACH ("from='mallory@example.net'", ADDR ("sip:2@a.example")), "" },
  { PEP_REACH ("from='" BOB "'", ""), "reach " BOB " []\n" },
  { PEP_REACH ("from='" BOB "'", ADDR ("1") ADDR ("") "<addr/>" ADDR ("2") ADDR ("3") ADDR ("4") ADDR ("5")),
    "reach " BOB " [1 2 3 4]\n" },
  { EVENT_OF ("from='" BOB "'", "urn:xmpp:reach:0", "<retract id='current'/>"), "reach " BOB " []\n" },
  { PRESENCE ("from='" BOB "/desk'", REACH (ADDR ("sip:1@a.example"))), "reach " BOB " [sip:1@a.example]\n" },
  { PRESENCE ("from='" BOB "/phone' type='unavailable'", ""), "" },
  { PRESENCE ("from='" BOB "/desk' type='unavailable'", REACH (ADDR ("sip:9@a.example"))),
    "reach " BOB " []\n" },
  { PRESENCE ("from='mallory@example.net/desk'", REACH (ADDR ("sip:1@a.example"))), "" },
  { PEP_REACH ("from='" OWN "'", ADDR ("sip:1@a.example")), "" },
};

static void
test_R17_hints (void)
{
  g_autofree char *filling = g_strnfill (300, 'a');
  g_autofree char *too_long
    = g_strdup_printf (PRESENCE ("from='" BOB "/desk'", REACH (ADDR ("sip:%s@a.example"))), filling);

  setup ();
  for (gsize i = 0; i < G_N_ELEMENTS (hints); i++)
    {
      g_test_message ("%s", hints[i].stanza);
      g_assert_false (fake_stream_receive (account, hints[i].stanza));
      assert_told (hints[i].told);
    }
  fake_stream_receive (account, too_long);
  assert_told ("");

  /* What contacts said holds as long as the stream on which they can take it back. */
  fake_stream_receive (account, PRESENCE ("from='" BOB "/desk'", REACH (ADDR ("sip:1@a.example"))));
  g_string_truncate (told, 0);
  fake_stream_disconnect (account);
  assert_told ("reach " BOB " []\n");
  teardown ();
}

/* Returns: what the published node says: the address, "" for the empty element, NULL if it is something else */
static char *
take_reach (void)
{
  xmlnode *request = fake_stream_take ();
  g_autofree char *text = NULL;
  xmlnode *node = xmlnode_get_child_with_namespace (request, "pubsub", "http://jabber.org/protocol/pubsub");

  g_assert_null (xmlnode_get_attrib (request, "to"));
  g_assert_cmpstr (xmlnode_get_attrib (request, "type"), ==, "set");
  node = xmlnode_get_child (node, "publish");
  g_assert_cmpstr (xmlnode_get_attrib (node, "node"), ==, "urn:xmpp:reach:0");
  node = xmlnode_get_child_with_namespace (xmlnode_get_child (node, "item"), "reach", "urn:xmpp:reach:0");
  g_assert_nonnull (node);
  node = xmlnode_get_child (node, "addr");
  text = g_strdup (node != NULL ? xmlnode_get_attrib (node, "uri") : "");
  fake_stream_reply (account, request, "result", NULL, NULL);
  xmlnode_free (request);
  return g_steal_pointer (&text);
}

static void
assert_reach (const char *expected)
{
  g_autofree char *text = take_reach ();

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpuint (fake_stream_count (), ==, 0);
}

static void
test_R17_ours (void)
{
  setup ();
  cusax_vcards_set_reach (vcards, NULL);
  fake_stream_disconnect (account);
  fake_stream_connect (account);
  g_assert_cmpuint (fake_stream_count (), ==, 0);

  cusax_vcards_set_reach (vcards, "sip:alice@example.org");
  assert_reach ("sip:alice@example.org");
  cusax_vcards_set_reach (vcards, "sip:alice@example.org");
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  fake_stream_disconnect (account);
  fake_stream_connect (account);
  assert_reach ("sip:alice@example.org");

  /* Telephony went while chat was down: the withdrawal is the first thing. Once is enough. */
  fake_stream_disconnect (account);
  cusax_vcards_set_reach (vcards, NULL);
  fake_stream_connect (account);
  assert_reach ("");
  fake_stream_disconnect (account);
  fake_stream_connect (account);
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  teardown ();
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_stream_start ();
  cusax_stanza_init (fake_stream_get_plugin ());
  cusax_vcards_init (fake_stream_get_plugin ());
  account = fake_stream_account (OWN);
  purple_blist_add_buddy (purple_buddy_new (account, BOB, NULL), NULL, NULL, NULL);
  told = g_string_new (NULL);

  g_test_add_func ("/vcards/cards", test_cards);
  g_test_add_func ("/vcards/wire", test_wire);
  g_test_add_func ("/vcards/spoofed", test_spoofed);
  g_test_add_func ("/vcards/large", test_large);
  g_test_add_func ("/vcards/R27-rate", test_rate);
  g_test_add_func ("/vcards/silence", test_silence);
  g_test_add_func ("/vcards/cancel", test_cancel);
  g_test_add_func ("/vcards/down", test_down);
  g_test_add_func ("/vcards/R27-announcements", test_announcements);
  g_test_add_func ("/vcards/R27-events", test_events);
  g_test_add_func ("/vcards/R17-hints", test_R17_hints);
  g_test_add_func ("/vcards/R17-ours", test_R17_ours);
  result = g_test_run ();

  g_free (card.xml);
  g_string_free (told, TRUE);
  cusax_vcards_shutdown ();
  cusax_stanza_shutdown ();
  fake_stream_stop ();
  return result;
}
