/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The own card over libjabber's stream, against servers as some are: read, added to, written whole and proven
 * (R15, R16), or left alone where the provider keeps it.
 */
#include "fakestream.h"

#include "stanza.h"
#include "vcards.h"

#include <string.h>

#define TEMP "<vCard xmlns='vcard-temp'>"
#define V4 "<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'>"
#define ITEM                                                                                                   \
  "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:vcard4'><item "                     \
  "id='current'>%s</item>"                                                                                     \
  "</items></pubsub>"

static PurpleAccount *account;
static CusaxVcards *vcards;

static void
setup (void)
{
  static const CusaxVcardsListener listener;

  if (!purple_account_is_connected (account))
    fake_stream_connect (account);
  vcards = cusax_vcards_new (account, &listener, NULL);
}

static void
teardown (void)
{
  cusax_vcards_free (vcards);
  fake_stream_set_speed (1);
  fake_stream_drop_all ();
}

#define URI "sip:alice@sip.example.org"
#define OWN_NAME                                                                                               \
  TEMP "<FN>Alice &amp; Co</FN><PHOTO><BINVAL>AAAA</BINVAL></PHOTO><X-ODD a='1'>  kept </X-ODD></vCard>"
#define OWN_TEL(uri) TEMP "<FN>Alice</FN><TEL><WORK/><VOICE/><NUMBER>" uri "</NUMBER></TEL></vCard>"

/* A server as some are: */
static struct
{
  const char *card;      /* XML, or the name of the error to a get */
  const char *vcard4;    /* XML or NULL: there is no node */
  const char *set_error; /* (nullable): what writing vcard-temp gives */
  gboolean forgets;      /* accepts and does not store */
  gboolean converts;     /* keeps vCard4 only; the other one is made from it */
  char *written, *written4;
  guint n_writes;
} server;

static struct
{
  guint count;
  CusaxPublishResult result;
  char *words;
} outcome;

static void
on_published (gpointer user_data, CusaxPublishResult result, const char *words)
{
  outcome.count++;
  outcome.result = result;
  g_free (outcome.words);
  outcome.words = g_strdup (words);
}

static gboolean
has_outcome (void)
{
  return outcome.count > 0;
}

static void
serve_set (xmlnode *request)
{
  xmlnode *new_card = xmlnode_get_child_with_namespace (request, "vCard", "vcard-temp");
  xmlnode *pubsub = xmlnode_get_child (request, "pubsub");

  server.n_writes++;
  if (new_card != NULL && server.set_error != NULL)
    {
      fake_stream_refuse (account, request, server.set_error);
      return;
    }
  if (new_card != NULL)
    {
      g_free (server.written);
      server.written = xmlnode_to_str (new_card, NULL);
    }
  else
    {
      xmlnode *publish = xmlnode_get_child (pubsub, "publish");
      xmlnode *item = xmlnode_get_child (publish, "item");
      g_assert_cmpstr (xmlnode_get_attrib (publish, "node"), ==, "urn:xmpp:vcard4");
      g_assert_cmpstr (xmlnode_get_attrib (item, "id"), ==, "current");
      g_free (server.written4);
      server.written4 = xmlnode_to_str (xmlnode_get_child (item, "vcard"), NULL);
      if (server.converts)
        {
          g_free (server.written);
          server.written = g_strdup (OWN_TEL (URI));
        }
    }
  fake_stream_reply (account, request, "result", NULL, NULL);
}

static void
serve_get (xmlnode *request)
{
  g_autofree char *item = NULL;

  if (xmlnode_get_child_with_namespace (request, "vCard", "vcard-temp") != NULL)
    {
      const char *text = server.written != NULL && !server.forgets ? server.written : server.card;
      if (*text == '<')
        fake_stream_reply (account, request, "result", OWN, text);
      else
        fake_stream_refuse (account, request, text);
    }
  else if (server.vcard4 == NULL)
    fake_stream_refuse (account, request, "item-not-found");
  else
    {
      item = g_strdup_printf (ITEM, server.written4 != NULL ? server.written4 : server.vcard4);
      fake_stream_reply (account, request, "result", NULL, item);
    }
}

static void
serve (void)
{
  while (fake_stream_count () > 0)
    {
      xmlnode *request = fake_stream_take ();

      g_assert_null (xmlnode_get_attrib (request, "to"));
      if (purple_strequal (xmlnode_get_attrib (request, "type"), "set"))
        serve_set (request);
      else
        serve_get (request);
      xmlnode_free (request);
    }
}

static void
reset_server (const char *own_card, const char *own_vcard4)
{
  g_clear_pointer (&server.written, g_free);
  g_clear_pointer (&server.written4, g_free);
  memset (&server, 0, sizeof server);
  server.card = own_card;
  server.vcard4 = own_vcard4;
  outcome.count = 0;
}

