/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of a call as exact traces: what is asked of SIP, transport, media and the person, in which order.
 */
#include "fakes.h"

#include "call-end.h"
#include "error.h"

#include <string.h>

static CusaxCall *
dial_bob (FakeWorld *world)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.org", &error);
  CusaxCall *call = cusax_account_dial (world->account, bob, "bob@example.org", NULL, &error);

  g_assert_no_error (error);
  return call;
}

static void
far_established (FakeWorld *world, CusaxDirection direction)
{
  g_autofree char *answer = fake_far_answer (world, direction);

  world->call->listener->on_established (world->call->listener_data, answer, strlen (answer));
}

static void
far_reoffers (FakeWorld *world, CusaxDirection direction)
{
  g_autofree char *offer = fake_far_offer (world, direction);

  world->call->listener->on_offer (world->call->listener_data, offer, strlen (offer));
}

/* alice calls bob and they talk. */
static CusaxCall *
outgoing_active (FakeWorld *world)
{
  CusaxCall *call = dial_bob (world);

  fake_transport_ready (world);
  far_established (world, CUSAX_DIRECTION_SENDRECV);
  fake_world_forget (world);
  return call;
}

/* bob calls alice; her dialog is up and the transport is ready. */
static CusaxCall *
incoming_ringing (FakeWorld *world)
{
  g_autofree char *offer = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);

  fake_sip_incoming (world, offer);
  fake_world_pass (world, 0);
  fake_transport_ready (world);
  fake_world_forget (world);
  return cusax_account_get_call (world->account, 1);
}

static void
test_outgoing (void)
{
  FakeWorld *world = fake_world_new (NULL);

  fake_world_sign_in (world);
  dial_bob (world);
  fake_world_check (world, "transport.new 192.0.2.1 crypto\n"
                           "media.open bob@example.org outgoing\n"
                           "transport.set_leg_peer 7078 7079\n"
                           "transport.gather\n");
  fake_transport_ready (world);
  fake_world_check (world, "sip.invite sip:bob@example.org\n"
                           "call #1 CALLING\n");
  world->call->listener->on_progress (world->call->listener_data, 180, NULL, 0);
  world->call->listener->on_progress (world->call->listener_data, 180, NULL, 0);
  fake_world_check (world, "call #1 RINGING\n");
  far_established (world, CUSAX_DIRECTION_SENDRECV);
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendrecv\n"
                           "session.set_remote_codecs opus\n"
                           "session.accept\n"
                           "call #1 ACTIVE secure\n");
  world->call->listener->on_ended (world->call->listener_data, 0, NULL, FALSE);
  fake_world_check (world, "call.release\n"
                           "session.end\n"
                           "transport.shutdown\n"
                           "call #1 ENDED REMOTE secure\n");
  fake_world_free (world);
}

/* P6: what they say of packet times reaches the session. */
static void
test_packet_time (void)
{
  FakeWorld *world = fake_world_new (NULL);
  g_autofree char *text = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);
  g_auto (GStrv) parts = g_strsplit (text, "a=ptime:20\r\n", 2);
  g_autofree char *offer = g_strjoinv ("a=ptime:30\r\n", parts);

  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  fake_world_sign_in (world);
  fake_sip_incoming (world, offer);
  fake_world_pass (world, 0);
  fake_transport_ready (world);
  cusax_call_answer (cusax_account_get_call (world->account, 1));
  fake_world_pass (world, 0);
  g_assert_nonnull (strstr (world->trace->str, "session.set_packet_time 30\nsession.set_remote_codecs opus\n"));
  cusax_call_hang_up (cusax_account_get_call (world->account, 1));
  fake_world_free (world);
}

/* Who hides does not tell where he sits; whoever calls knows whom he called. */
static void
test_anonymous (void)
{
  static const char *const settings[] = { "anonymous=1", NULL };
  FakeWorld *world = fake_world_new (settings);
  g_autofree char *offer = NULL;

  fake_world_sign_in (world);
  dial_bob (world);
  g_assert_nonnull (strstr (world->trace->str, "transport.new 192.0.2.1 crypto hidden\n"));
  fake_world_free (world);

  world = fake_world_new (settings);
  offer = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);
  fake_world_sign_in (world);
  fake_sip_incoming (world, offer);
  fake_world_pass (world, 0);
  g_assert_nonnull (strstr (world->trace->str, "transport.new 192.0.2.1 crypto\n"));
  fake_world_free (world);
}

