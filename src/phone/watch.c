/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See watch.h. */
#include "watch.h"

#include "dialog-info.h"
#include "refer-to.h"
#include "text.h"

#include <string.h>

#define EVENT "dialog"
#define MAX_PEOPLE 50
#define MAX_LOOKED_AT 1000 /* of those who were never called, in no order: a look costs some microseconds */
#define TURN_MS 200 /* between two SUBSCRIBEs */
#define AGAIN_MS 60000
#define BROKEN_AGAIN_MS 600000

typedef struct
{
  CusaxWatch *watch;
  char *jid;
  CusaxAddress *address;
  CusaxSipSubscription *subscription; /* (nullable) */
  CusaxDialogInfo *info;              /* of the subscription */
  CusaxWatchState state;
  guint again_id;
} Person;

struct _CusaxWatch
{
  CusaxSipPort *sip;
  CusaxClock *clock;
  CusaxDirectory *directory;
  const CusaxHistory *history; /* (nullable) */
  CusaxWatchChanged changed;
  gpointer user_data;

  CusaxConfig *config; /* (nullable): down, or the registrar does not know of it */
  GHashTable *people;  /* JID, in its Person -> Person */
  GQueue turns;        /* of Person: who is to be asked for, first one first */
  guint turn_id;
  guint looked_at;
  gboolean *is_gone; /* (nullable): of whoever tells of several people */
};

/* ------------------------------------------------------------------ telling */

/* Each of them, unless one of the news is the end of us: the last thing of whoever calls it. */
static void
emit_all (CusaxWatch *watch, const GPtrArray *jids)
{
  gboolean *outer = watch->is_gone;
  gboolean is_gone = FALSE;

  watch->is_gone = &is_gone;
  for (guint i = 0; i < jids->len && !is_gone; i++)
    watch->changed (watch->user_data, g_ptr_array_index (jids, i));
  if (!is_gone)
    watch->is_gone = outer;
  else if (outer != NULL)
    *outer = TRUE;
}

/* The last thing of whoever calls it. */
static void
set_state (Person *person, CusaxWatchState state)
{
  CusaxWatch *watch = person->watch;
  g_autofree char *jid = g_strdup (person->jid);

  if (person->state == state)
    return;
  person->state = state;
  watch->changed (watch->user_data, jid);
}

static gboolean
is_ringing (const CusaxDialogInfoDialog *dialog)
{
  return dialog->is_incoming && dialog->state == CUSAX_DIALOG_INFO_EARLY;
}

static CusaxWatchState
judge (const CusaxDialogInfo *info)
{
  const GPtrArray *dialogs = cusax_dialog_info_get_dialogs (info);

  for (guint i = 0; i < dialogs->len; i++)
    if (is_ringing (g_ptr_array_index (dialogs, i)))
      return CUSAX_WATCH_RINGING;
  return dialogs->len > 0 ? CUSAX_WATCH_BUSY : CUSAX_WATCH_FREE;
}

/* ------------------------------------------------------------ subscriptions */

static gboolean on_turn (gpointer data);

static void
enqueue (Person *person)
{
  CusaxWatch *watch = person->watch;

  if (g_queue_find (&watch->turns, person) == NULL)
    g_queue_push_tail (&watch->turns, person);
  if (watch->turn_id == 0)
    watch->turn_id = watch->clock->add (watch->clock, TURN_MS, on_turn, watch);
}

static gboolean
on_again (gpointer data)
{
  Person *person = data;

  person->again_id = 0;
  enqueue (person);
  return G_SOURCE_REMOVE;
}

static void
ask_again (Person *person, guint ms)
{
  CusaxClock *clock = person->watch->clock;

  if (person->again_id == 0)
    person->again_id = clock->add (clock, ms, on_again, person);
}

static void
unsubscribe (Person *person)
{
  CusaxSipSubscription *subscription = g_steal_pointer (&person->subscription);
  CusaxClock *clock = person->watch->clock;

  if (person->again_id != 0)
    clock->remove (clock, person->again_id);
  person->again_id = 0;
  if (subscription != NULL)
    subscription->vtable->release (subscription);
  g_clear_pointer (&person->info, cusax_dialog_info_free);
}

static void
on_notify (gpointer user_data, const char *content_type, const char *body, gsize length)
{
  Person *person = user_data;
  g_autoptr (GError) error = NULL;

  if (body == NULL || length == 0 || !cusax_text_is_media_type (content_type, CUSAX_DIALOG_INFO_TYPE))
    return;
  if (cusax_dialog_info_take (person->info, body, length, &error))
    {
      set_state (person, judge (person->info));
      return;
    }
  /* Something was lost between two partial documents, and the next full one may be an hour away: a new
   * subscription begins with one (RFC 4235 section 4.3). Not soon, for it may as well be a server that never
   * writes a sound one. */
  g_debug ("the telephone of a contact: %s", error->message);
  ask_again (person, BROKEN_AGAIN_MS);
}

