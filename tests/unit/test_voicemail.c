/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The voicemail for people (P16): one window for more messages than was said, in words, and whom it calls. */
#include "fakechat.h"

#include "dialling.h"
#include "error.h"
#include "notices.h"
#include "voicemail.h"

#include <string.h>

static PurpleAccount *account;
static GString *dialled, *told;

static struct
{
  gboolean is_known, is_waiting;
  guint fresh, old;
  CusaxAddress *address;
} box;

gboolean
cusax_mailbox_is_known (const CusaxMailbox *mailbox)
{
  return box.is_known;
}

gboolean
cusax_mailbox_is_waiting (const CusaxMailbox *mailbox)
{
  return box.is_waiting;
}

guint
cusax_mailbox_get_new (const CusaxMailbox *mailbox)
{
  return box.fresh;
}

guint
cusax_mailbox_get_old (const CusaxMailbox *mailbox)
{
  return box.old;
}

CusaxAddress *
cusax_mailbox_get_address (const CusaxMailbox *mailbox)
{
  return box.address;
}

gboolean
cusax_dialling_typed (PurpleAccount *of, const char *text, GError **error)
{
  g_string_append_printf (dialled, "%s ", text);
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

static void
check (GString *text, const char *expected)
{
  g_assert_cmpstr (text->str, ==, expected);
  g_string_truncate (text, 0);
}

static void
setup (gboolean has_address)
{
  fake_phone_reset ("alice@example.org");
  fake_phone.mailbox = (CusaxMailbox *) &box;
  memset (&box, 0, sizeof box);
  box.is_known = TRUE;
  if (has_address)
    box.address = cusax_address_parse_uri ("sip:*97@example.org", NULL);
}

static void
teardown (void)
{
  cusax_voicemail_forget (account);
  cusax_voicemail_forget (account);
  g_assert_null (fake_dialog);
  g_clear_pointer (&box.address, cusax_address_unref);
  fake_phone_reset (NULL);
  check (dialled, "");
  check (told, "");
}

static void
change (gboolean is_waiting, guint fresh, guint old)
{
  box.is_waiting = is_waiting;
  box.fresh = fresh;
  box.old = old;
  cusax_voicemail_changed (account, fake_phone.mailbox);
}

/* Each step: what the server said, and what stands on the screen afterwards; NULL: nothing. */
static const struct
{
  gboolean is_waiting;
  guint fresh, old;
  const char *primary;
  guint opened; /* windows so far */
} steps[] = {
  { FALSE, 0, 0, NULL, 0 },
  { TRUE, 1, 0, "Voicemail: 1 new message.", 1 },
  { TRUE, 3, 1, "Voicemail: 3 new messages (1 old).", 2 },
  { TRUE, 3, 1, "Voicemail: 3 new messages (1 old).", 2 },
  { TRUE, 2, 2, "Voicemail: 3 new messages (1 old).", 2 },
  { TRUE, 3, 2, "Voicemail: 3 new messages (2 old).", 3 },
  { FALSE, 0, 5, NULL, 3 },
  { TRUE, 0, 0, "Voicemail: new messages.", 4 },
  { TRUE, 0, 2, "Voicemail: new messages.", 4 },
  { FALSE, 0, 0, NULL, 4 },
};

static void
test_steps (gconstpointer finch)
{
  guint before = fake_dialogs_opened;

  setup (TRUE);
  fake_dialogs_are_finch = finch != NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_test_message ("step %" G_GSIZE_FORMAT, i);
      change (steps[i].is_waiting, steps[i].fresh, steps[i].old);
      g_assert_cmpuint (fake_dialogs_opened - before, ==, steps[i].opened);
      g_assert_cmpstr (fake_dialog != NULL ? fake_dialog->primary : NULL, ==, steps[i].primary);
    }
  fake_dialogs_are_finch = FALSE;
  teardown ();
}

static void
test_window (void)
{
  setup (TRUE);
  change (TRUE, 1, 0);
  g_assert_cmpstr (fake_dialog->title, ==, "Voicemail");
  g_assert_cmpstr (fake_dialog->secondary, ==, "Account: alice@example.org");
  g_assert_cmpstr (fake_dialog->ok_text, ==, "Call voicemail");
  g_assert_cmpstr (fake_dialog->cancel_text, ==, "Close");
  g_assert_cmpint (fake_dialog->default_action, ==, 1);
  fake_dialog_press (TRUE);
  check (dialled, "sip:*97@example.org ");
  change (TRUE, 2, 0);
  fake_dialog_press (FALSE);
  change (TRUE, 3, 0);
  fake_dialog_close_window ();
  change (TRUE, 4, 0);
  g_assert_nonnull (fake_dialog);
  teardown ();

  /* Nobody knows whom to call: then there is nothing to press but Close. */
  setup (FALSE);
  change (TRUE, 1, 0);
  g_assert_cmpstr (fake_dialog->ok_text, ==, "Close");
  fake_dialog_press (TRUE);
  teardown ();
}

static void
test_call (void)
{
  g_autoptr (GError) error = NULL;

  setup (TRUE);
  g_assert_true (cusax_voicemail_call (account, &error));
  check (dialled, "sip:*97@example.org ");
  fake_phone.dial_error = g_error_new_literal (CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "Telephony: not now.");
  cusax_voicemail_call_or_tell (account);
  check (dialled, "sip:*97@example.org ");
  check (told, "Telephony: not now.");
  g_clear_pointer (&box.address, cusax_address_unref);
  g_assert_false (cusax_voicemail_call (account, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "“Voicemail number or address” of “Telephony settings...”"));
  g_clear_error (&error);
  fake_connection = NULL;
  g_assert_false (cusax_voicemail_call (account, &error));
  g_assert_error (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE);
  teardown ();
}

static void
test_words (void)
{
  g_autofree char *words = NULL;
  g_autofree char *none = NULL;

  setup (TRUE);
  box.old = 2;
  words = cusax_voicemail_words (account);
  g_assert_cmpstr (words, ==, "Voicemail: no new messages (2 old).");
  box.is_known = FALSE;
  g_assert_null (cusax_voicemail_words (account));
  fake_connection = NULL;
  g_assert_null (cusax_voicemail_words (account));
  teardown ();
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  fake_purple_start ("test");
  fake_chat_init ();
  account = fake_purple_account ("alice@example.org");
  dialled = g_string_new (NULL);
  told = g_string_new (NULL);

  g_test_add_data_func ("/voicemail/steps", NULL, test_steps);
  g_test_add_data_func ("/voicemail/steps-finch", "finch", test_steps);
  g_test_add_func ("/voicemail/window", test_window);
  g_test_add_func ("/voicemail/call", test_call);
  g_test_add_func ("/voicemail/words", test_words);
  result = g_test_run ();

  g_string_free (dialled, TRUE);
  g_string_free (told, TRUE);
  fake_chat_shutdown ();
  fake_purple_stop ();
  return result;
}
