/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See relay-outer.h. One asynchronous operation is under way at any time; its callback frees what was
 * cancelled. */
#include "relay-outer.h"

#include "error.h"
#include "loop.h"
#include "peercert.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

/* A peer that is gone without a word: the kernel gives unacknowledged bytes up after this. */
#define UNACKNOWLEDGED_MS 8000

struct _CusaxOuter
{
  CusaxTarget *target;
  char *verify_name, *other_name;
  CusaxTrust *trust;
  CusaxOuterCallback callback; /* NULL once cancelled */
  gpointer user_data;
  GCancellable *cancellable;
  guint timeout_id;
  gboolean timed_out;
  GSocketConnection *connection;
  GIOStream *stream;
  GTlsCertificate *client_certificate;
  gboolean is_pinned;       /* what was accepted is what a person accepted before */
  GTlsCertificate *refused; /* what we did not accept */
  GTlsCertificateFlags refused_flags;
};

static void
free_outer (CusaxOuter *outer)
{
  g_clear_handle_id (&outer->timeout_id, g_source_remove);
  /* A connection that was not handed over says nothing more: TLS would write its good-bye otherwise. */
  if (outer->connection != NULL)
    g_socket_shutdown (g_socket_connection_get_socket (outer->connection), TRUE, TRUE, NULL);
  g_clear_object (&outer->stream);
  g_clear_object (&outer->connection);
  g_clear_object (&outer->client_certificate);
  g_clear_object (&outer->refused);
  g_clear_object (&outer->cancellable);
  cusax_target_free (outer->target);
  g_free (outer->verify_name);
  g_free (outer->other_name);
  g_free (outer);
}

/* ----------------------------------------------------------------------- end */

/* The callback may do anything, cancel us included: let go first. */
static void
end (CusaxOuter *outer, const GError *error, const CusaxCertificate *certificate)
{
  CusaxOuterCallback callback = outer->callback;
  CusaxOuterResult result = { 0 };

  outer->callback = NULL;
  /* A later handshake on the same stream would find us gone; without us it is refused. */
  if (outer->stream != NULL)
    g_signal_handlers_disconnect_by_data (outer->stream, outer);
  if (error != NULL)
    callback (outer->user_data, NULL, error, certificate);
  else
    {
      if (G_IS_TLS_CONNECTION (outer->stream))
        {
          result.tls_version = cusax_peercert_get_tls_version (G_TLS_CONNECTION (outer->stream));
          result.trust = outer->is_pinned ? CUSAX_PEER_PINNED : CUSAX_PEER_TRUSTED;
        }
      result.stream = g_steal_pointer (&outer->stream);
      result.connection = g_steal_pointer (&outer->connection);
      callback (outer->user_data, &result, NULL, NULL);
    }
  free_outer (outer);
}

static void
end_refused (CusaxOuter *outer)
{
  g_autofree char *place = cusax_target_describe (outer->target);
  g_autoptr (CusaxPeercert) peercert = cusax_peercert_new (
    outer->refused, outer->refused_flags, outer->verify_name, outer->target->port, outer->trust);
  const CusaxCertificate *certificate = cusax_peercert_get (peercert);
  g_autofree char *reason = cusax_peercert_describe (certificate);
  g_autoptr (GError) error = g_error_new (CUSAX_ERROR, CUSAX_ERROR_CERTIFICATE,
                                          "%s: the certificate is not trusted: %s (SHA-256 fingerprint %s)",
                                          place, reason, certificate->fingerprint);

  end (outer, error, certificate);
}

