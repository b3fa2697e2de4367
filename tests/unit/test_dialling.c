/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a click to a call, with the real directory and its memory: what is asked, by which words and buttons,
 * what each answer does, and what an answer means that comes late, twice or never.
 */
#include "fakephone.h"

#include "dialling.h"
#include "error.h"
#include "fake-people.h"
#include "notices.h"

#include <purple.h>
#include <string.h>

#define MAX_BUTTONS 4

/** Dialog: one on the screen. */
typedef struct
{
  PurpleRequestType type;
  char *title, *primary, *secondary;
  char *buttons[MAX_BUTTONS];
  GCallback callbacks[MAX_BUTTONS];
  gsize n_buttons;
  int default_button;
  gpointer data;
  PurpleRequestFields *fields;
} Dialog;

static PurpleAccount *account;
static FakePeople *people;
static CusaxDirectory *directory;
static GPtrArray *dialogs;
static GString *told;     /* "who: words\n" */
static gboolean is_finch; /* the host calls back once more for the end of a window of fields */

/* ------------------------------------------------------------------ host */

void
cusax_notices_error (PurpleAccount *of, const char *who, const char *text)
{
  g_string_append_printf (told, "%s: %s\n", who, text);
}

static void
dialog_free (gpointer data)
{
  Dialog *dialog = data;

  g_free (dialog->title);
  g_free (dialog->primary);
  g_free (dialog->secondary);
  for (gsize i = 0; i < dialog->n_buttons; i++)
    g_free (dialog->buttons[i]);
  g_clear_pointer (&dialog->fields, purple_request_fields_destroy);
  g_free (dialog);
}

static Dialog *
open_dialog (PurpleRequestType type, const char *title, const char *primary, const char *secondary,
             gpointer data)
{
  Dialog *dialog = g_new0 (Dialog, 1);

  dialog->type = type;
  dialog->title = g_strdup (title);
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
  Dialog *dialog = open_dialog (PURPLE_REQUEST_ACTION, title, primary, secondary, data);

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
  Dialog *dialog = open_dialog (PURPLE_REQUEST_FIELDS, title, primary, secondary, data);

  dialog->fields = fields;
  add_button (dialog, ok_text, ok);
  add_button (dialog, cancel_text, cancel);
  return dialog;
}

