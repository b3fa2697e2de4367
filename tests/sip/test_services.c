/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an office telephone's calls bring along: INFO both ways (A9, P25), redirections that nobody follows, the other side's words
 * at the end (R44), voicemail news that nobody subscribed to and Allow-Events (P10), requests to answer by itself.
 */
#include "media-control.h"
#include "ua-fixture.h"

#include <string.h>

#define DTMF "Content-Type: application/dtmf-relay\n"
#define CONTROL "Content-Type: " CUSAX_MEDIA_CONTROL_TYPE "\n"
#define UPDATE \
  "<media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder></vc_primitive></media_control>\n"
#define ALL "Allow: INVITE, ACK, BYE, CANCEL, REFER, INFO\n"

static guint n_done, n_notified, n_redirected;
static char *notified; /* "EVENT TYPE BODY" */

static void
on_info_done (gpointer user_data, guint status)
{
  Talk *talk = user_data;

  g_string_append_printf (talk->trace, " i%u", status);
  n_done++;
}

static void
on_redirected (gpointer user_data, const char *const *targets)
{
  Talk *talk = user_data;
  g_autofree char *all = g_strjoinv (" ", (GStrv) targets);

  g_string_append_printf (talk->trace, "[%s]", all);
  n_redirected++;
}

static void
on_notify (gpointer user_data, const char *event, const char *content_type, const char *body, gsize length)
{
  g_free (notified);
  notified = g_strdup_printf ("%s %s %.*s", event, content_type, (int) length, body);
  n_notified++;
}

static void
on_keyframe_asked (gpointer user_data)
{
  Talk *talk = user_data;

  g_string_append (talk->trace, " keyframe");
}

static void
listen_to (Talk *talk)
{
  static CusaxSipCallListener listener;

  listener = talk_listener;
  listener.on_info_done = on_info_done;
  listener.on_redirected = on_redirected;
  listener.on_keyframe_asked = on_keyframe_asked;
  talk->call->vtable->set_listener (talk->call, &listener, talk);
  n_done = n_redirected = 0;
}

static void
expect_answer (Line *line, const char *status, const char *header, const char *value)
{
  g_autofree char *start = g_strconcat ("SIP/2.0 ", status, NULL);
  g_autoptr (PeerMessage) answer = peer_expect (line->peer, start, WAIT_MS);
  g_autofree char *found = header != NULL ? message_get_all (answer, header) : NULL;

  g_assert_cmpstr (found, ==, value);
}

static void
hang_up (Line *line, Talk *talk)
{
  g_autoptr (PeerMessage) bye = NULL;

  g_assert_cmpuint (talk->n_ended, ==, 0);
  talk->call->vtable->hang_up (talk->call);
  bye = peer_expect (line->peer, "BYE ", WAIT_MS);
  peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
  peer_wait (line->peer, &talk->n_ended, "end", WAIT_MS);
}

/* ------------------------------------------------------------------------- INFO */

static void
send_digit (Talk *talk, char digit)
{
  g_autofree char *body = g_strdup_printf ("Signal=%c\r\nDuration=160\r\n", digit);

  talk->call->vtable->send_info (talk->call, "application/dtmf-relay", body);
}

static void
expect_digit (Line *line, char digit, const char *status)
{
  g_autoptr (PeerMessage) info = peer_expect (line->peer, "INFO ", WAIT_MS);
  g_autofree char *type = message_get_all (info, "Content-Type");
  g_autofree char *body = g_strdup_printf ("Signal=%c\r\nDuration=160\r\n", digit);

  g_assert_cmpstr (type, ==, "application/dtmf-relay");
  g_assert_cmpstr (info->body, ==, body);
  peer_expect_none (line->peer, "INFO ", 20);
  peer_reply (line->peer, info, status, NULL, NULL, NULL);
}

/* In order, one at a time; whatever they answer, the call stands. */
static void
test_info_out (void)
{
  static const char *const answers[] = { "200 OK", "415 Unsupported Media Type", "404 Not Found", "500 Server Error",
                                         "408 Request Timeout", "480 Temporarily Unavailable", "302 Moved", "200 OK" };
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, ALL);

  listen_to (talk);
  g_assert_true (talk->call->vtable->takes_info (talk->call));
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    send_digit (talk, '0' + i);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    expect_digit (line, '0' + i, answers[i]);
  while (n_done < G_N_ELEMENTS (answers))
    peer_spin (5);
  g_assert_cmpstr (talk->trace->str, ==, "up+ i200 i415 i404 i500 i408 i480 i302 i200");
  hang_up (line, talk);
  talk_free (talk);
  line_free (line);
}

