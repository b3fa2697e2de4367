/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an account may do to the port from inside its callbacks (free, stop, stop and start, other credentials),
 * in every state; and what a server may do: floods of questions, and the loss of the leg under an open offer.
 */
#include "ua-fixture.h"

#include "certificates.h"
#include "ua-private.h"

#include <string.h>

typedef enum
{
  ACT_FREE,
  ACT_STOP,
  ACT_RESTART,
  ACT_CONFIGURE,
  N_ACTIONS
} Action;

static const char *const action_names[N_ACTIONS] = { "free", "stop", "restart", "configure" };

/** Moment: the callback to act in: "S" to "R" for states, or one of the others. */
typedef struct
{
  const char *name;
  char letter;
  gboolean is_tls;
  PeerMode mode;
  guint status;
  int hint; /* after the registration; 1: the network changed, 2: the machine woke up */
} Moment;

static const Moment moments[] = {
  { "locating", 'L', FALSE, PEER_OPEN, 0, 0 },
  { "connecting", 'C', FALSE, PEER_OPEN, 0, 0 },
  { "registering", 'G', FALSE, PEER_OPEN, 0, 0 },
  { "registered", 'R', FALSE, PEER_OPEN, 0, 0 },
  { "refused", 'S', FALSE, PEER_STATUS, 403, 0 },
  { "challenged", 'G', FALSE, PEER_SHA256, 0, 0 },
  { "redirected", 'd', FALSE, PEER_MUTE, 0, 0 },
  { "certificate", 'c', TRUE, PEER_OPEN, 0, 0 },
  { "network", 'n', FALSE, PEER_OPEN, 0, 1 },
  { "woke-up", 'n', FALSE, PEER_OPEN, 0, 2 },
  { "woke-up-connecting", '2', FALSE, PEER_OPEN, 0, 2 },
};

typedef struct
{
  const Moment *moment;
  Action action;
  Peer *peer;
  CusaxSipPort *port; /* NULL: freed */
  CusaxConfig *config;
  guint n_acted, n_late, n_stopped, n_registered, n_connecting;
} Actor;

static void
act (Actor *actor, char letter)
{
  CusaxSipPort *port = actor->port;

  if (port == NULL)
    {
      actor->n_late++;
      return;
    }
  if (letter != actor->moment->letter || actor->n_acted > 0)
    return;
  actor->n_acted++;
  switch (actor->action)
    {
    case ACT_FREE:
      actor->port = NULL;
      port->vtable->free (port);
      break;
    case ACT_RESTART:
      port->vtable->stop (port);
      port->vtable->start (port, actor->config);
      break;
    case ACT_CONFIGURE:
      port->vtable->configure (port, actor->config);
      break;
    case ACT_STOP:
    case N_ACTIONS:
      port->vtable->stop (port);
      break;
    }
}

static void
on_state (gpointer user_data, CusaxSipState state, const GError *error)
{
  Actor *actor = user_data;

  actor->n_stopped += state == CUSAX_SIP_STOPPED;
  actor->n_registered += state == CUSAX_SIP_REGISTERED;
  actor->n_connecting += state == CUSAX_SIP_CONNECTING;
  act (actor, state == CUSAX_SIP_CONNECTING && actor->n_connecting == 2 ? '2' : "SLCGR"[state]);
}

static void
on_certificate (gpointer user_data, const CusaxCertificate *certificate)
{
  act (user_data, 'c');
}

static void
on_redirect (gpointer user_data, const char *uri)
{
  act (user_data, 'd');
}

static void
on_network (gpointer user_data)
{
  act (user_data, 'n');
}

static const CusaxSipListener actor_listener = {
  .on_state = on_state,
  .on_certificate = on_certificate,
  .on_redirect = on_redirect,
  .on_network = on_network,
};

static gboolean
redirect (gpointer user_data, Peer *peer, const PeerMessage *request)
{
  peer_reply (peer, request, "302 Moved", "reg", "Contact: <sip:example.net>\n", NULL);
  return TRUE;
}

static void
wait_acted (Actor *actor)
{
  const Moment *moment = actor->moment;

  if (moment->hint != 0)
    {
      peer_wait (actor->peer, &actor->n_registered, "registration", WAIT_MS);
      cusax_ua_hint_network (actor->port, moment->hint == 2);
    }
  peer_wait (actor->peer, &actor->n_acted, "callback", WAIT_MS);
}

typedef struct
{
  const Moment *moment;
  Action action;
} Case;

