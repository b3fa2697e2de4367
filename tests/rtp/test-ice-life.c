/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls with ICE that go on: offers again, restarts, other addresses, other devices, and the end at any moment. */
#include "error.h"
#include "ice-rig.h"
#include "transport-private.h"

#include <string.h>
#include <unistd.h>

/* ---------------------------------------------------------------- re-offers */

/* A session refresh: everything stays. */
static void
test_again_same (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);

  ice_call (a, b, &ice_dtls_mux);
  for (guint i = 0; i < 3; i++)
    {
      ice_agree (a, b, &ice_dtls_mux);
      g_assert_cmpint (a->state, ==, CUSAX_TRANSPORT_READY);
      ice_exchange (a, b, 10 * i + 10);
    }
}

/* As agreed on when a offered and b sent the hello, now that b offers. */
static const IceWay dtls_reversed = { "dtls-passive-mux", CUSAX_KEYING_DTLS, TRUE, CUSAX_DTLS_SETUP_PASSIVE };

/* They begin ICE anew with other credentials: sound goes on meanwhile, on the same association. */
static void
test_restart (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autofree char *before = NULL;

  ice_call (a, b, &ice_dtls_mux);
  before = g_strdup (rig_side_stats (a).remote_address);
  g_clear_pointer (&b->local, cusax_transport_description_free);
  b->transport->vtable->move (b->transport, "127.0.0.1");
  rig_until (b, b->local != NULL);
  ice_exchange (a, b, 10);
  ice_agree (b, a, &dtls_reversed);
  g_assert_cmpint (a->state, ==, CUSAX_TRANSPORT_READY);
  rig_until (a, g_strcmp0 (rig_side_stats (a).remote_address, before) != 0);
  ice_exchange (a, b, 20);
  g_assert_cmpint (a->state, ==, CUSAX_TRANSPORT_READY);
  g_assert_cmpint (rig_side_stats (a).keying, ==, CUSAX_KEYING_DTLS);
}

/* @side begins ICE anew where it is. */
static void
renew (RigSide *side, const CusaxTransportDescription *remote)
{
  g_autoptr (CusaxTransportDescription) before = g_steal_pointer (&side->local);

  g_assert_true (side->transport->vtable->renew (side->transport, remote));
  g_assert_null (side->local); /* never from inside the call */
  rig_until (side, side->local != NULL);
  g_assert_cmpstr (side->local->ice_ufrag, !=, before->ice_ufrag);
  g_assert_cmpstr (side->local->ice_password, !=, before->ice_password);
  g_assert_cmpstr (side->local->fingerprint, ==, before->fingerprint);
  g_assert_cmpint (side->local->rtp_port, !=, before->rtp_port);
}

/* RFC 8445 section 9: their restart is answered with credentials of ours that are other ones, too. Nothing is lost on the way:
 * the old pair serves until there is the new one, and hears what still comes there. */
static void
test_renew (gconstpointer data)
{
  const IceWay *way = data;
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autoptr (CusaxTransportDescription) again = ice_dup_for (b, way, FALSE);
  g_autoptr (CusaxTransportDescription) offer = NULL;
  g_autofree char *before[2] = { NULL, NULL };
  guint32 number = 10;

  g_assert_false (a->transport->vtable->renew (a->transport, again)); /* the first offer restarts nothing */
  ice_call (a, b, way);
  before[0] = g_strdup (rig_side_stats (a).remote_address);
  before[1] = g_strdup (rig_side_stats (b).remote_address);
  g_assert_false (a->transport->vtable->renew (a->transport, again));
  renew (b, NULL);
  ice_exchange (a, b, number);
  offer = ice_dup_for (b, way, FALSE);
  renew (a, offer);
  ice_exchange (a, b, number += 10);
  ice_agree (b, a, way->keying == CUSAX_KEYING_DTLS ? &dtls_reversed : way);
  while (g_strcmp0 (rig_side_stats (a).remote_address, before[0]) == 0 || g_strcmp0 (rig_side_stats (b).remote_address, before[1]) == 0)
    {
      ice_exchange (a, b, number += 10);
      rig_run_once ();
    }
  ice_exchange (a, b, number += 10);
  g_assert_cmpint (a->state, ==, CUSAX_TRANSPORT_READY);
  g_assert_cmpint (b->state, ==, CUSAX_TRANSPORT_READY);
  g_assert_cmpint (rig_side_stats (a).keying, ==, way->keying);
  g_assert_false (a->transport->vtable->renew (a->transport, offer)); /* that one is answered */
}

/* Begun anew again before they have answered: the pair that there is serves all the time. */
static void
test_renew_twice (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);

  ice_call (a, b, &ice_dtls_mux);
  for (guint i = 1; i <= 3; i++)
    {
      renew (a, NULL);
      ice_exchange (a, b, 10 * i);
    }
  renew (b, NULL);
  ice_agree (a, b, &ice_dtls_mux);
  ice_exchange (a, b, 50);
  g_assert_cmpint (a->state, ==, CUSAX_TRANSPORT_READY);
}