/* Digits before the call stands, and those that its end overtakes. */
static void
test_info_out_of_time (gconstpointer data)
{
  gboolean is_ours = GPOINTER_TO_INT (data);
  Line *line = line_new (FALSE);
  g_autofree char *contact
    = g_strdup_printf ("Contact: <sip:bob@127.0.0.1:%u;transport=tcp>\n" ALL, peer_get_port (line->peer));
  Talk *talk = line_dial (line, "v=offer\r\n");
  g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS), ack = NULL, info = NULL;
  g_autoptr (PeerDialog) dialog = peer_dialog_from_invite (invite, "t1");

  listen_to (talk);
  send_digit (talk, '1');
  peer_expect_none (line->peer, "INFO ", 30);
  peer_reply (line->peer, invite, "200 OK", "t1", contact, "v=answer\n");
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  expect_digit (line, '1', "200 OK");
  send_digit (talk, '2');
  send_digit (talk, '3');
  info = peer_expect (line->peer, "INFO ", WAIT_MS);
  if (is_ours)
    {
      talk->call->vtable->hang_up (talk->call);
      send_digit (talk, '4');
      peer_reply (line->peer, info, "200 OK", NULL, NULL, NULL);
      g_clear_pointer (&ack, peer_message_free);
      ack = peer_expect (line->peer, "BYE ", WAIT_MS);
      peer_reply (line->peer, ack, "200 OK", NULL, NULL, NULL);
    }
  else
    {
      peer_request (line->peer, dialog, "BYE", NULL, NULL);
      expect_answer (line, "200", NULL, NULL);
    }
  peer_wait (line->peer, &talk->n_ended, "end", WAIT_MS);
  send_digit (talk, '5');
  g_assert_cmpstr (talk->trace->str, ==, is_ours ? "up+ i200 i200 i503 i503 ended0" : "up+ i200 i503 i503 ended0");
  talk_free (talk);
  line_free (line);
}

/* The listener gives the call up while it is told what became of its digits. */
static void
release_on_done (gpointer user_data, guint status)
{
  talk_release (user_data);
}

static void
test_info_release (void)
{
  CusaxSipCallListener listener = talk_listener;
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, ALL);
  g_autoptr (PeerMessage) info = NULL;

  listener.on_info_done = release_on_done;
  talk->call->vtable->set_listener (talk->call, &listener, talk);
  send_digit (talk, '1');
  send_digit (talk, '2');
  info = peer_expect (line->peer, "INFO ", WAIT_MS);
  peer_request (line->peer, dialog, "BYE", NULL, NULL);
  expect_answer (line, "200", NULL, NULL);
  peer_spin (30);
  g_assert_null (talk->call);
  g_assert_cmpuint (talk->n_ended, ==, 0);
  talk_free (talk);
  line_free (line);
}

static void
test_takes_info (void)
{
  static const struct
  {
    const char *extra;
    gboolean takes;
  } rows[] = {
    { NULL, TRUE },
    { ALL, TRUE },
    { "Allow: INVITE, ACK, BYE\n", FALSE },
    { "Allow: INVITE\nAllow: BYE, INFO\n", TRUE },
    { "Allow: INFORMATION\n", FALSE },
  };
  Line *line = line_new (FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Talk *talk;
      g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, rows[i].extra);

      g_assert_cmpint (talk->call->vtable->takes_info (talk->call), ==, rows[i].takes);
      hang_up (line, talk);
      talk_free (talk);
    }
  line_free (line);
}

