/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See autoanswer.h. */
#include "autoanswer.h"

#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip_header.h>

#include <string.h>

/* What stands around a parameter, within the angle brackets of an Alert-Info too: some write it there. */
#define SEPARATORS " \t\r\n,;<>\"?&"
#define MAX_PARAMETERS 64

/* Returns: seconds; -1: no number */
static int
read_seconds (const char *text)
{
  guint64 seconds;

  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &seconds, NULL))
    return (int) MIN (seconds, CUSAX_AUTOANSWER_MAX);
  return text[0] != '\0' && text[strspn (text, "0123456789")] == '\0' ? CUSAX_AUTOANSWER_MAX : -1;
}

static int
read_parameter (const char *parameter, gboolean is_alert)
{
  static const char prefix[] = "answer-after=";

  if (g_ascii_strncasecmp (parameter, prefix, strlen (prefix)) == 0)
    return read_seconds (parameter + strlen (prefix));
  if (is_alert && g_ascii_strcasecmp (parameter, "info=alert-autoanswer") == 0)
    return 0;
  return -1;
}

/* How long to wait counts more than that it is asked for. */
static int
read_parameters (const char *value, gboolean is_alert)
{
  g_auto (GStrv) parts = g_strsplit_set (value, SEPARATORS, MAX_PARAMETERS);
  int after = -1;

  for (guint i = 0; parts[i] != NULL; i++)
    after = MAX (after, read_parameter (parts[i], is_alert));
  return after;
}

static int
read_mode (const char *value)
{
  gsize length = strcspn (value, " \t;");

  return length == 4 && g_ascii_strncasecmp (value, "Auto", 4) == 0 ? 0 : -1;
}

int
cusax_autoanswer_read (const sip_t *sip)
{
  for (const sip_unknown_t *header = sip->sip_unknown; header != NULL; header = header->un_next)
    {
      int after = -1;

      if (header->un_name == NULL || header->un_value == NULL)
        continue;
      if (g_ascii_strcasecmp (header->un_name, "Alert-Info") == 0)
        after = read_parameters (header->un_value, TRUE);
      else if (g_ascii_strcasecmp (header->un_name, "Call-Info") == 0)
        after = read_parameters (header->un_value, FALSE);
      else if (g_ascii_strcasecmp (header->un_name, "Answer-Mode") == 0
               || g_ascii_strcasecmp (header->un_name, "Priv-Answer-Mode") == 0)
        after = read_mode (header->un_value);
      if (after >= 0)
        return after;
    }
  return -1;
}
