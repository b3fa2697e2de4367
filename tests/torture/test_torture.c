/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All messages of RFC 4475 and RFC 5118, as a registrar's proxy hands them to a live account (its own Via on top): over UDP and
 * TCP outside of dialogs, and over UDP while a call stands, within its dialog where that says something. After each the leg
 * must answer, over the connection that it had, and the call must be as it was (P21).
 */
#include "message-file.h"
#include "ua-fixture.h"

#include <string.h>

/* What comes back, in order, each judged by what its section says, and by RFC 3261 where that leaves it open: status codes; "" = nothing; "again" = the connection was lost, and dialled again at once. */
typedef struct
{
  const char *name, *section;
  const char *user;   /* of the account: whom the message is for, so that it is judged and not just for somebody else */
  const char *udp, *tcp;
  const char *inside; /* (nullable): the same over UDP within a dialog; NULL: as it is, beside a call */
  guint missing;      /* bytes that a stream still owes */
} Row;

static const Row rows[] = {
  /* To has a tag: a dialog that is not there. */
  { "rfc4475/wsinv", "3.1.1.1", "vivekg", "481", "481", "200", 0 },
  /* Good, but Sofia knows no NUL: 405 would be right. */
  { "rfc4475/intmeth", "3.1.1.2", "user", "", "400", NULL, 0 },
  /* Good. */
  { "rfc4475/esc01", "3.1.1.3", "sips%3Auser%40example.com", "180", "180", "200", 0 },
  /* REGISTER is not for us; %00 is no reason to stumble. */
  { "rfc4475/escnull", "3.1.1.4", "user", "405", "405", NULL, 0 },
  /* RE%47IST%45R is another method than REGISTER. */
  { "rfc4475/esc02", "3.1.1.5", "user", "501", "501", NULL, 0 },
  /* Good. */
  { "rfc4475/lwsdisp", "3.1.1.6", "user", "200", "200", "200", 0 },
  /* Good. */
  { "rfc4475/longreq", "3.1.1.7", "user", "180", "180", "200", 0 },
  /* One datagram is one request. On a stream the INVITE has 3 bytes more than it says: no message begins with them. */
  { "rfc4475/dblreq", "3.1.1.8", "joe", "405", "405 again", NULL, 0 },
  /* Good. */
  { "rfc4475/semiuri", "3.1.1.9", "user", "200", "200", "200", 0 },
  /* Good. */
  { "rfc4475/transports", "3.1.1.10", "user", "200", "200", "200", 0 },
  /* MESSAGE is not allowed where nothing shows texts. */
  { "rfc4475/mpart01", "3.1.1.11", "kumiko", "405", "405", NULL, 0 },
  /* To none of our requests. */
  { "rfc4475/unreason", "3.1.1.12", "user", "", "", NULL, 0 },
  /* To none of our requests. */
  { "rfc4475/noreason", "3.1.1.13", "user", "", "", NULL, 0 },
  /* Stray separators in Via and Contact. */
  { "rfc4475/badinv01", "3.1.2.1", "user", "400", "400", "400", 0 },
  /* A datagram lacks what Content-Length promises; a stream brings the rest later. */
  { "rfc4475/clerr", "3.1.2.2", "user", "400", "180", "400", 9845 },
  /* Content-Length below 0: nobody knows where the next message begins. */
  { "rfc4475/ncl", "3.1.2.3", "user", "400", "400 again", "400", 0 },
  /* CSeq is too large. */
  { "rfc4475/scalar02", "3.1.2.4", "user", "400", "400", NULL, 0 },
  /* An answer that nobody can read. */
  { "rfc4475/scalarlg", "3.1.2.5", "user", "", "", NULL, 0 },
  /* A quote without end in To. */
  { "rfc4475/quotbal", "3.1.2.6", "user", "400", "400", NULL, 0 },
  /* <> around the Request-URI. */
  { "rfc4475/ltgtruri", "3.1.2.7", "user", "400", "400", NULL, 0 },
  /* Blanks in the Request-URI. Over UDP Sofia says nothing: 400 would be better. */
  { "rfc4475/lwsruri", "3.1.2.8", "user", "", "400", NULL, 0 },
  /* More blanks than one: may be borne. */
  { "rfc4475/lwsstart", "3.1.2.9", "user", "180", "180", NULL, 0 },
  /* Blanks after the version: may be borne. */
  { "rfc4475/trws", "3.1.2.10", "user", "200", "200", NULL, 0 },
  /* Headers in the Request-URI: may be ignored. */
  { "rfc4475/escruri", "3.1.2.11", "user", "180", "180", NULL, 0 },
  /* A Date that nobody here reads. */
  { "rfc4475/baddate", "3.1.2.12", "user", "180", "180", "200", 0 },
  /* REGISTER is not for us. */
  { "rfc4475/regbadct", "3.1.2.13", "user", "405", "405", NULL, 0 },
  /* Blanks in To: may be borne. */
  { "rfc4475/badaspec", "3.1.2.14", "user", "200", "200", NULL, 0 },
  /* A display name that would need quotes: 400 is allowed. */
  { "rfc4475/baddn", "3.1.2.15", "user", "400", "400", NULL, 0 },
  /* SIP/7.0. */
  { "rfc4475/badvers", "3.1.2.16", "user", "505", "505", NULL, 0 },
  /* CSeq names another method. */
  { "rfc4475/mismatch01", "3.1.2.17", "user", "400", "400", "400", 0 },
  /* CSeq names another method. */
  { "rfc4475/mismatch02", "3.1.2.18", "user", "400", "400", NULL, 0 },
  /* An answer that nobody can read. */
  { "rfc4475/bigcode", "3.1.2.19", "user", "", "", NULL, 0 },
  /* Nothing behind the magic cookie: as of RFC 2543. */
  { "rfc4475/badbranch", "3.2.1", "user", "200", "200", "200", 0 },
  /* No Call-ID, From, To. */
  { "rfc4475/insuf", "3.3.1", "user", "400", "400", NULL, 0 },
  /* A Request-URI of no scheme that we know. */
  { "rfc4475/unkscm", "3.3.2", "user", "416", "416", NULL, 0 },
  /* A Request-URI of no scheme that we know. */
  { "rfc4475/novelsc", "3.3.3", "user", "416", "416", NULL, 0 },
  /* REGISTER is not for us. */
  { "rfc4475/unksm2", "3.3.4", "user", "405", "405", NULL, 0 },
  /* Require: nothingSupportsThis. */
  { "rfc4475/bext01", "3.3.5", "user", "420", "420", "420", 0 },
  /* A body of a type that we do not know. */
  { "rfc4475/invut", "3.3.6", "user", "415", "415", "415", 0 },
  /* REGISTER is not for us. */
  { "rfc4475/regaut01", "3.3.7", "user", "405", "405", NULL, 0 },
  /* Headers twice that are there once. */
  { "rfc4475/multi01", "3.3.8", "user", "400", "400", NULL, 0 },
  /* Two different Content-Lengths: nobody knows where the next message begins. */
  { "rfc4475/mcl01", "3.3.9", "user", "400", "400 again", "400", 0 },
  /* To none of our requests. */
  { "rfc4475/bcast", "3.3.10", "user", "", "", NULL, 0 },
  /* Max-Forwards does not concern who is meant. */
  { "rfc4475/zeromf", "3.3.11", "user", "200", "200", "200", 0 },
  /* REGISTER is not for us. */
  { "rfc4475/cparam01", "3.3.12", "user", "405", "405", NULL, 0 },
  /* REGISTER is not for us. */
  { "rfc4475/cparam02", "3.3.13", "user", "405", "405", NULL, 0 },
  /* REGISTER is not for us. */
  { "rfc4475/regescrt", "3.3.14", "user", "405", "405", NULL, 0 },
  /* Accept without application/sdp: 406 is one possibility; who offers SDP can read it. */
  { "rfc4475/sdp01", "3.3.15", "user", "180", "180", "200", 0 },
  /* No Contact, as in RFC 2543: no dialog can come of it. No Content-Length either, which a stream needs. */
  { "rfc4475/inv2543", "3.4.1", "UserB", "400", "400 again", "200", 0 },
  /* REGISTER is not for us. */
  { "rfc5118/ipv6-good", "4.1", "user", "405", "405", NULL, 0 },
  /* IPv6 without brackets. Over UDP Sofia says nothing: 400 would be better. */
  { "rfc5118/ipv6-bad", "4.2", "user", "", "400", NULL, 0 },
  /* REGISTER is not for us. */
  { "rfc5118/port-ambiguous", "4.3", "user", "405", "405", NULL, 0 },
  /* REGISTER is not for us. */
  { "rfc5118/port-unambiguous", "4.4", "user", "405", "405", NULL, 0 },
  /* BYE of a dialog that is not there. */
  { "rfc5118/via-received-param-with-delim", "4.5", "user", "481", "481", NULL, 0 },
  /* Good. */
  { "rfc5118/via-received-param-no-delim", "4.5", "user", "200", "200", "200", 0 },
  /* Good. */
  { "rfc5118/ipv6-in-sdp", "4.6", "user", "180", "180", "200", 0 },
  /* BYE of a dialog that is not there. */
  { "rfc5118/mult-ip-in-header", "4.7", "user", "481", "481", NULL, 0 },
  /* Good. */
  { "rfc5118/mult-ip-in-sdp", "4.8", "user", "180", "180", "200", 0 },
  /* Good. */
  { "rfc5118/ipv4-mapped-ipv6", "4.9", "user", "180", "180", "200", 0 },
  /* A fault of RFC 3261's grammar: to be borne. */
  { "rfc5118/ipv6-bug-abnf-3-colons", "4.10", "user", "200", "200", NULL, 0 },
  /* Good. */
  { "rfc5118/ipv6-correct-abnf-2-colons", "4.10", "user", "200", "200", NULL, 0 },
};

