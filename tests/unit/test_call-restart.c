/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICE that begins anew in a standing call: who offers it when, what an answer waits for, and that nothing circles.
 */
#include "talks.h"

#include "error.h"

#include <string.h>

static const char bob[] = "bob@example.org";

/* The transport of the sound has gathered anew. */
static void
gathered (FakeWorld *world, guint16 port)
{
  g_autoptr (CusaxTransportDescription) local = cusax_transport_description_new ("192.0.2.1", port, port + 1);

  local->crypto.tag = 1;
  local->crypto.suite = CUSAX_SRTP_AES_CM_128_HMAC_SHA1_80;
  memset (local->crypto.key, 7, sizeof local->crypto.key);
  world->transports[0]->listener->on_local_ready (world->transports[0]->listener_data, local);
}

static void
lose (FakeWorld *world)
{
  FakeTransport *transport = world->transports[0];

  transport->listener->on_state (transport->listener_data, CUSAX_TRANSPORT_CONNECTING);
  transport->listener->on_lost (transport->listener_data);
}

static void
find (FakeWorld *world)
{
  world->transports[0]->listener->on_state (world->transports[0]->listener_data, CUSAX_TRANSPORT_READY);
}

static void
fail (FakeWorld *world)
{
  g_autoptr (GError) error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_NO_PATH, "no candidate pair answers");

  world->transports[0]->listener->on_failed (world->transports[0]->listener_data, error);
}

/* alice called bob, or he her, and they talk. */
static FakeWorld *
talking (gboolean outgoing)
{
  FakeWorld *world = talk_signed_in (NULL);
  Talk talk;

  if (outgoing)
    {
      talk_to (world, bob);
      return world;
    }
  talk = talk_rings (world, "sip:bob@example.org");
  cusax_call_answer (talk.call);
  fake_world_pass (world, 0);
  talk.dialog->listener->on_established (talk.dialog->listener_data, NULL, 0);
  fake_world_forget (world);
  return world;
}

static void
far_agrees (FakeWorld *world)
{
  g_autofree char *answer = fake_far_answer (world, CUSAX_DIRECTION_SENDRECV);

  world->call->listener->on_reoffer_done (world->call->listener_data, 200, answer, strlen (answer));
}

/* Their offer restarts ICE: our answer says what we gathered anew, and nothing else does. */
static void
test_theirs (void)
{
  FakeWorld *world = talking (TRUE);
  g_autofree char *offer = NULL;

  world->they_restart = TRUE;
  offer = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);
  world->call->listener->on_offer (world->call->listener_data, offer, strlen (offer));
  fake_world_check (world, "transport.renew answer\n");
  gathered (world, 41000);
  g_assert_true (g_str_has_prefix (world->trace->str, "transport.set_remote 192.0.2.9:50000 srtp\n"));
  g_assert_nonnull (strstr (world->trace->str, "call.answer_offer 200"));
  g_assert_null (strstr (world->trace->str, "call.reoffer"));
  g_assert_nonnull (strstr (world->call->sdp, "m=audio 41000 "));
  fake_world_free (world);
}

/* They take it back while we gather: ours are other sockets by now, so that we offer them. */
static void
test_theirs_cancelled (void)
{
  FakeWorld *world = talking (TRUE);
  g_autofree char *offer = NULL;

  world->they_restart = TRUE;
  offer = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);
  world->call->listener->on_offer (world->call->listener_data, offer, strlen (offer));
  world->call->listener->on_offer_cancelled (world->call->listener_data);
  fake_world_forget (world);
  gathered (world, 41000);
  fake_world_check (world, "call.reoffer sendrecv\n");
  g_assert_nonnull (strstr (world->call->sdp, "m=audio 41000 "));
  fake_world_free (world);
}

/* An INVITE without SDP while we gather: what we could offer now is about to be wrong. */
static void
test_asked_while_gathering (void)
{
  FakeWorld *world = talking (TRUE);

  lose (world);
  fake_world_check (world, "transport.renew offer\n");
  world->call->listener->on_offer (world->call->listener_data, NULL, 0);
  fake_world_check (world, "call.answer_offer 491 -\n");
  fake_world_free (world);
}

/* RFC 7675: the way is lost where we are; who made the call offers another one at once. */
static void
test_lost_outgoing (void)
{
  FakeWorld *world = talking (TRUE);

  lose (world);
  fake_world_check (world, "transport.renew offer\n");
  gathered (world, 41000);
  fake_world_check (world, "call.reoffer sendrecv\n");
  g_assert_nonnull (strstr (world->call->sdp, "m=audio 41000 "));
  far_agrees (world);
  g_assert_null (strstr (world->trace->str, "call.reoffer"));
  find (world);
  fake_world_forget (world);
  fake_world_pass (world, 60000);
  fake_world_check (world, "");
  lose (world); /* another loss is another restart */
  fake_world_check (world, "transport.renew offer\n");
  fake_world_free (world);
}

/* Who was called leaves the first step to the other side, for a while. */
static void
test_lost_incoming (void)
{
  FakeWorld *world = talking (FALSE);

  lose (world);
  fake_world_pass (world, 2999);
  fake_world_check (world, "");
  fake_world_pass (world, 1);
  fake_world_check (world, "transport.renew offer\n");
  gathered (world, 41000);
  fake_world_check (world, "call.reoffer sendrecv\n");
  fake_world_free (world);
}

