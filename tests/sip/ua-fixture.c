/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ua-fixture.h. */
#include "ua-fixture.h"

#include "headers-text.h"

#include "certificates.h"
#include "digest.h"
#include "loop.h"

#include <string.h>

/* ------------------------------------------------------------------ settings */

static const char *
read_string (gpointer user_data, const char *name, const char *fallback)
{
  const char *value = g_hash_table_lookup (user_data, name);

  return value != NULL ? value : fallback;
}

static gboolean
read_bool (gpointer user_data, const char *name, gboolean fallback)
{
  const char *value = g_hash_table_lookup (user_data, name);

  return value != NULL ? g_str_equal (value, "true") : fallback;
}

static int
read_int (gpointer user_data, const char *name, int fallback)
{
  return fallback;
}

static const CusaxConfigReader reader = { read_string, read_bool, read_int };

static CusaxConfig *
config_from_table (GHashTable *table)
{
  g_autoptr (GError) error = NULL;
  CusaxConfig *config = cusax_config_new ("alice@example.test", "wonder:land", &reader, table, &error);

  g_assert_no_error (error);
  return config;
}

static void
add_settings (GHashTable *table, const char *first, va_list args)
{
  for (const char *name = first; name != NULL; name = va_arg (args, const char *))
    g_hash_table_insert (table, (gpointer) name, (gpointer) va_arg (args, const char *));
}

CusaxConfig *
config_new (const char *first_setting, ...)
{
  g_autoptr (GHashTable) table = g_hash_table_new (g_str_hash, g_str_equal);
  va_list args;

  va_start (args, first_setting);
  add_settings (table, first_setting, args);
  va_end (args);
  return config_from_table (table);
}

/* ---------------------------------------------------------------------- calls */

static void
note (Talk *talk, guint status, const char *sdp, gsize length)
{
  talk->status = status;
  g_free (talk->sdp);
  talk->sdp = sdp != NULL ? g_strndup (sdp, length) : NULL;
}

static void
append (Talk *talk, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (talk->trace->len > 0)
    g_string_append_c (talk->trace, ' ');
  g_string_append_vprintf (talk->trace, format, args);
  va_end (args);
}

static void
on_progress (gpointer user_data, guint status, const char *sdp, gsize length)
{
  Talk *talk = user_data;

  note (talk, status, sdp, length);
  append (talk, "%u%s", status, sdp != NULL ? "+" : "");
  talk->n_progress++;
}

static void
on_established (gpointer user_data, const char *sdp, gsize length)
{
  Talk *talk = user_data;

  note (talk, 200, sdp, length);
  append (talk, "up%s", sdp != NULL ? "+" : "");
  talk->n_established++;
}

static void
on_offer (gpointer user_data, const char *sdp, gsize length)
{
  Talk *talk = user_data;

  note (talk, 0, sdp, length);
  append (talk, "offer%s", sdp != NULL ? "+" : "");
  talk->n_offer++;
  if (talk->answer_status != 0)
    talk->call->vtable->answer_offer (talk->call, talk->answer_status, talk->answer_sdp);
}

static void
on_offer_cancelled (gpointer user_data)
{
  Talk *talk = user_data;

  append (talk, "offer-cancelled");
  talk->n_cancelled++;
  if (talk->reoffers_on_cancel)
    talk->call->vtable->reoffer (talk->call, "v=ours\r\n");
}

static void
on_reoffer_done (gpointer user_data, guint status, const char *sdp, gsize length)
{
  Talk *talk = user_data;

  note (talk, status, sdp, length);
  append (talk, "done%u%s", status, sdp != NULL ? "+" : "");
  talk->n_done++;
}

static void
on_ended (gpointer user_data, guint status, const char *reason, gboolean elsewhere)
{
  Talk *talk = user_data;

  talk->status = status;
  g_free (talk->reason);
  talk->reason = g_strdup (reason);
  talk->elsewhere = elsewhere;
  append (talk, "ended%u", status);
  talk->n_ended++;
}

