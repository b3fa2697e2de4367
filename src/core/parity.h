/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How well each leg is protected, and whether both are alike (R46, RFC 7081 section 7). Values and one table.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  CUSAX_PEER_UNKNOWN, /* no TLS, or nothing known of the certificate */
  CUSAX_PEER_TRUSTED, /* signed by a known authority, for the right name */
  CUSAX_PEER_PINNED   /* a person accepted exactly it */
} CusaxPeerTrust;

/** CusaxProtection: of one leg, now; strings are static or borrowed for as long as the header that fills it says. */
typedef struct
{
  gboolean is_up;
  gboolean is_tls;            /* verified: an unverified one never stands */
  const char *transport;      /* "TLS", "TCP", "UDP"; NULL: not up */
  const char *tls_version;    /* (nullable): "TLS 1.3" */
  CusaxPeerTrust trust;
  const char *authentication; /* (nullable): "SHA-256", "MD5", "client certificate" */
  const char *server;         /* (nullable): for people */
} CusaxProtection;

typedef enum
{
  CUSAX_PARITY_NONE,       /* neither is protected */
  CUSAX_PARITY_CHAT_ONLY,
  CUSAX_PARITY_PHONE_ONLY,
  CUSAX_PARITY_BOTH,
  CUSAX_PARITY_UNKNOWN     /* at most one leg is up: nothing to compare */
} CusaxParity;

/** Compares the two legs of an account; UNKNOWN unless both are up. */
CusaxParity cusax_parity_judge (const CusaxProtection *chat, const CusaxProtection *phone);

/** Returns: TRUE if a person should be told when the state becomes @now: one leg is weaker than the other, or both are
 * open, and that was not so before. */
gboolean cusax_parity_should_warn (CusaxParity before, CusaxParity now);

G_END_DECLS
