/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See commands.h: what is done with calls. */
#include "commands-private.h"

#include "callreply.h"
#include "callwords.h"
#include "dialling.h"
#include "notices.h"
#include "videocalls.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Returns: (transfer full): @text without the word "video" at its end; @video: it was there. */
static char *
take_video (const char *text, gboolean *video)
{
  gsize length = strlen (text);
  gsize word = strlen ("video");

  *video = length >= word && g_ascii_strcasecmp (text + length - word, "video") == 0
           && (length == word || g_ascii_isspace (text[length - word - 1]));
  return g_strchomp (g_strndup (text, *video ? length - word : length));
}

/* --------------------------------------------------------------- dialling */

static gboolean
dial (CusaxCommandRequest *request, const char *target, gboolean video, GError **error)
{
  if (*target == '\0')
    return cusax_commands_fail (error, _ ("Say whom to call: a number, a SIP address or a contact."));
  return video ? cusax_dialling_typed_video (request->account, target, error)
               : cusax_dialling_typed (request->account, target, error);
}

/* A contact may be called "video". */
static gboolean
on_dial (CusaxCommandRequest *request, GError **error)
{
  gboolean video;
  g_autofree char *target = take_video (request->text, &video);

  return *target != '\0' ? dial (request, target, video, error) : dial (request, request->text, FALSE, error);
}

/* Without a target: the other side of this conversation. */
static gboolean
on_call (CusaxCommandRequest *request, GError **error)
{
  const char *name = purple_conversation_get_name (request->conversation);
  gboolean video;
  g_autofree char *target = take_video (request->text, &video);

  if (*target != '\0' || purple_conversation_get_type (request->conversation) != PURPLE_CONV_TYPE_IM)
    return on_dial (request, error);
  return video ? cusax_dialling_click_video (request->account, name, error)
               : cusax_dialling_click (request->account, name, error);
}

/* ---------------------------------------------------------- begin and end */

/* Whoever wants to speak is not kept waiting by a camera. Returns: TRUE if theirs can be shown; what ours lacks is said. */
static gboolean
can_answer_with_video (CusaxCommandRequest *request, CusaxCall *call)
{
  g_autofree char *why = NULL;

  if (!cusax_call_is_video_offered (call))
    why = g_strdup (_ ("No picture is offered: the call is answered with sound. Type /video on to show yours."));
  else if (cusax_videocalls_can (request->phone, &why))
    return TRUE;
  cusax_commands_say (request, why);
  return cusax_videocalls_get_answer (request->phone, call) != CUSAX_VIDEO_ANSWER_NONE;
}

static gboolean
on_answer (CusaxCommandRequest *request, GError **error)
{
  gboolean video;
  g_autofree char *which = take_video (request->text, &video);
  CusaxCall *call
    = cusax_commands_pick (request, which, cusax_callpick_is_ringing_here, _ ("No call is ringing."), error);

  if (call == NULL)
    return FALSE;
  cusax_notices_answering (request->account, call);
  if (video && can_answer_with_video (request, call))
    cusax_call_answer_video (call);
  else
    cusax_call_answer (call);
  return TRUE;
}

/* "#2 I call you back.": what is a number and nothing else is no text. */
static gboolean
on_decline (CusaxCommandRequest *request, GError **error)
{
  const char *text = request->text;
  guint number = cusax_commands_take_number (&text);
  g_autofree char *which = number > 0 ? g_strdup_printf ("#%u", number) : g_strdup ("");
  CusaxCall *call;

  if (number == 0 && *text != '\0' && (*text == '#' || text[strspn (text, "0123456789")] == '\0'))
    {
      g_free (which);
      which = g_strdup (text);
      text = "";
    }
  call = cusax_commands_pick (request, which, cusax_callpick_is_ringing_here, _ ("No call is ringing."), error);
  if (call == NULL)
    return FALSE;
  if (*text != '\0')
    return cusax_callreply_decline (request->account, call, text, error);
  cusax_call_decline (call, 0);
  return TRUE;
}

static gboolean
on_hangup (CusaxCommandRequest *request, GError **error)
{
  CusaxCall *call
    = cusax_commands_pick (request, request->text, cusax_callpick_is_any, _ ("There is no call."), error);

  if (call == NULL)
    return FALSE;
  cusax_call_hang_up (call);
  return TRUE;
}

/* ------------------------------------------------------------------- hold */

/* Among several calls the one that can be held or resumed is meant. */
static gboolean
set_hold (CusaxCommandRequest *request, gboolean held, GError **error)
{
  CusaxCallFilter filter = held ? cusax_callpick_is_spoken_on : cusax_callpick_is_on_hold;
  CusaxCall *call;

  if (*request->text != '\0' || cusax_callpick_count (request->phone, filter) == 0)
    filter = cusax_callpick_is_active;
  call = cusax_commands_pick (request, request->text, filter, _ ("No call is active."), error);
  if (call == NULL)
    return FALSE;
  if (cusax_call_is_held (call) == held)
    return cusax_commands_fail (error,
                                held ? _ ("The call is on hold already.") : _ ("The call is not on hold."));
  cusax_call_set_hold (call, held);
  return TRUE;
}

