/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rooms and bridges as people meet them (R38 to R41, T8): what is offered and with which words, that nothing is
 * joined or dialled without a click, and one list of who is in. Real conferences over a fake port, a host that
 * keeps its dialogs as Pidgin and Finch do.
 */
#include "fakephone.h"

#include "conferences.h"
#include "dialling.h"
#include "error.h"
#include "fake-people.h"
#include "notices-private.h"
#include "notices.h"
#include "questions.h"
#include "rooms.h"

#include <purple.h>
#include <string.h>

#define MAX_BUTTONS 4
#define ROOM "dev@conference.example.org"
#define FOREIGN "dev@conference.evil.example"

/* What happened: "join ...", "click ...", "write ROOM: ...", "error: ..." */
static GString *trace;

static PurpleAccount *account;
static FakePeople *people;

static void
assert_trace (const char *expected)
{
  g_assert_cmpstr (trace->str, ==, expected);
  g_string_truncate (trace, 0);
}

/* ------------------------------------------------------------- other parts */

void
cusax_notices_write (PurpleConversation *conversation, const char *text, PurpleMessageFlags flags)
{
  g_string_append_printf (trace, "write %s: %s\n", purple_conversation_get_name (conversation), text);
}

void
cusax_notices_error (PurpleAccount *of, const char *who, const char *text)
{
  g_string_append_printf (trace, "error: %s\n", text);
}

gboolean
cusax_dialling_click (PurpleAccount *of, const char *who, GError **error)
{
  g_string_append_printf (trace, "click %s\n", who);
  return TRUE;
}

/* The question to a room, answered by the test. */
static struct
{
  CusaxRoomsBridge done;
  gpointer user_data;
  PurpleConnection *gc;
  char *room;
} question;

gboolean
cusax_rooms_ask_bridge (PurpleConnection *gc, const char *room, CusaxRoomsBridge done, gpointer user_data)
{
  g_free (question.room);
  question.done = done;
  question.user_data = user_data;
  question.gc = gc;
  question.room = g_strdup (room);
  return TRUE;
}

static void
answer_bridge (const char *uri)
{
  g_assert_nonnull (question.done);
  question.done (question.user_data, question.gc, question.room, uri);
}

/* Rooms at a domain with "open" in it show who people are. */
char *
cusax_rooms_get_real_jid (PurpleConnection *gc, const char *room, const char *nick)
{
  return strstr (room, "@open.") != NULL ? g_strconcat (nick, "@example.org", NULL) : NULL;
}

static CusaxConference *conference;

CusaxConference *
cusax_account_get_conference (CusaxAccount *phone, CusaxCall *call)
{
  return conference;
}

static CusaxSipSubscription subscription;
static const CusaxSipSubscriptionListener *subscriber;
static gpointer subscriber_data;

static void
release (CusaxSipSubscription *of)
{
}

static CusaxSipSubscription *
subscribe (CusaxSipPort *port, const CusaxAddress *target, const char *event, const char *accept,
           const CusaxSipSubscriptionListener *listener, gpointer user_data, GError **error)
{
  static const CusaxSipSubscriptionVtable vtable = { release };

  subscription.vtable = &vtable;
  subscriber = listener;
  subscriber_data = user_data;
  return &subscription;
}

static const CusaxSipPortVtable sip_vtable = { .subscribe = subscribe };
static CusaxSipPort sip = { &sip_vtable };

/* ------------------------------------------------------------------ host */

typedef struct
{
  PurpleRequestType type;
  char *primary, *secondary;
  char *buttons[MAX_BUTTONS];
  GCallback callbacks[MAX_BUTTONS];
  gsize n_buttons;
  int default_button;
  gpointer data;
  PurpleRequestFields *fields;
} Dialog;

static GPtrArray *dialogs;
static gboolean is_finch;

static void
dialog_free (Dialog *dialog)
{
  g_free (dialog->primary);
  g_free (dialog->secondary);
  for (gsize i = 0; i < dialog->n_buttons; i++)
    g_free (dialog->buttons[i]);
  g_clear_pointer (&dialog->fields, purple_request_fields_destroy);
  g_free (dialog);
}

