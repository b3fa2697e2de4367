/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signing in: every way a server asks with digest, from REGISTER to BYE (A1); who gets no answer (R47);
 * credentials that change while a registration and a call stand (R9, XEP-0215); what a challenge hints at.
 */
#include "ua-fixture.h"

#include "error.h"
#include "strict-registrar.h"
#include "ua-private.h"

#include <string.h>

static CusaxRegistrar *
registrar_of (Line *line)
{
  return ((CusaxUa *) line->port)->registrar;
}

static void
wait_until_registered_times (Line *line, Strict *strict, guint n)
{
  gint64 deadline = g_get_monotonic_time () + WAIT_MS * G_TIME_SPAN_MILLISECOND;

  while (strict_get_n_registered (strict) < n && g_get_monotonic_time () < deadline)
    peer_spin (5);
  g_assert_cmpuint (strict_get_n_registered (strict), ==, n);
  /* The answer is on its way to us. */
  peer_spin (20);
  g_assert_cmpuint (line->n_stopped, ==, 0);
}

static void
refresh (Line *line, Strict *strict)
{
  guint n = strict_get_n_registered (strict);

  cusax_registrar_refresh (registrar_of (line), WAIT_MS);
  wait_until_registered_times (line, strict, n + 1);
}

/* ------------------------------------------------------------------------ A1 */

static const StrictPolicy policies[] = {
  { .name = "SHA-256+MD5", .algorithms = { "SHA-256", "MD5" }, .accepted = "SHA-256", .qop = "auth" },
  { .name = "MD5+SHA-256", .algorithms = { "MD5", "SHA-256" }, .accepted = "SHA-256", .qop = "auth" },
  { .name = "SHA-256", .algorithms = { "SHA-256" }, .accepted = "SHA-256", .qop = "auth" },
  { .name = "SHA-512-256-first",
    .algorithms = { "SHA-512-256", "SHA-256", "MD5" },
    .accepted = "SHA-512-256",
    .qop = "auth" },
  { .name = "unknown-first", .algorithms = { "SHA3-512", "MD5" }, .accepted = "MD5", .qop = "auth" },
  { .name = "MD5", .algorithms = { "MD5" }, .accepted = "MD5", .qop = "auth" },
  { .name = "unnamed-without-qop", .algorithms = { "" }, .accepted = "" },
  { .name = "lower-case", .algorithms = { "sha-256", "md5" }, .accepted = "SHA-256", .qop = "auth" },
  { .name = "one-time-nonces",
    .algorithms = { "SHA-256", "MD5" },
    .accepted = "SHA-256",
    .qop = "auth",
    .nonce_uses = 1 },
  { .name = "stale-after-3",
    .algorithms = { "SHA-256" },
    .accepted = "SHA-256",
    .qop = "auth",
    .nonce_uses = 3 },
  { .name = "nextnonce",
    .algorithms = { "SHA-256" },
    .accepted = "SHA-256",
    .qop = "auth",
    .next_nonce = TRUE },
  { .name = "nextnonce-sess",
    .algorithms = { "SHA-256-sess" },
    .accepted = "SHA-256-sess",
    .qop = "auth",
    .next_nonce = TRUE },
  { .name = "auth-int", .algorithms = { "SHA-256" }, .accepted = "SHA-256", .qop = "auth-int" },
  { .name = "auth-int-MD5", .algorithms = { "MD5" }, .accepted = "MD5", .qop = "auth-int" },
  { .name = "MD5-sess", .algorithms = { "MD5-sess" }, .accepted = "MD5-sess", .qop = "auth" },
  { .name = "SHA-256-sess",
    .algorithms = { "MD5", "SHA-256-sess" },
    .accepted = "SHA-256-sess",
    .qop = "auth" },
  { .name = "SHA-512-256-sess",
    .algorithms = { "SHA-512-256-sess" },
    .accepted = "SHA-512-256-sess",
    .qop = "auth" },
};

#define N_REFRESHES 10

