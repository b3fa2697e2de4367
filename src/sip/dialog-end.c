/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a dialog: asked for here, told by them, or by the loss of the leg. See dialog-private.h. */
#include "dialog-private.h"

#include "loop.h"
#include "reason.h"

/* An end that was asked for and does not come: the other side's 487 or 200 is lost for good. Sofia's own
 * time-outs come first (32 s). */
#define ENDING_MS 40000
/* How long BYE or CANCEL wait for the outer leg to come back. */
#define LEG_WAIT_MS CUSAX_FAREWELL_MS
/* How long BYE waits behind another request of the handle; then it goes beside it. */
#define BYE_WAIT_MS 500

/* Last thing of whoever calls it: the listener may do anything. */
static void
report_end (CusaxDialog *dialog, int status, const char *reason, gboolean elsewhere)
{
  const CusaxSipCallListener *listener = g_steal_pointer (&dialog->listener);
  g_autofree char *words = g_strdup (reason);

  if (listener != NULL)
    listener->on_ended (dialog->user_data, MAX (status, 0), words, elsewhere);
}

/* What was asked for and has no answer yet gets one. The listener may release the call meanwhile. */
static void
report_left (CusaxDialog *dialog)
{
  dialog->is_reporting = TRUE;
  cusax_dialog_refer_clear (dialog);
  cusax_dialog_info_clear (dialog);
  dialog->is_reporting = FALSE;
}

static void
finish_full (CusaxDialog *dialog, int status, const char *reason, gboolean elsewhere)
{
  g_autofree char *words = g_strdup (reason);

  if (dialog->state == CUSAX_DIALOG_ENDED)
    return;

  cusax_dialog_set_state (dialog, CUSAX_DIALOG_ENDED);
  cusax_exchange_clear (dialog);
  g_clear_handle_id (&dialog->guard_id, g_source_remove);
  g_clear_handle_id (&dialog->bye_wait_id, g_source_remove);
  cusax_dialog_note_gone (dialog);
  if (dialog->notifier == NULL && dialog->stack != NULL)
    {
      cusax_stack_drop (dialog->stack, &dialog->handler);
      dialog->stack = NULL;
    }
  report_left (dialog);

  if (!dialog->is_released)
    report_end (dialog, status, words, elsewhere);
  else if (dialog->stack == NULL)
    cusax_dialog_free (dialog);
}

void
cusax_dialog_let_go (CusaxDialog *dialog)
{
  if (dialog->notifier != NULL)
    cusax_notifier_cut (g_steal_pointer (&dialog->notifier));
  if (dialog->stack != NULL)
    cusax_stack_drop (dialog->stack, &dialog->handler);
  dialog->stack = NULL;
  if (dialog->is_released)
    cusax_dialog_free (dialog);
}

void
cusax_dialog_finish (CusaxDialog *dialog, int status, const char *reason)
{
  finish_full (dialog, status, reason, FALSE);
}

static gboolean
on_guard (gpointer user_data)
{
  CusaxDialog *dialog = user_data;

  dialog->guard_id = 0;
  cusax_dialog_finish (dialog, dialog->end_status >= 0 ? dialog->end_status : 408, dialog->end_reason);
  return G_SOURCE_REMOVE;
}

static void
start_guard (CusaxDialog *dialog, guint ms)
{
  g_clear_handle_id (&dialog->guard_id, g_source_remove);
  dialog->guard_id = cusax_loop_add_timeout (ms, on_guard, dialog);
}

/* What was asked for stays so: BYE goes, or goes again, beside the handle. The pointer may be dead after it. */
static void
leave_beside (CusaxDialog *dialog)
{
  gint64 past_ms = dialog->bye_at != 0 ? (g_get_monotonic_time () - dialog->bye_at) / 1000 : 0;

  if (dialog->farewell != NULL)
    cusax_farewell_begin (g_steal_pointer (&dialog->farewell), dialog->stack, dialog->presentation.privacy,
                          dialog->leg_is_up, (guint) CLAMP (CUSAX_FAREWELL_MS - past_ms, 0, CUSAX_FAREWELL_MS));
  cusax_dialog_finish (dialog, MAX (dialog->end_status, 0), dialog->end_reason);
}

