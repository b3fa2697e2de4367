/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A port under test with a scripted peer as its registrar, and recorders of what the port and its calls report.
 */
#pragma once

#include "scripted-peer.h"

#include "ua.h"

#define WAIT_MS 5000

/** Talk: one call as its listener sees it. */
typedef struct
{
  CusaxSipCall *call; /* NULL when released */
  GString *trace;     /* "180 up:SDP offer:SDP done200:SDP ended0" */
  guint n_progress, n_established, n_offer, n_done, n_ended;
  guint n_cancelled; /* offers of theirs that they took back */
  gboolean reoffers_on_cancel;
  guint status; /* of the last report */
  char *sdp;    /* of the last report, NULL = none */
  char *reason;
  gboolean elsewhere;
  char *remote; /* of the last on_remote, see headers_describe() */
  guint n_remote;
  gboolean hangs_up_on_remote;
  /* What on_offer answers at once; 0 = nothing. */
  guint answer_status;
  const char *answer_sdp;
} Talk;

typedef struct
{
  Peer *peer;
  CusaxSipPort *port;
  CusaxConfig *config;
  GString *trace; /* "LCGR" for the states, "S(words)" for STOPPED */
  guint n_registered, n_stopped, n_incoming, n_network;
  guint n_certificates; /* also '!' in the trace */
  char *certificate;    /* of the last one: "host unknown-ca" */
  gboolean stops_on_certificate;
  GError *error; /* of the last STOPPED */
  Talk *talk;    /* the incoming call */
  char *headers, *to_uri, *sdp;
  const CusaxSipCall *replaced; /* by the last call */
  int answer_after;
  guint n_messages;
  char *message;     /* "HEADERS: TEXT" of the last one */
  char *redirect;    /* of the last on_redirect */
  guint reject_with; /* on_incoming: refuse instead of ringing */
  gint64 incoming_at;
} Line;

/** Of every line; user_data is the Line. */
extern const CusaxSipListener line_listener;

/** A line that is registered, for calls: TCP, or UDP. */
Line *line_new (gboolean udp);
/** One that is registered over TLS, with a certificate that the person accepted. */
Line *line_new_tls (void);
/** One that is not: start it with line_start. @settings: name, value, ..., NULL over the fixture's own. */
Line *line_new_idle (Peer *peer, const char *first_setting, ...) G_GNUC_NULL_TERMINATED;
/** Before its first start: what it believes of certificates. */
void line_use_trust (Line *line, CusaxTrust *trust);
void line_start (Line *line);
/** Stops, if it runs, and frees; the peer too. */
void line_free (Line *line);
void line_wait_registered (Line *line);
void line_wait_stopped (Line *line);

CusaxConfig *config_new (const char *first_setting, ...) G_GNUC_NULL_TERMINATED;

Talk *talk_new (void);
void talk_free (Talk *talk); /* releases */
void talk_release (Talk *talk);
extern const CusaxSipCallListener talk_listener;

/** Dials sip:bob@example.test. */
Talk *line_dial (Line *line, const char *sdp);

/** The same, saying more of us. */
Talk *line_dial_saying (Line *line, const char *sdp, const CusaxSipDisclosure *disclosure);

/** Returns: (transfer full): all values of header @name, " | " between them; "" if there is none. */
char *message_get_all (const PeerMessage *message, const char *name);

/** The peer calls the line; INVITE is sent and 180 awaited. Returns the peer's dialog, with the remote tag. */
PeerDialog *line_ring (Line *line, const char *sdp);
/** The same up to ACK. */
PeerDialog *line_incoming_call (Line *line);
/** An outgoing call, answered by the peer with tag "t1". */
PeerDialog *line_outgoing_call (Line *line, Talk **talk, const char *extra);

int fixture_run (int argc, char **argv, void (*add_tests) (void));
