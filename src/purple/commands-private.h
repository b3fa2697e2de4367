/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of commands share: commands.c (registration, people, rooms, state) and callcommands.c (what is
 * done with calls). Each has a table of its commands; nobody else includes this.
 */
#pragma once

#include "commands.h"

#include "account.h"
#include "callpick.h"

#include <conversation.h>

G_BEGIN_DECLS

/** CusaxCommandRequest: one typed command. */
typedef struct
{
  PurpleConversation *conversation;
  PurpleAccount *account;
  CusaxAccount *phone;
  const char *text; /* what followed the command, trimmed; "" if nothing */
} CusaxCommandRequest;

/** Returns: FALSE with @error, whose message is for people */
typedef gboolean (*CusaxCommandHandler) (CusaxCommandRequest *request, GError **error);

/** CusaxCommand: a table of them ends with name == NULL. */
typedef struct
{
  const char *name;
  CusaxCommandHandler handler;
  const char *help; /* HTML, as libpurple wants it: name, arguments, colon, two blanks, a sentence */
  gboolean not_in_finch;
} CusaxCommand;

/* callcommands.c */
extern const CusaxCommand cusax_callcommands[];

/* servicecommands.c: history, voicemail */
extern const CusaxCommand cusax_servicecommands[];

/** Always FALSE. @words: translated */
gboolean cusax_commands_fail (GError **error, const char *words);

/** Writes @text (plain, possibly several lines) where the command was typed. */
void cusax_commands_say (CusaxCommandRequest *request, const char *text);

gboolean cusax_commands_takes_nothing (CusaxCommandRequest *request, GError **error);

/** Takes "#2" and the blanks behind it off the front of @text. Returns: 2; 0 if it does not begin like that */
guint cusax_commands_take_number (const char **text);

/**
 * cusax_commands_pick:
 * @text: "#2", "2", or "": the only call that fits, the one that is spoken on among several, or the one of the
 *   conversation where the command was typed
 * @none: what to say if no call fits
 *
 * Returns: (transfer none): NULL with words
 */
CusaxCall *cusax_commands_pick (CusaxCommandRequest *request, const char *text, CusaxCallFilter filter,
                                const char *none, GError **error);

G_END_DECLS
