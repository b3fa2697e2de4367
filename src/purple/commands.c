/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See commands.h. */
#include "commands.h"

#include "account.h"
#include "callerchat.h"
#include "callers.h"
#include "conferences.h"
#include "connection.h"
#include "dialling.h"
#include "error.h"
#include "notices.h"
#include "words.h"

#include <glib/gi18n-lib.h>
#include <cmds.h>
#include <conversation.h>
#include <core.h>
#include <string.h>
#include <time.h>

/** Request: one typed command. */
typedef struct
{
  PurpleConversation *conversation;
  PurpleAccount *account;
  CusaxAccount *phone;
  const char *text; /* what followed the command, trimmed; "" if nothing */
} Request;

/** Handler: Returns FALSE with @error, whose message is for people. */
typedef gboolean (*Handler) (Request *request, GError **error);

/* What is registered, process-wide like libpurple's own list. */
static GArray *registered;

/* ------------------------------------------------------- call numbers #n */

typedef gboolean (*CallFilter) (CusaxCall *call);

static gboolean
is_ringing_here (CusaxCall *call)
{
  return cusax_call_get_state (call) == CUSAX_CALL_INCOMING;
}

static gboolean
is_any (CusaxCall *call)
{
  return TRUE;
}

static gboolean
is_active (CusaxCall *call)
{
  return cusax_call_get_state (call) == CUSAX_CALL_ACTIVE;
}

static gboolean
fail (GError **error, CusaxErrorCode code, const char *words)
{
  g_set_error_literal (error, CUSAX_ERROR, code, words);
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

/* The only call that fits, or the one that is active among several. */
static CusaxCall *
guess_call (Request *request, CallFilter filter, const char *none, GError **error)
{
  const GPtrArray *calls = cusax_account_get_calls (request->phone);
  CusaxCall *found = NULL;
  guint count = 0;

  for (guint i = 0; i < calls->len; i++)
    if (filter (g_ptr_array_index (calls, i)))
      {
        found = g_ptr_array_index (calls, i);
        count++;
      }
  if (count > 1)
    {
      found = cusax_account_get_call (request->phone, 0);
      if (found != NULL && filter (found))
        return found;
      fail (error, CUSAX_ERROR_INVALID,
            _ ("There are several calls: say which one, for example #2. /calls lists them."));
      return NULL;
    }
  if (found == NULL)
    fail (error, CUSAX_ERROR_INVALID, none);
  return found;
}

/* @none: what to say if no call fits @filter */
static CusaxCall *
pick_call (Request *request, CallFilter filter, const char *none, GError **error)
{
  CusaxCall *call;
  guint number;

  if (!parse_number (request->text, &number))
    {
      fail (error, CUSAX_ERROR_INVALID, _ ("Write the number of a call as #1, or nothing. /calls lists them."));
      return NULL;
    }
  if (number == 0)
    return guess_call (request, filter, none, error);
  call = cusax_account_get_call (request->phone, number);
  if (call == NULL)
    g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, _ ("There is no call #%u."), number);
  else if (!filter (call))
    call = (fail (error, CUSAX_ERROR_INVALID, none), NULL);
  return call;
}

static void
say (Request *request, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_auto (GStrv) lines = g_strsplit (escaped, "\n", -1);
  g_autofree char *html = g_strjoinv ("<br>", lines);

  purple_conversation_write (request->conversation, NULL, html, PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LOG,
                             time (NULL));
}

static gboolean
takes_nothing (Request *request, GError **error)
{
  if (*request->text == '\0')
    return TRUE;
  return fail (error, CUSAX_ERROR_INVALID, _ ("This command takes nothing behind it."));
}

/* -------------------------------------------------------------- handlers */

static gboolean
on_dial (Request *request, GError **error)
{
  if (*request->text == '\0')
    return fail (error, CUSAX_ERROR_INVALID, _ ("Say whom to call: a number, a SIP address or a contact."));
  return cusax_dialling_typed (request->account, request->text, error);
}

/* Without a target: the other side of this conversation. */
static gboolean
on_call (Request *request, GError **error)
{
  if (*request->text == '\0' && purple_conversation_get_type (request->conversation) == PURPLE_CONV_TYPE_IM)
    return cusax_dialling_click (request->account, purple_conversation_get_name (request->conversation), error);
  return on_dial (request, error);
}

static gboolean
on_answer (Request *request, GError **error)
{
  CusaxCall *call = pick_call (request, is_ringing_here, _ ("No call is ringing."), error);

  if (call == NULL)
    return FALSE;
  cusax_call_answer (call);
  return TRUE;
}

