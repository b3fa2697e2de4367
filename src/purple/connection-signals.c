/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libpurple tells of accounts and their XMPP connections; see connection.h. */
#include "connection-private.h"

#include "callhistory.h"
#include "conferences.h"
#include "error.h"
#include "nameservice.h"

/* libpurple's signals are process-wide. */
static gboolean listening = FALSE;

static void
on_signed_on (PurpleConnection *gc, gpointer unused)
{
  PurpleAccount *account = purple_connection_get_account (gc);
  CusaxConnection *connection = cusax_connection_find (account);

  /* Moved to another protocol while chat was down: no close has told us. */
  if (connection != NULL && !cusax_connection_is_ours (account))
    cusax_connection_forget (account);
  else if (connection != NULL && connection->gc == gc)
    {
      /* Both legs meet the same certificate at the same time; here the person has just accepted it for chat. */
      if (g_error_matches (cusax_account_get_phone_error (connection->phone), CUSAX_ERROR, CUSAX_ERROR_CERTIFICATE))
        cusax_account_start (connection->phone);
      cusax_connection_start_presence_timer (connection);
      cusax_account_set_chat_up (connection->phone, TRUE);
      cusax_bootstrap_set_chat_up (connection->bootstrap, TRUE);
      if (cusax_connection_find (account) == connection)
        cusax_connection_update_ice (connection);
      cusax_connection_enforce_both (connection);
      if (cusax_connection_find (account) == connection)
        cusax_callhistory_signed_on (account);
    }
}

static void
on_account_disabled (PurpleAccount *account, gpointer unused)
{
  CusaxConnection *connection = cusax_connection_find (account);
  PurpleConnection *gc = purple_account_get_connection (account);

  /* Pidgin disables an account itself when chat failed for good: close decides then. */
  if (connection != NULL && (gc == NULL || !gc->wants_to_die))
    cusax_connection_stop_phone (connection);
}

void
cusax_connection_tell_dnd (CusaxConnection *connection)
{
  PurpleStatus *status = purple_account_get_active_status (connection->account);
  PurpleStatusType *type = status != NULL ? purple_status_get_type (status) : NULL;

  cusax_account_set_dnd (connection->phone,
                         type != NULL && purple_status_type_get_primitive (type) == PURPLE_STATUS_UNAVAILABLE);
}

/* Set offline or back online while there is no connection that libpurple could close or open for us. */
static void
on_account_status_changed (PurpleAccount *account, PurpleStatus *old, PurpleStatus *new_status, gpointer unused)
{
  CusaxConnection *connection = cusax_connection_find (account);
  if (connection != NULL)
    cusax_connection_tell_dnd (connection);
  if (connection != NULL && connection->gc == NULL && !cusax_connection_is_wanted (account))
    cusax_connection_stop_phone (connection);
}

static void
on_account_gone (PurpleAccount *account, gpointer unused)
{
  cusax_connection_forget (account);
}

void
cusax_connection_listen (void)
{
  if (listening)
    return;
  listening = TRUE;

  cusax_nameservice_init ();
  cusax_conferences_listen ();
  void *accounts = purple_accounts_get_handle ();
  purple_signal_connect (purple_connections_get_handle (), "signed-on", &listening, PURPLE_CALLBACK (on_signed_on),
                         NULL);
  purple_signal_connect (accounts, "account-disabled", &listening, PURPLE_CALLBACK (on_account_disabled), NULL);
  purple_signal_connect (accounts, "account-status-changed", &listening,
                         PURPLE_CALLBACK (on_account_status_changed), NULL);
  purple_signal_connect (accounts, "account-removed", &listening, PURPLE_CALLBACK (on_account_gone), NULL);
  purple_signal_connect (accounts, "account-destroying", &listening, PURPLE_CALLBACK (on_account_gone), NULL);
}

void
cusax_connection_unlisten (void)
{
  purple_signals_disconnect_by_handle (&listening);
  if (listening)
    cusax_conferences_unlisten ();
  cusax_nameservice_shutdown ();
  listening = FALSE;
}
