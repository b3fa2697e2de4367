/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Transfer within a call (RFC 3515, RFC 4488, RFC 5589): our REFER and what they tell of it; theirs, which the notifier
 * answers. See dialog-private.h. */
#include "dialog-private.h"

#include "error.h"
#include "headers.h"
#include "loop.h"
#include "reason.h"
#include "refer-to.h"
#include "sipfrag.h"

#include <sofia-sip/sip_extra.h>

/* How long they may take to tell what came of it: longer than any telephone rings. */
#define WAIT_MS 240000

/* -------------------------------------------------------------------- ours */

static void
report (CusaxDialog *dialog, guint status, const char *reason)
{
  if (dialog->listener != NULL && dialog->listener->on_refer_progress != NULL)
    dialog->listener->on_refer_progress (dialog->user_data, status, reason);
}

/* The last word about it. */
static void
finish (CusaxDialog *dialog, guint status, const char *reason)
{
  dialog->refer = CUSAX_REFER_NONE;
  g_clear_handle_id (&dialog->refer_wait_id, g_source_remove);
  g_clear_pointer (&dialog->refer_event_id, g_free);
  report (dialog, status, reason);
}

static gboolean
on_wait (gpointer user_data)
{
  CusaxDialog *dialog = user_data;

  dialog->refer_wait_id = 0;
  finish (dialog, 408, NULL);
  return G_SOURCE_REMOVE;
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, why);
  return FALSE;
}

gboolean
cusax_dialog_refer (CusaxSipCall *call, const CusaxAddress *target, CusaxSipCall *replaces, GError **error)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);
  g_autofree char *id = NULL, *value = NULL, *refer_to = NULL, *referred_by = NULL;

  if (dialog->state != CUSAX_DIALOG_UP)
    return refuse (error, "the call does not stand");
  if (dialog->refer != CUSAX_REFER_NONE)
    return refuse (error, "a transfer is under way");
  if (dialog->peer_has_allow && !dialog->peer_has_refer)
    return refuse (error, "the other side does not take REFER");
  if (replaces != NULL && (id = cusax_dialog_dup_replaces (cusax_dialog_from_port (replaces))) == NULL)
    return refuse (error, "the other call does not stand");

  value = cusax_refer_to_write (target, id);
  refer_to = g_strdup_printf ("Refer-To: %s", value);
  if (dialog->referrer != NULL && dialog->presentation.privacy == NULL)
    referred_by = g_strdup_printf ("Referred-By: <%s>", dialog->referrer);
  dialog->refer = CUSAX_REFER_SENT;
  nua_refer (dialog->handler.handle, SIPTAG_CONTACT_STR (dialog->contact), SIPTAG_UNKNOWN_STR (refer_to),
             SIPTAG_UNKNOWN_STR (referred_by), CUSAX_DIALOG_PRIVACY (dialog), TAG_END ());
  return TRUE;
}

gboolean
cusax_dialog_takes_refer (CusaxSipCall *call)
{
  CusaxDialog *dialog = cusax_dialog_from_port (call);

  return !dialog->peer_has_allow || dialog->peer_has_refer;
}

/* Sofia tells, before the answer, which NOTIFYs belong to it. */
static void
learn_event (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  const sip_event_t *refer = NULL;

  tl_gets (event->tags, NUTAG_REFER_EVENT_REF (refer), TAG_END ());
  if (refer == NULL)
    return;
  g_free (dialog->refer_event_id);
  dialog->refer_event_id = g_strdup (refer->o_id);
}

static gboolean
has_no_subscription (const sip_t *sip)
{
  const sip_refer_sub_t *sub = sip != NULL ? sip_refer_sub (sip) : NULL;

  return sub != NULL && sub->rs_value != NULL && g_ascii_strcasecmp (sub->rs_value, "false") == 0;
}

void
cusax_dialog_on_refer_response (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  g_autofree char *words = NULL;

  if (event->status < 200)
    {
      learn_event (dialog, event);
      return;
    }
  if (dialog->refer != CUSAX_REFER_SENT)
    return;
  if (event->status >= 300)
    {
      words = cusax_reason_dup_words (event->sip, event->phrase);
      finish (dialog, cusax_dialog_get_status (event), words);
    }
  else if (has_no_subscription (event->sip))
    finish (dialog, 202, NULL);
  else
    {
      dialog->refer = CUSAX_REFER_ACCEPTED;
      dialog->refer_wait_id = cusax_loop_add_timeout (dialog->refer_wait_ms != 0 ? dialog->refer_wait_ms : WAIT_MS,
                                                      on_wait, dialog);
    }
}

