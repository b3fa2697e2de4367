/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a transport, shared by its files, and what tests may turn that the telephone may not:
 *
 *   transport.c            life, events to the main loop, the port's table
 *   transport-agreement.c  what SDP says of both sides: gather, move, set_remote
 *   transport-ice.c        gathering with ICE, and one agent in place of another
 *   transport-dtls.c       one DTLS association for each component
 *   transport-packets.c    packets of the network and of the session
 *   transport-bundle.c     one transport as the guest of another
 *   transport-watch.c      the state, deadlines, silence
 *
 * Main thread: everything that the port's table names. Media thread: packets, timers, all of ICE and DTLS; what the main thread
 * wants of those it does by cusax_thread_run(). ICE and DTLS are called without the lock, but for cusax_ice_send: they call back.
 */
#pragma once

#include "dtls.h"
#include "ice.h"
#include "leg.h"
#include "path.h"
#include "ports.h"
#include "resend.h"
#include "srtp.h"
#include "statistics.h"

#include <glib.h>

G_BEGIN_DECLS

/* What the main loop has to be told; told in this order. */
enum
{
  EVENT_FAILED = 1 << 0,
  EVENT_LOCAL_READY = 1 << 1,
  EVENT_STATE = 1 << 2,
  EVENT_FIRST_OUT = 1 << 3,
  EVENT_FIRST_IN = 1 << 4,
  EVENT_SILENCE_IN = 1 << 5,
  EVENT_SILENCE_OUT = 1 << 6,
  EVENT_DEAF = 1 << 7, /* what we send does not arrive, by their reports */
  EVENT_LOST = 1 << 8, /* the pair does not answer any more */
  EVENT_LAST = EVENT_LOST
};

#define CUSAX_TRANSPORT_N_TYPES 128

/** Datagrams that may overtake the SDP that explains them; of each component. */
#define CUSAX_TRANSPORT_MAX_EARLY 4

typedef struct _Transport Transport;

/* DTLS of one component. */
typedef struct
{
  Transport *transport;
  guint component;

  /* Media thread only. */
  CusaxDtls *dtls;
  gboolean is_started;
  GBytes *early[CUSAX_TRANSPORT_MAX_EARLY];
  CusaxUdpAddress early_from[CUSAX_TRANSPORT_MAX_EARLY];
  guint n_early;

  /* With the lock. */
  CusaxSrtp *outbound, *inbound; /* NULL until the handshake is through */
  CusaxSrtpSuite suite;
  CusaxUdpAddress from; /* whom the handshake goes on with */
} Association;

/* One direction of the silence watch. */
typedef struct
{
  gint64 since; /* nothing is expected before */
  gint64 last;  /* when something came last; 0 = never */
  gboolean told;
} Watch;

struct _Transport
{
  CusaxTransport base;

  /* Main thread only. */
  CusaxTransportListener listener;
  gpointer user_data;
  gboolean is_shut_down;
  char *local_address;              /* routes to the registrar */
  guint port_min, port_max;
  gboolean offers_dtls, uses_ice, is_controlling, hides_address;
  char *seen_address;               /* (nullable) */
  GPtrArray *server_list;           /* of the configuration */
  CusaxServers *servers;            /* (nullable): what they are now */
  gint64 gather_began;
  char *wanted_address;             /* (nullable): where move goes */
  CusaxTransportDescription *local; /* set by gather and move; holds our key */
  CusaxTransportDescription *remote; /* as set last; holds theirs */
  CusaxCrypto crypto;               /* our key; suite NONE = made without */
  CusaxDtlsIdentity *identity;      /* (nullable): announced; used in the media thread for the main thread */
  char *shown_local, *shown_remote; /* what get_stats handed out */

  GMutex lock; /* for everything below; never held while the listener is called */
  GError *failure;
  CusaxLegSockets *leg;
  CusaxPath *path;         /* plain sockets, also those of @ice once they serve without it; NULL: packets go through @ice */
  CusaxIce *ice;           /* (nullable); changed in the media thread only, as all that follows to @associations */
  CusaxIce *next_ice;      /* gathering somewhere else */
  CusaxIce *previous_ice;  /* of where we were: serves until @ice has a pair, and hears what is under way then */
  gint64 previous_end;     /* when that is over; 0: not known yet */
  gboolean is_relay_fixed; /* through TURN to somebody without ICE */
  CusaxTransportDescription *gathered; /* for the main thread */
  CusaxIcePair pair;
  Association associations[2];
  CusaxSrtp *outbound, *inbound; /* SDES; kept when SDP turns to plain RTP: their keys may come back */
  CusaxKeying agreed;
  gboolean has_remote;
  gboolean rtcp_mux;
  gboolean is_connected; /* RTP has a way */
  CusaxTransportState state;
  CusaxDirection direction;
  guint16 held_back; /* packets of the session that the direction kept back: their numbers are given again */
  CusaxTransportStats stats;
  CusaxStatistics *statistics;
  gboolean is_deafness_told;
  gboolean is_of_pictures; /* by its formats */
  CusaxResend *resend;     /* (nullable); media thread only */

  /* Bundles; changed in the media thread only, for the main thread. A carrier's lock is taken before its guest's. */
  Transport *carrier; /* (nullable): whose network side is ours */
  Transport *guest;   /* (nullable): who goes through ours */
  CusaxTransportState carrier_state;
  gboolean is_guest_type[CUSAX_TRANSPORT_N_TYPES]; /* payload types */
  gboolean is_own_type[CUSAX_TRANSPORT_N_TYPES];

