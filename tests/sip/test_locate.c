/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding servers: a resolver of ours in place of the system's answers from a table, so that every kind of DNS
 * answer (records, none, "not here", failure, silence) can be had without a network.
 */
#include "dns-server.h"
#include "error.h"
#include "locate.h"

#include <gio/gio.h>

#include <string.h>

#define DEADLINE_MS 15000

/* --------------------------------------------------------------- the resolver */

typedef struct
{
  GResolver parent;
} FakeResolver;

typedef struct
{
  GResolverClass parent;
} FakeResolverClass;

GType fake_resolver_get_type (void);
G_DEFINE_TYPE (FakeResolver, fake_resolver, G_TYPE_RESOLVER)

/** Zone: what the fake says. Answers: space-separated; "FAIL": no answer, "SILENT": never, NULL: not found. */
typedef struct
{
  const char *question; /* "_sips._tcp.example.org" or "sip.example.org" */
  const char *answer;   /* "host:port ..." or "address ..."; "NONE": empty list */
} Record;

static const Record *zone;
static DnsServer *naptr_server;
static guint questions, concurrent, most_concurrent;

static const char *
look_up (const char *question)
{
  questions++;
  for (const Record *record = zone; record->question != NULL; record++)
    if (strcmp (record->question, question) == 0)
      return record->answer;
  return NULL;
}

static void
free_list (gpointer data)
{
  g_list_free_full (data, g_object_unref);
}

static void
free_targets (gpointer data)
{
  g_resolver_free_targets (data);
}

static gboolean
on_answer_due (gpointer data)
{
  GTask *task = data;

  concurrent--;
  if (GPOINTER_TO_INT (g_task_get_task_data (task)))
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE, "server failure");
  else
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such name");
  return G_SOURCE_REMOVE;
}

static void
on_silence_cancelled (GCancellable *cancellable, gpointer data)
{
  concurrent--;
  g_task_return_error_if_cancelled (data);
}

/* Returns: TRUE if @answer is no list; the task is then answered or kept silent */
static gboolean
answer_specially (GTask *task, const char *answer)
{
  concurrent++;
  most_concurrent = MAX (most_concurrent, concurrent);
  if (g_strcmp0 (answer, "SILENT") == 0)
    {
      g_cancellable_connect (g_task_get_cancellable (task), G_CALLBACK (on_silence_cancelled),
                             g_object_ref (task), g_object_unref);
      return TRUE;
    }
  if (answer != NULL && strcmp (answer, "FAIL") != 0)
    {
      concurrent--;
      return FALSE;
    }
  g_task_set_task_data (task, GINT_TO_POINTER (answer != NULL), NULL);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_answer_due, g_object_ref (task), g_object_unref);
  return TRUE;
}

static void
fake_lookup_by_name_async (GResolver *resolver, const char *name, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  const char *answer = look_up (name);
  g_auto (GStrv) items = NULL;
  GList *addresses = NULL;

  if (answer_specially (task, answer))
    return;
  items = g_strsplit (answer, " ", -1);
  for (char **item = items; *item != NULL; item++)
    addresses = g_list_append (addresses, g_inet_address_new_from_string (*item));
  g_task_return_pointer (task, addresses, free_list);
}

static void
fake_lookup_service_async (GResolver *resolver, const char *name, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  const char *answer = look_up (name);
  g_auto (GStrv) items = NULL;
  GList *targets = NULL;

  if (answer_specially (task, answer))
    return;
  items = g_strsplit (answer, " ", -1);
  for (char **item = items; *item != NULL; item++)
    {
      g_auto (GStrv) parts = g_strsplit (*item, ":", 2);

      if (strcmp (*item, "NONE") != 0)
        targets = g_list_append (
          targets, g_srv_target_new (parts[0], (guint16) g_ascii_strtoull (parts[1], NULL, 10), 1, 1));
    }
  g_task_return_pointer (task, targets, free_targets);
}

static GList *
fake_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_resolver_init (FakeResolver *resolver)
{
}

static void
fake_resolver_class_init (FakeResolverClass *class)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (class);

  resolver_class->lookup_by_name_async = fake_lookup_by_name_async;
  resolver_class->lookup_by_name_finish = fake_finish;
  resolver_class->lookup_service_async = fake_lookup_service_async;
  resolver_class->lookup_service_finish = fake_finish;
}

/* -------------------------------------------------------------------- the runs */

typedef struct
{
  GPtrArray *targets;
  GError *error;
  gboolean done;
} Outcome;

