/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures in real PurpleMedia sessions: each camera shows a colour of its own, and what is seen at the other side is proven by
 * it. Whatever happens to the picture, the sound goes on.
 */
#include "audio.h"
#include "crossing.h"
#include "mediatest.h"
#include "picture.h"
#include "tone.h"

#include <media-gst.h>
#include <purple.h>

#include <string.h>

#define WAIT_MS 20000 /* on a machine that has much else to do */
#define ALICE_HERTZ 440
#define BOB_HERTZ 880
#define ALICE_COLOUR 0x2040c0 /* what alice's camera shows, and so bob sees */
#define BOB_COLOUR 0xc06020

static CusaxMediaPort *port;

static const CusaxCodec pcma = { 8, (char *) "PCMA", 8000, 1, NULL };
static const CusaxCodec vp8 = { 96, (char *) "VP8", 90000, 1, NULL };
static const CusaxCodec vp8_120 = { 120, (char *) "VP8", 90000, 1, NULL };
static const CusaxCodec h264 = { 97, (char *) "H264", 90000, 1, (char *) "packetization-mode=1;profile-level-id=42e01f" };
static const CusaxCodec h264_mode_0 = { 98, (char *) "H264", 90000, 1, NULL };

/* ---------------------------------------------------------------------------- waiting */

static gboolean
is_leg_ready (gpointer end)
{
  return ((CrossingEnd *) end)->leg_ready_count > 0;
}

static gboolean
has_video_failed (gpointer end)
{
  return ((CrossingEnd *) end)->video_errors > 0;
}

static gboolean
wants_keyframe (gpointer end)
{
  return ((CrossingEnd *) end)->keyframes_wanted > 0;
}

static gboolean
has_no_media (gpointer unused)
{
  return purple_media_manager_get_media (purple_media_manager_get ()) == NULL;
}

static gboolean
is_camera_shut (gpointer unused)
{
  return host_picture_count_open () == 0;
}

typedef struct
{
  const char *who;
  double hertz;
} Hearing;

static gboolean
hears (gpointer user_data)
{
  Hearing *hearing = user_data;
  g_autofree char *file = host_audio_get_recording (hearing->who);
  double level = -120;

  return file != NULL && host_tone_share (file, hearing->hertz, 0.5, &level) > 0.9 && level > -30;
}

static void
assert_hears (const char *who, double hertz)
{
  Hearing hearing = { who, hertz };

  if (!mediatest_wait (hears, &hearing, WAIT_MS))
    g_error ("the call with %s does not hear %.0f Hz", who, hertz);
}

typedef struct
{
  const char *who;
  guint32 colour;
  guint count; /* more pictures than these */
} Seeing;

static gboolean
sees (gpointer user_data)
{
  Seeing *seeing = user_data;
  HostPicture picture;

  return host_picture_get (seeing->who, &picture) && picture.count > seeing->count
         && host_picture_is (picture.colour, seeing->colour);
}

/* The window of the call with @who shows @colour, in a picture that is new. */
static void
assert_sees (const char *who, guint32 colour)
{
  HostPicture picture = { 0 };
  Seeing seeing = { who, colour, 0 };

  if (host_picture_get (who, &picture))
    seeing.count = picture.count;
  if (mediatest_wait (sees, &seeing, WAIT_MS))
    {
      host_picture_get (who, &picture);
      g_test_message ("call with %s sees %06x, %d x %d, %u pictures", who, picture.colour, picture.width, picture.height,
                      picture.count);
      return;
    }
  if (!host_picture_get (who, &picture))
    g_error ("the call with %s shows no picture", who);
  g_error ("the call with %s shows %06x after %u pictures (%u before), not %06x", who, picture.colour, picture.count,
           seeing.count, colour);
}

/* ---------------------------------------------------------------------------- calling */

