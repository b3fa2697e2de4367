/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ice-candidates.h. */
#include "ice-candidates.h"

#include "udp.h"

#include <string.h>

static const guint limits[] = {
  [CUSAX_CANDIDATE_HOST] = 2,
  [CUSAX_CANDIDATE_SERVER_REFLEXIVE] = 1,
  [CUSAX_CANDIDATE_PEER_REFLEXIVE] = 0,
  [CUSAX_CANDIDATE_RELAYED] = 1,
};

static const struct
{
  NiceCandidateType theirs;
  CusaxCandidateType ours;
} types[] = { { NICE_CANDIDATE_TYPE_HOST, CUSAX_CANDIDATE_HOST },
              { NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE, CUSAX_CANDIDATE_SERVER_REFLEXIVE },
              { NICE_CANDIDATE_TYPE_PEER_REFLEXIVE, CUSAX_CANDIDATE_PEER_REFLEXIVE },
              { NICE_CANDIDATE_TYPE_RELAYED, CUSAX_CANDIDATE_RELAYED } };

static CusaxCandidateType
type_from_nice (NiceCandidateType type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].theirs == type)
      return types[i].ours;
  return CUSAX_CANDIDATE_HOST;
}

static NiceCandidateType
type_to_nice (CusaxCandidateType type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].ours == type)
      return types[i].theirs;
  return NICE_CANDIDATE_TYPE_HOST;
}

/* libnice 0.1.21 declares one, but does not export it. */
static gboolean
is_link_local (const NiceAddress *address)
{
  if (address->s.addr.sa_family == AF_INET6)
    return IN6_IS_ADDR_LINKLOCAL (&address->s.ip6.sin6_addr);
  return ntohl (address->s.ip4.sin_addr.s_addr) >> 16 == 0xa9fe;
}

CusaxCandidate *
cusax_ice_candidate_from_nice (const NiceCandidate *candidate)
{
  char address[NICE_ADDRESS_STRING_LEN];
  CusaxCandidate *ours;

  if (candidate->transport != NICE_CANDIDATE_TRANSPORT_UDP || is_link_local (&candidate->addr))
    return NULL;
  nice_address_to_string (&candidate->addr, address);
  ours = g_new0 (CusaxCandidate, 1);
  ours->foundation = g_strdup (candidate->foundation);
  ours->component = candidate->component_id;
  ours->priority = candidate->priority;
  ours->address = g_strdup (address);
  ours->port = nice_address_get_port (&candidate->addr);
  ours->type = type_from_nice (candidate->type);
  /* Whoever gets only what is reflexive or relayed is not told where we sit (RFC 8445 section 19.1). */
  if (ours->type != CUSAX_CANDIDATE_HOST)
    ours->related_address = g_strdup (candidate->addr.s.addr.sa_family == AF_INET6 ? "::" : "0.0.0.0");
  return ours;
}

NiceCandidate *
cusax_ice_candidate_to_nice (const CusaxCandidate *candidate)
{
  CusaxUdpAddress address;
  NiceCandidate *theirs;

  if (!cusax_udp_address_parse (&address, candidate->address, candidate->port, NULL) || candidate->port == 0
      || cusax_udp_address_is_unspecified (&address) || cusax_udp_address_is_multicast (&address))
    return NULL;
  theirs = nice_candidate_new (type_to_nice (candidate->type));
  theirs->transport = NICE_CANDIDATE_TRANSPORT_UDP;
  theirs->component_id = candidate->component;
  theirs->priority = candidate->priority;
  nice_address_set_from_sockaddr (&theirs->addr, &address.any);
  theirs->base_addr = theirs->addr;
  g_strlcpy (theirs->foundation, candidate->foundation, sizeof theirs->foundation);
  return theirs;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const CusaxCandidate *x = *(const CusaxCandidate *const *) a, *y = *(const CusaxCandidate *const *) b;

  if (x->component != y->component)
    return x->component < y->component ? -1 : 1;
  return x->priority == y->priority ? 0 : x->priority > y->priority ? -1 : 1;
}

GPtrArray *
cusax_ice_candidates_choose (const GPtrArray *candidates)
{
  g_autoptr (GPtrArray) sorted = cusax_candidates_copy (candidates);
  GPtrArray *chosen = cusax_candidates_new ();
  guint taken[3][G_N_ELEMENTS (limits)] = { 0 };

  g_ptr_array_sort (sorted, compare);
  for (guint i = 0; i < sorted->len; i++)
    {
      const CusaxCandidate *candidate = g_ptr_array_index (sorted, i);

      if (candidate->component <= 2 && taken[candidate->component][candidate->type]++ < limits[candidate->type])
        g_ptr_array_add (chosen, cusax_candidate_copy (candidate));
    }
  return chosen;
}

static const CusaxCandidate *
find (const GPtrArray *candidates, guint component, CusaxCandidateType type, const char *address, int family)
{
  for (guint i = 0; i < candidates->len; i++)
    {
      const CusaxCandidate *candidate = g_ptr_array_index (candidates, i);
      gboolean is_ipv6 = strchr (candidate->address, ':') != NULL;

      if (candidate->component == component && candidate->type == type
          && (address == NULL || strcmp (candidate->address, address) == 0)
          && (family == AF_UNSPEC || is_ipv6 == (family == AF_INET6)))
        return candidate;
    }
  return NULL;
}

const CusaxCandidate *
cusax_ice_candidates_get_default (const GPtrArray *candidates, guint component, const char *local_address,
                                  gboolean is_behind_nat)
{
  int family = strchr (local_address, ':') != NULL ? AF_INET6 : AF_INET;
  const CusaxCandidate *found = NULL;

  if (is_behind_nat)
    found = find (candidates, component, CUSAX_CANDIDATE_RELAYED, NULL, family);
  if (found == NULL && is_behind_nat)
    found = find (candidates, component, CUSAX_CANDIDATE_SERVER_REFLEXIVE, NULL, family);
  if (found == NULL)
    found = find (candidates, component, CUSAX_CANDIDATE_HOST, local_address, AF_UNSPEC);
  if (found == NULL)
    found = find (candidates, component, CUSAX_CANDIDATE_HOST, NULL, family);
  if (found == NULL)
    found = find (candidates, component, CUSAX_CANDIDATE_HOST, NULL, AF_UNSPEC);
  /* Who hides has no host. */
  return found != NULL || !is_behind_nat ? found : find (candidates, component, CUSAX_CANDIDATE_RELAYED, NULL, AF_UNSPEC);
}

gboolean
cusax_ice_candidates_hide (GPtrArray *candidates, const char *local_address, gboolean is_behind_nat)
{
  gboolean has_relay = find (candidates, 1, CUSAX_CANDIDATE_RELAYED, NULL, AF_UNSPEC) != NULL;
  const CusaxCandidate *kept[2];

  for (guint i = 0; i < 2; i++)
    kept[i] = cusax_ice_candidates_get_default (candidates, i + 1, local_address, is_behind_nat);
  for (guint i = candidates->len; i > 0; i--)
    {
      const CusaxCandidate *candidate = g_ptr_array_index (candidates, i - 1);

      if (has_relay ? candidate->type != CUSAX_CANDIDATE_RELAYED : candidate != kept[0] && candidate != kept[1])
        g_ptr_array_remove_index (candidates, i - 1);
    }
  return has_relay;
}
