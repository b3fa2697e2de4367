/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Offers after the first: re-INVITE and UPDATE both ways, UPDATE also before the 200 (RFC 3311 section 5), and glare (RFC
 * 3261 section 14). See dialog.h and dialog-private.h; refreshes are in exchange-timer.c. */
#include "dialog-private.h"

/* How often an offer that met theirs is tried again before the call is told. */
#define MAX_RETRIES 5

static void pump (CusaxDialog *dialog);

static void
keep_local_sdp (CusaxDialog *dialog, char *sdp)
{
  g_free (dialog->local_sdp);
  dialog->local_sdp = sdp;
}

static void
forget_saved (CusaxDialog *dialog)
{
  nua_destroy_event (dialog->saved);
  dialog->saved[0] = NULL;
}

/* Back to NONE; what waited for its turn goes. */
static void
settle (CusaxDialog *dialog)
{
  dialog->exchange = CUSAX_EXCHANGE_NONE;
  dialog->n_retries = 0;
  g_clear_handle_id (&dialog->retry_id, g_source_remove);
  g_clear_pointer (&dialog->sent_sdp, g_free);
  forget_saved (dialog);
}

void
cusax_exchange_clear (CusaxDialog *dialog)
{
  settle (dialog);
  g_clear_pointer (&dialog->queued_sdp, g_free);
  g_clear_handle_id (&dialog->refresh_id, g_source_remove);
}

/* ----------------------------------------------------------------- our offers */

static void
send_invite (CusaxDialog *dialog, CusaxExchange exchange)
{
  dialog->exchange = exchange;
  nua_invite (dialog->handler.handle, SIPTAG_CONTACT_STR (dialog->contact), CUSAX_DIALOG_SAYS (dialog),
              SIPTAG_CONTENT_TYPE_STR ("application/sdp"), SIPTAG_PAYLOAD_STR (dialog->sent_sdp), TAG_END ());
}

/* Before the 200: only once a reliable answer has settled the first offer, and only by UPDATE. */
static gboolean
can_update_early (const CusaxDialog *dialog)
{
  return dialog->state == CUSAX_DIALOG_CALLING && dialog->early_is_answer && dialog->peer_has_update;
}

/* Of sent_sdp. */
static void
send_offer (CusaxDialog *dialog)
{
  if (dialog->state == CUSAX_DIALOG_UP)
    {
      send_invite (dialog, CUSAX_EXCHANGE_SENT);
      return;
    }
  dialog->exchange = CUSAX_EXCHANGE_SENT_UPDATE;
  nua_update (dialog->handler.handle, SIPTAG_CONTACT_STR (dialog->contact), CUSAX_DIALOG_SAYS (dialog),
              SIPTAG_CONTENT_TYPE_STR ("application/sdp"), SIPTAG_PAYLOAD_STR (dialog->sent_sdp), TAG_END ());
}

static void
pump (CusaxDialog *dialog)
{
  if (dialog->exchange != CUSAX_EXCHANGE_NONE || dialog->queued_sdp == NULL
      || (dialog->state != CUSAX_DIALOG_UP && !can_update_early (dialog)))
    return;
  dialog->sent_sdp = g_steal_pointer (&dialog->queued_sdp);
  send_offer (dialog);
}

void
cusax_exchange_pump (CusaxDialog *dialog)
{
  pump (dialog);
}

void
cusax_exchange_reoffer (CusaxDialog *dialog, const char *sdp)
{
  g_free (dialog->queued_sdp);
  dialog->queued_sdp = g_strdup (sdp);
  pump (dialog);
}

void
cusax_exchange_send_refresh (CusaxDialog *dialog)
{
  if (dialog->exchange != CUSAX_EXCHANGE_NONE || dialog->local_sdp == NULL)
    return;
  dialog->sent_sdp = g_strdup (dialog->local_sdp);
  send_invite (dialog, CUSAX_EXCHANGE_REFRESH);
}

static gboolean
on_retry (gpointer user_data)
{
  CusaxDialog *dialog = user_data;

  dialog->retry_id = 0;
  send_offer (dialog);
  return G_SOURCE_REMOVE;
}

