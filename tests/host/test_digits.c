/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a call has beside voice, in real PurpleMedia sessions: digits as telephone-events and keys of the window (P7),
 * early media (R44), and the telephone's own sounds at the same time (P11).
 */
#include "audio.h"
#include "crossing.h"
#include "mediatest.h"
#include "sounds.h"
#include "tone.h"

#include <purple.h>

#include <string.h>

#define ALICE_HERTZ 440 /* what alice's microphone hears, and so bob's loudspeaker plays */
#define BOB_HERTZ 880

static CusaxMediaPort *port;

static gboolean
is_leg_ready (gpointer end)
{
  return ((CrossingEnd *)end)->leg_ready_count > 0;
}

typedef struct
{
  const char *who;
  double hertz;
  double seconds;
  double share, level;
} Hearing;

static gboolean
hears (gpointer user_data)
{
  Hearing *hearing = user_data;
  g_autofree char *file = host_audio_get_recording (hearing->who);

  hearing->share = file != NULL ? host_tone_share (file, hearing->hertz, hearing->seconds, &hearing->level) : 0;
  return hearing->share > 0.9 && hearing->level > -30;
}

/* The loudspeaker of the call with @who plays @hertz and nothing else for half a second. */
static void
assert_hears (const char *who, double hertz)
{
  Hearing hearing = { who, hertz, 0.5, 0, -120 };

  if (!mediatest_wait (hears, &hearing, 6000))
    g_error ("the call with %s does not hear %.0f Hz: share %.2f, %.1f dBFS", who, hertz, hearing.share,
             hearing.level);
  g_test_message ("call with %s: share %.3f of %.0f Hz, %.1f dBFS", who, hearing.share, hertz, hearing.level);
}

static gboolean
has_no_media (gpointer unused)
{
  return purple_media_manager_get_media (purple_media_manager_get ()) == NULL;
}

static const CusaxCodec pcma = { 8, (char *)"PCMA", 8000, 1, NULL };
static const CusaxCodec g722 = { 9, (char *) "G722", 8000, 1, NULL };
static const CusaxCodec opus = { 111, (char *)"opus", 48000, 2, (char *)"useinbandfec=1" };
static const CusaxCodec events = { 101, (char *)"telephone-event", 8000, 1, (char *)"0-15" };

static void
set_codecs (CrossingEnd *end, const CusaxCodec *first, const CusaxCodec *second, const CusaxCodec *third)
{
  g_autoptr (GPtrArray) codecs = cusax_codecs_new ();

  g_ptr_array_add (codecs, cusax_codec_copy (first));
  if (second != NULL)
    g_ptr_array_add (codecs, cusax_codec_copy (second));
  if (third != NULL)
    g_ptr_array_add (codecs, cusax_codec_copy (third));
  end->session->vtable->set_remote_codecs (end->session, codecs);
}

static void
open_both (Crossing *crossing)
{
  crossing_open (crossing, &crossing->alice, ALICE_HERTZ);
  crossing_open (crossing, &crossing->bob, BOB_HERTZ);
  g_assert_true (mediatest_wait (is_leg_ready, &crossing->alice, 3000));
  g_assert_true (mediatest_wait (is_leg_ready, &crossing->bob, 3000));
}

static void
accept_both (Crossing *crossing)
{
  crossing->alice.session->vtable->accept (crossing->alice.session);
  crossing->bob.session->vtable->accept (crossing->bob.session);
}

static gboolean
is_with (PurpleMedia *media, const char *who)
{
  GList *candidates = purple_media_get_local_candidates (media, "audio", who);
  gboolean found = candidates != NULL;

  purple_media_candidate_list_free (candidates);
  return found;
}

static PurpleMedia *
get_media (const char *who)
{
  GList *all = purple_media_manager_get_media (purple_media_manager_get ());

  for (GList *m = all; m != NULL; m = m->next)
    if (is_with (m->data, who))
      return m->data;
  g_error ("no call with %s", who);
}

/* ------------------------------------------------------------------- telephone-events */

static const CusaxCodec events_48000 = { 110, (char *) "telephone-event", 48000, 1, (char *) "0-15" };

static gboolean
has_all_events (gpointer user_data)
{
  CrossingEnd *end = user_data;

  return end->events->len >= 3 && end->event_ended >= 3;
}

static gboolean
send_digit (CrossingEnd *end, char digit)
{
  return end->session->vtable->send_event (end->session, digit, 50);
}

/* RFC 4733 as it leaves the machine: with the number that was agreed, one event per key, its end told three times. @other: agreed
 * too, but with another clock than @voice. */
