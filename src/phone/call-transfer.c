/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the other side of a call is sent to somebody else: REFER (RFC 3515), blind and attended (RFC 5589); see
 * call-private.h. */
#include "call-private.h"

#include "error.h"
#include "text.h"

#define MAX_REASON_CHARS 120

void
cusax_call_clear_transfer (CusaxCall *call)
{
  g_clear_pointer (&call->transfer_target, cusax_address_unref);
  if (call->transfer_other != NULL)
    call->transfer_other->is_transfer_target = FALSE;
  g_clear_pointer (&call->transfer_other, cusax_call_unref);
  call->is_referred = FALSE;
}

static void
set_report (CusaxCall *call, guint status, const char *reason)
{
  g_free (call->transfer_reason);
  call->transfer_reason = cusax_text_clean (reason, MAX_REASON_CHARS);
  call->transfer_status = status;
}

/* The call stands, on hold: the person says what next. */
void
cusax_call_fail_transfer (CusaxCall *call, guint status, const char *reason)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  g_message ("call #%u: transfer failed with %u", call->number, status);
  cusax_call_clear_transfer (call);
  set_report (call, status, reason);
  call->transfer = CUSAX_TRANSFER_FAILED;
  cusax_call_emit_changed (call);
}

/* baresip#2083: a REFER that overtakes the hold finds a dialog that has something else to do. */
void
cusax_call_continue_transfer (CusaxCall *call)
{
  CusaxCall *other = call->transfer_other;
  g_autoptr (GError) error = NULL;

  if (call->transfer != CUSAX_TRANSFER_ASKED || call->is_referred || call->reoffering
      || call->state != CUSAX_CALL_ACTIVE)
    return;
  if (other != NULL && other->sip_call == NULL)
    {
      cusax_call_fail_transfer (call, 0, "the other call has ended");
      return;
    }
  call->is_referred = TRUE;
  if (!call->sip_call->vtable->refer (call->sip_call, call->transfer_target, other != NULL ? other->sip_call : NULL,
                                      &error))
    cusax_call_fail_transfer (call, 0, error->message);
}

/* @other: (nullable) */
static gboolean
begin (CusaxCall *call, CusaxAddress *target, CusaxCall *other, GError **error)
{
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);

  if (call->state != CUSAX_CALL_ACTIVE)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "the call does not stand");
      return FALSE;
    }
  if (call->transfer != CUSAX_TRANSFER_NONE && call->transfer != CUSAX_TRANSFER_FAILED)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_BUSY, "a transfer is under way");
      return FALSE;
    }
  if (!call->sip_call->vtable->takes_refer (call->sip_call))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, "the other side takes no transfer");
      return FALSE;
    }
  cusax_call_clear_transfer (call);
  set_report (call, 0, NULL);
  call->transfer_target = cusax_address_ref (target);
  if (other != NULL)
    {
      call->transfer_other = cusax_call_ref (other);
      other->is_transfer_target = TRUE;
    }
  call->transfer = CUSAX_TRANSFER_ASKED;
  cusax_call_emit_changed (call);
  cusax_call_set_hold (call, TRUE);
  cusax_call_continue_transfer (call);
  return TRUE;
}

gboolean
cusax_call_transfer (CusaxCall *call, CusaxAddress *target, GError **error)
{
  return begin (call, target, NULL, error);
}

gboolean
cusax_call_transfer_to (CusaxCall *call, CusaxCall *other, GError **error)
{
  gboolean stands = other->state == CUSAX_CALL_ACTIVE || (other->state == CUSAX_CALL_RINGING && other->outgoing);

  if (call == other || !stands || other->peer == NULL)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "the other call does not stand");
      return FALSE;
    }
  return begin (call, other->peer, other, error);
}

gboolean
cusax_call_is_transferred (const CusaxCall *call)
{
  return call->is_transfer_target || (call->transfer != CUSAX_TRANSFER_NONE && call->is_referred);
}

void
cusax_call_on_refer_progress (gpointer user_data, guint status, const char *reason)
{
  CusaxCall *call = user_data;
  g_autoptr (CusaxCall) keep = cusax_call_ref (call);
  g_autoptr (CusaxCall) other = NULL;

  if (!call->is_referred)
    return;
  set_report (call, status, reason);
  if (status >= 300)
    {
      cusax_call_fail_transfer (call, status, reason);
      return;
    }
  if (status < 200)
    {
      call->transfer = status >= 180 ? CUSAX_TRANSFER_RINGING : CUSAX_TRANSFER_TRYING;
      cusax_call_emit_changed (call);
      return;
    }
  /* The target ends the call that was replaced; if it is in no hurry, so do we (RFC 5589 section 7.1). */
  if (call->transfer_other != NULL)
    other = cusax_call_ref (call->transfer_other);
  cusax_call_end (call, CUSAX_CALL_END_TRANSFERRED, 0, NULL);
  if (other == NULL)
    return;
  /* Nobody will tell when it is replaced, and without it there is nothing to replace: their BYE is the sign. */
  if (status == 202)
    other->is_transfer_target = other->state != CUSAX_CALL_ENDED;
  else
    cusax_call_end (other, CUSAX_CALL_END_TRANSFERRED, 0, NULL);
}
