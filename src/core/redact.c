/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See redact.h. */
#include "redact.h"

#include <string.h>

#define MASK "***"
#define MAX_LENGTH 32768 /* of input; a SIP message over a stream is rarely above 4 kB */

typedef char *(*MaskFunction) (char *line, const char *what);

/* The search is done in a lower-case copy: ASCII lowering keeps every offset. */
static const char *
find (const char *lower, gsize from, const char *needle)
{
  return strstr (lower + from, needle);
}

/* Masks all of the line behind @header ("authorization:"), but for the scheme's name. */
static char *
mask_header (char *line, const char *header)
{
  g_autofree char *lower = g_ascii_strdown (line, -1);
  const char *found = find (lower, 0, header);
  gsize keep;

  if (found == NULL)
    return line;
  keep = (gsize) (found - lower) + strlen (header);
  keep += strspn (line + keep, " \t");
  if (g_str_has_prefix (lower + keep, "digest "))
    keep += strlen ("digest ");
  line[keep] = '\0';
  found = line;
  line = g_strconcat (found, MASK, NULL);
  g_free ((char *) found);
  return line;
}

/* Masks what follows every @needle ("nonce=", "inline:"), quoted or up to a delimiter. */
static char *
mask_values (char *line, const char *needle)
{
  g_autofree char *lower = g_ascii_strdown (line, -1);
  const char *found = find (lower, 0, needle);
  GString *masked;
  gsize copied = 0;

  if (found == NULL)
    return line;
  masked = g_string_new (NULL);
  while (found != NULL)
    {
      gsize value = (gsize) (found - lower) + strlen (needle);
      gsize length;

      if (line[value] == '"')
        {
          value++;
          length = strcspn (line + value, "\"");
        }
      else
        length = strcspn (line + value, " \t,;|<>\"");
      g_string_append_len (masked, line + copied, (gssize) (value - copied));
      g_string_append (masked, MASK);
      copied = value + length;
      found = find (lower, copied, needle);
    }
  g_string_append (masked, line + copied);
  g_free (line);
  return g_string_free (masked, FALSE);
}

/* sip:user:PASSWORD@host. In a text that was cut the '@' may be missing; the rest may then be password. */
static char *
mask_uri_passwords (char *line, const char *scheme)
{
  g_autofree char *lower = g_ascii_strdown (line, -1);
  const char *found = find (lower, 0, scheme);
  GString *masked;
  gsize copied = 0;

  if (found == NULL)
    return line;
  masked = g_string_new (NULL);
  while (found != NULL)
    {
      gsize start = (gsize) (found - lower) + strlen (scheme);
      gsize end = start + strcspn (line + start, " \t<>\",");
      const char *at = memchr (line + start, '@', end - start);
      const char *colon = memchr (line + start, ':', at != NULL ? (gsize) (at - line) - start : end - start);

      if (colon != NULL && line[start] != '['
          && (at != NULL || (line[end] == '\0' && colon[1 + strspn (colon + 1, "0123456789")] != '\0')))
        {
          g_string_append_len (masked, line + copied, colon + 1 - (line + copied));
          g_string_append (masked, MASK);
          copied = at != NULL ? (gsize) (at - line) : end;
        }
      found = find (lower, MAX (start, copied), scheme);
    }
  g_string_append (masked, line + copied);
  g_free (line);
  return g_string_free (masked, FALSE);
}

/* Character data behind a tag of SASL or of a password field. */
static char *
mask_element (char *line, const char *tag)
{
  g_autofree char *lower = g_ascii_strdown (line, -1);
  const char *found = find (lower, 0, tag);
  GString *masked;
  gsize copied = 0;

  if (found == NULL)
    return line;
  masked = g_string_new (NULL);
  while (found != NULL)
    {
      gsize start = (gsize) (found - lower) + strlen (tag);
      gsize text = start + strcspn (line + start, ">");

      if (line[text] == '>' && line[text + 1] != '<')
        {
          text++;
          g_string_append_len (masked, line + copied, (gssize) (text - copied));
          g_string_append (masked, MASK);
          copied = text + strcspn (line + text, "<");
        }
      found = find (lower, MAX (start, copied), tag);
    }
  g_string_append (masked, line + copied);
  g_free (line);
  return g_string_free (masked, FALSE);
}

static const struct
{
  MaskFunction function;
  const char *what;
} rules[] = {
  { mask_header, "authorization:" }, /* Proxy-Authorization too */
  { mask_header, "authorization :" },
  { mask_header, "authentication-info:" },
  { mask_header, "authentication-info :" },
  { mask_values, "nonce=" }, /* cnonce, nextnonce too */
  { mask_values, "opaque=" },
  { mask_values, "response=" },
  { mask_values, "inline:" },
  { mask_uri_passwords, "sip:" },
  { mask_uri_passwords, "sips:" },
  { mask_element, "<auth" },
  { mask_element, "<response" },
  { mask_element, "<challenge" },
  { mask_element, "<success" },
  { mask_element, "<password" },
};

/* Adds one line; @hides_continuation: this line may continue a masked header (RFC 3261 section 7.3.1). Returns:
 * the same for the next line. */
static gboolean
append_line (GString *out, const char *text, gsize length, gboolean hides_continuation)
{
  char *line = g_strndup (text, length);
  g_autofree char *lower = g_ascii_strdown (line, -1);
  gsize indent = strspn (line, " \t");

  /* Sofia indents its dumps, so an indented line is a continuation only if it is no header itself. */
  if (hides_continuation && indent > 0 && line[indent] != '\0'
      && line[indent + strcspn (line + indent, ":= ,\"")] != ':')
    {
      g_string_append_len (out, line, (gssize) indent);
      g_string_append (out, MASK);
      g_free (line);
      return TRUE;
    }
  if (g_str_has_prefix (lower + indent, "k="))
    {
      g_free (line);
      line = g_strdup ("k=" MASK);
    }
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    line = rules[i].function (line, rules[i].what);
  g_string_append (out, line);
  g_free (line);
  return strstr (lower, "authorization") != NULL || strstr (lower, "authentication-info") != NULL;
}

char *
cusax_redact (const char *text, gsize length)
{
  g_autofree char *valid = NULL;
  GString *out = g_string_new (NULL);
  gboolean hides_continuation = FALSE;
  gsize taken = MIN (length, MAX_LENGTH);

  g_return_val_if_fail (text != NULL || length == 0, g_string_free (out, FALSE));

  valid = taken > 0 ? g_utf8_make_valid (text, (gssize) taken) : g_strdup ("");
  for (char *p = valid; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p) && strchr ("\r\n\t", *p) == NULL)
      *p = '?'; /* a log is read in terminals, too */

  for (const char *p = valid; *p != '\0';)
    {
      gsize line = strcspn (p, "\r\n");
      gsize ends;

      hides_continuation = append_line (out, p, line, hides_continuation);
      ends = strspn (p + line, "\r\n");
      g_string_append_len (out, p + line, (gssize) ends);
      p += line + ends;
    }
  if (taken < length)
    g_string_append_printf (out, "[%" G_GSIZE_FORMAT " bytes more]", length - taken);
  return g_string_free (out, FALSE);
}
