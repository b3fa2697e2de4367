/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls of the past: their words, the list with "Call back", the question after sign-in, lines of libpurple's
 * logs. */
#include "fakechat.h"

#include "callers.h"
#include "callhistory.h"
#include "calllogs.h"
#include "dialling.h"
#include "error.h"
#include "historywords.h"
#include "notices.h"

#include <string.h>

static PurpleAccount *account;
static GPtrArray *entries; /* CusaxHistoryEntry, newest first */
static GString *dialled;   /* "uri contact " */
static GString *told;

/* -------------------------------------------------------------- the history */

const GPtrArray *
cusax_history_get_entries (const CusaxHistory *history)
{
  return entries;
}

guint
cusax_history_count_unseen (const CusaxHistory *history)
{
  guint count = 0;

  for (guint i = 0; i < entries->len; i++)
    count += ((CusaxHistoryEntry *) g_ptr_array_index (entries, i))->seen ? 0 : 1;
  return count;
}

void
cusax_history_mark_seen (CusaxHistory *history)
{
  for (guint i = 0; i < entries->len; i++)
    ((CusaxHistoryEntry *) g_ptr_array_index (entries, i))->seen = TRUE;
}

void
cusax_history_clear (CusaxHistory *history)
{
  g_ptr_array_set_size (entries, 0);
}

/* ------------------------------------------------------------------- around */

gboolean
cusax_dialling_back (PurpleAccount *of, const char *uri, const char *jid, GError **error)
{
  g_string_append_printf (dialled, "%s %s ", uri, jid != NULL ? jid : "-");
  if (fake_phone.dial_error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (fake_phone.dial_error));
  return FALSE;
}

void
cusax_notices_error (PurpleAccount *of, const char *who, const char *text)
{
  g_string_append (told, text);
}

gboolean
cusax_callers_is_anonymous (CusaxCall *call)
{
  return call->peer == NULL;
}

/* The list on the screen. */
static struct
{
  char *title, *primary;
  PurpleNotifySearchResults *results; /* NULL: not open */
  gpointer data;
} list;

static void *
notify_searchresults (PurpleConnection *gc, const char *title, const char *primary, const char *secondary,
                      PurpleNotifySearchResults *results, gpointer data)
{
  g_assert_null (list.results);
  g_free (list.title);
  g_free (list.primary);
  list.title = g_strdup (title);
  list.primary = g_strdup (primary);
  list.results = results;
  list.data = data;
  return &list;
}

static void *
notify_message (PurpleNotifyMsgType type, const char *title, const char *primary, const char *secondary)
{
  g_string_append (told, primary);
  return told;
}

static void
close_notify (PurpleNotifyType type, void *handle)
{
  if (handle == &list)
    g_clear_pointer (&list.results, purple_notify_searchresults_free);
}

static PurpleNotifyUiOps notify_ops = {
  .notify_message = notify_message,
  .notify_searchresults = notify_searchresults,
  .close_notify = close_notify,
};

static void
check (GString *text, const char *expected)
{
  g_assert_cmpstr (text->str, ==, expected);
  g_string_truncate (text, 0);
}

static void
entry_free (gpointer data)
{
  CusaxHistoryEntry *entry = data;

  g_free (entry->who);
  g_free (entry->uri);
  g_free (entry->name);
  g_free (entry->contact);
  g_free (entry->reason);
  g_free (entry);
}

static CusaxHistoryEntry *
add (const char *who, const char *contact, gboolean outgoing, CusaxCallEnd end, guint seconds)
{
  CusaxHistoryEntry *entry = g_new0 (CusaxHistoryEntry, 1);

  /* The tests run in UTC. */
  entry->started = 1795532580 - (gint64) entries->len * 86400;
  entry->who = g_strdup (who);
  entry->uri = *who != '\0' ? g_strdup_printf ("sip:%s@example.org", who) : NULL;
  entry->contact = g_strdup (contact);
  entry->outgoing = outgoing;
  entry->end = end;
  entry->seconds = seconds;
  entry->seen = outgoing || end != CUSAX_CALL_END_MISSED;
  g_ptr_array_add (entries, entry);
  return entry;
}

