/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The roster in the directory, what is announced of cards, tooltips, and the files on disk. */
#include "fakephone.h"

#include "activity.h"
#include "contacts.h"
#include "error.h"
#include "fake-people.h"
#include "store.h"

#include <glib/gstdio.h>
#include <purple.h>
#include <string.h>
#include <sys/stat.h>

static PurpleAccount *account;
static FakePeople *people;
static CusaxDirectory *directory;
static CusaxContacts *contacts;
static GString *reach; /* what was published */

/* ----------------------------------------------------------------- vCards */

static const CusaxVcardsListener *listener;
static gpointer listener_data;
static guint vcards_alive;

CusaxVcards *
cusax_vcards_new (PurpleAccount *of, const CusaxVcardsListener *with, gpointer user_data)
{
  listener = with;
  listener_data = user_data;
  vcards_alive++;
  return (CusaxVcards *) &vcards_alive;
}

void
cusax_vcards_free (CusaxVcards *vcards)
{
  vcards_alive--;
}

CusaxCardPort *
cusax_vcards_get_port (CusaxVcards *vcards)
{
  return &people->cards;
}

void
cusax_vcards_set_reach (CusaxVcards *vcards, const char *uri)
{
  g_string_append_printf (reach, "%s ", uri != NULL ? uri : "none");
}

/* --------------------------------------------------------------- activity */

static guint activities_alive;
static gboolean shown;
static const char *talker; /* the contact that is on the phone */
static CusaxActivityChanged activity_changed;
static gpointer activity_data;

CusaxActivity *
cusax_activity_new (PurpleAccount *of, CusaxStore *store, CusaxActivityChanged changed, gpointer user_data)
{
  activities_alive++;
  activity_changed = changed;
  activity_data = user_data;
  shown = FALSE;
  return (CusaxActivity *) &activities_alive;
}

void
cusax_activity_free (CusaxActivity *activity)
{
  activities_alive--;
}

void
cusax_activity_set (CusaxActivity *activity, gboolean is_on_the_phone)
{
  shown = is_on_the_phone;
}

gboolean
cusax_activity_is_on_the_phone (const CusaxActivity *activity, const char *jid)
{
  return g_strcmp0 (jid, talker) == 0;
}

CusaxContacts *
cusax_connection_get_contacts (CusaxConnection *connection)
{
  return contacts;
}

/* ------------------------------------------------------------------ setup */

static void
on_contact (gpointer user_data, CusaxDirectory *of, const char *jid)
{
}

static PurpleBuddy *
add_buddy (PurpleAccount *of, const char *name, const char *group)
{
  PurpleBuddy *buddy = purple_buddy_new (of, name, NULL);
  PurpleGroup *in = purple_group_new (group);

  purple_blist_add_group (in, NULL);
  purple_blist_add_buddy (buddy, NULL, in, NULL);
  return buddy;
}

static void
remove_buddies (void)
{
  GSList *buddies = purple_find_buddies (account, NULL);

  for (GSList *l = buddies; l != NULL; l = l->next)
    purple_blist_remove_buddy (l->data);
  g_slist_free (buddies);
}

static void
setup (void)
{
  static const CusaxDirectoryListener nobody = { on_contact };
  CusaxDirectoryPorts ports;

  people = fake_people_new ();
  ports = (CusaxDirectoryPorts){ &people->clock, fake_people_wall_time, &people->cards, &people->store };
  fake_phone_reset ("alice@example.org");
  fake_phone.state = CUSAX_PHONE_UP;
  directory = cusax_directory_new (&ports, &nobody, NULL);
  cusax_directory_configure (directory, fake_phone.config);
  fake_phone.directory = directory;
  contacts = cusax_contacts_new (account);
}

static void
teardown (void)
{
  g_clear_pointer (&directory, cusax_directory_free);
  g_clear_pointer (&contacts, cusax_contacts_free);
  g_assert_cmpuint (vcards_alive, ==, 0);
  g_assert_cmpuint (activities_alive, ==, 0);
  /* Nobody listens any more. */
  remove_buddies ();
  add_buddy (account, "late@example.org", "Friends");
  remove_buddies ();
  g_clear_pointer (&people, fake_people_free);
  fake_phone_reset (NULL);
}

static void
give_card (const char *jid, const char *const *tels)
{
  g_autofree char *card = fake_people_card (tels);

  cusax_directory_take (directory, jid, card, strlen (card));
}

/* ------------------------------------------------------------------ cases */