static void
publish (gboolean check_only)
{
  g_assert_true (cusax_vcards_publish (vcards, URI, check_only, on_published, NULL));
  serve ();
  g_assert_cmpuint (outcome.count, ==, 1);
}

#define OWN_V4(tel) V4 "<fn><text>Alice</text></fn><gender><sex>F</sex></gender>" tel "</vcard>"
#define V4_URI(uri) "<tel><uri>" uri "</uri></tel>"

static const struct
{
  const char *card, *vcard4, *set_error;
  gboolean forgets, converts, check_only;
  CusaxPublishResult result;
  guint n_writes;
} publishes[] = {
  { OWN_NAME, NULL, NULL, FALSE, FALSE, FALSE, CUSAX_PUBLISH_DONE, 1 },
  { OWN_NAME, NULL, NULL, FALSE, FALSE, TRUE, CUSAX_PUBLISH_DONE, 0 },
  { "item-not-found", NULL, NULL, FALSE, FALSE, FALSE, CUSAX_PUBLISH_DONE, 1 },
  { OWN_TEL (URI), NULL, NULL, FALSE, FALSE, FALSE, CUSAX_PUBLISH_PRESENT, 0 },
  { OWN_TEL ("sip:alice@SIP.example.org"), NULL, NULL, FALSE, FALSE, TRUE, CUSAX_PUBLISH_PRESENT, 0 },
  { OWN_TEL ("tel:" URI), NULL, NULL, FALSE, FALSE, FALSE, CUSAX_PUBLISH_PRESENT, 0 },
  { OWN_TEL ("sip:Alice@sip.example.org"), NULL, NULL, FALSE, FALSE, FALSE, CUSAX_PUBLISH_DONE, 1 },
  { OWN_TEL (URI ".evil.example"), NULL, NULL, FALSE, FALSE, FALSE, CUSAX_PUBLISH_DONE, 1 },
  { TEMP "<TEL><FAX/><NUMBER>" URI "</NUMBER></TEL></vCard>", NULL, NULL, FALSE, FALSE, FALSE,
    CUSAX_PUBLISH_DONE, 1 },
  { OWN_NAME, NULL, "forbidden", FALSE, FALSE, FALSE, CUSAX_PUBLISH_MANAGED, 1 },
  { OWN_NAME, NULL, "not-allowed", FALSE, FALSE, FALSE, CUSAX_PUBLISH_MANAGED, 1 },
  { "forbidden", NULL, NULL, FALSE, FALSE, FALSE, CUSAX_PUBLISH_MANAGED, 0 },
  { OWN_NAME, NULL, "resource-constraint", FALSE, FALSE, FALSE, CUSAX_PUBLISH_FAILED, 1 },
  { "service-unavailable", NULL, NULL, FALSE, FALSE, FALSE, CUSAX_PUBLISH_FAILED, 0 },
  { OWN_NAME, NULL, NULL, TRUE, FALSE, FALSE, CUSAX_PUBLISH_FAILED, 1 },
  /* vCard4 too, if there is one; on a server that converts nothing else is written. */
  { OWN_NAME, OWN_V4 (""), NULL, FALSE, FALSE, FALSE, CUSAX_PUBLISH_DONE, 2 },
  { OWN_NAME, OWN_V4 (""), NULL, FALSE, TRUE, FALSE, CUSAX_PUBLISH_DONE, 1 },
  { OWN_TEL (URI), OWN_V4 (""), NULL, FALSE, FALSE, FALSE, CUSAX_PUBLISH_DONE, 1 },
  { OWN_TEL (URI), OWN_V4 (V4_URI ("tel:" URI)), NULL, FALSE, FALSE, FALSE, CUSAX_PUBLISH_PRESENT, 0 },
  { OWN_NAME, OWN_V4 (V4_URI (URI)), NULL, FALSE, FALSE, FALSE, CUSAX_PUBLISH_DONE, 1 },
};

static void
test_R15_publish (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (publishes); i++)
    {
      setup ();
      g_test_message ("%" G_GSIZE_FORMAT ": %s", i, publishes[i].card);
      reset_server (publishes[i].card, publishes[i].vcard4);
      server.set_error = publishes[i].set_error;
      server.forgets = publishes[i].forgets;
      server.converts = publishes[i].converts;
      publish (publishes[i].check_only);
      g_assert_cmpint (outcome.result, ==, publishes[i].result);
      g_assert_cmpuint (server.n_writes, ==, publishes[i].n_writes);
      g_assert_cmpstr (outcome.words, ==,
                       *publishes[i].card != '<' && outcome.result >= CUSAX_PUBLISH_MANAGED ? "Not so"
                       : publishes[i].set_error != NULL                                     ? "Not so"
                                                                                            : NULL);
      teardown ();
    }
}

/* Everything that was in the card is in it afterwards, and the entry as R15 wants it; VIDEO not before we can
 * (R16). */