static gboolean
on_hold (CusaxCommandRequest *request, GError **error)
{
  return set_hold (request, TRUE, error);
}

static gboolean
on_resume (CusaxCommandRequest *request, GError **error)
{
  return set_hold (request, FALSE, error);
}

static gboolean
on_swap (CusaxCommandRequest *request, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (!cusax_commands_takes_nothing (request, error))
    return FALSE;
  if (cusax_account_swap (request->phone, &reason))
    return TRUE;
  return cusax_callwords_fail (CUSAX_CALL_DEED_SWAP, reason, error);
}

/* Whoever mutes himself in a conference does not want to be heard by anybody. */
static gboolean
set_muted (CusaxCommandRequest *request, gboolean muted, GError **error)
{
  const GPtrArray *calls = cusax_account_get_calls (request->phone);
  CusaxCall *call;

  if (!cusax_commands_takes_nothing (request, error))
    return FALSE;
  if (cusax_callpick_count (request->phone, cusax_callpick_is_spoken_on) > 1)
    {
      for (guint i = 0; i < calls->len; i++)
        if (cusax_callpick_is_spoken_on (g_ptr_array_index (calls, i)))
          cusax_call_set_muted (g_ptr_array_index (calls, i), muted);
      return TRUE;
    }
  call = cusax_commands_pick (request, "", cusax_callpick_is_any, _ ("There is no call."), error);
  if (call == NULL)
    return FALSE;
  cusax_call_set_muted (call, muted);
  return TRUE;
}

static gboolean
on_mute (CusaxCommandRequest *request, GError **error)
{
  return set_muted (request, TRUE, error);
}

static gboolean
on_unmute (CusaxCommandRequest *request, GError **error)
{
  return set_muted (request, FALSE, error);
}

/* ----------------------------------------------------------------- digits */

/* No call number: "#2" are two digits. */
static gboolean
on_dtmf (CusaxCommandRequest *request, GError **error)
{
  g_autoptr (GError) reason = NULL;
  CusaxCall *call;

  if (*request->text == '\0')
    return cusax_commands_fail (error, _ ("Say which digits: 0 to 9, * and #, a comma is a pause."));
  call = cusax_commands_pick (request, "", cusax_callpick_takes_digits, _ ("No call takes digits now."), error);
  if (call == NULL)
    return FALSE;
  if (cusax_call_send_digits (call, request->text, &reason))
    return TRUE;
  return cusax_callwords_fail (CUSAX_CALL_DEED_DIGITS, reason, error);
}

/* ---------------------------------------------------------------- picture */

static CusaxCall *
pick_number (CusaxCommandRequest *request, guint number, CusaxCallFilter filter, const char *none,
             GError **error)
{
  g_autofree char *which = number > 0 ? g_strdup_printf ("#%u", number) : g_strdup ("");

  return cusax_commands_pick (request, which, filter, none, error);
}

/* "on", "#2 off" */
static gboolean
on_video (CusaxCommandRequest *request, GError **error)
{
  const char *text = request->text;
  guint number = cusax_commands_take_number (&text);
  gboolean on = g_ascii_strcasecmp (text, "on") == 0;
  CusaxCall *call;

  if (!on && g_ascii_strcasecmp (text, "off") != 0)
    return cusax_commands_fail (error, _ ("Write “on” to show your picture, or “off” to end the pictures of the call."));
  call = pick_number (request, number, cusax_callpick_is_active,
                      _ ("A picture can be shown when the other side has answered."), error);
  return call != NULL && cusax_videocalls_set (request->phone, call, on, error);
}

/* --------------------------------------------------------------- transfer */

static gboolean
transfer_attended (CusaxCommandRequest *request, CusaxCall *call, guint number, GError **error)
{
  g_autoptr (GError) reason = NULL;
  CusaxCall *other = pick_number (request, number, cusax_callpick_can_be_reached,
                                  _ ("The other call has to stand, or to ring there."), error);

  if (other == NULL)
    return FALSE;
  if (other == call)
    return cusax_commands_fail (error, _ ("A call cannot be transferred to itself."));
  if (cusax_call_transfer_to (call, other, &reason))
    return TRUE;
  return cusax_callwords_fail (CUSAX_CALL_DEED_TRANSFER, reason, error);
}

