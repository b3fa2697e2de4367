/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See notices.h: what is said of calls. */
#include "notices-private.h"

#include "callers.h"
#include "callhistory.h"
#include "calllogs.h"
#include "callpick.h"
#include "callstats.h"
#include "callwords.h"
#include "peers.h"
#include "words.h"

#include <glib/gi18n-lib.h>

/* Missed calls that one window lists; older ones are only counted. */
#define MISSED_LINES 10

/* The name of the conversation that hears of @call. A contact's own is for those of whom it is proven; whatever
 * stands in a From header, nobody else gets in there. */
const char *
cusax_notices_heard_by (CusaxCall *call)
{
  const char *who = cusax_call_get_who (call);

  if (!cusax_call_is_outgoing (call) && cusax_call_get_grade (call) != CUSAX_BINDING_STRONG
      && cusax_peers_is_jid (who))
    return NULL;
  return who;
}

/* libpurple makes conversations only while chat is connected. None is opened with somebody who hides (R19). Finch makes one for
 * every call anyway, and has no other place for our words. In Pidgin the ringing has its dialog, and nothing is opened over
 * whatever the person is doing; once the call stands there has to be a place for what protects it, and Pidgin's window gets no
 * focus then: it was not made by a key or click (pidgin_conv_window_new). */
static PurpleConversation *
need_conversation (PurpleAccount *account, CusaxCall *call)
{
  const char *who = cusax_notices_heard_by (call);
  PurpleConversation *conversation = cusax_notices_find_conversation (account, who);

  if (conversation != NULL || who == NULL || *who == '\0' || cusax_callers_is_anonymous (call)
      || purple_account_get_connection (account) == NULL)
    return conversation;
  if (!cusax_notices_host_is_finch ()
      && (!cusax_notices_host_is_pidgin () || cusax_call_get_state (call) != CUSAX_CALL_ACTIVE))
    return NULL;
  return purple_conversation_new (PURPLE_CONV_TYPE_IM, account, who);
}

static void
on_missed_closed (gpointer data)
{
  Notices *notices = data;

  /* Ours for a longer list has cleared the pointer before; the person's own click means "seen". */
  if (notices->missed_window == NULL)
    return;
  notices->missed_window = NULL;
  cusax_callhistory_mark_seen (notices->account);
  notices->missed_count = 0;
  g_queue_clear_full (&notices->missed, g_free);
}

/* One window for all that were missed while nobody looked. */
static void
show_missed (Notices *notices, const char *text)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *clock = g_date_time_format (now, "%H:%M");
  g_autoptr (GString) list = g_string_new (NULL);
  g_autofree char *primary = NULL;

  notices->missed_count++;
  g_queue_push_tail (&notices->missed, g_strdup_printf ("%s  %s", clock, text));
  while (notices->missed.length > MISSED_LINES)
    g_free (g_queue_pop_head (&notices->missed));
  for (GList *at = notices->missed.head; at != NULL; at = at->next)
    g_string_append_printf (list, "%s%s", at == notices->missed.head ? "" : "\n", (const char *) at->data);
  primary = g_strdup_printf (ngettext ("%u missed call", "%u missed calls", notices->missed_count),
                             notices->missed_count);
  cusax_notices_show_window (&notices->missed_window, PURPLE_NOTIFY_MSG_INFO, _ ("Missed calls"), primary,
                             list->str, on_missed_closed, notices);
}

/* Which ends deserve a window when there is no conversation to say them in: those that nobody here caused.
 * There is one window, which says the last. */
