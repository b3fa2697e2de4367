/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See wrap.h. */
#include "wrap.h"

#include <core.h>
#include <string.h>

gboolean
cusax_wrap_is_needed (void)
{
  return g_strcmp0 (purple_core_get_ui (), "gnt-purple") == 0;
}

static guint
columns_of (gunichar c)
{
  return g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
}

/* Where the line that begins at @start has to end: at a blank, in the middle of a word only if that is wider itself. */
static const char *
find_break (const char *start)
{
  const char *blank = NULL;
  guint columns = 0;

  for (const char *p = start; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (*p == '\n')
        return p;
      if (*p == ' ')
        blank = p;
      columns += columns_of (g_utf8_get_char (p));
      if (columns > CUSAX_WRAP_COLUMNS)
        return blank != NULL ? blank : p;
    }
  return start + strlen (start);
}

char *
cusax_wrap_text (const char *text)
{
  g_autoptr (GString) wrapped = NULL;

  if (!cusax_wrap_is_needed () || !g_utf8_validate (text, -1, NULL))
    return g_strdup (text);
  wrapped = g_string_new (NULL);
  while (*text != '\0')
    {
      const char *end = find_break (text);

      g_string_append_len (wrapped, text, end - text);
      if (*end != '\0')
        g_string_append_c (wrapped, '\n');
      text = *end == ' ' || *end == '\n' ? end + 1 : end;
    }
  return g_string_free (g_steal_pointer (&wrapped), FALSE);
}
