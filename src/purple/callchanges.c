/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See notices.h: what changes while a call goes on, and what another one leaves behind. */
#include "notices-private.h"

#include "callers.h"
#include "callpick.h"
#include "callwords.h"
#include "connection.h"

#include <glib/gi18n-lib.h>

/* Longer than the end of one half of an attended transfer comes before the other's. */
#define LEFT_MS 400

/* Returns: TRUE if @now is news. */
static gboolean
changed (gboolean *seen, gboolean now)
{
  if (*seen == now)
    return FALSE;
  *seen = now;
  return TRUE;
}

/* ---------------------------------------------------------------- changes */

/* Returns: (transfer full) */
static char *
hold_text (CusaxAccount *phone, CusaxCall *call, const char *name)
{
  if (!cusax_call_is_held (call))
    return g_strdup_printf (_ ("The call with %s goes on."), name);
  if (cusax_callpick_beside (phone, call) != NULL)
    return g_strdup_printf (
      _ ("The call with %s is on hold because of the other call. /swap changes between them."), name);
  return g_strdup_printf (_ ("The call with %s is on hold. Type /resume to go on."), name);
}

/* What a transfer does to the call its own line says. */
static void
tell_hold (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call, const char *name, Seen *seen)
{
  if (changed (&seen->held, cusax_call_is_held (call))
      && !(seen->held && seen->transfer != CUSAX_TRANSFER_NONE))
    cusax_notices_write_call_line (account, call, hold_text (phone, call, name));
}

/* Where nobody has a conversation open what failed gets the window of ends: the person waits for it. */
static void
tell_failure (Notices *notices, CusaxCall *call, const char *text)
{
  g_autofree char *line = cusax_notices_account_line (notices->account);

  if (!cusax_notices_write_call_line (notices->account, call, g_strdup (text)))
    cusax_notices_show_window (&notices->end_window, PURPLE_NOTIFY_MSG_INFO, _ ("Call"), text, line,
                               cusax_notices_on_window_closed, &notices->end_window);
}

/* What is less than before has to be read, whether or not a conversation is open: the person may have said something in trust
 * on the lock. */
static void
tell_keys (Notices *notices, CusaxCall *call, const char *name, gboolean is_less)
{
  g_autofree char *text = cusax_callwords_keys_changed (call, name);

  if (is_less)
    tell_failure (notices, call, text);
  else
    cusax_notices_write_call_line (notices->account, call, g_steal_pointer (&text));
}

static void
tell_transfer (Notices *notices, CusaxCall *call, const char *name, Seen *seen)
{
  CusaxTransfer transfer = cusax_call_get_transfer (call, NULL, NULL);
  g_autofree char *text = NULL;

  if (seen->transfer == transfer)
    return;
  seen->transfer = transfer;
  text = cusax_callwords_transfer (call, name);
  if (transfer == CUSAX_TRANSFER_FAILED)
    tell_failure (notices, call, text);
  else if (text != NULL)
    cusax_notices_write_call_line (notices->account, call, g_steal_pointer (&text));
}

static void
tell_video (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call, const char *name, Seen *seen)
{
  char *text = cusax_videocalls_change (phone, call, name, &seen->video);

  if (text != NULL)
    cusax_notices_write_call_line (account, call, text);
}

void
cusax_notices_call_changes (Notices *notices, CusaxAccount *phone, CusaxCall *call, const char *name,
                            Seen *seen)
{
  PurpleAccount *account = notices->account;

  if (cusax_call_get_state (call) == CUSAX_CALL_ACTIVE && seen->keys != cusax_call_get_keys (call))
    {
      CusaxCallKeys before = seen->keys;

      seen->keys = cusax_call_get_keys (call);
      tell_keys (notices, call, name, seen->keys < before);
    }
  tell_video (account, phone, call, name, seen);
  tell_transfer (notices, call, name, seen);
  if (changed (&seen->joined, cusax_call_is_joined (call)))
    cusax_notices_write_call_line (account, call,
                                   g_strdup_printf (seen->joined ? _ ("%s is in the conference now.")
                                                                 : _ ("%s is no longer in the conference."),
                                                    name));
  tell_hold (account, phone, call, name, seen);
  if (changed (&seen->remote_held, cusax_call_is_remote_held (call)))
    cusax_notices_write_call_line (
      account, call,
      g_strdup_printf (seen->remote_held ? _ ("%s has put the call on hold.") : _ ("%s has resumed the call."),
                       name));
  if (changed (&seen->muted, cusax_call_is_muted (call)))
    cusax_notices_write_call_line (account, call,
                                   g_strdup_printf (seen->muted
                                                      ? _ ("Your microphone is muted: %s does not hear you.")
                                                      : _ ("Your microphone is on: %s hears you."),
                                                    name));
}

