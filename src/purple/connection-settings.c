/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what is typed, filed and provided to the configuration of the telephone; see connection.h. */
#include "connection-private.h"

#include "clock.h"
#include "documents.h"
#include "error.h"
#include "keyfiles.h"
#include "loginquestions.h"
#include "notices.h"
#include "presence.h"
#include "provider.h"
#include "settings.h"
#include "sounds.h"
#include "words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* ------------------------------------------------------------ passwords */

static void
wipe (char **secret)
{
  if (*secret != NULL)
    explicit_bzero (*secret, strlen (*secret));
  g_clear_pointer (secret, g_free);
}

void
cusax_connection_forget_secrets (CusaxConnection *connection)
{
  wipe (&connection->password);
  wipe (&connection->sip_password);
}

/* The account's password, remembered for the session: libpurple forgets it when it is not to be stored. */
static const char *
get_password (CusaxConnection *connection)
{
  const char *password = connection->gc != NULL ? purple_connection_get_password (connection->gc) : NULL;

  if (password == NULL)
    password = purple_account_get_password (connection->account);
  if (password != NULL && !purple_strequal (password, connection->password))
    {
      char *copy = g_strdup (password);

      wipe (&connection->password);
      connection->password = copy;
    }
  return connection->password;
}

void
cusax_connection_set_sip_password (CusaxConnection *connection, const char *password)
{
  wipe (&connection->sip_password);
  connection->sip_password = g_strdup (password);
}

/* --------------------------------------------------------- what is typed */

static const char *
typed_string (gpointer data, const char *name, const char *fallback)
{
  CusaxConnection *connection = data;
  const char *stored = cusax_settings_get_reader ()->get_string (connection->account, name, NULL);

  if (purple_strequal (name, "sip_password") && connection->sip_password != NULL && (stored == NULL || *stored == '\0'))
    return connection->sip_password;
  return stored != NULL ? stored : fallback;
}

static gboolean
typed_bool (gpointer data, const char *name, gboolean fallback)
{
  return cusax_settings_get_reader ()->get_bool (((CusaxConnection *) data)->account, name, fallback);
}

static int
typed_int (gpointer data, const char *name, int fallback)
{
  return cusax_settings_get_reader ()->get_int (((CusaxConnection *) data)->account, name, fallback);
}

static const CusaxConfigReader typed = { typed_string, typed_bool, typed_int };

/* -------------------------------------------------------- from bootstrap */

static void
tell_invalid (CusaxConnection *connection)
{
  g_autofree char *words = cusax_words_error (connection->config_error, NULL);
  g_autofree char *text = g_strdup_printf (_ ("Telephony stays off. %s"), words);

  g_warning ("settings of %s: %s", purple_account_get_username (connection->account),
             connection->config_error->message);
  purple_notify_error (cusax_connection_get_plugin (), _ ("Telephony"),
                       purple_account_get_username (connection->account), text);
}

static void
on_no_config (CusaxConnection *connection, const GError *error)
{
  gboolean is_invalid = g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
  gboolean is_new = connection->config_error == NULL
                    || !purple_strequal (connection->config_error->message, error->message);

  /* What stands goes on as long as its credentials do. */
  if (!is_invalid && cusax_account_get_phone_state (connection->phone) == CUSAX_PHONE_UP)
    return;
  g_clear_error (&connection->config_error);
  connection->config_error = g_error_copy (error);
  if (is_invalid)
    cusax_account_stop (connection->phone);
  cusax_connection_release_presence (connection);
  if (is_new && is_invalid)
    tell_invalid (connection);
}

static void
on_config (gpointer user_data, CusaxConfig *config, const GError *error)
{
  CusaxConnection *connection = user_data;
  PurpleAccount *account = connection->account;

  if (config == NULL)
    {
      on_no_config (connection, error);
      return;
    }
  g_clear_error (&connection->config_error);
  cusax_sounds_set_ring_device (connection->sounds, cusax_config_get_ring_device (config));
  cusax_account_configure (connection->phone, config);
  if (cusax_connection_find (account) != connection)
    return;
  cusax_connection_update_ice (connection);
  /* What contacts are told may be other now, whoever changed it. */
  cusax_contacts_update_reach (connection->contacts);
  cusax_contacts_update_activity (connection->contacts);

  /* REFUSED stays so: each reconnect of chat would send the refused password again, until the server locks the
   * account. Changed settings have restarted it already; disabling and enabling the account does, too. */
  if (cusax_account_get_phone_state (connection->phone) != CUSAX_PHONE_REFUSED)
    cusax_connection_start_phone (connection);
  if (!cusax_config_telephony_enabled (config)
      || cusax_account_get_phone_state (connection->phone) == CUSAX_PHONE_REFUSED)
    cusax_connection_release_presence (connection);
}

