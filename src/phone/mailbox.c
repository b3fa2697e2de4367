/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See mailbox.h. */
#include "mailbox.h"

#include "message-summary.h"
#include "text.h"

#include <string.h>

#define EVENT "message-summary"
#define DOCUMENT "application/simple-message-summary"
#define AGAIN_MS 60000

struct _CusaxMailbox
{
  CusaxSipPort *sip;
  CusaxClock *clock;
  CusaxMailboxChanged changed;
  gpointer user_data;

  CusaxConfig *config; /* (nullable): the last one */
  gboolean is_up;
  gboolean is_refused;                /* in this registration */
  CusaxSipSubscription *subscription; /* (nullable) */
  guint again_id;

  gboolean is_known;
  gboolean is_waiting;
  guint n_new, n_old;
  CusaxAddress *announced; /* (nullable): whatever domain it is in */
};

CusaxMailbox *
cusax_mailbox_new (CusaxSipPort *sip, CusaxClock *clock, CusaxMailboxChanged changed, gpointer user_data)
{
  CusaxMailbox *mailbox = g_new0 (CusaxMailbox, 1);

  mailbox->sip = sip;
  mailbox->clock = clock;
  mailbox->changed = changed;
  mailbox->user_data = user_data;
  return mailbox;
}

static void
forget (CusaxMailbox *mailbox)
{
  mailbox->is_known = FALSE;
  mailbox->is_waiting = FALSE;
  mailbox->n_new = 0;
  mailbox->n_old = 0;
  g_clear_pointer (&mailbox->announced, cusax_address_unref);
}

/* ----------------------------------------------------------- subscription */

static void
unsubscribe (CusaxMailbox *mailbox)
{
  CusaxSipSubscription *subscription = g_steal_pointer (&mailbox->subscription);

  if (mailbox->again_id != 0)
    mailbox->clock->remove (mailbox->clock, mailbox->again_id);
  mailbox->again_id = 0;
  if (subscription != NULL)
    subscription->vtable->release (subscription);
}

static void
on_notify (gpointer user_data, const char *content_type, const char *body, gsize length)
{
  cusax_mailbox_take (user_data, content_type, body, length);
}

static gboolean on_again (gpointer user_data);

static void
subscribe_again (CusaxMailbox *mailbox)
{
  if (mailbox->again_id == 0)
    mailbox->again_id = mailbox->clock->add (mailbox->clock, AGAIN_MS, on_again, mailbox);
}

/* What was said stays, whatever ended it: an old number helps more than none. */
static void
on_ended (gpointer user_data, guint status)
{
  CusaxMailbox *mailbox = user_data;

  unsubscribe (mailbox);
  /* 0: they ended it, perhaps only to begin anew; 503: the leg was lost, or the server is for now. */
  if (status == 0 || status == 503)
    subscribe_again (mailbox);
  else
    mailbox->is_refused = TRUE;
}

static const CusaxSipSubscriptionListener subscription_listener = { on_notify, on_ended };

static void
subscribe (CusaxMailbox *mailbox)
{
  g_autoptr (GError) error = NULL;

  if (mailbox->subscription != NULL || mailbox->again_id != 0 || mailbox->is_refused)
    return;
  mailbox->subscription
    = mailbox->sip->vtable->subscribe (mailbox->sip, cusax_config_get_aor (mailbox->config), EVENT, DOCUMENT,
                                       &subscription_listener, mailbox, &error);
  if (mailbox->subscription == NULL)
    subscribe_again (mailbox);
}

static gboolean
on_again (gpointer user_data)
{
  CusaxMailbox *mailbox = user_data;

  mailbox->again_id = 0;
  subscribe (mailbox);
  return G_SOURCE_REMOVE;
}

/* Another address has another mailbox. Returns: TRUE if what was known is gone */
static gboolean
take_config (CusaxMailbox *mailbox, CusaxConfig *config)
{
  g_autoptr (CusaxConfig) old = g_steal_pointer (&mailbox->config);
  gboolean was_known = mailbox->is_known;

  mailbox->config = cusax_config_ref (config);
  if (old == NULL || cusax_address_equal (cusax_config_get_aor (old), cusax_config_get_aor (config)))
    return FALSE;
  unsubscribe (mailbox);
  mailbox->is_refused = FALSE;
  forget (mailbox);
  return was_known;
}

