/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See message-summary.h. */
#include "message-summary.h"
#include "error.h"
#include "text.h"

#include <string.h>

#define MAX_BYTES 8192
#define MAX_ACCOUNT 1024
#define MAX_COUNT 999999999

/* Digits up to @after, and blanks around them; @at goes behind. */
static gboolean
read_count (const char **at, char after, guint *count)
{
  const char *p = *at + strspn (*at, " \t");
  guint64 value = 0;
  gboolean any = FALSE;

  for (; g_ascii_isdigit (*p); p++, any = TRUE)
    value = MIN (value * 10 + (guint64) (*p - '0'), MAX_COUNT);
  p += strspn (p, " \t");
  if (!any || (after != '\0' && *p++ != after))
    return FALSE;
  *at = p;
  *count = (guint) value;
  return TRUE;
}

/* "2/8 (0/2)": new, old, and how many of them are urgent; nothing of a line that says it otherwise. */
static void
read_voice (CusaxMessageSummary *summary, const char *value)
{
  guint counts[4] = { 0 };

  if (!read_count (&value, '/', &counts[0]) || !read_count (&value, '\0', &counts[1]))
    return;
  if (*value == '('
      && (value++, !read_count (&value, '/', &counts[2]) || !read_count (&value, ')', &counts[3])))
    return;
  if (value[strspn (value, " \t")] != '\0')
    return;
  summary->has_voice = TRUE;
  summary->new_voice = counts[0];
  summary->old_voice = counts[1];
  summary->new_urgent = counts[2];
  summary->old_urgent = counts[3];
}

/* The first line of each name counts. Returns: FALSE if there is no sense in it all. */
static gboolean
read_line (CusaxMessageSummary *summary, const char *name, const char *value, gboolean *says)
{
  if (g_ascii_strcasecmp (name, "Messages-Waiting") == 0 && !*says)
    {
      *says = TRUE;
      summary->is_waiting = g_ascii_strcasecmp (value, "yes") == 0;
      return summary->is_waiting || g_ascii_strcasecmp (value, "no") == 0;
    }
  if (g_ascii_strcasecmp (name, "Voice-Message") == 0 && !summary->has_voice)
    read_voice (summary, value);
  if (g_ascii_strcasecmp (name, "Message-Account") == 0 && summary->account == NULL && *value != '\0'
      && strlen (value) <= MAX_ACCOUNT && cusax_text_is_plain (value))
    summary->account = g_strdup (value);
  return TRUE;
}

/* What follows an empty line describes single messages, which is nothing for us. */
static gboolean
read_body (CusaxMessageSummary *summary, const char *body)
{
  g_auto (GStrv) lines = g_strsplit (body, "\n", -1);
  gboolean says = FALSE;
  gboolean begun = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *name = g_strstrip (lines[i]);
      char *value = strchr (name, ':');

      if (*name == '\0' && begun)
        break;
      begun |= *name != '\0';
      if (value == NULL)
        continue;
      *value++ = '\0';
      if (!read_line (summary, g_strchomp (lines[i]), g_strchug (value), &says))
        return FALSE;
    }
  return says;
}

CusaxMessageSummary *
cusax_message_summary_parse (const char *body, gsize length, GError **error)
{
  g_autoptr (CusaxMessageSummary) summary = g_new0 (CusaxMessageSummary, 1);
  g_autofree char *text = NULL;

  if (body != NULL && length <= MAX_BYTES && memchr (body, '\0', length) == NULL)
    text = g_strndup (body, length);
  if (text != NULL && read_body (summary, text))
    return g_steal_pointer (&summary);
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "not a message summary");
  return NULL;
}

void
cusax_message_summary_free (CusaxMessageSummary *summary)
{
  if (summary == NULL)
    return;
  g_free (summary->account);
  g_free (summary);
}
