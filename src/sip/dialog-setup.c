/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Set-up of a dialog in both directions. See dialog-private.h. */
#include "dialog-private.h"

void
cusax_dialog_ring (CusaxSipCall *call)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  if (dialog->state == CUSAX_DIALOG_INCOMING)
    nua_respond (dialog->handler.handle, SIP_180_RINGING, SIPTAG_CONTACT_STR (dialog->contact),
                 CUSAX_DIALOG_SAYS (dialog), TAG_END ());
}

void
cusax_dialog_set_local_sdp (CusaxDialog *dialog, const char *sdp)
{
  g_free (dialog->local_sdp);
  dialog->local_sdp = g_strdup (sdp);
}

void
cusax_dialog_accept (CusaxSipCall *call, const char *sdp)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  g_return_if_fail (sdp != NULL);
  if (dialog->state != CUSAX_DIALOG_INCOMING)
    return;
  cusax_dialog_set_state (dialog, CUSAX_DIALOG_ANSWERED);
  cusax_dialog_set_local_sdp (dialog, sdp);
  nua_respond (dialog->handler.handle, SIP_200_OK, SIPTAG_CONTACT_STR (dialog->contact),
               CUSAX_DIALOG_SAYS (dialog), SIPTAG_CONTENT_TYPE_STR ("application/sdp"),
               SIPTAG_PAYLOAD_STR (sdp), TAG_END ());
}

void
cusax_dialog_answer_offer (CusaxSipCall *call, guint status, const char *sdp)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  g_return_if_fail (status >= 300 || sdp != NULL);
  if (dialog->state == CUSAX_DIALOG_UP)
    cusax_exchange_answer (dialog, status, sdp);
  else if (dialog->state == CUSAX_DIALOG_OFFERED && status < 300)
    {
      cusax_dialog_set_state (dialog, CUSAX_DIALOG_UP);
      cusax_dialog_set_local_sdp (dialog, sdp);
      nua_ack (dialog->handler.handle, SIPTAG_CONTENT_TYPE_STR ("application/sdp"), SIPTAG_PAYLOAD_STR (sdp),
               TAG_END ());
    }
  else if (dialog->state == CUSAX_DIALOG_OFFERED)
    {
      /* Nothing to talk with: the 200 must be acknowledged all the same. */
      cusax_dialog_hang_up (call);
      dialog->end_status = status;
    }
}

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
  if (cusax_dialog_tell_remote (dialog, event->sip, TRUE))
    dialog->listener->on_established (dialog->user_data, sdp, length);
}

void
cusax_dialog_on_invite_response (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  const char *sdp;
  gsize length;

  if (event->status <= 100)
    return;
  if (event->status < 200)
    {
      cusax_dialog_get_sdp (event->sip, &sdp, &length);
      keep_early_sdp (dialog, event->sip, sdp, length);
      if (dialog->state == CUSAX_DIALOG_CALLING && cusax_dialog_tell_remote (dialog, event->sip, TRUE))
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

void
cusax_dialog_on_ack (CusaxDialog *dialog, const CusaxSipEvent *event)
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
