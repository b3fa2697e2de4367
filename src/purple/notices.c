/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See notices.h. */
#include "notices-private.h"

#include "connection.h"
#include "error.h"
#include "legs.h"
#include "peers.h"
#include "voicemail.h"
#include "words.h"

#include <glib/gi18n-lib.h>
#include <conversation.h>
#include <core.h>
#include <notify.h>
#include <string.h>
#include <time.h>

/* Per account, process-wide like libpurple's own list; freed with the last entry. */
static GHashTable *all_notices;

void
cusax_notices_later_free (Later *later)
{
  g_free (later->who);
  g_free (later->text);
  g_free (later->log);
  g_free (later);
}

void
cusax_notices_seen_free (gpointer seen)
{
  g_free (((Seen *) seen)->who);
  g_free (seen);
}

static void
notices_free (gpointer data)
{
  Notices *notices = data;

  cusax_notices_close_window (&notices->failure_window);
  cusax_notices_close_window (&notices->end_window);
  cusax_notices_close_window (&notices->missed_window);
  cusax_notices_close_window (&notices->sms_window);
  g_clear_handle_id (&notices->later_source, g_source_remove);
  cusax_notices_forget_left (notices);
  g_queue_clear_full (&notices->later, (GDestroyNotify) cusax_notices_later_free);
  g_queue_clear_full (&notices->missed, g_free);
  g_queue_clear_full (&notices->sms, g_free);
  g_hash_table_destroy (notices->calls);
  g_free (notices->phone_told);
  g_free (notices);
}

Notices *
cusax_notices_get (PurpleAccount *account)
{
  Notices *notices;

  if (all_notices == NULL)
    all_notices = g_hash_table_new_full (NULL, NULL, NULL, notices_free);
  notices = g_hash_table_lookup (all_notices, account);
  if (notices != NULL)
    return notices;
  notices = g_new0 (Notices, 1);
  notices->account = account;
  notices->chat_told = -1;
  notices->calls = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) cusax_call_unref, cusax_notices_seen_free);
  g_queue_init (&notices->later);
  g_queue_init (&notices->missed);
  g_queue_init (&notices->sms);
  g_hash_table_insert (all_notices, account, notices);
  return notices;
}

void
cusax_notices_forget (PurpleAccount *account)
{
  if (all_notices == NULL)
    return;
  g_hash_table_remove (all_notices, account);
  if (g_hash_table_size (all_notices) == 0)
    g_clear_pointer (&all_notices, g_hash_table_destroy);
}

/* -------------------------------------------------------------- windows */

/* Windows of ours hang on the plugin, so that unloading it closes them. The close callback clears the owner's
 * pointer, whoever closed the window; ours is cleared first, so that no handle is closed twice. */
void
cusax_notices_on_window_closed (gpointer data)
{
  void **window = data;

  *window = NULL;
}

void
cusax_notices_close_window (void **window)
{
  void *handle = g_steal_pointer (window);

  if (handle != NULL)
    purple_notify_close (PURPLE_NOTIFY_MESSAGE, handle);
}

void
cusax_notices_show_window (void **window, PurpleNotifyMsgType type, const char *title, const char *primary,
                           const char *secondary, PurpleNotifyCloseCallback on_closed, gpointer data)
{
  cusax_notices_close_window (window);
  *window = purple_notify_message (cusax_connection_get_plugin (), type, title, primary, secondary, on_closed,
                                   data);
}

/* ---------------------------------------------------------------- lines */

gboolean
cusax_notices_host_is_finch (void)
{
  return g_strcmp0 (purple_core_get_ui (), "gnt-purple") == 0;
}

gboolean
cusax_notices_host_is_pidgin (void)
{
  return g_strcmp0 (purple_core_get_ui (), "gtk-gaim") == 0;
}

/* Conversations take markup; everything of ours is plain text, parts of it from strangers. */
void
cusax_notices_write (PurpleConversation *conversation, const char *text, PurpleMessageFlags flags)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_auto (GStrv) lines = g_strsplit (escaped, "\n", -1);
  g_autofree char *html = g_strjoinv ("<br>", lines);

  purple_conversation_write (conversation, NULL, html, PURPLE_MESSAGE_SYSTEM | flags, time (NULL));
}

PurpleConversation *
cusax_notices_find_conversation (PurpleAccount *account, const char *who)
{
  if (who == NULL || *who == '\0')
    return NULL;
  return purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, who, account);
}

static void
write_everywhere (PurpleAccount *account, const char *text)
{
  for (GList *at = purple_get_ims (); at != NULL; at = at->next)
    if (purple_conversation_get_account (at->data) == account)
      cusax_notices_write (at->data, text, PURPLE_MESSAGE_NO_LOG);
}

char *
cusax_notices_account_line (PurpleAccount *account)
{
  return g_strdup_printf (_("Account: %s"), purple_account_get_username (account));
}

void
cusax_notices_error (PurpleAccount *account, const char *who, const char *text)
{
  g_autofree char *line = cusax_notices_account_line (account);
  PurpleConversation *conversation = cusax_notices_find_conversation (account, who);

  if (conversation != NULL)
    cusax_notices_write (conversation, text, PURPLE_MESSAGE_ERROR);
  else
    purple_notify_message (cusax_connection_get_plugin (), PURPLE_NOTIFY_MSG_ERROR, _("Telephony"), text, line,
                           NULL, NULL);
}

/* ---------------------------------------------------------------- state */

