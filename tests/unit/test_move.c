/* SPDX-License-Identifier: GPL-2.0-or-later */
/* P17: an XMPP account becomes a CUSAX one in place, and back: the account object stays, and no line of a log is lost. Run
 * as Pidgin and as Finch. */
#include "fakechat.h"

#include "move.h"
#include "movelogs.h"
#include "wrap.h"

#include <glib/gstdio.h>
#include <purple.h>
#include <string.h>
#include <unistd.h>

#define XMPP "prpl-jabber"
#define OURS "prpl-jabber-cusax"

static gboolean is_finch;
static PurpleAccount *account;
static guint forgotten;
static char *notice;

void
cusax_connection_forget (PurpleAccount *of)
{
  g_assert_true (of == account);
  forgotten++;
}

static void *
notify_message (PurpleNotifyMsgType type, const char *title, const char *primary, const char *secondary)
{
  g_free (notice);
  notice = g_strdup_printf ("%s|%s|%s", title, primary, secondary);
  return &notice;
}

static void
close_notify (PurpleNotifyType type, void *handle)
{
}

static PurpleNotifyUiOps notify_ops = { .notify_message = notify_message, .close_notify = close_notify };

/* --------------------------------------------------- the two protocols */

static const char *
xmpp_icon (PurpleAccount *of, PurpleBuddy *buddy)
{
  return "jabber";
}

static const char *
our_icon (PurpleAccount *of, PurpleBuddy *buddy)
{
  return "cusax";
}

static GList *
status_types (PurpleAccount *of)
{
  GList *types = g_list_append (NULL, purple_status_type_new (PURPLE_STATUS_OFFLINE, NULL, NULL, TRUE));

  return g_list_append (types, purple_status_type_new (PURPLE_STATUS_AVAILABLE, NULL, NULL, TRUE));
}

static void
on_own (PurplePluginAction *action)
{
}

static GList *
own_actions (PurplePlugin *plugin, gpointer gc)
{
  return g_list_append (NULL, purple_plugin_action_new ("Change Password...", on_own));
}

/* As libjabber: one folder of logs whatever the resource. */
static const char *
normalize (const PurpleAccount *of, const char *name)
{
  static char bare[256];

  g_strlcpy (bare, name, sizeof bare);
  bare[strcspn (bare, "/")] = '\0';
  return bare;
}

static PurplePluginProtocolInfo xmpp_protocol
  = { .list_icon = xmpp_icon, .status_types = status_types, .normalize = normalize };
static PurplePluginInfo xmpp_info
  = { .type = PURPLE_PLUGIN_PROTOCOL, .id = (char *) XMPP, .extra_info = &xmpp_protocol, .actions = own_actions };
static PurplePlugin xmpp_plugin = { .info = &xmpp_info };
static PurpleConnection xmpp_gc = { .prpl = &xmpp_plugin };

/* ------------------------------------------------------------- the files */

static char *
path_of (const char *name)
{
  return g_build_filename (purple_user_dir (), "logs", name, NULL);
}

static void
write_file (const char *name, const char *text)
{
  g_autofree char *path = path_of (name);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* NULL text: not there. */
static void
assert_file (const char *name, const char *text)
{
  g_autofree char *path = path_of (name);
  g_autofree char *found = NULL;

  g_file_get_contents (path, &found, NULL, NULL);
  g_assert_cmpstr (found, ==, text);
}

static void
remove_all (const char *path)
{
  GDir *folder = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_all (child);
    }
  g_clear_pointer (&folder, g_dir_close);
  g_remove (path);
}

/* ------------------------------------------------------------------ logs */

static guint
run (const char *from, const char *to)
{
  g_autofree char *source = path_of (from);
  g_autofree char *target = path_of (to);
  g_autoptr (GError) error = NULL;
  guint failed = cusax_movelogs_run (source, target, &error);

  g_assert_cmpint (failed > 0, ==, error != NULL);
  return failed;
}