/* Without ICE there is nothing to begin anew, and a guest of another transport has none. */
static void
test_renew_without (void)
{
  g_autoptr (RigSide) a = rig_side_new_open ("127.0.0.1", FALSE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autoptr (RigSide) guest = rig_side_new_ice ("127.0.0.1", FALSE);
  const guint8 types[] = { 97 };

  g_assert_false (a->transport->vtable->renew (a->transport, NULL));
  g_assert_true (guest->transport->vtable->bundle (guest->transport, b->transport, types, 1, NULL));
  g_assert_false (guest->transport->vtable->renew (guest->transport, NULL));
}

/* Both moved at once: from another address, without anything of before. */
static void
test_move_both (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);

  ice_call (a, b, &ice_dtls_mux);
  g_string_truncate (a->events, 0);
  g_string_truncate (b->events, 0);
  a->transport->vtable->move (a->transport, "127.0.0.2");
  b->transport->vtable->move (b->transport, "127.0.0.3");
  rig_until_event (a, "ready");
  rig_until_event (b, "ready");
  g_assert_cmpstr (a->local->address, ==, "127.0.0.2");
  ice_agree (a, b, &ice_dtls_mux);
  rig_until (a, g_str_has_prefix (rig_side_stats (a).remote_address, "127.0.0.3:"));
  rig_until (b, g_str_has_prefix (rig_side_stats (b).remote_address, "127.0.0.2:"));
  ice_exchange (a, b, 10);
}

/* Without ICE on their side: the new sockets serve at once. */
static void
test_move_fallen_back (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autoptr (CusaxTransportDescription) offer = ice_dup_for (a, &ice_dtls_mux, FALSE);
  g_autoptr (CusaxTransportDescription) answer = ice_dup_for (b, &ice_dtls_mux, TRUE);

  ice_forget (offer);
  ice_forget (answer);
  rig_side_agree (b, offer);
  rig_side_agree (a, answer);
  ice_until_ready (a, b);
  ice_exchange (a, b, 1);
  a->transport->vtable->move (a->transport, "127.0.0.2");
  rig_until (a, strcmp (a->local->address, "127.0.0.2") == 0);
  ice_exchange (a, b, 10); /* they find us by the packets that come from there */
}

/* The network changed twice in a moment: what is announced belongs to the agent that is there. */
static void
test_move_twice (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);

  ice_call (a, b, &ice_dtls_mux);
  rig_until_event (a, "out in");
  g_string_truncate (a->events, 0);
  a->transport->vtable->move (a->transport, "127.0.0.2");
  rig_until_blocked (g_main_context_pending (NULL)); /* gathered, not told */
  a->transport->vtable->move (a->transport, "127.0.0.3");
  rig_until_event (a, "ready");
  g_assert_cmpstr (a->local->address, ==, "127.0.0.3");
  ice_agree (a, b, &ice_dtls_mux);
  rig_until (b, g_str_has_prefix (rig_side_stats (b).remote_address, "127.0.0.3:"));
  ice_exchange (a, b, 10);
  g_assert_cmpstr (a->events->str, ==, " ready");
}

/* The new sockets have no pair yet, so nothing has been checked there: plain RTP of whoever found them is not heard. */
static void
test_move_stranger (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  int stranger = rig_socket ("127.0.0.2", NULL);
  guint8 data[RIG_PACKET_SIZE];

  ice_call (a, b, &ice_plain_mux);
  g_string_truncate (a->events, 0);
  a->transport->vtable->move (a->transport, "127.0.0.2");
  rig_until_event (a, "ready");
  rig_socket_send (stranger, "127.0.0.2", a->local->rtp_port, data, rig_write_rtp (data, 1, 1, 666));
  rig_socket_send (stranger, "127.0.0.2", a->local->rtp_port, data, rig_write_rtcp (data, 1, 666));
  rig_until (a, rig_side_stats (a).packets_dropped == 2);
  ice_exchange (a, b, 10);
  close (stranger);
}

/* There is no such address: the old sockets stay, and are named. */
static void
test_move_nowhere (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);

  ice_call (a, b, &ice_dtls_mux);
  g_string_truncate (a->events, 0);
  g_test_expect_message ("cusax-rtp", G_LOG_LEVEL_MESSAGE, "media stay where they are*");
  a->transport->vtable->move (a->transport, "192.0.2.77");
  rig_until_event (a, "ready");
  g_test_assert_expected_messages ();
  g_assert_cmpstr (a->local->address, ==, "127.0.0.1");
  ice_exchange (a, b, 10);
}

/* Another device answers (a fork, a transfer): its fingerprint is another one, the old keys are good no more. */
static void
test_another_fingerprint (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autoptr (CusaxTransportDescription) answer = NULL;

  ice_call (a, b, &ice_dtls_mux);
  answer = ice_dup_for (b, &ice_dtls_mux, TRUE);
  answer->fingerprint[0] = answer->fingerprint[0] == 'A' ? 'B' : 'A';
  rig_side_agree (a, answer);
  rig_until (a, a->state == CUSAX_TRANSPORT_CONNECTING);
  g_assert_cmpint (rig_side_stats (a).keying, ==, CUSAX_KEYING_NONE);
  rig_session_send_rtp (a, 10);
  rig_run_for (50);
  g_assert_true (rig_socket_is_quiet (b->session[0]));
}

