/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The menus of the account, of buddies and of rooms, with the real directory: what stands in them, and what an
 * entry does when the world has changed while the menu was open. */
#include "fakephone.h"

#include "callerchat.h"
#include "callhistory.h"
#include "callmenus.h"
#include "conferences.h"
#include "dialling.h"
#include "error.h"
#include "fake-people.h"
#include "legs.h"
#include "menus.h"
#include "move.h"
#include "notices.h"
#include "privacy.h"
#include "protocol.h"
#include "setuptest.h"
#include "voicemail.h"
#include "watchmarks.h"

#include <purple.h>
#include <string.h>

static PurpleAccount *account;
static FakePeople *people;
static CusaxDirectory *directory;
static GString *trace;
static gboolean refuses;

/* ----------------------------------------------------------------- others */

static gboolean
trace_call (const char *what, const char *argument, GError **error)
{
  g_string_append_printf (trace, "%s(%s) ", what, argument);
  if (!refuses)
    return TRUE;
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "no");
  return FALSE;
}

gboolean
cusax_dialling_click_video (PurpleAccount *of, const char *who, GError **error)
{
  return trace_call ("click-video", who, error);
}

gboolean
cusax_dialling_click (PurpleAccount *of, const char *who, GError **error)
{
  return trace_call ("click", who, error);
}

gboolean
cusax_dialling_click_number (PurpleAccount *of, const char *jid, const char *key, GError **error)
{
  g_autofree char *both = g_strdup_printf ("%s, %s", jid, key);

  return trace_call ("number", both, error);
}

void
cusax_dialling_show (PurpleAccount *of)
{
  trace_call ("dial", purple_account_get_username (of), NULL);
}

void
cusax_privacy_show (PurpleAccount *of)
{
  trace_call ("privacy", purple_account_get_username (of), NULL);
}

void
cusax_privacy_show_publish (PurpleAccount *of)
{
  trace_call ("publish", purple_account_get_username (of), NULL);
}

/* Of src/purple/settings.h, which the tests' own file of that name hides. */
void cusax_settings_show (PurpleAccount *of);

void
cusax_settings_show (PurpleAccount *of)
{
  trace_call ("settings", purple_account_get_username (of), NULL);
}

GList *
cusax_callmenus_actions (PurpleAccount *of)
{
  return NULL;
}

void
cusax_voicemail_call_or_tell (PurpleAccount *of)
{
  trace_call ("voicemail", purple_account_get_username (of), NULL);
}

void
cusax_callhistory_show (PurpleAccount *of)
{
  trace_call ("history", purple_account_get_username (of), NULL);
}

/* Of watchmarks.c: a call rings at the buddy's telephone. */
static gboolean can_pick_up;

GList *
cusax_watchmarks_menu (PurpleBuddy *buddy)
{
  return can_pick_up ? g_list_append (NULL, purple_menu_action_new ("Pick up the call", NULL, NULL, NULL)) : NULL;
}

/* Of callmenus.c: there is a call to transfer. */
static gboolean can_transfer;

GList *
cusax_callmenus_buddy (PurpleBuddy *buddy, CusaxAccount *phone, CusaxCall *with)
{
  if (!can_transfer)
    return NULL;
  return g_list_append (NULL, purple_menu_action_new (with != NULL ? "Connect" : "Transfer", NULL, NULL, NULL));
}

GList *
cusax_callerchat_menu (PurpleBuddy *buddy)
{
  return NULL;
}

const char *
cusax_conferences_get_bridge (PurpleAccount *of, const char *room)
{
  return g_str_has_prefix (room, "room@") ? "sip:conf_1@example.org" : NULL;
}

gboolean
cusax_conferences_join_audio (PurpleAccount *of, const char *room, GError **error)
{
  return trace_call ("join-audio", room, error);
}

void
cusax_setuptest_show (PurpleAccount *of)
{
  trace_call ("test", purple_account_get_username (of), NULL);
}

void
cusax_legs_show_call (PurpleAccount *of, CusaxCall *call)
{
  trace_call ("details", call->who, NULL);
}

void
cusax_legs_show (PurpleAccount *of)
{
  trace_call ("details", purple_account_get_username (of), NULL);
}

void
cusax_move_show_to_xmpp (PurpleAccount *of)
{
  trace_call ("chat-only", purple_account_get_username (of), NULL);
}

GList *(*cusax_move_get_xmpp_actions (void)) (PurplePlugin *plugin, gpointer gc)
{
  return NULL;
}

