/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See scripted-peer.h. */
#include "scripted-peer.h"

#include "digest.h"

#include <gio/gio.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define USER "alice"
#define REALM "home"
#define PASSWORD "wonder:land"
#define MAX_DATAGRAM 65536

struct _Peer
{
  gboolean udp;
  char *literal; /* as bound */
  char *host;    /* as in URIs */
  guint16 port;
  PeerMode mode;
  guint status;
  guint expires;
  gboolean manual;
  gboolean challenge_invite;
  guint n_nonces;
  guint n_branches;
  PeerFilter filter;
  gpointer filter_data;
  const char *seen;
  const char *register_extra;

  GSocketService *service; /* TCP, TLS */
  GTlsCertificate *certificate;
  GPtrArray *connections;  /* (element-type Link) */
  GSocket *socket;         /* UDP */
  GSource *source;
  GSocketAddress *address; /* UDP: where the last one came from */
  guint n_connections;

  GQueue messages;  /* (element-type PeerMessage): not yet expected */
  GPtrArray *lines; /* (element-type utf8): all first lines that came, and ours with "> " */
  char *contact;
};

typedef struct
{
  Peer *peer;
  GIOStream *stream;
  GSource *source;
  GString *buffer;
} Link;

/* ------------------------------------------------------------------ messages */

void
peer_message_free (PeerMessage *message)
{
  if (message == NULL)
    return;
  g_free (message->first_line);
  g_free (message->head);
  g_free (message->body);
  g_free (message);
}

char *
peer_message_get (const PeerMessage *message, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (message->head, "\r\n", -1);
  gsize length = strlen (name);

  for (guint i = 1; lines[i] != NULL; i++)
    if (g_ascii_strncasecmp (lines[i], name, length) == 0 && lines[i][length] == ':')
      return g_strstrip (g_strdup (lines[i] + length + 1));
  return NULL;
}

static PeerMessage *
message_new (const char *head, gsize head_length, const char *body, gsize length)
{
  PeerMessage *message = g_new0 (PeerMessage, 1);

  message->head = g_strndup (head, head_length);
  message->body = g_strndup (body, length);
  message->first_line = g_strndup (head, strcspn (message->head, "\r\n"));
  return message;
}

static gboolean
digest_is_right (const PeerMessage *request, const char *header, CusaxDigestAlgorithm algorithm)
{
  g_autofree char *value = peer_message_get (request, header);
  g_autofree char *wanted = NULL;
  char *fields[4] = { NULL };
  const char *names[] = { "nonce=\"", "cnonce=\"", "uri=\"", "response=\"" };
  g_auto (GStrv) words = g_strsplit (request->first_line, " ", 2);
  CusaxDigestInput input = { 0 };
  const char *nc;
  gboolean is_right;

  if (value == NULL)
    return FALSE;
  for (guint i = 0; i < 4; i++)
    {
      /* The space before keeps nonce from finding cnonce. */
      g_autofree char *padded = g_strconcat (" ", value, NULL);
      g_autofree char *a = g_strconcat (" ", names[i], NULL), *b = g_strconcat (",", names[i], NULL);
      const char *start = strstr (padded, a);

      if (start == NULL)
        start = strstr (padded, b);
      if (start != NULL)
        {
          start += strlen (a);
          fields[i] = g_strndup (start, strcspn (start, "\""));
        }
    }
  nc = strstr (value, "nc=");
  input.algorithm = algorithm;
  input.user = USER;
  input.realm = REALM;
  input.password = PASSWORD;
  input.nonce = fields[0];
  input.cnonce = fields[1];
  input.uri = fields[2];
  input.nonce_count = nc != NULL ? (guint) g_ascii_strtoull (nc + 3, NULL, 16) : 0;
  input.qop = CUSAX_DIGEST_QOP_AUTH;
  input.method = words[0];
  wanted = cusax_digest_compute (&input);
  is_right = wanted != NULL && g_strcmp0 (wanted, fields[3]) == 0;
  for (guint i = 0; i < 4; i++)
    g_free (fields[i]);
  return is_right;
}

