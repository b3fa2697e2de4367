/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dialogs about callers that stand open, by number: a host's callbacks come once, twice (Finch: the button,
 * then the window's destruction) or never (Pidgin: a question closed by Escape). They carry the number, never a
 * pointer; whoever steals the entry acts, everybody later finds nothing. The entry is also the dialog's handle.
 */
#pragma once

#include <purple.h>

#include "address.h"

G_BEGIN_DECLS

/** CusaxCallerQuestion: */
typedef struct
{
  guint id; /* what callbacks carry, by GUINT_TO_POINTER() */
  PurpleAccount *account;
  CusaxAddress *address; /* (nullable): to attach */
  char *jid;             /* (nullable): to chat with, to detach from */
  char **attached;       /* (nullable): URIs to choose from */
} CusaxCallerQuestion;

/** Returns: (transfer none): owned by the table */
CusaxCallerQuestion *cusax_callerquestions_new (PurpleAccount *account, CusaxAddress *address, const char *jid);

/** Returns: (transfer full) (nullable): NULL if somebody was faster */
CusaxCallerQuestion *cusax_callerquestions_steal (gpointer id);
void cusax_callerquestions_free (CusaxCallerQuestion *question);

/** Cancel callback of any dialog: forgets the question. */
void cusax_callerquestions_on_cancel (gpointer id);

/** Closes the dialogs of @account, unanswered. @chats: only those that ask about chatting. */
void cusax_callerquestions_close (PurpleAccount *account, gboolean chats);

G_END_DECLS
