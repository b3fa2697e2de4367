/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See commands.h. */
#include "commands.h"

#include "audio.h"
#include "events.h"
#include "lookup.h"
#include "requests.h"
#include "uiops.h"

#include <gio/gio.h>
#include <malloc.h>
#include <purple.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Arguments after the command's own name; missing ones read as NULL. */
typedef gboolean (*Function) (char **args, GError **error);

#define HOST_UI "cusax-host"

static gboolean fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (G_IO_ERROR, G_IO_ERROR_FAILED, format, args);
  va_end (args);
  return FALSE;
}

/* ----------------------------------------------------------------------------- accounts */

static gboolean
account_add (char **args, GError **error)
{
  PurpleAccount *account;

  if (purple_find_prpl (args[1]) == NULL)
    return fail (error, "no protocol %s", args[1]);
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

/* -------------------------------------------------------------------------------- roster */

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
  return found || args[1] == NULL || fail (error, "no menu entry %s", args[1]);
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
  return found || args[0] == NULL || fail (error, "no action %s", args[0]);
}

/* --------------------------------------------------------------------------------- talk */

static gboolean
im (char **args, GError **error)
{
  PurpleConversation *conv = host_lookup_conversation (args[0], TRUE, error);

  if (conv == NULL)
    return FALSE;
  if (purple_conversation_get_type (conv) == PURPLE_CONV_TYPE_CHAT)
    purple_conv_chat_send (PURPLE_CONV_CHAT (conv), args[1]);
  else
    purple_conv_im_send (PURPLE_CONV_IM (conv), args[1]);
  return TRUE;
}

static gboolean
send_file (char **args, GError **error)
{
  PurpleConnection *gc = host_lookup_connection (error);

  if (gc == NULL)
    return FALSE;
  if (!g_file_test (args[1], G_FILE_TEST_IS_REGULAR))
    return fail (error, "no such file");
  serv_send_file (gc, args[0], args[1]);
  return TRUE;
}

static gboolean
open_conversation (char **args, GError **error)
{
  return host_lookup_conversation (args[0], TRUE, error) != NULL;
}

static gboolean
close_conversation (char **args, GError **error)
{
  PurpleConversation *conv = host_lookup_conversation (args[0], FALSE, error);

  if (conv != NULL)
    purple_conversation_destroy (conv);
  return conv != NULL;
}

/* room@server [nick] */
static gboolean
join (char **args, GError **error)
{
  PurpleConnection *gc = host_lookup_connection (error);
  PurplePluginProtocolInfo *info;
  GHashTable *components;

  if (gc == NULL)
    return FALSE;
  info = PURPLE_PLUGIN_PROTOCOL_INFO (purple_connection_get_prpl (gc));
  if (info->chat_info_defaults == NULL)
    return fail (error, "this protocol has no rooms");
  components = info->chat_info_defaults (gc, args[0]);
  if (args[1] != NULL)
    g_hash_table_replace (components, (gpointer) "handle", g_strdup (args[1]));
  serv_join_chat (gc, components);
  g_hash_table_destroy (components);
  return TRUE;
}

/* As a user interface does: the leading slash is the user's, libpurple gets the rest. */
static gboolean
run_command (char **args, GError **error)
{
  static const char *const results[]
      = { "ok", "failed", "not-found", "wrong-args", "wrong-prpl", "wrong-type" };
  PurpleConversation *conv = host_lookup_conversation (args[0], TRUE, error);
  g_autofree char *message = NULL;
  g_autofree char *escaped = NULL;
  const char *line = args[1];
  PurpleCmdStatus status;

  if (conv == NULL)
    return FALSE;
  if (*line == '/')
    line++;
  escaped = g_markup_escape_text (line, -1);
  status = purple_cmd_do_command (conv, line, escaped, &message);
  host_event ("command-result", "status", status < G_N_ELEMENTS (results) ? results[status] : "?", "text",
              message, NULL);
  return TRUE;
}

