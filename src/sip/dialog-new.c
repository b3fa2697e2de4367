/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a dialog begins: our INVITE, or theirs. See dialog-private.h. */
#include "dialog-private.h"

#include "error.h"
#include "refer-to.h"

#define MAX_REFERRED_BY 1024

static void
set_contact (CusaxDialog *dialog, char *user)
{
  dialog->user = user;
  dialog->contact = cusax_stack_dup_target (dialog->stack, user);
}

/* Returns: (transfer full) (nullable): a header line; NULL if @value is NULL or would not stay on it. */
static char *
format_referred_by (const CusaxSipDisclosure *disclosure)
{
  const char *value = disclosure != NULL ? disclosure->referred_by : NULL;

  if (value == NULL || strlen (value) > MAX_REFERRED_BY || !g_utf8_validate (value, -1, NULL))
    return NULL;
  for (const char *p = value; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return NULL;
  return g_strdup_printf ("Referred-By: %s", value);
}

/* Who does not know Replaces would be called anew, and that may cost: a pick-up is one or nothing (RFC 3891 section 4). A
 * transfer goes on without it, for telephones that take Replaces and do not say so. */
static gboolean
is_pick_up (const char *replaces)
{
  return replaces != NULL && g_str_has_suffix (replaces, ";early-only");
}

CusaxSipCall *
cusax_dialog_new_outgoing (CusaxStack *stack, const CusaxSelf *self, const CusaxAddress *target,
                           const char *sdp, const CusaxSipDisclosure *disclosure,
                           const CusaxSipCallListener *listener, gpointer user_data, GError **error)
{
  CusaxPresentation presentation = { 0 };
  const char *replaces = disclosure != NULL ? disclosure->replaces : NULL;
  g_autofree char *replaces_line = NULL, *referred_by_line = format_referred_by (disclosure);
  nua_handle_t *handle;
  CusaxDialog *dialog;

  if (replaces != NULL && !cusax_refer_to_is_replaces (replaces))
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "this names no call to replace");
      return NULL;
    }
  if (replaces != NULL)
    replaces_line = g_strdup_printf ("Replaces: %s", replaces);
  cusax_presentation_set (&presentation, disclosure);
  handle = cusax_presentation_make_handle (&presentation, stack, self, target);
  if (handle == NULL)
    {
      cusax_presentation_clear (&presentation);
      g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "Sofia-SIP does not take %s",
                   cusax_address_get_uri (target));
      return NULL;
    }

  dialog = cusax_dialog_new (stack, self, handle, presentation.is_anonymous);
  dialog->state = CUSAX_DIALOG_CALLING;
  dialog->is_outgoing = TRUE;
  dialog->is_offerless = sdp == NULL;
  dialog->listener = listener;
  dialog->user_data = user_data;
  dialog->presentation = presentation;
  set_contact (dialog, cusax_presentation_make_user (&presentation, self->user));
  cusax_dialog_set_local_sdp (dialog, sdp);
  /* Without an offer of ours theirs may come in a reliable 18x, and PRACK has to bring the answer: ours to send. */
  nua_invite (handle, SIPTAG_CONTACT_STR (dialog->contact), CUSAX_DIALOG_SAYS (dialog),
              SIPTAG_UNKNOWN_STR (replaces_line), SIPTAG_UNKNOWN_STR (referred_by_line),
              TAG_IF (is_pick_up (replaces), SIPTAG_REQUIRE_STR ("replaces")),
              TAG_IF (sdp == NULL, NUTAG_APPL_METHOD ("PRACK")),
              TAG_IF (sdp != NULL, SIPTAG_CONTENT_TYPE_STR ("application/sdp")),
              TAG_IF (sdp != NULL, SIPTAG_PAYLOAD_STR (sdp)), TAG_END ());
  return &dialog->port;
}

CusaxSipCall *
cusax_dialog_new_incoming (CusaxStack *stack, const CusaxSelf *self, const CusaxSipEvent *event,
                           const CusaxSipHeaders *headers)
{
  CusaxDialog *dialog = cusax_dialog_new (stack, self, event->handle, self->is_anonymous);
  const char *sdp;
  gsize length;

  dialog->state = CUSAX_DIALOG_INCOMING;
  set_contact (dialog, g_strdup (self->user));
  dialog->focus = g_strdup (headers->focus);
  cusax_dialog_learn_allow (dialog, event);
  cusax_dialog_learn_id (dialog, event->sip);
  cusax_farewell_learn (dialog->farewell, event->sip);
  cusax_dialog_get_sdp (event->sip, &sdp, &length);
  dialog->is_offerless = sdp == NULL;
  dialog->is_silent = sdp == NULL && sip_has_feature (event->sip->sip_require, "100rel");
  cusax_exchange_learn (dialog, event->sip);
  return &dialog->port;
}
