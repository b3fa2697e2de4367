/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Subscriptions to the state of a conference (R38): SUBSCRIBE and its refreshes, NOTIFY, challenges, every way
 * in which they end, and what is left on the wire when nobody here wants them any more.
 */
#include "ua-fixture.h"

#include "error.h"

#include <string.h>

#define TYPE "application/conference-info+xml"

typedef struct
{
  CusaxSipSubscription *subscription; /* NULL when released */
  guint n_notify, n_ended, status;
  char *body; /* "TYPE: BODY" of the last one */
  gboolean releases_on_notify;
} Watch;

static void
watch_release (Watch *watch)
{
  if (watch->subscription != NULL)
    watch->subscription->vtable->release (watch->subscription);
  watch->subscription = NULL;
}

static void
on_notify (gpointer user_data, const char *content_type, const char *body, gsize length)
{
  Watch *watch = user_data;

  watch->n_notify++;
  g_free (watch->body);
  watch->body = g_strdup_printf ("%s: %.*s", content_type, (int) length, body != NULL ? body : "");
  if (watch->releases_on_notify)
    watch_release (watch);
}

static void
on_ended (gpointer user_data, guint status)
{
  Watch *watch = user_data;

  watch->n_ended++;
  watch->status = status;
}

static const CusaxSipSubscriptionListener listener = { on_notify, on_ended };

static void
watch_clear (Watch *watch)
{
  watch_release (watch);
  g_free (watch->body);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Watch, watch_clear)

static gboolean
watch_start (Watch *watch, Line *line, GError **error)
{
  g_autoptr (CusaxAddress) focus = cusax_address_parse_uri ("sip:conf1@example.test", NULL);

  watch->subscription
    = line->port->vtable->subscribe (line->port, focus, "conference", TYPE, &listener, watch, error);
  return watch->subscription != NULL;
}

static char *
answer_lines (Line *line, guint expires)
{
  return g_strdup_printf ("Contact: <sip:focus@127.0.0.1:%u;transport=tcp>\nExpires: %u\n",
                          peer_get_port (line->peer), expires);
}

/* The focus's side of the dialog, for NOTIFY. */
static PeerDialog *
accept_subscription (Line *line, Watch *watch, guint expires)
{
  g_autoptr (PeerMessage) subscribe = NULL;
  g_autofree char *lines = answer_lines (line, expires);

  g_assert_true (watch_start (watch, line, NULL));
  subscribe = peer_expect (line->peer, "SUBSCRIBE sip:conf1@example.test ", WAIT_MS);
  peer_reply (line->peer, subscribe, "200 OK", "f1", lines, NULL);
  return peer_dialog_from_invite (subscribe, "f1");
}

/* Returns our answer. */
static PeerMessage *
notify_full (Line *line, PeerDialog *dialog, const char *state, const char *type, const char *body)
{
  static guint n_branches;

  dialog->cseq++;
  n_branches++;
  peer_sendf (
    line->peer,
    "NOTIFY %s SIP/2.0\nVia: SIP/2.0/TCP 127.0.0.1:%u;branch=z9hG4bKn%u;rport\nMax-Forwards: 70\n"
    "From: %s\nTo: %s\nCall-ID: %s\nCSeq: %u NOTIFY\nContact: <sip:focus@127.0.0.1:%u;transport=tcp>\n"
    "Event: conference\nSubscription-State: %s\n%s%s%sContent-Length: @LENGTH@\n\n%s",
    dialog->target, peer_get_port (line->peer), n_branches, dialog->local, dialog->remote, dialog->call_id,
    dialog->cseq, peer_get_port (line->peer), state, type != NULL ? "Content-Type: " : "",
    type != NULL ? type : "", type != NULL ? "\n" : "", body != NULL ? body : "");
  return peer_expect (line->peer, "SIP/2.0 ", WAIT_MS);
}

static char *
notify (Line *line, PeerDialog *dialog, const char *state, const char *type, const char *body)
{
  g_autoptr (PeerMessage) answer = notify_full (line, dialog, state, type, body);

  return g_strdup (answer->first_line);
}

