/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One relay between a server and a client in nua's place, with an authority that this process trusts and a
 * trust that pins one certificate.
 */
#pragma once

#include "certificates.h"
#include "relay-recorder.h"
#include "stream-peer.h"

G_BEGIN_DECLS

#define DOMAIN_NAME "example.test"

/** Pins: a CusaxTrust that pins one certificate for one host and the fixture's port; its fingerprint is
 * "AA:BB". */
typedef struct
{
  CusaxTrust trust;
  const char *host;
  guint16 port;
  GThread *thread; /* where it must be asked */
  GTlsCertificate *certificate;
} Pins;

typedef struct
{
  TestAuthority *authority;
  char *authority_file; /* GLib reads it at the first connection */
  GTlsCertificate *good;
  Pins pins;
  Recorder *recorder;
  Server *server;
} RelayFixture;

void relay_fixture_set_up (RelayFixture *fixture, gconstpointer data);
void relay_fixture_tear_down (RelayFixture *fixture, gconstpointer data);

/** Connect to the fixture's server, which becomes one of that kind, and wait. Returns: TRUE if ready */
gboolean relay_fixture_connect_tls (RelayFixture *fixture);
gboolean relay_fixture_connect_tcp (RelayFixture *fixture);

/** Returns: (transfer full): a connection to the inner port with the right key */
Peer *relay_fixture_nua (RelayFixture *fixture);

/** A megabyte there and back, with ends that read when they like: nothing lost, nothing changed. */
void relay_fixture_check_echo (RelayFixture *fixture, Peer *peer);

/** The relay will log that it turned somebody away; see g_test_assert_expected_messages(). */
void relay_fixture_expect_refusal (const char *pattern);

G_END_DECLS
