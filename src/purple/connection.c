/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See connection.h. */
#include "connection.h"

#include "callerchat.h"
#include "clock.h"
#include "conferences.h"
#include "engine.h"
#include "dialling.h"
#include "error.h"
#include "messages.h"
#include "notices.h"
#include "peers.h"
#include "protocol.h"
#include "ringing.h"
#include "session.h"
#include "settings.h"
#include "textmessages.h"
#include "transport.h"
#include "trust.h"
#include "ua.h"
#include "words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _CusaxConnection
{
  PurpleAccount *account;   /* the key, borrowed */
  PurpleConnection *gc;     /* borrowed: set by login, cleared by close */
  CusaxAccount *phone;
  CusaxMediaPort *media;    /* borrowed by phone */
  CusaxContacts *contacts;  /* borrowed by phone */
  char *password;           /* as typed for this session; libpurple forgets it when it is not to be remembered */
  GError *config_error;
  gboolean stop_when_idle;  /* signed off by an error: the call that stands may end first */
};

/* The side table, and what makes it work: libpurple's accounts and signals are process-wide. */
static PurplePlugin *our_plugin = NULL;
static GHashTable *table = NULL; /* PurpleAccount -> CusaxConnection */
static gboolean listening = FALSE;
static gboolean leaving = FALSE; /* quitting: nothing may start any more */

static const CusaxAccountListener phone_listener;

/* ------------------------------------------------------------ the table */

PurplePlugin *
cusax_connection_get_plugin (void)
{
  return our_plugin;
}

CusaxConnection *
cusax_connection_find (PurpleAccount *account)
{
  return table != NULL && account != NULL ? g_hash_table_lookup (table, account) : NULL;
}

CusaxAccount *
cusax_connection_get_account (CusaxConnection *connection)
{
  return connection->phone;
}

CusaxContacts *
cusax_connection_get_contacts (CusaxConnection *connection)
{
  return connection->contacts;
}

GList *
cusax_connection_get_all (void)
{
  return table != NULL ? g_hash_table_get_values (table) : NULL;
}

const GError *
cusax_connection_get_config_error (CusaxConnection *connection)
{
  return connection->config_error;
}

static void
forget_password (CusaxConnection *connection)
{
  if (connection->password != NULL)
    explicit_bzero (connection->password, strlen (connection->password));
  g_clear_pointer (&connection->password, g_free);
}

static void
connection_free (gpointer data)
{
  CusaxConnection *connection = data;

  cusax_account_unref (connection->phone);
  cusax_contacts_free (connection->contacts);
  cusax_session_port_free (connection->media);
  forget_password (connection);
  g_clear_error (&connection->config_error);
  g_free (connection);
}

static CusaxConnection *
ensure (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);
  if (connection != NULL)
    return connection;

  cusax_engine_start ();
  connection = g_new0 (CusaxConnection, 1);
  connection->account = account;
  connection->media = cusax_session_port_new (account);
  connection->contacts = cusax_contacts_new (account);
  CusaxPorts ports = {
    .clock = cusax_clock_get (),
    .sip = cusax_ua_new (cusax_trust_get ()),
    .media = connection->media,
    .transport_new = cusax_transport_new,
    .cards = cusax_contacts_get_cards (connection->contacts),
    .store = cusax_contacts_get_store (connection->contacts),
    .wall_time = cusax_contacts_wall_time,
  };
  connection->phone = cusax_account_new (&ports, &phone_listener, connection);
  cusax_contacts_attach (connection->contacts, connection->phone);
  g_hash_table_insert (table, account, connection);
  return connection;
}

void
cusax_connection_forget (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);
  if (connection == NULL)
    return;

  /* While it can still be found: what is shown of it goes first. */
  cusax_ringing_close_all (account);
  cusax_conferences_forget (account);
  cusax_dialling_forget (account);
  cusax_callerchat_forget (account);
  cusax_textmessages_forget (account);
  cusax_notices_forget (account);
  /* Whoever asks while it ends finds nothing rather than half of it. */
  g_hash_table_steal (table, account);
  cusax_account_shutdown (connection->phone);
  connection_free (connection);
}

/* ------------------------------------------------------------- policy */

static gboolean
is_ours (PurpleAccount *account)
{
  return purple_strequal (purple_account_get_protocol_id (account), purple_plugin_get_id (our_plugin));
}

/* What a person wants, as opposed to what the network does. */
static gboolean
is_wanted (PurpleAccount *account)
{
  return purple_account_get_enabled (account, purple_core_get_ui ())
         && purple_presence_is_online (purple_account_get_presence (account));
}

