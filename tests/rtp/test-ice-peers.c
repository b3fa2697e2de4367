/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A transport against somebody else's ICE: a lite agent, and one that stops to answer. libnice plays them, in the main loop. */
#include "error.h"
#include "rig.h"
#include "transport-private.h"

#include <nice/agent.h>
#include <string.h>

typedef struct
{
  NiceAgent *agent;
  guint stream;
  guint32 heard; /* number of the last RTP packet */
} Peer;

static void
on_receive (NiceAgent *agent, guint stream, guint component, guint length, char *data, gpointer user_data)
{
  Peer *peer = user_data;

  if (length == 16)
    peer->heard = rig_read_rtp ((const guint8 *) data, length);
}

static void
peer_init (Peer *peer, gboolean is_full)
{
  NiceAddress address;

  memset (peer, 0, sizeof *peer);
  peer->agent = g_object_new (NICE_TYPE_AGENT, "compatibility", NICE_COMPATIBILITY_RFC5245, "full-mode", is_full, "upnp", FALSE,
                              "ice-tcp", FALSE, "controlling-mode", FALSE, "main-context", g_main_context_default (), NULL);
  peer->stream = nice_agent_add_stream (peer->agent, 1);
  nice_address_init (&address);
  g_assert_true (nice_address_set_from_string (&address, "127.0.0.1"));
  nice_agent_add_local_address (peer->agent, &address);
  nice_agent_attach_recv (peer->agent, peer->stream, 1, g_main_context_default (), on_receive, peer);
  g_assert_true (nice_agent_gather_candidates (peer->agent, peer->stream));
}

/* As SDP brings it. */
static CusaxTransportDescription *
peer_describe (Peer *peer, gboolean is_lite)
{
  GSList *list = nice_agent_get_local_candidates (peer->agent, peer->stream, 1);
  const NiceCandidate *host = list->data;
  CusaxTransportDescription *remote = cusax_transport_description_new ("127.0.0.1", nice_address_get_port (&host->addr), 0);
  CusaxCandidate *candidate = g_new0 (CusaxCandidate, 1);

  remote->rtcp_mux = TRUE;
  remote->is_ice_lite = is_lite;
  g_assert_true (nice_agent_get_local_credentials (peer->agent, peer->stream, &remote->ice_ufrag, &remote->ice_password));
  candidate->foundation = g_strdup ("1");
  candidate->component = 1;
  candidate->priority = host->priority;
  candidate->address = g_strdup ("127.0.0.1");
  candidate->port = remote->rtp_port;
  remote->candidates = cusax_candidates_new ();
  g_ptr_array_add (remote->candidates, candidate);
  g_slist_free_full (list, (GDestroyNotify) nice_candidate_free);
  return remote;
}

static void
peer_set_remote (Peer *peer, const RigSide *side)
{
  NiceCandidate *host = nice_candidate_new (NICE_CANDIDATE_TYPE_HOST);
  GSList list = { host, NULL };

  host->transport = NICE_CANDIDATE_TRANSPORT_UDP;
  host->component_id = 1;
  host->priority = ((const CusaxCandidate *) g_ptr_array_index (side->local->candidates, 0))->priority;
  g_strlcpy (host->foundation, "1", sizeof host->foundation);
  g_assert_true (nice_address_set_from_string (&host->addr, "127.0.0.1"));
  nice_address_set_port (&host->addr, side->local->rtp_port);
  nice_agent_set_remote_credentials (peer->agent, peer->stream, side->local->ice_ufrag, side->local->ice_password);
  nice_agent_set_remote_candidates (peer->agent, peer->stream, 1, &list);
  nice_candidate_free (host);
}

