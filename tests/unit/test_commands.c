/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The slash commands: what is taken as what, and which call is meant. What they lead to is a trace. */
#include "fakephone.h"

#include "callerchat.h"
#include "commands.h"
#include "conferences.h"
#include "dialling.h"
#include "error.h"
#include "fakeservices.h"
#include "notices.h"

#include <purple.h>
#include <string.h>

static PurpleAccount *account;
static PurpleConversation *with_bob, *room;
static GString *lines; /* what conversations got, one per line */
static GString *trace; /* what was asked of others */
static GString *sent_im; /* "who: markup", one per line */
static gboolean refuses;

/* ---------------------------------------------------------------- others */

static gboolean
trace_call (const char *what, const char *argument, GError **error)
{
  g_string_append_printf (trace, "%s(%s) ", what, argument);
  if (!refuses)
    return TRUE;
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "No <way>.");
  return FALSE;
}

gboolean
cusax_dialling_click_video (PurpleAccount *of, const char *who, GError **error)
{
  return trace_call ("click-video", who, error);
}

gboolean
cusax_dialling_click (PurpleAccount *of, const char *who, GError **error)
{
  return trace_call ("click", who, error);
}

gboolean
cusax_dialling_typed_video (PurpleAccount *of, const char *text, GError **error)
{
  return trace_call ("typed-video", text, error);
}

gboolean
cusax_dialling_typed (PurpleAccount *of, const char *text, GError **error)
{
  return trace_call ("typed", text, error);
}

gboolean
cusax_dialling_transfer_typed (PurpleAccount *of, CusaxCall *call, const char *text, GError **error)
{
  g_autofree char *argument = g_strdup_printf ("%u, %s", call->number, text);

  return trace_call ("transfer", argument, error);
}

gboolean
cusax_callerchat_can_chat (CusaxCall *call)
{
  return call->contact != NULL;
}

void
cusax_callerchat_chat (PurpleAccount *of, CusaxCall *call)
{
  trace_call ("chat", call->contact, NULL);
}

char *
cusax_callerchat_attach_typed (PurpleAccount *of, const char *text, GError **error)
{
  return trace_call ("attach", text, error) ? g_strdup ("Attached.") : NULL;
}

gboolean
cusax_conferences_join_audio (PurpleAccount *of, const char *name, GError **error)
{
  return trace_call ("join-audio", name, error);
}

char *
cusax_conferences_list_people (PurpleAccount *of, const char *name)
{
  return g_strdup_printf ("people of %s", name != NULL ? name : "the call");
}

void
cusax_notices_answering (PurpleAccount *of, CusaxCall *call)
{
  g_string_append (call->trace, "present ");
}

char *
cusax_notices_status_text (PurpleAccount *of)
{
  return g_strdup ("Telephony: signed in.\nChat: signed in.");
}

/* ----------------------------------------------------------------- host */

static void
write_conversation (PurpleConversation *conversation, const char *name, const char *alias, const char *message,
                    PurpleMessageFlags flags, time_t mtime)
{
  g_string_append_printf (lines, "%s\n", message);
}

/* Of our protocol; 1: it is on its way. */
static int
send_im (PurpleConnection *gc, const char *who, const char *message, PurpleMessageFlags flags)
{
  g_string_append_printf (sent_im, "%s: %s\n", who, message);
  return 1;
}

static PurpleConversationUiOps conversation_ops = { .write_conv = write_conversation };

static void
check_lines (const char *expected)
{
  g_assert_cmpstr (lines->str, ==, expected);
  g_string_truncate (lines, 0);
}

static void
check_trace (const char *expected)
{
  g_assert_cmpstr (trace->str, ==, expected);
  g_string_truncate (trace, 0);
}

static char *
run_in (PurpleConversation *conversation, const char *line)
{
  g_autofree char *markup = g_markup_escape_text (line, -1);
  char *error = NULL;
  PurpleCmdStatus status = purple_cmd_do_command (conversation, line, markup, &error);

  if (status == PURPLE_CMD_STATUS_OK)
    {
      g_assert_null (error);
      return g_strdup ("ok");
    }
  g_assert_cmpint (status, ==, PURPLE_CMD_STATUS_FAILED);
  return error;
}

