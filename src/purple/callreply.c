/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See callreply.h. */
#include "callreply.h"

#include "callers.h"
#include "callwords.h"
#include "error.h"

#include <glib/gi18n-lib.h>

/* Only STRONG: a From header with a contact's address must not get what is written for the contact. */
static gboolean
may_write_to (CusaxCall *call)
{
  return !cusax_callers_is_anonymous (call) && cusax_call_get_grade (call) == CUSAX_BINDING_STRONG
         && cusax_call_get_contact (call) != NULL;
}

static gboolean
send_chat (PurpleAccount *account, const char *jid, const char *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);
  PurpleConversation *conversation = purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, jid, account);

  if (!purple_account_is_connected (account))
    return FALSE;
  if (conversation == NULL)
    conversation = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, jid);
  if (conversation == NULL)
    return FALSE;
  purple_conv_im_send (PURPLE_CONV_IM (conversation), markup);
  return TRUE;
}

gboolean
cusax_callreply_decline (PurpleAccount *account, CusaxCall *call, const char *text, GError **error)
{
  g_autofree char *jid = may_write_to (call) ? g_strdup (cusax_call_get_contact (call)) : NULL;

  cusax_call_decline (call, 486);
  if (jid == NULL)
    g_set_error_literal (
      error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED,
      _ ("The call is declined. Your text was not sent: it is not sure whose chat belongs to the "
         "caller."));
  else if (!send_chat (account, jid, text))
    g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE,
                         _ ("The call is declined. Your text was not sent: chat is not connected."));
  else
    return TRUE;
  return FALSE;
}

/* Joining may end a call: the caller's array does not keep them. */
gboolean
cusax_callreply_join (CusaxAccount *phone, const GPtrArray *calls, GError **error)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_call_unref);

  for (guint i = 0; i < calls->len; i++)
    g_ptr_array_add (kept, cusax_call_ref (g_ptr_array_index (calls, i)));
  for (guint i = 1; i < kept->len; i++)
    {
      CusaxCall *first = g_ptr_array_index (kept, 0);
      CusaxCall *call = g_ptr_array_index (kept, i);
      g_autoptr (GError) reason = NULL;

      if (cusax_call_is_joined (call) && cusax_call_is_joined (first))
        continue;
      if (!cusax_account_join (phone, first, call, &reason))
        return cusax_callwords_fail (CUSAX_CALL_DEED_JOIN, reason, error);
    }
  return TRUE;
}