static Dialog *
open_dialog (PurpleRequestType type, const char *primary, const char *secondary, gpointer data)
{
  Dialog *dialog = g_new0 (Dialog, 1);

  dialog->type = type;
  dialog->primary = g_strdup (primary);
  dialog->secondary = g_strdup (secondary);
  dialog->data = data;
  g_ptr_array_add (dialogs, dialog);
  return dialog;
}

static void
add_button (Dialog *dialog, const char *text, GCallback callback)
{
  g_assert_cmpuint (dialog->n_buttons, <, MAX_BUTTONS);
  g_assert_null (strchr (text, '_')); /* Finch prints it */
  dialog->buttons[dialog->n_buttons] = g_strdup (text);
  dialog->callbacks[dialog->n_buttons++] = callback;
}

static void *
request_action (const char *title, const char *primary, const char *secondary, int default_action,
                PurpleAccount *of, const char *who, PurpleConversation *conversation, void *data, size_t count,
                va_list actions)
{
  Dialog *dialog = open_dialog (PURPLE_REQUEST_ACTION, primary, secondary, data);

  dialog->default_button = default_action;
  for (size_t i = 0; i < count; i++)
    {
      const char *text = va_arg (actions, const char *);
      add_button (dialog, text, va_arg (actions, GCallback));
    }
  return dialog;
}

static void *
request_fields (const char *title, const char *primary, const char *secondary, PurpleRequestFields *fields,
                const char *ok_text, GCallback ok, const char *cancel_text, GCallback cancel, PurpleAccount *of,
                const char *who, PurpleConversation *conversation, void *data)
{
  Dialog *dialog = open_dialog (PURPLE_REQUEST_FIELDS, primary, secondary, data);

  dialog->fields = fields;
  add_button (dialog, ok_text, ok);
  add_button (dialog, cancel_text, cancel);
  return dialog;
}

static void
close_request (PurpleRequestType type, void *handle)
{
  Dialog *dialog = handle;
  guint index;

  g_assert_true (g_ptr_array_find (dialogs, dialog, &index));
  g_ptr_array_steal_index (dialogs, index);
  if (is_finch && dialog->type == PURPLE_REQUEST_FIELDS)
    ((PurpleRequestFieldsCb) dialog->callbacks[1]) (dialog->data, dialog->fields);
  dialog_free (dialog);
}

static PurpleRequestUiOps request_ops
  = { .request_action = request_action, .request_fields = request_fields, .close_request = close_request };

static Dialog *
the_dialog (void)
{
  g_assert_cmpuint (dialogs->len, ==, 1);
  return g_ptr_array_index (dialogs, 0);
}

/* As hosts do: the callback, which may open another dialog, then the end of the window. */
static void
press (const char *button)
{
  Dialog *dialog = the_dialog ();
  gsize i = 0;

  while (i < dialog->n_buttons && !g_str_equal (dialog->buttons[i], button))
    i++;
  g_assert_cmpuint (i, <, dialog->n_buttons);
  if (dialog->type == PURPLE_REQUEST_ACTION)
    ((PurpleRequestActionCb) dialog->callbacks[i]) (dialog->data, (int) i);
  else
    ((PurpleRequestFieldsCb) dialog->callbacks[i]) (dialog->data, dialog->fields);
  purple_request_close (dialog->type, dialog);
}

/* A list: Finch counts the lines of a choice field from 1, and would join the next room. */
static PurpleRequestField *
room_field (void)
{
  PurpleRequestField *field = purple_request_fields_get_field (the_dialog ()->fields, "room");

  g_assert_cmpint (purple_request_field_get_type (field), ==, PURPLE_REQUEST_FIELD_LIST);
  g_assert_false (purple_request_field_list_get_multi_select (field));
  return field;
}

static const char *
label (guint index)
{
  return g_list_nth_data (purple_request_field_list_get_items (room_field ()), index);
}

static void
pick (guint index)
{
  purple_request_field_list_clear_selected (room_field ());
  purple_request_field_list_add_selected (room_field (), label (index));
  press ("Join text chat");
}

