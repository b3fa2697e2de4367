/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The telephones of contacts in tooltip and menu (P12, RFC 4235). */
#include "fakephone.h"

#include "error.h"
#include "notices.h"
#include "watchmarks.h"

#include <purple.h>
#include <string.h>

static PurpleAccount *account;
static PurpleBuddy *bob, *number;
static GString *trace;
static CusaxWatchState state;
static gboolean has_dialog;

CusaxWatchState
cusax_watch_get (const CusaxWatch *watch, const char *jid)
{
  g_assert_cmpstr (jid, ==, "bob@example.org");
  return state;
}

gboolean
cusax_watch_get_pick_up (const CusaxWatch *watch, const char *jid, CusaxAddress **target, char **replaces)
{
  if (!has_dialog)
    return FALSE;
  *target = cusax_address_parse_uri ("sip:+33177624339@example.org;user=phone", NULL);
  *replaces = g_strdup ("a;to-tag=b;from-tag=c");
  return TRUE;
}

void
cusax_notices_error (PurpleAccount *of, const char *who, const char *text)
{
  g_string_append_printf (trace, "%s: %s", who, text);
}

static void
on_update (PurpleBuddyList *list, PurpleBlistNode *node)
{
  if (PURPLE_BLIST_NODE_IS_BUDDY (node))
    g_string_append_printf (trace, "drawn(%s) ", purple_buddy_get_name (PURPLE_BUDDY (node)));
}

static PurpleBlistUiOps blist_ops = { .update = on_update };

static void
check (const char *expected)
{
  g_assert_cmpstr (trace->str, ==, expected);
  g_string_truncate (trace, 0);
}

static void
setup (void)
{
  fake_phone_reset ("alice@example.org");
  fake_phone.watch = (CusaxWatch *) &state;
  fake_phone.server = "sip.example.org";
  state = CUSAX_WATCH_UNKNOWN;
  has_dialog = FALSE;
}

static const struct
{
  CusaxWatchState state;
  gboolean has_dialog;
  const char *tooltip;
  gboolean has_entry;
} rows[] = {
  { CUSAX_WATCH_UNKNOWN, FALSE, NULL, FALSE },  { CUSAX_WATCH_FREE, FALSE, NULL, FALSE },
  { CUSAX_WATCH_BUSY, TRUE, "in use", FALSE },  { CUSAX_WATCH_RINGING, FALSE, "rings", FALSE },
  { CUSAX_WATCH_RINGING, TRUE, "rings", TRUE },
};

static void
test_marks (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      PurpleNotifyUserInfo *info = purple_notify_user_info_new ();
      PurpleNotifyUserInfoEntry *entry;
      GList *menu;

      setup ();
      state = rows[i].state;
      has_dialog = rows[i].has_dialog;
      cusax_watchmarks_tooltip (bob, info);
      cusax_watchmarks_tooltip (number, info);
      entry = purple_notify_user_info_get_entries (info) != NULL
                ? purple_notify_user_info_get_entries (info)->data
                : NULL;
      g_assert_cmpstr (entry != NULL ? purple_notify_user_info_entry_get_value (entry) : NULL, ==,
                       rows[i].tooltip);
      menu = cusax_watchmarks_menu (bob);
      g_assert_cmpint (menu != NULL, ==, rows[i].has_entry);
      if (menu != NULL)
        g_assert_cmpstr (((PurpleMenuAction *) menu->data)->label, ==, "Pick up the call");
      g_list_free_full (menu, (GDestroyNotify) purple_menu_action_free);
      g_assert_null (cusax_watchmarks_menu (number));
      purple_notify_user_info_destroy (info);
    }
}

static void
pick_up (void)
{
  GList *menu;

  state = CUSAX_WATCH_RINGING;
  has_dialog = TRUE;
  menu = cusax_watchmarks_menu (bob);
  ((void (*) (PurpleBlistNode *, gpointer)) ((PurpleMenuAction *) menu->data)->callback) (
    PURPLE_BLIST_NODE (bob), NULL);
  g_list_free_full (menu, (GDestroyNotify) purple_menu_action_free);
}

static void
check_picked_up (const char *told)
{
  g_assert_cmpstr (fake_phone.trace->str, ==, "pick-up(bob@example.org) ");
  g_string_truncate (fake_phone.trace, 0);
  check (told);
}

/* What came to nothing is told in words. */
static void
test_pick_up (void)
{
  setup ();
  pick_up ();
  check_picked_up ("");
  fake_phone.dial_error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, "detail");
  pick_up ();
  check_picked_up ("bob@example.org: No call rings at the telephone of bob@example.org any more.");
  g_clear_error (&fake_phone.dial_error);
  fake_phone.dial_error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_BUSY, "detail");
  pick_up ();
  g_assert_null (strstr (trace->str, "detail"));
  g_string_truncate (trace, 0);
}

static void
test_repaint (void)
{
  setup ();
  purple_blist_set_ui_ops (&blist_ops);
  cusax_watchmarks_changed (account, "bob@example.org");
  check ("drawn(bob@example.org) ");
  cusax_watchmarks_changed (account, "stranger@example.org");
  check ("");
  purple_blist_set_ui_ops (NULL);
  fake_connection = NULL;
  g_assert_null (cusax_watchmarks_menu (bob));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  account = fake_purple_account ("alice@example.org");
  bob = purple_buddy_new (account, "bob@example.org", NULL);
  number = purple_buddy_new (account, "+33177624339", NULL);
  purple_blist_add_buddy (bob, NULL, NULL, NULL);
  purple_blist_add_buddy (number, NULL, NULL, NULL);
  trace = g_string_new (NULL);

  g_test_add_func ("/watchmarks/marks", test_marks);
  g_test_add_func ("/watchmarks/pick-up", test_pick_up);
  g_test_add_func ("/watchmarks/repaint", test_repaint);
  result = g_test_run ();

  g_string_free (trace, TRUE);
  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