/* --------------------------------------------------------------------- sending */

static void
send_bytes (Peer *peer, const char *bytes, gsize length)
{
  g_autoptr (GError) error = NULL;
  Link *link;

  g_ptr_array_add (peer->lines, g_strdup_printf ("> %.*s", (int) strcspn (bytes, "\r\n"), bytes));
  if (peer->udp)
    {
      if (peer->address != NULL)
        g_socket_send_to (peer->socket, peer->address, bytes, length, NULL, &error);
      return;
    }
  if (peer->connections->len == 0)
    return;
  link = g_ptr_array_index (peer->connections, peer->connections->len - 1);
  g_output_stream_write_all (g_io_stream_get_output_stream (link->stream), bytes, length,
                             NULL, NULL, &error);
}

void
peer_send_bytes (Peer *peer, const char *bytes, gsize length)
{
  send_bytes (peer, bytes, length);
}

void
peer_send (Peer *peer, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *joined = g_strjoinv ("\r\n", lines);
  const char *body = strstr (joined, "\r\n\r\n");
  g_autofree char *length = g_strdup_printf ("%zu", body != NULL ? strlen (body + 4) : 0);
  g_auto (GStrv) parts = g_strsplit (joined, "@LENGTH@", -1);
  g_autofree char *whole = g_strjoinv (length, parts);

  send_bytes (peer, whole, strlen (whole));
}

void
peer_sendf (Peer *peer, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  peer_send (peer, text);
}

/* "\n" before the body only in header lines: bodies are given with LF too. */
static void
append_body (GString *text, const char *extra, const char *body)
{
  if (body != NULL && (extra == NULL || strstr (extra, "Content-Type:") == NULL))
    g_string_append (text, "Content-Type: application/sdp\n");
  g_string_append_printf (text, "Content-Length: @LENGTH@\n\n%s", body != NULL ? body : "");
}

static void
append_via (Peer *peer, GString *text, const char *line)
{
  const char *rport = peer->seen != NULL ? strstr (line, ";rport") : NULL;

  if (rport == NULL)
    g_string_append_printf (text, "%s\n", line);
  else
    g_string_append_printf (text, "%.*s%s%s\n", (int) (rport - line), line, peer->seen,
                            rport + strlen (";rport"));
}

void
peer_reply (Peer *peer, const PeerMessage *request, const char *status, const char *tag, const char *extra,
            const char *body)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GStrv) lines = g_strsplit (request->head, "\r\n", -1);

  g_string_append_printf (text, "SIP/2.0 %s\n", status);
  for (guint i = 1; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "Via:"))
      append_via (peer, text, lines[i]);
    else if (g_str_has_prefix (lines[i], "From:")
        || g_str_has_prefix (lines[i], "Call-ID:") || g_str_has_prefix (lines[i], "CSeq:")
        || g_str_has_prefix (lines[i], "Record-Route:"))
      g_string_append_printf (text, "%s\n", lines[i]);
    else if (g_str_has_prefix (lines[i], "To:"))
      g_string_append_printf (text, tag != NULL && strstr (lines[i], ";tag=") == NULL ? "%s;tag=%s\n" : "%s\n",
                              lines[i], tag);
  if (extra != NULL)
    g_string_append (text, extra);
  append_body (text, extra, body);
  peer_send (peer, text->str);
}

/* ---------------------------------------------------------------------- dialogs */

void
peer_dialog_free (PeerDialog *dialog)
{
  if (dialog == NULL)
    return;
  g_free (dialog->local);
  g_free (dialog->remote);
  g_free (dialog->call_id);
  g_free (dialog->target);
  g_free (dialog);
}

static char *
uri_of (const char *header)
{
  const char *start = header != NULL ? strchr (header, '<') : NULL;

  g_assert_nonnull (start);
  return g_strndup (start + 1, strcspn (start + 1, ">"));
}

