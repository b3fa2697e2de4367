/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * R16, P25: pictures as exact traces: the sound decides about the call, the camera opens when both have agreed, and whatever
 * becomes of the picture, the sound goes on.
 */
#include "picturetalks.h"

#include "error.h"

#include <string.h>

/* Both see each other. */
static CusaxCall *
seeing_with (FakeWorld *world, const char *feedback)
{
  CusaxCall *call = picture_dial (world);

  fake_far_video (TRUE);
  fake_far_feedback (feedback);
  fake_transport_ready_at (world, 1);
  fake_transport_ready_at (world, 2);
  picture_far_answers (world);
  fake_world_forget (world);
  return call;
}

static CusaxCall *
seeing (FakeWorld *world)
{
  return seeing_with (world, NULL);
}

static void
test_start (void)
{
  FakeWorld *world = picture_world (TRUE);

  picture_dial (world);
  fake_world_check (world, "transport.new 192.0.2.1 crypto\n"
                           "media.open bob@example.org outgoing\n"
                           "transport.set_leg_peer 7078 7079\n"
                           "transport.new 192.0.2.1 crypto\n"
                           "transport2.gather\n"
                           "transport.gather\n");
  fake_transport_ready_at (world, 1);
  fake_world_check (world, "");
  fake_transport_ready_at (world, 2);
  fake_world_check (world, "sip.invite sip:bob@example.org video\n"
                           "call #1 CALLING\n");
  fake_far_video (TRUE);
  picture_far_answers (world);
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendrecv\n"
                           "session.set_remote_codecs opus\n"
                           "transport2.set_remote 192.0.2.9:50010 srtp\n"
                           "transport2.set_direction sendrecv\n"
                           "session.add_video camera\n"
                           "transport2.set_leg_peer 7080 7081\n"
                           "session.set_remote_video VP8\n"
                           "session.set_video_direction sendrecv\n"
                           "session.accept\n"
                           "call #1 ACTIVE secure video-sendrecv\n");
  world->call->listener->on_ended (world->call->listener_data, 0, NULL, FALSE);
  fake_world_check (world, "call.release\n"
                           "session.end\n"
                           "transport2.shutdown\n"
                           "transport.shutdown\n"
                           "call #1 ENDED REMOTE secure\n");
  fake_world_free (world);
}

/* The other side has no camera: a call like any other. */
static void
test_start_refused (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_dial (world);

  fake_transport_ready_at (world, 1);
  fake_transport_ready_at (world, 2);
  fake_world_forget (world);
  picture_far_answers (world);
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendrecv\n"
                           "session.set_remote_codecs opus\n"
                           "transport2.shutdown\n"
                           "session.accept\n"
                           "call #1 ACTIVE secure video-refused\n");
  g_assert_false (cusax_call_is_video_wanted (call));
  fake_world_free (world);
}

/* Some refuse the whole call for its picture: then it is offered without, under another dialog (P25). */
static void
test_start_488 (void)
{
  FakeWorld *world = picture_world (TRUE);

  picture_dial (world);
  fake_transport_ready_at (world, 1);
  fake_transport_ready_at (world, 2);
  fake_world_forget (world);
  world->call->listener->on_ended (world->call->listener_data, 488, "Not Acceptable Here", FALSE);
  fake_world_check (world, "transport2.shutdown\n"
                           "call.release\n"
                           "sip.invite sip:bob@example.org\n"
                           "call #1 CALLING video-refused\n");
  fake_far_reset ();
  picture_far_answers (world);
  g_assert_nonnull (strstr (world->trace->str, "call #1 ACTIVE secure"));
  fake_world_free (world);
}

