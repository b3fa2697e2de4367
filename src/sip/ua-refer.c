/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests of others outside of calls that open none: REFER (third-party call control, RFC 3515) and a NOTIFY that nobody
 * subscribed to (message-summary, RFC 3842). All that Sofia hears came by the registrar's flow. See ua-private.h. */
#include "ua-private.h"

#include "headers.h"
#include "notifier.h"

#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>

/* A person is asked about each. */
#define MAX_REFERRALS 4

#define SUMMARY_EVENT "message-summary"
#define SUMMARY_TYPE "application/simple-message-summary"

/* ------------------------------------------------------------------- REFER */

/* The dialog that a REFER has opened, for NOTIFYs alone. */
typedef struct
{
  CusaxHandler handler; /* first: what Sofia's handle is bound to */
  CusaxStack *stack;
  CusaxCredentials *credentials;
  CusaxNotifier *notifier;
} Referral;

static void
referral_free (Referral *referral)
{
  cusax_stack_drop (referral->stack, &referral->handler);
  cusax_credentials_free (referral->credentials);
  g_free (referral);
}

static void
on_over (gpointer user_data)
{
  referral_free (user_data);
}

static const CusaxNotifierListener notifier_listener = { on_over };

static void
give_up (CusaxHandler *handler)
{
  Referral *referral = (Referral *) handler;

  cusax_notifier_cut (referral->notifier);
  referral_free (referral);
}

static void
wind_up (CusaxHandler *handler)
{
  cusax_notifier_close (((Referral *) handler)->notifier);
}

static void
on_leg (CusaxHandler *handler, const CusaxRelayInfo *info)
{
  cusax_notifier_set_leg (((Referral *) handler)->notifier, info != NULL);
}

static void
on_notify_answer (Referral *referral, const CusaxSipEvent *event)
{
  if (event->status != 401 && event->status != 407)
    cusax_notifier_on_answer (referral->notifier, event);
  else if (!cusax_credentials_answer (referral->credentials, event, cusax_stack_is_protected (referral->stack), NULL))
    /* It would wait for credentials without end. */
    give_up (&referral->handler);
}

static void
on_event (CusaxHandler *handler, const CusaxSipEvent *event)
{
  Referral *referral = (Referral *) handler;

  if (event->type == nua_r_notify)
    on_notify_answer (referral, event);
  else if (event->type == nua_i_subscribe)
    {
      cusax_stack_refuse (event);
      cusax_notifier_on_subscribe (referral->notifier, event);
    }
  else if (cusax_credentials_is_failure (event))
    give_up (handler);
  else
    cusax_stack_refuse (event);
}

static gboolean
is_full (CusaxStack *stack)
{
  g_autoptr (GList) all = cusax_stack_get_handlers (stack);
  guint n = 0;

  for (GList *l = all; l != NULL; l = l->next)
    n += ((CusaxHandler *) l->data)->on_event == on_event;
  return n >= MAX_REFERRALS;
}

/* Returns 0, or the status to refuse with. */
static int
judge_refer (CusaxUa *ua, const sip_t *sip)
{
  guint n;

  if (!cusax_ua_is_open (ua))
    return 480;
  if (!cusax_ua_is_for_us (ua, sip))
    return 404;
  cusax_headers_find (sip, "Refer-To", 'r', &n);
  if (n != 1 || !cusax_headers_have_target (sip))
    return 400;
  if (ua->listener->on_refer == NULL)
    return 603;
  return is_full (ua->stack) ? 486 : 0;
}

static CusaxNotifier *
take_refer (CusaxUa *ua, const CusaxSipEvent *event)
{
  CusaxSelf self = cusax_ua_get_self (ua);
  g_autofree char *contact = cusax_stack_dup_target (ua->stack, ua->user);
  Referral *referral = g_new0 (Referral, 1);
  CusaxNotifier *notifier = cusax_notifier_new (event, contact, NULL, &notifier_listener, referral);

  if (cusax_notifier_is_over (notifier))
    {
      g_free (referral);
      return notifier;
    }
  referral->handler.on_event = on_event;
  referral->handler.on_leg = on_leg;
  referral->handler.wind_up = wind_up;
  referral->handler.give_up = give_up;
  referral->handler.handle = event->handle;
  referral->stack = ua->stack;
  referral->notifier = notifier;
  referral->credentials = cusax_credentials_new (self.login, &referral->handler, CUSAX_CREDENTIALS_CALL);
  cusax_stack_add (ua->stack, &referral->handler);
  return notifier;
}

void
cusax_ua_on_refer (CusaxUa *ua, const CusaxSipEvent *event)
{
  int status = judge_refer (ua, event->sip);
  g_autoptr (CusaxHeaders) headers = NULL;
  CusaxSipRefer refer = { 0 };
  CusaxNotifier *notifier;
  guint n;

  if (status != 0)
    {
      nua_respond (event->handle, status, sip_status_phrase (status), NUTAG_WITH_THIS (event->nua), TAG_END ());
      return;
    }
  headers = cusax_headers_new (event->sip);
  refer.headers = *cusax_headers_get (headers);
  refer.refer_to = cusax_headers_find (event->sip, "Refer-To", 'r', &n);
  refer.referred_by = cusax_headers_find (event->sip, "Referred-By", 'b', &n);
  notifier = take_refer (ua, event);
  ua->listener->on_refer (ua->user_data, cusax_notifier_get_port (notifier), &refer);
}

/* ------------------------------------------------------------------ NOTIFY */

static gboolean
is_word (const char *word, const char *expected)
{
  return word != NULL && g_ascii_strcasecmp (word, expected) == 0;
}

static int
judge_notify (CusaxUa *ua, const sip_t *sip)
{
  const char *type = sip->sip_content_type != NULL ? sip->sip_content_type->c_type : NULL;

  if (!cusax_ua_is_open (ua))
    return 480;
  if (!cusax_ua_is_for_us (ua, sip))
    return 404;
  if (sip->sip_event == NULL || !is_word (sip->sip_event->o_type, SUMMARY_EVENT) || ua->listener->on_notify == NULL)
    return 489;
  if (sip->sip_payload == NULL || sip->sip_payload->pl_len == 0)
    return 200;
  return is_word (type, SUMMARY_TYPE) && sip->sip_content_encoding == NULL ? 200 : 415;
}

void
cusax_ua_on_notify (CusaxUa *ua, const CusaxSipEvent *event)
{
  const sip_t *sip = event->sip;
  int status = judge_notify (ua, sip);

  nua_respond (event->handle, status, sip_status_phrase (status), NUTAG_WITH_THIS (event->nua),
               TAG_IF (status == 489, SIPTAG_ALLOW_EVENTS_STR (SUMMARY_EVENT)),
               TAG_IF (status == 415, SIPTAG_ACCEPT_STR (SUMMARY_TYPE)), TAG_END ());
  /* One without a body says nothing. */
  if (status == 200 && sip->sip_payload != NULL && sip->sip_payload->pl_len > 0)
    ua->listener->on_notify (ua->user_data, SUMMARY_EVENT, SUMMARY_TYPE, sip->sip_payload->pl_data,
                             sip->sip_payload->pl_len);
}
