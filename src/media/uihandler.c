/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See uihandler.h. */
#include "uihandler.h"

#include <media.h>

#define MAX_HANDLERS 16

/* GObject has no list of handlers: block the first one that is not blocked until there is none, and undo that.
 * The backend connects when the media is made, the user interface in "init-media" after it: the last is its. */
gulong
cusax_uihandler_find (PurpleMedia *media, const char *signal)
{
  guint id = g_signal_lookup (signal, PURPLE_TYPE_MEDIA);
  gulong handlers[MAX_HANDLERS];
  guint count = 0;

  while (count < MAX_HANDLERS)
    {
      gulong handler
        = g_signal_handler_find (media, G_SIGNAL_MATCH_ID | G_SIGNAL_MATCH_UNBLOCKED, id, 0, NULL, NULL, NULL);

      if (handler == 0)
        break;
      g_signal_handler_block (media, handler);
      handlers[count++] = handler;
    }
  for (guint i = 0; i < count; i++)
    g_signal_handler_unblock (media, handlers[i]);
  return count >= 2 ? handlers[count - 1] : 0;
}
