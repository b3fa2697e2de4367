/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See dialog.h. The port's table, and who gets which event; the parts are in dialog-*.c and exchange.c. */
#include "dialog-private.h"

#include "headers.h"

/* Sofia's own default. */
#define RETRY_COUNT 3

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
  /* Before the length: the forks of Sofia unpack bodies, and what they cannot is empty then. */
  if (sip != NULL && sip->sip_content_encoding != NULL)
    return FALSE;
  if (sip == NULL || sip->sip_payload == NULL || sip->sip_payload->pl_len == 0)
    return TRUE;
  /* Without a type SDP is meant: some old gateways leave it out. */
  if (sip->sip_content_type != NULL && sip->sip_content_type->c_type != NULL
      && g_ascii_strcasecmp (sip->sip_content_type->c_type, "application/sdp") != 0)
    return FALSE;

  *sdp = sip->sip_payload->pl_data;
  *length = sip->sip_payload->pl_len;
  return TRUE;
}

guint
cusax_dialog_get_status (const CusaxSipEvent *event)
{
  /* Sofia's own codes: the request did not leave, or the password was of no use (904). */
  return event->status < 700 ? event->status : event->status == 904 ? 403 : 503;
}

void
cusax_dialog_free (CusaxDialog *dialog)
{
  cusax_exchange_clear (dialog);
  g_clear_handle_id (&dialog->guard_id, g_source_remove);
  g_clear_handle_id (&dialog->bye_wait_id, g_source_remove);
  cusax_farewell_free (dialog->farewell);
  cusax_credentials_free (dialog->credentials);
  g_free (dialog->user);
  g_free (dialog->contact);
  g_free (dialog->focus);
  cusax_presentation_clear (&dialog->presentation);
  g_free (dialog->local_sdp);
  g_free (dialog->early_sdp);
  g_free (dialog->early_tag);
  g_clear_handle_id (&dialog->refer_wait_id, g_source_remove);
  g_free (dialog->refer_event_id);
  g_free (dialog->referrer);
  g_free (dialog->call_id);
  g_free (dialog->local_tag);
  g_ptr_array_unref (dialog->remote_tags);
  g_free (dialog->rack);
  g_free (dialog->end_reason);
  g_free (dialog);
}

/* Sofia's target of the dialog is the first Contact, and so is what may be a conference. */
static gboolean
learn_focus (CusaxDialog *dialog, const sip_t *sip, const CusaxSipHeaders *headers)
{
  if (!cusax_headers_have_target (sip) || g_strcmp0 (dialog->focus, headers->focus) == 0)
    return FALSE;
  g_free (dialog->focus);
  dialog->focus = g_strdup (headers->focus);
  return TRUE;
}

gboolean
cusax_dialog_tell_remote (CusaxDialog *dialog, const sip_t *sip, gboolean always)
{
  g_autoptr (CusaxHeaders) headers = NULL;
  CusaxDialogState state = dialog->state;

  if (sip != NULL)
    {
      headers = cusax_headers_new (sip);
      if ((learn_focus (dialog, sip, cusax_headers_get (headers)) || always) && dialog->listener != NULL)
        dialog->listener->on_remote (dialog->user_data, cusax_headers_get (headers));
    }
  return dialog->listener != NULL && dialog->state == state;
}

/* ---------------------------------------------------------------- the port */

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
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  /* What an outgoing call says was settled by its first message. */
  if (!dialog->is_outgoing)
    cusax_presentation_set (&dialog->presentation, disclosure);
}

static void
reoffer (CusaxSipCall *call, const char *sdp)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  g_return_if_fail (sdp != NULL);
  if (dialog->state == CUSAX_DIALOG_UP || dialog->state == CUSAX_DIALOG_CALLING)
    cusax_exchange_reoffer (dialog, sdp);
}

static const CusaxSipCallVtable vtable = {
  .set_listener = set_listener,
  .set_disclosure = set_disclosure,
  .ring = cusax_dialog_ring,
  .accept = cusax_dialog_accept,
  .reject = cusax_dialog_reject,
  .hang_up = cusax_dialog_hang_up,
  .reoffer = reoffer,
  .answer_offer = cusax_dialog_answer_offer,
  .refer = cusax_dialog_refer,
  .send_info = cusax_dialog_send_info,
  .takes_refer = cusax_dialog_takes_refer,
  .takes_info = cusax_dialog_takes_info,
  .release = cusax_dialog_release,
};

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

