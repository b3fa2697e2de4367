/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accounts: adding, signing in, settings, status. See commands.h. */
#include "command-table.h"

#include "events.h"
#include "lookup.h"
#include "uiops.h"

#include <purple.h>
#include <stdlib.h>
#include <string.h>

#define HOST_UI "cusax-host"

static gboolean
account_add (char **args, GError **error)
{
  PurpleAccount *account;

  if (purple_find_prpl (args[1]) == NULL)
    return host_command_fail (error, "no protocol %s", args[1]);
  account = purple_account_new (args[2], args[1]);
  host_account_set_name (account, args[0]);
  purple_accounts_add (account);
  host_lookup_use (account);
  return TRUE;
}

static gboolean
account_use (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (args[0], error);

  host_lookup_use (account);
  return account != NULL;
}

static gboolean
account_enable (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (args[0], error);

  if (account != NULL)
    purple_account_set_enabled (account, HOST_UI, TRUE);
  return account != NULL;
}

static gboolean
account_disable (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (args[0], error);

  if (account != NULL)
    purple_account_set_enabled (account, HOST_UI, FALSE);
  return account != NULL;
}

static gboolean
account_connect (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (args[0], error);

  if (account != NULL)
    purple_account_connect (account);
  return account != NULL;
}

static gboolean
account_disconnect (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (args[0], error);

  if (account != NULL)
    purple_account_disconnect (account);
  return account != NULL;
}

static gboolean
account_remove (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (args[0], error);

  if (account == NULL)
    return FALSE;
  host_account_set_name (account, NULL);
  if (host_lookup_account (NULL, NULL) == account)
    host_lookup_use (NULL);
  purple_accounts_delete (account);
  return TRUE;
}

static gboolean
account_protocol (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (NULL, error);

  if (account != NULL)
    purple_account_set_protocol_id (account, args[0]);
  return account != NULL;
}

static gboolean
account_status (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (NULL, error);

  if (account == NULL)
    return FALSE;
  if (args[0] == NULL)
    {
      PurpleConnection *gc = purple_account_get_connection (account);
      static const char *const states[] = { "disconnected", "connected", "connecting" };
      PurplePresence *presence = purple_account_get_presence (account);
      PurpleStatus *status = purple_presence_get_active_status (presence);

      host_event ("status", "account", host_account_name (account), "state",
                  states[gc != NULL ? purple_connection_get_state (gc) : PURPLE_DISCONNECTED], "status",
                  purple_status_get_id (status), "message", purple_status_get_attr_string (status, "message"),
                  "protocol", purple_account_get_protocol_id (account), NULL);
      return TRUE;
    }
  if (args[1] != NULL)
    purple_account_set_status (account, args[0], TRUE, "message", args[1], NULL);
  else
    purple_account_set_status (account, args[0], TRUE, NULL);
  return TRUE;
}

static gboolean
account_list (char **args, GError **error)
{
  for (GList *a = purple_accounts_get_all (); a != NULL; a = a->next)
    host_event ("account", "account", host_account_name (a->data), "username",
                purple_account_get_username (a->data), "protocol", purple_account_get_protocol_id (a->data),
                "connected", purple_account_is_connected (a->data) ? "true" : "false", NULL);
  return TRUE;
}

static gboolean
account_password (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (NULL, error);

  if (account == NULL)
    return FALSE;
  purple_account_set_remember_password (account, TRUE);
  purple_account_set_password (account, args[0]);
  return TRUE;
}

/* The protocol's option table knows the type of a setting; what it does not know is guessed from the value. */
static PurplePrefType
type_of_setting (PurpleAccount *account, const char *name, const char *value)
{
  PurplePlugin *prpl = purple_find_prpl (purple_account_get_protocol_id (account));
  char *end = NULL;

  if (prpl != NULL)
    for (GList *o = PURPLE_PLUGIN_PROTOCOL_INFO (prpl)->protocol_options; o != NULL; o = o->next)
      if (strcmp (purple_account_option_get_setting (o->data), name) == 0)
        return purple_account_option_get_type (o->data);
  if (strcmp (value, "true") == 0 || strcmp (value, "false") == 0)
    return PURPLE_PREF_BOOLEAN;
  (void)strtol (value, &end, 10);
  return *value != '\0' && *end == '\0' ? PURPLE_PREF_INT : PURPLE_PREF_STRING;
}

static gboolean
set_typed (PurplePrefType type, char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (NULL, error);

  if (account == NULL)
    return FALSE;
  if (type == PURPLE_PREF_NONE)
    type = type_of_setting (account, args[0], args[1]);
  if (type == PURPLE_PREF_BOOLEAN)
    purple_account_set_bool (account, args[0], strcmp (args[1], "true") == 0);
  else if (type == PURPLE_PREF_INT)
    purple_account_set_int (account, args[0], (int)strtol (args[1], NULL, 10));
  else
    purple_account_set_string (account, args[0], args[1]);
  return TRUE;
}

static gboolean
set (char **args, GError **error)
{
  return set_typed (PURPLE_PREF_NONE, args, error);
}

static gboolean
set_string (char **args, GError **error)
{
  return set_typed (PURPLE_PREF_STRING, args, error);
}

static gboolean
set_int (char **args, GError **error)
{
  return set_typed (PURPLE_PREF_INT, args, error);
}

const HostCommand host_commands_accounts[] = {
  { "account add", 3, account_add },
  { "account use", 1, account_use },
  { "account enable", 0, account_enable },
  { "account disable", 0, account_disable },
  { "account connect", 0, account_connect },
  { "account disconnect", 0, account_disconnect },
  { "account remove", 0, account_remove },
  { "account protocol", 1, account_protocol },
  { "account list", 0, account_list },
  { "password", 1, account_password },
  { "set", 2, set },
  { "set-string", 2, set_string },
  { "set-int", 2, set_int },
  { "status", 0, account_status },
  { NULL, 0, NULL },
};
