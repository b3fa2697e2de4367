/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Set-up of a dialog in both directions. See dialog-private.h. */
#include "dialog-private.h"

#include "reason.h"
#include "redirect.h"

void
cusax_dialog_ring (CusaxSipCall *call)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  /* They insist on reliable answers and left the offer to us: it would have to be in the first 18x (RFC 3262 section
   * 5), long before there is one. The 200 brings it. */
  if (dialog->state == CUSAX_DIALOG_INCOMING && !dialog->is_silent)
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

/* Their offer came in a reliable 18x; PRACK takes the answer, or there is no call. */
static void
answer_early_offer (CusaxDialog *dialog, guint status, const char *sdp)
{
  g_autofree char *rack = g_steal_pointer (&dialog->rack);

  if (status >= 300)
    {
      cusax_dialog_hang_up (&dialog->port);
      dialog->end_reason = g_strdup (sip_status_phrase (status));
      return;
    }
  dialog->early_is_answer = TRUE;
  dialog->early_has_changed = TRUE;
  cusax_dialog_set_local_sdp (dialog, sdp);
  nua_prack (dialog->handler.handle, SIPTAG_RACK_STR (rack), SIPTAG_CONTENT_TYPE_STR ("application/sdp"),
             SIPTAG_PAYLOAD_STR (sdp), TAG_END ());
}

void
cusax_dialog_answer_offer (CusaxSipCall *call, guint status, const char *sdp)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  g_return_if_fail (status >= 300 || sdp != NULL);
  if (dialog->state == CUSAX_DIALOG_UP
      || (dialog->state == CUSAX_DIALOG_CALLING && dialog->exchange == CUSAX_EXCHANGE_GOT_UPDATE))
    cusax_exchange_answer (dialog, status, sdp);
  else if (dialog->state == CUSAX_DIALOG_CALLING && dialog->rack != NULL)
    answer_early_offer (dialog, status, sdp);
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

/* Whether @sip is of the fork whose SDP we keep. */
static gboolean
is_early_fork (const CusaxDialog *dialog, const sip_t *sip)
{
  return dialog->early_sdp != NULL && sip != NULL && sip->sip_to != NULL
         && g_strcmp0 (dialog->early_tag, sip->sip_to->a_tag) == 0;
}

/* An unreliable 18x may bring the answer before the 200 repeats it or, wrongly but often, does not. A fork's
 * SDP counts for that fork only. What comes reliably is the answer, for good. */
static void
keep_early_sdp (CusaxDialog *dialog, const sip_t *sip, const char *sdp, gsize length)
{
  if (sdp == NULL)
    return;
  if (!is_early_fork (dialog, sip))
    dialog->early_is_answer = dialog->early_has_changed = FALSE;
  g_free (dialog->early_sdp);
  g_free (dialog->early_tag);
  dialog->early_sdp = g_strndup (sdp, length);
  dialog->early_tag = g_strdup (sip->sip_to != NULL ? sip->sip_to->a_tag : NULL);
  if (sip->sip_rseq != NULL && !dialog->is_offerless)
    dialog->early_is_answer = TRUE;
}

/* Sofia sends PRACK, but for an INVITE without an offer we do: it may have to take the answer along. */
static void
acknowledge_early (CusaxDialog *dialog, const sip_t *sip, const char *sdp)
{
  g_autofree char *rack = NULL;

  if (!dialog->is_offerless || sip->sip_rseq == NULL || sip->sip_cseq == NULL)
    return;
  rack = g_strdup_printf ("%u %u INVITE", (guint) sip->sip_rseq->rs_response, (guint) sip->sip_cseq->cs_seq);
  if (sdp != NULL && !dialog->early_is_answer && dialog->rack == NULL)
    dialog->rack = g_steal_pointer (&rack);
  else
    nua_prack (dialog->handler.handle, SIPTAG_RACK_STR (rack), TAG_END ());
}

static void
on_progress (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  const char *sdp;
  gsize length;

  cusax_dialog_get_sdp (event->sip, &sdp, &length);
  if (event->sip != NULL)
    {
      keep_early_sdp (dialog, event->sip, sdp, length);
      cusax_exchange_learn_allow (dialog, event->sip);
    }
  if (dialog->state != CUSAX_DIALOG_CALLING)
    return;
  if (event->sip != NULL)
    acknowledge_early (dialog, event->sip, sdp);
  if (cusax_dialog_tell_remote (dialog, event->sip, TRUE))
    dialog->listener->on_progress (dialog->user_data, event->status, sdp, length);
}

/* What the listener has to know of the SDP in a 200: the answer, or an offer. None once that is history: the answer
 * that it repeats was changed by an UPDATE since. */
static void
read_answer (CusaxDialog *dialog, const sip_t *sip, const char **sdp, gsize *length)
{
  cusax_dialog_get_sdp (sip, sdp, length);
  if (!is_early_fork (dialog, sip))
    return;
  if (dialog->early_has_changed)
    {
      *sdp = NULL;
      *length = 0;
    }
  else if (*sdp == NULL)
    {
      *sdp = dialog->early_sdp;
      *length = strlen (dialog->early_sdp);
    }
}

static void
on_answered (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  gboolean is_settled = is_early_fork (dialog, event->sip) && dialog->early_is_answer;
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

  read_answer (dialog, event->sip, &sdp, &length);
  cusax_exchange_learn (dialog, event->sip);
  g_clear_pointer (&dialog->rack, g_free);
  if (dialog->is_offerless && !is_settled)
    cusax_dialog_set_state (dialog, CUSAX_DIALOG_OFFERED);
  else
    {
      cusax_dialog_set_state (dialog, CUSAX_DIALOG_UP);
      nua_ack (event->handle, TAG_END ());
    }
  cusax_exchange_pump (dialog);
  if (cusax_dialog_tell_remote (dialog, event->sip, TRUE))
    dialog->listener->on_established (dialog->user_data, sdp, length);
}

static void
on_refused (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  g_autofree char *words = cusax_reason_dup_words (event->sip, event->phrase);
  g_auto (GStrv) targets = event->status < 400 ? cusax_redirect_read (event->sip) : NULL;

  if (targets != NULL && targets[0] != NULL && dialog->state == CUSAX_DIALOG_CALLING && dialog->listener != NULL
      && dialog->listener->on_redirected != NULL)
    dialog->listener->on_redirected (dialog->user_data, (const char *const *) targets);
  cusax_dialog_finish (dialog, cusax_dialog_get_status (event), words);
}

void
cusax_dialog_on_invite_response (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  if (event->status <= 100)
    return;
  if (event->status < 200)
    on_progress (dialog, event);
  else if (event->status < 300)
    on_answered (dialog, event);
  else
    on_refused (dialog, event);
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