static gboolean
help (char **args, GError **error)
{
  PurpleConversation *conv = host_lookup_conversation (args[0], TRUE, error);
  GList *names;

  if (conv == NULL)
    return FALSE;
  names = purple_cmd_list (conv);
  for (GList *n = names; n != NULL; n = n->next)
    host_event ("command-name", "name", n->data, NULL);
  g_list_free (names);
  return TRUE;
}

static gboolean
uri (char **args, GError **error)
{
  purple_got_protocol_handler_uri (args[0]);
  return TRUE;
}

/* -------------------------------------------------------------------------------- calls */

static gboolean
call (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (NULL, error);
  PurpleMediaSessionType type = PURPLE_MEDIA_AUDIO;

  if (account == NULL)
    return FALSE;
  if (args[1] != NULL && strcmp (args[1], "video") == 0)
    type |= PURPLE_MEDIA_VIDEO;
  return purple_prpl_initiate_media (account, args[0], type) || fail (error, "initiate_media said no");
}

static gboolean
caps (char **args, GError **error)
{
  PurpleAccount *account = host_lookup_account (NULL, error);
  PurpleMediaCaps value;

  if (account == NULL)
    return FALSE;
  value = purple_prpl_get_media_caps (account, args[0]);
  host_event ("caps", "who", args[0], "value", host_number (value), "audio",
              value & PURPLE_MEDIA_CAPS_AUDIO ? "true" : "false", "video",
              value & PURPLE_MEDIA_CAPS_VIDEO ? "true" : "false", NULL);
  return TRUE;
}

static void
list_media (void)
{
  GList *all = purple_media_manager_get_media (purple_media_manager_get ());

  for (GList *m = all; m != NULL; m = m->next)
    {
      GList *sessions = purple_media_get_session_ids (m->data);
      const char *session = sessions != NULL ? sessions->data : NULL;
      GList *codecs = session != NULL ? purple_media_get_codecs (m->data, session) : NULL;

      for (GList *c = codecs; c != NULL; c = c->next)
        {
          g_autofree char *text = purple_media_codec_to_string (c->data);

          host_event ("media-codec", "id", host_number (host_media_number (m->data)), "codec", text, NULL);
        }
      host_event ("media", "id", host_number (host_media_number (m->data)), "session", session, "accepted",
                  purple_media_accepted (m->data, NULL, NULL) ? "true" : "false", NULL);
      purple_media_codec_list_free (codecs);
      g_list_free (sessions);
    }
  host_event ("media-list", "count", host_number (g_list_length (all)), NULL);
}

static gboolean
media (char **args, GError **error)
{
  static const struct
  {
    const char *name;
    PurpleMediaInfoType type;
  } infos[] = {
    { "hangup", PURPLE_MEDIA_INFO_HANGUP }, { "reject", PURPLE_MEDIA_INFO_REJECT },
    { "accept", PURPLE_MEDIA_INFO_ACCEPT }, { "hold", PURPLE_MEDIA_INFO_HOLD },
    { "unhold", PURPLE_MEDIA_INFO_UNHOLD }, { "mute", PURPLE_MEDIA_INFO_MUTE },
    { "unmute", PURPLE_MEDIA_INFO_UNMUTE },
  };
  PurpleMedia *found;

  if (strcmp (args[0], "list") == 0)
    {
      list_media ();
      return TRUE;
    }
  found = host_lookup_media (args[1], error);
  if (found == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (infos); i++)
    if (strcmp (args[0], infos[i].name) == 0)
      {
        purple_media_stream_info (found, infos[i].type, NULL, NULL, TRUE);
        return TRUE;
      }
  return fail (error, "media list|hangup|reject|accept|hold|unhold|mute|unmute [N]");
}

static gboolean
dtmf (char **args, GError **error)
{
  PurpleMedia *found = host_lookup_media (NULL, error);
  GList *sessions = found != NULL ? purple_media_get_session_ids (found) : NULL;
  gboolean sent = TRUE;

  if (found == NULL)
    return FALSE;
  for (const char *digit = args[0]; *digit != '\0' && sessions != NULL; digit++)
    sent = purple_media_send_dtmf (found, sessions->data, *digit, 25, 50) && sent;
  g_list_free (sessions);
  return sent || fail (error, "not sent");
}