/* As a user interface does: a window for each side of a picture that begins. */
static void
on_media_state (PurpleMedia *media, PurpleMediaState state, char *session, char *who, gpointer unused)
{
  if (state != PURPLE_MEDIA_STATE_NEW || who == NULL || g_strcmp0 (session, "video") != 0)
    return;
  host_picture_show (media, session, who);
  if ((purple_media_get_session_type (media, session) & PURPLE_MEDIA_SEND_VIDEO) != 0)
    host_picture_show (media, session, NULL);
}

static gboolean
on_init_media (PurpleMediaManager *manager, PurpleMedia *media, PurpleAccount *account, char *who, gpointer unused)
{
  g_signal_connect (media, "state-changed", G_CALLBACK (on_media_state), NULL);
  return TRUE;
}

static GPtrArray *
list_of (const CusaxCodec *codec)
{
  GPtrArray *codecs = cusax_codecs_new ();

  g_ptr_array_add (codecs, cusax_codec_copy (codec));
  return codecs;
}

static void
open_end (Crossing *crossing, CrossingEnd *end, double hertz)
{
  g_autoptr (GPtrArray) codecs = list_of (&pcma);

  crossing_open (crossing, end, hertz);
  g_assert_true (mediatest_wait (is_leg_ready, end, 3000));
  end->session->vtable->set_remote_codecs (end->session, codecs);
}

static Crossing *
start_sound (void)
{
  Crossing *crossing = crossing_new (port);

  host_picture_forget ();
  open_end (crossing, &crossing->alice, ALICE_HERTZ);
  open_end (crossing, &crossing->bob, BOB_HERTZ);
  return crossing;
}

static void
accept_both (Crossing *crossing)
{
  crossing->alice.session->vtable->accept (crossing->alice.session);
  crossing->bob.session->vtable->accept (crossing->bob.session);
}

static void
add_video (CrossingEnd *end, guint32 colour, gboolean send, const CusaxCodec *codec, guint bandwidth)
{
  g_autoptr (GPtrArray) codecs = list_of (codec);

  host_picture_set_colour (colour);
  crossing_add_video (end, send);
  end->session->vtable->set_remote_video (end->session, codecs, bandwidth);
  end->session->vtable->set_video_direction (end->session, send ? CUSAX_DIRECTION_SENDRECV : CUSAX_DIRECTION_RECVONLY);
}

static void
add_both (Crossing *crossing, const CusaxCodec *codec)
{
  add_video (&crossing->alice, ALICE_COLOUR, TRUE, codec, 0);
  add_video (&crossing->bob, BOB_COLOUR, TRUE, codec, 0);
  g_assert_true (mediatest_wait (is_leg_ready, crossing->alice.video, 3000));
  g_assert_true (mediatest_wait (is_leg_ready, crossing->bob.video, 3000));
}

static void
assert_sees_and_hears_both (void)
{
  assert_sees ("alice", ALICE_COLOUR);
  assert_sees ("bob", BOB_COLOUR);
  assert_hears ("alice", ALICE_HERTZ);
  assert_hears ("bob", BOB_HERTZ);
}

static void
assert_fine (Crossing *crossing)
{
  g_assert_cmpuint (crossing->alice.errors + crossing->bob.errors, ==, 0);
  g_assert_cmpuint (crossing->alice.hang_ups + crossing->bob.hang_ups, ==, 0);
}

static void
end_both (Crossing *crossing)
{
  crossing_end (&crossing->alice);
  crossing_end (&crossing->bob);
  g_assert_true (mediatest_wait (has_no_media, NULL, 1000));
  g_assert_true (mediatest_wait (is_camera_shut, NULL, 1000));
}

/* ------------------------------------------------------------------------------ tests */

static void
test_whole_call (gconstpointer data)
{
  const CusaxCodec *codec = data;
  g_autoptr (Crossing) crossing = start_sound ();

  add_both (crossing, codec);
  accept_both (crossing);
  assert_sees_and_hears_both ();
  g_assert_cmpuint (crossing->alice.video->payload_type, ==, codec->payload_type);
  assert_fine (crossing);
  g_assert_cmpuint (crossing->alice.video_errors + crossing->bob.video_errors, ==, 0);
  end_both (crossing);
}