static gboolean
on_decline (Request *request, GError **error)
{
  CusaxCall *call = pick_call (request, is_ringing_here, _ ("No call is ringing."), error);

  if (call == NULL)
    return FALSE;
  cusax_call_decline (call, 0);
  return TRUE;
}

static gboolean
on_hangup (Request *request, GError **error)
{
  CusaxCall *call = pick_call (request, is_any, _ ("There is no call."), error);

  if (call == NULL)
    return FALSE;
  cusax_call_hang_up (call);
  return TRUE;
}

static gboolean
set_hold (Request *request, gboolean held, GError **error)
{
  CusaxCall *call = pick_call (request, is_active, _ ("No call is active."), error);

  if (call == NULL)
    return FALSE;
  if (cusax_call_is_held (call) == held)
    return fail (error, CUSAX_ERROR_INVALID,
                 held ? _ ("The call is on hold already.") : _ ("The call is not on hold."));
  cusax_call_set_hold (call, held);
  return TRUE;
}

static gboolean
on_hold (Request *request, GError **error)
{
  return set_hold (request, TRUE, error);
}

static gboolean
on_resume (Request *request, GError **error)
{
  return set_hold (request, FALSE, error);
}

static gboolean
set_muted (Request *request, gboolean muted, GError **error)
{
  CusaxCall *call;

  if (!takes_nothing (request, error))
    return FALSE;
  call = guess_call (request, is_any, _ ("There is no call."), error);
  if (call == NULL)
    return FALSE;
  cusax_call_set_muted (call, muted);
  return TRUE;
}

static gboolean
on_mute (Request *request, GError **error)
{
  return set_muted (request, TRUE, error);
}

static gboolean
on_unmute (Request *request, GError **error)
{
  return set_muted (request, FALSE, error);
}

static char *
describe (Request *request, CusaxCall *call)
{
  g_autofree char *name = cusax_callers_name (request->account, call);

  return cusax_words_call_state (call, name);
}

static gboolean
on_calls (Request *request, GError **error)
{
  const GPtrArray *calls = cusax_account_get_calls (request->phone);
  g_autoptr (GString) list = g_string_new (NULL);

  if (!takes_nothing (request, error))
    return FALSE;
  for (guint i = 0; i < calls->len; i++)
    {
      g_autofree char *line = describe (request, g_ptr_array_index (calls, i));

      g_string_append_printf (list, "%s%s", i > 0 ? "\n" : "", line);
    }
  say (request, calls->len > 0 ? list->str : _ ("There is no call."));
  return TRUE;
}

static gboolean
on_phone (Request *request, GError **error)
{
  g_autofree char *status = NULL;

  if (!takes_nothing (request, error))
    return FALSE;
  status = cusax_notices_status_text (request->account);
  say (request, status);
  return TRUE;
}

/* The counters as text first: the width of guint64 has no place in a translatable sentence. */
static void
append_traffic (GString *text, const CusaxTransportStats *stats)
{
  g_autofree char *sent = g_strdup_printf ("%" G_GUINT64_FORMAT, stats->packets_sent);
  g_autofree char *received = g_strdup_printf ("%" G_GUINT64_FORMAT, stats->packets_received);
  g_autofree char *dropped = g_strdup_printf ("%" G_GUINT64_FORMAT, stats->packets_dropped);
  g_autofree char *sent_size = g_format_size (stats->bytes_sent);
  g_autofree char *received_size = g_format_size (stats->bytes_received);

  g_string_append_printf (text, _ ("\nPackets sent: %s (%s)"), sent, sent_size);
  g_string_append_printf (text, _ ("\nPackets received: %s (%s)"), received, received_size);
  g_string_append_printf (text, _ ("\nPackets refused: %s"), dropped);
}

static gboolean
on_stats (Request *request, GError **error)
{
  CusaxCall *call = pick_call (request, is_any, _ ("There is no call."), error);
  g_autoptr (GString) text = NULL;
  g_autofree char *line = NULL;
  CusaxTransportStats stats;

  if (call == NULL)
    return FALSE;
  line = describe (request, call);
  text = g_string_new (line);
  if (cusax_call_get_codec (call) != NULL)
    g_string_append_printf (text, _ ("\nCodec: %s"), cusax_call_get_codec (call));
  if (cusax_call_get_stats (call, &stats))
    append_traffic (text, &stats);
  say (request, text->str);
  return TRUE;
}

/* ---------------------------------------------------------------- people */

static gboolean
can_chat (CusaxCall *call)
{
  return cusax_callerchat_can_chat (call);
}

