/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the telephone needs of media: a transport for each stream (rtp/ implements it) and the session that makes and
 * plays sound and pictures (media/). The rules of ports.h hold.
 */
#pragma once

#include "codecs.h"
#include "config.h"
#include "ice-servers.h"
#include "transport-description.h"

#include <glib.h>

G_BEGIN_DECLS

/* -------------------------------------------------------------- transport */

typedef struct _CusaxTransport CusaxTransport;

/** CusaxLeg: the loopback side of a transport, as the media session needs it. */
typedef struct
{
  guint16 rtp_port;   /* ours, on 127.0.0.1: where the media session sends to */
  guint16 rtcp_port;
  guint32 ssrc;          /* never 0 of a real transport: what the session is to send with; SDP may have named it */
  gboolean is_protected; /* SRTP on the leg; keys valid */
  guint8 key_to_session[CUSAX_SRTP_KEY_LENGTH];   /* we encrypt, the session decrypts */
  guint8 key_from_session[CUSAX_SRTP_KEY_LENGTH]; /* the session encrypts, we decrypt */
} CusaxLeg;

/** CusaxTransportConfig: borrowed for the call. */
typedef struct
{
  const char *local_address; /* literal to announce: what routes to the registrar */
  guint port_min, port_max;  /* 0 = any */
  gboolean offer_crypto;     /* make a key and put it into the local description */
  gboolean offer_dtls;       /* our fingerprint into the local description, setup ACTPASS */
  gboolean protect_leg;
  gboolean use_ice;          /* credentials and candidates into the local description */
  gboolean is_controlling;   /* we are the offerer */
  const GPtrArray *servers;  /* (nullable) (element-type CusaxIceServer): used for ICE and for the default address */
  const char *seen_address;  /* (nullable): literal at which the registrar sees us: if it is not @local_address, we are
                              * behind a NAT, and the default address is a relayed or reflexive one if there is any */
  gboolean hides_address;    /* nobody is to learn where we are: with ICE and a relay nothing but that is announced and used;
                              * without a relay one address alone, as media need one (then it is not hidden) */
} CusaxTransportConfig;

/** CusaxTransportStats: borrowed strings are valid until the next call of the same function or shutdown. */
typedef struct
{
  guint64 packets_sent, packets_received;   /* RTP on the network side */
  guint64 bytes_sent, bytes_received;
  guint64 packets_dropped;                  /* failed authentication, wrong source, malformed */
  gint64 last_received;                     /* monotonic microseconds, 0 = never */
  guint64 packets_lost;                     /* of theirs, by sequence numbers (RFC 3550 appendix A.3) */
  double jitter_ms;                         /* of theirs (appendix A.8), if the clock rate is known */
  gboolean has_reports;                     /* RTCP of theirs told of what we send: */
  guint64 reported_lost;                    /* of ours, as they count */
  double reported_jitter_ms;
  double round_trip_ms;                     /* < 0: not known */
  CusaxKeying keying;                       /* in use; NONE until a handshake is through */
  const char *suite;                        /* (nullable): "AES_CM_128_HMAC_SHA1_80", "AEAD_AES_128_GCM" */
  const char *local_kind, *remote_kind;     /* (nullable): ICE, the chosen pair: "host", "srflx", "prflx", "relay" */
  const char *local_address, *remote_address; /* (nullable): with port, as packets go now */
} CusaxTransportStats;

/** CusaxTransportState: of ICE and DTLS together; plain RTP without ICE is READY from set_remote on. */
typedef enum
{
  CUSAX_TRANSPORT_NEW,
  CUSAX_TRANSPORT_CONNECTING, /* checks or a handshake are under way */
  CUSAX_TRANSPORT_READY       /* packets may flow, encrypted if that was agreed */
} CusaxTransportState;

typedef struct
{
  void (*on_local_ready) (gpointer user_data, const CusaxTransportDescription *local);
  /* CUSAX_ERROR_MEDIA, or, after set_remote, CUSAX_ERROR_NO_PATH (ICE found none) or CUSAX_ERROR_HANDSHAKE. */
  void (*on_failed) (gpointer user_data, const GError *error);
  void (*on_first_rtp) (gpointer user_data, gboolean incoming);
  /* @incoming: nothing came for @seconds (8) while we expected it; otherwise: we send, and by their RTCP nothing of it
   * arrives, or the session gives nothing to send. Once each until something comes again. */
  void (*on_silence) (gpointer user_data, guint seconds, gboolean incoming);
  /* (nullable) */
  void (*on_state) (gpointer user_data, CusaxTransportState state);
  /* (nullable): ICE had a pair, and the other side consents to it no more (RFC 7675); renew may find another way. If neither
   * that nor the old one comes within 20 s, on_failed follows. */
  void (*on_lost) (gpointer user_data);
  /* (nullable) (transfer full) (nullable): STUN and TURN servers as they are now, for move and renew: credentials of the
   * configuration may have ended since. From inside of those two. */
  GPtrArray *(*dup_servers) (gpointer user_data);
} CusaxTransportListener;

