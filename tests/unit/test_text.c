/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text.h"

#include <string.h>

static void
test_clean (void)
{
  static const struct
  {
    const char *text;
    gsize max;
    const char *clean;
  } cases[] = {
    { "Bob", 10, "Bob" },
    { "  Bob \t\r\n  Smith  ", 20, "Bob Smith" },
    { "a\x1b[31mb\x7f", 20, "a[31mb" },
    { "bob\xe2\x80\xae"
      "ecila",
      20, "bobecila" }, /* right-to-left override */
    { "zero\xe2\x80\x8bwidth", 20, "zerowidth" },
    { "J\xc3\xbcrgen", 3, "J\xc3\xbcr" },           /* cut by characters, not bytes */
    { "\xff\xfe", 10, "\xef\xbf\xbd\xef\xbf\xbd" }, /* broken bytes stay visible */
    { "", 10, NULL },
    { " \n", 10, NULL },
    { NULL, 10, NULL },
    { "abc", 0, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *clean = cusax_text_clean (cases[i].text, cases[i].max);

      g_assert_cmpstr (clean, ==, cases[i].clean);
    }
}

static void
test_long (void)
{
  g_autofree char *text = g_strnfill (100000, 'x');
  g_autofree char *clean = cusax_text_clean (text, 100);

  g_assert_cmpuint (strlen (clean), ==, 100);
}

static void
test_plain (void)
{
  static const struct
  {
    const char *text;
    gboolean plain;
  } cases[] = {
    { "", TRUE },
    { "Bob Smith", TRUE },
    { "J\xc3\xbcrgen \xe6\x97\xa5", TRUE },
    { "a\tb", FALSE },
    { "a\nb", FALSE },
    { "a\x7f", FALSE },
    { "J\xc3\xbc\x1b", FALSE },
    { "J\xc3\xbc\x7f", FALSE },
    { "\xc2\x85", FALSE }, /* next line */
    { "\xe2\x80\xae"
      "abc",
      FALSE },                         /* right-to-left override */
    { "\xc3\xbc\xe2\x80\x8b", FALSE }, /* zero width space */
    { "\xe2\x80\xa8", FALSE },         /* line separator */
    { "\xe2\x80\xa9", FALSE },         /* paragraph separator */
    { "\xff", FALSE },
    { "abc\xc3", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (cusax_text_is_plain (cases[i].text), ==, cases[i].plain);
}

static void
test_media_type (void)
{
  static const struct
  {
    const char *value;
    gboolean expected;
  } cases[] = {
    { "a/b", TRUE },      { "A/B", TRUE },  { "a/b;c=d", TRUE }, { "a/b ; c", TRUE }, { "a/b\t", TRUE },
    { NULL, FALSE },      { "", FALSE },    { "a", FALSE },      { "a/", FALSE },     { "a/bc", FALSE },
    { "a/b+xml", FALSE }, { " a/b", FALSE }, { "a/b,c/d", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].value != NULL ? cases[i].value : "NULL");
      g_assert_cmpint (cusax_text_is_media_type (cases[i].value, "a/b"), ==, cases[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/clean", test_clean);
  g_test_add_func ("/text/long", test_long);
  g_test_add_func ("/text/plain", test_plain);
  g_test_add_func ("/text/media-type", test_media_type);
  return g_test_run ();
}