static void
assert_run_in (PurpleConversation *conversation, const char *line, const char *expected)
{
  g_autofree char *result = run_in (conversation, line);

  g_assert_cmpstr (result, ==, expected);
}

static void
assert_run (const char *line, const char *expected)
{
  assert_run_in (with_bob, line, expected);
}

static void
setup (void)
{
  fake_phone_reset ("alice@example.org");
  fake_phone.chat_up = TRUE;
  fake_purple_connect (account, TRUE);
  with_bob = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, "bob@example.org");
  room = serv_got_joined_chat (purple_account_get_connection (account), 1, "room@conference.example.org");
  refuses = FALSE;
  g_string_truncate (lines, 0);
  cusax_commands_register (cusax_connection_get_plugin ());
}

static void
teardown (void)
{
  cusax_commands_unregister ();
  cusax_commands_unregister ();
  g_clear_pointer (&with_bob, purple_conversation_destroy);
  /* The connection's list of rooms is not cleared by the end of one. */
  fake_purple_connect (account, TRUE);
  serv_got_chat_left (purple_account_get_connection (account), 1);
  g_clear_pointer (&room, purple_conversation_destroy);
  fake_purple_connect (account, FALSE);
  fake_phone_reset (NULL);
}

/* --------------------------------------------------------------- dialling */

/* R28: what is typed is typed; R25: without a target the conversation's contact is clicked. */
static void
test_dial (void)
{
  setup ();
  assert_run ("dial bob@example.org", "ok");
  assert_run ("dial  +33 1 77 62 43 39 ", "ok");
  assert_run ("call", "ok");
  assert_run ("call 7042", "ok");
  check_trace ("typed(bob@example.org) typed(+33 1 77 62 43 39) click(bob@example.org) typed(7042) ");
  assert_run ("dial", "Say whom to call: a number, a SIP address or a contact.");
  assert_run_in (room, "call", "Say whom to call: a number, a SIP address or a contact.");
  check_trace ("");
  refuses = TRUE;
  assert_run ("dial bob@example.org", "No &lt;way&gt;.");
  assert_run ("call", "No &lt;way&gt;.");
  check_trace ("typed(bob@example.org) click(bob@example.org) ");
  fake_connection = NULL;
  assert_run ("dial 1", "Telephony: off.");
  check_trace ("");
  teardown ();
}

/* The last word, and never the only one: a contact may have that name. */
static void
test_dial_video (void)
{
  setup ();
  assert_run ("dial bob@example.org video", "ok");
  assert_run ("dial  +33 1 77 62 43 39  VIDEO ", "ok");
  assert_run ("dial video", "ok");
  assert_run ("dial bob@video", "ok");
  assert_run ("dial video bob", "ok");
  assert_run ("call video", "ok");
  assert_run ("call 7042 video", "ok");
  check_trace ("typed-video(bob@example.org) typed-video(+33 1 77 62 43 39) typed(video) typed(bob@video) typed(video bob) "
               "click-video(bob@example.org) typed-video(7042) ");
  assert_run_in (room, "call video", "ok");
  check_trace ("typed(video) ");
  teardown ();
}

static void
assert_call_trace (CusaxCall *call, const char *expected)
{
  g_assert_cmpstr (call->trace->str, ==, expected);
  g_string_truncate (call->trace, 0);
}

/* Whoever wants to speak is never kept waiting by a camera: without one the call is answered all the same, with the reason. */
static void
test_answer_video (gconstpointer finch)
{
  CusaxCall *call = fake_call_new (2, CUSAX_CALL_INCOMING, "bob@example.org");

  setup ();
  fake_phone.can_video = TRUE;
  g_ptr_array_add (fake_phone.calls, call);
  assert_run ("answer video", "ok");
  assert_call_trace (call, "present answer ");
  check_lines ("No picture is offered: the call is answered with sound. Type /video on to show yours.\n");
  call->video_offered = TRUE;
  assert_run ("answer", "ok");
  assert_call_trace (call, "present answer ");
  assert_run ("answer #2 video", "ok");
  assert_call_trace (call, finch != NULL ? "present answer " : "present answer-video ");
  check_lines (finch != NULL ? "Pictures are not shown in this program.\n" : "");
  assert_run ("answer #2video", "Write the number of a call as #1, or nothing. /calls lists them.");
  assert_call_trace (call, "");
  if (finch == NULL)
    {
      fake_phone.can_video = FALSE;
      fake_phone.video_missing = "no <camera> was found";
      assert_run ("answer VIDEO", "ok");
      assert_call_trace (call, "present answer ");
      check_lines ("This computer cannot show your picture: no &lt;camera&gt; was found.\n");
      fake_phone.can_see = TRUE;
      assert_run ("answer video", "ok");
      assert_call_trace (call, "present answer-video ");
      check_lines ("This computer cannot show your picture: no &lt;camera&gt; was found.\n");
    }
  fake_call_free (call);
  teardown ();
}