/* Their telephone rings on. With CANCEL Sofia gives INVITE up, too; a 200 that comes all the same is acknowledged by nta,
 * which says good-bye as well. */
void
cusax_dialog_on_lost_invite (CusaxDialog *dialog)
{
  if (dialog->farewell != NULL)
    cusax_farewell_cancel (dialog->farewell, dialog->stack, dialog->presentation.privacy, dialog->leg_is_up,
                           CUSAX_FAREWELL_MS);
}

static gboolean
on_bye_wait (gpointer user_data)
{
  CusaxDialog *dialog = user_data;

  dialog->bye_wait_id = 0;
  leave_beside (dialog);
  return G_SOURCE_REMOVE;
}

/* WORKAROUND Sofia-SIP 1.12.11 to 1.13 (nua_client.c, nua_client_request_queue): a handle sends one request besides INVITE
 * at a time, and none of them can be taken back, so BYE would wait until INFO, REFER, NOTIFY or UPDATE is answered, or 32
 * s. A second one, should the first leave after all, is answered with 481. */
static gboolean
is_bye_behind (const CusaxDialog *dialog)
{
  return dialog->info_is_out || dialog->refer == CUSAX_REFER_SENT || dialog->is_moving
         || dialog->exchange == CUSAX_EXCHANGE_SENT_UPDATE
         || (dialog->notifier != NULL && cusax_notifier_is_waiting (dialog->notifier));
}

void
cusax_dialog_on_bye_response (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  if (event->status < 200)
    return;
  /* One that we did not ask for: their refresh of the session did not come (RFC 4028 section 10). */
  if (dialog->state == CUSAX_DIALOG_UP)
    dialog->end_status = 408;
  /* WORKAROUND Sofia-SIP 1.12.11 to 1.13 (nua_session.c, nua_bye_client_report): the call is over for nua, whatever came
   * of BYE. If that was lost with its connection, they do not know. */
  if (cusax_farewell_is_lost (event))
    leave_beside (dialog);
  else
    cusax_dialog_finish (dialog, dialog->end_status, dialog->end_reason);
}

void
cusax_dialog_send_bye (CusaxDialog *dialog)
{
  cusax_dialog_set_state (dialog, CUSAX_DIALOG_ENDING);
  if (dialog->bye_at == 0)
    dialog->bye_at = g_get_monotonic_time ();
  if (dialog->leg_is_up && is_bye_behind (dialog) && dialog->bye_wait_id == 0)
    dialog->bye_wait_id = cusax_loop_add_timeout (BYE_WAIT_MS, on_bye_wait, dialog);
  dialog->end_status = 0;
  dialog->bye_waits = !dialog->leg_is_up;
  start_guard (dialog, dialog->leg_is_up ? ENDING_MS : LEG_WAIT_MS);
  cusax_dialog_end_declining (dialog);
  if (dialog->leg_is_up)
    nua_bye (dialog->handler.handle, CUSAX_DIALOG_PRIVACY (dialog), TAG_END ());
}

void
cusax_dialog_hang_up (CusaxSipCall *call)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  switch (dialog->state)
    {
    case CUSAX_DIALOG_CALLING:
      cusax_dialog_set_state (dialog, CUSAX_DIALOG_ENDING);
      start_guard (dialog, ENDING_MS);
      nua_cancel (dialog->handler.handle, TAG_END ());
      break;
    case CUSAX_DIALOG_OFFERED:
      nua_ack (dialog->handler.handle, TAG_END ());
      cusax_dialog_send_bye (dialog);
      break;
    case CUSAX_DIALOG_INCOMING:
      cusax_dialog_set_state (dialog, CUSAX_DIALOG_ENDING);
      dialog->end_status = 480;
      start_guard (dialog, ENDING_MS);
      nua_respond (dialog->handler.handle, SIP_480_TEMPORARILY_UNAVAILABLE, TAG_END ());
      break;
    case CUSAX_DIALOG_ANSWERED:
      /* RFC 3261 section 15: a callee's BYE waits for ACK; without one Sofia sends it after 32 s. */
      cusax_dialog_set_state (dialog, CUSAX_DIALOG_ENDING);
      dialog->end_status = 0;
      dialog->bye_waits = TRUE;
      start_guard (dialog, ENDING_MS);
      break;
    case CUSAX_DIALOG_UP:
      cusax_dialog_send_bye (dialog);
      break;
    case CUSAX_DIALOG_ENDING:
    case CUSAX_DIALOG_ENDED:
      break;
    }
}