static void
test_no_camera (void)
{
  FakeWorld *world = picture_world (FALSE);
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.org", NULL);
  g_autoptr (GError) error = NULL;
  const char *why = NULL;
  CusaxCall *call;

  g_assert_false (cusax_account_can_do_video (world->account, &why));
  g_assert_true (cusax_account_can_see_video (world->account));
  g_assert_cmpstr (why, ==, "there is no camera");
  g_assert_null (cusax_account_dial_video (world->account, bob, "bob@example.org", NULL, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA);
  g_assert_cmpstr (error->message, ==, "there is no camera");
  g_clear_error (&error);
  call = picture_talking (world);
  g_assert_false (cusax_call_set_video (call, TRUE, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA);
  fake_world_check (world, "");
  fake_world_free (world);
}

static void
test_answer_with (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_rings (world, CUSAX_DIRECTION_SENDRECV);

  g_assert_true (cusax_call_is_video_offered (call));
  cusax_call_answer_video (call);
  fake_world_check (world, "transport.new 192.0.2.1 crypto\n"
                           "transport2.gather\n"
                           "call #1 ANSWERING\n");
  fake_transport_ready_at (world, 2);
  fake_world_check (world, "call.accept video\n"
                           "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendrecv\n");
  fake_world_pass (world, 0);
  fake_world_check (world, "media.open bob@example.org\n"
                           "transport.set_leg_peer 7078 7079\n"
                           "session.set_remote_codecs opus\n"
                           "transport2.set_remote 192.0.2.9:50010 srtp\n"
                           "transport2.set_direction sendrecv\n"
                           "session.add_video camera\n"
                           "transport2.set_leg_peer 7080 7081\n"
                           "session.set_remote_video VP8\n"
                           "session.set_video_direction sendrecv\n"
                           "session.accept\n");
  fake_world_free (world);
}

static void
test_answer_sound_only (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_rings (world, CUSAX_DIRECTION_SENDRECV);

  cusax_call_answer (call);
  fake_world_check (world, "call.accept video-off\n"
                           "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendrecv\n"
                           "call #1 ANSWERING secure\n");
  fake_world_pass (world, 0);
  g_assert_null (strstr (world->trace->str, "video"));
  fake_world_free (world);
}

/* Whoever has no camera sees theirs, and shows none. */
static void
test_answer_without_camera (void)
{
  FakeWorld *world = picture_world (FALSE);
  CusaxCall *call = picture_rings (world, CUSAX_DIRECTION_SENDRECV);

  cusax_call_answer_video (call);
  g_assert_false (cusax_call_is_video_wanted (call));
  fake_world_forget (world);
  fake_transport_ready_at (world, 2);
  fake_world_check (world, "call.accept video\n"
                           "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendrecv\n");
  g_assert_nonnull (strstr (world->call->sdp, "a=recvonly\r\n"));
  fake_world_pass (world, 0);
  fake_world_check (world, "media.open bob@example.org\n"
                           "transport.set_leg_peer 7078 7079\n"
                           "session.set_remote_codecs opus\n"
                           "transport2.set_remote 192.0.2.9:50010 srtp\n"
                           "transport2.set_direction recvonly\n"
                           "session.add_video\n"
                           "transport2.set_leg_peer 7080 7081\n"
                           "session.set_remote_video VP8\n"
                           "session.set_video_direction recvonly\n"
                           "session.accept\n");
  fake_world_free (world);
}

/* The same in mid-call: theirs is shown, and a camera is not even looked for. */
static void
test_they_add_without_camera (void)
{
  FakeWorld *world = picture_world (FALSE);
  CusaxCall *call = picture_watching (world);

  g_assert_cmpint (cusax_call_get_video (call), ==, CUSAX_DIRECTION_RECVONLY);
  g_assert_true (cusax_call_is_video_offered (call));
  g_assert_nonnull (strstr (world->call->sdp, "a=recvonly\r\n"));
  g_assert_cmpuint (world->camera_asked, ==, 0);
  fake_world_free (world);
}

/* Only a picture of ours that begins looks for the camera, and only what changes of it opens and shuts it. */
static void
test_camera_untouched (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_added (world, NULL);

  g_assert_cmpuint (world->camera_asked, ==, 1);
  for (guint round = 0; round < 3; round++)
    {
      picture_far_offers_anew (world, TRUE); /* a session refresh */
      fake_far_video (TRUE);
      cusax_call_set_hold (call, TRUE);
      picture_far_says (world, 200);
      cusax_call_set_hold (call, FALSE);
      picture_far_says (world, 200);
    }
  g_assert_cmpint (cusax_call_get_video (call), ==, CUSAX_DIRECTION_SENDRECV);
  g_assert_cmpuint (world->camera_asked, ==, 1);
  g_assert_null (strstr (world->trace->str, "add_video"));
  g_assert_null (strstr (world->trace->str, "remove_video"));
  fake_world_free (world);
}

static void
test_add_and_drop (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_talking (world);

  g_assert_true (cusax_call_set_video (call, TRUE, NULL));
  fake_world_check (world, "transport.new 192.0.2.1 crypto\n"
                           "transport2.gather\n"
                           "call #1 ACTIVE secure\n");
  fake_transport_ready_at (world, 2);
  fake_world_check (world, "call.reoffer sendrecv video\n");
  fake_far_video (TRUE);
  picture_far_says (world, 200);
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendrecv\n"
                           "session.set_remote_codecs opus\n"
                           "transport2.set_remote 192.0.2.9:50010 srtp\n"
                           "transport2.set_direction sendrecv\n"
                           "session.add_video camera\n"
                           "transport2.set_leg_peer 7080 7081\n"
                           "session.set_remote_video VP8\n"
                           "session.set_video_direction sendrecv\n"
                           "call #1 ACTIVE secure video-sendrecv\n");
  g_assert_true (cusax_call_set_video (call, FALSE, NULL));
  fake_world_check (world, "session.remove_video\n"
                           "transport2.shutdown\n"
                           "call.reoffer sendrecv video-off\n"
                           "call #1 ACTIVE secure\n");
  fake_far_video (FALSE);
  picture_far_says (world, 200);
  g_assert_null (strstr (world->trace->str, "reoffer"));
  fake_world_free (world);
}

/* A re-INVITE that is refused leaves the call as it was. */
static void
test_add_refused (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_talking (world);

  cusax_call_set_video (call, TRUE, NULL);
  fake_transport_ready_at (world, 2);
  fake_world_forget (world);
  world->call->listener->on_reoffer_done (world->call->listener_data, 488, NULL, 0);
  fake_world_check (world, "session.set_hold 0\n"
                           "transport2.shutdown\n"
                           "call #1 ACTIVE secure video-refused\n");
  fake_world_free (world);
}

/* Theirs is shown at once, ours only when the person says so; the camera stays shut until then. */
static void
test_they_add (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_talking (world);

  fake_far_video (TRUE);
  picture_far_offers (world);
  fake_world_check (world, "transport.new 192.0.2.1 crypto\n"
                           "transport2.gather\n");
  g_assert_false (cusax_call_is_video_offered (call)); /* else people read of a wish first, then of a picture */
  fake_transport_ready_at (world, 2);
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendrecv\n"
                           "session.set_remote_codecs opus\n"
                           "transport2.set_remote 192.0.2.9:50010 srtp\n"
                           "transport2.set_direction recvonly\n"
                           "session.add_video\n"
                           "transport2.set_leg_peer 7080 7081\n"
                           "session.set_remote_video VP8\n"
                           "session.set_video_direction recvonly\n"
                           "call.answer_offer 200 sendrecv video\n"
                           "call #1 ACTIVE secure video-recvonly video-offered\n");
  g_assert_true (cusax_call_set_video (call, TRUE, NULL));
  fake_world_check (world, "call.reoffer sendrecv video\n"
                           "call #1 ACTIVE secure video-recvonly\n");
  fake_far_reset (); /* theirs has not been told of our answer */
  fake_far_video (TRUE);
  picture_far_says (world, 200);
  g_assert_nonnull (strstr (world->trace->str, "session.remove_video\nsession.add_video camera\n"));
  g_assert_nonnull (strstr (world->trace->str, "call #1 ACTIVE secure video-sendrecv\n"));
  fake_world_free (world);
}