/* Bit of an error in kinds_shown; other domains share the last one. */
static guint
kind_of (const GError *error)
{
  if (error == NULL || error->domain != CUSAX_ERROR || error->code < 0 || error->code >= 31)
    return 1u << 31;
  return 1u << error->code;
}

/* What only a person can change may be broken again by a person: those kinds are shown again after a success.
 * The others (networks come and go) have one window per session. */
static guint
kinds_kept_after_success (guint shown)
{
  guint kept = shown & (1u << 31);

  for (int code = 0; code < 31; code++)
    {
      GError error = { CUSAX_ERROR, code, NULL };

      if ((shown & (1u << code)) != 0 && cusax_error_is_retryable (&error))
        kept |= 1u << code;
    }
  return kept;
}

static void
show_failure (Notices *notices, CusaxAccount *phone, const char *failure)
{
  const GError *error = cusax_account_get_phone_error (phone);
  gboolean retries = cusax_account_get_phone_state (phone) == CUSAX_PHONE_WAITING;
  g_autofree char *secondary = NULL;

  if ((notices->kinds_shown & kind_of (error)) != 0)
    return;
  /* With both legs down the network or the password is wrong for both, and the host says so itself. What is
   * left to say then is said when chat is up. */
  if (!cusax_account_is_chat_up (phone))
    return;
  notices->kinds_shown |= kind_of (error);
  secondary
      = g_strdup_printf (retries ? _("Account: %s\nTelephony tries again by itself.")
                                 : _("Account: %s\nCorrect it in “Telephony settings...” of this account."),
                         purple_account_get_username (notices->account));
  cusax_notices_show_window (&notices->failure_window, PURPLE_NOTIFY_MSG_WARNING, _("Telephony"), failure,
                             secondary, cusax_notices_on_window_closed, &notices->failure_window);
}

static void
tell_failure (Notices *notices, CusaxAccount *phone, gboolean is_asked)
{
  const GError *error = cusax_account_get_phone_error (phone);
  g_autofree char *failure = cusax_words_phone_failure (phone);
  g_autofree char *kind = NULL;

  if (failure == NULL)
    return;
  kind = g_strdup_printf ("%s %d", error != NULL ? g_quark_to_string (error->domain) : "",
                          error != NULL ? error->code : 0);
  if (g_strcmp0 (notices->phone_told, kind) != 0)
    {
      g_free (notices->phone_told);
      notices->phone_told = g_steal_pointer (&kind);
      write_everywhere (notices->account, failure);
    }
  /* One window for one fault: the question says the same, and what to do. */
  if (!is_asked)
    show_failure (notices, phone, failure);
}

static void
tell_success (Notices *notices, CusaxAccount *phone)
{
  g_autofree char *text = cusax_words_phone_state (phone);

  if (g_strcmp0 (notices->phone_told, "up") == 0)
    return;
  g_free (notices->phone_told);
  notices->phone_told = g_strdup ("up");
  notices->kinds_shown = kinds_kept_after_success (notices->kinds_shown);
  cusax_notices_close_window (&notices->failure_window);
  write_everywhere (notices->account, text);
}

static void
tell_chat (Notices *notices, CusaxAccount *phone)
{
  CusaxPhoneState state = cusax_account_get_phone_state (phone);
  gboolean up = cusax_account_is_chat_up (phone);
  gboolean first = notices->chat_told == -1;
  g_autofree char *text = NULL;

  if (notices->chat_told == up)
    return;
  notices->chat_told = up;
  /* Nobody needs to be told of a sign-off that he asked for, nor that nothing has begun yet. */
  if (state == CUSAX_PHONE_OFF || state == CUSAX_PHONE_STOPPING || (first && !up))
    return;
  text = cusax_words_chat_state (phone);
  write_everywhere (notices->account, text);
}

void
cusax_notices_state (PurpleAccount *account, CusaxAccount *phone, gboolean is_asked)
{
  Notices *notices = cusax_notices_get (account);

  tell_chat (notices, phone);
  switch (cusax_account_get_phone_state (phone))
    {
    case CUSAX_PHONE_WAITING:
    case CUSAX_PHONE_REFUSED:
      tell_failure (notices, phone, is_asked);
      break;
    case CUSAX_PHONE_UP:
      tell_success (notices, phone);
      break;
    case CUSAX_PHONE_OFF:
      g_clear_pointer (&notices->phone_told, g_free);
      break;
    case CUSAX_PHONE_SIGNING_IN:
    case CUSAX_PHONE_STOPPING:
      break;
    }
}

char *
cusax_notices_status_text (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);
  g_autofree char *phone_text = NULL;
  g_autofree char *chat_text = NULL;
  g_autofree char *protection = NULL;
  g_autofree char *voicemail = NULL;
  const GError *config_error;
  CusaxAccount *phone;

  if (connection == NULL)
    return g_strdup (_("Telephony: off."));
  phone = cusax_connection_get_account (connection);
  config_error = cusax_connection_get_config_error (connection);
  chat_text = cusax_words_chat_state (phone);
  if (config_error != NULL)
    {
      g_autofree char *why = cusax_words_error (config_error, NULL);

      phone_text = g_strdup_printf (_("Telephony: %s"), why);
    }
  else
    phone_text = cusax_words_phone_state (phone);
  protection = cusax_legs_words (account);
  voicemail = cusax_voicemail_words (account);
  return g_strconcat (phone_text, "\n", chat_text, *protection != '\0' ? "\n" : "", protection,
                      voicemail != NULL ? "\n" : NULL, voicemail, NULL);
}
