/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See pidginwindow.h. */
#include "pidginwindow.h"

#include "uihandler.h"

#include <media.h>

struct _CusaxPidginWindow
{
  PurpleMedia *media;
  gulong handler; /* Pidgin's own, of "stream-info" */
  gulong ours;    /* runs after it */
  gboolean is_blocked;
};

static void
set_blocked (CusaxPidginWindow *window, gboolean blocked)
{
  if (window->is_blocked == blocked)
    return;
  window->is_blocked = blocked;
  if (blocked)
    g_signal_handler_block (window->media, window->handler);
  else
    g_signal_handler_unblock (window->media, window->handler);
}

/* WORKAROUND Pidgin 2.14 (pidgin_media_stream_info_cb): it does not look at what has been accepted, and does and says the same
 * for each report. It hears the first one; the one of the whole call, without names, is the last. Remove when Pidgin writes
 * "Call in progress." once. */
static void
on_stream_info (PurpleMedia *media, PurpleMediaInfoType type, const char *session, const char *who, gboolean local,
                CusaxPidginWindow *window)
{
  set_blocked (window, type == PURPLE_MEDIA_INFO_ACCEPT && (session != NULL || who != NULL));
}

CusaxPidginWindow *
cusax_pidginwindow_new (PurpleMedia *media)
{
  CusaxPidginWindow *window;
  gulong handler = 0;

  if (g_strcmp0 (purple_core_get_ui (), "gtk-gaim") == 0)
    handler = cusax_uihandler_find (media, "stream-info");
  if (handler == 0)
    return NULL;
  window = g_new0 (CusaxPidginWindow, 1);
  window->media = media;
  window->handler = handler;
  window->ours = g_signal_connect (media, "stream-info", G_CALLBACK (on_stream_info), window);
  return window;
}

void
cusax_pidginwindow_free (CusaxPidginWindow *window)
{
  if (window == NULL)
    return;
  set_blocked (window, FALSE);
  g_signal_handler_disconnect (window->media, window->ours);
  g_free (window);
}
