/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which ICE candidates an SDP text of ours names, and in which order: the default address first, and only as many as fit where
 * the message has to stay small. Part of offer.c.
 */
#pragma once

#include "transport-description.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * cusax_offer_candidates_order:
 * @with_rtcp: RTCP has, or may have, a port of its own
 *
 * The default address's (RTP, then RTCP), then for RTP the best one of each kind and family (reflexive, relayed, host), the rest
 * for RTP, the rest for RTCP.
 *
 * Returns: (transfer container) (nullable) (element-type CusaxCandidate): NULL if there is no ICE, or if it must not be
 *   offered because the default address is none of the candidates (RFC 8839 section 4.2.5)
 */
GPtrArray *cusax_offer_candidates_order (const CusaxTransportDescription *local, gboolean with_rtcp);

/** Cuts @candidates to @room bytes of SDP; the first one stays in any case, and the second one if it is for RTCP and there is
 * no rtcp-mux in @local. */
void cusax_offer_candidates_trim (GPtrArray *candidates, const CusaxTransportDescription *local, gsize room);

/** Returns: bytes of the lines of @candidates */
gsize cusax_offer_candidates_measure (const GPtrArray *candidates);

G_END_DECLS
