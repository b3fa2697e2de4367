/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See directory-queue.h. */
#include "directory-queue.h"

#include "directory.h"

#include <string.h>

#define BACKGROUND_AFTER_MS 10000
#define SECOND_MS 1100       /* a little more than a second: the network shifts what leaves evenly */
#define PORT_REFUSED_MS 5000 /* fetch says that chat is down, we were told that it is up */

/* How many may be in flight before the next one of an urgency leaves. */
static const guint places[CUSAX_N_URGENCIES] = {
  [CUSAX_URGENCY_BACKGROUND] = CUSAX_DIRECTORY_MAX_IN_FLIGHT - 2,
  [CUSAX_URGENCY_LOOKED] = CUSAX_DIRECTORY_MAX_IN_FLIGHT - 1,
  [CUSAX_URGENCY_RINGING] = CUSAX_DIRECTORY_MAX_IN_FLIGHT,
};

/* Waiting; its node is the place in the line of its urgency. */
typedef struct
{
  GList node;
  CusaxUrgency urgency;
  char jid[];
} Entry;

typedef struct
{
  CusaxDirectoryQueue *queue;
  guint id;
  CusaxUrgency urgency;
  gboolean is_unwanted; /* the reply is dropped */
  gboolean again;       /* the card changed since it was asked for */
  char jid[];
} Request;

struct _CusaxDirectoryQueue
{
  CusaxClock *clock;
  CusaxCardPort *cards;
  const CusaxDirectoryQueueListener *listener;
  gpointer listener_data;

  gboolean is_online;
  GHashTable *waiting; /* jid -> Entry */
  GQueue lines[CUSAX_N_URGENCIES];
  GPtrArray *requests; /* in flight */
  guint timer_id;

  gint64 background_from; /* microseconds, as all below */
  guint n_background;     /* of this session */
  gint64 not_before;
  gint64 sent[CUSAX_DIRECTORY_MAX_PER_SECOND]; /* a ring: when the last ones left, 0 = never */
  guint sent_next;
};

static void pump (CusaxDirectoryQueue *queue);

/* ----------------------------------------------------------------- waiting */

static void
entry_push (CusaxDirectoryQueue *queue, Entry *entry, CusaxUrgency urgency, gboolean first)
{
  entry->urgency = urgency;
  if (first)
    g_queue_push_head_link (&queue->lines[urgency], &entry->node);
  else
    g_queue_push_tail_link (&queue->lines[urgency], &entry->node);
}

static Entry *
entry_new (CusaxDirectoryQueue *queue, const char *jid)
{
  gsize size = strlen (jid) + 1;
  Entry *entry = g_malloc0 (sizeof *entry + size);

  entry->node.data = entry;
  memcpy (entry->jid, jid, size);
  g_hash_table_insert (queue->waiting, entry->jid, entry);
  return entry;
}

static void
entry_drop (CusaxDirectoryQueue *queue, Entry *entry)
{
  g_queue_unlink (&queue->lines[entry->urgency], &entry->node);
  g_hash_table_remove (queue->waiting, entry->jid);
}

static Request *
find_request (const CusaxDirectoryQueue *queue, const char *jid)
{
  for (guint i = 0; i < queue->requests->len; i++)
    {
      Request *request = g_ptr_array_index (queue->requests, i);

      if (!request->is_unwanted && strcmp (request->jid, jid) == 0)
        return request;
    }
  return NULL;
}

/* ------------------------------------------------------------------- timer */

static gboolean
on_timer (gpointer data)
{
  CusaxDirectoryQueue *queue = data;

  queue->timer_id = 0;
  pump (queue);
  return G_SOURCE_REMOVE;
}

static void
clear_timer (CusaxDirectoryQueue *queue)
{
  if (queue->timer_id != 0)
    queue->clock->remove (queue->clock, queue->timer_id);
  queue->timer_id = 0;
}

static void
wait_until (CusaxDirectoryQueue *queue, gint64 time)
{
  gint64 now = queue->clock->now (queue->clock);

  clear_timer (queue);
  queue->timer_id = queue->clock->add (queue->clock, (guint) ((time - now + 999) / 1000), on_timer, queue);
}

/* ------------------------------------------------------------------ asking */

static void
on_fetched (gpointer user_data, CusaxCardState state, const char *xml, gsize length)
{
  Request *request = user_data;
  CusaxDirectoryQueue *queue = request->queue;
  gboolean is_wanted = !request->is_unwanted;
  CusaxUrgency urgency = request->urgency;
  g_autofree char *jid = g_strdup (request->jid);

  if (request->again && is_wanted)
    entry_push (queue, entry_new (queue, jid), CUSAX_URGENCY_BACKGROUND, FALSE);
  g_ptr_array_remove (queue->requests, request);
  pump (queue);
  if (is_wanted)
    queue->listener->on_answer (queue->listener_data, jid, urgency, state, xml, length);
}

/* FALSE: the port has no connection. */
static gboolean
send (CusaxDirectoryQueue *queue, Entry *entry)
{
  gsize size = strlen (entry->jid) + 1;
  Request *request = g_malloc0 (sizeof *request + size);

  request->queue = queue;
  request->urgency = entry->urgency;
  memcpy (request->jid, entry->jid, size);
  request->id = queue->cards->vtable->fetch (queue->cards, request->jid, on_fetched, request);
  if (request->id == 0)
    {
      g_free (request);
      return FALSE;
    }
  g_ptr_array_add (queue->requests, request);
  queue->sent[queue->sent_next] = queue->clock->now (queue->clock);
  queue->sent_next = (queue->sent_next + 1) % G_N_ELEMENTS (queue->sent);
  if (entry->urgency == CUSAX_URGENCY_BACKGROUND)
    queue->n_background++;
  entry_drop (queue, entry);
  return TRUE;
}

