/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See dialog.h. Set-up and end; offers after set-up are in exchange.c. */
#include "dialog-private.h"

#include "error.h"

/* An end that was asked for and does not come: the other side's 487 or 200 is lost for good. Sofia's own
 * time-outs come first (32 s). */
#define ENDING_MS 40000
/* How long BYE or CANCEL wait for the outer leg to come back. */
#define LEG_WAIT_MS 20000

static const CusaxSipCallVtable vtable;

void
cusax_dialog_set_state (CusaxDialog *dialog, CusaxDialogState state)
{
  static const char *const names[] = { "calling", "offered", "incoming", "answered", "up", "ending", "ended" };

  if (dialog->state == state)
    return;
  g_debug ("sip: call %s -> %s", names[dialog->state], names[state]);
  dialog->state = state;
}

gboolean
cusax_dialog_get_sdp (const sip_t *sip, const char **sdp, gsize *length)
{
  *sdp = NULL;
  *length = 0;
  if (sip == NULL || sip->sip_payload == NULL || sip->sip_payload->pl_len == 0)
    return TRUE;
  if (sip->sip_content_encoding != NULL)
    return FALSE;
  /* Without a type SDP is meant: some old gateways leave it out. */
  if (sip->sip_content_type != NULL && sip->sip_content_type->c_type != NULL
      && g_ascii_strcasecmp (sip->sip_content_type->c_type, "application/sdp") != 0)
    return FALSE;

  *sdp = sip->sip_payload->pl_data;
  *length = sip->sip_payload->pl_len;
  return TRUE;
}

static void
dialog_free (CusaxDialog *dialog)
{
  cusax_exchange_clear (dialog);
  g_clear_handle_id (&dialog->guard_id, g_source_remove);
  cusax_credentials_free (dialog->credentials);
  g_free (dialog->user);
  g_free (dialog->contact);
  g_free (dialog->local_sdp);
  g_free (dialog->early_sdp);
  g_free (dialog->early_tag);
  g_free (dialog->end_reason);
  g_free (dialog);
}

/* ---------------------------------------------------------------- the end */

/* RFC 3326: the words of a CANCEL or BYE, and whether another device took the call. */
static char *
read_reason (const sip_t *sip, gboolean *elsewhere)
{
  g_autofree char *text = NULL;

  for (const sip_reason_t *reason = sip != NULL ? sip->sip_reason : NULL; reason != NULL;
       reason = reason->re_next)
    {
      if (reason->re_protocol == NULL || g_ascii_strcasecmp (reason->re_protocol, "SIP") != 0)
        continue;
      if (elsewhere != NULL
          && (g_strcmp0 (reason->re_cause, "200") == 0 || g_strcmp0 (reason->re_cause, "600") == 0))
        *elsewhere = TRUE;
      if (text == NULL && reason->re_text != NULL)
        {
          char *end;

          text = g_strdup (reason->re_text[0] == '"' ? reason->re_text + 1 : reason->re_text);
          end = strrchr (text, '"');
          if (end != NULL && reason->re_text[0] == '"')
            *end = '\0';
        }
    }
  return g_steal_pointer (&text);
}

/* Last thing of whoever calls it: the listener may do anything. */
static void
report_end (CusaxDialog *dialog, int status, const char *reason, gboolean elsewhere)
{
  const CusaxSipCallListener *listener = g_steal_pointer (&dialog->listener);
  g_autofree char *words = g_strdup (reason);

  if (listener != NULL)
    listener->on_ended (dialog->user_data, MAX (status, 0), words, elsewhere);
}

static void
finish_full (CusaxDialog *dialog, int status, const char *reason, gboolean elsewhere)
{
  if (dialog->state == CUSAX_DIALOG_ENDED)
    return;

  cusax_dialog_set_state (dialog, CUSAX_DIALOG_ENDED);
  cusax_exchange_clear (dialog);
  g_clear_handle_id (&dialog->guard_id, g_source_remove);
  if (dialog->stack != NULL)
    cusax_stack_drop (dialog->stack, &dialog->handler);
  dialog->stack = NULL;

  if (dialog->is_released)
    dialog_free (dialog);
  else
    report_end (dialog, status, reason, elsewhere);
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
  dialog->guard_id = g_timeout_add (ms, on_guard, dialog);
}