static void
reoffer (Line *line, Talk *talk)
{
  g_autoptr (PeerMessage) invite = NULL, ack = NULL;

  talk->n_done = 0;
  talk->call->vtable->reoffer (talk->call, "v=second\r\n");
  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  g_assert_cmpstr (invite->body, ==, "v=second\r\n");
  peer_reply (line->peer, invite, "200 OK", "t1", "Contact: <sip:bob@127.0.0.1>\n", "v=answer2\n");
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  peer_wait (line->peer, &talk->n_done, "answer to the offer", WAIT_MS);
  g_assert_cmpuint (talk->status, ==, 200);
}

static void
hang_up (Line *line, Talk *talk)
{
  g_autoptr (PeerMessage) bye = NULL;

  talk->call->vtable->hang_up (talk->call);
  bye = peer_expect (line->peer, "BYE ", WAIT_MS);
  peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
  peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);
  g_assert_cmpuint (talk->status, ==, 0);
}

/* How many Call-IDs the requests @method had that came, refused ones included. */
typedef struct
{
  GHashTable *call_ids;
  PeerFilter strict;
  gpointer strict_data;
} Ids;

static void
test_A1 (gconstpointer data)
{
  const StrictPolicy *policy = data;
  Peer *peer = peer_new (FALSE);
  g_autoptr (Strict) strict = strict_new (peer, policy);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autoptr (PeerDialog) dialog = NULL;
  CusaxProtection protection;
  guint n_sent, n_challenges;
  Talk *talk;

  line_start (line);
  line_wait_registered (line);
  for (guint i = 0; i < N_REFRESHES; i++)
    refresh (line, strict);
  g_assert_cmpstr (strict_get_faults (strict), ==, "");
  g_assert_cmpuint (strict_get_n_registered (strict), ==, 1 + N_REFRESHES);

  /* No storm: each challenge is one request repeated, and a nonce lasts as long as the server says. */
  n_challenges = strict_get_n_challenges (strict);
  if (policy->nonce_uses == 0)
    g_assert_cmpuint (n_challenges, ==, 1);
  else
    g_assert_cmpuint (n_challenges, <=, 1 + (1 + N_REFRESHES) / policy->nonce_uses);
  g_assert_cmpuint (peer_count (peer, "REGISTER "), ==, 1 + N_REFRESHES + n_challenges);

  /* A call, an offer in it, its end. */
  dialog = line_outgoing_call (line, &talk, NULL);
  reoffer (line, talk);
  hang_up (line, talk);
  g_assert_cmpstr (strict_get_faults (strict), ==, "");
  n_sent = peer_count (peer, "INVITE ") + peer_count (peer, "BYE ");
  n_challenges = strict_get_n_challenges (strict) - n_challenges;
  g_assert_cmpuint (n_sent, ==, 3 + n_challenges);
  if (policy->nonce_uses == 0)
    g_assert_cmpuint (n_challenges, ==, 1);
  else
    g_assert_cmpuint (n_challenges, <=, 3);

  line->port->vtable->get_protection (line->port, &protection);
  g_assert_true (protection.is_up);
  g_assert_cmpstr (protection.authentication, ==, *policy->accepted != '\0' ? policy->accepted : "MD5");
  talk_free (talk);
  line_free (line);
  /* The un-REGISTER too. */
  g_assert_cmpstr (strict_get_faults (strict), ==, "");
}

static gboolean
note_call_id (gpointer user_data, Peer *peer, const PeerMessage *request)
{
  Ids *ids = user_data;
  g_autofree char *method = g_strndup (request->first_line, strcspn (request->first_line, " "));
  g_autofree char *id = peer_message_get (request, "Call-ID");

  g_hash_table_add (ids->call_ids,
                    g_strconcat (g_str_equal (method, "REGISTER") ? "REGISTER " : "call ", id, NULL));
  return ids->strict (ids->strict_data, peer, request);
}

