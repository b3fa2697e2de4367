/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who calls, on the wire: what our calls say of us (Call-Info, second Contact, anonymity) in every message of a
 * dialog, and what is heard of the other side in theirs, hostile forms included.
 */
#include "ua-fixture.h"

#include <string.h>

static const CusaxSipDisclosure chat = { .chat_uri = "xmpp:alice@example.test" };
static const CusaxSipDisclosure seed
  = { .chat_uri = "xmpp:alice@example.test", .chat_contact = "xmpp:alice@example.test/a%20desk" };
static const CusaxSipDisclosure anonymous = { .chat_uri = "xmpp:alice@example.test",
                                              .chat_contact = "xmpp:alice@example.test/desk",
                                              .is_anonymous = TRUE };

#define CALL_INFO "<xmpp:alice@example.test>;purpose=impp"

/* What a message of ours says, in one line. */
static void
assert_says (const PeerMessage *message, const char *call_info, gboolean has_chat_contact, const char *privacy)
{
  g_autofree char *found = message_get_all (message, "Call-Info");
  g_autofree char *contacts = message_get_all (message, "Contact");
  g_autofree char *wish = message_get_all (message, "Privacy");
  const char *sip = strstr (contacts, "<sip:");
  const char *xmpp = strstr (contacts, "<xmpp:alice@example.test/a%20desk>");

  g_assert_cmpstr (found, ==, call_info);
  g_assert_cmpstr (wish, ==, privacy);
  if (g_str_has_prefix (message->first_line, "BYE") || g_str_has_prefix (message->first_line, "ACK"))
    return;
  g_assert_nonnull (sip);
  g_assert_cmpint (xmpp != NULL, ==, has_chat_contact);
  /* Whoever takes the first Contact must get the one that can be called. */
  g_assert_true (xmpp == NULL || sip < xmpp);
}

static char *
contact_line (Line *line, const char *parameters)
{
  return g_strdup_printf ("Contact: <sip:bob@127.0.0.1:%u;transport=tcp>%s\n", peer_get_port (line->peer),
                          parameters);
}

static void
wait_ended (Line *line, Talk *talk)
{
  peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);
}

static void
hang_up (Line *line, Talk *talk, const char *privacy)
{
  g_autoptr (PeerMessage) bye = NULL;

  talk->call->vtable->hang_up (talk->call);
  bye = peer_expect (line->peer, "BYE sip:bob@127.0.0.1", WAIT_MS);
  assert_says (bye, "", FALSE, privacy);
  peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
  wait_ended (line, talk);
}

/* ------------------------------------------------------------ what we say */

/* The whole life of an outgoing call: INVITE, our re-INVITE, the answer to theirs, our session refresh. */
static void
out_says (const CusaxSipDisclosure *disclosure, const char *call_info, gboolean has_chat_contact)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerMessage) invite = NULL, again = NULL, ack = NULL, ok = NULL;
  g_autoptr (PeerDialog) dialog = NULL;
  g_autofree char *contact = contact_line (line, "");
  Talk *talk = line_dial_saying (line, "v=offer\r\n", disclosure);

  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  assert_says (invite, call_info, has_chat_contact, "");
  peer_reply (line->peer, invite, "200 OK", "t1", contact, "v=answer\n");
  ack = peer_expect (line->peer, "ACK sip:bob@127.0.0.1", WAIT_MS);
  peer_wait (line->peer, &talk->n_established, "call", WAIT_MS);

  talk->call->vtable->reoffer (talk->call, "v=hold\r\n");
  again = peer_expect (line->peer, "INVITE sip:bob@127.0.0.1", WAIT_MS);
  assert_says (again, call_info, has_chat_contact, "");
  peer_reply (line->peer, again, "200 OK", NULL, contact, "v=held\n");
  peer_wait (line->peer, &talk->n_done, "answer", WAIT_MS);

  dialog = peer_dialog_from_invite (invite, "t1");
  talk->answer_status = 200;
  talk->answer_sdp = "v=ok\r\n";
  peer_request (line->peer, dialog, "INVITE", NULL, "v=theirs\n");
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  assert_says (ok, call_info, has_chat_contact, "");
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  g_clear_pointer (&ok, peer_message_free);
  peer_request (line->peer, dialog, "UPDATE", NULL, NULL);
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  assert_says (ok, call_info, has_chat_contact, "");
  hang_up (line, talk, "");
  talk_free (talk);
  line_free (line);
}

