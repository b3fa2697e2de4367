/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * P25: a picture that is added while something else happens: their offers, holding, another address, a refusal. Whatever comes
 * in between, it is neither lost without a word nor does it leave the call where nothing can be agreed on any more.
 */
#include "picturetalks.h"

#include "error.h"

#include <string.h>

#define assert_said(world, text) g_assert_nonnull (strstr ((world)->trace->str, text))
#define assert_unsaid(world, text) g_assert_null (strstr ((world)->trace->str, text))

/* They refresh the session, or hold, while our picture looks for its addresses: both happen. */
static void
test_their_offer_meanwhile (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_talking (world);

  cusax_call_set_video (call, TRUE, NULL);
  picture_far_offers_anew (world, FALSE);
  assert_unsaid (world, "call.answer_offer");
  fake_transport_ready_at (world, 2);
  assert_said (world, "call.answer_offer 200 sendrecv");
  assert_unsaid (world, "transport2.shutdown");
  assert_said (world, "call.reoffer sendrecv video\n");
  g_assert_true (cusax_call_is_video_wanted (call));
  fake_far_video (TRUE);
  picture_far_says (world, 200);
  g_assert_cmpint (cusax_call_get_video (call), ==, CUSAX_DIRECTION_SENDRECV);
  fake_world_free (world);
}

/* Our re-INVITE of before, which does not name it, is answered while it looks for its addresses. */
static void
test_our_offer_meanwhile (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_talking (world);

  cusax_call_set_hold (call, TRUE);
  cusax_call_set_video (call, TRUE, NULL);
  fake_world_forget (world);
  picture_far_says (world, 200);
  assert_unsaid (world, "transport2.shutdown");
  g_assert_true (cusax_call_is_video_wanted (call));
  fake_transport_ready_at (world, 2);
  assert_said (world, "call.reoffer sendonly video\n");
  fake_world_free (world);
}

/* The same, and it is refused: that was not the picture. */
static void
test_refusal_of_something_else (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_talking (world);

  cusax_call_set_hold (call, TRUE);
  cusax_call_set_video (call, TRUE, NULL);
  fake_world_forget (world);
  world->call->listener->on_reoffer_done (world->call->listener_data, 488, NULL, 0);
  assert_unsaid (world, "transport2.shutdown");
  g_assert_false (cusax_call_is_video_refused (call));
  fake_transport_ready_at (world, 2);
  assert_said (world, "call.reoffer sendrecv video\n");
  fake_world_free (world);
}

/* The person shows ours while theirs looks for its addresses, and then the transport cannot do what they offer: nothing has been
 * told yet, and ours is still to be. */
static void
test_their_offer_impossible (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_talking (world);

  picture_far_offers_anew (world, TRUE);
  g_assert_true (cusax_call_set_video (call, TRUE, NULL));
  assert_unsaid (world, "call.answer_offer");
  world->fail_at = world->fallible + 1;
  fake_transport_ready_at (world, 2);
  world->fail_at = 0;
  assert_said (world, "call.answer_offer 488");
  assert_unsaid (world, "transport2.shutdown");
  g_assert_true (cusax_call_is_video_wanted (call));
  assert_said (world, "call.reoffer sendrecv video\n");
  fake_world_free (world);
}

/* On, off, on: the answer to the first is none to the third. */
static void
test_on_off_on (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_talking (world);

  cusax_call_set_video (call, TRUE, NULL);
  fake_transport_ready_at (world, 2);
  cusax_call_set_video (call, FALSE, NULL);
  cusax_call_set_video (call, TRUE, NULL);
  fake_world_forget (world);
  fake_far_video (TRUE);
  picture_far_says (world, 200);
  assert_unsaid (world, "add_video");
  assert_unsaid (world, "transport2.set_remote");
  fake_transport_ready_at (world, 2);
  assert_said (world, "call.reoffer sendrecv video\n");
  picture_far_says (world, 200);
  g_assert_cmpint (cusax_call_get_video (call), ==, CUSAX_DIRECTION_SENDRECV);
  fake_world_free (world);
}

