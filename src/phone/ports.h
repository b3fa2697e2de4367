/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ports: what the telephone needs from the outside world, as small tables that the adapters implement
 * (sip/, rtp/, media/, purple/) and that tests fake. An implementing struct has the port as its first member.
 *
 * Rules for all of them. Everything happens in the default main context. Listeners are never called from inside
 * the call that starts a thing unless said so ("may call back at once"), and never after _cancel, _release,
 * _shutdown, _end or _free. Strings and structs handed to a listener are borrowed for the call.
 */
#pragma once

#include "address.h"
#include "callerid.h"
#include "card.h"
#include "codecs.h"
#include "config.h"
#include "ice-servers.h"
#include "parity.h"
#include "services.h"
#include "transport-description.h"

#include <glib.h>

G_BEGIN_DECLS

/* ------------------------------------------------------------------ clock */

typedef struct _CusaxClock CusaxClock;

/** CusaxClock: time, real or virtual. */
struct _CusaxClock
{
  gint64 (*now) (CusaxClock *clock);                                        /* microseconds, monotonic */
  guint (*add) (CusaxClock *clock, guint ms, GSourceFunc function, gpointer data); /* like g_timeout_add */
  void (*remove) (CusaxClock *clock, guint id);
};

/* -------------------------------------------------------------- SIP: calls */

typedef struct _CusaxSipCall CusaxSipCall;

/** CusaxSipDisclosure: what our messages say beyond the AOR and SDP (R18 to R21); borrowed. NULL members: nothing; without a
 * Call-ID one is made up. */
typedef struct
{
  const char *chat_uri;     /* "xmpp:alice@example.org": Call-Info with purpose=impp */
  const char *chat_contact; /* "xmpp:alice@example.org/desk": the seed draft's second Contact */
  gboolean is_anonymous;    /* From: "Anonymous" <sip:anonymous@anonymous.invalid>, Privacy: id; nothing of the above */
  const char *call_id;      /* of an INVITE from us; names nobody */
  const char *replaces;     /* of an INVITE from us: "call-id;to-tag=...;from-tag=...", RFC 3891 section 6.1, no escapes */
  const char *referred_by;  /* of an INVITE from us: the value of the REFER's field, RFC 3892 */
} CusaxSipDisclosure;

typedef struct _CusaxSipReferral CusaxSipReferral;

/** CusaxSipReferralVtable: a REFER of the other side; it has been answered 202 (RFC 3515 section 2.4.2). */
typedef struct
{
  /* NOTIFY with the status line of what came of it (RFC 3420): 100 to 199 goes on, 200 and more is the last one. No effect
   * if they wanted no subscription (RFC 4488) or have ended it. */
  void (*notify) (CusaxSipReferral *referral, guint status, const char *reason);
  /* Gives it up; without a last notify they are told 603. The pointer dies. */
  void (*release) (CusaxSipReferral *referral);
} CusaxSipReferralVtable;

struct _CusaxSipReferral
{
  const CusaxSipReferralVtable *vtable;
};

/** CusaxSipRefer: what a REFER says, as sent: may be garbage; borrowed. */
typedef struct
{
  CusaxSipHeaders headers;
  const char *refer_to;    /* the field's value, for cusax_refer_to_parse() */
  const char *referred_by; /* (nullable) */
} CusaxSipRefer;

