/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What people read: ends of calls, states and errors as whole, translated sentences. Names and reasons from the
 * network are cleaned and cut here (core/text). Results are plain text; who shows them as markup escapes them.
 * Knows no libpurple.
 */
#pragma once

#include "account.h"
#include "call.h"

#include <glib.h>

G_BEGIN_DECLS

/** The most characters of a name or reason from the network that are shown. */
#define CUSAX_WORDS_MAX_LENGTH 80

/** The most characters of a caller's name or address in a headline: without blanks it makes a dialog wide, and the buttons
 * are at its far end. */
#define CUSAX_WORDS_NAME_LENGTH 40

/** The most characters of an address that has to be seen in full before something is done with it (R34). */
#define CUSAX_WORDS_FULL_LENGTH 320

/**
 * cusax_words_address:
 * @text: (nullable): an address or JID, as somebody else wrote it
 * @max_chars: at least 8
 *
 * One too long loses its middle, never its end: the domain says whose it is, and cutting it off would let a stranger
 * put another domain there.
 *
 * Returns: (transfer full) (nullable): NULL if nothing is left of it
 */
char *cusax_words_address (const char *text, guint max_chars);

/**
 * cusax_words_menu_label:
 * @text: of a menu entry, with somebody's address in it
 *
 * Returns: (transfer full): for this host: Pidgin takes an underscore for the mark of the key, others print it
 */
char *cusax_words_menu_label (const char *text);

/**
 * cusax_words_call_name:
 * @label: (nullable): alias or libpurple name of the other side
 * @display_name: (nullable): what the other side calls itself; proves nothing, so it stands in quotes
 *
 * Returns: (transfer full): "Ulla", "+33177624339", "\"Dr. No\" (+33177624339)", "somebody unknown"
 */
char *cusax_words_call_name (const char *who, const char *display_name);

/**
 * cusax_words_duration:
 *
 * Returns: (transfer full): "12 seconds", "3:07", "1:00:05"
 */
char *cusax_words_duration (guint seconds);

/**
 * cusax_words_call_end:
 * @call: ENDED
 * @name: of the other side, for people
 *
 * Returns: (transfer full): "bob is busy.", "alice has hung up after 3:07."
 */
char *cusax_words_call_end (CusaxCall *call, const char *name);

/**
 * cusax_words_call_state:
 * @call: not ENDED
 * @name: of the other side, for people
 *
 * Returns: (transfer full): a short phrase for lists: "#1 bob@example.org: in call, 3:07, encrypted, on hold"
 */
char *cusax_words_call_state (CusaxCall *call, const char *name);

/**
 * cusax_words_error:
 * @error: (nullable): of any domain
 * @server: (nullable): what was being talked to
 *
 * Returns: (transfer full): a sentence: "sip.example.org refused the password."
 */
char *cusax_words_error (const GError *error, const char *server);

/**
 * cusax_words_phone_state:
 *
 * Returns: (transfer full): "Telephony: signed in.", "Telephony: sip.example.org refused the password."
 */
char *cusax_words_phone_state (const CusaxAccount *account);

/**
 * cusax_words_phone_failure:
 *
 * Returns: (transfer full) (nullable): "Telephony: sip.example.org refused the password. Chat works."; NULL
 * unless telephony is WAITING or REFUSED
 */
char *cusax_words_phone_failure (const CusaxAccount *account);

/** Returns: (transfer full): "Chat: signed in." or "Chat: not connected." */
char *cusax_words_chat_state (const CusaxAccount *account);

G_END_DECLS