static void
on_ended (gpointer user_data, guint status)
{
  Person *person = user_data;

  unsubscribe (person);
  /* 0: they ended it, perhaps only to begin anew; 503: the leg was lost, or the server is for now. */
  if (status == 0 || status == 503)
    ask_again (person, AGAIN_MS);
  set_state (person, CUSAX_WATCH_UNKNOWN);
}

static const CusaxSipSubscriptionListener subscription_listener = { on_notify, on_ended };

/* What was known holds until the first document of the new one. */
static void
subscribe (Person *person)
{
  CusaxSipPort *sip = person->watch->sip;
  g_autoptr (GError) error = NULL;

  unsubscribe (person);
  person->info = cusax_dialog_info_new ();
  person->subscription = sip->vtable->subscribe (sip, person->address, EVENT, CUSAX_DIALOG_INFO_TYPE,
                                                 &subscription_listener, person, &error);
  if (person->subscription == NULL)
    ask_again (person, AGAIN_MS);
}

/* Also the first of a queue has waited, so there are never more than five in a second. */
static gboolean
on_turn (gpointer data)
{
  CusaxWatch *watch = data;
  Person *person = g_queue_pop_head (&watch->turns);

  if (person != NULL)
    subscribe (person);
  if (!g_queue_is_empty (&watch->turns))
    return G_SOURCE_CONTINUE;
  watch->turn_id = 0;
  return G_SOURCE_REMOVE;
}

/* ------------------------------------------------------------------- people */

static void
person_free (gpointer data)
{
  Person *person = data;

  g_queue_remove (&person->watch->turns, person);
  unsubscribe (person);
  cusax_address_unref (person->address);
  g_free (person->jid);
  g_free (person);
}

/* A call from there would surely be that contact's: what is told of that address is his. */
static gboolean
is_strong (CusaxWatch *watch, CusaxAddress *address, const char *jid)
{
  CusaxCallerId caller = { .address = address, .is_authenticated = TRUE };
  g_autofree char *found = NULL;

  return cusax_directory_grade (watch->directory, &caller, &found) == CUSAX_BINDING_STRONG
         && g_strcmp0 (found, jid) == 0;
}

/* Returns: (transfer full) (nullable): the telephone of @jid that can be watched */
static CusaxAddress *
find_address (CusaxWatch *watch, const char *jid)
{
  g_autoptr (GPtrArray) list = NULL;

  if (!cusax_directory_is_contact (watch->directory, jid))
    return NULL;
  list = cusax_directory_list (watch->directory, jid);
  for (guint i = 0; i < list->len; i++)
    {
      const CusaxDialable *dialable = g_ptr_array_index (list, i);

      if (dialable->class_ == CUSAX_CLASS_ON_NET && dialable->source != CUSAX_DIALABLE_HINT
          && cusax_config_is_own_domain (watch->config, cusax_address_get_host (dialable->address))
          && !cusax_address_equal (dialable->address, cusax_config_get_aor (watch->config))
          && is_strong (watch, dialable->address, jid))
        return cusax_address_ref (dialable->address);
    }
  return NULL;
}

static gboolean
is_full (const CusaxWatch *watch)
{
  return g_hash_table_size (watch->people) >= MAX_PEOPLE;
}

static void
add (CusaxWatch *watch, const char *jid)
{
  g_autoptr (CusaxAddress) address = NULL;
  Person *person;

  if (is_full (watch) || g_hash_table_contains (watch->people, jid))
    return;
  address = find_address (watch, jid);
  if (address == NULL)
    return;
  person = g_new0 (Person, 1);
  person->watch = watch;
  person->jid = g_strdup (jid);
  person->address = g_steal_pointer (&address);
  g_hash_table_insert (watch->people, person->jid, person);
  enqueue (person);
}

static gboolean
on_contact (gpointer user_data, const char *jid)
{
  CusaxWatch *watch = user_data;

  add (watch, jid);
  return !is_full (watch) && ++watch->looked_at < MAX_LOOKED_AT;
}

/* Those that were called last, then anybody. */
static void
fill (CusaxWatch *watch)
{
  const GPtrArray *entries = watch->history != NULL ? cusax_history_get_entries (watch->history) : NULL;

  for (guint i = 0; entries != NULL && i < entries->len && !is_full (watch); i++)
    {
      const CusaxHistoryEntry *entry = g_ptr_array_index (entries, i);

      if (entry->outgoing && entry->contact != NULL)
        add (watch, entry->contact);
    }
  watch->looked_at = 0;
  if (!is_full (watch))
    cusax_directory_foreach_contact (watch->directory, on_contact, watch);
}

/* Returns: TRUE if @jid is watched no more, and something was known: it is to be told */
static gboolean
drop_if_other (CusaxWatch *watch, const char *jid)
{
  Person *person = g_hash_table_lookup (watch->people, jid);
  g_autoptr (CusaxAddress) address = NULL;
  gboolean was_known;

  if (person == NULL)
    return FALSE;
  address = find_address (watch, jid);
  if (address != NULL && cusax_address_equal (address, person->address))
    return FALSE;
  was_known = person->state != CUSAX_WATCH_UNKNOWN;
  g_hash_table_remove (watch->people, jid);
  return was_known;
}