static void
test_info_in (void)
{
  static const char accept[] = "application/dtmf-relay, application/dtmf, application/media_control+xml";
  static const struct
  {
    const char *extra, *body, *status, *header, *value;
  } rows[] = {
    { NULL, NULL, "200", NULL, NULL },
    { DTMF, "Signal=5\nDuration=160\n", "200", NULL, NULL },
    { DTMF, "Signal= #\n", "200", NULL, NULL },
    { "Content-Type: application/dtmf\n", "*", "200", NULL, NULL },
    { DTMF, "Signal=\n", "415", "Accept", accept },
    { DTMF, "\n", "415", "Accept", accept },
    { DTMF, "Signal=555555555555555555555555555555\n", "415", "Accept", accept },
    { DTMF "Content-Encoding: gzip\n", "Signal=5\n", "415", "Accept", accept },
    { "Content-Type: application/x+xml\n", UPDATE, "415", "Accept", accept },
    { CONTROL "Content-Encoding: gzip\n", UPDATE, "415", "Accept", accept },
    { CONTROL, UPDATE, "200", NULL, NULL },
    { CONTROL, "<x/>\n", "400", NULL, NULL },
    { "Content-Type: ;\n", "Signal=5\n", "415", "Accept", accept },
    { "Info-Package: package\n" DTMF, "Signal=5\n", "469", "Recv-Info", "" },
    { "Info-Package: \n", NULL, "469", "Recv-Info", "" },
  };
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = line_incoming_call (line);
  g_autoptr (PeerDialog) stranger = peer_dialog_new (peer_get_contact (line->peer));

  for (guint i = 0; i < 3 * G_N_ELEMENTS (rows); i++)
    {
      guint row = i % G_N_ELEMENTS (rows);

      peer_request (line->peer, dialog, "INFO", rows[row].extra, rows[row].body);
      expect_answer (line, rows[row].status, rows[row].header, rows[row].value);
    }
  peer_request (line->peer, stranger, "INFO", DTMF, "Signal=5\n");
  expect_answer (line, "481", NULL, NULL);
  g_assert_cmpstr (line->talk->trace->str, ==, "up");
  hang_up (line, line->talk);
  line_free (line);
}

/* P25: who cannot ask for a whole picture by RTCP asks by INFO (RFC 5168); who asks for something else is not understood. */
static void
test_keyframe_in (void)
{
  static const struct
  {
    const char *extra, *body, *status, *trace;
  } rows[] = {
    { CONTROL, UPDATE, "200", "up keyframe" },
    { CONTROL, "<media_control><general_error>no</general_error></media_control>\n", "200", "up" },
    { CONTROL, "<media_control><vc_primitive>\n", "400", "up" },
    { DTMF, "Signal=5\n", "200", "up" },
    { CONTROL "Info-Package: x\n", UPDATE, "469", "up" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Line *line = line_new (FALSE);
      g_autoptr (PeerDialog) dialog = line_incoming_call (line);

      listen_to (line->talk);
      peer_request (line->peer, dialog, "INFO", rows[i].extra, rows[i].body);
      expect_answer (line, rows[i].status, NULL, NULL);
      g_assert_cmpstr (line->talk->trace->str, ==, rows[i].trace);
      hang_up (line, line->talk);
      line_free (line);
    }
}

static void
release_on_keyframe (gpointer user_data)
{
  talk_release (user_data);
  n_done++;
}

/* The listener may end the call from within. */
static void
test_keyframe_release (void)
{
  CusaxSipCallListener listener = talk_listener;
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = line_incoming_call (line);
  g_autoptr (PeerMessage) bye = NULL;

  n_done = 0;
  listener.on_keyframe_asked = release_on_keyframe;
  line->talk->call->vtable->set_listener (line->talk->call, &listener, line->talk);
  peer_request (line->peer, dialog, "INFO", CONTROL, UPDATE);
  expect_answer (line, "200", NULL, NULL);
  g_assert_cmpuint (n_done, ==, 1);
  bye = peer_expect (line->peer, "BYE ", WAIT_MS);
  peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
  line_free (line);
}

/* Ours goes out as any INFO does. */
static void
test_keyframe_out (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = line_incoming_call (line);
  g_autoptr (PeerMessage) info = NULL;
  g_autofree char *type = NULL;

  listen_to (line->talk);
  line->talk->call->vtable->send_info (line->talk->call, CUSAX_MEDIA_CONTROL_TYPE,
                                       cusax_media_control_write_fast_update ());
  info = peer_expect (line->peer, "INFO ", WAIT_MS);
  type = message_get_all (info, "Content-Type");
  g_assert_cmpstr (type, ==, CUSAX_MEDIA_CONTROL_TYPE);
  g_assert_cmpint (cusax_media_control_read (type, info->body, strlen (info->body)), ==, CUSAX_MEDIA_CONTROL_FAST_UPDATE);
  peer_reply (line->peer, info, "200 OK", NULL, NULL, NULL);
  peer_wait (line->peer, &n_done, "end of INFO", WAIT_MS);
  hang_up (line, line->talk);
  line_free (line);
}

/* ------------------------------------------------------------------ redirections */

static const struct
{
  const char *status, *extra, *trace;
} redirections[] = {
  { "302 Moved Temporarily", "Contact: <sip:a@x.test>\n", "[sip:a@x.test] ended302" },
  { "301 Moved Permanently", "Contact: <sip:a@x.test>;q=0.1, <tel:+331234>;q=0.9, <sips:c@x.test>\n",
    "[sips:c@x.test tel:+331234 sip:a@x.test] ended301" },
  { "300 Multiple Choices",
    "Contact: <sip:1@x>;q=0.5\nContact: <sip:2@x>;q=0.5, <xmpp:3@x>, <sip:4@x>;q=0.55, <mailto:5@x>, <sip:6@x>;q=bad\n",
    "[sip:4@x sip:1@x sip:2@x sip:6@x] ended300" },
  { "302 Moved", "Contact: <sip:1@x>, <sip:2@x>, <sip:3@x>, <sip:4@x>, <sip:5@x>, <sip:6@x>, <sip:7@x>;q=1.000\n",
    "[sip:1@x sip:2@x sip:3@x sip:4@x sip:5@x] ended302" },
  { "305 Use Proxy", "Contact: <sip:a@x.test;lr>\n", "[sip:a@x.test;lr] ended305" },
  { "302 Moved", NULL, "ended302" },
  { "302 Moved", "Contact: *\n", "ended302" },
  { "302 Moved", "Contact: <\n", "ended302" },
  { "380 Alternative Service", "Contact: <xmpp:a@x.test>\n", "ended380" },
  { "486 Busy Here", "Contact: <sip:a@x.test>\n", "ended486" },
};

static void
test_redirected (void)
{
  Line *line = line_new (FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (redirections); i++)
    {
      Talk *talk = line_dial (line, "v=offer\r\n");
      g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
      const char *got;

      listen_to (talk);
      peer_reply (line->peer, invite, redirections[i].status, "t1", redirections[i].extra, NULL);
      peer_wait (line->peer, &talk->n_ended, "end", WAIT_MS);
      got = talk->trace->str + strspn (talk->trace->str, " ");
      g_assert_cmpstr (got, ==, redirections[i].trace);
      peer_expect_none (line->peer, "INVITE ", 30);
      talk_free (talk);
    }
  line_free (line);
}

static void
release_on_redirected (gpointer user_data, const char *const *targets)
{
  talk_release (user_data);
  n_redirected++;
}

static void
test_redirected_release (void)
{
  CusaxSipCallListener listener = talk_listener;
  Line *line = line_new (FALSE);
  Talk *talk = line_dial (line, "v=offer\r\n");
  g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS);

  n_redirected = 0;
  listener.on_redirected = release_on_redirected;
  talk->call->vtable->set_listener (talk->call, &listener, talk);
  peer_reply (line->peer, invite, "302 Moved", "t1", "Contact: <sip:a@x.test>\n", NULL);
  peer_wait (line->peer, &n_redirected, "redirection", WAIT_MS);
  peer_expect_none (line->peer, "CANCEL ", 50);
  g_assert_cmpuint (talk->n_ended, ==, 0);
  talk_free (talk);
  line_free (line);
}

