/* SPDX-License-Identifier: GPL-2.0-or-later */
/* STUN and TURN servers of one gathering: what needs no lookup, what is remembered, what is waited for, and by whom longer; a
 * resolver of ours answers when the test says so. And the tunnel: TURN over TLS, verified. */
#include "servers.h"

#include "certificates.h"
#include "ports.h"
#include "thread.h"
#include "transport.h"
#include "tunnel.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

/* ---------------------------------------------------------------- resolver */

#define TEST_TYPE_RESOLVER (test_resolver_get_type ())
G_DECLARE_FINAL_TYPE (TestResolver, test_resolver, TEST, RESOLVER, GResolver)

struct _TestResolver
{
  GResolver parent;
  GPtrArray *open; /* (element-type GTask): oldest first */
  GString *asked;
};

G_DEFINE_FINAL_TYPE (TestResolver, test_resolver, G_TYPE_RESOLVER)

static TestResolver *resolver;

static void
lookup (GResolver *self, const char *host, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_string_append_printf (resolver->asked, "%s ", host);
  g_task_set_task_data (task, g_strdup (host), g_free);
  g_ptr_array_add (resolver->open, task);
}

static GList *
lookup_finish (GResolver *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_resolver_init (TestResolver *self)
{
  self->open = g_ptr_array_new_with_free_func (g_object_unref);
  self->asked = g_string_new (NULL);
}

static void
test_resolver_finalize (GObject *object)
{
  g_ptr_array_unref (TEST_RESOLVER (object)->open);
  g_string_free (TEST_RESOLVER (object)->asked, TRUE);
  G_OBJECT_CLASS (test_resolver_parent_class)->finalize (object);
}

static void
test_resolver_class_init (TestResolverClass *class)
{
  G_OBJECT_CLASS (class)->finalize = test_resolver_finalize;
  G_RESOLVER_CLASS (class)->lookup_by_name_async = lookup;
  G_RESOLVER_CLASS (class)->lookup_by_name_finish = lookup_finish;
}

static void
check_asked (const char *expected)
{
  g_assert_cmpstr (resolver->asked->str, ==, expected);
  g_string_truncate (resolver->asked, 0);
}

static void
turn_loop (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* @literals: "192.0.2.1 2001:db8::1"; NULL: there is no such name. Of the oldest question. */
static void
resolve (const char *literals)
{
  g_assert_cmpuint (resolver->open->len, >, 0);
  g_autoptr (GTask) task = g_ptr_array_steal_index (resolver->open, 0);
  GList *addresses = NULL;

  if (literals == NULL)
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such name");
  else
    {
      g_auto (GStrv) words = g_strsplit (literals, " ", -1);

      for (guint i = 0; words[i] != NULL; i++)
        addresses = g_list_append (addresses, g_inet_address_new_from_string (words[i]));
      if (g_task_return_error_if_cancelled (task))
        g_resolver_free_addresses (addresses);
      else
        g_task_return_pointer (task, addresses, (GDestroyNotify) g_resolver_free_addresses);
    }
  turn_loop ();
}

/* ------------------------------------------------------------------ helpers */

/* "n" STUN, "u", "t", "s" TURN over UDP, TCP, TLS, then the host: "nstun.example uturn.example" */
static GPtrArray *
list (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  GPtrArray *servers = cusax_ice_servers_new ();

  for (guint i = 0; words[i] != NULL && *words[i] != '\0'; i++)
    g_ptr_array_add (servers, cusax_ice_server_new ((CusaxIceServerKind) (strchr ("nuts", words[i][0]) - "nuts"), words[i] + 1,
                                                    3478, "user", "secret", 0));
  return servers;
}

static CusaxServers *
begin (const char *text, gboolean ipv4, gboolean ipv6)
{
  g_autoptr (GPtrArray) servers = list (text);

  return cusax_servers_new (servers, ipv4, ipv6);
}

/* Ports of tunnels are not told: they are the system's. */
static void
check_addresses (CusaxServers *servers, const char *expected)
{
  const GPtrArray *addresses = cusax_servers_get_addresses (servers);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < addresses->len; i++)
    {
      const CusaxServerAddress *a = g_ptr_array_index (addresses, i);

      g_assert_cmpint (a->kind, !=, CUSAX_ICE_TURN_TLS);
      g_assert_cmpint (a->is_ipv6, ==, strchr (a->address, ':') != NULL);
      if (a->kind != CUSAX_ICE_STUN)
        {
          g_assert_cmpstr (a->username, ==, "user");
          g_assert_cmpstr (a->password, ==, "secret");
        }
      else
        g_assert_null (a->password);
      g_assert_cmpuint (a->port, !=, 0);
      g_assert_cmpint (a->port == 3478, ==, !a->is_tunnel);
      g_assert_null (strstr (a->name, "secret"));
      g_string_append_printf (text, "%c%s%s ", "nuts"[a->kind], a->address, a->is_tunnel ? "*" : "");
    }
  g_assert_cmpstr (text->str, ==, expected);
  g_assert_true (addresses == cusax_servers_get_addresses (servers));
}

static guint told;

static void
on_done (gpointer user_data)
{
  told++;
  g_assert_cmpstr (user_data, ==, "data");
}

static void
setup (void)
{
  resolver = g_object_new (TEST_TYPE_RESOLVER, NULL);
  g_resolver_set_default (G_RESOLVER (resolver));
  told = 0;
}

static void
teardown (void)
{
  turn_loop ();
  g_assert_cmpuint (resolver->open->len, ==, 0);
  g_clear_object (&resolver);
}

/* -------------------------------------------------------------------- names */

static void
test_literals (void)
{
  static const struct
  {
    const char *servers;
    gboolean ipv4, ipv6;
    const char *expected;
  } cases[] = {
    { "", TRUE, TRUE, "" },
    { "n192.0.2.1 u192.0.2.2 t192.0.2.3", TRUE, FALSE, "n192.0.2.1 u192.0.2.2 t192.0.2.3 " },
    { "n192.0.2.1 n2001:db8::1 u2001:db8::2", TRUE, TRUE, "n192.0.2.1 n2001:db8::1 u2001:db8::2 " },
    { "n192.0.2.1 n2001:db8::1", FALSE, TRUE, "n2001:db8::1 " },
    { "n192.0.2.1 n2001:db8::1", TRUE, FALSE, "n192.0.2.1 " },
    { "s192.0.2.1 u192.0.2.1", TRUE, TRUE, "t127.0.0.1* u192.0.2.1 " },
    { "s192.0.2.1", FALSE, TRUE, "t::1* " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      setup ();
      g_test_message ("%s", cases[i].servers);
      g_autoptr (CusaxServers) servers = begin (cases[i].servers, cases[i].ipv4, cases[i].ipv6);
      g_assert_true (cusax_servers_is_ready (servers));
      check_addresses (servers, cases[i].expected);
      check_asked ("");
      teardown ();
    }
  g_autoptr (CusaxServers) none = cusax_servers_new (NULL, TRUE, TRUE);
  g_assert_cmpuint (cusax_servers_get_addresses (none)->len, ==, 0);
}

static void
test_no_credentials (void)
{
  g_autoptr (GPtrArray) list = cusax_ice_servers_new ();

  g_ptr_array_add (list, cusax_ice_server_new (CUSAX_ICE_TURN_UDP, "192.0.2.1", 0, NULL, NULL, 0));
  g_ptr_array_add (list, cusax_ice_server_new (CUSAX_ICE_TURN_UDP, "192.0.2.1", 0, "u", NULL, 0));
  g_autoptr (CusaxServers) servers = cusax_servers_new (list, TRUE, TRUE);
  g_assert_cmpuint (cusax_servers_get_addresses (servers)->len, ==, 0);
}

static void
test_names (void)
{
  setup ();
  cusax_servers_init ();
  CusaxServers *servers = begin ("nstun.example uturn.example tturn.example", TRUE, TRUE);
  check_asked ("stun.example turn.example ");
  g_assert_false (cusax_servers_is_ready (servers));
  cusax_servers_wait (servers, 60000, on_done, "data");
  resolve ("192.0.2.1 192.0.2.9 2001:db8::1");
  g_assert_cmpuint (told, ==, 0);
  resolve ("2001:db8::2");
  g_assert_cmpuint (told, ==, 1);
  g_assert_true (cusax_servers_is_ready (servers));
  check_addresses (servers, "n192.0.2.1 n2001:db8::1 u2001:db8::2 t2001:db8::2 ");
  cusax_servers_free (servers);

  /* the next call waits for nobody */
  servers = begin ("nstun.example uturn.example", TRUE, FALSE);
  g_assert_true (cusax_servers_is_ready (servers));
  check_addresses (servers, "n192.0.2.1 ");
  check_asked ("");
  cusax_servers_free (servers);
  cusax_servers_shutdown ();

  /* forgotten with the last user */
  servers = begin ("nstun.example", TRUE, FALSE);
  check_asked ("stun.example ");
  cusax_servers_free (servers);
  resolve ("192.0.2.1");
  teardown ();
}

static void
test_prefetch (void)
{
  g_autoptr (GPtrArray) few = list ("nstun.example u192.0.2.1");

  setup ();
  cusax_servers_prefetch (few); /* nobody remembers anything */
  check_asked ("");
  cusax_servers_init ();
  cusax_servers_prefetch (few);
  cusax_servers_prefetch (few);
  cusax_servers_prefetch (NULL);
  check_asked ("stun.example ");
  resolve ("192.0.2.7");
  CusaxServers *servers = begin ("nstun.example", TRUE, TRUE);
  g_assert_true (cusax_servers_is_ready (servers));
  check_addresses (servers, "n192.0.2.7 ");
  cusax_servers_free (servers);
  cusax_servers_shutdown ();
  teardown ();
}

/* The end of the wait: what is known by then. What comes later is for the next call. */
static void
test_late (void)
{
  setup ();
  cusax_servers_init ();
  CusaxServers *servers = begin ("nstun.example u192.0.2.1", TRUE, TRUE);
  gint64 start = g_get_monotonic_time ();

  cusax_servers_wait (servers, 150, on_done, "data");
  while (told == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 140000);
  check_addresses (servers, "u192.0.2.1 ");
  resolve ("192.0.2.7");
  g_assert_cmpuint (told, ==, 1);
  check_addresses (servers, "u192.0.2.1 ");
  cusax_servers_free (servers);
  servers = begin ("nstun.example", TRUE, TRUE);
  check_addresses (servers, "n192.0.2.7 ");
  cusax_servers_free (servers);
  cusax_servers_shutdown ();
  check_asked ("stun.example ");
  teardown ();
}

/* A name that is none costs one call its wait, not each. */
static void
test_no_such_name (void)
{
  setup ();
  cusax_servers_init ();
  CusaxServers *servers = begin ("nstun.example", TRUE, TRUE);

  cusax_servers_wait (servers, 60000, on_done, "data");
  resolve (NULL);
  g_assert_cmpuint (told, ==, 1);
  check_addresses (servers, "");
  cusax_servers_free (servers);
  servers = begin ("nstun.example", TRUE, TRUE);
  g_assert_true (cusax_servers_is_ready (servers));
  check_asked ("stun.example ");
  cusax_servers_free (servers);
  cusax_servers_shutdown ();
  teardown ();
}

/* Freed while its names are looked up and somebody waits. */
static void
test_freed (void)
{
  setup ();
  cusax_servers_init ();
  CusaxServers *servers = begin ("nstun.example sturn.example", TRUE, TRUE);
  CusaxServers *other = begin ("nstun.example", TRUE, TRUE);

  cusax_servers_wait (servers, 10, on_done, "data");
  cusax_servers_wait (other, 60000, on_done, "data");
  cusax_servers_free (servers);
  resolve ("192.0.2.1");
  g_assert_cmpuint (told, ==, 1);
  cusax_servers_free (other);
  cusax_servers_shutdown ();
  resolve ("192.0.2.2"); /* to nobody */
  teardown ();
}

/* -------------------------------------------------------- who waits longer */

typedef struct
{
  gboolean is_resolved, is_ready;
} Hidden;

static void
on_hidden_ready (gpointer user_data, const CusaxTransportDescription *local)
{
  Hidden *hidden = user_data;

  hidden->is_ready = TRUE;
  g_assert_true (hidden->is_resolved);
}

static const CusaxTransportListener hidden_listener = { .on_local_ready = on_hidden_ready };

static gboolean
on_resolver_turn (gpointer user_data)
{
  ((Hidden *) user_data)->is_resolved = TRUE;
  resolve ("127.0.0.1");
  return G_SOURCE_REMOVE;
}

/* Who hides behind a relay does not tell where he is because its name takes a moment longer than others would wait for it. */
static void
test_hidden (void)
{
  g_autoptr (GSocket) relay = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0), bound = NULL;
  g_autoptr (GPtrArray) servers = cusax_ice_servers_new ();
  CusaxTransportConfig config = { .local_address = "127.0.0.1", .offer_dtls = TRUE, .use_ice = TRUE, .is_controlling = TRUE,
                                  .servers = servers, .hides_address = TRUE };
  Hidden hidden = { FALSE, FALSE };
  CusaxTransport *transport;
  char asked[64];

  g_assert_true (g_socket_bind (relay, any, FALSE, NULL));
  bound = g_socket_get_local_address (relay, NULL);
  g_ptr_array_add (servers, cusax_ice_server_new (CUSAX_ICE_TURN_UDP, "turn.example",
                                                  g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)), "user",
                                                  "secret", 0));
  setup ();
  transport = cusax_transport_new (&config, &hidden_listener, &hidden);
  transport->vtable->gather (transport);
  check_asked ("turn.example ");
  /* Before any timer of the wait that is due as well. */
  g_timeout_add_full (G_PRIORITY_HIGH, 400, on_resolver_turn, &hidden, NULL);
  while (!hidden.is_ready)
    g_main_context_iteration (NULL, TRUE);
  g_socket_set_blocking (relay, FALSE);
  g_assert_cmpint (g_socket_receive (relay, asked, sizeof asked, NULL, NULL), >, 0);
  transport->vtable->shutdown (transport);
  teardown ();
}