static void *
request_input (const char *title, const char *primary, const char *secondary, const char *value,
               gboolean multiline, gboolean masked, gchar *hint, const char *ok_text, GCallback ok,
               const char *cancel_text, GCallback cancel, PurpleAccount *of, const char *who,
               PurpleConversation *conversation, void *data)
{
  Dialog *dialog = open_dialog (PURPLE_REQUEST_INPUT, title, primary, secondary, data);

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

static PurpleRequestUiOps request_ops = { .request_action = request_action,
                                          .request_fields = request_fields,
                                          .request_input = request_input,
                                          .close_request = close_request };

static Dialog *
the_dialog (void)
{
  g_assert_cmpuint (dialogs->len, ==, 1);
  return g_ptr_array_index (dialogs, 0);
}

/* As hosts do: the callback, then the end of the window. */
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

/* Escape: Pidgin tells nobody. */
static void
close_window (void)
{
  Dialog *dialog = the_dialog ();

  purple_request_close (dialog->type, dialog);
}

static void
assert_dialog (const char *primary, const char *secondary, const char *const *buttons)
{
  Dialog *dialog = the_dialog ();

  g_assert_cmpstr (dialog->primary, ==, primary);
  if (secondary != NULL)
    g_assert_cmpstr (dialog->secondary, ==, secondary);
  g_assert_cmpuint (dialog->n_buttons, ==, g_strv_length ((char **) buttons));
  for (gsize i = 0; i < dialog->n_buttons; i++)
    g_assert_cmpstr (dialog->buttons[i], ==, buttons[i]);
  g_assert_cmpint (dialog->default_button, ==, 0);
}

static const char *const cost_buttons[] = { "Call", "Chat instead", "Always for this number", NULL };
static const char *const yes_no[] = { "Call", "Cancel", NULL };

/* ----------------------------------------------------------------- people */

static void
on_contact (gpointer user_data, CusaxDirectory *of, const char *jid)
{
}

static void
add_contact (const char *jid, const char *const *tels)
{
  g_autofree char *card = tels != NULL ? fake_people_card (tels) : NULL;

  cusax_directory_add_contact (directory, jid);
  if (card != NULL)
    cusax_directory_take (directory, jid, card, strlen (card));
  if (purple_find_buddy (account, jid) == NULL)
    purple_blist_add_buddy (purple_buddy_new (account, jid, NULL), NULL, NULL, NULL);
}

static void
begin (void)
{
  static const CusaxDirectoryListener listener = { on_contact };
  CusaxDirectoryPorts ports = { &people->clock, fake_people_wall_time, &people->cards, &people->store };

  fake_phone_reset ("alice@example.org");
  fake_phone.state = CUSAX_PHONE_UP;
  fake_phone.server = "sip.example.org";
  directory = cusax_directory_new (&ports, &listener, NULL);
  cusax_directory_configure (directory, fake_phone.config);
  fake_phone.directory = directory;
  add_contact ("bob@example.org", NULL);
  add_contact ("carol@example.org", (const char *[]){ "+33.1.77.62.43.39", NULL });
  add_contact ("dave@other.example", (const char *[]){ "sip:dave@other.example", NULL });
  add_contact ("erin@example.org", (const char *[]){ "sip:erin@example.org", "sip:mobile@example.org", NULL });
  add_contact ("frank@elsewhere.example", NULL);
  add_contact ("ulla@example.org", (const char *[]){ "112", NULL });
}

static void
end (void)
{
  cusax_dialling_forget (account);
  g_assert_cmpuint (dialogs->len, ==, 0);
  g_assert_cmpstr (told->str, ==, "");
  g_clear_pointer (&directory, cusax_directory_free);
  fake_phone_reset (NULL);
}

static void
setup (gboolean finch)
{
  is_finch = finch;
  people = fake_people_new ();
  begin ();
}

static void
teardown (void)
{
  end ();
  g_clear_pointer (&people, fake_people_free);
}

static void
click (const char *who)
{
  g_autoptr (GError) error = NULL;
  gboolean done = cusax_dialling_click (account, who, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
typed (const char *text)
{
  g_autoptr (GError) error = NULL;
  gboolean done = cusax_dialling_typed (account, text, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
assert_dialled (const char *expected)
{
  g_assert_cmpstr (fake_phone.dialled, ==, expected);
  g_clear_pointer (&fake_phone.dialled, g_free);
}

static void
assert_told (const char *expected)
{
  g_assert_cmpstr (told->str, ==, expected);
  g_string_truncate (told, 0);
}

/* ------------------------------------------------------------------ cases */

/* R22, R25: a call within the service begins at once; R42: and so does an emergency call. */
static void
test_at_once (void)
{
  setup (FALSE);
  click ("bob@example.org/desk");
  assert_dialled ("sip:bob@example.org bob@example.org");
  click ("ulla@example.org");
  assert_dialled ("sip:112@example.org;user=phone ulla@example.org");
  g_assert_cmpuint (dialogs->len, ==, 0);
  teardown ();
}

/* P25: with a picture, through the same questions; where none can be shown nothing is asked and nobody called. */
static void
test_P25_video (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;

  setup (FALSE);
  fake_phone.can_video = TRUE;
  g_assert_true (cusax_dialling_click_video (account, "bob@example.org/desk", NULL));
  assert_dialled ("sip:bob@example.org bob@example.org video");
  g_assert_true (cusax_dialling_typed_video (account, "sip:x@other.example", NULL));
  assert_dialled ("sip:x@other.example sip:x@other.example video");
  g_assert_true (cusax_dialling_click_video (account, "carol@example.org", NULL));
  assert_dialled (NULL);
  press ("Call");
  assert_dialled ("sip:+33177624339@example.org;user=phone carol@example.org video");
  click ("bob@example.org");
  assert_dialled ("sip:bob@example.org bob@example.org");

  fake_phone.dial_error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_MEDIA, "the camera is in use");
  g_assert_false (cusax_dialling_click_video (account, "bob@example.org", &error));
  g_assert_cmpstr (error->message, ==, "The call with a picture cannot begin: the camera is in use.");
  g_clear_pointer (&fake_phone.dialled, g_free);
  g_clear_error (&fake_phone.dial_error);
  fake_phone.can_video = FALSE;
  fake_phone.video_missing = "no camera was found";
  g_assert_false (cusax_dialling_click_video (account, "carol@example.org", &again));
  g_assert_cmpstr (again->message, ==, "This computer cannot show your picture: no camera was found.");
  g_assert_cmpuint (dialogs->len, ==, 0);
  assert_dialled (NULL);
  teardown ();
}

/* P25: "Dial..." has a box for the picture where one can be shown. */
static void
test_P25_dial_dialog (void)
{
  for (int with = 0; with < 2; with++)
    {
      PurpleRequestFields *fields;

      setup (FALSE);
      fake_phone.can_video = FALSE;
      cusax_dialling_show (account);
      g_assert_cmpint (the_dialog ()->type, ==, PURPLE_REQUEST_INPUT);
      purple_request_close_with_handle (fake_connection);
      fake_phone.can_video = TRUE;
      cusax_dialling_show (account);
      g_assert_cmpint (the_dialog ()->type, ==, PURPLE_REQUEST_FIELDS);
      fields = the_dialog ()->fields;
      purple_request_field_string_set_value (purple_request_fields_get_field (fields, "target"), "bob@example.org");
      purple_request_field_bool_set_value (purple_request_fields_get_field (fields, "video"), with);
      ((PurpleRequestFieldsCb) the_dialog ()->callbacks[0]) (the_dialog ()->data, fields);
      assert_dialled (with ? "sip:bob@example.org bob@example.org video" : "sip:bob@example.org bob@example.org");
      purple_request_close_with_handle (fake_connection);
      teardown ();
    }
}

/* R43: the number stands in the question; "Call" is first and the default, and allows nothing for the next
 * time. */
static void
test_cost (void)
{
  setup (FALSE);
  click ("carol@example.org");
  assert_dialog ("Call carol@example.org at +33177624339?",
                 "+33177624339 calls the telephone network, may be charged.", cost_buttons);
  assert_dialled (NULL);
  press ("Call");
  assert_dialled ("sip:+33177624339@example.org;user=phone carol@example.org");
  click ("carol@example.org");
  close_window ();
  assert_dialled (NULL);
  teardown ();
}

/* R43: for this very number, also after a restart; another number in the card asks again. */
static void
test_cost_always (void)
{
  g_autofree char *card = fake_people_card ((const char *[]){ "+338991234567", NULL });

  setup (FALSE);
  click ("carol@example.org");
  press ("Always for this number");
  assert_dialled ("sip:+33177624339@example.org;user=phone carol@example.org");
  end ();
  begin ();
  click ("carol@example.org");
  assert_dialled ("sip:+33177624339@example.org;user=phone carol@example.org");
  cusax_directory_take (directory, "carol@example.org", card, strlen (card));
  click ("carol@example.org");
  assert_dialog ("Call carol@example.org at +338991234567?", NULL, cost_buttons);
  assert_dialled (NULL);
  teardown ();
}

/* The number that was shown is dialled, whatever the card says when the answer comes. */
static void
test_cost_of_what_was_shown (void)
{
  g_autofree char *card = fake_people_card ((const char *[]){ "+338991234567", NULL });

  setup (FALSE);
  click ("carol@example.org");
  cusax_directory_take (directory, "carol@example.org", card, strlen (card));
  press ("Call");
  assert_dialled ("sip:+33177624339@example.org;user=phone carol@example.org");
  teardown ();
}

static void
test_chat_instead (void)
{
  PurpleConversation *conversation;

  setup (FALSE);
  click ("carol@example.org");
  press ("Chat instead");
  assert_told ("carol@example.org: Chat: not connected.\n");
  fake_purple_connect (account, TRUE);
  click ("carol@example.org");
  press ("Chat instead");
  conversation = purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, "carol@example.org", account);
  g_assert_nonnull (conversation);
  assert_dialled (NULL);
  purple_conversation_destroy (conversation);
  fake_purple_connect (account, FALSE);
  teardown ();
}

/* R28, R43: nobody is asked about what he typed. */
static void
test_typed (void)
{
  static const char *const rows[][2] = {
    { " +33 1 77 62 43 39 ", "sip:+33177624339@example.org;user=phone +33177624339" },
    { "**621", "sip:**621@example.org;user=phone **621" },
    { "sip:x@foreign.example", "sip:x@foreign.example sip:x@foreign.example" },
    { "dave@nowhere.example", "sip:dave@nowhere.example sip:dave@nowhere.example" },
    { "bob@example.org", "sip:bob@example.org bob@example.org" },
    { "stranger@example.org", "sip:stranger@example.org sip:stranger@example.org" },
  };
  static const char *const broken[] = { "", "what now", "\xff\xfe", "xmpp:bob@example.org", NULL };

  setup (FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      typed (rows[i][0]);
      assert_dialled (rows[i][1]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (cusax_dialling_typed (account, broken[i], &error));
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "is neither a telephone number nor an address."));
    }
  g_assert_cmpuint (dialogs->len, ==, 0);
  teardown ();
}

/* A JID of a contact means the contact, typed or not: there the roster hides the number (R43). */
static void
test_typed_contact (void)
{
  setup (FALSE);
  typed ("carol@example.org");
  assert_dialog ("Call carol@example.org at +33177624339?", NULL, cost_buttons);
  close_window ();
  assert_dialled (NULL);
  teardown ();
}

/* R43: another service is named once, with its domain. */
static void
test_foreign (void)
{
  setup (FALSE);
  click ("dave@other.example");
  assert_dialog (
    "Call dave@other.example at sip:dave@other.example?",
    "The call goes to another telephone service: other.example\nThis is said once for each service.", yes_no);
  press ("Cancel");
  assert_dialled (NULL);
  click ("dave@other.example");
  press ("Call");
  assert_dialled ("sip:dave@other.example dave@other.example");
  end ();
  begin ();
  click ("dave@other.example");
  assert_dialled ("sip:dave@other.example dave@other.example");
  teardown ();
}

/* R26: asked once between equals, and remembered. */
static void
test_which (gconstpointer finch)
{
  PurpleRequestField *field;
  GList *labels, *selected;

  setup (finch != NULL);
  click ("erin@example.org");
  assert_dialog ("Which number of erin@example.org do you want to call?", NULL, yes_no);
  field = purple_request_fields_get_field (the_dialog ()->fields, "number");
  labels = purple_request_field_list_get_items (field);
  g_assert_cmpuint (g_list_length (labels), ==, 2);
  g_assert_cmpstr (labels->data, ==, "1. sip:erin@example.org (work)");
  g_assert_cmpstr (labels->next->data, ==, "2. sip:mobile@example.org (work)");
  press ("Cancel");
  assert_dialled (NULL);
  click ("erin@example.org");
  field = purple_request_fields_get_field (the_dialog ()->fields, "number");
  /* Nothing selected, which Pidgin allows. */
  purple_request_field_list_clear_selected (field);
  press ("Call");
  assert_dialled (NULL);
  click ("erin@example.org");
  field = purple_request_fields_get_field (the_dialog ()->fields, "number");
  selected = g_list_append (NULL, (gpointer) "2. sip:mobile@example.org (work)");
  purple_request_field_list_set_selected (field, selected);
  g_list_free (selected);
  press ("Call");
  assert_dialled ("sip:mobile@example.org erin@example.org");
  end ();
  begin ();
  click ("erin@example.org");
  assert_dialled ("sip:mobile@example.org erin@example.org");
  teardown ();
}

/* ---------------------------------------------------------------- transfer */

static CusaxCall *
begin_call (void)
{
  CusaxCall *call = fake_call_new (3, CUSAX_CALL_ACTIVE, "7042");

  g_ptr_array_add (fake_phone.calls, call);
  return call;
}

/* P12: the same questions as before a call, and what is answered goes to the call, not to a line of ours. */
static void
test_P12_transfer (void)
{
  static const char *const buttons[] = { "Transfer", "Cancel", "Always for this number", NULL };
  static const char *const transfer_no[] = { "Transfer", "Cancel", NULL };
  g_autoptr (GError) error = NULL;
  CusaxCall *call;

  setup (FALSE);
  call = begin_call ();
  g_assert_true (cusax_dialling_transfer_typed (account, call, "7043", NULL));
  g_assert_true (cusax_dialling_transfer_click (account, call, "bob@example.org", NULL));
  g_assert_cmpstr (call->trace->str, ==, "transfer(sip:7043@example.org;user=phone) transfer(sip:bob@example.org) ");
  g_string_truncate (call->trace, 0);
  g_assert_true (cusax_dialling_transfer_click (account, call, "carol@example.org", NULL));
  assert_dialog ("Transfer the call to carol@example.org at +33177624339?",
                 "+33177624339 calls the telephone network, may be charged.", buttons);
  g_assert_cmpstr (call->trace->str, ==, "");
  press ("Transfer");
  g_assert_cmpstr (call->trace->str, ==, "transfer(sip:+33177624339@example.org;user=phone) ");
  g_string_truncate (call->trace, 0);
  g_assert_true (cusax_dialling_transfer_click (account, call, "dave@other.example", NULL));
  assert_dialog ("Transfer the call to dave@other.example at sip:dave@other.example?", NULL, transfer_no);
  press ("Transfer");
  g_assert_cmpstr (call->trace->str, ==, "transfer(sip:dave@other.example) ");
  g_string_truncate (call->trace, 0);
  g_assert_true (cusax_dialling_transfer_click (account, call, "erin@example.org", NULL));
  assert_dialog ("To which number of erin@example.org do you want to transfer the call?", NULL, transfer_no);
  press ("Transfer");
  g_assert_cmpstr (call->trace->str, ==, "transfer(sip:erin@example.org) ");
  assert_dialled (NULL);
  g_assert_false (cusax_dialling_transfer_typed (account, call, "no such thing", &error));
  g_assert_nonnull (strstr (error->message, "is neither a telephone number nor an address"));
  g_ptr_array_set_size (fake_phone.calls, 0);
  fake_call_free (call);
  teardown ();
}

/* The call ends while it is asked about, or cannot be transferred. */
static void
test_P12_transfer_fails (void)
{
  const GError unsupported = { CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED, (char *) "detail" };
  g_autoptr (GError) error = NULL;
  CusaxCall *call;

  setup (FALSE);
  call = begin_call ();
  call->error = &unsupported;
  g_assert_false (cusax_dialling_transfer_typed (account, call, "7043", &error));
  g_assert_cmpstr (error->message, ==, "The telephone of the other side cannot be transferred.");
  cusax_dialling_transfer_click (account, call, "carol@example.org", NULL);
  g_ptr_array_set_size (fake_phone.calls, 0);
  g_string_truncate (told, 0);
  press ("Transfer");
  g_assert_nonnull (strstr (told->str, "The call that was to be transferred has ended."));
  g_string_truncate (told, 0);
  assert_dialled (NULL);
  fake_call_free (call);
  teardown ();
}

/* 3xx: what the person has agreed to is called as the address that was shown. */
static void
test_agreed (void)
{
  g_autoptr (CusaxAddress) address = cusax_address_parse_uri ("sip:bob@example.org", NULL);
  g_autoptr (GError) error = NULL;

  setup (FALSE);
  g_assert_true (cusax_dialling_agreed (account, address, NULL));
  assert_dialled ("sip:bob@example.org sip:bob@example.org");
  fake_phone.dial_error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_BUSY, "detail");
  g_assert_false (cusax_dialling_agreed (account, address, &error));
  g_assert_cmpstr (error->message, ==, "The settings allow 4 calls at a time: end one first.");
  assert_dialled ("sip:bob@example.org sip:bob@example.org");
  teardown ();
}

/* A host without dialogs: the person learns why nothing happens, and nothing is left behind. */
static void
test_no_dialogs (void)
{
  static const char *const who[] = { "carol@example.org", "dave@other.example", "erin@example.org" };
  PurpleRequestUiOps none = { .close_request = close_request };

  setup (FALSE);
  purple_request_set_ui_ops (&none);
  for (gsize i = 0; i < G_N_ELEMENTS (who); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (cusax_dialling_click (account, who[i], &error));
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED);
      g_assert_cmpstr (error->message, ==, "This call needs an answer first, and this program cannot ask.");
      assert_dialled (NULL);
    }
  purple_request_set_ui_ops (&request_ops);
  teardown ();
}