static void
assert_dialog (const char *primary, const char *secondary, int default_button)
{
  Dialog *dialog = the_dialog ();

  g_assert_cmpstr (dialog->primary, ==, primary);
  g_assert_cmpstr (dialog->secondary, ==, secondary);
  g_assert_cmpuint (dialog->n_buttons, ==, 2);
  g_assert_cmpstr (dialog->buttons[0], ==, "Join text chat");
  g_assert_cmpstr (dialog->buttons[1], ==, "Not now");
  g_assert_cmpint (dialog->default_button, ==, default_button);
}

#define ONE "The conference has a text chat. Do you want to join it?"
#define SEVERAL "The conference has several text chats. Which one?"
#define WARNING(domain)                                                                                        \
  "\n\nAttention: the room is at another service, " domain                                                     \
  ". Whoever runs it reads what is written there, and nothing "                                                \
  "proves that it belongs to this conference."

/* ------------------------------------------------------------------ world */

static CusaxCall *call;
static guint version;

static GHashTable *
chat_info_defaults (PurpleConnection *gc, const char *name)
{
  GHashTable *components = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  g_hash_table_insert (components, (gpointer) "room", g_strdup (name));
  return components;
}

static void
join_chat (PurpleConnection *gc, GHashTable *components)
{
  g_string_append_printf (trace, "join %s\n", (char *) g_hash_table_lookup (components, "room"));
}

static void
enter (const char *room)
{
  static int last_id;

  serv_got_joined_chat (purple_account_get_connection (account), ++last_id, room);
}

static PurpleConversation *
find_chat (const char *room)
{
  return purple_find_conversation_with_account (PURPLE_CONV_TYPE_CHAT, room, account);
}

static void
leave (const char *room)
{
  serv_got_chat_left (purple_account_get_connection (account),
                      purple_conv_chat_get_id (PURPLE_CONV_CHAT (find_chat (room))));
}

static void
on_conference (gpointer user_data, CusaxConference *of)
{
  cusax_conferences_update (account, call, of);
}

static void
on_contact (gpointer user_data, CusaxDirectory *of, const char *jid)
{
}

static void
add_card (const char *jid, const char *tel)
{
  g_autofree char *card = fake_people_card ((const char *[]){ tel, NULL });

  cusax_directory_add_contact (fake_phone.directory, jid);
  cusax_directory_take (fake_phone.directory, jid, card, strlen (card));
}

static void
setup (gboolean finch)
{
  static const CusaxDirectoryListener directory_listener = { on_contact };
  static const CusaxConferenceListener listener = { on_conference };
  g_autoptr (CusaxAddress) focus = cusax_address_parse_uri ("sip:conf1@example.org", NULL);

  is_finch = finch;
  people = fake_people_new ();
  fake_phone_reset ("alice@example.org");
  fake_phone.directory = cusax_directory_new (
    &(CusaxDirectoryPorts){ &people->clock, fake_people_wall_time, &people->cards, &people->store },
    &directory_listener, NULL);
  cusax_directory_configure (fake_phone.directory, fake_phone.config);
  add_card ("bob@example.org", "sip:bob@example.org");
  add_card ("carol@evil.example", "sip:carol@example.org");
  call = fake_call_new (1, CUSAX_CALL_ACTIVE, "conf1@example.org");
  call->peer = cusax_address_ref (focus);
  g_ptr_array_add (fake_phone.calls, call);
  version = 0;
  conference = cusax_conference_new (&sip, &people->clock, focus, &listener, NULL);
  cusax_conferences_listen ();
}

/* Another one behind the same call. */
static void
use_focus (const char *uri)
{
  static const CusaxConferenceListener listener = { on_conference };
  g_autoptr (CusaxAddress) focus = cusax_address_parse_uri (uri, NULL);

  cusax_conference_free (conference);
  conference = cusax_conference_new (&sip, &people->clock, focus, &listener, NULL);
}

static void
end_call (void)
{
  cusax_conferences_end (account, call);
  g_clear_pointer (&conference, cusax_conference_free);
  if (call == NULL)
    return;
  g_ptr_array_remove (fake_phone.calls, call);
  fake_call_free (call);
  call = NULL;
}