PeerDialog *
peer_dialog_from_invite (const PeerMessage *invite, const char *tag)
{
  PeerDialog *dialog = g_new0 (PeerDialog, 1);
  g_autofree char *to = peer_message_get (invite, "To");
  g_autofree char *contact = peer_message_get (invite, "Contact");

  dialog->local = g_strdup_printf ("%s;tag=%s", to, tag);
  dialog->remote = peer_message_get (invite, "From");
  dialog->call_id = peer_message_get (invite, "Call-ID");
  dialog->target = uri_of (contact);
  dialog->cseq = 100;
  return dialog;
}

PeerDialog *
peer_dialog_new (const char *target)
{
  PeerDialog *dialog = g_new0 (PeerDialog, 1);
  static guint counter;

  counter++;
  dialog->local = g_strdup_printf ("\"Bob \\\"B\\\" Ä\" <sip:bob@example.test>;tag=b%u", counter);
  dialog->remote = g_strdup ("<sip:alice@example.test>");
  dialog->call_id = g_strdup_printf ("call-%u-%08x@peer.test", counter, g_random_int ());
  dialog->target = g_strdup (target);
  dialog->cseq = 1;
  return dialog;
}

void
peer_dialog_learn (PeerDialog *dialog, const PeerMessage *response)
{
  g_autofree char *contact = peer_message_get (response, "Contact");

  g_free (dialog->remote);
  dialog->remote = peer_message_get (response, "To");
  if (contact != NULL)
    {
      g_free (dialog->target);
      dialog->target = uri_of (contact);
    }
}

void
peer_request (Peer *peer, PeerDialog *dialog, const char *method, const char *extra, const char *body)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean is_same = g_str_equal (method, "ACK") || g_str_equal (method, "CANCEL");
  const char *transport = peer->udp ? "UDP" : "TCP";

  if (!is_same)
    dialog->cseq++;
  if (!g_str_equal (method, "CANCEL"))
    peer->n_branches++;
  g_string_append_printf (text, "%s %s SIP/2.0\n", method, dialog->target);
  g_string_append_printf (text, "Via: SIP/2.0/%s %s:%u;branch=z9hG4bKp%p%u;rport\n", transport, peer->host,
                          peer->port, (void *) peer, peer->n_branches);
  g_string_append_printf (text, "Max-Forwards: 70\nFrom: %s\nTo: %s\nCall-ID: %s\nCSeq: %u %s\n", dialog->local,
                          dialog->remote, dialog->call_id, dialog->cseq, method);
  if (extra == NULL || strstr (extra, "Contact:") == NULL)
    g_string_append_printf (text, "Contact: <sip:bob@%s:%u;transport=%s>\n", peer->host, peer->port,
                            peer->udp ? "udp" : "tcp");
  if (extra != NULL)
    g_string_append (text, extra);
  append_body (text, extra, body);
  peer_send (peer, text->str);
}

/* -------------------------------------------------------------------- receiving */

static void
challenge (Peer *peer, const PeerMessage *request, int status)
{
  g_autoptr (GString) extra = g_string_new (NULL);
  const char *name = status == 407 ? "Proxy-Authenticate" : "WWW-Authenticate";
  guint nonce = ++peer->n_nonces;

  if (peer->mode != PEER_SHA256)
    g_string_append_printf (
        extra, "%s: Digest realm=\"" REALM "\", nonce=\"n%u\", qop=\"auth\", algorithm=MD5\n", name, nonce);
  if (peer->mode != PEER_MD5)
    g_string_append_printf (
        extra, "%s: Digest realm=\"" REALM "\", nonce=\"n%u\", qop=\"auth\", algorithm=SHA-256\n", name, nonce);
  peer_reply (peer, request, status == 407 ? "407 Proxy Authentication Required" : "401 Unauthorized", "reg",
              extra->str, NULL);
}

