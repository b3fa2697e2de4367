/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See setupcheck.h. */
#include "setupcheck.h"

#include "error.h"

#include <string.h>

/* With the 5 s of the media port's probe: over within 30 s. */
#define SIGN_IN_MS 24000

struct _CusaxSetupCheck
{
  CusaxAccount *account; /* borrowed */
  CusaxClock *clock;
  CusaxMediaPort *media;
  const CusaxSetupCheckListener *listener; /* NULL: given up */
  gpointer user_data;
  GError *config_error;
  guint timer;
  gboolean awaits_sign_in;
  gboolean is_probing;
  CusaxCheckResult results[CUSAX_CHECK_N_STEPS];
};

static void
check_clear (gpointer data)
{
  CusaxSetupCheck *check = data;

  for (gsize i = 0; i < CUSAX_CHECK_N_STEPS; i++)
    {
      g_clear_error (&check->results[i].error);
      g_free (check->results[i].detail);
    }
  g_clear_error (&check->config_error);
}

/* The listener may give the check up: whoever goes on after this holds a reference, and asks has_listener(). */
static void
set_result (CusaxSetupCheck *check, CusaxCheckStep step, CusaxCheckVerdict verdict, const GError *error,
            const char *detail)
{
  CusaxCheckResult *result = &check->results[step];

  if (check->listener == NULL || result->verdict != CUSAX_CHECK_PENDING)
    return;
  result->verdict = verdict;
  result->error = error != NULL ? g_error_copy (error) : NULL;
  result->detail = g_strdup (detail);
  g_debug ("test of the call setup: step %d is %d: %s", (int) step, (int) verdict,
           error != NULL ? error->message : detail != NULL ? detail : "");
  check->listener->on_step (check->user_data, step, result);
}

static void
skip_until (CusaxSetupCheck *check, CusaxCheckStep last)
{
  for (CusaxCheckStep step = CUSAX_CHECK_SETTINGS; step <= last; step++)
    set_result (check, step, CUSAX_CHECK_SKIPPED, NULL, NULL);
}

static void
set_timer (CusaxSetupCheck *check, guint ms, GSourceFunc function)
{
  if (check->timer != 0)
    check->clock->remove (check->clock, check->timer);
  check->timer = function != NULL ? check->clock->add (check->clock, ms, function, check) : 0;
}

/* ------------------------------------------------------------------ sound */

static void
set_device (CusaxSetupCheck *check, CusaxCheckStep step, const char *name, const GError *error)
{
  set_result (check, step, error != NULL ? CUSAX_CHECK_BAD : CUSAX_CHECK_GOOD, error, name);
}

static void
finish (CusaxSetupCheck *check)
{
  const CusaxSetupCheckListener *listener = check->listener;

  if (listener != NULL)
    listener->on_done (check->user_data);
}

static void
on_probed (gpointer user_data, const CusaxMediaProbe *probe)
{
  CusaxSetupCheck *check = g_rc_box_acquire (user_data);

  check->is_probing = FALSE;
  set_device (check, CUSAX_CHECK_MICROPHONE, probe->microphone, probe->microphone_error);
  set_device (check, CUSAX_CHECK_SPEAKER, probe->speaker, probe->speaker_error);
  finish (check);
  g_rc_box_release_full (check, check_clear);
}

/* "opus, PCMA, PCMU": a name stands once, whatever its clock rates. */
static char *
codec_names (const GPtrArray *codecs)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < codecs->len; i++)
    {
      const CusaxCodec *codec = g_ptr_array_index (codecs, i);

      if (cusax_codec_is_auxiliary (codec) || strstr (names->str, codec->name) != NULL)
        continue;
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", codec->name);
    }
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
check_codecs (CusaxSetupCheck *check)
{
  const char *missing = NULL;
  const GPtrArray *codecs = check->media->vtable->get_codecs (check->media, &missing);
  g_autofree char *names = codec_names (codecs);
  g_autoptr (GError) error = NULL;

  if (missing == NULL && check->media->vtable->get_hints != NULL)
    missing = check->media->vtable->get_hints (check->media);
  if (missing != NULL || codecs->len == 0)
    error = g_error_new (CUSAX_ERROR, CUSAX_ERROR_MEDIA, "not installed: %s", missing != NULL ? missing : "GStreamer");
  set_result (check, CUSAX_CHECK_CODECS,
              error == NULL      ? CUSAX_CHECK_GOOD
              : codecs->len == 0 ? CUSAX_CHECK_BAD
                                 : CUSAX_CHECK_WARNING,
              error, missing != NULL ? missing : names);
}