#define assert_notify(line, dialog, state, type, body, wanted)                                                 \
  G_STMT_START                                                                                                 \
  {                                                                                                            \
    g_autofree char *first_line = notify (line, dialog, state, type, body);                                    \
    g_assert_cmpstr (first_line, ==, wanted);                                                                  \
  }                                                                                                            \
  G_STMT_END

static void
expect_unsubscribe (Line *line, const char *status)
{
  g_autoptr (PeerMessage) message = peer_expect (line->peer, "SUBSCRIBE sip:focus@127.0.0.1", WAIT_MS);
  g_autofree char *expires = peer_message_get (message, "Expires");
  g_autofree char *event = peer_message_get (message, "Event");

  g_assert_cmpstr (expires, ==, "0");
  g_assert_cmpstr (event, ==, "conference");
  if (status != NULL)
    peer_reply (line->peer, message, status, NULL, "Expires: 0\n", NULL);
}

/* ------------------------------------------------------------------ standing */

static void
test_R38_notified (void)
{
  Line *line = line_new (FALSE);
  g_auto (Watch) watch = { 0 };
  g_autoptr (PeerMessage) subscribe = NULL;
  g_autoptr (PeerDialog) dialog = NULL;
  g_autofree char *event = NULL, *accept = NULL, *expires = NULL, *contact = NULL,
                  *lines = answer_lines (line, 600);

  g_assert_true (watch_start (&watch, line, NULL));
  subscribe = peer_expect (line->peer, "SUBSCRIBE sip:conf1@example.test ", WAIT_MS);
  event = peer_message_get (subscribe, "Event");
  accept = peer_message_get (subscribe, "Accept");
  expires = peer_message_get (subscribe, "Expires");
  contact = peer_message_get (subscribe, "Contact");
  g_assert_cmpstr (event, ==, "conference");
  g_assert_cmpstr (accept, ==, TYPE);
  g_assert_cmpstr (expires, ==, "3600");
  g_assert_nonnull (strstr (contact, peer_get_contact (line->peer)));
  dialog = peer_dialog_from_invite (subscribe, "f1");
  /* The first NOTIFY may overtake the 200. */
  assert_notify (line, dialog, "active;expires=600", TYPE, "<a/>", "SIP/2.0 200 OK");
  g_assert_cmpstr (watch.body, ==, TYPE ": <a/>");
  peer_reply (line->peer, subscribe, "200 OK", "f1", lines, NULL);
  assert_notify (line, dialog, "active;expires=600", TYPE, "<b/>", "SIP/2.0 200 OK");
  g_assert_cmpstr (watch.body, ==, TYPE ": <b/>");
  assert_notify (line, dialog, "pending", NULL, NULL, "SIP/2.0 200 OK");
  g_assert_cmpstr (watch.body, ==, "(null): ");
  g_assert_cmpuint (watch.n_notify, ==, 3);
  g_assert_cmpuint (watch.n_ended, ==, 0);
  watch_release (&watch);
  expect_unsubscribe (line, "200 OK");
  assert_notify (line, dialog, "terminated;reason=timeout", NULL, NULL, "SIP/2.0 200 OK");
  g_assert_cmpuint (watch.n_notify, ==, 3);
  line_free (line);
}

/* R19: whoever calls a conference anonymously is not named by asking who is in it. */
static void
test_R19_anonymous (void)
{
  Line *line = line_new (FALSE);
  g_auto (Watch) watch = { 0 };
  g_autoptr (CusaxConfig) config = config_new ("anonymous", "true", NULL);
  g_autoptr (PeerMessage) subscribe = NULL, told = NULL, last = NULL;
  g_autoptr (PeerDialog) dialog = NULL;
  g_autofree char *from = NULL, *privacy = NULL, *again = NULL, *head = NULL, *lines = answer_lines (line, 600);
  const char *registered = peer_get_contact (line->peer);
  g_autofree char *user = g_strndup (registered + 4, strcspn (registered + 4, "@"));

  line->port->vtable->configure (line->port, config);
  g_assert_true (watch_start (&watch, line, NULL));
  subscribe = peer_expect (line->peer, "SUBSCRIBE ", WAIT_MS);
  from = peer_message_get (subscribe, "From");
  g_assert_true (g_str_has_prefix (from, "\"Anonymous\" <sip:anonymous@anonymous.invalid>"));
  privacy = peer_message_get (subscribe, "Privacy");
  g_assert_cmpstr (privacy, ==, "id");
  head = g_ascii_strdown (subscribe->head, -1);
  g_assert_null (strstr (head, "alice"));
  g_assert_null (strstr (head, user));
  peer_reply (line->peer, subscribe, "200 OK", "f1", lines, NULL);
  /* The answer to NOTIFY, which is Sofia's, does not name our registration either. */
  dialog = peer_dialog_from_invite (subscribe, "f1");
  told = notify_full (line, dialog, "active;expires=600", TYPE, "<a/>");
  g_assert_cmpstr (told->first_line, ==, "SIP/2.0 200 OK");
  g_assert_null (strstr (told->head, user));
  peer_spin (50);
  watch_release (&watch);
  last = peer_expect (line->peer, "SUBSCRIBE sip:focus@127.0.0.1", WAIT_MS);
  again = peer_message_get (last, "Privacy");
  g_assert_cmpstr (again, ==, "id");
  peer_reply (line->peer, last, "200 OK", NULL, "Expires: 0\n", NULL);
  line_free (line);
}

