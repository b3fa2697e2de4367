/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens meanwhile (P11, P12, R37, R38): a hold that is refused or crosses an offer of theirs, a conversation that
 * begins while something else is under way, a mix that fails half way, a person who ends it all from inside the news of something else.
 */
#include "talks.h"

#include "error.h"

#include <string.h>

/* ------------------------------------------------------------------ rig */

static void
far_refuses (FakeCall *dialog, guint status)
{
  dialog->listener->on_reoffer_done (dialog->listener_data, status, NULL, 0);
}

static void
shut_down (FakeWorld *world, CusaxCall *call)
{
  world->react = NULL;
  cusax_account_shutdown (world->account);
}

/* What happens at the first news of a call that is held. */
static void
shut_down_if_held (FakeWorld *world, CusaxCall *call)
{
  if (cusax_call_is_held (call))
    shut_down (world, call);
}

static void
shut_down_if_resumed (FakeWorld *world, CusaxCall *call)
{
  if (cusax_call_get_state (call) == CUSAX_CALL_ACTIVE && !cusax_call_is_held (call))
    shut_down (world, call);
}

static gboolean
has_line (const FakeWorld *world, const char *line)
{
  return strstr (world->trace->str, line) != NULL;
}

/* ----------------------------------------------------------------- hold */

/* P11: who refuses to be put on hold does not take over the conversation that he was to wait for. */
static void
test_p11_refused_hold (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  Talk bob = talk_to (world, "bob@example.org");
  Talk carol = talk_dial (world, "carol@example.org");

  far_refuses (bob.dialog, 488);
  talk_far_answers (world, carol.dialog);
  fake_world_forget (world);
  far_refuses (bob.dialog, 488);
  g_assert_false (cusax_call_is_held (carol.call));
  /* He is not heard, and hears nothing: here, if not on the wire. */
  g_assert_true (cusax_call_is_held (bob.call));
  fake_world_check (world, "session.set_hold 0\n"
                           "call #1 ACTIVE secure\n"
                           "session.set_hold 1\n"
                           "call #1 ACTIVE held secure\n");
  cusax_call_set_hold (bob.call, FALSE);
  g_assert_true (cusax_call_is_held (carol.call));
  fake_world_free (world);
}

/* P11: a call that cannot be made puts nobody on hold. */
static void
test_p11_dialling_fails (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxAddress) carol = cusax_address_parse_uri ("sip:carol@example.org", NULL);
  Talk bob = talk_to (world, "bob@example.org");

  world->fail_at = world->fallible + 1;
  g_assert_null (cusax_account_dial (world->account, carol, "carol@example.org", NULL, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA);
  g_assert_false (cusax_call_is_held (bob.call));
  fake_world_free (world);
}

/* P11: swapping with a conference brings back all of it. */
static void
test_p11_swap_conference (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  g_autoptr (GError) error = NULL;
  Talk bob = talk_to (world, "bob@example.org");
  Talk carol = talk_to (world, "carol@example.org");
  Talk dave;

  talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_RECVONLY);
  g_assert_true (cusax_account_join (world->account, bob.call, carol.call, &error));
  talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_SENDRECV);
  dave = talk_to (world, "dave@example.org");
  talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_RECVONLY);
  talk_far_agrees (world, carol.dialog, CUSAX_DIRECTION_RECVONLY);
  g_assert_true (cusax_account_swap (world->account, &error));
  g_assert_true (cusax_call_is_held (dave.call));
  g_assert_false (cusax_call_is_held (bob.call) || cusax_call_is_held (carol.call));
  fake_world_free (world);
}

/* ------------------------------------------------------------------ mix */