static void
teardown (void)
{
  GList *chats;

  end_call ();
  g_assert_cmpuint (dialogs->len, ==, 0);
  while ((chats = purple_get_chats ()) != NULL)
    purple_conversation_destroy (chats->data);
  cusax_conferences_forget (account);
  cusax_conferences_unlisten ();
  assert_trace ("");
  g_clear_pointer (&fake_phone.directory, cusax_directory_free);
  g_clear_pointer (&people, fake_people_free);
  fake_phone_reset (NULL);
}

/* @rooms: as the conference lists them. @users: XML. */
static void
notify (const char *const *rooms, const char *users)
{
  g_autoptr (GString) xml = g_string_new (NULL);

  g_string_append_printf (
    xml,
    "<conference-info xmlns='urn:ietf:params:xml:ns:conference-info' state='full' version='%u' "
    "entity='sip:conf1@example.org'><conference-description><service-uris>",
    ++version);
  for (; *rooms != NULL; rooms++)
    g_string_append_printf (xml, "<entry><uri>%s</uri><purpose>grouptextchat</purpose></entry>", *rooms);
  g_string_append_printf (xml, "</service-uris></conference-description><users>%s</users></conference-info>",
                          users);
  subscriber->on_notify (subscriber_data, "application/conference-info+xml", xml->str, xml->len);
}

#define ROOMS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define NO_ROOMS ((const char *const[]){ NULL })

/* -------------------------------------------------- a conference's rooms (R39) */

static void
test_R39_same_service (gconstpointer finch)
{
  setup (finch != NULL);
  notify (NO_ROOMS, "");
  g_assert_cmpuint (dialogs->len, ==, 0);
  notify (ROOMS ("xmpp:dev@example.org"), "");
  assert_dialog (ONE, "Room: dev@example.org\nConference: sip:conf1@example.org", 0);
  assert_trace ("");
  press ("Join text chat");
  assert_trace ("join dev@example.org\n");
  enter ("dev@example.org");
  assert_trace ("write dev@example.org: This is dev@example.org, the text chat of the conference "
                "sip:conf1@example.org that "
                "you are in by voice.\n");

  /* Told once. */
  notify (ROOMS ("xmpp:dev@example.org"), "");
  g_assert_cmpuint (dialogs->len, ==, 0);

  /* R41: the end of the call is not the end of the chat, and that is said. */
  end_call ();
  assert_trace (
    "write dev@example.org: The call to the conference has ended; you are still in its text chat.\n");
  teardown ();
}

/* T8: the full address and a warning with the domain, the safe button first in reach, nothing by itself. */
static void
test_T8_foreign (gconstpointer finch)
{
  setup (finch != NULL);
  notify (ROOMS ("xmpp:" FOREIGN), "");
  assert_dialog (ONE,
                 "Room: " FOREIGN "\nConference: sip:conf1@example.org" WARNING ("conference.evil.example"), 1);
  assert_trace ("");
  press ("Not now");
  assert_trace ("");
  notify (ROOMS ("xmpp:" FOREIGN), "");
  g_assert_cmpuint (dialogs->len, ==, 0);
  teardown ();
}

static void
test_T8_foreign_joined (void)
{
  setup (FALSE);
  notify (ROOMS ("xmpp:" FOREIGN), "");
  press ("Join text chat");
  assert_trace ("join " FOREIGN "\n");
  teardown ();
}

/* PBXs give the address of a machine as the focus: what was dialled names the conference, what a caller says of
 * himself does not. */
static void
test_T8_focus_without_name (gconstpointer outgoing)
{
  setup (FALSE);
  use_focus ("sip:conf1@192.0.2.7:5070");
  call->outgoing = outgoing != NULL;
  notify (ROOMS ("xmpp:" ROOM), "");
  if (outgoing != NULL)
    assert_dialog (ONE, "Room: " ROOM "\nConference: sip:conf1@192.0.2.7:5070", 0);
  else
    assert_dialog (
      ONE, "Room: " ROOM "\nConference: sip:conf1@192.0.2.7:5070" WARNING ("conference.example.org"), 1);
  press ("Not now");
  teardown ();
}

