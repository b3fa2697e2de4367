/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See dtmf.h. */
#include "dtmf.h"
#include "error.h"
#include "text.h"

#include <string.h>

#define MAX_BODY 256
#define PASSED_OVER " \t-.()/"
#define PAUSES ",;pPwW"

/* In the order of the events of RFC 4733. */
static const char events[] = "0123456789*#ABCD";

gboolean
cusax_dtmf_is_digit (char c)
{
  return c != '\0' && strchr (events, c) != NULL;
}

char *
cusax_dtmf_clean (const char *text, GError **error)
{
  g_autoptr (GString) clean = g_string_new (NULL);
  gboolean has_digit = FALSE;

  g_return_val_if_fail (text != NULL, NULL);

  for (const char *p = text; *p != '\0'; p++)
    {
      char c = g_ascii_toupper (*p);

      if (strchr (PASSED_OVER, *p) != NULL)
        continue;
      if (clean->len == CUSAX_DTMF_MAX)
        {
          g_set_error (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "more than %d digits", CUSAX_DTMF_MAX);
          return NULL;
        }
      if (cusax_dtmf_is_digit (c))
        has_digit = TRUE;
      else if (strchr (PAUSES, *p) != NULL)
        c = ',';
      else
        {
          g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "something that no keypad has");
          return NULL;
        }
      g_string_append_c (clean, c);
    }
  if (!has_digit)
    {
      g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_INVALID, "no digit");
      return NULL;
    }
  return g_string_free (g_steal_pointer (&clean), FALSE);
}

char *
cusax_dtmf_info_body (char digit, guint ms)
{
  g_return_val_if_fail (cusax_dtmf_is_digit (digit), NULL);
  return g_strdup_printf ("Signal=%c\r\nDuration=%u\r\n", digit, ms);
}

/* ----------------------------------------------------------------- reading */

/* The digit itself, or, as some gateways have it, the number of its event. */
static char
read_signal (const char *text)
{
  guint64 number = 0;

  if (strlen (text) == 1)
    return cusax_dtmf_is_digit (g_ascii_toupper (*text)) ? g_ascii_toupper (*text) : '\0';
  return g_ascii_string_to_unsigned (text, 10, 0, strlen (events) - 1, &number, NULL) ? events[number] : '\0';
}

/* The first Signal counts; what else there is (Duration) says nothing that we need. */
static char
read_relay (char *body)
{
  g_auto (GStrv) lines = g_strsplit_set (body, "\r\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *value = strchr (lines[i], '=');

      if (value == NULL)
        continue;
      *value++ = '\0';
      if (g_ascii_strcasecmp (g_strstrip (lines[i]), "Signal") == 0)
        return read_signal (g_strstrip (value));
    }
  return '\0';
}

char
cusax_dtmf_info_read (const char *content_type, const char *body, gsize length)
{
  g_autofree char *text = NULL;

  if (body == NULL || length > MAX_BODY || memchr (body, '\0', length) != NULL)
    return '\0';
  text = g_strndup (body, length);
  if (cusax_text_is_media_type (content_type, CUSAX_DTMF_INFO_TYPE))
    return read_relay (text);
  return cusax_text_is_media_type (content_type, "application/dtmf") ? read_signal (g_strstrip (text)) : '\0';
}
