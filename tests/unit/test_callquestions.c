/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses that somebody else names (RFC 3515, 3xx): nothing is called unasked, everything is shown (P12, R42,
 * R43). */
#include "fakechat.h"

#include "callquestions.h"
#include "choices.h"
#include "dialling.h"
#include "error.h"
#include "notices.h"

#include <purple.h>
#include <string.h>

static PurpleAccount *account;
static GString *trace;
static gboolean refuses;

gboolean
cusax_dialling_agreed (PurpleAccount *of, CusaxAddress *address, GError **error)
{
  g_string_append_printf (trace, "agreed(%s) ", cusax_address_get_uri (address));
  if (!refuses)
    return TRUE;
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "Telephony: off.");
  return FALSE;
}

void
cusax_notices_error (PurpleAccount *of, const char *who, const char *text)
{
  g_string_append_printf (trace, "error(%s) ", text);
}

/* For Finch, which this host is not. */
void
cusax_notices_call_says (PurpleAccount *of, CusaxCall *call, const char *text)
{
  g_assert_not_reached ();
}

static void
check_trace (const char *expected)
{
  g_assert_cmpstr (trace->str, ==, expected);
  g_string_truncate (trace, 0);
}

static void
setup (gboolean finch)
{
  fake_dialogs_opened = fake_dialogs_closed = 0;
  fake_dialogs_are_finch = finch;
  refuses = FALSE;
}

static CusaxCall *
call_with_bob (CusaxCallState state)
{
  CusaxCall *call = fake_call_new (1, state, "bob@example.org");

  call->grade = CUSAX_BINDING_STRONG;
  call->contact = "bob@example.org";
  return call;
}

/* ------------------------------------------------------------- referral */

static const struct
{
  const char *target;
  CusaxClass class_;
  gboolean replaces;
  const char *primary, *secondary;
} transfers[] = {
  { "sip:7043@example.org", CUSAX_CLASS_ON_NET, FALSE, "Bob B. asks you to call 7043.",
    "The call with Bob B. ends when the new one stands." },
  { "sip:7043@example.org", CUSAX_CLASS_ON_NET, TRUE, "Bob B. asks you to call 7043.",
    "Somebody is on that line already and is waiting for you.\nThe call with Bob B. ends when the new one "
    "stands." },
  { "sip:premium@evil.example", CUSAX_CLASS_FOREIGN_SIP, FALSE,
    "Bob B. asks you to call sip:premium@evil.example.",
    "The call goes to another telephone service: evil.example\nThe call with Bob B. ends when the new one "
    "stands." },
  { "sip:+33899000000@example.org;user=phone", CUSAX_CLASS_TELEPHONE_NETWORK, FALSE,
    "Bob B. asks you to call +33899000000.",
    "+33899000000 calls the telephone network, may be charged.\nThe call with Bob B. ends when the new one "
    "stands." },
  { "sip:*21*0900123%23@example.org;user=phone", CUSAX_CLASS_TELEPHONE_NETWORK, FALSE,
    "Bob B. asks you to call *21*0900123#.",
    "*21*0900123# is a code: it may change how your telephone works, and may be charged.\nThe call with Bob B. "
    "ends when the new one stands." },
};

/* P12: who asks, where it goes and what it may cost; Enter, pressed by whoever is just typing, calls nobody. */
static void
test_P12_words (void)
{
  CusaxCall *call = call_with_bob (CUSAX_CALL_ACTIVE);

  setup (FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (transfers); i++)
    {
      CusaxReferral *referral = fake_referral_new (transfers[i].target, "sip:bob@example.org");

      referral->call = call;
      referral->class_ = transfers[i].class_;
      referral->replaces = transfers[i].replaces;
      cusax_callquestions_referral (account, referral);
      g_assert_cmpstr (fake_dialog->title, ==, "Transfer");
      g_assert_cmpstr (fake_dialog->primary, ==, transfers[i].primary);
      g_assert_cmpstr (fake_dialog->secondary, ==, transfers[i].secondary);
      g_assert_cmpstr (fake_dialog->ok_text, ==, "Call");
      g_assert_cmpstr (fake_dialog->cancel_text, ==, "Do not call");
      g_assert_cmpint (fake_dialog->default_action, ==, 1);
      fake_dialog_press (i % 2 == 0);
      g_assert_cmpstr (referral->trace->str, ==, i % 2 == 0 ? "accept " : "refuse ");
      fake_referral_free (referral);
    }
  fake_call_free (call);
}