  GSource *watch; /* in the media thread; its ready time is the next moment at which something may be too late */
  gint64 silence_us, setup_us, loss_us;
  gint64 deadline; /* of the set-up: 0 = none */
  gint64 setup_began;
  gboolean had_way; /* @is_connected as @deadline knows it */
  Watch in, out;

  guint events;
  CusaxTransportState told_state; /* main thread */
  GSource *event_source; /* pending in the main loop */
};

/* transport.c. Lock held; any thread. */
void cusax_transport_post (Transport *t, guint event);
/* @error: (transfer full) */
void cusax_transport_fail (Transport *t, GError *error);
/* Lock not held. */
gboolean cusax_transport_has_failed (Transport *t);

/* transport-watch.c. Lock held; any thread. */
void cusax_transport_arm_watch (Transport *t);
/* Works @state out and tells it if it is another; lets a deadline begin or end. */
void cusax_transport_update_state (Transport *t);
/* Gives whatever is being set up its full time from now on. */
void cusax_transport_begin_setup (Transport *t);
void cusax_transport_restart_watch (Transport *t, Watch *watch);
void cusax_transport_note_traffic (Transport *t, Watch *watch, guint event);
gboolean cusax_transport_on_watch (gpointer transport);

/* transport-packets.c */
void cusax_transport_on_network (gpointer user_data, guint component, guint8 *data, gsize length,
                                 const CusaxUdpAddress *from);
void cusax_transport_on_session (gpointer user_data, guint socket, guint8 *data, gsize length,
                                 const CusaxUdpAddress *from);
/* Lock held, media thread. */
gboolean cusax_transport_send_raw (Transport *t, guint component, const guint8 *data, gsize length);

/* transport-bundle.c */
typedef enum
{
  CUSAX_RECEIVER_NONE = 0,
  CUSAX_RECEIVER_SELF = 1 << 0,
  CUSAX_RECEIVER_GUEST = 1 << 1
} CusaxReceivers;

/* Media thread, lock not held. Whose a decrypted packet is. */
CusaxReceivers cusax_transport_sort (Transport *t, CusaxPacketKind kind, const guint8 *data, gsize length);
/* Lock held: @t has another state. */
void cusax_transport_tell_guest (Transport *t);
/* Media thread, lock not held: out of its bundle. */
void cusax_transport_part (Transport *t);
gboolean cusax_transport_bundle (CusaxTransport *transport, CusaxTransport *base, const guint8 *payload_types, guint n,
                                 GError **error);
void cusax_transport_set_codecs (CusaxTransport *transport, const GPtrArray *codecs);

/* transport-ice.c; main thread but for what says otherwise */
void cusax_transport_gather_ice (Transport *t, const char *local_address);
/* Returns: FALSE in networks without a router, whose addresses are no candidates (RFC 8445 section 5.1.1.1) */
gboolean cusax_transport_can_ice (const char *local_address);
void cusax_transport_take_gathered (Transport *t);
/* Media thread. */
void cusax_transport_close_ice (Transport *t);
/* Media thread; RTP and RTCP to @remote without ICE. FALSE with @error: nothing has changed */
gboolean cusax_transport_leave_ice (Transport *t, const CusaxTransportDescription *remote, gboolean is_secure, GError **error);
/* Media thread, lock not held: what is kept for late packets, once its time is over. */
void cusax_transport_let_previous_go (Transport *t);
/* Lock held, media thread. */
gboolean cusax_transport_has_way (Transport *t, guint component);
/* Lock held, media thread: looks whether there is a way for RTP now. */
void cusax_transport_look_at_path (Transport *t);

/* transport-dtls.c; media thread, lock not held */
gboolean cusax_transport_renew_dtls (Transport *t, const CusaxTransportDescription *remote, gboolean is_same,
                                     CusaxDtls *renewed[2], GError **error);
void cusax_transport_take_dtls (Transport *t, const CusaxTransportDescription *remote, CusaxDtls *renewed[2]);
void cusax_transport_end_dtls (Transport *t);
/* Starts what has a way by now. */
void cusax_transport_start_dtls (Transport *t);
void cusax_transport_on_handshake (Transport *t, guint component, const guint8 *data, gsize length,
                                   const CusaxUdpAddress *from);

/* transport-agreement.c: of the port's table */
void cusax_transport_gather (CusaxTransport *transport);
void cusax_transport_move (CusaxTransport *transport, const char *local_address);
gboolean cusax_transport_renew (CusaxTransport *transport, const CusaxTransportDescription *remote);
gboolean cusax_transport_set_remote (CusaxTransport *transport, const CusaxTransportDescription *remote,
                                     const CusaxCrypto *local_crypto, GError **error);
/* What SDP will say, but for addresses. */
void cusax_transport_describe (Transport *t, CusaxTransportDescription *local);

/** Reports silence after @ms instead of 8000; on_silence gets whole seconds, rounded down. Main thread. */
void cusax_transport_set_silence_interval (CusaxTransport *transport, guint ms);

/** Gives ICE and DTLS @ms each instead of 8000, and a lost pair @loss_ms instead of 20000. Main thread. */
void cusax_transport_set_setup_interval (CusaxTransport *transport, guint ms, guint loss_ms);

G_END_DECLS
