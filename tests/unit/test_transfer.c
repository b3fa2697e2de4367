/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transfers as exact traces (P12): ours, blind and attended, with everything that can come of them; theirs, obeyed or asked
 * about; third-party call control; and digits (A9), which take the same ways on the wire.
 */
#include "talks.h"

#include "error.h"

#include <string.h>

/* ------------------------------------------------------------------ rig */

static void
report (FakeCall *dialog, guint status)
{
  dialog->listener->on_refer_progress (dialog->listener_data, status, NULL);
}

/* A call on hold whose REFER has left. */
static CusaxCall *
being_transferred (FakeWorld *world, FakeCall **dialog)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxAddress) dave = cusax_address_parse_uri ("sip:dave@example.org", NULL);
  CusaxCall *call = talk_to (world, "bob@example.org").call;

  *dialog = world->call;
  g_assert_true (cusax_call_transfer (call, dave, &error));
  g_assert_no_error (error);
  talk_far_agrees (world, *dialog, CUSAX_DIRECTION_RECVONLY);
  fake_world_forget (world);
  return call;
}

/* ----------------------------------------------------------------- ours */

/* REFER waits until the hold is settled. */
static void
test_p12_blind (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxAddress) dave = cusax_address_parse_uri ("sip:dave@example.org", NULL);
  CusaxCall *call = talk_to (world, "bob@example.org").call;
  FakeCall *dialog = world->call;

  g_assert_true (cusax_call_transfer (call, dave, &error));
  fake_world_check (world, "call #1 ACTIVE secure transfer-asked\n"
                           "session.set_hold 1\n"
                           "call.reoffer sendonly\n"
                           "call #1 ACTIVE held secure transfer-asked\n");
  g_assert_false (cusax_call_transfer (call, dave, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_BUSY);
  talk_far_agrees (world, dialog, CUSAX_DIRECTION_RECVONLY);
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendonly\n"
                           "session.set_remote_codecs opus\n"
                           "call #1 ACTIVE held secure transfer-asked\n"
                           "call.refer sip:dave@example.org\n");
  report (dialog, 100);
  report (dialog, 180);
  fake_world_check (world, "call #1 ACTIVE held secure transfer-trying\n"
                           "call #1 ACTIVE held secure transfer-ringing\n");
  report (dialog, 200);
  fake_world_check (world, "call.release\n"
                           "session.end\n"
                           "transport.shutdown\n"
                           "call #1 ENDED TRANSFERRED held secure transfer-ringing\n");
  fake_world_free (world);
}

