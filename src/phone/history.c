/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See history.h. */
#include "history.h"

#include "history-file.h"
#include "text.h"

#include <string.h>

#define DAY ((gint64) 24 * 60 * 60)
#define YEAR (365 * DAY)
#define SAVE_MS 2000
#define MAX_NAME 80
#define MAX_REASON 200

struct _CusaxHistory
{
  CusaxStore *store; /* (nullable) */
  CusaxClock *clock;
  gint64 (*wall_time) (void);
  gint64 wall_offset; /* wall time less the clock's, in seconds, when the file was read */
  GPtrArray *entries; /* (element-type CusaxHistoryEntry): newest first */
  gboolean is_dirty;  /* something is to be written */
  guint save_id;      /* soon */
};

/* -------------------------------------------------------------------- file */

static gint64
clock_seconds (const CusaxHistory *history)
{
  return history->clock->now (history->clock) / G_USEC_PER_SEC;
}

/* A failure is tried again with the next change, and at the end. */
static void
save (CusaxHistory *history)
{
  if (history->save_id != 0)
    history->clock->remove (history->clock, history->save_id);
  history->save_id = 0;
  history->is_dirty = !cusax_history_file_save (history->store, history->entries);
}

static gboolean
on_save (gpointer data)
{
  CusaxHistory *history = data;

  history->save_id = 0;
  save (history);
  return G_SOURCE_REMOVE;
}

static void
save_soon (CusaxHistory *history)
{
  if (history->store == NULL)
    return;
  history->is_dirty = TRUE;
  if (history->save_id == 0)
    history->save_id = history->clock->add (history->clock, SAVE_MS, on_save, history);
}

/* What is too old or too much. If the wall clock leaped forward since the file was read, it does not count:
 * entries would be lost for nothing. One that seems to come from the future is left to the other bound.
 * Returns: TRUE if something went */
static gboolean
prune (CusaxHistory *history)
{
  gint64 now = MIN (history->wall_time (), history->wall_offset + clock_seconds (history));
  guint before = history->entries->len;

  for (guint i = before; i > 0; i--)
    {
      const CusaxHistoryEntry *entry = g_ptr_array_index (history->entries, i - 1);

      if (i > CUSAX_HISTORY_FILE_MAX_ENTRIES || entry->started < now - YEAR)
        g_ptr_array_remove_index (history->entries, i - 1);
    }
  return history->entries->len < before;
}

CusaxHistory *
cusax_history_new (CusaxStore *store, CusaxClock *clock, gint64 (*wall_time) (void))
{
  CusaxHistory *history = g_new0 (CusaxHistory, 1);
  gboolean is_changed = FALSE;

  g_return_val_if_fail (clock != NULL && wall_time != NULL, NULL);

  history->store = store;
  history->clock = clock;
  history->wall_time = wall_time;
  history->wall_offset = wall_time () - clock_seconds (history);
  history->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) cusax_history_entry_free);
  if (store != NULL)
    is_changed = cusax_history_file_load (store, history->entries);
  if (prune (history) || is_changed)
    save_soon (history);
  return history;
}

void
cusax_history_free (CusaxHistory *history)
{
  if (history == NULL)
    return;
  if (history->is_dirty)
    save (history);
  g_ptr_array_unref (history->entries);
  g_free (history);
}

/* ----------------------------------------------------------------- entries */

/* One that nobody here ended, and that nobody answered; also one that could not be taken. */
static gboolean
is_missed (const CusaxHistoryEntry *entry)
{
  if (entry->outgoing || entry->seconds > 0)
    return FALSE;
  switch (entry->end)
    {
    case CUSAX_CALL_END_DECLINED:
    case CUSAX_CALL_END_BUSY:
    case CUSAX_CALL_END_NO_ANSWER:
    case CUSAX_CALL_END_MISSED:
    case CUSAX_CALL_END_NOT_FOUND:
    case CUSAX_CALL_END_FORBIDDEN:
    case CUSAX_CALL_END_NO_CODEC:
    case CUSAX_CALL_END_NOT_PROTECTED:
    case CUSAX_CALL_END_MEDIA:
    case CUSAX_CALL_END_NETWORK:
    case CUSAX_CALL_END_NO_PATH:
    case CUSAX_CALL_END_HANDSHAKE:
    case CUSAX_CALL_END_FAILED:
      return TRUE;
    case CUSAX_CALL_END_NONE:
    case CUSAX_CALL_END_LOCAL:
    case CUSAX_CALL_END_REMOTE: /* it stood, if only for a moment */
    case CUSAX_CALL_END_DECLINED_HERE:
    case CUSAX_CALL_END_ELSEWHERE:
    case CUSAX_CALL_END_REDIRECTED:
    case CUSAX_CALL_END_TRANSFERRED:
    case CUSAX_CALL_END_REPLACED:
      break;
    }
  return FALSE;
}

