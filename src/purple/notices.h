/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells people what happens: lines in conversations, one window for the first failure of a kind and one for
 * missed calls, the status text. Says everything once and never opens a window over somebody's typing.
 */
#pragma once

#include "account.h"
#include "call.h"

#include <account.h>
#include <glib.h>

G_BEGIN_DECLS

/** Telephony or chat changed: a line in open conversations, one window on a new kind of failure, unless a question about it
 * stands (@is_asked). */
void cusax_notices_state (PurpleAccount *account, CusaxAccount *phone, gboolean is_asked);

/**
 * cusax_notices_status_text:
 *
 * Returns: (transfer full): both legs in words, one line each, one on their protection if both are up, one on the voicemail
 *   if it is known; "Telephony: off." for an unknown account
 */
char *cusax_notices_status_text (PurpleAccount *account);

/** A call began or changed: the line that says so, and with its end a missed call's window. */
void cusax_notices_call (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call);

/** A call of @who (nullable: hidden) was refused without asking: a line in the conversation if it is open, else in the log. */
void cusax_notices_refused (PurpleAccount *account, const char *who);

/** The person answers @call by a key or a button right now: what is typed next belongs into its conversation. */
void cusax_notices_answering (PurpleAccount *account, CusaxCall *call);

/** Nothing was heard from the other side for @seconds: a line in the conversation of the call. */
void cusax_notices_silence (PurpleAccount *account, CusaxAccount *phone, CusaxCall *call, guint seconds,
                            gboolean incoming);

/** The microphone (else the loudspeaker) failed in mid-call; @error (nullable): NULL: it works again */
void cusax_notices_device (PurpleAccount *account, CusaxCall *call, gboolean is_microphone, const GError *error);

/** Writes @text (plain) where @call is heard of, if that is open. */
void cusax_notices_call_says (PurpleAccount *account, CusaxCall *call, const char *text);

/** Digits did not reach the other side, long after they were asked for: @status: what it answered, 0: there was no way. */
void cusax_notices_digits_refused (PurpleAccount *account, CusaxCall *call, guint status);

/** Writes @text (plain) into the conversation with @who, or shows it as a message of @account without one. */
void cusax_notices_error (PurpleAccount *account, const char *who, const char *text);

/** Forgets what was said and closes the windows. Call it before @account's entry in the side table goes. */
void cusax_notices_forget (PurpleAccount *account);

G_END_DECLS
