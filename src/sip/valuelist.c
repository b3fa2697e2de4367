/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See valuelist.h. */
#include "valuelist.h"

#include <string.h>

/* @p is at a quote. Returns the closing one, NULL if there is none. */
static const char *
end_of_quote (const char *p)
{
  for (p++; *p != '\0'; p++)
    if (*p == '\\' && p[1] != '\0')
      p++;
    else if (*p == '"')
      return p;
  return NULL;
}

/* Returns the end of the value that begins at @start. */
static const char *
end_of_value (const char *start)
{
  gboolean has_quotes = TRUE, is_open = FALSE;
  const char *comma = NULL; /* the last one since the bracket was opened */
  const char *p;

  for (p = start; *p != '\0'; p++)
    if (*p == '"' && !is_open && has_quotes)
      {
        const char *end = end_of_quote (p);

        /* One that is never closed is no quote, and neither is any other after it. */
        has_quotes = end != NULL;
        if (end != NULL)
          p = end;
      }
    else if (*p == '<')
      {
        if (is_open && comma != NULL)
          return comma;
        is_open = TRUE;
      }
    else if (*p == '>')
      {
        is_open = FALSE;
        comma = NULL;
      }
    else if (*p == ',')
      {
        if (!is_open)
          return p;
        comma = p;
      }
  return p;
}

char *
cusax_valuelist_next (const char **rest)
{
  const char *start = *rest;

  while (g_ascii_isspace (*start) || *start == ',')
    start++;
  *rest = start;
  if (*start == '\0')
    return NULL;
  *rest = end_of_value (start);
  return g_strchomp (g_strndup (start, *rest - start));
}

/* Where the bracketed address begins: behind the name, which may have anything within quotes. NULL: there is
 * none, or only one among the parameters of an address without brackets. */
static const char *
find_bracket (const char *value)
{
  for (const char *p = value; *p != '\0'; p++)
    if (*p == '<')
      return p;
    else if (*p == ';')
      return NULL;
    else if (*p == '"')
      {
        const char *end = end_of_quote (p);

        if (end == NULL)
          return NULL;
        p = end;
      }
  return NULL;
}

/* The address, *@length bytes without brackets, and what comes behind it; NULL if there is none. */
static const char *
find_uri (const char *value, gsize *length, const char **after)
{
  const char *bracket = find_bracket (value);
  const char *end;

  if (bracket != NULL)
    {
      end = strchr (bracket, '>');
      if (end == NULL)
        return NULL;
      *length = end - bracket - 1;
      *after = end + 1;
      return bracket + 1;
    }
  *length = strcspn (value, "; \t\r\n");
  *after = value + *length;
  return value;
}

char *
cusax_valuelist_dup_uri (const char *value)
{
  const char *after;
  gsize length;
  const char *uri = find_uri (value, &length, &after);

  if (uri == NULL || length == 0)
    return NULL;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isgraph (uri[i]) || uri[i] == '<' || uri[i] == '>' || uri[i] == '"')
      return NULL;
  return g_strndup (uri, length);
}

char *
cusax_valuelist_unquote (const char *text)
{
  g_autoptr (GString) plain = NULL;

  if (text == NULL || text[0] == '\0')
    return NULL;
  if (text[0] != '"')
    return g_strdup (text);

  plain = g_string_new (NULL);
  for (const char *p = text + 1; *p != '\0' && *p != '"'; p++)
    {
      if (*p == '\\' && p[1] != '\0')
        p++;
      g_string_append_c (plain, *p);
    }
  return plain->len > 0 ? g_string_free (g_steal_pointer (&plain), FALSE) : NULL;
}

char *
cusax_valuelist_dup_display (const char *value)
{
  const char *bracket = find_bracket (value);
  g_autofree char *name = NULL;

  if (bracket == NULL)
    return NULL;
  name = g_strchomp (g_strndup (value, bracket - value));
  return cusax_valuelist_unquote (name);
}

/* Returns the end of the parameter that begins at @p: a semicolon outside of quotes, or the end. */
static const char *
end_of_param (const char *p)
{
  for (; *p != '\0' && *p != ';'; p++)
    if (*p == '"')
      {
        const char *end = end_of_quote (p);

        if (end == NULL)
          return p + strlen (p);
        p = end;
      }
  return p;
}

char *
cusax_valuelist_dup_param (const char *value, const char *name)
{
  const char *p;
  gsize length;

  if (find_uri (value, &length, &p) == NULL)
    return NULL;
  while (*(p = end_of_param (p)) == ';')
    {
      const char *end = end_of_param (p + 1);
      g_autofree char *param = g_strndup (p + 1, end - p - 1);
      char *equals = strchr (param, '=');

      p = end;
      if (equals != NULL)
        *equals = '\0';
      if (g_ascii_strcasecmp (g_strstrip (param), name) == 0)
        return equals != NULL ? cusax_valuelist_unquote (g_strstrip (equals + 1)) : g_strdup ("");
    }
  return NULL;
}