static gboolean
on_check_sound (gpointer user_data)
{
  CusaxSetupCheck *check = g_rc_box_acquire (user_data);

  check->timer = 0;
  check_codecs (check);
  if (check->listener != NULL)
    {
      check->is_probing = TRUE;
      check->media->vtable->probe (check->media, on_probed, check);
    }
  g_rc_box_release_full (check, check_clear);
  return G_SOURCE_REMOVE;
}

/* From the main loop: GStreamer takes its time, and the account may be in the middle of its report. */
static void
go_on_with_sound (CusaxSetupCheck *check)
{
  check->awaits_sign_in = FALSE;
  if (check->listener != NULL)
    set_timer (check, 0, on_check_sound);
}

/* -------------------------------------------------------------- telephony */

/* "203.0.113.5:4242", "[2001:db8::1]:4242" without the port; a bare literal as it is. */
static char *
host_of (const char *address)
{
  const char *end;

  if (*address == '[')
    {
      end = strchr (address, ']');
      return g_strndup (address + 1, end != NULL ? (gsize) (end - address - 1) : strlen (address + 1));
    }
  end = strchr (address, ':');
  return end != NULL && strchr (end + 1, ':') == NULL ? g_strndup (address, (gsize) (end - address))
                                                      : g_strdup (address);
}

static void
check_nat (CusaxSetupCheck *check)
{
  const char *local = cusax_account_get_local_address (check->account);
  const char *seen = cusax_account_get_seen_address (check->account);
  g_autofree char *seen_host = seen != NULL ? host_of (seen) : NULL;
  g_autofree char *local_host = local != NULL ? host_of (local) : NULL;
  g_autofree char *both = NULL;
  g_autoptr (GError) error = NULL;

  if (seen_host == NULL || local_host == NULL)
    {
      set_result (check, CUSAX_CHECK_NAT, CUSAX_CHECK_SKIPPED, NULL, NULL);
      return;
    }
  if (g_ascii_strcasecmp (seen_host, local_host) == 0)
    {
      set_result (check, CUSAX_CHECK_NAT, CUSAX_CHECK_GOOD, NULL, local_host);
      return;
    }
  both = g_strdup_printf ("%s, %s", local_host, seen_host);
  error = g_error_new (CUSAX_ERROR, CUSAX_ERROR_UNREACHABLE, "here %s, seen by the server as %s", local_host, seen_host);
  set_result (check, CUSAX_CHECK_NAT, CUSAX_CHECK_WARNING, error, both);
}

static void
sign_in_succeeded (CusaxSetupCheck *check)
{
  CusaxProtection protection = { 0 };
  const char *server = cusax_account_get_server (check->account);

  set_timer (check, 0, NULL);
  cusax_account_get_protection (check->account, &protection);
  set_result (check, CUSAX_CHECK_NAME, CUSAX_CHECK_GOOD, NULL, server);
  set_result (check, CUSAX_CHECK_CONNECTION, CUSAX_CHECK_GOOD, NULL,
              protection.tls_version != NULL ? protection.tls_version : protection.transport);
  set_result (check, CUSAX_CHECK_LOGIN, CUSAX_CHECK_GOOD, NULL, protection.authentication);
  if (check->listener != NULL)
    check_nat (check);
  go_on_with_sound (check);
}

