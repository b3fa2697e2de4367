/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is asked, what an answer means, and when somebody is asked again. See bootstrap-private.h. */
#include "bootstrap-private.h"

#include "address.h"
#include "error.h"
#include "services.h"
#include "vcard.h"

#include <string.h>

#define DAY (24 * 60 * 60)
#define TICK 60 /* while something expires: the wall clock may jump, when the machine sleeps or is set */
#define SLOW_TICK 3600
#define FIRST_DELAY 10
#define LAST_DELAY 60
#define MARGIN 10 /* seconds before the end of credentials */
#define SOON 5

static void ask (CusaxBootstrap *bootstrap, CusaxProvisionSource source);

static gboolean
is_chat (CusaxProvisionSource source)
{
  return source != CUSAX_PROVISION_DOCUMENT;
}

/* ------------------------------------------------------------- when again */

void
cusax_bootstrap_plan (CusaxBootstrap *bootstrap, CusaxProvisionSource source)
{
  CusaxQuestion *question = &bootstrap->questions[source];
  const CusaxProvision *provision = cusax_ladder_get (bootstrap->ladder, source);
  gint64 expires = provision != NULL ? cusax_provision_get_expires (provision) : 0;
  gint64 now = bootstrap->ports.wall_time ();

  question->due = source == CUSAX_PROVISION_DOCUMENT && bootstrap->document_asked != 0
                    ? bootstrap->document_asked + DAY
                    : 0;
  if (expires == 0)
    return;
  if (expires <= now) /* given like that: asking at once would give the same */
    question->due = now + LAST_DELAY;
  else
    question->due = MAX (MIN (now + (expires - now) * 4 / 5, expires - MARGIN), now + SOON);
}

/* What is needed is asked for again; what would only be nice waits for the next time chat comes. */
static void
plan_retry (CusaxBootstrap *bootstrap, CusaxProvisionSource source)
{
  CusaxQuestion *question = &bootstrap->questions[source];
  const CusaxProvision *provision = cusax_ladder_get (bootstrap->ladder, source);

  question->due = 0;
  if (provision == NULL
      || (!question->is_owed && question->misses == 0 && cusax_provision_get_expires (provision) == 0))
    return;
  question->delay = question->delay == 0 ? FIRST_DELAY : MIN (question->delay * 2, LAST_DELAY);
  question->due = bootstrap->ports.wall_time () + question->delay;
}

static gboolean
can_ask (const CusaxBootstrap *bootstrap, CusaxProvisionSource source)
{
  return bootstrap->questions[source].id == 0
         && (!is_chat (source) || (bootstrap->chat_up && !bootstrap->is_manual));
}

static gboolean
on_upkeep (gpointer data)
{
  CusaxBootstrap *bootstrap = data;
  gint64 now = bootstrap->ports.wall_time ();

  bootstrap->upkeep_timer = 0;
  for (CusaxProvisionSource source = CUSAX_PROVISION_SERVICES; source < CUSAX_PROVISION_N_SOURCES; source++)
    if (bootstrap->questions[source].due != 0 && bootstrap->questions[source].due <= now
        && can_ask (bootstrap, source))
      ask (bootstrap, source);
  cusax_bootstrap_go_on (bootstrap);
  return G_SOURCE_REMOVE;
}

void
cusax_bootstrap_arm (CusaxBootstrap *bootstrap)
{
  CusaxClock *clock = bootstrap->ports.clock;
  gint64 now = bootstrap->ports.wall_time ();
  gint64 next = G_MAXINT64;
  gint64 longest = SLOW_TICK;

  if (bootstrap->upkeep_timer != 0)
    clock->remove (clock, bootstrap->upkeep_timer);
  bootstrap->upkeep_timer = 0;
  for (CusaxProvisionSource source = CUSAX_PROVISION_SERVICES; source < CUSAX_PROVISION_N_SOURCES; source++)
    {
      const CusaxQuestion *question = &bootstrap->questions[source];
      const CusaxProvision *provision = cusax_ladder_get (bootstrap->ladder, source);
      gint64 expires = provision != NULL ? cusax_provision_get_expires (provision) : 0;

      if (question->due != 0 && can_ask (bootstrap, source))
        next = MIN (next, question->due);
      if (expires > now)
        {
          next = MIN (next, expires);
          longest = TICK;
        }
    }
  if (next == G_MAXINT64)
    return;
  bootstrap->upkeep_timer
    = clock->add (clock, (guint) CLAMP (next - now, 1, longest) * 1000, on_upkeep, bootstrap);
}

