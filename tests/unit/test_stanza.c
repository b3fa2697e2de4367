/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IQs over libjabber's stream: whose replies count, deadlines, cancelling, and the ends of a connection. */
#include "fakestream.h"

#include "stanza.h"

static PurpleAccount *account;

/* What came back of the last question. */
static struct
{
  guint count;
  gboolean was_null;
  char *error;
} answer;

static void
on_answer (gpointer user_data, xmlnode *reply)
{
  answer.count++;
  answer.was_null = reply == NULL;
  g_free (answer.error);
  answer.error = reply != NULL ? g_strdup (cusax_stanza_get_error (reply)) : NULL;
}

static gboolean
has_answer (void)
{
  return answer.count > 0;
}

static guint
ask (const char *to, guint timeout_ms)
{
  answer.count = 0;
  return cusax_stanza_send_iq (fake_stream_gc (account), "get", to, xmlnode_new ("ping"), timeout_ms, on_answer,
                               NULL);
}

static void
test_wire (void)
{
  xmlnode *first, *second;

  ask ("bob@example.net", 1000);
  ask (NULL, 1000);
  first = fake_stream_take ();
  second = fake_stream_take ();
  g_assert_cmpstr (first->name, ==, "iq");
  g_assert_cmpstr (xmlnode_get_attrib (first, "type"), ==, "get");
  g_assert_cmpstr (xmlnode_get_attrib (first, "to"), ==, "bob@example.net");
  g_assert_nonnull (xmlnode_get_child (first, "ping"));
  g_assert_null (xmlnode_get_attrib (second, "to"));
  g_assert_cmpstr (xmlnode_get_attrib (first, "id"), !=, xmlnode_get_attrib (second, "id"));
  fake_stream_reply (account, first, "result", "bob@example.net", NULL);
  fake_stream_reply (account, second, "result", NULL, NULL);
  g_assert_cmpuint (answer.count, ==, 2);
  xmlnode_free (first);
  xmlnode_free (second);
}

/* RFC 6120, sections 8.1.2.1 and 10.3.3. */
static const struct
{
  const char *to;
  const char *from;
  gboolean counts;
} senders[] = {
  { NULL, NULL, TRUE },
  { NULL, OWN, TRUE },
  { NULL, "Alice@EXAMPLE.org", TRUE },
  { NULL, OWN "/desk", FALSE },
  { NULL, OWN "/other", FALSE },
  { NULL, "example.org", FALSE },
  { NULL, "mallory@example.org", FALSE },
  { OWN, NULL, TRUE },
  { OWN, OWN, TRUE },
  { OWN, "mallory@evil.example", FALSE },
  { OWN "/desk", OWN "/desk", TRUE },
  { OWN "/desk", NULL, FALSE },
  { OWN "/desk", OWN, FALSE },
  { "bob@example.net", "bob@example.net", TRUE },
  { "Bob@Example.NET", "bob@example.net", TRUE },
  { "bob@example.net", NULL, FALSE },
  { "bob@example.net", "", FALSE },
  { "bob@example.net", "@", FALSE },
  { "bob@example.net", "bob@example.net/desk", FALSE },
  { "bob@example.net", "bob@example.net.evil.example", FALSE },
  { "bob@example.net", "mallory@example.net", FALSE },
  { "bob@example.net", OWN, FALSE },
  { "bob@example.net", "example.net", FALSE },
  { "bob@example.net/Desk", "bob@example.net/Desk", TRUE },
  { "bob@example.net/Desk", "bob@example.net/desk", FALSE },
  { "bob@example.net/Desk", "bob@example.net", FALSE },
  { "conference.example.net", "conference.example.net", TRUE },
  { "conference.example.net", "room@conference.example.net", FALSE },
};

static void
test_senders (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (senders); i++)
    {
      guint id = ask (senders[i].to, 60000);
      xmlnode *request = fake_stream_take ();

      g_test_message ("to %s, from %s", senders[i].to, senders[i].from);
      /* Dropped too: nobody else has a use for a reply to us. */
      g_assert_true (fake_stream_reply (account, request, "result", senders[i].from, NULL));
      g_assert_cmpuint (answer.count, ==, senders[i].counts ? 1 : 0);
      if (!senders[i].counts)
        {
          g_assert_true (fake_stream_reply (account, request, "result", senders[i].to, NULL));
          g_assert_cmpuint (answer.count, ==, 1);
        }
      g_assert_false (answer.was_null);
      cusax_stanza_cancel (id);
      xmlnode_free (request);
    }
}