static gboolean
tone (char **args, GError **error)
{
  host_audio_set_tone (g_ascii_strtod (args[0], NULL));
  return TRUE;
}

static gboolean
sink (char **args, GError **error)
{
  HostSink kind = HOST_SINK_WAV;

  if (strcmp (args[0], "broken") == 0)
    kind = HOST_SINK_BROKEN;
  else if (strcmp (args[0], "failing") == 0)
    kind = HOST_SINK_FAILING;
  else if (strcmp (args[0], "slow") == 0)
    kind = HOST_SINK_SLOW;
  else if (strcmp (args[0], "wav") != 0)
    return fail (error, "sink wav|broken|failing|slow");
  host_audio_set_sink_of (NULL, kind);
  return TRUE;
}

/* ------------------------------------------------------------------------------ requests */

static gboolean
respond (char **args, GError **error)
{
  return host_requests_respond ((guint)strtoul (args[0], NULL, 10), args[1], args[2], error);
}

static gboolean
field (char **args, GError **error)
{
  return host_requests_set_field ((guint)strtoul (args[0], NULL, 10), args[1], args[2], error);
}

static gboolean
close_request (char **args, GError **error)
{
  return host_requests_close ((guint)strtoul (args[0], NULL, 10), error);
}

static gboolean
list_requests (char **args, GError **error)
{
  host_requests_list ();
  return TRUE;
}

/* ------------------------------------------------------------------------- plugins, process */

static PurplePlugin *
find_plugin (const char *name)
{
  PurplePlugin *plugin = purple_plugins_find_with_id (name);

  if (plugin == NULL)
    plugin = purple_plugins_find_with_basename (name);
  if (plugin == NULL && g_path_is_absolute (name))
    {
      plugin = purple_plugins_find_with_filename (name);
      if (plugin == NULL)
        plugin = purple_plugin_probe (name);
    }
  return plugin;
}

static gboolean
plugin_command (char **args, GError **error)
{
  PurplePlugin *plugin = find_plugin (args[1]);
  guint times = args[2] != NULL ? (guint)strtoul (args[2], NULL, 10) : 1;

  if (plugin == NULL)
    return fail (error, "no plugin %s", args[1]);
  if (strcmp (args[0], "info") == 0)
    {
      host_event ("plugin", "id", purple_plugin_get_id (plugin), "name", purple_plugin_get_name (plugin),
                  "version", purple_plugin_get_version (plugin), "loaded",
                  purple_plugin_is_loaded (plugin) ? "true" : "false", "path", plugin->path, "error",
                  plugin->error, NULL);
      return TRUE;
    }
  if (strcmp (args[0], "load") == 0)
    return purple_plugin_load (plugin) || fail (error, "load: %s", plugin->error);
  if (strcmp (args[0], "unload") == 0)
    return purple_plugin_unload (plugin) || fail (error, "unload: %s", plugin->error);
  if (strcmp (args[0], "reload") != 0)
    return fail (error, "plugin info|load|unload|reload NAME [TIMES]");
  for (guint i = 0; i < times; i++)
    if (!purple_plugin_unload (plugin) || !purple_plugin_load (plugin))
      return fail (error, "reload %u: %s", i + 1, plugin->error);
  return TRUE;
}

static gboolean
pref (char **args, GError **error)
{
  if (!purple_prefs_exists (args[0]))
    return fail (error, "no preference %s", args[0]);
  switch (purple_prefs_get_type (args[0]))
    {
    case PURPLE_PREF_BOOLEAN:
      purple_prefs_set_bool (args[0], strcmp (args[1], "true") == 0);
      return TRUE;
    case PURPLE_PREF_INT:
      purple_prefs_set_int (args[0], (int)strtol (args[1], NULL, 10));
      return TRUE;
    case PURPLE_PREF_STRING:
      purple_prefs_set_string (args[0], args[1]);
      return TRUE;
    case PURPLE_PREF_PATH:
      purple_prefs_set_path (args[0], args[1]);
      return TRUE;
    case PURPLE_PREF_NONE:
    case PURPLE_PREF_STRING_LIST:
    case PURPLE_PREF_PATH_LIST:
      break;
    }
  return fail (error, "cannot set %s", args[0]);
}