static void
test_R39_several (gconstpointer finch)
{
  setup (finch != NULL);
  notify (ROOMS ("xmpp:dev@example.org", "xmpp:" FOREIGN, "sip:other@example.org"), "");
  assert_dialog (SEVERAL, "Conference: sip:conf1@example.org", 0);
  g_assert_cmpstr (label (0), ==, "1. dev@example.org");
  g_assert_cmpstr (label (1), ==, "2. " FOREIGN " (another service)");
  g_assert_null (label (2));
  pick (0);
  assert_trace ("join dev@example.org\n");
  teardown ();

  setup (finch != NULL);
  notify (ROOMS ("xmpp:dev@example.org", "xmpp:" FOREIGN), "");
  Dialog *first = the_dialog ();
  purple_request_field_list_clear_selected (room_field ());
  purple_request_field_list_add_selected (room_field (), label (1));
  ((PurpleRequestFieldsCb) first->callbacks[0]) (first->data, first->fields);
  purple_request_close (first->type, first);
  assert_dialog (ONE,
                 "Room: " FOREIGN "\nConference: sip:conf1@example.org" WARNING ("conference.evil.example"), 1);
  assert_trace ("");
  press ("Join text chat");
  assert_trace ("join " FOREIGN "\n");
  teardown ();
}

/* A room in which we are already needs no question; one more does, for all that can be joined. */
static void
test_R39_already_in (void)
{
  setup (FALSE);
  enter ("dev@example.org");
  notify (ROOMS ("xmpp:Dev@Example.org"), "");
  g_assert_cmpuint (dialogs->len, ==, 0);
  notify (ROOMS ("xmpp:Dev@Example.org", "xmpp:more@example.org"), "");
  assert_dialog (ONE, "Room: more@example.org\nConference: sip:conf1@example.org", 0);
  press ("Not now");
  teardown ();
}

/* Ever new rooms: three questions, each in place of the one before, then peace. */
static void
test_R39_flood (gconstpointer finch)
{
  setup (finch != NULL);
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *room = g_strdup_printf ("xmpp:r%u@example.org", i);
      notify (ROOMS (room, "xmpp:dev@example.org"), "");
      g_assert_cmpuint (dialogs->len, ==, 1);
    }
  g_assert_cmpstr (label (0), ==, "1. r2@example.org");
  press ("Not now");
  teardown ();
}

/* The call ends under the open question; a host that calls back afterwards finds nothing. */
static void
test_R39_call_ends (void)
{
  setup (FALSE);
  notify (ROOMS ("xmpp:dev@example.org"), "");
  GCallback late = the_dialog ()->callbacks[0];
  gpointer data = the_dialog ()->data;
  end_call ();
  g_assert_cmpuint (dialogs->len, ==, 0);
  ((PurpleRequestActionCb) late) (data, 0);
  ((PurpleRequestActionCb) late) (NULL, 0);
  assert_trace ("");
  teardown ();
}

static void
on_dial_answer (PurpleAccount *of, CusaxDial *dial, CusaxQuestionPurpose purpose, CusaxQuestionAnswer answer,
                const CusaxDialable *choice)
{
  g_string_append (trace, "answered\n");
}

/* Asks before a call, often enough that what its callbacks carry equals @data. */
static Dialog *
ask_cost (gpointer data)
{
  g_autoptr (CusaxAddress) number = cusax_address_parse_target ("+33177624339", "example.org", NULL);
  Dialog *dialog = NULL;

  while (dialog == NULL || dialog->data != data)
    {
      cusax_questions_ask (account, fake_phone.config,
                           cusax_dial_address (fake_phone.directory, fake_phone.config, number, NULL),
                           (CusaxQuestionPurpose){ 0, FALSE }, on_dial_answer);
      dialog = g_ptr_array_index (dialogs, dialogs->len - 1);
    }
  return dialog;
}

/* libpurple's handles are one for all who ask: closing one question leaves those of others alone. */
static void
test_R39_closes_its_own (void)
{
  setup (FALSE);
  notify (ROOMS ("xmpp:dev@example.org"), "");
  Dialog *dial = ask_cost (the_dialog ()->data);
  g_assert_cmpuint (dialogs->len, ==, 2);
  end_call ();
  g_assert_true (the_dialog () == dial);
  press ("Call");
  assert_trace ("answered\n");
  teardown ();
}