static void
on_located (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  g_assert_false (outcome->done);
  outcome->targets = cusax_locate_finish (result, &outcome->error);
  outcome->done = TRUE;
}

static gboolean
on_deadline (gpointer data)
{
  g_error ("no answer for %d ms", DEADLINE_MS);
  return G_SOURCE_REMOVE;
}

static void
locate (const CusaxLocateQuery *query, GCancellable *cancellable, Outcome *outcome)
{
  guint deadline = g_timeout_add (DEADLINE_MS, on_deadline, NULL);
  CusaxLocateQuery local = *query;

  memset (outcome, 0, sizeof *outcome);
  questions = concurrent = most_concurrent = 0;
  naptr_server->questions = 0;
  local.name_server = naptr_server->address;
  cusax_locate_async (&local, cancellable, on_located, outcome);
  g_assert_false (outcome->done); /* never from inside the call */
  while (!outcome->done)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (concurrent, ==, 0);
}

static void
clear_outcome (Outcome *outcome)
{
  g_clear_pointer (&outcome->targets, g_ptr_array_unref);
  g_clear_error (&outcome->error);
}

/* Returns: (transfer full): "TLS sip.example.org 192.0.2.1 5061, ..." */
static char *
write_targets (const GPtrArray *targets)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; targets != NULL && i < targets->len; i++)
    {
      const CusaxTarget *target = g_ptr_array_index (targets, i);
      const char *transport = target->transport == CUSAX_TRANSPORT_TLS   ? "TLS"
                              : target->transport == CUSAX_TRANSPORT_TCP ? "TCP"
                                                                         : "UDP";

      g_string_append_printf (text, "%s%s %s %s %u", i > 0 ? ", " : "", transport, target->host,
                              target->address, target->port);
    }
  return g_string_free (text, FALSE);
}

static const Record table_zone[] = {
  { "_sips._tcp.all.test", "b.test:5071 a.test:5072" },
  { "_sip._tcp.all.test", "a.test:5060" },
  { "_sip._udp.all.test", "a.test:5060" },
  { "_sip._udp.udponly.test", "a.test:5062" },
  { "_sips._tcp.gone.test", "."
                            ":5061" },
  { "_sip._tcp.gone.test", "NONE" },
  { "_sip._udp.gone.test", "NONE" },
  { "gone.test", "192.0.2.9" },
  { "_sips._tcp.root.test", ":0" },
  { "_sip._tcp.root.test", ":0" },
  { "_sip._udp.root.test", ":0" },
  { "root.test", "192.0.2.9" },
  { "_sips._tcp.partly.test", ":0" },
  { "_sip._tcp.partly.test", "a.test:5060" },
  { "_sips._tcp.broken.test", "FAIL" },
  { "broken.test", "FAIL" },
  { "_sips._tcp.half.test", "FAIL" },
  { "half.test", "192.0.2.7" },
  { "_sips._tcp.dead.test", "nowhere.test:5061 a.test:5061 a.test:5061" },
  { "_sips._tcp.bad.test", "a.test:0 a.test:5061" },
  { "a.test", "192.0.2.1 2001:db8::1" },
  { "b.test", "192.0.2.2" },
  { "plain.test", "192.0.2.3" },
  { NULL, NULL },
};

