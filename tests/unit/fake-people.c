/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See fake-people.h. */
#include "fake-people.h"

#include "error.h"

#include <string.h>

static FakePeople *the_people;

typedef struct
{
  guint id;
  char *jid;
  CusaxCardDone done;
  gpointer user_data;
} Request;

typedef struct
{
  guint id;
  gint64 due;
  gint64 interval;
  GSourceFunc function;
  gpointer data;
} Timer;

void
fake_people_say (FakePeople *people, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (people->trace, format, args);
  va_end (args);
  g_string_append_c (people->trace, '\n');
}

void
fake_people_forget (FakePeople *people)
{
  g_string_truncate (people->trace, 0);
}

void
fake_people_check (FakePeople *people, const char *expected)
{
  g_assert_cmpstr (people->trace->str, ==, expected);
  fake_people_forget (people);
}

static gboolean
fails (FakePeople *people)
{
  return ++people->fallible == people->fail_at;
}

/* ------------------------------------------------------------------ clocks */

gint64
fake_people_wall_time (void)
{
  return the_people->wall + the_people->now / G_USEC_PER_SEC;
}

static gint64
clock_now (CusaxClock *clock)
{
  return the_people->now;
}

static guint
clock_add (CusaxClock *clock, guint ms, GSourceFunc function, gpointer data)
{
  Timer timer
    = { ++the_people->next_timer, the_people->now + (gint64) ms * 1000, (gint64) ms * 1000, function, data };

  g_array_append_val (the_people->timers, timer);
  return timer.id;
}

static void
clock_remove (CusaxClock *clock, guint id)
{
  for (guint i = 0; i < the_people->timers->len; i++)
    if (g_array_index (the_people->timers, Timer, i).id == id)
      {
        g_array_remove_index (the_people->timers, i);
        return;
      }
  g_error ("timer %u is not there", id);
}

static gboolean
next_due (FakePeople *people, gint64 until, Timer *due)
{
  gboolean found = FALSE;

  for (guint i = 0; i < people->timers->len; i++)
    {
      Timer *timer = &g_array_index (people->timers, Timer, i);

      if (timer->due <= until && (!found || timer->due < due->due))
        {
          *due = *timer;
          found = TRUE;
        }
    }
  return found;
}

void
fake_people_pass (FakePeople *people, guint ms)
{
  gint64 until = people->now + (gint64) ms * 1000;
  Timer due = { 0 };

  while (next_due (people, until, &due))
    {
      people->now = due.due;
      if (!due.function (due.data))
        {
          clock_remove (&people->clock, due.id);
          continue;
        }
      for (guint i = 0; i < people->timers->len; i++)
        if (g_array_index (people->timers, Timer, i).id == due.id)
          g_array_index (people->timers, Timer, i).due += MAX (due.interval, 1);
    }
  people->now = until;
}

/* ------------------------------------------------------------------- cards */

static void
request_free (gpointer data)
{
  Request *request = data;

  g_free (request->jid);
  g_free (request);
}

static Request *
find_request (FakePeople *people, const char *jid, guint id)
{
  for (guint i = 0; i < people->requests->len; i++)
    {
      Request *request = g_ptr_array_index (people->requests, i);

      if (id != 0 ? request->id == id : strcmp (request->jid, jid) == 0)
        return request;
    }
  return NULL;
}

static void
answer (FakePeople *people, Request *request, CusaxCardState state, const char *xml)
{
  Request copy = *request;
  guint index = 0;

  g_assert_true (g_ptr_array_find (people->requests, request, &index));
  g_ptr_array_steal_index (people->requests, index);
  g_free (request);
  copy.done (copy.user_data, state, xml, xml != NULL ? strlen (xml) : 0);
  g_free (copy.jid);
}

static gboolean
on_answer_due (gpointer data)
{
  Request *request = find_request (the_people, NULL, GPOINTER_TO_UINT (data));
  const char *xml = request != NULL ? g_hash_table_lookup (the_people->answers, request->jid) : NULL;

  if (request != NULL)
    answer (the_people, request, xml != NULL ? CUSAX_CARD_READ : CUSAX_CARD_NONE, xml);
  return G_SOURCE_REMOVE;
}

static guint
cards_fetch (CusaxCardPort *port, const char *jid, CusaxCardDone done, gpointer user_data)
{
  FakePeople *people = the_people;
  Request *request = NULL;

  if (fails (people) || people->chat_down)
    {
      fake_people_say (people, "fetch %s: chat is down", jid);
      return 0;
    }
  fake_people_say (people, "fetch %s", jid);
  request = g_new0 (Request, 1);
  request->id = ++people->next_id;
  request->jid = g_strdup (jid);
  request->done = done;
  request->user_data = user_data;
  g_ptr_array_add (people->requests, request);
  g_array_append_val (people->times, people->now);
  people->most_in_flight = MAX (people->most_in_flight, people->requests->len);
  if (people->answer_ms > 0)
    clock_add (&people->clock, people->answer_ms, on_answer_due, GUINT_TO_POINTER (request->id));
  return request->id;
}