static gboolean can_require;

gboolean
cusax_legs_can_require_both (PurpleAccount *of)
{
  return can_require;
}

void
cusax_legs_require_both (PurpleAccount *of)
{
  trace_call ("require", purple_account_get_username (of), NULL);
}

void
cusax_notices_error (PurpleAccount *of, const char *who, const char *text)
{
  g_string_append_printf (trace, "error(%s: %s) ", who, text);
}

/* The XMPP protocol: plain accounts of it can call whom the caps say. */
static PurpleMediaCaps xmpp_caps;

static PurpleMediaCaps
get_media_caps (PurpleAccount *of, const char *who)
{
  return xmpp_caps;
}

static gboolean
initiate_media (PurpleAccount *of, const char *who, PurpleMediaSessionType type)
{
  g_string_append_printf (trace, "xmpp(%s, %s, %d) ", purple_account_get_username (of), who, type);
  return TRUE;
}

static char *
get_chat_name (GHashTable *components)
{
  return g_strdup (g_hash_table_lookup (components, "room"));
}

static void
on_xmpp_entry (PurpleBlistNode *node, gpointer data)
{
}

static GList *
blist_node_menu (PurpleBlistNode *node)
{
  return g_list_append (NULL, purple_menu_action_new ("XMPP", PURPLE_CALLBACK (on_xmpp_entry), NULL, NULL));
}

static PurplePluginProtocolInfo xmpp_protocol = {
  .get_media_caps = get_media_caps,
  .initiate_media = initiate_media,
  .get_chat_name = get_chat_name,
  .blist_node_menu = blist_node_menu,
  .struct_size = sizeof (PurplePluginProtocolInfo),
};
static PurplePluginInfo xmpp_info = { .id = (char *) "prpl-jabber", .extra_info = &xmpp_protocol };
static PurplePlugin xmpp_plugin = { .info = &xmpp_info };

/* The XMPP protocol of this machine would look into a stream that our connections do not have. */
__attribute__ ((visibility ("default"))) PurplePlugin *
purple_plugins_find_with_id (const char *id)
{
  return NULL;
}

const PurplePluginProtocolInfo *
cusax_protocol_get_xmpp (void)
{
  return &xmpp_protocol;
}

/* ------------------------------------------------------------------ menus */

static void
append_entry (GString *text, const PurpleMenuAction *entry)
{
  if (text->len > 0 && text->str[text->len - 1] != '[')
    g_string_append (text, " | ");
  g_string_append (text, entry->label);
  if (entry->children == NULL)
    return;
  g_string_append (text, " [");
  for (GList *l = entry->children; l != NULL; l = l->next)
    append_entry (text, l->data);
  g_string_append_c (text, ']');
}

static void
free_menu (GList *menu)
{
  for (GList *l = menu; l != NULL; l = l->next)
    {
      PurpleMenuAction *entry = l->data;

      free_menu (g_steal_pointer (&entry->children));
      purple_menu_action_free (entry);
    }
  g_list_free (menu);
}

static void
assert_menu (gpointer node, const char *expected)
{
  GList *menu = cusax_menus_node (node);
  g_autoptr (GString) text = g_string_new (NULL);

  for (GList *l = menu; l != NULL; l = l->next)
    append_entry (text, l->data);
  g_assert_cmpstr (text->str, ==, expected);
  free_menu (menu);
}

/* The entry whose label begins with @label, wherever it is. */
static PurpleMenuAction *
find_entry (GList *menu, const char *label)
{
  for (GList *l = menu; l != NULL; l = l->next)
    {
      PurpleMenuAction *entry = l->data;
      PurpleMenuAction *below = find_entry (entry->children, label);

      if (below != NULL || g_str_has_prefix (entry->label, label))
        return below != NULL ? below : entry;
    }
  return NULL;
}

static void
press (GList *menu, gpointer node, const char *label)
{
  PurpleMenuAction *entry = find_entry (menu, label);

  g_assert_nonnull (entry);
  ((void (*) (PurpleBlistNode *, gpointer)) entry->callback) (node, entry->data);
}

static void
assert_trace (const char *expected)
{
  g_assert_cmpstr (trace->str, ==, expected);
  g_string_truncate (trace, 0);
}

/* ------------------------------------------------------------------ setup */

static void
on_contact (gpointer user_data, CusaxDirectory *of, const char *jid)
{
}

