/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dtmf.h"
#include "error.h"
#include "note.h"

#include <string.h>

static void
test_a9_digits (void)
{
  for (guint c = 0; c < 256; c++)
    g_assert_cmpint (cusax_dtmf_is_digit ((char) c), ==,
                     c != 0 && c < 128 && strchr ("0123456789*#ABCD", (int) c) != NULL);
}

static void
test_a9_clean (void)
{
  static const struct
  {
    const char *text;
    const char *expected; /* NULL: CUSAX_ERROR_INVALID */
  } cases[] = {
    { "123,4#", "123,4#" },
    { "0123456789*#ABCD", "0123456789*#ABCD" },
    { "abcd", "ABCD" },
    { " 1 2-3.4(5)6/7\t", "1234567" },
    { "1p2w3;4P5W6", "1,2,3,4,5,6" },
    { ",,1", ",,1" },
    { "1,", "1," },
    { "", NULL },
    { " ", NULL },
    { ",", NULL },
    { "pw;", NULL },
    { "()-", NULL },
    { "12e", NULL },
    { "1+2", NULL },
    { "1\n2", NULL },
    { "1\r2", NULL },
    { "1!2", NULL },
    { "\xd9\xa1", NULL }, /* an Arabic digit */
    { "1\xff", NULL },
    { "\xc2\xa0"
      "1",
      NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *clean = cusax_dtmf_clean (cases[i].text, &error);

      note (cases[i].text);
      g_assert_cmpstr (clean, ==, cases[i].expected);
      g_assert_cmpint (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_INVALID), ==, clean == NULL);
    }
}

static void
test_bounds (void)
{
  g_autofree char *most = g_strnfill (CUSAX_DTMF_MAX, '5');
  g_autofree char *spaced = g_strjoin (" ", " ", most, " ", NULL);
  g_autofree char *more = g_strconcat (most, ",", NULL);
  g_autofree char *kept = cusax_dtmf_clean (spaced, NULL);

  g_assert_cmpstr (kept, ==, most);
  g_assert_null (cusax_dtmf_clean (more, NULL));
}

static void
test_a9_info_body (void)
{
  static const char digits[] = "0123456789*#ABCD";

  for (const char *p = digits; *p != '\0'; p++)
    {
      g_autofree char *body = cusax_dtmf_info_body (*p, 160);
      g_autofree char *expected = g_strdup_printf ("Signal=%c\r\nDuration=160\r\n", *p);

      g_assert_cmpstr (body, ==, expected);
      g_assert_cmpint (cusax_dtmf_info_read (CUSAX_DTMF_INFO_TYPE, body, strlen (body)), ==, *p);
    }
}

static void
test_a9_info_read (void)
{
  static const struct
  {
    const char *type;
    const char *body;
    char expected;
  } cases[] = {
    { "application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", '5' },
    { "application/dtmf-relay", "Signal=5\nDuration=160", '5' },
    { "application/dtmf-relay", "Signal= 5\r\nDuration= 160", '5' },
    { "application/dtmf-relay", "Duration=160\r\n signal = d\r\n", 'D' },
    { "Application/DTMF-Relay;x=y", "Signal=#", '#' },
    { "application/dtmf-relay ; x", "Signal=*", '*' },
    { "application/dtmf-relay", "Signal=10", '*' },
    { "application/dtmf-relay", "Signal=11", '#' },
    { "application/dtmf-relay", "Signal=15", 'D' },
    { "application/dtmf-relay", "Signal=1\r\nSignal=2", '1' },
    { "application/dtmf", "7", '7' },
    { "application/dtmf", "a\r\n", 'A' },
    { "application/dtmf", "11", '#' },
    /* none */
    { NULL, "5", '\0' },
    { "", "5", '\0' },
    { "text/plain", "5", '\0' },
    { "application/dtmfx", "5", '\0' },
    { "application/dtmf-relays", "Signal=5", '\0' },
    { "application/dtmf", NULL, '\0' },
    { "application/dtmf", "", '\0' },
    { "application/dtmf", "Signal=5", '\0' },
    { "application/dtmf", "5 5", '\0' },
    { "application/dtmf", "\xd9\xa1", '\0' },
    { "application/dtmf-relay", "", '\0' },
    { "application/dtmf-relay", "=", '\0' },
    { "application/dtmf-relay", "5", '\0' },
    { "application/dtmf-relay", "Signal=", '\0' },
    { "application/dtmf-relay", "Signal=16", '\0' },
    { "application/dtmf-relay", "Signal=!", '\0' },
    { "application/dtmf-relay", "Signal=-1", '\0' },
    { "application/dtmf-relay", "Signal=+1", '\0' },
    { "application/dtmf-relay", "Signal=99999999999999999999", '\0' },
    { "application/dtmf-relay", "Signals=5", '\0' },
    { "application/dtmf-relay", "Signal=\xff", '\0' },
  };
  g_autofree char *blanks = g_strnfill (300, ' ');
  g_autofree char *large = g_strconcat ("Signal=5\r\n", blanks, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      note (cases[i].body != NULL ? cases[i].body : "NULL");
      g_assert_cmpint (
        cusax_dtmf_info_read (cases[i].type, cases[i].body, cases[i].body != NULL ? strlen (cases[i].body) : 0),
        ==, cases[i].expected);
    }
  g_assert_cmpint (cusax_dtmf_info_read (CUSAX_DTMF_INFO_TYPE, large, strlen (large)), ==, '\0');
  g_assert_cmpint (cusax_dtmf_info_read ("application/dtmf", "5\0", 2), ==, '\0');
  /* @length counts, not a terminator. */
  g_assert_cmpint (cusax_dtmf_info_read ("application/dtmf", "56", 1), ==, '5');
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dtmf/a9-digits", test_a9_digits);
  g_test_add_func ("/dtmf/a9-clean", test_a9_clean);
  g_test_add_func ("/dtmf/bounds", test_bounds);
  g_test_add_func ("/dtmf/a9-info-body", test_a9_info_body);
  g_test_add_func ("/dtmf/a9-info-read", test_a9_info_read);
  return g_test_run ();
}
