/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See words.h. */
#include "words.h"

#include "error.h"
#include "text.h"

#include <core.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* No text for people is made of more; the longest JID is shorter. */
#define LONGEST 4096

/* Names come from aliases, From headers and cards: one bounded line, whoever wrote them. */
static char *
clean_name (const char *name)
{
  char *clean = cusax_words_address (name, CUSAX_WORDS_MAX_LENGTH);

  return clean != NULL ? clean : g_strdup (_("somebody unknown"));
}

char *
cusax_words_address (const char *text, guint max_chars)
{
  g_autofree char *clean = cusax_text_clean (text, LONGEST);
  glong length = clean != NULL ? g_utf8_strlen (clean, -1) : 0;
  glong front = max_chars / 3;
  g_autofree char *begin = NULL;

  if (length <= (glong) max_chars)
    return g_steal_pointer (&clean);
  begin = g_utf8_substring (clean, 0, front);
  return g_strconcat (begin, "…", g_utf8_offset_to_pointer (clean, length - (max_chars - front - 1)), NULL);
}

char *
cusax_words_menu_label (const char *text)
{
  g_autoptr (GString) label = g_string_new (text);

  if (g_strcmp0 (purple_core_get_ui (), "gtk-gaim") == 0)
    g_string_replace (label, "_", "__", 0);
  return g_string_free (g_steal_pointer (&label), FALSE);
}

/* Inside the quotes of our sentence there are none of his. */
static char *
clean_claim (const char *display_name)
{
  static const char *const quotes[] = { "\"", "“", "”", "„", "«", "»" };
  g_autoptr (GString) claim = NULL;
  g_autofree char *clean = cusax_text_clean (display_name, CUSAX_WORDS_NAME_LENGTH);

  if (clean == NULL)
    return NULL;
  claim = g_string_new (clean);
  for (gsize i = 0; i < G_N_ELEMENTS (quotes); i++)
    g_string_replace (claim, quotes[i], "'", 0);
  return g_string_free (g_steal_pointer (&claim), FALSE);
}

char *
cusax_words_call_name (const char *label, const char *display_name)
{
  g_autofree char *clean = clean_name (label);
  g_autofree char *claimed = clean_claim (display_name);

  if (claimed == NULL || g_ascii_strcasecmp (claimed, clean) == 0)
    return g_steal_pointer (&clean);
  /* Translators: the name that a caller gave himself, then the address that the call came from */
  return g_strdup_printf (_("“%s” (%s)"), claimed, clean);
}

