/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What surrounds the calls of an account: history, voicemail, the telephones of contacts; see account-private.h. */
#include "account-private.h"

#include "disclosure.h"
#include "error.h"

static void
on_mailbox (gpointer user_data, CusaxMailbox *mailbox)
{
  CusaxAccount *account = user_data;

  if (account->listener != NULL && account->listener->on_mailbox != NULL)
    account->listener->on_mailbox (account->listener_data, account, mailbox);
}

static void
on_watch (gpointer user_data, const char *jid)
{
  CusaxAccount *account = user_data;

  if (account->listener != NULL && account->listener->on_watch != NULL)
    account->listener->on_watch (account->listener_data, account, jid);
}

void
cusax_account_init_services (CusaxAccount *account)
{
  CusaxPorts *ports = &account->ports;

  account->history = cusax_history_new (ports->store, ports->clock, ports->wall_time);
  account->mailbox = cusax_mailbox_new (ports->sip, ports->clock, on_mailbox, account);
  account->watch = cusax_watch_new (ports->sip, ports->clock, account->directory, account->history, on_watch, account);
}

void
cusax_account_free_services (CusaxAccount *account)
{
  g_clear_pointer (&account->watch, cusax_watch_free);
  g_clear_pointer (&account->mailbox, cusax_mailbox_free);
  g_clear_pointer (&account->history, cusax_history_free);
}

/* Returns: (nullable) (transfer none) */
static CusaxConfig *
config_if_up (const CusaxAccount *account)
{
  return account->state == CUSAX_PHONE_UP ? account->config : NULL;
}

void
cusax_account_update_services (CusaxAccount *account)
{
  if (account->mailbox == NULL)
    return;
  cusax_mailbox_set_up (account->mailbox, config_if_up (account));
  /* What the mailbox told may have been the end, or have brought other settings. */
  if (account->watch != NULL)
    cusax_watch_set_up (account->watch, config_if_up (account));
}

void
cusax_account_on_sip_notify (gpointer user_data, const char *event, const char *content_type, const char *body,
                             gsize length)
{
  CusaxAccount *account = user_data;

  if (account->mailbox != NULL && g_ascii_strcasecmp (event, "message-summary") == 0)
    cusax_mailbox_take (account->mailbox, content_type, body, length);
}

CusaxCall *
cusax_account_pick_up (CusaxAccount *account, const char *jid, const char *who, GError **error)
{
  g_autoptr (CusaxAddress) target = NULL;
  g_autofree char *replaces = NULL;
  CusaxCallOutgoing outgoing = { .who = who };

  if (account->state != CUSAX_PHONE_UP)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "telephony is not signed in");
      return NULL;
    }
  if (!cusax_watch_get_pick_up (account->watch, jid, &target, &replaces))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, "no call is known to ring there");
      return NULL;
    }
  outgoing.target = target;
  outgoing.replaces = replaces;
  outgoing.class_ = cusax_classify_address (target, account->config);
  outgoing.disclosure = cusax_disclosure_to_callee (target, account->config);
  return cusax_account_place (account, &outgoing, error);
}

CusaxHistory *
cusax_account_get_history (CusaxAccount *account)
{
  return account->history;
}

CusaxMailbox *
cusax_account_get_mailbox (CusaxAccount *account)
{
  return account->mailbox;
}

CusaxWatch *
cusax_account_get_watch (CusaxAccount *account)
{
  return account->watch;
}