/* Requests of others that have our id are no replies, and a reply counts once. */
static void
test_once (void)
{
  xmlnode *request;

  ask ("bob@example.net", 60000);
  request = fake_stream_take ();
  g_assert_false (fake_stream_reply (account, request, "get", "bob@example.net", NULL));
  g_assert_false (fake_stream_reply (account, request, "set", "bob@example.net", NULL));
  g_assert_cmpuint (answer.count, ==, 0);
  g_assert_true (fake_stream_reply (account, request, "result", "bob@example.net", NULL));
  g_assert_false (fake_stream_reply (account, request, "result", "bob@example.net", NULL));
  g_assert_cmpuint (answer.count, ==, 1);
  xmlnode_free (request);
}

/* T12: what arrives for one account answers nothing that another one asked. */
static void
test_other_account (void)
{
  PurpleAccount *other = fake_stream_account ("carol@example.org");
  xmlnode *request;

  ask ("bob@example.net", 60000);
  request = fake_stream_take ();
  g_assert_true (fake_stream_reply (other, request, "result", "bob@example.net", NULL));
  g_assert_cmpuint (answer.count, ==, 0);
  g_assert_true (fake_stream_reply (account, request, "result", "bob@example.net", NULL));
  g_assert_cmpuint (answer.count, ==, 1);
  xmlnode_free (request);
  fake_stream_disconnect (other);
}

static const struct
{
  const char *type;
  const char *payload;
  const char *expected;
} errors[] = {
  { "result", "<error><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", NULL },
  { "error", "<error><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", "forbidden" },
  { "error",
    "<ping/><error>x<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>no</text>"
    "<not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
    "not-allowed" },
  { "error", "<error><forbidden xmlns='other'/></error>", "" },
  { "error", "<error/>", "" },
  { "error", NULL, "" },
};

static void
test_errors (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      xmlnode *request;

      ask (NULL, 60000);
      request = fake_stream_take ();
      fake_stream_reply (account, request, errors[i].type, NULL, errors[i].payload);
      g_assert_cmpuint (answer.count, ==, 1);
      g_assert_cmpstr (answer.error, ==, errors[i].expected);
      xmlnode_free (request);
    }
}

static void
test_deadline (void)
{
  xmlnode *request;

  ask ("bob@example.net", 20);
  request = fake_stream_take ();
  fake_stream_wait (has_answer);
  g_assert_true (answer.was_null);
  g_assert_false (fake_stream_reply (account, request, "result", "bob@example.net", NULL));
  g_assert_cmpuint (answer.count, ==, 1);
  xmlnode_free (request);
}

/* A cancelled request is a tombstone: its reply is recognised and dropped. */
static void
test_cancel (void)
{
  xmlnode *request;

  cusax_stanza_cancel (ask ("bob@example.net", 60000));
  request = fake_stream_take ();
  g_assert_true (fake_stream_reply (account, request, "result", "bob@example.net", NULL));
  g_assert_false (fake_stream_reply (account, request, "result", "bob@example.net", NULL));
  xmlnode_free (request);

  /* The tombstone's own deadline is as silent. */
  cusax_stanza_cancel (ask ("bob@example.net", 1));
  guint second = answer.count = 0;
  second
    = cusax_stanza_send_iq (fake_stream_gc (account), "get", NULL, xmlnode_new ("ping"), 30, on_answer, NULL);
  g_assert_cmpuint (second, !=, 0);
  fake_stream_wait (has_answer);
  g_assert_cmpuint (answer.count, ==, 1);
  cusax_stanza_cancel (second);
  cusax_stanza_cancel (0);
  fake_stream_drop_all ();
}