/* All is agreed, but the call has not been answered: the camera stays shut, and no packet leaves. */
static void
test_nothing_before_accept (void)
{
  g_autoptr (Crossing) crossing = start_sound ();
  guint opened = host_picture_count_opened ();

  add_both (crossing, &vp8);
  mediatest_let_pass (400);
  g_assert_cmpuint (host_picture_count_opened (), ==, opened);
  g_assert_cmpuint (crossing->alice.video->packets + crossing->bob.video->packets, ==, 0);
  accept_both (crossing);
  assert_sees ("alice", ALICE_COLOUR);
  g_assert_cmpuint (host_picture_count_opened (), >, opened);
  end_both (crossing);
}

static void
test_added_and_removed (void)
{
  g_autoptr (Crossing) crossing = start_sound ();

  accept_both (crossing);
  assert_hears ("alice", ALICE_HERTZ);
  for (guint round = 0; round < 3; round++)
    {
      add_both (crossing, round == 1 ? &h264 : &vp8);
      assert_sees_and_hears_both ();
      crossing->alice.session->vtable->remove_video (crossing->alice.session);
      crossing->bob.session->vtable->remove_video (crossing->bob.session);
      g_assert_true (mediatest_wait (is_camera_shut, NULL, 1000));
      host_picture_forget ();
    }
  /* Not even looked at. */
  for (guint round = 0; round < 5; round++)
    {
      add_video (&crossing->alice, ALICE_COLOUR, TRUE, &vp8, 0);
      if (round % 2 == 1)
        mediatest_let_pass (round * 10);
      crossing->alice.session->vtable->remove_video (crossing->alice.session);
    }
  host_audio_forget_recordings ();
  mediatest_let_pass (200);
  add_both (crossing, &vp8);
  assert_sees ("alice", ALICE_COLOUR);
  assert_sees ("bob", BOB_COLOUR);
  assert_fine (crossing);
  end_both (crossing);
}

/* Bob only looks: his camera is never opened. */
static void
test_one_way (void)
{
  g_autoptr (Crossing) crossing = start_sound ();
  guint opened = host_picture_count_opened ();

  accept_both (crossing);
  add_video (&crossing->alice, ALICE_COLOUR, TRUE, &vp8, 0);
  add_video (&crossing->bob, BOB_COLOUR, FALSE, &vp8, 0);
  g_assert_true (mediatest_wait (is_leg_ready, crossing->alice.video, 3000));
  assert_sees ("alice", ALICE_COLOUR);
  g_assert_cmpuint (host_picture_count_opened (), ==, opened + 1);
  g_assert_cmpuint (crossing->bob.video->packets, ==, 0);
  end_both (crossing);
}

/* Held, nothing leaves, and the camera is shut; then it goes on. */
static void
test_hold (void)
{
  g_autoptr (Crossing) crossing = start_sound ();
  guint packets;

  add_both (crossing, &vp8);
  accept_both (crossing);
  assert_sees_and_hears_both ();
  crossing->alice.session->vtable->set_hold (crossing->alice.session, TRUE);
  mediatest_let_pass (300);
  packets = crossing->alice.video->packets;
  g_assert_cmpuint (host_picture_count_open (), ==, 1);
  mediatest_let_pass (300);
  g_assert_cmpuint (crossing->alice.video->packets, ==, packets);
  crossing->alice.session->vtable->set_hold (crossing->alice.session, FALSE);
  assert_sees ("alice", ALICE_COLOUR);
  g_assert_cmpuint (host_picture_count_open (), ==, 2);
  end_both (crossing);
}

static gboolean
has_new_number (gpointer end)
{
  return ((CrossingEnd *) end)->payload_type == 120;
}

