/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See callerquestions.h. */
#include "callerquestions.h"

/* Process-wide like libpurple's dialogs; freed with the last entry. */
static GHashTable *questions;
static guint last_id;

void
cusax_callerquestions_free (CusaxCallerQuestion *question)
{
  g_clear_pointer (&question->address, cusax_address_unref);
  g_free (question->jid);
  g_strfreev (question->attached);
  g_free (question);
}

CusaxCallerQuestion *
cusax_callerquestions_new (PurpleAccount *account, CusaxAddress *address, const char *jid)
{
  CusaxCallerQuestion *question = g_new0 (CusaxCallerQuestion, 1);

  question->id = ++last_id;
  question->account = account;
  question->address = address != NULL ? cusax_address_ref (address) : NULL;
  question->jid = g_strdup (jid);
  if (questions == NULL)
    questions = g_hash_table_new (NULL, NULL);
  g_hash_table_insert (questions, GUINT_TO_POINTER (question->id), question);
  return question;
}

CusaxCallerQuestion *
cusax_callerquestions_steal (gpointer id)
{
  gpointer question = NULL;

  if (questions == NULL || !g_hash_table_steal_extended (questions, id, NULL, &question))
    return NULL;
  if (g_hash_table_size (questions) == 0)
    g_clear_pointer (&questions, g_hash_table_destroy);
  return question;
}

static void
close_question (guint id)
{
  CusaxCallerQuestion *question = cusax_callerquestions_steal (GUINT_TO_POINTER (id));

  if (question == NULL)
    return;
  purple_request_close_with_handle (question);
  cusax_callerquestions_free (question);
}

void
cusax_callerquestions_close (PurpleAccount *account, gboolean chats)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint));
  GHashTableIter iter;
  gpointer value;

  if (questions == NULL)
    return;
  g_hash_table_iter_init (&iter, questions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      CusaxCallerQuestion *question = value;

      if (question->account == account && (!chats || (question->address == NULL && question->attached == NULL)))
        g_array_append_val (ids, question->id);
    }
  for (guint i = 0; i < ids->len; i++)
    close_question (g_array_index (ids, guint, i));
}

void
cusax_callerquestions_on_cancel (gpointer id)
{
  CusaxCallerQuestion *question = cusax_callerquestions_steal (id);

  if (question != NULL)
    cusax_callerquestions_free (question);
}