/* R38: two newcomers are heard by all who are in, each of them. */
static void
test_r38_two_more (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  g_autoptr (GError) error = NULL;
  Talk legs[4];

  for (guint i = 0; i < G_N_ELEMENTS (legs); i++)
    {
      g_autofree char *who = g_strdup_printf ("number%u@example.org", i + 1);

      legs[i] = talk_to (world, who);
      if (i > 0)
        talk_far_agrees (world, legs[i - 1].dialog, CUSAX_DIRECTION_RECVONLY);
    }
  g_assert_true (cusax_account_join (world->account, legs[0].call, legs[1].call, &error));
  fake_world_forget (world);
  g_assert_true (cusax_account_join (world->account, legs[2].call, legs[3].call, &error));
  g_assert_no_error (error);
  for (guint i = 1; i <= 2; i++)
    for (guint n = 3; n <= 4; n++)
      {
        g_autofree char *line = g_strdup_printf ("session%u.join %u\n", n, i);

        g_assert_true (has_line (world, line));
      }
  g_assert_true (has_line (world, "session3.join 4\n"));
  fake_world_free (world);
}

/* R38: whom only some could be joined with is heard by none. */
static void
test_r38_mix_fails_half_way (void)
{
  /* The n-th join that fails, and who is parted. */
  static const struct
  {
    guint n;
    const char *parted;
  } cases[] = { { 1, NULL }, { 2, "session3.part\n" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FakeWorld *world = talk_signed_in (NULL);
      g_autoptr (GError) error = NULL;
      Talk bob = talk_to (world, "bob@example.org");
      Talk carol = talk_to (world, "carol@example.org");
      Talk dave;

      talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_RECVONLY);
      g_assert_true (cusax_account_join (world->account, bob.call, carol.call, &error));
      talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_SENDRECV);
      dave = talk_to (world, "dave@example.org");
      world->fail_at = world->fallible + cases[i].n;
      g_assert_false (cusax_account_join (world->account, dave.call, bob.call, &error));
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_MEDIA);
      g_assert_false (cusax_call_is_joined (dave.call));
      g_assert_true (cusax_call_is_joined (bob.call) && cusax_call_is_joined (carol.call));
      g_assert_true (cases[i].parted == NULL || has_line (world, cases[i].parted));
      fake_world_free (world);
    }
}

/* ------------------------------------------------------------- transfer */

/* P12: however the hold ends, REFER follows. */
static void
test_p12_hold_crosses (void)
{
  for (guint i = 0; i < 3; i++)
    {
      FakeWorld *world = talk_signed_in (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxAddress) dave = cusax_address_parse_uri ("sip:dave@example.org", NULL);
      Talk bob = talk_to (world, "bob@example.org");
      g_autofree char *offer = NULL;

      if (i == 2) /* the media move at the same time, and both are refused */
        fake_transport_ready (world);
      g_assert_true (cusax_call_transfer (bob.call, dave, &error));
      fake_world_forget (world);
      if (i == 2)
        far_refuses (bob.dialog, 488);
      else
        {
          far_refuses (bob.dialog, 491);
          g_assert_false (has_line (world, "refer"));
          fake_far_reset ();
          offer = i == 0 ? fake_far_offer (world, CUSAX_DIRECTION_SENDRECV) : g_strdup ("rubbish");
          bob.dialog->listener->on_offer (bob.dialog->listener_data, offer, strlen (offer));
          /* What they did not learn by our answer they learn by another offer of ours. */
          g_assert_cmpint (has_line (world, "call.reoffer sendonly\n"), ==, i == 1);
          if (i == 1)
            far_refuses (bob.dialog, 488);
        }
      g_assert_true (has_line (world, "call.refer sip:dave@example.org\n"));
      fake_world_free (world);
    }
}

/* P12: they took the REFER and say no more: the call that is to be replaced must live until it is. */
static void
test_p12_nobody_tells (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  g_autoptr (GError) error = NULL;
  Talk bob = talk_to (world, "bob@example.org");
  Talk carol = talk_to (world, "carol@example.org");
  g_autoptr (CusaxCall) keep = cusax_call_ref (carol.call);

  talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_RECVONLY);
  g_assert_true (cusax_call_transfer_to (bob.call, carol.call, &error));
  fake_world_forget (world);
  bob.dialog->listener->on_refer_progress (bob.dialog->listener_data, 202, NULL);
  g_assert_true (has_line (world, "call #1 ENDED TRANSFERRED"));
  g_assert_cmpint (cusax_call_get_state (carol.call), ==, CUSAX_CALL_ACTIVE);
  carol.dialog->listener->on_ended (carol.dialog->listener_data, 0, NULL, FALSE);
  g_assert_cmpint (cusax_call_get_end (keep), ==, CUSAX_CALL_END_TRANSFERRED);
  fake_world_free (world);
}