static void
test_R18_out (void)
{
  out_says (&chat, CALL_INFO, FALSE);
}

static void
test_R20_out (void)
{
  out_says (&seed, CALL_INFO, TRUE);
}

static void
test_R18_out_silent (void)
{
  out_says (NULL, "", FALSE);
}

/* R20: the chat Contact neither becomes ours for the dialog nor stops a session refresh of ours. */
static void
test_R20_out_refreshed_and_moved (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerMessage) invite = NULL, ack = NULL, again = NULL;
  g_autofree char *contact = contact_line (line, "");
  Talk *talk = line_dial_saying (line, "v=offer\r\n", &seed);

  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  peer_reply (line->peer, invite, "200 OK", "t1", contact, "v=answer\n");
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  peer_wait (line->peer, &talk->n_established, "call", WAIT_MS);
  line->n_registered = 0;
  peer_drop (line->peer);
  line_wait_registered (line);
  /* The new address is told by a re-INVITE. */
  again = peer_expect (line->peer, "INVITE sip:bob@127.0.0.1", WAIT_MS);
  assert_says (again, CALL_INFO, TRUE, "");
  peer_reply (line->peer, again, "200 OK", NULL, contact, "v=answer\n");
  hang_up (line, talk, "");
  talk_free (talk);
  line_free (line);
}

static void
test_R21_in (gconstpointer data)
{
  const CusaxSipDisclosure *disclosure = data;
  gboolean has_contact = disclosure->chat_contact != NULL && !disclosure->is_anonymous;
  const char *call_info = disclosure->is_anonymous ? "" : CALL_INFO;
  const char *privacy = disclosure->is_anonymous ? "id" : "";
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = peer_dialog_new (peer_get_contact (line->peer));
  g_autoptr (PeerMessage) ringing = NULL, told = NULL, ok = NULL, again = NULL;
  CusaxSipCall *call;

  peer_request (line->peer, dialog, "INVITE", NULL, "v=offer\n");
  ringing = peer_expect (line->peer, "SIP/2.0 180", WAIT_MS);
  peer_dialog_learn (dialog, ringing);
  /* Nothing before somebody has allowed it. */
  assert_says (ringing, "", FALSE, "");
  call = line->talk->call;
  call->vtable->set_disclosure (call, disclosure);
  call->vtable->ring (call);
  told = peer_expect (line->peer, "SIP/2.0 180", WAIT_MS);
  assert_says (told, call_info, has_contact, privacy);
  call->vtable->accept (call, "v=answer\r\n");
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  assert_says (ok, call_info, has_contact, privacy);
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  peer_wait (line->peer, &line->talk->n_established, "call", WAIT_MS);
  call->vtable->reoffer (call, "v=hold\r\n");
  again = peer_expect (line->peer, "INVITE ", WAIT_MS);
  assert_says (again, call_info, has_contact, privacy);
  peer_reply (line->peer, again, "200 OK", NULL, NULL, "v=held\n");
  peer_wait (line->peer, &line->talk->n_done, "answer", WAIT_MS);
  hang_up (line, line->talk, privacy);
  line_free (line);
}

/* Reliable ringing (RFC 3262): what is told by the second one comes, and the 200 says it again. */
static void
test_R21_in_reliable (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = peer_dialog_new (peer_get_contact (line->peer));
  guint invite_cseq;
  CusaxSipCall *call;

  peer_request (line->peer, dialog, "INVITE", "Require: 100rel\nSupported: 100rel\n", "v=offer\n");
  invite_cseq = dialog->cseq;
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (PeerMessage) ringing = peer_expect (line->peer, "SIP/2.0 180", WAIT_MS), ok = NULL;
      g_autofree char *rseq = peer_message_get (ringing, "RSeq"), *rack = NULL;

      assert_says (ringing, i == 0 ? "" : CALL_INFO, i != 0, "");
      g_assert_nonnull (rseq);
      call = line->talk->call;
      if (i == 0)
        {
          peer_dialog_learn (dialog, ringing);
          call->vtable->set_disclosure (call, &seed);
          call->vtable->ring (call);
        }
      rack = g_strdup_printf ("RAck: %s %u INVITE\n", rseq, invite_cseq);
      peer_request (line->peer, dialog, "PRACK", rack, NULL);
      ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
    }
  call->vtable->accept (call, "v=answer\r\n");
  {
    g_autoptr (PeerMessage) ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);

    assert_says (ok, CALL_INFO, TRUE, "");
  }
  dialog->cseq = invite_cseq;
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  peer_wait (line->peer, &line->talk->n_established, "call", WAIT_MS);
  line_free (line);
}