static void
test_they_drop (void)
{
  FakeWorld *world = picture_world (TRUE);

  seeing (world);
  fake_far_video (FALSE);
  picture_far_offers (world);
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendrecv\n"
                           "session.set_remote_codecs opus\n"
                           "session.remove_video\n"
                           "transport2.shutdown\n"
                           "call.answer_offer 200 sendrecv video-off\n"
                           "call #1 ACTIVE secure\n");
  fake_world_free (world);
}

/* Nothing is shown while the call is on hold, and the picture comes back with it. */
static void
test_hold (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = seeing (world);

  cusax_call_set_hold (call, TRUE);
  fake_world_check (world, "session.set_hold 1\n"
                           "session.set_video_direction inactive\n"
                           "call.reoffer sendonly video\n"
                           "call #1 ACTIVE held secure video-sendrecv\n");
  picture_far_says (world, 200);
  g_assert_nonnull (strstr (world->trace->str, "transport2.set_direction inactive\n"));
  fake_world_forget (world);
  g_assert_true (cusax_call_is_hold_settled (call));
  cusax_call_set_hold (call, FALSE);
  g_assert_false (cusax_call_is_hold_settled (call)); /* no picture yet, but none that has ended either */
  picture_far_says (world, 200);
  g_assert_true (cusax_call_is_hold_settled (call));
  g_assert_nonnull (strstr (world->trace->str, "session.set_video_direction sendrecv\n"));
  fake_world_free (world);
}