static const struct
{
  const char *name;
  CusaxLocateQuery query;
  const char *targets; /* or, if NULL: */
  CusaxErrorCode code;
} table[] = {
  { "R8: TLS records in their order, all addresses",
    { "all.test", 0, CUSAX_TRANSPORT_AUTO, TRUE },
    "TLS b.test 192.0.2.2 5071, TLS a.test 192.0.2.1 5072, TLS a.test 2001:db8::1 5072" },
  { "every transport, the safest first",
    { "all.test", 0, CUSAX_TRANSPORT_AUTO, FALSE },
    "TLS b.test 192.0.2.2 5071, TLS a.test 192.0.2.1 5072, TLS a.test 2001:db8::1 5072, "
    "TCP a.test 192.0.2.1 5060, TCP a.test 2001:db8::1 5060, UDP a.test 192.0.2.1 5060, UDP a.test 2001:db8::1 "
    "5060" },
  { "one transport",
    { "all.test", 0, CUSAX_TRANSPORT_UDP, FALSE },
    "UDP a.test 192.0.2.1 5060, UDP a.test 2001:db8::1 5060" },
  { "only what has records",
    { "udponly.test", 0, CUSAX_TRANSPORT_AUTO, FALSE },
    "UDP a.test 192.0.2.1 5062, UDP a.test 2001:db8::1 5062" },
  { "TLS only, no record", { "plain.test", 0, CUSAX_TRANSPORT_AUTO, TRUE }, "TLS plain.test 192.0.2.3 5061" },
  { "no records at all",
    { "plain.test", 0, CUSAX_TRANSPORT_AUTO, FALSE },
    "TLS plain.test 192.0.2.3 5061, TCP plain.test 192.0.2.3 5060, UDP plain.test 192.0.2.3 5060" },
  { "given port: no SRV", { "all.test", 5099, CUSAX_TRANSPORT_TLS, TRUE }, NULL, CUSAX_ERROR_NO_HOST },
  { "given port",
    { "a.test", 5099, CUSAX_TRANSPORT_TCP, FALSE },
    "TCP a.test 192.0.2.1 5099, TCP a.test 2001:db8::1 5099" },
  { "given plain port",
    { "b.test", 5060, CUSAX_TRANSPORT_AUTO, FALSE },
    "TCP b.test 192.0.2.2 5060, UDP b.test 192.0.2.2 5060" },
  { "given plain port, TLS only", { "b.test", 5060, CUSAX_TRANSPORT_AUTO, TRUE }, "TLS b.test 192.0.2.2 5060" },
  { "IPv4 literal", { "192.0.2.77", 0, CUSAX_TRANSPORT_AUTO, TRUE }, "TLS 192.0.2.77 192.0.2.77 5061" },
  { "IPv6 literal", { "2001:db8::7", 0, CUSAX_TRANSPORT_UDP, FALSE }, "UDP 2001:db8::7 2001:db8::7 5060" },
  { "not here", { "gone.test", 0, CUSAX_TRANSPORT_AUTO, FALSE }, NULL, CUSAX_ERROR_NO_HOST },
  { "not here, as libresolv gives it", { "root.test", 0, CUSAX_TRANSPORT_AUTO, FALSE }, NULL, CUSAX_ERROR_NO_HOST },
  { "not by TLS",
    { "partly.test", 0, CUSAX_TRANSPORT_AUTO, FALSE },
    "TCP a.test 192.0.2.1 5060, TCP a.test 2001:db8::1 5060" },
  { "unknown name", { "nowhere.test", 0, CUSAX_TRANSPORT_AUTO, TRUE }, NULL, CUSAX_ERROR_NO_HOST },
  { "DNS fails", { "broken.test", 0, CUSAX_TRANSPORT_AUTO, TRUE }, NULL, CUSAX_ERROR_UNREACHABLE },
  { "SRV fails, address does not",
    { "half.test", 0, CUSAX_TRANSPORT_AUTO, TRUE },
    "TLS half.test 192.0.2.7 5061" },
  { "one record leads nowhere, one is there twice",
    { "dead.test", 0, CUSAX_TRANSPORT_AUTO, TRUE },
    "TLS a.test 192.0.2.1 5061, TLS a.test 2001:db8::1 5061" },
  { "port 0",
    { "bad.test", 0, CUSAX_TRANSPORT_AUTO, TRUE },
    "TLS a.test 192.0.2.1 5061, TLS a.test 2001:db8::1 5061" },
  { "policy", { "all.test", 0, CUSAX_TRANSPORT_UDP, TRUE }, NULL, CUSAX_ERROR_NOT_PROTECTED },
  { "no host", { "", 0, CUSAX_TRANSPORT_AUTO, TRUE }, NULL, CUSAX_ERROR_INVALID },
  { "garbage", { "exa mple;.test", 0, CUSAX_TRANSPORT_AUTO, TRUE }, NULL, CUSAX_ERROR_INVALID },
};

static void
test_table (void)
{
  zone = table_zone;
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Outcome outcome;
      g_autofree char *text = NULL;

      g_test_message ("%s", table[i].name);
      locate (&table[i].query, NULL, &outcome);
      text = write_targets (outcome.targets);
      if (table[i].targets != NULL)
        g_assert_cmpstr (text, ==, table[i].targets);
      else
        g_assert_error (outcome.error, CUSAX_ERROR, (int) table[i].code);
      clear_outcome (&outcome);
    }
}

