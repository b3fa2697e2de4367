/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the transport's tests stand on: a transport with its events written down and a media session played by
 * two sockets, and bare sockets for peers and strangers. All on loopback, on free ports, every wait with a
 * deadline.
 */
#pragma once

#include "ports.h"
#include "srtp.h"

#include <glib.h>

G_BEGIN_DECLS

#define RIG_MS 5000 /* deadline of every wait */
#define RIG_PACKET_SIZE (CUSAX_PACKET_MAX + CUSAX_PACKET_ROOM)

/** RigSide: one end of a call. */
typedef struct
{
  CusaxTransport *transport; /* NULL after shutdown */
  GString *events;           /* "ready failed out in silence:8 lost", in the order of the callbacks */
  CusaxTransportDescription *local;
  GError *failure;
  CusaxTransportState state; /* as told last */
  gint64 ready_at;           /* monotonic microseconds of the last READY */
  GPtrArray *servers;        /* (nullable): as they are when it moves */
  const char *shut_down_in; /* the event in whose callback the transport is to be shut down */

  int session[2]; /* the media session's sockets */
  CusaxSrtp *encrypt, *decrypt;
  guint32 ssrc;
  guint16 sequence;
} RigSide;

extern const CusaxTransportListener rig_listener;

/** Makes a side at @address, state NEW. @config (nullable) wins over @address. */
RigSide *rig_side_new (const char *address, gboolean offer_crypto, const CusaxTransportConfig *config);
void rig_side_shutdown (RigSide *side);
void rig_side_free (RigSide *side);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RigSide, rig_side_free)

/** Tells the leg where the session is. */
void rig_side_set_leg (RigSide *side);

/** rig_side_set_leg, gather, and waits for on_local_ready. */
void rig_side_open (RigSide *side);

/** A side that is OPEN. */
RigSide *rig_side_new_open (const char *address, gboolean offer_crypto);

/** set_remote with what @other announced, with both keys and @suite (NONE = plain); must succeed. */
void rig_side_set_remote (RigSide *side, const RigSide *other, CusaxSrtpSuite suite, gboolean mux);

/** Makes a side with ICE and our fingerprint at @address, OPEN. @controlling: it offers. */
RigSide *rig_side_new_ice (const char *address, gboolean controlling);

/** What @other announced, as SDP brings it with DTLS and ICE; to be changed and given to rig_side_agree. */
CusaxTransportDescription *rig_side_dup_offer (const RigSide *other, CusaxDtlsSetup setup, gboolean mux);

/** set_remote without a key of ours; must succeed. */
void rig_side_agree (RigSide *side, const CusaxTransportDescription *remote);

/** set_remote for a peer made of bare sockets, plain; must succeed. */
void rig_side_set_plain_remote (RigSide *side, const char *address, guint16 rtp_port, guint16 rtcp_port);

CusaxTransportStats rig_side_stats (RigSide *side);

/** Writes an RTP packet with a 4-byte payload that holds @number. Returns: its length */
gsize rig_write_rtp (guint8 *data, guint32 ssrc, guint16 sequence, guint32 number);
gsize rig_write_rtcp (guint8 *data, guint32 ssrc, guint32 number);

/** Returns: the number in a packet written so; fails the test if @data is something else. */
guint32 rig_read_rtp (const guint8 *data, gssize length);
guint32 rig_read_rtcp (const guint8 *data, gssize length);

/** The session of @side sends packet @number into the leg (thread-safe between sides, not within one). */
void rig_session_send_rtp (RigSide *side, guint32 number);
void rig_session_send_rtcp (RigSide *side, guint32 number);

/** What the session hears next; fails the test at the deadline or if it cannot be decrypted. */
guint32 rig_session_next_rtp (RigSide *side);
guint32 rig_session_next_rtcp (RigSide *side);

/** A bare UDP socket at @address. */
int rig_socket (const char *address, guint16 *port);

/** The same at @port. Returns: -1 if it is taken */
int rig_socket_at (const char *address, guint16 port);
void rig_socket_send (int fd, const char *address, guint16 port, const guint8 *data, gsize length);

/** Returns: length of the next datagram; fails the test at the deadline. @from_port (nullable) */
gsize rig_socket_next (int fd, guint8 data[RIG_PACKET_SIZE], guint16 *from_port);

/** Returns: TRUE if nothing waits at @fd now. */
gboolean rig_socket_is_quiet (int fd);

/** Runs the main loop for @ms: only to show that something does not happen. */
void rig_run_for (guint ms);

/** Runs the main loop once, at most 10 ms. */
void rig_run_once (void);

/** Runs the main loop until @condition holds; at the deadline prints the events of @side and fails. */
#define rig_until(side, condition)                                                                             \
  G_STMT_START                                                                                                 \
  {                                                                                                            \
    gint64 rig_end = g_get_monotonic_time () + RIG_MS * 1000;                                                  \
    while (!(condition) && g_get_monotonic_time () < rig_end)                                                  \
      rig_run_once ();                                                                                         \
    if (!(condition))                                                                                          \
      g_error ("%s:%d: not within %d ms: %s; events:%s", __FILE__, __LINE__, RIG_MS, #condition,               \
               (side)->events->str);                                                                           \
  }                                                                                                            \
  G_STMT_END

/** Waits like rig_until, but without running the main loop. */
#define rig_until_blocked(condition)                                                                           \
  G_STMT_START                                                                                                 \
  {                                                                                                            \
    gint64 rig_end = g_get_monotonic_time () + RIG_MS * 1000;                                                  \
    while (!(condition) && g_get_monotonic_time () < rig_end)                                                  \
      g_thread_yield ();                                                                                       \
    g_assert_true (condition);                                                                                 \
  }                                                                                                            \
  G_STMT_END

#define rig_until_event(side, event) rig_until (side, strstr ((side)->events->str, event) != NULL)

G_END_DECLS