static void
setup (void)
{
  fake_phone_reset ("alice@example.org");
  fake_phone.history = (CusaxHistory *) &entries;
  entries = g_ptr_array_new_with_free_func (entry_free);
  fake_purple_connect (account, TRUE);
}

static void
teardown (void)
{
  cusax_callhistory_forget (account);
  cusax_callhistory_forget (account);
  g_assert_null (list.results);
  g_assert_null (fake_dialog);
  fake_purple_connect (account, FALSE);
  fake_phone_reset (NULL);
  g_clear_pointer (&entries, g_ptr_array_unref);
  check (dialled, "");
  check (told, "");
}

/* -------------------------------------------------------------------- words */

static const struct
{
  const char *who, *contact, *name;
  gboolean outgoing;
  CusaxCallEnd end;
  guint seconds, status;
  const char *reason;
  const char *line;
} rows[] = {
  { "bob@example.org", "bob@example.org", NULL, TRUE, CUSAX_CALL_END_REMOTE, 187, 0, NULL,
    "bob@example.org: outgoing, 3:07" },
  { "bob@example.org", "bob@example.org", NULL, FALSE, CUSAX_CALL_END_LOCAL, 12, 0, NULL,
    "bob@example.org: incoming, 12 seconds" },
  { "+33177624339", NULL, "Dr. No", FALSE, CUSAX_CALL_END_MISSED, 0, 0, NULL,
    "“Dr. No” (+33177624339): missed" },
  { "+33177624339", NULL, NULL, FALSE, CUSAX_CALL_END_MISSED, 0, 486, NULL,
    "+33177624339: missed, told: busy" },
  { "", NULL, NULL, FALSE, CUSAX_CALL_END_DECLINED_HERE, 0, 603, NULL,
    "somebody who hides the number: incoming, declined" },
  { "7042", NULL, "evil\nname", TRUE, CUSAX_CALL_END_BUSY, 0, 486, "Busy Here", "7042: outgoing, busy" },
  { "7042", NULL, NULL, TRUE, CUSAX_CALL_END_LOCAL, 0, 487, NULL, "7042: outgoing, cancelled" },
  { "7042", NULL, NULL, TRUE, CUSAX_CALL_END_FAILED, 0, 500, "Out of\nluck", "7042: outgoing, Out of luck" },
  { "7042", NULL, NULL, TRUE, CUSAX_CALL_END_FAILED, 0, 500, NULL, "7042: outgoing, failed" },
  { "7042", NULL, NULL, TRUE, CUSAX_CALL_END_NETWORK, 61, 0, NULL, "7042: outgoing, 1:01, connection lost" },
  { "7042", NULL, NULL, FALSE, CUSAX_CALL_END_ELSEWHERE, 0, 0, NULL, "7042: incoming, taken elsewhere" },
};

static void
test_words (void)
{
  setup ();
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CusaxHistoryEntry *entry
        = add (rows[i].who, rows[i].contact, rows[i].outgoing, rows[i].end, rows[i].seconds);
      g_autofree char *expected = NULL;
      g_autofree char *line = NULL;

      entry->started = 1795532580;
      entry->status = rows[i].status;
      entry->name = g_strdup (rows[i].name);
      entry->reason = g_strdup (rows[i].reason);
      expected = g_strdup_printf ("2026-11-24 15:03  %s", rows[i].line);
      line = cusax_historywords_line (account, entry);
      g_assert_cmpstr (line, ==, expected);
    }
  teardown ();
}

/* ------------------------------------------------------------------ the list */

