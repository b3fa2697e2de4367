/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See sipfrag.h. */
#include "sipfrag.h"
#include "error.h"
#include "text.h"

#include <string.h>

#define VERSION "SIP/2.0"
#define MAX_LINE 512
#define MAX_REASON 120

/* "SIP/2.0 180 Ringing" without its end. Returns: 0 if it is something else; @reason points into @line */
static guint
read_line (const char *line, const char **reason)
{
  gsize version = strlen (VERSION);
  const char *code = line + version;
  guint status;

  if (g_ascii_strncasecmp (line, VERSION, version) != 0 || *code++ != ' ')
    return 0;
  if (!g_ascii_isdigit (code[0]) || !g_ascii_isdigit (code[1]) || !g_ascii_isdigit (code[2])
      || (code[3] != '\0' && code[3] != ' '))
    return 0;
  status = (guint) ((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
  *reason = code + 3;
  return status >= 100 && status <= 699 ? status : 0;
}

guint
cusax_sipfrag_parse (const char *body, gsize length, char **reason, GError **error)
{
  g_autofree char *line = NULL;
  const char *words = NULL;
  gsize end = 0;
  guint status = 0;

  if (reason != NULL)
    *reason = NULL;
  /* Empty lines before a message are passed over (RFC 3261 section 7.5). */
  while (body != NULL && length > 0 && (*body == '\r' || *body == '\n'))
    {
      body++;
      length--;
    }
  while (body != NULL && end < length && body[end] != '\r' && body[end] != '\n' && body[end] != '\0')
    end++;
  if (end > 0 && end <= MAX_LINE && (end == length || body[end] != '\0'))
    {
      line = g_strndup (body, end);
      status = read_line (line, &words);
    }
  if (status == 0)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "no status line");
      return 0;
    }
  if (reason != NULL)
    {
      *reason = cusax_text_clean (words, MAX_REASON);
      if (*reason == NULL)
        *reason = g_strdup ("");
    }
  return status;
}

char *
cusax_sipfrag_write (guint status, const char *reason)
{
  g_autofree char *words = cusax_text_clean (reason, MAX_REASON);

  g_return_val_if_fail (status >= 100 && status <= 699, NULL);
  return g_strdup_printf (VERSION " %u %s\r\n", status, words != NULL ? words : "");
}