static PurpleBuddy *
add_buddy (PurpleAccount *of, const char *jid)
{
  PurpleBuddy *buddy = purple_find_buddy (of, jid);

  if (buddy == NULL)
    {
      buddy = purple_buddy_new (of, jid, NULL);
      purple_blist_add_buddy (buddy, NULL, NULL, NULL);
    }
  if (of == account)
    cusax_directory_add_contact (directory, jid);
  return buddy;
}

static void
give_card (const char *jid, const char *const *tels)
{
  g_autofree char *card = fake_people_card (tels);

  cusax_directory_take (directory, jid, card, strlen (card));
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
  refuses = FALSE;
  xmpp_caps = PURPLE_MEDIA_CAPS_NONE;
}

static void
teardown (void)
{
  assert_trace ("");
  g_clear_pointer (&directory, cusax_directory_free);
  g_clear_pointer (&people, fake_people_free);
  fake_phone_reset (NULL);
}

/* ------------------------------------------------------------------ cases */

/* design.md section 3: one number "Call", several "Phone". R22: with what is known of each. */
static void
test_buddy (void)
{
  PurpleBuddy *bob, *nobody, *number;
  GList *menu;

  setup ();
  bob = add_buddy (account, "bob@example.org");
  nobody = add_buddy (account, "nobody@elsewhere.example");
  number = add_buddy (account, "+33177624339");
  assert_menu (bob, "XMPP | Call");
  assert_menu (nobody, "XMPP");
  assert_menu (number, "Call");
  /* P12: to whom can be called, nobody else. */
  can_transfer = TRUE;
  assert_menu (bob, "XMPP | Call | Transfer");
  assert_menu (nobody, "XMPP");
  assert_menu (number, "Call | Transfer");
  can_transfer = FALSE;
  menu = cusax_menus_node (PURPLE_BLIST_NODE (bob));
  press (menu, bob, "Call");
  assert_trace ("click(bob@example.org) ");
  refuses = TRUE;
  press (menu, bob, "Call");
  assert_trace ("click(bob@example.org) error(bob@example.org: no) ");
  free_menu (menu);
  give_card ("bob@example.org",
             (const char *[]){ "sip:bob@example.org", "+33 1 77 62 43 39", "sip:bob@other.example", NULL });
  assert_menu (bob, "XMPP | Phone [sip:bob@example.org (work) | sip:bob@other.example (work, other service) | "
                    "+33177624339 (work, may be charged)]");
  fake_phone.state = CUSAX_PHONE_WAITING;
  assert_menu (bob, "XMPP");
  assert_menu (number, "");
  fake_connection = NULL;
  assert_menu (bob, "XMPP");
  teardown ();
}

/* R24, P25: only to whom a picture can be shown, and only by whom. */
static void
test_R24_video (void)
{
  PurpleBuddy *bob, *number;
  GList *menu;

  setup ();
  fake_phone.can_video = TRUE;
  bob = add_buddy (account, "bob@example.org");
  number = add_buddy (account, "+33177624339");
  assert_menu (bob, "XMPP | Call | Call with video");
  assert_menu (number, "Call");
  menu = cusax_menus_node (PURPLE_BLIST_NODE (bob));
  press (menu, bob, "Call with video");
  assert_trace ("click-video(bob@example.org) ");
  refuses = TRUE;
  press (menu, bob, "Call with video");
  assert_trace ("click-video(bob@example.org) error(bob@example.org: no) ");
  free_menu (menu);
  fake_phone.can_video = FALSE;
  assert_menu (bob, "XMPP | Call");
  fake_phone.can_video = TRUE;
  /* The card says "work" of each and "video" of none. */
  give_card ("bob@example.org", (const char *[]){ "sip:bob@example.org", "sip:bob@other.example", NULL });
  assert_menu (bob, "XMPP | Phone [sip:bob@example.org (work) | sip:bob@other.example (work, other service)]");
  fake_phone.state = CUSAX_PHONE_WAITING;
  assert_menu (bob, "XMPP");
  teardown ();
}

/* R27: an open menu is a look: the next one knows more. */
static void
test_menu_asks (void)
{
  PurpleBuddy *bob;

  setup ();
  bob = add_buddy (account, "bob@example.org");
  cusax_directory_set_online (directory, TRUE);
  assert_menu (bob, "XMPP | Call");
  fake_people_pass (people, 1000);
  g_assert_true (fake_people_is_asked (people, "bob@example.org"));
  fake_people_answer (people, "bob@example.org", CUSAX_CARD_NONE, NULL);
  assert_menu (bob, "XMPP | Call");
  teardown ();
}