/* ------------------------------------------------------------------- tunnel */

/* A TLS server that sends back what it gets, in the main loop. */
typedef struct
{
  GSocketService *service;
  GTlsCertificate *certificate;
  guint16 port;
  guint connections;
} Echo;

static void
on_echo_over (GObject *stream, GAsyncResult *result, gpointer data)
{
  g_output_stream_splice_finish (G_OUTPUT_STREAM (stream), result, NULL);
  g_object_unref (data);
}

static gboolean
on_echo_incoming (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  Echo *echo = data;
  GIOStream *tls = g_tls_server_connection_new (G_IO_STREAM (connection), echo->certificate, NULL);

  echo->connections++;
  g_output_stream_splice_async (g_io_stream_get_output_stream (tls), g_io_stream_get_input_stream (tls), 0,
                                G_PRIORITY_DEFAULT, NULL, on_echo_over, tls);
  return TRUE;
}

static void
echo_start (Echo *echo, GTlsCertificate *certificate)
{
  echo->certificate = certificate;
  echo->connections = 0;
  echo->service = g_socket_service_new ();
  echo->port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (echo->service), NULL, NULL);
  g_signal_connect (echo->service, "incoming", G_CALLBACK (on_echo_incoming), echo);
}

static void
echo_stop (Echo *echo)
{
  g_socket_service_stop (echo->service);
  g_socket_listener_close (G_SOCKET_LISTENER (echo->service));
  g_clear_object (&echo->service);
}