/* The camera does not open, or dies: words, and the other side is told; the sound stays. */
static void
test_camera_fails (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_dial (world);
  g_autoptr (GError) error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_MEDIA, "unplugged");

  world->camera_fails = TRUE;
  fake_far_video (TRUE);
  fake_transport_ready_at (world, 1);
  fake_transport_ready_at (world, 2);
  fake_world_forget (world);
  picture_far_answers (world);
  g_assert_nonnull (strstr (world->trace->str, "session.add_video camera\ntransport2.shutdown\nsession.accept\n"
                                               "call.reoffer sendrecv video-off\n"
                                               "call #1 ACTIVE secure video-failed\n"));
  g_assert_error (cusax_call_get_video_error (call), CUSAX_ERROR, CUSAX_ERROR_MEDIA);
  fake_world_free (world);

  world = picture_world (TRUE);
  seeing (world);
  world->session->listener->on_video_error (world->session->listener_data, FALSE, error);
  fake_world_check (world, "transport2.shutdown\n"
                           "call.reoffer sendrecv video-off\n"
                           "call #1 ACTIVE secure video-failed\n");
  fake_world_free (world);
}

/* It is the camera alone: theirs stays, and they are told that they see nothing. */
static void
test_camera_dies (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = seeing (world);
  g_autoptr (GError) error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_MEDIA, "unplugged");

  world->session->listener->on_video_error (world->session->listener_data, TRUE, error);
  fake_world_check (world, "transport2.set_direction recvonly\n"
                           "session.add_video\n"
                           "transport2.set_leg_peer 7080 7081\n"
                           "session.set_remote_video VP8\n"
                           "session.set_video_direction recvonly\n"
                           "call.reoffer sendrecv video\n"
                           "call #1 ACTIVE secure video-recvonly video-offered video-failed\n");
  g_assert_nonnull (strstr (world->call->sdp, "a=recvonly\r\n"));
  picture_far_says (world, 200);
  g_assert_null (strstr (world->trace->str, "add_video"));
  g_assert_cmpint (cusax_call_get_video (call), ==, CUSAX_DIRECTION_RECVONLY);
  /* It is plugged in again. */
  g_assert_true (cusax_call_set_video (call, TRUE, NULL));
  g_assert_null (cusax_call_get_video_error (call));
  fake_world_forget (world);
  picture_far_says (world, 200);
  g_assert_nonnull (strstr (world->trace->str, "session.add_video camera\n"));
  fake_world_free (world);
}