/* What can come of it. */
static void
test_p12_ends (void)
{
  static const struct
  {
    guint reports[3];
    gboolean bye;
    CusaxCallState state;
    CusaxCallEnd end;
    CusaxTransfer transfer;
    guint status;
  } cases[] = {
    { { 603 }, FALSE, CUSAX_CALL_ACTIVE, CUSAX_CALL_END_NONE, CUSAX_TRANSFER_FAILED, 603 },
    { { 100, 486 }, FALSE, CUSAX_CALL_ACTIVE, CUSAX_CALL_END_NONE, CUSAX_TRANSFER_FAILED, 486 },
    { { 100, 180, 408 }, FALSE, CUSAX_CALL_ACTIVE, CUSAX_CALL_END_NONE, CUSAX_TRANSFER_FAILED, 408 },
    { { 202 }, FALSE, CUSAX_CALL_ENDED, CUSAX_CALL_END_TRANSFERRED, CUSAX_TRANSFER_ASKED, 202 },
    /* Many servers end the call as soon as they have taken the REFER. */
    { { 100 }, TRUE, CUSAX_CALL_ENDED, CUSAX_CALL_END_TRANSFERRED, CUSAX_TRANSFER_TRYING, 100 },
    { { 0 }, TRUE, CUSAX_CALL_ENDED, CUSAX_CALL_END_TRANSFERRED, CUSAX_TRANSFER_ASKED, 0 },
    /* A late report after a failure says nothing any more. */
    { { 486, 200 }, FALSE, CUSAX_CALL_ACTIVE, CUSAX_CALL_END_NONE, CUSAX_TRANSFER_FAILED, 486 },
    { { 486 }, TRUE, CUSAX_CALL_ENDED, CUSAX_CALL_END_REMOTE, CUSAX_TRANSFER_FAILED, 486 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FakeWorld *world = talk_signed_in (NULL);
      FakeCall *dialog;
      g_autoptr (CusaxCall) call = cusax_call_ref (being_transferred (world, &dialog));
      guint status;

      for (guint n = 0; n < 3 && cases[i].reports[n] != 0; n++)
        report (dialog, cases[i].reports[n]);
      if (cases[i].bye)
        dialog->listener->on_ended (dialog->listener_data, 0, NULL, FALSE);
      g_assert_cmpint (cusax_call_get_state (call), ==, cases[i].state);
      g_assert_cmpint (cusax_call_get_end (call), ==, cases[i].end);
      g_assert_cmpint (cusax_call_get_transfer (call, &status, NULL), ==, cases[i].transfer);
      g_assert_cmpuint (status, ==, cases[i].status);
      fake_world_free (world);
    }
}

/* A hold that is refused, or a far end without REFER, is told; and the next try is free. */
static void
test_p12_refused_hold (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxAddress) dave = cusax_address_parse_uri ("sip:dave@example.org", NULL);
  CusaxCall *call = talk_to (world, "bob@example.org").call;
  FakeCall *dialog = world->call;

  g_assert_true (cusax_call_transfer (call, dave, &error));
  fake_world_forget (world);
  world->fail_at = world->fallible + 1;
  dialog->listener->on_reoffer_done (dialog->listener_data, 488, NULL, 0);
  fake_world_check (world, "session.set_hold 0\n"
                           "call #1 ACTIVE secure transfer-asked\n"
                           "call.refer sip:dave@example.org\n"
                           "call #1 ACTIVE secure transfer-failed\n");
  g_assert_true (cusax_call_transfer (call, dave, &error));
  g_assert_no_error (error);
  fake_world_free (world);
}

/* Who cannot be transferred is left in peace. */
static void
test_p12_without_refer (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxAddress) dave = cusax_address_parse_uri ("sip:dave@example.org", NULL);
  CusaxCall *call = talk_to (world, "bob@example.org").call;

  world->call->has_no_refer = TRUE;
  g_assert_false (cusax_call_transfer (call, dave, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED);
  fake_world_check (world, "");
  fake_world_free (world);
}