/* ---------------------------------------------------------------- answers */

static void
failed (CusaxBootstrap *bootstrap, CusaxProvisionSource source)
{
  bootstrap->questions[source].is_asked = TRUE;
  if (source == CUSAX_PROVISION_DOCUMENT)
    bootstrap->document_asked = 0; /* the next time chat comes, not the next day */
  plan_retry (bootstrap, source);
}

/* Says once per text that it is bad. Returns: FALSE if the listener ended it all. */
static gboolean
complain (CusaxBootstrap *bootstrap, CusaxProvisionSource source, const char *where, const char *text,
          const GError *error)
{
  CusaxQuestion *question = &bootstrap->questions[source];

  if (g_strcmp0 (question->bad, text) == 0)
    return TRUE;
  g_free (question->bad);
  question->bad = g_strdup (text);
  g_info ("what %s says is not used: %s", where, error->message);
  if (bootstrap->listener != NULL)
    bootstrap->listener->on_bad_document (bootstrap->user_data, where, error);
  return bootstrap->listener != NULL && bootstrap->state != CUSAX_BOOTSTRAP_IDLE;
}

/* Returns: FALSE with an error if settings could be made, and cannot be any more with @provision: nothing
 * changed. */
static gboolean
try_out (CusaxBootstrap *bootstrap, CusaxProvisionSource source, CusaxProvision *provision, GError **error)
{
  CusaxProvision *old = cusax_ladder_get (bootstrap->ladder, source);
  g_autoptr (CusaxProvision) kept = old != NULL ? cusax_provision_ref (old) : NULL;
  g_autoptr (CusaxConfig) with = NULL;
  g_autoptr (CusaxConfig) without = NULL;
  g_autoptr (GError) reason = NULL;

  cusax_ladder_set (bootstrap->ladder, source, provision);
  with = cusax_bootstrap_make_config (bootstrap, &reason);
  if (with != NULL)
    return TRUE;
  cusax_ladder_set (bootstrap->ladder, source, NULL);
  without = cusax_bootstrap_make_config (bootstrap, NULL);
  if (without != NULL)
    {
      cusax_ladder_set (bootstrap->ladder, source, kept);
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  cusax_ladder_set (bootstrap->ladder, source, provision);
  return TRUE;
}

/* @source gave @provision (nullable: there is nothing), which was tried. */
static void
take (CusaxBootstrap *bootstrap, CusaxProvisionSource source, CusaxProvision *provision)
{
  CusaxQuestion *question = &bootstrap->questions[source];

  cusax_ladder_set (bootstrap->ladder, source, provision);
  question->is_asked = TRUE;
  question->is_owed = FALSE;
  question->misses = 0;
  question->delay = 0;
  g_clear_pointer (&question->bad, g_free);
  cusax_bootstrap_plan (bootstrap, source);
}

/* Every answer's end. @refused: (nullable): why @provision (or what should have been one) is none, complained
 * about as
 * @text of @where. @provision NULL without: there is nothing. */
static void
answered (CusaxBootstrap *bootstrap, CusaxProvisionSource source, CusaxProvision *provision,
          const GError *refused, const char *where, const char *text)
{
  g_autoptr (GError) misfit = NULL;
  gboolean goes_on = TRUE;

  g_rc_box_acquire (bootstrap);
  if (refused == NULL && (provision == NULL || try_out (bootstrap, source, provision, &misfit)))
    take (bootstrap, source, provision);
  else
    {
      failed (bootstrap, source);
      goes_on = complain (bootstrap, source, where, text, refused != NULL ? refused : misfit);
    }
  if (goes_on)
    {
      cusax_bootstrap_save (bootstrap);
      cusax_bootstrap_go_on (bootstrap);
    }
  cusax_bootstrap_unref (bootstrap);
}

static void
unanswered (CusaxBootstrap *bootstrap, CusaxProvisionSource source)
{
  failed (bootstrap, source);
  cusax_bootstrap_save (bootstrap);
  cusax_bootstrap_go_on (bootstrap);
}

static gboolean
has_telephony (const GPtrArray *services)
{
  for (guint i = 0; i < services->len; i++)
    {
      const CusaxService *service = g_ptr_array_index (services, i);

      if (g_str_equal (service->type, "sip") || g_str_equal (service->type, "sips"))
        return TRUE;
    }
  return FALSE;
}

static void
on_services (gpointer data, const GPtrArray *services, gboolean has_failed)
{
  CusaxBootstrap *bootstrap = data;
  g_autofree char *domain = cusax_address_jid_domain (bootstrap->jid, NULL);
  const CusaxService *service
    = services != NULL ? cusax_services_choose (services, bootstrap->ports.wall_time ()) : NULL;
  g_autoptr (CusaxProvision) provision = NULL;
  g_autoptr (GError) error = NULL;

  bootstrap->questions[CUSAX_PROVISION_SERVICES].id = 0;
  if (service != NULL)
    provision = cusax_service_to_provision (service, domain, &error);
  /* Credentials that are over, or not told: the server has some, so that the chat password is not the answer.
   */
  if (has_failed || (services != NULL && service == NULL && has_telephony (services))
      || (provision != NULL && service->is_restricted && !cusax_provision_has_secret (provision)))
    unanswered (bootstrap, CUSAX_PROVISION_SERVICES);
  else
    answered (bootstrap, CUSAX_PROVISION_SERVICES, provision, error, domain,
              error != NULL ? error->message : "misfit");
}

/* "Nothing" may also mean that nobody answered: it counts against what is known when it is said twice. */
static void
on_account (gpointer data, CusaxProvision *provision, const GError *error)
{
  CusaxBootstrap *bootstrap = data;
  CusaxQuestion *question = &bootstrap->questions[CUSAX_PROVISION_SIPARK];
  const char *where
    = provision != NULL ? cusax_provision_get_where (provision) : strchr (bootstrap->jid, '@') + 1;

  question->id = 0;
  if (provision == NULL && error == NULL && cusax_ladder_get (bootstrap->ladder, CUSAX_PROVISION_SIPARK) != NULL
      && question->misses++ == 0)
    unanswered (bootstrap, CUSAX_PROVISION_SIPARK);
  else
    answered (bootstrap, CUSAX_PROVISION_SIPARK, provision, error, where,
              error != NULL ? error->message : "misfit");
}

/* ------------------------------------------------------------- own vCard */

static gint
compare_pref (gconstpointer a, gconstpointer b)
{
  const CusaxTel *first = *(const CusaxTel *const *) a;
  const CusaxTel *second = *(const CusaxTel *const *) b;

  return (first->pref > second->pref) - (first->pref < second->pref);
}

/* Returns: (transfer full) (nullable): the address that @tel is, if it is one that people answer at */
static CusaxProvision *
provision_of_tel (const CusaxTel *tel, const char *jid)
{
  g_autoptr (CusaxProvision) provision = cusax_provision_new (CUSAX_PROVISION_CARD, jid);
  g_autofree char *sip = NULL;

  if ((tel->types & CUSAX_TEL_MACHINES) != 0)
    return NULL;
  if (g_ascii_strncasecmp (tel->value, "sips:", strlen ("sips:")) == 0)
    sip = g_strconcat ("sip:", tel->value + strlen ("sips:"), NULL); /* TLS is asked for anyway */
  else if (g_ascii_strncasecmp (tel->value, "sip:", strlen ("sip:")) == 0)
    sip = g_strdup (tel->value);
  return sip != NULL && cusax_provision_set (provision, "sip_address", sip, NULL) ? g_steal_pointer (&provision)
                                                                                  : NULL;
}

/* R3b: the best one that may be ours; the ladder knows which may. Returns: (transfer full) (nullable) */
static CusaxProvision *
choose_tel (CusaxBootstrap *bootstrap, GPtrArray *tels)
{
  g_autoptr (CusaxProvision) first = NULL;
  g_autoptr (CusaxLadder) probe = cusax_ladder_new ();
  static const CusaxProvisionSource others[]
    = { CUSAX_PROVISION_SYSTEM_FILE, CUSAX_PROVISION_USER_FILE, CUSAX_PROVISION_DOCUMENT };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    cusax_ladder_set (probe, others[i], cusax_ladder_get (bootstrap->ladder, others[i]));
  g_ptr_array_sort (tels, compare_pref); /* stable */
  for (guint i = 0; i < tels->len; i++)
    {
      g_autoptr (CusaxProvision) provision = provision_of_tel (g_ptr_array_index (tels, i), bootstrap->jid);

      if (provision == NULL)
        continue;
      cusax_ladder_set (probe, CUSAX_PROVISION_CARD, provision);
      if (cusax_ladder_find (probe, bootstrap->jid, bootstrap->typed, bootstrap->typed_data, "sip_address")
          == provision)
        return g_steal_pointer (&provision);
      if (first == NULL)
        first = g_steal_pointer (&provision);
    }
  return g_steal_pointer (&first);
}

static void
on_card (gpointer data, CusaxCardState state, const char *xml, gsize length)
{
  CusaxBootstrap *bootstrap = data;
  g_autoptr (GPtrArray) tels = state == CUSAX_CARD_READ ? cusax_vcard_parse (xml, length, NULL) : NULL;
  g_autoptr (CusaxProvision) provision = tels != NULL ? choose_tel (bootstrap, tels) : NULL;

  bootstrap->questions[CUSAX_PROVISION_CARD].id = 0;
  if (state == CUSAX_CARD_FAILED || (state == CUSAX_CARD_READ && tels == NULL))
    unanswered (bootstrap, CUSAX_PROVISION_CARD);
  else
    answered (bootstrap, CUSAX_PROVISION_CARD, provision, NULL, bootstrap->jid, "misfit");
}

/* --------------------------------------------------------------- document */

/* Returns: (transfer full): where the document is said to be; "" = to be discovered */
static char *
dup_url (const CusaxBootstrap *bootstrap)
{
  g_autoptr (CusaxConfig) config = cusax_bootstrap_make_config (bootstrap, NULL);
  const char *url = config != NULL ? cusax_config_get_provisioning_url (config) : NULL;

  return g_strdup (url != NULL ? url : "");
}

/* Where a person or company says that it is, it should be. One that the provider only links to may be away for a while,
 * but what it is, it is for good: too large, not over https, behind another password. */
static gboolean
is_worth_saying (const CusaxBootstrap *bootstrap, const char *url, const GError *error)
{
  return *bootstrap->document_url != '\0'
         || (url != NULL
             && (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_INVALID)
                 || g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_CREDENTIALS)
                 || g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_CERTIFICATE)));
}