/* Both offer at once; theirs comes through, and has no place for a picture (RFC 3264 section 6). */
static void
test_glare (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_talking (world);

  cusax_call_set_video (call, TRUE, NULL);
  fake_transport_ready_at (world, 2);
  fake_world_forget (world);
  world->call->listener->on_reoffer_done (world->call->listener_data, 491, NULL, 0);
  picture_far_offers_anew (world, FALSE);
  assert_said (world, "call.answer_offer 200 sendrecv");
  assert_said (world, "call.reoffer sendrecv video\n");
  assert_unsaid (world, "transport2.shutdown");
  g_assert_true (cusax_call_is_video_wanted (call));
  fake_world_free (world);
}

/* The person takes the pictures away while they offer something, too, and theirs comes through: it has theirs in it as before,
 * and still nothing is shown. What they offer later is. */
static void
test_drop_glare (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_added (world, NULL);

  cusax_call_set_video (call, FALSE, NULL);
  assert_said (world, "call.reoffer sendrecv video-off\n");
  picture_far_says (world, 491);
  fake_world_forget (world);
  picture_far_offers_anew (world, TRUE);
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendrecv\n"
                           "session.set_remote_codecs opus\n"
                           "call.answer_offer 200 sendrecv video-off\n"
                           "call #1 ACTIVE secure\n");
  picture_far_offers_anew (world, TRUE);
  fake_transport_ready_at (world, 2);
  assert_said (world, "call.answer_offer 200 sendrecv video\n");
  g_assert_cmpint (cusax_call_get_video (call), ==, CUSAX_DIRECTION_RECVONLY);
  fake_world_free (world);
}

/* Once they know, what they offer is shown again. */
static void
test_drop_told (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_added (world, NULL);

  cusax_call_set_video (call, FALSE, NULL);
  fake_far_video (FALSE);
  picture_far_says (world, 200);
  fake_world_forget (world);
  picture_far_offers_anew (world, TRUE);
  fake_transport_ready_at (world, 2);
  assert_said (world, "call.answer_offer 200 sendrecv video\n");
  g_assert_cmpint (cusax_call_get_video (call), ==, CUSAX_DIRECTION_RECVONLY);
  fake_world_free (world);
}

/* They take their offer back (CANCEL) before our addresses are known: nothing of it counts, and the next one does. */
static void
test_cancelled (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_talking (world);

  picture_far_offers_anew (world, TRUE);
  cusax_call_set_hold (call, TRUE);
  fake_world_forget (world);
  world->call->listener->on_offer_cancelled (world->call->listener_data);
  fake_world_check (world, "transport2.shutdown\n"
                           "call.reoffer sendonly\n"
                           "call #1 ACTIVE held secure\n");
  picture_far_says (world, 200);
  fake_world_forget (world);
  picture_far_offers_anew (world, FALSE);
  assert_said (world, "call.answer_offer 200");
  /* Ours stays when they take theirs back. */
  cusax_call_set_hold (call, FALSE);
  picture_far_says (world, 200);
  cusax_call_set_video (call, TRUE, NULL);
  picture_far_offers_anew (world, TRUE);
  fake_world_forget (world);
  world->call->listener->on_offer_cancelled (world->call->listener_data);
  assert_unsaid (world, "shutdown");
  fake_transport_ready_at (world, 2);
  assert_said (world, "call.reoffer sendrecv video\n");
  fake_world_free (world);
}

/* The camera fails when their offer is answered: they have been told "yes", and have to be told "no". */
static void
test_fails_in_answer (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_talking (world);

  world->camera_fails = TRUE;
  picture_far_offers_anew (world, TRUE);
  cusax_call_set_video (call, TRUE, NULL);
  fake_transport_ready_at (world, 2);
  assert_said (world, "transport2.shutdown\ncall.answer_offer 200 sendrecv video\ncall.reoffer sendrecv video-off\n");
  g_assert_nonnull (cusax_call_get_video_error (call));
  fake_world_free (world);
}