static gboolean
end_needs_window (CusaxCallEnd end)
{
  switch (end)
    {
    case CUSAX_CALL_END_DECLINED:
    case CUSAX_CALL_END_BUSY:
    case CUSAX_CALL_END_NO_ANSWER:
    case CUSAX_CALL_END_MISSED:
    case CUSAX_CALL_END_NOT_FOUND:
    case CUSAX_CALL_END_FORBIDDEN:
    case CUSAX_CALL_END_NO_CODEC:
    case CUSAX_CALL_END_NOT_PROTECTED:
    case CUSAX_CALL_END_MEDIA:
    case CUSAX_CALL_END_NETWORK:
    case CUSAX_CALL_END_NO_PATH:
    case CUSAX_CALL_END_HANDSHAKE:
    case CUSAX_CALL_END_TRANSFERRED:
    case CUSAX_CALL_END_FAILED:
    case CUSAX_CALL_END_REMOTE:
    case CUSAX_CALL_END_ELSEWHERE:
      return TRUE;
    case CUSAX_CALL_END_NONE:
    case CUSAX_CALL_END_LOCAL:
    case CUSAX_CALL_END_DECLINED_HERE:
    case CUSAX_CALL_END_REDIRECTED: /* a question follows */
    case CUSAX_CALL_END_REPLACED:
      break;
    }
  return FALSE;
}

static gboolean
on_later (gpointer data)
{
  Notices *notices = data;
  Later *later;

  notices->later_source = 0;
  while ((later = g_queue_pop_head (&notices->later)) != NULL)
    {
      PurpleConversation *conversation = cusax_notices_find_conversation (notices->account, later->who);

      if (conversation != NULL)
        cusax_notices_write (conversation, later->text, 0);
      else
        cusax_calllogs_write (notices->account, later->log, later->outgoing, later->text);
      cusax_notices_later_free (later);
    }
  return G_SOURCE_REMOVE;
}

/* A call may end because its conversation is being closed; Finch's window is then half gone, and writing into
 * it crashes. From the main loop either the conversation is whole or it is not there. */
static void
write_later (Notices *notices, CusaxCall *call, const char *who, const char *text, const char *log)
{
  Later *later = g_new0 (Later, 1);

  later->who = g_strdup (who);
  later->text = g_strdup (text);
  later->log = g_strdup (log);
  later->outgoing = cusax_call_is_outgoing (call);
  g_queue_push_tail (&notices->later, later);
  if (notices->later_source == 0)
    notices->later_source = g_idle_add (on_later, notices);
}

static void
tell_end (Notices *notices, CusaxCall *call, const char *name, const char *text)
{
  CusaxCallEnd end = cusax_call_get_end (call);
  const char *who = cusax_notices_heard_by (call);
  g_autofree char *line = cusax_notices_account_line (notices->account);
  g_autofree char *log = cusax_calllogs_name (notices->account, call, who);

  if (cusax_notices_find_conversation (notices->account, who) != NULL)
    {
      write_later (notices, call, who, text, log);
      return;
    }
  cusax_calllogs_write (notices->account, log, cusax_call_is_outgoing (call), text);
  if (!end_needs_window (end))
    return;
  if (!cusax_call_is_outgoing (call) && cusax_call_get_seconds (call) == 0
           && end != CUSAX_CALL_END_ELSEWHERE)
    show_missed (notices, end == CUSAX_CALL_END_MISSED ? name : text);
  else
    cusax_notices_show_window (&notices->end_window, PURPLE_NOTIFY_MSG_INFO, _ ("Call"), text, line,
                               cusax_notices_on_window_closed, &notices->end_window);
}

