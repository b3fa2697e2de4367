/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server that asks everything with digest and counts whatever is not exactly as RFC 7616 has it: before a
 * scripted peer, which sees only what has passed. REGISTER is asked by 401, the rest by 407 (ACK and CANCEL:
 * not at all).
 */
#pragma once

#include "scripted-peer.h"

/** StrictPolicy: how it asks; static. */
typedef struct
{
  const char *name;
  const char *algorithms[5]; /* of the headers, in order; "" = none named */
  const char *accepted;      /* the one that must be used */
  const char *qop;           /* NULL: none */
  guint nonce_uses;          /* 0: no end; 1: one-time nonces, without stale; else stale=true after so many */
  gboolean next_nonce;       /* each answer brings the nonce of the next request */
  gboolean asks_calls_as_registrar; /* 401 to INVITE and all (FRITZ!Box) */
} StrictPolicy;

typedef struct _Strict Strict;

Strict *strict_new (Peer *peer, const StrictPolicy *policy);
void strict_free (Strict *strict);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Strict, strict_free)

/** The filter that strict_new() puts into the peer, for whoever wants to look first. */
PeerFilter strict_get_filter (void);

/** Whose requests pass; from the start alice, "wonder:land". Static texts. */
void strict_set_user (Strict *strict, const char *user, const char *password);

/** More parameters of its challenges (", domain=\"...\""). Static text. */
void strict_set_more (Strict *strict, const char *parameters);

guint strict_get_n_passed (Strict *strict);     /* requests */
guint strict_get_n_challenges (Strict *strict); /* 401 and 407 */
guint strict_get_n_registered (Strict *strict); /* 200 to REGISTER */

/** Returns: what was wrong, one line each; "" = nothing. A wrong password and a missing digest are not wrong.
 */
const char *strict_get_faults (Strict *strict);

/** User name of the last request with a digest. */
const char *strict_get_last_user (Strict *strict);
