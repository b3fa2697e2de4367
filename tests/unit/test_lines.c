/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several calls at a time as exact traces (P11): who is heard, who waits, what sounds; mixing and the bridge (R38); limits and
 * Do Not Disturb (R37); what comes in place of another call (RFC 3891).
 */
#include "talks.h"

#include "error.h"

#include <string.h>

static void
answer (FakeWorld *world, const Talk *leg)
{
  cusax_call_answer (leg->call);
  fake_world_pass (world, 0);
  leg->dialog->listener->on_established (leg->dialog->listener_data, NULL, 0);
}

/* P11: answering a second call holds the first, and who comes back pushes the other away. */
static void
test_p11_answer_holds (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  Talk bob = talk_to (world, "bob@example.org");
  Talk carol = talk_rings (world, "sip:carol@example.org");

  fake_world_forget (world);
  answer (world, &carol);
  g_assert_true (cusax_call_is_held (bob.call));
  g_assert_false (cusax_call_is_held (carol.call));
  fake_world_check (world, "call2.accept\n"
                           "transport2.set_remote 192.0.2.9:50000 srtp\n"
                           "transport2.set_direction sendrecv\n"
                           "call #2 ANSWERING secure\n"
                           "media.open carol@example.org\n"
                           "transport2.set_leg_peer 7078 7079\n"
                           "session2.set_remote_codecs opus\n"
                           "session2.accept\n"
                           "call #2 ACTIVE secure\n"
                           "session.set_hold 1\n"
                           "call.reoffer sendonly\n"
                           "call #1 ACTIVE held secure\n");
  talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_RECVONLY);
  fake_world_forget (world);

  /* The Hold button of the first window. */
  cusax_call_set_hold (bob.call, FALSE);
  fake_world_check (world, "session.set_hold 0\n"
                           "call.reoffer sendrecv\n"
                           "call #1 ACTIVE secure\n"
                           "session2.set_hold 1\n"
                           "call2.reoffer sendonly\n"
                           "call #2 ACTIVE held secure\n");
  /* The end of one brings nobody back unasked. */
  talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_SENDRECV);
  talk_far_agrees (world, carol.dialog, CUSAX_DIRECTION_RECVONLY);
  cusax_call_hang_up (bob.call);
  g_assert_true (cusax_call_is_held (carol.call));
  fake_world_free (world);
}

static void
test_p11_dialling_holds (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  Talk bob = talk_to (world, "bob@example.org");

  talk_dial (world, "carol@example.org");
  g_assert_true (cusax_call_is_held (bob.call));
  fake_world_free (world);
}

static void
test_p11_swap (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  g_autoptr (GError) error = NULL;
  Talk bob = talk_to (world, "bob@example.org");
  Talk carol;

  g_assert_false (cusax_account_swap (world->account, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE);
  g_clear_error (&error);

  carol = talk_to (world, "carol@example.org");
  talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_RECVONLY);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (cusax_account_swap (world->account, &error));
      g_assert_no_error (error);
      g_assert_cmpint (cusax_call_is_held (bob.call), ==, i % 2 == 1);
      g_assert_cmpint (cusax_call_is_held (carol.call), ==, i % 2 == 0);
      talk_far_agrees (world, bob.dialog, i % 2 == 1 ? CUSAX_DIRECTION_RECVONLY : CUSAX_DIRECTION_SENDRECV);
      talk_far_agrees (world, carol.dialog, i % 2 == 0 ? CUSAX_DIRECTION_RECVONLY : CUSAX_DIRECTION_SENDRECV);
    }
  fake_world_free (world);
}