static void
on_remote (gpointer user_data, const CusaxSipHeaders *headers)
{
  Talk *talk = user_data;

  g_free (talk->remote);
  talk->remote = headers_describe (headers);
  talk->n_remote++;
  if (talk->hangs_up_on_remote)
    talk->call->vtable->hang_up (talk->call);
}

const CusaxSipCallListener talk_listener = {
  .on_remote = on_remote,
  .on_progress = on_progress,
  .on_established = on_established,
  .on_offer = on_offer,
  .on_offer_cancelled = on_offer_cancelled,
  .on_reoffer_done = on_reoffer_done,
  .on_ended = on_ended,
};

Talk *
talk_new (void)
{
  Talk *talk = g_new0 (Talk, 1);

  talk->trace = g_string_new (NULL);
  return talk;
}

void
talk_release (Talk *talk)
{
  if (talk->call != NULL)
    talk->call->vtable->release (talk->call);
  talk->call = NULL;
}

void
talk_free (Talk *talk)
{
  if (talk == NULL)
    return;
  talk_release (talk);
  g_string_free (talk->trace, TRUE);
  g_free (talk->sdp);
  g_free (talk->reason);
  g_free (talk->remote);
  g_free (talk);
}

/* ----------------------------------------------------------------------- line */

static void
on_state (gpointer user_data, CusaxSipState state, const GError *error)
{
  Line *line = user_data;

  if (state != CUSAX_SIP_STOPPED)
    g_string_append_c (line->trace, "SLCGR"[state]);
  else
    g_string_append_printf (line->trace, "S(%s)", error != NULL ? error->message : "");
  g_clear_error (&line->error);
  if (error != NULL)
    line->error = g_error_copy (error);
  line->n_registered += state == CUSAX_SIP_REGISTERED;
  line->n_stopped += state == CUSAX_SIP_STOPPED;
}

static void
on_incoming (gpointer user_data, CusaxSipCall *call, const CusaxSipIncoming *incoming)
{
  Line *line = user_data;

  line->incoming_at = g_get_monotonic_time ();
  line->n_incoming++;
  g_free (line->headers);
  line->headers = headers_describe (&incoming->headers);
  g_free (line->to_uri);
  line->to_uri = g_strdup (incoming->to_uri);
  g_free (line->sdp);
  line->sdp = incoming->sdp != NULL ? g_strndup (incoming->sdp, incoming->sdp_length) : NULL;
  line->replaced = incoming->replaced;
  line->answer_after = incoming->answer_after;
  g_clear_pointer (&line->talk, talk_free);
  line->talk = talk_new ();
  line->talk->call = call;
  call->vtable->set_listener (call, &talk_listener, line->talk);
  if (line->reject_with != 0)
    {
      call->vtable->reject (call, line->reject_with, NULL);
      talk_release (line->talk);
    }
  else
    call->vtable->ring (call);
}

static void
on_message (gpointer user_data, const CusaxSipMessage *message)
{
  Line *line = user_data;
  g_autofree char *headers = headers_describe (&message->headers);

  line->n_messages++;
  g_free (line->message);
  line->message = g_strdup_printf ("%s: %s", headers, message->text);
}

static void
on_network (gpointer user_data)
{
  ((Line *) user_data)->n_network++;
}

static void
on_certificate (gpointer user_data, const CusaxCertificate *certificate)
{
  Line *line = user_data;

  line->n_certificates++;
  g_string_append_c (line->trace, '!');
  g_free (line->certificate);
  line->certificate = g_strdup_printf ("%s%s%s%s", certificate->host,
                                       certificate->faults & CUSAX_CERTIFICATE_UNKNOWN_CA ? " unknown-ca" : "",
                                       certificate->faults & CUSAX_CERTIFICATE_WRONG_NAME ? " wrong-name" : "",
                                       certificate->faults & CUSAX_CERTIFICATE_EXPIRED ? " expired" : "");
  if (line->stops_on_certificate)
    line->port->vtable->stop (line->port);
}

