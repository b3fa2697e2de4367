/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conversations, rooms, slash commands, files, links. See commands.h. */
#include "command-table.h"

#include "events.h"
#include "lookup.h"

#include <purple.h>

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
    return host_command_fail (error, "no such file");
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
    return host_command_fail (error, "this protocol has no rooms");
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

const HostCommand host_commands_talk[] = {
  { "im", 2, im },
  { "send-file", 2, send_file },
  { "open", 1, open_conversation },
  { "close", 1, close_conversation },
  { "join", 1, join },
  { "cmd", 2, run_command },
  { "help", 1, help },
  { "uri", 1, uri },
  { NULL, 0, NULL },
};
