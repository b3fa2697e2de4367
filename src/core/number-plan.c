/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What numbers mean depends on the country: one table of what differs from the usual, as data. See number.h. */
#include "number.h"

#include <string.h>

#define MIN_E164 4 /* digits, with the country code */
#define MAX_E164 15
#define MIN_NATIONAL 7 /* shorter ones without a trunk prefix are extensions and services */

typedef struct
{
  const char *country;
  const char *international; /* NULL: "00" */
  const char *trunk;         /* NULL: national numbers are dialled as they are */
  guint national_length;     /* all national numbers have it, with a trunk prefix or without; 0: they differ */
  gboolean keeps_zero;       /* national numbers may begin with a 0 that is never dropped */
  const char *emergency;     /* beside 112 and 911, with blanks between them */
} Plan;

/* Only what is sure. Whoever lives elsewhere sets trunk_prefix. */
static const Plan plans[] = {
  { "1", "011", "1", 10, FALSE, "" },
  { "7", "810", "8", 10, FALSE, "101 102 103 104 01 02 03 04" },
  { "20", NULL, "0", 0, FALSE, "122 123 180" },
  { "27", NULL, "0", 0, FALSE, "10111 10177" },
  { "30", NULL, NULL, 0, FALSE, "100 108 166 199" },
  { "31", NULL, "0", 0, FALSE, "" },
  { "32", NULL, "0", 0, FALSE, "100 101 110" },
  { "33", NULL, "0", 0, FALSE, "15 17 18 114 119 191 196" },
  { "34", NULL, NULL, 0, FALSE, "061 062 080 085 091 092" },
  { "36", NULL, "06", 0, FALSE, "104 105 107" },
  { "39", NULL, NULL, 0, TRUE, "113 115 118 1530" },
  { "40", NULL, "0", 0, FALSE, "" },
  { "41", NULL, "0", 0, FALSE, "117 118 144 1414" },
  { "43", NULL, "0", 0, FALSE, "122 128 133 140 141 144" },
  { "44", NULL, "0", 0, FALSE, "999" },
  { "45", NULL, NULL, 0, FALSE, "" },
  { "46", NULL, "0", 0, FALSE, "" },
  { "47", NULL, NULL, 0, FALSE, "110 113" },
  { "48", NULL, NULL, 0, FALSE, "997 998 999" },
  { "49", NULL, "0", 0, FALSE, "110" },
  { "51", NULL, "0", 0, FALSE, "105 106 116" },
  { "52", NULL, NULL, 0, FALSE, "" },
  { "54", NULL, "0", 0, FALSE, "100 101 107" },
  { "55", NULL, "0", 0, FALSE, "190 192 193" },
  { "56", NULL, NULL, 0, FALSE, "131 132 133" },
  { "57", NULL, NULL, 0, FALSE, "123" },
  { "58", NULL, "0", 0, FALSE, "171" },
  { "60", NULL, "0", 0, FALSE, "999" },
  { "61", "0011", "0", 0, FALSE, "000 106" },
  { "62", NULL, "0", 0, FALSE, "110 113 118 119" },
  { "63", NULL, "0", 0, FALSE, "" },
  { "64", NULL, "0", 0, FALSE, "111" },
  { "65", "001", NULL, 0, FALSE, "995 999" },
  { "66", "001", "0", 0, FALSE, "191 199 1669" },
  { "81", "010", "0", 0, FALSE, "110 118 119" },
  { "82", "001", "0", 0, FALSE, "119" },
  { "84", NULL, "0", 0, FALSE, "113 114 115" },
  { "86", NULL, "0", 0, FALSE, "110 119 120 122" },
  { "90", NULL, "0", 0, FALSE, "110 155 156" },
  { "91", NULL, "0", 0, FALSE, "100 101 102 108" },
  { "92", NULL, "0", 0, FALSE, "15 16 115 1122" },
  { "94", NULL, "0", 0, FALSE, "110 119" },
  { "98", NULL, "0", 0, FALSE, "110 115 125" },
  { "212", NULL, "0", 0, FALSE, "15 19 150 177" },
  { "213", NULL, "0", 0, FALSE, "14 17 1055" },
  { "216", NULL, NULL, 0, FALSE, "190 193 197 198" },
  { "225", NULL, NULL, 0, TRUE, "" },
  { "234", NULL, "0", 0, FALSE, "199" },
  { "241", NULL, NULL, 0, TRUE, "" },
  { "242", NULL, NULL, 0, TRUE, "" },
  { "254", NULL, "0", 0, FALSE, "999" },
  { "351", NULL, NULL, 0, FALSE, "115 117" },
  { "352", NULL, NULL, 0, FALSE, "113" },
  { "353", NULL, "0", 0, FALSE, "999" },
  { "354", NULL, NULL, 0, FALSE, "" },
  { "355", NULL, "0", 0, FALSE, "127 128 129" },
  { "356", NULL, NULL, 0, FALSE, "" },
  { "357", NULL, NULL, 0, FALSE, "199" },
  { "358", NULL, "0", 0, FALSE, "" },
  { "359", NULL, "0", 0, FALSE, "150 160 166" },
  { "371", NULL, NULL, 0, FALSE, "110 113" },
  { "372", NULL, NULL, 0, FALSE, "110" },
  { "375", "810", "8", 0, FALSE, "101 102 103 104" },
  { "378", NULL, NULL, 0, TRUE, "113 115 118" },
  { "380", NULL, "0", 0, FALSE, "101 102 103 104" },
  { "381", NULL, "0", 0, FALSE, "192 193 194" },
  { "385", NULL, "0", 0, FALSE, "192 193 194 195" },
  { "386", NULL, "0", 0, FALSE, "113" },
  { "387", NULL, "0", 0, FALSE, "122 123 124" },
  { "420", NULL, NULL, 0, FALSE, "150 155 156 158" },
  { "421", NULL, "0", 0, FALSE, "150 155 158 159" },
  { "852", "001", NULL, 0, FALSE, "999" },
  { "880", NULL, "0", 0, FALSE, "999" },
  { "886", NULL, "0", 0, FALSE, "110 119" },
  { "966", NULL, "0", 0, FALSE, "997 998 999" },
  { "971", NULL, "0", 0, FALSE, "997 998 999" },
  { "972", NULL, "0", 0, FALSE, "100 101 102" },
};