/* Requests within a call that may fail without its end. */
static gboolean
may_fail (nua_event_t type)
{
  return type == nua_r_invite || type == nua_r_update || type == nua_r_refer || type == nua_r_info
         || type == nua_r_notify;
}

/* WORKAROUND Sofia-SIP 1.12.11 to 1.13 (nua_client.c, nua_base_client_check_restart): a challenged request waits
 * for credentials without end, and what comes after it waits behind it; told that there are none, nua hangs up.
 * A call that stands survives: the request goes out once more without an answer, and the second challenge,
 * with no retry left, is a refusal like any other. */
static gboolean
decline_challenge (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  if (dialog->state != CUSAX_DIALOG_UP || !may_fail (event->type))
    return FALSE;
  nua_set_hparams (event->handle, NUTAG_RETRY_COUNT (0), TAG_END ());
  dialog->declining = event->type;
  if (cusax_credentials_decline (dialog->credentials, event))
    return TRUE;
  cusax_dialog_end_declining (dialog);
  return FALSE;
}

void
cusax_dialog_end_declining (CusaxDialog *dialog)
{
  if (dialog->declining != 0)
    nua_set_hparams (dialog->handler.handle, NUTAG_RETRY_COUNT (RETRY_COUNT), TAG_END ());
  dialog->declining = 0;
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
  if (is_challenge && dialog->declining == 0
      && (answer_challenge (dialog, event) || decline_challenge (dialog, event)))
    return;
  if (event->status >= 200 && (int) event->type == dialog->declining)
    cusax_dialog_end_declining (dialog);

  if (event->type == nua_r_bye)
    cusax_dialog_on_bye_response (dialog, event);
  else if (event->type == nua_r_invite)
    {
      if (dialog->state == CUSAX_DIALOG_CALLING || dialog->state == CUSAX_DIALOG_OFFERED
          || (dialog->state == CUSAX_DIALOG_ENDING && dialog->is_outgoing && dialog->end_status != 0))
        {
          if (cusax_farewell_is_lost (event))
            cusax_dialog_on_lost_invite (dialog);
          cusax_dialog_on_invite_response (dialog, event);
        }
      else if (dialog->state == CUSAX_DIALOG_UP)
        cusax_exchange_on_response (dialog, event);
      else if (event->status >= 200 && event->status < 300)
        /* Our re-INVITE was answered after BYE had left. */
        nua_ack (event->handle, TAG_END ());
    }
  else if (event->type == nua_r_update)
    cusax_exchange_on_update_response (dialog, event);
  else if (event->type == nua_r_refer)
    cusax_dialog_on_refer_response (dialog, event);
  else if (event->type == nua_r_info)
    cusax_dialog_on_info_response (dialog, event);
  else if (event->type == nua_r_notify && dialog->notifier != NULL)
    cusax_notifier_on_answer (dialog->notifier, event);
  else if (cusax_credentials_is_failure (event) && dialog->state == CUSAX_DIALOG_CALLING)
    cusax_dialog_finish (dialog, 403, event->phrase);
}

/* What they take is what they said last. */
void
cusax_dialog_learn_allow (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  const sip_allow_t *allow = event->sip != NULL ? event->sip->sip_allow : NULL;

  /* A proxy's answer speaks of the proxy. */
  if (allow == NULL || (event->status >= 300 && event->status != 405))
    return;
  dialog->peer_has_allow = TRUE;
  dialog->peer_has_refer = sip_is_allowed (allow, sip_method_refer, "REFER");
  dialog->peer_has_info = sip_is_allowed (allow, sip_method_info, "INFO");
}

