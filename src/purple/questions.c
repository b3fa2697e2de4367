/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See questions.h. */
#include "questions.h"

#include "choices.h"
#include "dialwords.h"
#include "openquestions.h"
#include "peers.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  CusaxOpenQuestion open;
  CusaxDial *dial;
  CusaxQuestionPurpose purpose;
  CusaxQuestionDone done;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  cusax_dial_free (question->dial);
  g_free (question);
}

static CusaxOpenQuestions questions = { .free_question = question_free };

/* -------------------------------------------------------------- answers */

static const CusaxDialable *
chosen (const Question *question, PurpleRequestFields *fields)
{
  int index = cusax_choices_get (fields, "number");

  return index >= 0 && (guint) index < question->dial->list->len ? g_ptr_array_index (question->dial->list, index)
                                                                 : NULL;
}

static void
answer (gpointer data, CusaxQuestionAnswer how, PurpleRequestFields *fields)
{
  Question *question = cusax_openquestions_take (&questions, data);
  const CusaxDialable *choice = NULL;

  if (question == NULL)
    return;
  if (how == CUSAX_QUESTION_CHOICE)
    choice = chosen (question, fields);
  if (how != CUSAX_QUESTION_CHOICE || choice != NULL)
    question->done (question->open.account, question->dial, question->purpose, how, choice);
  question_free (question);
}

static void
on_call (gpointer data, int action)
{
  answer (data, CUSAX_QUESTION_CALL, NULL);
}

static void
on_always (gpointer data, int action)
{
  answer (data, CUSAX_QUESTION_ALWAYS, NULL);
}

static void
on_chat (gpointer data, int action)
{
  answer (data, CUSAX_QUESTION_CHAT, NULL);
}

static void
on_choice (gpointer data, PurpleRequestFields *fields)
{
  answer (data, CUSAX_QUESTION_CHOICE, fields);
}

static void
on_cancel_action (gpointer data, int action)
{
  cusax_openquestions_drop (&questions, data);
}

static void
on_cancel_fields (gpointer data, PurpleRequestFields *fields)
{
  on_cancel_action (data, 0);
}

/* -------------------------------------------------------------- dialogs */

/* "Call Bob at +33177624339?": the address stands for itself, whatever the contact calls himself. */
static char *
primary_text (const Question *question, const char *address)
{
  gboolean is_call = question->purpose.transfer == 0;
  g_autofree char *label = NULL;

  if (question->dial->jid == NULL)
    return g_strdup_printf (is_call ? _ ("Call %s?") : _ ("Transfer the call to %s?"), address);
  label = cusax_peers_label (question->open.account, question->dial->jid);
  return g_strdup_printf (is_call ? _ ("Call %s at %s?") : _ ("Transfer the call to %s at %s?"), label, address);
}

static const char *
yes_text (const Question *question)
{
  return question->purpose.transfer == 0 ? _ ("Call") : _ ("Transfer");
}

/* "Chat instead" only where there is somebody to chat with. The first button is the default (R43). */
static void *
show_cost (Question *question, const char *primary, const char *address)
{
  g_autofree char *secondary = g_strdup_printf (_ ("%s calls the telephone network, may be charged."), address);
  const char *title = _ ("Call to the telephone network");
  const char *jid = question->dial->jid;

  /* Nobody chats instead of transferring. */
  if (jid != NULL && question->purpose.transfer == 0)
    return purple_request_action (question, title, primary, secondary, 0, question->open.account, jid, NULL,
                                  cusax_openquestions_serial (question), 3, _ ("Call"), G_CALLBACK (on_call), _ ("Chat instead"),
                                  G_CALLBACK (on_chat), _ ("Always for this number"), G_CALLBACK (on_always));
  return purple_request_action (question, title, primary, secondary, 0, question->open.account, jid, NULL,
                                cusax_openquestions_serial (question), 3, yes_text (question), G_CALLBACK (on_call), _ ("Cancel"),
                                G_CALLBACK (on_cancel_action), _ ("Always for this number"),
                                G_CALLBACK (on_always));
}

