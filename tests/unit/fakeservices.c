/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See fakeservices.h. */
#include "fakeservices.h"

#include "callhistory.h"
#include "error.h"
#include "voicemail.h"

GString *fake_services_trace;
gboolean fake_services_refuse;
const char *fake_services_voicemail;

static gboolean
note (const char *what, guint number, GError **error)
{
  if (fake_services_trace != NULL)
    g_string_append_printf (fake_services_trace, "%s(%u) ", what, number);
  if (!fake_services_refuse)
    return TRUE;
  g_set_error_literal (error, CUSAX_ERROR, CUSAX_ERROR_OFFLINE, "No <way>.");
  return FALSE;
}

char *
cusax_callhistory_list (PurpleAccount *account, guint count)
{
  note ("list", count, NULL);
  return g_strdup ("1. bob: missed");
}

gboolean
cusax_callhistory_call_back (PurpleAccount *account, guint number, GError **error)
{
  return note ("back", number, error);
}

void
cusax_callhistory_mark_seen (PurpleAccount *account)
{
  note ("seen", 0, NULL);
}

char *
cusax_voicemail_words (PurpleAccount *account)
{
  return g_strdup (fake_services_voicemail);
}

gboolean
cusax_voicemail_call (PurpleAccount *account, GError **error)
{
  return note ("voicemail", 0, error);
}
