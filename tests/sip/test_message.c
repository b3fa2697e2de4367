/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * R11: chat and presence are not for SIP. MESSAGE, PUBLISH and every kind of SUBSCRIBE are refused; text
 * messages of an exchange ("SMS") are taken and sent only if the account says so, and then bounded.
 */
#include "ua-fixture.h"

#include "error.h"

#include <string.h>

#define TEXT "Content-Type: text/plain\n"

/* A request of the peer outside of calls, from sip:bob. @target NULL: our Contact. */
static void
send_request (Line *line, const char *method, const char *target, const char *extra, const char *body)
{
  static guint counter;

  counter++;
  peer_sendf (line->peer,
              "%s %s SIP/2.0\nVia: SIP/2.0/TCP 127.0.0.1:%u;branch=z9hG4bKm%u;rport\nMax-Forwards: 70\n"
              "From: \"Bob\" <sip:bob@example.test>;tag=m%u\nTo: <sip:alice@example.test>\n"
              "Call-ID: m%u\nCSeq: 1 %s\nContact: <sip:bob@127.0.0.1>\n%sContent-Length: @LENGTH@\n\n%s",
              method, target != NULL ? target : peer_get_contact (line->peer), peer_get_port (line->peer),
              counter, counter, counter, method, extra, body);
}

static void
expect_status (Line *line, const char *status, const char *header, const char *value)
{
  g_autofree char *start = g_strconcat ("SIP/2.0 ", status, NULL);
  g_autoptr (PeerMessage) answer = peer_expect (line->peer, start, WAIT_MS);
  g_autofree char *found = header != NULL ? peer_message_get (answer, header) : NULL;

  if (header != NULL)
    g_assert_cmpstr (found, ==, value);
}

static Line *
line_new_messages (gboolean accepts)
{
  Line *line = line_new_idle (peer_new (FALSE), "accept_sip_messages", accepts ? "true" : "false", NULL);

  line_start (line);
  line_wait_registered (line);
  return line;
}

/* ---------------------------------------------------------------- refused */

static void
assert_allow (const PeerMessage *message, gboolean has_message)
{
  g_autofree char *allow = message_get_all (message, "Allow");

  g_assert_nonnull (strstr (allow, "INVITE"));
  g_assert_nonnull (strstr (allow, "BYE"));
  g_assert_cmpint (strstr (allow, "MESSAGE") != NULL, ==, has_message);
  g_assert_null (strstr (allow, "PUBLISH"));
}

static void
test_R11_refused (void)
{
  static const struct
  {
    const char *method, *extra, *status;
  } rows[] = {
    { "MESSAGE", TEXT, "405" },
    { "PUBLISH", "Event: presence\nContent-Type: application/pidf+xml\n", "405" },
    { "SUBSCRIBE", "Event: presence\nExpires: 3600\n", "489" },
    { "SUBSCRIBE", "Event: presence.winfo\n", "489" },
    { "SUBSCRIBE", "Event: message-summary\n", "489" },
    { "SUBSCRIBE", "Event: conference\n", "489" },
    { "SUBSCRIBE", "Event: dialog\n", "489" },
    { "SUBSCRIBE", "", "489" },
    { "NOTIFY", "Event: presence\nSubscription-State: active\n", "489" },
  };
  Line *line = line_new_messages (FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *start = g_strconcat ("SIP/2.0 ", rows[i].status, NULL);
      g_autoptr (PeerMessage) answer = NULL;

      send_request (line, rows[i].method, NULL, rows[i].extra, "hello\n");
      answer = peer_expect (line->peer, start, WAIT_MS);
      if (g_str_equal (rows[i].status, "405"))
        assert_allow (answer, FALSE);
    }
  g_assert_cmpuint (line->n_messages, ==, 0);
  line_free (line);
}

/* Our own requests do not promise it either. */
static void
test_R11_allow_of_ours (gconstpointer data)
{
  gboolean accepts = GPOINTER_TO_INT (data);
  Line *line = line_new_messages (accepts);
  Talk *talk = line_dial (line, "v=offer\r\n");
  g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS);

  assert_allow (invite, accepts);
  peer_reply (line->peer, invite, "486 Busy Here", "t1", NULL, NULL);
  peer_wait (line->peer, &talk->n_ended, "end", WAIT_MS);
  talk_free (talk);
  line_free (line);
}