void
cusax_mailbox_set_up (CusaxMailbox *mailbox, CusaxConfig *config)
{
  gboolean is_changed = FALSE;

  if (config == NULL)
    {
      mailbox->is_up = FALSE;
      unsubscribe (mailbox);
      return;
    }
  if (!mailbox->is_up)
    mailbox->is_refused = FALSE; /* another registration, perhaps another server */
  mailbox->is_up = TRUE;
  is_changed = take_config (mailbox, config);
  subscribe (mailbox);
  if (is_changed)
    mailbox->changed (mailbox->user_data, mailbox);
}

void
cusax_mailbox_free (CusaxMailbox *mailbox)
{
  if (mailbox == NULL)
    return;
  unsubscribe (mailbox);
  forget (mailbox);
  g_clear_pointer (&mailbox->config, cusax_config_unref);
  g_free (mailbox);
}

/* ---------------------------------------------------------- what they say */

/* @text: a URI, also between < and >. Returns: (transfer full) (nullable) */
static CusaxAddress *
read_account (const char *text)
{
  gsize length = strlen (text);
  g_autofree char *inside
    = *text == '<' && text[length - 1] == '>' ? g_strndup (text + 1, length - 2) : g_strdup (text);

  return cusax_address_parse_uri (inside, NULL);
}

/* An account once announced stays: not every summary repeats it. Returns: TRUE if it is another one */
static gboolean
take_account (CusaxMailbox *mailbox, const char *text)
{
  g_autoptr (CusaxAddress) account = text != NULL ? read_account (text) : NULL;

  if (account == NULL || (mailbox->announced != NULL && cusax_address_equal (mailbox->announced, account)))
    return FALSE;
  g_clear_pointer (&mailbox->announced, cusax_address_unref);
  mailbox->announced = g_steal_pointer (&account);
  return TRUE;
}

void
cusax_mailbox_take (CusaxMailbox *mailbox, const char *content_type, const char *body, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CusaxMessageSummary) summary = NULL;
  gboolean is_changed;

  if (body == NULL || length == 0 || !cusax_text_is_media_type (content_type, DOCUMENT))
    return;
  summary = cusax_message_summary_parse (body, length, &error);
  if (summary == NULL)
    {
      g_debug ("voicemail: %s", error->message);
      return;
    }
  is_changed = take_account (mailbox, summary->account) || !mailbox->is_known
               || mailbox->is_waiting != summary->is_waiting || mailbox->n_new != summary->new_voice
               || mailbox->n_old != summary->old_voice;
  mailbox->is_known = TRUE;
  mailbox->is_waiting = summary->is_waiting;
  mailbox->n_new = summary->new_voice;
  mailbox->n_old = summary->old_voice;
  if (is_changed)
    mailbox->changed (mailbox->user_data, mailbox);
}

gboolean
cusax_mailbox_is_known (const CusaxMailbox *mailbox)
{
  return mailbox->is_known;
}

gboolean
cusax_mailbox_is_waiting (const CusaxMailbox *mailbox)
{
  return mailbox->is_waiting;
}

guint
cusax_mailbox_get_new (const CusaxMailbox *mailbox)
{
  return mailbox->n_new;
}

guint
cusax_mailbox_get_old (const CusaxMailbox *mailbox)
{
  return mailbox->n_old;
}

/* An announced one elsewhere could cost whatever somebody likes (R42). */
CusaxAddress *
cusax_mailbox_get_address (const CusaxMailbox *mailbox)
{
  if (mailbox->config == NULL)
    return NULL;
  if (cusax_config_get_voicemail (mailbox->config) != NULL)
    return cusax_config_get_voicemail (mailbox->config);
  if (mailbox->announced != NULL
      && cusax_config_is_own_domain (mailbox->config, cusax_address_get_host (mailbox->announced)))
    return mailbox->announced;
  return NULL;
}