/** CusaxTransportVtable: the network side of one call and its loopback leg; packets move in the media thread. */
typedef struct
{
  /* Binds sockets; on_local_ready or on_failed follows from the main loop. */
  void (*gather) (CusaxTransport *transport);
  const CusaxLeg *(*get_leg) (CusaxTransport *transport); /* valid from new on, until shutdown */
  void (*set_leg_peer) (CusaxTransport *transport, guint16 rtp_port, guint16 rtcp_port);
  /* @remote: where to send, with a key (SDES), a fingerprint (DTLS, then @local_crypto is not looked at) or neither; with or
   * without ICE. @local_crypto: tag and suite we are bound to (key: ours). Again after a re-offer: the same fingerprint and
   * the same ICE credentials go on as they are, others begin anew. */
  gboolean (*set_remote) (CusaxTransport *transport, const CusaxTransportDescription *remote,
                          const CusaxCrypto *local_crypto, GError **error);
  /* What may flow; RECVONLY and INACTIVE stop sending, SENDONLY and INACTIVE stop the silence watch. */
  void (*set_direction) (CusaxTransport *transport, CusaxDirection direction);
  /* This machine has another address now: new sockets there; on_local_ready follows. Keys, leg and what is known of the
   * other side stay; ICE begins anew with other credentials (RFC 8445 section 9). If none can be had there, the old ones
   * stay, and on_local_ready names their address. */
  void (*move) (CusaxTransport *transport, const char *local_address);
  /* (nullable): ICE begins anew where we are, with other credentials and candidates of ours (RFC 8445 section 9), for an offer
   * of ours (@remote NULL) or for the answer to @remote, if that restarts. TRUE: on_local_ready follows, and then set_remote;
   * until there is another pair the old one serves. FALSE: nothing to wait for, what was announced still holds. */
  gboolean (*renew) (CusaxTransport *transport, const CusaxTransportDescription *remote);
  /* From now on everything of @transport's leg goes through @base's network side, and what comes there with one of these
   * payload types goes to @transport's leg (RFC 8843); in place of set_remote, and of gather. @transport's own sockets are
   * closed. Again with the same @base: other payload types. Whichever is shut down first: of the other one nothing but this
   * ends. FALSE: CUSAX_ERROR_INVALID (@base has no remote of its own yet is fine; a payload type stands twice is not). */
  gboolean (*bundle) (CusaxTransport *transport, CusaxTransport *base, const guint8 *payload_types, guint n,
                      GError **error);
  /* Payload types and clock rates of what they send, so that jitter is known: (element-type CusaxCodec). */
  void (*set_codecs) (CusaxTransport *transport, const GPtrArray *codecs);
  void (*get_stats) (CusaxTransport *transport, CusaxTransportStats *stats);
  void (*shutdown) (CusaxTransport *transport); /* cuts the listener, closes, frees: the pointer dies */
} CusaxTransportVtable;

struct _CusaxTransport
{
  const CusaxTransportVtable *vtable;
};

/** Makes a transport. Never fails at once: errors come by on_failed. */
typedef CusaxTransport *(*CusaxTransportNew) (const CusaxTransportConfig *config,
                                              const CusaxTransportListener *listener, gpointer user_data);

/* ---------------------------------------------------------- media session */

typedef struct _CusaxMediaPort CusaxMediaPort;
typedef struct _CusaxMediaSession CusaxMediaSession;

typedef struct
{
  /* Where the session listens on 127.0.0.1; hand it to the transport. May call back at once. */
  void (*on_leg_ready) (gpointer user_data, guint16 rtp_port, guint16 rtcp_port);
  void (*on_hang_up) (gpointer user_data);                 /* the person ended it in the call window */
  void (*on_hold) (gpointer user_data, gboolean held);     /* the window's Hold button */
  void (*on_muted) (gpointer user_data, gboolean muted);   /* the window's Mute button */
  void (*on_keypad) (gpointer user_data, char digit);      /* (nullable): the window's pad: 0-9 * # A-D; nothing was sent */
  void (*on_error) (gpointer user_data, const GError *error); /* CUSAX_ERROR_MEDIA; the session is dead */
  /* (nullable): the microphone (else the loudspeaker) failed in mid-call, and is tried again while the call goes on without;
   * @error (nullable): NULL: it works again. */
  void (*on_device) (gpointer user_data, gboolean is_microphone, const GError *error);
  /* (nullable), as the two below. As on_leg_ready, of the picture. */
  void (*on_video_leg_ready) (gpointer user_data, guint16 rtp_port, guint16 rtcp_port);
  /* The picture failed: it is gone (as by remove_video), the sound stands. @only_ours: the camera did; theirs could be
   * shown, by another add_video. */
  void (*on_video_error) (gpointer user_data, gboolean only_ours, const GError *error);
  /* The decoder lost a picture and wants a whole one (RFC 5168's picture_fast_update); at most one a second. */
  void (*on_keyframe_wanted) (gpointer user_data);
} CusaxMediaListener;