static void
on_call_state (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  int state = -1;

  tl_gets (event->tags, NUTAG_CALLSTATE_REF (state), TAG_END ());
  if (state == nua_callstate_terminating && dialog->state == CUSAX_DIALOG_UP)
    cusax_dialog_on_bye_sent (dialog, event->status);
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

  cusax_dialog_learn_allow (dialog, event);
  if (dialog->farewell != NULL)
    cusax_farewell_learn (dialog->farewell, event->sip);
  cusax_dialog_info_pump (dialog);
  switch ((int) event->type)
    {
    case nua_r_invite:
      cusax_dialog_learn_id (dialog, event->sip);
      on_response (dialog, event);
      break;
    case nua_r_bye:
    case nua_r_cancel:
    case nua_r_update:
    case nua_r_prack:
    case nua_r_authenticate:
    case nua_r_refer:
    case nua_r_info:
    case nua_r_notify:
      on_response (dialog, event);
      break;
    case nua_i_invite:
      if (event->status >= 200)
        break;
      if (dialog->state == CUSAX_DIALOG_UP || dialog->state == CUSAX_DIALOG_ANSWERED)
        cusax_exchange_on_invite (dialog, event);
      else
        nua_respond (event->handle, SIP_481_NO_CALL, NUTAG_WITH_THIS (event->nua), TAG_END ());
      break;
    case nua_i_update:
      if (event->status < 200)
        cusax_exchange_on_update (dialog, event);
      break;
    case nua_i_ack:
      cusax_dialog_learn_id (dialog, event->sip);
      cusax_dialog_on_ack (dialog, event);
      break;
    case nua_i_cancel:
      cusax_dialog_on_cancel (dialog, event);
      break;
    case nua_i_bye:
      cusax_dialog_on_bye (dialog, event);
      break;
    case nua_i_info:
      cusax_dialog_on_info (dialog, event);
      break;
    case nua_i_refer:
      cusax_dialog_on_refer (dialog, event);
      break;
    case nua_i_notify:
      cusax_dialog_on_notify (dialog, event);
      break;
    case nua_i_subscribe:
      cusax_stack_refuse (event);
      if (dialog->notifier != NULL)
        cusax_notifier_on_subscribe (dialog->notifier, event);
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

static void
on_leg (CusaxHandler *handler, const CusaxRelayInfo *info)
{
  CusaxDialog *dialog = (CusaxDialog *) handler;

  dialog->leg_is_up = info != NULL;
  if (dialog->notifier != NULL)
    cusax_notifier_set_leg (dialog->notifier, info != NULL);
  if (info == NULL)
    {
      cusax_dialog_on_leg_lost (dialog);
      return;
    }
  g_free (dialog->contact);
  dialog->contact = cusax_stack_dup_target (dialog->stack, dialog->user);
  cusax_dialog_info_pump (dialog);
  cusax_dialog_on_leg_back (dialog, info->local_address);
}

static void
wind_up (CusaxHandler *handler)
{
  CusaxDialog *dialog = (CusaxDialog *) handler;

  if (dialog->notifier != NULL)
    cusax_notifier_close (dialog->notifier);
  cusax_dialog_hang_up (&dialog->port);
}

static void
give_up (CusaxHandler *handler)
{
  CusaxDialog *dialog = (CusaxDialog *) handler;

  if (dialog->state == CUSAX_DIALOG_ENDED)
    {
      cusax_dialog_let_go (dialog);
      return;
    }
  if (dialog->notifier != NULL)
    cusax_notifier_cut (g_steal_pointer (&dialog->notifier));
  cusax_dialog_finish (dialog, dialog->end_status >= 0 ? dialog->end_status : 503, dialog->end_reason);
}

/* -------------------------------------------------------------------- life */

CusaxDialog *
cusax_dialog_from_handler (CusaxHandler *handler)
{
  return handler->on_event == on_event ? (CusaxDialog *) handler : NULL;
}

CusaxDialog *
cusax_dialog_new (CusaxStack *stack, const CusaxSelf *self, nua_handle_t *handle, gboolean is_anonymous)
{
  CusaxDialog *dialog = g_new0 (CusaxDialog, 1);
  CusaxCredentialsUse use;

  dialog->handler.on_event = on_event;
  dialog->handler.on_leg = on_leg;
  dialog->handler.wind_up = wind_up;
  dialog->handler.give_up = give_up;
  dialog->handler.handle = handle;
  dialog->port.vtable = &vtable;
  dialog->stack = stack;
  dialog->leg_is_up = TRUE;
  dialog->end_status = -1;
  dialog->remote_tags = g_ptr_array_new_with_free_func (g_free);
  dialog->refer_wait_ms = self->refer_wait_ms;
  if (!is_anonymous)
    dialog->referrer = g_strdup (cusax_address_get_uri (cusax_config_get_aor (self->config)));
  g_queue_init (&dialog->infos);
  use = is_anonymous ? CUSAX_CREDENTIALS_ANONYMOUS : CUSAX_CREDENTIALS_CALL;
  dialog->credentials = cusax_credentials_new (self->login, &dialog->handler, use);
  dialog->farewell = cusax_farewell_new (self->login, use);
  cusax_stack_add (stack, &dialog->handler);
  return dialog;
}
