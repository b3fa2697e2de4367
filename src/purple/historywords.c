/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See historywords.h. */
#include "historywords.h"

#include "peers.h"
#include "text.h"
#include "words.h"

#include <glib/gi18n-lib.h>

char *
cusax_historywords_when (const CusaxHistoryEntry *entry)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (entry->started);

  return when != NULL ? g_date_time_format (when, "%Y-%m-%d %H:%M") : g_strdup ("");
}

char *
cusax_historywords_who (PurpleAccount *account, const CusaxHistoryEntry *entry)
{
  g_autofree char *label = NULL;

  if (entry->contact != NULL)
    {
      label = cusax_peers_label (account, entry->contact);
      return cusax_words_call_name (label, NULL);
    }
  if (*entry->who == '\0')
    return g_strdup (_ ("somebody who hides the number"));
  label = entry->outgoing ? cusax_peers_label (account, entry->who) : g_strdup (entry->who);
  return cusax_words_call_name (label, entry->outgoing ? NULL : entry->name);
}

const char *
cusax_historywords_direction (const CusaxHistoryEntry *entry)
{
  if (entry->outgoing)
    return _ ("Outgoing");
  return entry->end == CUSAX_CALL_END_MISSED ? _ ("Missed") : _ ("Incoming");
}

char *
cusax_historywords_length (const CusaxHistoryEntry *entry)
{
  return entry->seconds > 0 ? cusax_words_duration (entry->seconds) : g_strdup ("");
}

static const char *
end_of (const CusaxHistoryEntry *entry)
{
  switch (entry->end)
    {
    case CUSAX_CALL_END_LOCAL:
    case CUSAX_CALL_END_REMOTE:
      return entry->seconds > 0 ? "" : _ ("cancelled");
    case CUSAX_CALL_END_DECLINED_HERE:
    case CUSAX_CALL_END_DECLINED:
      return _ ("declined");
    case CUSAX_CALL_END_BUSY:
      return _ ("busy");
    case CUSAX_CALL_END_NO_ANSWER:
      return _ ("no answer");
    case CUSAX_CALL_END_MISSED:
      return entry->status == 486 ? _ ("told: busy") : "";
    case CUSAX_CALL_END_ELSEWHERE:
      return _ ("taken elsewhere");
    case CUSAX_CALL_END_NOT_FOUND:
      return _ ("not known");
    case CUSAX_CALL_END_FORBIDDEN:
      return _ ("not allowed");
    case CUSAX_CALL_END_NO_CODEC:
      return _ ("no common format");
    case CUSAX_CALL_END_NOT_PROTECTED:
      return _ ("not encrypted");
    case CUSAX_CALL_END_MEDIA:
      return _ ("no sound");
    case CUSAX_CALL_END_NETWORK:
      return _ ("connection lost");
    case CUSAX_CALL_END_NO_PATH:
      return _ ("no way for the sound");
    case CUSAX_CALL_END_HANDSHAKE:
      return _ ("encryption failed");
    case CUSAX_CALL_END_REDIRECTED:
      return _ ("sent elsewhere");
    case CUSAX_CALL_END_TRANSFERRED:
      return _ ("transferred");
    case CUSAX_CALL_END_REPLACED:
      return _ ("replaced");
    case CUSAX_CALL_END_FAILED:
      return _ ("failed");
    case CUSAX_CALL_END_NONE:
      break;
    }
  return "";
}

char *
cusax_historywords_reason (const CusaxHistoryEntry *entry)
{
  g_autofree char *theirs
    = entry->end == CUSAX_CALL_END_FAILED ? cusax_text_clean (entry->reason, CUSAX_WORDS_NAME_LENGTH) : NULL;

  return theirs != NULL ? g_steal_pointer (&theirs) : g_strdup (end_of (entry));
}

/* The same inside of a sentence. */
static const char *
lower_direction (const CusaxHistoryEntry *entry)
{
  if (entry->outgoing)
    return _ ("outgoing");
  return entry->end == CUSAX_CALL_END_MISSED ? _ ("missed") : _ ("incoming");
}

char *
cusax_historywords_line (PurpleAccount *account, const CusaxHistoryEntry *entry)
{
  g_autofree char *when = cusax_historywords_when (entry);
  g_autofree char *who = cusax_historywords_who (account, entry);
  g_autofree char *length = cusax_historywords_length (entry);
  g_autofree char *reason = cusax_historywords_reason (entry);
  const char *parts[] = { lower_direction (entry), length, reason };
  g_autoptr (GString) what = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (*parts[i] != '\0')
      g_string_append_printf (what, "%s%s", what->len > 0 ? _ (", ") : "", parts[i]);
  return g_strdup_printf ("%s  %s: %s", when, who, what->str);
}