/* P11, R37: beyond the limit and in Do Not Disturb a caller hears "busy", and the history knows of him. */
static void
test_p11_busy (void)
{
  static const char *const one[] = { "max_calls=1", NULL };
  static const struct
  {
    const char *const *settings;
    gboolean talks, dnd;
  } cases[] = { { one, TRUE, FALSE }, { NULL, FALSE, TRUE }, { NULL, TRUE, TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FakeWorld *world = talk_signed_in (cases[i].settings);
      const GPtrArray *entries;
      const CusaxHistoryEntry *entry;
      g_autofree char *expected = NULL;

      if (cases[i].talks)
        talk_to (world, "bob@example.org");
      cusax_account_set_dnd (world->account, cases[i].dnd);
      fake_sip_incoming (world, NULL);
      expected = g_strdup_printf ("call%s.reject 486\ncall%s.release\n", cases[i].talks ? "2" : "",
                                  cases[i].talks ? "2" : "");
      fake_world_check (world, expected);
      entries = cusax_history_get_entries (cusax_account_get_history (world->account));
      g_assert_cmpuint (entries->len, ==, 1);
      entry = g_ptr_array_index (entries, 0);
      g_assert_cmpstr (entry->who, ==, "bob@example.org");
      g_assert_cmpuint (entry->status, ==, 486);
      g_assert_false (entry->outgoing);
      cusax_account_set_dnd (world->account, FALSE);
      fake_world_free (world);
    }
}

/* P5: one sound at a time, and none once somebody is heard. */
static void
test_p5_sounds (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  Talk bob, carol;

  bob = talk_dial (world, "bob@example.org");
  g_assert_cmpint (world->sound, ==, CUSAX_SOUND_NONE);
  bob.dialog->listener->on_progress (bob.dialog->listener_data, 180, NULL, 0);
  g_assert_cmpint (world->sound, ==, CUSAX_SOUND_RINGBACK);
  talk_far_answers (world, bob.dialog);
  g_assert_cmpint (world->sound, ==, CUSAX_SOUND_NONE);
  carol = talk_rings (world, "sip:carol@example.org");
  g_assert_cmpint (world->sound, ==, CUSAX_SOUND_WAITING);
  cusax_call_hang_up (bob.call);
  g_assert_cmpint (world->sound, ==, CUSAX_SOUND_RING);
  cusax_call_decline (carol.call, 0);
  g_assert_cmpint (world->sound, ==, CUSAX_SOUND_NONE);

  bob = talk_dial (world, "bob@example.org");
  bob.dialog->listener->on_ended (bob.dialog->listener_data, 486, NULL, FALSE);
  g_assert_cmpint (world->sound, ==, CUSAX_SOUND_BUSY);
  talk_rings (world, "sip:carol@example.org");
  g_assert_cmpint (world->sound, ==, CUSAX_SOUND_RING);
  cusax_account_stop (world->account);
  g_assert_cmpint (world->sound, ==, CUSAX_SOUND_NONE);
  fake_world_free (world);
}

/* P5, R44: tones of theirs are heard instead of ours, as soon as there are some; the microphone stays shut. */
static void
test_r44_early_media (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  Talk bob = talk_dial (world, "bob@example.org");
  g_autofree char *early = NULL;

  fake_world_forget (world);
  fake_far_reset ();
  early = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);
  bob.dialog->listener->on_progress (bob.dialog->listener_data, 183, early, strlen (early));
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendrecv\n"
                           "session.set_remote_codecs opus\n"
                           "session.listen\n"
                           "call #1 RINGING secure\n");
  g_assert_cmpint (world->sound, ==, CUSAX_SOUND_RINGBACK);
  world->transport->listener->on_first_rtp (world->transport->listener_data, TRUE);
  fake_world_check (world, "call #1 RINGING secure early-media\n");
  g_assert_cmpint (world->sound, ==, CUSAX_SOUND_NONE);

  /* Of another branch, useless: it changes nothing. */
  bob.dialog->listener->on_progress (bob.dialog->listener_data, 183, "rubbish", 7);
  fake_world_check (world, "");
  talk_far_answers (world, bob.dialog);
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendrecv\n"
                           "session.set_remote_codecs opus\n"
                           "session.accept\n"
                           "call #1 ACTIVE secure\n");
  fake_world_free (world);
}

