/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See refer-to.h. */
#include "refer-to.h"
#include "error.h"
#include "text.h"

#include <string.h>

#define MAX_VALUE 4096
#define MAX_CALL_ID 256
#define MAX_TAG 128
#define MAX_PARAMETERS 8

/* RFC 3261 section 25.1: token, and what a word has besides. */
#define TOKEN_MARKS "-.!%*_+`'~"
#define WORD_MARKS TOKEN_MARKS "()<>:\\\"/[]?{}"

static gboolean
consists_of (const char *text, const char *marks, gsize max)
{
  gsize length = strlen (text);

  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr (marks, *p) == NULL)
      return FALSE;
  return length > 0 && length <= max;
}

/* ---------------------------------------------------------------- Replaces */

/* word [ "@" word ] */
static gboolean
is_call_id (const char *text)
{
  const char *at = strchr (text, '@');
  g_autofree char *first = at != NULL ? g_strndup (text, at - text) : g_strdup (text);

  return strlen (text) <= MAX_CALL_ID && consists_of (first, WORD_MARKS, MAX_CALL_ID)
         && (at == NULL || consists_of (at + 1, WORD_MARKS, MAX_CALL_ID));
}

/* Counts @parameter if its name is @name. Returns: FALSE if its value is no tag */
static gboolean
count_tag (const char *parameter, const char *name, guint *count)
{
  gsize length = strlen (name);

  if (g_ascii_strncasecmp (parameter, name, length) != 0
      || (parameter[length] != '=' && parameter[length] != '\0'))
    return TRUE;
  (*count)++;
  return parameter[length] == '=' && consists_of (parameter + length + 1, TOKEN_MARKS, MAX_TAG);
}

gboolean
cusax_refer_to_is_replaces (const char *replaces)
{
  g_auto (GStrv) parts = NULL;
  guint to_tags = 0;
  guint from_tags = 0;

  if (replaces == NULL || strlen (replaces) > MAX_VALUE)
    return FALSE;
  parts = g_strsplit (replaces, ";", MAX_PARAMETERS + 1);
  if (parts[0] == NULL || !is_call_id (parts[0]))
    return FALSE;
  for (guint i = 1; parts[i] != NULL; i++)
    if (!consists_of (parts[i], TOKEN_MARKS "=", MAX_TAG + 16) || !count_tag (parts[i], "to-tag", &to_tags)
        || !count_tag (parts[i], "from-tag", &from_tags))
      return FALSE;
  return to_tags == 1 && from_tags == 1;
}

/* Returns: (transfer full) (nullable): without escapes, and without blanks around the parameters. */
static char *
read_replaces (const char *escaped)
{
  g_autofree char *plain = g_uri_unescape_string (escaped, NULL);
  g_auto (GStrv) parts = plain != NULL ? g_strsplit (plain, ";", MAX_PARAMETERS + 1) : NULL;
  g_autofree char *replaces = NULL;

  for (guint i = 0; parts != NULL && parts[i] != NULL; i++)
    g_strstrip (parts[i]);
  replaces = parts != NULL ? g_strjoinv (";", parts) : NULL;
  return cusax_refer_to_is_replaces (replaces) ? g_steal_pointer (&replaces) : NULL;
}

/* --------------------------------------------------------------------- URI */

/* Returns: (transfer full) (nullable): what stands between < and >, or, without those, all of @value. */
static char *
take_uri (const char *value)
{
  const char *open = value;
  const char *close;
  const char *rest;

  if (*open == '"')
    {
      for (open++; *open != '"' && *open != '\0'; open++)
        if (*open == '\\' && open[1] != '\0')
          open++;
      if (*open++ == '\0')
        return NULL;
      open += strspn (open, " ");
      if (*open != '<')
        return NULL;
    }
  else if (strchr (open, '<') == NULL)
    return g_strdup (open);
  else
    open = strchr (open, '<');

  close = strchr (open, '>');
  if (close == NULL)
    return NULL;
  /* One value only (RFC 3515 section 2.1); parameters of the field say nothing that we know. */
  rest = close + 1 + strspn (close + 1, " ");
  if (*rest != '\0' && (*rest != ';' || strchr (rest, '<') != NULL))
    return NULL;
  return g_strndup (open + 1, close - open - 1);
}