static void
test_video (gconstpointer finch)
{
  CusaxCall *first = fake_call_new (1, CUSAX_CALL_ACTIVE, "bob@example.org");
  CusaxCall *second = fake_call_new (2, CUSAX_CALL_RINGING, "+33177624339");
  const char *usage = "Write “on” to show your picture, or “off” to end the pictures of the call.";

  setup ();
  fake_phone.can_video = TRUE;
  assert_run ("video on", "A picture can be shown when the other side has answered.");
  g_ptr_array_add (fake_phone.calls, first);
  g_ptr_array_add (fake_phone.calls, second);
  assert_run ("video", usage);
  assert_run ("video #1", usage);
  assert_run ("video on #1", usage);
  assert_run ("video #2 on", "A picture can be shown when the other side has answered.");
  assert_call_trace (first, "");
  assert_run ("video off", "ok");
  assert_run ("video #1 OFF", "ok");
  assert_call_trace (first, "no-video no-video ");
  assert_run ("video #1 on", finch != NULL ? "Pictures are not shown in this program." : "ok");
  assert_call_trace (first, finch != NULL ? "" : "video ");
  fake_call_free (first);
  fake_call_free (second);
  teardown ();
}

/* #n names a call; without it the only one that fits, or the active one. */
static void
test_call_numbers (void)
{
  CusaxCall *first = fake_call_new (1, CUSAX_CALL_ACTIVE, "bob@example.org");
  CusaxCall *second = fake_call_new (2, CUSAX_CALL_INCOMING, "+33177624339");

  setup ();
  assert_run ("hangup", "There is no call.");
  assert_run ("answer", "No call is ringing.");
  g_ptr_array_add (fake_phone.calls, first);
  assert_run ("answer", "No call is ringing.");
  assert_run ("answer #1", "No call is ringing.");
  g_ptr_array_add (fake_phone.calls, second);
  assert_run ("answer", "ok");
  assert_run ("decline #2", "ok");
  assert_run ("hangup", "ok");
  assert_run ("hangup #2", "ok");
  assert_run ("hangup 1", "ok");
  assert_run ("hangup #3", "There is no call #3.");
  assert_run ("hangup #0", "Write the number of a call as #1, or nothing. /calls lists them.");
  assert_run ("hangup #99999999999", "Write the number of a call as #1, or nothing. /calls lists them.");
  assert_run ("hold", "ok");
  assert_run ("resume", "The call is not on hold.");
  assert_run ("hold #2", "No call is active.");
  assert_run ("mute", "ok");
  assert_run ("unmute now", "This command takes nothing behind it.");
  g_assert_cmpstr (first->trace->str, ==, "hang-up hang-up hold mute ");
  g_assert_cmpstr (second->trace->str, ==, "present answer decline(0) hang-up ");
  first->state = CUSAX_CALL_CALLING;
  assert_run_in (room, "hangup", "There are several calls: say which one, for example #2. /calls lists them.");
  assert_run ("hangup", "ok");
  g_assert_true (g_str_has_suffix (first->trace->str, "mute hang-up "));
  fake_call_free (first);
  fake_call_free (second);
  teardown ();
}

/* Adds a call that stands. */
static CusaxCall *
add_call (guint number, const char *who, gboolean held)
{
  CusaxCall *call = fake_call_new (number, CUSAX_CALL_ACTIVE, who);

  call->held = held;
  g_ptr_array_add (fake_phone.calls, call);
  return call;
}

static void
check_call (CusaxCall *call, const char *expected)
{
  g_assert_cmpstr (call->trace->str, ==, expected);
  g_string_truncate (call->trace, 0);
}

