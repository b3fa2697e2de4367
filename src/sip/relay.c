/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See relay.h. Here is the order of things only: the outer leg is relay-outer, the port for nua relay-inner,
 * the joining of both relay-splice, and UDP relay-datagram.
 */
#include "relay.h"

#include "error.h"
#include "keypair.h"
#include "loop.h"
#include "relay-datagram.h"
#include "relay-inner.h"
#include "relay-outer.h"
#include "relay-splice.h"

#define KEEPALIVE_STREAM_MS 30000
#define KEEPALIVE_DATAGRAM_MS 25000
#define KEEPALIVE_DEFAULT G_MAXUINT

typedef enum
{
  STATE_IDLE,       /* no port for nua */
  STATE_CONNECTING, /* nua's connections are held */
  STATE_READY,
  STATE_CLOSED /* nua's connections are refused */
} State;

struct _CusaxRelay
{
  CusaxTrust *trust;
  const CusaxRelayListener *listener;
  gpointer user_data;
  guint timeout_ms, keepalive_ms;
  GTlsCertificate *client_certificate;

  State state;
  CusaxTransportKind transport; /* of the inner leg; AUTO: there is none */
  CusaxOuter *outer;            /* while it connects */
  CusaxSplice *splice;          /* while ready, streams */
  CusaxKeypair *keypair;        /* TLS */
  CusaxInner *inner;            /* streams */
  CusaxDatagram *datagram;      /* UDP */
  GIOStream *held;              /* nua's connection while we connect */
  GSocketConnection *held_connection;
  GError *failure;              /* to be reported by the idle */
  CusaxRelayInfo datagram_info; /* ready to be reported by the idle */
  guint idle_id;
};

/* --------------------------------------------------------------------- closing */

static void
drop_held (CusaxRelay *relay)
{
  if (relay->held_connection != NULL)
    g_socket_shutdown (g_socket_connection_get_socket (relay->held_connection), TRUE, TRUE, NULL);
  g_clear_object (&relay->held);
  g_clear_object (&relay->held_connection);
}

/* Everything of the outer leg and nua's connection, but not the port for nua. */
static void
drop_outer (CusaxRelay *relay)
{
  g_clear_handle_id (&relay->idle_id, g_source_remove);
  g_clear_error (&relay->failure);
  g_clear_pointer (&relay->outer, cusax_outer_cancel);
  g_clear_pointer (&relay->splice, cusax_splice_free);
  if (relay->datagram != NULL)
    cusax_datagram_close (relay->datagram);
}

static void
drop_inner (CusaxRelay *relay)
{
  drop_held (relay);
  g_clear_pointer (&relay->inner, cusax_inner_free);
  g_clear_pointer (&relay->datagram, cusax_datagram_free);
  g_clear_pointer (&relay->keypair, cusax_keypair_free);
  relay->transport = CUSAX_TRANSPORT_AUTO;
}

static void
fail (CusaxRelay *relay, const GError *error, const CusaxCertificate *certificate)
{
  relay->state = STATE_CLOSED;
  drop_held (relay);
  relay->listener->on_failed (relay->user_data, error, certificate);
}

static gboolean
on_idle_failure (gpointer data)
{
  CusaxRelay *relay = data;
  g_autoptr (GError) error = g_steal_pointer (&relay->failure);

  relay->idle_id = 0;
  fail (relay, error, NULL);
  return G_SOURCE_REMOVE;
}

/* For faults found inside cusax_relay_connect(). @error: (transfer full) */
static void
fail_later (CusaxRelay *relay, GError *error)
{
  relay->failure = error;
  relay->idle_id = cusax_loop_add_idle (on_idle_failure, relay);
}

/* @what: what happened, for people; @cause: (nullable) */
static void
close_outer (CusaxRelay *relay, CusaxErrorCode code, const char *what, const GError *cause)
{
  g_autoptr (GError) error = g_error_new (CUSAX_ERROR, code, cause != NULL ? "%s: %s" : "%s", what,
                                          cause != NULL ? cause->message : NULL);

  drop_outer (relay);
  relay->state = STATE_CLOSED;
  relay->listener->on_closed (relay->user_data, error);
}

/* --------------------------------------------------------------------- streams */

static void
on_splice_bytes (gpointer data, gboolean outgoing, const char *bytes, gsize length)
{
  CusaxRelay *relay = data;

  if (relay->listener->on_trace != NULL)
    relay->listener->on_trace (relay->user_data, outgoing, bytes, length);
}

