/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "error.h"
#include "message-summary.h"
#include "note.h"

#include <string.h>

/* "yes 2/8 (0/2) account" */
static char *
describe (const CusaxMessageSummary *summary)
{
  g_autofree char *voice = summary->has_voice
                             ? g_strdup_printf ("%u/%u (%u/%u)", summary->new_voice, summary->old_voice,
                                                summary->new_urgent, summary->old_urgent)
                             : g_strdup ("-");

  return g_strdup_printf ("%s %s %s", summary->is_waiting ? "yes" : "no", voice,
                          summary->account != NULL ? summary->account : "-");
}

static void
test_p16_parse (void)
{
  static const struct
  {
    const char *body;
    const char *expected; /* NULL: CUSAX_ERROR_INVALID */
  } cases[] = {
    { "Messages-Waiting: yes\r\nMessage-Account: sip:alice@vmail.example.com\r\nVoice-Message: 2/8 (0/2)\r\n",
      "yes 2/8 (0/2) sip:alice@vmail.example.com" },
    { "Messages-Waiting: no", "no - -" },
    { "messages-waiting:YES\nvoice-message:1/0", "yes 1/0 (0/0) -" },
    { "\r\nMessages-Waiting : yes \r\n Voice-Message \t: 3 / 4 ( 1 / 2 ) \r\n", "yes 3/4 (1/2) -" },
    { "Voice-Message: 0/0 (0/0)\r\nMessages-Waiting: no\r\n", "no 0/0 (0/0) -" },
    { "Messages-Waiting: yes\r\nFax-Message: 5/0\r\n", "yes - -" },
    { "Messages-Waiting: yes\r\nsomething\r\n: x\r\nX:\r\n", "yes - -" },
    /* single messages follow */
    { "Messages-Waiting: yes\r\n\r\nVoice-Message: 1/0\r\n", "yes - -" },
    { "Messages-Waiting: yes\r\nVoice-Message: 1/0\r\n\r\nTo: <a@b.example>\r\nVoice-Message: 7/7\r\n",
      "yes 1/0 (0/0) -" },
    /* the first counts */
    { "Messages-Waiting: yes\r\nMessages-Waiting: no\r\nVoice-Message: 1/0\r\nVoice-Message: 2/0\r\n"
      "Message-Account: sip:a@b.example\r\nMessage-Account: sip:c@d.example\r\n",
      "yes 1/0 (0/0) sip:a@b.example" },
    /* numbers that are none */
    { "Messages-Waiting: yes\r\nVoice-Message: 1\r\n", "yes - -" },
    { "Messages-Waiting: yes\r\nVoice-Message: /1\r\n", "yes - -" },
    { "Messages-Waiting: yes\r\nVoice-Message: -1/2\r\n", "yes - -" },
    { "Messages-Waiting: yes\r\nVoice-Message: 1/2 (3\r\n", "yes - -" },
    { "Messages-Waiting: yes\r\nVoice-Message: 1/2 (3/4) x\r\n", "yes - -" },
    { "Messages-Waiting: yes\r\nVoice-Message: 1/2x\r\n", "yes - -" },
    { "Messages-Waiting: yes\r\nVoice-Message: 1/2 (a/b)\r\n", "yes - -" },
    { "Messages-Waiting: yes\r\nVoice-Message: 99999999999999999999999/18446744073709551617\r\n",
      "yes 999999999/999999999 (0/0) -" },
    { "Messages-Waiting: yes\r\nVoice-Message: x\r\nVoice-Message: 1/2\r\n", "yes 1/2 (0/0) -" },
    { "Messages-Waiting: yes\r\nMessage-Account: \x01\r\n", "yes - -" },
    { "Messages-Waiting: yes\r\nMessage-Account: a\xe2\x80\xae"
      "b\r\n",
      "yes - -" },
    { "Messages-Waiting: yes\r\nMessage-Account:\r\n", "yes - -" },
    /* nothing of ours */
    { "", NULL },
    { "\r\n\r\n", NULL },
    { "Messages-Waiting", NULL },
    { "Messages-Waiting:", NULL },
    { "Messages-Waiting: perhaps", NULL },
    { "Messages-Waiting: yes!", NULL },
    { "Voice-Message: 1/0", NULL },
    { "Voice-Message: 1/0\r\n\r\nMessages-Waiting: yes\r\n", NULL },
    { "<xml/>", NULL },
    { "\xff\xfe\xfd", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CusaxMessageSummary) summary
        = cusax_message_summary_parse (cases[i].body, strlen (cases[i].body), &error);
      g_autofree char *text = summary != NULL ? describe (summary) : NULL;

      note (cases[i].body);
      g_assert_cmpstr (text, ==, cases[i].expected);
      g_assert_cmpint (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_INVALID), ==, summary == NULL);
    }
}

static void
test_bounds (void)
{
  g_autofree char *blanks = g_strnfill (9000, ' ');
  g_autofree char *large = g_strconcat ("Messages-Waiting: yes\r\n", blanks, NULL);
  g_autofree char *name = g_strnfill (2000, 'a');
  g_autofree char *account = g_strconcat ("Messages-Waiting: yes\r\nMessage-Account: ", name, NULL);
  g_autoptr (CusaxMessageSummary) summary = NULL;

  g_assert_null (cusax_message_summary_parse (large, strlen (large), NULL));
  g_assert_null (cusax_message_summary_parse (NULL, 0, NULL));
  g_assert_null (cusax_message_summary_parse ("Messages-Waiting: yes\0", 22, NULL));
  /* @length counts, not a terminator. */
  g_assert_null (cusax_message_summary_parse ("Messages-Waiting: yes", 20, NULL));
  summary = cusax_message_summary_parse (account, strlen (account), NULL);
  g_assert_nonnull (summary);
  g_assert_null (summary->account);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message-summary/p16-parse", test_p16_parse);
  g_test_add_func ("/message-summary/bounds", test_bounds);
  return g_test_run ();
}
