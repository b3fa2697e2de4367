/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real PurpleMedia sessions against each other, without network and sound card: what each hears is proven by
 * content. Traps of libpurple, Farstream and GStreamer each have a test that fails when the cure is taken away.
 */
#include "audio.h"
#include "crossing.h"
#include "events.h"
#include "session.h"
#include "tone.h"
#include "streamthreads.h"
#include "uiops.h"

#include <glib/gstdio.h>
#include <purple.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define ALICE_HERTZ 440 /* what alice's microphone hears, and so bob's loudspeaker plays */
#define BOB_HERTZ 880
#define SAME_STEPS 4

static CusaxMediaPort *port;
static PurpleAccount *account;
static gboolean is_finch;

/* -------------------------------------------------------------------------------- waiting */

typedef gboolean (*Condition) (gpointer user_data);

static gboolean
on_deadline (gpointer passed)
{
  *(gboolean *)passed = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
on_tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Returns: whether @condition came true within @ms. */
static gboolean
wait_for (Condition condition, gpointer user_data, guint ms)
{
  gboolean passed = FALSE;
  guint deadline = g_timeout_add (ms, on_deadline, &passed);
  guint tick = g_timeout_add (20, on_tick, NULL);

  while (!condition (user_data) && !passed)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  if (!passed)
    g_source_remove (deadline);
  return condition (user_data);
}

static gboolean
never (gpointer user_data)
{
  return FALSE;
}

/* For what must not happen: there is no event to wait for. */
static void
let_pass (guint ms)
{
  wait_for (never, NULL, ms);
}

static gboolean
is_leg_ready (gpointer end)
{
  return ((CrossingEnd *)end)->leg_ready_count > 0;
}

static gboolean
has_hung_up (gpointer end)
{
  return ((CrossingEnd *)end)->hang_ups > 0;
}

static gboolean
has_failed (gpointer end)
{
  return ((CrossingEnd *)end)->errors > 0;
}

static gboolean
has_held (gpointer end)
{
  return ((CrossingEnd *)end)->holds > 0;
}

static gboolean
has_media (gpointer unused)
{
  return purple_media_manager_get_media (purple_media_manager_get ()) != NULL;
}

static gboolean
has_no_media (gpointer unused)
{
  return !has_media (NULL);
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

  if (!wait_for (hears, &hearing, 6000))
    g_error ("the call with %s does not hear %.0f Hz: share %.2f, %.1f dBFS", who, hertz, hearing.share,
             hearing.level);
  g_test_message ("call with %s: share %.3f of %.0f Hz, %.1f dBFS", who, hearing.share, hertz, hearing.level);
}

/* ------------------------------------------------------------------------------- calling */

static const CusaxCodec pcma = { 8, (char *)"PCMA", 8000, 1, NULL };
static const CusaxCodec pcmu = { 0, (char *)"PCMU", 8000, 1, NULL };
static const CusaxCodec g722 = { 9, (char *)"G722", 8000, 1, NULL };
static const CusaxCodec opus = { 111, (char *)"opus", 48000, 2, (char *)"useinbandfec=1" };
static const CusaxCodec opus_107 = { 107, (char *)"opus", 48000, 2, NULL };
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
  g_assert_true (wait_for (is_leg_ready, &crossing->alice, 3000));
  g_assert_true (wait_for (is_leg_ready, &crossing->bob, 3000));
}

static void
accept_both (Crossing *crossing)
{
  crossing->alice.session->vtable->accept (crossing->alice.session);
  crossing->bob.session->vtable->accept (crossing->bob.session);
}

/* A call from ringing to the end, with sound in both directions. */
static void
talk (const CusaxCodec *codec)
{
  g_autoptr (Crossing) crossing = crossing_new (port);
  gint64 accepted;

  open_both (crossing);
  set_codecs (&crossing->alice, codec, &events, NULL);
  set_codecs (&crossing->bob, codec, &events, NULL);
  accepted = g_get_monotonic_time ();
  accept_both (crossing);
  assert_hears ("alice", ALICE_HERTZ);
  assert_hears ("bob", BOB_HERTZ);
  g_test_message ("leg ready after %" G_GINT64_FORMAT " us, first packet %" G_GINT64_FORMAT " us after accept",
                  crossing->bob.leg_ready - crossing->bob.opened, crossing->alice.first_packet - accepted);
  g_assert_cmpuint (crossing->alice.payload_type, ==, codec->payload_type);
  g_assert_cmpuint (crossing->bob.payload_type, ==, codec->payload_type);
  g_assert_cmpuint (crossing->alice.errors + crossing->bob.errors, ==, 0);
  crossing_end (&crossing->alice);
  crossing_end (&crossing->bob);
  g_assert_true (wait_for (has_no_media, NULL, 1000));
}