/* ------------------------------------------------------------- referrals */

typedef struct
{
  CusaxSipReferral base;
  guint last; /* what they were told */
} FakeReferral;

static void
referral_notify (CusaxSipReferral *referral, guint status, const char *reason)
{
  ((FakeReferral *) referral)->last = status;
}

static void
referral_release (CusaxSipReferral *referral)
{
}

static const CusaxSipReferralVtable referral_vtable = { referral_notify, referral_release };

static void
refer (const Talk *leg, FakeReferral *referral)
{
  CusaxSipRefer details = { .headers = { .from_uri = "sip:bob@example.org" }, .refer_to = "<sip:dave@example.org>" };

  referral->base.vtable = &referral_vtable;
  leg->dialog->listener->on_refer (leg->dialog->listener_data, &referral->base, &details);
}

/* P12: their transfer comes to nothing while we speak with somebody else: nobody is pulled out of it. */
static void
test_p12_in_vain_meanwhile (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  FakeReferral referral = { .last = 0 };
  Talk bob = talk_to (world, "bob@example.org");
  FakeCall *made;
  Talk carol;

  refer (&bob, &referral);
  fake_transport_ready (world);
  made = world->call;
  carol = talk_rings (world, "sip:carol@example.org");
  cusax_call_answer (carol.call);
  fake_world_pass (world, 0);
  carol.dialog->listener->on_established (carol.dialog->listener_data, NULL, 0);
  talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_RECVONLY);
  made->listener->on_ended (made->listener_data, 486, NULL, FALSE);
  g_assert_cmpuint (referral.last, ==, 486);
  g_assert_false (cusax_call_is_held (carol.call));
  g_assert_true (cusax_call_is_held (bob.call));
  fake_world_free (world);
}

/* P12: who waits on hold while we speak with somebody else does not pull us out of that either: a question. */
static void
test_p12_asked_from_hold (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  FakeReferral referral = { .last = 0 };
  Talk bob = talk_to (world, "bob@example.org");

  talk_to (world, "carol@example.org");
  talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_RECVONLY);
  refer (&bob, &referral);
  g_assert_nonnull (world->referral);
  g_assert_cmpint (cusax_referral_get_state (world->referral), ==, CUSAX_REFERRAL_ASKING);
  fake_world_free (world);
}

/* R38: it is the person who calls the bridge, not the other side. */
static void
test_r38_bridge_is_ours (void)
{
  static const char *const settings[] = { "conference_uri=sip:meet@example.org", NULL };
  FakeWorld *world = talk_signed_in (settings);
  g_autoptr (GError) error = NULL;
  Talk bob = talk_to (world, "bob@example.org");
  Talk carol = talk_to (world, "carol@example.org");

  g_assert_true (cusax_account_join (world->account, bob.call, carol.call, &error));
  g_assert_false (cusax_call_is_automatic (cusax_account_get_call (world->account, 3)));
  fake_world_free (world);
}

/* ---------------------------------------------------------- auto-answer */

