/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The body of a message-summary NOTIFY (RFC 3842 section 5.2): who has how many messages. Pure; bounded.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** CusaxMessageSummary: */
typedef struct
{
  gboolean is_waiting; /* Messages-Waiting: yes */
  gboolean has_voice;  /* a Voice-Message line told the numbers */
  guint new_voice, old_voice, new_urgent, old_urgent;
  char *account;       /* (nullable): Message-Account, as sent */
} CusaxMessageSummary;

/** Returns: (transfer full): NULL with CUSAX_ERROR_INVALID: too long, or no Messages-Waiting */
CusaxMessageSummary *cusax_message_summary_parse (const char *body, gsize length, GError **error);
void cusax_message_summary_free (CusaxMessageSummary *summary);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CusaxMessageSummary, cusax_message_summary_free)

G_END_DECLS