/** CusaxMediaSessionVtable: sound devices, codecs and the call window of one call. */
typedef struct
{
  void (*set_remote_codecs) (CusaxMediaSession *session, const GPtrArray *codecs); /* agreed, best first */
  void (*set_packet_time) (CusaxMediaSession *session, guint ms); /* (nullable): of sound in a packet of ours; 20 at first */
  void (*listen) (CusaxMediaSession *session);   /* early media: what comes is heard, the microphone stays shut */
  void (*accept) (CusaxMediaSession *session);   /* the call stands: open the microphone, "Call in progress" */
  void (*set_hold) (CusaxMediaSession *session, gboolean held);
  void (*set_muted) (CusaxMediaSession *session, gboolean muted);
  /* A telephone-event (RFC 4733) of @ms. FALSE: the agreed codecs have none; nothing was sent. */
  gboolean (*send_event) (CusaxMediaSession *session, char digit, guint ms);
  /* Opens camera and picture through @leg; @send FALSE: theirs is shown, the camera stays shut. on_video_leg_ready follows.
   * FALSE: CUSAX_ERROR_MEDIA; the sound stands. */
  gboolean (*add_video) (CusaxMediaSession *session, const CusaxLeg *leg, gboolean send, GError **error);
  void (*remove_video) (CusaxMediaSession *session);
  /* As set_remote_codecs, of the picture, with at most @bandwidth kbit/s of ours (0: as we like). */
  void (*set_remote_video) (CusaxMediaSession *session, const GPtrArray *codecs, guint bandwidth);
  void (*set_video_direction) (CusaxMediaSession *session, CusaxDirection direction);
  /* The other side wants a whole picture from our encoder. */
  void (*send_keyframe) (CusaxMediaSession *session);
  /* (nullable) (transfer full): microphone, loudspeaker and camera in use, for people */
  char *(*dup_devices) (CusaxMediaSession *session);
  /* From now on the other side of each of the two hears the other's, and what it hears is what both say; also more than
   * two, joined pairwise. Both must have been accepted. FALSE: CUSAX_ERROR_MEDIA. */
  gboolean (*join) (CusaxMediaSession *session, CusaxMediaSession *other, GError **error);
  void (*part) (CusaxMediaSession *session); /* out of all joins, as end does */
  void (*end) (CusaxMediaSession *session);      /* closes the window, cuts the listener: the pointer dies */
} CusaxMediaSessionVtable;

struct _CusaxMediaSession
{
  const CusaxMediaSessionVtable *vtable;
};

/** CusaxMediaProbe: what sound devices gave; borrowed for the call. Neither name nor error: a call uses it, so it was not
 * opened. */
typedef struct
{
  const char *microphone;        /* (nullable): name of the one that works */
  const char *speaker;
  const GError *microphone_error; /* (nullable): why it does not */
  const GError *speaker_error;
} CusaxMediaProbe;

typedef void (*CusaxMediaProbeDone) (gpointer user_data, const CusaxMediaProbe *probe);

typedef struct
{
  /* Whether open can show a call with @who now; CUSAX_ERROR_MEDIA in words if not. Asked before a 200 leaves. */
  gboolean (*can_open) (CusaxMediaPort *port, const char *who, GError **error);
  /* (transfer none) (element-type CusaxCodec): what this machine can encode and decode, in policy order; empty
   * with @missing set (words: package names) if a plugin is not there. Loads GStreamer at the first call. */
  const GPtrArray *(*get_codecs) (CusaxMediaPort *port, const char **missing);
  /* The same for pictures, with a camera or without. */
  const GPtrArray *(*get_video_codecs) (CusaxMediaPort *port, const char **missing);
  /* Whether a picture of ours could be shown; FALSE: @missing in words. Asks for the camera each time. */
  gboolean (*has_camera) (CusaxMediaPort *port, const char **missing);
  /* (nullable). Returns: (transfer none) (nullable): packages for formats that this machine has not, beside those it has */
  const char *(*get_hints) (CusaxMediaPort *port);
  gboolean (*protects_leg) (CusaxMediaPort *port);
  /* Opens the devices that a call would use, for a moment, away from the main loop; @done once, within 5 s, never from
   * inside this call. One at a time: a second one cuts the first. */
  void (*probe) (CusaxMediaPort *port, CusaxMediaProbeDone done, gpointer user_data);
  void (*cancel_probe) (CusaxMediaPort *port); /* done is not called any more */
  /* @who: the libpurple name of the other side; @outgoing: the window says "Calling...". */
  CusaxMediaSession *(*open) (CusaxMediaPort *port, const char *who, gboolean outgoing, const CusaxLeg *leg,
                              const CusaxMediaListener *listener, gpointer user_data, GError **error);
} CusaxMediaPortVtable;

struct _CusaxMediaPort
{
  const CusaxMediaPortVtable *vtable;
};

G_END_DECLS
