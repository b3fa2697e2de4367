/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a relay told its listener, and a main loop that runs until something is true or a deadline fails the
 * test.
 */
#pragma once

#include "relay.h"

G_BEGIN_DECLS

typedef struct _Recorder Recorder;
struct _Recorder
{
  CusaxRelay *relay;
  guint ready, failed, closed;
  void (*on_closed) (Recorder *recorder, gpointer data); /* (nullable): what else to do then */
  gpointer on_closed_data;
  /* Of the last on_ready. */
  CusaxTransportKind transport;
  guint16 inner_port, local_port, nua_port;
  char *local_address, *certificate_dir;
  const char *tls_version;
  CusaxPeerTrust trust;
  /* Of the last on_failed or on_closed. */
  GError *error;
  gboolean has_certificate;
  CusaxCertificateFaults faults;
  char *fingerprint, *pinned, *subject, *issuer, *host;
  guint16 port;
  gint64 not_before, not_after;
  /* Of on_trace. */
  GString *outgoing, *incoming;
};

Recorder *recorder_new (CusaxTrust *trust);
/** Frees the relay too. */
void recorder_free (Recorder *recorder);

/** Connects and waits for on_ready or on_failed. Returns: TRUE if ready */
gboolean recorder_connect (Recorder *recorder, CusaxTransportKind transport, guint16 port,
                           const char *verify_name, const char *other_name);

/** The same at another loopback address. */
gboolean recorder_connect_to (Recorder *recorder, CusaxTransportKind transport, const char *address,
                              guint16 port, const char *verify_name, const char *other_name);

/** Runs the main loop until @condition holds. */
#define wait_until(condition)                                                                                  \
  G_STMT_START                                                                                                 \
  {                                                                                                            \
    guint deadline_ = begin_deadline (G_STRLOC ": " #condition);                                               \
    while (!(condition))                                                                                       \
      g_main_context_iteration (NULL, TRUE);                                                                   \
    g_source_remove (deadline_);                                                                               \
  }                                                                                                            \
  G_STMT_END

/** Returns: a source that fails the test with @what after some seconds */
guint begin_deadline (const char *what);

/** Runs what is ready now, and what follows from it for @ms. */
void run_for (guint ms);

/** Returns: how many descriptors this process has open */
guint count_descriptors (void);

G_END_DECLS
