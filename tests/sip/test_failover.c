/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several servers of one domain: which one is tried when, how long, and what is remembered of it. A resolver of ours
 * answers SRV from a list, and nothing else.
 */
#include "certificates.h"
#include "ua-fixture.h"

#include "error.h"

#include <string.h>

/* --------------------------------------------------------------- the resolver */

typedef struct
{
  GResolver parent;
} SrvResolver;

typedef struct
{
  GResolverClass parent;
} SrvResolverClass;

GType srv_resolver_get_type (void);
G_DEFINE_TYPE (SrvResolver, srv_resolver, G_TYPE_RESOLVER)

static guint16 ports[4]; /* on 127.0.0.1, in order; 0 ends */

static void
free_targets (gpointer data)
{
  g_resolver_free_targets (data);
}

static void
srv_lookup_service_async (GResolver *resolver, const char *name, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  GList *targets = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (ports) && ports[i] != 0; i++)
    targets = g_list_append (targets, g_srv_target_new ("127.0.0.1", ports[i], (guint16) i, 1));
  g_task_return_pointer (task, targets, free_targets);
}

static GList *
srv_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
srv_resolver_init (SrvResolver *resolver)
{
}

static void
srv_resolver_class_init (SrvResolverClass *class)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (class);

  resolver_class->lookup_service_async = srv_lookup_service_async;
  resolver_class->lookup_service_finish = srv_finish;
}

/* ------------------------------------------------------------------ the servers */

/** Silent: takes connections and says nothing. */
typedef struct
{
  GSocketService *service;
  guint16 port;
  GPtrArray *connections;
} Silent;

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection, GObject *object, gpointer data)
{
  g_ptr_array_add (((Silent *) data)->connections, g_object_ref (connection));
  return TRUE;
}

static Silent *
silent_new (void)
{
  Silent *silent = g_new0 (Silent, 1);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;

  silent->service = g_socket_service_new ();
  silent->connections = g_ptr_array_new_with_free_func (g_object_unref);
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (silent->service), wanted,
                                                G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound,
                                                NULL));
  silent->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_signal_connect (silent->service, "incoming", G_CALLBACK (on_incoming), silent);
  g_socket_service_start (silent->service);
  return silent;
}

static void
silent_free (Silent *silent)
{
  g_socket_service_stop (silent->service);
  g_socket_listener_close (G_SOCKET_LISTENER (silent->service));
  g_object_unref (silent->service);
  g_ptr_array_unref (silent->connections);
  g_free (silent);
}

static GTlsCertificate *accepted; /* by the person */

static gboolean
is_pinned (CusaxTrust *trust, const char *host, guint16 port, const guint8 *der, gsize length)
{
  g_autoptr (GByteArray) pinned = NULL;

  if (accepted == NULL)
    return FALSE;
  g_object_get (accepted, "certificate", &pinned, NULL);
  return pinned->len == length && memcmp (pinned->data, der, length) == 0;
}

static Line *
line_new_domain (Peer *peer, const char *transport)
{
  static CusaxTrust trust = { .is_pinned = is_pinned };
  Line *line = line_new_idle (peer, "sip_server", "many.test", "sip_transport", transport, NULL);

  line_use_trust (line, &trust);
  return line;
}

static gint64
ms_since (gint64 begin)
{
  return (g_get_monotonic_time () - begin) / 1000;
}

/* ----------------------------------------------------------------------- cases */

/* R8: nobody listens at the first: the second at once; a server that takes connections and says nothing gets 4 s. Both
 * are remembered: the next start goes where it worked. */
static void
test_R8_dead_targets (void)
{
  Silent *silent = silent_new ();
  Peer *peer = peer_new (FALSE), *dead = peer_new (FALSE);
  Line *line = line_new_domain (peer, "tcp");
  gint64 begin = g_get_monotonic_time ();

  ports[0] = peer_get_port (dead);
  ports[1] = silent->port;
  ports[2] = peer_get_port (peer);
  ports[3] = 0;
  peer_die (dead);
  line_start (line);
  line_wait_registered (line);
  g_assert_cmpint (ms_since (begin), >=, 3500);
  g_assert_cmpint (ms_since (begin), <, 5000);
  g_assert_cmpstr (line->trace->str, ==, "LCGCGR");
  g_assert_cmpuint (silent->connections->len, ==, 1);

  line->port->vtable->stop (line->port);
  line_wait_stopped (line);
  begin = g_get_monotonic_time ();
  line_start (line);
  line_wait_registered (line);
  g_assert_cmpint (ms_since (begin), <, 1000);
  g_assert_cmpuint (silent->connections->len, ==, 1);

  /* It dies: what failed a minute ago is not given up for ever. */
  peer_revive (dead);
  line->n_registered = 0;
  peer_die (peer);
  line_wait_registered (line);
  g_assert_cmpuint (peer_count (dead, "REGISTER "), >=, 1);
  line_free (line);
  peer_free (dead);
  silent_free (silent);
}