/* R26: the entry calls the number that it shows, or nothing: never one that took its place in the card. */
static void
test_number (void)
{
  PurpleBuddy *bob;
  GList *menu;

  setup ();
  bob = add_buddy (account, "bob@example.org");
  give_card ("bob@example.org", (const char *[]){ "+33177624339", "7042", NULL });
  menu = cusax_menus_node (PURPLE_BLIST_NODE (bob));
  press (menu, bob, "7042");
  press (menu, bob, "+33177624339");
  assert_trace ("number(bob@example.org, tel:7042) number(bob@example.org, tel:+33177624339) ");
  give_card ("bob@example.org", (const char *[]){ "+338991234567", "7042", NULL });
  press (menu, bob, "7042");
  press (menu, bob, "+33177624339");
  assert_trace ("number(bob@example.org, tel:7042) number(bob@example.org, ) ");
  fake_connection = NULL;
  press (menu, bob, "7042");
  assert_trace ("");
  free_menu (menu);
  teardown ();
}

/* While there is a call there are its end and what is measured of it; it may have ended by itself before that is pressed. */
static void
test_hang_up (void)
{
  CusaxCall *call = fake_call_new (1, CUSAX_CALL_ACTIVE, "bob@example.org");
  PurpleBuddy *bob;
  GList *menu;

  setup ();
  bob = add_buddy (account, "bob@example.org");
  g_ptr_array_add (fake_phone.calls, call);
  assert_menu (bob, "XMPP | Hang up | Call details");
  can_transfer = TRUE;
  assert_menu (bob, "XMPP | Connect | Hang up | Call details");
  can_transfer = FALSE;
  fake_phone.state = CUSAX_PHONE_WAITING;
  menu = cusax_menus_node (PURPLE_BLIST_NODE (bob));
  press (menu, bob, "Hang up");
  g_assert_cmpstr (call->trace->str, ==, "hang-up ");
  press (menu, bob, "Call details");
  assert_trace ("details(bob@example.org) ");
  g_ptr_array_remove (fake_phone.calls, call);
  press (menu, bob, "Call details");
  press (menu, bob, "Hang up");
  g_assert_cmpstr (call->trace->str, ==, "hang-up ");
  free_menu (menu);
  fake_call_free (call);
  teardown ();
}

/* R12, R53: only where nothing can be dialled, only a plain XMPP account that is online, has the contact and
 * can. */
static void
test_by_xmpp (void)
{
  PurpleConnection gc = { .prpl = &xmpp_plugin, .state = PURPLE_CONNECTED };
  PurpleAccount *plain = fake_purple_account ("me_too@jabber.example");
  PurpleAccount *other = fake_purple_account ("other@example.org");
  PurpleBuddy *nobody;
  GList *menu;

  setup ();
  purple_account_set_protocol_id (plain, "prpl-jabber");
  gc.account = plain;
  nobody = add_buddy (account, "nobody@elsewhere.example");
  /* T12: another account of ours has him, is online, and could. */
  add_buddy (other, "nobody@elsewhere.example");
  purple_account_set_connection (other, &gc);
  xmpp_caps = PURPLE_MEDIA_CAPS_AUDIO;
  assert_menu (nobody, "XMPP");
  purple_account_set_connection (other, NULL);

  purple_account_set_connection (plain, &gc);
  assert_menu (nobody, "XMPP");
  add_buddy (plain, "nobody@elsewhere.example");
  xmpp_caps = PURPLE_MEDIA_CAPS_VIDEO;
  assert_menu (nobody, "XMPP");
  xmpp_caps = PURPLE_MEDIA_CAPS_AUDIO | PURPLE_MEDIA_CAPS_VIDEO;
  assert_menu (nobody, "XMPP | Call by XMPP with me_too@jabber.example");
  menu = cusax_menus_node (PURPLE_BLIST_NODE (nobody));
  press (menu, nobody, "Call by XMPP");
  assert_trace ("xmpp(me_too@jabber.example, nobody@elsewhere.example, 3) ");
  /* Signed off while the menu stood open. */
  purple_account_set_connection (plain, NULL);
  press (menu, nobody, "Call by XMPP");
  assert_trace ("");
  free_menu (menu);
  purple_account_set_connection (plain, &gc);
  give_card ("nobody@elsewhere.example", (const char *[]){ "+33177624339", NULL });
  assert_menu (nobody, "XMPP | Call");
  purple_account_set_connection (plain, NULL);
  teardown ();
}

