/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See finch.h. */
#include "finch.h"

#include "uihandler.h"

#include <gmodule.h>
#include <media.h>
#include <string.h>

struct _CusaxFinch
{
  PurpleMedia *media;
  PurpleAccount *account;
  const char *who;
  gulong handler; /* Finch's own, of "state-changed": the backend's would leave the microphone open */
  gulong focus;
};

gboolean
cusax_finch_is_running (void)
{
  return g_strcmp0 (purple_core_get_ui (), "gnt-purple") == 0;
}

/* The head of what Finch keeps of a conversation, as finch/gntconv.h has it: its widgets have no other address. */
typedef struct
{
  GList *conversations;
  PurpleConversation *active;
  gpointer window;
  gpointer entry;
} Widgets;

typedef void (*GiveFocus) (gpointer box, gpointer widget);

static gboolean
is_widget (gpointer instance, const char *type_name)
{
  GType type = g_type_from_name (type_name);

  return instance != NULL && type != 0 && G_TYPE_CHECK_INSTANCE_TYPE (instance, type);
}

static void
give_focus (gpointer window, gpointer entry)
{
  GModule *process = g_module_open (NULL, G_MODULE_BIND_LAZY);
  gpointer function;

  if (process == NULL)
    return;
  if (g_module_symbol (process, "gnt_box_give_focus_to_child", &function))
    ((GiveFocus) function) (window, entry);
  g_module_close (process);
}

/* WORKAROUND Finch 2.14 (finch_media_connected_cb): it arranges the widgets of the call anew, and Hangup, the first of all, gets
 * the focus: what somebody is typing then ends the call with the first blank. It had been in the entry. Ours runs after it. */
static void
on_state_changed (PurpleMedia *media, PurpleMediaState state, const char *session, const char *who, CusaxFinch *finch)
{
  PurpleConversation *conversation;
  Widgets *widgets;

  if (state != PURPLE_MEDIA_STATE_CONNECTED)
    return;
  conversation = purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, finch->who, finch->account);
  widgets = conversation != NULL ? conversation->ui_data : NULL;
  if (widgets != NULL && is_widget (widgets->window, "GntBox") && is_widget (widgets->entry, "GntEntry"))
    give_focus (widgets->window, widgets->entry);
}

static void
on_deleting_conversation (PurpleConversation *conv, CusaxFinch *finch)
{
  /* Finch finds or makes the call's conversation by this very name, so the names differ at most in form. */
  g_autofree char *ours = g_strdup (purple_normalize (finch->account, finch->who));

  if (finch->handler == 0 || purple_conversation_get_account (conv) != finch->account
      || strcmp (purple_normalize (finch->account, purple_conversation_get_name (conv)), ours) != 0)
    return;
  g_signal_handler_block (finch->media, finch->handler);
  finch->handler = 0;
  purple_media_stream_info (finch->media, PURPLE_MEDIA_INFO_HANGUP, NULL, NULL, TRUE);
}

CusaxFinch *
cusax_finch_new (PurpleMedia *media, PurpleAccount *account, const char *who)
{
  CusaxFinch *finch;

  if (!cusax_finch_is_running ())
    return NULL;
  finch = g_new0 (CusaxFinch, 1);
  finch->media = media;
  finch->account = account;
  finch->who = who;
  finch->handler = cusax_uihandler_find (media, "state-changed");
  finch->focus = g_signal_connect (media, "state-changed", G_CALLBACK (on_state_changed), finch);
  purple_signal_connect (purple_conversations_get_handle (), "deleting-conversation", finch,
                         PURPLE_CALLBACK (on_deleting_conversation), finch);
  return finch;
}

void
cusax_finch_free (CusaxFinch *finch)
{
  if (finch == NULL)
    return;
  g_signal_handler_disconnect (finch->media, finch->focus);
  purple_signals_disconnect_by_handle (finch);
  g_free (finch);
}