/* This machine moves while their offer waits for the picture's addresses: it is answered, from the new place. */
static void
test_move_meanwhile (void)
{
  static const guint orders[2][2] = { { 1, 2 }, { 2, 1 } };

  for (guint i = 0; i < 2; i++)
    {
      FakeWorld *world = picture_world (TRUE);

      picture_talking (world);
      picture_far_offers_anew (world, TRUE);
      g_assert_true (world->call->listener->on_leg_back (world->call->listener_data, "192.0.2.77"));
      fake_transport_ready_at (world, orders[i][0]);
      fake_world_forget (world);
      fake_transport_ready_at (world, orders[i][1]);
      assert_said (world, "call.answer_offer 200 sendrecv video\n");
      fake_world_free (world);
    }
}

/* RFC 8843: bundled first, later each on its own way: the picture needs sockets then, and the sound's are not named for it. */
static void
test_out_of_bundle (void)
{
  static const char *const offers[] = {
    "v=0\r\no=- 7 7 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\na=group:BUNDLE a v\r\n"
    "m=audio 50000 RTP/AVP 8\r\na=mid:a\r\na=rtcp-mux\r\n"
    "m=video 50000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\na=mid:v\r\na=rtcp-mux\r\n",
    "v=0\r\no=- 7 8 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
    "m=audio 50000 RTP/AVP 8\r\na=mid:a\r\na=rtcp-mux\r\n"
    "m=video 50010 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\na=mid:v\r\na=rtcp-mux\r\n",
  };
  FakeWorld *world = picture_world (TRUE);

  picture_talking (world);
  world->call->listener->on_offer (world->call->listener_data, offers[0], strlen (offers[0]));
  assert_said (world, "call.answer_offer 200 sendrecv video\n");
  assert_unsaid (world, "transport2.gather");
  fake_world_forget (world);
  world->call->listener->on_offer (world->call->listener_data, offers[1], strlen (offers[1]));
  assert_said (world, "transport2.shutdown\n");
  assert_said (world, "transport2.gather\n");
  assert_unsaid (world, "call.answer_offer");
  fake_transport_ready_at (world, 2);
  assert_said (world, "transport2.set_remote 192.0.2.9:50010");
  assert_said (world, "call.answer_offer 200 sendrecv video\n");
  fake_world_free (world);
}

/* RFC 3311: before they answer, by UPDATE. */
static void
test_update_with_picture (void)
{
  FakeWorld *world = picture_world (TRUE);
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.org", NULL);
  CusaxCall *call = cusax_account_dial (world->account, bob, "bob@example.org", NULL, NULL);
  g_autofree char *early = NULL;

  fake_transport_ready (world);
  early = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);
  world->call->listener->on_progress (world->call->listener_data, 183, early, strlen (early));
  picture_far_offers_anew (world, TRUE);
  fake_world_forget (world);
  fake_transport_ready_at (world, 2);
  assert_said (world, "call.answer_offer 200 sendrecv video\n");
  assert_unsaid (world, "camera");
  world->call->listener->on_established (world->call->listener_data, NULL, 0);
  g_assert_cmpint (cusax_call_get_state (call), ==, CUSAX_CALL_ACTIVE);
  fake_world_free (world);
}

/* Their early answer has refused the picture, and an UPDATE made it final: it is not asked for again. */
static void
test_update_after_refusal (void)
{
  FakeWorld *world = picture_world (TRUE);
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.org", NULL);
  CusaxCall *call = cusax_account_dial_video (world->account, bob, "bob@example.org", NULL, NULL);
  g_autofree char *early = NULL;

  fake_transport_ready_at (world, 1);
  fake_transport_ready_at (world, 2);
  early = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);
  world->call->listener->on_progress (world->call->listener_data, 183, early, strlen (early));
  picture_far_offers_anew (world, FALSE);
  world->call->listener->on_established (world->call->listener_data, NULL, 0);
  assert_said (world, "transport2.shutdown");
  assert_unsaid (world, "call.reoffer");
  g_assert_true (cusax_call_is_video_refused (call));
  g_assert_false (cusax_call_is_video_wanted (call));
  fake_world_free (world);
}