/* The 180 leaves before anything else is built, and the microphone opens only after Answer. */
static void
test_incoming (void)
{
  FakeWorld *world = fake_world_new (NULL);
  g_autofree char *offer = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);

  fake_world_sign_in (world);
  fake_sip_incoming (world, offer);
  fake_world_check (world, "call.ring\n");
  fake_world_pass (world, 0);
  fake_world_check (world, "transport.new 192.0.2.1 crypto\n"
                           "transport.gather\n"
                           "incoming #1 bob@example.org\n");
  fake_transport_ready (world);
  fake_world_check (world, "");
  cusax_call_answer (cusax_account_get_call (world->account, 1));
  fake_world_check (world, "call.accept\n"
                           "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendrecv\n"
                           "call #1 ANSWERING secure\n");
  fake_world_pass (world, 0);
  fake_world_check (world, "media.open bob@example.org\n"
                           "transport.set_leg_peer 7078 7079\n"
                           "session.set_remote_codecs opus\n"
                           "session.accept\n");
  world->call->listener->on_established (world->call->listener_data, NULL, 0);
  fake_world_check (world, "call #1 ACTIVE secure\n");
  cusax_call_hang_up (cusax_account_get_call (world->account, 1));
  fake_world_check (world, "call.release\n"
                           "session.end\n"
                           "transport.shutdown\n"
                           "call #1 ENDED LOCAL secure\n");
  fake_world_free (world);
}

/* Answered before the transport is ready: the 200 waits for it. */
static void
test_incoming_answered_early (void)
{
  FakeWorld *world = fake_world_new (NULL);
  g_autofree char *offer = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);

  fake_world_sign_in (world);
  fake_sip_incoming (world, offer);
  fake_world_pass (world, 0);
  cusax_call_answer (cusax_account_get_call (world->account, 1));
  fake_world_forget (world);
  fake_transport_ready (world);
  fake_world_check (world, "call.accept\n"
                           "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendrecv\n");
  fake_world_free (world);
}

/* INVITE without a body: our 200 makes the offer, the ACK answers; the ACK may overtake our own tick. */
static void
test_incoming_offerless (void)
{
  for (int ack_first = 0; ack_first < 2; ack_first++)
    {
      FakeWorld *world = fake_world_new (NULL);

      fake_world_sign_in (world);
      fake_sip_incoming (world, NULL);
      fake_world_pass (world, 0);
      fake_transport_ready (world);
      cusax_call_answer (cusax_account_get_call (world->account, 1));
      fake_world_forget (world);
      if (ack_first)
        far_established (world, CUSAX_DIRECTION_SENDRECV);
      fake_world_pass (world, 0);
      if (!ack_first)
        far_established (world, CUSAX_DIRECTION_SENDRECV);
      g_assert_nonnull (strstr (world->trace->str, "session.set_remote_codecs opus\nsession.accept\n"));
      g_assert_nonnull (strstr (world->trace->str, "call #1 ACTIVE secure\n"));
      fake_world_free (world);
    }
}

static void
test_incoming_ends_while_ringing (void)
{
  FakeWorld *world = fake_world_new (NULL);

  fake_world_sign_in (world);

  incoming_ringing (world);
  world->call->listener->on_ended (world->call->listener_data, 487, NULL, FALSE);
  fake_world_check (world, "call.release\ntransport.shutdown\ncall #1 ENDED MISSED\n");
  fake_far_reset ();

  incoming_ringing (world);
  world->call->listener->on_ended (world->call->listener_data, 487, "Call completed elsewhere", TRUE);
  fake_world_check (world, "call.release\ntransport.shutdown\ncall #1 ENDED ELSEWHERE\n");
  fake_far_reset ();

  cusax_call_decline (incoming_ringing (world), 0);
  fake_world_check (world, "call.reject 603\ncall.release\ntransport.shutdown\ncall #1 ENDED DECLINED_HERE\n");
  fake_far_reset ();

  incoming_ringing (world);
  fake_world_pass (world, 59999);
  fake_world_check (world, "");
  fake_world_pass (world, 1);
  fake_world_check (world, "call.reject 480\ncall.release\ntransport.shutdown\ncall #1 ENDED MISSED\n");
  fake_world_free (world);
}

