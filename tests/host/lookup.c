/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See lookup.h. */
#include "lookup.h"

#include "uiops.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

static PurpleAccount *in_use;

void
host_lookup_use (PurpleAccount *account)
{
  in_use = account;
}

PurpleAccount *
host_lookup_account (const char *name, GError **error)
{
  for (GList *a = purple_accounts_get_all (); a != NULL; a = a->next)
    if (name == NULL ? a->data == in_use
                     : strcmp (host_account_name (a->data), name) == 0
                           || strcmp (purple_account_get_username (a->data), name) == 0)
      return a->data;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no account %s", name != NULL ? name : "in use");
  return NULL;
}

PurpleConnection *
host_lookup_connection (GError **error)
{
  PurpleAccount *account = host_lookup_account (NULL, error);
  PurpleConnection *gc = account != NULL ? purple_account_get_connection (account) : NULL;

  if (account != NULL && gc == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "%s is not connected",
                 host_account_name (account));
  return gc;
}

PurpleConversation *
host_lookup_conversation (const char *name, gboolean create, GError **error)
{
  PurpleAccount *account = host_lookup_account (NULL, error);
  PurpleConversation *conv;

  if (account == NULL)
    return NULL;
  conv = purple_find_conversation_with_account (PURPLE_CONV_TYPE_ANY, name, account);
  if (conv == NULL && create)
    conv = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, name);
  if (conv == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no conversation with %s", name);
  return conv;
}

PurpleBuddy *
host_lookup_buddy (const char *name, GError **error)
{
  PurpleAccount *account = host_lookup_account (NULL, error);
  PurpleBuddy *buddy = account != NULL ? purple_find_buddy (account, name) : NULL;

  if (account != NULL && buddy == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no buddy %s", name);
  return buddy;
}

PurpleMedia *
host_lookup_media (const char *number, GError **error)
{
  GList *all = purple_media_manager_get_media (purple_media_manager_get ());
  PurpleMedia *found = NULL;

  for (GList *m = all; m != NULL; m = m->next)
    if (number == NULL || host_media_number (m->data) == strtoul (number, NULL, 10))
      found = m->data;
  if (found == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no call %s", number != NULL ? number : "");
  return found;
}
