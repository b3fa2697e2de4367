/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two sides with ICE that agree, in each way that there is: what the tests of ICE share.
 */
#pragma once

#include "rig.h"

G_BEGIN_DECLS

/** IceWay: what both sides agree on. */
typedef struct
{
  const char *name;
  CusaxKeying keying;
  gboolean mux;
  CusaxDtlsSetup answer; /* what the answerer says */
} IceWay;

#define ICE_N_WAYS 7
extern const IceWay ice_ways[ICE_N_WAYS];
extern const IceWay ice_dtls_mux, ice_plain_mux;

/** Returns: what @other announced, as it arrives in an offer or an answer. */
CusaxTransportDescription *ice_dup_for (const RigSide *other, const IceWay *way, gboolean is_answer);

/** Takes ICE out of it, as from somebody who knows none. */
void ice_forget (CusaxTransportDescription *remote);

/** @b answers what @a offered. */
void ice_agree (RigSide *a, RigSide *b, const IceWay *way);

void ice_until_ready (RigSide *a, RigSide *b);

/** Three packets each way, numbered from @first. */
void ice_exchange (RigSide *a, RigSide *b, guint32 first);

/** All three. */
void ice_call (RigSide *a, RigSide *b, const IceWay *way);

G_END_DECLS