static void
check_phone (const char *expected)
{
  g_assert_cmpstr (fake_phone.trace->str, ==, expected);
  g_string_truncate (fake_phone.trace, 0);
}

/* P11: with several calls the one that can be held, resumed or heard is meant. */
static void
test_P11_several (void)
{
  CusaxCall *first, *second, *third;

  setup ();
  assert_run ("swap now", "This command takes nothing behind it.");
  first = add_call (1, "bob@example.org", TRUE);
  second = add_call (2, "7042", FALSE);
  assert_run ("hold", "ok");
  assert_run ("resume", "ok");
  assert_run ("resume #2", "The call is not on hold.");
  assert_run ("hold #1", "The call is on hold already.");
  assert_run ("mute", "ok");
  assert_run ("dtmf 1", "ok");
  assert_run ("hangup", "ok");
  check_call (first, "resume ");
  check_call (second, "hold mute digits(1) hang-up ");
  assert_run ("swap", "ok");
  check_phone ("swap ");
  fake_phone.deed_error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "no two");
  assert_run ("swap", "To swap there must be two calls, one of them on hold.");
  /* Two on hold: nobody knows which, but for the one that the conversation is with. */
  third = add_call (3, "7043", TRUE);
  assert_run ("resume", "ok");
  check_call (first, "resume ");
  assert_run_in (room, "resume", "There are several calls: say which one, for example #2. /calls lists them.");
  check_call (third, "");
  fake_call_free (first);
  fake_call_free (second);
  fake_call_free (third);
  teardown ();
}

/* In a conference several are spoken on: who mutes himself is heard by nobody, and what is typed to Bob is for Bob. */
static void
test_R38_in_a_conference (void)
{
  CusaxCall *first, *second;

  setup ();
  first = add_call (1, "bob@example.org", FALSE);
  second = add_call (2, "7042", FALSE);
  first->joined = second->joined = TRUE;
  assert_run ("mute", "ok");
  assert_run ("dtmf 5", "ok");
  assert_run ("hangup", "ok");
  assert_run_in (room, "hangup", "There are several calls: say which one, for example #2. /calls lists them.");
  check_call (first, "mute digits(5) hang-up ");
  check_call (second, "mute ");
  fake_call_free (first);
  fake_call_free (second);
  teardown ();
}

/* P7: what is a digit is not taken for the number of a call, and nothing fails silently. */
static void
test_P7_dtmf (void)
{
  static const struct
  {
    CusaxErrorCode code;
    const char *words;
  } failures[] = {
    { CUSAX_ERROR_INVALID, "Write up to 64 digits: 0 to 9, * and #, a comma is a pause. Nothing was sent." },
    { CUSAX_ERROR_OFFLINE, "Digits can be sent when the other side has answered." },
    { CUSAX_ERROR_UNSUPPORTED,
      "The other side takes no digits: neither as telephone events nor as INFO. Nothing was sent." },
  };
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_RINGING, "7042");

  setup ();
  assert_run ("dtmf", "Say which digits: 0 to 9, * and #, a comma is a pause.");
  assert_run ("dtmf 1", "No call takes digits now.");
  g_ptr_array_add (fake_phone.calls, call);
  assert_run ("dtmf 1", "No call takes digits now.");
  /* A menu that is heard before it costs. */
  call->early_media = TRUE;
  assert_run ("dtmf 123,4#", "ok");
  call->state = CUSAX_CALL_ACTIVE;
  assert_run ("dtmf #2", "ok");
  check_call (call, "digits(123,4#) digits(#2) ");
  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      GError failure = { CUSAX_ERROR, failures[i].code, (char *) "detail" };

      call->error = &failure;
      assert_run ("dtmf x", failures[i].words);
    }
  fake_call_free (call);
  teardown ();
}