static void
test_R39_twice (void)
{
  setup (FALSE);
  notify (ROOMS ("xmpp:dev@example.org"), "");
  GCallback again = the_dialog ()->callbacks[0];
  gpointer data = the_dialog ()->data;
  press ("Join text chat");
  ((PurpleRequestActionCb) again) (data, 0);
  assert_trace ("join dev@example.org\n");
  teardown ();
}

static void
test_R39_chat_down (void)
{
  setup (FALSE);
  notify (ROOMS ("xmpp:dev@example.org"), "");
  purple_account_get_connection (account)->state = PURPLE_DISCONNECTED;
  press ("Join text chat");
  purple_account_get_connection (account)->state = PURPLE_CONNECTED;
  assert_trace ("error: Chat is not connected: the room cannot be joined now.\n");
  teardown ();
}

/* ----------------------------------------------------------- a room's bridge (R40) */

static gboolean
join_audio (const char *room)
{
  g_autoptr (GError) error = NULL;
  gboolean joined = cusax_conferences_join_audio (account, room, &error);

  g_assert_true (joined == (error == NULL));
  return joined;
}

static PurpleMenuAction *
menu_entry (const char *room)
{
  GList *menu = purple_conversation_get_extended_menu (find_chat (room));
  PurpleMenuAction *entry = menu != NULL ? menu->data : NULL;

  g_assert_cmpuint (g_list_length (menu), <=, 1);
  g_list_free (menu);
  return entry;
}

static void
test_R40_bridge (void)
{
  setup (FALSE);
  enter (ROOM);
  g_assert_false (join_audio (ROOM));
  g_assert_null (menu_entry (ROOM));
  answer_bridge ("sip:conf1@example.org");
  assert_trace (
    "write " ROOM
    ": This room can also be heard: it names the conference sip:conf1@example.org. /joinaudio calls "
    "there.\n");
  g_assert_cmpstr (cusax_conferences_get_bridge (account, "Dev@Conference.Example.ORG"), ==,
                   "sip:conf1@example.org");
  g_assert_null (cusax_conferences_get_bridge (account, "other@conference.example.org"));
  g_assert_null (cusax_conferences_get_bridge (account, NULL));
  g_assert_true (join_audio (ROOM));
  assert_trace ("click sip:conf1@example.org\n");

  PurpleMenuAction *entry = menu_entry (ROOM);
  g_assert_cmpstr (entry->label, ==, "Join audio (sip:conf1@example.org)");
  ((void (*) (PurpleConversation *, gpointer)) entry->callback) (find_chat (ROOM), entry->data);
  assert_trace ("click sip:conf1@example.org\n");
  purple_menu_action_free (entry);

  leave (ROOM);
  g_assert_false (join_audio (ROOM));
  assert_trace ("");
  teardown ();
}

/* What a room's owner may write: nothing of it is dialled, or shown as something that could be. */
static void
test_R40_hostile (void)
{
  static const char *const uris[] = { NULL,
                                      "",
                                      "tel:",
                                      "tel:zero",
                                      "xmpp:dev@example.org",
                                      "http://example.org",
                                      "conf1@example.org",
                                      "sip:",
                                      "sip:conf1@example.org, sip:other@example.org",
                                      "javascript:alert(1)" };

  setup (FALSE);
  enter (ROOM);
  for (gsize i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      answer_bridge (uris[i]);
      assert_trace ("");
      g_assert_false (join_audio (ROOM));
    }

  /* Left before the answer came; and no connection any more. */
  leave (ROOM);
  answer_bridge ("sip:conf1@example.org");
  question.gc = NULL;
  answer_bridge ("sip:conf1@example.org");
  assert_trace ("");
  g_assert_false (join_audio (ROOM));
  teardown ();
}

/* R42: the class of the target is asked about where every click is; a number shows as one. */
static void
test_R40_number (void)
{
  setup (FALSE);
  enter (ROOM);
  answer_bridge ("sip:+33899123456@example.org;user=phone");
  assert_trace ("write " ROOM
                ": This room can also be heard: it names the conference +33899123456. /joinaudio calls "
                "there.\n");
  g_assert_true (join_audio (ROOM));
  assert_trace ("click sip:+33899123456@example.org;user=phone\n");
  answer_bridge ("tel:+33-1-77");
  g_string_truncate (trace, 0);
  g_assert_true (join_audio (ROOM));
  assert_trace ("click sip:+33177@example.org;user=phone\n");
  teardown ();
}

