/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See videocalls.h. */
#include "videocalls.h"

#include "error.h"
#include "text.h"
#include "words.h"

#include <core.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* ------------------------------------------------------------ who can, whom */

static gboolean
host_shows_pictures (void)
{
  return g_strcmp0 (purple_core_get_ui (), "gnt-purple") != 0;
}

/* Our sentences bring the full stop. Returns: (transfer full) */
static char *
clean_detail (const char *detail)
{
  char *clean = cusax_text_clean (detail, 3 * CUSAX_WORDS_MAX_LENGTH);

  if (clean == NULL)
    return g_strdup (_ ("no reason was given"));
  if (g_str_has_suffix (clean, "."))
    clean[strlen (clean) - 1] = '\0';
  return clean;
}

gboolean
cusax_videocalls_can (CusaxAccount *phone, char **why)
{
  const char *missing = NULL;
  g_autofree char *detail = NULL;

  if (!host_shows_pictures ())
    {
      if (why != NULL)
        *why = g_strdup (_ ("Pictures are not shown in this program."));
      return FALSE;
    }
  if (cusax_account_can_do_video (phone, &missing))
    return TRUE;
  if (why != NULL)
    {
      detail = clean_detail (missing);
      *why = g_strdup_printf (_ ("This computer cannot show your picture: %s."), detail);
    }
  return FALSE;
}

CusaxVideoAnswer
cusax_videocalls_get_answer (CusaxAccount *phone, CusaxCall *call)
{
  if (!cusax_call_is_video_offered (call) || !host_shows_pictures ())
    return CUSAX_VIDEO_ANSWER_NONE;
  if (cusax_videocalls_can (phone, NULL))
    return CUSAX_VIDEO_ANSWER_BOTH;
  return cusax_account_can_see_video (phone) ? CUSAX_VIDEO_ANSWER_SEE : CUSAX_VIDEO_ANSWER_NONE;
}

const char *
cusax_videocalls_answer_label (CusaxVideoAnswer answer)
{
  switch (answer)
    {
    case CUSAX_VIDEO_ANSWER_SEE:
      return _ ("See their picture (you have no camera)");
    case CUSAX_VIDEO_ANSWER_BOTH:
      return _ ("Answer with video");
    case CUSAX_VIDEO_ANSWER_NONE:
      break;
    }
  return NULL;
}

gboolean
cusax_videocalls_are_for (const GPtrArray *list)
{
  if (!cusax_dialable_allows_video (list))
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    {
      const CusaxDialable *dialable = g_ptr_array_index (list, i);

      if (dialable->class_ == CUSAX_CLASS_ON_NET || dialable->class_ == CUSAX_CLASS_FOREIGN_SIP)
        return TRUE;
    }
  return FALSE;
}

/* ----------------------------------------------------------------- changes */

static char *
failure_text (CusaxCall *call, const char *name)
{
  g_autofree char *detail = clean_detail (cusax_call_get_video_error (call)->message);

  if ((cusax_call_get_video (call) & CUSAX_DIRECTION_RECVONLY) != 0)
    return g_strdup_printf (_ ("Your picture has ended: %s. You still see %s."), detail, name);
  return g_strdup_printf (_ ("The picture has ended: %s. The call goes on with sound."), detail);
}

/* @gained, @lost: bits of CusaxDirection. Returns: (transfer full) (nullable) */
static char *
direction_text (const char *name, CusaxDirection now, guint gained, guint lost)
{
  if (gained == CUSAX_DIRECTION_SENDRECV)
    return g_strdup_printf (_ ("You and %s see each other now. /video off ends that."), name);
  if (gained == CUSAX_DIRECTION_SENDONLY)
    return g_strdup_printf (_ ("%s sees you now. /video off ends that."), name);
  if (gained == CUSAX_DIRECTION_RECVONLY)
    return g_strdup_printf (_ ("%s shows a picture."), name);
  if (lost != 0 && now == CUSAX_DIRECTION_INACTIVE)
    return g_strdup_printf (_ ("The pictures of the call with %s have ended: it goes on with sound."), name);
  if (lost == CUSAX_DIRECTION_SENDONLY)
    return g_strdup_printf (_ ("%s does not see you any more."), name);
  if (lost == CUSAX_DIRECTION_RECVONLY)
    return g_strdup_printf (_ ("%s does not show a picture any more."), name);
  return NULL;
}