/* Granted for a moment only: refreshed in time, in the dialog, until it is refused. */
static void
test_refreshed (void)
{
  Line *line = line_new (FALSE);
  g_auto (Watch) watch = { 0 };
  g_autoptr (PeerDialog) dialog = accept_subscription (line, &watch, 2);
  g_autofree char *lines = answer_lines (line, 2);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (PeerMessage) refresh = peer_expect (line->peer, "SUBSCRIBE sip:focus@127.0.0.1", WAIT_MS);
      g_autofree char *to = peer_message_get (refresh, "To");

      g_assert_nonnull (strstr (to, ";tag=f1"));
      g_assert_cmpuint (watch.n_ended, ==, 0);
      peer_reply (line->peer, refresh, i == 0 ? "200 OK" : "481 Subscription Does Not Exist", NULL, lines,
                  NULL);
    }
  peer_wait (line->peer, &watch.n_ended, "end", WAIT_MS);
  g_assert_cmpuint (watch.status, ==, 481);
  line_free (line);
}

static void
test_challenged (gconstpointer data)
{
  gboolean is_wrong = GPOINTER_TO_INT (data);
  Peer *peer = peer_new (FALSE);
  Line *line = line_new_idle (peer, NULL, NULL);
  g_auto (Watch) watch = { 0 };
  g_autoptr (PeerMessage) first = NULL, second = NULL;
  g_autoptr (PeerDialog) dialog = NULL;
  g_autofree char *credentials = NULL, *lines = answer_lines (line, 600);
  const char *challenge
    = "Proxy-Authenticate: Digest realm=\"home\", nonce=\"1\", qop=\"auth\", algorithm=SHA-256\n";

  peer_set_mode (peer, PEER_SHA256, 0);
  line_start (line);
  line_wait_registered (line);
  g_assert_true (watch_start (&watch, line, NULL));
  first = peer_expect (peer, "SUBSCRIBE ", WAIT_MS);
  peer_reply (peer, first, "407 Proxy Authentication Required", "f1", challenge, NULL);
  second = peer_expect (peer, "SUBSCRIBE ", WAIT_MS);
  credentials = peer_message_get (second, "Proxy-Authorization");
  g_assert_nonnull (credentials);
  if (is_wrong)
    {
      peer_reply (peer, second, "407 Proxy Authentication Required", "f1", challenge, NULL);
      peer_wait (peer, &watch.n_ended, "end", WAIT_MS);
      g_assert_cmpuint (watch.status, ==, 407);
      peer_expect_none (peer, "SUBSCRIBE ", 100);
    }
  else
    {
      peer_reply (peer, second, "200 OK", "f1", lines, NULL);
      dialog = peer_dialog_from_invite (second, "f1");
      assert_notify (line, dialog, "active", TYPE, "<a/>", "SIP/2.0 200 OK");
      g_assert_cmpuint (watch.n_notify, ==, 1);
      g_assert_cmpuint (watch.n_ended, ==, 0);
    }
  line_free (line);
}

