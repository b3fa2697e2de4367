/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAPTR: what is read out of good, odd and hostile answers, and the question over the wire with its bounds. */
#include "dns-server.h"
#include "error.h"
#include "naptr.h"

#include <string.h>

#define DEADLINE_MS 15000

/* -------------------------------------------------------------------- reading */

static char *
write_records (const GPtrArray *records)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < records->len; i++)
    {
      const CusaxNaptr *record = g_ptr_array_index (records, i);

      g_string_append_printf (text, "%s%u %u %s %s '%s' %s", i > 0 ? ", " : "", record->order,
                              record->preference, record->flags, record->service, record->regexp,
                              record->replacement);
    }
  return g_string_free (text, FALSE);
}

static const struct
{
  const char *name;
  NaptrRow rows[4];
  const char *records;
} good[] = {
  { "RFC 3263 section 4.1, in any order",
    { { "x", 90, 50, "s", "SIP+D2T", "", "_sip._tcp.example.com" },
      { "x", 50, 50, "s", "SIPS+D2T", "", "_sips._tcp.example.com" },
      { "x", 100, 50, "s", "SIP+D2U", "", "_sip._udp.example.com" } },
    "50 50 S SIPS+D2T '' _sips._tcp.example.com, 90 50 S SIP+D2T '' _sip._tcp.example.com, "
    "100 50 S SIP+D2U '' _sip._udp.example.com" },
  { "preference within an order; equals stay as they came",
    { { "x", 1, 2, "S", "C", "", "c" }, { "x", 1, 1, "S", "A", "", "a" }, { "x", 1, 1, "S", "B", "", "b" } },
    "1 1 S A '' a, 1 1 S B '' b, 1 2 S C '' c" },
  { "RFC 6011: a regular expression and no replacement",
    { { "x", 10, 10, "u", "SIPUA:CFG", "!^.*$!https://example.com/cfg!", "" } },
    "10 10 U SIPUA:CFG '!^.*$!https://example.com/cfg!' " },
  { "words in any case", { { "x", 0, 65535, "", "sips+d2t", "", "A.Test" } }, "0 65535  SIPS+D2T '' A.Test" },
  { "control characters, blanks and quotes are no service",
    { { "x", 1, 1, "s", "SIP\n+D2T", "", "a" },
      { "x", 1, 1, "s\"", "SIP+D2T", "", "a" },
      { "x", 1, 1, "s", "SIP+D2T", "a\x1b[0m", "a" },
      { "x", 1, 1, "s", "SIP+D2T", "", "a b" } },
    "" },
  { "not UTF-8", { { "x", 1, 1, "u", "E2U+SIP", "\xff\xfe", "" } }, "" },
  { "none", { { NULL, 0, 0, NULL, NULL, NULL, NULL } }, "" },
};

static GByteArray *
make_answer (const NaptrRow *rows, guint max)
{
  guint count = 0;
  GByteArray *answer;

  while (count < max && rows[count].name != NULL)
    count++;
  answer = dns_begin_answer (1, "example.com", 0, count);
  for (guint i = 0; i < count; i++)
    dns_append_naptr (answer, &rows[i]);
  return answer;
}

static void
test_read (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GByteArray) answer = make_answer (good[i].rows, G_N_ELEMENTS (good[i].rows));
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) records = cusax_naptr_parse (answer->data, answer->len, &error);
      g_autofree char *text = NULL;

      g_test_message ("%s", good[i].name);
      g_assert_no_error (error);
      text = write_records (records);
      g_assert_cmpstr (text, ==, good[i].records);
    }
}

/* The bytes behind the record's head, as a liar would write them. */
static const struct
{
  const char *name;
  const char *data;
  gsize length;
} hostile[] = {
#define DATA(name, text)                                                                                       \
  {                                                                                                            \
    name, text, sizeof text - 1                                                                                \
  }
  DATA ("nothing", ""),
  DATA ("half a number", "\0\1\0"),
  DATA ("no flags", "\0\1\0\1"),
  DATA ("flags longer than the record", "\0\1\0\1\xff"
                                        "s"),
  DATA ("no service", "\0\1\0\1\1s"),
  DATA ("service longer than the record", "\0\1\0\1\1s\x09SIP"),
  DATA ("no regexp", "\0\1\0\1\1s\7SIP+D2T"),
  DATA ("no replacement", "\0\1\0\1\1s\7SIP+D2T\0"),
  DATA ("replacement longer than the record", "\0\1\0\1\1s\7SIP+D2T\0\x3f"
                                              "abc"),
  DATA ("bytes after the replacement", "\0\1\0\1\1s\7SIP+D2T\0\1a\0\1b\0"),
  DATA ("a zero in the service", "\0\1\0\1\1s\7SIP\0D2T\0\1a\0"),
  DATA ("a name that points at itself", "\0\1\0\1\1s\7SIP+D2T\0\xc0\x38"),
  DATA ("a name that points behind the message", "\0\1\0\1\1s\7SIP+D2T\0\xff\xff"),
  DATA ("an unknown kind of label", "\0\1\0\1\1s\7SIP+D2T\0\x80\0"),
  DATA ("a dot inside a label", "\0\1\0\1\1s\7SIP+D2T\0\3a.b\0"),
#undef DATA
};

