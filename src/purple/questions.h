/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is asked before a call: whether it may cost (R43), whether it may leave for another service, which of several
 * numbers (R26). Closing a question does nothing; asking the same again brings the open one to the front. The list of
 * open questions is process-wide, because libpurple's is, and empty most of the time.
 */
#pragma once

#include <purple.h>

#include "dial.h"

G_BEGIN_DECLS

typedef enum
{
  CUSAX_QUESTION_CALL,
  CUSAX_QUESTION_ALWAYS, /* call, and never ask again for this number */
  CUSAX_QUESTION_CHAT,   /* no call: write instead */
  CUSAX_QUESTION_CHOICE  /* one of several */
} CusaxQuestionAnswer;

/** CusaxQuestionPurpose: what the target is for. */
typedef struct
{
  guint transfer;      /* the number of a call that is to be transferred there; 0: we call */
  gboolean with_video; /* with our picture */
} CusaxQuestionPurpose;

/* Once at most. @purpose: as it was asked. @choice: of @dial's list, for CHOICE. Everything is borrowed. */
typedef void (*CusaxQuestionDone) (PurpleAccount *account, CusaxDial *dial, CusaxQuestionPurpose purpose,
                                   CusaxQuestionAnswer answer, const CusaxDialable *choice);

/**
 * cusax_questions_ask:
 * @dial: (transfer full): TELL, ASK_COST or ASK_WHICH
 *
 * Returns: FALSE if the host has no such dialogs; nothing is called then
 */
gboolean cusax_questions_ask (PurpleAccount *account, CusaxConfig *config, CusaxDial *dial, CusaxQuestionPurpose purpose,
                              CusaxQuestionDone done);

/** Closes those of @account; @done is not called. */
void cusax_questions_forget (PurpleAccount *account);

G_END_DECLS