/* One Call-ID per registration and per call, whatever is challenged; and refreshes by themselves. */
static void
test_A1_call_ids (void)
{
  static const StrictPolicy policy = {
    .name = "ids", .algorithms = { "MD5", "SHA-256" }, .accepted = "SHA-256", .qop = "auth", .nonce_uses = 1
  };
  Peer *peer = peer_new (FALSE);
  g_autoptr (Strict) strict = strict_new (peer, &policy);
  g_autoptr (GHashTable) call_ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Ids ids = { call_ids, NULL, strict };
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autoptr (PeerDialog) dialog = NULL;
  Talk *talk;

  ids.strict = strict_get_filter ();
  peer_set_filter (peer, note_call_id, &ids);
  peer_set_expires (peer, 1);
  line_start (line);
  line_wait_registered (line);
  wait_until_registered_times (line, strict, 1);
  for (guint i = 0; i < N_REFRESHES; i++)
    wait_until_registered_times (line, strict, 2 + i);
  g_assert_cmpuint (g_hash_table_size (call_ids), ==, 1);
  g_assert_cmpuint (strict_get_n_challenges (strict), <=, 1 + N_REFRESHES);

  peer_set_expires (peer, 600);
  refresh (line, strict);
  dialog = line_outgoing_call (line, &talk, NULL);
  reoffer (line, talk);
  hang_up (line, talk);
  g_assert_cmpuint (g_hash_table_size (call_ids), ==, 2);
  g_assert_cmpstr (strict_get_faults (strict), ==, "");
  talk_free (talk);
  line_free (line);
}

/* A wrong password is one try, in every form of asking. */
static void
test_R47_one_try (gconstpointer data)
{
  const StrictPolicy *policy = data;
  Peer *peer = peer_new (FALSE);
  g_autoptr (Strict) strict = strict_new (peer, policy);
  Line *line = line_new_idle (peer, "sip_password", "wrong", NULL);

  line_start (line);
  line_wait_stopped (line);
  g_assert_error (line->error, CUSAX_ERROR, CUSAX_ERROR_CREDENTIALS);
  peer_spin (200);
  g_assert_cmpuint (peer_count (peer, "REGISTER "), ==, 2);
  g_assert_cmpuint (line->n_stopped, ==, 1);
  line_free (line);
}

/* ----------------------------------------------------------------------- R47 */

#define ASK(header, realm, algorithm)                                                                          \
  header "-Authenticate: Digest realm=\"" realm "\", nonce=\"1\", qop=\"auth\", algorithm=" algorithm "\n"
#define WWW(realm, algorithm) ASK ("WWW", realm, algorithm)
#define PROXY(realm, algorithm) ASK ("Proxy", realm, algorithm)

typedef struct
{
  const char *name;
  PeerMode registrar; /* realm "home" */
  gboolean has_own_password;
  gboolean is_anonymous;
  const char *status;
  const char *challenge;
  gboolean is_answered;
} Stranger;

static const Stranger strangers[] = {
  { "own-domain-md5", PEER_SHA256, FALSE, FALSE, "401", WWW ("example.test", "MD5"), FALSE },
  { "own-domain-as-proxy", PEER_SHA256, FALSE, FALSE, "407", PROXY ("example.test", "MD5"), FALSE },
  { "own-domain-sha", PEER_SHA256, FALSE, FALSE, "407", PROXY ("example.test", "SHA-256"), FALSE },
  { "weaker", PEER_SHA256, FALSE, FALSE, "407", PROXY ("home", "MD5"), FALSE },
  { "weaker-both-offered", PEER_BOTH, FALSE, FALSE, "407", PROXY ("home", "MD5"), FALSE },
  { "weaker-own-password", PEER_SHA256, TRUE, FALSE, "407", PROXY ("home", "MD5"), TRUE },
  { "weaker-behind-a-good-one", PEER_SHA256, FALSE, FALSE, "401", WWW ("home", "SHA-256") PROXY ("home", "MD5"),
    FALSE },
  { "strong-but-not-ours", PEER_SHA256, FALSE, FALSE, "407",
    "Proxy-Authenticate: Digest realm=\"home\", nonce=\"1\", qop=\"auth-conf\", algorithm=SHA-256\n" PROXY (
      "home", "MD5"),
    FALSE },
  { "as-strong", PEER_SHA256, FALSE, FALSE, "407", PROXY ("home", "SHA-256"), TRUE },
  { "as-strong-401", PEER_SHA256, FALSE, FALSE, "401", WWW ("home", "SHA-256"), TRUE },
  { "stronger", PEER_SHA256, FALSE, FALSE, "407", PROXY ("home", "SHA-512-256"), TRUE },
  { "two-offered", PEER_SHA256, FALSE, FALSE, "407", PROXY ("home", "MD5") PROXY ("home", "SHA-256"), TRUE },
  { "md5-registrar", PEER_MD5, FALSE, FALSE, "407", PROXY ("home", "MD5"), TRUE },
  { "other-realm", PEER_MD5, FALSE, FALSE, "407", PROXY ("stranger", "SHA-256"), FALSE },
  { "other-realm-own-password", PEER_MD5, TRUE, FALSE, "407", PROXY ("trunk", "MD5"), TRUE },
  { "other-realm-own-password-401", PEER_MD5, TRUE, FALSE, "401", WWW ("trunk", "MD5"), FALSE },
  { "anonymous-home", PEER_SHA256, FALSE, TRUE, "407", PROXY ("home", "SHA-256"), TRUE },
  { "anonymous-other-realm", PEER_MD5, TRUE, TRUE, "407", PROXY ("trunk", "MD5"), FALSE },
  { "anonymous-own-domain", PEER_SHA256, FALSE, TRUE, "407", PROXY ("example.test", "MD5"), FALSE },
  { "never-asked-407", PEER_OPEN, FALSE, FALSE, "407", PROXY ("example.test", "MD5"), TRUE },
  { "never-asked-401", PEER_OPEN, FALSE, FALSE, "401", WWW ("example.test", "MD5"), FALSE },
  { "never-asked-other", PEER_OPEN, FALSE, FALSE, "407", PROXY ("home", "SHA-256"), FALSE },
  { "never-asked-anonymous", PEER_OPEN, FALSE, TRUE, "407", PROXY ("example.test", "SHA-256"), TRUE },
};