/* ----------------------------------------------------------------- anonymous */

/* Our name in no message; and what lets the other side join this call to others in none. */
static void
assert_anonymous (Line *line, const PeerMessage *message)
{
  g_autofree char *from = peer_message_get (message, "From");
  g_autofree char *head = g_ascii_strdown (message->head, -1);
  g_autofree char *proxy = peer_message_get (message, "Proxy-Authorization");
  const char *registered = peer_get_contact (line->peer);
  g_autofree char *user = g_strndup (registered + 4, strcspn (registered + 4, "@"));

  g_assert_true (g_str_has_prefix (from, "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag="));
  if (proxy == NULL)
    g_assert_null (strstr (head, "alice"));
  g_assert_null (strstr (head, user));
  g_assert_null (strstr (head, "xmpp"));
  assert_says (message, "", FALSE, "id");
}

static void
test_R19_anonymous (gconstpointer data)
{
  gboolean is_challenged = GPOINTER_TO_INT (data);
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autoptr (PeerMessage) invite = NULL, ack = NULL, again = NULL, update = NULL, bye = NULL;
  g_autofree char *contact = NULL, *proxy = NULL, *preferred = NULL;
  Talk *talk;

  if (is_challenged)
    {
      peer_set_mode (peer, PEER_SHA256, 0);
      peer_challenge_invite (peer);
    }
  line_start (line);
  line_wait_registered (line);
  contact = contact_line (line, "");
  talk = line_dial_saying (line, "v=offer\r\n", &anonymous);
  invite = peer_expect (peer, "INVITE ", WAIT_MS);
  assert_anonymous (line, invite);
  /* The proxy still gets to know who pays; in the clear it is not told more than that. */
  proxy = peer_message_get (invite, "Proxy-Authorization");
  g_assert_cmpint (proxy != NULL && strstr (proxy, "username=\"alice\"") != NULL, ==, is_challenged);
  preferred = peer_message_get (invite, "P-Preferred-Identity");
  g_assert_null (preferred);
  peer_reply (peer, invite, "200 OK", "t1", contact, "v=answer\n");
  ack = peer_expect (peer, "ACK sip:bob@127.0.0.1", WAIT_MS);
  assert_anonymous (line, ack);
  peer_wait (peer, &talk->n_established, "call", WAIT_MS);
  talk->call->vtable->reoffer (talk->call, "v=hold\r\n");
  again = peer_expect (peer, "INVITE ", WAIT_MS);
  assert_anonymous (line, again);
  peer_reply (peer, again, "200 OK", NULL, contact, "v=held\n");
  peer_wait (peer, &talk->n_done, "answer", WAIT_MS);
  talk->call->vtable->hang_up (talk->call);
  bye = peer_expect (peer, "BYE ", WAIT_MS);
  assert_anonymous (line, bye);
  peer_reply (peer, bye, "200 OK", NULL, NULL, NULL);
  wait_ended (line, talk);
  talk_free (talk);
  line_free (line);
}

/* Over the verified leg our own proxy is told who calls, in every request; the far side of it is not (RFC
 * 3325). */