/* The address in the window's menu is the whole address, in a host that reads "_" as the mark of a key, too. */
static void
test_R40_menu_label (gconstpointer pidgin)
{
  PurpleMenuAction *entry;

  setup (FALSE);
  enter (ROOM);
  answer_bridge ("sip:tea_room@example.org");
  g_string_truncate (trace, 0);
  entry = menu_entry (ROOM);
  g_assert_cmpstr (entry->label, ==,
                   pidgin != NULL ? "Join audio (sip:tea__room@example.org)"
                                  : "Join audio (sip:tea_room@example.org)");
  purple_menu_action_free (entry);
  teardown ();
}

/* T12: a room is one account's; and what signs off forgets. */
static void
test_T12_accounts (void)
{
  PurpleAccount *other = fake_purple_account ("carol@example.org");

  setup (FALSE);
  enter (ROOM);
  answer_bridge ("sip:conf1@example.org");
  g_string_truncate (trace, 0);
  g_assert_null (cusax_conferences_get_bridge (other, ROOM));
  purple_signal_emit (purple_connections_get_handle (), "signed-off", purple_account_get_connection (account));
  g_assert_null (cusax_conferences_get_bridge (account, ROOM));
  teardown ();
}

/* ------------------------------------------------------------------ people (R41) */

static void
add_nick (const char *room, const char *nick)
{
  purple_conv_chat_add_user (PURPLE_CONV_CHAT (find_chat (room)), nick, NULL, PURPLE_CBFLAGS_NONE, FALSE);
}

static void
assert_people (const char *room, const char *expected)
{
  g_autofree char *text = cusax_conferences_list_people (account, room);

  g_assert_cmpstr (text, ==, expected);
}

#define USER(uri, name)                                                                                        \
  "<user entity='" uri "'><display-text>" name "</display-text><endpoint entity='" uri "'>"                    \
  "<status>connected</status></endpoint></user>"

static void
test_R41_people (void)
{
  setup (FALSE);
  end_call ();
  assert_people (NULL, "There is no room here, and no call to a conference.");
  teardown ();

  /* A room of the conference that shows who people are: the strong binding makes one line. */
  setup (FALSE);
  enter ("dev@open.example.org");
  add_nick ("dev@open.example.org", "bob");
  add_nick ("dev@open.example.org", "zoe");
  assert_people ("dev@open.example.org", "bob: text\nzoe: text");
  answer_bridge ("sip:conf1@example.org");
  g_string_truncate (trace, 0);
  notify (NO_ROOMS, USER ("sip:bob@example.org", "Robert") USER ("sip:dan@example.net", "bobby"));
  assert_people ("dev@open.example.org", "bob: text and voice\nbobby (sip:dan@example.net): voice\nzoe: text");
  assert_people (NULL, "bob: text and voice\nbobby (sip:dan@example.net): voice\nzoe: text");
  teardown ();
}

/* A conference elsewhere that names our room does not put its people there before the person joined them. */
static void
test_R41_both_must_agree (void)
{
  setup (FALSE);
  enter (FOREIGN);
  add_nick (FOREIGN, "bob");
  notify (ROOMS ("xmpp:" FOREIGN), USER ("sip:bob@example.org", "Robert"));
  assert_people (FOREIGN, "bob: text");
  assert_people (NULL, "Robert (sip:bob@example.org): voice");
  teardown ();

  setup (FALSE);
  notify (ROOMS ("xmpp:" FOREIGN), USER ("sip:bob@example.org", "Robert"));
  press ("Join text chat");
  enter (FOREIGN);
  g_string_truncate (trace, 0);
  add_nick (FOREIGN, "bob");
  /* Anonymous: two lines. */
  assert_people (FOREIGN, "bob: text\nRobert (sip:bob@example.org): voice");
  end_call ();
  g_string_truncate (trace, 0);
  teardown ();
}

