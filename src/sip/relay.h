/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The road between nua and the registrar. The outer leg is what the network sees: verified TLS (SNI, name
 * check, pins), TCP or UDP. The inner leg is loopback inside this process: mutual TLS with a one-time key, TCP
 * whose other end must be a socket of ours, or UDP. Bytes pass unchanged; none of nua's leaves before the outer
 * leg is verified. RFC 3261 section 18, RFC 5626 section 3.5.1 (keep-alive), RFC 5922 (names). Knows no SIP but where a message ends.
 *
 * States: idle -connect-> connecting -verified-> ready -outer died-> closed -connect-> connecting; cut -> idle
 * from everywhere. Failure of connect: -> closed.
 */
#pragma once

#include "framing.h"
#include "locate.h"
#include "ports.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/** How long reaching and verifying a server may take, all together. */
#define CUSAX_RELAY_TIMEOUT_MS 4000

typedef struct _CusaxRelay CusaxRelay;

/** CusaxRelayInfo: what nua needs to know of a ready relay; borrowed for the call. */
typedef struct
{
  CusaxTransportKind transport;
  /* NUTAG_PROXY("sip:127.0.0.1:<inner_port>;transport=<tls|tcp|udp>"). The same after a re-connect with the
   * same transport, until cusax_relay_cut(): a standing nua_t goes on. */
  guint16 inner_port;
  /* The outer leg as this machine sees it: goes into our Contact, and tells where media should listen. */
  const char *local_address; /* IP literal */
  guint16 local_port;
  /* TLS only, else NULL: NUTAG_CERTIFICATE_DIR(); read by nua_create(), then call cusax_relay_drop_key_files().
   */
  const char *certificate_dir;
  /* UDP only, else 0: nua must send from and listen on 127.0.0.1:<nua_port>:
   * NUTAG_URL("sip:<local_address>:<nua_port>;maddr=127.0.0.1;transport=udp"). Equals local_port unless the
   * outer leg is on 127.0.0.1 itself. */
  guint16 nua_port;
  /* Of the outer leg; TLS only, else NULL and UNKNOWN. */
  const char *tls_version; /* (nullable): static: "TLS 1.3" */
  CusaxPeerTrust trust;
} CusaxRelayInfo;

/** CusaxRelayListener: all are called from the main loop, never from inside a function of this header. */
typedef struct
{
  /* The outer leg stands and is verified. */
  void (*on_ready) (gpointer user_data, const CusaxRelayInfo *info);
  /* connect failed: CUSAX_ERROR_UNREACHABLE, TIMEOUT or CERTIFICATE (then with @certificate, else NULL). The
   * words of @error name the server and the fault. */
  void (*on_failed) (gpointer user_data, const GError *error, const CusaxCertificate *certificate);
  /* A ready outer leg died (@error in words): CUSAX_ERROR_UNREACHABLE, or CUSAX_ERROR_INVALID if it was nua
   * that closed its side, or nobody knows where the next message begins. nua's connection is closed too, and new
   * ones are refused until connect is called again. */
  void (*on_closed) (gpointer user_data, const GError *error);
  /* (nullable): all bytes that pass, in the clear; secrets included: redact before showing. @outgoing: to the
   * server. A stream's pieces may split messages. */
  void (*on_trace) (gpointer user_data, gboolean outgoing, const char *bytes, gsize length);
  /* (nullable): asked of each message that a stream brings from the server, before nua sees it; with FALSE it never does.
   * @answer: (out) (nullable) (transfer full): goes to the server then. Without: bytes pass as they come. */
  gboolean (*is_fit) (gpointer user_data, CusaxFramed framed, const char *bytes, gsize length, GBytes **answer);
} CusaxRelayListener;

/**
 * cusax_relay_new:
 * @trust: (nullable): accepted certificates, per name and port; must outlive the relay
 * @listener: must outlive the relay
 *
 * Returns: (transfer full): an idle relay
 */
CusaxRelay *cusax_relay_new (CusaxTrust *trust, const CusaxRelayListener *listener, gpointer user_data);
CusaxRelay *cusax_relay_ref (CusaxRelay *relay);
/** The last reference cuts; listeners are not called any more. */
void cusax_relay_unref (CusaxRelay *relay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxRelay, cusax_relay_unref)

/**
 * cusax_relay_connect:
 * @target: copied
 * @verify_name: TLS: the name sent as SNI and looked for in the certificate: the SIP domain, or the host that
 * the person typed as server. Never an SRV target (RFC 5922 section 4).
 * @other_name: (nullable): a name that is as good (the SIP domain when a server was typed)
 *
 * Drops what there is of an outer leg, without on_closed, and reaches for @target; on_ready or on_failed
 * follows within CUSAX_RELAY_TIMEOUT_MS. nua's connections of a relay that is connecting are held, not refused.
 */
void cusax_relay_connect (CusaxRelay *relay, const CusaxTarget *target, const char *verify_name,
                          const char *other_name);

/**
 * cusax_relay_cut:
 *
 * Closes everything at once, both legs and the inner port: what nua has pending fails without waiting. No
 * listener is called any more, unless connect is called again (inner port and key are new then).
 */
void cusax_relay_cut (CusaxRelay *relay);

/** Removes the key files of the inner leg as soon as nua_create() has read them. Does nothing without TLS. */
void cusax_relay_drop_key_files (CusaxRelay *relay);

/** Returns: TRUE while the outer leg is ready. */
gboolean cusax_relay_is_ready (CusaxRelay *relay);

/** Returns: TRUE while the outer leg is ready and verified TLS. */
gboolean cusax_relay_is_protected (CusaxRelay *relay);

/** Sets what we show to a server that asks who we are; NULL: nothing. Before connect. */
void cusax_relay_set_client_certificate (CusaxRelay *relay, GTlsCertificate *certificate);

/** Sets the time for connect (default CUSAX_RELAY_TIMEOUT_MS); before connect. */
void cusax_relay_set_timeout (CusaxRelay *relay, guint ms);

/** Sets after how many ms of silence a keep-alive goes out (default 30 s, UDP 25 s; 0: never); before connect.
 */
void cusax_relay_set_keepalive (CusaxRelay *relay, guint ms);

G_END_DECLS