static void
on_splice_end (gpointer data, gboolean outer, const GError *error)
{
  if (outer)
    close_outer (data, CUSAX_ERROR_UNREACHABLE, "the server closed the connection", error);
  else
    close_outer (data, CUSAX_ERROR_INVALID, error != NULL ? "the messages cannot be told apart" : "the SIP stack closed its connection",
                 error);
}

static gboolean
on_splice_is_fit (gpointer data, CusaxFramed framed, const char *bytes, gsize length, GBytes **answer)
{
  CusaxRelay *relay = data;

  return relay->listener->is_fit (relay->user_data, framed, bytes, length, answer);
}

static const CusaxSpliceListener splice_listener = { on_splice_bytes, NULL, on_splice_end };
static const CusaxSpliceListener screened_listener = { on_splice_bytes, on_splice_is_fit, on_splice_end };

/* One connection of nua's per outer leg: a second one would mix its bytes into the first one's messages. */
static gboolean
on_inner_is_wanted (gpointer data)
{
  CusaxRelay *relay = data;

  switch (relay->state)
    {
    case STATE_CONNECTING:
      return relay->held == NULL;
    case STATE_READY:
      return relay->splice != NULL && !cusax_splice_has_inner (relay->splice);
    case STATE_IDLE:
    case STATE_CLOSED:
      break;
    }
  return FALSE;
}

static void
on_inner_stream (gpointer data, GIOStream *stream, GSocketConnection *connection)
{
  CusaxRelay *relay = data;

  if (relay->state == STATE_READY)
    cusax_splice_set_inner (relay->splice, stream, connection);
  else
    {
      relay->held = stream;
      relay->held_connection = connection;
    }
}

static const CusaxInnerListener inner_listener = { on_inner_is_wanted, on_inner_stream };

static void
report_stream_ready (CusaxRelay *relay, GSocketConnection *connection, const CusaxOuterResult *result)
{
  g_autoptr (GSocketAddress) address = g_socket_connection_get_local_address (connection, NULL);
  g_autofree char *literal = NULL;
  CusaxRelayInfo info = { .transport = relay->transport, .inner_port = cusax_inner_get_port (relay->inner) };

  info.tls_version = result->tls_version;
  info.trust = result->trust;

  if (address != NULL)
    {
      GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (address);

      literal = g_inet_address_to_string (g_inet_socket_address_get_address (inet));
      info.local_port = g_inet_socket_address_get_port (inet);
    }
  info.local_address = literal;
  if (relay->keypair != NULL)
    info.certificate_dir = cusax_keypair_get_dir (relay->keypair);
  relay->listener->on_ready (relay->user_data, &info);
}

static void
on_outer_done (gpointer data, const CusaxOuterResult *result, const GError *error,
               const CusaxCertificate *certificate)
{
  CusaxRelay *relay = data;
  g_autoptr (GSocketConnection) outer_connection = NULL;
  guint keepalive_ms = relay->keepalive_ms == KEEPALIVE_DEFAULT ? KEEPALIVE_STREAM_MS : relay->keepalive_ms;

  relay->outer = NULL;
  if (error != NULL)
    {
      fail (relay, error, certificate);
      return;
    }

  outer_connection = g_object_ref (result->connection);
  relay->state = STATE_READY;
  relay->splice = cusax_splice_new (result->stream, result->connection, keepalive_ms,
                                    relay->listener->is_fit != NULL ? &screened_listener : &splice_listener, relay);
  if (relay->held != NULL)
    cusax_splice_set_inner (relay->splice, g_steal_pointer (&relay->held),
                            g_steal_pointer (&relay->held_connection));
  report_stream_ready (relay, outer_connection, result);
}

/* ------------------------------------------------------------------------- UDP */

static void
on_datagram_end (gpointer data, const GError *error)
{
  close_outer (data, CUSAX_ERROR_UNREACHABLE, "the server cannot be reached", error);
}

static const CusaxDatagramListener datagram_listener = { on_splice_bytes, on_datagram_end };

static gboolean
on_idle_datagram_ready (gpointer data)
{
  CusaxRelay *relay = data;

  relay->idle_id = 0;
  relay->state = STATE_READY;
  cusax_datagram_yield_port (relay->datagram);
  relay->listener->on_ready (relay->user_data, &relay->datagram_info);
  return G_SOURCE_REMOVE;
}