/* Who calls us may say that he is the room's bridge; what we dialled is it. */
static void
test_R41_claimed_bridge (gconstpointer outgoing)
{
  setup (FALSE);
  use_focus ("sip:mallory@192.0.2.7");
  call->outgoing = outgoing != NULL;
  enter (ROOM);
  answer_bridge ("sip:conf1@example.org");
  g_string_truncate (trace, 0);
  notify (NO_ROOMS, USER ("sip:carol@example.net", "Carol"));
  assert_people (ROOM, outgoing != NULL ? "Carol (sip:carol@example.net): voice" : "Nobody is in.");
  teardown ();
}

int
main (int argc, char **argv)
{
  const char *pidgin;
  int result;

  g_test_init (&argc, &argv, NULL);
  pidgin = argc > 1 && g_str_equal (argv[1], "pidgin") ? argv[1] : NULL;
  fake_purple_start (pidgin != NULL ? "gtk-gaim" : "unit");
  purple_request_set_ui_ops (&request_ops);
  dialogs = g_ptr_array_new ();
  trace = g_string_new (NULL);
  account = fake_purple_account ("alice@example.org");
  fake_purple_connect (account, TRUE);
  PURPLE_PLUGIN_PROTOCOL_INFO (cusax_connection_get_plugin ())->chat_info_defaults = chat_info_defaults;
  PURPLE_PLUGIN_PROTOCOL_INFO (cusax_connection_get_plugin ())->join_chat = join_chat;
  PURPLE_PLUGIN_PROTOCOL_INFO (cusax_connection_get_plugin ())->normalize = purple_normalize_nocase;

  g_test_add_data_func ("/conferences/R39-same-service", NULL, test_R39_same_service);
  g_test_add_data_func ("/conferences/finch/R39-same-service", "finch", test_R39_same_service);
  g_test_add_data_func ("/conferences/T8-foreign", NULL, test_T8_foreign);
  g_test_add_data_func ("/conferences/finch/T8-foreign", "finch", test_T8_foreign);
  g_test_add_func ("/conferences/T8-foreign-joined", test_T8_foreign_joined);
  g_test_add_data_func ("/conferences/T8-focus-without-name/dialled", "outgoing", test_T8_focus_without_name);
  g_test_add_data_func ("/conferences/T8-focus-without-name/called-us", NULL, test_T8_focus_without_name);
  g_test_add_data_func ("/conferences/R39-several", NULL, test_R39_several);
  g_test_add_func ("/conferences/R39-already-in", test_R39_already_in);
  g_test_add_data_func ("/conferences/R39-flood", NULL, test_R39_flood);
  g_test_add_data_func ("/conferences/finch/R39-flood", "finch", test_R39_flood);
  g_test_add_func ("/conferences/R39-call-ends", test_R39_call_ends);
  g_test_add_func ("/conferences/R39-closes-its-own", test_R39_closes_its_own);
  g_test_add_func ("/conferences/R39-twice", test_R39_twice);
  g_test_add_func ("/conferences/R39-chat-down", test_R39_chat_down);
  g_test_add_func ("/conferences/R40-bridge", test_R40_bridge);
  g_test_add_func ("/conferences/R40-hostile", test_R40_hostile);
  g_test_add_data_func ("/conferences/R40-menu-label", pidgin, test_R40_menu_label);
  g_test_add_func ("/conferences/R40-R42-number", test_R40_number);
  g_test_add_func ("/conferences/T12-accounts", test_T12_accounts);
  g_test_add_func ("/conferences/R41-people", test_R41_people);
  g_test_add_func ("/conferences/R41-both-must-agree", test_R41_both_must_agree);
  g_test_add_data_func ("/conferences/R41-claimed-bridge/dialled", "outgoing", test_R41_claimed_bridge);
  g_test_add_data_func ("/conferences/R41-claimed-bridge/called-us", NULL, test_R41_claimed_bridge);
  result = g_test_run ();

  g_free (question.room);
  g_ptr_array_unref (dialogs);
  g_string_free (trace, TRUE);
  fake_purple_connect (account, FALSE);
  fake_purple_stop ();
  return result;
}