static void
on_document (gpointer data, const char *text, gsize length, const char *url, const GError *error)
{
  CusaxBootstrap *bootstrap = data;
  g_autoptr (CusaxProvision) provision = NULL;
  g_autoptr (GError) bad = NULL;
  g_autofree char *sum = NULL;
  const char *where = url != NULL ? url : bootstrap->document_url;

  bootstrap->questions[CUSAX_PROVISION_DOCUMENT].id = 0;
  if (text == NULL && error != NULL)
    {
      if (is_worth_saying (bootstrap, url, error))
        answered (bootstrap, CUSAX_PROVISION_DOCUMENT, NULL, error, where, error->message);
      else
        unanswered (bootstrap, CUSAX_PROVISION_DOCUMENT);
      return;
    }
  if (text != NULL)
    {
      sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text, length);
      provision
        = cusax_provision_read_json (CUSAX_PROVISION_DOCUMENT, where, text, length, bootstrap->jid, &bad);
    }
  bootstrap->document_asked = bootstrap->ports.wall_time ();
  answered (bootstrap, CUSAX_PROVISION_DOCUMENT, provision, bad, where, sum);
}

static gboolean
is_document_due (const CusaxBootstrap *bootstrap, const char *url)
{
  const CusaxProvision *provision = cusax_ladder_get (bootstrap->ladder, CUSAX_PROVISION_DOCUMENT);
  gint64 expires = provision != NULL ? cusax_provision_get_expires (provision) : 0;
  gint64 now = bootstrap->ports.wall_time ();

  return bootstrap->document_asked == 0 || bootstrap->document_asked > now
         || now - bootstrap->document_asked >= DAY || g_strcmp0 (url, bootstrap->document_url) != 0
         || bootstrap->questions[CUSAX_PROVISION_DOCUMENT].is_owed || (expires != 0 && expires <= now);
}