/* When the next request of @urgency may leave; in the past: now. */
static gint64
get_earliest (const CusaxDirectoryQueue *queue, CusaxUrgency urgency)
{
  gint64 oldest = queue->sent[queue->sent_next];
  gint64 earliest = oldest != 0 ? oldest + SECOND_MS * 1000 : 0;

  earliest = MAX (earliest, queue->not_before);
  return urgency == CUSAX_URGENCY_BACKGROUND ? MAX (earliest, queue->background_from) : earliest;
}

/* Returns: (nullable): who is next among those for whom there is a place */
static Entry *
get_next (const CusaxDirectoryQueue *queue)
{
  for (int urgency = CUSAX_N_URGENCIES - 1; urgency >= 0; urgency--)
    {
      GList *first = queue->lines[urgency].head;

      if (first != NULL && queue->requests->len < places[urgency]
          && (urgency != CUSAX_URGENCY_BACKGROUND || queue->n_background < CUSAX_DIRECTORY_MAX_PER_SESSION))
        return first->data;
    }
  return NULL;
}

/* Lets leave what may leave now. Whatever ends a wait comes back here: a reply, a timer, a new entry. */
static void
pump (CusaxDirectoryQueue *queue)
{
  Entry *next = NULL;

  clear_timer (queue);
  while (queue->is_online && (next = get_next (queue)) != NULL)
    {
      gint64 earliest = get_earliest (queue, next->urgency);

      if (earliest > queue->clock->now (queue->clock))
        {
          wait_until (queue, earliest);
          return;
        }
      if (!send (queue, next))
        queue->not_before = queue->clock->now (queue->clock) + PORT_REFUSED_MS * 1000;
    }
}

void
cusax_directory_queue_add (CusaxDirectoryQueue *queue, const char *jid, CusaxUrgency urgency)
{
  Entry *entry = g_hash_table_lookup (queue->waiting, jid);
  Request *request = entry == NULL ? find_request (queue, jid) : NULL;

  if (request != NULL)
    {
      request->urgency = MAX (request->urgency, urgency);
      return;
    }
  if (entry == NULL)
    entry = entry_new (queue, jid);
  else if (entry->urgency < urgency || (entry->urgency == urgency && urgency == CUSAX_URGENCY_LOOKED))
    g_queue_unlink (&queue->lines[entry->urgency], &entry->node);
  else
    return; /* it keeps its place */
  entry_push (queue, entry, urgency, urgency == CUSAX_URGENCY_LOOKED);
  pump (queue);
}

void
cusax_directory_queue_add_again (CusaxDirectoryQueue *queue, const char *jid)
{
  Request *request = find_request (queue, jid);

  if (request != NULL)
    request->again = TRUE;
  else if (!g_hash_table_contains (queue->waiting, jid))
    cusax_directory_queue_add (queue, jid, CUSAX_URGENCY_BACKGROUND);
}

void
cusax_directory_queue_remove (CusaxDirectoryQueue *queue, const char *jid)
{
  Entry *entry = g_hash_table_lookup (queue->waiting, jid);
  Request *request = find_request (queue, jid);

  if (entry != NULL)
    entry_drop (queue, entry);
  if (request != NULL)
    request->is_unwanted = TRUE;
}

gboolean
cusax_directory_queue_has (const CusaxDirectoryQueue *queue, const char *jid)
{
  return g_hash_table_contains (queue->waiting, jid) || find_request (queue, jid) != NULL;
}

/* -------------------------------------------------------------------- life */

/* The connection is gone and no reply comes; what is still wanted waits for the next one. */
static void
take_back (CusaxDirectoryQueue *queue)
{
  while (queue->requests->len > 0)
    {
      Request *request = g_ptr_array_index (queue->requests, queue->requests->len - 1);

      queue->cards->vtable->cancel (queue->cards, request->id);
      if (!request->is_unwanted && !g_hash_table_contains (queue->waiting, request->jid))
        entry_push (queue, entry_new (queue, request->jid), request->urgency, TRUE);
      g_ptr_array_set_size (queue->requests, (int) queue->requests->len - 1);
    }
}

void
cusax_directory_queue_set_online (CusaxDirectoryQueue *queue, gboolean online)
{
  if (queue->is_online == !!online)
    return;
  queue->is_online = !!online;
  if (online)
    {
      queue->background_from = queue->clock->now (queue->clock) + BACKGROUND_AFTER_MS * 1000;
      queue->n_background = 0;
      queue->not_before = 0;
    }
  else
    take_back (queue);
  pump (queue);
}

gboolean
cusax_directory_queue_is_online (const CusaxDirectoryQueue *queue)
{
  return queue->is_online;
}

CusaxDirectoryQueue *
cusax_directory_queue_new (CusaxClock *clock, CusaxCardPort *cards, const CusaxDirectoryQueueListener *listener,
                           gpointer user_data)
{
  CusaxDirectoryQueue *queue = g_new0 (CusaxDirectoryQueue, 1);

  queue->clock = clock;
  queue->cards = cards;
  queue->listener = listener;
  queue->listener_data = user_data;
  queue->waiting = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  queue->requests = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < CUSAX_N_URGENCIES; i++)
    g_queue_init (&queue->lines[i]);
  return queue;
}

void
cusax_directory_queue_free (CusaxDirectoryQueue *queue)
{
  if (queue == NULL)
    return;
  cusax_directory_queue_set_online (queue, FALSE); /* takes the timer along */
  g_hash_table_unref (queue->waiting);             /* the lines are nodes inside of its entries */
  g_ptr_array_unref (queue->requests);
  g_free (queue);
}