/* Returns: (transfer full): to whom answering does what, if there is somebody */
static char *
incoming_text (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call, const char *name)
{
  CusaxCall *other = cusax_callpick_beside (phone, call);
  g_autofree char *text = NULL;
  g_autofree char *other_name = NULL;
  g_autofree char *waiting = NULL;

  if (cusax_call_is_automatic (call))
    return g_strdup_printf (_ ("%s is calling and is answered by itself, as your provider asks."), name);
  switch (cusax_videocalls_get_answer (phone, call))
    {
    case CUSAX_VIDEO_ANSWER_BOTH:
      text = g_strdup_printf (
        _ ("%s is calling with a picture. Type /answer, /answer video to show yours, or /decline."), name);
      break;
    case CUSAX_VIDEO_ANSWER_SEE:
      text = g_strdup_printf (_ ("%s is calling with a picture. Type /answer, /answer video to see it, or /decline."),
                              name);
      break;
    case CUSAX_VIDEO_ANSWER_NONE:
      text = g_strdup_printf (_ ("%s is calling. Type /answer or /decline."), name);
      break;
    }
  if (other == NULL)
    return g_steal_pointer (&text);
  other_name = cusax_callers_name (account, other);
  waiting = cusax_callwords_waiting (other, other_name);
  return g_strconcat (text, " ", waiting, NULL);
}

/* P11: whoever writes in the conversation of one call hears of the next one there. */
static void
tell_waiting (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call, const char *name)
{
  CusaxCall *other = cusax_callpick_beside (phone, call);

  if (other == NULL || cusax_call_is_automatic (call)
      || g_strcmp0 (cusax_notices_heard_by (other), cusax_notices_heard_by (call)) == 0)
    return;
  cusax_notices_write_call_line (
    account, other,
    g_strdup_printf (_ ("Call waiting: %s is calling. /answer puts this call on hold; /decline refuses."), name));
}

/* Returns: (transfer full) (nullable): what to say when @call enters its state */
static char *
state_text (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call, const char *name)
{
  switch (cusax_call_get_state (call))
    {
    case CUSAX_CALL_PREPARING:
    case CUSAX_CALL_CALLING:
      if (cusax_call_is_automatic (call))
        return g_strdup_printf (_ ("Calling %s, as the other side of the call asked."), name);
      return g_strdup_printf (_ ("Calling %s."), name);
    case CUSAX_CALL_RINGING:
      return g_strdup_printf (_ ("The phone of %s is ringing."), name);
    case CUSAX_CALL_INCOMING:
      return incoming_text (account, phone, call, name);
    case CUSAX_CALL_ACTIVE:
      return cusax_callwords_in_call (call, name);
    case CUSAX_CALL_ANSWERING:
    case CUSAX_CALL_ENDED:
      break;
    }
  return NULL;
}

static gboolean
is_dialling (CusaxCallState state)
{
  return state == CUSAX_CALL_PREPARING || state == CUSAX_CALL_CALLING;
}

/* A caller who is known while it rings: his own conversation has heard nothing yet. */
static gboolean
is_news (const Seen *seen, CusaxCallState state, const char *who)
{
  if (!seen->any || (seen->state != state && !(is_dialling (seen->state) && is_dialling (state))))
    return TRUE;
  return state == CUSAX_CALL_INCOMING && g_strcmp0 (seen->who, who) != 0;
}

/* Issue: "missing encoder: not offered, and the Debian package is named". With the first call of the session. */
static void
tell_formats (Notices *notices, CusaxAccount *phone, PurpleConversation *conversation)
{
  const char *hints = !notices->hinted ? cusax_account_get_format_hints (phone) : NULL;
  g_autofree char *text = NULL;

  notices->hinted = TRUE;
  if (hints == NULL)
    return;
  text = g_strdup_printf (_ ("Calls would have more formats of sound or picture with %s."), hints);
  cusax_notices_write (conversation, text, PURPLE_MESSAGE_NO_LOG);
}

