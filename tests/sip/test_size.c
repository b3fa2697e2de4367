/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A6: how long an INVITE is with the SDP of default settings (all codecs, ICE with many candidates), over UDP, also when it
 * carries credentials. 1300 bytes are what RFC 3261 section 18.1.1 lets UDP have, and what passes everywhere in one piece.
 */
#include "ua-fixture.h"

#include "offer.h"

#include <string.h>

#define LIMIT 1300
/* Our names here are shorter than some people's. */
#define SPARE_FOR_NAMES 100

static void
add_candidate (CusaxTransportDescription *local, guint component, guint32 priority, const char *address,
               CusaxCandidateType type)
{
  CusaxCandidate *candidate = g_new0 (CusaxCandidate, 1);

  candidate->foundation = g_strdup_printf ("%u", local->candidates->len + 1);
  candidate->component = component;
  candidate->priority = priority + 2 - component;
  candidate->address = g_strdup (address);
  candidate->port = component == 1 ? local->rtp_port : local->rtcp_port;
  candidate->type = type;
  g_ptr_array_add (local->candidates, candidate);
}

/* A laptop at home, with STUN and TURN: 192.168.178.42 is as long as addresses of IPv4 come. */
static char *
write_offer (void)
{
  g_autoptr (GPtrArray) codecs = cusax_codecs_policy ();
  g_autoptr (CusaxOffer) offer = cusax_offer_new (CUSAX_MEDIA_SECURITY_PREFER, codecs);
  g_autoptr (CusaxTransportDescription) local = cusax_transport_description_new ("192.168.178.142", 49170, 49171);
  char *sdp;

  local->rtcp_mux = TRUE;
  local->ice_ufrag = g_strdup ("aB3d");
  local->ice_password = g_strdup ("0123456789abcdefghijkl");
  local->candidates = cusax_candidates_new ();
  for (guint component = 1; component <= 2; component++)
    {
      add_candidate (local, component, 2130706430, "192.168.178.142", CUSAX_CANDIDATE_HOST);
      add_candidate (local, component, 2130706174, "2001:db8:1234:5678:9abc:def0:1234:5678", CUSAX_CANDIDATE_HOST);
      add_candidate (local, component, 2130705918, "10.8.200.123", CUSAX_CANDIDATE_HOST);
      add_candidate (local, component, 1694498814, "203.0.113.123", CUSAX_CANDIDATE_SERVER_REFLEXIVE);
      add_candidate (local, component, 16777214, "198.51.100.123", CUSAX_CANDIDATE_RELAYED);
    }
  cusax_offer_set_private (offer, FALSE);
  sdp = cusax_offer_create_offer (offer, local, CUSAX_DIRECTION_SENDRECV, NULL);
  g_assert_nonnull (strstr (sdp, "a=candidate"));
  return sdp;
}

static gsize
measure (const PeerMessage *message)
{
  g_test_message ("head %" G_GSIZE_FORMAT ", body %" G_GSIZE_FORMAT ":\n%s\n%s", strlen (message->head),
                  strlen (message->body), message->head, message->body);
  return strlen (message->head) + strlen (message->body);
}

/* The first INVITE is asked for credentials, as nearly every server does, with a nonce of Kamailio's length. */
static void
test_a6_invite (void)
{
  Peer *peer = peer_new (TRUE);
  Line *line = line_new_idle (peer, "sip_transport", "udp", NULL);
  g_autofree char *sdp = write_offer ();
  g_autoptr (PeerMessage) first = NULL, ack = NULL, again = NULL;
  Talk *talk;

  peer_set_mode (peer, PEER_MD5, 0);
  line_start (line);
  line_wait_registered (line);
  talk = line_dial (line, sdp);
  first = peer_expect (peer, "INVITE ", WAIT_MS);
  peer_reply (peer, first, "407 Proxy Authentication Required", "t1",
              "Proxy-Authenticate: Digest realm=\"home\", nonce=\"ZVxTRWVcUhmZpnGM8F5MuyUkPXHy3hMZ\", qop=\"auth\"\n", NULL);
  ack = peer_expect (peer, "ACK ", WAIT_MS);
  again = peer_expect (peer, "INVITE ", WAIT_MS);
  g_assert_nonnull (strstr (again->head, "Proxy-Authorization"));
  g_assert_cmpuint (measure (first), <=, LIMIT - SPARE_FOR_NAMES);
  g_assert_cmpuint (measure (again), <=, LIMIT);
  talk_free (talk);
  line_free (line);
}

static void
add_tests (void)
{
  g_test_add_func ("/sip-size/a6-invite", test_a6_invite);
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
