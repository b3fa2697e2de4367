/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The roster, what user interfaces show of a contact, and the menus of contacts, rooms, the account. */
#include "command-table.h"

#include "events.h"
#include "lookup.h"

#include <purple.h>
#include <string.h>

static gboolean
roster (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (NULL, error);
  guint count = 0;

  if (account == NULL)
    return FALSE;
  for (PurpleBlistNode *n = purple_blist_get_root (); n != NULL; n = purple_blist_node_next (n, TRUE))
    if (PURPLE_BLIST_NODE_IS_BUDDY (n) && purple_buddy_get_account ((PurpleBuddy *)n) == account)
      {
        PurpleBuddy *buddy = (PurpleBuddy *)n;
        PurpleStatus *status = purple_presence_get_active_status (purple_buddy_get_presence (buddy));
        PurplePluginProtocolInfo *info
            = PURPLE_PLUGIN_PROTOCOL_INFO (purple_find_prpl (purple_account_get_protocol_id (account)));
        g_autofree char *text = info->status_text != NULL ? info->status_text (buddy) : NULL;

        count++;
        host_event ("buddy", "name", purple_buddy_get_name (buddy), "alias", purple_buddy_get_alias (buddy),
                    "group", purple_group_get_name (purple_buddy_get_group (buddy)), "status",
                    purple_status_get_id (status), "text", text, NULL);
      }
  host_event ("roster", "count", host_number (count), NULL);
  return TRUE;
}

static gboolean
buddy_add (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (NULL, error);
  PurpleBuddy *buddy;
  PurpleGroup *group;

  if (account == NULL)
    return FALSE;
  group = purple_group_new (args[1] != NULL ? args[1] : "Buddies");
  buddy = purple_buddy_new (account, args[0], NULL);
  purple_blist_add_buddy (buddy, NULL, group, NULL);
  purple_account_add_buddy (account, buddy);
  return TRUE;
}

static gboolean
tooltip (char **args, GError **error)
{
  PurpleBuddy *buddy = host_lookup_buddy (args[0], error);
  PurpleConnection *gc = host_lookup_connection (error);
  PurplePluginProtocolInfo *info;
  PurpleNotifyUserInfo *user;

  if (buddy == NULL || gc == NULL)
    return FALSE;
  info = PURPLE_PLUGIN_PROTOCOL_INFO (purple_connection_get_prpl (gc));
  user = purple_notify_user_info_new ();
  if (info->tooltip_text != NULL)
    info->tooltip_text (buddy, user, TRUE);
  {
    g_autofree char *html = purple_notify_user_info_get_text_with_newline (user, "\n");
    g_autofree char *text = purple_markup_strip_html (html);

    host_event ("tooltip", "name", args[0], "text", text, NULL);
  }
  purple_notify_user_info_destroy (user);
  return TRUE;
}

static gboolean
buddy_remove (char **args, GError **error)
{
  PurpleBuddy *buddy = host_lookup_buddy (args[0], error);

  if (buddy == NULL)
    return FALSE;
  purple_account_remove_buddy (purple_buddy_get_account (buddy), buddy, purple_buddy_get_group (buddy));
  purple_blist_remove_buddy (buddy);
  return TRUE;
}

/* The contact's picture, by the digest that request-field gives of pictures. */
static gboolean
avatar (char **args, GError **error)
{
  PurpleBuddy *buddy = host_lookup_buddy (args[0], error);
  PurpleBuddyIcon *icon = buddy != NULL ? purple_buddy_get_icon (buddy) : NULL;
  g_autofree char *digest = NULL;
  gsize size = 0;
  gconstpointer data = icon != NULL ? purple_buddy_icon_get_data (icon, &size) : NULL;

  if (buddy == NULL)
    return FALSE;
  if (data != NULL)
    digest = g_compute_checksum_for_data (G_CHECKSUM_SHA1, data, size);
  host_event ("avatar", "name", args[0], "bytes", host_number ((gint64)size), "digest", digest, NULL);
  return TRUE;
}

static gboolean
deny (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (NULL, error);

  if (account != NULL)
    purple_privacy_deny (account, args[0], FALSE, FALSE);
  return account != NULL;
}

static gboolean
allow (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (NULL, error);

  if (account != NULL)
    purple_privacy_allow (account, args[0], FALSE, FALSE);
  return account != NULL;
}

/* --------------------------------------------------------------------------------- menus */