static void
test_R47_stranger (gconstpointer data)
{
  const Stranger *stranger = data;
  const CusaxSipDisclosure disclosure = { .is_anonymous = stranger->is_anonymous };
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, "sip_password", stranger->has_own_password ? "wonder:land" : "", NULL);
  g_autofree char *status = g_strconcat (stranger->status, " Who Are You", NULL);
  g_autoptr (PeerMessage) first = NULL, second = NULL;
  Talk *talk;

  peer_set_mode (peer, stranger->registrar, 0);
  line_start (line);
  line_wait_registered (line);
  talk = line_dial_saying (line, "v=offer\r\n", &disclosure);
  first = peer_expect (peer, "INVITE ", WAIT_MS);
  peer_reply (peer, first, status, "t0", stranger->challenge, NULL);
  if (stranger->is_answered)
    {
      const char *header = stranger->status[2] == '7' ? "Proxy-Authorization" : "Authorization";
      g_autofree char *value = NULL;

      second = peer_expect (peer, "INVITE ", WAIT_MS);
      value = peer_message_get (second, header);
      g_assert_nonnull (value);
      peer_reply (peer, second, "486 Busy Here", "t0", NULL, NULL);
    }
  peer_wait (peer, &talk->n_ended, "end of the call", WAIT_MS);
  peer_spin (30);
  g_assert_cmpuint (peer_count (peer, "INVITE "), ==, stranger->is_answered ? 2 : 1);
  talk_free (talk);
  line_free (line);
}

/* A far end was refused; the proxy's own question later in the same call is not answered to both. */
static void
test_R47_refused_stays_refused (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_autoptr (PeerDialog) dialog = NULL;
  g_autoptr (PeerMessage) invite = NULL, bye = NULL, again = NULL;
  g_autofree char *to_far_end = NULL, *to_proxy = NULL;
  Talk *talk;

  peer_set_mode (peer, PEER_SHA256, 0);
  line_start (line);
  line_wait_registered (line);
  dialog = line_outgoing_call (line, &talk, NULL);
  talk->call->vtable->reoffer (talk->call, "v=second\r\n");
  invite = peer_expect (peer, "INVITE ", WAIT_MS);
  peer_reply (peer, invite, "401 Who Are You", "t1", WWW ("home", "MD5"), NULL);
  g_clear_pointer (&invite, peer_message_free);
  invite = peer_expect (peer, "INVITE ", WAIT_MS);
  peer_reply (peer, invite, "401 Who Are You", "t1", WWW ("home", "MD5"), NULL);
  peer_wait (peer, &talk->n_done, "refusal of the offer", WAIT_MS);
  talk->call->vtable->hang_up (talk->call);
  bye = peer_expect (peer, "BYE ", WAIT_MS);
  peer_reply (peer, bye, "407 Who Are You", "t1", PROXY ("home", "SHA-256"), NULL);
  again = peer_expect (peer, "BYE ", WAIT_MS);
  to_far_end = peer_message_get (again, "Authorization");
  to_proxy = peer_message_get (again, "Proxy-Authorization");
  g_assert_null (to_far_end);
  g_assert_nonnull (strstr (to_proxy, "SHA-256"));
  peer_reply (peer, again, "200 OK", NULL, NULL, NULL);
  peer_wait (peer, &talk->n_ended, "end of the call", WAIT_MS);
  g_assert_cmpuint (peer_count (peer, "INVITE "), ==, 3);
  talk_free (talk);
  line_free (line);
}

