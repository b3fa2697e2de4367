/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of the chat leg's protection (R46): only of a stream that stands, only what libjabber says itself. */
#include "fakestream.h"

#include "libjabber.h"
#include "protection.h"

#include <string.h>

static PurpleAccount *account, *other;
static gboolean stream_is_ssl;
static int stream; /* stands for libjabber's */

/* In place of libjabber's. */
__attribute__ ((visibility ("default"))) gboolean
jabber_stream_is_ssl (JabberStream *js)
{
  g_assert_true ((gpointer) js == &stream);
  return stream_is_ssl;
}

/* libjabber's last handler would read the stream. */
__attribute__ ((visibility ("default"))) void
jabber_send_signal_cb (PurpleConnection *gc, xmlnode **packet, gpointer unused)
{
}

static void
send_from (PurpleAccount *from, const char *xml)
{
  xmlnode *packet = xmlnode_from_str (xml, -1);
  xmlnode *passed = packet;

  purple_signal_emit (fake_stream_get_plugin (), "jabber-sending-xmlnode", fake_stream_gc (from), &passed);
  xmlnode_free (packet);
}

/* @auth: (nullable): what is sent to sign in */
static void
sign_in (PurpleAccount *who, const char *auth)
{
  if (!purple_account_is_connected (who))
    fake_stream_connect (who);
  PurpleConnection *gc = fake_stream_gc (who);
  purple_connection_set_protocol_data (gc, &stream);
  purple_connection_set_state (gc, PURPLE_CONNECTING);
  if (auth != NULL)
    send_from (who, auth);
  CusaxProtection before;
  cusax_protection_get (who, &before);
  g_assert_false (before.is_up);
  g_assert_null (before.transport);
  purple_connection_set_state (gc, PURPLE_CONNECTED);
}

#define SASL "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"

static const struct
{
  const char *auth;
  gboolean is_ssl;
  const char *authentication;
} streams[] = {
  { "<auth " SASL " mechanism='SCRAM-SHA-1'>c2VjcmV0</auth>", TRUE, "SCRAM-SHA-1" },
  { "<auth " SASL " mechanism='PLAIN'>c2VjcmV0</auth>", FALSE, "PLAIN" },
  { "<iq type='set' id='1'><query xmlns='jabber:iq:auth'><password>secret</password></query></iq>", TRUE,
    "jabber:iq:auth" },
  { "<iq type='get' id='1'><query xmlns='jabber:iq:auth'/></iq>", TRUE, NULL },
  { "<auth " SASL ">c2VjcmV0</auth>", TRUE, NULL },
  { "<auth " SASL " mechanism='secret words'/>", TRUE, NULL },
  { "<auth " SASL " mechanism='ABCDEFGHIJKLMNOPQRSTUVWXYZ'/>", TRUE, NULL },
  { "<auth xmlns='other' mechanism='PLAIN'/>", TRUE, NULL },
  { "<response " SASL ">c2VjcmV0</response>", TRUE, NULL },
  { NULL, FALSE, NULL },
};

static void
test_R46_streams (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      CusaxProtection chat;

      g_test_message ("%s", streams[i].auth);
      stream_is_ssl = streams[i].is_ssl;
      sign_in (account, streams[i].auth);
      cusax_protection_get (account, &chat);
      g_assert_true (chat.is_up);
      g_assert_cmpint (chat.is_tls, ==, streams[i].is_ssl);
      g_assert_cmpstr (chat.transport, ==, streams[i].is_ssl ? "TLS" : "TCP");
      g_assert_cmpstr (chat.authentication, ==, streams[i].authentication);
      g_assert_cmpstr (chat.server, ==, streams[i].authentication != NULL ? "example.org" : NULL);
      g_assert_cmpint (chat.trust, ==, CUSAX_PEER_UNKNOWN);

      /* What was given stays readable, but says nothing of the next one. */
      fake_stream_disconnect (account);
      g_assert_cmpstr (chat.authentication, ==, streams[i].authentication);
      cusax_protection_get (account, &chat);
      g_assert_false (chat.is_up || chat.is_tls);
      g_assert_null (chat.authentication);
      sign_in (account, NULL);
      cusax_protection_get (account, &chat);
      g_assert_true (chat.is_up);
      g_assert_null (chat.authentication);
      fake_stream_disconnect (account);
    }
}

static void
test_R46_typed_server (void)
{
  CusaxProtection chat;

  purple_account_set_string (account, "connect_server", "xmpp.example.net");
  sign_in (account, streams[0].auth);
  cusax_protection_get (account, &chat);
  g_assert_cmpstr (chat.server, ==, "xmpp.example.net");
  purple_account_set_string (account, "connect_server", "");
  fake_stream_disconnect (account);
}

/* Neither another account nor a stanza of a stream that stands says how this one signed in. */
static void
test_R46_others (void)
{
  CusaxProtection chat;

  sign_in (account, streams[0].auth);
  sign_in (other, streams[1].auth);
  send_from (account, streams[1].auth);
  cusax_protection_get (account, &chat);
  g_assert_cmpstr (chat.authentication, ==, "SCRAM-SHA-1");
  cusax_protection_get (other, &chat);
  g_assert_cmpstr (chat.authentication, ==, "PLAIN");
  fake_stream_disconnect (account);
  fake_stream_disconnect (other);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_stream_start ();
  cusax_protection_init (fake_stream_get_plugin ());
  account = fake_stream_account (OWN);
  other = fake_stream_account ("carol@example.org");
  fake_stream_disconnect (other);

  g_test_add_func ("/protection/R46-streams", test_R46_streams);
  g_test_add_func ("/protection/R46-typed-server", test_R46_typed_server);
  g_test_add_func ("/protection/R46-others", test_R46_others);
  result = g_test_run ();

  cusax_protection_shutdown ();
  fake_stream_stop ();
  return result;
}