void
cusax_dialog_send_bye (CusaxDialog *dialog)
{
  cusax_dialog_set_state (dialog, CUSAX_DIALOG_ENDING);
  dialog->end_status = 0;
  dialog->bye_waits = !dialog->leg_is_up;
  start_guard (dialog, dialog->leg_is_up ? ENDING_MS : LEG_WAIT_MS);
  if (dialog->leg_is_up)
    nua_bye (dialog->handler.handle, TAG_END ());
}

static void
hang_up (CusaxSipCall *call)
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

static void
reject (CusaxSipCall *call, guint status, const char *reason)
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

static void
release (CusaxSipCall *call)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  dialog->listener = NULL;
  hang_up (call);
  dialog->is_released = TRUE;
  if (dialog->state == CUSAX_DIALOG_ENDED)
    dialog_free (dialog);
}

/* ----------------------------------------------------------------- set-up */

static void
set_listener (CusaxSipCall *call, const CusaxSipCallListener *listener, gpointer user_data)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  dialog->listener = listener;
  dialog->user_data = user_data;
}

static void
set_disclosure (CusaxSipCall *call, const CusaxSipDisclosure *disclosure)
{
}

static void
ring (CusaxSipCall *call)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  if (dialog->state == CUSAX_DIALOG_INCOMING)
    nua_respond (dialog->handler.handle, SIP_180_RINGING, SIPTAG_CONTACT_STR (dialog->contact), TAG_END ());
}

static void
set_local_sdp (CusaxDialog *dialog, const char *sdp)
{
  g_free (dialog->local_sdp);
  dialog->local_sdp = g_strdup (sdp);
}

static void
accept_call (CusaxSipCall *call, const char *sdp)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  g_return_if_fail (sdp != NULL);
  if (dialog->state != CUSAX_DIALOG_INCOMING)
    return;
  cusax_dialog_set_state (dialog, CUSAX_DIALOG_ANSWERED);
  set_local_sdp (dialog, sdp);
  nua_respond (dialog->handler.handle, SIP_200_OK, SIPTAG_CONTACT_STR (dialog->contact),
               SIPTAG_CONTENT_TYPE_STR ("application/sdp"), SIPTAG_PAYLOAD_STR (sdp), TAG_END ());
}

static void
reoffer (CusaxSipCall *call, const char *sdp)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  g_return_if_fail (sdp != NULL);
  if (dialog->state == CUSAX_DIALOG_UP)
    cusax_exchange_reoffer (dialog, sdp);
}

static void
answer_offer (CusaxSipCall *call, guint status, const char *sdp)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  g_return_if_fail (status >= 300 || sdp != NULL);
  if (dialog->state == CUSAX_DIALOG_UP)
    cusax_exchange_answer (dialog, status, sdp);
  else if (dialog->state == CUSAX_DIALOG_OFFERED && status < 300)
    {
      cusax_dialog_set_state (dialog, CUSAX_DIALOG_UP);
      set_local_sdp (dialog, sdp);
      nua_ack (dialog->handler.handle, SIPTAG_CONTENT_TYPE_STR ("application/sdp"), SIPTAG_PAYLOAD_STR (sdp),
               TAG_END ());
    }
  else if (dialog->state == CUSAX_DIALOG_OFFERED)
    {
      /* Nothing to talk with: the 200 must be acknowledged all the same. */
      hang_up (call);
      dialog->end_status = status;
    }
}

static const CusaxSipCallVtable vtable = {
  .set_listener = set_listener,
  .set_disclosure = set_disclosure,
  .ring = ring,
  .accept = accept_call,
  .reject = reject,
  .hang_up = hang_up,
  .reoffer = reoffer,
  .answer_offer = answer_offer,
  .release = release,
};

/* An unreliable 18x may bring the answer before the 200 repeats it or, wrongly but often, does not. A fork's
 * SDP counts for that fork only. */