char *
cusax_words_duration (guint seconds)
{
  if (seconds < 60)
    return g_strdup_printf (ngettext ("%u second", "%u seconds", seconds), seconds);
  if (seconds < 3600)
    return g_strdup_printf ("%u:%02u", seconds / 60, seconds % 60);
  return g_strdup_printf ("%u:%02u:%02u", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/* ------------------------------------------------------------------ calls */

static char *
local_end (CusaxCall *call, const char *name)
{
  guint seconds = cusax_call_get_seconds (call);
  g_autofree char *duration = cusax_words_duration (seconds);

  if (seconds > 0)
    return g_strdup_printf (_("The call with %s has ended after %s."), name, duration);
  return g_strdup_printf (_("You have ended the call with %s."), name);
}

static char *
remote_end (CusaxCall *call, const char *name)
{
  guint seconds = cusax_call_get_seconds (call);
  g_autofree char *duration = cusax_words_duration (seconds);

  if (seconds > 0)
    return g_strdup_printf (_("%s has hung up after %s."), name, duration);
  return g_strdup_printf (_("%s has hung up."), name);
}

static char *
network_end (CusaxCall *call, const char *name)
{
  if (cusax_call_get_seconds (call) > 0)
    return g_strdup_printf (_("The connection to %s was lost."), name);
  return g_strdup_printf (_("The telephone server did not react to the call to %s."), name);
}

/* The sentence for the kind of end alone. */
static char *
end_sentence (CusaxCall *call, const char *name)
{
  switch (cusax_call_get_end (call))
    {
    case CUSAX_CALL_END_LOCAL:
      return local_end (call, name);
    case CUSAX_CALL_END_REMOTE:
      return remote_end (call, name);
    case CUSAX_CALL_END_DECLINED_HERE:
      return g_strdup_printf (_("You have declined the call from %s."), name);
    case CUSAX_CALL_END_DECLINED:
      return g_strdup_printf (_("%s has declined the call."), name);
    case CUSAX_CALL_END_BUSY:
      return g_strdup_printf (_("%s is busy."), name);
    case CUSAX_CALL_END_NO_ANSWER:
      return g_strdup_printf (_("%s did not answer."), name);
    case CUSAX_CALL_END_MISSED:
      return g_strdup_printf (_("You have missed a call from %s."), name);
    case CUSAX_CALL_END_ELSEWHERE:
      return g_strdup_printf (_("The call from %s was taken on another device."), name);
    case CUSAX_CALL_END_NOT_FOUND:
      return g_strdup_printf (_("%s is not known to the telephone server."), name);
    case CUSAX_CALL_END_FORBIDDEN:
      return g_strdup_printf (_("The telephone server does not allow this account to call %s."), name);
    case CUSAX_CALL_END_NO_CODEC:
      return g_strdup_printf (_("The call with %s failed: both sides have no sound format in common."), name);
    case CUSAX_CALL_END_NOT_PROTECTED:
      return g_strdup_printf (_("The call with %s failed: encryption is required and cannot be had."), name);
    case CUSAX_CALL_END_MEDIA:
      return g_strdup_printf (_("The call with %s failed: the sound of this computer does not work."), name);
    case CUSAX_CALL_END_NETWORK:
      return network_end (call, name);
    case CUSAX_CALL_END_NO_PATH:
      return g_strdup_printf (_("The call with %s failed: no way for the sound was found between both networks. A TURN server "
                                "in “Telephony settings...” can help."), name);
    case CUSAX_CALL_END_HANDSHAKE:
      return g_strdup_printf (_("The call with %s failed: the encryption of the sound could not be agreed on. Call again; if "
                                "it fails always, change “Sound encryption” in “Telephony settings...”."), name);
    case CUSAX_CALL_END_REDIRECTED:
      return g_strdup_printf (_("%s is to be reached elsewhere."), name);
    case CUSAX_CALL_END_TRANSFERRED:
      return g_strdup_printf (_("%s has been transferred."), name);
    case CUSAX_CALL_END_REPLACED:
      return g_strdup_printf (_("Another call has taken the place of the one with %s."), name);
    case CUSAX_CALL_END_NONE:
    case CUSAX_CALL_END_FAILED:
      break;
    }
  return g_strdup_printf (_("The call with %s failed."), name);
}

/* R45: what a service without a way to other networks answers. A number may just as well be wrong (404, 484), so there
 * only a plain "no" tells of the service. */
static gboolean
status_is_refused_network (guint status, CusaxClass class_)
{
  static const guint refusals[] = { 403, 488, 404, 484, 603 };
  gsize count = class_ == CUSAX_CLASS_FOREIGN_SIP ? G_N_ELEMENTS (refusals)
                : class_ == CUSAX_CLASS_TELEPHONE_NETWORK ? 1
                                                          : 0;

  for (gsize i = 0; i < count; i++)
    if (status == refusals[i])
      return TRUE;
  return FALSE;
}

/* A person over there who declines has let it ring: then there was a response before, and it would not be true. */
static gboolean
end_is_refused_network (CusaxCall *call)
{
  return cusax_call_is_outgoing (call) && cusax_call_get_caller (call) == NULL && cusax_call_get_seconds (call) == 0
         && cusax_call_get_end (call) != CUSAX_CALL_END_LOCAL
         && status_is_refused_network (cusax_call_get_end_status (call), cusax_call_get_class (call));
}

static char *
network_refusal (CusaxCall *call, const char *name)
{
  const char *refusal = _("Your telephony service does not allow calls to other networks.");
  g_autofree char *instead = NULL;

  if (cusax_call_get_contact (call) == NULL)
    return g_strdup (refusal);
  instead = g_strdup_printf (_("Write to %s instead."), name);
  return g_strconcat (refusal, " ", instead, NULL);
}

typedef enum
{
  REASON_NEVER,  /* it is ours, or there is none */
  REASON_WORDS,  /* only if they are their own words */
  REASON_ALWAYS  /* our sentence says little: without words at least the number */
} Reason;

/* What the other side said helps where our own sentence does not say it all (R44). */
static Reason
end_takes_reason (CusaxCallEnd end, guint status)
{
  switch (end)
    {
    case CUSAX_CALL_END_DECLINED:
    case CUSAX_CALL_END_NOT_FOUND:
    case CUSAX_CALL_END_FORBIDDEN:
    case CUSAX_CALL_END_FAILED:
      return REASON_ALWAYS;
    case CUSAX_CALL_END_BUSY:
    case CUSAX_CALL_END_NO_ANSWER:
    case CUSAX_CALL_END_NO_CODEC:
    case CUSAX_CALL_END_NETWORK:
      return status >= 300 ? REASON_WORDS : REASON_NEVER;
    case CUSAX_CALL_END_NONE:
    case CUSAX_CALL_END_LOCAL:
    case CUSAX_CALL_END_REMOTE:
    case CUSAX_CALL_END_DECLINED_HERE:
    case CUSAX_CALL_END_MISSED:
    case CUSAX_CALL_END_ELSEWHERE:
    case CUSAX_CALL_END_NO_PATH:
    case CUSAX_CALL_END_HANDSHAKE:
    case CUSAX_CALL_END_NOT_PROTECTED:
    case CUSAX_CALL_END_MEDIA:
    case CUSAX_CALL_END_REDIRECTED:
    case CUSAX_CALL_END_TRANSFERRED:
    case CUSAX_CALL_END_REPLACED:
      break;
    }
  return REASON_NEVER;
}

/* Standard phrases repeat what our sentence says: "Decline", "Not Found". */
static gboolean
reason_is_standard (const char *reason)
{
  static const char *const standard[]
      = { "decline",  "declined",       "forbidden",    "not found",
          "not here", "does not exist", "unauthorized", "does not exist anywhere",
          "rejected", "not acceptable here", "address incomplete",
          "busy here", "busy everywhere", "temporarily unavailable", "temporarily not available",
          "request timeout", "request terminated", "unsupported media type", "not acceptable",
          "service unavailable", "server time-out", "server timeout" };

  for (gsize i = 0; i < G_N_ELEMENTS (standard); i++)
    if (g_ascii_strcasecmp (reason, standard[i]) == 0)
      return TRUE;
  return FALSE;
}

char *
cusax_words_call_end (CusaxCall *call, const char *name)
{
  g_autofree char *clean = clean_name (name);
  gboolean is_refused = end_is_refused_network (call);
  g_autofree char *sentence = is_refused ? network_refusal (call, clean) : end_sentence (call, clean);
  g_autofree char *reason = NULL;
  g_autofree char *said = NULL;
  guint status = cusax_call_get_end_status (call);
  Reason kind = end_takes_reason (cusax_call_get_end (call), status);

  if (!is_refused && kind == REASON_NEVER)
    return g_steal_pointer (&sentence);
  reason = cusax_text_clean (cusax_call_get_end_reason (call), CUSAX_WORDS_MAX_LENGTH);
  if (reason != NULL && !reason_is_standard (reason))
    said = status > 0 ? g_strdup_printf (_("The reply was: “%s” (%u)."), reason, status)
                      : g_strdup_printf (_("The reply was: “%s”."), reason);
  else if (reason == NULL && status > 0 && (is_refused || kind == REASON_ALWAYS))
    said = g_strdup_printf (_("The reply was: %u."), status);
  if (said == NULL)
    return g_steal_pointer (&sentence);
  return g_strconcat (sentence, " ", said, NULL);
}

static const char *
state_phrase (CusaxCallState state)
{
  switch (state)
    {
    case CUSAX_CALL_PREPARING:
    case CUSAX_CALL_CALLING:
      return _("calling");
    case CUSAX_CALL_RINGING:
      return _("ringing there");
    case CUSAX_CALL_INCOMING:
      return _("ringing here");
    case CUSAX_CALL_ANSWERING:
      return _("being answered");
    case CUSAX_CALL_ACTIVE:
      return _("in call");
    case CUSAX_CALL_ENDED:
      break;
    }
  return _("ended");
}

static const char *const keys_phrases[] = {
  [CUSAX_CALL_KEYS_NONE] = N_("not encrypted"),
  [CUSAX_CALL_KEYS_UNVERIFIED] = N_("encrypted (who is at the other end is not proven)"),
  [CUSAX_CALL_KEYS_SDES] = N_("encrypted (servers on the way could listen)"),
  [CUSAX_CALL_KEYS_DTLS] = N_("encrypted end to end"),
};

char *
cusax_words_call_state (CusaxCall *call, const char *name)
{
  g_autofree char *clean = clean_name (name);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *list = NULL;
  guint seconds = cusax_call_get_seconds (call);

  g_ptr_array_add (parts, g_strdup (state_phrase (cusax_call_get_state (call))));
  if (seconds > 0)
    g_ptr_array_add (parts, cusax_words_duration (seconds));
  if (cusax_call_get_state (call) == CUSAX_CALL_ACTIVE)
    g_ptr_array_add (parts, g_strdup (_(keys_phrases[cusax_call_get_keys (call)])));
  if (cusax_call_is_joined (call))
    g_ptr_array_add (parts, g_strdup (_("in a conference")));
  if (cusax_call_is_held (call))
    g_ptr_array_add (parts, g_strdup (_("on hold")));
  if (cusax_call_is_remote_held (call))
    g_ptr_array_add (parts, g_strdup (_("held by the other side")));
  if (cusax_call_is_muted (call))
    g_ptr_array_add (parts, g_strdup (_("microphone muted")));
  g_ptr_array_add (parts, NULL);
  list = g_strjoinv (", ", (char **) parts->pdata);
  /* Translators: number of the call, the other side, a list of properties ("in call, 3:07, encrypted") */
  return g_strdup_printf (_("#%u %s: %s"), cusax_call_get_number (call), clean, list);
}

/* ---------------------------------------------------- errors and states */

/* "sip.example.org:5061 (TLS)" without the remark; the port stays, it may be what is wrong. */
static char *
server_name (const char *server)
{
  g_autofree char *clean = cusax_text_clean (server, CUSAX_WORDS_MAX_LENGTH);

  if (clean == NULL)
    return g_strdup (_("The telephone server"));
  return g_strndup (clean, strcspn (clean, " "));
}

/* "sip_server: not a host" gets the label that the person sees. */
static char *
invalid_sentence (const char *detail)
{
  const char *colon = strstr (detail, ": ");
  gsize length = colon != NULL ? (gsize) (colon - detail) : 0;

  for (const CusaxSetting *setting = cusax_config_get_settings (); setting->name != NULL && length > 0; setting++)
    if (strlen (setting->name) == length && strncmp (setting->name, detail, length) == 0)
      /* Translators: the label of a setting, then what is wrong with its value */
      return g_strdup_printf (_("“%s” cannot be used: %s."), _(setting->label), colon + 2);
  return g_strdup_printf (_("This is not valid: %s."), detail);
}

static char *
code_sentence (const GError *error, const char *name, const char *detail)
{
  switch ((CusaxErrorCode) error->code)
    {
    case CUSAX_ERROR_INVALID:
      return invalid_sentence (detail);
    case CUSAX_ERROR_UNSUPPORTED:
      return g_strdup_printf (_("This is not supported: %s."), detail);
    case CUSAX_ERROR_NO_CODEC:
      return g_strdup (_("Both sides have no sound format in common."));
    case CUSAX_ERROR_NO_HOST:
      return g_strdup_printf (_("%s does not exist in the name service (DNS)."), name);
    case CUSAX_ERROR_UNREACHABLE:
      return g_strdup_printf (_("%s cannot be reached."), name);
    case CUSAX_ERROR_TIMEOUT:
      return g_strdup_printf (_("%s does not answer."), name);
    case CUSAX_ERROR_CERTIFICATE:
      return g_strdup_printf (_("%s has a certificate that is not trusted."), name);
    case CUSAX_ERROR_CREDENTIALS:
      return g_strdup_printf (_("%s refused the password."), name);
    case CUSAX_ERROR_REFUSED:
      return g_strdup_printf (_("%s refused: %s."), name, detail);
    case CUSAX_ERROR_UNAVAILABLE:
      return g_strdup_printf (_("%s is not available at the moment."), name);
    case CUSAX_ERROR_NOT_PROTECTED:
      return g_strdup_printf (_("%s offers no protected connection, and the settings require one."), name);
    case CUSAX_ERROR_MEDIA:
      return g_strdup_printf (_("The sound of this computer does not work: %s."), detail);
    case CUSAX_ERROR_BUSY:
      return g_strdup (_("The line is in use: hang up first."));
    case CUSAX_ERROR_OFFLINE:
      return g_strdup (_("Telephony is not signed in."));
    case CUSAX_ERROR_WITHHELD:
      return g_strdup_printf (_("%s is outside of your chat domain and does not get the chat password: telephony needs "
                                "a password of its own."), name);
    case CUSAX_ERROR_REDIRECTED:
      return g_strdup_printf (_("%s asks to sign in at another server."), name);
    case CUSAX_ERROR_NO_PATH:
      return g_strdup (_("No way for the sound was found between both networks."));
    case CUSAX_ERROR_HANDSHAKE:
      return g_strdup (_("The encryption of the sound could not be agreed on."));
    }
  return g_strdup (detail);
}

char *
cusax_words_error (const GError *error, const char *server)
{
  g_autofree char *name = server_name (server);
  g_autofree char *detail = NULL;

  detail = cusax_text_clean (error != NULL ? error->message : NULL, 3 * CUSAX_WORDS_MAX_LENGTH);
  if (detail == NULL)
    detail = g_strdup (_("no reason was given"));
  /* Our sentences bring the full stop. */
  if (g_str_has_suffix (detail, "."))
    detail[strlen (detail) - 1] = '\0';
  if (error == NULL || error->domain != CUSAX_ERROR)
    return g_strdup_printf (_("%s cannot be used: %s."), name, detail);
  return code_sentence (error, name, detail);
}

/* "Telephony: " and a whole sentence of its own. */
static char *
failure_sentence (const CusaxAccount *account)
{
  g_autofree char *why
      = cusax_words_error (cusax_account_get_phone_error (account), cusax_account_get_server (account));

  return g_strdup_printf (_("Telephony: %s"), why);
}

static char *
waiting_sentence (const CusaxAccount *account)
{
  g_autofree char *failure = failure_sentence (account);
  guint seconds = cusax_account_get_retry_seconds (account);
  g_autofree char *next = NULL;

  if (seconds == 0)
    return g_steal_pointer (&failure);
  next = g_strdup_printf (ngettext ("Next try in %u second.", "Next try in %u seconds.", seconds), seconds);
  return g_strconcat (failure, " ", next, NULL);
}

char *
cusax_words_phone_state (const CusaxAccount *account)
{
  switch (cusax_account_get_phone_state (account))
    {
    case CUSAX_PHONE_SIGNING_IN:
      return g_strdup (_("Telephony: signing in."));
    case CUSAX_PHONE_UP:
      return g_strdup (_("Telephony: signed in."));
    case CUSAX_PHONE_WAITING:
      return waiting_sentence (account);
    case CUSAX_PHONE_REFUSED:
      return failure_sentence (account);
    case CUSAX_PHONE_STOPPING:
      return g_strdup (_("Telephony: signing off."));
    case CUSAX_PHONE_OFF:
      break;
    }
  return g_strdup (_("Telephony: off."));
}

char *
cusax_words_phone_failure (const CusaxAccount *account)
{
  CusaxPhoneState state = cusax_account_get_phone_state (account);
  g_autofree char *failure = NULL;

  if (state != CUSAX_PHONE_WAITING && state != CUSAX_PHONE_REFUSED)
    return NULL;
  failure = failure_sentence (account);
  if (!cusax_account_is_chat_up (account))
    return g_steal_pointer (&failure);
  return g_strconcat (failure, " ", _("Chat works."), NULL);
}

char *
cusax_words_chat_state (const CusaxAccount *account)
{
  return g_strdup (cusax_account_is_chat_up (account) ? _("Chat: signed in.") : _("Chat: not connected."));
}