/* Walks a buddy menu; @run: the label to choose, levels joined by '/', NULL: print all. */
static gboolean
walk_menu (GList *actions, const char *path, const char *run, PurpleBlistNode *node)
{
  gboolean found = FALSE;

  for (GList *a = actions; a != NULL && !found; a = a->next)
    {
      PurpleMenuAction *action = a->data;
      g_autofree char *label = NULL;

      if (action == NULL)
        continue;
      label = g_strconcat (path, *path != '\0' ? "/" : "", action->label, NULL);
      if (action->children != NULL)
        found = walk_menu (action->children, label, run, node);
      else if (run == NULL)
        host_event ("menu-item", "label", label, "enabled", action->callback != NULL ? "true" : "false", NULL);
      else if (strcmp (label, run) == 0 && action->callback != NULL)
        {
          ((void (*) (gpointer, gpointer))action->callback) (node, action->data);
          found = TRUE;
        }
    }
  return found;
}

static void
free_menu (GList *actions)
{
  for (GList *a = actions; a != NULL; a = a->next)
    if (a->data != NULL)
      {
        free_menu (((PurpleMenuAction *)a->data)->children);
        ((PurpleMenuAction *)a->data)->children = NULL;
        purple_menu_action_free (a->data);
      }
  g_list_free (actions);
}

/* The entries of the protocol for @node; @label NULL: prints them. */
static gboolean
use_menu (PurpleBlistNode *node, const char *label, GError **error)
{
  PurpleConnection *gc = host_lookup_connection (error);
  PurplePluginProtocolInfo *info;
  GList *actions;
  gboolean found;

  if (gc == NULL)
    return FALSE;
  info = PURPLE_PLUGIN_PROTOCOL_INFO (purple_connection_get_prpl (gc));
  actions = info->blist_node_menu != NULL ? info->blist_node_menu (node) : NULL;
  found = walk_menu (actions, "", label, node);
  free_menu (actions);
  return found || label == NULL || host_command_fail (error, "no menu entry %s", label);
}

static gboolean
menu (char **args, GError **error)
{
  PurpleBuddy *buddy = host_lookup_buddy (args[0], error);

  return buddy != NULL && use_menu ((PurpleBlistNode *)buddy, args[1], error);
}

/* A room in the contact list, and its menu: room@server [label]. */
static gboolean
room_menu (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (NULL, error);
  PurpleConnection *gc = account != NULL ? host_lookup_connection (error) : NULL;
  PurplePluginProtocolInfo *info;
  PurpleChat *chat;

  if (gc == NULL)
    return FALSE;
  info = PURPLE_PLUGIN_PROTOCOL_INFO (purple_connection_get_prpl (gc));
  chat = purple_blist_find_chat (account, args[0]);
  if (chat == NULL)
    {
      chat = purple_chat_new (account, args[0], info->chat_info_defaults (gc, args[0]));
      purple_blist_add_chat (chat, NULL, NULL);
    }
  return use_menu ((PurpleBlistNode *)chat, args[1], error);
}

static gboolean
action (char **args, GError **error)
{
  PurpleConnection *gc = host_lookup_connection (error);
  PurplePlugin *prpl;
  GList *actions;
  gboolean found = FALSE;

  if (gc == NULL)
    return FALSE;
  prpl = purple_connection_get_prpl (gc);
  actions = PURPLE_PLUGIN_HAS_ACTIONS (prpl) ? PURPLE_PLUGIN_ACTIONS (prpl, gc) : NULL;
  for (GList *a = actions; a != NULL; a = a->next)
    {
      PurplePluginAction *entry = a->data;

      if (entry == NULL)
        continue;
      entry->plugin = prpl;
      entry->context = gc;
      if (args[0] == NULL)
        host_event ("action", "label", entry->label, NULL);
      else if (!found && strcmp (entry->label, args[0]) == 0)
        {
          found = TRUE;
          entry->callback (entry);
        }
      purple_plugin_action_free (entry);
    }
  g_list_free (actions);
  return found || args[0] == NULL || host_command_fail (error, "no action %s", args[0]);
}

const HostCommand host_commands_people[] = {
  { "roster", 0, roster },
  { "buddy", 1, buddy_add },
  { "tooltip", 1, tooltip },
  { "remove-buddy", 1, buddy_remove },
  { "avatar", 1, avatar },
  { "deny", 1, deny },
  { "allow", 1, allow },
  { "menu", 1, menu },
  { "room-menu", 1, room_menu },
  { "action", 0, action },
  { NULL, 0, NULL },
};