/* The caller gives up before the tick that would have shown the dialog: nobody is bothered. */
static void
test_incoming_cancelled_before_shown (void)
{
  FakeWorld *world = fake_world_new (NULL);
  g_autofree char *offer = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);

  fake_world_sign_in (world);
  fake_sip_incoming (world, offer);
  world->call->listener->on_ended (world->call->listener_data, 487, NULL, FALSE);
  fake_world_pass (world, 0);
  fake_world_check (world, "call.ring\ncall.release\ncall #1 ENDED MISSED\n");
  fake_world_free (world);
}

static void
test_second_caller_is_busy (void)
{
  static const char *const settings[] = { "max_calls=1", NULL };
  FakeWorld *world = fake_world_new (settings);
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.org", NULL);

  fake_world_sign_in (world);
  outgoing_active (world);
  fake_sip_incoming (world, NULL);
  fake_world_check (world, "call2.reject 486\ncall2.release\n");
  g_assert_null (cusax_account_dial (world->account, bob, "bob@example.org", NULL, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_BUSY);
  fake_world_check (world, "");
  fake_world_free (world);
}

static void
test_bad_offers_are_refused (void)
{
  static const struct
  {
    const char *sdp;
    const char *trace;
  } cases[] = {
    { "this is not SDP", "call.reject 400\ncall.release\n" },
    { "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
      "m=audio 5000 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n",
      "call.reject 488\ncall.release\n" },
    { "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
      "m=video 5000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n",
      "call.reject 488\ncall.release\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FakeWorld *world = fake_world_new (NULL);

      fake_world_sign_in (world);
      fake_sip_incoming (world, cases[i].sdp);
      fake_world_check (world, cases[i].trace);
      /* The next call works. */
      g_assert_nonnull (incoming_ringing (world));
      fake_world_free (world);
    }
}

static void
test_outgoing_no_answer (void)
{
  FakeWorld *world = fake_world_new (NULL);

  fake_world_sign_in (world);
  dial_bob (world);
  fake_transport_ready (world);
  world->call->listener->on_progress (world->call->listener_data, 180, NULL, 0);
  fake_world_forget (world);
  fake_world_pass (world, 60000);
  fake_world_check (world, "call.release\nsession.end\ntransport.shutdown\ncall #1 ENDED NO_ANSWER\n");
  fake_world_free (world);
}

static void
test_window_closed (void)
{
  FakeWorld *world = fake_world_new (NULL);

  fake_world_sign_in (world);
  outgoing_active (world);
  world->session->listener->on_hang_up (world->session->listener_data);
  fake_world_check (world, "call.release\nsession.end\ntransport.shutdown\ncall #1 ENDED LOCAL secure\n");
  fake_world_free (world);
}

static void
test_hold (void)
{
  FakeWorld *world = fake_world_new (NULL);
  CusaxCall *call = NULL;
  g_autofree char *answer = NULL;

  fake_world_sign_in (world);
  call = outgoing_active (world);

  cusax_call_set_hold (call, TRUE);
  fake_world_check (world, "session.set_hold 1\ncall.reoffer sendonly\ncall #1 ACTIVE held secure\n");
  answer = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);
  world->call->listener->on_reoffer_done (world->call->listener_data, 200, answer, strlen (answer));
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendonly\n"
                           "session.set_remote_codecs opus\n"
                           "call #1 ACTIVE held secure\n");

  /* Refused: everything as before. */
  cusax_call_set_hold (call, FALSE);
  fake_world_forget (world);
  world->call->listener->on_reoffer_done (world->call->listener_data, 488, NULL, 0);
  fake_world_check (world, "session.set_hold 1\ncall #1 ACTIVE held secure\n");
  fake_world_free (world);
}