/* P12: blind to a target, attended to another call. */
static void
test_P12_transfer (void)
{
  const GError busy = { CUSAX_ERROR, CUSAX_ERROR_BUSY, (char *) "detail" };
  const GError unsupported = { CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, (char *) "detail" };
  CusaxCall *first, *second;

  setup ();
  assert_run ("transfer 7043", "Only a call that stands can be transferred.");
  first = add_call (1, "bob@example.org", FALSE);
  assert_run ("transfer", "Say where to: a number, a SIP address, a contact, or two calls as #1 #2.");
  assert_run ("transfer #1", "Say where to: a number, a SIP address, a contact, or two calls as #1 #2.");
  assert_run ("transfer 7043", "ok");
  assert_run ("transfer #31#5", "ok");
  assert_run ("transfer #1  +33 1 77 62 43 39", "ok");
  check_trace ("transfer(1, 7043) transfer(1, #31#5) transfer(1, +33 1 77 62 43 39) ");
  assert_run ("transfer #1 #2", "There is no call #2.");
  assert_run ("transfer #1 #1", "A call cannot be transferred to itself.");
  second = add_call (2, "7042", TRUE);
  assert_run ("transfer 7043", "ok");
  assert_run ("transfer #2 #1", "ok");
  second->state = CUSAX_CALL_RINGING;
  assert_run ("transfer #1 #2", "ok");
  assert_run ("transfer #2 #1", "Only a call that stands can be transferred.");
  second->state = CUSAX_CALL_CALLING;
  assert_run ("transfer #1 #2", "The other call has to stand, or to ring there.");
  check_call (first, "transfer-to(2) ");
  check_call (second, "transfer-to(1) ");
  second->state = CUSAX_CALL_ACTIVE;
  first->error = &busy;
  assert_run ("transfer #1 #2", "This call is being transferred already.");
  first->error = &unsupported;
  assert_run ("transfer #1 #2", "The telephone of the other side cannot be transferred.");
  check_trace ("transfer(1, 7043) ");
  refuses = TRUE;
  assert_run ("transfer #1 7043", "No &lt;way&gt;.");
  check_trace ("transfer(1, 7043) ");
  fake_call_free (first);
  fake_call_free (second);
  teardown ();
}

/* R38: the named ones, or all that stand. */
static void
test_R38_conference (void)
{
  CusaxCall *calls[3];

  setup ();
  assert_run ("conference", "A conference needs two calls that stand, for example #1 #2.");
  calls[0] = add_call (1, "bob@example.org", TRUE);
  assert_run ("conference", "A conference needs two calls that stand, for example #1 #2.");
  calls[1] = add_call (2, "7042", FALSE);
  assert_run ("conference #1 #1", "A conference needs two calls that stand, for example #1 #2.");
  assert_run ("conference #1 #3", "There is no call #3.");
  assert_run ("conference all", "Write the number of a call as #1, or nothing. /calls lists them.");
  assert_run ("conference", "ok");
  check_phone ("join(1,2) ");
  calls[2] = add_call (3, "7043", FALSE);
  assert_run ("conference", "ok");
  assert_run ("conference #3  #2", "ok");
  check_phone ("join(1,2) join(1,3) join(3,2) ");
  calls[2]->state = CUSAX_CALL_INCOMING;
  assert_run ("conference #2 #3", "Only calls that stand can be joined.");
  fake_phone.deed_error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_MEDIA, "no mixer");
  assert_run ("conference", "The sound of this computer does not work: no mixer.");
  check_phone ("join(1,2) ");
  assert_run ("split", "This call is in no conference of yours.");
  calls[1]->joined = TRUE;
  assert_run ("split #1", "This call is in no conference of yours.");
  assert_run ("split", "ok");
  check_phone ("part(2) ");
  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    fake_call_free (calls[i]);
  teardown ();
}

/* Issue: "decline with message (486 + chat text)"; the text is for whom it is proven to be, never for a From header. */
static void
test_decline_text (void)
{
  const char *unsure
    = "The call is declined. Your text was not sent: it is not sure whose chat belongs to the caller.";
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_INCOMING, "bob@example.org");

  setup ();
  g_ptr_array_add (fake_phone.calls, call);
  call->contact = "bob@example.org";
  call->grade = CUSAX_BINDING_WEAK;
  assert_run ("decline Later, <please>.", unsure);
  g_assert_cmpstr (sent_im->str, ==, "");
  call->grade = CUSAX_BINDING_STRONG;
  assert_run ("decline #1 Later, <please>.", "ok");
  assert_run ("decline 5 minutes", "ok");
  g_assert_cmpstr (sent_im->str, ==, "bob@example.org: Later, &lt;please&gt;.\nbob@example.org: 5 minutes\n");
  check_call (call, "decline(486) decline(486) decline(486) ");
  call->caller = g_new0 (CusaxCallerId, 1);
  call->caller->is_anonymous = TRUE;
  assert_run ("decline no", unsure);
  call->caller->is_anonymous = FALSE;
  fake_purple_connect (account, FALSE);
  assert_run ("decline no", "The call is declined. Your text was not sent: chat is not connected.");
  assert_run ("decline 1", "ok");
  assert_run ("decline #1", "ok");
  assert_run ("decline #1x", "Write the number of a call as #1, or nothing. /calls lists them.");
  check_call (call, "decline(486) decline(486) decline(0) decline(0) ");
  g_string_truncate (sent_im, 0);
  fake_call_free (call);
  fake_purple_connect (account, TRUE);
  teardown ();
}