static CusaxCheckStep
step_of_state (CusaxSipState reached)
{
  switch (reached)
    {
    case CUSAX_SIP_STOPPED:
    case CUSAX_SIP_LOCATING:
      return CUSAX_CHECK_NAME;
    case CUSAX_SIP_REGISTERING:
      return CUSAX_CHECK_LOGIN;
    case CUSAX_SIP_CONNECTING:
    case CUSAX_SIP_REGISTERED: /* what stood is lost */
      break;
    }
  return CUSAX_CHECK_CONNECTION;
}

/* Over UDP nothing connects: who does not answer the login was never reached. */
static gboolean
is_datagram (CusaxAccount *account)
{
  const char *server = cusax_account_get_server (account);

  return server != NULL && g_str_has_suffix (server, "(UDP)");
}

/* The kind of failure says more than how far it came, where it says anything. */
static CusaxCheckStep
broken_step (CusaxAccount *account, const GError *error)
{
  CusaxSipState reached = cusax_account_get_reached (account);
  CusaxCheckStep step = step_of_state (reached);

  if (error->domain != CUSAX_ERROR)
    return MIN (step, CUSAX_CHECK_CONNECTION);
  switch ((CusaxErrorCode) error->code)
    {
    case CUSAX_ERROR_NO_HOST:
      return CUSAX_CHECK_NAME;
    case CUSAX_ERROR_CERTIFICATE:
      return CUSAX_CHECK_CONNECTION;
    case CUSAX_ERROR_CREDENTIALS:
    case CUSAX_ERROR_WITHHELD:
    case CUSAX_ERROR_REFUSED:
    case CUSAX_ERROR_UNAVAILABLE:
    case CUSAX_ERROR_REDIRECTED:
      return CUSAX_CHECK_LOGIN;
    case CUSAX_ERROR_UNREACHABLE:
      return MIN (step, CUSAX_CHECK_CONNECTION);
    case CUSAX_ERROR_NOT_PROTECTED:
      return MAX (step, CUSAX_CHECK_CONNECTION);
    case CUSAX_ERROR_TIMEOUT:
      return is_datagram (account) ? MIN (step, CUSAX_CHECK_CONNECTION) : step;
    case CUSAX_ERROR_INVALID:
    case CUSAX_ERROR_UNSUPPORTED:
    case CUSAX_ERROR_NO_CODEC:
    case CUSAX_ERROR_MEDIA:
    case CUSAX_ERROR_NO_PATH:
    case CUSAX_ERROR_HANDSHAKE:
    case CUSAX_ERROR_BUSY:
    case CUSAX_ERROR_OFFLINE:
      break;
    }
  return step;
}

/* What the name service is asked for. */
static const char *
name_of_server (CusaxAccount *account)
{
  CusaxConfig *config = cusax_account_get_config (account);
  const char *host = config != NULL ? cusax_config_get_server_host (config) : NULL;

  return host != NULL || config == NULL ? host : cusax_config_get_domain (config);
}

static void
sign_in_failed (CusaxSetupCheck *check, const GError *error)
{
  CusaxCheckStep broken = broken_step (check->account, error);
  const char *server = cusax_account_get_server (check->account);
  const char *name = name_of_server (check->account);

  set_timer (check, 0, NULL);
  check->awaits_sign_in = FALSE;
  for (CusaxCheckStep step = CUSAX_CHECK_NAME; step < broken; step++)
    set_result (check, step, CUSAX_CHECK_GOOD, NULL, step == CUSAX_CHECK_NAME ? server : NULL);
  set_result (check, broken, CUSAX_CHECK_BAD, error, broken == CUSAX_CHECK_NAME || server == NULL ? name : server);
  skip_until (check, CUSAX_CHECK_NAT);
  go_on_with_sound (check);
}

static gboolean
on_sign_in_timeout (gpointer user_data)
{
  CusaxSetupCheck *check = g_rc_box_acquire (user_data);
  g_autoptr (GError) error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_TIMEOUT, "no answer in time");

  check->timer = 0;
  sign_in_failed (check, error);
  g_rc_box_release_full (check, check_clear);
  return G_SOURCE_REMOVE;
}