/* The list from disk, before chat is up; only people of this account. */
static void
test_roster (void)
{
  PurpleAccount *other = fake_purple_account ("carol@example.org");
  PurpleBuddy *twice, *again;

  setup ();
  add_buddy (account, "bob@example.org", "Friends");
  add_buddy (account, "Dave@Other.Example/desk", "Friends");
  add_buddy (account, "+33177624339", "Friends");
  add_buddy (account, "icq.example.org", "Friends");
  add_buddy (other, "ulla@example.org", "Friends");
  cusax_contacts_attach (contacts, &fake_phone);
  g_assert_true (cusax_directory_is_contact (directory, "bob@example.org"));
  g_assert_true (cusax_directory_is_contact (directory, "dave@other.example"));
  g_assert_false (cusax_directory_is_contact (directory, "+33177624339"));
  g_assert_false (cusax_directory_is_contact (directory, "icq.example.org"));
  /* R53, T12: another account's people are not ours. */
  g_assert_false (cusax_directory_is_contact (directory, "ulla@example.org"));
  add_buddy (other, "later@example.org", "Friends");
  g_assert_false (cusax_directory_is_contact (directory, "later@example.org"));

  twice = add_buddy (account, "erin@example.org", "Friends");
  again = add_buddy (account, "erin@example.org", "Work");
  g_assert_true (cusax_directory_is_contact (directory, "erin@example.org"));
  purple_blist_remove_buddy (twice);
  g_assert_true (cusax_directory_is_contact (directory, "erin@example.org"));
  purple_blist_remove_buddy (again);
  g_assert_false (cusax_directory_is_contact (directory, "erin@example.org"));
  teardown ();
}

/* R27: what the stream says reaches the directory; before attach there is nowhere to go. */
static void
test_announcements (void)
{
  static const char *const uris[] = { "sip:bob@elsewhere.example", NULL };
  static const char *const none[] = { NULL };
  g_autofree char *card = fake_people_card ((const char *[]){ "7042", NULL });
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) with_hint = NULL;
  g_autoptr (GPtrArray) withdrawn = NULL;

  setup ();
  add_buddy (account, "bob@elsewhere.example", "Friends");
  listener->on_card (listener_data, "bob@elsewhere.example", card, strlen (card));
  listener->on_announced (listener_data, "bob@elsewhere.example", "mark");
  listener->on_reach (listener_data, "bob@elsewhere.example", uris);
  cusax_contacts_attach (contacts, &fake_phone);
  before = cusax_directory_list (directory, "bob@elsewhere.example");
  g_assert_cmpuint (before->len, ==, 0);

  listener->on_reach (listener_data, "bob@elsewhere.example", uris);
  with_hint = cusax_directory_list (directory, "bob@elsewhere.example");
  g_assert_cmpuint (with_hint->len, ==, 1);
  listener->on_card (listener_data, "bob@elsewhere.example", card, strlen (card));
  listener->on_reach (listener_data, "bob@elsewhere.example", none);
  withdrawn = cusax_directory_list (directory, "bob@elsewhere.example");
  g_assert_cmpuint (withdrawn->len, ==, 1);
  g_assert_cmpstr (((CusaxDialable *) g_ptr_array_index (withdrawn, 0))->key, ==, "tel:7042");
  teardown ();
}

/* R17, R50: off as long as nobody switched it on. */
static void
test_reach (void)
{
  setup ();
  cusax_contacts_update_reach (contacts);
  cusax_contacts_attach (contacts, &fake_phone);
  cusax_contacts_update_reach (contacts);
  g_assert_cmpstr (reach->str, ==, "none none ");
  teardown ();
}

static void
assert_tooltip (PurpleBuddy *buddy, const char *expected)
{
  PurpleNotifyUserInfo *info = purple_notify_user_info_new ();
  g_autofree char *text = NULL;

  cusax_contacts_tooltip (buddy, info);
  text = purple_notify_user_info_get_text_with_newline (info, "|");
  g_assert_cmpstr (text, ==, expected);
  purple_notify_user_info_destroy (info);
}