static void
keep_early_sdp (CusaxDialog *dialog, const sip_t *sip, const char *sdp, gsize length)
{
  if (sdp == NULL)
    return;
  g_free (dialog->early_sdp);
  g_free (dialog->early_tag);
  dialog->early_sdp = g_strndup (sdp, length);
  dialog->early_tag = g_strdup (sip->sip_to != NULL ? sip->sip_to->a_tag : NULL);
}

static void
on_answered (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  const char *sdp;
  gsize length;

  if (dialog->state == CUSAX_DIALOG_ENDING)
    {
      /* 200 and CANCEL crossed: it is a call, and has to be ended as one. */
      nua_ack (event->handle, TAG_END ());
      cusax_dialog_send_bye (dialog);
      dialog->end_status = 487;
      return;
    }
  if (dialog->state != CUSAX_DIALOG_CALLING)
    return;

  cusax_dialog_get_sdp (event->sip, &sdp, &length);
  cusax_exchange_learn (dialog, event->sip);
  if (sdp == NULL && event->sip != NULL && dialog->early_sdp != NULL && event->sip->sip_to != NULL
      && g_strcmp0 (dialog->early_tag, event->sip->sip_to->a_tag) == 0)
    {
      sdp = dialog->early_sdp;
      length = strlen (sdp);
    }

  if (dialog->is_offerless)
    cusax_dialog_set_state (dialog, CUSAX_DIALOG_OFFERED);
  else
    {
      cusax_dialog_set_state (dialog, CUSAX_DIALOG_UP);
      nua_ack (event->handle, TAG_END ());
    }
  if (dialog->listener != NULL)
    dialog->listener->on_established (dialog->user_data, sdp, length);
}

static void
on_invite_response (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  const char *sdp;
  gsize length;

  if (event->status <= 100)
    return;
  if (event->status < 200)
    {
      cusax_dialog_get_sdp (event->sip, &sdp, &length);
      keep_early_sdp (dialog, event->sip, sdp, length);
      if (dialog->state == CUSAX_DIALOG_CALLING && dialog->listener != NULL)
        dialog->listener->on_progress (dialog->user_data, event->status, sdp, length);
    }
  else if (event->status < 300)
    on_answered (dialog, event);
  else if (event->status < 700)
    cusax_dialog_finish (dialog, event->status, event->phrase);
  else
    /* Sofia's own codes: the request did not leave, or the password was of no use (904). */
    cusax_dialog_finish (dialog, event->status == 904 ? 403 : 503, event->phrase);
}

static void
on_ack (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  const char *sdp;
  gsize length;

  if (dialog->state == CUSAX_DIALOG_ENDING && dialog->bye_waits)
    cusax_dialog_send_bye (dialog);
  else if (dialog->state == CUSAX_DIALOG_ANSWERED)
    {
      cusax_dialog_get_sdp (event->sip, &sdp, &length);
      cusax_dialog_set_state (dialog, CUSAX_DIALOG_UP);
      if (dialog->listener != NULL)
        dialog->listener->on_established (dialog->user_data, dialog->is_offerless ? sdp : NULL,
                                          dialog->is_offerless ? length : 0);
    }
  else if (dialog->state == CUSAX_DIALOG_UP)
    cusax_exchange_on_ack (dialog, event);
}

/* ----------------------------------------------------------------- events */

/* A challenge to any request of the dialog: Sofia repeats the request when it is answered. */
static gboolean
answer_challenge (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  g_autoptr (GError) error = NULL;

  if (cusax_credentials_answer (dialog->credentials, event, cusax_stack_is_protected (dialog->stack), &error))
    return TRUE;
  g_debug ("sip: %s not authorised: %s", nua_event_name (event->type), error->message);
  return FALSE;
}