static void *
show_foreign (Question *question, const char *primary)
{
  const char *host = cusax_address_get_host (question->dial->address);
  g_autofree char *secondary = g_strdup_printf (
    _ ("The call goes to another telephone service: %s\nThis is said once for each service."), host);

  return purple_request_action (question, _ ("Call to another service"), primary, secondary, 0,
                                question->open.account, question->dial->jid, NULL, cusax_openquestions_serial (question), 2,
                                yes_text (question), G_CALLBACK (on_call), _ ("Cancel"),
                                G_CALLBACK (on_cancel_action));
}

static void *
show_choice (Question *question, CusaxConfig *config)
{
  PurpleRequestFields *fields = purple_request_fields_new ();
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  g_autofree char *label = cusax_peers_label (question->open.account, question->dial->jid);
  g_autofree char *primary
    = g_strdup_printf (question->purpose.transfer == 0 ? _ ("Which number of %s do you want to call?")
                                               : _ ("To which number of %s do you want to transfer the call?"),
                       label);
  g_autoptr (GString) text = g_string_new (_ ("The choice is remembered; the menu of the contact has all."));
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  void *handle;

  for (guint i = 0; i < question->dial->list->len; i++)
    g_ptr_array_add (lines, cusax_dialwords_line (g_ptr_array_index (question->dial->list, i), config, FALSE));
  purple_request_field_group_add_field (group, cusax_choices_field ("number", _ ("Number"), lines, text));
  purple_request_fields_add_group (fields, group);
  handle = purple_request_fields (question, yes_text (question), primary, text->str, fields, yes_text (question),
                                  G_CALLBACK (on_choice), _ ("Cancel"), G_CALLBACK (on_cancel_fields),
                                  question->open.account, question->dial->jid, NULL, cusax_openquestions_serial (question));
  /* A host without such dialogs leaves them to us. */
  if (handle == NULL && cusax_openquestions_find (&questions, g_direct_equal, question) != NULL)
    purple_request_fields_destroy (fields);
  return handle;
}

/* Returns: (nullable): libpurple's */
static void *
show (Question *question, CusaxConfig *config)
{
  g_autofree char *address = NULL;
  g_autofree char *primary = NULL;

  if (question->dial->step == CUSAX_DIAL_ASK_WHICH)
    return show_choice (question, config);
  address = cusax_dialwords_address (question->dial->address, config);
  primary = primary_text (question, address);
  return question->dial->step == CUSAX_DIAL_ASK_COST ? show_cost (question, primary, address)
                                                     : show_foreign (question, primary);
}

/* One that is asked for the same: the same step towards the same target. */
static gboolean
is_same (gconstpointer open, gconstpointer asked)
{
  const Question *question = open, *other = asked;
  const CusaxDial *dial = other->dial;

  return question->open.account == other->open.account && question->purpose.transfer == other->purpose.transfer
         && question->dial->step == dial->step && g_strcmp0 (question->dial->key, dial->key) == 0
         && g_strcmp0 (question->dial->jid, dial->jid) == 0;
}

gboolean
cusax_questions_ask (PurpleAccount *account, CusaxConfig *config, CusaxDial *dial, CusaxQuestionPurpose purpose,
                     CusaxQuestionDone done)
{
  Question *question = g_new0 (Question, 1);
  Question *same;
  gpointer serial;

  question->open.account = account;
  question->dial = dial;
  question->purpose = purpose;
  question->done = done;
  /* Pidgin closes a question by Escape without telling, so an open one cannot be known from a closed one: the
   * new one takes its place on the screen. */
  same = cusax_openquestions_find (&questions, is_same, question);
  if (same != NULL)
    cusax_openquestions_close (&questions, same);
  serial = cusax_openquestions_add (&questions, question, account);
  if (show (question, config) != NULL)
    return TRUE;
  /* A host without such dialogs; one that answers from within has taken the question. */
  question = cusax_openquestions_take (&questions, serial);
  if (question == NULL)
    return TRUE;
  question_free (question);
  return FALSE;
}

void
cusax_questions_forget (PurpleAccount *account)
{
  cusax_openquestions_forget (&questions, account);
}