static void
answer_register (Peer *peer, const PeerMessage *request)
{
  CusaxDigestAlgorithm algorithm = peer->mode == PEER_MD5 ? CUSAX_DIGEST_MD5 : CUSAX_DIGEST_SHA256;
  gboolean asks = peer->mode == PEER_MD5 || peer->mode == PEER_SHA256 || peer->mode == PEER_BOTH;
  g_autofree char *contact = peer_message_get (request, "Contact");
  g_autofree char *expires = peer_message_get (request, "Expires");

  if (peer->mode == PEER_STATUS)
    {
      g_autofree char *line = g_strdup_printf ("%u Scripted", peer->status);

      peer_reply (peer, request, line, "reg", NULL, NULL);
    }
  else if (asks && !digest_is_right (request, "Authorization", algorithm))
    challenge (peer, request, 401);
  else
    {
      g_autofree char *bare = contact != NULL ? uri_of (contact) : NULL;
      gboolean is_end = g_strcmp0 (expires, "0") == 0;
      /* Another device first: ours has to be found. */
      g_autofree char *extra
          = is_end ? NULL
                   : g_strdup_printf ("Contact: <sip:desk@192.0.2.1>;expires=7, <%s>;expires=%u\n%s", bare,
                                      peer->expires, peer->register_extra != NULL ? peer->register_extra : "");

      if (!is_end)
        {
          g_free (peer->contact);
          peer->contact = g_steal_pointer (&bare);
        }
      peer_reply (peer, request, "200 OK", "reg", extra, NULL);
    }
}

static void
take (Peer *peer, PeerMessage *message)
{
  g_ptr_array_add (peer->lines, g_strdup (message->first_line));
  if (peer->filter != NULL && !g_str_has_prefix (message->first_line, "SIP/2.0 ")
      && peer->filter (peer->filter_data, peer, message))
    {
      peer_message_free (message);
      return;
    }
  if (peer->mode != PEER_MUTE && !peer->manual)
    {
      if (g_str_has_prefix (message->first_line, "REGISTER "))
        {
          answer_register (peer, message);
          peer_message_free (message);
          return;
        }
      if (peer->challenge_invite && g_str_has_prefix (message->first_line, "INVITE ")
          && !digest_is_right (message, "Proxy-Authorization", CUSAX_DIGEST_SHA256))
        {
          challenge (peer, message, 407);
          peer_message_free (message);
          return;
        }
    }
  g_queue_push_tail (&peer->messages, message);
}

/* Takes whole messages off the front of @buffer. */
static void
parse (Peer *peer, GString *buffer)
{
  const char *end;

  for (;;)
    {
      gsize head_length, length = 0;
      PeerMessage *message;
      g_autofree char *text = NULL;

      while (buffer->len >= 2 && buffer->str[0] == '\r')
        g_string_erase (buffer, 0, 2);
      end = strstr (buffer->str, "\r\n\r\n");
      if (end == NULL)
        return;
      head_length = end + 4 - buffer->str;
      message = message_new (buffer->str, head_length, "", 0);
      text = peer_message_get (message, "Content-Length");
      if (text != NULL)
        length = (gsize) g_ascii_strtoull (text, NULL, 10);
      if (buffer->len < head_length + length)
        {
          peer_message_free (message);
          return;
        }
      g_free (message->body);
      message->body = g_strndup (buffer->str + head_length, length);
      g_string_erase (buffer, 0, head_length + length);
      take (peer, message);
    }
}

static void
link_free (gpointer data)
{
  Link *link = data;
  g_autoptr (GIOStream) base = NULL;

  g_source_destroy (link->source);
  g_source_unref (link->source);
  /* A good-bye of TLS would wait for the end of a handshake. */
  if (G_IS_TLS_CONNECTION (link->stream))
    g_object_get (link->stream, "base-io-stream", &base, NULL);
  g_io_stream_close (base != NULL ? base : link->stream, NULL, NULL);
  g_object_unref (link->stream);
  g_string_free (link->buffer, TRUE);
  g_free (link);
}