/* The person changes his mind while the re-INVITE is on its way: one more follows, none is lost. */
static void
test_hold_toggled_in_flight (void)
{
  FakeWorld *world = fake_world_new (NULL);
  CusaxCall *call = NULL;
  g_autofree char *answer = NULL;

  fake_world_sign_in (world);
  call = outgoing_active (world);
  cusax_call_set_hold (call, TRUE);
  cusax_call_set_hold (call, FALSE);
  fake_world_check (world, "session.set_hold 1\ncall.reoffer sendonly\ncall #1 ACTIVE held secure\n"
                           "session.set_hold 0\ncall #1 ACTIVE secure\n");
  answer = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);
  world->call->listener->on_reoffer_done (world->call->listener_data, 200, answer, strlen (answer));
  g_assert_nonnull (strstr (world->trace->str, "call.reoffer sendrecv\n"));
  fake_world_free (world);
}

/* The address of the transport after a move, as its adapter would tell. */
static void
transport_moved (FakeWorld *world, const char *address)
{
  g_autoptr (CusaxTransportDescription) local = cusax_transport_description_new (address, 41000, 41001);

  local->crypto.tag = 1;
  local->crypto.suite = CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80;
  world->transport->listener->on_local_ready (world->transport->listener_data, local);
}

static gboolean
leg_is_back (FakeWorld *world, const char *address)
{
  return world->call->listener->on_leg_back (world->call->listener_data, address);
}

/* P2: the call follows this machine to another address: sockets first, then the re-INVITE; where the address survived the
 * dialog tells its new Contact alone. */
static void
test_P2_move (void)
{
  FakeWorld *world = fake_world_new (NULL);
  g_autofree char *answer = NULL;

  fake_world_sign_in (world);
  outgoing_active (world);
  g_assert_false (leg_is_back (world, "192.0.2.1"));
  fake_world_check (world, "");

  g_assert_true (leg_is_back (world, "198.51.100.7"));
  fake_world_check (world, "transport.move 198.51.100.7\n");
  transport_moved (world, "198.51.100.7");
  fake_world_check (world, "call.reoffer sendrecv\n");
  g_assert_nonnull (strstr (world->call->sdp, "c=IN IP4 198.51.100.7\r\n"));
  answer = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);
  world->call->listener->on_reoffer_done (world->call->listener_data, 200, answer, strlen (answer));
  fake_world_forget (world);
  g_assert_false (leg_is_back (world, "198.51.100.7"));
  fake_world_check (world, "");
  fake_world_free (world);
}

/* The leg is lost again before they answered: the next one tells them, and nothing circles. */
static void
test_P2_move_is_told_until_it_is_heard (void)
{
  FakeWorld *world = fake_world_new (NULL);

  fake_world_sign_in (world);
  outgoing_active (world);
  g_assert_true (leg_is_back (world, "198.51.100.7"));
  transport_moved (world, "198.51.100.7");
  fake_world_forget (world);
  world->call->listener->on_reoffer_done (world->call->listener_data, 503, NULL, 0);
  g_assert_null (strstr (world->trace->str, "call.reoffer"));
  fake_world_forget (world);
  g_assert_true (leg_is_back (world, "198.51.100.7"));
  fake_world_check (world, "call.reoffer sendrecv\n");
  fake_world_free (world);
}

/* A hold is on its way when the address changes: one offer after the other. */
static void
test_P2_move_waits_for_the_open_offer (void)
{
  FakeWorld *world = fake_world_new (NULL);
  CusaxCall *call = NULL;
  g_autofree char *answer = NULL;

  fake_world_sign_in (world);
  call = outgoing_active (world);
  cusax_call_set_hold (call, TRUE);
  answer = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);
  g_assert_true (leg_is_back (world, "198.51.100.7"));
  fake_world_forget (world);
  transport_moved (world, "198.51.100.7");
  fake_world_check (world, "");
  world->call->listener->on_reoffer_done (world->call->listener_data, 200, answer, strlen (answer));
  g_assert_nonnull (strstr (world->trace->str, "call.reoffer sendonly\n"));
  fake_world_free (world);
}

static void
test_remote_hold (void)
{
  FakeWorld *world = fake_world_new (NULL);

  fake_world_sign_in (world);
  outgoing_active (world);
  far_reoffers (world, CUSAX_DIRECTION_SENDONLY);
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction recvonly\n"
                           "session.set_remote_codecs opus\n"
                           "call.answer_offer 200 recvonly\n"
                           "call #1 ACTIVE held-by-them secure\n");
  /* Held by them, silence is no fault. */
  world->transport->listener->on_silence (world->transport->listener_data, 8, TRUE);
  fake_world_check (world, "");
  fake_world_free (world);
}

