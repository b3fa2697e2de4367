/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands for what surrounds calls; see commands-private.h. */
#include "commands-private.h"

#include "callhistory.h"
#include "voicemail.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define DEFAULT_LINES 10
#define MAX_LINES 50

/* "" or "n": a list; "call n": one of its lines is called back. */
static gboolean
on_history (CusaxCommandRequest *request, GError **error)
{
  const char *text = request->text;
  guint64 number = DEFAULT_LINES;
  gboolean calls = g_str_has_prefix (text, "call ");
  g_autofree char *list = NULL;

  if (calls)
    for (text += strlen ("call"); *text == ' ';)
      text++;
  if (*text == '#')
    text++;
  if ((*text != '\0' || calls) && !g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT, &number, NULL))
    return cusax_commands_fail (
      error, _ ("Write how many calls you want to see, or “call” and the number of a line."));
  if (calls)
    return cusax_callhistory_call_back (request->account, (guint) number, error);
  list = cusax_callhistory_list (request->account, (guint) MIN (number, MAX_LINES));
  cusax_commands_say (request, list);
  return TRUE;
}

static gboolean
on_voicemail (CusaxCommandRequest *request, GError **error)
{
  return cusax_commands_takes_nothing (request, error) && cusax_voicemail_call (request->account, error);
}

const CusaxCommand cusax_servicecommands[]
  = { { "history", on_history,
        N_ ("history [n|call n]:  Lists the last calls, or calls back the one in line n."), FALSE },
      { "voicemail", on_voicemail, N_ ("voicemail:  Calls the voicemail of the account."), FALSE },
      { NULL } };