static gboolean
on_readable (GObject *stream, gpointer user_data)
{
  Link *link = user_data;
  char bytes[4096];
  g_autoptr (GError) error = NULL;
  gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), bytes, sizeof bytes,
                                                       NULL, &error);

  /* TLS: a handshake that is not through, half a record. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  if (n <= 0)
    {
      g_ptr_array_remove (link->peer->connections, link);
      return G_SOURCE_REMOVE;
    }
  g_string_append_len (link->buffer, bytes, n);
  parse (link->peer, link->buffer);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  Peer *peer = user_data;
  Link *link = g_new0 (Link, 1);
  GInputStream *input;

  link->peer = peer;
  link->stream = peer->certificate != NULL
                     ? g_tls_server_connection_new (G_IO_STREAM (connection), peer->certificate, NULL)
                     : G_IO_STREAM (g_object_ref (connection));
  /* Tests measure; nobody must wait for a delayed ACK. */
  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  link->buffer = g_string_new (NULL);
  input = g_io_stream_get_input_stream (link->stream);
  link->source = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (input), NULL);
  g_source_set_callback (link->source, G_SOURCE_FUNC (on_readable), link, NULL);
  g_source_attach (link->source, NULL);
  g_ptr_array_add (peer->connections, link);
  peer->n_connections++;
  return TRUE;
}

static gboolean
on_datagram (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Peer *peer = user_data;
  g_autofree char *bytes = g_malloc (MAX_DATAGRAM);
  GSocketAddress *from = NULL;
  gssize n = g_socket_receive_from (socket, &from, bytes, MAX_DATAGRAM, NULL, NULL);

  if (n > 0)
    {
      g_autoptr (GString) buffer = g_string_new_len (bytes, n);

      g_clear_object (&peer->address);
      peer->address = from;
      parse (peer, buffer);
    }
  return G_SOURCE_CONTINUE;
}

/* -------------------------------------------------------------------------- life */