void
cusax_watch_update (CusaxWatch *watch, const char *jid)
{
  g_autofree char *copy = g_strdup (jid);
  gboolean was_full = is_full (watch);
  gboolean is_changed;

  if (watch->config == NULL)
    return;
  is_changed = drop_if_other (watch, copy);
  add (watch, copy);
  if (was_full && !is_full (watch))
    fill (watch);
  if (is_changed)
    watch->changed (watch->user_data, copy);
}

/* ------------------------------------------------------------------ the leg */

/* Returns: (transfer full): the JIDs, those of whom something is known */
static GPtrArray *
list_people (const CusaxWatch *watch, gboolean known_only)
{
  GPtrArray *jids = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, watch->people);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Person *person = value;

      if (!known_only || person->state != CUSAX_WATCH_UNKNOWN)
        g_ptr_array_add (jids, g_strdup (person->jid));
    }
  return jids;
}

static void
stop (CusaxWatch *watch)
{
  g_hash_table_remove_all (watch->people);
  if (watch->turn_id != 0)
    watch->clock->remove (watch->clock, watch->turn_id);
  watch->turn_id = 0;
  g_clear_pointer (&watch->config, cusax_config_unref);
}

/* What addresses mean may have changed. */
static void
take_config (CusaxWatch *watch, CusaxConfig *config)
{
  g_autoptr (GPtrArray) jids = list_people (watch, FALSE);

  g_clear_pointer (&watch->config, cusax_config_unref);
  watch->config = cusax_config_ref (config);
  for (guint i = jids->len; i > 0; i--)
    if (!drop_if_other (watch, g_ptr_array_index (jids, i - 1)))
      g_ptr_array_remove_index (jids, i - 1);
  fill (watch);
  emit_all (watch, jids);
}

void
cusax_watch_set_up (CusaxWatch *watch, CusaxConfig *config)
{
  if (config == NULL || !watch->sip->vtable->announces (watch->sip, EVENT))
    {
      g_autoptr (GPtrArray) jids = list_people (watch, TRUE);

      stop (watch);
      emit_all (watch, jids);
    }
  else if (watch->config != config)
    take_config (watch, config);
}

CusaxWatch *
cusax_watch_new (CusaxSipPort *sip, CusaxClock *clock, CusaxDirectory *directory, const CusaxHistory *history,
                 CusaxWatchChanged changed, gpointer user_data)
{
  CusaxWatch *watch = g_new0 (CusaxWatch, 1);

  watch->sip = sip;
  watch->clock = clock;
  watch->directory = directory;
  watch->history = history;
  watch->changed = changed;
  watch->user_data = user_data;
  watch->people = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, person_free);
  g_queue_init (&watch->turns);
  return watch;
}

void
cusax_watch_free (CusaxWatch *watch)
{
  if (watch == NULL)
    return;
  if (watch->is_gone != NULL)
    *watch->is_gone = TRUE;
  stop (watch);
  g_hash_table_unref (watch->people);
  g_free (watch);
}

/* ------------------------------------------------------------------- asking */

CusaxWatchState
cusax_watch_get (const CusaxWatch *watch, const char *jid)
{
  const Person *person = g_hash_table_lookup (watch->people, jid);

  return person != NULL ? person->state : CUSAX_WATCH_UNKNOWN;
}

/* Our INVITE goes to the caller there, and takes the place of his call. RFC 3891 section 3: to-tag is matched
 * against the tag of whoever gets the INVITE, from-tag against the other one. The caller's own tag is what the
 * telephone that rings calls the remote one, so the two change sides. early-only (section 6.1): a call that was
 * answered meanwhile is left alone. Returns: (transfer full) (nullable) */
static char *
make_replaces (const CusaxDialogInfoDialog *dialog)
{
  g_autofree char *replaces = NULL;

  if (dialog->call_id == NULL || dialog->local_tag == NULL || dialog->remote_tag == NULL)
    return NULL;
  replaces = g_strdup_printf ("%s;to-tag=%s;from-tag=%s;early-only", dialog->call_id, dialog->remote_tag,
                              dialog->local_tag);
  return cusax_refer_to_is_replaces (replaces) ? g_steal_pointer (&replaces) : NULL;
}

gboolean
cusax_watch_get_pick_up (const CusaxWatch *watch, const char *jid, CusaxAddress **target, char **replaces)
{
  const Person *person = g_hash_table_lookup (watch->people, jid);
  const GPtrArray *dialogs
    = person != NULL && person->info != NULL ? cusax_dialog_info_get_dialogs (person->info) : NULL;

  *target = NULL;
  *replaces = NULL;
  for (guint i = 0; dialogs != NULL && i < dialogs->len; i++)
    {
      const CusaxDialogInfoDialog *dialog = g_ptr_array_index (dialogs, i);
      g_autofree char *made = is_ringing (dialog) ? make_replaces (dialog) : NULL;

      if (made == NULL || dialog->remote_uri == NULL)
        continue;
      *target = cusax_address_parse_uri (dialog->remote_uri, NULL);
      if (*target == NULL)
        continue;
      *replaces = g_steal_pointer (&made);
      return TRUE;
    }
  return FALSE;
}