static void
test_P2_acts (gconstpointer data)
{
  const Case *what = data;
  const Moment *moment = what->moment;
  g_autoptr (GTlsCertificate) certificate = test_certificate_new (NULL, "IP:127.0.0.1", -1, 1);
  Actor actor = { moment, what->action };
  g_autofree char *server = NULL;

  actor.peer = moment->is_tls ? peer_new_tls (certificate) : peer_new (FALSE);
  if (moment->letter == 'd')
    peer_set_filter (actor.peer, redirect, NULL);
  else
    peer_set_mode (actor.peer, moment->mode, moment->status);
  server = g_strdup_printf ("127.0.0.1:%u", peer_get_port (actor.peer));
  actor.config = config_new ("sip_server", server, "sip_transport", moment->is_tls ? "tls" : "tcp",
                             "sip_security", "allow_plain", NULL);
  actor.port = cusax_ua_new (NULL);
  actor.port->vtable->set_listener (actor.port, &actor_listener, &actor);
  actor.port->vtable->start (actor.port, actor.config);
  wait_acted (&actor);
  if (what->action == ACT_STOP)
    peer_wait (actor.peer, &actor.n_stopped, "STOPPED", WAIT_MS);
  if (what->action == ACT_RESTART && moment->mode == PEER_OPEN && !moment->is_tls)
    {
      actor.n_registered = 0;
      peer_wait (actor.peer, &actor.n_registered, "registration", WAIT_MS);
    }
  peer_spin (60);
  g_assert_cmpuint (actor.n_acted, ==, 1);
  g_assert_cmpuint (actor.n_late, ==, 0);
  if (actor.port != NULL)
    actor.port->vtable->free (actor.port);
  actor.port = NULL;
  peer_spin (60);
  g_assert_cmpuint (actor.n_late, ==, 0);
  g_assert_true (cusax_ua_drain (WAIT_MS, FALSE));
  cusax_config_unref (actor.config);
  peer_free (actor.peer);
}

/* Credentials that come while a start waits for the end of a stop are those that it signs in with. */
static void
test_R9_configure_while_stopping (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, "sip_password", "expired", NULL);
  g_autofree char *server = g_strdup_printf ("127.0.0.1:%u", peer_get_port (peer));
  g_autoptr (CusaxConfig) good
    = config_new ("sip_server", server, "sip_transport", "tcp", "sip_security", "allow_plain", NULL);

  line_start (line);
  line_wait_registered (line);
  peer_set_mode (peer, PEER_SHA256, 0);
  line->port->vtable->stop (line->port);
  line->port->vtable->start (line->port, line->config);
  line->port->vtable->configure (line->port, good);
  line->n_registered = 0;
  line_wait_registered (line);
  line_free (line);
}

/* P21: thousands of questions from the server are answered, and a call comes through all the same. */
static void
test_P21_flood (gconstpointer data)
{
  const char *method = data;
  Line *line = line_new (FALSE);
  const char *contact = peer_get_contact (line->peer);
  g_autoptr (PeerDialog) dialog = NULL;
  gint64 begin = g_get_monotonic_time ();

  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (PeerDialog) other = peer_dialog_new (contact);

      peer_request (line->peer, other, method, NULL, NULL);
      if (i % 50 == 0)
        peer_spin (1);
    }
  dialog = line_ring (line, "v=offer\n");
  g_assert_cmpuint (line->n_incoming, ==, 1);
  g_assert_cmpuint (line->n_stopped, ==, 0);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 20 * G_USEC_PER_SEC);
  g_test_message ("1000 %s and a call: %" G_GINT64_FORMAT " ms", method,
                  (g_get_monotonic_time () - begin) / 1000);
  line_free (line);
}

/* An error of the other side's server over our offer leaves the call as it was; the loss of the leg under it is an end,
 * told once, and nothing is offered any more. */
static void
test_P2_error_under_offer (gconstpointer data)
{
  const char *status = data;
  Line *line = line_new (FALSE);
  Talk *talk;
  g_autoptr (PeerDialog) dialog = line_outgoing_call (line, &talk, NULL);
  g_autoptr (PeerMessage) invite = NULL, bye = NULL;
  g_autofree char *expected = NULL;

  talk->call->vtable->reoffer (talk->call, "v=hold\r\n");
  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  if (status != NULL)
    {
      peer_reply (line->peer, invite, status, "t1", NULL, NULL);
      peer_wait (line->peer, &talk->n_done, "answer", WAIT_MS);
      talk->call->vtable->hang_up (talk->call);
    }
  else
    peer_drop (line->peer);
  bye = peer_expect (line->peer, "BYE ", WAIT_MS);
  talk->call->vtable->reoffer (talk->call, "v=late\r\n");
  peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
  peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);
  expected = status != NULL ? g_strdup_printf ("up+ done%.3s ended0", status) : g_strdup ("up+ done503 ended503");
  g_assert_cmpstr (talk->trace->str, ==, expected);
  peer_expect_none (line->peer, "INVITE ", 100);
  talk_free (talk);
  line_free (line);
}

static void
add_tests (void)
{
  static Case cases[G_N_ELEMENTS (moments) * N_ACTIONS];

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = NULL;

      cases[i].moment = &moments[i / N_ACTIONS];
      cases[i].action = i % N_ACTIONS;
      path = g_strdup_printf ("/reentry/P2/%s/%s", cases[i].moment->name, action_names[cases[i].action]);
      g_test_add_data_func (path, &cases[i], test_P2_acts);
    }
  g_test_add_func ("/reentry/R9/configure-while-stopping", test_R9_configure_while_stopping);
  g_test_add_data_func ("/reentry/P21/flood/options", "OPTIONS", test_P21_flood);
  g_test_add_data_func ("/reentry/P21/flood/notify", "NOTIFY", test_P21_flood);
  g_test_add_data_func ("/reentry/P21/flood/subscribe", "SUBSCRIBE", test_P21_flood);
  g_test_add_data_func ("/reentry/P2/under-offer/lost", NULL, test_P2_error_under_offer);
  g_test_add_data_func ("/reentry/P2/under-offer/500", "500 Server Error", test_P2_error_under_offer);
  g_test_add_data_func ("/reentry/P2/under-offer/503", "503 Service Unavailable", test_P2_error_under_offer);
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