static char *
row_text (guint index)
{
  GString *text = g_string_new (NULL);

  for (GList *l = g_list_nth_data (list.results->rows, index); l != NULL; l = l->next)
    g_string_append_printf (text, "%s|", (const char *) l->data);
  return g_string_free (text, FALSE);
}

static void
press (const char *label, GList *row)
{
  for (GList *l = list.results->buttons; l != NULL; l = l->next)
    {
      PurpleNotifySearchButton *button = l->data;

      if (g_strcmp0 (button->label, label) == 0)
        {
          button->callback (purple_account_get_connection (account), row, list.data);
          return;
        }
    }
  g_assert_true (FALSE);
}

static void
test_list (gconstpointer finch)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  setup ();
  add ("bob", "bob@example.org", FALSE, CUSAX_CALL_END_MISSED, 0);
  add ("+33177624339", NULL, TRUE, CUSAX_CALL_END_BUSY, 0);
  add ("", NULL, FALSE, CUSAX_CALL_END_MISSED, 0);
  cusax_callhistory_show (account);
  g_assert_cmpstr (list.title, ==, "Call history");
  g_assert_cmpstr (list.primary, ==, "3 calls");
  first = row_text (0);
  second = row_text (1);
  g_assert_cmpstr (first, ==,
                   finch != NULL ? "1. 11-24 15:03|bob@example.org|Missed|||"
                                 : "1|2026-11-24 15:03|bob@example.org|Missed|||");
  g_assert_cmpstr (second, ==,
                   finch != NULL ? "2. 11-23 15:03|+33177624339|Outgoing||busy|"
                                 : "2|2026-11-23 15:03|+33177624339|Outgoing||busy|");
  g_assert_cmpuint (g_list_length (list.results->columns), ==, g_list_length (list.results->rows->data));
  /* Looked at. */
  g_assert_cmpuint (cusax_history_count_unseen (NULL), ==, 0);

  press ("Call back", NULL);
  check (dialled, "");
  /* The rows stay those that are on the screen. */
  g_ptr_array_insert (entries, 0, g_ptr_array_steal_index (entries, 2));
  press ("Call back", list.results->rows->data);
  check (dialled, "sip:bob@example.org bob@example.org ");
  press ("Call back", list.results->rows->next->data);
  check (dialled, "sip:+33177624339@example.org - ");
  press ("Call back", list.results->rows->next->next->data);
  check (told, "The caller has hidden the number.");
  fake_phone.dial_error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "Telephony: not now.");
  press ("Call back", list.results->rows->data);
  check (told, "Telephony: not now.");
  check (dialled, "sip:bob@example.org bob@example.org ");

  /* Another one takes its place; clearing closes it. */
  cusax_callhistory_show (account);
  press ("Clear", NULL);
  g_assert_null (list.results);
  cusax_callhistory_show (account);
  g_assert_null (list.results);
  check (told, "There are no calls yet.");

  /* The host closes it with the connection, or a person does. */
  add ("bob", NULL, TRUE, CUSAX_CALL_END_BUSY, 0);
  cusax_callhistory_show (account);
  purple_notify_close (PURPLE_NOTIFY_SEARCHRESULTS, &list);
  cusax_callhistory_show (account);
  teardown ();
}

static void
test_nothing (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *lines = NULL;

  setup ();
  fake_purple_connect (account, FALSE);
  cusax_callhistory_show (account);
  fake_phone.history = NULL;
  fake_purple_connect (account, TRUE);
  cusax_callhistory_show (account);
  cusax_callhistory_signed_on (account);
  cusax_callhistory_mark_seen (account);
  lines = cusax_callhistory_list (account, 10);
  g_assert_cmpstr (lines, ==, "There are no calls yet.");
  g_assert_false (cusax_callhistory_call_back (account, 1, &error));
  g_assert_cmpstr (error->message, ==, "There is no such call.");
  fake_connection = NULL;
  cusax_callhistory_show (account);
  teardown ();
}