/* The end of the connection answers all, but never from inside of what ended it. */
static void
test_connection_end (gconstpointer breaks)
{
  xmlnode *request;

  ask ("bob@example.net", 60000);
  request = fake_stream_take ();
  if (breaks != NULL)
    fake_stream_break (account);
  else
    fake_stream_disconnect (account);
  g_assert_cmpuint (answer.count, ==, 0);
  fake_stream_wait (has_answer);
  g_assert_true (answer.was_null);
  fake_stream_turn ();
  g_assert_cmpuint (answer.count, ==, 1);

  /* Nothing of the old stream counts on the new one. */
  fake_stream_connect (account);
  g_assert_false (fake_stream_reply (account, request, "result", "bob@example.net", NULL));
  g_assert_cmpuint (answer.count, ==, 1);
  xmlnode_free (request);
}

static void
on_sending_breaks (PurpleConnection *gc, xmlnode **packet, gpointer unused)
{
  fake_stream_break (account);
}

/* The socket may turn out to be dead while the stanza is written. */
static void
test_breaks_while_sending (void)
{
  int handle;

  purple_signal_connect (fake_stream_get_plugin (), "jabber-sending-xmlnode", &handle,
                         PURPLE_CALLBACK (on_sending_breaks), NULL);
  g_assert_cmpuint (ask ("bob@example.net", 60000), !=, 0);
  purple_signals_disconnect_by_handle (&handle);
  g_assert_cmpuint (answer.count, ==, 0);
  fake_stream_drop_all ();

  /* Between the error and the end nothing is sent. */
  ask ("bob@example.net", 60000);
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  fake_stream_wait (has_answer);
  fake_stream_turn ();
  g_assert_true (answer.was_null);
  fake_stream_connect (account);
}

static void
test_down (void)
{
  fake_stream_disconnect (account);
  g_assert_cmpuint (ask ("bob@example.net", 60000), !=, 0);
  g_assert_cmpuint (answer.count, ==, 0);
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  fake_stream_wait (has_answer);
  g_assert_true (answer.was_null);
  fake_stream_connect (account);

  /* Somebody who is nobody. */
  ask ("@@", 60000);
  g_assert_cmpuint (fake_stream_count (), ==, 0);
  fake_stream_wait (has_answer);
  g_assert_true (answer.was_null);
}

static void
on_answer_again (gpointer user_data, xmlnode *reply)
{
  fake_stream_disconnect (account);
  cusax_stanza_send_iq (NULL, "get", NULL, xmlnode_new ("ping"), 60000, on_answer, NULL);
}

/* An answer may end the stream that it came by, and ask anew. */
static void
test_answer_ends_stream (void)
{
  xmlnode *request;

  answer.count = 0;
  cusax_stanza_send_iq (fake_stream_gc (account), "get", NULL, xmlnode_new ("ping"), 60000, on_answer_again,
                        NULL);
  request = fake_stream_take ();
  g_assert_true (fake_stream_reply (account, request, "result", NULL, NULL));
  fake_stream_wait (has_answer);
  g_assert_true (answer.was_null);
  xmlnode_free (request);
  fake_stream_connect (account);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_stream_start ();
  cusax_stanza_init (fake_stream_get_plugin ());
  account = fake_stream_account (OWN);

  g_test_add_func ("/stanza/wire", test_wire);
  g_test_add_func ("/stanza/senders", test_senders);
  g_test_add_func ("/stanza/once", test_once);
  g_test_add_func ("/stanza/T12-other-account", test_other_account);
  g_test_add_func ("/stanza/errors", test_errors);
  g_test_add_func ("/stanza/deadline", test_deadline);
  g_test_add_func ("/stanza/cancel", test_cancel);
  g_test_add_data_func ("/stanza/signed-off", NULL, test_connection_end);
  g_test_add_data_func ("/stanza/connection-error", "breaks", test_connection_end);
  g_test_add_func ("/stanza/breaks-while-sending", test_breaks_while_sending);
  g_test_add_func ("/stanza/down", test_down);
  g_test_add_func ("/stanza/answer-ends-stream", test_answer_ends_stream);
  result = g_test_run ();

  cusax_stanza_shutdown ();
  g_free (answer.error);
  fake_stream_stop ();
  return result;
}
