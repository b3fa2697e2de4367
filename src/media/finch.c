/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See finch.h. */
#include "finch.h"

#include <string.h>

#define MAX_HANDLERS 16

struct _CusaxFinch
{
  PurpleMedia *media;
  PurpleAccount *account;
  const char *who;
  gulong handler; /* Finch's own, of "state-changed" */
};

gboolean
cusax_finch_is_running (void)
{
  return g_strcmp0 (purple_core_get_ui (), "gnt-purple") == 0;
}

/* GObject has no list of handlers: block the first one that is not blocked until there is none, and undo that.
 * The backend connects when the media is made, Finch in "init-media" after it: the last is Finch's. Blocking
 * the backend's as well would leave the microphone open. */
static gulong
find_handler (PurpleMedia *media)
{
  guint signal = g_signal_lookup ("state-changed", PURPLE_TYPE_MEDIA);
  gulong handlers[MAX_HANDLERS];
  guint count = 0;

  while (count < MAX_HANDLERS)
    {
      gulong id = g_signal_handler_find (media, G_SIGNAL_MATCH_ID | G_SIGNAL_MATCH_UNBLOCKED, signal, 0, NULL,
                                         NULL, NULL);

      if (id == 0)
        break;
      g_signal_handler_block (media, id);
      handlers[count++] = id;
    }
  for (guint i = 0; i < count; i++)
    g_signal_handler_unblock (media, handlers[i]);
  return count >= 2 ? handlers[count - 1] : 0;
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
  finch->handler = find_handler (media);
  purple_signal_connect (purple_conversations_get_handle (), "deleting-conversation", finch,
                         PURPLE_CALLBACK (on_deleting_conversation), finch);
  return finch;
}

void
cusax_finch_free (CusaxFinch *finch)
{
  if (finch == NULL)
    return;
  purple_signals_disconnect_by_handle (finch);
  g_free (finch);
}