/* --------------------------------------------------------------- accepted */

static void
test_R11_accepted (void)
{
  static const struct
  {
    const char *extra, *body, *status, *text;
  } rows[] = {
    { TEXT, "Hello Alice", "200", "Hello Alice" },
    { "Content-Type: text/plain;charset=UTF-8\n",
      "Gr\xc3\xbc\xc3\x9f"
      "e",
      "200",
      "Gr\xc3\xbc\xc3\x9f"
      "e" },
    { "Content-Type: TEXT/Plain; charset=\"utf-8\"\n", "x", "200", "x" },
    { "Content-Type: text/plain;charset=us-ascii\n", "y", "200", "y" },
    { "", "untyped", "200", "untyped" },
    { TEXT, "", "200", NULL },
    { "Content-Type: text/html\n", "<b>x</b>", "415", NULL },
    { "Content-Type: message/cpim\n", "x", "415", NULL },
    { "Content-Type: multipart/mixed;boundary=x\n", "--x--", "415", NULL },
    { "Content-Type: application/im-iscomposing+xml\n", "<x/>", "415", NULL },
    { "Content-Type: text/plain;charset=iso-8859-1\n", "x", "415", NULL },
    { TEXT "Content-Encoding: gzip\n", "x", "415", NULL },
    { TEXT, "not \xff utf-8", "415", NULL },
  };
  Line *line = line_new_messages (TRUE);
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *wanted = NULL;

      send_request (line, "MESSAGE", NULL, rows[i].extra, rows[i].body);
      expect_status (line, rows[i].status, g_str_equal (rows[i].status, "415") ? "Accept" : NULL, "text/plain");
      peer_spin (20);
      n += rows[i].text != NULL;
      g_assert_cmpuint (line->n_messages, ==, n);
      if (rows[i].text == NULL)
        continue;
      wanted = g_strdup_printf ("sip:bob@example.test 'Bob': %s", rows[i].text);
      g_assert_cmpstr (line->message, ==, wanted);
    }
  /* Presence stays refused. */
  send_request (line, "SUBSCRIBE", NULL, "Event: presence\n", "");
  expect_status (line, "489", NULL, NULL);
  line_free (line);
}

static void
test_R11_size (void)
{
  Line *line = line_new_messages (TRUE);
  g_autofree char *most = g_strnfill (CUSAX_SIP_MESSAGE_MAX, 'm');
  g_autofree char *more = g_strnfill (CUSAX_SIP_MESSAGE_MAX + 1, 'm');

  send_request (line, "MESSAGE", NULL, TEXT, most);
  expect_status (line, "200", NULL, NULL);
  send_request (line, "MESSAGE", NULL, TEXT, more);
  expect_status (line, "413", NULL, NULL);
  g_assert_cmpuint (line->n_messages, ==, 1);
  line_free (line);
}

static void
test_R11_not_for_us (void)
{
  Line *line = line_new_messages (TRUE);

  send_request (line, "MESSAGE", "sip:somebody@127.0.0.1", TEXT, "x");
  expect_status (line, "404", NULL, NULL);
  send_request (line, "MESSAGE", "sip:alice@example.test", TEXT, "x");
  expect_status (line, "200", NULL, NULL);
  g_assert_cmpuint (line->n_messages, ==, 1);
  line_free (line);
}

/* The setting counts from the next message on, without a new registration. */
static void
test_R11_configure (void)
{
  Line *line = line_new_messages (FALSE);
  g_autoptr (CusaxConfig) on = config_new ("accept_sip_messages", "true", NULL);
  g_autoptr (CusaxConfig) off = config_new (NULL, NULL);
  guint n_registers = peer_count (line->peer, "REGISTER ");

  send_request (line, "MESSAGE", NULL, TEXT, "x");
  expect_status (line, "405", NULL, NULL);
  line->port->vtable->configure (line->port, on);
  send_request (line, "MESSAGE", NULL, TEXT, "x");
  expect_status (line, "200", NULL, NULL);
  line->port->vtable->configure (line->port, off);
  send_request (line, "MESSAGE", NULL, TEXT, "x");
  expect_status (line, "405", NULL, NULL);
  g_assert_cmpuint (line->n_messages, ==, 1);
  g_assert_cmpuint (peer_count (line->peer, "REGISTER "), ==, n_registers);
  line_free (line);
}