/* /history and /history call n. */
static void
test_lines (void)
{
  g_autofree char *lines = NULL;
  g_autoptr (GError) error = NULL;

  setup ();
  add ("bob", "bob@example.org", FALSE, CUSAX_CALL_END_MISSED, 0);
  add ("+33177624339", NULL, TRUE, CUSAX_CALL_END_BUSY, 0);
  add ("7042", NULL, TRUE, CUSAX_CALL_END_BUSY, 0);
  lines = cusax_callhistory_list (account, 2);
  g_assert_cmpstr (lines, ==,
                   "1. 2026-11-24 15:03  bob@example.org: missed\n"
                   "2. 2026-11-23 15:03  +33177624339: outgoing, busy");
  g_assert_cmpuint (cusax_history_count_unseen (NULL), ==, 0);
  g_ptr_array_remove_index (entries, 0);
  g_assert_true (cusax_callhistory_call_back (account, 1, &error));
  check (dialled, "sip:bob@example.org bob@example.org ");
  g_assert_false (cusax_callhistory_call_back (account, 3, &error));
  g_assert_cmpstr (error->message, ==, "There is no such call.");
  teardown ();
}

/* -------------------------------------------------------------- after sign-in */

/* Missed calls survive a restart, and are told of once. */
static void
test_signed_on (gconstpointer finch)
{
  setup ();
  fake_dialogs_are_finch = finch != NULL;
  add ("bob", "bob@example.org", FALSE, CUSAX_CALL_END_MISSED, 0);
  add ("+33177624339", NULL, TRUE, CUSAX_CALL_END_BUSY, 0);
  add ("", NULL, FALSE, CUSAX_CALL_END_MISSED, 0);
  cusax_callhistory_signed_on (account);
  g_assert_cmpstr (fake_dialog->title, ==, "Missed calls");
  g_assert_cmpstr (fake_dialog->primary, ==, "2 missed calls");
  g_assert_cmpstr (fake_dialog->secondary, ==,
                   "2026-11-24 15:03  bob@example.org\n"
                   "2026-11-22 15:03  somebody who hides the number\n"
                   "Account: alice@example.org");
  g_assert_cmpstr (fake_dialog->ok_text, ==, "Call history");
  g_assert_cmpstr (fake_dialog->cancel_text, ==, "Close");
  g_assert_cmpint (fake_dialog->default_action, ==, 1);
  fake_dialog_press (TRUE);
  g_assert_nonnull (list.results);
  g_assert_null (fake_dialog);
  g_assert_cmpuint (cusax_history_count_unseen (NULL), ==, 0);
  /* Chat came back: nothing new to say. */
  add ("carol", NULL, FALSE, CUSAX_CALL_END_MISSED, 0);
  cusax_callhistory_signed_on (account);
  g_assert_null (fake_dialog);
  cusax_callhistory_forget (account);

  cusax_callhistory_signed_on (account);
  g_assert_cmpstr (fake_dialog->primary, ==, "1 missed call");
  fake_dialog_press (FALSE);
  g_assert_cmpuint (cusax_history_count_unseen (NULL), ==, 0);
  cusax_callhistory_forget (account);

  /* Signed off without a look: told again. */
  add ("carol", NULL, FALSE, CUSAX_CALL_END_MISSED, 0);
  cusax_callhistory_signed_on (account);
  cusax_callhistory_forget (account);
  g_assert_null (fake_dialog);
  g_assert_cmpuint (cusax_history_count_unseen (NULL), ==, 1);
  cusax_callhistory_signed_on (account);
  g_assert_nonnull (fake_dialog);
  cusax_callhistory_show (account);
  g_assert_null (fake_dialog);
  fake_dialogs_are_finch = FALSE;
  teardown ();
}

/* ---------------------------------------------------------------------- logs */