static void
test_pcma (void)
{
  talk (&pcma);
}

static void
test_pcmu (void)
{
  talk (&pcmu);
}

static void
test_g722 (void)
{
  talk (&g722);
}

static void
test_opus (void)
{
  talk (&opus);
}

/* The first of the agreed formats is the one that is sent. */
static void
test_best_first (void)
{
  g_autoptr (Crossing) crossing = crossing_new (port);

  open_both (crossing);
  set_codecs (&crossing->alice, &pcmu, &opus, &pcma);
  set_codecs (&crossing->bob, &opus, &pcma, &pcmu);
  accept_both (crossing);
  assert_hears ("alice", ALICE_HERTZ);
  assert_hears ("bob", BOB_HERTZ);
  g_assert_cmpuint (crossing->alice.payload_type, ==, pcmu.payload_type);
  g_assert_cmpuint (crossing->bob.payload_type, ==, opus.payload_type);
}

static gboolean
has_step (gpointer data)
{
  const CrossingEnd *end = data;

  return end->step == end->wanted_step && end->same_steps >= SAME_STEPS;
}

static void
assert_step (CrossingEnd *end, guint step)
{
  end->wanted_step = step;
  if (wait_for (has_step, end, 20000))
    return;
  g_printerr ("the timestamps of %u packets went by %u, %u times\n", end->packets, end->step, end->same_steps);
  g_assert_cmpuint (end->step, ==, step);
  g_assert_cmpuint (end->same_steps, >=, SAME_STEPS);
}