static void
type_digits (const CusaxCodec *voice, const CusaxCodec *agreed, const CusaxCodec *other)
{
  g_autoptr (Crossing) crossing = crossing_new (port);
  CrossingEnd *alice = &crossing->alice;

  alice->event_type = agreed->payload_type;
  open_both (crossing);
  set_codecs (alice, voice, other != NULL ? other : agreed, other != NULL ? agreed : NULL);
  set_codecs (&crossing->bob, voice, agreed, other);
  g_assert_false (send_digit (alice, '1')); /* nobody is there yet */
  accept_both (crossing);
  assert_hears ("alice", ALICE_HERTZ);
  for (const char *digit = "7#A"; *digit != '\0'; digit++)
    {
      gint64 pressed = g_get_monotonic_time ();

      g_assert_true (send_digit (alice, *digit));
      mediatest_let_pass (200);
      g_test_message ("%c: %s after %" G_GINT64_FORMAT " us", *digit, alice->events->str,
                      g_get_monotonic_time () - pressed);
    }
  g_assert_true (mediatest_wait (has_all_events, alice, 3000));
  g_assert_cmpstr (alice->events->str, ==, "7#A");
  g_assert_cmpuint (alice->event_ended, ==, 3);
  g_test_message ("the last one took %u of %u Hz", alice->event_duration, voice->clock_rate);
  /* 40 ms are the least that a receiver need take for a key (Q.24). */
  g_assert_cmpuint (alice->event_duration, >=, voice->clock_rate / 25);
  g_assert_cmpuint (alice->event_duration, <=, voice->clock_rate / 2);
  assert_hears ("alice", ALICE_HERTZ); /* the voice goes on */
}

static void
test_P7_events (void)
{
  type_digits (&pcma, &events, NULL);
}

static void
test_events_opus (void)
{
  type_digits (&opus, &events_48000, NULL);
}

/* Telephones that speak Opus and know only the clock of old. */
static void
test_events_opus_8000 (void)
{
  type_digits (&opus, &events, NULL);
}

/* Its clock is 8000 in SDP, though it has 16000 samples a second (RFC 3551 section 4.5.2). */
static void
test_events_g722 (void)
{
  type_digits (&g722, &events, &events_48000);
}

/* Of two clocks, which is what we and browsers offer, that of the voice (RFC 4733 section 2.1). */
static void
test_events_both_clocks (void)
{
  type_digits (&opus, &events_48000, &events);
}

/* Not agreed: nothing leaves, no tone either. */
static void
test_no_events (void)
{
  g_autoptr (Crossing) crossing = crossing_new (port);

  open_both (crossing);
  set_codecs (&crossing->alice, &pcma, NULL, NULL);
  set_codecs (&crossing->bob, &pcma, NULL, NULL);
  accept_both (crossing);
  assert_hears ("alice", ALICE_HERTZ);
  g_assert_false (send_digit (&crossing->alice, '5'));
  mediatest_let_pass (300);
  assert_hears ("alice", ALICE_HERTZ);
}

static gboolean
was_pressed (gpointer user_data)
{
  return ((CrossingEnd *) user_data)->pressed->len >= 4;
}

/* The window's keys are told, from the main loop, and nothing is sent; another protocol's call has libpurple's own. */
static void
test_P7_keypad (void)
{
  g_autoptr (Crossing) crossing = crossing_new (port);
  CrossingEnd *alice = &crossing->alice;
  GType before = purple_media_manager_get_backend_type (purple_media_manager_get ());

  alice->event_type = events.payload_type;
  open_both (crossing);
  g_assert_cmpuint (purple_media_manager_get_backend_type (purple_media_manager_get ()), ==, before);
  set_codecs (alice, &pcma, &events, NULL);
  set_codecs (&crossing->bob, &pcma, &events, NULL);
  accept_both (crossing);
  for (const char *digit = "1*d#"; *digit != '\0'; digit++)
    purple_media_send_dtmf (get_media ("bob"), "audio", *digit, 25, 50);
  g_assert_cmpuint (alice->pressed->len, ==, 0);
  g_assert_true (mediatest_wait (was_pressed, alice, 1000));
  g_assert_cmpstr (alice->pressed->str, ==, "1*D#");
  assert_hears ("alice", ALICE_HERTZ);
  g_assert_cmpuint (alice->events->len, ==, 0);

  /* Pressed, and hung up before it was told. */
  purple_media_send_dtmf (get_media ("bob"), "audio", '9', 25, 50);
  crossing_end (alice);
  mediatest_let_pass (50);
  g_assert_cmpstr (alice->pressed->str, ==, "1*D#");
}