static void
test_R19_preferred_identity (void)
{
  Line *line = line_new_tls ();
  g_autoptr (PeerMessage) invite = NULL, ack = NULL, bye = NULL, open = NULL;
  g_autofree char *contact = contact_line (line, ""), *first = NULL, *last = NULL, *none = NULL;
  Talk *talk, *named;

  g_assert_true (line->port->vtable->is_protected (line->port));
  talk = line_dial_saying (line, "v=offer\r\n", &anonymous);
  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  first = message_get_all (invite, "P-Preferred-Identity");
  g_assert_cmpstr (first, ==, "<sip:alice@example.test>");
  assert_says (invite, "", FALSE, "id");
  peer_reply (line->peer, invite, "200 OK", "t1", contact, "v=answer\n");
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  peer_wait (line->peer, &talk->n_established, "call", WAIT_MS);
  talk->call->vtable->hang_up (talk->call);
  bye = peer_expect (line->peer, "BYE ", WAIT_MS);
  last = message_get_all (bye, "P-Preferred-Identity");
  g_assert_cmpstr (last, ==, "<sip:alice@example.test>");
  peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
  wait_ended (line, talk);
  talk_free (talk);

  named = line_dial_saying (line, "v=offer\r\n", &chat);
  open = peer_expect (line->peer, "INVITE ", WAIT_MS);
  none = message_get_all (open, "P-Preferred-Identity");
  g_assert_cmpstr (none, ==, "");
  assert_says (open, CALL_INFO, FALSE, "");
  peer_reply (line->peer, open, "486 Busy Here", "t1", NULL, NULL);
  wait_ended (line, named);
  talk_free (named);
  line_free (line);
}

/* Two anonymous calls of ours cannot be told to be of one telephone by their Contact, nor by a Call-ID with the
 * address of its network card, which Sofia makes by itself. */
static void
test_R19_two_calls (void)
{
  Line *line = line_new (FALSE);
  char *contacts[2], *call_ids[2];

  for (guint i = 0; i < 2; i++)
    {
      Talk *talk = line_dial_saying (line, "v=offer\r\n", &anonymous);
      g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS);

      contacts[i] = peer_message_get (invite, "Contact");
      call_ids[i] = peer_message_get (invite, "Call-ID");
      peer_reply (line->peer, invite, "486 Busy Here", "t1", NULL, NULL);
      wait_ended (line, talk);
      talk_free (talk);
    }
  g_assert_cmpstr (contacts[0], !=, contacts[1]);
  g_assert_cmpuint (strlen (call_ids[0]), >=, 36);
  g_assert_cmpstr (call_ids[0] + strlen (call_ids[0]) - 12, !=, call_ids[1] + strlen (call_ids[1]) - 12);
  for (guint i = 0; i < 2; i++)
    {
      g_free (contacts[i]);
      g_free (call_ids[i]);
    }
  line_free (line);
}

/* Requests that Sofia sends by itself, and a call that is given up while it rings. */
static void
test_R19_early (void)
{
  Line *line = line_new (FALSE);
  Talk *talk = line_dial_saying (line, "v=offer\r\n", &anonymous);
  g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS), prack = NULL, cancel = NULL;
  g_autofree char *lines = contact_line (line, ""), *privacy = NULL;
  g_autofree char *reliable = g_strconcat (lines, "Require: 100rel\nRSeq: 1\n", NULL);
  const char *registered = peer_get_contact (line->peer);
  g_autofree char *user = g_strndup (registered + 4, strcspn (registered + 4, "@"));
  const PeerMessage *ours[2];

  peer_reply (line->peer, invite, "183 Session Progress", "t1", reliable, NULL);
  ours[0] = prack = peer_expect (line->peer, "PRACK ", WAIT_MS);
  peer_reply (line->peer, prack, "200 OK", NULL, NULL, NULL);
  talk->call->vtable->hang_up (talk->call);
  ours[1] = cancel = peer_expect (line->peer, "CANCEL ", WAIT_MS);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_null (strstr (ours[i]->head, "alice"));
      g_assert_null (strstr (ours[i]->head, user));
      g_assert_null (strstr (ours[i]->head, "xmpp"));
    }
  /* Not in CANCEL: nobody asserts an identity in one (RFC 3325 section 9.1). */
  privacy = peer_message_get (prack, "Privacy");
  g_assert_cmpstr (privacy, ==, "id");
  peer_reply (line->peer, cancel, "200 OK", NULL, NULL, NULL);
  peer_reply (line->peer, invite, "487 Request Terminated", "t1", NULL, NULL);
  wait_ended (line, talk);
  talk_free (talk);
  line_free (line);
}

/* ------------------------------------------------------------ what they say */

