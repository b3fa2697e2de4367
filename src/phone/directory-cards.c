/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a card is asked for, and what its answer means. See directory.h. */
#include "directory-private.h"

#include "directory-cache.h"

#include <string.h>

#define HOUR_S (60 * 60)
#define DAY_S (24 * HOUR_S)
#define CARD_IS_OLD_S (7 * DAY_S)
#define CONFIRMED_S 60
#define DOUBTFUL_MS (3 * 60 * 1000) /* so long it may take until somebody finds that a connection is dead */
#define MAX_DOUBTS 200
#define MAX_ANNOUNCED 10 /* of one contact in one run: somebody may change his picture all day long */

/* ------------------------------------------------------------------- cards */

static gboolean
is_same_entry (const CusaxCard *a, const CusaxCard *b, guint index)
{
  CusaxCardEntry first = { 0 };
  CusaxCardEntry second = { 0 };

  cusax_card_get_entry (a, index, &first);
  cusax_card_get_entry (b, index, &second);
  return first.types == second.types && first.pref == second.pref && strcmp (first.value, second.value) == 0;
}

/* A card without entries says as much as none. */
static gboolean
says_the_same (const CusaxCard *a, const CusaxCard *b)
{
  guint n = a != NULL ? cusax_card_get_n_entries (a) : 0;

  if (n != (b != NULL ? cusax_card_get_n_entries (b) : 0))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!is_same_entry (a, b, i))
      return FALSE;
  return TRUE;
}

/* Returns: TRUE if what is known of the person changed. */
static gboolean
put_card (CusaxDirectory *directory, CusaxPerson *person, CusaxCardState state, const GPtrArray *tels)
{
  g_autoptr (CusaxCard) card
    = cusax_card_new (person->jid, state, directory->ports.wall_time (), tels, directory->config);
  gboolean changed = !says_the_same (cusax_identity_get (directory->identity, person->jid), card);

  cusax_identity_put (directory->identity, card);
  cusax_directory_schedule_save (directory);
  return changed;
}

/* ---------------------------------------------------------------- failures */

/* A failure that may have been our connection's, which is found dead a while later: nothing else was heard
 * since. */
typedef struct
{
  gint64 at; /* of the monotonic clock */
  guint32 failed_at_before;
  char *jid;
} Doubt;

static void
doubt_free (gpointer data)
{
  Doubt *doubt = data;

  g_free (doubt->jid);
  g_free (doubt);
}

GPtrArray *
cusax_directory_doubts_new (void)
{
  return g_ptr_array_new_with_free_func (doubt_free);
}

static void
add_doubt (CusaxDirectory *directory, const CusaxPerson *person)
{
  Doubt *doubt = g_new0 (Doubt, 1);

  if (directory->doubts->len >= MAX_DOUBTS)
    g_ptr_array_remove_index (directory->doubts, 0);
  doubt->at = directory->ports.clock->now (directory->ports.clock);
  doubt->failed_at_before = person->failed_at;
  doubt->jid = g_strdup (person->jid);
  g_ptr_array_add (directory->doubts, doubt);
}

static void
take_back_failure (CusaxDirectory *directory, const Doubt *doubt)
{
  CusaxPerson *person = cusax_directory_find_contact (directory, doubt->jid);
  CusaxCard *card = person != NULL ? cusax_identity_get (directory->identity, doubt->jid) : NULL;

  if (person == NULL || person->fails == 0)
    return;
  person->fails--;
  person->failed_at = doubt->failed_at_before;
  if (person->fails == 0 && card != NULL && cusax_card_get_state (card) == CUSAX_CARD_FAILED)
    cusax_identity_remove (directory->identity, person->jid);
  cusax_directory_ask_if_never (directory, person);
}

/* Chat went down. The last failure first, so that what was before the first one is what stays. */
static void
take_back_doubtful_failures (CusaxDirectory *directory)
{
  gint64 now = directory->ports.clock->now (directory->ports.clock);

  for (guint i = directory->doubts->len; i > 0; i--)
    {
      const Doubt *doubt = g_ptr_array_index (directory->doubts, i - 1);

      if (now - doubt->at <= DOUBTFUL_MS * 1000)
        take_back_failure (directory, doubt);
    }
  g_ptr_array_set_size (directory->doubts, 0);
}

/* What was read once is better than nothing: only who has no card gets one that says so. */
static void
note_failure (CusaxDirectory *directory, CusaxPerson *person)
{
  CusaxCard *card = cusax_identity_get (directory->identity, person->jid);

  person->fails = (guint8) MIN (person->fails + 1, 255);
  person->failed_at = (guint32) CLAMP (directory->ports.wall_time (), 0, G_MAXUINT32);
  if (card == NULL || cusax_card_get_state (card) == CUSAX_CARD_FAILED)
    put_card (directory, person, CUSAX_CARD_FAILED, NULL);
  cusax_directory_schedule_save (directory);
}

/* One hour, two, four ... a day. */
static gboolean
is_in_pause (const CusaxDirectory *directory, const CusaxPerson *person)
{
  gint64 pause = person->fails > 0 ? MIN ((gint64) HOUR_S << MIN (person->fails - 1, 5), DAY_S) : 0;

  return pause > 0 && !cusax_directory_is_older (directory, person->failed_at, pause);
}

/* ----------------------------------------------------------------- answers */