void
cusax_dialog_reject (CusaxSipCall *call, guint status, const char *reason)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  g_return_if_fail (status >= 300 && status < 700);
  if (dialog->state != CUSAX_DIALOG_INCOMING)
    return;
  cusax_dialog_set_state (dialog, CUSAX_DIALOG_ENDING);
  dialog->end_status = status;
  start_guard (dialog, ENDING_MS);
  nua_respond (dialog->handler.handle, status, reason != NULL ? reason : sip_status_phrase (status),
               TAG_END ());
}

void
cusax_dialog_release (CusaxSipCall *call)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  dialog->listener = NULL;
  cusax_dialog_hang_up (call);
  dialog->is_released = TRUE;
  if (dialog->state == CUSAX_DIALOG_ENDED && dialog->stack == NULL && !dialog->is_reporting)
    cusax_dialog_free (dialog);
}

/* WORKAROUND Sofia-SIP 1.12.11 to 1.13 (nua_session.c, nua_invite_client_report): a leg that is lost under an offer of
 * ours, of which no answer was seen yet, is the end for Sofia: nta fails the request with a 503 of its own, which passes
 * by messageclass.c, and nua sends BYE before we hear of it. That BYE at least is said again (farewell.h). */
void
cusax_dialog_on_bye_sent (CusaxDialog *dialog, int status)
{
  cusax_exchange_clear (dialog);
  cusax_dialog_set_state (dialog, CUSAX_DIALOG_ENDING);
  dialog->bye_at = g_get_monotonic_time ();
  dialog->end_status = status >= 300 && status < 700 ? status : 503;
  start_guard (dialog, ENDING_MS);
}

void
cusax_dialog_on_cancel (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  gboolean elsewhere = cusax_reason_is_elsewhere (event->sip);
  g_autofree char *reason = cusax_reason_dup_words (event->sip, NULL);

  /* Sofia has answered both requests. */
  if (dialog->state == CUSAX_DIALOG_UP)
    cusax_exchange_on_cancel (dialog);
  else
    finish_full (dialog, 487, reason, elsewhere);
}

/* Sofia answers it, and then tells that the call is over. */
void
cusax_dialog_on_bye (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  if (dialog->end_status >= 0)
    return;
  dialog->end_status = 0;
  dialog->end_reason = cusax_reason_dup_words (event->sip, NULL);
}

/* What stands goes on without signalling; what was being set up cannot: answers go to the connection that is
 * lost. */
void
cusax_dialog_on_leg_lost (CusaxDialog *dialog)
{
  if (dialog->state == CUSAX_DIALOG_INCOMING)
    cusax_dialog_finish (dialog, 503, "connection lost");
  else if (dialog->state == CUSAX_DIALOG_CALLING)
    {
      /* Their telephone rings on until somebody tells it. */
      cusax_dialog_set_state (dialog, CUSAX_DIALOG_ENDING);
      dialog->end_status = 503;
      dialog->cancel_waits = TRUE;
      start_guard (dialog, LEG_WAIT_MS);
      report_end (dialog, 503, "connection lost", FALSE);
    }
}

void
cusax_dialog_on_leg_back (CusaxDialog *dialog, const char *local_address)
{
  const CusaxSipCallListener *listener = dialog->listener;

  if (dialog->cancel_waits)
    {
      dialog->cancel_waits = FALSE;
      start_guard (dialog, ENDING_MS);
      nua_cancel (dialog->handler.handle, TAG_END ());
    }
  else if (dialog->bye_waits && dialog->end_status == 0)
    cusax_dialog_send_bye (dialog);
  else if (dialog->state == CUSAX_DIALOG_UP
           && (listener == NULL || listener->on_leg_back == NULL
               || !listener->on_leg_back (dialog->user_data, local_address)))
    cusax_exchange_move (dialog);
}