static void
test_side_by_side (void)
{
  static const Record silent[] = { { "_sips._tcp.x.test", "FAIL" },
                                   { "_sip._tcp.x.test", "FAIL" },
                                   { "_sip._udp.x.test", "FAIL" },
                                   { NULL, NULL } };
  CusaxLocateQuery query = { "x.test", 0, CUSAX_TRANSPORT_AUTO, FALSE };
  Outcome outcome;

  zone = silent;
  locate (&query, NULL, &outcome);
  g_assert_cmpuint (most_concurrent, ==, 3);
  g_assert_cmpuint (questions, ==, 4); /* one address lookup for three transports */
  g_assert_error (outcome.error, CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE);
  clear_outcome (&outcome);
}

/* A resolver that is silent about SRV (some home routers) costs one deadline, not the sign-in. */
static void
test_silence (void)
{
  static const Record silent[]
    = { { "_sips._tcp.x.test", "SILENT" }, { "x.test", "192.0.2.5" }, { NULL, NULL } };
  CusaxLocateQuery query = { "x.test", 0, CUSAX_TRANSPORT_AUTO, TRUE };
  g_autofree char *text = NULL;
  Outcome outcome;

  zone = silent;
  locate (&query, NULL, &outcome);
  text = write_targets (outcome.targets);
  g_assert_cmpstr (text, ==, "TLS x.test 192.0.2.5 5061");
  clear_outcome (&outcome);
}

static gboolean
on_time_to_cancel (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

static void
test_cancel (void)
{
  static const Record silent[] = { { "_sips._tcp.x.test", "SILENT" }, { "y.test", "SILENT" }, { NULL, NULL } };
  static const CusaxLocateQuery queries[] = { { "x.test", 0, CUSAX_TRANSPORT_AUTO, TRUE },
                                              { "y.test", 0, CUSAX_TRANSPORT_AUTO, TRUE },
                                              { "192.0.2.1", 0, CUSAX_TRANSPORT_AUTO, TRUE } };
  gint64 begin = g_get_monotonic_time ();

  zone = silent;
  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    for (guint early = 0; early < 2; early++)
      {
        g_autoptr (GCancellable) cancellable = g_cancellable_new ();
        Outcome outcome;

        if (early)
          g_cancellable_cancel (cancellable);
        else
          g_idle_add_full (G_PRIORITY_HIGH, on_time_to_cancel, cancellable, NULL);
        locate (&queries[i], cancellable, &outcome);
        g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        g_assert_null (outcome.targets);
        clear_outcome (&outcome);
      }
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 3 * G_USEC_PER_SEC);
}