/* For countries that the table does not know, and for none. */
static const Plan no_plan = { "", NULL, NULL, 0, FALSE, "" };

static const Plan *
find_plan (const char *country)
{
  for (gsize i = 0; country != NULL && i < G_N_ELEMENTS (plans); i++)
    if (g_str_equal (plans[i].country, country))
      return &plans[i];
  return &no_plan;
}

const char *
cusax_number_get_trunk_prefix (const char *country_code)
{
  const Plan *plan = find_plan (country_code);

  return plan->trunk != NULL ? plan->trunk : "";
}

/* Returns: (nullable): where the digits after the country code begin, if @number is a national one. */
static const char *
find_national (const char *number, const Plan *plan, const char *trunk)
{
  gsize length = strlen (number);
  gsize trunk_length = strlen (trunk);

  if (plan->national_length != 0)
    {
      if (length == plan->national_length)
        return number;
      return trunk_length > 0 && length == plan->national_length + trunk_length
                 && g_str_has_prefix (number, trunk)
               ? number + trunk_length
               : NULL;
    }
  if (trunk_length > 0)
    return g_str_has_prefix (number, trunk) ? number + trunk_length : NULL;
  /* A 0 in front is most likely a trunk prefix that nobody told us of. */
  return length >= MIN_NATIONAL && (*number != '0' || plan->keeps_zero) ? number : NULL;
}

char *
cusax_number_to_e164 (const char *number, const char *country_code, const char *trunk_prefix)
{
  const Plan *plan = find_plan (country_code);
  const char *international = plan->international != NULL ? plan->international : "00";
  g_autofree char *digits = NULL;

  g_return_val_if_fail (number != NULL, NULL);

  if (*number == '+')
    digits = g_strdup (number + 1);
  else if (g_str_has_prefix (number, international))
    digits = g_strdup (number + strlen (international));
  else if (country_code != NULL && *country_code != '\0')
    {
      const char *national = find_national (number, plan, trunk_prefix != NULL ? trunk_prefix : "");

      if (national != NULL)
        digits = g_strconcat (country_code, national, NULL);
    }

  if (digits == NULL || *digits == '0' || strlen (digits) < MIN_E164 || strlen (digits) > MAX_E164
      || digits[strspn (digits, "0123456789")] != '\0')
    return NULL;
  return g_strconcat ("+", digits, NULL);
}

gboolean
cusax_number_is_emergency (const char *number, const char *country_code)
{
  g_auto (GStrv) numbers = NULL;

  g_return_val_if_fail (number != NULL, FALSE);

  if (g_str_equal (number, "112") || g_str_equal (number, "911"))
    return TRUE;
  numbers = g_strsplit (find_plan (country_code)->emergency, " ", -1);
  return *number != '\0' && g_strv_contains ((const char *const *) numbers, number);
}
