/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links that call: nothing is dialled unasked, and the question says where it goes and what it may cost. */
#include "fakechat.h"

#include "dialling.h"
#include "error.h"
#include "notices.h"
#include "phonelinks.h"

#include <string.h>

static PurpleAccount *alice, *carol;
static GString *dialled; /* "account uri " */
static GString *told;

gboolean
cusax_dialling_agreed (PurpleAccount *account, CusaxAddress *address, GError **error)
{
  g_string_append_printf (dialled, "%s %s ", purple_account_get_username (account),
                          cusax_address_get_uri (address));
  if (fake_phone.dial_error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (fake_phone.dial_error));
  return FALSE;
}

void
cusax_notices_error (PurpleAccount *account, const char *who, const char *text)
{
  g_string_append (told, text);
}

static void *
notify_message (PurpleNotifyMsgType type, const char *title, const char *primary, const char *secondary)
{
  g_string_append (told, primary);
  return told;
}

static void
close_notify (PurpleNotifyType type, void *ui_handle)
{
}

static PurpleNotifyUiOps notify_ops = { .notify_message = notify_message, .close_notify = close_notify };

static void
check (GString *text, const char *expected)
{
  g_assert_cmpstr (text->str, ==, expected);
  g_string_truncate (text, 0);
}

static void
setup (void)
{
  fake_phone_reset ("alice@example.org");
  fake_phone.state = CUSAX_PHONE_UP;
}

static const struct
{
  const char *scheme, *rest;
  const char *primary, *secondary, *dialled;
} links[] = {
  { "tel", "+33-1-77-62-43-39", "Call +33177624339?",
    "+33177624339 calls the telephone network, may be charged.", "sip:+33177624339@example.org;user=phone" },
  { "TEL", "*21*0900123%23", "Call *21*0900123#?",
    "*21*0900123# is a code: it may change how your telephone works, and may be charged.",
    "sip:*21*0900123%23@example.org;user=phone" },
  { "tel", "112", "Call 112?", "112 is an emergency number.", "sip:112@example.org;user=phone" },
  { "sip", "bob@example.org?Replaces=x", "Call sip:bob@example.org?",
    "The call stays within your telephone service.", "sip:bob@example.org" },
  { "sips", "bob@other.example", "Call sips:bob@other.example?",
    "The call goes to another telephone service: other.example", "sips:bob@other.example" },
  { "callto", "//+33%20177624339", "Call +33177624339?",
    "+33177624339 calls the telephone network, may be charged.", "sip:+33177624339@example.org;user=phone" },
};

/* Each link is confirmed, and Enter is no consent: a page may ask while somebody types. */
static void
test_asks (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_autofree char *expected = g_strdup_printf ("alice@example.org %s ", links[i].dialled);

      setup ();
      g_test_message ("%s:%s", links[i].scheme, links[i].rest);
      g_assert_true (cusax_phonelinks_open (links[i].scheme, links[i].rest));
      g_assert_cmpstr (fake_dialog->title, ==, "Call from a link");
      g_assert_cmpstr (fake_dialog->primary, ==, links[i].primary);
      g_assert_true (g_str_has_prefix (fake_dialog->secondary, links[i].secondary));
      g_assert_nonnull (strstr (fake_dialog->secondary, "A link asks for this call."));
      g_assert_cmpstr (fake_dialog->ok_text, ==, "Call");
      g_assert_cmpstr (fake_dialog->cancel_text, ==, "Cancel");
      g_assert_cmpint (fake_dialog->default_action, ==, 1);
      check (dialled, "");
      fake_dialog_press (FALSE);
      check (dialled, "");
      g_assert_null (fake_dialog);

      cusax_phonelinks_open (links[i].scheme, links[i].rest);
      fake_dialog_press (TRUE);
      check (dialled, expected);
      g_assert_null (fake_dialog);
      check (told, "");
    }
}

