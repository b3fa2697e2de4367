/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See connection.h. */
#include "connection-private.h"

#include "callerchat.h"
#include "callhistory.h"
#include "callmenus.h"
#include "callquestions.h"
#include "clock.h"
#include "conferences.h"
#include "engine.h"
#include "dialling.h"
#include "documents.h"
#include "legs.h"
#include "loginquestions.h"
#include "notices.h"
#include "phonelinks.h"
#include "presence.h"
#include "protocol.h"
#include "provider.h"
#include "ringing.h"
#include "session.h"
#include "setuptest.h"
#include "sounds.h"
#include "streamthreads.h"
#include "textmessages.h"
#include "transferdialog.h"
#include "transport.h"
#include "ua.h"
#include "voicemail.h"
#include "words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The side table, and what makes it work: libpurple's accounts and signals are process-wide. */
static PurplePlugin *our_plugin = NULL;
static GHashTable *table = NULL; /* PurpleAccount -> CusaxConnection */
static gboolean leaving = FALSE; /* quitting or unloading: nothing may start any more */
static gboolean quitting = FALSE;

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

const CusaxLadder *
cusax_connection_get_ladder (CusaxConnection *connection)
{
  return connection->bootstrap != NULL ? cusax_bootstrap_get_ladder (connection->bootstrap) : NULL;
}

CusaxPins *
cusax_connection_get_pins (CusaxConnection *connection)
{
  return connection->pins;
}

CusaxContacts *
cusax_connection_get_contacts (CusaxConnection *connection)
{
  return connection->contacts;
}

CusaxMediaPort *
cusax_connection_get_media (CusaxConnection *connection)
{
  return connection->media;
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
connection_free (gpointer data)
{
  CusaxConnection *connection = data;

  g_clear_handle_id (&connection->presence_id, g_source_remove);
  cusax_bootstrap_free (connection->bootstrap);
  cusax_ice_services_free (connection->ice_services);
  cusax_provider_free (connection->provider);
  cusax_documents_free (connection->documents);
  cusax_account_unref (connection->phone);
  cusax_pins_free (connection->pins);
  cusax_contacts_free (connection->contacts);
  cusax_sounds_free (connection->sounds);
  cusax_session_port_free (connection->media);
  cusax_connection_forget_secrets (connection);
  cusax_connection_forget_files (connection);
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
  connection->sounds = cusax_sounds_new (account);
  connection->contacts = cusax_contacts_new (account);
  connection->pins = cusax_pins_new (cusax_contacts_get_store (connection->contacts));
  CusaxPorts ports = {
    .clock = cusax_clock_get (),
    .sip = cusax_ua_new (cusax_pins_get_trust (connection->pins)),
    .media = connection->media,
    .transport_new = cusax_transport_new,
    .cards = cusax_contacts_get_cards (connection->contacts),
    .store = cusax_contacts_get_store (connection->contacts),
    .sounds = connection->sounds,
    .wall_time = cusax_contacts_wall_time,
  };
  connection->phone = cusax_account_new (&ports, &cusax_connection_phone_listener, connection);
  cusax_contacts_attach (connection->contacts, connection->phone);
  cusax_connection_init_bootstrap (connection);
  cusax_connection_init_ice (connection);
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
  cusax_loginquestions_forget (account);
  cusax_setuptest_forget (account);
  cusax_legs_forget (account);
  cusax_ringing_close_all (account);
  cusax_callquestions_forget (account);
  cusax_transferdialog_forget (account);
  cusax_callmenus_forget (account);
  cusax_conferences_forget (account);
  cusax_dialling_forget (account);
  cusax_phonelinks_forget (account);
  cusax_callhistory_forget (account);
  cusax_voicemail_forget (account);
  cusax_callerchat_forget (account);
  cusax_textmessages_forget (account);
  cusax_notices_forget (account);
  /* Whoever asks while it ends finds nothing rather than half of it. */
  g_hash_table_steal (table, account);
  cusax_account_shutdown (connection->phone);
  connection_free (connection);
}

/* ------------------------------------------------------------- policy */

gboolean
cusax_connection_is_ours (PurpleAccount *account)
{
  return purple_strequal (purple_account_get_protocol_id (account), purple_plugin_get_id (our_plugin));
}

/* What a person wants, as opposed to what the network does. */
gboolean
cusax_connection_is_wanted (PurpleAccount *account)
{
  return purple_account_get_enabled (account, purple_core_get_ui ())
         && purple_presence_is_online (purple_account_get_presence (account));
}

gboolean
cusax_connection_requires_both (CusaxConnection *connection)
{
  CusaxConfig *config = cusax_account_get_config (connection->phone);
  return config != NULL && cusax_config_requires_both (config) && cusax_config_telephony_enabled (config);
}

void
cusax_connection_stop_phone (CusaxConnection *connection)
{
  connection->stop_when_idle = FALSE;
  cusax_bootstrap_stop (connection->bootstrap);
  cusax_ice_services_set_wanted (connection->ice_services, FALSE);
  cusax_connection_forget_secrets (connection);
  cusax_connection_forget_files (connection);
  cusax_account_stop (connection->phone);
}

/* R5, require_both: chat goes when telephony is lost. Signing in is not lost yet. */
void
cusax_connection_enforce_both (CusaxConnection *connection)
{
  CusaxPhoneState state = cusax_account_get_phone_state (connection->phone);
  if (connection->gc == NULL || !cusax_connection_requires_both (connection)
      || (state != CUSAX_PHONE_WAITING && state != CUSAX_PHONE_REFUSED))
    return;

  g_autofree char *words = cusax_words_phone_state (connection->phone);
  /* A network error makes the user interface try again by itself, any other waits for the person. */
  purple_connection_error_reason (connection->gc,
                                  state == CUSAX_PHONE_WAITING ? PURPLE_CONNECTION_ERROR_NETWORK_ERROR
                                                               : PURPLE_CONNECTION_ERROR_OTHER_ERROR,
                                  words);
}

/* -------------------------------------------------------- login, close */

/* Who looks online can be called (R7); who can be called already, or cannot in this session, looks online at once. */
static gboolean
may_soon_be_up (CusaxConnection *connection)
{
  CusaxPhoneState state = cusax_account_get_phone_state (connection->phone);

  return state == CUSAX_PHONE_SIGNING_IN || cusax_bootstrap_is_asking (connection->bootstrap);
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

  cusax_connection_listen ();
  xmpp->login (account);
  if (leaving)
    return;

  CusaxConnection *connection = ensure (account);
  connection->gc = gc;
  connection->stop_when_idle = FALSE;
  cusax_connection_tell_dnd (connection);
  cusax_connection_start_bootstrap (connection);
  if (cusax_connection_find (account) == connection && may_soon_be_up (connection))
    cusax_presence_hold (account);
}

void
cusax_connection_close (PurpleConnection *gc)
{
  const PurplePluginProtocolInfo *xmpp = cusax_protocol_get_xmpp ();
  PurpleAccount *account = purple_connection_get_account (gc);
  CusaxConnection *connection = cusax_connection_find (account);
  gboolean failed_for_good = gc->wants_to_die;

  if (connection != NULL)
    {
      connection->gc = NULL;
      /* While its questions can still be told from each other. */
      cusax_bootstrap_set_chat_up (connection->bootstrap, FALSE);
      cusax_ice_services_set_chat_up (connection->ice_services, FALSE);
    }
  if (xmpp != NULL)
    xmpp->close (gc);
  if (connection == NULL)
    return;
  if (!cusax_connection_is_ours (account))
    {
      /* Moved to another protocol: what signs in next is not our account. */
      cusax_connection_forget (account);
      return;
    }

  gboolean wanted = cusax_connection_is_wanted (account) && !cusax_connection_requires_both (connection);
  if (!wanted && failed_for_good && cusax_account_get_calls (connection->phone)->len > 0)
    connection->stop_when_idle = TRUE; /* nobody hung up: the call may go on */
  else if (!wanted)
    cusax_connection_stop_phone (connection);

  if (cusax_connection_find (account) != connection)
    return;
  cusax_connection_release_presence (connection);
  cusax_account_set_chat_up (connection->phone, FALSE);
}

void
cusax_connection_reconfigure (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);
  if (connection == NULL)
    return;

  cusax_loginquestions_reset (account);
  cusax_connection_reread (connection);
  /* Telephony that was switched on just now or could not start before, or that somebody wants tried again: the
   * fault may have been cured elsewhere. */
  if (cusax_connection_find (account) == connection && connection->config_error == NULL)
    cusax_connection_start_phone (connection);
}