/* RFC 3261 section 14.1: who made the Call-ID waits 2.1 to 4 s, the other side less than 2 s. */
static void
schedule_retry (CusaxDialog *dialog)
{
  guint ms = dialog->is_outgoing ? g_random_int_range (210, 401) * 10 : g_random_int_range (0, 201) * 10;

  dialog->exchange = CUSAX_EXCHANGE_RETRY;
  dialog->n_retries++;
  dialog->retry_id = g_timeout_add (ms, on_retry, dialog);
}

static void
report_reoffer (CusaxDialog *dialog, guint status, const char *sdp, gsize length)
{
  if (dialog->listener != NULL)
    dialog->listener->on_reoffer_done (dialog->user_data, status, sdp, length);
}

/* Our offer was refused. */
static void
end_offer (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  /* 491 would promise an offer of theirs (ports.h); after so many there is just no way. */
  guint status = event->status == 491 ? 500 : event->status < 700 ? event->status : 503;

  settle (dialog);
  pump (dialog);
  report_reoffer (dialog, status, NULL, 0);
}

/* A 200 that nobody here asked for, with SDP: Sofia refreshed the session by a re-INVITE without SDP, and the
 * other side made an offer, which has to be answered in the ACK. */
static void
on_own_refresh (CusaxDialog *dialog, const CusaxSipEvent *event, const char *sdp, gsize length)
{
  if (!cusax_dialog_tell_remote (dialog, event->sip, FALSE) || sdp == NULL)
    {
      nua_ack (event->handle, TAG_IF (sdp != NULL, SIPTAG_CONTENT_TYPE_STR ("application/sdp")),
               TAG_IF (sdp != NULL, SIPTAG_PAYLOAD_STR (dialog->local_sdp)), TAG_END ());
      return;
    }
  if (dialog->exchange == CUSAX_EXCHANGE_RETRY)
    {
      /* Their offer overtakes our next try. */
      settle (dialog);
      report_reoffer (dialog, 491, NULL, 0);
    }
  dialog->exchange = CUSAX_EXCHANGE_GOT_IN_200;
  dialog->saved_has_sdp = TRUE;
  dialog->listener->on_offer (dialog->user_data, sdp, length);
}

void
cusax_exchange_on_response (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  gboolean is_asked = dialog->exchange == CUSAX_EXCHANGE_SENT;
  gboolean is_ours = is_asked || dialog->exchange == CUSAX_EXCHANGE_REFRESH;
  const char *sdp;
  gsize length;

  if (event->status < 200)
    return;

  cusax_dialog_get_sdp (event->sip, &sdp, &length);
  if (!is_ours)
    {
      if (event->status < 300)
        on_own_refresh (dialog, event, sdp, length);
    }
  else if (event->status < 300)
    {
      nua_ack (event->handle, TAG_END ());
      keep_local_sdp (dialog, g_steal_pointer (&dialog->sent_sdp));
      settle (dialog);
      pump (dialog);
      if (cusax_dialog_tell_remote (dialog, event->sip, FALSE) && is_asked)
        report_reoffer (dialog, event->status, sdp, length);
    }
  else if (is_asked && event->status == 491 && dialog->n_retries < MAX_RETRIES)
    schedule_retry (dialog);
  else if (is_asked)
    end_offer (dialog, event);
  else
    {
      settle (dialog);
      pump (dialog);
    }
}

void
cusax_exchange_on_update_response (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  gboolean is_good = event->status >= 200 && event->status < 300;
  const char *sdp;
  gsize length;

  if (event->status >= 200)
    dialog->is_moving = FALSE;
  if (event->status < 200 || (dialog->state != CUSAX_DIALOG_UP && dialog->state != CUSAX_DIALOG_CALLING))
    return;
  if (dialog->exchange != CUSAX_EXCHANGE_SENT_UPDATE)
    {
      if (is_good)
        cusax_dialog_tell_remote (dialog, event->sip, FALSE);
      else if (event->status != 408 && event->status != 481 && event->status != 491)
        cusax_exchange_stop_updates (dialog);
      return;
    }

  cusax_dialog_get_sdp (event->sip, &sdp, &length);
  if (is_good)
    {
      keep_local_sdp (dialog, g_steal_pointer (&dialog->sent_sdp));
      dialog->early_has_changed = TRUE;
      settle (dialog);
      pump (dialog);
      if (cusax_dialog_tell_remote (dialog, event->sip, FALSE))
        report_reoffer (dialog, event->status, sdp, length);
    }
  else if (event->status == 491 && dialog->n_retries < MAX_RETRIES)
    schedule_retry (dialog);
  else
    end_offer (dialog, event);
}