/* Somebody else's notices are no news of ours. */
static void
test_strangers (void)
{
  Line *line = line_new (FALSE);
  g_auto (Watch) watch = { 0 };
  g_autoptr (PeerDialog) dialog = accept_subscription (line, &watch, 600);
  g_autoptr (PeerDialog) other = peer_dialog_new (peer_get_contact (line->peer));

  assert_notify (line, other, "active", TYPE, "<evil/>", "SIP/2.0 489 Bad Event");
  assert_notify (line, dialog, "active", TYPE, "<a/>", "SIP/2.0 200 OK");
  g_assert_cmpuint (watch.n_notify, ==, 1);
  g_assert_cmpstr (watch.body, ==, TYPE ": <a/>");
  line_free (line);
}

/* ---------------------------------------------------------------------- ends */

static void
test_refused (gconstpointer data)
{
  const char *status = data;
  Line *line = line_new (FALSE);
  g_auto (Watch) watch = { 0 };
  g_autoptr (PeerMessage) subscribe = NULL;

  g_assert_true (watch_start (&watch, line, NULL));
  subscribe = peer_expect (line->peer, "SUBSCRIBE ", WAIT_MS);
  peer_reply (line->peer, subscribe, status, "f1", "Contact: <sip:other@127.0.0.1>\n", NULL);
  peer_wait (line->peer, &watch.n_ended, "end", WAIT_MS);
  g_assert_cmpuint (watch.status, ==, (guint) g_ascii_strtoull (status, NULL, 10));
  peer_expect_none (line->peer, "SUBSCRIBE ", 100);
  g_assert_cmpuint (watch.n_ended, ==, 1);
  line_free (line);
}

/* Their end is the end, whatever the reason: Sofia would begin anew by itself after some. */
static void
test_terminated (gconstpointer data)
{
  const char *state = data;
  Line *line = line_new (FALSE);
  g_auto (Watch) watch = { 0 };
  g_autoptr (PeerDialog) dialog = accept_subscription (line, &watch, 600);

  assert_notify (line, dialog, state, TYPE, "<last/>", "SIP/2.0 200 OK");
  peer_wait (line->peer, &watch.n_ended, "end", WAIT_MS);
  g_assert_cmpuint (watch.status, ==, 0);
  g_assert_cmpstr (watch.body, ==, TYPE ": <last/>");
  peer_expect_none (line->peer, "SUBSCRIBE ", 300);
  watch_release (&watch);
  peer_expect_none (line->peer, "SUBSCRIBE ", 50);
  line_free (line);
}

static void
test_leg_lost (gconstpointer data)
{
  gboolean is_standing = GPOINTER_TO_INT (data);
  Line *line = line_new (FALSE);
  g_auto (Watch) watch = { 0 };

  if (is_standing)
    {
      g_autoptr (PeerDialog) dialog = accept_subscription (line, &watch, 600);

      assert_notify (line, dialog, "active", TYPE, "<a/>", "SIP/2.0 200 OK");
    }
  else
    g_assert_true (watch_start (&watch, line, NULL));
  peer_die (line->peer);
  peer_wait (line->peer, &watch.n_ended, "end", WAIT_MS);
  g_assert_cmpuint (watch.status, ==, 503);
  line_free (line);
}

/* ------------------------------------------------------------------- released */

/* From inside the listener, with an answer to NOTIFY on the way. */
static void
test_released_on_notify (gconstpointer data)
{
  const char *state = data;
  Line *line = line_new (FALSE);
  g_auto (Watch) watch = { 0 };
  g_autoptr (PeerDialog) dialog = accept_subscription (line, &watch, 600);

  watch.releases_on_notify = TRUE;
  assert_notify (line, dialog, state, TYPE, "<a/>", "SIP/2.0 200 OK");
  peer_spin (50);
  g_assert_null (watch.subscription);
  g_assert_cmpuint (watch.n_ended, ==, 0);
  if (g_str_equal (state, "active"))
    {
      expect_unsubscribe (line, "200 OK");
      assert_notify (line, dialog, "terminated", TYPE, "<z/>", "SIP/2.0 200 OK");
    }
  g_assert_cmpuint (watch.n_notify, ==, 1);
  line_free (line);
}