/** CusaxSipCallListener: what a dialog reports. SDP is @length bytes, NULL when the message had none. */
typedef struct
{
  /* Outgoing: what a response to the INVITE says about the other side, before its on_progress or on_established;
   * from_uri is the To of the response. Also later, for a target refresh that changes isfocus. */
  void (*on_remote) (gpointer user_data, const CusaxSipHeaders *headers);
  /* 101 to 199. @sdp: early media of the fork that sent it. */
  void (*on_progress) (gpointer user_data, guint status, const char *sdp, gsize length);
  /* The session is up: outgoing, 200 came (@sdp the answer, already ACKed, or the offer of an offerless INVITE,
   * to be answered by answer_offer); incoming, ACK came (@sdp only if our 200 made the offer). */
  void (*on_established) (gpointer user_data, const char *sdp, gsize length);
  /* A later offer (re-INVITE, UPDATE). Answer with answer_offer. @sdp NULL: we are asked to make the offer;
   * answer_offer takes it, and its answer (from the ACK) comes by on_reoffer_done with status 200. Outgoing: also before
   * on_established, by UPDATE, if the last SDP of on_progress has come reliably and so is the answer for good (RFC 3262
   * section 5); on_established then has no @sdp, or one that counts no more. */
  void (*on_offer) (gpointer user_data, const char *sdp, gsize length);
  /* (nullable): their re-INVITE was cancelled before answer_offer: nothing of their offer counts, and no answer goes. */
  void (*on_offer_cancelled) (gpointer user_data);
  /* The answer to our reoffer, or its refusal (@status >= 300). A 491 of theirs is retried by the dialog itself;
   * it comes here only if an offer of theirs overtook ours, and that one follows by on_offer. */
  void (*on_reoffer_done) (gpointer user_data, guint status, const char *sdp, gsize length);
  /* (nullable), as all below but on_ended. A 3xx answered our INVITE: right before on_ended with its status. @targets:
   * Contact URIs, best first (q), NULL-terminated, at most 5. */
  void (*on_redirected) (gpointer user_data, const char *const *targets);
  /* What came of our refer: 100 to 199 goes on; 200 to 299 it worked, or, with 202, nobody will tell; else refused. Once
   * with 200 and more; the call itself stands until somebody ends it. */
  void (*on_refer_progress) (gpointer user_data, guint status, const char *reason);
  /* The other side wants us to call somebody; (transfer full) @referral. */
  void (*on_refer) (gpointer user_data, CusaxSipReferral *referral, const CusaxSipRefer *refer);
  /* The end of our send_info: a status of theirs, or 408, 503. */
  void (*on_info_done) (gpointer user_data, guint status);
  /* INFO with picture_fast_update (RFC 5168): they want a whole picture; answered 200 already. */
  void (*on_keyframe_asked) (gpointer user_data);
  /* The leg is back after a loss, now from @local_address. TRUE: the call tells the other side itself, by reoffer, now or
   * soon (its media have to move); FALSE: the dialog sends its new Contact with the session as it is. */
  gboolean (*on_leg_back) (gpointer user_data, const char *local_address);
  /* The end, once. @status: the SIP status that ended an INVITE, 0 for BYE; @reason: the other side's words, unfiltered:
   * the text of Warning: 399 (R44) or Reason, else the phrase of the status line; @elsewhere: another device answered or declined (RFC 3326, cause 200 or 600). */
  void (*on_ended) (gpointer user_data, guint status, const char *reason, gboolean elsewhere);
} CusaxSipCallListener;

/** CusaxSipCallVtable: one INVITE dialog. */
typedef struct
{
  void (*set_listener) (CusaxSipCall *call, const CusaxSipCallListener *listener, gpointer user_data);
  /* incoming: what the 180, the 200 and everything later say about us; without it nothing is said */
  void (*set_disclosure) (CusaxSipCall *call, const CusaxSipDisclosure *disclosure);
  void (*ring) (CusaxSipCall *call);                                    /* incoming: 180 */
  void (*accept) (CusaxSipCall *call, const char *sdp);                 /* incoming: 200 with answer or offer */
  void (*reject) (CusaxSipCall *call, guint status, const char *reason);/* incoming: 3xx-6xx; the end */
  void (*hang_up) (CusaxSipCall *call);                                 /* CANCEL or BYE; on_ended follows */
  void (*reoffer) (CusaxSipCall *call, const char *sdp);                /* re-INVITE */
  void (*answer_offer) (CusaxSipCall *call, guint status, const char *sdp); /* 200 + SDP, or 488, 491 */
  /* REFER in the dialog: they call @target, with @replaces (nullable) in place of that call of ours (attended transfer,
   * RFC 5589). One at a time. FALSE + CUSAX_ERROR_UNSUPPORTED: their Allow has no REFER, or @replaces does not stand. */
  gboolean (*refer) (CusaxSipCall *call, const CusaxAddress *target, CusaxSipCall *replaces, GError **error);
  gboolean (*takes_refer) (CusaxSipCall *call); /* their Allow lists REFER, or they have sent none */
  /* INFO in the dialog, one at a time in order; each ends with on_info_done. */
  void (*send_info) (CusaxSipCall *call, const char *content_type, const char *body);
  gboolean (*takes_info) (CusaxSipCall *call); /* their Allow lists INFO, or they have sent none */
  /* Cuts the listener and gives the call up; hangs up first if it still stands. The pointer dies. */
  void (*release) (CusaxSipCall *call);
} CusaxSipCallVtable;

