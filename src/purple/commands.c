/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See commands.h. */
#include "commands-private.h"

#include "callerchat.h"
#include "callers.h"
#include "callstats.h"
#include "conferences.h"
#include "connection.h"
#include "error.h"
#include "notices.h"
#include "words.h"

#include <glib/gi18n-lib.h>
#include <cmds.h>
#include <conversation.h>
#include <core.h>
#include <string.h>
#include <time.h>

/* What is registered, process-wide like libpurple's own list. */
static GArray *registered;

/* ------------------------------------------------------- call numbers #n */

gboolean
cusax_commands_fail (GError **error, const char *words)
{
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, words);
  return FALSE;
}

/* "#2" or "2"; 0 for nothing. FALSE for anything else, also for "#0". */
static gboolean
parse_number (const char *text, guint *number)
{
  guint64 value;

  *number = 0;
  if (*text == '\0')
    return TRUE;
  if (*text == '#')
    text++;
  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT, &value, NULL))
    return FALSE;
  *number = (guint) value;
  return TRUE;
}

guint
cusax_commands_take_number (const char **text)
{
  gsize length = strcspn (*text, " \t");
  g_autofree char *word = g_strndup (*text, length);
  guint number = 0;

  if (*word != '#' || !parse_number (word, &number))
    return 0;
  *text += length;
  while (g_ascii_isspace (**text))
    (*text)++;
  return number;
}

/* Returns: (nullable): the call with the other side of the conversation, if it fits */
static CusaxCall *
find_by_conversation (CusaxCommandRequest *request, CusaxCallFilter filter)
{
  const GPtrArray *calls = cusax_account_get_calls (request->phone);
  g_autofree char *name = NULL;

  if (purple_conversation_get_type (request->conversation) != PURPLE_CONV_TYPE_IM)
    return NULL;
  name = g_strdup (purple_normalize (request->account, purple_conversation_get_name (request->conversation)));
  for (guint i = 0; i < calls->len; i++)
    {
      CusaxCall *call = g_ptr_array_index (calls, i);
      const char *who = cusax_call_get_who (call);

      if (filter (call) && who != NULL && g_strcmp0 (purple_normalize (request->account, who), name) == 0)
        return call;
    }
  return NULL;
}

/* In a conference several are spoken on: the one that this conversation is with is meant. */
static CusaxCall *
guess_call (CusaxCommandRequest *request, CusaxCallFilter filter, const char *none, GError **error)
{
  CusaxCall *call = cusax_callpick_find (request->phone, filter);

  if (call == NULL)
    call = find_by_conversation (request, filter);
  if (call == NULL)
    cusax_commands_fail (error, cusax_callpick_count (request->phone, filter) > 0
                                  ? _ ("There are several calls: say which one, for example #2. /calls lists them.")
                                  : none);
  return call;
}

CusaxCall *
cusax_commands_pick (CusaxCommandRequest *request, const char *text, CusaxCallFilter filter, const char *none,
                     GError **error)
{
  CusaxCall *call;
  guint number;

  if (!parse_number (text, &number))
    {
      cusax_commands_fail (error, _ ("Write the number of a call as #1, or nothing. /calls lists them."));
      return NULL;
    }
  if (number == 0)
    return guess_call (request, filter, none, error);
  call = cusax_account_get_call (request->phone, number);
  if (call == NULL)
    g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, _ ("There is no call #%u."), number);
  else if (!filter (call))
    call = (cusax_commands_fail (error, none), NULL);
  return call;
}

void
cusax_commands_say (CusaxCommandRequest *request, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_auto (GStrv) lines = g_strsplit (escaped, "\n", -1);
  g_autofree char *html = g_strjoinv ("<br>", lines);

  purple_conversation_write (request->conversation, NULL, html, PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LOG,
                             time (NULL));
}

gboolean
cusax_commands_takes_nothing (CusaxCommandRequest *request, GError **error)
{
  if (*request->text == '\0')
    return TRUE;
  return cusax_commands_fail (error, _ ("This command takes nothing behind it."));
}

/* ----------------------------------------------------------------- state */

static char *
describe (CusaxCommandRequest *request, CusaxCall *call)
{
  g_autofree char *name = cusax_callers_name (request->account, call);

  return cusax_words_call_state (call, name);
}

static gboolean
on_calls (CusaxCommandRequest *request, GError **error)
{
  const GPtrArray *calls = cusax_account_get_calls (request->phone);
  g_autoptr (GString) list = g_string_new (NULL);

  if (!cusax_commands_takes_nothing (request, error))
    return FALSE;
  for (guint i = 0; i < calls->len; i++)
    {
      g_autofree char *line = describe (request, g_ptr_array_index (calls, i));

      g_string_append_printf (list, "%s%s", i > 0 ? "\n" : "", line);
    }
  cusax_commands_say (request, calls->len > 0 ? list->str : _ ("There is no call."));
  return TRUE;
}

static gboolean
on_phone (CusaxCommandRequest *request, GError **error)
{
  g_autofree char *status = NULL;

  if (!cusax_commands_takes_nothing (request, error))
    return FALSE;
  status = cusax_notices_status_text (request->account);
  cusax_commands_say (request, status);
  return TRUE;
}

