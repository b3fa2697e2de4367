/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Challenges to requests of calls that stand (R47): who gets no answer does not end or cripple the call.
 */
#include "ua-fixture.h"

#define ASK(header, realm, algorithm)                                                                          \
  header "-Authenticate: Digest realm=\"" realm "\", nonce=\"1\", qop=\"auth\", algorithm=" algorithm "\n"
#define WWW(realm, algorithm) ASK ("WWW", realm, algorithm)
#define PROXY(realm, algorithm) ASK ("Proxy", realm, algorithm)

/* Refuses like somebody who asks everybody. */
static void
ask_in_call (Peer *peer, const char *method, const char *challenge, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (PeerMessage) request = peer_expect (peer, method, WAIT_MS);
      g_autofree char *answer = peer_message_get (request, "Authorization");

      g_assert_null (answer);
      peer_reply (peer, request, "401 Who Are You", "t1", challenge, NULL);
    }
}

typedef struct
{
  const char *name;
  const char *challenge;
  gboolean ends_call;      /* nothing that Sofia could be answered with */
  gboolean is_last_answer; /* Sofia answers nobody on the handle from then on */
} Asker;

static const Asker askers[] = {
  { "weaker", WWW ("home", "MD5"), FALSE },
  { "stranger", WWW ("stranger", "SHA-256"), FALSE },
  { "two-realms", WWW ("stranger", "SHA-256") PROXY ("other", "MD5"), FALSE },
  { "six-realms",
    WWW ("1", "MD5") WWW ("2", "MD5") WWW ("3", "MD5") WWW ("4", "MD5") WWW ("5", "MD5") WWW ("6", "MD5"), FALSE },
  { "unknown-scheme", "WWW-Authenticate: Bearer realm=\"stranger\"\n", FALSE, TRUE },
  { "no-header", NULL, FALSE },
  { "no-realm", "WWW-Authenticate: Digest nonce=\"1\"\n", TRUE },
};

/* A far end that asks for our password in the middle of a call gets none, and the call goes on: later offers,
 * the proxy's own questions, and hanging up work. */
static void
test_R47_asked_in_call (gconstpointer data)
{
  const Asker *asker = data;
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autoptr (PeerDialog) dialog = NULL;
  g_autoptr (PeerMessage) invite = NULL, asked = NULL, bye = NULL;
  g_autofree char *contact = NULL, *to_proxy = NULL;
  Talk *talk;

  peer_set_mode (peer, PEER_SHA256, 0);
  line_start (line);
  line_wait_registered (line);
  dialog = line_outgoing_call (line, &talk, NULL);
  talk->call->vtable->reoffer (talk->call, "v=second\r\n");
  ask_in_call (peer, "INVITE ", asker->challenge, asker->challenge == NULL ? 1 : 2);
  if (asker->ends_call)
    {
      bye = peer_expect (peer, "BYE ", WAIT_MS);
      peer_reply (peer, bye, "200 OK", NULL, NULL, NULL);
      peer_wait (peer, &talk->n_ended, "end of the call", WAIT_MS);
      talk_free (talk);
      line_free (line);
      return;
    }
  peer_wait (peer, &talk->n_done, "refusal of the offer", WAIT_MS);
  g_assert_cmpuint (talk->status, ==, 401);

  talk->call->vtable->reoffer (talk->call, "v=third\r\n");
  invite = peer_expect (peer, "INVITE ", WAIT_MS);
  g_assert_cmpstr (invite->body, ==, "v=third\r\n");
  if (!asker->is_last_answer)
    {
      peer_reply (peer, invite, "407 Who Are You", "t1", PROXY ("home", "SHA-256"), NULL);
      g_clear_pointer (&invite, peer_message_free);
      invite = peer_expect (peer, "INVITE ", WAIT_MS);
      to_proxy = peer_message_get (invite, "Proxy-Authorization");
      g_assert_nonnull (to_proxy);
    }
  contact = g_strdup_printf ("Contact: <sip:bob@127.0.0.1:%u;transport=tcp>\n", peer_get_port (peer));
  peer_reply (peer, invite, "200 OK", "t1", contact, "v=answer\n");
  talk->n_done = 0;
  peer_wait (peer, &talk->n_done, "answer to the offer", WAIT_MS);
  g_assert_cmpuint (talk->status, ==, 200);

  talk->call->vtable->hang_up (talk->call);
  bye = peer_expect (peer, "BYE ", WAIT_MS);
  peer_reply (peer, bye, "200 OK", NULL, NULL, NULL);
  peer_wait (peer, &talk->n_ended, "end of the call", WAIT_MS);
  talk_free (talk);
  line_free (line);
}

/* The same with the UPDATE that tells our new address: BYE must not wait behind it. */
static void
test_R47_asked_for_update (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autoptr (PeerDialog) dialog = NULL;
  g_autoptr (PeerMessage) bye = NULL;
  Talk *talk;

  peer_set_mode (peer, PEER_SHA256, 0);
  line_start (line);
  line_wait_registered (line);
  dialog = line_outgoing_call (line, &talk, "Allow: INVITE, ACK, BYE, CANCEL, UPDATE\n");
  peer_drop (peer);
  ask_in_call (peer, "UPDATE ", WWW ("stranger", "MD5"), 2);
  peer_spin (30);
  talk->call->vtable->hang_up (talk->call);
  bye = peer_expect (peer, "BYE ", WAIT_MS);
  peer_reply (peer, bye, "200 OK", NULL, NULL, NULL);
  peer_wait (peer, &talk->n_ended, "end of the call", WAIT_MS);
  talk_free (talk);
  line_free (line);
}

/* Hung up while the offer is repeated without an answer. */
static void
test_R47_hung_up_while_asked (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autoptr (PeerDialog) dialog = NULL;
  g_autoptr (PeerMessage) bye = NULL, again = NULL, late = NULL;
  Talk *talk;

  peer_set_mode (peer, PEER_SHA256, 0);
  line_start (line);
  line_wait_registered (line);
  dialog = line_outgoing_call (line, &talk, NULL);
  talk->call->vtable->reoffer (talk->call, "v=second\r\n");
  ask_in_call (peer, "INVITE ", WWW ("stranger", "MD5"), 1);
  late = peer_expect (peer, "INVITE ", WAIT_MS);
  talk->call->vtable->hang_up (talk->call);
  bye = peer_expect (peer, "BYE ", WAIT_MS);
  peer_reply (peer, late, "401 Who Are You", "t1", WWW ("stranger", "MD5"), NULL);
  peer_reply (peer, bye, "407 Who Are You", "t1", PROXY ("home", "SHA-256"), NULL);
  again = peer_expect (peer, "BYE ", WAIT_MS);
  peer_reply (peer, again, "200 OK", NULL, NULL, NULL);
  peer_wait (peer, &talk->n_ended, "end of the call", WAIT_MS);
  talk_free (talk);
  line_free (line);
}

static void
add_tests (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (askers); i++)
    {
      g_autofree char *path = g_strconcat ("/challenges/R47/offer/", askers[i].name, NULL);

      g_test_add_data_func (path, &askers[i], test_R47_asked_in_call);
    }
  g_test_add_func ("/challenges/R47/update", test_R47_asked_for_update);
  g_test_add_func ("/challenges/R47/hung-up", test_R47_hung_up_while_asked);
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