/* --------------------------------------------------------------------- live account */

static Line *
line_new_for (const Row *row, gboolean udp)
{
  g_autofree char *address = g_strdup_printf ("%s@example.com", row->user);
  Line *line = line_new_idle (peer_new (udp), "sip_transport", udp ? "udp" : "tcp", "sip_address", address, NULL);

  line_start (line);
  line_wait_registered (line);
  return line;
}

static void
send_probe (Line *line, gboolean udp, guint number)
{
  peer_sendf (line->peer,
              "OPTIONS %s SIP/2.0\nVia: SIP/2.0/%s 127.0.0.1:%u;branch=z9hG4bKprobe%u;rport\nMax-Forwards: 70\n"
              "From: <sip:probe@example.test>;tag=probe%u\nTo: <sip:alice@example.test>\nCall-ID: probe%u\n"
              "CSeq: 1 OPTIONS\nContent-Length: 0\n\n",
              peer_get_contact (line->peer), udp ? "UDP" : "TCP",
              peer_get_port (line->peer), number, number, number);
}

static gboolean
on_tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Appends the status or the method, once in a row: over UDP an answer may come again. 100 depends on who is quicker. */
static void
note_reaction (GString *seen, const PeerMessage *message)
{
  gboolean is_answer = g_str_has_prefix (message->first_line, "SIP/2.0 ");
  const char *word = is_answer ? message->first_line + strlen ("SIP/2.0 ") : message->first_line;
  g_autofree char *text = g_strndup (word, strcspn (word, " "));

  if (g_str_equal (text, "100") || g_str_has_suffix (seen->str, text))
    return;
  g_string_append_printf (seen, "%s%s", seen->len > 0 ? " " : "", text);
}