/* "#1 #2", "#1 target", "target". A dial string like #31#5 is no number of a call. */
static gboolean
on_transfer (CusaxCommandRequest *request, GError **error)
{
  const char *text = request->text;
  guint first = cusax_commands_take_number (&text);
  const char *rest = text;
  guint second = first > 0 ? cusax_commands_take_number (&rest) : 0;
  CusaxCall *call;

  if (*text == '\0')
    return cusax_commands_fail (error,
                                _ ("Say where to: a number, a SIP address, a contact, or two calls as #1 #2."));
  call = pick_number (request, first, cusax_callpick_is_active,
                      _ ("Only a call that stands can be transferred."), error);
  if (call == NULL)
    return FALSE;
  if (second > 0 && *rest == '\0')
    return transfer_attended (request, call, second, error);
  return cusax_dialling_transfer_typed (request->account, call, text, error);
}

/* ------------------------------------------------------------- conference */

/* Returns: (transfer container): those that are named, or all that stand; NULL with words */
static GPtrArray *
pick_several (CusaxCommandRequest *request, GError **error)
{
  g_autoptr (GPtrArray) picked = g_ptr_array_new ();
  const GPtrArray *calls = cusax_account_get_calls (request->phone);
  g_auto (GStrv) words = g_strsplit_set (request->text, " \t", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      CusaxCall *call;

      if (*words[i] == '\0')
        continue;
      call = cusax_commands_pick (request, words[i], cusax_callpick_is_active,
                                  _ ("Only calls that stand can be joined."), error);
      if (call == NULL)
        return NULL;
      if (!g_ptr_array_find (picked, call, NULL))
        g_ptr_array_add (picked, call);
    }
  for (guint i = 0; *request->text == '\0' && i < calls->len; i++)
    if (cusax_callpick_is_active (g_ptr_array_index (calls, i)))
      g_ptr_array_add (picked, g_ptr_array_index (calls, i));
  if (picked->len < 2)
    {
      cusax_commands_fail (error, _ ("A conference needs two calls that stand, for example #1 #2."));
      return NULL;
    }
  return g_steal_pointer (&picked);
}

/* Joining changes the list: each call is kept until its turn. */
static gboolean
on_conference (CusaxCommandRequest *request, GError **error)
{
  g_autoptr (GPtrArray) calls = pick_several (request, error);

  return calls != NULL && cusax_callreply_join (request->phone, calls, error);
}

static gboolean
is_joined (CusaxCall *call)
{
  return cusax_call_is_joined (call);
}

static gboolean
on_split (CusaxCommandRequest *request, GError **error)
{
  CusaxCall *call = cusax_commands_pick (request, request->text, is_joined,
                                         _ ("This call is in no conference of yours."), error);

  if (call == NULL)
    return FALSE;
  cusax_account_part (request->phone, call);
  return TRUE;
}

/* ------------------------------------------------------------------ table */

const CusaxCommand cusax_callcommands[] = {
  { "dial", on_dial, N_ ("dial &lt;target&gt; [video]:  Calls a number, a SIP address or a contact, with your picture if you say so."), FALSE },
  { "call", on_call, N_ ("call [target] [video]:  Calls the target, or without one the contact of this conversation."),
    TRUE },
  { "answer", on_answer, N_ ("answer [#n] [video]:  Answers the call that rings, with your picture if you say so."), FALSE },
  { "decline", on_decline,
    N_ ("decline [#n] [text]:  Declines the call that rings; the text goes to the caller as a chat message."),
    FALSE },
  { "hangup", on_hangup, N_ ("hangup [#n]:  Ends the call."), FALSE },
  { "hold", on_hold, N_ ("hold [#n]:  Puts the call on hold."), FALSE },
  { "resume", on_resume, N_ ("resume [#n]:  Goes on with a call that is on hold."), FALSE },
  { "swap", on_swap, N_ ("swap:  Puts the call on hold and goes on with the one that waited."), FALSE },
  { "mute", on_mute, N_ ("mute:  Switches the microphone off."), FALSE },
  { "unmute", on_unmute, N_ ("unmute:  Switches the microphone on again."), FALSE },
  { "dtmf", on_dtmf,
    N_ ("dtmf &lt;digits&gt;:  Sends digits as the keypad does, for example 123,4#; a comma is a pause."),
    FALSE },
  { "video", on_video, N_ ("video [#n] on|off:  Shows your picture, or ends the pictures of the call."), FALSE },
  { "transfer", on_transfer,
    N_ ("transfer [#n] &lt;target&gt;:  The other side shall talk to the target instead of you; with two calls "
        "as #1 #2 "
        "both talk to each other."),
    FALSE },
  { "conference", on_conference,
    N_ (
      "conference [#n #m]:  Joins the calls, so that everybody hears everybody; without numbers all of them."),
    FALSE },
  { "split", on_split, N_ ("split [#n]:  Takes the call out of the conference and puts it on hold."), FALSE },
  { NULL }
};