/* RFC 3725: outside of a call only the service is sure; who is named proves nothing. */
static void
test_third_party (void)
{
  CusaxReferral *referral = fake_referral_new ("sip:7043@example.org", "sip:boss@example.org");

  setup (FALSE);
  cusax_callquestions_referral (account, referral);
  g_assert_cmpstr (fake_dialog->title, ==, "Request to call");
  g_assert_cmpstr (fake_dialog->primary, ==, "Your telephone service asks you to call 7043.");
  g_assert_cmpstr (fake_dialog->secondary, ==, "On behalf of: sip:boss@example.org (not confirmed)");
  fake_dialog_press (FALSE);
  g_assert_cmpstr (referral->trace->str, ==, "refuse ");
  fake_referral_free (referral);
}

/* It goes when it is not asked any more, once; and what the host calls back then or later does nothing. */
static void
test_closes_itself (gconstpointer finch)
{
  CusaxReferral *referral = fake_referral_new ("sip:7043@example.org", NULL);
  GCallback ok;
  gpointer data;

  setup (finch != NULL);
  cusax_callquestions_referral (account, referral);
  cusax_callquestions_referral (account, referral);
  g_assert_cmpuint (fake_dialogs_opened, ==, 1);
  ok = fake_dialog->ok;
  data = fake_dialog->data;
  referral->state = CUSAX_REFERRAL_ENDED;
  cusax_callquestions_referral (account, referral);
  cusax_callquestions_referral (account, referral);
  g_assert_null (fake_dialog);
  ((PurpleRequestActionCb) ok) (data, 0);
  g_assert_cmpstr (referral->trace->str, ==, "");
  /* Signed off: the same. */
  referral->state = CUSAX_REFERRAL_ASKING;
  cusax_callquestions_referral (account, referral);
  cusax_callquestions_forget (account);
  cusax_callquestions_forget (account);
  g_assert_null (fake_dialog);
  g_assert_cmpstr (referral->trace->str, ==, "");
  fake_referral_free (referral);
}

/* ---------------------------------------------------------- redirection */

static CusaxCall *
redirect (const char *const *uris)
{
  CusaxCall *call = call_with_bob (CUSAX_CALL_ENDED);

  call->outgoing = TRUE;
  call->end = CUSAX_CALL_END_REDIRECTED;
  call->redirects = uris;
  cusax_callquestions_redirect (account, &fake_phone, call);
  return call;
}

static void
test_one_target (void)
{
  static const char *const uris[][2] = { { "sip:bob.mobile@example.org" },
                                         { "sip:bob@other.example" },
                                         { "sip:+33899000000@example.org;user=phone" } };
  static const char *const primary[] = { "Bob B. is to be reached at sip:bob.mobile@example.org. Call there?",
                                         "Bob B. is to be reached at sip:bob@other.example. Call there?",
                                         "Bob B. is to be reached at +33899000000. Call there?" };
  static const char *const secondary[] = { NULL, "The call goes to another telephone service: other.example",
                                           "+33899000000 calls the telephone network, may be charged." };

  setup (FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      g_autofree char *agreed = g_strdup_printf ("agreed(%s) ", uris[i][0]);
      CusaxCall *call = redirect (uris[i]);

      g_assert_cmpstr (fake_dialog->title, ==, "Call elsewhere");
      g_assert_cmpstr (fake_dialog->primary, ==, primary[i]);
      g_assert_cmpstr (fake_dialog->secondary, ==, secondary[i]);
      g_assert_cmpint (fake_dialog->default_action, ==, 1);
      check_trace ("");
      fake_dialog_press (TRUE);
      check_trace (agreed);
      fake_call_free (call);
    }
  fake_call_free (redirect (uris[0]));
  fake_dialog_press (FALSE);
  check_trace ("");
  refuses = TRUE;
  fake_call_free (redirect (uris[0]));
  fake_dialog_press (TRUE);
  check_trace ("agreed(sip:bob.mobile@example.org) error(Telephony: off.) ");
}