/* P6: packets hold as much as they want to get, of what the format can, also when it changes in mid-call. */
static void
test_packet_time (void)
{
  static const struct
  {
    const CusaxCodec *codec;
    guint ms[3];
    guint steps[3]; /* G722 has 8000 in SDP and in timestamps, and 16000 samples (RFC 3551 section 4.5.2) */
  } cases[] = {
    { &pcma, { 30, 10, 0 }, { 240, 80, 0 } },
    { &pcmu, { 60, 20, 0 }, { 480, 160, 0 } },
    { &g722, { 40, 30, 10 }, { 320, 240, 80 } },
    { &opus, { 60, 30, 10 }, { 2880, 960, 480 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Crossing) crossing = crossing_new (port);
      CrossingEnd *alice = &crossing->alice;

      open_both (crossing);
      alice->session->vtable->set_packet_time (alice->session, cases[i].ms[0]);
      set_codecs (alice, cases[i].codec, NULL, NULL);
      set_codecs (&crossing->bob, cases[i].codec, NULL, NULL);
      accept_both (crossing);
      for (gsize j = 0; j < G_N_ELEMENTS (cases[i].ms) && cases[i].ms[j] != 0; j++)
        {
          if (j > 0)
            alice->session->vtable->set_packet_time (alice->session, cases[i].ms[j]);
          assert_step (alice, cases[i].steps[j]);
        }
      assert_step (&crossing->bob, cases[i].codec->clock_rate / 50);
      crossing_end (alice);
      crossing_end (&crossing->bob);
      g_assert_true (wait_for (has_no_media, NULL, 1000));
    }
}

/* alice offered 111; bob answers with 107, wants to get that, and sends 111 as he was told: RFC 3264
 * section 6.1. */
static void
test_payload_types_differ (void)
{
  g_autoptr (Crossing) crossing = crossing_new (port);

  open_both (crossing);
  set_codecs (&crossing->alice, &opus_107, NULL, NULL);
  set_codecs (&crossing->bob, &opus, &opus_107, NULL);
  accept_both (crossing);
  assert_hears ("alice", ALICE_HERTZ);
  assert_hears ("bob", BOB_HERTZ);
  g_assert_cmpuint (crossing->alice.payload_type, ==, 107);
  g_assert_cmpuint (crossing->bob.payload_type, ==, 111);
}

/* The caller's number, which is not ours, in both directions: we answered. */
static void
test_payload_type_of_caller (void)
{
  g_autoptr (Crossing) crossing = crossing_new (port);

  open_both (crossing);
  set_codecs (&crossing->alice, &opus_107, NULL, NULL);
  set_codecs (&crossing->bob, &opus_107, NULL, NULL);
  accept_both (crossing);
  assert_hears ("alice", ALICE_HERTZ);
  assert_hears ("bob", BOB_HERTZ);
  g_assert_cmpuint (crossing->bob.payload_type, ==, 107);
}

/* -------------------------------------------------------------------------- before accept */

/* A ringing call listens to nobody: no device is opened, no packet leaves, though all is agreed. */
static void
test_nothing_before_accept (void)
{
  g_autoptr (Crossing) crossing = crossing_new (port);
  guint opened = host_audio_count_opened ();

  open_both (crossing);
  set_codecs (&crossing->alice, &pcma, NULL, NULL);
  set_codecs (&crossing->bob, &pcma, NULL, NULL);
  let_pass (500);
  g_assert_cmpuint (host_audio_count_opened (), ==, opened);
  g_assert_cmpuint (crossing->alice.packets + crossing->bob.packets, ==, 0);

  accept_both (crossing);
  assert_hears ("alice", ALICE_HERTZ);
  g_assert_cmpuint (host_audio_count_opened (), ==, opened + 2);
}

/* As in Pidgin and Finch all calls share one source. Whoever else wants it (it may be a call of another
 * protocol, which nobody holds back) gets it open. */
static void
test_shared_microphone (void)
{
  g_autofree char *folder = g_strdup (purple_user_dir ());
  guint opened = host_audio_count_opened ();

  host_audio_init (folder, TRUE);
  {
    g_autoptr (Crossing) crossing = crossing_new (port);

    crossing_open (crossing, &crossing->alice, ALICE_HERTZ);
    let_pass (200);
    g_assert_cmpuint (host_audio_count_opened (), ==, opened);
    crossing_open (crossing, &crossing->bob, ALICE_HERTZ);
    g_assert_cmpuint (host_audio_count_opened (), ==, opened + 1);
    g_assert_true (wait_for (is_leg_ready, &crossing->alice, 3000));
    g_assert_true (wait_for (is_leg_ready, &crossing->bob, 3000));
    set_codecs (&crossing->alice, &pcma, NULL, NULL);
    set_codecs (&crossing->bob, &pcma, NULL, NULL);
    accept_both (crossing);
    assert_hears ("alice", ALICE_HERTZ);
    assert_hears ("bob", ALICE_HERTZ);
    g_assert_cmpuint (host_audio_count_opened (), ==, opened + 1);
  }
  host_audio_init (folder, FALSE);
}

static gboolean
has_stun (gpointer unused)
{
  return g_strcmp0 (purple_network_get_stun_ip (), "127.0.0.9") == 0;
}

/* No UPnP, no STUN: sockets on loopback are ready at once, and the person's STUN server is still there after.
 */
static void
test_leg_is_quick (void)
{
  g_autoptr (Crossing) crossing = crossing_new (port);

  purple_network_set_stun_server ("127.0.0.9");
  g_assert_true (wait_for (has_stun, NULL, 2000));
  /* The first call of a process also looks for codecs, and the first on a machine asks every plugin. */
  crossing_open (crossing, &crossing->bob, BOB_HERTZ);
  crossing_end (&crossing->bob);
  g_assert_true (wait_for (has_stun, NULL, 2000));
  crossing_open (crossing, &crossing->alice, ALICE_HERTZ);
  g_assert_true (wait_for (is_leg_ready, &crossing->alice, 3000));
  g_test_message ("leg ready after %" G_GINT64_FORMAT " us",
                  crossing->alice.leg_ready - crossing->alice.opened);
  g_assert_cmpint (crossing->alice.leg_ready - crossing->alice.opened, <, 500 * 1000);
  g_assert_true (wait_for (has_stun, NULL, 2000));
  purple_network_set_stun_server ("");
}

/* -------------------------------------------------------------------------------- errors */

/* libpurple's backend ends every call of the process when one fails; ours only end for reasons of their own. */
static void
test_error_of_another_call (void)
{
  g_autoptr (Crossing) crossing = crossing_new (port);

  open_both (crossing);
  set_codecs (&crossing->alice, &pcma, NULL, NULL);
  set_codecs (&crossing->bob, &pcma, NULL, NULL);
  host_audio_set_sink_of ("bob", HOST_SINK_BROKEN);
  accept_both (crossing);
  g_assert_true (wait_for (has_failed, &crossing->alice, 5000));
  host_audio_set_sink_of (NULL, HOST_SINK_WAV);
  crossing_end (&crossing->alice);
  let_pass (200);
  g_assert_cmpuint (crossing->bob.errors + crossing->bob.hang_ups, ==, 0);
  g_assert_true (has_media (NULL));
}

/* A loudspeaker that fails is told in words; the next calls are as good as any (shared pipeline). */
static void
fail_and_talk (HostSink sink, const char *words)
{
  {
    g_autoptr (Crossing) crossing = crossing_new (port);

    open_both (crossing);
    set_codecs (&crossing->alice, &pcma, NULL, NULL);
    set_codecs (&crossing->bob, &pcma, NULL, NULL);
    host_audio_set_sink_of (NULL, sink);
    accept_both (crossing);
    g_assert_true (wait_for (has_failed, &crossing->alice, 5000));
    host_audio_set_sink_of (NULL, HOST_SINK_WAV);
    let_pass (200);
    g_assert_cmpuint (crossing->alice.errors, ==, 1);
    g_assert_cmpuint (crossing->alice.hang_ups, ==, 0);
    g_test_message ("told: %s", crossing->alice.error);
    g_assert_nonnull (strstr (crossing->alice.error, words));
  }
  talk (&pcma);
  talk (&opus);
}

static void
test_call_after_broken_sink (void)
{
  fail_and_talk (HOST_SINK_BROKEN, "Sound failed: Could not open");
}

static gboolean
has_lost_speaker (gpointer end)
{
  return ((CrossingEnd *) end)->speaker_failures > 0;
}

static gboolean
has_speaker_back (gpointer end)
{
  return ((CrossingEnd *) end)->speaker_returns > 0;
}

/* One that has played is tried again, and the call goes on meanwhile. */
static void
test_call_after_failing_sink (void)
{
  {
    g_autoptr (Crossing) crossing = crossing_new (port);

    open_both (crossing);
    set_codecs (&crossing->alice, &pcma, NULL, NULL);
    set_codecs (&crossing->bob, &pcma, NULL, NULL);
    host_audio_set_sink_of (NULL, HOST_SINK_FAILING);
    accept_both (crossing);
    g_assert_true (wait_for (has_lost_speaker, &crossing->alice, 8000));
    host_audio_set_sink_of (NULL, HOST_SINK_WAV);
    g_assert_true (wait_for (has_speaker_back, &crossing->alice, 15000));
    g_assert_cmpuint (crossing->alice.errors + crossing->bob.errors, ==, 0);
    g_assert_cmpuint (crossing->alice.hang_ups + crossing->bob.hang_ups, ==, 0);
  }
  talk (&pcma);
  talk (&opus);
}

/* ------------------------------------------------------------------------- the call window */

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

static void
press (const char *who, PurpleMediaInfoType type)
{
  purple_media_stream_info (get_media (who), type, NULL, NULL, TRUE);
}

static void
test_hang_up_once (void)
{
  g_autoptr (Crossing) crossing = crossing_new (port);

  open_both (crossing);
  press ("bob", PURPLE_MEDIA_INFO_HANGUP);
  g_assert_true (wait_for (has_hung_up, &crossing->alice, 1000));
  let_pass (100);
  g_assert_cmpuint (crossing->alice.hang_ups, ==, 1);
  g_assert_cmpuint (crossing->bob.hang_ups, ==, 0);
  crossing_end (&crossing->alice);

  press ("alice", PURPLE_MEDIA_INFO_REJECT);
  g_assert_true (wait_for (has_hung_up, &crossing->bob, 1000));
  let_pass (100);
  g_assert_cmpuint (crossing->bob.hang_ups, ==, 1);
  crossing_end (&crossing->bob);
  g_assert_true (has_no_media (NULL));
}

/* One moment after the other, from "nothing has come yet" over "the loudspeaker is being opened" to "it plays".
 */
static void
hang_up_at_any_moment (HostSink sink)
{
  host_audio_set_sink_of (NULL, sink);
  for (guint ms = 0; ms <= 200; ms += 8)
    {
      g_autoptr (Crossing) crossing = crossing_new (port);

      open_both (crossing);
      set_codecs (&crossing->alice, &pcma, NULL, NULL);
      set_codecs (&crossing->bob, &pcma, NULL, NULL);
      accept_both (crossing);
      let_pass (ms);
      press ("bob", PURPLE_MEDIA_INFO_HANGUP);
      g_assert_true (wait_for (has_hung_up, &crossing->alice, 1000));
      crossing_end (&crossing->alice);
      crossing_end (&crossing->bob);
      g_assert_true (has_no_media (NULL));
    }
  host_audio_set_sink_of (NULL, HOST_SINK_WAV);
}

static void
test_hang_up_at_any_moment (void)
{
  hang_up_at_any_moment (HOST_SINK_WAV);
  hang_up_at_any_moment (HOST_SINK_SLOW);
  talk (&pcma);
}

static gboolean
is_silent (gpointer end)
{
  static guint packets;
  static gint64 since;
  guint now = ((CrossingEnd *)end)->packets;

  if (now != packets || since == 0)
    {
      packets = now;
      since = g_get_monotonic_time ();
    }
  return g_get_monotonic_time () - since > 300 * 1000;
}

/* The window's button is told; our own setting of it is not. Held, nothing is sent. */
static void
test_hold (void)
{
  g_autoptr (Crossing) crossing = crossing_new (port);
  CrossingEnd *alice = &crossing->alice;

  open_both (crossing);
  set_codecs (alice, &pcma, NULL, NULL);
  set_codecs (&crossing->bob, &pcma, NULL, NULL);
  accept_both (crossing);
  assert_hears ("alice", ALICE_HERTZ);

  press ("bob", PURPLE_MEDIA_INFO_HOLD);
  g_assert_true (wait_for (has_held, alice, 1000));
  g_assert_true (alice->held);
  g_assert_true (wait_for (is_silent, alice, 3000));
  assert_hears ("bob", BOB_HERTZ);

  alice->session->vtable->set_hold (alice->session, FALSE);
  let_pass (100);
  g_assert_cmpuint (alice->holds, ==, 1);
  assert_hears ("alice", ALICE_HERTZ);
}

static gboolean
hears_nothing (gpointer who)
{
  g_autofree char *file = host_audio_get_recording (who);
  double level = 0;

  (void)host_tone_share (file, ALICE_HERTZ, 0.3, &level);
  return level < -60;
}

static void
test_mute (void)
{
  g_autoptr (Crossing) crossing = crossing_new (port);
  CrossingEnd *alice = &crossing->alice;

  open_both (crossing);
  set_codecs (alice, &pcma, NULL, NULL);
  set_codecs (&crossing->bob, &pcma, NULL, NULL);
  accept_both (crossing);
  assert_hears ("alice", ALICE_HERTZ);
  alice->session->vtable->set_muted (alice->session, TRUE);
  g_assert_true (wait_for (hears_nothing, (gpointer) "alice", 3000));
  alice->session->vtable->set_muted (alice->session, FALSE);
  assert_hears ("alice", ALICE_HERTZ);
  g_assert_cmpuint (alice->holds, ==, 0);
}

/* ---------------------------------------------------------------------------------- Finch */

static PurpleConversation *finch_conversation;
static guint finch_ends;

/* libpurple has no conversations without a connection: a server that says nothing keeps one "connecting". */
static void
connect_account (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *)&address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 1), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *)&address, &length), ==, 0);
  purple_account_set_string (account, "connect_server", "127.0.0.1");
  purple_account_set_int (account, "port", ntohs (address.sin_port));
  purple_account_set_password (account, "none");
  purple_account_set_enabled (account, purple_core_get_ui (), TRUE);
  purple_account_connect (account);
  g_assert_nonnull (purple_account_get_connection (account));
}