static void
on_redirect (gpointer user_data, const char *uri)
{
  Line *line = user_data;

  /* Right before STOPPED. */
  g_assert_cmpuint (line->n_stopped, ==, 0);
  g_free (line->redirect);
  line->redirect = g_strdup (uri);
}

const CusaxSipListener line_listener = {
  .on_state = on_state,
  .on_network = on_network,
  .on_certificate = on_certificate,
  .on_redirect = on_redirect,
  .on_incoming = on_incoming,
  .on_message = on_message,
};

Line *
line_new_idle (Peer *peer, const char *first_setting, ...)
{
  Line *line = g_new0 (Line, 1);
  g_autoptr (GHashTable) table = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *server = g_strdup_printf ("%s:%u", peer_get_host (peer), peer_get_port (peer));
  va_list args;

  g_hash_table_insert (table, (gpointer) "sip_server", server);
  g_hash_table_insert (table, (gpointer) "sip_transport", (gpointer) "tcp");
  g_hash_table_insert (table, (gpointer) "sip_security", (gpointer) "allow_plain");
  g_hash_table_insert (table, (gpointer) "wire_trace", (gpointer) "true");
  va_start (args, first_setting);
  add_settings (table, first_setting, args);
  va_end (args);

  line->peer = peer;
  line->trace = g_string_new (NULL);
  line->config = config_from_table (table);
  line->port = cusax_ua_new (NULL);
  line->port->vtable->set_listener (line->port, &line_listener, line);
  return line;
}

void
line_start (Line *line)
{
  line->n_registered = 0;
  line->n_stopped = 0;
  line->port->vtable->start (line->port, line->config);
}

void
line_wait_registered (Line *line)
{
  peer_wait (line->peer, &line->n_registered, "registration", WAIT_MS);
}

void
line_wait_stopped (Line *line)
{
  peer_wait (line->peer, &line->n_stopped, "STOPPED", WAIT_MS);
}

Line *
line_new (gboolean udp)
{
  Line *line = line_new_idle (peer_new (udp), "sip_transport", udp ? "udp" : "tcp", NULL);

  line_start (line);
  line_wait_registered (line);
  return line;
}

void
line_use_trust (Line *line, CusaxTrust *trust)
{
  line->port->vtable->free (line->port);
  line->port = cusax_ua_new (trust);
  line->port->vtable->set_listener (line->port, &line_listener, line);
}

static gboolean
is_pinned (CusaxTrust *trust, const char *host, guint16 port, const guint8 *der, gsize length)
{
  return TRUE;
}

Line *
line_new_tls (void)
{
  static CusaxTrust trust = { is_pinned };
  g_autoptr (GTlsCertificate) certificate = test_certificate_new (NULL, "IP:127.0.0.1", -1, 1);
  Line *line = line_new_idle (peer_new_tls (certificate), "sip_transport", "tls", NULL);

  line_use_trust (line, &trust);
  line_start (line);
  line_wait_registered (line);
  return line;
}

static gboolean
on_wake (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* cusax_ua_drain() lets nothing run but what is ours, and the peers of the tests are not: un-REGISTER would wait for its
 * time-out. */
static gboolean
drain (void)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) WAIT_MS * 1000;
  guint wake_id = g_timeout_add (20, on_wake, NULL);

  while (!cusax_ua_drain (0, FALSE) && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (wake_id);
  return cusax_ua_drain (0, FALSE);
}

