/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See number.h. */
#include "number.h"
#include "error.h"

#include <string.h>

static gboolean
is_separator (gunichar c)
{
  switch (c)
    {
    case '-':
    case '.':
    case '(':
    case ')':
    case '/':
    case 0x2010: /* hyphen, non-breaking hyphen, figure dash, en dash: what word processors make of '-' */
    case 0x2011:
    case 0x2012:
    case 0x2013:
      return TRUE;
    default:
      return g_unichar_type (c) == G_UNICODE_SPACE_SEPARATOR;
    }
}

char *
cusax_number_normalize (const char *text, GError **error)
{
  g_autoptr (GString) number = g_string_new (NULL);
  gboolean is_code = *text == '*' || *text == '#';
  gboolean has_digit = FALSE;
  gboolean valid = g_utf8_validate (text, -1, NULL);

  for (const char *p = text; valid && *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gboolean international = number->str[0] == '+';

      if (g_ascii_isdigit (*p))
        {
          g_string_append_c (number, *p);
          has_digit = TRUE;
        }
      else if (international && g_str_has_prefix (p, "(0)"))
        p += 2; /* dialled inside the country only */
      else if (c == '+' && (is_code || number->len == 0))
        g_string_append_c (number, '+');
      else if ((c == '*' || c == '#') && !international)
        g_string_append_c (number, *p);
      else
        valid = is_code ? g_unichar_type (c) == G_UNICODE_SPACE_SEPARATOR : is_separator (c);

      if (number->len > CUSAX_NUMBER_MAX_LENGTH)
        valid = FALSE;
    }

  if (!valid || !has_digit)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "not a telephone number");
      return NULL;
    }
  return g_strdup (number->str);
}