/* R22: the address, what it is and where it is from; nothing in it is markup. */
static void
test_tooltip (void)
{
  PurpleBuddy *bob, *carol, *dave, *number;

  setup ();
  bob = add_buddy (account, "bob@example.org", "Friends");
  carol = add_buddy (account, "carol@example.org", "Friends");
  dave = add_buddy (account, "dave@other.example", "Friends");
  number = add_buddy (account, "+33177624339", "Friends");
  cusax_contacts_attach (contacts, &fake_phone);
  assert_tooltip (bob, "<b>Phone</b>: sip:bob@example.org (guess)");
  give_card ("carol@example.org", (const char *[]){ "+33.1.77.62.43.39", "sip:carol%26co@example.org", NULL });
  assert_tooltip (carol, "<b>Phone</b>: sip:carol&amp;co@example.org (work, from the card)|"
                         "<b>Phone</b>: +33177624339 (work, from the card, may be charged)");
  give_card ("dave@other.example", (const char *[]){ "sip:dave@other.example", NULL });
  assert_tooltip (dave, "<b>Phone</b>: sip:dave@other.example (work, from the card, other service)");
  assert_tooltip (number, "");
  fake_connection = NULL;
  assert_tooltip (bob, "");
  teardown ();
}

/* R36: from the first call that stands to the end of the last one. */
static void
test_activity (void)
{
  static const struct
  {
    CusaxCallState first, second;
    gboolean shown;
  } calls[] = {
    { CUSAX_CALL_RINGING, CUSAX_CALL_INCOMING, FALSE }, { CUSAX_CALL_ACTIVE, CUSAX_CALL_INCOMING, TRUE },
    { CUSAX_CALL_ENDED, CUSAX_CALL_ACTIVE, TRUE },      { CUSAX_CALL_ENDED, CUSAX_CALL_ANSWERING, FALSE },
    { CUSAX_CALL_ACTIVE, CUSAX_CALL_ACTIVE, TRUE },     { CUSAX_CALL_ENDED, CUSAX_CALL_ENDED, FALSE },
  };
  CusaxCall *first, *second;

  setup ();
  cusax_contacts_update_activity (contacts);
  cusax_contacts_attach (contacts, &fake_phone);
  first = fake_call_new (1, CUSAX_CALL_RINGING, "bob@example.org");
  second = fake_call_new (2, CUSAX_CALL_INCOMING, "carol@example.org");
  g_ptr_array_add (fake_phone.calls, first);
  g_ptr_array_add (fake_phone.calls, second);
  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      first->state = calls[i].first;
      second->state = calls[i].second;
      cusax_contacts_update_activity (contacts);
      g_assert_cmpint (shown, ==, calls[i].shown);
    }
  fake_call_free (first);
  fake_call_free (second);
  teardown ();
}

static GString *drawn;

static void
on_update (PurpleBuddyList *list, PurpleBlistNode *node)
{
  if (PURPLE_BLIST_NODE_IS_BUDDY (node))
    g_string_append_printf (drawn, "%s ", purple_buddy_get_name (PURPLE_BUDDY (node)));
}

static void
test_tooltip_activity (void)
{
  static PurpleBlistUiOps ops = { .update = on_update };
  PurpleBuddy *bob;

  setup ();
  bob = add_buddy (account, "bob@example.org", "Friends");
  cusax_contacts_attach (contacts, &fake_phone);
  drawn = g_string_new (NULL);
  purple_blist_set_ui_ops (&ops);
  talker = "bob@example.org";
  activity_changed (activity_data, talker);
  g_assert_cmpstr (drawn->str, ==, "bob@example.org ");
  assert_tooltip (bob, "<b>Activity</b>: On the phone|<b>Phone</b>: sip:bob@example.org (guess)");
  talker = NULL;
  assert_tooltip (bob, "<b>Phone</b>: sip:bob@example.org (guess)");
  purple_blist_set_ui_ops (NULL);
  g_string_free (drawn, TRUE);
  teardown ();
}

/* R27: a tooltip is a look, so the card is asked for. */
static void
test_tooltip_asks (void)
{
  PurpleBuddy *bob;

  setup ();
  bob = add_buddy (account, "bob@example.org", "Friends");
  cusax_contacts_attach (contacts, &fake_phone);
  cusax_directory_set_online (directory, TRUE);
  assert_tooltip (bob, "<b>Phone</b>: sip:bob@example.org (guess)");
  fake_people_pass (people, 1000);
  g_assert_true (fake_people_is_asked (people, "bob@example.org"));
  fake_people_answer_tel (people, "bob@example.org", "7042");
  assert_tooltip (bob, "<b>Phone</b>: 7042 (work, from the card, may be charged)");
  teardown ();
}

/* ------------------------------------------------------------------ files */