/* ------------------------------------------------------------------------- words */

static const struct
{
  const char *extra, *words;
} words[] = {
  { NULL, "Busy Here" },
  { "Warning: 399 pbx.test \"Line \\\"2\\\" is closed\"\n", "Line \"2\" is closed" },
  { "Warning: 301 pbx.test \"Incompatible\", 399 pbx.test \"First\", 399 pbx.test \"Second\"\n", "First" },
  { "Warning: 301 pbx.test \"Incompatible\"\n", "Busy Here" },
  { "Reason: SIP;cause=486;text=\"At lunch\"\n", "At lunch" },
  { "Reason: Q.850;cause=17;text=\"User busy\"\n", "Busy Here" },
  { "Reason: SIP;cause=486;text=\"At lunch\"\nWarning: 399 pbx.test \"Gone home\"\n", "Gone home" },
  { "Warning: 399\n", "Busy Here" },
  { "Warning: 399 pbx.test \"\"\n", "Busy Here" },
  { "Warning: 399 pbx.test \"open\n", "Busy Here" },
};

static void
test_R44_words (void)
{
  Line *line = line_new (FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      Talk *talk = line_dial (line, "v=offer\r\n");
      g_autoptr (PeerMessage) invite = peer_expect (line->peer, "INVITE ", WAIT_MS);

      peer_reply (line->peer, invite, "486 Busy Here", "t1", words[i].extra, NULL);
      peer_wait (line->peer, &talk->n_ended, "end", WAIT_MS);
      g_assert_cmpstr (talk->reason, ==, words[i].words);
      talk_free (talk);
    }
  line_free (line);
}