static gboolean
requires_both (CusaxConnection *connection)
{
  CusaxConfig *config = cusax_account_get_config (connection->phone);
  return config != NULL && cusax_config_requires_both (config) && cusax_config_telephony_enabled (config);
}

static void
stop_phone (CusaxConnection *connection)
{
  connection->stop_when_idle = FALSE;
  forget_password (connection);
  cusax_account_stop (connection->phone);
}

/* R5, require_both: chat goes when telephony is lost. Signing in is not lost yet. */
static void
enforce_both (CusaxConnection *connection)
{
  CusaxPhoneState state = cusax_account_get_phone_state (connection->phone);
  if (connection->gc == NULL || !requires_both (connection)
      || (state != CUSAX_PHONE_WAITING && state != CUSAX_PHONE_REFUSED))
    return;

  g_autofree char *words = cusax_words_phone_state (connection->phone);
  /* A network error makes the user interface try again by itself, any other waits for the person. */
  purple_connection_error_reason (connection->gc,
                                  state == CUSAX_PHONE_WAITING ? PURPLE_CONNECTION_ERROR_NETWORK_ERROR
                                                               : PURPLE_CONNECTION_ERROR_OTHER_ERROR,
                                  words);
}

/* ------------------------------------------------------ from the telephone */

/* Only the drawing: purple_blist_update_buddy_status() would count the buddy as signed on once more. */
static void
repaint (PurpleAccount *account, const char *jid)
{
  PurpleBlistUiOps *ops = purple_blist_get_ui_ops ();
  if (ops == NULL || ops->update == NULL || jid == NULL || purple_get_blist () == NULL)
    return;

  GSList *buddies = purple_find_buddies (account, jid);
  for (GSList *l = buddies; l != NULL; l = l->next)
    ops->update (purple_get_blist (), PURPLE_BLIST_NODE (l->data));
  g_slist_free (buddies);
}

static void
repaint_self (PurpleAccount *account)
{
  g_autofree char *jid = cusax_address_jid_bare (purple_account_get_username (account), NULL);

  repaint (account, jid);
}

static void
on_phone_state (gpointer user_data, CusaxAccount *phone)
{
  CusaxConnection *connection = user_data;
  PurpleAccount *account = connection->account;

  cusax_notices_state (account, phone);
  cusax_contacts_update_reach (connection->contacts);
  repaint_self (account);
  /* A line in a conversation may have run anybody's code. */
  if (cusax_connection_find (account) == connection)
    enforce_both (connection);
}

static void
on_phone_incoming (gpointer user_data, CusaxAccount *phone, CusaxCall *call)
{
  CusaxConnection *connection = user_data;
  cusax_notices_call (connection->account, phone, call);
  cusax_ringing_show (connection->account, phone, call);
}

static gboolean
on_idle_stop (gpointer account)
{
  CusaxConnection *connection = cusax_connection_find (account);
  if (connection != NULL && connection->stop_when_idle
      && cusax_account_get_calls (connection->phone)->len == 0)
    stop_phone (connection);
  return G_SOURCE_REMOVE;
}

static void
on_phone_call (gpointer user_data, CusaxAccount *phone, CusaxCall *call)
{
  CusaxConnection *connection = user_data;
  PurpleAccount *account = connection->account;

  cusax_ringing_update (account, call);
  cusax_notices_call (account, phone, call);
  if (cusax_call_get_state (call) == CUSAX_CALL_ENDED)
    {
      cusax_callerchat_note_call (account, call);
      cusax_conferences_end (account, call);
    }
  /* Not from inside the call's own report. The account may be gone when it runs, so it looks it up. */
  if (cusax_connection_find (account) == connection && connection->stop_when_idle
      && cusax_call_get_state (call) == CUSAX_CALL_ENDED)
    g_idle_add (on_idle_stop, account);
}

static void
on_phone_silence (gpointer user_data, CusaxAccount *phone, CusaxCall *call, guint seconds)
{
  CusaxConnection *connection = user_data;
  cusax_notices_silence (connection->account, phone, call, seconds);
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
  repaint (((CusaxConnection *) user_data)->account, jid);
}

static void
on_phone_conference (gpointer user_data, CusaxAccount *phone, CusaxCall *call, CusaxConference *conference)
{
  cusax_conferences_update (((CusaxConnection *) user_data)->account, call, conference);
}

static void
on_phone_message (gpointer user_data, CusaxAccount *phone, const CusaxCallerId *caller, const char *who,
                  const char *text)
{
  cusax_messages_show (((CusaxConnection *) user_data)->account, caller, who, text);
}

