/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See callhistory.h. */
#include "callhistory.h"

#include "connection.h"
#include "dialling.h"
#include "error.h"
#include "historywords.h"
#include "notices.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* More than anybody scrolls through; the newest ones. */
#define MAX_ROWS 200
/* What the question after sign-in names; the others are only counted. */
#define MAX_MISSED 5

/** Target: who calls back. */
typedef struct
{
  char *uri;     /* (nullable): who hid cannot be called */
  char *contact; /* (nullable) */
} Target;

/** Shown: what one account's user interface shows. */
typedef struct
{
  PurpleAccount *account;
  void *window;       /* libpurple's; NULL: not open */
  GPtrArray *targets; /* Target: rows of the window, as they were when it was opened */
  GPtrArray *listed;  /* Target: lines of the last list */
  gboolean was_told;
  gboolean
    is_asking; /* the question after sign-in stands, or was closed by Escape, of which Pidgin tells nobody */
} Shown;

/* Process-wide, as windows are; freed with the last entry. */
static GHashTable *all; /* PurpleAccount -> Shown */

static void
target_free (gpointer data)
{
  Target *target = data;

  g_free (target->uri);
  g_free (target->contact);
  g_free (target);
}

/* Its close callback finds the window gone. */
static void
close_window (Shown *shown)
{
  void *window = g_steal_pointer (&shown->window);

  if (window != NULL)
    purple_notify_close (PURPLE_NOTIFY_SEARCHRESULTS, window);
}

/* A host that calls back for the end of a question says nothing by that. */
static void
close_question (Shown *shown)
{
  shown->is_asking = FALSE;
  purple_request_close_with_handle (shown);
}

static void
shown_free (gpointer data)
{
  Shown *shown = data;

  close_window (shown);
  close_question (shown);
  g_ptr_array_unref (shown->targets);
  g_ptr_array_unref (shown->listed);
  g_free (shown);
}

static Shown *
get (PurpleAccount *account)
{
  Shown *shown;

  if (all == NULL)
    all = g_hash_table_new_full (NULL, NULL, NULL, shown_free);
  shown = g_hash_table_lookup (all, account);
  if (shown != NULL)
    return shown;
  shown = g_new0 (Shown, 1);
  shown->account = account;
  shown->targets = g_ptr_array_new_with_free_func (target_free);
  shown->listed = g_ptr_array_new_with_free_func (target_free);
  g_hash_table_insert (all, account, shown);
  return shown;
}

/* NULL where the telephone is gone, or was never there. */
static CusaxHistory *
history_of (PurpleAccount *account)
{
  CusaxConnection *connection = cusax_connection_find (account);

  return connection != NULL ? cusax_account_get_history (cusax_connection_get_account (connection)) : NULL;
}

void
cusax_callhistory_mark_seen (PurpleAccount *account)
{
  CusaxHistory *history = history_of (account);

  if (history != NULL)
    cusax_history_mark_seen (history);
}

static void
add_target (GPtrArray *targets, const CusaxHistoryEntry *entry)
{
  Target *target = g_new0 (Target, 1);

  target->uri = g_strdup (entry->uri);
  target->contact = g_strdup (entry->contact);
  g_ptr_array_add (targets, target);
}

/* -------------------------------------------------------------- calling back */

static gboolean
call_back (PurpleAccount *account, const GPtrArray *targets, guint64 number, GError **error)
{
  const Target *target = number > 0 && number <= targets->len ? g_ptr_array_index (targets, number - 1) : NULL;

  if (target != NULL && target->uri != NULL)
    return cusax_dialling_back (account, target->uri, target->contact, error);
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID,
                       target != NULL ? _ ("The caller has hidden the number.") : _ ("There is no such call."));
  return FALSE;
}

gboolean
cusax_callhistory_call_back (PurpleAccount *account, guint number, GError **error)
{
  return call_back (account, get (account)->listed, number, error);
}