static void
test_R44_words_of_bye (void)
{
  g_autofree char *many = g_strnfill (2000, 'x');
  g_autofree char *extra = g_strdup_printf ("Warning: 399 pbx.test \"%s\"\n", many);
  const char *const rows[] = { "Warning: 399 pbx.test \"Credit used up\"\n", extra };
  Line *line = line_new (FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Talk *talk;
      g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, NULL);

      peer_request (line->peer, dialog, "BYE", rows[i], NULL);
      expect_answer (line, "200", NULL, NULL);
      peer_wait (line->peer, &talk->n_ended, "end", WAIT_MS);
      if (i == 0)
        g_assert_cmpstr (talk->reason, ==, "Credit used up");
      else
        g_assert_cmpuint (strlen (talk->reason), ==, 255);
      talk_free (talk);
    }
  line_free (line);
}

/* ------------------------------------------------------------------- voicemail news */

#define SUMMARY "Content-Type: application/simple-message-summary\n"
#define STATE "Subscription-State: active\n"

static void
test_P10_notify (void)
{
  static const struct
  {
    const char *extra, *body, *status, *notified;
  } rows[] = {
    { "Event: message-summary\n" STATE SUMMARY, "Messages-Waiting: yes\n", "200",
      "message-summary application/simple-message-summary Messages-Waiting: yes\r\n" },
    { "o: message-summary\n" SUMMARY, "Messages-Waiting: no\n", "200",
      "message-summary application/simple-message-summary Messages-Waiting: no\r\n" },
    { "Event: message-summary\nSubscription-State: terminated;reason=probation;retry-after=0\n" SUMMARY, "garbage\n", "200",
      "message-summary application/simple-message-summary garbage\r\n" },
    { "Event: message-summary\n" STATE, NULL, "200", NULL },
    { "Event: message-summary\n" STATE "Content-Type: text/plain\n", "Messages-Waiting: yes\n", "415", NULL },
    { "Event: message-summary\nContent-Encoding: gzip\n" SUMMARY, "Messages-Waiting: yes\n", "415", NULL },
    { "Event: dialog\n" STATE SUMMARY, "Messages-Waiting: yes\n", "489", NULL },
    { "Event: refer\n" STATE "Content-Type: message/sipfrag\n", "SIP/2.0 200 OK\n", "489", NULL },
    { STATE SUMMARY, "Messages-Waiting: yes\n", "489", NULL },
    { "Event: ;\n" STATE SUMMARY, "Messages-Waiting: yes\n", "489", NULL },
  };
  CusaxSipListener listener = line_listener;
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) stranger = peer_dialog_new ("sip:100@127.0.0.1");

  listener.on_notify = on_notify;
  line->port->vtable->set_listener (line->port, &listener, line);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
    {
      guint row = i % G_N_ELEMENTS (rows);
      g_autoptr (PeerDialog) dialog = peer_dialog_new (peer_get_contact (line->peer));

      g_clear_pointer (&notified, g_free);
      peer_request (line->peer, dialog, "NOTIFY", rows[row].extra, rows[row].body);
      expect_answer (line, rows[row].status, NULL, NULL);
      g_assert_cmpstr (notified, ==, rows[row].notified);
    }
  peer_request (line->peer, stranger, "NOTIFY", rows[0].extra, rows[0].body);
  expect_answer (line, "404", NULL, NULL);
  g_clear_pointer (&notified, g_free);
  line_free (line);
}

static void
test_P10_notify_unheard (void)
{
  Line *line = line_new (FALSE);
  g_autoptr (PeerDialog) dialog = peer_dialog_new (peer_get_contact (line->peer));

  peer_request (line->peer, dialog, "NOTIFY", "Event: message-summary\n" STATE SUMMARY, "Messages-Waiting: yes\n");
  expect_answer (line, "489", "Allow-Events", "message-summary");
  line_free (line);
}

static void
test_announces (void)
{
  Line *line = line_new_idle (peer_new (FALSE), NULL, NULL);

  g_assert_false (line->port->vtable->announces (line->port, "message-summary"));
  peer_set_register_extra (line->peer, "Allow-Events: presence, message-summary\nAllow-Events: dialog\n");
  line_start (line);
  line_wait_registered (line);
  g_assert_true (line->port->vtable->announces (line->port, "message-summary"));
  g_assert_true (line->port->vtable->announces (line->port, "dialog"));
  g_assert_false (line->port->vtable->announces (line->port, "message"));
  g_assert_false (line->port->vtable->announces (line->port, "conference"));
  line->port->vtable->stop (line->port);
  line_wait_stopped (line);
  g_assert_false (line->port->vtable->announces (line->port, "message-summary"));
  line_free (line);
}