typedef struct
{
  const char *name;
  const char *lines;  /* "@CONTACT@" is the peer's address in brackets */
  const char *wanted; /* behind From */
} Incoming;

static const Incoming incoming[] = {
  { "R18/call-info", "Call-Info: <xmpp:bob@b.test>;purpose=impp\n", " info:xmpp:bob@b.test(impp)" },
  { "R35/broken-before", "Call-Info: <xmpp:evil@b.test;purpose=impp, <xmpp:bob@b.test>;purpose=impp\n",
    " info:xmpp:bob@b.test(impp)" },
  { "R35/nothing-but-broken", "Call-Info: \nCall-Info: <\nCall-Info: \"\nCall-Info: ;;;\nPrivacy: \n",
    " privacy:" },
  { "R35/binary", "Call-Info: \xff\xfe\x01<>,<xmpp:bob@b.test>;purpose=\"im\\pp\"\n",
    " info:xmpp:bob@b.test(impp)" },
  { "R20/contact-before", "Contact: <xmpp:bob@b.test/desk>, @CONTACT@\n", " contacts:xmpp:bob@b.test/desk" },
  { "R20/contact-after", "Contact: @CONTACT@, <xmpp:bob@b.test/desk>\n", " contacts:xmpp:bob@b.test/desk" },
  { "R20/contact-line-before", "Contact: <xmpp:bob@b.test>\nContact: @CONTACT@\n",
    " contacts:xmpp:bob@b.test" },
  { "R20/contact-line-after", "Contact: @CONTACT@\nContact: <xmpp:bob@b.test>\n", " contacts:xmpp:bob@b.test" },
  { "R32/asserted", "P-Asserted-Identity: \"Bob\" <sip:bob@b.test>, <tel:+49221>\nPrivacy: none\n",
    " pai:sip:bob@b.test|tel:+49221 'Bob' privacy:none" },
  { "R32/privacy", "Privacy: id;critical\nPrivacy: user\n", " privacy:id;critical;user" },
  { "R38/focus", "Contact: @CONTACT@;isfocus\n", " focus:sip:bob@127.0.0.1:@PORT@;transport=tcp" },
};

static char *
fill_in (Line *line, const char *text)
{
  g_autofree char *port = g_strdup_printf ("%u", peer_get_port (line->peer));
  g_autofree char *contact = g_strdup_printf ("<sip:bob@127.0.0.1:%s;transport=tcp>", port);
  g_auto (GStrv) parts = g_strsplit (text, "@CONTACT@", -1);
  g_autofree char *joined = g_strjoinv (contact, parts);
  g_auto (GStrv) pieces = g_strsplit (joined, "@PORT@", -1);

  return g_strjoinv (port, pieces);
}

/* It rings, everything good is told, and the call goes to where the SIP Contact says. */
static void
test_incoming (gconstpointer data)
{
  const Incoming *row = data;
  Line *line = line_new (FALSE);
  g_autofree char *lines = fill_in (line, row->lines);
  g_autofree char *behind = fill_in (line, row->wanted);
  g_autofree char *wanted = g_strconcat ("sip:bob@example.test 'Bob \"B\" Ä'", behind, NULL);
  g_autoptr (PeerDialog) dialog = peer_dialog_new (peer_get_contact (line->peer));
  g_autoptr (PeerMessage) ringing = NULL, ok = NULL;

  peer_request (line->peer, dialog, "INVITE", lines, "v=offer\n");
  ringing = peer_expect (line->peer, "SIP/2.0 180", WAIT_MS);
  peer_dialog_learn (dialog, ringing);
  g_assert_cmpstr (line->headers, ==, wanted);
  line->talk->call->vtable->accept (line->talk->call, "v=answer\r\n");
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  peer_wait (line->peer, &line->talk->n_established, "call", WAIT_MS);
  hang_up (line, line->talk, "");
  line_free (line);
}