/* --------------------------------------------------------------- their offers */

static void
respond_invite (CusaxDialog *dialog, guint status, const char *sdp)
{
  nua_handle_t *handle = dialog->handler.handle;

  if (status < 300)
    nua_respond (handle, SIP_200_OK, NUTAG_WITH_SAVED (dialog->saved), SIPTAG_CONTACT_STR (dialog->contact),
                 CUSAX_DIALOG_SAYS (dialog), SIPTAG_CONTENT_TYPE_STR ("application/sdp"),
                 SIPTAG_PAYLOAD_STR (sdp), TAG_END ());
  else
    nua_respond (handle, status, sip_status_phrase (status), NUTAG_WITH_SAVED (dialog->saved), TAG_END ());
}

/* RFC 3311 section 5.2, RFC 3261 section 14.2: an offer while another is open. */
static void
refuse_overlap (const CusaxSipEvent *event)
{
  char seconds[4];

  g_snprintf (seconds, sizeof seconds, "%d", g_random_int_range (0, 11));
  nua_respond (event->handle, SIP_500_INTERNAL_SERVER_ERROR, NUTAG_WITH_THIS (event->nua),
               SIPTAG_RETRY_AFTER_STR (seconds), TAG_END ());
}

static void
take_offer (CusaxDialog *dialog, const CusaxSipEvent *event, CusaxExchange exchange, const char *sdp,
            gsize length)
{
  gboolean overtook = dialog->exchange == CUSAX_EXCHANGE_RETRY;

  settle (dialog);
  dialog->exchange = exchange;
  dialog->saved_has_sdp = sdp != NULL;
  nua_save_event (event->nua, dialog->saved);
  /* Their offer came while ours waited for its second try: ours is off, and its owner decides anew. */
  if (overtook)
    report_reoffer (dialog, 491, NULL, 0);
  if (dialog->exchange != exchange)
    return;
  if (dialog->listener != NULL)
    dialog->listener->on_offer (dialog->user_data, sdp, length);
  else
    cusax_exchange_answer (dialog, 488, NULL);
}

/* Returns FALSE if a new Contact made the listener give the call up; @event is answered then. */
static gboolean
tell_contact (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  CusaxDialogState state = dialog->state;

  cusax_dialog_tell_remote (dialog, event->sip, FALSE);
  if (dialog->state == state)
    return TRUE;
  nua_respond (event->handle, SIP_487_REQUEST_CANCELLED, NUTAG_WITH_THIS (event->nua), TAG_END ());
  return FALSE;
}

void
cusax_exchange_on_invite (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  const char *sdp;
  gsize length;

  if (!tell_contact (dialog, event))
    return;
  if (!cusax_dialog_get_sdp (event->sip, &sdp, &length))
    nua_respond (event->handle, SIP_415_UNSUPPORTED_MEDIA, NUTAG_WITH_THIS (event->nua),
                 SIPTAG_ACCEPT_STR ("application/sdp"), TAG_END ());
  else if (dialog->state == CUSAX_DIALOG_UP
           && (dialog->exchange == CUSAX_EXCHANGE_NONE || dialog->exchange == CUSAX_EXCHANGE_RETRY))
    take_offer (dialog, event, CUSAX_EXCHANGE_GOT_INVITE, sdp, length);
  else if (dialog->exchange == CUSAX_EXCHANGE_SENT || dialog->exchange == CUSAX_EXCHANGE_SENT_UPDATE
           || dialog->exchange == CUSAX_EXCHANGE_REFRESH)
    nua_respond (event->handle, SIP_491_REQUEST_PENDING, NUTAG_WITH_THIS (event->nua), TAG_END ());
  else
    refuse_overlap (event);
}