void
cusax_connection_start_phone (CusaxConnection *connection)
{
  if (cusax_connection_is_wanted (connection->account)
      && (connection->gc != NULL || !cusax_connection_requires_both (connection)))
    cusax_account_start (connection->phone);
}

/* ------------------------------------------------------------- presence */

/* R7: "about 5 s". */
#define PRESENCE_HELD_MS 5000

/* Before there is a configuration, what is typed has to do. */
static gboolean
waits_for_both (CusaxConnection *connection)
{
  if (!may_soon_be_up (connection))
    return FALSE;
  return cusax_account_get_config (connection->phone) != NULL
           ? cusax_connection_requires_both (connection)
           : purple_account_get_bool (connection->account, "require_both", FALSE);
}

static gboolean
on_presence_timeout (gpointer user_data)
{
  CusaxConnection *connection = user_data;

  if (waits_for_both (connection))
    return G_SOURCE_CONTINUE;
  connection->presence_id = 0;
  cusax_presence_release (connection->account);
  return G_SOURCE_REMOVE;
}

void
cusax_connection_start_presence_timer (CusaxConnection *connection)
{
  if (connection->presence_id == 0 && cusax_presence_is_held (connection->account))
    connection->presence_id = g_timeout_add (PRESENCE_HELD_MS, on_presence_timeout, connection);
}

void
cusax_connection_release_presence (CusaxConnection *connection)
{
  g_clear_handle_id (&connection->presence_id, g_source_remove);
  cusax_presence_release (connection->account);
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
    cusax_connection_stop_phone (l->data);
  g_list_free (all);

  cusax_engine_wait (is_everybody_off);

  all = cusax_connection_get_all ();
  for (GList *l = all; l != NULL; l = l->next)
    cusax_connection_forget (((CusaxConnection *) l->data)->account);
  g_list_free (all);
  cusax_engine_stop_media ();
}

static void
on_quitting (void)
{
  quitting = TRUE;
  cusax_streamthreads_keep ();
  leave ();
}

void
cusax_connection_init (PurplePlugin *plugin)
{
  g_return_if_fail (table == NULL);
  our_plugin = plugin;
  leaving = FALSE;
  quitting = FALSE;
  table = g_hash_table_new_full (NULL, NULL, NULL, connection_free);
  /* Accounts are gone long before plugins are unloaded at quit. */
  purple_signal_connect (purple_get_core (), "quitting", &table, PURPLE_CALLBACK (on_quitting), NULL);
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
  cusax_engine_stop (quitting);
  purple_signals_disconnect_by_handle (&table);
  cusax_connection_unlisten ();
  g_clear_pointer (&table, g_hash_table_unref);
  our_plugin = NULL;
}