static const CusaxAccountListener phone_listener = {
  .on_state = on_phone_state,
  .on_incoming = on_phone_incoming,
  .on_call = on_phone_call,
  .on_silence = on_phone_silence,
  .name_peer = on_name_peer,
  .is_blocked = on_is_blocked,
  .on_contact = on_phone_contact,
  .on_conference = on_phone_conference,
  .on_message = on_phone_message,
};

/* ------------------------------------------------------- from libpurple */

static void
on_signed_on (PurpleConnection *gc, gpointer unused)
{
  PurpleAccount *account = purple_connection_get_account (gc);
  CusaxConnection *connection = cusax_connection_find (account);

  /* Moved to another protocol while chat was down: no close has told us. */
  if (connection != NULL && !is_ours (account))
    cusax_connection_forget (account);
  else if (connection != NULL && connection->gc == gc)
    {
      /* Both legs meet the same certificate at the same time; here the person has just accepted it for chat. */
      if (g_error_matches (cusax_account_get_phone_error (connection->phone), CUSAX_ERROR, CUSAX_ERROR_CERTIFICATE))
        cusax_account_start (connection->phone);
      cusax_account_set_chat_up (connection->phone, TRUE);
      enforce_both (connection);
    }
}

static void
on_account_disabled (PurpleAccount *account, gpointer unused)
{
  CusaxConnection *connection = cusax_connection_find (account);
  PurpleConnection *gc = purple_account_get_connection (account);

  /* Pidgin disables an account itself when chat failed for good: close decides then. */
  if (connection != NULL && (gc == NULL || !gc->wants_to_die))
    stop_phone (connection);
}

/* Set offline or back online while there is no connection that libpurple could close or open for us. */
static void
on_account_status_changed (PurpleAccount *account, PurpleStatus *old, PurpleStatus *new_status, gpointer unused)
{
  CusaxConnection *connection = cusax_connection_find (account);
  if (connection != NULL && connection->gc == NULL && !is_wanted (account))
    stop_phone (connection);
}

static void
on_account_gone (PurpleAccount *account, gpointer unused)
{
  cusax_connection_forget (account);
}

/* Not in load(): these subsystems do not exist yet when plugins are probed. */
static void
listen (void)
{
  if (listening)
    return;
  listening = TRUE;

  cusax_conferences_listen ();
  void *accounts = purple_accounts_get_handle ();
  purple_signal_connect (purple_connections_get_handle (), "signed-on", &table, PURPLE_CALLBACK (on_signed_on),
                         NULL);
  purple_signal_connect (accounts, "account-disabled", &table, PURPLE_CALLBACK (on_account_disabled), NULL);
  purple_signal_connect (accounts, "account-status-changed", &table,
                         PURPLE_CALLBACK (on_account_status_changed), NULL);
  purple_signal_connect (accounts, "account-removed", &table, PURPLE_CALLBACK (on_account_gone), NULL);
  purple_signal_connect (accounts, "account-destroying", &table, PURPLE_CALLBACK (on_account_gone), NULL);
}

/* -------------------------------------------------------- login, close */

/* FALSE: the settings do not validate; telephony keeps what it has. */
static gboolean
configure (CusaxConnection *connection)
{
  PurpleAccount *account = connection->account;
  const char *password = connection->gc != NULL ? purple_connection_get_password (connection->gc) : NULL;
  if (password == NULL)
    password = purple_account_get_password (account);
  if (password == NULL)
    password = connection->password;
  if (password != connection->password)
    {
      char *copy = g_strdup (password);
      forget_password (connection);
      connection->password = copy;
    }

  g_clear_error (&connection->config_error);
  g_autoptr (CusaxConfig) config = cusax_settings_read (account, connection->password, &connection->config_error);
  if (config == NULL)
    {
      g_warning ("settings of %s: %s", purple_account_get_username (account), connection->config_error->message);
      return FALSE;
    }
  cusax_account_configure (connection->phone, config);
  return TRUE;
}