/*
 * What came back until the leg has answered OPTIONS, which it must: twice, because what the account decides itself takes
 * some turns of the loop, and more often as long as it is not @wanted. A connection that the message cost is dialled again by
 * the account itself.
 */
static char *
reaction (Line *line, gboolean udp, const char *wanted)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  gint64 deadline = g_get_monotonic_time () + (gint64) WAIT_MS * 1000;
  guint id = g_timeout_add (20, on_tick, NULL), n_registered = line->n_registered, number = 0, n_alive = 0;

  send_probe (line, udp, ++number);
  while ((n_alive < 2 || (n_alive < 20 && !g_str_equal (seen->str, wanted))) && g_get_monotonic_time () < deadline)
    {
      g_autoptr (PeerMessage) message = peer_take (line->peer);
      g_autofree char *call_id = message != NULL ? peer_message_get (message, "Call-ID") : NULL;

      if (line->n_registered > n_registered)
        {
          n_registered = line->n_registered;
          g_string_append (seen, seen->len > 0 ? " again" : "again");
          send_probe (line, udp, ++number);
        }
      if (message == NULL)
        g_main_context_iteration (NULL, TRUE);
      else if (call_id == NULL || !g_str_has_prefix (call_id, "probe"))
        note_reaction (seen, message);
      else if (g_str_has_prefix (message->first_line, "SIP/2.0 200 "))
        {
          n_alive++;
          send_probe (line, udp, ++number);
        }
    }
  g_source_remove (id);
  if (n_alive < 2)
    g_string_append (seen, " DEAD");
  return g_strdup (seen->str);
}

