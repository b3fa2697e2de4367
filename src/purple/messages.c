/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See messages.h. */
#include "messages.h"

#include "notices-private.h"
#include "peers.h"
#include "text.h"
#include "words.h"

#include <glib/gi18n-lib.h>
#include <server.h>
#include <string.h>
#include <time.h>

/* A message has 8192 bytes at most; more lines than this are only there to scroll the others away. */
#define MAX_LINES 100
#define MAX_LINE_CHARS 8192
/* What the window for the time without chat holds. */
#define WINDOW_MESSAGES 10
#define WINDOW_CHARS 1000

/* Returns: (transfer full) (nullable): plain text, each line cleaned; NULL if nothing is left */
static char *
clean_text (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", MAX_LINES + 1);
  g_autoptr (GString) clean = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL && i < MAX_LINES; i++)
    {
      g_autofree char *line = cusax_text_clean (lines[i], MAX_LINE_CHARS);

      if (line == NULL)
        continue;
      if (clean->len > 0)
        g_string_append_c (clean, '\n');
      g_string_append (clean, line);
    }
  return clean->len > 0 ? g_string_free (g_steal_pointer (&clean), FALSE) : NULL;
}

/* Conversations take markup. */
static char *
to_markup (const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_auto (GStrv) lines = g_strsplit (escaped, "\n", -1);
  g_autofree char *html = g_strjoinv ("<br>", lines);

  /* Translators: before a text message that came from the telephone network */
  return g_strdup_printf (_ ("SMS: %s"), html);
}

/* ------------------------------------------------ while chat is not there */

static void
on_window_closed (gpointer data)
{
  Notices *notices = data;

  /* Ours for a longer list has cleared the pointer before; the person's own click means "seen". */
  if (notices->sms_window == NULL)
    return;
  notices->sms_window = NULL;
  notices->sms_count = 0;
  g_queue_clear_full (&notices->sms, g_free);
}

/* libpurple opens conversations only while chat is connected. The sender has been told that the message
 * arrived, so it must be seen. */
static void
show_in_window (PurpleAccount *account, const char *name, const char *text)
{
  Notices *notices = cusax_notices_get (account);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *clock = g_date_time_format (now, "%H:%M");
  g_autofree char *line = cusax_text_clean (text, WINDOW_CHARS);
  g_autoptr (GString) list = g_string_new (NULL);
  g_autofree char *primary = NULL;

  notices->sms_count++;
  g_queue_push_tail (&notices->sms, g_strdup_printf ("%s  %s: %s", clock, name, line));
  while (notices->sms.length > WINDOW_MESSAGES)
    g_free (g_queue_pop_head (&notices->sms));
  for (GList *at = notices->sms.head; at != NULL; at = at->next)
    g_string_append_printf (list, "%s%s", at == notices->sms.head ? "" : "\n", (const char *) at->data);
  primary = g_strdup_printf (ngettext ("%u text message", "%u text messages", notices->sms_count),
                             notices->sms_count);
  cusax_notices_show_window (&notices->sms_window, PURPLE_NOTIFY_MSG_INFO, _ ("SMS"), primary, list->str,
                             on_window_closed, notices);
}

void
cusax_messages_show (PurpleAccount *account, const CusaxCallerId *caller, const char *who, const char *text)
{
  PurpleConnection *gc = purple_account_get_connection (account);
  /* A From header may be anything, also the JID of a contact. */
  gboolean hides = caller->is_anonymous || who == NULL || *who == '\0' || cusax_peers_is_jid (who);
  const char *name = hides ? CUSAX_PEERS_ANONYMOUS : who;
  PurpleConversation *conversation = cusax_notices_find_conversation (account, name);
  g_autofree char *clean = clean_text (text);
  g_autofree char *label = NULL;
  g_autofree char *markup = NULL;

  if (clean == NULL)
    return;
  markup = to_markup (clean);
  if (gc != NULL && PURPLE_CONNECTION_IS_CONNECTED (gc))
    {
      serv_got_im (gc, name, markup, PURPLE_MESSAGE_RECV, time (NULL));
      return;
    }
  if (conversation != NULL)
    {
      purple_conv_im_write (PURPLE_CONV_IM (conversation), name, markup, PURPLE_MESSAGE_RECV, time (NULL));
      return;
    }
  label = cusax_peers_label (account, name);
  show_in_window (account, label, clean);
}
