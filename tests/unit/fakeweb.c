/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See fakeweb.h. */
#include "fakeweb.h"

#include "certificates.h"
#include "https-private.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *host, *path, *headers, *body, *authorization;
  guint status;
  gboolean hangs;
} Page;

static GSocketService *service;
static TestAuthority *authority;
static GTlsCertificate *certificate;
static char *ca_file;
static guint port;

/* Shared with the server's threads. */
static GMutex lock;
static GCond cleared;
static guint generation;
static gboolean has_digest;
static GPtrArray *pages; /* Page */
static GString *requests, *all_headers;

static void
page_free (gpointer data)
{
  Page *page = data;

  g_free (page->host);
  g_free (page->path);
  g_free (page->headers);
  g_free (page->body);
  g_free (page->authorization);
  g_free (page);
}

/* ------------------------------------------------------------------ answering */

static const char *
reason_of (guint status)
{
  return status == 200 ? "OK" : "Otherwise";
}

static const Page *
find_page (const char *host, const char *path)
{
  for (guint i = 0; i < pages->len; i++)
    {
      const Page *page = g_ptr_array_index (pages, i);
      if (g_str_equal (page->host, host) && g_str_equal (page->path, path))
        return page;
    }
  return NULL;
}

/* Returns: (transfer full) (nullable): NULL: hold the connection */
static char *
make_answer (const char *target, const char *host, const char *authorization)
{
  g_autofree char *path = g_strndup (target, strcspn (target, "?"));
  const Page *page = find_page (host, path);
  guint status = page != NULL ? page->status : 404;
  const char *headers = page != NULL && page->headers != NULL ? page->headers : "";
  const char *body = page != NULL && page->body != NULL ? page->body : "";

  g_string_append_printf (requests, "GET %s %s %s\n", host, target, authorization);
  if (page != NULL && page->authorization != NULL && !g_str_has_prefix (authorization, page->authorization))
    {
      status = 401;
      headers = has_digest ? FAKE_WEB_CHALLENGE : "WWW-Authenticate: Basic realm=\"r\"\r\n";
      body = "";
    }
  if (page != NULL && page->hangs)
    return NULL;
  return g_strdup_printf ("HTTP/1.1 %u %s\r\nContent-Length: %" G_GSIZE_FORMAT "\r\nConnection: close\r\n%s\r\n%s", status,
                          reason_of (status), strlen (body), headers, body);
}

