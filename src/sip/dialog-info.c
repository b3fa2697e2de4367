/* SPDX-License-Identifier: GPL-2.0-or-later */
/* INFO within a call, both ways (RFC 6086): keypad digits where RTP takes none, and whole pictures (RFC 5168). See
 * dialog-private.h. */
#include "dialog-private.h"

#include "dtmf.h"
#include "headers.h"
#include "media-control.h"

#define ACCEPTED "application/dtmf-relay, application/dtmf, " CUSAX_MEDIA_CONTROL_TYPE

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

/* Of digits we have no use, but who sends them thinks that they arrived. */
static int
judge_body (const char *type, const sip_payload_t *payload, gboolean *wants_picture)
{
  switch (cusax_media_control_read (type, payload->pl_data, payload->pl_len))
    {
    case CUSAX_MEDIA_CONTROL_FAST_UPDATE:
      *wants_picture = TRUE;
      return 200;
    case CUSAX_MEDIA_CONTROL_OTHER:
      return 200;
    case CUSAX_MEDIA_CONTROL_BROKEN:
      return 400;
    case CUSAX_MEDIA_CONTROL_NONE:
      break;
    }
  return cusax_dtmf_info_read (type, payload->pl_data, payload->pl_len) != 0 ? 200 : 415;
}

/* An empty one only asks whether we live. */
static int
judge (const CusaxDialog *dialog, const sip_t *sip, gboolean *wants_picture)
{
  guint n;

  if (dialog->state == CUSAX_DIALOG_ENDED)
    return 481;
  if (cusax_headers_find (sip, "Info-Package", '\0', &n) != NULL)
    return 469;
  if (sip->sip_payload == NULL || sip->sip_payload->pl_len == 0)
    return 200;
  if (sip->sip_content_type == NULL || sip->sip_content_encoding != NULL)
    return 415;
  return judge_body (sip->sip_content_type->c_type, sip->sip_payload, wants_picture);
}

void
cusax_dialog_on_info (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  gboolean wants_picture = FALSE;
  int status;

  if (event->status >= 200)
    return;
  status = event->sip != NULL ? judge (dialog, event->sip, &wants_picture) : 200;
  nua_respond (event->handle, status, status == 469 ? "Bad Info Package" : sip_status_phrase (status),
               NUTAG_WITH_THIS (event->nua), TAG_IF (status == 415, SIPTAG_ACCEPT_STR (ACCEPTED)),
               TAG_IF (status == 469, SIPTAG_UNKNOWN_STR ("Recv-Info: ")), CUSAX_DIALOG_PRIVACY (dialog), TAG_END ());
  if (wants_picture && dialog->state == CUSAX_DIALOG_UP && dialog->listener != NULL
      && dialog->listener->on_keyframe_asked != NULL)
    dialog->listener->on_keyframe_asked (dialog->user_data);
}