static void
on_element_added (GstBin *pipeline, GstBin *parent, GstElement *element, gpointer count)
{
  const char *klass = gst_element_get_metadata (element, GST_ELEMENT_METADATA_KLASS);

  if (klass != NULL && strstr (klass, "Encoder") != NULL && strstr (klass, "Video") != NULL)
    g_atomic_int_inc ((int *) count);
}

/* A re-INVITE that says the same again (session refresh, hold and resume of the other side) touches neither camera nor encoder;
 * what says something else is heard. */
static void
test_refresh (void)
{
  g_autoptr (Crossing) crossing = start_sound ();
  g_autoptr (GPtrArray) same = list_of (&vp8), other = list_of (&vp8_120);
  GstElement *pipeline = purple_media_manager_get_pipeline (purple_media_manager_get ());
  CusaxMediaSession *session;
  static int encoders; /* a streaming thread may count late */
  guint opened;
  gulong handler;

  add_both (crossing, &vp8);
  accept_both (crossing);
  assert_sees_and_hears_both ();
  opened = host_picture_count_opened ();
  handler = g_signal_connect (pipeline, "deep-element-added", G_CALLBACK (on_element_added), &encoders);
  session = crossing->alice.session;
  for (guint round = 0; round < 3; round++)
    {
      session->vtable->set_remote_video (session, same, 0);
      session->vtable->set_video_direction (session, CUSAX_DIRECTION_SENDRECV);
      assert_sees ("alice", ALICE_COLOUR);
    }
  g_assert_cmpuint (host_picture_count_opened (), ==, opened);
  g_assert_cmpint (g_atomic_int_get (&encoders), ==, 0);
  session->vtable->set_remote_video (session, other, 0);
  g_assert_true (mediatest_wait (has_new_number, crossing->alice.video, WAIT_MS));
  g_signal_handler_disconnect (pipeline, handler);
  end_both (crossing);
}

/* Bob answers with a number of his own. */
static void
test_payload_types_differ (void)
{
  g_autoptr (Crossing) crossing = start_sound ();

  accept_both (crossing);
  add_video (&crossing->alice, ALICE_COLOUR, TRUE, &vp8_120, 0);
  add_video (&crossing->bob, BOB_COLOUR, TRUE, &vp8, 0);
  g_assert_true (mediatest_wait (is_leg_ready, crossing->alice.video, 3000));
  assert_sees ("bob", BOB_COLOUR);
  g_assert_cmpuint (crossing->alice.video->payload_type, ==, 120);
  g_assert_cmpuint (crossing->bob.video->payload_type, ==, 96);
  end_both (crossing);
}

static void
fail_camera (HostCamera camera)
{
  g_autoptr (Crossing) crossing = start_sound ();

  accept_both (crossing);
  host_picture_set_camera (camera);
  add_video (&crossing->alice, ALICE_COLOUR, TRUE, &vp8, 0);
  host_picture_set_camera (HOST_CAMERA_WORKS);
  add_video (&crossing->bob, BOB_COLOUR, TRUE, &vp8, 0);
  g_assert_true (mediatest_wait (has_video_failed, &crossing->alice, 5000));
  g_test_message ("told: %s", crossing->alice.video_error);
  g_assert_true (g_str_has_prefix (crossing->alice.video_error, "The camera failed: "));
  g_assert_true (crossing->alice.only_ours);
  mediatest_let_pass (200);
  g_assert_cmpuint (crossing->alice.video_errors, ==, 1);
  g_assert_cmpuint (crossing->bob.video_errors, ==, 0);
  assert_fine (crossing);
  assert_hears ("alice", ALICE_HERTZ);
  assert_hears ("bob", BOB_HERTZ);

  /* Theirs, without ours. */
  add_video (&crossing->alice, ALICE_COLOUR, FALSE, &vp8, 0);
  assert_sees ("bob", BOB_COLOUR);
  crossing->alice.session->vtable->remove_video (crossing->alice.session);

  /* The next picture, in the same call. */
  crossing->bob.session->vtable->remove_video (crossing->bob.session);
  host_picture_forget ();
  add_both (crossing, &vp8);
  assert_sees ("alice", ALICE_COLOUR);
  assert_sees ("bob", BOB_COLOUR);
  end_both (crossing);
}