/* A message within a call is one like any other, and the call goes on. */
static void
test_R11_in_a_call (gconstpointer data)
{
  gboolean accepts = GPOINTER_TO_INT (data);
  Line *line = line_new_messages (accepts);
  g_autoptr (PeerDialog) dialog = line_incoming_call (line);

  /* peer_request() says application/sdp. */
  peer_sendf (line->peer,
              "MESSAGE %s SIP/2.0\nVia: SIP/2.0/TCP 127.0.0.1:%u;branch=z9hG4bKincall;rport\nMax-Forwards: 70\n"
              "From: %s\nTo: %s\nCall-ID: %s\nCSeq: %u MESSAGE\n" TEXT "Content-Length: @LENGTH@\n\nhi",
              dialog->target, peer_get_port (line->peer), dialog->local, dialog->remote, dialog->call_id,
              ++dialog->cseq);
  expect_status (line, accepts ? "200" : "405", NULL, NULL);
  peer_spin (20);
  g_assert_cmpuint (line->n_messages, ==, accepts ? 1 : 0);
  g_assert_cmpuint (line->talk->n_ended, ==, 0);
  peer_request (line->peer, dialog, "BYE", NULL, NULL);
  expect_status (line, "200", NULL, NULL);
  peer_wait (line->peer, &line->talk->n_ended, "end", WAIT_MS);
  line_free (line);
}

/* Each of many at once is answered and taken, and calls still come through. */
static void
test_R11_flood (gconstpointer data)
{
  gboolean accepts = GPOINTER_TO_INT (data);
  Line *line = line_new_messages (accepts);
  g_autoptr (PeerDialog) dialog = NULL;

  for (guint i = 0; i < 300; i++)
    send_request (line, "MESSAGE", NULL, TEXT, "hello");
  for (guint i = 0; i < 300; i++)
    expect_status (line, accepts ? "200" : "405", NULL, NULL);
  g_assert_cmpuint (line->n_messages, ==, accepts ? 300 : 0);
  dialog = line_incoming_call (line);
  line_free (line);
}

/* What has no place in a call is refused, whatever it is and however often, and the call goes on. */
static void
test_R11_strange_in_a_call (void)
{
  static const struct
  {
    const char *method, *extra, *body;
  } rows[] = {
    { "NOTIFY", "Event: presence\nSubscription-State: active\n", NULL },
    { "NOTIFY", "Event: conference;id=1\nSubscription-State: terminated;reason=probation;retry-after=0\n",
      NULL },
    { "NOTIFY", "Event: refer\nSubscription-State: terminated;reason=noresource\n", "SIP/2.0 200 OK" },
    { "NOTIFY", "Event: talk\n", NULL },
    { "NOTIFY", "Subscription-State: ;;;\n", NULL },
    { "NOTIFY", "", NULL },
    { "SUBSCRIBE", "Event: conference\nExpires: 0\n", NULL },
    { "SUBSCRIBE", "Event: dialog;id=2\nExpires: 4294967295\n", NULL },
    { "SUBSCRIBE", "", NULL },
    { "REFER", "Refer-To: <sip:evil@b.test>\n", NULL },
    { "PUBLISH", "Event: presence\n", "x" },
    { "MESSAGE", "", "x" },
    { "INFO", "Info-Package: x\n", "x" },
    { "PRACK", "RAck: 1 1 INVITE\n", NULL },
    { "PRACK", "", NULL },
    { "REGISTER", "", NULL },
    { "NONSENSE", "", "x" },
  };
  Line *line = line_new_messages (FALSE);
  g_autoptr (PeerDialog) dialog = line_incoming_call (line);
  g_autoptr (PeerMessage) trying = peer_expect (line->peer, "SIP/2.0 100", WAIT_MS);

  for (guint i = 0; i < 3 * G_N_ELEMENTS (rows); i++)
    {
      guint row = i % G_N_ELEMENTS (rows);
      g_autoptr (PeerMessage) answer = NULL;

      peer_request (line->peer, dialog, rows[row].method, rows[row].extra, rows[row].body);
      answer = peer_expect (line->peer, "SIP/2.0 ", WAIT_MS);
      if (strcmp (answer->first_line, "SIP/2.0 4") < 0 || (strcmp (answer->first_line, "SIP/2.0 6") > 0 && !g_str_has_prefix (answer->first_line, "SIP/2.0 603")))
        g_error ("%s: %s", rows[row].method, answer->first_line);
    }
  peer_spin (20);
  g_assert_cmpuint (line->talk->n_ended, ==, 0);
  peer_request (line->peer, dialog, "BYE", NULL, NULL);
  expect_status (line, "200", NULL, NULL);
  peer_wait (line->peer, &line->talk->n_ended, "end", WAIT_MS);
  line_free (line);
}