typedef struct
{
  guint16 port;
  GMutex lock;
  gboolean is_done;
  char answer[8];
} Client;

/* In a thread of its own: connects, says "hello!", reads. */
static gpointer
client_run (gpointer data)
{
  Client *client = data;
  g_autoptr (GSocketClient) maker = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  gsize got = 0;

  g_socket_client_set_timeout (maker, 20);
  g_socket_client_set_enable_proxy (maker, FALSE);
  connection = g_socket_client_connect_to_host (maker, "127.0.0.1", client->port, NULL, NULL);
  if (connection != NULL)
    {
      g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), "hello!", 6, NULL, NULL, NULL);
      g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (connection)), client->answer, 6, &got, NULL, NULL);
    }
  g_mutex_lock (&client->lock);
  client->answer[got] = '\0';
  client->is_done = TRUE;
  g_mutex_unlock (&client->lock);
  g_main_context_wakeup (NULL);
  return NULL;
}

/* Returns: (transfer full): what came back through the tunnel */
static char *
say_hello (guint16 port)
{
  Client client = { .port = port };
  gboolean is_done = FALSE;
  GThread *thread;

  g_mutex_init (&client.lock);
  thread = g_thread_new ("client", client_run, &client);
  while (!is_done)
    {
      g_main_context_iteration (NULL, TRUE);
      g_mutex_lock (&client.lock);
      is_done = client.is_done;
      g_mutex_unlock (&client.lock);
    }
  g_thread_join (thread);
  g_mutex_clear (&client.lock);
  return g_strdup (client.answer);
}

