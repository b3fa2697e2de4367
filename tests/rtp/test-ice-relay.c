/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Transports behind a NAT with a real TURN server (coturn) on loopback: what is announced, and that packets go through it. */
#include "error.h"
#include "rig.h"
#include "transport-private.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Where a registrar would see us: any address but ours. */
#define SEEN "203.0.113.5"

typedef struct
{
  GSubprocess *process;
  char *folder;
  guint16 port;
  gboolean serves; /* somebody has got a relay */
  gboolean is_brief; /* its credentials end after a moment, and its relays have to be refreshed all the time */
} Server;

/* What XEP-0215 hands out: the end of its time is in the name, and the password proves it (REST API for TURN, "uberti"). */
#define SECRET "secret"
#define BRIEF_S 1
#define BRIEF_LIFETIME_S "6"

static CusaxIceServer *
new_brief (const Server *server, CusaxIceServerKind kind)
{
  g_autofree char *user = g_strdup_printf ("%" G_GINT64_FORMAT ":user", g_get_real_time () / G_USEC_PER_SEC + BRIEF_S);
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA1, (const guint8 *) SECRET, strlen (SECRET));
  g_autofree char *password = NULL;
  guint8 digest[20];
  gsize length = sizeof digest;

  g_hmac_update (hmac, (const guint8 *) user, (gssize) strlen (user));
  g_hmac_get_digest (hmac, digest, &length);
  password = g_base64_encode (digest, length);
  return cusax_ice_server_new (kind, "127.0.0.1", server->port, user, password, 0);
}

/* It goes with us, also if a test fails. */
static void
die_with_parent (gpointer unused)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
server_start (Server *server)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *pid = NULL, *db = NULL, *port = NULL;
  g_autoptr (GError) error = NULL;
  int fd = rig_socket ("127.0.0.1", &server->port);

  close (fd);
  server->folder = g_dir_make_tmp ("cusax-relay-XXXXXX", &error);
  g_assert_no_error (error);
  g_subprocess_launcher_set_cwd (launcher, server->folder);
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  pid = g_build_filename (server->folder, "pid", NULL);
  db = g_build_filename (server->folder, "db", NULL);
  port = g_strdup_printf ("%u", server->port);
  server->process = g_subprocess_launcher_spawn (
      launcher, &error, "turnserver", "-n", "--no-cli", "--log-file", "stdout", "--lt-cred-mech", "-u", "user:secret", "-r",
      "cusax.test", "-L", "127.0.0.1", "-E", "127.0.0.1", "-p", port, "--no-tls", "--no-dtls", "--allow-loopback-peers",
      "--pidfile", pid, "-b", db, server->is_brief ? "--use-auth-secret" : NULL, "--static-auth-secret=" SECRET,
      "--max-allocate-lifetime=" BRIEF_LIFETIME_S, NULL);
  g_assert_no_error (error);
}

