/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other side, for tests: a registrar and telephone that speaks SIP over TCP, TLS or UDP on a free
 * loopback port, in the test's own main loop. It knows just enough of SIP to answer what it was told to;
 * everything else is sent as written, so that wrong and late messages can be sent too. Nothing of Sofia is
 * used.
 */
#pragma once

#include <gio/gio.h>

typedef struct _Peer Peer;

/** PeerMessage: one message as it came. */
typedef struct
{
  char *first_line;
  char *head; /* with the first line, CRLF lines */
  char *body;
} PeerMessage;

void peer_message_free (PeerMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerMessage, peer_message_free)

/** Returns: (transfer full) (nullable): the value of the first header @name (long form). */
char *peer_message_get (const PeerMessage *message, const char *name);

typedef enum
{
  PEER_OPEN, /* 200 to REGISTER */
  PEER_MD5,  /* 401 until the digest is right */
  PEER_SHA256,
  PEER_BOTH,   /* offers MD5 and SHA-256, takes SHA-256 only */
  PEER_STATUS, /* always refuses with the status */
  PEER_MUTE    /* never answers anything */
} PeerMode;

Peer *peer_new (gboolean udp);
/** On another address: "::1". */
Peer *peer_new_at (const char *address, gboolean udp);
/** TLS, with @certificate. */
Peer *peer_new_tls (GTlsCertificate *certificate);
void peer_free (Peer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Peer, peer_free)
guint16 peer_get_port (Peer *peer);
/** Returns: "127.0.0.1" or "[::1]" */
const char *peer_get_host (Peer *peer);

/** REGISTER and OPTIONS are answered by the peer itself; everything else waits for peer_expect(). */
void peer_set_mode (Peer *peer, PeerMode mode, guint status);
void peer_set_expires (Peer *peer, guint seconds);

/** All messages wait for peer_expect(), REGISTER too. */
void peer_set_manual (Peer *peer, gboolean manual);

/** Asks 407 once for INVITE (digest SHA-256, its own realm "home" as for REGISTER). */
void peer_challenge_invite (Peer *peer);

/** Is shown each request before the peer does anything with it; returns TRUE if it is done with it. */
typedef gboolean (*PeerFilter) (gpointer user_data, Peer *peer, const PeerMessage *request);
void peer_set_filter (Peer *peer, PeerFilter filter, gpointer user_data);

/** Where answers say that requests came from (RFC 3581): ";received=192.0.2.1;rport=4" in place of ";rport". NULL: as
 * they came. Static text. */
void peer_set_seen (Peer *peer, const char *parameters);

/** Header lines, with LF, for the 200 to REGISTER. NULL: none. Static text. */
void peer_set_register_extra (Peer *peer, const char *extra);

/** Closes what is connected; new connections are taken. */
void peer_drop (Peer *peer);

/** Closes what is connected and listens no more. */
void peer_die (Peer *peer);

/** Listens again after peer_die(), on the same port. */
void peer_revive (Peer *peer);

/** Returns: how many messages came whose first line starts with @start. */
guint peer_count (Peer *peer, const char *start);
guint peer_get_n_connections (Peer *peer);

/** Contact URI of the last REGISTER with a lifetime. */
const char *peer_get_contact (Peer *peer);

/** Runs the main loop until a message whose first line starts with @start is there; fails the test after @ms.
 */
PeerMessage *peer_expect (Peer *peer, const char *start, guint ms);

/** Returns: (transfer full) (nullable): the oldest message that waits. */
PeerMessage *peer_take (Peer *peer);

/** Runs the main loop for @ms; fails the test if a message that starts with @start is there then. */
void peer_expect_none (Peer *peer, const char *start, guint ms);

/** Sends @text with LF made CRLF; "@LENGTH@" becomes the length of the body. */
void peer_send (Peer *peer, const char *text);
/** Sends exactly these. */
void peer_send_bytes (Peer *peer, const char *bytes, gsize length);
void peer_sendf (Peer *peer, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** Answers @request: Via, From, To (tag @tag added), Call-ID, CSeq are copied. @extra: header lines with LF. */
void peer_reply (Peer *peer, const PeerMessage *request, const char *status, const char *tag, const char *extra,
                 const char *body);

/** PeerDialog: what the peer needs to send requests within a call. */
typedef struct
{
  char *local; /* From/To with tag */
  char *remote;
  char *call_id;
  char *target; /* Request-URI */
  guint cseq;
} PeerDialog;

void peer_dialog_free (PeerDialog *dialog);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerDialog, peer_dialog_free)

/** From an INVITE that the peer answered with To tag @tag. */
PeerDialog *peer_dialog_from_invite (const PeerMessage *invite, const char *tag);

/** A new one, to call @target (a URI). */
PeerDialog *peer_dialog_new (const char *target);

/** Takes the remote tag and target out of an answer to our INVITE. */
void peer_dialog_learn (PeerDialog *dialog, const PeerMessage *response);

/** Sends a request in (or opening) @dialog; ACK and CANCEL keep the CSeq of the INVITE, others count up. */
void peer_request (Peer *peer, PeerDialog *dialog, const char *method, const char *extra, const char *body);

/** Waits until *@flag is not 0; fails the test after @ms, saying @what. */
void peer_wait (Peer *peer, const guint *flag, const char *what, guint ms);
void peer_spin (guint ms);
