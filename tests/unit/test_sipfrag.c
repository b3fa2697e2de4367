/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "error.h"
#include "note.h"
#include "sipfrag.h"

#include <string.h>

static void
test_parse (void)
{
  static const struct
  {
    const char *body;
    guint status; /* 0: CUSAX_ERROR_INVALID */
    const char *reason;
  } cases[] = {
    { "SIP/2.0 100 Trying", 100, "Trying" },
    { "SIP/2.0 180 Ringing\r\n", 180, "Ringing" },
    { "SIP/2.0 200 OK\r\nContact: <sip:a@b.example>\r\n\r\n", 200, "OK" },
    { "SIP/2.0 200 OK\n", 200, "OK" },
    { "\r\n\r\nSIP/2.0 200 OK\r\n", 200, "OK" },
    { "sip/2.0 603 Decline", 603, "Decline" },
    { "SIP/2.0 486", 486, "" },
    { "SIP/2.0 486 ", 486, "" },
    { "SIP/2.0 699 \t  Much\t too  busy ", 699, "Much too busy" },
    { "SIP/2.0 404 B\xc3\xbcro \xe2\x80\xaeoffen", 404, "B\xc3\xbcro offen" },
    { "SIP/2.0 404 \x1b[2Jx\xff", 404, "[2Jx\xef\xbf\xbd" },
    /* no status line */
    { "", 0, NULL },
    { "\r\n", 0, NULL },
    { " SIP/2.0 200 OK", 0, NULL },
    { "SIP/2.0", 0, NULL },
    { "SIP/2.0 ", 0, NULL },
    { "SIP/2.0  200 OK", 0, NULL },
    { "SIP/2.0 20", 0, NULL },
    { "SIP/2.0 2000 OK", 0, NULL },
    { "SIP/2.0 200OK", 0, NULL },
    { "SIP/2.0 099 x", 0, NULL },
    { "SIP/2.0 000 x", 0, NULL },
    { "SIP/2.0 700 x", 0, NULL },
    { "SIP/2.0 -20 x", 0, NULL },
    { "SIP/3.0 200 OK", 0, NULL },
    { "SIP/2.01 200 OK", 0, NULL },
    { "HTTP/1.1 200 OK", 0, NULL },
    { "INVITE sip:a@b.example SIP/2.0\r\n", 0, NULL },
    { "Contact: <sip:a@b.example>\r\nSIP/2.0 200 OK\r\n", 0, NULL },
    { "SIP/2.0\t200 OK", 0, NULL },
    { "SIP/2.0\r\n200 OK", 0, NULL },
    { "\xff\xfe", 0, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *reason = NULL;

      note (cases[i].body);
      g_assert_cmpuint (cusax_sipfrag_parse (cases[i].body, strlen (cases[i].body), &reason, &error), ==,
                        cases[i].status);
      g_assert_cmpstr (reason, ==, cases[i].reason);
      g_assert_cmpint (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_INVALID), ==, cases[i].status == 0);
    }
}

static void
test_bounds (void)
{
  g_autofree char *many = g_strnfill (100000, 'x');
  g_autofree char *line = g_strconcat ("SIP/2.0 200 ", many, NULL);
  g_autofree char *body = g_strconcat ("SIP/2.0 200 OK\r\nX: ", many, NULL);
  g_autofree char *words = g_strndup (many, 400);
  g_autofree char *long_line = g_strconcat ("SIP/2.0 200 ", words, NULL);
  g_autofree char *reason = NULL;

  g_assert_cmpuint (cusax_sipfrag_parse (line, strlen (line), NULL, NULL), ==, 0);
  g_assert_cmpuint (cusax_sipfrag_parse (body, strlen (body), NULL, NULL), ==, 200);
  g_assert_cmpuint (cusax_sipfrag_parse (long_line, strlen (long_line), &reason, NULL), ==, 200);
  g_assert_cmpuint (strlen (reason), ==, 120);
  g_assert_cmpuint (cusax_sipfrag_parse (NULL, 0, NULL, NULL), ==, 0);
  /* @length counts, and a NUL belongs into no line. */
  g_assert_cmpuint (cusax_sipfrag_parse ("SIP/2.0 200 OK", 10, NULL, NULL), ==, 0);
  g_assert_cmpuint (cusax_sipfrag_parse ("SIP/2.0 200 OK", 11, NULL, NULL), ==, 200);
  g_assert_cmpuint (cusax_sipfrag_parse ("SIP/2.0 200\0OK", 14, NULL, NULL), ==, 0);
}

static void
test_write (void)
{
  static const struct
  {
    guint status;
    const char *reason;
    const char *expected;
  } cases[] = {
    { 180, "Ringing", "SIP/2.0 180 Ringing\r\n" },
    { 100, NULL, "SIP/2.0 100 \r\n" },
    { 699, "", "SIP/2.0 699 \r\n" },
    { 486, "Busy\r\nX-Evil: 1\r\n\r\n", "SIP/2.0 486 Busy X-Evil: 1\r\n" },
    { 486,
      "a\x01\x7f\x1b"
      "b",
      "SIP/2.0 486 ab\r\n" },
    { 486, "B\xc3\xbcro", "SIP/2.0 486 B\xc3\xbcro\r\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = cusax_sipfrag_write (cases[i].status, cases[i].reason);
      g_autofree char *reason = NULL;

      g_assert_cmpstr (text, ==, cases[i].expected);
      g_assert_cmpuint (cusax_sipfrag_parse (text, strlen (text), &reason, NULL), ==, cases[i].status);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sipfrag/parse", test_parse);
  g_test_add_func ("/sipfrag/bounds", test_bounds);
  g_test_add_func ("/sipfrag/write", test_write);
  return g_test_run ();
}