/* R38: three who hear each other; nobody is held for another of them; who is left alone is in a call like any other. */
static void
test_r38_mix (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  g_autoptr (GError) error = NULL;
  Talk bob = talk_to (world, "bob@example.org");
  Talk carol = talk_to (world, "carol@example.org");
  Talk dave;

  talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_RECVONLY);
  fake_world_forget (world);
  g_assert_true (cusax_account_join (world->account, bob.call, carol.call, &error));
  g_assert_no_error (error);
  fake_world_check (world, "session.join 2\n"
                           "call #1 ACTIVE held secure joined\n"
                           "call #2 ACTIVE secure joined\n"
                           "session.set_hold 0\n"
                           "call.reoffer sendrecv\n"
                           "call #1 ACTIVE secure joined\n");
  talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_SENDRECV);
  g_assert_false (cusax_call_is_held (carol.call));

  /* A fourth: the three wait, and then let him in. */
  dave = talk_to (world, "dave@example.org");
  g_assert_true (cusax_call_is_held (bob.call) && cusax_call_is_held (carol.call));
  talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_RECVONLY);
  talk_far_agrees (world, carol.dialog, CUSAX_DIRECTION_RECVONLY);
  fake_world_forget (world);
  g_assert_true (cusax_account_join (world->account, dave.call, bob.call, &error));
  g_assert_no_error (error);
  g_assert_nonnull (strstr (world->trace->str, "session3.join 1\n"));
  g_assert_nonnull (strstr (world->trace->str, "session3.join 2\n"));
  g_assert_false (cusax_call_is_held (dave.call) || cusax_call_is_held (bob.call) || cusax_call_is_held (carol.call));

  cusax_call_hang_up (dave.call);
  g_assert_true (cusax_call_is_joined (bob.call) && cusax_call_is_joined (carol.call));
  cusax_account_part (world->account, bob.call);
  g_assert_false (cusax_call_is_joined (bob.call) || cusax_call_is_joined (carol.call));
  g_assert_true (cusax_call_is_held (bob.call));
  g_assert_false (cusax_call_is_held (carol.call));
  fake_world_free (world);
}