/* They did not show one: nothing is left. */
static void
test_camera_dies_alone (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = picture_dial (world);
  g_autoptr (GError) error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_MEDIA, "unplugged");
  g_autofree char *answer = NULL;
  g_auto (GStrv) parts = NULL;
  g_autofree char *looking = NULL;

  fake_far_video (TRUE);
  fake_transport_ready_at (world, 1);
  fake_transport_ready_at (world, 2);
  answer = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);
  parts = g_strsplit (answer, "m=video", 2);
  looking = g_strconcat (parts[0], "m=video", parts[1], "a=recvonly\r\n", NULL);
  world->call->listener->on_established (world->call->listener_data, looking, strlen (looking));
  g_assert_cmpint (cusax_call_get_video (call), ==, CUSAX_DIRECTION_SENDONLY);
  fake_world_forget (world);
  world->session->listener->on_video_error (world->session->listener_data, TRUE, error);
  fake_world_check (world, "transport2.shutdown\n"
                           "call.reoffer sendrecv video-off\n"
                           "call #1 ACTIVE secure video-failed\n");
  fake_world_free (world);
}

/* Its transport finds no way: the same. */
static void
test_no_path (void)
{
  FakeWorld *world = picture_world (TRUE);
  g_autoptr (GError) error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_NO_PATH, "no pair");

  seeing (world);
  world->transports[1]->listener->on_failed (world->transports[1]->listener_data, error);
  fake_world_check (world, "session.remove_video\n"
                           "transport2.shutdown\n"
                           "call.reoffer sendrecv video-off\n"
                           "call #1 ACTIVE secure video-failed\n");
  fake_world_free (world);
}

/* RFC 5168, both ways; digits that go the same way are not confused with it (A9). What goes by RTCP already (RFC 4585, RFC 5104)
 * is not said again. */
