/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See setupwords.h. */
#include "setupwords.h"

#include "error.h"
#include "text.h"
#include "words.h"

#include <glib/gi18n-lib.h>

#include <string.h>

static const char *
label_of (CusaxCheckStep step)
{
  switch (step)
    {
    case CUSAX_CHECK_SETTINGS:
      return _ ("Settings");
    case CUSAX_CHECK_NAME:
      return _ ("Name of the server");
    case CUSAX_CHECK_CONNECTION:
      return _ ("Connection to the server");
    case CUSAX_CHECK_LOGIN:
      return _ ("Signing in");
    case CUSAX_CHECK_NAT:
      return _ ("Address translation (NAT)");
    case CUSAX_CHECK_CODECS:
      return _ ("Sound formats");
    case CUSAX_CHECK_MICROPHONE:
      return _ ("Microphone");
    case CUSAX_CHECK_SPEAKER:
      return _ ("Loudspeaker");
    case CUSAX_CHECK_N_STEPS:
      break;
    }
  return "";
}

static const char *
mark_of (CusaxCheckVerdict verdict)
{
  switch (verdict)
    {
    case CUSAX_CHECK_GOOD:
      /* Translators: the marks stand in front of the lines of a list */
      return _ ("[ok]");
    case CUSAX_CHECK_WARNING:
      return _ ("[note]");
    case CUSAX_CHECK_BAD:
      return _ ("[FAILED]");
    case CUSAX_CHECK_SKIPPED:
    case CUSAX_CHECK_PENDING:
      break;
    }
  return "[-]";
}

/* "sip.example.org:5061 (TLS)" without the remark. */
static char *
host_of (const char *detail)
{
  g_autofree char *clean = cusax_text_clean (detail, CUSAX_WORDS_MAX_LENGTH);

  return clean != NULL ? g_strndup (clean, strcspn (clean, " ")) : g_strdup (_ ("The telephone server"));
}

static gboolean
is_code (const GError *error, CusaxErrorCode code)
{
  return g_error_matches (error, CUSAX_ERROR, (int) code);
}

/* ---------------------------------------------------------------- failures */

static char *
settings_failure (const CusaxCheckResult *result)
{
  g_autofree char *why = NULL;

  if (result->verdict == CUSAX_CHECK_WARNING)
    return g_strdup (_ ("telephony is switched off. Switch it on in “Telephony settings...”."));
  if (is_code (result->error, CUSAX_ERROR_OFFLINE))
    return g_strdup (_ ("there are none yet: they come with chat. Sign in, or type them in “Telephony settings...”."));
  why = cusax_words_error (result->error, NULL);
  return g_strdup_printf (_ ("%s Correct it in “Telephony settings...”."), why);
}

static char *
name_failure (const CusaxAccount *account, const CusaxCheckResult *result)
{
  CusaxConfig *config = cusax_account_get_config (account);
  g_autofree char *host = host_of (result->detail);

  if (!is_code (result->error, CUSAX_ERROR_NO_HOST))
    return g_strdup_printf (_ ("the name service (DNS) does not answer for %s. Check this computer's network."), host);
  if (config != NULL && cusax_config_get_server_host (config) != NULL)
    return g_strdup_printf (_ ("%s was not found. Check the server in “Telephony settings...”, or ask your provider."), host);
  return g_strdup_printf (_ ("%s was not found. Check the part behind the @ of your address, or ask your provider."), host);
}

static char *
connection_failure (const CusaxCheckResult *result)
{
  g_autofree char *host = host_of (result->detail);

  if (is_code (result->error, CUSAX_ERROR_CERTIFICATE))
    return g_strdup_printf (_ ("%s shows a certificate that is not trusted. Accept it only if your provider confirms its "
                               "fingerprint."),
                            host);
  if (is_code (result->error, CUSAX_ERROR_NOT_PROTECTED))
    return g_strdup_printf (_ ("%s offers no protected connection, and the settings require one. Ask your provider."), host);
  if (is_code (result->error, CUSAX_ERROR_TIMEOUT))
    return g_strdup_printf (_ ("%s does not answer. Check server and transport in “Telephony settings...”, and firewalls."),
                            host);
  return g_strdup_printf (_ ("%s cannot be reached. Check this computer's network, firewalls, and the server in “Telephony "
                             "settings...”."),
                          host);
}

static char *
login_failure (const CusaxCheckResult *result)
{
  g_autofree char *why = cusax_words_error (result->error, result->detail);

  if (is_code (result->error, CUSAX_ERROR_CREDENTIALS))
    return g_strdup_printf (_ ("%s Correct user name or password in “Telephony settings...”."), why);
  if (is_code (result->error, CUSAX_ERROR_WITHHELD))
    return g_strdup_printf (_ ("%s Type it in “Telephony settings...”."), why);
  if (is_code (result->error, CUSAX_ERROR_NOT_PROTECTED))
    return g_strdup_printf (_ ("%s Set a password for telephony alone, or ask your provider for TLS."), why);
  if (is_code (result->error, CUSAX_ERROR_UNAVAILABLE) || is_code (result->error, CUSAX_ERROR_TIMEOUT))
    return g_strdup_printf (_ ("%s Try again later, or ask your provider."), why);
  return g_strdup_printf (_ ("%s Ask your provider."), why);
}

