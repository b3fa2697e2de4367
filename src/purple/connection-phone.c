/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the telephone tells its account's connection; see connection.h. */
#include "connection-private.h"

#include "buddylist.h"
#include "callerchat.h"
#include "callmenus.h"
#include "callquestions.h"
#include "chatcheck.h"
#include "conferences.h"
#include "legs.h"
#include "loginquestions.h"
#include "messages.h"
#include "notices.h"
#include "peers.h"
#include "ringing.h"
#include "setuptest.h"
#include "voicemail.h"
#include "watchmarks.h"

static void
repaint_self (PurpleAccount *account)
{
  g_autofree char *jid = cusax_address_jid_bare (purple_account_get_username (account), NULL);

  cusax_buddylist_repaint (account, jid);
}

static void
on_phone_state (gpointer user_data, CusaxAccount *phone)
{
  CusaxConnection *connection = user_data;
  PurpleAccount *account = connection->account;

  switch (cusax_account_get_phone_state (phone))
    {
    case CUSAX_PHONE_UP:
      cusax_connection_release_presence (connection);
      cusax_connection_prefetch_ice (connection);
      break;
    case CUSAX_PHONE_WAITING:
    case CUSAX_PHONE_REFUSED:
      /* Who requires both goes offline now, and was never online. */
      if (!cusax_connection_requires_both (connection))
        cusax_connection_release_presence (connection);
      break;
    case CUSAX_PHONE_OFF:
    case CUSAX_PHONE_SIGNING_IN:
    case CUSAX_PHONE_STOPPING:
      break;
    }
  cusax_loginquestions_update (account, phone);
  cusax_notices_state (account, phone, cusax_loginquestions_is_open (account));
  cusax_legs_update (account);
  cusax_setuptest_on_state (account);
  cusax_contacts_update_reach (connection->contacts);
  cusax_contacts_update_activity (connection->contacts);
  repaint_self (account);
  /* A line in a conversation may have run anybody's code. */
  if (cusax_connection_find (account) == connection)
    cusax_connection_enforce_both (connection);
}

static void
on_phone_incoming (gpointer user_data, CusaxAccount *phone, CusaxCall *call)
{
  CusaxConnection *connection = user_data;
  cusax_notices_call (connection->account, phone, call);
  cusax_ringing_show (connection->account, phone, call);
  cusax_callmenus_update (connection->account);
}

static gboolean
on_idle_stop (gpointer account)
{
  CusaxConnection *connection = cusax_connection_find (account);
  if (connection != NULL && connection->stop_when_idle
      && cusax_account_get_calls (connection->phone)->len == 0)
    cusax_connection_stop_phone (connection);
  return G_SOURCE_REMOVE;
}

static void
on_phone_call (gpointer user_data, CusaxAccount *phone, CusaxCall *call)
{
  CusaxConnection *connection = user_data;
  PurpleAccount *account = connection->account;

  cusax_contacts_update_activity (connection->contacts);
  cusax_ringing_update (account, call);
  cusax_notices_call (account, phone, call);
  if (cusax_call_get_state (call) == CUSAX_CALL_ENDED)
    {
      cusax_callerchat_note_call (account, call);
      cusax_conferences_end (account, call);
      cusax_callquestions_redirect (account, phone, call);
    }
  cusax_callmenus_update (account);
  /* Not from inside the call's own report. The account may be gone when it runs, so it looks it up. */
  if (cusax_connection_find (account) == connection && connection->stop_when_idle
      && cusax_call_get_state (call) == CUSAX_CALL_ENDED)
    g_idle_add (on_idle_stop, account);
}

static void
on_phone_device (gpointer user_data, CusaxAccount *phone, CusaxCall *call, gboolean is_microphone, const GError *error)
{
  CusaxConnection *connection = user_data;

  cusax_notices_device (connection->account, call, is_microphone, error);
}