static void
connect_datagram (CusaxRelay *relay, const CusaxTarget *target)
{
  guint keepalive_ms = relay->keepalive_ms == KEEPALIVE_DEFAULT ? KEEPALIVE_DATAGRAM_MS : relay->keepalive_ms;
  g_autoptr (GError) cause = NULL;

  relay->datagram_info = (CusaxRelayInfo){ 0 };
  if (cusax_datagram_open (relay->datagram, target, keepalive_ms, &relay->datagram_info, &cause))
    relay->idle_id = cusax_loop_add_idle (on_idle_datagram_ready, relay);
  else
    {
      g_autofree char *place = cusax_target_describe (target);

      fail_later (relay, g_error_new (CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE, "%s: %s", place, cause->message));
    }
}

/* ---------------------------------------------------------------------- public */

CusaxRelay *
cusax_relay_new (CusaxTrust *trust, const CusaxRelayListener *listener, gpointer user_data)
{
  CusaxRelay *relay = g_rc_box_new0 (CusaxRelay);

  relay->trust = trust;
  relay->listener = listener;
  relay->user_data = user_data;
  relay->timeout_ms = CUSAX_RELAY_TIMEOUT_MS;
  relay->keepalive_ms = KEEPALIVE_DEFAULT;
  return relay;
}

CusaxRelay *
cusax_relay_ref (CusaxRelay *relay)
{
  return g_rc_box_acquire (relay);
}

static void
clear_relay (gpointer data)
{
  CusaxRelay *relay = data;

  cusax_relay_cut (relay);
  g_clear_object (&relay->client_certificate);
}

void
cusax_relay_unref (CusaxRelay *relay)
{
  g_rc_box_release_full (relay, clear_relay);
}

/* Makes the port for nua, unless there is one of this kind. */
static gboolean
prepare_inner (CusaxRelay *relay, CusaxTransportKind transport, GError **error)
{
  GTlsCertificate *certificate = NULL;

  if (relay->transport == transport)
    return TRUE;
  drop_inner (relay);

  if (transport == CUSAX_TRANSPORT_UDP)
    relay->datagram = cusax_datagram_new (&datagram_listener, relay);
  else
    {
      if (transport == CUSAX_TRANSPORT_TLS)
        {
          relay->keypair = cusax_keypair_new (error);
          if (relay->keypair == NULL)
            return FALSE;
          certificate = cusax_keypair_get_certificate (relay->keypair);
        }
      relay->inner = cusax_inner_new (certificate, CUSAX_RELAY_TIMEOUT_MS, &inner_listener, relay, error);
      if (relay->inner == NULL)
        return FALSE;
    }
  relay->transport = transport;
  return TRUE;
}

void
cusax_relay_connect (CusaxRelay *relay, const CusaxTarget *target, const char *verify_name,
                     const char *other_name)
{
  CusaxOuterQuery query
    = { target, verify_name, other_name, relay->trust, relay->client_certificate, relay->timeout_ms };
  g_autoptr (GError) error = NULL;

  g_return_if_fail (target->transport != CUSAX_TRANSPORT_AUTO);
  g_return_if_fail (target->transport != CUSAX_TRANSPORT_TLS || verify_name != NULL);
  g_return_if_fail (g_hostname_is_ip_address (target->address));

  drop_outer (relay);
  relay->state = STATE_CONNECTING;
  if (!prepare_inner (relay, target->transport, &error))
    {
      drop_inner (relay);
      fail_later (
        relay, g_error_new (CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE, "no port on 127.0.0.1: %s", error->message));
    }
  else if (target->transport == CUSAX_TRANSPORT_UDP)
    connect_datagram (relay, target);
  else
    relay->outer = cusax_outer_connect (&query, on_outer_done, relay);
}

void
cusax_relay_cut (CusaxRelay *relay)
{
  relay->state = STATE_IDLE;
  drop_outer (relay);
  drop_inner (relay);
}

void
cusax_relay_drop_key_files (CusaxRelay *relay)
{
  if (relay->keypair != NULL)
    cusax_keypair_drop_files (relay->keypair);
}

gboolean
cusax_relay_is_ready (CusaxRelay *relay)
{
  return relay->state == STATE_READY;
}

gboolean
cusax_relay_is_protected (CusaxRelay *relay)
{
  return relay->state == STATE_READY && relay->transport == CUSAX_TRANSPORT_TLS;
}

void
cusax_relay_set_client_certificate (CusaxRelay *relay, GTlsCertificate *certificate)
{
  g_set_object (&relay->client_certificate, certificate);
}

void
cusax_relay_set_timeout (CusaxRelay *relay, guint ms)
{
  relay->timeout_ms = ms;
}

void
cusax_relay_set_keepalive (CusaxRelay *relay, guint ms)
{
  relay->keepalive_ms = ms;
}
