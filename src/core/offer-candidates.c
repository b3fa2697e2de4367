/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See offer-candidates.h. */
#include "offer-candidates.h"

#include <string.h>

#define COMPONENTS 2
#define KINDS ((CUSAX_CANDIDATE_RELAYED + 1) * 2) /* type and family */

/* What helps most beside the default address, which is mostly a host's: the way through the NAT, then the one that always
 * works, then the other family. */
static const CusaxCandidateType most_useful[]
    = { CUSAX_CANDIDATE_SERVER_REFLEXIVE, CUSAX_CANDIDATE_RELAYED, CUSAX_CANDIDATE_HOST };

static gboolean
is_default (const CusaxTransportDescription *local, const CusaxCandidate *candidate)
{
  guint16 port = candidate->component == 1 ? local->rtp_port : local->rtcp_port;

  return candidate->port == port && strcmp (candidate->address, local->address) == 0;
}

static gboolean
is_ipv6 (const CusaxCandidate *candidate)
{
  return strchr (candidate->address, ':') != NULL;
}

static guint
kind_of (const CusaxCandidate *candidate)
{
  return (guint) candidate->type * 2 + is_ipv6 (candidate);
}

/* Takes the best one of each @type and family that @kinds does not have yet. */
static void
take_kinds (GPtrArray *ordered, GPtrArray *rest, CusaxCandidateType type, gboolean kinds[KINDS])
{
  for (guint i = 0; i < rest->len;)
    {
      CusaxCandidate *candidate = rest->pdata[i];

      if (candidate->component != 1 || candidate->type != type || kinds[kind_of (candidate)])
        {
          i++;
          continue;
        }
      kinds[kind_of (candidate)] = TRUE;
      g_ptr_array_add (ordered, g_ptr_array_remove_index (rest, i));
    }
}

static void
take_component (GPtrArray *ordered, GPtrArray *rest, guint component)
{
  for (guint i = 0; i < rest->len;)
    if (((const CusaxCandidate *) rest->pdata[i])->component == component)
      g_ptr_array_add (ordered, g_ptr_array_remove_index (rest, i));
    else
      i++;
}

static int
compare_priorities (gconstpointer a, gconstpointer b)
{
  const CusaxCandidate *one = *(const CusaxCandidate *const *) a;
  const CusaxCandidate *other = *(const CusaxCandidate *const *) b;

  return (one->priority < other->priority) - (one->priority > other->priority);
}

GPtrArray *
cusax_offer_candidates_order (const CusaxTransportDescription *local, gboolean with_rtcp)
{
  g_autoptr (GPtrArray) ordered = g_ptr_array_new ();
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();
  gboolean kinds[KINDS] = { FALSE };

  if (local->ice_ufrag == NULL || local->ice_password == NULL || local->candidates == NULL)
    return NULL;
  for (guint i = 0; i < local->candidates->len && i < CUSAX_CANDIDATES_MAX; i++)
    g_ptr_array_add (rest, local->candidates->pdata[i]);
  g_ptr_array_sort (rest, compare_priorities);

  for (guint component = 1; component <= (with_rtcp ? COMPONENTS : 1); component++)
    for (guint i = 0; i < rest->len && ordered->len < component; i++)
      {
        CusaxCandidate *candidate = rest->pdata[i];

        if (candidate->component != component || !is_default (local, candidate))
          continue;
        if (component == 1)
          kinds[kind_of (candidate)] = TRUE;
        g_ptr_array_add (ordered, g_ptr_array_remove_index (rest, i));
      }
  if (ordered->len == 0 || ((CusaxCandidate *) ordered->pdata[0])->component != 1)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (most_useful); i++)
    take_kinds (ordered, rest, most_useful[i], kinds);
  take_component (ordered, rest, 1);
  if (with_rtcp)
    take_component (ordered, rest, 2);
  return g_steal_pointer (&ordered);
}

static gsize
measure (const CusaxCandidate *candidate)
{
  g_autofree char *line = cusax_candidate_write (candidate);

  return strlen ("a=candidate:\r\n") + strlen (line);
}

gsize
cusax_offer_candidates_measure (const GPtrArray *candidates)
{
  gsize length = 0;

  for (guint i = 0; i < candidates->len; i++)
    length += measure (candidates->pdata[i]);
  return length;
}

void
cusax_offer_candidates_trim (GPtrArray *candidates, const CusaxTransportDescription *local, gsize room)
{
  gsize used = 0;

  for (guint i = 0; i < candidates->len;)
    {
      gsize length = measure (candidates->pdata[i]);

      gboolean must = i == 0 || (i == 1 && !local->rtcp_mux && is_default (local, candidates->pdata[i]));

      /* One that is too long does not keep a shorter one out. */
      if (!must && used + length > room)
        {
          g_ptr_array_remove_index (candidates, i);
          continue;
        }
      used += length;
      i++;
    }
}