static void
test_R15_whole_card (void)
{
  setup ();
  reset_server (OWN_NAME, OWN_V4 (""));
  publish (FALSE);
  xmlnode *written = xmlnode_from_str (server.written, -1);
  xmlnode *tel = xmlnode_get_child (written, "TEL");
  g_autofree char *name = xmlnode_get_data (xmlnode_get_child (written, "FN"));
  g_autofree char *odd = xmlnode_get_data (xmlnode_get_child (written, "X-ODD"));
  g_autofree char *number = xmlnode_get_data (xmlnode_get_child (tel, "NUMBER"));

  g_assert_cmpstr (name, ==, "Alice & Co");
  g_assert_cmpstr (odd, ==, "  kept ");
  g_assert_cmpstr (xmlnode_get_attrib (xmlnode_get_child (written, "X-ODD"), "a"), ==, "1");
  g_assert_nonnull (xmlnode_get_child (xmlnode_get_child (written, "PHOTO"), "BINVAL"));
  g_assert_cmpstr (number, ==, URI);
  g_assert_nonnull (xmlnode_get_child (tel, "WORK"));
  g_assert_nonnull (xmlnode_get_child (tel, "VOICE"));
  g_assert_null (xmlnode_get_child (tel, "VIDEO"));
  g_assert_nonnull (strstr (server.written4, "<sex>F</sex>"));
  g_assert_nonnull (strstr (server.written4, "<uri>" URI "</uri>"));
  xmlnode_free (written);
  teardown ();
}

/* A stranger who knew the id could otherwise make us write a card of his making. */
static void
test_R15_spoofed (void)
{
  static const char *const liars[] = { "mallory@example.org", "example.org", OWN "/other" };

  setup ();
  reset_server (OWN_NAME, NULL);
  cusax_vcards_publish (vcards, URI, FALSE, on_published, NULL);
  xmlnode *request = fake_stream_take ();
  for (gsize i = 0; i < G_N_ELEMENTS (liars); i++)
    fake_stream_reply (account, request, "result", liars[i], TEMP "<FN>Mallory</FN></vCard>");
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  fake_stream_reply (account, request, "result", NULL, OWN_NAME);
  xmlnode_free (request);
  serve ();
  g_assert_cmpint (outcome.result, ==, CUSAX_PUBLISH_DONE);
  g_assert_null (strstr (server.written, "Mallory"));
  teardown ();
}

/* Two at once: the second reads what the first has written. */
static void
test_R15_one_at_a_time (void)
{
  setup ();
  reset_server (OWN_NAME, NULL);
  cusax_vcards_publish (vcards, URI, FALSE, on_published, NULL);
  cusax_vcards_publish (vcards, URI, FALSE, on_published, NULL);
  g_assert_cmpuint (fake_stream_count (), ==, 1);
  serve ();
  g_assert_cmpuint (outcome.count, ==, 2);
  g_assert_cmpint (outcome.result, ==, CUSAX_PUBLISH_PRESENT);
  g_assert_cmpuint (server.n_writes, ==, 1);
  teardown ();
}

static void
test_R15_silence (void)
{
  setup ();
  reset_server (OWN_NAME, NULL);
  fake_stream_set_speed (200);
  cusax_vcards_publish (vcards, URI, FALSE, on_published, NULL);
  fake_stream_wait (has_outcome);
  g_assert_cmpint (outcome.result, ==, CUSAX_PUBLISH_FAILED);
  fake_stream_drop_all ();

  outcome.count = 0;
  fake_stream_set_speed (1);
  cusax_vcards_publish (vcards, URI, FALSE, on_published, NULL);
  fake_stream_disconnect (account);
  g_assert_cmpuint (outcome.count, ==, 0);
  fake_stream_wait (has_outcome);
  g_assert_cmpint (outcome.result, ==, CUSAX_PUBLISH_FAILED);
  g_assert_false (cusax_vcards_publish (vcards, URI, FALSE, on_published, NULL));

  /* Freed meanwhile: nobody is told. */
  fake_stream_connect (account);
  fake_stream_drop_all ();
  outcome.count = 0;
  cusax_vcards_publish (vcards, URI, FALSE, on_published, NULL);
  xmlnode *request = fake_stream_take ();
  teardown ();
  fake_stream_reply (account, request, "result", NULL, OWN_NAME);
  g_assert_cmpuint (outcome.count, ==, 0);
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  xmlnode_free (request);
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

  g_test_add_func ("/own-card/R15-publish", test_R15_publish);
  g_test_add_func ("/own-card/R15-R16-whole-card", test_R15_whole_card);
  g_test_add_func ("/own-card/R15-spoofed", test_R15_spoofed);
  g_test_add_func ("/own-card/R15-one-at-a-time", test_R15_one_at_a_time);
  g_test_add_func ("/own-card/R15-silence", test_R15_silence);
  result = g_test_run ();

  reset_server ("", NULL);
  g_free (outcome.words);
  cusax_vcards_shutdown ();
  cusax_stanza_shutdown ();
  fake_stream_stop ();
  return result;
}
