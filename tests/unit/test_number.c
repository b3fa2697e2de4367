/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "address.h"
#include "error.h"
#include "note.h"
#include "number.h"

#include <string.h>

static void
test_normalize (void)
{
  static const struct
  {
    const char *text;
    const char *expected; /* NULL: refused */
  } cases[] = {
    { "+33.1.77.62.43.39", "+33177624339" },
    { "+33 (0)1.77/62-43 39", "+33177624339" },
    { "0177 62 43 39", "0177624339" },
    { "(303) 308-3282", "3033083282" },
    { "7042", "7042" },
    { "**621", "**621" },
    { "** 6 21", "**621" },
    { "*31#", "*31#" },
    { "#31#0177", "#31#0177" },
    { "*21*+33177#", "*21*+33177#" },
    { "7042#", "7042#" },
    { "*21*0177-62#", NULL }, /* a code is not tidied up */
    { "", NULL },
    { " ", NULL },
    { "+", NULL },
    { "*#", NULL },
    { "++33", NULL },
    { "33+", NULL },
    { "+33*1", NULL },
    { "0900,,1", NULL },
    { "0900p1", NULL },
    { "0900\t1", NULL },
    { "0900\n1", NULL },
    { "0900\xe2\x80\x8f"
      "1",
      NULL },
    { "\xef\xbc\x91\xef\xbc\x92", NULL }, /* fullwidth digits */
    { "1\xff", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *number = cusax_number_normalize (cases[i].text, &error);

      note (cases[i].text);
      g_assert_cmpstr (number, ==, cases[i].expected);
      g_assert_cmpint (g_error_matches (error, CUSAX_ERROR, CUSAX_ERROR_INVALID), ==, number == NULL);
    }
}

static void
test_length (void)
{
  g_autofree char *most = g_strnfill (CUSAX_NUMBER_MAX_LENGTH, '1');
  g_autofree char *more = g_strnfill (CUSAX_NUMBER_MAX_LENGTH + 1, '1');
  g_autofree char *same = cusax_number_normalize (most, NULL);

  g_assert_cmpstr (same, ==, most);
  g_assert_null (cusax_number_normalize (more, NULL));
}

/* R31: numbers compare as full E.164. */
static void
test_r31_e164 (void)
{
  static const struct
  {
    const char *number;
    const char *country;
    const char *trunk;
    const char *expected; /* NULL: no such form */
  } cases[] = {
    /* international writing needs to know nothing */
    { "+33177624339", NULL, NULL, "+33177624339" },
    { "+33177624339", "49", "0", "+33177624339" },
    { "0033177624339", NULL, NULL, "+33177624339" },
    { "0033177624339", "49", "0", "+33177624339" },
    { "01133177624339", "1", "1", "+33177624339" },
    { "0033177624339", "1", "1", NULL },
    { "81033177624339", "7", "8", "+33177624339" },
    { "01033177624339", "81", "0", "+33177624339" },
    { "001133177624339", "61", "0", "+33177624339" },
    /* national writing */
    { "0177624339", "33", "0", "+33177624339" },
    { "0177624339", NULL, NULL, NULL },
    { "0177624339", "", "", NULL },
    { "0301234567", "49", "0", "+49301234567" },
    { "06301234567", "36", "06", "+36301234567" },
    { "177624339", "33", "0", NULL },
    { "0177624339", "33", "", NULL }, /* whose 0 is it? */
    { "0177624339", "33", NULL, NULL },
    { "0612345678", "39", "", "+390612345678" },
    { "912345678", "34", "", "+34912345678" },
    { "21234567", "47", NULL, "+4721234567" },
    { "3033083282", "1", "1", "+13033083282" },
    { "13033083282", "1", "1", "+13033083282" },
    { "3033083282", "1", "", "+13033083282" },
    { "3083282", "1", "1", NULL },
    { "4155550100", "1", "1", "+14155550100" },
    { "89161234567", "7", "8", "+79161234567" },
    { "99161234567", "7", "8", NULL },
    { "99161234567", "7", "", NULL },
    { "8001234567", "7", "8", "+78001234567" },
    /* a country that the table does not know */
    { "0123456", "999", "0", "+999123456" },
    { "1234567", "999", "", "+9991234567" },
    /* extensions and services */
    { "7042", "33", "0", NULL },
    { "7042", "34", "", NULL },
    { "123456", "34", "", NULL },
    { "1234567", "34", "", "+341234567" },
    { "0", "33", "0", NULL },
    { "07", "33", "0", NULL },
    { "00", "33", "0", NULL },
    { "", "33", "0", NULL },
    /* codes */
    { "**621", "33", "0", NULL },
    { "*31#0177624339", "33", "0", NULL },
    { "0177624339#", "33", "0", NULL },
    { "+33177#", "33", "0", NULL },
    /* out of bounds */
    { "+331", NULL, NULL, NULL },
    { "+3317", NULL, NULL, "+3317" },
    { "+123456789012345", NULL, NULL, "+123456789012345" },
    { "+1234567890123456", NULL, NULL, NULL },
    { "0123456789012345", "33", "0", NULL },
    { "+0331776243", NULL, NULL, NULL },
    { "000331776243", NULL, NULL, NULL },
    { "+", NULL, NULL, NULL },
    { "++33177", NULL, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *number = cusax_number_to_e164 (cases[i].number, cases[i].country, cases[i].trunk);

      g_test_message ("%s in %s", cases[i].number, cases[i].country != NULL ? cases[i].country : "-");
      g_assert_cmpstr (number, ==, cases[i].expected);
    }
}

static void
test_trunk_prefixes (void)
{
  g_assert_cmpstr (cusax_number_get_trunk_prefix ("33"), ==, "0");
  g_assert_cmpstr (cusax_number_get_trunk_prefix ("36"), ==, "06");
  g_assert_cmpstr (cusax_number_get_trunk_prefix ("39"), ==, "");
  g_assert_cmpstr (cusax_number_get_trunk_prefix ("999"), ==, "");
  g_assert_cmpstr (cusax_number_get_trunk_prefix (""), ==, "");
  g_assert_cmpstr (cusax_number_get_trunk_prefix (NULL), ==, "");
}

/* R42: never delayed by a question. */
static void
test_r42_emergency (void)
{
  static const struct
  {
    const char *number;
    const char *country;
    gboolean expected;
  } cases[] = {
    { "112", NULL, TRUE },   { "112", "33", TRUE },   { "112", "999", TRUE },   { "911", "", TRUE },
    { "911", "49", TRUE },   { "110", "49", TRUE },   { "110", "33", FALSE },   { "110", NULL, FALSE },
    { "15", "33", TRUE },    { "17", "33", TRUE },    { "18", "33", TRUE },     { "1", "33", FALSE },
    { "5", "33", FALSE },    { "999", "44", TRUE },   { "999", "33", FALSE },   { "000", "61", TRUE },
    { "01", "7", TRUE },     { "", "33", FALSE },     { "", "", FALSE },        { " ", "33", FALSE },
    { "1122", NULL, FALSE }, { "0112", NULL, FALSE }, { "15 17", "33", FALSE }, { "+112", NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s in %s", cases[i].number, cases[i].country != NULL ? cases[i].country : "-");
      g_assert_cmpint (cusax_number_is_emergency (cases[i].number, cases[i].country), ==, cases[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/number/normalize", test_normalize);
  g_test_add_func ("/number/length", test_length);
  g_test_add_func ("/number/r31-e164", test_r31_e164);
  g_test_add_func ("/number/trunk-prefixes", test_trunk_prefixes);
  g_test_add_func ("/number/r42-emergency", test_r42_emergency);
  return g_test_run ();
}
