/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See callerchat.h: whom to chat with, and who called last. Attaching is in callerattach.c. */
#include "callerchat.h"

#include "callers.h"
#include "dialling.h"
#include "callerquestions.h"
#include "words.h"

#include <glib/gi18n-lib.h>

/* PurpleAccount -> CusaxAddress; process-wide because menus ask by account, freed with the last entry. */
static GHashTable *unknown_callers;

/* ----------------------------------------------------------------- chat */

gboolean
cusax_callerchat_can_chat (CusaxCall *call)
{
  return !cusax_callers_is_anonymous (call) && cusax_call_get_grade (call) != CUSAX_BINDING_NONE
         && cusax_call_get_contact (call) != NULL;
}

static void
on_chat (gpointer data, int action)
{
  CusaxCallerQuestion *question = cusax_callerquestions_steal (data);

  if (question == NULL)
    return;
  cusax_dialling_chat (question->account, question->jid);
  cusax_callerquestions_free (question);
}

static void
on_chat_cancel (gpointer data, int action)
{
  cusax_callerquestions_on_cancel (data);
}

/* One at a time: a dialog that Pidgin closes by Escape calls nobody back. */
static void
ask_chat (PurpleAccount *account, CusaxCall *call)
{
  g_autofree char *jid = cusax_words_address (cusax_call_get_contact (call), CUSAX_WORDS_FULL_LENGTH);
  g_autofree char *name = cusax_callers_name (account, call);
  g_autofree char *primary = g_strdup_printf (_ ("Chat with %s?"), jid);
  g_autofree char *secondary = g_strdup_printf (
    _ ("The other side of the call is %s. It is not confirmed that this belongs to the contact."), name);
  CusaxCallerQuestion *question;

  cusax_callerquestions_close (account, TRUE);
  question = cusax_callerquestions_new (account, NULL, cusax_call_get_contact (call));
  purple_request_action (question, _ ("Chat with caller"), primary, secondary, 1, account, NULL, NULL,
                         GUINT_TO_POINTER (question->id), 2, _ ("Chat"), on_chat, _ ("Cancel"), on_chat_cancel);
}

void
cusax_callerchat_chat (PurpleAccount *account, CusaxCall *call)
{
  if (!cusax_callerchat_can_chat (call))
    return;
  if (cusax_call_get_grade (call) == CUSAX_BINDING_STRONG)
    cusax_dialling_chat (account, cusax_call_get_contact (call));
  else
    ask_chat (account, call);
}

/* -------------------------------------------------------- last unknown */

static void
set_unknown (PurpleAccount *account, CusaxAddress *address)
{
  if (unknown_callers == NULL)
    unknown_callers = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) cusax_address_unref);
  g_hash_table_insert (unknown_callers, account, cusax_address_ref (address));
}

static void
clear_unknown (PurpleAccount *account)
{
  if (unknown_callers == NULL)
    return;
  g_hash_table_remove (unknown_callers, account);
  if (g_hash_table_size (unknown_callers) == 0)
    g_clear_pointer (&unknown_callers, g_hash_table_destroy);
}

CusaxAddress *
cusax_callerchat_get_last_unknown (PurpleAccount *account)
{
  return unknown_callers != NULL ? g_hash_table_lookup (unknown_callers, account) : NULL;
}

void
cusax_callerchat_forget_caller (PurpleAccount *account, const CusaxAddress *address)
{
  CusaxAddress *unknown = cusax_callerchat_get_last_unknown (account);

  if (unknown != NULL && cusax_address_equal (unknown, address))
    clear_unknown (account);
}

void
cusax_callerchat_note_call (PurpleAccount *account, CusaxCall *call)
{
  if (cusax_call_is_outgoing (call) || cusax_call_get_peer (call) == NULL)
    return;
  if (cusax_callerchat_can_attach (call))
    set_unknown (account, cusax_call_get_peer (call));
  else if (cusax_call_get_grade (call) == CUSAX_BINDING_STRONG)
    cusax_callerchat_forget_caller (account, cusax_call_get_peer (call));
}

void
cusax_callerchat_forget (PurpleAccount *account)
{
  cusax_callerquestions_close (account, FALSE);
  clear_unknown (account);
}

gboolean
cusax_callerchat_can_attach (CusaxCall *call)
{
  return cusax_call_get_peer (call) != NULL && !cusax_callers_is_anonymous (call)
         && cusax_call_get_grade (call) != CUSAX_BINDING_STRONG;
}
