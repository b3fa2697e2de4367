/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What provider's files share: one question to our own server, and where it is asked. A question may take several IQs
 * one after the other; it is answered once, by its deadline at the latest.
 */
#pragma once

#include "card-fetch.h"
#include "provider.h"
#include "stanza.h"

G_BEGIN_DECLS

typedef struct _CusaxProvider CusaxProvider;

/** CusaxProviderTopic: who asks for services, and is told of changes. */
typedef enum
{
  CUSAX_PROVIDER_SIP, /* sip, sips */
  CUSAX_PROVIDER_ICE, /* stun, turn, turns */
  CUSAX_PROVIDER_N_TOPICS
} CusaxProviderTopic;
typedef struct _CusaxProviderJob CusaxProviderJob;

struct _CusaxProviderJob
{
  CusaxProvider *provider;
  guint id;
  guint deadline;
  void (*give_up) (CusaxProviderJob *job); /* answers with what is known */
  guint request;                           /* of stanza; 0: none is under way */
  gpointer user_data;

  CusaxProviderServices services_done; /* services */
  CusaxProviderTopic topic;            /* which of them */
  GPtrArray *services;                 /* (nullable) (element-type CusaxService): NULL: no answer yet */
  guint next, n_asked;                 /* whose credentials come next, and how many were asked for */

  CusaxProviderAccount account_done; /* sipark */
  char *component;                   /* (nullable): who was asked */

  CusaxCardDone card_done; /* own card */
  guint card;              /* of card-fetch */
};

/** Sends to @to; the reply comes to @done with @job. */
void cusax_provider_job_ask (CusaxProviderJob *job, const char *to, xmlnode *payload, CusaxStanzaReply done);

/** The job is gone; what its answer needs was taken out before. */
void cusax_provider_job_end (CusaxProviderJob *job);

/** Returns: (transfer full) (nullable): the domain of our own JID, prepared; NULL if chat is down */
char *cusax_provider_dup_domain (CusaxProvider *provider);

PurpleAccount *cusax_provider_get_account (CusaxProvider *provider);

/** Returns: TRUE if the error @condition of a reply says that nobody could answer now, not that there is nothing */
gboolean cusax_provider_is_passing (const char *condition);

/* provider-services.c: XEP-0215 */
#define CUSAX_NS_EXTDISCO "urn:xmpp:extdisco:2"
/** More services of a message are not looked at. */
#define CUSAX_PROVIDER_MAX_LOOKED_AT 256
void cusax_provider_services_start (CusaxProviderJob *job, const char *domain);
void cusax_provider_services_give_up (CusaxProviderJob *job);
/** Returns: TRUE if @services (of a push) says something of @topic */
gboolean cusax_provider_services_concern (xmlnode *services, CusaxProviderTopic topic);

/* provider-sipark.c */
void cusax_provider_sipark_start (CusaxProviderJob *job, const char *domain);
void cusax_provider_sipark_give_up (CusaxProviderJob *job);

G_END_DECLS
