/* SPDX-License-Identifier: GPL-2.0-or-later */
/* P25, R16, R24: who can be offered pictures, and what is said when they come, go or fail. */
#include "fakephone.h"

#include "error.h"
#include "videocalls.h"

#include <string.h>

static gboolean is_finch;

static void
setup (gboolean can_video)
{
  fake_phone_reset ("alice@example.org");
  fake_phone.can_video = can_video;
  fake_phone.video_missing = "no camera was found";
}

static CusaxCall *
talk (void)
{
  return fake_call_new (1, CUSAX_CALL_ACTIVE, "bob@example.org");
}

static void
assert_change (CusaxCall *call, CusaxVideoSeen *seen, const char *expected)
{
  g_autofree char *text = cusax_videocalls_change (&fake_phone, call, "Bob", seen);
  g_autofree char *again = cusax_videocalls_change (&fake_phone, call, "Bob", seen);

  g_assert_cmpstr (text, ==, expected);
  g_assert_null (again);
}

/* ------------------------------------------------------------------ can, for */

/* Without a camera theirs can be seen all the same, and the box says what ticking it does. */
static void
test_R16_answer (void)
{
  static const struct
  {
    gboolean offered, can, sees;
    CusaxVideoAnswer expected;
    const char *label;
  } rows[] = {
    { TRUE, TRUE, TRUE, CUSAX_VIDEO_ANSWER_BOTH, "Answer with video" },
    { TRUE, FALSE, TRUE, CUSAX_VIDEO_ANSWER_SEE, "See their picture (you have no camera)" },
    { TRUE, FALSE, FALSE, CUSAX_VIDEO_ANSWER_NONE, NULL },
    { FALSE, TRUE, TRUE, CUSAX_VIDEO_ANSWER_NONE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CusaxCall *call = fake_call_new (1, CUSAX_CALL_INCOMING, "bob@example.org");
      CusaxVideoAnswer answer;

      setup (rows[i].can);
      fake_phone.can_see = rows[i].sees;
      call->video_offered = rows[i].offered;
      answer = cusax_videocalls_get_answer (&fake_phone, call);
      g_assert_cmpint (answer, ==, is_finch ? CUSAX_VIDEO_ANSWER_NONE : rows[i].expected);
      g_assert_cmpstr (cusax_videocalls_answer_label (rows[i].expected), ==, rows[i].label);
      fake_call_free (call);
    }
}

static void
test_R16_can (void)
{
  g_autofree char *why = NULL;

  setup (TRUE);
  g_assert_cmpint (cusax_videocalls_can (&fake_phone, &why), ==, !is_finch);
  g_assert_cmpstr (why, ==, is_finch ? "Pictures are not shown in this program." : NULL);
  g_assert_cmpint (cusax_videocalls_can (&fake_phone, NULL), ==, !is_finch);
  if (is_finch)
    return;
  fake_phone.can_video = FALSE;
  g_assert_false (cusax_videocalls_can (&fake_phone, &why));
  g_assert_cmpstr (why, ==, "This computer cannot show your picture: no camera was found.");
  g_clear_pointer (&why, g_free);
  fake_phone.video_missing = "install\ngstreamer1.0-plugins-good.";
  g_assert_false (cusax_videocalls_can (&fake_phone, &why));
  g_assert_cmpstr (why, ==, "This computer cannot show your picture: install gstreamer1.0-plugins-good.");
  g_clear_pointer (&why, g_free);
  fake_phone.video_missing = NULL;
  g_assert_false (cusax_videocalls_can (&fake_phone, &why));
  g_assert_cmpstr (why, ==, "This computer cannot show your picture: no reason was given.");
}

/* The telephone network has no pictures, whatever a card says; nothing to call is nothing to show. */
static void
test_R24_for (void)
{
  static const struct
  {
    CusaxClass classes[2];
    CusaxTelTypes types[2];
    gsize n;
    gboolean expected;
  } rows[] = {
    { { 0 }, { 0 }, 0, FALSE },
    { { CUSAX_CLASS_ON_NET }, { 0 }, 1, TRUE },
    { { CUSAX_CLASS_ON_NET }, { CUSAX_TEL_VOICE }, 1, FALSE },
    { { CUSAX_CLASS_ON_NET }, { CUSAX_TEL_VOICE | CUSAX_TEL_VIDEO }, 1, TRUE },
    { { CUSAX_CLASS_FOREIGN_SIP, CUSAX_CLASS_TELEPHONE_NETWORK }, { 0, CUSAX_TEL_VOICE }, 2, FALSE },
    { { CUSAX_CLASS_FOREIGN_SIP, CUSAX_CLASS_TELEPHONE_NETWORK }, { CUSAX_TEL_VIDEO, CUSAX_TEL_VOICE }, 2, TRUE },
    { { CUSAX_CLASS_TELEPHONE_NETWORK }, { 0 }, 1, FALSE },
    { { CUSAX_CLASS_TELEPHONE_NETWORK }, { CUSAX_TEL_VIDEO }, 1, FALSE },
    { { CUSAX_CLASS_EMERGENCY }, { 0 }, 1, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CusaxDialable dialables[2] = { { .class_ = rows[i].classes[0], .types = rows[i].types[0] },
                                     { .class_ = rows[i].classes[1], .types = rows[i].types[1] } };
      g_autoptr (GPtrArray) list = g_ptr_array_new ();

      for (gsize j = 0; j < rows[i].n; j++)
        g_ptr_array_add (list, &dialables[j]);
      g_test_message ("row %u", i);
      g_assert_cmpint (cusax_videocalls_are_for (list), ==, rows[i].expected);
    }
}

/* -------------------------------------------------------------------- changes */

/* Each side begins and ends for itself. */
static void
test_directions (void)
{
  static const struct
  {
    CusaxDirection before, now;
    const char *expected;
  } rows[] = {
    { 0, 1, "Bob sees you now. /video off ends that." },
    { 0, 2, "Bob shows a picture." },
    { 0, 3, "You and Bob see each other now. /video off ends that." },
    { 1, 3, "Bob shows a picture." },
    { 2, 3, "Bob sees you now. /video off ends that." },
    { 3, 2, "Bob does not see you any more." },
    { 3, 1, "Bob does not show a picture any more." },
    { 3, 0, "The pictures of the call with Bob have ended: it goes on with sound." },
    { 2, 0, "The pictures of the call with Bob have ended: it goes on with sound." },
    { 1, 2, "Bob shows a picture." },
    { 2, 1, "Bob sees you now. /video off ends that." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CusaxVideoSeen seen = { .direction = rows[i].before };
      CusaxCall *call = talk ();

      setup (TRUE);
      call->video = rows[i].now;
      assert_change (call, &seen, rows[i].expected);
      g_assert_cmpint (seen.direction, ==, rows[i].now);
      fake_call_free (call);
    }
}

/* They show theirs: what the person can do about it is said; in Finch, and without a camera, that he cannot. */
static void
test_offered (void)
{
  CusaxVideoSeen seen = { 0 };
  CusaxCall *call = talk ();

  setup (TRUE);
  call->video_offered = TRUE;
  assert_change (call, &seen,
                 is_finch ? "Bob would like to see you. Pictures are not shown in this program."
                          : "Bob would like to see you. Type /video on to show yours.");
  memset (&seen, 0, sizeof seen);
  call->video = CUSAX_DIRECTION_RECVONLY;
  if (!is_finch)
    assert_change (call, &seen, "Bob shows a picture. Type /video on to show yours.");
  fake_phone.can_video = FALSE;
  memset (&seen, 0, sizeof seen);
  if (!is_finch)
    assert_change (call, &seen, "Bob shows a picture. This computer cannot show your picture: no camera was found.");
  fake_call_free (call);
}

static void
test_refused_and_failed (void)
{
  g_autoptr (GError) failure = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_MEDIA, "the camera is in use by another program.");
  CusaxVideoSeen seen = { 0 };
  CusaxCall *call = talk ();

  setup (TRUE);
  call->video_refused = TRUE;
  assert_change (call, &seen, "Bob does not take your picture: the call goes on with sound.");
  call->video_refused = FALSE;
  call->video = CUSAX_DIRECTION_SENDRECV;
  assert_change (call, &seen, "You and Bob see each other now. /video off ends that.");
  /* One sentence, not also that the picture has ended. */
  call->video_error = failure;
  call->video = CUSAX_DIRECTION_INACTIVE;
  assert_change (call, &seen,
                 "The picture has ended: the camera is in use by another program. The call goes on with sound.");
  call->video_error = NULL;
  call->video = CUSAX_DIRECTION_SENDRECV;
  assert_change (call, &seen, "You and Bob see each other now. /video off ends that.");
  call->video_error = failure;
  call->video = CUSAX_DIRECTION_RECVONLY;
  call->video_offered = TRUE;
  assert_change (call, &seen,
                 "Your picture has ended: the camera is in use by another program. You still see Bob.");
  call->video_error = NULL;
  call->video_offered = FALSE;
  assert_change (call, &seen, NULL);
  call->video_refused = TRUE;
  assert_change (call, &seen, "Bob does not take your picture: the call goes on with sound.");
  fake_call_free (call);
}

/* On hold nothing flows: that is said of the call, not of its pictures; nor before it stands, nor after. */
static void
test_hold (void)
{
  CusaxVideoSeen seen = { .direction = CUSAX_DIRECTION_SENDRECV };
  CusaxCall *call = talk ();

  setup (TRUE);
  call->held = TRUE;
  assert_change (call, &seen, NULL);
  call->held = FALSE;
  call->remote_held = TRUE;
  assert_change (call, &seen, NULL);
  call->remote_held = FALSE;
  call->hold_unsettled = TRUE;
  assert_change (call, &seen, NULL);
  call->hold_unsettled = FALSE;
  call->video = CUSAX_DIRECTION_SENDRECV;
  assert_change (call, &seen, NULL);
  call->video = CUSAX_DIRECTION_INACTIVE;
  call->state = CUSAX_CALL_ENDED;
  assert_change (call, &seen, NULL);
  call->state = CUSAX_CALL_INCOMING;
  call->video_offered = TRUE;
  assert_change (call, &seen, NULL);
  fake_call_free (call);
}

/* ----------------------------------------------------------------------- deed */

static void
assert_set (CusaxCall *call, gboolean on, const char *words, const char *trace)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (cusax_videocalls_set (&fake_phone, call, on, &error), ==, words == NULL);
  g_assert_cmpstr (error != NULL ? error->message : NULL, ==, words);
  g_assert_cmpstr (call->trace->str, ==, trace);
  g_string_truncate (call->trace, 0);
}

static void
test_set (void)
{
  g_autoptr (GError) media = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_MEDIA, "no encoder: gstreamer1.0-plugins-good");
  g_autoptr (GError) offline = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "detail");
  g_autoptr (GError) other = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_BUSY, "detail");
  CusaxCall *call = talk ();

  setup (TRUE);
  if (is_finch)
    {
      assert_set (call, TRUE, "Pictures are not shown in this program.", "");
      assert_set (call, FALSE, NULL, "no-video ");
      fake_call_free (call);
      return;
    }
  assert_set (call, TRUE, NULL, "video ");
  assert_set (call, FALSE, NULL, "no-video ");
  call->error = media;
  assert_set (call, TRUE, "This computer cannot show your picture: no encoder: gstreamer1.0-plugins-good.", "video ");
  call->error = offline;
  assert_set (call, TRUE, "A picture can be shown when the other side has answered.", "video ");
  call->error = other;
  assert_set (call, TRUE, "The line is in use: hang up first.", "video ");
  fake_phone.can_video = FALSE;
  assert_set (call, TRUE, "This computer cannot show your picture: no camera was found.", "");
  call->error = NULL;
  assert_set (call, FALSE, NULL, "no-video ");
  fake_call_free (call);
}

/* libpurple knows its user interface from the start to the end: one run for each ("finch" behind the options). */
int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  is_finch = argc > 1 && g_str_equal (argv[1], "finch");
  fake_purple_start (is_finch ? "gnt-purple" : "test");
  g_test_add_func ("/videocalls/R16-can", test_R16_can);
  g_test_add_func ("/videocalls/R16-answer", test_R16_answer);
  g_test_add_func ("/videocalls/R24-for", test_R24_for);
  g_test_add_func ("/videocalls/P25-directions", test_directions);
  g_test_add_func ("/videocalls/P25-offered", test_offered);
  g_test_add_func ("/videocalls/P25-refused-and-failed", test_refused_and_failed);
  g_test_add_func ("/videocalls/P25-hold", test_hold);
  g_test_add_func ("/videocalls/P25-set", test_set);
  result = g_test_run ();
  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