/* What is no address is left out, and what is named twice. */
static void
test_several_targets (gconstpointer finch)
{
  static const char *const uris[] = { "sip:bob@example.org",
                                      "mailto:bob@example.org",
                                      "sip:BOB@",
                                      "sip:bob@example.org",
                                      "sip:+33899000000@example.org;user=phone",
                                      NULL };
  PurpleRequestField *field;
  GList *items;

  setup (finch != NULL);
  fake_call_free (redirect (uris));
  g_assert_cmpstr (fake_dialog->primary, ==,
                   "Bob B. is to be reached elsewhere. Which address do you want to call?");
  field = purple_request_fields_get_field (fake_dialog->fields, "address");
  items = purple_request_field_list_get_items (field);
  g_assert_cmpuint (g_list_length (items), ==, 2);
  g_assert_cmpstr (items->data, ==, "1. sip:bob@example.org");
  g_assert_cmpstr (items->next->data, ==, "2. +33899000000 (may be charged)");
  purple_request_field_list_clear_selected (field);
  purple_request_field_list_add_selected (field, "2. +33899000000 (may be charged)");
  fake_dialog_press (TRUE);
  check_trace ("agreed(sip:+33899000000@example.org;user=phone) ");
  fake_call_free (redirect (uris));
  fake_dialog_close_window ();
  check_trace ("");
}

static void
test_no_target (void)
{
  static const char *const uris[] = { "mailto:bob@example.org", NULL };
  CusaxCall *call;

  setup (FALSE);
  fake_call_free (redirect (uris));
  g_assert_null (fake_dialog);
  check_trace (
    "error(Bob B. is to be reached elsewhere, but the telephone server named no address that can be called.) ");
  call = call_with_bob (CUSAX_CALL_ENDED);
  call->end = CUSAX_CALL_END_BUSY;
  cusax_callquestions_redirect (account, &fake_phone, call);
  g_assert_null (fake_dialog);
  check_trace ("");
  fake_call_free (call);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  fake_phone_reset ("alice@example.org");
  fake_chat_init ();
  trace = g_string_new (NULL);
  account = fake_purple_account ("alice@example.org");
  purple_blist_add_buddy (purple_buddy_new (account, "bob@example.org", "Bob B."), NULL, NULL, NULL);

  g_test_add_func ("/callquestions/P12-words", test_P12_words);
  g_test_add_func ("/callquestions/third-party", test_third_party);
  g_test_add_data_func ("/callquestions/pidgin/closes-itself", NULL, test_closes_itself);
  g_test_add_data_func ("/callquestions/finch/closes-itself", "finch", test_closes_itself);
  g_test_add_func ("/callquestions/R42-one-target", test_one_target);
  g_test_add_data_func ("/callquestions/pidgin/several-targets", NULL, test_several_targets);
  g_test_add_data_func ("/callquestions/finch/several-targets", "finch", test_several_targets);
  g_test_add_func ("/callquestions/no-target", test_no_target);
  result = g_test_run ();

  g_string_free (trace, TRUE);
  fake_chat_shutdown ();
  fake_phone_reset (NULL);
  fake_purple_stop ();
  return result;
}