void
line_free (Line *line)
{
  g_clear_pointer (&line->talk, talk_free);
  line->port->vtable->free (line->port);
  /* Everything must be gone from Sofia between cases; the un-REGISTER is answered meanwhile. */
  g_assert_true (drain ());
  cusax_config_unref (line->config);
  g_string_free (line->trace, TRUE);
  g_clear_error (&line->error);
  g_free (line->headers);
  g_free (line->message);
  g_free (line->to_uri);
  g_free (line->sdp);
  g_free (line->redirect);
  g_free (line->certificate);
  peer_free (line->peer);
  g_free (line);
}

Talk *
line_dial (Line *line, const char *sdp)
{
  return line_dial_saying (line, sdp, NULL);
}

Talk *
line_dial_saying (Line *line, const char *sdp, const CusaxSipDisclosure *disclosure)
{
  Talk *talk = talk_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxAddress) bob = cusax_address_parse_uri ("sip:bob@example.test", &error);

  g_assert_no_error (error);
  talk->call = line->port->vtable->invite (line->port, bob, sdp, disclosure, &talk_listener, talk, &error);
  g_assert_no_error (error);
  g_assert_nonnull (talk->call);
  return talk;
}

char *
message_get_all (const PeerMessage *message, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (message->head, "\r\n", -1);
  GString *all = g_string_new (NULL);
  gsize length = strlen (name);

  for (guint i = 1; lines[i] != NULL; i++)
    if (g_ascii_strncasecmp (lines[i], name, length) == 0 && lines[i][length] == ':')
      g_string_append_printf (all, "%s%s", all->len > 0 ? " | " : "", g_strstrip (lines[i] + length + 1));
  return g_string_free (all, FALSE);
}

PeerDialog *
line_ring (Line *line, const char *sdp)
{
  PeerDialog *dialog = peer_dialog_new (peer_get_contact (line->peer));
  g_autoptr (PeerMessage) ringing = NULL;

  peer_request (line->peer, dialog, "INVITE", NULL, sdp);
  ringing = peer_expect (line->peer, "SIP/2.0 180", WAIT_MS);
  peer_dialog_learn (dialog, ringing);
  return dialog;
}

PeerDialog *
line_incoming_call (Line *line)
{
  PeerDialog *dialog = line_ring (line, "v=offer\n");
  g_autoptr (PeerMessage) ok = NULL;

  line->talk->call->vtable->accept (line->talk->call, "v=answer\r\n");
  ok = peer_expect (line->peer, "SIP/2.0 200", WAIT_MS);
  g_assert_cmpstr (ok->body, ==, "v=answer\r\n");
  peer_request (line->peer, dialog, "ACK", NULL, NULL);
  peer_wait (line->peer, &line->talk->n_established, "established call", WAIT_MS);
  return dialog;
}

PeerDialog *
line_outgoing_call (Line *line, Talk **talk, const char *extra)
{
  g_autoptr (PeerMessage) invite = NULL, ack = NULL;
  g_autofree char *headers = g_strdup_printf ("Contact: <sip:bob@127.0.0.1:%u;transport=tcp>\n%s",
                                              peer_get_port (line->peer), extra != NULL ? extra : "");

  *talk = line_dial (line, "v=offer\r\n");
  invite = peer_expect (line->peer, "INVITE ", WAIT_MS);
  peer_reply (line->peer, invite, "200 OK", "t1", headers, "v=answer\n");
  ack = peer_expect (line->peer, "ACK ", WAIT_MS);
  peer_wait (line->peer, &(*talk)->n_established, "established call", WAIT_MS);
  g_assert_cmpstr ((*talk)->sdp, ==, "v=answer\r\n");
  return peer_dialog_from_invite (invite, "t1");
}

int
fixture_run (int argc, char **argv, void (*add_tests) (void))
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_true (cusax_loop_init (&error));
  g_assert_no_error (error);
  g_assert_true (cusax_digest_install (&error));
  g_assert_no_error (error);
  add_tests ();
  status = g_test_run ();
  g_assert_true (cusax_ua_drain (WAIT_MS, FALSE));
  cusax_digest_restore ();
  cusax_loop_shutdown ();
  return status;
}