static void
append_raw (GByteArray *answer, const char *data, gsize length, gsize said)
{
  guint8 head[] = { 0xC0, 12, 0, 35, 0, 1, 0, 0, 0, 60, (guint8) (said >> 8), (guint8) said };

  g_byte_array_append (answer, head, sizeof head);
  g_byte_array_append (answer, (const guint8 *) data, (guint) length);
}

/* A bad record is left out, and the good one behind it still counts. */
static void
test_hostile_records (void)
{
  static const NaptrRow fine = { "x", 7, 7, "s", "SIP+D2T", "", "_sip._tcp.a" };

  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autoptr (GByteArray) answer = dns_begin_answer (1, "example.com", 0, 2);
      g_autoptr (GPtrArray) records = NULL;
      g_autofree char *text = NULL;

      g_test_message ("%s", hostile[i].name);
      append_raw (answer, hostile[i].data, hostile[i].length, hostile[i].length);
      dns_append_naptr (answer, &fine);
      records = cusax_naptr_parse (answer->data, answer->len, NULL);
      g_assert_nonnull (records);
      text = write_records (records);
      g_assert_cmpstr (text, ==, "7 7 S SIP+D2T '' _sip._tcp.a");
    }
}

/* Cut anywhere, changed anywhere: no answer, or one of at most what was there. */
static void
test_hostile_frames (void)
{
  g_autoptr (GByteArray) answer = make_answer (good[0].rows, 3);
  g_autoptr (GRand) random = g_rand_new_with_seed (4);

  for (gsize length = 0; length < answer->len; length++)
    {
      /* A copy of exactly that size, so that a reader beyond the end is seen by the sanitizers. */
      g_autofree guint8 *cut = g_memdup2 (answer->data, length);
      g_autoptr (GPtrArray) records = cusax_naptr_parse (cut, length, NULL);

      if (records != NULL)
        g_assert_cmpuint (records->len, <, 3);
    }
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree guint8 *changed = g_memdup2 (answer->data, answer->len);
      g_autoptr (GPtrArray) records = NULL;

      for (guint n = 0; n <= i % 8; n++)
        changed[g_rand_int_range (random, 0, (gint32) answer->len)] = (guint8) g_rand_int (random);
      records = cusax_naptr_parse (changed, answer->len, NULL);
      if (records != NULL)
        g_assert_cmpuint (records->len, <=, 3);
    }
}

