/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What notices.c (store, windows, lines, telephony and chat), callnotices.c (calls) and messages.c (SMS) share.
 * Nobody else includes it.
 */
#pragma once

#include "notices.h"
#include "videocalls.h"

#include <conversation.h>
#include <notify.h>

G_BEGIN_DECLS

/** Seen: what was last said about a call. */
typedef struct
{
  CusaxCallState state;
  gboolean any; /* something was said */
  gboolean held, remote_held, muted, joined;
  CusaxCallKeys keys;
  CusaxVideoSeen video;
  CusaxTransfer transfer;
  char *who; /* (nullable): whose conversation heard the state */
} Seen;

void cusax_notices_seen_free (gpointer seen);

/** Later: a line that waits for the main loop. */
typedef struct
{
  char *who;
  char *text;
  char *log; /* (nullable): whose log has the line if the conversation is gone by then */
  gboolean outgoing;
} Later;

/** Notices: what was said to the owner of one account. */
typedef struct
{
  PurpleAccount *account;
  GHashTable *calls; /* CusaxCall (owned) -> Seen */
  GQueue later;      /* Later */
  guint later_source;
  guint left_source; /* a call ended: what is left on hold is told of soon */
  char *left_who;    /* (nullable): in whose conversation, too */
  char *left_text;   /* what was said of its end */
  char *phone_told;  /* kind of the last line on telephony; NULL = none yet */
  int chat_told;     /* -1 = not known yet */
  gboolean hinted;   /* packages for further formats were named */
  guint kinds_shown; /* bit = error code that had its window */
  void *failure_window;
  void *end_window;
  void *missed_window;
  GQueue missed; /* char *: newest last, at most MISSED_LINES */
  guint missed_count;
  void *sms_window; /* messages.c */
  GQueue sms;       /* char *: newest last */
  guint sms_count;
} Notices;

void cusax_notices_later_free (Later *later);

/** Returns: (transfer none): the entry of @account, made if needed */
Notices *cusax_notices_get (PurpleAccount *account);

/** Closes the window whose handle is at @window, if there is one; its close callback finds NULL there. */
void cusax_notices_close_window (void **window);

/** Shows a message window in place of the one whose handle is at @window. Texts are plain. */
void cusax_notices_show_window (void **window, PurpleNotifyMsgType type, const char *title, const char *primary,
                                const char *secondary, PurpleNotifyCloseCallback on_closed, gpointer data);

/** Returns: (transfer full): "Account: alice@example.org", for windows that do not say whose they are */
char *cusax_notices_account_line (PurpleAccount *account);

/** Close callback for windows with nothing to remember; @data is where the handle is kept. */
void cusax_notices_on_window_closed (gpointer data);

gboolean cusax_notices_host_is_finch (void);

gboolean cusax_notices_host_is_pidgin (void);

/** Writes @text (plain, possibly several lines) as a system line. */
void cusax_notices_write (PurpleConversation *conversation, const char *text, PurpleMessageFlags flags);

/** Returns: (transfer none) (nullable): the open conversation with @who (nullable) */
PurpleConversation *cusax_notices_find_conversation (PurpleAccount *account, const char *who);

/** Returns: (transfer none) (nullable): the name of the conversation that hears of @call */
const char *cusax_notices_heard_by (CusaxCall *call);

/** Writes @text (transfer full) where @call is heard of; nowhere if that is not open. Returns: TRUE if it was */
gboolean cusax_notices_write_call_line (PurpleAccount *account, CusaxCall *call, char *text);

/* callchanges.c */

/** Hold, conference, transfer, microphone, encryption, pictures of a call that goes on: a line for each change. */
void cusax_notices_call_changes (Notices *notices, CusaxAccount *phone, CusaxCall *call, const char *name, Seen *seen);

/** @call has ended, as @text says: if another is on hold and nobody is spoken with, that is told a moment later. */
void cusax_notices_call_left (Notices *notices, CusaxCall *call, const char *text);

/** What is behind notices->left_source goes. */
void cusax_notices_forget_left (Notices *notices);

G_END_DECLS