static void
on_phone_silence (gpointer user_data, CusaxAccount *phone, CusaxCall *call, guint seconds,
                  gboolean incoming)
{
  CusaxConnection *connection = user_data;
  cusax_notices_silence (connection->account, phone, call, seconds, incoming);
}

static char *
on_name_peer (gpointer user_data, CusaxAccount *phone, const CusaxAddress *peer, const char *jid)
{
  CusaxConnection *connection = user_data;
  return cusax_peers_name (connection->account, peer, jid);
}

/* XEP-0191, as libjabber keeps it: in the account's privacy list. A whole domain may stand there. */
static gboolean
on_is_blocked (gpointer user_data, CusaxAccount *phone, const char *jid)
{
  PurpleAccount *account = ((CusaxConnection *) user_data)->account;
  g_autofree char *domain = cusax_address_jid_domain (jid, NULL);

  for (GSList *l = account->deny; l != NULL; l = l->next)
    if (purple_strequal (l->data, jid) || purple_strequal (l->data, domain))
      return TRUE;
  return FALSE;
}

static void
on_phone_contact (gpointer user_data, CusaxAccount *phone, const char *jid)
{
  cusax_buddylist_repaint (((CusaxConnection *) user_data)->account, jid);
}

static void
on_phone_conference (gpointer user_data, CusaxAccount *phone, CusaxCall *call, CusaxConference *conference)
{
  cusax_conferences_update (((CusaxConnection *) user_data)->account, call, conference);
}

static void
on_phone_digits_refused (gpointer user_data, CusaxAccount *phone, CusaxCall *call, guint status)
{
  cusax_notices_digits_refused (((CusaxConnection *) user_data)->account, call, status);
}

static void
on_phone_referral (gpointer user_data, CusaxAccount *phone, CusaxReferral *referral)
{
  cusax_callquestions_referral (((CusaxConnection *) user_data)->account, referral);
}

static void
on_phone_message (gpointer user_data, CusaxAccount *phone, const CusaxCallerId *caller, const char *who,
                  const char *text)
{
  cusax_messages_show (((CusaxConnection *) user_data)->account, caller, who, text);
}

static void
on_phone_refused (gpointer user_data, CusaxAccount *phone, const char *who)
{
  cusax_notices_refused (((CusaxConnection *) user_data)->account, who);
}

static void
on_phone_certificate (gpointer user_data, CusaxAccount *phone, const CusaxCertificate *certificate)
{
  cusax_loginquestions_certificate (((CusaxConnection *) user_data)->account, certificate);
}

static void
on_phone_redirect (gpointer user_data, CusaxAccount *phone, const char *uri)
{
  cusax_loginquestions_redirect (((CusaxConnection *) user_data)->account, uri);
}

static void
on_phone_network (gpointer user_data, CusaxAccount *phone)
{
  cusax_chatcheck_run (((CusaxConnection *) user_data)->account);
}

static void
on_phone_mailbox (gpointer user_data, CusaxAccount *phone, CusaxMailbox *mailbox)
{
  cusax_voicemail_changed (((CusaxConnection *) user_data)->account, mailbox);
}

static void
on_phone_watch (gpointer user_data, CusaxAccount *phone, const char *jid)
{
  cusax_watchmarks_changed (((CusaxConnection *) user_data)->account, jid);
}

const CusaxAccountListener cusax_connection_phone_listener = {
  .on_state = on_phone_state,
  .on_incoming = on_phone_incoming,
  .on_call = on_phone_call,
  .on_silence = on_phone_silence,
  .on_device = on_phone_device,
  .name_peer = on_name_peer,
  .is_blocked = on_is_blocked,
  .on_contact = on_phone_contact,
  .on_conference = on_phone_conference,
  .on_certificate = on_phone_certificate,
  .on_redirect = on_phone_redirect,
  .on_network = on_phone_network,
  .on_digits_refused = on_phone_digits_refused,
  .on_referral = on_phone_referral,
  .on_mailbox = on_phone_mailbox,
  .on_watch = on_phone_watch,
  .on_message = on_phone_message,
  .on_refused = on_phone_refused,
};