/* R26: an entry of the submenu, by its key; one that is gone is not replaced by another. */
static void
test_click_number (void)
{
  g_autoptr (GError) error = NULL;

  setup (FALSE);
  g_assert_true (cusax_dialling_click_number (account, "erin@example.org", "sip:mobile@example.org", NULL));
  assert_dialled ("sip:mobile@example.org erin@example.org");
  click ("erin@example.org");
  assert_dialled ("sip:mobile@example.org erin@example.org");
  g_assert_true (cusax_dialling_click_number (account, "carol@example.org", "tel:+33177624339", NULL));
  assert_dialog ("Call carol@example.org at +33177624339?", NULL, cost_buttons);
  press ("Call");
  assert_dialled ("sip:+33177624339@example.org;user=phone carol@example.org");
  g_assert_false (cusax_dialling_click_number (account, "carol@example.org", "tel:+338991234567", &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED);
  assert_dialled (NULL);
  teardown ();
}

/* A number that is nobody's: its conversation's call button. There is nobody to chat with. */
static void
test_number (void)
{
  static const char *const buttons[] = { "Call", "Cancel", "Always for this number", NULL };

  setup (FALSE);
  click ("+33188888888");
  assert_dialog ("Call +33188888888?", NULL, buttons);
  press ("Cancel");
  assert_dialled (NULL);
  click ("+33188888888");
  press ("Call");
  assert_dialled ("sip:+33188888888@example.org;user=phone +33188888888");
  teardown ();
}

/* One question for one target, however often it is clicked; two targets have two. */
static void
test_click_again (gconstpointer finch)
{
  setup (finch != NULL);
  for (int i = 0; i < 3; i++)
    {
      click ("carol@example.org");
      g_assert_cmpuint (dialogs->len, ==, 1);
    }
  click ("erin@example.org");
  click ("erin@example.org");
  g_assert_cmpuint (dialogs->len, ==, 2);
  cusax_dialling_forget (account);
  assert_dialled (NULL);
  teardown ();
}

/* The account goes while questions stand, and a slow host calls back afterwards. */
static void
test_forget (gconstpointer finch)
{
  Dialog late;

  setup (finch != NULL);
  click ("erin@example.org");
  click ("carol@example.org");
  cusax_dialling_show (account);
  g_assert_cmpuint (dialogs->len, ==, 3);
  late = *(Dialog *) g_ptr_array_index (dialogs, 1);
  cusax_dialling_forget (account);
  g_assert_cmpuint (dialogs->len, ==, 0);
  ((PurpleRequestActionCb) late.callbacks[0]) (late.data, 0);
  assert_dialled (NULL);
  teardown ();
}

/* A second press finds nothing to do. */
static void
test_press_twice (void)
{
  Dialog twice;

  setup (FALSE);
  click ("carol@example.org");
  twice = *the_dialog ();
  press ("Call");
  assert_dialled ("sip:+33177624339@example.org;user=phone carol@example.org");
  ((PurpleRequestActionCb) twice.callbacks[2]) (twice.data, 2);
  assert_dialled (NULL);
  click ("carol@example.org");
  close_window ();
  teardown ();
}

/* What cannot be dialled is not asked about; what goes wrong afterwards is told where the call belongs. */
static void
test_failures (void)
{
  static const struct
  {
    const char *who;
    int code;
    const char *words;
  } rows[] = {
    { "frank@elsewhere.example", CUSAX_ERROR_UNSUPPORTED,
      "No telephone number and no SIP address of frank@elsewhere.example is known." },
    { "conference.example.org", CUSAX_ERROR_INVALID,
      "“conference.example.org” is neither a telephone number nor an address." },
    { NULL, CUSAX_ERROR_INVALID, NULL },
  };

  setup (FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (cusax_dialling_click (account, rows[i].who, &error));
      g_assert_error (error, CUSAX_ERROR, rows[i].code);
      if (rows[i].words != NULL)
        g_assert_cmpstr (error->message, ==, rows[i].words);
    }
  click ("carol@example.org");
  fake_phone.dial_error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_BUSY, "1 of 1");
  press ("Call");
  g_clear_pointer (&fake_phone.dialled, g_free);
  assert_told ("carol@example.org: The settings allow 4 calls at a time: end one first.\n");
  teardown ();
}