static guint
mode_of (const char *path)
{
  struct stat info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  return info.st_mode & 07777;
}

static char *
file_of (const char *name)
{
  return g_build_filename (purple_user_dir (), "cusax", "alice@example.org", name, NULL);
}

static void
assert_load (CusaxStore *store, const char *name, gsize max, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = store->load (store, name, max, &error);

  g_assert_no_error (error);
  if (expected == NULL)
    g_assert_null (bytes);
  else
    g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected, strlen (expected));
}

static void
save (CusaxStore *store, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  gboolean saved = store->save (store, name, text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_true (saved);
}

/* design.md section 3: 0700 and 0600, whatever was there before; whole or not at all. */
static void
test_store (void)
{
  g_autofree char *path = file_of ("people");
  g_autofree char *folder = file_of (NULL);
  g_autofree char *root = g_path_get_dirname (folder);
  g_autofree char *broken = file_of ("people.broken");
  CusaxStore *store = cusax_store_new (account);

  assert_load (store, "people", 100, NULL);
  save (store, "people", "first");
  g_assert_cmpuint (mode_of (root), ==, 0700);
  g_assert_cmpuint (mode_of (folder), ==, 0700);
  g_assert_cmpuint (mode_of (path), ==, 0600);
  assert_load (store, "people", 5, "first");
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  g_assert_cmpint (g_chmod (root, 0755), ==, 0);
  save (store, "people", "");
  g_assert_cmpuint (mode_of (path), ==, 0600);
  g_assert_cmpuint (mode_of (root), ==, 0700);
  assert_load (store, "people", 0, "");

  save (store, "people", "second");
  store->set_aside (store, "people");
  store->set_aside (store, "people");
  assert_load (store, "people", 100, NULL);
  assert_load (store, "people.broken", 100, "second");
  g_assert_true (g_file_test (broken, G_FILE_TEST_IS_REGULAR));
  cusax_store_free (store);
  cusax_store_free (NULL);
}

/* What cannot be read is an error, not an empty file that would be written over. */
static void
test_store_refuses (void)
{
  g_autofree char *pipe_path = file_of ("pipe");
  g_autofree char *folder_path = file_of ("folder");
  CusaxStore *store = cusax_store_new (account);
  static const char *const names[] = { "large", "pipe", "folder" };

  save (store, "large", "123456");
  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);
  g_assert_cmpint (g_mkdir (folder_path, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (store->load (store, names[i], 5, &error));
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
    }
  cusax_store_free (store);
}

/* An account's name and a file's name are no paths. */
static void
test_store_names (void)
{
  PurpleAccount *odd = fake_purple_account ("../../x@example.org/../y");
  CusaxStore *store = cusax_store_new (odd);
  CusaxStore *same = cusax_store_new (account);
  PurpleAccount *with_resource = fake_purple_account ("alice@example.org/home");
  CusaxStore *other = cusax_store_new (with_resource);
  g_autofree char *root = g_build_filename (purple_user_dir (), "cusax", NULL);
  g_autoptr (GDir) dir = NULL;
  const char *name;
  guint found = 0;

  save (store, "../../../escaped", "text");
  assert_load (store, "../../../escaped", 100, "text");
  dir = g_dir_open (root, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    found += g_strrstr (name, "x@example.org") != NULL ? 1 : 0;
  g_assert_cmpuint (found, ==, 1);
  /* Accounts do not see each other's files, but another resource is the same person. */
  assert_load (same, "../../../escaped", 100, NULL);
  save (same, "mine", "alice");
  assert_load (other, "mine", 100, "alice");
  cusax_store_free (store);
  cusax_store_free (same);
  cusax_store_free (other);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  account = fake_purple_account ("alice@example.org");
  reach = g_string_new (NULL);

  g_test_add_func ("/contacts/roster", test_roster);
  g_test_add_func ("/contacts/announcements", test_announcements);
  g_test_add_func ("/contacts/reach", test_reach);
  g_test_add_func ("/contacts/tooltip", test_tooltip);
  g_test_add_func ("/contacts/tooltip-asks", test_tooltip_asks);
  g_test_add_func ("/contacts/R36-activity", test_activity);
  g_test_add_func ("/contacts/tooltip-activity", test_tooltip_activity);
  g_test_add_func ("/store/files", test_store);
  g_test_add_func ("/store/refuses", test_store_refuses);
  g_test_add_func ("/store/names", test_store_names);
  result = g_test_run ();

  g_string_free (reach, TRUE);
  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
