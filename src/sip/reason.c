/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See reason.h. */
#include "reason.h"

#include "valuelist.h"

#include <sofia-sip/sip_header.h>

#include <string.h>

#define MAX_WORDS 255
#define WARNING_MISCELLANEOUS 399

/* Sofia keeps the quotes; a text that is longer than anybody reads is cut, not in the middle of a letter. */
static char *
take_words (const char *text)
{
  char *words = text != NULL ? cusax_valuelist_unquote (text) : NULL;
  const char *end;

  if (words == NULL || strlen (words) <= MAX_WORDS)
    return words;
  words[MAX_WORDS] = '\0';
  if (!g_utf8_validate (words, -1, &end) && words + MAX_WORDS - end < 4)
    words[end - words] = '\0';
  return words;
}

static gboolean
is_sip (const sip_reason_t *reason)
{
  return reason->re_protocol != NULL && g_ascii_strcasecmp (reason->re_protocol, "SIP") == 0;
}

char *
cusax_reason_dup_words (const sip_t *sip, const char *phrase)
{
  char *words = NULL;

  for (const sip_warning_t *w = sip != NULL ? sip->sip_warning : NULL; w != NULL && words == NULL; w = w->w_next)
    if (w->w_code == WARNING_MISCELLANEOUS)
      words = take_words (w->w_text);
  for (const sip_reason_t *r = sip != NULL ? sip->sip_reason : NULL; r != NULL && words == NULL; r = r->re_next)
    if (is_sip (r))
      words = take_words (r->re_text);
  return words != NULL ? words : take_words (phrase);
}

gboolean
cusax_reason_is_elsewhere (const sip_t *sip)
{
  for (const sip_reason_t *r = sip != NULL ? sip->sip_reason : NULL; r != NULL; r = r->re_next)
    if (is_sip (r) && (g_strcmp0 (r->re_cause, "200") == 0 || g_strcmp0 (r->re_cause, "600") == 0))
      return TRUE;
  return FALSE;
}