/* Once set_remote has returned that stays as it is. */
static gboolean
sends_hello (RigSide *side)
{
  return cusax_dtls_is_client (((Transport *) side->transport)->associations[0].dtls);
}

/* RFC 8842 section 4: the same certificates, but the roles change: a new handshake, new keys. "actpass" leaves it as it is. */
static void
test_other_role (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autoptr (CusaxTransportDescription) again = NULL;

  ice_call (a, b, &ice_dtls_mux); /* b sends the hello */
  again = ice_dup_for (a, &ice_dtls_mux, FALSE);
  g_assert_cmpint (again->setup, ==, CUSAX_DTLS_SETUP_ACTPASS);
  rig_side_agree (b, again);
  g_assert_cmpint (b->state, ==, CUSAX_TRANSPORT_READY);
  ice_exchange (a, b, 10);
  g_assert_false (sends_hello (a));
  g_assert_true (sends_hello (b));

  ice_agree (a, b, &dtls_reversed);
  rig_until (a, rig_side_stats (a).keying == CUSAX_KEYING_DTLS);
  rig_until (b, rig_side_stats (b).keying == CUSAX_KEYING_DTLS);
  g_assert_true (sends_hello (a));
  g_assert_false (sends_hello (b));
  ice_exchange (a, b, 20);
}

/* They leave ICE behind in a re-offer, and come back to it. */
static void
test_leave_and_return (void)
{
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
  g_autoptr (CusaxTransportDescription) offer = NULL;
  g_autoptr (CusaxTransportDescription) answer = NULL;

  ice_call (a, b, &ice_plain_mux);
  offer = ice_dup_for (a, &ice_plain_mux, FALSE);
  answer = ice_dup_for (b, &ice_plain_mux, TRUE);
  ice_forget (offer);
  ice_forget (answer);
  rig_side_agree (b, offer);
  rig_side_agree (a, answer);
  ice_exchange (a, b, 10);
  ice_agree (a, b, &ice_plain_mux);
  ice_until_ready (a, b);
  ice_exchange (a, b, 20);
}

/* ----------------------------------------------------------------- shutdown */

static void
test_shutdown (gconstpointer data)
{
  guint moment = GPOINTER_TO_UINT (data);

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", TRUE);
      g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
      gint64 end = g_get_monotonic_time () + i * 1000; /* anywhere on the way */

      if (moment > 0)
        ice_agree (a, b, &ice_ways[4]);
      while (moment > 1 && g_get_monotonic_time () < end)
        rig_run_once ();
      if (moment > 2)
        a->transport->vtable->move (a->transport, "127.0.0.2");
      rig_side_shutdown (a);
      rig_run_for (2);
    }
}

static void
test_shutdown_gathering (void)
{
  CusaxTransportConfig config = { .local_address = "127.0.0.1", .use_ice = TRUE, .offer_dtls = TRUE };
  g_autoptr (RigSide) a = rig_side_new (NULL, FALSE, &config);

  a->transport->vtable->gather (a->transport);
  rig_side_shutdown (a);
  rig_run_for (20);
  g_assert_cmpstr (a->events->str, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ice/again/same", test_again_same);
  g_test_add_func ("/ice/again/restart", test_restart);
  g_test_add_data_func ("/ice/again/renew/plain", &ice_plain_mux, test_renew);
  g_test_add_data_func ("/ice/again/renew/dtls", &ice_dtls_mux, test_renew);
  g_test_add_func ("/ice/again/renew/twice", test_renew_twice);
  g_test_add_func ("/ice/again/renew/without", test_renew_without);
  g_test_add_func ("/ice/again/another-fingerprint", test_another_fingerprint);
  g_test_add_func ("/ice/again/other-role", test_other_role);
  g_test_add_func ("/ice/again/leave-and-return", test_leave_and_return);
  g_test_add_func ("/ice/move/both", test_move_both);
  g_test_add_func ("/ice/move/twice", test_move_twice);
  g_test_add_func ("/ice/move/stranger", test_move_stranger);
  g_test_add_func ("/ice/move/nowhere", test_move_nowhere);
  g_test_add_func ("/ice/move/fallen-back", test_move_fallen_back);
  g_test_add_func ("/ice/shutdown/gathering", test_shutdown_gathering);
  g_test_add_data_func ("/ice/shutdown/open", GUINT_TO_POINTER (0), test_shutdown);
  g_test_add_data_func ("/ice/shutdown/agreed", GUINT_TO_POINTER (1), test_shutdown);
  g_test_add_data_func ("/ice/shutdown/any-moment", GUINT_TO_POINTER (2), test_shutdown);
  g_test_add_data_func ("/ice/shutdown/moving", GUINT_TO_POINTER (3), test_shutdown);
  return g_test_run ();
}
