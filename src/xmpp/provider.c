/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See provider.h. */
#include "provider-private.h"

#include "stream.h"

#include <string.h>

#define ANSWER_MS 9000
#define REPLY_MS 8000

struct _CusaxProvider
{
  CusaxProviderPort port; /* first */
  PurpleAccount *account;
  CusaxCardFetch *cards;
  GHashTable *jobs; /* id -> CusaxProviderJob */
  guint last_id;
  struct
  {
    void (*on_changed) (gpointer user_data); /* (nullable) */
    gpointer user_data;
  } listeners[CUSAX_PROVIDER_N_TOPICS];
};

/* libjabber's signals are process-wide, so is this. NULL: not started. */
static PurplePlugin *our_plugin = NULL;
static GHashTable *all = NULL; /* PurpleAccount -> CusaxProvider */

/* ----------------------------------------------------------------------- jobs */

static void
job_free (gpointer data)
{
  CusaxProviderJob *job = data;

  cusax_stanza_cancel (job->request);
  if (job->card != 0)
    cusax_card_fetch_cancel (job->provider->cards, job->card);
  if (job->deadline != 0)
    purple_timeout_remove (job->deadline);
  g_clear_pointer (&job->services, g_ptr_array_unref);
  g_free (job->component);
  g_free (job);
}

static gboolean
on_answer_due (gpointer data)
{
  CusaxProviderJob *job = data;

  job->deadline = 0;
  job->give_up (job);
  return G_SOURCE_REMOVE;
}

/* Without chat the answer is known, and comes from the loop all the same. */
static CusaxProviderJob *
job_new (CusaxProvider *provider, void (*give_up) (CusaxProviderJob *job), gpointer user_data, gboolean is_up)
{
  CusaxProviderJob *job = g_new0 (CusaxProviderJob, 1);

  job->provider = provider;
  job->id = ++provider->last_id != 0 ? provider->last_id : ++provider->last_id;
  job->give_up = give_up;
  job->user_data = user_data;
  job->deadline = purple_timeout_add (is_up ? ANSWER_MS : 0, on_answer_due, job);
  g_hash_table_insert (provider->jobs, GUINT_TO_POINTER (job->id), job);
  return job;
}

void
cusax_provider_job_ask (CusaxProviderJob *job, const char *to, xmlnode *payload, CusaxStanzaReply done)
{
  PurpleConnection *gc = purple_account_get_connection (job->provider->account);
  job->request = cusax_stanza_send_iq (gc, "get", to, payload, REPLY_MS, done, job);
}

void
cusax_provider_job_end (CusaxProviderJob *job)
{
  g_hash_table_remove (job->provider->jobs, GUINT_TO_POINTER (job->id));
}

char *
cusax_provider_dup_domain (CusaxProvider *provider)
{
  PurpleConnection *gc = purple_account_get_connection (provider->account);
  g_autofree char *own = cusax_stream_is_up (gc) ? cusax_stream_own_jid (gc) : NULL;
  const char *at = own != NULL ? strchr (own, '@') : NULL;

  return g_strdup (at != NULL ? at + 1 : own);
}

PurpleAccount *
cusax_provider_get_account (CusaxProvider *provider)
{
  return provider->account;
}

gboolean
cusax_provider_is_passing (const char *condition)
{
  static const char *const names[]
    = { "internal-server-error", "recipient-unavailable", "remote-server-not-found", "remote-server-timeout",
        "resource-constraint",   "undefined-condition",   "unexpected-request",      "",
        NULL };
  return g_strv_contains (names, condition);
}

/* ------------------------------------------------------------------- own card */

static void
give_up_card (CusaxProviderJob *job)
{
  CusaxCardDone done = job->card_done;
  gpointer user_data = job->user_data;

  cusax_provider_job_end (job);
  done (user_data, CUSAX_CARD_FAILED, NULL, 0);
}

static void
on_card (gpointer data, CusaxCardState state, const char *xml, gsize length)
{
  CusaxProviderJob *job = data;
  CusaxCardDone done = job->card_done;
  gpointer user_data = job->user_data;

  job->card = 0;
  cusax_provider_job_end (job);
  done (user_data, state, xml, length);
}

/* ------------------------------------------------------------------- the port */

static guint
fetch_services (CusaxProviderPort *port, CusaxProviderTopic topic, CusaxProviderServices done, gpointer user_data)
{
  CusaxProvider *provider = (CusaxProvider *) port;
  g_autofree char *domain = cusax_provider_dup_domain (provider);
  CusaxProviderJob *job = job_new (provider, cusax_provider_services_give_up, user_data, domain != NULL);
  guint id = job->id;

  job->services_done = done;
  job->topic = topic;
  if (domain != NULL)
    cusax_provider_services_start (job, domain);
  return id;
}

static guint
port_fetch_services (CusaxProviderPort *port, CusaxProviderServices done, gpointer user_data)
{
  return fetch_services (port, CUSAX_PROVIDER_SIP, done, user_data);
}

static guint
port_fetch_ice_services (CusaxProviderPort *port, CusaxProviderServices done, gpointer user_data)
{
  return fetch_services (port, CUSAX_PROVIDER_ICE, done, user_data);
}

static guint
port_fetch_account (CusaxProviderPort *port, CusaxProviderAccount done, gpointer user_data)
{
  CusaxProvider *provider = (CusaxProvider *) port;
  g_autofree char *domain = cusax_provider_dup_domain (provider);
  CusaxProviderJob *job = job_new (provider, cusax_provider_sipark_give_up, user_data, domain != NULL);
  guint id = job->id;

  job->account_done = done;
  if (domain != NULL)
    cusax_provider_sipark_start (job, domain);
  return id;
}

