/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the telephone needs of SIP: the leg (one registered AOR) and its calls, which sip/ implements. The rules of
 * ports.h hold.
 */
#pragma once

#include "address.h"
#include "callerid.h"
#include "config.h"
#include "parity.h"

#include <glib.h>

G_BEGIN_DECLS

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

G_END_DECLS