static void
hold (GOutputStream *output)
{
  const char *start = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{";
  guint now;

  g_output_stream_write_all (output, start, strlen (start), NULL, NULL, NULL);
  g_mutex_lock (&lock);
  now = generation;
  while (generation == now)
    g_cond_wait (&cleared, &lock);
  g_mutex_unlock (&lock);
}

static void
serve (GIOStream *stream)
{
  g_autoptr (GDataInputStream) input = g_data_input_stream_new (g_io_stream_get_input_stream (stream));
  GOutputStream *output = g_io_stream_get_output_stream (stream);
  g_autofree char *target = NULL, *host = NULL, *authorization = g_strdup ("-"), *answer = NULL;
  char *line;

  g_data_input_stream_set_newline_type (input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  while ((line = g_data_input_stream_read_line (input, NULL, NULL, NULL)) != NULL && *line != '\0')
    {
      g_mutex_lock (&lock);
      g_string_append_printf (all_headers, "%s\n", line);
      g_mutex_unlock (&lock);
      if (g_str_has_prefix (line, "GET "))
        target = g_strndup (line + 4, strcspn (line + 4, " "));
      else if (g_str_has_prefix (line, "Host: "))
        host = g_strdup (line + 6);
      else if (g_str_has_prefix (line, "Authorization: "))
        {
          g_free (authorization);
          authorization = g_strdup (line + 15);
        }
      g_free (line);
    }
  if (line == NULL || target == NULL || host == NULL)
    return;
  g_free (line);
  g_mutex_lock (&lock);
  answer = make_answer (target, host, authorization);
  g_mutex_unlock (&lock);
  if (answer != NULL)
    g_output_stream_write_all (output, answer, strlen (answer), NULL, NULL, NULL);
  else
    hold (output);
}

static gboolean
on_run (GThreadedSocketService *threaded, GSocketConnection *connection, GObject *source, gpointer unused)
{
  g_autoptr (GIOStream) stream = NULL;
  g_autoptr (GTlsCertificate) shown = NULL;

  g_mutex_lock (&lock);
  shown = g_object_ref (certificate);
  g_mutex_unlock (&lock);
  stream = g_tls_server_connection_new (G_IO_STREAM (connection), shown, NULL);
  if (g_tls_connection_handshake (G_TLS_CONNECTION (stream), NULL, NULL))
    serve (stream);
  g_io_stream_close (stream, NULL, NULL);
  return TRUE;
}

/* ---------------------------------------------------------------------- pages */

static Page *
add_page (const char *host, const char *path, guint status)
{
  Page *page = g_new0 (Page, 1);

  page->host = g_strdup (host);
  page->path = g_strdup (path);
  page->status = status;
  g_mutex_lock (&lock);
  g_ptr_array_add (pages, page);
  g_mutex_unlock (&lock);
  return page;
}

void
fake_web_page (const char *host, const char *path, guint status, const char *headers, const char *body,
               const char *authorization)
{
  Page *page = add_page (host, path, status);

  page->headers = g_strdup (headers);
  page->body = g_strdup (body);
  page->authorization = g_strdup (authorization);
}

void
fake_web_hang (const char *host, const char *path)
{
  add_page (host, path, 200)->hangs = TRUE;
}

void
fake_web_set_digest (gboolean offers_digest)
{
  has_digest = offers_digest;
}

void
fake_web_clear (void)
{
  g_mutex_lock (&lock);
  g_ptr_array_set_size (pages, 0);
  g_string_truncate (requests, 0);
  g_string_truncate (all_headers, 0);
  has_digest = FALSE;
  generation++;
  g_cond_broadcast (&cleared);
  g_mutex_unlock (&lock);
}

char *
fake_web_get_requests (void)
{
  g_mutex_lock (&lock);
  char *copy = g_strdup (requests->str);
  g_mutex_unlock (&lock);
  return copy;
}

gboolean
fake_web_had_header (const char *start)
{
  g_autofree char *line = g_strconcat ("\n", start, NULL);

  g_mutex_lock (&lock);
  gboolean had = strstr (all_headers->str, line) != NULL;
  g_mutex_unlock (&lock);
  return had;
}

void
fake_web_show (FakeWebCertificate which)
{
  static const struct
  {
    const char *names;
    int from, to;
  } kinds[] = {
    [FAKE_WEB_GOOD] = { FAKE_WEB_NAMES, -1, 30 },
    [FAKE_WEB_WRONG_NAME] = { "DNS:else.test", -1, 30 },
    [FAKE_WEB_EXPIRED] = { FAKE_WEB_NAMES, -30, -1 },
    [FAKE_WEB_SELF_SIGNED] = { FAKE_WEB_NAMES, -1, 30 },
  };
  GTlsCertificate *made = test_certificate_new (which == FAKE_WEB_SELF_SIGNED ? NULL : authority, kinds[which].names,
                                                kinds[which].from, kinds[which].to);

  g_mutex_lock (&lock);
  g_set_object (&certificate, made);
  g_mutex_unlock (&lock);
  g_object_unref (made);
}

/* ----------------------------------------------------------------------- life */

static gboolean
on_too_late (gpointer data)
{
  g_error ("nothing happened within 15 s");
  return G_SOURCE_REMOVE;
}

void
fake_web_wait (gboolean (*is_done) (void))
{
  guint deadline = g_timeout_add_seconds (15, on_too_late, NULL);

  while (!is_done ())
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
}

void
fake_web_lead_to (const char *target)
{
  g_autofree char *own = g_strdup_printf ("127.0.0.1:%u", port);
  g_autofree char *connect_to = g_strconcat ("::", target != NULL ? target : own, NULL);

  cusax_https_set_world (ca_file, connect_to);
}

void
fake_web_start (void)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) got = NULL;
  g_autofree char *pem = NULL;
  int file;

  authority = test_authority_new ();
  pem = test_authority_get_pem (authority);
  file = g_file_open_tmp ("cusax-ca-XXXXXX", &ca_file, NULL);
  g_assert_cmpint (file, >=, 0);
  g_close (file, NULL);
  g_assert_true (g_file_set_contents (ca_file, pem, -1, NULL));

  pages = g_ptr_array_new_with_free_func (page_free);
  requests = g_string_new (NULL);
  all_headers = g_string_new (NULL);
  fake_web_show (FAKE_WEB_GOOD);
  service = g_threaded_socket_service_new (-1);
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (service), wanted, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, &got, NULL));
  g_signal_connect (service, "run", G_CALLBACK (on_run), NULL);
  g_socket_service_start (service);
  port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
  fake_web_lead_to (NULL);
}

void
fake_web_stop (void)
{
  fake_web_clear ();
  g_socket_service_stop (service);
  g_socket_listener_close (G_SOCKET_LISTENER (service));
  g_clear_object (&service);
  cusax_https_set_world (NULL, NULL);
  g_unlink (ca_file);
  g_clear_pointer (&ca_file, g_free);
  test_authority_free (authority);
}
