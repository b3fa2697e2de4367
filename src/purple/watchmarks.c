/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See watchmarks.h. */
#include "watchmarks.h"

#include "buddylist.h"
#include "connection.h"
#include "error.h"
#include "notices.h"
#include "peers.h"
#include "words.h"

#include <glib/gi18n-lib.h>

void
cusax_watchmarks_changed (PurpleAccount *account, const char *jid)
{
  cusax_buddylist_repaint (account, jid);
}

static CusaxAccount *
phone_of (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);

  return connection != NULL ? cusax_connection_get_account (connection) : NULL;
}

static CusaxWatchState
state_of (PurpleBuddy *buddy)
{
  CusaxAccount *phone = phone_of (purple_buddy_get_account (buddy));
  CusaxWatch *watch = phone != NULL ? cusax_account_get_watch (phone) : NULL;
  g_autofree char *jid = cusax_peers_contact (purple_buddy_get_account (buddy), purple_buddy_get_name (buddy));

  return watch != NULL && jid != NULL ? cusax_watch_get (watch, jid) : CUSAX_WATCH_UNKNOWN;
}

void
cusax_watchmarks_tooltip (PurpleBuddy *buddy, PurpleNotifyUserInfo *info)
{
  switch (state_of (buddy))
    {
    case CUSAX_WATCH_RINGING:
      purple_notify_user_info_add_pair (info, _ ("Phone"), _ ("rings"));
      break;
    case CUSAX_WATCH_BUSY:
      purple_notify_user_info_add_pair (info, _ ("Phone"), _ ("in use"));
      break;
    case CUSAX_WATCH_UNKNOWN:
    case CUSAX_WATCH_FREE:
      break;
    }
}

/* It may have been answered while the menu stood open. */
static void
put_words (CusaxAccount *phone, PurpleAccount *account, const char *jid, const GError *error)
{
  g_autofree char *label = cusax_peers_label (account, jid);
  g_autofree char *words = NULL;

  if (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED))
    words = g_strdup_printf (_ ("No call rings at the telephone of %s any more."), label);
  else
    words = cusax_words_error (error, cusax_account_get_server (phone));
  cusax_notices_error (account, jid, words);
}

static void
on_pick_up (PurpleBlistNode *node, gpointer data)
{
  PurpleAccount *account = purple_buddy_get_account (PURPLE_BUDDY (node));
  CusaxAccount *phone = phone_of (account);
  g_autofree char *jid = cusax_peers_contact (account, purple_buddy_get_name (PURPLE_BUDDY (node)));
  g_autoptr (CusaxAddress) target = NULL;
  g_autofree char *replaces = NULL;
  g_autofree char *who = NULL;
  g_autoptr (GError) error = NULL;

  if (phone == NULL || jid == NULL)
    return;
  /* The call is with whoever calls there, not with the contact. */
  if (cusax_watch_get_pick_up (cusax_account_get_watch (phone), jid, &target, &replaces))
    who = cusax_peers_name (account, target, NULL);
  if (cusax_account_pick_up (phone, jid, who != NULL ? who : jid, &error) == NULL)
    put_words (phone, account, jid, error);
}

GList *
cusax_watchmarks_menu (PurpleBuddy *buddy)
{
  CusaxAccount *phone = phone_of (purple_buddy_get_account (buddy));
  g_autofree char *jid = cusax_peers_contact (purple_buddy_get_account (buddy), purple_buddy_get_name (buddy));
  g_autoptr (CusaxAddress) target = NULL;
  g_autofree char *replaces = NULL;

  if (state_of (buddy) != CUSAX_WATCH_RINGING
      || !cusax_watch_get_pick_up (cusax_account_get_watch (phone), jid, &target, &replaces))
    return NULL;
  return g_list_append (
    NULL, purple_menu_action_new (_ ("Pick up the call"), PURPLE_CALLBACK (on_pick_up), NULL, NULL));
}