static void
test_offline (void)
{
  static const char *const clicks[] = { "carol@example.org", "dave@other.example", "erin@example.org", NULL };

  setup (FALSE);
  fake_phone.state = CUSAX_PHONE_SIGNING_IN;
  for (gsize i = 0; clicks[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (cusax_dialling_click (account, clicks[i], &error));
      g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE);
      g_assert_cmpstr (error->message, ==, "Telephony: signing in.");
    }
  fake_phone.state = CUSAX_PHONE_UP;
  click ("carol@example.org");
  fake_connection = NULL;
  press ("Call");
  assert_told ("carol@example.org: Telephony: off.\n");
  assert_dialled (NULL);
  teardown ();
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GTestDataFunc function;
  } both_hosts[] = {
    { "which", test_which },
    { "click-again", test_click_again },
    { "forget", test_forget },
  };
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  purple_request_set_ui_ops (&request_ops);
  dialogs = g_ptr_array_new_with_free_func (dialog_free);
  told = g_string_new (NULL);
  account = fake_purple_account ("alice@example.org");

  g_test_add_func ("/dialling/no-dialogs", test_no_dialogs);
  g_test_add_func ("/dialling/at-once", test_at_once);
  g_test_add_func ("/dialling/P25-video", test_P25_video);
  g_test_add_func ("/dialling/P25-dial-dialog", test_P25_dial_dialog);
  g_test_add_func ("/dialling/cost", test_cost);
  g_test_add_func ("/dialling/cost-always", test_cost_always);
  g_test_add_func ("/dialling/cost-of-what-was-shown", test_cost_of_what_was_shown);
  g_test_add_func ("/dialling/chat-instead", test_chat_instead);
  g_test_add_func ("/dialling/typed", test_typed);
  g_test_add_func ("/dialling/typed-contact", test_typed_contact);
  g_test_add_func ("/dialling/foreign", test_foreign);
  g_test_add_func ("/dialling/click-number", test_click_number);
  g_test_add_func ("/dialling/number", test_number);
  g_test_add_func ("/dialling/press-twice", test_press_twice);
  g_test_add_func ("/dialling/P12-transfer", test_P12_transfer);
  g_test_add_func ("/dialling/P12-transfer-fails", test_P12_transfer_fails);
  g_test_add_func ("/dialling/agreed", test_agreed);
  g_test_add_func ("/dialling/failures", test_failures);
  g_test_add_func ("/dialling/offline", test_offline);
  for (gsize i = 0; i < G_N_ELEMENTS (both_hosts); i++)
    {
      g_autofree char *pidgin = g_strconcat ("/dialling/pidgin/", both_hosts[i].name, NULL);
      g_autofree char *finch = g_strconcat ("/dialling/finch/", both_hosts[i].name, NULL);

      g_test_add_data_func (pidgin, NULL, both_hosts[i].function);
      g_test_add_data_func (finch, "finch", both_hosts[i].function);
    }
  result = g_test_run ();

  g_ptr_array_unref (dialogs);
  g_string_free (told, TRUE);
  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
