/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See menus.h. */
#include "menus.h"

#include "account.h"
#include "commands.h"
#include "connection.h"
#include "notices.h"
#include "peers.h"
#include "settings.h"
#include "words.h"

#include <glib/gi18n-lib.h>
#include <connection.h>
#include <notify.h>
#include <prpl.h>
#include <request.h>
#include <util.h>

/* -------------------------------------------------------------- actions */

static PurpleAccount *
account_of_action (PurplePluginAction *action)
{
  return purple_connection_get_account (action->context);
}

/* The account may have gone while the dialog stood: the side table knows. */
static void
on_dial_ok (gpointer data, const char *target)
{
  PurpleAccount *account = data;
  g_autoptr (GError) error = NULL;

  if (cusax_connection_find (account) == NULL || target == NULL || *target == '\0')
    return;
  if (!cusax_commands_dial (account, target, &error))
    cusax_notices_error (account, target, error->message);
}

static void
on_dial_cancel (gpointer data, const char *target)
{
}

static void
on_action_dial (PurplePluginAction *action)
{
  PurpleAccount *account = account_of_action (action);

  purple_request_input (cusax_connection_get_plugin (), _("Dial"), _("Whom do you want to call?"),
                        _("Type a telephone number, a SIP address or the chat address of a contact."), NULL,
                        FALSE, FALSE, NULL, _("Call"), G_CALLBACK (on_dial_ok), _("Cancel"),
                        G_CALLBACK (on_dial_cancel), account, NULL, NULL, account);
}

static void
on_action_settings (PurplePluginAction *action)
{
  cusax_settings_show (account_of_action (action));
}

static void
append_calls (GString *text, PurpleAccount *account, CusaxAccount *phone)
{
  const GPtrArray *calls = cusax_account_get_calls (phone);

  for (guint i = 0; i < calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (calls, i);
      g_autofree char *name = cusax_peers_label (account, cusax_call_get_who (call));
      g_autofree char *state = cusax_words_call_state (call, name);

      g_string_append_printf (text, "\n%s", state);
    }
}

static void
on_action_details (PurplePluginAction *action)
{
  PurpleAccount *account = account_of_action (action);
  CusaxConnection *connection = cusax_connection_find (account);
  g_autofree char *status = cusax_notices_status_text (account);
  g_autoptr (GString) text = g_string_new (status);
  const char *jid = purple_connection_get_display_name (action->context);

  if (connection != NULL)
    {
      CusaxAccount *phone = cusax_connection_get_account (connection);
      CusaxConfig *config = cusax_account_get_config (phone);
      const char *server = cusax_account_get_server (phone);

      g_string_append_c (text, '\n');
      if (config != NULL)
        g_string_append_printf (text, _("\nTelephone address: %s"),
                                cusax_address_get_uri (cusax_config_get_aor (config)));
      if (server != NULL)
        g_string_append_printf (text, _("\nTelephone server: %s"), server);
      if (jid != NULL)
        g_string_append_printf (text, _("\nChat address: %s"), jid);
      append_calls (text, account, phone);
    }
  purple_notify_message (cusax_connection_get_plugin (), PURPLE_NOTIFY_MSG_INFO, _("Connection details"),
                         purple_account_get_username (account), text->str, NULL, NULL);
}

static GList *
add_action (GList *actions, const char *label, void (*callback) (PurplePluginAction *))
{
  return g_list_append (actions, purple_plugin_action_new (label, callback));
}

GList *
cusax_menus_actions (PurplePlugin *plugin, gpointer gc)
{
  PurplePlugin *xmpp = purple_plugins_find_with_id ("prpl-jabber");
  GList *actions = NULL;
  GList *more = NULL;

  actions = add_action (actions, _("Dial..."), on_action_dial);
  actions = add_action (actions, _("Telephony settings..."), on_action_settings);
  actions = add_action (actions, _("Connection details"), on_action_details);
  /* libjabber looks at the stream behind @gc, which is its own. */
  if (xmpp != NULL && xmpp->info->actions != NULL)
    more = xmpp->info->actions (xmpp, gc);
  if (more != NULL)
    actions = g_list_append (actions, NULL);
  return g_list_concat (actions, more);
}