/* A page that opens many links gets one window; one that was closed by Escape stays without effect. */
static void
test_many (void)
{
  setup ();
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *number = g_strdup_printf ("+3317762%04u", i);

      cusax_phonelinks_open ("tel", number);
    }
  g_assert_cmpuint (fake_dialogs_opened - fake_dialogs_closed, ==, 1);
  g_assert_cmpstr (fake_dialog->primary, ==, "Call +33177620099?");
  fake_dialog_close_window ();
  check (dialled, "");
  cusax_phonelinks_open ("tel", "112");
  cusax_phonelinks_forget (NULL);
  g_assert_nonnull (fake_dialog);
  cusax_phonelinks_forget (alice);
  g_assert_null (fake_dialog);
  cusax_phonelinks_open ("tel", "112");
  cusax_phonelinks_shutdown ();
  g_assert_null (fake_dialog);
  check (dialled, "");
}

static const struct
{
  const char *scheme, *rest, *told;
} broken[] = {
  { "tel", "x", "“tel:x” is neither a telephone number nor an address." },
  { "tel", "", "“tel:” is neither a telephone number nor an address." },
  { "sip", "bob@other.example%0d%0aX: y",
    "“sip:bob@other.example%0d%0aX: y” is neither a telephone number nor an address." },
  { "callto", "javascript:alert(1)",
    "“callto:javascript:alert(1)” is neither a telephone number nor an address." },
};

static void
test_broken (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      setup ();
      g_assert_true (cusax_phonelinks_open (broken[i].scheme, broken[i].rest));
      check (told, broken[i].told);
      g_assert_null (fake_dialog);
    }
  g_assert_false (cusax_phonelinks_open (NULL, "x"));
  g_assert_false (cusax_phonelinks_open ("tel", NULL));
  g_assert_false (cusax_phonelinks_open ("xmpp", "bob@example.org"));
  g_assert_false (cusax_phonelinks_open ("http", "//example.org"));
}

/* Without telephony of ours another plugin may know what to do; signed out of it, the answer says why. */
static void
test_not_up (void)
{
  setup ();
  fake_connection = NULL;
  g_assert_false (cusax_phonelinks_open ("sip", "bob@example.org"));
  g_assert_null (fake_dialog);

  setup ();
  fake_phone.state = CUSAX_PHONE_WAITING;
  fake_phone.dial_error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "Telephony: not now.");
  g_assert_true (cusax_phonelinks_open ("sip", "bob@example.org"));
  fake_dialog_press (TRUE);
  check (told, "Telephony: not now.");
  check (dialled, "alice@example.org sip:bob@example.org ");
}

/* Of several accounts the person chooses; in Finch the fields end once more with the window. */
static void
test_several (gconstpointer finch)
{
  PurpleRequestField *field;

  setup ();
  if (carol == NULL)
    carol = fake_purple_account ("carol@example.org");
  fake_dialogs_are_finch = finch != NULL;
  cusax_phonelinks_open ("tel", "+33177624339");
  g_assert_cmpint (fake_dialog->type, ==, PURPLE_REQUEST_FIELDS);
  g_assert_cmpstr (fake_dialog->primary, ==, "Call +33177624339?");
  field = purple_request_fields_get_field (fake_dialog->fields, "account");
  purple_request_field_list_clear_selected (field);
  purple_request_field_list_add_selected (
    field, "2. carol@example.org: +33177624339 calls the telephone network, may be charged.");
  fake_dialog_press (TRUE);
  check (dialled, "carol@example.org sip:+33177624339@example.org;user=phone ");

  cusax_phonelinks_open ("tel", "+33177624339");
  fake_dialog_press (FALSE);
  cusax_phonelinks_open ("tel", "+33177624339");
  fake_dialog_close_window ();
  cusax_phonelinks_open ("tel", "+33177624339");
  cusax_phonelinks_forget (carol);
  g_assert_null (fake_dialog);
  check (dialled, "");
  fake_dialogs_are_finch = FALSE;
}