void
cusax_connection_login (PurpleAccount *account)
{
  const PurplePluginProtocolInfo *xmpp = cusax_protocol_get_xmpp ();
  PurpleConnection *gc = purple_account_get_connection (account);

  if (xmpp == NULL)
    {
      purple_connection_error_reason (gc, PURPLE_CONNECTION_ERROR_OTHER_ERROR,
                                      _ ("The XMPP protocol of libpurple is not installed."));
      return;
    }

  listen ();
  xmpp->login (account);
  if (leaving)
    return;

  CusaxConnection *connection = ensure (account);
  connection->gc = gc;
  connection->stop_when_idle = FALSE;
  if (!configure (connection))
    {
      g_autofree char *text = g_strdup_printf (_ ("Telephony stays off, a setting cannot be used: %s"),
                                               connection->config_error->message);
      cusax_account_stop (connection->phone);
      purple_notify_error (our_plugin, _ ("Telephony"), purple_account_get_username (account), text);
      return;
    }

  /* REFUSED stays so: each reconnect of chat would send the refused password again, until the server locks the
   * account. Changed settings have restarted it already; disabling and enabling the account does, too. */
  if (cusax_account_get_phone_state (connection->phone) != CUSAX_PHONE_REFUSED)
    cusax_account_start (connection->phone);
}

void
cusax_connection_close (PurpleConnection *gc)
{
  const PurplePluginProtocolInfo *xmpp = cusax_protocol_get_xmpp ();
  PurpleAccount *account = purple_connection_get_account (gc);
  CusaxConnection *connection = cusax_connection_find (account);
  gboolean failed_for_good = gc->wants_to_die;

  if (connection != NULL)
    connection->gc = NULL;
  if (xmpp != NULL)
    xmpp->close (gc);
  if (connection == NULL)
    return;
  if (!is_ours (account))
    {
      /* Moved to another protocol: what signs in next is not our account. */
      cusax_connection_forget (account);
      return;
    }

  gboolean wanted = is_wanted (account) && !requires_both (connection);
  if (!wanted && failed_for_good && cusax_account_get_calls (connection->phone)->len > 0)
    connection->stop_when_idle = TRUE; /* nobody hung up: the call may go on */
  else if (!wanted)
    stop_phone (connection);

  if (cusax_connection_find (account) == connection)
    cusax_account_set_chat_up (connection->phone, FALSE);
}

void
cusax_connection_reconfigure (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);
  if (connection == NULL || !configure (connection))
    return;

  /* Telephony that was switched on just now or could not start before, or that somebody wants tried again: the
   * fault may have been cured elsewhere. */
  if (is_wanted (account) && (connection->gc != NULL || !requires_both (connection)))
    cusax_account_start (connection->phone);
}

/* ------------------------------------------------------------ load, unload */

static gboolean
is_everybody_off (void)
{
  GHashTableIter iter;
  gpointer connection;
  if (table == NULL)
    return TRUE;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, NULL, &connection))
    if (cusax_account_get_phone_state (((CusaxConnection *) connection)->phone) != CUSAX_PHONE_OFF)
      return FALSE;
  return TRUE;
}

/* Ends telephony of every account. The loop of the user interface is about to stop for good, so it is run here, as
 * long as un-REGISTER takes. */
static void
leave (void)
{
  if (table == NULL || leaving)
    return;
  leaving = TRUE;

  GList *all = cusax_connection_get_all ();
  for (GList *l = all; l != NULL; l = l->next)
    stop_phone (l->data);
  g_list_free (all);

  cusax_engine_wait (is_everybody_off);

  all = cusax_connection_get_all ();
  for (GList *l = all; l != NULL; l = l->next)
    cusax_connection_forget (((CusaxConnection *) l->data)->account);
  g_list_free (all);
  cusax_engine_stop_media ();
}

void
cusax_connection_init (PurplePlugin *plugin)
{
  g_return_if_fail (table == NULL);
  our_plugin = plugin;
  leaving = FALSE;
  table = g_hash_table_new_full (NULL, NULL, NULL, connection_free);
  /* Accounts are gone long before plugins are unloaded at quit. */
  purple_signal_connect (purple_get_core (), "quitting", &table, PURPLE_CALLBACK (leave), NULL);
}

/* Unloaded in mid-session: libpurple would keep connections of a protocol that is no more. */
static void
disconnect_all (void)
{
  GList *all = g_list_copy (purple_connections_get_all ());
  for (GList *l = all; l != NULL; l = l->next)
    {
      PurpleConnection *gc = l->data;
      if (g_list_find (purple_connections_get_all (), gc) != NULL && purple_connection_get_prpl (gc) == our_plugin)
        purple_account_disconnect (purple_connection_get_account (gc));
    }
  g_list_free (all);
}

void
cusax_connection_shutdown (void)
{
  if (table == NULL)
    return;

  leave ();
  disconnect_all ();
  cusax_engine_stop ();
  purple_signals_disconnect_by_handle (&table);
  cusax_conferences_unlisten ();
  listening = FALSE;
  g_clear_pointer (&table, g_hash_table_unref);
  our_plugin = NULL;
}