/* They do not want to be held: the picture goes on as the sound does. */
static void
test_hold_refused (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_added (world, "");

  cusax_call_set_hold (call, TRUE);
  assert_said (world, "session.set_video_direction inactive\n");
  fake_world_forget (world);
  world->call->listener->on_reoffer_done (world->call->listener_data, 488, NULL, 0);
  assert_said (world, "session.set_video_direction sendrecv\n");
  g_assert_cmpint (cusax_call_get_video (call), ==, CUSAX_DIRECTION_SENDRECV);
  g_assert_true (cusax_call_is_video_wanted (call));
  fake_world_free (world);
}

/* We see them; they do not want to see us: nobody believes that they do, and theirs stays. */
static void
test_showing_refused (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_watching (world);

  cusax_call_set_video (call, TRUE, NULL);
  fake_world_forget (world);
  world->call->listener->on_reoffer_done (world->call->listener_data, 488, NULL, 0);
  assert_unsaid (world, "shutdown");
  assert_unsaid (world, "camera");
  g_assert_false (cusax_call_is_video_wanted (call));
  g_assert_true (cusax_call_is_video_refused (call));
  g_assert_cmpint (cusax_call_get_video (call), ==, CUSAX_DIRECTION_RECVONLY);
  fake_world_free (world);
}

/* RFC 5168: one wish at a time; digits go the same way (A9), and wait behind what is not answered. */
static void
test_one_wish (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_talking (world);
  g_autoptr (GRegex) feedback = g_regex_new ("a=rtcp-fb:.*\r\n", 0, 0, NULL);
  g_autofree char *full = NULL, *answer = NULL;

  cusax_call_set_video (call, TRUE, NULL);
  fake_transport_ready_at (world, 2);
  fake_far_reset ();
  fake_far_video (TRUE);
  full = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);
  answer = g_regex_replace_literal (feedback, full, -1, 0, "", 0, NULL); /* they know no other way */
  world->call->listener->on_reoffer_done (world->call->listener_data, 200, answer, strlen (answer));
  fake_world_forget (world);
  world->call->takes_info = TRUE;
  world->session->listener->on_keyframe_wanted (world->session->listener_data);
  assert_said (world, "call.send_info application/media_control+xml: ");
  fake_world_forget (world);
  world->session->listener->on_keyframe_wanted (world->session->listener_data);
  fake_world_check (world, "");
  world->call->listener->on_info_done (world->call->listener_data, 200);
  world->session->listener->on_keyframe_wanted (world->session->listener_data);
  assert_said (world, "call.send_info application/media_control+xml: ");
  fake_world_free (world);
}

/* R49: the camera stays shut while only tones are promised. */
static void
test_early_media (void)
{
  FakeWorld *world = picture_world (TRUE);
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.org", NULL);
  g_autofree char *early = NULL;

  cusax_account_dial_video (world->account, bob, "bob@example.org", NULL, NULL);
  fake_transport_ready_at (world, 1);
  fake_transport_ready_at (world, 2);
  fake_far_video (TRUE);
  early = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);
  fake_world_forget (world);
  world->call->listener->on_progress (world->call->listener_data, 183, early, strlen (early));
  assert_unsaid (world, "camera");
  assert_unsaid (world, "set_video_direction sendrecv");
  world->call->listener->on_established (world->call->listener_data, early, strlen (early));
  assert_said (world, "session.add_video camera\n");
  assert_said (world, "session.set_video_direction sendrecv\n");
  fake_world_free (world);
}

/* ------------------------------------------------------------------ failures */