/* The frozen window: nothing of the main loop runs meanwhile. */
static gboolean
block (char **args, GError **error)
{
  g_usleep (strtoul (args[0], NULL, 10) * 1000);
  return TRUE;
}

static guint
count_entries (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  guint count = 0;

  while (folder != NULL && g_dir_read_name (folder) != NULL)
    count++;
  return count;
}

static gboolean
stat_process (char **args, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;
  struct mallinfo2 heap;

  malloc_trim (0);
  heap = mallinfo2 ();
  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, error))
    return FALSE;
  words = g_strsplit (text, " ", 3);
  host_event ("stat", "rss", host_number (g_ascii_strtoll (words[1], NULL, 10) * sysconf (_SC_PAGESIZE)),
              "heap", host_number ((gint64)(heap.uordblks + heap.hblkhd)), "fds",
              host_number (count_entries ("/proc/self/fd")), "threads",
              host_number (count_entries ("/proc/self/task")), "microphones",
              host_number (host_audio_count_opened ()), NULL);
  return TRUE;
}

/* ---------------------------------------------------------------------------------- table */

static const struct
{
  const char *name;
  guint required;
  Function function;
} commands[] = {
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
  { "roster", 0, roster },
  { "buddy", 1, buddy_add },
  { "tooltip", 1, tooltip },
  { "menu", 1, menu },
  { "action", 0, action },
  { "im", 2, im },
  { "send-file", 2, send_file },
  { "open", 1, open_conversation },
  { "close", 1, close_conversation },
  { "join", 1, join },
  { "cmd", 2, run_command },
  { "help", 1, help },
  { "uri", 1, uri },
  { "call", 1, call },
  { "caps", 1, caps },
  { "media", 1, media },
  { "dtmf", 1, dtmf },
  { "tone", 1, tone },
  { "sink", 1, sink },
  { "respond", 2, respond },
  { "field", 3, field },
  { "close-request", 1, close_request },
  { "requests", 0, list_requests },
  { "plugin", 2, plugin_command },
  { "pref", 2, pref },
  { "block", 1, block },
  { "stat", 0, stat_process },
};

static gboolean
dispatch (int argc, char **argv, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_auto (GStrv) words = g_strsplit (commands[i].name, " ", -1);
      guint length = g_strv_length (words);

      if ((guint)argc < length || strcmp (words[0], argv[0]) != 0
          || (length == 2 && strcmp (words[1], argv[1]) != 0))
        continue;
      if ((guint)argc - length < commands[i].required)
        return fail (error, "%s wants %u arguments", commands[i].name, commands[i].required);
      return commands[i].function (argv + length, error);
    }
  return fail (error, "no command %s", argv[0]);
}

gboolean
host_commands_run (const char *line, guint number)
{
  g_autoptr (GError) error = NULL;
  /* Commands may ask for up to two optional words behind the last: the vector gets NULLs to read. */
  g_auto (GStrv) parsed = NULL;
  g_autofree char **argv = NULL;
  int argc = 0;
  gboolean ok = FALSE;

  host_log ("COMMAND", "host", line);
  if (g_shell_parse_argv (line, &argc, &parsed, &error))
    {
      if (strcmp (parsed[0], "quit") == 0)
        return FALSE;
      argv = g_new0 (char *, argc + 4);
      memcpy (argv, parsed, sizeof (char *) * (gsize)argc);
      ok = dispatch (argc, argv, &error);
    }
  if (ok)
    host_event ("ok", "n", host_number (number), NULL);
  else
    host_event ("error", "n", host_number (number), "text", error != NULL ? error->message : "failed", NULL);
  return TRUE;
}