static gboolean
on_chat (Request *request, GError **error)
{
  CusaxCall *call = pick_call (request, can_chat, _ ("It is not known whose chat belongs to a call."), error);

  if (call == NULL)
    return FALSE;
  cusax_callerchat_chat (request->account, call);
  return TRUE;
}

static gboolean
on_attach (Request *request, GError **error)
{
  g_autofree char *done = cusax_callerchat_attach_typed (request->account, request->text, error);

  if (done == NULL)
    return FALSE;
  say (request, done);
  return TRUE;
}

/* The room in which the command was typed; the other conversations have none. */
static const char *
room_of (Request *request)
{
  if (purple_conversation_get_type (request->conversation) != PURPLE_CONV_TYPE_CHAT)
    return NULL;
  return purple_conversation_get_name (request->conversation);
}

static gboolean
on_people (Request *request, GError **error)
{
  g_autofree char *list = NULL;

  if (!takes_nothing (request, error))
    return FALSE;
  list = cusax_conferences_list_people (request->account, room_of (request));
  say (request, list);
  return TRUE;
}

static gboolean
on_joinaudio (Request *request, GError **error)
{
  if (!takes_nothing (request, error))
    return FALSE;
  if (room_of (request) == NULL)
    return fail (error, CUSAX_ERROR_INVALID, _ ("This is not a chat room."));
  return cusax_conferences_join_audio (request->account, room_of (request), error);
}

/* ---------------------------------------------------------- registration */

typedef struct
{
  const char *name;
  Handler handler;
  const char *help; /* HTML, as libpurple wants it: name, arguments, colon, two blanks, a sentence */
  gboolean not_in_finch;
} Command;

static const Command commands[]
  = { { "dial", on_dial, N_ ("dial &lt;target&gt;:  Calls a number, a SIP address or a contact."), FALSE },
      { "call", on_call,
        N_ ("call [target]:  Calls the target, or without one the contact of this conversation."), TRUE },
      { "answer", on_answer, N_ ("answer [#n]:  Answers the call that rings."), FALSE },
      { "decline", on_decline, N_ ("decline [#n]:  Declines the call that rings."), FALSE },
      { "hangup", on_hangup, N_ ("hangup [#n]:  Ends the call."), FALSE },
      { "hold", on_hold, N_ ("hold [#n]:  Puts the call on hold."), FALSE },
      { "resume", on_resume, N_ ("resume [#n]:  Goes on with a call that is on hold."), FALSE },
      { "mute", on_mute, N_ ("mute:  Switches the microphone off."), FALSE },
      { "unmute", on_unmute, N_ ("unmute:  Switches the microphone on again."), FALSE },
      { "calls", on_calls, N_ ("calls:  Lists the calls with their numbers."), FALSE },
      { "chat", on_chat, N_ ("chat [#n]:  Opens the chat with the other side of the call."), FALSE },
      { "attach", on_attach,
        N_ ("attach [#n|number] &lt;buddy&gt;:  From now on the number of the call, or the one given, is the "
            "buddy's."),
        FALSE },
      { "people", on_people, N_ ("people:  Lists who is in by text, by voice or both."), FALSE },
      { "joinaudio", on_joinaudio, N_ ("joinaudio:  Calls the conference that belongs to this chat room."),
        FALSE },
      { "phone", on_phone, N_ ("phone:  Shows the state of telephony and chat."), FALSE },
      { "stats", on_stats, N_ ("stats [#n]:  Shows codec, encryption and packets of the call."), FALSE } };

/* Errors are written into the conversation as markup. */
static PurpleCmdRet
on_command (PurpleConversation *conversation, const char *name, char **args, char **error_text, void *data)
{
  const Command *command = data;
  Request request = { conversation, purple_conversation_get_account (conversation), NULL, NULL };
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

void
cusax_commands_register (PurplePlugin *plugin)
{
  gboolean finch = g_strcmp0 (purple_core_get_ui (), "gnt-purple") == 0;

  g_return_if_fail (registered == NULL);
  registered = g_array_new (FALSE, FALSE, sizeof (PurpleCmdId));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      PurpleCmdId id;

      if (finch && commands[i].not_in_finch)
        continue;
      /* "s" and wrong arguments: the rest of the line, or nothing. */
      id = purple_cmd_register (commands[i].name, "s", PURPLE_CMD_P_PRPL,
                                PURPLE_CMD_FLAG_IM | PURPLE_CMD_FLAG_CHAT | PURPLE_CMD_FLAG_PRPL_ONLY
                                  | PURPLE_CMD_FLAG_ALLOW_WRONG_ARGS,
                                plugin->info->id, on_command, _ (commands[i].help), (void *) &commands[i]);
      if (id != 0)
        g_array_append_val (registered, id);
    }
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