/* A zone that lists the world: the result is bounded. */
static void
test_bounded (void)
{
  GString *hosts = g_string_new ("a0.test:5061"), *addresses = g_string_new ("192.0.2.1");
  Record large[] = { { "_sips._tcp.x.test", NULL }, { "a0.test", NULL }, { NULL, NULL } };
  CusaxLocateQuery query = { "x.test", 0, CUSAX_TRANSPORT_AUTO, TRUE };
  Outcome outcome;

  for (guint i = 1; i < 500; i++)
    {
      g_string_append_printf (hosts, " a%u.test:5061", i);
      g_string_append_printf (addresses, " 198.51.100.%u", i % 250);
    }
  large[0].answer = hosts->str;
  large[1].answer = addresses->str;
  zone = large;
  locate (&query, NULL, &outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpuint (outcome.targets->len, ==, CUSAX_LOCATE_MAX_TARGETS);
  g_assert_cmpuint (questions, <=, 17);
  clear_outcome (&outcome);
  g_string_free (hosts, TRUE);
  g_string_free (addresses, TRUE);
}

/* ----------------------------------------------------------------------- NAPTR */

static const NaptrRow naptr_rows[] = {
  { "usual.test", 10, 1, "s", "SIPS+D2T", "", "_sips._tcp.usual.test" },
  { "usual.test", 20, 1, "s", "SIP+D2T", "", "_sip._tcp.usual.test" },
  { "backward.test", 10, 1, "s", "SIP+D2U", "", "_sip._udp.backward.test" },
  { "backward.test", 20, 1, "s", "SIPS+D2T", "", "_sips._tcp.backward.test" },
  { "hosted.test", 10, 1, "s", "SIPS+D2T", "", "_sips._tcp.provider.test" },
  { "hosted.test", 20, 1, "s", "SIPS+D2T", "", "_sips._tcp.second.test" },
  { "plainonly.test", 10, 1, "s", "SIP+D2U", "", "_sip._udp.plainonly.test" },
  { "odd.test", 1, 1, "u", "SIPS+D2T", "!.*!_sips._tcp.provider.test!", "" },
  { "odd.test", 2, 1, "s", "SIPS+D2T", "", "provider.test" },
  { "odd.test", 3, 1, "s", "SIPS+D2T", "", "_sips.provider.test" },
  { "odd.test", 4, 1, "s", "SIP+D2S", "", "_sip._sctp.odd.test" },
  { "odd.test", 5, 1, "s", "SIP+D2W", "", "_sip._ws.odd.test" },
  { "odd.test", 6, 1, "s", "E2U+SIP", "", "_sip._tcp.odd.test" },
  { "dangling.test", 1, 1, "s", "SIP+D2T", "", "_sip._tcp.nowhere.test" },
  { "crossed.test", 1, 1, "s", "SIPS+D2T", "", "_sip._udp.crossed.test" },
  { "crossed.test", 2, 1, "s", "SIP+D2T", "", "_sip._tcp.crossed.test" },
  { "bare.test", 1, 1, "s", "SIP+D2U", "", "_sip._udp.bare.test" },
  { "", 0, 0, NULL, NULL, NULL, NULL },
};

static const Record naptr_zone[] = {
  { "_sips._tcp.usual.test", "a.test:5061" },
  { "_sip._tcp.usual.test", "a.test:5060" },
  { "_sip._udp.usual.test", "a.test:5060" },
  { "_sips._tcp.backward.test", "a.test:5061" },
  { "_sip._tcp.backward.test", "a.test:5060" },
  { "_sip._udp.backward.test", "a.test:5060" },
  { "_sips._tcp.hosted.test", "b.test:5061" },
  { "_sips._tcp.provider.test", "a.test:5091" },
  { "_sips._tcp.second.test", "b.test:5092" },
  { "_sip._udp.plainonly.test", "a.test:5060" },
  { "_sips._tcp.odd.test", "b.test:5061" },
  { "_sips._tcp.dangling.test", "b.test:5061" },
  { "_sip._udp.crossed.test", "b.test:5060" },
  { "_sip._tcp.crossed.test", "a.test:5060" },
  { "plainonly.test", "192.0.2.8" },
  { "bare.test", "192.0.2.6" },
  { "hosts.test", "192.0.2.4 2001:db8::4" },
  { "a.test", "192.0.2.1" },
  { "b.test", "192.0.2.2" },
  { NULL, NULL },
};

static const struct
{
  const char *name;
  CusaxLocateQuery query;
  guint naptr_questions;
  const char *targets;
} naptr_table[] = {
  { "only what NAPTR lists",
    { "usual.test", 0, CUSAX_TRANSPORT_AUTO, FALSE },
    1,
    "TLS a.test 192.0.2.1 5061, TCP a.test 192.0.2.1 5060" },
  { "TLS alone if it has to be",
    { "usual.test", 0, CUSAX_TRANSPORT_AUTO, TRUE },
    1,
    "TLS a.test 192.0.2.1 5061" },
  { "in its order",
    { "backward.test", 0, CUSAX_TRANSPORT_AUTO, FALSE },
    1,
    "UDP a.test 192.0.2.1 5060, TLS a.test 192.0.2.1 5061" },
  { "its order and TLS", { "backward.test", 0, CUSAX_TRANSPORT_AUTO, TRUE }, 1, "TLS a.test 192.0.2.1 5061" },
  { "the person fixed the transport",
    { "backward.test", 0, CUSAX_TRANSPORT_TCP, FALSE },
    0,
    "TCP a.test 192.0.2.1 5060" },
  { "a port was given", { "a.test", 5070, CUSAX_TRANSPORT_AUTO, TRUE }, 0, "TLS a.test 192.0.2.1 5070" },
  { "a literal", { "192.0.2.1", 0, CUSAX_TRANSPORT_AUTO, TRUE }, 0, "TLS 192.0.2.1 192.0.2.1 5061" },
  { "names elsewhere, not the domain's own",
    { "hosted.test", 0, CUSAX_TRANSPORT_AUTO, FALSE },
    1,
    "TLS a.test 192.0.2.1 5091, TLS b.test 192.0.2.2 5092" },
  { "no TLS listed, TLS wanted",
    { "plainonly.test", 0, CUSAX_TRANSPORT_AUTO, TRUE },
    1,
    "TLS plainonly.test 192.0.2.8 5061" },
  { "records that are not for us",
    { "odd.test", 0, CUSAX_TRANSPORT_AUTO, FALSE },
    1,
    "TLS b.test 192.0.2.2 5061" },
  { "a name without SRV: as if there were no NAPTR",
    { "dangling.test", 0, CUSAX_TRANSPORT_AUTO, FALSE },
    1,
    "TLS b.test 192.0.2.2 5061" },
  { "TLS is not what a UDP name is for",
    { "crossed.test", 0, CUSAX_TRANSPORT_AUTO, FALSE },
    1,
    "TCP a.test 192.0.2.1 5060" },
  { "NAPTR without SRV: the domain, by the listed transport",
    { "bare.test", 0, CUSAX_TRANSPORT_AUTO, FALSE },
    1,
    "UDP bare.test 192.0.2.6 5060" },
  { "only in the hosts file",
    { "hosts.test", 0, CUSAX_TRANSPORT_AUTO, TRUE },
    1,
    "TLS hosts.test 192.0.2.4 5061, TLS hosts.test 2001:db8::4 5061" },
};

static void
test_R8_naptr (void)
{
  zone = naptr_zone;
  naptr_server->rows = naptr_rows;
  for (guint i = 0; i < G_N_ELEMENTS (naptr_table); i++)
    {
      gint64 begin = g_get_monotonic_time ();
      g_autofree char *text = NULL;
      Outcome outcome;

      g_test_message ("%s", naptr_table[i].name);
      locate (&naptr_table[i].query, NULL, &outcome);
      g_assert_no_error (outcome.error);
      text = write_targets (outcome.targets);
      g_assert_cmpstr (text, ==, naptr_table[i].targets);
      g_assert_cmpuint (naptr_server->questions, ==, naptr_table[i].naptr_questions);
      g_assert_cmpint (g_get_monotonic_time () - begin, <, G_USEC_PER_SEC / 2);
      clear_outcome (&outcome);
    }
}

/* A name server that drops what it does not know costs half a second; one that fails or lies costs nothing. */
static void
test_naptr_faults (void)
{
  static const struct
  {
    DnsMode mode;
    guint least_ms, most_ms;
  } faults[] = { { DNS_SILENT, 400, 900 }, { DNS_SERVFAIL, 0, 400 }, { DNS_GARBAGE, 0, 400 } };
  CusaxLocateQuery query = { "hosted.test", 0, CUSAX_TRANSPORT_AUTO, TRUE };

  zone = naptr_zone;
  naptr_server->rows = naptr_rows;
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      gint64 begin = g_get_monotonic_time (), ms;
      g_autofree char *text = NULL;
      Outcome outcome;

      naptr_server->mode = faults[i].mode;
      locate (&query, NULL, &outcome);
      ms = (g_get_monotonic_time () - begin) / 1000;
      text = write_targets (outcome.targets);
      if (faults[i].mode != DNS_GARBAGE)
        g_assert_cmpstr (text, ==, "TLS b.test 192.0.2.2 5061");
      g_assert_cmpint (ms, >=, faults[i].least_ms);
      g_assert_cmpint (ms, <, faults[i].most_ms);
      clear_outcome (&outcome);
    }
  naptr_server->mode = DNS_ANSWERS;
}