/* ----------------------------------------------------------- buddy menu */

static CusaxAccount *
phone_of_buddy (PurpleBuddy *buddy)
{
  CusaxConnection *connection = cusax_connection_find (purple_buddy_get_account (buddy));

  return connection != NULL ? cusax_connection_get_account (connection) : NULL;
}

static CusaxCall *
call_with (PurpleBuddy *buddy, CusaxAccount *phone)
{
  PurpleAccount *account = purple_buddy_get_account (buddy);
  const GPtrArray *calls = cusax_account_get_calls (phone);
  g_autofree char *name = g_strdup (purple_normalize (account, purple_buddy_get_name (buddy)));

  for (guint i = 0; i < calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (calls, i);
      const char *who = cusax_call_get_who (call);

      if (who != NULL && g_strcmp0 (purple_normalize (account, who), name) == 0)
        return call;
    }
  return NULL;
}

static void
on_node_call (PurpleBlistNode *node, gpointer data)
{
  PurpleBuddy *buddy = PURPLE_BUDDY (node);
  PurpleAccount *account = purple_buddy_get_account (buddy);
  g_autoptr (GError) error = NULL;

  if (!cusax_commands_dial (account, purple_buddy_get_name (buddy), &error))
    cusax_notices_error (account, purple_buddy_get_name (buddy), error->message);
}

/* Looked up again: the menu may stand open longer than the call. */
static void
on_node_hang_up (PurpleBlistNode *node, gpointer data)
{
  CusaxAccount *phone = phone_of_buddy (PURPLE_BUDDY (node));
  CusaxCall *call = phone != NULL ? call_with (PURPLE_BUDDY (node), phone) : NULL;

  if (call != NULL)
    cusax_call_hang_up (call);
}

static PurpleMenuAction *
phone_entry (PurpleBuddy *buddy)
{
  CusaxAccount *phone = phone_of_buddy (buddy);
  g_autoptr (CusaxAddress) target = NULL;

  if (phone == NULL)
    return NULL;
  if (call_with (buddy, phone) != NULL)
    return purple_menu_action_new (_("Hang up"), PURPLE_CALLBACK (on_node_hang_up), NULL, NULL);
  if (cusax_account_get_phone_state (phone) != CUSAX_PHONE_UP)
    return NULL;
  target = cusax_peers_target (purple_buddy_get_account (buddy), purple_buddy_get_name (buddy), NULL);
  if (target == NULL)
    return NULL;
  return purple_menu_action_new (_("Call"), PURPLE_CALLBACK (on_node_call), NULL, NULL);
}

GList *
cusax_menus_node (PurpleBlistNode *node)
{
  PurplePlugin *xmpp = purple_plugins_find_with_id ("prpl-jabber");
  PurplePluginProtocolInfo *info = xmpp != NULL ? PURPLE_PLUGIN_PROTOCOL_INFO (xmpp) : NULL;
  GList *entries = NULL;
  PurpleMenuAction *entry;
  /* To a number libjabber would offer to send presence. */
  gboolean is_number = PURPLE_BLIST_NODE_IS_BUDDY (node)
                       && !cusax_peers_is_jid (purple_buddy_get_name (PURPLE_BUDDY (node)));

  if (info != NULL && info->blist_node_menu != NULL && !is_number)
    entries = info->blist_node_menu (node);
  if (!PURPLE_BLIST_NODE_IS_BUDDY (node))
    return entries;
  entry = phone_entry (PURPLE_BUDDY (node));
  return entry != NULL ? g_list_append (entries, entry) : entries;
}