static void
test_glare (void)
{
  FakeWorld *world = fake_world_new (NULL);
  CusaxCall *call = NULL;

  fake_world_sign_in (world);
  call = outgoing_active (world);
  cusax_call_set_hold (call, TRUE);
  fake_world_forget (world);
  far_reoffers (world, CUSAX_DIRECTION_SENDONLY);
  fake_world_check (world, "call.answer_offer 491 -\n");
  fake_world_free (world);
}

/* Their offer overtook ours: our answer to it carries the hold. */
static void
test_glare_keeps_the_hold (void)
{
  FakeWorld *world = fake_world_new (NULL);
  CusaxCall *call = NULL;

  fake_world_sign_in (world);
  call = outgoing_active (world);
  cusax_call_set_hold (call, TRUE);
  fake_world_forget (world);
  world->call->listener->on_reoffer_done (world->call->listener_data, 491, NULL, 0);
  fake_world_check (world, "");
  far_reoffers (world, CUSAX_DIRECTION_SENDRECV);
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendonly\n"
                           "session.set_remote_codecs opus\n"
                           "call.answer_offer 200 sendonly\n"
                           "call #1 ACTIVE held secure\n");
  fake_world_free (world);
}

static void
test_garbage_reoffer_keeps_the_call (void)
{
  FakeWorld *world = fake_world_new (NULL);
  CusaxCall *call = NULL;

  fake_world_sign_in (world);
  call = outgoing_active (world);
  world->call->listener->on_offer (world->call->listener_data, "rubbish", 7);
  fake_world_check (world, "call.answer_offer 400 -\n");
  g_assert_cmpint (cusax_call_get_state (call), ==, CUSAX_CALL_ACTIVE);
  fake_world_free (world);
}

/* RFC 3311: they change the session before they answer. The 200 says nothing new then, whatever it repeats. */
static void
test_early_update (gconstpointer data)
{
  FakeWorld *world = fake_world_new (NULL);
  gboolean repeats = GPOINTER_TO_INT (data);
  g_autofree char *early = NULL;

  fake_world_sign_in (world);
  dial_bob (world);
  fake_transport_ready (world);
  fake_world_forget (world);
  early = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);
  world->call->listener->on_progress (world->call->listener_data, 183, early, strlen (early));
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendrecv\n"
                           "session.set_remote_codecs opus\n"
                           "session.listen\n"
                           "call #1 RINGING secure\n");
  far_reoffers (world, CUSAX_DIRECTION_SENDONLY);
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction recvonly\n"
                           "session.set_remote_codecs opus\n"
                           "call.answer_offer 200 recvonly\n"
                           "call #1 RINGING held-by-them secure\n");
  world->call->listener->on_established (world->call->listener_data, repeats ? early : NULL,
                                         repeats ? strlen (early) : 0);
  fake_world_check (world, "session.accept\n"
                           "call #1 ACTIVE held-by-them secure\n");
  fake_world_free (world);
}

/* Without a usable early answer ours is still open. */
static void
test_update_too_early (void)
{
  FakeWorld *world = fake_world_new (NULL);
  g_autofree char *answer = NULL;
  CusaxCall *call;

  fake_world_sign_in (world);
  call = dial_bob (world);
  fake_transport_ready (world);
  answer = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);
  world->call->listener->on_progress (world->call->listener_data, 183, "rubbish", 7);
  fake_world_forget (world);
  far_reoffers (world, CUSAX_DIRECTION_SENDRECV);
  fake_world_check (world, "call.answer_offer 491 -\n");
  world->call->listener->on_established (world->call->listener_data, answer, strlen (answer));
  g_assert_cmpint (cusax_call_get_state (call), ==, CUSAX_CALL_ACTIVE);
  fake_world_free (world);
}