/* Before the answer: if it becomes a subscription after all, that is ended. */
static void
test_released_early (gconstpointer data)
{
  const char *status = data;
  Line *line = line_new (FALSE);
  g_auto (Watch) watch = { 0 };
  g_autoptr (PeerMessage) subscribe = NULL;
  g_autofree char *lines = answer_lines (line, 600);

  g_assert_true (watch_start (&watch, line, NULL));
  subscribe = peer_expect (line->peer, "SUBSCRIBE ", WAIT_MS);
  watch_release (&watch);
  peer_expect_none (line->peer, "SUBSCRIBE ", 50);
  peer_reply (line->peer, subscribe, status, "f1", lines, NULL);
  if (g_str_has_prefix (status, "2"))
    expect_unsubscribe (line, "200 OK");
  else
    peer_expect_none (line->peer, "SUBSCRIBE ", 100);
  g_assert_cmpuint (watch.n_ended, ==, 0);
  line_free (line);
}

/* Signing off ends it nicely, with the registration. */
static void
test_stopped (gconstpointer data)
{
  gboolean is_answered = GPOINTER_TO_INT (data);
  Line *line = line_new (FALSE);
  g_auto (Watch) watch = { 0 };
  g_autoptr (PeerDialog) dialog = accept_subscription (line, &watch, 600);

  assert_notify (line, dialog, "active", TYPE, "<a/>", "SIP/2.0 200 OK");
  line->port->vtable->stop (line->port);
  expect_unsubscribe (line, is_answered ? "200 OK" : NULL);
  line_wait_stopped (line);
  g_assert_cmpuint (watch.n_ended, ==, 1);
  g_assert_cmpuint (watch.status, ==, 503);
  line_free (line);
}

/* What nobody holds any more goes with the leg or with the port, wherever it stands. */
static void
test_released_and_gone (gconstpointer data)
{
  gboolean is_standing = GPOINTER_TO_INT (data) & 1, is_freed = GPOINTER_TO_INT (data) & 2;
  Line *line = line_new (FALSE);
  g_auto (Watch) watch = { 0 };

  if (is_standing)
    {
      g_autoptr (PeerDialog) dialog = accept_subscription (line, &watch, 600);

      assert_notify (line, dialog, "active", TYPE, "<a/>", "SIP/2.0 200 OK");
    }
  else
    g_assert_true (watch_start (&watch, line, NULL));
  watch_release (&watch);
  if (is_standing)
    expect_unsubscribe (line, NULL);
  if (!is_freed)
    {
      peer_die (line->peer);
      line_wait_stopped (line);
    }
  line_free (line);
  g_assert_cmpuint (watch.n_ended, ==, 0);
}

/* Signed off before the answer came: what stands after all is ended, not left behind for an hour. */
static void
test_stopped_early (void)
{
  Line *line = line_new (FALSE);
  g_auto (Watch) watch = { 0 };
  g_autoptr (PeerMessage) subscribe = NULL;
  g_autofree char *lines = answer_lines (line, 600);

  g_assert_true (watch_start (&watch, line, NULL));
  subscribe = peer_expect (line->peer, "SUBSCRIBE ", WAIT_MS);
  line->port->vtable->stop (line->port);
  peer_reply (line->peer, subscribe, "200 OK", "f1", lines, NULL);
  expect_unsubscribe (line, "200 OK");
  line_wait_stopped (line);
  g_assert_cmpuint (watch.n_ended, ==, 1);
  line_free (line);
}

/* SUBSCRIBE may be forked: who comes second, with a tag of his own, is no part of it; nor is anybody after the
 * end, released or not. */
static void
test_forked (void)
{
  Line *line = line_new (FALSE);
  g_auto (Watch) watch = { 0 };
  g_autoptr (PeerDialog) first = accept_subscription (line, &watch, 600), second = NULL;
  g_auto (GStrv) parts = g_strsplit (first->local, ";tag=", 2);

  second = peer_dialog_new (first->target);
  g_free (second->local);
  g_free (second->remote);
  g_free (second->call_id);
  second->local = g_strconcat (parts[0], ";tag=f2", NULL);
  second->remote = g_strdup (first->remote);
  second->call_id = g_strdup (first->call_id);
  assert_notify (line, first, "active;expires=600", TYPE, "<a/>", "SIP/2.0 200 OK");
  assert_notify (line, second, "active;expires=600", TYPE, "<evil/>", "SIP/2.0 481 Call Does Not Exist");
  assert_notify (line, first, "terminated", TYPE, "<z/>", "SIP/2.0 200 OK");
  peer_wait (line->peer, &watch.n_ended, "end", WAIT_MS);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *answer = notify (line, first, "active;expires=600", TYPE, "<evil/>");

      g_assert_true (g_str_has_prefix (answer, "SIP/2.0 4"));
      watch_release (&watch);
    }
  g_assert_cmpuint (watch.n_notify, ==, 2);
  line_free (line);
}

