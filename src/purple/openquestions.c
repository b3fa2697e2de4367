/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See openquestions.h. */
#include "openquestions.h"

gpointer
cusax_openquestions_serial (gconstpointer question)
{
  return GUINT_TO_POINTER (((const CusaxOpenQuestion *) question)->serial);
}

gpointer
cusax_openquestions_add (CusaxOpenQuestions *open, gpointer question, PurpleAccount *account)
{
  CusaxOpenQuestion *head = question;

  head->serial = ++open->last_serial;
  head->account = account;
  if (open->list == NULL)
    open->list = g_ptr_array_new ();
  g_ptr_array_add (open->list, question);
  return cusax_openquestions_serial (question);
}

static gpointer
take_at (CusaxOpenQuestions *open, guint index)
{
  gpointer question = g_ptr_array_steal_index (open->list, index);

  if (open->list->len == 0)
    g_clear_pointer (&open->list, g_ptr_array_unref);
  return question;
}

gpointer
cusax_openquestions_take (CusaxOpenQuestions *open, gpointer serial)
{
  for (guint i = 0; open->list != NULL && i < open->list->len; i++)
    if (cusax_openquestions_serial (g_ptr_array_index (open->list, i)) == serial)
      return take_at (open, i);
  return NULL;
}

void
cusax_openquestions_drop (CusaxOpenQuestions *open, gpointer serial)
{
  gpointer question = cusax_openquestions_take (open, serial);

  if (question != NULL)
    open->free_question (question);
}

void
cusax_openquestions_drop_unshown (CusaxOpenQuestions *open, gpointer serial, const void *handle)
{
  if (handle == NULL)
    cusax_openquestions_drop (open, serial);
}

void
cusax_openquestions_close (CusaxOpenQuestions *open, gpointer question)
{
  guint index;

  if (open->list == NULL || !g_ptr_array_find (open->list, question, &index))
    return;
  take_at (open, index);
  purple_request_close_with_handle (question);
  open->free_question (question);
}

void
cusax_openquestions_forget (CusaxOpenQuestions *open, PurpleAccount *account)
{
  gpointer question;

  while ((question = cusax_openquestions_find (open, cusax_openquestions_is_of, account)) != NULL)
    cusax_openquestions_close (open, question);
}

gpointer
cusax_openquestions_find (const CusaxOpenQuestions *open, GEqualFunc matches, gconstpointer what)
{
  guint index;

  if (open->list == NULL || !g_ptr_array_find_with_equal_func (open->list, what, matches, &index))
    return NULL;
  return g_ptr_array_index (open->list, index);
}

gboolean
cusax_openquestions_is_of (gconstpointer question, gconstpointer account)
{
  return ((const CusaxOpenQuestion *) question)->account == account;
}
