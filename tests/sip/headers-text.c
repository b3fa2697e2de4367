/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See headers-text.h. */
#include "headers-text.h"

static void
append_list (GString *text, const char *name, const char *const *list)
{
  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? name : "|", list[i]);
}

char *
headers_describe (const CusaxSipHeaders *headers)
{
  GString *text = g_string_new (headers->from_uri);

  if (headers->from_display != NULL)
    g_string_append_printf (text, " '%s'", headers->from_display);
  append_list (text, " pai:", headers->asserted);
  if (headers->asserted_display != NULL)
    g_string_append_printf (text, " '%s'", headers->asserted_display);
  if (headers->privacy != NULL)
    g_string_append_printf (text, " privacy:%s", headers->privacy);
  for (const CusaxCallInfo *info = headers->call_info; info != NULL && info->uri != NULL; info++)
    {
      g_string_append_printf (text, "%s%s", info == headers->call_info ? " info:" : "|", info->uri);
      if (info->purpose != NULL)
        g_string_append_printf (text, "(%s)", info->purpose);
    }
  append_list (text, " contacts:", headers->contacts);
  if (headers->focus != NULL)
    g_string_append_printf (text, " focus:%s", headers->focus);
  return g_string_free (text, FALSE);
}
