/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICE candidates as SDP names them (RFC 8839 section 5.1): values, with a bounded reader and a writer. Which ones are
 * gathered, tried and chosen is rtp/'s business.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The most lines of one m= section that are read; further ones are passed over. */
#define CUSAX_CANDIDATES_MAX 32
/** RFC 8839 section 5.4: ufrag 4 to 256, password 22 to 256 characters. */
#define CUSAX_ICE_CREDENTIAL_MAX 256

typedef enum
{
  CUSAX_CANDIDATE_HOST,
  CUSAX_CANDIDATE_SERVER_REFLEXIVE,
  CUSAX_CANDIDATE_PEER_REFLEXIVE,
  CUSAX_CANDIDATE_RELAYED
} CusaxCandidateType;

/** CusaxCandidate: one a=candidate line over UDP. */
typedef struct
{
  char *foundation;     /* 1 to 32 ice-chars */
  guint component;      /* 1 RTP, 2 RTCP */
  guint32 priority;     /* 1 to 2^31 - 1 */
  char *address;        /* IP literal */
  guint16 port;         /* not 0 */
  CusaxCandidateType type;
  char *related_address; /* (nullable): raddr; ours may say 0.0.0.0 so as not to tell a private address */
  guint16 related_port;
} CusaxCandidate;

CusaxCandidate *cusax_candidate_copy (const CusaxCandidate *candidate);
void cusax_candidate_free (CusaxCandidate *candidate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxCandidate, cusax_candidate_free)

/**
 * cusax_candidate_parse:
 * @value: what follows "a=candidate:", hostile
 *
 * Returns: (transfer full) (nullable): NULL for what we do not use: TCP, names instead of literals (mDNS), a component above
 *   2, other types, and everything that breaks the grammar. Unknown extensions are passed over.
 */
CusaxCandidate *cusax_candidate_parse (const char *value);

/** Returns: (transfer full): what follows "a=candidate:" */
char *cusax_candidate_write (const CusaxCandidate *candidate);

/** Returns: (transfer full) (element-type CusaxCandidate): an empty list that frees its candidates */
GPtrArray *cusax_candidates_new (void);
/** @candidates: (nullable). Returns: (transfer full) (nullable): a deep copy */
GPtrArray *cusax_candidates_copy (const GPtrArray *candidates);

/** Returns: TRUE if @text is a valid ice-ufrag or ice-pwd: @min to 256 ice-chars */
gboolean cusax_ice_credential_is_valid (const char *text, gsize min);

G_END_DECLS
