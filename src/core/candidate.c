/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See candidate.h. */
#include "candidate.h"

CusaxCandidate *
cusax_candidate_copy (const CusaxCandidate *candidate)
{
  CusaxCandidate *copy;

  g_return_val_if_fail (candidate != NULL, NULL);
  copy = g_new (CusaxCandidate, 1);
  *copy = *candidate;
  copy->foundation = g_strdup (candidate->foundation);
  copy->address = g_strdup (candidate->address);
  copy->related_address = g_strdup (candidate->related_address);
  return copy;
}

void
cusax_candidate_free (CusaxCandidate *candidate)
{
  if (candidate == NULL)
    return;
  g_free (candidate->foundation);
  g_free (candidate->address);
  g_free (candidate->related_address);
  g_free (candidate);
}

GPtrArray *
cusax_candidates_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_candidate_free);
}

GPtrArray *
cusax_candidates_copy (const GPtrArray *candidates)
{
  GPtrArray *copy;

  if (candidates == NULL)
    return NULL;
  copy = cusax_candidates_new ();
  for (guint i = 0; i < candidates->len; i++)
    g_ptr_array_add (copy, cusax_candidate_copy (candidates->pdata[i]));
  return copy;
}
