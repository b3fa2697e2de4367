/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See text.h. */
#include "text.h"

#include <string.h>

static gboolean
is_shown (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT && type != G_UNICODE_UNASSIGNED
         && type != G_UNICODE_PRIVATE_USE && type != G_UNICODE_SURROGATE;
}

char *
cusax_text_clean (const char *text, gsize max_chars)
{
  g_autofree char *valid = NULL;
  g_autoptr (GString) out = NULL;
  gboolean blank = FALSE;
  gsize taken = 0;

  if (text == NULL)
    return NULL;

  valid = g_utf8_make_valid (text, (gssize) MIN (strlen (text), max_chars * 8));
  out = g_string_new (NULL);
  for (const char *p = valid; *p != '\0' && taken < max_chars; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c))
        {
          blank = out->len > 0;
          continue;
        }
      if (!is_shown (c))
        continue;
      if (blank)
        g_string_append_c (out, ' ');
      blank = FALSE;
      g_string_append_unichar (out, c);
      taken++;
    }

  return out->len > 0 ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}

gboolean
cusax_text_is_plain (const char *text)
{
  for (const guchar *p = (const guchar *) text; *p != '\0'; p++)
    {
      if (*p < ' ' || *p == 0x7f)
        return FALSE;
      if (*p < 0x80)
        continue; /* all that most texts consist of */
      if (!g_utf8_validate ((const char *) p, -1, NULL))
        return FALSE;
      for (const char *q = (const char *) p; *q != '\0'; q = g_utf8_next_char (q))
        {
          GUnicodeType type = g_unichar_type (g_utf8_get_char (q));

          if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR
              || type == G_UNICODE_PARAGRAPH_SEPARATOR)
            return FALSE;
        }
      return TRUE;
    }
  return TRUE;
}

gboolean
cusax_text_is_media_type (const char *value, const char *type)
{
  gsize length = strlen (type);

  return value != NULL && g_ascii_strncasecmp (value, type, length) == 0
         && (value[length] == '\0' || strchr ("; \t", value[length]) != NULL);
}