static void
test_keyframes (void)
{
  static const struct
  {
    const char *feedback;
    gboolean is_info;
  } cases[] = { { "", TRUE },
                { "a=rtcp-fb:* nack pli\r\n", TRUE }, /* the session may choose FIR */
                { "a=rtcp-fb:* ccm fir\r\n", TRUE },
                { NULL, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FakeWorld *world = picture_world (TRUE);

      seeing_with (world, cases[i].feedback);
      world->call->listener->on_keyframe_asked (world->call->listener_data);
      fake_world_check (world, "session.send_keyframe\n");
      world->call->takes_info = TRUE;
      world->session->listener->on_keyframe_wanted (world->session->listener_data);
      g_assert_cmpint (g_str_has_prefix (world->trace->str, "call.send_info application/media_control+xml: "), ==,
                       cases[i].is_info);
      fake_world_forget (world);
      if (cases[i].is_info)
        world->call->listener->on_info_done (world->call->listener_data, 415);
      fake_world_check (world, "");
      fake_world_free (world);
    }
}

/* However often they ask, it is one a second; whoever asked in between gets one at the end of that second, if there is still a
 * picture. */
static void
test_keyframes_limit (void)
{
  FakeWorld *world = picture_world (TRUE);
  CusaxCall *call = seeing (world);

  for (guint i = 0; i < 5; i++)
    world->call->listener->on_keyframe_asked (world->call->listener_data);
  fake_world_check (world, "session.send_keyframe\n");
  fake_world_pass (world, 900);
  world->call->listener->on_keyframe_asked (world->call->listener_data);
  fake_world_check (world, "");
  fake_world_pass (world, 100);
  fake_world_check (world, "session.send_keyframe\n");
  fake_world_pass (world, 5000);
  fake_world_check (world, "");
  world->call->listener->on_keyframe_asked (world->call->listener_data);
  world->call->listener->on_keyframe_asked (world->call->listener_data);
  fake_world_check (world, "session.send_keyframe\n");
  cusax_call_set_video (call, FALSE, NULL);
  fake_world_forget (world);
  fake_world_pass (world, 5000);
  fake_world_check (world, "");
  fake_world_free (world);
}

/* P1: what is measured of a picture can be read after the call, too, but not of one that was dropped while it goes on. */
static void
test_stats (void)
{
  FakeWorld *world = picture_world (TRUE);
  g_autoptr (CusaxCall) call = cusax_call_ref (seeing (world));
  CusaxTransportStats stats;

  g_assert_true (cusax_call_get_video_stats (call, &stats));
  g_assert_cmpstr (cusax_call_get_video_codec (call), ==, "VP8/90000");
  cusax_call_set_video (call, FALSE, NULL);
  g_assert_false (cusax_call_get_video_stats (call, &stats));
  g_assert_null (cusax_call_get_video_codec (call));
  world->call->listener->on_ended (world->call->listener_data, 0, NULL, FALSE);
  g_assert_true (cusax_call_get_video_stats (call, &stats));
  g_assert_cmpstr (cusax_call_get_video_codec (call), ==, "VP8/90000");
  fake_world_free (world);
}

/* One whose picture was never taken had none. */
static void
test_stats_refused (void)
{
  FakeWorld *world = picture_world (TRUE);
  g_autoptr (CusaxCall) call = cusax_call_ref (picture_dial (world));
  CusaxTransportStats stats;

  fake_transport_ready_at (world, 1);
  fake_transport_ready_at (world, 2);
  picture_far_answers (world);
  world->call->listener->on_ended (world->call->listener_data, 0, NULL, FALSE);
  g_assert_true (cusax_call_get_stats (call, &stats));
  g_assert_false (cusax_call_get_video_stats (call, &stats));
  g_assert_null (cusax_call_get_video_codec (call));
  fake_world_free (world);
}

/* P2: this machine has another address: the re-INVITE leaves when sound and picture have both moved, in whatever order. */
static void
test_move (void)
{
  static const guint orders[2][2] = { { 1, 2 }, { 2, 1 } };

  for (guint i = 0; i < 2; i++)
    {
      FakeWorld *world = picture_world (TRUE);

      seeing (world);
      g_assert_true (world->call->listener->on_leg_back (world->call->listener_data, "192.0.2.77"));
      fake_world_check (world, "transport2.move 192.0.2.77\n"
                               "transport.move 192.0.2.77\n");
      fake_transport_ready_at (world, orders[i][0]);
      fake_world_check (world, "");
      fake_transport_ready_at (world, orders[i][1]);
      fake_world_check (world, "call.reoffer sendrecv video\n");
      fake_world_free (world);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call-video/p25/start", test_start);
  g_test_add_func ("/call-video/p25/start/refused", test_start_refused);
  g_test_add_func ("/call-video/p25/start/488", test_start_488);
  g_test_add_func ("/call-video/r16/no-camera", test_no_camera);
  g_test_add_func ("/call-video/p25/answer/with", test_answer_with);
  g_test_add_func ("/call-video/p25/answer/sound-only", test_answer_sound_only);
  g_test_add_func ("/call-video/r16/answer/without-camera", test_answer_without_camera);
  g_test_add_func ("/call-video/r16/they-add/without-camera", test_they_add_without_camera);
  g_test_add_func ("/call-video/p25/camera-untouched", test_camera_untouched);
  g_test_add_func ("/call-video/p25/camera-dies", test_camera_dies);
  g_test_add_func ("/call-video/p25/camera-dies/alone", test_camera_dies_alone);
  g_test_add_func ("/call-video/p25/add-and-drop", test_add_and_drop);
  g_test_add_func ("/call-video/p25/add/refused", test_add_refused);
  g_test_add_func ("/call-video/p25/they-add", test_they_add);
  g_test_add_func ("/call-video/p25/they-drop", test_they_drop);
  g_test_add_func ("/call-video/p10/hold", test_hold);
  g_test_add_func ("/call-video/p25/camera-fails", test_camera_fails);
  g_test_add_func ("/call-video/p25/no-path", test_no_path);
  g_test_add_func ("/call-video/p25/keyframes", test_keyframes);
  g_test_add_func ("/call-video/p25/keyframes/limit", test_keyframes_limit);
  g_test_add_func ("/call-video/p1/stats", test_stats);
  g_test_add_func ("/call-video/p1/stats/refused", test_stats_refused);
  g_test_add_func ("/call-video/p2/move", test_move);
  return g_test_run ();
}