static void
on_response (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  gboolean is_challenge = event->status == 401 || event->status == 407;

  /* Hung up before the challenge came: an answer would dial again, and no CANCEL would follow. */
  if (is_challenge && event->type == nua_r_invite && dialog->state == CUSAX_DIALOG_ENDING && dialog->is_outgoing
      && dialog->end_status != 0)
    {
      cusax_dialog_finish (dialog, 487, NULL);
      return;
    }
  if (is_challenge && answer_challenge (dialog, event))
    return;

  if (event->type == nua_r_bye)
    {
      if (event->status >= 200)
        cusax_dialog_finish (dialog, dialog->end_status, dialog->end_reason);
    }
  else if (event->type == nua_r_invite)
    {
      if (dialog->state == CUSAX_DIALOG_CALLING || dialog->state == CUSAX_DIALOG_OFFERED
          || (dialog->state == CUSAX_DIALOG_ENDING && dialog->is_outgoing && dialog->end_status != 0))
        on_invite_response (dialog, event);
      else if (dialog->state == CUSAX_DIALOG_UP)
        cusax_exchange_on_response (dialog, event);
      else if (event->status >= 200 && event->status < 300)
        /* Our re-INVITE was answered after BYE had left. */
        nua_ack (event->handle, TAG_END ());
    }
  else if (event->type == nua_r_authenticate && dialog->state == CUSAX_DIALOG_CALLING)
    cusax_dialog_finish (dialog, 403, event->phrase);
}

static void
on_cancel (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  gboolean elsewhere = FALSE;
  g_autofree char *reason = read_reason (event->sip, &elsewhere);

  /* Sofia has answered both requests. */
  if (dialog->state == CUSAX_DIALOG_UP)
    cusax_exchange_on_cancel (dialog);
  else
    finish_full (dialog, 487, reason, elsewhere);
}

/* INFO in a call: nothing of ours uses it yet; an empty one only asks whether we live. */
static void
on_info (const CusaxSipEvent *event)
{
  gboolean is_empty = event->sip == NULL || event->sip->sip_payload == NULL;

  if (event->status >= 200)
    return;
  if (is_empty)
    nua_respond (event->handle, SIP_200_OK, NUTAG_WITH_THIS (event->nua), TAG_END ());
  else
    nua_respond (event->handle, SIP_415_UNSUPPORTED_MEDIA, NUTAG_WITH_THIS (event->nua), TAG_END ());
}

static void
on_call_state (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  int state = -1;

  tl_gets (event->tags, NUTAG_CALLSTATE_REF (state), TAG_END ());
  if (event->type != nua_i_terminated && state != nua_callstate_terminated)
    return;
  /* Sofia ends calls by itself too: session timer (408), 481 to a request of ours. */
  cusax_dialog_finish (dialog, dialog->end_status >= 0 ? dialog->end_status : event->status,
                       dialog->end_reason);
}

static void
on_event (CusaxHandler *handler, const CusaxSipEvent *event)
{
  CusaxDialog *dialog = (CusaxDialog *) handler;

  switch ((int) event->type)
    {
    case nua_r_invite:
    case nua_r_bye:
    case nua_r_cancel:
    case nua_r_update:
    case nua_r_prack:
    case nua_r_authenticate:
      on_response (dialog, event);
      break;
    case nua_i_invite:
      if (event->status >= 200)
        break;
      if (dialog->state == CUSAX_DIALOG_UP)
        cusax_exchange_on_invite (dialog, event);
      else
        nua_respond (event->handle, SIP_481_NO_CALL, NUTAG_WITH_THIS (event->nua), TAG_END ());
      break;
    case nua_i_update:
      if (event->status < 200)
        cusax_exchange_on_update (dialog, event);
      break;
    case nua_i_ack:
      on_ack (dialog, event);
      break;
    case nua_i_cancel:
      on_cancel (dialog, event);
      break;
    case nua_i_bye:
      if (dialog->end_status < 0)
        {
          dialog->end_status = 0;
          dialog->end_reason = read_reason (event->sip, NULL);
        }
      break;
    case nua_i_info:
      on_info (event);
      break;
    case nua_i_error:
      /* No ACK, no PRACK: Sofia sends BYE or a refusal, and tells the end. */
      if (event->status == 408 && dialog->end_status < 0)
        dialog->end_status = 408;
      break;
    case nua_i_state:
    case nua_i_terminated:
      on_call_state (dialog, event);
      break;
    default:
      cusax_stack_refuse (event);
      break;
    }
}

/* What stands goes on without signalling; what was being set up cannot: answers go to the connection that is
 * lost. */
static void
on_leg_lost (CusaxDialog *dialog)
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