static void
test_logs (void)
{
  static const struct
  {
    const char *name, *text; /* before */
    const char *after;       /* where it is then */
  } rows[] = {
    { "jabber/a/bob/2026-01-01.100000+0000UTC.txt", "only here", "cusax/a/bob/2026-01-01.100000+0000UTC.txt" },
    { "jabber/a/bob/2026-01-02.100000+0000UTC.txt", "old", "cusax/a/bob/2026-01-02.100000+0000UTC.3.txt" },
    { "cusax/a/bob/2026-01-02.100000+0000UTC.txt", "new", "cusax/a/bob/2026-01-02.100000+0000UTC.txt" },
    { "cusax/a/bob/2026-01-02.100000+0000UTC.2.txt", "taken", "cusax/a/bob/2026-01-02.100000+0000UTC.2.txt" },
    { "jabber/a/carol/x.html", "new contact", "cusax/a/carol/x.html" },
    { "jabber/a/noext", "1", "cusax/a/noext.2" },
    { "cusax/a/noext", "2", "cusax/a/noext" },
    { "jabber/a/.system/x.txt", "hidden", "cusax/a/.system/x.txt" },
    { "jabber/a/.hidden", "1", "cusax/a/.hidden.2" },
    { "cusax/a/.hidden", "2", "cusax/a/.hidden" },
    { "jabber/a/mixed/in", "folder here, file there", "cusax/a/mixed.2/in" },
    { "cusax/a/mixed", "file", "cusax/a/mixed" },
    { "jabber/b/bob/x.txt", "another account", "jabber/b/bob/x.txt" },
  };
  g_autofree char *logs = path_of ("");
  g_autofree char *old = path_of ("jabber/a");

  remove_all (logs);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    write_file (rows[i].name, rows[i].text);
  g_assert_cmpuint (run ("jabber/a", "cusax/a"), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_file (rows[i].after, rows[i].text);
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  /* Once more, and of nothing. */
  g_assert_cmpuint (run ("jabber/a", "cusax/a"), ==, 0);
  g_assert_cmpuint (run ("cusax/a", "cusax/a"), ==, 0);
  assert_file ("cusax/a/carol/x.html", "new contact");
}

/* A file that is being written to goes along. */
static void
test_open_log (void)
{
  g_autofree char *logs = path_of ("");

  remove_all (logs);
  write_file ("jabber/a/bob/x.txt", "");
  g_autofree char *path = path_of ("jabber/a/bob/x.txt");
  FILE *file = g_fopen (path, "a");
  fputs ("before ", file);
  g_assert_cmpuint (run ("jabber/a", "cusax/a"), ==, 0);
  fputs ("after", file);
  fclose (file);
  assert_file ("cusax/a/bob/x.txt", "before after");
}

/* A link is moved, and nothing behind it is touched; what cannot be moved stays. */
static void
test_links_and_failures (void)
{
  g_autofree char *logs = path_of ("");
  g_autofree char *link = path_of ("jabber/a/link");
  g_autofree char *moved = path_of ("cusax/a/link.2");
  g_autofree char *deep = g_strdup ("jabber/a");

  remove_all (logs);
  write_file ("elsewhere/x.txt", "elsewhere");
  write_file ("jabber/a/y.txt", "y");
  write_file ("cusax/a/link/x.txt", "there");
  g_autofree char *target = path_of ("elsewhere");
  g_assert_cmpint (symlink (target, link), ==, 0);
  g_assert_cmpuint (run ("jabber/a", "cusax/a"), ==, 0);
  assert_file ("elsewhere/x.txt", "elsewhere");
  assert_file ("cusax/a/link/x.txt", "there");
  g_assert_true (g_file_test (moved, G_FILE_TEST_IS_SYMLINK));

  remove_all (logs);
  for (int i = 0; i < 12; i++)
    {
      char *longer = g_strconcat (deep, "/d", NULL);
      g_free (deep);
      deep = longer;
    }
  g_autofree char *there = g_strconcat ("cusax", strchr (deep, '/'), "/x", NULL);
  g_autofree char *here = g_strconcat (deep, "/x", NULL);
  write_file (here, "deep");
  write_file (there, "there");
  g_assert_cmpuint (run ("jabber/a", "cusax/a"), ==, 1);
  assert_file (here, "deep");
  assert_file (there, "there");

  remove_all (logs);
  write_file ("jabber/a/x", "x");
  write_file ("cusax", "a file where the folder should be");
  g_assert_cmpuint (run ("jabber/a", "cusax/a"), ==, 1);
  assert_file ("jabber/a/x", "x");
  remove_all (logs);
}

/* ------------------------------------------------------------ the account */

static void
setup (const char *id)
{
  g_autofree char *logs = path_of ("");

  remove_all (logs);
  fake_phone_reset (NULL);
  fake_dialogs_opened = 0;
  forgotten = 0;
  g_clear_pointer (&notice, g_free);
  account = purple_account_new ("alice@example.org/desk", id);
  purple_account_set_status (account, "offline", TRUE, NULL);
  purple_accounts_add (account);
  purple_account_set_enabled (account, purple_core_get_ui (), TRUE);
  purple_account_set_string (account, "connect_server", "xmpp.example.org");
  purple_account_set_remember_password (account, TRUE);
  purple_account_set_password (account, "secret");
  purple_account_set_alias (account, "Me");
}

static void
teardown (void)
{
  g_assert_null (fake_dialog);
  g_assert_null (notice);
  purple_accounts_remove (account);
  purple_account_destroy (account);
  account = NULL;
}

static void
assert_is (const char *id)
{
  g_assert_cmpstr (purple_account_get_protocol_id (account), ==, id);
  g_assert_true (purple_account_get_enabled (account, purple_core_get_ui ()));
  g_assert_cmpstr (purple_account_get_string (account, "connect_server", ""), ==, "xmpp.example.org");
  g_assert_cmpstr (purple_account_get_password (account), ==, "secret");
  g_assert_cmpstr (purple_account_get_alias (account), ==, "Me");
  g_assert_cmpstr (purple_account_get_username (account), ==, "alice@example.org/desk");
}

static void
assert_fits (void)
{
  g_auto (GStrv) lines = g_strsplit (fake_dialog->secondary, "\n", -1);

  for (guint i = 0; is_finch && lines[i] != NULL; i++)
    g_assert_cmpint (g_utf8_strlen (lines[i], -1), <=, CUSAX_WRAP_COLUMNS);
  if (is_finch)
    g_assert_cmpuint (g_strv_length (lines), <=, CUSAX_WRAP_LINES);
}

static void
test_there_and_back (void)
{
  setup (XMPP);
  write_file ("jabber/alice@example.org/bob/x.txt", "hello");
  cusax_move_show_to_cusax (account);
  g_assert_nonnull (fake_dialog);
  g_assert_cmpstr (fake_dialog->primary, ==, "Use alice@example.org/desk for calls too?");
  g_assert_nonnull (strstr (fake_dialog->secondary, "Contacts, settings, pounces and logs stay."));
  g_assert_null (strstr (fake_dialog->secondary, "you are asked for it"));
  assert_fits ();
  fake_dialog_press (FALSE);
  assert_is (XMPP);

  cusax_move_show_to_cusax (account);
  fake_dialog_press (TRUE);
  assert_is (OURS);
  assert_file ("cusax/alice@example.org/bob/x.txt", "hello");
  assert_file ("jabber/alice@example.org/bob/x.txt", NULL);

  /* The other way only from here. */
  cusax_move_show_to_cusax (account);
  g_assert_null (fake_dialog);
  cusax_move_show_to_xmpp (account);
  g_assert_nonnull (strstr (fake_dialog->secondary, "Calls end"));
  assert_fits ();
  fake_dialog_press (TRUE);
  assert_is (XMPP);
  g_assert_cmpuint (forgotten, ==, 2);
  assert_file ("jabber/alice@example.org/bob/x.txt", "hello");
  teardown ();
}

static void
test_password_not_stored (void)
{
  setup (XMPP);
  purple_account_set_remember_password (account, FALSE);
  cusax_move_show_to_cusax (account);
  g_assert_nonnull (strstr (fake_dialog->secondary, "you are asked for it"));
  fake_dialog_close_window ();
  teardown ();
}

/* libpurple could not tell the two apart, so neither is touched. */
static void
test_double (void)
{
  PurpleAccount *other;

  setup (XMPP);
  other = purple_account_new ("alice@example.org", OURS);
  purple_accounts_add (other);
  cusax_move_show_to_cusax (account);
  g_assert_null (fake_dialog);
  g_assert_nonnull (strstr (notice, "CUSAX account of this address already"));
  g_clear_pointer (&notice, g_free);
  purple_accounts_remove (other);

  /* It comes while the question stands. */
  cusax_move_show_to_cusax (account);
  purple_accounts_add (other);
  fake_dialog_press (TRUE);
  assert_is (XMPP);
  purple_accounts_remove (other);

  /* Two resources share one folder of logs: it stays with the other. */
  purple_account_set_protocol_id (other, XMPP);
  purple_accounts_add (other);
  write_file ("jabber/alice@example.org/bob/x.txt", "hello");
  cusax_move_show_to_cusax (account);
  g_assert_nonnull (strstr (fake_dialog->secondary, "stay with that"));
  fake_dialog_press (TRUE);
  assert_is (OURS);
  assert_file ("jabber/alice@example.org/bob/x.txt", "hello");
  purple_accounts_remove (other);
  purple_account_destroy (other);
  teardown ();
}

/* Answers that come late. */
static void
test_late (void)
{
  setup (XMPP);
  cusax_move_show_to_cusax (account);
  purple_accounts_remove (account);
  fake_dialog_press (TRUE);
  assert_is (XMPP);
  purple_accounts_add (account);

  /* Asked twice: the second yes finds it done. */
  cusax_move_show_to_cusax (account);
  cusax_move_show_to_cusax (account);
  fake_dialog_press (TRUE);
  fake_dialog_press (TRUE);
  assert_is (OURS);
  g_assert_cmpuint (forgotten, ==, 1);
  teardown ();
}

static void
test_logs_that_stay (void)
{
  setup (XMPP);
  write_file ("jabber/alice@example.org/bob/x.txt", "hello");
  write_file ("cusax", "a file");
  cusax_move_show_to_cusax (account);
  g_test_expect_message ("cusax", G_LOG_LEVEL_WARNING, "1 logs are not moved: *");
  fake_dialog_press (TRUE);
  g_test_assert_expected_messages ();
  assert_is (OURS);
  g_assert_nonnull (strstr (notice, "Some logs could not be moved."));
  g_clear_pointer (&notice, g_free);
  assert_file ("jabber/alice@example.org/bob/x.txt", "hello");
  teardown ();
}

/* ---------------------------------------------------------------- the menu */

static GList *
get_actions (void)
{
  return xmpp_info.actions (&xmpp_plugin, &xmpp_gc);
}

static void
free_actions (GList *actions)
{
  g_list_free_full (actions, (GDestroyNotify) purple_plugin_action_free);
}

static void
test_menu (void)
{
  setup (XMPP);
  GList *actions = get_actions ();
  PurplePluginAction *first = actions->data;
  g_assert_cmpuint (g_list_length (actions), ==, 2);
  g_assert_cmpstr (first->label, ==, "Use for calls too...");
  g_assert_true (cusax_move_get_xmpp_actions () == own_actions);
  xmpp_gc.account = account;
  first->context = &xmpp_gc;
  first->callback (first);
  g_assert_nonnull (fake_dialog);
  fake_dialog_press (FALSE);

  /* A menu that stands open while we go. */
  cusax_move_shutdown ();
  g_assert_true (xmpp_info.actions == own_actions);
  first->callback (first);
  g_assert_null (fake_dialog);
  free_actions (actions);
  cusax_move_init (&xmpp_plugin);
  teardown ();
}

static GList *(*beneath) (PurplePlugin *plugin, gpointer gc);

static GList *
foreign_actions (PurplePlugin *plugin, gpointer gc)
{
  return g_list_append (beneath (plugin, gc), purple_plugin_action_new ("Foreign", on_own));
}

/* Another plugin has wrapped the list above ours: ours is passed through, never called in a ring. */
static void
test_wrapped_by_others (void)
{
  setup (XMPP);
  beneath = xmpp_info.actions;
  xmpp_info.actions = foreign_actions;
  for (int round = 0; round < 3; round++)
    {
      GList *actions = get_actions ();
      g_assert_cmpuint (g_list_length (actions), ==, 3);
      free_actions (actions);

      cusax_move_shutdown ();
      actions = get_actions ();
      g_assert_cmpuint (g_list_length (actions), ==, 2);
      free_actions (actions);
      cusax_move_init (&xmpp_plugin);
    }
  xmpp_info.actions = beneath;
  teardown ();
}

int
main (int argc, char **argv)
{
  PurplePluginProtocolInfo *ours;
  int result;

  g_test_init (&argc, &argv, NULL);
  is_finch = argc > 1 && g_str_equal (argv[1], "finch");
  fake_purple_start (is_finch ? "gnt-purple" : "gtk-gaim");
  fake_chat_init ();
  purple_notify_set_ui_ops (&notify_ops);
  fake_dialogs_are_finch = is_finch;
  fake_other_plugin = &xmpp_plugin;
  ours = PURPLE_PLUGIN_PROTOCOL_INFO (cusax_connection_get_plugin ());
  ours->list_icon = our_icon;
  ours->normalize = normalize;
  cusax_move_init (&xmpp_plugin);
  g_test_add_func ("/move/P17-logs", test_logs);
  g_test_add_func ("/move/P17-open-log", test_open_log);
  g_test_add_func ("/move/P17-links-and-failures", test_links_and_failures);
  g_test_add_func ("/move/P17-there-and-back", test_there_and_back);
  g_test_add_func ("/move/P17-password-not-stored", test_password_not_stored);
  g_test_add_func ("/move/P17-double", test_double);
  g_test_add_func ("/move/late-answers", test_late);
  g_test_add_func ("/move/P17-logs-that-stay", test_logs_that_stay);
  g_test_add_func ("/move/menu", test_menu);
  g_test_add_func ("/move/wrapped-by-others", test_wrapped_by_others);
  result = g_test_run ();
  cusax_move_shutdown ();
  fake_chat_shutdown ();
  fake_purple_stop ();
  return result;
}