static guint
port_fetch_own_card (CusaxProviderPort *port, CusaxCardDone done, gpointer user_data)
{
  CusaxProvider *provider = (CusaxProvider *) port;
  gboolean is_up = cusax_stream_is_up (purple_account_get_connection (provider->account));
  CusaxProviderJob *job = job_new (provider, give_up_card, user_data, is_up);
  guint id = job->id;

  job->card_done = done;
  if (is_up)
    job->card = cusax_card_fetch_ask (provider->cards, NULL, on_card, job);
  return id;
}

static void
port_cancel (CusaxProviderPort *port, guint id)
{
  g_hash_table_remove (((CusaxProvider *) port)->jobs, GUINT_TO_POINTER (id));
}

static void
set_listener (CusaxProviderPort *port, CusaxProviderTopic topic, void (*on_changed) (gpointer user_data),
              gpointer user_data)
{
  CusaxProvider *provider = (CusaxProvider *) port;

  provider->listeners[topic].on_changed = on_changed;
  provider->listeners[topic].user_data = user_data;
}

static void
port_set_listener (CusaxProviderPort *port, void (*on_changed) (gpointer user_data), gpointer user_data)
{
  set_listener (port, CUSAX_PROVIDER_SIP, on_changed, user_data);
}

static void
port_set_ice_listener (CusaxProviderPort *port, void (*on_changed) (gpointer user_data), gpointer user_data)
{
  set_listener (port, CUSAX_PROVIDER_ICE, on_changed, user_data);
}

static const CusaxProviderPortVtable port_vtable = {
  .fetch_services = port_fetch_services,
  .fetch_account = port_fetch_account,
  .fetch_own_card = port_fetch_own_card,
  .cancel = port_cancel,
  .set_listener = port_set_listener,
  .fetch_ice_services = port_fetch_ice_services,
  .set_ice_listener = port_set_ice_listener,
};

/* --------------------------------------------------------------------- pushes */

static gboolean
is_own_server (CusaxProvider *provider, const char *from)
{
  g_autofree char *domain = cusax_provider_dup_domain (provider);
  g_autofree char *bare = cusax_stream_bare_jid (provider->account, from);

  return domain != NULL && purple_strequal (bare, domain) && strchr (from, '/') == NULL;
}

static void
acknowledge (PurpleConnection *gc, const char *id, const char *from)
{
  xmlnode *iq = xmlnode_new ("iq");

  xmlnode_set_attrib (iq, "type", "result");
  xmlnode_set_attrib (iq, "id", id);
  xmlnode_set_attrib (iq, "to", from);
  cusax_stanza_send (gc, iq);
}

/* XEP-0215 section 3.2, last part. What it brings is asked for in full again: a push may be partial. Runs before
 * libjabber looks at the stanza; what we leave it refuses with service-unavailable. */
static gboolean
on_receiving_iq (PurpleConnection *gc, const char *type, const char *id, const char *from, xmlnode *packet,
                 gpointer unused)
{
  if (id == NULL || from == NULL || !purple_strequal (type, "set"))
    return FALSE;
  xmlnode *services = xmlnode_get_child_with_namespace (packet, "services", CUSAX_NS_EXTDISCO);
  PurpleAccount *account = purple_connection_get_account (gc);
  CusaxProvider *provider = g_hash_table_lookup (all, account);
  if (services == NULL || provider == NULL || !is_own_server (provider, from))
    return FALSE;

  acknowledge (gc, id, from);
  /* Sending runs other people's code, and so does whoever listens. */
  for (CusaxProviderTopic topic = 0; topic < CUSAX_PROVIDER_N_TOPICS; topic++)
    if (all != NULL && g_hash_table_lookup (all, account) == provider
        && provider->listeners[topic].on_changed != NULL && cusax_provider_services_concern (services, topic))
      provider->listeners[topic].on_changed (provider->listeners[topic].user_data);
  return TRUE;
}

/* ----------------------------------------------------------------------- life */

CusaxProviderPort *
cusax_provider_new (PurpleAccount *account)
{
  CusaxProvider *provider = g_new0 (CusaxProvider, 1);

  provider->port.vtable = &port_vtable;
  provider->account = account;
  provider->cards = cusax_card_fetch_new (account);
  provider->jobs = g_hash_table_new_full (NULL, NULL, NULL, job_free);
  if (all != NULL)
    g_hash_table_insert (all, account, provider);
  return &provider->port;
}

void
cusax_provider_free (CusaxProviderPort *port)
{
  CusaxProvider *provider = (CusaxProvider *) port;

  if (provider == NULL)
    return;
  if (all != NULL && g_hash_table_lookup (all, provider->account) == provider)
    g_hash_table_remove (all, provider->account);
  g_hash_table_unref (provider->jobs);
  cusax_card_fetch_free (provider->cards);
  g_free (provider);
}

void
cusax_provider_init (PurplePlugin *plugin)
{
  g_return_if_fail (our_plugin == NULL);
  our_plugin = plugin;
  all = g_hash_table_new (NULL, NULL);
  purple_signal_connect (plugin, "jabber-receiving-iq", &all, PURPLE_CALLBACK (on_receiving_iq), NULL);
}

void
cusax_provider_shutdown (void)
{
  if (our_plugin == NULL)
    return;

  purple_signals_disconnect_by_handle (&all);
  g_clear_pointer (&all, g_hash_table_unref);
  our_plugin = NULL;
}