static void
on_bad_document (gpointer user_data, const char *where, const GError *error)
{
  CusaxConnection *connection = user_data;
  g_autofree char *address = cusax_words_address (where, CUSAX_WORDS_MAX_LENGTH);
  /* Translators: the address of a document, then what is wrong with it */
  g_autofree char *text = g_strdup_printf (_ ("The settings that your provider gives at %s cannot be used: %s. Nothing "
                                              "was changed."), address != NULL ? address : "?", error->message);

  g_warning ("%s: %s", where, error->message);
  cusax_notices_error (connection->account, NULL, text);
}

static const CusaxBootstrapListener bootstrap_listener = {
  .on_config = on_config,
  .on_bad_document = on_bad_document,
};

void
cusax_connection_init_bootstrap (CusaxConnection *connection)
{
  CusaxBootstrapPorts ports = {
    .clock = cusax_clock_get (),
    .wall_time = cusax_contacts_wall_time,
    .store = cusax_contacts_get_store (connection->contacts),
  };

  connection->provider = cusax_provider_new (connection->account);
  connection->documents = cusax_documents_new ();
  ports.provider = connection->provider;
  ports.documents = connection->documents;
  connection->bootstrap = cusax_bootstrap_new (&ports, &typed, connection, &bootstrap_listener, connection);
}

/* Says it once: the files are read again with every return of chat. */
static void
tell_bad_file (CusaxConnection *connection, CusaxProvisionSource source, const GError *error)
{
  char **told = &connection->file_problems[source];
  g_autofree char *text = NULL;

  if (purple_strequal (*told, error->message))
    return;
  g_free (*told);
  *told = g_strdup (error->message);
  text = g_strdup_printf (_ ("A file of settings cannot be used: %s. Nothing was changed."), error->message);
  g_warning ("%s", error->message);
  cusax_notices_error (connection->account, NULL, text);
}

/* A file that became bad changes nothing: what it said before, and locked, stays. */
static CusaxProvision *
read_file (CusaxConnection *connection, CusaxProvisionSource source)
{
  g_autofree char *jid = cusax_address_jid_bare (purple_account_get_username (connection->account), NULL);
  g_autoptr (GError) error = NULL;
  CusaxProvision *provision = jid != NULL ? cusax_keyfiles_read (source, jid, &error) : NULL;
  CusaxProvision *standing = cusax_ladder_get (cusax_bootstrap_get_ladder (connection->bootstrap), source);

  if (error == NULL)
    {
      g_clear_pointer (&connection->file_problems[source], g_free);
      return provision;
    }
  tell_bad_file (connection, source, error);
  return standing != NULL ? cusax_provision_ref (standing) : NULL;
}

void
cusax_connection_forget_files (CusaxConnection *connection)
{
  for (guint i = 0; i < G_N_ELEMENTS (connection->file_problems); i++)
    g_clear_pointer (&connection->file_problems[i], g_free);
}

static void
read_files (CusaxConnection *connection)
{
  g_autoptr (CusaxProvision) system_file = read_file (connection, CUSAX_PROVISION_SYSTEM_FILE);
  g_autoptr (CusaxProvision) user_file = read_file (connection, CUSAX_PROVISION_USER_FILE);

  cusax_bootstrap_set_files (connection->bootstrap, system_file, user_file);
}

void
cusax_connection_start_bootstrap (CusaxConnection *connection)
{
  read_files (connection);
  cusax_bootstrap_start (connection->bootstrap, purple_account_get_username (connection->account),
                         get_password (connection));
}

void
cusax_connection_reread (CusaxConnection *connection)
{
  read_files (connection);
  cusax_bootstrap_reread (connection->bootstrap, get_password (connection));
}