struct _CusaxSipCall
{
  const CusaxSipCallVtable *vtable;
};

/* ---------------------------------------------------------- SIP: the leg */

typedef struct _CusaxSipPort CusaxSipPort;

typedef enum
{
  CUSAX_SIP_STOPPED,     /* nothing on the wire */
  CUSAX_SIP_LOCATING,    /* DNS */
  CUSAX_SIP_CONNECTING,  /* TCP, TLS */
  CUSAX_SIP_REGISTERING,
  CUSAX_SIP_REGISTERED
} CusaxSipState;

/** CusaxSipIncoming: an INVITE that opened a dialog; borrowed. */
typedef struct
{
  CusaxSipHeaders headers;   /* as sent; may be garbage */
  const char *to_uri;        /* the line that was called */
  const char *call_id;
  const char *sdp;           /* (nullable) */
  gsize sdp_length;
  CusaxSipCall *replaced;    /* (nullable): the call of this port that it wants to replace (RFC 3891); it stands, or is an
                              * outgoing one that rings. A Replaces that names none has been answered 481. */
  int answer_after;          /* seconds: they ask us to answer by ourselves (Alert-Info, Call-Info, RFC 5373); -1: no */
} CusaxSipIncoming;

/** CusaxSipMessage: a SIP MESSAGE outside of calls (RFC 3428); borrowed. */
typedef struct
{
  CusaxSipHeaders headers;
  const char *text; /* text/plain, valid UTF-8, at most CUSAX_SIP_MESSAGE_MAX bytes, not cleaned otherwise */
} CusaxSipMessage;
#define CUSAX_SIP_MESSAGE_MAX 8192

/* The end of a message that we sent: @status 200 to 299, or a refusal, 408 or 503. Once. */
typedef void (*CusaxSipMessageDone) (gpointer user_data, guint status, const char *reason);

typedef struct _CusaxSipSubscription CusaxSipSubscription;

/** CusaxSipSubscriptionListener: RFC 6665, the subscriber's side. */
typedef struct
{
  /* A NOTIFY of our subscription, answered 200 already. @body: (nullable), @length bytes. */
  void (*on_notify) (gpointer user_data, const char *content_type, const char *body, gsize length);
  /* Over, once: refused (@status), terminated by them (0), the leg is gone (503). */
  void (*on_ended) (gpointer user_data, guint status);
} CusaxSipSubscriptionListener;

/** CusaxSipSubscriptionVtable: */
typedef struct
{
  /* Cuts the listener, un-subscribes in the background. The pointer dies. */
  void (*release) (CusaxSipSubscription *subscription);
} CusaxSipSubscriptionVtable;

struct _CusaxSipSubscription
{
  const CusaxSipSubscriptionVtable *vtable;
};

typedef enum
{
  CUSAX_CERTIFICATE_UNKNOWN_CA = 1 << 0, /* also self-signed */
  CUSAX_CERTIFICATE_WRONG_NAME = 1 << 1,
  CUSAX_CERTIFICATE_NOT_YET = 1 << 2,
  CUSAX_CERTIFICATE_EXPIRED = 1 << 3,
  CUSAX_CERTIFICATE_REVOKED = 1 << 4,
  CUSAX_CERTIFICATE_INSECURE = 1 << 5,
  CUSAX_CERTIFICATE_OTHER = 1 << 6
} CusaxCertificateFaults;

/** CusaxCertificate: what a server showed and we did not accept; borrowed for the call. */
typedef struct
{
  const char *host;        /* the name that it should be for: what a pin is kept under */
  guint16 port;
  CusaxCertificateFaults faults;
  const char *fingerprint; /* SHA-256, "AB:CD:..." */
  const char *pinned;      /* (nullable): the fingerprint accepted for this host and port before: it has changed */
  const char *subject;     /* (nullable): distinguished names as the certificate has them, hostile text */
  const char *issuer;      /* (nullable) */
  gint64 not_before, not_after; /* seconds since 1970; 0: not known */
  const char *pem;
} CusaxCertificate;