/* libnice's lite agents choose no pair by themselves: the answer leaves by the bare socket. */
static void
exchange (RigSide *side, Peer *peer, guint32 number)
{
  g_autoptr (GPtrArray) sockets = nice_agent_get_sockets (peer->agent, peer->stream, 1);
  guint8 packet[RIG_PACKET_SIZE];
  gsize length = rig_write_rtp (packet, 0x77, number, number);

  rig_session_send_rtp (side, number);
  rig_until (side, peer->heard == number);
  rig_socket_send (g_socket_get_fd (g_ptr_array_index (sockets, 0)), "127.0.0.1", side->local->rtp_port, packet, length);
  g_assert_cmpint (rig_session_next_rtp (side), ==, number);
}

/* RFC 8445 section 6.1.1: a lite one never controls, whoever offered. */
static void
test_lite (gconstpointer data)
{
  gboolean we_offer = GPOINTER_TO_INT (data);
  g_autoptr (RigSide) a = rig_side_new_ice ("127.0.0.1", we_offer);
  g_autoptr (CusaxTransportDescription) remote = NULL;
  Peer peer;

  peer_init (&peer, FALSE);
  remote = peer_describe (&peer, TRUE);
  peer_set_remote (&peer, a);
  rig_side_agree (a, remote);
  rig_until (a, a->state == CUSAX_TRANSPORT_READY);
  exchange (a, &peer, 1);
  exchange (a, &peer, 2);
  g_object_unref (peer.agent);
}

#define LOSS_MS 20000 /* libnice notices after 10 s */

/* Talks with @peer, who then falls silent. */
static RigSide *
new_deserted (guint loss_ms)
{
  RigSide *side = rig_side_new_ice ("127.0.0.1", TRUE);
  g_autoptr (CusaxTransportDescription) remote = NULL;
  Peer peer;

  peer_init (&peer, TRUE);
  remote = peer_describe (&peer, FALSE);
  peer_set_remote (&peer, side);
  rig_side_agree (side, remote);
  rig_until (side, side->state == CUSAX_TRANSPORT_READY);
  exchange (side, &peer, 1);
  cusax_transport_set_setup_interval (side->transport, 8000, loss_ms);
  g_clear_object (&peer.agent);
  return side;
}

static void
until_lost (RigSide *side)
{
  gint64 end = g_get_monotonic_time () + LOSS_MS * 1000;

  while (strstr (side->events->str, "lost") == NULL && g_get_monotonic_time () < end)
    rig_run_once ();
  g_assert_nonnull (strstr (side->events->str, "lost"));
  g_assert_cmpint (side->state, ==, CUSAX_TRANSPORT_CONNECTING);
}

/* A restart: they come back, with another agent. */
static void
find_again (RigSide *side)
{
  g_autoptr (CusaxTransportDescription) before = g_steal_pointer (&side->local), remote = NULL;
  Peer peer;

  g_assert_true (side->transport->vtable->renew (side->transport, NULL));
  rig_until (side, side->local != NULL);
  g_assert_cmpstr (side->local->ice_ufrag, !=, before->ice_ufrag);
  peer_init (&peer, TRUE);
  remote = peer_describe (&peer, FALSE);
  peer_set_remote (&peer, side);
  rig_side_agree (side, remote);
  rig_until (side, side->state == CUSAX_TRANSPORT_READY);
  exchange (side, &peer, 2);
  g_clear_object (&peer.agent);
}

/* RFC 7675: who does not answer any more is not sent to, and we are told at once, a person not before a restart had its time. */
static void
test_consent (void)
{
  g_autoptr (RigSide) left = new_deserted (300);
  g_autoptr (RigSide) again = new_deserted (LOSS_MS);

  until_lost (left);
  rig_until_event (left, "failed");
  g_assert_error (left->failure, CUSAX_ERROR, CUSAX_ERROR_NO_PATH);
  until_lost (again);
  find_again (again);
  g_assert_no_error (again->failure);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ice-peers/lite/we-offer", GINT_TO_POINTER (TRUE), test_lite);
  g_test_add_data_func ("/ice-peers/lite/they-offer", GINT_TO_POINTER (FALSE), test_lite);
  g_test_add_func ("/ice-peers/consent", test_consent);
  return g_test_run ();
}