void
cusax_setupcheck_on_state (CusaxSetupCheck *check)
{
  g_autoptr (GError) off = NULL;
  const GError *error;

  if (!check->awaits_sign_in)
    return;
  g_rc_box_acquire (check);
  switch (cusax_account_get_phone_state (check->account))
    {
    case CUSAX_PHONE_UP:
      sign_in_succeeded (check);
      break;
    case CUSAX_PHONE_WAITING:
    case CUSAX_PHONE_REFUSED:
    case CUSAX_PHONE_OFF:
      error = cusax_account_get_phone_error (check->account);
      if (error == NULL)
        error = off = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "telephony was signed off");
      sign_in_failed (check, error);
      break;
    case CUSAX_PHONE_SIGNING_IN:
    case CUSAX_PHONE_STOPPING:
      break;
    }
  g_rc_box_release_full (check, check_clear);
}

static void
check_sign_in (CusaxSetupCheck *check)
{
  check->awaits_sign_in = TRUE;
  if (cusax_account_get_phone_state (check->account) != CUSAX_PHONE_UP)
    {
      set_timer (check, SIGN_IN_MS, on_sign_in_timeout);
      cusax_account_start (check->account);
    }
  /* It reports each change, but not that nothing has to be changed. */
  cusax_setupcheck_on_state (check);
}

/* --------------------------------------------------------------- settings */

/* Returns: TRUE if telephony can be tried */
static gboolean
check_settings (CusaxSetupCheck *check)
{
  CusaxConfig *config = cusax_account_get_config (check->account);
  g_autoptr (GError) error = NULL;

  if (check->config_error != NULL)
    error = g_error_copy (check->config_error);
  else if (config == NULL)
    error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "there are no settings yet");
  if (error != NULL)
    {
      set_result (check, CUSAX_CHECK_SETTINGS, CUSAX_CHECK_BAD, error, NULL);
      return FALSE;
    }
  if (!cusax_config_telephony_enabled (config))
    {
      error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "telephony is switched off");
      set_result (check, CUSAX_CHECK_SETTINGS, CUSAX_CHECK_WARNING, error, NULL);
      return FALSE;
    }
  set_result (check, CUSAX_CHECK_SETTINGS, CUSAX_CHECK_GOOD, NULL, cusax_address_get_uri (cusax_config_get_aor (config)));
  return TRUE;
}

static gboolean
on_begin (gpointer user_data)
{
  CusaxSetupCheck *check = g_rc_box_acquire (user_data);
  gboolean can_be_tried;

  check->timer = 0;
  can_be_tried = check_settings (check);
  if (check->listener != NULL && can_be_tried)
    check_sign_in (check);
  else if (check->listener != NULL)
    {
      skip_until (check, CUSAX_CHECK_NAT);
      go_on_with_sound (check);
    }
  g_rc_box_release_full (check, check_clear);
  return G_SOURCE_REMOVE;
}

CusaxSetupCheck *
cusax_setupcheck_new (CusaxAccount *account, const GError *config_error, CusaxClock *clock, CusaxMediaPort *media,
                      const CusaxSetupCheckListener *listener, gpointer user_data)
{
  CusaxSetupCheck *check = g_rc_box_new0 (CusaxSetupCheck);

  check->account = account;
  check->clock = clock;
  check->media = media;
  check->listener = listener;
  check->user_data = user_data;
  check->config_error = config_error != NULL ? g_error_copy (config_error) : NULL;
  set_timer (check, 0, on_begin);
  return check;
}

void
cusax_setupcheck_free (CusaxSetupCheck *check)
{
  if (check == NULL)
    return;
  check->listener = NULL;
  check->awaits_sign_in = FALSE;
  set_timer (check, 0, NULL);
  if (check->is_probing)
    check->media->vtable->cancel_probe (check->media);
  check->is_probing = FALSE;
  g_rc_box_release_full (check, check_clear);
}

const CusaxCheckResult *
cusax_setupcheck_get (const CusaxSetupCheck *check, CusaxCheckStep step)
{
  return &check->results[step];
}