static void
on_leg (CusaxHandler *handler, const CusaxRelayInfo *info)
{
  CusaxDialog *dialog = (CusaxDialog *) handler;

  dialog->leg_is_up = info != NULL;
  if (info == NULL)
    {
      on_leg_lost (dialog);
      return;
    }

  g_free (dialog->contact);
  dialog->contact = cusax_stack_format_contact (info, dialog->user);
  if (dialog->cancel_waits)
    {
      dialog->cancel_waits = FALSE;
      start_guard (dialog, ENDING_MS);
      nua_cancel (dialog->handler.handle, TAG_END ());
    }
  else if (dialog->bye_waits && dialog->end_status == 0)
    cusax_dialog_send_bye (dialog);
  else if (dialog->state == CUSAX_DIALOG_UP)
    cusax_exchange_move (dialog);
}

static void
wind_up (CusaxHandler *handler)
{
  hang_up (&((CusaxDialog *) handler)->port);
}

static void
give_up (CusaxHandler *handler)
{
  CusaxDialog *dialog = (CusaxDialog *) handler;

  cusax_dialog_finish (dialog, dialog->end_status >= 0 ? dialog->end_status : 503, dialog->end_reason);
}

/* -------------------------------------------------------------------- life */

static CusaxDialog *
dialog_new (CusaxStack *stack, const CusaxDialogConfig *config, nua_handle_t *handle)
{
  CusaxDialog *dialog = g_new0 (CusaxDialog, 1);

  dialog->handler.on_event = on_event;
  dialog->handler.on_leg = on_leg;
  dialog->handler.wind_up = wind_up;
  dialog->handler.give_up = give_up;
  dialog->handler.handle = handle;
  dialog->port.vtable = &vtable;
  dialog->stack = stack;
  dialog->leg_is_up = TRUE;
  dialog->end_status = -1;
  dialog->user = g_strdup (config->user);
  dialog->contact = g_strdup (config->contact);
  dialog->credentials = cusax_credentials_new (config->config, config->realms);
  cusax_stack_add (stack, &dialog->handler);
  return dialog;
}

CusaxSipCall *
cusax_dialog_new_outgoing (CusaxStack *stack, const CusaxDialogConfig *config, const CusaxAddress *target,
                           const char *sdp, const CusaxSipCallListener *listener, gpointer user_data,
                           GError **error)
{
  g_autofree char *from
      = g_strdup_printf ("<%s>", cusax_address_get_uri (cusax_config_get_aor (config->config)));
  g_autofree char *to = g_strdup_printf ("<%s>", cusax_address_get_uri (target));
  nua_handle_t *handle
      = nua_handle (cusax_stack_get_nua (stack), NULL, SIPTAG_FROM_STR (from), SIPTAG_TO_STR (to), TAG_END ());
  CusaxDialog *dialog;

  if (handle == NULL)
    {
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "Sofia-SIP does not take %s", to);
      return NULL;
    }

  dialog = dialog_new (stack, config, handle);
  dialog->state = CUSAX_DIALOG_CALLING;
  dialog->is_outgoing = TRUE;
  dialog->is_offerless = sdp == NULL;
  dialog->listener = listener;
  dialog->user_data = user_data;
  set_local_sdp (dialog, sdp);
  nua_invite (handle, SIPTAG_CONTACT_STR (dialog->contact),
              TAG_IF (sdp != NULL, SIPTAG_CONTENT_TYPE_STR ("application/sdp")),
              TAG_IF (sdp != NULL, SIPTAG_PAYLOAD_STR (sdp)), TAG_END ());
  return &dialog->port;
}

CusaxSipCall *
cusax_dialog_new_incoming (CusaxStack *stack, const CusaxDialogConfig *config, const CusaxSipEvent *event)
{
  CusaxDialog *dialog = dialog_new (stack, config, event->handle);
  const char *sdp;
  gsize length;

  dialog->state = CUSAX_DIALOG_INCOMING;
  cusax_dialog_get_sdp (event->sip, &sdp, &length);
  dialog->is_offerless = sdp == NULL;
  cusax_exchange_learn (dialog, event->sip);
  return &dialog->port;
}