typedef struct
{
  /* Every change. STOPPED carries @error if it was not asked for; what was registered is then gone and start
   * may be called again (at once, from the listener too). A registered leg that is dialled again goes back to
   * CONNECTING. */
  void (*on_state) (gpointer user_data, CusaxSipState state, const GError *error);
  /* (nullable), as the two below: right before STOPPED with CUSAX_ERROR_CERTIFICATE. */
  void (*on_certificate) (gpointer user_data, const CusaxCertificate *certificate);
  /* Right before STOPPED with CUSAX_ERROR_REDIRECTED: a valid sip: URI, which nobody has asked yet. */
  void (*on_redirect) (gpointer user_data, const char *uri);
  /* The network of this machine changed, or it woke up; a registered leg is already looking after itself. */
  void (*on_network) (gpointer user_data);
  /* Answer within the callback by ring or reject; (transfer full) call. */
  void (*on_incoming) (gpointer user_data, CusaxSipCall *call, const CusaxSipIncoming *incoming);
  /* accept_sip_messages is on and a MESSAGE of text/plain came; answered 200 already. Otherwise they get 405. */
  void (*on_message) (gpointer user_data, const CusaxSipMessage *message);
  /* (nullable), as the one below. A REFER outside of calls from the registrar's flow (third-party call control, RFC 3725);
   * (transfer full) @referral. */
  void (*on_refer) (gpointer user_data, CusaxSipReferral *referral, const CusaxSipRefer *refer);
  /* A NOTIFY that nobody subscribed to, from the registrar's flow: message-summary only, answered 200 already. */
  void (*on_notify) (gpointer user_data, const char *event, const char *content_type, const char *body, gsize length);
} CusaxSipListener;

/** CusaxSipPortVtable: one registration with one server. */
typedef struct
{
  void (*set_listener) (CusaxSipPort *port, const CusaxSipListener *listener, gpointer user_data);
  /* Locates, connects, verifies, registers, refreshes until stop or a failure. One attempt: the caller backs
   * off. Calls that stand from an earlier start go on. */
  void (*start) (CusaxSipPort *port, CusaxConfig *config);
  /* Un-registers, 2 s at most, then on_state (STOPPED, NULL). Calls are hung up. */
  void (*stop) (CusaxSipPort *port);
  /* Takes settings that need no new registration: accept_sip_messages, and other credentials for the same AOR and
   * server, which answer the next challenge of whatever stands. start takes everything. */
  void (*configure) (CusaxSipPort *port, CusaxConfig *config);
  /* Sends INVITE. @sdp NULL: offerless. NULL + CUSAX_ERROR_OFFLINE when not registered. */
  CusaxSipCall *(*invite) (CusaxSipPort *port, const CusaxAddress *target, const char *sdp,
                           const CusaxSipDisclosure *disclosure, const CusaxSipCallListener *listener,
                           gpointer user_data, GError **error);
  /* Sends SUBSCRIBE @event ("conference") for @accept ("application/conference-info+xml"), refreshes it until
   * release or on_ended. NULL + CUSAX_ERROR_OFFLINE when not registered. */
  CusaxSipSubscription *(*subscribe) (CusaxSipPort *port, const CusaxAddress *target, const char *event,
                                      const char *accept, const CusaxSipSubscriptionListener *listener,
                                      gpointer user_data, GError **error);
  /* Sends MESSAGE with @text; @done is called once, also with 503 when the leg ends, never after free. FALSE +
   * CUSAX_ERROR_OFFLINE when not registered, CUSAX_ERROR_INVALID when too long. */
  gboolean (*send_message) (CusaxSipPort *port, const CusaxAddress *target, const char *text,
                            CusaxSipMessageDone done, gpointer user_data, GError **error);
  gboolean (*is_protected) (CusaxSipPort *port);            /* the outer leg is verified TLS */
  /* How the leg is protected (R46); strings are valid until the next change of state. */
  void (*get_protection) (CusaxSipPort *port, CusaxProtection *protection);
  gboolean (*announces) (CusaxSipPort *port, const char *event); /* the registrar's Allow-Events names this package */
  const char *(*get_seen_address) (CusaxSipPort *port);     /* (nullable): "203.0.113.5:4242", where the server sees us */
  guint (*get_retry_after) (CusaxSipPort *port);            /* seconds that the last refusal asked for, 0 = none */
  gboolean (*has_password_hint) (CusaxSipPort *port);       /* over verified TLS the server said that the chat password is
                                                               good there (digest's domain=): a hint, no permission */
  const char *(*get_local_address) (CusaxSipPort *port);    /* literal that routes to the registrar, or NULL */
  const char *(*get_server) (CusaxSipPort *port);           /* "sip.example.org:5061 (TLS)" for people, or NULL */
  /* Frees; stops first, without waiting, if needed. The pointer dies. */
  void (*free) (CusaxSipPort *port);
} CusaxSipPortVtable;