/* The account that goes leaves the caller's other forks alone: 480, not 603 (RFC 3261 section 21.6). */
static void
test_sign_off_while_ringing (void)
{
  FakeWorld *world = fake_world_new (NULL);

  fake_world_sign_in (world);
  incoming_ringing (world);
  cusax_account_stop (world->account);
  fake_world_check (world, "call.reject 480\n"
                           "call.release\n"
                           "transport.shutdown\n"
                           "call #1 ENDED MISSED\n"
                           "sip.stop\n"
                           "phone STOPPING\n");
  fake_world_free (world);
}

/* Nothing to show the call in: no 200 leaves. */
static void
test_answer_that_cannot_be_shown (void)
{
  FakeWorld *world = fake_world_new (NULL);

  fake_world_sign_in (world);
  world->cannot_open = TRUE;
  cusax_call_answer (incoming_ringing (world));
  fake_world_check (world, "call.reject 480\ncall.release\ntransport.shutdown\ncall #1 ENDED MEDIA\n");
  fake_world_free (world);
}

static void
test_mute_follows_window_and_command (void)
{
  FakeWorld *world = fake_world_new (NULL);
  CusaxCall *call = NULL;

  fake_world_sign_in (world);
  call = outgoing_active (world);
  cusax_call_set_muted (call, TRUE);
  fake_world_check (world, "session.set_muted 1\ncall #1 ACTIVE secure muted\n");
  world->session->listener->on_muted (world->session->listener_data, FALSE);
  fake_world_check (world, "call #1 ACTIVE secure\n");
  cusax_call_set_muted (call, TRUE);
  fake_world_check (world, "session.set_muted 1\ncall #1 ACTIVE secure muted\n");
  /* Asked again, made sure of again. */
  cusax_call_set_muted (call, TRUE);
  fake_world_check (world, "session.set_muted 1\n");
  fake_world_free (world);
}

static void
test_hold_before_the_answer (void)
{
  FakeWorld *world = fake_world_new (NULL);

  fake_world_sign_in (world);
  dial_bob (world);
  fake_transport_ready (world);
  world->session->listener->on_hold (world->session->listener_data, TRUE);
  fake_world_forget (world);
  far_established (world, CUSAX_DIRECTION_SENDRECV);
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendonly\n"
                           "session.set_remote_codecs opus\n"
                           "session.accept\n"
                           "call.reoffer sendonly\n"
                           "call #1 ACTIVE held secure\n");
  fake_world_free (world);
}

static void
test_183_rings (void)
{
  FakeWorld *world = fake_world_new (NULL);

  fake_world_sign_in (world);
  dial_bob (world);
  fake_transport_ready (world);
  fake_world_forget (world);
  world->call->listener->on_progress (world->call->listener_data, 183, NULL, 0);
  fake_world_check (world, "call #1 RINGING\n");
  fake_world_pass (world, 60000);
  g_assert_nonnull (strstr (world->trace->str, "call #1 ENDED NO_ANSWER\n"));
  fake_world_free (world);
}

static void
test_silence (void)
{
  FakeWorld *world = fake_world_new (NULL);
  CusaxCall *call;

  fake_world_sign_in (world);
  call = outgoing_active (world);
  world->transport->listener->on_silence (world->transport->listener_data, 8, TRUE);
  world->transport->listener->on_silence (world->transport->listener_data, 8, FALSE);
  fake_world_check (world, "silence #1 in 8 s\n"
                           "silence #1 out 8 s\n");
  /* Whom we hold, we do not talk to. */
  cusax_call_set_hold (call, TRUE);
  fake_world_forget (world);
  world->transport->listener->on_silence (world->transport->listener_data, 8, FALSE);
  fake_world_check (world, "");
  fake_world_free (world);
}

static void
test_duration (void)
{
  FakeWorld *world = fake_world_new (NULL);
  g_autoptr (CusaxCall) call = NULL;

  fake_world_sign_in (world);
  call = cusax_call_ref (outgoing_active (world));
  fake_world_pass (world, 65000);
  g_assert_cmpuint (cusax_call_get_seconds (call), ==, 65);
  cusax_call_hang_up (call);
  fake_world_pass (world, 10000);
  g_assert_cmpuint (cusax_call_get_seconds (call), ==, 65);
  fake_world_free (world);
}

