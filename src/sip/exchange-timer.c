/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The session refreshed in time (RFC 4028), by whoever has to, and told of a new address. See dialog-private.h. */
#include "dialog-private.h"

#include <sofia-sip/sip_util.h>

/* What we ask for (agent.c), and the least that there is: where Sofia's timer ends up, too. */
#define SESSION_SECONDS 1800
#define LEAST_SECONDS 90

static gboolean
on_refresh (gpointer user_data)
{
  CusaxDialog *dialog = user_data;

  if (dialog->state == CUSAX_DIALOG_UP && dialog->leg_is_up)
    cusax_exchange_send_refresh (dialog);
  return G_SOURCE_CONTINUE;
}

/* Who refreshes, as Sofia sees it (RFC 4028 section 9): nobody else can if they know no timers. */
static gboolean
do_we_refresh (const CusaxDialog *dialog, const sip_t *sip)
{
  const sip_session_expires_t *expires = sip->sip_session_expires;

  if (!sip_has_feature (sip->sip_supported, "timer"))
    return TRUE;
  if (expires == NULL || expires->x_refresher == NULL)
    return dialog->is_outgoing;
  return g_ascii_strcasecmp (expires->x_refresher, dialog->is_outgoing ? "uac" : "uas") == 0;
}

static void
start_refreshing (CusaxDialog *dialog)
{
  if (dialog->refresh_id == 0 && dialog->refresh_seconds > 0)
    dialog->refresh_id = g_timeout_add_seconds (dialog->refresh_seconds, on_refresh, dialog);
}

/* Sofia would repeat it each second. */
void
cusax_exchange_stop_updates (CusaxDialog *dialog)
{
  if (!dialog->peer_has_update)
    return;
  dialog->peer_has_update = FALSE;
  nua_set_hparams (dialog->handler.handle, NUTAG_UPDATE_REFRESH (0), TAG_END ());
  if (dialog->state != CUSAX_DIALOG_UP)
    return;
  cusax_exchange_send_refresh (dialog);
  start_refreshing (dialog);
}

void
cusax_exchange_learn_allow (CusaxDialog *dialog, const sip_t *sip)
{
  if (dialog->peer_has_update || sip->sip_allow == NULL
      || !sip_is_allowed (sip->sip_allow, sip_method_update, "UPDATE"))
    return;
  dialog->peer_has_update = TRUE;
  nua_set_hparams (dialog->handler.handle, NUTAG_UPDATE_REFRESH (1), TAG_END ());
}

/* Sofia refreshes by UPDATE where the peer can; else by the last INVITE of ours, whose SDP may be stale since a
 * re-INVITE of theirs. So we are faster then: 40 % of the interval, before Sofia's half. */
void
cusax_exchange_learn (CusaxDialog *dialog, const sip_t *sip)
{
  guint seconds = SESSION_SECONDS;

  if (sip == NULL)
    return;
  cusax_exchange_learn_allow (dialog, sip);
  if (sip->sip_session_expires != NULL)
    seconds = CLAMP (sip->sip_session_expires->x_delta, LEAST_SECONDS, SESSION_SECONDS);
  dialog->refresh_seconds = do_we_refresh (dialog, sip) ? seconds * 2 / 5 : 0;
  if (!dialog->peer_has_update)
    start_refreshing (dialog);
}

void
cusax_exchange_move (CusaxDialog *dialog)
{
  dialog->is_moving = dialog->peer_has_update;
  if (dialog->peer_has_update)
    nua_update (dialog->handler.handle, SIPTAG_CONTACT_STR (dialog->contact), CUSAX_DIALOG_SAYS (dialog),
                TAG_END ());
  else
    cusax_exchange_send_refresh (dialog);
}