static void
tell_state (Notices *notices, CusaxAccount *phone, CusaxCall *call, const char *name, Seen *seen)
{
  CusaxCallState state = cusax_call_get_state (call);
  const char *who = cusax_notices_heard_by (call);
  PurpleConversation *conversation;
  g_autofree char *text = NULL;

  if (!is_news (seen, state, who))
    return;
  seen->any = TRUE;
  g_free (seen->who);
  seen->who = g_strdup (who);
  seen->state = state;
  seen->keys = cusax_call_get_keys (call);
  text = state_text (notices->account, phone, call, name);
  if (state == CUSAX_CALL_INCOMING)
    tell_waiting (notices->account, phone, call, name);
  conversation = text != NULL ? need_conversation (notices->account, call) : NULL;
  if (conversation == NULL)
    return;
  cusax_notices_write (conversation, text, 0);
  if (state == CUSAX_CALL_ACTIVE)
    tell_formats (notices, phone, conversation);
  /* Finch's window of a call has nothing but a Hangup button. */
  if (state == CUSAX_CALL_ACTIVE && cusax_notices_host_is_finch ())
    cusax_notices_write (conversation, _ ("/dtmf 123 sends digits, /hold puts the call on hold, /hangup ends it."),
                         PURPLE_MESSAGE_NO_LOG);
}

gboolean
cusax_notices_write_call_line (PurpleAccount *account, CusaxCall *call, char *text)
{
  PurpleConversation *conversation = cusax_notices_find_conversation (account, cusax_notices_heard_by (call));

  if (conversation != NULL)
    cusax_notices_write (conversation, text, 0);
  g_free (text);
  return conversation != NULL;
}

void
cusax_notices_call_says (PurpleAccount *account, CusaxCall *call, const char *text)
{
  cusax_notices_write_call_line (account, call, g_strdup (text));
}

void
cusax_notices_call (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call)
{
  Notices *notices = cusax_notices_get (account);
  g_autofree char *name = cusax_callers_name (account, call);
  Seen *seen = g_hash_table_lookup (notices->calls, call);

  if (cusax_call_get_state (call) == CUSAX_CALL_ENDED)
    {
      g_autofree char *text = cusax_words_call_end (call, name);
      g_autofree char *line = cusax_callstats_log_line (call);

      if (line != NULL)
        g_message ("%s", line);
      tell_end (notices, call, name, text);
      /* What only rang here has put nobody on hold. */
      if (seen == NULL || seen->state != CUSAX_CALL_INCOMING)
        cusax_notices_call_left (notices, call, text);
      g_hash_table_remove (notices->calls, call);
      return;
    }
  if (seen == NULL)
    {
      seen = g_new0 (Seen, 1);
      g_hash_table_insert (notices->calls, cusax_call_ref (call), seen);
    }
  tell_state (notices, phone, call, name, seen);
  cusax_notices_call_changes (notices, phone, call, name, seen);
}

void
cusax_notices_refused (PurpleAccount *account, const char *who)
{
  PurpleConversation *conversation = cusax_notices_find_conversation (account, who);
  g_autofree char *name = who != NULL ? cusax_peers_label (account, who) : NULL;
  g_autofree char *text = NULL;

  if (name == NULL)
    return;
  text = g_strdup_printf (_ ("You have missed a call from %s, who was told that you are busy."), name);
  if (conversation != NULL)
    cusax_notices_write (conversation, text, 0);
  else
    cusax_calllogs_write (account, who, FALSE, text);
}

void
cusax_notices_silence (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call, guint seconds, gboolean incoming)
{
  g_autofree char *name = cusax_callers_name (account, call);

  cusax_notices_write_call_line (account, call, cusax_callwords_silence (call, name, seconds, incoming));
}

void
cusax_notices_device (PurpleAccount *account, CusaxCall *call, gboolean is_microphone, const GError *error)
{
  g_autofree char *name = cusax_callers_name (account, call);

  cusax_notices_write_call_line (account, call, cusax_callwords_device (name, is_microphone, error));
}

/* Finch draws the window of a call that begins over the others, and what is typed would still go to the one below: to
 * somebody else. It gives the focus away only inside of a key press. */
void
cusax_notices_answering (PurpleAccount *account, CusaxCall *call)
{
  PurpleConversation *conversation = cusax_notices_host_is_finch () ? need_conversation (account, call) : NULL;

  if (conversation != NULL)
    purple_conversation_present (conversation);
}