static TestAuthority *authority;

static void
test_tunnel_certificates (void)
{
  static const struct
  {
    const char *host, *addresses[3], *alt_names;
    gboolean is_ours; /* signed by the authority that this machine knows */
    int from, to;
    const char *answer;
  } cases[] = {
    { "turn.example", { "127.0.0.1" }, "DNS:turn.example", TRUE, -1, 10, "hello!" },
    { "127.0.0.1", { "127.0.0.1" }, "IP:127.0.0.1", TRUE, -1, 10, "hello!" },
    /* the first address is dead */
    { "turn.example", { "127.0.0.2", "127.0.0.1" }, "DNS:turn.example", TRUE, -1, 10, "hello!" },
    { "turn.example", { "127.0.0.1" }, "DNS:other.example", TRUE, -1, 10, "" },
    { "turn.example", { "127.0.0.1" }, "DNS:turn.example", FALSE, -1, 10, "" },
    { "turn.example", { "127.0.0.1" }, "DNS:turn.example", TRUE, -10, -1, "" },
    { "127.0.0.1", { "127.0.0.1" }, "DNS:turn.example", TRUE, -1, 10, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GTlsCertificate) certificate
        = test_certificate_new (cases[i].is_ours ? authority : NULL, cases[i].alt_names, cases[i].from, cases[i].to);
      g_autofree char *answer = NULL;
      CusaxTunnel *tunnel;
      Echo echo;

      g_test_message ("%s %s", cases[i].host, cases[i].alt_names);
      echo_start (&echo, certificate);
      tunnel = cusax_tunnel_new (cases[i].host, cases[i].addresses, echo.port, FALSE);
      g_assert_nonnull (tunnel);
      answer = say_hello (cusax_tunnel_get_port (tunnel));
      g_assert_cmpstr (answer, ==, cases[i].answer);
      g_assert_cmpuint (echo.connections, ==, 1);
      cusax_tunnel_free (tunnel);
      echo_stop (&echo);
      turn_loop ();
    }
}