void
cusax_notices_digits_refused (PurpleAccount *account, CusaxCall *call, guint status)
{
  g_autofree char *name = cusax_callers_name (account, call);
  g_autofree char *text = cusax_callwords_digits_refused (status, name);

  tell_failure (cusax_notices_get (account), call, text);
}

/* ----------------------------------------------------------------- left */

static gboolean
write_to (PurpleAccount *account, const char *who, const char *text)
{
  PurpleConversation *conversation = cusax_notices_find_conversation (account, who);

  if (conversation != NULL)
    cusax_notices_write (conversation, text, 0);
  return conversation != NULL;
}

/* In its own conversation, and where the person has just been; without either in the window of ends, below what
 * that says. The buttons of Pidgin's call windows do not show who is on hold. */
static void
tell_left (Notices *notices, CusaxCall *held, const char *who)
{
  PurpleAccount *account = notices->account;
  g_autofree char *name = cusax_callers_name (account, held);
  g_autofree char *text = cusax_callwords_on_hold (name);
  g_autofree char *window_text = cusax_callwords_on_hold_in_menu (name);
  g_autofree char *line = cusax_notices_account_line (account);
  gboolean is_heard = g_strcmp0 (cusax_notices_heard_by (held), who) != 0 && write_to (account, who, text);

  is_heard = write_to (account, cusax_notices_heard_by (held), text) || is_heard;
  if (is_heard)
    return;
  if (notices->end_window != NULL && notices->left_text != NULL)
    {
      g_autofree char *both = g_strconcat (window_text, "\n", line, NULL);

      cusax_notices_show_window (&notices->end_window, PURPLE_NOTIFY_MSG_INFO, _ ("Call"), notices->left_text,
                                 both, cusax_notices_on_window_closed, &notices->end_window);
    }
  else
    cusax_notices_show_window (&notices->end_window, PURPLE_NOTIFY_MSG_INFO, _ ("Call"), window_text, line,
                               cusax_notices_on_window_closed, &notices->end_window);
}

/* To resume it now would spoil what the person has asked for. */
static gboolean
is_being_transferred (CusaxCall *call)
{
  CusaxTransfer transfer = cusax_call_get_transfer (call, NULL, NULL);

  return transfer != CUSAX_TRANSFER_NONE && transfer != CUSAX_TRANSFER_FAILED;
}

static gboolean
on_left (gpointer data)
{
  Notices *notices = data;
  CusaxConnection *connection = cusax_connection_find (notices->account);
  CusaxAccount *phone = connection != NULL ? cusax_connection_get_account (connection) : NULL;
  CusaxCall *held = phone != NULL ? cusax_callpick_find (phone, cusax_callpick_is_on_hold) : NULL;
  g_autofree char *who = g_steal_pointer (&notices->left_who);

  notices->left_source = 0;
  if (held != NULL && !is_being_transferred (held) && cusax_callpick_beside (phone, held) == NULL)
    tell_left (notices, held, who);
  g_clear_pointer (&notices->left_text, g_free);
  return G_SOURCE_REMOVE;
}

void
cusax_notices_call_left (Notices *notices, CusaxCall *call, const char *text)
{
  g_free (notices->left_who);
  g_free (notices->left_text);
  notices->left_who = g_strdup (cusax_notices_heard_by (call));
  notices->left_text = g_strdup (text);
  if (notices->left_source == 0)
    notices->left_source = g_timeout_add (LEFT_MS, on_left, notices);
}

void
cusax_notices_forget_left (Notices *notices)
{
  g_clear_handle_id (&notices->left_source, g_source_remove);
  g_clear_pointer (&notices->left_who, g_free);
  g_clear_pointer (&notices->left_text, g_free);
}