static void
play_both_ways (FakeWorld *world)
{
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.org", NULL);
  CusaxCall *call = cusax_account_dial_video (world->account, bob, "bob@example.org", NULL, NULL);

  fake_far_video (TRUE);
  for (guint i = 1; call != NULL && i <= 2 && world->transports[i - 1] != NULL; i++)
    fake_transport_ready_at (world, i);
  if (world->call != NULL)
    picture_far_answers (world);
  if (cusax_account_get_call (world->account, 1) == NULL)
    return;
  if (strstr (world->trace->str, "call.reoffer") != NULL)
    picture_far_says (world, 200); /* "no picture after all" */
  cusax_call_set_video (call, FALSE, NULL);
  if (cusax_account_get_call (world->account, 1) != NULL && strstr (world->trace->str, "video-off") != NULL)
    {
      fake_far_video (FALSE);
      world->call->listener->on_reoffer_done (world->call->listener_data, 488, NULL, 0);
    }
  if (cusax_account_get_call (world->account, 1) != NULL)
    picture_far_offers_anew (world, TRUE);
  if (cusax_account_get_call (world->account, 1) != NULL && world->transports[1] != NULL)
    fake_transport_ready_at (world, 2);
}

static void
play_answering (FakeWorld *world)
{
  g_autofree char *offer = NULL;
  CusaxCall *call;

  fake_far_video (TRUE);
  offer = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);
  fake_sip_incoming (world, offer);
  fake_world_pass (world, 0);
  call = cusax_account_get_call (world->account, 1);
  if (call == NULL)
    return;
  fake_transport_ready_at (world, 1);
  cusax_call_answer_video (call);
  if (world->transports[1] != NULL)
    fake_transport_ready_at (world, 2);
  fake_world_pass (world, 0);
  if (world->call != NULL)
    world->call->listener->on_established (world->call->listener_data, NULL, 0);
}

/* Every port call that can fail does, one at a time: nothing leaks, nothing is left open, and the next call works. */
static void
test_nth_port_call_fails (gconstpointer data)
{
  void (*play) (FakeWorld *) = data;
  guint fallible = G_MAXUINT;

  for (guint n = 0; n <= fallible; n++)
    {
      FakeWorld *world = picture_world (TRUE);
      CusaxCall *call;

      world->fail_at = n;
      play (world);
      if (n == 0)
        fallible = world->fallible;
      call = cusax_account_get_call (world->account, 1);
      if (call != NULL)
        cusax_call_hang_up (call);
      g_assert_cmpuint (world->live, ==, 0);
      world->fail_at = 0;
      fake_far_reset ();
      picture_added (world, "");
      fake_world_free (world);
    }
  g_assert_cmpuint (fallible, >=, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call-video/p25/races/their-offer", test_their_offer_meanwhile);
  g_test_add_func ("/call-video/p25/races/their-offer/impossible", test_their_offer_impossible);
  g_test_add_func ("/call-video/p25/races/our-offer", test_our_offer_meanwhile);
  g_test_add_func ("/call-video/p25/races/refusal", test_refusal_of_something_else);
  g_test_add_func ("/call-video/p25/races/on-off-on", test_on_off_on);
  g_test_add_func ("/call-video/p25/races/glare", test_glare);
  g_test_add_func ("/call-video/p25/races/drop-glare", test_drop_glare);
  g_test_add_func ("/call-video/p25/races/drop-told", test_drop_told);
  g_test_add_func ("/call-video/p25/races/cancelled", test_cancelled);
  g_test_add_func ("/call-video/p25/races/fails-in-answer", test_fails_in_answer);
  g_test_add_func ("/call-video/p2/races/move", test_move_meanwhile);
  g_test_add_func ("/call-video/p25/out-of-bundle", test_out_of_bundle);
  g_test_add_func ("/call-video/p25/races/update", test_update_with_picture);
  g_test_add_func ("/call-video/p25/races/update/refused", test_update_after_refusal);
  g_test_add_func ("/call-video/p10/hold/refused", test_hold_refused);
  g_test_add_func ("/call-video/p25/showing/refused", test_showing_refused);
  g_test_add_func ("/call-video/p25/one-wish", test_one_wish);
  g_test_add_func ("/call-video/r49/early-media", test_early_media);
  g_test_add_data_func ("/call-video/p25/nth-failure/calling", play_both_ways, test_nth_port_call_fails);
  g_test_add_data_func ("/call-video/p25/nth-failure/answering", play_answering, test_nth_port_call_fails);
  return g_test_run ();
}