/* Nobody there, and nobody who speaks TLS. */
static void
test_tunnel_no_server (void)
{
  g_autoptr (GSocketListener) closed = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (closed, NULL, NULL);
  const char *const addresses[] = { "127.0.0.1", NULL };
  g_autofree char *answer = NULL;
  CusaxTunnel *tunnel;

  g_socket_listener_close (closed);
  tunnel = cusax_tunnel_new ("turn.example", addresses, port, FALSE);
  answer = say_hello (cusax_tunnel_get_port (tunnel));
  g_assert_cmpstr (answer, ==, "");
  cusax_tunnel_free (tunnel);
  turn_loop ();
}

/* Freed at any time: unused, while it connects, shakes hands (the server never answers), and passes bytes. */
static void
test_tunnel_freed (void)
{
  static const char *const addresses[] = { "127.0.0.1", NULL };
  g_autoptr (GTlsCertificate) certificate = test_certificate_new (authority, "DNS:turn.example", -1, 10);
  g_autoptr (GSocketClient) maker = g_socket_client_new ();
  g_autoptr (GSocketListener) silent = g_socket_listener_new ();
  guint16 silent_port = g_socket_listener_add_any_inet_port (silent, NULL, NULL);
  Echo echo;

  g_socket_client_set_enable_proxy (maker, FALSE);
  echo_start (&echo, certificate);
  cusax_tunnel_free (cusax_tunnel_new ("turn.example", addresses, echo.port, FALSE));
  for (guint i = 0; i < 60; i++)
    {
      CusaxTunnel *tunnel = cusax_tunnel_new ("turn.example", addresses, i % 2 == 0 ? silent_port : echo.port, FALSE);
      g_autoptr (GSocketConnection) connection
        = g_socket_client_connect_to_host (maker, "127.0.0.1", cusax_tunnel_get_port (tunnel), NULL, NULL);
      gint64 end = g_get_monotonic_time () + (i / 2) * 1000;
      gint64 start;

      while (g_get_monotonic_time () < end)
        g_main_context_iteration (NULL, FALSE);
      start = g_get_monotonic_time ();
      cusax_tunnel_free (tunnel);
      g_assert_cmpint (g_get_monotonic_time () - start, <, 500000);
    }
  echo_stop (&echo);
  turn_loop ();
}

int
main (int argc, char **argv)
{
  g_autofree char *pem = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GTlsDatabase) database = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  authority = test_authority_new ();
  pem = test_authority_get_pem (authority);
  g_assert_true (g_close (g_file_open_tmp ("cusax-authority-XXXXXX", &path, NULL), NULL));
  g_assert_true (g_file_set_contents (path, pem, -1, NULL));
  database = g_tls_file_database_new (path, NULL);
  g_assert_nonnull (database);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), database);

  g_test_add_func ("/servers/literals", test_literals);
  g_test_add_func ("/servers/no-credentials", test_no_credentials);
  g_test_add_func ("/servers/names", test_names);
  g_test_add_func ("/servers/prefetch", test_prefetch);
  g_test_add_func ("/servers/late", test_late);
  g_test_add_func ("/servers/no-such-name", test_no_such_name);
  g_test_add_func ("/servers/freed", test_freed);
  g_test_add_func ("/servers/hidden", test_hidden);
  g_test_add_func ("/tunnel/certificates", test_tunnel_certificates);
  g_test_add_func ("/tunnel/no-server", test_tunnel_no_server);
  g_test_add_func ("/tunnel/freed", test_tunnel_freed);
  result = g_test_run ();
  g_unlink (path);
  test_authority_free (authority);
  return result;
}