/* ------------------------------------------------------------------ asking */

static guint
fetch_document (CusaxBootstrap *bootstrap)
{
  CusaxDocumentPort *port = bootstrap->ports.documents;
  g_autofree char *url = dup_url (bootstrap);
  const CusaxDocumentQuery query = { bootstrap->jid, *url != '\0' ? url : NULL, bootstrap->password };

  g_free (bootstrap->document_url);
  bootstrap->document_url = g_strdup (url);
  return port->vtable->fetch (port, &query, on_document, bootstrap);
}

static void
ask (CusaxBootstrap *bootstrap, CusaxProvisionSource source)
{
  CusaxProviderPort *provider = bootstrap->ports.provider;
  CusaxQuestion *question = &bootstrap->questions[source];

  question->due = 0;
  if (source == CUSAX_PROVISION_SERVICES)
    question->id = provider->vtable->fetch_services (provider, on_services, bootstrap);
  else if (source == CUSAX_PROVISION_SIPARK)
    question->id = provider->vtable->fetch_account (provider, on_account, bootstrap);
  else if (source == CUSAX_PROVISION_CARD)
    question->id = provider->vtable->fetch_own_card (provider, on_card, bootstrap);
  else
    question->id = fetch_document (bootstrap);
  if (question->id == 0)
    failed (bootstrap, source);
}