/* It came back by itself, or their restart came: there is nothing to do. */
static void
test_lost_incoming_found (void)
{
  FakeWorld *world = talking (FALSE);
  g_autofree char *offer = NULL;

  lose (world);
  find (world);
  fake_world_pass (world, 10000);
  fake_world_check (world, "");
  lose (world);
  world->they_restart = TRUE;
  fake_far_reset ();
  offer = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);
  world->call->listener->on_offer (world->call->listener_data, offer, strlen (offer));
  gathered (world, 41000);
  fake_world_forget (world);
  fake_world_pass (world, 10000);
  fake_world_check (world, "");
  fake_world_free (world);
}

/* Both offered at once (491 and theirs): our answer says what ours was to say, and that is all. */
static void
test_glare (void)
{
  FakeWorld *world = talking (TRUE);
  g_autofree char *offer = NULL;

  lose (world);
  gathered (world, 41000);
  fake_world_forget (world);
  world->call->listener->on_reoffer_done (world->call->listener_data, 491, NULL, 0);
  fake_world_check (world, "");
  fake_far_reset ();
  offer = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);
  world->call->listener->on_offer (world->call->listener_data, offer, strlen (offer));
  g_assert_nonnull (strstr (world->trace->str, "call.answer_offer 200"));
  g_assert_nonnull (strstr (world->call->sdp, "m=audio 41000 "));
  fake_world_forget (world);
  fake_world_pass (world, 60000);
  fake_world_check (world, "");
  fake_world_free (world);
}

/* The restart is refused, or finds nothing: once is enough, and the transport's time ends the call in words. */
static void
test_in_vain (void)
{
  FakeWorld *world = talking (TRUE);

  lose (world);
  gathered (world, 41000);
  fake_world_forget (world);
  world->call->listener->on_reoffer_done (world->call->listener_data, 500, NULL, 0);
  g_assert_null (strstr (world->trace->str, "call.reoffer"));
  fake_world_pass (world, 10000);
  g_assert_null (strstr (world->trace->str, "call.reoffer"));
  fake_world_forget (world);
  fail (world);
  g_assert_nonnull (strstr (world->trace->str, "call #1 ENDED NO_PATH"));
  fake_world_free (world);
}

/* The address changes at the same time: the move tells everything. */
static void
test_moving (void)
{
  FakeWorld *world = talking (FALSE);

  lose (world);
  world->local_address = "198.51.100.7";
  g_assert_true (world->call->listener->on_leg_back (world->call->listener_data, "198.51.100.7"));
  fake_world_check (world, "transport.move 198.51.100.7\n");
  lose (world);
  fake_world_pass (world, 10000);
  fake_world_check (world, "");
  fake_world_free (world);
}

/* A call that ends takes its turn with it. */
static void
test_lost_and_ended (void)
{
  FakeWorld *world = talking (FALSE);

  lose (world);
  world->call->listener->on_ended (world->call->listener_data, 0, NULL, FALSE);
  fake_world_forget (world);
  fake_world_pass (world, 10000);
  fake_world_check (world, "");
  fake_world_free (world);
}

static void
far_offers (FakeWorld *world)
{
  g_autofree char *offer = fake_far_offer (world, CUSAX_DIRECTION_SENDRECV);

  world->call->listener->on_offer (world->call->listener_data, offer, strlen (offer));
}

/* The transport cannot do what they offer: they are told, and the call goes on as it was, with the next offer, too. */
static void
test_transport_refuses (void)
{
  FakeWorld *world = talking (TRUE);

  fake_far_reset ();
  world->fail_at = world->fallible + 1;
  far_offers (world);
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "call.answer_offer 488 -\n");
  world->fail_at = 0;
  fake_far_reset ();
  far_offers (world);
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "transport.set_direction sendrecv\n"
                           "session.set_remote_codecs opus\n"
                           "call.answer_offer 200 sendrecv\n"
                           "call #1 ACTIVE secure\n");
  fake_world_free (world);
}

/* The same while ICE begins anew: what we gathered is told by an offer of ours. */
static void
test_transport_refuses_restart (void)
{
  FakeWorld *world = talking (TRUE);

  fake_far_reset ();
  world->they_restart = TRUE;
  far_offers (world);
  world->fail_at = world->fallible + 1;
  fake_world_forget (world);
  gathered (world, 41000);
  fake_world_check (world, "transport.set_remote 192.0.2.9:50000 srtp\n"
                           "call.answer_offer 488 -\n"
                           "call.reoffer sendrecv\n");
  fake_world_free (world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call-restart/theirs", test_theirs);
  g_test_add_func ("/call-restart/theirs-cancelled", test_theirs_cancelled);
  g_test_add_func ("/call-restart/asked-while-gathering", test_asked_while_gathering);
  g_test_add_func ("/call-restart/lost/outgoing", test_lost_outgoing);
  g_test_add_func ("/call-restart/lost/incoming", test_lost_incoming);
  g_test_add_func ("/call-restart/lost/incoming-found", test_lost_incoming_found);
  g_test_add_func ("/call-restart/lost/glare", test_glare);
  g_test_add_func ("/call-restart/lost/in-vain", test_in_vain);
  g_test_add_func ("/call-restart/lost/moving", test_moving);
  g_test_add_func ("/call-restart/lost/ended", test_lost_and_ended);
  g_test_add_func ("/call-restart/transport-refuses/offer", test_transport_refuses);
  g_test_add_func ("/call-restart/transport-refuses/restart", test_transport_refuses_restart);
  return g_test_run ();
}