static void
on_finch_state (PurpleMedia *media, PurpleMediaState state, const char *session, const char *who, gpointer data)
{
  if (state == PURPLE_MEDIA_STATE_END && session == NULL && who == NULL)
    finch_ends++;
}

/* What Finch does with a call: a conversation, and a handler that writes into it when the call ends. */
static gboolean
on_finch_media (PurpleMediaManager *manager, PurpleMedia *media, PurpleAccount *of, char *who, gpointer data)
{
  finch_conversation = purple_conversation_new (PURPLE_CONV_TYPE_IM, of, who);
  g_signal_connect (media, "state-changed", G_CALLBACK (on_finch_state), NULL);
  return TRUE;
}

static void
test_finch_closes_conversation (void)
{
  g_autoptr (Crossing) crossing = NULL;

  connect_account ();
  /* In place of the host's own handler: only the first that says TRUE is asked. */
  g_signal_connect (purple_media_manager_get (), "init-media", G_CALLBACK (on_finch_media), NULL);
  crossing = crossing_new (port);
  crossing_open (crossing, &crossing->alice, ALICE_HERTZ);
  g_assert_true (wait_for (is_leg_ready, &crossing->alice, 3000));
  purple_conversation_destroy (finch_conversation);
  g_assert_true (wait_for (has_hung_up, &crossing->alice, 1000));
  g_assert_cmpuint (finch_ends, ==, 0);
  crossing_end (&crossing->alice);
  g_assert_true (has_no_media (NULL));

  /* Closed without a call, and a call without closing: Finch's handler works as ever. */
  crossing_open (crossing, &crossing->alice, ALICE_HERTZ);
  crossing_end (&crossing->alice);
  g_assert_cmpuint (finch_ends, ==, 1);
  purple_conversation_destroy (finch_conversation);
}