static char *
nat_note (const CusaxAccount *account)
{
  const char *local = cusax_account_get_local_address (account);
  const char *seen = cusax_account_get_seen_address (account);

  return g_strdup_printf (_ ("yes: this computer is %s, the server sees %s. If callers cannot hear you, ask your provider."),
                          local != NULL ? local : "?", seen != NULL ? seen : "?");
}

static char *
device_failure (CusaxCheckStep step, const CusaxCheckResult *result)
{
  g_autofree char *why = cusax_text_clean (result->error->message, CUSAX_WORDS_MAX_LENGTH);

  if (why != NULL && g_str_has_suffix (why, "."))
    why[strlen (why) - 1] = '\0';
  return g_strdup_printf (step == CUSAX_CHECK_MICROPHONE
                            ? _ ("%s. Plug one in, or end the program that uses it, or choose another one.")
                            : _ ("%s. Plug in loudspeakers or a headset, or choose another one."),
                          why != NULL ? why : "?");
}

static char *
codecs_failure (const CusaxCheckResult *result)
{
  if (result->verdict == CUSAX_CHECK_WARNING)
    return g_strdup_printf (_ ("calls work. With %s they would have more formats of sound or picture."), result->detail);
  return g_strdup_printf (_ ("programs are missing. Install %s, then start this program again."),
                          result->detail != NULL && *result->detail != '\0' ? result->detail : "GStreamer");
}

static char *
failure_of (const CusaxAccount *account, CusaxCheckStep step, const CusaxCheckResult *result)
{
  switch (step)
    {
    case CUSAX_CHECK_SETTINGS:
      return settings_failure (result);
    case CUSAX_CHECK_NAME:
      return name_failure (account, result);
    case CUSAX_CHECK_CONNECTION:
      return connection_failure (result);
    case CUSAX_CHECK_LOGIN:
      return login_failure (result);
    case CUSAX_CHECK_NAT:
      return nat_note (account);
    case CUSAX_CHECK_CODECS:
      return codecs_failure (result);
    case CUSAX_CHECK_MICROPHONE:
    case CUSAX_CHECK_SPEAKER:
      return device_failure (step, result);
    case CUSAX_CHECK_N_STEPS:
      break;
    }
  return g_strdup ("");
}

/* ------------------------------------------------------------------- lines */

static char *
success_of (CusaxCheckStep step, const CusaxCheckResult *result)
{
  g_autofree char *clean = cusax_text_clean (result->detail, CUSAX_WORDS_NAME_LENGTH);

  if (clean != NULL && step == CUSAX_CHECK_NAT)
    return g_strdup_printf (_ ("none, the server sees %s"), clean);
  if (clean != NULL)
    return g_steal_pointer (&clean);
  if (result->detail == NULL && (step == CUSAX_CHECK_MICROPHONE || step == CUSAX_CHECK_SPEAKER))
    return g_strdup (_ ("a call is using it"));
  return g_strdup (_ ("works"));
}

char *
cusax_setupwords_line (const CusaxAccount *account, CusaxCheckStep step, const CusaxCheckResult *result)
{
  g_autofree char *words = NULL;

  switch (result->verdict)
    {
    case CUSAX_CHECK_GOOD:
      words = success_of (step, result);
      break;
    case CUSAX_CHECK_WARNING:
    case CUSAX_CHECK_BAD:
      words = failure_of (account, step, result);
      break;
    case CUSAX_CHECK_SKIPPED:
    case CUSAX_CHECK_PENDING:
      words = g_strdup (step == CUSAX_CHECK_NAT && cusax_account_get_phone_state (account) == CUSAX_PHONE_UP
                          ? _ ("not known")
                          : _ ("not tested"));
      break;
    }
  /* Translators: a mark, what was tested, what was found */
  return g_strdup_printf (_ ("%s %s: %s"), mark_of (result->verdict), label_of (step), words);
}

const char *
cusax_setupwords_summary (const CusaxSetupCheck *check)
{
  gboolean phone_works = TRUE;
  gboolean sound_works = TRUE;

  for (CusaxCheckStep step = CUSAX_CHECK_SETTINGS; step < CUSAX_CHECK_N_STEPS; step++)
    {
      CusaxCheckVerdict verdict = cusax_setupcheck_get (check, step)->verdict;

      if (step < CUSAX_CHECK_NAT && verdict != CUSAX_CHECK_GOOD)
        phone_works = FALSE;
      if (step >= CUSAX_CHECK_CODECS && verdict == CUSAX_CHECK_BAD)
        sound_works = FALSE;
    }
  if (phone_works && sound_works)
    return _ ("Calls can be made.");
  if (phone_works)
    return _ ("Calls cannot be made: the sound of this computer does not work.");
  if (sound_works)
    return _ ("Calls cannot be made: telephony does not work.");
  return _ ("Calls cannot be made: neither telephony nor sound works.");
}
