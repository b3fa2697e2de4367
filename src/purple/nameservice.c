/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See nameservice.h. */
#include "nameservice.h"

#include "lookup.h"

#include <purple.h>

/* WORKAROUND libpurple 2.x: chat hangs at "Connecting" when a name is asked for while a thread of the process asks for
 * one, too (seen in about 1 sign-in of 13 with names, 2.14.12); dnsquery.c and dnssrv.c call getaddrinfo() and res_query()
 * in a forked child without exec, POSIX fork(); remove when libpurple asks in a thread or by GResolver (as 3.x does). */

/* A question of libpurple's under way. */
typedef struct
{
  gpointer query;
  CusaxLookup *lookup;
  PurpleDnsQueryResolvedCallback on_hosts; /* addresses */
  PurpleDnsQueryFailedCallback on_no_hosts;
  PurpleSrvTxtQueryResolvedCallback on_records; /* SRV, TXT */
  PurpleSrvTxtQueryFailedCallback on_no_records;
  gboolean is_srv;
} Question;

static GHashTable *open_questions; /* query -> Question (owned); NULL: not in place */

static Question *
begin (gpointer query)
{
  Question *question = g_new0 (Question, 1);

  question->query = query;
  g_hash_table_insert (open_questions, query, question);
  return question;
}

/* Libpurple frees a query with its answer, so it is let go before; one answer may ask for, or destroy, others. */
static void
take (Question *question)
{
  g_hash_table_steal (open_questions, question->query);
}

static void
tell_failure (Question *question, const char *words)
{
  if (question->on_no_hosts != NULL)
    question->on_no_hosts (question->query, words);
  else
    question->on_no_records (question->query, words);
}

static void
forget (gpointer query)
{
  Question *question = open_questions != NULL ? g_hash_table_lookup (open_questions, query) : NULL;

  if (question == NULL)
    return;
  take (question);
  cusax_lookup_cancel (question->lookup);
  g_free (question);
}

/* ------------------------------------------------------------- addresses */

static void
on_addresses (gpointer user_data, const GPtrArray *addresses, const GError *error)
{
  g_autofree Question *question = user_data;
  GSList *hosts = NULL;

  take (question);
  if (error != NULL || addresses->len == 0)
    {
      tell_failure (question, error != NULL ? error->message : "no address");
      return;
    }
  /* Libpurple's form: length, address, length, address. */
  for (guint i = 0; i < addresses->len; i++)
    {
      gsize length;
      gconstpointer native = g_bytes_get_data (g_ptr_array_index (addresses, i), &length);

      hosts = g_slist_append (hosts, GINT_TO_POINTER ((int) length));
      hosts = g_slist_append (hosts, g_memdup2 (native, length));
    }
  question->on_hosts (question->query, hosts);
}

static gboolean
resolve_host (PurpleDnsQueryData *query, PurpleDnsQueryResolvedCallback resolved, PurpleDnsQueryFailedCallback failed)
{
  Question *question = begin (query);

  question->on_hosts = resolved;
  question->on_no_hosts = failed;
  question->lookup = cusax_lookup_addresses (purple_dnsquery_get_host (query),
                                             (guint16) purple_dnsquery_get_port (query), on_addresses, question);
  return TRUE;
}

static void
destroy_host (PurpleDnsQueryData *query)
{
  forget (query);
}

/* --------------------------------------------------------------- records */

static gpointer
make_response (const CusaxLookupRecord *record, gboolean is_srv)
{
  PurpleSrvResponse *srv;
  PurpleTxtResponse *txt;

  if (!is_srv)
    {
      txt = g_new0 (PurpleTxtResponse, 1);
      txt->content = g_strdup (record->text);
      return txt;
    }
  srv = g_new0 (PurpleSrvResponse, 1);
  g_strlcpy (srv->hostname, record->text, sizeof srv->hostname);
  srv->pref = record->priority;
  srv->weight = record->weight;
  srv->port = record->port;
  return srv;
}

static void
on_records (gpointer user_data, const GPtrArray *records, const GError *error)
{
  g_autofree Question *question = user_data;
  GList *responses = NULL;

  take (question);
  if (error != NULL || records->len == 0)
    {
      tell_failure (question, error != NULL ? error->message : "no record");
      return;
    }
  for (guint i = 0; i < records->len; i++)
    responses = g_list_append (responses, make_response (g_ptr_array_index (records, i), question->is_srv));
  question->on_records (question->query, responses);
}

static gboolean
resolve_records (PurpleSrvTxtQueryData *query, PurpleSrvTxtQueryResolvedCallback resolved,
                 PurpleSrvTxtQueryFailedCallback failed)
{
  Question *question = begin (query);
  const char *name = purple_srv_txt_query_get_query (query);

  question->on_records = resolved;
  question->on_no_records = failed;
  question->is_srv = purple_srv_txt_query_get_type (query) == PurpleDnsTypeSrv;
  question->lookup = question->is_srv ? cusax_lookup_srv (name, on_records, question)
                                      : cusax_lookup_txt (name, on_records, question);
  return TRUE;
}

static void
destroy_records (PurpleSrvTxtQueryData *query)
{
  forget (query);
}

/* ------------------------------------------------------------ init, shutdown */

static PurpleDnsQueryUiOps host_ops = { .resolve_host = resolve_host, .destroy = destroy_host };
static PurpleSrvTxtQueryUiOps record_ops = { .resolve = resolve_records, .destroy = destroy_records };

void
cusax_nameservice_init (void)
{
  if (open_questions != NULL)
    return;
  open_questions = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  if (purple_dnsquery_get_ui_ops () == NULL)
    purple_dnsquery_set_ui_ops (&host_ops);
  if (purple_srv_txt_query_get_ui_ops () == NULL)
    purple_srv_txt_query_set_ui_ops (&record_ops);
}

void
cusax_nameservice_shutdown (void)
{
  GHashTableIter iter;
  gpointer value;

  if (open_questions == NULL)
    return;
  for (;;)
    {
      g_autofree Question *question = NULL;

      g_hash_table_iter_init (&iter, open_questions);
      if (!g_hash_table_iter_next (&iter, NULL, &value))
        break;
      question = value;
      take (question);
      cusax_lookup_cancel (question->lookup);
      tell_failure (question, "the name service ends");
    }
  if (purple_dnsquery_get_ui_ops () == &host_ops)
    purple_dnsquery_set_ui_ops (NULL);
  if (purple_srv_txt_query_get_ui_ops () == &record_ops)
    purple_srv_txt_query_set_ui_ops (NULL);
  g_clear_pointer (&open_questions, g_hash_table_unref);
}