/* @what: the step that failed, for people; @cause: GIO's words */
static void
end_failed (CusaxOuter *outer, const char *what, const GError *cause)
{
  g_autofree char *place = cusax_target_describe (outer->target);
  g_autoptr (GError) error = NULL;

  if (outer->timed_out || g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    error = g_error_new (CUSAX_ERROR, CUSAX_ERROR_TIMEOUT, "%s: %s: no answer in time", place, what);
  else
    error = g_error_new (CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE, "%s: %s: %s", place, what, cause->message);
  end (outer, error, NULL);
}

/* ----------------------------------------------------------------------- TLS */

/*
 * What is checked, and sent as SNI. A literal is no name (RFC 6066 section 3), and GnuTLS servers end the
 * handshake over "::1"; given as an address it is checked, and not sent.
 */
static GSocketConnectable *
make_identity (const char *name, guint16 port)
{
  if (g_hostname_is_ip_address (name))
    return G_SOCKET_CONNECTABLE (g_inet_socket_address_new_from_string (name, port));
  return g_network_address_new (name, port);
}

static gboolean
is_pinned (CusaxOuter *outer, GTlsCertificate *certificate)
{
  /* Not the target's name: it comes out of unsigned DNS, and somebody's pinned certificate would speak for all.
   */
  const char *hosts[] = { outer->verify_name, outer->other_name };
  g_autoptr (GByteArray) der = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  if (outer->trust == NULL || der == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    if (hosts[i] != NULL
        && outer->trust->is_pinned (outer->trust, hosts[i], outer->target->port, der->data, der->len))
      return TRUE;
  return FALSE;
}

/* Another name may be as good: then it is not the name that is wrong. */
static gboolean
is_for_other_name (CusaxOuter *outer, GTlsCertificate *certificate)
{
  g_autoptr (GSocketConnectable) identity = NULL;

  if (outer->other_name == NULL)
    return FALSE;
  identity = make_identity (outer->other_name, outer->target->port);
  return (g_tls_certificate_verify (certificate, identity, NULL) & G_TLS_CERTIFICATE_BAD_IDENTITY) == 0;
}

/* Asked only about certificates that GIO found fault with. */
static gboolean
on_accept_certificate (GTlsConnection *connection, GTlsCertificate *certificate, GTlsCertificateFlags flags,
                       gpointer data)
{
  CusaxOuter *outer = data;

  if (outer->callback == NULL)
    return FALSE;
  outer->is_pinned = is_pinned (outer, certificate);
  if (outer->is_pinned)
    return TRUE;
  if ((flags & G_TLS_CERTIFICATE_BAD_IDENTITY) != 0 && is_for_other_name (outer, certificate))
    {
      flags &= ~G_TLS_CERTIFICATE_BAD_IDENTITY;
      if (flags == G_TLS_CERTIFICATE_NO_FLAGS)
        return TRUE;
    }

  g_set_object (&outer->refused, certificate);
  outer->refused_flags = flags;
  return FALSE;
}

static void
on_handshake (GObject *source, GAsyncResult *result, gpointer data)
{
  CusaxOuter *outer = data;
  g_autoptr (GError) cause = NULL;
  gboolean done = g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &cause);

  if (outer->callback == NULL)
    free_outer (outer);
  else if (done)
    end (outer, NULL, NULL);
  else if (outer->refused != NULL)
    end_refused (outer);
  else
    end_failed (outer, "no TLS connection", cause);
}

/* In a worker thread. Reads only what stays as it is until on_stream_made(). */
static void
make_stream (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  CusaxOuter *outer = data;
  /* The identity sets both SNI and the name that is checked, whatever address we dialled. */
  g_autoptr (GSocketConnectable) identity = make_identity (outer->verify_name, outer->target->port);
  GError *error = NULL;
  GIOStream *stream = g_tls_client_connection_new (G_IO_STREAM (outer->connection), identity, &error);

  if (stream != NULL)
    g_task_return_pointer (task, stream, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
on_stream_made (GObject *source, GAsyncResult *result, gpointer data)
{
  CusaxOuter *outer = data;
  g_autoptr (GError) cause = NULL;

  outer->stream = g_task_propagate_pointer (G_TASK (result), &cause);
  if (outer->callback == NULL)
    free_outer (outer);
  else if (outer->stream == NULL)
    end_failed (outer, "no TLS on this machine", cause);
  else
    {
      if (outer->client_certificate != NULL)
        g_tls_connection_set_certificate (G_TLS_CONNECTION (outer->stream), outer->client_certificate);
      g_signal_connect (outer->stream, "accept-certificate", G_CALLBACK (on_accept_certificate), outer);
      g_tls_connection_handshake_async (G_TLS_CONNECTION (outer->stream), CUSAX_LOOP_PRIORITY,
                                        outer->cancellable, on_handshake, outer);
    }
}

/* GIO reads the system's whole store of authorities for each connection, 20 to 60 ms: not in the main loop. */
static void
start_tls (CusaxOuter *outer)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_stream_made, outer);

  g_task_set_task_data (task, outer, NULL);
  g_task_run_in_thread (task, make_stream);
}

/* ----------------------------------------------------------------------- TCP */

void
cusax_outer_tune (GSocketConnection *connection)
{
  GSocket *socket = g_socket_connection_get_socket (connection);

  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  g_socket_set_keepalive (socket, TRUE);
#ifdef TCP_USER_TIMEOUT
  g_socket_set_option (socket, IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS, NULL);
#endif
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  CusaxOuter *outer = data;
  g_autoptr (GError) cause = NULL;

  outer->connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &cause);
  if (outer->callback == NULL)
    free_outer (outer);
  else if (outer->connection == NULL)
    end_failed (outer, "no connection", cause);
  else
    {
      cusax_outer_tune (outer->connection);
      if (outer->target->transport == CUSAX_TRANSPORT_TLS)
        start_tls (outer);
      else
        {
          outer->stream = g_object_ref (G_IO_STREAM (outer->connection));
          end (outer, NULL, NULL);
        }
    }
}

static gboolean
on_timeout (gpointer data)
{
  CusaxOuter *outer = data;

  outer->timeout_id = 0;
  outer->timed_out = TRUE;
  g_cancellable_cancel (outer->cancellable);
  return G_SOURCE_REMOVE;
}

CusaxOuter *
cusax_outer_connect (const CusaxOuterQuery *query, CusaxOuterCallback callback, gpointer user_data)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) address = G_SOCKET_CONNECTABLE (
    g_inet_socket_address_new_from_string (query->target->address, query->target->port));
  CusaxOuter *outer = g_new0 (CusaxOuter, 1);

  outer->target = cusax_target_copy (query->target);
  outer->verify_name = g_strdup (query->verify_name);
  outer->other_name = g_strdup (query->other_name);
  outer->trust = query->trust;
  g_set_object (&outer->client_certificate, query->client_certificate);
  outer->callback = callback;
  outer->user_data = user_data;
  outer->cancellable = g_cancellable_new ();
  outer->timeout_id = cusax_loop_add_timeout (query->timeout_ms, on_timeout, outer);

  /* What reaches the server is decided by cusax_locate_async() and the account, not by the desktop's web proxy.
   */
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_async (client, address, outer->cancellable, on_connected, outer);
  return outer;
}

void
cusax_outer_cancel (CusaxOuter *outer)
{
  outer->callback = NULL;
  g_clear_handle_id (&outer->timeout_id, g_source_remove);
  g_cancellable_cancel (outer->cancellable);
}