/* The chat password is not shown to a telephone address elsewhere, nor without TLS. */
static void
test_R47_withheld (gconstpointer data)
{
  gboolean is_related = GPOINTER_TO_INT (data);
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, "sip_address", "sip:alice@provider.test", "related_domains",
                              is_related ? "provider.test" : "", NULL);

  peer_set_mode (peer, PEER_SHA256, 0);
  line_start (line);
  if (is_related)
    line_wait_registered (line);
  else
    {
      line_wait_stopped (line);
      g_assert_error (line->error, CUSAX_ERROR, CUSAX_ERROR_WITHHELD);
      peer_spin (100);
      g_assert_cmpuint (peer_count (peer, "REGISTER "), ==, 1);
    }
  line_free (line);
}

/* ------------------------------------------------------- credentials that change */

static const StrictPolicy plain_policy
  = { .name = "plain", .algorithms = { "SHA-256" }, .accepted = "SHA-256", .qop = "auth" };

static CusaxConfig *
config_with (Line *line, const char *user, const char *password)
{
  g_autofree char *server = g_strdup_printf ("%s:%u", peer_get_host (line->peer), peer_get_port (line->peer));

  return config_new ("sip_server", server, "sip_transport", "tcp", "sip_security", "allow_plain",
                     "sip_auth_user", user, "sip_password", password, NULL);
}

static void
configure (Line *line, const char *user, const char *password)
{
  g_autoptr (CusaxConfig) config = config_with (line, user, password);

  line->port->vtable->configure (line->port, config);
}

static Line *
line_new_strict (Strict **strict)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, "sip_auth_user", "100:alice", "sip_password", "old", NULL);

  *strict = strict_new (peer, &plain_policy);
  strict_set_user (*strict, "100:alice", "old");
  line_start (line);
  line_wait_registered (line);
  return line;
}

static void
assert_undisturbed (Line *line)
{
  g_assert_cmpuint (line->n_stopped, ==, 0);
  g_assert_cmpuint (line->n_registered, ==, 1);
  g_assert_cmpstr (line->trace->str, ==, "LCGR");
}

/* In mid-registration: the refresh has the new ones, nothing else is sent. */
static void
test_R9_registration (void)
{
  Strict *strict;
  Line *line = line_new_strict (&strict);

  refresh (line, strict);
  g_assert_cmpstr (strict_get_last_user (strict), ==, "100:alice");
  strict_set_user (strict, "200:alice", "new");
  configure (line, "200:alice", "new");
  peer_spin (50);
  g_assert_cmpuint (peer_count (line->peer, "REGISTER "), ==, 3);
  for (guint i = 0; i < 3; i++)
    refresh (line, strict);
  g_assert_cmpstr (strict_get_last_user (strict), ==, "200:alice");
  g_assert_cmpuint (strict_get_n_challenges (strict), ==, 1);
  g_assert_cmpstr (strict_get_faults (strict), ==, "");
  assert_undisturbed (line);
  line_free (line);
  strict_free (strict);
}