/* Returns: (transfer full): all that the log of @name has */
static char *
read_logs (const char *name)
{
  GList *logs = purple_log_get_logs (PURPLE_LOG_IM, name, account);
  GString *text = g_string_new (NULL);

  for (GList *l = logs; l != NULL; l = l->next)
    {
      PurpleLogReadFlags flags = 0;
      g_autofree char *one = purple_log_read (l->data, &flags);

      g_string_append (text, one);
    }
  g_list_free_full (logs, (GDestroyNotify) purple_log_free);
  return g_string_free (text, FALSE);
}

static void
test_logs (void)
{
  g_autofree char *bob = NULL;
  g_autofree char *number = NULL;
  g_autofree char *other = NULL;

  setup ();
  cusax_calllogs_write (account, "bob@example.org", TRUE, "bob & co <is> busy.");
  cusax_calllogs_write (account, "bob@example.org", FALSE, "You have missed a call from bob.");
  cusax_calllogs_write (account, "+33177624339", FALSE, "It has ended.");
  cusax_calllogs_write (account, NULL, FALSE, "Nobody's.");
  cusax_calllogs_write (account, "", FALSE, "Nobody's.");
  bob = read_logs ("bob@example.org");
  number = read_logs ("+33177624339");
  g_assert_nonnull (strstr (bob, "Outgoing call. bob &amp; co &lt;is&gt; busy."));
  g_assert_nonnull (strstr (bob, "Incoming call. You have missed a call from bob."));
  g_assert_null (strstr (bob, "It has ended."));
  g_assert_nonnull (strstr (number, "Incoming call. It has ended."));

  /* Who wants no logs of conversations wants none of calls. */
  purple_prefs_set_bool ("/purple/logging/log_ims", FALSE);
  cusax_calllogs_write (account, "carol@example.org", TRUE, "carol is busy.");
  purple_prefs_set_bool ("/purple/logging/log_ims", TRUE);
  other = read_logs ("carol@example.org");
  g_assert_cmpstr (other, ==, "");
  teardown ();
}

static void
test_log_names (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_ENDED, "bob@example.org");
  g_autofree char *heard = NULL;
  g_autofree char *number = NULL;

  call->peer = cusax_address_parse_uri ("sip:+33177624339@example.org;user=phone", NULL);
  heard = cusax_calllogs_name (account, call, "bob@example.org");
  number = cusax_calllogs_name (account, call, NULL);
  g_assert_cmpstr (heard, ==, "bob@example.org");
  g_assert_cmpstr (number, ==, "+33177624339");
  /* R19: of who hides nothing is kept there. */
  g_clear_pointer (&call->peer, cusax_address_unref);
  g_assert_null (cusax_calllogs_name (account, call, "sip:anonymous@anonymous.invalid"));
  g_assert_null (cusax_calllogs_name (account, call, NULL));
  fake_call_free (call);
}

int
main (int argc, char **argv)
{
  int result;
  gboolean finch;

  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  finch = argc > 1 && strcmp (argv[1], "finch") == 0;
  fake_purple_start (finch ? "gnt-purple" : "test");
  fake_chat_init ();
  purple_notify_set_ui_ops (&notify_ops);
  account = fake_purple_account ("alice@example.org");
  dialled = g_string_new (NULL);
  told = g_string_new (NULL);

  g_test_add_func ("/callhistory/words", test_words);
  g_test_add_data_func ("/callhistory/list", finch ? "finch" : NULL, test_list);
  g_test_add_func ("/callhistory/nothing", test_nothing);
  g_test_add_func ("/callhistory/lines", test_lines);
  g_test_add_data_func ("/callhistory/signed-on", finch ? "finch" : NULL, test_signed_on);
  g_test_add_func ("/calllogs/write", test_logs);
  g_test_add_func ("/calllogs/names", test_log_names);
  result = g_test_run ();

  g_string_free (dialled, TRUE);
  g_string_free (told, TRUE);
  g_free (list.title);
  g_free (list.primary);
  fake_chat_shutdown ();
  fake_purple_stop ();
  return result;
}