/* R37: what was to be answered by itself rings like any other, if somebody is spoken to by then, or nobody may be. */
static void
test_r37_answer_meanwhile (void)
{
  static const char *const settings[] = { "auto_answer=1", NULL };

  for (guint i = 0; i < 2; i++)
    {
      FakeWorld *world = talk_signed_in (settings);
      Talk bob, carol;

      world->answer_after = 5;
      bob = talk_rings (world, "sip:bob@example.org");
      g_assert_true (cusax_call_is_automatic (bob.call));
      world->answer_after = -1;
      if (i == 0)
        {
          carol = talk_rings (world, "sip:carol@example.org");
          cusax_call_answer (carol.call);
          fake_world_pass (world, 0);
          carol.dialog->listener->on_established (carol.dialog->listener_data, NULL, 0);
        }
      else
        cusax_account_set_dnd (world->account, TRUE);
      fake_world_forget (world);
      fake_world_pass (world, 5000);
      g_assert_cmpint (cusax_call_get_state (bob.call), ==, CUSAX_CALL_INCOMING);
      g_assert_false (cusax_call_is_automatic (bob.call));
      g_assert_true (has_line (world, "incoming #1 bob@example.org\n"));
      g_assert_cmpint (world->sound, ==, i == 0 ? CUSAX_SOUND_WAITING : CUSAX_SOUND_RING);
      fake_world_free (world);
    }
}

/* RFC 3891: what comes in place of a call on hold waits like it, muted like it, and disturbs no other. */
static void
test_replaces_held (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  Talk bob = talk_to (world, "bob@example.org");
  Talk carol;
  Talk dave;

  cusax_call_set_muted (bob.call, TRUE);
  dave = talk_to (world, "dave@example.org");
  talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_RECVONLY);
  world->replaced = &bob.dialog->base;
  carol = talk_rings (world, "sip:carol@example.org");
  fake_world_pass (world, 1);
  fake_world_pass (world, 1);
  g_assert_true (has_line (world, "session3.set_muted 1\n"));
  g_assert_true (has_line (world, "session3.set_hold 1\n"));
  carol.dialog->listener->on_established (carol.dialog->listener_data, NULL, 0);
  g_assert_true (cusax_call_is_held (carol.call) && cusax_call_is_muted (carol.call));
  g_assert_false (cusax_call_is_held (dave.call));
  g_assert_true (has_line (world, "call3.reoffer sendonly\n"));
  fake_world_free (world);
}

/* A9: who holds us takes no sound, and tones are sound: INFO, or words. */
static void
test_a9_held_by_them (void)
{
  for (guint i = 0; i < 2; i++)
    {
      FakeWorld *world = talk_signed_in (NULL);
      g_autoptr (GError) error = NULL;
      Talk bob = talk_to (world, "bob@example.org");
      g_autofree char *offer = NULL;

      bob.dialog->takes_info = i == 0;
      fake_far_reset ();
      offer = fake_far_offer (world, CUSAX_DIRECTION_SENDONLY);
      bob.dialog->listener->on_offer (bob.dialog->listener_data, offer, strlen (offer));
      g_assert_true (cusax_call_is_remote_held (bob.call));
      fake_world_forget (world);
      g_assert_cmpint (cusax_call_send_digits (bob.call, "1", &error), ==, i == 0);
      g_assert_false (has_line (world, "send_event"));
      g_assert_cmpint (has_line (world, "call.send_info"), ==, i == 0);
      fake_world_free (world);
    }
}

/* ------------------------------------------------------- from inside the news */

static void
end_all (FakeWorld *world, CusaxCall *call)
{
  if (cusax_call_get_state (call) != CUSAX_CALL_ENDED)
    return;
  world->react = NULL;
  cusax_account_stop (world->account);
}

/* The end of the replaced call is news of its own. */
static void
test_replaces_and_all_ends (void)
{
  FakeWorld *world = talk_signed_in (NULL);
  Talk bob = talk_to (world, "bob@example.org");
  Talk carol;
  g_autoptr (CusaxCall) keep = NULL;

  world->replaced = &bob.dialog->base;
  carol = talk_rings (world, "sip:carol@example.org");
  keep = cusax_call_ref (carol.call);
  fake_world_pass (world, 1);
  world->react = end_all;
  carol.dialog->listener->on_established (carol.dialog->listener_data, NULL, 0);
  g_assert_cmpint (cusax_call_get_state (keep), ==, CUSAX_CALL_ENDED);
  fake_world_free (world);
}