/* Returns: the status that a NOTIFY tells, 0: none */
static guint
read_status (const sip_t *sip, char **words)
{
  const char *type = sip->sip_content_type != NULL ? sip->sip_content_type->c_type : NULL;

  if (sip->sip_payload == NULL || sip->sip_content_encoding != NULL || type == NULL
      || g_ascii_strcasecmp (type, "message/sipfrag") != 0)
    return 0;
  return cusax_sipfrag_parse (sip->sip_payload->pl_data, sip->sip_payload->pl_len, words, NULL);
}

static gboolean
is_refer (const sip_event_t *event)
{
  return event != NULL && event->o_type != NULL && g_ascii_strcasecmp (event->o_type, "refer") == 0;
}

/* Returns: TRUE if it tells of the REFER that we wait for; without an id it tells of the only one. */
static gboolean
is_awaited (const CusaxDialog *dialog, const sip_event_t *event)
{
  return dialog->refer != CUSAX_REFER_NONE && is_refer (event)
         && (event->o_id == NULL || dialog->refer_event_id == NULL
             || strcmp (event->o_id, dialog->refer_event_id) == 0);
}

void
cusax_dialog_on_notify (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  int substate = nua_substate_active;
  g_autofree char *words = NULL;
  guint status;

  /* Sofia answers what belongs to a subscription; the rest is late, or was never wanted. */
  if (event->status < 200)
    {
      if (event->sip != NULL && is_refer (event->sip->sip_event))
        nua_respond (event->handle, SIP_481_NO_CALL, NUTAG_WITH_THIS (event->nua), TAG_END ());
      else
        cusax_stack_refuse (event);
      return;
    }
  if (event->sip == NULL || !is_awaited (dialog, event->sip->sip_event))
    return;
  tl_gets (event->tags, NUTAG_SUBSTATE_REF (substate), TAG_END ());
  status = read_status (event->sip, &words);
  if (status >= 200)
    finish (dialog, status, words);
  else if (substate == nua_substate_terminated)
    finish (dialog, 202, NULL);
  else if (status >= 100)
    report (dialog, status, words);
}

void
cusax_dialog_refer_clear (CusaxDialog *dialog)
{
  /* They hang up when they have somebody else: as good as told. */
  if (dialog->refer != CUSAX_REFER_NONE)
    finish (dialog, dialog->refer == CUSAX_REFER_ACCEPTED ? 202 : 503, NULL);
}

/* ------------------------------------------------------------------ theirs */

static void
on_over (gpointer user_data)
{
  CusaxDialog *dialog = user_data;

  dialog->notifier = NULL;
  if (dialog->state == CUSAX_DIALOG_ENDED)
    cusax_dialog_let_go (dialog);
}

static const CusaxNotifierListener notifier_listener = { on_over };

/* Returns 0, or the status to refuse with. */
static int
judge (const CusaxDialog *dialog, const sip_t *sip)
{
  guint n;

  if (dialog->state == CUSAX_DIALOG_ENDED || dialog->state == CUSAX_DIALOG_ENDING)
    return 481;
  cusax_headers_find (sip, "Refer-To", 'r', &n);
  if (n != 1)
    return 400;
  /* One at a time; and the first INVITE comes first. */
  if (dialog->state != CUSAX_DIALOG_UP || dialog->notifier != NULL)
    return 491;
  return dialog->listener == NULL || dialog->listener->on_refer == NULL ? 603 : 0;
}

void
cusax_dialog_on_refer (CusaxDialog *dialog, const CusaxSipEvent *event)
{
  g_autoptr (CusaxHeaders) headers = NULL;
  CusaxSipRefer refer = { 0 };
  CusaxNotifier *notifier;
  int status;
  guint n;

  if (event->status >= 200 || event->sip == NULL)
    return;
  status = judge (dialog, event->sip);
  if (status != 0)
    {
      nua_respond (event->handle, status, status == 400 ? "Bad Refer-To" : sip_status_phrase (status),
                   NUTAG_WITH_THIS (event->nua), TAG_END ());
      return;
    }

  headers = cusax_headers_new (event->sip);
  refer.headers = *cusax_headers_get (headers);
  refer.refer_to = cusax_headers_find (event->sip, "Refer-To", 'r', &n);
  refer.referred_by = cusax_headers_find (event->sip, "Referred-By", 'b', &n);
  notifier = cusax_notifier_new (event, dialog->contact,
                                 dialog->is_outgoing ? NULL : dialog->presentation.privacy, &notifier_listener, dialog);
  if (!cusax_notifier_is_over (notifier))
    dialog->notifier = notifier;
  dialog->listener->on_refer (dialog->user_data, cusax_notifier_get_port (notifier), &refer);
}