/* Beside a call, in a pipeline of its own: neither disturbs the other, in the beginning, the middle and the end. */
static void
test_P11_waiting (void)
{
  g_autoptr (Crossing) crossing = crossing_new (port);
  CusaxSoundPort *sounds = cusax_sounds_new (mediatest_get_account ());
  Hearing waiting = { "", 425, 0.1, 0, -120 };

  open_both (crossing);
  set_codecs (&crossing->alice, &pcma, NULL, NULL);
  set_codecs (&crossing->bob, &pcma, NULL, NULL);
  sounds->play (sounds, CUSAX_SOUND_RINGBACK);
  accept_both (crossing);
  assert_hears ("alice", ALICE_HERTZ);
  sounds->play (sounds, CUSAX_SOUND_WAITING);
  g_assert_true (mediatest_wait (hears, &waiting, 5000));
  assert_hears ("alice", ALICE_HERTZ);
  sounds->play (sounds, CUSAX_SOUND_NONE);
  assert_hears ("bob", BOB_HERTZ);
  sounds->play (sounds, CUSAX_SOUND_WAITING);
  crossing_end (&crossing->alice);
  host_audio_forget_recordings ();
  sounds->play (sounds, CUSAX_SOUND_RINGBACK);
  g_assert_true (mediatest_wait (hears, &waiting, 5000));
  cusax_sounds_free (sounds);
  g_assert_cmpuint (crossing->alice.errors + crossing->bob.errors, ==, 0);
}

/* -------------------------------------------------------------------------- early media */

static gboolean
is_accepted (const char *who)
{
  return purple_media_accepted (get_media (who), "audio", who);
}

/* R44: what comes before the answer is heard, nothing is said, and the window does not claim a call. */
static void
test_R44_listen (void)
{
  g_autoptr (Crossing) crossing = crossing_new (port);
  CrossingEnd *alice = &crossing->alice;
  guint opened;

  open_both (crossing);
  set_codecs (alice, &pcma, &events, NULL);
  set_codecs (&crossing->bob, &pcma, &events, NULL);
  crossing->bob.session->vtable->accept (crossing->bob.session);
  opened = host_audio_count_opened ();
  alice->session->vtable->listen (alice->session);
  alice->session->vtable->listen (alice->session);
  assert_hears ("bob", BOB_HERTZ);
  g_assert_cmpuint (alice->packets, ==, 0);
  g_assert_cmpuint (host_audio_count_opened (), ==, opened);
  g_assert_false (is_accepted ("bob"));

  alice->session->vtable->accept (alice->session);
  assert_hears ("alice", ALICE_HERTZ);
  assert_hears ("bob", BOB_HERTZ);
  g_assert_cmpuint (host_audio_count_opened (), ==, opened + 1);
  g_assert_true (is_accepted ("bob"));
  g_assert_cmpuint (alice->errors + alice->hang_ups, ==, 0);
}

/* Given up, with their tones in the ear. */
static void
test_listen_and_end (void)
{
  {
    g_autoptr (Crossing) crossing = crossing_new (port);

    open_both (crossing);
    set_codecs (&crossing->alice, &opus, NULL, NULL);
    set_codecs (&crossing->bob, &opus, NULL, NULL);
    crossing->bob.session->vtable->accept (crossing->bob.session);
    crossing->alice.session->vtable->listen (crossing->alice.session);
    assert_hears ("bob", BOB_HERTZ);
    crossing_end (&crossing->alice);
    crossing_end (&crossing->bob);
    g_assert_true (mediatest_wait (has_no_media, NULL, 1000));
  }
  /* The next one is as good as any. */
  {
    g_autoptr (Crossing) crossing = crossing_new (port);

    open_both (crossing);
    set_codecs (&crossing->alice, &pcma, NULL, NULL);
    set_codecs (&crossing->bob, &pcma, NULL, NULL);
    accept_both (crossing);
    assert_hears ("alice", ALICE_HERTZ);
    assert_hears ("bob", BOB_HERTZ);
  }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  port = mediatest_init ("cusax-test");
  g_test_add_func ("/media/digits/P7/events", test_P7_events);
  g_test_add_func ("/media/digits/P7/events-opus", test_events_opus);
  g_test_add_func ("/media/digits/P7/events-opus-8000", test_events_opus_8000);
  g_test_add_func ("/media/digits/P7/events-g722", test_events_g722);
  g_test_add_func ("/media/digits/P7/events-both-clocks", test_events_both_clocks);
  g_test_add_func ("/media/digits/P7/no-events", test_no_events);
  g_test_add_func ("/media/digits/P7/keypad", test_P7_keypad);
  g_test_add_func ("/media/digits/P11/waiting", test_P11_waiting);
  g_test_add_func ("/media/digits/R44/listen", test_R44_listen);
  g_test_add_func ("/media/digits/listen-and-end", test_listen_and_end);
  result = g_test_run ();
  if (mediatest_count_criticals () > 0)
    g_error ("%u criticals, see above", mediatest_count_criticals ());
  mediatest_quit (result == 0);
  return result;
}