static void
test_camera_broken (void)
{
  fail_camera (HOST_CAMERA_BROKEN);
}

static void
test_camera_fails (void)
{
  fail_camera (HOST_CAMERA_FAILING);
  test_whole_call (&vp8);
}

/* What is lost is asked for, not more often than once a second, and what is asked of us comes. */
static void
test_keyframes (gconstpointer data)
{
  g_autoptr (Crossing) crossing = start_sound ();
  guint before;

  add_both (crossing, data);
  accept_both (crossing);
  assert_sees_and_hears_both ();
  before = crossing->bob.keyframes_wanted;
  crossing->alice.video->lose = 5;
  mediatest_let_pass (2500);
  crossing->alice.video->lose = 0;
  g_assert_true (mediatest_wait (wants_keyframe, &crossing->bob, 2000));
  g_test_message ("asked for %u whole pictures", crossing->bob.keyframes_wanted - before);
  g_assert_cmpuint (crossing->bob.keyframes_wanted - before, <=, 5);
  crossing->alice.session->vtable->send_keyframe (crossing->alice.session);
  assert_sees ("alice", ALICE_COLOUR);
  end_both (crossing);
}

/* Asked each time: a program without pictures, no camera, a camera. */
static void
test_offered (void)
{
  const char *missing = NULL;
  const GPtrArray *codecs = port->vtable->get_video_codecs (port, &missing);

  g_assert_cmpuint (codecs->len, >=, 1);
  g_assert_null (missing);
  g_assert_cmpstr (((const CusaxCodec *) codecs->pdata[0])->name, ==, "VP8");
  host_picture_shut ();
  g_assert_cmpuint (port->vtable->get_video_codecs (port, &missing)->len, ==, 0);
  g_assert_cmpstr (missing, ==, "this program shows no pictures");
  host_picture_init (FALSE);
  g_assert_cmpuint (port->vtable->get_video_codecs (port, &missing)->len, >=, 1);
}

static void
test_no_criticals (void)
{
  g_assert_cmpuint (mediatest_count_criticals (), ==, 0);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  port = mediatest_init ("cusax-test");
  host_picture_init (FALSE);
  g_signal_connect (purple_media_manager_get (), "init-media", G_CALLBACK (on_init_media), NULL);

  g_test_add_func ("/media/video/offered", test_offered);
  g_test_add_data_func ("/media/video/vp8", &vp8, test_whole_call);
  g_test_add_data_func ("/media/video/h264", &h264, test_whole_call);
  g_test_add_data_func ("/media/video/h264-mode-0", &h264_mode_0, test_whole_call);
  g_test_add_func ("/media/video/nothing-before-accept", test_nothing_before_accept);
  g_test_add_func ("/media/video/one-way", test_one_way);
  g_test_add_func ("/media/video/refresh", test_refresh);
  g_test_add_func ("/media/video/payload-types-differ", test_payload_types_differ);
  g_test_add_func ("/media/video/hold", test_hold);
  g_test_add_func ("/media/video/added-and-removed", test_added_and_removed);
  g_test_add_data_func ("/media/video/keyframes-vp8", &vp8, test_keyframes);
  g_test_add_data_func ("/media/video/keyframes-h264", &h264, test_keyframes);
  g_test_add_func ("/media/video/camera-broken", test_camera_broken);
  g_test_add_func ("/media/video/camera-fails", test_camera_fails);
  g_test_add_func ("/media/video/no-criticals", test_no_criticals);
  result = g_test_run ();
  mediatest_quit (result == 0);
  return result;
}
