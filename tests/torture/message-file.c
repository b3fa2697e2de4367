/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See message-file.h. */
#include "message-file.h"

#include <string.h>

static void
append_hex (GString *out, const char *from, gsize length)
{
  for (gsize i = 0; i + 1 < length; i += 2)
    g_string_append_c (out, (char) (g_ascii_xdigit_value (from[i]) << 4 | g_ascii_xdigit_value (from[i + 1])));
}

/* One element at @text, whose start tag is there: appends what it stands for. Returns: what is behind it */
static const char *
append_element (GString *out, const char *text, gboolean *is_one_line)
{
  const char *end;
  guint64 count = 0;

  if (g_str_has_prefix (text, "<allOneLine>\n"))
    {
      *is_one_line = TRUE;
      return text + strlen ("<allOneLine>\n");
    }
  if (g_str_has_prefix (text, "</allOneLine>\n"))
    {
      *is_one_line = FALSE;
      g_string_append (out, "\r\n");
      return text + strlen ("</allOneLine>\n");
    }
  if (g_str_has_prefix (text, "<hex>"))
    {
      text += strlen ("<hex>");
      end = strstr (text, "</hex>");
      g_assert_nonnull (end);
      append_hex (out, text, (gsize) (end - text));
      return end + strlen ("</hex>");
    }
  if (!g_str_has_prefix (text, "<repeat count="))
    {
      g_string_append_c (out, *text);
      return text + 1;
    }
  count = g_ascii_strtoull (text + strlen ("<repeat count="), NULL, 10);
  text = strchr (text, '>') + 1;
  end = strstr (text, "</repeat>");
  g_assert_nonnull (end);
  for (guint64 i = 0; i < count; i++)
    g_string_append_len (out, text, end - text);
  return end + strlen ("</repeat>");
}

GString *
message_file_read (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".sip", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "data", "torture", file, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GString *out = g_string_new (NULL);
  gboolean is_one_line = FALSE;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  for (const char *p = text; *p != '\0';)
    if (*p == '<')
      p = append_element (out, p, &is_one_line);
    else if (*p != '\n')
      g_string_append_c (out, *p++);
    else
      {
        if (!is_one_line)
          g_string_append (out, "\r\n");
        p++;
      }
  return out;
}

/* The line of @dialog in place of the header @line, or NULL: it stays. */
static char *
replace_line (const char *line, PeerDialog *dialog)
{
  gsize length = strcspn (line, ": \t");
  g_autofree char *name = g_ascii_strdown (line, (gssize) length);

  if (g_str_equal (name, "to") || g_str_equal (name, "t"))
    return g_strconcat ("To: ", dialog->remote, NULL);
  if (g_str_equal (name, "from") || g_str_equal (name, "f"))
    return g_strconcat ("From: ", dialog->local, NULL);
  if (g_str_equal (name, "call-id") || g_str_equal (name, "i"))
    return g_strconcat ("Call-ID: ", dialog->call_id, NULL);
  if (g_str_equal (name, "cseq"))
    return g_strdup_printf ("CSeq: %u %s", dialog->cseq, strrchr (line, ' ') + 1);
  return NULL;
}

void
message_file_readdress (GString *message, PeerDialog *dialog)
{
  char *body = strstr (message->str, "\r\n\r\n");
  g_autofree char *head = g_strndup (message->str, body - message->str);
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;

  dialog->cseq++;
  /* Folded lines first: each header is one then. */
  for (char *fold = head; (fold = strstr (fold, "\r\n")) != NULL; fold++)
    if (fold[2] == ' ' || fold[2] == '\t')
      fold[0] = fold[1] = ' ';
  lines = g_strsplit (head, "\r\n", -1);
  g_string_append_printf (out, "%.*s %s SIP/2.0\r\n", (int) strcspn (lines[0], " "), lines[0], dialog->target);
  for (guint i = 1; lines[i] != NULL; i++)
    {
      g_autofree char *line = replace_line (lines[i], dialog);

      g_string_append_printf (out, "%s\r\n", line != NULL ? line : lines[i]);
    }
  g_string_append_len (out, body + 2, (gssize) (message->len - (gsize) (body + 2 - message->str)));
  g_string_truncate (message, 0);
  g_string_append_len (message, out->str, (gssize) out->len);
}
