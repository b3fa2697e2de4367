/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a transport, shared by transport.c (life, events, packets) and transport-agreement.c (sockets and what
 * SDP says of both sides), and what tests may turn that the telephone may not.
 */
#pragma once

#include "leg.h"
#include "path.h"
#include "ports.h"
#include "srtp.h"

#include <glib.h>

G_BEGIN_DECLS

/* What the main loop has to be told; told in this order. */
enum
{
  EVENT_FAILED = 1 << 0,
  EVENT_LOCAL_READY = 1 << 1,
  EVENT_FIRST_OUT = 1 << 2,
  EVENT_FIRST_IN = 1 << 3,
  EVENT_SILENCE = 1 << 4
};

typedef struct
{
  CusaxTransport base;

  /* Main thread only. */
  CusaxTransportListener listener;
  gpointer user_data;
  gboolean is_shut_down;
  char *local_address;
  guint port_min, port_max;
  CusaxTransportDescription *local; /* set by gather and move; holds our key */
  CusaxTransportDescription *remote; /* as set last; holds theirs */
  CusaxCrypto crypto;               /* our key; suite NONE = made without */
  GError *failure;

  GMutex lock; /* for everything below; never held while the listener is called */
  CusaxLegSockets *leg;
  CusaxPath *path;
  CusaxSrtp *outbound, *inbound; /* kept when SDP turns to plain RTP: their keys may come back */
  gboolean has_remote;
  gboolean is_secure;
  CusaxDirection direction;
  CusaxTransportStats stats;

  GSource *watch; /* in the media thread; its ready time is the moment at which silence has lasted too long */
  gint64 silence_us;
  gint64 watch_since;
  gboolean silence_told;

  guint events;
  GSource *event_source; /* pending in the main loop */
} Transport;

/* transport.c. Lock held; any thread. */
void cusax_transport_post (Transport *t, guint event);
void cusax_transport_arm_watch (Transport *t);
/* Main thread, lock not held. @error: (transfer full) */
void cusax_transport_fail (Transport *t, GError *error);
void cusax_transport_on_network (gpointer user_data, guint component, guint8 *data, gsize length,
                                 const CusaxUdpAddress *from);

/* transport-agreement.c: of the port's table */
void cusax_transport_gather (CusaxTransport *transport);
void cusax_transport_move (CusaxTransport *transport, const char *local_address);
gboolean cusax_transport_set_remote (CusaxTransport *transport, const CusaxTransportDescription *remote,
                                     const CusaxCrypto *local_crypto, GError **error);

/** Reports silence after @ms instead of 8000; on_silence gets whole seconds, rounded down. Main thread. */
void cusax_transport_set_silence_interval (CusaxTransport *transport, guint ms);

G_END_DECLS