static void
test_shutdown_inside (void)
{
  static const char *const bridge[] = { "conference_uri=sip:meet@example.org", NULL };
  enum { DIAL, BRIDGE, REFERRED, REFERRED_IN_VAIN, N };

  for (guint i = 0; i < N; i++)
    {
      FakeWorld *world = talk_signed_in (i == BRIDGE ? bridge : NULL);
      FakeReferral referral = { .last = 0 };
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxAddress) target = cusax_address_parse_uri ("sip:dave@example.org", NULL);
      Talk bob = talk_to (world, "bob@example.org");
      Talk carol;

      if (i == BRIDGE)
        {
          carol = talk_to (world, "carol@example.org");
          talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_RECVONLY);
          world->react = shut_down_if_held;
          g_assert_false (cusax_account_join (world->account, bob.call, carol.call, &error));
          g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE);
        }
      else if (i == DIAL)
        {
          world->react = shut_down_if_held;
          g_assert_null (cusax_account_dial (world->account, target, "dave", NULL, &error));
          g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE);
        }
      else if (i == REFERRED)
        {
          world->react = shut_down_if_held;
          refer (&bob, &referral);
          g_assert_cmpuint (referral.last, ==, 480);
        }
      else
        {
          FakeCall *made;

          refer (&bob, &referral);
          g_clear_pointer (&world->referral, cusax_referral_unref);
          fake_transport_ready (world);
          made = world->call;
          talk_far_agrees (world, bob.dialog, CUSAX_DIRECTION_RECVONLY);
          world->react = shut_down_if_resumed;
          made->listener->on_ended (made->listener_data, 486, NULL, FALSE);
          g_assert_cmpuint (referral.last, ==, 480);
        }
      world->react = NULL;
      fake_world_free (world);
    }
}

/* The settings of the voicemail hold from the moment they are changed. */
static void
test_p18_voicemail_setting (void)
{
  static const char *const settings[] = { "voicemail=sip:500@example.org", NULL };
  FakeWorld *world = talk_signed_in (NULL);
  g_autoptr (CusaxConfig) config = fake_config_new (settings);
  CusaxMailbox *mailbox = cusax_account_get_mailbox (world->account);

  g_assert_null (cusax_mailbox_get_address (mailbox));
  cusax_account_configure (world->account, config);
  g_assert_nonnull (cusax_mailbox_get_address (mailbox));
  fake_world_free (world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/meanwhile/P11/refused-hold", test_p11_refused_hold);
  g_test_add_func ("/meanwhile/P11/dialling-fails", test_p11_dialling_fails);
  g_test_add_func ("/meanwhile/P11/swap-conference", test_p11_swap_conference);
  g_test_add_func ("/meanwhile/R38/two-more", test_r38_two_more);
  g_test_add_func ("/meanwhile/R38/mix-fails-half-way", test_r38_mix_fails_half_way);
  g_test_add_func ("/meanwhile/P12/hold-crosses", test_p12_hold_crosses);
  g_test_add_func ("/meanwhile/P12/nobody-tells", test_p12_nobody_tells);
  g_test_add_func ("/meanwhile/P12/in-vain", test_p12_in_vain_meanwhile);
  g_test_add_func ("/meanwhile/P12/asked-from-hold", test_p12_asked_from_hold);
  g_test_add_func ("/meanwhile/R38/bridge-is-ours", test_r38_bridge_is_ours);
  g_test_add_func ("/meanwhile/R37/auto-answer", test_r37_answer_meanwhile);
  g_test_add_func ("/meanwhile/A9/held-by-them", test_a9_held_by_them);
  g_test_add_func ("/meanwhile/replaces-held", test_replaces_held);
  g_test_add_func ("/meanwhile/replaces-and-all-ends", test_replaces_and_all_ends);
  g_test_add_func ("/meanwhile/shutdown-inside", test_shutdown_inside);
  g_test_add_func ("/meanwhile/P18/voicemail-setting", test_p18_voicemail_setting);
  return g_test_run ();
}