/* ---------------------------------------------------------------------------------- main */

static guint criticals;

/* Known noise of libpurple, Farstream and GStreamer; anything else is ours. A source that is not found is
 * libpurple's connected_cb_id: set in a streaming thread after the main loop has already run the source. */
static void
on_log (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  static const char *const known[]
      = { "controlling-mode", "Trying to dispose element", "was not found when attempting to remove it" };

  if ((level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) == 0)
    return;
  host_log ("GLIB", domain, message);
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (strstr (message, known[i]) != NULL)
      return;
  g_printerr ("%s: %s\n", domain, message);
  g_atomic_int_inc (&criticals);
}

static void
test_no_criticals (void)
{
  g_assert_cmpuint (criticals, ==, 0);
}

static char *
start_libpurple (void)
{
  g_autofree char *folder = g_dir_make_tmp ("cusax-session-XXXXXX", NULL);
  g_autofree char *log = g_build_filename (folder, "log", NULL);

  host_events_to_stderr ();
  host_log_open (log);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_default_handler (on_log, NULL);
  purple_util_set_user_dir (folder);
  host_uiops_init ();
  g_assert_true (purple_core_init (is_finch ? "gnt-purple" : "cusax-test"));
  purple_set_blist (purple_blist_new ());
  if (!is_finch)
    host_uiops_connect ();
  host_audio_init (folder, FALSE);
  account = purple_account_new ("me@localhost", "prpl-jabber");
  purple_accounts_add (account);
  port = cusax_session_port_new (account);
  return g_steal_pointer (&folder);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_folder (path);
      else
        g_unlink (path);
    }
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  is_finch = argc > 1 && strcmp (argv[1], "--finch") == 0;
  folder = start_libpurple ();

  if (is_finch)
    g_test_add_func ("/media/finch/closes-conversation", test_finch_closes_conversation);
  else
    {
      g_test_add_func ("/media/session/leg-is-quick", test_leg_is_quick);
      g_test_add_func ("/media/session/nothing-before-accept", test_nothing_before_accept);
      g_test_add_func ("/media/session/pcma", test_pcma);
      g_test_add_func ("/media/session/pcmu", test_pcmu);
      g_test_add_func ("/media/session/g722", test_g722);
      g_test_add_func ("/media/session/opus", test_opus);
      g_test_add_func ("/media/session/best-first", test_best_first);
      g_test_add_func ("/media/session/p6-packet-time", test_packet_time);
      g_test_add_func ("/media/session/payload-types-differ", test_payload_types_differ);
      g_test_add_func ("/media/session/payload-type-of-caller", test_payload_type_of_caller);
      g_test_add_func ("/media/session/shared-microphone", test_shared_microphone);
      g_test_add_func ("/media/session/hang-up-once", test_hang_up_once);
      g_test_add_func ("/media/session/hang-up-at-any-moment", test_hang_up_at_any_moment);
      g_test_add_func ("/media/session/hold", test_hold);
      g_test_add_func ("/media/session/mute", test_mute);
      g_test_add_func ("/media/session/error-of-another-call", test_error_of_another_call);
      g_test_add_func ("/media/session/call-after-broken-sink", test_call_after_broken_sink);
      g_test_add_func ("/media/session/call-after-failing-sink", test_call_after_failing_sink);
    }
  g_test_add_func ("/media/session/no-criticals", test_no_criticals);
  result = g_test_run ();

  cusax_session_port_free (port);
  cusax_streamthreads_keep ();
  host_uiops_quit ();
  if (result == 0)
    remove_folder (folder);
  return result;
}