/* They change while a REGISTER with the old ones is out: it is sent once more, with the new ones. */
static void
test_R9_in_flight (gconstpointer data)
{
  gboolean are_good = GPOINTER_TO_INT (data);
  Strict *strict;
  Line *line = line_new_strict (&strict);
  guint before = peer_count (line->peer, "REGISTER ");
  guint passed = strict_get_n_registered (strict);

  strict_set_user (strict, "200:alice", "new");
  cusax_registrar_refresh (registrar_of (line), WAIT_MS);
  /* Sofia has sent it, or is about to: the peer has not read it yet. */
  configure (line, "200:alice", are_good ? "new" : "bad");
  if (are_good)
    {
      wait_until_registered_times (line, strict, passed + 1);
      assert_undisturbed (line);
    }
  else
    {
      line_wait_stopped (line);
      g_assert_error (line->error, CUSAX_ERROR, CUSAX_ERROR_CREDENTIALS);
    }
  g_assert_cmpuint (peer_count (line->peer, "REGISTER "), <=, before + 3);
  g_assert_cmpstr (strict_get_faults (strict), ==, "");
  line_free (line);
  strict_free (strict);
}

/* The same with the answer held back until the new ones are there. */
static void
test_R9_refused_old (void)
{
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, "sip_auth_user", "100:alice", "sip_password", "old", NULL);
  const char *challenge = WWW ("home", "SHA-256");
  const char *const users[] = { NULL, "\"100:alice\"", "\"200:alice\"" };

  peer_set_manual (peer, TRUE);
  line_start (line);
  for (guint i = 0; i < G_N_ELEMENTS (users); i++)
    {
      g_autoptr (PeerMessage) request = peer_expect (peer, "REGISTER ", WAIT_MS);
      g_autofree char *value = peer_message_get (request, "Authorization");

      g_assert_cmpint (value != NULL, ==, users[i] != NULL);
      if (users[i] != NULL)
        g_assert_nonnull (strstr (value, users[i]));
      if (i == 1)
        {
          configure (line, "200:alice", "new");
          peer_spin (50);
        }
      peer_reply (peer, request, i < 2 ? "401 Who Are You" : "200 OK", "reg", i < 2 ? challenge : NULL, NULL);
    }
  line_wait_registered (line);
  assert_undisturbed (line);
  peer_set_manual (peer, FALSE);
  line_free (line);
}

/* In mid-call: re-INVITE and BYE have the new ones; the call stays, nobody is un-registered. */
static void
test_R9_call (gconstpointer data)
{
  gboolean while_calling = GPOINTER_TO_INT (data);
  Strict *strict;
  Line *line = line_new_strict (&strict);
  g_autoptr (PeerDialog) dialog = NULL;
  Talk *talk;

  if (while_calling)
    {
      g_autoptr (PeerMessage) invite = NULL, ack = NULL;

      talk = line_dial (line, "v=offer\r\n");
      invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
      strict_set_user (strict, "200:alice", "new");
      configure (line, "200:alice", "new");
      peer_spin (50);
      g_assert_cmpuint (talk->n_ended, ==, 0);
      peer_reply (line->peer, invite, "200 OK", "t1", "Contact: <sip:bob@127.0.0.1>\n", "v=answer\n");
      ack = peer_expect (line->peer, "ACK ", WAIT_MS);
      peer_wait (line->peer, &talk->n_established, "established call", WAIT_MS);
    }
  else
    {
      dialog = line_outgoing_call (line, &talk, NULL);
      strict_set_user (strict, "200:alice", "new");
      configure (line, "200:alice", "new");
    }
  reoffer (line, talk);
  g_assert_cmpstr (strict_get_last_user (strict), ==, "200:alice");
  hang_up (line, talk);
  g_assert_cmpuint (strict_get_n_challenges (strict), ==, 2);
  g_assert_cmpstr (strict_get_faults (strict), ==, "");
  assert_undisturbed (line);
  talk_free (talk);
  line_free (line);
  strict_free (strict);
}

