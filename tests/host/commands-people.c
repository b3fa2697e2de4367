/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The roster and what user interfaces show of a contact; menus of contacts and of the account. See commands.h. */
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

static gboolean
menu (char **args, GError **error)
{
  PurpleBuddy *buddy = host_lookup_buddy (args[0], error);
  PurpleConnection *gc = host_lookup_connection (error);
  PurplePluginProtocolInfo *info;
  GList *actions;
  gboolean found;

  if (buddy == NULL || gc == NULL)
    {
      g_prefix_error (error, "menu: ");
      return FALSE;
    }
  info = PURPLE_PLUGIN_PROTOCOL_INFO (purple_connection_get_prpl (gc));
  actions = info->blist_node_menu != NULL ? info->blist_node_menu ((PurpleBlistNode *)buddy) : NULL;
  found = walk_menu (actions, "", args[1], (PurpleBlistNode *)buddy);
  free_menu (actions);
  return found || args[1] == NULL || host_command_fail (error, "no menu entry %s", args[1]);
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
  { "menu", 1, menu },
  { "action", 0, action },
  { NULL, 0, NULL },
};