/* R40: the bridge that the room announced, in full. */
static void
test_room (void)
{
  GHashTable *components = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  PurpleChat *chat;
  GList *menu;

  setup ();
  g_hash_table_insert (components, g_strdup ("room"), g_strdup ("room@conference.example.org"));
  chat = purple_chat_new (account, "Room", components);
  assert_menu (chat, "XMPP | Join audio (sip:conf_1@example.org)");
  menu = cusax_menus_node (PURPLE_BLIST_NODE (chat));
  press (menu, chat, "Join audio");
  assert_trace ("join-audio(room@conference.example.org) ");
  free_menu (menu);
  g_hash_table_insert (components, g_strdup ("room"), g_strdup ("other@conference.example.org"));
  assert_menu (chat, "XMPP");
  purple_blist_remove_chat (chat);
  teardown ();
}

/* design.md section 3: the order; no underscore, which Finch would print. */
static void
test_actions (void)
{
  static const struct
  {
    const char *label, *traced;
    gboolean is_required; /* only where it would change something */
  } rows[] = {
    { "Dial...", "dial", FALSE },
    { "Call voicemail", "voicemail", FALSE },
    { "Call history", "history", FALSE },
    { "Telephony settings...", "settings", FALSE },
    { "Test call setup...", "test", FALSE },
    { "Publish my phone address...", "publish", FALSE },
    { "Privacy...", "privacy", FALSE },
    { "Connection details", "details", FALSE },
    { "Require encryption for both", "require", TRUE },
    { "Use for chat only...", "chat-only", FALSE },
  };

  for (int with = 0; with < 2; with++)
    {
      g_autoptr (GString) expected = g_string_new (NULL);
      GList *actions, *l;

      setup ();
      fake_purple_connect (account, TRUE);
      can_require = with;
      actions = cusax_menus_actions (cusax_connection_get_plugin (), purple_account_get_connection (account));
      l = actions;
      for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
        {
          PurplePluginAction *action;

          if (rows[i].is_required && !with)
            continue;
          g_assert_nonnull (l);
          action = l->data;
          l = l->next;
          g_assert_cmpstr (action->label, ==, rows[i].label);
          g_assert_null (strchr (action->label, '_'));
          action->context = purple_account_get_connection (account);
          action->callback (action);
          g_string_append_printf (expected, "%s(alice@example.org) ", rows[i].traced);
        }
      g_assert_null (l);
      assert_trace (expected->str);
      g_list_free_full (actions, (GDestroyNotify) purple_plugin_action_free);
      fake_purple_connect (account, FALSE);
      teardown ();
    }
}

/* Pidgin would make a mnemonic of the first underscore and not show it. */
static void
test_pidgin_labels (void)
{
  PurpleBuddy *bob;
  GList *menu;

  setup ();
  bob = add_buddy (account, "bob@example.org");
  give_card ("bob@example.org", (const char *[]){ "sip:bob_x@example.org", "sip:b_o_b@example.org", NULL });
  assert_menu (bob, "XMPP | Phone [sip:bob__x@example.org (work) | sip:b__o__b@example.org (work)]");
  menu = cusax_menus_node (PURPLE_BLIST_NODE (bob));
  press (menu, bob, "sip:b__o");
  assert_trace ("number(bob@example.org, sip:b_o_b@example.org) ");
  free_menu (menu);
  teardown ();
}

/* libpurple knows its user interface from the start to the end: one run for each ("pidgin" behind the options).
 */
int
main (int argc, char **argv)
{
  gboolean pidgin;
  int result;

  g_test_init (&argc, &argv, NULL);
  pidgin = argc > 1 && g_str_equal (argv[1], "pidgin");
  fake_purple_start (pidgin ? "gtk-gaim" : "test");
  account = fake_purple_account ("alice@example.org");
  trace = g_string_new (NULL);

  if (pidgin)
    g_test_add_func ("/menus/pidgin-labels", test_pidgin_labels);
  else
    {
      g_test_add_func ("/menus/buddy", test_buddy);
      g_test_add_func ("/menus/R24-video", test_R24_video);
      g_test_add_func ("/menus/menu-asks", test_menu_asks);
      g_test_add_func ("/menus/number", test_number);
      g_test_add_func ("/menus/hang-up", test_hang_up);
      g_test_add_func ("/menus/by-xmpp", test_by_xmpp);
      g_test_add_func ("/menus/room", test_room);
      g_test_add_func ("/menus/actions", test_actions);
    }
  result = g_test_run ();

  g_string_free (trace, TRUE);
  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