static gboolean
on_stats (CusaxCommandRequest *request, GError **error)
{
  CusaxCall *call = cusax_commands_pick (request, request->text, cusax_callpick_is_any, _ ("There is no call."), error);
  g_autofree char *line = NULL;
  g_autofree char *stats = NULL;
  g_autofree char *text = NULL;

  if (call == NULL)
    return FALSE;
  line = describe (request, call);
  stats = cusax_callstats_words (call);
  text = g_strconcat (line, *stats != '\0' ? "\n" : "", stats, NULL);
  cusax_commands_say (request, text);
  return TRUE;
}

/* ---------------------------------------------------------------- people */

static gboolean
can_chat (CusaxCall *call)
{
  return cusax_callerchat_can_chat (call);
}

static gboolean
on_chat (CusaxCommandRequest *request, GError **error)
{
  CusaxCall *call = cusax_commands_pick (request, request->text, can_chat, _ ("It is not known whose chat belongs to a call."), error);

  if (call == NULL)
    return FALSE;
  cusax_callerchat_chat (request->account, call);
  return TRUE;
}

static gboolean
on_attach (CusaxCommandRequest *request, GError **error)
{
  g_autofree char *done = cusax_callerchat_attach_typed (request->account, request->text, error);

  if (done == NULL)
    return FALSE;
  cusax_commands_say (request, done);
  return TRUE;
}

/* The room in which the command was typed; the other conversations have none. */
static const char *
room_of (CusaxCommandRequest *request)
{
  if (purple_conversation_get_type (request->conversation) != PURPLE_CONV_TYPE_CHAT)
    return NULL;
  return purple_conversation_get_name (request->conversation);
}

static gboolean
on_people (CusaxCommandRequest *request, GError **error)
{
  g_autofree char *list = NULL;

  if (!cusax_commands_takes_nothing (request, error))
    return FALSE;
  list = cusax_conferences_list_people (request->account, room_of (request));
  cusax_commands_say (request, list);
  return TRUE;
}

static gboolean
on_joinaudio (CusaxCommandRequest *request, GError **error)
{
  if (!cusax_commands_takes_nothing (request, error))
    return FALSE;
  if (room_of (request) == NULL)
    return cusax_commands_fail (error, _ ("This is not a chat room."));
  return cusax_conferences_join_audio (request->account, room_of (request), error);
}

/* ---------------------------------------------------------- registration */

static const CusaxCommand commands[] = {
  { "calls", on_calls, N_ ("calls:  Lists the calls with their numbers."), FALSE },
  { "chat", on_chat, N_ ("chat [#n]:  Opens the chat with the other side of the call."), FALSE },
  { "attach", on_attach,
    N_ ("attach [#n|number] &lt;buddy&gt;:  From now on the number of the call, or the one given, is the buddy's."),
    FALSE },
  { "people", on_people, N_ ("people:  Lists who is in by text, by voice or both."), FALSE },
  { "joinaudio", on_joinaudio, N_ ("joinaudio:  Calls the conference that belongs to this chat room."), FALSE },
  { "phone", on_phone, N_ ("phone:  Shows the state of telephony and chat."), FALSE },
  { "stats", on_stats, N_ ("stats [#n]:  Shows codec, encryption, losses and the path of the call."), FALSE },
  { NULL }
};

static const CusaxCommand *const tables[] = { cusax_callcommands, cusax_servicecommands, commands };

/* Errors are written into the conversation as markup. */
static PurpleCmdRet
on_command (PurpleConversation *conversation, const char *name, char **args, char **error_text, void *data)
{
  const CusaxCommand *command = data;
  CusaxCommandRequest request = { conversation, purple_conversation_get_account (conversation), NULL, NULL };
  CusaxConnection *connection = cusax_connection_find (request.account);
  g_autofree char *text = g_strdup (args != NULL && args[0] != NULL ? args[0] : "");
  g_autoptr (GError) error = NULL;

  if (connection == NULL)
    {
      *error_text = g_strdup (_ ("Telephony: off."));
      return PURPLE_CMD_RET_FAILED;
    }
  request.phone = cusax_connection_get_account (connection);
  request.text = g_strstrip (text);
  if (command->handler (&request, &error))
    return PURPLE_CMD_RET_OK;
  *error_text = g_markup_escape_text (error->message, -1);
  return PURPLE_CMD_RET_FAILED;
}

/* "s" and wrong arguments: the rest of the line, or nothing. */
static void
register_table (PurplePlugin *plugin, const CusaxCommand *table)
{
  gboolean finch = g_strcmp0 (purple_core_get_ui (), "gnt-purple") == 0;

  for (const CusaxCommand *command = table; command->name != NULL; command++)
    {
      PurpleCmdId id;

      if (finch && command->not_in_finch)
        continue;
      id = purple_cmd_register (command->name, "s", PURPLE_CMD_P_PRPL,
                                PURPLE_CMD_FLAG_IM | PURPLE_CMD_FLAG_CHAT | PURPLE_CMD_FLAG_PRPL_ONLY
                                  | PURPLE_CMD_FLAG_ALLOW_WRONG_ARGS,
                                plugin->info->id, on_command, _ (command->help), (void *) command);
      if (id != 0)
        g_array_append_val (registered, id);
    }
}

void
cusax_commands_register (PurplePlugin *plugin)
{
  g_return_if_fail (registered == NULL);
  registered = g_array_new (FALSE, FALSE, sizeof (PurpleCmdId));
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    register_table (plugin, tables[i]);
}

void
cusax_commands_unregister (void)
{
  if (registered == NULL)
    return;
  for (guint i = 0; i < registered->len; i++)
    purple_cmd_unregister (g_array_index (registered, PurpleCmdId, i));
  g_clear_pointer (&registered, g_array_unref);
}