struct _CusaxSipPort
{
  const CusaxSipPortVtable *vtable;
};

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
  /* (nullable), as the two below. As on_leg_ready, of the picture. */
  void (*on_video_leg_ready) (gpointer user_data, guint16 rtp_port, guint16 rtcp_port);
  /* Camera or encoder failed: the picture is gone (as by remove_video), the sound stands. */
  void (*on_video_error) (gpointer user_data, const GError *error);
  /* The decoder lost a picture and wants a whole one (RFC 5168's picture_fast_update); at most one a second. */
  void (*on_keyframe_wanted) (gpointer user_data);
} CusaxMediaListener;

/** CusaxMediaSessionVtable: sound devices, codecs and the call window of one call. */
typedef struct
{
  void (*set_remote_codecs) (CusaxMediaSession *session, const GPtrArray *codecs); /* agreed, best first */
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
  /* The same for pictures: empty with @missing in words also if there is no camera. Asks for the camera each time. */
  const GPtrArray *(*get_video_codecs) (CusaxMediaPort *port, const char **missing);
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

/* ----------------------------------------------------------------- sounds */

typedef struct _CusaxSoundPort CusaxSoundPort;

/** CusaxSound: what a telephone sounds of itself. */
typedef enum
{
  CUSAX_SOUND_NONE,
  CUSAX_SOUND_RING,     /* a call comes: the ring device, the host's sound settings hold */
  CUSAX_SOUND_WAITING,  /* a call comes during another: softly, in the ear */
  CUSAX_SOUND_RINGBACK, /* their telephone rings: in the ear */
  CUSAX_SOUND_BUSY      /* the call that was dialled found them busy: in the ear, by itself over after 3 s */
} CusaxSound;

/** CusaxSoundPort: plays one sound at a time, again and again until told otherwise. */
struct _CusaxSoundPort
{
  /* NONE: silence, within 100 ms. The same one again goes on. Failures are logged: a telephone without sounds still works. */
  void (*play) (CusaxSoundPort *port, CusaxSound sound);
};

/* ------------------------------------------------------------------ trust */

typedef struct _CusaxTrust CusaxTrust;

/** CusaxTrust: certificates that the person accepted for a host, whatever protocol they were seen on. */
struct _CusaxTrust
{
  /* @der: @length bytes of the end-entity certificate. Returns: TRUE if exactly it is pinned for @host and @port. */
  gboolean (*is_pinned) (CusaxTrust *trust, const char *host, guint16 port, const guint8 *der, gsize length);
  /* (transfer full) (nullable): SHA-256 of what a person surely accepted for @host and @port, "AB:CD:..." */
  char *(*dup_pin) (CusaxTrust *trust, const char *host, guint16 port);
};

/* ------------------------------------------------------------------ cards */

typedef struct _CusaxCardPort CusaxCardPort;

/* What asking for a card gave. @state READ: @xml is the card element, @length bytes; NONE, FAILED: NULL. */
typedef void (*CusaxCardDone) (gpointer user_data, CusaxCardState state, const char *xml, gsize length);

/** CusaxCardPortVtable: vCards over the XMPP leg. No queue: whoever asks keeps to R27's bounds. */
typedef struct
{
  /* Asks for vcard-temp, then, if that has no telephone entry, vCard4. @done once, within 15 s, from the main loop.
   * Returns: an id for cancel, 0 if chat is down. */
  guint (*fetch) (CusaxCardPort *port, const char *jid, CusaxCardDone done, gpointer user_data);
  void (*cancel) (CusaxCardPort *port, guint id); /* done is not called; the reply is dropped */
} CusaxCardPortVtable;

struct _CusaxCardPort
{
  const CusaxCardPortVtable *vtable;
};

/* ------------------------------------------------------- the chat server */

typedef struct _CusaxProviderPort CusaxProviderPort;

/* @services: (nullable) (element-type CusaxService): NULL: the server knows nothing of it, or did not answer (@failed). */
typedef void (*CusaxProviderServices) (gpointer user_data, const GPtrArray *services, gboolean failed);
/* @provision: (nullable): NULL: no such component, nothing in it, or @error names what is wrong with it. */
typedef void (*CusaxProviderAccount) (gpointer user_data, CusaxProvision *provision, const GError *error);

/** CusaxProviderPortVtable: what our own XMPP server knows of telephony. All of it needs chat; each @done once, within
 * 10 s, from the main loop, with "failed" or NULL if chat goes down meanwhile. */
typedef struct
{
  /* XEP-0215 of the JID's server: services of types sip and sips, with credentials (asked for where restricted). */
  guint (*fetch_services) (CusaxProviderPort *port, CusaxProviderServices done, gpointer user_data);
  /* Openfire's sipark registration, from a component of the JID's own server that disco#items lists. */
  guint (*fetch_account) (CusaxProviderPort *port, CusaxProviderAccount done, gpointer user_data);
  /* The own vCard, vcard-temp then vCard4 (R3b); as CusaxCardDone. */
  guint (*fetch_own_card) (CusaxProviderPort *port, CusaxCardDone done, gpointer user_data);
  void (*cancel) (CusaxProviderPort *port, guint id);
  /* The server pushed a change of its services (XEP-0215 section 3.3): ask again. NULL: nobody listens. */
  void (*set_listener) (CusaxProviderPort *port, void (*on_changed) (gpointer user_data), gpointer user_data);
  /* As fetch_services and set_listener, of types stun, turn and turns. */
  guint (*fetch_ice_services) (CusaxProviderPort *port, CusaxProviderServices done, gpointer user_data);
  void (*set_ice_listener) (CusaxProviderPort *port, void (*on_changed) (gpointer user_data), gpointer user_data);
} CusaxProviderPortVtable;

struct _CusaxProviderPort
{
  const CusaxProviderPortVtable *vtable;
};

/* ---------------------------------------------------- provider's documents */

typedef struct _CusaxDocumentPort CusaxDocumentPort;

/** CusaxDocumentQuery: borrowed for the call. */
typedef struct
{
  const char *jid;      /* bare */
  const char *url;      /* (nullable): provisioning_url; NULL: discover */
  const char *password; /* (nullable): the account's, for a challenge of a host in the JID's domain */
} CusaxDocumentQuery;

/* @text: (nullable): @length bytes that came from @url; NULL: there is none (@error NULL), or it cannot be had. @url:
 * (nullable): with an error: where the document was said to be; NULL: nobody said that. */
typedef void (*CusaxDocumentDone) (gpointer user_data, const char *text, gsize length, const char *url,
                                   const GError *error);

/** CusaxDocumentPortVtable: */
typedef struct
{
  /* @done once, within 10 s, from the main loop. Returns: an id for cancel */
  guint (*fetch) (CusaxDocumentPort *port, const CusaxDocumentQuery *query, CusaxDocumentDone done, gpointer user_data);
  void (*cancel) (CusaxDocumentPort *port, guint id);
} CusaxDocumentPortVtable;

struct _CusaxDocumentPort
{
  const CusaxDocumentPortVtable *vtable;
};

/* ------------------------------------------------------------------ store */

typedef struct _CusaxStore CusaxStore;

/** CusaxStore: small files of the account in libpurple's user folder, 0600, written atomically. */
struct _CusaxStore
{
  /* (transfer full) (nullable): NULL without error if there is none. CUSAX_ERROR_INVALID: larger than @max bytes. */
  GBytes *(*load) (CusaxStore *store, const char *name, gsize max, GError **error);
  gboolean (*save) (CusaxStore *store, const char *name, const char *data, gsize length, GError **error);
  /* A broken file is kept for people: NAME.broken, replacing an older one. */
  void (*set_aside) (CusaxStore *store, const char *name);
};

/** CusaxPorts: everything an account needs; borrowed, must outlive it. sip is owned by the account. */
typedef struct
{
  CusaxClock *clock;
  CusaxSipPort *sip;
  CusaxMediaPort *media;
  CusaxTransportNew transport_new;
  CusaxCardPort *cards;
  CusaxStore *store;
  CusaxSoundPort *sounds; /* (nullable): silent */
  gint64 (*wall_time) (void); /* seconds since 1970 */
} CusaxPorts;

G_END_DECLS