/* @row: of the texts in the row; NULL: none is selected. */
static void
on_call_back (PurpleConnection *gc, GList *row, gpointer data)
{
  Shown *shown = data;
  g_autoptr (GError) error = NULL;
  guint64 number = row != NULL && row->data != NULL ? g_ascii_strtoull (row->data, NULL, 10) : 0;

  if (number == 0)
    return;
  if (!call_back (shown->account, shown->targets, number, &error))
    cusax_notices_error (shown->account, NULL, error->message);
}

/* ---------------------------------------------------------------- the list */

static void
on_clear (PurpleConnection *gc, GList *row, gpointer data)
{
  Shown *shown = data;
  CusaxHistory *history = history_of (shown->account);

  if (history != NULL)
    cusax_history_clear (history);
  close_window (shown);
}

static void
on_window_closed (gpointer data)
{
  ((Shown *) data)->window = NULL;
}

static void
add_column (PurpleNotifySearchResults *results, const char *title)
{
  purple_notify_searchresults_column_add (results, purple_notify_searchresults_column_new (title));
}

/* Finch has 15 characters for each column, and room for five: the time stands there beside the number by which
 * we know the row again. */
static gboolean
is_narrow (void)
{
  return g_strcmp0 (purple_core_get_ui (), "gnt-purple") == 0;
}

static void
add_columns (PurpleNotifySearchResults *results)
{
  add_column (results, is_narrow () ? _ ("When") : _ ("No."));
  if (!is_narrow ())
    add_column (results, _ ("When"));
  add_column (results, _ ("Who"));
  add_column (results, _ ("Call"));
  add_column (results, _ ("Length"));
  add_column (results, _ ("End"));
}

static void
add_row (PurpleNotifySearchResults *results, PurpleAccount *account, guint number,
         const CusaxHistoryEntry *entry)
{
  g_autofree char *when = cusax_historywords_when (entry);
  GList *row = NULL;

  if (is_narrow ())
    row = g_list_append (row, g_strdup_printf ("%u. %s", number, when + MIN (strlen (when), strlen ("2026-"))));
  else
    {
      row = g_list_append (row, g_strdup_printf ("%u", number));
      row = g_list_append (row, g_strdup (when));
    }
  row = g_list_append (row, cusax_historywords_who (account, entry));
  row = g_list_append (row, g_strdup (cusax_historywords_direction (entry)));
  row = g_list_append (row, cusax_historywords_length (entry));
  row = g_list_append (row, cusax_historywords_reason (entry));
  purple_notify_searchresults_row_add (results, row);
}

static PurpleNotifySearchResults *
new_results (Shown *shown, const GPtrArray *entries)
{
  PurpleNotifySearchResults *results = purple_notify_searchresults_new ();

  add_columns (results);
  g_ptr_array_set_size (shown->targets, 0);
  for (guint i = 0; i < entries->len && i < MAX_ROWS; i++)
    {
      const CusaxHistoryEntry *entry = g_ptr_array_index (entries, i);

      add_target (shown->targets, entry);
      add_row (results, shown->account, i + 1, entry);
    }
  purple_notify_searchresults_button_add_labeled (results, _ ("Call back"), on_call_back);
  purple_notify_searchresults_button_add_labeled (results, _ ("Clear"), on_clear);
  return results;
}

static void
show (Shown *shown)
{
  CusaxHistory *history = history_of (shown->account);
  PurpleConnection *gc = purple_account_get_connection (shown->account);
  g_autofree char *primary = NULL;
  g_autofree char *secondary = NULL;
  const GPtrArray *entries;

  /* Hosts show such a list for a connection only. */
  if (history == NULL || gc == NULL)
    return;
  close_window (shown);
  entries = cusax_history_get_entries (history);
  secondary = g_strdup_printf (_ ("Account: %s"), purple_account_get_username (shown->account));
  if (entries->len == 0)
    {
      purple_notify_message (cusax_connection_get_plugin (), PURPLE_NOTIFY_MSG_INFO, _ ("Call history"),
                             _ ("There are no calls yet."), secondary, NULL, NULL);
      return;
    }
  primary = g_strdup_printf (ngettext ("%u call", "%u calls", entries->len), entries->len);
  shown->window = purple_notify_searchresults (gc, _ ("Call history"), primary, secondary,
                                               new_results (shown, entries), on_window_closed, shown);
  cusax_history_mark_seen (history);
}