/* R49: keys only inside protected signalling. */
static void
test_R49_no_keys_in_the_clear (void)
{
  static const char *const require[] = { "media_encryption=require", NULL };
  FakeWorld *world = fake_world_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.org", NULL);

  world->is_protected = FALSE;
  fake_world_sign_in (world);
  dial_bob (world);
  g_assert_true (g_str_has_prefix (world->trace->str, "transport.new 192.0.2.1\n"));
  fake_transport_ready (world);
  g_assert_null (strstr (world->call->sdp, "a=crypto"));
  fake_world_free (world);

  world = fake_world_new (require);
  world->is_protected = FALSE;
  fake_world_sign_in (world);
  g_assert_null (cusax_account_dial (world->account, bob, "bob@example.org", NULL, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_NOT_PROTECTED);
  fake_world_free (world);
}

static void
test_end_words (void)
{
  static const struct
  {
    guint status;
    gboolean rang;
    CusaxCallEnd end;
  } cases[] = {
    { 486, TRUE, CUSAX_CALL_END_BUSY },      { 600, FALSE, CUSAX_CALL_END_BUSY },
    { 603, TRUE, CUSAX_CALL_END_DECLINED },  { 480, FALSE, CUSAX_CALL_END_NO_ANSWER },
    { 408, TRUE, CUSAX_CALL_END_NO_ANSWER }, { 408, FALSE, CUSAX_CALL_END_NETWORK },
    { 404, FALSE, CUSAX_CALL_END_NOT_FOUND },{ 484, FALSE, CUSAX_CALL_END_NOT_FOUND },
    { 403, FALSE, CUSAX_CALL_END_FORBIDDEN },{ 407, FALSE, CUSAX_CALL_END_FORBIDDEN },
    { 488, FALSE, CUSAX_CALL_END_NO_CODEC }, { 503, FALSE, CUSAX_CALL_END_NETWORK },
    { 500, FALSE, CUSAX_CALL_END_FAILED },   { 999, FALSE, CUSAX_CALL_END_FAILED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (cusax_call_end_from_status (cases[i].status, cases[i].rang), ==, cases[i].end);
}

/* For every n: the n-th port call that can fail fails. The call ends with a reason, nothing is left, the next works. */
static void
play_outgoing (FakeWorld *world)
{
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.org", NULL);
  CusaxCall *call = cusax_account_dial (world->account, bob, "bob@example.org", NULL, NULL);

  if (call == NULL)
    return;
  fake_transport_ready (world);
  if (world->call == NULL)
    return;
  far_established (world, CUSAX_DIRECTION_SENDRECV);
  if (world->call != NULL)
    far_reoffers (world, CUSAX_DIRECTION_SENDONLY);
}

static void
play_incoming (FakeWorld *world)
{
  g_autofree char *offer = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);
  CusaxCall *call = NULL;

  fake_sip_incoming (world, offer);
  fake_world_pass (world, 0);
  call = cusax_account_get_call (world->account, 1);
  if (call == NULL)
    return;
  fake_transport_ready (world);
  cusax_call_answer (call);
  fake_world_pass (world, 0);
  if (world->call != NULL)
    world->call->listener->on_established (world->call->listener_data, NULL, 0);
}

static void
test_nth_port_call_fails (gconstpointer data)
{
  void (*play) (FakeWorld *) = data;
  guint fallible = G_MAXUINT;

  for (guint n = 0; n <= fallible; n++)
    {
      FakeWorld *world = fake_world_new (NULL);

      fake_world_sign_in (world);
      world->fail_at = n;
      play (world);
      if (n == 0)
        fallible = world->fallible;
      else if (cusax_account_get_call (world->account, 1) != NULL)
        /* Only a refused re-offer may leave the call standing. */
        g_assert_nonnull (strstr (world->trace->str, "call.answer_offer 4"));
      while (cusax_account_get_call (world->account, 1) != NULL)
        cusax_call_hang_up (cusax_account_get_call (world->account, 1));
      g_assert_cmpuint (world->live, ==, 0);

      world->fail_at = 0;
      fake_far_reset ();
      g_assert_nonnull (outgoing_active (world));
      fake_world_free (world);
    }
  g_assert_cmpuint (fallible, >=, 3);
}

/* The account goes away in every state of a call. */
static void
test_shutdown_in_every_state (void)
{
  for (int step = 0; step < 8; step++)
    {
      FakeWorld *world = fake_world_new (NULL);

      fake_world_sign_in (world);
      if (step < 4)
        {
          dial_bob (world);
          if (step > 0)
            fake_transport_ready (world);
          if (step > 1)
            world->call->listener->on_progress (world->call->listener_data, 180, NULL, 0);
          if (step > 2)
            far_established (world, CUSAX_DIRECTION_SENDRECV);
        }
      else
        {
          g_autofree char *offer = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);

          fake_sip_incoming (world, offer);
          if (step > 4)
            fake_world_pass (world, 0);
          if (step > 5)
            fake_transport_ready (world);
          if (step > 6)
            cusax_call_answer (cusax_account_get_call (world->account, 1));
        }
      fake_world_free (world);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_fatal_mask (G_LOG_DOMAIN, G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);

  g_test_add_func ("/call/outgoing", test_outgoing);
  g_test_add_func ("/call/incoming", test_incoming);
  g_test_add_func ("/call/p6-packet-time", test_packet_time);
  g_test_add_data_func ("/call/R44/early-update", GINT_TO_POINTER (FALSE), test_early_update);
  g_test_add_data_func ("/call/R44/early-update-repeated", GINT_TO_POINTER (TRUE), test_early_update);
  g_test_add_func ("/call/R44/update-too-early", test_update_too_early);
  g_test_add_func ("/call/incoming/answered-early", test_incoming_answered_early);
  g_test_add_func ("/call/incoming/offerless", test_incoming_offerless);
  g_test_add_func ("/call/incoming/ends-while-ringing", test_incoming_ends_while_ringing);
  g_test_add_func ("/call/incoming/cancelled-before-shown", test_incoming_cancelled_before_shown);
  g_test_add_func ("/call/incoming/bad-offers", test_bad_offers_are_refused);
  g_test_add_func ("/call/second-caller-is-busy", test_second_caller_is_busy);
  g_test_add_func ("/call/outgoing/no-answer", test_outgoing_no_answer);
  g_test_add_func ("/call/window-closed", test_window_closed);
  g_test_add_func ("/call/anonymous", test_anonymous);
  g_test_add_func ("/call/P2-move", test_P2_move);
  g_test_add_func ("/call/P2-move/is-told-until-it-is-heard", test_P2_move_is_told_until_it_is_heard);
  g_test_add_func ("/call/P2-move/waits-for-the-open-offer", test_P2_move_waits_for_the_open_offer);
  g_test_add_func ("/call/hold", test_hold);
  g_test_add_func ("/call/hold/toggled-in-flight", test_hold_toggled_in_flight);
  g_test_add_func ("/call/hold/remote", test_remote_hold);
  g_test_add_func ("/call/glare", test_glare);
  g_test_add_func ("/call/glare/keeps-the-hold", test_glare_keeps_the_hold);
  g_test_add_func ("/call/garbage-reoffer", test_garbage_reoffer_keeps_the_call);
  g_test_add_func ("/call/sign-off-while-ringing", test_sign_off_while_ringing);
  g_test_add_func ("/call/answer-that-cannot-be-shown", test_answer_that_cannot_be_shown);
  g_test_add_func ("/call/mute", test_mute_follows_window_and_command);
  g_test_add_func ("/call/hold/before-the-answer", test_hold_before_the_answer);
  g_test_add_func ("/call/183-rings", test_183_rings);
  g_test_add_func ("/call/silence", test_silence);
  g_test_add_func ("/call/duration", test_duration);
  g_test_add_func ("/call/R49-no-keys-in-the-clear", test_R49_no_keys_in_the_clear);
  g_test_add_func ("/call/end-words", test_end_words);
  g_test_add_data_func ("/call/nth-port-call-fails/outgoing", (gconstpointer) play_outgoing,
                        test_nth_port_call_fails);
  g_test_add_data_func ("/call/nth-port-call-fails/incoming", (gconstpointer) play_incoming,
                        test_nth_port_call_fails);
  g_test_add_func ("/call/shutdown-in-every-state", test_shutdown_in_every_state);
  return g_test_run ();
}
