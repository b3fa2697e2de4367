/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Digits of a call, one after another: RFC 4733 by the media session, INFO by the dialog; see call-private.h. They may be
 * somebody's PIN and are never logged. */
#include "call-private.h"

#include "dtmf.h"
#include "error.h"

/* GStreamer's shortest event takes 350 ms with its pause; what comes sooner waits in there, where nobody can take it back
 * and a comma is no pause any more. libpurple stops an event of 50 ms by itself. */
#define EVENT_TURN_MS 450
#define INFO_TURN_MS 200
#define EVENT_MS 50
#define INFO_MS 160
#define PAUSE_MS 2000

typedef enum
{
  WAY_NONE,
  WAY_EVENT,
  WAY_INFO
} Way;

void
cusax_call_stop_digits (CusaxCall *call)
{
  if (call->digits_id != 0)
    call->ports.clock->remove (call->ports.clock, call->digits_id);
  call->digits_id = 0;
  if (call->digits != NULL)
    g_string_free (g_steal_pointer (&call->digits), TRUE);
}

static gboolean
send_info (CusaxCall *call, char digit)
{
  g_autofree char *body = NULL;

  if (call->state != CUSAX_CALL_ACTIVE || !call->sip_call->vtable->takes_info (call->sip_call))
    return FALSE;
  body = cusax_dtmf_info_body (digit, INFO_MS);
  cusax_call_send_info (call, CUSAX_DTMF_INFO_TYPE, body, CUSAX_CALL_WISH_DIGIT);
  return TRUE;
}

static Way
send_digit (CusaxCall *call, char digit)
{
  CusaxDtmfMode mode = cusax_config_get_dtmf (call->config);

  /* While they hold us no sound leaves, and tones are sound. */
  if (mode != CUSAX_DTMF_INFO && call->session != NULL && !call->remote_held
      && call->session->vtable->send_event (call->session, digit, EVENT_MS))
    return WAY_EVENT;
  return mode != CUSAX_DTMF_RFC4733 && send_info (call, digit) ? WAY_INFO : WAY_NONE;
}

static void
tell_refused (CusaxCall *call, guint status)
{
  cusax_call_stop_digits (call);
  if (call->owner != NULL)
    call->owner->on_digits_refused (call->owner_data, call, status);
}

static gboolean on_turn (gpointer data);

/* Takes the first of those that wait. Returns: FALSE if there is no way to send it */
static gboolean
send_next (CusaxCall *call)
{
  char digit = call->digits->str[0];
  guint ms = PAUSE_MS;
  Way way;

  g_string_erase (call->digits, 0, 1);
  if (digit != ',')
    {
      way = send_digit (call, digit);
      if (way == WAY_NONE)
        return FALSE;
      ms = way == WAY_EVENT ? EVENT_TURN_MS : INFO_TURN_MS;
    }
  call->digits_id = call->ports.clock->add (call->ports.clock, ms, on_turn, call);
  return TRUE;
}

static gboolean
on_turn (gpointer data)
{
  CusaxCall *call = data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  call->digits_id = 0;
  if (call->digits->len == 0)
    cusax_call_stop_digits (call);
  else if (!send_next (call))
    tell_refused (call, 0);
  return G_SOURCE_REMOVE;
}

static gboolean
can_send (const CusaxCall *call)
{
  return call->state == CUSAX_CALL_ACTIVE || cusax_call_has_early_media (call);
}

gboolean
cusax_call_send_digits (CusaxCall *call, const char *digits, GError **error)
{
  g_autofree char *clean = cusax_dtmf_clean (digits, error);

  if (clean == NULL)
    return FALSE;
  if (!can_send (call))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "nobody hears digits now");
      return FALSE;
    }
  if (call->digits == NULL)
    call->digits = g_string_new (NULL);
  if (call->digits->len + strlen (clean) > CUSAX_DTMF_MAX)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "too many digits are waiting to be sent");
      return FALSE;
    }
  g_string_append (call->digits, clean);
  if (call->digits_id != 0 || send_next (call))
    return TRUE;
  cusax_call_stop_digits (call);
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, "the other side takes no digits");
  return FALSE;
}

void
cusax_call_digits_on_info_done (CusaxCall *call, guint status)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  if (status >= 300)
    tell_refused (call, status);
}

void
cusax_call_on_keypad (gpointer user_data, char digit)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);
  g_autoptr (GError) error = NULL;
  const char text[] = { digit, '\0' };

  if (!cusax_call_send_digits (call, text, &error) && !g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_INVALID))
    tell_refused (call, 0);
}