/* P26: what a headset's button or a hotkey runs. */
static const struct
{
  const char *command;
  CusaxCallState states[2];
  gboolean held[2];
  const char *first, *second;
} commands[] = {
  { "answer", { CUSAX_CALL_ACTIVE, CUSAX_CALL_INCOMING }, { FALSE }, "", "answer " },
  { "answer", { CUSAX_CALL_ACTIVE, CUSAX_CALL_RINGING }, { FALSE }, "", "" },
  { "decline", { CUSAX_CALL_INCOMING, CUSAX_CALL_ACTIVE }, { FALSE }, "decline(0) ", "" },
  { "hangup", { CUSAX_CALL_RINGING, CUSAX_CALL_ACTIVE }, { FALSE }, "", "hang-up " },
  { "hangup", { CUSAX_CALL_INCOMING, CUSAX_CALL_RINGING }, { FALSE }, "", "hang-up " },
  { "hangup", { CUSAX_CALL_INCOMING, CUSAX_CALL_ENDED }, { FALSE }, "", "" },
  { "hangup", { CUSAX_CALL_ACTIVE, CUSAX_CALL_ACTIVE }, { TRUE, FALSE }, "", "hang-up " },
  { "hold", { CUSAX_CALL_ACTIVE, CUSAX_CALL_ACTIVE }, { TRUE, FALSE }, "", "hold " },
  { "resume", { CUSAX_CALL_ACTIVE, CUSAX_CALL_ACTIVE }, { FALSE, TRUE }, "", "resume " },
  { "mute", { CUSAX_CALL_ACTIVE, CUSAX_CALL_INCOMING }, { FALSE }, "mute ", "" },
  /* A conference: who mutes himself is to be heard by nobody. */
  { "mute", { CUSAX_CALL_ACTIVE, CUSAX_CALL_ACTIVE }, { FALSE }, "mute ", "mute " },
  { "unmute", { CUSAX_CALL_ACTIVE, CUSAX_CALL_ACTIVE }, { FALSE }, "unmute ", "unmute " },
  { "mute", { CUSAX_CALL_ACTIVE, CUSAX_CALL_ACTIVE }, { TRUE, FALSE }, "", "mute " },
  { "unmute", { CUSAX_CALL_ACTIVE, CUSAX_CALL_INCOMING }, { FALSE }, "unmute ", "" },
  { "nonsense", { CUSAX_CALL_ACTIVE, CUSAX_CALL_INCOMING }, { FALSE }, "", "" },
  { "", { CUSAX_CALL_ACTIVE, CUSAX_CALL_INCOMING }, { FALSE }, "", "" },
};

static void
test_commands (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      CusaxCall *calls[2];

      setup ();
      for (guint n = 0; n < 2; n++)
        {
          calls[n] = fake_call_new (n + 1, commands[i].states[n], "bob@example.org");
          calls[n]->held = commands[i].held[n];
          g_ptr_array_add (fake_phone.calls, calls[n]);
        }
      g_test_message ("%s, row %" G_GSIZE_FORMAT, commands[i].command, i);
      g_assert_true (cusax_phonelinks_open ("cusax", commands[i].command));
      g_assert_cmpstr (calls[0]->trace->str, ==, commands[i].first);
      g_assert_cmpstr (calls[1]->trace->str, ==, commands[i].second);
      fake_call_free (calls[0]);
      fake_call_free (calls[1]);
    }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  fake_chat_init ();
  purple_notify_set_ui_ops (&notify_ops);
  alice = fake_purple_account ("alice@example.org");
  dialled = g_string_new (NULL);
  told = g_string_new (NULL);

  g_test_add_func ("/phonelinks/asks", test_asks);
  g_test_add_func ("/phonelinks/many", test_many);
  g_test_add_func ("/phonelinks/broken", test_broken);
  g_test_add_func ("/phonelinks/not-up", test_not_up);
  g_test_add_func ("/phonelinks/P26-commands", test_commands);
  /* With a second account. */
  g_test_add_data_func ("/phonelinks/several", NULL, test_several);
  g_test_add_data_func ("/phonelinks/several-finch", "finch", test_several);
  result = g_test_run ();

  fake_phone_reset (NULL);
  g_string_free (dialled, TRUE);
  g_string_free (told, TRUE);
  fake_chat_shutdown ();
  fake_purple_stop ();
  return result;
}