/* RFC 3311 section 5.2: who has an offer of ours waits (491), who waits for our answer comes later (500). */
static void
take_update (CusaxDialog *dialog, const CusaxSipEvent *event, const char *sdp, gsize length)
{
  gboolean is_settled = dialog->state == CUSAX_DIALOG_UP
                        || (dialog->state == CUSAX_DIALOG_CALLING && dialog->early_is_answer);
  gboolean is_ours = dialog->exchange == CUSAX_EXCHANGE_SENT || dialog->exchange == CUSAX_EXCHANGE_REFRESH
                     || dialog->exchange == CUSAX_EXCHANGE_SENT_UPDATE
                     || (dialog->state == CUSAX_DIALOG_CALLING && !dialog->is_offerless)
                     || (dialog->state == CUSAX_DIALOG_ANSWERED && dialog->is_offerless);

  if (is_settled && (dialog->exchange == CUSAX_EXCHANGE_NONE || dialog->exchange == CUSAX_EXCHANGE_RETRY))
    take_offer (dialog, event, CUSAX_EXCHANGE_GOT_UPDATE, sdp, length);
  else if (is_ours && dialog->exchange != CUSAX_EXCHANGE_GOT_UPDATE)
    nua_respond (event->handle, SIP_491_REQUEST_PENDING, NUTAG_WITH_THIS (event->nua), TAG_END ());
  else
    refuse_overlap (event);
}

void
cusax_exchange_on_update (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  const char *sdp;
  gsize length;

  if (!tell_contact (dialog, event))
    return;
  if (!cusax_dialog_get_sdp (event->sip, &sdp, &length))
    nua_respond (event->handle, SIP_415_UNSUPPORTED_MEDIA, NUTAG_WITH_THIS (event->nua),
                 SIPTAG_ACCEPT_STR ("application/sdp"), TAG_END ());
  else if (sdp == NULL)
    /* Session refresh or new Contact. */
    nua_respond (event->handle, SIP_200_OK, NUTAG_WITH_THIS (event->nua), SIPTAG_CONTACT_STR (dialog->contact),
                 CUSAX_DIALOG_SAYS (dialog), TAG_END ());
  else
    take_update (dialog, event, sdp, length);
}

void
cusax_exchange_answer (CusaxDialog *dialog, guint status, const char *sdp)
{
  nua_handle_t *handle = dialog->handler.handle;

  switch (dialog->exchange)
    {
    case CUSAX_EXCHANGE_GOT_INVITE:
      respond_invite (dialog, status, sdp);
      dialog->ack_brings_answer = !dialog->saved_has_sdp;
      settle (dialog);
      if (status < 300)
        {
          keep_local_sdp (dialog, g_strdup (sdp));
          dialog->exchange = CUSAX_EXCHANGE_WAIT_ACK;
        }
      break;
    case CUSAX_EXCHANGE_GOT_UPDATE:
      respond_invite (dialog, status, sdp);
      settle (dialog);
      if (status < 300)
        {
          keep_local_sdp (dialog, g_strdup (sdp));
          dialog->early_has_changed = TRUE;
        }
      break;
    case CUSAX_EXCHANGE_GOT_IN_200:
      /* There is no way to refuse an offer in a 200: the session stays what it was. */
      if (status < 300)
        keep_local_sdp (dialog, g_strdup (sdp));
      nua_ack (handle, SIPTAG_CONTENT_TYPE_STR ("application/sdp"), SIPTAG_PAYLOAD_STR (dialog->local_sdp),
               TAG_END ());
      settle (dialog);
      break;
    case CUSAX_EXCHANGE_NONE:
    case CUSAX_EXCHANGE_SENT:
    case CUSAX_EXCHANGE_SENT_UPDATE:
    case CUSAX_EXCHANGE_REFRESH:
    case CUSAX_EXCHANGE_RETRY:
    case CUSAX_EXCHANGE_WAIT_ACK:
      /* Their offer was withdrawn (CANCEL) before we could answer. */
      return;
    }
  pump (dialog);
}

void
cusax_exchange_on_ack (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  const char *sdp;
  gsize length;

  if (dialog->exchange != CUSAX_EXCHANGE_WAIT_ACK)
    return;
  settle (dialog);
  pump (dialog);
  if (!dialog->ack_brings_answer)
    return;
  cusax_dialog_get_sdp (event->sip, &sdp, &length);
  report_reoffer (dialog, 200, sdp, length);
}

void
cusax_exchange_on_cancel (CusaxDialog *dialog)
{
  if (dialog->exchange != CUSAX_EXCHANGE_GOT_INVITE)
    return;
  settle (dialog);
  pump (dialog);
  if (dialog->listener != NULL && dialog->listener->on_offer_cancelled != NULL)
    dialog->listener->on_offer_cancelled (dialog->user_data);
}