/* @peer NULL: it hid, and so there is nobody to name. */
static CusaxHistoryEntry *
entry_new (const char *who, CusaxAddress *peer, const char *name)
{
  CusaxHistoryEntry *entry = g_new0 (CusaxHistoryEntry, 1);

  entry->who = g_strdup (peer != NULL && who != NULL && cusax_text_is_plain (who) ? who : "");
  entry->uri = peer != NULL ? g_strdup (cusax_address_get_uri (peer)) : NULL;
  entry->name = cusax_text_clean (name, MAX_NAME);
  return entry;
}

/* In front, but behind those that began later and ended earlier. A day apart is the wall clock's doing.
 * @entry: (transfer full) */
static void
insert (CusaxHistory *history, CusaxHistoryEntry *entry)
{
  guint at = 0;

  entry->seen = !is_missed (entry);
  while (at < history->entries->len)
    {
      const CusaxHistoryEntry *other = g_ptr_array_index (history->entries, at);

      if (other->started <= entry->started || other->started - entry->started > DAY)
        break;
      at++;
    }
  g_ptr_array_insert (history->entries, (gint) at, entry);
  prune (history);
  save_soon (history);
}

void
cusax_history_add (CusaxHistory *history, const CusaxCall *call)
{
  const CusaxCallerId *caller = cusax_call_get_caller (call);
  gboolean outgoing = cusax_call_is_outgoing (call);
  gboolean is_hidden = !outgoing && caller != NULL && caller->is_anonymous;
  CusaxHistoryEntry *entry
    = entry_new (cusax_call_get_who (call), is_hidden ? NULL : cusax_call_get_peer (call),
                 cusax_call_get_display_name (call));

  entry->outgoing = outgoing;
  entry->started = history->wall_time () - cusax_call_get_age (call);
  if (!is_hidden && cusax_call_get_grade (call) == CUSAX_BINDING_STRONG)
    entry->contact = g_strdup (cusax_call_get_contact (call));
  entry->seconds = cusax_call_get_seconds (call);
  entry->end = cusax_call_get_end (call);
  entry->status = cusax_call_get_end_status (call);
  entry->reason = cusax_text_clean (cusax_call_get_end_reason (call), MAX_REASON);
  insert (history, entry);
}

void
cusax_history_add_refused (CusaxHistory *history, const char *who, CusaxAddress *peer, const char *name,
                           const char *contact, guint status)
{
  CusaxHistoryEntry *entry = entry_new (who, peer, name);

  entry->started = history->wall_time ();
  entry->contact = peer != NULL ? g_strdup (contact) : NULL;
  entry->end = CUSAX_CALL_END_MISSED;
  entry->status = status;
  insert (history, entry);
}

const GPtrArray *
cusax_history_get_entries (const CusaxHistory *history)
{
  return history->entries;
}

/* -------------------------------------------------------------------- seen */

guint
cusax_history_count_unseen (const CusaxHistory *history)
{
  guint count = 0;

  for (guint i = 0; i < history->entries->len; i++)
    {
      const CusaxHistoryEntry *entry = g_ptr_array_index (history->entries, i);

      count += entry->seen ? 0 : 1;
    }
  return count;
}

void
cusax_history_mark_seen (CusaxHistory *history)
{
  gboolean is_changed = FALSE;

  for (guint i = 0; i < history->entries->len; i++)
    {
      CusaxHistoryEntry *entry = g_ptr_array_index (history->entries, i);

      is_changed |= !entry->seen;
      entry->seen = TRUE;
    }
  if (is_changed)
    save_soon (history);
}

/* At once: whoever clears it wants it gone. */
void
cusax_history_clear (CusaxHistory *history)
{
  g_ptr_array_set_size (history->entries, 0);
  if (history->store != NULL)
    save (history);
}