static void
test_not_an_answer (void)
{
  g_autoptr (GByteArray) answer = make_answer (good[0].rows, 3);
  g_autoptr (GError) error = NULL, empty_error = NULL;
  g_autofree guint8 *huge = g_malloc0 (70000);

  answer->data[2] &= 0x7F; /* a question */
  g_assert_null (cusax_naptr_parse (answer->data, answer->len, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  g_assert_null (cusax_naptr_parse (answer->data, 0, &empty_error));
  g_assert_error (empty_error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  huge[2] = 0x80;
  g_assert_null (cusax_naptr_parse (huge, 70000, NULL));
}

static void
test_bounded (void)
{
  static const NaptrRow row = { "x", 1, 1, "s", "SIP+D2T", "", "_sip._tcp.a" };
  g_autoptr (GByteArray) answer = dns_begin_answer (1, "example.com", 0, 400);
  g_autoptr (GPtrArray) records = NULL;

  for (guint i = 0; i < 400; i++)
    dns_append_naptr (answer, &row);
  records = cusax_naptr_parse (answer->data, answer->len, NULL);
  g_assert_cmpuint (records->len, ==, CUSAX_NAPTR_MAX_RECORDS);
}

/* --------------------------------------------------------------------- asking */

typedef struct
{
  GPtrArray *records;
  GError *error;
  gboolean done;
} Outcome;

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  g_assert_false (outcome->done);
  outcome->records = cusax_naptr_lookup_finish (result, &outcome->error);
  outcome->done = TRUE;
}

static gboolean
on_deadline (gpointer data)
{
  g_error ("no end of a lookup after %d ms", DEADLINE_MS);
  return G_SOURCE_REMOVE;
}

static void
look_up (const char *name, DnsServer *server, GCancellable *cancellable, Outcome *outcome)
{
  guint deadline = g_timeout_add (DEADLINE_MS, on_deadline, NULL);

  memset (outcome, 0, sizeof *outcome);
  cusax_naptr_lookup_async (name, server->address, cancellable, on_found, outcome);
  g_assert_false (outcome->done);
  while (!outcome->done)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
wait_idle (void)
{
  guint deadline = g_timeout_add (DEADLINE_MS, on_deadline, NULL), tick = g_timeout_add (10, on_tick, NULL);

  while (!cusax_naptr_is_idle ())
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
  g_source_remove (tick);
}

static void
clear_outcome (Outcome *outcome)
{
  g_clear_pointer (&outcome->records, g_ptr_array_unref);
  g_clear_error (&outcome->error);
}

static const NaptrRow wire_rows[] = {
  { "example.test", 20, 1, "s", "SIP+D2U", "", "_sip._udp.example.test" },
  { "example.test", 10, 1, "s", "SIPS+D2T", "", "_sips._tcp.example.test" },
  { "xn--bcher-kva.test", 1, 1, "s", "SIPS+D2T", "", "_sips._tcp.b.test" },
  { "", 0, 0, NULL, NULL, NULL, NULL },
};

static void
test_R8_wire (void)
{
  static const struct
  {
    const char *name;
    DnsMode mode;
    const char *records; /* or, if NULL: */
    CusaxErrorCode code;
  } table[] = {
    { "example.test", DNS_ANSWERS,
      "10 1 S SIPS+D2T '' _sips._tcp.example.test, 20 1 S SIP+D2U '' _sip._udp.example.test" },
    { "EXAMPLE.test", DNS_ANSWERS,
      "10 1 S SIPS+D2T '' _sips._tcp.example.test, 20 1 S SIP+D2U '' _sip._udp.example.test" },
    { "b\xc3\xbc"
      "cher.test",
      DNS_ANSWERS, "1 1 S SIPS+D2T '' _sips._tcp.b.test" },
    { "nothing.test", DNS_ANSWERS, "" },
    { "example.test", DNS_GARBAGE, "10 1 S SIPS+D2T '' _sips._tcp.example.test" },
    { "example.test", DNS_SERVFAIL, NULL, CUSAX_ERROR_UNREACHABLE },
    { "192.0.2.1", DNS_ANSWERS, NULL, CUSAX_ERROR_INVALID },
    { "", DNS_ANSWERS, NULL, CUSAX_ERROR_INVALID },
  };
  DnsServer *server = dns_server_new (wire_rows);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Outcome outcome;

      g_test_message ("%s", table[i].name);
      server->mode = table[i].mode;
      look_up (table[i].name, server, NULL, &outcome);
      if (table[i].records == NULL)
        g_assert_error (outcome.error, CUSAX_ERROR, (int) table[i].code);
      else if (table[i].mode == DNS_GARBAGE)
        /* Which of the two is hit depends on how the answer is built: no more than the good one is left. */
        g_assert_cmpuint (outcome.records->len, <=, 1);
      else
        {
          g_autofree char *text = write_records (outcome.records);

          g_assert_cmpstr (text, ==, table[i].records);
        }
      clear_outcome (&outcome);
    }
  wait_idle ();
  dns_server_free (server);
}

/* A name server that says nothing costs a bounded time. */
static void
test_silence (void)
{
  DnsServer *server = dns_server_new (wire_rows);
  gint64 begin = g_get_monotonic_time ();
  Outcome outcome;

  server->mode = DNS_SILENT;
  look_up ("example.test", server, NULL, &outcome);
  g_assert_error (outcome.error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE);
  /* libresolv's own bounds are 15 s; a busy machine adds to ours. */
  g_assert_cmpint ((g_get_monotonic_time () - begin) / 1000, <=, CUSAX_NAPTR_TIMEOUT_MS + 4000);
  g_assert_cmpuint (server->questions, >=, 2);
  clear_outcome (&outcome);
  wait_idle ();
  dns_server_free (server);
}

static gboolean
on_time_to_cancel (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

/* Whoever gives up is told at once; the thread is known of until it ends. */
static void
test_cancel (void)
{
  DnsServer *server = dns_server_new (wire_rows);
  gint64 begin = g_get_monotonic_time (), elapsed;

  server->mode = DNS_SILENT;
  for (guint early = 0; early < 2; early++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Outcome outcome;

      if (early)
        g_cancellable_cancel (cancellable);
      else
        g_timeout_add (20, on_time_to_cancel, cancellable);
      look_up ("example.test", server, cancellable, &outcome);
      g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      clear_outcome (&outcome);
    }
  /* Their threads wait 3 s: whoever is called back by them comes too late. On a busy machine they may have ended since. */
  elapsed = g_get_monotonic_time () - begin;
  g_assert_cmpint (elapsed, <, 2900 * G_TIME_SPAN_MILLISECOND);
  if (elapsed < 2 * G_USEC_PER_SEC)
    g_assert_false (cusax_naptr_is_idle ());
  wait_idle ();
  dns_server_free (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/naptr/read", test_read);
  g_test_add_func ("/naptr/hostile-records", test_hostile_records);
  g_test_add_func ("/naptr/hostile-frames", test_hostile_frames);
  g_test_add_func ("/naptr/not-an-answer", test_not_an_answer);
  g_test_add_func ("/naptr/bounded", test_bounded);
  g_test_add_func ("/naptr/R8/wire", test_R8_wire);
  g_test_add_func ("/naptr/silence", test_silence);
  g_test_add_func ("/naptr/cancel", test_cancel);
  return g_test_run ();
}