static gboolean
learn (CusaxDirectory *directory, CusaxPerson *person, CusaxCardState state, const char *xml, gsize length)
{
  g_autoptr (GPtrArray) tels = NULL;

  if (state == CUSAX_CARD_READ)
    {
      tels = cusax_vcard_parse (xml, length, NULL);
      if (tels == NULL) /* a card that nobody can read: the next one may be better */
        state = CUSAX_CARD_FAILED;
    }
  if (state == CUSAX_CARD_FAILED)
    {
      note_failure (directory, person);
      return FALSE;
    }
  person->fails = 0;
  person->failed_at = 0;
  return put_card (directory, person, state, tels);
}

static void
on_answer (gpointer user_data, const char *jid, CusaxUrgency urgency, CusaxCardState state, const char *xml,
           gsize length)
{
  CusaxDirectory *directory = user_data;
  CusaxPerson *person = cusax_directory_find_contact (directory, jid);

  if (state == CUSAX_CARD_FAILED && person != NULL)
    add_doubt (directory, person);
  else if (state != CUSAX_CARD_FAILED) /* the connection works, so failures were theirs */
    g_ptr_array_set_size (directory->doubts, 0);
  if (person == NULL || directory->config == NULL)
    return;
  if (learn (directory, person, state, xml, length) || urgency == CUSAX_URGENCY_RINGING)
    cusax_directory_emit (directory, jid);
}

const CusaxDirectoryQueueListener cusax_directory_queue_listener = { on_answer };

/* ------------------------------------------------------------------ asking */

void
cusax_directory_ask_if_never (CusaxDirectory *directory, const CusaxPerson *person)
{
  if (person->is_contact && cusax_identity_get (directory->identity, person->jid) == NULL)
    cusax_directory_queue_add (directory->queue, person->jid, CUSAX_URGENCY_BACKGROUND);
}

void
cusax_directory_set_online (CusaxDirectory *directory, gboolean online)
{
  cusax_directory_queue_set_online (directory->queue, online);
  if (!online)
    take_back_doubtful_failures (directory);
}

void
cusax_directory_look (CusaxDirectory *directory, const char *jid)
{
  CusaxPerson *person = cusax_directory_find_contact (directory, jid);
  CusaxCard *card = person != NULL ? cusax_identity_get (directory->identity, jid) : NULL;

  if (person == NULL || directory->config == NULL || is_in_pause (directory, person))
    return;
  if (card == NULL || person->fails > 0 || cusax_card_get_state (card) == CUSAX_CARD_FAILED
      || cusax_directory_is_older (directory, cusax_card_get_read_at (card), CARD_IS_OLD_S)
      || cusax_directory_queue_has (directory->queue, jid))
    cusax_directory_queue_add (directory->queue, jid, CUSAX_URGENCY_LOOKED);
}

/* Marks are somebody else's text: short and plain ones stay as they are. */
static char *
make_mark (const char *text)
{
  gboolean is_plain = strlen (text) <= CUSAX_DIRECTORY_CACHE_MAX_MARK;

  for (const char *p = text; is_plain && *p != '\0'; p++)
    is_plain = g_ascii_isgraph (*p);
  return is_plain ? g_strdup (text) : g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

/* @mark: where the last announcement of this kind is kept. */
static void
announce (CusaxDirectory *directory, CusaxPerson *person, char **mark, const char *text)
{
  g_autofree char *plain = make_mark (text);

  if (g_strcmp0 (*mark, plain) == 0)
    return;
  g_free (*mark);
  *mark = g_steal_pointer (&plain);
  if (directory->config == NULL)
    return;
  cusax_directory_schedule_save (directory);
  if (is_in_pause (directory, person) || person->announced >= MAX_ANNOUNCED)
    return;
  person->announced++;
  cusax_directory_queue_add_again (directory->queue, person->jid);
}

void
cusax_directory_announce (CusaxDirectory *directory, const char *jid, const char *mark)
{
  CusaxPerson *person = cusax_directory_find_contact (directory, jid);

  if (person != NULL)
    announce (directory, person, &cusax_directory_get_news (person)->mark, mark);
}

void
cusax_directory_take (CusaxDirectory *directory, const char *jid, const char *xml, gsize length)
{
  CusaxPerson *person = cusax_directory_find_contact (directory, jid);
  g_autoptr (GPtrArray) tels = NULL;

  if (person == NULL || directory->config == NULL)
    return;
  tels = cusax_vcard_parse (xml, length, NULL);
  if (tels == NULL)
    return;
  if (tels->len == 0)
    {
      /* The other kind of card may have the telephone, so this is no more than news of a change; it comes again
       * at each sign-in. */
      g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA1, (const guchar *) xml, length);

      announce (directory, person, &cusax_directory_get_news (person)->pushed, sum);
      return;
    }
  cusax_directory_queue_remove (directory->queue, jid);
  person->fails = 0;
  person->failed_at = 0;
  if (put_card (directory, person, CUSAX_CARD_READ, tels))
    cusax_directory_emit (directory, jid);
}

gboolean
cusax_directory_confirm (CusaxDirectory *directory, const char *jid)
{
  CusaxPerson *person = cusax_directory_find_contact (directory, jid);
  CusaxCard *card = person != NULL ? cusax_identity_get (directory->identity, jid) : NULL;

  if (person == NULL || directory->config == NULL || !cusax_directory_queue_is_online (directory->queue)
      || (card != NULL && !cusax_directory_is_older (directory, cusax_card_get_read_at (card), CONFIRMED_S))
      || (person->fails > 0 && !cusax_directory_is_older (directory, person->failed_at, CONFIRMED_S)))
    return FALSE;
  cusax_directory_queue_add (directory->queue, jid, CUSAX_URGENCY_RINGING);
  return TRUE;
}
