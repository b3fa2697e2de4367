/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The initial presence waits until calls work (R7): what stays, what passes, and what reaches the wire in the end. The
 * wire is libjabber's own last handler, which is ours here.
 */
#include "fakestream.h"

#include "libjabber.h"
#include "presence.h"

#include <string.h>

static PurpleAccount *account, *other;
static GString *wire; /* "XML\n", as it was written */

/* In place of libjabber's, for libjabber, too. */
__attribute__ ((visibility ("default"))) void
jabber_send_signal_cb (PurpleConnection *gc, xmlnode **packet, gpointer unused)
{
  g_assert_nonnull (*packet);
  g_autofree char *text = xmlnode_to_str (*packet, NULL);
  g_string_append_printf (wire, "%s\n", text);
}

/* As libjabber sends: it frees its stanza itself, whatever the handlers did. */
static void
send_from (PurpleAccount *from, const char *xml)
{
  xmlnode *packet = xmlnode_from_str (xml, -1);
  xmlnode *passed = packet;

  purple_signal_emit (fake_stream_get_plugin (), "jabber-sending-xmlnode", fake_stream_gc (from), &passed);
  g_assert_true (passed == packet);
  xmlnode_free (packet);
}

static void
assert_wire (const char *expected)
{
  g_assert_cmpstr (wire->str, ==, expected);
  g_string_truncate (wire, 0);
}

static void
setup (void)
{
  if (!purple_account_is_connected (account))
    fake_stream_connect (account);
  g_string_truncate (wire, 0);
  cusax_presence_hold (account);
  g_assert_true (cusax_presence_is_held (account));
}

static void
teardown (void)
{
  cusax_presence_release (account);
  g_assert_false (cusax_presence_is_held (account));
  fake_stream_drop_all ();
}

static void
test_R7_newest (void)
{
  setup ();
  send_from (account, "<presence><priority>1</priority></presence>");
  send_from (account, "<presence><show>away</show></presence>");
  assert_wire ("");
  cusax_presence_release (account);
  assert_wire ("<presence><show>away</show></presence>\n");
  cusax_presence_release (account);
  send_from (account, "<presence/>");
  assert_wire ("<presence/>\n");
  teardown ();
}

static void
test_R7_nothing_held (void)
{
  setup ();
  cusax_presence_release (account);
  assert_wire ("");
  teardown ();
}

static const char *const passing[] = {
  "<presence to='tea@conf.example.org/alice'><x xmlns='http://jabber.org/protocol/muc'/></presence>",
  "<presence to='bob@example.org' type='subscribe'/>",
  "<presence to='bob@example.org' type='subscribed'/>",
  "<presence to='bob@example.org/desk'/>",
  "<presence type='unavailable'/>",
  "<iq type='get' id='1'/>",
  "<message to='bob@example.org'/>",
  "<r xmlns='urn:xmpp:sm:3'/>",
};

static void
test_R7_passes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (passing); i++)
    {
      setup ();
      send_from (account, passing[i]);
      g_autofree char *expected = g_strconcat (passing[i], "\n", NULL);
      assert_wire (expected);
      teardown ();
    }
}

/* Who went offline meanwhile must not come online by the end of the hold. */
static void
test_R7_unavailable (void)
{
  setup ();
  send_from (account, "<presence/>");
  send_from (account, "<presence type='unavailable'/>");
  assert_wire ("<presence type='unavailable'/>\n");
  cusax_presence_release (account);
  assert_wire ("");
  teardown ();
}

/* One account's hold is nobody else's. */
static void
test_R7_other_account (void)
{
  setup ();
  send_from (other, "<presence/>");
  assert_wire ("<presence/>\n");
  cusax_presence_release (other);
  g_assert_true (cusax_presence_is_held (account));
  teardown ();
}

/* A lost connection takes what was held along; the next one begins as it likes. */
static void
test_R7_connection_end (gconstpointer breaks)
{
  setup ();
  send_from (account, "<presence/>");
  if (breaks != NULL)
    {
      fake_stream_break (account);
      cusax_presence_release (account);
      assert_wire ("");
      fake_stream_turn ();
    }
  else
    fake_stream_disconnect (account);
  g_assert_false (cusax_presence_is_held (account));
  cusax_presence_release (account);
  assert_wire ("");
  fake_stream_connect (account);
  send_from (account, "<presence/>");
  assert_wire ("<presence/>\n");
  teardown ();
}

/* As at each sign-in: nobody is connected yet. */
static void
test_R7_before_connecting (void)
{
  fake_stream_disconnect (account);
  cusax_presence_hold (account);
  cusax_presence_hold (account);
  fake_stream_connect (account);
  send_from (account, "<presence/>");
  assert_wire ("");
  cusax_presence_release (account);
  assert_wire ("<presence/>\n");
  teardown ();
}

static void
on_sending_take_out (PurpleConnection *gc, xmlnode **packet, gpointer unused)
{
  *packet = NULL;
}

/* Another plugin took the stanza out: libjabber's handler could not bear that. */
static void
test_taken_out (void)
{
  static int handle;
  xmlnode *packet = xmlnode_new ("presence");
  xmlnode *passed = packet;

  setup ();
  purple_signal_connect_priority (fake_stream_get_plugin (), "jabber-sending-xmlnode", &handle,
                                  PURPLE_CALLBACK (on_sending_take_out), NULL, PURPLE_SIGNAL_PRIORITY_HIGHEST - 1);
  purple_signal_emit (fake_stream_get_plugin (), "jabber-sending-xmlnode", fake_stream_gc (account), &passed);
  purple_signals_disconnect_by_handle (&handle);
  xmlnode_free (packet);
  teardown ();
  assert_wire ("");
}

/* Unloaded while it holds; libjabber then writes by itself again, once. */
static void
test_R7_shutdown (void)
{
  setup ();
  send_from (account, "<presence/>");
  cusax_presence_shutdown ();
  g_assert_false (cusax_presence_is_held (account));
  assert_wire ("");
  send_from (account, "<presence/>");
  assert_wire ("<presence/>\n");
  cusax_presence_init (fake_stream_get_plugin ());
  send_from (account, "<presence/>");
  assert_wire ("<presence/>\n");
  teardown ();
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  wire = g_string_new (NULL);
  fake_stream_start ();
  cusax_presence_init (fake_stream_get_plugin ());
  account = fake_stream_account (OWN);
  other = fake_stream_account ("carol@example.org");

  g_test_add_func ("/presence/R7-newest", test_R7_newest);
  g_test_add_func ("/presence/R7-nothing-held", test_R7_nothing_held);
  g_test_add_func ("/presence/R7-passes", test_R7_passes);
  g_test_add_func ("/presence/R7-unavailable", test_R7_unavailable);
  g_test_add_func ("/presence/R7-other-account", test_R7_other_account);
  g_test_add_data_func ("/presence/R7-signed-off", NULL, test_R7_connection_end);
  g_test_add_data_func ("/presence/R7-connection-error", "breaks", test_R7_connection_end);
  g_test_add_func ("/presence/R7-before-connecting", test_R7_before_connecting);
  g_test_add_func ("/presence/taken-out", test_taken_out);
  g_test_add_func ("/presence/R7-shutdown", test_R7_shutdown);
  result = g_test_run ();

  cusax_presence_shutdown ();
  fake_stream_stop ();
  g_string_free (wire, TRUE);
  return result;
}