/* Returns: TRUE if the URI's parameters @text, ";a;b=c", ask for another method than INVITE (RFC 3515 2.1). */
static gboolean
has_other_method (const char *text)
{
  g_auto (GStrv) parameters = g_strsplit (text, ";", -1);

  for (guint i = 0; parameters[i] != NULL; i++)
    if (g_ascii_strncasecmp (parameters[i], "method=", 7) == 0
        && g_ascii_strcasecmp (parameters[i] + 7, "INVITE") != 0)
      return TRUE;
  return FALSE;
}

/* @headers: (nullable): "a=b&c=d" behind the '?'. Returns: FALSE: a Replaces that is none, or two of them */
static gboolean
read_headers (const char *headers, char **replaces)
{
  g_auto (GStrv) pairs = g_strsplit (headers != NULL ? headers : "", "&", -1);

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      char *value = strchr (pairs[i], '=');
      g_autofree char *name = NULL;

      if (value != NULL)
        *value++ = '\0';
      name = g_uri_unescape_string (pairs[i], NULL);
      if (name == NULL || g_ascii_strcasecmp (name, "Replaces") != 0)
        continue;
      if (*replaces != NULL || value == NULL)
        return FALSE;
      *replaces = read_replaces (value);
      if (*replaces == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
fail (GError **error, CusaxErrorCode code, const char *words)
{
  g_set_error_literal (error, CUSAX_ERROR, code, words);
  return FALSE;
}

/* @uri is cut into its parts. */
static gboolean
read_uri (CusaxReferTo *refer_to, char *uri, GError **error)
{
  g_autofree char *scheme = g_uri_parse_scheme (uri);
  char *at = strchr (uri, '@'); /* a user part may have '?' and ';' */
  char *headers = strchr (at != NULL ? at : uri, '?');

  if (scheme == NULL)
    return fail (error, CUSAX_ERROR_INVALID, "not a URI");
  if (g_ascii_strcasecmp (scheme, "sip") != 0 && g_ascii_strcasecmp (scheme, "sips") != 0)
    return fail (error, CUSAX_ERROR_UNSUPPORTED, "not a SIP URI");
  if (headers != NULL)
    *headers++ = '\0';
  refer_to->target = cusax_address_parse_uri (uri, error);
  if (refer_to->target == NULL)
    return FALSE;
  if (has_other_method (at != NULL ? at : uri))
    return fail (error, CUSAX_ERROR_UNSUPPORTED, "another method than INVITE");
  if (!read_headers (headers, &refer_to->replaces))
    return fail (error, CUSAX_ERROR_INVALID, "a Replaces that is none");
  return TRUE;
}

/* ---------------------------------------------------------------- the value */

CusaxReferTo *
cusax_refer_to_parse (const char *value, GError **error)
{
  g_autoptr (CusaxReferTo) refer_to = g_new0 (CusaxReferTo, 1);
  g_autofree char *text = NULL;
  g_autofree char *uri = NULL;

  g_return_val_if_fail (value != NULL, NULL);

  text = strlen (value) <= MAX_VALUE ? g_strstrip (g_strdup (value)) : NULL;
  if (text != NULL && cusax_text_is_plain (text))
    uri = take_uri (text);
  if (uri == NULL)
    {
      fail (error, CUSAX_ERROR_INVALID, "not the value of Refer-To");
      return NULL;
    }
  return read_uri (refer_to, uri, error) ? g_steal_pointer (&refer_to) : NULL;
}

void
cusax_refer_to_free (CusaxReferTo *refer_to)
{
  if (refer_to == NULL)
    return;
  g_clear_pointer (&refer_to->target, cusax_address_unref);
  g_free (refer_to->replaces);
  g_free (refer_to);
}

char *
cusax_refer_to_write (const CusaxAddress *target, const char *replaces)
{
  g_autofree char *escaped = replaces != NULL ? g_uri_escape_string (replaces, NULL, FALSE) : NULL;

  g_return_val_if_fail (target != NULL, NULL);
  return g_strconcat ("<", cusax_address_get_uri (target), escaped != NULL ? "?Replaces=" : "",
                      escaped != NULL ? escaped : "", ">", NULL);
}