/* 8 KB in one value, 60 KB in one message. */
static void
test_R35_large (void)
{
  Line *line = line_new (FALSE);
  g_autofree char *node = g_strnfill (8192, 'n');
  g_autofree char *icon = g_strnfill (40000, 'i');
  g_autofree char *lines
    = g_strdup_printf ("Call-Info: <xmpp:%s@b.test>;purpose=impp, <https://%s>;purpose=icon\n"
                       "Call-Info: <xmpp:bob@b.test>;purpose=impp\n",
                       node, icon);
  g_autoptr (PeerDialog) dialog = peer_dialog_new (peer_get_contact (line->peer));
  g_autoptr (PeerMessage) ringing = NULL, refused = NULL;

  peer_request (line->peer, dialog, "INVITE", lines, "v=offer\n");
  ringing = peer_expect (line->peer, "SIP/2.0 180", WAIT_MS);
  g_assert_true (g_str_has_suffix (line->headers, "(icon)|xmpp:bob@b.test(impp)"));
  line->talk->call->vtable->reject (line->talk->call, 486, NULL);
  refused = peer_expect (line->peer, "SIP/2.0 486", WAIT_MS);
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  line_free (line);
}

/* Nobody to call back: no call. */
static void
test_R20_contact_alone (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = peer_dialog_new (peer_get_contact (line->peer));
  g_autoptr (PeerMessage) refused = NULL;

  peer_request (line->peer, dialog, "INVITE", "Contact: <xmpp:bob@b.test>\n", "v=offer\n");
  refused = peer_expect (line->peer, "SIP/2.0 400", WAIT_MS);
  g_assert_cmpuint (line->n_incoming, ==, 0);
  line_free (line);
}

/* What answers say: each before what it brings, and an xmpp: Contact is not where our ACK goes. */
static void
test_R38_answers (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerMessage) invite = NULL, ack = NULL;
  g_autofree char *ringing
    = fill_in (line, "Contact: <xmpp:bob@b.test/desk>, @CONTACT@\nCall-Info: <xmpp:bob@b.test>;purpose=impp\n");
  g_autofree char *answer = fill_in (line, "Contact: <xmpp:bob@b.test>\nContact: @CONTACT@;isfocus\n"
                                           "P-Asserted-Identity: <sip:conf@b.test>\n");
  g_autofree char *wanted = fill_in (line, "sip:bob@example.test pai:sip:conf@b.test contacts:xmpp:bob@b.test "
                                           "focus:sip:bob@127.0.0.1:@PORT@;transport=tcp");
  Talk *talk = line_dial (line, "v=offer\r\n");

  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  peer_reply (line->peer, invite, "100 Trying", NULL, NULL, NULL);
  peer_reply (line->peer, invite, "180 Ringing", "t1", ringing, NULL);
  peer_wait (line->peer, &talk->n_progress, "180", WAIT_MS);
  g_assert_cmpuint (talk->n_remote, ==, 1);
  g_assert_cmpstr (talk->remote, ==,
                   "sip:bob@example.test info:xmpp:bob@b.test(impp) contacts:xmpp:bob@b.test/desk");
  peer_reply (line->peer, invite, "200 OK", "t1", answer, "v=answer\n");
  ack = peer_expect (line->peer, "ACK sip:bob@127.0.0.1", WAIT_MS);
  peer_wait (line->peer, &talk->n_established, "call", WAIT_MS);
  g_assert_cmpuint (talk->n_remote, ==, 2);
  g_assert_cmpstr (talk->remote, ==, wanted);
  hang_up (line, talk, "");
  talk_free (talk);
  line_free (line);
}

/* A call becomes a conference and ceases to be one: by their re-INVITE, their UPDATE, their answer to ours. */
static void
test_R38_focus_changes (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = line_incoming_call (line);
  g_autofree char *plain = contact_line (line, ""), *focus = contact_line (line, ";isfocus");
  g_autoptr (PeerMessage) ok = NULL, ok2 = NULL, again = NULL;
  Talk *talk = line->talk;

  talk->answer_status = 200;
  talk->answer_sdp = "v=ok\r\n";
  g_assert_cmpuint (talk->n_remote, ==, 0);
  peer_request (line->peer, dialog, "INVITE", focus, "v=conference\n");
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  g_assert_cmpuint (talk->n_remote, ==, 1);
  g_assert_nonnull (strstr (talk->remote, "focus:sip:bob@127.0.0.1"));

  peer_request (line->peer, dialog, "UPDATE", focus, NULL);
  ok2 = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  g_assert_cmpuint (talk->n_remote, ==, 1);
  g_clear_pointer (&ok2, peer_message_free);
  peer_request (line->peer, dialog, "UPDATE", plain, NULL);
  ok2 = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  g_assert_cmpuint (talk->n_remote, ==, 2);
  g_assert_null (strstr (talk->remote, "focus"));

  talk->call->vtable->reoffer (talk->call, "v=hold\r\n");
  again = peer_expect (line->peer, "INVITE ", WAIT_MS);
  peer_reply (line->peer, again, "200 OK", NULL, focus, "v=held\n");
  peer_wait (line->peer, &talk->n_done, "answer", WAIT_MS);
  g_assert_cmpuint (talk->n_remote, ==, 3);
  g_assert_nonnull (strstr (talk->remote, "focus"));
  hang_up (line, talk, "");
  line_free (line);
}