/* A broken header that nobody on the way had to read costs the request at most, not the connection, and so not
 * the registration of whoever it was sent to. */
static void
test_broken_headers (void)
{
  static const char *const lines[] = {
    "Contact: <\n",
    "Contact: ;;\n",
    "Content-Type: /\n",
    "Content-Disposition: ;\n",
    "Content-Encoding: ;\n",
    "Require: <\n",
    "Record-Route: <\n",
    "Expires: never\n",
    "RAck: x\n",
    "Event: ;\n",
    "Session-Expires: x\n",
    "Min-SE: x\n",
    "Subscription-State: ;\n",
    "SIP-If-Match: ;\n",
    "Referred-By: <\n",
    "Replaces: ;\n",
  };
  static const char *const methods[]
    = { "INVITE", "MESSAGE", "NOTIFY", "SUBSCRIBE", "OPTIONS", "PRACK", "BYE" };
  Line *line = line_new_messages (FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    for (guint j = 0; j < G_N_ELEMENTS (methods); j++)
      {
        g_autoptr (PeerDialog) dialog = peer_dialog_new (peer_get_contact (line->peer));
        g_autoptr (PeerMessage) answer = NULL;

        line->reject_with = 486;
        peer_request (line->peer, dialog, methods[j], lines[i], NULL);
        do
          {
            g_clear_pointer (&answer, peer_message_free);
            answer = peer_expect (line->peer, "SIP/2.0 ", WAIT_MS);
          }
        while (g_str_has_prefix (answer->first_line, "SIP/2.0 1"));
        if (j == 0)
          peer_request (line->peer, dialog, "ACK", NULL, NULL);
      }
  peer_spin (50);
  g_assert_cmpuint (peer_get_n_connections (line->peer), ==, 1);
  g_assert_cmpuint (line->n_registered, ==, 1);
  g_assert_cmpuint (line->n_stopped, ==, 0);
  line_free (line);
}

/* ------------------------------------------------------------------- sent */

typedef struct
{
  guint n, status;
} Done;

static void
on_done (gpointer user_data, guint status, const char *reason)
{
  Done *done = user_data;

  done->n++;
  done->status = status;
}

static gboolean
send_text (Line *line, const char *text, Done *done, GError **error)
{
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.test", NULL);

  return line->port->vtable->send_message (line->port, bob, text, on_done, done, error);
}

static void
test_sent (gconstpointer data)
{
  const char *answer = data;
  Line *line = line_new (FALSE);
  Done done = { 0 };
  g_autoptr (PeerMessage) message = NULL;
  g_autofree char *type = NULL, *from = NULL, *contact = NULL;

  g_assert_true (send_text (line,
                            "Gr\xc3\xbc\xc3\x9f"
                            "e\nBob",
                            &done, NULL));
  g_assert_cmpuint (done.n, ==, 0);
  message = peer_expect (line->peer, "MESSAGE sip:bob@example.test ", WAIT_MS);
  g_assert_cmpstr (message->body, ==,
                   "Gr\xc3\xbc\xc3\x9f"
                   "e\nBob");
  type = peer_message_get (message, "Content-Type");
  g_assert_cmpstr (type, ==, "text/plain;charset=UTF-8");
  from = peer_message_get (message, "From");
  g_assert_true (g_str_has_prefix (from, "<sip:alice@example.test>;tag="));
  /* RFC 3428 section 4: none. */
  contact = peer_message_get (message, "Contact");
  g_assert_null (contact);
  peer_reply (line->peer, message, answer, "t1", "Contact: <sip:other@127.0.0.1>\n", NULL);
  peer_wait (line->peer, &done.n, "end of the message", WAIT_MS);
  g_assert_cmpuint (done.status, ==, (guint) g_ascii_strtoull (answer, NULL, 10));
  peer_expect_none (line->peer, "MESSAGE ", 100);
  g_assert_cmpuint (done.n, ==, 1);
  line_free (line);
}

/* A challenge is answered once, a stranger's never (R47). */
static void
test_sent_challenged (gconstpointer data)
{
  gboolean is_stranger = GPOINTER_TO_INT (data);
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  Done done = { 0 };
  g_autoptr (PeerMessage) first = NULL, second = NULL;
  g_autofree char *credentials = NULL;
  g_autofree char *challenge
    = g_strdup_printf ("%s: Digest realm=\"%s\", nonce=\"1\", qop=\"auth\", algorithm=SHA-256\n",
                       is_stranger ? "WWW-Authenticate" : "Proxy-Authenticate", is_stranger ? "far" : "home");
  const char *status = is_stranger ? "401 Unauthorized" : "407 Proxy Authentication Required";

  peer_set_mode (peer, PEER_SHA256, 0);
  line_start (line);
  line_wait_registered (line);
  g_assert_true (send_text (line, "hello", &done, NULL));
  first = peer_expect (peer, "MESSAGE ", WAIT_MS);
  peer_reply (peer, first, status, "t1", challenge, NULL);
  if (!is_stranger)
    {
      second = peer_expect (peer, "MESSAGE ", WAIT_MS);
      credentials = peer_message_get (second, "Proxy-Authorization");
      g_assert_nonnull (credentials);
      g_assert_cmpstr (second->body, ==, "hello");
      peer_reply (peer, second, status, "t1", challenge, NULL);
    }
  peer_wait (peer, &done.n, "end of the message", WAIT_MS);
  g_assert_cmpuint (done.status, ==, is_stranger ? 401 : 407);
  peer_expect_none (peer, "MESSAGE ", 100);
  line_free (line);
}

static void
test_sent_leg_lost (void)
{
  Line *line = line_new (FALSE);
  Done done = { 0 };
  g_autoptr (PeerMessage) message = NULL;

  g_assert_true (send_text (line, "hello", &done, NULL));
  message = peer_expect (line->peer, "MESSAGE ", WAIT_MS);
  peer_die (line->peer);
  peer_wait (line->peer, &done.n, "end of the message", WAIT_MS);
  g_assert_cmpuint (done.status, ==, 503);
  line_free (line);
}

/* Signed off: the answer may come for as long as signing off takes; then it will not. */
static void
test_sent_stopped (gconstpointer data)
{
  gboolean is_answered = GPOINTER_TO_INT (data);
  Line *line = line_new (FALSE);
  Done done = { 0 };
  g_autoptr (PeerMessage) message = NULL;

  g_assert_true (send_text (line, "hello", &done, NULL));
  message = peer_expect (line->peer, "MESSAGE ", WAIT_MS);
  line->port->vtable->stop (line->port);
  if (is_answered)
    peer_reply (line->peer, message, "202 Accepted", "t1", NULL, NULL);
  line_wait_stopped (line);
  g_assert_cmpuint (done.n, ==, 1);
  g_assert_cmpuint (done.status, ==, is_answered ? 202 : 503);
  line_free (line);
}

static void
test_sent_freed (void)
{
  Line *line = line_new (FALSE);
  Done done = { 0 };
  g_autoptr (PeerMessage) message = NULL;

  g_assert_true (send_text (line, "hello", &done, NULL));
  message = peer_expect (line->peer, "MESSAGE ", WAIT_MS);
  line_free (line);
  g_assert_cmpuint (done.n, ==, 0);
}

/* Run with -m slow: the time that SIP gives (64 x T1). */
static void
test_sent_unanswered (void)
{
  Line *line = line_new (FALSE);
  Done done = { 0 };
  g_autoptr (PeerMessage) message = NULL;

  g_assert_true (send_text (line, "hello", &done, NULL));
  message = peer_expect (line->peer, "MESSAGE ", WAIT_MS);
  peer_wait (line->peer, &done.n, "end of the message", 39000);
  g_assert_cmpuint (done.status, ==, 408);
  line_free (line);
}

static void
test_not_sent (void)
{
  Line *line = line_new_idle (peer_new (FALSE), NULL, NULL);
  g_autofree char *more = g_strnfill (CUSAX_SIP_MESSAGE_MAX + 1, 'm');
  const char *texts[] = { more, "", "\xff" };
  Done done = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (send_text (line, "hello", &done, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE);
  line_start (line);
  line_wait_registered (line);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_clear_error (&error);
      g_assert_false (send_text (line, texts[i], &done, &error));
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
    }
  peer_expect_none (line->peer, "MESSAGE ", 50);
  g_assert_cmpuint (done.n, ==, 0);
  line_free (line);
}

static void
add_tests (void)
{
  g_test_add_func ("/sip/message/R11/refused", test_R11_refused);
  g_test_add_data_func ("/sip/message/R11/allow", GINT_TO_POINTER (FALSE), test_R11_allow_of_ours);
  g_test_add_data_func ("/sip/message/R11/allow-accepting", GINT_TO_POINTER (TRUE), test_R11_allow_of_ours);
  g_test_add_func ("/sip/message/R11/accepted", test_R11_accepted);
  g_test_add_func ("/sip/message/R11/size", test_R11_size);
  g_test_add_func ("/sip/message/R11/not-for-us", test_R11_not_for_us);
  g_test_add_func ("/sip/message/R11/configure", test_R11_configure);
  g_test_add_data_func ("/sip/message/R11/in-a-call", GINT_TO_POINTER (FALSE), test_R11_in_a_call);
  g_test_add_data_func ("/sip/message/R11/in-a-call-accepting", GINT_TO_POINTER (TRUE), test_R11_in_a_call);
  g_test_add_data_func ("/sip/message/R11/flood", GINT_TO_POINTER (FALSE), test_R11_flood);
  g_test_add_data_func ("/sip/message/R11/flood-accepting", GINT_TO_POINTER (TRUE), test_R11_flood);
  g_test_add_func ("/sip/message/broken-headers", test_broken_headers);
  g_test_add_func ("/sip/message/R11/strange-in-a-call", test_R11_strange_in_a_call);
  g_test_add_data_func ("/sip/message/sent/200", "200 OK", test_sent);
  g_test_add_data_func ("/sip/message/sent/202", "202 Accepted", test_sent);
  g_test_add_data_func ("/sip/message/sent/302", "302 Moved Temporarily", test_sent);
  g_test_add_data_func ("/sip/message/sent/405", "405 Method Not Allowed", test_sent);
  g_test_add_data_func ("/sip/message/sent/503", "503 Service Unavailable", test_sent);
  g_test_add_data_func ("/sip/message/sent/challenged", GINT_TO_POINTER (FALSE), test_sent_challenged);
  g_test_add_data_func ("/sip/message/sent/stranger-asks", GINT_TO_POINTER (TRUE), test_sent_challenged);
  g_test_add_func ("/sip/message/sent/leg-lost", test_sent_leg_lost);
  g_test_add_data_func ("/sip/message/sent/stopped", GINT_TO_POINTER (FALSE), test_sent_stopped);
  g_test_add_data_func ("/sip/message/sent/stopped-answered", GINT_TO_POINTER (TRUE), test_sent_stopped);
  g_test_add_func ("/sip/message/sent/freed", test_sent_freed);
  if (g_test_slow ())
    g_test_add_func ("/sip/message/sent/unanswered", test_sent_unanswered);
  g_test_add_func ("/sip/message/not-sent", test_not_sent);
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
