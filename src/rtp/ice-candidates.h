/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Candidates between libnice and core/, and which of ours are announced: few, best first, so that an INVITE stays small.
 * Pure. The one header besides ice.c's own that shows libnice.
 */
#pragma once

#include "candidate.h"
#include "transport-description.h"

#include <nice/agent.h>

G_BEGIN_DECLS

/** Returns: (transfer full) (nullable): NULL for what is not announced: TCP, link-local addresses */
CusaxCandidate *cusax_ice_candidate_from_nice (const NiceCandidate *candidate);

/** Returns: (transfer full) (nullable): NULL if @candidate is nothing that can be sent to */
NiceCandidate *cusax_ice_candidate_to_nice (const CusaxCandidate *candidate);

/**
 * cusax_ice_candidates_choose:
 * @candidates: (element-type CusaxCandidate): all of ours
 *
 * Returns: (transfer full): of each component at most 2 hosts, 1 reflexive and 1 relayed one, component 1 first, highest
 *   priority first
 */
GPtrArray *cusax_ice_candidates_choose (const GPtrArray *candidates);

/**
 * cusax_ice_candidates_hide:
 * @candidates: what would be announced; those that tell more than they must are taken out
 *
 * Returns: TRUE if relays are left and nothing else; FALSE: there is none, and only the default address is left
 */
gboolean cusax_ice_candidates_hide (GPtrArray *candidates, const char *local_address, gboolean is_behind_nat);

/**
 * cusax_ice_candidates_get_default:
 * @candidates: what is announced
 * @is_behind_nat: a host's address is of no use outside
 *
 * Returns: (nullable): what c= and m= say for those who know no ICE: the host at @local_address; behind a NAT what is relayed
 *   or reflexive, of that address's family; else whatever host, or then relay, there is
 */
const CusaxCandidate *cusax_ice_candidates_get_default (const GPtrArray *candidates, guint component,
                                                        const char *local_address, gboolean is_behind_nat);

G_END_DECLS