static const struct
{
  const char *line, *result, *traced, *lines;
} services[] = {
  { "history", "ok", "list(10) ", "1. bob: missed\n" },
  { "history 3", "ok", "list(3) ", "1. bob: missed\n" },
  { "history 99999", "ok", "list(50) ", "1. bob: missed\n" },
  { "history call 2", "ok", "back(2) ", "" },
  { "history call #2", "ok", "back(2) ", "" },
  { "history call", "Write how many calls you want to see, or “call” and the number of a line.", "", "" },
  { "history x", "Write how many calls you want to see, or “call” and the number of a line.", "", "" },
  { "history 0", "Write how many calls you want to see, or “call” and the number of a line.", "", "" },
  { "history 99999999999999999999", "Write how many calls you want to see, or “call” and the number of a line.", "", "" },
  { "voicemail", "ok", "voicemail(0) ", "" },
  { "voicemail x", "This command takes nothing behind it.", "", "" },
};

/* P16, P20: what surrounds calls. */
static void
test_services (void)
{
  setup ();
  fake_services_trace = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (services); i++)
    {
      assert_run (services[i].line, services[i].result);
      g_assert_cmpstr (fake_services_trace->str, ==, services[i].traced);
      g_string_truncate (fake_services_trace, 0);
      check_lines (services[i].lines);
    }
  fake_services_refuse = TRUE;
  assert_run ("voicemail", "No &lt;way&gt;.");
  assert_run ("history call 1", "No &lt;way&gt;.");
  fake_services_refuse = FALSE;
  g_string_free (g_steal_pointer (&fake_services_trace), TRUE);
  teardown ();
}

static void
test_lists (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_ACTIVE, "bob@example.org");

  setup ();
  assert_run ("calls", "ok");
  check_lines ("There is no call.\n");
  call->grade = CUSAX_BINDING_STRONG;
  call->contact = "bob@example.org";
  g_ptr_array_add (fake_phone.calls, call);
  assert_run ("calls", "ok");
  check_lines ("#1 Bob &amp; Co: in call, not encrypted\n");
  fake_phone.state = CUSAX_PHONE_UP;
  assert_run ("phone", "ok");
  check_lines ("Telephony: signed in.<br>Chat: signed in.\n");
  call->codec = "opus/48000";
  assert_run ("stats", "ok");
  g_assert_nonnull (strstr (lines->str, "<br>Codec: opus/48000<br>Packets sent: 50 ("));
  fake_call_free (call);
  teardown ();
}

/* R29: in the list as in the dialog; a name that the person gave to a number is not for whoever writes that number into
 * a From header, and who hides has none. */
static void
test_R29_calls (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_INCOMING, "+33177624339");

  setup ();
  purple_blist_add_buddy (purple_buddy_new (account, "+33177624339", "Mum"), NULL, NULL, NULL);
  call->peer = cusax_address_parse_target ("+33177624339", "example.org", NULL);
  call->display_name = "Dr. <No>";
  g_ptr_array_add (fake_phone.calls, call);
  assert_run ("calls", "ok");
  check_lines ("#1 “Dr. &lt;No&gt;” (+33177624339): ringing here\n");
  call->caller = g_new0 (CusaxCallerId, 1);
  call->caller->is_anonymous = TRUE;
  assert_run ("calls", "ok");
  check_lines ("#1 somebody who hides the number: ringing here\n");
  purple_blist_remove_buddy (purple_find_buddy (account, "+33177624339"));
  fake_call_free (call);
  teardown ();
}

/* ---------------------------------------------------------------- people */