/* ------------------------------------------------------------- answering by itself */

static const struct
{
  const char *extra;
  int after;
} automatic[] = {
  { NULL, -1 },
  { "Alert-Info: <http://x.test/ring.wav>\n", -1 },
  { "Alert-Info: <http://x.test/ring.wav>;info=alert-autoanswer\n", 0 },
  { "Alert-Info: <http://x.test>;info=alert-autoanswer;delay=0\n", 0 },
  { "Alert-Info: info=alert-autoanswer\n", 0 },
  { "ALERT-INFO: <http://x.test;info=Alert-Autoanswer>\n", 0 },
  { "Alert-Info: <sip:x.test;answer-after=7>\n", 7 },
  { "Alert-Info: <http://x.test>;answer-after=3\n", 3 },
  { "Alert-Info: <http://x.test>;info=alert-autoanswer;answer-after=5\n", 5 },
  { "Alert-Info: <urn:x>\nAlert-Info: <urn:y>;answer-after=4\n", 4 },
  { "Alert-Info: <http://x.test>;answer-after=99999999999999999999\n", 3600 },
  { "Alert-Info: <http://x.test>;answer-after=4000\n", 3600 },
  { "Alert-Info: <http://x.test>;answer-after=-1\n", -1 },
  { "Alert-Info: <http://x.test>;answer-after=\n", -1 },
  { "Alert-Info: <http://x.test>;answer-after=1x\n", -1 },
  { "Alert-Info: <http://x.test>;xanswer-after=1\n", -1 },
  { "Alert-Info: <<<;;;\"\n", -1 },
  { "Call-Info: <sip:x.test>;answer-after=0\n", 0 },
  { "Call-Info: <sip:x.test>;purpose=icon, <sip:y.test> ; answer-after=2\n", 2 },
  { "Call-Info: <sip:x.test>;info=alert-autoanswer\n", -1 },
  { "Answer-Mode: Auto\n", 0 },
  { "Answer-Mode: auto ;require\n", 0 },
  { "Priv-Answer-Mode: Auto\n", 0 },
  { "Answer-Mode: Manual\n", -1 },
  { "Answer-Mode: Automatic\n", -1 },
  { "Answer-Mode: \n", -1 },
};

static void
test_answer_after (void)
{
  Line *line = line_new (FALSE);

  line->reject_with = 486;
  for (guint i = 0; i < G_N_ELEMENTS (automatic); i++)
    {
      g_autoptr (PeerDialog) dialog = peer_dialog_new (peer_get_contact (line->peer));

      line->answer_after = 4711;
      peer_request (line->peer, dialog, "INVITE", automatic[i].extra, "v=offer\n");
      expect_answer (line, "486", NULL, NULL);
      peer_request (line->peer, dialog, "ACK", NULL, NULL);
      if (line->answer_after != automatic[i].after)
        g_error ("%s: %d", automatic[i].extra, line->answer_after);
    }
  line_free (line);
}

static void
add_tests (void)
{
  g_test_add_func ("/services/A9/info/out", test_info_out);
  g_test_add_data_func ("/services/A9/info/bye", GINT_TO_POINTER (FALSE), test_info_out_of_time);
  g_test_add_data_func ("/services/A9/info/hang-up", GINT_TO_POINTER (TRUE), test_info_out_of_time);
  g_test_add_func ("/services/A9/info/release", test_info_release);
  g_test_add_func ("/services/A9/info/allowed", test_takes_info);
  g_test_add_func ("/services/A9/info/in", test_info_in);
  g_test_add_func ("/services/P25/keyframe/in", test_keyframe_in);
  g_test_add_func ("/services/P25/keyframe/release", test_keyframe_release);
  g_test_add_func ("/services/P25/keyframe/out", test_keyframe_out);
  g_test_add_func ("/services/redirected", test_redirected);
  g_test_add_func ("/services/redirected-release", test_redirected_release);
  g_test_add_func ("/services/R44/refused", test_R44_words);
  g_test_add_func ("/services/R44/bye", test_R44_words_of_bye);
  g_test_add_func ("/services/P10/notify", test_P10_notify);
  g_test_add_func ("/services/P10/unheard", test_P10_notify_unheard);
  g_test_add_func ("/services/P10/announces", test_announces);
  g_test_add_func ("/services/P18/answer-after", test_answer_after);
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