void
cusax_bootstrap_ask (CusaxBootstrap *bootstrap, gboolean anew)
{
  CusaxQuestion *document = &bootstrap->questions[CUSAX_PROVISION_DOCUMENT];
  g_autofree char *url = dup_url (bootstrap);

  for (CusaxProvisionSource source = CUSAX_PROVISION_SERVICES; source < CUSAX_PROVISION_N_SOURCES; source++)
    if (is_chat (source) && can_ask (bootstrap, source) && (anew || !bootstrap->questions[source].is_asked))
      ask (bootstrap, source);

  if (bootstrap->is_manual && *url == '\0')
    return;
  if (document->id != 0 && g_strcmp0 (url, bootstrap->document_url) != 0)
    {
      bootstrap->ports.documents->vtable->cancel (bootstrap->ports.documents, document->id);
      document->id = 0;
    }
  if (document->id != 0)
    return;
  if (is_document_due (bootstrap, url)
      && (anew || !document->is_asked || g_strcmp0 (url, bootstrap->document_url) != 0))
    ask (bootstrap, CUSAX_PROVISION_DOCUMENT);
  else
    {
      document->is_asked = TRUE;
      if (document->due == 0)
        cusax_bootstrap_plan (bootstrap, CUSAX_PROVISION_DOCUMENT);
    }
}

void
cusax_bootstrap_on_services_changed (gpointer data)
{
  CusaxBootstrap *bootstrap = data;
  CusaxQuestion *question = &bootstrap->questions[CUSAX_PROVISION_SERVICES];

  if (question->id != 0)
    bootstrap->ports.provider->vtable->cancel (bootstrap->ports.provider, question->id);
  question->id = 0;
  if (can_ask (bootstrap, CUSAX_PROVISION_SERVICES))
    ask (bootstrap, CUSAX_PROVISION_SERVICES);
  cusax_bootstrap_go_on (bootstrap);
}

void
cusax_bootstrap_cancel (CusaxBootstrap *bootstrap, gboolean chat_only)
{
  for (CusaxProvisionSource source = CUSAX_PROVISION_SERVICES; source < CUSAX_PROVISION_N_SOURCES; source++)
    {
      CusaxQuestion *question = &bootstrap->questions[source];

      if (question->id == 0 || (chat_only && !is_chat (source)))
        continue;
      if (is_chat (source))
        bootstrap->ports.provider->vtable->cancel (bootstrap->ports.provider, question->id);
      else
        bootstrap->ports.documents->vtable->cancel (bootstrap->ports.documents, question->id);
      question->id = 0;
      plan_retry (bootstrap, source);
    }
}