static void
test_describe (void)
{
  g_autoptr (CusaxTarget) name = cusax_target_new (CUSAX_TRANSPORT_TLS, "sip.example.org", "192.0.2.1", 5061);
  g_autoptr (CusaxTarget) literal = cusax_target_new (CUSAX_TRANSPORT_UDP, "2001:db8::1", "2001:db8::1", 5060);
  g_autofree char *name_text = cusax_target_describe (name), *literal_text = cusax_target_describe (literal);

  g_assert_cmpstr (name_text, ==, "sip.example.org:5061 (TLS)");
  g_assert_cmpstr (literal_text, ==, "[2001:db8::1]:5060 (UDP)");
}

int
main (int argc, char **argv)
{
  GResolver *fake;
  static const NaptrRow no_rows[] = { { "" } };
  int status;

  g_test_init (&argc, &argv, NULL);
  naptr_server = dns_server_new (no_rows);
  fake = g_object_new (fake_resolver_get_type (), NULL);
  g_resolver_set_default (fake);

  g_test_add_func ("/locate/table", test_table);
  g_test_add_func ("/locate/side-by-side", test_side_by_side);
  g_test_add_func ("/locate/silence", test_silence);
  g_test_add_func ("/locate/cancel", test_cancel);
  g_test_add_func ("/locate/bounded", test_bounded);
  g_test_add_func ("/locate/R8/naptr", test_R8_naptr);
  g_test_add_func ("/locate/naptr-faults", test_naptr_faults);
  g_test_add_func ("/locate/describe", test_describe);
  status = g_test_run ();
  dns_server_free (naptr_server);
  g_object_unref (fake);
  return status;
}