/* Returns: (transfer full): what the person can do about it */
static char *
offer_hint (CusaxAccount *phone)
{
  char *why = NULL;

  return cusax_videocalls_can (phone, &why) ? g_strdup (_ ("Type /video on to show yours.")) : why;
}

/* @text: (transfer full) (nullable): what has been said of the directions */
static char *
with_offer (CusaxAccount *phone, const char *name, char *text)
{
  g_autofree char *fact = text != NULL ? text : g_strdup_printf (_ ("%s would like to see you."), name);
  g_autofree char *hint = offer_hint (phone);

  return g_strconcat (fact, " ", hint, NULL);
}

char *
cusax_videocalls_change (CusaxAccount *phone, CusaxCall *call, const char *name, CusaxVideoSeen *seen)
{
  const CusaxVideoSeen before = *seen;
  guint gained;
  char *text;

  if (cusax_call_get_state (call) != CUSAX_CALL_ACTIVE || cusax_call_is_held (call) || cusax_call_is_remote_held (call))
    return NULL;
  /* On its way back from hold: the pictures have not ended, they come with the answer. */
  if (!cusax_call_is_hold_settled (call))
    return NULL;
  seen->direction = cusax_call_get_video (call);
  seen->offered = cusax_call_is_video_offered (call);
  seen->refused = cusax_call_is_video_refused (call);
  seen->failed = cusax_call_get_video_error (call) != NULL;
  if (seen->failed && !before.failed)
    return failure_text (call, name);
  if (seen->refused && !before.refused)
    return g_strdup_printf (_ ("%s does not take your picture: the call goes on with sound."), name);
  gained = seen->direction & ~before.direction;
  text = direction_text (name, seen->direction, gained, before.direction & ~seen->direction);
  /* Whoever has just taken his own away knows how to show it. */
  if (seen->offered && !before.offered && (text == NULL || gained == CUSAX_DIRECTION_RECVONLY))
    return with_offer (phone, name, text);
  return text;
}

/* --------------------------------------------------------------------- deed */

char *
cusax_videocalls_failure (const GError *reason)
{
  g_autofree char *detail = clean_detail (reason->message);

  return g_strdup_printf (_ ("The call with a picture cannot begin: %s."), detail);
}

static gboolean
fail (GError **error, int code, char *words)
{
  g_set_error_literal (error, CUSAX_ERROR, code, words);
  g_free (words);
  return FALSE;
}

gboolean
cusax_videocalls_set (CusaxAccount *phone, CusaxCall *call, gboolean on, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *detail = NULL;
  char *why = NULL;

  if (on && !cusax_videocalls_can (phone, &why))
    return fail (error, CUSAX_ERROR_MEDIA, why);
  if (cusax_call_set_video (call, on, &reason))
    return TRUE;
  if (g_error_matches (reason, CUSAX_ERROR, CUSAX_ERROR_OFFLINE))
    return fail (error, CUSAX_ERROR_OFFLINE, g_strdup (_ ("A picture can be shown when the other side has answered.")));
  if (!g_error_matches (reason, CUSAX_ERROR, CUSAX_ERROR_MEDIA))
    return fail (error, CUSAX_ERROR_UNAVAILABLE, cusax_words_error (reason, NULL));
  detail = clean_detail (reason->message);
  return fail (error, CUSAX_ERROR_MEDIA, g_strdup_printf (_ ("This computer cannot show your picture: %s."), detail));
}