/* What one account has seen fail is no matter of another one's. */
static void
test_R8_memory_is_its_own (void)
{
  Silent *silent = silent_new ();
  Peer *peer = peer_new (FALSE);

  ports[0] = silent->port;
  ports[1] = peer_get_port (peer);
  ports[2] = 0;
  for (guint i = 1; i <= 2; i++)
    {
      Line *line = line_new_domain (i == 1 ? peer : peer_new (FALSE), "tcp");

      cusax_ua_set_answer_timeout (line->port, 200);
      line->n_registered = 0;
      line_start (line);
      if (i == 1)
        {
          line_wait_registered (line);
          ports[1] = 0;
          line_free (line);
        }
      else
        {
          line_wait_stopped (line);
          line_free (line);
        }
      g_assert_cmpuint (silent->connections->len, ==, i);
    }
  silent_free (silent);
}

/* R6: the question about a certificate comes within 5 s, although the servers behind it say nothing. */
static void
test_R6_question_in_time (void)
{
  g_autoptr (GTlsCertificate) own = test_certificate_new (NULL, "DNS:many.test", -1, 1);
  Silent *first = silent_new (), *second = silent_new ();
  Peer *peer = peer_new_tls (own);
  Line *line = line_new_domain (peer, "tls");
  gint64 begin = g_get_monotonic_time ();

  accepted = NULL;
  ports[0] = peer_get_port (peer);
  ports[1] = first->port;
  ports[2] = second->port;
  ports[3] = 0;
  line_start (line);
  while (line->n_stopped == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (ms_since (begin), >=, 3500);
  g_assert_cmpint (ms_since (begin), <, 5000);
  g_assert_error (line->error, CUSAX_ERROR, CUSAX_ERROR_CERTIFICATE);
  g_assert_cmpuint (line->n_certificates, ==, 1);
  g_assert_cmpstr (line->certificate, ==, "many.test unknown-ca");
  g_assert_cmpuint (peer_count (peer, "REGISTER "), ==, 0);

  /* Answered with yes: not put off behind those that said nothing. */
  accepted = own;
  begin = g_get_monotonic_time ();
  line_start (line);
  line_wait_registered (line);
  g_assert_cmpint (ms_since (begin), <, 1000);
  accepted = NULL;
  line_free (line);
  silent_free (first);
  silent_free (second);
}

/* One of the servers is good: nobody is asked about the other one. */
static void
test_R6_no_question (void)
{
  g_autoptr (GTlsCertificate) bad = test_certificate_new (NULL, "DNS:many.test", -1, 1);
  g_autoptr (GTlsCertificate) good = test_certificate_new (NULL, "DNS:many.test", -1, 1);
  Peer *peer = peer_new_tls (good), *stranger = peer_new_tls (bad);
  Line *line = line_new_domain (peer, "tls");

  accepted = good;
  ports[0] = peer_get_port (stranger);
  ports[1] = peer_get_port (peer);
  ports[2] = 0;
  line_start (line);
  line_wait_registered (line);
  g_assert_cmpuint (line->n_certificates, ==, 0);
  g_assert_cmpuint (peer_count (stranger, "REGISTER "), ==, 0);
  accepted = NULL;
  line_free (line);
  peer_free (stranger);
}

static void
add_tests (void)
{
  g_resolver_set_default (g_object_new (srv_resolver_get_type (), NULL));
  g_test_add_func ("/failover/R8/dead-targets", test_R8_dead_targets);
  g_test_add_func ("/failover/R8/memory-is-its-own", test_R8_memory_is_its_own);
  g_test_add_func ("/failover/R6/question-in-time", test_R6_question_in_time);
  g_test_add_func ("/failover/R6/no-question", test_R6_no_question);
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