static void
test_r38_mix_fails (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  g_autoptr (GError) error = NULL;
  Talk bob = talk_to (world, "bob@example.org");
  Talk carol = talk_to (world, "carol@example.org");
  Talk dave = talk_rings (world, "sip:dave@example.org");

  world->fail_at = world->fallible + 1;
  g_assert_false (cusax_account_join (world->account, bob.call, carol.call, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA);
  g_clear_error (&error);
  g_assert_false (cusax_call_is_joined (bob.call) || cusax_call_is_joined (carol.call));
  g_assert_true (cusax_call_is_held (bob.call));
  g_assert_false (cusax_account_join (world->account, bob.call, bob.call, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE);
  g_clear_error (&error);
  g_assert_false (cusax_account_join (world->account, bob.call, dave.call, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE);
  fake_world_free (world);
}

/* R38, the provider's way: we call the bridge, and when it answers the others are sent there. */
static void
test_r38_bridge (void)
{
  static const char *const settings[] = { "conference_uri=sip:meet@example.org", NULL };
  FakeWorld *world = talk_signed_in (settings);
  g_autoptr (GError) error = NULL;
  Talk bob = talk_to (world, "bob@example.org");
  Talk carol = talk_to (world, "carol@example.org");
  FakeCall *bridge;

  talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_RECVONLY);
  g_assert_true (cusax_account_join (world->account, bob.call, carol.call, &error));
  g_assert_no_error (error);
  fake_transport_ready (world);
  bridge = world->call;
  talk_far_agrees (world, carol.dialog, CUSAX_DIRECTION_RECVONLY);
  g_assert_false (cusax_account_join (world->account, bob.call, carol.call, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_BUSY);
  fake_world_forget (world);
  talk_far_answers (world, bridge);
  g_assert_nonnull (strstr (world->trace->str, "call.refer sip:meet@example.org\n"));
  g_assert_nonnull (strstr (world->trace->str, "call2.refer sip:meet@example.org\n"));
  fake_world_free (world);
}

/* Who cannot be sent there is no secret. */
static void
test_r38_bridge_without_refer (void)
{
  static const char *const settings[] = { "conference_uri=sip:meet@example.org", NULL };
  FakeWorld *world = talk_signed_in (settings);
  g_autoptr (GError) error = NULL;
  const char *reason = NULL;
  Talk bob = talk_to (world, "bob@example.org");
  Talk carol = talk_to (world, "carol@example.org");

  talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_RECVONLY);
  bob.dialog->has_no_refer = TRUE;
  g_assert_true (cusax_account_join (world->account, bob.call, carol.call, &error));
  fake_transport_ready (world);
  talk_far_answers (world, world->call);
  g_assert_cmpint (cusax_call_get_transfer (bob.call, NULL, &reason), ==, CUSAX_TRANSFER_FAILED);
  g_assert_nonnull (reason);
  g_assert_cmpint (cusax_call_get_transfer (carol.call, NULL, NULL), ==, CUSAX_TRANSFER_ASKED);
  fake_world_free (world);
}

/* RFC 3891: what comes in place of a call is answered without asking, whatever the limits, and the old one ends then. */
static void
test_replaces (void)
{
  static const char *const settings[] = { "max_calls=1", "accept_calls=contacts", NULL };
  FakeWorld *world = talk_signed_in (settings);
  Talk bob = talk_to (world, "bob@example.org");
  Talk carol;

  world->replaced = &bob.dialog->base;
  carol = talk_rings (world, "sip:carol@example.org");
  g_assert_true (cusax_call_is_automatic (carol.call));
  fake_world_pass (world, 1);
  g_assert_cmpint (cusax_call_get_state (carol.call), ==, CUSAX_CALL_ANSWERING);
  g_assert_cmpint (cusax_call_get_state (bob.call), ==, CUSAX_CALL_ACTIVE);
  fake_world_forget (world);
  carol.dialog->listener->on_established (carol.dialog->listener_data, NULL, 0);
  fake_world_check (world, "call.release\n"
                           "session.end\n"
                           "transport.shutdown\n"
                           "call #1 ENDED REPLACED secure\n"
                           "call #2 ACTIVE secure\n");
  fake_world_free (world);
}

/* RFC 5373 and its elders: only by who vouches, only if allowed, never into a conversation. */
static void
test_auto_answer (void)
{
  static const char *const allowed[] = { "auto_answer=1", NULL };
  static const struct
  {
    const char *const *settings;
    int after;
    gboolean is_protected, talks, answers;
  } cases[] = {
    { allowed, 0, TRUE, FALSE, TRUE },  { allowed, 3, TRUE, FALSE, TRUE },   { NULL, 0, TRUE, FALSE, FALSE },
    { allowed, -1, TRUE, FALSE, FALSE }, { allowed, 0, FALSE, FALSE, FALSE }, { allowed, 0, TRUE, TRUE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FakeWorld *world = talk_signed_in (cases[i].settings);
      Talk carol;

      world->is_protected = cases[i].is_protected;
      world->answer_after = cases[i].after;
      if (cases[i].talks)
        talk_to (world, "bob@example.org");
      carol = talk_rings (world, "sip:carol@example.org");
      g_assert_cmpint (cusax_call_is_automatic (carol.call), ==, cases[i].answers);
      g_assert_cmpint (world->sound, ==,
                       cases[i].answers ? CUSAX_SOUND_NONE
                       : cases[i].talks ? CUSAX_SOUND_WAITING
                                        : CUSAX_SOUND_RING);
      if (cases[i].after > 0)
        {
          fake_world_pass (world, (guint) cases[i].after * 1000 - 1);
          g_assert_cmpint (cusax_call_get_state (carol.call), ==, CUSAX_CALL_INCOMING);
        }
      fake_world_pass (world, 2);
      g_assert_cmpint (cusax_call_get_state (carol.call) == CUSAX_CALL_ANSWERING, ==, cases[i].answers);
      fake_world_free (world);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lines/P11/answer-holds", test_p11_answer_holds);
  g_test_add_func ("/lines/P11/dialling-holds", test_p11_dialling_holds);
  g_test_add_func ("/lines/P11/swap", test_p11_swap);
  g_test_add_func ("/lines/P11/busy", test_p11_busy);
  g_test_add_func ("/lines/P5/sounds", test_p5_sounds);
  g_test_add_func ("/lines/R44/early-media", test_r44_early_media);
  g_test_add_func ("/lines/R38/mix", test_r38_mix);
  g_test_add_func ("/lines/R38/mix-fails", test_r38_mix_fails);
  g_test_add_func ("/lines/R38/bridge", test_r38_bridge);
  g_test_add_func ("/lines/R38/bridge-without-refer", test_r38_bridge_without_refer);
  g_test_add_func ("/lines/replaces", test_replaces);
  g_test_add_func ("/lines/auto-answer", test_auto_answer);
  return g_test_run ();
}