/* Whoever learns who answers may not want to talk to him: the 200 is acknowledged and the call ended. */
static void
test_hang_up_on_remote (gconstpointer data)
{
  const char *status = data;
  gboolean is_final = g_str_has_prefix (status, "200");
  Line *line = line_new (FALSE);
  g_autoptr (PeerMessage) invite = NULL, end = NULL;
  g_autofree char *contact = contact_line (line, "");
  Talk *talk = line_dial (line, "v=offer\r\n");

  talk->hangs_up_on_remote = TRUE;
  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  peer_reply (line->peer, invite, status, "t1", contact, "v=answer\n");
  if (is_final)
    {
      g_autoptr (PeerMessage) ack = peer_expect (line->peer, "ACK ", WAIT_MS);
    }
  end = peer_expect (line->peer, is_final ? "BYE " : "CANCEL ", WAIT_MS);
  peer_reply (line->peer, end, "200 OK", "t1", NULL, NULL);
  if (!is_final)
    peer_reply (line->peer, invite, "487 Request Terminated", "t1", NULL, NULL);
  wait_ended (line, talk);
  g_assert_cmpuint (talk->n_progress + talk->n_established, ==, 0);
  talk_free (talk);
  line_free (line);
}

static void
add_tests (void)
{
  g_test_add_func ("/sip/identity/R18/out", test_R18_out);
  g_test_add_func ("/sip/identity/R18/out-silent", test_R18_out_silent);
  g_test_add_func ("/sip/identity/R20/out", test_R20_out);
  g_test_add_func ("/sip/identity/R20/out-moved", test_R20_out_refreshed_and_moved);
  g_test_add_data_func ("/sip/identity/R21/in", &chat, test_R21_in);
  g_test_add_data_func ("/sip/identity/R21/in-contact", &seed, test_R21_in);
  g_test_add_data_func ("/sip/identity/R19/in", &anonymous, test_R21_in);
  g_test_add_data_func ("/sip/identity/R19/out", GINT_TO_POINTER (FALSE), test_R19_anonymous);
  g_test_add_data_func ("/sip/identity/R19/out-challenged", GINT_TO_POINTER (TRUE), test_R19_anonymous);
  g_test_add_func ("/sip/identity/R19/preferred-identity", test_R19_preferred_identity);
  g_test_add_func ("/sip/identity/R19/two-calls", test_R19_two_calls);
  g_test_add_func ("/sip/identity/R21/in-reliable", test_R21_in_reliable);
  g_test_add_func ("/sip/identity/R19/early", test_R19_early);
  for (guint i = 0; i < G_N_ELEMENTS (incoming); i++)
    {
      g_autofree char *path = g_strconcat ("/sip/identity/in/", incoming[i].name, NULL);

      g_test_add_data_func (path, &incoming[i], test_incoming);
    }
  g_test_add_func ("/sip/identity/in/R35/large", test_R35_large);
  g_test_add_func ("/sip/identity/in/R20/contact-alone", test_R20_contact_alone);
  g_test_add_func ("/sip/identity/R38/answers", test_R38_answers);
  g_test_add_func ("/sip/identity/R38/focus-changes", test_R38_focus_changes);
  g_test_add_data_func ("/sip/identity/hang-up-on-180", "180 Ringing", test_hang_up_on_remote);
  g_test_add_data_func ("/sip/identity/hang-up-on-200", "200 OK", test_hang_up_on_remote);
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