static void
listen_now (Peer *peer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new_from_string (peer->literal, peer->port);
  g_autoptr (GSocketAddress) bound = NULL;

  if (peer->udp)
    {
      peer->socket = g_socket_new (g_socket_address_get_family (wanted), G_SOCKET_TYPE_DATAGRAM,
                                   G_SOCKET_PROTOCOL_UDP, &error);
      g_assert_no_error (error);
      g_socket_bind (peer->socket, wanted, FALSE, &error);
      g_assert_no_error (error);
      bound = g_socket_get_local_address (peer->socket, NULL);
      peer->source = g_socket_create_source (peer->socket, G_IO_IN, NULL);
      g_source_set_callback (peer->source, G_SOURCE_FUNC (on_datagram), peer, NULL);
      g_source_attach (peer->source, NULL);
    }
  else
    {
      peer->service = g_socket_service_new ();
      g_socket_listener_add_address (G_SOCKET_LISTENER (peer->service), wanted, G_SOCKET_TYPE_STREAM,
                                     G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
      g_assert_no_error (error);
      g_signal_connect (peer->service, "incoming", G_CALLBACK (on_incoming), peer);
      g_socket_service_start (peer->service);
    }
  peer->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

Peer *
peer_new_at (const char *address, gboolean udp)
{
  Peer *peer = g_new0 (Peer, 1);

  peer->udp = udp;
  peer->literal = g_strdup (address);
  peer->host = g_strdup_printf (strchr (address, ':') != NULL ? "[%s]" : "%s", address);
  peer->expires = 300;
  peer->connections = g_ptr_array_new_with_free_func (link_free);
  peer->lines = g_ptr_array_new_with_free_func (g_free);
  g_queue_init (&peer->messages);
  listen_now (peer);
  return peer;
}

Peer *
peer_new (gboolean udp)
{
  return peer_new_at ("127.0.0.1", udp);
}

Peer *
peer_new_tls (GTlsCertificate *certificate)
{
  Peer *peer = peer_new (FALSE);

  peer->certificate = g_object_ref (certificate);
  return peer;
}

void
peer_revive (Peer *peer)
{
  listen_now (peer);
}

void
peer_drop (Peer *peer)
{
  g_ptr_array_set_size (peer->connections, 0);
}

void
peer_die (Peer *peer)
{
  peer_drop (peer);
  if (peer->service != NULL)
    {
      g_socket_service_stop (peer->service);
      g_socket_listener_close (G_SOCKET_LISTENER (peer->service));
      g_clear_object (&peer->service);
    }
  if (peer->source != NULL)
    {
      g_source_destroy (peer->source);
      g_clear_pointer (&peer->source, g_source_unref);
      g_socket_close (peer->socket, NULL);
      g_clear_object (&peer->socket);
    }
}

void
peer_free (Peer *peer)
{
  if (peer == NULL)
    return;
  peer_die (peer);
  g_ptr_array_unref (peer->connections);
  g_ptr_array_unref (peer->lines);
  g_clear_object (&peer->address);
  g_clear_object (&peer->certificate);
  g_queue_clear_full (&peer->messages, (GDestroyNotify) peer_message_free);
  g_free (peer->contact);
  g_free (peer->literal);
  g_free (peer->host);
  g_free (peer);
}

guint16
peer_get_port (Peer *peer)
{
  return peer->port;
}

const char *
peer_get_host (Peer *peer)
{
  return peer->host;
}

void
peer_set_mode (Peer *peer, PeerMode mode, guint status)
{
  peer->mode = mode;
  peer->status = status;
}

void
peer_set_filter (Peer *peer, PeerFilter filter, gpointer user_data)
{
  peer->filter = filter;
  peer->filter_data = user_data;
}

void
peer_set_seen (Peer *peer, const char *parameters)
{
  peer->seen = parameters;
}

void
peer_set_register_extra (Peer *peer, const char *extra)
{
  peer->register_extra = extra;
}

void
peer_set_expires (Peer *peer, guint seconds)
{
  peer->expires = seconds;
}

void
peer_set_manual (Peer *peer, gboolean manual)
{
  peer->manual = manual;
}

void
peer_challenge_invite (Peer *peer)
{
  peer->challenge_invite = TRUE;
}

guint
peer_count (Peer *peer, const char *start)
{
  guint n = 0;

  for (guint i = 0; i < peer->lines->len; i++)
    n += g_str_has_prefix (g_ptr_array_index (peer->lines, i), start);
  return n;
}

guint
peer_get_n_connections (Peer *peer)
{
  return peer->n_connections;
}

const char *
peer_get_contact (Peer *peer)
{
  return peer->contact;
}

/* ----------------------------------------------------------------------- waiting */

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static char *
history (Peer *peer)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < peer->lines->len; i++)
    g_string_append_printf (text, "\n    %s", (char *) g_ptr_array_index (peer->lines, i));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

PeerMessage *
peer_expect (Peer *peer, const char *start, guint ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) ms * 1000;
  guint id = g_timeout_add (20, on_tick, NULL);
  PeerMessage *found = NULL;

  for (;;)
    {
      for (GList *l = peer->messages.head; l != NULL; l = l->next)
        if (g_str_has_prefix (((PeerMessage *) l->data)->first_line, start))
          {
            found = l->data;
            g_queue_delete_link (&peer->messages, l);
            break;
          }
      if (found != NULL || g_get_monotonic_time () > deadline)
        break;
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (id);
  if (found == NULL)
    {
      g_autofree char *text = history (peer);

      g_error ("no \"%s\" within %u ms; the peer saw:%s", start, ms, text);
    }
  return found;
}

PeerMessage *
peer_take (Peer *peer)
{
  return g_queue_pop_head (&peer->messages);
}

void
peer_spin (guint ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) ms * 1000;
  guint id = g_timeout_add (5, on_tick, NULL);

  while (g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
}

void
peer_expect_none (Peer *peer, const char *start, guint ms)
{
  peer_spin (ms);
  for (GList *l = peer->messages.head; l != NULL; l = l->next)
    if (g_str_has_prefix (((PeerMessage *) l->data)->first_line, start))
      g_error ("unexpected \"%s\"", ((PeerMessage *) l->data)->first_line);
}

void
peer_wait (Peer *peer, const guint *flag, const char *what, guint ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) ms * 1000;
  guint id = g_timeout_add (20, on_tick, NULL);

  while (*flag == 0 && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
  if (*flag == 0)
    {
      g_autofree char *text = history (peer);

      g_error ("no %s within %u ms; the peer saw:%s", what, ms, text);
    }
}
