/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where somebody who hides can be reached: which candidates are left, and what the text of an offer then says. */
#include "ice-candidates.h"
#include "offer.h"

#include <string.h>

static void
add_candidate (GPtrArray *candidates, guint component, CusaxCandidateType type, const char *address, guint32 priority)
{
  CusaxCandidate *candidate = g_new0 (CusaxCandidate, 1);

  candidate->foundation = g_strdup ("1");
  candidate->component = component;
  candidate->priority = priority;
  candidate->address = g_strdup (address);
  candidate->port = 40000 + component;
  candidate->type = type;
  if (type != CUSAX_CANDIDATE_HOST)
    candidate->related_address = g_strdup ("0.0.0.0");
  g_ptr_array_add (candidates, candidate);
}

/* What an INVITE of somebody who hides says of the places where he can be reached. */
static void
test_hidden (gconstpointer data)
{
  gboolean has_relay = GPOINTER_TO_INT (data);
  static const char *const hosts[] = { "192.168.7.5", "fd00::7:5", "203.0.113.5" };
  g_autoptr (GPtrArray) candidates = cusax_candidates_new ();
  g_autoptr (GPtrArray) codecs = cusax_codecs_policy ();
  g_autoptr (CusaxOffer) offer = cusax_offer_new (CUSAX_MEDIA_SECURITY_OFF, codecs);
  g_autoptr (CusaxTransportDescription) local = NULL;
  g_autofree char *text = NULL;
  const CusaxCandidate *rtp;

  for (guint component = 1; component <= 2; component++)
    {
      add_candidate (candidates, component, CUSAX_CANDIDATE_HOST, hosts[0], 400);
      add_candidate (candidates, component, CUSAX_CANDIDATE_HOST, hosts[1], 300);
      add_candidate (candidates, component, CUSAX_CANDIDATE_SERVER_REFLEXIVE, hosts[2], 200);
      if (has_relay)
        add_candidate (candidates, component, CUSAX_CANDIDATE_RELAYED, "198.51.100.9", 100);
    }
  g_assert_cmpint (cusax_ice_candidates_hide (candidates, hosts[0], TRUE), ==, has_relay);
  rtp = cusax_ice_candidates_get_default (candidates, 1, hosts[0], TRUE);
  local = cusax_transport_description_new (rtp->address, rtp->port, rtp->port + 1);
  local->rtcp_mux = TRUE;
  local->ice_ufrag = g_strdup ("abcd");
  local->ice_password = g_strdup ("abcdefghijklmnopqrstuv");
  local->candidates = g_steal_pointer (&candidates);
  text = cusax_offer_create_offer (offer, local, CUSAX_DIRECTION_SENDRECV, NULL);
  g_assert_nonnull (strstr (text, "a=candidate:"));
  g_assert_null (strstr (text, hosts[0]));
  g_assert_null (strstr (text, hosts[1]));
  g_assert_cmpint (strstr (text, hosts[2]) == NULL, ==, has_relay); /* behind the NAT, one way is needed */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/hidden/relay", GINT_TO_POINTER (TRUE), test_hidden);
  g_test_add_data_func ("/hidden/no-relay", GINT_TO_POINTER (FALSE), test_hidden);
  return g_test_run ();
}