/* -------------------------------------------------------------------------- cases */

static void
send_forwarded (Line *line, const Row *row, gboolean udp, GString *message)
{
  if (!g_str_has_prefix (message->str, "SIP/2.0 "))
    {
      g_autofree char *via = g_strdup_printf ("Via: SIP/2.0/%s 127.0.0.1:%u;branch=z9hG4bKtorture;rport\r\n",
                                              udp ? "UDP" : "TCP", peer_get_port (line->peer));

      g_string_insert (message, strstr (message->str, "\r\n") - message->str + 2, via);
    }
  peer_send_bytes (line->peer, message->str, message->len);
  if (row->missing > 0 && !udp)
    {
      g_autofree char *rest = g_strnfill (row->missing, '\n');

      peer_send_bytes (line->peer, rest, row->missing);
    }
}

static void
check_outside (const Row *row, gboolean udp)
{
  const char *wanted = udp ? row->udp : row->tcp;
  Line *line = line_new_for (row, udp);
  g_autoptr (GString) message = message_file_read (row->name);
  g_autofree char *seen = NULL;

  send_forwarded (line, row, udp, message);
  seen = reaction (line, udp, wanted);
  g_assert_cmpstr (seen, ==, wanted);
  g_assert_cmpuint (line->n_stopped, ==, 0);
  line_free (line);
}

static void
test_udp (gconstpointer data)
{
  check_outside (data, TRUE);
}

static void
test_tcp (gconstpointer data)
{
  check_outside (data, FALSE);
}

static void
test_in_call (gconstpointer data)
{
  const Row *row = data;
  const char *wanted = row->inside != NULL ? row->inside : row->udp;
  Line *line = line_new_for (row, TRUE);
  g_autoptr (PeerDialog) dialog = line_incoming_call (line);
  g_autoptr (GString) message = message_file_read (row->name);
  g_autoptr (PeerMessage) bye = NULL;
  g_autofree char *seen = NULL;
  Talk *talk = g_steal_pointer (&line->talk);

  talk->answer_status = 200;
  talk->answer_sdp = "v=again\r\n";
  if (row->inside != NULL)
    message_file_readdress (message, dialog);
  send_forwarded (line, row, TRUE, message);
  seen = reaction (line, TRUE, wanted);
  g_assert_cmpstr (seen, ==, wanted);
  g_assert_cmpuint (talk->n_ended, ==, 0);
  talk->call->vtable->hang_up (talk->call);
  bye = peer_expect (line->peer, "BYE ", WAIT_MS);
  peer_reply (line->peer, bye, "200 OK", NULL, NULL, NULL);
  peer_wait (line->peer, &talk->n_ended, "end of the call", WAIT_MS);
  talk_free (talk);
  line_free (line);
}

static void
add_tests (void)
{
  static const struct
  {
    const char *name;
    void (*function) (gconstpointer data);
  } ways[] = { { "udp", test_udp }, { "tcp", test_tcp }, { "in-call", test_in_call } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint j = 0; j < G_N_ELEMENTS (ways); j++)
      {
        g_autofree char *path = g_strdup_printf ("/torture/P21/%s/%s-%s", ways[j].name, rows[i].name, rows[i].section);

        g_test_add_data_func (path, &rows[i], ways[j].function);
      }
}

int
main (int argc, char **argv)
{
  return fixture_run (argc, argv, add_tests);
}