static void
cards_cancel (CusaxCardPort *port, guint id)
{
  Request *request = find_request (the_people, NULL, id);

  g_assert_nonnull (request);
  fake_people_say (the_people, "cancel %s", request->jid);
  g_ptr_array_remove (the_people->requests, request);
}

static const CusaxCardPortVtable cards_vtable = { cards_fetch, cards_cancel };

char *
fake_people_card (const char *const *tels)
{
  GString *xml = g_string_new ("<vCard xmlns='vcard-temp'>");

  for (; *tels != NULL; tels++)
    {
      g_autofree char *line = g_markup_printf_escaped ("<TEL><WORK/><VOICE/><NUMBER>%s</NUMBER></TEL>", *tels);

      g_string_append (xml, line);
    }
  g_string_append (xml, "</vCard>");
  return g_string_free (xml, FALSE);
}

void
fake_people_answer (FakePeople *people, const char *jid, CusaxCardState state, const char *xml)
{
  Request *request = find_request (people, jid, 0);

  g_assert_nonnull (request);
  answer (people, request, state, xml);
}

void
fake_people_answer_tel (FakePeople *people, const char *jid, const char *tel)
{
  const char *const tels[] = { tel, NULL };
  g_autofree char *xml = fake_people_card (tels);

  fake_people_answer (people, jid, CUSAX_CARD_READ, xml);
}

gboolean
fake_people_is_asked (FakePeople *people, const char *jid)
{
  return find_request (people, jid, 0) != NULL;
}

guint
fake_people_most_in_a_second (FakePeople *people)
{
  guint most = 0;

  for (guint first = 0, last = 0; last < people->times->len; last++)
    {
      gint64 end = g_array_index (people->times, gint64, last);

      while (g_array_index (people->times, gint64, first) <= end - G_USEC_PER_SEC)
        first++;
      most = MAX (most, last - first + 1);
    }
  return most;
}

/* ------------------------------------------------------------------- store */

static GBytes *
store_load (CusaxStore *store, const char *name, gsize max, GError **error)
{
  FakePeople *people = the_people;
  const char *text = g_hash_table_lookup (people->files, name);

  fake_people_say (people, "load %s", name);
  if (fails (people) || people->load_fails)
    {
      g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_IO, "told to fail");
      return NULL;
    }
  if (text != NULL && strlen (text) > max)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "too large");
      return NULL;
    }
  return text != NULL ? g_bytes_new (text, strlen (text)) : NULL;
}

static gboolean
store_save (CusaxStore *store, const char *name, const char *data, gsize length, GError **error)
{
  FakePeople *people = the_people;

  fake_people_say (people, "save %s", name);
  if (fails (people) || people->save_fails)
    {
      g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "told to fail");
      return FALSE;
    }
  g_hash_table_insert (people->files, g_strdup (name), g_strndup (data, length));
  return TRUE;
}

static void
store_set_aside (CusaxStore *store, const char *name)
{
  FakePeople *people = the_people;
  const char *text = g_hash_table_lookup (people->files, name);

  fake_people_say (people, "set aside %s", name);
  if (text != NULL)
    g_hash_table_insert (people->files, g_strconcat (name, ".broken", NULL), g_strdup (text));
  g_hash_table_remove (people->files, name);
}

void
fake_people_set_file (FakePeople *people, const char *name, const char *text)
{
  g_hash_table_insert (people->files, g_strdup (name), g_strdup (text));
}

const char *
fake_people_get_file (FakePeople *people, const char *name)
{
  return g_hash_table_lookup (people->files, name);
}

/* -------------------------------------------------------------- the fakes */

FakePeople *
fake_people_new (void)
{
  FakePeople *people = g_new0 (FakePeople, 1);

  g_assert_null (the_people);
  the_people = people;
  people->cards.vtable = &cards_vtable;
  people->store = (CusaxStore){ store_load, store_save, store_set_aside };
  people->clock = (CusaxClock){ clock_now, clock_add, clock_remove };
  people->now = G_USEC_PER_SEC;
  people->wall = 1700000000;
  people->trace = g_string_new (NULL);
  people->requests = g_ptr_array_new_with_free_func (request_free);
  people->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  people->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  people->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  people->timers = g_array_new (FALSE, FALSE, sizeof (Timer));
  return people;
}

void
fake_people_free (FakePeople *people)
{
  g_assert_cmpuint (people->requests->len, ==, 0);
  for (guint i = 0; i < people->timers->len; i++) /* those of answers to cancelled requests are ours */
    g_assert_true (g_array_index (people->timers, Timer, i).function == on_answer_due);
  g_string_free (people->trace, TRUE);
  g_ptr_array_unref (people->requests);
  g_hash_table_unref (people->answers);
  g_array_unref (people->times);
  g_hash_table_unref (people->files);
  g_array_unref (people->timers);
  g_free (people);
  the_people = NULL;
}