static void
test_p12_attended (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  g_autoptr (GError) error = NULL;
  CusaxCall *bob = talk_to (world, "bob@example.org").call;
  FakeCall *bob_dialog = world->call;
  CusaxCall *carol = talk_dial (world, "carol@example.org").call;
  FakeCall *carol_dialog = world->call;

  talk_far_agrees (world, bob_dialog, CUSAX_DIRECTION_RECVONLY);
  fake_world_forget (world);
  /* One that is only dialled is none yet. */
  g_assert_false (cusax_call_transfer_to (bob, carol, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE);
  g_clear_error (&error);
  g_assert_false (cusax_call_transfer_to (bob, bob, &error));
  g_clear_error (&error);

  talk_far_answers (world, carol_dialog);
  fake_world_forget (world);
  g_assert_true (cusax_call_transfer_to (bob, carol, &error));
  g_assert_no_error (error);
  fake_world_check (world, "call #1 ACTIVE held secure transfer-asked\n"
                           "call.refer sip:carol@example.org replaces\n");
  report (bob_dialog, 200);
  fake_world_check (world, "call.release\n"
                           "session.end\n"
                           "transport.shutdown\n"
                           "call #1 ENDED TRANSFERRED held secure transfer-asked\n"
                           "call2.release\n"
                           "session2.end\n"
                           "transport2.shutdown\n"
                           "call #2 ENDED TRANSFERRED secure\n");
  fake_world_free (world);
}

/* --------------------------------------------------------------- theirs */

typedef struct
{
  CusaxSipReferral base;
  GString *told; /* "100 180 200 released" */
} FakeReferral;

static void
referral_notify (CusaxSipReferral *referral, guint status, const char *reason)
{
  g_string_append_printf (((FakeReferral *) referral)->told, "%u ", status);
}

static void
referral_release (CusaxSipReferral *referral)
{
  g_string_append (((FakeReferral *) referral)->told, "released");
}

static const CusaxSipReferralVtable referral_vtable = { referral_notify, referral_release };

static FakeReferral *
referral_new (void)
{
  FakeReferral *referral = g_new0 (FakeReferral, 1);

  referral->base.vtable = &referral_vtable;
  referral->told = g_string_new (NULL);
  return referral;
}

static void
referral_free (FakeReferral *referral)
{
  g_string_free (referral->told, TRUE);
  g_free (referral);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeReferral, referral_free)

static void
refer (FakeCall *dialog, FakeReferral *referral, const char *refer_to)
{
  CusaxSipRefer details = { .headers = { .from_uri = "sip:bob@example.org" }, .refer_to = refer_to };

  dialog->listener->on_refer (dialog->listener_data, &referral->base, &details);
}

/* Within the house a transfer is obeyed at once, and what comes of it is told. */
static void
test_p12_obeyed (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  g_autoptr (FakeReferral) referral = referral_new ();
  FakeCall *dialog, *made;

  talk_to (world, "bob@example.org");
  dialog = world->call;
  refer (dialog, referral, "<sip:carol@example.org>");
  fake_world_check (world, "session.set_hold 1\n"
                           "call.reoffer sendonly\n"
                           "call #1 ACTIVE held secure\n"
                           "transport.new 192.0.2.1 crypto\n"
                           "media.open carol@example.org outgoing\n"
                           "transport2.set_leg_peer 7078 7079\n"
                           "transport2.gather\n"
                           "referral calling carol@example.org\n");
  fake_transport_ready (world);
  made = world->call;
  fake_world_check (world, "sip.invite sip:carol@example.org\n"
                           "call #2 CALLING\n");
  made->listener->on_progress (made->listener_data, 180, NULL, 0);
  g_assert_cmpstr (referral->told->str, ==, "100 180 ");
  fake_world_forget (world);
  talk_far_answers (world, made);
  g_assert_cmpstr (referral->told->str, ==, "100 180 200 released");
  g_assert_nonnull (strstr (world->trace->str, "call #1 ENDED LOCAL"));
  g_assert_nonnull (strstr (world->trace->str, "referral ended carol@example.org"));
  fake_world_free (world);
}

/* It comes to nothing: they are told, and the call with them goes on. */
static void
test_p12_obeyed_in_vain (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  g_autoptr (FakeReferral) referral = referral_new ();
  CusaxCall *bob = talk_to (world, "bob@example.org").call;
  FakeCall *dialog = world->call;

  refer (dialog, referral, "sip:carol@example.org");
  fake_transport_ready (world);
  world->call->listener->on_ended (world->call->listener_data, 486, NULL, FALSE);
  g_assert_cmpstr (referral->told->str, ==, "100 486 released");
  g_assert_false (cusax_call_is_held (bob));
  fake_world_free (world);
}

/* Who wants more than that is asked about. */
static void
test_p12_asked (void)
{
  static const struct
  {
    const char *refer_to;
    enum { ACCEPT, REFUSE, WAIT, THEY_LEAVE } what;
    const char *told;
  } cases[] = {
    { "<sip:mallory@elsewhere.example>", ACCEPT, "100 " },
    { "<sip:+4930123456@example.org;user=phone>", REFUSE, "603 released" },
    { "<sip:mallory@elsewhere.example>", WAIT, "603 released" },
    { "<sip:mallory@elsewhere.example>", THEY_LEAVE, "487 released" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FakeWorld *world = talk_signed_in (NULL);
      g_autoptr (FakeReferral) referral = referral_new ();
      FakeCall *dialog;

      talk_to (world, "bob@example.org");
      dialog = world->call;
      refer (dialog, referral, cases[i].refer_to);
      g_assert_nonnull (world->referral);
      g_assert_cmpstr (referral->told->str, ==, "");
      g_assert_null (strstr (world->trace->str, "transport.new"));
      if (cases[i].what == ACCEPT)
        cusax_referral_accept (world->referral);
      else if (cases[i].what == REFUSE)
        cusax_referral_refuse (world->referral);
      else if (cases[i].what == WAIT)
        fake_world_pass (world, 60000);
      else
        dialog->listener->on_ended (dialog->listener_data, 0, NULL, FALSE);
      g_assert_cmpstr (referral->told->str, ==, cases[i].told);
      /* A second thought changes nothing. */
      cusax_referral_refuse (world->referral);
      cusax_referral_accept (world->referral);
      g_assert_cmpstr (referral->told->str, ==, cases[i].told);
      cusax_account_stop (world->account);
      fake_world_free (world);
    }
}

/* What is refused unasked; nobody is bothered. */
static void
test_p12_refused (void)
{
  static const struct
  {
    const char *refer_to;
    const char *told;
  } cases[] = {
    { "<tel:+4930123456>", "416 released" },
    { "<sip:bob@example.org;method=BYE>", "416 released" },
    { "", "400 released" },
    { "<sip:@>", "400 released" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FakeWorld *world = talk_signed_in (NULL);
      g_autoptr (FakeReferral) referral = referral_new ();

      talk_to (world, "bob@example.org");
      refer (world->call, referral, cases[i].refer_to);
      g_assert_cmpstr (referral->told->str, ==, cases[i].told);
      fake_world_check (world, "");
      fake_world_free (world);
    }
}

/* RFC 3725: a REFER out of nothing is a question, and only from who is vouched for in an own domain. */
static void
test_third_party (void)
{
  static const struct
  {
    const char *from;
    gboolean is_protected;
    const char *told;
  } cases[] = {
    { "sip:clicktodial@example.org", TRUE, "" },
    { "sip:clicktodial@example.org", FALSE, "403 released" },
    { "sip:mallory@elsewhere.example", TRUE, "403 released" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FakeWorld *world = talk_signed_in (NULL);
      g_autoptr (FakeReferral) referral = referral_new ();
      CusaxSipRefer details = { .headers = { .from_uri = cases[i].from }, .refer_to = "<sip:carol@example.org>" };

      world->is_protected = cases[i].is_protected;
      world->sip_listener->on_refer (world->sip_listener_data, &referral->base, &details);
      g_assert_cmpstr (referral->told->str, ==, cases[i].told);
      g_assert_cmpint (world->referral != NULL, ==, *cases[i].told == '\0');
      cusax_account_stop (world->account);
      fake_world_free (world);
    }
}

/* --------------------------------------------------------------- digits */

/* A9: RFC 4733, INFO where that is all the far end takes, words when neither; paced; commas wait. */
static void
test_a9_ways (void)
{
  static const char *const only_events[] = { "dtmf=rfc4733", NULL };
  static const char *const only_info[] = { "dtmf=info", NULL };
  static const struct
  {
    const char *const *settings;
    gboolean has_events, takes_info;
    const char *first; /* NULL: refused */
  } cases[] = {
    { NULL, TRUE, TRUE, "session.send_event 1 50\n" },
    { NULL, FALSE, TRUE, "call.send_info application/dtmf-relay: Signal=1  Duration=160\n" },
    { NULL, FALSE, FALSE, NULL },
    { only_events, FALSE, TRUE, NULL },
    { only_info, TRUE, TRUE, "call.send_info application/dtmf-relay: Signal=1  Duration=160\n" },
    { only_info, TRUE, FALSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FakeWorld *world = talk_signed_in (cases[i].settings);
      g_autoptr (GError) error = NULL;
      CusaxCall *call = talk_to (world, "bob@example.org").call;

      world->session->has_events = cases[i].has_events;
      world->call->takes_info = cases[i].takes_info;
      g_assert_cmpint (cusax_call_send_digits (call, "1", &error), ==, cases[i].first != NULL);
      if (cases[i].first == NULL)
        g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED);
      fake_world_check (world, cases[i].first != NULL ? cases[i].first : "");
      fake_world_free (world);
    }
}

static void
test_a9_pace (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxCall) call = cusax_call_ref (talk_to (world, "bob@example.org").call);

  g_assert_true (cusax_call_send_digits (call, "12,3", &error));
  g_assert_true (cusax_call_send_digits (call, "#", &error));
  fake_world_check (world, "session.send_event 1 50\n");
  fake_world_pass (world, 449);
  fake_world_check (world, "");
  fake_world_pass (world, 1);
  fake_world_check (world, "session.send_event 2 50\n");
  fake_world_pass (world, 2449);
  fake_world_check (world, "");
  fake_world_pass (world, 1);
  fake_world_check (world, "session.send_event 3 50\n");
  /* The call changes meanwhile: INFO takes over. */
  world->session->has_events = FALSE;
  fake_world_pass (world, 450);
  fake_world_check (world, "call.send_info application/dtmf-relay: Signal=#  Duration=160\n");
  world->call->listener->on_info_done (world->call->listener_data, 415);
  fake_world_check (world, "digits refused #1 415\n");

  g_assert_false (cusax_call_send_digits (call, "x", &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  g_clear_error (&error);
  /* What waits dies with the call. */
  world->session->has_events = TRUE;
  g_assert_true (cusax_call_send_digits (call, "12", &error));
  cusax_call_hang_up (call);
  fake_world_pass (world, 5000);
  g_assert_false (cusax_call_send_digits (call, "1", &error));
  fake_world_free (world);
}

/* Pidgin's pad. */
static void
test_p7_keypad (void)
{
  FakeWorld *world = talk_signed_in (NULL);

  talk_to (world, "bob@example.org");
  world->session->listener->on_keypad (world->session->listener_data, '5');
  world->session->listener->on_keypad (world->session->listener_data, '!');
  fake_world_check (world, "session.send_event 5 50\n");
  fake_world_pass (world, 450);
  world->session->has_events = FALSE;
  world->call->takes_info = FALSE;
  world->session->listener->on_keypad (world->session->listener_data, '6');
  fake_world_check (world, "digits refused #1 0\n");
  fake_world_free (world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/P12/blind", test_p12_blind);
  g_test_add_func ("/transfer/P12/ends", test_p12_ends);
  g_test_add_func ("/transfer/P12/refused-hold", test_p12_refused_hold);
  g_test_add_func ("/transfer/P12/without-refer", test_p12_without_refer);
  g_test_add_func ("/transfer/P12/attended", test_p12_attended);
  g_test_add_func ("/transfer/P12/obeyed", test_p12_obeyed);
  g_test_add_func ("/transfer/P12/obeyed-in-vain", test_p12_obeyed_in_vain);
  g_test_add_func ("/transfer/P12/asked", test_p12_asked);
  g_test_add_func ("/transfer/P12/refused", test_p12_refused);
  g_test_add_func ("/transfer/third-party", test_third_party);
  g_test_add_func ("/digits/A9/ways", test_a9_ways);
  g_test_add_func ("/digits/A9/pace", test_a9_pace);
  g_test_add_func ("/digits/P7/keypad", test_p7_keypad);
  return g_test_run ();
}