/* The port goes first: the subscription ends, and is still there to be released. */
static void
test_port_freed (void)
{
  Line *line = line_new (FALSE);
  g_auto (Watch) watch = { 0 };
  g_autoptr (PeerDialog) dialog = accept_subscription (line, &watch, 600);

  assert_notify (line, dialog, "active", TYPE, "<a/>", "SIP/2.0 200 OK");
  line_free (line);
  g_assert_cmpuint (watch.n_ended, ==, 1);
  g_assert_cmpuint (watch.status, ==, 503);
}

static void
test_offline (void)
{
  Line *line = line_new_idle (peer_new (FALSE), NULL, NULL);
  g_auto (Watch) watch = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (watch_start (&watch, line, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE);
  line_free (line);
}

static void
add_tests (void)
{
  g_test_add_func ("/sip/subscription/R38/notified", test_R38_notified);
  g_test_add_func ("/sip/subscription/R19/anonymous", test_R19_anonymous);
  g_test_add_func ("/sip/subscription/refreshed", test_refreshed);
  g_test_add_data_func ("/sip/subscription/challenged", GINT_TO_POINTER (FALSE), test_challenged);
  g_test_add_data_func ("/sip/subscription/challenged-twice", GINT_TO_POINTER (TRUE), test_challenged);
  g_test_add_func ("/sip/subscription/strangers", test_strangers);
  g_test_add_data_func ("/sip/subscription/refused/489", "489 Bad Event", test_refused);
  g_test_add_data_func ("/sip/subscription/refused/403", "403 Forbidden", test_refused);
  g_test_add_data_func ("/sip/subscription/refused/302", "302 Moved Temporarily", test_refused);
  g_test_add_data_func ("/sip/subscription/refused/503", "503 Service Unavailable", test_refused);
  g_test_add_data_func ("/sip/subscription/terminated/noresource", "terminated;reason=noresource",
                        test_terminated);
  g_test_add_data_func ("/sip/subscription/terminated/deactivated", "Terminated;reason=deactivated",
                        test_terminated);
  g_test_add_data_func ("/sip/subscription/terminated/probation", "terminated;reason=probation;retry-after=0",
                        test_terminated);
  g_test_add_data_func ("/sip/subscription/leg-lost", GINT_TO_POINTER (TRUE), test_leg_lost);
  g_test_add_data_func ("/sip/subscription/leg-lost-early", GINT_TO_POINTER (FALSE), test_leg_lost);
  g_test_add_data_func ("/sip/subscription/released/on-notify", "active", test_released_on_notify);
  g_test_add_data_func ("/sip/subscription/released/on-last-notify", "terminated", test_released_on_notify);
  g_test_add_data_func ("/sip/subscription/released/before-200", "200 OK", test_released_early);
  g_test_add_data_func ("/sip/subscription/released/before-403", "403 Forbidden", test_released_early);
  g_test_add_data_func ("/sip/subscription/released/before-407", "407 Proxy Authentication Required",
                        test_released_early);
  g_test_add_data_func ("/sip/subscription/stopped", GINT_TO_POINTER (TRUE), test_stopped);
  g_test_add_data_func ("/sip/subscription/stopped-unanswered", GINT_TO_POINTER (FALSE), test_stopped);
  for (guint i = 0; i < 4; i++)
    {
      static const char *const names[] = { "asking-leg", "standing-leg", "asking-port", "standing-port" };
      g_autofree char *path = g_strconcat ("/sip/subscription/released/then-lost/", names[i], NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_released_and_gone);
    }
  g_test_add_func ("/sip/subscription/stopped-early", test_stopped_early);
  g_test_add_func ("/sip/subscription/forked", test_forked);
  g_test_add_func ("/sip/subscription/port-freed", test_port_freed);
  g_test_add_func ("/sip/subscription/offline", test_offline);
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
