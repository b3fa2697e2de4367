/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of dialogs about callers: a host whose dialogs behave as Pidgin's or Finch's, and what the dialogs
 * lead to (chat, directory) as words of a trace.
 */
#pragma once

#include "fakephone.h"

#include <purple.h>

/** FakeDialog: one on the screen. */
typedef struct
{
  PurpleRequestType type;
  char *title, *primary, *secondary;
  char *ok_text, *cancel_text; /* of an action: the first and the last button */
  char *middle_text;           /* the one between, NULL if there are two */
  int default_action;          /* of an action: index of the button that Enter presses */
  PurpleRequestFields *fields; /* NULL for an action */
  GCallback ok, cancel, middle;
  gpointer data;
} FakeDialog;

/* The newest that is open; NULL: none. A button's handler may open another while its own still stands. */
extern FakeDialog *fake_dialog;
extern guint fake_dialogs_opened, fake_dialogs_closed;
/* Finch calls back once more for the end of a window, with the window for the fields. */
extern gboolean fake_dialogs_are_finch;

/* "chat(jid) attach(uri, jid) "; emptied by fake_chat_check. */
extern GString *fake_chat_trace;

/* What cusax_memory_list_attached() lists, for anybody; NULL-terminated. */
extern const char *const *fake_chat_attached;

/** After fake_purple_start(); libpurple keeps the pointer. */
void fake_chat_init (void);
void fake_chat_shutdown (void);
void fake_chat_check (const char *expected);

/** Presses a button of the newest as both hosts do: the callback, then the end of the dialog. */
void fake_dialog_press (gboolean ok);

/** Chooses a file in a file dialog. */
void fake_dialog_choose (const char *path);

/** Presses the button between. */
void fake_dialog_press_middle (void);

/** The window's own way out: Escape, [X], Alt-c. */
void fake_dialog_close_window (void);

/** Ticks a box, which must be there; in Finch it is told at the press of a button. */
void fake_dialog_tick (const char *id);
gboolean fake_dialog_has (const char *id);
/** Returns: (transfer none): of the field @id */
const char *fake_dialog_label (const char *id);
