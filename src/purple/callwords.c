/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See callwords.h. */
#include "callwords.h"

#include "error.h"
#include "text.h"
#include "words.h"

#include <glib/gi18n-lib.h>

/* ------------------------------------------------------------- transfer */

/* Returns: (transfer full): why it came to nothing, as far as a status says it (RFC 3515 section 2.4.5) */
static char *
transfer_failure (guint status, const char *reason)
{
  g_autofree char *clean = cusax_text_clean (reason, CUSAX_WORDS_MAX_LENGTH);

  switch (status)
    {
    case 0:
      return g_strdup (_ ("The transfer failed."));
    case 486:
    case 600:
      return g_strdup (_ ("The transfer failed: the line is busy there."));
    case 408:
    case 480:
    case 487:
      return g_strdup (_ ("The transfer failed: nobody answered there."));
    case 404:
    case 484:
    case 604:
      return g_strdup (_ ("The transfer failed: that address is not known there."));
    case 603:
      return g_strdup (_ ("The transfer was declined."));
    default:
      if (clean == NULL)
        return g_strdup_printf (_ ("The transfer failed. The reply was: %u."), status);
      return g_strdup_printf (_ ("The transfer failed. The reply was: “%s” (%u)."), clean, status);
    }
}

char *
cusax_callwords_on_hold (const char *name)
{
  return g_strdup_printf (_ ("The call with %s is on hold: /resume goes on."), name);
}

char *
cusax_callwords_on_hold_in_menu (const char *name)
{
  return g_strdup_printf (
    _ ("The call with %s is on hold: “Resume call” in the account's menu goes on with it."), name);
}

char *
cusax_callwords_transfer (CusaxCall *call, const char *name)
{
  g_autofree char *failure = NULL;
  g_autofree char *hold = NULL;
  const char *reason = NULL;
  guint status = 0;

  switch (cusax_call_get_transfer (call, &status, &reason))
    {
    case CUSAX_TRANSFER_NONE:
      break;
    case CUSAX_TRANSFER_ASKED:
      return g_strdup_printf (_ ("%s is being transferred."), name);
    case CUSAX_TRANSFER_TRYING:
      return g_strdup_printf (_ ("Transfer: %s is calling there."), name);
    case CUSAX_TRANSFER_RINGING:
      return g_strdup_printf (_ ("Transfer: it is ringing there for %s."), name);
    case CUSAX_TRANSFER_FAILED:
      failure = transfer_failure (status, reason);
      if (!cusax_call_is_held (call))
        return g_steal_pointer (&failure);
      hold = cusax_callwords_on_hold (name);
      return g_strconcat (failure, " ", hold, NULL);
    }
  return NULL;
}

/* ---------------------------------------------------------------- errors */

/* Returns: (nullable): where the general sentence would not fit the deed */
static const char *
deed_sentence (CusaxCallDeed deed, int code)
{
  switch (deed)
    {
    case CUSAX_CALL_DEED_DIGITS:
      if (code == CUSAX_ERROR_INVALID)
        return _ ("Write up to 64 digits: 0 to 9, * and #, a comma is a pause. Nothing was sent.");
      if (code == CUSAX_ERROR_OFFLINE)
        return _ ("Digits can be sent when the other side has answered.");
      if (code == CUSAX_ERROR_UNSUPPORTED)
        return _ ("The other side takes no digits: neither as telephone events nor as INFO. Nothing was sent.");
      break;
    case CUSAX_CALL_DEED_TRANSFER:
      if (code == CUSAX_ERROR_OFFLINE)
        return _ ("Only a call that stands can be transferred.");
      if (code == CUSAX_ERROR_BUSY)
        return _ ("This call is being transferred already.");
      if (code == CUSAX_ERROR_UNSUPPORTED)
        return _ ("The telephone of the other side cannot be transferred.");
      break;
    case CUSAX_CALL_DEED_JOIN:
      if (code == CUSAX_ERROR_OFFLINE)
        return _ ("Only calls that stand can be joined.");
      if (code == CUSAX_ERROR_BUSY)
        return _ ("One of the calls is being transferred or joined already.");
      if (code == CUSAX_ERROR_UNSUPPORTED)
        return _ ("These calls cannot be joined.");
      break;
    case CUSAX_CALL_DEED_SWAP:
      if (code == CUSAX_ERROR_OFFLINE)
        return _ ("To swap there must be two calls, one of them on hold.");
      break;
    }
  return NULL;
}

gboolean
cusax_callwords_fail (CusaxCallDeed deed, const GError *reason, GError **error)
{
  const char *sentence
    = reason != NULL && reason->domain == CUSAX_ERROR ? deed_sentence (deed, reason->code) : NULL;
  g_autofree char *words = sentence != NULL ? g_strdup (sentence) : cusax_words_error (reason, NULL);

  g_set_error_literal (error, CUSAX_ERROR,
                       reason != NULL && reason->domain == CUSAX_ERROR ? reason->code : CUSAX_ERROR_UNAVAILABLE,
                       words);
  return FALSE;
}

char *
cusax_callwords_digits_refused (guint status, const char *name)
{
  if (status == 0)
    return g_strdup_printf (
      _ ("%s takes no digits, neither as telephone events nor as INFO: they were not sent."), name);
  return g_strdup_printf (_ ("%s did not take the digits (%u). The rest of them was not sent."), name, status);
}

/* --------------------------------------------------------------- waiting */

char *
cusax_callwords_waiting (CusaxCall *other, const char *name)
{
  if (cusax_call_get_state (other) != CUSAX_CALL_ACTIVE)
    return g_strdup_printf (_ ("You are calling %s; answering puts that on hold."), name);
  if (cusax_call_is_joined (other))
    return g_strdup_printf (_ ("You are in a conference with %s and others; answering puts it on hold."), name);
  return g_strdup_printf (_ ("You are in a call with %s; answering puts it on hold."), name);
}
