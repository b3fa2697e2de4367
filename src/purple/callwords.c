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

/* ------------------------------------------------------------- protection */

char *
cusax_callwords_in_call (CusaxCall *call, const char *name)
{
  switch (cusax_call_get_keys (call))
    {
    case CUSAX_CALL_KEYS_UNVERIFIED:
      return g_strdup_printf (_ ("In call with %s, encrypted; who is at the other end is not proven."), name);
    case CUSAX_CALL_KEYS_SDES:
      return g_strdup_printf (_ ("In call with %s, encrypted; servers on the way could listen."), name);
    case CUSAX_CALL_KEYS_DTLS:
      return g_strdup_printf (_ ("In call with %s, encrypted end to end."), name);
    case CUSAX_CALL_KEYS_NONE:
      break;
    }
  return g_strdup_printf (_ ("In call with %s, not encrypted."), name);
}

char *
cusax_callwords_keys_changed (CusaxCall *call, const char *name)
{
  switch (cusax_call_get_keys (call))
    {
    case CUSAX_CALL_KEYS_UNVERIFIED:
      return g_strdup_printf (_ ("The call with %s is now encrypted; who is at the other end is not proven."), name);
    case CUSAX_CALL_KEYS_SDES:
      return g_strdup_printf (_ ("The call with %s is now encrypted; servers on the way could listen."), name);
    case CUSAX_CALL_KEYS_DTLS:
      return g_strdup_printf (_ ("The call with %s is now encrypted end to end."), name);
    case CUSAX_CALL_KEYS_NONE:
      break;
    }
  return g_strdup_printf (_ ("The call with %s is no longer encrypted."), name);
}

const char *
cusax_callwords_keys_if_answered (CusaxCall *call)
{
  switch (cusax_call_get_keys (call))
    {
    case CUSAX_CALL_KEYS_UNVERIFIED:
      return _ ("yes, but who is at the other end is not proven");
    case CUSAX_CALL_KEYS_SDES:
      return _ ("yes, but servers on the way could listen");
    case CUSAX_CALL_KEYS_DTLS:
      return _ ("yes, end to end");
    case CUSAX_CALL_KEYS_NONE:
      break;
    }
  return _ ("no");
}

/* ---------------------------------------------------------------- silence */

/* A microphone that gives nothing and a network that lets nothing through sound alike over there. */
static const char *
outgoing_advice (CusaxCall *call)
{
  CusaxTransportStats stats;

  if (cusax_call_get_stats (call, &stats) && stats.packets_sent == 0)
    return _ ("Your microphone gives no sound: “Test call setup...” in the account's menu looks for the reason.");
  return _ ("Perhaps a firewall or router is in the way: a TURN server in “Telephony settings...” goes around it.");
}

char *
cusax_callwords_silence (CusaxCall *call, const char *name, guint seconds, gboolean incoming)
{
  g_autofree char *fact = g_strdup_printf (
    incoming ? ngettext ("Nothing has been heard from %s for %u second.", "Nothing has been heard from %s for %u seconds.",
                         seconds)
             : ngettext ("%s has not heard anything from here for %u second.",
                         "%s has not heard anything from here for %u seconds.", seconds),
    name, seconds);

  return g_strconcat (fact, " ",
                      incoming ? _ ("Perhaps the microphone over there is off, or a firewall or router is in the way: a "
                                    "TURN server in “Telephony settings...” goes around it.")
                               : outgoing_advice (call),
                      NULL);
}

/* --------------------------------------------------------------- devices */

char *
cusax_callwords_device (const char *name, gboolean is_microphone, const GError *error)
{
  if (error == NULL)
    return g_strdup_printf (is_microphone ? _ ("Your microphone works again: %s can hear you.")
                                          : _ ("Your loudspeaker works again: you can hear %s."),
                            name);
  return g_strdup_printf (is_microphone
                            ? _ ("Your microphone has failed (%s): %s does not hear you. It is tried again every few seconds.")
                            : _ ("Your loudspeaker has failed (%s): you do not hear %s. It is tried again every few seconds."),
                          error->message, name);
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
