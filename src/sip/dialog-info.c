/* SPDX-License-Identifier: GPL-2.0-or-later */
/* INFO within a call, both ways (RFC 6086): keypad digits where RTP takes none. See dialog-private.h. */
#include "dialog-private.h"

#include "dtmf.h"
#include "headers.h"

typedef struct
{
  char *type;
  char *body;
} Info;

static void
info_free (Info *info)
{
  g_free (info->type);
  g_free (info->body);
  g_free (info);
}

/* -------------------------------------------------------------------- ours */

void
cusax_dialog_info_pump (CusaxDialog *dialog)
{
  const Info *info = g_queue_peek_head (&dialog->infos);

  if (info == NULL || dialog->info_is_out || dialog->state != CUSAX_DIALOG_UP || !dialog->leg_is_up)
    return;
  dialog->info_is_out = TRUE;
  nua_info (dialog->handler.handle, SIPTAG_CONTENT_TYPE_STR (info->type), SIPTAG_PAYLOAD_STR (info->body),
            CUSAX_DIALOG_PRIVACY (dialog), TAG_END ());
}

void
cusax_dialog_send_info (CusaxSipCall *call, const char *content_type, const char *body)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);
  Info *info;

  g_return_if_fail (content_type != NULL && body != NULL);
  if (dialog->state == CUSAX_DIALOG_ENDED)
    return;
  info = g_new0 (Info, 1);
  info->type = g_strdup (content_type);
  info->body = g_strdup (body);
  g_queue_push_tail (&dialog->infos, info);
  cusax_dialog_info_pump (dialog);
}

gboolean
cusax_dialog_takes_info (CusaxSipCall *call)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  return !dialog->peer_has_allow || dialog->peer_has_info;
}

void
cusax_dialog_on_info_response (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  if (event->status < 200 || !dialog->info_is_out)
    return;
  dialog->info_is_out = FALSE;
  info_free (g_queue_pop_head (&dialog->infos));
  cusax_dialog_info_pump (dialog);
  if (dialog->listener != NULL && dialog->listener->on_info_done != NULL)
    dialog->listener->on_info_done (dialog->user_data, cusax_dialog_get_status (event));
}

void
cusax_dialog_info_clear (CusaxDialog *dialog)
{
  dialog->info_is_out = FALSE;
  for (Info *info; (info = g_queue_pop_head (&dialog->infos)) != NULL;)
    {
      info_free (info);
      if (dialog->listener != NULL && dialog->listener->on_info_done != NULL)
        dialog->listener->on_info_done (dialog->user_data, 503);
    }
}

/* ------------------------------------------------------------------ theirs */

/* An empty one only asks whether we live; of digits we have no use, but who sends them thinks that they arrived. */
static int
judge (const CusaxDialog *dialog, const sip_t *sip)
{
  const char *type;
  guint n;

  if (dialog->state == CUSAX_DIALOG_ENDED)
    return 481;
  if (cusax_headers_find (sip, "Info-Package", '\0', &n) != NULL)
    return 469;
  if (sip->sip_payload == NULL || sip->sip_payload->pl_len == 0)
    return 200;
  type = sip->sip_content_type != NULL ? sip->sip_content_type->c_type : NULL;
  if (type == NULL || sip->sip_content_encoding != NULL
      || cusax_dtmf_info_read (type, sip->sip_payload->pl_data, sip->sip_payload->pl_len) == 0)
    return 415;
  return 200;
}

void
cusax_dialog_on_info (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  int status;

  if (event->status >= 200)
    return;
  status = event->sip != NULL ? judge (dialog, event->sip) : 200;
  nua_respond (event->handle, status, status == 469 ? "Bad Info Package" : sip_status_phrase (status),
               NUTAG_WITH_THIS (event->nua),
               TAG_IF (status == 415, SIPTAG_ACCEPT_STR ("application/dtmf-relay, application/dtmf")),
               TAG_IF (status == 469, SIPTAG_UNKNOWN_STR ("Recv-Info: ")), CUSAX_DIALOG_PRIVACY (dialog), TAG_END ());
}
