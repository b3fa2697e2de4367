/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The asking for cards (R27): what a ringing call waits for first, then what a person looks at, the rest in the
 * background. Knows JIDs and the card port; what an answer means, and who may be asked again when, is
 * directory.c's.
 *
 * A request that nobody wants any more counts until its reply comes: the servers are still at work. Some of the
 * places in flight are kept free for people, so that slow servers in the background delay nobody who looks.
 */
#pragma once

#include "ports.h"

G_BEGIN_DECLS

typedef struct _CusaxDirectoryQueue CusaxDirectoryQueue;

typedef enum
{
  CUSAX_URGENCY_BACKGROUND, /* not in the first 10 s of a session, CUSAX_DIRECTORY_MAX_PER_SESSION at most */
  CUSAX_URGENCY_LOOKED,     /* the latest first */
  CUSAX_URGENCY_RINGING,
  CUSAX_N_URGENCIES
} CusaxUrgency;

typedef struct
{
  /* An answer came, as for CusaxCardDone. The last thing that the queue does in its turn. */
  void (*on_answer) (gpointer user_data, const char *jid, CusaxUrgency urgency, CusaxCardState state,
                     const char *xml, gsize length);
} CusaxDirectoryQueueListener;

CusaxDirectoryQueue *cusax_directory_queue_new (CusaxClock *clock, CusaxCardPort *cards,
                                                const CusaxDirectoryQueueListener *listener,
                                                gpointer user_data);
void cusax_directory_queue_free (CusaxDirectoryQueue *queue);

/** Chat came or went. Gone: what was in flight waits again. */
void cusax_directory_queue_set_online (CusaxDirectoryQueue *queue, gboolean online);
gboolean cusax_directory_queue_is_online (const CusaxDirectoryQueue *queue);

/** Wants the card of @jid. Waiting or in flight already: only the urgency may grow. */
void cusax_directory_queue_add (CusaxDirectoryQueue *queue, const char *jid, CusaxUrgency urgency);

/** The card changed just now: an answer that is under way may be too old, then it is asked for once more. */
void cusax_directory_queue_add_again (CusaxDirectoryQueue *queue, const char *jid);

/** Nobody wants the card of @jid any more. */
void cusax_directory_queue_remove (CusaxDirectoryQueue *queue, const char *jid);

/** Returns: TRUE if the card of @jid is waited for */
gboolean cusax_directory_queue_has (const CusaxDirectoryQueue *queue, const char *jid);

G_END_DECLS