void
cusax_callhistory_show (PurpleAccount *account)
{
  Shown *shown = get (account);

  close_question (shown);
  show (shown);
}

char *
cusax_callhistory_list (PurpleAccount *account, guint count)
{
  CusaxHistory *history = history_of (account);
  const GPtrArray *entries = history != NULL ? cusax_history_get_entries (history) : NULL;
  g_autoptr (GString) list = g_string_new (NULL);
  Shown *shown = get (account);

  g_ptr_array_set_size (shown->listed, 0);
  for (guint i = 0; entries != NULL && i < entries->len && i < count; i++)
    {
      g_autofree char *line = cusax_historywords_line (account, g_ptr_array_index (entries, i));

      add_target (shown->listed, g_ptr_array_index (entries, i));
      g_string_append_printf (list, "%s%u. %s", i > 0 ? "\n" : "", i + 1, line);
    }
  cusax_callhistory_mark_seen (account);
  return shown->listed->len > 0 ? g_string_free (g_steal_pointer (&list), FALSE)
                                : g_strdup (_ ("There are no calls yet."));
}

/* ------------------------------------------------------------ after sign-in */

/* A button closes the question by itself, after its handler. */
static void
on_show (gpointer data, int action)
{
  Shown *shown = data;

  if (!shown->is_asking)
    return;
  shown->is_asking = FALSE;
  show (shown);
}

static void
on_known (gpointer data, int action)
{
  Shown *shown = data;

  if (!shown->is_asking)
    return;
  shown->is_asking = FALSE;
  cusax_callhistory_mark_seen (shown->account);
}

/* Returns: (transfer full): the newest ones, then the account */
static char *
missed_lines (PurpleAccount *account, const GPtrArray *entries)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  guint count = 0;

  for (guint i = 0; i < entries->len && count < MAX_MISSED; i++)
    {
      const CusaxHistoryEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *when = cusax_historywords_when (entry);
      g_autofree char *who = cusax_historywords_who (account, entry);

      if (entry->seen)
        continue;
      g_string_append_printf (lines, "%s  %s\n", when, who);
      count++;
    }
  g_string_append_printf (lines, _ ("Account: %s"), purple_account_get_username (account));
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

void
cusax_callhistory_signed_on (PurpleAccount *account)
{
  CusaxHistory *history = history_of (account);
  Shown *shown = get (account);
  guint missed = history != NULL ? cusax_history_count_unseen (history) : 0;
  g_autofree char *primary = NULL;
  g_autofree char *secondary = NULL;

  if (shown->was_told || history == NULL)
    return;
  shown->was_told = TRUE;
  if (missed == 0)
    return;
  primary = g_strdup_printf (ngettext ("%u missed call", "%u missed calls", missed), missed);
  secondary = missed_lines (account, cusax_history_get_entries (history));
  shown->is_asking = TRUE;
  purple_request_action (shown, _ ("Missed calls"), primary, secondary, 1, account, NULL, NULL, shown, 2,
                         _ ("Call history"), G_CALLBACK (on_show), _ ("Close"), G_CALLBACK (on_known));
}

void
cusax_callhistory_forget (PurpleAccount *account)
{
  if (all == NULL)
    return;
  g_hash_table_remove (all, account);
  if (g_hash_table_size (all) == 0)
    g_clear_pointer (&all, g_hash_table_destroy);
}