static void
server_stop (Server *server)
{
  const char *name;
  g_autoptr (GDir) dir = g_dir_open (server->folder, 0, NULL);

  g_subprocess_force_exit (server->process);
  g_subprocess_wait (server->process, NULL, NULL);
  g_clear_object (&server->process);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (server->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (server->folder);
  g_free (server->folder);
}

static gboolean hides; /* the next side */

static RigSide *
side_new (const Server *server, CusaxIceServerKind kind, gboolean controlling, const char *seen)
{
  g_autoptr (GPtrArray) servers = cusax_ice_servers_new ();
  CusaxTransportConfig config = { .local_address = "127.0.0.1", .offer_crypto = TRUE, .offer_dtls = TRUE, .protect_leg = TRUE,
                                  .use_ice = TRUE, .is_controlling = controlling, .servers = servers, .seen_address = seen,
                                  .hides_address = hides };
  RigSide *side;

  g_ptr_array_add (servers, server->is_brief ? new_brief (server, kind)
                                             : cusax_ice_server_new (kind, "127.0.0.1", server->port, "user", "secret", 0));
  side = rig_side_new (NULL, FALSE, &config);
  rig_side_open (side);
  return side;
}

static const CusaxCandidate *
find_relay (const RigSide *side, guint component)
{
  for (guint i = 0; i < side->local->candidates->len; i++)
    {
      const CusaxCandidate *candidate = g_ptr_array_index (side->local->candidates, i);

      if (candidate->type == CUSAX_CANDIDATE_RELAYED && candidate->component == component)
        return candidate;
    }
  return NULL;
}

/* The server takes a moment to listen, and its port may have gone to somebody else before it did. */
static RigSide *
side_with_relay (Server *server, CusaxIceServerKind kind, gboolean controlling, const char *seen)
{
  for (guint i = 1; i <= 60; i++)
    {
      RigSide *side = side_new (server, kind, controlling, seen);

      if (find_relay (side, 1) != NULL && find_relay (side, 2) != NULL)
        {
          server->serves = TRUE;
          return side;
        }
      rig_side_free (side);
      if (i % 15 != 0 || server->serves)
        continue;
      server_stop (server);
      server_start (server);
    }
  g_error ("the TURN server gives no relay");
}

static void
exchange (RigSide *a, RigSide *b)
{
  for (guint32 i = 1; i < 20; i++)
    {
      rig_session_send_rtp (a, i);
      g_assert_cmpint (rig_session_next_rtp (b), ==, i);
      rig_session_send_rtp (b, i);
      g_assert_cmpint (rig_session_next_rtp (a), ==, i);
    }
}

static void
keep_only_relays (CusaxTransportDescription *remote)
{
  for (guint i = remote->candidates->len; i > 0; i--)
    if (((CusaxCandidate *) g_ptr_array_index (remote->candidates, i - 1))->type != CUSAX_CANDIDATE_RELAYED)
      g_ptr_array_remove_index (remote->candidates, i - 1);
}

/* Both know of each other nothing but relays. */
static void
test_both_relayed (gconstpointer data)
{
  CusaxIceServerKind kind = GPOINTER_TO_INT (data);
  Server server = { 0 };

  server_start (&server);
  {
    g_autoptr (RigSide) a = side_with_relay (&server, kind, TRUE, SEEN);
    g_autoptr (RigSide) b = side_with_relay (&server, kind, FALSE, SEEN);
    g_autoptr (CusaxTransportDescription) offer = rig_side_dup_offer (a, CUSAX_DTLS_SETUP_ACTPASS, TRUE);
    g_autoptr (CusaxTransportDescription) answer = rig_side_dup_offer (b, CUSAX_DTLS_SETUP_ACTIVE, TRUE);
    gint64 start = g_get_monotonic_time ();

    g_assert_cmpint (a->local->rtp_port, ==, find_relay (a, 1)->port);
    g_assert_cmpint (a->local->rtcp_port, ==, find_relay (a, 2)->port);
    g_assert_cmpstr (find_relay (a, 1)->related_address, ==, "0.0.0.0");
    keep_only_relays (offer);
    keep_only_relays (answer);
    rig_side_agree (b, offer);
    rig_side_agree (a, answer);
    rig_until (a, a->state == CUSAX_TRANSPORT_READY);
    rig_until (b, b->state == CUSAX_TRANSPORT_READY);
    g_test_message ("READY after %.1f ms", (MAX (a->ready_at, b->ready_at) - start) / 1e3);
    exchange (a, b);
    g_assert_cmpstr (rig_side_stats (a).remote_kind, !=, "host");
  }
  server_stop (&server);
}

/* A peer that knows no ICE: everything goes through our relay, both ways, though its SDP port is right or wrong. */
static void
test_peer_without_ice (gconstpointer data)
{
  gboolean with_dtls = GPOINTER_TO_INT (data);
  CusaxDtlsSetup setup = with_dtls ? CUSAX_DTLS_SETUP_ACTPASS : CUSAX_DTLS_SETUP_NONE;
  CusaxTransportConfig config = { .local_address = "127.0.0.1", .offer_dtls = TRUE, .protect_leg = TRUE };
  Server server = { 0 };

  server_start (&server);
  {
    g_autoptr (RigSide) a = side_with_relay (&server, CUSAX_ICE_TURN_UDP, TRUE, SEEN);
    g_autoptr (RigSide) b = rig_side_new (NULL, FALSE, &config);
    g_autoptr (CusaxTransportDescription) offer = rig_side_dup_offer (a, setup, TRUE);
    g_autoptr (CusaxTransportDescription) answer = NULL;

    rig_side_open (b);
    answer = rig_side_dup_offer (b, with_dtls ? CUSAX_DTLS_SETUP_ACTIVE : CUSAX_DTLS_SETUP_NONE, TRUE);
    g_assert_null (answer->ice_ufrag);
    rig_side_agree (b, offer);
    rig_side_agree (a, answer);
    rig_until (a, a->state == CUSAX_TRANSPORT_READY);
    rig_session_send_rtp (a, 0); /* the first one gets the permission at the server */
    g_assert_cmpint (rig_session_next_rtp (b), ==, 0);
    rig_until (b, b->state == CUSAX_TRANSPORT_READY);
    exchange (a, b);
    g_assert_cmpstr (rig_side_stats (a).local_kind, ==, "relay");
    g_assert_cmpint (rig_side_stats (a).keying, ==, with_dtls ? CUSAX_KEYING_DTLS : CUSAX_KEYING_NONE);
  }
  server_stop (&server);
}

/* Not behind a NAT: what is announced to those who know no ICE is the host. */
static void
test_not_behind_nat (void)
{
  Server server = { 0 };

  server_start (&server);
  {
    g_autoptr (RigSide) a = side_with_relay (&server, CUSAX_ICE_TURN_UDP, TRUE, "127.0.0.1");

    g_assert_cmpint (a->local->rtp_port, !=, find_relay (a, 1)->port);
    g_assert_cmpint (a->local->candidates->len, <=, 6);
  }
  server_stop (&server);
}

/* Who hides announces relays alone, and nothing leaves from anywhere else, though the other side would be reached directly. */
static void
test_hidden (void)
{
  Server server = { 0 };

  server_start (&server);
  {
    g_autoptr (RigSide) b = side_with_relay (&server, CUSAX_ICE_TURN_UDP, FALSE, "127.0.0.1");
    g_autoptr (RigSide) a = NULL;
    g_autoptr (CusaxTransportDescription) offer = NULL;
    g_autoptr (CusaxTransportDescription) answer = NULL;

    hides = TRUE;
    a = side_with_relay (&server, CUSAX_ICE_TURN_UDP, TRUE, "127.0.0.1");
    hides = FALSE;
    g_assert_cmpint (a->local->candidates->len, ==, 2);
    g_assert_cmpint (a->local->rtp_port, ==, find_relay (a, 1)->port);
    g_assert_cmpint (a->local->rtcp_port, ==, find_relay (a, 2)->port);
    offer = rig_side_dup_offer (a, CUSAX_DTLS_SETUP_ACTPASS, TRUE);
    answer = rig_side_dup_offer (b, CUSAX_DTLS_SETUP_ACTIVE, TRUE);
    rig_side_agree (b, offer);
    rig_side_agree (a, answer);
    rig_until (a, a->state == CUSAX_TRANSPORT_READY);
    rig_until (b, b->state == CUSAX_TRANSPORT_READY);
    exchange (a, b);
    g_assert_cmpstr (rig_side_stats (a).local_kind, ==, "relay");
    g_assert_cmpstr (rig_side_stats (b).remote_address, ==, rig_side_stats (a).local_address);
  }
  server_stop (&server);
}

/* A call longer than its credentials: coturn goes on with a relay that it gave, and looks at the name's time no more. */
static void
test_credentials_end (void)
{
  Server server = { .is_brief = TRUE };

  server_start (&server);
  {
    g_autoptr (RigSide) b = rig_side_new_ice ("127.0.0.1", FALSE);
    g_autoptr (RigSide) a = NULL;
    g_autoptr (CusaxTransportDescription) offer = NULL;
    g_autoptr (CusaxTransportDescription) answer = NULL;
    gint64 end;

    hides = TRUE;
    a = side_with_relay (&server, CUSAX_ICE_TURN_UDP, TRUE, SEEN);
    hides = FALSE;
    end = g_get_monotonic_time () + 8 * G_USEC_PER_SEC; /* the relay would be gone after 6 */
    offer = rig_side_dup_offer (a, CUSAX_DTLS_SETUP_ACTPASS, TRUE);
    answer = rig_side_dup_offer (b, CUSAX_DTLS_SETUP_ACTIVE, TRUE);
    rig_side_agree (b, offer);
    rig_side_agree (a, answer);
    rig_until (a, a->state == CUSAX_TRANSPORT_READY);
    rig_until (b, b->state == CUSAX_TRANSPORT_READY);
    while (g_get_monotonic_time () < end)
      {
        exchange (a, b);
        rig_run_for (200);
      }
    g_assert_cmpstr (rig_side_stats (a).local_kind, ==, "relay");

    /* Another relay needs a name that is still good. */
    a->servers = cusax_ice_servers_new ();
    for (guint i = 0; i < 30 && (i == 0 || find_relay (a, 1) == NULL); i++)
      {
        g_ptr_array_set_size (a->servers, 0);
        g_ptr_array_add (a->servers, new_brief (&server, CUSAX_ICE_TURN_UDP));
        g_clear_pointer (&a->local, cusax_transport_description_free);
        g_assert_true (a->transport->vtable->renew (a->transport, NULL));
        rig_until (a, a->local != NULL);
      }
    g_assert_nonnull (find_relay (a, 1));
    exchange (a, b); /* through the old one */
  }
  server_stop (&server);
}

int
main (int argc, char **argv)
{
  g_autofree char *turnserver = g_find_program_in_path ("turnserver");

  g_test_init (&argc, &argv, NULL);
  if (turnserver == NULL)
    {
      g_print ("1..0 # SKIP no turnserver: package coturn\n");
      return 0;
    }
  g_test_add_data_func ("/ice-relay/both/udp", GINT_TO_POINTER (CUSAX_ICE_TURN_UDP), test_both_relayed);
  g_test_add_data_func ("/ice-relay/both/tcp", GINT_TO_POINTER (CUSAX_ICE_TURN_TCP), test_both_relayed);
  g_test_add_data_func ("/ice-relay/peer-without-ice/plain", GINT_TO_POINTER (FALSE), test_peer_without_ice);
  g_test_add_data_func ("/ice-relay/peer-without-ice/dtls", GINT_TO_POINTER (TRUE), test_peer_without_ice);
  g_test_add_func ("/ice-relay/not-behind-nat", test_not_behind_nat);
  g_test_add_func ("/ice-relay/hidden", test_hidden);
  g_test_add_func ("/ice-relay/credentials-end", test_credentials_end);
  return g_test_run ();
}