/* Another place, or a password that may not go there: nothing that stands answers with it. */
static void
test_R9_elsewhere (void)
{
  Strict *strict;
  Line *line = line_new_strict (&strict);
  g_autofree char *server = g_strdup_printf ("127.0.0.1:%u", peer_get_port (line->peer));
  g_autoptr (CusaxConfig) other = config_new ("sip_server", "192.0.2.1", "sip_security", "allow_plain",
                                              "sip_auth_user", "eve", "sip_password", "secret", NULL);
  g_autoptr (CusaxConfig) shared
    = config_new ("sip_server", server, "sip_security", "require_tls", "sip_auth_user", "eve", NULL);

  line->port->vtable->configure (line->port, other);
  refresh (line, strict);
  g_assert_cmpstr (strict_get_last_user (strict), ==, "100:alice");
  line->port->vtable->configure (line->port, shared);
  refresh (line, strict);
  g_assert_cmpstr (strict_get_last_user (strict), ==, "100:alice");
  assert_undisturbed (line);
  line_free (line);
  strict_free (strict);
}

/* ---------------------------------------------------------------------- hints */

typedef struct
{
  const char *name;
  gboolean tls;
  const char *parameters;
  gboolean is_hint;
} Hint;

static const Hint hints[] = {
  { "xmpp", TRUE, ", domain=\"sip:example.test xmpp:example.test\"", TRUE },
  { "case", TRUE, ", domain=\"XMPP:Example.Test\"", TRUE },
  { "without-tls", FALSE, ", domain=\"xmpp:example.test\"", FALSE },
  { "other-domain", TRUE, ", domain=\"xmpp:evil.test xmpp:example.test.evil.test\"", FALSE },
  { "other-scheme", TRUE, ", domain=\"https://example.test sip:example.test\"", FALSE },
  { "none", TRUE, NULL, FALSE },
};

static void
test_R3_hint (gconstpointer data)
{
  const Hint *hint = data;
  Line *line = hint->tls ? line_new_tls () : line_new (FALSE);
  Strict *strict = strict_new (line->peer, &plain_policy);

  strict_set_more (strict, hint->parameters);
  g_assert_false (line->port->vtable->has_password_hint (line->port));
  cusax_registrar_refresh (registrar_of (line), WAIT_MS);
  wait_until_registered_times (line, strict, 1);
  g_assert_cmpint (line->port->vtable->has_password_hint (line->port), ==, hint->is_hint);
  line_free (line);
  strict_free (strict);
}

static void
add_tests (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (policies); i++)
    {
      g_autofree char *path = g_strconcat ("/login/A1/", policies[i].name, NULL);
      g_autofree char *wrong = g_strconcat ("/login/R47/one-try/", policies[i].name, NULL);

      g_test_add_data_func (path, &policies[i], test_A1);
      if (policies[i].nonce_uses != 1)
        g_test_add_data_func (wrong, &policies[i], test_R47_one_try);
    }
  g_test_add_func ("/login/A1/call-ids", test_A1_call_ids);
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      g_autofree char *path = g_strconcat ("/login/R47/stranger/", strangers[i].name, NULL);

      g_test_add_data_func (path, &strangers[i], test_R47_stranger);
    }
  g_test_add_func ("/login/R47/refused-stays-refused", test_R47_refused_stays_refused);
  g_test_add_data_func ("/login/R47/withheld/foreign", GINT_TO_POINTER (FALSE), test_R47_withheld);
  g_test_add_data_func ("/login/R47/withheld/related", GINT_TO_POINTER (TRUE), test_R47_withheld);
  g_test_add_func ("/login/R9/registration", test_R9_registration);
  g_test_add_data_func ("/login/R9/in-flight/good", GINT_TO_POINTER (TRUE), test_R9_in_flight);
  g_test_add_data_func ("/login/R9/in-flight/bad", GINT_TO_POINTER (FALSE), test_R9_in_flight);
  g_test_add_func ("/login/R9/refused-old", test_R9_refused_old);
  g_test_add_data_func ("/login/R9/call/up", GINT_TO_POINTER (FALSE), test_R9_call);
  g_test_add_data_func ("/login/R9/call/calling", GINT_TO_POINTER (TRUE), test_R9_call);
  g_test_add_func ("/login/R9/elsewhere", test_R9_elsewhere);
  for (guint i = 0; i < G_N_ELEMENTS (hints); i++)
    {
      g_autofree char *path = g_strconcat ("/login/R3/hint/", hints[i].name, NULL);

      g_test_add_data_func (path, &hints[i], test_R3_hint);
    }
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