/* R34: the chat of a call; R31: which number is whose. */
static void
test_people (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_INCOMING, "+33177624339");

  setup ();
  g_ptr_array_add (fake_phone.calls, call);
  assert_run ("chat", "It is not known whose chat belongs to a call.");
  call->contact = "bob@example.org";
  assert_run ("chat #1", "ok");
  assert_run ("attach  #1 bob@example.org ", "ok");
  check_trace ("chat(bob@example.org) attach(#1 bob@example.org) ");
  check_lines ("Attached.\n");
  refuses = TRUE;
  assert_run ("attach bob", "No &lt;way&gt;.");
  check_trace ("attach(bob) ");
  fake_call_free (call);
  teardown ();
}

/* R40, R41: a room's bridge is dialled on request only, and only from the room. */
static void
test_rooms (void)
{
  setup ();
  assert_run ("people", "ok");
  assert_run_in (room, "people", "ok");
  check_lines ("people of the call\npeople of room@conference.example.org\n");
  assert_run ("joinaudio", "This is not a chat room.");
  assert_run_in (room, "joinaudio now", "This command takes nothing behind it.");
  check_trace ("");
  assert_run_in (room, "joinaudio", "ok");
  check_trace ("join-audio(room@conference.example.org) ");
  teardown ();
}

/* Finch has a /call of its own. */
static void
test_finch_owns_call (void)
{
  g_autofree char *error = NULL;

  setup ();
  g_assert_cmpint (purple_cmd_do_command (with_bob, "call", "call", &error), ==, PURPLE_CMD_STATUS_NOT_FOUND);
  assert_run ("dial bob@example.org", "ok");
  check_trace ("typed(bob@example.org) ");
  teardown ();
}

/* libpurple knows its user interface from the start to the end: one run for each ("finch" behind the options).
 */
int
main (int argc, char **argv)
{
  gboolean finch;
  int result;

  g_test_init (&argc, &argv, NULL);
  finch = argc > 1 && g_str_equal (argv[1], "finch");
  fake_purple_start (finch ? "gnt-purple" : "test");
  purple_conversations_set_ui_ops (&conversation_ops);
  purple_prefs_set_bool ("/purple/logging/log_ims", FALSE);
  purple_prefs_set_bool ("/purple/logging/log_chats", FALSE);
  purple_prefs_set_bool ("/purple/logging/log_system", FALSE);
  lines = g_string_new (NULL);
  trace = g_string_new (NULL);
  sent_im = g_string_new (NULL);
  fake_protocol_set_send_im (send_im);
  account = fake_purple_account ("alice@example.org");
  purple_blist_add_buddy (purple_buddy_new (account, "bob@example.org", "Bob & Co"), NULL, NULL, NULL);

  if (finch)
    {
      g_test_add_func ("/finch/call", test_finch_owns_call);
      g_test_add_data_func ("/finch/P25-answer-video", "finch", test_answer_video);
      g_test_add_data_func ("/finch/P25-video", "finch", test_video);
    }
  else
    {
      g_test_add_func ("/commands/dial", test_dial);
      g_test_add_func ("/commands/P25-dial-video", test_dial_video);
      g_test_add_data_func ("/commands/P25-answer-video", NULL, test_answer_video);
      g_test_add_data_func ("/commands/P25-video", NULL, test_video);
      g_test_add_func ("/commands/call-numbers", test_call_numbers);
      g_test_add_func ("/commands/P11-several", test_P11_several);
      g_test_add_func ("/commands/R38-in-a-conference", test_R38_in_a_conference);
      g_test_add_func ("/commands/P7-dtmf", test_P7_dtmf);
      g_test_add_func ("/commands/P12-transfer", test_P12_transfer);
      g_test_add_func ("/commands/R38-conference", test_R38_conference);
      g_test_add_func ("/commands/decline-text", test_decline_text);
      g_test_add_func ("/commands/lists", test_lists);
      g_test_add_func ("/commands/services", test_services);
      g_test_add_func ("/commands/R29-calls", test_R29_calls);
      g_test_add_func ("/commands/people", test_people);
      g_test_add_func ("/commands/rooms", test_rooms);
    }
  result = g_test_run ();

  g_string_free (lines, TRUE);
  g_string_free (trace, TRUE);
  g_string_free (sent_im, TRUE);
  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
